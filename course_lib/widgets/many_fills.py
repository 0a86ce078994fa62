"""Many fills of one hole by RePaint, as they come about, with few or many resamplings."""

import numpy as np

from course_lib import plots, runtime
from course_lib._validation import check_count, check_counts, check_image, check_pair
from course_lib.widgets._stops import stops
from course_lib.widgets.explore import explore

LOOKS = (0, 0.2, 0.4, 1)  # of the way back


def many_fills(guess, image, mask, *, fills=4, steps=None, resamplings=(1, 5, 10), seed=0):
    """A slider over how many resamplings: the fills on their way, and how far apart they lie.

    Each row is a step and each column a fill: the guess of the picture by then, put into the hole.
    The spread is the standard deviation of a hole's numbers over the fills, averaged. All fills are
    made before the first is shown.

    Args:
        guess, seed: as for ``generative.repaint``.
        steps: the same; if left out, 25, in the tests' profile fewer.
        image: RGB (H, W, 3) in [0, 1]; what stands in the hole is not read.
        mask: bool (H, W), True = hole.
        fills: how many, 2 or more.
        resamplings: numbers, 1 or more each.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> from course_lib import masks
        >>> grey = lambda noisy, time: np.zeros_like(noisy)
        >>> image, hole = np.full((8, 8, 3), 0.25), masks.squares(1, 8, side=2)[0]
        >>> demo = many_fills(grey, image, hole, steps=4, resamplings=(1, 2))
        >>> demo.controls["resamplings"].value = 1
        >>> demo.alt
        '4 fills with 1 resampling, a row each after step 1, 2, 4; their spread: 0.00, 0.00, 0.00.'
    """
    image, mask = check_pair(check_image(image), mask)
    count = check_count("fills", fills, lowest=2)
    steps = runtime.share(25) if steps is None else check_count("steps", steps, lowest=1)
    looks = sorted({max(1, round(share * steps)) for share in LOOKS})
    films = {}
    for u in check_counts("resamplings", resamplings, lowest=1):
        film = _film(guess, image, mask, count, steps, u, seed)
        films[u] = [film[step - 1] for step in looks]

    def apart(resamplings):
        return [row.std(axis=0, ddof=1)[mask].mean() for row in films[resamplings]]

    def draw(resamplings):
        rows = [
            f"step {step}\nspread {one:.2f}"
            for step, one in zip(looks, apart(resamplings), strict=True)
        ]
        pictures = [*np.concatenate(films[resamplings])]
        return plots.figure(pictures, columns=count, row_titles=rows)

    return explore(
        draw,
        alt=lambda resamplings: (
            f"{count} fills with {resamplings} resampling{'' if resamplings == 1 else 's'}, a row "
            f"each after step {', '.join(map(str, looks))}; their spread: "
            f"{', '.join(f'{one:.2f}' for one in apart(resamplings))}."
        ),
        caption="Each column is one fill taking shape; the spread is that of all of them.",
        resamplings=stops("resamplings", resamplings, resamplings[-1]),
    )


def _film(guess, image, mask, count, steps, resamplings, seed):
    """The last guess of every step, composited: a list of (count, H, W, 3), by step."""
    from course_lib import generative  # which loads Keras

    guesses = {}

    def kept(noisy, time):
        guesses[time] = guess(noisy, time)  # of several at one time, the last is kept
        return guesses[time]

    many = np.broadcast_to(image, (count, *image.shape))
    generative.repaint(kept, many, mask, steps=steps, resamplings=resamplings, seed=seed)
    return [generative.diffusion.put_in(many, mask, one) for one in guesses.values()]
