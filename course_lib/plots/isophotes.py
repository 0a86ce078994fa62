"""Lines of equal brightness as arrows."""

import numpy as np
from matplotlib.figure import Figure
from scipy import ndimage
from skimage import measure

from course_lib import masks
from course_lib._validation import brief, check_count, check_image, check_number, check_pair
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, own_style

STEEP = 0.02  # a step of brightness from one pixel to the next that is worth an arrow
ARROW = "#e8590c"


@own_style()
def isophotes(image, mask, *, every=2):
    """Draw isophotes, the lines of equal brightness, as arrows with the brighter side on the right.

    The hole, whose values are not read, has no arrows: it is drawn in one grey. Pass a mask
    without a hole to see the arrows of a fill.

    Args:
        image: RGB (H, W, 3) in [0, 1].
        mask: bool (H, W), True = hole.
        every: rows and columns from one arrow to the next; arrows stand where the picture is steep.

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
    if min(mask.shape) < 2:
        raise ValueError(f"the picture has the shape {image.shape}: pass two rows and columns.")
    every = min(check_count("every", every, lowest=1), max(mask.shape))
    drawing = Figure(figsize=(4.4, 4.4), dpi=DOTS_PER_INCH, layout="constrained")
    axes = drawing.subplots()
    draw_arrows(axes, masks.damage(image, mask, fill=0.6), ~mask & _away_from(mask), every)
    return drawing


@own_style()
def along_an_isophote(image, mask, *, level):
    """Follow one isophote of a fill: the line in the picture, brightness and Laplacian along it.

    Args:
        image: the filled picture, RGB (H, W, 3) in [0, 1].
        mask: bool (H, W), True = where the hole was.
        level: the brightness, mean of the channels, of the line; the longest one is taken.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if image or mask is not as above, or the brightness does not cross
            the level.

    Example:
        >>> edge = np.linspace(0, 1, 16)[None, :, None] * np.ones((16, 1, 3))
        >>> drawing = along_an_isophote(edge, masks.squares(1, 16, side=6)[0], level=0.5)
        >>> [text.get_text() for text in drawing.axes[1].get_legend().get_texts()]
        ['brightness', 'Laplacian', 'in the hole']
    """
    image, mask = check_pair(check_image(image), mask)
    asked = "a brightness that the picture passes"
    level = check_number("level", level, asked, lambda brightness: 0 <= brightness <= 1)
    grey = image.mean(axis=-1, dtype=np.float64)
    lines = measure.find_contours(grey, level)
    if not lines:
        raise ValueError(f"level is {brief(level)}: pass {asked}.")
    line = max(lines, key=len)
    drawing = Figure(figsize=(9.2, 3.6), dpi=DOTS_PER_INCH, layout="constrained")
    picture, chart = drawing.subplots(1, 2, width_ratios=(1, 1.7))
    picture.imshow(np.clip(image, 0, 1), interpolation="nearest")
    picture.plot(*line.T[::-1], color=ARROW, linewidth=2)
    picture.contour(mask, levels=[0.5], colors=[HOLE_COLOUR], linewidths=1, linestyles="--")
    picture.set(xticks=[], yticks=[], title="one isophote of the fill")
    _profile(chart, line, grey, mask)
    return drawing


def _profile(axes, line, grey, mask):
    """Brightness and Laplacian against the distance along a line of (row, column) points."""
    way = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    laplacian = ndimage.convolve(grey, [[0, 1, 0], [1, -4, 1], [0, 1, 0]], mode="nearest")
    for values, name, colour, dashes in (
        (grey, "brightness", BLUE, "-"),
        (laplacian, "Laplacian", ORANGE, "--"),
    ):
        along_it = ndimage.map_coordinates(values, line.T, order=1)
        axes.plot(way, along_it, label=name, color=colour, linestyle=dashes, linewidth=2)
    inside = way[mask[tuple(np.rint(line).astype(int).T)]]
    if len(inside):
        axes.axvspan(inside.min(), inside.max(), color=HOLE_COLOUR, alpha=0.12, label="in the hole")
    axes.axhline(0, color="black", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlabel="distance along the line (px)", title="along it")
    axes.legend(frameon=False)


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
    """True away from the hole, whose outline is no isophote."""
    return masks.hole_depth(~mask) > 1 if mask.any() else ~mask
