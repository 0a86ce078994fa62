"""Put lessons and exercises into a learner's home, never over the learner's work.

It runs in the learner's own account whenever a server starts, and by hand in a terminal:

    python -m hub.course_files

A file that the learner has not touched follows the course. One that was edited, run or saved stays
as it is, and its new version is put beside it as ``NAME.updated.ipynb``. What was renamed or
deleted comes back. Standard library only.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

FOLDERS = ("notebooks", "exercises")
RECORD = ".handed-out.json"  # {file: SHA-256 of what was handed out last}


def hand_out(course, home):
    """Bring ``home`` up to date with the notebooks of ``course``.

    Args:
        course: pathlib.Path with the folders ``notebooks`` and ``exercises``.
        home: pathlib.Path of the learner's folder, made if it is not there.

    Returns:
        The files written, as paths relative to ``home``.

    Raises:
        OSError: if the disk is full or a folder cannot be written; every file is whole then.
    """
    given = _read(home / RECORD)
    written = []
    for folder in FOLDERS:
        for path in sorted((course / folder).glob("*.ipynb")):
            name = f"{folder}/{path.name}"
            content = path.read_bytes()
            if not _follows(home / name, given.get(name), content):
                if given.get(name) == _digest(content):
                    continue  # edited, and there is nothing new
                name = f"{folder}/{path.stem}.updated.ipynb"
                if not _follows(home / name, given.get(name), content):
                    continue
            if _digest_of(home / name) != _digest(content):
                _write(home / name, content)
                written.append(name)
            given[name] = _digest(content)
    _write(home / RECORD, json.dumps(given, indent=1).encode())
    return written


def _follows(target, given, content):
    """Whether a file may be written: it is not there, as it was handed out, or as it will be."""
    return _digest_of(target) in (None, given, _digest(content))


def _digest(content):
    return hashlib.sha256(content).hexdigest()


def _digest_of(path):
    try:
        return _digest(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError:  # a folder of that name, or a file without rights: the learner's
        return ""


def _read(path):
    """A record that is lost or not to be read costs nothing: what differs is then kept."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write(path, content):
    """In one step, so that nobody meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        fresh.write_bytes(content)
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def main():
    course = Path(os.environ.get("INPAINTING_COURSE") or Path(__file__).resolve().parents[1])
    written = hand_out(course, Path.home() / "inpainting")
    print("\n".join(f"new: {name}" for name in written) or "Nothing new.")


if __name__ == "__main__":
    sys.exit(main())
