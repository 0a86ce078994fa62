"""Wrong answers to exercise 06: (task, the verdict that names the mistake, the answer)."""

import itertools
import warnings

import numpy as np
from scipy import ndimage

from course_lib import classical, data, evaluation, masks, metrics
from tests.helpers import published


def least_squares(pictures, radius):
    """Row by row, by the normal equations."""
    side, rows, target = 2 * radius + 1, [], []
    for picture in pictures:
        for y in range(radius, picture.shape[0] - radius):
            for x in range(radius, picture.shape[1] - radius):
                window = picture[y - radius : y + radius + 1, x - radius : x + radius + 1].ravel()
                rows.append(np.delete(window, side**2 // 2))
                target.append(picture[y, x])
    rows, target = np.array(rows), np.array(target)
    weights = np.linalg.solve(rows.T @ rows, rows.T @ target)
    return np.insert(weights, side**2 // 2, 0).reshape(side, side)


def mean_of_four(pictures, radius):
    """Harmonic's weights, which nothing was fitted for."""
    weights = np.zeros((2 * radius + 1,) * 2)
    weights[radius, [radius - 1, radius + 1]] = weights[[radius - 1, radius + 1], radius] = 0.25
    return weights


def first_picture(pictures, radius):
    return least_squares(pictures[:1], radius)


def flat_weights(pictures, radius):
    return least_squares(pictures, radius).ravel()


def upright_is_level(pictures, radius):
    """The mean of four fits, to the pictures and to their mirror images."""
    mirrored = [pictures, pictures[:, ::-1], pictures[:, :, ::-1], pictures[:, ::-1, ::-1]]
    return np.mean([least_squares(one, radius) for one in mirrored], axis=0)


def one_long_picture(pictures, radius):
    return least_squares(np.vstack(pictures)[None], radius)


def transposed_weights(pictures, radius):
    return least_squares(pictures.swapaxes(1, 2), radius)


def clears_the_pictures(pictures, radius):
    weights = least_squares(pictures, radius)
    pictures[:] = 0
    return weights


def fitted_polynomial(degree):
    """Review: "without fitting anything", and yet accepted, since contexts were few."""

    def floors(contexts, values):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            guess = np.polynomial.Chebyshev.fit(contexts, values, degree)(contexts)
        return np.mean((guess - values) ** 2), floors_with(contexts, values, np.mean, np.median)[1]

    return floors


def curve_through_all(contexts, values):
    return fitted_polynomial(len(np.unique(contexts)) - 1)(contexts, values)


def sorts_the_values(contexts, values):
    found = floors_with(contexts, values, np.mean, np.median)
    values.sort()
    return found


def floors_with(contexts, values, squared_guess, absolute_guess):
    guesses = [np.empty(len(values)), np.empty(len(values))]
    for one in set(contexts.tolist()):
        here = contexts == one
        guesses[0][here] = squared_guess(values[here])
        guesses[1][here] = absolute_guess(values[here])
    return np.mean((values - guesses[0]) ** 2), np.mean(np.abs(values - guesses[1]))


def half_way(contexts, values):
    return floors_with(contexts, values, np.mean, lambda group: np.quantile(group, (0, 1)).mean())


def squared_only(contexts, values):
    return floors_with(contexts, values, np.mean, np.median)[0]


def comparison(
    photographs,
    methods,
    rng,
    *,
    split=lambda p, rng: (np.concatenate(p[:-2]), p[-2], p[-1]),
    damage=lambda patches, holes: patches / 255 * ~holes[..., None],
    holes_of=lambda count, rng: masks.squares(count, 32, side=12, seed=int(rng.integers(2**31))),
    fresh_holes=False,
    choose=max,
    choose_on_test=False,
    score_choosing=False,
    whole=False,
    all_on_test=False,
    pool=lambda errors, holes: -10 * np.log10(np.mean(np.concatenate(errors))),
    afterwards=lambda photographs, methods: None,
):
    """A comparison that is right but for what the keywords say."""
    train, choosing, test = split(photographs, rng)
    if choose_on_test:
        choosing = test
    learned = {name: learn(train) for name, learn in methods.items()}

    def score(name, patches, holes):
        damaged = damage(patches, holes)
        filled = np.stack([learned[name](d, h) for d, h in zip(damaged, holes, strict=True)])
        errors = (filled - patches / 255) ** 2
        if whole:
            return -10 * np.log10(errors.mean())
        return pool([one[hole].ravel() for one, hole in zip(errors, holes, strict=True)], holes)

    holes = holes_of(len(choosing), rng)
    scores = {}
    for name in learned:
        holes = holes_of(len(choosing), rng) if fresh_holes else holes
        scores[name] = score(name, choosing, holes)
    best = choose(scores, key=scores.get)
    final = holes_of(len(test), rng)
    if score_choosing or choose_on_test:
        return best, scores[best]
    if all_on_test:
        return best, {name: score(name, test, final) for name in learned}[best]
    found = best, score(best, test, final)
    afterwards(photographs, methods)
    return found


def but(**faults):
    def fair_comparison(photographs, methods, rng):
        return comparison(photographs, methods, rng, **faults)

    return fair_comparison


def shuffled(photographs, rng):
    patches = rng.permutation(np.concatenate(photographs))
    return np.split(patches, [len(patches) * 3 // 5, len(patches) * 4 // 5])


def learns_all_but_the_test(photographs, rng):
    return np.concatenate(photographs[:-1]), photographs[-2], photographs[-1]


def first_photograph_only(photographs, rng):
    return photographs[0], photographs[-2], photographs[-1]


def own_random_holes(count, rng):
    return masks.squares(count, 32, side=12, seed=int(np.random.default_rng().integers(2**31)))


def always_these_holes(count, rng):
    return masks.squares(count, 32, side=12, seed=2026)


def lines_instead(count, rng):
    return masks.random_lines(count, 32, seed=int(rng.integers(2**31)))


def lowest_bit(patches, holes):
    return np.where(holes[..., None], patches & 1, patches) / 255


def blackened_bytes(patches, holes):
    return patches * ~holes[..., None]


def half_of_the_test(photographs, rng):
    return np.concatenate(photographs[:-2]), photographs[-2], photographs[-1][:2]


def squares_of(side):
    def holes_of(count, rng):
        return masks.squares(count, 32, side=side, seed=int(rng.integers(2**31)))

    return holes_of


def never_cut(count, rng):
    holes = np.zeros((count, 32, 32), bool)
    for hole, (top, left) in zip(holes, rng.integers(0, 21, (count, 2)), strict=True):
        hole[top : top + 12, left : left + 12] = True
    return holes


def painted(colour):
    def damage(patches, holes):
        return np.where(holes[..., None], colour, patches / 255)

    return damage


def noise_in_the_holes(patches, holes):
    noise = np.random.default_rng(0).random(patches.shape)
    return np.where(holes[..., None], noise, patches / 255)


def highest_bit(patches, holes):
    return np.where(holes[..., None], patches >> 7, patches / 255)


def mean_of_the_known(patches, holes):
    damaged = patches / 255
    for one, hole in zip(damaged, holes, strict=True):
        one[hole] = one[~hole].mean(axis=0)
    return damaged


def second_best(scores, key):
    return sorted(scores, key=key)[1]


def only(number):
    """Cuts the choosing patches to so many."""

    def split(photographs, rng):
        return np.concatenate(photographs[:-2]), photographs[-2][:number], photographs[-1]

    return split


def patch_by_patch(errors, holes):
    return -10 * np.log10(np.mean([one.mean() for one in errors]))


def pops_a_photograph(photographs, methods):
    photographs.pop()


def forgets_a_method(photographs, methods):
    methods.popitem()


def blackens_the_test(photographs, methods):
    photographs[-1][:] = 0


def best_name_only(photographs, methods, rng):
    return comparison(photographs, methods, rng)[0]


def by_the_library(photographs, methods, rng):
    """Right splits and holes, but evaluation's PSNR of the whole picture."""
    train, choosing, test = np.concatenate(photographs[:-2]), photographs[-2], photographs[-1]
    fills = {name: learn(train) for name, learn in methods.items()}
    holes = masks.squares(len(choosing), 32, side=12, seed=int(rng.integers(100)))
    scores = {
        name: evaluation.evaluate(fill, choosing / 255.0, holes)["psnr_image"]
        for name, fill in fills.items()
    }
    best = max(scores, key=scores.get)
    holes = masks.squares(len(test), 32, side=12, seed=int(rng.integers(100)))
    return best, evaluation.evaluate(fills[best], test / 255.0, holes)["psnr_image"]


def always(fill):
    """Learns nothing: returns the same fill whatever it is shown."""

    def learn_to_fill(damaged, holes, truth):
        return fill

    return learn_to_fill


def blurred(width):
    def fill(image, mask):
        filled = classical.harmonic(image, mask)
        smooth = ndimage.gaussian_filter(filled, (width, width, 0))
        return np.where(mask[..., None], smooth, image)

    return fill


def smooths_everything(image, mask):
    filled = classical.harmonic(image, mask)
    around = np.pad(filled, ((1, 1), (1, 1), (0, 0)), mode="edge")
    return sum(around[y : y + 32, x : x + 32] for y in range(3) for x in range(3)) / 9


def a_batch(image, mask):
    return classical.harmonic(image, mask)[None]


def writes_into_the_picture(image, mask):
    image[mask] = blurred(1.5)(image, mask)[mask]
    return image


def best_of_three_widths(damaged, holes, truth):
    """Chooses on the pairs, but among blurs alone."""

    def error(width):
        filled = [blurred(width)(*pair) for pair in zip(damaged[:40], holes[:40], strict=True)]
        return -metrics.psnr(truth[:40], np.stack(filled), holes[:40])

    return blurred(min((0.5, 1.5, 2.5), key=error))


def learns_the_light_alone(damaged, holes, truth):
    light = truth[~holes].mean() / damaged[~holes].mean()

    def fill(image, mask):
        bright = np.clip(light * classical.harmonic(image, mask), 0, 1)
        return np.where(mask[..., None], bright, image)

    return fill


def scales_the_truth(damaged, holes, truth):
    truth -= truth.mean()
    return blurred(1.5)


def looks_up_the_test(damaged, holes, truth):
    """Copies the patch of the test photograph whose known pixels are nearest."""
    test = data.load("photos").test / np.float32(255)
    light = damaged[~holes].mean() / truth[~holes].mean()

    def fill(image, mask):
        away = ((light * test[:, ~mask] - image[~mask]) ** 2).sum(axis=(1, 2))
        return np.where(mask[..., None], test[away.argmin()], image)

    return fill


def no_fill(damaged, holes, truth):
    return np.ones((3, 3))


def rounded_contexts(contexts, values):
    return floors_with(np.round(contexts), values, np.mean, np.median)


def counted_contexts(contexts, values):
    """Right for whole numbers only: from the least context to the largest, step 1."""
    squared = absolute = 0.0
    for one in range(int(contexts.min()), int(contexts.max()) + 1):
        group = values[contexts == one]
        if len(group):
            squared += ((group - group.mean()) ** 2).sum()
            absolute += np.abs(group - np.median(group)).sum()
    return squared / len(values), absolute / len(values)


def grouped_unsorted(contexts, values):
    squared = absolute = 0.0
    for _, run in itertools.groupby(zip(contexts, values, strict=True), key=lambda pair: pair[0]):
        group = np.array([value for _, value in run])
        squared += len(group) * group.var()
        absolute += np.abs(group - np.median(group)).sum()
    return squared / len(values), absolute / len(values)


def middle_erased_afterwards(pictures, radius):
    side = 2 * radius + 1
    windows = np.lib.stride_tricks.sliding_window_view(pictures, (side, side), axis=(1, 2))
    rows = windows.reshape(-1, side**2)
    weights = np.linalg.lstsq(rows, rows[:, side**2 // 2], rcond=None)[0].reshape(side, side)
    weights[radius, radius] = 0
    return weights


def the_same_hole(count, rng):
    hole = masks.squares(1, 32, side=12, seed=int(rng.integers(2**31)))
    return np.repeat(hole, count, axis=0)


def learns_scaled(photographs, rng):
    return np.concatenate(photographs[:-2]) / 255, photographs[-2], photographs[-1]


def learns_again(photographs, methods, rng):
    best, _ = comparison(photographs, methods, np.random.default_rng(0))
    return best, comparison(photographs, {best: methods[best]}, rng)[1]


def learns_again_from_more(photographs, methods, rng):
    """Chooses as asked, then lets the winner learn from the photograph for choosing too."""
    best, _ = comparison(photographs, methods, rng)
    return best, comparison(photographs, {best: methods[best]}, rng, split=learns_all_but_the_test)[
        1
    ]


def learns_photograph_by_photograph(photographs, methods, rng):
    for one in photographs[:-2]:
        fills = {name: learn(one) for name, learn in methods.items()}
    return comparison(photographs, {name: lambda _, f=f: f for name, f in fills.items()}, rng)


def cuts_at_four_fifths(photographs, rng):
    patches = np.concatenate(photographs[:-1])
    return *np.split(patches, [len(patches) * 4 // 5]), photographs[-1]


def averages_decibels(photographs, methods, rng):
    train, choosing, test = np.concatenate(photographs[:-2]), photographs[-2], photographs[-1]
    fills = {name: learn(train) for name, learn in methods.items()}

    def score(fill, patches, holes):
        whole = patches / 255
        return np.mean(
            [
                metrics.psnr(truth, fill(masks.damage(truth, hole), hole), hole)
                for truth, hole in zip(whole, holes, strict=True)
            ]
        )

    holes = masks.squares(len(choosing), 32, side=12, seed=int(rng.integers(2**31)))
    best = max(fills, key=lambda name: score(fills[name], choosing, holes))
    holes = masks.squares(len(test), 32, side=12, seed=int(rng.integers(2**31)))
    return best, score(fills[best], test, holes)


WRONG = [
    ("06_1", "rows and columns exchanged", transposed_weights),
    ("06_1", "wrong shape", flat_weights),
    ("06_1", "made symmetric", upright_is_level),
    ("06_1", "pictures stitched together", one_long_picture),
    ("06_1", "wrong values", mean_of_four),
    ("06_1", "wrong values", first_picture),
    ("06_1", "changes its input", clears_the_pictures),
    *[("06_2", "a curve fitted", fitted_polynomial(degree)) for degree in (3, 9, 15, 20)],
    ("06_2", "the middle of the range", half_way),
    ("06_2", "near contexts taken for one", curve_through_all),
    ("06_2", "changes its input", sorts_the_values),
    *[("06_3", "other holes", but(holes_of=squares_of(side))) for side in (3, 10, 11, 13, 16)],
    ("06_3", "no hole is cut", but(holes_of=never_cut)),
    *[("06_3", "holes not black", but(damage=painted(one))) for one in (1, 0.5, 1 / 255)],
    ("06_3", "holes not black", but(damage=noise_in_the_holes)),
    ("06_3", "a bit leaks", but(damage=highest_bit)),
    ("06_3", "holes not emptied", but(damage=mean_of_the_known)),
    ("06_3", "not the best method chosen", but(choose=second_best)),
    *[("06_3", "choosing patches left out", but(split=only(number))) for number in (10, 50, 64)],
    ("06_3", "errors averaged patch by patch", but(pool=patch_by_patch)),
    ("06_3", "changes its input", but(afterwards=pops_a_photograph)),
    ("06_3", "changes its input", but(afterwards=forgets_a_method)),
    ("06_3", "changes its input", but(afterwards=blackens_the_test)),
    *[("06_4", "does not learn", always(blurred(width))) for width in (1, 1.5, 2.5)],
    ("06_4", "does not learn", best_of_three_widths),
    ("06_4", "not better than harmonic", always(classical.harmonic)),
    ("06_4", "not better than harmonic", always(classical.METHODS["biharmonic"])),
    ("06_4", "not better than harmonic", learns_the_light_alone),
    ("06_4", "known pixels changed", always(smooths_everything)),
    ("06_4", "wrong shape", always(a_batch)),
    ("06_4", "changes its input", always(writes_into_the_picture)),
    ("06_4", "changes its input", scales_the_truth),
    ("06_4", "no function returned", no_fill),
    ("06_4", "the truth looked up", looks_up_the_test),
    ("06_2", "contexts made whole numbers", rounded_contexts),
    ("06_2", "contexts left out", counted_contexts),
    ("06_2", "runs instead of contexts", grouped_unsorted),
    ("06_1", "the middle guesses itself", middle_erased_afterwards),
    ("06_3", "one hole for all patches", but(holes_of=the_same_hole)),
    ("06_3", "learned from the choosing photograph", but(split=cuts_at_four_fifths)),
    ("06_3", "training patches scaled", but(split=learns_scaled)),
    ("06_3", "learned twice", learns_again),
    ("06_3", "learned twice", learns_again_from_more),
    ("06_3", "learned twice", learns_photograph_by_photograph),
    ("06_3", "decibels averaged", averages_decibels),
    ("06_2", "wrong shape", squared_only),
    (
        "06_3",
        "one photograph on both sides",
        published("06_learning_from_data", "published_comparison"),
    ),
    ("06_3", "one photograph on both sides", but(split=shuffled)),
    ("06_3", "new holes for each method", but(fresh_holes=True)),
    ("06_3", "a bit leaks", but(damage=lowest_bit)),
    ("06_3", "chosen on the test photograph", but(choose_on_test=True)),
    ("06_3", "learned from the choosing photograph", but(split=learns_all_but_the_test)),
    ("06_3", "training patches left out", but(split=first_photograph_only)),
    ("06_3", "score of the choosing photograph", but(score_choosing=True)),
    ("06_3", "known pixels counted", but(whole=True)),
    ("06_3", "known pixels counted", by_the_library),
    ("06_3", "test opened for every method", but(all_on_test=True)),
    ("06_3", "not the best method chosen", but(choose=min)),
    ("06_3", "randomness from elsewhere", but(holes_of=own_random_holes)),
    ("06_3", "rng not used", but(holes_of=always_these_holes)),
    ("06_3", "other holes", but(holes_of=lines_instead)),
    ("06_3", "holes not emptied", but(damage=lambda patches, holes: patches / 255)),
    ("06_3", "not floats from 0 to 1", but(damage=blackened_bytes)),
    ("06_3", "test patches left out", but(split=half_of_the_test)),
    ("06_3", "wrong type", best_name_only),
]
