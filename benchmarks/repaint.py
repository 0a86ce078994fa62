"""How far RePaint and flow matching are from drawing exactly, where exact is known: a Gaussian.

    python -m benchmarks.repaint

Driven by the exact denoiser of a Gaussian, every step of both is linear with Gaussian noise. So
what they draw is a Gaussian too, and its mean and covariance are followed step by step, without a
single sample: the figures have no noise of their own.
"""

import itertools
import math

import numpy as np
from scipy import linalg

from benchmarks.results import record, table
from course_lib import data, masks
from course_lib._pixels import as_floats
from course_lib.classical import fit_gaussian
from course_lib.generative import COSINE, STRAIGHT, backward_step, forward_step, step_times
from course_lib.generative.diffusion import from_unit
from tools.project import words

COMMAND = "python -m benchmarks.repaint"
SIDE, HOLE = 8, 4  # pixels
PICTURES = 100
STEPS = (25, 50, 100, 200, 400)
RESAMPLINGS = (1, 2, 5, 10, 20)
FLOW_STEPS = (1, 2, 5, 20, 100)


def moments(gaussian, images, hole, *, path=COSINE, steps, resamplings):
    """Mean and covariance of what ``generative.repaint`` draws before it clips to [0, 1].

    Args:
        gaussian: ``classical.Gaussian``, which also drives it.
        images: floats in [0, 1] (N, H, W, 3).
        hole: bool (H, W), the same in all of them.
        path, steps, resamplings: as for ``generative.repaint``.

    Returns:
        means (N, M) and covariance (M, M) of the M missing numbers, in [0, 1].
    """
    missing = np.repeat(hole.ravel(), 3)
    denoiser, center = linear_denoiser(gaussian, path)
    true = from_unit(images).reshape(len(images), -1).T  # a column a picture
    means, covariance = np.zeros_like(true), np.eye(len(true))
    for later, earlier in itertools.pairwise(step_times(steps)):
        (a, _), (signal, noise) = path.weights(later), path.weights(earlier)
        guess = denoiser(later)
        of_picture, of_noisy, back = backward_step(path, earlier, later)
        step = of_picture * guess[missing] + of_noisy * np.eye(len(true))[missing]
        offset = of_picture * (center - a * guess @ center)[missing]
        scale, on = forward_step(path, earlier, later)
        for again in reversed(range(resamplings if earlier > 0 else 1)):
            within = step @ covariance @ step.T + back**2 * np.eye(missing.sum())
            filled = step @ means + offset
            means, covariance = signal * true, noise**2 * np.eye(len(true))
            means[missing], covariance[np.ix_(missing, missing)] = filled, within
            if again:
                means, covariance = scale * means, scale**2 * covariance
                covariance += on**2 * np.eye(len(true))
    return (means[missing].T + 1) / 2, covariance[np.ix_(missing, missing)] / 4


def flow_moments(gaussian, images, hole, *, path=STRAIGHT, steps):
    """The same of ``generative.flow_fill``: all of it is one linear function of one noise."""
    missing = np.repeat(hole.ravel(), 3)
    denoiser, center = linear_denoiser(gaussian, path)
    true = from_unit(images).reshape(len(images), -1).T
    means, of_noise = np.zeros_like(true), np.eye(len(true))
    for later, earlier in itertools.pairwise(step_times(steps)):
        (a, b), (signal, noise) = path.weights(later), path.weights(earlier)
        guess, identity = denoiser(later), np.eye(len(true))
        step = (signal * guess + noise / b * (identity - a * guess))[missing]
        offset = (signal - noise * a / b) * (center - a * guess @ center)[missing]
        filled, from_noise = step @ means + offset, step @ of_noise
        means, of_noise = signal * true, noise * identity
        means[missing], of_noise[missing] = filled, from_noise
    spread = of_noise[missing]
    return (means[missing].T + 1) / 2, spread @ spread.T / 4


def linear_denoiser(gaussian, path):
    """A function, time -> the matrix that ``gaussian_guesser`` multiplies by; and the mean."""
    values, vectors = linalg.eigh(gaussian.precision)
    variances = 4 / values

    def matrix(time):
        a, b = path.weights(time)
        return (vectors * (a * variances / (a**2 * variances + b**2))) @ vectors.T

    return matrix, from_unit(gaussian.mean).reshape(-1, 1)


def exact(gaussian, images, hole):
    """The same of the Gaussian itself, given the known pixels."""
    means = np.stack([gaussian.fill.core(image, hole)[hole].ravel() for image in images])
    missing = np.repeat(hole.ravel(), 3)
    return means, linalg.inv(gaussian.precision[np.ix_(missing, missing)])


def distances(found, wanted):
    """How far moments are off, as shares: dict.

    ``mean``: the error of the mean over the exact deviation, both root mean squares.
    ``deviation``: the deviation over the exact one. ``covariance``: the error of the covariance
    over the exact one, both Frobenius norms.
    """
    (means, covariance), (exact_means, exact_covariance) = found, wanted
    variance = np.trace(exact_covariance)
    error = ((means - exact_means) ** 2).sum(axis=1).mean()
    return {
        "mean": math.sqrt(error / variance),
        "deviation": math.sqrt(np.trace(covariance) / variance),
        "covariance": np.linalg.norm(covariance - exact_covariance)
        / np.linalg.norm(exact_covariance),
    }


def world():
    """A Gaussian by lag of 8 x 8 patches, patches of other photographs, and a hole."""
    photos = data.load("photos")
    train, test = (_patches(as_floats(one)) for one in (photos.train, photos.test))
    chosen = np.random.RandomState(2026).permutation(len(test))[:PICTURES]
    return (
        fit_gaussian(train, covariance="by lag"),
        test[chosen],
        masks.squares(1, SIDE, side=HOLE)[0],
    )


def _patches(pictures):
    count, side = len(pictures), pictures.shape[1] // SIDE
    cut = pictures.reshape(count, side, SIDE, side, SIDE, 3).swapaxes(2, 3)
    return cut.reshape(-1, SIDE, SIDE, 3)


def measured():
    """Rows of two tables, RePaint's and the flow's: what was set, and the three distances."""
    gaussian, images, hole = world()
    wanted = exact(gaussian, images, hole)

    def off(found):
        return [f"{value:.3f}" for value in distances(found, wanted).values()]

    rows, flow = [], []
    for steps, resamplings in itertools.product(STEPS, RESAMPLINGS):
        found = moments(gaussian, images, hole, steps=steps, resamplings=resamplings)
        rows.append([steps, resamplings, steps * resamplings, *off(found)])
    for steps in FLOW_STEPS:
        flow.append([steps, *off(flow_moments(gaussian, images, hole, steps=steps))])
    return rows, flow


def main():
    off = ["mean is off", "deviation", "covariance is off"]
    rows, flow = measured()
    body = (
        f"`generative.repaint`, driven by the exact denoiser of a Gaussian by lag of {SIDE} x "
        f"{SIDE} patches of `photos`, fills the middle {HOLE} x {HOLE} pixels of {PICTURES} "
        "patches of the test photograph; it is compared with the exact Gaussian given the known "
        "pixels. Nothing is drawn: mean and covariance are followed through the steps. The mean's "
        "error is a share of the exact standard deviation, the deviation a share of the exact one, "
        "and the covariance's error a share of the exact covariance.\n\n"
        + table(["steps", "resamplings", "guesses", *off], rows)
        + "\n\nThe same for `generative.flow_fill`, on the straight path.\n\n"
        + table(["steps of the flow", *off], flow)
    )
    title = "RePaint against the exact Gaussian"
    record("repaint", title, body, COMMAND, 2026)


if __name__ == "__main__":
    words("benchmarks.repaint", __doc__, 0)
    main()
