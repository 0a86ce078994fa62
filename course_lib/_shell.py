"""The terminal: commands as a learner types them, and sentences that it can show.

In a command a path with a space in it stays one word; in a sentence, a letter that the terminal's
encoding lacks is escaped.
"""

import os
import shlex
import subprocess
import sys


def command_line(*words):
    """The words as one line for this system's shell.

    Example:
        >>> command_line("cd", "classes")
        'cd classes'
    """
    words = [str(word) for word in words]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def say(sentence):
    """Print; a file's name may have letters that the output's encoding lacks, which are escaped."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        print(str(sentence).encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:  # whoever read it has gone; the work goes on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
