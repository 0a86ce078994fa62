"""What stands in holes before a network corrects it, and how the correction is added."""

import keras
import numpy as np
from keras import ops

from course_lib._validation import check_count
from course_lib.layers._inputs import check_shapes, known_only, shape_of

TINY = 1e-12  # added to what a conjugate gradient step divides by: 0 at the goal


@keras.saving.register_keras_serializable(package="inpainting_course")
class PyramidFill(keras.layers.Layer):
    """A crude classical fill with no weights: something better than black for a network to mend.

    The picture is halved ``levels`` times, every coarse pixel being the mean of the known ones that
    it covers; what is unknown even at the bottom gets the mean of all that is known there. On the
    way up each level takes its holes from the level below, and smooths them by ``sweeps`` rounds of
    replacing a hole pixel by the mean of its 3 x 3 neighbourhood. It is a multigrid sketch of
    ``classical.harmonic``, made of poolings, so that it runs inside a network and on a GPU. Nothing
    in it is trained and no gradient flows through it.

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
        TypeError, ValueError: if levels or sweeps is no whole number of 0 or more, or the shapes
            are not as above.

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

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def __call__(self, inputs, **kwargs):
        features, valid = inputs
        check_shapes([shape_of(features)], [shape_of(valid)])
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
    """A fill that has learned how neighbours depend on each other: a Gaussian random field.

    The layer's only weights are small filters F. The holes of x get the values to which the
    filters respond least, while known pixels stay fixed::

        minimise E(x) = sum over filters and places of (F * x)^2

    Filters that take differences of neighbours make this ``classical.harmonic``; the Laplacian as
    the filter makes it the biharmonic fill; learned ones do better. Under the field's density,
    proportional to exp(-E), the fill is the mean of the holes given the known pixels.

    Where E is least, its gradient in the holes, F' * F * x (F' turns the filter round), is 0. That
    is one large linear system for the whole picture, which is never written down: each step of
    conjugate gradients applies F and F' once. They start from ``PyramidFill`` and are scaled by the
    system's diagonal, one number for each colour. So that no window hangs over the edge, the
    picture gets a border of kernel_size - 1 unknown pixels, filled with the rest and cut off again.
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

    Weights: kernel (kernel_size, kernel_size, C, filters). At first one Laplacian for each colour;
    the others are small and random, since a filter of 0 would never get a gradient.

    Raises:
        TypeError, ValueError: if an argument or a shape is not as above.

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
        check_shapes([shape_of(features)], [shape_of(valid)])
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
        known = known_only(features, valid)
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

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def call(self, inputs):
        fill, valid, correction = (ops.cast(one, self.compute_dtype) for one in inputs)
        mended = fill + (1 - valid) * correction
        return mended + ops.stop_gradient(ops.clip(mended, 0, 1) - mended)


def _laplacians(shape, dtype=None):
    """Filters (side, side, C, F): a Laplacian for each colour, then small random ones of sum 0.

    A filter with another sum responds to plain grey, and pulls every hole towards black.
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
    """The scalar products of two stacks of pictures, one number a picture, (N, 1, 1, 1)."""
    return ops.sum(one * other, axis=(1, 2, 3), keepdims=True)
