"""A large picture divided into windows that can be repaired one by one.

What stands in a hole depends on what is known around it, and on nothing far away. So a hole that
fits into a window is repaired whole, with a rim of its surroundings; a longer one is cut, and each
piece is computed with so much more of the hole on either side that the cut hardly matters: where a
strip of width w is cut off, the error of the harmonic fill falls as exp(-pi x / w) at the distance
x (separation of variables), and with x = 3 w it is below 1e-4.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from course_lib._opencv import cv2

SIDE = 512  # pixels: what is repaired at once, without its rim
RIM = 16  # pixels of surroundings at least
RIM_PER_DEPTH = 6  # of a hole that is cut: three times its width on either side
EIGHT = np.ones((3, 3), bool)  # holes that touch at a corner are one


@dataclass(frozen=True)
class Holes:
    """The holes of a mask, numbered from 1.

    Attributes:
        labels: int32 (H, W), 0 on known pixels.
        boxes: for each hole its rows and columns, a pair of slices.
        long: bool, an entry for each number: True if no window holds it whole; entry 0 is False.
    """

    labels: np.ndarray
    boxes: list
    long: np.ndarray


def holes(mask):
    """The holes of a mask (bool, (H, W)), as ``Holes``."""
    labels, _ = ndimage.label(mask, EIGHT)
    boxes = ndimage.find_objects(labels)
    sizes = [max(side.stop - side.start for side in box) for box in boxes]
    return Holes(labels, boxes, np.array([False, *(size > SIDE for size in sizes)]))


def depths(mask):
    """Distance (px) of each hole pixel to the nearest known one, float32 (H, W); the picture's
    border does not count. OpenCV's, because it needs a tenth of SciPy's memory."""
    return cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)


def windows(found, mask):
    """All windows in which holes are to be filled.

    Args:
        found: ``holes(mask)``.
        mask: bool (H, W), True = hole.

    Yields:
        (window, wanted): a pair of slices, and bool (h, w), the pixels to fill from this window.
        Each hole pixel of the mask is wanted once.
    """
    yield from _whole(found, mask.shape)
    if found.long.any():
        yield from _cut(found, mask)


def grown(window, rim, shape):
    """The window with a rim around it, as far as the picture goes.

    Example:
        >>> grown((slice(2, 5), slice(7, 9)), 3, (40, 10))
        (slice(0, 8, None), slice(4, 10, None))
    """
    return tuple(
        slice(max(0, side.start - rim), min(length, side.stop + rim))
        for side, length in zip(window, shape, strict=True)
    )


def _whole(found, shape):
    """Windows for the holes that fit: neighbours share one, or dust would cost a call a grain."""
    together = {}
    owner = np.full(len(found.long), -1)
    for number, box in enumerate(found.boxes, start=1):
        if not found.long[number]:
            place = tuple(side.start // SIDE for side in box)
            members = together.setdefault(place, (len(together), []))
            members[1].append(box)
            owner[number] = members[0]
    for group, boxes in together.values():
        around = tuple(
            slice(min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes))
            for axis in (0, 1)
        )
        window = grown(around, RIM, shape)
        yield window, owner[found.labels[window]] == group


def _cut(found, mask):
    """Windows for the holes that do not fit: squares of the picture with a deep rim."""
    rim = max(RIM, int(np.ceil(RIM_PER_DEPTH * depths(mask)[found.long[found.labels]].max())))
    for rows in _steps(mask.shape[0]):
        for columns in _steps(mask.shape[1]):
            window = grown((rows, columns), rim, mask.shape)
            core = np.zeros([side.stop - side.start for side in window], bool)
            core[
                rows.start - window[0].start : rows.stop - window[0].start,
                columns.start - window[1].start : columns.stop - window[1].start,
            ] = True
            wanted = core & found.long[found.labels[window]]
            if wanted.any():
                yield window, wanted


def _steps(length):
    return [slice(start, min(start + SIDE, length)) for start in range(0, length, SIDE)]
