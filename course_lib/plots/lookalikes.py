"""Windows whose middle is missing, filled with middles from windows that look alike."""

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from course_lib._validation import check_count
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, PAGE_WIDTH, bare, own_style

SHOWN = 3  # matches
GREYS = colormaps["gray"].with_extremes(bad=HOLE_COLOUR)


@own_style()
def lookalikes(found, *, rows=3):
    """Draw the windows whose matches differ most: three matches, the mean of all, the truth.

    In each panel the window surrounds a middle, so that you see how well it fits. Each row has its
    own contrast, from its darkest pixel, black, to its brightest, white.

    Args:
        found: ``evaluation.Lookalikes``.
        rows: how many windows, one below the other: those whose matches' middles spread most
            (mean variance over the missing pixels).

    Returns:
        A matplotlib ``Figure``.

    Raises:
        ValueError: if rows is no whole number, 1 or more.

    Example:
        >>> from course_lib import data, evaluation
        >>> photos = data.load(subset=100)
        >>> found = evaluation.lookalikes(photos.validation, photos.train, windows=3, seed=0)
        >>> [axes.get_title() for axes in lookalikes(found, rows=1).axes][::4]
        ['missing', 'mean of 8']
    """
    rows = min(check_count("rows", rows, lowest=1), len(found.windows))
    widest = np.argsort(-found.guesses.var(axis=1).mean(axis=1), kind="stable")[:rows]
    shown = min(SHOWN, found.matches.shape[1])
    titles = ["missing", *(f"match {k + 1}" for k in range(shown))]
    titles += [f"mean of {found.matches.shape[1]}", "truth"]
    panel = PAGE_WIDTH / len(titles)
    size = (PAGE_WIDTH, rows * panel + 0.3)
    drawing = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    panels = drawing.subplots(rows, len(titles), squeeze=False)
    for above, title in zip(panels[0], titles, strict=True):
        above.set_title(title, fontsize=10)
    for row, k in zip(panels, widest, strict=True):
        window, matches = found.windows[k], found.matches[k]
        middles = [*matches[:shown], matches.mean(axis=0), window]
        filled = [np.where(found.mask, middle, window) for middle in middles]
        ends = {"vmin": np.min(filled), "vmax": np.max(filled)}
        holed = np.ma.masked_array(window, found.mask)
        for axes, picture in zip(row, [holed, *filled], strict=True):
            axes.imshow(picture, cmap=GREYS, interpolation="nearest", **ends)
    for axes in panels.ravel():
        bare(axes)
    return drawing
