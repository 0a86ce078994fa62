"""Lesson 17's plane: how near fills come to the truth, and how far they look from true pictures.

    INPAINTING_DATA_DIR=... python -m benchmarks.perception

Every fill of the 1,000 held-out pictures, the 16 x 16 pixels in the middle missing: its hole PSNR,
pair by pair; the Fréchet distance of the set from true pictures; and how often a second examiner,
which no network was trained with, tells a fill from the truth. The figures go to
course_lib/likeness.json, which lesson 17 reads. A network that is not shipped is left out, and
named; the perceptual one is not, for its size: `python -m benchmarks.looks perceptual` trains it.
What was filled is kept in build/, for as long as the weights are the same.
"""

import datetime
import json

import numpy as np

from benchmarks import held_out
from benchmarks.gaussian import by_place
from benchmarks.results import machine, record, table
from course_lib import classical, data, evaluation, generative, metrics, models
from course_lib._files import replaced
from course_lib._pixels import as_floats
from tools.project import ROOT, words

COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.perception"
STORED = ROOT / "course_lib" / "likeness.json"  # with the library, so that Colab has it
KEPT = ROOT / "build" / "perception"
SEED = 2026
MASKS = "square_16"
STEPS, RESAMPLINGS = 25, 5  # of RePaint
FLOW_STEPS = 20
AT_ONCE = 250  # pictures
DRAWS = 200  # of the bootstrap
AGAINST = "squared error"  # the fill that others are compared with, in pairs
COLUMNS = [
    "fill", "psnr_hole", "psnr_low", "psnr_high", "unlike", "unlike_low", "unlike_high",
    "nearer", "nearer_low", "nearer_high", "told_apart", "told_low", "told_high",
]  # fmt: skip


def by_gaussian():
    """Mean and one sample of lesson 07's Gaussian, as fills of a batch."""
    gaussian, _ = by_place(data.load("cifar10"))

    def mean(images, hole):
        return np.stack([gaussian.fill(image, hole) for image in images])

    def sample(images, hole):
        return np.stack([gaussian.sample(one, hole, seed=k) for k, one in enumerate(images)])

    return {"Gaussian, mean": mean, "Gaussian, sample": sample}


def by_network(name):
    """The composited prediction of a shipped network."""
    network = models.load_pretrained(name)
    return lambda images, hole: models.inpaint(network, images, hole)


def by_diffusion(name, draw=0):
    """RePaint's sample, with a shipped denoiser; another draw, another sample."""
    guess = generative.guesser(models.load_pretrained(name), generative.COSINE)
    options = {"steps": STEPS, "resamplings": RESAMPLINGS}
    return _in_parts(
        lambda images, hole, seed: generative.repaint(guess, images, hole, seed=seed, **options),
        SEED + 10_000 * draw,
    )


def by_flow(name):
    """A sample in few steps, with a shipped denoiser of the straight path."""
    guess = generative.guesser(models.load_pretrained(name), generative.STRAIGHT)
    return _in_parts(
        lambda images, hole, seed: generative.flow_fill(
            guess, images, hole, steps=FLOW_STEPS, seed=seed
        ),
        SEED,
    )


def _in_parts(fill, first):
    def filled(images, hole):
        parts = range(0, len(images), AT_ONCE)
        return np.concatenate([fill(images[k : k + AT_ONCE], hole, first + k) for k in parts])

    return filled


LEARNED = {
    AGAINST: (by_network, "looks_squared"),
    "perceptual": (by_network, "looks_perceptual"),
    "adversarial": (by_network, "looks_adversarial"),
    "diffusion, sample": (by_diffusion, "diffusion"),
    "flow, sample": (by_flow, "flow"),
}


def fills_of(images, hole):
    """Name of a fill -> the filled pictures; and the names for which no network is shipped."""
    filled, shipped = {}, {path.stem for path in models.weights.WEIGHTS.glob("*.json")}
    filled |= kept("gaussian", by_gaussian, images, hole)
    filled["biharmonic"] = np.stack([classical.biharmonic(image, hole) for image in images])
    for name, (make, weights) in LEARNED.items():
        if weights in shipped:
            facts = models.recipe(weights)["sha256"][:16]
            key = f"{name.replace(', ', '_').replace(' ', '_')}_{facts}_{STEPS}_{RESAMPLINGS}"
            filled |= kept(key, lambda m=make, w=weights, n=name: {n: m(w)}, images, hole)
    return filled, [name for name, (_, file) in LEARNED.items() if file not in shipped]


def kept(key, make, images, hole):
    """What was filled before under that key, or is filled now: float32."""
    path = KEPT / f"{key}.npz"
    if not path.exists():
        made = {name: fill(images, hole).astype(np.float32) for name, fill in make().items()}
        KEPT.mkdir(parents=True, exist_ok=True)
        with replaced(path) as file:
            np.savez(file, **made)
    with np.load(path) as stored:
        return dict(stored)


def interval(draws, estimate):
    """The 95 % interval of a normal distribution with the spread of bootstrap draws."""
    half = 1.96 * np.std(draws, ddof=1)
    return [estimate, estimate - half, estimate + half]


def psnr_of(images, filled, hole):
    """Pooled hole PSNR, and its interval over pictures."""
    errors = ((images - filled)[:, hole].astype(float) ** 2).mean(axis=(1, 2))
    drawn = np.random.RandomState(SEED).randint(0, len(errors), (DRAWS, len(errors)))
    draws = -10 * np.log10(errors[drawn].mean(axis=1))
    return interval(draws, metrics.psnr(images, filled, hole))


def excesses(true, filled):
    """``evaluation.unlikeness``'s excess for DRAWS bootstraps, the same draws for every fill.

    The pictures are halved first, and each half is drawn from with replacement: so none is in both,
    and what repetition adds to a distance it adds to that of the true halves too.
    """
    random, draws = np.random.RandomState(SEED), []
    for _ in range(DRAWS):
        halves = np.split(random.permutation(len(true) // 2 * 2), 2)
        some, others = (random.choice(half, len(half)) for half in halves)
        floor = metrics.frechet_distance(true[some], true[others])
        draws.append(metrics.frechet_distance(filled[some], true[others]) - floor)
    return np.array(draws)


def told_of(images, filled, hole):
    """The second examiner's share of right answers in per cent, and its interval over pictures."""
    right = 100 * evaluation.told_apart(images, filled, hole)
    drawn = np.random.RandomState(SEED).randint(0, len(right), (DRAWS, len(right)))
    return interval(right[drawn].mean(axis=1), right.mean())


def measured(fills, images, hole):
    """A list of numbers for each fill, as COLUMNS, and the floor of ``evaluation.unlikeness``."""
    true, unlike, draws = evaluation.features(images), {}, {}
    for name, filled in fills.items():
        features = evaluation.features(filled)
        unlike[name] = evaluation.unlikeness(true, features)
        draws[name] = excesses(true, features)
    rows = []
    for name, filled in fills.items():
        excess = unlike[name]["excess"]
        nearer = interval(draws[AGAINST] - draws[name], unlike[AGAINST]["excess"] - excess)
        figures = [
            *psnr_of(images, filled, hole),
            *interval(draws[name], excess),
            *nearer,
            *told_of(images, filled, hole),
        ]
        rows.append([name, *(round(float(one), 3) for one in figures)])
        print(rows[-1][0], np.round(rows[-1][1:], 2), flush=True)
    return rows, unlike[AGAINST]["floor"]


def store(rows, floor, missing):
    """Write likeness.json: facts, then a line for each row."""
    facts = {
        "command": COMMAND,
        "measured": f"{datetime.date.today().isoformat()}, {machine()}",
        "floor": round(floor, 3),
        "missing": missing,
        "columns": COLUMNS,
    }
    lines = [json.dumps(row) for row in rows]
    text = (
        json.dumps(facts, indent=1)[:-2] + ',\n "rows": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"
    )
    STORED.write_text(text, encoding="utf-8")


def cells(row, digits):
    """A row of the table in RESULTS.md: each figure with its interval."""
    return [row[0]] + [
        f"{row[k]:.{n}f} ({row[k + 1]:.{n}f} to {row[k + 2]:.{n}f})"
        for k, n in zip(range(1, len(row), 3), digits, strict=True)
    ]


def main():
    dataset = data.load("cifar10")
    images = as_floats(held_out.split(dataset)[2])
    hole = evaluation.frozen_masks(1)[MASKS][0]
    fills, missing = fills_of(images, hole)
    rows, floor = measured(fills, images, hole)
    store(rows, floor, missing)
    body = (
        f"{len(images):,} held-out pictures, the 16 x 16 pixels in the middle missing. "
        f"{dataset.provenance} Hole PSNR (dB), pooled. `evaluation.unlikeness`: the Fréchet "
        "distance of the classifier's features from half of the pictures, filled, to the other "
        f"half, true, less the distance between true halves, {floor:.2f}: few pictures make any "
        "such distance too large, so that of true halves is taken off. "
        f"Nearer: by how much less unlike than {AGAINST}, in pairs. `evaluation.told_apart`: how "
        "often an examiner of hand-made features tells fill from truth, 50 % by chance. In "
        f"brackets 95 % intervals over pictures, {DRAWS} bootstrap draws. "
        f"RePaint: {STEPS} steps, {RESAMPLINGS} resamplings; flow: {FLOW_STEPS} steps."
        + (f" Not yet trained: {', '.join(missing)}." if missing else "")
        + "\n\n"
    )
    header = [
        "fill",
        "hole PSNR",
        "unlike true pictures",
        f"nearer than {AGAINST}",
        "told apart, %",
    ]
    lines = [cells(row, (2, 2, 2, 1)) for row in rows]
    record("perception", "The price of looking right", body + table(header, lines), COMMAND, SEED)


if __name__ == "__main__":
    words("benchmarks.perception", __doc__, 0)
    main()
