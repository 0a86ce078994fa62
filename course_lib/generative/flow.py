"""Filling in few steps: along the path itself, without fresh noise."""

import itertools

import numpy as np

from course_lib._validation import check_pair, check_seed
from course_lib.generative.diffusion import known_part, put_in, step_times
from course_lib.generative.paths import STRAIGHT, check_way_back


def along(guess, noisy, path, earlier, later):
    """One step back: the guessed picture, and the noise that goes with it, mixed as at ``earlier``.

    On the straight path that is Euler's step along the velocity; on the cosine path it is the step
    of Song, Meng, Ermon, Denoising diffusion implicit models, 2021, equation 12 with sigma 0.
    """
    signal, spread = path.weights(later)
    picture = guess(noisy, later)
    return path.mix(picture, (noisy - signal * picture) / spread, earlier)


def flow_fill(guess, images, mask, *, path=STRAIGHT, steps=20, seed):
    """Fill holes along the flow from noise to pictures, the known pixels put in at every step.

    Everything that is random is drawn at the start: one noise for the holes to begin with, which
    is also the noise that the known pixels are mixed with. So few steps are enough. Like
    ``repaint``, it does not draw exactly from the model given the known pixels.

    Args:
        guess, images, mask, path, steps, seed: as in ``repaint``.

    Returns:
        The pictures, filled, as ``repaint`` returns them.

    Raises:
        TypeError, ValueError: as ``repaint``.

    Source: Lipman et al., Flow matching for generative modeling, 2023, section 4,
    https://arxiv.org/abs/2210.02747; known pixels put in: Lugmayr et al. 2022, equation 8.

    Example:
        >>> image, hole = np.full((4, 4, 3), 0.25), np.eye(4, dtype=bool)
        >>> grey = lambda noisy, time: np.zeros_like(noisy)
        >>> flow_fill(grey, image, hole, steps=1, seed=0)[:2, 0, 0].tolist()
        [0.5, 0.25]
    """
    check_way_back(guess, path)
    images, mask = check_pair(images, mask)
    random = np.random.RandomState(check_seed(seed))
    true, missing = known_part(images, mask)
    noise = noisy = random.standard_normal(true.shape)
    for later, earlier in itertools.pairwise(step_times(steps)):
        filled = along(guess, noisy, path, earlier, later)
        noisy = np.where(missing, filled, path.mix(true, noise, earlier))
    return put_in(images, mask, noisy)
