"""The Gaussian against SciPy's and scikit-learn-like definitions, samples and the harmonic fill."""

import numpy as np
import pytest
from scipy import stats

from course_lib import classical, masks
from course_lib.classical import Gaussian, fit_gaussian


def world(height=5, width=4, count=400, seed=0):
    """Pictures with smooth colours, float64 in [0, 1], and a hole that cuts through them."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0.2, 0.8, (count, height, width, 3))
    smooth = coarse.copy()
    smooth[:, 1:] += coarse[:, :-1]
    smooth[:, :, 1:] += coarse[:, :, :-1]
    smooth[..., 1] += 0.5 * smooth[..., 0]  # channels that know of each other
    smooth = 0.3 + 0.4 * smooth / smooth.max()
    hole = rng.random((height, width)) < 0.4
    hole[0, 0], hole[-1, -1] = True, False
    return smooth, hole


def conditional_by_covariance(mean, covariance, image, hole):
    """Mean and covariance of the missing numbers by the other formula, with S_mk S_kk^-1."""
    missing = np.repeat(hole.ravel(), 3)
    across = covariance[np.ix_(missing, ~missing)] @ np.linalg.inv(
        covariance[np.ix_(~missing, ~missing)]
    )
    offset = (image - mean).ravel()[~missing]
    filled = mean.ravel()[missing] + across @ offset
    return filled, covariance[np.ix_(missing, missing)] - across @ covariance[
        np.ix_(~missing, missing)
    ]


def test_the_fill_and_its_uncertainty_are_the_textbooks():
    pictures, hole = world()
    mean = pictures.mean(axis=0)
    covariance = np.cov(pictures.reshape(len(pictures), -1), rowvar=False, bias=True)
    covariance += 1e-3 * np.eye(len(covariance))
    gaussian = fit_gaussian(pictures[:], covariance="by place", noise=1e-3)
    for image in pictures[:5]:
        right, variance = conditional_by_covariance(mean, covariance, image, hole)
        filled = gaussian.fill(image, hole)
        np.testing.assert_allclose(filled[hole].ravel(), np.clip(right, 0, 1), atol=1e-9)
        np.testing.assert_array_equal(filled[~hole], image[~hole])
        deviation = gaussian.uncertainty(image, hole)
        expected = np.sqrt(np.diag(variance).reshape(-1, 3).mean(axis=1))
        np.testing.assert_allclose(deviation[hole], expected, atol=1e-9)
        assert not deviation[~hole].any()


def test_the_covariance_by_lag_is_that_of_a_loop_over_all_pairs():
    pictures, _ = world(3, 4, count=7)
    both = np.concatenate([pictures, pictures[:, :, ::-1]])
    offsets = both - both.mean(axis=(0, 1, 2))
    sums, counts = {}, {}
    places = [(y, x) for y in range(3) for x in range(4)]
    for y, x in places:
        for v, u in places:
            lag = y - v, x - u
            product = np.einsum("nc,nd->cd", offsets[:, y, x], offsets[:, v, u])
            sums[lag] = sums.get(lag, 0) + product
            counts[lag] = counts.get(lag, 0) + len(both)
    expected = np.block(
        [[sums[y - v, x - u] / counts[y - v, x - u] for v, u in places] for y, x in places]
    )
    noise = 1.0  # so large that no direction has a negative variance
    found = np.linalg.inv(fit_gaussian(pictures, covariance="by lag", noise=noise).precision)
    values, vectors = np.linalg.eigh(expected)
    expected = (vectors * np.maximum(values, 0)) @ vectors.T
    np.testing.assert_allclose(found - noise * np.eye(len(found)), expected, atol=1e-9)


def test_with_the_laplacian_as_precision_it_is_the_harmonic_fill():
    height, width = 9, 7
    number = np.arange(height * width).reshape(height, width)
    laplacian = np.zeros(2 * (height * width,))
    beside = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    below = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    for one, other in np.concatenate([beside, below]):
        laplacian[[one, other], [one, other]] += 1
        laplacian[[one, other], [other, one]] -= 1
    gaussian = Gaussian(np.full((height, width, 3), 0.4), np.kron(laplacian, np.eye(3)))
    for seed in range(5):
        image = np.random.default_rng(seed).random((height, width, 3))
        hole = masks.random_pixels(1, (height, width), fraction=0.5, seed=seed)[0]
        np.testing.assert_allclose(
            gaussian.fill(image, hole), classical.harmonic(image, hole), atol=1e-9
        )


def test_samples_have_the_mean_and_the_covariance_that_are_promised():
    pictures, hole = world()
    gaussian = fit_gaussian(pictures, noise=1e-4)
    image = pictures[0]
    samples = np.stack([gaussian.sample(image, hole, seed=seed)[hole] for seed in range(3000)])
    fill, deviation = gaussian.fill(image, hole)[hole], gaussian.uncertainty(image, hole)[hole]
    assert ((samples > 0) & (samples < 1)).all()  # else clipping would bend what is compared
    spread = np.sqrt(samples.var(axis=0).mean(axis=-1))
    np.testing.assert_allclose(spread, deviation, rtol=0.06)
    standardised = (samples.mean(axis=0) - fill) / samples.std(axis=0) * np.sqrt(len(samples))
    assert np.abs(standardised).max() < 4.5
    first = (samples[:, 0, 0] - fill[0, 0]) / samples[:, 0, 0].std()
    assert stats.kstest(first, "norm").pvalue > 1e-3
    np.testing.assert_array_equal(
        gaussian.sample(image, hole, seed=3), gaussian.sample(image, hole, seed=3)
    )


def test_a_sample_costs_twice_the_squared_error_where_the_world_is_gaussian():
    pictures, hole = world(count=4000)
    gaussian = fit_gaussian(pictures[:3000], covariance="by place", noise=1e-6)
    truth, holes = pictures[3000:], np.broadcast_to(hole, (1000, *hole.shape))
    means = np.stack([gaussian.fill(image, hole) for image in truth])
    drawn = np.stack([gaussian.sample(image, hole, seed=k) for k, image in enumerate(truth)])
    errors = [((filled - truth)[holes] ** 2).mean() for filled in (drawn, means)]
    assert 1.8 < errors[0] / errors[1] < 2.2


def test_it_learns_places_where_pictures_are_many_and_lags_where_they_are_few():
    pictures, _ = world(2, 2, count=12 * 8)
    same = fit_gaussian(pictures, covariance="by place").precision
    np.testing.assert_array_equal(fit_gaussian(pictures).precision, same)
    few = pictures[:-1]
    same = fit_gaussian(few, covariance="by lag").precision
    np.testing.assert_array_equal(fit_gaussian(few).precision, same)


def test_bytes_are_the_floats_they_stand_for():
    stored = np.random.default_rng(0).integers(0, 256, (9, 4, 4, 3)).astype(np.uint8)
    floats = stored / np.float32(255)
    np.testing.assert_array_equal(fit_gaussian(stored).precision, fit_gaussian(floats).precision)


def test_holes_are_never_read():
    pictures, hole = world()
    gaussian = fit_gaussian(pictures)
    image = pictures[1].astype(np.float32)
    broken = np.where(hole[..., None], np.float32(np.nan), image)
    for method in (
        gaussian.fill,
        gaussian.uncertainty,
        lambda *pair: gaussian.sample(*pair, seed=1),
    ):
        np.testing.assert_array_equal(method(broken, hole), method(image, hole))
    assert gaussian.fill(image, hole).dtype == np.float32
    np.testing.assert_array_equal(gaussian.fill(image, hole & False), image)
    np.testing.assert_array_equal(gaussian.sample(image, hole & False, seed=0), image)
    assert not gaussian.uncertainty(image, hole & False).any()


@pytest.mark.parametrize(
    "arguments, options, error, message",
    [
        ((np.zeros((4, 4, 3)),), {}, ValueError, r"pass a stack of them, \(N, H, W, 3\)"),
        ((np.zeros((0, 4, 4, 3)),), {}, ValueError, "is empty"),
        ((np.zeros((2, 100, 100, 3)),), {}, ValueError, "covariance of 7 GB: pass patches"),
        ((np.full((2, 4, 4, 3), 2.0),), {}, ValueError, "a pixel lies outside"),
        ((np.full((2, 4, 4, 3), np.nan),), {}, ValueError, "a pixel is NaN"),
        ((np.zeros((2, 4, 4, 3)),), {"covariance": "by row"}, ValueError, "'by row': pass"),
        ((np.zeros((2, 4, 4, 3)),), {"noise": 0}, ValueError, "noise"),
    ],
)
def test_impossible_training_pictures_get_one_sentence(arguments, options, error, message):
    with pytest.raises(error, match=message) as raised:
        fit_gaussian(*arguments, **options)
    assert "\n" not in str(raised.value)


def test_impossible_pictures_get_one_sentence():
    pictures, hole = world()
    gaussian = fit_gaussian(pictures)
    with pytest.raises(ValueError, match="knows pictures of 5 x 4 pixels: cut one"):
        gaussian.fill(np.zeros((6, 6, 3)), np.eye(6, dtype=bool))
    with pytest.raises(ValueError, match="knows pictures of 5 x 4 pixels: cut one"):
        gaussian.uncertainty(np.zeros((6, 6, 3)), np.eye(6, dtype=bool))
    with pytest.raises((TypeError, ValueError), match="seed"):
        gaussian.sample(pictures[0], hole, seed=0.5)
    with pytest.raises(ValueError, match="known"):
        gaussian.fill(pictures[0], np.ones_like(hole))
    with pytest.raises(ValueError, match="a row for each"):
        Gaussian(np.zeros((2, 2, 3)), np.eye(4))
