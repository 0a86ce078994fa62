"""How photographs wear: scratches, overlaid text, blotches and dust, drawn as masks.

Each kind is a function (count, size, share, seed) -> bool (count, H, W), True = hole. Marks are
drawn one after another until they cover ``share`` of the picture, at the sizes that they have on a
scan of some 512 pixels: a larger mask has more of them, not thicker ones.
"""

from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from course_lib._opencv import cv2
from course_lib._validation import check_number, check_seed, check_stack

FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono-Bold")  # matplotlib's
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
MOST_SHARE = 0.5


def scratches(count, size=512, *, share, seed):
    """Long thin marks, a little bent, 1 to 5 pixels wide.

    Args:
        count: how many masks.
        size: an int or (H, W), pixels, 16 or more.
        share: of the picture, above 0 and at most 0.5; the last mark may go a little beyond it.
        seed: an int.

    Returns:
        bool (count, H, W), True = hole.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> worn = scratches(2, 64, share=0.1, seed=0)
        >>> worn.shape, bool((worn.mean(axis=(1, 2)) >= 0.1).all())
        ((2, 64, 64), True)
    """
    return _worn(_scratch, count, size, share, seed)


def text(count, size=512, *, share, seed):
    """Overlaid lines of letters, 10 to 48 pixels high, in the fonts that matplotlib carries.

    Args, returns and raises: as ``scratches``. The exact pixels depend on the FreeType that
    Pillow was built with.

    Example:
        >>> bool(0.1 <= text(1, 256, share=0.1, seed=0).mean() < 0.2)
        True
    """
    return _worn(_line_of_text, count, size, share, seed)


def blotches(count, size=512, *, share, seed):
    """Stains with uneven rims, 6 to 32 pixels across.

    Args, returns and raises: as ``scratches``.

    Example:
        >>> bool(0.1 <= blotches(1, 256, share=0.1, seed=0).mean() < 0.2)
        True
    """
    return _worn(_blotch, count, size, share, seed)


def dust(count, size=512, *, share, seed):
    """Specks 1 to 5 pixels across, and now and then a hair.

    Args, returns and raises: as ``scratches``.

    Example:
        >>> bool(0.05 <= dust(1, 256, share=0.05, seed=0).mean() < 0.06)
        True
    """
    return _worn(_speck, count, size, share, seed)


KINDS = {"scratches": scratches, "text": text, "blotches": blotches, "dust": dust}


def _worn(mark, count, size, share, seed):
    count, height, width = check_stack("masks", count, size, lowest=16)
    asked = f"a share of the picture, above 0 and at most {MOST_SHARE}"
    share = check_number("share", share, asked, lambda share: 0 < share <= MOST_SHARE)
    random = np.random.RandomState(check_seed(seed))
    drawn = np.zeros((count, height, width), np.uint8)
    for canvas in drawn:
        while (missing := share * canvas.size - np.count_nonzero(canvas)) > 0:
            # Counting costs more than drawing a speck.
            for _ in range(1 + int(missing / (2 * LARGEST[mark]))):
                mark(canvas, random)
    return drawn.astype(bool)


def _scratch(canvas, random):
    height, width = canvas.shape
    middle = random.uniform(0, 1, 2) * (width, height)
    angle, length = random.uniform(0, np.pi), random.uniform(0.15, 1.2) * max(height, width)
    _bent_line(canvas, middle, angle, length, random.randint(1, 6), random)


def _speck(canvas, random):
    height, width = canvas.shape
    middle = random.uniform(0, 1, 2) * (width, height)
    if random.uniform() < 0.05:
        angle, length = random.uniform(0, np.pi), random.uniform(8, 30)
        _bent_line(canvas, middle, angle, length, 1, random, bend=0.5)
    else:
        _spot(canvas, middle, random.uniform(0.5, 2.5), random)


def _blotch(canvas, random):
    height, width = canvas.shape
    _spot(canvas, random.uniform(0, 1, 2) * (width, height), random.uniform(3, 16), random)


def _bent_line(canvas, middle, angle, length, thickness, random, bend=0.08):
    """A parabola through ``middle``, (x, y), drawn as a line of 24 pieces."""
    along, across = np.array([np.cos(angle), np.sin(angle)]), [-np.sin(angle), np.cos(angle)]
    place = np.linspace(-0.5, 0.5, 25)[:, None]
    sag = random.uniform(-bend, bend) * (4 * place**2 - 1)
    points = middle + length * (place * along + sag * np.array(across))
    cv2.polylines(canvas, [np.rint(points).astype(np.int32)], False, 1, int(thickness))


def _spot(canvas, middle, radius, random):
    """A disc whose radius swings by a quarter as one goes around it."""
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    swings = sum(
        random.uniform(-0.12, 0.12) * np.cos(waves * turn + random.uniform(0, 2 * np.pi))
        for waves in (2, 3, 5)
    )
    around = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    points = middle + (radius * (1 + swings))[:, None] * around
    cv2.fillPoly(canvas, [np.rint(points).astype(np.int32)], 1)


def _line_of_text(canvas, random):
    height, width = canvas.shape
    font = _font(FONTS[random.randint(len(FONTS))], random.randint(14, 65))
    words = [
        "".join(LETTERS[k] for k in random.randint(0, len(LETTERS), random.randint(2, 10)))
        for _ in range(random.randint(1, 6))
    ]
    picture = Image.new("L", (width, height))
    place = random.randint(-width // 4, width), random.randint(-8, height)
    ImageDraw.Draw(picture).text(place, " ".join(words), fill=255, font=font)
    canvas |= (np.asarray(picture) > 127).astype(np.uint8)


def _font(name, size):
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


LARGEST = {_scratch: np.inf, _line_of_text: np.inf, _blotch: 1_200, _speck: 40}  # pixels of a mark
