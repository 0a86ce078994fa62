"""From a fresh clone to the whole web site, and how large it is.

    python -m benchmarks.site

Clones the last commit into an empty folder and types `make site` there.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.children import processor_seconds
from benchmarks.results import record, table
from tools.project import ROOT, words
from tools.site.lite import OFFERED

PARTS = {"lessons in the browser": "lite", "*Try it*": "try", "pages and all else": ""}


def main():
    with tempfile.TemporaryDirectory() as place:
        clone = Path(place) / "course"
        subprocess.run(
            ["git", "clone", "--quiet", "--depth", "1", ROOT.as_uri(), clone], check=True
        )
        started, before = time.perf_counter(), processor_seconds()
        subprocess.run(["make", "site", f"PYTHON={sys.executable}"], cwd=clone, check=True)
        seconds, busy = time.perf_counter() - started, processor_seconds() - before
        site = clone / "build" / "site"
        sizes = {name: _megabytes(site / part) for name, part in PARTS.items()}
        sizes["pages and all else"] -= sizes["lessons in the browser"] + sizes["*Try it*"]
        lite = in_the_browser(site)
        heaviest = max(site.glob("*/*.html"), key=lambda path: path.stat().st_size)
    rows = [
        ("`make site`, the environment too", f"{seconds:.0f} s"),
        ("processor time of it", f"{busy:.0f} s"),
        *((name, f"{size:.1f} MB") for name, size in sizes.items()),
    ]
    body = (
        f"From a fresh clone; load of the machine at the end {os.getloadavg()[1]:.1f} (five "
        f"minutes). The longest page is {heaviest.stem}. Lessons in the browser: {lite}.\n\n"
        + table(["what", "measured"], rows)
    )
    record("site", "The web site", body, "python -m benchmarks.site")


def in_the_browser(site):
    """What of the lessons in the browser lies in a folder of ``make site``."""
    kept = "with" if (Path(site) / "lite" / OFFERED).exists() else "without"
    return f"JupyterLite, {kept} Pyodide's packages, which they need to run"


def _megabytes(folder):
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files) / 1e6


if __name__ == "__main__":
    words("benchmarks.site", __doc__, 0)
    main()
