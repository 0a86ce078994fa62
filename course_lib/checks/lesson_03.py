"""Checks of exercise 03: the front's arrival, OpenCV's Telea, and copied windows."""

import functools
from functools import partial

import numpy as np

from course_lib import classical, data, masks, metrics
from course_lib.checks._compare import as_function, call, check_array, check_function, mistake_rows
from course_lib.checks._kinds import check_known, fills, function_task
from course_lib.checks._task import task, wrong


def _arrival(
    left,
    right,
    above,
    below,
    slowness,
    *,
    of_pair=min,
    straight_from=None,
    step=None,
    power=2,
    sign=1,
    root=2,
    divisor=2,
):
    """The later solution of (T - a)^2 + (T - b)^2 = s^2, with the ways to get it wrong."""
    a, b = of_pair(left, right), of_pair(above, below)
    if abs(a - b) >= (slowness if straight_from is None else straight_from):
        return min(a, b) + (slowness if step is None else step)
    return (a + b + sign * np.sqrt(root * slowness**power - (a - b) ** 2)) / divisor


def _diagonal_step(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    oblique = abs(a - b) < slowness
    return min(a, b) + slowness / (np.sqrt(2) if oblique else 1)


ARRIVALS = mistake_rows(
    {
        "later neighbours taken": (
            partial(_arrival, of_pair=max),
            "Of the two neighbours on an axis the fire comes from the earlier one.",
        ),
        "first neighbours taken": (
            partial(_arrival, of_pair=lambda first, second: first),
            "Only left and above are looked at, but the fire may come from right or below.",
        ),
        "along axes only": (
            lambda left, right, above, below, slowness: min(left, right, above, below) + slowness,
            "This is the time of a walk along rows and columns. Where the fire comes "
            "obliquely, the quadratic equation counts.",
        ),
        "obliquely everywhere": (
            partial(_arrival, straight_from=np.inf),
            "If a and b differ by the slowness or more, the later one comes too late to help: then "
            "the quadratic equation has no solution, or not the right one.",
        ),
        "diagonal step": (
            _diagonal_step,
            "A front from both sides arrives after s / sqrt(2) only if both times are equal.",
        ),
        "compared with 1": (
            partial(_arrival, straight_from=1),
            "The lesson's limit 1 was the slowness of dry grass: compare a and b with this pixel's "
            "own.",
        ),
        "slowness forgotten": (
            lambda left, right, above, below, slowness: _arrival(left, right, above, below, 1),
            "Every pixel takes one second, whatever its slowness.",
        ),
        "slowness only along axes": (
            partial(_arrival, power=0),
            "On the right of the quadratic equation still stands the lesson's 1.",
        ),
        "one second along axes": (
            partial(_arrival, step=1),
            "Where the fire comes along one axis, too, the pixel takes its own time.",
        ),
        "neighbours' times stretched": (
            lambda left, right, above, below, slowness: (
                slowness * _arrival(left, right, above, below, 1)
            ),
            "The lesson's time multiplied by s: but the neighbours' times are what they are, "
            "and only the way from them takes longer.",
        ),
        "two earliest of all four": (
            lambda *given: _arrival(*np.repeat(np.sort(given[:4])[:2], 2), given[4]),
            "The two earliest neighbours may lie on one axis: a is from left and right, b from "
            "above and below.",
        ),
        "neighbours mixed up": (
            lambda left, right, above, below, slowness: _arrival(
                left, above, right, below, slowness
            ),
            "a is the earlier of left and right, b the earlier of above and below.",
        ),
        "equation not solved right": [
            (
                partial(_arrival, root=1),
                "Multiply out again: both brackets hold T^2, so s^2 counts twice under the root.",
            ),
            (
                partial(_arrival, divisor=1),
                "With a = b the fire would arrive at 2 a and more: is all of it divided?",
            ),
        ],
        "slowness not squared": (
            partial(_arrival, power=1),
            "On the right of the quadratic equation stands s squared.",
        ),
        "speed instead of slowness": (
            lambda left, right, above, below, slowness: _arrival(
                left, right, above, below, 1 / slowness
            ),
            "Slowness is seconds for a pixel, not pixels in a second.",
        ),
        "earlier solution": (
            partial(_arrival, sign=-1),
            "The fire cannot arrive before its neighbours burn: take the later solution.",
        ),
    }
)


@task("03_1", mistakes=ARRIVALS)
def task_03_1(arrival):
    """Check ``arrival(left, right, above, below, slowness)`` against the eikonal equation."""
    inputs = _fires(np.random.default_rng())
    function = as_function(arrival)
    for where, name in (
        ("fire from the left", "obliquely everywhere"),
        ("quick grass between unequal neighbours", "compared with 1"),
    ):
        if _root_of_negative(function, inputs[where]):
            wrong(name, next(row.why for row in ARRIVALS if row.name == name))
    check_function(function, _arrival, inputs, mistakes=ARRIVALS)
    return "The fire finds its way, through dry grass and wet."


def _fires(rng):
    early, fast = rng.uniform(2, 5), rng.uniform(0.2, 0.4)
    slow = rng.uniform(2.7, 3.1)  # 0.4 of it is above 1, but below the root of 2
    return {
        "fire from the left": (early, 40.0, early + 9, 50.0, slow),
        "fire from below": (60.0, 50.0, 40.0, early, slow),
        "no fire above or below yet": (early + 1, early, np.inf, np.inf, slow),
        "a corner": (early, 40.0, 50.0, early, slow),
        "oblique fire": (early + 0.3 * slow, early + 9, early, early + 8, slow),
        "wet grass between unequal neighbours": (40.0, early, early + 0.4 * slow, 20.0, slow),
        "fire from right and above": (early + 5, early, early + 0.2 * slow, early + 6, slow),
        "quick grass between unequal neighbours": (early, 9.0, early + 0.6, 9.5, fast),
    }


def _root_of_negative(function, arguments):
    """Whether the function takes a negative number's root: an error, NaN or a complex number."""
    try:
        time = function(*arguments)
    except ValueError:  # math.sqrt
        return True
    except Exception:  # check_function tells
        return False
    return isinstance(time, complex) or (isinstance(time, float) and np.isnan(time))


OWN_LENGTH = "OpenCV divides the vector (jx, jy) by its own length; only its direction is left."


def _telea(mean, jx, jy):
    return mean + jx + jy


def _opencv_level(
    mean, jx, jy, *, sign=-1, half=0.5, rounding=np.rint, length=np.hypot, low=0, high=255
):
    size = length(jx, jy)
    direction = np.where(size > 0, (jx + jy) / np.where(size > 0, size, 1), 0)
    return np.clip(rounding(mean + sign * direction + half), low, high)


def _stored(value):
    return np.clip(np.rint(value), 0, 255)


def _none_where(flat):
    """OpenCV's level, but as if there were no slope where ``flat(jx, jy)``."""

    def level(mean, jx, jy):
        return np.where(flat(jx, jy), _stored(mean + 0.5), _opencv_level(mean, jx, jy))

    return level


def _slopes(rng):
    count = 60
    slopes = rng.normal(size=(2, count)) * 10 ** rng.uniform(-3, 1.5, count)
    some, none = rng.uniform(20, 230, count), np.zeros(count)
    both = np.r_[slopes[0], 0, 0, 0], np.r_[slopes[1], 0, 0, 0]
    whole = rng.choice(np.arange(20.0, 230.0), count)
    return {
        "slopes of many sizes": (some, *slopes),
        "no slope": (some, none, none),
        "whole means without a slope": (whole, none, none),
        "slopes along the row only": (some, slopes[0], none),
        "slopes along the column only": (some, none, slopes[1]),
        "some pixels with a slope and some without": (np.r_[some, 3.2, 77.7, 200.0], *both),
        "means near black and white": (np.r_[some % 0.8, 255 - some % 0.8], *np.c_[slopes, slopes]),
    }


task_03_2 = function_task(
    "03_2",
    right=_opencv_level,
    inputs=_slopes,
    praise="That is what OpenCV writes, whatever is around the hole; only where an exact half is "
    "to be rounded may noise in its float32 decide otherwise.",
    mistakes={
        "direction added": (
            partial(_opencv_level, sign=1),
            "Look at the table again: does OpenCV's number move up or down where jx + jy is large?",
        ),
        "Telea's own rule": (
            _telea,
            f"This is what the paper says, not what OpenCV does. {OWN_LENGTH}",
        ),
        "slope instead of direction": (
            (
                lambda mean, jx, jy: _stored(_telea(mean, jx, jy) + 0.5),
                lambda mean, jx, jy: _stored(_telea(mean, -jx, -jy) + 0.5),
            ),
            OWN_LENGTH,
        ),
        "length instead of direction": (
            lambda mean, jx, jy: _stored(mean - np.hypot(jx, jy) + 0.5),
            f"The vector's length is subtracted. {OWN_LENGTH}",
        ),
        "divided by the wrong length": [
            (
                partial(_opencv_level, length=lambda jx, jy: np.abs(jx) + np.abs(jy)),
                "The length of a vector is the root of its squared components, summed.",
            ),
            (partial(_opencv_level, length=lambda jx, jy: jx**2 + jy**2), OWN_LENGTH),
        ],
        "rounded once": [
            (
                partial(_opencv_level, half=0.0),
                "OpenCV adds 0.5 and then rounds to the nearest: two roundings.",
            ),
            (
                partial(_opencv_level, rounding=np.floor),
                "Adding 0.5 and cutting off is one rounding, and right; OpenCV adds 0.5 and then "
                "rounds to the nearest.",
            ),
        ],
        "halves rounded up": (
            partial(_opencv_level, rounding=lambda value: np.floor(value + 0.5)),
            "np.rint takes a half to the even neighbour: 200.5 to 200, 201.5 to 202.",
        ),
        "not rounded": (
            partial(_opencv_level, rounding=lambda value: value),
            "OpenCV stores whole grey levels: round at the end.",
        ),
        "not cut off": (
            partial(_opencv_level, low=-np.inf, high=np.inf),
            "A uint8 picture holds 0 to 255: what lies outside is cut off there.",
        ),
        "wraps at 0 and 255": (
            lambda *given: _opencv_level(*given, low=-np.inf, high=np.inf) % 256,
            "As uint8, 256 becomes 0 and -1 becomes 255: cut off first.",
        ),
        "slope along one axis ignored": (
            (
                _none_where(lambda jx, jy: (jx == 0) | (jy == 0)),
                _none_where(lambda jx, jy: jx == 0),
            ),
            "The vector (0, -1.5) is not 0: only where both components are 0 is there nothing.",
        ),
        "only one component": (
            lambda mean, jx, jy: _stored(mean - jx / np.maximum(np.hypot(jx, jy), 1e-12) + 0.5),
            "Both components of the direction are subtracted, not only that along the row.",
        ),
        "each component by itself": (
            lambda mean, jx, jy: _stored(mean - np.sign(jx) - np.sign(jy) + 0.5),
            "Each component is divided by its own size: divide both by the vector's length.",
        ),
    },
)


HALF_A_LEVEL = 0.003  # of 8 bits
HOLE_COPIED = (
    "A window has a hole itself, and black is copied from it: a source must be known as a whole, "
    "not in its middle alone."
)


def _copy(
    image,
    mask,
    side,
    *,
    wraps=False,
    compares_missing=False,
    copies_copies=False,
    by_centre=False,
    pastes="missing",
    power=2,
    allow_ties=True,
):
    """The task's fill in whole grey levels, with the ways to get it wrong."""
    levels, known = np.rint(255 * image).astype(int), ~mask
    windows = np.lib.stride_tricks.sliding_window_view

    def whole(known):
        return np.argwhere(windows(known, (side, side)).all(axis=(2, 3)))  # upper left corners

    sources = whole(known)
    if by_centre:
        sources = np.argwhere(known[side // 2 : -(side // 2), side // 2 : -(side // 2)])
    given = levels.copy()
    while not known.all():
        if copies_copies:
            sources = whole(known)
        top, left = _most_known(known, side)
        here = slice(top, top + side), slice(left, left + side)
        candidates = windows(levels, (side, side), axis=(0, 1))[tuple(sources.T)]
        candidates = np.moveaxis(candidates, 1, -1)  # (sources, side, side, 3)
        differences = np.abs(candidates - levels[here]) ** power
        if wraps:
            differences = differences % 256
        if not compares_missing:
            differences = differences * known[here][..., None]
        errors = differences.sum(axis=(1, 2, 3))
        if not allow_ties and np.count_nonzero(errors == errors.min()) > 1:
            raise _Tie
        best = candidates[errors.argmin()]
        kept = {"missing": known, "hole": ~mask, "all": np.zeros_like(mask)}[pastes][here]
        levels[here] = np.where(kept[..., None], levels[here], best)
        known[here] = True
    return np.where(mask[..., None], levels, given) / 255


def _most_known(known, side):
    """Upper left corner of the window that is filled next: most known pixels, first in rows."""
    half = side // 2
    count = np.lib.stride_tricks.sliding_window_view(np.pad(known, half), (side, side))
    count = count.sum(axis=(2, 3))
    row, column = np.unravel_index(np.where(known, -1, count).argmax(), known.shape)
    return row - half, column - half


COPY_MISTAKES = mistake_rows(
    {
        "differences wrap around": (
            partial(_copy, wraps=True),
            "In uint8, 3 - 5 is 254, and a square wraps again: subtract floats.",
        ),
        "missing pixels compared": [
            (
                partial(_copy, compares_missing=True),
                "The target's missing pixels take part in the comparison: nothing is known of "
                "them, so leave them out.",
            ),
            (
                partial(_copy, compares_missing=True, wraps=True),
                "The target's missing pixels take part in the comparison: nothing is known of "
                "them, so leave them out. (And differences wrap around.)",
            ),
        ],
        "copies of copies": (
            partial(_copy, copies_copies=True),
            "Windows that are filled in become sources later: copy only from those that were "
            "whole from the start.",
        ),
        "known pixels restored too late": (
            partial(_copy, pastes="all"),
            "Known pixels are right in the end, but copies overwrite them on the way, and "
            "later windows are compared with those.",
        ),
        "filled pixels overwritten": (
            partial(_copy, pastes="hole"),
            "Pixels filled in by an earlier window are written again: only those still missing "
            "are filled.",
        ),
        "holes are copied": (
            partial(_copy, by_centre=True),
            HOLE_COPIED,
        ),
        "absolute differences": (
            partial(_copy, power=1),
            "The window that fits best has the least sum of squared differences.",
        ),
    }
)


@task("03_3", mistakes=COPY_MISTAKES)
def task_03_3(copy_windows):
    """Check ``copy_windows(image, mask, side)`` on noise, where only one window fits best."""
    function = as_function(copy_windows)
    inputs = _telling_inputs(np.random.default_rng(), side=5)
    for name, (damaged, mask, side) in inputs.items():
        fill = call(function, damaged, mask, side)
        check_array(fill, shape=damaged.shape, dtype=float, low=0, high=1, where=f" for {name}")
        check_known(
            fill,
            damaged,
            mask,
            tolerance=HALF_A_LEVEL,
            name="known pixels overwritten",
            why="The known pixels of the result are not those of the image: copy into missing "
            "ones only.",
        )
        if (np.asarray(fill)[mask] < 0.01).all(axis=-1).any():
            wrong("holes are copied", HOLE_COPIED)
    check_function(function, _copy, inputs, tolerance=HALF_A_LEVEL, mistakes=COPY_MISTAKES)
    return "Known is compared with known, and only holes are written."


VARIANTS = [partial(_copy), *(row.compute for row in COPY_MISTAKES)]
MAY_TIE = {"wraps", "pastes", "by_centre"}


def _telling_inputs(rng, side):
    """Noise with two kinds of holes, such that every mistake shows and no two windows tie."""
    square = np.zeros((24, 24), bool)
    square[8:15, 9:14] = True
    scratch = np.zeros((24, 24), bool)
    scratch[np.arange(6, 17), np.arange(6, 17)] = scratch[6:17, 18] = True
    while True:
        image = rng.integers(20, 236, (24, 24, 3)) / 255
        inputs = {
            "a square hole": (masks.damage(image, square), square, side),
            "scratches": (masks.damage(image, scratch), scratch, side),
        }
        try:
            copies = [
                [
                    compute(*arguments, allow_ties=bool(MAY_TIE & compute.keywords.keys()))
                    for compute in VARIANTS
                ]
                for arguments in inputs.values()
            ]
        except _Tie:
            continue
        if len(np.unique(np.concatenate(copies, axis=1), axis=0)) == len(VARIANTS):
            return inputs


class _Tie(Exception):
    """Two windows fit equally well, so that two right answers could differ."""


GAIN = 1.5  # dB above the best single method
CHOICES = ("harmonic", "biharmonic", "exemplar")


@task("03_4", seconds=60)
def task_03_4(choose_and_fill):
    """Check that ``choose_and_fill`` is 1.5 dB above every single method, over six pictures."""
    function = as_function(choose_and_fill)
    truths, holes = zip(*_cases().values(), strict=True)
    damaged = [masks.damage(*case) for case in zip(truths, holes, strict=True)]
    filled = fills(function, damaged, holes, tolerance=1e-3, low=-0.5, high=1.5)
    scores = [metrics.psnr(*case) for case in zip(truths, filled, holes, strict=True)]
    mean, (best, single) = np.mean(scores), _best_single_method()
    if mean < single + GAIN:
        wrong(
            "no better than one method",
            f"Your mean is {mean:.1f} dB; {best} alone has {single:.1f}, and "
            f"{single + GAIN:.1f} are asked for.",
        )
    return f"{mean:.1f} dB, {mean - single:.1f} above {best} alone, and no truth was seen."


def _cases():
    """The pictures of the task: {name: (truth (64, 64, 3), mask (64, 64))}."""
    square = masks.squares(1, 64, side=14)[0]
    scratches = masks.random_lines(1, 64, lines=(5, 5), thickness=(1, 2), seed=6)[0]
    bricks = data.photo("brick")
    return {
        "bricks": (bricks[40:104, 52:116], square),
        "more bricks": (bricks[10:74, 160:224], square),
        "gravel": (data.photo("gravel")[:64, :64], square),
        "grass": (data.photo("grass")[200:264, 300:364], square),
        "cat": (data.photo("chelsea")[80:144, 170:234], square),
        "scratched bricks": (bricks[40:104, 52:116], scratches),
    }


@functools.cache
def _best_single_method():
    """(name, mean PSNR in dB) of the best of the three methods alone."""
    means = {}
    for name in CHOICES:
        fills = [
            metrics.psnr(truth, classical.METHODS[name](truth, mask), mask)
            for truth, mask in _cases().values()
        ]
        means[name] = np.mean(fills)
    return max(means.items(), key=lambda item: item[1])
