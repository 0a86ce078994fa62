"""Wrong answers to exercise 03: (task, the verdict that names the mistake, the answer)."""

import math

import numpy as np
from scipy import ndimage

from course_lib import classical, masks

# Arrival


def solved(a, b, s):
    """The later root of 2 T^2 - 2 (a + b) T + a^2 + b^2 - s^2 = 0."""
    root = math.sqrt((a + b) ** 2 - 2 * (a**2 + b**2 - s**2))
    return ((a + b) + root) / 2


def takes_latest(left, right, above, below, slowness):
    a, b = sorted((left, right))[1], sorted((above, below))[1]
    return min(a, b) + slowness if not abs(a - b) < slowness else solved(a, b, slowness)


def left_and_above(left, right, above, below, slowness):
    if not abs(left - above) < slowness:
        return min(left, above) + slowness
    return solved(left, above, slowness)


def manhattan(left, right, above, below, slowness):
    return slowness + np.min([left, right, above, below])


def always_quadratic(left, right, above, below, slowness):
    a, b = np.minimum(left, right), np.minimum(above, below)
    return (a + b + np.sqrt(2 * slowness**2 - np.square(a - b))) / 2


def complex_time(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    return (a + b + (2 * slowness**2 - (a - b) ** 2) ** 0.5) / 2


def limit_of_lesson(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    if abs(a - b) >= 1:
        return min(a, b) + slowness
    return solved(a, b, slowness)


def as_in_lesson(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    if abs(a - b) >= 1:
        return min(a, b) + 1
    return (a + b + (2 - (a - b) ** 2) ** 0.5) / 2


def unsquared(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    if abs(a - b) >= slowness:
        return min(a, b) + slowness
    return (a + b + np.sqrt(2 * slowness - (a - b) ** 2)) / 2


def by_speed(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    seconds = 1 / slowness
    return min(a, b) + seconds if abs(a - b) >= seconds else solved(a, b, seconds)


def minus_root(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    if abs(a - b) >= slowness:
        return min(a, b) + slowness
    return a + b - solved(a, b, slowness)


def euclidean(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    return min(a, b) + slowness * (0.5**0.5 if abs(a - b) < slowness else 1)


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


def added(mean, jx, jy):
    return cut(mean + unit(jx, jy) + 0.5)


def paper(mean, jx, jy):
    return mean + (jx + jy)


def slope_rounded(mean, jx, jy):
    return cut(mean + 0.5 + jx + jy)


def length_subtracted(mean, jx, jy):
    return cut(mean - (jx**2 + jy**2) ** 0.5 + 0.5)


def city_block(mean, jx, jy):
    size = np.abs(jx) + np.abs(jy)
    size[size == 0] = 1
    return cut(mean - (jx + jy) / size + 0.5)


def no_half(mean, jx, jy):
    return cut(mean - unit(jx, jy))


def cast(mean, jx, jy):
    return np.clip(mean - unit(jx, jy) + 0.5, 0, 255).astype(np.uint8)


def half_up(mean, jx, jy):
    return np.clip((mean - unit(jx, jy) + 1.0) // 1, 0, 255)


def exact(mean, jx, jy):
    return np.clip(mean - unit(jx, jy) + 0.5, 0, 255)


def beyond(mean, jx, jy):
    return np.round(mean - unit(jx, jy) + 0.5)


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


def as_published(image, mask, side):
    picture, known = np.round(image * 255).astype(np.uint8), ~mask
    while not known.all():
        here = around(next_centre(known, side), side)
        sources = centres(mask, side, whole=False)
        errors = [((picture[around(q, side)] - picture[here]) ** 2).sum() for q in sources]
        picture[here] = picture[around(sources[np.argmin(errors)], side)]
        known[here] = True
    return picture / 255


def holes_allowed(image, mask, side):
    picture, known = image.copy(), ~mask
    sources = centres(mask, side, whole=False)
    while not known.all():
        here = around(next_centre(known, side), side)
        errors = [
            ((picture[around(q, side)] - picture[here])[known[here]] ** 2).sum() for q in sources
        ]
        best = picture[around(sources[np.argmin(errors)], side)].copy()
        picture[here][~known[here]] = best[~known[here]]
        known[here] = True
    return picture


def eight_bits(image, mask, side):
    picture, known = np.round(image * 255).astype(np.uint8), ~mask
    sources = centres(mask, side)
    while not known.all():
        here = around(next_centre(known, side), side)
        errors = [
            ((picture[around(q, side)] - picture[here])[known[here]] ** 2).sum() for q in sources
        ]
        best = picture[around(sources[np.argmin(errors)], side)]
        picture[here][~known[here]] = best[~known[here]]
        known[here] = True
    return picture / 255


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


def compares_all_in_eight_bits(image, mask, side):
    picture, known = np.round(image * 255).astype(np.uint8), ~mask
    sources = centres(mask, side)
    while not known.all():
        here = around(next_centre(known, side), side)
        errors = [((picture[around(q, side)] - picture[here]) ** 2).sum() for q in sources]
        best = picture[around(sources[np.argmin(errors)], side)]
        picture[here][~known[here]] = best[~known[here]]
        known[here] = True
    return picture / 255


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


def growing_sources(image, mask, side):
    picture, known = image.copy(), ~mask
    while not known.all():
        here = around(next_centre(known, side), side)
        sources = centres(~known, side)
        errors = [
            ((picture[around(q, side)] - picture[here])[known[here]] ** 2).sum() for q in sources
        ]
        best = picture[around(sources[np.argmin(errors)], side)]
        picture[here][~known[here]] = best[~known[here]]
        known[here] = True
    return picture


def absolute(image, mask, side):
    picture, known = image.copy(), ~mask
    sources = centres(mask, side)
    while not known.all():
        here = around(next_centre(known, side), side)
        errors = [
            np.abs(picture[around(q, side)] - picture[here])[known[here]].sum() for q in sources
        ]
        best = picture[around(sources[np.argmin(errors)], side)]
        picture[here][~known[here]] = best[~known[here]]
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


def linear_equation(left, right, above, below, slowness):
    return time_of_arrival(min(left, right), min(above, below), slowness, right_side=slowness)


def one_more_second(left, right, above, below, slowness):
    return time_of_arrival(min(left, right), min(above, below), slowness, step=1)


def lesson_times_slowness(left, right, above, below, slowness):
    return slowness * time_of_arrival(min(left, right), min(above, below), 1)


def two_earliest(left, right, above, below, slowness):
    first, second = sorted([left, right, above, below])[:2]
    return time_of_arrival(first, second, slowness)


def crossed_pairs(left, right, above, below, slowness):
    return time_of_arrival(min(left, above), min(right, below), slowness)


def half_the_root(left, right, above, below, slowness):
    return time_of_arrival(min(left, right), min(above, below), slowness, root=1)


def never_halved(left, right, above, below, slowness):
    return time_of_arrival(min(left, right), min(above, below), slowness, divisor=1)


def shifted_level(mean, jx, jy, where):
    length = np.hypot(jx, jy)
    shift = np.where(where, (jx + jy) / np.where(length > 0, length, 1), 0)
    return np.rint(mean - shift + 0.5)


def if_both(mean, jx, jy):
    return np.clip(shifted_level(mean, jx, jy, (jx != 0) & (jy != 0)), 0, 255)


def if_jx(mean, jx, jy):
    return np.clip(shifted_level(mean, jx, jy, jx != 0), 0, 255)


def as_uint8_at_once(mean, jx, jy):
    return shifted_level(mean, jx, jy, True).astype(int).astype(np.uint8)


def along_the_row(mean, jx, jy):
    length = np.hypot(jx, jy)
    return np.clip(np.rint(mean - jx / np.where(length > 0, length, 1) + 0.5), 0, 255)


def signs(mean, jx, jy):
    return np.clip(np.rint(mean - (np.sign(jx) + np.sign(jy)) + 0.5), 0, 255)


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


def hole_written_again(image, mask, side):
    return half_mended(image, mask, side, may_write=mask)


def sources_by_their_middle(image, mask, side):
    return half_mended(image, mask, side, whole_sources=False)


WRONG = [
    ("03_1", "slowness only along axes", ones_equation),
    ("03_1", "slowness not squared", linear_equation),
    ("03_1", "one second along axes", one_more_second),
    ("03_1", "neighbours' times stretched", lesson_times_slowness),
    ("03_1", "two earliest of all four", two_earliest),
    ("03_1", "neighbours mixed up", crossed_pairs),
    ("03_1", "equation not solved right", half_the_root),
    ("03_1", "equation not solved right", never_halved),
    ("03_2", "slope along one axis ignored", if_both),
    ("03_2", "slope along one axis ignored", if_jx),
    ("03_2", "wraps at 0 and 255", as_uint8_at_once),
    ("03_2", "only one component", along_the_row),
    ("03_2", "each component by itself", signs),
    ("03_3", "known pixels restored too late", put_back_at_the_end),
    ("03_3", "filled pixels overwritten", hole_written_again),
    ("03_3", "holes are copied", sources_by_their_middle),
    ("03_1", "later neighbours taken", takes_latest),
    ("03_1", "first neighbours taken", left_and_above),
    ("03_1", "along axes only", manhattan),
    ("03_1", "obliquely everywhere", always_quadratic),
    ("03_1", "obliquely everywhere", complex_time),
    ("03_1", "diagonal step", euclidean),
    ("03_1", "compared with 1", limit_of_lesson),
    ("03_1", "slowness forgotten", as_in_lesson),
    ("03_1", "slowness not squared", unsquared),
    ("03_1", "speed instead of slowness", by_speed),
    ("03_1", "earlier solution", minus_root),
    ("03_1", "wrong shape", four_times),
    ("03_2", "direction added", added),
    ("03_2", "Telea's own rule", paper),
    ("03_2", "slope instead of direction", slope_rounded),
    ("03_2", "length instead of direction", length_subtracted),
    ("03_2", "divided by the wrong length", city_block),
    ("03_2", "rounded once", no_half),
    ("03_2", "rounded once", cast),
    ("03_2", "halves rounded up", half_up),
    ("03_2", "not rounded", exact),
    ("03_2", "not cut off", beyond),
    ("03_2", "not a number", by_zero),
    ("03_2", "wrong shape", first_only),
    ("03_3", "holes are copied", as_published),
    ("03_3", "holes are copied", holes_allowed),
    ("03_3", "differences wrap around", eight_bits),
    ("03_3", "missing pixels compared", compares_all),
    ("03_3", "missing pixels compared", compares_all_in_eight_bits),
    ("03_3", "known pixels overwritten", pastes_all),
    ("03_3", "copies of copies", growing_sources),
    ("03_3", "absolute differences", absolute),
    ("03_3", "wrong dtype", stays_in_bytes),
    ("03_4", "no better than one method", classical.biharmonic),
    ("03_4", "no better than one method", by_depth),
    ("03_4", "no better than one method", mean_of_all),
    ("03_4", "known pixels changed", smooths_known),
]
