"""Partial and gated convolution: the convolutions that know about holes."""

import math

import keras
from keras import ops

from course_lib._validation import brief, check_count, is_one_of
from course_lib.layers._inputs import (
    check_binary,
    check_channels,
    check_features,
    check_shapes,
    check_sides,
    known_only,
    shape_of,
)


class _Convolution(keras.layers.Layer):
    """What both take: the arguments of Keras's two-dimensional convolution, checked."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="same",
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = check_count("filters", filters, lowest=1)
        self.kernel_size = check_sides("kernel_size", kernel_size)
        self.strides = check_sides("strides", strides)
        self.dilation_rate = check_sides("dilation_rate", dilation_rate)
        if not is_one_of(padding, ("same", "valid")):
            raise ValueError(f'padding is {brief(padding)}: say "same" or "valid".')
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "strides and dilation_rate are both above 1, which TensorFlow's convolution does "
                "not offer: let one of them be 1."
            )
        self.padding = padding
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

    def _add_weights(self, channels, filters):
        self.kernel = self.add_weight(
            (*self.kernel_size, channels, filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight((filters,), initializer=self.bias_initializer, name="bias")

    def _placed(self, shape):
        """(N, H', W') for features (N, H, W, C); a side that is not known is None."""
        placed = []
        for side, size, stride, rate in zip(
            shape[1:3], self.kernel_size, self.strides, self.dilation_rate, strict=True
        ):
            lost = 0 if self.padding == "same" else rate * (size - 1)
            if side is not None and side <= lost:
                raise ValueError(
                    f"{self.name} has a window of {lost + 1} pixels and is given a side of {side}: "
                    'pass larger pictures, or padding="same".'
                )
            placed.append(None if side is None else math.ceil((side - lost) / stride))
        return shape[0], *placed

    def _convolve(self, features, kernel):
        return ops.conv(
            features,
            kernel,
            strides=self.strides,
            padding=self.padding,
            dilation_rate=self.dilation_rate,
            data_format="channels_last",
        )

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
        }


@keras.saving.register_keras_serializable(package="inpainting_course")
class PartialConv2D(_Convolution):
    """A convolution that sees known pixels only, and is scaled up for the ones it misses.

    At each place of the window, with W the kernel, b the bias, X the features and M the validity
    under it, and 1 a window full of ones::

        x' = W . (X * M) * sum(1) / sum(M) + b    if sum(M) > 0,    else 0      (Liu, eq. 1)
        m' = 1                                    if sum(M) > 0,    else 0      (Liu, eq. 2)

    In the paper M has C channels, and so has 1: sum(1) = kh * kw * C. Here all channels of one
    input share one mask, so one channel of it says the same: sum(1) / sum(M) = kh * kw / n, with n
    valid pixels in the window. Forget C in sum(1), as several public versions do, and each layer
    leaves 1/C of the signal.

    Several inputs, as at a U-Net's skip, are concatenated in their order, and each keeps its own
    validity: sum(M) counts each mask once for each channel of its input. The new validity is 1
    where any of them had a valid pixel in the window.

    Padding counts as hole, so at the border of a known picture the window is scaled up as well. A
    blind window, one without a valid pixel, gives 0 even after bias and activation. What stands in
    holes is never read: not even NaN there reaches the output. No gradient reaches the validity.

    Args:
        filters: channels of the output, 1 or more.
        kernel_size, strides, dilation_rate: a whole number of 1 or more, or two of them,
            (height, width). Strides and dilation cannot both be above 1.
        padding: "same" (the output's sides are the input's, divided by the strides and rounded
            up) or "valid" (windows inside the picture only).
        activation: a Keras activation, its name, or None for linear.
        use_bias: whether there is a bias b.
        kernel_initializer, bias_initializer, kernel_regularizer: as in keras.layers.Conv2D.
        **kwargs: name, dtype, trainable: as in every Keras layer.

    Call arguments:
        inputs: [features, valid], or [[features, ...], [valid, ...]] for several of them, all of
            one size: features (N, H, W, C), valid (N, H, W, 1), every value 0 or 1.

    Output:
        [features, valid]: (N, H', W', filters) and (N, H', W', 1), both in the layer's compute
        dtype. The counting is done in float32, so mixed precision loses none.

    Raises:
        TypeError, ValueError: if an argument or a shape is not as above, or a validity that can be
            seen (outside a compiled function) holds anything but 0 and 1.

    Source: Liu et al., Image inpainting for irregular holes using partial convolutions, 2018,
    section 3.1, https://arxiv.org/abs/1804.07723.

    Example:
        >>> import numpy as np
        >>> layer = PartialConv2D(1, 3, kernel_initializer="ones")
        >>> valid = np.zeros((1, 5, 5, 1), np.float32)
        >>> valid[0, 1, 1] = 1
        >>> features, new_valid = layer([np.full((1, 5, 5, 1), 0.5, np.float32), valid])
        >>> float(features[0, 0, 0, 0]), float(features[0, 4, 4, 0])  # 0.5 * 9 / 1, and blind
        (4.5, 0.0)
        >>> int(keras.ops.sum(new_valid))
        9
    """

    def __init__(self, filters, kernel_size, *args, **kwargs):
        super().__init__(filters, kernel_size, *args, **kwargs)
        # An activation that keeps 0 needs no second masking. Tried out here rather than in
        # ``build``, which may run inside a compiled function, where no value can be seen.
        at_zero = self.activation(ops.zeros((1, 1, 1, self.filters), "float32"))
        self.keeps_zero = not ops.convert_to_numpy(at_zero).any()

    def build(self, input_shape):
        features, _ = _each(input_shape, _is_shape)
        self.channels = [shape[-1] for shape in features]
        self._add_weights(sum(self.channels), self.filters)
        # One mask channel for each input, weighted by that input's channels. Only the ratio
        # counts, so the smallest whole weights will do: for one input, 1.
        divisor = math.gcd(*self.channels)
        self.mask_weights = [channels // divisor for channels in self.channels]
        self.built = True

    def compute_output_shape(self, input_shape):
        features, _ = _each(input_shape, _is_shape)
        placed = self._placed(features[0])
        return [(*placed, self.filters), (*placed, 1)]

    def __call__(self, inputs, **kwargs):
        # Here and not in ``call``, where Keras would wrap the message in its own.
        features, valid = _each(inputs, _is_tensor)
        check_shapes([shape_of(one) for one in features], [shape_of(one) for one in valid])
        for one in valid:
            check_binary(one)
        check_channels(self, [one.shape[-1] for one in features])
        self._placed(features[0].shape)
        return super().__call__(inputs, **kwargs)

    def call(self, inputs):
        # k inputs: features (N, H, W, C_i), valid (N, H, W, 1); H', W' after strides and padding
        features, valid = _each(inputs, _is_tensor)
        features = [ops.cast(one, self.compute_dtype) for one in features]  # Keras casts floats
        valid = [ops.cast(one, self.compute_dtype) for one in valid]  # only, not bool or uint8
        count = self._count(valid)  # sum(M), (N, H', W', 1), float32
        new_valid = ops.cast(count > 0, self.compute_dtype)  # m', equation 2
        window = math.prod(self.kernel_size) * sum(self.mask_weights)  # sum(1)
        ratio = ops.cast(window / ops.maximum(count, 1), self.compute_dtype) * new_valid
        known = [known_only(*one) for one in zip(features, valid, strict=True)]
        known = ops.concatenate(known, axis=-1)  # X * M, (N, H, W, C), C the sum of all C_i
        output = self._convolve(known, self.kernel) * ratio  # (N, H', W', F), equation 1 ...
        if self.use_bias:
            output = output + self.bias * new_valid  # ... 0 + 0 where the window is blind
        output = self.activation(output)
        return [output if self.keeps_zero else output * new_valid, new_valid]

    def _count(self, valid):
        """sum(M) at each place: whole numbers, so float32 holds them exactly."""
        valid = [ops.stop_gradient(ops.cast(one, "float32")) for one in valid]
        valid = ops.concatenate(valid, axis=-1)  # (N, H, W, k)
        weights = ops.reshape(ops.convert_to_tensor(self.mask_weights, "float32"), (1, 1, -1, 1))
        return self._convolve(valid, ops.tile(weights, (*self.kernel_size, 1, 1)))


@keras.saving.register_keras_serializable(package="inpainting_course")
class GatedConv2D(_Convolution):
    """A convolution with a learned, soft validity for each channel of each pixel.

    Two convolutions of the same window; the second, through a sigmoid, decides how much of the
    first is let through::

        x' = activation(W_f . X + b_f) * sigmoid(W_g . X + b_g)

    When you want it: for free-form holes in deep networks, where a partial convolution's mask is
    soon all ones and tells the later layers nothing. Give the mask as one more channel of the
    first layer's input. What it lacks compared with ``PartialConv2D`` is the renormalisation.

    Args:
        activation: of the features, "elu" by default as in the paper.
        everything else: as in ``PartialConv2D``.

    Call arguments:
        features: (N, H, W, C).

    Output:
        (N, H', W', filters), in the layer's compute dtype.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Source: Yu et al., Free-form image inpainting with gated convolution, 2019, section 3.1,
    https://arxiv.org/abs/1806.03589.

    Example:
        >>> import numpy as np
        >>> layer = GatedConv2D(4, 3, activation=None)
        >>> layer(np.ones((1, 8, 8, 2), np.float32)).shape == (1, 8, 8, 4)
        True
    """

    def __init__(self, filters, kernel_size, *args, activation="elu", **kwargs):
        super().__init__(filters, kernel_size, *args, activation=activation, **kwargs)

    def build(self, input_shape):
        self.channels = [input_shape[-1]]
        self._add_weights(input_shape[-1], 2 * self.filters)
        self.built = True

    def compute_output_shape(self, input_shape):
        return (*self._placed(input_shape), self.filters)

    def __call__(self, features, **kwargs):
        check_features(shape_of(features))
        check_channels(self, [features.shape[-1]])
        self._placed(features.shape)
        return super().__call__(features, **kwargs)

    def call(self, features):
        features, gate = self._both(features)
        return self.activation(features) * ops.sigmoid(gate)

    def gate(self, features):
        """How much a layer that has been called lets through, (N, H', W', filters), 0 to 1."""
        return ops.sigmoid(self._both(features)[1])

    def _both(self, features):
        both = self._convolve(ops.cast(features, self.compute_dtype), self.kernel)
        if self.use_bias:
            both = both + self.bias
        return ops.split(both, 2, axis=-1)


def _each(inputs, is_one):
    """The lists of features and of validities, from [features, valid] or [[...], [...]]."""
    if not isinstance(inputs, list | tuple) or len(inputs) != 2:
        raise ValueError(
            "PartialConv2D takes [features, valid], or [[features, ...], [valid, ...]] for "
            "several inputs: pass a list of two."
        )
    features, valid = ([one] if is_one(one) else list(one) for one in inputs)
    if len(features) != len(valid) or not features:
        raise ValueError(
            f"there are {len(features)} features but {len(valid)} validities: pass one (N, H, W, "
            "1) for each."
        )
    return features, valid


def _is_tensor(one):
    return not isinstance(one, list | tuple)


def _is_shape(one):
    return all(side is None or isinstance(side, int) for side in one)
