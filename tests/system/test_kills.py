"""A training that is killed at any moment goes on to the same weights."""

import os
import signal
import subprocess
import sys
import time

import numpy as np

from course_lib.training import checkpoint
from tests.helpers import skip_or_fail, wait_for
from tools.project import ROOT

EPOCHS = 50  # more than ten processes get to before they are killed


class Trainings:
    """Processes that train in a folder, one after the other, and can be killed at any moment."""

    def __init__(self):
        if not hasattr(os, "fork"):
            skip_or_fail("processes cannot be forked on this system")
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tests.small_training"],
            cwd=ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        os.killpg(self.server.pid, signal.SIGKILL)  # and a training that stands still
        self.server.communicate()

    def start(self, folder, still="nowhere 0"):
        """Begin, and return the process's number.

        It stands still for ever when it begins its fifth epoch ("epoch 5"), or while it writes its
        fifth checkpoint ("write 5"): so it is there to be killed, however long that takes.
        """
        for name in ("diary", "writing"):
            (folder / name).unlink(missing_ok=True)
        print(folder, EPOCHS, still, file=self.server.stdin, flush=True)
        return int(self._line())

    def end(self):
        """Wait for the process to end, and return its exit code."""
        return int(self._line())

    def _line(self):
        line = self.server.stdout.readline()
        assert line, self.server.stderr.read()[-2000:]
        return line


def epochs_begun(folder):
    diary = folder / "diary"
    return len(diary.read_text(encoding="utf-8").splitlines()) if diary.exists() else 0


def final_weights(folder):
    with np.load(folder / "final.npz") as stored:
        return [stored[name] for name in stored.files]


def two_folders(path):
    for name in ("whole", "killed"):
        (path / name).mkdir()
    return path / "whole", path / "killed"


def test_ten_kills_out_of_ten_resume_to_the_same_weights(tmp_path):
    """kill -9 at random moments, every other one while the checkpoint is being written."""
    whole, killed = two_folders(tmp_path)
    random, reached = np.random.RandomState(0), []
    with Trainings() as trainings:
        trainings.start(whole)
        assert trainings.end() == 0
        for kill in range(10):
            begun, unfinished = random.randint(2, 4), set(killed.glob(".*.part"))
            if kill % 2:
                process = trainings.start(killed, f"write {begun}")
                wait_for((killed / "writing").exists)
                assert len(set(killed.glob(".*.part")) - unfinished) == 1
            else:
                process = trainings.start(killed, f"epoch {begun + 2}")
                wait_for(lambda begun=begun: epochs_begun(killed) >= begun)
                time.sleep(random.uniform(0, 0.2))
            os.kill(process, signal.SIGKILL)
            assert trainings.end() == -9
            reached.append(checkpoint.read(killed / "checkpoint.npz")[1]["epoch"])
        trainings.start(killed)
        assert trainings.end() == 0
    assert reached == sorted(set(reached))  # each began where the one before it had ended
    for one, other in zip(final_weights(killed), final_weights(whole), strict=True):
        np.testing.assert_array_equal(one, other)
