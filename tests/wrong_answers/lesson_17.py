"""Wrong answers to exercise 17: (task, the verdict that names the mistake, the answer)."""

import numpy as np


def by_loop(betas, *, left=1.0, share=lambda left: np.sqrt(1 - left), back=np.sqrt):
    """The schedule step by step, in which the start, the noise or the deviation may be others."""
    rows = []
    for beta in betas:
        before, left = left, left * (1 - beta)
        rows.append([np.sqrt(left), share(left), back((1 - before) / (1 - left) * beta)])
    return np.array(rows).T


def published(betas):
    alpha_bar = np.cumprod(1 - betas)
    before = np.roll(alpha_bar, 1)
    signal, noise = np.sqrt(alpha_bar), 1 - np.sqrt(alpha_bar)
    return np.stack([signal, noise, (1 - before) / (1 - alpha_bar) * betas])


def with_plain_beta(betas):
    signal, noise, _ = by_loop(betas)
    return np.stack([signal, noise, np.sqrt(betas)])


def left_out_of_the_root(betas):
    signal, noise, back = by_loop(betas)
    return np.stack([signal, noise, back * np.sqrt(betas)])


def same_before_and_after(betas):
    before = alpha_bar = np.cumprod(1 - betas)
    return np.stack([*by_loop(betas)[:2], np.sqrt((1 - before) / (1 - alpha_bar) * betas)])


def started_after_the_first(betas):
    alpha_bar = np.cumprod(1 - betas)
    before = alpha_bar.copy()
    before[1:] = alpha_bar[:-1]
    return np.stack([*by_loop(betas)[:2], np.sqrt((1 - before) / (1 - alpha_bar) * betas)])


def a_step_late(betas):
    rows = []
    for t in range(1, len(betas) + 1):
        left, before = np.prod(1 - betas[: t + 1]), np.prod(1 - betas[:t])
        rows.append(
            (left**0.5, (1 - left) ** 0.5, ((1 - before) / (1 - left) * betas[t - 1]) ** 0.5)
        )
    return np.transpose(rows)


def noise_of_each(betas):
    signal, _, back = by_loop(betas)
    return np.stack([signal, betas**0.5, back])


def by_index(
    filled, true, mask, earlier, later, noise, fresh, *, at=None, time=None, less=2, first=None
):
    """One round, pixels picked by index.

    Args:
        at: where the model's step stands; time: the known pixels' pair; less: the power by which
            the noise that is there is taken off; first: the picture that goes on.
    """
    a, b = earlier if time is None else time(earlier, later)
    together = a * true + b * noise
    where = mask if at is None else at(mask)
    together[where] = filled[where]
    scale = later[0] / earlier[0]
    spread = (later[1] ** less - (scale * earlier[1]) ** less) ** (1 / less)
    return np.stack([together, scale * (together if first is None else first) + spread * fresh])


def published_round(filled, true, mask, earlier, later, noise, fresh):
    together = np.where(mask[..., None], true, filled)
    again = later[0] * together + later[1] * fresh
    return np.stack([together, again])


def clean_outside(filled, true, mask, earlier, later, noise, fresh):
    together = true.copy()
    together[mask] = filled[mask]
    on = by_index(together, true, np.ones_like(mask), earlier, later, noise, fresh)
    return np.stack([together, on[1]])


def without_noise_on(*given):
    together, _ = by_index(*given)
    return np.stack([together, given[4][0] / given[3][0] * together])


def schedule_from_noise(filled, true, mask, earlier, later, noise, fresh):
    together, _ = by_index(filled, true, mask, earlier, later, noise, fresh)
    beta = 1 - (1 - later[1] ** 2) / (1 - earlier[1] ** 2)
    return np.stack([together, (1 - beta) ** 0.5 * together + beta**0.5 * fresh])


def schedule_from_a(filled, true, mask, earlier, later, noise, fresh):
    together, _ = by_index(filled, true, mask, earlier, later, noise, fresh)
    beta = 1 - later[0] / earlier[0]
    return np.stack([together, (1 - beta) ** 0.5 * together + beta**0.5 * fresh])


def dimmed_outside(filled, true, mask, earlier, later, noise, fresh):
    return by_index(filled, true, mask, earlier, later, 0 * noise, fresh)


def composed_and_mixed(filled, true, mask, earlier, later, noise, fresh):
    together, _ = by_index(filled, true, mask, earlier, later, noise, fresh)
    composite = mask[..., None] * filled + ~mask[..., None] * true
    return np.stack([together, later[0] * composite + later[1] * fresh])


def with_the_masks_sense_alone(filled, true, mask, earlier, later, noise, fresh):
    together = mask[..., None] * filled + ~mask[..., None] * true
    return np.stack([together, later[0] / earlier[0] * together + later[1] * fresh])


def with_half_a_way_on(filled, true, mask, earlier, later, noise, fresh):
    together = mask[..., None] * true + ~mask[..., None] * filled
    return np.stack([together, later[0] / earlier[0] * together + later[1] * fresh])


def exchanged(filled, true, mask, earlier, later, noise, fresh):
    return by_index(filled, true, mask, earlier, later, fresh, noise)


def onward(scale=lambda path: path[1][0] / path[0][0], power=1):
    """A round whose way on has another scale, or a power of its noise's deviation."""

    def one(filled, true, mask, earlier, later, noise, fresh):
        together, _ = by_index(filled, true, mask, earlier, later, noise, fresh)
        right = later[0] / earlier[0]
        spread = (later[1] ** 2 - right**2 * earlier[1] ** 2) ** (power / 2)
        return np.stack([together, scale((earlier, later)) * together + spread * fresh])

    return one


def mixed_everywhere(filled, true, mask, earlier, later, *noises):
    (a, b), noise = earlier, noises[0]
    return by_index(a * filled + b * noise, true, mask, earlier, later, *noises)


def in_place(filled, true, mask, earlier, later, noise, fresh):
    filled[~mask] = earlier[0] * true[~mask] + earlier[1] * noise[~mask]
    return by_index(filled, true, mask, earlier, later, noise, fresh)


def by_loops(fills, truth, mask, n, *, freedom=1, shared=1.0, kept=True):
    """The error of a mean, number by number; ``shared``: how much of the mean's own is taken off.

    ``kept``: whether what the fills have in common stays.
    """
    rows, columns = np.nonzero(mask)
    total = 0.0
    for row, column in zip(rows, columns, strict=True):
        for channel in range(3):
            values = fills[:, row, column, channel]
            spread = ((values - values.mean()) ** 2).sum() / (len(values) - freedom)
            left = (values.mean() - truth[row, column, channel]) ** 2
            total += kept * (left - shared * spread / len(values)) + spread / n
    return total / (3 * len(rows))


def capped(fills, truth, mask, n):
    return by_loops(fills, truth, mask, min(n, len(fills)))


def on_a_line(fills, truth, mask, n):
    """Through the errors of one fill and of the mean of all."""
    known = [1, len(fills)]
    errors = [by_loops(fills, truth, mask, one) for one in known]
    return np.polyval(np.polyfit(known, errors, 1), n)


def between_two(fills, truth, mask, n):
    known = [1, len(fills)]
    return np.interp(n, known, [by_loops(fills, truth, mask, one) for one in known])


def over_the_picture(fills, truth, mask, n):
    error = np.square((fills.mean(axis=0) - truth)[mask]).mean()
    spread = np.mean(
        [[np.var(fills[:, i, j, :], axis=0, ddof=1) for j in range(4)] for i in range(5)]
    )
    return error - spread / len(fills) + spread / n


def by_drawing(fills, truth, mask, n):
    """Means of n fills drawn with replacement, which have too little spread, and chance."""
    chosen = np.random.RandomState(0).randint(len(fills), size=(200, n))
    return np.mean([((fills[k].mean(axis=0) - truth)[mask] ** 2).mean() for k in chosen])


def solved_wrongly(spread_of, left_of):
    """left + spread = one and left + spread / N = of_all, with a slip."""

    def error_of_mean(fills, truth, mask, n):
        off = fills[:, mask] - truth[mask]
        one, of_all = np.mean(off**2), np.mean(off.mean(axis=0) ** 2)
        spread = spread_of(one - of_all, len(fills))
        return left_of(one, of_all, spread) + spread / n

    return error_of_mean


def scale_upside_down(filled, true, mask, earlier, later, noise, fresh):
    together = by_index(filled, true, mask, earlier, later, noise, fresh)[0]
    with np.errstate(invalid="ignore"):
        missing = np.sqrt(later[1] ** 2 - (earlier[0] / later[0] * earlier[1]) ** 2)
    return np.array([together, earlier[0] / later[0] * together + missing * fresh])


def squares_of_both_paths(filled, true, mask, earlier, later, noise, fresh):
    together = by_index(filled, true, mask, earlier, later, noise, fresh)[0]
    missing = (later[1] ** 2 - earlier[1] ** 2) ** 0.5
    return np.array([together, later[0] * together + missing * fresh])


def known_anew(filled, true, mask, earlier, later, noise, fresh):
    rounds = by_index(filled, true, mask, earlier, later, noise, fresh)
    rounds[1][~mask] = (later[0] * true + later[1] * fresh)[~mask]
    return rounds


def never_below_zero(fills, truth, mask, n):
    values, right = fills[:, mask], truth[mask]
    spread = np.square(values - values.mean(axis=0)).sum(axis=0) / (len(values) - 1)
    left = np.maximum(np.square(values.mean(axis=0) - right) - spread / len(values), 0)
    return float(np.mean(left + spread / n))


def variance_of_everything(fills, truth, mask, n):
    spread = np.var(fills[:, mask], ddof=1)
    of_all = np.square(fills[:, mask].mean(axis=0) - truth[mask]).mean()
    return of_all - spread / len(fills) + spread / n


def turned_over(gain, count):
    return gain * (count - 1) / count


def solved(gain, count):
    return gain * count / (count - 1)


WRONG = [
    ("17_2", "scale upside down", scale_upside_down),
    ("17_2", "dimmed like a picture", squares_of_both_paths),
    ("17_2", "known pixels mixed anew", known_anew),
    ("17_2", "cut off", lambda *given: by_index(*given).clip(-1, 1)),
    ("17_3", "cut at 0", never_below_zero),
    ("17_3", "fills and pixels mixed up", variance_of_everything),
    ("17_3", "summed over the hole", lambda *given: by_loops(*given) * given[2].sum() * 3),
    (
        "17_3",
        "an equation not kept",
        solved_wrongly(turned_over, lambda one, of_all, spread: one - spread),
    ),
    ("17_3", "an equation not kept", solved_wrongly(solved, lambda one, of_all, spread: one)),
    ("17_1", "3 faults left", published),
    ("17_1", "first step taken for the last", lambda b: np.stack([
        *by_loop(b)[:2], np.sqrt((1 - np.roll(np.cumprod(1 - b), 1)) / (1 - np.cumprod(1 - b)) * b)
    ])),
    ("17_1", "nothing left at the start", lambda b: np.stack([
        *by_loop(b)[:2],
        np.sqrt((1 - np.r_[0, np.cumprod(1 - b)[:-1]]) / (1 - np.cumprod(1 - b)) * b),
    ])),
    ("17_1", "deviations that add up", lambda b: by_loop(b, share=lambda left: 1 - left**0.5)),
    ("17_1", "variance instead of deviation", lambda b: by_loop(b, back=lambda one: one)),
    ("17_1", "first step set before itself", started_after_the_first),
    ("17_1", "ratio of 1", with_plain_beta),
    ("17_1", "ratio of 1", same_before_and_after),
    ("17_1", "root of a part", left_out_of_the_root),
    ("17_1", "noise of one step", noise_of_each),
    ("17_1", "off by one step", a_step_late),
    ("17_1", "a tuple", lambda b: tuple(by_loop(b))),
    ("17_1", "a list", lambda b: list(by_loop(b))),
    ("17_1", "root of what signal leaves", lambda b: by_loop(
        b, share=lambda left: (1 - left**0.5) ** 0.5)),
    ("17_1", "shares instead of roots", lambda b: by_loop(b) ** 2),
    ("17_1", "signal not rooted", lambda b: by_loop(b) ** np.array([[2], [1], [1]])),
    ("17_1", "rows in another order", lambda b: by_loop(b)[::-1]),
    ("17_1", "wrong values", lambda b: by_loop(b, left=0.9)),
    ("17_1", "wrong shape", lambda b: by_loop(b).T),
    ("17_1", "wrong shape", lambda b: by_loop(b)[:2]),
    ("17_2", "3 faults left", published_round),
    ("17_2", "mask inverted", lambda *given: by_index(*given, at=np.logical_not)),
    ("17_2", "known pixels without noise", clean_outside),
    ("17_2", "known pixels of another time", lambda *given: by_index(
        *given, time=lambda earlier, later: later)),
    ("17_2", "signal and noise exchanged", lambda *given: by_index(
        *given, time=lambda earlier, later: (earlier[1], earlier[0]))),
    ("17_2", "deviations subtracted", lambda *given: by_index(*given, less=1)),
    ("17_2", "noise and fresh exchanged", exchanged),
    ("17_2", "one noise for both", lambda *given: by_index(*given[:5], given[6], given[6])),
    ("17_2", "root forgotten", onward(power=2)),
    ("17_2", "dimmed like a picture", onward(scale=lambda path: path[1][0])),
    ("17_2", "the hole mixed too", mixed_everywhere),
    ("17_2", "the model's fill goes on", lambda *given: by_index(*given, first=given[0])),
    ("17_2", "order swapped", lambda *given: by_index(*given)[::-1]),
    ("17_2", "squares that add up to 1", schedule_from_noise),
    ("17_2", "a taken for alpha_bar", schedule_from_a),
    ("17_2", "known pixels without noise", dimmed_outside),
    ("17_2", "known pixels go on clean", composed_and_mixed),
    ("17_2", "2 faults left", with_the_masks_sense_alone),
    ("17_2", "3 faults left", with_half_a_way_on),
    ("17_2", "a tuple", lambda *given: tuple(by_index(*given))),
    ("17_2", "changes its input", in_place),
    ("17_2", "wrong values", without_noise_on),
    ("17_2", "wrong shape", lambda *given: by_index(*given)[0]),
    ("17_3", "the first n averaged", lambda fills, truth, mask, n: np.square(
        sum(fills[:n])[mask] / len(fills[:n]) - truth[mask]).mean()),
    ("17_3", "nothing left over", lambda fills, truth, mask, n: np.mean(
        [np.square((one - truth)[mask]).mean() for one in fills]) / n),
    ("17_3", "the truth not asked", lambda *given: by_loops(*given, kept=False)),
    ("17_3", "N fills taken for all", lambda *given: by_loops(*given, shared=0)),
    ("17_3", "stopped at N", capped),
    ("17_3", "a straight line", on_a_line),
    ("17_3", "a straight line", between_two),
    ("17_3", "root of n", lambda *given: by_loops(*given[:3], 1) / np.sqrt(given[3])),
    ("17_3", "spread of all pixels", over_the_picture),
    ("17_3", "divided by N", lambda *given: by_loops(*given, freedom=0)),
    ("17_3", "known pixels counted", lambda fills, truth, mask, n: by_loops(
        fills, truth, mask, n) * mask.mean()),
    ("17_3", "decibels", lambda *given: 10 * np.log10(1 / by_loops(*given))),
    ("17_3", "summed over channels", lambda *given: by_loops(*given) * 3),
    ("17_3", "wrong values", by_drawing),
    ("17_3", "wrong shape", lambda fills, truth, mask, n: np.square(
        fills[:, mask].mean(axis=0) - truth[mask]).mean(axis=0)),
]  # fmt: skip
