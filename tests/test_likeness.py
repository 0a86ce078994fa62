"""The Fréchet distance against SciPy's root and closed forms, and its bias."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from benchmarks import few_steps, means, perception
from course_lib import evaluation, metrics
from course_lib.evaluation import likeness
from tools.project import ROOT


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


# The second examiner


def test_edges_are_summed_by_direction():
    """A ramp to the right of one grey a pixel: all strength in the bin of angle 0, 16 a cell."""
    picture = np.broadcast_to(np.arange(12.0)[:, None] / 20, (1, 12, 12, 3))
    hole = np.zeros((12, 12), bool)
    hole[5:7, 5:7] = True
    found = np.exp(likeness.edges(picture, hole)) - likeness.FAINT
    np.testing.assert_allclose(found, [[16 / 20] + [0] * 7], atol=1e-9)
    turned = np.exp(likeness.edges(picture.swapaxes(1, 2), hole)) - likeness.FAINT
    np.testing.assert_allclose(turned, [[0] * 4 + [16 / 20] + [0] * 3], atol=1e-9)


def noise(seed, count=300):
    return np.random.RandomState(seed).random_sample((count, 12, 12, 3))


MIDDLE = np.pad(np.ones((4, 4), bool), 4)


def test_what_is_drawn_alike_is_told_apart_as_often_as_not():
    right = evaluation.told_apart(noise(0), noise(1), MIDDLE)
    assert right.shape == (300,) and set(right) <= {0, 0.5, 1}
    assert right.mean() == pytest.approx(0.5, abs=0.06)


def test_a_little_smoother_is_told_apart_and_the_better_the_smoother():
    smooth = noise(0).mean(axis=(1, 2), keepdims=True)
    shares = [
        evaluation.told_apart(noise(0), (1 - one) * noise(1) + one * smooth, MIDDLE).mean()
        for one in (0.2, 0.5, 0.8)
    ]
    assert 0.5 < shares[0] < shares[1] < shares[2] and shares[2] > 0.95


def test_pictures_that_have_no_whole_cells_are_refused():
    with pytest.raises(ValueError, match="multiples of 4"):
        evaluation.told_apart(noise(0)[:, :10], noise(1)[:, :10], MIDDLE[:10])


# What was measured


def test_the_plane_is_the_one_in_the_results():
    scores = evaluation.likeness_scores()
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    section = results.split("<!-- begin perception -->")[1].split("<!-- end perception -->")[0]
    for row in scores.to_dict("records"):
        cells = (
            f"| {row['fill']} | {row['psnr_hole']:.2f} ({row['psnr_low']:.2f} to "
            f"{row['psnr_high']:.2f}) | {row['unlike']:.2f} ("
        )
        assert cells in section


def test_draws_of_one_set_against_itself_have_nothing_but_chance():
    points = np.random.RandomState(0).standard_normal((100, 4))
    assert np.all(perception.excesses(points, points) == 0)
    apart = perception.excesses(points, points + [1, 0, 0, 0])
    assert apart.mean() == pytest.approx(1, abs=0.25)


def test_an_interval_of_psnr_covers_what_other_pictures_give():
    """Of 40 sets of pictures, the 95 % interval holds the expected value nearly always."""
    hole, inside = np.ones((2, 2), bool), 0
    for seed in range(40):
        errors = np.random.RandomState(seed).gamma(1.0, 0.01, (200, 1, 1, 1)) ** 0.5
        images = np.zeros((200, 2, 2, 3))
        _, low, high = perception.psnr_of(images, images + errors, hole)
        inside += low <= 20 <= high
    assert inside >= 34


def test_what_a_mean_of_fills_promises_by_hand():
    """Off by 0.3 together and 0.1 apart: 0.10 each, 0.09 their mean, so 0.08 + 0.02 / n."""
    images, hole = np.zeros((1, 2, 2, 3)), np.eye(2, dtype=bool)
    found = means.promised(np.stack([images + 0.4, images + 0.2]), images, hole)
    wanted = [0.08 + 0.02 / n for n in means.MEANS] + [0.08]
    np.testing.assert_allclose(10 ** (-np.array(found) / 10), wanted)


def test_the_steps_of_lesson_17_are_the_ones_in_the_results():
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    section = results.split("<!-- begin few_steps -->")[1].split("<!-- end few_steps -->")[0]
    lesson = (ROOT / "notebooks" / "src" / "17_many_answers.py").read_text(encoding="utf-8")
    table = lesson.split("# | steps | fresh noise | one noise | flow |\n")[1].splitlines()[1:]
    for steps in (*few_steps.STEPS, few_steps.MORE):
        (row,) = [line for line in section.splitlines() if line.startswith(f"| {steps} |")]
        measured = re.sub(r" \(.*?\)", "", row)  # without its intervals
        assert f"# {' '.join(measured.split())}" in table[: len(few_steps.STEPS) + 1]
