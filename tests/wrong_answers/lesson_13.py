"""Wrong answers to exercise 13: (task, the verdict that names the mistake, the answer)."""

import numpy as np


def steps(image, region, keep=np.logical_and, rise=np.abs):
    """Sums of the differences of pairs, one above the other and side by side."""
    sums = []
    for one, two, first, second in (
        (image[1:], image[:-1], region[1:], region[:-1]),
        (image[:, 1:], image[:, :-1], region[:, 1:], region[:, :-1]),
    ):
        sums.append((rise(one - two) * keep(first, second)[..., None]).sum())
    return sums


def grown(hole):
    """By the maximum over the nine shifts of a padded mask."""
    padded = np.pad(hole, 1)
    height, width = hole.shape
    shifts = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.max(shifts, axis=0)


def mix(true, predicted, hole):
    image = true.copy()
    image[hole] = predicted[hole]
    return image


def for_each_channel(true, predicted, hole):
    return np.array([sum(steps(mix(true, predicted, hole), grown(hole))) / true.size] * 3)


def decibels(error, count):
    return -10 * np.log10(error / count)


def scored(network, pictures, holes, fill=0.0, inverted=False, where="hole"):
    """PSNR computed anew: where is "hole", "image" (composited) or "raw"."""
    damaged = pictures.copy()
    damaged[holes] = fill
    mask = holes.astype("float32")[..., np.newaxis]
    predicted = network(damaged.astype("float32"), mask if inverted else 1 - mask)
    squares = (predicted - pictures) ** 2
    if where == "raw":
        return decibels(squares.sum(), squares.size)
    in_holes = squares[holes].sum()
    return decibels(in_holes, squares.size if where == "image" else 3 * holes.sum())


def comparison(white=False, inverted=False, whole=False, peeking=False):
    """The published comparison, with those of its faults that are True."""

    def lead(plain, partial, validation, test):
        unfair = {"fill": 1.0 if white else 0.0, "inverted": inverted}
        unfair["where"] = "raw" if whole else "hole"
        where = "image" if whole else "hole"
        on_validation = [scored(network, *validation, **unfair) for network in plain]
        first = plain[int(np.argmax(on_validation))]
        chosen_on = test if peeking else validation
        marks = [scored(network, *chosen_on, where=where) for network in partial]
        second = partial[int(np.argmax(marks))]
        return scored(second, *test, where=where) - scored(first, *test, **unfair)

    return lead


def two_scores(plain, partial, validation, test):
    return scored(plain[0], *test), scored(partial[0], *test)


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


def mean_of_all(fills, holes):
    return np.mean(list(fills.values()), axis=0)


def thin_or_thick(fills, holes):
    """Biharmonic for pictures with few holes, harmonic for the others."""
    few = holes.mean(axis=(1, 2)) < 0.2
    return np.where(few[:, None, None, None], fills["biharmonic"], fills["harmonic"])


def first_picture(fills, holes):
    return (fills["harmonic"][0] + fills["biharmonic"][0]) / 2


def bytes_of(fills, holes):
    return ((fills["harmonic"] + fills["biharmonic"]) * 127.5).clip(0, 255).astype(np.uint8)


def by_hole(true, predicted, hole):
    return sum(steps(mix(true, predicted, hole), grown(hole))) / (3 * hole.sum())


def chosen_raw(*sides):
    """Measured as promised, but the trainings of these sides are chosen by their raw score."""

    def lead(plain, partial, validation, test):
        marks = {}
        for side, networks in (("plain", plain), ("partial", partial)):
            where = "raw" if side in sides else "hole"
            best = np.argmax([scored(network, *validation, where=where) for network in networks])
            marks[side] = scored(networks[int(best)], *test)
        return marks["partial"] - marks["plain"]

    return lead


def many_draws(method, rival):
    drawn = np.random.RandomState(1).randint(0, len(method), (4_000, len(method)))
    leads = 10 * np.log10(rival[drawn].sum(axis=1) / method[drawn].sum(axis=1))
    return np.percentile(leads, [2.5, 97.5])


WRONG = [
    ("13_1", "divided by the hole", by_hole),
    ("13_2", "chosen by another score", chosen_raw("plain", "partial")),
    ("13_3", "resampled", many_draws),
    ("13_1", "wrong shape", for_each_channel),
    ("13_2", "several differences left", comparison(True, True, True, True)),
    ("13_2", "several differences left", comparison(white=True, inverted=True)),
    ("13_2", "several differences left", comparison(white=True, inverted=True, peeking=True)),
    ("13_2", "wrong shape", two_scores),
    ("13_3", "not paired", independent),
    ("13_3", "resampled", lesson),
    ("13_3", "low and high swapped", turned),
    ("13_3", "wrong shape", with_lead),
    ("13_4", "one method alone", harmonic_alone),
    ("13_4", "not ahead enough", mean_of_all),
    ("13_4", "not ahead enough", thin_or_thick),
    ("13_4", "wrong shape", first_picture),
    ("13_4", "wrong dtype", bytes_of),
]
