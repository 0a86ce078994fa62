"""Plain dice on intensities: what lesson 10 proves, against exhaustive and random search."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dice import BATCH, best_picture, by_batch, cross_entropy
from course_lib import metrics

SEEDS = st.integers(0, 10_000)


def values(seed, count=8):
    """Values as a picture has them, also pure black and white ones."""
    random = np.random.RandomState(seed)
    drawn = random.random_sample(count)
    drawn[random.random_sample(count) < 0.2] = random.choice([0.0, 1.0])
    drawn[0] = 0.5  # neither all black nor binary
    return drawn


def dice_by_hand(true, predicted):
    return (
        2 * sum(y * p for y, p in zip(true, predicted, strict=True)) / (sum(true) + sum(predicted))
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(SEEDS)
def test_the_best_picture_is_the_best_of_all_black_and_white_ones(seed):
    true = values(seed)
    _, score = best_picture(true)
    corners = itertools.product([0.0, 1.0], repeat=len(true))
    assert score == pytest.approx(max(dice_by_hand(true, corner) for corner in corners))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(SEEDS)
def test_no_picture_with_shades_scores_higher(seed):
    true = values(seed)
    picture, score = best_picture(true)
    assert dice_by_hand(true, picture) == pytest.approx(score)
    random = np.random.RandomState(seed)
    for _ in range(300):
        share = random.random_sample()  # near the best picture, and far from it
        other = share * picture + (1 - share) * random.random_sample(len(true))
        assert dice_by_hand(true, other) <= score + 1e-12


@settings(max_examples=50, deadline=None, derandomize=True)
@given(SEEDS)
def test_the_truth_loses_to_itself_thresholded_at_half_its_score(seed):
    true = values(seed)
    own = dice_by_hand(true, true)
    assert dice_by_hand(true, true > own / 2) > own


@pytest.mark.parametrize("true", [[1, 1 / 3, 1 / 3, 1 / 3], [0, 1, 1, 0], [1, 1, 1]])
def test_the_only_pictures_that_are_not_beaten(true):
    """Values 0, 1 and half of the truth's own score: nothing can be gained, but also not lost."""
    own = metrics.plain_dice(true, true)
    assert all(value in (0, 1, pytest.approx(own / 2)) for value in true)
    assert best_picture(true)[1] == pytest.approx(own)


@pytest.mark.parametrize("brightness", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("contrast", [0.05, 0.15, 0.19])
def test_white_beats_the_truth_where_the_variance_is_below_the_border(brightness, contrast):
    true = brightness + contrast * np.array([-1.0, 1.0])  # mean and variance known exactly
    wins = metrics.plain_dice(true, np.ones(2)) > metrics.plain_dice(true, true)
    assert wins == (contrast**2 < brightness**2 * (1 - brightness) / (1 + brightness))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(SEEDS)
def test_squared_dice_is_one_less_a_squared_error(seed):
    true, predicted = np.random.RandomState(seed).random_sample((2, 30))
    lost = np.square(true - predicted).sum() / (np.square(true) + np.square(predicted)).sum()
    assert metrics.squared_dice(true, predicted) == pytest.approx(1 - lost)


def test_cross_entropy_is_keras_and_lowest_at_the_truth():
    keras = pytest.importorskip("keras")
    random = np.random.RandomState(0)
    true, other = random.random_sample((2, 50)).astype(np.float32)
    true[:5], other[:5] = [0, 1, 0, 1, 0.5], [0, 1, 1, 0, 0.5]
    expected = float(keras.losses.binary_crossentropy(true, other))
    assert cross_entropy(true, other) == pytest.approx(expected, rel=0.01)
    assert cross_entropy(true, true) < cross_entropy(true, np.clip(true + 0.01, 0, 1))
    assert cross_entropy(np.full(4, 0.25), np.full(4, 0.25)) == pytest.approx(
        0.25 * np.log(4) + 0.75 * np.log(4 / 3)
    )


def test_batches_are_full_and_in_order():
    true = np.arange(2 * BATCH + 5)
    assert by_batch(lambda a, b: a[0] + b[-1], true, true).tolist() == [0 + 31, 32 + 63]
