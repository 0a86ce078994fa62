"""Which tasks are solved, in one small JSON file that other programs may have touched.

Every entry that can still be read is read; a file that holds no progress any more is set
aside, never deleted, and whoever asked is told. Nothing here raises but
``save`` and ``load``, as they say.

Tasks were renumbered, more than once. A file says by its mark ``"numbering"`` which names it
bears (the first files have no mark): its tasks get today's names whenever it is read, and what is
written bears today's mark.
"""

import datetime
import itertools
import json
import os
import re
from contextlib import contextmanager
from pathlib import Path

from course_lib._files import InUse, alone, expanded, replaced, shown
from course_lib._place import place
from course_lib._variables import path_variable

VARIABLE = "INPAINTING_PROGRESS"
FILE = "~/.inpainting-course/progress.json"
# In a browser the home folder is lost with the page. What lies beside the notebooks stays.
BROWSER_FOLDER = Path("/drive")
BROWSER_FILE = "inpainting-progress.json"
ENTRY = re.compile(r'"(\d\d+_\d+)"\s*:\s*"(\d{4}-\d\d-\d\d)"')
MARK, NUMBERING = "numbering", 3
MARKED = re.compile(rf'"{MARK}"\s*:\s*(\d{{0,9}})')
_FIRST = {"02_4": "03_3"}
_FIRST |= {"03_1": "04_1", "03_2": "04_2", "03_3": "05_2", "03_4": "05_3"}
_FIRST |= {
    f"{before}_{number}": f"{today}_{number}"
    for before, today in zip(
        ("04", "05", "06", "07", "08", "09"), ("06", "08", "09", "10", "11", "13"), strict=True
    )
    for number in (1, 2, 3, 4)
}
_FIRST |= {"04_1": "08_1"} | {f"05_{number}": f"08_{number + 1}" for number in (1, 2, 3, 4)}
# A file's numbering -> its tasks that have another name in the next one.
RENUMBERED = {1: _FIRST, 2: {"13_1": "12_1", "13_2": "12_2"}}
PATIENCE = 10  # seconds for another kernel that writes

_solved_here = {}  # what this kernel has seen solved, also where no file can be written


class Unusable(OSError):
    """Nothing can be read or written there; its text ends a sentence, without a dot."""


def solved():
    """{task: day on which it was first solved, "2026-11-22"}, and a sentence or None.

    The sentence says why not all of the file could be read.
    """
    try:
        path = default_path()
        found, _, whole = _read(path)
    except OSError as error:
        return dict(_solved_here), f"(Solved tasks cannot be read: {error}.)"
    note = None if whole else f"({shown(path)} is damaged: {len(found)} tasks were found in it.)"
    return _merge(found, _solved_here), note


def record(name):
    """Note that a task is solved; returns a sentence if something is to be said, else None."""
    _solved_here.setdefault(name, _today())
    try:
        path = default_path()
        found, _, whole = _read(path)
        if name in found and whole:
            return None
        _, aside = _add(path, _solved_here)
    except OSError as error:
        return f"(Your progress could not be kept: {error}.)"
    return f"({_about(path, aside)})" if aside else None


def save(path):
    """Write everything solved so far to a file of the learner's, and keep what it holds already.

    Returns:
        (what the file holds now, a sentence if something else was set aside, or None).

    Raises:
        OSError: if it cannot be written.
    """
    path = _place(path)
    everything, aside = _add(path, solved()[0])
    return everything, _about(path, aside) if aside else None


def load(path):
    """Add what a file holds to what is known here.

    Returns:
        (what was found, a sentence if it could not be kept or the file is damaged, or None).

    Raises:
        OSError: if there is no such file, or it holds no progress.
    """
    path = _place(path)
    if not path.exists():
        raise Unusable(f"there is no file {shown(path)}; checks.save_progress writes one")
    found, document, whole = _read(path)
    if not found and document is None:
        raise Unusable(f"{shown(path)} holds no progress of this course: name the file you saved")
    _solved_here.update(_merge(found, _solved_here))
    try:
        _add(default_path(), _solved_here)
    except OSError as error:
        return found, f"They count until the kernel ends, but could not be kept: {error}."
    return found, None if whole else "The file is damaged: more may have stood in it."


def default_path():
    """The file: what ``INPAINTING_PROGRESS`` names, or one in the home folder.

    In a browser it lies beside the notebooks, if the browser lets the page keep any.
    """
    try:
        wish = path_variable(VARIABLE)
    except ValueError as problem:
        raise Unusable(str(problem).removesuffix(".")) from None
    if place() == "browser" and BROWSER_FOLDER.is_dir() and not wish:
        return BROWSER_FOLDER / BROWSER_FILE
    return _place(wish or FILE)


def _place(path):
    """A file's ``Path``; Unusable where it can be none."""
    try:
        name = os.fsencode(path) if isinstance(path, (str, os.PathLike)) else b""
    except UnicodeEncodeError:  # half a letter
        name = b""
    if not name or b"\0" in name:
        raise Unusable("a file's name is needed, as text in quotes")
    found = expanded(path)
    with _named(found):
        home = found.parts[0] if found.parts else ""
        if home.startswith("~") and len(found.parts) > 1 and not Path(home).exists():
            raise Unusable(
                f"{home} names no home folder here; give a whole path (the variable {VARIABLE} "
                "holds that of your progress)"
            )
        if found.is_dir():
            raise Unusable(f"{shown(found)} is a folder; name a file in it")
        if found.exists() and not found.is_file():
            raise Unusable(f"{shown(found)} is a device or pipe; name a file")
    return found


@contextmanager
def _named(path):
    """What the system refuses in this block is said of ``path``, not of a file on the way."""
    try:
        yield
    except Unusable:
        raise
    except InUse:
        raise Unusable(
            f"another kernel holds {shown(path)}; check once more when it is idle"
        ) from None
    except OSError as error:
        raise Unusable(f"{shown(path)}: {error.strerror or error}") from error


def _read(path):
    """(entries, the whole document or None, whether all could be read) of a file, or of none.

    An editor may have added a byte-order mark or stored UTF-16, a crash cut the end, a program
    that copies folders appended something: what still reads like entries counts.
    """
    try:
        with _named(path):
            content = path.read_bytes()
    except Unusable as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return {}, None, True
        raise
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    text = text.removeprefix("\ufeff").strip()
    try:
        document, end = json.JSONDecoder().raw_decode(text)
        found = _entries(document["solved"])
        return _renamed(found, document.get(MARK, 1)), document, end == len(text)
    except (ValueError, KeyError, TypeError, RecursionError):
        return _pieces(text), None, not text


def _pieces(text):
    """The entries in what is left of one document or several, each renamed as its own mark says.

    The mark stands before ``"solved"``, so it is left wherever a file's end was cut off.
    """
    found, (before, *parts) = {}, text.split('"solved"')
    for part in parts:
        entries = _merge(ENTRY.findall(part))
        marks = MARKED.findall(before)
        numbering = int(marks[-1] or NUMBERING) if marks else 1
        found = _merge(found, _renamed(entries, numbering))
        before = part
    return found


def _renamed(found, numbering):
    """Entries with the names of an older numbering, under today's; others stay."""
    for step in range(_numbering(numbering), NUMBERING):
        names = RENUMBERED[step]
        found = _merge(*({names.get(name, name): day} for name, day in found.items()))
    return found


def _numbering(mark):
    """A file's mark; today's where it is not the course's, which writes only whole numbers."""
    return mark if type(mark) is int and mark > 0 else NUMBERING


def _entries(found):
    """{task: day} of a dict, or of a list of names, whose days nobody knows."""
    if isinstance(found, list):
        found = dict.fromkeys(found)
    if not isinstance(found, dict):
        raise TypeError("no entries")
    days = {str(name): day if isinstance(day, str) else _today() for name, day in found.items()}
    return dict(sorted(days.items()))


def _add(path, entries):
    """Bring entries into a file, all at once: (what it holds now, what was set aside or None)."""
    with _named(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with _named(path), alone(path, PATIENCE):
        found, document, whole = _read(path)
        aside = None if whole else _set_aside(path)
        everything = _merge(found, entries)
        document = {"course": "inpainting-course", **(document or {})}
        numbering = max(NUMBERING, _numbering(document.get(MARK)))  # a newer course's stays
        for name in (MARK, "solved"):  # last, and in this order: see _pieces
            document.pop(name, None)
        document |= {MARK: numbering, "solved": everything}
        with replaced(path) as file:
            file.write(json.dumps(document, indent=1).encode())
    return everything, aside


def _merge(*records):
    """All tasks of all records, each with its earliest day."""
    merged = {}
    for found in records:
        for name, day in found.items() if isinstance(found, dict) else found:
            merged[name] = min(day, merged.get(name, day))
    return dict(sorted(merged.items()))


def _set_aside(path):
    """Give a file a name that no file has yet; returns it."""
    names = (f"{path.name}.damaged{number or ''}" for number in itertools.count())
    aside = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    os.replace(path, aside)
    return aside


def _about(path, aside):
    return f"{shown(path)} was damaged: it is now {shown(aside)}; what could be read is kept."


def _today():
    return datetime.date.today().isoformat()
