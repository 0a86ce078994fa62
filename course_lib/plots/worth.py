"""What each part of a network is worth, drawn with its intervals."""

import numpy as np
from matplotlib.figure import Figure

from course_lib.plots.charts import COLOURS, MARKERS, check_tables
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style, plain

APART = 0.26  # between the marks of one part


@own_style()
def worths(tables):
    """Draw what parts are worth, in decibels: a mark, with interval, for each place they were put.

    Args:
        tables: dict, a panel's title -> pandas.DataFrame with the columns part, where, mean, low,
            high, as ``evaluation.parts_worth`` gives.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, KeyError, ValueError: if that is no dict of tables, or one of them has no such
            column or no row.

    Example:
        >>> import pandas as pd
        >>> rows = [{"part": "fill", "where": "alone", "mean": 1.0, "low": 0.5, "high": 1.5}]
        >>> drawing = worths({"lines": pd.DataFrame(rows)})
        >>> [label.get_text() for label in drawing.axes[0].get_yticklabels()]
        ['fill']
    """
    check_tables(tables, "part", "where", "mean", "low", "high")
    parts = [*dict.fromkeys(part for table in tables.values() for part in table.part)]
    height = 1.3 + 0.62 * len(parts)
    drawing = Figure(figsize=(PAGE_WIDTH, height), dpi=DOTS_PER_INCH, layout="constrained")
    panels = drawing.subplots(1, len(tables), sharey=True, sharex=True, squeeze=False)[0]
    for axes, (title, table) in zip(panels, tables.items(), strict=True):
        _draw(axes, table, parts)
        axes.set_title(plain(title), fontsize=11)
    panels[0].set_yticks(range(len(parts)), [plain(part) for part in parts], fontsize=11)
    panels[0].invert_yaxis()
    handles, labels = panels[0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False,
                   fontsize=11)  # fmt: skip
    return drawing


def _draw(axes, table, parts):
    places = [*dict.fromkeys(table["where"])]
    for k, place in enumerate(places):
        rows = table[table["where"] == place]
        y = np.array([parts.index(part) for part in rows.part]) + APART * (
            k - (len(places) - 1) / 2
        )
        axes.errorbar(
            rows["mean"], y, xerr=[rows["mean"] - rows.low, rows.high - rows["mean"]],
            fmt=MARKERS[k % len(MARKERS)], color=COLOURS[k % len(COLOURS)], markersize=5,
            capsize=2, label=plain(place),
        )  # fmt: skip
        for row, at in zip(rows.itertuples(), y, strict=True):
            told = f"{row.mean:+.2f}".replace("-", "−")
            # Left of an interval below 0, right of any other: the zero line crosses no number.
            end, side = (row.low, -1) if row.high <= 0 else (row.high, 1)
            axes.annotate(told, (end, at), xytext=(6 * side, 0), textcoords="offset points",
                          ha="right" if side < 0 else "left", va="center", fontsize=10)  # fmt: skip
    axes.axvline(0, color="black", linewidth=0.8)
    axes.margins(x=0.2)
    axes.set_xlabel("what the part is worth (dB)", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
