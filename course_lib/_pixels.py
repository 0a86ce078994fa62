"""Pixels to compute with, floats in [0, 1], and pixels as stored, bytes from 0 to 255."""

import numpy as np


def as_bytes(image):
    """uint8, the nearest of the 256 values; what lies outside [0, 1] is clipped, NaN becomes 0.

    Example:
        >>> as_bytes([-0.1, 0.0, 0.5, 99.6 / 255, 2.0, np.nan]).tolist()
        [0, 0, 128, 100, 255, 0]
    """
    image = np.fmax(image, np.float32(0))  # at least float32; of a number and NaN, the number
    return np.rint(255 * np.fmin(image, 1)).astype(np.uint8)


def as_floats(pictures):
    """float32 in [0, 1] of uint8 pictures.

    Example:
        >>> as_floats(np.array([0, 51, 255], np.uint8)).tolist() == [0, np.float32(0.2), 1]
        True
    """
    return pictures / np.float32(255)
