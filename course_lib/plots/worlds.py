"""What Gaussians over one row of pixels assume, drawn."""

import numpy as np
from matplotlib.figure import Figure

from course_lib._validation import as_array
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style, plain

SAMPLES = 3
AROUND = 6  # pixels drawn on each side of the middle, and of the gap
GREEN = 1  # the channel that is drawn


@own_style()
def row_worlds(worlds, row, gap):
    """Draw Gaussians over one row: how a pixel depends on its neighbours, and fills of a gap.

    Above, the middle pixel's row of the precision matrix, its own entry scaled to 1: a neighbour
    below 0 pulls the pixel towards itself. Below, a gap: the conditional mean, two standard
    deviations to each side, three samples, and what stood there. Green is drawn. It is the
    brightness where the Gaussians and the row are grey, and only there does a weight say all about
    a gap, where the other colours are missing too.

    Args:
        worlds: dict, name -> ``classical.Gaussian`` over pictures (1, W, 3).
        row: the true picture (1, W, 3), floats in [0, 1]; no fill sees what is in the gap.
        gap: bool (1, W), True = missing.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        ValueError: if there is no Gaussian; and what ``fill`` raises.

    Example:
        >>> from course_lib.classical import Gaussian
        >>> chain = np.kron([[1, -1, 0], [-1, 2, -1], [0, -1, 1]], np.eye(3))
        >>> gap = np.array([[False, True, False]])
        >>> drawing = row_worlds({"chain": Gaussian(np.zeros((1, 3, 3)), chain)},
        ...                      np.full((1, 3, 3), 0.5), gap)
        >>> drawing.axes[0].get_title(), drawing.axes[0].lines[0].get_ydata().tolist()
        ('chain', [-0.5, 1.0, -0.5])
    """
    if not worlds:
        raise ValueError("there is nothing to draw: pass at least one name -> Gaussian.")
    row, gap = as_array(row, "row"), as_array(gap, "gap")
    drawing = Figure(figsize=(PAGE_WIDTH, 6.2), dpi=DOTS_PER_INCH, layout="constrained")
    above, below = drawing.subplots(
        2, len(worlds), squeeze=False, sharex="row", sharey="row", height_ratios=(2, 3)
    )
    for (name, world), weights, fills in zip(worlds.items(), above, below, strict=True):
        _draw_weights(weights, world)
        weights.set_title(plain(name))
        _draw_gap(fills, world, row, gap)
    above[0].set_ylabel("precision (scaled)")
    below[0].set_ylabel("brightness")
    drawing.legend(*_once(below[0]), loc="outside lower center", ncols=5, frameon=False)
    return drawing


def _draw_weights(axes, world):
    width = world.mean.shape[1]
    middle = width // 2
    weights = world.precision[3 * middle + GREEN, GREEN::3]
    weights = weights / weights[middle]
    axes.plot(np.arange(width) - middle, weights, color=BLUE, marker="o", markersize=5)
    axes.axhline(0, color="#999999", linewidth=0.6)
    axes.set(xlim=(-AROUND - 0.5, AROUND + 0.5), xlabel="offset from the pixel (px)")
    axes.set_xticks([-AROUND, -AROUND // 2, 0, AROUND // 2, AROUND])


def _draw_gap(axes, world, row, gap):
    columns, inside, truth = np.arange(gap.size), gap[0], row[0, :, GREEN]
    fill, deviation = world.fill(row, gap)[0, :, GREEN], world.uncertainty(row, gap)[0]
    low, high = fill - 2 * deviation, fill + 2 * deviation
    axes.fill_between(
        columns[inside], low[inside], high[inside], color=ORANGE, alpha=0.2, linewidth=0,
        label="± 2 deviations",
    )  # fmt: skip
    for seed in range(SAMPLES):
        drawn = world.sample(row, gap, seed=seed)[0, :, GREEN]
        axes.plot(columns[inside], drawn[inside], color=BLUE, linewidth=1.5, label="samples")
    axes.plot(columns[inside], fill[inside], color=ORANGE, linewidth=3, label="mean")
    axes.plot(columns[inside], truth[inside], "k:", linewidth=2, label="truth")
    axes.plot(columns[~inside], truth[~inside], "s", color="black", markersize=4, label="known")
    first, *_, last = columns[inside].tolist() * 2
    axes.set(xlim=(first - AROUND - 0.5, last + AROUND + 0.5), xlabel="column (px)")


def _once(axes):
    """Handles and labels for a legend that names each kind of line once."""
    handles, labels = axes.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    return named.values(), named.keys()
