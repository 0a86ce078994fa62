"""Wrong answers to exercise 13: (task, the verdict that names the mistake, the answer)."""

import sys

import numpy as np

from course_lib import data, metrics, models


def lead_of_the_last(errors):
    """Behind the last method, whoever is best."""
    pooled = errors.sum(-1)
    return 10 * (np.log10(pooled) - np.log10(pooled[-1]))


def with_nats(errors):
    pooled = errors.mean(axis=-1)
    return np.log(pooled / pooled.min(axis=0, keepdims=True))


def whole_table(errors):
    pooled = np.einsum("msp->ms", errors)
    return 10 * np.log10(pooled) - 10 * np.log10(pooled.min())


def of_each_picture(errors):
    behind = 10 * np.log10(errors) - 10 * np.log10(errors.min(axis=0))
    return behind.mean(axis=-1)


def over_methods(errors):
    return errors.sum(axis=(0, 2))


def by_hand(variant, pictures, holes, *, finite=False, shuffle=False):
    """PSNR computed anew; of all pictures, or the mean of those that are not perfect."""
    order = np.random.RandomState(3).permutation(len(holes)) if shuffle else np.arange(len(holes))
    each = []
    for picture, hole in zip(pictures, holes[order], strict=True):
        damaged = picture.copy()
        damaged[hole] = 0
        squares = (np.asarray(variant(damaged, hole))[hole] - picture[hole]) ** 2
        each.append((squares.sum(), squares.size))
    errors, counts = np.array(each).T
    if finite:
        kept = errors > 0
        return np.mean(-10 * np.log10(errors[kept] / counts[kept]))
    return -10 * np.log10(errors.sum() / counts.sum())


def published(finite=True, shuffle=True, peeking=True):
    """The published leaderboard, with those of its faults that are True."""

    def board(methods, validation, test):
        given, chosen_on = {"finite": finite, "shuffle": shuffle}, test if peeking else validation
        found = {}
        for name, variants in methods.items():
            marks = [by_hand(one, *chosen_on, **given) for one in variants]
            found[name] = by_hand(variants[int(np.argmax(marks))], *test, **given)
        return found

    return board


def hands_the_truth_over(methods, validation, test):
    score = {
        name: [metrics.psnr(test[0], np.stack([*map(one, *test)]), test[1]) for one in variants]
        for name, variants in methods.items()
    }
    return {name: float(max(marks)) for name, marks in score.items()}


def chosen_on_all_pictures(methods, validation, test):
    both = tuple(np.concatenate(parts) for parts in zip(validation, test, strict=True))
    return {
        name: by_hand(max(variants, key=lambda one: by_hand(one, *both)), *test)
        for name, variants in methods.items()
    }


def two_digits(*given):
    board = published(False, False, False)(*given)
    return {name: round(float(score), 2) for name, score in board.items()}


def takes_the_worst(methods, validation, test):
    return {
        name: by_hand(min(variants, key=lambda one: by_hand(one, *validation)), *test)
        for name, variants in methods.items()
    }


def only_the_winner(methods, validation, test):
    scores = published(False, False, False)(methods, validation, test)
    return max(scores, key=scores.get)


def interval(shares, count, ahead, reach=1.96, unit=4.342944819):
    error = unit * np.sqrt(np.var(shares, ddof=1) / count)
    return ahead - reach * error, ahead + reach * error


def ahead(method, rival):
    return 10 * (np.log10(np.mean(rival)) - np.log10(np.mean(method)))


def shares(method, rival):
    return rival / np.mean(rival) - method / np.mean(method)


def independent(method, rival):
    spread = np.hypot(np.std(rival) / np.mean(rival), np.std(method) / np.mean(method))
    half = 1.96 * 10 / np.log(10) * spread / len(method) ** 0.5
    return ahead(method, rival) - half, ahead(method, rival) + half


def lesson(method, rival, resamples=1_000):
    drawn = np.random.RandomState(0).randint(0, len(method), (resamples, len(method)))
    leads = 10 * np.log10(rival[drawn].sum(axis=1) / method[drawn].sum(axis=1))
    low, high = np.percentile(leads, [2.5, 97.5])
    return low, high


def turned(method, rival):
    low, high = interval(shares(method, rival), len(method), ahead(method, rival))
    return high, low


def with_lead(method, rival):
    low, high = interval(shares(method, rival), len(method), ahead(method, rival))
    return ahead(method, rival), low, high


def harmonic_alone(fills, holes):
    return fills["harmonic"]


def mostly_harmonic(fills, holes):
    """0.26 dB ahead on the validation pictures, but not clearly on those of the test."""
    return 0.8 * fills["harmonic"] + 0.2 * fills["biharmonic"]


def looked_up(fills, holes):
    """The patch of the photographs that fits the known pixels."""
    photos = data.load("photos")
    known = np.concatenate([photos.validation, photos.test]) / np.float32(255)
    fitting = [
        ((known[:, ~hole] - one[~hole]) ** 2).sum(axis=(1, 2)).argmin()
        for one, hole in zip(fills["harmonic"], holes, strict=True)
    ]
    return known[fitting]


def by_the_best_network(fills, holes):
    return models.inpaint(models.load_pretrained("best"), fills["harmonic"], holes)


def by_a_network_from_before():
    """Loaded outside, and called without the library."""
    loaded = []

    def combine(fills, holes):
        valid = 1 - holes[..., None].astype(np.float32)
        return np.array(loaded[0]([fills["harmonic"] * valid, valid]))

    def load_first(fills, holes):
        if not loaded:
            before = sys.getprofile()
            sys.setprofile(None)
            loaded.append(models.load_pretrained("best"))
            sys.setprofile(before)
        return combine(fills, holes)

    return load_first


def with_known_denominator(method, rival):
    """An interval of the difference of the errors, divided by the mean error of the method."""
    apart = rival - method
    reach = 1.96 * apart.std() / np.sqrt(len(apart))
    return tuple(
        10 * np.log10(1 + (apart.mean() + side * reach) / method.mean()) for side in (-1, 1)
    )


def thin_or_thick(fills, holes):
    """Biharmonic for pictures with few holes, harmonic for the others."""
    few = holes.mean(axis=(1, 2)) < 0.2
    return np.where(few[:, None, None, None], fills["biharmonic"], fills["harmonic"])


def first_picture(fills, holes):
    return (fills["harmonic"][0] + fills["biharmonic"][0]) / 2


def bytes_of(fills, holes):
    return ((fills["harmonic"] + fills["biharmonic"]) * 127.5).clip(0, 255).astype(np.uint8)


def many_draws(method, rival):
    drawn = np.random.RandomState(1).randint(0, len(method), (4_000, len(method)))
    leads = 10 * np.log10(rival[drawn].sum(axis=1) / method[drawn].sum(axis=1))
    return np.percentile(leads, [2.5, 97.5])


def lead_and(multiple):
    def reached(method, rival):
        low, high = interval(shares(method, rival), len(method), ahead(method, rival))
        return (low + high) / 2, multiple * (high - low) / 3.92

    return reached


def turned_and_negated(method, rival):
    low, high = interval(shares(method, rival), len(method), ahead(method, rival))
    return -low, -high


def with_one_decimal(method, rival):
    low, high = interval(shares(method, rival), len(method), ahead(method, rival))
    return round(low, 1), round(high, 1)


def off_by(of_n=lambda n: n, **factors):
    """Paired and around the lead, but with another reach, unit or number of pictures."""
    return lambda m, r: interval(shares(m, r), of_n(len(m)), ahead(m, r), **factors)


def unpaired_in_shares(method, rival):
    spread = np.hypot(np.std(rival) / np.mean(rival), np.std(method) / np.mean(method))
    half = 1.96 * spread / len(method) ** 0.5
    return ahead(method, rival) - half, ahead(method, rival) + half


def leads_without_one(method, rival):
    others = ~np.eye(len(method), dtype=bool)
    return np.array([ahead(method[one], rival[one]) for one in others])


def left_out_unscaled(method, rival):
    reach = 1.96 * np.std(leads_without_one(method, rival))
    return ahead(method, rival) - reach, ahead(method, rival) + reach


def between_those_left_out(method, rival):
    leads = leads_without_one(method, rival)
    return leads.min(), leads.max()


def of_single_pictures(method, rival):
    return np.quantile(10 * np.log10(rival) - 10 * np.log10(method), (0.025, 0.975))


def added_shares(method, rival):
    return interval(
        rival / np.mean(rival) + method / np.mean(method), len(method), ahead(method, rival)
    )


WRONG = [
    ("13_3", "2 mistakes at once", off_by(reach=1, unit=1)),
    ("13_3", "2 mistakes at once", off_by(lambda n: 1, unit=1)),
    ("13_3", "2 mistakes at once", off_by(lambda n: n**2, reach=1)),
    ("13_3", "2 mistakes at once", unpaired_in_shares),
    ("13_3", "3 mistakes at once", off_by(lambda n: 1, reach=1, unit=10)),
    ("13_3", "another level", off_by(reach=1.645)),
    ("13_3", "half as wide", off_by(reach=0.98)),
    ("13_3", "always a hundred pictures", off_by(lambda n: 100)),
    ("13_3", "lead and reach", lead_and(1.96)),
    ("13_3", "lead and reach", lead_and(1)),
    ("13_3", "sign of the lead", turned_and_negated),
    ("13_3", "rounded", with_one_decimal),
    ("13_3", "spread of those left out", left_out_unscaled),
    ("13_3", "spread of those left out", between_those_left_out),
    ("13_3", "percentiles of pictures", of_single_pictures),
    ("13_3", "shares added, not subtracted", added_shares),
    (
        "13_3",
        "20 instead of 10",
        lambda m, r: interval(shares(m, r), len(m), 2 * ahead(m, r), unit=8.685889638),
    ),
    ("13_1", "wrong values", lead_of_the_last),
    ("13_1", "not in decibels", with_nats),
    ("13_1", "best of the whole table", whole_table),
    ("13_1", "decibels averaged", of_each_picture),
    ("13_1", "wrong shape", over_methods),
    ("13_2", "other holes", published()),
    ("13_2", "other holes", published(finite=False, peeking=False)),
    ("13_2", "several faults left", published(shuffle=False)),
    ("13_2", "perfect pictures thrown away", published(shuffle=False, peeking=False)),
    ("13_2", "chosen on the test pictures", published(finite=False, shuffle=False)),
    ("13_2", "truth handed over", hands_the_truth_over),
    ("13_2", "chosen on the test pictures", chosen_on_all_pictures),
    ("13_2", "rounded", two_digits),
    ("13_2", "the worst variant taken", takes_the_worst),
    ("13_2", "no board", only_the_winner),
    ("13_3", "resampled", many_draws),
    ("13_3", "not paired", independent),
    ("13_3", "resampled", lesson),
    ("13_3", "low and high swapped", turned),
    ("13_3", "wrong shape", with_lead),
    ("13_4", "one method alone", harmonic_alone),
    ("13_3", "the method's own error taken as known", with_known_denominator),
    ("13_4", "no clear lead on test pictures", mostly_harmonic),
    ("13_4", "knows the truth", looked_up),
    ("13_4", "another network", by_the_best_network),
    ("13_4", "another network", by_a_network_from_before()),
    ("13_4", "not ahead enough", thin_or_thick),
    ("13_4", "wrong shape", first_picture),
    ("13_4", "wrong dtype", bytes_of),
]
