"""Watch lines of equal brightness grow through a hole."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from course_lib import classical, plots
from course_lib._validation import check_count, check_counts, check_image, check_pair
from course_lib.plots.isophotes import draw_arrows
from course_lib.widgets._stops import stops
from course_lib.widgets.explore import explore

ROUNDS = (0, 10, 20, 40, 60, 100, 200)


def isophotes(image, mask, *, rounds=ROUNDS, every=2, transport_steps=15, diffusion_steps=2):
    """A slider over rounds of ``classical.bertalmio``: where it starts, and the fill with arrows.

    Arrows run along isophotes, brighter on their right. A dashed line goes around the hole.

    Args:
        image: RGB (H, W, 3) in [0, 1]; what stands in the hole is not read.
        mask: bool (H, W), True = hole.
        rounds: the slider's stops, two or more; it begins at the last but one.
        every: an arrow at every so many rows and columns where the picture is steep.
        transport_steps, diffusion_steps: of each in a round, as for ``classical.bertalmio``.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> from course_lib import masks
        >>> edge = np.where(np.arange(16) < 8, 0.2, 0.8)[None, :, None] * np.ones((16, 1, 3))
        >>> demo = isophotes(edge, masks.squares(1, 16, side=6)[0], rounds=(0, 5, 10))
        >>> demo.values
        {'rounds': 5}
    """
    image, mask = check_pair(check_image(image), mask)
    rounds = check_counts("rounds", rounds, fewest=2)
    every = min(check_count("every", every, lowest=1), max(mask.shape))
    doses = {"transport_steps": transport_steps, "diffusion_steps": diffusion_steps}

    @cache
    def filled(rounds):
        return classical.bertalmio(image, mask, rounds=rounds, **doses)

    def draw(rounds):
        drawing = Figure(figsize=(8.6, 4.4), dpi=plots.DOTS_PER_INCH, layout="constrained")
        for axes, now in zip(drawing.subplots(1, 2), (0, rounds), strict=True):
            draw_arrows(axes, filled(now), np.ones_like(mask), every, outline=mask)
            axes.set_title(f"{now} rounds" if now else "0 rounds: the harmonic fill", fontsize=10)
        return drawing

    return explore(
        draw,
        alt=lambda rounds: (
            "The harmonic fill with arrows along its lines of equal brightness, spread out in the "
            f"hole, and the fill after {rounds} rounds."
        ),
        caption="Round after round the arrows draw together and run on through the hole.",
        rounds=stops("rounds", rounds, start=rounds[-2]),
    )
