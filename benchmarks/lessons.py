"""Seconds that each lesson's cells take together in the quick profile, and its longest cell.

    python -m benchmarks.lessons

Lessons that can use CIFAR-10 are also run on it where INPAINTING_DATA_DIR is set.
"""

import datetime
import os
import time

import numpy as np

from benchmarks.results import record, table
from tools.build_notebooks import execute
from tools.project import SOURCES
from tools.render import render

ROUNDS = 3
TRAIN_FROM = "04"  # lessons that may take minutes are run once


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
    taken = {source.stem: [] for source in sources}
    for k in range(ROUNDS):
        for source in sources:
            if k == 0 or source.stem < TRAIN_FROM:
                taken[source.stem].append(timed(source))
    rows = [_row(name, runs) for name, runs in taken.items()]
    folder = os.environ.get("INPAINTING_DATA_DIR")
    if folder:
        late = [source for source in sources if source.stem >= TRAIN_FROM]
        rows += [_row(f"{source.stem}, CIFAR-10", [timed(source, folder)]) for source in late]
    body = (
        f"From the kernel's start to the last cell; the first lessons {ROUNDS} times, interleaved, "
        "the others once.\n\n"
        + table(["lesson", "seconds (median)", "seconds (most)", "longest cell (s)"], rows)
    )
    record("lessons", "Lessons, quick profile", body, "python -m benchmarks.lessons")


def _row(name, runs):
    seconds, longest = zip(*runs, strict=True)
    return name, *(f"{one:.0f}" for one in (np.median(seconds), max(seconds), max(longest)))


def _seconds(times, began, ended):
    moments = [datetime.datetime.fromisoformat(times[name]) for name in (began, ended)]
    return (moments[1] - moments[0]).total_seconds()


if __name__ == "__main__":
    main()
