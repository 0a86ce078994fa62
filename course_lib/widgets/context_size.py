"""How much context is worth learning?"""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plots, runtime
from course_lib.classical._contract import training_pictures
from course_lib.classical.window import check_fits, mean_products, solve_window
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.weights import draw_weights
from course_lib.widgets.explore import explore

RADII = (1, 2, 3, 4, 5, 6)
LARGEST = RADII[-1]
FEW, MANY, SETS, HELD_OUT = 10, 150, 10, 100  # pictures; sets of few
QUARTERS = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]])  # harmonic's weights


def context_size(pictures, held_out):
    """A slider for the radius of a learned window: its weights, and its error on other pictures.

    The windows are learned as by ``classical.fit_window`` from the first 150 pictures, and from ten
    sets of 10 of them, whose mean error is drawn; the errors are those of one missing pixel in 100
    held-out pictures. Every radius learns and is measured at the same places, those at which the
    largest window fits. The tests' profile takes a tenth.

    Args:
        pictures, held_out: uint8 (N, H, W, 3), 0 to 255, or floats in [0, 1], larger than 13 x 13.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if the pictures are not as above.

    Example:
        >>> from course_lib import data
        >>> photos = data.load(subset=20)
        >>> context_size(photos.train, photos.validation).values
        {'radius': 2}
    """
    for one in (pictures, held_out):
        check_fits(LARGEST, training_pictures(one[:1]))
    held_out = mean_products(training_pictures(held_out[: runtime.share(HELD_OUT)]), LARGEST)
    pictures = training_pictures(pictures[: runtime.share(MANY)])
    sets = [mean_products(pictures[k : k + FEW], LARGEST) for k in range(0, len(pictures), FEW)]
    windows = {radius: solve_window(_inner(np.mean(sets, axis=0), radius)) for radius in RADII}
    errors = {
        f"{MANY} pictures": [_error(windows[radius].weights, held_out) for radius in RADII],
        f"{FEW} pictures": [_error_of_few(sets[:SETS], radius, held_out) for radius in RADII],
    }
    harmonic = _error(QUARTERS, held_out)

    def draw(radius):
        drawing = Figure(figsize=(9.6, 4.2), dpi=plots.DOTS_PER_INCH, layout="constrained")
        left, right = drawing.subfigures(1, 2, width_ratios=(1, 1.25), wspace=0.05)
        grid, chart = left.subplots(), right.subplots()
        weights = windows[radius].weights
        shown = draw_weights(grid, weights, np.abs(weights).max())
        left.colorbar(shown, ax=grid, shrink=0.8, label="weight")
        grid.set_title(f"radius {radius}: {weights.size - 1} weights", fontsize=10)
        _draw_errors(chart, errors, harmonic, radius)
        return drawing

    def alt(radius):
        shown = ", ".join(f"{1000 * e[radius - 1]:.2f} from {name}" for name, e in errors.items())
        return (
            f"The learned weights of radius {radius}, and error times 1000 on other pictures: "
            f"{shown}, {1000 * harmonic:.2f} for harmonic's quarters."
        )

    return explore(
        draw,
        alt=alt,
        caption="Red counts for the middle pixel, blue against it. The farther away, the smaller "
        f"the weights. The curve for {FEW} pictures is the mean over {SETS} such sets.",
        radius=(1, LARGEST, 1, 2),
    )


def _inner(products, radius):
    """The mean products of a smaller window in the middle of the largest."""
    inside = np.zeros((2 * LARGEST + 1,) * 2, bool)
    inside[LARGEST - radius : LARGEST + radius + 1, LARGEST - radius : LARGEST + radius + 1] = True
    return products[np.ix_(inside.ravel(), inside.ravel())]


def _error(weights, held_out):
    """The mean squared error of a guess: that of the middle less the weighted sum around it."""
    combined = np.pad(-weights, LARGEST - len(weights) // 2)
    combined[LARGEST, LARGEST] = 1
    return combined.ravel() @ held_out @ combined.ravel()


def _error_of_few(sets, radius, held_out):
    """The mean error of windows that are each learned from a few pictures of their own."""
    windows = [solve_window(_inner(products, radius)).weights for products in sets]
    return np.mean([_error(weights, held_out) for weights in windows])


def _draw_errors(axes, errors, harmonic, radius):
    styles = ((BLUE, "-", "o"), (ORANGE, "--", "s"))
    for (name, values), (colour, dashes, marker) in zip(errors.items(), styles, strict=True):
        axes.plot(RADII, 1000 * np.array(values), color=colour, linestyle=dashes, marker=marker,
                  label=f"learned from {name}")  # fmt: skip
    axes.axhline(1000 * harmonic, color="grey", linestyle=":", label="harmonic's quarters")
    axes.set_xlabel("radius (px)")
    axes.set_ylabel("squared error × 1000")
    axes.set_title("on other pictures", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    low, high = axes.get_ylim()
    axes.vlines(radius, low, high, color="grey", linewidth=0.8)
    axes.set_ylim(low, high + 0.45 * (high - low))  # room for the legend
    axes.legend(frameon=False, loc="upper left")
