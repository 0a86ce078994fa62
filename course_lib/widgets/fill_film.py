"""Watch patches being copied into a hole, in one order beside another."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from course_lib import masks, plots
from course_lib._validation import brief, check_image, check_pair
from course_lib.classical.exemplar import check_order, check_patch, copies
from course_lib.plots.priority import frame_patch
from course_lib.widgets.explore import explore

TO, FROM = "#d9620f", "#3b6ea8"


def fill_film(image, mask, *, patch=9, orders=("lines first", "onion peel")):
    """A slider over the copies of ``classical.exemplar``, one film for each order, side by side.

    A solid frame shows where the last patch went, a dashed one where it came from.

    Args:
        image: RGB (H, W, 3) in [0, 1]; what stands in the hole is not read.
        mask: bool (H, W), True = hole.
        patch: side of the square patches in pixels, odd, 3 or more.
        orders: one or more of the orders of ``classical.exemplar``.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above, or there is nothing to copy.

    Example:
        >>> stripes = np.where(np.arange(32) % 4 < 2, 0.2, 0.8)[None, :, None] * np.ones((32, 1, 3))
        >>> film = fill_film(stripes, masks.squares(1, 32, side=10)[0], patch=5)
        >>> film.controls["copies"].value = 2
        >>> film.alt  # doctest: +NORMALIZE_WHITESPACE
        'The hole after 2 copied patches, lines first beside onion peel, with frames around the
        last patch and its source.'
    """
    image, mask = check_pair(check_image(image), mask)
    patch = check_patch(patch)
    orders = [orders] if isinstance(orders, str) else orders
    if not isinstance(orders, (list, tuple)) or not orders:
        raise ValueError(f"orders is {brief(orders)}: pass a list with the name of one or more.")
    start = masks.damage(image, mask).astype(np.float64)
    films = {order: _film(start, mask, patch, check_order(order)) for order in orders}
    longest = max(map(len, films.values()))
    if longest == 0:
        raise ValueError("nothing is copied: pass a hole, and known pixels enough for a patch.")

    def draw(copies):
        height, width = mask.shape
        panel = min(4.5, plots.PAGE_WIDTH / len(films))
        size = (panel * len(films), panel * height / width + 0.4)
        drawing = Figure(figsize=size, dpi=plots.DOTS_PER_INCH, layout="constrained")
        panels = drawing.subplots(1, len(films), squeeze=False)[0]
        for axes, (order, film) in zip(panels, films.items(), strict=True):
            step = min(copies, len(film))
            _draw_step(axes, plots.tint(start, mask), film[:step])
            axes.set_title(f"{order}: {step} of {len(film)} copies", fontsize=10)
        return drawing

    return explore(
        draw,
        alt=lambda copies: (
            f"The hole after {copies} copied patches, {' beside '.join(films)}, with frames around "
            "the last patch and its source."
        ),
        caption="Solid frame: the patch just filled. Dashed: where it was copied from.",
        photograph=max(mask.shape) > 64,
        copies=(0, longest, 1, 2 * longest // 3),
    )


def _film(start, mask, patch, order):
    """Every copy as (target, source, patch, picture after it with its holes tinted)."""
    left, film = mask.copy(), []
    for copy in copies(start, mask, patch, order):
        rows, columns = (
            slice(max(at - copy.patch // 2, 0), at + copy.patch // 2 + 1) for at in copy.target
        )
        left[rows, columns] = False
        film.append((copy.target, copy.source, copy.patch, plots.tint(copy.image, left)))
    return film


def _draw_step(axes, start, film):
    axes.set(xticks=[], yticks=[])
    if not film:
        axes.imshow(start, interpolation="nearest")
        return
    target, source, patch, picture = film[-1]
    axes.imshow(picture, interpolation="nearest")
    frame_patch(axes, source, patch, label="from", linestyle="--", colour=FROM)
    frame_patch(axes, target, patch, label="to", colour=TO)
    axes.add_patch(
        FancyArrowPatch(source[::-1], target[::-1], arrowstyle="->", mutation_scale=12, color=TO)
    )
