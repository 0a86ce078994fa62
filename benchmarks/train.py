"""Train the networks that the course ships, one command for each.

    INPAINTING_DATA_DIR=... python -m benchmarks.train vanilla_unet

A run may be stopped at any moment: the same command goes on from the last whole epoch, which lies
in build/training. When it is over, the weights that were best on the validation set are written
to course_lib/weights as float16 beside their recipe, with their SHA-256 and what they reach on the
held-out pictures. Set KERAS_BACKEND beforehand to train on another backend than TensorFlow.

With ``--seed 2027`` the same recipe is trained from another seed for ``benchmarks.seeds``: its
weights go to build/training/seeds, and nothing that is shipped changes. ``benchmarks.best`` ships
the network that fills best.
"""

import argparse
import dataclasses
import datetime
import hashlib
import json
from dataclasses import dataclass

import keras
import numpy as np

from benchmarks import held_out
from benchmarks.results import machine
from course_lib import data, losses, masks, metrics, models, training
from course_lib._files import replaced
from course_lib._pixels import as_floats
from tools.project import ROOT

BANK = 4096
VALIDATION = 2048  # pictures, each with its own mask
SEEDS = ROOT / "build" / "training" / "seeds"  # weights that are not shipped: other seeds, starts
CHECKS = 20  # epochs, that is validations and checkpoints, in a run


@dataclass(frozen=True)
class Recipe:
    """How a network is made; every field goes into its recipe file (older ones lack precision).

    Attributes:
        network: a function of ``models``.
        arguments: its arguments.
        masks: "lines", or "mixed": half lines, the rest squares, free-form and random pixels.
        hole_weight: how often a hole pixel counts in the mean squared error, a known one once.
        steps: training steps, each with batch_size pictures.
    """

    network: str
    arguments: dict
    masks: str
    hole_weight: float
    steps: int
    batch_size: int = 64
    learning_rate: float = 1e-3  # Adam's; falls to 1 % of it along a half cosine
    seed: int = 2026
    precision: str = "float32"  # Keras's dtype policy while training; weights stay float32


def _explorer(network, **arguments):
    return Recipe(network, arguments, masks="lines", hole_weight=1.0, steps=3_000)


def _reach(convolution, width=12):
    """Lesson 16's networks, which differ in their convolutions alone."""
    return Recipe(
        "shallow_unet",
        {"convolution": convolution, "width": width},
        masks="mixed",
        hole_weight=6.0,
        steps=5_000,
        batch_size=32,
        learning_rate=2e-3,
    )


RECIPES = {
    "autoencoder": Recipe("autoencoder", {"width": 16}, "mixed", 6.0, 3_000),
    "vanilla_unet": Recipe("vanilla_unet", {"width": 16}, "mixed", 6.0, 8_000),
    "vanilla_unet_masked": Recipe(
        "vanilla_unet", {"width": 16, "masked": True}, "mixed", 6.0, 8_000
    ),
    "partial_conv_unet": Recipe("partial_conv_unet", {"width": 16}, "mixed", 6.0, 8_000),
    "reach_plain": _reach("plain"),
    "reach_partial": _reach("partial"),
    "reach_gated": _reach("gated"),
    "reach_gated_9": _reach("gated", width=9),  # about as many weights as the other three
    "reach_fourier": _reach("fourier"),
    "explorer_unet_4": _explorer("vanilla_unet", width=4),
    "explorer_autoencoder_4_code_4": _explorer("autoencoder", width=4, code=4),
    "explorer_autoencoder_4_code_16": _explorer("autoencoder", width=4, code=16),
    "explorer_autoencoder_4_code_64": _explorer("autoencoder", width=4, code=64),
}

# Not shipped, but what another training begins with: ``benchmarks.photo``.
STARTS = {
    "photo_start": Recipe(
        "residual_unet", {"width": 48}, "mixed", 6.0, 8_000, precision="mixed_bfloat16"
    )
}


def mask_bank(kind, count, seed):
    """The masks that a training draws from, bool (count, 32, 32), True = hole."""
    if kind == "lines":
        return masks.random_lines(count, seed=seed)
    eighth = count // 8
    sides = [masks.squares(eighth // 8, side=side, seed=seed + side) for side in range(4, 20, 2)]
    fractions = [
        masks.random_pixels(eighth // 4, fraction=fraction, seed=seed + round(100 * fraction))
        for fraction in (0.3, 0.5, 0.7, 0.9)
    ]
    bank = np.concatenate(
        [
            *sides,
            *fractions,
            masks.brush_strokes(eighth, seed=seed),
            masks.in_bucket(eighth, low=0.01, high=0.6, seed=seed),
        ]
    )
    return np.concatenate([masks.random_lines(count - len(bank), seed=seed), bank])


def train(recipe, folder):
    """Train, or go on training: the network, its history, and the data's provenance.

    ``folder`` (pathlib.Path) holds the checkpoint. The held-out pictures are not touched.
    """
    dataset = data.load("cifar10")
    pictures, validation, _ = held_out.split(dataset)
    seed = recipe.seed
    keras.utils.set_random_seed(seed)
    with training.precision(recipe.precision):
        model = models.NETWORKS[recipe.network](**recipe.arguments)
    schedule = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, recipe.steps, 0.01)
    model.compile(
        keras.optimizers.Adam(schedule),
        loss=losses.HoleWeighted("mse", weight=recipe.hole_weight),
        weighted_metrics=[losses.HolePSNR()],
    )
    options = {"seed": seed, "valid": len(model.inputs) == 2}
    random = np.random.RandomState(seed)
    checked = random.permutation(len(validation))[:VALIDATION]
    check_masks = random.permutation(mask_bank(recipe.masks, VALIDATION, seed + 1))
    check = training.pairs(validation[checked], check_masks, batch_size=256, frozen=True, **options)
    drawn = training.pairs(
        pictures, mask_bank(recipe.masks, BANK, seed), batch_size=recipe.batch_size, **options
    )
    history = training.fit(
        model,
        _Steps(drawn.with_holes(), recipe.steps),
        check.with_holes(),
        epochs=CHECKS,
        seed=seed,
        folder=folder,
        callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=CHECKS)],
    )
    return model, history, dataset.provenance


class _Steps(keras.utils.PyDataset):
    """A run of training pairs, cut into CHECKS parts wherever all pictures have been seen."""

    def __init__(self, drawn, steps):
        super().__init__()
        self.drawn, self.steps, self.epoch = drawn, steps, 0
        self.batch_size, self.seed = drawn.batch_size, drawn.seed

    def __len__(self):
        return -(-self.steps // CHECKS)

    def __getitem__(self, k):
        self.drawn.epoch, place = divmod(self.epoch * len(self) + k, len(self.drawn))
        return self.drawn[place]


def measure(model):
    """Composited hole PSNR on the held-out pictures under line masks, in decibels."""
    _, _, judged = held_out.split(data.load("cifar10"))
    images, lines = as_floats(judged), masks.random_lines(len(judged), seed=2026)
    return metrics.psnr(images, models.inpaint(model, images, lines), lines)


def ship(name, recipe, model, made, measure):
    """Write weights (float16) and recipe to course_lib/weights, and measure what a user will load.

    Args:
        name: of both files.
        recipe: a dataclass; every field goes into the recipe file.
        model: the trained network.
        made: dict, what else the file says: the command, the data, how the training went.
        measure: a function, the network as loaded -> dict of figures for the file.

    Returns:
        dict: all that the recipe file says.
    """
    models.weights.WEIGHTS.mkdir(exist_ok=True)
    path = models.weights.WEIGHTS / f"{name}.npz"
    halves = {
        variable.path: keras.ops.convert_to_numpy(variable).astype(np.float16)
        for variable in model.weights
    }
    np.savez_compressed(path, **halves)
    facts = {
        **dataclasses.asdict(recipe),
        "parameters": model.count_params(),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "trained": f"{datetime.date.today().isoformat()}, {keras.backend.backend()}, {machine()}",
        **made,
    }
    recipe_path = path.with_suffix(".json")
    recipe_path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")  # to load by
    facts |= measure(models.load_pretrained(name))
    recipe_path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return facts


def publish(name, recipe, model, history, provenance):
    """``ship`` a network, with its validation curve and its score on the held-out pictures."""
    made = {
        "command": f"python -m benchmarks.train {name}",
        "data": provenance,
        "steps_at_check": [(k + 1) * -(-recipe.steps // CHECKS) for k in history.epoch],
        "val_psnr_hole": [round(value, 3) for value in history.history["val_psnr_hole"]],
    }
    facts = ship(name, recipe, model, made, held_out_score)
    print(f"{name}: {facts['psnr_hole_held_out_lines']} dB in the holes of held-out pictures")


def held_out_score(model):
    return {"psnr_hole_held_out_lines": round(measure(model), 3)}


def keep(name, recipe, model):
    """Write weights that are not shipped to build/training/seeds, by their variables' paths."""
    SEEDS.mkdir(parents=True, exist_ok=True)
    arrays = {one.path: keras.ops.convert_to_numpy(one) for one in model.weights}
    with replaced(SEEDS / f"{name}_{recipe.seed}.npz") as file:
        np.savez(file, **arrays)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Train the networks that the course ships.")
    recipes = RECIPES | STARTS
    parser.add_argument(
        "names", nargs="+", choices=[*recipes], metavar="name", help=", ".join(recipes)
    )
    parser.add_argument("--seed", type=int, help="instead of the recipe's; ships nothing")
    given = parser.parse_args(arguments)
    for name in given.names:
        recipe = recipes[name]
        folder = ROOT / "build" / "training" / name
        if name in RECIPES and given.seed in (None, recipe.seed):
            publish(name, recipe, *train(recipe, folder))
        else:
            recipe = dataclasses.replace(recipe, seed=given.seed or recipe.seed)
            keep(name, recipe, train(recipe, folder.with_name(f"{name}_{recipe.seed}"))[0])


if __name__ == "__main__":
    main()
