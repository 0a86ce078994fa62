"""Run lessons and tests with the oldest versions that pyproject.toml accepts, on Python 3.11.

    python -m tools.oldest_lane [python3.11] [what pytest is to run]

A bound that is too low fails here rather than on a learner's computer. The environment is kept in
.venv-oldest.
"""

import os
import subprocess
import sys

from tools import lane
from tools.project import ROOT

VERSION = (3, 11)
LOWEST = ("--resolution", "lowest-direct", "--extra", "test", "--extra", "cpu", "--requirement")


def main(base_python="python3.11", *tests):
    if not lane.right_python(base_python, VERSION):
        return "It runs Python 3.11: type make test-oldest OLDEST_PYTHON=/path/to/python3.11."
    python = lane.environment(".venv-oldest", base_python, *LOWEST, ROOT / "pyproject.toml")
    lane.uv_install(python, "--no-deps", "--editable", ROOT)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [python, "-m", "pytest", *lane.WORKERS, *tests], cwd=ROOT, env=kept
    ).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
