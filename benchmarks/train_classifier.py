"""Train the classifier whose features losses compare and whose answers evaluation counts.

    INPAINTING_DATA_DIR=... python -m benchmarks.train_classifier

Like ``benchmarks.train``: it may be stopped at any moment and goes on from the last whole epoch,
never sees the held-out pictures, and writes weights and recipe to course_lib/weights.
"""

from dataclasses import dataclass, field

import keras
import numpy as np

from benchmarks import held_out
from benchmarks.train import ship
from course_lib import data, models, training
from course_lib._pixels import as_floats
from tools.project import ROOT, words

NAME = "classifier"
SHIFT = 3  # pixels: the farthest that a picture is moved


@dataclass(frozen=True)
class Recipe:
    """How the classifier is made; every field goes into its recipe file."""

    network: str = "classifier"
    arguments: dict = field(default_factory=lambda: {"width": 16})
    epochs: int = 8
    batch_size: int = 128
    learning_rate: float = 3e-3  # Adam's: up to it in a tenth of the steps, down on a half cosine
    precision: str = "mixed_bfloat16"  # a quarter faster on processors that have it
    seed: int = 2026


RECIPE = Recipe()


class Labelled(keras.utils.PyDataset):
    """Batches (pictures, labels), float32 in [0, 1] and uint8, for ``training.fit``.

    Batch k depends on (seed, epoch, k) alone. Every epoch shows every picture once, in a new
    order, mirrored or not and moved by up to SHIFT pixels, what comes in being reflected. With
    ``frozen`` they come in their order and as they are.
    """

    def __init__(self, images, labels, batch_size, seed, frozen=False):
        super().__init__()
        self.images, self.labels = images, labels
        self.batch_size, self.seed, self.frozen, self.epoch = batch_size, seed, frozen, 0

    def __len__(self):
        return -(-len(self.images) // self.batch_size)

    def __getitem__(self, k):
        batch = slice(k * self.batch_size, (k + 1) * self.batch_size)
        if self.frozen:
            return as_floats(self.images[batch]), self.labels[batch]
        random = np.random.RandomState([self.seed, self.epoch])
        chosen = random.permutation(len(self.images))[batch]
        random = np.random.RandomState([self.seed, self.epoch, k])
        pictures = altered(self.images[chosen], random)
        return as_floats(pictures), self.labels[chosen]


def altered(images, random):
    """Each picture (N, H, W, 3) mirrored or not and moved by up to SHIFT pixels each way."""
    margin = (SHIFT, SHIFT)
    wide = np.pad(images, ((0, 0), margin, margin, (0, 0)), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(wide, images.shape[1:3], axis=(1, 2))
    down, right = random.randint(0, 2 * SHIFT + 1, (2, len(images)))
    moved = windows[np.arange(len(images)), down, right].transpose(0, 2, 3, 1)
    mirrored = random.randint(0, 2, len(images)).astype(bool)
    return np.where(mirrored[:, None, None, None], moved[:, :, ::-1], moved)


def train(recipe, folder):
    """Train, or go on training: the network, its history, and the data's provenance."""
    dataset = data.load("cifar10")
    pictures, validation, _ = held_out.split(dataset)
    labels, validation_labels, _ = held_out.split_labels(dataset)
    drawn = Labelled(pictures, labels, recipe.batch_size, recipe.seed)
    check = Labelled(validation, validation_labels, 256, recipe.seed, frozen=True)
    keras.utils.set_random_seed(recipe.seed)
    with training.precision(recipe.precision):
        model = getattr(models, recipe.network)(**recipe.arguments)
    steps = recipe.epochs * len(drawn)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 10, warmup_target=recipe.learning_rate, warmup_steps=steps // 10
    )
    model.compile(
        keras.optimizers.Adam(schedule),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = training.fit(
        model,
        drawn,
        check,
        epochs=recipe.epochs,
        seed=recipe.seed,
        folder=folder,
        callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=recipe.epochs)],
    )
    return model, history, dataset.provenance


def accuracy(model, images, labels):
    """Share of uint8 pictures (N, H, W, 3) that the network names right."""
    logits = model.predict(as_floats(images), batch_size=256, verbose=0)
    return float((logits.argmax(axis=-1) == labels).mean())


def measure(model):
    """Accuracy on CIFAR-10's test pictures and on the held-out ones."""
    dataset = data.load("cifar10")
    held = held_out.split(dataset)[2], held_out.split_labels(dataset)[2]
    return {
        "accuracy_test": accuracy(model, dataset.test, dataset.test_labels),
        "accuracy_held_out": accuracy(model, *held),
    }


def publish(recipe, model, history, provenance):
    """``ship`` the classifier, with its validation curve and its accuracies."""
    made = {
        "command": "python -m benchmarks.train_classifier",
        "data": provenance,
        "val_accuracy": [round(value, 4) for value in history.history["val_accuracy"]],
    }
    facts = ship(NAME, recipe, model, made, _accuracies)
    print(f"{NAME}: {facts['accuracy_test']:.1%} of the test pictures")


def _accuracies(model):
    return {key: round(value, 4) for key, value in measure(model).items()}


def main():
    model, history, provenance = train(RECIPE, ROOT / "build" / "training" / NAME)
    publish(RECIPE, model, history, provenance)


if __name__ == "__main__":
    words("benchmarks.train_classifier", __doc__, 0)
    main()
