"""Wrong answers to exercise 09: (task, the verdict that names the mistake, the answer)."""

import numpy as np
from scipy import ndimage


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


def of_raw(true, predicted, hole):
    return sum(steps(predicted, grown(hole))) / predicted.size


def inside_out(true, predicted, hole):
    return sum(steps(mix(true, predicted, ~hole), grown(hole))) / true.size


def hole_only(true, predicted, hole):
    return sum(steps(mix(true, predicted, hole), hole)) / true.size


def crossed(true, predicted, hole):
    region = ndimage.binary_dilation(hole)
    return sum(steps(mix(true, predicted, hole), region)) / true.size


def everywhere(true, predicted, hole):
    image = mix(true, predicted, hole)
    down, across = np.diff(image, axis=0), np.diff(image, axis=1)
    return (np.abs(down).sum() + np.abs(across).sum()) / image.size


def times_region(true, predicted, hole):
    image = mix(true, predicted, hole) * grown(hole)[..., None]
    return (
        np.abs(np.diff(image, axis=0)).sum() + np.abs(np.diff(image, axis=1)).sum()
    ) / image.size


def one_is_enough(true, predicted, hole):
    return sum(steps(mix(true, predicted, hole), grown(hole), np.logical_or)) / true.size


def summed(true, predicted, hole):
    return sum(steps(mix(true, predicted, hole), grown(hole)))


def by_region(true, predicted, hole):
    region = grown(hole)
    return sum(steps(mix(true, predicted, hole), region)) / (region.sum() * 3)


def by_places(true, predicted, hole):
    return sum(steps(mix(true, predicted, hole), grown(hole))) / (hole.shape[0] * hole.shape[1])


def downwards(true, predicted, hole):
    return steps(mix(true, predicted, hole), grown(hole))[0] / true.size


def sideways(true, predicted, hole):
    return steps(mix(true, predicted, hole), grown(hole))[1] / true.size


def squared(true, predicted, hole):
    return sum(steps(mix(true, predicted, hole), grown(hole), rise=np.square)) / true.size


def rolled(true, predicted, hole):
    image, region = mix(true, predicted, hole), grown(hole)
    total = 0
    for axis in (0, 1):
        both = region & np.roll(region, 1, axis)
        total += np.abs(image - np.roll(image, 1, axis))[both].sum()
    return total / image.size


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


def both_raw(plain, partial, validation, test):
    def best(networks):
        marks = [scored(network, *validation, where="raw") for network in networks]
        return scored(networks[int(np.argmax(marks))], *test, where="raw")

    return best(partial) - best(plain)


def both_peeking(plain, partial, validation, test):
    return max(scored(one, *test) for one in partial) - max(scored(one, *test) for one in plain)


def averaged(plain, partial, validation, test):
    sides = [np.mean([scored(one, *test) for one in side]) for side in (partial, plain)]
    return sides[0] - sides[1]


def first_of_each(plain, partial, validation, test):
    return scored(partial[0], *test) - scored(plain[0], *test)


def backwards(plain, partial, validation, test):
    return comparison()(partial, plain, validation, test)


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


def not_root_n(method, rival):
    return interval(shares(method, rival), 1, ahead(method, rival))


def over_n(method, rival):
    return interval(shares(method, rival), len(method) ** 2, ahead(method, rival))


def one_error(method, rival):
    return interval(shares(method, rival), len(method), ahead(method, rival), reach=1)


def in_nepers(method, rival):
    return interval(shares(method, rival), len(method), ahead(method, rival), unit=1)


def ten_times(method, rival):
    return interval(shares(method, rival), len(method), ahead(method, rival), unit=10)


def by_picture(method, rival):
    each = 10 * np.log10(rival / method)
    return interval(each, len(each), ahead(method, rival), unit=1)


def mean_by_picture(method, rival):
    each = 10 * np.log10(rival / method)
    return interval(each, len(each), np.mean(each), unit=1)


def absolute(method, rival):
    return interval(rival - method, len(method), ahead(method, rival))


def behind(method, rival):
    return interval(shares(rival, method), len(method), ahead(rival, method))


def around_zero(method, rival):
    return interval(shares(method, rival), len(method), 0.0)


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


def mean_of_steps(true, predicted, hole):
    image, region = mix(true, predicted, hole), grown(hole)
    down = np.abs(np.diff(image, axis=0)) * (region[1:] & region[:-1])[..., None]
    across = np.abs(np.diff(image, axis=1)) * (region[:, 1:] & region[:, :-1])[..., None]
    return down.mean() + across.mean()


def mean_of_pairs(true, predicted, hole):
    image, region = mix(true, predicted, hole), grown(hole)
    down = np.abs(np.diff(image, axis=0))[region[1:] & region[:-1]]
    across = np.abs(np.diff(image, axis=1))[region[:, 1:] & region[:, :-1]]
    return down.mean() + across.mean()


def signed(true, predicted, hole):
    # Like the others, so the later neighbour minus the earlier one.
    return sum(steps(mix(true, predicted, hole), grown(hole), rise=np.positive)) / true.size


def both_ways(true, predicted, hole):
    return 2 * sum(steps(mix(true, predicted, hole), grown(hole))) / true.size


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
    ("09_1", "divided by the hole", by_hole),
    ("09_1", "divided by the pairs", mean_of_steps),
    ("09_1", "divided by the pairs", mean_of_pairs),
    ("09_1", "no absolute value", signed),
    ("09_1", "each pair counted twice", both_ways),
    ("09_2", "chosen by another score", chosen_raw("plain", "partial")),
    ("09_2", "chosen by another score", chosen_raw("plain")),
    ("09_3", "resampled", many_draws),
    ("09_1", "raw prediction, not composite", of_raw),
    ("09_1", "composite inside out", inside_out),
    ("09_1", "hole not grown", hole_only),
    ("09_1", "grown without corners", crossed),
    ("09_1", "whole picture", everywhere),
    ("09_1", "region multiplied first", times_region),
    ("09_1", "pairs with one pixel in the region", one_is_enough),
    ("09_1", "not divided by N", summed),
    ("09_1", "divided by the region", by_region),
    ("09_1", "divided by pixels", by_places),
    ("09_1", "rows only", downwards),
    ("09_1", "columns only", sideways),
    ("09_1", "squared differences", squared),
    ("09_1", "the border wraps around", rolled),
    ("09_1", "wrong shape", for_each_channel),
    ("09_2", "several differences left", comparison(True, True, True, True)),
    ("09_2", "white holes for one", comparison(white=True)),
    ("09_2", "mask polarity inverted", comparison(inverted=True)),
    ("09_2", "not measured in the holes", comparison(whole=True)),
    ("09_2", "chosen on the test pictures", comparison(peeking=True)),
    ("09_2", "several differences left", comparison(white=True, inverted=True)),
    ("09_2", "several differences left", comparison(white=True, inverted=True, peeking=True)),
    ("09_2", "not measured in the holes", both_raw),
    ("09_2", "chosen on the test pictures", both_peeking),
    ("09_2", "mean over the trainings", averaged),
    ("09_2", "first training taken", first_of_each),
    ("09_2", "sign of the lead", backwards),
    ("09_2", "wrong shape", two_scores),
    ("09_3", "not paired", independent),
    ("09_3", "spread of one picture", not_root_n),
    ("09_3", "divided by n", over_n),
    ("09_3", "one standard error", one_error),
    ("09_3", "width not in decibels", in_nepers),
    ("09_3", "width not in decibels", ten_times),
    ("09_3", "decibels of each picture", by_picture),
    ("09_3", "decibels averaged", mean_by_picture),
    ("09_3", "not relative", absolute),
    ("09_3", "sign of the lead", behind),
    ("09_3", "centred on zero", around_zero),
    ("09_3", "resampled", lesson),
    ("09_3", "low and high swapped", turned),
    ("09_3", "wrong shape", with_lead),
    ("09_4", "one method alone", harmonic_alone),
    ("09_4", "not ahead enough", mean_of_all),
    ("09_4", "not ahead enough", thin_or_thick),
    ("09_4", "wrong shape", first_picture),
    ("09_4", "wrong dtype", bytes_of),
]
