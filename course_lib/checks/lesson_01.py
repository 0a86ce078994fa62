"""Checks of exercise 01: masks, their polarity, and errors over them."""

import numpy as np

from course_lib import classical, data, masks, metrics
from course_lib.checks._compare import (
    Mistake,
    as_function,
    call,
    check_array,
    check_function,
)
from course_lib.checks._task import task, wrong


@task("01_1")
def task_01_1(to_hole_mask):
    """Check ``to_hole_mask(stored, hole)`` against thresholding at the middle of the range."""
    rng = np.random.default_rng()
    truth = masks.random_lines(1, 24, seed=int(rng.integers(1_000_000)))[0]
    greyed = np.where(truth, rng.integers(190, 256, truth.shape), rng.integers(0, 60, truth.shape))
    stored = greyed.astype(np.uint8)
    dark = rng.integers(10, 60, truth.shape).astype(np.uint8)
    middle = np.array([[0, 127], [128, 255]], dtype=np.uint8)
    check_function(
        to_hole_mask,
        _to_hole_mask,
        {
            "a uint8 picture with grey edges, white = hole": (stored, "white"),
            "a uint8 picture with grey edges, black = hole": (stored, "black"),
            "a uint8 picture of 0 and 255, black = hole": (np.uint8(255) * truth, "black"),
            "a float picture from 0 to 1, white = hole": (stored / np.float32(255), "white"),
            "a bool mask, black = hole": (truth, "black"),
            "a picture with one channel, (H, W, 1)": (stored[..., None], "white"),
            "a picture with three channels, (H, W, 3)": (np.stack([stored] * 3, -1), "black"),
            "a uint8 picture without white": (dark, "white"),
            "a uint8 picture of 0, 127, 128 and 255": (middle, "white"),
        },
        dtype=bool,
        mistakes=(
            Mistake(
                "mask inverted",
                lambda stored, hole: ~_to_hole_mask(stored, hole),
                "True must mean hole. For hole='white' the white pixels are True.",
            ),
            Mistake(
                "hole argument ignored",
                lambda stored, hole: _to_hole_mask(stored, "white"),
                "White is always taken for the hole: look at the argument hole.",
            ),
            Mistake(
                "everything above zero is white",
                lambda stored, hole: _at(stored, hole, {"u": 0, "f": 0, "b": 0}),
                "A JPEG's black is not exactly 0: split at the middle of the range.",
            ),
            Mistake(
                "only exact white is white",
                lambda stored, hole: _at(stored, hole, {"u": 254.5, "f": 0.999, "b": 0.5}),
                "A JPEG's white is not exactly 255: split at the middle of the range.",
            ),
            Mistake(
                "one threshold for every dtype",
                lambda stored, hole: _at(stored, hole, {"u": 127.5, "f": 127.5, "b": 127.5}),
                "Floats from 0 to 1 never reach 127: the middle depends on the dtype.",
            ),
            Mistake(
                "one threshold for every dtype",
                lambda stored, hole: _at(stored, hole, {"u": 0.5, "f": 0.5, "b": 0.5}),
                "0.5 is nearly black for a uint8 picture: the middle depends on the dtype.",
            ),
            Mistake(
                "divided by the largest value",
                lambda stored, hole: _to_hole_mask(stored / stored.max(), hole),
                "A picture may hold no white at all: its range is the dtype's, not its own.",
            ),
        ),
    )
    return "Your masks mean what you think, whoever stored them."


def _to_hole_mask(stored, hole):
    return _at(stored, hole, {"b": 0.5, "u": 127.5, "f": 0.5})


def _at(stored, hole, middles):
    array = stored[..., 0] if stored.ndim == 3 else stored
    white = array > middles[array.dtype.kind]
    return white if hole == "white" else ~white


@task("01_2")
def task_01_2(pooled_psnr):
    """Check ``pooled_psnr(psnrs, hole_fractions)`` against the PSNR of the pixels themselves."""
    rng = np.random.default_rng()
    inputs = {}
    for count, name in ((5, "five pictures"), (12, "twelve pictures"), (1, "one picture")):
        fractions = rng.uniform(0.01, 0.5, count)
        inputs[name] = (rng.uniform(8, 45, count), fractions)

    def mse(psnrs):
        return 10 ** (-psnrs / 10)

    check_function(
        pooled_psnr,
        lambda psnrs, fractions: -10 * np.log10(np.average(mse(psnrs), weights=fractions)),
        inputs,
        tolerance=1e-5,
        mistakes=(
            Mistake(
                "decibels averaged",
                lambda psnrs, fractions: psnrs.mean(),
                "This is the first of the two numbers: average squared errors, not decibels.",
            ),
            Mistake(
                "decibels averaged with weights",
                lambda psnrs, fractions: np.average(psnrs, weights=fractions),
                "The weights are right, but go back to squared errors before you average.",
            ),
            Mistake(
                "every picture counts the same",
                lambda psnrs, fractions: -10 * np.log10(mse(psnrs).mean()),
                "Squared errors are averaged, but a picture with more holes has more pixels.",
            ),
            Mistake(
                "weights do not sum to one",
                lambda psnrs, fractions: -10 * np.log10((mse(psnrs) * fractions).sum()),
                "A weighted mean divides by the sum of its weights.",
            ),
            Mistake(
                "divided by the number of pictures",
                lambda psnrs, fractions: -10 * np.log10((mse(psnrs) * fractions).mean()),
                "This is the PSNR of the whole images: known pixels are counted as well.",
            ),
            Mistake(
                "inverse errors averaged",
                lambda psnrs, fractions: (
                    10 * np.log10(np.average(1 / mse(psnrs), weights=fractions))
                ),
                "You average one over the squared error: 20 dB is an error of 0.01, not 100.",
            ),
            Mistake(
                "squared error not turned into decibels",
                lambda psnrs, fractions: np.average(mse(psnrs), weights=fractions),
                "This is the pooled squared error: take the logarithm once more.",
            ),
            Mistake(
                "sign of the logarithm",
                lambda psnrs, fractions: 10 * np.log10(np.average(mse(psnrs), weights=fractions)),
                "The number is right but for its sign: an error below 1 has a positive PSNR.",
            ),
        ),
    )
    return "Bad pixels decide a pooled PSNR, easy pictures a mean of decibels."


@task("01_3")
def task_01_3(random_squares):
    """Check ``random_squares(count, size, side, rng)``: shape, whole squares, all places alike."""
    function = as_function(random_squares)
    seed = int(np.random.default_rng().integers(1_000_000))
    count, size, side = 4000, 12, 5
    batch = call(function, count, size, side, np.random.default_rng(seed))
    check_array(batch, shape=(count, size, size), dtype=bool)
    batch = np.asarray(batch)
    if (~batch).sum() == count * side**2:
        wrong("mask inverted", "True must be the hole: here everything but a square is True.")
    if (batch == batch[0]).all():
        wrong("one square for the whole batch", "All masks of a call are the same: draw each.")
    tops, lefts = batch.any(2).argmax(1), batch.any(1).argmax(1)
    if (batch.sum(axis=(1, 2)) < side**2).any():
        wrong(
            "cut off at the border",
            f"Some squares have fewer than {side**2} pixels for size={size}, side={side}.",
        )
    if (batch.sum(axis=(1, 2)) != side**2).any():
        wrong("wrong side", f"Some masks have more than {side * side} holes for side={side}.")
    if (tops == lefts).all():
        wrong("still on the diagonal", "Row and column are always equal: they are two draws.")
    if (tops == tops[0]).all() or (lefts == lefts[0]).all():
        wrong("one row or column for the whole batch", "Draw both anew for each mask.")
    if not (batch[:, 0].any() and batch[:, :, 0].any()):
        wrong("first row or column never missing", "Row 0 or column 0 is never missing.")
    if not (batch[:, -1].any() and batch[:, :, -1].any()):
        wrong("last row or column never missing", "rng.integers(n) stops before n: one place less.")
    places = np.bincount(tops * size + lefts)
    places = places[places > 0]
    expected = count / (size - side + 1) ** 2
    chi_squared = ((places - expected) ** 2 / expected).sum()  # 63 +- 11 for a right answer
    if len(places) < (size - side + 1) ** 2 or chi_squared > 160:
        wrong("places not equally likely", "Some places are drawn much more often than others.")
    again = call(function, count, size, side, np.random.default_rng(seed))
    if not np.array_equal(batch, again):
        wrong("randomness from elsewhere", "The same rng gives other masks: draw from rng only.")
    other = call(function, count, size, side, np.random.default_rng(seed + 1))
    if np.array_equal(batch, other):
        wrong("rng not used", "Another rng gives the same masks: draw from the one you are given.")
    return "Whole squares, anywhere, each mask its own."


@task("01_4")
def task_01_4(hard_mask):
    """Check that ``hard_mask()`` is harder for biharmonic than the centred square, by 1 dB."""
    mask = call(as_function(hard_mask))
    check_array(mask, shape=(32, 32), dtype=bool)
    mask = np.asarray(mask)
    if not mask.any():
        wrong("no hole", "No pixel is True, so there is nothing to fill.")
    if mask.sum() > 153:
        wrong("too many holes", f"{mask.sum()} pixels are missing; at most 153 may be.")
    square = masks.squares(1, 32, side=12)[0]
    yours, centred = (_biharmonic_psnr(hole) for hole in (mask, square))
    gap = centred - yours
    if gap < 1:
        wrong(
            "not hard enough",
            f"Your hole gives {yours:.1f} dB, the centred square {centred:.1f}: make it "
            f"{1 - gap:.1f} dB harder.",
        )
    return f"Your hole is {gap:.1f} dB harder than the centred square."


def _biharmonic_psnr(mask):
    patches = data.load("photos").test[:20] / np.float32(255)
    fills = np.stack([classical.METHODS["biharmonic"](patch, mask) for patch in patches])
    return metrics.psnr(patches, fills, np.broadcast_to(mask, patches.shape[:3]))
