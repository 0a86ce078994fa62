"""Photographs made old, so that the truth is known: what lies over each pixel, and how thickly.

A scan mixes the colour of a scratch and that of the picture in the pixels on its rim. ``opacity``
says how far, and the true mask is every pixel that anything lies over. (``course_lib.wear`` draws
masks of whole pixels, in any share, for training and for tables.)
"""

from dataclasses import dataclass

import numpy as np

from course_lib._opencv import cv2
from course_lib._validation import brief, check_image, check_seed, check_values, is_one_of

FINE = 4  # a soft edge is drawn this many times larger, then averaged
FAINTEST = 0.02  # opacity: what is thinner changes a stored picture by five levels at most
WHITE, ORANGE, BROWN = (1, 1, 1), (1, 0.55, 0.1), (0.35, 0.25, 0.15)


@dataclass(frozen=True)
class Worn:
    """A damaged picture and what is true of its damage.

    Attributes:
        picture: floats in [0, 1], (H, W, 3).
        mask: bool (H, W), True = something lies over the pixel.
        opacity: float64 (H, W), from 0 (untouched) to 1 (nothing of the photograph is left).
    """

    picture: np.ndarray
    mask: np.ndarray
    opacity: np.ndarray


def worn(photograph, kinds, *, seed):
    """A photograph with damage laid over it.

    Args:
        photograph: RGB (H, W, 3), floats in [0, 1].
        kinds: one of, or several of: "sharp scratches", four white ones, 3 to 6 pixels wide, of
            whole pixels; "scratches", the same with the mixed rim of a scan; "writing", three dates
            in orange; "blotches", eight brown ones whose rim fades over some pixels.
        seed: an int.

    Returns:
        ``Worn``.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> old = worn(np.full((64, 64, 3), 0.4), "scratches", seed=0)
        >>> bool((old.picture[~old.mask] == 0.4).all()), bool((old.opacity[old.mask] > 0).all())
        (True, True)
    """
    photograph = check_image(photograph, "photograph")
    check_values(photograph, "the photograph")
    random = np.random.RandomState(check_seed(seed))
    kinds = kinds if isinstance(kinds, (list, tuple)) else (kinds,)
    picture, clear = photograph.astype(np.float64), np.ones(photograph.shape[:2])
    for kind in kinds:
        if not is_one_of(kind, WEAR):
            raise ValueError(f"kind is {brief(kind)}: say one of {', '.join(WEAR)}.")
        draw, colour = WEAR[kind]
        opacity = draw(photograph.shape[:2], random)
        opacity[opacity < FAINTEST] = 0
        layer = opacity[..., None]
        picture = (1 - layer) * picture + layer * np.array(colour)
        clear *= 1 - opacity
    mask = clear < 1
    picture = np.where(mask[..., None], picture, photograph).astype(photograph.dtype)
    return Worn(picture, mask, 1 - clear)


def _sharp_scratches(shape, random):
    canvas = np.zeros(shape, np.uint8)
    _draw_scratches(canvas, random, 1)
    return canvas / 255


def _scratches(shape, random):
    canvas = _fine_canvas(shape)
    _draw_scratches(canvas, random, FINE)
    return _averaged(canvas)


def _draw_scratches(canvas, random, scale):
    height, width = canvas.shape
    for _ in range(4):
        middle, angle = random.uniform(0, 1, 2) * (width, height), random.uniform(0, np.pi)
        half = random.uniform(0.25, 0.5) * min(height, width)
        away = half * np.array([np.cos(angle), np.sin(angle)])
        ends = (np.rint(end).astype(int).tolist() for end in (middle - away, middle + away))
        cv2.line(canvas, *ends, 255, round(random.uniform(3, 6) * scale))


def _writing(shape, random):
    canvas = _fine_canvas(shape)
    height, width = canvas.shape
    for line in range(3):
        day, month, year = random.randint((1, 1, 60), (29, 13, 100))
        left = round(random.uniform(0, 0.4) * width)
        base = round((line + random.uniform(0.5, 1)) / 3 * height)
        cv2.putText(
            canvas, f"{day:02d} {month:02d} '{year:02d}", (left, base), cv2.FONT_HERSHEY_SIMPLEX,
            1.1 * FINE, 255, 4 * FINE,
        )  # fmt: skip
    return _averaged(canvas)


def _blotches(shape, random):
    row, column = np.mgrid[: shape[0], : shape[1]]
    opacity = np.zeros(shape)
    for _ in range(8):
        middle, radius = random.uniform(0, 1, 2) * shape, random.uniform(4, 12)
        flatter, fade = random.uniform(0.7, 1.4), random.uniform(0.35, 0.75)
        distance = np.hypot((row - middle[0]) / flatter, column - middle[1]) - radius
        opacity = np.maximum(opacity, 0.5 - 0.5 * np.tanh(distance / (2 * fade)))
    return opacity


def _fine_canvas(shape):
    return np.zeros((shape[0] * FINE, shape[1] * FINE), np.uint8)


def _averaged(canvas):
    height, width = canvas.shape
    return canvas.reshape(height // FINE, FINE, width // FINE, FINE).mean(axis=(1, 3)) / 255


WEAR = {
    "sharp scratches": (_sharp_scratches, WHITE),
    "scratches": (_scratches, WHITE),
    "writing": (_writing, ORANGE),
    "blotches": (_blotches, BROWN),
}
