"""The partial-convolution U-Net with its two wires, features and validity, drawn for one hole."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from scipy import ndimage

from course_lib._validation import check_count, check_mask
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style

WINDOW = np.ones((3, 3), bool)
SIDE = 0.62  # of a map and of a block, in units of the drawing, which are inches
PITCH = 0.92  # from level to level


def validities(mask, levels=4):
    """What the second wire of ``models.partial_conv_unet`` carries, level by level.

    A place is valid once a window has seen a known pixel; max-pooling keeps the valid one of
    four, and on the way up each of four places inherits. No weight takes part in it.

    Args:
        mask: bool (H, W), True = hole; H and W multiples of 2**levels.
        levels: poolings, 1 or more.

    Returns:
        (down, up): lists of bool arrays, True = valid, after the two convolutions of each level.
        ``down`` begins at the top and ends with the bottleneck, ``up`` begins above that.

    Raises:
        TypeError, ValueError: if the mask is none, or cannot be halved so often.

    Example:
        >>> mask = np.zeros((8, 8), bool)
        >>> mask[1:7, 1:7] = True
        >>> down, up = validities(mask, levels=1)
        >>> [int((~valid).sum()) for valid in (*down, *up)]
        [4, 0, 0]
    """
    mask = check_mask(mask)
    levels = check_count("levels", levels, lowest=1, highest=12)
    if mask.ndim != 2 or any(side % 2**levels for side in mask.shape):
        raise ValueError(
            f"the mask has shape {mask.shape}: pass one (H, W) that can be halved {levels} times."
        )
    valid, down, up = ~mask, [], []
    for _ in range(levels):
        down.append(_seen(valid))
        height, width = down[-1].shape
        valid = down[-1].reshape(height // 2, 2, width // 2, 2).any(axis=(1, 3))
    down.append(_seen(valid))
    valid = down[-1]
    for skip in reversed(down[:-1]):
        valid = _seen(valid.repeat(2, axis=0).repeat(2, axis=1) | skip)
        up.append(valid)
    return down, up


@own_style()
def two_wires(mask, *, width=16, levels=4):
    """Draw the U-Net's ladder with both of its wires, and what one hole leaves on the second.

    Args:
        mask, levels: as for ``validities``.
        width: channels of the first level, 1 or more; each level below has twice as many.

    Returns:
        A matplotlib ``Figure``. In the maps of validity, white is known and black still hole.

    Raises:
        TypeError, ValueError: as ``validities``, or if width is no whole number of 1 or more.

    Example:
        >>> drawing = two_wires(np.eye(8, dtype=bool), width=4, levels=1)
        >>> len(drawing.axes[0].images)  # the damaged picture's, down, bottom and up
        4
    """
    width = check_count("width", width, lowest=1)
    down, up = validities(mask, levels)
    drawing = Figure(figsize=(PAGE_WIDTH, 1.0 + PITCH * (levels + 1)), dpi=DOTS_PER_INCH)
    axes = drawing.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    channels = [3] + [width * 2**level for level in range(levels + 1)]
    for level, valid in enumerate([~mask, *down], start=-1):
        _station(axes, level, levels, valid, channels[level + 1], sign=-1)
        if level >= 0:
            _both(axes, level - 1, level, levels, sign=-1)
    for level, valid in zip(reversed(range(levels)), up, strict=True):
        _station(axes, level, levels, valid, channels[level + 1], sign=1)
        _both(axes, level + 1, level, levels, sign=1)
        _skip(axes, level, levels)
    _name_the_wires(axes, levels, mask.shape)
    axes.set(xlim=(-PAGE_WIDTH / 2, PAGE_WIDTH / 2), ylim=(-PITCH * levels - 0.45, PITCH + 0.55))
    axes.set_aspect("auto")
    return drawing


def _seen(valid):
    """After two 3 x 3 convolutions: True where a window has met something known."""
    return ndimage.binary_dilation(valid, WINDOW, iterations=2)


def _places(level, levels, sign):
    """Where the block and the map of a level stand: two x and one y."""
    if level == levels:
        return -0.45, 0.45, -PITCH * levels
    away = 3.1 - 1.5 * level / levels
    return sign * away, sign * (away - 0.9), -PITCH * level


def _station(axes, level, levels, valid, channels, sign):
    """A block of features and the map of its validity; level -1 is the damaged picture."""
    block, shown, y = _places(level, levels, sign)
    thickness = 0.1 + 0.09 * max(level, 0)
    corner = (block - thickness / 2, y - SIDE / 2)
    axes.add_patch(
        Rectangle(corner, thickness, SIDE, facecolor="#c9d8ea", edgecolor=BLUE, zorder=2)
    )
    extent = (shown - SIDE / 2, shown + SIDE / 2, y - SIDE / 2, y + SIDE / 2)
    axes.imshow(valid, extent=extent, cmap="gray", vmin=0, vmax=1, zorder=2, aspect="auto")
    frame = Rectangle((extent[0], extent[2]), SIDE, SIDE, fill=False, edgecolor=ORANGE, zorder=3)
    axes.add_patch(frame)
    height, across = valid.shape
    side = -1 if level == levels else sign
    away, gap = block + side * (thickness / 2 + 0.08), "right" if side < 0 else "left"
    axes.text(away, y, f"{height} × {across} × {channels}", ha=gap, va="center", fontsize=9)
    if not valid.all():
        told = f"{(~valid).mean():.1%} hole"
        axes.text(extent[1] + 0.06, extent[3], told, color=ORANGE, va="top", fontsize=8)


def _both(axes, start, end, levels, sign):
    """From level to level, both wires."""
    first, last = _places(start, levels, sign), _places(end, levels, sign)
    for wire, colour, dashes in ((0, BLUE, "-"), (1, ORANGE, "--")):
        _arrow(axes, (first[wire], first[2]), (last[wire], last[2]), colour, dashes)


def _skip(axes, level, levels):
    """Across, both wires, from the left map's edge to the right one's."""
    _, left, y = _places(level, levels, -1)
    right = _places(level, levels, 1)[1]
    for shift, colour, dashes in ((0.1, BLUE, "-"), (-0.1, ORANGE, "--")):
        _arrow(axes, (left, y + shift), (right, y + shift), colour, dashes)


def _arrow(axes, start, end, colour, dashes):
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=10, color=colour, linestyle=dashes,
            shrinkA=24, shrinkB=24, zorder=1,
        )
    )  # fmt: skip


def _name_the_wires(axes, levels, size):
    block, shown, y = _places(-1, levels, -1)
    for place, colour, word in ((block, BLUE, "picture"), (shown, ORANGE, "validity")):
        axes.text(place, y + SIDE / 2 + 0.05, word, color=colour, ha="center", fontsize=9)
    block, _, y = _places(0, levels, 1)
    _arrow(axes, (block, y), (block + 0.4, y + PITCH), BLUE, "-")
    told = f"prediction\n{size[0]} × {size[1]} × 3"
    axes.text(block + 0.4, y + PITCH, told, ha="center", va="center", fontsize=9)
    axes.text(0, 0.16, "skips hand across both wires", ha="center", va="bottom", fontsize=9)
