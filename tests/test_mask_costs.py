"""Masks that are off by a pixel: grown by count, damage with known truth, costs by hand."""

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from course_lib import data, evaluation, masks, metrics, plots, restoration
from course_lib.restoration import Worn

FLAT = np.full((64, 64, 3), 0.4, np.float32)


# A mask grown by pixels


@given(arrays.arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))), st.integers(-3, 3))
def test_a_grown_mask_is_what_is_near_a_hole(mask, pixels):
    """Pixel by pixel; a negative number shrinks, and the border neither adds nor takes."""
    result = masks.grown(mask, pixels)
    assert result.dtype == bool
    looked_for = pixels > 0
    for row, column in np.ndindex(mask.shape):
        reach = abs(pixels)
        near = mask[
            max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1
        ]
        assert result[row, column] == (near.any() if looked_for else near.all())


def test_a_batch_of_masks_grows_one_by_one():
    batch = masks.random_lines(3, 20, seed=1)
    one_by_one = np.stack([masks.grown(mask, 2) for mask in batch])
    np.testing.assert_array_equal(masks.grown(batch, 2), one_by_one)


@pytest.mark.parametrize("pixels", [1.5, True, "1", None])
def test_a_mask_grows_by_whole_pixels(pixels):
    with pytest.raises(ValueError, match="whole number"):
        masks.grown(np.zeros((3, 3), bool), pixels)


# Damage with a truth


@pytest.mark.parametrize("kind", restoration.WEAR)
def test_damage_lies_over_the_photograph_as_its_opacity_says(kind):
    photograph = data.photo("coffee")[:128, :160]
    old = restoration.worn(photograph, kind, seed=3)
    assert old.picture.dtype == photograph.dtype and old.mask.any()
    np.testing.assert_array_equal(old.mask, old.opacity > 0)
    np.testing.assert_array_equal(old.picture[~old.mask], photograph[~old.mask])
    colour = np.array(restoration.WEAR[kind][1])
    share = old.opacity[..., None]
    np.testing.assert_allclose(old.picture, photograph + share * (colour - photograph), atol=1e-6)
    rim = (old.opacity > 0) & (old.opacity < 1)
    assert rim.any() == (kind != "sharp scratches")


def test_several_kinds_lie_on_each_other():
    one, other = (restoration.worn(FLAT, kind, seed=0) for kind in ("scratches", "blotches"))
    both = restoration.worn(FLAT, ["scratches", "blotches"], seed=0)
    assert (both.mask | ~one.mask).all() and both.mask.sum() > one.mask.sum()
    assert (both.opacity >= one.opacity - 1e-12).all()
    assert not np.array_equal(one.mask, other.mask)


def test_the_same_seed_wears_alike_and_another_differently():
    first, again, other = (restoration.worn(FLAT, "scratches", seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.picture, again.picture)
    assert (first.mask != other.mask).any()


@pytest.mark.parametrize(
    ("photograph", "kinds", "error"),
    [
        (FLAT, "rust", ValueError),
        (FLAT, ["scratches", 3], ValueError),
        (FLAT[..., 0], "scratches", ValueError),
        (2 * FLAT + 1, "scratches", ValueError),
    ],
)
def test_what_cannot_be_worn_is_said(photograph, kinds, error):
    with pytest.raises(error):
        restoration.worn(photograph, kinds, seed=0)


# What a mask costs


def striped(rim):
    """A wall of 0.4 with an upright white stripe of five columns, the outer two half gone."""
    opacity = np.zeros((64, 64))
    opacity[:, 30:35] = rim, 1, 1, 1, rim
    picture = FLAT + opacity[..., None] * (1 - FLAT)
    return Worn(picture.astype(np.float32), opacity > 0, opacity)


@pytest.fixture
def stripes(monkeypatch):
    """Every place is the striped wall, half covered on the rim."""
    costs = sys.modules["course_lib.evaluation.mask_costs"]
    monkeypatch.setattr(
        costs, "worn_places", lambda kind, count, seed: [("wall", FLAT, striped(0.6))]
    )


def test_a_pixel_too_few_smears_the_rim_in(stripes):
    """Between two rims that are 0.36 off, the harmonic fill is 0.36 off in every column."""
    table = evaluation.mask_costs("harmonic", ["scratches"]).set_index("pixels")
    off = 0.6 * (1 - 0.4)
    assert table.psnr[-1] == pytest.approx(-10 * np.log10(5 / 64 * off**2), abs=1e-3)
    assert (table.psnr[[0, 1, 2, 3]] > 100).all()  # a wall is harmonic
    assert table.dice[1] == pytest.approx(2 * 5 / (5 + 7))
    assert table.dice[-1] == pytest.approx(2 * 3 / (5 + 3))
    assert table.dice[-0.5] == 1  # a rim that is more than half covered is seen


def test_a_pixel_too_many_gives_up_a_column_on_either_side(stripes):
    """Grey is off by 0.1 wherever it is written: in 5, 7, 9 and 11 columns."""
    change = evaluation.mask_costs("grey", ["scratches"]).set_index("pixels").change
    for pixels in range(4):
        expected = -10 * np.log10((5 + 2 * pixels) / 5)
        assert change[pixels] == pytest.approx(expected, abs=1e-4)


def test_blotches_have_no_rim_of_half_a_pixel(stripes):
    assert sorted(evaluation.mask_costs("mean", ["blotches"]).pixels) == [-1, 0, 1, 2, 3]
    assert -0.5 in evaluation.mask_costs("mean", ["writing"]).pixels.tolist()


def test_a_detector_is_held_to_the_true_mask(stripes):
    table = evaluation.detector_costs("harmonic").set_index(["tolerance", "grow"])
    found = restoration.find_damage(striped(0.6).picture, tolerance=0.2, width=9, grow=1)
    assert table.dice[0.2, 1] == metrics.dice(striped(0.6).mask, found)
    assert len(table) == 12 and table.psnr[0.2, 1] > 100


def test_places_are_the_same_for_every_kind_and_named():
    places = {kind: next(evaluation.worn_places(kind, 1, seed=4)) for kind in restoration.WEAR}
    names, truths, worn = zip(*places.values(), strict=True)
    assert set(names) == {"astronaut"}
    assert all((true == truths[0]).all() for true in truths)
    for true, old in zip(truths, worn, strict=True):
        np.testing.assert_array_equal(old.picture[~old.mask], true[~old.mask])


def test_the_typical_place_is_the_one_nearest_to_the_mean(monkeypatch):
    costs = sys.modules["course_lib.evaluation.mask_costs"]
    monkeypatch.setattr(
        costs, "worn_places", lambda kind, count, seed: [(kind, k, f"worn {k}") for k in range(3)]
    )
    rows = {"wear": "dust", "place": [0, 1, 2] * 3, "pixels": [-1] * 3 + [0] * 3 + [1] * 3}
    table = pd.DataFrame({**rows, "change": [-30, -19, -10, 0, 0, 0, -1, -2, -3.5]})
    assert evaluation.typical_place(table, "dust") == (1, "worn 1")


def test_a_scratched_scan_is_the_place_with_one_colour_and_grain():
    scans = evaluation.scratched_scans(1, seed=5)
    assert len(scans) == 5
    for true, mask, scan in scans:
        off = (scan - true)[~mask]
        assert 0.01 < off.std() < 0.025 and abs(off.mean()) < 0.01
        covered = masks.grown(mask, -2)  # nothing of the photograph is left there
        assert covered.any() and (scan[covered].std(axis=0) < 0.05).all()
        assert (np.ptp(scan[covered], axis=-1) > 0.002).mean() > 0.9  # and it is not neutral
        assert 0.7 < scan[covered].mean() < 1


# The figure


def test_the_figure_shows_means_and_spreads():
    rows = {"wear": "dust", "pixels": [-1, -1, 0, 0], "dice": [0.5, 0.7, 1, 1]}
    costs = pd.DataFrame({**rows, "change": [-10, -20, 0, 0]})
    dice, repair = plots.mask_costs(costs).axes
    assert dice.lines[0].get_ydata().tolist() == pytest.approx([0.6, 1])
    assert repair.lines[0].get_ydata().tolist() == pytest.approx([-15, 0])
    low, high = repair.collections[0].get_segments()[0][:, 1]
    assert high - low == pytest.approx(2 * np.std([-10, -20], ddof=1))
    assert [text.get_text() for text in dice.figure.legends[0].get_texts()] == ["dust"]
