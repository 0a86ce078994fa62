"""Inpainting without learning: constants, diffusion, transport, fast marching, copied patches.

An inpainter takes (image (H, W, 3), mask (H, W)) and returns the image with its holes filled.
All of them keep one contract, which ``METHODS`` lists them under:

* image: RGB, any floating dtype, known pixels in [0, 1]; mask: bool, True = hole.
* The answer is a new array of the image's shape and dtype. Known pixels are those of the image,
  bit for bit; fills lie in [0, 1]; what stood in a hole, NaN included, is never read.
* ``TypeError`` or ``ValueError`` in one sentence where image or mask cannot be meant (see
  ``course_lib.validation``); a ``UserWarning`` where more than 95 % of the picture is hole.

Here are the public faces; each method's mathematics is in the private module named after it.
"""

import numpy as np
from skimage.restoration import inpaint_biharmonic

from course_lib._bertalmio import transport_and_diffuse
from course_lib._exemplar import copy_patches, nearest_known
from course_lib._fast_marching import fill_in_order_of_arrival, march
from course_lib._harmonic import jacobi_sweeps, solve_laplace, sor_sweeps
from course_lib._inpainter import inpainter
from course_lib._opencv import cv2
from course_lib.validation import check_count, check_mask, is_number, is_whole


@inpainter
def nothing(image, mask):
    """Leave the holes black, 0.0: what a repair must beat.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> nothing(line, gap)[0, :, 0].round(3).tolist()
        [0.2, 0.0, 0.0, 0.8]
    """
    return np.zeros_like(image)


@inpainter
def grey(image, mask):
    """Fill with mid-grey, 0.5, which needs no picture at all.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> grey(line, gap)[0, :, 0].round(3).tolist()
        [0.2, 0.5, 0.5, 0.8]
    """
    return np.full_like(image, 0.5)


@inpainter
def mean(image, mask):
    """Fill with the mean of the known pixels, each channel by itself.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> mean(line, gap)[0, :, 0].round(3).tolist()
        [0.2, 0.5, 0.5, 0.8]
    """
    return np.broadcast_to(image[~mask].mean(axis=0), image.shape)


@inpainter
def nearest(image, mask):
    """Fill each pixel with the nearest known one (Euclidean distance).

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> nearest(line, gap)[0, :, 0].round(3).tolist()
        [0.2, 0.2, 0.8, 0.8]
    """
    return nearest_known(image, mask)


@inpainter
def harmonic(image, mask):
    """Fill so that every missing pixel is the mean of its neighbours (Laplace's equation).

    The four neighbours, or as many as lie inside the picture: no heat flows through its border.
    All missing pixels are solved for at once: one sparse factorisation serves the three channels.
    The fill never leaves the range of the known pixels around the hole. Ramps come back exactly.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> harmonic(line, gap)[0, :, 0].round(3).tolist()
        [0.2, 0.4, 0.6, 0.8]
    """
    return solve_laplace(image, mask)


@inpainter
def biharmonic(image, mask):
    """Fill so that the Laplacian of the Laplacian is 0: continues slopes, and may overshoot.

    This is scikit-image's ``inpaint_biharmonic``: S. B. Damelin, N. S. Hoang, On Surface
    Completion and Image Inpainting by Biharmonic Functions, 2018. It cuts overshoots at the
    picture's known range.

    Example:
        >>> ramp = np.linspace(0, 1, 10)[None, :, None].repeat(10, axis=0).repeat(3, axis=-1)
        >>> hole = np.zeros((10, 10), bool)
        >>> hole[3:7, 3:7] = True
        >>> bool(np.allclose(biharmonic(ramp, hole), ramp))
        True
    """
    # A copy, because scikit-image refuses a read-only mask (one that is broadcast over a batch).
    return inpaint_biharmonic(image, mask.copy(), channel_axis=-1)


@inpainter
def navier_stokes(image, mask, *, radius=1):
    """OpenCV's ``INPAINT_NS``, on 8 bits a channel.

    In spite of its name it solves no flow: it is one pass of fast marching whose
    averages give weight to pixels on the same isophote.

    Args:
        radius: of the neighbourhood that is averaged, in pixels, 1 or more.

    Raises:
        ValueError: if radius is not as above.
    """
    return _opencv_inpaint(image, mask, radius, cv2.INPAINT_NS)


@inpainter
def telea(image, mask, *, radius=1):
    """OpenCV's ``INPAINT_TELEA``, on 8 bits a channel.

    OpenCV subtracts the direction of the gradient where Telea 2004 adds its value, so that even
    a picture of one colour may come back changed; ``fast_marching`` keeps it.

    Args:
        radius: of the neighbourhood that is averaged, in pixels, 1 or more.

    Raises:
        ValueError: if radius is not as above.
    """
    return _opencv_inpaint(image, mask, radius, cv2.INPAINT_TELEA)


@inpainter
def bertalmio(image, mask, *, rounds=20):
    """Continue isophotes into the hole: carry the Laplacian along them, diffuse in between.

    Source: M. Bertalmio, G. Sapiro, V. Caselles, C. Ballester, Image Inpainting, SIGGRAPH 2000,
    section 3, with its constants: 15 transport steps and 2 of anisotropic diffusion a round,
    time step 0.1 (for values in [0, 1]). The paper leaves the start open: here it is the harmonic
    fill, because a constant hole has no isophotes to carry anything along.

    M. Bertalmio, A. L. Bertozzi, G. Sapiro (Navier-Stokes, Fluid Dynamics, and Image and Video
    Inpainting, CVPR 2001) read a steady state of this equation as a steady inviscid flow: the
    image is the stream function, its Laplacian the vorticity. This code runs the equation of 2000,
    not the vorticity equation of 2001. OpenCV's ``INPAINT_NS`` runs neither.

    What is carried travels along an isophote one way, with the brighter side always on the same
    hand, as the equation has it: a mirrored picture is not filled as the mirror image.

    Args:
        rounds: how many, a whole number; 0 is the harmonic fill; wide gaps need 100 and more.

    Raises:
        ValueError: if rounds is not as above.

    Example:
        >>> ramp = np.linspace(0, 1, 10)[None, :, None].repeat(10, axis=0).repeat(3, axis=-1)
        >>> hole = np.zeros((10, 10), bool)
        >>> hole[3:7, 3:7] = True
        >>> bool(np.allclose(bertalmio(ramp, hole), ramp))
        True
    """
    check_count("rounds", rounds)
    return transport_and_diffuse(image, mask, rounds)


@inpainter
def fast_marching(image, mask, *, radius=2):
    """Fill from the hole's border inwards, each pixel by a weighted mean over those filled before.

    Source: A. Telea, An Image Inpainting Technique Based on the Fast Marching Method, Journal of
    Graphics Tools 9(1), 2004, sections 2.2 and 2.3: pixel q is weighted by direction, distance and
    level, and expects I(q) + grad I(q) . (p - q) at pixel p. Pixels are filled in the order of
    ``arrival_time``. Two choices where the paper says nothing: the slope along an axis is 0 unless
    both of q's neighbours on it are filled (one-sided slopes carry noise inwards), and
    pixels beyond the front weigh like those before it (the absolute cosine), so that a thin
    scratch is filled from both sides.

    Args:
        radius: of the neighbourhood that is averaged, in pixels, 1 or more. On CIFAR-10 pictures
            with line masks 1.5 and 2 score alike, 1 and 3 less.

    Raises:
        ValueError: if radius is not as above.

    Example:
        >>> plain, hole = np.full((8, 8, 3), 0.25), np.eye(8, dtype=bool)
        >>> bool((fast_marching(plain, hole) == 0.25).all())
        True
    """
    _check_at_least_one("radius", radius)
    return fill_in_order_of_arrival(image, mask, radius)


@inpainter
def exemplar(image, mask, *, patch=9):
    """Fill by copying patches from the known part, strong lines and well-known surroundings first.

    Source: A. Criminisi, P. Perez, K. Toyama, Region Filling and Object Removal by Exemplar-Based
    Image Inpainting, IEEE Transactions on Image Processing 13(9), 2004, section III: priority =
    confidence x data, best match by the sum of squared differences in RGB over the target's
    known pixels, among patches that were fully known from the start.

    Where fewer than 100 such patches exist (small pictures, dense masks) the patch shrinks by
    2 until they do; at 1 nothing is left to compare, and every pixel takes the nearest known one.

    Args:
        patch: side of the square patches in pixels, odd, 3 or more: a little larger than the
            texture's largest element.

    Raises:
        ValueError: if patch is not as above.

    Example:
        >>> stripes = np.zeros((32, 32, 3))
        >>> stripes[:, ::2] = 1
        >>> hole = np.zeros((32, 32), bool)
        >>> hole[12:20, 12:20] = True
        >>> bool((exemplar(stripes, hole) == stripes).all())
        True
    """
    if not is_whole(patch) or patch < 3 or patch % 2 == 0:
        raise ValueError(f"patch is {patch!r}: pass an odd number of pixels, 3 or more.")
    return copy_patches(image, mask, patch)


METHODS = {
    "nothing": nothing,
    "grey": grey,
    "mean": mean,
    "nearest": nearest,
    "harmonic": harmonic,
    "biharmonic": biharmonic,
    "navier_stokes": navier_stokes,
    "telea": telea,
    "bertalmio": bertalmio,
    "fast_marching": fast_marching,
    "exemplar": exemplar,
}


@inpainter
def jacobi(image, mask, sweeps, *, start=0.0):
    """Approach the harmonic fill by sweeps: every missing pixel becomes its neighbours' mean.

    All pixels change at once, from the values of the sweep before: this is heat flowing in, and
    one sweep carries it one pixel far. The error shrinks by cos(pi / (n + 1)) a sweep in a square
    hole n pixels wide, or in a gap of n pixels in a picture one pixel high: 0.96 for n = 10,
    0.9995 for n = 100.

    Args:
        image, mask: as for every inpainter.
        sweeps: how many, 0 or more.
        start: what stands in the holes before: a number, an RGB triple or a picture (H, W, 3),
            so that the result of one call can be the start of the next.

    Raises:
        ValueError: if sweeps or start is not as above.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> jacobi(line, gap, 1)[0, :, 0].round(3).tolist()
        [0.2, 0.1, 0.4, 0.8]
    """
    check_count("sweeps", sweeps)
    return jacobi_sweeps(_started(image, mask, start), mask, sweeps)


@inpainter
def sor(image, mask, sweeps, *, omega, start=0.0):
    """Approach the harmonic fill by successive over-relaxation, red-black order.

    As ``jacobi``, but each half of a chessboard uses the other half's newest values, and goes
    ``omega`` times as far. In a square hole n pixels wide the best omega is
    2 / (1 + sin(pi / (n + 1))), and the error then shrinks by about omega - 1 a sweep (D. M. Young,
    Iterative Methods for Solving Partial Difference Equations of Elliptic Type, 1954): 0.56 for
    n = 10.

    Args:
        image, mask, sweeps, start: as for ``jacobi``.
        omega: relaxation, above 0 and below 2; 1 is Gauss-Seidel.

    Raises:
        ValueError: if sweeps, omega or start is not as above.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> sor(line, gap, 50, omega=1.2)[0, :, 0].round(3).tolist()
        [0.2, 0.4, 0.6, 0.8]
    """
    check_count("sweeps", sweeps)
    if not (is_number(omega) and 0 < omega < 2):
        raise ValueError(f"omega is {omega!r}: sweeps converge only for 0 < omega < 2.")
    return sor_sweeps(_started(image, mask, start), mask, sweeps, omega)


def arrival_time(mask):
    """When a front that leaves the known pixels with speed 1 reaches each missing one.

    Fast marching for |grad T| = 1, first order and upwind: J. A. Sethian, PNAS 93(4), 1996. Exact
    for straight fronts along rows or columns; elsewhere within 3 % plus half a pixel of the
    distance to the nearest known pixel: late where the front is curved, early where two meet.

    Args:
        mask: bool (H, W), True = hole.

    Returns:
        float64 (H, W): 0 on known pixels, 1 on the first row beyond a straight border.

    Raises:
        TypeError, ValueError: if the mask is not bool (H, W), or no pixel of it is known.

    Example:
        >>> arrival_time(np.array([[False, True, True, True, False]])).tolist()
        [[0.0, 1.0, 2.0, 1.0, 0.0]]
    """
    mask = check_mask(mask)
    if mask.ndim != 2:
        raise ValueError(f"mask has shape {mask.shape}: pass one mask (H, W) at a time.")
    if mask.all():
        raise ValueError(
            "mask leaves no known pixel for a front to start from: is it inverted? Try ~mask."
        )
    return march(mask)


def _opencv_inpaint(image, mask, radius, algorithm):
    _check_at_least_one("radius", radius)
    holes = mask.astype(np.uint8)
    return cv2.inpaint(np.rint(image * 255).astype(np.uint8), holes, radius, algorithm) / 255


def _started(image, mask, start):
    start = np.asarray(start, np.float64)
    if start.shape not in ((), (3,), image.shape):
        raise ValueError(
            f"start has shape {start.shape}: pass a number, an RGB triple or a picture like image."
        )
    started = np.where(mask[..., None], start, image)
    if not np.isfinite(started).all():
        raise ValueError("start is NaN or infinite in a hole: pass values in [0, 1].")
    return started


def _check_at_least_one(name, pixels):
    if not (is_number(pixels) and 1 <= pixels < np.inf):
        raise ValueError(f"{name} is {pixels!r}: pass a number of pixels, 1 or more.")
