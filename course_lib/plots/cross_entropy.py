"""Binary cross-entropy against the predicted value: where its lowest points lie."""

import numpy as np
from matplotlib.figure import Figure
from scipy.special import entr, xlogy

from course_lib._validation import check_number
from course_lib.plots.charts import COLOURS, DASHES, MARKERS
from course_lib.plots.drawing import DOTS_PER_INCH, own_style

PREDICTED = np.linspace(0, 1, 1001)[1:-1]  # at 0 and 1 the curves may be infinite


@own_style()
def cross_entropy(values=(0.02, 0.2, 0.5)):
    """Draw the cross-entropy of true values against what is predicted, each lowest point marked.

    A grey line joins the lowest points of all true values: it is the entropy of the value, the
    least that its cross-entropy can be.

    Args:
        values: true values in [0, 1].

    Returns:
        A matplotlib ``Figure``.

    Raises:
        ValueError: if a value is not in [0, 1].

    Example:
        >>> lowest = cross_entropy([0.5]).axes[0].lines[-1]
        >>> float(lowest.get_xdata()[0]), round(float(lowest.get_ydata()[0]), 3)
        (0.5, 0.693)
    """
    for value in values:
        check_number("a true value", value, "numbers in [0, 1]", lambda number: 0 <= number <= 1)
    drawing = Figure(figsize=(6.8, 3.6), dpi=DOTS_PER_INCH, layout="constrained")
    axes = drawing.subplots()
    axes.plot(PREDICTED, _entropy(PREDICTED), color="grey", linewidth=4, alpha=0.4,
              label="lowest points of all")  # fmt: skip
    for k, value in enumerate(values):
        colour = COLOURS[k % len(COLOURS)]
        loss = -xlogy(value, PREDICTED) - xlogy(1 - value, 1 - PREDICTED)
        axes.plot(PREDICTED, loss, color=colour, linestyle=DASHES[k % len(DASHES)],
                  label=f"true value {value:g}")  # fmt: skip
        axes.plot(value, _entropy(value), color=colour, marker=MARKERS[k % len(MARKERS)],
                  markersize=9)  # fmt: skip
    axes.set(xlabel="predicted value", ylabel="cross-entropy", xlim=(0, 1), ylim=(0, 1.5))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper center")
    return drawing


def _entropy(value):
    return entr(value) + entr(1 - value)
