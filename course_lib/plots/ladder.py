"""The ladder that lesson 08 builds, drawn: sizes on the way down and up, skips as arrows."""

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from course_lib._validation import brief, check_count
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style

TALLEST, THINNEST = 0.9, 0.16  # of the blocks, in units of the drawing


@own_style()
def ladder(width, *, side=32, levels=4, skips=True):
    """Draw an encoder and a decoder: one block of features for each level, its size beside it.

    The taller a block, the more pixels; the thicker, the more channels.

    Args:
        width: channels of the first level, 1 or more; each level below has twice as many.
        side: height and width of the picture, a multiple of 2**levels.
        levels: how often it is halved, 1 to 6.
        skips: draw the features that are handed across, as dashed arrows.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        ValueError: if an argument is not as above.

    Example:
        >>> drawing = ladder(4, side=8, levels=1)
        >>> [text.get_text() for text in drawing.axes[0].texts if "code:" in text.get_text()]
        ['code: 4 × 4 × 8 = 128 numbers']
    """
    width, side = check_count("width", width, lowest=1), check_count("side", side, lowest=1)
    levels = check_count("levels", levels, lowest=1)
    if levels > 6 or side % 2**levels:
        raise ValueError(
            f"side is {brief(side)} and levels {brief(levels)}: pass 1 to 6 levels and a side that "
            f"can be halved so often, such as {2 ** (min(levels, 6) + 1)}."
        )
    drawing = Figure(figsize=(PAGE_WIDTH, 0.9 + 0.62 * levels), dpi=DOTS_PER_INCH)
    axes = drawing.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-5.6, 5.6), ylim=(-levels - 0.55, 0.8))
    axes.set_axis_off()
    places = [(-3.7 + 3.0 * level / levels, -level) for level in range(levels)]
    code = (0, -levels)
    for level, (x, y) in enumerate(places):
        size, channels = side // 2**level, width * 2**level
        below = places[level + 1] if level + 1 < levels else code
        for mirror, gap in ((1, "right"), (-1, "left")):
            thickness = _block(axes, mirror * x, y, size / side, channels / width)
            away = mirror * (x - thickness / 2 - 0.1)
            axes.text(away, y, f"{size} × {size} × {channels}", ha=gap, va="center", fontsize=9)
        _arrow(axes, (x, y), below, BLUE)
        _arrow(axes, (-below[0], below[1]), (-x, y), BLUE)
        if skips:
            _arrow(axes, (x, y), (-x, y), ORANGE, linestyle="--")
    _block(axes, *code, 2.0**-levels, 2**levels)
    size, channels = side // 2**levels, width * 2**levels
    told = f"code: {size} × {size} × {channels} = {size * size * channels:,} numbers"
    axes.text(0, -levels - 0.32, told, ha="center", va="center", fontsize=9)
    _name_the_parts(axes, side, levels, skips)
    return drawing


def _name_the_parts(axes, side, levels, skips):
    for sign, word in (
        (-1, "encoder: two convolutions,\nthen halve"),
        (1, "decoder: double,\nthen two convolutions"),
    ):
        axes.text(4.4 * sign, -levels - 0.1, word, ha="center", va="center", color=BLUE, fontsize=9)
    for sign, word in ((-1, "damaged picture"), (1, "prediction")):
        told = f"{word}, {side} × {side} × 3"
        axes.text(3.7 * sign, 0.6, told, ha="center", va="center", fontsize=9)
    if skips:
        axes.text(0, 0.12, "skips", ha="center", va="bottom", fontsize=9, color=ORANGE)


def _block(axes, x, y, height, thickness):
    """Draw a block centred there; return its width. Roots, so that the smallest can be seen."""
    height, thickness = TALLEST * height**0.5, THINNEST * thickness**0.5
    axes.add_patch(
        Rectangle(
            (x - thickness / 2, y - height / 2), thickness, height,
            facecolor="#c9d8ea", edgecolor=BLUE, zorder=2,
        )
    )  # fmt: skip
    return thickness


def _arrow(axes, start, end, colour, linestyle="-"):
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=12, color=colour, linestyle=linestyle,
            shrinkA=14, shrinkB=14, zorder=1,
        )
    )  # fmt: skip
