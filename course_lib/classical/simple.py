"""The simplest fills: nothing, one colour, the nearest known pixel."""

import numpy as np
from scipy import ndimage

from course_lib.classical._contract import inpainter


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


def nearest_known(image, mask):
    """Every missing pixel takes the value of the nearest known one."""
    indices = ndimage.distance_transform_edt(mask, return_distances=False, return_indices=True)
    return image[tuple(indices)]
