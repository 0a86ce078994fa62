"""Seconds for one photograph of 512 x 512 pixels with 5 % scratches, on one core.

python -m benchmarks.photograph
"""

import os

# One core, said before any library counts them.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import time  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks.results import record, table  # noqa: E402
from course_lib import data, masks, metrics  # noqa: E402
from course_lib._opencv import cv2  # noqa: E402
from course_lib.classical import METHODS  # noqa: E402
from tools.project import words  # noqa: E402

ROUNDS = 3
FRACTION = 0.05
SEED = 2026


def scratches(size):
    """Thin lines, added until the share is reached."""
    drawn = np.zeros((size, size), bool)
    for seed in range(SEED, SEED + 1000):
        drawn |= masks.random_lines(1, size, lines=(1, 1), thickness=(3, 5), seed=seed)[0]
        if drawn.mean() >= FRACTION:
            return drawn
    raise RuntimeError("the scratches never reached their share")


def main():
    cv2.setNumThreads(1)
    photograph = data.photo("astronaut")
    mask = scratches(512)
    damaged = masks.damage(photograph, mask)
    # Constants need no timing, and exemplar compares every patch of the picture with every copy.
    names = [name for name in METHODS if name not in ("nothing", "grey", "mean", "exemplar")]
    seconds = {name: [] for name in names}
    quality = {}
    for _ in range(ROUNDS):
        for name in names:
            start = time.perf_counter()
            filled = METHODS[name](damaged, mask)
            seconds[name].append(time.perf_counter() - start)
            quality[name] = metrics.psnr(photograph, filled, mask)
    rows = [
        [
            f"`{name}`",
            f"{np.median(seconds[name]):.3f}",
            f"{min(seconds[name]):.3f}",
            f"{quality[name]:.2f}",
        ]
        for name in names
    ]
    body = (
        f"`astronaut`, {100 * mask.mean():.1f} % of the pixels missing, one thread, {ROUNDS} "
        "rounds interleaved."
        "\n\n" + table(["method", "seconds (median)", "seconds (least)", "hole PSNR (dB)"], rows)
    )
    record("photograph", "One photograph", body, "python -m benchmarks.photograph", SEED)


if __name__ == "__main__":
    words("benchmarks.photograph", __doc__, 0)
    main()
