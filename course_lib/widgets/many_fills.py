"""Many fills of one hole by RePaint: choose one, how often it resamples, and when it stops."""

import numpy as np

from course_lib import masks, plots, runtime
from course_lib._validation import check_count, check_image, check_pair
from course_lib.widgets._stops import stops
from course_lib.widgets.explore import explore

LOOKS = 5  # stops on the way back, beside the first step


def many_fills(guess, image, mask, *, fills=4, steps=None, resamplings=(1, 5, 10), seed=0):
    """Controls: which of some fills, how many resamplings, and after which step to stop.

    Shown is the guess of the picture at that step, put into the hole: all of them are made before
    the first is shown.

    Args:
        guess, seed: as for ``generative.repaint``.
        steps: the same; none: 25, in the tests' profile fewer.
        image: RGB (H, W, 3) in [0, 1]; what stands in the hole is not read.
        mask: bool (H, W), True = hole.
        fills: how many, 2 or more.
        resamplings: numbers, 1 or more each.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> grey = lambda noisy, time: np.zeros_like(noisy)
        >>> image, hole = np.full((8, 8, 3), 0.25), masks.squares(1, 8, side=2)[0]
        >>> demo = many_fills(grey, image, hole, steps=4, resamplings=(1, 2))
        >>> demo.controls["fill"].value = 2
        >>> demo.alt
        'Fill 2 after 2 of 4 steps with 2 resamplings, beside the damaged picture and all 4 fills.'
    """
    image, mask = check_pair(check_image(image), mask)
    count = check_count("fills", fills, lowest=2)
    steps = runtime.share(25) if steps is None else check_count("steps", steps, lowest=1)
    films = {u: _film(guess, image, mask, count, steps, u, seed) for u in resamplings}
    looks = np.linspace(steps / LOOKS, steps, LOOKS).round().astype(int).tolist()
    looks = sorted({1, *looks} - {0})

    def draw(fill, resamplings, stop_after):
        shown = films[resamplings][stop_after - 1]
        titles = [f"fill {fill}", *(f"{k}" for k in range(1, count + 1))]
        return plots.figure(
            [masks.damage(image, mask), shown[fill - 1], *shown],
            titles=["damaged", *titles],
            columns=2 + count,
        )

    return explore(
        draw,
        alt=lambda fill, resamplings, stop_after: (
            f"Fill {fill} after {stop_after} of {steps} steps with {resamplings} "
            f"resampling{'' if resamplings == 1 else 's'}, beside the damaged picture and all "
            f"{count} fills."
        ),
        caption="Stopped early it is a mean, blurred; later choices are made, one after another.",
        fill=(1, count, 1, 1),
        resamplings=stops("resamplings", resamplings, resamplings[-1]),
        stop_after=stops("stop_after", looks, looks[1] if len(looks) > 1 else steps),
    )


def _film(guess, image, mask, count, steps, resamplings, seed):
    """The last guess of every step, composited: a list of (count, H, W, 3), by step."""
    from course_lib import generative  # which loads Keras

    guesses = {}

    def kept(noisy, time):
        guesses[time] = guess(noisy, time)  # of several at one time the last stays
        return guesses[time]

    many = np.broadcast_to(image, (count, *image.shape))
    generative.repaint(kept, many, mask, steps=steps, resamplings=resamplings, seed=seed)
    return [generative.diffusion.put_in(many, mask, one) for one in guesses.values()]
