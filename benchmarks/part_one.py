"""What lessons 01 to 05 claim, measured on many cases each, with their spread.

    python -m benchmarks.part_one [NAME ...]

Without a name everything is measured, in a few minutes: depth, doses, order, patches, copying,
overshoot, bits, texture.
"""

from functools import partial

import numpy as np
from scipy import ndimage, stats

from benchmarks.results import record, table
from course_lib import classical, data, evaluation, masks, metrics, scenes
from course_lib._pixels import as_floats
from course_lib.classical.exemplar import ORDERS as COPYING
from course_lib.classical.exemplar import copies
from course_lib.classical.fast_marching import continue_slopes, disc, telea_weights
from tools.project import words

SEED = 2026
SMOOTHING = ("harmonic", "biharmonic", "navier_stokes", "telea", "nearest")
LEAKED = range(6)  # bits
COMMAND = "python -m benchmarks.part_one"


def spread(values, digits=1):
    """Mean and standard deviation, as "25.3 ± 1.2"."""
    return f"{np.mean(values):.{digits}f} ± {np.std(values):.{digits}f}"


# 01: depth or area


def depth():
    """Rank correlation of the error in holes with mean depth and with hole fraction."""
    patches = as_floats(data.load("photos").test[:100])
    sets = scenes.mask_families(100, seed=SEED)
    methods = {name: classical.METHODS[name] for name in SMOOTHING}
    whole = evaluation.by_mask(methods, patches, sets)
    tenths = [
        evaluation.by_mask(
            methods, patches[part], {name: drawn[part] for name, drawn in sets.items()}
        )
        for part in (slice(start, start + 10) for start in range(0, 100, 10))
    ]
    averaged = _decibels_averaged(whole, methods, patches, sets)
    rows = [
        [f"`{name}`"]
        + [
            f"{_rank(whole, name, column):+.2f} "
            f"({spread([_rank(tenth, name, column) for tenth in tenths], 2)})"
            for column in ("mean_depth", "hole_fraction")
        ]
        + [f"{_rank_with_depth_held(whole, name):+.2f}"]
        + [f"{_rank(averaged, name, column):+.2f}" for column in ("mean_depth", "hole_fraction")]
        for name in SMOOTHING
    ]
    shown = whole.pivot(
        index=["masks", "mean_depth", "hole_fraction"], columns="method", values="psnr_hole"
    ).reset_index()
    each = [
        [row.masks, f"{row.mean_depth:.2f}", f"{100 * row.hole_fraction:.0f}"]
        + [f"{row[name]:.1f}" for name in SMOOTHING]
        for _, row in shown.sort_values("mean_depth").iterrows()
    ]
    body = "\n\n".join(
        [
            f"{len(sets)} sets of masks of all families (`scenes.mask_families`), 100 patches of "
            "`photos` each. Spearman's rank correlation, over the sets, of hole PSNR with a set's "
            "mean depth and with its hole fraction; in brackets mean ± standard deviation over "
            "ten groups of ten patches. A correlation of -1 explains the order completely. Then "
            "the partial correlation with the hole fraction: what it explains beyond depth. Last, "
            "both correlations when the pictures' decibels are averaged, not their squared errors.",
            table(
                [
                    "method",
                    "with mean depth",
                    "with hole fraction",
                    "fraction, depth held",
                    "depth, dB averaged",
                    "fraction, dB averaged",
                ],
                rows,
            ),
            "The sets, by mean depth; hole PSNR (dB), pooled over 100 patches.",
            table(["masks", "mean depth (px)", "missing (%)", *SMOOTHING], each),
        ]
    )
    record("part_one_depth", "Lesson 01: depth or area", body, f"{COMMAND} depth", SEED)


def _decibels_averaged(whole, methods, patches, sets):
    """``whole`` with the mean of the pictures' hole PSNRs instead of the pooled one."""
    single = [
        evaluation.by_mask(
            methods, patches[k : k + 1], {name: drawn[k : k + 1] for name, drawn in sets.items()}
        )
        for k in range(len(patches))
    ]
    mean = np.mean([one.psnr_hole for one in single], axis=0)
    return whole.assign(psnr_hole=mean)


def _rank(rows, method, column):
    rows = rows[rows.method == method]
    return stats.spearmanr(rows.psnr_hole, rows[column]).statistic


def _rank_with_depth_held(rows, method):
    depth = _rank(rows, method, "mean_depth")
    fraction = _rank(rows, method, "hole_fraction")
    between = stats.spearmanr(
        *rows[rows.method == method][["mean_depth", "hole_fraction"]].T.values
    )
    shared = between.statistic
    return (fraction - depth * shared) / np.sqrt((1 - depth**2) * (1 - shared**2))


# 03: equal doses


def doses(count=16):
    """Bertalmio's transport and diffusion alone and together, each in the dose of a round."""
    rows = []
    for kind in ("edge", "bar", "arc"):
        for side in (8, 12):
            drawn = scenes.edges(kind, count, side=side, seed=SEED)
            for rounds in (20, 100, 200):
                fill = partial(classical.bertalmio, rounds=rounds)
                found = {
                    "start": _scores(classical.harmonic, drawn),
                    "diffusion": _scores(partial(fill, transport_steps=0), drawn),
                    "transport": _scores(partial(fill, diffusion_steps=0), drawn),
                    "both": _scores(fill, drawn),
                }
                rows.append(
                    [f"{kind}, {side} px", rounds]
                    + [spread(score) for score in found.values()]
                    + [
                        _ahead(found["both"], found["diffusion"]),
                        _ahead(found["both"], found["transport"]),
                        _ahead(found["transport"], found["start"]),
                        _ahead(found["diffusion"], found["start"]),
                    ]
                )
    header = ["scene, hole", "rounds", "harmonic start", "diffusion, 2", "transport, 15"]
    header += ["both, 15 + 2", "both > diffusion", "both > transport", "transport > start"]
    header += ["diffusion > start"]
    body = (
        f"{count} scenes of each kind (`scenes.edges`: random angle, place and contrast), a square "
        "hole; hole PSNR (dB), mean ± standard deviation over the scenes, and in how many of them "
        "one is ahead. Steps a round: 15 of transport, 2 of diffusion; each alone gets the same "
        "dose.\n\n" + table(header, rows)
    )
    record("part_one_doses", "Lesson 03: equal doses", body, f"{COMMAND} doses", SEED)


def _scores(inpainter, drawn):
    """Hole PSNR scene by scene (dB), of fills that may leave [0, 1] too."""
    scores = []
    for image, mask in zip(drawn.images, drawn.masks, strict=True):
        filled = inpainter(masks.damage(image, mask), mask)
        squared = (filled[mask].astype(np.float64) - image[mask]) ** 2
        scores.append(-10 * np.log10(squared.mean()))
    return np.array(scores)


def _ahead(scores, others):
    return f"{np.count_nonzero(scores > others)}/{len(scores)}"


# 04: order against weights


def fill_in_order(image, mask, order, rule, radius=3):
    """Fill pixel by pixel in an order; one that sees nothing known waits for the next turn."""
    arrival = classical.arrival_time(mask)
    margin = radius + 1
    image = np.pad(image.astype(np.float64), ((margin, margin), (margin, margin), (0, 0)))
    filled = np.pad(~mask, margin)
    times = np.pad(arrival, margin, mode="reflect", reflect_type="odd")
    normals = np.stack(np.gradient(times), axis=-1)
    around = disc(radius)
    missing = np.argwhere(mask) + margin
    waiting = [missing[k] for k in ORDERS[order](arrival[mask])]
    while waiting:
        later = []
        for p in waiting:
            q = p + around
            q = q[filled[tuple(q.T)]]
            if not len(q):
                later.append(p)
                continue
            weights, values = RULES[rule](p, q, image, filled, times, normals)
            image[tuple(p)] = np.clip(weights @ values / weights.sum(), 0, 1)
            filled[tuple(p)] = True
        waiting = later
    return image[margin:-margin, margin:-margin]


ORDERS = {
    "arrival": lambda times: np.argsort(times, kind="stable"),
    "row by row": lambda times: np.arange(len(times)),
    "random": lambda times: np.random.RandomState(0).permutation(len(times)),
}
RULES = {  # -> weights (q,), values (q, 3)
    "mean": lambda p, q, image, *_: (np.ones(len(q)), image[tuple(q.T)]),
    "1 / distance²": lambda p, q, image, *_: (
        1 / ((p - q) ** 2).sum(axis=1),
        image[tuple(q.T)],
    ),
    "Telea's weights, no slopes": lambda p, q, image, filled, times, normals: (
        telea_weights(p, q, times, normals),
        image[tuple(q.T)],
    ),
    "Telea": lambda p, q, image, filled, times, normals: (
        telea_weights(p, q, times, normals),
        continue_slopes(p, q, image, filled),
    ),
}


def order(count=24):
    """Four rules in three orders, and methods that have none, on places of a photograph."""
    families = {
        "strokes": masks.brush_strokes(count, 64, seed=SEED),
        "lines": masks.random_lines(count, 64, lines=(4, 9), thickness=(2, 4), seed=SEED),
        "square, 24 px": masks.squares(count, 64, side=24),
    }
    places = {
        name: scenes.places("coffee", count, size=64, hole=drawn, seed=SEED)
        for name, drawn in families.items()
    }
    reference = {name: _scores(classical.harmonic, drawn) for name, drawn in places.items()}
    rows = []
    for rule in RULES:
        for one in ORDERS:
            fill = partial(fill_in_order, order=one, rule=rule)
            rows.append([rule, one] + _beside(fill, places, reference))
    for name in ("harmonic", "biharmonic", "nearest"):
        rows.append([f"`{name}`", "none"] + _beside(classical.METHODS[name], places, reference))
    body = (
        f"{count} places of coffee, 64 x 64 pixels, for each family of masks; radius 3. Mean hole "
        "PSNR over the places (dB); in brackets its lead over `harmonic`, which has no order, "
        "on the same place, mean ± standard deviation, and in how many places it leads. A pixel "
        "that sees no known pixel waits and is tried again.\n\n"
        + table(["rule", "order", *families], rows)
    )
    record("part_one_order", "Lesson 04: order against weights", body, f"{COMMAND} order", SEED)


def _beside(inpainter, places, reference):
    cells = []
    for name, drawn in places.items():
        scores = _scores(inpainter, drawn)
        lead = scores - reference[name]
        cells.append(
            f"{scores.mean():.1f} ({lead.mean():+.1f} ± {lead.std():.1f}; "
            f"{_ahead(scores, reference[name])})"
        )
    return cells


# 05: the order of copied patches


def _row_by_row(front, *_):
    return -np.arange(len(front))


COPIED = COPYING | {"row by row": _row_by_row}
RIVALS = ("onion peel", "confidence only", "data only")
KINDS = ("stripe", "edge", "crossing", "bricks")


def copied(image, mask, order):
    """``classical.exemplar`` with any order at all, from black holes."""
    filled = image
    for copy in copies(image.astype(np.float64), mask, 9, order):
        filled = copy.image
    return filled


def patches(count=20):
    """Share of pixels on the wrong side, drawn walls, several holes; PSNR on photographed ones."""
    shares, figures = [], []
    for kind in KINDS:
        wrong, quality = {name: [] for name in COPIED}, {name: [] for name in COPIED}
        for hole in scenes.HOLES:
            drawn = own_walls(kind, hole, count)
            for name, one in COPIED.items():
                fills = [
                    copied(masks.damage(image, mask), mask, one)
                    for image, mask in zip(drawn.images, drawn.masks, strict=True)
                ]
                wrong[name] += (100 * scenes.misplaced(drawn, fills)).tolist()
                triples = zip(drawn.images, fills, drawn.masks, strict=True)
                quality[name] += [metrics.psnr(*triple) for triple in triples]
            latest = slice(-count, None)
            shares.append([f"{kind}, {hole}"] + _with_leads(wrong, latest))
            figures.append([f"{kind}, {hole}"] + _with_gain(quality, latest))
        shares.append([f"**{kind}, all**"] + _with_leads(wrong))
        figures.append([f"**{kind}, all**"] + _with_gain(quality))
    photographed = []
    for name, size, side in (
        ("brick", 96, 28),
        ("brick", 128, 40),
        ("grass", 96, 28),
        ("gravel", 96, 28),
    ):
        cut = scenes.places(name, count, size=size, hole=side, seed=SEED)
        scores = {one: _scores(partial(copied, order=by), cut) for one, by in COPIED.items()}
        photographed.append(
            [f"{name}, {size} px, hole {side}"]
            + [spread(score) for score in scores.values()]
            + [_ahead(scores["lines first"], scores["onion peel"])]
        )
    body = "\n\n".join(
        [
            f"`scenes.walls`, {count} of each kind and hole, none shared "
            f"({len(scenes.HOLES) * count} a kind), patch 9: share of hole pixels that look like a "
            "part other than their own (%), mean ± standard deviation over the walls; last, on how "
            "many walls lines first is better : worse than another order.",
            table(["wall, hole", *COPIED, *(f"first : {name}" for name in RIVALS)], shares),
            "The same fills, hole PSNR (dB), and what lines first gains over onion peel.",
            table(["wall, hole", *COPIED, "first - peel"], figures),
            f"{count} places of each photographed texture, hole PSNR (dB).",
            table(["texture", *COPIED, "first ahead of peel"], photographed),
        ]
    )
    record(
        "part_one_patches",
        "Lesson 05: the order of copied patches",
        body,
        f"{COMMAND} patches",
        SEED,
    )


def own_walls(kind, hole, count):
    """Walls from a seed that no other kind or hole has."""
    seed = SEED + list(scenes.HOLES).index(hole) + 100 * KINDS.index(kind)
    return scenes.walls(kind, count, hole=hole, seed=seed)


def _with_leads(wrong, part=slice(None)):
    """The shares of every order, and how often lines first is the better : the worse."""
    wrong = {name: np.array(shares[part]) for name, shares in wrong.items()}
    first = wrong["lines first"]
    leads = [
        f"{np.count_nonzero(first < wrong[name])} : {np.count_nonzero(first > wrong[name])}"
        for name in RIVALS
    ]
    return [spread(one) for one in wrong.values()] + leads


def _with_gain(quality, part=slice(None)):
    """The scores of every order, and the lead of lines first over onion peel."""
    quality = {name: np.array(scores[part]) for name, scores in quality.items()}
    gain = quality["lines first"] - quality["onion peel"]
    return [spread(one) for one in quality.values()] + [f"{gain.mean():+.1f} ± {gain.std():.1f}"]


def copying(count=20):
    """Copying against averaging where a picture repeats."""
    names = ("exemplar", "harmonic", "biharmonic", "mean")
    rows = []
    for texture in ("brick", "grass", "gravel"):
        for size, side in ((96, 28), (128, 36)):
            cut = scenes.places(texture, count, size=size, hole=side, seed=SEED)
            scores = {name: _scores(classical.METHODS[name], cut) for name in names}
            rows.append(
                [f"{texture}, {size} px, hole {side}"]
                + [spread(score) for score in scores.values()]
                + [spread(scores["exemplar"] - scores["harmonic"])]
                + [_ahead(scores["exemplar"], scores[name]) for name in ("harmonic", "mean")]
            )
    header = ["texture", *names, "exemplar - harmonic", "ahead of harmonic", "ahead of mean"]
    body = (
        f"{count} places of each photograph, a square hole in the middle; hole PSNR (dB), mean ± "
        "standard deviation over the places, and in how many of them copying is ahead.\n\n"
        + table(header, rows)
    )
    record(
        "part_one_copying", "Lesson 05: copying against averaging", body, f"{COMMAND} copying", SEED
    )


# 02: overshoot; 01: leaked bits; 05: a sample against the mean


def overshoot(count=16):
    """How far fills leave the range of the rim, and of all known pixels: cut and uncut."""
    cases = {
        f"{kind}, {side} px": scenes.edges(kind, count, side=side, seed=SEED)
        for kind in ("edge", "bar", "arc")
        for side in (8, 12)
    }
    for name in ("coffee", "chelsea"):
        for side in (8, 12, 20):
            cases[f"{name}, {side} px"] = scenes.places(name, count, size=64, hole=side, seed=SEED)
    rows = []
    for case, drawn in cases.items():
        fills = {
            name: [method(*pair) for pair in zip(drawn.images, drawn.masks, strict=True)]
            for name, method in (
                ("harmonic", classical.harmonic),
                ("uncut", classical.uncut_biharmonic),
            )
        }
        rims = drawn.masks ^ np.stack([ndimage.binary_dilation(mask) for mask in drawn.masks])
        rim = {name: _beyond(drawn, filled, rims) for name, filled in fills.items()}
        known = _beyond(drawn, fills["uncut"], ~drawn.masks)
        scored = [_scores(getattr(classical, name), drawn) for name in ("harmonic", "biharmonic")]
        scored.append(_scores(classical.uncut_biharmonic, drawn))
        rows.append(
            [case, spread(rim["harmonic"]), spread(rim["uncut"])]
            + [f"{np.count_nonzero(rim['uncut'] > 1)}/{count}", spread(known)]
            + [f"{np.count_nonzero(known > 1)}/{count}", *map(spread, scored)]
        )
    header = ["scene, hole", "harmonic, rim", "biharmonic, rim", "by over 1", "biharmonic, known"]
    header += ["by over 1 ", "harmonic (dB)", "biharmonic, cut (dB)", "biharmonic, uncut (dB)"]
    body = (
        f"{count} scenes of each kind (`scenes.edges`) and places of photographs, a square hole: "
        "how far the fill leaves the range of the rim around the hole, and the range of all known "
        "pixels, to which scikit-image cuts it. In per cent of the way from black to white, the "
        "largest of the three channels, mean ± standard deviation; then in how many scenes it is "
        "more than 1. Hole PSNR (dB).\n\n" + table(header, rows)
    )
    record("part_one_overshoot", "Lesson 02: overshoot", body, f"{COMMAND} overshoot", SEED)


def _beyond(drawn, fills, where):
    """How far each fill leaves the range that the picture has at some pixels, per cent."""
    out = []
    for image, mask, filled, pixels in zip(drawn.images, drawn.masks, fills, where, strict=True):
        low, high = image[pixels].min(axis=0), image[pixels].max(axis=0)
        out.append(100 * max((low - filled[mask]).max(), (filled[mask] - high).max(), 0))
    return np.array(out)


def bits():
    """What the lowest bits of the truth are worth to a harmonic fill."""
    stored = data.load("photos").test[:100].astype(int)
    hole = masks.squares(1, 32, side=16)[0]
    filled = np.stack([classical.harmonic(one / 255, hole) for one in stored]) * 255
    rows = []
    for leaked in LEAKED:
        step = 2**leaked
        known = stored % step  # what a method reads in the hole
        moved = np.clip(known + step * np.rint((filled - known) / step), known, None)
        moved = np.minimum(moved, 256 - step + known)  # the greatest level with these bits
        guess = moved if leaked else filled
        scores = [
            metrics.psnr(one / 255, filling / 255, hole)
            for one, filling in zip(stored, guess, strict=True)
        ]
        pooled = metrics.psnr(stored / 255, guess / 255, np.stack([hole] * 100))
        off = np.abs(stored - guess)[:, hole]
        rows.append([leaked, f"{pooled:.2f}", f"{np.median(scores):.2f}", f"{off.mean():.2f}"])
        rows[-1].append(f"{100 * (off < 0.5).mean():.0f}")
    agree = []
    for channel in range(3):
        low = stored[:, 8:24, 8:24, channel] % 2
        agree.append(100 * (low[:, :, 1:] == low[:, :, :-1]).mean())
    body = (
        "100 patches, a centred square hole of 16 pixels. The harmonic fill is moved to the "
        "nearest level whose lowest bits are those of the truth. Hole PSNR (dB), pooled and as "
        "the median over the patches, the mean absolute error in levels of 255, and the share of "
        "values that are right to the level. Neighbours in a row share the lowest bit in "
        f"{agree[0]:.1f} / {agree[1]:.1f} / {agree[2]:.1f} % of pairs (red, green, blue).\n\n"
        + table(["bits leaked", "pooled", "median patch", "levels off", "right (%)"], rows)
    )
    record("part_one_bits", "Lesson 01: what leaked bits are worth", body, f"{COMMAND} bits", None)


def texture(count=200):
    """A random patch of a texture against the mean of many: the factor of two."""
    rows = []
    for name in ("brick", "grass", "gravel"):
        for side in (9, 28):
            cut = scenes.places(name, 2 * count, size=side, hole=1, seed=SEED).images
            cut = cut.astype(np.float64)
            truth, sample, mean = cut[:count], cut[count:], cut.mean(axis=0)
            of_sample = ((truth - sample) ** 2).mean(axis=(1, 2, 3))
            of_mean = ((truth - mean) ** 2).mean(axis=(1, 2, 3))
            ratios = [
                one.mean() / other.mean()
                for one, other in zip(
                    np.array_split(of_sample, 10), np.array_split(of_mean, 10), strict=True
                )
            ]
            gap = 10 * np.log10(of_sample.mean() / of_mean.mean())
            rows.append(
                [f"{name}, {side} px", f"{of_sample.mean():.4f}", f"{of_mean.mean():.4f}"]
                + [f"{of_sample.mean() / of_mean.mean():.2f}", spread(ratios, 2), f"{gap:.2f}"]
            )
    header = ["texture, patch", "another patch, MSE", "mean patch, MSE", "ratio"]
    header += ["ratio, ten groups", "gap (dB)"]
    body = (
        f"{count} random patches as truth; for each another random patch of the same photograph, "
        f"and the mean of {2 * count} of them. A sample that is independent of the truth has "
        "twice the mean's squared error: 3.01 dB.\n\n" + table(header, rows)
    )
    record(
        "part_one_texture", "Lesson 05: a sample against the mean", body, f"{COMMAND} texture", SEED
    )


PARTS = {
    part.__name__: part
    for part in (depth, doses, order, patches, copying, overshoot, bits, texture)
}


def main(names=()):
    for name in names or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main(words("benchmarks.part_one", __doc__, known=PARTS))
