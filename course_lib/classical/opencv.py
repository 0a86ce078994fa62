"""OpenCV's two methods, on 8 bits a channel."""

import numpy as np

from course_lib._opencv import cv2
from course_lib._pixels import as_bytes
from course_lib.classical._contract import check_radius, inpainter

OPENCVS_LARGEST = 100  # radius in pixels: OpenCV itself cuts there what an int of C can hold


@inpainter
def navier_stokes(image, mask, *, radius=1):
    """OpenCV's ``INPAINT_NS``, on 8 bits a channel.

    In spite of its name it solves no flow: it is one pass of fast marching whose
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
    a picture of one colour may come back changed; ``fast_marching`` keeps it.

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
    holes = mask.astype(np.uint8)
    return cv2.inpaint(as_bytes(image), holes, radius, algorithm) / 255
