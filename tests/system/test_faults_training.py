"""Faults of trainings and networks, each done for real, most in one process that loads Keras once.

docs/reliability.md has a row for each test here; the sentence that a learner reads is compared
with that row.
"""

import json
import os
import sys

import pytest

from course_lib import _files
from tests import injection
from tests.injection import Faults, run
from tests.system.test_wandb_runs import history_of, offline_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="faults as Linux does them")

TRAINING = """
import contextlib, io, json, os, sys, warnings
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
from course_lib import training
from course_lib.callbacks import PredictionLogger
from tests.small_training import IMAGES, batches, network

def train(folder, epochs=3, tracking=True):
    hole = np.eye(8, dtype=bool)
    logger = PredictionLogger(IMAGES[:2], hole, folder=folder, tracking=tracking)
    return training.fit(
        network(), *batches(), epochs=epochs, seed=3, folder=folder, callbacks=[logger]
    )

@contextlib.contextmanager
def noted(name):
    # What is printed, warned of or raised in the block goes into a line of our output.
    said, problems = io.StringIO(), []
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(said):
        warnings.simplefilter("always", UserWarning)
        try:
            yield problems
        except Exception as error:
            problems.append(f"{type(error).__name__}: {error}")
    problems += [str(one.message) for one in warned]
    print(json.dumps([name, said.getvalue() + " ".join(problems)]), flush=True)
"""

# Memory is limited last: what is set so low cannot be raised again.
ALL_FAULTS = """
import re, resource, signal
from pathlib import Path
import keras
from course_lib import classical, masks, models

small, closed, taken = sys.argv[1:]
ballast = bytes(1 << 20)
with noted("full") as problems:
    with open(small + "/ballast", "wb", buffering=0) as file:
        file.write(bytes(os.statvfs(small).f_bfree * 4096 - 24_576))
    history = train(small)
    problems.append(f"{len(history.epoch)} epochs")
    frames = Path(small, "frames").glob("*.png")
    problems.append("no half frame" if all(b"IEND" in one.read_bytes() for one in frames) else "")
    problems.append(f"left {[one.name for one in Path(small).glob('.*')]}")
with noted("read-only") as problems:
    problems.append(f"{len(train(closed, tracking=False).epoch)} epochs")
with noted("taken"):
    train(taken, tracking=False)

hole = masks.squares(1, 16, side=3)[0]
grey = np.full((16, 16, 3), 0.5, np.float32)
unet = models.vanilla_unet(2)
models.inpaint(unet, grey, hole)

def forked(name, work):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(150)  # who would wait for ever ends then, and has said nothing
        try:
            work()
            said = "done"
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with noted(name) as problems, open(read) as said:
        problems.append(said.read())
        os.waitpid(child, 0)

forked("forked classical", lambda: [fill(grey, hole) for fill in classical.METHODS.values()])
forked("forked inpaint", lambda: models.inpaint(unet, grey, hole))
forked("forked fit", lambda: training.fit(network(), *batches(), epochs=1, seed=0))

given = keras.Input((16, 16, 3))
wide = keras.layers.UpSampling2D(1024)(keras.layers.Conv2D(3, 1)(given))
huge = keras.Model(given, keras.layers.AveragePooling2D(1024)(wide))
huge.compile("adam", loss="mse")
many = np.zeros((64, 16, 16, 3), np.uint8)
pairs = training.pairs(many, hole[None], batch_size=64, seed=0)
frozen = training.pairs(many, hole[None], batch_size=64, seed=0, frozen=True)
has = int(re.search(r"VmSize:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (has + 1_000_000_000,) * 2)
with noted("batch"):
    training.fit(huge, pairs, frozen, epochs=1, seed=0)
with noted("pictures"):
    models.inpaint(huge, many.astype(np.float32), hole)
with noted("afterwards") as problems:
    problems.append(str(models.inpaint(unet, grey, hole).shape))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """{fault: what was read}, all done in one process."""
    injection.needs_namespaces("trainings on a full disk, in a read-only and in a taken folder")
    small, closed, taken = (tmp_path_factory.mktemp(name) for name in ("small", "closed", "taken"))
    faults = Faults(full={small: 131_072}, read_only=(closed,))
    with _files.alone(taken / "checkpoint.npz", 0):  # this process trains there
        lines, _ = run(TRAINING + ALL_FAULTS, small, closed, taken, faults=faults)
    found = [json.loads(line) for line in lines.splitlines() if line.startswith('["')]
    return dict(found)


def test_no_room_for_weights(said, row):
    row.is_said_in(said["full"])
    assert "3 epochs" in said["full"] and "left []" in said["full"]


def test_no_room_for_frames(said, row):
    row.is_said_in(said["full"])
    assert "no half frame" in said["full"]


def test_no_room_for_wandb(said, row):
    row.is_said_in(said["full"])
    assert "3 epochs" in said["full"]


def test_a_training_in_a_folder_that_is_read_only(said, row):
    row.is_said_in(said["read-only"])
    assert "3 epochs" in said["read-only"]


def test_two_kernels_train_in_one_folder(said, row):
    row.is_said_in(said["taken"])
    assert said["taken"].startswith("ValueError")


def test_a_fork_after_a_network_has_computed(said, row):
    """Without the sentence it would wait for ever."""
    assert said["forked classical"] == "done"
    for name in ("forked inpaint", "forked fit"):
        row.is_said_in(said[name])


def test_a_batch_that_memory_does_not_hold(said, row):
    row.is_said_in(said["batch"])
    assert said["batch"].startswith("MemoryError")


def test_pictures_that_memory_does_not_hold(said, row):
    row.is_said_in(said["pictures"])
    assert said["pictures"].startswith("MemoryError")
    assert said["afterwards"] == "(16, 16, 3)"


def test_a_training_dies_while_wandb_is_told(tmp_path, row):
    """At its second epoch's pictures; another process then goes on in the folder."""
    killed = Faults(killed_at="wandb.Image 9")  # originals, masks, epochs 0 and 1 are 8
    run(TRAINING + "train(sys.argv[1])", tmp_path, faults=killed, code=-9)
    assert sorted(os.listdir(tmp_path / "frames")) == [f"epoch_000{k}.png" for k in range(3)]
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 1 + 3
    (tmp_path / "wandb").rename(tmp_path / "wandb of the first")
    said, _ = run(TRAINING + "print(train(sys.argv[1]).epoch)", tmp_path)
    assert row.read == "nothing" and "1 of them before this call" in said and "[0, 1, 2]" in said
    assert [one["epoch"] for one in history_of(offline_run(tmp_path))] == [1, 2, 3]
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 1 + 4
