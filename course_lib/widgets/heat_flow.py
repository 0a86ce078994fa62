"""Watch heat flow into a hole, sweep after sweep."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import classical, masks, plots
from course_lib._validation import check_count, check_counts, check_image, check_pair
from course_lib.widgets._stops import stops
from course_lib.widgets.explore import explore

SWEEPS = (0, 1, 3, 10, 30, 100, 300, 1000)


def heat_flow(image, mask, *, sweeps=SWEEPS):
    """A slider over sweeps of ``classical.jacobi``: the fill so far, and how far it has to go.

    The second map is the distance to the harmonic fill, where nothing changes any more; its scale
    stays the same.

    Args:
        image: RGB (H, W, 3) in [0, 1]; what stands in the hole is not read, it starts black.
        mask: bool (H, W), True = hole.
        sweeps: the slider's stops, rising whole numbers; it begins in the middle.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> flow = heat_flow(line, np.array([[False, True, True, False]]), sweeps=(0, 1, 2))
        >>> flow.controls["sweeps"].value = 1
        >>> flow.alt
        'After 1 sweeps: the fill so far, and a map of what is still to go, 0.300 at most.'
    """
    image, mask = check_pair(check_image(image), mask)
    sweeps = check_counts("sweeps", sweeps)
    states, state, before = {}, masks.damage(image, mask).astype(np.float64), 0
    for stop in sweeps:
        state = classical.jacobi(state, mask, check_count("sweeps", stop - before), start=state)
        states[stop], before = state, stop
    end = classical.harmonic(image.astype(np.float64), mask)
    left = {stop: np.abs(state - end).mean(axis=-1) for stop, state in states.items()}
    scale = max(distance.max() for distance in left.values())

    def draw(sweeps):
        height, width = mask.shape
        drawing = Figure(
            figsize=(8.6, 4 * height / width + 0.5), dpi=plots.DOTS_PER_INCH, layout="constrained"
        )
        picture, distance = drawing.subplots(1, 2)
        picture.imshow(states[sweeps])
        picture.set_title(f"after {sweeps} sweeps", fontsize=10)
        shown = distance.imshow(left[sweeps], cmap="magma", vmin=0, vmax=scale)
        distance.set_title("still to go", fontsize=10)
        drawing.colorbar(shown, ax=distance, shrink=0.8)
        for axes in (picture, distance):
            axes.set(xticks=[], yticks=[])
        return drawing

    return explore(
        draw,
        alt=lambda sweeps: (
            f"After {sweeps} sweeps: the fill so far, and a map of what is still to go, "
            f"{left[sweeps].max():.3f} at most."
        ),
        caption="Colour flows in from the rim.",
        photograph=max(mask.shape) > 64,
        sweeps=stops("sweeps", states, start=sweeps[len(states) // 2]),
    )
