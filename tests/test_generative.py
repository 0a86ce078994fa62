"""Paths, chains and fills against Bayes' rule, closed forms and guessers that know the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.repaint import distances, exact, flow_moments, moments
from course_lib import generative
from course_lib.classical import Gaussian
from course_lib.generative import COSINE, STRAIGHT

BOTH = pytest.mark.parametrize("path", [COSINE, STRAIGHT], ids=lambda path: path.name)
TIMES = st.floats(0.01, 0.99)


def world(seed=0, side=2):
    """A Gaussian over pictures of 2 x 2: its mean and covariance in [0, 1] beside it."""
    rng = np.random.default_rng(seed)
    size = 3 * side * side
    factor = rng.normal(size=(size, size))
    covariance = 0.004 * (factor @ factor.T / size + 0.2 * np.eye(size))
    mean = rng.uniform(0.4, 0.6, (side, side, 3))
    return Gaussian(mean, np.linalg.inv(covariance)), mean.ravel(), covariance


def conditional(mean, covariance, image, hole):
    """Mean and covariance of the missing numbers, by S_mk S_kk^-1."""
    missing = np.repeat(hole.ravel(), 3)
    gain = covariance[np.ix_(missing, ~missing)] @ np.linalg.inv(
        covariance[np.ix_(~missing, ~missing)]
    )
    expected = mean[missing] + gain @ (image.ravel() - mean)[~missing]
    return expected, covariance[np.ix_(missing, missing)] - gain @ covariance[
        np.ix_(~missing, missing)
    ]


@BOTH
def test_a_path_leads_from_the_picture_to_noise(path):
    picture, noise = np.array([0.3, -0.7]), np.array([2.0, 0.5])
    np.testing.assert_allclose(path.mix(picture, noise, 0.0), picture)
    np.testing.assert_allclose(path.mix(picture, noise, 1.0), noise, atol=1e-15)


@given(time=TIMES)
def test_the_cosine_path_keeps_a_variance_of_one(time):
    signal, noise = COSINE.weights(time)
    assert math.isclose(signal**2 + noise**2, 1)


@BOTH
@given(time=TIMES, picture=st.floats(-1, 1), noise=st.floats(-4, 4))
def test_the_velocity_is_the_rate_of_the_mixture_and_tells_the_picture(path, time, picture, noise):
    ahead, behind = (path.mix(picture, noise, time + d) for d in (1e-5, -1e-5))
    velocity = path.velocity(picture, noise, time)
    assert abs(velocity - (ahead - behind) / 2e-5) < 1e-6
    assert abs(path.picture(path.mix(picture, noise, time), velocity, time) - picture) < 1e-9


@BOTH
@given(times=st.lists(TIMES, min_size=3, max_size=6, unique=True))
def test_steps_on_compose_to_the_path_itself(path, times):
    times = [0.0, *sorted(times), 1.0]
    scale, variance = 1.0, 0.0
    for earlier, later in zip(times, times[1:], strict=False):
        factor, spread = generative.forward_step(path, earlier, later)
        scale, variance = factor * scale, factor**2 * variance + spread**2
        signal, noise = path.weights(later)
        assert abs(scale - signal) < 1e-9
        assert abs(variance - noise**2) < 1e-9


def test_the_cosine_path_in_the_papers_words():
    """alpha_bar = product of 1 - beta; mean and variance as in equation 7 of Ho et al."""
    times = generative.step_times(10)[::-1]
    alpha_bar = np.cos(np.pi / 2 * times) ** 2
    beta = 1 - alpha_bar[1:] / alpha_bar[:-1]
    np.testing.assert_allclose(np.cumprod(1 - beta), alpha_bar[1:], atol=1e-15)
    for t in range(1, 10):
        before, now = alpha_bar[t - 1], alpha_bar[t]
        of_picture, of_noisy, spread = generative.backward_step(COSINE, times[t - 1], times[t])
        assert math.isclose(of_picture, math.sqrt(before) * beta[t - 1] / (1 - now), abs_tol=1e-12)
        wanted = math.sqrt(1 - beta[t - 1]) * (1 - before) / (1 - now)
        assert math.isclose(of_noisy, wanted, abs_tol=1e-12)
        variance = (1 - before) / (1 - now) * beta[t - 1]
        assert math.isclose(spread**2, variance, abs_tol=1e-12)


@BOTH
@given(earlier=st.floats(0.05, 0.5), length=st.floats(0.05, 0.45))
def test_a_step_back_is_bayes_rule(path, earlier, length):
    """Given the picture, x_s and x_t are jointly Gaussian: condition one on the other."""
    later = earlier + length
    (a, b), (a_later, b_later) = path.weights(earlier), path.weights(later)
    scale, _ = generative.forward_step(path, earlier, later)
    gain = scale * b**2 / b_later**2  # covariance over variance
    of_picture, of_noisy, spread = generative.backward_step(path, earlier, later)
    assert math.isclose(of_noisy, gain, rel_tol=1e-9)
    assert math.isclose(of_picture, a - gain * a_later, rel_tol=1e-6, abs_tol=1e-9)
    assert math.isclose(spread**2, b**2 - gain * scale * b**2, rel_tol=1e-6, abs_tol=1e-9)


@BOTH
@pytest.mark.parametrize("steps", [1, 7])
def test_a_guesser_that_knows_the_truth_ends_there(path, steps):
    truth = np.random.default_rng(0).uniform(-1, 1, (4, 4, 3))

    def knows(noisy, time):
        return np.broadcast_to(truth, noisy.shape)

    wanted, hole = (truth + 1) / 2, np.eye(4, dtype=bool)
    drawn = generative.diffuse(knows, 2, 4, path=path, steps=steps, seed=1)
    np.testing.assert_allclose(drawn, np.stack([wanted, wanted]))
    for fill in (generative.repaint, generative.flow_fill):
        np.testing.assert_allclose(
            fill(knows, wanted, hole, path=path, steps=steps, seed=1), wanted
        )


@BOTH
def test_the_gaussians_mean_is_the_textbooks(path):
    """m + a S (a^2 S + b^2)^-1 (noisy - a m), as a plain solve in [-1, 1]."""
    gaussian, mean, covariance = world()
    mean, covariance, time = 2 * mean - 1, 4 * covariance, 0.4
    a, b = path.weights(time)
    noisy = np.random.default_rng(3).normal(size=(5, 2, 2, 3))
    spread = a**2 * covariance + b**2 * np.eye(12)
    offsets = noisy.reshape(5, 12) - a * mean
    wanted = mean + a * np.linalg.solve(spread, offsets.T).T @ covariance
    guessed = generative.gaussian_guesser(gaussian, path)(noisy, time)
    np.testing.assert_allclose(guessed.reshape(5, 12), wanted)


@BOTH
def test_diffusion_with_the_gaussians_mean_comes_to_draw_from_the_gaussian(path):
    gaussian, mean, covariance = world()
    guess = generative.gaussian_guesser(gaussian, path)
    errors = []
    for steps in (10, 100):
        drawn = generative.diffuse(guess, 4_000, 2, path=path, steps=steps, seed=5)
        errors.append(off(drawn, np.ones((2, 2), bool), mean, covariance))
    assert max(mean_error for mean_error, _ in errors) < 0.03
    assert errors[1][1] < min(0.15, 0.4 * errors[0][1]), errors


def off(filled, hole, mean, covariance):
    """Lengths of the mean's and the covariance's error, relative to the exact ones' spread."""
    numbers = filled[:, hole].reshape(len(filled), -1)
    spread = math.sqrt(np.trace(covariance))
    error = np.cov(numbers.T) - covariance
    return (
        np.linalg.norm(numbers.mean(axis=0) - mean) / spread,
        np.linalg.norm(error) / np.linalg.norm(covariance),
    )


def hole_in_a_world():
    """A Gaussian, a picture drawn from it, a hole, and the exact moments of the missing numbers."""
    gaussian, mean, covariance = world()
    image = np.random.default_rng(8).multivariate_normal(mean, covariance).reshape(2, 2, 3)
    hole = np.array([[True, True], [False, False]])
    return gaussian, image, hole, conditional(mean, covariance, image, hole)


@pytest.mark.parametrize("resamplings", [1, 4])
def test_the_moments_that_are_followed_are_those_of_what_repaint_draws(resamplings):
    gaussian, image, hole, _ = hole_in_a_world()
    guess = generative.gaussian_guesser(gaussian, COSINE)
    options = {"steps": 12, "resamplings": resamplings}
    many = np.broadcast_to(image, (4_000, 2, 2, 3))
    drawn = generative.repaint(guess, many, hole, seed=2, **options)
    means, covariance = moments(gaussian, image[None], hole, **options)
    mean_error, error = off(drawn, hole, means[0], covariance)
    assert mean_error < 0.05
    assert error < 0.1


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_the_moments_that_are_followed_are_those_of_what_the_flow_draws(steps):
    gaussian, image, hole, _ = hole_in_a_world()
    guess = generative.gaussian_guesser(gaussian, STRAIGHT)
    many = np.broadcast_to(image, (4_000, 2, 2, 3))
    drawn = generative.flow_fill(guess, many, hole, steps=steps, seed=2)
    means, covariance = flow_moments(gaussian, image[None], hole, steps=steps)
    found = drawn[:, hole].reshape(len(drawn), -1)
    np.testing.assert_allclose(found.mean(axis=0), means[0], atol=0.01)
    np.testing.assert_allclose(np.cov(found.T), covariance, atol=0.1 * covariance.max() + 1e-9)


def test_resampling_brings_repaint_nearer_to_the_exact_conditional_gaussian():
    gaussian, image, hole, wanted = hole_in_a_world()
    wanted = wanted[0][None], wanted[1]
    found = {
        (steps, resamplings): distances(
            moments(gaussian, image[None], hole, steps=steps, resamplings=resamplings), wanted
        )
        for steps, resamplings in [(40, 1), (40, 10), (400, 1), (400, 10), (400, 40)]
    }
    for steps in (40, 400):
        assert found[steps, 10]["mean"] < 0.6 * found[steps, 1]["mean"]
    assert found[40, 10]["deviation"] < found[400, 10]["deviation"] < 1  # too sure
    assert found[400, 40]["mean"] < 0.5 * found[400, 10]["mean"]
    assert found[400, 40]["mean"] < 0.05
    assert found[400, 10]["covariance"] < 0.5 * found[40, 10]["covariance"]


def test_the_exact_moments_of_the_benchmark_are_the_other_formulas():
    gaussian, image, hole, (mean, covariance) = hole_in_a_world()
    means, found = exact(gaussian, image[None], hole)
    np.testing.assert_allclose(means[0], mean)
    np.testing.assert_allclose(found, covariance, atol=1e-12)


@pytest.mark.parametrize("fill", [generative.repaint, generative.flow_fill])
def test_known_pixels_come_back_bit_for_bit_and_holes_are_never_read(fill):
    def guess(noisy, time):
        return np.tanh(noisy)

    image = np.random.default_rng(0).random((2, 4, 4, 3)).astype(np.float32)
    hole = np.random.default_rng(1).random((2, 4, 4)) < 0.4
    other = image.copy()
    other[hole] = np.nan
    filled, same = (fill(guess, one, hole, steps=3, seed=4) for one in (image, other))
    assert filled.dtype == np.float32
    np.testing.assert_array_equal(filled[~hole], image[~hole])
    np.testing.assert_array_equal(filled, same)
    assert not np.array_equal(filled, fill(guess, image, hole, steps=3, seed=5))


def test_many_fills_of_one_picture_differ():
    gaussian, mean, _ = world()
    guess = generative.gaussian_guesser(gaussian, COSINE)
    image, hole = np.broadcast_to(mean.reshape(2, 2, 3), (3, 2, 2, 3)), np.eye(2, dtype=bool)
    filled = generative.repaint(guess, image, hole, steps=3, seed=0)
    assert len(np.unique(filled[:, hole].reshape(3, -1).round(6), axis=0)) == 3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"steps": 0}, "steps is 0: pass a whole number, 1 or more."),
        ({"resamplings": 0.5}, "resamplings is 0.5: pass a whole number, 1 or more."),
    ],
)
def test_a_wrong_number_is_named(options, sentence):
    image, hole = np.zeros((2, 2, 3)), np.eye(2, dtype=bool)
    with pytest.raises(ValueError, match=sentence):
        generative.repaint(lambda noisy, time: noisy, image, hole, seed=0, **options)


@pytest.mark.parametrize(
    ("path", "earlier", "later", "sentence"),
    [
        ("cosine", 0.4, 0.5, "pass a Path, COSINE or STRAIGHT"),
        (COSINE, 0.0, 0.0, "later is 0.0: pass a time above 0, to 1"),
        (COSINE, 0.5, 0.5, "earlier is 0.5: pass a time from 0, before later, 0.5"),
        (COSINE, -0.1, 0.5, "earlier is -0.1"),
    ],
)
@pytest.mark.parametrize("step", [generative.forward_step, generative.backward_step])
def test_a_step_between_impossible_times_is_refused(step, path, earlier, later, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        step(path, earlier, later)


def test_a_gaussian_without_a_limit_is_refused():
    flat = Gaussian(np.zeros((1, 1, 3)), np.zeros((3, 3)))
    with pytest.raises(ValueError, match="not positive definite"):
        generative.gaussian_guesser(flat, COSINE)
