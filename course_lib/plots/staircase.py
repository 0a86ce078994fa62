"""Plain dice of a picture's black and white copies, and the way up to the best of them."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import metrics
from course_lib._validation import check_image
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, own_style

LEVELS = np.arange(257) / 256  # of the thresholds that are drawn
LONGEST = 256  # rounds; a picture of bytes has no more thresholds


@own_style()
def staircase(true):
    """Draw plain dice against the threshold, and the climb to its top in steps.

    The climb begins at the truth's own score. Half of a score is the next threshold, which the
    straight line shows: across to the line, up to the curve, and so on until curve and line meet.

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
    drawing = Figure(figsize=(6.8, 3.8), dpi=DOTS_PER_INCH, layout="constrained")
    axes = drawing.subplots()
    scores = [metrics.plain_dice(true, true > level) for level in LEVELS]
    axes.plot(LEVELS, scores, color=BLUE, label="score of the truth, thresholded")
    axes.plot(
        LEVELS / 2, LEVELS, color="grey", linestyle="--", label="half the score: next threshold"
    )
    across, up = _climb(true)
    axes.plot(across, up, color=ORANGE, linewidth=2, label="from the truth to the top")
    axes.plot(across[0], up[0], "ko", label=f"the truth, {up[0]:.3f}")
    axes.plot(across[-1], up[-1], "k^", label=f"the top, {up[-1]:.3f}")
    axes.axhline(up[0], color="black", linestyle=":", linewidth=1)
    axes.set(xlabel="threshold", ylabel="plain dice", xlim=(0, 1), ylim=(0, 1))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return drawing


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
