"""The layers against their equations in loops, SciPy, Keras and PyTorch, on every backend."""

import itertools
import json

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras import ops
from scipy import ndimage

from course_lib.layers import AddInHoles, GatedConv2D, PartialConv2D, PyramidFill
from tests.networks import BACKEND, compiled, gradients, numbers

CONTENTS = (0.5, 1.0, -3e30, np.inf, np.nan)  # what a hole may hold


def example(channels, size=(6, 7), known=0.4, count=2, seed=0):
    """Features (count, *size, C) and validity (count, *size, 1) for each C in channels."""
    random = np.random.RandomState(seed)
    features = [random.normal(size=(count, *size, c)).astype(np.float32) for c in channels]
    valid = [random.random_sample((count, *size, 1)) < known for _ in channels]
    return features, [one.astype(np.float32) for one in valid]


def built(layer, features, valid, seed=0):
    """The layer with random weights, bias too, fit for these inputs; and its weights in NumPy."""
    layer.build(arranged([one.shape for one in features], [one.shape for one in valid]))
    random = np.random.RandomState(seed)
    layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])
    return [numbers(w) for w in layer.weights]


def arranged(features, valid):
    """As the layer takes them: lists within the list for several inputs alone."""
    return [features, valid] if len(features) > 1 else [features[0], valid[0]]


def applied(layer, features, valid):
    return [numbers(one) for one in compiled(layer)(arranged(features, valid))]


# Liu et al. 2018, equations 1 and 2, place by place, with the paper's mask of C channels.


def under(place, size, stride, dilation, before):
    """Rows (or columns) of the picture under the window at a place; outside: below 0 or too high"""
    return place * stride - before + dilation * np.arange(size)


def places(length, size, stride, dilation, padding):
    """How many places a window has along one side, and the padding before the first pixel."""
    extent = dilation * (size - 1) + 1
    if padding == "valid":
        return (length - extent) // stride + 1, 0
    count = -(-length // stride)
    return count, max((count - 1) * stride + extent - length, 0) // 2


def liu(features, valid, kernel, bias=0.0, strides=(1, 1), padding="same", dilation=(1, 1)):
    """x' and m' in float64."""
    mask = np.concatenate(
        [np.repeat(m, x.shape[-1], axis=-1) for x, m in zip(features, valid, strict=True)], axis=-1
    )
    picture = np.where(mask > 0, np.concatenate(features, axis=-1), 0).astype(np.float64)
    count, *sides, channels = picture.shape
    taps = list(zip(sides, kernel.shape[:2], strides, dilation, strict=True))
    (tall, top), (wide, left) = (places(*tap, padding) for tap in taps)
    output = np.zeros((count, tall, wide, kernel.shape[-1]))
    new_mask = np.zeros((count, tall, wide, 1))
    for n, i, j in np.ndindex(count, tall, wide):
        known, total = 0, 0.0
        rows = under(i, *taps[0][1:], top)
        columns = under(j, *taps[1][1:], left)
        for (a, row), (b, column) in itertools.product(enumerate(rows), enumerate(columns)):
            if 0 <= row < sides[0] and 0 <= column < sides[1]:
                known += mask[n, row, column].sum()
                total = total + picture[n, row, column] @ kernel[a, b]
        if known > 0:
            output[n, i, j] = total * (kernel[..., 0].size / known) + bias
            new_mask[n, i, j] = 1
    return output, new_mask


def check_against_loops(channels, size, known, seed=0, **arguments):
    features, valid = example(channels, size, known, seed=seed)
    layer = PartialConv2D(3, kernel_initializer="zeros", **arguments)
    weights = built(layer, features, valid)
    output, new_valid = applied(layer, features, valid)
    convolution = {"strides": layer.strides, "dilation": layer.dilation_rate}
    expected = liu(features, valid, *weights, padding=layer.padding, **convolution)
    np.testing.assert_allclose(output, expected[0], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(new_valid, expected[1])


CONVOLUTIONS = [
    {"kernel_size": 3},
    {"kernel_size": 3, "strides": 2},
    {"kernel_size": 3, "padding": "valid"},
    {"kernel_size": 2},
    {"kernel_size": 4, "strides": 2},
    {"kernel_size": (1, 3), "dilation_rate": (1, 2)},
    {"kernel_size": 3, "dilation_rate": 2},
    {"kernel_size": (2, 5), "strides": (3, 1), "padding": "valid", "use_bias": False},
]


@pytest.mark.parametrize("arguments", CONVOLUTIONS, ids=str)
@pytest.mark.parametrize("channels", [[1], [3], [2, 5], [4, 1, 6]], ids=str)
def test_equations_1_and_2_in_loops(channels, arguments):
    check_against_loops(channels, (6, 7), 0.3, **arguments)


@settings(max_examples=30 if BACKEND == "tensorflow" else 6, deadline=None, derandomize=True)
@given(data=st.data())
def test_equations_1_and_2_in_loops_whatever_the_shapes(data):
    def pair(high):
        return data.draw(st.tuples(st.integers(1, high), st.integers(1, high)))

    kernel_size, size = pair(5), pair(8)
    strides, dilation = (pair(3), (1, 1)) if data.draw(st.booleans()) else ((1, 1), pair(3))
    padding = data.draw(st.sampled_from(["same", "valid"]))
    extents = [(k - 1) * d + 1 for k, d in zip(kernel_size, dilation, strict=True)]
    assume(padding == "same" or all(e <= s for e, s in zip(extents, size, strict=True)))
    check_against_loops(
        data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)),
        size,
        data.draw(st.sampled_from([0.0, 0.05, 0.5, 1.0])),
        seed=data.draw(st.integers(0, 99)),
        kernel_size=kernel_size,
        strides=strides,
        dilation_rate=dilation,
        padding=padding,
        use_bias=data.draw(st.booleans()),
    )


# What the equations say where they can be worked out without a loop.


@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("channels", [1, 3, 8, 32])
def test_a_known_picture_gets_keras_s_own_convolution(channels, strides):
    """Inside; at the border Keras's has zeros in 9 - n of 9 places, ours is scaled by 9 / n."""
    features, valid = example([channels], (7, 9), known=1.0)
    for padding, known in (("valid", 9), ("same", np.outer([2, *[3] * 5, 2], [2, *[3] * 7, 2]))):
        ours = PartialConv2D(4, 3, strides, padding)
        kernel, bias = built(ours, features, valid)
        plain = keras.layers.Conv2D(4, 3, strides, padding, use_bias=False)
        plain.build(features[0].shape)
        plain.set_weights([kernel])
        output, new_valid = applied(ours, features, valid)
        if padding == "same":
            known = known[::strides, ::strides, None]
        expected = numbers(compiled(plain)(features[0])) * 9 / known + bias
        np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-4)
        assert new_valid.shape == (*output.shape[:3], 1) and (new_valid == 1).all()


def test_ones_over_ones_is_nine_everywhere():
    ones = np.ones((1, 5, 6, 1), np.float32)
    kernel = {"padding": "same", "kernel_initializer": "ones"}
    plain = numbers(keras.layers.Conv2D(1, 3, **kernel)(ones))
    assert set(plain.ravel()) == {4.0, 6.0, 9.0}
    assert set(applied(PartialConv2D(1, 3, **kernel), [ones], [ones])[0].ravel()) == {9.0}


@pytest.mark.parametrize("activation", [None, "relu", "sigmoid", "softplus", "softmax"])
def test_a_blind_window_is_0_after_bias_and_activation(activation):
    features, valid = example([2], (5, 12))
    valid[0][:] = 0
    valid[0][:, 2, 3] = 1
    layer = PartialConv2D(3, 3, activation=activation)
    built(layer, features, valid)
    assert layer.get_weights()[1].all()
    output, new_valid = applied(layer, features, valid)
    sees = np.zeros((2, 5, 12, 1), bool)
    sees[:, 1:4, 2:5] = True
    np.testing.assert_array_equal(new_valid, sees)
    assert not output[~sees[..., 0]].any()
    if activation != "relu":
        assert output[sees[..., 0]].all()
    empty, nothing = applied(layer, features, [0 * valid[0]])
    assert not empty.any() and not nothing.any()


def test_one_known_pixel_stands_for_the_whole_window():
    features, valid = example([2], (7, 7), known=0.0)
    valid[0][0, 3, 2] = 1
    layer = PartialConv2D(3, (3, 5))
    kernel, bias = built(layer, features, valid)
    output, _ = applied(layer, features, valid)
    pixel = 15 * np.einsum("c,abcf->abf", features[0][0, 3, 2], kernel) + bias
    np.testing.assert_allclose(output[0, 2:5, 0:5], pixel[::-1, ::-1], rtol=1e-5, atol=1e-4)


def test_a_constant_stays_constant_under_equal_weights():
    """Whatever the holes: the scaling is for this."""
    _, valid = example([3], (9, 9), known=0.2)
    layer = PartialConv2D(1, 3, use_bias=False, kernel_initializer="ones")
    output, new_valid = applied(layer, [np.full((2, 9, 9, 3), 0.25, np.float32)], valid)
    assert 0 < new_valid.mean() < 1
    np.testing.assert_allclose(output, 0.25 * 27 * new_valid, rtol=1e-5)


def test_the_output_scales_with_the_picture():
    features, valid = example([3])
    layer = PartialConv2D(4, 3, use_bias=False)
    built(layer, features, valid)
    once, twice = (applied(layer, [scale * features[0]], valid)[0] for scale in (1, 2))
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-5, atol=1e-5)


def test_a_stack_of_layers_dilates_the_known_pixels():
    random = np.random.RandomState(0)
    features, valid = random.normal(size=(1, 24, 20, 3)), random.random_sample((24, 20)) < 0.01
    state = [features.astype(np.float32), valid[None, ..., None].astype(np.float32)]
    for layers in (1, 2, 3, 4):
        state = PartialConv2D(3, 3)(state)
        grown = ndimage.binary_dilation(valid, np.ones((2 * layers + 1,) * 2))
        assert valid.any() and not grown.all()
        np.testing.assert_array_equal(numbers(state[1])[0, ..., 0], grown)


def test_equal_validity_is_one_input():
    """Several inputs with the same holes: as if they had been concatenated before."""
    features, (valid, _) = example([3, 5])
    several, one = PartialConv2D(4, 3), PartialConv2D(4, 3)
    built(several, features, [valid, valid])
    together = [np.concatenate(features, axis=-1)]
    built(one, together, [valid])
    expected = applied(one, together, [valid])
    for ours, theirs in zip(applied(several, features, [valid, valid]), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def test_activation_follows_the_bias():
    features, valid = example([3])
    linear, bent = PartialConv2D(4, 3), PartialConv2D(4, 3, activation="tanh")
    for layer in (linear, bent):
        built(layer, features, valid)
    expected = np.tanh(applied(linear, features, valid)[0])
    np.testing.assert_allclose(applied(bent, features, valid)[0], expected, atol=1e-5)


def test_the_public_pytorch_formulation():
    """As NVIDIA's ``PartialConv2d(multi_channel=True)`` is written: bias off, scaled, bias on."""
    reason = "PyTorch is not installed: try pip install torch"
    torch = pytest.importorskip("torch", reason=reason)
    convolve = torch.nn.functional.conv2d
    for strides, channels in itertools.product((1, 2), (1, 5)):
        features, valid = example([channels], (9, 11))
        layer = PartialConv2D(4, 3, strides)  # odd sides: both frameworks pad one on each side
        weights = built(layer, features, valid)
        picture, mask, kernel = (
            torch.from_numpy(np.ascontiguousarray(one))
            for one in (
                features[0].transpose(0, 3, 1, 2),
                np.repeat(valid[0], channels, axis=-1).transpose(0, 3, 1, 2),
                weights[0].transpose(3, 2, 0, 1),
            )
        )
        bias = torch.from_numpy(weights[1])
        where = {"stride": strides, "padding": 1}
        sums = convolve(mask, torch.ones_like(kernel), **where)
        new_mask = sums.clamp(0, 1)
        scale = kernel[0].numel() / (sums + 1e-8) * new_mask
        offset = bias[:, None, None]
        raw = convolve(picture * mask, kernel, bias, **where)
        expected = ((raw - offset) * scale + offset) * new_mask
        output, new_valid = applied(layer, features, valid)
        expected = expected.numpy().transpose(0, 2, 3, 1)
        np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-4)
        np.testing.assert_array_equal(new_valid[..., 0], new_mask[:, 0].numpy())


# What stands in holes, and gradients.


@pytest.mark.parametrize("channels", [[3], [3, 2]], ids=str)
def test_what_stands_in_a_hole_changes_nothing(channels):
    features, valid = example(channels)
    layer = PartialConv2D(4, 3, activation="sigmoid")
    weights = built(layer, features, valid)

    def scalar(kernel, bias, *features):
        (output, _), _ = layer.stateless_call([kernel, bias], [], arranged(list(features), tensors))
        return ops.sum(output * output)

    tensors = [ops.convert_to_tensor(one) for one in valid]
    expected = applied(layer, features, valid)
    slopes = gradients(scalar, *weights, *features)
    assert all(slope.any() for slope in slopes)
    for content in CONTENTS:
        painted = [
            np.where(one > 0, picture, np.float32(content))
            for picture, one in zip(features, valid, strict=True)
        ]
        for ours, theirs in zip(applied(layer, painted, valid), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        for ours, theirs in zip(gradients(scalar, *weights, *painted), slopes, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    for slope, one in zip(slopes[2:], valid, strict=True):
        assert not slope[one[..., 0] == 0].any()


@pytest.mark.parametrize("arguments", CONVOLUTIONS[:2] + CONVOLUTIONS[-2:-1], ids=str)
def test_gradients_are_those_of_the_loops(arguments):
    """The loops are linear in kernel, bias and features: a difference of them is their slope."""
    features, valid = example([2, 3])
    layer = PartialConv2D(3, **arguments)
    arrays = [*built(layer, features, valid), *features]
    tensors = [ops.convert_to_tensor(one) for one in valid]
    random = np.random.RandomState(1)
    parts = random.normal(size=layer([features, valid])[0].shape).astype(np.float32)
    weighed = ops.convert_to_tensor(parts)

    def scalar(kernel, bias, *features):
        (output, _), _ = layer.stateless_call([kernel, bias], [], [list(features), tensors])
        return ops.sum(output * weighed)

    def looped(kernel, bias, *features):
        convolution = {"strides": layer.strides, "dilation": layer.dilation_rate}
        return (liu(features, valid, kernel, bias, **convolution)[0] * parts).sum()

    for which, slope in enumerate(gradients(scalar, *arrays)):
        direction = [0.0] * len(arrays)
        direction[which] = random.normal(size=slope.shape)
        moved = [one + step for one, step in zip(arrays, direction, strict=True)]
        change = looped(*moved) - looped(*arrays)
        assert (slope * direction[which]).sum() == pytest.approx(change, rel=1e-3, abs=1e-3)


def test_the_validity_gets_no_gradient():
    features, valid = example([2, 3])
    layer = PartialConv2D(3, 3, activation="sigmoid")
    weights = [ops.convert_to_tensor(one) for one in built(layer, features, valid)]
    pictures = [ops.convert_to_tensor(one) for one in features]

    def scalar(*valid):
        (output, new_valid), _ = layer.stateless_call(weights, [], [pictures, list(valid)])
        return ops.sum(output * output) + ops.sum(new_valid)

    assert not any(slope.any() for slope in gradients(scalar, *valid))


# Precision, sizes, saving.


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_close_to_float32(policy):
    features, valid = example([3, 5])
    plain, mixed = (PartialConv2D(4, 3, activation="tanh", dtype=d) for d in ("float32", policy))
    for layer in (plain, mixed):
        built(layer, features, valid)
    expected, new_valid = applied(plain, features, valid)
    results = mixed([features, valid])
    half = policy.removeprefix("mixed_")
    assert [keras.backend.standardize_dtype(one.dtype) for one in results] == [half, half]
    np.testing.assert_allclose(numbers(results[0]), expected, atol=0.1)
    np.testing.assert_array_equal(numbers(results[1]), new_valid)
    assert mixed.kernel.dtype == "float32"


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("channels", [[8191, 1], [301, 200]], ids=str)
def test_counts_are_exact_in_half_precision(policy, channels):
    """Up to 73,728 taps: bfloat16 counts to 256, float16 to 2,048 and ends at 65,504."""
    features, valid = example(channels, (5, 5), known=0.7)
    features[1][...] = 1
    layer = PartialConv2D(1, 3, use_bias=False, kernel_initializer="zeros", dtype=policy)
    layer([features, valid])
    kernel = np.zeros((3, 3, sum(channels), 1), np.float32)
    kernel[1, 1, -1] = 1  # the second input's own pixel: what comes out is the scaling alone
    layer.set_weights([kernel])
    output = numbers(layer([features, valid])[0])
    square = np.ones((1, 3, 3, 1), int)
    counts = [
        c * ndimage.correlate(one.astype(int), square, mode="constant")
        for c, one in zip(channels, valid, strict=True)
    ]
    ratio = (kernel.size / np.maximum(sum(counts), 1)).astype(np.float32)
    half = ops.cast(ops.convert_to_tensor(ratio), policy.removeprefix("mixed_"))
    np.testing.assert_array_equal(output, numbers(half) * valid[1])


def small_model(dtype=None):
    """Two sizes of picture features with validities of their own, on pictures of any size."""
    picture, valid, other = (keras.Input((None, None, c)) for c in (3, 1, 1))
    first = PartialConv2D(4, 3, activation="sigmoid", dtype=dtype, name="first")
    features, grown = first([picture, valid])
    second = PartialConv2D(5, (2, 3), 2, name="second", dtype=dtype)
    both = second([[picture, features], [other, grown]])
    model = keras.Model([picture, valid, other], both)
    random = np.random.RandomState(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return model


def model_inputs(size):
    (picture, _), valid = example([3, 3], size, known=0.2)
    return [picture, *valid]


def test_one_model_for_pictures_of_any_size():
    model = small_model()
    weights = [numbers(w) for w in model.weights]
    for size in ((8, 6), (5, 9), (1, 1)):
        picture, valid, other = inputs = model_inputs(size)
        features, grown = liu([picture], [valid], *weights[:2])
        features = grown / (1 + np.exp(-features))
        expected = liu([picture, features], [other, grown], *weights[2:], strides=(2, 2))
        for ours, theirs in zip(model.predict(inputs, verbose=0), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", [None, "mixed_float16"])
def test_a_model_is_saved_and_loaded(dtype, tmp_path):
    model, inputs = small_model(dtype), model_inputs((6, 7))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert [one.get_config() for one in loaded.layers] == [one.get_config() for one in model.layers]
    results = loaded.predict(inputs, verbose=0)
    for ours, theirs in zip(results, model.predict(inputs, verbose=0), strict=True):
        np.testing.assert_array_equal(numbers(ours), numbers(theirs))


@pytest.mark.parametrize("kind", [PartialConv2D, GatedConv2D])
def test_the_configuration_says_everything(kind):
    said = {
        "filters": 3,
        "kernel_size": (2, 3),
        "strides": (2, 1),
        "padding": "valid",
        "dilation_rate": (1, 1),
        "activation": "softplus",
        "use_bias": False,
        "kernel_initializer": keras.initializers.RandomUniform(0.5, 1.5, seed=3),
        "bias_initializer": "ones",
        "kernel_regularizer": keras.regularizers.L2(0.5),
        "name": "mine",
        "dtype": "mixed_bfloat16",
    }
    layer = kind(**said)
    again = kind.from_config(json.loads(json.dumps(layer.get_config())))
    assert again.get_config() == layer.get_config()
    for one in (layer, again):
        found = {key: getattr(one, key) for key in list(said)[:5] + ["use_bias", "name"]}
        assert found.items() <= said.items()
        assert one.activation is keras.activations.softplus
        assert one.compute_dtype == "bfloat16"
        one.build([(2, 6, 7, 4), (2, 6, 7, 1)] if kind is PartialConv2D else (2, 6, 7, 4))
        (kernel,) = one.get_weights()
        assert 0.5 <= kernel.min() and kernel.max() <= 1.5
        assert float(one.losses[0]) == pytest.approx(0.5 * (kernel**2).sum(), rel=1e-2)
    dilated = kind(2, 3, dilation_rate=(2, 1), bias_initializer="ones", trainable=False)
    again = kind.from_config(dilated.get_config())
    assert again.dilation_rate == (2, 1) and not again.trainable
    again.build([(2, 6, 7, 4), (2, 6, 7, 1)] if kind is PartialConv2D else (2, 6, 7, 4))
    assert (again.get_weights()[1] == 1).all()


def test_layers_that_are_built_inside_a_compiled_function():
    """As those of a model without a graph are, in its first ``fit``."""

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = PartialConv2D(4, 3, activation="sigmoid")
            self.second = PartialConv2D(3, 3)

        def call(self, inputs):
            return self.second(self.first(list(inputs)))[0]

    (picture,), (valid,) = example([3])
    model = Model()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    history = model.fit((picture, valid), picture, epochs=2, verbose=0).history
    assert history["loss"][1] < history["loss"][0]
    assert not numbers(model.first([picture, 0 * valid])[0]).any()


def test_a_validity_of_another_dtype():
    features, (valid,) = example([3])
    layer = PartialConv2D(4, 3)
    built(layer, features, [valid])
    expected = applied(layer, features, [valid])
    for dtype in (bool, np.uint8, np.int64, np.float64):
        found = applied(layer, features, [valid.astype(dtype)])
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float16, np.float64])
def test_features_of_another_dtype(dtype):
    """What a picture may be stored as counts as the same numbers in float32."""
    features, valid = FEATURES > 0, VALID
    layers = [
        (PartialConv2D(2, 3), lambda one: [one, valid]),
        (GatedConv2D(2, 3), lambda one: one),
        (PyramidFill(levels=0), lambda one: [one, valid.astype(dtype)]),
        (AddInHoles(), lambda one: [one, valid.astype(dtype), one]),
    ]
    for layer, inputs in layers:
        expected = layer(inputs(features.astype(np.float32)))
        found = layer(inputs(features.astype(dtype)))
        if isinstance(layer, PartialConv2D):
            (found, _), (expected, _) = found, expected
        assert numbers(found).dtype == np.float32
        np.testing.assert_array_equal(numbers(found), numbers(expected))


# What is refused.


@pytest.mark.parametrize("kind", [PartialConv2D, GatedConv2D])
@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": 0}, "filters is 0: pass a whole number, 1 or more"),
        ({"filters": 1.5}, "filters is 1.5: pass a whole number, 1 or more"),
        ({"kernel_size": 0}, "kernel_size is 0: pass a whole number, 1 or more"),
        ({"kernel_size": "3"}, "kernel_size is '3': pass a whole number or two"),
        ({"kernel_size": (3, 3, 3)}, r"kernel_size is \(3, 3, 3\): pass a whole number or two"),
        ({"strides": (1, 0)}, "strides is 0: pass a whole number, 1 or more"),
        ({"dilation_rate": 1.0}, "dilation_rate is 1.0: pass a whole number or two"),
        ({"strides": 2, "dilation_rate": (1, 2)}, "both above 1.*let one of them be 1"),
        ({"padding": "causal"}, 'padding is \'causal\': say "same" or "valid"'),
    ],
    ids=str,
)
def test_impossible_arguments_are_refused(kind, arguments, message):
    with pytest.raises(ValueError, match=message):
        kind(**{"filters": 4, "kernel_size": 3, **arguments})


FEATURES, VALID = (one[0] for one in example([3]))


@pytest.mark.parametrize("used", [False, True], ids=["new layer", "used layer"])
@pytest.mark.parametrize(
    "inputs, message",
    [
        (FEATURES, "pass a list of two"),
        ([FEATURES], "pass a list of two"),
        ([FEATURES, VALID, VALID], "pass a list of two"),
        ([[FEATURES], [VALID, VALID]], "1 features but 2 validities: pass one"),
        ([[FEATURES, FEATURES], VALID], "2 features but 1 validities: pass one"),
        ([[], []], "0 features but 0 validities: pass one"),
        ([FEATURES[0], VALID], r"features have shape \(6, 7, 3\): pass \(N, H, W, C\)"),
        ([FEATURES, VALID[..., 0]], r"validity has shape \(2, 6, 7\): pass \(N, H, W, 1\)"),
        ([FEATURES, FEATURES > 0], r"validity has shape \(2, 6, 7, 3\).*one channel"),
        ([FEATURES, VALID[:, :5]], "do not fit.*one N, H and W"),
        ([FEATURES, VALID[:, :, :1]], "do not fit.*one N, H and W"),
        ([FEATURES, VALID[:1]], "do not fit.*one N, H and W"),
        ([[FEATURES, FEATURES[:, 1:]], [VALID, VALID[:, 1:]]], "do not fit.*one N, H and W"),
        ([FEATURES, 0.5 * VALID], "something else than 0 and 1: pass 1 = known"),
        ([FEATURES, -VALID], "something else than 0 and 1: pass 1 = known"),
        ([FEATURES, np.where(VALID > 0, 1, np.nan)], "something else than 0 and 1"),
        ([[FEATURES] * 2, [VALID, 255 * VALID]], "something else than 0 and 1"),
    ],
)
def test_impossible_inputs_are_refused(inputs, message, used):
    layer = PartialConv2D(4, 3)
    if used:
        layer([FEATURES, VALID])
    with pytest.raises(ValueError, match=message) as caught:
        layer(inputs)
    assert "\n" not in str(caught.value)  # our sentence, not wrapped in Keras's


@pytest.mark.parametrize(
    "layer, given", [(PartialConv2D, [FEATURES, VALID]), (GatedConv2D, FEATURES)]
)
def test_a_window_larger_than_the_picture_is_refused(layer, given):
    with pytest.raises(ValueError, match="window of 9 pixels and is given a side of 6") as caught:
        layer(4, 9, padding="valid")(given)
    assert "\n" not in str(caught.value)
    layer(4, 9)(given)


def test_what_is_no_array_or_not_what_a_layer_was_built_for_is_refused():
    partial, gated = PartialConv2D(4, 3), GatedConv2D(4, 3)
    for layer, inputs in ((partial, [None, VALID]), (partial, [FEATURES, "v"]), (gated, None)):
        with pytest.raises(TypeError, match="pass arrays or tensors"):
            layer(inputs)
    partial([FEATURES, VALID])
    gated(FEATURES)
    more = np.concatenate([FEATURES, FEATURES], axis=-1)
    for layer, inputs in ((partial, [more, VALID]), (gated, more)):
        with pytest.raises(ValueError, match=r"built for features of \[3\] channels.*given \[6\]"):
            layer(inputs)
    with pytest.raises(ValueError, match=r"pass \(N, H, W, C\)"):
        gated(FEATURES[0])


@pytest.mark.parametrize("shape", [(None, None, None), (8, 3), (8, 8, 8, 3)])
def test_impossible_symbols_are_refused(shape):
    valid = keras.Input((None, None, 1))
    for layer, inputs in ((PartialConv2D(4, 3), [keras.Input(shape), valid]),
                          (GatedConv2D(4, 3), keras.Input(shape))):  # fmt: skip
        with pytest.raises(ValueError, match=r"pass \(N, H, W, C\) with a known C"):
            layer(inputs)
    with pytest.raises(ValueError, match=r"pass \(N, H, W, 1\)"):
        PartialConv2D(4, 3)([keras.Input((None, None, 3)), keras.Input(shape)])


# GatedConv2D


@pytest.mark.parametrize("arguments", CONVOLUTIONS[2:6], ids=str)
def test_a_gated_convolution_is_two_of_keras_s(arguments):
    (features,), _ = example([3])
    gated = GatedConv2D(4, **arguments)
    gated.build(features.shape)
    random = np.random.RandomState(0)
    gated.set_weights([random.normal(size=w.shape) for w in gated.get_weights()])
    kernel, bias = gated.get_weights()
    halves = []
    for half, activation in ((slice(0, 4), "elu"), (slice(4, 8), "sigmoid")):
        plain = keras.layers.Conv2D(4, **{"padding": "same", **arguments}, activation=activation)
        plain.build(features.shape)
        plain.set_weights([kernel[..., half], bias[half]])
        halves.append(numbers(compiled(plain)(features)))
    product = halves[0] * halves[1]
    np.testing.assert_allclose(numbers(compiled(gated)(features)), product, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(numbers(gated.gate(features)), halves[1], rtol=1e-4, atol=1e-4)


def test_a_gated_convolution_in_a_saved_model(tmp_path):
    picture = keras.Input((None, None, 3))
    gated = GatedConv2D(4, 3, activation="relu", use_bias=False, dtype="mixed_float16")
    model = keras.Model(picture, gated(picture))
    assert model.count_params() == 2 * 3 * 3 * 3 * 4
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    (features,), _ = example([3])
    results = [numbers(one.predict(features, verbose=0)) for one in (model, loaded)]
    np.testing.assert_array_equal(*results)
    assert gated.compute_dtype == "float16" and results[0].min() >= 0 < results[0].max()


@pytest.mark.parametrize("arguments", CONVOLUTIONS, ids=str)
def test_the_shapes_that_are_promised_are_those_that_come(arguments):
    features, valid = example([3, 2])
    layer, given = PartialConv2D(4, **arguments), arranged(features, valid)
    promised = layer.compute_output_shape([[one.shape for one in each] for each in given])
    assert promised == [tuple(one.shape) for one in layer(given)]
    gated = GatedConv2D(4, **arguments)
    assert gated.compute_output_shape(features[0].shape) == tuple(gated(features[0]).shape)
    unknown = keras.Input((None, None, 3))
    assert gated.compute_output_shape(unknown.shape) == (None, None, None, 4)


# PyramidFill and AddInHoles


def test_a_pyramid_keeps_what_is_known_and_stays_within_it():
    random = np.random.RandomState(0)
    picture = random.random_sample((3, 8, 16, 2)).astype(np.float32)
    valid = (random.random_sample((3, 8, 16, 1)) < 0.1).astype(np.float32)
    known = valid[..., 0] > 0
    for levels, sweeps in ((3, 2), (0, 1)):
        fill = PyramidFill(levels, sweeps)
        filled = numbers(compiled(fill)([picture * valid, valid]))
        np.testing.assert_array_equal(filled[known], picture[known])
        for one, original, seen in zip(filled, picture, known, strict=True):
            assert original[seen].min() - 1e-5 <= one.min()
            assert one.max() <= original[seen].max() + 1e-5
        assert PyramidFill.from_config(fill.get_config()).get_config() == fill.get_config()
        one_colour = numbers(compiled(fill)([0 * picture + 0.25 * valid, valid]))
        np.testing.assert_allclose(one_colour, 0.25, rtol=1e-5)
        assert not numbers(compiled(fill)([0 * picture, 0 * valid])).any()


def test_a_pyramid_without_sweeps_takes_the_mean_of_the_block():
    picture = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    valid = np.zeros((1, 4, 4, 1), np.float32)
    valid[0, [0, 1, 3], [0, 1, 3]] = 1  # 0, 5 and 15: two blocks of 2 x 2 have none of their own
    mean = (2.5 + 15) / 2  # of the two blocks that know something
    expected = np.array([[0, 2.5, mean, mean], [2.5, 5, mean, mean],
                         [mean, mean, 15, 15], [mean, mean, 15, 15]])  # fmt: skip
    filled = numbers(PyramidFill(levels=2, sweeps=0)([picture * valid, valid]))
    np.testing.assert_allclose(filled[0, ..., 0], expected, rtol=1e-5)


@pytest.mark.parametrize("wrong", [{"levels": -1}, {"sweeps": 1.5}])
def test_an_impossible_pyramid_is_refused(wrong):
    with pytest.raises(ValueError, match="pass a whole number, 0 or more"):
        PyramidFill(**wrong)


def test_a_pyramid_takes_odd_sides_as_if_unknown_pixels_stood_beyond_them():
    random = np.random.RandomState(0)
    valid = np.zeros((2, 8, 8, 1), np.float32)
    valid[:, :5, :7] = random.rand(2, 5, 7, 1) < 0.3
    picture = random.rand(2, 8, 8, 3).astype(np.float32) * valid
    fill = PyramidFill(levels=2, sweeps=0)
    whole = numbers(fill([picture, valid]))[:, :5, :7]
    np.testing.assert_allclose(
        numbers(fill([picture[:, :5, :7], valid[:, :5, :7]])), whole, rtol=1e-5
    )
    smoothed = numbers(
        PyramidFill()([0 * picture[:, :5, :7] + 0.25 * valid[:, :5, :7], valid[:, :5, :7]])
    )
    np.testing.assert_allclose(smoothed, 0.25, rtol=1e-5)


def test_a_pyramid_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="do not fit") as caught:
        PyramidFill(levels=1)([np.ones((1, 4, 8, 3)), np.ones((1, 8, 8, 1))])
    assert "\n" not in str(caught.value)


def test_what_is_added_in_holes_is_clipped_without_cutting_the_gradient():
    fill = np.array([0.5, 0.5, 0.5, 0.9, 0.1], np.float32).reshape(1, 1, 5, 1)
    valid = np.array([1, 0, 0, 0, 0], np.float32).reshape(1, 1, 5, 1)
    correction = np.array([0.3, 0.3, -0.3, 0.3, -0.3], np.float32).reshape(1, 1, 5, 1)
    mended = numbers(AddInHoles()([fill, valid, correction])).ravel()
    np.testing.assert_allclose(mended, [0.5, 0.8, 0.2, 1.0, 0.0], atol=1e-6)
    tensors = [ops.convert_to_tensor(one) for one in (fill, valid)]
    (slope,) = gradients(lambda one: ops.sum(AddInHoles()([*tensors, one])), correction)
    np.testing.assert_array_equal(slope.ravel(), [0, 1, 1, 1, 1])
