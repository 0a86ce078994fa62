"""Wrong answers to exercise 03: (task, the verdict that names the mistake, the answer)."""

import numpy as np
from scipy import ndimage

from course_lib import classical, masks

# Arrival


def four_times(left, right, above, below, slowness):
    return np.array([left, right, above, below]) + slowness


# OpenCV's level


def unit(jx, jy):
    """The sum of the components of the vector, scaled to length 1; 0 for no vector."""
    return np.nan_to_num(np.cos(np.arctan2(jy, jx)) + np.sin(np.arctan2(jy, jx))) * (
        (np.abs(jx) + np.abs(jy)) > 0
    )


def cut(value):
    return np.minimum(np.maximum(np.round(value), 0), 255)


def exact(mean, jx, jy):
    return np.clip(mean - unit(jx, jy) + 0.5, 0, 255)


def by_zero(mean, jx, jy):
    with np.errstate(all="ignore"):
        return cut(mean - (jx + jy) / np.sqrt(jx * jx + jy * jy) + 0.5)


def first_only(mean, jx, jy):
    return float(exact(mean, jx, jy)[0])


# Copies


def next_centre(known, side):
    share = ndimage.uniform_filter(known.astype(float), side, mode="constant").round(6)
    return np.unravel_index(np.where(known, -1, share).argmax(), known.shape)


def around(centre, side):
    return tuple(slice(place - side // 2, place + side // 2 + 1) for place in centre)


def centres(mask, side, whole=True):
    half = side // 2
    rows, columns = (range(half, size - half) for size in mask.shape)
    every = [(row, column) for row in rows for column in columns]
    return [q for q in every if not (whole and mask[around(q, side)].any())]


def compares_all(image, mask, side):
    picture, known = image.copy(), ~mask
    sources = centres(mask, side)
    while not known.all():
        here = around(next_centre(known, side), side)
        errors = [((picture[around(q, side)] - picture[here]) ** 2).sum() for q in sources]
        best = picture[around(sources[np.argmin(errors)], side)]
        picture[here][~known[here]] = best[~known[here]]
        known[here] = True
    return picture


def pastes_all(image, mask, side):
    picture, known = image.copy(), ~mask
    sources = centres(mask, side)
    while not known.all():
        here = around(next_centre(known, side), side)
        errors = [
            ((picture[around(q, side)] - picture[here])[known[here]] ** 2).sum() for q in sources
        ]
        picture[here] = picture[around(sources[np.argmin(errors)], side)]
        known[here] = True
    return picture


def stays_in_bytes(image, mask, side):
    return (compares_all(image, mask, side) * 255).astype(np.uint8)


# Choice


def by_depth(image, mask):
    deep = masks.hole_depth(mask).max() > 3
    return classical.METHODS["exemplar" if deep else "biharmonic"](image, mask)


def mean_of_all(image, mask):
    fills = [classical.METHODS[name](image, mask) for name in ("biharmonic", "exemplar")]
    return np.mean(fills, axis=0)


def smooths_known(image, mask):
    return ndimage.gaussian_filter(classical.exemplar(image, mask), (1, 1, 0))


# Found by a learner


def time_of_arrival(a, b, slowness, step=None, right_side=None, root=2, divisor=2):
    if abs(a - b) >= slowness:
        return min(a, b) + (step or slowness)
    right_side = slowness**2 if right_side is None else right_side
    return (a + b + (root * right_side - (a - b) ** 2) ** 0.5) / divisor


def ones_equation(left, right, above, below, slowness):
    return time_of_arrival(min(left, right), min(above, below), slowness, right_side=1)


def shifted_level(mean, jx, jy, where):
    length = np.hypot(jx, jy)
    shift = np.where(where, (jx + jy) / np.where(length > 0, length, 1), 0)
    return np.rint(mean - shift + 0.5)


def if_both(mean, jx, jy):
    return np.clip(shifted_level(mean, jx, jy, (jx != 0) & (jy != 0)), 0, 255)


def half_mended(image, mask, side, whole_sources=True, may_write=None):
    """The published code with its types, comparison and, unless told otherwise, sources mended."""
    picture, known, half = image.astype(float), ~mask, side // 2

    def around(row, column):
        return slice(row - half, row + half + 1), slice(column - half, column + half + 1)

    height, width = mask.shape
    places = [(r, c) for r in range(half, height - half) for c in range(half, width - half)]
    sources = [p for p in places if (known[around(*p)].all() if whole_sources else known[p])]
    while not known.all():
        count = [-1 if known[p] else known[around(*p)].sum() for p in places]
        here = around(*places[int(np.argmax(count))])
        compared = known[here]
        errors = [((picture[around(*q)] - picture[here])[compared] ** 2).sum() for q in sources]
        copied = picture[around(*sources[int(np.argmin(errors))])].copy()
        writes = ~compared if may_write is None else may_write[here]
        picture[here] = np.where(writes[..., None], copied, picture[here])
        known[here] = True
    return np.where(mask[..., None], picture, image)


def put_back_at_the_end(image, mask, side):
    return half_mended(image, mask, side, may_write=np.ones_like(mask))


WRONG = [
    ("03_1", "slowness only along axes", ones_equation),
    ("03_2", "slope along one axis ignored", if_both),
    ("03_3", "known pixels restored too late", put_back_at_the_end),
    ("03_1", "wrong shape", four_times),
    ("03_2", "not a number", by_zero),
    ("03_2", "wrong shape", first_only),
    ("03_3", "known pixels overwritten", pastes_all),
    ("03_3", "wrong dtype", stays_in_bytes),
    ("03_4", "no better than one method", classical.biharmonic),
    ("03_4", "no better than one method", by_depth),
    ("03_4", "no better than one method", mean_of_all),
    ("03_4", "known pixels changed", smooths_known),
]
