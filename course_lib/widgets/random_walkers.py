"""Send walkers out of a hole and average what they bring home."""

import numpy as np
from matplotlib.figure import Figure
from scipy import ndimage

from course_lib import classical, masks, plots
from course_lib._validation import check_image, check_pair
from course_lib.classical.walkers import check_pixel, walk
from course_lib.widgets._stops import stops
from course_lib.widgets.explore import explore

WALKERS = (1, 3, 10, 30, 100, 300, 1000, 3000)
WAYS = 6  # that are drawn
COLOURS = ("#d9620f", "#3b6ea8", "#2a7f4f", "#8a3ea0", "#b08900", "#5c5c5c")


def random_walkers(image, mask, pixel=None, *, seed=0):
    """A slider over how many walkers go: some of their ways, and the mean of what all caught.

    A walker steps to a random neighbour until it meets a known pixel, whose colour it takes home.
    Beside the mean of the first 1, 2, 3, ... walkers stands the harmonic fill of the pixel.

    Args:
        image: RGB (H, W, 3) in [0, 1]; what stands in the hole is not read.
        mask: bool (H, W), True = hole.
        pixel: (row, column) of the start; the deepest missing pixel if none is given.
        seed: an int.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> half = np.where(np.arange(16) < 8, 0.2, 0.8)[None, :, None] * np.ones((16, 1, 3))
        >>> walkers = random_walkers(half, masks.squares(1, 16, side=6)[0])
        >>> walkers.controls["walkers"].value = 1000
        >>> walkers.alt  # doctest: +ELLIPSIS
        'Paths of 6 walkers from pixel (7, 7) to known pixels; the mean catch of 1000 walkers, ...'
    """
    image, mask = check_pair(check_image(image), mask)
    if pixel is None:
        pixel = np.unravel_index(masks.hole_depth(mask).argmax(), mask.shape)
    pixel = check_pixel(pixel, mask)
    ends, ways = walk(mask, pixel, WALKERS[-1], seed, remembered=WAYS)
    caught = image[tuple(ends.T)].mean(axis=-1)
    means = np.cumsum(caught) / np.arange(1, len(caught) + 1)
    goal = classical.harmonic(image, mask)[pixel].mean()
    damaged = masks.damage(image, mask)

    def draw(walkers):
        drawing = Figure(figsize=(9.2, 3.8), dpi=plots.DOTS_PER_INCH, layout="constrained")
        where, chart = drawing.subplots(1, 2)
        _draw_ways(where, damaged, mask, ways[:walkers])
        chart.semilogx(np.arange(1, walkers + 1), means[:walkers], color=COLOURS[1])
        chart.plot(walkers, means[walkers - 1], marker="o", color=COLOURS[1])
        chart.axhline(goal, color=COLOURS[0], linestyle="--")
        chart.annotate(f"harmonic fill {goal:.3f}", (1, goal), xytext=(2, 4), va="bottom",
                       textcoords="offset points")  # fmt: skip
        chart.set(xlim=(0.9, WALKERS[-1]), ylim=_around(means, goal), xlabel="walkers")
        chart.set(ylabel="brightness", title=f"mean catch of {walkers}: {means[walkers - 1]:.3f}")
        return drawing

    return explore(
        draw,
        alt=lambda walkers: (
            f"Paths of {min(walkers, WAYS)} walkers from pixel {pixel} to known pixels; the mean "
            f"catch of {walkers} walkers, {means[walkers - 1]:.3f}, nears the harmonic fill, "
            f"{goal:.3f}."
        ),
        caption="Each walker ends on a known pixel. Their mean settles on the harmonic fill.",
        walkers=stops("walkers", WALKERS, start=100),
    )


def _draw_ways(axes, damaged, mask, ways):
    """The picture around its hole, lightened, the ways with their ends, and the start."""
    axes.imshow(np.where(mask[..., None], 1.0, 0.35 + 0.65 * damaged), interpolation="nearest")
    for way, colour in zip(ways, COLOURS, strict=False):
        axes.plot(*way.T[::-1], color=colour, linewidth=0.9)
        axes.plot(*way[-1][::-1], marker="s", markersize=6, color=colour, markeredgecolor="white")
    axes.plot(*ways[0][0][::-1], marker="o", markersize=8, color="black", markeredgecolor="white")
    pieces, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    rows, columns = np.nonzero(pieces == pieces[tuple(ways[0][0])])
    axes.set(xlim=(max(columns.min() - 4, 0) - 0.5, min(columns.max() + 4, mask.shape[1]) + 0.5))
    axes.set(ylim=(min(rows.max() + 4, mask.shape[0]) + 0.5, max(rows.min() - 4, 0) - 0.5))
    axes.set(xticks=[], yticks=[])
    axes.set_title("from the dot to a known pixel (squares)", fontsize=10)


def _around(means, goal):
    reach = 1.1 * max(np.abs(means - goal).max(), 0.02)
    return goal - reach, goal + reach
