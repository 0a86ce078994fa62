"""Lesson 16's small networks, which differ in their convolutions alone, on the frozen masks.

INPAINTING_DATA_DIR=... python -m benchmarks.train reach_plain reach_partial ...
INPAINTING_DATA_DIR=... python -m benchmarks.reach
"""

import numpy as np

from benchmarks import held_out, seeds, train
from benchmarks.results import record, table
from course_lib import data, evaluation, models
from course_lib._pixels import as_floats
from tools.project import words

NAMES = tuple(name for name in train.RECIPES if name.startswith("reach_"))
PLAIN = "reach_plain"
COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.reach"


def measure(images, sets):
    """Squared errors in the holes of each picture: dict, masks -> name -> (N,)."""
    errors = {masks_name: {} for masks_name in sets}
    for name in NAMES:
        model = models.load_pretrained(name)
        for masks_name, holes in sets.items():
            errors[masks_name][name] = seeds.squared_errors(model, images, holes)
    return errors


def leads(errors, counts, *, resamples=seeds.RESAMPLES, seed=evaluation.SEED):
    """By how much each network is ahead of the plain one on the same pictures.

    Args:
        errors: dict, name -> squared error in the holes, summed over each picture, (N,).
        counts: measured values in each picture, (N,).
        resamples, seed: of the bootstrap over pictures.

    Returns:
        dict, name -> (mean, low, high) in decibels, a 95 % interval over pictures.
    """
    drawn = np.random.RandomState(seed).randint(0, len(counts), (resamples, len(counts)))
    base = seeds.decibels(errors[PLAIN][drawn], counts[drawn])
    found = {}
    for name in errors:
        if name != PLAIN:
            each = seeds.decibels(errors[name][drawn], counts[drawn]) - base
            mean = seeds.decibels(errors[name], counts) - seeds.decibels(errors[PLAIN], counts)
            found[name] = (mean, *np.quantile(each, [0.025, 0.975]))
    return found


def body(errors, sets):
    """The section of RESULTS.md."""
    rows, ahead = [], []
    for masks_name, holes in sets.items():
        counts = 3 * np.count_nonzero(holes, axis=(1, 2))
        of_set = errors[masks_name]
        rows.append([masks_name, *(f"{seeds.decibels(of_set[n], counts):.2f}" for n in NAMES)])
        found = leads(of_set, counts)
        ahead.append([masks_name, *(_cell(found[name]) for name in NAMES if name != PLAIN)])
    made = {name: models.recipe(name) for name in NAMES}
    recipe = made[PLAIN]
    weights = ", ".join(f"`{name}` {one['parameters']:,}" for name, one in made.items())
    return "\n\n".join(
        [
            f"U-Nets of two levels, {recipe['steps']:,} steps of {recipe['batch_size']}, the same "
            f"pictures, mixed masks and loss. Weights: {weights}. Hole PSNR (dB), composited, "
            "pooled over the held-out pictures; each network was trained once.",
            table(["masks", *(f"`{name}`" for name in NAMES)], rows),
            "Ahead of `reach_plain` (dB), with 95 % intervals over pictures; they say nothing "
            "about other seeds.",
            table(["masks", *(f"`{name}`" for name in NAMES if name != PLAIN)], ahead),
        ]
    )


def _cell(lead):
    mean, low, high = lead
    return f"{mean:+.2f} ({low:+.2f} to {high:+.2f})"


def main():
    images = as_floats(held_out.split(data.load("cifar10"))[2])
    sets = evaluation.frozen_masks(len(images))
    record("reach", "Lesson 16: one U-Net, other convolutions",
           body(measure(images, sets), sets), COMMAND, evaluation.SEED)  # fmt: skip


if __name__ == "__main__":
    words("benchmarks.reach", __doc__, 0)
    main()
