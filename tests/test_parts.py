"""`best` taken apart: networks that differ in what they say, and a record that holds together."""

import keras
import numpy as np
import pytest

from benchmarks import parts
from course_lib import data, evaluation, masks
from course_lib._pixels import as_floats
from course_lib.evaluation.parts import stored
from course_lib.layers import PyramidFill
from tests.networks import randomize

IMAGES = np.random.RandomState(0).rand(3, 32, 32, 3).astype(np.float32)
HOLES = masks.squares(3, 32, side=10, seed=4)
GIVEN = [masks.damage(IMAGES, HOLES), 1 - HOLES[..., None].astype(np.float32)]


@pytest.mark.parametrize("run", parts.runs(seeds=[0]), ids=lambda run: run.name)
def test_each_part_does_what_it_says(run):
    network, hidden = parts.network(run), HOLES[..., None]
    untrained = keras.ops.convert_to_numpy(network(GIVEN))
    if run.fill:
        expected = keras.ops.convert_to_numpy(PyramidFill()(GIVEN))
    else:  # grey: in the holes, or everywhere if the known pixels have to be drawn as well
        expected = np.where(hidden, 0.5, IMAGES) if run.composite else np.full_like(IMAGES, 0.5)
    np.testing.assert_allclose(untrained, expected, atol=1e-6)
    assert any("residual" in one.name for one in network.layers) == run.residual
    randomize(network)
    moved = keras.ops.convert_to_numpy(network(GIVEN)) != untrained
    assert moved[HOLES].any()
    assert moved[~HOLES].any() == (not run.composite)


def test_the_networks_have_nearly_the_same_number_of_weights():
    plain, full, *_ = parts.runs(seeds=[0])
    counts = [parts.network(run).count_params() for run in (plain, full)]
    assert max(counts) < 1.03 * min(counts)


def test_a_question_compares_two_networks_that_differ_in_its_part_alone():
    switches = {run.name: [getattr(run, part) for part in parts.PARTS] for run in parts.runs([0])}
    for (part, where), weights in parts.questions().items():
        on, off = weights
        assert weights == {on: 1, off: -1}
        differ = [one != other for one, other in zip(switches[on], switches[off], strict=True)]
        assert differ == [part == one for one in parts.PARTS]
        others = {value for value, moved in zip(switches[on], differ, strict=True) if not moved}
        assert others == {where != "alone"}
    assert len(parts.questions()) == 2 * len(parts.PARTS)


def test_a_rate_that_falls_ends_at_a_hundredth_and_the_other_stays():
    plain = dict.fromkeys(parts.PARTS, False)
    falling = parts.schedule(parts.Run(**plain | {"falling_rate": True}))
    ends = [float(falling(step)) for step in (0, parts.STEPS)]
    assert ends == pytest.approx([parts.RATE, parts.RATE / 100])
    assert parts.schedule(parts.Run(**plain)) == parts.RATE


@pytest.mark.parametrize("masks_name", ["lines", "square_16"])
def test_the_record_holds_together(masks_name):
    scores = evaluation.parts_scores(masks_name).mean(axis=1)
    worth = evaluation.parts_worth(masks_name)
    every = frozenset(parts.PARTS)
    assert set(scores.index) == {
        one for part in parts.PARTS for one in (frozenset([part]), every - {part})
    } | {frozenset(), every}
    for row in worth.itertuples():
        on = every if row.where == "in the full network" else frozenset([row.part])
        assert row.mean == pytest.approx(scores[on] - scores[on - {row.part}], abs=2e-3)
        assert row.low < row.mean < row.high
        assert row.high - row.low > 2 * 1.96 * np.hypot(row.pictures, row.seeds) - 2e-3
    images, holes, fills = evaluation.parts_fills(masks_name)
    assert fills.keys() == set(scores.index)
    assert all((filled[~holes] == images[~holes]).all() for filled in fills.values())
    patches = as_floats(data.load("photos").test)
    assert {one.tobytes() for one in images} <= {one.tobytes() for one in patches}


def test_the_record_is_of_this_recipe():
    told = stored()
    assert (told["steps"], told["batch_size"]) == (parts.STEPS, parts.BATCH)
    assert tuple(told["parts"]) == parts.PARTS and tuple(told["seeds"]) == parts.SEEDS


def test_other_masks_were_not_measured():
    for ask in (evaluation.parts_worth, evaluation.parts_scores, evaluation.parts_fills):
        with pytest.raises(ValueError, match="lines, square_16"):
            ask("square_8")
