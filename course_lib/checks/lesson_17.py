"""Checks of exercise 17: a noise schedule, a round of RePaint, the error of a mean of fills."""

from functools import partial

import numpy as np

from course_lib.checks._kinds import function_task


def _before(alpha_bar):
    return np.append(1.0, alpha_bar[:-1])


def _variant(
    before=_before,
    bar=lambda betas: np.cumprod(1 - betas),
    noise=lambda alpha_bar: np.sqrt(1 - alpha_bar),
    signal=np.sqrt,
    back=np.sqrt,
    order=(0, 1, 2),
):
    """A schedule in which one part, or the order of the rows, may be another."""

    def schedule(betas):
        alpha_bar = bar(betas)
        earlier = before(alpha_bar)
        with np.errstate(invalid="ignore", divide="ignore"):
            deviation = back((1 - earlier) / (1 - alpha_bar) * betas)
        return np.stack([signal(alpha_bar), noise(alpha_bar), deviation])[list(order)]

    return schedule


def _rolled(alpha_bar):
    return np.roll(alpha_bar, 1)


def _adding_up(alpha_bar):
    return 1 - np.sqrt(alpha_bar)


def _squared(variance):
    return variance


def _share(alpha_bar):
    return 1 - alpha_bar


def _with(row, compute):
    """The right schedule, but one row is what ``compute(betas, ratio)`` makes."""

    def schedule(betas):
        alpha_bar = np.cumprod(1 - betas)
        rows = _variant()(betas)
        rows[row] = compute(betas, (1 - _before(alpha_bar)) / (1 - alpha_bar))
        return rows

    return schedule


def _too_late(betas):
    alpha_bar = np.cumprod(1 - betas)
    return np.append(alpha_bar[1:], alpha_bar[-1])


def _too_early(betas):
    return _before(np.cumprod(1 - betas))


def _all_too_late(betas):
    return _variant(before=lambda _: np.cumprod(1 - betas), bar=_too_late)(betas)


def _all_rolled(betas):
    before = np.cumprod(1 - betas)
    return _variant(before=lambda _: before, bar=lambda _: np.roll(before, -1))(betas)


def _right_back(bar):
    """Signal and noise with another alpha_bar, the deviation with the right one."""
    return lambda betas: np.stack([*_variant(bar=bar)(betas)[:2], _variant()(betas)[2]])


SCHEDULE_MISTAKES = {
    "3 faults left": (
        _variant(before=_rolled, noise=_adding_up, back=_squared),
        "This is the published code: no row keeps its promise but the first.",
    ),
    "2 faults left": (
        (
            _variant(noise=_adding_up, back=_squared),
            _variant(before=_rolled, back=_squared),
            _variant(before=_rolled, noise=_adding_up),
        ),
        "One of the three faults is mended. Hold the rows to their promises one by one.",
    ),
    "first step taken for the last": (
        _variant(before=_rolled),
        "Before the first step nothing has happened: alpha_bar is 1 there, and the last step back "
        "has no noise.",
    ),
    "first step set before itself": (
        _variant(before=lambda alpha_bar: np.append(alpha_bar[0], alpha_bar[:-1])),
        "Before the first step you put what that step leaves. Nothing has happened by then: "
        "how much of the picture is left?",
    ),
    "nothing left at the start": (
        _variant(before=lambda alpha_bar: np.append(0.0, alpha_bar[:-1])),
        "Before the first step all of the picture is there: the empty product is 1, not 0.",
    ),
    "ratio of 1": (
        _with(2, lambda betas, ratio: np.sqrt(betas)),
        "The last row is the root of beta, the noise of a step on. A step back has less: alpha_bar "
        "before a step is not alpha_bar after it.",
    ),
    "root of a part": (
        (
            _with(2, lambda betas, ratio: np.sqrt(ratio) * betas),
            _with(2, lambda betas, ratio: ratio * np.sqrt(betas)),
        ),
        "The whole formula is a variance, ratio and beta together: its root is the deviation.",
    ),
    "noise of one step": (
        _with(1, lambda betas, ratio: np.sqrt(betas)),
        "The root of beta is what one step adds; the row promises the noise of all steps so far.",
    ),
    "off by one step": (
        (
            _all_too_late,
            _all_rolled,
            _variant(bar=_too_early),
            _right_back(_too_late),
            _right_back(_too_early),
        ),
        "The columns are steps 1 to T: in the first, one step has been taken, no more and no less.",
    ),
    "deviations that add up": (
        _variant(noise=_adding_up),
        "Signal and noise are roots of shares that add up to 1: it is their squares that do.",
    ),
    "root of what signal leaves": (
        _variant(noise=lambda alpha_bar: np.sqrt(1 - np.sqrt(alpha_bar))),
        "It is the square of signal that 1 lacks: noise is the root of 1 - alpha_bar.",
    ),
    "shares instead of roots": (
        (
            _variant(signal=_squared, noise=_share),
            _variant(signal=_squared, noise=_share, back=_squared),
        ),
        "These are shares of the variance, which add up to 1: signal and noise are their roots.",
    ),
    "signal not rooted": (
        _variant(signal=_squared),
        "What is left of the picture is the root of alpha_bar: signal ** 2 + noise ** 2 is 1.",
    ),
    "variance instead of deviation": (
        (
            _variant(back=_squared),
            *(
                _variant(before=before, noise=_share, back=back)
                for before in (_before, _rolled)
                for back in (np.sqrt, _squared)
            ),
        ),
        "A row of deviations holds a variance, the square of what is promised.",
    ),
    "rows in another order": (
        tuple(_variant(order=(*rows,)) for rows in ((1, 0, 2), (2, 0, 1), (2, 1, 0), (0, 2, 1))),
        "The rows are right, but the promised order is signal, noise, deviation of a step back.",
    ),
    "sum instead of product": (
        _variant(bar=lambda betas: 1 - np.cumsum(betas)),
        "Each step keeps its share of what is left: the shares 1 - beta are multiplied.",
    ),
    "one step only": (
        _variant(bar=lambda betas: 1 - betas),
        "alpha_bar is what all steps so far have left, not the last one.",
    ),
}


def _betas(rng):
    return {
        "a few steps": (rng.uniform(0.05, 0.3, 3),),
        "many steps": (rng.uniform(0.001, 0.05, 30),),
        "a single step": (rng.uniform(0.2, 0.4, 1),),
    }


function_task(
    "17_1",
    right=_variant(),
    inputs=_betas,
    mistakes=SCHEDULE_MISTAKES,
    praise="Squares that add up to 1, and a last step back without noise.",
)


def _step_on(earlier, later):
    scale = later[0] / earlier[0]
    return scale, np.sqrt(later[1] ** 2 - (scale * earlier[1]) ** 2)


def _on(scale=None, spread=None):
    """A way on whose scale or spread may be another; ``spread(scale, earlier, later)``."""

    def step(earlier, later):
        right, missing = _step_on(earlier, later)
        one = scale(earlier, later) if scale else right
        return one, spread(one, earlier, later) if spread else missing

    return step


def _later_a(earlier, later):
    return later[0]


def _later_b(scale, earlier, later):
    return later[1]


def _all_that_is_there(scale, earlier, later):
    return np.sqrt(max(later[1] ** 2 - earlier[1] ** 2, 0))


def _less_the_deviation(scale, earlier, later):
    return later[1] - scale * earlier[1]


def _missing(scale, earlier, later):
    return np.sqrt(max(later[1] ** 2 - (scale * earlier[1]) ** 2, 0))


def _up_to_1(scale, earlier, later):
    return np.sqrt(1 - scale**2)


def _upside_down(earlier, later):
    return earlier[0] / later[0]


def _missing_or_nan(scale, earlier, later):
    with np.errstate(invalid="ignore"):
        return np.sqrt(later[1] ** 2 - (scale * earlier[1]) ** 2)


def _scale_from_b(earlier, later):
    return np.sqrt((1 - later[1] ** 2) / (1 - earlier[1] ** 2))


def _root_of_a(earlier, later):
    return np.sqrt(later[0] / earlier[0])


_of_the_path = _on(_later_a, _later_b)
HALF_MENDED = (  # ways on that no longer are as published, nor right
    _on(spread=_later_b),
    _on(_later_a),
    _on(_later_a, _missing),
    _on(spread=_all_that_is_there),
    _on(spread=_less_the_deviation),
    _on(spread=_up_to_1),
)


def _mixed(at=lambda earlier, later: earlier, swap=False, step=_step_on, on=None):
    """A round in which the known pixels' weights, the mask or the way on may be others."""

    def one_round(filled, true, mask, earlier, later, noise, fresh):
        hole = ~mask[..., None] if swap else mask[..., None]
        (a, b), (scale, spread) = at(earlier, later), step(earlier, later)
        together = np.where(hole, filled, a * true + b * noise)
        again = scale * together + spread * fresh
        return np.stack([together, on(together, again, hole) if on else again])

    return one_round


def _clean(earlier, later):
    return 1, 0


def _dimmed(earlier, later):
    return earlier[0], 0


def _noises_exchanged(filled, true, mask, earlier, later, noise, fresh):
    return _mixed()(filled, true, mask, earlier, later, fresh, noise)


def _one_noise_twice(filled, true, mask, earlier, later, noise, fresh):
    return _mixed()(filled, true, mask, earlier, later, noise, noise)


def _fresh_twice(filled, true, mask, earlier, later, noise, fresh):
    return _mixed()(filled, true, mask, earlier, later, fresh, fresh)


def _all_mixed(step=_step_on, clean=False):
    """Hole and known pixels mixed alike; ``clean``: what goes on is without that noise."""

    def one_round(filled, true, mask, earlier, later, noise, fresh):
        composite = np.where(mask[..., None], filled, true)
        together = earlier[0] * composite + earlier[1] * noise
        scale, spread = step(earlier, later)
        return np.stack([together, scale * (composite if clean else together) + spread * fresh])

    return one_round


def _goes_on_clean(step, again=-1):
    """The known pixels go on without noise; ``again``: which argument is the noise of the way."""

    def one_round(*given):
        filled, true, mask, earlier, later = given[:5]
        scale, spread = step(earlier, later)
        on = scale * np.where(mask[..., None], filled, true) + spread * given[again]
        return np.stack([_mixed()(*given)[0], on])

    return one_round


def _without_the_known(filled, true, mask, earlier, later, noise, fresh):
    scale, spread = _step_on(earlier, later)
    together = _mixed()(filled, true, mask, earlier, later, noise, fresh)[0]
    return np.stack([together, scale * filled + spread * fresh])


def _known_anew(filled, true, mask, earlier, later, noise, fresh):
    together, again = _mixed()(filled, true, mask, earlier, later, noise, fresh)
    known = later[0] * true + later[1] * fresh
    return np.stack([together, np.where(mask[..., None], again, known)])


def _from_the_truth(filled, true, mask, earlier, later, noise, fresh):
    together = _mixed()(filled, true, mask, earlier, later, noise, fresh)[0]
    return np.stack([together, later[0] * true + later[1] * fresh])


ROUND_MISTAKES = {
    "3 faults left": [
        (
            _mixed(_clean, swap=True, step=_of_the_path),
            "This is the published code: look at the mask, the known pixels and the way on.",
        ),
        (
            tuple(
                _mixed(known, swap=True, step=step)
                for known in (_clean, _dimmed)
                for step in (_of_the_path, *HALF_MENDED)
                if (known, step) != (_clean, _of_the_path)
            ),
            "Something is changed, but mask, known pixels and way on are not right yet.",
        ),
    ],
    "2 faults left": (
        (
            *(_mixed(known, swap=True) for known in (_clean, _dimmed)),
            *(
                _mixed(known, step=step)
                for known in (_clean, _dimmed)
                for step in (_of_the_path, *HALF_MENDED)
            ),
            *(_mixed(swap=True, step=step) for step in (_of_the_path, *HALF_MENDED)),
        ),
        "One of the three faults is mended: mask, known pixels, way on.",
    ),
    "mask inverted": (
        _mixed(swap=True),
        "The model's step stands where pixels are known, and the truth in the hole: True = hole. "
        "RePaint's own m is 1 where known.",
    ),
    "known pixels without noise": [
        (
            _mixed(_clean),
            "The hole holds a picture with noise; the known pixels must hold as much of both.",
        ),
        (
            _mixed(_dimmed),
            "The known pixels are dimmed as they should be, but the hole beside them holds noise.",
        ),
    ],
    "known pixels not dimmed": (
        _mixed(lambda earlier, later: (1, earlier[1])),
        "At that time a picture is a * true plus its noise, and no longer true itself.",
    ),
    "signal and noise exchanged": (
        _mixed(lambda earlier, later: earlier[::-1]),
        "The first of each pair is the picture's, the second the noise's.",
    ),
    "known pixels of another time": (
        (_mixed(lambda earlier, later: later), _mixed(_step_on)),
        "The model's step has come to the earlier time: so must the known pixels beside it.",
    ),
    "mixed like a picture": (
        (_mixed(step=_of_the_path), _mixed(step=_on(_later_a, _up_to_1))),
        "The first picture is on its way already: multiplied by the later a it is dimmed twice, "
        "and its noise is counted as if it had none.",
    ),
    "noise without regard to noise": (
        (_mixed(step=_on(spread=_later_b)), _mixed(step=_on(spread=_all_that_is_there))),
        "The noise that is there is scaled with the picture: only what is missing is added.",
    ),
    "deviations subtracted": [
        (
            _mixed(step=_on(spread=_less_the_deviation)),
            "It is the variances of two noises that add up, not their deviations.",
        ),
        (
            _mixed(step=_on(spread=lambda scale, earlier, later: later[1] - earlier[1])),
            "It is variances that add up, not deviations; and the noise that is there "
            "is scaled with the picture.",
        ),
    ],
    "squares that add up to 1": (
        tuple(
            _mixed(step=step)
            for step in (
                _on(spread=_up_to_1),
                _on(_scale_from_b, _up_to_1),
                _on(_scale_from_b, _missing),
                _on(spread=lambda _, *path: _up_to_1(_scale_from_b(*path), *path)),
            )
        ),
        "This holds where a ** 2 + b ** 2 is 1, which nobody promised: count the picture by both "
        "a, the noise by both b.",
    ),
    "a taken for alpha_bar": (
        (_mixed(step=_on(_root_of_a, _up_to_1)), _mixed(step=_on(_root_of_a, _missing))),
        "The path's a is a root already, as signal is in task 1: the picture is multiplied by it.",
    ),
    "not dimmed on the way": (
        (
            _mixed(step=_on(lambda *path: 1, _all_that_is_there)),
            _mixed(step=_on(lambda *path: 1)),
            _mixed(step=_on(lambda *path: 1, _later_b)),
        ),
        "At the later time there is less of the picture than at the earlier.",
    ),
    "variances added, not subtracted": (
        _mixed(
            step=_on(spread=lambda scale, earlier, later: np.hypot(later[1], scale * earlier[1]))
        ),
        "What is there and what is added make up the later noise: only what is missing is added.",
    ),
    "root forgotten": (
        _mixed(step=_on(spread=lambda scale, *path: _missing(scale, *path) ** 2)),
        "The fresh noise is multiplied by a deviation, and this is its square.",
    ),
    "dimmed like a picture": [
        (
            _mixed(step=_on(_later_a)),
            "The noise is right; but the first picture holds the earlier a already, so that times "
            "the later one it is dimmed twice.",
        ),
        (
            _mixed(step=_on(_later_a, _missing)),
            "The spread is right for this scale; but the first picture holds the earlier a "
            "already, so that times the later one it is dimmed twice.",
        ),
        (
            _mixed(step=_on(_later_a, _all_that_is_there)),
            "The first picture holds the earlier a already, so that times the later one it is "
            "dimmed twice; and the noise that is there is scaled with the picture.",
        ),
    ],
    "the hole mixed too": [
        (
            _all_mixed(),
            "The model's step stands at the earlier time already: only the known pixels are mixed.",
        ),
        (
            (_all_mixed(_of_the_path), _all_mixed(_of_the_path, clean=True)),
            "The model's step stands at the earlier time already: only the known pixels are mixed. "
            "Nor is the way on right yet.",
        ),
    ],
    "known pixels go on clean": (
        (
            _goes_on_clean(_of_the_path),
            _goes_on_clean(_of_the_path, again=-2),
            _goes_on_clean(_step_on),
        ),
        "What goes on is the first picture, with the noise of its known pixels.",
    ),
    "scale upside down": (
        tuple(
            _mixed(step=_on(_upside_down, spread)) for spread in (None, _missing, _missing_or_nan)
        ),
        "What is multiplied by it must become less of the picture: later a over earlier a.",
    ),
    "noise and fresh exchanged": (
        _noises_exchanged,
        "The known pixels are mixed with `noise`; `fresh` is for the way on alone.",
    ),
    "one noise for both": (
        (_one_noise_twice, _fresh_twice),
        "Two noises are handed in: `noise` for the known pixels, `fresh` for the way on.",
    ),
    "the model's fill goes on": (
        _without_the_known,
        "What goes on is the picture put together, with the known pixels in it: from them the hole "
        "is to learn.",
    ),
    "the truth goes on": (
        _from_the_truth,
        "The hole's truth is not known: what goes on is the picture put together.",
    ),
    "known pixels mixed anew": (
        _known_anew,
        "The whole first picture goes one step on into noise, its known pixels too.",
    ),
    "cut off": (
        lambda *given: np.clip(_mixed()(*given), -1, 1),
        "With noise, pictures go beyond -1 and 1: nothing is to be cut off.",
    ),
    "only the hole goes on": (
        _mixed(on=lambda together, again, hole: np.where(hole, again, together)),
        "The whole picture goes one step on into noise, the known pixels too.",
    ),
    "nothing goes on": (
        _mixed(on=lambda together, again, hole: together),
        "The second picture is back at the later time.",
    ),
    "order swapped": (
        lambda *given: _mixed()(*given)[::-1],
        "First the picture at the earlier time, then the one that is back at the later.",
    ),
}


def _rounds(rng):
    def one(earlier, later, share):
        filled, true, noise, fresh = (rng.standard_normal((5, 4, 3)) for _ in range(4))
        mask = rng.random((5, 4)) < share
        mask[0, 0], mask[-1, -1] = True, False
        return filled, true, mask, earlier, later, noise, fresh

    def turned(angle):
        return float(np.cos(angle)), float(np.sin(angle))

    early, late = rng.uniform(0.2, 0.5), rng.uniform(0.8, 1.3)
    return {
        "a path whose squares add up to 1": one(turned(early), turned(late), 0.4),
        "the straight path": one((0.7, 0.3), (0.4, 0.6), 0.7),
    }


function_task(
    "17_2",
    right=_mixed(),
    inputs=_rounds,
    mistakes=ROUND_MISTAKES,
    praise="Both sides at the same time, and a way on that counts what noise is there.",
)


def _errors(fills, truth, mask):
    """The mean error of one fill, and that of the mean of all."""
    errors = (fills - truth)[:, mask]
    return (errors**2).mean(), (errors.mean(axis=0) ** 2).mean()


def _spread(fills, mask, freedom=1):
    return fills[:, mask].var(axis=0, ddof=freedom).mean()


def _error_of_mean(fills, truth, mask, n):
    return _errors(fills, truth, mask)[1] + _spread(fills, mask) * (1 / n - 1 / len(fills))


def _by(compute):
    """A mistake, by what it makes of both errors, the fills' spread, their number N and n."""

    def computed(fills, truth, mask, n):
        return compute(*_errors(fills, truth, mask), _spread(fills, mask), len(fills), n)

    return computed


def _over(choose):
    """The right error, over other pixels."""
    return lambda fills, truth, mask, n: _error_of_mean(fills, truth, choose(mask), n)


def _spread_of_all(left):
    """The spread of all pixels; ``left(one, of_mean, spread, count)`` is the hole's."""

    def computed(fills, truth, mask, n):
        spread = _spread(fills, np.ones_like(mask))
        return left(*_errors(fills, truth, mask), spread, len(fills)) + spread / n

    return computed


def _spread_of_values(fills, truth, mask, n, *, values, from_one, freedom):
    """With the variance of all values at once, whose fills and pixels are not told apart."""
    one, of_mean = _errors(fills, truth, mask)
    spread = values(fills, truth)[:, mask].var(ddof=freedom)
    return (one - spread if from_one else of_mean - spread / len(fills)) + spread / n


def _cut_at_zero(fills, truth, mask, n):
    spread = fills[:, mask].var(axis=0, ddof=1)
    left = (fills.mean(axis=0) - truth)[mask] ** 2 - spread / len(fills)
    return (left.clip(min=0) + spread / n).mean()


def _line(one, of_mean, spread, count, n):
    return one + (n - 1) / (count - 1) * (of_mean - one)


def _first(fills, truth, mask, n):
    return _errors(fills[:n], truth, mask)[1]


def _by_n(fills, truth, mask, n):
    spread = _spread(fills, mask, freedom=0)
    return _errors(fills, truth, mask)[1] + spread * (1 / n - 1 / len(fills))


def _with_slip(spread):
    """From the error of one fill, but with ``spread(one, of_mean, count)`` solved wrongly."""

    def compute(one, of_mean, _, count, n):
        found = spread(one, of_mean, count)
        return one - found + found / n

    return _by(compute)


MEAN_MISTAKES = {
    "the first n averaged": (
        _first,
        "This stops at the fills that you have, and for a few of them it is their luck: all N tell "
        "what to expect.",
    ),
    "stopped at N": (
        _by(
            lambda one, of_mean, spread, count, n: (
                of_mean + spread * (1 / min(n, count) - 1 / count)
            )
        ),
        "Beyond N this stays where it is, but with more fills still more chance is averaged away.",
    ),
    "a straight line": (
        (_by(_line), _by(lambda *given: _line(*given[:4], min(given[3], given[4])))),
        "Each further fill helps less than the one before it: the error falls in no straight line.",
    ),
    "n ignored": (
        (
            _by(lambda one, of_mean, *_: one),
            _by(lambda one, of_mean, *_: of_mean),
            _by(lambda one, of_mean, spread, count, n: one - spread),
        ),
        "The more fills, the smaller the error of their mean: where is n?",
    ),
    "nothing left over": (
        (
            _by(lambda one, of_mean, spread, count, n: one / n),
            _by(lambda one, of_mean, spread, count, n: of_mean * count / n),
        ),
        "An error that all fills have in common stays, however many are averaged.",
    ),
    "the truth not asked": (
        _by(lambda one, of_mean, spread, count, n: spread / n),
        "This is how far a mean of n strays by chance; all fills may be wrong together.",
    ),
    "the fills believed": (
        _by(lambda one, of_mean, spread, count, n: spread * (1 + 1 / n)),
        "This holds if the truth was drawn like the fills. Yours may be too sure: measure what is "
        "left, do not suppose it.",
    ),
    "N fills taken for all": (
        (
            _by(lambda one, of_mean, spread, count, n: of_mean + spread / n),
            _by(lambda one, of_mean, spread, count, n: of_mean + (one - of_mean) / n),
        ),
        "The mean of N fills strays by chance too. For n = N, what you return must be its error.",
    ),
    "an equation not kept": [
        (
            (
                _with_slip(lambda one, of_mean, count: (one - of_mean) * (1 - 1 / count)),
                _with_slip(lambda one, of_mean, count: (one - of_mean) / (1 + 1 / count)),
                _with_slip(lambda one, of_mean, count: (of_mean - one) / (1 - 1 / count)),
                _with_slip(lambda one, of_mean, count: (one - of_mean) * count),
                _with_slip(lambda one, of_mean, count: (one - of_mean) / (count - 1)),
            ),
            "Right for n = 1; but for n = N it must be the error of the fills' mean. Put both into "
            "your equations again.",
        ),
        (
            _by(
                lambda one, of_mean, spread, count, n: (
                    of_mean + (one - of_mean) * count * (1 / n - 1 / count)
                )
            ),
            "Right for n = N; but for n = 1 it must be the mean error of the fills. Put both into "
            "your equations again.",
        ),
        (
            (
                _by(lambda one, of_mean, spread, count, n: of_mean - spread + spread / n),
                _by(lambda one, of_mean, spread, count, n: one + spread / n),
            ),
            "For n = 1 it must be the mean error of your fills, for n = N the error of their mean: "
            "what is left over after the spread?",
        ),
    ],
    "divided by N": (
        _by_n,
        "The fills' own mean is nearer to them than the expected one: their variance wants N - 1.",
    ),
    "root of n": [
        (
            _by(
                lambda one, of_mean, spread, count, n: (
                    of_mean - spread / count + spread / np.sqrt(n)
                )
            ),
            "A deviation falls with the root of n, a squared error with n.",
        ),
        (
            (
                _by(lambda one, of_mean, spread, count, n: one / np.sqrt(n)),
                _by(lambda one, of_mean, spread, count, n: of_mean * np.sqrt(count / n)),
            ),
            "A deviation falls with the root of n, a squared error with n. And what all fills have "
            "in common does not fall.",
        ),
    ],
    "fills and pixels mixed up": (
        tuple(
            partial(_spread_of_values, values=values, from_one=from_one, freedom=freedom)
            for values in (lambda fills, truth: fills, lambda fills, truth: fills - truth)
            for from_one in (True, False)
            for freedom in (0, 1)
        ),
        "This variance runs over the pixels too: the spread is how the fills differ at one pixel, "
        "axis 0.",
    ),
    "spread of all pixels": (
        (
            _spread_of_all(lambda one, of_mean, spread, count: one - spread),
            _spread_of_all(lambda one, of_mean, spread, count: of_mean - spread / count),
        ),
        "The spread is averaged over known pixels too, where all fills agree: take only the hole.",
    ),
    "known pixels counted": (
        _over(np.ones_like),
        "You average over the whole picture: take only the hole.",
    ),
    "mask inverted": (
        _over(np.logical_not),
        "True = hole, and that is where the error is measured.",
    ),
    "root of the error": (
        lambda *given: np.sqrt(_error_of_mean(*given)),
        "The squared error is asked for, not its root.",
    ),
    "decibels": (
        lambda *given: -10 * np.log10(_error_of_mean(*given)),
        "The squared error is asked for, not its PSNR.",
    ),
    "cut at 0": (
        _cut_at_zero,
        "By chance what is left over comes out below 0 at some values: cut there one by one, "
        "the mean of all is too large.",
    ),
    "summed over the hole": (
        lambda fills, truth, mask, n: 3 * mask.sum() * _error_of_mean(fills, truth, mask, n),
        "Averaged over the hole's pixels and channels, not added up.",
    ),
    "summed over channels": (
        lambda *given: 3 * _error_of_mean(*given),
        "Averaged over pixels and channels, as the course's PSNR does.",
    ),
}


def _many_fills(rng):
    def one(count, n, spread=0.3):
        truth = rng.uniform(0, 1, (5, 4, 3))
        mask = rng.random((5, 4)) < 0.6
        mask[0, :2], mask[-1, -1] = True, False
        common = truth + rng.uniform(0.1, 0.4, truth.shape)
        own = spread * rng.standard_normal((count, *truth.shape))
        return np.where(mask[..., None], common + own, truth), truth, mask, n

    return {
        "one of eight": one(8, 1),
        "two of eight": one(8, 2),
        "as many as there are": one(5, 5),
        "a hundred, of three": one(3, 100),
        "fills that all agree": one(4, 10, spread=0),
    }


function_task(
    "17_3",
    right=_error_of_mean,
    inputs=_many_fills,
    mistakes=MEAN_MISTAKES,
    praise="Chance is averaged away, and what all fills have in common is left.",
)
