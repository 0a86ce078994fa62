"""Checks of exercise 12: a term of a loss, a fair comparison, what one part is worth."""

import itertools
from dataclasses import replace
from functools import partial

import numpy as np
from scipy import ndimage

from course_lib import metrics
from course_lib.checks._compare import (
    as_array,
    as_function,
    call,
    check_function,
    close,
    mistake_rows,
)
from course_lib.checks._kinds import function_task
from course_lib.checks._task import task, wrong


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
        one_of_them = {"either": first | second, "first": first, "second": second}
        counted = one_of_them.get(pairs, first & second)
        steps = np.abs(one - other) ** power if absolute else one - other
        total += steps[counted].sum()
    return total / (divide(region) if divide else image.size)


def _means(true, predicted, hole, *, inside, together=False):
    """The mean over the pairs of either kind, of the region or of the picture, added."""
    region = ndimage.binary_dilation(hole, np.ones((3, 3))) if inside else np.ones_like(hole)
    sums, values = [], []
    for axis in (0, 1):
        pairs = np.delete(region, 0, axis) & np.delete(region, -1, axis)
        sums.append(_variation(true, predicted, hole, axes=(axis,)) * true.size)
        values.append(3 * pairs.sum())
    return sum(sums) / sum(values) if together else sum(np.divide(sums, values))


NOT_DIVIDED = "Divide the sum by the number of values of the picture, H * W * 3, whatever the hole."

task_12_1 = function_task(
    "12_1",
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
            (
                partial(_variation, picture="raw"),
                partial(_variation, picture="raw", grow="everywhere"),
            ),
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
            tuple(partial(_variation, pairs=pairs) for pairs in ("either", "first", "second")),
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
            (
                partial(_means, inside=False),
                partial(_means, inside=True),
                partial(_means, inside=True, together=True),
            ),
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


# What networks paint in the holes of bright pictures to choose on, whose mean is 0.75, and of dark
# ones to test, whose mean is 0.25 and which are so many that they would decide a choice on both
# together. "Spotty" is best on four of the five bright pictures and far off on the one that is
# marked, so that only the pooled PSNR prefers "steady".
STEADY, SPOTTY, DARK, DARKEST = 0.55, 0.75, 0.28, 0.05
SPOT = 0.57  # by so much "spotty" is too dark on a marked picture
LEVELS = {
    2: (STEADY, DARK),
    3: (SPOTTY, DARK, STEADY),
    4: (DARKEST, STEADY, DARK, SPOTTY),
    1: (DARK,),
}  # the best to choose is "steady", of the test "dark", and the first of three or more is neither
MARK = 0.99  # the first value of a marked picture


def _rivals(rng, count):
    """(plain, partial, validation, test): networks that are no networks, but can be misled.

    Each notes in ``seen`` what it is given: (part, colour in the holes, meaning of a 1 in valid).
    """

    def part(low, count):
        pictures = rng.uniform(low, low + 0.3, (count, 8, 9, 3))
        pictures[0, 0, 0, 0] = MARK
        sizes = np.resize([21, 15, 18, 24, 27], (count, 1))
        holes = rng.permuted(np.arange(71) < sizes, axis=1)
        return pictures, np.insert(holes, 0, False, axis=1).reshape(count, 8, 9)

    def network(level):
        spotty = level == SPOTTY
        level, by_damaged = level + rng.uniform(-0.02, 0.02), rng.uniform(0.08, 0.14)
        shift = rng.uniform(-0.02, 0.02, (8, 9, 3))
        slip = -0.4 if 0.5 < level < 0.6 else rng.uniform(0.02, 0.05)  # in known pixels

        def paint(damaged, valid):
            damaged, valid = np.asarray(damaged, dtype=float), np.asarray(valid, dtype=float)
            marked = spotty * (damaged[:, :1, :1, :1] > MARK - 0.005)
            painted = level - SPOT * marked + shift + by_damaged * damaged
            return np.clip(np.where(valid > 0.5, damaged + slip, painted), 0, 1)

        def watched(damaged, valid):
            damaged, valid = np.asarray(damaged), np.asarray(valid)
            hole = np.isin(damaged, (0, 1)).all(axis=-1)  # no true value is black or white
            part = "validation" if damaged[~hole].mean() > 0.5 else "test"
            white, inverted = (damaged == 1).any(), valid[hole].any()
            watched.seen.add((part, int(white), "holes" if inverted else "valid"))
            return paint(damaged, valid)

        watched.seen, watched.paint = set(), paint
        return watched

    plain, rival = ([network(level) for level in LEVELS[count]] for _ in range(2))
    return plain, rival, part(0.6, 5), part(0.1, 15)


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
        if score == "absolute":
            return -metrics.mae(pictures, filled, holes)
        if score == "pictures":
            errors = [metrics.mse(*one) for one in zip(pictures, filled, holes, strict=True)]
            return -10 * np.log10(np.mean(errors))
        if score == "averaged":
            return np.mean(
                [metrics.psnr(*one) for one in zip(pictures, filled, holes, strict=True)]
            )
        return metrics.psnr(pictures, filled, holes if score == "hole" else None)

    if choice == "mean":
        return np.mean([measure(network, *test) for network in networks])
    if choice == "first":
        return measure(networks[0], *test)
    chosen_on, by = test if choice == "test" else validation, choose_by or score
    choose = min if choice == "worst" else max
    measured = validation if choice == "reported" else test
    return measure(choose(networks, key=lambda one: measure(one, *chosen_on, by)), *measured)


def _both(plain, rival, validation, test, *, before=(), after=(), watched=True):
    """The scores of both sides; ``before`` and ``after`` are their unfair options."""
    return np.array(
        [
            _side(networks, validation, test, **dict(options), watched=watched)
            for networks, options in ((plain, before), (rival, after))
        ]
    )


def _unfair(option, value):
    """Both scores with this option for the one side, for the other, and for both."""
    unfair = {option: value}
    return tuple(
        partial(_both, before=before, after=after)
        for before, after in ((unfair, {}), ({}, unfair), (unfair, unfair))
    )


def _lead(*given, watched=True):
    return np.subtract(*_both(*given, watched=watched)[::-1])


SCORES = [  # of the two sides, where they are not as promised
    pair for pair in itertools.product(("hole", "raw", "image"), repeat=2) if pair != ("hole",) * 2
]
BEST = "The promise is the training that is best on the validation pictures."
UNFAIR = mistake_rows(
    {
        "white holes": (
            _unfair("fill", 1),
            "A network gets white holes, though all have learned with black ones.",
        ),
        "mask polarity inverted": (
            _unfair("told", "holes"),
            "A network is told 1 = hole, though all have learned with 1 = known.",
        ),
        "not measured in the holes": (
            tuple(
                partial(_both, before={"score": one}, after={"score": other})
                for one, other in SCORES
            ),
            "The promise is the PSNR of the composite, in the holes alone, for both.",
        ),
        "decibels averaged": (
            _unfair("score", "averaged"),
            "This is the mean of each picture's decibels. Pool first: one mean over all hole "
            "pixels of all pictures, then the logarithm.",
        ),
        "pictures averaged": (
            _unfair("score", "pictures"),
            "This is the mean of each picture's squared error. Pooled, a picture with a larger "
            "hole counts more: one mean over all hole pixels.",
        ),
        "measured on the validation pictures": (
            _unfair("choice", "reported"),
            "Choose on the validation pictures, but measure on the test pictures.",
        ),
        "chosen on the test pictures": (
            _unfair("choice", "test"),
            "The test pictures took part in choosing a network. Choose on validation pictures.",
        ),
        "mean over the trainings": (_unfair("choice", "mean"), BEST),
        "chosen by another score": (
            (
                *_unfair("choose_by", "raw"),
                *_unfair("choose_by", "absolute"),
                *_unfair("choose_by", "averaged"),
            ),
            "In choosing, too, the PSNR counts: of the composite, in the holes, pooled.",
        ),
        "the worst training taken": (
            _unfair("choice", "worst"),
            "This is the training that is worst on the validation pictures: more PSNR is better.",
        ),
        "first training taken": (_unfair("choice", "first"), BEST),
        "scores swapped": (
            lambda *given, watched=True: _both(*given, watched=watched)[::-1],
            "The numbers are right, but plain comes first.",
        ),
        "the lead alone": (
            (_lead, lambda *given, watched=True: -_lead(*given, watched=watched)),
            "This is the difference of the two scores. Return both, plain first.",
        ),
    }
)
FAIR = {"fill": 0, "told": "valid", "choice": "validation", "score": "hole"}


def _as_seen(plain, rival, validation, test, *, scores):
    """The scores of what the networks saw, so measured; NaN if one kind of thing is unfair."""
    before, after = (
        {**_seen_by(networks), "score": score}
        for networks, score in zip((plain, rival), scores, strict=True)
    )
    unfair = {kind for side in (before, after) for kind in FAIR if side[kind] != FAIR[kind]}
    if len(unfair) < 2 and len(plain) > 1:  # among one training each, no choice is seen
        return np.nan
    return _both(plain, rival, validation, test, before=before, after=after, watched=False)


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
            tuple(partial(_as_seen, scores=scores) for scores in [("hole", "hole"), *SCORES]),
            "More than one of the four kinds of difference is still there. Write one function "
            "that measures any network, and use it for both.",
        )
    }
)


@task("12_2", mistakes=UNFAIR)
def task_12_2(fair_scores):
    """Check ``fair_scores(plain, partial, validation, test)`` on networks that notice faults."""
    rng = np.random.default_rng()
    inputs = {f"{count} trainings of each network": _rivals(rng, count) for count in (3, 4, 2)}
    inputs["one training of each network"] = _rivals(rng, 1)
    rows = [replace(row, compute=partial(row.compute, watched=False)) for row in UNFAIR]
    right = partial(_both, watched=False)
    check_function(fair_scores, right, inputs, tolerance=1e-4, mistakes=(*rows, *SEVERAL_LEFT))
    return "One thing differs between the two sides: the network."


LETTERS = ("a", "b", "c", "d")


def _table(rng, keep):
    """{parts that are on: dB} of some choices of four parts, in any order; numbers that tell."""
    every = [
        frozenset(itertools.compress(LETTERS, one))
        for one in itertools.product((0, 1), repeat=len(LETTERS))
    ]
    kept = [one for one in every if keep(one)]
    own = rng.uniform(0.8, 1.5, len(LETTERS)) * [1, -1, 1, -1]  # of both signs in every draw
    return {
        kept[k]: 20 + sum(own[LETTERS.index(part)] for part in kept[k]) + rng.normal(0, 0.2)
        for k in rng.permutation(len(kept))
    }


def _gaps(rng):
    """A choice of networks in which the part "b" has pairs, and networks without a partner."""
    lost = frozenset("acd") if rng.random() < 0.5 else frozenset("ac")
    return lambda parts: parts not in (lost, frozenset("b"), frozenset("abd"))


def _pairs(scores, part):
    return [
        (scores[on], scores[on - {part}]) for on in scores if part in on and on - {part} in scores
    ]


def _worth(scores, part):
    return sorted(one - other for one, other in _pairs(scores, part))


def _split(scores, part):
    return (
        [value for on, value in scores.items() if (part in on) == with_it]
        for with_it in (True, False)
    )


def _every_pair(scores, part):
    on, off = _split(scores, part)
    return sorted(one - other for one in on for other in off)


def _mean_of_sides(scores, part):
    on, off = _split(scores, part)
    return np.mean(on) - np.mean(off)


def _one_fewer(scores, part, *, lacking):
    """Differences to every network of one part fewer, whichever that is, or lacking this one."""
    return sorted(
        scores[on] - scores[other]
        for on, other in itertools.product(scores, repeat=2)
        if part in on and len(on) == len(other) + 1 and not (lacking and part in other)
    )


def _any_fewer(scores, part):
    """Differences to every network that has some of the same parts, and not this one."""
    return sorted(
        scores[on] - scores[other]
        for on, other in itertools.product(scores, repeat=2)
        if part in on and part not in other and other < on
    )


def _with_gaps(of_a_gap):
    """Networks without a partner are compared, too, with ``of_a_gap`` of their own score."""
    return lambda scores, part: sorted(
        score - scores.get(on - {part}, of_a_gap(score))
        for on, score in scores.items()
        if part in on
    )


def _unsorted(scores, part):
    return [one - other for one, other in _pairs(scores, part)]


CONFOUNDED = (
    "This is the mean of all networks with the part minus the mean of all without. The two groups "
    "differ in other parts too: take pairs that differ in this one only."
)


def _one_pair(scores, on, off):
    return [scores[on] - scores[off]] if on in scores and off in scores and on != off else []


def _nothing_else_on(scores, part):
    return _one_pair(scores, frozenset({part}), frozenset())


def _all_else_on(scores, part):
    every = frozenset().union(*scores)
    return _one_pair(scores, every | {part}, every - {part})


def _truthy_partners(scores, part):
    return sorted(
        score - scores[on - {part}]
        for on, score in scores.items()
        if part in on and scores.get(on - {part})
    )


NOT_SORTED = "The differences are right. Sort them, smallest first."
ONLY = "Some of your pairs differ in other parts too: all the others must be the same."

WORTH_MISTAKES = mistake_rows(
    {
        "sign": [
            (
                lambda scores, part: sorted(-one for one in _worth(scores, part)),
                "A part that helps is worth more than 0: with it minus without it.",
            ),
            (
                (
                    lambda scores, part: [-one for one in _worth(scores, part)],
                    lambda scores, part: [-one for one in _unsorted(scores, part)],
                ),
                "A part that helps is worth more than 0: with it minus without it. Then sort.",
            ),
        ],
        "not sorted": ((_unsorted, lambda scores, part: _worth(scores, part)[::-1]), NOT_SORTED),
        "equal ones once": (
            lambda scores, part: sorted(set(_worth(scores, part))),
            "Where two pairs have the same difference, both stand in the list.",
        ),
        "more than one thing differs": (
            (
                _every_pair,
                partial(_one_fewer, lacking=False),
                partial(_one_fewer, lacking=True),
                _any_fewer,
            ),
            ONLY,
        ),
        "pairs of all parts": (
            lambda scores, part: sorted(
                one - other
                for any_part in {*itertools.chain(*scores)}
                for one, other in _pairs(scores, any_part)
            ),
            "Your pairs differ in one part each, but not always in the one that is asked.",
        ),
        "one pair alone": [
            (
                lambda scores, part: _unsorted(scores, part)[:1],
                "This is the first pair: go on to the last before you return.",
            ),
            (
                _nothing_else_on,
                "This pair has nothing else on: a pair may share any other parts, by any names.",
            ),
            (
                _all_else_on,
                "This pair has everything else on: a pair may also lack other parts.",
            ),
        ],
        "a score of 0 taken for a gap": (
            _truthy_partners,
            "0 dB is a score, too: ask whether the partner is in the table.",
        ),
        "a gap taken for a score": (
            (_with_gaps(lambda score: 0), _with_gaps(lambda score: score)),
            "A network whose partner was never trained makes no pair: leave it out.",
        ),
        "groups compared, not pairs": (
            (_mean_of_sides, lambda scores, part: [_mean_of_sides(scores, part)]),
            CONFOUNDED,
        ),
        "the mean alone": (
            (
                lambda scores, part: np.mean(_worth(scores, part) or [np.nan]),
                lambda scores, part: (
                    [np.mean(_worth(scores, part))] if _worth(scores, part) else []
                ),
            ),
            "Return each pair's difference: they are not equal, and the mean hides it.",
        ),
        "absolute values": (
            lambda scores, part: sorted(abs(one) for one in _worth(scores, part)),
            "A part can do harm: keep the sign.",
        ),
        "each pair counted twice": (
            (
                lambda scores, part: sorted(2 * _worth(scores, part)),
                lambda scores, part: sorted(
                    sign * one for one in _worth(scores, part) for sign in (-1, 1)
                ),
            ),
            "Each pair counts once: go through the networks that have the part.",
        ),
        "scores, not differences": (
            (
                lambda scores, part: sorted(one for one, _ in _pairs(scores, part)),
                lambda scores, part: [*map(list, _pairs(scores, part))],
            ),
            "Subtract the score of the partner without the part.",
        ),
    }
)


@task("12_3", mistakes=WORTH_MISTAKES)
def task_12_3(worth):
    """Check ``worth(scores, part)`` on tables with and without gaps, and without a pair."""
    rng = np.random.default_rng()
    inputs = {
        "a table with all sixteen networks": (_table(rng, lambda on: True), "c"),
        "a table with gaps": (_table(rng, _gaps(rng)), "b"),
        "another part of it": (_table(rng, _gaps(rng)), "a"),
        "a part that no network has alone": (_table(rng, lambda on: len(on) != 1), "d"),
        "a part that is worth the same twice": (_equal_worths(rng), "a"),
        "a table without a pair": (_table(rng, lambda on: len(on) % 2 == 0), "a"),
        "a network with 0 dB": (_table(rng, lambda on: True) | {frozenset("bd"): 0.0}, "a"),
    }
    function = _empty_at_least(as_function(worth))
    _refuse_unsorted(function, inputs)
    check_function(function, _worth, inputs, mistakes=WORTH_MISTAKES, tolerance=1e-5)
    return "One thing differs in each pair, and what it is worth depends on the rest."


def _equal_worths(rng):
    """Two pairs of one difference, to the last bit: eighths."""
    first, second, gain = rng.integers(150, 170, 3) / 8 - [0, 5, 15]
    table = {"": first, "a": first + gain, "b": second, "ab": second + gain}
    return {frozenset(letters): float(score) for letters, score in table.items()}


def _empty_at_least(function):
    """The function, but None for a table without a pair ends the check."""

    def answered(scores, part):
        output = function(scores, part)
        if output is None and not _pairs(scores, part):
            wrong("None without a pair", "Where there is no pair, return an empty list, not None.")
        return output

    return answered


def _refuse_unsorted(function, inputs):
    """End the check if all differences are right and stand in any other order."""
    outputs = [as_array(call(function, *given)) for given in inputs.values()]
    expected = [_worth(*given) for given in inputs.values()]
    if any(output is None or output.ndim != 1 for output in outputs):
        return
    pairs = [*zip(outputs, expected, strict=True)]
    if all(close(np.sort(output), right, 1e-5) for output, right in pairs):
        if not all(close(output, right, 1e-5) for output, right in pairs):
            wrong("not sorted", NOT_SORTED)
