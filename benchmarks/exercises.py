"""Seconds that each check of the exercises takes for its solution, and each solution notebook.

    python -m benchmarks.exercises [NUMBER ...]

With numbers, 16 17, only those solutions are measured, and the other rows stay as they were: a row
says when it was measured, and under which load of the machine.
"""

import datetime
import os
import re
import time

from benchmarks.children import processor_seconds
from benchmarks.lessons import cell_seconds, chosen_of
from benchmarks.results import RESULTS, record, table
from tools.build_notebooks import execute
from tools.exercises import CALL, render_solution
from tools.project import SOLUTIONS, words

COLUMNS = ["solution", "seconds", "processor (s)", "checks", "slowest check (s)", "on", "load"]


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


def main(numbers=()):
    sources = sorted((SOLUTIONS / "src").glob("[0-9][0-9]_*.py"))
    rows = _stored() if numbers else {}
    for source in chosen_of(sources, numbers):
        whole, used, checks = timed(source)
        slowest = max(checks, key=checks.get)
        slow = f"{slowest}: {checks[slowest]:.2f}"
        when = (datetime.date.today().isoformat(), f"{os.getloadavg()[0]:.1f}")
        rows[source.stem] = (f"{whole:.0f}", f"{used:.0f}", str(len(checks)), slow, *when)
    body = (
        "From the kernel's start to the last cell, once each, on the clock and of processor time; "
        "then the slowest of the notebook's checks, run on its solution, on the clock. The last "
        "column is the machine's load (one minute): where it is above the number of cores, it "
        "lengthens the time on the clock. A dash: not measured.\n\n"
    )
    body += table(COLUMNS, [(name, *rows[name]) for name in sorted(rows)])
    record("exercises", "Exercises, quick profile", body, "python -m benchmarks.exercises")


def _stored():
    """The rows of the last run: solution -> what stands behind it."""
    text = RESULTS.read_text(encoding="utf-8")
    section = re.search("<!-- begin exercises -->.*<!-- end exercises -->", text, re.S)
    found = re.findall(r"^\| (\d\d_\w+) \| (.+) \|$", section[0], re.M)
    return {name: tuple(rest.split(" | ")) for name, rest in found}


if __name__ == "__main__":
    main(words("benchmarks.exercises", __doc__))
