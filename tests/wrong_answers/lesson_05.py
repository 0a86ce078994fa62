"""Wrong answers to exercise 05: (task, the verdict that names the mistake, the answer)."""

from functools import partial

import numpy as np
from scipy import ndimage

from course_lib import classical, masks

# Copies


def half_mended(image, mask, side, *, pastes="missing"):
    """The published code with its types, its comparison and its sources mended."""
    picture, known, half = image.astype(float), ~mask, side // 2

    def around(row, column):
        return slice(row - half, row + half + 1), slice(column - half, column + half + 1)

    height, width = mask.shape
    places = [(r, c) for r in range(half, height - half) for c in range(half, width - half)]
    sources = [p for p in places if known[around(*p)].all()]
    while not known.all():
        count = [-1 if known[p] else known[around(*p)].sum() for p in places]
        here = around(*places[int(np.argmax(count))])
        compared = known[here]
        errors = [((picture[around(*q)] - picture[here])[compared] ** 2).sum() for q in sources]
        copied = picture[around(*sources[int(np.argmin(errors))])].copy()
        writes = ~compared if pastes == "missing" else np.ones_like(compared)
        picture[here] = np.where(writes[..., None], copied, picture[here])
        known[here] = True
    return picture if pastes == "all for ever" else np.where(mask[..., None], picture, image)


def stays_in_bytes(image, mask, side):
    return (half_mended(image, mask, side) * 255).astype(np.uint8)


# Choice


def by_depth(image, mask):
    deep = masks.hole_depth(mask).max() > 3
    return classical.METHODS["exemplar" if deep else "biharmonic"](image, mask)


def mean_of_all(image, mask):
    fills = [classical.METHODS[name](image, mask) for name in ("biharmonic", "exemplar")]
    return np.mean(fills, axis=0)


def smooths_known(image, mask):
    return ndimage.gaussian_filter(classical.exemplar(image, mask), (1, 1, 0))


WRONG = [
    ("05_1", "known pixels restored too late", partial(half_mended, pastes="all")),
    ("05_1", "known pixels overwritten", partial(half_mended, pastes="all for ever")),
    ("05_1", "wrong dtype", stays_in_bytes),
    ("05_2", "no better than one method", classical.biharmonic),
    ("05_2", "no better than one method", by_depth),
    ("05_2", "no better than one method", mean_of_all),
    ("05_2", "known pixels changed", smooths_known),
]
