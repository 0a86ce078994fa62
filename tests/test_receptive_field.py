"""Lesson 06's own functions for reach and field, against path counting and published figures."""

import numpy as np
import pytest

from tests.helpers import definitions

TO_THE_BOTTOM_OF_FOUR_LEVELS = 140  # pixels, counted by hand: 5, 6, 14, 16, 32, 36, 68, 76, 140

VGG_BLOCKS = (2, 2, 3, 3, 3)
VGG_16 = [layer for count in VGG_BLOCKS for layer in [(3, 1, 1)] * count + [(2, 2, 1)]]
ALEXNET = [(11, 4, 1), (3, 2, 1), (5, 1, 1), (3, 2, 1)] + [(3, 1, 1)] * 3 + [(3, 2, 1)]


@pytest.fixture(scope="module")
def lesson():
    return definitions("06_learning_from_data")


def paths(dilations):
    """Number of ways from a pixel to the output, by the pixel's distance: {distance: ways}."""
    ways = {0: 1}
    for dilation in dilations:
        longer = {}
        for distance, count in ways.items():
            for step in (-dilation, 0, dilation):
                longer[distance + step] = longer.get(distance + step, 0) + count
        ways = longer
    return ways


def footprint(lesson, layers, side):
    return lesson["footprint"](lesson["stack"](layers), side)


def width(gradient):
    """Extent of what is not zero, in pixels; refused where the picture's border may cut it."""
    seen = np.flatnonzero(gradient.any(axis=0))
    assert 0 < seen.min() and seen.max() < len(gradient) - 1
    return seen.max() - seen.min() + 1


@pytest.mark.parametrize(
    ("dilations", "pixels"),
    [
        ((1, 1, 1, 1, 1, 1), 6),
        ((2, 2, 2, 2, 2, 2), 12),
        ((1, 2, 4, 8, 16, 32), 63),
        ((2, 4, 8, 16, 32), 62),
        ((2, 4, 8, 16, 32, 64), 126),
    ],
)
def test_reach_of_the_stacks_that_the_lesson_speaks_of(lesson, dilations, pixels):
    assert lesson["reach"](dilations) == pixels == max(paths(dilations))
    gradient = footprint(lesson, [(3, 1, d) for d in dilations], 2 * pixels + 5)
    assert width(gradient) == 2 * pixels + 1


@pytest.mark.parametrize("dilations", [(1,), (3,), (1, 1), (2, 2, 2), (1, 2, 4), (2, 4), (5, 1, 3)])
def test_footprint_counts_the_paths_to_every_pixel(lesson, dilations):
    ways, half = paths(dilations), sum(dilations) + 2
    in_a_row = np.array([ways.get(distance, 0) for distance in range(-half, half + 1)])
    gradient = footprint(lesson, [(3, 1, d) for d in dilations], 2 * half + 1)
    np.testing.assert_array_equal(gradient, np.outer(in_a_row, in_a_row))


@pytest.mark.parametrize(("layers", "pixels"), [(VGG_16, 212), (ALEXNET, 195)])
def test_field_of_published_networks(lesson, layers, pixels):
    """The figures of Araujo, Norris, Sim: Computing Receptive Fields (Distill 2019), table 1."""
    assert lesson["field"](layers) == pixels


def test_field_of_the_encoder(lesson):
    assert lesson["field"](lesson["ENCODER"]) == TO_THE_BOTTOM_OF_FOUR_LEVELS
    assert width(footprint(lesson, lesson["ENCODER"], 512)) == TO_THE_BOTTOM_OF_FOUR_LEVELS


@pytest.mark.parametrize("seed", range(6))
def test_field_of_mixed_layers_is_what_the_gradient_measures(lesson, seed):
    random = np.random.RandomState(seed)
    layers = []
    for _ in range(4):
        stride = random.randint(1, 3)
        dilation = random.randint(1, 4) if stride == 1 else 1  # Keras takes one of the two
        layers.append((random.randint(stride, 6), stride, dilation))
    assert width(footprint(lesson, layers, 256)) == lesson["field"](layers)


def test_field_without_strides_is_reach_to_both_sides(lesson):
    for dilations in lesson["STACKS"].values():
        layers = [(3, 1, d) for d in dilations]
        assert lesson["field"](layers) == 2 * lesson["reach"](dilations) + 1
