"""Paths from a picture to noise, and what a network has to learn of one.

At time t a picture x has become a(t) x + b(t) z, where z is white noise: a falls from 1 to 0 while
b rises from 0 to 1. Diffusion and flow matching differ in a and b, and in how the way back is gone;
the network, its loss and its training are the same. Pictures are in [-1, 1] here, grey being 0.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_lib._validation import brief

HALF_TURN = math.pi / 2


@dataclass(frozen=True)
class Path:
    """How a picture turns into noise: a(t) of the picture and b(t) of the noise.

    Attributes:
        name: "cosine" or "straight".
        weights: a function, times in [0, 1] -> (a, b).
        rates: a function, times -> (da/dt, db/dt).

    Example:
        >>> STRAIGHT.mix(np.array([2.0]), np.array([10.0]), 0.25)
        array([4.])
        >>> STRAIGHT.velocity(np.array([2.0]), np.array([10.0]), 0.25)
        array([8.])
    """

    name: str
    weights: Callable
    rates: Callable

    def mix(self, picture, noise, time):
        """Where the path has come to at a time: a x + b z."""
        signal, spread = self.weights(time)
        return signal * picture + spread * noise

    def velocity(self, picture, noise, time):
        """How fast it moves there, a' x + b' z: what the network learns to say of the mixture.

        Under squared error it learns the mean over all pictures and noises that mix to the same.
        """
        signal, spread = self.rates(time)
        return signal * picture + spread * noise

    def picture(self, noisy, velocity, time):
        """The picture x that a mixture and its velocity tell of: two equations, solved for x.

        Args:
            noisy: (N, H, W, 3), a x + b z.
            velocity: of the same shape, a' x + b' z.
            time: above 0 and up to 1.

        Returns:
            Of the same shape; where the velocity is a mean, the mean picture.
        """
        (a, b), (da, db) = self.weights(time), self.rates(time)
        return (db * noisy - b * velocity) / (a * db - da * b)


def check_way_back(guess, path):
    """A guesser that can be called, and the path that it knows."""
    if not callable(guess):
        raise TypeError(
            f"guess is {brief(guess)}: pass a function (noisy, time) -> pictures, such as "
            "guesser(network, path)."
        )
    if not isinstance(path, Path):
        raise TypeError(f"path is {brief(path)}: pass a Path, COSINE or STRAIGHT.")


def _cosine(time):
    return np.cos(HALF_TURN * time), np.sin(HALF_TURN * time)


def _cosine_rates(time):
    signal, spread = _cosine(time)
    return -HALF_TURN * spread, HALF_TURN * signal


def _straight(time):
    return 1 - time, time


def _straight_rates(time):
    return -np.ones_like(time), np.ones_like(time)


# Nichol and Dhariwal, Improved denoising diffusion probabilistic models, 2021, equation 17, without
# its offset; the velocity: Salimans and Ho, Progressive distillation, 2022, appendix D.
COSINE = Path("cosine", _cosine, _cosine_rates)
# Lipman et al., Flow matching for generative modeling, 2023, section 4.1, example II, with time
# turned round and nothing left of the noise at the end.
STRAIGHT = Path("straight", _straight, _straight_rates)
PATHS = {path.name: path for path in (COSINE, STRAIGHT)}
