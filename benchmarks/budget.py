"""Train for so many minutes of one core: what an equal comparison of recipes needs.

Steps are no measure where one step costs more than another, and minutes on a clock are none
where something else shares the core, or where the next run is done by another computer. So a step
has a price, in seconds of one core: ``costs`` measures the prices of all kinds of step once, in
turns, on one processor (``step_costs.json``). A run here has a budget of such seconds, and the
learning rate follows the share that is used up. Whatever is not a step (compiling, validating,
writing) is free.

A run may be killed at any moment. Its checkpoint, written every half minute, holds all that the
next step depends on, so that the same call goes on from there. Everything is a function of the
seed and the prices, up to how a computer rounds.
"""

import dataclasses
import json
import math
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from benchmarks import held_out, menders
from benchmarks.muon import ConvolutionMuon
from benchmarks.results import machine
from benchmarks.train import BANK, mask_bank
from course_lib import data, losses, masks, metrics, models, training
from course_lib._files import replaced
from course_lib._pixels import as_floats
from course_lib.training import checkpoint
from tools.project import ROOT

FOLDER = ROOT / "build" / "training" / "budget"
KEPT = Path(__file__).with_name("runs")  # committed: hours that no other checkout need spend again
COSTS = Path(__file__).with_name("step_costs.json")
OPTIMIZERS = {"adam": keras.optimizers.Adam, "muon": ConvolutionMuon}
FLOOR = 0.01  # of the learning rate, where the cosine ends
MARKS = 10  # quick validations in a run, evenly over the budget
JUDGED = 1024  # validation pictures at the end
GLANCED = 512  # validation pictures at a mark
SAVED_EVERY = 30.0  # seconds on the clock
VALIDATION_SEED = 31
XLA_FROM = 20  # minutes: a step takes a third less time then, but compiling takes one or two


@dataclass(frozen=True)
class Run:
    """One training; every field goes into its result.

    Attributes:
        name: of its folder in build/training/budget.
        network: of ``menders.NETWORKS``.
        arguments: its arguments.
        minutes: of one core, in all, by the prices of ``step_costs.json``; a network with the
            field's fill has paid for the field's training.
        optimizer: of ``OPTIMIZERS``.
        learning_rate: at the start; falls to 1 % along a half cosine of the budget.
        averaged: momentum of the running average of the weights, which is measured beside them.
    """

    name: str
    minutes: float
    arguments: dict = dataclasses.field(default_factory=dict)
    network: str = "mender"
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    batch_size: int = 64
    seed: int = 2026
    averaged: float = 0.999
    precision: str = "float32"  # which every processor has
    hole_weight: float = 6.0

    @property
    def folder(self):
        return FOLDER / self.name

    @property
    def needs(self):
        """The run whose filters this one starts with, or None."""
        return field_run(self.seed) if "field" in self.arguments.get("fills", ()) else None


def field_run(seed):
    """The training of the field's 432 numbers, without a network."""
    return Run(
        f"filters_{seed}",
        minutes=1,
        network="field",
        learning_rate=0.003,
        batch_size=32,
        seed=seed,
        averaged=0.98,
    )


def step_kind(run):
    """What the price of a step depends on, as a key of ``step_costs.json``."""
    given = " ".join(f"{name}={value}" for name, value in sorted(run.arguments.items()))
    return f"{run.network}({given}) {run.optimizer} {run.batch_size} {run.precision}"


def step_cost(run):
    """The price of one step, seconds of one core.

    Raises:
        ValueError: if it has not been measured.
    """
    prices = json.loads(COSTS.read_text(encoding="utf-8"))["seconds"]
    if step_kind(run) not in prices:
        raise ValueError(f"What a step of {step_kind(run)} costs is not known: add it to costs.py.")
    return prices[step_kind(run)]


def result(run):
    """What a finished run has written (dict), here or in the checkout that kept it, or None.

    Raises:
        ValueError: if another recipe has finished under this name.
    """
    path = run.folder / "result.json"
    if not path.is_file():
        path = KEPT / f"{run.name}.json"
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    if found["recipe"] != _recipe(run):
        raise ValueError(
            f"{path} is the result of another recipe: give this one another name, or delete it."
        )
    return found


def keep(run):
    """Put a finished run's result among the committed ones; its weights stay where they are."""
    KEPT.mkdir(exist_ok=True)
    shutil.copy(run.folder / "result.json", KEPT / f"{run.name}.json")


def weights(run, kind="averaged"):
    """A finished run's weights: dict, a variable's path -> float32 array.

    Args:
        run: a ``Run``.
        kind: "averaged" or "last".
    """
    with np.load(run.folder / f"{kind}.npz", allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def train(run, pictures):
    """Train, or go on training, until the budget is used up; then measure and write the result.

    Args:
        run: a ``Run``; a field that it needs is finished.
        pictures: the training and the validation pictures, uint8 (N, 32, 32, 3) each.
    """
    state = Training(run, pictures[0], step_cost(run), jit_compile=run.minutes >= XLA_FROM)
    check = validation(pictures[1])
    glance = {name: check[name] for name in ("lines", "square_16", "random_50")}
    saved = time.monotonic()
    while state.share < 1 and not state.record["diverged"]:
        state.step()
        if state.share >= (len(state.record["marks"]) + 1) / MARKS:
            state.mark(measure(state.model, glance, GLANCED))
        if state.share >= 1 or time.monotonic() - saved > SAVED_EVERY:
            state.save()
            saved = time.monotonic()
    _finish(state, check)


def validation(pictures):
    """Frozen pairs, the same for every run: name -> (float32 (1024, 32, 32, 3), holes)."""
    images = as_floats(pictures[:JUDGED])
    count, seed = len(images), VALIDATION_SEED
    sets = {
        "lines": masks.random_lines(count, seed=seed),
        "bucket": masks.in_bucket(count, low=0.01, high=0.6, seed=seed),
        "square_8": masks.squares(count, side=8),
        "square_16": masks.squares(count, side=16),
        "random_50": masks.random_pixels(count, fraction=0.5, seed=seed),
        "random_90": masks.random_pixels(count, fraction=0.9, seed=seed),
    }
    return {name: (images, holes) for name, holes in sets.items()}


def measure(model, check, count=JUDGED):
    """Composited hole PSNR (dB) on the first ``count`` pictures of every set, as a dict."""
    scores = {}
    for name, (images, holes) in check.items():
        images, holes = images[:count], holes[:count]
        filled = models.inpaint(model, images, holes)
        scores[name] = round(metrics.psnr(images, filled, holes), 4)
    return scores


class Training:
    """A network in training, and all that goes into its checkpoint."""

    def __init__(self, run, pictures, cost, jit_compile=False):
        self.run, self.cost = run, cost
        keras.utils.set_random_seed(run.seed)
        with training.precision(run.precision):
            self.model = build(run)
        optimizer = OPTIMIZERS[run.optimizer](
            run.learning_rate, use_ema=True, ema_momentum=run.averaged
        )
        self.model.compile(
            optimizer,
            losses.HoleWeighted("mse", weight=run.hole_weight),
            jit_compile=jit_compile,  # by XLA: the same step, rounded otherwise
        )
        optimizer.build(self.model.trainable_variables)
        self.drawn = training.pairs(
            pictures,
            mask_bank("mixed", BANK, run.seed),
            batch_size=run.batch_size,
            seed=run.seed,
            valid=True,
        ).with_holes()
        paid = run.needs.minutes * 60 if run.needs else 0.0
        self.record = {"recipe": _recipe(run), "steps": 0, "seconds": paid, "marks": []}
        self.record |= {"paid": paid, "sittings": [], "diverged": False}
        self._load()
        self.record["sittings"].append(machine())

    @property
    def share(self):
        """How much of the budget is used up."""
        return self.record["seconds"] / (60 * self.run.minutes)

    def step(self):
        """One batch, charged at its price."""
        cosine = (1 + math.cos(math.pi * min(self.share, 1))) / 2
        self.model.optimizer.learning_rate = self.run.learning_rate * (FLOOR + (1 - FLOOR) * cosine)
        self.drawn.epoch, place = divmod(self.record["steps"], len(self.drawn))
        inputs, original, hole = self.drawn[place]
        loss = self.model.train_on_batch(inputs, original, sample_weight=hole)
        self.record["diverged"] = not np.isfinite(loss)
        self.record["seconds"] += self.cost
        self.record["steps"] += 1

    def mark(self, scores):
        minutes = round(self.record["seconds"] / 60, 3)
        self.record["marks"].append({"minutes": minutes, "steps": self.record["steps"], **scores})
        print(f"{self.run.name}: {self.record['marks'][-1]}", flush=True)

    def save(self):
        arrays = {
            f"{kind}_{k}": keras.ops.convert_to_numpy(one)
            for kind, variables in self._variables().items()
            for k, one in enumerate(variables)
        }
        checkpoint.write(self.run.folder / "checkpoint.npz", arrays, self.record)

    def _load(self):
        stored = checkpoint.read(self.run.folder / "checkpoint.npz")
        if stored is None:
            return
        arrays, record = stored
        if record["recipe"] != self.record["recipe"]:
            raise ValueError(
                f"{self.run.folder} holds the checkpoint of another recipe: give this one another "
                "name, or delete the folder."
            )
        for kind, variables in self._variables().items():
            for k, variable in enumerate(variables):
                variable.assign(arrays[f"{kind}_{k}"])
        self.record = record

    def _variables(self):
        return {"variable": self.model.variables, "optimizer": self.model.optimizer.variables}


def build(run):
    """The run's network, with the trained filters where it has a field's fill."""
    model = menders.NETWORKS[run.network](**run.arguments)
    if run.needs:
        kernel = weights(run.needs)["field_fill/kernel"]
        model.get_layer("field_fill").set_weights([kernel])
    return model


def _finish(state, check):
    """Measure the last and the averaged weights in float32, and write weights and result."""
    run, model = state.run, build(state.run)
    scores = {}
    for kind in ("last", "averaged"):
        if kind == "averaged":
            state.model.optimizer.finalize_variable_values(state.model.trainable_variables)
        arrays = [keras.ops.convert_to_numpy(one) for one in state.model.weights]
        model.set_weights(arrays)
        scores[kind] = None if state.record["diverged"] else measure(model, check)
        named = dict(zip([one.path for one in model.weights], arrays, strict=True))
        with replaced(run.folder / f"{kind}.npz") as file:
            np.savez(file, **named)
    facts = {
        **state.record,
        "pictures": state.record["steps"] * run.batch_size,
        "weights": int(model.count_params()),
        "scores": scores,
    }
    with replaced(run.folder / "result.json") as file:
        file.write((json.dumps(facts, indent=1) + "\n").encode())
    print(f"{run.name}: finished, {scores}", flush=True)


def score(run, kind="last"):
    """Mean hole PSNR (dB) over the validation sets; minus infinity if the training diverged."""
    scores = result(run)["scores"][kind]
    return float(np.mean([*scores.values()])) if scores else -math.inf


def _recipe(run):
    """As JSON gives it back: lists for tuples."""
    return json.loads(json.dumps(dataclasses.asdict(run)))


def pictures():
    """What is trained and validated on, uint8: never the held-out pictures."""
    return held_out.split(data.load("cifar10"))[:2]


def progress(run):
    """How far an unfinished run has come, in words."""
    stored = checkpoint.read(run.folder / "checkpoint.npz")
    if stored is None:
        return "not begun"
    return f"{stored[1]['seconds'] / 60:.1f} min done"
