"""Wrong answers to exercise 06: (task, the verdict that names the mistake, the answer)."""

import numpy as np

from course_lib import classical, evaluation, masks, metrics


def backwards(layers, output):
    """The right answer, from the last layer to the first."""
    first = last = output
    for kernel, stride, dilation in reversed(layers):
        first, last = first * stride, last * stride + (kernel - 1) * dilation
    return first, last


def around(layers, output):
    first, last = backwards(layers, output)
    half = (last - first) // 2
    return first - half, first - half + (last - first)


def only_the_width(layers, output):
    return backwards(layers, 0)[1] + 1


def as_floats(layers, output):
    return tuple(float(pixel) for pixel in backwards(layers, output))


def floors_with(contexts, values, squared_guess, absolute_guess):
    guesses = [np.empty(len(values)), np.empty(len(values))]
    for one in set(contexts.tolist()):
        here = contexts == one
        guesses[0][here] = squared_guess(values[here])
        guesses[1][here] = absolute_guess(values[here])
    return np.mean((values - guesses[0]) ** 2), np.mean(np.abs(values - guesses[1]))


def squared_only(contexts, values):
    return floors_with(contexts, values, np.mean, np.median)[0]


def as_published(photographs, methods, rng):
    patches = rng.permutation(np.concatenate(photographs))
    train, test = np.split(patches, [len(patches) * 4 // 5])
    scores = {}
    for name, learn in methods.items():
        fill = learn(train)
        holes = masks.squares(len(test), 32, side=12, seed=int(rng.integers(2**31)))
        damaged = np.where(holes[..., None], test & 1, test) / np.float32(255)
        filled = np.stack([fill(*pair) for pair in zip(damaged, holes, strict=True)])
        scores[name] = metrics.psnr(test / np.float32(255), filled, holes)
    best = max(scores, key=scores.get)
    return best, scores[best]


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
):
    """A comparison that is right but for what the keywords say."""
    train, choosing, test = split(photographs, rng)
    if choose_on_test:
        choosing = test
    learned = {name: learn(train) for name, learn in methods.items()}

    def score(name, patches, holes):
        damaged = damage(patches, holes)
        filled = np.stack([learned[name](d, h) for d, h in zip(damaged, holes, strict=True)])
        error = (filled - patches / 255) ** 2
        return -10 * np.log10(error.mean() if whole else error[holes].mean())

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
    return best, score(best, test, final)


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


def just_harmonic(image, mask):
    return classical.harmonic(image, mask)


def biharmonic_again(image, mask):
    return classical.METHODS["biharmonic"](image, mask)


def smooths_everything(image, mask):
    filled = classical.harmonic(image, mask)
    around = np.pad(filled, ((1, 1), (1, 1), (0, 0)), mode="edge")
    return sum(around[y : y + 32, x : x + 32] for y in range(3) for x in range(3)) / 9


def a_batch(image, mask):
    return classical.harmonic(image, mask)[None]


def first_and_width(layers, output):
    return backwards(layers, output)[0], backwards(layers, 0)[1] + 1


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


def the_same_hole(count, rng):
    hole = masks.squares(1, 32, side=12, seed=int(rng.integers(2**31)))
    return np.repeat(hole, count, axis=0)


def learns_scaled(photographs, rng):
    return np.concatenate(photographs[:-2]) / 255, photographs[-2], photographs[-1]


def learns_again(photographs, methods, rng):
    best, _ = comparison(photographs, methods, np.random.default_rng(0))
    return best, comparison(photographs, {best: methods[best]}, rng)[1]


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
    ("06_1", "width instead of the last pixel", first_and_width),
    ("06_2", "contexts made whole numbers", rounded_contexts),
    ("06_2", "wrong values", counted_contexts),
    ("06_3", "one hole for all patches", but(holes_of=the_same_hole)),
    ("06_3", "learned from the choosing photograph", but(split=cuts_at_four_fifths)),
    ("06_3", "training patches scaled", but(split=learns_scaled)),
    ("06_3", "learned twice", learns_again),
    ("06_3", "decibels averaged", averages_decibels),
    ("06_1", "wrong shape", only_the_width),
    ("06_1", "wrong dtype", as_floats),
    ("06_2", "wrong shape", squared_only),
    ("06_3", "one photograph on both sides", as_published),
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
    ("06_3", "truth left in the holes", but(damage=lambda patches, holes: patches / 255)),
    ("06_3", "not floats from 0 to 1", but(damage=blackened_bytes)),
    ("06_3", "test patches left out", but(split=half_of_the_test)),
    ("06_3", "wrong type", best_name_only),
    ("06_4", "not better than harmonic", just_harmonic),
    ("06_4", "not better than harmonic", biharmonic_again),
    ("06_4", "known pixels changed", smooths_everything),
    ("06_4", "wrong shape", a_batch),
]
