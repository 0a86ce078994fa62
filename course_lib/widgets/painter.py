"""Paint a mask on a picture."""

import hashlib
import io
import zlib
from dataclasses import replace
from pathlib import Path

import anywidget
import numpy as np
import traitlets
from PIL import Image

from course_lib import plots, restoration
from course_lib._pixels import as_bytes
from course_lib.restoration.files import check_size
from course_lib.widgets._browser import joined
from course_lib.widgets._mask import HoldsMask
from course_lib.widgets._page import STORED_SIDE, data_url, encode, show, show_alone
from course_lib.widgets._parcels import Inbox, as_file, send

DETAIL_SIDE = 1600  # pixels of the part that is sent when a large picture is zoomed into
BACK = "The mask that was on this picture before is back."
REFUSALS = (TypeError, ValueError, OSError, MemoryError)  # what the library says in one sentence


class MaskPainter(HoldsMask, anywidget.AnyWidget):
    """Paint a mask on a picture with mouse, pen, finger or keyboard.

    Brush, eraser, size, undo and redo, clear; under "More tools" your own picture, polygon,
    zoom, masks from and to files, grow, shrink, invert, and first masks from ``find_damage``. With
    the keyboard: arrow keys move the brush, Space paints, E or Shift+Space erases, [ and ] change
    the size, Ctrl+Z undoes, Ctrl+Y redoes, C clears. A finger paints, two move and zoom. The mask
    arrives in Python at the end of every stroke, at the picture's own resolution.

    Args:
        image: RGB (H, W, 3) in [0, 1]; without one, the page asks for a file.

    Attributes:
        image: the picture, RGB float (H, W, 3), or None before the first.
        photograph: the uploaded file's content, a ``restoration.Photograph``; assign one to show
            it, and the mask that was on it before comes back. None for a picture that was passed
            as an array.
        name: the uploaded file's name, or "".
        mask: bool (H, W), True = hole; assign one to show it.
        message: the sentence that the page shows, such as why a file was refused, or "".
        box: the part of the picture in view, [left, top, right, bottom] in pixels; [] is all.
        for_work: True unfolds all tools.

    Raises:
        TypeError, ValueError: if the image is not floating RGB in [0, 1].

    Example:
        >>> import numpy as np
        >>> painter = MaskPainter(np.zeros((32, 48, 3), np.float32))
        >>> painter.mask.shape
        (32, 48)
    """

    _esm = joined("files.js", "painting.js", "view.js", "page.js", "painter.js")
    _css = joined("painter.css")

    # The front end's binary data arrives as a memoryview, which traitlets.Bytes refuses.
    compressed = traitlets.Bytes(help="packed, by zlib: a mask of 50 megapixels is a few kB").tag(
        sync=True, echo_update=False, from_json=lambda value, widget: bytes(value)
    )
    picture = traitlets.Unicode(help="the picture as a data URL, or nothing").tag(sync=True)
    rows = traitlets.Int().tag(sync=True)
    columns = traitlets.Int().tag(sync=True)
    box = traitlets.List().tag(sync=True)
    hole_colour = traitlets.List(list(plots.HOLE_COLOUR)).tag(sync=True)
    for_work = traitlets.Bool(False).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    photograph = traitlets.Any(None)
    name = ""

    def __init__(self, image=None):
        self._image, self._inbox = None, Inbox()
        self._masks = {}  # of the pictures shown before: a picture's digest -> its mask, compressed
        super().__init__(for_work=image is None)
        if image is not None:
            self._take_image(image)
            self._show_picture(self.image)
        self.on_msg(self._answer)

    @property
    def image(self):
        if self._image is None and self.photograph is not None:
            return restoration.as_rgb(self.photograph)
        return self._image

    @image.setter
    def image(self, image):
        self._image = image

    @traitlets.observe("photograph")
    def _take_photograph(self, change):
        if change.old is not None:
            self._masks[_digest(change.old)] = self.compressed
        self._image = None
        with self.hold_sync():
            self._empty_mask(change.new.pixels.shape[:2])
            self._show_picture(restoration.as_rgb(change.new, 2 * STORED_SIDE))
            self._bring_back(self._masks.get(_digest(change.new)))

    def _bring_back(self, compressed):
        if compressed is not None and any(packed := zlib.decompress(compressed)):
            self.packed = packed
            self.message = BACK

    def _show_picture(self, image):
        self.rows, self.columns = self._size
        self.box = []
        self.picture = data_url(*encode(image))

    @traitlets.observe("packed")
    def _send_mask(self, change):
        if not self.compressed or zlib.decompress(self.compressed) != change.new:
            self.compressed = zlib.compress(change.new)

    @traitlets.observe("compressed")
    def _receive_mask(self, change):
        self.packed = zlib.decompress(change.new)

    @traitlets.observe("box")
    def _send_detail(self, change):
        """What the small picture on the page does not show, where a large one is zoomed into."""
        if not self.box or max(self._size) <= STORED_SIDE:
            return
        buffer = io.BytesIO()
        picture = Image.fromarray(as_bytes(self.part(self.box, DETAIL_SIDE)))
        picture.save(buffer, format="jpeg", quality=88)
        self.send({"kind": "detail", "box": self.box}, [buffer.getvalue()])

    def part(self, box, longest):
        """A part of the picture, RGB floats, shrunk to ``longest`` pixels at most.

        Args:
            box: [left, top, right, bottom], pixels; [] is the whole picture.
            longest: pixels of its longest side.
        """
        if self.photograph is not None:
            return part_of(self.photograph, box, longest)
        left, top, right, bottom = box or [0, 0, *self._size[::-1]]
        part = as_bytes(self._image[top:bottom, left:right])
        return restoration.as_rgb(restoration.Photograph(part, "RGB"), longest)

    def _answer(self, _, asked, buffers):
        """Do what the page asks for; whatever is wrong is said there in a sentence."""
        work = {
            "file": self._take_part,
            "find": self._find,
            "pick": self._pick,
            "save": self._save,
        }
        if asked.get("kind") not in work:
            return
        self.message = ""
        try:
            work[asked["kind"]](asked, buffers)
        except REFUSALS as problem:
            self.message = str(problem)
        self.send({"kind": "done", "view": asked.get("view")})

    def _take_part(self, asked, buffers):
        content = self._inbox.add(asked["number"], asked["count"], buffers[0])
        if content is None:
            return
        with as_file(asked["name"], content) as path:
            if asked["purpose"] == "mask":
                self._load_mask(path)
            else:
                self._open(path)

    def _open(self, path):
        photograph = restoration.read_photograph(path)
        self.name = path.name
        self.photograph = photograph

    def _load_mask(self, path):
        if self._size is None:
            raise ValueError("open the picture first, then its mask.")
        mask = restoration.read_mask(path)
        check_size(mask, self._size, self.name or "the picture")
        self.mask = mask

    def _find(self, asked, _):
        if self._size is None:
            raise ValueError("open a picture first.")
        found = restoration.find_damage(
            self.image, asked["looks"], tolerance=asked["tolerance"], width=asked["width"]
        )
        if not found.any():
            raise ValueError(
                "nothing here looks like that: move the slider, or look for something else."
            )
        self.mask = self.mask | found

    def _pick(self, asked, _):
        """The colour of one pixel: the page only has a JPEG, shrunk and with mixed colours."""
        if self._size is None:
            raise ValueError("open a picture first.")
        x, y = (
            min(max(int(asked[name]), 0), length - 1)
            for name, length in zip("xy", self._size[::-1], strict=True)
        )
        colour = as_bytes(self.part([x, y, x + 1, y + 1], 1))[0, 0]
        self.send({"kind": "colour", "colour": colour.tolist(), "view": asked.get("view")})

    def _save(self, asked, _):
        send(self, *self.mask_file(), asked.get("view"))

    def mask_file(self):
        """The mask as a picture file, white where the hole is: (name, content of the PNG)."""
        if self._size is None:
            raise ValueError("open a picture first.")
        buffer = io.BytesIO()
        Image.fromarray(self.mask).save(buffer, format="png", optimize=True)
        return f"{Path(self.name).stem or 'picture'}-mask.png", buffer.getvalue()

    def _ipython_display_(self):
        if self._size is None:
            show_alone(self, "[a mask painter that waits for a picture]")
        else:
            show(self, *self._still(), caption="Paint over what is to be filled in.")


def part_of(photograph, box, longest):
    """A part of a ``Photograph``, RGB floats, shrunk to ``longest`` pixels at most."""
    left, top, right, bottom = box or [0, 0, *photograph.pixels.shape[1::-1]]
    part = replace(photograph, pixels=photograph.pixels[top:bottom, left:right])
    return restoration.as_rgb(part, longest)


def _digest(photograph):
    """What tells pictures apart whatever their files are called."""
    pixels, palette = photograph.pixels, photograph.palette
    digest = hashlib.sha256(f"{photograph.mode} {pixels.shape} {pixels.dtype}".encode())
    for array in (pixels, palette):
        if array is not None:
            digest.update(np.ascontiguousarray(array))
    return digest.digest()
