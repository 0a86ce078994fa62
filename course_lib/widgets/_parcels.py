"""Files between the page and Python, in parts small enough for every front end's messages."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

PART = 2**20  # bytes; Jupyter's server refuses messages above 10 MiB, and Colab's names no limit
LONGEST_NAME = 100


class Inbox:
    """Puts files together whose parts arrive in order."""

    def __init__(self):
        self._parts = []

    def add(self, number, count, part):
        """The whole content once its last part has come, before that None.

        Example:
            >>> inbox = Inbox()
            >>> inbox.add(0, 2, b"half"), inbox.add(1, 2, b" and half")
            (None, b'half and half')
        """
        if number == 0:
            self._parts = []
        self._parts.append(bytes(part))
        if number + 1 < count:
            return None
        content = b"".join(self._parts)
        self._parts = []
        return content


def send(widget, name, content, view):
    """Give the page a file to save, part by part.

    Args:
        widget: whose front end is to save it.
        name: of the file.
        content: bytes.
        view: what asked for it; one widget may be on the page twice.
    """
    count = max(1, -(-len(content) // PART))
    for number in range(count):
        part = content[number * PART : (number + 1) * PART]
        widget.send(
            {"kind": "part", "name": name, "number": number, "count": count, "view": view}, [part]
        )


@contextmanager
def as_file(name, content):
    """The path of a file with that content, for as long as the block runs."""
    kept = "".join(one for one in Path(name).name if one.isprintable() and one not in '\\/:*?"<>|')
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (kept[-LONGEST_NAME:].lstrip(".") or "the file")
        path.write_bytes(content)
        yield path
