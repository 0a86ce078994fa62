"""Layers and networks that see far or let through: against NumPy, loops, SciPy and Keras."""

import itertools
import json

import keras
import numpy as np
import pytest
from scipy import ndimage

from course_lib import evaluation, masks, plots
from course_lib.layers import ContextualAttention, FourierConv2D, GatedConv2D, PartialConv2D
from course_lib.models import (
    features,
    gates,
    inpaint,
    load_pretrained,
    reach,
    shallow_unet,
    strength_by_known,
    validities,
    vanilla_unet,
)
from course_lib.widgets.reach import SIDE, SPACINGS, ways
from tests.networks import compiled, numbers, randomize

KINDS = ("plain", "partial", "gated", "fourier")


def normal(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape).astype(np.float32)


def with_random_weights(layer, shape, seed=1):
    layer.build(shape)
    random = np.random.RandomState(seed)
    layer.set_weights([random.normal(size=one.shape) for one in layer.get_weights()])
    return layer


# FourierConv2D


@pytest.mark.parametrize("size", [(6, 8), (5, 7), (1, 4)], ids=str)
@pytest.mark.parametrize("activation", [None, "relu"])
def test_a_fourier_convolution_is_what_numpy_s_transform_makes(size, activation):
    features = normal(2, *size, 3)
    layer = FourierConv2D(4, activation=activation, use_bias=True)
    kernel, bias = with_random_weights(layer, features.shape).get_weights()
    spectrum = np.fft.rfft2(features, axes=(1, 2), norm="ortho")
    both = np.concatenate([spectrum.real, spectrum.imag], axis=-1) @ kernel + bias
    both = np.maximum(both, 0) if activation else both
    mixed = both[..., :4] + 1j * both[..., 4:]
    expected = np.fft.irfft2(mixed, s=size, axes=(1, 2), norm="ortho")
    np.testing.assert_allclose(numbers(compiled(layer)(features)), expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("width", [8, 9])
def test_a_linear_one_is_a_circular_convolution(width):
    """With the weights of a complex number c it multiplies every frequency by c: summed in loops.

    Its kernel is then the picture whose half spectrum is c everywhere.
    """
    c, height = 0.6 - 1.1j, 6
    layer = FourierConv2D(1, activation=None)
    layer.build((None, None, None, 1))
    layer.set_weights([np.array([[c.real, c.imag], [-c.imag, c.real]])])
    picture = normal(1, height, width, 1)
    kernel = np.fft.irfft2(np.full((height, width // 2 + 1), c), s=(height, width))
    expected = np.zeros((height, width))
    for y, x in np.ndindex(height, width):
        expected[y, x] = sum(
            kernel[(y - row) % height, (x - column) % width] * picture[0, row, column, 0]
            for row, column in np.ndindex(height, width)
        )
    found = numbers(layer(picture))[0, ..., 0]
    np.testing.assert_allclose(found, expected, atol=1e-4)
    rolled = numbers(layer(np.roll(picture, (2, 3), axis=(1, 2))))[0, ..., 0]
    np.testing.assert_allclose(rolled, np.roll(expected, (2, 3), axis=(0, 1)), atol=1e-4)


def test_a_fourier_convolution_in_a_saved_model(tmp_path):
    picture = keras.Input((None, None, 3))
    layer = FourierConv2D(2, activation="softplus", kernel_initializer="he_normal", name="far")
    model = keras.Model(picture, layer(picture))
    assert model.output.shape == (None, None, None, 2) and model.count_params() == 6 * 4
    assert FourierConv2D.from_config(layer.get_config()).get_config() == layer.get_config()
    json.dumps(layer.get_config())
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    features = normal(2, 6, 7, 3)
    results = [numbers(one.predict(features, verbose=0)) for one in (model, loaded)]
    np.testing.assert_array_equal(*results)


def test_a_fourier_convolution_in_half_precision_transforms_in_full():
    layer = FourierConv2D(2, kernel_initializer="ones", dtype="mixed_float16")
    features = 100 * np.ones((1, 64, 64, 3), np.float16)  # summed, more than float16 holds
    output = layer(features)
    assert keras.backend.standardize_dtype(output.dtype) == "float16"
    assert np.isfinite(numbers(output)).all() and numbers(output).any()


def test_impossible_fourier_convolutions_are_refused():
    with pytest.raises(ValueError, match="filters is 0: pass a whole number, 1 or more"):
        FourierConv2D(0)
    layer = FourierConv2D(2)
    with pytest.raises(ValueError, match=r"pass \(N, H, W, C\)"):
        layer(normal(6, 7, 3))
    layer(normal(1, 6, 7, 3))
    with pytest.raises(ValueError, match=r"built for features of \[3\] channels.*given \[2\]"):
        layer(normal(1, 6, 7, 2))


# GatedConv2D beside its relatives


def gated_like(conv, gate_bias):
    """A gated convolution with another's weights, whose gate is the sigmoid of a constant."""
    kernel, bias = conv.get_weights()
    gated = GatedConv2D(kernel.shape[-1], 3, activation=None)
    gated.build((None, None, None, kernel.shape[2]))
    shut = np.full_like(bias, gate_bias)
    gated.set_weights([np.concatenate([kernel, 0 * kernel], axis=-1), np.concatenate([bias, shut])])
    return gated


def test_a_gate_of_one_is_a_plain_convolution_and_of_zero_nothing():
    features = normal(2, 6, 7, 3)
    plain = with_random_weights(keras.layers.Conv2D(4, 3, padding="same"), features.shape)
    expected = numbers(compiled(plain)(features))
    for gate_bias, gate in ((100, 1), (0, 0.5), (-100, 0)):
        found = numbers(compiled(gated_like(plain, gate_bias))(features))
        np.testing.assert_allclose(found, gate * expected, rtol=1e-5, atol=1e-5)


def test_where_all_is_known_partial_and_open_gated_convolutions_are_one_inside():
    features, valid = normal(1, 8, 8, 3), np.ones((1, 8, 8, 1), np.float32)
    partial = PartialConv2D(4, 3)
    partial.build([features.shape, valid.shape])
    with_random = np.random.RandomState(1)
    partial.set_weights([with_random.normal(size=one.shape) for one in partial.get_weights()])
    inside = np.s_[:, 1:-1, 1:-1]
    found = numbers(gated_like(partial, 100)(features))
    np.testing.assert_allclose(
        found[inside], numbers(partial([features, valid])[0])[inside], rtol=1e-4, atol=1e-4
    )


def test_a_gate_can_be_partial_convolution_s_mask_update():
    """Its weights: 60 for each valid pixel, -30 as bias. The renormalisation it cannot have."""
    random = np.random.RandomState(0)
    valid = (random.random_sample((1, 9, 9, 1)) < 0.3).astype(np.float32)
    picture = random.random_sample((1, 9, 9, 1)).astype(np.float32) * valid
    gated = GatedConv2D(1, 3, activation=None)
    gated.build((None, None, None, 2))
    kernel = np.zeros((3, 3, 2, 2), np.float32)
    kernel[:, :, 0, 0], kernel[:, :, 1, 1] = 1 / 9, 60
    gated.set_weights([kernel, np.array([0, -30], np.float32)])
    seen = np.concatenate([picture, valid], axis=-1)
    partial = PartialConv2D(1, 3, use_bias=False)
    partial.build([picture.shape, valid.shape])
    partial.set_weights([np.full((3, 3, 1, 1), 1 / 9)])
    features, new_valid = map(numbers, partial([picture, valid]))
    np.testing.assert_allclose(numbers(gated.gate(seen)), new_valid, atol=1e-6)
    known = ndimage.correlate(valid[0, ..., 0], np.ones((3, 3)), mode="constant")[None, ..., None]
    np.testing.assert_allclose(numbers(gated(seen)), features * known / 9, atol=1e-6)


# ContextualAttention


def test_attention_over_a_known_permutation_recovers_it():
    random = np.random.RandomState(0)
    known = random.normal(size=(8, 8, 16)).astype(np.float32)
    order = random.permutation(64)
    hole = known.reshape(64, 16)[order].reshape(8, 8, 16)
    features = np.concatenate([known, hole], axis=1)[None]  # known on the left, hole on the right
    valid = np.ones((1, 8, 16, 1), np.float32)
    valid[:, :, 8:] = 0
    layer = ContextualAttention(size=1, sharpness=1e3)
    weights = numbers(layer.weights_of(features, valid)).reshape(8, 16, 128)
    looked_at = np.unravel_index(weights[:, 8:].argmax(axis=-1).ravel(), (8, 16))
    np.testing.assert_array_equal(8 * looked_at[0] + looked_at[1], order)
    guess = features + 0.01 * normal(*features.shape, seed=2) * (1 - valid)
    np.testing.assert_allclose(numbers(layer([guess, valid])), features, atol=1e-3)


def attend(features, valid, size, sharpness):
    """Yu et al. 2018, section 3.2, place by place in float64: weights and the filled features."""
    height, width, channels = features.shape
    half = size // 2
    margins = (half, half), (half, half), (0, 0)
    padded, seen = (np.pad(one.astype(float), margins) for one in (features, valid))
    places = list(np.ndindex(height, width))
    patches = [padded[y : y + size, x : x + size] for y, x in places]
    whole = [seen[y : y + size, x : x + size].all() for y, x in places]
    weights = np.zeros((len(places),) * 2)
    for i, j in np.ndindex(weights.shape):
        if whole[j]:
            lengths = np.linalg.norm(patches[i]) * np.linalg.norm(patches[j])
            weights[i, j] = np.exp(sharpness * (patches[i] * patches[j]).sum() / lengths)
    weights /= weights.sum(axis=1, keepdims=True)
    total, laid = np.zeros_like(padded), np.zeros_like(padded)
    for i, (y, x) in enumerate(places):
        patch = sum(weight * patch for weight, patch in zip(weights[i], patches, strict=True))
        total[y : y + size, x : x + size] += patch
        laid[y : y + size, x : x + size] += 1
    inside = np.s_[half : half + height, half : half + width]
    return weights, np.where(valid > 0, features, (total / laid)[inside])


@pytest.mark.parametrize("size", [1, 3, 5])
def test_attention_place_by_place(size):
    features, valid = normal(7, 8, 2), np.ones((7, 8, 1), np.float32)
    valid[1:3, 5:7] = 0
    layer = ContextualAttention(size, sharpness=3)
    weights, filled = attend(features, valid, size, 3)
    given = features[None], valid[None]
    np.testing.assert_allclose(numbers(layer.weights_of(*given))[0], weights, atol=1e-5)
    np.testing.assert_allclose(numbers(compiled(layer)(list(given)))[0], filled, atol=1e-4)


def test_attention_continues_a_pattern_from_a_rough_guess():
    tile = np.random.RandomState(3).random_sample((4, 4, 3))
    picture = np.tile(tile, (6, 6, 1)).astype(np.float32) - 0.5
    valid = np.ones((24, 24, 1), np.float32)
    valid[9:14, 9:14] = 0
    noise = 0.3 * normal(24, 24, 3) * (1 - valid)
    layer = ContextualAttention(size=5, sharpness=200)
    filled = numbers(layer([(picture + noise)[None], valid[None]]))[0]
    np.testing.assert_allclose(filled, picture, atol=1e-3)


def test_known_pixels_stay_and_nothing_known_gives_numbers():
    features, valid = normal(1, 6, 6, 2), np.ones((1, 6, 6, 1), np.float32)
    layer = ContextualAttention()
    np.testing.assert_array_equal(numbers(layer([features, valid])), features)
    assert np.isfinite(numbers(layer([0 * features, 0 * valid]))).all()
    again = ContextualAttention.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    symbol = layer([keras.Input((None, None, 2)), keras.Input((None, None, 1))])
    assert symbol.shape == (None, None, None, 2)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"size": 2}, "size is 2: a patch has a middle"),
        ({"size": 0}, "size is 0: pass a whole number"),
        ({"sharpness": 0}, "sharpness is 0: pass a number above 0"),
        ({"sharpness": "high"}, "sharpness is 'high': pass a number above 0"),
        ({"sharpness": 2e3}, "pass a number above 0, up to 1,000"),
    ],
)
def test_impossible_attentions_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ContextualAttention(**arguments)


@pytest.mark.parametrize("sides", [(4, 9), (9, 4)])
def test_pictures_smaller_than_a_patch_are_refused(sides):
    features = np.zeros((1, *sides, 2), np.float32)
    with pytest.raises(ValueError, match="x . pixels hold no patch of 5: pass larger"):
        ContextualAttention(size=5)([features, features[..., :1]])
    sides = [None if side == 9 else side for side in sides]
    features, valid = keras.Input((*sides, 2)), keras.Input((*sides, 1))
    with pytest.raises(ValueError, match="hold no patch of 5"):
        ContextualAttention(size=5)([features, valid])
    assert ContextualAttention(size=3)([features, valid]).shape == (None, *sides, 2)


# reach


def stack(*layers):
    """Convolutions of ones on one channel: (kernel, stride, dilation) each."""
    network = keras.Sequential([keras.Input((None, None, 1))])
    for kernel, stride, dilation in layers:
        network.add(
            keras.layers.Conv2D(
                1, kernel, stride, padding="same", dilation_rate=dilation, use_bias=False,
                kernel_initializer="ones",
            )
        )  # fmt: skip
    return network


def paths(layers, side):
    """Ways from each place of a row to its middle, by hand: taps times taps, float64."""
    row = np.zeros(side)
    row[side // 2] = 1
    for kernel, _, dilation in reversed(layers):
        taps = np.zeros((kernel - 1) * dilation + 1)
        taps[::dilation] = 1
        row = np.convolve(row, taps, mode="same")
    return row


@pytest.mark.parametrize(
    "layers",
    [
        [(3, 1, 1)],
        [(3, 1, 1)] * 4,
        [(3, 1, 2)] * 3,
        [(3, 1, 1), (3, 1, 2), (3, 1, 4)],
        [(5, 1, 3), (3, 1, 1)],
    ],
    ids=str,
)
def test_reach_counts_the_ways_from_pixel_to_output(layers):
    found = reach(stack(*layers), np.zeros((1, 33, 33, 1)))[0]
    ways = paths(layers, 33)
    np.testing.assert_allclose(found, np.outer(ways, ways), rtol=1e-5)


def test_equal_dilations_see_a_grid_and_growing_ones_see_all():
    """Wang et al. 2018 call it gridding: of a rate of 2 one place in four is seen."""
    grid = reach(stack(*[(3, 1, 2)] * 4), np.zeros((1, 33, 33, 1)))[0] > 0
    assert (grid[16 % 2 :: 2, 16 % 2 :: 2][4:-4, 4:-4]).all() and grid.sum() == 9 * 9
    full = reach(stack((3, 1, 1), (3, 1, 2), (3, 1, 4)), np.zeros((1, 33, 33, 1)))[0] > 0
    assert full.sum() == 15 * 15


def test_strides_multiply_what_later_layers_see():
    """Araujo, Norris, Sim 2019, equation 2: 1 + 2 + 2 * 2 + 2 * 2 * 2 with strides of 2."""
    found = reach(stack(*[(3, 2, 1)] * 3), np.zeros((1, 64, 64, 1)))[0] > 0
    assert found.any(axis=0).sum() == found.any(axis=1).sum() == 15


def test_a_fourier_convolution_and_attention_reach_the_whole_picture():
    picture = keras.Input((None, None, 2))
    layer = with_random_weights(FourierConv2D(2), (None, None, None, 2))
    far = reach(keras.Model(picture, layer(picture)), normal(1, 12, 10, 2))
    assert far.shape == (1, 12, 10) and (far > 0).all()
    valid = keras.Input((None, None, 1))
    attention = ContextualAttention(size=1, sharpness=1)
    network = keras.Model([picture, valid], attention([picture, valid]))
    hole = np.zeros((1, 12, 10), bool)
    hole[0, 6, 5] = True
    # The hole is set to 0 and alike to everything: it takes the mean of all, 1 / 119 of each.
    found = reach(network, normal(1, 12, 10, 2), hole)
    np.testing.assert_allclose(found[~hole], 2 / 119, atol=1e-5)


def test_reach_leaves_the_network_as_it_was():
    network = shallow_unet("plain", 2)
    before = network.get_weights()
    found = reach(network, normal(2, 16, 16, 3), np.zeros((2, 16, 16), bool))
    assert found.shape == (2, 16, 16) and network.trainable
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert all(one.trainable for one in network.layers)


def test_reach_of_impossible_inputs():
    with pytest.raises(ValueError, match="pass a batch"):
        reach(stack((3, 1, 1)), np.zeros((5, 5, 1)))
    with pytest.raises(ValueError, match="pass the masks"):
        reach(shallow_unet("plain", 2), np.zeros((1, 8, 8, 3)))


# shallow_unet


@pytest.mark.parametrize("kind", KINDS)
def test_a_shallow_unet_fills_holes_and_keeps_known_pixels(kind):
    network = shallow_unet(kind, 2)
    assert [one.name for one in network.inputs] == ["damaged", "valid"]
    images = np.random.RandomState(0).random_sample((2, 20, 24, 3)).astype(np.float32)
    holes = np.random.RandomState(1).random_sample((2, 20, 24)) < 0.3
    filled = inpaint(network, images, holes)
    np.testing.assert_array_equal(filled[~holes], images[~holes])


def counted(width, kind):
    """Weights by hand: 3 x 3 convolutions, the last to 3 channels, and two 2 x 2 ones upwards."""

    def three(channels, filters):
        return 9 * channels * filters + filters

    first = 3 if kind == "partial" else 4
    w, times = width, 2 if kind == "gated" else 1
    levels = [(first, w), (w, w), (w, 2 * w), (2 * w, 2 * w)]
    bottom = [(2 * w, 4 * w), (4 * w, 4 * w)]
    levels += [(4 * w, 2 * w), (2 * w, 2 * w), (2 * w, w), (w, w)]
    total = times * sum(itertools.starmap(three, levels)) + three(w, 3)
    if kind == "fourier":  # half of the filters from 3 x 3, half from (2 C, 2 F)
        total += sum(three(c, f // 2) + 2 * c * 2 * (f // 2) for c, f in bottom)
    else:
        total += times * sum(itertools.starmap(three, bottom))
    return total + 4 * 4 * w * 2 * w + 2 * w + 4 * 2 * w * w + w


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [2, 3])
def test_the_weights_of_a_shallow_unet(kind, width):
    assert shallow_unet(kind, width).count_params() == counted(width, kind)


def reaches_the_corner(kind, width=3):
    network = shallow_unet(kind, width)
    randomize(network)
    random = np.random.RandomState(0)
    images = random.random_sample((1, 64, 64, 3)).astype(np.float32)
    return reach(network, images, np.zeros((1, 64, 64), bool)).max(axis=0)[0, 0] > 0


def test_only_the_fourier_one_reaches_the_corner_of_a_large_picture():
    assert [reaches_the_corner(kind) for kind in KINDS] == [False, False, False, True]


def test_the_partial_one_never_reads_a_hole():
    network = shallow_unet("partial", 2)
    randomize(network)
    images = np.random.RandomState(0).random_sample((1, 16, 16, 3)).astype(np.float32)
    valid = (np.random.RandomState(1).random_sample((1, 16, 16, 1)) < 0.7).astype(np.float32)
    one, other = (
        network.predict([np.where(valid > 0, images, paint), valid], verbose=0)
        for paint in (0.0, 1.0)
    )
    np.testing.assert_array_equal(one, other)


def test_another_convolution_is_refused():
    with pytest.raises(ValueError, match="convolution is 'dilated': say one of plain, partial"):
        shallow_unet("dilated")


# What flows inside


def holed(count=3):
    images = np.random.RandomState(0).random_sample((count, 16, 16, 3)).astype(np.float32)
    return images, np.random.RandomState(1).random_sample((count, 16, 16)) < 0.5


def test_the_first_gate_is_the_sigmoid_of_a_convolution_of_picture_and_validity():
    network = shallow_unet("gated", 2)
    randomize(network)
    images, holes = holed()
    found = gates(network, images, holes)
    assert list(found)[0] == "encoder_1_conv_1" and len(found) == 10
    kernel, bias = network.get_layer("encoder_1_conv_1").get_weights()
    seen = np.concatenate([np.where(holes[..., None], 0, images), ~holes[..., None]], axis=-1)
    total = sum(
        ndimage.correlate(seen[0, ..., c], kernel[..., c, 3], mode="constant") for c in range(4)
    )
    expected = 1 / (1 + np.exp(-total - bias[3]))
    np.testing.assert_allclose(found["encoder_1_conv_1"][0, ..., 1], expected, atol=1e-5)


def test_validity_grows_by_a_pixel_a_layer_and_is_pooled():
    images, _ = holed(1)
    holes = np.ones((1, 16, 16), bool)
    holes[0, :3, :3] = False
    found = validities(shallow_unet("partial", 2), images, holes)
    sides = [int(np.sqrt(one.sum())) for one in list(found.values())[:6]]
    assert sides == [4, 5, 4, 5, 4, 4]  # 3 + 1 + 1, pooled 3, + 1 + 1, pooled 3, 4 is all


@pytest.mark.parametrize("look, kind", [(gates, "gated"), (validities, "partial")])
def test_a_network_without_such_layers_is_refused(look, kind):
    with pytest.raises(ValueError, match="pass a network that has some"):
        look(shallow_unet("plain", 2), *holed())
    with pytest.raises(ValueError, match="mask"):
        look(shallow_unet(kind, 2), *(one[:2] for one in (holed()[0], ~holed()[1][..., None])))


def test_tells_hole_counts_pairs():
    random = np.random.RandomState(0)
    holes = random.random_sample((2, 8, 8)) < 0.4
    holes[:, :4, :4] = True  # whole blocks of either kind
    holes[:, 4:, 4:] = False
    values = np.round(random.random_sample((2, 4, 4)), 1)  # with equal ones among them
    blocks = [holes[n, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2] for n, y, x in np.ndindex(2, 4, 4)]
    known = [v for v, block in zip(values.ravel(), blocks, strict=True) if not block.any()]
    hole = [v for v, block in zip(values.ravel(), blocks, strict=True) if block.all()]
    pairs = [(a > b) + 0.5 * (a == b) for a, b in itertools.product(known, hole)]
    assert evaluation.tells_hole(values, holes) == pytest.approx(np.mean(pairs))


def test_memory_of_holes_of_gates_that_are_known():
    holes = np.repeat(masks.squares(1, 16, side=8), 4, axis=0)
    valid = (~holes)[..., None].astype(float)
    noise = 0.1 * np.random.RandomState(0).random_sample((4, 16, 16, 1))
    gates = {"one": np.concatenate([0.9 - 0.8 * valid, noise], axis=-1), "two": valid}
    validities = {"one": valid, "two": 0 * valid + 1}
    found = evaluation.memory_of_holes({"validity": validities, "gates": gates}, holes)
    assert found["validity"].tolist() == [1, 0.5]
    assert found["gates"].tolist() == [1, 1]  # of the first layer turned round


def test_the_channel_is_chosen_on_the_first_half_and_measured_on_the_second():
    holes = np.repeat(masks.squares(1, 16, side=8), 4, axis=0)
    valid = (~holes)[..., None].astype(float)
    early = np.concatenate([valid[:2], 0 * valid[2:]])  # tells in the first half alone
    found = evaluation.memory_of_holes(
        {"gates": {"one": np.concatenate([early, 0.5 * valid - early / 2], axis=-1)}}, holes
    )
    assert found.loc["one", "gates"] == 0.5


def test_values_that_do_not_fit_the_masks_are_refused():
    holes = masks.squares(1, 16, side=8)
    with pytest.raises(ValueError, match="sides divide"):
        evaluation.tells_hole(np.ones((1, 5, 5)), holes)
    with pytest.raises(ValueError, match="larger holes"):
        evaluation.tells_hole(np.ones((1, 1, 1)), holes)


# What is drawn


@pytest.mark.parametrize("name", SPACINGS)
@pytest.mark.parametrize("depth", [1, 3])
def test_the_widget_s_ways_are_gradients(name, depth):
    spacings = SPACINGS[name](depth)
    halves = "halves" in name
    layers = [(3, 2, 1)] * depth if halves else [(3, 1, one) for one in spacings]
    side = SIDE - halves
    found = reach(stack(*layers), np.zeros((1, side, side, 1)))[0]
    expected = ways(spacings)
    if halves:  # with an even side Keras begins a strided window elsewhere: the same ways, moved
        expected, found = (one[one > 0] for one in (expected, found))
    np.testing.assert_allclose(expected, found, rtol=1e-5)


def test_reaches_hides_what_is_not_seen_and_shares_one_scale():
    seen = np.zeros((4, 4))
    seen[1, 1:3] = 5, 1e-9
    drawing = plots.reaches({"one": seen, "two": 7 * seen})
    first, second = (axes.images[0].get_array() for axes in drawing.axes[:2])
    assert first.mask.sum() == 14 and first[1, 1] == 1 and first[1, 2] == 1e-4
    np.testing.assert_array_equal(first.filled(0), second.filled(0))


def test_one_map_of_reach_leaves_no_page_white():
    wide, one = (plots.reaches(dict.fromkeys("abc"[:n], np.eye(4))) for n in (3, 1))
    assert one.get_figwidth() < wide.get_figwidth() / 2


def test_gates_are_drawn_from_closing_to_opening():
    holes = np.repeat(masks.squares(1, 8, side=4), 2, axis=0)[..., None]
    valid, gate = 1.0 - holes, np.concatenate([0.5 + 0 * holes, 0.0 + holes, 1.0 - holes], axis=-1)
    drawing = plots.gates_beside_validity({"a": gate}, {"a": valid}, holes[..., 0], 1, columns=2)
    titles = [axes.get_title() for axes in drawing.axes[:3]]
    assert titles == ["validity", "gate 2", "gate 1"]
    np.testing.assert_array_equal(drawing.axes[1].images[0].get_array(), valid[1, ..., 0])


@pytest.mark.parametrize("kind, expected", [("partial", 1), ("gated", np.arange(1, 10) / 9)])
def test_strength_of_a_mean_over_the_picture(kind, expected):
    network = shallow_unet(kind, 2)
    layer = network.get_layer("encoder_1_conv_1")
    kernel, bias = (0 * one for one in layer.get_weights())
    kernel[:, :, :3, :2] = 1 / 27  # features alone: a gate of 1/2, and no bias
    layer.set_weights([kernel, bias])
    np.testing.assert_allclose(strength_by_known(network), expected * np.ones(9), rtol=1e-5)


def test_one_name_is_no_list_and_who_sees_no_holes_is_refused():
    pictures, holes = np.full((1, 8, 8, 3), 0.5), np.eye(8, dtype=bool)[None]
    with pytest.raises(TypeError, match=r"pass a list of names, such as \['bottleneck_conv_1'\]"):
        features(shallow_unet("plain", 2), pictures, holes, "bottleneck_conv_1")
    with pytest.raises(ValueError, match="vanilla_unet is not told the holes"):
        strength_by_known(vanilla_unet(width=2))


def test_one_trained_network_takes_pictures_of_several_sizes():
    network = load_pretrained("reach_fourier")
    for side in (32, 64, 96):
        damaged = np.zeros((1, side, side, 3), np.float32)
        predicted = network.predict([damaged, np.ones_like(damaged[..., :1])], verbose=0)
        assert predicted.shape == damaged.shape
