"""`best` taken apart: each part put into a plain network alone, or taken out of the full one.

    INPAINTING_DATA_DIR=... python -m benchmarks.parts              trains what is missing, collects
    INPAINTING_DATA_DIR=... python -m benchmarks.parts --seed 2026  trains that seed alone
    INPAINTING_DATA_DIR=... python -m benchmarks.parts --collect    collects what has finished

Ten small networks with the same number of steps, the same pictures, masks, loss and seeds. A run
that has finished is not repeated. ``benchmarks.ablation`` asks about the network in its full size,
for equal minutes.
"""

import argparse
import dataclasses
import json
import time
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from benchmarks import held_out, seeds
from benchmarks.results import record, table
from benchmarks.train import BANK, mask_bank
from course_lib import data, evaluation, losses, masks, models, training
from course_lib._files import replaced
from course_lib._pixels import as_floats
from course_lib.layers import AddInHoles, PyramidFill
from course_lib.models.networks import DIVISOR, LEVELS, _convolve_twice, _decode, _encode, correct
from tools.project import ROOT

FOLDER = ROOT / "build" / "training" / "parts"
STORED = ROOT / "course_lib" / "parts.json"  # beside it parts.npz, a few fills
COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.parts"
KEPT = ("mean", "low", "high", "pictures", "seeds")  # of a lead
SHOWN = (1, 8, 21, 40, 62, 85)  # of the frozen patches of photos, to be filled for the lesson
PARTS = ("fill", "composite", "residual", "falling_rate")
SEEDS = (2026, 2027)
STEPS = 1_500
BATCH = 32
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


def runs(seeds=SEEDS):
    """Plain, full, each part alone and each part away: ten networks, from every seed."""
    plain, full = (dict.fromkeys(PARTS, switch) for switch in (False, True))
    chosen = [plain, full]
    for part in PARTS:
        chosen += [plain | {part: True}, full | {part: False}]
    return [Run(**parts, seed=seed) for seed in seeds for parts in chosen]


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


def schedule(run):
    """Adam's rate: a number, or a function of the step."""
    return keras.optimizers.schedules.CosineDecay(RATE, STEPS, FLOOR) if run.falling_rate else RATE


def train(run, pictures):
    """The trained network and the seconds that it took."""
    keras.utils.set_random_seed(run.seed)
    model = network(run)
    model.compile(keras.optimizers.Adam(schedule(run)), losses.HoleWeighted("mse", weight=6.0))
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
    print(f"{run.name} {run.seed}: {seconds:.0f} s", flush=True)


def collect():
    """Results of the finished runs: dict, name -> facts of its seeds, the first one's first.

    Raises:
        SystemExit: if a run from the first seed is missing.
    """
    facts = {}
    for run in runs():
        path = FOLDER / str(run.seed) / f"{run.name}.json"
        if path.is_file():
            facts.setdefault(run.name, []).append(json.loads(path.read_text(encoding="utf-8")))
        elif run.seed == SEEDS[0]:
            raise SystemExit(f"{run.name} {run.seed} is missing: {COMMAND} trains it.")
    return facts


def questions():
    """What is asked of the runs: dict, (part, where) -> weights of the networks' figures.

    Where: "alone", put into the plain network, or "in the full network", taken out of it.
    """
    asked = {}
    for part in PARTS:
        for where, rest in (("alone", False), ("in the full network", True)):
            others = {name: rest for name in PARTS if name != part}
            on, off = (Run(**others, **{part: switch}).name for switch in (True, False))
            asked[part, where] = {on: 1, off: -1}
    return asked


def measured(facts, count):
    """What ``questions`` asks, answered: dict, masks -> (part, where) -> ``seeds.Lead``, and dB.

    Args:
        facts: as ``collect`` gives.
        count: held-out pictures.

    Returns:
        leads, figures: the second is masks -> name -> dB of each seed.
    """
    leads, figures = {}, {}
    for name, holes in mask_sets(count).items():
        counts = 3 * np.count_nonzero(holes, axis=(1, 2))
        errors = {
            run: np.array([one["squared_errors"][name] for one in of_seeds])
            for run, of_seeds in facts.items()
        }
        leads[name] = seeds.contrasts(errors, counts, questions())
        figures[name] = {run: seeds.decibels(one, counts) for run, one in errors.items()}
    return leads, figures


def body(facts, leads, figures):
    """The section of RESULTS.md."""
    weights = sorted({one["parameters"] for of_seeds in facts.values() for one in of_seeds})
    rows = [
        [part, where, *(_cell(leads[masks_name][part, where]) for masks_name in leads)]
        for part, where in questions()
    ]
    scores = [
        [f"`{name}`"]
        + [" / ".join(f"{value:.2f}" for value in of_sets[name]) for of_sets in figures.values()]
        for name in facts
    ]
    return "\n\n".join(
        [
            f"{len(facts)} networks of {' or '.join(f'{one:,}' for one in weights)} weights, "
            f"{STEPS:,} steps of {BATCH}, the same pictures, mixed masks and loss (squared error, "
            "each hole pixel counted six times). Hole PSNR (dB), composited, pooled over 1,000 "
            "held-out pictures. `fill`: the network sees `PyramidFill`'s guess and adds to it; "
            "without this part, it sees black holes and adds to grey. `composite`: it adds in the "
            "holes only. `residual`: it has the trunk of `residual_unet`; without, that of "
            "`vanilla_unet`. `falling_rate`: Adam's rate falls "
            f"from {RATE:g} to 1 % of it; without, it stays constant.",
            "What a part is worth (dB), with 95 % intervals over pictures and seeds "
            "(`benchmarks/seeds.py`): put into the plain network alone, and taken out of the "
            "full network alone.",
            table(["part", "where", *leads], rows),
            f"Each network, seeds {' / '.join(map(str, SEEDS))}:",
            table(["parts that are on", *figures], scores),
        ]
    )


def _cell(lead):
    return f"{lead.mean:+.2f} ({lead.low:+.2f} to {lead.high:+.2f})"


def stored(facts, leads, figures):
    """What the lesson reads, as JSON can hold it."""
    return {
        "command": COMMAND,
        "steps": STEPS,
        "batch_size": BATCH,
        "seeds": SEEDS,
        "parts": PARTS,
        "parameters": {name: of_seeds[0]["parameters"] for name, of_seeds in facts.items()},
        "psnr_hole": {
            masks_name: {name: np.round(one, 3).tolist() for name, one in of_set.items()}
            for masks_name, of_set in figures.items()
        },
        "worth": {
            masks_name: [
                {"part": part, "where": where, **{k: round(getattr(lead, k), 3) for k in KEPT}}
                for (part, where), lead in of_set.items()
            ]
            for masks_name, of_set in leads.items()
        },
    }


def fills():
    """The first seed's fills of a few photo patches: dict, "masks/network" -> uint8."""
    patches, lines = evaluation.frozen_patches()
    images = patches[list(SHOWN)]
    sets = {"lines": lines[list(SHOWN)], "square_16": mask_sets(len(SHOWN))["square_16"]}
    found = {"images": images} | {f"{name}/holes": holes for name, holes in sets.items()}
    for run in runs([SEEDS[0]]):
        model = network(run)
        with np.load(FOLDER / str(run.seed) / f"{run.name}.npz") as weights:
            model.set_weights([weights[name] for name in weights.files])
        for name, holes in sets.items():
            found[f"{name}/{run.name}"] = models.inpaint(model, images, holes)
        keras.utils.clear_session()
    return {
        name: one if one.dtype == bool else np.rint(255 * one).astype(np.uint8)
        for name, one in found.items()
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, choices=SEEDS, help="train that seed alone")
    parser.add_argument("--collect", action="store_true", help="train nothing")
    given = parser.parse_args(arguments)
    pictures, _, judged = held_out.split(data.load("cifar10"))
    images = as_floats(judged)
    for run in [] if given.collect else runs([given.seed] if given.seed else SEEDS):
        finish(run, pictures, images)
        keras.utils.clear_session()
    if given.seed:
        return
    facts = collect()
    leads, figures = measured(facts, len(images))
    STORED.write_text(json.dumps(stored(facts, leads, figures), indent=1) + "\n", encoding="utf-8")
    np.savez_compressed(STORED.with_suffix(".npz"), **fills())
    record("parts", "`best` taken apart", body(facts, leads, figures), COMMAND, SEEDS[0])


if __name__ == "__main__":
    main()
