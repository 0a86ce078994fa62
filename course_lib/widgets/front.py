"""Watch a front burn into a hole."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import classical, plots
from course_lib.widgets.explore import explore

KNOWN, BURNT, TO_BURN = (0.93, 0.93, 0.90), (0.95, 0.60, 0.10), (0.12, 0.12, 0.12)


def front(mask):
    """A slider over time: what the front has passed, and when it arrives where.

    The slider stops at half pixels and begins half way. In the map of arrival times thin lines join
    equal times, and a wide one is the front.

    Args:
        mask: bool (H, W), True = hole.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if the mask is not bool (H, W), has no hole, or no known pixel.

    Example:
        >>> from course_lib import masks
        >>> demo = front(masks.squares(1, 16, side=6)[0])
        >>> demo.alt
        'A hole with 20 of 36 pixels burnt by time 1.5, and the front in a map of arrival times.'
    """
    times = classical.arrival_time(mask)
    if not times.any():
        raise ValueError("the mask has no hole, so no front moves: mark some pixels.")
    end = float(np.ceil(2 * times.max()) / 2)

    def draw(time):
        burnt = mask & (times <= time)
        drawing = Figure(figsize=(8.6, 4.2), dpi=plots.DOTS_PER_INCH, layout="constrained")
        state, arrival = drawing.subplots(1, 2)
        state.imshow(_coloured(mask, burnt), interpolation="nearest")
        state.set_title(f"after {time:.1f} s: orange is burnt, black is not", fontsize=10)
        arrival.set_facecolor(KNOWN)
        shown = np.ma.masked_where(~mask, times)
        drawn = arrival.imshow(shown, cmap="viridis", vmin=0, vmax=end, interpolation="nearest")
        arrival.contour(times, levels=np.arange(0.5, end), colors="white", linewidths=0.4)
        if 0 < time < times.max():
            arrival.contour(times, levels=[time], colors=[BURNT], linewidths=2.5)
        arrival.set_title("arrival time (s), and the front", fontsize=10)
        drawing.colorbar(drawn, ax=arrival, shrink=0.8)
        for axes in (state, arrival):
            axes.set(xticks=[], yticks=[])
        return drawing

    return explore(
        draw,
        alt=lambda time: (
            f"A hole with {(mask & (times <= time)).sum()} of {mask.sum()} pixels burnt by time "
            f"{time:.1f}, and the front in a map of arrival times."
        ),
        caption="The front comes in from every known side; where two meet, the times have a ridge.",
        time=(0.0, end, 0.5, float(np.round(end) / 2)),
    )


def _coloured(mask, burnt):
    picture = np.where(mask[..., None], TO_BURN, KNOWN)
    picture[burnt] = BURNT
    return picture
