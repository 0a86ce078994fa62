"""Fills in a plane: how near the truth, one by one, and how like true pictures, as a set."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from course_lib.plots.charts import BLUE, ORANGE, check_table
from course_lib.plots.drawing import DOTS_PER_INCH, own_style, plain

AXES = {
    "unlike": "unlike true pictures (first examiner)",
    "told_apart": "told from the truth, % (second examiner)",
}
DRAWN = ("sample", "adversarial")  # words in the names of fills that are to look true
KINDS = {  # whether a fill is one of these -> marker, colour, name
    False: ("o", BLUE, "a mean, or smooth"),
    True: ("s", ORANGE, "a sample, or trained with a critic"),
}
# Where to put names that others or an interval would cover: right, up (points), which end is there.
ASIDE = {
    "Gaussian, mean": (-10, 17, "right"),
    "perceptual": (-6, -24, "right"),
    "squared error": (-6, 17, "left"),
    "flow, sample": (6, -14, "left"),
    "diffusion, sample": (0, -22, "center"),
}


@own_style()
def likeness(scores):
    """Draw hole PSNR against two examiners' verdicts: a point and 95 % intervals for each fill.

    The first examiner's interval is that of the paired difference to the fill that the others are
    compared with: what all fills share, the choice of pictures, is not in it.

    Args:
        scores: a pandas DataFrame, as ``evaluation.likeness_scores`` gives; fills whose name says
            "sample" or "adversarial" are drawn as squares, the others as circles.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, KeyError, ValueError: if that is no table, has no such column or no row.

    Example:
        >>> from course_lib import evaluation
        >>> drawing = likeness(evaluation.likeness_scores())
        >>> [axes.get_ylabel() for axes in drawing.axes]
        ['PSNR in the hole (dB)', '']
    """
    ends = [f"{one}_{end}" for one in ("psnr", "nearer", "told") for end in ("low", "high")]
    check_table(scores, "fill", "psnr_hole", *AXES, *ends)
    drawing = Figure(figsize=(9.6, 5.6), dpi=DOTS_PER_INCH, layout="constrained")
    both = drawing.subplots(1, 2, sharey=True)
    for axes, (column, label) in zip(both, AXES.items(), strict=True):
        for row in scores.to_dict("records"):
            _draw_point(axes, row, column)
        axes.margins(x=0.3, y=0.1)
        axes.set_xlabel(label, fontsize=11)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    both[0].set_ylabel("PSNR in the hole (dB)", fontsize=11)
    drawing.legend(handles=_kinds(), loc="outside upper center", ncols=2, frameon=False)
    return drawing


def _kinds():
    return [
        Line2D([], [], marker=marker, color=colour, linestyle="", label=name)
        for marker, colour, name in KINDS.values()
    ]


def _draw_point(axes, row, column):
    x, y = row[column], row["psnr_hole"]
    start = "nearer" if column == "unlike" else "told"
    half = (row[f"{start}_high"] - row[f"{start}_low"]) / 2
    marker, colour, _ = KINDS[any(word in row["fill"] for word in DRAWN)]
    below, above = y - row["psnr_low"], row["psnr_high"] - y
    axes.errorbar(x, y, xerr=half, yerr=[[below], [above]], fmt=marker, color=colour, elinewidth=1)
    *offset, end = ASIDE.get(row["fill"], (6, 6, "left"))
    axes.annotate(
        plain(row["fill"]), (x, y), offset, textcoords="offset points", fontsize=10.5, ha=end
    )
