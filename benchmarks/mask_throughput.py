"""Line masks a second: fresh ones, a bank of them, and the article's way, interleaved in one run.

python -m benchmarks.mask_throughput
"""

import time

import numpy as np

from benchmarks.results import record, table
from course_lib import masks
from course_lib._opencv import cv2
from tools.project import words

COUNT = 4096
ROUNDS = 21


def article_masks(count):
    """The mask part of the article's generator, written out plainly: one picture at a time.

    Each mask starts white with three equal channels, and every coordinate and thickness is a
    random number of its own.
    """
    drawn = np.empty((count, 32, 32, 3), np.uint8)
    for k in range(count):
        canvas = np.full((32, 32, 3), 255, np.uint8)
        for _ in range(np.random.randint(1, 10)):
            start = np.random.randint(1, 32), np.random.randint(1, 32)
            end = np.random.randint(1, 32), np.random.randint(1, 32)
            cv2.line(canvas, start, end, (1, 1, 1), int(np.random.randint(1, 3)))
        drawn[k] = canvas
    return drawn


def from_bank(bank, count, random):
    """Masks of a bank, drawn with replacement, each flipped and transposed at random."""
    drawn = bank[random.randint(0, len(bank), count)]
    flip_rows, flip_columns, transpose = random.randint(0, 2, (3, count)).astype(bool)
    drawn[flip_rows] = drawn[flip_rows, ::-1]
    drawn[flip_columns] = drawn[flip_columns, :, ::-1]
    drawn[transpose] = drawn[transpose].swapaxes(1, 2)
    return drawn


def main():
    cv2.setNumThreads(1)
    np.random.seed(0)
    random = np.random.RandomState(0)
    bank = masks.random_lines(COUNT, 32, seed=0)
    ways = {
        "the article's generator, masks only": lambda k: article_masks(COUNT),
        "fresh: `random_lines`": lambda k: masks.random_lines(COUNT, 32, seed=k),
        f"a bank of {COUNT}, flipped and transposed": lambda k: from_bank(bank, COUNT, random),
    }
    seconds = {name: [] for name in ways}
    for k in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            way(k)
            seconds[name].append(time.perf_counter() - start)
    slowest = np.array(seconds["the article's generator, masks only"])
    rows = [
        (name, f"{COUNT / np.median(taken):,.0f}", f"{np.median(slowest / np.array(taken)):.1f}")
        for name, taken in seconds.items()
    ]
    body = (
        f"Masks of 32 x 32 pixels, {COUNT} a call, {ROUNDS} rounds interleaved on one core; "
        "medians, with the ratio taken round by round.\n\n"
        + table(["masks", "a second", "times the article's"], rows)
    )
    record(
        "mask_throughput", "Mask throughput", body, "python -m benchmarks.mask_throughput", seed=0
    )


if __name__ == "__main__":
    words("benchmarks.mask_throughput", __doc__, 0)
    main()
