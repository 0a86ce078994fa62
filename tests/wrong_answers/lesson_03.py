"""Wrong answers to exercise 03: (task, the verdict that names the mistake, the answer)."""

import numpy as np

from course_lib import classical

# Edges


def spoils_ramps(image, mask):
    """Copied patches hold edges, and steps instead of a ramp."""
    return classical.exemplar(image, mask)


def flat(image, mask):
    return classical.mean(image, mask)


def blurs_everything(image, mask):
    return classical.harmonic(image, mask) * 0.999


# Found by a learner


def straight_down_the_middle(image, mask):
    """Sharp and straight, wherever the edge may run."""
    known = image[~mask]
    left = (np.arange(mask.shape[1]) < mask.shape[1] // 2)[:, None]
    halves = np.broadcast_to(np.where(left, known.min(axis=0), known.max(axis=0)), image.shape)
    return np.where(mask[..., None], halves, image)


WRONG = [
    ("03_1", "edges misplaced", straight_down_the_middle),
    ("03_1", "edges still blurred", classical.biharmonic),
    ("03_1", "edges still blurred", flat),
    ("03_1", "known pixels changed", blurs_everything),
    ("03_1", "ramps spoilt", spoils_ramps),
]
