"""The learned window against loops, the harmonic fill, and the equation that it must solve."""

import numpy as np
import pytest
from scipy import signal

from course_lib import classical, data, masks
from course_lib.classical import Window, fit_window

PICTURES = np.random.RandomState(0).random_sample((4, 9, 8, 3))
QUARTERS = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]])


def equations(pictures, radius):
    """Every place whose window lies in its picture: (neighbours, middle), by loops."""
    rows, middles = [], []
    for picture in pictures:
        for channel in np.moveaxis(picture, -1, 0):
            for y in range(radius, len(channel) - radius):
                for x in range(radius, channel.shape[1] - radius):
                    window = channel[y - radius : y + radius + 1, x - radius : x + radius + 1]
                    rows.append(np.delete(window.ravel(), window.size // 2))
                    middles.append(channel[y, x])
    return np.array(rows), np.array(middles)


@pytest.mark.parametrize("radius", [1, 2])
def test_the_weights_are_least_squares_over_every_place(radius):
    rows, middles = equations(PICTURES, radius)
    expected = np.linalg.lstsq(rows, middles, rcond=None)[0]
    window = fit_window(PICTURES, radius=radius)
    middle = (2 * radius + 1) ** 2 // 2
    assert window.weights.shape == (2 * radius + 1,) * 2 and window.weights.flat[middle] == 0
    np.testing.assert_allclose(np.delete(window.weights, middle), expected, atol=1e-10)
    error = np.mean((rows @ expected - middles) ** 2)
    assert window.squared_error(PICTURES) == pytest.approx(error)


def test_more_pictures_than_are_in_memory_at_once_and_bytes():
    patches = data.load("photos").train[:120]
    rows, middles = equations(patches[:, ::3, ::3] / 255, 1)
    expected = np.linalg.lstsq(rows, middles, rcond=None)[0]
    weights = fit_window(patches[:, ::3, ::3], radius=1).weights
    np.testing.assert_allclose(np.delete(weights, 4), expected, atol=1e-5)


def test_the_margin_leaves_out_pixels_at_the_border():
    window = Window(
        np.random.RandomState(1).normal(0, 0.2, (3, 3)) * (np.arange(9) != 4).reshape(3, 3)
    )
    errors = []
    for picture in PICTURES:
        for channel in np.moveaxis(picture, -1, 0):
            guess = signal.correlate2d(channel, window.weights, mode="valid")
            errors.append((guess - channel[1:-1, 1:-1])[2:-2, 2:-2] ** 2)
    assert window.squared_error(PICTURES, margin=3) == pytest.approx(np.mean(errors))
    with pytest.raises(ValueError, match="margin is 0"):
        window.squared_error(PICTURES, margin=0)


def test_quarters_are_harmonic_away_from_the_border():
    image = np.random.RandomState(2).random_sample((14, 15, 3))
    hole = np.zeros((14, 15), bool)
    hole[2:9, 3:8] = hole[6:12, 6:13] = True
    filled = Window(QUARTERS).fill(image, hole)
    np.testing.assert_allclose(filled, classical.harmonic(image, hole), atol=1e-12)


@pytest.mark.parametrize("shape", [(12, 14), (3, 9), (2, 12), (1, 12)])
def test_every_missing_pixel_is_the_weighted_sum_of_its_window_mirrored_at_the_border(shape):
    random = np.random.RandomState(3)
    weights = random.uniform(0, 1, (5, 5))
    weights[2, 2] = 0
    weights /= weights.sum()  # a mean, which nothing clips
    image = random.random_sample((*shape, 3))
    hole = random.random_sample(shape) < 0.4
    hole[0, 0], hole[-1, -1] = True, False
    filled = Window(weights).fill(image, hole)
    for channel in np.moveaxis(filled, -1, 0):
        around = signal.correlate2d(np.pad(channel, 2, mode="reflect"), weights, mode="valid")
        np.testing.assert_allclose(channel[hole], around[hole], atol=1e-10)


def test_a_window_keeps_the_inpainters_contract():
    image = np.random.RandomState(4).random_sample((10, 10, 3)).astype(np.float32)
    hole = masks.squares(1, 10, side=4)[0]
    scribbled = np.where(hole[..., None], np.nan, image)
    window = fit_window(PICTURES, radius=2)
    filled = window.fill(scribbled, hole)
    assert filled.dtype == np.float32 and 0 <= filled.min() and filled.max() <= 1
    np.testing.assert_array_equal(filled[~hole], image[~hole])
    np.testing.assert_array_equal(filled, window.fill(image, hole))
    np.testing.assert_array_equal(window.fill(image, np.zeros_like(hole)), image)
    assert not Window(np.zeros((3, 3))).fill(image, hole)[hole].any()


def test_pictures_of_one_colour_leave_a_mean():
    """Many weights fit equally well; the smallest are all alike."""
    grey = np.full((3, 6, 6, 3), 0.5)
    np.testing.assert_allclose(np.delete(fit_window(grey, radius=1).weights, 4), 1 / 8)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: fit_window(PICTURES, radius=0), "radius is 0"),
        (lambda: fit_window(PICTURES, radius=4), "does not fit into pictures of 9 x 8"),
        (lambda: fit_window(PICTURES[0], radius=1), "pass a stack"),
        (lambda: Window(np.zeros((2, 3))), "odd"),
        (lambda: Window(np.zeros(9)), "odd"),
        (lambda: Window(np.ones((3, 3))), "cannot predict itself"),
    ],
)
def test_windows_that_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
