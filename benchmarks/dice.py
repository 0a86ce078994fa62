"""Dice on intensities: the truth among its rivals, on CIFAR-10's held-out pictures (lesson 10).

    INPAINTING_DATA_DIR=... python -m benchmarks.dice

Pictures: the 1,000 of ``held_out``, with line masks. The article measured its dice batch by
batch, 32 pictures each, and took the mean; so does this. It needs CIFAR-10.
"""

import numpy as np
from scipy.special import xlogy

from benchmarks import held_out
from benchmarks.results import record, table
from course_lib import classical, data, masks, metrics
from course_lib._pixels import as_floats
from tools.project import words

SEED = 2026
BATCH = 32  # the article's
KERAS_EPSILON = 1e-7  # Keras clips predictions to [epsilon, 1 - epsilon] before the logarithm
METHODS = ("grey", "mean", "telea", "navier_stokes", "biharmonic")


def best_picture(true):
    """The picture with the highest plain dice, and that score.

    Dinkelbach's iteration (On nonlinear fractional programming, 1967): threshold the truth at
    half of the best score so far, until the score no longer rises. It begins with the truth's own.

    Args:
        true: numbers in [0, 1] of any shape, not all 0.

    Returns:
        (picture, score): bool of the same shape, and a float.

    Example:
        >>> picture, score = best_picture(np.array([0.2, 0.3, 0.9]))
        >>> picture.tolist(), round(score, 3)
        ([False, False, True], 0.75)
    """
    true = np.asarray(true, np.float64)
    score = metrics.plain_dice(true, true)
    while True:
        picture = true > score / 2
        higher = metrics.plain_dice(true, picture)
        if higher <= score:
            return picture, higher
        score = higher


def cross_entropy(true, predicted):
    """Mean binary cross-entropy in nats, predictions clipped as Keras clips them.

    Example:
        >>> round(cross_entropy(np.array([0.5]), np.array([0.5])), 4)  # log 2, though perfect
        0.6931
    """
    true = np.asarray(true, np.float64)
    predicted = np.clip(np.asarray(predicted, np.float64), KERAS_EPSILON, 1 - KERAS_EPSILON)
    return float(-np.mean(xlogy(true, predicted) + xlogy(1 - true, 1 - predicted)))


def by_batch(metric, true, predicted):
    """A metric of each full batch of 32, float64 (batches,); what is left over is not used."""
    full = range(0, len(true) - BATCH + 1, BATCH)
    return np.array([metric(true[k : k + BATCH], predicted[k : k + BATCH]) for k in full])


def answers(images, holes):
    """name -> pictures, float (N, 32, 32, 3): the truth, three cheats, and fills."""
    damaged = masks.damage(images, holes)
    given = {
        "the truth": images,
        "the truth, 1.2 times as bright": np.clip(1.2 * images, 0, 1),
        "all white": np.ones_like(images),
        "the truth in black and white, best threshold": best_picture(images)[0].astype(np.float32),
        "not repaired, holes black": damaged,
        "not repaired, holes white": masks.damage(images, holes, fill=1.0),
    }
    for name in METHODS:
        method = classical.METHODS[name]
        filled = np.stack([method(*one) for one in zip(damaged, holes, strict=True)])
        given[f"`{name}`"] = np.clip(filled, 0, 1)
    return given


def row(name, images, predicted, holes):
    plain = by_batch(metrics.plain_dice, images, predicted)
    exact = np.array_equal(images, predicted)
    return [
        name,
        f"{plain.mean():.4f}",
        f"{plain.std(ddof=1):.4f}",
        f"{by_batch(metrics.squared_dice, images, predicted).mean():.4f}",
        f"{cross_entropy(images, predicted):.4f}",
        "" if exact else f"{metrics.psnr(images, predicted, holes):.2f}",
        f"{metrics.mae(images, predicted):.4f}",
    ]


def main():
    dataset = data.load("cifar10")
    images = as_floats(held_out.split(dataset)[2])
    holes = masks.random_lines(len(images), seed=SEED)
    given = answers(images, holes)
    truth, white, unrepaired = (
        by_batch(metrics.plain_dice, images, given[name])
        for name in ("the truth", "all white", "not repaired, holes white")
    )
    alone = [
        [metrics.plain_dice(image, other) for other in (image, np.ones_like(image))]
        for image in images
    ]
    brighter = int(np.sum([white > truth for truth, white in alone]))
    threshold = best_picture(images)[1] / 2
    header = [
        "answer", "plain dice", "its sd between batches", "squared dice", "cross-entropy",
        "hole PSNR, dB", "image MAE",
    ]  # fmt: skip
    rows = [row(name, images, predicted, holes) for name, predicted in given.items()]
    record(
        "dice",
        "Dice on intensities",
        f"1,000 held-out pictures of CIFAR-10 (`benchmarks/held_out.py`), line masks. Both dice "
        f"columns: mean over the {len(truth)} full batches of {BATCH}; the rest: over all "
        f"pictures. Cross-entropy in nats, as Keras clips it. {dataset.provenance} Those 1,000 are "
        f"lossless in the copy that this was measured on.\n\n{table(header, rows)}\n\n"
        f"All white beats the truth in {int((white > truth).sum())} of the {len(truth)} batches, "
        f"and in {brighter} of the {len(images):,} pictures taken one by one; the picture with "
        f"white holes does so in {int((unrepaired > truth).sum())} batches. The best threshold "
        f"over all pictures is {threshold:.3f}.",
        "INPAINTING_DATA_DIR=... python -m benchmarks.dice",
        seed=SEED,
    )


if __name__ == "__main__":
    words("benchmarks.dice", __doc__, 0)
    main()
