"""Steps along a path from picture to noise and back: the chain of denoising diffusion.

Of a path, only a(t) and b(t) enter. Going on from time s to a later t multiplies by a(t) / a(s) and
adds fresh noise; going back draws from what was likely at s, given where one is at t and a guess
of the picture. A guesser is a function (noisy (N, H, W, 3), time) -> pictures (N, H, W, 3) in
[-1, 1]: the mean of all pictures that can have become ``noisy`` by then.

Source: Ho, Jain, Abbeel, Denoising diffusion probabilistic models, 2020, sections 2 and 3,
https://arxiv.org/abs/2006.11239; for any a and b: Kingma et al., Variational diffusion models,
2021, appendix A.
"""

import itertools
import math

import numpy as np

from course_lib._validation import check_count, check_is, check_number, check_seed, check_stack
from course_lib.generative.paths import COSINE, Path, check_way_back


def forward_step(path, earlier, later):
    """On towards noise: at ``later`` stands scale * (what stood at ``earlier``) + spread * noise.

    Args:
        path: a ``Path``.
        earlier, later: times, 0 <= earlier < later <= 1.

    Returns:
        scale, spread: floats. In the words of Ho et al. the square of spread is beta, and that of
        scale 1 - beta, on the cosine path.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> scale, spread = forward_step(COSINE, 0.5, 0.75)
        >>> round(float(scale**2 + spread**2), 6)
        1.0
    """
    check_is("path", path, Path, "a Path, COSINE or STRAIGHT")
    later = check_number("later", later, "a time above 0, to 1", lambda time: 0 < time <= 1)
    fits = f"a time from 0, before later, {later}"
    earlier = check_number("earlier", earlier, fits, lambda time: 0 <= time < later)
    (signal, noise), (signal_later, noise_later) = path.weights(earlier), path.weights(later)
    scale = signal_later / signal
    return scale, math.sqrt(noise_later**2 - (scale * noise) ** 2)


def backward_step(path, earlier, later):
    """Back towards the picture x from y, which stands at ``later``.

    There stands of_picture * x + of_noisy * y + spread * noise: q(x_s | x_t, x), a Gaussian.

    Args:
        path, earlier, later: as in ``forward_step``.

    Returns:
        of_picture, of_noisy, spread: floats; spread is 0 where earlier is 0.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Source: Ho et al. 2020, equations 6 and 7.

    Example:
        >>> [round(float(one), 6) for one in backward_step(COSINE, 0.0, 0.25)]
        [1.0, 0.0, 0.0]
    """
    scale, fresh = forward_step(path, earlier, later)
    (signal, noise), (_, noise_later) = path.weights(earlier), path.weights(later)
    of_picture = signal * fresh**2 / noise_later**2
    of_noisy = scale * noise**2 / noise_later**2
    return of_picture, of_noisy, fresh * noise / noise_later


def step_times(steps):
    """The times that a way back passes, from 1, all noise, to 0: steps + 1 of them, evenly.

    Example:
        >>> step_times(4).tolist()
        [1.0, 0.75, 0.5, 0.25, 0.0]
    """
    return np.linspace(1, 0, check_count("steps", steps, lowest=1) + 1)


def go_back(guess, noisy, path, earlier, later, random):
    """One step back, with the guesser's picture in the place of the true one."""
    of_picture, of_noisy, spread = backward_step(path, earlier, later)
    fresh = random.standard_normal(noisy.shape)
    return of_picture * guess(noisy, later) + of_noisy * noisy + spread * fresh


def diffuse(guess, count, size=32, *, path=COSINE, steps=100, seed):
    """Pictures out of noise: ancestral sampling.

    Args:
        guess: a guesser, as at the top of this module.
        count: how many pictures.
        size: an int or (H, W), pixels.
        path: the ``Path`` that the guesser knows.
        steps: 1 or more; the more, the nearer to what the guesser takes pictures to be.
        seed: an int from 0 to 2**32 - 1.

    Returns:
        float64 (count, H, W, 3) in [0, 1].

    Raises:
        TypeError, ValueError: if count, steps or seed are not as above.

    Source: Ho et al. 2020, algorithm 2.

    Example:
        >>> grey = lambda noisy, time: np.zeros_like(noisy)
        >>> diffuse(grey, 1, 4, steps=3, seed=0).mean()
        np.float64(0.5)
    """
    check_way_back(guess, path)
    random = np.random.RandomState(check_seed(seed))
    noisy = random.standard_normal((*check_stack("pictures", count, size), 3))
    for later, earlier in itertools.pairwise(step_times(steps)):
        noisy = go_back(guess, noisy, path, earlier, later, random)
    return to_unit(noisy)


def from_unit(pictures):
    """Pictures in [0, 1] as they are here, in [-1, 1], float64."""
    return 2 * np.asarray(pictures, np.float64) - 1


def to_unit(pictures):
    """The way back from ``from_unit``, clipped to [0, 1]."""
    return np.clip((pictures + 1) / 2, 0, 1)


def known_part(images, mask):
    """What filling begins with: pictures in [-1, 1], grey in their holes, and where these are.

    Args:
        images: floats in [0, 1], (H, W, 3) or (N, H, W, 3).
        mask: bool (H, W) or (N, H, W), True = hole.

    Returns:
        (true, missing): floats and bool, both (N, H, W, 3).
    """
    batch = (-1, *images.shape[-3:])
    missing = np.broadcast_to(mask[..., None], images.shape)
    true = from_unit(np.where(missing, 0.5, images))
    return true.reshape(batch), missing.reshape(batch)


def put_in(images, mask, found):
    """The pictures with their holes taken from ``found``, (N, H, W, 3) in [-1, 1]."""
    filled = to_unit(found).reshape(images.shape)
    return np.where(mask[..., None], filled, images).astype(images.dtype)
