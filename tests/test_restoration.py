"""Photographs of any size and kind: repaired part by part as if at once, and nothing is lost."""

import struct

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from course_lib import classical, data, masks, restoration
from course_lib.__main__ import main
from course_lib._opencv import cv2
from course_lib.restoration import files as picture_files
from course_lib.restoration import repairing, tiles, windows

LOCAL = ("nearest", "harmonic", "biharmonic", "telea")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def scratched():
    """A photograph of 200 x 300 pixels and thin scratches that cross it."""
    image = data.photo("chelsea")[:200, :300]
    return image, masks.random_lines(1, (200, 300), lines=(6, 6), thickness=(3, 3), seed=3)[0]


@pytest.fixture
def small_windows(monkeypatch):
    monkeypatch.setattr(windows, "SIDE", 64)


@pytest.mark.parametrize("method", [*LOCAL, "navier_stokes", "mean", "grey", "nothing"])
def test_a_small_picture_is_filled_as_the_method_fills_it(scratched, method):
    image, mask = scratched
    expected = classical.METHODS[method](image, mask)
    np.testing.assert_allclose(restoration.restore(image, mask, method), expected, atol=1e-6)


@pytest.mark.parametrize("method", LOCAL)
def test_a_hole_cut_into_windows_is_filled_as_if_at_once(scratched, small_windows, method):
    image, mask = scratched
    assert windows.holes(mask).long.any()
    expected = classical.METHODS[method](image, mask)
    repaired = restoration.restore(image, mask, method)
    np.testing.assert_allclose(repaired, expected, atol=1e-3)
    assert np.abs(repaired - expected).mean() < 1e-5


def test_far_inside_a_long_hole_a_smaller_copy_is_near_the_whole_solution(monkeypatch):
    monkeypatch.setattr(windows, "SIDE", 64)
    monkeypatch.setattr(repairing, "DEEPEST", 12)
    rows, columns = np.mgrid[:180, :220] / 220
    smooth = np.stack([rows, columns, rows * columns], axis=-1)
    hole = np.zeros((180, 220), bool)
    hole[40:140, 50:170] = True
    repaired = restoration.restore(smooth, hole, "harmonic")
    np.testing.assert_allclose(repaired, smooth, atol=0.01)  # all three are harmonic


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 200), width=st.integers(1, 200), side=st.integers(3, 70),
    share=st.sampled_from((0.01, 0.3, 0.9)), seed=st.integers(0, 99),
)  # fmt: skip
def test_each_hole_pixel_is_wanted_once(height, width, side, share, seed):
    mask = np.random.default_rng(seed).random((height, width)) < share
    mask[0, 0] = False
    count = np.zeros(mask.shape, int)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "SIDE", side)
        for window, wanted in windows.windows(windows.holes(mask), mask):
            count[window] += wanted
    np.testing.assert_array_equal(count, mask)


def nine_means(image, mask):
    """Stands for a network: what it says depends on the pixels within four, holes being 0."""
    return cv2.blur(np.where(mask[..., None], 0, image).astype(np.float32), (9, 9))


@pytest.mark.parametrize("shape", [(300, 420), (90, 400), (171, 171)])
def test_tiles_give_what_the_whole_picture_gives(monkeypatch, shape):
    monkeypatch.setattr(tiles, "SIDE", 96)
    monkeypatch.setattr(tiles, "OVERLAP", 32)
    monkeypatch.setattr(tiles, "ONE_TILE", 100)
    random = np.random.default_rng(0)
    image, mask = random.random((*shape, 3), np.float32), random.random(shape) < 0.1
    assert all(side.start % 16 == 0 for window in tiles.tiles(shape) for side in window)

    def fill(window, holes):
        return nine_means(image[window], holes)

    blended = tiles.blended(fill, mask, list)
    whole = nine_means(image, mask)[mask]
    inner = np.pad(np.ones(np.subtract(shape, 8), bool), 4)[mask]
    # A tile's own border is felt four pixels deep, where it counts for 4 of 33 parts at most.
    assert np.abs(blended - whole)[inner].max() < 0.1
    assert np.median(np.abs(blended - whole)) < 1e-6


def test_a_network_sees_large_pictures_without_seams(monkeypatch):
    from course_lib import models

    model = models.load_pretrained("best")
    image = data.photo("chelsea")[:256, :320]
    mask = masks.random_lines(1, (256, 320), lines=(8, 8), thickness=(2, 2), seed=5)[0]
    whole = models.inpaint(model, image, mask)
    monkeypatch.setattr(tiles, "SIDE", 192)
    monkeypatch.setattr(tiles, "ONE_TILE", 100)
    assert len(tiles.tiles(mask.shape)) > 1
    tiled = restoration.restore(image, mask, model)
    np.testing.assert_allclose(tiled, whole, atol=1e-3)


@settings(max_examples=200, deadline=None)
@given(
    height=st.integers(1, 60), width=st.integers(2, 60), channels=st.sampled_from((0, 1, 2, 3, 4)),
    dtype=st.sampled_from(("uint8", "uint16", "float32", "float64")),
    method=st.sampled_from(("telea", "harmonic", "nearest")),
    share=st.sampled_from((0.0, 0.1, 0.6)), show=st.sampled_from(("repaired", "invented")),
    seed=st.integers(0, 9),
)  # fmt: skip
def test_known_pixels_stay_bit_for_bit(height, width, channels, dtype, method, share, show, seed):
    random = np.random.default_rng(seed)
    image = random.random((height, width, *([channels] if channels else [])))
    if dtype.startswith("uint"):
        image = image * np.iinfo(dtype).max
    image = image.astype(dtype)
    mask = random.random((height, width)) < share
    mask[0, 0] = False
    before = image.copy()
    repaired = restoration.restore(image, mask, method, show=show)
    assert repaired.dtype == image.dtype and repaired.shape == image.shape
    np.testing.assert_array_equal(repaired[~mask], before[~mask])
    np.testing.assert_array_equal(image, before)
    other = image.copy()
    other[mask] = 0
    np.testing.assert_array_equal(repaired, restoration.restore(other, mask, method, show=show))


def test_the_invented_is_hatched_where_it_can_be_seen():
    image = np.zeros((9, 12, 3), np.uint8)
    image[:, 6:] = 255
    mask = np.zeros((9, 12), bool)
    mask[2:7] = True
    shown = restoration.restore(image, mask, "nearest", show="invented")
    assert (shown[2:7, [0, 3]] == 102).all() and (shown[2:7, [6, 9]] == 153).all()
    assert (shown[:, [1, 2, 4, 5]] == 0).all() and (shown[:, [7, 8, 10, 11]] == 255).all()


@pytest.mark.parametrize("image, mask, method, said", [
    (np.zeros((4, 4), np.int32), np.eye(4, dtype=bool), "telea", "int32"),
    (np.zeros((4, 4, 5)), np.eye(4, dtype=bool), "telea", "one to four"),
    (np.zeros((4, 5, 3)), np.eye(4, dtype=bool), "telea", "same size"),
    (np.zeros((4, 4, 3)), np.ones((4, 4), bool), "telea", "inverted"),
    (np.zeros((4, 4), np.uint8), np.ones((4, 4), bool), "telea", "inverted"),
    (np.zeros((4, 4, 3)), np.eye(4), "telea", "as_mask"),
    (np.full((4, 4, 3), 7.0), np.eye(4, dtype=bool), "telea", "255"),
    (np.zeros((4, 4, 3)), np.eye(4, dtype=bool), "lama", "choose from best"),
    (np.zeros((4, 4, 3)), np.eye(4, dtype=bool), 7, "method is 7"),
    (None, np.eye(4, dtype=bool), "telea", "None"),
])  # fmt: skip
def test_bad_input_gets_one_sentence(image, mask, method, said):
    with pytest.raises((TypeError, ValueError), match=said) as raised:
        restoration.restore(image, mask, method)
    assert "\n" not in str(raised.value)


def test_a_word_other_than_repaired_or_invented_is_refused():
    with pytest.raises(ValueError, match='say "repaired" or "invented"'):
        restoration.restore(np.zeros((4, 4)), np.eye(4, dtype=bool), "telea", show="all")


def stored(folder, mode, ending, **options):
    """A picture file of 40 x 30 noisy pixels, with its name."""
    random = np.random.default_rng(1)
    channels = {"1": (), "L": (), "P": (), "I;16": (), "LA": (2,), "RGB": (3,)}.get(mode, (4,))
    pixels = random.integers(0, 256, (30, 40, *channels), np.uint8)
    if mode == "I;16":
        picture = Image.fromarray(random.integers(0, 65_536, (30, 40), np.uint16))
    elif mode == "1":
        picture = Image.fromarray(pixels).convert("1")
    elif mode == "P":
        picture = Image.fromarray(pixels % 8).convert("P")
        picture.putpalette(random.integers(0, 256, 24, np.uint8).tobytes())
    else:
        picture = Image.frombytes(mode, (40, 30), pixels.tobytes())
    path = folder / f"picture{ending}"
    picture.save(path, **options)
    return path


CROSS = np.zeros((30, 40), bool)
CROSS[14:16], CROSS[:, 20] = True, True


@pytest.mark.parametrize("mode, ending", [
    ("1", ".png"), ("L", ".png"), ("LA", ".png"), ("P", ".png"), ("RGB", ".png"), ("RGBA", ".png"),
    ("I;16", ".png"), ("I;16", ".tif"), ("1", ".tif"), ("RGB", ".tif"), ("RGBA", ".tif"),
    ("CMYK", ".tif"), ("L", ".bmp"), ("RGB", ".bmp"), ("RGB", ".webp"), ("RGBA", ".webp"),
])  # fmt: skip
def test_a_file_keeps_its_mode_and_its_known_pixels(tmp_path, mode, ending):
    lossless = {"lossless": True, "exact": True} if ending == ".webp" else {}
    path = stored(tmp_path, mode, ending, **lossless)
    content = path.read_bytes()
    target = tmp_path / f"new{ending}"
    restoration.restore_file(path, CROSS, target, "harmonic")
    with Image.open(path) as before, Image.open(target) as after:
        assert after.mode == before.mode == mode
        np.testing.assert_array_equal(np.asarray(after)[~CROSS], np.asarray(before)[~CROSS])
        if mode == "P":
            assert after.getpalette()[:24] == before.getpalette()[:24]
        if mode != "1":
            assert (np.asarray(after)[CROSS] != np.asarray(before)[CROSS]).any()
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode, ending", [
    ("1", ".png"), ("L", ".png"), ("LA", ".png"), ("P", ".png"), ("RGB", ".png"), ("RGBA", ".png"),
    ("I;16", ".png"), ("CMYK", ".tif"), ("CMYK", ".jpg"),
])  # fmt: skip
def test_as_rgb_is_what_data_read_gives(tmp_path, mode, ending):
    path = stored(tmp_path, mode, ending)
    image = restoration.as_rgb(restoration.read_photograph(path))
    assert image.dtype == np.float32
    np.testing.assert_allclose(image, data.read(path), atol=1.01 / 255)  # Pillow rounds over white


def test_as_rgb_shrinks_to_means():
    pixels = np.zeros((40, 60), np.uint8)
    pixels[:20] = 255
    small = restoration.as_rgb(restoration.Photograph(pixels, "L"), 30)
    assert small.shape == (20, 30, 3)
    np.testing.assert_array_equal(small[:10], 1)
    np.testing.assert_array_equal(small[10:], 0)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_colour_of_sixteen_bits_stays_so(tmp_path, ending, channels):
    pixels = np.random.default_rng(2).integers(0, 65_536, (30, 40, channels), np.uint16)
    path, target = tmp_path / f"deep{ending}", tmp_path / f"new{ending}"
    if ending == ".png":
        cv2.imwrite(str(path), pixels[..., [2, 1, 0, 3][:channels]])
    else:
        extra = ["unassalpha"] if channels == 4 else None
        tifffile.imwrite(path, pixels, photometric="rgb", extrasamples=extra, iccprofile=PROFILE)
    restoration.restore_file(path, CROSS, target, "harmonic")
    repaired = cv2.imread(str(target), cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3][:channels]]
    assert repaired.dtype == np.uint16
    np.testing.assert_array_equal(repaired[~CROSS], pixels[~CROSS])
    with Image.open(target) as written:
        assert "invented" in written.getexif()[picture_files.IMAGE_HISTORY]
        assert ending == ".png" or written.info["icc_profile"] == PROFILE


@pytest.mark.parametrize("target", [".png", ".tif"])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_deep_file_keeps_what_it_says_of_itself(tmp_path, monkeypatch, channels, target):
    """And its pixels, whatever reads them, in one strip or in many."""
    monkeypatch.setattr(picture_files, "STRIP", 2000)
    pixels = np.random.default_rng(3).integers(0, 65_536, (30, 40, channels), np.uint16)
    exif, texts = Image.Exif(), PngImagePlugin.PngInfo()
    exif[0x013B], exif[0x010E] = "A. Adams", "grandmother, 1931"
    exif.get_ifd(0x8769)[0x9003] = "1931:05:01 12:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    texts.add_text("Author", "A. Adams")
    said = {"exif": exif.tobytes(), "dpi": (300, 300), "icc_profile": PROFILE}
    (tmp_path / "old.tif").write_bytes(picture_files._deep_tiff(pixels, said))
    (tmp_path / "old.png").write_bytes(picture_files._deep_png(pixels, said, texts))
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "old.tif"), pixels)
    for source in ("old.png", "old.tif"):
        new = tmp_path / f"new-{source}{target}"
        restoration.restore_file(tmp_path / source, CROSS, new, "harmonic")
        stored = restoration.read_photograph(new)
        np.testing.assert_array_equal(stored.pixels[~CROSS], pixels[~CROSS])
        with Image.open(new) as after:
            after.load()
            found = after.getexif()
            assert (found[0x013B], found[0x010E]) == ("A. Adams", "grandmother, 1931")
            assert found.get_ifd(0x8769)[0x9003] == "1931:05:01 12:00:00"
            assert found.get_ifd(0x8825)[1] == "N" and after.info["icc_profile"] == PROFILE
            assert after.info["dpi"] == pytest.approx((300, 300), abs=0.01)
            if target == ".png":
                assert "invented" in after.text["Restoration"]
                assert after.text.get("Author") == ("A. Adams" if "png" in source else None)


SAID = ('tiff:Orientation="6"', "><tiff:Orientation>6</tiff:Orientation></rdf:Description")


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_a_turn_that_stands_in_xmp_is_applied_once(tmp_path, ending, said):
    about = "adobe:ns:meta/", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    text = (
        f'<x:xmpmeta xmlns:x="{about[0]}"><rdf:RDF xmlns:rdf="{about[1]}"><rdf:Description '
        f'rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" {said}'
    )
    text += "/></rdf:RDF></x:xmpmeta>" if said == SAID[0] else "></rdf:RDF></x:xmpmeta>"
    stored, info = Image.new("RGB", (8, 5), (90, 10, 200)), PngImagePlugin.PngInfo()
    stored.putpixel((0, 0), (1, 2, 3))
    info.add_itxt("XML:com.adobe.xmp", text)
    options = {"pnginfo": info} if ending == ".png" else {"tiffinfo": {700: text.encode()}}
    stored.save(tmp_path / f"old{ending}", **options)
    before, hole = data.read(tmp_path / f"old{ending}"), np.zeros((8, 5), bool)
    assert before.shape == (8, 5, 3)
    hole[4, 2] = True
    new = tmp_path / f"new{ending}"
    restoration.restore_file(tmp_path / f"old{ending}", hole, new, "harmonic")
    np.testing.assert_array_equal(data.read(new)[~hole], before[~hole])


def test_xmp_that_is_no_text_takes_no_other_word_with_it(tmp_path):
    Image.new("L", (40, 30)).save(tmp_path / "old.tif", tiffinfo={700: b"\xff\xfe", 315: "Ada"})
    hole = np.eye(30, 40, dtype=bool)
    restoration.restore_file(tmp_path / "old.tif", hole, tmp_path / "new.tif", "harmonic")
    with Image.open(tmp_path / "new.tif") as picture:
        assert picture.getexif()[315] == "Ada" and picture.getexif()[700] == b"\xff\xfe"


def test_a_second_repair_says_the_first_too(tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "0.png")
    for number, method in enumerate(("harmonic", "biharmonic")):
        old, new = tmp_path / f"{number}.png", tmp_path / f"{number + 1}.png"
        restoration.restore_file(old, np.eye(30, 40, dtype=bool), new, method)
    with Image.open(tmp_path / "2.png") as picture:
        for said in (picture.text["Restoration"], picture.getexif()[0x9213]):
            assert [one.split()[-1] for one in said.split("; ")] == ["(harmonic)", "(biharmonic)"]


@pytest.mark.parametrize("width", [40, 52, 53, 516])
@pytest.mark.parametrize("ending, options", [
    (".bmp", {}), (".tif", {"compression": "tiff_lzw"}), (".jp2", {}), (".pcx", {}), (".ppm", {}),
])  # fmt: skip
def test_eight_bits_are_not_taken_for_sixteen_at_any_width(tmp_path, ending, options, width):
    pixels = np.random.default_rng(4).integers(0, 256, (40, width, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / f"old{ending}", **options)
    photograph = restoration.read_photograph(tmp_path / f"old{ending}")
    assert (photograph.mode, photograph.pixels.dtype) == ("RGB", np.uint8)
    assert ending == ".jp2" or (photograph.pixels == pixels).all()


def test_colour_of_sixteen_bits_in_a_ppm_stays_so(tmp_path):
    pixels = np.random.default_rng(5).integers(0, 65_536, (30, 40, 3), np.uint16)
    cv2.imwrite(str(tmp_path / "old.ppm"), pixels[..., ::-1])
    photograph = restoration.read_photograph(tmp_path / "old.ppm")
    np.testing.assert_array_equal(photograph.pixels, pixels)


def test_the_picture_after_a_preview_is_the_one_that_is_repaired(tmp_path):
    pixels = np.random.default_rng(6).integers(0, 65_536, (40, 52, 3), np.uint16)
    with tifffile.TiffWriter(tmp_path / "old.tif") as file:
        file.write(pixels[:10, :13], photometric="rgb", subfiletype=1)
        file.write(pixels, photometric="rgb")
    np.testing.assert_array_equal(restoration.read_photograph(tmp_path / "old.tif").pixels, pixels)


@pytest.mark.parametrize("bands, options", [
    (4, {"photometric": "separated"}), (4, {"photometric": "rgb", "extrasamples": ["assocalpha"]}),
    (3, {"photometric": "rgb", "planarconfig": "separate"}),
    (3, {"photometric": "rgb", "planarconfig": "separate", "compression": "zlib"}),
])  # fmt: skip
def test_sixteen_bits_of_a_rare_kind_are_refused_rather_than_changed(
    tmp_path, capfd, bands, options
):
    pixels = np.random.default_rng(7).integers(0, 65_536, (30, 40, bands), np.uint16)
    planes = np.moveaxis(pixels, -1, 0) if "planarconfig" in options else pixels
    tifffile.imwrite(tmp_path / "old.tif", planes, **options)
    with pytest.raises(ValueError, match="old.tif holds 16 bits a channel.*: store it as a PNG"):
        restoration.restore_file(tmp_path / "old.tif", CROSS, tmp_path / "new.tif", "harmonic")
    assert not (tmp_path / "new.tif").exists() and capfd.readouterr() == ("", "")
    if options.get("planarconfig") and "compression" not in options:  # Pillow reads noise here
        with pytest.raises(ValueError, match="on a plane of its own"):
            data.read(tmp_path / "old.tif")


def of_two_pages(folder, ending):
    """A file with a grey and a black page or frame of 40 x 30 pixels."""
    path = folder / f"two{ending}"
    grey, black = Image.new("RGB", (40, 30), (90, 90, 90)), Image.new("RGB", (40, 30))
    form = {"format": "MPO"} if ending == ".jpg" else {}
    grey.save(path, save_all=True, append_images=[black], **form)
    return path


@pytest.mark.parametrize("ending", [".tif", ".gif", ".png", ".webp", ".jpg"])
def test_pages_after_the_first_are_named_and_never_lost(tmp_path, ending):
    path = of_two_pages(tmp_path, ending)
    with pytest.warns(UserWarning, match="holds 2 pages or frames, and only the first is repaired"):
        restoration.restore_file(path, CROSS, tmp_path / "new.png", "nearest")
    assert data.read(tmp_path / "new.png").mean() == pytest.approx(90 / 255, abs=0.01)
    if ending != ".gif":  # which is not written
        content = path.read_bytes()
        with pytest.raises(ValueError, match="only the first would be kept: choose another name"):
            restoration.restore_file(path, CROSS, path, "nearest", overwrite=True)
        assert path.read_bytes() == content


def test_previews_are_no_pages(tmp_path, recwarn):
    path = tmp_path / "old.tif"
    with tifffile.TiffWriter(path) as file:
        for size, kind in ((9, 1), (30, 0), (5, 1)):
            file.write(np.full((size, size, 3), 90, np.uint8), photometric="rgb", subfiletype=kind)
    mask = np.eye(30, dtype=bool)
    restoration.restore_file(path, mask, path, "nearest", overwrite=True)
    assert not recwarn.list and data.read(path).shape == (30, 30, 3)


@pytest.mark.parametrize("mask, said", [
    (lambda folder: CROSS[..., None], r"the mask has shape \(30, 40, 1\): .*mask\[..., 0\]"),
    (lambda folder: CROSS[None], "pass one mask"),
    (lambda folder: CROSS.T, "on its side"),
    (lambda folder: 1.0 * CROSS, "as_mask"),
    (lambda folder: None, "mask is None"),
    (lambda folder: of_two_pages(folder, ".gif"), "two.gif holds 2 pages or frames, and one mask"),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:the mask has values between")
def test_what_is_no_mask_of_a_file_gets_one_sentence(tmp_path, mask, said):
    path = stored(tmp_path, "RGB", ".png")
    with pytest.raises((TypeError, ValueError), match=said):
        restoration.restore_file(path, mask(tmp_path), tmp_path / "new.png", "nearest")


@pytest.mark.parametrize("kind", [np.ndarray.tolist, Image.fromarray, lambda one: one])
def test_a_mask_may_be_a_list_or_a_picture_of_pillows(tmp_path, kind):
    path = stored(tmp_path, "RGB", ".png")
    done = restoration.restore_file(path, kind(CROSS), tmp_path / "new.png", "nearest")
    assert done.fraction == CROSS.mean()


def test_a_colour_beyond_the_end_of_a_palette_is_black(tmp_path):
    colours = b"".join(bytes([blue, 2 * blue, 3 * blue, 0]) for blue in range(8))
    header = struct.pack("<2sIHHI", b"BM", 0, 0, 0, 54 + len(colours))
    header += struct.pack("<IiiHHIIiiII", 40, 4, 3, 1, 8, 0, 0, 0, 0, 8, 8)
    (tmp_path / "old.bmp").write_bytes(header + colours + bytes(range(12)))
    photograph = restoration.read_photograph(tmp_path / "old.bmp")
    np.testing.assert_array_equal(restoration.as_rgb(photograph), data.read(tmp_path / "old.bmp"))
    assert len(photograph.palette) == 12
    mask = np.eye(3, 4, dtype=bool)
    restoration.restore_file(tmp_path / "old.bmp", mask, tmp_path / "new.bmp", "nearest")
    repaired = data.read(tmp_path / "new.bmp")
    np.testing.assert_array_equal(repaired[~mask], data.read(tmp_path / "old.bmp")[~mask])


@pytest.mark.parametrize("ending", [".png", ".jpg", ".tif", ".webp"])
def test_what_a_file_says_of_itself_stays_and_the_repair_is_added(tmp_path, ending):
    exif = Image.Exif()
    exif[0x010E], exif[picture_files.IMAGE_HISTORY] = "grandmother, 1931", "scanned"
    exif.get_ifd(0x8769)[0x9003] = "1931:05:01 12:00:00"
    path = stored(tmp_path, "RGB", ending, exif=exif.tobytes(), icc_profile=PROFILE)
    target = tmp_path / f"new{ending}"
    restoration.restore_file(path, CROSS, target, "harmonic")
    with Image.open(target) as after:
        said = after.getexif()
        assert said[0x010E] == "grandmother, 1931"
        assert said.get_ifd(0x8769)[0x9003] == "1931:05:01 12:00:00"
        history = said[picture_files.IMAGE_HISTORY]
        assert (
            history.startswith("scanned; 108 pixels (9.00 %) were invented")
            and "harmonic" in history
        )
        assert after.info["icc_profile"] == PROFILE


def test_a_text_in_a_png_stays(tmp_path):
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "A. Adams")
    path = stored(tmp_path, "RGB", ".png", pnginfo=texts)
    restoration.restore_file(path, CROSS, tmp_path / "new.png", "telea")
    with Image.open(tmp_path / "new.png") as after:
        assert after.text["Author"] == "A. Adams" and "invented" in after.text["Restoration"]


def test_progress_passes_on_every_window(scratched, small_windows):
    image, mask = scratched
    seen = []

    def progress(found):
        seen.extend(found)
        return found

    restoration.restore(image, mask, "nearest", progress=progress)
    assert len(seen) > 1


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_turned_photograph_is_repaired_upright(tmp_path, turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    path = stored(tmp_path, "RGB", ".png", exif=exif.tobytes())
    upright = data.read(path)
    mask = np.zeros(upright.shape[:2], bool)
    mask[3:6, 8:11] = True
    restoration.restore_file(path, mask, tmp_path / "new.png", "nearest")
    np.testing.assert_array_equal(data.read(tmp_path / "new.png")[~mask], upright[~mask])
    with Image.open(tmp_path / "new.png") as after:
        assert after.getexif().get(0x0112, 1) == 1


def mask_file(folder, mask=CROSS, name="mask.png"):
    Image.fromarray(mask).save(folder / name)
    return folder / name


def run(capsys, *arguments):
    """(exit code, what was printed, what was printed to the error stream)."""
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def test_the_terminal_repairs_a_photograph(tmp_path, capsys):
    path, mask = stored(tmp_path, "RGB", ".png"), mask_file(tmp_path)
    target = tmp_path / "new.png"
    code, said, wrong = run(
        capsys, "restore", path, "--mask", mask, "--method", "harmonic", "-o", target
    )
    assert (code, wrong) == (0, "") and "9.00 % of 40 x 30 pixels invented by harmonic" in said
    expected = restoration.restore(np.asarray(Image.open(path)), CROSS, "harmonic")
    np.testing.assert_array_equal(np.asarray(Image.open(target)), expected)


def test_nothing_is_written_over_unless_asked(tmp_path, capsys):
    path, mask = stored(tmp_path, "RGB", ".png"), mask_file(tmp_path)
    content = path.read_bytes()
    command = ("restore", path, "--mask", mask, "--method", "telea", "-o", path)
    code, _, wrong = run(capsys, *command)
    assert code == 1 and "is there already" in wrong and path.read_bytes() == content
    assert run(capsys, *command, "--overwrite")[0] == 0 and path.read_bytes() != content


@pytest.mark.parametrize("command", ["restore", "damage", "compare"])
def test_a_tilde_in_a_wish_for_a_name_is_the_home_folder(tmp_path, capsys, monkeypatch, command):
    """After an equals sign no shell puts the home folder in its place."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))  # the same on Windows
    path, mask = stored(tmp_path, "RGB", ".png"), mask_file(tmp_path)
    content = mask.read_bytes()
    options = {
        "restore": ["--mask", mask], "compare": ["--mask", mask, "--methods", "telea"],
    }  # fmt: skip
    code, _, wrong = run(capsys, command, path, *options.get(command, []), "--output=~/mask.png")
    assert code == 1 and "is there already" in wrong and mask.read_bytes() == content


def test_without_a_name_the_result_stands_beside_the_photograph(tmp_path, capsys):
    path, mask = stored(tmp_path, "RGB", ".jpg"), mask_file(tmp_path)
    assert run(capsys, "restore", path, "--mask", mask, "--method", "telea")[0] == 0
    assert (tmp_path / "picture-repaired.png").is_file()


def broken(folder):
    (folder / "broken.png").write_bytes(stored(folder, "RGB", ".png").read_bytes()[:400])
    return folder / "broken.png"


def photo_as_mask(folder):
    return stored(folder, "RGB", ".bmp")


@pytest.mark.parametrize("photo, mask, more, said", [
    (None, lambda folder: folder / "none.png", [], "there is no file"),
    (lambda folder: folder / "none.png", None, [], "there is no file"),
    (broken, None, [], "cut off"),
    (None, broken, [], "cut off"),
    (None, photo_as_mask, [], "is no mask"),
    (None, lambda folder: mask_file(folder, CROSS.T), [], "on its side"),
    (None, lambda folder: mask_file(folder, CROSS[:9]), [], "full size"),
    (None, lambda folder: mask_file(folder, CROSS & False), [], "marks nothing"),
    (None, lambda folder: mask_file(folder, CROSS | True), [], "inverted"),
    (None, None, ["--method", "lama"], "choose from best"),
    (None, None, ["-o", "new.gif"], "no known ending"),
    (lambda folder: stored(folder, "RGBA", ".png"), None, ["-o", "new.jpg"], "transparency"),
    (lambda folder: stored(folder, "I;16", ".png"), None, ["-o", "new.jpg"], "16 bits"),
    (None, None, ["-o", "nowhere/new.png"], "there is no folder"),
])  # fmt: skip
def test_a_mistake_at_the_terminal_gets_one_sentence(
    tmp_path, capsys, monkeypatch, photo, mask, more, said
):
    monkeypatch.chdir(tmp_path)
    path = photo(tmp_path) if photo else stored(tmp_path, "RGB", ".png")
    mask = mask(tmp_path) if mask else mask_file(tmp_path)
    before = sorted(tmp_path.iterdir())
    method = [] if "--method" in more else ["--method", "telea"]
    code, printed, wrong = run(capsys, "restore", path, "--mask", mask, *method, *more)
    assert code == 1 and said in wrong and printed == ""
    assert wrong.splitlines()[-1].startswith("error: ") and "Traceback" not in wrong
    assert sorted(tmp_path.iterdir()) == before


def test_a_mask_that_covers_most_is_doubted(tmp_path, capsys):
    path, mask = stored(tmp_path, "RGB", ".png"), mask_file(tmp_path, ~CROSS)
    code, _, wrong = run(capsys, "restore", path, "--mask", mask, "--method", "telea")
    assert code == 0 and "covers 91 % of the picture: if it is inverted, add --hole black" in wrong


def test_a_word_that_is_no_command_is_a_typo():
    with pytest.raises(SystemExit) as stopped:
        main(["repair"])
    assert stopped.value.code == 2


def test_the_terminal_proposes_a_mask_and_compares(tmp_path, capsys):
    truth = data.photo("chelsea")[:120, :160]
    scratch = np.zeros((120, 160), bool)
    scratch[:, 70:72] = True
    data.save(tmp_path / "truth.png", truth)
    data.save(tmp_path / "old.png", np.where(scratch[..., None], 1, truth))
    assert (
        run(
            capsys,
            "damage",
            tmp_path / "old.png",
            "--tolerance",
            "0.15",
            "-o",
            tmp_path / "mask.png",
        )[0]
        == 0
    )
    found = restoration.read_mask(tmp_path / "mask.png")
    assert found[scratch].mean() > 0.9 and found.mean() < 0.15
    code, said, _ = run(
        capsys, "compare", tmp_path / "old.png", "--mask", tmp_path / "mask.png",
        "--truth", tmp_path / "truth.png", "--methods", "harmonic", "grey",
    )  # fmt: skip
    lines = said.splitlines()
    assert code == 0 and lines[1].split()[0] == "harmonic" and lines[2].split()[0] == "grey"
    assert data.read(tmp_path / "old-compared.png").shape == (120, 3 * 160 + 16, 3)


@pytest.mark.parametrize(
    "looks, level", [("bright", 1.0), ("dark", 0.0), ((1, 0.8, 0), (1, 0.8, 0))]
)
def test_what_has_a_colour_is_found(looks, level):
    image = np.full((30, 40, 3), 0.5)
    image[10:12, 5:30] = level
    found = restoration.find_damage(image, looks, grow=0)
    np.testing.assert_array_equal(found, (image != 0.5).any(axis=-1))


@pytest.mark.parametrize("width, expected", [(5, True), (1, False)])
def test_a_scratch_wider_than_asked_is_no_scratch(width, expected):
    wall = np.full((40, 60, 3), 0.4)
    wall[:, 20:24] = 0.8
    found = restoration.find_damage(wall, width=width, grow=0)
    assert bool(found[:, 20:24].all()) is expected and not found[:, :18].any()
    negative = restoration.find_damage(1 - wall, "dark scratches", width=width, grow=0)
    np.testing.assert_array_equal(negative, found)


@pytest.mark.parametrize("looks, level, default", [
    ("bright scratches", 0.6, 0.3), ("dark scratches", 0.2, 0.3), ("bright", 0.8, 0.1),
    ("dark", 0.2, 0.1), ((1, 0.8, 0), (1, 0.6, 0), 0.1),
])  # fmt: skip
def test_the_tolerance_left_out_is_that_of_its_kind(looks, level, default):
    wall = np.full((40, 60, 3), 0.4)
    wall[20, 10:50] = level
    found = [restoration.find_damage(wall, looks, tolerance=one) for one in (None, 0.1, 0.3)]
    assert found[1].any() != found[2].any()
    np.testing.assert_array_equal(found[0], found[1 if default == 0.1 else 2])


def test_specks_are_left_out_and_the_rest_grows():
    wall = np.full((40, 60, 3), 0.4)
    wall[5, 5] = wall[20, 10:50] = 0.9
    found = restoration.find_damage(wall, smallest=5, grow=2)
    assert not found[:10].any() and found[18:23, 10:50].all() and not found[17, 10:50].any()


@pytest.mark.parametrize("options, said", [
    ({"looks": "torn"}, "say one of"), ({"looks": (2, 0, 0)}, "RGB triple"),
    ({"looks": None}, "say one of"), ({"tolerance": 0}, "tolerance is 0"),
    ({"width": 0}, "width is 0"), ({"grow": -1}, "grow is -1"),
])  # fmt: skip
def test_an_impossible_wish_for_damage_gets_one_sentence(options, said):
    with pytest.raises(ValueError, match=said):
        restoration.find_damage(np.zeros((9, 9, 3)), **options)


@pytest.mark.parametrize("methods", [[], (), {}])
def test_compare_needs_a_method(methods):
    image = np.zeros((9, 9, 3))
    with pytest.raises(ValueError, match="methods is empty: pass at least one"):
        restoration.compare(image, np.eye(9, dtype=bool), methods, truth=image)


def test_compare_takes_a_mask_that_is_a_list():
    image, mask = np.zeros((9, 9, 3)), np.eye(9, dtype=bool)
    _, table = restoration.compare(image, mask.tolist(), ["grey"], truth=image)
    assert table.psnr_hole[0] == pytest.approx(-20 * np.log10(0.5), abs=0.1)


@pytest.mark.parametrize("call", [
    restoration.as_rgb, lambda path: restoration.restore_photograph(path, CROSS, "nearest"),
])  # fmt: skip
@pytest.mark.parametrize("photograph", ["photo.png", None, np.zeros((4, 4, 3))])
def test_what_is_no_photograph_gets_one_sentence(call, photograph):
    with pytest.raises(TypeError, match="photograph is .*: pass what restoration.read_photograph"):
        call(photograph)


def test_compare_refuses_another_truth():
    image = np.zeros((9, 9, 3))
    with pytest.raises(ValueError, match="the same picture, undamaged"):
        restoration.compare(image, np.eye(9, dtype=bool), ["telea"], truth=image[:8])


def test_a_jpeg_of_cmyk_is_repaired(tmp_path):
    path = stored(tmp_path, "CMYK", ".jpg")
    restoration.restore_file(path, CROSS, tmp_path / "new.tif", "harmonic")
    with Image.open(path) as before, Image.open(tmp_path / "new.tif") as after:
        assert after.mode == "CMYK"
        np.testing.assert_array_equal(np.asarray(after)[~CROSS], np.asarray(before)[~CROSS])


def test_the_help_teaches(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert all(f"python -m course_lib {name}" in said for name in ("damage", "restore", "compare"))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_method_of_ones_own_may_leave_the_range(dtype):
    image = np.full((6, 7, 3), 100 if dtype == "uint8" else 0.4, dtype)
    hole = np.zeros((6, 7), bool)
    hole[2, 3], hole[4, 5] = True, True

    def bright_and_dark(picture, mask):
        filled = picture.copy()
        filled[mask] = [[1.5], [-0.5]]
        return filled

    repaired = restoration.restore(image, hole, bright_and_dark)
    assert repaired[hole][:, 0].tolist() == [255 if dtype == "uint8" else 1, 0]


@pytest.mark.parametrize("method", [
    lambda image, mask: image[:-1], lambda image, mask: np.where(mask[..., None], np.nan, image),
    lambda image, mask: None, lambda image, mask: image[..., 0],
    lambda image, mask: np.full(image.shape, 200, np.uint8),
    lambda image, mask: np.full(image.shape, 200.0),
])  # fmt: skip
def test_a_method_that_returns_no_picture_is_told(method):
    image, mask = np.zeros((6, 7, 3)), np.eye(6, 7, dtype=bool)
    for repair in (
        lambda: restoration.restore(image, mask, method),
        lambda: restoration.compare(image, mask, {"mine": method}),
        lambda: restoration.fill_frames(image[None], mask, method),
    ):
        with pytest.raises((TypeError, ValueError), match="the method returned") as raised:
            repair()
        assert "cv2" not in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("stored", [np.uint8, np.float32])
def test_a_method_may_change_what_it_gets(stored):
    """As onion peeling does, which marks each pixel that it has filled as known."""

    def peeled(picture, mask):
        picture[mask] = 1
        mask[:] = False
        return picture

    image, mask = np.zeros((6, 7, 3), stored), np.eye(6, 7, dtype=bool)
    for repaired in (
        restoration.restore(image, mask, peeled),
        restoration.fill_frames(image[None], mask, peeled)[0],
        restoration.compare(image, mask, {"peeled": peeled})[0]["peeled"],
    ):
        np.testing.assert_array_equal(repaired != 0, mask[..., None].repeat(3, axis=-1))
    np.testing.assert_array_equal(mask, np.eye(6, 7, dtype=bool))
    assert not image.any()
