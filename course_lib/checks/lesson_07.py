"""Checks of exercise 07: the conditional mean, samples, and what they cost."""

import numpy as np

from course_lib.checks._compare import (
    as_array,
    as_function,
    call,
    check_array,
    check_function,
    check_inputs_unchanged,
    close,
    mistake_rows,
    name_mistake,
    refuse_rounded,
)
from course_lib.checks._kinds import function_task
from course_lib.checks._task import task, wrong

JUNK = 7.0  # stands where something is missing


def _world(rng):
    """Mean (6,) and covariance (6, 6) of numbers that hang together, none of them 0."""
    n = 6
    factors = rng.uniform(-1, 1, (n, 2 * n)) + 0.4
    return rng.uniform(0.2, 0.8, n), factors @ factors.T / n


def _rows(rng, *, spared=0):
    """(values, missing, mean, covariance) of three kinds of rows, with fills far from 0 and 1."""
    mean, covariance = _world(rng)
    gap = np.arange(6) < 2
    scattered = np.isin(np.arange(6), rng.choice(6, 3, replace=False))
    holes = {"one gap": gap, "scattered numbers": scattered, "nothing missing": gap & False}
    return {
        name: (np.where(missing, JUNK, rng.uniform(-5, 5, 6)), missing, mean, covariance)
        for name, missing in list(holes.items())[: 3 - spared]
    }


def _fill(values, missing, mean, covariance):
    filled = values.copy()
    weights = np.linalg.solve(covariance[np.ix_(~missing, ~missing)], (values - mean)[~missing])
    filled[missing] = mean[missing] + covariance[np.ix_(missing, ~missing)] @ weights
    return filled


def _variant(added):
    """A fill by the known and the missing numbers' means, offsets and blocks."""

    def fill(values, missing, mean, covariance):
        filled, known = values.copy(), ~missing

        def block(rows, columns):
            return covariance[np.ix_(rows, columns)]

        filled[missing] = added(values, missing, known, mean, block)
        return filled

    return fill


def _across(block, missing, known):
    return block(missing, known) @ np.linalg.inv(block(known, known))


def _by_whole_inverse(values, missing, mean, covariance):
    filled, known = values.copy(), ~missing
    weights = np.linalg.inv(covariance)[np.ix_(known, known)] @ (values - mean)[known]
    filled[missing] = mean[missing] + covariance[np.ix_(missing, known)] @ weights
    return filled


CONDITIONAL_MISTAKES = {
    "known numbers ignored": (
        _variant(lambda v, m, k, mean, block: mean[m]),
        "This is the mean without anything known: the known numbers must pull on it.",
    ),
    "mean forgotten": (
        (
            _variant(lambda v, m, k, mean, block: _across(block, m, k) @ v[k]),
            _variant(lambda v, m, k, mean, block: _across(block, m, k) @ (v - mean)[k]),
            _variant(lambda v, m, k, mean, block: mean[m] + _across(block, m, k) @ v[k]),
        ),
        "What pulls is how far the known numbers are from their means, and it pulls away from the "
        "missing ones' mean: subtract the one, add the other.",
    ),
    "the precision's sign": (
        _variant(lambda v, m, k, mean, block: mean[m] - _across(block, m, k) @ (v - mean)[k]),
        "With the covariance the pull is added; the minus belongs to the precision.",
    ),
    "blocks swapped": (
        _variant(
            lambda v, m, k, mean, block: (
                mean[m] + np.linalg.solve(block(m, m), block(m, k) @ (v - mean)[k])
            )
        ),
        "The block to invert is that of the known numbers: they are what is given. (With the "
        "precision it would be the missing ones'.)",
    ),
    "nothing inverted": (
        (
            _variant(lambda v, m, k, mean, block: mean[m] + block(m, k) @ (v - mean)[k]),
            _variant(
                lambda v, m, k, mean, block: mean[m] + block(m, k) @ block(k, k) @ (v - mean)[k]
            ),
        ),
        "Two known neighbours that say the same would be counted twice: the inverse of their "
        "covariance is what corrects that.",
    ),
    "each entry inverted": (
        _variant(
            lambda v, m, k, mean, block: mean[m] + block(m, k) @ (1 / block(k, k)) @ (v - mean)[k]
        ),
        "One over each entry is no inverse of a matrix: np.linalg.inv makes it, or "
        "np.linalg.solve does without.",
    ),
    "each known number by itself": (
        _variant(
            lambda v, m, k, mean, block: (
                mean[m] + block(m, k) @ ((v - mean)[k] / np.diag(block(k, k)))
            )
        ),
        "Dividing by each variance alone ignores that the known numbers vary together: the "
        "whole block is inverted.",
    ),
    "a block of the inverse": (
        _by_whole_inverse,
        "You cut a block out of the whole inverse: cut the block first, then invert it.",
    ),
    "treated as a precision": (
        _variant(
            lambda v, m, k, mean, block: (
                mean[m] - np.linalg.solve(block(m, m), block(m, k) @ (v - mean)[k])
            )
        ),
        "This is the formula with the precision, but the matrix that you get is the covariance.",
    ),
    "known and missing exchanged": (
        lambda values, missing, mean, covariance: _fill(values, ~missing, mean, covariance),
        "The known numbers changed and the missing ones stayed: True = missing.",
    ),
    "known numbers lost": (
        tuple(
            lambda values, missing, *law, empty=empty: np.where(
                missing, _fill(values, missing, *law), empty
            )
            for empty in (0, np.nan)
        ),
        "The known numbers come back too, as they are: begin with a copy of values.",
    ),
    "cut off at 0 and 1": (
        (
            lambda *row: np.clip(_fill(*row), 0, 1),
            lambda *row: np.where(row[1], np.clip(_fill(*row), 0, 1), row[0]),
        ),
        "These numbers are no brightness: nothing is cut off.",
    ),
}

function_task(
    "07_1",
    right=_fill,
    inputs=_rows,
    mistakes=CONDITIONAL_MISTAKES,
    praise="The best guess under squared error, and one system of equations.",
)


@task("07_2")
def task_07_2(draw_row):
    """Check ``draw_row``: the fill, then the deviations, then the law of its samples."""
    function = as_function(draw_row)
    rows = {
        name: (values, missing, mean, np.linalg.inv(covariance))
        for name, (values, missing, mean, covariance) in _rows(
            np.random.default_rng(), spared=1
        ).items()
    }
    answers = {name: _answer(function, *row, np.zeros(row[1].sum())) for name, row in rows.items()}
    _check_fills(answers, rows)
    _check_deviations(answers, rows)
    for name, row in rows.items():
        _check_law(function, *row, where=f" for {name}")
    check_inputs_unchanged(
        function, {name: (*row, np.ones(row[1].sum())) for name, row in rows.items()}
    )
    return "A fill, how unsure it is, and another one that was possible."


def _answer(function, values, missing, mean, precision, white):
    """The three arrays of an answer."""
    answer = call(function, values, missing, mean, precision, white)
    table = isinstance(answer, np.ndarray) and answer.ndim == 2
    if not (table or isinstance(answer, (tuple, list))) or len(answer) != 3:
        wrong("not three results", "Return three arrays: the fill, the deviations, the sample.")
    for name, part in zip(("fill", "deviation", "sample"), answer, strict=True):
        check_array(part, shape=values.shape, where=f" ({name})")
    return [as_array(part).astype(float) for part in answer]


def _named(found, expected):
    """End the check with the first name whose numbers are found in every row."""
    for name, (numbers, why) in expected.items():
        if all(close(found[row], numbers[row], 1e-6) for row in found):
            wrong(name, why)


def _check_fills(answers, rows):
    fills = {name: answer[0] for name, answer in answers.items()}
    right = {name: _fill(v, m, mean, np.linalg.inv(p)) for name, (v, m, mean, p) in rows.items()}
    if all(close(fills[name], right[name], 1e-6) for name in rows):
        return
    other_side = {
        name: np.where(m, 2 * mean - right[name], v) for name, (v, m, mean, p) in rows.items()
    }
    swapped = {name: _fill(v, m, mean, p) for name, (v, m, mean, p) in rows.items()}
    _named(
        fills,
        {
            "the precision's sign": (
                other_side,
                "The fill lies on the wrong side of the mean: a known number that is too high "
                "must pull its neighbours up.",
            ),
            "treated as a covariance": (
                swapped,
                "This is the formula with the covariance, but the matrix that you get is the "
                "precision, its inverse.",
            ),
        },
    )
    refuse_rounded(fills.values(), right.values())
    for name, (values, missing, _, _) in rows.items():
        if not close(fills[name][~missing], values[~missing], 1e-6):
            wrong("known numbers changed", "Known numbers come back as they are.")
    wrong("wrong fill", "The fill, the first of the three results, is not the conditional mean.")


def _check_deviations(answers, rows):
    found = {name: answer[1] for name, answer in answers.items()}

    def spread(variances):
        return {
            name: np.where(missing, 1, 0) * np.sqrt(variances(missing, precision))
            for name, (_, missing, _, precision) in rows.items()
        }

    right = spread(_conditional_variances)
    if all(close(found[name], right[name], 1e-6) for name in rows):
        return
    if all(close(answers[name][2], right[name], 1e-6) for name in rows):
        wrong("order exchanged", "Return the fill first, then the deviations, then the sample.")
    _named(
        found,
        {
            "marginal instead of conditional": (
                spread(lambda missing, precision: np.diag(np.linalg.inv(precision))),
                "This is how unsure one is when nothing at all is known: a block of the inverse. "
                "Given the known numbers it is the inverse of a block.",
            ),
            "given the missing ones too": (
                spread(lambda missing, precision: 1 / np.diag(precision)),
                "1 / P on the diagonal is the variance where all other numbers are known, the "
                "missing ones too.",
            ),
            "variance instead of deviation": (
                {name: deviation**2 for name, deviation in right.items()},
                "This is the variance: the deviation is its root.",
            ),
        },
    )
    refuse_rounded(found.values(), right.values())
    for name, (_, missing, _, _) in rows.items():
        if np.any(found[name][~missing] != 0):
            wrong("unsure of known numbers", "A known number is certain: its deviation is 0.")
    wrong("wrong deviation", "The deviations are not those of the missing given the known.")


def _conditional_variances(missing, precision):
    variances = np.zeros(len(missing))
    variances[missing] = np.diag(np.linalg.inv(precision[np.ix_(missing, missing)]))
    return variances


def _check_law(function, values, missing, mean, precision, *, where):
    """A sample is the fill plus A white: whatever A is, A A^T must be the covariance."""
    count = missing.sum()
    fill, deviation, still = _answer(function, values, missing, mean, precision, np.zeros(count))
    if close(still[missing], mean[missing], 1e-6):
        wrong(
            "centred on the mean",
            "With white numbers that are all 0 the sample is the mean where nothing is known: "
            "start from the fill.",
        )
    if not close(still, fill, 1e-6):
        wrong(
            "sample is not around the fill",
            f"With white numbers that are all 0 the sample must be the fill{where}. Is there other "
            "randomness in it than white?",
        )
    moved = [_answer(function, values, missing, mean, precision, one) for one in np.eye(count)]
    if not all(close(other, fill, 1e-6) for other, _, _ in moved):
        wrong(
            "fill moves with the sample",
            "With other white numbers the fill is another one, too: is the sample a copy of it, or "
            "the same array under a second name?",
        )
    factor = np.stack([(sample - fill)[missing] for _, _, sample in moved], axis=1)
    twice = _answer(function, values, missing, mean, precision, np.full(count, 2.0))[2]
    if not close((twice - fill)[missing], 2 * factor.sum(axis=1), 1e-6):
        wrong("randomness of its own", "All randomness of a sample comes from white, and linearly.")
    if close(factor @ factor.T, np.linalg.inv(precision[np.ix_(missing, missing)]), 1e-6):
        return
    _name_law(factor, missing, precision, deviation)
    wrong("wrong law", f"The samples do not have the covariance of the missing numbers{where}.")


def _name_law(factor, missing, precision, deviation):
    """End the check where samples ``fill + factor @ white`` have a law that has a name."""
    found, block = factor @ factor.T, precision[np.ix_(missing, missing)]
    right = np.linalg.inv(block)
    if close(found, np.diag(deviation[missing] ** 2), 1e-6):
        wrong(
            "each number by itself",
            "The deviations are right, but each missing number is drawn by itself: neighbours "
            "must move together.",
        )
    asked = "The white numbers are multiplied by a matrix A, and A @ A.T must be the covariance"
    if close(factor.T @ factor, right, 1e-6):
        wrong("root transposed", f"{asked} of the missing numbers. With your A it is A.T @ A.")
    if close(found, block, 1e-6) or close(factor.T @ factor, block, 1e-6):
        wrong("root of the precision", f"{asked}. Your A is a root of the precision, its inverse.")
    if close(found, np.linalg.inv(precision)[np.ix_(missing, missing)], 1e-6):
        wrong(
            "marginal instead of conditional",
            "The deviations are right, but the samples vary as if nothing were known: a block of "
            "the inverse.",
        )
    if close(found, right @ right, 1e-6):
        wrong("no root taken", f"{asked}. Your A is the covariance itself: take a root of it.")


NEAR = 0.05  # dB; the exercise's ``measured`` is within 0.03


def _price(k, warmth):
    return 10 * np.log10(1 + warmth**2 / k)


def _prices(rng):
    k = int(rng.integers(3, 9))
    return {
        "one sample": (1, 1.0),
        "the mean of several": (k, 1.0),
        "one sample at half warmth": (1, float(rng.uniform(0.4, 0.6))),
        "several at some warmth": (k + 1, float(rng.uniform(0.7, 0.9))),
        "no warmth at all": (2, 0.0),
    }


PRICE_MISTAKES = mistake_rows(
    {
        "ratio instead of decibels": (
            lambda k, warmth: 1 + warmth**2 / k,
            "This is how many times as large the squared error is: 10 log10 of it is asked for.",
        ),
        "the fill's own error forgotten": (
            lambda k, warmth: 10 * np.log10(warmth**2 / k),
            "The fill alone is wrong already: the sample's variance comes on top of it.",
        ),
        "warmth not squared": (
            lambda k, warmth: 10 * np.log10(1 + warmth / k),
            "A number multiplied by warmth has warmth squared times the variance.",
        ),
        "warmth ignored": (
            lambda k, warmth: 10 * np.log10(1 + 1 / k),
            "This is right for warmth 1 and says the same for every other.",
        ),
        "number of samples ignored": (
            lambda k, warmth: 10 * np.log10(1 + warmth**2),
            "This is the price of one sample: averaging k of them makes their variance smaller.",
        ),
        "divided by k squared": (
            lambda k, warmth: 10 * np.log10(1 + warmth**2 / k**2),
            "The variance of a mean of k independent numbers is 1 / k of theirs, not 1 / k².",
        ),
        "deviation instead of variance": (
            (
                lambda k, warmth: 10 * np.log10(1 + warmth**2 / np.sqrt(k)),
                lambda k, warmth: 10 * np.log10(1 + warmth / np.sqrt(k)),
                lambda k, warmth: 20 * np.log10(1 + warmth / np.sqrt(k)),
            ),
            "Variances add, deviations do not: work with variances up to the logarithm.",
        ),
        "20 instead of 10": (
            lambda k, warmth: 20 * np.log10(1 + warmth**2 / k),
            "20 log10 belongs to a ratio of errors, 10 log10 to one of squared errors.",
        ),
        "10 forgotten": (
            lambda k, warmth: np.log10(1 + warmth**2 / k),
            "A logarithm alone counts bels: decibels are 10 times as many.",
        ),
        "the fill's own error divided too": (
            lambda k, warmth: 10 * np.log10((1 + warmth**2) / k),
            "Averaging samples makes what they add smaller, not the error that the fill has.",
        ),
        "divided by k - 1": (
            lambda k, warmth: 10 * np.log10(1 + warmth**2 / max(k - 1, 1)),
            "Nothing is estimated here: the variance of a mean of k is 1 / k of theirs.",
        ),
        "natural logarithm": (
            lambda k, warmth: 10 * np.log(1 + warmth**2 / k),
            "np.log is the natural logarithm: decibels are 10 times the one to base 10, np.log10.",
        ),
        "decibels divided": (
            (
                lambda k, warmth: 10 * np.log10(2) * warmth**2 / k,
                lambda k, warmth: 10 * np.log10(1 + warmth**2) / k,
            ),
            "3 dB divided by k is not it: the squared error goes down first, then the logarithm.",
        ),
        "gain instead of price": (
            lambda k, warmth: -10 * np.log10(1 + warmth**2 / k),
            "The price is how far the PSNR falls: a positive number.",
        ),
    }
)


@task("07_3", mistakes=PRICE_MISTAKES)
def task_07_3(price):
    """Check ``price``; an answer that draws comes near it, and is told so."""
    function, inputs = as_function(price), _prices(np.random.default_rng())
    found = {name: call(function, *arguments) for name, arguments in inputs.items()}
    right = {name: _price(*arguments) for name, arguments in inputs.items()}

    def within(tolerance):
        return all(close(found[name], right[name], tolerance) for name in inputs)

    if within(NEAR) and not within(1e-6):
        name_mistake(found, inputs, PRICE_MISTAKES, 1e-6)
        wrong(
            "near, not exact",
            f"All values are within {NEAR} dB of the exact ones, as drawn or rounded numbers are: "
            "compute the price without drawing, and leave it unrounded.",
        )
    check_function(function, _price, inputs, mistakes=PRICE_MISTAKES)
    return "What cannot be known costs 1, and what is made up comes on top."
