"""Layers that reach across the whole picture: Fourier convolution and attention."""

import keras
from keras import ops

from course_lib._validation import brief, check_count, is_number
from course_lib.layers._inputs import check_channels, check_features, check_shapes, shape_of

FAR_OFF = -1e4  # added to what a place must not look at; float16 still holds it


@keras.saving.register_keras_serializable(package="inpainting_course")
class FourierConv2D(keras.layers.Layer):
    """A 1 x 1 convolution of the picture's spectrum: with ReLU one layer sees the whole picture.

    With F the discrete Fourier transform of each channel over height and width, and Re and Im of
    each frequency as two channels of real numbers::

        x' = F^-1( activation( W . [Re F(X), Im F(X)] + b ) )

    Every frequency is a sum over all pixels, so with an activation every output depends on every
    input, however large the picture, and the weights do not grow with it. It is the Fourier unit of
    fast Fourier convolution and of LaMa, without their batch normalisation; there it works next to
    an ordinary convolution, which sees what is near.

    To the transform, the picture continues beyond a border with its opposite side. With a linear
    activation, weights that multiply complex numbers, and no bias the layer is a circular
    convolution. A bias on every frequency is an impulse in the picture's first pixel: hence there
    is none by default.

    Args:
        filters: channels of the output, 1 or more.
        activation: of the spectrum, real and imaginary parts alike; "relu" as in the paper's code.
        use_bias: whether there is a bias b.
        kernel_initializer: of W.
        **kwargs: name, dtype, trainable: as in every Keras layer.

    Call arguments:
        features: (N, H, W, C), any H and W.

    Output:
        (N, H, W, filters), in the layer's compute dtype; the transforms run in float32.

    Weights: kernel (2 C, 2 filters), bias (2 filters,), real parts first.

    Raises:
        TypeError, ValueError: if an argument is not as above.

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
        check_features(shape_of(features))
        check_channels(self, [features.shape[-1]])
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

    With f the patch of features around a place and b a patch that lies wholly in the known part,
    the place looks at b with the weight

        softmax over all b of  sharpness * cosine(f, b)                  (Yu, section 3.2)

    and takes the mean of the patches b with these weights. Where patches overlap, their values are
    averaged; known pixels stay as they were. Nothing is trained, and the reach is the picture.

    What stands in a hole *is* read here: it is the guess that the search begins with, in the paper
    the features of a coarse network. A guess of 0 is equally like everything. Weights are computed
    between all pairs of places: (H W)^2 numbers a picture. The paper's second step, in which
    neighbours' weights are mixed, is left out.

    Args:
        size: of a patch in pixels, an odd number.
        sharpness: above 0, up to 1,000; large ones copy the best patch, small ones average all.
        **kwargs: name, dtype: as in every Keras layer.

    Call arguments:
        inputs: [features, valid], (N, H, W, C) and (N, H, W, 1), validity 0 or 1; H and W no
            smaller than size.

    Output:
        (N, H, W, C). Where no patch lies wholly in the known part, every patch is looked at.

    Raises:
        TypeError, ValueError: if an argument or a shape is not as above.

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
        check_shapes([shape_of(features)], [shape_of(valid)])
        height, width = shape_of(features)[1:3]
        if min(side or self.size for side in (height, width)) < self.size:  # None: not yet known
            raise ValueError(
                f"features of {height} x {width} pixels hold no patch of {self.size}: pass larger "
                "ones, or a layer with a smaller size."
            )
        return super().__call__(inputs, **kwargs)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def call(self, inputs):
        features, valid = (ops.cast(one, self.compute_dtype) for one in inputs)
        patches = self._patches(features)  # (N, H W, size^2 C)
        taken = ops.matmul(self.weights_of(features, valid), patches)
        return ops.where(valid > 0, features, self._overlapped(taken, ops.shape(features)))

    def weights_of(self, features, valid):
        """How much each place looks at each: (N, H W, H W), row by row; each row sums to 1."""
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
