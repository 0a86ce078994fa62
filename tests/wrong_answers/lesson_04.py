"""Wrong answers to exercise 04: (task, the verdict that names the mistake, the answer)."""

import heapq
from functools import partial

import numpy as np

# Arrival


def while_there_is_a_root(left, right, above, below, slowness):
    early, late = sorted((min(left, right), min(above, below)))
    root = 2 * slowness**2 - (late - early) ** 2
    return early + slowness if root < 0 else (early + late + root**0.5) / 2


def four_times(left, right, above, below, slowness):
    return np.array([left, right, above, below]) + slowness


# OpenCV's level


def by_zero(mean, jx, jy):
    with np.errstate(all="ignore"):
        return np.clip(np.round(mean - (jx + jy) / np.sqrt(jx * jx + jy * jy) + 0.5), 0, 255)


def first_only(mean, jx, jy):
    return float(mean[0])


# Found by a learner


def ones_equation(left, right, above, below, slowness):
    """On the right of the equation still stands 1."""
    a, b = min(left, right), min(above, below)
    if abs(a - b) >= slowness:
        return min(a, b) + slowness
    return (a + b + (2 - (a - b) ** 2) ** 0.5) / 2


def if_both(mean, jx, jy):
    length = np.where((jx != 0) & (jy != 0), np.hypot(jx, jy), np.inf)
    return np.clip(np.rint(mean - (jx + jy) / length + 0.5), 0, 255)


def later_side(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    if abs(a - b) >= slowness:
        return max(a, b) + slowness
    return (a + b + (2 * slowness**2 - (a - b) ** 2) ** 0.5) / 2


def unless_infinite(left, right, above, below, slowness):
    a, b = min(left, right), min(above, below)
    if max(a, b) == np.inf:
        return min(a, b) + slowness
    return (a + b + np.sqrt(np.maximum(2 * slowness**2 - (a - b) ** 2, 0))) / 2


def as_in_the_paper(mean, jx, jy):
    return np.clip(np.round(mean + jx + jy), 0, 255)


# A march


def march(burning, slowness, arrival, *, beyond=np.inf, before=False, first=heapq.heappop, early=0):
    """Fast marching that is right but for what the keywords say."""
    height, width = burning.shape
    times = np.full((height + 2, width + 2), beyond)
    times[1:-1, 1:-1] = np.where(burning, 0.0, np.inf)
    done = set()
    waiting = [(0.0, row, column) for row, column in np.argwhere(burning).tolist()]
    while waiting:
        _, row, column = first(waiting)
        done.add((row, column))
        for r, c in ((row - 1, column), (row, column - 1), (row, column + 1), (row + 1, column)):
            if not (0 <= r < height and 0 <= c < width) or (r, c) in done:
                continue
            around = times[r + 1, c], times[r + 1, c + 2], times[r, c + 1], times[r + 2, c + 1]
            time = arrival(*around, slowness[row, column] if before else slowness[r, c])
            if time < times[r + 1, c + 1]:
                times[r + 1, c + 1] = time
                if early:
                    done.add((r, c))
                if first is heapq.heappop:
                    heapq.heappush(waiting, (time, r, c))
                else:
                    waiting.append((time, r, c))
    return times[1:-1, 1:-1]


def walked(burning, slowness, arrival):
    return march(burning, slowness, lambda *given: min(given[:4]) + given[4])


def first_come(waiting):
    return waiting.pop(0)


def last_come(waiting):
    """Whatever was reached last: a list from which it is quickest to take."""
    return waiting.pop()


def once_more(burning, slowness, arrival):
    """Final too early, and every pixel asked once more at the end."""
    times = np.pad(march(burning, slowness, arrival, early=1), 1, constant_values=np.inf)
    for r, c in np.argwhere(~burning) + 1:
        around = times[r, c - 1], times[r, c + 1], times[r - 1, c], times[r + 1, c]
        times[r, c] = min(times[r, c], arrival(*around, slowness[r - 1, c - 1]))
    return times[1:-1, 1:-1]


def swept_once(burning, slowness, arrival):
    """From left to right and downwards, where the fire also comes the other way."""
    times = np.pad(np.where(burning, 0.0, np.inf), 1, constant_values=np.inf)
    for r, c in np.argwhere(~burning) + 1:
        around = times[r, c - 1], times[r, c + 1], times[r - 1, c], times[r + 1, c]
        if np.isfinite(around).any():
            times[r, c] = arrival(*around, slowness[r - 1, c - 1])
    return times[1:-1, 1:-1]


def first_fire(burning, slowness, arrival):
    one = np.zeros_like(burning)
    one[tuple(np.argwhere(burning)[0])] = True
    return march(one, slowness, arrival)


def length_of_all(mean, jx, jy):
    length = np.sqrt((jx**2 + jy**2).sum())
    direction = (jx + jy) / length if length > 0 else 0
    return np.clip(np.rint(mean - direction + 0.5), 0, 255)


def still_infinite(burning, slowness, arrival):
    return np.where(burning, 0.0, np.inf)


WRONG = [
    ("04_1", "obliquely for too long", while_there_is_a_root),
    ("04_1", "after the later neighbour", later_side),
    ("04_1", "obliquely unless one is infinite", unless_infinite),
    ("04_2", "Telea's own rule", as_in_the_paper),
    ("04_3", "burns in from the border", partial(march, beyond=0.0, first=first_come, early=1)),
    ("04_3", "burns in from the border", partial(march, beyond=0.0)),
    ("04_3", "slowness of the pixel before", partial(march, before=True)),
    ("04_3", "overtaken", partial(march, first=first_come)),
    ("04_3", "overtaken", partial(march, first=last_come)),
    ("04_3", "overtaken", partial(march, early=1)),
    ("04_3", "overtaken", partial(march, first=first_come, early=1)),
    ("04_3", "arrival not used", walked),
    ("04_3", "overtaken", once_more),
    ("04_3", "wrong values", still_infinite),
    ("04_3", "some pixels never burn", swept_once),
    ("04_3", "one fire only", first_fire),
    ("04_2", "one length for all", length_of_all),
    ("04_1", "slowness only along axes", ones_equation),
    ("04_2", "slope along one axis ignored", if_both),
    ("04_1", "wrong shape", four_times),
    ("04_2", "not a number", by_zero),
    ("04_2", "wrong shape", first_only),
]
