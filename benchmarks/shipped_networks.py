"""What every shipped network reaches under line masks, and how fast the networks learned.

    INPAINTING_DATA_DIR=... python -m benchmarks.shipped_networks

The figures for the held-out pictures need CIFAR-10; the quick training's need nothing. How the
large networks fare under other masks, and against more methods: benchmarks/showdown.py.
"""

import keras

from benchmarks import held_out, showdown, train
from benchmarks.results import record, table
from course_lib import classical, data, evaluation, losses, masks, models, training
from course_lib._pixels import as_floats
from tools.project import words

SEED = 2026
METHODS = ("mean", "navier_stokes", "biharmonic")
RESAMPLES = 1_000
EPOCHS = 8  # of the quick training
HEADER = [
    "method",
    "weights",
    "steps",
    "hole PSNR, dB",
    "95 % interval",
    "hole MAE",
    "image SSIM",
    "recognised",
    "raw image PSNR, dB",
]


def shipped():
    """The names of the shipped networks that were trained on CIFAR-10 to fill holes."""
    return sorted([*train.RECIPES, "best"])


def held_out_table():
    """Rows of the table over 1,000 pictures of CIFAR-10 that no network was trained on."""
    dataset = data.load("cifar10")
    images = as_floats(held_out.split(dataset)[2])
    holes = masks.random_lines(len(images), seed=SEED)
    options = {"labels": held_out.split_labels(dataset)[2], "resamples": RESAMPLES}
    rows = []
    for name in METHODS:
        scores = evaluation.evaluate(classical.METHODS[name], images, holes, **options)
        rows.append([name, "", "", *_filled(scores), ""])
    for name in shipped():
        network, steps = models.load_pretrained(name), models.recipe(name)["steps"]
        scores = evaluation.evaluate(network, images, holes, **options)
        size, raw = f"{scores['parameters']:,}", f"{scores['raw_psnr_image']:.2f}"
        rows.append([name, size, f"{steps:,}", *_filled(scores), raw])
    return table(HEADER, rows), dataset.provenance


def quick_training():
    """Hole PSNR after every epoch of lesson 08's quick training, on validation patches."""
    dataset = data.load("photos", subset=5_000)
    images, holes = dataset.validation[:500], masks.random_lines(2_000, 32, seed=1)
    options = {"batch_size": 64, "seed": 0}
    drawn = training.pairs(dataset.train, holes, **options).with_holes()
    validation = training.pairs(images, holes, frozen=True, **options).with_holes()
    keras.utils.set_random_seed(0)
    network = models.vanilla_unet(4)
    loss = losses.HoleWeighted("mse", weight=1.0)  # plain mean squared error, told of the holes
    network.compile("adam", loss=loss, weighted_metrics=[losses.HolePSNR()])
    history = training.fit(network, drawn, validation, epochs=EPOCHS, seed=0).history
    steps = [str((k + 1) * len(drawn)) for k in range(EPOCHS)]
    rows = [[step, f"{one:.2f}"] for step, one in zip(steps, history["val_psnr_hole"], strict=True)]
    for name in METHODS:
        score = evaluation.evaluate(
            classical.METHODS[name], as_floats(images), holes[: len(images)]
        )
        rows.append([name, f"{score['psnr_hole']:.2f}"])
    return table(["steps", "hole PSNR, dB"], rows)


def curves():
    """Hole PSNR on CIFAR-10's validation pictures while the large networks learned."""
    parts = []
    for name in filter(train.RECIPES.get, showdown.shipped()):
        made = models.recipe(name)
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
        "resamples of the pictures. `recognised`: the share of composited pictures whose class "
        f"the shipped classifier names.\n\n{held}",
        "INPAINTING_DATA_DIR=... python -m benchmarks.shipped_networks",
        seed=SEED,
    )
    record(
        "learning",
        "Hole PSNR against training steps",
        "Lesson 08's quick training (U-Net, width 4, batches of 64, `photos`, line masks, plain "
        f"squared error), on 500 validation patches:\n\n{quick_training()}\n\n"
        "The shipped networks, on 2,048 validation pictures of CIFAR-10 under their own masks, "
        f"mixed:\n\n{curves()}",
        "python -m benchmarks.shipped_networks",
        seed=0,
    )


def _filled(scores):
    low, high = scores["psnr_hole_low"], scores["psnr_hole_high"]
    return (
        f"{scores['psnr_hole']:.2f}",
        f"{low:.2f} to {high:.2f}",
        *(f"{scores[key]:.4f}" for key in ("mae_hole", "ssim_image")),
        f"{scores['recognised']:.3f}",
    )


if __name__ == "__main__":
    words("benchmarks.shipped_networks", __doc__, 0)
    main()
