"""Windows whose middle is missing, with other middles from windows that look alike."""

import numpy as np
from matplotlib.figure import Figure

from course_lib._validation import check_count
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, PAGE_WIDTH, bare, own_style

SHOWN = 5  # matches


@own_style()
def lookalikes(found, *, rows=3):
    """Draw the windows whose matches differ most: five matches, the mean of all, the truth.

    In each panel the window stands around a middle, so that one sees how the middle fits.

    Args:
        found: ``evaluation.Lookalikes``.
        rows: how many windows, one below the other; those with the largest spread of their
            matches' middles (mean variance over the missing pixels).

    Returns:
        A matplotlib ``Figure``.

    Raises:
        ValueError: if rows is no whole number, 1 or more.

    Example:
        >>> from course_lib import data, evaluation
        >>> photos = data.load(subset=100)
        >>> found = evaluation.lookalikes(photos.validation, photos.train, windows=3, seed=0)
        >>> [axes.get_title() for axes in lookalikes(found, rows=1).axes][::6]
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
        row[0].imshow(_grey(window, found.mask, HOLE_COLOUR), interpolation="nearest")
        for axes, middle in zip(row[1:], middles, strict=True):
            filled = np.where(found.mask, middle, window)
            axes.imshow(_grey(filled), interpolation="nearest")
    for axes in panels.ravel():
        bare(axes)
    return drawing


def _grey(brightness, mask=None, colour=None):
    picture = np.clip(brightness, 0, 1)[..., None].repeat(3, axis=-1)
    return picture if mask is None else np.where(mask[..., None], colour, picture)
