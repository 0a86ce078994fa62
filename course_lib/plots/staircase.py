"""Plain dice of a picture's black-and-white copies, and the way up to the best of them."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import metrics
from course_lib._validation import check_image
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style

LEVELS = np.arange(257) / 256  # of the thresholds that are drawn
LONGEST = 256  # rounds; a picture of bytes has no more thresholds


@own_style()
def staircase(true):
    """Draw plain dice against the threshold, and the climb to its top in steps.

    The climb begins at the truth's own score. Half of a score is the next threshold, which the
    straight line shows: across to the line, up to the curve, and so on until curve and line meet.
    The last step up, a small one, is magnified beside it.

    Args:
        true: RGB (H, W, 3) in [0, 1], not all black.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if it is no picture, or all black.

    Example:
        >>> ramp = np.linspace(0.2, 0.6, 8)[:, None, None] * np.ones((8, 8, 3))
        >>> stairs = staircase(ramp).axes[0].lines[2]
        >>> [round(float(score), 3) for score in stairs.get_ydata()]
        [0.443, 0.588, 0.588, 0.596, 0.596]
    """
    true = check_image(true, "the true picture").astype(np.float64)
    if not true.any():
        raise ValueError("the true picture is all black: pass one whose dice is a number.")
    scores = [metrics.plain_dice(true, true > level) for level in LEVELS]
    climb = _climb(true)
    drawing = Figure(figsize=(PAGE_WIDTH, 4.4), dpi=DOTS_PER_INCH, layout="constrained")
    whole, near = drawing.subplots(1, 2, width_ratios=(1.3, 1))
    for axes in (whole, near):
        _draw(axes, scores, climb)
        axes.set(xlabel="threshold", ylabel="plain dice")
        axes.spines[["top", "right"]].set_visible(False)
    whole.set(xlim=(0, 1), ylim=(0, 1), title="Each threshold is half of a score")
    _magnify(near, *climb)
    if steps := len(climb[0]) // 2:
        near.set_title(f"Magnified: the last of {steps} step{'' if steps == 1 else 's'} up")
        _number(whole, 1, climb)
        _number(near, steps, climb)
    handles, labels = whole.get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return drawing


def _draw(axes, scores, climb):
    across, up = climb
    axes.plot(LEVELS, scores, color=BLUE, label="score of the truth, thresholded")
    axes.plot(
        LEVELS / 2, LEVELS, color="grey", linestyle="--", label="half the score: next threshold"
    )
    axes.plot(across, up, color=ORANGE, linewidth=2, label="from the truth to the top")
    axes.plot(across[0], up[0], "ko", label=f"the truth, {up[0]:.3f}")
    axes.plot(across[-1], up[-1], "k^", label=f"the top, {up[-1]:.3f}", markersize=5)
    axes.axhline(up[0], color="black", linestyle=":", linewidth=1)


def _magnify(axes, across, up):
    """Show no more than the last step up, four of its heights high."""
    height = up[-1] - up[-3] if len(up) > 1 else 0.05  # a mask has no step
    axes.set(
        xlim=(across[-1] - 3 * height, across[-1] + 1.5 * height),
        ylim=(up[-1] - 2.5 * height, up[-1] + 1.5 * height),
    )


def _number(axes, step, climb):
    """The number of a step up, left of the middle of it."""
    (threshold, _), (low, high) = (corners[2 * step - 2 : 2 * step] for corners in climb)
    place = {"textcoords": "offset points", "ha": "right", "va": "center"}
    axes.annotate(f"step {step}", (threshold, (low + high) / 2), (-6, 0), **place)


def _climb(true):
    """Thresholds and scores of the corners, from the truth's to where a round gains nothing."""
    score = metrics.plain_dice(true, true)
    across, up = [score / 2], [score]
    for _ in range(LONGEST):
        higher = metrics.plain_dice(true, true > score / 2)
        if higher <= score:
            break
        across += [score / 2, higher / 2]
        up += [higher, higher]
        score = higher
    return across, up
