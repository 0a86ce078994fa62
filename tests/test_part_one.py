"""The benchmark of part one measures what it says."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks import part_one
from course_lib import classical, data, masks, scenes
from course_lib.classical.exemplar import ORDERS

IMAGE = data.photo("coffee")[100:132, 200:236].astype(np.float64)
MASK = masks.brush_strokes(1, (32, 36), seed=2)[0]


def test_teleas_rule_in_order_of_arrival_is_fast_marching():
    ours = part_one.fill_in_order(masks.damage(IMAGE, MASK), MASK, "arrival", "Telea", radius=3)
    np.testing.assert_allclose(ours, classical.fast_marching(IMAGE, MASK, radius=3), atol=1e-12)


@pytest.mark.parametrize("order", part_one.ORDERS)
@pytest.mark.parametrize("rule", part_one.RULES)
def test_every_rule_and_order_fills_every_pixel_and_keeps_constants(order, rule):
    """A pixel that sees nothing at its turn waits: none stays black, even deep in a square."""
    square = masks.squares(1, 40, side=24)[0]
    plain = np.full((40, 40, 3), 0.4)
    filled = part_one.fill_in_order(masks.damage(plain, square), square, order, rule)
    np.testing.assert_allclose(filled, plain)


def test_the_mean_row_by_row_by_hand():
    """A gap of three in one row, read from the left: each sees what stands within three pixels."""
    row = np.array([[0.0, 0.3, 0, 0, 0, 0.9]])[..., None].repeat(3, axis=-1)
    gap = np.array([[False, False, True, True, True, False]])
    filled = part_one.fill_in_order(row, gap, "row by row", "mean")[0, :, 0]
    second = (0 + 0.3 + 0.9) / 3
    third = (0 + 0.3 + second + 0.9) / 4
    assert filled == pytest.approx([0, 0.3, second, third, (0.3 + second + third + 0.9) / 4, 0.9])


@pytest.mark.parametrize("name", ORDERS)
def test_copies_in_the_public_orders_are_the_public_methods(name):
    drawn = scenes.walls("stripe", 1, hole="disc", seed=0)
    image, mask = drawn.images[0], drawn.masks[0]
    ours = part_one.copied(masks.damage(image, mask), mask, part_one.COPIED[name])
    np.testing.assert_array_equal(ours, classical.exemplar(image, mask, order=name))


def test_every_kind_and_hole_has_walls_of_its_own():
    drawn = [part_one.own_walls(kind, hole, 1) for kind in part_one.KINDS for hole in scenes.HOLES]
    assert len({one.images.tobytes() for one in drawn}) == 4 * 4


def test_leads_are_counted_on_the_part_that_is_asked_for():
    wrong = dict.fromkeys(part_one.COPIED, [9, 2, 3]) | {"lines first": [1, 1, 4]}
    shares, leads = part_one._with_leads(wrong), part_one._with_leads(wrong, slice(-1, None))
    assert shares[-3:] == ["2 : 1"] * 3 and leads[-3:] == ["0 : 1"] * 3
    assert part_one._with_gain(wrong)[-1].startswith("-2.7 ±")


def test_row_by_row_copies_from_the_top():
    drawn = scenes.walls("edge", 1, hole="square", seed=0)
    steps = part_one.copies(
        masks.damage(drawn.images[0], drawn.masks[0]), drawn.masks[0], 9,
        part_one.COPIED["row by row"],
    )  # fmt: skip
    targets = [copy.target for copy in steps]
    assert targets == sorted(targets)


def test_beyond_is_measured_at_the_pixels_that_are_named():
    image = np.full((1, 4, 3), 0.5)
    image[0, 0], image[0, 3] = 0.4, 0.9
    hole = np.array([[False, False, True, False]])
    drawn = scenes.Scenes(image[None], hole[None])
    filled = image.copy()
    filled[0, 2] = 0.2, 0.5, 0.96
    beside = np.array([[False, True, False, True]])
    assert part_one._beyond(drawn, [filled], [beside]) == pytest.approx([30])
    assert part_one._beyond(drawn, [filled], [~hole]) == pytest.approx([20])
    assert part_one._beyond(drawn, [image], [~hole]) == [0]


def test_the_partial_rank_correlation_is_that_of_what_is_left():
    """Against ranks whose regression on the ranks of the depth has been taken away."""
    random = np.random.RandomState(0)
    depth, fraction = random.random_sample((2, 25))
    psnr = -depth + 0.3 * fraction + 0.1 * random.random_sample(25)
    rows = pd.DataFrame(
        {"method": "m", "mean_depth": depth, "hole_fraction": fraction, "psnr_hole": psnr}
    )
    ranks = [stats.rankdata(values) for values in (psnr, fraction, depth)]
    left = [values - np.polyval(np.polyfit(ranks[2], values, 1), ranks[2]) for values in ranks[:2]]
    expected = np.corrcoef(*left)[0, 1]
    assert part_one._rank_with_depth_held(rows, "m") == pytest.approx(expected)


def test_scores_and_counts():
    drawn = scenes.Scenes(np.zeros((2, 4, 4, 3)), masks.squares(2, 4, side=2))
    levels = iter([0.1, 0.01])
    scores = part_one._scores(lambda image, mask: np.full_like(image, next(levels)), drawn)
    np.testing.assert_allclose(scores, [20, 40])
    assert part_one._ahead(scores, np.array([20.5, 39])) == "1/2"
    assert part_one.spread([1.0, 3.0]) == "2.0 ± 1.0"


def test_all_bits_leaked_is_the_truth_and_none_the_harmonic_fill(monkeypatch):
    recorded = []
    monkeypatch.setattr(part_one, "record", lambda *given: recorded.append(given))
    monkeypatch.setattr(part_one, "LEAKED", (0, 8))
    part_one.bits()
    none, everything = recorded[0][2].strip().splitlines()[-2:]
    assert none.startswith("| 0 | 21.14 |") and everything == "| 8 | inf | inf | 0.00 | 100 |"
