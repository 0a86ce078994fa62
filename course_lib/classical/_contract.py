"""The contract that every classical inpainter keeps, stated once as a decorator."""

from functools import wraps

import numpy as np

from course_lib._memory import is_out_of_memory
from course_lib._pixels import as_floats
from course_lib._validation import (
    as_array,
    check_images,
    check_number,
    check_pair,
    check_single,
    check_values,
)


def inpainter(fill):
    """Turn a method's core into an inpainter: (image (H, W, 3), mask (H, W)) -> image.

    The core ``fill(image, mask, ...)`` gets float64 with 0 in every hole and at least one known
    pixel; it is called for a mask without a hole too, so that it always checks its options. It
    returns a picture of the same shape, of which only the holes are read, clipped to [0, 1].
    Known pixels, the dtype and the caller's arrays stay as they were, and what stood in a hole is
    never read.

    The core is also the inpainter's attribute ``core``: ``evaluation``, which has checked a whole
    batch, calls that, and so times the method rather than the checks.
    """

    @wraps(fill)
    def inpaint(image, mask, *arguments, **options):
        try:
            image, mask = check_pair(image, mask)
            check_single(image)
            restored = image.copy()
            filled = fill(_without_holes(image, mask), mask, *arguments, **options)
            restored[mask] = np.clip(filled[mask], 0.0, 1.0)
            return restored
        except Exception as error:
            if is_out_of_memory(error):
                raise MemoryError(_too_large(mask)) from None
            raise

    inpaint.core = fill
    return inpaint


def training_pictures(pictures):
    """Undamaged pictures that a method learns from: a stack (N, H, W, 3) of floats in [0, 1].

    uint8 pictures, 0 to 255, become such floats.
    """
    pictures = as_array(pictures, "pictures")
    if pictures.dtype == np.uint8 and pictures.ndim == 4:
        pictures = as_floats(pictures)
    check_images(pictures, "pictures")
    check_values(pictures, "a pixel")
    if pictures.ndim != 4:
        raise ValueError(
            f"pictures have shape {pictures.shape}: pass a stack of them, (N, H, W, 3)."
        )
    return pictures


def check_radius(radius):
    """The radius of a neighbourhood that is averaged, in pixels, 1 or more."""
    asked = "a number of pixels, 1 or more"
    return check_number("radius", radius, asked, lambda pixels: pixels >= 1)


def _without_holes(image, mask):
    """The picture in float64, 0 in its holes, so that not even a NaN there has an effect."""
    return np.where(mask[..., None], 0.0, image.astype(np.float64))


def _too_large(mask):
    return (
        f"this hole of {np.count_nonzero(mask):,} pixels needs more memory than is free: shrink "
        "the picture, or use a method that needs less, such as classical.telea."
    )
