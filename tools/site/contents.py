"""What the course consists of, read from where it is said: README's table and the lessons."""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tools.project import NOTEBOOKS, ROOT

ROW = re.compile(
    r"\| (?P<number>\d\d) \| \[(?P<title>[^]]+)\]\((?P<path>[^)]+)\) \| (?P<insight>.+?) \|"
)
PART = re.compile(r"\| \| \*\*(?P<title>[^*]+)\*\* \|")


@dataclass(frozen=True)
class Lesson:
    """A row of README's table: "04", its title, what it teaches, the notebook, its minutes."""

    number: str
    title: str
    insight: str
    path: Path
    minutes: int


@dataclass(frozen=True)
class Part:
    """A part of the course and its lessons, in order."""

    title: str
    lessons: tuple

    @property
    def minutes(self):
        return sum(lesson.minutes for lesson in self.lessons)


def parts(readme=ROOT / "README.md"):
    """The parts in README's table, each with its lessons.

    Raises:
        ValueError: if the table does not name each lesson of ``notebooks/`` once, below a part.
    """
    found = []
    for line in Path(readme).read_text(encoding="utf-8").splitlines():
        part, row = PART.match(line), ROW.match(line)
        if part:
            found.append((part["title"], []))
        elif row and found:
            found[-1][1].append(_lesson(row, Path(readme).parent))
    named = [lesson.path.name for _, lessons in found for lesson in lessons]
    there = sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    if named != there:
        odd = ", ".join(sorted(set(named) ^ set(there))) or "one twice, or out of order"
        raise ValueError(f"README's table and notebooks/ differ: {odd}. Mend the table.")
    return [Part(title, tuple(lessons)) for title, lessons in found]


def _lesson(row, root):
    path = root / row["path"]
    return Lesson(row["number"], row["title"], row["insight"], path, minutes(path))


def minutes(path):
    """The minutes that a lesson says it takes, in its *You need*."""
    opening = nbformat.read(path, as_version=4).cells[0].source
    said = re.search(r"About\s+(\d+)\s+minutes", opening)
    if said is None:
        raise ValueError(f"{path.name} does not say its minutes: write About 30 minutes.")
    return int(said[1])
