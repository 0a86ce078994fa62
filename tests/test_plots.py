"""Figures: described, titled, encoded once, shown once."""

import io

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils import capture
from matplotlib import pyplot
from PIL import Image

from course_lib import plots

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
        (lambda: plots.show([], alt=ALT), "at least one"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


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
