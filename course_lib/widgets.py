"""Things to move: paint a mask, build one with sliders, explore a figure by its parameters.

Every one of them shows itself when it is the last line of a cell, together with a still picture
for places where nothing can be moved: a page on the web, a printed notebook. It needs no network.
"""

import base64
import html
import io
from pathlib import Path

import anywidget
import ipywidgets
import numpy as np
import traitlets
from PIL import Image
from scipy import ndimage

from course_lib import plots
from course_lib.validation import (
    check_image,
    check_mask,
    check_mask_fits,
    check_values,
    is_number,
    is_whole,
)

WIDGET_MEDIA_TYPE = "application/vnd.jupyter.widget-view+json"
ENLARGED_SIDE = 256  # pixels: smaller pictures are enlarged to about this side
PREVIEW_SIDE = 384  # CSS pixels
STORED_SIDE = 1024  # pixels: larger pictures are shown, not masked, at this side
SHAPES = ("rectangle", "ellipse", "line")
BOX_SLIDERS = ("centre x", "centre y", "width", "height")
LINE_SLIDERS = ("start x", "start y", "end x", "end y", "thickness")


class _HoldsMask(traitlets.HasTraits):
    """A picture and a mask for it; observe the trait ``packed`` to hear of a changed mask."""

    packed = traitlets.Bytes(help="the mask, one bit a pixel, row by row (numpy.packbits)")

    def _take_image(self, image):
        image = check_image(image)
        check_values(image, "image")
        self.image = image
        self.mask = np.zeros(image.shape[:2], dtype=bool)

    @property
    def mask(self):
        """The mask, bool (H, W), True = hole: a fresh array. Assign a mask to replace it.

        Raises, on assignment:
            TypeError: if the mask is not bool.
            ValueError: if it is not one mask (H, W) of the picture's size.
        """
        shape = self.image.shape[:2]
        bits = np.frombuffer(self.packed, dtype=np.uint8)
        return np.unpackbits(bits, count=shape[0] * shape[1]).reshape(shape).astype(bool)

    @mask.setter
    def mask(self, mask):
        mask = check_mask(mask)
        if mask.ndim != 2:
            raise ValueError(f"mask has shape {mask.shape}: pass one mask (H, W) of the batch.")
        self.packed = np.packbits(check_mask_fits(mask, self.image)).tobytes()

    def _still(self):
        """The picture with its hole in colour, as (media type, bytes, alternative text)."""
        height, width = self.image.shape[:2]
        alt = (
            f"The picture to be masked, {width} x {height} pixels, with {self.mask.mean():.1%} "
            "of it marked as hole."
        )
        return *_encode(plots.tint(self.image, self.mask)), alt


class MaskPainter(_HoldsMask, anywidget.AnyWidget):
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
        >>> painter = MaskPainter(np.zeros((32, 48, 3), np.float32))
        >>> painter.mask.shape
        (32, 48)
    """

    _esm = Path(__file__).with_name("mask_painter.js")
    _css = Path(__file__).with_name("mask_painter.css")

    # The front end's binary data arrives as a memoryview, which traitlets.Bytes refuses.
    packed = traitlets.Bytes().tag(sync=True, from_json=lambda value, widget: bytes(value))
    picture = traitlets.Unicode(help="the picture as a data URL").tag(sync=True)
    rows = traitlets.Int().tag(sync=True)
    columns = traitlets.Int().tag(sync=True)
    hole_colour = traitlets.List(list(plots.HOLE_COLOUR)).tag(sync=True)

    def __init__(self, image):
        self._take_image(image)
        rows, columns = self.image.shape[:2]
        super().__init__(picture=_data_url(*_encode(self.image)), rows=rows, columns=columns)

    def _ipython_display_(self):
        _show(self, *self._still(), caption="Paint over what is to be filled in.")


class MaskSliders(_HoldsMask, ipywidgets.VBox):
    """Build a mask from rectangles, ellipses and lines: MaskPainter for those who cannot paint.

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
            "undo": ("Take the last step back", self._undo),
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
            f'src="{_data_url(*_encode(preview))}">'
        )
        self._status.value = f'<span role="status">{100 * self.mask.mean():.1f} % hole</span>'

    def _ipython_display_(self):
        _show(self, *self._still(), caption="Mark what is to be filled in.")


def explore(draw, *, alt, caption=None, photograph=False, **controls):
    """A figure with controls above it, drawn anew when one of them is moved.

    Args:
        draw: a function of the controls' values that returns a matplotlib Figure. A
            ``ValueError`` that it raises after the first drawing is taken for an impossible
            choice of the learner's, and its sentence is shown in the figure's place.
        alt: what the figure shows, in a sentence (at least 20 characters), or a function of the
            controls' values that returns it.
        caption: a sentence under the figure that says what to see in it; Markdown.
        photograph: store the figure as JPEG, not PNG.
        **controls: one a parameter of ``draw``, in the order shown:
            ``(low, high)``, ``(low, high, step)`` or ``(low, high, step, start)``: a slider, of
            whole numbers if all of these are; it starts at ``low`` if no start is given;
            a list of numbers: a slider that stops at these;
            any other list: a menu;
            a dict: a menu of its keys that passes on their values;
            a bool: a check box;
            a MaskPainter or MaskSliders: passes on its mask;
            any other ipywidget with a ``value``: passes it on.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if a control or ``alt`` is not as above; and whatever the first
            drawing raises.

    Example:
        >>> def draw(level):
        ...     return plots.figure(np.full((8, 8, 3), level))
        >>> demo = explore(draw, alt="A square of one grey level.", level=(0.0, 1.0, 0.1))
        >>> demo.controls["level"].value = 0.5
        >>> demo.values
        {'level': 0.5}
    """
    return Exploration(draw, alt, caption, photograph, controls)


class Exploration:
    """What ``explore`` returns.

    Attributes:
        controls: dict of the ipywidgets by parameter name; set their ``value`` to move them.
        values: dict of what ``draw`` is called with now.
        media_type, image_bytes: the picture as last drawn.
        message: the sentence shown in the picture's place, or None.
    """

    def __init__(self, draw, alt, caption, photograph, controls):
        if not controls:
            raise ValueError("there is nothing to move: pass explore at least one control by name.")
        self._draw, self._alt, self._caption, self._photograph = draw, alt, caption, photograph
        self._choices = {name: spec for name, spec in controls.items() if isinstance(spec, dict)}
        label_width = f"{0.6 * max(map(len, controls)) + 1:.1f}em"
        self.controls = {
            name: _make_control(name, spec, label_width) for name, spec in controls.items()
        }
        self.message = None
        self._is_drawing = self._is_stale = False
        self._draw_now()
        self._page = ipywidgets.HTML()
        self._show_picture()
        self._box = ipywidgets.VBox([*self.controls.values(), self._page])
        for control in self.controls.values():
            control.observe(self._redraw, _trait_to_watch(control))

    @property
    def values(self):
        return {name: self._value(name) for name in self.controls}

    def _value(self, name):
        control = self.controls[name]
        if isinstance(control, _HoldsMask):
            return control.mask
        return self._choices[name][control.value] if name in self._choices else control.value

    def _redraw(self, change=None):
        """Draw until the picture shows the latest values: a control may move during a drawing."""
        self._is_stale = True
        if self._is_drawing:
            return
        self._is_drawing = True
        try:
            while self._is_stale:
                self._is_stale = False
                self._draw_or_explain()
        finally:
            self._is_drawing = False

    def _draw_or_explain(self):
        self.message = None
        try:
            self._draw_now()
        except ValueError as error:
            self._show_message(str(error))
        except Exception as error:
            # Raised again, for whoever set the value in a cell; when the front end did, the
            # kernel only logs it, so that the page must say it too.
            self._show_message(f"The drawing failed with {type(error).__name__}: {error}")
            raise
        else:
            self._show_picture()

    def _draw_now(self):
        values = self.values
        drawing = self._draw(**values)
        if not hasattr(drawing, "savefig"):
            raise TypeError(
                f"draw returned {type(drawing).__name__}: return a matplotlib Figure, "
                "for example from plots.figure(images)."
            )
        self.alt = plots.check_alt(self._alt(**values) if callable(self._alt) else self._alt)
        self.media_type, self.image_bytes = plots.encode(drawing, self._photograph)

    def _show_picture(self):
        encoded = base64.b64encode(self.image_bytes).decode()
        self._page.value = plots.as_html(self.media_type, encoded, self.alt)

    def _show_message(self, sentence):
        self.message = sentence
        self._page.value = f'<p role="alert">{html.escape(sentence)}</p>'

    def _ipython_display_(self):
        _show(self._box, self.media_type, self.image_bytes, self.alt, caption=self._caption)


def _make_control(name, spec, label_width):
    shown = {
        "description": name.replace("_", " "),
        "style": {"description_width": label_width},
        "layout": ipywidgets.Layout(width="30em", max_width="100%"),
    }
    if isinstance(spec, ipywidgets.Widget):
        if not isinstance(spec, _HoldsMask) and not spec.has_trait("value"):
            raise TypeError(
                f"{name} is a {type(spec).__name__}, without a value: pass a widget that has one."
            )
        return spec
    if isinstance(spec, bool):
        return ipywidgets.Checkbox(spec, **shown)
    if isinstance(spec, tuple) and 2 <= len(spec) <= 4 and all(map(is_number, spec)):
        low, high, step, start = _complete(spec)
        if not low <= start <= high or low == high or step <= 0:
            raise ValueError(f"{name}={spec}: pass (low, high, step, start), low < high, step > 0.")
        whole = all(map(is_whole, spec))
        slider = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        reading = {} if whole else {"readout_format": ".4g"}
        return slider(min=low, max=high, step=step, value=start, **reading, **shown)
    if isinstance(spec, (list, dict)) and len(spec):
        numbers = isinstance(spec, list) and all(map(is_number, spec))
        menu = ipywidgets.SelectionSlider if numbers else ipywidgets.Dropdown
        return menu(options=list(spec), **shown)
    raise TypeError(
        f"{name}={spec!r} is no control: pass (low, high), (low, high, step), "
        "(low, high, step, start), a list, a dict, a bool or an ipywidget."
    )


def _complete(spec):
    """(low, high, step, start) from a tuple that may end earlier."""
    low, high, *rest = spec
    whole = is_whole(low) and is_whole(high)
    step = rest[0] if rest else (1 if whole else (high - low) / 100)
    return low, high, step, rest[1] if len(rest) == 2 else low


def _trait_to_watch(control):
    return "packed" if isinstance(control, _HoldsMask) else "value"


def _show(widget, media_type, content, alt, caption):
    """Put a widget on the page, with a still picture for places where it cannot move."""
    data = {
        WIDGET_MEDIA_TYPE: {"version_major": 2, "version_minor": 0, "model_id": widget.model_id},
        media_type: base64.b64encode(content).decode(),
        "text/plain": f"[figure: {alt}]",
    }
    plots.put(data, {media_type: {"alt": alt}})
    plots.show_caption(caption)


def _encode(image):
    """A picture for the page, as (media type, bytes): few pixels enlarged as PNG, many as JPEG."""
    eight_bits = np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
    longest = max(image.shape[:2])
    buffer = io.BytesIO()
    if longest <= ENLARGED_SIDE:
        factor = _enlargement(image)
        enlarged = eight_bits.repeat(factor, axis=0).repeat(factor, axis=1)
        Image.fromarray(enlarged).save(buffer, format="png", optimize=True)
        return "image/png", buffer.getvalue()
    picture = Image.fromarray(eight_bits)
    picture.thumbnail((STORED_SIDE, STORED_SIDE))
    picture.save(buffer, format="jpeg", quality=82, optimize=True)
    return "image/jpeg", buffer.getvalue()


def _enlargement(image):
    return max(1, ENLARGED_SIDE // max(image.shape[:2]))


def _data_url(media_type, content):
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _outline(image, shape):
    """The picture, enlarged as it will be shown, with a white and black line around a shape."""
    factor = _enlargement(image)
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
