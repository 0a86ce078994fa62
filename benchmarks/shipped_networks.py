"""What the shipped networks reach, beside the classical methods, and how fast they learned.

    INPAINTING_DATA_DIR=... python -m benchmarks.shipped_networks

The figures for the held-out pictures need CIFAR-10; the quick training's need nothing.
"""

import keras
import numpy as np

from benchmarks import held_out
from benchmarks.results import record, table
from course_lib import classical, data, evaluation, losses, masks, metrics, models, training

SEED = 2026
METHODS = ("mean", "navier_stokes", "biharmonic")
RESAMPLES = 1_000


def interval(images, filled, holes):
    """Hole PSNR and its 95 % interval, from resampling pictures with replacement (dB)."""
    squared = ((images - filled) ** 2).sum(axis=-1, where=holes[..., None]).sum(axis=(1, 2))
    counts = 3 * holes.sum(axis=(1, 2))
    random = np.random.RandomState(SEED)
    drawn = random.randint(0, len(images), (RESAMPLES, len(images)))
    psnr = -10 * np.log10(squared[drawn].sum(1) / counts[drawn].sum(1))
    low, high = np.percentile(psnr, [2.5, 97.5])
    return -10 * np.log10(squared.sum() / counts.sum()), low, high


def held_out_table():
    """Rows of the table over 1,000 pictures of CIFAR-10 that nobody was trained on."""
    dataset = data.load("cifar10")
    images = held_out.split(dataset)[2] / np.float32(255)
    holes = masks.random_lines(len(images), seed=SEED)
    damaged = masks.damage(images, holes)
    rows = []
    for name in METHODS:
        method = classical.METHODS[name]
        filled = np.stack([method(*one) for one in zip(damaged, holes, strict=True)])
        rows.append([name, "", "", *_decibels(images, filled, holes), ""])
    for path in sorted(models.WEIGHTS.glob("*.json")):
        network, made = models.load_pretrained(path.stem), models.recipe(path.stem)
        predicted = models.predict(network, images, holes)
        filled = masks.composite(images, np.clip(predicted, 0, 1), holes)
        raw = metrics.psnr(images, predicted)
        size, steps = f"{made['parameters']:,}", f"{made['steps']:,}"
        rows.append([path.stem, size, steps, *_decibels(images, filled, holes), f"{raw:.2f}"])
    header = ["method", "weights", "steps", "hole PSNR, dB", "95 % interval", "raw image PSNR, dB"]
    return table(header, rows), dataset.provenance


def quick_training(epochs=8):
    """Hole PSNR after every epoch of lesson 05's quick training, on validation patches."""
    dataset = data.load("photos", subset=5_000)
    images, holes = dataset.validation[:500], masks.random_lines(2_000, 32, seed=1)
    options = {"batch_size": 64, "seed": 0, "holes": True}
    train = training.pairs(dataset.train, holes, **options)
    validation = training.pairs(images, holes, frozen=True, **options)
    keras.utils.set_random_seed(0)
    network = models.vanilla_unet(4)
    loss = losses.HoleWeighted("mse", weight=1.0)  # plain mean squared error, told of the holes
    network.compile("adam", loss=loss, weighted_metrics=[losses.HolePSNR()])
    history = training.fit(network, train, validation, epochs=epochs, seed=0).history
    steps = [str((k + 1) * len(train)) for k in range(epochs)]
    rows = [[step, f"{one:.2f}"] for step, one in zip(steps, history["val_psnr_hole"], strict=True)]
    for name in METHODS:
        score = evaluation.evaluate(
            classical.METHODS[name], images / np.float32(255), holes[: len(images)]
        )
        rows.append([name, f"{score['psnr_hole']:.2f}"])
    return table(["steps", "hole PSNR, dB"], rows)


def curves():
    """Hole PSNR on CIFAR-10's validation pictures while the two large networks learned."""
    names = ["vanilla_unet", "autoencoder"]
    recipes = [models.recipe(name) for name in names]
    parts = []
    for name, made in zip(names, recipes, strict=True):
        points = zip(made["steps_at_check"], made["val_psnr_hole"], strict=True)
        rows = [[f"{step:,}", f"{psnr:.2f}"] for step, psnr in points]
        parts.append(f"`{name}` ({made['trained']}):\n\n{table(['steps', 'hole PSNR, dB'], rows)}")
    return "\n\n".join(parts)


def main():
    held, provenance = held_out_table()
    record(
        "shipped_networks",
        "Shipped networks",
        f"1,000 held-out pictures (`benchmarks/held_out.py`), line masks, composited. {provenance} "
        "Those 1,000 are lossless in the copy that this was measured on. Intervals: 1,000 "
        f"resamples of the pictures.\n\n{held}",
        "INPAINTING_DATA_DIR=... python -m benchmarks.shipped_networks",
        seed=SEED,
    )
    record(
        "learning",
        "Hole PSNR against training steps",
        "Lesson 05's quick training (U-Net, width 4, batches of 64, `photos`, line masks, plain "
        f"squared error), on 500 validation patches:\n\n{quick_training()}\n\n"
        "The shipped networks, on 2,048 validation pictures of CIFAR-10 under their own masks, "
        f"mixed:\n\n{curves()}",
        "python -m benchmarks.shipped_networks",
        seed=0,
    )


def _decibels(images, filled, holes):
    psnr, low, high = interval(images, filled, holes)
    return f"{psnr:.2f}", f"{low:.2f} to {high:.2f}"


if __name__ == "__main__":
    main()
