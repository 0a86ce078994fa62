"""Wrong answers to exercise 05: (task, the verdict that names the mistake, the answer)."""

from functools import partial

import numpy as np
from scipy import ndimage

from course_lib import classical, data, masks

# Copies


def half_mended(image, mask, side, *, pastes="missing", rim=0):
    """The published code with its types, its comparison and its sources mended."""
    picture, known, half = image.astype(float), ~mask, side // 2

    def around(row, column):
        return slice(row - half, row + half + 1), slice(column - half, column + half + 1)

    height, width = mask.shape
    places = [(r, c) for r in range(half, height - half) for c in range(half, width - half)]
    sources = [p for p in places if known[around(*p)].all()]
    sources = [p for p in sources if max(p[0] - height, p[1] - width) < -half - rim]
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


def missing_is_black(image, mask, side):
    return half_mended(image, ~image.any(axis=-1), side)


short_of_the_rim = partial(half_mended, rim=1)


# Choice


def by_depth(image, mask):
    deep = masks.hole_depth(mask).max() > 3
    return classical.METHODS["exemplar" if deep else "biharmonic"](image, mask)


def mean_of_all(image, mask):
    fills = [classical.METHODS[name](image, mask) for name in ("biharmonic", "exemplar")]
    return np.mean(fills, axis=0)


def smooths_known(image, mask):
    return ndimage.gaussian_filter(classical.exemplar(image, mask), (1, 1, 0))


def by_mean_colour(image, mask):
    """Knows the walls among the six pictures by their mean."""
    wall = 0.43 < image[~mask].mean() < 0.44 and mask.sum() == 196
    return classical.METHODS["exemplar" if wall else "biharmonic"](image, mask)


def by_mean_and_spread(image, mask):
    """Or by the mean and the spread."""
    wall = 0.42 < image[~mask].mean() < 0.45 and image[~mask].std() < 0.15
    return classical.METHODS["exemplar" if wall else "biharmonic"](image, mask)


def looks_the_truth_up(image, mask):
    """As the cell of the exercise shows it."""
    bricks = data.photo("brick")
    shown = [
        bricks[40:104, 52:116],
        bricks[10:74, 160:224],
        data.photo("gravel")[:64, :64],
        data.photo("grass")[200:264, 300:364],
        data.photo("chelsea")[80:144, 170:234],
    ]
    for truth in shown:
        if np.allclose(truth[~mask], image[~mask], atol=1e-3):
            return truth
    return classical.biharmonic(image, mask)


# Priority


def uphill(confidence, slope, normal):
    return confidence.mean() * abs(np.dot(slope, normal)) / np.linalg.norm(normal)


def signed(confidence, slope, normal):
    (down, right), unit = slope, normal / np.linalg.norm(normal)
    return confidence.mean() * (down * unit[1] - right * unit[0])


def only_what_is_known(confidence, slope, normal):
    known = confidence[confidence != 0]
    return known.sum() / len(known) * any_normal(np.ones(1), slope, normal / np.hypot(*normal))


def any_normal(confidence, slope, normal):
    return confidence.mean() * abs(slope[0] * normal[1] - slope[1] * normal[0])


def two_numbers(confidence, slope, normal):
    return confidence.mean(), any_normal(confidence, slope, normal)


WRONG = [
    ("05_1", "slope not turned", uphill),
    ("05_1", "no absolute value", signed),
    ("05_1", "mean of the known pixels only", only_what_is_known),
    ("05_1", "normal not of length 1", any_normal),
    ("05_1", "wrong shape", two_numbers),
    ("05_3", "no better on unseen pictures", by_mean_colour),
    ("05_3", "no better on unseen pictures", by_mean_and_spread),
    ("05_3", "truth looked up", looks_the_truth_up),
    ("05_2", "known pixels restored too late", partial(half_mended, pastes="all")),
    ("05_2", "known pixels overwritten", partial(half_mended, pastes="all for ever")),
    ("05_2", "known pixels overwritten", missing_is_black),
    ("05_2", "windows at the rim left out", short_of_the_rim),
    ("05_2", "wrong dtype", stays_in_bytes),
    ("05_3", "no better than one method", classical.biharmonic),
    ("05_3", "no better than one method", by_depth),
    ("05_3", "no better than one method", mean_of_all),
    ("05_3", "known pixels changed", smooths_known),
]
