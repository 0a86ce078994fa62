"""Fills in a plane: near the truth, picture by picture, and like true pictures, as a set."""

from matplotlib.figure import Figure

from course_lib.plots.charts import BLUE, ORANGE, check_table
from course_lib.plots.drawing import DOTS_PER_INCH, own_style, plain

AXES = {
    "unlike": "unlike true pictures (first examiner)",
    "told_apart": "told from the truth, % (second examiner)",
}
# Where a name stands that others would cover: right, up (points) and which of its ends is there.
ASIDE = {"Gaussian, mean": (-4, 8, "right"), "perceptual": (-4, -12, "right")}


@own_style()
def likeness(scores):
    """Draw hole PSNR over what two examiners say, a named point with its 95 % intervals a fill.

    The first examiner's interval is that of the difference to the fill that others are compared
    with, in pairs: what all fills share, the choice of pictures, is not in it.

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
    drawing = Figure(figsize=(9.6, 4.2), dpi=DOTS_PER_INCH, layout="constrained")
    both = drawing.subplots(1, 2, sharey=True)
    for axes, (column, label) in zip(both, AXES.items(), strict=True):
        for row in scores.to_dict("records"):
            _draw_point(axes, row, column)
        axes.margins(x=0.2, y=0.1)
        axes.set(xlabel=label)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    both[0].set(ylabel="PSNR in the hole (dB)")
    return drawing


def _draw_point(axes, row, column):
    drawn = any(word in row["fill"] for word in ("sample", "adversarial"))
    x, y = row[column], row["psnr_hole"]
    start = "nearer" if column == "unlike" else "told"
    half = (row[f"{start}_high"] - row[f"{start}_low"]) / 2
    axes.errorbar(
        x,
        y,
        xerr=half,
        yerr=[[y - row["psnr_low"]], [row["psnr_high"] - y]],
        fmt="s" if drawn else "o",
        color=ORANGE if drawn else BLUE,
        elinewidth=1,
        markersize=5,
    )
    *offset, end = ASIDE.get(row["fill"], (5, 4, "left"))
    axes.annotate(
        plain(row["fill"]), (x, y), offset, textcoords="offset points", fontsize=8, ha=end
    )
