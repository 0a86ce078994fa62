"""Masks that are not quite right: what dice says of them, and what the repair says."""

from matplotlib.figure import Figure

from course_lib.plots.charts import COLOURS, DASHES, MARKERS, check_table, points
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style, plain

APART = 0.05  # pixels between the bars of two kinds, so that none hides another


@own_style()
def mask_costs(costs):
    """Draw dice, and next to it what the repair loses, against the pixels that a mask is off by.

    Args:
        costs: pandas.DataFrame with the columns wear, pixels, dice, change, as
            ``evaluation.mask_costs`` gives; bars are standard deviations over its places.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, KeyError, ValueError: if that is no table, has no such column or no row.

    Example:
        >>> import pandas as pd
        >>> rows = {"wear": "dust", "pixels": [0, 1], "dice": [1, 0.8], "change": [0, -2]}
        >>> drawing = mask_costs(pd.DataFrame(rows))
        >>> drawing.axes[1].lines[0].get_ydata().tolist()
        [0.0, -2.0]
    """
    check_table(costs, "wear", "pixels", "dice", "change")
    drawing = Figure(figsize=(PAGE_WIDTH, 4), dpi=DOTS_PER_INCH, layout="constrained")
    panels = drawing.subplots(1, 2)
    titles = {"dice": "What dice says", "change": "What the repair says"}
    units = {"dice": "dice with the true mask", "change": "PSNR against the true mask's (dB)"}
    for axes, value in zip(panels, titles, strict=True):
        for k, (wear, rows) in enumerate(costs.groupby("wear", sort=False)):
            found = rows.groupby("pixels")[value].agg(["mean", "std"]).fillna(0)
            axes.errorbar(
                found.index + APART * k, found["mean"], yerr=found["std"], label=plain(wear),
                color=COLOURS[k], marker=MARKERS[k], linestyle=DASHES[k % len(DASHES)],
                markersize=5, capsize=2, linewidth=1.2,
            )  # fmt: skip
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set(title=titles[value], ylabel=units[value])
        axes.set_xlabel("the mask is off by (px)")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return drawing


def detector_costs(costs):
    """Draw PSNR against dice, a point for each setting of a detector, its mean over the places.

    Args:
        costs: pandas.DataFrame with the columns place, tolerance, grow, dice, psnr, as
            ``evaluation.detector_costs`` gives.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, KeyError, ValueError: if that is no table, has no such column or no row.

    Example:
        >>> import pandas as pd
        >>> rows = {"place": [0, 1], "tolerance": 0.1, "grow": 1, "dice": [0.5, 0.7], "psnr": 30}
        >>> detector_costs(pd.DataFrame(rows)).axes[0].collections[0].get_offsets().tolist()
        [[0.6, 30.0]]
    """
    check_table(costs, "place", "tolerance", "grow", "dice", "psnr")
    means = costs.groupby(["grow", "tolerance"])[["dice", "psnr"]].mean()
    return points(
        {f"grow {grow}": (rows.dice, rows.psnr) for grow, rows in means.groupby("grow")},
        title="Settings of find_damage, means over all places",
        xlabel="dice with the true mask",
        ylabel="PSNR of the repaired picture (dB)",
    )
