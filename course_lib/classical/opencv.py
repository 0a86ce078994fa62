"""OpenCV's two methods, on 8 bits a channel, and the average behind one of them."""

import numpy as np

from course_lib._opencv import cv2
from course_lib._pixels import as_bytes
from course_lib._validation import brief, check_count, check_image, check_values, is_pair
from course_lib.classical._contract import check_radius, inpainter

OPENCVS_LARGEST = 100  # radius in pixels: OpenCV clips there itself, but only what a C int can hold
ACROSS = 0.01  # levels: a way with less change than this to its sides has next to no weight,
NEXT_TO_NONE = 1e-6  # which avoids 0 / 0 where all is flat


@inpainter
def navier_stokes(image, mask, *, radius=1):
    """OpenCV's ``INPAINT_NS``, on 8 bits a channel.

    Despite its name it solves no flow: it is one pass of fast marching whose
    averages give weight to pixels on the same isophote.

    Args:
        radius: of the neighbourhood that is averaged, in pixels, 1 or more.

    Raises:
        ValueError: if radius is not as above.

    Example:
        >>> line = np.array([[0.2, 0.2, 0.0, 0.2, 0.2]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, False, True, False, False]])
        >>> navier_stokes(line, gap)[0, :, 0].round(3).tolist()
        [0.2, 0.2, 0.2, 0.2, 0.2]
    """
    return _opencv_inpaint(image, mask, radius, cv2.INPAINT_NS)


@inpainter
def telea(image, mask, *, radius=1):
    """OpenCV's ``INPAINT_TELEA``, on 8 bits a channel.

    OpenCV subtracts the direction of the gradient where Telea 2004 adds its value, so that even
    a picture of one colour may come back changed; ``fast_marching`` leaves it unchanged.

    Args:
        radius: of the neighbourhood that is averaged, in pixels, 1 or more.

    Raises:
        ValueError: if radius is not as above.

    Example:
        >>> plain, hole = np.full((9, 9, 3), 0.2), np.eye(9, dtype=bool)
        >>> bool((telea(plain, hole)[hole] != 0.2).any())
        True
    """
    return _opencv_inpaint(image, mask, radius, cv2.INPAINT_TELEA)


def _opencv_inpaint(image, mask, radius, algorithm):
    radius = min(check_radius(radius), OPENCVS_LARGEST)
    return inpaint_bytes(as_bytes(image), mask, radius, algorithm) / 255


def inpaint_bytes(picture, mask, radius, algorithm):
    """``cv2.inpaint`` of a picture of any size.

    For a picture one pixel high or wide OpenCV reads memory outside the picture: such a row or
    column is laid three times side by side, and the middle one comes back.

    Args:
        picture: uint8 (H, W, 3) or (H, W).
        mask: bool (H, W), True = hole.
        radius, algorithm: OpenCV's.

    Returns:
        As ``picture``.

    Example:
        >>> row = np.array([[10, 0, 10]], np.uint8)
        >>> inpaint_bytes(row, row == 0, 1, cv2.INPAINT_TELEA).tolist()
        [[10, 10, 10]]
    """
    holes = mask.astype(np.uint8)
    for axis in (0, 1):
        if mask.shape[axis] == 1:
            picture, holes = picture.repeat(3, axis), holes.repeat(3, axis)
    middle = tuple(slice(1, 2) if side == 1 else slice(None) for side in mask.shape)
    return cv2.inpaint(picture, holes, radius, algorithm)[middle]


def navier_stokes_weights(image, pixel, *, radius=1):
    """The weights of the average that OpenCV's ``INPAINT_NS`` writes into one missing pixel.

    Source: ``icvNSInpaintFMM`` in OpenCV's modules/photo/src/inpaint.cpp. A known pixel weighs
    more the nearer it is, 1 / (distance^4 + 1), and the more closely the way to it follows its
    isophote. In a wider hole OpenCV takes this average pixel by pixel from the rim inwards, once,
    and counts what it has filled as known.

    Args:
        image: RGB (H, W, 3) in [0, 1]. What stands in the missing pixel is not read.
        pixel: (row, column) of the missing one, more than ``radius`` pixels from the border.
        radius: of the neighbourhood that is averaged, a whole number of pixels, 1 to 100.

    Returns:
        float64 (H, W, 3): 0 or more, 0 beyond the radius, with the sum 1 in each channel.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> ramp = np.linspace(0, 1, 9)[None, :, None] * np.ones((9, 1, 3))
        >>> navier_stokes_weights(ramp, (4, 4))[3:6, 3:6, 0].round(2).tolist()
        [[0.0, 0.5, 0.0], [0.0, 0.0, 0.0], [0.0, 0.5, 0.0]]
    """
    image, radius = check_image(image), check_count("radius", radius, 1, OPENCVS_LARGEST)
    height, width = image.shape[:2]
    if not is_pair(pixel) or not (
        radius < pixel[0] < height - 1 - radius and radius < pixel[1] < width - 1 - radius
    ):
        raise ValueError(
            f"pixel is {brief(pixel)}: pass (row, column), whole numbers, more than {radius} "
            f"pixels inside the picture of {height} x {width}."
        )
    row, column = map(int, pixel)
    rows = slice(row - radius - 1, row + radius + 2)
    columns = slice(column - radius - 1, column + radius + 2)
    around = image[rows, columns].astype(np.float64)
    around[radius + 1, radius + 1] = 0.0
    check_values(around, "image")
    levels = as_bytes(around).astype(np.float64)
    levels[radius + 1, radius + 1] = np.nan
    weights = np.zeros(image.shape)
    weights[rows, columns][1:-1, 1:-1] = _averaging(levels, radius)
    return weights


def _averaging(levels, radius):
    """Weights with the sum 1 around the missing pixel, the NaN in the middle of a window that is
    one pixel wider on each side."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1][..., None]
    squared = x**2 + y**2  # of the distance
    down, right = _steepness(levels, 0), _steepness(levels, 1)
    along = np.abs(y * right - x * down)
    length = np.sqrt(squared * (down**2 + right**2))
    along = np.where(along > ACROSS, along / np.maximum(length, ACROSS), NEXT_TO_NONE)
    near = (squared > 0) & (squared <= radius**2)
    weights = np.where(near, along / (squared**2 + 1), 0.0)
    return weights / weights.sum(axis=(0, 1))


def _steepness(levels, axis):
    """How much the levels change along an axis from the pixel before to the one after; where one of
    these two steps leads to the missing pixel, twice the other."""
    levels = np.moveaxis(levels, axis, 0)[:, 1:-1]
    steps = np.abs(np.diff(levels, axis=0))
    both = np.stack([steps[:-1], steps[1:]])
    known = np.isfinite(both)
    mean = np.where(known, both, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.moveaxis(2 * mean, 0, axis)
