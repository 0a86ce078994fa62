"""Checks of exercise 09: a term of a loss, a fair comparison, its interval, a better fill."""

import functools
import itertools

import numpy as np
from scipy import ndimage

from course_lib import classical, data, evaluation, masks, metrics
from course_lib.checks._compare import (
    Mistake,
    as_function,
    call,
    check_array,
    check_function,
    close,
)
from course_lib.checks._task import WITH_KERAS, task, wrong


@task("09_1")
def task_09_1(total_variation):
    """Check ``total_variation(true, predicted, hole)`` against a sum over pairs of pixels."""
    rng = np.random.default_rng()
    inputs = {
        "a square hole": _pictures(rng, (3, 8, 2, 7)),
        "a hole in the corner of the picture": _pictures(rng, (0, 4, 0, 6)),
        "a hole on the right border": _pictures(rng, (4, 9, 8, 11)),
        "a hole on the lower border": _pictures(rng, (6, 10, 2, 5)),
        "a single missing pixel": _pictures(rng, (5, 6, 5, 6)),
        "several small holes": _pictures(rng),
    }

    def mistake(name, why, **options):
        return Mistake(name, lambda *given: _variation(*given, **options), why)

    not_divided = (
        "Divide the sum by the number of values of the picture, H * W * 3, whatever the hole."
    )
    check_function(
        total_variation,
        _pairs_one_by_one,
        inputs,
        tolerance=1e-5,
        mistakes=(
            mistake(
                "raw prediction, not composite",
                "Known pixels of the prediction change your result: put the truth there first.",
                picture="raw",
            ),
            mistake(
                "composite inside out",
                "The prediction belongs in the hole and the truth around it, not the other way.",
                picture="inverted",
            ),
            mistake(
                "hole not grown",
                "The pairs across the border of the hole are missing: a seam would cost nothing.",
                grow=None,
            ),
            mistake(
                "grown without corners",
                "All eight neighbours of a hole pixel belong to the region, the diagonal ones too.",
                grow="cross",
            ),
            mistake(
                "whole picture",
                "Known pixels far from the hole count in your sum: only pairs in the region do.",
                grow="everywhere",
            ),
            mistake(
                "region multiplied first",
                "The picture is made black outside the region, and that step is counted as a "
                "difference. Choose pairs instead.",
                pairs="black outside",
            ),
            mistake(
                "pairs with one pixel in the region",
                "Both pixels of a pair must lie in the region.",
                pairs="either",
            ),
            mistake("not divided by N", not_divided, divide=lambda region: 1),
            mistake("divided by the region", not_divided, divide=lambda region: 3 * region.sum()),
            mistake("divided by pixels", not_divided, divide=lambda region: region.size),
            Mistake(
                "divided by the hole",
                lambda *given: _variation(*given, divide=lambda region: 3 * given[2].sum()),
                not_divided,
            ),
            Mistake("divided by the pairs", lambda *given: _means(*given), not_divided),
            Mistake(
                "divided by the pairs", lambda *given: _means(*given, inside=True), not_divided
            ),
            mistake(
                "no absolute value",
                "Rises and falls cancel in your sum: add up absolute differences.",
                absolute=False,
            ),
            mistake(
                "each pair counted twice",
                "Two neighbours are one pair, not two.",
                divide=lambda region: 1.5 * region.size,
            ),
            mistake("rows only", "Neighbours side by side are missing.", axes=(0,)),
            mistake("columns only", "Neighbours one above the other are missing.", axes=(1,)),
            mistake(
                "squared differences",
                "The term takes absolute differences, not squares.",
                power=2,
            ),
            mistake(
                "the border wraps around",
                "np.roll makes the last row a neighbour of the first: use slices.",
                wrap=True,
            ),
        ),
    )
    return "Seams cost something, smoothness is free, and the truth is never asked."


def _pictures(rng, box=None):
    true, predicted = rng.random((2, 10, 11, 3))
    hole = rng.random((10, 11)) < 0.12
    if box:
        hole = np.zeros((10, 11), dtype=bool)
        hole[box[0] : box[1], box[2] : box[3]] = True
    hole[[0, 0, 9], [0, 10, 10]] |= box is None  # opposite, so that wrapping around shows
    return true, predicted, hole


def _pairs_one_by_one(true, predicted, hole):
    image = np.where(hole[..., None], predicted, true)
    height, width = hole.shape
    near = {
        (y + dy, x + dx)
        for y, x in np.argwhere(hole)
        for dy, dx in itertools.product((-1, 0, 1), repeat=2)
    }
    total = 0.0
    for y, x in near:
        for other in ((y + 1, x), (y, x + 1)):
            inside = 0 <= y < height and 0 <= x < width and other[0] < height and other[1] < width
            if other in near and inside:
                total += np.abs(image[y, x] - image[other]).sum()
    return total / image.size


def _variation(
    true,
    predicted,
    hole,
    picture="composite",
    grow="square",
    pairs="both",
    divide=None,
    axes=(0, 1),
    power=1,
    wrap=False,
    absolute=True,
):
    """The term with array operations; every argument but the first three is a mistake."""
    hidden = hole[..., None]
    image = {
        "composite": np.where(hidden, predicted, true),
        "inverted": np.where(hidden, true, predicted),
        "raw": predicted,
    }[picture]
    region = {
        "square": ndimage.binary_dilation(hole, np.ones((3, 3))),
        "cross": ndimage.binary_dilation(hole),
        "everywhere": np.ones_like(hole),
        None: hole,
    }[grow]
    if pairs == "black outside":
        image, region = image * region[..., None], np.ones_like(hole)
    total = 0.0
    for axis in axes:
        if wrap:
            one, other = image, np.roll(image, -1, axis)
            first, second = region, np.roll(region, -1, axis)
        else:
            one, other = np.delete(image, 0, axis), np.delete(image, -1, axis)
            first, second = np.delete(region, 0, axis), np.delete(region, -1, axis)
        counted = first | second if pairs == "either" else first & second
        steps = np.abs(one - other) ** power if absolute else one - other
        total += steps[counted].sum()
    return total / (divide(region) if divide else image.size)


def _means(true, predicted, hole, inside=False):
    """The mean over the pairs of either kind, of the region or of the picture, added."""
    image, region = np.where(hole[..., None], predicted, true), np.ones_like(hole)
    if inside:
        region = ndimage.binary_dilation(hole, np.ones((3, 3)))
    total = 0.0
    for axis in (0, 1):
        pairs = np.delete(region, 0, axis) & np.delete(region, -1, axis)
        sums = _variation(true, predicted, hole, axes=(axis,)) * image.size
        total += sums / (3 * pairs.sum())
    return total


@task("09_2")
def task_09_2(fair_lead):
    """Check ``fair_lead(plain, partial, validation, test)`` on networks that notice each fault."""
    rng = np.random.default_rng()
    inputs = {f"{count} trainings of each network": _rivals(rng, count) for count in (3, 4, 2)}
    inputs["one training of each network"] = _rivals(rng, 1)
    check_function(fair_lead, _lead, inputs, tolerance=1e-4, mistakes=tuple(_unfair_leads()))
    return "One thing differs between the two sides: the network."


def _rivals(rng, count):
    """(plain, partial, validation, test): networks that are no networks, but can be misled."""

    def part(low):
        pictures = rng.uniform(low, low + 0.3, (5, 8, 9, 3))
        return pictures, rng.random((5, 8, 9)) < 0.3

    def network(level):
        level = level + rng.uniform(-0.02, 0.02)
        shift = rng.uniform(-0.02, 0.02, (8, 9, 3))
        by_damaged, by_valid = rng.uniform(0.08, 0.14), rng.uniform(0.1, 0.16)
        slip = rng.uniform(0.02, 0.05) if level < 0.5 else -0.4  # in known pixels

        def paint(damaged, valid):
            damaged, valid = np.asarray(damaged, dtype=float), np.asarray(valid, dtype=float)
            own = by_damaged * damaged + by_valid * (1 - valid)
            painted = np.where(valid > 0.5, damaged + slip, level + shift + own)
            return np.clip(painted, 0, 1)

        return paint

    # Bright pictures to choose on, dark ones to test: who is best on the one is not on the other,
    # and the first of three or more is neither.
    levels = np.linspace(0.15, 0.6, count)[[1, 0, *range(2, count)] if count > 1 else [0]]
    plain, partial = ([network(level) for level in levels] for _ in range(2))
    return plain, partial, part(0.6), part(0.1)


def _side(
    networks,
    validation,
    test,
    fill=0,
    told="valid",
    score="hole",
    choice="validation",
    choose_by=None,
):
    """dB of the chosen network on the test pictures; the options are unfair."""

    def measure(network, pictures, holes, score=score):
        hidden = holes[..., None]
        damaged = np.where(hidden, fill, pictures).astype("float32")
        given = hidden if told == "holes" else ~hidden
        predicted = network(damaged, given.astype("float32"))
        filled = predicted if score == "raw" else np.where(hidden, predicted, pictures)
        return metrics.psnr(pictures, filled, holes if score == "hole" else None)

    if choice == "mean":
        return np.mean([measure(network, *test) for network in networks])
    if choice == "first":
        return measure(networks[0], *test)
    chosen_on = validation if choice == "validation" else test
    by = choose_by or score
    return measure(max(networks, key=lambda one: measure(one, *chosen_on, by)), *test)


def _lead(plain, partial, validation, test, plain_options=None, partial_options=None):
    before = _side(plain, validation, test, **(plain_options or {}))
    return _side(partial, validation, test, **(partial_options or {})) - before


def _unfair_leads():
    """A Mistake for every way to leave some of the differences in, the single ones first."""
    fill = "One network gets white holes, though both learned with black ones."
    told = "One network is told 1 = hole, though both learned with 1 = known."
    score = "The promise is the PSNR of the composite, in the holes alone, for both."
    choice = "The test pictures took part in choosing a network. Choose on validation pictures."
    left = {
        "white holes for one": [({"fill": 1}, {}, fill), ({"fill": 1}, {"fill": 1}, fill)],
        "mask polarity inverted": [
            ({"told": "holes"}, {}, told),
            ({"told": "holes"}, {"told": "holes"}, told),
        ],
        "not measured in the holes": [
            ({"score": one}, {"score": other}, score)
            for one in ("hole", "raw", "image")
            for other in ("hole", "raw", "image")
            if (one, other) not in (("hole", "hole"), ("image", "image"))  # one and the same lead
        ],
        "chosen on the test pictures": [
            ({}, {"choice": "test"}, choice),
            ({"choice": "test"}, {"choice": "test"}, choice),
        ],
    }
    others = {
        "mean over the trainings": [
            (
                {"choice": "mean"},
                {"choice": "mean"},
                "The promise is the training that is best on the validation pictures.",
            )
        ],
        "chosen by another score": [
            (
                {"choose_by": "raw"} if "plain" in sides else {},
                {"choose_by": "raw"} if "partial" in sides else {},
                "In choosing, too, the PSNR of the composite in the holes counts.",
            )
            for sides in (("plain", "partial"), ("plain",), ("partial",))
        ],
        "first training taken": [
            (
                {"choice": "first"},
                {"choice": "first"},
                "The promise is the training that is best on the validation pictures.",
            )
        ],
    }
    for name, variants in (left | others).items():
        for plain, partial, why in variants:
            yield Mistake(name, functools.partial(_lead_with, plain, partial), why)
    for size in (2, 3, 4):
        for names in itertools.combinations(left, size):
            for chosen in itertools.product(*(left[name] for name in names)):
                plain = {key: value for one in chosen for key, value in one[0].items()}
                partial = {key: value for one in chosen for key, value in one[1].items()}
                yield Mistake(
                    "several differences left",
                    functools.partial(_lead_with, plain, partial),
                    f"{size} of the four kinds of difference are still there. Write one function "
                    "that measures any network, and use it for both.",
                )
    yield Mistake(
        "sign of the lead",
        lambda *given: -_lead(*given),
        "The number is right but for its sign: partial minus plain.",
    )


def _lead_with(plain_options, partial_options, *given):
    return _lead(*given, plain_options, partial_options)


@task("09_3")
def task_09_3(lead_interval):
    """Check ``lead_interval(method, rival)``: middle, and width within 3 %."""
    rng = np.random.default_rng()
    function = as_function(lead_interval)
    inputs = [_errors(rng, count) for count in (60, 100, 400)]
    inputs.append(inputs[0][::-1])
    answers = []
    for given in inputs:
        answer = call(function, *given)
        check_array(answer, shape=(2,))
        answers.append(np.asarray(answer, dtype=float))
    if all(low > high for low, high in answers):
        wrong("low and high swapped", "Return the lower end first.")
    middles, halves = np.transpose([(one.mean(), (one[1] - one[0]) / 2) for one in answers])

    def fits(values, compute, tolerance):
        expected = [compute(*given) for given in inputs]
        return np.allclose(values, expected, rtol=tolerance, atol=1e-6)

    if all(
        close(answer, _resampled(*given), 1e-6)
        for answer, given in zip(answers, inputs, strict=True)
    ):
        wrong("resampled", "This is the lesson's bootstrap. Compute it from means and spreads.")
    if not fits(middles, _ahead, 1e-3):
        otherwise = "wrong middle", "The lead itself is not right yet."
        drawn = np.array([_resampled(*given) for given in inputs])
        if (np.abs(answers - drawn) < 0.15 * np.ptp(drawn, axis=1, keepdims=True)).all():
            otherwise = (
                "resampled",
                "The ends are about right, but the lead is not in their middle: were they drawn? "
                "Compute them from means and spreads.",
            )
        _name(middles, fits, _WRONG_MIDDLES, *otherwise)
    if not fits(halves, _half_width, 0.03):
        _name(halves, fits, _WRONG_HALVES, "wrong width", "The lead is right, its interval is not.")
    for given in inputs:
        copies = [one.copy() for one in given]
        function(*copies)
        if not all(np.array_equal(*pair) for pair in zip(copies, given, strict=True)):
            wrong("changes its input", "Your function writes into its arguments: use copies.")
    return "What is hard for both cancels in the difference; the rest decides."


def _name(values, fits, mistakes, otherwise, message):
    for name, compute, why in mistakes:
        if fits(values, compute, 0.01):
            wrong(name, why)
    wrong(otherwise, message)


def _errors(rng, count):
    """Squared errors by picture of two methods for which the same pictures are hard."""
    hard = rng.lognormal(1, 0.8, count)
    method, rival = (hard * rng.lognormal(size, 0.25, count) for size in (0, 0.15))
    return method, rival


def _ahead(method, rival):
    return 10 * np.log10(rival.sum() / method.sum())


_DECIBELS = 10 / np.log(10)


def _change(method, rival):
    """The relative change of the lead by each picture."""
    return rival / rival.mean() - method / method.mean()


def _half_width(method, rival):
    return 1.96 * _DECIBELS * _change(method, rival).std() / np.sqrt(len(method))


def _unpaired(method, rival):
    variance = (rival / rival.mean()).var() + (method / method.mean()).var()
    return 1.96 * _DECIBELS * np.sqrt(variance / len(method))


def _two_widths(method, rival):
    spreads = (rival / rival.mean()).std() + (method / method.mean()).std()
    return 1.96 * _DECIBELS * spreads / np.sqrt(len(method))


def _by_picture(method, rival):
    return 10 * np.log10(rival / method)


def _resampled(method, rival):
    drawn = np.random.RandomState(0).randint(0, len(method), (1000, len(method)))
    ahead = 10 * np.log10(rival[drawn].sum(axis=1) / method[drawn].sum(axis=1))
    return np.percentile(ahead, [2.5, 97.5])


_WRONG_MIDDLES = (
    ("sign of the lead", lambda m, r: -_ahead(m, r), "A method with smaller errors is ahead."),
    (
        "decibels averaged",
        lambda m, r: _by_picture(m, r).mean(),
        "Errors are pooled over the pictures before the logarithm.",
    ),
    (
        "not in decibels",
        lambda m, r: np.log(r.sum() / m.sum()),
        "The lead is 10 times the logarithm to base 10.",
    ),
    (
        "not in decibels",
        lambda m, r: np.log10(r.sum() / m.sum()),
        "The lead is 10 times the logarithm to base 10.",
    ),
    (
        "centred on zero",
        lambda m, r: 0 * m.sum(),
        "The interval lies around the lead, not around 0.",
    ),
    (
        "a difference, not a ratio",
        lambda m, r: (r - m).mean(),
        "The lead in decibels is a ratio of summed errors.",
    ),
)
_WRONG_HALVES = (
    (
        "not paired",
        _unpaired,
        "The two variances are added, as if each method had pictures of its own.",
    ),
    ("not paired", _two_widths, "The two intervals are added, as if the worst came together."),
    (
        "spread of one picture",
        lambda m, r: _half_width(m, r) * np.sqrt(len(m)),
        "This is the spread of single pictures: a mean of n of them varies less.",
    ),
    (
        "divided by n",
        lambda m, r: _half_width(m, r) / np.sqrt(len(m)),
        "The standard error of a mean falls with the square root of n.",
    ),
    (
        "one standard error",
        lambda m, r: _half_width(m, r) / 1.96,
        "95 % reach 1.96 standard errors to each side.",
    ),
    (
        "width not in decibels",
        lambda m, r: _half_width(m, r) / _DECIBELS,
        "A relative change is not yet decibels: what is the derivative of 10 log10?",
    ),
    (
        "width not in decibels",
        lambda m, r: 10 * _half_width(m, r) / _DECIBELS,
        "The derivative of log10 x is 1 / (x ln 10): a factor is missing.",
    ),
    (
        "decibels of each picture",
        lambda m, r: 1.96 * _by_picture(m, r).std() / np.sqrt(len(m)),
        "Pictures with large errors decide a pooled score; here each counts the same.",
    ),
    (
        "not relative",
        lambda m, r: 1.96 * _DECIBELS * (r - m).std() / np.sqrt(len(m)),
        "A change of a sum counts relative to the sum: each error divided by its own mean.",
    ),
)


OFFERED = ("harmonic", "biharmonic", "navier_stokes", "partial_conv_unet")
MARGIN = 0.2  # dB


@task("09_4", seconds=WITH_KERAS)
def task_09_4(combine):
    """Check that ``combine(fills, holes)`` beats the best of the offered fills on test pictures."""
    function = as_function(combine)
    truth, holes, fills = _test_fills()
    output = call(function, fills, holes)
    check_array(output, shape=truth.shape, dtype=float)
    filled = masks.composite(truth, np.clip(np.asarray(output, dtype="float32"), 0, 1), holes)
    single = {name: metrics.psnr(truth, one, holes) for name, one in fills.items()}
    best = max(single, key=single.get)
    yours = metrics.psnr(truth, filled, holes)
    if yours < single[best] + MARGIN:
        same = [name for name, one in fills.items() if np.array_equal(filled, one)]
        if same:
            wrong("one method alone", f"This is {same[0]} everywhere, {yours:.2f} dB: combine.")
        wrong(
            "not ahead enough",
            f"Your fill has {yours:.2f} dB on the test pictures, the best single method, {best}, "
            f"{single[best]:.2f}: {single[best] + MARGIN - yours:.2f} dB are missing.",
        )
    return f"{yours:.2f} dB on test pictures, {yours - single[best]:.2f} ahead of {best}."


@functools.cache
def _test_fills():
    """(truth, holes, fills): ten test photos for each of the eleven sets of masks."""
    import keras

    from course_lib import models

    holes = np.concatenate(list(evaluation.frozen_masks(10).values()))
    truth = data.load("photos").test[::10][: len(holes)] / np.float32(255)
    damaged = masks.damage(truth, holes)
    fills = {
        name: np.stack([classical.METHODS[name](*one) for one in zip(damaged, holes, strict=True)])
        for name in OFFERED[:3]
    }
    network = models.load_pretrained(OFFERED[3])
    # Called, not ``models.inpaint``: for one batch compiling would take longer than painting.
    predicted = network([damaged, 1 - holes[..., None].astype("float32")], training=False)
    filled = masks.composite(damaged, keras.ops.convert_to_numpy(predicted), holes)
    return truth, holes, fills | {OFFERED[3]: filled}
