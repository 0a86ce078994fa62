"""Commands as a learner types them: a path with a space in it stays one word."""

import os
import shlex
import subprocess


def command_line(*words):
    """The words as one line for this system's shell.

    Example:
        >>> command_line("cd", "classes")
        'cd classes'
    """
    words = [str(word) for word in words]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
