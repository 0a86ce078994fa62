"""Train lesson 17's two denoisers, one network on two paths from pictures to noise.

    INPAINTING_DATA_DIR=... python -m benchmarks.denoise diffusion
    INPAINTING_DATA_DIR=... python -m benchmarks.denoise flow --minutes 10

A run may be stopped at any moment, and the same command goes on from the last half minute; with
``--minutes`` it stops by itself. When all steps are taken, the running average of the weights is
written to course_lib/weights as float16 beside its recipe. The held-out pictures are never seen.
"""

import argparse
import dataclasses
import math
from dataclasses import dataclass, field

import keras
import numpy as np

from benchmarks import held_out, sittings
from benchmarks.muon import ConvolutionMuon
from benchmarks.train import ship
from course_lib import data, generative, models, training
from course_lib._pixels import as_floats
from tools.project import ROOT

FOLDER = ROOT / "build" / "training"
JUDGED = 1024  # validation pictures
TIMES = np.linspace(0.05, 0.95, 10)  # at which they are judged


@dataclass(frozen=True)
class Recipe:
    """How a denoiser is made; every field goes into its recipe file.

    Attributes:
        network, arguments: of ``models``.
        path: of ``generative.PATHS``.
        steps: training steps, each with batch_size pictures, mirrored or not, at times of their
            own.
        learning_rate: Muon's; rises over ``warm_up`` steps, falls to 1 % along a half cosine.
        averaged: momentum of the running average of the weights, which is what is shipped.
    """

    path: str
    network: str = "denoiser"
    arguments: dict = field(default_factory=lambda: {"width": 64})
    steps: int = 8_000
    batch_size: int = 64
    learning_rate: float = 2e-3
    warm_up: int = 200
    averaged: float = 0.999
    seed: int = 2026
    precision: str = "mixed_bfloat16"


RECIPES = {"diffusion": Recipe("cosine"), "flow": Recipe("straight")}


class Denoising:
    """A denoiser in training: its variables, and a step."""

    def __init__(self, recipe, pictures):
        self.recipe, self.pictures = recipe, pictures
        self.path = generative.PATHS[recipe.path]
        keras.utils.set_random_seed(recipe.seed)
        with training.precision(recipe.precision):
            self.model = models.NETWORKS[recipe.network](**recipe.arguments)
        optimizer = ConvolutionMuon(
            recipe.learning_rate, use_ema=True, ema_momentum=recipe.averaged
        )
        self.model.compile(optimizer, "mse")
        optimizer.build(self.model.trainable_variables)
        self.variables = {"weight": self.model.variables, "optimizer": optimizer.variables}

    def step(self, k):
        self.model.optimizer.learning_rate = rate(self.recipe, k)
        inputs, velocity = self.batch(k)
        self.model.reset_metrics()  # Keras's is a mean over all batches since
        return {"loss": float(self.model.train_on_batch(inputs, velocity))}

    def batch(self, k):
        """Batch k, a function of (seed, k) alone: [noisy, time], velocity."""
        random = np.random.RandomState([self.recipe.seed, k])
        count = self.recipe.batch_size
        chosen = random.randint(0, len(self.pictures), count)
        mirrored = random.randint(0, 2, (count, 1, 1, 1)).astype(bool)
        pictures = self.pictures[chosen]
        pictures = np.where(mirrored, pictures[:, :, ::-1], pictures)
        # A time in each of `count` equal parts: as random, and a loss that jumps less.
        times = (np.arange(count) + random.random_sample(count)) / count
        return mixed(self.path, pictures, times, random)

    def average(self):
        """Give the network the running average of its weights."""
        self.model.optimizer.finalize_variable_values(self.model.trainable_variables)


def rate(recipe, k):
    """The learning rate of step k."""
    warm = min(1, (k + 1) / recipe.warm_up)
    cosine = (1 + math.cos(math.pi * k / recipe.steps)) / 2
    return recipe.learning_rate * warm * (0.01 + 0.99 * cosine)


def mixed(path, pictures, times, random):
    """([noisy, time], velocity) float32 of uint8 pictures (N, H, W, 3) and times (N,)."""
    pictures = 2 * as_floats(pictures) - 1
    noise = random.standard_normal(pictures.shape).astype(np.float32)
    spread = times.astype(np.float32)[:, None, None, None]
    noisy = path.mix(pictures, noise, spread)
    return [noisy, times.astype(np.float32)], path.velocity(pictures, noise, spread)


def validate(model, path, pictures):
    """Squared error of the velocity at each of TIMES, frozen noise: list of floats."""
    errors = []
    for k, time in enumerate(TIMES):
        random = np.random.RandomState([2027, k])
        inputs, velocity = mixed(path, pictures, np.full(len(pictures), time), random)
        said = model.predict(inputs, batch_size=128, verbose=0)
        errors.append(round(float(np.mean((said - velocity) ** 2)), 4))
    return errors


def train(name, minutes=None, folder=None):
    """Train, or go on: the training, what ``sittings.train`` says of it, validation, provenance."""
    recipe, dataset = RECIPES[name], data.load("cifar10")
    pictures, validation, _ = held_out.split(dataset)
    run = Denoising(recipe, pictures)
    record = sittings.train(
        folder or FOLDER / name,
        dataclasses.asdict(recipe),
        run.variables,
        run.step,
        steps=recipe.steps,
        minutes=minutes,
    )
    return run, record, validation[:JUDGED], dataset.provenance


def publish(name, run, record, validation, provenance):
    """``ship`` the averaged weights, with the loss and its errors at ten times."""
    run.average()
    made = {
        "command": f"python -m benchmarks.denoise {name}",
        "data": provenance,
        "loss": "mean squared error of the velocity",
        "optimizer": "Muon",
        "loss_every_100_steps": record["losses"]["loss"],
        "cpu_minutes": round(record["seconds"] / 60, 1),
    }

    def measure(loaded):
        return {
            "val_times": TIMES.round(2).tolist(),
            "val_squared_error": validate(loaded, run.path, validation),
        }

    print(ship(name, run.recipe, run.model, made, measure)["val_squared_error"])


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Train lesson 17's denoisers.")
    parser.add_argument("name", choices=[*RECIPES])
    parser.add_argument("--minutes", type=float, help="of this sitting (default: to the end)")
    given = parser.parse_args(arguments)
    if sittings.finished(FOLDER / given.name, RECIPES[given.name].steps):
        print(f"{given.name} has taken all its steps.")
        return
    run, record, validation, provenance = train(given.name, given.minutes)
    if record["steps"] == run.recipe.steps:
        publish(given.name, run, record, validation, provenance)


if __name__ == "__main__":
    main()
