"""Kinds of tasks: a function held to the right one, and a fill held to a rival's."""

from functools import partial

import numpy as np

from course_lib import data, masks, metrics
from course_lib._pixels import as_floats
from course_lib.checks._compare import (
    as_function,
    call,
    check_array,
    check_function,
    check_unchanged,
    mistake_rows,
    without,
)
from course_lib.checks._task import task, wrong

ONLY_THE_HOLE = "Known pixels must come back as they were: write into the hole only."


def function_task(name, *, right, inputs, mistakes, praise, shortcut=None, **comparison):
    """A task whose answer is a function: the right one, telling inputs, mistakes by name.

    Args:
        name: such as "01_2".
        right: the right function.
        inputs: a function of a random generator that returns {description: arguments}, as
            ``check_function`` takes them; drawn again for every answer.
        mistakes: a table as ``mistake_rows`` takes it.
        praise: what the learner reads after a right answer.
        shortcut: what the answer must not call: (forbidden, name, why), as ``without`` takes them.
        comparison: ``check_function``'s tolerance, dtype, low and high.
    """
    rows = mistake_rows(mistakes)

    @task(name, mistakes=rows)
    def check(answer):
        answer = without(as_function(answer), *shortcut) if shortcut else answer
        check_function(answer, right, inputs(np.random.default_rng()), mistakes=rows, **comparison)
        return praise

    return check


def some_patches(rng, count):
    """Test patches, float32 (count, 32, 32, 3), and lines as their holes, (count, 32, 32)."""
    test = data.load("photos").test
    truth = as_floats(test[rng.choice(len(test), count, replace=False)])
    return truth, masks.random_lines(count, 32, seed=int(rng.integers(1_000_000)))


def fills(inpainter, damaged, holes, *, tolerance=1e-6, low=0, high=1):
    """What an inpainter makes of each picture, clipped to [0, 1], as one array of floats.

    Ends the check where a fill is no picture between ``low`` and ``high``, or changes known
    pixels by more than the tolerance, or writes into what it is given.
    """
    found = []
    for image, hole in zip(damaged, holes, strict=True):
        given = image.copy(), hole.copy()
        one = call(partial(inpainter, *given))
        check_array(one, shape=image.shape, dtype=float)
        check_array(np.asarray(one)[hole], low=low, high=high)
        check_known(one, image, hole, tolerance=tolerance)
        check_unchanged((image, hole), given)
        found.append(np.clip(np.asarray(one, dtype=float), 0, 1))
    return np.stack(found)


def check_known(
    fill, image, hole, *, tolerance=1e-6, name="known pixels changed", why=ONLY_THE_HOLE
):
    """End the check if a fill differs from the picture outside the hole."""
    known, given = np.asarray(fill)[~hole], np.asarray(image)[~hole]
    if not np.allclose(known, given, rtol=tolerance, atol=tolerance):
        wrong(name, why)


def decibels_ahead(truth, yours, rival, holes, *, gain, of):
    """By how many dB one set of fills is ahead in the holes; ends the check below ``gain``."""
    ahead = metrics.psnr(truth, yours, holes) - metrics.psnr(truth, rival, holes)
    if ahead >= gain:
        return ahead
    if abs(ahead) < 0.005:
        wrong(
            f"not better than {of}", f"In the holes it is level with {of}; {gain} dB are asked for."
        )
    if ahead > 0:
        wrong(
            "too little gain",
            f"In the holes it is {ahead:.2f} dB ahead of {of}; {gain} dB are asked for.",
        )
    wrong(
        f"not better than {of}",
        f"In the holes it is {-ahead:.2f} dB behind {of}; a lead of {gain} dB is asked for.",
    )
