"""Lines of equal brightness as arrows."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import masks
from course_lib._validation import check_count, check_image, check_pair
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, own_style

STEEP = 0.02  # a step of brightness from one pixel to the next that is worth an arrow
ARROW = "#e8590c"


@own_style()
def isophotes(image, mask, *, every=2):
    """Draw isophotes, the lines of equal brightness, as arrows with the brighter side on the right.

    In the hole, whose values are not read, there are no arrows: it is drawn in one grey. Pass a
    mask without a hole to see the arrows of a fill.

    Args:
        image: RGB (H, W, 3) in [0, 1].
        mask: bool (H, W), True = hole.
        every: an arrow at every so many rows and columns where the picture is steep.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if image or mask is not as above.

    Example:
        >>> edge = np.where(np.arange(16) < 8, 0.2, 0.8)[None, :, None] * np.ones((16, 1, 3))
        >>> len(isophotes(edge, masks.squares(1, 16, side=6)[0]).axes)
        1
    """
    image, mask = check_pair(check_image(image), mask)
    every = min(check_count("every", every, lowest=1), max(mask.shape))
    drawing = Figure(figsize=(4.4, 4.4), dpi=DOTS_PER_INCH, layout="constrained")
    axes = drawing.subplots()
    draw_arrows(axes, masks.damage(image, mask, fill=0.6), ~mask & _away_from(mask), every)
    return drawing


def along(image):
    """The isophote's direction times the steepness, as (rows, columns): brighter on the right.

    The gradient turned by 90 degrees: with y counted upwards it is (-dI/dy, dI/dx).
    """
    down, right = np.gradient(image.mean(axis=-1))
    return -right, down


def draw_arrows(axes, image, where, every, outline=None):
    """The picture with arrows where it is steep, and the hole's outline if a mask is given."""
    axes.imshow(np.clip(image, 0, 1), interpolation="nearest")
    row_part, column_part = along(image)
    steepness = np.hypot(row_part, column_part)
    rows, columns = np.nonzero((steepness > STEEP) & where)
    kept = (rows % every == 0) & (columns % every == 0)
    rows, columns = rows[kept], columns[kept]
    length = steepness[rows, columns] / every
    axes.quiver(
        columns, rows, column_part[rows, columns] / length, row_part[rows, columns] / length,
        color=ARROW, angles="xy", scale_units="xy", scale=1, width=0.008,
    )  # fmt: skip
    if outline is not None:
        axes.contour(outline, levels=[0.5], colors=[HOLE_COLOUR], linewidths=1, linestyles="--")
    axes.set(xticks=[], yticks=[])


def _away_from(mask):
    """Not beside the hole, whose outline is no isophote."""
    return masks.hole_depth(~mask) > 1 if mask.any() else ~mask
