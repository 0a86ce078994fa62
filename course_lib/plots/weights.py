"""Windows of weights, drawn: which neighbours count, for and against."""

import numpy as np
from matplotlib.figure import Figure

from course_lib._validation import as_array
from course_lib.plots.charts import check_named
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style, plain

PANEL = 3.0  # inches
READABLE = 5  # windows up to this side have the number in each of their cells


@own_style()
def weights(named):
    """Draw windows of weights side by side: red counts for a pixel's value, blue against it.

    All share one scale, white at 0. A cross marks the middle, the pixel that is predicted.

    Args:
        named: dict, name -> numbers (odd, odd).

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if that is no dict, there is no window, or one has no middle.

    Example:
        >>> cross = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]])
        >>> drawing = weights({"harmonic": cross})
        >>> drawing.axes[0].get_title(), [text.get_text() for text in drawing.axes[0].texts][:2]
        ('harmonic', ['0.00', '0.25'])
    """
    check_named(named, "window")
    named = {name: _checked(name, window) for name, window in named.items()}
    panel = min(PANEL, (PAGE_WIDTH - 1) / len(named))
    size = (panel * len(named) + 1, panel + 0.3)
    drawing = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    panels = drawing.subplots(1, len(named), squeeze=False)[0]
    largest = max(np.abs(window).max() for window in named.values()) or 1
    for axes, (name, window) in zip(panels, named.items(), strict=True):
        shown = draw_weights(axes, window, largest)
        axes.set_title(plain(name), fontsize=10)
    drawing.colorbar(shown, ax=list(panels), label="weight", shrink=0.8)
    return drawing


def draw_weights(axes, window, largest):
    """One window of weights, coloured from -largest to largest; numbers if there is room."""
    shown = axes.imshow(window, cmap="RdBu_r", vmin=-largest, vmax=largest)
    middle = np.array(window.shape) // 2
    axes.plot(*middle[::-1], marker="x", color="black", markersize=9)
    if max(window.shape) <= READABLE:
        for (row, column), weight in np.ndenumerate(window):
            if (row, column) != tuple(middle):
                colour = "white" if abs(weight) > 0.7 * largest else "black"
                axes.text(column, row, f"{weight:.2f}", ha="center", va="center", color=colour)
    axes.set(xticks=[], yticks=[])
    return shown


def _checked(name, window):
    window = as_array(window, name)
    odd = window.ndim == 2 and all(side % 2 for side in window.shape)
    if not odd or window.dtype.kind not in "iuf":
        raise ValueError(f"{name} has shape {window.shape}: pass numbers (odd, odd), as 3 x 3.")
    return window
