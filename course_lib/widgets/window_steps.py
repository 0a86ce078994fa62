"""Step a partial convolution over a small array, right or with a bug switched on."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import plots
from course_lib._validation import as_array, check_mask
from course_lib.plots.number_grid import HOLE, KNOWN, NOTHING, draw_numbers
from course_lib.widgets.explore import explore

BIAS = 1
BUGS = ("none", "channels forgotten", "ratio forgotten", "bias in blind windows")


def window_steps(picture, hole):
    """Sliders that step a 3 x 3 mean with bias 1 over numbers, its channels, and a menu of bugs.

    With several channels each holds the same picture, and the kernel takes the mean of all: the
    right output stays what it is.

    Args:
        picture: numbers (H, W); what stands in the hole is not read.
        hole: bool (H, W), True = hole.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> steps = window_steps(np.full((2, 3), 4), np.array([[False] * 3, [True] * 3]))
        >>> steps.alt
        'The window at row 1, column 1: 3 of 9 values known, ratio 9 / 3, output 5, new validity 1.'
    """
    picture, hole = as_array(picture, "picture"), check_mask(hole)
    if picture.ndim != 2 or picture.shape != hole.shape:
        raise ValueError(
            f"picture has shape {picture.shape} and hole {hole.shape}: pass two of one (H, W)."
        )
    X, M = np.pad(np.where(hole, 0.0, picture), 1), np.pad(1 - hole.astype(int), 1)
    kinds = np.pad(np.where(hole, HOLE, KNOWN), 1, constant_values=NOTHING)

    def draw(place, bug, channels):
        row, column = divmod(place, hole.shape[1])
        part = slice(row, row + 3), slice(column, column + 3)
        done = [_one_window(X, M, at, channels, bug) for at in np.ndindex(hole.shape)]
        output, valid = (np.full(hole.size, np.nan) for _ in range(2))
        output[: place + 1] = [one[2] for one in done[: place + 1]]
        valid[: place + 1] = [one[3] for one in done[: place + 1]]
        so_far = np.nan_to_num(valid, nan=NOTHING).reshape(hole.shape)
        drawing = Figure(figsize=(plots.PAGE_WIDTH, 3.2), dpi=plots.DOTS_PER_INCH)
        drawing.set_layout_engine("constrained")
        widths = [hole.shape[1] + 2, 3, hole.shape[1], hole.shape[1]]
        panels = drawing.subplots(1, 4, width_ratios=widths)
        shown = np.where(kinds == KNOWN, X, np.nan)
        draw_numbers(panels[0], shown, kinds, "X and its padding", (row, column))
        draw_numbers(panels[1], X[part], kinds[part], "X ⊙ M")
        draw_numbers(panels[2], output.reshape(hole.shape), so_far, "x', so far")
        draw_numbers(panels[3], valid.reshape(hole.shape), so_far, "m', so far")
        drawing.suptitle(_in_symbols(X[part].sum() / 9, *done[place][:3]))
        return drawing

    def alt(place, bug, channels):
        row, column = divmod(place, hole.shape[1])
        seen, size, output, valid = _one_window(X, M, (row, column), channels, bug)
        ratio = f"ratio {size} / {seen}" if seen else "blind"
        return (
            f"The window at row {row}, column {column}: {seen} of {9 * channels} values known, "
            f"{ratio}, output {output:.3g}, new validity {valid}."
        )

    middle = hole.shape[0] // 2 * hole.shape[1] + hole.shape[1] // 2
    return explore(
        draw,
        alt=alt,
        caption="Pink is hole, grey is empty. The blue window becomes one number in each of the "
        "last two grids.",
        place=(0, hole.size - 1, 1, middle),
        bug=list(BUGS),
        channels=[1, 3, 32],
    )


def _one_window(X, M, at, channels, bug):
    """(sum(M), sum(1), x', m') of the mean kernel at a place."""
    row, column = at
    part = slice(row, row + 3), slice(column, column + 3)
    seen = channels * int(M[part].sum())
    size = {"channels forgotten": 9, "ratio forgotten": seen}.get(bug, 9 * channels)
    if seen == 0:
        return seen, size, float(BIAS * (bug == "bias in blind windows")), 0
    return seen, size, X[part].sum() / 9 * size / seen + BIAS, 1


def _in_symbols(total, seen, size, output):
    if seen == 0:
        return f"blind: sum(M) = 0        x' = {output:.3g}"
    return f"x' = {total:.3g} · {size} / {seen} + {BIAS} = {output:.3g}"
