"""Every classical method on frozen pictures and masks.

    python -m benchmarks.classical_table [--pictures 1000]

Pictures: ``photos`` (its test part), and CIFAR-10's lossless pictures where they are at hand:
``cifar10_lossless_train.npz``, in INPAINTING_LOSSLESS or in ../shared/cifar10.
"""

import argparse

from tqdm import tqdm

from benchmarks.held_out import lossless_cifar10
from benchmarks.results import record, table
from course_lib import data
from course_lib._pixels import as_floats
from course_lib.classical import METHODS
from course_lib.evaluation import SEED, evaluate, frozen_masks

SLOW = 10  # milliseconds a picture: slower methods are measured on fewer pictures
FEW = 100
SIDES = (2, 4, 8, 12, 16, 20)  # of the square holes, pixels
SHARES = (10, 30, 50, 70, 90)  # of the pixels missing at random, per cent
COMMAND = "python -m benchmarks.classical_table"


def rows_of(pictures, sets):
    """The tables' rows, (method, number of pictures): few pictures if it is slow on lines.

    Harmonic is there twice, so that a slow method can be compared with it on the same pictures.
    """
    trial = slice(0, 10)
    rows = []
    for name, method in METHODS.items():
        slow = evaluate(method, pictures[trial], sets["lines"][trial])["milliseconds"] > SLOW
        rows.append((name, FEW if slow else len(pictures)))
    return [*rows, ("harmonic", FEW)]


def measure(name, title, pictures):
    sets = frozen_masks(len(pictures), sides=SIDES, shares=SHARES)
    scores = {}
    for row in tqdm(rows_of(pictures, sets), desc=name):
        method, number = row
        for masks_name, drawn in sets.items():
            score = evaluate(METHODS[method], pictures[:number], drawn[:number])
            scores.setdefault(row, {})[masks_name] = score
    record(name, title, _body(scores), COMMAND, SEED)


def _body(scores):
    first = [
        [f"`{method}`", number]
        + [f"{score['lines'][key]:.{digits}f}" for key, digits in COLUMNS.items()]
        for (method, number), score in scores.items()
    ]
    parts = [
        "Line masks. Errors are pooled over all pictures; milliseconds are the median per picture. "
        f"Methods slower than {SLOW} ms are measured on the first {FEW} pictures: compare them "
        "with the last row, which has the same pictures.",
        table(["method", "pictures", *COLUMNS], first),
    ]
    groups = {
        "bucket": "Irregular masks by bucket of hole fraction, hole PSNR (dB).",
        "square": "One centred square, side in pixels, hole PSNR (dB).",
        "random": "Pixels missing at random, hole PSNR (dB).",
    }
    for kind, heading in groups.items():
        names = [name for name in next(iter(scores.values())) if name.startswith(kind)]
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
    drawn = frozen_masks(len(pictures), buckets=(), sides=(), shares=())["lines"]
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
