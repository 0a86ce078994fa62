"""The harmonic fill by chance: walkers who stroll until they meet a known pixel."""

import numpy as np

from course_lib._validation import (
    brief,
    check_count,
    check_image,
    check_pair,
    check_seed,
    is_pair,
)

MOST_WALKERS = 1_000_000
STEPS = np.array([(0, 1), (0, -1), (1, 0), (-1, 0)])


def random_walks(image, mask, pixel, *, walkers, seed):
    """Send walkers out from a missing pixel; each brings home the colour of the known one it meets.

    A step goes to one of the neighbours inside the picture, all equally likely. The mean of what
    many walkers bring home is the harmonic fill of that pixel (S. Kakutani, Two-dimensional
    Brownian Motion and Harmonic Functions, 1944): both are the mean of their neighbours.

    Args:
        image: RGB (H, W, 3) in [0, 1]; what stands in the hole is not read.
        mask: bool (H, W), True = hole.
        pixel: (row, column) of the start; from a known pixel the walkers do not leave.
        walkers: how many, 1 to 1,000,000.
        seed: an int, 0 to 2**32 - 1.

    Returns:
        float64 (walkers, 3), the colours brought home, in [0, 1].

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> caught = random_walks(line, gap, (0, 1), walkers=10_000, seed=0)
        >>> caught.mean(axis=0).round(2).tolist()
        [0.4, 0.4, 0.4]
    """
    image, mask = check_pair(check_image(image), mask)
    walkers = check_count("walkers", walkers, 1, MOST_WALKERS)
    ends, _ = walk(mask, check_pixel(pixel, mask), walkers, seed)
    return image[tuple(ends.T)].astype(np.float64)


def walk(mask, pixel, walkers, seed, remembered=0):
    """Where walkers end, (walkers, 2), and the whole paths of the first few, a list of (n, 2).

    A step out of the picture is not taken but drawn again at the next turn, which makes all
    neighbours inside equally likely.
    """
    random = np.random.RandomState(check_seed(seed))
    places = np.tile(pixel, (walkers, 1))
    ways = [[tuple(pixel)] for _ in range(min(remembered, walkers))]
    out = np.flatnonzero(mask[tuple(places.T)])
    while len(out):
        moved = places[out] + STEPS[random.randint(0, 4, len(out))]
        inside = ((moved >= 0) & (moved < mask.shape)).all(axis=1)
        places[out[inside]] = moved[inside]
        for walker in out[: np.searchsorted(out, len(ways))]:
            ways[walker].append(tuple(places[walker].tolist()))
        out = out[mask[tuple(places[out].T)]]
    return places, [np.array(way) for way in ways]


def check_pixel(pixel, mask):
    """(row, column) inside the picture."""
    if not is_pair(pixel) or not all(
        0 <= at < side for at, side in zip(pixel, mask.shape, strict=True)
    ):
        raise ValueError(
            f"pixel is {brief(pixel)}: pass (row, column), whole numbers inside the picture of "
            f"{mask.shape[0]} x {mask.shape[1]} pixels."
        )
    return tuple(map(int, pixel))
