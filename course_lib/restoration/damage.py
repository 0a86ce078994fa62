"""A first mask from the picture itself: scratches, dust, writing in one colour.

What is found is a proposal. No rule knows a scratch from a wire: look at it and mend it by hand.
"""

import numpy as np

from course_lib._opencv import cv2
from course_lib._validation import (
    brief,
    check_colour,
    check_count,
    check_image,
    check_number,
    check_values,
    is_one_of,
)

LOOKS = ("bright", "dark", "bright scratches", "dark scratches")
GREY = (0.299, 0.587, 0.114)  # luma of ITU-R BT.601
WIDEST = 1_000  # pixels of a scratch, or around one
EIGHT = 8  # neighbours: a scratch in diagonal steps is one piece


def find_damage(image, looks="bright scratches", *, tolerance=None, width=5, smallest=5, grow=1):
    """Propose a mask for what looks damaged.

    "bright scratches" are lines and specks brighter than their surroundings on both sides and no
    wider than ``width``: the brightness less its morphological opening (the white top-hat: Serra,
    Image Analysis and Mathematical Morphology, 1982); "dark scratches" the same in the negative.
    "bright" and "dark" are pixels near white and near black; a colour stands for the pixels near
    it, such as an overlaid date or text.

    Args:
        image: RGB (H, W, 3), floats in [0, 1].
        looks: "bright scratches", "dark scratches", "bright", "dark", or an RGB triple in [0, 1].
        tolerance: how far from its surroundings a scratch must stand out, or how near to white, to
            black or to the colour (in its worst channel) a pixel must be; above 0, at most 1. If
            left out, 0.3 for scratches and 0.1 for the others.
        width: of the widest scratch, pixels, 1 to 1,000.
        smallest: specks of fewer pixels are left out, 1 or more.
        grow: pixels that are added around what was found, 0 to 1,000: the edge of a scratch is
            mixed with the picture.

    Returns:
        bool (H, W), True = found.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> wall = np.full((20, 30, 3), 0.4)
        >>> wall[:, 12] = 0.9
        >>> np.flatnonzero(find_damage(wall, grow=0)[5]).tolist()
        [12]
    """
    image = check_image(image)
    check_values(image, "the image")
    if tolerance is None:
        tolerance = 0.3 if isinstance(looks, str) and looks.endswith("scratches") else 0.1
    asked = "a number above 0, at most 1"
    tolerance = check_number("tolerance", tolerance, asked, lambda number: 0 < number <= 1)
    width, smallest = check_count("width", width, 1, WIDEST), check_count("smallest", smallest, 1)
    grow = check_count("grow", grow, 0, WIDEST)
    found = _looks_like(image, looks, tolerance, width)
    found = _without_specks(found, smallest)
    return cv2.dilate(found.astype(np.uint8), _disk(2 * grow + 1)).astype(bool)


def _looks_like(image, looks, tolerance, width):
    if is_one_of(looks, LOOKS):
        brightness = (image @ np.array(GREY)).astype(np.float32)
        if looks.startswith("dark"):
            brightness = 1 - brightness
        if looks in ("bright", "dark"):
            return brightness >= 1 - tolerance
        opened = cv2.morphologyEx(brightness, cv2.MORPH_OPEN, _disk(width + 1))
        return brightness - opened > tolerance
    try:
        colour = check_colour("looks", None if isinstance(looks, str) else looks)
    except (TypeError, ValueError):
        names = ", ".join(f'"{name}"' for name in LOOKS)
        raise ValueError(
            f"looks is {brief(looks)}: say one of {names}, or give an RGB triple in [0, 1]."
        ) from None
    return np.abs(image - colour).max(axis=-1) <= tolerance


def _without_specks(found, smallest):
    labels, stats = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=EIGHT)[
        1:3
    ]
    large = stats[:, cv2.CC_STAT_AREA] >= smallest
    large[0] = False  # what was not found
    return large[labels]


def _disk(diameter):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
