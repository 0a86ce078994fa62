"""The oldest inpainting there is: what an eye writes where it sees nothing."""

import numpy as np
from matplotlib.figure import Figure

from course_lib.plots.drawing import DOTS_PER_INCH, PAGE_WIDTH, own_style

HEIGHT = 2.6  # inches
CROSS, DOT = 1.1, 7.7  # inches from the left; on a screen the page is about a hand wide
RULED = 0.26  # inches between the lines


@own_style()
def blind_spot():
    """Draw a cross and a dot on ruled paper: the dot vanishes where the eye has no receptors.

    Close the left eye, look at the cross on the left with the right one, and come nearer, from an
    arm's length, until the dot disappears: at about three and a half times the distance from cross
    to dot, as the blind spot lies some 15 degrees to the side of where you look. The ruled lines
    seem to run on through it. For the left eye, close the right one and look at the dot.

    Returns:
        A matplotlib ``Figure``.

    Example:
        >>> bool(blind_spot().get_size_inches()[0] == PAGE_WIDTH)
        True
    """
    drawing = Figure(figsize=(PAGE_WIDTH, HEIGHT), dpi=DOTS_PER_INCH, facecolor="white")
    axes = drawing.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, PAGE_WIDTH), ylim=(0, HEIGHT))
    axes.set_axis_off()
    for height in np.arange(RULED / 2, HEIGHT, RULED):
        axes.axhline(height, color="#9db4c8", linewidth=1.2, zorder=0)
    axes.plot(CROSS, HEIGHT / 2, marker="+", markersize=26, markeredgewidth=4, color="black")
    axes.plot(DOT, HEIGHT / 2, marker="o", markersize=42, color="#b3261e")
    return drawing
