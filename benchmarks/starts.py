"""What does a learner wait for before the first cell has run? Two starts, each done in two ways.

    python -m benchmarks.starts

JupyterLab with and without rfc3987-syntax, which pyproject.toml leaves out, fetched for this;
the imports of a first lesson with and without the parts of SciPy that one lesson asks for. In
turns, each in a process of its own.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from benchmarks.children import processor_seconds
from benchmarks.results import record, table
from tools.project import words

COMMAND = "python -m benchmarks.starts"
ROUNDS = 5
LEFT_OUT = ("rfc3987-syntax==1.1.0", "lark==1.3.1")
LAB = [
    sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
    "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=none",
]  # fmt: skip
LESSON = "from course_lib import classical, data, evaluation, masks, metrics, plots, runtime"
LATER = "import scipy.optimize, scipy.stats"


def start_lab(packages):
    """When JupyterLab answers, with a folder of packages ahead of the environment's (or "")."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "PYTHONPATH": packages}
        command = [*LAB, f"--ServerApp.port={port}", f"--ServerApp.root_dir={home}"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        while not _answers(port):
            time.sleep(0.05)
        took = time.perf_counter()
        process.terminate()
        process.wait()
    return took


def _answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/lab?token=none").close()
    except urllib.error.URLError:
        return False
    return True


def run(script):
    subprocess.run([sys.executable, "-c", script], check=True)
    return time.perf_counter()


def timed(start):
    """Seconds on the clock until a start is done, and of processor until its process is over."""
    began, before = time.perf_counter(), processor_seconds()
    return start() - began, processor_seconds() - before


def main():
    with tempfile.TemporaryDirectory() as packages:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--target", packages, *LEFT_OUT], check=True)
        starts = {
            "JupyterLab, with rfc3987-syntax": lambda: start_lab(packages),
            "JupyterLab, without": lambda: start_lab(""),
            "a lesson's imports, with all of SciPy's": lambda: run(f"{LATER}\n{LESSON}"),
            "a lesson's imports, without": lambda: run(LESSON),
        }
        found = {name: [] for name in starts}
        for _ in range(ROUNDS):
            for name, start in starts.items():
                found[name].append(timed(start))
    rows = []
    for name, measured in found.items():
        rows.append(
            [name, *(f"{statistics.median(one):.1f}" for one in zip(*measured, strict=True))]
        )
    body = f"Medians of {ROUNDS} starts each, in turns.\n\n"
    record(
        "starts",
        "Before the first cell has run",
        body + table(["start", "clock (s)", "processor (s)"], rows),
        COMMAND,
    )


if __name__ == "__main__":
    words("benchmarks.starts", __doc__, 0)
    main()
