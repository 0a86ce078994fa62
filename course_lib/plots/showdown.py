"""The showdown drawn: a leaderboard as a heat map, leads, shares of firsts, quality by time."""

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from course_lib.plots.charts import (
    BLUE,
    COLOURS,
    GREY,
    MARKERS,
    ORANGE,
    check_named,
    check_table,
    check_tables,
)
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style, plain

WORST = 4  # dB behind the best, where the colours end
SCALE = "YlGnBu_r"
SHAPES = (*MARKERS, "<", ">")  # ten methods


def mask_label(name):
    """The name of a set of frozen masks, short enough for an axis.

    Example:
        >>> mask_label("bucket_01_10"), mask_label("square_8"), mask_label("lines")
        ('1–10 %', 'square\\n8', 'lines')
    """
    if name.startswith("bucket_"):
        low, high = name.split("_")[1:]
        return f"{int(low)}–{high} %"
    word, _, number = name.partition("_")
    unit = " %" if word == "random" else ""
    return f"{word}\n{number}{unit}" if number else word


@own_style()
def leaderboard_map(scores, *, title, touched=None):
    """Draw a leaderboard as a heat map: how far each method is behind the best of its column.

    Args:
        scores: pandas.DataFrame, decibels, a row for each method and a column for each set of
            masks, as ``evaluation.showdown_scores`` gives.
        title: the figure's title.
        touched: (method, masks) of a cell to frame, or None.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if that is no table or has no row.

    Example:
        >>> import pandas as pd
        >>> board = pd.DataFrame({"lines": [21.0, 20.0]}, index=["harmonic", "telea"])
        >>> drawing = leaderboard_map(board, title="Photographs")
        >>> [text.get_text() for text in drawing.axes[0].texts]
        ['21.0', '−1.0']
    """
    check_table(scores)
    drawing = Figure(
        figsize=(PAGE_WIDTH, 1.3 + 0.34 * len(scores)), dpi=DOTS_PER_INCH, layout="constrained"
    )
    draw_map(drawing.subplots(), scores, title, touched)
    return drawing


def draw_map(axes, scores, title, touched=None):
    """``leaderboard_map`` on axes that exist already."""
    behind = (scores.max() - scores).to_numpy()
    axes.imshow(behind, cmap=SCALE, vmin=0, vmax=WORST, aspect="auto")
    for (row, column), value in np.ndenumerate(behind):
        axes.text(
            column, row, cell_text(scores.iloc[row, column], value), ha="center", va="center",
            fontsize=11, fontweight="normal" if value else "bold", color=ink(value),
        )  # fmt: skip
    axes.set_xticks(range(scores.shape[1]), [mask_label(name) for name in scores], fontsize=10)
    axes.set_yticks(range(len(scores)), [plain(name) for name in scores.index], fontsize=10)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(plain(title), fontsize=11)
    if touched is not None:
        row, column = scores.index.get_loc(touched[0]), scores.columns.get_loc(touched[1])
        axes.add_patch(
            axes.patch.__class__((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=ORANGE,
                                 linewidth=3, zorder=5)
        )  # fmt: skip


def cell_text(score, behind):
    """What a cell says: for the best its score, for others how far they are behind.

    Example:
        >>> cell_text(21.04, 0), cell_text(20.0, 1.04), cell_text(21.0, 0.04)
        ('21.0', '−1.0', '≈ 0')
    """
    if behind == 0:
        return f"{score:.1f}"
    return "≈ 0" if behind < 0.05 else f"−{behind:.1f}"


def shade(behind):
    """The colour of a cell that is ``behind`` decibels behind, RGB in [0, 1]."""
    return colormaps[SCALE](min(1.0, behind / WORST))[:3]  # an int would be an index


def ink(behind):
    """White or black, whichever stands out more from the cell's colour (WCAG 2's contrast).

    Example:
        >>> ink(0), ink(1.7), ink(9)
        ('white', 'black', 'black')
    """
    colour = np.array(shade(behind))
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    white, black = 1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05
    return "white" if white > black else "black"


@own_style()
def draws(named, *, ends=()):
    """Draw histograms of what a lead came to each time that the pictures were drawn again.

    Args:
        named: dict, label -> leads, (N,) decibels.
        ends: of an interval, marked by dashed lines.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if that is no dict of leads, or there are none.

    Example:
        >>> drawing = draws({"same pictures": [0.9, 1.0, 1.1], "other pictures": [0.0, 1.0, 2.0]})
        >>> [text.get_text() for text in drawing.axes[0].get_legend().get_texts()]
        ['same pictures', 'other pictures']
    """
    check_named(named, "leads")
    drawing = Figure(figsize=(7.5, 3), dpi=DOTS_PER_INCH, layout="constrained")
    axes = drawing.subplots()
    everything = np.concatenate([*named.values()])
    bins = np.linspace(everything.min(), everything.max(), 80)
    for k, (label, leads) in enumerate(named.items()):
        axes.hist(leads, bins=bins, alpha=0.65, label=plain(label), color=COLOURS[k],
                  hatch=(None, "///")[k % 2], edgecolor="white", linewidth=0.2)  # fmt: skip
    for end in ends:
        axes.axvline(end, color="black", linestyle="--", linewidth=1)
    axes.axvline(0, color="black", linewidth=1)
    axes.set(xlabel="lead (dB)", ylabel="draws")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return drawing


@own_style()
def leads(tables):
    """Draw leads over the best equation, one panel below the other, with their intervals.

    Args:
        tables: dict, a panel's title -> pandas.DataFrame with the columns masks, method, ahead,
            low, high, as ``evaluation.showdown_leads`` gives.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, KeyError, ValueError: if that is no dict of tables, or one of them has no such
            column or no row.

    Example:
        >>> import pandas as pd
        >>> row = {"masks": "lines", "method": "gaussian", "ahead": 0.5, "low": 0.2, "high": 0.8}
        >>> drawing = leads({"CIFAR-10": pd.DataFrame([row])})
        >>> drawing.axes[0].get_title()
        'CIFAR-10'
    """
    check_tables(tables, "masks", "method", "ahead", "low", "high")
    drawing = Figure(
        figsize=(PAGE_WIDTH, 0.6 + 2.9 * len(tables)), dpi=DOTS_PER_INCH, layout="constrained"
    )
    panels = drawing.subplots(len(tables), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (title, table) in zip(panels, tables.items(), strict=True):
        sets, methods = [*dict.fromkeys(table["masks"])], [*dict.fromkeys(table["method"])]
        for k, method in enumerate(methods):
            rows = table[table["method"] == method]
            places = np.array([sets.index(name) for name in rows["masks"]])
            axes.errorbar(
                places + 0.14 * (k - (len(methods) - 1) / 2), rows["ahead"],
                yerr=[rows["ahead"] - rows["low"], rows["high"] - rows["ahead"]],
                fmt=MARKERS[k], color=COLOURS[k], markersize=5, capsize=2, label=plain(method),
            )  # fmt: skip
        axes.axhline(0, color="black", linewidth=0.8)
        axes.set_ylabel("ahead of the\nbest equation (dB)")
        axes.set_title(plain(title), fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xticks(range(len(sets)), [mask_label(name) for name in sets], fontsize=8)
        axes.set_xlim(-0.5, len(sets) - 0.5)
    handles, labels = panels[0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False,
                   fontsize=9)  # fmt: skip
    return drawing


@own_style()
def firsts(tables, masks):
    """Draw as bars on what share of pictures each method is first: a colour for each set of masks.

    Args:
        tables: dict, a panel's title -> pandas.DataFrame, 0 to 1, a row for each method and a
            column for each set of masks, as ``evaluation.showdown_firsts`` gives.
        masks: the sets to draw.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, KeyError, ValueError: if that is no dict of tables, or one of them has no such
            column or no row.

    Example:
        >>> import pandas as pd
        >>> shares = pd.DataFrame({"lines": [0.75, 0.25]}, index=["harmonic", "telea"])
        >>> drawing = firsts({"Photographs": shares}, ["lines"])
        >>> sorted(float(bar.get_width()) for bar in drawing.axes[0].patches)
        [25.0, 75.0]
    """
    check_tables(tables, *masks)
    order = next(iter(tables.values())).index
    rows = len(order)
    drawing = Figure(
        figsize=(PAGE_WIDTH, 1.0 + 0.34 * rows), dpi=DOTS_PER_INCH, layout="constrained"
    )
    panels = drawing.subplots(1, len(tables), sharey=True, squeeze=False)[0]
    height = 0.8 / len(masks)
    for axes, (title, table) in zip(panels, tables.items(), strict=True):
        for k, name in enumerate(masks):
            places = np.arange(rows) + height * (k - (len(masks) - 1) / 2)
            axes.barh(
                places, 100 * table.loc[order, name], height, color=COLOURS[k],
                hatch=(None, "///", "...")[k % 3], edgecolor="white", linewidth=0.3,
                label=mask_label(name).replace("\n", " "),
            )  # fmt: skip
        axes.set_yticks(range(rows), [plain(name) for name in order])
        axes.set(title=plain(title), xlabel="pictures on which it is first (%)")
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].invert_yaxis()
    handles, labels = panels[0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return drawing


@own_style()
def by_time(tables):
    """Draw quality against time, and mark the methods that no other beats in both.

    Args:
        tables: dict, a panel's title -> pandas.DataFrame with the columns method, milliseconds
            and psnr_hole.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, KeyError, ValueError: if that is no dict of tables, or one of them has no such
            column or no row.

    Example:
        >>> import pandas as pd
        >>> rows = {"method": ["a", "b", "c"], "milliseconds": [1, 2, 3], "psnr_hole": [20, 19, 21]}
        >>> drawing = by_time({"Lines": pd.DataFrame(rows)})
        >>> sorted(text.get_text() for text in drawing.axes[0].texts)
        ['a', 'c']
    """
    check_tables(tables, "method", "milliseconds", "psnr_hole")
    drawing = Figure(figsize=(PAGE_WIDTH, 4.8), dpi=DOTS_PER_INCH, layout="constrained")
    panels = drawing.subplots(1, len(tables), squeeze=False)[0]
    methods = [*dict.fromkeys(name for table in tables.values() for name in table.method)]
    markers = {name: SHAPES[k % len(SHAPES)] for k, name in enumerate(methods)}
    for axes, (title, table) in zip(panels, tables.items(), strict=True):
        table = table.sort_values("milliseconds", ignore_index=True)
        front = table["psnr_hole"] == table["psnr_hole"].cummax()
        axes.step(table["milliseconds"][front], table["psnr_hole"][front], where="post",
                  color=ORANGE, linewidth=1, zorder=1)  # fmt: skip
        for row, unbeaten in zip(table.itertuples(), front, strict=True):
            look = {"color": ORANGE} if unbeaten else {"color": BLUE, "fillstyle": "none"}
            axes.plot(row.milliseconds, row.psnr_hole, markers[row.method], markersize=8, **look)
        _scale_by_time(axes, table)
        _name_the_front(axes, table[front])
        axes.set_title(plain(title))
    panels[0].set_ylabel("PSNR in holes (dB)", fontsize=11)
    drawing.legend(
        [Line2D([], [], linestyle="", marker=one, color=GREY) for one in markers.values()],
        map(plain, markers), loc="outside lower center", ncols=5, frameon=False, fontsize=10,
    )  # fmt: skip
    return drawing


def _scale_by_time(axes, table):
    """A scale with room for names at the left of its dots."""
    low, high = np.log10([table["milliseconds"].min(), table["milliseconds"].max()])
    span = max(high - low, 1)
    axes.set(xscale="log", xlim=(10 ** (low - 0.6 * span), 10 ** (high + 0.1 * span)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("milliseconds a picture", fontsize=11)
    axes.margins(y=0.1)
    axes.spines[["top", "right"]].set_visible(False)


def _name_the_front(axes, front):
    """Write names to the upper left of their dots, where no dot can be, one above the other."""
    line = np.ptp(axes.get_ylim()) / 14  # a name's height
    lowest = -np.inf
    for row in front.itertuples():
        lowest = max(row.psnr_hole, lowest + line)
        axes.annotate(
            plain(row.method), (row.milliseconds, row.psnr_hole),
            (0.7 * row.milliseconds, lowest), ha="right", va="center", fontsize=11,
            arrowprops={"arrowstyle": "-", "color": ORANGE, "linewidth": 0.8, "shrinkB": 4},
        )  # fmt: skip
