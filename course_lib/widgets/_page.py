"""What every widget puts on the page: itself, a still picture, and pictures as data."""

import base64
import io

from PIL import Image

from course_lib._pixels import as_bytes
from course_lib.plots import page
from course_lib.plots.drawing import shrunk

WIDGET_MEDIA_TYPE = "application/vnd.jupyter.widget-view+json"
ENLARGED_SIDE = 256  # pixels: smaller pictures are enlarged to about this side
STORED_SIDE = 1024  # pixels: larger pictures are shown at this side, but masked at their own


def show(widget, media_type, content, alt, caption):
    """Put a widget on the page, with a still picture for places where it cannot move."""
    data = {
        **_reference(widget),
        media_type: base64.b64encode(content).decode(),
        "text/plain": f"[figure: {alt}]",
    }
    page.put(data, {media_type: {"alt": alt}})
    page.show_caption(caption)


def show_alone(widget, words):
    """Put a widget on the page that has no picture yet."""
    page.put({**_reference(widget), "text/plain": words})


def _reference(widget):
    said = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {WIDGET_MEDIA_TYPE: said}


def encode(image):
    """A picture for the page, as (media type, bytes): few pixels enlarged as PNG, many as JPEG."""
    # A huge picture is not copied whole: twice the stored sides are enough to shrink from.
    image = shrunk(image, (2 * STORED_SIDE) ** 2)
    eight_bits = as_bytes(image)
    longest = max(image.shape[:2])
    buffer = io.BytesIO()
    if longest <= ENLARGED_SIDE:
        factor = enlargement(image)
        enlarged = eight_bits.repeat(factor, axis=0).repeat(factor, axis=1)
        Image.fromarray(enlarged).save(buffer, format="png", optimize=True)
        return "image/png", buffer.getvalue()
    picture = Image.fromarray(eight_bits)
    picture.thumbnail((STORED_SIDE, STORED_SIDE))
    picture.save(buffer, format="jpeg", quality=82, optimize=True)
    return "image/jpeg", buffer.getvalue()


def enlargement(image):
    return max(1, ENLARGED_SIDE // max(image.shape[:2]))


def data_url(media_type, content):
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
