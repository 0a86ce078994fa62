"""Wrong answers to exercise 12: (task, the verdict that names the mistake, the answer)."""

import itertools

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
    """PSNR computed anew: where is "hole", "each" (by picture), "image" (composited) or "raw"."""
    damaged = pictures.copy()
    damaged[holes] = fill
    mask = holes.astype("float32")[..., np.newaxis]
    predicted = network(damaged.astype("float32"), mask if inverted else 1 - mask)
    squares = (predicted - pictures) ** 2
    if where == "raw":
        return decibels(squares.sum(), squares.size)
    if where == "each":
        each = [
            decibels(one[hole].sum(), 3 * hole.sum())
            for one, hole in zip(squares, holes, strict=True)
        ]
        return sum(each) / len(each)
    in_holes = squares[holes].sum()
    return decibels(in_holes, squares.size if where == "image" else 3 * holes.sum())


def comparison(white=False, inverted=False, whole=False, peeking=False):
    """The published comparison, with those of its faults that are True."""

    def both(plain, partial, validation, test):
        unfair = {"fill": 1.0 if white else 0.0, "inverted": inverted}
        unfair["where"] = "raw" if whole else "hole"
        where = "image" if whole else "hole"
        on_validation = [scored(network, *validation, **unfair) for network in plain]
        first = plain[int(np.argmax(on_validation))]
        chosen_on = test if peeking else validation
        marks = [scored(network, *chosen_on, where=where) for network in partial]
        second = partial[int(np.argmax(marks))]
        return scored(first, *test, **unfair), scored(second, *test, where=where)

    return both


def by_hole(true, predicted, hole):
    return sum(steps(mix(true, predicted, hole), grown(hole))) / (3 * hole.sum())


def chosen_raw(*sides):
    """Measured as promised, but the trainings of these sides are chosen by their raw score."""

    def both(plain, partial, validation, test):
        marks = {}
        for side, networks in (("plain", plain), ("partial", partial)):
            where = "raw" if side in sides else "hole"
            best = np.argmax([scored(network, *validation, where=where) for network in networks])
            marks[side] = scored(networks[int(best)], *test)
        return marks["plain"], marks["partial"]

    return both


def measured(**sides):
    """Chosen as promised; each side is measured with its own options."""

    def both(plain, partial, validation, test):
        scores = []
        for side, networks in (("plain", plain), ("partial", partial)):
            best = np.argmax([scored(network, *validation) for network in networks])
            scores.append(scored(networks[int(best)], *test, **sides.get(side, {})))
        return tuple(scores)

    return both


def unfair_throughout(**sides):
    """Each side chosen and measured with its own options."""

    def both(plain, partial, validation, test):
        scores = []
        for side, networks in (("plain", plain), ("partial", partial)):
            options = sides.get(side, {})
            best = np.argmax([scored(network, *validation, **options) for network in networks])
            scores.append(scored(networks[int(best)], *test, **options))
        return scores

    return both


def chosen_on_all_pictures(plain, partial, validation, test):
    both = tuple(np.concatenate(parts) for parts in zip(validation, test, strict=True))
    best = [max(side, key=lambda network: scored(network, *both)) for side in (plain, partial)]
    return [scored(network, *test) for network in best]


def lead(*given):
    plain, partial = measured()(*given)
    return partial - plain


def partial_first(*given):
    return measured()(*given)[::-1]


def by_name(*given):
    plain, partial = measured()(*given)
    return {"plain": plain, "partial": partial}


def one_more_part(scores, part):
    """Every network against every one with one part fewer."""
    return sorted(
        scores[one] - scores[other]
        for one, other in itertools.product(scores, scores)
        if part in one and part not in other and len(one) == len(other) + 1
    )


def groups(scores, part):
    with_it = [scores[one] for one in scores if part in one]
    without = [scores[one] for one in scores if part not in one]
    return [sum(with_it) / len(with_it) - sum(without) / len(without)]


def differences(scores, part):
    return [
        scores[one] - scores[one - {part}]
        for one in scores
        if part in one and one - {part} in scores
    ]


def harm(scores, part):
    return sorted(-one for one in differences(scores, part))


def downwards(scores, part):
    return sorted(differences(scores, part), reverse=True)


def mean_only(scores, part):
    return np.mean(differences(scores, part)) if differences(scores, part) else np.nan


def in_order(scores, part):
    return differences(scores, part)


def sizes(scores, part):
    return sorted(map(abs, differences(scores, part)))


def either_way(scores, part):
    """All pairs with a symmetric difference of this part, in both orders, signs made equal."""
    pairs = [(one, other) for one in scores for other in scores if one ^ other == {part}]
    return sorted(
        (scores[one] - scores[other]) * (1 if part in one else -1) for one, other in pairs
    )


def into_a_set(scores, part):
    return set(differences(scores, part))


def nothing_without_a_pair(scores, part):
    return sorted(differences(scores, part)) or None


def rounded_set(scores, part):
    return sorted({round(one, 6) for one in differences(scores, part)})


def by_score(scores, part):
    """In the order of the partners' scores, neither ascending nor descending."""
    return [
        scores[one | {part}] - score
        for one, score in sorted(scores.items(), key=lambda entry: entry[1])
        if part not in one and one | {part} in scores
    ]


def picked(choose, key):
    """Measured as promised; chosen by another key (network, pictures, holes)."""

    def both(plain, partial, validation, test):
        best = [
            choose(side, key=lambda network: key(network, *validation)) for side in (plain, partial)
        ]
        return tuple(scored(network, *test) for network in best)

    return both


def absolute_error(network, pictures, holes):
    damaged = np.where(holes[..., None], 0, pictures).astype("float32")
    predicted = network(damaged, 1 - holes[..., None].astype("float32"))
    return np.abs(predicted - pictures)[holes].mean()


def decibels_of_each(network, pictures, holes):
    return scored(network, pictures, holes, where="each")


def untrained_are_zero(scores, part):
    return sorted(
        score - scores.get(frozenset(on - {part}), 0) for on, score in scores.items() if part in on
    )


def smaller_ones(scores, part):
    with_it = [on for on in scores if part in on]
    return sorted(
        scores[on] - scores[other]
        for on in with_it
        for other in scores
        if other.issubset(on - {part})
    )


def whichever_differs(scores, part):
    networks = list(scores)
    return sorted(
        scores[on] - scores[off]
        for on in networks
        for off in networks
        if len(on - off) == 1 and off <= on
    )


def both_ways(scores, part):
    return sorted(
        sign * (scores[on] - scores[on ^ {part}])
        for on in scores
        for sign in (1, -1)
        if part in on and on ^ {part} in scores
    )


def two_scores(scores, part):
    return [
        (scores[on], scores[on - {part}]) for on in scores if on - {part} in scores and part in on
    ]


def returns_in_the_loop(scores, part):
    for on, score in scores.items():
        if part in on and on - {part} in scores:
            return [score - scores[on - {part}]]
    return []


def parts_of_the_lesson(scores, part):
    """Names of its own, so that of other parts no network has any."""
    others = [one for one in ("fill", "composite", "residual", "falling_rate") if one != part]
    found = []
    for choice in itertools.product((0, 1), repeat=len(others)):
        off = frozenset(itertools.compress(others, choice))
        if off in scores and off | {part} in scores:
            found.append(scores[off | {part}] - scores[off])
    return sorted(found)


def taken_from_the_best(scores, part):
    best = frozenset(itertools.chain(*scores))
    known = part in best and best in scores and best - {part} in scores
    return [scores[best] - scores[best - {part}]] if known else []


def true_partners(scores, part):
    partners = {on: scores.get(on - {part}) for on in scores if part in on}
    return sorted(scores[on] - partner for on, partner in partners.items() if partner)


def harm_as_it_comes(scores, part):
    return [
        scores[on - {part}] - score
        for on, score in scores.items()
        if part in on and on - {part} in scores
    ]


WRONG = [
    ("12_3", "one pair alone", returns_in_the_loop),
    ("12_3", "one pair alone", parts_of_the_lesson),
    ("12_3", "one pair alone", taken_from_the_best),
    ("12_3", "a score of 0 taken for a gap", true_partners),
    ("12_3", "sign", harm_as_it_comes),
    ("12_3", "a gap taken for a score", untrained_are_zero),
    ("12_3", "more than one thing differs", smaller_ones),
    ("12_3", "pairs of all parts", whichever_differs),
    ("12_3", "each pair counted twice", both_ways),
    ("12_3", "scores, not differences", two_scores),
    ("12_2", "chosen by another score", picked(min, absolute_error)),
    ("12_2", "chosen by another score", picked(max, decibels_of_each)),
    ("12_2", "the worst training taken", picked(min, scored)),
    ("12_3", "equal ones once", rounded_set),
    ("12_3", "not sorted", by_score),
    ("12_1", "divided by the hole", by_hole),
    ("12_1", "wrong shape", for_each_channel),
    ("12_2", "several differences left", comparison(True, True, True, True)),
    ("12_2", "several differences left", comparison(white=True, inverted=True)),
    ("12_2", "several differences left", comparison(white=True, inverted=True, peeking=True)),
    ("12_2", "chosen by another score", chosen_raw("plain", "partial")),
    ("12_2", "chosen by another score", chosen_raw("plain")),
    ("12_2", "white holes", unfair_throughout(partial={"fill": 1.0})),
    ("12_2", "white holes", unfair_throughout(plain={"fill": 1.0})),
    ("12_2", "mask polarity inverted", unfair_throughout(partial={"inverted": True})),
    (
        "12_2",
        "decibels averaged",
        unfair_throughout(plain={"where": "each"}, partial={"where": "each"}),
    ),
    ("12_2", "decibels averaged", unfair_throughout(partial={"where": "each"})),
    (
        "12_2",
        "not measured in the holes",
        unfair_throughout(plain={"where": "image"}, partial={"where": "image"}),
    ),
    ("12_2", "chosen on the test pictures", chosen_on_all_pictures),
    ("12_2", "rounded", lambda *given: [round(float(one), 2) for one in measured()(*given)]),
    ("12_2", "the lead alone", lead),
    ("12_2", "scores swapped", partial_first),
    ("12_2", "wrong type", by_name),
    ("12_3", "more than one thing differs", one_more_part),
    ("12_3", "groups compared, not pairs", groups),
    ("12_3", "sign", harm),
    ("12_3", "not sorted", downwards),
    ("12_3", "not sorted", in_order),
    ("12_3", "the mean alone", mean_only),
    ("12_3", "absolute values", sizes),
    ("12_3", "each pair counted twice", either_way),
    ("12_3", "wrong type", into_a_set),
    ("12_3", "None without a pair", nothing_without_a_pair),
]
