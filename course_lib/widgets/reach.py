"""Move depth and dilation, and see which pixels one output can depend on."""

import numpy as np

from course_lib import plots
from course_lib.widgets.explore import explore

SIDE = 41  # pixels of the picture
DEEPEST = 6
SPACINGS = {
    "1": lambda depth: [1] * depth,
    "2": lambda depth: [2] * depth,
    "3": lambda depth: [3] * depth,
    "1, 2, 4, repeated": lambda depth: [2 ** (k % 3) for k in range(depth)],
    "1, halving after each layer": lambda depth: [2**k for k in range(depth)],
}


def reach():
    """A slider over the depth of a stack of 3 x 3 convolutions, and a menu of their dilations.

    The map shows in how many ways a pixel of a 41 x 41 picture leads to the output in its middle:
    the gradient of a stack whose weights are all 1.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Example:
        >>> demo = reach()
        >>> demo.controls["depth"].value = 4
        >>> demo.alt
        'Of a square of 9 x 9 pixels that 4 layers with dilation 1 span, 81 are seen.'
    """

    def draw(depth, dilation):
        ways, side, seen = _seen(depth, dilation)
        return plots.reaches({f"{seen:,} of {side} x {side} pixels seen": ways})

    def alt(depth, dilation):
        _, side, seen = _seen(depth, dilation)
        return (
            f"Of a square of {side} x {side} pixels that {depth} layers with dilation {dilation} "
            f"span, {seen:,} are seen."
        )

    return explore(
        draw,
        alt=alt,
        caption="White pixels cannot change the output in the middle.",
        depth=(1, DEEPEST, 1, 3),
        dilation={name: name for name in SPACINGS},
    )


def ways(spacings, side=SIDE):
    """In how many ways each pixel leads to the middle of 3 x 3 layers of ones, float64 (H, W).

    Args:
        spacings: pixels between the taps of each layer, in the picture's own pixels.
        side: H and W, odd.
    """
    row = np.zeros(side)
    row[side // 2] = 1
    for spacing in spacings:
        taps = np.zeros(2 * spacing + 1)
        taps[::spacing] = 1
        row = np.convolve(row, taps, mode="same")
    return np.outer(row, row)


def _seen(depth, dilation):
    """The map, the side of the square that it spans, and how many pixels of it are seen."""
    spacings = SPACINGS[dilation](depth)
    found = ways(spacings)
    side = min(1 + 2 * sum(spacings), SIDE)
    return found, side, np.count_nonzero(found)
