"""The painter's tools and the desk in a real browser; at the end a whole repair, as a learner does.

What the painter computes in JavaScript is held to NumPy, SciPy and scikit-image on a blank page.
"""

import itertools
import json

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from skimage.measure import points_in_poly

from course_lib import data, widgets
from tests.lab import Painter, opened

SHADES = itertools.count()
DESK, STATE = range(2)
CELLS = [
    """
    from course_lib import widgets

    desk = widgets.RepairDesk()
    desk
    """,
    """
    import json

    import numpy as np

    painter = desk.painter
    mask = np.zeros((1, 1), bool) if painter.mask is None else painter.mask
    print(json.dumps({
        "name": painter.name, "shape": mask.shape, "hole": np.flatnonzero(mask).tolist(),
        "repaired": desk.repaired is not None,
    }))
    """,
]


@pytest.fixture(scope="module")
def blank(chromium):
    """A page that knows the painter's classes and nothing else."""
    page = chromium.new_page()
    source = str(widgets.MaskPainter._esm)
    page.evaluate(
        """async (source) => {
            const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            Object.assign(window, await import(address));
        }""",
        source,
    )
    yield page
    page.close()


def painted(blank, shape, work, given=None, **values):
    """The mask that `work`, JavaScript about a `painting`, leaves; bool, of that shape."""
    script = f"""({{ width, height, given, values }}) => {{
        const painting = new Painting(width, height);
        if (given) {{ painting.replace(given); painting.settle(); }}
        {work}
        return [[...painting.pixels], painting.holes];
    }}"""
    given = None if given is None else given.ravel().astype(int).tolist()
    asked = {"width": shape[1], "height": shape[0], "given": given, "values": values}
    pixels, holes = blank.evaluate(script, asked)
    assert holes == sum(pixels)
    return np.array(pixels, bool).reshape(shape)


@pytest.mark.parametrize("size", [1, 2, 3, 7.5, 40])
def test_a_stamp_covers_the_centres_within_half_its_size(blank, size):
    y, x = np.mgrid[:30, :40] + 0.5
    for at in ([20.3, 11.7], [0.5, 0.5], [39.9, 29.9], [-3, 15]):
        stamp = painted(blank, (30, 40), "painting.stamp(values.x, values.y, values.size, 1);",
                        x=at[0], y=at[1], size=size)  # fmt: skip
        expected = np.hypot(x - at[0], y - at[1]) < size / 2
        if 0 <= at[0] < 40:
            expected[int(at[1]), int(at[0])] = True
        np.testing.assert_array_equal(stamp, expected)


def test_a_polygon_covers_the_centres_inside_it(blank):
    random = np.random.default_rng(0)
    centres = np.argwhere(np.ones((30, 40))) + 0.5
    for count in [3, 4, 5, 9] * 5:
        corners = random.uniform(-8, 45, (count, 2))  # they cross each other and the border
        points = [{"x": x, "y": y} for y, x in corners]
        inside = painted(blank, (30, 40), "painting.polygon(values.points, 1);", points=points)
        expected = points_in_poly(centres, corners).reshape(30, 40)
        np.testing.assert_array_equal(inside, expected)


@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.97, 1])
def test_grow_shrink_and_invert(blank, share):
    mask = np.random.default_rng(1).random((30, 40)) < share

    def done(work):
        return painted(blank, mask.shape, f"painting.{work};", given=mask)

    np.testing.assert_array_equal(done("spread(1)"), ndimage.binary_dilation(mask))
    np.testing.assert_array_equal(done("spread(0)"), ndimage.binary_erosion(mask, border_value=1))
    np.testing.assert_array_equal(done("invert()"), ~mask)


def test_every_step_is_undone_and_redone(blank):
    """At random: after each step, back and forth, the mask is what it was at that place."""
    fault = blank.evaluate("""() => {
        const painting = new Painting(37, 23); // sides that 8 does not divide
        let seed = 1;
        const random = (end) => (seed = (seed * 48271) % 2147483647) % end;
        const kinds = [
            () => painting.stamp(random(37), random(23), 1 + random(9), random(2)),
            () => painting.line({ x: random(37), y: random(23) }, { x: 5, y: 9 }, 3, 1),
            () => painting.polygon([0, 1, 2].map(() => ({ x: random(40), y: random(25) })), 1),
            () => painting.invert(), () => painting.spread(random(2)),
        ];
        const known = [painting.pixels.join()];
        for (let turn = 0; turn < 400; turn++) {
            const travel = random(5);
            if (travel === 0) painting.undo();
            else if (travel === 1) painting.redo();
            else {
                kinds[random(kinds.length)]();
                if (painting.settle()) {
                    known.length = painting.done;
                    known.push(painting.pixels.join());
                }
            }
            if (painting.pixels.join() !== known[painting.done]) return `pixels, turn ${turn}`;
            const packed = painting.unpack(painting.packed);
            if (packed.join() !== known[painting.done]) return `packed, turn ${turn}`;
            if (painting.holes !== painting.pixels.filter(Boolean).length) return `holes, ${turn}`;
        }
        return painting.steps.length > 20 ? "" : "too few steps";
    }""")
    assert fault == ""


def test_what_is_remembered_is_bounded(blank):
    """Full steps of 200 x 200 pixels, 5,000 bytes each: the oldest are forgotten."""
    steps, holes = blank.evaluate("""() => {
        const painting = new Painting(200, 200, 100000);
        for (let step = 0; step < 150; step++) { painting.invert(); painting.settle(); }
        painting.undo();
        return [painting.steps.length, painting.holes];
    }""")
    assert steps == 20
    assert holes == 200 * 200  # 149 times inverted


def test_zoom_keeps_the_point_and_the_picture_in_view(blank):
    fault = blank.evaluate("""() => {
        const view = new View(4000, 3000);
        view.resize(640, 480);
        for (const [x, y] of [[0, 0], [320, 240], [640, 480], [100, 400]]) {
            view.zoomAt(0, 0, 0);
            if (view.left || view.top || view.box().length) return "not the whole picture";
            const before = view.toPicture(x, y);
            view.zoomAt(7, x, y);
            const after = view.toPicture(x, y);
            if (Math.hypot(after.x - before.x, after.y - before.y) > 1e-6) return `moved ${x} ${y}`;
            view.move(1e5, -1e5);
            const [left, , , bottom] = view.box();
            if (left !== 0 || bottom !== 3000) return "out of view";
        }
        return "";
    }""")
    assert fault == ""


# The whole repair


@pytest.fixture(scope="module")
def lab(chromium, server):
    """The notebook with the desk, run."""
    server.write("desk.ipynb", CELLS)
    with opened(chromium, server, "desk.ipynb") as lab:
        yield lab


class Desk(Painter):
    """The desk on the page."""

    def __init__(self, lab):
        super().__init__(lab.cell(DESK))
        self.lab, self.cell, self.page = lab, lab.cell(DESK), lab.page

    def open(self, path, what="Open a picture file"):
        self.cell.get_by_label(what).first.set_input_files(str(path))

    def state(self):
        printed = self.lab.run(STATE).locator(".jp-OutputArea-output").inner_text()
        return json.loads(printed)

    def hole(self):
        return np.array(self.state()["hole"], int)

    def wait_for_hole(self, share):
        self.lab.wait_until(lambda: self.hole_text() == f"{100 * share:.1f} % hole")

    def says(self, words):
        self.lab.wait_until(lambda: words in self.cell.inner_text())

    def click(self, row, column):
        self.mouse.click(*self._on_page((row, column)))

    def download(self, words, folder):
        with self.page.expect_download() as waiting:
            self.cell.get_by_role("button", name=words).click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    def drop(self, path):
        """As from the desktop onto the painter."""
        moved = self.page.evaluate_handle(
            """([name, bytes]) => {
                const moved = new DataTransfer();
                moved.items.add(new File([new Uint8Array(bytes)], name));
                return moved;
            }""",
            [path.name, [*path.read_bytes()]],
        )
        self.box.dispatch_event("drop", {"dataTransfer": moved})


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Files: 120 x 160 pixels with a bright scratch, 1.4 MB of noise, and a broken one."""
    folder = tmp_path_factory.mktemp("pictures")
    scratched = np.rint(255 * data.photo("coffee")[100:220, 100:260]).astype(np.uint8)
    scratched[:, 50] = 255
    Image.fromarray(scratched).save(folder / "scratched.png")
    noise = np.random.default_rng(0).integers(0, 256, (700, 700, 3), np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    return folder


@pytest.fixture
def desk(lab, pictures):
    """The desk with the scratched photograph freshly opened."""
    cell, path = lab.cell(DESK), pictures / "scratched.png"
    pixels = np.array(Image.open(path))
    pixels[-1, -1] = next(SHADES)  # or the mask of an earlier test would come back
    Image.fromarray(pixels).save(path)
    cell.get_by_label("Open a picture file").first.set_input_files(str(path))
    cell.get_by_label("Picture to paint a hole on, 160 by 120 pixels").wait_for()
    desk = Desk(lab)
    lab.wait_until(lambda: desk.hole_text() == "0.0 % hole")
    desk.press("Brush: paint the hole")
    return desk


def test_paint_polygon_undo_redo_zoom(desk):
    desk.type(*["["] * 12)
    desk.drag((10, 10), (10, 29))
    desk.wait_for_hole(20 / 19_200)
    line = 10 * 160 + np.arange(10, 30)
    np.testing.assert_array_equal(desk.hole(), line)
    desk.press("Polygon: paint what its corners enclose")
    for corner in ((39.5, 39.5), (39.5, 59.5), (59.5, 59.5), (59.5, 39.5)):
        desk.click(*corner)
    desk.type("Enter")
    desk.wait_for_hole((20 + 400) / 19_200)
    assert len(desk.hole()) == 420
    desk.type("Control+z")
    desk.wait_for_hole(20 / 19_200)
    desk.type("Control+z")
    desk.wait_for_hole(0)
    desk.type("Control+Shift+z", "Control+y")
    desk.wait_for_hole(420 / 19_200)
    desk.press("Undo the last step")
    desk.wait_for_hole(20 / 19_200)
    np.testing.assert_array_equal(desk.hole(), line)
    desk.press("Brush: paint the hole")
    zoomed_dot(desk)
    assert set(desk.hole()) == {*line, 60 * 160 + 80}


def zoomed_dot(desk):
    """Zoom in over one pixel with Ctrl and the wheel, paint it where it then is, zoom out."""
    x, y = desk._on_page((60, 80))
    desk.mouse.move(x, y)
    desk.page.keyboard.down("Control")
    for _ in range(4):
        desk.mouse.wheel(0, -300)
    desk.page.keyboard.up("Control")
    desk.mouse.move(x + 60, y)  # the pixel is now far wider than these
    desk.mouse.move(x + 1, y + 1)
    desk.mouse.down()
    desk.mouse.up()
    desk.wait_for_hole(21 / 19_200)
    desk.press("Show the whole picture")


def test_two_fingers_zoom_and_one_paints(desk):
    touch = desk.page.context.new_cdp_session(desk.page)

    def send(kind, *points):
        places = [desk._on_page(point) for point in points]
        touch.send("Input.dispatchTouchEvent", {
            "type": kind, "touchPoints": [{"x": x, "y": y, "id": n} for n, (x, y) in
                                          enumerate(places)]
        })  # fmt: skip

    desk.type(*["["] * 12)
    send("touchStart", (20, 20))
    send("touchMove", (20, 40))
    send("touchEnd")
    desk.wait_for_hole(21 / 19_200)
    picture = desk.box.locator(".mask-painter-stage img").first
    width = picture.bounding_box()["width"]
    send("touchStart", (60, 70))
    send("touchStart", (60, 70), (60, 90))
    send("touchMove", (60, 50), (60, 110))
    send("touchEnd")
    desk.lab.wait_until(lambda: picture.bounding_box()["width"] > 2 * width)
    assert desk.hole_text() == "0.1 % hole" and len(desk.hole()) == 21
    desk.press("Show the whole picture")


def test_repair_compare_and_download(desk, pictures, tmp_path):
    desk.cell.get_by_label("Tolerance").fill("25")
    desk.press("Add what is found to the mask")
    desk.lab.wait_until(lambda: desk.hole_text() != "0.0 % hole")
    hole = desk.hole()
    assert {*(np.arange(120) * 160 + 50)} <= {*hole}
    desk.cell.get_by_label("Method", exact=True).select_option("harmonic")
    desk.cell.get_by_role("button", name="Repair", exact=True).click()
    desk.says("harmonic filled")
    sides = desk.cell.locator(".before-after-stage img")
    desk.lab.wait_until(lambda: len({*sides.evaluate_all("all => all.map((one) => one.src)")}) == 2)
    slider = desk.cell.locator(".before-after input")
    slider.focus()
    desk.page.keyboard.press("ArrowRight")
    desk.lab.wait_until(lambda: slider.get_attribute("aria-valuetext") == "51 % before")

    repaired = np.asarray(Image.open(desk.download("Download the repaired picture", tmp_path)))
    before = np.asarray(Image.open(pictures / "scratched.png"))
    known = np.ones(before.shape[:2], bool)
    known.flat[hole] = False
    np.testing.assert_array_equal(repaired[known], before[known])
    assert np.abs(repaired[:, 50].astype(int) - before[:, 50]).min() > 10  # no longer white

    mask = desk.download("Download the mask", tmp_path)
    np.testing.assert_array_equal(np.asarray(Image.open(mask)), ~known)
    desk.press("Clear the mask")
    desk.wait_for_hole(0)
    desk.open(mask, "Load a mask from a file")
    desk.lab.wait_until(lambda: np.array_equal(desk.hole(), hole))

    for network in ("best", "photo"):  # they take their time to load
        desk.cell.get_by_label(network, exact=True).uncheck()
    desk.cell.get_by_role("button", name="Compare").click()
    desk.says("methods compared in")
    assert desk.cell.locator("figcaption").count() == 1 + 4


def test_a_broken_file_leaves_the_picture_and_the_mask(desk, pictures):
    desk.drag((10, 10), (10, 29))
    before = desk.hole()
    desk.open(pictures / "broken.jpg")
    desk.says("broken.jpg cannot be")
    assert desk.state()["name"] == "scratched.png"
    np.testing.assert_array_equal(desk.hole(), before)


def test_an_inverted_mask_is_doubted_and_turned_by_one_click(desk):
    desk.drag((10, 10), (10, 29))
    before = desk.hole()
    desk.press("Invert the mask")
    desk.says("of the picture: is it inverted?")
    desk.cell.get_by_role("button", name="which covers most of the picture").click()
    desk.lab.wait_until(lambda: np.array_equal(desk.hole(), before))
    assert desk.cell.locator(".mask-painter-guard").is_hidden()


def test_a_large_file_is_dropped_on_the_painter(desk, pictures):
    assert (pictures / "noise.png").stat().st_size > 2**20  # more than one part
    desk.drop(pictures / "noise.png")
    desk.cell.get_by_label("Picture to paint a hole on, 700 by 700 pixels").wait_for()
    state = desk.state()
    assert (state["name"], state["shape"], state["hole"]) == ("noise.png", [700, 700], [])


def test_a_picture_opened_again_has_its_mask_again(desk, pictures):
    desk.drag((10, 10), (10, 29))
    before = desk.hole()
    assert len(before)
    desk.open(pictures / "noise.png")
    desk.cell.get_by_label("Picture to paint a hole on, 700 by 700 pixels").wait_for()
    desk.open(pictures / "scratched.png")
    desk.says("The mask that was on this picture before is back.")
    desk.lab.wait_until(lambda: desk.hole_text() != "0.0 % hole")
    np.testing.assert_array_equal(desk.hole(), before)


def test_each_kind_of_look_begins_with_its_own_tolerance(desk):
    """And bright and dark scratches share what was set by hand."""
    looks = desk.cell.get_by_label("What the damage looks like")
    tolerance = desk.cell.get_by_label("Tolerance")
    for one, percent in {"colour": "10", "dark scratches": "30", "bright": "10"}.items():
        looks.select_option(one)
        assert tolerance.input_value() == percent
    looks.select_option("dark scratches")
    tolerance.fill("45")
    looks.select_option("bright scratches")
    assert tolerance.input_value() == "45"


def test_a_picked_colour_is_the_pixels_own(desk, pictures):
    """The page has the noise as a JPEG, whose colours are far from those of single pixels."""
    desk.open(pictures / "noise.png")
    desk.cell.get_by_label("Picture to paint a hole on, 700 by 700 pixels").wait_for()
    desk.cell.get_by_label("What the damage looks like").select_option("colour")
    desk.press("Pick the colour from the picture")
    desk.mouse.click(*desk._on_page((300, 400)))
    pixels = np.asarray(Image.open(pictures / "noise.png"))
    tone = desk.cell.get_by_label("Colour of the damage")
    near = ["#" + bytes(pixel).hex() for pixel in pixels[299:302, 399:402].reshape(-1, 3)]
    desk.lab.wait_until(lambda: tone.input_value() in near)


def test_axe_finds_nothing(desk, axe_faults):
    """With every tool in view."""
    desk.page.evaluate(
        "() => document.querySelectorAll('details').forEach((one) => one.open = true)"
    )
    assert axe_faults(desk.page, ".jp-OutputArea") == []


# A repair that takes long

LONG = """
import numpy as np

from course_lib import widgets

desk = widgets.RepairDesk(np.random.default_rng(0).integers(0, 256, (5000, 5000, 3), np.uint8))
spots = np.arange(5000) % 500 < 24
desk.painter.mask = np.outer(spots, spots)
desk.controls["method"].value = "exemplar"
desk
"""


def test_a_long_repair_is_stopped_and_costs_nothing(chromium, server):
    """While a part is worked on the click on Stop arrives, and nothing is lost."""
    asked = "print(int(desk.painter.mask.sum()), desk.repaired is None)"
    server.write("long.ipynb", [LONG, asked])
    with opened(chromium, server, "long.ipynb") as lab:
        before = lab.cell(1).locator(".jp-OutputArea-output").inner_text()
        desk = Desk(lab)
        names = "Repair", "Stop"
        repair, stop = (desk.cell.get_by_role("button", name=name, exact=True) for name in names)
        assert stop.count() == 0  # to be seen
        repair.click()
        desk.says("Repairing with exemplar: part ")
        stop.first.click()
        desk.says("stopped; what was there before is still there.")
        lab.wait_until(repair.is_enabled)
        assert stop.count() == 0
        assert lab.run(1).locator(".jp-OutputArea-output").inner_text() == before
