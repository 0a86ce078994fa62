"""The Fréchet distance against SciPy's root and closed forms, and its bias."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from course_lib import evaluation, metrics


def cloud(seed, count=60, size=4):
    random = np.random.RandomState(seed)
    return random.standard_normal((count, size)) @ random.standard_normal((size, size)) + 3 * seed


@settings(deadline=None)
@given(seed=st.integers(0, 50), size=st.integers(1, 6))
def test_it_is_the_textbooks_with_scipys_matrix_root(seed, size):
    first, second = cloud(seed, size=size), cloud(seed + 1, count=80, size=size)
    one, other = (np.cov(points.T).reshape(size, size) for points in (first, second))
    root = linalg.sqrtm(one @ other)
    wanted = np.square(first.mean(0) - second.mean(0)).sum() + np.trace(one + other - 2 * root.real)
    assert metrics.frechet_distance(first, second) == pytest.approx(wanted, rel=1e-7, abs=1e-8)


def test_of_gaussians_that_share_their_axes_it_is_the_difference_of_deviations():
    """diag(s) and diag(t): |m|^2 + sum (s_i - t_i)^2; points with exactly these moments."""
    corners = np.array(np.meshgrid([-1.0, 1], [-1.0, 1])).reshape(2, -1).T * np.sqrt(3 / 4)
    first, second = corners * [1, 2], corners * [4, 0.5] + [1, 1]
    assert metrics.frechet_distance(first, second) == pytest.approx(2 + 9 + 2.25)
    assert metrics.frechet_distance(second, first) == pytest.approx(2 + 9 + 2.25)
    assert metrics.frechet_distance(first, first) == pytest.approx(0, abs=1e-9)


def test_fewer_points_than_numbers_are_no_hindrance():
    first, second = cloud(0, count=3, size=8), cloud(1, count=3, size=8)
    assert np.isfinite(metrics.frechet_distance(first, second))


def test_it_is_too_large_and_the_less_the_more_points():
    random = np.random.RandomState(0)
    apart = [
        np.mean(
            [metrics.frechet_distance(*random.standard_normal((2, count, 6))) for _ in range(20)]
        )
        for count in (20, 200, 2000)
    ]
    assert apart[0] > 5 * apart[1] > 25 * apart[2] > 0


def test_what_has_no_cause_but_chance_is_taken_off():
    random = np.random.RandomState(1)
    true = random.standard_normal((400, 6))
    drawn = evaluation.unlikeness(true, random.standard_normal((400, 6)))
    assert abs(drawn["excess"]) < 0.5 * drawn["floor"]
    assert evaluation.unlikeness(true, true)["excess"] == 0
    shrunk = evaluation.unlikeness(true, true / 2)["excess"]  # 6 deviations, from 1 to 1 / 2
    assert shrunk == pytest.approx(6 / 4, rel=0.2)


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        (np.zeros((1, 2)), "first has shape \\(1, 2\\)"),
        (np.full((3, 2), np.nan), "first holds NaN or infinity"),
        (np.zeros((3, 5)), "points have 5 and 2 numbers"),
    ],
)
def test_what_cannot_be_compared_is_named(first, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.frechet_distance(first, np.zeros((3, 2)))


def test_features_are_what_the_classifiers_last_layer_multiplies():
    from course_lib import models

    pictures = np.random.RandomState(0).rand(3, 32, 32, 3)
    classifier = models.load_pretrained("classifier")
    kernel, bias = classifier.get_layer("logits").get_weights()
    logits = classifier.predict(pictures.astype(np.float32), verbose=0)
    np.testing.assert_allclose(evaluation.features(pictures) @ kernel + bias, logits, atol=1e-4)


def test_features_ask_for_pictures_of_cifar10s_size():
    with pytest.raises(ValueError, match="pass \\(N, 32, 32, 3\\)"):
        evaluation.features(np.zeros((2, 16, 16, 3)))
