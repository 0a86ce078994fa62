"""`best` taken apart: each part put into a plain network alone, or taken out of the full one.

    INPAINTING_DATA_DIR=... python -m benchmarks.parts            trains what is missing, collects
    INPAINTING_DATA_DIR=... python -m benchmarks.parts --seed 2027     trains that seed alone

Ten small networks with the same number of steps, the same pictures, masks, loss and seeds. A run
that has finished is not repeated. ``benchmarks.ablation`` asks the same of the network in its full
size, for equal minutes.
"""

import argparse
import dataclasses
import json
import time
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from benchmarks import held_out
from benchmarks.train import BANK, mask_bank
from course_lib import data, losses, masks, models, training
from course_lib._files import replaced
from course_lib._pixels import as_floats
from course_lib.layers import AddInHoles, PyramidFill
from course_lib.models.networks import DIVISOR, LEVELS, _convolve_twice, _decode, _encode, correct
from tools.project import ROOT

FOLDER = ROOT / "build" / "training" / "parts"
PARTS = ("fill", "composite", "residual", "falling_rate")
SEEDS = (2026, 2027)
STEPS = 1_500
BATCH = 64
RATE = 1e-3
FLOOR = 0.01  # of the rate, where the cosine ends
WIDTHS = {True: 24, False: 8}  # of the residual trunk and of the plain one: 495,000 weights each


@dataclass(frozen=True)
class Run:
    """One training: which parts are on, and the seed.

    Attributes:
        fill: the network sees ``PyramidFill``'s guess and adds to it; without, it sees black holes
            and adds to a grey picture.
        composite: it adds in the holes only, so that known pixels leave as they came and the loss
            sees the composite; without, it has to draw the known pixels as well.
        residual: the trunk of ``residual_unet``; without, that of ``vanilla_unet``.
        falling_rate: Adam's rate falls to 1 % along a half cosine; without, it stays.
    """

    fill: bool
    composite: bool
    residual: bool
    falling_rate: bool
    seed: int = SEEDS[0]

    @property
    def name(self):
        return "_".join([part for part in PARTS if getattr(self, part)] or ["plain"])


def runs(seed):
    """Plain, each part alone, full, each part away: ten runs."""
    plain = dict.fromkeys(PARTS, False)
    full = dict.fromkeys(PARTS, True)
    chosen = [plain, full]
    for part in PARTS:
        chosen += [plain | {part: True}, full | {part: False}]
    return [Run(**parts, seed=seed) for parts in chosen]


def network(run):
    """[damaged, valid] -> predicted, untrained: the fill, or grey, for every last layer is 0."""
    damaged = keras.Input((None, None, 3), name="damaged")
    valid = keras.Input((None, None, 1), name="valid")
    start = _start(run, damaged, valid)
    seen = layers.Concatenate(name="seen")([start if run.fill else damaged, valid])
    trunk = correct if run.residual else _plain_trunk
    correction = trunk(seen, WIDTHS[run.residual])
    where = valid if run.composite else layers.Rescaling(0.0, name="nowhere")(valid)
    mended = AddInHoles(name="predicted")([start, where, correction])
    return keras.Model([damaged, valid], mended, name=run.name)


def _start(run, damaged, valid):
    """What the correction is added to: the fill, or grey in the holes, or grey everywhere."""
    if run.fill:
        return PyramidFill(LEVELS, name="fill")([damaged, valid])
    known = valid if run.composite else layers.Rescaling(0.0, name="none_known")(valid)
    grey = layers.Rescaling(-0.5, offset=0.5, name="grey")(known)  # 0.5 where not known
    kept = layers.Multiply(name="kept")([damaged, known])
    return layers.Add(name="start")([kept, grey])


def _plain_trunk(features, width):
    """``vanilla_unet``'s ladder, with a last convolution that starts at 0."""
    features, skips = _encode(features, width)
    features = _convolve_twice(features, DIVISOR * width, "bottleneck")
    features = _decode(features, width, skips)
    last = layers.Conv2D(3, 3, padding="same", kernel_initializer="zeros", name="output_conv")
    return last(features)


def train(run, pictures):
    """The trained network and the seconds that it took."""
    keras.utils.set_random_seed(run.seed)
    model = network(run)
    rate = keras.optimizers.schedules.CosineDecay(RATE, STEPS, FLOOR) if run.falling_rate else RATE
    model.compile(keras.optimizers.Adam(rate), losses.HoleWeighted("mse", weight=6.0))
    bank = mask_bank("mixed", BANK, run.seed)
    drawn = training.pairs(pictures, bank, batch_size=BATCH, seed=run.seed, valid=True)
    drawn = drawn.with_holes()
    began = time.perf_counter()
    for step in range(STEPS):
        drawn.epoch, place = divmod(step, len(drawn))
        inputs, original, hole = drawn[place]
        model.train_on_batch(inputs, original, sample_weight=hole)
    return model, time.perf_counter() - began


def mask_sets(count):
    """The masks that all are judged under, the same for every run."""
    return {
        "lines": masks.random_lines(count, seed=2026),
        "square_16": masks.squares(count, side=16, seed=2026),
    }


def measure(model, images):
    """Squared error in the holes, summed over each picture: dict, masks -> list of N numbers."""
    errors = {}
    for name, holes in mask_sets(len(images)).items():
        filled = models.inpaint(model, images, holes).astype(np.float64)
        errors[name] = ((filled - images) ** 2).sum(axis=(1, 2, 3)).tolist()
    return errors


def finish(run, pictures, images):
    """Train a run that has not finished, and write its result and its weights."""
    folder = FOLDER / str(run.seed)
    if (folder / f"{run.name}.json").is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    model, seconds = train(run, pictures)
    facts = {
        **dataclasses.asdict(run),
        "steps": STEPS,
        "batch_size": BATCH,
        "parameters": model.count_params(),
        "seconds": round(seconds, 1),
        "squared_errors": measure(model, images),
    }
    with replaced(folder / f"{run.name}.npz") as file:
        np.savez(file, *[keras.ops.convert_to_numpy(one) for one in model.weights])
    with replaced(folder / f"{run.name}.json") as file:
        file.write(json.dumps(facts).encode())
    scores = {
        name: decibels(np.array(one), holes)
        for (name, one), holes in zip(
            facts["squared_errors"].items(), mask_sets(len(images)).values(), strict=True
        )
    }
    print(f"{run.name} {run.seed}: {seconds:.0f} s, {scores}", flush=True)


def decibels(squared, holes):
    """Pooled hole PSNR, from each picture's summed squared error in its holes."""
    return float(-10 * np.log10(squared.sum() / (3 * holes.sum())))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, choices=SEEDS, help="train that seed alone")
    given = parser.parse_args(arguments)
    pictures, _, judged = held_out.split(data.load("cifar10"))
    images = as_floats(judged)
    for seed in [given.seed] if given.seed else SEEDS:
        for run in runs(seed):
            finish(run, pictures, images)
            keras.utils.clear_session()


if __name__ == "__main__":
    main()
