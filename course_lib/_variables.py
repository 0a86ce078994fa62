"""Environment variables, as they were meant."""

import os
import re

AROUND = " \t\r\n'\""  # what Windows' ``set`` keeps, and a line copied from a shell brings along
NOT_PUT_IN = re.compile(r"\$\w|\$\{|%\w+%")


def meant(text):
    """A variable's text without quotes and blanks around it; "" if it was not set."""
    return (text or "").strip(AROUND)


def variable(name):
    """What an environment variable says, "" if nothing."""
    return meant(os.environ.get(name))


def path_variable(name):
    """The path that an environment variable names, "" if none.

    Raises:
        ValueError: if it still holds a variable's name, because no shell has expanded it.
    """
    path = variable(name)
    if NOT_PUT_IN.search(path):
        raise ValueError(
            f"{name} is {path!r}, in which a variable's name was not replaced: write the whole "
            "path, or begin it with ~ for the home folder."
        )
    return path
