"""Wrong answers to exercise 01: (task, the verdict that names the mistake, the answer)."""

import numpy as np

from course_lib import masks
from tests.helpers import published


def keeps_channels(stored, hole):
    white = stored > (127 if stored.dtype == np.uint8 else 0.5)
    return white if hole == "white" else ~white


def as_numbers(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    white = array > {"b": 0.5, "u": 127, "f": 0.5}[array.dtype.kind]
    return (white if hole == "white" else ~white).astype("float32")


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


def strip(turn):
    def four_rows():
        mask = np.zeros((32, 32), dtype=bool)
        mask[-4:] = True
        return np.rot90(mask, turn)

    return four_rows


def square_at_the_border():
    """Deeper than the centred one, but known on three sides."""
    row, column = np.mgrid[:32, :32]
    return (row < 12) & (abs(column - 15.5) < 6)


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


def lost_twice(stored, hole):
    """127 is neither above nor below 127."""
    array = stored if stored.ndim == 2 else stored[..., 0]
    middle = {"b": 0.5, "u": 127, "f": 0.5}[array.dtype.kind]
    return array > middle if hole == "white" else array < middle


def guesses_the_range(stored, hole):
    array = np.atleast_3d(stored)[..., 0]
    array = array / 255 if array.max() > 1 else array * 1.0
    return (array > 0.5) == (hole == "white")


def mean_of_channels(stored, hole):
    array = np.atleast_3d(stored).mean(-1) if stored.ndim == 3 else stored
    white = array > (127 if array.dtype == np.uint8 else 0.5)
    return white if hole == "white" else np.logical_not(white)


def round_up_at_the_middle(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    white = array >= {"b": 1, "u": 128, "f": 0.5}[array.dtype.kind]
    return white if hole == "white" else ~white


def psnr_of_the_images(psnrs, hole_fractions):
    return -10 * np.log10(np.mean(hole_fractions * 10 ** (-psnrs / 10)))


def square_pictures_only(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    white = array > {"b": 0.5, "u": 127, "f": 0.5}[array.dtype.kind]
    return (white if hole == "white" else ~white).T


def bytes_first(stored, hole):
    array = stored if stored.ndim == 2 else stored[..., 0]
    array = array if array.dtype == np.uint8 else (array * 255).astype("uint8")
    return (array > 127.5) == (hole == "white")


def one_too_small(count, size, side, rng):
    return squares_from(rng, count, size, side - 1)


def more_masks_than_places(count, size, side, rng):
    """The places of one permutation, and nothing when they are used up."""
    batch = np.zeros((count, size, size), dtype=bool)
    rows, columns = rng.permutation(size - side + 1), rng.permutation(size - side + 1)
    for mask, y, x in zip(batch, rows, columns, strict=False):
        mask[y : y + side, x : x + side] = True
    return batch


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


def the_librarys(stored, hole):
    """By this task's rule 0 and 1 of 255 are both black."""
    return masks.as_mask(stored, hole=hole)


def a_list(stored, hole):
    array = np.asarray(stored)
    array = array[..., 0] if array.ndim == 3 else array
    white = array > {"b": 0.5, "u": 127.5, "f": 0.5}[array.dtype.kind]
    return (white if hole == "white" else ~white).tolist()


def listed_squares(count, size, side, rng):
    return list(squares_from(rng, count, size, side))


def from_places(choose):
    """Squares at places, numbered from 0, that ``choose(rng, number of places, count)`` chooses."""

    def squares(count, size, side, rng):
        places = size - side + 1
        batch = np.zeros((count, size, size), dtype=bool)
        for mask, place in zip(batch, choose(rng, places**2, count), strict=True):
            y, x = divmod(int(place), places)
            mask[y : y + side, x : x + side] = True
        return batch

    return squares


def one_after_the_other(rng, places, count):
    return (rng.integers(places) + np.arange(count)) % places


def dealt_out(rng, places, count):
    return rng.permutation(np.arange(count) % places)


def each_twice(rng, places, count):
    return rng.integers(places, size=(count + 1) // 2).repeat(2)[:count]


def second_half_again(rng, places, count):
    return np.resize(rng.integers(places, size=(count + 1) // 2), count)


def there_and_back(rng, places, count):
    half = rng.integers(places, size=(count + 1) // 2)
    return np.concatenate([half, half[::-1]])[:count]


def with_its_mirror_image(rng, places, count):
    half = rng.integers(places, size=(count + 1) // 2)
    return np.stack([half, places - 1 - half], axis=1).ravel()[:count]


def torn(count, size, side, rng):
    """Out on one side, in on the other."""
    inside = np.arange(size) < side
    rows, columns = (
        np.stack([np.roll(inside, shift) for shift in rng.integers(size, size=count)])
        for _ in range(2)
    )
    return rows[:, :, None] & columns[:, None, :]


DEPENDENT = (
    one_after_the_other, dealt_out, each_twice, second_half_again, there_and_back,
    with_its_mirror_image,
)  # fmt: skip
WRONG = [
    ("01_1", "wrong shape", square_pictures_only),
    ("01_1", "floats cut to whole numbers", bytes_first),
    ("01_3", "wrong side", one_too_small),
    ("01_3", "masks without a hole", more_masks_than_places),
    ("01_3", "squares torn apart", torn),
    ("01_1", "range guessed from the values", the_librarys),
    ("01_1", "a list", a_list),
    ("01_3", "a list", listed_squares),
    *[("01_3", "squares depend on each other", from_places(choose)) for choose in DEPENDENT],
    ("01_1", "divided by the largest value", largest_is_white),
    ("01_1", "the middle counts as white", from_127_on),
    ("01_1", "the middle counts as white", round_up_at_the_middle),
    ("01_1", "the middle is neither white nor black", lost_twice),
    ("01_1", "split by what the picture holds", brighter_than_average),
    ("01_1", "range guessed from the values", guesses_the_range),
    ("01_1", "dtype asked too late", mean_of_channels),
    ("01_2", "divided by the number of pictures", psnr_of_the_images),
    ("01_3", "wrong side", all_squares_so_far),
    ("01_3", "rng not used", own_generator),
    ("01_3", "one row or column for the whole batch", one_column),
    ("01_3", "places not equally likely", rounded_places),
    ("01_1", "wrong shape", keeps_channels),
    ("01_1", "wrong dtype", as_numbers),
    ("01_3", "one square for the whole batch", published("01_masks", "published_squares")),
    ("01_3", "still on the diagonal", diagonal),
    ("01_3", "cut off at the border", clipped),
    ("01_3", "first row or column never missing", from_one),
    ("01_3", "last row or column never missing", stops_early),
    ("01_3", "randomness from elsewhere", global_randomness),
    ("01_3", "mask inverted", holes_are_zero),
    ("01_4", "no deeper than the square", centred),
    *(("01_4", "no deeper than the square", strip(turn)) for turn in range(4)),
    ("01_4", "not hard enough", square_at_the_border),
    ("01_4", "too many holes", too_large),
]
