"""Windows whose rims look alike: found by brute force, without twins, and drawn."""

import numpy as np
import pytest

from course_lib import data, evaluation, plots
from course_lib.evaluation.lookalikes import SHORTLIST, TWINS

PHOTOS = data.load("photos", subset=60)


@pytest.fixture(scope="module")
def found():
    return evaluation.lookalikes(PHOTOS.validation, PHOTOS.train, windows=12, count=4, seed=3)


def test_shapes_and_middles(found):
    assert found.windows.shape == (12, 17, 17) and found.matches.shape == (12, 4, 17, 17)
    hidden = np.zeros((17, 17), bool)
    hidden[4:13, 4:13] = True
    np.testing.assert_array_equal(found.mask, hidden)
    np.testing.assert_array_equal(found.truth, found.windows[:, 4:13, 4:13].reshape(12, 81))
    expected = found.matches[:, :, 4:13, 4:13].reshape(12, 4, 81)
    np.testing.assert_array_equal(found.guesses, expected)


def in_a_picture(window, brightness):
    """Whether a window stands somewhere in one of the pictures, but for a constant."""
    side = len(window)
    cut = np.lib.stride_tricks.sliding_window_view(brightness, (side, side), axis=(1, 2))
    away = np.ptp(cut - window, axis=(3, 4))
    return away.min() < 1e-5


def test_windows_and_matches_are_cut_from_their_pictures(found):
    for window, matches in zip(found.windows[:3], found.matches[:3], strict=True):
        assert in_a_picture(window, PHOTOS.validation.mean(axis=-1) / 255)
        for match in matches[:2]:
            assert in_a_picture(match, PHOTOS.train.mean(axis=-1) / 255)


def test_a_match_has_its_windows_mean_around_the_middle(found):
    rims = found.matches[..., ~found.mask].mean(axis=-1)
    expected = found.windows[:, ~found.mask].mean(axis=-1)
    np.testing.assert_allclose(rims, np.repeat(expected[:, None], 4, axis=1), atol=1e-5)


def test_the_matches_are_in_order_and_no_twins(found):
    for window, matches in zip(found.windows, found.matches, strict=True):
        away = ((matches - window)[:, ~found.mask] ** 2).mean(axis=1)
        assert (np.diff(away) > -1e-6).all()
        for later in range(1, 4):
            apart = ((matches[:later] - matches[later]) ** 2).mean(axis=(1, 2))
            assert (apart > TWINS * away[later] - 1e-6).all()


def test_a_picture_that_is_among_the_examples_finds_itself_first():
    found = evaluation.lookalikes(PHOTOS.train[:2, :17, :17], PHOTOS.train[:2, :17, :17],
                                  windows=4, count=1, seed=0)  # fmt: skip
    np.testing.assert_allclose(found.guesses[:, 0], found.truth, atol=1e-5)


def test_where_everything_is_one_content_its_duplicates_stand_for_it():
    flat = np.full((3, 20, 20, 3), 0.5)
    found = evaluation.lookalikes(flat, flat, windows=2, count=5, seed=0)
    assert found.guesses.shape == (2, 5, 81) and SHORTLIST > 5
    np.testing.assert_allclose(found.guesses, 0.5, atol=1e-6)


def test_a_seed_repeats_and_another_does_not(found):
    again = evaluation.lookalikes(PHOTOS.validation, PHOTOS.train, windows=12, count=4, seed=3)
    np.testing.assert_array_equal(again.matches, found.matches)
    other = evaluation.lookalikes(PHOTOS.validation, PHOTOS.train, windows=12, count=4, seed=4)
    assert (other.windows != found.windows).any()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"pictures": PHOTOS.train[:, :16]}, "16 x 32 pixels, but a window is 17"),
        ({"examples": PHOTOS.train[0] / 255}, "stack"),
        ({"windows": 0}, "windows is 0"),
        ({"count": 65}, "count is 65"),
        ({"seed": -1}, "seed"),
    ],
)
def test_lookalikes_that_are_refused(options, sentence):
    arguments = {"pictures": PHOTOS.validation, "examples": PHOTOS.train, "seed": 0} | options
    with pytest.raises((TypeError, ValueError), match=sentence):
        evaluation.lookalikes(**arguments)


def test_the_windows_that_are_drawn_are_those_whose_matches_differ_most(found):
    drawing = plots.lookalikes(found, rows=2)
    assert [axes.get_title() for axes in drawing.axes[:6]] == [
        "missing", "match 1", "match 2", "match 3", "mean of 4", "truth",
    ]  # fmt: skip
    spread = found.guesses.var(axis=1).mean(axis=1)
    images = [axes.images[0] for axes in drawing.axes]
    for row, k in enumerate(np.argsort(-spread)[:2]):
        missing, *shown = images[6 * row : 6 * row + 6]
        panels = [image.get_array() for image in shown]
        np.testing.assert_array_equal(missing.get_array().mask, found.mask)
        np.testing.assert_array_equal(panels[-1], found.windows[k])
        np.testing.assert_allclose(panels[0][found.mask], found.guesses[k, 0])
        np.testing.assert_allclose(panels[3][found.mask], found.guesses[k].mean(axis=0), atol=1e-6)
        for panel in panels:
            np.testing.assert_array_equal(panel[~found.mask], found.windows[k][~found.mask])
        contrast = (np.min(panels), np.max(panels))
        assert {image.get_clim() for image in [missing, *shown]} == {contrast}
    with pytest.raises(ValueError, match="rows is 0"):
        plots.lookalikes(found, rows=0)
