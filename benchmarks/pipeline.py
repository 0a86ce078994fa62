"""Training pairs a second against the article's generator, and their share of a training step.

python -m benchmarks.pipeline
"""

import time

import keras
import numpy as np

from benchmarks.results import record, table
from course_lib import masks, models, training
from course_lib._opencv import cv2
from tools.project import words

PICTURES = 50_000  # CIFAR-10's training set; for the time their content does not matter
BATCH = 64
BANK = 4096
ROUNDS = 301
STEPS = 31


class ArticlePairs:
    """The article's generator, written out plainly: one picture at a time, in float64.

    Every mask is drawn on the spot, three equal channels of 32 x 32, its lines of value 1.
    """

    def __init__(self, images, batch_size):
        self.images, self.batch_size = images, batch_size
        self.order = np.arange(len(images))
        np.random.shuffle(self.order)

    def __len__(self):
        return len(self.images) // self.batch_size

    def __getitem__(self, k):
        damaged = np.empty((self.batch_size, 32, 32, 3))
        original = np.empty((self.batch_size, 32, 32, 3))
        for i, chosen in enumerate(self.order[k * self.batch_size : (k + 1) * self.batch_size]):
            damaged[i] = self.damage(self.images[chosen].copy()) / 255
            original[i] = self.images[chosen] / 255
        return damaged, original

    def damage(self, image):
        mask = np.full((32, 32, 3), 255, np.uint8)
        for _ in range(np.random.randint(1, 10)):
            start = np.random.randint(1, 32), np.random.randint(1, 32)
            end = np.random.randint(1, 32), np.random.randint(1, 32)
            cv2.line(mask, start, end, (1, 1, 1), int(np.random.randint(1, 3)))
        return cv2.bitwise_and(image, mask)


def interleaved(ways, rounds):
    """Seconds of every way in every round, dict name -> (rounds,); the first call is not timed.

    The ways run in random order, so that none always finds the caches as the same other left them.
    """
    random = np.random.RandomState(0)
    for way in ways.values():
        way(0)
    seconds = {name: np.empty(rounds) for name in ways}
    for k in range(rounds):
        for name in random.permutation(list(ways)).tolist():
            way = ways[name]
            start = time.perf_counter()
            way(k)
            seconds[name][k] = time.perf_counter() - start
    return seconds


def main():
    cv2.setNumThreads(1)
    np.random.seed(0)
    images = np.random.RandomState(0).randint(0, 256, (PICTURES, 32, 32, 3), dtype=np.uint8)
    bank = masks.random_lines(BANK, 32, seed=0)
    article = ArticlePairs(images, BATCH)
    ours = training.pairs(images, bank, batch_size=BATCH, seed=0)
    with_valid = training.pairs(images, bank, batch_size=BATCH, seed=0, valid=True)

    batch = ours[0]
    keras.utils.set_random_seed(0)
    model = models.vanilla_unet(16)
    model.compile("adam", "mse")

    def begin_epoch(k):
        ours.epoch = k
        ours[0]

    seconds = interleaved(
        {
            "the article's generator": article.__getitem__,
            "`training.pairs`": ours.__getitem__,
            "`training.pairs`, with `valid`": with_valid.__getitem__,
        },
        ROUNDS,
    )
    slowest = seconds["the article's generator"]
    rows = [
        (name, f"{BATCH / np.median(taken):,.0f}", f"{np.median(slowest / taken):.1f}")
        for name, taken in seconds.items()
    ]
    step = interleaved(
        {"pairs": ours.__getitem__, "step": lambda k: model.train_on_batch(*batch)}, STEPS
    )
    share = np.median(step["pairs"] / step["step"])
    begin = interleaved({"begin": begin_epoch}, STEPS)["begin"]
    body = (
        f"{PICTURES:,} pictures of 32 x 32 pixels, batches of {BATCH}, a bank of {BANK} line "
        f"masks, {ROUNDS} rounds interleaved on one core; medians, with the ratio taken round by "
        "round.\n\n"
        + table(["pairs", "pictures a second", "times the article's"], rows)
        + f"\n\nThe first batch of an epoch takes {1000 * np.median(begin):.1f} ms: it draws the "
        f"epoch's order and turns.\n\nA training step of the article's network at width 16 "
        f"({model.count_params():,} parameters, Adam, TensorFlow on CPU) takes "
        f"{1000 * np.median(step['step']):.0f} ms; drawing its {BATCH} pairs takes "
        f"{100 * share:.2f} % of that ({STEPS} rounds interleaved, medians)."
    )
    record("pipeline", "Training pairs", body, "python -m benchmarks.pipeline", seed=0)


if __name__ == "__main__":
    words("benchmarks.pipeline", __doc__, 0)
    main()
