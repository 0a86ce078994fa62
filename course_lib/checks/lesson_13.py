"""Checks of exercise 13: a heat map's numbers, a fair board, an interval, a better fill."""

import functools
from dataclasses import replace
from functools import partial
from itertools import chain, product
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from course_lib import classical, data, evaluation, masks, metrics
from course_lib._pixels import as_floats
from course_lib.checks._compare import (
    Mistake,
    as_function,
    call,
    check_array,
    check_inputs_unchanged,
    close,
    mistake_rows,
    refuse_rounded,
    without,
)
from course_lib.checks._kinds import fills, function_task
from course_lib.checks._task import WITH_KERAS, task, wrong


def _behind(errors):
    """One by one, by PSNR with a count that cancels."""
    methods, sets, _ = errors.shape
    scores = np.array(
        [[-10 * np.log10(errors[m, k].sum() / 1_000) for k in range(sets)] for m in range(methods)]
    )
    return scores.max(axis=0) - scores


def _table(rng, methods, sets, pictures):
    """Squared errors: another method is best from set to set, hard pictures are hard for all."""
    hard = rng.lognormal(1, 0.9, (1, sets, pictures))
    errors = (
        hard
        * rng.lognormal(0, 0.6, (methods, sets, 1))
        * rng.lognormal(0, 0.3, (methods, sets, pictures))
    )
    for k in range(sets):
        best, turn = errors[:, k].sum(axis=1).argmin(), (k + 1) % methods
        errors[[best, turn], k] = errors[[turn, best], k]
    return errors


def _by_picture_behind(errors):
    decibels = 10 * np.log10(errors)
    return decibels.mean(axis=2) - decibels.mean(axis=2).min(axis=0)


def _sums(errors):
    return errors.sum(axis=2)


POOL_FIRST = "Add up the errors of all pictures before the logarithm: a pooled PSNR is asked for."

task_13_1 = function_task(
    "13_1",
    right=_behind,
    inputs=lambda rng: {
        "three methods, four sets, five pictures": (_table(rng, 3, 4, 5),),
        "ten methods, two sets, thirty pictures": (_table(rng, 10, 2, 30),),
        "two methods, one set": (_table(rng, 2, 1, 4),),
    },
    tolerance=1e-6,
    praise="The number of hole pixels cancels: a lead is a ratio of errors.",
    mistakes={
        "decibels averaged": (
            (
                _by_picture_behind,
                lambda e: (10 * np.log10(e / e.min(axis=0))).mean(axis=2),
            ),
            POOL_FIRST,
        ),
        "best of the whole table": (
            (
                lambda e: 10 * np.log10(_sums(e) / _sums(e).min()),
                lambda e: 10 * np.log10(_sums(e) / _sums(e)[_sums(e).sum(axis=1).argmin()]),
            ),
            "Each set has a best of its own: sets of different holes are not compared.",
        ),
        "best of the row": (
            lambda e: 10 * np.log10(_sums(e) / _sums(e).min(axis=1, keepdims=True)),
            "Compare methods within a set, not sets within a method: axis 0 of the sums.",
        ),
        "sign": (
            lambda e: 10 * np.log10(_sums(e).min(axis=0) / _sums(e)),
            "Who is behind has a number above 0.",
        ),
        "behind the worst": (
            lambda e: 10 * np.log10(_sums(e).max(axis=0) / _sums(e)),
            "That is how far each is ahead of the worst. The best has the smallest error.",
        ),
        "ahead of the worst, negative": (
            lambda e: 10 * np.log10(_sums(e) / _sums(e).max(axis=0)),
            "The best has the smallest error, not the largest.",
        ),
        "20 instead of 10": (
            lambda e: 20 * np.log10(_sums(e) / _sums(e).min(axis=0)),
            "Errors are squared already: 10 log10.",
        ),
        "not in decibels": (
            (
                lambda e: np.log10(_sums(e) / _sums(e).min(axis=0)),
                lambda e: 10 * np.log(_sums(e) / _sums(e).min(axis=0)),
                lambda e: np.log(_sums(e) / _sums(e).min(axis=0)),
                lambda e: _sums(e) / _sums(e).min(axis=0),
            ),
            "Decibels are 10 times the logarithm to base 10.",
        ),
        "scores, not differences": (
            (lambda e: -10 * np.log10(_sums(e)), lambda e: -10 * np.log10(e.mean(axis=2))),
            "This is a score for each cell. What is asked is how far it is behind its set's best.",
        ),
        "difference of errors": (
            (lambda e: _sums(e) - _sums(e).min(axis=0),
             lambda e: e.mean(axis=2) - e.mean(axis=2).min(axis=0)),
            "Take the logarithm of the ratio, not the difference of the errors.",
        ),
    },
)  # fmt: skip


# What each variant is off by on the validation pictures, on three of four and on the fourth, and on
# the test pictures. The second has the best pooled score of the validation pictures, the third the
# best mean of decibels there, the fourth the best score on the test pictures and on both parts
# together, the first none, and the fifth is the worst of all.
VARIANTS = (
    (0.1, 0.1, 0.11),
    (0.06, 0.06, 0.09),
    (0.03, 0.15, 0.07),
    (0.1, 0.1, 0.04),
    (0.14, 0.14, 0.13),
)


def _contest(rng, count):
    """(methods, validation, test, seen): stand-ins, perfect on every fifth picture, and watched.

    ``seen`` gets what they meet: (number of the picture, its hole as bytes, whether they are shown
    what stands in it).
    """
    pictures = rng.uniform(0, 0.3, (2 * count, 8, 9, 3))  # not too small for ``evaluate``
    holes = rng.random((2 * count, 8, 9)) < 0.3
    holes[:, 0, 0], holes[:, 0, 1] = True, False  # by the second pixel a picture is known again
    seen, places = set(), np.arange(count)

    def variant(often, seldom, on_test):
        off = np.concatenate(
            [np.where(places % 4 == 1, seldom, often), on_test * (0.5 + places % 4 / 2)]
        )
        off = off * rng.uniform(0.97, 1.03) * (np.arange(2 * count) % 5 > 0)

        def paint(image, mask):
            image, mask = np.asarray(image), np.asarray(mask)
            k = int(np.abs(pictures[:, 0, 1] - image[0, 1]).sum(axis=1).argmin())
            hole = mask.astype(bool)
            shown = np.allclose(image[hole], pictures[k][hole])
            seen.add((k, mask.tobytes(), shown))
            return np.where(mask[..., None], pictures[k] + off[k], image)

        return paint

    methods = {
        f"method {k}": [variant(*(factor * np.array(one))) for one in VARIANTS]
        for k, factor in enumerate(rng.uniform(0.7, 1.2, 3))
    }
    cut = slice(count), slice(count, None)
    return methods, *((pictures[part], holes[part]) for part in cut), seen


def _score(variant, pictures, holes, *, pooled="pooled"):
    filled = [variant(*pair) for pair in zip(masks.damage(pictures, holes), holes, strict=True)]
    filled = masks.composite(pictures, np.stack(filled), holes)
    if pooled == "pooled":
        return metrics.psnr(pictures, filled, holes)
    if pooled == "image":
        return metrics.psnr(pictures, filled)
    if pooled == "pictures":
        errors = [metrics.mse(*one) for one in zip(pictures, filled, holes, strict=True)]
        return -10 * np.log10(np.mean(errors))
    each = [metrics.psnr(*one) for one in zip(pictures, filled, holes, strict=True)]
    return np.mean([one for one in each if np.isfinite(one) or pooled == "mean"])


def _board(methods, validation, test, *, choice="validation", choose_by=None, pooled="pooled"):
    """The board; every option but the first of each kind is a fault."""

    def figure(variants):
        if choice == "mean":
            return np.mean([_score(one, *test, pooled=pooled) for one in variants])
        if choice == "first":
            return _score(variants[0], *test, pooled=pooled)
        chosen_on = test if choice == "test" else validation
        by = choose_by or pooled
        choose = min if choice == "worst" else max
        best = choose(variants, key=lambda one: _score(one, *chosen_on, pooled=by))
        return _score(best, *(validation if choice == "reported" else test), pooled=pooled)

    return {name: float(figure(variants)) for name, variants in methods.items()}


def _faulty(**options):
    return partial(_board, **options)


AVERAGED = "PSNRs are averaged picture by picture. Pool all pictures: one PSNR of the whole batch."
UNFAIR_BOARDS = mistake_rows(
    {
        "perfect pictures thrown away": (
            (_faulty(pooled="finite"), _faulty(choose_by="pooled", pooled="finite")),
            AVERAGED + " A perfect picture then counts too.",
        ),
        "decibels averaged": (_faulty(pooled="mean"), AVERAGED),
        "pictures averaged": (
            _faulty(pooled="pictures"),
            "This is the mean of each picture's squared error. Pooled, a picture with a larger "
            "hole counts more: one mean over all hole pixels.",
        ),
        "chosen by another score": (
            _faulty(choose_by="finite"),
            "In choosing, too, the pooled PSNR in the holes counts.",
        ),
        "not in the holes": (
            _faulty(pooled="image"),
            "Known pixels are counted too: give the holes to metrics.psnr.",
        ),
        "chosen on the test pictures": (
            _faulty(choice="test"),
            "The test pictures took part in choosing a variant. Choose on validation pictures.",
        ),
        "the worst variant taken": (
            _faulty(choice="worst"),
            "The better score is the larger one: take the variant with the largest PSNR.",
        ),
        "measured on the validation pictures": (
            _faulty(choice="reported"),
            "Choose on the validation pictures, but measure on the test pictures.",
        ),
        "first variant taken": (
            _faulty(choice="first"),
            "Of each method this is the first variant: take the best on the validation pictures. "
            "(A mean of decibels cannot tell, where one of them is infinite.)",
        ),
        "mean over the variants": (
            _faulty(choice="mean"),
            "Take the variant that is best on the validation pictures, not a mean of all.",
        ),
        "several faults left": (
            (
                _faulty(choice="test", pooled="finite"),
                _faulty(choice="test", pooled="image"),
            ),
            "The variant is still chosen on the test pictures, and the pictures are still not "
            "pooled.",
        ),
    }
)


@task("13_2", mistakes=UNFAIR_BOARDS)
def task_13_2(board):
    """Check ``board(methods, validation, test)`` on methods that note which holes they meet."""
    rng = np.random.default_rng()
    function, answers, contests = as_function(board), [], []
    for count in (12, 16):
        methods, validation, test, seen = _contest(rng, count)
        pairs = _pairs(validation, test)
        answer = call(function, methods, validation, test)
        if not isinstance(answer, dict) or answer.keys() != methods.keys():
            wrong("no board", "Return a dict with the name of every method, name -> decibels.")
        for value in answer.values():
            check_array(value, shape=())
        if any(shown for *_, shown in seen):
            wrong(
                "truth handed over",
                "A method was given a picture without its hole: give it masks.damage(pictures, "
                "holes), and nothing that it is to guess.",
            )
        if not {(k, hole) for k, hole, _ in seen} <= pairs:
            wrong(
                "other holes",
                "A picture was met under another picture's hole, so methods are not compared "
                "under the same holes. Nothing may be shuffled.",
            )
        answers.append([float(answer[name]) for name in methods])
        contests.append((methods, validation, test))

    def scores(compute):
        return np.concatenate([[*compute(*one).values()] for one in contests])

    answers, right = np.concatenate(answers), scores(_board)
    if not close(answers, right, 1e-6):
        for row in UNFAIR_BOARDS:
            if close(answers, scores(row.compute), 1e-6):
                wrong(row.name, row.why)
        refuse_rounded([answers], [right])
        wrong("wrong scores", "The holes are right, the scores are not those promised.")
    return "One rule for all, chosen where it does not count, and every picture counts."


def _pairs(*parts):
    """(place, hole) of all pictures, as the stand-ins note them."""
    holes = [hole for _, one in parts for hole in one]
    return {(k, hole.tobytes()) for k, hole in enumerate(holes)}


def _errors(rng, count):
    """Squared errors by picture of two methods for which the same pictures are hard.

    The rival's more so, and how hard they are is the same in every draw: then no mean of decibels
    comes near the lead, and every right way of computing the interval to its ends.
    """
    hard = np.exp(0.8 * ndtri((rng.permutation(count) + 0.5) / count))
    own, other = np.exp(0.25 * rng.normal(size=(2, count)).clip(-2.5, 2.5))
    unit = rng.uniform(8, 40)
    return unit * hard * own, 1.2 * unit * hard**1.25 * other


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


def _with_variance(method, rival, unit, power):
    return 1.96 * _DECIBELS / unit * (unit * _change(method, rival)).var() / len(method) ** power


def _by_picture(method, rival):
    return 10 * np.log10(rival / method)


WRONG_MIDDLES = mistake_rows(
    {
        "sign of the lead": (lambda m, r: -_ahead(m, r), "A method with smaller errors is ahead."),
        "decibels averaged": (
            lambda m, r: _by_picture(m, r).mean(),
            "Errors are pooled over the pictures before the logarithm.",
        ),
        "not in decibels": (
            (
                lambda m, r: np.log(r.sum() / m.sum()),
                lambda m, r: np.log10(r.sum() / m.sum()),
                lambda m, r: 10 * np.log(r.sum() / m.sum()),
                lambda m, r: r.sum() / m.sum(),
            ),
            "The lead is 10 times the logarithm to base 10.",
        ),
        "20 instead of 10": (
            lambda m, r: 2 * _ahead(m, r),
            "Errors are squared already: 10 log10.",
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
NOT_PAIRED = mistake_rows(
    {
        "not paired": [
            (_unpaired, "The two variances are added, as if each method had pictures of its own."),
            (_two_widths, "The two intervals are added, as if both worst cases met."),
        ],
    }
)


def _times(factor):
    """The half width, wrong by a factor; ``factor(n)``, of n pictures."""
    return lambda m, r: factor(len(m)) * _half_width(m, r)


# Factors that are lacking or too many: of each group one at most, and several groups at once.
WRONG_FACTORS = (
    mistake_rows(
        {
            "spread of one picture": (
                _times(np.sqrt),
                "This is the spread of single pictures: a mean of n of them varies less.",
            ),
            "divided by n": (
                _times(lambda n: n**-0.5),
                "The standard error of a mean falls with the square root of n.",
            ),
        }
    ),
    mistake_rows(
        {
            "one standard error": (
                _times(lambda n: 1 / 1.96),
                "95 % reach 1.96 standard errors to each side.",
            )
        }
    ),
    mistake_rows(
        {
            "width not in decibels": [
                (
                    _times(lambda n: 1 / _DECIBELS),
                    "A relative change is not yet decibels: what is the derivative of 10 log10?",
                ),
                (
                    _times(lambda n: 10 / _DECIBELS),
                    "The derivative of log10 x is 1 / (x ln 10): a factor is missing.",
                ),
            ]
        }
    ),
)
OTHER_HALVES = mistake_rows(
    {
        "width not in decibels": [
            (
                _times(lambda n: np.log(10) ** 2),
                "The derivative of log10 x is 1 / (x ln 10): divide by ln 10.",
            ),
            (
                _times(lambda n: _DECIBELS**-0.5),
                "The factor that makes decibels is under a root: it belongs before it.",
            ),
        ],
        "half as wide": (
            _times(lambda n: 0.5),
            "1.96 standard errors are not the whole width: they reach to each side.",
        ),
        "twice as wide": (
            _times(lambda n: 2),
            "1.96 standard errors reach to each side, once, and decibels are 10 log10.",
        ),
        "another level": (
            (_times(lambda n: 1.645 / 1.96), _times(lambda n: 2.576 / 1.96)),
            "90 % and 99 % have other multiples of the standard error: for 95 % it is 1.96.",
        ),
        "always a hundred pictures": (
            _times(lambda n: n**0.5 / 10),
            "10 is the root of a hundred: ask the errors how many pictures there are.",
        ),
        "variance taken for deviation": (
            tuple(
                partial(_with_variance, unit=unit, power=power)
                for unit in (1, _DECIBELS)
                for power in (0.5, 1)
            ),
            "The standard error is a standard deviation over the root of n: the root is missing.",
        ),
        "shares added, not subtracted": (
            lambda m, r: 1.96 * _DECIBELS * (r / r.mean() + m / m.mean()).std() / np.sqrt(len(m)),
            "Where both methods have large errors the lead hardly changes: subtract the shares.",
        ),
        "decibels of each picture": (
            lambda m, r: 1.96 * _by_picture(m, r).std() / np.sqrt(len(m)),
            "Pictures with large errors decide a pooled score; here each counts the same.",
        ),
        "the method's own error taken as known": (
            lambda m, r: 1.96 * _DECIBELS * (r - m).std() / np.sqrt(len(m)) / r.mean(),
            "The difference of the errors varies, but so does the error that it is divided by: "
            "divide each error by its own mean.",
        ),
        "not relative": (
            (
                lambda m, r: 1.96 * _DECIBELS * (r - m).std() / np.sqrt(len(m)),
                lambda m, r: 1.96 * _DECIBELS * (r - m).std() / np.sqrt(len(m)) / m.mean(),
                lambda m, r: 1.96 * (r - m).std() / np.sqrt(len(m)),
                lambda m, r: (r - m).std() / np.sqrt(len(m)),
                lambda m, r: 1.96 * (r - m).std(),
                lambda m, r: (r - m).std(),
            ),
            "A change of a sum counts relative to the sum: each error divided by its own mean.",
        ),
    }
)


def _several(rows):
    """What wrong factors make of the half width together, and what is to be said of each."""

    def compute(method, rival):
        right = _half_width(method, rival)
        return right * np.prod([row.compute(method, rival) / right for row in rows])

    return Mistake(f"{len(rows)} mistakes at once", compute, " ".join(row.why for row in rows))


SEVERAL = [
    _several(rows)
    for chosen in product(*((None, *group) for group in (NOT_PAIRED, *WRONG_FACTORS)))
    if len(rows := [row for row in chosen if row]) > 1
]
WRONG_HALVES = [*NOT_PAIRED, *chain(*WRONG_FACTORS), *OTHER_HALVES, *SEVERAL]


def _interval(middle, half):
    def ends(method, rival):
        center, reach = middle(method, rival), half(method, rival)
        return center - reach, center + reach

    return ends


def _one_left_out(method, rival):
    """The leads of all pictures but one."""
    return 10 * np.log10((rival.sum() - rival) / (method.sum() - method))


WRONG_ENDS = mistake_rows(
    {
        "lead and reach": (
            tuple(
                lambda m, r, multiple=multiple: (_ahead(m, r), multiple / 1.96 * _half_width(m, r))
                for multiple in (1.96, 1)
            ),
            "Return both ends: the lead minus what reaches to each side, and the lead plus it.",
        ),
        "percentiles of pictures": (
            (
                lambda m, r: np.percentile(_by_picture(m, r), [2.5, 97.5]),
                lambda m, r: _ahead(m, r) + _DECIBELS * np.percentile(_change(m, r), [2.5, 97.5]),
            ),
            "Between these lie 95 % of the single pictures; a mean of n of them varies less.",
        ),
        "spread of those left out": (
            (
                _interval(_ahead, lambda m, r: 1.96 * _one_left_out(m, r).std()),
                _interval(_ahead, lambda m, r: 1.96 * _one_left_out(m, r).std() / len(m) ** 0.5),
                lambda m, r: np.percentile(_one_left_out(m, r), [2.5, 97.5]),
                lambda m, r: (_one_left_out(m, r).min(), _one_left_out(m, r).max()),
            ),
            "Leads that have all pictures but one in common differ about n times less than the "
            "pictures' shares do: make that good.",
        ),
    }
)
WRONG_INTERVALS = [
    *(replace(row, compute=_interval(row.compute, _half_width)) for row in WRONG_MIDDLES),
    *(replace(row, compute=_interval(_ahead, row.compute)) for row in WRONG_HALVES),
    *WRONG_ENDS,
]


WIDTH, MIDDLE = 0.1, 0.15  # of the half width: 0.02 and 0.03 dB in the task, which allows 0.05


@task("13_3", mistakes=WRONG_INTERVALS)
def task_13_3(lead_interval):
    """Check ``lead_interval(method, rival)``: width and middle, as any way without drawing has."""
    rng = np.random.default_rng()
    function = as_function(lead_interval)
    inputs = [_errors(rng, count) for count in (300, 600, 1000)]
    inputs.append(inputs[0][::-1])
    answers = np.array([_ends(function, *given) for given in inputs])
    leads, right = np.transpose([(_ahead(*given), _half_width(*given)) for given in inputs])
    middles, halves = answers.mean(axis=1), (answers[:, 1] - answers[:, 0]) / 2
    if (halves < 0).all() and not np.allclose(middles, -leads, atol=MIDDLE * right.min()):
        wrong("low and high swapped", "Return the lower end first.")
    _refuse_drawn(rng, function, inputs[0])
    _refuse_one_place(answers, np.stack([leads - right, leads + right], axis=1))

    def fits(values, compute):
        expected = [compute(*given) for given in inputs]
        return np.allclose(values, expected, rtol=0.01, atol=1e-6)

    off = np.abs(middles - leads) > MIDDLE * right, np.abs(halves - right) > WIDTH * right
    if np.any(off):
        _name(answers, partial(_same_ends, inputs), WRONG_ENDS)
    if off[0].any():
        _name(middles, fits, WRONG_MIDDLES)
        wrong("wrong middle", "The lead itself is not right yet.")
    if off[1].any():
        _name(halves, fits, WRONG_HALVES)
        wrong("wrong width", "The lead is right, its interval is not.")
    check_inputs_unchanged(function, {"errors": inputs[0]})
    return "What is hard for both cancels in the difference; the rest decides."


def _ends(function, *given):
    answer = call(function, *given)
    check_array(answer, shape=(2,))
    return np.asarray(answer, dtype=float)


def _refuse_drawn(rng, function, errors):
    """Means and spreads do not know in which order pictures stand; draws do."""
    order = rng.permutation(len(errors[0]))
    ends = _ends(function, *errors)
    shuffled = _ends(function, *(one[order] for one in errors))
    if np.abs(ends - shuffled).max() > 1e-4 * np.ptp(ends) + 1e-9:  # float32 adds up less exactly
        wrong(
            "resampled",
            "The same pictures in another order give other ends, so pictures are drawn or taken in "
            "groups. Compute the ends from means and spreads.",
        )


def _refuse_one_place(answers, right):
    """Ends with one decimal may happen to be near enough or not: the luck of the draw."""
    if np.array_equal(answers, answers.round(1)) and np.abs(answers - right).max() < 0.1:
        wrong("rounded", "One decimal place is too few for an interval as narrow as this.")


def _same_ends(inputs, answers, compute):
    expected = np.array([compute(*given) for given in inputs])
    return (np.abs(answers - expected) < 0.003 * np.ptp(expected, axis=1, keepdims=True)).all()


def _name(values, fits, rows):
    for row in rows:
        if fits(values, row.compute):
            wrong(row.name, row.why)


OFFERED = ("harmonic", "biharmonic", "navier_stokes", "partial_conv_unet")
MARGIN = 0.2  # dB, on the validation pictures
EACH = {"validation": 10, "test": 30}  # pictures for each of the eleven sets of masks
OTHER_NETWORK = (
    "another network",
    "Make the fill out of the four that you are given, without another network.",
)


@task("13_4", seconds=WITH_KERAS)
def task_13_4(combine):
    """Check that ``combine(fills, holes)`` beats the best of the offered fills.

    The score on validation pictures is told, as often as asked. Test pictures are filled once
    that is good enough, and of them only is told whether the lead is clear there too.
    """
    from course_lib import models

    library = Path(models.__file__).parent
    function = without(
        as_function(combine), lambda code: library in Path(code.co_filename).parents, *OTHER_NETWORK
    )
    errors, single, filled = _combined(function, "validation")
    best = min(single, key=lambda name: single[name].sum())
    ahead = _ahead(errors, single[best])
    told = f"{_decibels(errors, 'validation'):.2f} dB, {ahead:+.2f} against {best}"
    if ahead < MARGIN:
        if same := [name for name in OFFERED if np.array_equal(single[name], errors)]:
            wrong("one method alone", f"This is {same[0]} everywhere: combine. ({told}.)")
        wrong(
            "not ahead enough", f"{told}; {MARGIN} dB more than the best single one are asked for."
        )
    _refuse_known_truth(errors, filled)
    errors, single, _ = _combined(function, "test")
    best = min(single, key=lambda name: single[name].sum())
    ahead, low, _ = evaluation.lead(errors, single[best])
    if low <= 0:
        wrong(
            "no clear lead on test pictures",
            f"{told} on validation pictures. On the test pictures the 95 % interval of the lead is "
            "not all above 0: what is just ahead on some pictures need not be on others. The "
            "numbers are not told, so that nobody tunes on these pictures.",
        )
    return (
        f"{told} on validation pictures; on test pictures {ahead:+.2f} dB against {best}, clearly."
    )


def _combined(function, part):
    """(squared errors of the answer by picture, those of the offered fills by name, the answer)."""
    truth, holes, offered = _fills_of(part)
    output = call(function, {name: one.copy() for name, one in offered.items()}, holes.copy())
    check_array(output, shape=truth.shape, dtype=float)
    filled = masks.composite(truth, np.clip(np.asarray(output, dtype="float32"), 0, 1), holes)
    single = {name: _by_picture_squared(truth, one) for name, one in offered.items()}
    return _by_picture_squared(truth, filled), single, filled


def _by_picture_squared(truth, filled):
    difference = np.clip(filled, 0, 1).astype(float) - truth
    return (difference**2).sum(axis=(1, 2, 3))


def _decibels(errors, part):
    return -10 * np.log10(errors.sum() / (3 * _fills_of(part)[1].sum()) or np.nan)


def _refuse_known_truth(errors, filled):
    """No mixture of the fills leaves what lies between them; the course's best network is known."""
    from course_lib import models

    truth, holes, offered = _fills_of("validation")
    fills_of_all = np.stack([*offered.values()])
    nearest = np.clip(truth, fills_of_all.min(axis=0), fills_of_all.max(axis=0))
    if errors.sum() < _by_picture_squared(truth, nearest).sum():
        wrong(
            "knows the truth",
            "It is nearer to the truth than any mixture of the four fills can be: it must have "
            "been given the pictures themselves.",
        )
    best = models.inpaint(models.load_pretrained("best"), truth, holes)
    if np.abs(filled - best)[holes].mean() < 0.002:
        wrong(*OTHER_NETWORK)


@functools.cache
def _fills_of(part):
    """(truth, holes, fills): fixed patches of that part, as many for each of the eleven sets."""
    import keras

    from course_lib import models

    holes = np.concatenate(list(evaluation.frozen_masks(EACH[part]).values()))
    pictures = getattr(data.load("photos"), part)
    spread = np.arange(len(holes)) * len(pictures) // len(holes)
    truth = as_floats(pictures[spread])
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
