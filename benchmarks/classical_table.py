"""Every classical method on frozen pictures and masks.

    python -m benchmarks.classical_table [--pictures 1000]

Pictures: ``photos`` (its test part), and CIFAR-10's lossless pictures where they are at hand:
``cifar10_lossless_train.npz``, in INPAINTING_LOSSLESS or in ../shared/cifar10.
"""

import argparse
import os
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.results import record, table
from course_lib import data, masks
from course_lib.classical import METHODS
from course_lib.evaluation import evaluate

SEED = 2026
SLOW = 10  # milliseconds a picture: slower methods are measured on fewer pictures
FEW = 100
BUCKETS = ((0.01, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.6))
SIDES = (2, 4, 8, 12, 16, 20)
FRACTIONS = (0.1, 0.3, 0.5, 0.7, 0.9)
COMMAND = "python -m benchmarks.classical_table"


def mask_sets(count):
    """The frozen masks: name -> bool (count, 32, 32)."""
    sets = {"lines": masks.random_lines(count, 32, seed=SEED)}
    for low, high in BUCKETS:
        sets[f"{100 * low:.0f}-{100 * high:.0f} %"] = masks.in_bucket(
            count, 32, low=low, high=high, seed=SEED
        )
    for side in SIDES:
        sets[f"{side}² px"] = masks.squares(count, 32, side=side)
    for fraction in FRACTIONS:
        sets[f"{100 * fraction:.0f} %"] = masks.random_pixels(
            count, 32, fraction=fraction, seed=SEED
        )
    return sets


def lossless_cifar10():
    """CIFAR-10 training pictures in original quality, uint8 (N, 32, 32, 3), or None."""
    default = Path(__file__).parents[2] / "shared" / "cifar10" / "cifar10_lossless_train.npz"
    path = Path(os.environ.get("INPAINTING_LOSSLESS", default))
    return np.load(path)["images"] if path.is_file() else None


def as_floats(pictures):
    return pictures / np.float32(255)


def rows_of(pictures, sets):
    """The tables' rows, (method, number of pictures): few pictures if it is slow on lines.

    Harmonic is there twice, so that a slow method can be held against it on the same pictures.
    """
    trial = slice(0, 10)
    rows = []
    for name, method in METHODS.items():
        slow = evaluate(method, pictures[trial], sets["lines"][trial])["milliseconds"] > SLOW
        rows.append((name, FEW if slow else len(pictures)))
    return [*rows, ("harmonic", FEW)]


def measure(name, title, pictures):
    sets = mask_sets(len(pictures))
    scores = {}
    for row in tqdm(rows_of(pictures, sets), desc=name):
        method, number = row
        for masks_name, drawn in sets.items():
            score = evaluate(METHODS[method], pictures[:number], drawn[:number])
            scores.setdefault(row, {})[masks_name] = score
    record(name, title, _body(scores, sets), COMMAND, SEED)


def _body(scores, sets):
    first = [
        [f"`{method}`", number]
        + [f"{score['lines'][key]:.{digits}f}" for key, digits in COLUMNS.items()]
        for (method, number), score in scores.items()
    ]
    parts = [
        "Line masks. Errors are pooled over all pictures; milliseconds are the median a picture. "
        f"Methods slower than {SLOW} ms are measured on the first {FEW} pictures: compare them "
        "with the last row, which has the same pictures.",
        table(["method", "pictures", *COLUMNS], first),
    ]
    groups = {
        "Irregular masks by bucket of hole fraction, hole PSNR (dB).": list(sets)[1:7],
        "One centred square, side in pixels, hole PSNR (dB).": list(sets)[7:13],
        "Pixels missing at random, hole PSNR (dB).": list(sets)[13:],
    }
    for heading, names in groups.items():
        rows = [
            [f"`{method}`", number] + [f"{score[name]['psnr_hole']:.2f}" for name in names]
            for (method, number), score in scores.items()
        ]
        parts += [heading, table(["method", "pictures", *names], rows)]
    return "\n\n".join(parts)


COLUMNS = {
    "psnr_hole": 2, "mae_hole": 4, "psnr_image": 2, "mae_image": 4, "ssim_image": 4,
    "milliseconds": 2,
}  # fmt: skip


def measure_all_lines(pictures):
    """Line masks on every lossless picture."""
    drawn = masks.random_lines(len(pictures), 32, seed=SEED)
    rows = []
    for method in tqdm(
        [name for name in METHODS if name not in ("bertalmio", "exemplar")], desc="all"
    ):
        score = evaluate(METHODS[method], pictures, drawn)
        rows.append([f"`{method}`", f"{score['psnr_hole']:.2f}", f"{score['mae_image']:.4f}"])
    body = (
        f"All {len(pictures)} lossless pictures, each with its own line mask, pooled.\n\n"
        + table(["method", "hole PSNR (dB)", "image MAE"], rows)
    )
    record("cifar10_lines", "CIFAR-10, line masks, every lossless picture", body, COMMAND, SEED)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000, help="pictures of each data set")
    pictures = parser.parse_args(arguments).pictures
    measure("photos", "Classical methods on photos", as_floats(data.load("photos").test[:pictures]))
    lossless = lossless_cifar10()
    if lossless is None:
        print(
            "CIFAR-10's lossless pictures are not at hand: set INPAINTING_LOSSLESS to their .npz."
        )
        return
    measure_all_lines(as_floats(lossless))
    measure("cifar10", "Classical methods on CIFAR-10", as_floats(lossless[:pictures]))


if __name__ == "__main__":
    main()
