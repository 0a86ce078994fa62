"""Checks of exercise 05: a patch's priority, copied windows, a method chosen."""

import functools
from functools import partial

import numpy as np

from course_lib import classical, data, masks, metrics, scenes
from course_lib.checks._compare import (
    as_function,
    call,
    check_array,
    check_function,
    mistake_rows,
    name_mistake,
)
from course_lib.checks._kinds import check_known, fills, function_task
from course_lib.checks._task import task, wrong


def _priority(
    confidence,
    slope,
    normal,
    *,
    trust=np.mean,
    turn=lambda down, right: (-right, down),
    isophote_length=False,
    normal_length=True,
    size=abs,
    joined=np.multiply,
):
    """Confidence x data of one patch, with the ways to get it wrong."""
    isophote = np.array(turn(*slope))
    if isophote_length:
        isophote = isophote / np.hypot(*isophote)
    if normal_length:
        normal = normal / np.hypot(*normal)
    return joined(trust(confidence), size(isophote @ normal))


def _any_normal(**faults):
    """A mistake, with the normal's length taken to 1 or not."""
    return partial(_priority, **faults), partial(_priority, normal_length=False, **faults)


def _normal_divided_by(length):
    return lambda confidence, slope, normal: _priority(
        confidence, slope, normal / length(normal), normal_length=False
    )


def _rims(rng):
    """Patches of 7 x 7 pixels; isophotes that run in from both sides, or along the rim."""
    known = rng.uniform(0.3, 1, (7, 7)) * (np.arange(7) < rng.integers(3, 6))
    quarter = np.pi / 2 * rng.integers(4)  # no rim along the grid, where mistakes look alike
    angle, length = quarter + rng.uniform(0.3, 1.2), rng.uniform(1.5, 2.5)
    normal = length * np.array([np.sin(angle), np.cos(angle)])
    steep, lean = rng.uniform(0.2, 0.4), rng.uniform(0.3, 1.0)
    across = steep * np.array([np.sin(angle + lean), np.cos(angle + lean)])
    whole = (np.arange(7) < 5) * np.ones((7, 1))
    return {
        "a line that runs in": (known, across, normal),
        "the same line, dark and bright exchanged": (known, -across, normal),
        "a line along the rim": (known, steep * normal / length, normal),
        "a line that runs in from the other side": (known, steep * normal * (1, -1), normal),
        "a patch that was known from the start": (whole, across[::-1].copy(), normal),
    }


task_05_1 = function_task(
    "05_1",
    right=_priority,
    inputs=_rims,
    praise="A strong line into the hole, out of surroundings that are known: fill there first.",
    mistakes={
        "slope not turned": (
            (
                *_any_normal(turn=lambda down, right: (down, right)),
                *_any_normal(turn=lambda down, right: (down, right), size=lambda value: value),
            ),
            "The slope points across the line. The line itself, the isophote, is the slope turned "
            "by 90 degrees.",
        ),
        "absolute value too early": (
            lambda confidence, slope, normal: (
                confidence.mean() * (np.abs(slope[::-1]) @ np.abs(normal)) / np.hypot(*normal)
            ),
            "The two products are added first, with their signs; the absolute value comes last.",
        ),
        "rows and columns mixed up": (
            (
                *_any_normal(turn=lambda down, right: (down, -right)),
                *_any_normal(turn=lambda down, right: (right, down)),
            ),
            "Turning by 90 degrees exchanges the two components and changes the sign of one.",
        ),
        "no absolute value": (
            (
                *_any_normal(size=lambda value: value),
                *_any_normal(size=lambda value: -value),
                partial(_priority, size=lambda value: max(value, 0)),
                partial(_priority, size=lambda value: max(-value, 0)),
            ),
            "Dark above bright is as strong a line as bright above dark: the product's sign does "
            "not count.",
        ),
        "mean of the known pixels only": (
            partial(_priority, trust=lambda confidence: confidence[confidence > 0].mean()),
            "Missing pixels count too, with their 0: the fuller patch is the surer one.",
        ),
        "confidence summed": (
            partial(_priority, trust=np.sum),
            "The confidence of a patch is a mean: at most 1.",
        ),
        "normal not of length 1": (
            (
                partial(_priority, normal_length=False),
                _normal_divided_by(lambda normal: normal @ normal),
                _normal_divided_by(lambda normal: np.abs(normal).sum()),
            ),
            "The normal is a direction only: divide it by its length.",
        ),
        "isophote of length 1": [
            (
                partial(_priority, isophote_length=True),
                "A steep edge is a stronger line than a faint one: the isophote keeps the slope's "
                "length.",
            ),
            (
                partial(_priority, isophote_length=True, normal_length=False),
                "The isophote keeps the slope's length; the normal is divided by its own.",
            ),
        ],
        "added, not multiplied": (
            partial(_priority, joined=np.add),
            "Priority is a product: where one of the two is 0 nothing is to be filled first.",
        ),
        "confidence left out": (
            partial(_priority, trust=lambda confidence: 1),
            "This is the data alone: multiply by how much of the patch is known.",
        ),
        "data left out": (
            lambda confidence, slope, normal: confidence.mean(),
            "This is the confidence alone: multiply by how strongly the line runs in.",
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
    wraps=None,
    compares_missing=False,
    copies_copies=False,
    by_centre=False,
    left_out=(0, 0),
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
    first, last = left_out  # rows and columns of sources at the picture's rims
    sources = sources[(sources >= first).all(axis=1)]
    sources = sources[(sources <= np.array(mask.shape) - side - last).all(axis=1)]
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
            differences = differences.astype(wraps).astype(int)
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
        "windows at the rim left out": (
            (partial(_copy, left_out=(0, 1)), partial(_copy, left_out=(1, 0))),
            "A row or a column of sources is missing: a window may touch the picture's rim, and a "
            "range ends before its last number.",
        ),
        "differences wrap around": [
            (
                partial(_copy, wraps="uint8"),
                "In uint8, 3 - 5 is 254, and a square wraps again: subtract floats.",
            ),
            (
                partial(_copy, wraps="int16"),
                "In int16 the difference is right, but the square of 200, 40,000, is -25,536: "
                "subtract floats.",
            ),
        ],
        "missing pixels compared": (
            (
                partial(_copy, compares_missing=True),
                partial(_copy, compares_missing=True, wraps="uint8"),
            ),
            "The target's missing pixels take part in the comparison: nothing is known of them, so "
            "leave them out.",
        ),
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


@task("05_2", mistakes=COPY_MISTAKES)
def task_05_2(copy_windows):
    """Check ``copy_windows(image, mask, side)`` on noise, where only one window fits best."""
    function = as_function(copy_windows)
    inputs, fills_of = _telling_inputs(np.random.default_rng(), side=5), {}
    for name, (damaged, mask, side) in inputs.items():
        fill = fills_of[name] = call(function, damaged, mask, side)
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
    if any(
        (np.asarray(fills_of[name])[mask] < 0.01).all(axis=-1).any()
        for name, (_, mask, _) in inputs.items()
    ):
        name_mistake(fills_of, inputs, COPY_MISTAKES, HALF_A_LEVEL)
        wrong("holes are copied", HOLE_COPIED)
    check_function(function, _copy, inputs, tolerance=HALF_A_LEVEL, mistakes=COPY_MISTAKES)
    return "Known is compared with known, and only holes are written."


VARIANTS = [partial(_copy), *(row.compute for row in COPY_MISTAKES)]
MAY_TIE = {"wraps", "pastes", "by_centre"}


def _telling_inputs(rng, side):
    """Noise with two kinds of holes, such that every mistake shows and no two windows tie.

    One known pixel is black: the mask alone says what is missing. It lies between two scratches,
    where every window around it has a hole, so that nobody who takes whole windows copies it.
    """
    square = np.zeros((24, 24), bool)
    square[8:15, 9:14] = True
    scratch = np.zeros((24, 24), bool)
    scratch[np.arange(6, 17), np.arange(6, 17)] = scratch[6:17, 18] = True
    while True:
        image = rng.integers(20, 236, (24, 24, 3)) / 255
        scratched = masks.damage(image, scratch)
        scratched[rng.integers(13, 17), 17] = 0
        inputs = {
            "a square hole": (masks.damage(image, square), square, side),
            "scratches": (scratched, scratch, side),
        }
        if _are_telling(inputs):
            return inputs


def _are_telling(inputs):
    """Whether no mistake computes what another one, or none, does."""
    found = []
    for compute in VARIANTS:
        allow_ties = bool(MAY_TIE & compute.keywords.keys())
        try:
            fills = [compute(*arguments, allow_ties=allow_ties) for arguments in inputs.values()]
        except _Tie:
            return False
        found.append(np.stack(fills))
        if any(np.array_equal(found[-1], before) for before in found[:-1]):
            return False
    holes = np.stack([mask for _, mask, _ in inputs.values()])
    return found[0][holes].any(axis=-1).all()


class _Tie(Exception):
    """Two windows fit equally well, so that two right answers could differ."""


GAIN = 1.0  # dB above the best single method
CHOICES = ("harmonic", "biharmonic", "exemplar")


@task("05_3", seconds=60, work="13 pictures")
def task_05_3(choose_and_fill):
    """Check that ``choose_and_fill`` is 1 dB above every single method, here and unseen."""
    function = as_function(choose_and_fill)
    ahead, told = _ahead(function, "shown")
    if ahead < GAIN:
        wrong("no better than one method", f"On the six pictures {told}")
    ahead, told = _ahead(function, "hidden")
    if ahead < GAIN:
        wrong(
            "no better on unseen pictures",
            f"The six pictures pass, but on seven others {told} What it decides by must hold for "
            "pictures that you have not seen.",
        )
    return f"{ahead:.1f} dB above any single method, on pictures that nobody showed you."


def _ahead(function, which):
    """By how many dB a function's mean is above the best single method's, and a sentence."""
    truths, holes = zip(*PICTURES[which](), strict=True)
    damaged = [masks.damage(*case) for case in zip(truths, holes, strict=True)]
    filled = fills(function, damaged, holes, tolerance=1e-3, low=-0.5, high=1.5)
    scores = [metrics.psnr(*case) for case in zip(truths, filled, holes, strict=True)]
    if np.isinf(scores).any():
        wrong(
            "truth looked up",
            "A fill equals the truth in every pixel, which nobody can know from the damaged "
            "picture: decide by that alone.",
        )
    mean, (best, single) = np.mean(scores), _best_single_method(which)
    return mean - single, (
        f"your mean is {mean:.2f} dB, {best} alone has {single:.2f}; {GAIN:.0f} more is asked for."
    )


def _cases():
    """The pictures of the task: [(truth (64, 64, 3), mask (64, 64))]."""
    square = masks.squares(1, 64, side=14)[0]
    scratches = masks.random_lines(1, 64, lines=(5, 5), thickness=(1, 2), seed=6)[0]
    bricks = data.photo("brick")
    return [
        (bricks[40:104, 52:116], square),
        (bricks[10:74, 160:224], square),
        (data.photo("gravel")[:64, :64], square),
        (data.photo("grass")[200:264, 300:364], square),
        (data.photo("chelsea")[80:144, 170:234], square),
        (bricks[40:104, 52:116], scratches),
    ]


def _hidden_cases():
    """Others of the same kinds; walls are as bright as no wall shown, the rest as bright as one.

    So neither the mean colour nor the place tells what they are.
    """
    square = masks.squares(1, 64, side=14)[0]
    scratches = masks.random_lines(1, 64, lines=(5, 5), thickness=(1, 2), seed=21)[0]
    cut = partial(scenes.places, size=64, hole=14)
    bricks = cut("brick", 12, seed=11).images
    gravel, grass, cat = (cut(name, 4, seed=12).images for name in ("gravel", "grass", "chelsea"))
    return [
        (1 - bricks[1], square),
        (0.45 + 0.55 * bricks[9], square),
        (0.6 * bricks[10], square),
        (0.863 * gravel[1], square),
        (0.886 * grass[2], square),
        (cat[3], square),
        (bricks[0], scratches),
    ]


PICTURES = {"shown": _cases, "hidden": _hidden_cases}


@functools.cache
def _best_single_method(which):
    """(name, mean PSNR in dB) of the best of the three methods alone."""
    means = {
        name: np.mean(
            [
                metrics.psnr(truth, classical.METHODS[name](truth, mask), mask)
                for truth, mask in PICTURES[which]()
            ]
        )
        for name in CHOICES
    }
    return max(means.items(), key=lambda item: item[1])
