"""What one pixel of a mask costs, and whether dice knows the better mask: lesson 14's figures.

python -m benchmarks.mask_costs
"""

import numpy as np
from scipy import stats

from benchmarks.results import record, table
from course_lib import evaluation
from course_lib.evaluation.mask_costs import OFF as TRIED
from tools.project import words

PLACES, SEED = 4, 2026
METHODS = ("harmonic", "biharmonic", "navier_stokes", "telea")
OFF = [off for off in TRIED if off]  # the true mask is what all are compared with
COMMAND = "python -m benchmarks.mask_costs"


def main():
    _pixels()
    _detectors()


def _pixels():
    rows = []
    for method in METHODS:
        costs = evaluation.mask_costs(method, places=PLACES, seed=SEED)
        found = costs.groupby(["wear", "pixels"], sort=False).change.agg(["mean", "std"])
        for wear in costs.wear.unique():
            exact = costs.psnr[(costs.wear == wear) & (costs.pixels == 0)].mean()
            rows.append(
                [f"`{method}`, {wear}", f"{exact:.1f}"]
                + [_cell(found.loc[wear], off) for off in OFF]
            )
    dice = costs.groupby(["wear", "pixels"], sort=False).dice.agg(["mean", "std"])
    rows += [
        [f"*dice*, {wear}", ""] + [_cell(dice.loc[wear], off, 2) for off in OFF]
        for wear in costs.wear.unique()
    ]
    body = (
        f"{PLACES} places of 256 x 256 pixels of each of five photographs; damage as "
        "`restoration.worn` lays it over them; the true mask shrunk or grown by whole pixels, "
        "corners included, or (½) without the pixels that are less than half covered. PSNR of the "
        "whole picture repaired with the true mask (dB), and by how much the other masks change it "
        "(dB), mean ± standard deviation over the places; then the masks' dice.\n\n"
    )
    heads = {-1: "1 too few", -0.5: "½ too few"}
    body += table(["", "true mask", *(heads.get(off, f"{off} too many") for off in OFF)], rows)
    record("mask_costs", "Lesson 14: the cost of a pixel of the mask", body, COMMAND, SEED)


def _cell(found, off, digits=1):
    if off not in found.index:
        return ""
    return f"{found['mean'][off]:.{digits}f} ± {found['std'][off]:.{digits}f}"


def _detectors():
    costs = evaluation.detector_costs(places=PLACES, seed=SEED)
    ranks = [stats.spearmanr(one.dice, one.psnr).statistic for _, one in costs.groupby("place")]
    lost = [one.psnr.max() - one.psnr[one.dice.idxmax()] for _, one in costs.groupby("place")]
    means = costs.groupby(["tolerance", "grow"])[["dice", "psnr"]].mean()
    body = (
        f"Scratches on {PLACES} places of each of five photographs, found by `find_damage` under "
        "twelve settings and repaired by `harmonic`. Spearman's rank correlation of dice and PSNR "
        f"over the settings, place by place: {np.mean(ranks):.2f} ± {np.std(ranks):.2f}. The "
        f"setting with the highest dice is {np.mean(lost):.2f} ± {np.std(lost):.2f} dB behind the "
        "place's best.\n\n"
    )
    rows = [
        [f"tolerance {tolerance}, grow {grow}", f"{row.dice:.2f}", f"{row.psnr:.2f}"]
        for (tolerance, grow), row in means.iterrows()
    ]
    body += table(["`find_damage`", "dice", "PSNR (dB)"], rows)
    record("detector_costs", "Lesson 14: dice and repair, twelve detectors", body, COMMAND, SEED)


if __name__ == "__main__":
    words("benchmarks.mask_costs", __doc__, 0)
    main()
