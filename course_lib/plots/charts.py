"""Charts that lessons need more than once."""

import numpy as np
from matplotlib.figure import Figure

from course_lib._validation import as_array, brief, is_one_of
from course_lib.plots.drawing import DOTS_PER_INCH, own_style, plain

BLUE, ORANGE, GREY = "#3b6ea8", "#d9620f", "#5c5c5c"
# Distinct without colour too: by dashes and by markers.
COLOURS = (BLUE, ORANGE, "#2a7f4f", "#8a3ea0", GREY, "#b08900")
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


@own_style()
def bars(table, *, value, label="method", title, unit):
    """Draw one column of a leaderboard as horizontal bars, best at the top, numbers beside them.

    Args:
        table: a pandas DataFrame with one row for each bar.
        value: the column that gives the length of the bars.
        label: the column that names the bars.
        title: the figure's title.
        unit: the axis label, with its unit.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if that is no table or has no row.
        KeyError: if it has no column of that name.

    Example:
        >>> import pandas as pd
        >>> table = pd.DataFrame({"method": ["mean", "harmonic"], "psnr_hole": [17.0, 25.0]})
        >>> drawing = bars(table, value="psnr_hole", title="Lines", unit="PSNR in holes (dB)")
        >>> [float(bar.get_width()) for bar in drawing.axes[0].patches]
        [17.0, 25.0]
    """
    check_table(table, value, label)
    table = table.sort_values(value, kind="stable")
    size = 7, 0.8 + 0.32 * len(table)
    drawing = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    axes = drawing.subplots()
    drawn = axes.barh([plain(name) for name in table[label]], table[value], color=BLUE)
    axes.bar_label(drawn, fmt="%.1f", padding=3)
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(title=plain(title), xlabel=plain(unit))
    return drawing


@own_style()
def standings(table, *, value="psnr_hole", unit="PSNR in holes (dB)", title="Line masks"):
    """Draw the course's standings as bars: new rows in another colour, hatched and named "new".

    Args:
        table: a pandas DataFrame with one row for each bar and the columns method and new (bool),
            as ``evaluation.standings`` gives.
        value: the column that gives the length of the bars.
        unit: the axis label, with its unit.
        title: the figure's title.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if that is no table or has no row.
        KeyError: if it has no column of that name, or no method or new.

    Example:
        >>> import pandas as pd
        >>> rows = {"method": ["mean", "harmonic"], "psnr_hole": [17.0, 25.0], "new": [False, True]}
        >>> drawing = standings(pd.DataFrame(rows))
        >>> [label.get_text() for label in drawing.axes[0].get_yticklabels()]
        ['mean', 'new: harmonic']
    """
    check_table(table, value, "method", "new")
    table = table.sort_values(value, kind="stable", ignore_index=True)
    named = np.where(table.new, "new: " + table.method, table.method)
    drawing = bars(table.assign(method=named), value=value, title=title, unit=unit)
    axes = drawing.axes[0]
    for bar, label, new in zip(axes.patches, axes.get_yticklabels(), table.new, strict=True):
        if new:
            bar.set(facecolor=ORANGE, hatch="//", edgecolor="white")
            label.set_fontweight("bold")
    return drawing


@own_style()
def curves(named, *, title, xlabel, ylabel):
    """Draw curves that are distinct without colour: each has its own marker and its own dashes.

    Args:
        named: dict, name -> (x, y), two sequences of numbers of one length; NaN leaves a gap.
            Where every x is whole (epochs, layers), so is every tick.
        title: the figure's title.
        xlabel, ylabel: the axes' labels, with their units.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if there is no curve, or x and y are not of one length.

    Example:
        >>> falling = {"square": ([1, 2, 3], [25, 23, 22]), "pixels": ([1, 2], [24, 22])}
        >>> drawing = curves(falling, title="Deeper is worse", xlabel="px", ylabel="dB")
        >>> [line.get_label() for line in drawing.axes[0].lines]
        ['square', 'pixels']
    """
    drawing, axes = _chart(named, title, xlabel, ylabel)
    for k, (name, (x, y)) in enumerate(named.items()):
        axes.plot(x, y, label=plain(name), **line_style(k))
    axes.legend(frameon=False)
    if all(np.array_equal(x, np.rint(x)) for x, _ in named.values()):
        axes.xaxis.get_major_locator().set_params(integer=True)
    return drawing


@own_style()
def points(named, *, title, xlabel, ylabel):
    """Draw points in groups that are distinct without colour: each group has its own marker.

    Args:
        named: dict, name of the group -> (x, y), two sequences of numbers of one length.
        title, xlabel, ylabel: as for ``curves``.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if there is no group, or x and y are not of one length.

    Example:
        >>> drawing = points({"lines": ([1.1, 1.2], [26, 25])}, title="t", xlabel="x", ylabel="y")
        >>> drawing.axes[0].collections[0].get_offsets().tolist()
        [[1.1, 26.0], [1.2, 25.0]]
    """
    drawing, axes = _chart(named, title, xlabel, ylabel)
    for k, (name, (x, y)) in enumerate(named.items()):
        axes.scatter(x, y, label=plain(name), **_style(k), alpha=0.75, linewidths=0)
    axes.legend(frameon=False)
    return drawing


def line_style(k):
    """How the k-th curve is drawn: its colour, marker and dashes."""
    return {**_style(k), "linestyle": DASHES[k % len(DASHES)], "markersize": 5}


def _style(k):
    return {"color": COLOURS[k % len(COLOURS)], "marker": MARKERS[k % len(MARKERS)]}


def check_table(table, *names):
    """Check that there is a table with columns of these names and at least one row."""
    if not hasattr(table, "columns"):
        raise TypeError(f"table is {brief(table)}: pass a DataFrame, such as a leaderboard.")
    for name in names:
        if not is_one_of(name, list(table.columns)):
            raise KeyError(f"the table has no column {brief(name)}: pass the name of one it has.")
    if not len(table):
        raise ValueError("the table has no row: pass one with something to draw.")


def check_tables(tables, *names):
    """Check a dict, a panel's title -> such a table, with at least one."""
    check_named(tables, "table")
    for table in tables.values():
        check_table(table, *names)


def check_named(named, what):
    """Check a dict, name -> what is drawn under it, with at least one."""
    if not isinstance(named, dict):
        raise TypeError(f"{brief(named)} is no dict: pass one, name -> {what}.")
    if not named:
        raise ValueError(f"there is nothing to draw: pass at least one name -> {what}.")


def _chart(named, title, xlabel, ylabel):
    check_named(named, "(x, y)")
    for name, pair in named.items():
        if not isinstance(pair, (tuple, list, np.ndarray)) or len(pair) != 2:
            raise ValueError(f"{name} is no (x, y): pass two sequences of one length.")
        x, y = as_array(pair[0], f"{name}'s x"), as_array(pair[1], f"{name}'s y")
        if x.shape != y.shape or x.ndim != 1 or not {x.dtype.kind, y.dtype.kind} <= set("iuf"):
            raise ValueError(f"{name} is no (x, y): pass two sequences of one length.")
    drawing = Figure(figsize=(6.8, 3.6), dpi=DOTS_PER_INCH, layout="constrained")
    axes = drawing.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
    axes.set(title=plain(title), xlabel=plain(xlabel), ylabel=plain(ylabel))
    return drawing, axes
