"""Wrong answers to exercise 01: (task, the verdict that names the mistake, the answer)."""

import numpy as np


def keeps_channels(stored, hole):
    white = stored > (127 if stored.dtype == np.uint8 else 0.5)
    return white if hole == "white" else ~white


def as_numbers(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    white = array > {"b": 0.5, "u": 127, "f": 0.5}[array.dtype.kind]
    return (white if hole == "white" else ~white).astype("float32")


def as_published(count, size, side, rng):
    batch = np.zeros((count, size, size), dtype=bool)
    x = y = rng.integers(1, size)
    batch[:, y : y + side, x : x + side] = True
    return batch


def diagonal(count, size, side, rng):
    batch = np.zeros((count, size, size), dtype=bool)
    for mask in batch:
        x = y = rng.integers(size - side + 1)
        mask[y : y + side, x : x + side] = True
    return batch


def clipped(count, size, side, rng):
    batch = np.zeros((count, size, size), dtype=bool)
    for mask in batch:
        y, x = rng.integers(0, size, 2)
        mask[y : y + side, x : x + side] = True
    return batch


def from_one(count, size, side, rng):
    batch = np.zeros((count, size, size), dtype=bool)
    for mask in batch:
        y, x = rng.integers(1, size - side + 1, 2)
        mask[y : y + side, x : x + side] = True
    return batch


def stops_early(count, size, side, rng):
    batch = np.zeros((count, size, size), dtype=bool)
    for mask in batch:
        y, x = rng.integers(0, size - side, 2)
        mask[y : y + side, x : x + side] = True
    return batch


def global_randomness(count, size, side, rng):
    return squares_from(np.random.default_rng(), count, size, side)


def squares_from(rng, count, size, side):
    batch = np.zeros((count, size, size), dtype=bool)
    for mask in batch:
        y, x = rng.integers(0, size - side + 1, 2)
        mask[y : y + side, x : x + side] = True
    return batch


def holes_are_zero(count, size, side, rng):
    return ~squares_from(rng, count, size, side)


def centred():
    mask = np.zeros((32, 32), dtype=bool)
    mask[10:22, 10:22] = True
    return mask


def too_large():
    mask = np.zeros((32, 32), dtype=bool)
    mask[:20, :20] = True
    return mask


def largest_is_white(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    white = array / array.max() >= 0.5
    return white if hole == "white" else ~white


def from_127_on(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    white = array >= {"b": 0.5, "u": 127, "f": 0.5}[array.dtype.kind]
    return white if hole == "white" else ~white


def brighter_than_average(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    return array > array.mean() if hole == "white" else array <= array.mean()


def psnr_of_the_images(psnrs, hole_fractions):
    return -10 * np.log10(np.mean(hole_fractions * 10 ** (-psnrs / 10)))


def all_squares_so_far(count, size, side, rng):
    seen = np.zeros((size, size), dtype=bool)
    batch = []
    for _ in range(count):
        y, x = rng.integers(0, size - side + 1, 2)
        seen[y : y + side, x : x + side] = True
        batch.append(seen.copy())
    return np.array(batch)


def own_generator(count, size, side, rng):
    return squares_from(np.random.default_rng(7), count, size, side)


def one_column(count, size, side, rng):
    batch = np.zeros((count, size, size), dtype=bool)
    x = rng.integers(size - side + 1)
    for mask in batch:
        y = rng.integers(size - side + 1)
        mask[y : y + side, x : x + side] = True
    return batch


def rounded_places(count, size, side, rng):
    batch = np.zeros((count, size, size), dtype=bool)
    for mask in batch:
        y, x = np.rint(rng.uniform(0, size - side, 2)).astype(int)
        mask[y : y + side, x : x + side] = True
    return batch


WRONG = [
    ("01_1", "divided by the largest value", largest_is_white),
    ("01_1", "wrong values", from_127_on),
    ("01_1", "wrong values", brighter_than_average),
    ("01_2", "divided by the number of pictures", psnr_of_the_images),
    ("01_3", "wrong side", all_squares_so_far),
    ("01_3", "rng not used", own_generator),
    ("01_3", "one row or column for the whole batch", one_column),
    ("01_3", "places not equally likely", rounded_places),
    ("01_1", "wrong shape", keeps_channels),
    ("01_1", "wrong dtype", as_numbers),
    ("01_3", "one square for the whole batch", as_published),
    ("01_3", "still on the diagonal", diagonal),
    ("01_3", "cut off at the border", clipped),
    ("01_3", "first row or column never missing", from_one),
    ("01_3", "last row or column never missing", stops_early),
    ("01_3", "randomness from elsewhere", global_randomness),
    ("01_3", "mask inverted", holes_are_zero),
    ("01_4", "not hard enough", centred),
    ("01_4", "too many holes", too_large),
]
