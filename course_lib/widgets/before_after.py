"""Two pictures of one size, one over the other, and a slider that uncovers the second."""

import anywidget
import traitlets

from course_lib import plots
from course_lib._validation import check_image, check_same_shape, check_values
from course_lib.plots import page
from course_lib.widgets._browser import joined
from course_lib.widgets._page import data_url, encode, show


def before_after(before, after, *, alt, caption=None):
    """Two pictures, one over the other, and a slider that moves the border between them.

    Where nothing can be moved they stand side by side.

    Args:
        before, after: RGB (H, W, 3) in [0, 1], of one shape.
        alt: what the two pictures show, in a sentence (at least 20 characters).
        caption: a sentence under them; Markdown.

    Returns:
        BeforeAfter: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> import numpy as np
        >>> dark, light = np.zeros((8, 8, 3)), np.ones((8, 8, 3))
        >>> slider = before_after(dark, light, alt="A black square that turns white.")
        >>> slider.alt
        'A black square that turns white.'
    """
    return BeforeAfter(before, after, page.check_alt(alt), page.check_caption(caption))


class BeforeAfter(anywidget.AnyWidget):
    """What ``before_after`` returns.

    Attributes:
        alt: what the pictures show.
    """

    _esm = joined("before_after.js")
    _css = joined("before_after.css")

    before = traitlets.Unicode(help="a data URL").tag(sync=True)
    after = traitlets.Unicode(help="a data URL").tag(sync=True)
    width = traitlets.Int(help="of the picture, pixels").tag(sync=True)
    height = traitlets.Int().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(self, before, after, alt, caption=None):
        super().__init__()
        self._caption = caption
        self.put(before, after, alt)

    def put(self, before, after, alt):
        """Show two other pictures; arguments as for ``before_after``."""
        self._pair = [check_image(before, "before"), check_image(after, "after")]
        check_same_shape(*self._pair, "the pictures before and after")
        for picture, name in zip(self._pair, ("before", "after"), strict=True):
            check_values(picture, name)
        with self.hold_sync():
            self.alt = alt
            self.height, self.width = self._pair[0].shape[:2]
            self.before, self.after = (data_url(*encode(picture)) for picture in self._pair)

    def _ipython_display_(self):
        drawing = plots.figure(self._pair, titles=["before", "after"])
        show(self, *page.encode(drawing, True), self.alt, caption=self._caption)
