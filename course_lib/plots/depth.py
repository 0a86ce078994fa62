"""How far each missing pixel lies from what is known, drawn."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import masks
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style, plain

PANEL = 3.0  # inches


@own_style()
def depth_map(holes):
    """Draw masks and the depth of every missing pixel: how far it lies from the nearest known one.

    All maps share one scale; known pixels are black. A cross marks the deepest pixel of each, with
    its depth in pixels.

    Args:
        holes: a mask, bool (H, W), True = hole; or a dict, name -> mask.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if a mask is not as above, has no hole, or leaves no pixel known.

    Example:
        >>> drawing = depth_map({"one square": masks.squares(1, 32, side=12)[0]})
        >>> drawing.axes[0].get_title()
        'one square: 14 % missing'
        >>> drawing.axes[1].get_title()
        'mean depth 2.53 px'
    """
    holes = holes if isinstance(holes, dict) else {"mask": holes}
    if not holes:
        raise ValueError("there is no mask to draw: pass at least one.")
    depths = {name: _depth(name, mask) for name, mask in holes.items()}
    deepest = max(depth.max() for depth in depths.values())
    drawing, panels = _panels(len(holes))
    for (above, below), (name, depth) in zip(panels.T, depths.items(), strict=True):
        above.imshow(depth > 0, cmap="gray", interpolation="nearest", vmin=0, vmax=1)
        above.set_title(f"{plain(name)}: {100 * (depth > 0).mean():.0f} % missing", fontsize=10)
        shown = below.imshow(
            np.ma.masked_equal(depth, 0),
            cmap="viridis",
            interpolation="nearest",
            vmin=0,
            vmax=deepest,
        )
        below.set_facecolor("black")  # known: at depth 0, below the darkest of the map
        below.set_title(f"mean depth {depth[depth > 0].mean():.2f} px", fontsize=10)
        _mark_deepest(below, depth)
        for axes in (above, below):
            axes.set(xticks=[], yticks=[])
    drawing.colorbar(shown, ax=panels[1].tolist(), label="depth (px)", shrink=0.9)
    return drawing


def _panels(count):
    """Room for a mask above its map, count times; for one mask beside it."""
    rows, columns = (1, 2) if count == 1 else (2, count)
    panel = min(PANEL, PAGE_WIDTH / (columns + 0.3))
    size = (panel * columns + 0.8, (panel + 0.35) * rows)
    drawing = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    return drawing, drawing.subplots(rows, columns, squeeze=False).reshape(2, count)


def _depth(name, mask):
    depth = masks.hole_depth(mask)
    if depth.ndim != 2 or not depth.any():
        raise ValueError(f"{name} is no mask (H, W) with a hole: pass one mask of a batch.")
    return depth


def _mark_deepest(axes, depth):
    row, column = np.unravel_index(depth.argmax(), depth.shape)
    axes.plot(column, row, marker="+", color="red", markersize=9, markeredgewidth=1.5)
    to_the_left = column > depth.shape[1] / 2
    axes.annotate(
        f"{depth.max():.1f} px",
        (column, row),
        xytext=(-7 if to_the_left else 7, 7),
        textcoords="offset points",
        ha="right" if to_the_left else "left",
        fontsize=9,
        bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85},
    )
