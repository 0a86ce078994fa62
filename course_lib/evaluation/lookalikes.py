"""Windows of pictures that look alike around the middle: what else could stand in it?"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_lib import masks, runtime
from course_lib._validation import check_count, check_seed
from course_lib.classical._contract import training_pictures

SIDE, HOLE = 17, 9  # pixels, of a window and of its missing middle
SEARCHED = 40_000  # windows
SHORTLIST = 500  # windows among which the matches of one are chosen
TWINS = 0.25  # of the squared distance to the query: matches this near to each other count as one


@dataclass(frozen=True)
class Lookalikes:
    """Windows whose middle is missing, and for each the windows with the most similar rest.

    Attributes:
        windows: brightness, floats (N, S, S): the truth.
        mask: bool (S, S), True = the missing middle.
        matches: brightness, floats (N, K, S, S), the most similar first, shifted so that each has
            its window's mean around the middle; a little less than 0 or more than 1 may occur.
        truth: the middles of the windows, (N, P) for P missing pixels.
        guesses: the middles of their matches, (N, K, P).

    Example:
        >>> black = np.zeros((1, 3, 3))
        >>> found = Lookalikes(black, np.eye(3, dtype=bool), black[:, None])
        >>> found.truth.shape, found.guesses.shape
        ((1, 3), (1, 1, 3))
    """

    windows: np.ndarray
    mask: np.ndarray
    matches: np.ndarray

    @property
    def truth(self):
        return self.windows[..., self.mask]

    @property
    def guesses(self):
        return self.matches[..., self.mask]


def lookalikes(pictures, examples, *, windows=200, count=8, seed):
    """Cut windows from pictures, hide their middles, and find what looks like the rest elsewhere.

    The search is that of Efros and Leung (1999), but in other pictures: 40,000 windows (the tests'
    profile takes fewer) cut from the examples at random are compared with the 208 known pixels of
    a window by their brightness, after the mean of those pixels is subtracted. Near duplicates
    count once: of two matches that are at most half as far from each other as the second is from
    the window, the second is left out, as long as there are others among the 500 nearest.

    Args:
        pictures: uint8 (N, H, W, 3), 0 to 255, or floats in [0, 1], 17 x 17 pixels or more.
        examples: the same, other pictures.
        windows: how many to cut from the pictures, at random places.
        count: of matches for each, at most 64.
        seed: an int.

    Returns:
        Lookalikes.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> from course_lib import data
        >>> photos = data.load(subset=100)
        >>> found = lookalikes(photos.validation, photos.train, windows=3, count=2, seed=0)
        >>> found.truth.shape, found.guesses.shape
        ((3, 81), (3, 2, 81))
    """
    pictures, examples = training_pictures(pictures), training_pictures(examples)
    windows = check_count("windows", windows, lowest=1)
    count = check_count("count", count, lowest=1, highest=64)
    random = np.random.RandomState(check_seed(seed))
    mask = masks.squares(1, SIDE, side=HOLE)[0]
    cut = _cut(pictures, windows, random)
    searched = _cut(examples, runtime.share(SEARCHED), random)
    levels, own_levels = (_level(some, mask) for some in (searched, cut))
    searched = searched - levels
    chosen = _most_similar(cut - own_levels, searched, mask, count)
    return Lookalikes(cut, mask, searched[chosen] + own_levels[:, None])


def _cut(pictures, count, random):
    """The brightness of windows at random places, float32 (count, SIDE, SIDE)."""
    height, width = pictures.shape[1:3]
    if min(height, width) < SIDE:
        raise ValueError(
            f"the pictures are {height} x {width} pixels, but a window is {SIDE} x {SIDE}: pass "
            "larger ones."
        )
    which = random.randint(len(pictures), size=count)
    row, column = (random.randint(side - SIDE + 1, size=count) for side in (height, width))
    brightness = pictures.mean(axis=-1, dtype=np.float32)
    return sliding_window_view(brightness, (SIDE, SIDE), axis=(1, 2))[which, row, column]


def _level(cut, mask):
    return cut[:, ~mask].mean(axis=1)[:, None, None]


def _most_similar(cut, searched, mask, count):
    """Numbers of the matches, near duplicates left out: int (N, count)."""
    known, rest = cut[:, ~mask], searched[:, ~mask]
    away = (known**2).sum(axis=1)[:, None] - 2 * known @ rest.T + (rest**2).sum(axis=1)
    away = np.maximum(away, 0) / known.shape[1]  # mean squares; rounding goes below 0
    nearest = np.argsort(away, axis=1, kind="stable")[:, :SHORTLIST]
    return np.stack(
        [
            listed[_apart(searched[listed], away[k, listed], count)]
            for k, listed in enumerate(nearest)
        ]
    )


def _apart(listed, away, count):
    """The first ``count`` of a list of windows that are no near duplicates of an earlier one.

    If there are fewer, the list holds one content, and its first duplicates make up the rest.
    """
    free, chosen = np.ones(len(listed), bool), []
    while len(chosen) < count and free.any():
        one = int(free.argmax())
        chosen.append(one)
        free &= ((listed - listed[one]) ** 2).mean(axis=(1, 2)) > TWINS * away
        free[one] = False
    duplicates = [one for one in range(len(listed)) if one not in chosen]
    return chosen + duplicates[: count - len(chosen)]
