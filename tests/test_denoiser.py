"""The networks of lesson 17: shapes, what an untrained one says, and the deep image prior."""

import keras
import numpy as np
import pytest

from course_lib import generative, models
from course_lib.models.denoising import FREQUENCIES, ScaleAndShift, TimeWaves


def test_an_untrained_denoiser_says_nothing_at_any_size_and_time():
    network = models.denoiser(width=4)
    noisy = np.random.RandomState(0).standard_normal((2, 8, 12, 3)).astype(np.float32)
    velocity = network([noisy, np.array([0.1, 0.9], np.float32)])
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(velocity), np.zeros_like(noisy))


def test_the_denoiser_is_small_enough_to_ship():
    assert models.denoiser().count_params() <= 3_000_000


def test_time_waves_are_sines_and_cosines_of_one_to_a_thousand_radians():
    waves = keras.ops.convert_to_numpy(TimeWaves()(np.array([0.0, 0.5])))
    rates = np.geomspace(1, 1000, FREQUENCIES)
    wanted = np.concatenate([np.sin(rates / 2), np.cos(rates / 2)])
    np.testing.assert_allclose(waves[0], [0] * FREQUENCIES + [1] * FREQUENCIES)
    np.testing.assert_allclose(waves[1], wanted, atol=2e-4)


def test_the_time_reaches_every_block():
    """With weights that are not 0, another time is another answer, picture by picture."""
    keras.utils.set_random_seed(0)
    network = models.denoiser(width=4)
    random = np.random.RandomState(0)
    for variable in network.weights:
        variable.assign(0.3 * random.standard_normal(variable.shape))
    noisy = np.ones((2, 8, 8, 3), np.float32)
    one, other = (
        keras.ops.convert_to_numpy(network([noisy, np.array(times, np.float32)]))
        for times in ([0.2, 0.2], [0.2, 0.7])
    )
    np.testing.assert_allclose(one[0], other[0], atol=1e-5)
    assert np.abs(one[1] - other[1]).max() > 1e-3
    told = [layer for layer in network.layers if isinstance(layer, ScaleAndShift)]
    assert len(told) == 6  # a block each


def test_the_critics_verdict_changes_no_faster_than_the_picture():
    """Each kernel's largest singular value is 1, so a layer stretches by no more than its stride
    lets patches overlap: 2 for 4 x 4 kernels with strides of 2, 3 for the last one."""
    keras.utils.set_random_seed(1)
    critic = models.critic(width=4)
    random = np.random.RandomState(0)
    picture, valid = random.rand(4, 32, 32, 3), np.ones((4, 32, 32, 1))
    for _ in range(20):  # the power iteration comes to its end
        critic([picture, valid], training=True)
    for layer in critic.layers:
        if isinstance(layer, keras.layers.SpectralNormalization):
            kernel = keras.ops.convert_to_numpy(layer.kernel)
            largest = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]
            assert largest == pytest.approx(1, abs=0.02)
    moved = picture + 0.01 * random.standard_normal(picture.shape)
    one, other = (keras.ops.convert_to_numpy(critic([x, valid])) for x in (picture, moved))
    length = 2 * np.linalg.norm(moved - picture)  # the critic centres pictures: times 2
    assert 0 < np.linalg.norm(one - other) <= 2**3 * 3 * length
    assert one.shape == (4, 4, 4, 1)


def test_a_deep_image_prior_draws_the_known_pixels_and_never_reads_the_hole():
    image = np.full((16, 16, 3), 0.2, np.float32)
    image[:, 8:] = [0.9, 0.5, 0.3]
    hole = np.zeros((16, 16), bool)
    hole[5:9, 3:13] = True
    damaged = np.where(hole[..., None], np.nan, image)
    looks = list(generative.deep_image_prior(damaged, hole, steps=60, every=20, width=8, seed=0))
    assert [step for step, _, _ in looks] == [20, 40, 60]
    losses = [loss for _, loss, _ in looks]
    assert losses[-1] < losses[0] and losses[-1] < 0.01
    for _, _, filled in looks:
        np.testing.assert_array_equal(filled[~hole], image[~hole])
    error = np.abs(looks[-1][2] - image)[hole].mean()
    flat = np.abs(image[~hole].mean(axis=0) - image)[hole].mean()
    assert error < 0.8 * flat


def test_a_picture_that_the_hourglass_cannot_halve_is_refused():
    with pytest.raises(ValueError, match="image is 12 x 16: cut it to multiples of 8."):
        generative.deep_image_prior(np.zeros((12, 16, 3)), np.eye(12, 16, dtype=bool), seed=0)
