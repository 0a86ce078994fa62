"""RePaint: a hole filled by a diffusion model that has never heard of holes."""

import itertools

import numpy as np

from course_lib._validation import check_count, check_pair, check_seed
from course_lib.generative.diffusion import forward_step, go_back, known_part, put_in, step_times
from course_lib.generative.paths import COSINE, check_way_back


def repaint(guess, images, mask, *, path=COSINE, steps=100, resamplings=10, seed):
    """Fill holes by going back from noise, the known pixels put in at every step.

    In the holes, a step back is the model's. Everywhere else it is the true picture with as much
    noise as belongs to that time. The two were drawn apart, so they do not match; one step on into
    noise and back again lets the holes answer to what is known. That is a resampling.

    It is no exact way to draw from the model given the known pixels. With more steps and more
    resamplings it comes nearer (benchmarks/RESULTS.md, "RePaint against the exact Gaussian").

    Args:
        guess: (noisy (N, H, W, 3) in [-1, 1], time) -> pictures, the mean of what can have become
            ``noisy``; ``guesser(network, path)`` makes one.
        images: floats in [0, 1], (H, W, 3) or (N, H, W, 3); what stands in holes is not read. The
            same picture N times is filled N times, differently.
        mask: bool (H, W) or (N, H, W), True = hole.
        path: the ``Path`` that the guesser knows.
        steps: of the way back, 1 or more: T in the paper.
        resamplings: times that each step back is taken, 1 or more: U in the paper; 1 is none.
        seed: an int from 0 to 2**32 - 1.

    Returns:
        The pictures, filled, in their shape and dtype; known pixels bit for bit as they came.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Source: Lugmayr et al., RePaint: inpainting using denoising diffusion probabilistic models,
    2022, algorithm 1, https://arxiv.org/abs/2201.09865 (without the longer jumps of section 4.2;
    line 10 there has the noise of the step before the one it repeats).

    Example:
        >>> image, hole = np.full((4, 4, 3), 0.25), np.eye(4, dtype=bool)
        >>> grey = lambda noisy, time: np.zeros_like(noisy)
        >>> repaint(grey, image, hole, steps=2, seed=0)[:2, 0, 0].tolist()
        [0.5, 0.25]
    """
    check_way_back(guess, path)
    images, mask = check_pair(images, mask)
    resamplings = check_count("resamplings", resamplings, lowest=1)
    random = np.random.RandomState(check_seed(seed))
    true, missing = known_part(images, mask)
    noisy = random.standard_normal(true.shape)
    for later, earlier in itertools.pairwise(step_times(steps)):
        scale, spread = forward_step(path, earlier, later)
        for again in reversed(range(resamplings if earlier > 0 else 1)):
            known = path.mix(true, random.standard_normal(true.shape), earlier)
            filled = go_back(guess, noisy, path, earlier, later, random)
            at_earlier = np.where(missing, filled, known)
            if again:
                noisy = scale * at_earlier + spread * random.standard_normal(true.shape)
        noisy = at_earlier
    return put_in(images, mask, noisy)
