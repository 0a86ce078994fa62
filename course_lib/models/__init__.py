"""The course's networks, and the one function that fills holes with any of them.

A network takes ``damaged`` (N, H, W, 3), float32 in [0, 1] with 0 in every hole, or
``[damaged, valid]`` with ``valid`` (N, H, W, 1), 1 = known, and returns its raw prediction of the
whole picture, float32 (N, H, W, 3) in [0, 1]. H and W are any multiples of 16. ``inpaint`` takes
pictures and masks of any size, and composites.

The networks use Keras alone, so they run on TensorFlow, JAX and PyTorch. Call
``keras.utils.set_random_seed(seed)`` first for the same initial weights every time.
"""

import warnings

import keras

from course_lib._names import shown_name
from course_lib.models.denoising import critic, denoiser
from course_lib.models.inpaint import inpaint, predict
from course_lib.models.inside import features, gates, strength_by_known, validities
from course_lib.models.networks import (
    DIVISOR,
    LEVELS,
    NETWORKS,
    autoencoder,
    classifier,
    field_unet,
    partial_conv_unet,
    residual_unet,
    shallow_unet,
    vanilla_unet,
)
from course_lib.models.reach import reach
from course_lib.models.weights import load_pretrained, recipe

if keras.config.image_data_format() != "channels_last":
    warnings.warn(
        "Keras's settings (keras.json) put channels first; the course's networks take pictures "
        "(N, H, W, C), so here it puts them last.",
        stacklevel=2,
    )
    keras.config.set_image_data_format("channels_last")

__all__ = [
    "DIVISOR",
    "LEVELS",
    "NETWORKS",
    "autoencoder",
    "classifier",
    "critic",
    "denoiser",
    "features",
    "field_unet",
    "gates",
    "inpaint",
    "load_pretrained",
    "partial_conv_unet",
    "predict",
    "reach",
    "recipe",
    "residual_unet",
    "shallow_unet",
    "shown_name",
    "strength_by_known",
    "validities",
    "vanilla_unet",
]
