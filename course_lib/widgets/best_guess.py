"""Two values are possible: which one guess is best?"""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plots
from course_lib._validation import check_number
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.widgets.explore import explore

GUESSES = np.linspace(0, 1, 201)


def best_guess(dark=0.2, bright=0.9):
    """A slider for the share p of the bright value: errors of every guess, and the best guesses.

    On the left the mean squared and the mean absolute error of each guess, their lowest points
    marked; on the right where those points lie for every p. The slider begins at 0.4.

    Args:
        dark, bright: the two possible values, 0 <= dark < bright <= 1.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        ValueError: if the values are not as above.

    Example:
        >>> demo = best_guess()
        >>> demo.controls["share"].value = 0.6
        >>> demo.alt  # doctest: +ELLIPSIS
        'Where 60 % are 0.9 and the rest 0.2, the squared error is least at 0.62, the absolute ...'
    """
    asked = "numbers with 0 <= dark < bright <= 1"
    dark = check_number("dark", dark, asked, lambda value: 0 <= value < 1)
    bright = check_number("bright", bright, asked, lambda value: dark < value <= 1)

    def draw(share):
        drawing = Figure(figsize=(9.2, 3.6), dpi=plots.DOTS_PER_INCH, layout="constrained")
        errors, best = drawing.subplots(1, 2)
        _draw_errors(errors, dark, bright, share)
        _draw_best(best, dark, bright, share)
        return drawing

    def alt(share):
        mean, median = _mean(dark, bright, share), _median(dark, bright, share)
        least = "anywhere between" if median is None else f"at {median:g}"
        return (
            f"Where {100 * share:.0f} % are {bright:g} and the rest {dark:g}, the squared error "
            f"is least at {mean:.2f}, the absolute {least}."
        )

    return explore(
        draw,
        alt=alt,
        caption="Squared error has its lowest point at the mean, which glides with p. The lowest "
        "point of the absolute error stays on one of the two values, and jumps at one half.",
        share=(0.0, 1.0, 0.05, 0.4),
    )


def _mean(dark, bright, share):
    return (1 - share) * dark + share * bright


def _median(dark, bright, share):
    """The value of the majority; None where there is none."""
    return None if np.isclose(share, 0.5) else (bright if share > 0.5 else dark)


def _draw_errors(axes, dark, bright, share):
    for name, power, colour, dashes in (("squared", 2, BLUE, "-"), ("absolute", 1, ORANGE, "--")):
        errors = (1 - share) * np.abs(GUESSES - dark) ** power
        errors += share * np.abs(GUESSES - bright) ** power
        axes.plot(GUESSES, errors, color=colour, linestyle=dashes, label=f"{name} error")
        best = _mean(dark, bright, share) if power == 2 else _median(dark, bright, share)
        if best is not None:
            lowest = (1 - share) * abs(best - dark) ** power + share * abs(best - bright) ** power
            axes.plot(best, lowest, marker="o", color=colour, markersize=8)
    axes.set(xlabel="guess", ylabel="mean error", ylim=(0, 1), title=f"p = {share:.2f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper center")


def _draw_best(axes, dark, bright, share):
    axes.plot([0, 1], [dark, bright], color=BLUE, label="squared: the mean")
    axes.plot([0, 0.5, 0.5, 1], [dark, dark, bright, bright], color=ORANGE, linestyle="--",
              label="absolute: the median")  # fmt: skip
    axes.axvline(share, color="grey", linewidth=0.8)
    axes.plot(share, _mean(dark, bright, share), marker="o", color=BLUE, markersize=8)
    if (median := _median(dark, bright, share)) is not None:
        axes.plot(share, median, marker="o", color=ORANGE, markersize=8)
    axes.set(xlabel="p, share of the bright value", ylabel="best guess", ylim=(0, 1))
    axes.set_title("where the lowest points lie")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
