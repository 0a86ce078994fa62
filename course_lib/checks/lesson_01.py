"""Checks of exercise 01: masks, their polarity, and errors over them."""

import functools

import numpy as np

from course_lib import classical, data, masks, metrics
from course_lib._pixels import as_floats
from course_lib.checks._compare import as_function, call, check_array
from course_lib.checks._kinds import function_task
from course_lib.checks._task import task, wrong

OWN_RANGE = "A picture may hold no white at all: its range is the dtype's, not its own."


def _stored_masks(rng):
    truth = masks.random_lines(1, 24, seed=int(rng.integers(1_000_000)))[0, :, :20]
    truth[5:9, 3:8] = True  # whatever is drawn
    greyed = np.where(truth, rng.integers(190, 256, truth.shape), rng.integers(0, 60, truth.shape))
    stored = greyed.astype(np.uint8)
    dark = rng.integers(10, 60, truth.shape).astype(np.uint8)
    levels = np.array([[0, 127], [128, 255]], dtype=np.uint8)
    halves = np.array([[0, 0.5, 0.501], [0.502, 0.75, 1]], dtype=np.float32)
    return {
        "a uint8 picture with grey edges, white = hole": (stored, "white"),
        "a uint8 picture with grey edges, black = hole": (stored, "black"),
        "a uint8 picture of 0 and 255, black = hole": (np.uint8(255) * truth, "black"),
        "a float picture from 0 to 1, white = hole": (stored / np.float32(255), "white"),
        "a bool mask, black = hole": (truth, "black"),
        "a picture with one channel, (H, W, 1)": (stored[..., None], "white"),
        "a picture with three channels, (H, W, 3)": (np.stack([stored] * 3, -1), "black"),
        "a uint8 picture without white": (dark, "white"),
        "a uint8 picture of 0 and 1, white = hole": (np.uint8(1) * truth, "white"),
        "a uint8 picture of 0, 127, 128 and 255, white = hole": (levels, "white"),
        "a uint8 picture of 0, 127, 128 and 255, black = hole": (levels, "black"),
        "floats that lie on the middle, white = hole": (halves, "white"),
        "floats that lie on the middle, black = hole": (halves, "black"),
    }


def _split_at(of_bool, of_bytes, of_floats):
    def white(array):
        return array > {"b": of_bool, "u": of_bytes, "f": of_floats}[array.dtype.kind]

    return _told_by(white)


def _told_by(white, black=None):
    """A ``to_hole_mask`` from two rules for one channel; without the second, black is the rest."""

    def to_hole_mask(stored, hole):
        array = stored[..., 0] if stored.ndim == 3 else stored
        if hole == "white":
            return white(array)
        return black(array) if black else ~white(array)

    return to_hole_mask


def _pure(level):
    return _told_by(
        lambda array: array == {"b": True, "u": 255, "f": 1}[array.dtype.kind],
        lambda array: array == level,
    )


def _with_limits(*, white_from=(), black_below=()):
    """Right but at the very limit of the dtypes named, "u" or "f"."""
    limits = {"b": 0.5, "u": 127, "f": 0.5}

    def white(array):
        kind = array.dtype.kind
        return array >= limits[kind] if kind in white_from else array > limits[kind]

    def black(array):
        kind = array.dtype.kind
        return array < limits[kind] if kind in black_below else ~white(array)

    return _told_by(white, black)


_to_hole_mask = _split_at(0.5, 127.5, 0.5)

task_01_1 = function_task(
    "01_1",
    right=_to_hole_mask,
    inputs=_stored_masks,
    dtype=bool,
    praise="Your masks mean what you think, whoever stored them.",
    mistakes={
        "mask inverted": (
            lambda stored, hole: ~_to_hole_mask(stored, hole),
            "True must mean hole. For hole='white' the white pixels are True.",
        ),
        "hole argument ignored": [
            (
                lambda stored, hole, always=always: _to_hole_mask(stored, always),
                f"{always.capitalize()} is always taken for the hole: look at the argument hole.",
            )
            for always in ("white", "black")
        ],
        "everything above zero is white": (
            _split_at(0, 0, 0),
            "A JPEG's black is not exactly 0: split at the middle of the range.",
        ),
        "only exact white is white": [
            (
                _split_at(0.5, 254.5, 0.999),
                "A JPEG's white is not exactly 255: split at the middle of the range.",
            ),
            (
                _pure(0),
                "A JPEG's white is not exactly 255 nor its black 0: split at the middle of the "
                "range.",
            ),
        ],
        "one threshold for every dtype": [
            (
                _split_at(127.5, 127.5, 127.5),
                "Floats from 0 to 1 never reach 127: the middle depends on the dtype.",
            ),
            (
                _split_at(0.5, 0.5, 0.5),
                "0.5 is nearly black for a uint8 picture: the middle depends on the dtype.",
            ),
        ],
        "divided by the largest value": (
            (
                lambda stored, hole: _to_hole_mask(stored / stored.max(), hole),
                _told_by(lambda array: array / array.max() >= 0.5),
            ),
            OWN_RANGE,
        ),
        "range guessed from the values": (
            (
                _told_by(lambda array: array > (127.5 if array.max() > 1 else 0.5)),
                _told_by(lambda array: array >= (128 if array.max() > 1 else 0.5)),
            ),
            "A uint8 picture may hold 0 and 1 only, which are both black: ask the dtype for the "
            "range, not the values.",
        ),
        "split by what the picture holds": (
            tuple(
                _told_by(lambda array, middle=middle: array > middle(array))
                for middle in (np.mean, np.median, lambda array: array.min() / 2 + array.max() / 2)
            ),
            OWN_RANGE,
        ),
        "dtype asked too late": (
            lambda stored, hole: _to_hole_mask(
                stored.mean(axis=-1) if stored.ndim == 3 else stored, hole
            ),
            "A mean over the channels turns uint8 into floats, and 0.5 is no middle for them: take "
            "one channel, or ask for the dtype before.",
        ),
        "floats cut to whole numbers": (
            lambda stored, hole: _to_hole_mask(
                stored if stored.dtype == np.uint8 else (255 * stored).astype(np.uint8), hole
            ),
            "255 times 0.501 is above the middle, and astype cuts it to 127: compare the floats "
            "themselves.",
        ),
        "the middle counts as white": (
            tuple(_with_limits(white_from=kinds) for kinds in ("u", "f", "uf")),
            "White is what lies above the middle: 127 of 255 does not, nor does a float of 0.5.",
        ),
        "the middle is neither white nor black": (
            tuple(_with_limits(black_below=kinds) for kinds in ("u", "f", "uf")),
            "What is not white is black. Split with > in one case and < in the other, and 127, or "
            "a float of 0.5, is a hole in neither.",
        ),
    },
)


def _decibels(error):
    return -10 * np.log10(error)


def _mse(psnrs):
    return 10 ** (-psnrs / 10)


def _pooled(psnrs, fractions):
    return np.average(_mse(psnrs), weights=fractions)


task_01_2 = function_task(
    "01_2",
    right=lambda psnrs, fractions: _decibels(_pooled(psnrs, fractions)),
    inputs=lambda rng: {
        name: (rng.uniform(8, 45, count), rng.uniform(0.01, 0.5, count))
        for name, count in (("five pictures", 5), ("twelve pictures", 12), ("one picture", 1))
    },
    tolerance=1e-5,
    praise="Bad pixels decide a pooled PSNR, easy pictures a mean of decibels.",
    mistakes={
        "decibels averaged": (
            lambda psnrs, fractions: psnrs.mean(),
            "This is the first of the two numbers: average squared errors, not decibels.",
        ),
        "decibels averaged with weights": (
            lambda psnrs, fractions: np.average(psnrs, weights=fractions),
            "The weights are right, but go back to squared errors before you average.",
        ),
        "every picture counts the same": (
            lambda psnrs, fractions: _decibels(_mse(psnrs).mean()),
            "Squared errors are averaged, but a picture with more holes has more pixels.",
        ),
        "weights do not sum to one": (
            lambda psnrs, fractions: _decibels((_mse(psnrs) * fractions).sum()),
            "A weighted mean divides by the sum of its weights.",
        ),
        "divided by the number of pictures": (
            lambda psnrs, fractions: _decibels((_mse(psnrs) * fractions).mean()),
            "This is the PSNR of the whole images: known pixels are counted as well.",
        ),
        "inverse errors averaged": (
            lambda psnrs, fractions: -_decibels(np.average(1 / _mse(psnrs), weights=fractions)),
            "You average one over the squared error: 20 dB is an error of 0.01, not 100.",
        ),
        "squared error not turned into decibels": (
            _pooled,
            "This is the pooled squared error: take the logarithm once more.",
        ),
        "natural logarithm": (
            lambda psnrs, fractions: -10 * np.log(_pooled(psnrs, fractions)),
            "Decibels take the logarithm to base 10: np.log10.",
        ),
        "errors, not squared errors": (
            lambda psnrs, fractions: (
                -20 * np.log10(np.average(10 ** (-psnrs / 20), weights=fractions))
            ),
            "20 dB are a squared error of 0.01: average squared errors, not their roots.",
        ),
        "factor of the logarithm": (
            (
                lambda psnrs, fractions: 2 * _decibels(_pooled(psnrs, fractions)),
                lambda psnrs, fractions: _decibels(_pooled(psnrs, fractions)) / 10,
                lambda psnrs, fractions: _decibels(_pooled(psnrs / 2, fractions)),
            ),
            "A PSNR is -10 times the logarithm of the squared error: the same 10 on the way there "
            "and on the way back.",
        ),
        "weighted by the known pixels": (
            lambda psnrs, fractions: _decibels(_pooled(psnrs, 1 - fractions)),
            "The errors are those of the hole pixels: a picture with more of them counts more.",
        ),
        "sign of the logarithm": (
            lambda psnrs, fractions: -_decibels(_pooled(psnrs, fractions)),
            "The number is right but for its sign: an error below 1 has a positive PSNR.",
        ),
    },
)


@task("01_3")
def task_01_3(random_squares):
    """Check ``random_squares(count, size, side, rng)``: shape, whole squares, all places alike."""
    function = as_function(random_squares)
    seed = int(np.random.default_rng().integers(1_000_000))
    count, size, side = 4000, 12, 5
    given = f"{count} masks with size={size} and side={side}"
    batch = call(function, count, size, side, np.random.default_rng(seed), on=given)
    check_array(batch, shape=(count, size, size), dtype=bool)
    batch = np.asarray(batch)
    _check_sizes(batch, size, side)
    tops, lefts = batch.any(2).argmax(1), batch.any(1).argmax(1)
    if (batch != _squares_at(tops, lefts, size, side)).any():
        wrong(
            "squares torn apart",
            "Some masks are no square: what runs out of the picture on one side comes in on the "
            "other, or the pixels lie apart.",
        )
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
    if chi_squared < 20 or _follow(tops, lefts, size - side + 1):
        wrong(
            "squares depend on each other",
            "Some masks of a call give others away: draw each by itself.",
        )
    if len(places) < (size - side + 1) ** 2 or chi_squared > 160:
        wrong("places not equally likely", "Some places are drawn much more often than others.")
    again = call(function, count, size, side, np.random.default_rng(seed))
    if not np.array_equal(batch, again):
        wrong("randomness from elsewhere", "The same rng gives other masks: draw from rng only.")
    other = call(function, count, size, side, np.random.default_rng(seed + 1))
    if np.array_equal(batch, other):
        wrong("rng not used", "Another rng gives the same masks: draw from the one you are given.")
    return "Whole squares, anywhere, each mask its own."


def _check_sizes(batch, size, side):
    """End the check unless the masks differ and have ``side * side`` holes each."""
    holes = batch.sum(axis=(1, 2))
    if (~batch).sum() == len(batch) * side**2:
        wrong("mask inverted", "True must be the hole: here everything but a square is True.")
    if not holes.all():
        wrong("masks without a hole", "Some masks hold no True at all: each gets its square.")
    if (batch == batch[0]).all():
        wrong("one square for the whole batch", "All masks of a call are the same: draw each.")
    if holes[0] < side**2 and (holes == holes[0]).all():
        wrong("wrong side", f"All masks have {holes[0]} holes, not {side**2}, for side={side}.")
    if (holes < side**2).any():
        wrong(
            "cut off at the border",
            f"Some squares have fewer than {side**2} pixels for size={size}, side={side}.",
        )
    if (holes > side**2).any():
        wrong("wrong side", f"Some masks have more than {side**2} holes for side={side}.")


def _squares_at(tops, lefts, size, side):
    """The masks whose squares have these upper left corners, bool (count, size, size)."""
    place = np.arange(size)
    rows, columns = (
        (place >= first[:, None]) & (place < first[:, None] + side) for first in (tops, lefts)
    )
    return rows[:, :, None] & columns[:, None, :]


def _follow(tops, lefts, places):
    """Whether some squares follow from others, so many masks further on or from the other end.

    Then the step from one to the other, or to the other's mirror image, prefers some values, far
    more than it does from any square to any other.
    """
    count, uneven = len(tops), []
    lags = {*range(1, 100), count // 4, count // 3, count // 2}
    pairs = [(slice(lag, None), slice(-lag)) for lag in lags]
    pairs += [(slice(count // 2), slice(-1, -1 - count // 2, -1))]
    for one, other in pairs:
        expected = len(tops[one]) / places**2
        for down in (tops[one] - tops[other], tops[one] + tops[other]):
            for right in (lefts[one] - lefts[other], lefts[one] + lefts[other]):
                steps = np.bincount(down % places * places + right % places, minlength=places**2)
                uneven.append(((steps - expected) ** 2).sum() / expected)  # 63 +- 11 if drawn
    return max(uneven) > 200 + 2 * np.median(uneven)


HARDER = 1.5  # dB


@task("01_4")
def task_01_4(hard_mask):
    """Check that ``hard_mask()`` is harder for biharmonic than the centred square, by 1.5 dB."""
    mask = call(as_function(hard_mask))
    check_array(mask, shape=(32, 32), dtype=bool)
    mask = np.asarray(mask)
    if not mask.any():
        wrong("no hole", "No pixel is True, so there is nothing to fill.")
    if mask.sum() > 153:
        wrong("too many holes", f"{mask.sum()} pixels are missing; at most 153 are allowed.")
    square = masks.squares(1, 32, side=12)[0]
    harder = _biharmonic_psnr(square.tobytes()) - _biharmonic_psnr(mask.tobytes())
    if harder >= HARDER:
        return f"Your hole is {harder:.1f} dB harder than the centred square."
    depth, of_square = (masks.hole_depth(hole)[hole].mean() for hole in (mask, square))
    told = f"{'Easier' if harder < -0.05 else 'Harder'} by {abs(harder):.1f} dB; harder by "
    told += f"{HARDER} dB is asked for."
    if depth < of_square + 0.005:
        wrong(
            "no deeper than the square",
            f"{told} Your missing pixels lie {depth:.2f} pixels from the nearest known one on "
            f"average, the square's {of_square:.2f}.",
        )
    wrong(
        "not hard enough",
        f"{told} It is deeper, {depth:.2f} pixels on average against {of_square:.2f}: go on. And "
        "from how many sides is your hole known?",
    )


@functools.lru_cache(maxsize=64)
def _biharmonic_psnr(mask):
    """PSNR (dB) in a hole, given as bytes, over 50 patches, each turned in all four ways.

    Turned, because a strip at the lower border of photographs is no strip at the upper one: what
    stands there must not decide.
    """
    mask = np.frombuffer(mask, bool).reshape(32, 32)
    patches = as_floats(data.load("photos").test[::24])
    patches = np.concatenate([np.rot90(patches, turn, axes=(1, 2)) for turn in range(4)])
    fills = np.stack([classical.METHODS["biharmonic"](patch, mask) for patch in patches])
    return metrics.psnr(patches, fills, np.broadcast_to(mask, patches.shape[:3]))
