"""Checks of exercise 17: a noise schedule, a round of RePaint, a map of spread."""

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
):
    """A schedule in which one part may be another."""

    def schedule(betas):
        alpha_bar = bar(betas)
        earlier = before(alpha_bar)
        with np.errstate(invalid="ignore", divide="ignore"):
            deviation = back((1 - earlier) / (1 - alpha_bar) * betas)
        return np.stack([signal(alpha_bar), noise(alpha_bar), deviation])

    return schedule


def _rolled(alpha_bar):
    return np.roll(alpha_bar, 1)


def _adding_up(alpha_bar):
    return 1 - np.sqrt(alpha_bar)


def _squared(variance):
    return variance


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
        (
            _variant(before=_rolled),
            _variant(before=lambda alpha_bar: np.append(alpha_bar[0], alpha_bar[:-1])),
        ),
        "Before the first step nothing has happened: alpha_bar is 1 there, and the last step back "
        "has no noise.",
    ),
    "deviations that add up": (
        _variant(noise=_adding_up),
        "Signal and noise are roots of shares that add up to 1: it is their squares that do.",
    ),
    "variance instead of deviation": (
        (
            _variant(back=_squared),
            _variant(noise=lambda alpha_bar: 1 - alpha_bar),
            _variant(signal=lambda alpha_bar: alpha_bar),
        ),
        "One row is a square where its root is promised.",
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


def _round(filled, true, mask, a, b, scale, spread, noise, fresh):
    together = np.where(mask[..., None], filled, a * true + b * noise)
    return np.stack([together, scale * together + spread * fresh])


def _mixed(known=lambda true, a, b, noise: a * true + b * noise, swap=False, on=None):
    """A round whose known pixels, mask or step on may be others."""

    def one_round(filled, true, mask, a, b, scale, spread, noise, fresh):
        hole = ~mask[..., None] if swap else mask[..., None]
        together = np.where(hole, filled, known(true, a, b, noise))
        again = scale * together + spread * fresh
        return np.stack([together, on(together, again, hole) if on else again])

    return one_round


def _clean(true, a, b, noise):
    return true


def _only_hole(together, again, hole):
    return np.where(hole, again, together)


def _only_known(together, again, hole):  # which a swapped mask takes for the hole
    return np.where(hole, together, again)


ROUND_MISTAKES = {
    "3 faults left": (
        (_mixed(_clean, swap=True, on=_only_known), _mixed(_clean, swap=True, on=_only_hole)),
        "This is the published code: ask of the mask, of the known pixels and of the way on.",
    ),
    "2 faults left": (
        (
            _mixed(_clean, swap=True),
            _mixed(_clean, on=_only_hole),
            _mixed(swap=True, on=_only_known),
            _mixed(swap=True, on=_only_hole),
        ),
        "One of the three faults is mended: mask, known pixels, way on.",
    ),
    "mask inverted": (
        _mixed(swap=True),
        "The model's step stands where pixels are known, and the truth in the hole: True = hole. "
        "RePaint's own m is 1 where known.",
    ),
    "known pixels without noise": (
        _mixed(_clean),
        "The hole holds a picture with noise; beside it must stand a * true + b * noise.",
    ),
    "known pixels not dimmed": (
        _mixed(lambda true, a, b, noise: true + b * noise),
        "At that time a picture has become a * true, and not true itself, beside its noise.",
    ),
    "only the hole goes on": (
        _mixed(on=_only_hole),
        "The whole picture goes one step on into noise, the known pixels too.",
    ),
    "nothing goes on": (
        _mixed(on=lambda together, again, hole: together),
        "The second picture is back at the later time: scale * together + spread * fresh.",
    ),
}


def _rounds(rng):
    def one(a, share):
        b, scale = np.sqrt(1 - a**2), 0.9
        pictures = [rng.standard_normal((5, 4, 3)) for _ in range(4)]
        filled, true, noise, fresh = pictures
        mask = rng.random((5, 4)) < share
        mask[0, 0], mask[-1, -1] = True, False
        return filled, true, mask, a, b, scale, np.sqrt(1 - scale**2), noise, fresh

    return {"an early time": one(0.2, 0.4), "a late time": one(0.8, 0.7)}


function_task(
    "17_2",
    right=_round,
    inputs=_rounds,
    mistakes=ROUND_MISTAKES,
    praise="Both sides at the same time, and all of it goes on.",
)


def _spread(fills):
    return np.sqrt(fills.var(axis=0, ddof=1).mean(axis=-1))


SPREAD_MISTAKES = {
    "divided by N": (
        lambda fills: np.sqrt(fills.var(axis=0).mean(axis=-1)),
        "The mean is that of the same fills, so divide by N - 1: ddof=1.",
    ),
    "root before the mean": (
        lambda fills: fills.std(axis=0, ddof=1).mean(axis=-1),
        "Variances are averaged over the channels, and the root comes last.",
    ),
    "variance instead of deviation": (
        lambda fills: fills.var(axis=0, ddof=1).mean(axis=-1),
        "This is the variance: the deviation is its root.",
    ),
    "grey before the spread": (
        lambda fills: fills.mean(axis=-1).std(axis=0, ddof=1),
        "Colours that differ may have one grey: take each channel's variance first.",
    ),
}

function_task(
    "17_3",
    right=_spread,
    inputs=lambda rng: {
        "eight fills": (rng.random((8, 5, 4, 3)),),
        "three fills": (rng.random((3, 2, 6, 3)),),
    },
    mistakes=SPREAD_MISTAKES,
    praise="Where they differ, the picture does not say what was there.",
)
