"""Several devices share a training."""

import json
import os
import subprocess
import sys

import pytest

from tests.helpers import PATIENCE
from tools.project import ROOT

TWO_DEVICES = """
import json

import keras
import tensorflow as tf
from course_lib import training
from course_lib.training import devices
from tests.small_training import BANK, IMAGES

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


def network():
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 3, padding="same")])
    model.compile(keras.optimizers.SGD(0.05), loss="mse")
    return model


def batches(count=18):  # the last batch is smaller; in validation one device gets none of it
    train = training.pairs(IMAGES[:count], BANK, batch_size=8, seed=0)
    return train, training.pairs(IMAGES[:9], BANK, batch_size=8, seed=0, frozen=True)


one = network()
start = one.get_weights()
curve = training.fit(one, *batches(), epochs=2, seed=0).history
mirrored = tf.distribute.MirroredStrategy
tf.distribute.MirroredStrategy = lambda: mirrored(["CPU:0", "CPU:1"])
devices._gpus = lambda: ["gpu:0", "gpu:1"]
with training.all_devices():
    two = network()
two.set_weights(start)
again = training.fit(two, *batches(), epochs=2, seed=0).history
try:
    training.fit(two, *batches(count=17), epochs=1, seed=0)
except ValueError as error:
    refusal = str(error)


def difference(some, others):
    return max(float(abs(a - b).max()) for a, b in zip(some, others))


print(json.dumps({
    "replicas": two.distribute_strategy.num_replicas_in_sync,
    "moved": difference(one.get_weights(), start),
    "difference": difference(one.get_weights(), two.get_weights()),
    "curve": curve,
    "again": again,
    "refusal": refusal,
}))
"""


def test_two_devices_share_a_batch_and_train_the_same_network():
    """MirroredStrategy on two virtual CPU devices against one device, no dropout."""
    done = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["replicas"] == 2
    assert found["moved"] > 1e-3
    assert "1 pictures for 2 devices" in found["refusal"]
    assert found["difference"] < 1e-5
    for name in ("loss", "val_loss"):
        assert found["again"][name] == pytest.approx(found["curve"][name], rel=1e-4)
