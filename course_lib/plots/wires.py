"""The partial-convolution U-Net with its two wires, features and validity, drawn for one hole."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from scipy import ndimage

from course_lib._validation import check_count, check_mask
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style

WINDOW = np.ones((3, 3), bool)
LETTERS = 11  # points
# In units of the drawing, which are inches.
TALL, SIDE = 0.7, 0.42  # a block, a map
PITCH = 0.94  # from level to level
BELOW = 0.72  # the bottleneck's block below its map
SKIP = 0.27  # the blue skip below the middle of its blocks, so that it passes the maps


def validities(mask, levels=4):
    """What the second wire of ``models.partial_conv_unet`` carries, level by level.

    A place is valid once a window has seen a known pixel. Max-pooling makes it valid if one of four
    is, and on the way up each of four places inherits validity. No weight takes part in this.

    Args:
        mask: bool (H, W), True = hole; H and W multiples of 2**levels.
        levels: poolings, 1 to 12.

    Returns:
        (down, up): lists of bool arrays, True = valid, after the two convolutions of each level.
        ``down`` begins at the top and ends with the bottleneck, ``up`` begins above that.

    Raises:
        TypeError, ValueError: if that is no mask, or it cannot be halved so often.

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
    top, bottom = PITCH + 0.6, -PITCH * levels - BELOW - 0.76
    drawing = Figure(figsize=(PAGE_WIDTH, top - bottom), dpi=DOTS_PER_INCH)
    axes = drawing.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    channels = [3] + [width * 2**level for level in range(levels + 1)]
    for level, valid in enumerate([~mask, *down], start=-1):
        _station(axes, level, levels, valid, channels[level + 1], sign=-1)
        if level >= 0:
            _both(axes, level - 1, level, levels, sign=-1)
            _name_the_level(axes, level, levels)
    for level, valid in zip(reversed(range(levels)), up, strict=True):
        _station(axes, level, levels, valid, channels[level + 1], sign=1)
        _both(axes, level + 1, level, levels, sign=1)
        _skip(axes, level, levels)
    _name_the_wires(axes, levels, mask.shape)
    axes.set(xlim=(-PAGE_WIDTH / 2, PAGE_WIDTH / 2), ylim=(bottom, top))
    axes.set_aspect("auto")
    return drawing


def _seen(valid):
    """After two 3 x 3 convolutions: True where a window has met something known."""
    return ndimage.binary_dilation(valid, WINDOW, iterations=2)


def _block(level, levels, sign):
    """The block of a level's features: x and y of its middle, width and height."""
    size = 0.1 + 0.09 * max(level, 0), TALL
    if level == levels:
        return 0, -PITCH * levels - BELOW, *size
    return sign * (3.1 - 1.5 * level / levels), -PITCH * level, *size


def _map(level, levels, sign):
    """The map of a level's validity, in the same way."""
    away = 0 if level == levels else 2.2 - 1.5 * level / levels
    return sign * away, -PITCH * level, SIDE, SIDE


def _edge(box, across, up):
    """The point so many half widths and half heights from the middle of a box."""
    x, y, width, height = box
    return x + across * width / 2, y + up * height / 2


def _station(axes, level, levels, valid, channels, sign):
    """Draw a block of features and its map of validity; level -1 is the damaged picture."""
    block = _block(level, levels, sign)
    axes.add_patch(
        Rectangle(_edge(block, -1, -1), *block[2:], facecolor="#c9d8ea", edgecolor=BLUE, zorder=2)
    )
    x, y = _edge(block, sign, 0)
    told = "{} × {} × {}".format(*valid.shape, channels)
    if level == levels:
        axes.text(0, y - TALL / 2 - 0.06, told, ha="center", va="top", fontsize=LETTERS)
    else:
        axes.text(x + sign * 0.08, y, told, ha=_outwards(sign), va="center", fontsize=LETTERS)
    _draw_map(axes, _map(level, levels, sign), valid, sign)


def _outwards(sign):
    return "left" if sign > 0 else "right"


def _draw_map(axes, box, valid, sign):
    """White where valid; above the skip, text says how much is hole."""
    (left, low), (right, high) = _edge(box, -1, -1), _edge(box, 1, 1)
    extent = (left, right, low, high)
    axes.imshow(valid, extent=extent, cmap="gray", vmin=0, vmax=1, zorder=2, aspect="auto")
    axes.add_patch(Rectangle((left, low), *box[2:], fill=False, edgecolor=ORANGE, zorder=3))
    if not valid.all():
        x, y = _edge(box, -sign, 0)
        axes.text(
            x - sign * 0.08, y + 0.04, f"{(~valid).mean():.1%} hole", color=ORANGE,
            ha=_outwards(-sign), va="bottom", fontsize=LETTERS,
        )  # fmt: skip


def _both(axes, start, end, levels, sign):
    """Draw both wires from level to level; the bottleneck's end is at its side."""
    for box, colour, dashes in ((_block, BLUE, "-"), (_map, ORANGE, "--")):
        ends = [
            _edge(box(level, levels, sign), *((sign, 0) if level == levels else (0, up)))
            for level, up in ((start, sign), (end, -sign))
        ]
        _arrow(axes, *ends, colour, dashes)


def _skip(axes, level, levels):
    """Draw both wires across: from block to block, below the maps, and from map to map."""
    for box, colour, dashes, below in ((_block, BLUE, "-", SKIP), (_map, ORANGE, "--", 0)):
        x, y = _edge(box(level, levels, 1), -1, 0)
        _arrow(axes, (-x, y - below), (x, y - below), colour, dashes)


def _arrow(axes, start, end, colour, dashes):
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=10, color=colour, linestyle=dashes,
            shrinkA=1, shrinkB=1, zorder=1,
        )
    )  # fmt: skip


def _name_the_level(axes, level, levels):
    """Write the level's number, from 1 as in the lessons, beside the size of its block."""
    x, y = _edge(_block(level, levels, -1), -1, 0)
    if level == levels:
        place, word, aligned = (0, y - TALL / 2 - 0.26), "bottleneck", {"ha": "center", "va": "top"}
    else:
        place, word = (x - 0.08, y + 0.12), f"level {level + 1}"
        aligned = {"ha": "right", "va": "bottom"}
    axes.text(*place, word, fontsize=LETTERS, fontweight="bold", **aligned)


def _name_the_wires(axes, levels, size):
    for box, colour, word in ((_block, BLUE, "picture"), (_map, ORANGE, "validity")):
        x = box(-1, levels, -1)[0]
        axes.text(x, PITCH + TALL / 2 + 0.06, word, color=colour, ha="center", fontsize=LETTERS)
    x, y = _edge(_block(0, levels, 1), 0, 1)
    _arrow(axes, (x, y), (x + 0.4, PITCH - 0.22), BLUE, "-")
    told = f"prediction\n{size[0]} × {size[1]} × 3"
    axes.text(x + 0.4, PITCH, told, ha="center", va="center", fontsize=LETTERS)
    told = "skips hand across both wires"
    axes.text(0, -SKIP / 2, told, ha="center", va="center", fontsize=LETTERS)
