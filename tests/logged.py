"""A small training that PredictionLogger watches, and what it leaves on disk."""

import csv

import keras
import numpy as np

from course_lib import masks
from course_lib.callbacks import PredictionLogger
from course_lib.training import pairs

IMAGES = np.random.RandomState(0).randint(0, 256, (8, 16, 16, 3), dtype=np.uint8)
HOLES = masks.random_lines(8, 16, seed=1)
FLOATS = IMAGES / np.float32(255)


def small(two_inputs=False, dropout=0.0):
    """One convolution with a sigmoid, and Dropout if asked; always the same first weights."""
    keras.utils.set_random_seed(3)
    damaged = keras.Input((16, 16, 3))
    inputs, features = damaged, damaged
    if two_inputs:
        inputs = [damaged, keras.Input((16, 16, 1))]
        features = keras.layers.Concatenate()(inputs)
    features = keras.layers.Dropout(dropout)(features)
    model = keras.Model(
        inputs, keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")(features)
    )
    model.compile("adam", "mse")
    return model


def quiet(**options):
    """A logger of these pictures that asks nothing of Weights & Biases."""
    return PredictionLogger(IMAGES, HOLES, **{"tracking": False} | options)


def as_bytes(pictures):
    return np.rint(255 * np.clip(pictures, 0, 1)).astype(np.uint8)


def fit(model, *loggers, epochs=3, valid=False, **options):
    data = pairs(IMAGES, HOLES, batch_size=4, seed=0, valid=valid)
    return model.fit(data, epochs=epochs, shuffle=False, verbose=0, callbacks=loggers, **options)


def rows_of(folder):
    with open(folder / "log.csv", newline="") as file:
        return list(csv.DictReader(file))
