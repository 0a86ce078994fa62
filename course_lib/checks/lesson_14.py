"""Checks of exercise 14: a mask grown, the ghost of a scratch, an honest gain, a detector."""

import functools
from pathlib import Path

import numpy as np
from scipy import ndimage

from course_lib import classical, evaluation, masks, metrics
from course_lib.checks._compare import (
    as_function,
    call,
    check_array,
    check_unchanged,
    without,
)
from course_lib.checks._kinds import function_task
from course_lib.checks._task import task, wrong
from course_lib.restoration import find_damage, restore

BOX = np.ones((3, 3), bool)
LIBRARIES = ("scipy", "skimage")
DILATIONS = (
    "grown", "dilate", "dilation", "binary_dilation", "grey_dilation", "isotropic_dilation",
    "maximum_filter", "maximum_filter1d", "morphologyEx",
)  # fmt: skip
EROSIONS = (
    "erode", "erosion", "binary_erosion", "grey_erosion", "isotropic_erosion", "minimum_filter",
    "minimum_filter1d",
)  # fmt: skip


def _one_more(mask):
    """Hole by hole, so that nothing is shared with what learners write."""
    grown = np.zeros_like(mask)
    for row, column in np.argwhere(mask):
        grown[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = True
    return grown


def _cross(mask):
    wide = np.pad(mask, 1)
    upright = wide[:-2] | wide[1:-1] | wide[2:]
    level = wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]
    return upright[:, 1:-1] | level[1:-1]


def _rolled(mask):
    return np.any([np.roll(mask, step, (0, 1)) for step in np.ndindex(3, 3)], axis=0)


def _around(mask):
    steps = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    return np.any([np.roll(mask, step, (0, 1)) for step in steps], axis=0)


def _one_way(mask):
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:, 1:] |= mask[:, :-1]
    grown[1:, 1:] |= mask[:-1, :-1]
    return grown


def _other_way(mask):
    return _one_way(mask[::-1, ::-1])[::-1, ::-1]


def _neighbours_only(mask):
    """A hole is what has a hole beside it, so that one alone is lost."""
    count = np.zeros(mask.shape, int)
    for row, column in np.argwhere(mask):
        count[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] += 1
    return count > mask


def _border_hole(mask):
    return _one_more(np.pad(mask, 1, constant_values=True))[1:-1, 1:-1]


def _inside_only(mask, border=True):
    grown = mask & border
    grown[1:-1, 1:-1] = _one_more(mask)[1:-1, 1:-1]
    return grown


def _while_growing(mask):
    grown = mask.copy()
    for row, column in np.ndindex(mask.shape):
        if grown[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].any():
            grown[row, column] = True
    return grown


def _ever_more(mask):
    grown = mask.copy()
    for row, column in np.ndindex(mask.shape):
        if grown[row, column]:
            grown[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = True
    return grown


def _from_minus_one(mask):
    grown = mask.copy()
    for row, column in np.argwhere(mask):
        grown[row - 1 : row + 2, column - 1 : column + 2] = True
    return grown


def _is_a_dilation(code):
    """Of a library: OpenCV's are written in C, and a learner may name a helper as they like."""
    theirs = not code.co_filename or code.co_filename == masks.__file__
    theirs = theirs or any(name in Path(code.co_filename).parts for name in LIBRARIES)
    return theirs and code.co_name in DILATIONS + EROSIONS


def _masks(rng):
    corner, whole = np.zeros((5, 7), bool), np.ones((4, 5), bool)
    corner[0, 0] = corner[4, 6] = corner[2, 3] = True
    whole[2, 2] = False
    dots = rng.random((12, 17)) < 0.06
    dots[0, 3], dots[11, 9], dots[6, 0], dots[5, 8] = True, True, True, True
    return {
        "a mask with scattered holes": (dots,),
        "holes in the corners": (corner,),
        "a mask without a hole": (np.zeros((4, 6), bool),),
        "a mask with one known pixel": (whole,),
    }


task_14_1 = function_task(
    "14_1",
    right=_one_more,
    inputs=_masks,
    dtype=bool,
    praise="All eight neighbours count, and nothing comes back in on the other side.",
    shortcut=(
        _is_a_dilation,
        "a library's dilation",
        "That, or an erosion of what is known, is what yours is compared with: write it with "
        "slices of NumPy.",
    ),
    mistakes={
        "corners forgotten": (
            _cross,
            "A pixel that touches a hole at a corner becomes one too: eight neighbours, not four.",
        ),
        "comes back in on the other side": (
            _around,
            "np.roll brings a hole at the border back in on the other side: pad the mask first.",
        ),
        "grown in one direction": (
            (_rolled, _one_way, _other_way),
            "The hole grows towards one corner alone: shift it to all sides.",
        ),
        "a hole alone lost": (
            _neighbours_only,
            "What was a hole stays one, with or without another beside it.",
        ),
        "beyond the border taken for a hole": (
            _border_hole,
            "What lies beyond the border adds nothing: pad the mask with False.",
        ),
        "border left out": (
            (_inside_only, functools.partial(_inside_only, border=False)),
            "Pixels on the picture's border can become holes too.",
        ),
        "grown while it is read": (
            (_while_growing, _ever_more),
            "You read what you have just written, so one hole eats the rest: read the old mask.",
        ),
        "lost at the border": (
            _from_minus_one,
            "In row or column 0 your slice begins at -1, which is the last one: it is empty there.",
        ),
        "known pixels grown": (
            (lambda mask: ~_one_more(~mask), lambda mask: ~_border_hole(~mask)),
            "Here the holes shrink: True is a hole, and one hole in a window is enough.",
        ),
        "the rim alone": (
            lambda mask: _one_more(mask) & ~mask,
            "The holes themselves stay holes.",
        ),
        "two pixels": (
            lambda mask: _one_more(_one_more(mask)),
            "The holes grow by two pixels: one is asked for.",
        ),
        "mask not grown": (lambda mask: mask, "The mask comes back as it was."),
        "known pixels, not holes": (
            lambda mask: ~_one_more(mask),
            "Grown, but inverted: True is a hole.",
        ),
    },
)


def _decibels(off):
    return -10 * np.log10(np.mean(np.square(off)))


def _line(wall, colour, left, right, width):
    """How far each column of the fill is from the wall, weighted mean by weighted mean."""
    share = np.arange(width) / (width - 1)
    return (colour - wall) * ((1 - share) * left + share * right)


def _scratches(rng):
    def draw(width):
        left = rng.uniform(0.2, 0.4)
        return rng.uniform(0.1, 0.4), rng.uniform(0.7, 1), left, left + rng.uniform(0.2, 0.4), width

    return {
        "a scratch of five pixels": draw(5),
        "a scratch of nine pixels": draw(9),
        "one of three, its right rim the fainter": (0.3, 0.9, 0.8, 0.2, 3),
        "a dark scratch": (0.7, 0.1, 0.3, 0.6, 6),
    }


def _with(error):
    """A ``ghost`` from what the error is in each column."""
    return lambda *scratch: _decibels(error(*scratch))


def _repaired_inside(*scratch):
    off = _line(*scratch)
    off[1:-1] = 0
    return off


def _white_inside(wall, colour, left, right, width):
    off = np.full(width, colour - wall)
    off[0], off[-1] = left * off[0], right * off[-1]
    return off


def _one_step_short(wall, colour, left, right, width):
    return (colour - wall) * np.linspace(left, right, width, endpoint=False)


def _one_step_too_far(wall, colour, left, right, width):
    return (colour - wall) * np.linspace(left, right, width + 2)[1:-1]


WALL = "The error is a difference from the wall: an opacity of a mixes a * colour + (1 - a) * wall."

task_14_2 = function_task(
    "14_2",
    right=_with(_line),
    inputs=_scratches,
    tolerance=1e-6,
    praise="The rim is taken for true, and the ghost is a straight line from one to the other.",
    mistakes={
        "not repaired": (
            _with(_white_inside),
            "This is the scan: the fill has replaced the white pixels between the two rims.",
        ),
        "repaired inside": (
            _with(_repaired_inside),
            "The fill does not know the wall: it takes the rims for true and carries them inwards.",
        ),
        "rims not counted": (
            (
                lambda *given: _decibels(_line(*given)[1:-1]),
                _with(_one_step_too_far),
            ),
            "The true mask has the rims too; they are the ends of the line.",
        ),
        "the line's end missed": (
            _with(_one_step_short),
            "The right rim is the last point of the line: count the steps between the columns.",
        ),
        "one opacity for both": (
            lambda wall, colour, left, right, width: _decibels(
                (colour - wall) * (left + right) / 2
            ),
            "The mean of a square is not the square of the mean: the error changes on its way.",
        ),
        "rims alone": (
            lambda *given: _decibels(_line(*given)[[0, -1]]),
            "Between the rims the fill is wrong too: all columns are measured.",
        ),
        "wall forgotten": (
            (
                lambda wall, colour, left, right, width: _decibels(
                    colour * np.linspace(left, right, width)
                ),
                lambda wall, colour, left, right, width: _decibels(
                    wall + (colour - wall) * np.linspace(left, right, width)
                ),
                lambda wall, colour, left, right, width: _decibels(np.linspace(left, right, width)),
            ),
            WALL,
        ),
        "the scratch taken for white": (
            lambda wall, colour, left, right, width: _decibels(
                (1 - wall) * np.linspace(left, right, width)
            ),
            "The scratch has the colour that is given: the error is a share of colour - wall.",
        ),
        "opacity the wrong way round": (
            lambda wall, colour, left, right, width: _decibels(
                (colour - wall) * (1 - np.linspace(left, right, width))
            ),
            "An opacity of 1 is all scratch, and the error is largest.",
        ),
        "natural logarithm": (
            lambda *given: np.log(10) * _decibels(_line(*given)),
            "Decibels are tens of a logarithm to base 10: np.log10.",
        ),
        "decibels averaged": (
            lambda *given: np.mean(-10 * np.log10(np.square(_line(*given)))),
            "PSNR is of the mean squared error: average the squares, then take the logarithm.",
        ),
        "sum instead of mean": (
            lambda *given: -10 * np.log10(np.sum(np.square(_line(*given)))),
            "This is of the sum of the squares: PSNR takes their mean.",
        ),
        "errors not squared": (
            lambda *given: -10 * np.log10(np.mean(np.abs(_line(*given)))),
            "PSNR is of the mean squared error: square the errors.",
        ),
        "20 instead of 10": (
            lambda *given: 2 * _decibels(_line(*given)),
            "A squared error takes 10 log10.",
        ),
        "squared error not turned into decibels": (
            lambda *given: np.mean(np.square(_line(*given))),
            "This is the mean squared error: take -10 log10 of it.",
        ),
        "sign of the logarithm": (
            lambda *given: -_decibels(_line(*given)),
            "The number is right but for its sign: an error below 1 has a positive PSNR.",
        ),
    },
)


def _enlarged(mask):
    return np.kron(mask, np.ones((2, 2), bool)).astype(bool)


def _gain(
    truth, scan, stored, method, *, below=128, polarity="black", grow="hole", where="picture"
):
    """The promised gain; every option but its first value is a fault."""
    hole = stored >= below if polarity == "white" else stored < below
    if grow == "cross":
        mask = ndimage.binary_dilation(_enlarged(hole))
    elif grow == "half":
        mask = _enlarged(ndimage.binary_dilation(hole, BOX))
    elif grow == "known":
        mask = ~ndimage.binary_dilation(_enlarged(~hole), BOX)
    else:
        mask = _enlarged(hole)
        mask = ndimage.binary_dilation(mask, BOX) if grow == "hole" else mask
    repaired = method(scan, ~mask if polarity == "handed on" else mask)
    if where == "repaired":
        return metrics.psnr(truth, repaired)
    measured = mask if where == "mask" else None
    return metrics.psnr(truth, repaired, measured) - metrics.psnr(truth, scan, measured)


def _tiled(truth, scan, stored, method):
    mask = ndimage.binary_dilation(np.tile(stored < 128, (2, 2)), BOX)
    return metrics.psnr(truth, method(scan, mask)) - metrics.psnr(truth, scan)


def _faulty(**options):
    return functools.partial(_gain, **options)


def _scans(rng):
    """Two smooth walls with a scratch that the mask has, and a short one that it has overlooked."""
    scans = {}
    for name, method in (("harmonic", "harmonic"), ("the mean colour", "mean")):
        rows, columns = np.mgrid[:28, :36] / 36
        slopes = rng.uniform(0.1, 0.3, (3, 2, 1, 1))
        truth = np.stack([0.2 + slope[0] * rows + slope[1] * columns for slope in slopes], axis=-1)
        half = np.zeros((14, 18), bool)
        half[2:12, 4:6] = half[8:10, 4:12] = True
        damage = _enlarged(half)
        damage[4:10, 27:29] = True  # overlooked
        noise = rng.integers(0, 120, half.shape)  # up to the middle
        noise[:7] = 0  # some of a JPEG's black is exactly 0
        stored = np.where(half, noise, 255 - noise).astype(np.uint8)
        scan = np.where(damage[..., None], 0.95, truth)
        scans[f"a scan repaired by {name}"] = truth, scan, stored, classical.METHODS[method]
    return scans


MISSED = "The gain is measured in the found mask, where the damage that it missed does not count."
STILL = "More than one of the three promises is still broken."

task_14_3 = function_task(
    "14_3",
    right=_gain,
    inputs=_scans,
    tolerance=1e-4,
    praise="The true picture is the judge, and every pixel is heard.",
    mistakes={
        "measured in the found mask": (_faulty(where="mask"), MISSED),
        "a JPEG's black is not 0": (
            _faulty(below=1),
            "Only pixels of exactly 0 are taken for black: split at the middle of the range.",
        ),
        "known pixels grown": (
            _faulty(grow="known"),
            "What is known grows, so the hole shrinks: invert first, grow then.",
        ),
        "mask not grown": (_faulty(grow="no"), "The mask is to grow by a pixel of the picture."),
        "corners forgotten": (
            _faulty(grow="cross"),
            "The hole grows at its corners too: all eight neighbours of its pixels.",
        ),
        "grown by two pixels": (
            _faulty(grow="half"),
            "The hole grows by two pixels of the picture: enlarge first, then grow.",
        ),
        "mask inverted": [
            (_faulty(polarity="white"), "Black marks the damage: True is a hole."),
            (
                _faulty(polarity="handed on"),
                "A method fills where its mask is True: give it the holes.",
            ),
        ],
        "mask tiled": (
            _tiled,
            "Each pixel of the stored mask stands for 2 x 2 beside each other: the mask is to "
            "grow larger, not to be repeated.",
        ),
        "after, without before": (
            _faulty(where="repaired"),
            "This is the PSNR of the repair: subtract that of the scan.",
        ),
        "before minus after": (
            lambda *given: -_gain(*given),
            "A good repair has a gain above 0: after minus before.",
        ),
        "several faults left": (
            tuple(
                _faulty(**options)
                for options in (
                    {"below": 1, "grow": "known", "where": "mask"},
                    {"below": 1, "grow": "known"},
                    {"below": 1, "where": "mask"},
                    {"grow": "known", "where": "mask"},
                    {"grow": "no", "where": "mask"},
                    {"grow": "no", "below": 1},
                )
            ),
            STILL,
        ),
    },
)

AHEAD = 2  # dB
SEED = 11  # of the scans that nobody has seen
LOOKED_UP = ("data/photos.py", "scenes.py", "mask_costs.py", "data/_fetchers.py")  # or skimage's


@task("14_4", seconds=60, work="ten scans")
def task_14_4(find):
    """Check that what ``find(scan)`` marks is repaired 2 dB better than what ``find_damage``
    does."""
    function = without(
        as_function(find),
        lambda code: Path(code.co_filename).as_posix().endswith(LOOKED_UP),
        "photographs looked up",
        "Only the scan is given: the photographs under it may not be looked up.",
    )
    scans, theirs = _fresh_scans()
    found = []
    for _, _, scan in scans:
        given = scan.copy()
        mask = call(lambda given=given: function(given))
        check_array(mask, shape=scan.shape[:2], dtype=bool)
        check_unchanged(scan, given)
        found.append(np.asarray(mask))
    if not any(mask.any() for mask in found):
        wrong("nothing found", "No pixel of any scan is marked.")
    if np.mean(found) > 0.5:
        wrong(
            "most of it marked",
            f"{np.mean(found):.0%} of the pixels are marked: True is damage. Is the mask inverted?",
        )
    yours = np.mean([_psnr(*scan, mask) for scan, mask in zip(scans, found, strict=True)])
    dice = np.mean([metrics.dice(one[1], mask) for one, mask in zip(scans, found, strict=True)])
    told = f"{yours - theirs:+.2f} dB against find_damage, with a mean dice of {dice:.2f}"
    if yours - theirs >= AHEAD:
        return f"{told}."
    if yours <= theirs + 0.05:
        wrong("not better than find_damage", f"{told}; {AHEAD} dB are asked for.")
    wrong("not ahead enough", f"{told}; {AHEAD} dB are asked for.")


@functools.cache
def _fresh_scans():
    """Ten scans, and the mean PSNR with ``find_damage``'s masks."""
    scans = evaluation.scratched_scans(2, seed=SEED)
    theirs = [_psnr(*one, find_damage(one[2], tolerance=0.3, width=9, grow=1)) for one in scans]
    return scans, np.mean(theirs)


def _psnr(true, _, scan, mask):
    """Of the whole picture, repaired where the mask says."""
    repaired = restore(scan, mask, "harmonic") if mask.any() else scan
    return metrics.psnr(true, repaired.astype(true.dtype))
