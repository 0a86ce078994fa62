"""Lesson 08's own arithmetic of what a pixel can reach, against published figures and gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.helpers import definitions

VGG_BLOCKS = (2, 2, 3, 3, 3)
VGG_16 = [layer for count in VGG_BLOCKS for layer in [(3, 1)] * count + [(2, 2)]]
ALEXNET = [(11, 4), (3, 2), (5, 1), (3, 2)] + [(3, 1)] * 3 + [(3, 2)]
ENCODER = [(3, 1), (3, 1), (2, 2)] * 4 + [(3, 1)] * 2  # the ladder down to its code
TO_THE_BOTTOM_OF_FOUR_LEVELS = 140  # pixels, counted by hand: 5, 6, 14, 16, 32, 36, 68, 76, 140


@pytest.fixture(scope="module")
def field():
    return definitions("08_vanilla_autoencoder")["field"]


def measured(layers, side):
    """How wide the gradient of one output in the middle of a stack of ones is, in pixels."""
    network = keras.Sequential([keras.Input((side, side, 1))])
    for kernel, stride in layers:
        network.add(
            keras.layers.Conv2D(
                1, kernel, stride, padding="same", use_bias=False, kernel_initializer="ones"
            )
        )
    picture = tf.Variable(np.ones((1, side, side, 1), np.float32))
    with tf.GradientTape() as tape:
        output = network(picture)
        middle = output[0, output.shape[1] // 2, output.shape[2] // 2, 0]
    seen = np.flatnonzero(tape.gradient(middle, picture).numpy()[0, ..., 0].any(axis=0))
    assert 0 < seen.min() and seen.max() < side - 1, "the border must not cut it"
    return seen.max() - seen.min() + 1


@pytest.mark.parametrize(("layers", "pixels"), [(VGG_16, 212), (ALEXNET, 195)])
def test_field_of_published_networks(field, layers, pixels):
    """The figures of Araujo, Norris, Sim: Computing Receptive Fields (Distill 2019), table 1."""
    assert field(layers) == pixels


def test_field_of_the_encoder(field):
    assert field(ENCODER) == TO_THE_BOTTOM_OF_FOUR_LEVELS == measured(ENCODER, 512)


@pytest.mark.parametrize("count", [1, 3, 10])
def test_each_convolution_adds_a_pixel_to_each_side(field, count):
    assert field([(3, 1)] * count) == 1 + 2 * count == measured([(3, 1)] * count, 64)


@pytest.mark.parametrize("seed", range(6))
def test_field_of_mixed_layers_is_what_the_gradient_measures(field, seed):
    random = np.random.RandomState(seed)
    layers = []
    for _ in range(4):
        stride = random.randint(1, 3)
        layers.append((random.randint(stride, 6), stride))
    assert field(layers) == measured(layers, 256)
