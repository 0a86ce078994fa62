"""Widgets without a browser: what they hold, what they refuse, what they put on the page."""

import base64
import io
import zlib

import ipywidgets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure
from PIL import Image
from skimage import draw as oracle

from course_lib import plots, widgets
from course_lib.widgets._page import WIDGET_MEDIA_TYPE
from course_lib.widgets.sliders import BOX_SLIDERS, LINE_SLIDERS

GREY = np.full((24, 32, 3), 0.5, dtype=np.float32)
ALT = "A grey picture of one level."
MASKERS = [widgets.MaskPainter, widgets.MaskSliders]


def picture(data, media_type):
    """Decode a picture out of a display bundle."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data[media_type]))).convert("RGB"))


@pytest.fixture
def displayed(monkeypatch):
    """What a cell that ends with an object puts on the page, as a list of messages."""
    messages = []

    def record(data, metadata=None):
        messages.append({"data": data, "metadata": metadata})

    def display(last_line):
        messages.clear()
        data, _ = DisplayFormatter().format(last_line)
        assert not data, "the object is shown twice"
        return list(messages)

    monkeypatch.setattr(plots.page, "put", record)
    return display


def constant(level):
    return plots.figure(np.full((8, 8, 3), level / 10))


def explore_level(draw=constant, **options):
    return widgets.explore(draw, **{"alt": ALT, "level": (0, 10)} | options)


# Masks


@pytest.mark.parametrize("masker", MASKERS)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(mask=arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_a_mask_that_is_set_is_the_mask_that_is_read(masker, mask):
    holder = masker(np.zeros((*mask.shape, 3), dtype=np.float32))
    assert holder.mask.dtype == bool and holder.mask.shape == mask.shape and not holder.mask.any()
    holder.mask = mask
    assert np.array_equal(holder.mask, mask) and holder.mask.dtype == bool


def test_the_mask_is_a_copy():
    painter = widgets.MaskPainter(GREY)
    painter.mask[:] = True
    assert not painter.mask.any()


@pytest.mark.parametrize("message_type", [bytes, memoryview, bytearray])
def test_painted_bits_arrive_first_pixel_in_the_highest_bit(message_type):
    painter = widgets.MaskPainter(np.zeros((2, 5, 3), dtype=np.float32))
    heard = []
    painter.observe(lambda change: heard.append(change.name), "packed")
    packed = bytes([0b10000_010, 0b01_000000])
    painter.set_state({"compressed": message_type(zlib.compress(packed))})
    assert painter.mask.tolist() == [
        [True, False, False, False, False],
        [False, True, False, False, True],
    ]
    assert heard == ["packed"]


@pytest.mark.parametrize("masker", MASKERS)
@pytest.mark.parametrize(
    ("image", "error", "sentence"),
    [
        (np.zeros((4, 4, 3), np.uint8), TypeError, "uint8"),
        (np.zeros((4, 4)), ValueError, "grey"),
        (np.zeros((4, 4, 4)), ValueError, "alpha"),
        (np.zeros((2, 4, 4, 3)), ValueError, "one RGB picture"),
        (np.full((4, 4, 3), 2.0), ValueError, r"outside \[0, 1\]"),
        (np.full((4, 4, 3), np.nan), ValueError, "NaN"),
    ],
)
def test_pictures_that_are_refused(masker, image, error, sentence):
    with pytest.raises(error, match=sentence):
        masker(image)


@pytest.mark.parametrize("masker", MASKERS)
@pytest.mark.parametrize(
    ("mask", "error", "sentence"),
    [
        (np.zeros((24, 32), np.uint8), TypeError, "bool"),
        (np.zeros((32, 24), bool), ValueError, "32 x 24 but the picture is 24 x 32"),
        (np.zeros((1, 24, 32), bool), ValueError, "one mask"),
        (np.zeros((24, 32, 1), bool), ValueError, "one mask"),
    ],
)
def test_masks_that_are_refused(masker, mask, error, sentence):
    holder = masker(GREY)
    with pytest.raises(error, match=sentence):
        holder.mask = mask
    assert not holder.mask.any()


def test_painter_sends_the_front_end_what_it_needs():
    state = widgets.MaskPainter(GREY).get_state()
    assert (state["rows"], state["columns"]) == (24, 32)
    assert zlib.decompress(state["compressed"]) == bytes(24 * 32 // 8)
    assert state["picture"].startswith("data:image/png;base64,")
    assert "export default" in state["_esm"] and ".mask-painter" in state["_css"]
    assert "http" not in state["_esm"] + state["_css"]


# What stands on the page


@pytest.mark.parametrize("masker", MASKERS)
def test_maskers_show_a_still_picture_beside_the_widget(masker, displayed):
    holder = masker(GREY)
    holder.mask = np.arange(24 * 32).reshape(24, 32) < 12 * 32  # the upper half
    bundle, caption = displayed(holder)
    assert bundle["data"][WIDGET_MEDIA_TYPE]["model_id"] == holder.model_id
    assert "50.0% of it marked as hole" in bundle["metadata"]["image/png"]["alt"]
    pixels = picture(bundle["data"], "image/png")
    assert pixels.shape == (8 * 24, 8 * 32, 3)
    assert np.ptp(pixels[: 8 * 12].reshape(-1, 3), axis=0).max() == 0  # one colour,
    assert np.ptp(pixels[0, 0]) > 100  # not a grey one,
    assert np.abs(pixels[8 * 12 :] - 128.0).max() <= 1  # over what is as it was
    assert set(caption["data"]) == {"text/markdown", "text/plain"}


def test_a_large_picture_is_stored_small_and_masked_large(displayed):
    painter = widgets.MaskPainter(np.zeros((300, 2000, 3), dtype=np.float32))
    assert painter.mask.shape == (300, 2000)
    bundle, _ = displayed(painter)
    assert picture(bundle["data"], "image/jpeg").shape == (154, 1024, 3)


def test_explore_shows_its_first_figure_beside_the_widget(displayed):
    demo = explore_level(caption="Move the level.")
    demo.controls["level"].value = 7
    bundle, caption = displayed(demo)
    assert WIDGET_MEDIA_TYPE in bundle["data"]
    assert bundle["metadata"] == {"image/png": {"alt": ALT}}
    assert base64.b64decode(bundle["data"]["image/png"]) == demo.image_bytes
    assert caption["data"]["text/markdown"] == "*Move the level.*"
    assert len(displayed(explore_level())) == 1  # no caption, no second message


# Sliders


def move(sliders, **values):
    for name, value in values.items():
        sliders.controls[name.replace("_", " ")].value = value


def test_a_rectangle():
    sliders = widgets.MaskSliders(GREY)
    move(sliders, shape="rectangle", centre_x=10, centre_y=6, width=5, height=4)
    sliders.controls["add"].click()
    expected = np.zeros((24, 32), dtype=bool)
    expected[4:8, 8:13] = True  # five columns around 10, four rows 4 to 7: 6 is the lower middle
    assert np.array_equal(sliders.mask, expected)


def test_a_rectangle_over_the_border_is_cut():
    sliders = widgets.MaskSliders(GREY)
    move(sliders, shape="rectangle", centre_x=0, centre_y=23, width=5, height=5)
    sliders.controls["add"].click()
    assert np.argwhere(sliders.mask).tolist() == [[y, x] for y in (21, 22, 23) for x in (0, 1, 2)]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 31), st.integers(0, 23), st.integers(1, 32), st.integers(1, 24))
def test_an_ellipse_is_scikit_images(centre_x, centre_y, width, height):
    sliders = widgets.MaskSliders(GREY)
    move(sliders, shape="ellipse", centre_x=centre_x, centre_y=centre_y, width=width, height=height)
    sliders.controls["add"].click()
    middle = (centre_y - (height + 1) % 2 / 2, centre_x - (width + 1) % 2 / 2)
    expected = np.zeros((24, 32), dtype=bool)
    expected[oracle.ellipse(*middle, height / 2, width / 2, shape=expected.shape)] = True
    assert np.array_equal(sliders.mask, expected)


ENDS = st.tuples(st.integers(0, 31), st.integers(0, 23))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(ENDS, ENDS, st.integers(1, 8))
def test_a_line_is_what_lies_within_half_its_thickness(start, end, thickness):
    sliders = widgets.MaskSliders(GREY)
    move(sliders, shape="line", start_x=start[0], start_y=start[1], end_x=end[0], end_y=end[1])
    move(sliders, thickness=thickness)
    sliders.controls["add"].click()
    y, x = np.mgrid[:24, :32]
    points = np.linspace(start, end, 500)  # distance to 500 points of the line, not to the line
    distance = np.hypot(x - points[:, :1, None], y - points[:, 1:, None]).min(axis=0)
    assert sliders.mask[distance <= thickness / 2].all()
    assert not sliders.mask[distance > thickness / 2 + 0.1].any()
    bresenham = oracle.line(start[1], start[0], end[1], end[0])
    assert sliders.mask[bresenham].all()


def test_add_erase_undo_clear():
    sliders = widgets.MaskSliders(GREY)
    move(sliders, centre_x=10, centre_y=10, width=4, height=4)
    sliders.controls["add"].click()
    move(sliders, width=2, height=2)
    sliders.controls["erase"].click()
    assert sliders.mask.sum() == 16 - 4
    sliders.controls["undo"].click()
    assert sliders.mask.sum() == 16
    sliders.controls["undo"].click()  # and back again
    assert sliders.mask.sum() == 16 - 4
    sliders.controls["clear"].click()
    assert not sliders.mask.any()
    sliders.controls["undo"].click()
    assert sliders.mask.sum() == 16 - 4


def test_erasing_what_is_known_changes_nothing():
    sliders = widgets.MaskSliders(GREY)
    sliders.controls["erase"].click()
    assert not sliders.mask.any()


def test_a_line_of_one_point_is_a_dot():
    sliders = widgets.MaskSliders(GREY)
    move(sliders, shape="line", start_x=7, end_x=7, start_y=5, end_y=5, thickness=2)
    sliders.controls["add"].click()
    assert np.argwhere(sliders.mask).tolist() == [[4, 7], [5, 6], [5, 7], [5, 8], [6, 7]]


def test_only_the_sliders_of_the_shape_are_shown():
    sliders = widgets.MaskSliders(GREY)
    names = BOX_SLIDERS + LINE_SLIDERS
    for shape, expected in (("line", LINE_SLIDERS), ("ellipse", BOX_SLIDERS)):
        move(sliders, shape=shape)
        shown = [name for name in names if sliders.controls[name].layout.display != "none"]
        assert shown == list(expected)


def test_the_shape_to_add_has_a_white_and_a_black_outline():
    sliders = widgets.MaskSliders(np.full((256, 256, 3), 0.5, dtype=np.float32))
    move(sliders, shape="rectangle", centre_x=100, centre_y=80, width=11, height=11)
    encoded = sliders._preview.value.split("base64,")[1].split('"')[0]
    levels = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))[80, :, 0].tolist()
    assert levels[93:97] == [128, 0, 255, 128]  # columns 95 to 105 are the rectangle
    assert levels[104:108] == [128, 255, 0, 128]


def test_up_to_256_pixels_are_shown_pixel_by_pixel(displayed):
    for side, media_type in ((256, "image/png"), (257, "image/jpeg")):
        image = np.full((side, 8, 3), 99.6 / 255)
        bundle, _ = displayed(widgets.MaskPainter(image))
        assert picture(bundle["data"], media_type).shape == (side, 8, 3)
        assert picture(bundle["data"], media_type)[0, 0, 0] == 100, "rounded, not cut"


def test_every_control_of_the_sliders_is_labelled():
    for name, control in widgets.MaskSliders(GREY).controls.items():
        assert control.description.lower() == name


# Explore


def test_explore_draws_again_with_the_changed_value():
    demo = explore_level()
    before = demo.image_bytes
    assert demo.values == {"level": 0} and demo.media_type == "image/png"
    demo.controls["level"].value = 10
    assert demo.values == {"level": 10}
    after = np.asarray(Image.open(io.BytesIO(demo.image_bytes)).convert("RGB"))
    middle = after.shape[0] // 2, after.shape[1] // 2
    assert demo.image_bytes != before and after[middle].tolist() == [255, 255, 255]
    demo.controls["level"].value = 0
    assert demo.image_bytes == before


def test_explore_stores_photographs_as_jpeg():
    demo = explore_level(photograph=True)
    assert demo.media_type == "image/jpeg" and demo.image_bytes[:3] == b"\xff\xd8\xff"


class Opaque:
    def __eq__(self, other):
        raise TypeError("not to be compared")


OPAQUE = Opaque()


@pytest.mark.parametrize(
    ("spec", "kind", "first", "moved", "second"),
    [
        ((2, 9), ipywidgets.IntSlider, 2, 5, 5),
        ((0, 8, 2, 4), ipywidgets.IntSlider, 4, 6, 6),
        ((0, 8, 2, 8), ipywidgets.IntSlider, 8, 6, 6),
        ((np.int64(2), np.int64(9)), ipywidgets.IntSlider, 2, 5, 5),
        ((0.0, 1.0), ipywidgets.FloatSlider, 0.0, 0.5, 0.5),
        ((0, 1, 0.25, 0.5), ipywidgets.FloatSlider, 0.5, 0.75, 0.75),
        ([1, 3, 10], ipywidgets.SelectionSlider, 1, 10, 10),
        (["ns", "telea"], ipywidgets.Dropdown, "ns", "telea", "telea"),
        ({"first": 1, "second": OPAQUE}, ipywidgets.Dropdown, 1, "second", OPAQUE),
        (True, ipywidgets.Checkbox, True, False, False),
        (ipywidgets.IntText(4), ipywidgets.IntText, 4, 6, 6),
    ],
)
def test_explore_makes_controls(spec, kind, first, moved, second):
    seen = []

    def draw(some_value):
        seen.append(some_value)
        return constant(1)

    demo = widgets.explore(draw, alt=ALT, some_value=spec)
    control = demo.controls["some_value"]
    assert type(control) is kind
    assert spec is control or control.description == "some value"
    control.value = moved
    assert len(seen) == 2 and (seen[0] is first or seen[0] == first)
    assert seen[1] is second or seen[1] == second


@pytest.mark.parametrize("masker", MASKERS)
def test_explore_follows_a_mask(masker):
    holder, seen = masker(GREY), []

    def draw(mask):
        seen.append(mask)
        return plots.figure(mask)

    demo = widgets.explore(draw, alt=ALT, mask=holder)
    holder.mask = np.eye(24, 32, dtype=bool)
    assert [mask.sum() for mask in seen] == [0, 24]
    assert np.array_equal(demo.values["mask"], holder.mask)


def test_explore_describes_each_picture():
    demo = explore_level(alt=lambda level: f"A grey picture of level {level}.")
    assert demo.alt == "A grey picture of level 0."
    demo.controls["level"].value = 3
    assert demo.alt == "A grey picture of level 3."


def test_an_impossible_choice_is_explained_in_the_pictures_place():
    def draw(level):
        if level == 3:
            raise ValueError("level <3> does not exist: move on.")
        return constant(level)

    demo = explore_level(draw)
    page = next(child for child in demo._box.children if isinstance(child, ipywidgets.HTML))
    assert demo.message is None and "<img" in page.value
    demo.controls["level"].value = 3
    assert demo.message == "level <3> does not exist: move on."
    assert page.value == '<p role="alert">level &lt;3&gt; does not exist: move on.</p>'
    demo.controls["level"].value = 4
    assert demo.message is None and "<img" in page.value


def test_a_fault_is_shown_and_raised():
    def draw(level):
        return constant(10 / (5 - level))

    demo = explore_level(draw)
    with pytest.raises(ZeroDivisionError):
        demo.controls["level"].value = 5
    assert "ZeroDivisionError" in demo.message
    demo.controls["level"].value = 4  # and the controls still work
    assert demo.message is None


def test_the_first_drawing_raises_whatever_it_raises():
    def draw(level):
        raise ValueError("no known pixel")

    with pytest.raises(ValueError, match="no known pixel"):
        explore_level(draw)


def test_a_control_moved_by_the_drawing_leaves_the_latest_picture():
    seen = []

    def draw(level):
        seen.append(level)
        if level == 5:
            demo.controls["level"].value = 6
        return constant(level)

    demo = explore_level(draw)
    demo.controls["level"].value = 5
    assert seen == [0, 5, 6]
    assert demo.image_bytes == explore_level(level=(6, 7)).image_bytes


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"level": (5, 1)}, ValueError, "low < high"),
        ({"level": (5, 5)}, ValueError, "low < high"),
        ({"level": (False, True)}, TypeError, "is no control"),
        ({"alt": lambda level: "short"}, ValueError, "describes nothing"),
        ({"level": (0, 5, 0)}, ValueError, "step > 0"),
        ({"level": (0, 5, 1, 9)}, ValueError, "start"),
        ({"level": 5}, TypeError, "is no control"),
        ({"level": []}, TypeError, "is no control"),
        ({"level": ipywidgets.HBox()}, TypeError, "without a value"),
        ({"alt": "short"}, ValueError, "describes nothing"),
        ({"draw": lambda level: None}, TypeError, "return a matplotlib Figure"),
    ],
)
def test_explorations_that_are_refused(options, error, sentence):
    with pytest.raises(error, match=sentence):
        explore_level(**options)


def test_explore_needs_something_to_move():
    with pytest.raises(ValueError, match="nothing to move"):
        widgets.explore(constant, alt=ALT)


def test_figures_of_pyplot_are_closed():
    from matplotlib import pyplot

    def draw(level):
        figure, axes = pyplot.subplots()
        axes.axhline(level)
        return figure

    demo = explore_level(draw)
    demo.controls["level"].value = 5
    assert pyplot.get_fignums() == []
    assert isinstance(draw(1), Figure)
    pyplot.close("all")
