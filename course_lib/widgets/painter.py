"""Paint a mask on a picture."""

from pathlib import Path

import anywidget
import traitlets

from course_lib import plots
from course_lib.widgets._mask import HoldsMask
from course_lib.widgets._page import data_url, encode, show


class MaskPainter(HoldsMask, anywidget.AnyWidget):
    """Paint a mask on a picture with mouse, pen, finger or keyboard.

    Brush, eraser, size, undo (the last stroke), clear. With the keyboard: arrow keys move the
    brush, Space paints, E or Shift+Space erases, + and - change the size, U undoes, C clears.
    The mask arrives in Python at the end of every stroke, at the picture's own resolution.

    Args:
        image: RGB (H, W, 3) in [0, 1].

    Attributes:
        image: the picture, as passed.
        mask: bool (H, W), True = hole; assign one to show it.

    Raises:
        TypeError, ValueError: if the image is not floating RGB in [0, 1].

    Example:
        >>> import numpy as np
        >>> painter = MaskPainter(np.zeros((32, 48, 3), np.float32))
        >>> painter.mask.shape
        (32, 48)
    """

    _esm = Path(__file__).with_name("painter.js")
    _css = Path(__file__).with_name("painter.css")

    # The front end's binary data arrives as a memoryview, which traitlets.Bytes refuses.
    packed = traitlets.Bytes().tag(sync=True, from_json=lambda value, widget: bytes(value))
    picture = traitlets.Unicode(help="the picture as a data URL").tag(sync=True)
    rows = traitlets.Int().tag(sync=True)
    columns = traitlets.Int().tag(sync=True)
    hole_colour = traitlets.List(list(plots.HOLE_COLOUR)).tag(sync=True)

    def __init__(self, image):
        self._take_image(image)
        rows, columns = self.image.shape[:2]
        super().__init__(picture=data_url(*encode(self.image)), rows=rows, columns=columns)

    def _ipython_display_(self):
        show(self, *self._still(), caption="Paint over what is to be filled in.")
