"""Small arrays as numbers in cells: what is known, what is hole, and a window over them."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib._validation import as_array, brief
from course_lib.plots.charts import BLUE, check_named
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, PAGE_WIDTH, own_style, plain

NOTHING, HOLE, KNOWN = -1, 0, 1  # kinds of cell
KINDS = ListedColormap(["#c8c8c8", HOLE_COLOUR, "white"])
CELL = 0.42  # inches at most


@own_style()
def number_grid(panels, *, windows=None):
    """Draw arrays side by side as numbers in cells, known ones white and holes in colour.

    Args:
        panels: dict, title -> (numbers, known): numbers (H, W), where NaN is left empty, and what
            is known, (H, W): 1 = known, 0 = hole, -1 = outside the picture, grey.
        windows: dict, title -> (row, column): the upper left corner of a 3 x 3 window outlined
            in that panel.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if a panel is not as above, there is none, or a window names none
            of them.

    Example:
        >>> drawing = number_grid({"X": (np.eye(3), np.ones((3, 3)))}, windows={"X": (0, 0)})
        >>> [text.get_text() for text in drawing.axes[0].texts[:4]]
        ['1', '0', '0', '0']
    """
    check_named(panels, "(numbers, known)")
    windows = windows or {}
    if not isinstance(windows, dict) or not set(windows) <= set(panels):
        raise ValueError("windows is no dict, title of a panel -> (row, column): pass one.")
    panels = {title: _checked(title, panel) for title, panel in panels.items()}
    columns = [numbers.shape[1] for numbers, _ in panels.values()]
    cell = min(CELL, PAGE_WIDTH / (sum(columns) + len(panels)))
    tallest = max(numbers.shape[0] for numbers, _ in panels.values())
    size = (cell * (sum(columns) + len(panels)), cell * tallest + 0.4)
    drawing = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    row = drawing.subplots(1, len(panels), width_ratios=columns, squeeze=False)[0]
    for axes, (title, panel) in zip(row, panels.items(), strict=True):
        draw_numbers(axes, *panel, title, windows.get(title))
    return drawing


def draw_numbers(axes, numbers, kinds, title, window=None):
    """One panel: numbers (H, W), kinds (H, W) and the corner of a 3 x 3 window, or None."""
    axes.pcolormesh(kinds, cmap=KINDS, vmin=-1, vmax=1, edgecolors="#606060", linewidth=0.8)
    for (y, x), number in np.ndenumerate(numbers):
        if np.isfinite(number):
            axes.text(x + 0.5, y + 0.5, f"{number:.3g}", ha="center", va="center", fontsize=9)
    if window is not None:
        axes.add_patch(Rectangle(window[::-1], 3, 3, fill=False, edgecolor=BLUE, linewidth=4))
    axes.set_title(plain(title), fontsize=10)
    axes.set(aspect="equal", xticks=[], yticks=[], anchor="N")
    axes.invert_yaxis()


def _checked(title, panel):
    if not isinstance(panel, (tuple, list)) or len(panel) != 2:
        raise ValueError(f"{title} is {brief(panel)}: pass (numbers, known), both (H, W).")
    numbers, known = (as_array(one, title) for one in panel)
    if numbers.ndim != 2 or numbers.shape != known.shape:
        raise ValueError(
            f"{title} has numbers {numbers.shape} and known {known.shape}: pass two of one (H, W)."
        )
    return numbers.astype(float), known.astype(float)
