"""`best` taken apart: networks that differ in what they say, and a record that holds together."""

import keras
import numpy as np
import pytest

from benchmarks import parts
from course_lib import masks
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
