"""How near a filled picture comes to the true one.

Each metric takes (true, predicted) and returns one Python float for all that it is given: a
batch is pooled, one mean over all measured values. Without a mask the whole image is measured;
with a mask only its holes. ``losses`` holds what a network minimises; these are NumPy.

The functions with an underscore only compute: they get float64 values that have been checked,
which is how ``evaluation`` calls them.
"""

import math

import numpy as np
from skimage.metrics import structural_similarity

from course_lib._validation import (
    as_array,
    check_images,
    check_mask_fits,
    check_same_shape,
    check_values,
)

SSIM_WINDOW = 7  # pixels, scikit-image's default


def mae(true, predicted, mask=None):
    """Mean absolute error, 0 (equal) to 1.

    Args:
        true: floats in [0, 1], (H, W, 3) or (N, H, W, 3).
        predicted: the same shape.
        mask: bool (H, W) or (N, H, W), True = hole: measure only the holes.

    Raises:
        TypeError: if the pictures are not floats, or the mask is not bool.
        ValueError: if shapes differ, a measured value is not in [0, 1], or the mask has no hole.

    Example:
        >>> true, predicted = np.zeros((1, 2, 3)), np.zeros((1, 2, 3))
        >>> predicted[0, 0] = 0.5
        >>> mae(true, predicted), mae(true, predicted, np.array([[True, False]]))
        (0.25, 0.5)
    """
    return _mae(*_measured(true, predicted, mask))


def mse(true, predicted, mask=None):
    """Mean squared error, 0 (equal) to 1. Arguments and errors as in ``mae``.

    Example:
        >>> mse(np.zeros((1, 1, 3)), np.full((1, 1, 3), 0.5))
        0.25
    """
    return _mse(*_measured(true, predicted, mask))


def psnr(true, predicted, mask=None):
    """Peak signal-to-noise ratio in decibels, -10 log10(MSE) for peak 1; equal pictures: inf.

    A batch is pooled before the logarithm, so it is not the mean of its pictures' PSNR.
    For a composited picture with hole fraction r: PSNR of the image = PSNR of the holes
    - 10 log10(r). Arguments and errors as in ``mae``.

    Example:
        >>> round(psnr(np.zeros((1, 1, 3)), np.full((1, 1, 3), 0.1)), 6)
        20.0
    """
    return _psnr(*_measured(true, predicted, mask))


def ssim(true, predicted, mask=None):
    """Structural similarity, at most 1 (equal).

    Source: Wang et al., Image quality assessment: from error visibility to structural
    similarity, 2004; scikit-image's defaults (7 x 7 uniform window), data_range 1. Without a
    mask: the mean over pictures; with one: the mean of the similarity map over all holes.
    Arguments and errors as in ``mae``, but pictures must be 7 x 7 pixels or more, and all of their
    values in [0, 1], even with a mask, because a window around a hole reads known pixels.

    Example:
        >>> ramp = np.linspace(0, 1, 8 * 8 * 3).reshape(8, 8, 3)
        >>> round(ssim(ramp, ramp), 6)
        1.0
    """
    true, predicted = _pair(true, predicted)
    if min(true.shape[-3:-1]) < SSIM_WINDOW:
        raise ValueError(
            f"ssim compares {SSIM_WINDOW} x {SSIM_WINDOW} windows: pass larger pictures."
        )
    check_values(true, "true")
    check_values(predicted, "predicted")
    holes = None if mask is None else _holes(mask, true)
    return _ssim(true, predicted, holes)


def flicker(true, predicted, mask=None):
    """Root mean square change of the error from each frame of a film to the next; 0: steady.

    Motion in the scene is the same in both films and is not counted, nor is an error that does not
    change. Noise of standard deviation s in both of two frames gives s times the root of 2.

    Source: dtSSD of Erofeev, Gitman, Vatolin, Fedorov, Wang, Perceptually Motivated Benchmark for
    Video Matting, BMVC 2015, here for colours and over holes.

    Args:
        true: floats in [0, 1], (T, H, W, 3), two frames or more.
        predicted: the same shape.
        mask: bool (T, H, W) or (H, W), True = hole: measure only pixels that are holes in either
            of the two frames; a known pixel counts as error 0.

    Raises:
        TypeError, ValueError: as in ``mae``, or if there are fewer than two frames.

    Example:
        >>> true, predicted = np.zeros((2, 3, 1, 1, 3))
        >>> predicted[1] = 0.5  # of three frames the middle one is too bright
        >>> flicker(true, predicted)
        0.5
    """
    true, predicted = _pair(true, predicted)
    if true.ndim != 4 or len(true) < 2:
        raise ValueError(f"a film of shape {true.shape} cannot flicker: pass two frames or more.")
    holes = np.ones(true.shape[:3], bool) if mask is None else _holes(mask, true)
    check_values(true[holes], "a measured value of true")
    check_values(predicted[holes], "a measured value of predicted")
    change = np.diff(np.where(holes[..., None], predicted - true, 0), axis=0)
    return math.sqrt(np.square(change[holes[1:] | holes[:-1]]).mean())


def plain_dice(true, predicted):
    """2 sum(yp) / (sum(y) + sum(p)) over flattened intensities, as in the article.

    Not a measure of restoration: on intensities its value for a perfect answer is
    sum(y^2) / sum(y), and brighter pictures can score higher (lesson 10). Two black pictures: 1.

    Args:
        true, predicted: numbers in [0, 1], both of the same shape, whatever it is.

    Raises:
        TypeError: if they are not numbers.
        ValueError: if shapes differ or a value is not in [0, 1].

    Example:
        >>> grey, white = np.full((4, 4, 3), 0.5), np.ones((4, 4, 3))
        >>> round(plain_dice(grey, grey), 2), round(plain_dice(grey, white), 2)
        (0.5, 0.67)
    """
    true, predicted = _flat(true, predicted)
    total = true.sum() + predicted.sum()
    return 1.0 if total == 0 else float(2 * (true * predicted).sum() / total)


def squared_dice(true, predicted):
    """2 sum(yp) / (sum(y^2) + sum(p^2)), at most 1, and 1 only for equal pictures.

    Source: Milletari et al., V-Net, 2016, section 3. Two black pictures: 1. Arguments and errors
    as in ``plain_dice``.

    Example:
        >>> grey, white = np.full((4, 4, 3), 0.5), np.ones((4, 4, 3))
        >>> squared_dice(grey, grey), squared_dice(grey, white)
        (1.0, 0.8)
    """
    true, predicted = _flat(true, predicted)
    total = np.square(true).sum() + np.square(predicted).sum()
    return 1.0 if total == 0 else float(2 * (true * predicted).sum() / total)


def dice(true_mask, predicted_mask):
    """2 |A and B| / (|A| + |B|) of two masks, 0 (disjoint) to 1 (equal); two empty masks: 1.

    Raises:
        TypeError: if a mask is not bool.
        ValueError: if the shapes differ.

    Example:
        >>> dice(np.array([True, True, False]), np.array([True, False, False]))
        0.6666666666666666
    """
    true_mask, predicted_mask = _mask_pair(true_mask, predicted_mask)
    total = np.count_nonzero(true_mask) + np.count_nonzero(predicted_mask)
    common = np.count_nonzero(true_mask & predicted_mask)
    return 1.0 if total == 0 else float(2 * common / total)


def iou(true_mask, predicted_mask):
    """|A and B| / |A or B| of two masks, 0 to 1; two empty masks: 1. Raises as ``dice`` does.

    Example:
        >>> iou(np.array([True, True, False]), np.array([True, False, False]))
        0.5
    """
    true_mask, predicted_mask = _mask_pair(true_mask, predicted_mask)
    union = np.count_nonzero(true_mask | predicted_mask)
    common = np.count_nonzero(true_mask & predicted_mask)
    return 1.0 if union == 0 else float(common / union)


def frechet_distance(first, second):
    """How far apart two clouds of points are, each taken for a Gaussian; 0 where they agree.

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), with means m and covariances S: the squared
    2-Wasserstein distance of two Gaussians. On features of pictures it says whether two *sets* look
    alike, and pairs no picture with another: FID, with any network's features.

    It is too large on average, and more so the fewer points there are and the more numbers each
    has: two halves of one set are not 0 apart. So compare only distances of equally many points,
    and next to one that has no cause but this bias.

    Args:
        first, second: floats (N, D) and (M, D), N and M 2 or more.

    Raises:
        TypeError, ValueError: if they are not as above, or hold NaN or infinity.

    Source: Heusel et al., GANs trained by a two time-scale update rule converge to a local Nash
    equilibrium, 2017, section 3; the distance: Dowson and Landau, The Fréchet distance between
    multivariate normal distributions, 1982; its bias: Chong and Forsyth, 2020, section 3.

    Example:
        >>> square = np.array([[1.0, 1], [-1, 1], [1, -1], [-1, -1]])
        >>> round(frechet_distance(square, square + [3, 4]), 6)
        25.0
    """
    first, second = _points(first, "first"), _points(second, "second")
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"points have {first.shape[1]} and {second.shape[1]} numbers: take the same features."
        )
    offset = first.mean(axis=0) - second.mean(axis=0)
    one, other = np.cov(first.T), np.cov(second.T)
    one, other = np.atleast_2d(one), np.atleast_2d(other)
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    # The eigenvalues of S1 S2 are those of root S2 root, which is symmetric.
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other @ root), 0)).sum()
    return max(0.0, float(offset @ offset + np.trace(one) + np.trace(other) - 2 * shared))


def _mae(true, predicted):
    return float(np.abs(true - predicted).mean())


def _mse(true, predicted):
    return float(np.square(true - predicted).mean())


def _psnr(true, predicted):
    error = _mse(true, predicted)
    return math.inf if error == 0 else -10 * math.log10(error)


def _ssim(true, predicted, holes=None):
    """SSIM of one picture or a batch; ``holes`` has their shape without the channels."""
    pictures = (images.reshape(-1, *true.shape[-3:]) for images in (true, predicted))
    scored = [
        structural_similarity(one, other, channel_axis=-1, data_range=1, full=True)
        for one, other in zip(*pictures, strict=True)
    ]
    if holes is None:
        return float(np.mean([score for score, _ in scored]))
    maps = np.stack([similarity for _, similarity in scored])
    return float(maps[holes.reshape(maps.shape[:3])].mean())


def _measured(true, predicted, mask):
    true, predicted = _pair(true, predicted)
    if mask is not None:
        holes = _holes(mask, true)
        true, predicted = true[holes], predicted[holes]
    check_values(true, "a measured value of true")
    check_values(predicted, "a measured value of predicted")
    return true, predicted


def _pair(true, predicted):
    true, predicted = check_images(true, "true"), check_images(predicted, "predicted")
    check_same_shape(true, predicted, "true and predicted")
    return true.astype(np.float64), predicted.astype(np.float64)


def _holes(mask, images):
    mask = check_mask_fits(mask, images)
    if not mask.any():
        raise ValueError("the mask has no hole, so there is nothing to measure: leave mask out.")
    return np.broadcast_to(mask, images.shape[:-1])


def _flat(true, predicted):
    true, predicted = _numbers(true, "true"), _numbers(predicted, "predicted")
    check_same_shape(true, predicted, "true and predicted")
    check_values(true, "true")
    check_values(predicted, "predicted")
    return true.ravel(), predicted.ravel()


def _numbers(values, name):
    values = as_array(values, name)
    if values.dtype.kind not in "biuf":
        raise TypeError(f"{name} is {values.dtype}: pass numbers in [0, 1].")
    return values.astype(np.float64)


def _points(values, name):
    values = as_array(values, name)
    if values.dtype.kind != "f":
        raise TypeError(f"{name} is {values.dtype}: pass floats (N, D), a row a picture.")
    if values.ndim != 2 or len(values) < 2 or not values.shape[1]:
        raise ValueError(f"{name} has shape {values.shape}: pass (N, D) with two rows or more.")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds NaN or infinity: leave such rows out.")
    return values.astype(np.float64)


def _mask_pair(true_mask, predicted_mask):
    pair = as_array(true_mask, "true_mask"), as_array(predicted_mask, "predicted_mask")
    for mask in pair:
        if mask.dtype != bool:
            raise TypeError(
                f"a mask is {mask.dtype}, but dice and iou compare bool masks: "
                "threshold it first, for example mask > 0.5."
            )
    check_same_shape(*pair, "the masks")
    return pair
