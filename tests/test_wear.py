"""How photographs wear: every kind covers its share, in marks of its own size."""

import numpy as np
import pytest
from scipy import ndimage

from course_lib import wear


@pytest.mark.parametrize("kind", wear.KINDS)
@pytest.mark.parametrize("share", [0.03, 0.15])
def test_a_mask_covers_its_share_and_little_more(kind, share):
    worn = wear.KINDS[kind](3, (320, 400), share=share, seed=5)
    assert worn.shape == (3, 320, 400) and worn.dtype == bool
    covered = worn.mean(axis=(1, 2))
    assert (covered >= share).all()
    assert (covered < share + 0.04).all()


@pytest.mark.parametrize("kind", wear.KINDS)
def test_the_same_seed_draws_the_same_and_another_draws_another(kind):
    one, other, third = (wear.KINDS[kind](2, 128, share=0.08, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, other)
    assert (one != third).any() and (one[0] != one[1]).any()


def depth(kind, share=0.04):
    """Pixels from a hole's deepest point to the nearest known one, over a few masks."""
    worn = wear.KINDS[kind](4, 384, share=share, seed=11)
    return max(ndimage.distance_transform_edt(one).max() for one in worn)


def test_scratches_are_thin_and_long():
    assert depth("scratches") < 8  # 3 by themselves; more where two cross
    lengths = []
    for worn in wear.scratches(4, 384, share=0.02, seed=1):
        labels, count = ndimage.label(worn, np.ones((3, 3)))
        boxes = ndimage.find_objects(labels)
        assert count == len(boxes)
        lengths += [max(side.stop - side.start for side in box) for box in boxes]
    assert np.median(lengths) > 60


def test_blotches_are_deep_and_specks_are_small():
    assert depth("blotches") > 10
    labels, count = ndimage.label(wear.dust(1, 384, share=0.02, seed=1)[0], np.ones((3, 3)))
    assert count > 150
    assert np.median(np.bincount(labels.ravel())[1:]) < 40


def test_text_is_letters_upright_in_lines():
    """Rows of a line are crossed by many strokes, columns by few."""
    worn = wear.text(6, 256, share=0.05, seed=2)
    along = np.count_nonzero(np.diff(worn.astype(int), axis=2)) / np.count_nonzero(worn)
    assert 0.2 < along < 2  # a stroke ends every few pixels: 1 / width, both ends
    assert depth("text") < 16


def test_a_larger_mask_has_more_marks_not_thicker_ones():
    small, large = (
        ndimage.distance_transform_edt(wear.dust(1, size, share=0.05, seed=9)[0]).max()
        for size in (128, 640)
    )
    assert large < small + 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"share": 0.0}, {"share": 0.6}, {"share": float("nan")}, {"size": 8}, {"size": (64, 8)},
        {"size": "large"}, {"count": 0}, {"seed": -1}, {"seed": 0.5},
    ],
)  # fmt: skip
def test_an_impossible_wish_gets_one_sentence(wrong):
    wish = {"count": 1, "size": 64, "share": 0.1, "seed": 0} | wrong
    with pytest.raises((TypeError, ValueError), match=r"^[^\n]+$"):
        wear.scratches(**wish)
