"""Try it in headless Chromium: a picture dropped, painted, repaired, downloaded.

What JavaScript computes is held to the course's Python, the exported network to the Keras one.
"""

import re

import numpy as np
import pytest
from PIL import Image

from course_lib import classical, data, masks, models
from tests.helpers import PATIENCE, skip_or_fail
from tests.lab import SECOND, Painter
from tests.pages import served

METHODS = ("harmonic", "biharmonic", "network")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the page, built and served."""
    from tools.site import try_it

    folder = tmp_path_factory.mktemp("site")
    try:
        try_it.build(folder)
    except (ImportError, FileNotFoundError, ConnectionError) as missing:
        skip_or_fail(str(missing))
    with served(folder) as address:
        yield f"{address}/try/"


@pytest.fixture(scope="module")
def requests():
    """Every address that any page of these tests has asked for."""
    return set()


@pytest.fixture
def opened(chromium, site, requests):
    yield from opening(chromium, site, requests)


@pytest.fixture(scope="module")
def page(chromium, site, requests):
    """One page for all that is only computed: its modules stay loaded, the network too."""
    for opens in opening(chromium, site, requests):
        yield opens().page


def opening(chromium, site, requests):
    """Opens Try it in a browser of its own; what the page complains of fails the test."""
    contexts, complaints = [], []

    def opens(**options):
        context = chromium.new_context(viewport={"width": 1100, "height": 1000}, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE * SECOND)
        context.on("request", lambda request: requests.add(request.url))
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{site}index.html")
        return TryIt(page)

    yield opens
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def try_it(opened):
    return opened()


class TryIt(Painter):
    """The page, as a visitor uses it."""

    def __init__(self, page):  # not the painter's: its canvas is hidden until there is a picture
        self.page, self.mouse = page, page.mouse
        self.box = page.locator(".mask-painter")
        self.canvas = self.box.locator("canvas")

    def drop(self, path):
        """As from the desktop, anywhere on the page."""
        moved = self.page.evaluate_handle("() => new DataTransfer()")
        chosen = self.page.evaluate_handle(
            "() => Object.assign(document.createElement('input'), { type: 'file' })"
        )
        chosen.as_element().set_input_files(str(path))
        self.page.evaluate("([moved, { files }]) => moved.items.add(files[0])", [moved, chosen])
        self.page.locator("main").dispatch_event("drop", {"dataTransfer": moved})

    def opens(self, width, height):
        self.page.get_by_label(f"Picture to paint a hole on, {width} by {height}").wait_for()
        self.page.locator("#work").wait_for()
        self.canvas.scroll_into_view_if_needed()

    def says(self, words):
        self.page.get_by_text(words).first.wait_for()

    def asks_for(self, method):
        self.page.locator(f"input[value={method}]").check()
        self.page.get_by_role("button", name="Repair", exact=True).click()

    def repairs(self, method):
        self.asks_for(method)
        self.page.locator("#status", has_text="Filled in").wait_for()

    def download(self, path, words="Download the repaired picture"):
        with self.page.expect_download() as waiting:
            self.page.get_by_text(words).click()
        waiting.value.save_as(path)
        return waiting.value.suggested_filename

    def mask(self, path):
        """What is painted, bool (H, W), as the painter saves it."""
        self.page.get_by_text("More tools").click()
        self.download(path, "Save the mask")
        self.page.get_by_text("More tools").click()
        return np.asarray(Image.open(path)) > 0


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


# What is computed


def filled(page, method, picture, mask):
    """The fill in JavaScript: picture uint8 (H, W, 3), mask bool (H, W) -> uint8 (H, W, 3)."""
    script = """async ([method, width, height, rgb, mask]) => {
        const { [method]: fill } = await import(`./${method}.js`);
        const picture = { width, height, rgb: Uint8Array.from(rgb) };
        await fill(picture, Uint8Array.from(mask), () => {});
        return [...picture.rgb];
    }"""
    asked = [method, mask.shape[1], mask.shape[0], picture.ravel().tolist()]
    answer = page.evaluate(script, [*asked, mask.ravel().astype(int).tolist()])
    return np.array(answer, np.uint8).reshape(picture.shape)


def awkward_masks():
    """Bool (60, 80): lines, holes at the borders and corners, two that nearly touch, dust."""
    corners = np.zeros((60, 80), bool)
    corners[:9, :12] = corners[-3:, 30:50] = corners[20:40, -1] = True
    near = np.zeros((60, 80), bool)
    near[10:30, 10:30] = near[10:30, 31:50] = near[31:45, 20:40] = True
    near[5, 60:70] = near[7, 60:70] = True
    wide = np.zeros((60, 80), bool)
    wide[2:58, 10:66] = True
    dust = np.random.default_rng(0).random((60, 80)) < 0.3
    lines = masks.random_lines(1, (60, 80), lines=(9, 9), thickness=(2, 5), seed=3)[0]
    return {"corners": corners, "near": near, "wide": wide, "dust": dust, "lines": lines}


@pytest.mark.parametrize("method", ["harmonic", "biharmonic"])
def test_the_equations_are_those_of_the_course(page, method):
    """Nearer than 1e-4, before both are rounded to 8 bits."""
    picture = np.rint(255 * data.photo("chelsea")[100:160, 150:230]).astype(np.uint8)
    for name, mask in awkward_masks().items():
        found = filled(page, method, picture, mask)
        wanted = 255 * getattr(classical, method)(picture / 255, mask)
        assert np.abs(found - wanted).max() <= 0.5 + 255 * 1e-4, name
        np.testing.assert_array_equal(found[~mask], picture[~mask])


@pytest.mark.parametrize("shape", [(1, 12), (12, 1), (2, 9)])
def test_the_equations_in_a_picture_of_hardly_any_rows(page, shape):
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    mask = np.zeros(shape, bool)
    mask.flat[[3, 4, 5, 7]] = True
    found = filled(page, "harmonic", picture, mask)
    wanted = 255 * classical.harmonic(picture / 255, mask)
    assert np.abs(found - wanted).max() <= 0.5 + 255 * 1e-4


def test_far_inside_a_wide_hole_a_smaller_copy_helps(page):
    """A slope comes back, of one level a pixel: in the smaller copy, one and a half are two."""
    script = """async ([width, height, rgb, mask]) => {
        const { repair } = await import("./repair.js");
        const picture = { width, height, rgb: Uint8Array.from(rgb) };
        await repair(picture, Uint8Array.from(mask), "biharmonic");
        return [...picture.rgb];
    }"""
    picture = (20 + np.arange(160)[None, :, None] + np.zeros((150, 1, 3))).astype(np.uint8)
    mask = np.zeros((150, 160), bool)
    mask[6:144, 6:154] = True
    asked = [160, 150, picture.ravel().tolist(), mask.ravel().astype(int).tolist()]
    found = np.array(page.evaluate(script, asked)).reshape(picture.shape)
    assert np.abs(found - picture).max() <= 2


def test_the_exported_network_says_what_the_keras_one_says(page):
    script = """async ([rows, columns, damaged, valid]) => {
        const { predict } = await import("./network.js");
        const floats = { damaged: Float32Array.from(damaged), valid: Float32Array.from(valid) };
        return [...await predict({ rows, columns, ...floats })];
    }"""
    network = models.load_pretrained("photo")
    for height, width in ((32, 32), (48, 80), (128, 64)):
        image = data.photo("astronaut")[:height, 150 : 150 + width]
        mask = masks.random_lines(1, (height, width), lines=(5, 5), thickness=(2, 6), seed=1)[0]
        damaged = masks.damage(image, mask).astype(np.float32)
        valid = (~mask[..., None]).astype(np.float32)
        wanted = np.asarray(network([damaged[None], valid[None]], training=False))[0]
        asked = [height, width, damaged.ravel().tolist(), valid.ravel().tolist()]
        found = np.array(page.evaluate(script, asked)).reshape(wanted.shape)
        assert np.abs(found - wanted).max() < 1e-3


def test_the_network_fills_a_picture_of_any_size_as_in_python(page):
    """Sides that 16 does not divide, padded by reflection."""
    picture = np.rint(255 * data.photo("coffee")[100:151, 200:275]).astype(np.uint8)
    mask = masks.random_lines(1, (51, 75), lines=(4, 4), thickness=(2, 4), seed=2)[0]
    found = filled(page, "network", picture, mask)
    network = models.load_pretrained("photo")
    wanted = 255 * models.inpaint(network, (picture / 255).astype(np.float32), mask)
    assert np.abs(found - wanted).max() <= 0.5 + 255 * 1e-3
    np.testing.assert_array_equal(found[~mask], picture[~mask])


def test_tiles_blend_to_a_whole(page):
    """In a large picture each pixel is in a tile, and its shares say which tiles count."""
    fault = page.evaluate("""async () => {
        const { aroundHoles, share, tiles } = await import("./tiles.js");
        const size = { width: 1000, height: 700 };
        const sum = new Float64Array(700000);
        const mask = new Uint8Array(700000).fill(1);
        for (const tile of tiles(size)) {
            if (tile.left % 16 || tile.top % 16) return "off the grid";
            const box = aroundHoles(tile, mask, size);
            if (JSON.stringify(box) !== JSON.stringify(tile)) return `not all of ${tile.left}`;
            for (let y = tile.top; y < tile.bottom; y++)
                for (let x = tile.left; x < tile.right; x++)
                    sum[y * 1000 + x] += share(tile, x, y, size);
        }
        return sum.some((one) => one < 0.9 || one > 1.1) ? "shares" : "";
    }""")
    assert fault == ""


# The page


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Files: 120 x 160 with a white line, a broken one, one of 60 megapixels in few bytes."""
    folder = tmp_path_factory.mktemp("pictures")
    scratched = np.rint(255 * data.photo("coffee")[100:220, 100:260]).astype(np.uint8)
    scratched[50, 20:121] = 255
    Image.fromarray(scratched).save(folder / "scratched.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    Image.new("1", (10_000, 6_000)).save(folder / "huge.png")
    return folder


def test_drop_paint_repair_and_download(try_it, pictures, tmp_path):
    try_it.drop(pictures / "scratched.png")
    try_it.opens(160, 120)
    try_it.page.get_by_role("button", name="Repair", exact=True).click()
    try_it.says("Paint over the damage first.")
    try_it.type(*["["] * 12, "]", "]")
    try_it.drag((50, 18), (50, 122))
    mask = try_it.mask(tmp_path / "mask.png")
    assert mask[50, 20:121].all() and mask.sum() < 500
    before = pixels(pictures / "scratched.png")
    seen = []
    for method in METHODS:
        try_it.repairs(method)
        name = try_it.download(tmp_path / f"{method}.png")
        assert name == f"scratched-{method}.png"
        after = pixels(tmp_path / name.removeprefix("scratched-"))
        np.testing.assert_array_equal(after[~mask], before[~mask])
        assert after[50, 20:121].min(axis=-1).max() < 245  # no longer white
        seen.append(after)
    note = Image.open(tmp_path / "network.png").text["Restoration"]
    assert note.startswith(f"{mask.sum()} pixels (") and note.endswith("(network)")
    wanted = classical.harmonic(before / 255, mask)
    assert np.abs(seen[0] - 255 * wanted).max() <= 0.5 + 255 * 1e-4
    assert not np.array_equal(seen[0], seen[1]) and not np.array_equal(seen[1], seen[2])
    keeps_and_forgets(try_it)


def keeps_and_forgets(try_it):
    """A method's result stays until the mask changes; the slider moves by key."""
    page = try_it.page
    page.locator("input[value=harmonic]").check()
    page.get_by_role("heading", name="Repaired by the harmonic equation").wait_for()
    slider = page.locator(".before-after input")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "51 % before"
    try_it.type("Control+z")
    page.locator("#result").wait_for(state="hidden")
    assert try_it.hole_text() == "0.0 % hole"


def test_an_example_with_its_damage_marked(try_it, tmp_path):
    for name, shape in (
        ("Scratches", (451, 300)),
        ("Blotches", (512, 512)),
        ("Writing", (600, 400)),
    ):
        try_it.page.get_by_role("button", name=name).click()
        try_it.opens(*shape)
    try_it.page.get_by_role("button", name="Mark the damage for me").click()
    try_it.page.locator("output", has_text="2.2 % hole").wait_for()
    try_it.repairs("biharmonic")
    truth = data.photo("coffee")
    try_it.download(tmp_path / "repaired.png")
    mask = try_it.mask(tmp_path / "mask.png")
    repaired = pixels(tmp_path / "repaired.png") / 255
    np.testing.assert_array_equal(repaired[~mask].astype(np.float32), truth[~mask])
    assert np.abs(repaired[mask] - truth[mask]).mean() < 0.06  # it was orange writing


def test_a_photograph_of_twelve_megapixels(try_it, tmp_path):
    """As a phone stores it: JPEG, lying on its side by EXIF; a stroke across all of it."""
    tile = np.rint(255 * data.photo("coffee")).astype(np.uint8)
    lying = np.tile(tile, (8, 7, 1))[:3000, :4000]
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter to the right
    path = tmp_path / "holiday.jpg"
    Image.fromarray(lying).save(path, quality=90, subsampling=0, exif=exif)
    try_it.drop(path)
    try_it.opens(3000, 4000)
    try_it.drag((300, 300), (3600, 2700))
    mask = try_it.mask(tmp_path / "mask.png")
    assert mask.shape == (4000, 3000) and 0.001 < mask.mean() < 0.05
    try_it.asks_for("network")  # 20 tiles: somewhere on the way it is stopped
    try_it.page.get_by_role("button", name="Cancel").click()
    try_it.says("Cancelled.")
    try_it.repairs("harmonic")
    assert try_it.download(tmp_path / "repaired.png") == "holiday-harmonic.png"
    upright = pixels_in_chromium(try_it.page, path)
    repaired = pixels(tmp_path / "repaired.png")
    np.testing.assert_array_equal(repaired[~mask], upright[~mask])
    assert (repaired[mask] != upright[mask]).any()
    # Up to what two decoders round differently, that is how Pillow reads it.
    expected = np.rot90(np.asarray(Image.open(path)), -1).astype(int)
    assert np.abs(upright - expected).max() <= 3


def pixels_in_chromium(page, path):
    """How the browser draws a picture file, by the old way: an image on one large canvas."""
    page.evaluate("() => document.body.append(Object.assign(document.createElement('input'), "
                  "{ type: 'file', id: 'oracle' }))")  # fmt: skip
    page.locator("#oracle").set_input_files(str(path))
    with page.expect_download() as waiting:
        page.evaluate("""async () => {
            const image = new Image();
            image.src = URL.createObjectURL(document.getElementById("oracle").files[0]);
            await image.decode();
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            const context = canvas.getContext("2d", { willReadFrequently: true });
            context.drawImage(image, 0, 0);
            const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
            const link = document.createElement("a");
            link.href = URL.createObjectURL(new Blob([data]));
            link.download = "pixels";
            link.click();
        }""")
    raw = np.fromfile(waiting.value.path(), np.uint8)
    size = page.evaluate("() => document.querySelector('.mask-painter-stage canvas').ariaLabel")
    columns, rows = map(int, re.findall(r"\d+", size))
    return raw.reshape(rows, columns, 4)[..., :3]


def test_a_file_that_cannot_be_taken_leaves_picture_and_mask(try_it, pictures, tmp_path):
    try_it.drop(pictures / "scratched.png")
    try_it.opens(160, 120)
    try_it.drag((50, 18), (50, 122))
    before = try_it.mask(tmp_path / "before.png")
    try_it.drop(pictures / "broken.jpg")
    try_it.says("broken.jpg: This is no picture that your browser can read")
    try_it.drop(pictures / "huge.png")
    try_it.says("huge.png: This picture has 60 megapixels, and this page takes 50")
    assert try_it.page.get_by_label("Picture to paint a hole on, 160 by 120 pixels").is_visible()
    np.testing.assert_array_equal(try_it.mask(tmp_path / "after.png"), before)
    try_it.page.get_by_text("More tools").click()
    load = try_it.page.get_by_label("Load a mask from a file")
    load.set_input_files(str(pictures / "huge.png"))
    try_it.says("50: shrink it first")
    try_it.press("Clear the mask")
    load.set_input_files(str(tmp_path / "before.png"))
    try_it.page.locator("output", has_text=f"{100 * before.mean():.1f} % hole").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, axe_faults, scheme):
    try_it = opened(color_scheme=scheme)
    assert axe_faults(try_it.page) == []
    try_it.page.get_by_role("button", name="Scratches").click()
    try_it.opens(451, 300)
    try_it.page.get_by_role("button", name="Mark the damage for me").click()
    try_it.page.get_by_text("More tools").click()
    try_it.repairs("harmonic")
    assert axe_faults(try_it.page) == []


def test_a_phone_narrow_and_by_touch(opened):
    try_it = opened(has_touch=True, is_mobile=True, device_scale_factor=3)
    page = try_it.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("button", name="Scratches").tap()
    try_it.opens(451, 300)
    page.touchscreen.tap(*try_it._on_page((150, 200)))
    page.locator("output", has_text=re.compile("^0.[1-9] % hole")).wait_for()
    page.locator("input[value=harmonic]").tap()
    page.get_by_role("button", name="Repair", exact=True).tap()
    page.locator("#status", has_text="Filled in").wait_for()
    page.get_by_text("More tools").tap()
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 360


def test_a_files_name_is_text(try_it, tmp_path):
    name = "<img src=x onerror=\"document.title='in'\">.png"
    (tmp_path / name).write_bytes(b"no picture")
    images = try_it.page.locator("img").count()
    try_it.drop(tmp_path / name)
    try_it.says(f"{name}: This is no picture that your browser can read")
    assert try_it.page.locator("img").count() == images and "Try it" in try_it.page.title()


def test_nothing_was_asked_for_anywhere_else(try_it, requests, site):
    """Last: over all that was done above, and one more visit."""
    try_it.page.get_by_role("button", name="Scratches").click()
    try_it.opens(451, 300)
    ours = (site, "blob:", "data:")
    assert len(requests) > 20
    assert [address for address in requests if not address.startswith(ours)] == []
