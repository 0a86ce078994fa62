"""A small training that many tests share; test_kills.py kills processes that run it.

python -m tests.small_training reads folder, seed, epochs and where to stand still from every line
of its input, starts a process that trains there, and prints its number. All share one Keras.
"""

import itertools
import os
import signal
import sys
from pathlib import Path

import keras
import numpy as np

from course_lib import masks, training

IMAGES = np.random.RandomState(0).randint(0, 256, (20, 8, 8, 3), dtype=np.uint8)
BANK = masks.random_pixels(6, 8, fraction=0.3, seed=0)


def network(seed=0, dropout=0.4):
    """All that a network can carry from step to step.

    That is weights, Adam's moments, batch normalisation's averages, dropout's random numbers.
    """
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, padding="same", activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(dropout),
            keras.layers.Conv2D(3, 3, padding="same"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), loss="mse")
    return model


def batches(seed=0):
    train = training.pairs(IMAGES, BANK, batch_size=8, seed=seed)
    return train, training.pairs(IMAGES[:6], BANK, batch_size=8, seed=0, frozen=True)


def weights(model):
    """All the network's numbers as bytes, to compare two of them bit for bit."""
    return b"".join(keras.ops.convert_to_numpy(one).tobytes() for one in model.variables)


class StopAfter(keras.callbacks.Callback):
    """Stands for whatever ends a process: it raises after so many epochs of its own."""

    def __init__(self, epochs):
        super().__init__()
        self.left = epochs

    def on_epoch_begin(self, epoch, logs=None):
        if self.left == 0:
            raise ConnectionError("the process ends here")
        self.left -= 1


class Tell(keras.callbacks.Callback):
    """Adds a line to the folder's diary when an epoch begins, and may stand still for ever then."""

    def __init__(self, folder, still_at=None):
        super().__init__()
        self.diary, self.still_at, self.begun = folder / "diary", still_at, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.begun += 1
        with open(self.diary, "a", encoding="utf-8") as diary:
            diary.write(f"epoch {epoch}\n")
        if self.begun == self.still_at:
            signal.pause()


def stand_still_in_write(number, folder):
    """Let the process stand still for ever in its file number so and so, before it is on disk."""
    fsync, calls = os.fsync, itertools.count(1)

    def still(file):
        if next(calls) == number:
            (folder / "writing").touch()
            signal.pause()
        fsync(file)

    os.fsync = still


def train(folder, epochs, where, number):
    if where == "write":
        stand_still_in_write(number, folder)
    model = network()
    callbacks = [Tell(folder, number if where == "epoch" else None)]
    training.fit(model, *batches(), epochs=epochs, seed=3, folder=folder, callbacks=callbacks)
    final = [keras.ops.convert_to_numpy(one) for one in model.variables]
    np.savez(folder / "final.npz", *final)


def main():
    for line in sys.stdin:
        folder, epochs, where, number = line.rsplit(maxsplit=3)
        child = os.fork()  # before Keras has computed anything, so that no thread is lost
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            train(Path(folder), int(epochs), where, int(number))
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
