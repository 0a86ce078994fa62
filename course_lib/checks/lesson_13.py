"""Checks of exercise 13: a term of a loss, a fair comparison, its interval, a better fill."""

import functools
import itertools
from dataclasses import replace
from functools import partial

import numpy as np
from scipy import ndimage

from course_lib import classical, data, evaluation, masks, metrics
from course_lib.checks._compare import (
    as_function,
    call,
    check_array,
    check_function,
    check_inputs_unchanged,
    close,
    mistake_rows,
)
from course_lib.checks._kinds import fills, function_task
from course_lib.checks._task import WITH_KERAS, task, wrong


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
    *,
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


def _means(true, predicted, hole, *, inside):
    """The mean over the pairs of either kind, of the region or of the picture, added."""
    region = ndimage.binary_dilation(hole, np.ones((3, 3))) if inside else np.ones_like(hole)
    total = 0.0
    for axis in (0, 1):
        pairs = np.delete(region, 0, axis) & np.delete(region, -1, axis)
        sums = _variation(true, predicted, hole, axes=(axis,)) * true.size
        total += sums / (3 * pairs.sum())
    return total


NOT_DIVIDED = "Divide the sum by the number of values of the picture, H * W * 3, whatever the hole."

task_13_1 = function_task(
    "13_1",
    right=_pairs_one_by_one,
    inputs=lambda rng: {
        "a square hole": _pictures(rng, (3, 8, 2, 7)),
        "a hole in the corner of the picture": _pictures(rng, (0, 4, 0, 6)),
        "a hole on the right border": _pictures(rng, (4, 9, 8, 11)),
        "a hole on the lower border": _pictures(rng, (6, 10, 2, 5)),
        "a single missing pixel": _pictures(rng, (5, 6, 5, 6)),
        "several small holes": _pictures(rng),
    },
    tolerance=1e-5,
    praise="Seams cost something, smoothness is free, and the truth is never asked.",
    mistakes={
        "raw prediction, not composite": (
            partial(_variation, picture="raw"),
            "Known pixels of the prediction change your result: put the truth there first.",
        ),
        "composite inside out": (
            partial(_variation, picture="inverted"),
            "The prediction belongs in the hole and the truth around it, not the other way.",
        ),
        "hole not grown": (
            partial(_variation, grow=None),
            "The pairs across the border of the hole are missing: a seam would cost nothing.",
        ),
        "grown without corners": (
            partial(_variation, grow="cross"),
            "All eight neighbours of a hole pixel belong to the region, the diagonal ones too.",
        ),
        "whole picture": (
            partial(_variation, grow="everywhere"),
            "Known pixels far from the hole count in your sum: only pairs in the region do.",
        ),
        "region multiplied first": (
            partial(_variation, pairs="black outside"),
            "The picture is made black outside the region, and that step is counted as a "
            "difference. Choose pairs instead.",
        ),
        "pairs with one pixel in the region": (
            partial(_variation, pairs="either"),
            "Both pixels of a pair must lie in the region.",
        ),
        "not divided by N": (partial(_variation, divide=lambda region: 1), NOT_DIVIDED),
        "divided by the region": (
            partial(_variation, divide=lambda region: 3 * region.sum()),
            NOT_DIVIDED,
        ),
        "divided by pixels": (partial(_variation, divide=lambda region: region.size), NOT_DIVIDED),
        "divided by the hole": (
            lambda *given: _variation(*given, divide=lambda region: 3 * given[2].sum()),
            NOT_DIVIDED,
        ),
        "divided by the pairs": (
            (partial(_means, inside=False), partial(_means, inside=True)),
            NOT_DIVIDED,
        ),
        "no absolute value": (
            partial(_variation, absolute=False),
            "Rises and falls cancel in your sum: add up absolute differences.",
        ),
        "each pair counted twice": (
            partial(_variation, divide=lambda region: 1.5 * region.size),
            "Two neighbours are one pair, not two.",
        ),
        "rows only": (partial(_variation, axes=(0,)), "Neighbours side by side are missing."),
        "columns only": (
            partial(_variation, axes=(1,)),
            "Neighbours one above the other are missing.",
        ),
        "squared differences": (
            partial(_variation, power=2),
            "The term takes absolute differences, not squares.",
        ),
        "the border wraps around": (
            partial(_variation, wrap=True),
            "np.roll makes the last row a neighbour of the first: use slices.",
        ),
    },
)


def _rivals(rng, count):
    """(plain, partial, validation, test): networks that are no networks, but can be misled.

    Each notes in ``seen`` what it is given: (part, colour in the holes, meaning of a 1 in valid).
    """

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

        def watched(damaged, valid):
            damaged, valid = np.asarray(damaged), np.asarray(valid)
            hole = np.isin(damaged, (0, 1)).all(axis=-1)  # no true value is black or white
            part = "validation" if damaged[~hole].mean() > 0.5 else "test"
            white, inverted = (damaged == 1).any(), valid[hole].any()
            watched.seen.add((part, int(white), "holes" if inverted else "valid"))
            return paint(damaged, valid)

        watched.seen, watched.paint = set(), paint
        return watched

    # Bright pictures to choose on, dark ones to test: who is best on the one is not on the other,
    # and the first of three or more is neither.
    levels = np.linspace(0.15, 0.6, count)[[1, 0, *range(2, count)] if count > 1 else [0]]
    plain, rival = ([network(level) for level in levels] for _ in range(2))
    return plain, rival, part(0.6), part(0.1)


def _side(
    networks,
    validation,
    test,
    *,
    fill=0,
    told="valid",
    score="hole",
    choice="validation",
    choose_by=None,
    watched=True,
):
    """dB of the chosen network on the test pictures; the options are unfair."""

    def measure(network, pictures, holes, score=score):
        hidden = holes[..., None]
        damaged = np.where(hidden, fill, pictures).astype("float32")
        given = hidden if told == "holes" else ~hidden
        predicted = (network if watched else network.paint)(damaged, given.astype("float32"))
        filled = predicted if score == "raw" else np.where(hidden, predicted, pictures)
        return metrics.psnr(pictures, filled, holes if score == "hole" else None)

    if choice == "mean":
        return np.mean([measure(network, *test) for network in networks])
    if choice == "first":
        return measure(networks[0], *test)
    chosen_on = validation if choice == "validation" else test
    by = choose_by or score
    return measure(max(networks, key=lambda one: measure(one, *chosen_on, by)), *test)


def _lead(plain, rival, validation, test, *, before=(), after=(), sign=1, watched=True):
    """The second network's lead; ``before`` and ``after`` are unfair options of the two sides."""
    sides = [
        _side(networks, validation, test, **dict(options), watched=watched)
        for networks, options in ((plain, before), (rival, after))
    ]
    return sign * (sides[1] - sides[0])


def _unfair(before=None, after=None):
    return partial(_lead, before=before or {}, after=after or {})


# Scores of the two sides that give a wrong lead; images on both sides give the right one.
SCORES = [
    (one, other)
    for one, other in itertools.product(("hole", "raw", "image"), repeat=2)
    if (one, other) not in (("hole", "hole"), ("image", "image"))
]
BEST = "The promise is the training that is best on the validation pictures."
UNFAIR_LEADS = mistake_rows(
    {
        "white holes for one": (
            (_unfair({"fill": 1}), _unfair({"fill": 1}, {"fill": 1})),
            "One network gets white holes, though both learned with black ones.",
        ),
        "mask polarity inverted": (
            (_unfair({"told": "holes"}), _unfair({"told": "holes"}, {"told": "holes"})),
            "One network is told 1 = hole, though both learned with 1 = known.",
        ),
        "not measured in the holes": (
            tuple(_unfair({"score": one}, {"score": other}) for one, other in SCORES),
            "The promise is the PSNR of the composite, in the holes alone, for both.",
        ),
        "chosen on the test pictures": (
            (_unfair({}, {"choice": "test"}), _unfair({"choice": "test"}, {"choice": "test"})),
            "The test pictures took part in choosing a network. Choose on validation pictures.",
        ),
        "mean over the trainings": (_unfair({"choice": "mean"}, {"choice": "mean"}), BEST),
        "chosen by another score": (
            (
                _unfair({"choose_by": "raw"}, {"choose_by": "raw"}),
                _unfair({"choose_by": "raw"}),
                _unfair({}, {"choose_by": "raw"}),
            ),
            "In choosing, too, the PSNR of the composite in the holes counts.",
        ),
        "first training taken": (_unfair({"choice": "first"}, {"choice": "first"}), BEST),
        "sign of the lead": (
            partial(_lead, sign=-1),
            "The number is right but for its sign: partial minus plain.",
        ),
    }
)
FAIR = {"fill": 0, "told": "valid", "choice": "validation", "score": "hole"}


def _lead_as_seen(plain, rival, validation, test, *, scores):
    """The lead of what the networks saw, so measured; NaN if only one kind of thing is unfair."""
    before, after = (
        {**_seen_by(networks), "score": score}
        for networks, score in zip((plain, rival), scores, strict=True)
    )
    unfair = {kind for side in (before, after) for kind in FAIR if side[kind] != FAIR[kind]}
    if len(unfair) < 2 and len(plain) > 1:  # among one training each, no choice is seen
        return np.nan
    return _lead(plain, rival, validation, test, before=before, after=after, watched=False)


def _seen_by(networks):
    seen = set().union(*(network.seen for network in networks))
    tested = [network for network in networks if any(part == "test" for part, *_ in network.seen)]
    return {
        "fill": max((white for _, white, _ in seen), default=0),
        "told": "holes" if any(told == "holes" for *_, told in seen) else "valid",
        "choice": "test" if len(tested) > 1 else "validation",
    }


SEVERAL_LEFT = mistake_rows(
    {
        "several differences left": (
            tuple(partial(_lead_as_seen, scores=scores) for scores in [("hole", "hole"), *SCORES]),
            "More than one of the four kinds of difference is still there. Write one function "
            "that measures any network, and use it for both.",
        )
    }
)


@task("13_2", mistakes=UNFAIR_LEADS)
def task_13_2(fair_lead):
    """Check ``fair_lead(plain, partial, validation, test)`` on networks that notice each fault."""
    rng = np.random.default_rng()
    inputs = {f"{count} trainings of each network": _rivals(rng, count) for count in (3, 4, 2)}
    inputs["one training of each network"] = _rivals(rng, 1)
    rows = [replace(row, compute=partial(row.compute, watched=False)) for row in UNFAIR_LEADS]
    right = partial(_lead, watched=False)
    check_function(fair_lead, right, inputs, tolerance=1e-4, mistakes=(*rows, *SEVERAL_LEFT))
    return "One thing differs between the two sides: the network."


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


WRONG_MIDDLES = mistake_rows(
    {
        "sign of the lead": (lambda m, r: -_ahead(m, r), "A method with smaller errors is ahead."),
        "decibels averaged": (
            lambda m, r: _by_picture(m, r).mean(),
            "Errors are pooled over the pictures before the logarithm.",
        ),
        "not in decibels": (
            (lambda m, r: np.log(r.sum() / m.sum()), lambda m, r: np.log10(r.sum() / m.sum())),
            "The lead is 10 times the logarithm to base 10.",
        ),
        "centred on zero": (
            lambda m, r: 0 * m.sum(),
            "The interval lies around the lead, not around 0.",
        ),
        "a difference, not a ratio": (
            lambda m, r: (r - m).mean(),
            "The lead in decibels is a ratio of summed errors.",
        ),
    }
)
WRONG_HALVES = mistake_rows(
    {
        "not paired": [
            (_unpaired, "The two variances are added, as if each method had pictures of its own."),
            (_two_widths, "The two intervals are added, as if the worst came together."),
        ],
        "spread of one picture": (
            lambda m, r: _half_width(m, r) * np.sqrt(len(m)),
            "This is the spread of single pictures: a mean of n of them varies less.",
        ),
        "divided by n": (
            lambda m, r: _half_width(m, r) / np.sqrt(len(m)),
            "The standard error of a mean falls with the square root of n.",
        ),
        "one standard error": (
            lambda m, r: _half_width(m, r) / 1.96,
            "95 % reach 1.96 standard errors to each side.",
        ),
        "width not in decibels": [
            (
                lambda m, r: _half_width(m, r) / _DECIBELS,
                "A relative change is not yet decibels: what is the derivative of 10 log10?",
            ),
            (
                lambda m, r: 10 * _half_width(m, r) / _DECIBELS,
                "The derivative of log10 x is 1 / (x ln 10): a factor is missing.",
            ),
        ],
        "decibels of each picture": (
            lambda m, r: 1.96 * _by_picture(m, r).std() / np.sqrt(len(m)),
            "Pictures with large errors decide a pooled score; here each counts the same.",
        ),
        "not relative": (
            lambda m, r: 1.96 * _DECIBELS * (r - m).std() / np.sqrt(len(m)),
            "A change of a sum counts relative to the sum: each error divided by its own mean.",
        ),
    }
)


def _interval(middle, half):
    def ends(method, rival):
        center, reach = middle(method, rival), half(method, rival)
        return center - reach, center + reach

    return ends


WRONG_INTERVALS = [
    *(replace(row, compute=_interval(row.compute, _half_width)) for row in WRONG_MIDDLES),
    *(replace(row, compute=_interval(_ahead, row.compute)) for row in WRONG_HALVES),
]


@task("13_3", mistakes=WRONG_INTERVALS)
def task_13_3(lead_interval):
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
        _name(middles, fits, WRONG_MIDDLES, *otherwise)
    if not fits(halves, _half_width, 0.03):
        _name(halves, fits, WRONG_HALVES, "wrong width", "The lead is right, its interval is not.")
    check_inputs_unchanged(function, {"errors": inputs[0]})
    return "What is hard for both cancels in the difference; the rest decides."


def _name(values, fits, rows, otherwise, message):
    for row in rows:
        if fits(values, row.compute, 0.01):
            wrong(row.name, row.why)
    wrong(otherwise, message)


OFFERED = ("harmonic", "biharmonic", "navier_stokes", "partial_conv_unet")
MARGIN = 0.2  # dB


@task("13_4", seconds=WITH_KERAS)
def task_13_4(combine):
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
    offered = {
        name: fills(classical.METHODS[name], damaged, holes).astype("float32")
        for name in OFFERED[:3]
    }
    network = models.load_pretrained(OFFERED[3])
    # Called, not ``models.inpaint``: for one batch compiling would take longer than painting.
    predicted = network([damaged, 1 - holes[..., None].astype("float32")], training=False)
    filled = masks.composite(damaged, keras.ops.convert_to_numpy(predicted), holes)
    return truth, holes, offered | {OFFERED[3]: filled}
