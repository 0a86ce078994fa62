"""Which tasks are solved, in one small JSON file that is replaced in one step."""

import datetime
import json
import os
import tempfile
from pathlib import Path

VARIABLE = "INPAINTING_PROGRESS"
_solved_here = {}  # what this kernel has seen solved, also where no file can be written


def default_path():
    """The file: what ``INPAINTING_PROGRESS`` names, or one in the home folder."""
    wish = os.environ.get(VARIABLE)
    return Path(wish).expanduser() if wish else Path.home() / ".inpainting-course" / "progress.json"


def solved():
    """{task: day on which it was first solved, "2026-11-22"}."""
    return _merge(_read(default_path()), _solved_here)


def record(name):
    """Note that a task is solved; returns a sentence if it could not be kept, else None."""
    _solved_here.setdefault(name, datetime.date.today().isoformat())
    path = default_path()
    try:
        kept = _read(path)
        if name not in kept:
            _set_aside_if_damaged(path)
            _write(path, _merge(kept, _solved_here))
    except OSError as error:
        return f"(Your progress could not be kept in {path}: {error.strerror or error}.)"
    return None


def save(path):
    """Write everything solved so far to a file of one's own, with what it holds already."""
    path = Path(path).expanduser()
    everything = _merge(_read(path), solved())
    _set_aside_if_damaged(path)
    _write(path, everything)
    return everything


def load(path):
    """Add what a file holds to what is known here.

    Raises:
        FileNotFoundError, ValueError: if there is no such file or it is not a progress file.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}: checks.save_progress writes one.")
    if (found := _parse(path)) is None:
        raise ValueError(f"{path} holds no progress of this course: name the file that you saved.")
    _solved_here.update(_merge(found, _solved_here))
    _write(default_path(), solved())
    return found


def _merge(*records):
    """All tasks of all records, each with its earliest day."""
    merged = {}
    for found in records:
        for name, day in found.items():
            merged[name] = min(day, merged.get(name, day))
    return dict(sorted(merged.items()))


def _read(path):
    return _parse(path) or {}


def _parse(path):
    """What a progress file holds, or None if it holds something else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["solved"]
        return {str(name): str(day) for name, day in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _set_aside_if_damaged(path):
    """A file that cannot be read is renamed, never overwritten."""
    if path.is_file() and _parse(path) is None:
        os.replace(path, path.with_name(path.name + ".damaged"))


def _write(path, found):
    """Replace the file in one step: a crash leaves the old one or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".partial")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump({"course": "inpainting-course", "solved": found}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
