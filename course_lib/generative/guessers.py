"""Guessers: from a noisy picture to the mean of the pictures that it can have been.

Two of them: a network that was trained to, and lesson 07's Gaussian, for which the mean has a
formula, so that samplers can be held to the truth.
"""

import numpy as np
from scipy import linalg

from course_lib.generative.diffusion import from_unit


def guesser(network, path):
    """What a trained denoiser takes a noisy picture to be, clipped to [-1, 1].

    Args:
        network: ``models.denoiser``, or another [noisy, time] -> velocity.
        path: the ``Path`` that it was trained on.

    Returns:
        A function (noisy (N, H, W, 3), time above 0) -> float64 (N, H, W, 3).

    Example:
        >>> from course_lib import models
        >>> from course_lib.generative import STRAIGHT
        >>> guess = guesser(models.denoiser(width=4), STRAIGHT)  # untrained: it says 0
        >>> guess(np.full((1, 4, 4, 3), 0.5), 0.5).mean()
        np.float64(0.5)
    """

    def guess(noisy, time):
        times = np.full(len(noisy), time, np.float32)
        velocity = network.predict_on_batch([noisy.astype(np.float32), times])
        return np.clip(path.picture(noisy, np.asarray(velocity, np.float64), time), -1, 1)

    return guess


def gaussian_guesser(gaussian, path):
    """The exact mean, if pictures are drawn from a Gaussian.

    For a picture x of mean m and covariance S, and a x + b z with white z, the mean is
    m + a S (a^2 S + b^2)^-1 (noisy - a m); in the directions of S's eigenvectors each number
    stands for itself.

    Args:
        gaussian: ``classical.Gaussian``, of pictures in [0, 1]; its precision is positive
            definite.
        path: a ``Path``.

    Returns:
        A function (noisy (N, H, W, 3) in [-1, 1], time) -> float64 (N, H, W, 3).

    Raises:
        ValueError: if the Gaussian's precision is not positive definite.

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, section 2.3.3.

    Example:
        >>> from course_lib.classical import Gaussian
        >>> from course_lib.generative import STRAIGHT
        >>> world = Gaussian(np.full((1, 1, 3), 0.5), 4 * np.eye(3))  # variance 1 in [-1, 1]
        >>> gaussian_guesser(world, STRAIGHT)(np.ones((1, 1, 1, 3)), 0.5)[0, 0, 0].tolist()
        [1.0, 1.0, 1.0]
    """
    mean = from_unit(gaussian.mean).ravel()
    values, vectors = linalg.eigh(gaussian.precision)
    if values[0] <= 0:
        raise ValueError(
            "this Gaussian's precision is not positive definite: fit one to pictures with "
            "classical.fit_gaussian."
        )
    variances = 4 / values  # in [-1, 1] a number has four times the variance

    def guess(noisy, time):
        a, b = path.weights(time)
        gains = a * variances / (a**2 * variances + b**2)
        offsets = (noisy.reshape(len(noisy), -1) - a * mean) @ vectors
        return (mean + (gains * offsets) @ vectors.T).reshape(noisy.shape)

    return guess
