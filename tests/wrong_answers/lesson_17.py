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


def shares(betas):
    return by_loop(betas) ** 2


def with_plain_beta(betas):
    signal, noise, _ = by_loop(betas)
    return np.stack([signal, noise, np.sqrt(betas)])


def by_index(filled, true, mask, a, b, scale, spread, noise, fresh, *, at=None, of=1):
    """One round, pixels picked by index; ``at``: where the model's step stands."""
    together = a * true + of * b * noise
    where = mask if at is None else at(mask)
    together[where] = filled[where]
    return np.stack([together, scale * together + spread * fresh])


def published_round(filled, true, mask, a, b, scale, spread, noise, fresh):
    together = np.where(mask[..., None], true, filled)
    again = np.where(mask[..., None], scale * together + spread * fresh, together)
    return np.stack([together, again])


def clean_outside(filled, true, mask, a, b, scale, spread, noise, fresh):
    together = true.copy()
    together[mask] = filled[mask]
    return np.stack([together, scale * together + spread * fresh])


def without_noise_on(*given):
    together, _ = by_index(*given)
    return np.stack([together, given[5] * together])


def by_moments(fills, *, freedom=1):
    count = len(fills)
    centred = fills - fills.sum(axis=0) / count
    variance = (centred**2).sum(axis=0) / (count - freedom)
    return np.sqrt(variance.sum(axis=-1) / fills.shape[-1])


WRONG = [
    ("17_1", "3 faults left", published),
    ("17_1", "first step taken for the last", lambda b: np.stack([
        *by_loop(b)[:2], np.sqrt((1 - np.roll(np.cumprod(1 - b), 1)) / (1 - np.cumprod(1 - b)) * b)
    ])),
    ("17_1", "deviations that add up", lambda b: by_loop(b, share=lambda left: 1 - left**0.5)),
    ("17_1", "variance instead of deviation", lambda b: by_loop(b, back=lambda one: one)),
    ("17_1", "wrong values", shares),
    ("17_1", "wrong values", with_plain_beta),
    ("17_1", "wrong shape", lambda b: by_loop(b).T),
    ("17_1", "wrong shape", lambda b: by_loop(b)[:2]),
    ("17_2", "3 faults left", published_round),
    ("17_2", "mask inverted", lambda *given: by_index(*given, at=np.logical_not)),
    ("17_2", "known pixels without noise", clean_outside),
    ("17_2", "wrong values", lambda *given: by_index(*given, of=2)),
    ("17_2", "wrong values", without_noise_on),
    ("17_2", "wrong shape", lambda *given: by_index(*given)[0]),
    ("17_3", "divided by N", lambda fills: by_moments(fills, freedom=0)),
    ("17_3", "root before the mean", lambda fills: np.mean(
        [by_moments(fills[..., k : k + 1]) for k in range(3)], axis=0)),
    ("17_3", "variance instead of deviation", lambda fills: by_moments(fills) ** 2),
    ("17_3", "wrong values", lambda fills: np.ptp(fills, axis=0).mean(axis=-1)),
    ("17_3", "wrong shape", lambda fills: fills.std(axis=0, ddof=1)),
]  # fmt: skip
