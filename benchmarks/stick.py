"""How large a stick is, and how long a fresh account without a network takes to lesson 00.

    make stick
    python -m benchmarks.stick

Linux, as root. The account has an empty home and its own number, the stick can only be read, and
loopback is all there is of a network (``tools/stick/room.py``).
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.children import processor_seconds
from benchmarks.results import record, table
from benchmarks.site import in_the_browser
from tools.project import ROOT, words
from tools.stick import wheels
from tools.stick.room import Room

STICK = ROOT / "build" / "stick"
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


def main():
    with tempfile.TemporaryDirectory(prefix="room-") as folder:
        room = Room(Path(folder), STICK, "quick")
        rows = [
            _timed("installed from the stick", lambda: room.start("install")),
            _timed("every cell of lesson 00", lambda: room.execute("00_first_repair.ipynb")),
        ]
    body = (
        "What the folder of `make stick` holds, MB. Wheels that several share are counted once "
        f"in the sum. Lessons in the browser, in `site`: {in_the_browser(STICK / 'site')}.\n\n"
        f"{table(['part', 'MB'], sizes())}\n\n"
        f"In a fresh account without a network, Linux, Python {PYTHON}; load of the machine at "
        f"the end {os.getloadavg()[1]:.1f} (five minutes). Seconds on the clock and of the "
        "processors.\n\n" + table(["what", "seconds", "processor"], rows)
    )
    record("stick", "The stick", body, "python -m benchmarks.stick")


def sizes():
    """Rows of (part of the stick, MB), the last one the sum."""
    rows = []
    for system, (name, *_) in wheels.SYSTEMS.items():
        for python in wheels.PYTHONS:
            fitting = wheels.held(STICK / "wheels", wheels.Target(system, python))
            rows.append((f"wheels for {name}, Python {python}", _megabytes(fitting)))
    for name in ("wheels", "site", "data", "course.zip", ""):
        files = [STICK / name] if name.endswith(".zip") else (STICK / name).rglob("*")
        rows.append((f"`{name}`" if name else "**in all**", _megabytes(files)))
    return rows


def _megabytes(paths):
    return f"{sum(path.stat().st_size for path in paths if path.is_file()) / 1e6:.0f}"


def _timed(what, work):
    started, before = time.perf_counter(), processor_seconds()
    status, said = work()
    seconds, busy = time.perf_counter() - started, processor_seconds() - before
    if status:
        raise RuntimeError(f"{what} ended with {status}:\n{said}")
    return what, f"{seconds:.0f}", f"{busy:.0f}"


if __name__ == "__main__":
    words("benchmarks.stick", __doc__, 0)
    main()
