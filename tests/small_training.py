"""A small training for test_fit.py, which also runs it as a process of its own and kills it:

python -m tests.small_training FOLDER SEED
"""

import os
import sys
import time
from pathlib import Path

import keras
import numpy as np

from course_lib import masks, training

IMAGES = np.random.RandomState(0).randint(0, 256, (20, 8, 8, 3), dtype=np.uint8)
BANK = masks.random_pixels(6, 8, fraction=0.3, seed=0)
EPOCHS = 50


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


class Tell(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        print("epoch", epoch, flush=True)


def main(folder, seed):
    fsync = os.fsync
    os.fsync = lambda file: (time.sleep(0.1), fsync(file))  # long enough for a kill to meet it
    model = network(int(seed))
    training.fit(model, *batches(), epochs=EPOCHS, seed=3, folder=folder, callbacks=[Tell()])
    final = [keras.ops.convert_to_numpy(one) for one in model.variables]
    np.savez(Path(folder) / "final.npz", *final)


if __name__ == "__main__":
    main(*sys.argv[1:])
