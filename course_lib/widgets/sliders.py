"""Build a mask from shapes that sliders place."""

import ipywidgets
import numpy as np
from scipy import ndimage

from course_lib import plots
from course_lib.widgets._mask import HoldsMask
from course_lib.widgets._page import data_url, encode, enlargement, show

PREVIEW_SIDE = 384  # CSS pixels
SHAPES = ("rectangle", "ellipse", "line")
BOX_SLIDERS = ("centre x", "centre y", "width", "height")
LINE_SLIDERS = ("start x", "start y", "end x", "end y", "thickness")


class MaskSliders(HoldsMask, ipywidgets.VBox):
    """Build a mask from rectangles, ellipses and lines: MaskPainter for those who cannot paint.

    It needs no JavaScript of its own, only what every front end of ipywidgets has: use it too
    where Colab, a firewall or an old browser refuses to load custom widgets.

    Sliders place a shape, drawn as an outline; Add makes its pixels holes, Erase makes them
    known again, Undo takes the last of these steps back, Clear empties the mask. Positions are
    pixels, counted from 0 at the top left.

    Args:
        image: RGB (H, W, 3) in [0, 1].

    Attributes:
        image: the picture, as passed.
        mask: bool (H, W), True = hole; assign one to show it.
        controls: dict of the ipywidgets by name: "shape", "centre x", "centre y", "width",
            "height"; for a line "start x", "start y", "end x", "end y", "thickness"; and
            the buttons "add", "erase", "undo", "clear".

    Raises:
        TypeError, ValueError: if the image is not floating RGB in [0, 1].

    Example:
        >>> sliders = MaskSliders(np.zeros((32, 48, 3), np.float32))
        >>> sliders.controls["add"].click()
        >>> int(sliders.mask.sum())  # a rectangle of a quarter of the sides, to begin with
        96
    """

    def __init__(self, image):
        super().__init__()
        self._take_image(image)
        self._previous = self.packed
        sliders, buttons = self._make_sliders(), self._make_buttons()
        self.controls = {**sliders, **buttons}
        self._preview, self._status = ipywidgets.HTML(), ipywidgets.HTML()
        self._redraw()
        for slider in sliders.values():
            slider.observe(self._redraw, "value")
        self.observe(self._redraw, "packed")
        tools = [*sliders.values(), ipywidgets.HBox([*buttons.values()]), self._status]
        row = ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start")
        self.children = (ipywidgets.Box([self._preview, ipywidgets.VBox(tools)], layout=row),)

    def _make_sliders(self):
        height, width = self.image.shape[:2]
        ranges = {  # lowest, highest, at the start
            "centre x": (0, width - 1, width // 2),
            "centre y": (0, height - 1, height // 2),
            "width": (1, width, max(1, width // 4)),
            "height": (1, height, max(1, height // 4)),
            "start x": (0, width - 1, width // 4),
            "start y": (0, height - 1, height // 4),
            "end x": (0, width - 1, 3 * width // 4),
            "end y": (0, height - 1, 3 * height // 4),
            "thickness": (1, max(1, max(height, width) // 4), 1),
        }
        sliders = {"shape": ipywidgets.Dropdown(options=SHAPES, description="shape")}
        for name, (lowest, highest, start) in ranges.items():
            sliders[name] = ipywidgets.IntSlider(start, lowest, highest, description=name)
        return sliders

    def _make_buttons(self):
        actions = {
            "add": ("Make the shape a hole", lambda: self._step(self.mask | self._shape())),
            "erase": ("Make the shape known", lambda: self._step(self.mask & ~self._shape())),
            "undo": ("Undo the last step", self._undo),
            "clear": ("Empty the mask", lambda: self._step(np.zeros_like(self.mask))),
        }
        buttons = {}
        for name, (tooltip, action) in actions.items():
            button = ipywidgets.Button(description=name.capitalize(), tooltip=tooltip)
            button.layout.width = "5.5em"
            button.on_click(lambda _, action=action: action())
            buttons[name] = button
        return buttons

    def _step(self, mask):
        self._previous = self.packed
        self.mask = mask

    def _undo(self):
        self.packed, self._previous = self._previous, self.packed

    def _shape(self):
        """The shape that the sliders describe, bool (H, W)."""

        def at(*names):
            return [self.controls[name].value for name in names]

        y, x = np.ogrid[: self.image.shape[0], : self.image.shape[1]]
        (kind,) = at("shape")
        if kind == "line":
            (thickness,) = at("thickness")
            distance = _distance_to_segment(x, y, at("start x", "start y"), at("end x", "end y"))
            return distance <= thickness / 2
        (centre_x, centre_y), (width, height) = at("centre x", "centre y"), at("width", "height")
        # The middle of the shape's box lies between two pixels where a side is even.
        across = np.abs(x - (centre_x - width // 2 + (width - 1) / 2)) / (width / 2)
        down = np.abs(y - (centre_y - height // 2 + (height - 1) / 2)) / (height / 2)
        if kind == "rectangle":
            return (across < 1) & (down < 1)
        return across**2 + down**2 < 1

    def _redraw(self, change=None):
        kind = self.controls["shape"].value
        for name in BOX_SLIDERS + LINE_SLIDERS:
            belongs = (name in LINE_SLIDERS) == (kind == "line")
            self.controls[name].layout.display = "flex" if belongs else "none"
        alt = f"The picture, {self.mask.mean():.1%} of it hole, and the outline of a {kind} to add."
        preview = _outline(plots.tint(self.image, self.mask), self._shape())
        width = preview.shape[1] * min(1, PREVIEW_SIDE / max(preview.shape[:2]))
        self._preview.value = (
            f'<img alt="{alt}" style="width:{width:.0f}px;max-width:100%" '
            f'src="{data_url(*encode(preview))}">'
        )
        self._status.value = f'<span role="status">{100 * self.mask.mean():.1f} % hole</span>'

    def _ipython_display_(self):
        show(self, *self._still(), caption="Mark what is to be filled in.")


def _outline(image, shape):
    """The picture, enlarged as it will be shown, with a white and black line around a shape."""
    factor = enlargement(image)
    image, shape = (array.repeat(factor, axis=0).repeat(factor, axis=1) for array in (image, shape))
    outlined = np.array(image)
    outlined[ndimage.binary_dilation(shape) & ~shape] = 0
    outlined[shape & ~ndimage.binary_erosion(shape)] = 1
    return outlined


def _distance_to_segment(x, y, start, end):
    """Distance in pixels of each point (x, y) to the straight line from start to end."""
    along = np.subtract(end, start)
    length = max(1, along @ along)  # of a dot: any number serves
    share = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / length, 0, 1)
    return np.hypot(x - start[0] - share * along[0], y - start[1] - share * along[1])
