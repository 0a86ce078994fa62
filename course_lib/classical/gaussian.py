"""A Gaussian world: pictures are draws from one Gaussian, and it says what a hole should hold.

The mean and the covariance come from training pictures. With the precision P, the inverse of the
covariance, split into missing (m) and known (k) numbers, the missing ones given the known are
Gaussian again (Bishop, Pattern Recognition and Machine Learning, 2006, section 2.3.1):

    mean of m - P_mm^-1 P_mk (k - mean of k),     covariance P_mm^-1

Only P_mm is solved, so the cost grows with the size of the hole.
"""

import math

import numpy as np
from scipy import fft, linalg

from course_lib._validation import (
    as_array,
    brief,
    check_number,
    check_pair,
    check_seed,
    check_single,
    is_one_of,
)
from course_lib.classical._contract import inpainter, training_pictures

MOST_NUMBERS = 3 * 64 * 64  # in a picture: their covariance takes 1.2 GB
ENOUGH = 8  # pictures for each number: from then on places have covariances of their own
COVARIANCES = ("by lag", "by place")
CHUNK = 500  # pictures at a time: what is computed from them is in memory as well


def fit_gaussian(pictures, *, covariance=None, noise=5e-4):
    """The Gaussian with the mean and the covariance of training pictures.

    A picture of 32 x 32 pixels has 3,072 numbers: the covariance takes 75 MB, and is decomposed
    only once.

    Args:
        pictures: uint8 (N, H, W, 3), 0 to 255, or floats in [0, 1]; at most 64 x 64 pixels.
        covariance: "by lag": it depends only on the step from one pixel to the other, a picture
            and its mirror image being equally likely, and every place has the same mean. A few
            pictures are enough. "by place": each pair of numbers has its own, which needs
            thousands of pictures. None: by place if there are eight pictures for each number.
        noise: variance that each number has on its own, above 0, at most 1: pictures are never
            quite as the training pictures suggest.

    Returns:
        Gaussian.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> greys = np.full((50, 8, 8, 3), 1.0) * rng.random((50, 1, 1, 1))
        >>> image, hole = np.full((8, 8, 3), 0.3), np.eye(8, dtype=bool)
        >>> bool(abs(fit_gaussian(greys, noise=1e-6).fill(image, hole) - 0.3).max() < 1e-3)
        True
    """
    pictures = training_pictures(pictures)
    _check_memory(pictures)
    if covariance is not None and not is_one_of(covariance, COVARIANCES):
        raise ValueError(
            f'covariance is {brief(covariance)}: pass "by lag", "by place" or nothing.'
        )
    asked = "a variance above 0, at most 1"
    noise = check_number("noise", noise, asked, lambda variance: 0 < variance <= 1)
    numbers = pictures[0].size
    by_place = len(pictures) >= ENOUGH * numbers
    if (covariance or COVARIANCES[by_place]) == "by place":
        mean, matrix = _by_place(pictures)
        return Gaussian(mean, _inverse(matrix, noise))
    mean, matrix = _by_lag(pictures)
    return Gaussian(mean, _inverse_in_halves(matrix, pictures.shape[1:], noise))


class Gaussian:
    """A Gaussian over pictures of one size: the most likely fill, how unsure it is, samples.

    ``fill(image, mask)`` is an inpainter: the conditional mean, and so the fill with the least
    expected squared error of all, if pictures are drawn from this Gaussian.

    Args:
        mean: (H, W, 3).
        precision: (3 H W, 3 H W), the inverse of the covariance, symmetric; positive definite
            once some pixel is known. With the graph's Laplacian as its precision the fill is the
            harmonic one.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> chain = np.kron([[1, -1, 0], [-1, 2, -1], [0, -1, 1]], np.eye(3))
        >>> smooth = Gaussian(np.zeros((1, 3, 3)), chain)
        >>> line, gap = np.array([0.2, 0, 0.8])[None, :, None].repeat(3, 2), [[False, True, False]]
        >>> smooth.fill(line, np.array(gap))[0, :, 0].round(3).tolist()
        [0.2, 0.5, 0.8]
        >>> smooth.uncertainty(line, np.array(gap)).round(3).tolist()  # variance 1 / 2
        [[0.0, 0.707, 0.0]]
    """

    def __init__(self, mean, precision):
        self.mean, self.precision = as_array(mean, "mean"), as_array(precision, "precision")
        if self.mean.ndim != 3 or self.precision.shape != 2 * (self.mean.size,):
            raise ValueError(
                f"mean has shape {self.mean.shape} and precision {self.precision.shape}: pass "
                "(H, W, 3) and a square matrix with a row for each of its numbers."
            )
        self.fill = inpainter(self._fill)

    def uncertainty(self, image, mask):
        """The standard deviation of each missing pixel, given the known ones.

        It depends on the mask alone: a Gaussian is as unsure next to an edge as on a plain wall.

        Args:
            image, mask: as for every inpainter.

        Returns:
            float64 (H, W), in the picture's unit: the root of the channels' mean variance; 0 on
            known pixels.

        Raises:
            TypeError, ValueError: as an inpainter does.
        """
        image, mask = self._checked(image, mask)
        deviation = np.zeros(mask.shape)
        if mask.any():
            variances = np.diag(linalg.inv(self._of_missing(mask), check_finite=False))
            deviation[mask] = np.sqrt(variances.reshape(-1, 3).mean(axis=1))
        return deviation

    def sample(self, image, mask, *, seed):
        """One of the fills that are possible, drawn with its probability.

        Args:
            image, mask: as for every inpainter.
            seed: an int, 0 to 2**32 - 1.

        Returns:
            The filled picture, as an inpainter returns it: what leaves [0, 1] is clipped.

        Raises:
            TypeError, ValueError: as an inpainter does, or if seed is not as above.
        """
        seed = check_seed(seed)

        def fill(image, mask):
            filled = self._fill(image, mask)
            if mask.any():
                # P_mm = U^T U, so U^-1 z has the covariance P_mm^-1 where z is white.
                upper = linalg.cholesky(self._of_missing(mask), check_finite=False)
                white = np.random.RandomState(seed).standard_normal(len(upper))
                filled[mask] += linalg.solve_triangular(upper, white).reshape(-1, 3)
            return filled

        return inpainter(fill)(image, mask)

    def _fill(self, image, mask):
        self._check_size(image)
        missing = np.repeat(mask.ravel(), 3)  # (3 H W,)
        offset = (image - self.mean).ravel()  # from the mean; 0 in holes adds nothing below
        offset[missing] = 0
        pull = self.precision[missing] @ offset  # P_mk (k - mean of k)
        filled = image.copy()
        if missing.any():
            offset = linalg.solve(self._of_missing(mask), -pull, assume_a="pos", check_finite=False)
            filled[mask] = self.mean[mask] + offset.reshape(-1, 3)
        return filled

    def _of_missing(self, mask):
        """P_mm, (3 n, 3 n) for n missing pixels."""
        missing = np.flatnonzero(np.repeat(mask.ravel(), 3))
        return self.precision[np.ix_(missing, missing)]

    def _checked(self, image, mask):
        image, mask = check_pair(image, mask)
        check_single(image)
        self._check_size(image)
        return image, mask

    def _check_size(self, image):
        if image.shape != self.mean.shape:
            height, width = self.mean.shape[:2]
            raise ValueError(
                f"image has shape {image.shape}, but this Gaussian knows pictures of {height} x "
                f"{width} pixels: cut one of that size, or fit to pictures of this one."
            )


def _check_memory(pictures):
    if pictures[0].size > MOST_NUMBERS:
        height, width = pictures.shape[1:3]
        raise ValueError(
            f"pictures of {height} x {width} pixels have a covariance of "
            f"{8 * pictures[0].size ** 2 / 1e9:.0f} GB: pass patches of at most 64 x 64."
        )


def _by_place(pictures):
    """Mean (H, W, 3) and covariance (3 H W, 3 H W), each pair of numbers by itself."""
    mean, products = pictures.mean(axis=0, dtype=np.float64), 0
    for some in _in_chunks(pictures):
        offsets = (some - mean).reshape(len(some), -1)
        products = products + offsets.T @ offsets
    return mean, products / len(pictures)


def _by_lag(pictures):
    """The same, where only the step between two pixels counts, and mirror images count equally."""
    height, width = pictures.shape[1:3]
    mean = pictures.mean(axis=(0, 1, 2), dtype=np.float64)
    products = _lagged_products(pictures - mean)  # (2 H, 2 W, 3, 3)
    pairs = _pairs(height)[:, None] * _pairs(width) * len(pictures)
    lagged = products / np.maximum(pairs, 1)[..., None, None]
    lagged = (lagged + lagged[:, -np.arange(2 * width)]) / 2
    down, right = (np.subtract.outer(np.arange(n), np.arange(n)) for n in (height, width))
    matrix = lagged[down[:, None, :, None], right[None, :, None, :]]  # (H, W, H, W, 3, 3)
    matrix = matrix.transpose(0, 1, 4, 2, 3, 5).reshape(2 * (3 * height * width,))
    return np.broadcast_to(mean, pictures.shape[1:]), matrix


def _lagged_products(offsets):
    """Sums of channel c of a pixel times channel d of the pixel that lies a lag behind it.

    By the Wiener-Khinchin theorem: the Fourier transform of a picture padded with zeros, times its
    conjugate. Returns float64 (2 H, 2 W, 3, 3), lags (down, right) modulo its size.
    """
    size = [2 * side for side in offsets.shape[1:3]]
    power = 0
    for some in _in_chunks(offsets):
        spectra = fft.rfft2(some, s=size, axes=(1, 2))
        power = power + np.einsum("nyxc,nyxd->yxcd", spectra, spectra.conj(), optimize=True)
    return fft.irfft2(power, s=size, axes=(0, 1))


def _inverse(matrix, noise):
    """The inverse of a covariance to which every number's noise has been added."""
    values, vectors = linalg.eigh(matrix, overwrite_a=True, check_finite=False)
    # Estimated lag by lag, a matrix may have a negative variance in some direction: take 0 there.
    return (vectors / (np.maximum(values, 0) + noise)) @ vectors.T


def _inverse_in_halves(matrix, shape, noise):
    """The same where mirror images are equally likely, in less than half the time.

    The parts that are even and odd from left to right are then uncorrelated.
    """
    height, width, channels = shape
    inverse = 0
    for sign in (1, -1):
        basis = linalg.orth(np.eye(width) + sign * np.eye(width)[::-1])  # (W, W / 2)
        size = height, basis.shape[1], channels
        half = np.einsum(
            "yxcvud,xa,ub->yacvbd", matrix.reshape(2 * shape), basis, basis, optimize=True
        )
        half = _inverse(half.reshape(2 * (math.prod(size),)), noise).reshape(2 * size)
        inverse = inverse + np.einsum("yacvbd,xa,ub->yxcvud", half, basis, basis, optimize=True)
    return inverse.reshape(matrix.shape)


def _in_chunks(pictures):
    return (pictures[start : start + CHUNK] for start in range(0, len(pictures), CHUNK))


def _pairs(side):
    """How many pairs of pixels of a row lie each lag apart, lags modulo twice its length."""
    lags = np.arange(2 * side)
    return side - np.minimum(lags, 2 * side - lags)
