"""Checks of exercise 02: Jacobi's sweeps and heat flow."""

from functools import partial
from pathlib import Path

import numpy as np

from course_lib import classical, masks
from course_lib.checks._compare import (
    as_array,
    as_function,
    call,
    check_array,
    check_function,
    check_inputs_unchanged,
    mistake_rows,
    without,
)
from course_lib.checks._kinds import check_known
from course_lib.checks._task import Verdict, task, wrong

SHIFTS = ((-1, 0), (1, 0), (0, -1), (0, 1))
DIAGONALS = ((-1, -1), (-1, 1), (1, -1), (1, 1))


def _empty(image, mask):
    return np.where(mask[..., None], np.nan, image)


def _spread(
    image, mask, *, shifts=SHIFTS, outside=None, divisor=None, missing_counts=False, at_once=False
):
    """The sweep as a loop over missing pixels, with the ways to get it wrong."""
    source, result = image, image.copy()
    if at_once:
        source = result
    height, width = mask.shape
    for row, column in np.argwhere(mask):
        values = []
        for down, right in shifts:
            r, c = row + down, column + right
            if outside == "wrap":
                values.append(source[r % height, c % width])
            elif 0 <= r < height and 0 <= c < width:
                values.append(source[r, c])
            elif outside == "black":
                values.append(np.zeros(3))
            elif outside == "none":
                values.append(np.full(3, np.nan))
            elif outside == "edge":
                values.append(source[row, column])
            elif outside == "reflect":
                values.append(source[row - down, column - right])
            elif outside == "last" and -1 in (r, c):
                values.append(source[r, c])
        if not missing_counts:
            values = [value for value in values if not np.isnan(value).any()]
        total = sum(values, np.zeros(3))
        result[row, column] = total / (divisor or len(values)) if values else np.nan
    return result


def _inner_alone(image, mask):
    return _spread(image, mask & np.pad(np.ones_like(mask[2:, 2:]), 1))


def _colours_mixed(image, mask):
    grey = _spread(image, mask).mean(axis=-1, keepdims=True)
    return np.where(mask[..., None], grey, image)


SPREAD_MISTAKES = mistake_rows(
    {
        "NaN spreads": [
            (
                partial(_spread, missing_counts=True),
                "A sum with one NaN is NaN: leave neighbours without a value out of the mean.",
            ),
            (
                partial(_spread, outside="none", missing_counts=True),
                "A mean with one NaN is NaN: leave neighbours without a value out of it.",
            ),
        ],
        "no value counts as black": [
            (
                lambda image, mask: _spread(np.nan_to_num(image), mask),
                "A neighbour without a value is left out of the mean; it is not a 0 in it.",
            ),
            (
                lambda image, mask: _spread(np.where(mask[..., None], 0, image), mask),
                "The hole is black before the sweep: values reached earlier are lost, and the "
                "black is averaged in.",
            ),
        ],
        "black counts as no value": (
            lambda image, mask: np.where(
                mask[..., None], _spread(np.where(image == 0, np.nan, image), mask), image
            ),
            "A black neighbour has a value, 0: only NaN means that there is none.",
        ),
        "only known neighbours count": (
            lambda image, mask: _spread(_empty(image, mask), mask),
            "Missing pixels that have a value by now are neighbours with a value too: heat "
            "moves on from them.",
        ),
        "mask inverted": (
            lambda image, mask: _spread(image, ~mask),
            "The known pixels became means and the missing ones stayed: True = hole.",
        ),
        "wraps around the border": [
            (
                partial(_spread, outside="wrap"),
                "A pixel on the border takes neighbours from the opposite border: np.roll does so.",
            ),
            (
                partial(_spread, outside="last"),
                "In row 0 the row above is number -1, and that is the last one: ask whether a "
                "neighbour lies inside the picture.",
            ),
        ],
        "inner neighbour counted twice": (
            partial(_spread, outside="reflect"),
            "At the border the neighbour on the inner side counts twice, as mode='reflect' has it: "
            "beyond the border there is no pixel.",
        ),
        "border pixels left out": (
            _inner_alone,
            "Missing pixels on the border stay as they were: they have neighbours too, only fewer.",
        ),
        "known pixels lost": (
            tuple(
                lambda image, mask, empty=empty: np.where(
                    mask[..., None], _spread(image, mask), empty
                )
                for empty in (0, np.nan)
            ),
            "The known pixels come back too, as they are: begin with a copy of the image.",
        ),
        "colours mixed": (
            _colours_mixed,
            "The mean is one number for all three colours: take it over the neighbours only, "
            "axis=0.",
        ),
        "always divided by four": (
            partial(_spread, divisor=4),
            "Divide by the number of neighbours that have a value; it is not always 4.",
        ),
        "outside counts as black": (
            partial(_spread, outside="black"),
            "Beyond the picture's border there is nothing: not even a black neighbour.",
        ),
        "known pixels changed": (
            lambda image, mask: _spread(image, np.ones_like(mask)),
            "Known pixels must stay as they are: only the missing ones become a mean.",
        ),
        "new values used at once": (
            partial(_spread, at_once=True),
            "Pixels already changed in this sweep are used by the next: take all neighbours "
            "from the image handed in.",
        ),
        "pixel counts itself": [
            (
                partial(_spread, shifts=(*SHIFTS, (0, 0))),
                "A pixel is not its own neighbour: only those above, below and beside it count.",
            ),
            (
                partial(_spread, outside="edge"),
                "A pixel on the border is not its own neighbour: padding with mode='edge' makes "
                "it one.",
            ),
        ],
        "eight neighbours": (
            partial(_spread, shifts=SHIFTS + DIAGONALS),
            "The diagonal ones are not neighbours here: only above, below and beside.",
        ),
        "reached pixels never change again": (
            lambda image, mask: np.where(np.isnan(image), _spread(image, mask), image),
            "A missing pixel that has a value already becomes the mean of its neighbours too.",
        ),
    }
)


@task("02_1", mistakes=SPREAD_MISTAKES)
def task_02_1(spread):
    """Check ``spread(image, mask)`` against a loop over the missing pixels."""
    image, holes = _picture_and_holes(np.random.default_rng())
    band, border, wide = holes["band"], holes["border"], holes["wide"]
    inputs = {
        "a thin scratch": (_empty(image, holes["scratch"]), holes["scratch"]),
        "holes at the picture's border": (_empty(image, border), border),
        "a second sweep": (_spread(_empty(image, band), band), band),
        "a second sweep at the border": (_spread(_empty(image, border), border), border),
        "a hole without NaN": (image, band),
    }
    check_function(spread, _spread, inputs, mistakes=SPREAD_MISTAKES)
    reached = as_array(call(spread, _empty(image, wide), wide))
    right = _spread(_empty(image, wide), wide)
    if not np.isnan(reached[np.isnan(right)]).all():
        wrong(
            "invents a value",
            "A missing pixel none of whose neighbours has a value must get NaN; in the middle of a "
            "wide hole yours has a number.",
        )
    alone = np.where(np.arange(25) == 12, 0.5, np.nan).reshape(5, 5, 1).repeat(3, axis=-1)
    lonely = as_array(call(spread, alone, np.ones((5, 5), bool)))
    if (lonely[2, 2] == 0.5).all():
        wrong(
            "keeps its value",
            "A missing pixel that has a value, but no neighbour with one, gets NaN: only the "
            "neighbours count.",
        )
    check_array(reached[~np.isnan(right)], where=" next to the rim of a wide hole")
    return "Heat takes its value along, and no black is needed."


def _picture_and_holes(rng):
    image = rng.uniform(0.1, 0.9, (10, 12, 3))
    image[rng.random((10, 12)) < 0.1] = 0  # black is a value too
    image[1, 4] = 0  # under the hole at the border
    holes = {name: np.zeros((10, 12), bool) for name in ("band", "border", "wide")}
    holes["scratch"] = np.eye(10, 12, k=int(rng.integers(0, 3)), dtype=bool)
    holes["band"][3:6, 2:9] = holes["wide"][2:9, 3:10] = True
    border = holes["border"]
    border[0, 3:7] = border[4:7, -1] = border[-1, 2] = border[5:9, 0] = True
    return image, holes


def _cosine(n):
    return np.cos(np.pi / (n + 1))


def _rate(height, width):
    return (_cosine(height) + _cosine(width)) / 2


def _count(rate, factor):
    """The smallest k with rate ** k <= factor, by trying."""
    k, left = 0, 1.0
    while left > factor:
        k, left = k + 1, left * rate
    return k


def _counted(rate):
    return lambda height, width, factor: _count(rate(height, width), factor)


def _holes_to_fill(rng):
    narrow, long = int(rng.integers(8, 14)), int(rng.integers(30, 60))
    # k - 0.7 sweeps along the scratch and k - 0.3 in the square: rounding shows, either way.
    k = int(rng.integers(150, 200))
    factor = _rate(narrow, long) ** (k - 0.7)
    square_factor = _rate(narrow, narrow) ** (k - 0.3)
    return {
        "a long scratch": (narrow, long, factor),
        "an upright scratch": (long, narrow, factor),
        "a square hole": (narrow, narrow, square_factor),
        "a long scratch 2 pixels wide": (2, long, factor**3),
        "a factor of about a half": (narrow + 3, long, rng.uniform(0.4, 0.6)),
    }


SWEEP_MISTAKES = mistake_rows(
    {
        "only one side counts": [
            (
                _counted(lambda height, width: _cosine(width)),
                "Only the width is used, but heat also comes in from above and below.",
            ),
            (
                _counted(lambda height, width: _cosine(height)),
                "Only the height is used, but heat also comes in from the two sides.",
            ),
            (
                _counted(lambda height, width: _cosine(min(height, width))),
                "Only the shorter side is used: then square and scratch would take the same.",
            ),
            (
                _counted(lambda height, width: _cosine(max(height, width))),
                "Only the longer side is used, but heat comes in across the shorter one first.",
            ),
        ],
        "cosines multiplied": [
            (
                _counted(lambda height, width: _cosine(height) * _cosine(width)),
                "The waves are multiplied, the means are not. A sweep takes the mean of four "
                "neighbours: two in each direction.",
            ),
            (
                _counted(lambda height, width: np.sqrt(_cosine(height) * _cosine(width))),
                "A mean of four neighbours leads to the mean of two numbers, not to the root of "
                "their product.",
            ),
        ],
        "angles averaged": (
            _counted(
                lambda height, width: np.cos((np.pi / (height + 1) + np.pi / (width + 1)) / 2)
            ),
            "The mean of two cosines is not the cosine of the mean angle.",
        ),
        "n instead of n + 1": (
            _counted(lambda height, width: (np.cos(np.pi / height) + np.cos(np.pi / width)) / 2),
            "A gap of n pixels has n + 1 steps from one known pixel to the other.",
        ),
        "n + 2 instead of n + 1": (
            _counted(lambda height, width: _rate(height + 1, width + 1)),
            "From one known pixel to the other there are n + 2 pixels, but n + 1 steps.",
        ),
        "rate halved twice": (
            _counted(lambda height, width: _rate(height, width) / 2),
            "The mean above and below and the mean beside are means already: the mean of the two "
            "is half of their sum.",
        ),
        "numbers of sweeps averaged": (
            lambda height, width, factor: np.ceil(
                (np.log(factor) / np.log([_cosine(height), _cosine(width)])).mean()
            ),
            "The error is multiplied by a mean in every sweep: average the two rates, not the "
            "numbers of sweeps.",
        ),
        "rounded down": (
            lambda height, width, factor: _count(_rate(height, width), factor) - 1,
            "One sweep too few: the error is then still a little above the factor.",
        ),
        "not a whole number": (
            lambda height, width, factor: np.log(factor) / np.log(_rate(height, width)),
            "The number is right but for its fraction: sweeps are whole, and enough of them.",
        ),
        "rounded to the nearest": (
            lambda height, width, factor: np.rint(np.log(factor) / np.log(_rate(height, width))),
            "Rounding to the nearest is sometimes one sweep too few.",
        ),
        "rate above 1": (
            lambda height, width, factor: np.ceil(
                np.log(factor) / np.log(2 * _rate(height, width))
            ),
            "With the sum of the two numbers an error would grow: the mean is half of it.",
        ),
        "factor ignored": (
            lambda height, width, factor: _count(_rate(height, width), 0.01),
            "This is the number for a factor of 1 %, whatever factor is given.",
        ),
        "rate instead of sweeps": (
            lambda height, width, factor: _rate(height, width),
            "This is what one sweep multiplies the error by. How many does it take?",
        ),
        "negative number of sweeps": (
            tuple(
                lambda *given, whole=whole: whole(-np.log(given[2]) / np.log(_rate(*given[:2])))
                for whole in (np.floor, np.ceil, float)
            ),
            "Both logarithms are negative: their quotient is positive.",
        ),
    }
)


@task("02_2", mistakes=SWEEP_MISTAKES)
def task_02_2(sweeps_needed):
    """Check ``sweeps_needed(height, width, factor)``: the number, and that no picture is swept."""
    rng = np.random.default_rng()
    check_function(sweeps_needed, _needed, _holes_to_fill(rng), mistakes=SWEEP_MISTAKES)
    scratch = int(rng.integers(8, 14)), ENDLESS
    factor = _rate(*scratch) ** (rng.integers(100, 150) - 0.5)
    try:
        sweeps = call(sweeps_needed, *scratch, factor)
    except Verdict as verdict:
        if verdict.name != "error":
            raise
        wrong(
            "sweeps itself",
            "The numbers are right, but they are found by sweeping: a scratch without an end, "
            "10^18 pixels long, fits into no array. What does one sweep multiply the error by?",
        )
    check_function(lambda *given: sweeps, _needed, {"a scratch without an end": (*scratch, factor)})
    return "Two of four neighbours are as wrong as the pixel: half the heat, twice the time."


def _needed(height, width, factor):
    return _count(_rate(height, width), factor)


ENDLESS = 10**18  # pixels: no machine has room for them, so that nobody waits for a sweep


@task("02_3")
def task_02_3(heat):
    """Check that ``heat(image, mask, steps)`` goes to the harmonic fill, one fault at a time."""
    function = as_function(heat)
    rng = np.random.default_rng()
    _check_small_hole(function, rng)
    _check_hole_at_border(function, rng)
    _check_wide_hole(function, rng)
    _check_as_close_as_you_like(function, rng)
    _check_flow(function, rng)
    return "Heat flows in from the hole's own rim, and it is given the time that it needs."


NEAR = 0.01  # off the harmonic fill by this much is near enough after 3,000 steps
CLOSE = 2e-6  # and by this much where the steps suffice for anything: float32 comes so far


def _check_small_hole(function, rng):
    """Inside the picture and soon done: a step too large shows, and a rim that has moved."""
    down, right = np.mgrid[:14, :14][..., None] / 13
    image = 0.8 * right + 0.1 * down + rng.uniform(0, 0.1, (14, 14, 3))
    mask = np.zeros((14, 14), bool)
    mask[5:10, 2:7] = True
    fill, right_fill = _run(function, image, mask, 1200, "a small hole")
    if np.allclose(fill, right_fill, atol=3 * NEAR):
        return
    flat = np.ptp(fill[mask], axis=0).max() < 1e-9
    if flat or np.allclose(fill[mask], image[mask]):
        wrong("hole is not filled", "In the hole stands what stood there, or one flat colour.")
    _check_first_steps(function, image, mask, fill)
    _check_step(fill, mask)
    if (fill - right_fill).max() < NEAR:  # a rim that drifts takes up brighter surroundings
        wrong("stops too early", "1,200 steps were allowed, and a small hole is still too dark.")
    wrong(
        "known pixels drift",
        "The fill is smooth, but it does not meet its rim: in the loop the known pixels do not "
        "have the picture's values.",
    )


def _check_first_steps(function, image, mask, fill):
    """End the check if a fill went wrong in a way that one step and two steps tell."""
    one, two = (as_array(call(function, image, mask, steps)) for steps in (1, 2))
    if not _finite(two) or two.shape != image.shape:
        return
    if np.allclose(one, fill):
        wrong(
            "ends after one step",
            "After 1,200 steps the fill is what it is after one: does the return line stand inside "
            "the loop?",
        )
    flow = 4 * (_neighbour_mean(one, "edge") - one)[mask]
    if np.allclose(two[mask], (two[mask] * flow).sum() / (flow**2).sum() * flow):
        wrong(
            "flow in place of the pixel",
            "In the hole stands a part of the flow alone: it is to be added to the pixel.",
        )
    if not _finite(fill):
        wrong("step too large", "The fill grows without end: each step makes the error larger.")


def _finite(value):
    array = as_array(value)
    return array is not None and np.isfinite(array).all()


def _check_step(fill, mask):
    inner = masks.hole_depth(mask) > 1
    if np.abs(fill - _neighbour_mean(fill, "edge"))[inner].max() > 0.05:
        wrong(
            "step too large",
            "The fill is not smooth: each step pushes pixels past the mean of their neighbours, "
            "and the overshoot grows.",
        )


def _check_hole_at_border(function, rng):
    """Bright beside it, dark below, brighter still at the opposite border: ends differ by 0.1."""
    image = np.full((12, 12, 3), 0.1) + rng.uniform(0, 0.02, (12, 12, 3))
    image[:3] += 0.4
    image[6:] += 0.8
    mask = np.zeros((12, 12), bool)
    mask[:3, 4:8] = True
    if rng.integers(2):
        image, mask = image.transpose(1, 0, 2).copy(), mask.T.copy()
    fill, right = _run(function, image, mask, 2000, "a hole at the border")
    limits = {outside: _limit(image, mask, outside) for outside in BEYOND_THE_BORDER}
    off = {outside: np.abs(fill - limit).max() for outside, limit in limits.items()}
    nearest = min(off, key=off.get)
    if np.abs(fill - right).max() <= min(off[nearest], 3 * NEAR):
        return
    if off[nearest] < 3 * NEAR:
        wrong(*BEYOND_THE_BORDER[nearest])
    wrong(
        "wrong at the border",
        "A hole inside the picture is filled right, one at its border is not: there a pixel has "
        "fewer neighbours.",
    )


BEYOND_THE_BORDER = {  # what np.pad may continue a picture with
    "wrap": (
        "wraps around the border",
        "A hole at one border takes colour from the opposite one, as np.roll does.",
    ),
    "constant": (
        "heat lost at the border",
        "A hole at the border becomes too dark: beyond the border there is no black pixel.",
    ),
    "reflect": (
        "inner neighbour counted twice",
        "At the border the neighbour on the inner side counts twice, as mode='reflect' has it: "
        "beyond the border there is no pixel, and no heat comes from there.",
    ),
}


def _check_wide_hole(function, rng):
    """Slow, so that a loop that ends early shows."""
    image = rng.uniform(0.6, 0.9, (34, 34, 3))
    mask = np.zeros((34, 34), bool)
    mask[2:32, 2:32] = True
    fill, right = _run(function, image, mask, 3000, "a wide hole")
    short = (right - fill)[mask]
    if np.abs(short).max() > NEAR:
        _check_step(fill, mask)
        if short.min() > -NEAR:
            later = as_array(call(function, image, mask, 6000))
            if (right - later)[mask].max() < 0.999 * short.max():
                wrong(
                    "steps too small",
                    f"After 3,000 steps a hole 30 pixels wide is still {short.max():.2f} too dark, "
                    "after 6,000 it is less: heat flows, but a larger part of flow gets it there.",
                )
            wrong(
                "stops too early",
                f"3,000 steps were allowed, and the middle of a hole 30 pixels wide is still "
                f"{short.max():.2f} too dark. Does a small step mean a small error?",
            )
        wrong("wrong values", f"A wide hole is off by up to {np.abs(short).max():.2f}.")
    early = as_array(call(function, image, mask, 5))
    if early is not None and early.shape == fill.shape and np.allclose(early, fill, atol=NEAR):
        wrong(
            "steps ignored",
            "After 5 steps the fill is as it is after 3,000: let it flow, step by step.",
        )
    check_inputs_unchanged(function, {"a wide hole": (image, mask, 5)})


def _check_as_close_as_you_like(function, rng):
    """Soon done, so that whoever ends at a small step is found however small it is."""
    image = rng.uniform(0.3, 0.9, (14, 14, 3))
    for top, where in ((2, "a small hole"), (0, "a small hole at the border")):
        mask = np.zeros((14, 14), bool)
        mask[top : top + 8, 2:12] = True
        fill, right = _run(function, image, mask, 2500, where)
        off = np.abs(fill - right).max()
        if off > CLOSE:
            wrong(
                "stops too early",
                f"2,500 steps were allowed, and {where} is still off by {off:.0e}: a small step "
                "does not mean that the error is as small.",
            )


LIBRARY = Path(classical.__file__).parent


def _check_flow(function, rng):
    """A few steps: nothing of the library's, and no heat in the middle before it can be there."""
    own = without(
        function,
        lambda code: LIBRARY in Path(code.co_filename).parents,
        "the library's fill",
        "The fill is right, but the library makes it: let the heat flow in a loop of your own.",
    )
    image = np.ones((34, 34, 3)) * rng.uniform(0.5, 0.9, 3)
    mask = np.zeros((34, 34), bool)
    mask[2:32, 2:32] = True
    first, later = (np.asarray(call(own, image, mask, steps), dtype=float) for steps in (1, 5))
    if np.abs(later - first)[masks.hole_depth(mask) > 12].max() > 1e-4:
        wrong(
            "heat arrives too soon",
            "After 5 steps the middle of a hole 30 pixels wide is warmer than after one, but in a "
            "step heat goes from a pixel to its neighbours only.",
        )


def _run(function, image, mask, steps, where):
    """The learner's fill, checked for what every inpainter promises, and the harmonic one."""
    fill = call(function, image, mask, steps)
    if not _finite(fill):
        _check_first_steps(function, image, mask, fill)
    check_array(fill, shape=image.shape, dtype=float, where=f" for {where}")
    check_known(fill, image, mask)
    return np.asarray(fill, dtype=float), classical.harmonic(image, mask)


def _neighbour_mean(image, outside):
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode=outside)
    return (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 4


def _limit(image, mask, outside):
    """Where Jacobi's sweeps end if the picture is continued beyond its border in this way."""
    fill = image
    for _ in range(500):
        fill = np.where(mask[..., None], _neighbour_mean(fill, outside), image)
    return fill


FURTHER = 0.5  # of the range of brightness, beyond the brightest known pixel
DARK, BRIGHT = 0.25, 0.75  # what known pixels may be


@task("02_4")
def task_02_4(surroundings):
    """Check that the uncut biharmonic fill of ``surroundings()`` overshoots by 0.5."""
    image = call(as_function(surroundings))
    check_array(image, shape=(32, 32, 3), dtype=float)
    image, mask = np.asarray(image, dtype=float), masks.squares(1, 32, side=12)[0]
    known = image[~mask]
    if known.min() < DARK - 1e-6 or known.max() > BRIGHT + 1e-6:
        wrong(
            "out of bounds",
            f"Known pixels go from {known.min():.2f} to {known.max():.2f}; they may go from {DARK} "
            f"to {BRIGHT}.",
        )
    fill = classical.uncut_biharmonic(np.clip(image, 0, 1), mask)[mask]
    beyond = (fill.max(axis=0) - known.max(axis=0)).max()
    if beyond < 0.001 and (known.min(axis=0) - fill.min(axis=0)).max() > 0.001:
        wrong(
            "overshoots downwards",
            "The fill is darker than the darkest known pixel, and nowhere brighter than the "
            "brightest: the slopes fall towards the hole. Turn them round.",
        )
    if beyond < 0.001:
        wrong(
            "no overshoot",
            "No pixel of the fill is brighter than the brightest known one. What stands in the "
            "hole is not read: it is the slopes at its rim that are carried on.",
        )
    if beyond < FURTHER:
        wrong(
            "not far enough",
            f"The fill goes {beyond:.2f} beyond the brightest known pixel; {FURTHER} is asked for. "
            "Where does a slope have to be steep?",
        )
    return f"The fill goes {beyond:.2f} beyond anything that is known. Harmonic cannot."
