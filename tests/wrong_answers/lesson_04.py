"""Wrong answers to exercise 04: (task, the verdict that names the mistake, the answer)."""

import numpy as np

# Arrival


def four_times(left, right, above, below, slowness):
    return np.array([left, right, above, below]) + slowness


# OpenCV's level


def by_zero(mean, jx, jy):
    with np.errstate(all="ignore"):
        return np.clip(np.round(mean - (jx + jy) / np.sqrt(jx * jx + jy * jy) + 0.5), 0, 255)


def first_only(mean, jx, jy):
    return float(mean[0])


# Found by a learner


def ones_equation(left, right, above, below, slowness):
    """On the right of the equation still stands 1."""
    a, b = min(left, right), min(above, below)
    if abs(a - b) >= slowness:
        return min(a, b) + slowness
    return (a + b + (2 - (a - b) ** 2) ** 0.5) / 2


def if_both(mean, jx, jy):
    length = np.where((jx != 0) & (jy != 0), np.hypot(jx, jy), np.inf)
    return np.clip(np.rint(mean - (jx + jy) / length + 0.5), 0, 255)


WRONG = [
    ("04_1", "slowness only along axes", ones_equation),
    ("04_2", "slope along one axis ignored", if_both),
    ("04_1", "wrong shape", four_times),
    ("04_2", "not a number", by_zero),
    ("04_2", "wrong shape", first_only),
]
