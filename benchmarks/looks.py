"""Train lesson 17's three networks that differ in their loss alone: the price of looking right.

    INPAINTING_DATA_DIR=... python -m benchmarks.looks squared
    INPAINTING_DATA_DIR=... python -m benchmarks.looks perceptual
    INPAINTING_DATA_DIR=... python -m benchmarks.looks adversarial

All three begin with the shipped ``vanilla_unet_masked`` and see the same batches, equally many:
squares of 12 to 20 pixels, with room to guess, each moved over the picture's border and in again
on the other side. A run may be stopped at any moment, and the same command goes on. The
weights go to course_lib/weights as float16 beside their recipe.
"""

import argparse
import dataclasses
from dataclasses import dataclass, field

import keras
import numpy as np
from keras import ops

from benchmarks import held_out, sittings
from benchmarks.train import ship
from course_lib import data, evaluation, losses, masks, metrics, models, training
from course_lib._pixels import as_floats
from tools.project import ROOT

FOLDER = ROOT / "build" / "training"
SIDES = range(12, 21, 2)  # pixels


@dataclass(frozen=True)
class Recipe:
    """How a network is made; every field goes into its recipe file.

    Attributes:
        network, arguments: of ``models``.
        start: the shipped network whose weights it begins with.
        perceptual_weight: of ``losses.Perceptual``, beside the squared error.
        adversarial_weight: of minus the critic's verdict on the composite, beside it.
        learning_rate: Adam's; falls to 1 % along a half cosine.
        critic_arguments, critic_learning_rate: of ``models.critic``; its Adam's, which stays.
    """

    perceptual_weight: float = 0.0
    adversarial_weight: float = 0.0
    network: str = "vanilla_unet"
    arguments: dict = field(default_factory=lambda: {"width": 16, "masked": True})
    start: str = "vanilla_unet_masked"
    hole_weight: float = 6.0
    steps: int = 3_000
    batch_size: int = 32
    learning_rate: float = 3e-4
    critic_arguments: dict = field(default_factory=lambda: {"width": 32})
    critic_learning_rate: float = 4e-4
    seed: int = 2026
    precision: str = "mixed_bfloat16"


RECIPES = {
    "squared": Recipe(),
    "perceptual": Recipe(perceptual_weight=0.1),
    "adversarial": Recipe(adversarial_weight=0.1),
}


def bank():
    """Squares in the middle, bool (5, 32, 32); ``training.pairs`` moves them about."""
    return np.concatenate([masks.squares(1, side=side) for side in SIDES])


class Network:
    """A network in training on squared error and, if it is asked for, a perceptual term."""

    def __init__(self, recipe, pictures):
        self.recipe = recipe
        self.drawn = training.pairs(
            pictures, bank(), batch_size=recipe.batch_size, seed=recipe.seed, valid=True
        ).with_holes()
        keras.utils.set_random_seed(recipe.seed)
        with training.precision(recipe.precision):
            self.model = models.NETWORKS[recipe.network](**recipe.arguments)
        start = {one.path: one for one in models.load_pretrained(recipe.start).weights}
        for variable in self.model.weights:
            variable.assign(ops.convert_to_numpy(start[variable.path]))
        self.schedule = keras.optimizers.schedules.CosineDecay(
            recipe.learning_rate, recipe.steps, 0.01
        )
        self.variables = self.compile()

    def compile(self):
        """Make the network ready to train; the variables that a step changes, by kind."""
        terms, weights = [losses.HoleWeighted("mse", weight=self.recipe.hole_weight)], [1.0]
        if self.recipe.perceptual_weight:
            terms.append(losses.Perceptual())
            weights.append(self.recipe.perceptual_weight)
        return self._compiled(self.model, losses.WeightedSum(terms, weights))

    def step(self, k):
        inputs, original, hole = self.batch(k)
        self.model.reset_metrics()
        return {"loss": float(self.model.train_on_batch(inputs, original, hole))}

    def batch(self, k):
        self.drawn.epoch, place = divmod(k, len(self.drawn))
        return self.drawn[place]

    def _compiled(self, model, loss, weights=None):
        optimizer = keras.optimizers.Adam(self.schedule)
        model.compile(optimizer, loss, loss_weights=weights)
        optimizer.build(model.trainable_variables)
        return {"weight": model.variables, "optimizer": optimizer.variables}


class AgainstACritic(Network):
    """A network that also has to convince a critic, which learns beside it, a step each in turn.

    The network is trained through ``judge``, a copy of the critic that is not trained: so each
    side is one compiled model, on every backend of Keras.
    """

    def compile(self):
        recipe = self.recipe
        self.critic, self.judge = (models.critic(**recipe.critic_arguments) for _ in range(2))
        optimizer = keras.optimizers.Adam(recipe.critic_learning_rate, beta_1=0.5)
        self.critic.compile(optimizer, "hinge")
        optimizer.build(self.critic.trainable_variables)
        self.judge.trainable = False
        damaged, valid = self.model.inputs
        predicted = self.model.output
        verdicts = self.judge([damaged + (1 - valid) * predicted, valid])
        self.judged = keras.Model([damaged, valid], [predicted, verdicts])
        changed = self._compiled(
            self.judged,
            [losses.HoleWeighted("mse", weight=recipe.hole_weight), unconvincing],
            [1.0, recipe.adversarial_weight],
        )
        critics = {"critic": self.critic.variables, "critic_optimizer": optimizer.variables}
        return {**changed, **critics}

    def step(self, k):
        inputs, original, hole = self.batch(k)
        damaged, valid = inputs
        composite = damaged + (1 - valid) * self.model.predict_on_batch(inputs)
        both = [np.concatenate([original, composite]), np.concatenate([valid, valid])]
        places = (len(original), *self.critic.compute_output_shape([(1, 32, 32, 3)] * 2)[1:])
        labels = np.concatenate([np.ones(places), -np.ones(places)])
        self.critic.reset_metrics()
        told = {"critic": float(self.critic.train_on_batch(both, labels))}
        for mine, its in zip(self.judge.variables, self.critic.variables, strict=True):
            mine.assign(its)
        self.judged.reset_metrics()
        asked, counted = [original, np.zeros(places)], [hole, np.ones(places[:3])]
        loss, squared, verdicts = self.judged.train_on_batch(inputs, asked, counted)[:3]
        return {**told, "squared": float(squared), "verdicts": -float(verdicts)}


def unconvincing(_, verdicts):
    """Minus the critic's verdicts, at each place: what a network on its own side minimises."""
    return -verdicts[..., 0]


def measure(model):
    """Hole PSNR (dB), composited, of held-out pictures with a square of 16 in the middle."""
    images = as_floats(held_out.split(data.load("cifar10"))[2])
    holes = evaluation.frozen_masks(len(images))["square_16"]
    return {
        "psnr_hole_held_out_square_16": round(
            metrics.psnr(images, models.inpaint(model, images, holes), holes), 3
        )
    }


def train(name, minutes=None, folder=None):
    """Train, or go on: the training, what ``sittings.train`` says of it, and provenance."""
    recipe, dataset = RECIPES[name], data.load("cifar10")
    kind = AgainstACritic if recipe.adversarial_weight else Network
    run = kind(recipe, held_out.split(dataset)[0])
    record = sittings.train(
        folder or FOLDER / f"looks_{name}",
        dataclasses.asdict(recipe),
        run.variables,
        run.step,
        steps=recipe.steps,
        minutes=minutes,
    )
    return run, record, dataset.provenance


def publish(name, run, record, provenance):
    """``ship`` the network, with its losses on the way."""
    made = {
        "command": f"python -m benchmarks.looks {name}",
        "data": provenance,
        "masks": f"squares, {min(SIDES)} to {max(SIDES)} pixels",
        "losses_every_100_steps": record["losses"],
        "cpu_minutes": round(record["seconds"] / 60, 1),
    }
    print(ship(f"looks_{name}", run.recipe, run.model, made, measure))


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Train lesson 17's three networks.")
    parser.add_argument("name", choices=[*RECIPES])
    parser.add_argument("--minutes", type=float, help="of this sitting (default: to the end)")
    given = parser.parse_args(arguments)
    if sittings.finished(FOLDER / f"looks_{given.name}", RECIPES[given.name].steps):
        print(f"{given.name} has taken all its steps.")
        return
    run, record, provenance = train(given.name, given.minutes)
    if record["steps"] == run.recipe.steps:
        publish(given.name, run, record, provenance)


if __name__ == "__main__":
    main()
