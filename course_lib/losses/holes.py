"""Pixel errors that know the holes, as losses to minimise and a metric to report."""

import keras
from keras import ops

from course_lib._validation import brief, check_number, is_one_of

ERRORS = {"mae": keras.losses.mean_absolute_error, "mse": keras.losses.mean_squared_error}


class _PixelError(keras.losses.Loss):
    """Pixel errors, each weighted by ``weigh(hole)``; their sum divided by the number of all."""

    needs_holes = True

    def __init__(self, error="mae", name=None, reduction="sum_over_batch_size", dtype=None):
        if not is_one_of(error, ERRORS):
            raise ValueError(f'error is {brief(error)}: say "mae" or "mse".')
        super().__init__(name=name or self.default_name, reduction=reduction, dtype=dtype)
        self.error = error

    def __call__(self, y_true, y_pred, sample_weight=None):
        hole = check_hole(sample_weight, y_true, type(self).__name__, self.dtype)
        return super().__call__(y_true, y_pred, self.weigh(hole))

    def call(self, y_true, y_pred):
        return ERRORS[self.error](y_true, y_pred)

    def get_config(self):
        return {**super().get_config(), "error": self.error}


@keras.saving.register_keras_serializable(package="inpainting_course")
class HoleWeighted(_PixelError):
    """Error of the whole picture, where a hole pixel counts ``weight`` times, a known one once.

    The weighted errors are summed and divided by the number of *all* pixels, so that weight 1 is
    the plain error. Absolute error with weight 6 is the pixel part of Liu et al., Image inpainting
    for irregular holes using partial convolutions, 2018, section 3.3: L_valid + 6 L_hole.

    Args:
        error: "mae" or "mse".
        weight: of a hole pixel, finite, 0 or more.

    Call arguments:
        y_true, y_pred: (N, H, W, 3).
        sample_weight: the holes, (N, H, W), 1 = hole: a batch's third element in ``fit``.

    Raises:
        ValueError: if error or weight is not as above, or the holes are missing or misshapen.

    Example:
        >>> import numpy as np
        >>> black, grey = np.zeros((1, 1, 2, 3)), np.full((1, 1, 2, 3), 0.5)
        >>> hole = np.array([[[1.0, 0.0]]])
        >>> float(HoleWeighted("mae", weight=6.0)(black, grey, hole))  # (6 + 1) * 0.5 / 2
        1.75
    """

    default_name = "hole_weighted"

    def __init__(self, error="mae", weight=6.0, **options):
        super().__init__(error, **options)
        asked = "a finite number, 0 or more"
        self.weight = float(check_number("weight", weight, asked, lambda weight: weight >= 0))

    def weigh(self, hole):
        return 1 + (self.weight - 1) * hole

    def get_config(self):
        return {**super().get_config(), "weight": self.weight}


@keras.saving.register_keras_serializable(package="inpainting_course")
class HoleLoss(_PixelError):
    """Error in the holes, as a share of the whole picture: L_hole, without its weight 6.

    |(1 - M)(I_out - I_gt)| summed and divided by N, the number of *all* pixels times channels: a
    small hole weighs little. ``ValidLoss() + 6 HoleLoss()`` is ``HoleWeighted("mae", 6.0)``.

    Args:
        error: "mae", as in the paper, or "mse".

    Call arguments:
        y_true, y_pred: (N, H, W, 3).
        sample_weight: the holes, (N, H, W), 1 = hole.

    Raises:
        ValueError: if error is not as above, or the holes are missing or misshapen.

    Source: Liu et al., Image inpainting for irregular holes using partial convolutions, 2018,
    section 3.3.

    Example:
        >>> import numpy as np
        >>> black, grey = np.zeros((1, 1, 2, 3)), np.full((1, 1, 2, 3), 0.5)
        >>> hole = np.array([[[1.0, 0.0]]])
        >>> float(HoleLoss()(black, grey, hole))  # 0.5 at one of two pixels
        0.25
    """

    default_name = "hole_loss"

    def weigh(self, hole):
        return hole


@keras.saving.register_keras_serializable(package="inpainting_course")
class ValidLoss(_PixelError):
    """Error at the known pixels, as a share of the whole picture: L_valid.

    Everything is as in ``HoleLoss``, with M in place of 1 - M.

    Example:
        >>> import numpy as np
        >>> black, grey = np.zeros((1, 1, 4, 3)), np.full((1, 1, 4, 3), 0.5)
        >>> hole = np.array([[[1.0, 0.0, 0.0, 0.0]]])
        >>> float(ValidLoss()(black, grey, hole))  # 0.5 at three of four pixels
        0.375
    """

    default_name = "valid_loss"

    def weigh(self, hole):
        return 1 - hole


@keras.saving.register_keras_serializable(package="inpainting_course")
class HolePSNR(keras.metrics.Metric):
    """Peak signal-to-noise ratio in the holes, in decibels; equal: inf; no hole yet: NaN.

    ``metrics.psnr(true, predicted, mask)`` over the whole epoch: the squared errors of all hole
    pixels are pooled before the logarithm. Goes under ``weighted_metrics``.

    Raises:
        ValueError: from ``update_state``, if the holes are missing or misshapen.

    Example:
        >>> import numpy as np
        >>> black, grey = np.zeros((1, 1, 2, 3)), np.full((1, 1, 2, 3), 0.1)
        >>> psnr = HolePSNR()
        >>> psnr.update_state(black, grey, sample_weight=np.array([[[1.0, 0.0]]]))
        >>> round(float(psnr.result()), 4)
        20.0
    """

    needs_holes = True

    def __init__(self, name="psnr_hole", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.squared = self.add_variable((), "zeros", name="squared")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        true, predicted = ops.cast(y_true, self.dtype), ops.cast(y_pred, self.dtype)
        hole = check_hole(sample_weight, true, "HolePSNR", self.dtype)
        squared = ops.sum(ops.square(true - predicted), axis=-1)
        self.squared.assign_add(ops.sum(hole * squared))
        self.count.assign_add(true.shape[-1] * ops.sum(hole))

    def result(self):
        return -10 * ops.log10(self.squared / self.count)


def check_hole(hole, true, reader, dtype):
    """The holes (N, H, W) as numbers; the reader cannot do without them."""
    if hole is None:
        raise ValueError(
            f"{reader} was not told the holes: let batches be (inputs, original, hole) with hole "
            "(N, H, W), 1 = hole, and name metrics under weighted_metrics in compile."
        )
    if len(hole.shape) != len(true.shape) - 1:
        raise ValueError(
            f"{reader} got holes of shape {tuple(hole.shape)} for pictures {tuple(true.shape)}: "
            "pass (N, H, W), 1 = hole, without a colour channel."
        )
    return ops.cast(hole, dtype)
