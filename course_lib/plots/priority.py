"""Criminisi's priority along the rim of a hole, drawn."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib import masks
from course_lib._validation import check_image, check_pair
from course_lib.classical.exemplar import check_patch, priority_on_the_rim
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style

SMALLEST, LARGEST = 6, 60  # area of a mark, points squared
FRAME = "#d9620f"


@own_style()
def priority(image, mask, *, patch=9):
    """Draw confidence, data and their product along the rim, as ``classical.exemplar`` sees them.

    Each rim pixel is a disc: the larger and yellower, the higher the value, on a separate scale in
    each panel. The third panel frames the patch that is filled first.

    Args:
        image: RGB (H, W, 3) in [0, 1]; what stands in the hole is not read.
        mask: bool (H, W), True = hole.
        patch: side of the square patches in pixels, odd, 3 or more.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if image or mask is not as above, or there is no hole.

    Example:
        >>> import numpy as np
        >>> edge = np.where(np.arange(32) < 16, 0.2, 0.8)[None, :, None] * np.ones((32, 1, 3))
        >>> drawing = priority(edge, masks.squares(1, 32, side=12)[0], patch=5)
        >>> [axes.get_title() for axes in drawing.axes[:3]]
        ['confidence', '× data', '= priority']
    """
    image, mask = check_pair(check_image(image), mask)
    patch = check_patch(patch)
    if not mask.any():
        raise ValueError("the mask has no hole, so it has no rim: mark some pixels.")
    rim, confidence, data = priority_on_the_rim(masks.damage(image, mask), mask, patch)
    panels = {"confidence": confidence, "× data": data, "= priority": confidence * data}
    drawing = Figure(figsize=(PAGE_WIDTH, 3.5), dpi=DOTS_PER_INCH, layout="constrained")
    backdrop = masks.damage(0.5 + image / 2, mask, fill=1.0)
    for axes, (title, values) in zip(drawing.subplots(1, 3), panels.items(), strict=True):
        axes.imshow(backdrop, interpolation="nearest")
        share = values / values.max()
        marks = axes.scatter(
            *rim.T[::-1], c=values, s=SMALLEST + (LARGEST - SMALLEST) * share**2,
            cmap="plasma", edgecolors="black", linewidths=0.4,
        )  # fmt: skip
        drawing.colorbar(marks, ax=axes, shrink=0.75, location="bottom")
        axes.set_title(title, fontsize=10)
        axes.set(xticks=[], yticks=[])
    frame_patch(axes, rim[values.argmax()], patch, label="first")
    return drawing


def frame_patch(axes, centre, patch, *, label, linestyle="-", colour=FRAME):
    """A frame around the patch at a centre (row, column), and a word beside it."""
    row, column = centre
    left, top = column - patch / 2, row - patch / 2
    for width, shade in ((3.5, "white"), (1.8, colour)):
        axes.add_patch(
            Rectangle(
                (left, top), patch, patch,
                fill=False, edgecolor=shade, linewidth=width, linestyle=linestyle,
            )
        )  # fmt: skip
    axes.annotate(
        label, (column, top), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=8,
        bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.85},
    )  # fmt: skip
