"""Layers for holes: partial, gated and Fourier convolution, and fills to begin with.

All work on (N, H, W, channels), channels last, with ``keras.ops`` alone, so on TensorFlow, JAX
and PyTorch. ``valid`` is float (N, H, W, 1), 1 = known and 0 = hole: the M of Liu et al. 2018 with
one channel instead of C equal ones.
"""

import math

import keras
import numpy as np
from keras import ops

from course_lib._validation import brief, check_count, is_number, is_one_of, is_whole

FAR_OFF = -1e4  # added to what a place must not look at; float16 still holds it
TINY = 1e-12  # added to what a conjugate gradient step divides by, which is 0 at the goal


class _Convolution(keras.layers.Layer):
    """What both layers take: Keras's arguments of a two-dimensional convolution, checked."""

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
        self.kernel_size = _check_sides("kernel_size", kernel_size)
        self.strides = _check_sides("strides", strides)
        self.dilation_rate = _check_sides("dilation_rate", dilation_rate)
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

    There M has C channels, and so has 1: sum(1) = kh * kw * C. All channels of one input share
    one mask here, so one channel of it says the same: sum(1) / sum(M) = kh * kw / n, with n valid
    pixels in the window. Forget C in sum(1), as several public versions do, and each layer leaves
    1/C of the signal.

    Several inputs, as on a U-Net's skip, are concatenated in their order, and each keeps its own
    validity: sum(M) counts each mask once for each channel of its input. The new validity is 1
    where any of them had a valid pixel in the window.

    Padding counts as hole, so at the border of a known picture the window is scaled up as well. A
    blind window, one without a valid pixel, gives 0 after bias and activation. What stands in
    holes is never read: not even NaN there reaches the output. The validity gets no gradient.

    Args:
        filters: channels of the output, 1 or more.
        kernel_size, strides, dilation_rate: a whole number of 1 or more, or two of them,
            (height, width). Strides and dilation cannot both be above 1.
        padding: "same" (the output's sides are the input's, divided by the strides and rounded
            up) or "valid" (windows inside the picture only).
        activation: a Keras activation, its name, or None for linear.
        use_bias: whether there is a b.
        kernel_initializer, bias_initializer, kernel_regularizer: as in keras.layers.Conv2D.
        **kwargs: name, dtype, trainable: as in every Keras layer.

    Call arguments:
        inputs: [features, valid], or [[features, ...], [valid, ...]] for several of them, all of
            one size: features (N, H, W, C), valid (N, H, W, 1), every value 0 or 1.

    Output:
        [features, valid]: (N, H', W', filters) and (N, H', W', 1), both in the layer's compute
        dtype. The counting is done in float32, so mixed precision loses none.

    Raises:
        ValueError: if an argument or a shape is not as above, or a validity that can be seen
            (outside a compiled function) holds something else than 0 and 1.

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
        # An activation that keeps 0 needs no second masking. Tried out here and not in ``build``,
        # which may run inside a compiled function, where no value can be seen.
        at_zero = self.activation(ops.zeros((1, 1, 1, self.filters), "float32"))
        self.keeps_zero = not ops.convert_to_numpy(at_zero).any()

    def build(self, input_shape):
        features, _ = _each(input_shape, _is_shape)
        self.channels = [shape[-1] for shape in features]
        self._add_weights(sum(self.channels), self.filters)
        # One mask channel for each input, weighed by that input's channels. Only the ratio
        # counts, so the smallest whole weights will do: for one input, 1.
        divisor = math.gcd(*self.channels)
        self.mask_weights = [channels // divisor for channels in self.channels]
        self.built = True

    def __call__(self, inputs, **kwargs):
        # Here and not in ``call``, where Keras would wrap the message in its own.
        features, valid = _each(inputs, _is_tensor)
        _check_shapes([_shape(one) for one in features], [_shape(one) for one in valid])
        for one in valid:
            _check_binary(one)
        _check_channels(self, [one.shape[-1] for one in features])
        return super().__call__(inputs, **kwargs)

    def call(self, inputs):
        # k inputs: features (N, H, W, C_i), valid (N, H, W, 1); H', W' after strides and padding
        features, valid = _each(inputs, _is_tensor)
        features = [ops.cast(one, self.compute_dtype) for one in features]  # Keras casts floats
        valid = [ops.cast(one, self.compute_dtype) for one in valid]  # alone, no bool or uint8
        count = self._count(valid)  # sum(M), (N, H', W', 1), float32
        new_valid = ops.cast(count > 0, self.compute_dtype)  # m', equation 2
        window = math.prod(self.kernel_size) * sum(self.mask_weights)  # sum(1)
        ratio = ops.cast(window / ops.maximum(count, 1), self.compute_dtype) * new_valid
        known = [_known(*one) for one in zip(features, valid, strict=True)]
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

    Two convolutions of the same window; the second, through a sigmoid, says how much of the first
    is let through::

        x' = activation(W_f . X + b_f) * sigmoid(W_g . X + b_g)

    When you want it: for free-form holes in deep networks, where a partial convolution's mask is
    soon all ones and tells the later layers nothing. Give the mask as one more channel of the
    first layer's input. There is no renormalisation: what it loses against ``PartialConv2D``.

    Args:
        activation: of the features, "elu" by default as in the paper.
        everything else: as in ``PartialConv2D``.

    Call arguments:
        features: (N, H, W, C).

    Output:
        (N, H', W', filters), in the layer's compute dtype.

    Raises:
        ValueError: if an argument is not as above.

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

    def __call__(self, features, **kwargs):
        _check_features(_shape(features))
        _check_channels(self, [features.shape[-1]])
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


@keras.saving.register_keras_serializable(package="inpainting_course")
class FourierConv2D(keras.layers.Layer):
    """A 1 x 1 convolution of the picture's spectrum: with ReLU one layer sees the whole picture.

    With F the discrete Fourier transform of each channel over height and width, and Re and Im of
    each frequency as two channels of real numbers::

        x' = F^-1( activation( W . [Re F(X), Im F(X)] + b ) )

    Every frequency is a sum over all pixels, so with an activation every output depends on every
    input, however large the picture, and the weights do not grow with it. It is the Fourier unit of
    fast Fourier convolution and of LaMa, without their batch normalisation; there it works beside
    an ordinary convolution, which sees what is near.

    Beyond its border the transform takes the picture to go on with its other side. With a linear
    activation, weights that multiply complex numbers, and no bias the layer is a circular
    convolution. A bias on every frequency is an impulse in the picture's first pixel: hence none
    by default.

    Args:
        filters: channels of the output, 1 or more.
        activation: of the spectrum, real and imaginary parts alike; "relu" as in the paper's code.
        use_bias: whether there is a b.
        kernel_initializer: of W.
        **kwargs: name, dtype, trainable: as in every Keras layer.

    Call arguments:
        features: (N, H, W, C), any H and W.

    Output:
        (N, H, W, filters), in the layer's compute dtype; the transforms run in float32.

    Weights: kernel (2 C, 2 filters), bias (2 filters,), real parts first.

    Raises:
        ValueError: if an argument is not as above.

    Source: Chi, Jiang, Mu: Fast Fourier convolution, 2020, section 3.2; Suvorov et al.,
    Resolution-robust large mask inpainting with Fourier convolutions, 2022, section 2.1,
    https://arxiv.org/abs/2109.07161. Both transform with norm "ortho", as here.

    Example:
        >>> import numpy as np
        >>> picture = np.zeros((1, 8, 8, 1), np.float32)
        >>> picture[0, 2, 3] = 1
        >>> same = FourierConv2D(1, activation=None, kernel_initializer="identity")
        >>> bool((abs(same(picture) - picture) < 1e-6).numpy().all())
        True
    """

    def __init__(
        self,
        filters,
        activation="relu",
        use_bias=False,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = check_count("filters", filters, lowest=1)
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        self.channels = [input_shape[-1]]
        both = 2 * self.filters  # real and imaginary
        self.kernel = self.add_weight(
            (2 * input_shape[-1], both), initializer=self.kernel_initializer, name="kernel"
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight((both,), initializer="zeros", name="bias")
        self.built = True

    def __call__(self, features, **kwargs):
        _check_features(_shape(features))
        _check_channels(self, [features.shape[-1]])
        return super().__call__(features, **kwargs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)

    def call(self, features):
        features = ops.cast(features, "float32")
        spectrum = ops.concatenate(_spectrum(features), axis=-1)  # (N, H, W // 2 + 1, 2 C)
        spectrum = ops.matmul(spectrum, ops.cast(self.kernel, "float32"))
        if self.use_bias:
            spectrum = spectrum + ops.cast(self.bias, "float32")
        real, imaginary = ops.split(self.activation(spectrum), 2, axis=-1)
        pictures = _from_spectrum(real, imaginary, ops.shape(features)[2])
        # The inverse transform forgets how many channels there are.
        pictures = ops.reshape(pictures, (*ops.shape(features)[:3], self.filters))
        return ops.cast(pictures, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


@keras.saving.register_keras_serializable(package="inpainting_course")
class ContextualAttention(keras.layers.Layer):
    """Every place looks at all known patches, and takes from those that are like its own.

    With f the patch of features around a place and b a patch that lies whole in the known part,
    the place looks at b with the weight

        softmax over all b of  sharpness * cosine(f, b)                  (Yu, section 3.2)

    and takes the mean of the patches b by these weights. Where patches overlap, their values are
    averaged; known pixels stay as they came. Nothing is trained, and the reach is the picture.

    What stands in a hole *is* read here: it is the guess that the search begins with, in the paper
    the features of a coarse network. A guess of 0 is alike to everything. Weights between places
    are computed for all pairs: (H W)^2 numbers a picture. The paper's second step, in which
    neighbours' weights are mixed, is left out.

    Args:
        size: of a patch in pixels, an odd number.
        sharpness: above 0, up to 1,000; large ones copy the best patch, small ones average all.
        **kwargs: name, dtype: as in every Keras layer.

    Call arguments:
        inputs: [features, valid], (N, H, W, C) and (N, H, W, 1), validity 0 or 1; H and W no
            smaller than size.

    Output:
        (N, H, W, C). Where no patch lies whole in the known part, all weights are equal.

    Raises:
        ValueError: if an argument or a shape is not as above.

    Source: Yu et al., Generative image inpainting with contextual attention, 2018, section 3.2,
    https://arxiv.org/abs/1801.07892.

    Example:
        >>> import numpy as np
        >>> stripes = np.tile([0.2, 0.8, 0.5], (1, 9, 4))[..., None].astype("float32")
        >>> valid = np.ones((1, 9, 12, 1), np.float32)
        >>> valid[:, 4, 6] = 0
        >>> layer = ContextualAttention(sharpness=200)
        >>> round(float(layer([stripes, valid])[0, 4, 6, 0]), 3)
        0.2
    """

    def __init__(self, size=3, sharpness=10.0, **kwargs):
        super().__init__(**kwargs)
        self.size = check_count("size", size, lowest=1)
        if size % 2 == 0:
            raise ValueError(f"size is {size}: a patch has a middle, so pass an odd number.")
        if not is_number(sharpness) or not 0 < sharpness <= 1_000:  # FAR_OFF hides nothing above
            raise ValueError(
                f"sharpness is {brief(sharpness)}: pass a number above 0, up to 1,000."
            )
        self.sharpness = float(sharpness)

    def __call__(self, inputs, **kwargs):
        features, valid = inputs
        _check_shapes([_shape(features)], [_shape(valid)])
        return super().__call__(inputs, **kwargs)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def call(self, inputs):
        features, valid = (ops.cast(one, self.compute_dtype) for one in inputs)
        patches = self._patches(features)  # (N, H W, size^2 C)
        taken = ops.matmul(self.weights_of(features, valid), patches)
        return ops.where(valid > 0, features, self._overlapped(taken, ops.shape(features)))

    def weights_of(self, features, valid):
        """How much each place looks at each: (N, H W, H W), row by row, every row's sum is 1."""
        features, valid = (ops.cast(one, self.compute_dtype) for one in (features, valid))
        patches = self._patches(features)
        squared = ops.sum(ops.square(patches), axis=-1, keepdims=True)
        patches = patches * ops.rsqrt(squared + 1e-7)  # of length 1; a patch of 0 stays 0
        alike = ops.matmul(patches, ops.transpose(patches, (0, 2, 1)))
        whole = ops.min(self._patches(valid), axis=-1)  # beyond the border there is no picture
        return ops.softmax(self.sharpness * alike + FAR_OFF * (1 - whole[:, None]), axis=-1)

    def _patches(self, features):
        """The patch around every place, 0 beyond the border: (N, H W, size^2 C)."""
        count, height, width, _ = ops.shape(features)
        channels = features.shape[-1]
        patches = ops.image.extract_patches(
            features, self.size, strides=1, padding="same", data_format="channels_last"
        )
        return ops.reshape(patches, (count, height * width, self.size**2 * channels))

    def _overlapped(self, patches, shape):
        """Patches laid where they belong, and averaged where several lie: ``shape``."""
        count, height, width, channels = shape
        numbers = self.size**2 * channels
        patches = ops.reshape(patches, (count, height, width, numbers))
        ones = ops.ones((1, height, width, numbers), self.compute_dtype)
        # Number k of a patch goes to its own place around the middle, and to its own channel.
        place = ops.reshape(
            ops.eye(numbers, dtype=self.compute_dtype), (self.size, self.size, channels, numbers)
        )
        total, amount = (ops.conv_transpose(one, place, 1, "same") for one in (patches, ones))
        return total / amount

    def get_config(self):
        return {**super().get_config(), "size": self.size, "sharpness": self.sharpness}


@keras.saving.register_keras_serializable(package="inpainting_course")
class PyramidFill(keras.layers.Layer):
    """A crude classical fill with no weights: something better than black for a network to mend.

    The picture is halved again and again, every coarse pixel the mean of the known ones below it,
    until no hole is left or ``levels`` are reached; what is unknown even there gets the mean of
    all known pixels. On the way up each level takes its holes from the level below, and smooths
    them by ``sweeps`` rounds of replacing a hole pixel by the mean of its 3 x 3 neighbourhood.
    It is a multigrid sketch of ``classical.harmonic``, made of poolings, so that it runs inside
    a network and on a GPU. Nothing in it is trained and no gradient flows through it.

    Args:
        levels: halvings, 0 or more; an odd side is rounded up.
        sweeps: rounds of smoothing on each level, 0 or more.
        **kwargs: name, dtype: as in every Keras layer.

    Call arguments:
        inputs: [damaged, valid], (N, H, W, C) and (N, H, W, 1), validity 0 or 1; what stands in
            holes is not used, but has to be finite.

    Output:
        (N, H, W, C): known pixels as they came, holes between the least and the greatest known
        value of their picture. A picture without a known pixel is 0.

    Raises:
        ValueError: if levels or sweeps is no whole number of 0 or more, or the shapes are not as
            above.

    Source: pull and push, Gortler et al., The Lumigraph, 1996, section 3.4.

    Example:
        >>> import numpy as np
        >>> valid = np.ones((1, 4, 4, 1), np.float32)
        >>> valid[0, 1:3, 1:3] = 0
        >>> filled = PyramidFill(levels=2)([0.25 * valid, valid])
        >>> float(keras.ops.min(filled)), float(keras.ops.max(filled))
        (0.25, 0.25)
    """

    def __init__(self, levels=4, sweeps=4, **kwargs):
        super().__init__(**kwargs)
        self.levels = check_count("levels", levels)
        self.sweeps = check_count("sweeps", sweeps)

    def __call__(self, inputs, **kwargs):
        features, valid = inputs
        _check_shapes([_shape(features)], [_shape(valid)])
        return super().__call__(inputs, **kwargs)

    def call(self, inputs):
        features, valid = (ops.cast(one, self.compute_dtype) for one in inputs)
        return ops.stop_gradient(self._fill(features, valid, self.levels))

    def _fill(self, features, valid, levels):
        if levels == 0:
            known = ops.sum(valid, axis=(1, 2), keepdims=True)
            total = ops.sum(features * valid, axis=(1, 2), keepdims=True)
            return ops.where(valid > 0, features, total / ops.maximum(known, 1))
        pool = {"padding": "same", "data_format": "channels_last"}
        known = ops.average_pool(valid, 2, 2, **pool)
        total = ops.average_pool(features * valid, 2, 2, **pool)
        half = self._fill(total / ops.maximum(known, 1e-3), ops.sign(known), levels - 1)
        below = ops.repeat(ops.repeat(half, 2, axis=1), 2, axis=2)
        below = below[:, : ops.shape(features)[1], : ops.shape(features)[2]]  # odd sides
        filled = ops.where(valid > 0, features, below)
        for _ in range(self.sweeps):
            smooth = ops.average_pool(filled, 3, 1, **pool)
            filled = ops.where(valid > 0, features, smooth)
        return filled

    def get_config(self):
        return {**super().get_config(), "levels": self.levels, "sweeps": self.sweeps}


@keras.saving.register_keras_serializable(package="inpainting_course")
class GaussianFieldFill(keras.layers.Layer):
    """A fill that has learned what neighbouring pixels owe each other: a Gaussian random field.

    The layer's only weights are small filters F. The holes x get the values under which the
    filters answer least, while known pixels stay fixed::

        minimise E(x) = sum over filters and places of (F * x)^2

    Filters that take differences of neighbours make this ``classical.harmonic``, the Laplacian as
    filter makes it the biharmonic fill; learned ones do better. Under the field's density,
    proportional to exp(-E), the fill is the mean of the holes given the known pixels.

    Where E is least, its gradient in the holes, F' * F * x (F' turns the filter round), is 0. That
    is one large linear system for the whole picture, which is never written down: each step of
    conjugate gradients applies F and F' once. It starts from ``PyramidFill`` and is scaled by the
    system's diagonal, one number a colour. So that no window hangs over the edge, the picture
    gets a border of kernel_size - 1 unknown pixels, filled with the rest and cut off again.
    Gradients flow through the steps to the filters and to the known pixels, not through the start.

    Args:
        filters: how many, at least one for each colour.
        kernel_size: their side in pixels, 3 or more.
        steps: of conjugate gradients, 0 or more; with 0 it is ``PyramidFill``.
        **kwargs: name, dtype, trainable: as in every Keras layer.

    Call arguments:
        inputs: [damaged, valid], (N, H, W, C) and (N, H, W, 1), of any size, validity 0 or 1;
            what stands in holes is never read, not even NaN.

    Output:
        (N, H, W, C): known pixels bit for bit as they came. Holes are not clipped: as with the
        biharmonic fill they may leave the range of the known pixels a little. A picture without a
        known pixel is 0. Computed in the weights' dtype, float32 under mixed precision too.

    Weights: kernel (kernel_size, kernel_size, C, filters). At first one Laplacian a colour; the
    others are small and random, since a filter of 0 would never get a gradient.

    Raises:
        ValueError: if an argument or a shape is not as above.

    Source: Roth and Black, Fields of Experts, 2009, https://doi.org/10.1007/s11263-008-0197-6,
    with the square in place of its experts' logarithm, which makes the field Gaussian; the steps:
    Saad, Iterative methods for sparse linear systems, 2003, algorithm 9.1.

    Example:
        >>> import numpy as np
        >>> ramp = np.tile(np.linspace(0, 1, 9, dtype="float32")[:, None, None], (1, 1, 9, 1))
        >>> valid = np.ones((1, 9, 9, 1), np.float32)
        >>> valid[0, 3:6, 3:6] = 0
        >>> filled = GaussianFieldFill(filters=1, steps=40)([ramp * valid, valid])
        >>> bool(keras.ops.max(abs(filled - ramp)) < 1e-3)  # a ramp has no Laplacian
        True
    """

    def __init__(self, filters=9, kernel_size=4, steps=8, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.filters = check_count("filters", filters, lowest=1)
        self.kernel_size = check_count("kernel_size", kernel_size, lowest=3)
        self.steps = check_count("steps", steps)
        self.start = PyramidFill(dtype=self.variable_dtype)

    def __call__(self, inputs, **kwargs):
        features, valid = inputs
        _check_shapes([_shape(features)], [_shape(valid)])
        return super().__call__(inputs, **kwargs)

    def build(self, input_shape):
        channels = input_shape[0][-1]
        if self.filters < channels:
            raise ValueError(
                f"there are {self.filters} filters for {channels} colours, so one of them would "
                f"not be looked at: pass filters={channels} or more."
            )
        self.kernel = self.add_weight(
            (self.kernel_size, self.kernel_size, channels, self.filters),
            initializer=_laplacians,
            name="kernel",
        )
        self.built = True

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def call(self, inputs):
        features, valid = (ops.cast(one, self.variable_dtype) for one in inputs)
        known = _known(features, valid)
        margin = self.kernel_size - 1
        around = ((0, 0), (margin, margin), (margin, margin), (0, 0))
        hole = 1 - ops.pad(valid, around)
        # The border is unknown; its first guess repeats the outermost pixels.
        start = _extend(_extend(self.start([known, valid]), margin, axis=1), margin, axis=2)
        start = hole * start + ops.pad(known, around)  # known pixels keep their gradient
        solved = self.descend(start, hole)[:, margin:-margin, margin:-margin]
        return ops.where(valid > 0, features, solved)

    def descend(self, pictures, hole):
        """Conjugate gradients in the holes: pictures (N, H, W, C), hole (N, H, W, 1), 1 = hole."""
        scale = 1 / ops.maximum(ops.sum(ops.square(self.kernel), axis=(0, 1, 3)), TINY)
        residual = -hole * self._turned(self._answers(pictures))  # half the gradient, negative
        direction = scale * residual
        length = _inner(residual, direction)
        for _ in range(self.steps):
            answers = self._answers(direction)
            stride = length / (_inner(answers, answers) + TINY)
            pictures = pictures + stride * direction
            residual = residual - stride * hole * self._turned(answers)
            scaled = scale * residual
            before, length = length, _inner(residual, scaled)
            direction = scaled + length / (before + TINY) * direction
        return pictures

    def _answers(self, pictures):
        """F * x at every place where the window fits."""
        return ops.conv(pictures, self.kernel, padding="valid", data_format="channels_last")

    def _turned(self, answers):
        """F' * answers, the transpose of the map above."""
        return ops.conv_transpose(
            answers, self.kernel, 1, padding="valid", data_format="channels_last"
        )

    def get_config(self):
        config = {**super().get_config(), "filters": self.filters}
        return config | {"kernel_size": self.kernel_size, "steps": self.steps}


@keras.saving.register_keras_serializable(package="inpainting_course")
class AddInHoles(keras.layers.Layer):
    """A fill plus a correction in its holes, kept in [0, 1]; known pixels stay as they are.

    Where the sum leaves [0, 1] it is clipped, but its gradient is passed on as if it were not:
    a clipped value would get none, and could never come back.

    Call arguments:
        inputs: [fill, valid, correction], (N, H, W, C), (N, H, W, 1) and (N, H, W, C); fill in
            [0, 1], validity 0 or 1.

    Output:
        (N, H, W, C) in [0, 1].

    Example:
        >>> import numpy as np
        >>> one = np.ones((1, 1, 1, 1), np.float32)
        >>> float(AddInHoles()([0.5 * one, 0 * one, 0.25 * one])[0, 0, 0, 0])
        0.75
    """

    def call(self, inputs):
        fill, valid, correction = (ops.cast(one, self.compute_dtype) for one in inputs)
        mended = fill + (1 - valid) * correction
        return mended + ops.stop_gradient(ops.clip(mended, 0, 1) - mended)


def _spectrum(pictures):
    """Real and imaginary part of the spectrum of (N, H, W, C): two of (N, H, W // 2 + 1, C).

    Of a real picture the other half says the same. Keras's transforms run along the last axis.
    """
    height, width = ops.shape(pictures)[1:3]
    rows = ops.rfft(ops.transpose(pictures, (0, 3, 1, 2)))
    both = ops.fft(tuple(ops.transpose(one, (0, 1, 3, 2)) for one in rows))
    scale = ops.sqrt(ops.cast(height * width, "float32"))
    return [ops.transpose(one, (0, 3, 2, 1)) / scale for one in both]


def _from_spectrum(real, imaginary, width):
    """The pictures (N, H, width, C) of a spectrum, ``_spectrum`` undone."""
    columns = [ops.transpose(one, (0, 3, 2, 1)) for one in (real, -imaginary)]
    columns = ops.fft(tuple(columns))  # of the conjugate: the conjugate of H times the inverse
    rows = [ops.transpose(one, (0, 1, 3, 2)) for one in (columns[0], -columns[1])]
    pictures = ops.transpose(ops.irfft(tuple(rows), fft_length=width), (0, 2, 3, 1))
    height = ops.shape(pictures)[1]
    return pictures * ops.sqrt(ops.cast(width, "float32") / ops.cast(height, "float32"))


def _known(features, valid):
    """The features with 0 in the holes; a product would let NaN through."""
    return ops.where(valid > 0, features, ops.zeros((), features.dtype))


def _laplacians(shape, dtype=None):
    """Filters (side, side, C, F): one Laplacian a colour, then random ones, small and of sum 0.

    A filter with another sum answers to grey itself, and pulls every hole towards black.
    """
    channels = shape[2]
    kernel = np.array(ops.convert_to_numpy(keras.random.normal(shape, stddev=0.001, dtype=dtype)))
    kernel -= kernel.mean(axis=(0, 1), keepdims=True)
    kernel[..., :channels] = 0
    for row, column, value in ((0, 1, 1), (1, 0, 1), (1, 2, 1), (2, 1, 1), (1, 1, -4)):
        kernel[row, column, range(channels), range(channels)] = value
    return kernel


def _extend(pictures, margin, axis):
    """Repeat the first and the last row (axis 1) or column (axis 2) ``margin`` times."""
    size = ops.shape(pictures)[axis]
    places = ops.clip(ops.arange(-margin, size + margin), 0, size - 1)
    return ops.take(pictures, places, axis=axis)


def _inner(one, other):
    """The scalar product of two stacks of pictures, one number a picture, (N, 1, 1, 1)."""
    return ops.sum(one * other, axis=(1, 2, 3), keepdims=True)


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


def _shape(one):
    if not hasattr(one, "shape"):
        raise TypeError(f"a {type(one).__name__} was given: pass arrays or tensors (N, H, W, C).")
    return one.shape


def _is_shape(one):
    return all(side is None or isinstance(side, int) for side in one)


def _check_features(shape):
    if len(shape) != 4 or not isinstance(shape[-1], int):
        raise ValueError(f"features have shape {tuple(shape)}: pass (N, H, W, C) with a known C.")


def _check_channels(layer, channels):
    if layer.built and channels != layer.channels:
        raise ValueError(
            f"{layer.name} has been built for features of {layer.channels} channels and is given "
            f"{channels}: make a new layer for these."
        )


def _check_shapes(features, valid):
    first = features[0]
    for shape, mask in zip(features, valid, strict=True):
        _check_features(shape)
        if len(mask) != 4 or mask[-1] != 1:
            raise ValueError(
                f"a validity has shape {tuple(mask)}: pass (N, H, W, 1), one channel, 1 = known."
            )
        if not (_fits(shape, mask) and _fits(shape, first)):
            raise ValueError(
                f"features {tuple(shape)} and validity {tuple(mask)} do not fit each other or "
                f"the first features {tuple(first)}: all of them need one N, H and W."
            )


def _fits(one, other):
    sides = zip(one[:3], other[:3], strict=True)
    return all(a is None or b is None or a == b for a, b in sides)


def _check_binary(valid):
    """Refuse a grey mask, where its values can be seen: inside a compiled function they cannot."""
    try:
        values = ops.convert_to_numpy(valid)
    except Exception:  # each backend raises its own for a symbol
        return
    if not ((values == 0) | (values == 1)).all():
        raise ValueError(
            "a validity holds something else than 0 and 1: pass 1 = known and 0 = hole, "
            "for example 1 - mask[..., None].astype('float32')."
        )


def _check_sides(name, sizes):
    pair = (sizes, sizes) if is_whole(sizes) else sizes
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError(f"{name} is {brief(sizes)}: pass a whole number or two, (height, width).")
    return tuple(check_count(name, size, lowest=1) for size in pair)
