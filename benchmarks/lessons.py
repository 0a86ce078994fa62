"""Seconds that each lesson's cells take together in the quick profile, and its longest cell.

    python -m benchmarks.lessons [NUMBER ...]

Lessons that can use CIFAR-10 are also run on it where INPAINTING_DATA_DIR is set. With numbers,
10 11, only those lessons are measured, and the other rows stay as they were: a row says when it
was measured.
"""

import datetime
import re
import time

from benchmarks.results import RESULTS, record, table
from course_lib._variables import path_variable
from tools.build_notebooks import execute
from tools.project import SOURCES, words
from tools.render import render

USES_CIFAR10 = "06"  # from this lesson on
CHANGED = (  # leave out what no row is of any more
    "All lessons, their cells included, have changed since 2026-11-28, and trainings now take "
    "about half the time (*Freed memory*)."
)


def timed(source, data_dir=None):
    """Seconds from the kernel's start to the last cell, and those of the longest cell."""
    notebook = render(source)
    start = time.perf_counter()
    execute(notebook, profile="quick", data_dir=data_dir)
    whole = time.perf_counter() - start
    times = [cell.metadata["execution"] for cell in notebook.cells if "execution" in cell.metadata]
    cells = [cell_seconds(one) for one in times]
    return whole, max(cells)


def main(numbers=()):
    sources = sorted(SOURCES.glob("*.py"))
    chosen = chosen_of(sources, numbers)
    rows = _stored() if numbers else {}
    rows |= dict(_row(source.stem, *timed(source)) for source in chosen)
    folder = path_variable("INPAINTING_DATA_DIR")
    if folder:
        late = [source for source in chosen if source.stem >= USES_CIFAR10]
        rows |= dict(_row(f"{source.stem}, CIFAR-10", *timed(source, folder)) for source in late)
    ordered = sorted(rows, key=lambda name: ("CIFAR-10" in name, name))
    body = f"From the kernel's start to the last cell, once each. {CHANGED}\n\n"
    body += table(
        ["lesson", "seconds", "longest cell (s)", "on"], [(name, *rows[name]) for name in ordered]
    )
    record("lessons", "Lessons, quick profile", body, "python -m benchmarks.lessons")


def chosen_of(sources, numbers):
    """The sources with these numbers, all where there are none; others end the program."""
    known = {one.stem[:2]: one for one in sources}
    if unknown := [number for number in numbers if number not in known]:
        raise SystemExit(f"{unknown[0]} is no number of a lesson: pass some of {' '.join(known)}.")
    return [known[number] for number in numbers] or sources


def _stored():
    """The rows of the last run: lesson -> (seconds, longest cell, date)."""
    text = RESULTS.read_text(encoding="utf-8")
    section = re.search("<!-- begin lessons -->.*<!-- end lessons -->", text, re.S)
    found = re.findall(r"^\| (\d\d_.*?) \| (.+) \|$", section[0], re.M)
    return {name: tuple(rest.split(" | ")) for name, rest in found}


def _row(name, whole, longest):
    return name, (f"{whole:.0f}", f"{longest:.0f}", datetime.date.today().isoformat())


def cell_seconds(times):
    """Seconds that a cell took, from the times that nbclient leaves in its metadata."""
    names = ("iopub.status.busy", "iopub.status.idle")
    moments = [datetime.datetime.fromisoformat(times[name]) for name in names]
    return (moments[1] - moments[0]).total_seconds()


if __name__ == "__main__":
    main(words("benchmarks.lessons", __doc__))
