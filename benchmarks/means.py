"""The mean of several fills of one model: what it gains in PSNR, and how soon it is found out.

    INPAINTING_DATA_DIR=... python -m benchmarks.means

RePaint's fills of lesson 17's plane, several of them averaged, are judged as in
``benchmarks.perception``, on the first of its pictures. Next to the PSNR stands what two errors
promise, that of one fill and that of the mean of all (exercise 17, task 3). What was filled is kept
in build/.
"""

from functools import partial

import numpy as np

from benchmarks import held_out, perception
from benchmarks.perception import AGAINST, LEARNED, RESAMPLINGS, SEED, STEPS
from benchmarks.results import record, table
from course_lib import data, evaluation, masks, models
from course_lib._pixels import as_floats
from tools.project import words

COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.means"
PICTURES = 250
MEANS = (1, 2, 4, 6)


def samples(images, hole):
    """As many fills as the largest mean wants, float32 (6, N, H, W, 3)."""
    made, drawn = models.recipe("diffusion")["sha256"][:16], []
    for draw in range(max(MEANS)):
        key = f"diffusion_{made}_{STEPS}_{RESAMPLINGS}_{len(images)}_{draw}"
        drawn.append(perception.kept(key, partial(_make, draw), images, hole)["fill"])
    return np.stack(drawn)


def _make(draw):
    return {"fill": perception.by_diffusion("diffusion", draw)}


def promised(drawn, images, hole):
    """Hole PSNR (dB) to expect of the mean of each number of fills in MEANS, and of all there are.

    The error is ``left + spread / n``: one fill's mean error and that of the mean of all give both.
    """
    errors = (drawn - images)[:, :, hole].astype(float)
    one, of_all = (errors**2).mean(), (errors.mean(axis=0) ** 2).mean()
    spread = (one - of_all) / (1 - 1 / len(drawn))
    return [float(-10 * np.log10(one - spread + spread / n)) for n in (*MEANS, np.inf)]


def main():
    dataset = data.load("cifar10")
    images = as_floats(held_out.split(dataset)[2])[:PICTURES]
    hole = evaluation.frozen_masks(1)[perception.MASKS][0]
    drawn = samples(images, hole)
    fills = {f"mean of {n}": masks.composite(images, drawn[:n].mean(axis=0), hole) for n in MEANS}
    make, network = LEARNED[AGAINST]
    rows, floor = perception.measured({AGAINST: make(network)(images, hole)} | fills, images, hole)
    expected = dict(zip([*fills, "mean of all"], promised(drawn, images, hole), strict=True))
    cells = [perception.cells(row, (2, 2, 2, 1)) for row in rows]
    lines = [[*row, f"{expected[row[0]]:.2f}" if row[0] in expected else ""] for row in cells]
    lines.append(["mean of all", "", "", "", "", f"{expected['mean of all']:.2f}"])
    header = ["fill", "hole PSNR", "unlike true pictures", f"nearer than {AGAINST}"]
    body = (
        f"The first {PICTURES} pictures of *The price of looking right*, filled by RePaint "
        f"{max(MEANS)} times ({STEPS} steps, {RESAMPLINGS} resamplings), and the means of the "
        "first n of these fills. The columns are that section's, but its examiners had four times "
        f"as many pictures, so compare within this table; the true halves are {floor:.2f} apart. "
        "Promised: the PSNR to expect of a mean of n other fills, computed from the mean error of "
        f"one fill and that of the mean of {max(MEANS)}. {dataset.provenance}\n\n"
    )
    titles = [*header, "told apart, %", "promised PSNR"]
    title = "The mean of several fills"
    record("means", title, body + table(titles, lines), COMMAND, SEED)


if __name__ == "__main__":
    words("benchmarks.means", __doc__, 0)
    main()
