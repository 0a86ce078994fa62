"""Charts that lessons need more than once."""

from matplotlib.figure import Figure

from course_lib.plots.drawing import DOTS_PER_INCH


def bars(table, *, value, label="method", title, unit):
    """Draw one column of a leaderboard as horizontal bars, best at the top, numbers beside them.

    Args:
        table: a pandas DataFrame with one row a bar.
        value: the column that gives the length of the bars.
        label: the column that names the bars.
        title: the figure's title.
        unit: the axis label, with its unit.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        KeyError: if the table has no column of that name.

    Example:
        >>> import pandas as pd
        >>> table = pd.DataFrame({"method": ["mean", "harmonic"], "psnr_hole": [17.0, 25.0]})
        >>> drawing = bars(table, value="psnr_hole", title="Lines", unit="PSNR in holes (dB)")
        >>> [float(bar.get_width()) for bar in drawing.axes[0].patches]
        [17.0, 25.0]
    """
    table = table.sort_values(value, kind="stable")
    drawing = Figure(figsize=(7, 0.8 + 0.32 * len(table)), dpi=DOTS_PER_INCH, layout="constrained")
    axes = drawing.subplots()
    drawn = axes.barh(table[label], table[value], color="#3b6ea8")
    axes.bar_label(drawn, fmt="%.1f", padding=3)
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(title=title, xlabel=unit)
    return drawing
