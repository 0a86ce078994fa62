"""Seconds that each lesson's cells take together in the quick profile, and its longest cell.

    python -m benchmarks.lessons

Lessons that can use CIFAR-10 are also run on it where INPAINTING_DATA_DIR is set.
"""

import datetime
import os
import time

from benchmarks.results import record, table
from tools.build_notebooks import execute
from tools.project import SOURCES
from tools.render import render

USES_CIFAR10 = "04"  # from this lesson on


def timed(source, data_dir=None):
    """Seconds from the kernel's start to the last cell, and those of the longest cell."""
    notebook = render(source)
    start = time.perf_counter()
    execute(notebook, profile="quick", data_dir=data_dir)
    whole = time.perf_counter() - start
    times = [cell.metadata["execution"] for cell in notebook.cells if "execution" in cell.metadata]
    cells = [_seconds(one, "iopub.status.busy", "iopub.status.idle") for one in times]
    return whole, max(cells)


def main():
    sources = sorted(SOURCES.glob("*.py"))
    rows = [_row(source.stem, *timed(source)) for source in sources]
    folder = os.environ.get("INPAINTING_DATA_DIR")
    if folder:
        late = [source for source in sources if source.stem >= USES_CIFAR10]
        rows += [_row(f"{source.stem}, CIFAR-10", *timed(source, folder)) for source in late]
    body = "From the kernel's start to the last cell, once each.\n\n" + table(
        ["lesson", "seconds", "longest cell (s)"], rows
    )
    record("lessons", "Lessons, quick profile", body, "python -m benchmarks.lessons")


def _row(name, whole, longest):
    return name, f"{whole:.0f}", f"{longest:.0f}"


def _seconds(times, began, ended):
    moments = [datetime.datetime.fromisoformat(times[name]) for name in (began, ended)]
    return (moments[1] - moments[0]).total_seconds()


if __name__ == "__main__":
    main()
