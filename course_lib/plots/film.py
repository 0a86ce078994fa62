"""Films on a page: side by side, moving, described in words."""

import base64
import html
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from course_lib._pixels import as_bytes
from course_lib._validation import brief, check_image, check_number
from course_lib.plots.page import check_alt, check_caption, put, show_caption

GAP, TITLE = 6, 18  # pixels between films, and above them
ENLARGED = 900  # CSS pixels: a film is shown as wide as that, where the page is
LOOPS = 8  # then it stands still; whoever wants more loads it again


def show_films(films, *, alt, caption=None, rate=8):
    """Show films side by side, as an animated WebP with a description for who cannot see it.

    Whoever has told the browser to move less sees the middle frame.

    Args:
        films: dict, title -> (T, H, W, 3), floats in [0, 1]; all of one shape.
        alt: what they show, in a sentence (at least 20 characters).
        caption: a sentence under them that says what to see; Markdown.
        rate: frames a second, above 0.

    Raises:
        TypeError, ValueError: if an argument is not as above.
    """
    alt, caption = check_alt(alt), check_caption(caption)
    rate = check_number("rate", rate, "a number above 0", lambda number: number > 0)
    frames = sheet_frames(films)
    moving = _encoded(frames, "WEBP", quality=75, method=4, save_all=True, loop=LOOPS,
                      append_images=frames[1:], duration=round(1000 / rate))  # fmt: skip
    still = _encoded(frames[len(frames) // 2 :], "JPEG", quality=82)
    text = html.escape(alt)
    page = (
        f'<figure style="margin:0"><picture><source media="(prefers-reduced-motion: reduce)" '
        f'srcset="data:image/jpeg;base64,{still}"><img alt="{text}" '
        f'style="width:{ENLARGED}px;max-width:100%" src="data:image/webp;base64,{moving}">'
        "</picture></figure>"
    )
    put(
        {"text/html": page, "image/webp": moving, "text/plain": f"[film: {alt}]"},
        {"image/webp": {"alt": alt}},
    )
    show_caption(caption)


def sheet_frames(films):
    """Films side by side, titled: a list of Pillow pictures.

    Args:
        films: as for ``show_films``.

    Example:
        >>> black = np.zeros((2, 40, 50, 3))
        >>> [picture.size for picture in sheet_frames({"black": black, "white": 1 - black})]
        [(106, 58), (106, 58)]
    """
    if not isinstance(films, dict) or not films:
        raise TypeError(f"films is {brief(films)}: pass a dict, title -> frames.")
    shapes = {np.shape(one) for one in films.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 4:
        raise ValueError(f"the films have the shapes {shapes}: pass (T, H, W, 3), all of one.")
    (count, height, width, _) = shapes.pop()
    for one in films.values():
        check_image(np.asarray(one)[0], "a frame")
    sheet = np.full((count, height + TITLE, len(films) * (width + GAP) - GAP, 3), 255, np.uint8)
    for number, one in enumerate(films.values()):
        left = number * (width + GAP)
        sheet[:, TITLE:, left : left + width] = as_bytes(one)
    pictures = [Image.fromarray(frame) for frame in sheet]
    font = ImageFont.load_default(size=12)
    for picture in pictures:
        for number, title in enumerate(films):
            ImageDraw.Draw(picture).text((number * (width + GAP), 2), title, "black", font)
    return pictures


def _encoded(frames, kind, **options):
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, **options)
    return base64.b64encode(buffer.getvalue()).decode()
