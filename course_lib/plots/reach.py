"""What a place of a network sees, lets through, or looks at."""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from course_lib.plots.charts import ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, PAGE_WIDTH, own_style

FAINTEST = 1e-4  # of the strongest: what is weaker is drawn like this


@own_style()
def reaches(maps):
    """Draw maps of reach side by side: white is not seen at all, the rest is on one log scale.

    Args:
        maps: dict, title -> numbers of 0 or more, (H, W); each map is divided by its largest.

    Returns:
        A matplotlib ``Figure``.

    Example:
        >>> drawing = reaches({"a corner": np.eye(4)[:1] * np.ones((4, 1))})
        >>> int(drawing.axes[0].images[0].get_array().mask.sum())
        12
    """
    side = PAGE_WIDTH / max(len(maps), 3)
    size = min(1 + side * len(maps), PAGE_WIDTH), 1 + side
    drawing = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    panels = drawing.subplots(1, len(maps), squeeze=False)[0]
    for axes, (title, seen) in zip(panels, maps.items(), strict=True):
        share = np.asarray(seen, np.float64) / max(np.max(seen), np.finfo(float).tiny)
        shown = np.ma.masked_equal(np.where(share > 0, share.clip(FAINTEST), 0), 0)
        image = axes.imshow(shown, cmap="viridis_r", norm=LogNorm(FAINTEST, 1))
        axes.set(title=title, xticks=[], yticks=[])
    drawing.colorbar(image, ax=list(panels), label="share of the strongest", shrink=0.8)
    return drawing


@own_style()
def gates_beside_validity(gates, validities, holes, picture=0, *, layers=None, columns=4):
    """Draw, layer by layer, one picture's validity, and beside it gates from lowest to highest.

    The channels drawn of each layer are those whose gate rises most in the hole and those whose
    gate falls most there, by the mean over all pictures. In every map the hole is outlined.

    Args:
        gates, validities: as ``models.gates`` and ``models.validities`` give them.
        holes: the pictures' masks, bool (N, H, W), True = hole.
        picture: which is drawn.
        layers: names of layers; left out: all.
        columns: gates in a row, an even number.

    Returns:
        A matplotlib ``Figure``.
    """
    names = list(gates) if layers is None else list(layers)
    drawing = Figure(figsize=(PAGE_WIDTH, 1.7 * len(names)), dpi=DOTS_PER_INCH)
    drawing.set_layout_engine("constrained")
    panels = drawing.subplots(len(names), columns + 1, squeeze=False)
    for row, name in zip(panels, names, strict=True):
        order = np.argsort(_rise(gates[name], holes))
        chosen = [*order[: columns // 2], *order[-(columns // 2) :]]
        maps = [validities[name][picture, ..., 0]]
        maps += [gates[name][picture, ..., channel] for channel in chosen]
        titles = ["validity", *(f"gate {channel}" for channel in chosen)]
        for axes, values, title in zip(row, maps, titles, strict=True):
            image = axes.imshow(values, cmap="gray", vmin=0, vmax=1)
            _outline(axes, holes[picture], values.shape)
            axes.set(title=title, xticks=[], yticks=[])
        row[0].set_ylabel(name)
    drawing.colorbar(image, ax=panels, label="0 shut, 1 open", shrink=0.6)
    return drawing


def _outline(axes, hole, shape):
    """A line around the hole (H, W), over a map (h, w) of the same picture."""
    down, across = (
        (np.arange(n) + 0.5) * m / n - 0.5 for n, m in zip(hole.shape, shape, strict=True)
    )
    axes.contour(across, down, hole, levels=[0.5], colors=[HOLE_COLOUR], linewidths=1.2)


def _rise(gate, holes):
    """How much higher each channel's gate is in holes than elsewhere, (filters,)."""
    height, width = gate.shape[1:3]
    count, tall, wide = holes.shape
    missing = holes.reshape(count, height, tall // height, width, wide // width).mean(axis=(2, 4))
    hole = (missing > 0.5)[..., None]
    inside = (gate * hole).sum(axis=(0, 1, 2)) / max(hole.sum(), 1)
    outside = (gate * ~hole).sum(axis=(0, 1, 2)) / max((~hole).sum(), 1)
    return inside - outside


@own_style()
def looks(image, mask, places, starts, *, title=""):
    """Draw lines from pixels of a hole, which is outlined, to the places that they look at.

    Args:
        image: the true picture, RGB (H, W, 3) in [0, 1].
        mask: bool (H, W), True = hole.
        places: (H, W, 2), row and column of the place that each pixel looks at.
        starts: (M, 2), rows and columns of the pixels whose looks are drawn.
        title: of the figure.

    Returns:
        A matplotlib ``Figure``.

    Example:
        >>> hole = np.zeros((6, 6), bool)
        >>> hole[2, 2] = True
        >>> drawing = looks(np.ones((6, 6, 3)), hole, np.zeros((6, 6, 2), int), [(2, 2)])
        >>> drawing.axes[0].lines[0].get_xydata().tolist()
        [[2.0, 2.0], [0.0, 0.0]]
    """
    drawing = Figure(figsize=(PAGE_WIDTH / 2, PAGE_WIDTH / 2), dpi=DOTS_PER_INCH)
    axes = drawing.subplots()
    axes.imshow(image)
    _outline(axes, mask, mask.shape)
    for row, column in starts:
        to_row, to_column = places[row, column]
        axes.plot([column, to_column], [row, to_row], "-", color=ORANGE, linewidth=1.2)
        axes.plot(column, row, "o", color=HOLE_COLOUR, markeredgecolor="black", markersize=5)
        axes.plot(to_column, to_row, "s", color="white", markeredgecolor="black", markersize=6)
    axes.set(title=title, xticks=[], yticks=[])
    return drawing
