"""Seconds that each check of the exercises takes for its solution, and each solution notebook.

python -m benchmarks.exercises
"""

import os
import resource
import time

from benchmarks.lessons import cell_seconds
from benchmarks.results import record, table
from tools.build_notebooks import execute
from tools.exercises import CALL, render_solution
from tools.project import SOLUTIONS


def timed(source):
    """(seconds by the clock and of processor, {task: seconds of its check}), quick profile."""
    notebook = render_solution(source)
    start, used = time.perf_counter(), processor_seconds()
    execute(notebook, profile="quick")
    whole, used = time.perf_counter() - start, processor_seconds() - used
    checks = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and (found := CALL.match(cell.source)):
            checks[f"{found[1]}.{found[2]}"] = cell_seconds(cell.metadata["execution"])
    return whole, used, checks


def processor_seconds():
    """Of all kernels that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def main():
    rows = []
    for source in sorted((SOLUTIONS / "src").glob("[0-9][0-9]_*.py")):
        whole, used, checks = timed(source)
        slowest = max(checks, key=checks.get)
        slow = f"{slowest}: {checks[slowest]:.2f}"
        rows.append((source.stem, f"{whole:.0f}", f"{used:.0f}", len(checks), slow))
    body = (
        "From the kernel's start to the last cell, once each, by the clock and of processor; last "
        "the slowest of the notebook's checks, run on its solution, by the clock. Load of the "
        f"machine at the end {os.getloadavg()[1]:.1f} (five minutes): what is above its cores "
        "lengthens the seconds by the clock.\n\n"
    )
    names = ["solution", "seconds", "processor (s)", "checks", "slowest check (s)"]
    body += table(names, rows)
    record("exercises", "Exercises, quick profile", body, "python -m benchmarks.exercises")


if __name__ == "__main__":
    main()
