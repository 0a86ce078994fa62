"""The painter and the desk without a browser: what the page sends, what Python makes of it."""

import base64
import io
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from course_lib import classical, data, metrics, restoration, widgets
from course_lib._opencv import cv2
from course_lib.restoration.files import IMAGE_HISTORY
from course_lib.widgets import _parcels, _work, repair_desk
from tests.helpers import PATIENCE
from tests.test_restoration import stored

GREY = np.full((30, 40, 3), 0.5, np.float32)
SCRATCH = np.zeros((30, 40), bool)
SCRATCH[:, 19:21] = True


class Page:
    """Stands for the front end: asks as painter.js does, and keeps what it is sent."""

    def __init__(self, widget):
        self.widget, self.heard = widget, []
        widget.send = lambda said, buffers=(): self.heard.append((said, [*buffers]))

    def ask(self, buffers=(), **asked):
        self.heard.clear()
        self.widget._handle_custom_msg(asked | {"view": "7"}, [memoryview(one) for one in buffers])
        return self.widget.message

    def upload(self, name, content, purpose="picture"):
        """In parts, as files.js cuts them; returns the sentence that is then shown."""
        count = max(1, -(-len(content) // _parcels.PART))
        for number in range(count):
            part = content[number * _parcels.PART :][: _parcels.PART]
            self.ask([part], kind="file", purpose=purpose, name=name, number=number, count=count)
        assert self.heard[-1][0] == {"kind": "done", "view": "7"}
        return self.widget.message

    def saved(self):
        """(name, content) of the file that the browser would save after it has asked for it."""
        self.ask(kind="save")
        parts = [(said, content) for said, content in self.heard if said["kind"] == "part"]
        assert [said["number"] for said, _ in parts] == [*range(parts[0][0]["count"])]
        return parts[0][0]["name"], b"".join(content[0] for _, content in parts)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(_parcels, "PART", 500)


def encoded(image, ending):
    buffer = io.BytesIO()
    image.save(buffer, format=ending)
    return buffer.getvalue()


# The painter


def test_a_painter_waits_for_its_first_picture():
    painter = widgets.MaskPainter()
    assert painter.image is painter.mask is painter.photograph is None
    with pytest.raises(ValueError, match="there is no picture yet: open one"):
        painter.mask = SCRATCH
    page = Page(painter)
    assert page.ask(kind="save") == "open a picture first."
    find = {"kind": "find", "looks": "bright", "tolerance": 0.1, "width": 5}
    assert page.ask(**find) == "open a picture first."
    mask = encoded(Image.fromarray(SCRATCH), "png")
    assert page.upload("mask.png", mask, "mask") == "open the picture first, then its mask."


@pytest.mark.parametrize("mode, ending", [
    ("1", ".png"), ("L", ".png"), ("LA", ".png"), ("P", ".png"), ("RGB", ".png"), ("RGBA", ".png"),
    ("I;16", ".png"), ("CMYK", ".tif"), ("CMYK", ".jpg"), ("RGB", ".jpg"), ("RGB", ".webp"),
    ("RGBA", ".webp"), ("RGB", ".bmp"),
])  # fmt: skip
def test_a_picture_of_any_kind_arrives_in_parts(tmp_path, small_parts, mode, ending):
    path = stored(tmp_path, mode, ending)
    painter = widgets.MaskPainter(GREY)
    painter.mask = SCRATCH
    assert Page(painter).upload(path.name, path.read_bytes()) == ""
    assert painter.name == path.name and painter.photograph.mode == mode
    np.testing.assert_allclose(painter.image, data.read(path), atol=1.01 / 255)
    assert (painter.rows, painter.columns) == (30, 40)
    assert painter.mask.shape == (30, 40) and not painter.mask.any()


def test_colour_of_sixteen_bits_keeps_them(tmp_path):
    pixels = np.random.default_rng(3).integers(0, 65_536, (30, 40, 3), np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), pixels[..., ::-1])
    painter = widgets.MaskPainter()
    Page(painter).upload("deep.png", (tmp_path / "deep.png").read_bytes())
    np.testing.assert_array_equal(painter.photograph.pixels, pixels)
    np.testing.assert_allclose(painter.image, pixels / 65_535, atol=1e-6)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photograph_stands_upright(tmp_path, turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    path = stored(tmp_path, "RGB", ".jpg", exif=exif.tobytes())
    painter = widgets.MaskPainter()
    Page(painter).upload(path.name, path.read_bytes())
    np.testing.assert_allclose(painter.image, data.read(path), atol=1e-6)
    assert (painter.rows, painter.columns) == painter.mask.shape == data.read(path).shape[:2]


WHOLE = encoded(Image.effect_noise((40, 30), 50), "png")


@pytest.mark.parametrize("content", [
    b"", b"no picture", WHOLE[:300], WHOLE[:33], WHOLE[:100] + bytes(200), b"<svg></svg>",
    b"%PDF-1.7", b"\xff\xd8\xff\xe0",
], ids=range(8))  # fmt: skip
@pytest.mark.parametrize("purpose", ["picture", "mask"])
def test_a_broken_file_is_one_sentence_and_nothing_is_lost(tmp_path, content, purpose):
    path = stored(tmp_path, "RGB", ".png")
    painter = widgets.MaskPainter()
    page = Page(painter)
    page.upload(path.name, path.read_bytes())
    painter.mask = SCRATCH
    before = painter.picture, painter.photograph, painter.name
    said = page.upload("broken.png", content, purpose)
    assert said.startswith("broken.png ") and said.endswith(".") and "\n" not in said
    assert (painter.picture, painter.photograph, painter.name) == before
    np.testing.assert_array_equal(painter.mask, SCRATCH)
    assert page.upload("whole.png", WHOLE) == ""  # and the sentence goes


def test_a_picture_opened_again_has_its_mask_again(tmp_path):
    path = stored(tmp_path, "RGB", ".png")
    painter = widgets.MaskPainter()
    page = Page(painter)
    page.upload(path.name, path.read_bytes())
    painter.mask = SCRATCH
    assert page.upload("whole.png", WHOLE) == "" and not painter.mask.any()
    painter.mask = other = np.eye(30, 40, dtype=bool)
    back = "The mask that was on this picture before is back."
    assert page.upload("of another name.png", path.read_bytes()) == back
    np.testing.assert_array_equal(painter.mask, SCRATCH)
    assert page.upload("whole.png", WHOLE) == back
    np.testing.assert_array_equal(painter.mask, other)
    painter.mask = np.zeros((30, 40), bool)
    page.upload(path.name, path.read_bytes())
    assert page.upload("whole.png", WHOLE) == "" and not painter.mask.any()


def test_the_picture_that_a_desk_begins_with_keeps_its_mask_too(tmp_path):
    path = stored(tmp_path, "RGB", ".png")
    desk = widgets.RepairDesk(path)
    desk.painter.mask = SCRATCH
    page = Page(desk.painter)
    page.upload("whole.png", WHOLE)
    page.upload(path.name, path.read_bytes())
    np.testing.assert_array_equal(desk.painter.mask, SCRATCH)


@pytest.mark.parametrize(
    "name", ["../up.png", "a/b.png", "c:\\d.png", "\0.png", "x" * 400 + ".png", ""]
)
def test_a_file_may_have_any_name(name):
    painter = widgets.MaskPainter()
    assert Page(painter).upload(name, WHOLE) == ""
    assert painter.photograph is not None


@settings(max_examples=40, deadline=None)
@given(mask=arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_a_mask_saved_and_loaded_is_the_same_pixel_for_pixel(mask):
    first = widgets.MaskPainter(np.zeros((*mask.shape, 3)))
    first.mask = mask
    name, content = Page(first).saved()
    assert name == "picture-mask.png"
    second = widgets.MaskPainter(np.zeros((*mask.shape, 3)))
    assert Page(second).upload(name, content, "mask") == ""
    np.testing.assert_array_equal(second.mask, mask)


def test_a_saved_mask_is_white_where_the_hole_is_and_named_after_the_picture():
    painter = widgets.MaskPainter()
    page = Page(painter)
    page.upload("grandmother.jpg", encoded(Image.new("RGB", (40, 30)), "jpeg"))
    painter.mask = SCRATCH
    name, content = page.saved()
    assert name == "grandmother-mask.png"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content)).convert("L")) == 255,
                                  SCRATCH)  # fmt: skip


def test_a_mask_of_another_size_is_refused():
    painter = widgets.MaskPainter(GREY)
    page = Page(painter)
    other = encoded(Image.fromarray(np.zeros((20, 40), bool)), "png")
    assert "40 x 20 pixels and the picture 40 x 30" in page.upload("m.png", other, "mask")
    turned = encoded(Image.fromarray(SCRATCH.T.copy()), "png")
    assert "it lies on its side" in page.upload("m.png", turned, "mask")
    assert not painter.mask.any()


def test_what_is_found_joins_what_is_painted():
    image = GREY.copy()
    image[:, 12] = 0.9
    painter = widgets.MaskPainter(image)
    painter.mask = SCRATCH
    page = Page(painter)
    find = {"kind": "find", "tolerance": 0.1, "width": 5}
    assert page.ask(looks="bright scratches", **find) == ""
    found = restoration.find_damage(image, "bright scratches", tolerance=0.1, width=5)
    np.testing.assert_array_equal(painter.mask, found | SCRATCH)
    assert found[:, 12].all()
    assert page.ask(looks=[0.0, 0.0, 1.0], **find).startswith("nothing here looks like that")
    np.testing.assert_array_equal(painter.mask, found | SCRATCH)
    assert "width" in page.ask(looks="bright scratches", kind="find", tolerance=0.1, width=0)


def test_a_picked_colour_is_the_pixels_own():
    """Not that of the small JPEG on the page: thin writing mixes with what is beside it there."""
    image = np.full((900, 1300, 3), 60, np.uint8)
    image[400:402, 600:700] = 0xFF, 0x8C, 0x1A
    painter = widgets.RepairDesk(image).painter
    page = Page(painter)
    assert page.ask(kind="pick", x=650, y=401) == ""
    assert page.heard == [
        ({"kind": "colour", "colour": [0xFF, 0x8C, 0x1A], "view": "7"}, []),
        ({"kind": "done", "view": "7"}, []),
    ]
    page.ask(kind="pick", x=650, y=402)
    assert page.heard[0][0]["colour"] == [60, 60, 60]
    page.ask(kind="pick", x=5000, y=-3)  # beside the picture is its edge
    assert page.heard[0][0]["colour"] == [60, 60, 60]
    alone = widgets.MaskPainter(GREY)
    page = Page(alone)
    page.ask(kind="pick", x=3, y=4)
    assert page.heard[0][0]["colour"] == [128, 128, 128]
    assert Page(widgets.MaskPainter()).ask(kind="pick", x=0, y=0) == "open a picture first."


def test_where_a_large_picture_is_zoomed_into_the_page_gets_its_own_pixels():
    image = np.zeros((1200, 1600, 3), np.float32)
    image[400:500, 600:700] = 1
    painter = widgets.MaskPainter(image)
    page = Page(painter)
    painter.set_state({"box": [590, 390, 710, 510]})
    (said, (content,)) = page.heard[-1]
    assert said == {"kind": "detail", "box": [590, 390, 710, 510]}
    detail = np.asarray(Image.open(io.BytesIO(content)))
    assert detail.shape == (120, 120, 3)
    assert np.abs(detail / 255 - image[390:510, 590:710]).mean() < 0.01


def test_of_a_small_picture_the_page_has_all_pixels():
    painter = widgets.MaskPainter(GREY)
    page = Page(painter)
    painter.set_state({"box": [5, 5, 10, 10]})
    assert page.heard == []


def test_a_large_mask_is_small_on_its_way():
    painter = widgets.MaskPainter(np.zeros((3000, 4000, 3), np.float32))
    mask = np.zeros((3000, 4000), bool)
    mask[:, 2000:2010] = True
    painter.mask = mask
    assert len(painter.get_state()["compressed"]) < 20_000
    np.testing.assert_array_equal(painter.mask, mask)


def test_a_question_that_is_none_is_left_alone():
    page = Page(widgets.MaskPainter(GREY))
    page.ask(kind="anywidget-command")
    assert page.heard == []


# The desk


def desk_with(path, mask=SCRATCH, method="harmonic"):
    desk = widgets.RepairDesk(path)
    desk.painter.mask = mask
    desk.controls["method"].value = method
    return desk


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("mode, ending", [
    ("1", ".png"), ("L", ".png"), ("LA", ".png"), ("P", ".png"), ("RGB", ".png"), ("RGBA", ".png"),
    ("I;16", ".png"), ("CMYK", ".tif"), ("RGB", ".tif"), ("L", ".bmp"),
])  # fmt: skip
def test_the_repaired_file_has_its_own_kind_and_its_known_pixels(tmp_path, mode, ending):
    path = stored(tmp_path, mode, ending)
    desk = desk_with(path)
    desk.controls["repair"].click()
    assert desk.message.startswith("harmonic filled 60 pixels (5.0 %) in "), desk.message
    assert desk.repaired.dtype == desk.photograph.pixels.dtype
    name, content = Page(desk._file).saved()
    assert name == f"picture-repaired{ending}"
    with Image.open(path) as before, opened(content) as after:
        assert after.mode == before.mode == mode
        np.testing.assert_array_equal(np.asarray(after)[~SCRATCH], np.asarray(before)[~SCRATCH])
        if ending != ".bmp":  # which has no room for a word
            said = after.getexif()[IMAGE_HISTORY]
            assert said == "60 pixels (5.00 %) were invented by inpainting (harmonic)"


def test_a_jpeg_may_be_kept_exactly_as_a_png(tmp_path):
    path = stored(tmp_path, "RGB", ".jpg")
    desk = desk_with(path)
    desk.controls["repair"].click()
    assert desk.controls["format"].options == (".jpg", ".png", ".tif")
    assert desk._anew.value == "JPEG compresses the known pixels again; .png keeps them."
    assert Page(desk._file).saved()[0] == "picture-repaired.jpg"
    desk.controls["format"].value = ".png"
    assert desk._anew.value == ""
    name, content = Page(desk._file).saved()
    assert name == "picture-repaired.png"
    np.testing.assert_array_equal(
        np.asarray(opened(content))[~SCRATCH], np.asarray(Image.open(path))[~SCRATCH]
    )
    desk.controls["repair"].click()
    assert desk.controls["format"].value == ".png"  # what was chosen stays


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16"])
def test_the_box_hatches_and_unhatches_without_a_new_repair(tmp_path, mode):
    desk = desk_with(stored(tmp_path, mode, ".png"))
    desk.controls["repair"].click()
    plain = desk.repaired
    desk.controls["invented"].value = True
    expected = restoration.restore_photograph(desk.photograph, SCRATCH, "harmonic", show="invented")
    np.testing.assert_array_equal(desk.repaired, expected)
    np.testing.assert_array_equal(desk.repaired[~SCRATCH], plain[~SCRATCH])
    name, content = Page(desk._file).saved()
    assert "hatched" in opened(content).getexif()[IMAGE_HISTORY]
    desk.controls["invented"].value = False
    np.testing.assert_array_equal(desk.repaired, plain)


def test_a_desk_takes_an_array_and_repairs_as_restore_does():
    image = data.photo("chelsea")[:60, :80]
    mask = np.zeros((60, 80), bool)
    mask[20:24, :] = True
    desk = desk_with(image, mask, "biharmonic")
    desk.controls["repair"].click()
    stored_pixels = np.rint(image * 255).astype(np.uint8)
    expected = restoration.restore(stored_pixels, mask, "biharmonic")
    np.testing.assert_array_equal(desk.repaired, expected)


def test_methods_side_by_side_with_the_truth():
    truth = data.photo("chelsea")[:60, :80]
    mask = np.zeros((60, 80), bool)
    mask[20:24, :] = True
    damaged = np.where(mask[..., None], 1, truth)
    desk = widgets.RepairDesk(damaged, truth=truth)
    desk.painter.mask = mask
    for name, box in desk._compared.items():
        box.value = name in ("telea", "biharmonic")
    desk.controls["compare"].click()
    assert desk.message.startswith("2 methods compared in "), desk.message
    assert sorted(desk.table.method) == ["biharmonic", "telea"]
    eight_bits = np.rint(truth * 255).astype(np.uint8) / 255
    for row in desk.table.itertuples():
        own = classical.METHODS[row.method](np.where(mask[..., None], 0, eight_bits), mask)
        own = np.rint(own * 255) / 255
        assert row.psnr_hole == pytest.approx(metrics.psnr(eight_bits, own, mask), abs=0.01)
    assert desk.table.psnr_hole.is_monotonic_decreasing
    page = desk._sheet.value
    assert page.count("<img") == page.count("<figcaption>") == 3
    assert page.index(desk.table.method[0]) < page.index(desk.table.method[1])


@pytest.mark.parametrize("button", ["repair", "compare"])
def test_what_is_missing_is_said_in_one_sentence(button):
    desk = widgets.RepairDesk()
    desk.controls[button].click()
    assert desk.message == "open a picture first."
    desk = widgets.RepairDesk(GREY)
    desk.controls[button].click()
    assert desk.message == "nothing is marked: paint over what is to be filled in."
    desk.painter.mask = np.ones((30, 40), bool)
    desk.controls["method"].value = "harmonic"
    for box in desk._compared.values():
        box.value = False
    desk._compared["telea"].value = True
    desk.controls[button].click()
    assert "no known pixel" in desk.message and desk.repaired is None
    assert not desk.controls[button].disabled


def test_a_mask_that_looks_inverted_is_repaired_and_doubted():
    mask = np.ones((30, 40), bool)
    mask[:1] = False
    desk = desk_with(GREY, mask)
    desk.controls["repair"].click()
    assert desk.repaired is not None and "is it inverted?" in desk.message


def test_no_method_is_no_comparison():
    desk = desk_with(GREY)
    for box in desk._compared.values():
        box.value = False
    desk.controls["compare"].click()
    assert desk.message == "no method is chosen: tick at least one."


def test_an_interrupted_repair_leaves_what_was_there(monkeypatch):
    desk = desk_with(GREY)
    desk.controls["repair"].click()
    before = desk.repaired

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(restoration, "restore_photograph", interrupted)
    desk.controls["repair"].click()
    assert desk.message.startswith("stopped") and desk.repaired is before
    assert not desk.controls["repair"].disabled


class Steps:
    """Stands for ``harmonic``: each step waits until the test lets it go on."""

    def __init__(self):
        self.begun, self.may_end = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, image, mask):
        self.begun.release()
        assert self.may_end.acquire(timeout=PATIENCE)
        return np.where(mask[..., None], np.float32(0.25), image)


@pytest.fixture
def steps(monkeypatch):
    steps = Steps()
    monkeypatch.setitem(classical.METHODS, "harmonic", steps)
    return steps


def press(desk, name):
    """As JupyterLab does: the click is answered outside of the main thread."""
    answer = threading.Thread(target=desk.controls[name].click)
    answer.start()
    answer.join(PATIENCE)
    assert not answer.is_alive(), "the answer to a click waits for the work"


TWO_PARTS = np.zeros((30, 1400), bool)
TWO_PARTS[10, 5] = TWO_PARTS[10, 1390] = True


def desk_of_two_parts():
    desk = desk_with(np.full((*TWO_PARTS.shape, 3), 0.5), TWO_PARTS)
    for name, box in desk._compared.items():
        box.value = name == "harmonic"
    return desk


@pytest.mark.parametrize("work", ["repair", "compare"])
def test_stop_ends_the_work_at_the_next_part(steps, work):
    desk = desk_of_two_parts()
    stop = desk.controls["stop"]
    assert stop.layout.display == "none"
    press(desk, work)
    assert steps.begun.acquire(timeout=PATIENCE)
    assert stop.layout.display is None and not stop.disabled and desk.controls[work].disabled
    press(desk, work)  # one at a time
    press(desk, "stop")
    assert stop.disabled and stop.description == "Stopping ..."
    steps.may_end.release()
    desk.wait()
    assert desk.message == "stopped; what was there before is still there."
    assert desk.repaired is desk.table is None and not steps.begun.acquire(blocking=False)
    np.testing.assert_array_equal(desk.painter.mask, TWO_PARTS)
    assert stop.layout.display == "none" and not desk.controls[work].disabled


def test_after_a_stop_the_earlier_result_is_there_and_the_next_repair_is_whole(steps):
    steps.may_end.release(4)
    desk = desk_of_two_parts()
    press(desk, "repair")
    desk.wait()
    assert (
        desk.message.startswith("harmonic filled 2 pixels") and (desk.repaired[10, 5] == 64).all()
    )
    before = desk.repaired
    steps.begun.acquire(), steps.begun.acquire()
    steps.may_end.acquire(), steps.may_end.acquire()
    press(desk, "repair")
    assert steps.begun.acquire(timeout=PATIENCE)
    press(desk, "stop")
    steps.may_end.release(4)
    desk.wait()
    assert desk.repaired is before and desk._result.layout.display is None
    press(desk, "repair")
    desk.wait()
    assert desk.message.startswith("harmonic filled 2 pixels") and desk.repaired is not before


def test_a_repair_that_another_picture_overtakes_is_dropped(tmp_path, steps):
    desk = desk_with(GREY)
    press(desk, "repair")
    assert steps.begun.acquire(timeout=PATIENCE)
    path = stored(tmp_path, "RGB", ".png")
    Page(desk.painter).upload(path.name, path.read_bytes())
    steps.may_end.release()
    desk.wait()
    assert desk.message.startswith("stopped") and desk.repaired is None
    assert desk._result.layout.display == "none"


def test_what_goes_wrong_beside_the_shell_is_said_too():
    desk = desk_with(GREY, np.ones((30, 40), bool))
    press(desk, "repair")
    desk.wait()
    assert "no known pixel" in desk.message and not desk.controls["repair"].disabled


def test_in_the_main_thread_work_is_done_when_the_click_is_answered(steps):
    """There an interrupt ends it, and in a browser there is no other thread."""
    steps.may_end.release()
    desk, seen = desk_with(GREY), []
    desk.controls["stop"].layout.observe(lambda change: seen.append(change.new), "display")
    desk.controls["repair"].click()
    assert desk.message.startswith("harmonic filled") and seen == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (22, ["1 of 68", "2 of 68, about 25 minutes left", "3 of 68, about 24 minutes left"]),
        (1, ["1 of 68", "2 of 68, about 1 minute left", "3 of 68, about 1 minute left"]),
        (0.89, ["1 of 68", "2 of 68", "3 of 68"]),
    ],
)
def test_who_must_wait_for_long_is_told_after_the_first_part(monkeypatch, seconds, said):
    desk, heard = desk_with(GREY), []
    times = iter([100, *(100 + seconds * part for part in range(9))])  # the first begins at once
    monkeypatch.setattr(repair_desk.time, "monotonic", lambda: next(times))
    monkeypatch.setattr(desk, "_say", heard.append)
    desk._work._stop.clear()
    parts = desk._progress("Repairing with exemplar")(range(68))
    for _ in range(3):
        next(parts)
    assert heard == [f"Repairing with exemplar: part {one} ..." for one in said]


@pytest.mark.parametrize("kind", ["comm_msg", "execute_request"])
def test_a_click_that_the_main_thread_answers_can_be_stopped_too(steps, monkeypatch, kind):
    kernel = SimpleNamespace(get_parent=lambda: {"header": {"msg_type": kind}})
    monkeypatch.setattr(_work, "get_ipython", lambda: SimpleNamespace(kernel=kernel))
    desk = desk_of_two_parts()
    if kind == "execute_request":
        steps.may_end.release(2)
    desk.controls["repair"].click()
    desk.controls["stop"].click()
    steps.may_end.release(2)
    desk.wait()
    said = "stopped" if kind == "comm_msg" else "harmonic filled"
    assert desk.message.startswith(said)


def test_with_another_picture_the_repair_is_gone(tmp_path):
    desk = desk_with(GREY)
    desk.controls["repair"].click()
    assert desk._result.layout.display is None
    path = stored(tmp_path, "RGB", ".png")
    Page(desk.painter).upload(path.name, path.read_bytes())
    assert desk.repaired is None and desk._result.layout.display == "none"
    assert Page(desk._file).ask(kind="save") == "nothing is repaired yet: press Repair first."


def test_before_and_after_show_what_the_painter_is_zoomed_to():
    image = np.zeros((30, 40, 3), np.float32)
    image[10:20, 10:20] = 1
    desk = desk_with(image, np.eye(30, 40, dtype=bool))
    desk.controls["repair"].click()
    assert (desk._pair.width, desk._pair.height) == (40, 30)
    desk.painter.set_state({"box": [10, 12, 20, 17]})
    assert (desk._pair.width, desk._pair.height) == (10, 5)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"photograph": "no such file.png"}, FileNotFoundError, "there is no file"),
        ({"photograph": np.zeros((4, 4))}, ValueError, "grey"),
        ({"photograph": np.full((4, 4, 3), 7.0)}, ValueError, "outside"),
        ({"photograph": GREY, "truth": GREY[:10]}, ValueError, "of the same shape"),
        ({"truth": GREY}, ValueError, "pass the photograph too"),
    ],
)
def test_what_a_desk_refuses(arguments, error, said):
    with pytest.raises(error, match=said):
        widgets.RepairDesk(**arguments)


# Before and after


def test_before_and_after_stand_side_by_side_where_nothing_moves(monkeypatch):
    from course_lib import plots

    bundles = []
    monkeypatch.setattr(plots.page, "put", lambda data, metadata=None: bundles.append(data))
    black, white = np.zeros((20, 30, 3)), np.ones((20, 30, 3))
    slider = widgets.before_after(black, white, alt="Black that turns white.", caption="Move it.")
    slider._ipython_display_()
    assert bundles[1]["text/plain"] == "Move it."
    (media_type,) = [one for one in bundles[0] if one.startswith("image/")]
    drawn = np.asarray(opened(base64.b64decode(bundles[0][media_type])).convert("L"))
    middle = drawn[drawn.shape[0] // 2]
    assert middle[len(middle) // 4] < 30 and middle[3 * len(middle) // 4] > 225


@pytest.mark.parametrize(
    ("before", "after", "alt", "error", "said"),
    [
        (GREY, GREY[:10], "A grey picture, twice.", ValueError, "make them the same shape"),
        (GREY, GREY * 255, "A grey picture, twice.", ValueError, "after lies outside"),
        (GREY[..., 0], GREY, "A grey picture, twice.", ValueError, "before is grey"),
        (GREY, GREY, "short", ValueError, "describes nothing"),
    ],
)
def test_pairs_that_are_refused(before, after, alt, error, said):
    with pytest.raises(error, match=said):
        widgets.before_after(before, after, alt=alt)
