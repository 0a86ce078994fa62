"""A figure with controls above it, drawn again when one of them is moved."""

import base64
import html

import ipywidgets
import numpy as np

from course_lib._validation import as_number, brief, is_number, is_whole
from course_lib.plots import page
from course_lib.plots.drawing import own_style
from course_lib.widgets._mask import HoldsMask
from course_lib.widgets._page import show

LARGEST = 2**53  # up to here a browser has every whole number


def explore(draw, *, alt, caption=None, photograph=False, **controls):
    """A figure with controls above it, drawn again when one of them is moved.

    Args:
        draw: a function of the controls' values that returns a matplotlib Figure. A
            ``ValueError`` that it raises after the first drawing is taken for an impossible
            choice of the learner's, and its sentence is shown in the figure's place. It draws with
            matplotlib's own defaults, whatever a matplotlibrc says.
        alt: what the figure shows, in a sentence (at least 20 characters), or a function of the
            controls' values that returns it.
        caption: a sentence under the figure that says what to see in it; Markdown.
        photograph: store the figure as JPEG, not PNG.
        **controls: one for each parameter of ``draw``, in the order shown:
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
        >>> from course_lib import plots
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
        if not callable(draw):
            raise TypeError(f"draw is {brief(draw)}: pass a function that returns a Figure.")
        if not controls:
            raise ValueError("there is nothing to move: pass explore at least one control by name.")
        self._draw, self._alt, self._photograph = draw, alt, photograph
        self._caption = page.check_caption(caption)
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
        if isinstance(control, HoldsMask):
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
        with own_style():
            drawing = self._draw(**values)
        if not hasattr(drawing, "savefig"):
            raise TypeError(
                f"draw returned {type(drawing).__name__}: return a matplotlib Figure, "
                "for example from plots.figure(images)."
            )
        self.alt = page.check_alt(self._alt(**values) if callable(self._alt) else self._alt)
        self.media_type, self.image_bytes = page.encode(drawing, self._photograph)

    def _show_picture(self):
        encoded = base64.b64encode(self.image_bytes).decode()
        self._page.value = page.as_html(self.media_type, encoded, self.alt)

    def _show_message(self, sentence):
        self.message = sentence
        self._page.value = f'<p role="alert">{html.escape(sentence)}</p>'

    def _ipython_display_(self):
        show(self._box, self.media_type, self.image_bytes, self.alt, caption=self._caption)


def _make_control(name, spec, label_width):
    shown = {
        "description": name.replace("_", " "),
        "style": {"description_width": label_width},
        "layout": ipywidgets.Layout(width="30em", max_width="100%"),
    }
    if isinstance(spec, ipywidgets.Widget):
        if not isinstance(spec, HoldsMask) and not spec.has_trait("value"):
            raise TypeError(
                f"{name} is a {type(spec).__name__}, without a value: pass a widget that has one."
            )
        return spec
    if isinstance(spec, (bool, np.bool_)):
        return ipywidgets.Checkbox(bool(spec), **shown)
    numbers = isinstance(spec, (tuple, list)) and len(spec) and all(map(is_number, spec))
    if isinstance(spec, tuple) and 2 <= len(spec) <= 4 and numbers:
        return _make_slider(name, [as_number(one) for one in spec], shown)
    if isinstance(spec, (list, dict)) and len(spec) and not any(map(_is_array, spec)):
        if numbers and not all(-LARGEST <= one <= LARGEST for one in spec):
            raise ValueError(f"{name} is {brief(spec)}: pass numbers, none beyond 2**53.")
        menu = ipywidgets.SelectionSlider if numbers else ipywidgets.Dropdown
        return menu(options=list(spec), **shown)
    raise TypeError(
        f"{name} is {brief(spec)}, which is no control: pass (low, high), (low, high, step), "
        "(low, high, step, start), a list, a dict with a name for each value, a bool or an "
        "ipywidget."
    )


def _is_array(value):
    return isinstance(getattr(value, "ndim", None), int) and value.ndim > 0


def _make_slider(name, numbers, shown):
    whole, exact = all(map(is_whole, numbers)), all(-LARGEST <= one <= LARGEST for one in numbers)
    low, high, *rest = numbers if exact else (0, 0)
    step = rest[0] if rest else (1 if is_whole(low) and is_whole(high) else (high - low) / 100)
    start = rest[1] if len(rest) == 2 else low
    if not low <= start <= high or low == high or step <= 0:
        raise ValueError(
            f"{name} is {brief(tuple(numbers))}: pass (low, high, step, start), low < high, "
            "step > 0, none beyond 2**53."
        )
    slider = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    reading = {} if whole else {"readout_format": ".4g"}
    return slider(min=low, max=high, step=step, value=start, **reading, **shown)


def _trait_to_watch(control):
    return "packed" if isinstance(control, HoldsMask) else "value"
