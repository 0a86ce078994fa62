"""Run the browser's lessons and solutions with the versions that the browser has.

    python -m tools.browser_lane [python3.13]

They run natively, because Pyodide's own builds cannot be had everywhere: with the versions of
Pyodide's lock, on Python 3.13; without Keras, TensorFlow and wandb; with the library from the wheel
that the web page carries; and with threads and processes refused (tests/browser/kernel.py).
"""

import os
import subprocess
import sys
import tempfile

from tools import lane
from tools.project import NOTEBOOKS, ROOT, SOLUTIONS, words
from tools.site import pyodide
from tools.site.lite import LESSONS
from tools.site.wheel import write_wheel

VERSION = (3, 13)
TOOLS = ("hypothesis", "ipykernel", "jupytext", "nbval", "pytest", "pytest-xdist")


def versions():
    """What Pyodide carries, as requirements."""
    _, lock = pyodide.carried()
    return [f"{name}=={lock['packages'][name]['version']}" for name in pyodide.FROM_PYODIDE]


def main(base_python="python3.13"):
    if not lane.right_python(base_python, VERSION):
        return "It runs Python 3.13: type make test-browser BROWSER_PYTHON=/path/to/python3.13."
    try:
        wanted = [*versions(), *pyodide.FROM_INDEX, *TOOLS]
    except OSError as error:
        return str(error)
    python = lane.environment(".venv-browser", base_python, *wanted)
    with tempfile.TemporaryDirectory() as folder:
        lane.uv_install(python, "--no-deps", "--reinstall", write_wheel(folder))
    homes = (NOTEBOOKS, SOLUTIONS)
    notebooks = [
        path for home in homes for path in sorted(home.glob("*.ipynb")) if path.name[:2] in LESSONS
    ]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [python, "-m", "pytest", *lane.WORKERS, *notebooks, "tests/test_place.py"]
    return subprocess.run(command, cwd=ROOT, env=kept | {"INPAINTING_LANE": "browser"}).returncode


if __name__ == "__main__":
    sys.exit(main(*words("tools.browser_lane", __doc__, 1)))
