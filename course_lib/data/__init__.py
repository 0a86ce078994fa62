"""Pictures: read from files, carried by installed packages, or cut into a data set.

The photographs come with scikit-image and matplotlib and need no internet. CIFAR-10 may.
"""

from dataclasses import dataclass

import numpy as np

from course_lib._validation import brief, check_count, is_one_of
from course_lib.data.cifar10 import load_cifar10
from course_lib.data.files import read, save
from course_lib.data.photos import PHOTOS, load_photos, photo

__all__ = ["LOADERS", "PHOTOS", "Dataset", "load", "photo", "read", "save"]

LOADERS = {"photos": load_photos, "cifar10": load_cifar10}


@dataclass(frozen=True)
class Dataset:
    """Pictures in three parts that share no photograph, each uint8 (N, 32, 32, 3).

    Labels are uint8 (N,) or None; ``provenance`` says in a sentence where the pictures come from.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    provenance: str
    train_labels: np.ndarray | None = None
    validation_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None


def load(name="photos", *, subset=None):
    """Load a data set.

    Args:
        name: "photos", patches of photographs that come with the installation; or "cifar10",
            from ``INPAINTING_DATA_DIR``, Keras's cache or the internet; a printed line says which.
        subset: at most this many pictures of each part, always the same ones.

    Returns:
        A ``Dataset``. Its parts share no picture, and those of "photos" no photograph, so nothing
        leaks from one to another.

    Raises:
        ValueError: if there is no data set of that name, or subset is not a whole number from 1.
        OSError: if CIFAR-10 cannot be had; the message says what to do.

    Example:
        >>> load(subset=10).train.shape
        (10, 32, 32, 3)
    """
    if not is_one_of(name, LOADERS):
        raise ValueError(
            f"there is no data set {brief(name)}: use {' or '.join(map(repr, LOADERS))}."
        )
    if subset is not None:
        subset = check_count("subset", subset, lowest=1)
    # Copies: a small subset does not keep the whole in memory, nor does a change reach others.
    fields = {
        key: value[:subset].copy() if isinstance(value, np.ndarray) else value
        for key, value in LOADERS[name]().items()
    }
    return Dataset(**fields)
