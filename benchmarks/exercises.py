"""Seconds that each check of the exercises takes for its solution, and each solution notebook.

python -m benchmarks.exercises
"""

import time

from benchmarks.lessons import cell_seconds
from benchmarks.results import record, table
from tools.build_notebooks import execute
from tools.exercises import CALL, render_solution
from tools.project import SOLUTIONS


def timed(source):
    """(seconds of the whole notebook, {task: seconds of its check}), in the quick profile."""
    notebook = render_solution(source)
    start = time.perf_counter()
    execute(notebook, profile="quick")
    whole = time.perf_counter() - start
    checks = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and (found := CALL.match(cell.source)):
            checks[f"{found[1]}.{found[2]}"] = cell_seconds(cell.metadata["execution"])
    return whole, checks


def main():
    rows = []
    for source in sorted((SOLUTIONS / "src").glob("[0-9][0-9]_*.py")):
        whole, checks = timed(source)
        slowest = max(checks, key=checks.get)
        rows.append((source.stem, f"{whole:.0f}", len(checks), f"{slowest}: {checks[slowest]:.2f}"))
    body = (
        "From the kernel's start to the last cell, once each; beside it the slowest of the "
        "notebook's checks, run on its solution.\n\n"
    )
    body += table(["solution", "seconds", "checks", "slowest check (s)"], rows)
    record("exercises", "Exercises, quick profile", body, "python -m benchmarks.exercises")


if __name__ == "__main__":
    main()
