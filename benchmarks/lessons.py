"""Seconds that each lesson's cells take together, in the quick profile.

python -m benchmarks.lessons
"""

import time

import numpy as np

from benchmarks.results import record, table
from tools.build_notebooks import execute
from tools.project import SOURCES
from tools.render import render

ROUNDS = 3


def main():
    sources = sorted(SOURCES.glob("*.py"))
    seconds = {source.stem: [] for source in sources}
    for _ in range(ROUNDS):
        for source in sources:
            start = time.perf_counter()
            execute(render(source), profile="quick")
            seconds[source.stem].append(time.perf_counter() - start)
    rows = [
        (name, f"{np.median(taken):.0f}", f"{max(taken):.0f}") for name, taken in seconds.items()
    ]
    body = f"From the kernel's start to the last cell, {ROUNDS} rounds interleaved.\n\n" + table(
        ["lesson", "seconds (median)", "seconds (most)"], rows
    )
    record("lessons", "Lessons, quick profile", body, "python -m benchmarks.lessons")


if __name__ == "__main__":
    main()
