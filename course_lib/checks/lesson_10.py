"""Checks of exercise 10: scores of masks and of pictures, and what they cannot tell."""

from functools import partial

import numpy as np
from scipy import ndimage
from skimage.metrics import structural_similarity

from course_lib import data, masks, metrics
from course_lib.checks._compare import (
    as_array,
    as_function,
    call,
    check_array,
    check_inputs_unchanged,
    check_unchanged,
)
from course_lib.checks._kinds import function_task
from course_lib.checks._task import task, wrong


def _mask_scores(true, found, *, empty=1.0, smooth=0.0):
    marked = found > 0.5
    common = (true & marked).sum(axis=(1, 2))
    either = (true | marked).sum(axis=(1, 2))
    with np.errstate(invalid="ignore"):
        dice = (2 * common + smooth) / (common + either + smooth)
        iou = (common + smooth) / (either + smooth)
    scores = np.stack([dice, iou], axis=1)
    if not smooth:
        scores[either == 0] = empty
    return scores


def _empty_truth_is_one(true, found):
    scores = _mask_scores(true, found)
    scores[~true.any(axis=(1, 2))] = 1
    return scores


def _soft_scores(true, found):
    common, total = (true * found).sum(axis=(1, 2)), (true + found).sum(axis=(1, 2))
    return np.stack([2 * common / total, common / (total - common)], axis=1)


def _instead(true, found, *, column, other, times):
    """In this column stands a multiple of the other, but 1 where both masks are empty."""
    scores = _mask_scores(true, found)
    marked = (true | (found > 0.5)).any(axis=(1, 2))
    scores[marked, column] = times * scores[marked, other]
    return scores


_half_of_dice = partial(_instead, other=0, times=0.5)


def _empty_mask_is_one(true, found, *, both):
    """1 wherever the finder marks nothing, or (both) wherever either mask is empty."""
    scores = _mask_scores(true, found)
    empty = ~(found > 0.5).any(axis=(1, 2))
    scores[empty | (both & ~true.any(axis=(1, 2)))] = 1
    return scores


def _shares(*of_found, empty):
    """Two columns: what both mark as a share of the true mask, or of the found one."""

    def scores(true, found):
        marked = found > 0.5
        common = (true & marked).sum(axis=(1, 2))
        sizes = [(true, marked)[which].sum(axis=(1, 2)) for which in of_found]
        columns = [np.where(size == 0, empty, common / np.maximum(size, 1)) for size in sizes]
        return np.stack(columns, axis=1)

    return scores


def _all_counted_together(true, found):
    """(1, 2): the scores of the batch as one long picture."""
    return _mask_scores(true.reshape(1, -1, 1), found.reshape(1, -1, 1))


def _found_masks(rng):
    """Batches of true masks and confidences: exactly a half, or not within 0.02 of it."""

    def confident(marked):
        low = rng.uniform(0, 0.48, marked.shape)
        low[rng.random(marked.shape) < 0.1] = 0.5
        return np.where(marked, rng.uniform(0.52, 1, marked.shape), low)

    def batch(count, side):
        true = rng.random((count, side, side)) < rng.uniform(0.1, 0.4, (count, 1, 1))
        flipped = rng.random(true.shape) < rng.uniform(0.05, 0.3, (count, 1, 1))
        true[:, 0, 0], flipped[:, 0, 0] = True, False  # never empty, never quite apart
        return true, confident(true ^ flipped)

    true, found = batch(6, 12)
    empty = np.zeros((1, 12, 12), dtype=bool)
    mixed_true = np.concatenate([true[:2], empty, empty, true[2:4], true[4:5]])
    mixed_found = np.concatenate(
        [found[:2], confident(empty), found[2:3], found[2:4], confident(empty)]
    )
    return {
        "five pictures": batch(5, 9),
        "pictures of which some are undamaged": (mixed_true, mixed_found),
        "one picture": batch(1, 8),
        "a finder that is always right": (true, confident(true)),
    }


task_10_1 = function_task(
    "10_1",
    right=_mask_scores,
    inputs=_found_masks,
    dtype=float,
    praise="Equal to the counts, for empty masks too.",
    shortcut=(
        lambda code: code.co_filename == metrics.__file__,
        "the library's scores",
        "Here metrics is what your own counts are compared with: write them yourself.",
    ),
    mistakes={
        "dice and IoU swapped": (
            lambda *given: _mask_scores(*given)[:, ::-1],
            "The first column is dice, the second IoU: dice is never the smaller one.",
        ),
        "two empty masks are 0/0": (
            partial(_mask_scores, empty=np.nan),
            "Where neither marks a pixel, the formula is 0/0: such a picture scores 1.",
        ),
        "two empty masks score 0": (
            partial(_mask_scores, empty=0),
            "Two empty masks are equal, so they score 1, not 0.",
        ),
        "undamaged pictures always score 1": (
            _empty_truth_is_one,
            "Where nothing is damaged and the finder marks something, the score is 0.",
        ),
        "empty masks always score 1": (
            (
                partial(_empty_mask_is_one, both=False),
                partial(_empty_mask_is_one, both=True),
            ),
            "Only two empty masks are equal: where one of them marks something, the score is 0.",
        ),
        "share of one mask": (
            tuple(
                _shares(first, second, empty=empty)
                for first, second in ((0, 0), (0, 1), (1, 0), (1, 1))
                for empty in (1, 0, np.nan)
            ),
            "This is the share of one mask that the other marks too: dice and IoU count both.",
        ),
        "undamaged taken for damaged": (
            lambda true, found: _mask_scores(true, found <= 0.5),
            "A confidence near 1 says damaged: mark what is above a half.",
        ),
        "per cent": (
            lambda *given: 100 * _mask_scores(*given),
            "Scores run from 0 to 1, not to 100.",
        ),
        "confidences not thresholded": (
            _soft_scores,
            "These are sums of confidences: make a mask of them first.",
        ),
        "exactly half sure counted": (
            lambda true, found: _mask_scores(true, found >= 0.5),
            "What the finder is exactly half sure of, 0.5, it does not mark.",
        ),
        "any doubt counted": (
            lambda true, found: _mask_scores(true, found > 0),
            "Every confidence above 0 is taken for a mark: mark what is above a half.",
        ),
        "one number added above and below": (
            tuple(partial(_mask_scores, smooth=smooth) for smooth in (1, 0.1, 0.01, 0.001)),
            "Smoothing keeps 0/0 away, but it moves every score: treat empty masks apart.",
        ),
        "dice without its 2": (
            (lambda *given: _mask_scores(*given) * [0.5, 1], partial(_half_of_dice, column=0)),
            "The first column is half of dice: what both mark is counted in both sizes.",
        ),
        "dice divided by the union": (
            partial(_instead, column=0, other=1, times=2),
            "Dice divides by |A| + |B|, where the common pixels count twice; the union is IoU's.",
        ),
        "union counts what is common twice": (
            partial(_half_of_dice, column=1),
            "|A| + |B| counts the common pixels twice: IoU divides by the union.",
        ),
        "one score for the whole batch": (
            (
                lambda true, found: _all_counted_together(true, found).repeat(len(true), axis=0),
                _all_counted_together,
                lambda true, found: _all_counted_together(true, found)[0],
            ),
            "All pictures are counted together: keep their axis.",
        ),
        "averaged over the pictures": (
            lambda *given: _mask_scores(*given).mean(axis=0),
            "Each picture has two scores of its own: do not average them.",
        ),
        "rows and columns swapped": (
            lambda *given: _mask_scores(*given).T,
            "A row a picture, a column a score: the shape is (N, 2).",
        ),
        "accuracy": (
            lambda true, found: np.stack([(true == (found > 0.5)).mean((1, 2))] * 2, axis=1),
            "This is accuracy: it counts the pixels that neither marks.",
        ),
    },
)


def _perfect(m, s):
    return (m**2 + s**2).mean() / m.mean()


def _white(m, s):
    return 2 * m.mean() / (1 + m.mean())


def _ddof_one(m, s):
    """The variance from picture to picture, divided by one picture less."""
    with np.errstate(invalid="ignore"):
        between = np.square(m - m.mean()).sum() / np.float64(len(m) - 1)
    return (m.mean() ** 2 + between + (s**2).mean()) / m.mean()


def _both(first, second):
    return lambda *given: (first(*given), second(*given))


def _brightness(rng):
    inputs = {}
    for count in (2, 6, 32):
        low = rng.uniform(0, 0.4, (count, 1))
        pixels = low + rng.uniform(0.1, 0.6, (count, 1)) * rng.beta(0.7, 1, (count, 60))
        inputs[f"{count} pictures"] = (pixels.mean(axis=1), pixels.std(axis=1))
    inputs["one picture"] = (np.array([rng.uniform(0.3, 0.6)]), np.array([rng.uniform(0.1, 0.3)]))
    return inputs


EACH = "Bright pictures count more in a batch's score than in a mean of scores: add up the sums."
WRONG_PERFECT = (
    ("scores of the pictures averaged", lambda m, s: (m + s**2 / m).mean(), EACH),
    (
        "deviation not squared",
        lambda m, s: (m**2 + s).mean() / m.mean(),
        "The mean of squares is the mean squared plus the variance, the deviation squared.",
    ),
    (
        "variance forgotten",
        lambda m, s: (m**2).mean() / m.mean(),
        "The mean of squares is more than the square of the mean, in each picture.",
    ),
    (
        "pictures taken as equally bright",
        lambda m, s: m.mean() + (s**2).mean() / m.mean(),
        "Values vary within the pictures and from picture to picture: square each mean first.",
    ),
    (
        "pictures taken as equally bright",
        lambda m, s: m.mean() + s.mean() ** 2 / m.mean(),
        "Values vary within the pictures and from picture to picture: square each mean first.",
    ),
    (
        "ddof of 1",
        _ddof_one,
        "The pictures of the batch are all that there is: their variance is divided by their "
        "number, without ddof=1.",
    ),
    (
        "sign of the variance",
        lambda m, s: (m**2 - s**2).mean() / m.mean(),
        "The variance is the mean of squares less the mean squared: solve for the first.",
    ),
    (
        "mean and deviation squared together",
        lambda m, s: ((m + s) ** 2).mean() / m.mean(),
        "The mean of squares is the mean squared plus the variance: square each by itself.",
    ),
    (
        "denominator of the perfect answer",
        lambda m, s: 2 * (m**2 + s**2).mean() / m.mean(),
        "The denominator is the sum of y plus the sum of p, and p = y: it is there twice.",
    ),
    (
        "sign of the mean squared",
        lambda m, s: (s**2 - m**2).mean() / m.mean(),
        "The variance is the mean of squares less the mean squared: solve for the first.",
    ),
    (
        "variance alone",
        lambda m, s: (s**2).mean() / m.mean(),
        "The variance is measured around the mean: the mean of squares is more than that.",
    ),
    (
        "perfect answer without its 2",
        lambda m, s: (m**2 + s**2).mean() / (2 * m.mean()),
        "There is a 2 in front of the sum of products.",
    ),
    (
        "deviations averaged, then squared",
        lambda m, s: ((m**2).mean() + s.mean() ** 2) / m.mean(),
        "Variances can be averaged, deviations cannot.",
    ),
    (
        "sum of squares only",
        lambda m, s: (m**2 + s**2).mean(),
        "The sum of squares is right; plain dice divides it.",
    ),
    (
        "perfect answer taken for 1",
        lambda m, s: 1.0,
        "A perfect answer does not score 1: put p = y into the formula.",
    ),
)
WRONG_WHITE = (
    ("scores of the pictures averaged", lambda m, s: (2 * m / (1 + m)).mean(), EACH),
    (
        "mean brightness taken for the score",
        lambda m, s: m.mean(),
        "White's number is not the mean of the values: put p = 1 into the formula.",
    ),
    (
        "denominator of white",
        lambda m, s: 2 * m.mean() / (2 * m.mean()),
        "The sum of p is the number of values, since every p is 1.",
    ),
    (
        "denominator of white",
        lambda m, s: 2 * m.sum() / (m.sum() + 1),
        "Every picture is white, so a 1 is added for each of them, not once.",
    ),
    (
        "denominator of white",
        lambda m, s: 2 * m.mean(),
        "The denominator is the sum of y plus the sum of p, and every p is 1.",
    ),
    (
        "denominator of white",
        lambda m, s: 2 * m.mean() / (len(m) + m.mean()),
        "A mean of y needs a mean of p beside it, and that is 1 however many pictures there are.",
    ),
    (
        "numerator of white",
        lambda m, s: 2 / (1 + m.mean()),
        "Every p is 1, so the sum of the products is the sum of y, not the number of values.",
    ),
    (
        "squares in the denominator",
        lambda m, s: 2 * m.mean() / (1 + (m**2 + s**2).mean()),
        "This is white's squared dice: plain dice has no squares in its denominator.",
    ),
    (
        "white without its 2",
        lambda m, s: m.mean() / (1 + m.mean()),
        "There is a 2 in front of the sum of products.",
    ),
)


def _mistakes_of_either():
    """One number wrong, or both: then the first one's mistake is named."""
    first_ones = [("", _perfect, ""), *WRONG_PERFECT]
    for name, first, why in first_ones:
        for other_name, second, other_why in [("", _white, ""), *WRONG_WHITE]:
            if name or other_name:
                yield name or other_name, (_both(first, second), why or other_why)


SWAPPED = "The first number is the perfect answer's, the second white's."
WRONG_PAIRS = {"perfect and white swapped": [(_both(_white, _perfect), SWAPPED)]}
for _name, _row in _mistakes_of_either():
    WRONG_PAIRS.setdefault(_name, []).append(_row)

task_10_2 = function_task(
    "10_2",
    right=_both(_perfect, _white),
    inputs=_brightness,
    praise="Two numbers a picture, and no repair in them.",
    mistakes=WRONG_PAIRS,
)


@task("10_3")
def task_10_3(report):
    """Check ``report(true, raw, mask)`` against ``metrics``, and name what is still published."""
    function = as_function(report)
    inputs = {f"batch {number}": _restored() for number in (1, 2)}
    outputs = [call(function, *given) for given in inputs.values()]
    for output in outputs:
        check_array(output, shape=(3,))
    told = np.array([as_array(output) for output in outputs], dtype="float64")
    for place, variants in enumerate((_psnrs, _ssims, _thirds)):
        _name_what_differs(told[:, place], [variants(*given) for given in inputs.values()])
    check_inputs_unchanged(function, inputs)
    return "Only what was filled is judged, in units that can be compared."


PEAK = ("peak of 255", "Pictures in [0, 1] have a peak of 1: {} is measured as if it were 255.")
RAW = ("raw picture measured", "Known pixels are given: composite before {} is measured.")
KNOWN = ("known pixels measured", "{} must look at holes only: known pixels are right anyway.")
AVERAGED = (
    "decibels averaged",
    "Pool the squared errors of all hole pixels, then take the logarithm once.",
)
DICE = (
    "dice on intensities",
    "The third number must be an error of which the truth has 0: the MAE in the holes.",
)
INVERTED = ("mask inverted", "{} is that of the known pixels: True marks a hole.")
TRUTH = ("truth in the holes", "{} of the holes is infinite: they hold the truth itself.")
ROUNDED = ("rounded", "{} is rounded: print it as short as you like, but return all digits.")
LOGARITHM = ("logarithm", "Decibels are -10 times the logarithm to base 10 of the squared error.")
CHANNELS = ("three values a pixel", "{} is divided by the hole pixels: each has three values.")
SSIM_OF_HOLES = ("SSIM of the holes", "Here the SSIM of the whole filled picture is asked for.")
GAUSSIAN = (
    "Gaussian window",
    "This is the SSIM under a Gaussian window, as Wang et al. wrote it; here scikit-image's "
    "is asked for, with its usual window, square and 7 pixels wide.",
)
WINDOW = ("another window", "{} has another window: scikit-image's usual one is 7 pixels wide.")
RANGE = ("range of 2", "Pictures in [0, 1] have a range of 1: {} is measured as if it were 2.")
PICTURES = ("pictures averaged", "Pool the errors of all hole pixels, then take one mean.")
OWN_RANGE = (
    "the pictures' own range",
    "{} is measured with the range that these pictures happen to fill: that of pictures in [0, 1] "
    "is 1.",
)
GREY = ("grey pictures", "{} is that of grey pictures: give structural_similarity channel_axis=-1.")


def _restored():
    """True pictures, raw predictions that are wrong everywhere, masks of different sizes."""
    rng = np.random.default_rng()
    true = ndimage.gaussian_filter(rng.random((5, 16, 16, 3)), (0, 1, 1, 0))
    true = 0.1 + 0.8 * (true - true.min()) / np.ptp(true)
    strength = rng.uniform(0.02, 0.2, (5, 1, 1, 1))
    mask = rng.random((5, 16, 16)) < rng.uniform(0.05, 0.5, (5, 1, 1))
    mask[:, 0, 0] = True
    raw = true + strength * rng.standard_normal(true.shape) * (1 + mask[..., None])
    return true, np.clip(raw + 0.03, 0.02, 0.98), mask  # no picture fills [0, 1]


def _psnrs(true, raw, mask):
    """[(faults, number)] of every PSNR that is right but for these faults; the first is right."""
    filled = np.where(mask[..., None], raw, true)
    everywhere = np.ones_like(mask)
    areas = (((), filled, mask), ((KNOWN,), filled, everywhere), ((RAW,), raw, everywhere))
    found = []
    for faults, picture, area in areas:
        pooled = metrics.psnr(true, picture, area)
        one_by_one = np.mean(
            [metrics.psnr(*three) for three in zip(true, picture, area, strict=True)]
        )
        for averaging, number in (((), pooled), ((AVERAGED,), one_by_one)):
            found.append(((*faults, *averaging), number))
            found.append(((PEAK, *faults, *averaging), number + 20 * np.log10(255)))
    known = np.where(mask[..., None], true, raw)
    errors = [metrics.mse(*three) for three in zip(true, filled, mask, strict=True)]
    found.append(((PICTURES,), -10 * np.log10(np.mean(errors))))
    found.append(((TRUTH,), np.inf))
    found.append(((INVERTED,), metrics.psnr(true, raw, ~mask)))
    found.append(((INVERTED,), metrics.psnr(true, known)))
    found.append(((CHANNELS,), found[0][1] - 10 * np.log10(3)))
    right = found[0][1]
    found += [((OWN_RANGE,), right + 20 * np.log10(own)) for own in (np.ptp(true), true.max())]
    found += [((LOGARITHM,), number) for number in (-right, 2 * right, right * np.log(10))]
    return [(faults, number, "the PSNR") for faults, number in found]


def _ssims(true, raw, mask):
    filled = np.where(mask[..., None], raw, true)
    order = ("SSIM and MAE swapped", "The second number is the SSIM, the third the MAE.")
    turned = ("1 - SSIM", "The second number must be the SSIM itself, which is 1 for the truth.")
    return [
        ((), metrics.ssim(true, filled), "the SSIM"),
        ((PEAK,), metrics.ssim(true / 255, filled / 255), "the SSIM"),
        ((RAW,), metrics.ssim(true, raw), "the SSIM"),
        ((INVERTED,), metrics.ssim(true, np.where(mask[..., None], true, raw)), "the SSIM"),
        ((order,), metrics.mae(true, raw, mask), "the SSIM"),
        ((turned,), 1 - metrics.ssim(true, filled), "the SSIM"),
        ((SSIM_OF_HOLES,), metrics.ssim(true, filled, mask), "the SSIM"),
        ((SSIM_OF_HOLES,), metrics.ssim(true, raw, mask), "the SSIM"),
        ((PEAK, RAW), metrics.ssim(true / 255, raw / 255), "the SSIM"),
        ((RANGE,), metrics.ssim(true / 2, filled / 2), "the SSIM"),
        *(
            ((fault,), _similar(true, filled, **options), "the SSIM")
            for fault, options in OTHER_WINDOWS
        ),
        *(
            ((OWN_RANGE,), _similar(true, filled, span=span), "the SSIM")
            for span in (*OWN_RANGES, lambda *_: np.ptp(true), lambda *_: np.ptp(filled))
        ),
        (
            (GREY,),
            _similar(*(one.mean(axis=-1, keepdims=True) for one in (true, filled))),
            "the SSIM",
        ),
    ]


WANG = {"gaussian_weights": True, "sigma": 1.5}
OTHER_WINDOWS = [
    (GAUSSIAN, WANG),
    (GAUSSIAN, {**WANG, "use_sample_covariance": False}),
    *((WINDOW, {"win_size": side}) for side in (3, 5, 9, 11)),
    (WINDOW, {"use_sample_covariance": False}),
]


OWN_RANGES = (  # of a picture and its fill, as scikit-image's examples have it
    lambda one, other: np.ptp(one),
    lambda one, other: np.ptp(other),
    lambda one, other: one.max(),
)


def _similar(true, filled, span=lambda one, other: 1, **options):
    """The mean SSIM of the pictures, by scikit-image with other options."""
    return np.mean(
        [
            structural_similarity(
                one, other, channel_axis=-1, data_range=span(one, other), **options
            )
            for one, other in zip(true, filled, strict=True)
        ]
    )


def _thirds(true, raw, mask):
    filled = np.where(mask[..., None], raw, true)
    squared = ("squared error", "The third number is the mean absolute error: nothing is squared.")
    root = (
        "root of the squared error",
        "This is the root of the mean squared error (RMSE), which large errors lead: the MAE is "
        "the mean of absolute values.",
    )
    signed = (
        "signs kept",
        "Errors of opposite sign cancel: take the absolute value before the mean.",
    )
    grey_levels = ("grey levels", "Pictures in [0, 1] have errors in [0, 1]: leave out the 255.")
    one_by_one = [metrics.mae(*three) for three in zip(true, raw, mask, strict=True)]
    accuracy = ("1 - MAE", "The third number must be the error itself, in which smaller is better.")
    return [
        ((), metrics.mae(true, raw, mask), "the MAE"),
        ((DICE,), metrics.plain_dice(true, raw), "the MAE"),
        ((DICE,), metrics.plain_dice(true, filled), "the MAE"),
        ((DICE,), metrics.plain_dice(true[mask], raw[mask]), "the MAE"),
        ((DICE,), metrics.squared_dice(true, filled), "the MAE"),
        ((DICE,), metrics.squared_dice(true, raw), "the MAE"),
        ((DICE,), metrics.squared_dice(true[mask], raw[mask]), "the MAE"),
        ((DICE,), 1 - metrics.plain_dice(true, filled), "the MAE"),
        ((DICE,), 1 - metrics.plain_dice(true, raw), "the MAE"),
        ((DICE,), 1 - metrics.squared_dice(true, filled), "the MAE"),
        ((signed,), (true - raw)[mask].mean(), "the MAE"),
        ((signed,), (raw - true)[mask].mean(), "the MAE"),
        ((KNOWN,), metrics.mae(true, filled), "the MAE"),
        ((RAW,), metrics.mae(true, raw), "the MAE"),
        ((squared,), metrics.mse(true, raw, mask), "the MAE"),
        ((root,), metrics.mse(true, raw, mask) ** 0.5, "the MAE"),
        ((grey_levels,), 255 * metrics.mae(true, raw, mask), "the MAE"),
        ((PICTURES,), np.mean(one_by_one), "the MAE"),
        ((CHANNELS,), 3 * metrics.mae(true, raw, mask), "the MAE"),
        ((INVERTED,), metrics.mae(true, raw, ~mask), "the MAE"),
        ((accuracy,), 1 - metrics.mae(true, raw, mask), "the MAE"),
    ]


def _name_what_differs(told, variants):
    """End the check unless the numbers told, one a batch, are the right ones (the first)."""
    fits = [
        all(
            np.isclose(number, of_batch[kind][1], rtol=1e-4, atol=0)
            for number, of_batch in zip(told, variants, strict=True)
        )
        for kind in range(len(variants[0]))
    ]
    if fits[0]:
        return
    fewest = sorted(variants[0], key=lambda variant: len(variant[0]))
    for variant in fewest:
        if fits[variants[0].index(variant)]:
            name, why = variant[0][0]
            why = why.format(variant[2])
            wrong(name, why[0].upper() + why[1:])
    what, right = variants[0][0][2], variants[0][0][1]
    rights = [of_batch[0][1] for of_batch in variants]
    if any(np.allclose(np.round(rights, places), told, rtol=1e-12) for places in range(1, 5)):
        wrong(ROUNDED[0], ROUNDED[1].format(what.capitalize()[:4] + what[4:]))
    side = "large" if told[0] > right else "small"
    wrong("wrong values", f"{what.capitalize()[:4]}{what[4:]} is too {side}: {told[0]:.4g}.")


SEED = 2010  # of the pictures: one metric gets the same share each time it is checked


@task("10_4", seconds=60)
def task_10_4(looks_right):
    """Check that ``looks_right(true, filled, mask)`` puts the truth first, the same texture next.

    24 pictures, eight of each texture, always the same; 90 % of 96 comparisons with spoilt fills.
    """
    function = as_function(looks_right)
    rng, unseen = np.random.default_rng(SEED), np.random.default_rng(SEED)
    beaten, ahead, near = {}, [], []
    for name in ("grass", "gravel", "brick") * 8:
        true, square, fills = _candidates(name, rng)
        own = _score(function, true, true, square)
        scores = {kind: _score(function, true, fill, square) for kind, fill in fills.items()}
        winner = max(scores, key=scores.get)
        if own < scores[winner]:
            wrong(
                "truth beaten",
                f"On {name}, the truth scores {own:.4g} and the fill '{winner}' "
                f"{scores[winner]:.4g}: higher must be better, and the truth the best.",
            )
        ahead.append(own > scores[winner])
        noisy = np.where(square[..., None], true + 1e-6 * unseen.standard_normal(true.shape), true)
        near.append(_score(function, true, noisy.clip(0, 1), square) > scores[winner])
        for kind in SPOILT:
            beaten.setdefault(kind, []).append(scores["same texture"] > scores[kind])
    share = np.mean(list(beaten.values()))
    if share == 0 and not any(ahead):
        wrong("always the same score", "No fill gets less than the truth: what is compared?")
    if share < 0.9:
        worst = min(beaten, key=lambda kind: np.mean(beaten[kind]))
        wrong(
            SPOILT[worst],
            f"The same texture wins {share:.0%} of the comparisons, 90 % are asked for; against "
            f"'{worst}' only {np.mean(beaten[worst]):.0%}.",
        )
    if not all(ahead):
        wrong("truth only ties", "Some fill that is not the truth scores as much as the truth.")
    if not all(near):
        wrong(
            "a millionth costs the truth its place",
            "With noise of a millionth, which nobody sees, the truth scores less than other fills: "
            "measure how near a fill comes. An equality jumps, and so does a histogram whose edge "
            "is a frequent value, as 0 is among differences.",
        )
    return f"The truth is first, and the same texture wins {share:.0%} of the comparisons."


SPOILT = {
    "flat": "a smooth fill wins",
    "blurred": "a smooth fill wins",
    "shuffled pixels": "the shuffled pixels win",
    "other texture": "the other texture wins",
}


def _score(function, true, filled, square):
    given = true.copy(), filled.copy(), square.copy()
    score = call(lambda: function(*given))
    check_array(score, shape=())
    check_unchanged((true, filled, square), given)
    return float(score)


def _candidates(name, rng):
    """What the notebook's ``candidates`` draws."""
    square = masks.squares(1, 160, side=96)[0]

    def piece(texture):
        picture = data.photo(texture).astype(np.float64)
        top, left = rng.integers(np.array(picture.shape[:2]) - 160 + 1)
        return picture[top : top + 160, left : left + 160]

    true, elsewhere = piece(name), piece(name)
    another = {"grass": "gravel", "gravel": "brick", "brick": "grass"}[name]
    shuffled = true.copy()
    shuffled[square] = rng.permutation(true[square])
    contents = {
        "same texture": elsewhere,
        "flat": np.broadcast_to(true[~square].mean(axis=0), true.shape),
        "blurred": ndimage.gaussian_filter(elsewhere, (3, 3, 0)),
        "shuffled pixels": shuffled,
        "other texture": piece(another),
    }
    return (
        true,
        square,
        {kind: masks.composite(true, one, square) for kind, one in contents.items()},
    )
