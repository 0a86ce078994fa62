"""Wrong answers to exercise 03: (task, the verdict that names the mistake, the answer)."""

from functools import partial

import numpy as np

from course_lib import classical

# Isophotes


def uphill(grey):
    down, right = np.gradient(grey)
    size = np.sqrt(down**2 + right**2)
    return np.dstack([down, right]) / np.maximum(size, 1e-12)[..., None]


def left_handed(grey):
    angle = np.arctan2(*np.gradient(grey))
    steps = np.dstack([np.cos(angle), -np.sin(angle)])
    return np.where(np.hypot(*np.gradient(grey))[..., None] > 0, steps, 0)


def columns_first(grey):
    right, down = np.gradient(grey)
    return np.dstack([-right, down]) / np.fmax(np.hypot(right, down), 1e-12)[..., None]


def by_zero(grey):
    down, right = np.gradient(grey)
    with np.errstate(all="ignore"):
        return np.dstack([-right, down]) / np.hypot(down, right)[..., None]


def never_divided(grey):
    down, right = np.gradient(grey)
    return np.dstack([-right, down])


def channels_first(grey):
    return np.moveaxis(uphill(grey), -1, 0)


# Transport


def carried(grey, mask, steps, *, names="dr", quantity=None, power=0.5, when="always"):
    """Transport, right but for what the keywords say, written with one gradient a name."""
    fill = grey.astype(float)
    for _ in range(steps):
        slopes = dict(zip(names, np.gradient(fill), strict=True))
        moved = fill if quantity == "brightness" else 4 * (local_mean(fill) - fill)
        change = np.gradient(moved, axis=1) * slopes["d"] - np.gradient(moved, axis=0) * slopes["r"]
        change = change / (slopes["d"] ** 2 + slopes["r"] ** 2 + 1e-6) ** power
        fill = fill + 0.1 * change * upwind(fill, change)
        if when == "always":
            fill[~mask] = grey[~mask]
    fill[~mask] = grey[~mask]
    return fill


def local_mean(grey):
    around = np.pad(grey, 1, mode="edge")
    return (around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]) / 4


def upwind(grey, change):
    """How steep the picture is on the side that a change comes from."""
    around = np.pad(grey, 1, mode="edge")
    ahead = around[2:, 1:-1] - grey, around[1:-1, 2:] - grey
    behind = grey - around[:-2, 1:-1], grey - around[1:-1, :-2]
    rising = [step.clip(min=0) for step in ahead] + [step.clip(max=0) for step in behind]
    falling = [step.clip(max=0) for step in ahead] + [step.clip(min=0) for step in behind]
    rising, falling = (np.sqrt(sum(step**2 for step in steps)) for steps in (rising, falling))
    return np.where(change > 0, rising, falling)


def unchanged(grey, mask, steps):
    return grey


as_published = partial(carried, names="rd", quantity="brightness", power=1, when="end")

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
    ("03_1", "slope not turned", uphill),
    ("03_1", "turned the other way", left_handed),
    ("03_1", "rows and columns mixed up", columns_first),
    ("03_1", "not a number", by_zero),
    ("03_1", "length not 1", never_divided),
    ("03_1", "wrong shape", channels_first),
    ("03_2", "rows and columns mixed up", as_published),
    ("03_2", "brightness carried", partial(carried, quantity="brightness")),
    ("03_2", "brightness carried", unchanged),
    ("03_2", "length not 1", partial(carried, power=1)),
    ("03_2", "known pixels drift", partial(carried, when="end")),
    ("03_3", "edges misplaced", straight_down_the_middle),
    ("03_3", "edges still blurred", classical.biharmonic),
    ("03_3", "worse than harmonic", flat),
    ("03_3", "known pixels changed", blurs_everything),
    ("03_3", "ramps spoilt", spoils_ramps),
    ("03_3", "edges carried", classical.bertalmio),
]
