"""Lesson 17's plane: how near fills come to the truth, and how far they look from true pictures.

    INPAINTING_DATA_DIR=... python -m benchmarks.perception

Every fill of the 1,000 held-out pictures, the 16 x 16 pixels in the middle missing, twice over: its
hole PSNR, pair by pair, and the Fréchet distance of the set from true pictures. A network that is
not shipped is left out, and named.
"""

import numpy as np

from benchmarks import held_out
from benchmarks.gaussian import by_place
from benchmarks.results import record, table
from course_lib import classical, data, evaluation, generative, metrics, models
from course_lib._pixels import as_floats

COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.perception"
SEED = 2026
MASKS = "square_16"
STEPS, RESAMPLINGS = 50, 5  # of RePaint
FLOW_STEPS = 20
AT_ONCE = 250  # pictures


def by_gaussian(dataset):
    """Mean and one sample of lesson 07's Gaussian, as fills of a batch."""
    gaussian, _ = by_place(dataset)

    def mean(images, hole):
        return np.stack([gaussian.fill(image, hole) for image in images])

    def sample(images, hole):
        return np.stack([gaussian.sample(one, hole, seed=k) for k, one in enumerate(images)])

    return {"Gaussian, mean": mean, "Gaussian, sample": sample}


def by_network(name):
    """The composited prediction of a shipped network."""
    network = models.load_pretrained(name)
    return lambda images, hole: models.inpaint(network, images, hole)


def by_diffusion(name="diffusion"):
    """RePaint's sample, with a shipped denoiser."""
    guess = generative.guesser(models.load_pretrained(name), generative.COSINE)

    def fill(images, hole):
        options = {"steps": STEPS, "resamplings": RESAMPLINGS}
        parts = range(0, len(images), AT_ONCE)
        return np.concatenate(
            [
                generative.repaint(guess, images[k : k + AT_ONCE], hole, seed=SEED + k, **options)
                for k in parts
            ]
        )

    return fill


def by_flow(name="flow"):
    """A sample in few steps, with a shipped denoiser of the straight path."""
    guess = generative.guesser(models.load_pretrained(name), generative.STRAIGHT)

    def fill(images, hole):
        parts = range(0, len(images), AT_ONCE)
        return np.concatenate(
            [
                generative.flow_fill(
                    guess, images[k : k + AT_ONCE], hole, steps=FLOW_STEPS, seed=SEED + k
                )
                for k in parts
            ]
        )

    return fill


LEARNED = {
    "squared error": (by_network, "looks_squared"),
    "perceptual": (by_network, "looks_perceptual"),
    "adversarial": (by_network, "looks_adversarial"),
    "diffusion, sample": (by_diffusion, "diffusion"),
    "flow, sample": (by_flow, "flow"),
}


def by_method(name):
    """A classical method, as fills of a batch."""
    method = classical.METHODS[name]
    return lambda images, hole: np.stack([method(image, hole) for image in images])


def measured(fills, images, hole):
    """A row for each fill, and the floor of ``evaluation.unlikeness``.

    A row: name, hole PSNR, how unlike true pictures the set looks, and how much nearer to them it
    is than the first fill's, halving by halving.
    """
    true, told, rows = evaluation.features(images), [], []
    for name, fill in fills.items():
        filled = fill(images, hole)
        told.append(evaluation.unlikeness(true, evaluation.features(filled)))
        nearer = told[0]["each"] - told[-1]["each"]
        lead = f"{nearer.mean():+.2f} ± {nearer.std(ddof=1):.2f}" if rows else ""
        psnr = metrics.psnr(images, filled, hole)
        rows.append([name, f"{psnr:.2f}", f"{told[-1]['excess']:.2f}", lead])
        print(rows[-1], flush=True)
    return rows, told[0]["floor"]


def main():
    dataset = data.load("cifar10")
    images = as_floats(held_out.split(dataset)[2])
    hole = evaluation.frozen_masks(1)[MASKS][0]
    shipped = {path.stem for path in models.weights.WEIGHTS.glob("*.json")}
    fills = by_gaussian(dataset) | {name: by_method(name) for name in ("mean", "biharmonic")}
    fills |= {name: make(file) for name, (make, file) in LEARNED.items() if file in shipped}
    missing = [name for name, (_, file) in LEARNED.items() if file not in shipped]
    rows, floor = measured(fills, images, hole)
    body = (
        f"{len(images):,} held-out pictures, the 16 x 16 pixels in the middle missing. "
        f"{dataset.provenance} Hole PSNR (dB), pooled; and `evaluation.unlikeness`: the Fréchet "
        "distance of the classifier's features from half of the pictures, filled, to the other "
        f"half, true, beyond that of the true halves, {floor:.2f}. Nearer than the first: the same "
        "halvings in pairs, ± the standard deviation over 20 of them. "
        f"RePaint: {STEPS} steps, {RESAMPLINGS} resamplings; flow: {FLOW_STEPS} steps."
        + (f" Not yet trained: {', '.join(missing)}." if missing else "")
        + "\n\n"
    )
    header = ["fill", "hole PSNR", "unlike true pictures", "nearer than the first"]
    record("perception", "The price of looking right", body + table(header, rows), COMMAND, SEED)


if __name__ == "__main__":
    main()
