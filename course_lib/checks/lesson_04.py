"""Checks of exercise 04: the front's arrival, OpenCV's Telea, and a march that hurries."""

import heapq
import itertools
from functools import partial

import numpy as np

from course_lib.checks._compare import (
    as_array,
    as_function,
    call,
    check_function,
    close,
    mistake_rows,
)
from course_lib.checks._kinds import function_task
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
    straight_after=min,
    power=2,
    sign=1,
    root=2,
    divisor=2,
):
    """The later solution of (T - a)^2 + (T - b)^2 = s^2, with the ways to get it wrong."""
    a, b = of_pair(left, right), of_pair(above, below)
    if abs(a - b) >= (slowness if straight_from is None else straight_from):
        return straight_after(a, b) + (slowness if step is None else step)
    return (a + b + sign * np.sqrt(root * slowness**power - (a - b) ** 2)) / divisor


def _oblique_unless_infinite(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    if np.isinf([a, b]).any():
        return min(a, b) + slowness
    return (a + b + np.sqrt(max(2 * slowness**2 - (a - b) ** 2, 0))) / 2


def _obliquely(time):
    """A rule that is right along one axis; where the fire comes obliquely, ``time(a, b, s)``."""

    def arrival(left, right, above, below, slowness):
        a, b = min(left, right), min(above, below)
        return min(a, b) + slowness if abs(a - b) >= slowness else time(a, b, slowness)

    return arrival


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
        "obliquely unless one is infinite": (
            _oblique_unless_infinite,
            "An axis on which nothing burns yet does not help; one that burns too late helps as "
            "little: compare the difference of a and b with the slowness.",
        ),
        "after the later neighbour": (
            partial(_arrival, straight_after=max),
            "Where the fire comes along one axis it comes from the earlier side, and does not wait "
            "for the later one.",
        ),
        "one axis only": (
            (
                lambda left, right, above, below, slowness: min(left, right) + slowness,
                lambda left, right, above, below, slowness: min(above, below) + slowness,
            ),
            "Only one of the two axes is looked at.",
        ),
        "diagonal step": (
            (
                _obliquely(lambda a, b, s: min(a, b) + s / np.sqrt(2)),
                _obliquely(lambda a, b, s: (a + b) / 2 + s / np.sqrt(2)),
            ),
            "A front from both sides arrives after s / sqrt(2) only if both times are equal.",
        ),
        "compared with 1": (
            partial(_arrival, straight_from=1),
            "The lesson's limit 1 was the slowness of dry grass: compare a and b with this pixel's "
            "own.",
        ),
        "obliquely for too long": [
            (
                lambda *given, factor=factor: _arrival(*given, straight_from=factor * given[4]),
                "Where a and b differ by s or more, the fire comes along one axis: by the "
                "quadratic equation it would arrive before the later neighbour burns.",
            )
            for factor in (1.2, np.sqrt(2))
        ],
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
            (
                (
                    _obliquely(lambda a, b, s: a + b + np.sqrt(2 * s**2 - (a - b) ** 2) / 2),
                    _obliquely(lambda a, b, s: (a + b) / 2 + np.sqrt(2 * s**2 - (a - b) ** 2)),
                ),
                "Only a part is halved: a + b and the root are summed, and all of it is halved.",
            ),
            (
                _obliquely(lambda a, b, s: (a + b + np.sqrt(2 * s**2 + (a - b) ** 2)) / 2),
                "Multiply out again: under the root (a - b)^2 is subtracted.",
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


@task("04_1", mistakes=ARRIVALS)
def task_04_1(arrival):
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
        "fire almost along one axis": (early + 6, early, early + 1.1 * slow, early + 9, slow),
        "fire nearly along one axis": (early, early + 7, early + 8, early + 1.3 * slow, slow),
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


def _joined(sides):
    """OpenCV's level, but with another number than the sum of the direction's components."""

    def level(mean, jx, jy):
        length = np.maximum(np.hypot(jx, jy), 1e-12)
        return _stored(mean - sides(jx / length, jy / length) + 0.5)

    return level


def _none_where(flat):
    """OpenCV's level, but as if there were no slope where ``flat(jx, jy)``."""

    def level(mean, jx, jy):
        return np.where(flat(jx, jy), _stored(mean + 0.5), _opencv_level(mean, jx, jy))

    return level


def _clear(mean, jx, jy):
    """Means whose level is no matter of rounding noise, nor of a millionth added to a length."""
    exact = _opencv_level(mean, jx, jy, rounding=lambda value: value)
    return np.where(np.abs(exact % 1 - 0.5) < 0.02, mean + 0.05, mean)


def _slopes(rng):
    count = 60
    slopes = rng.choice([-1, 1], (2, count)) * rng.uniform(0.3, 2, (2, count))
    slopes = slopes * 10 ** rng.uniform(-3, 1.5, count)
    some, none = rng.uniform(20, 230, count), np.zeros(count)
    both = np.r_[slopes[0], 0, 0, 0], np.r_[slopes[1], 0, 0, 0]
    whole = rng.choice(np.arange(20.0, 230.0), count)
    return {
        "slopes of many sizes": (_clear(some, *slopes), *slopes),
        "no slope": (some, none, none),
        "whole means without a slope": (whole, none, none),
        "slopes along the row only": (_clear(some, slopes[0], none), slopes[0], none),
        "slopes along the column only": (_clear(some, none, slopes[1]), none, slopes[1]),
        "some pixels with a slope and some without": (
            np.r_[_clear(some, *slopes), 3.2, 77.7, 200.0],
            *both,
        ),
        "means near black and white": (
            _clear(np.r_[some % 0.7, 255 - some % 0.7], *np.c_[slopes, slopes]),
            *np.c_[slopes, slopes],
        ),
    }


task_04_2 = function_task(
    "04_2",
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
            (
                _telea,
                lambda *given: np.rint(_telea(*given)),
                lambda *given: _stored(_telea(*given)),
                lambda *given: np.clip(_telea(*given), 0, 255),
            ),
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
            tuple(
                partial(_opencv_level, **limits)
                for limits in ({"low": -np.inf, "high": np.inf}, {"low": -np.inf}, {"high": np.inf})
            ),
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
        "only one component": [
            (
                (_joined(lambda x, y: x), lambda mean, jx, jy: _opencv_level(mean, jx, 0 * jy)),
                "Both components of the direction are subtracted, not only that along the row.",
            ),
            (
                (_joined(lambda x, y: y), lambda mean, jx, jy: _opencv_level(mean, 0 * jx, jy)),
                "Both components of the direction are subtracted, not only that along the column.",
            ),
        ],
        "one component added": (
            (_joined(lambda x, y: x - y), _joined(lambda x, y: y - x)),
            "One component is subtracted and the other added: both are subtracted.",
        ),
        "one length for all": (
            partial(
                _opencv_level, length=lambda jx, jy: np.full_like(jx, np.linalg.norm([jx, jy]))
            ),
            "Every pixel has a vector of its own, and its own length: np.linalg.norm([jx, jy]) "
            "sums over all pixels.",
        ),
        "each component by itself": [
            (
                lambda mean, jx, jy: _stored(mean - np.sign(jx) - np.sign(jy) + 0.5),
                "Each component is divided by its own size: divide both by the vector's length.",
            ),
            (
                lambda mean, jx, jy: _stored(mean - np.sign(jx + jy) + 0.5),
                "The sum is divided by its own size: divide by the vector's length.",
            ),
        ],
    },
)


STEPS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def _burn(
    burning, slowness, arrival, *, beyond=np.inf, source="new", earliest_first=True, steps=STEPS
):
    """Fast marching on a field, with ways to get it wrong."""
    times = np.pad(np.where(burning, 0.0, np.inf), 1, constant_values=beyond)
    final = np.pad(np.zeros_like(burning), 1, constant_values=True)
    slowness = np.pad(slowness, 1)
    turns = itertools.count()
    waiting = [(0.0, next(turns), row + 1, column + 1) for row, column in np.argwhere(burning)]
    while waiting:
        *_, row, column = heapq.heappop(waiting)
        final[row, column] = True
        for down, right in steps:
            r, c = row + down, column + right
            if final[r, c]:
                continue
            around = times[r, c - 1], times[r, c + 1], times[r - 1, c], times[r + 1, c]
            time = arrival(*around, slowness[r, c] if source == "new" else slowness[row, column])
            if time < times[r, c]:
                times[r, c] = time
                heapq.heappush(waiting, (time if earliest_first else 0, next(turns), r, c))
    return times[1:-1, 1:-1]


def _along_axes(left, right, above, below, slowness):
    return min(left, right, above, below) + slowness


# On a single row the order cannot matter: these two faults show, whatever else is wrong.
ON_A_ROW = mistake_rows(
    {
        "burns in from the border": (
            (partial(_burn, beyond=0.0), partial(_burn, beyond=0.0, source="old")),
            "Fire comes in from beyond the field's border, where np.pad has put times of 0: "
            "nothing burns there.",
        ),
        "slowness of the pixel before": (
            partial(_burn, source="old"),
            "The time for a pixel is worked out with the slowness of the pixel that the fire comes "
            "from: it is the new pixel that takes its time to burn.",
        ),
    }
)


@task("04_3")
def task_04_3(burn):
    """Check ``burn(burning, slowness, arrival)`` against fast marching, one fault after another."""
    function, rng = as_function(burn), np.random.default_rng()
    row = np.arange(9)[None] == 0, rng.uniform(1, 5, (1, 9)), _arrival
    check_function(function, _burn, {"a field of one row": row}, mistakes=ON_A_ROW)
    wet = _wet_field(rng)
    if close(call(function, *wet), _burn(*wet[:2], _along_axes), 1e-6):
        wrong(
            "arrival not used",
            "The times are those of a walk along rows and columns: work them out with the function "
            "arrival that you are given.",
        )
    _check_fires(as_array(call(function, *wet)), *wet)
    if _is_late(as_array(call(function, *wet)), _burn(*wet)):
        wrong(
            "overtaken",
            "To some pixels the fire comes later than it could: an earlier way is found too late. "
            "Which of the pixels that wait must leave the list first, and from when on can a "
            "time not change any more?",
        )
    check_function(function, _burn, {"a field with wet grass": wet})
    return "Every pixel has its earliest time."


def _check_fires(found, burning, slowness, arrival):
    """End the check if not every pixel that burns at the start has set others on fire."""
    for place in np.argwhere(burning):
        one = np.zeros_like(burning)
        one[tuple(place)] = True
        times = _burn(one, slowness, arrival)
        if close(found, times, 1e-6) or close(found, np.where(burning, 0, times), 1e-6):
            wrong(
                "one fire only",
                "Several pixels burn at the start, and only one of them sets others on fire.",
            )
    if found is not None and found.shape == burning.shape and np.isinf(found).any():
        wrong("some pixels never burn", "In the end every pixel burns: none may keep its infinity.")


def _is_late(found, right):
    """Whether times are the right ones or later."""
    if found is None or found.shape != right.shape or not np.isfinite(found).all():
        return False
    return (found > right - 1e-6).all() and (found > right + 1e-3).any()


def _wet_field(rng):
    burning = np.isin(np.arange(90).reshape(9, 10), (9, 44))  # two fires
    while True:
        slowness = np.where(rng.random((9, 10)) < 0.5, 1.0, 12.0) * rng.uniform(0.9, 1.1, (9, 10))
        wet = burning, slowness, _arrival
        if all(
            _is_late(_burn(*wet, earliest_first=False, steps=steps), _burn(*wet))
            for steps in itertools.permutations(STEPS)
        ):
            return wet
