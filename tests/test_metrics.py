"""Metrics against scikit-image, scikit-learn-style counts by hand, and their identities."""

import math

import numpy as np
import pytest
import skimage.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import masks, metrics


def pictures(seed, shape=(3, 12, 14, 3), dtype=np.float64):
    random = np.random.RandomState(seed)
    true = random.random_sample(shape)
    return true.astype(dtype), np.clip(true + random.normal(0, 0.1, shape), 0, 1).astype(dtype)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_psnr_mse_and_ssim_are_scikit_images(seed):
    true, predicted = pictures(seed)
    assert metrics.mse(true, predicted) == pytest.approx(
        skimage.metrics.mean_squared_error(true, predicted)
    )
    expected = skimage.metrics.peak_signal_noise_ratio(true, predicted, data_range=1)
    assert metrics.psnr(true, predicted) == pytest.approx(expected)
    similar = [
        skimage.metrics.structural_similarity(a, b, channel_axis=-1, data_range=1)
        for a, b in zip(true, predicted, strict=True)
    ]
    assert metrics.ssim(true, predicted) == pytest.approx(np.mean(similar))


def test_by_hand():
    true = np.zeros((1, 2, 3))
    predicted = true.copy()
    predicted[0, 0] = 0.5
    assert metrics.mae(true, predicted) == 0.25
    assert metrics.mse(true, predicted) == 0.125
    mask = np.array([[True, False]])
    assert metrics.mae(true, predicted, mask) == 0.5
    assert metrics.psnr(true, predicted, mask) == pytest.approx(10 * math.log10(4))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0.05, 0.9))
def test_image_psnr_of_a_composite_is_hole_psnr_less_the_fraction(seed, fraction):
    true, predicted = pictures(seed)
    mask = masks.random_pixels(3, true.shape[1:3], fraction=fraction, seed=seed)
    filled = masks.composite(true, predicted, mask)
    share = masks.hole_fraction(mask).mean()
    expected = metrics.psnr(true, predicted, mask) - 10 * math.log10(share)
    assert metrics.psnr(true, filled) == pytest.approx(expected)


def test_a_batch_is_pooled_before_the_logarithm():
    true, predicted = pictures(0)
    pooled = -10 * math.log10(
        np.mean([metrics.mse(a, b) for a, b in zip(true, predicted, strict=True)])
    )
    assert metrics.psnr(true, predicted) == pytest.approx(pooled)
    one_by_one = np.mean([metrics.psnr(a, b) for a, b in zip(true, predicted, strict=True)])
    assert metrics.psnr(true, predicted) != pytest.approx(one_by_one, abs=1e-6)


def test_a_mask_measures_its_holes_only():
    true, predicted = pictures(1)
    mask = masks.random_pixels(3, true.shape[1:3], fraction=0.3, seed=0)
    elsewhere = np.where(mask[..., None], predicted, 1 - true)
    assert metrics.mae(true, elsewhere, mask) == metrics.mae(true, predicted, mask)
    assert metrics.mae(true, elsewhere) != metrics.mae(true, predicted)


def test_one_mask_serves_a_batch():
    true, predicted = pictures(2)
    mask = masks.random_pixels(1, true.shape[1:3], fraction=0.3, seed=0)[0]
    expected = metrics.psnr(true, predicted, np.stack([mask] * 3))
    assert metrics.psnr(true, predicted, mask) == expected
    expected = metrics.ssim(true, predicted, np.stack([mask] * 3))
    assert metrics.ssim(true, predicted, mask) == expected


def test_ssim_over_holes_is_the_mean_of_scikit_images_map():
    true, predicted = pictures(3)
    mask = masks.random_lines(3, true.shape[1:3], seed=0)
    values = [
        skimage.metrics.structural_similarity(a, b, channel_axis=-1, data_range=1, full=True)[1][m]
        for a, b, m in zip(true, predicted, mask, strict=True)
    ]
    assert metrics.ssim(true, predicted, mask) == pytest.approx(np.concatenate(values).mean())


def test_equal_pictures():
    true, _ = pictures(4)
    assert metrics.psnr(true, true) == math.inf
    assert metrics.mae(true, true) == metrics.mse(true, true) == 0
    assert metrics.ssim(true, true) == pytest.approx(1)
    assert metrics.squared_dice(true, true) == pytest.approx(1)
    assert metrics.plain_dice(true, true) == pytest.approx(np.square(true).sum() / true.sum())


def test_white_beats_the_truth_under_plain_dice():
    """The fault that lesson 10 is about: a picture loses to its thresholded self."""
    true = np.full((8, 8, 3), 0.4)
    true[:4] = 0.6
    thresholded = (true > 0.5).astype(float)
    assert metrics.plain_dice(true, thresholded) > metrics.plain_dice(true, true)
    assert metrics.squared_dice(true, thresholded) < metrics.squared_dice(true, true)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_dice_iou_and_both_intensity_dices_agree_on_binary_input(seed):
    random = np.random.RandomState(seed)
    a, b = random.random_sample((2, 5, 6)) > 0.6
    true_positive, false = (a & b).sum(), (a ^ b).sum()
    expected = 2 * true_positive / (2 * true_positive + false)
    assert metrics.dice(a, b) == pytest.approx(expected)
    assert metrics.iou(a, b) == pytest.approx(expected / (2 - expected))
    assert metrics.plain_dice(a, b) == pytest.approx(expected)
    assert metrics.squared_dice(a, b) == pytest.approx(expected)


def test_empty_and_black():
    empty, full = np.zeros((3, 3), bool), np.ones((3, 3), bool)
    assert metrics.dice(empty, empty) == metrics.iou(empty, empty) == 1
    assert metrics.dice(empty, full) == metrics.iou(empty, full) == 0
    assert metrics.plain_dice(empty, empty) == metrics.squared_dice(empty, empty) == 1


@pytest.mark.parametrize("metric", [metrics.mae, metrics.mse, metrics.psnr, metrics.ssim])
def test_metrics_return_python_floats(metric):
    true, predicted = pictures(5, dtype=np.float32)
    assert type(metric(true, predicted)) is float


def test_dices_and_iou_return_python_floats():
    a, b = np.eye(4, dtype=bool), np.tri(4, dtype=bool)
    for metric in (metrics.dice, metrics.iou, metrics.plain_dice, metrics.squared_dice):
        assert [type(metric(a, other)) for other in (b, ~a)] == [float, float]


@pytest.mark.parametrize("metric", [metrics.mae, metrics.mse, metrics.psnr, metrics.ssim])
def test_half_precision_pictures_are_measured_in_double(metric):
    true, predicted = pictures(7, dtype=np.float16)
    expected = metric(true.astype(np.float64), predicted.astype(np.float64))
    assert metric(true, predicted) == expected


def test_ssim_of_the_smallest_picture_it_takes():
    true, predicted = pictures(8, shape=(7, 7, 3))
    expected = skimage.metrics.structural_similarity(true, predicted, channel_axis=-1, data_range=1)
    assert metrics.ssim(true, predicted) == pytest.approx(expected)


GREY = np.full((8, 8, 3), 0.5)
HOLE = np.eye(8, dtype=bool)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: metrics.psnr(GREY, GREY[:4]), ValueError, "same shape"),
        (lambda: metrics.mae(GREY, GREY, np.zeros((8, 8), bool)), ValueError, "no hole"),
        (lambda: metrics.ssim(GREY, GREY, np.zeros((8, 8), bool)), ValueError, "no hole"),
        (lambda: metrics.mae(GREY, GREY * np.nan), ValueError, "NaN"),
        (lambda: metrics.mae(GREY, GREY + 1), ValueError, "clip"),
        (lambda: metrics.mae((GREY * 255).astype(np.uint8), GREY), TypeError, "uint8"),
        (lambda: metrics.mae(GREY, GREY, HOLE * 1.0), TypeError, "as_mask"),
        (lambda: metrics.mae(GREY, GREY, HOLE[:4]), ValueError, "same size"),
        (lambda: metrics.ssim(GREY[:5], GREY[:5]), ValueError, "larger"),
        (lambda: metrics.ssim(GREY, GREY * np.nan), ValueError, "predicted is NaN"),
        (lambda: metrics.ssim(GREY, GREY * 4), ValueError, "predicted lies outside"),
        (lambda: metrics.plain_dice([], []), ValueError, "empty"),
        (lambda: metrics.dice(HOLE[:0], HOLE[:0]), ValueError, "empty"),
        (lambda: metrics.plain_dice(GREY, GREY * 4), ValueError, "outside"),
        (lambda: metrics.squared_dice(GREY, GREY[1:]), ValueError, "same shape"),
        (lambda: metrics.dice(GREY, GREY), TypeError, "threshold"),
        (lambda: metrics.iou(HOLE, HOLE[1:]), ValueError, "same shape"),
    ],
)
def test_bad_input_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence) as refusal:
        call()
    assert "\n" not in str(refusal.value)


def test_what_is_not_measured_may_be_anything():
    true, predicted = pictures(6)
    mask = masks.random_pixels(3, true.shape[1:3], fraction=0.3, seed=0)
    expected = metrics.mae(true, predicted, mask)
    true[~mask] = np.nan
    assert metrics.mae(true, predicted, mask) == expected
