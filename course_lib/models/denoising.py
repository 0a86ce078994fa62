"""Two networks: one takes noise out of a picture, the other tells fills from true pictures."""

import math

import keras
from keras import layers, ops

from course_lib._validation import check_count

FREQUENCIES = 32  # sines, and as many cosines, that encode a time
LOWEST, HIGHEST = 1.0, 1000.0  # radians over the whole course of time


@keras.saving.register_keras_serializable(package="inpainting_course")
class TimeWaves(layers.Layer):
    """A time in [0, 1] as sines and cosines from slow to fast, so that a small step shows.

    Call arguments:
        time: (N,).

    Output shape: (N, 64), the sines before the cosines.

    Source: Vaswani et al., Attention is all you need, 2017, section 3.5, there for a place in a
    sentence; Ho, Jain, Abbeel, Denoising diffusion probabilistic models, 2020, appendix B.

    Example:
        >>> import numpy as np
        >>> tuple(TimeWaves()(np.array([0.0, 0.5])).shape)
        (2, 64)
    """

    def call(self, time):
        rates = ops.exp(ops.linspace(math.log(LOWEST), math.log(HIGHEST), FREQUENCIES))
        angles = ops.cast(time, "float32")[:, None] * ops.cast(rates, "float32")  # (N, 32)
        waves = ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)
        return ops.cast(waves, self.compute_dtype)

    def compute_output_shape(self, shape):
        return (*shape[:1], 2 * FREQUENCIES)


def denoiser(width=64):
    """A U-Net that is told how noisy a picture is, and says which way the clean one lies.

    It works on blocks of 2 x 2 pixels (a strided convolution in, a transposed one out): a residual
    block on them, four on blocks of 4 x 4 with twice the channels, and one more on the way up,
    the skip being added. A residual block is two 3 x 3 convolutions, each after a normalisation of
    every place's channels; between the two, time scales and shifts each channel. The network's
    last convolution starts at 0, so an untrained network says 0.

    Args:
        width: channels of the blocks of 2 x 2, 1 or more.

    Returns:
        keras.Model, [noisy, time] -> velocity: noisy (N, H, W, 3), the picture in [-1, 1] mixed
        with noise, time (N,) from 0, the picture, to 1, the noise; velocity (N, H, W, 3) float32.
        H and W are multiples of 4. For what it is trained to say see ``generative.Path``.

    Raises:
        ValueError: if width is not a whole number of 1 or more.

    Source: Ho, Jain, Abbeel, Denoising diffusion probabilistic models, 2020, section 4 and
    appendix B; scale and shift: Dhariwal and Nichol, Diffusion models beat GANs on image
    synthesis, 2021, section 3.1; Zhang and Sennrich, Root mean square layer normalization, 2019.

    Example:
        >>> denoiser().count_params() <= 3_000_000
        True
    """
    width = check_count("width", width, lowest=1)
    noisy = keras.Input((None, None, 3), name="noisy")
    time = keras.Input((), name="time")
    told = TimeWaves(name="time_waves")(time)
    for layer in (1, 2):
        told = layers.Dense(2 * width, activation="relu", name=f"time_dense_{layer}")(told)
    blocks = {"padding": "same", "strides": 2}
    features = layers.Conv2D(width, 4, **blocks, name="encoder_blocks")(noisy)
    skip = _block(features, told, width, "encoder_block")
    features = layers.Conv2D(2 * width, 2, **blocks, name="bottom_down")(skip)
    for block in range(1, 5):
        features = _block(features, told, 2 * width, f"bottom_block_{block}")
    features = layers.Conv2DTranspose(width, 2, strides=2, name="decoder_up")(features)
    features = layers.Add(name="decoder_skip")([features, skip])
    features = _block(features, told, width, "decoder_block")
    features = _normalised(features, "output")
    velocity = layers.Conv2DTranspose(
        3, 4, **blocks, kernel_initializer="zeros", dtype="float32", name="velocity"
    )(features)
    return keras.Model([noisy, time], velocity, name="denoiser")


def critic(width=32):
    """A network that says how much each part of a filled picture looks like a true one.

    Three 4 x 4 convolutions with strides and one 3 x 3 on top, each with its kernel divided by its
    largest singular value: so the answer cannot change faster than the picture does, which keeps
    the contest with the filling network from tipping over.

    Args:
        width: channels of the first convolution, 1 or more; each of the next two has twice as many.

    Returns:
        keras.Model, [picture, valid] -> verdicts (N, H / 8, W / 8, 1), high for true; picture
        (N, H, W, 3) in [0, 1], valid (N, H, W, 1), 1 = known; H and W are multiples of 8.

    Raises:
        ValueError: if width is not a whole number of 1 or more.

    Source: Yu et al., Free-form image inpainting with gated convolution, 2019, section 3.3
    (SN-PatchGAN); Miyato et al., Spectral normalization for generative adversarial networks, 2018.

    Example:
        >>> critic().output.shape
        (None, None, None, 1)
    """
    width = check_count("width", width, lowest=1)
    picture = keras.Input((None, None, 3), name="picture")
    valid = keras.Input((None, None, 1), name="valid")
    centred = layers.Rescaling(2.0, offset=-1.0, name="centred")(picture)
    features = layers.Concatenate(name="picture_and_valid")([centred, valid])
    for level in (1, 2, 3):
        convolution = layers.Conv2D(
            width * 2 ** (level - 1), 4, strides=2, padding="same", name=f"level_{level}_conv"
        )
        features = layers.SpectralNormalization(convolution, name=f"level_{level}")(features)
        features = layers.LeakyReLU(0.2, name=f"level_{level}_leaky")(features)
    convolution = layers.Conv2D(1, 3, padding="same", name="verdicts_conv")
    verdicts = layers.SpectralNormalization(convolution, name="verdicts")(features)
    return keras.Model([picture, valid], verdicts, name="critic")


def _block(features, told, filters, name):
    """features + f(features, time); f starts at 0."""
    changed = _normalised(features, f"{name}_1")
    changed = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv_1")(changed)
    changed = layers.RMSNormalization(name=f"{name}_2_norm")(changed)
    said = layers.Dense(2 * filters, kernel_initializer="zeros", name=f"{name}_time")(told)
    changed = ScaleAndShift(name=f"{name}_told")([changed, said])
    changed = layers.Activation("relu", name=f"{name}_2_relu")(changed)
    second = layers.Conv2D(
        filters, 3, padding="same", kernel_initializer="zeros", name=f"{name}_conv_2"
    )
    return layers.Add(name=name)([features, second(changed)])


def _normalised(features, name):
    features = layers.RMSNormalization(name=f"{name}_norm")(features)
    return layers.Activation("relu", name=f"{name}_relu")(features)


@keras.saving.register_keras_serializable(package="inpainting_course")
class ScaleAndShift(layers.Layer):
    """features * (1 + scale) + shift, a scale and a shift for each channel of each picture.

    Call arguments:
        inputs: [features, told], (N, H, W, C) and (N, 2 C), the scales before the shifts.

    Example:
        >>> import numpy as np
        >>> two, told = np.full((1, 1, 1, 1), 2.0), np.array([[0.5, 1.0]])
        >>> float(ScaleAndShift()([two, told])[0, 0, 0, 0])  # 2 * 1.5 + 1
        4.0
    """

    def call(self, inputs):
        features, told = inputs
        scale, shift = ops.split(told[:, None, None, :], 2, axis=-1)
        return features * (1 + scale) + shift

    def compute_output_shape(self, shapes):
        return shapes[0]
