"""Wrong answers to exercise 01: (task, the verdict that names the mistake, the answer)."""

import numpy as np


def inverted(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    white = array > {"b": 0.5, "u": 127, "f": 0.5}[array.dtype.kind]
    return ~white if hole == "white" else white


def polarity_ignored(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    return array / (255 if array.dtype == np.uint8 else 1) > 0.5


def nonzero_is_white(stored, hole):
    white = (stored if stored.ndim == 2 else stored[:, :, 0]).astype(bool)
    return white if hole == "white" else ~white


def equal_to_largest(stored, hole):
    array = stored if stored.ndim == 2 else stored[:, :, 0]
    white = array == (255 if array.dtype == np.uint8 else 1)
    return white if hole == "white" else np.logical_not(white)


def always_127(stored, hole):
    array = stored if stored.ndim == 2 else stored[:, :, 0]
    return array > 127 if hole == "white" else array <= 127


def keeps_channels(stored, hole):
    white = stored > (127 if stored.dtype == np.uint8 else 0.5)
    return white if hole == "white" else ~white


def as_numbers(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    white = array > {"b": 0.5, "u": 127, "f": 0.5}[array.dtype.kind]
    return (white if hole == "white" else ~white).astype("float32")


def mean_of_decibels(psnrs, hole_fractions):
    return np.mean(psnrs)


def weighted_decibels(psnrs, hole_fractions):
    return (psnrs * hole_fractions).sum() / hole_fractions.sum()


def pictures_alike(psnrs, hole_fractions):
    return -10 * np.log10(np.mean(10 ** (-psnrs / 10)))


def forgot_to_normalise(psnrs, hole_fractions):
    return -10 * np.log10(np.sum(hole_fractions * 10 ** (-psnrs / 10)))


def still_an_error(psnrs, hole_fractions):
    weights = hole_fractions / hole_fractions.sum()
    return (weights * 10 ** (-psnrs / 10)).sum()


def negative_decibels(psnrs, hole_fractions):
    weights = hole_fractions / hole_fractions.sum()
    return 10 * np.log10((weights * 10 ** (-psnrs / 10)).sum())


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


def powers_of_decibels(psnrs, hole_fractions):
    weights = hole_fractions / hole_fractions.sum()
    return 10 * np.log10(np.sum(weights * 10 ** (psnrs / 10)))


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
    ("01_2", "inverse errors averaged", powers_of_decibels),
    ("01_3", "wrong side", all_squares_so_far),
    ("01_3", "rng not used", own_generator),
    ("01_3", "one row or column for the whole batch", one_column),
    ("01_3", "places not equally likely", rounded_places),
    ("01_1", "mask inverted", inverted),
    ("01_1", "hole argument ignored", polarity_ignored),
    ("01_1", "everything above zero is white", nonzero_is_white),
    ("01_1", "only exact white is white", equal_to_largest),
    ("01_1", "one threshold for every dtype", always_127),
    ("01_1", "wrong shape", keeps_channels),
    ("01_1", "wrong dtype", as_numbers),
    ("01_2", "decibels averaged", mean_of_decibels),
    ("01_2", "decibels averaged with weights", weighted_decibels),
    ("01_2", "every picture counts the same", pictures_alike),
    ("01_2", "weights do not sum to one", forgot_to_normalise),
    ("01_2", "squared error not turned into decibels", still_an_error),
    ("01_2", "sign of the logarithm", negative_decibels),
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
