"""What Gaussians over one row of pixels assume, drawn."""

import numpy as np
from matplotlib.figure import Figure

from course_lib._validation import as_array
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style, plain

SAMPLES = 3
GREEN = 1  # the channel that is drawn


@own_style()
def row_worlds(worlds, row, gap):
    """Draw Gaussians over one row: how a pixel hangs on its neighbours, and how a gap is filled.

    Above, the middle pixel's row of the precision matrix, its own entry scaled to 1: a neighbour
    below 0 pulls the pixel towards itself. Below, a gap: the conditional mean, two standard
    deviations to each side, and three samples. Green is drawn; it is the brightness where the
    Gaussians and the row are grey, and only there does a weight say all about a gap, in which
    the other colours are missing too.

    Args:
        worlds: dict, name -> ``classical.Gaussian`` over pictures (1, W, 3).
        row: the picture (1, W, 3), floats in [0, 1]; what stands in the gap is not read.
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
    drawing = Figure(figsize=(PAGE_WIDTH, 4.8), dpi=DOTS_PER_INCH, layout="constrained")
    above, below = drawing.subplots(2, len(worlds), squeeze=False, sharex=True, sharey="row")
    for (name, world), weights, fills in zip(worlds.items(), above, below, strict=True):
        _draw_weights(weights, world)
        weights.set_title(plain(name))
        _draw_gap(fills, world, row, gap)
    above[0].set_ylabel("precision (scaled)")
    below[0].set_ylabel("brightness")
    return drawing


def _draw_weights(axes, world):
    width = world.mean.shape[1]
    middle = 3 * (width // 2) + GREEN
    weights = world.precision[middle, GREEN::3] / world.precision[middle, middle]
    axes.plot(np.arange(width), weights, color=BLUE, marker="o", markersize=3, linewidth=0.8)
    axes.axhline(0, color="#999999", linewidth=0.6)


def _draw_gap(axes, world, row, gap):
    columns, inside = np.arange(gap.size), gap[0]
    fill, deviation = world.fill(row, gap)[0, :, GREEN], world.uncertainty(row, gap)[0]
    low, high = fill - 2 * deviation, fill + 2 * deviation
    axes.fill_between(columns[inside], low[inside], high[inside], color=ORANGE, alpha=0.2)
    for seed in range(SAMPLES):
        drawn = world.sample(row, gap, seed=seed)[0, :, GREEN]
        axes.plot(columns[inside], drawn[inside], color="#777777", linewidth=0.8)
    axes.plot(columns[inside], fill[inside], color=ORANGE, linewidth=2)
    axes.plot(columns[~inside], row[0, ~inside, GREEN], "s", color="black", markersize=3)
    axes.set(ylim=(0, 1), xlabel="column (px)")
