"""How large the terms of ``losses.liu`` are with the course's classifier, and how hard they pull.

    INPAINTING_DATA_DIR=... python -m benchmarks.loss_terms

Weights that fit one classifier's features may drown or starve a term with another's. What counts
in a training is a term's gradient, not its value: here are both, at the predictions of a network
that has learned already.
"""

import keras
import numpy as np

from benchmarks import held_out
from benchmarks.results import record, table
from benchmarks.train import mask_bank
from course_lib import data, losses, models
from course_lib._pixels import as_floats
from tools.project import words

SEED = 2026
NETWORK = "vanilla_unet"
PICTURES = 200
NAMES = ("L_valid", "L_hole", "L_perceptual", "L_style", "L_tv")


class Canvas(keras.layers.Layer):
    """Predicts its own weights: after one step of descent they have moved by the gradient."""

    def __init__(self, shape):
        super().__init__()
        self.pictures = self.add_weight(shape, name="pictures")

    def call(self, inputs):
        return 0 * inputs + self.pictures


def gradient(loss, true, predicted, hole):
    """d loss / d predicted, float64 of the pictures' shape (N, H, W, 3), on any backend.

    The loss is the mean over the pictures; the gradient is that of each picture's own loss.
    """
    model = keras.Sequential([keras.Input(true.shape[1:]), Canvas(true.shape)])
    model.set_weights([predicted])
    model.compile(keras.optimizers.SGD(1.0), losses.WeightedSum([loss], [len(true)]))
    model.train_on_batch(true, true, sample_weight=hole)
    return predicted.astype(np.float64) - model.get_weights()[0]


def measured(true, predicted, hole):
    """Each term's value and the length of its gradient, averaged over the pictures."""
    rows = []
    for loss in losses.liu().losses:
        pull = gradient(loss, true, predicted, hole)
        length = np.sqrt((pull**2).sum(axis=(1, 2, 3))).mean()
        rows.append((float(loss(true, predicted, hole)), float(length)))
    return rows


def main():
    true = as_floats(held_out.split(data.load("cifar10"))[2][:PICTURES])
    bank = mask_bank("mixed", 4096, SEED)
    holes = bank[np.random.RandomState(SEED).permutation(len(bank))[:PICTURES]]
    predicted = models.predict(models.load_pretrained(NETWORK), true, holes)
    rows = []
    for name, (value, pull), *weights in zip(
        NAMES,
        measured(true, predicted, holes.astype(np.float32)),
        losses.PUBLISHED_WEIGHTS,
        losses.COURSE_WEIGHTS,
        strict=True,
    ):
        pulls = [cell for weight in weights for cell in (f"{weight:g}", f"{weight * pull:.4f}")]
        rows.append([name, f"{value:.5f}", f"{pull:.5f}", *pulls])
    header = ["term", "value", "pull", "Liu's weight", "pulls", "course's weight", "pulls"]
    record(
        "loss_terms",
        "Terms of Liu's loss with the course's classifier",
        f"Raw predictions of `{NETWORK}` for {PICTURES} held-out pictures under mixed masks. Pull "
        "is the length of the term's gradient with respect to the prediction, averaged over "
        f"the pictures.\n\n{table(header, rows)}",
        "INPAINTING_DATA_DIR=... python -m benchmarks.loss_terms",
        seed=SEED,
    )


if __name__ == "__main__":
    words("benchmarks.loss_terms", __doc__, 0)
    main()
