"""Checks of exercise 05: copied windows, and a method chosen for each picture."""

import functools
from functools import partial

import numpy as np

from course_lib import classical, data, masks, metrics
from course_lib.checks._compare import as_function, call, check_array, check_function, mistake_rows
from course_lib.checks._kinds import check_known, fills
from course_lib.checks._task import task, wrong

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


@task("05_1", mistakes=COPY_MISTAKES)
def task_05_1(copy_windows):
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


@task("05_2", seconds=60)
def task_05_2(choose_and_fill):
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
