"""Films on a page: side by side, moving, described in words."""

import base64
import html
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from course_lib._pixels import as_bytes
from course_lib._validation import brief, check_image, check_number
from course_lib.plots.page import check_alt, check_caption, put, show_caption

STORED = 256  # pixels across a film, or more: most pages show no picture larger than it is
GAP, TITLE = 10, 24  # pixels between films, and above them
WIDEST = 900  # CSS pixels: films are shown this wide where the page is wide enough
LOOPS = 8  # then it stands still; reload it to see more


def show_films(films, *, alt, caption=None, rate=8):
    """Show films side by side, as an animated WebP with a description for those who cannot see it.

    Those who have asked their browser for less motion see the middle frame.

    Args:
        films: dict, title -> (T, H, W, 3), floats in [0, 1]; all of one shape.
        alt: what they show, in a sentence (at least 20 characters).
        caption: a sentence under them that says what to see; Markdown.
        rate: frames per second, above 0.

    Raises:
        TypeError, ValueError: if an argument is not as above.
    """
    alt, caption = check_alt(alt), check_caption(caption)
    rate = check_number("rate", rate, "a number above 0", lambda number: number > 0)
    frames = sheet_frames(films)
    moving = _encoded(frames, "WEBP", quality=55, method=4, save_all=True, loop=LOOPS,
                      append_images=frames[1:], duration=round(1000 / rate))  # fmt: skip
    still = _encoded(frames[len(frames) // 2 :], "JPEG", quality=82)
    text = html.escape(alt)
    page = (
        f'<figure style="margin:0"><picture><source media="(prefers-reduced-motion: reduce)" '
        f'srcset="data:image/jpeg;base64,{still}"><img alt="{text}" '
        f'style="width:{WIDEST}px;max-width:100%" src="data:image/webp;base64,{moving}">'
        "</picture></figure>"
    )
    put(
        {"text/html": page, "image/webp": moving, "text/plain": f"[film: {alt}]"},
        {"image/webp": {"alt": alt}},
    )
    show_caption(caption)


def sheet_frames(films):
    """Films side by side, enlarged and titled: a list of Pillow pictures.

    Args:
        films: as for ``show_films``.

    Example:
        >>> black = np.zeros((2, 120, 160, 3))
        >>> [picture.size for picture in sheet_frames({"black": black, "white": 1 - black})]
        [(522, 216), (522, 216)]
    """
    if not isinstance(films, dict) or not films:
        raise TypeError(f"films is {brief(films)}: pass a dict, title -> frames.")
    shapes = {np.shape(one) for one in films.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 4:
        raise ValueError(f"the films have the shapes {shapes}: pass (T, H, W, 3), all of one.")
    (count, height, width, _) = shapes.pop()
    if not count:
        raise ValueError("the films have no frame: pass one at least.")
    for one in films.values():
        check_image(np.asarray(one)[0], "a frame")
    size = tuple(round(max(1, STORED / width) * side) for side in (width, height))
    places = range(0, len(films) * (size[0] + GAP), size[0] + GAP)
    blank = Image.new("RGB", (places[-1] + size[0], TITLE + size[1]), "white")
    font = ImageFont.load_default(size=16)
    for left, title in zip(places, films, strict=True):
        ImageDraw.Draw(blank).text((left, 2), title, "black", font)
    pictures = [blank.copy() for _ in range(count)]
    for left, one in zip(places, films.values(), strict=True):
        for picture, frame in zip(pictures, as_bytes(one), strict=True):
            enlarged = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC)
            picture.paste(enlarged, (left, TITLE))
    return pictures


def _encoded(frames, kind, **options):
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, **options)
    return base64.b64encode(buffer.getvalue()).decode()
