"""``python -m course_lib`` in a process of its own, with a network."""

import json
import subprocess
import sys

import numpy as np
from PIL import Image

from course_lib import data
from tests.helpers import PATIENCE
from tools.project import ROOT


def test_a_network_repairs_a_file_and_nothing_but_python_speaks(tmp_path):
    data.save(tmp_path / "cat.png", data.photo("chelsea")[:64, :96])
    Image.fromarray(np.eye(64, 96, dtype=bool)).save(tmp_path / "mask.png")
    command = [sys.executable, "-m", "course_lib", "restore", tmp_path / "cat.png"]
    command += ["--mask", tmp_path / "mask.png"]

    def run():
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)

    done = run()
    assert done.returncode == 0 and "invented by photo" in done.stdout
    assert not any(word in done.stderr for word in ("oneDNN", "absl", "WARNING", "Traceback"))
    again = run()
    assert (again.returncode, again.stdout) == (1, "") and again.stderr.startswith("error: ")


def test_this_machine_is_ready_for_the_course():
    command = [sys.executable, "-m", "course_lib", "check", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    told = json.loads(done.stdout)
    faults = [line for line in told["lines"] if not line["well"]]
    # How much memory and disk is free at this moment is not the course's.
    assert not [line for line in faults if line["name"] not in ("memory", "disk")], faults
