"""Figures: described, titled, encoded once, shown once."""

import io
import tracemalloc

import matplotlib
import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils import capture
from matplotlib import pyplot
from PIL import Image

from course_lib import masks, plots, widgets

PATCH = np.random.RandomState(0).random_sample((8, 8, 3)).astype(np.float32)
PHOTO = np.zeros((70, 90, 3), np.float32)
ALT = "A patch of noise beside its own copy."


def shown(*arguments, **keywords):
    InteractiveShell.instance()  # outputs are captured only where IPython runs
    with capture.capture_output() as captured:
        plots.show(*arguments, **keywords)
    return captured.outputs


def test_a_figure_carries_its_description_where_browsers_and_site_generators_look():
    (output,) = shown([PATCH, PATCH], alt=ALT)
    assert f'alt="{ALT}"' in output.data["text/html"]
    assert output.metadata["image/png"]["alt"] == ALT
    assert output.data["image/png"] in output.data["text/html"]


def test_a_description_is_stored_without_space_around_it():
    (output,) = shown([PATCH], alt=f"  {ALT} ")
    assert output.metadata["image/png"]["alt"] == ALT


def test_the_caption_is_an_output_of_its_own():
    _, caption = shown([PATCH], alt=ALT, caption="Noise all over.")
    assert caption.data["text/markdown"] == "*Noise all over.*"


def test_a_description_cannot_break_out_of_its_attribute():
    (output,) = shown([PATCH], alt='Noise <b> and "quotes" in a patch.')
    assert 'alt="Noise &lt;b&gt; and &quot;quotes&quot; in a patch."' in output.data["text/html"]


def test_photographs_are_jpeg_and_patches_png():
    assert "image/png" in shown([PATCH], alt=ALT)[0].data
    assert "image/jpeg" in shown([PHOTO], alt=ALT)[0].data


@pytest.mark.parametrize("drawing", [None, PATCH, "figure"])
def test_what_is_no_figure_is_not_encoded(drawing):
    with pytest.raises(TypeError, match="drawing is .*: pass a figure of matplotlib's"):
        plots.encode(drawing)


def test_encoded_bytes_are_a_picture_of_that_type():
    for photograph, expected in [(False, "PNG"), (True, "JPEG")]:
        media_type, content = plots.encode(plots.figure([PATCH]), photograph)
        assert Image.open(io.BytesIO(content)).format == expected
        assert media_type == f"image/{expected.lower()}"


def test_pixels_reach_the_page():
    """A pure red picture gives a figure whose middle is pure red."""
    red = np.zeros((8, 8, 3))
    red[..., 0] = 1
    content = plots.encode(plots.figure(red))[1]
    drawn = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    assert drawn[drawn.shape[0] // 2, drawn.shape[1] // 2].tolist() == [255, 0, 0]


def test_masks_show_holes_white_and_maps_get_a_scale():
    mask = np.zeros((8, 8), bool)
    mask[2:6, 2:6] = True
    content = plots.encode(plots.figure(mask))[1]
    drawn = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
    assert drawn[drawn.shape[0] // 2, drawn.shape[1] // 2] == 255
    assert len(plots.figure(mask).axes) == 1
    assert len(plots.figure(mask * 1.5).axes) == 2, "picture and colour scale"


def test_maps_of_one_unit_share_one_scale():
    mask, low, high = MAP > 2, np.array([[0.0, 0.1]]), np.array([[0.2, 0.5]])
    *panels, scale = plots.figure([PATCH, mask, low, high], unit="dB").axes
    assert len(panels) == 4 and scale.get_ylabel() == "dB"
    assert [panel.images[0].get_clim() for panel in panels[2:]] == [(0, 0.5)] * 2
    assert len(plots.figure([low, high]).axes) == 4, "each has its own"


def test_a_row_has_its_title_at_its_left():
    panels = plots.figure([PATCH] * 4, columns=2, row_titles=["$1$", "two"]).axes
    assert [[text.get_text() for text in panel.texts] for panel in panels] == [
        ["$1$"], [], ["two"], [],
    ]  # fmt: skip
    (text,) = panels[0].texts
    assert text.get_window_extent().x1 < panels[0].get_window_extent().x0


def test_a_mask_of_one_value_keeps_its_colour():
    for mask, level in ((np.ones((8, 8), bool), 255), (np.zeros((8, 8), bool), 0)):
        drawn = np.asarray(Image.open(io.BytesIO(plots.encode(plots.figure(mask))[1])).convert("L"))
        assert drawn[drawn.shape[0] // 2, drawn.shape[1] // 2] == level


def test_what_overshoots_a_little_is_drawn_clipped(caplog):
    content = [plots.encode(plots.figure(np.full((8, 8, 3), level)))[1] for level in (1.0, 2.0)]
    assert content[0] == content[1]
    assert not caplog.records, "matplotlib has nothing to say of it"


def test_up_to_64_pixels_are_drawn_and_stored_pixel_by_pixel():
    for side, smooth, stored in ((64, "nearest", "image/png"), (65, "antialiased", "image/jpeg")):
        picture = np.zeros((side, 8, 3))
        (image,) = plots.figure(picture).axes[0].images
        assert image.get_interpolation() == smooth
        assert stored in shown(picture, alt=ALT)[0].data


def test_a_wide_picture_makes_a_wide_figure():
    width, height = plots.figure(np.zeros((10, 40, 3))).get_size_inches()
    assert width > 2 * height


def test_png_bytes_do_not_depend_on_the_version_of_matplotlib():
    assert b"Software" not in plots.encode(plots.figure([PATCH]))[1]


def test_a_pyplot_figure_is_closed_so_that_it_is_not_shown_twice():
    drawing, axes = pyplot.subplots()
    axes.plot([1, 2])
    shown(drawing, alt="A line that rises from 1 to 2.")
    assert not pyplot.fignum_exists(drawing.number)


def test_rows_and_columns():
    assert len(plots.figure([PATCH] * 6).axes) == 10  # five in a row
    assert len(plots.figure(np.zeros((2, 8, 3), bool)).axes) == 2, "two masks, three pixels wide"
    assert len(plots.figure(np.zeros((8, 4, 3))).axes) == 1, "one picture"
    panels = plots.figure([PATCH] * 7, columns=3).axes
    assert len(panels) == 9
    assert sum(bool(panel.images) for panel in panels) == 7
    assert [panel.get_title() for panel in plots.figure([PATCH] * 2, titles="ab").axes] == [
        "a",
        "b",
    ]


def test_tint_paints_holes_and_leaves_the_picture_alone():
    mask = np.eye(8, dtype=bool)
    before = PATCH.copy()
    tinted = plots.tint(PATCH, mask)
    np.testing.assert_array_equal(PATCH, before)
    assert tinted.dtype == PATCH.dtype
    np.testing.assert_array_equal(tinted[~mask], PATCH[~mask])
    np.testing.assert_allclose(tinted[mask], np.broadcast_to(plots.HOLE_COLOUR, (8, 3)), rtol=1e-6)


def test_bars_are_sorted_and_labelled():
    table = pd.DataFrame({"method": ["a", "b", "c"], "psnr_hole": [20.0, 10.0, 30.0]})
    axes = plots.bars(table, value="psnr_hole", title="Who wins", unit="hole PSNR (dB)").axes[0]
    assert [bar.get_width() for bar in axes.patches] == [10, 20, 30]
    assert axes.get_title() == "Who wins"
    assert axes.get_xlabel() == "hole PSNR (dB)"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: plots.show([PATCH], alt=""), "describes nothing"),
        (lambda: plots.show([PATCH], alt="image"), "20 characters"),
        (lambda: plots.show([PATCH], alt="image" + 20 * " "), "20 characters"),
        (lambda: plots.show([PATCH], alt=None), "20 characters"),
        (lambda: plots.show(plots.figure([PATCH]), alt=ALT, titles=["a"]), "own titles"),
        (lambda: plots.figure([PATCH], columns=0), "columns is 0"),
        (lambda: plots.show([PATCH], alt=ALT, titles=["a", "b"]), "one title a picture"),
        (lambda: plots.show([PATCH], alt=ALT, row_titles=["a", "b"]), "1 rows but 2 row_titles"),
        (lambda: plots.show(plots.figure([PATCH]), alt=ALT, unit="dB"), "own unit"),
        (lambda: plots.show([], alt=ALT), "at least one"),
        (lambda: plots.show_films({"a": PATCH[None][:0]}, alt=ALT), "no frame"),
        (lambda: plots.isophotes(PATCH[:1], np.zeros((1, 8), bool)), "two rows and columns"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_long_and_broken_titles_are_drawn():
    drawing = plots.figure([PATCH], titles=["caf\udce9.png"], row_titles=["x" * 300])
    assert drawing.axes[0].get_title() == "caf\\udce9.png"
    assert plots.encode(drawing)


def test_a_bundle_is_shown_in_a_notebook_and_told_in_a_terminal(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(plots.page, "display", lambda *given, **named: shown.append((given, named)))
    bundle = {"image/png": "cG5n", "text/plain": "[figure: A grey square.]"}
    monkeypatch.setattr(plots.page, "get_ipython", lambda: None)
    plots.page.put(bundle)
    assert (shown, capsys.readouterr().out) == ([], "[figure: A grey square.]\n")
    monkeypatch.setattr(plots.page, "get_ipython", lambda: "a shell")
    plots.page.put(bundle, {"image/png": {"alt": "A grey square."}})
    metadata = {"image/png": {"alt": "A grey square."}}
    assert shown == [((bundle,), {"metadata": metadata, "raw": True})]
    assert capsys.readouterr().out == ""


# Whatever a matplotlibrc or another cell says

WHIMS = {
    "upside down": {"image.origin": "lower"},
    "stretched": {"image.aspect": "auto"},
    "LaTeX": {"text.usetex": True},
    "smoothed": {"image.interpolation": "bicubic"},
    "colours": {"image.cmap": "jet", "axes.facecolor": "red", "figure.facecolor": "black"},
    "large letters": {"font.size": 40, "font.family": "monospace", "axes.titlesize": 40},
    "dots": {"figure.dpi": 40, "savefig.dpi": 300, "savefig.bbox": "tight"},
    "see-through": {"savefig.transparent": True, "savefig.facecolor": "green"},
    "layout": {"figure.autolayout": True, "axes.titlelocation": "left"},
}
MAP = np.random.RandomState(1).random_sample((6, 9))
TABLE = pd.DataFrame({"method": ["a_b", "c"], "psnr_hole": [20.0, 10.0], "new": [True, False]})
DRAWINGS = {
    "figure": lambda: plots.figure([PATCH, MAP, MAP > 0.5], titles=["one", "two", "three"]),
    "bars": lambda: plots.bars(TABLE, value="psnr_hole", title="Who wins", unit="dB"),
    "standings": lambda: plots.standings(TABLE),
    "curves": lambda: plots.curves({"a": ([1, 2], [3, 4])}, title="t", xlabel="x", ylabel="y"),
    "points": lambda: plots.points({"a": ([1, 2], [3, 4])}, title="t", xlabel="x", ylabel="y"),
    "depth_map": lambda: plots.depth_map(masks.squares(1, 16, side=6)[0]),
    "isophotes": lambda: plots.isophotes(PATCH, np.eye(8, dtype=bool)),
    "priority": lambda: plots.priority(np.full((32, 32, 3), 0.5), masks.squares(1, side=9)[0]),
    "blind_spot": plots.blind_spot,
}


ALL_WHIMS = {name: setting for whim in WHIMS.values() for name, setting in whim.items()}


@pytest.mark.parametrize("whim", WHIMS.values(), ids=WHIMS)
def test_pictures_are_the_same_whatever_a_matplotlibrc_says(whim):
    expected = plots.encode(DRAWINGS["figure"]())
    with matplotlib.rc_context(whim):
        assert plots.encode(DRAWINGS["figure"]()) == expected
        assert matplotlib.rcParams[next(iter(whim))] == next(iter(whim.values()))


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_every_drawing_is_the_same_whatever_a_matplotlibrc_says(draw):
    expected = plots.encode(draw())
    with matplotlib.rc_context(ALL_WHIMS):
        assert plots.encode(draw()) == expected


@pytest.mark.parametrize("whim", WHIMS)
def test_what_is_explored_is_the_same_whatever_a_matplotlibrc_says(whim):
    def draw(level):
        drawing = matplotlib.figure.Figure(figsize=(2, 2))
        axes = drawing.subplots()
        axes.imshow(MAP * level)
        axes.set_title("a map")
        return drawing

    def explored():
        return widgets.explore(draw, alt="A map of noise, for a test.", level=(1, 3)).image_bytes

    expected = explored()
    with matplotlib.rc_context(WHIMS[whim]):
        assert explored() == expected


def test_a_figure_of_ones_own_needs_no_latex():
    with matplotlib.rc_context({"text.usetex": True}):
        drawing = matplotlib.figure.Figure(figsize=(2, 2))
        drawing.subplots().set(title="mine", xlabel="$x^2$", xscale="log")
        assert plots.encode(drawing)[0] == "image/png"


def test_white_above_stays_above():
    with matplotlib.rc_context({"image.origin": "lower"}):
        for picture in (np.stack([np.tri(20)] * 3, axis=-1), np.tri(20) > 0, np.tri(20)):
            (image,) = plots.figure(picture).axes[0].images
            assert image.origin == "upper" and image.get_extent()[2:] == [19.5, -0.5]


# A dollar sign is a dollar sign


def test_dollars_are_no_mathematics():
    title = "50$_before and 60$_after.jpg"
    drawn = plots.figure(PATCH, titles=[title]).axes[0].title
    assert drawn.get_text() == title and not drawn.get_parse_math()
    table = TABLE.assign(method=[title, "c"])
    axes = plots.bars(table, value="psnr_hole", title=title, unit=title).axes[0]
    texts = [axes.title, axes.xaxis.label, *axes.get_yticklabels()]
    chart = plots.curves({title: ([1, 2], [3, 4])}, title=title, xlabel=title, ylabel=title).axes[0]
    texts += [chart.title, chart.xaxis.label, chart.yaxis.label, *chart.get_legend().texts]
    texts += [plots.depth_map({title: masks.squares(1, 16, side=6)[0]}).axes[0].title]
    for text in texts:
        drawn, mathematics = text._preprocess_math(text.get_text())
        assert not mathematics and "\\" not in drawn
    assert sum("_before" in text.get_text() for text in texts) == 8


def test_dollars_in_a_caption_stay_dollars_in_markdown_and_on_the_page():
    _, caption = shown([PATCH], alt=ALT, caption="It cost 5$ and now 6$.")
    assert caption.data["text/plain"] == "It cost 5$ and now 6$."
    escaped = r"<span>\$</span>"  # for Markdown the backslash, for MathJax the element
    assert caption.data["text/markdown"] == f"*It cost 5{escaped} and now 6{escaped}.*"
    _, caption = shown([PATCH], alt=ALT, caption="It cost 5$.")
    assert caption.data["text/markdown"] == "*It cost 5$.*"


# What is too much


def test_a_huge_picture_is_shrunk_by_means_of_blocks(monkeypatch):
    monkeypatch.setattr(plots.drawing, "MOST_PIXELS", 100)
    picture = np.random.RandomState(0).random_sample((25, 31, 3))
    (image,) = plots.figure(picture).axes[0].images
    down, across = 3, 3
    blocks = [
        [picture[r : r + down, c : c + across].mean(axis=(0, 1)) for c in range(0, 31, across)]
        for r in range(0, 25, down)
    ]
    np.testing.assert_allclose(image.get_array(), blocks, rtol=1e-12)
    assert image.get_extent() == [-0.5, 30.5, 24.5, -0.5], "places are still pixels"
    (image,) = plots.figure(picture[..., 0] > 0.5).axes[0].images
    assert 0 < image.get_array()[0, 0] < 1, "a thin scratch does not vanish from a mask"


@pytest.mark.parametrize("shape", [(1, 40_000_000), (40_000_000, 1), (9000, 9000)])
def test_a_huge_map_takes_little_memory(shape):
    picture = np.broadcast_to(np.float32(0.5), shape)
    tracemalloc.start()
    drawing = plots.figure(picture > 1 if shape[0] == 9000 else picture)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3e8
    width, height = drawing.get_size_inches()
    assert width * height < 400


def test_more_pictures_than_a_page_holds():
    many = np.zeros((201, 8, 8, 3))
    with pytest.raises(ValueError, match=r"201 pictures are more .* images\[:200\]"):
        plots.figure(many)
    assert max(plots.figure(many[:3]).get_size_inches()) < 10


def test_a_figure_too_large_for_a_page():
    drawing = matplotlib.figure.Figure(figsize=(1000, 1), dpi=100)
    with pytest.raises(ValueError, match="100000 x 100 dots, too large"):
        plots.encode(drawing)


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble, np.int8, np.uint64, np.int64])
def test_maps_of_every_number_type(dtype):
    numbers = np.arange(12).reshape(3, 4)
    (image,) = plots.figure(numbers.astype(dtype)).axes[0].images
    np.testing.assert_array_equal(image.get_array(), numbers)
    assert plots.encode(plots.figure(numbers.astype(dtype)))[0] == "image/png"


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.longdouble])
def test_pictures_of_every_float_type(dtype):
    same = np.full((8, 8, 3), 0.5)
    drawn = plots.encode(plots.figure(same.astype(dtype)))
    assert drawn == plots.encode(plots.figure(same.astype(np.float32)))


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: plots.show(None, alt=ALT), TypeError, "is None: was the file read"),
        (lambda: plots.show("photo.png", alt=ALT), TypeError, "read the file first"),
        (lambda: plots.figure(np.array(0.5)), ValueError, r"shape \(\) .* cannot be drawn"),
        (lambda: plots.figure({}), ValueError, "object cannot be drawn"),
        (lambda: plots.figure([PATCH], titles=3), TypeError, "pass a list of strings"),
        (lambda: plots.show([PATCH], alt=ALT, caption=3), TypeError, "caption is 3"),
        (lambda: plots.show([PATCH], alt=PATCH), ValueError, "describes nothing"),
        (lambda: plots.tint(PATCH, MAP[:, :6] > 2, colour=None), ValueError, "same size"),
        (lambda: plots.tint(PATCH, PATCH[..., 0] > 2, colour=None), ValueError, "colour is None"),
        (lambda: plots.tint(PATCH, PATCH[..., 0] > 2, colour=(255, 0, 0)), ValueError, "RGB"),
        (lambda: plots.tint(PATCH, PATCH[..., 0] > 2, colour="red"), ValueError, "RGB"),
        (lambda: plots.tint(PATCH, PATCH[..., 0] > 2, colour=(0, np.nan, 0)), ValueError, "RGB"),
        (lambda: plots.bars([1], value="x", title="t", unit="u"), TypeError, "DataFrame"),
    ],
)
def test_what_cannot_be_shown(call, error, sentence):
    with pytest.raises(error, match=sentence) as refusal:
        call()
    assert "\n" not in str(refusal.value)
