"""Pictures in and out: lossless where promised, one sentence where not, nothing lost."""

import hashlib
import io
import os
import struct
import zlib

import numpy as np
import PIL
import pytest
import skimage.color
import skimage.data
from PIL import Image, ImageOps, PngImagePlugin

try:
    import resource
    import signal
except ImportError:  # Windows
    resource = None

from course_lib import data, restoration
from course_lib.data import files

PILLOW = int(PIL.__version__.partition(".")[0])
SPLITS = {
    "train": "d1f3e80de065a906ab3565e1a436d3ea90e5b7ffcaa39700016caf24cf968968",
    "validation": "b46f24fffe3b02b440568e1d5dd077258c7383d4b7aad38ec92b34b4242d309d",
    "test": "435293d873693a0382297d32a598ea3e0335c31a9f8d3617406036326036ab1b",
}


@pytest.mark.parametrize("name", data.PHOTOS)
def test_every_photo_is_rgb_float32(name):
    picture = data.photo(name)
    assert picture.dtype == np.float32
    assert picture.ndim == 3 and picture.shape[-1] == 3
    assert 0 <= picture.min() < picture.max() <= 1


def test_a_photo_is_scikit_images():
    np.testing.assert_array_equal(np.rint(data.photo("astronaut") * 255), skimage.data.astronaut())
    grey = skimage.data.brick()
    np.testing.assert_array_equal(np.rint(data.photo("brick") * 255), np.stack([grey] * 3, axis=-1))


@pytest.mark.parametrize("split", SPLITS)
def test_photos_are_the_same_bytes_on_every_machine(split):
    patches = getattr(data.load("photos"), split)
    assert patches.dtype == np.uint8 and patches.shape[1:] == (32, 32, 3)
    assert hashlib.sha256(patches.tobytes()).hexdigest() == SPLITS[split]


def test_a_patch_at_scale_s_is_a_block_mean():
    """Every patch of the test split stands in coffee at one of the scales, averaged by hand."""
    coffee = np.rint(data.photo("coffee") * 255)
    shrunk = [
        coffee[: 400 - 400 % s, : 600 - 600 % s]
        .reshape(400 // s, s, 600 // s, s, 3)
        .mean(axis=(1, 3))
        for s in (1, 2, 3, 4, 6, 8)
    ]
    for patch in data.load("photos").test[:20]:
        distances = [
            np.abs(small[y : y + 32, x : x + 32] - patch).max()
            for small in shrunk
            for y in range(0, small.shape[0] - 31, 16)
            for x in range(0, small.shape[1] - 31, 16)
        ]
        assert min(distances) <= 0.5


def test_splits_share_no_patch():
    dataset = data.load("photos")
    seen = [{patch.tobytes() for patch in getattr(dataset, split)} for split in SPLITS]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])


def test_a_subset_is_the_beginning_of_the_whole():
    whole, part = data.load("photos"), data.load("photos", subset=7)
    np.testing.assert_array_equal(part.train, whole.train[:7])
    assert len(part.validation) == len(part.test) == 7
    assert part.train_labels is None
    assert "photographs" in part.provenance


def test_changing_a_loaded_set_changes_nothing_else():
    first = data.load("photos", subset=3)
    for split in SPLITS:
        getattr(first, split)[:] = 0
        assert getattr(data.load("photos", subset=3), split).any()


def test_png_keeps_every_8_bit_value(tmp_path):
    picture = np.random.RandomState(0).randint(0, 256, (7, 9, 3)).astype(np.uint8)
    data.save(tmp_path / "picture.png", picture / np.float32(255))
    np.testing.assert_array_equal(np.rint(data.read(tmp_path / "picture.png") * 255), picture)


def test_jpeg_is_near(tmp_path):
    picture = data.photo("chelsea")
    data.save(str(tmp_path / "cat.jpg"), picture)
    difference = np.abs(data.read(tmp_path / "cat.jpg") - picture).mean()
    assert 0 < difference < 0.01  # quality 75, Pillow's own choice, is nearly twice as far


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Image.new("L", (3, 2), 51), [0.2, 0.2, 0.2]),
        (Image.new("LA", (3, 2), (0, 0)), [1, 1, 1]),
        (Image.new("I", (3, 2), 13107), [0.2, 0.2, 0.2]),
        (Image.new("I", (3, 2), 51), [0.2, 0.2, 0.2]),
        (Image.new("F", (3, 2), 0.2), [0.2, 0.2, 0.2]),
        (Image.new("F", (3, 2), 51.0), [0.2, 0.2, 0.2]),
        (Image.new("LAB", (3, 2), (255, 128, 128)), [1, 1, 1]),
        (Image.new("CMYK", (3, 2), (0, 0, 0, 204)), [0.2, 0.2, 0.2]),
        pytest.param(
            *(Image.new("YCbCr", (3, 2), (51, 128, 128)), [0.2, 0.2, 0.2]),
            marks=pytest.mark.skipif(PILLOW < 12, reason="Pillow 11 cannot read what it writes"),
        ),
        (Image.new("RGBA", (3, 2), (255, 0, 0, 0)), [1, 1, 1]),
        (Image.new("RGBA", (3, 2), (255, 0, 0, 255)), [1, 0, 0]),
        (Image.new("I;16", (3, 2), 13107), [0.2, 0.2, 0.2]),
        (Image.new("1", (3, 2), 1), [1, 1, 1]),
        (Image.new("P", (3, 2), 0), [0, 0, 0]),
    ],
    ids=[
        "grey",
        "grey, transparent",
        "32 bit",
        "32 bit, values of 8 bits",
        "floats to 1",
        "floats to 255",
        "LAB",
        "CMYK",
        "YCbCr",
        "transparent",
        "opaque",
        "16 bit",
        "1 bit",
        "palette",
    ],
)
def test_other_modes_become_rgb(tmp_path, picture, expected):
    name = "picture.tif" if picture.mode in ("I", "F", "LAB", "CMYK", "YCbCr") else "picture.png"
    picture.save(tmp_path / name)
    image = data.read(tmp_path / name)
    assert image.dtype == np.float32 and image.shape == (2, 3, 3)
    atol = 0.01 if picture.mode in ("LAB", "YCbCr") else 1e-6
    np.testing.assert_allclose(image, np.broadcast_to(expected, (2, 3, 3)), atol=atol)


def test_a_transparent_palette_colour_is_laid_over_white(tmp_path):
    Image.new("P", (3, 2), 0).save(tmp_path / "picture.png", transparency=0)
    assert (data.read(tmp_path / "picture.png") == 1).all()


def test_the_home_folder_has_its_short_name(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    data.save("~/picture.png", np.zeros((4, 4, 3)))
    assert (tmp_path / "picture.png").is_file()
    assert data.read("~/picture.png").shape == (4, 4, 3)


def test_values_are_rounded_to_the_nearest_of_256(tmp_path):
    data.save(tmp_path / "picture.png", np.full((2, 2, 3), 99.6 / 255))
    assert np.asarray(Image.open(tmp_path / "picture.png")).tolist() == [[[100] * 3] * 2] * 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file modes")
def test_a_saved_picture_can_be_read_by_whom_the_folder_lets(tmp_path):
    plain = tmp_path / "plain.txt"
    plain.write_text("")
    data.save(tmp_path / "picture.png", np.zeros((4, 4, 3)))
    assert (tmp_path / "picture.png").stat().st_mode == plain.stat().st_mode


def test_the_cameras_rotation_is_applied(tmp_path):
    picture = Image.fromarray(np.arange(24, dtype=np.uint8).reshape(2, 4, 3))
    marks = Image.Exif()
    marks[0x0112] = 6  # turn 90 degrees clockwise to view
    picture.save(tmp_path / "turned.png", exif=marks)
    expected = np.rot90(np.asarray(picture), -1)
    np.testing.assert_array_equal(np.rint(data.read(tmp_path / "turned.png") * 255), expected)


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failed_save_keeps_the_older_file(tmp_path, monkeypatch, call):
    """The disk is full: while the bytes are written, forced to it, or moved in."""
    path = tmp_path / "picture.png"
    data.save(path, np.zeros((4, 4, 3)))
    before = path.read_bytes()

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    if call == "write":
        if not hasattr(resource, "RLIMIT_FSIZE"):
            pytest.skip("no limit for files on this system")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    else:
        monkeypatch.setattr(os, call, full_disk)
    try:
        with pytest.raises(OSError, match="picture.png cannot be written into .*room") as refusal:
            data.save(path, np.random.RandomState(0).random_sample((64, 64, 3)))
    finally:
        if call == "write":
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, ignored)
    assert "\n" not in str(refusal.value)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_cifar10_is_loaded_by_name_and_cut_to_a_subset(monkeypatch):
    pictures = np.arange(5 * 32 * 32 * 3, dtype=np.uint8).reshape(5, 32, 32, 3)
    stored = {"train": pictures, "validation": pictures, "test": pictures, "provenance": "made up"}
    labels = {f"{part}_labels": np.arange(5, dtype=np.uint8) for part in SPLITS}
    monkeypatch.setitem(data.LOADERS, "cifar10", lambda: stored | labels)
    dataset = data.load("cifar10", subset=2)
    np.testing.assert_array_equal(dataset.train, pictures[:2])
    np.testing.assert_array_equal(dataset.test_labels, [0, 1])
    assert dataset.provenance == "made up"
    assert len(data.load("cifar10").validation) == 5


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda folder: data.photo("lena"), ValueError, "choose one of astronaut"),
        (lambda folder: data.photo(["coffee"]), ValueError, "choose one of astronaut"),
        (lambda folder: data.photo(np.zeros((99, 99))), ValueError, "choose one of astronaut"),
        (lambda folder: data.load("mnist"), ValueError, "no data set 'mnist'"),
        (lambda folder: data.load(["photos"]), ValueError, "use 'photos' or 'cifar10'"),
        (lambda folder: data.load(np.zeros((99, 99))), ValueError, "use 'photos' or 'cifar10'"),
        (lambda folder: data.load("photos", subset=0), ValueError, "1 or more"),
        (lambda folder: data.load("photos", subset=2.5), ValueError, "whole number"),
        (lambda folder: data.load("photos", subset=True), ValueError, "whole number"),
        (lambda folder: data.read(folder / "absent.png"), FileNotFoundError, "no file"),
        (lambda folder: data.read(folder), FileNotFoundError, "no file"),
        (lambda folder: data.read(folder / "words.png"), ValueError, "PNG or JPEG"),
        (lambda folder: data.read(folder / "empty.png"), ValueError, "is empty"),
        (lambda folder: data.read(folder / "no" / "a.png"), FileNotFoundError, "no file"),
        (lambda folder: data.read(folder / "cut.png" / "a.png"), FileNotFoundError, "no file"),
        (lambda folder: data.read(folder / ("x" * 300)), OSError, "check the name"),
        (lambda folder: data.read("a\0b.png"), FileNotFoundError, "no file"),
        (lambda folder: data.read(os.devnull), FileNotFoundError, "no file"),
        (lambda folder: data.read(b"absent.png"), FileNotFoundError, "no file absent.png"),
        (lambda folder: data.read(None), TypeError, "name of a file"),
        (lambda folder: data.read(3), TypeError, "name of a file"),
        (lambda folder: data.read(Image.new("L", (2, 2))), TypeError, "name of a file"),
        (lambda folder: data.save(None, np.zeros((4, 4, 3))), TypeError, "name of a file"),
        (lambda folder: data.save(folder / "a.pdf", np.zeros((4, 4, 3))), ValueError, "ending"),
        (lambda folder: data.save(folder / "a.h5", np.zeros((4, 4, 3))), ValueError, "ending"),
        (lambda folder: data.save(folder / "a.gif", np.zeros((4, 4, 3))), ValueError, "ending"),
        (lambda folder: data.save(folder / "a", np.zeros((4, 4, 3))), ValueError, "ending"),
        (lambda folder: data.save(folder / "d.png", np.zeros((4, 4, 3))), OSError, "is a folder"),
        (
            lambda folder: data.save(folder / ("x" * 300 + ".png"), np.zeros((4, 4, 3))),
            OSError,
            "another name",
        ),
        (
            lambda folder: data.save(folder / "a\0b.png", np.zeros((4, 4, 3))),
            OSError,
            "another name",
        ),
        (
            lambda folder: data.save(folder / "wide.jpg", np.zeros((1, 70_000, 3))),
            ValueError,
            "70000 x 1 pixels do not fit into JPEG",
        ),
        (lambda folder: data.read(folder / "cut.png"), ValueError, "PNG or JPEG"),
        (lambda folder: data.save(folder / "a.xyz", np.zeros((4, 4, 3))), ValueError, "ending"),
        (
            lambda folder: data.save(folder / "no" / "a.png", np.zeros((4, 4, 3))),
            FileNotFoundError,
            "make it",
        ),
        (lambda folder: data.save(folder / "a.png", np.zeros((4, 4))), ValueError, "grey"),
        (lambda folder: data.save(folder / "a.png", np.full((4, 4, 3), 7.0)), ValueError, "255"),
        (
            lambda folder: data.save(folder / "a.png", np.zeros((2, 4, 4, 3))),
            ValueError,
            "one picture",
        ),
    ],
)
def test_bad_input_gets_one_sentence(tmp_path, call, error, sentence):
    (tmp_path / "words.png").write_text("not a picture")
    (tmp_path / "empty.png").touch()
    (tmp_path / "d.png").mkdir()
    data.save(tmp_path / "cut.png", np.random.RandomState(0).random_sample((64, 64, 3)))
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:2000])
    with pytest.raises(error, match=sentence) as refusal:
        call(tmp_path)
    assert "\n" not in str(refusal.value)


# Files of the kinds that are met in the field, written here byte by byte.


def tiff(path, pixels, *, bits=16, kind=1, photometric=1, subfile=0, order="<", compressed=False):
    """A grey TIFF of one page; kind 1 is whole numbers, 2 signed ones, 3 floats."""
    height, width = pixels.shape
    content = pixels.tobytes() if isinstance(pixels, np.ndarray) else pixels
    if bits == 12:
        pairs = pixels.reshape(-1, 2).astype(int)
        content = b"".join(bytes([a >> 4, (a & 15) << 4 | b >> 8, b & 255]) for a, b in pairs)
    content = zlib.compress(content) if compressed else content
    tags = {
        254: subfile, 256: width, 257: height, 258: bits, 259: 8 if compressed else 1,
        262: photometric, 273: 8 + 2 + 12 * 11 + 4, 277: 1, 278: height, 279: len(content),
        339: kind,
    }  # fmt: skip
    raw = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    for tag, value in tags.items():
        raw += struct.pack(order + "HHII", tag, 4, 1, value)
    path.write_bytes(raw + struct.pack(order + "I", 0) + content)
    return path


def png(path, depth, colour_type, rows, width, transparent):
    def chunk(name, content):
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, len(rows), depth, colour_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"tRNS", struct.pack(f">{len(transparent)}H", *transparent))
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )
    return path


RAMP = np.linspace(0, 1, 12).reshape(2, 6)


@pytest.mark.parametrize("photometric", [0, 1], ids=["0 is white", "0 is black"])
@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("scale", "stored", "options"),
    [
        (1, "<f4", {"bits": 32, "kind": 3}),
        (255, "<f4", {"bits": 32, "kind": 3}),
        (255, "u1", {"bits": 8}),
        (65535, "<u2", {}),
        (65535, ">u2", {"order": ">"}),
        (4095, "<u2", {"bits": 12}),
        (65535, "<i4", {"bits": 32, "kind": 2}),
        (255, "<i4", {"bits": 32, "kind": 2}),
        (65535, "<u4", {"bits": 32}),
    ],
)
def test_a_grey_tiff_has_its_own_black_and_white(
    tmp_path, photometric, compressed, scale, stored, options
):
    """Right, or refused in a sentence where Pillow knows no such file; never another picture."""
    values = (1 - RAMP if photometric == 0 else RAMP) * scale
    values = values if "f" in stored else values.round()
    path = tiff(
        tmp_path / "ramp.tif", values.astype(stored), photometric=photometric,
        compressed=compressed, **options,
    )  # fmt: skip
    try:
        found = data.read(path)
    except ValueError as refusal:
        assert "ramp.tif" in str(refusal) and "PNG or JPEG" in str(refusal)
        assert (photometric, stored) != (1, "<u2") and stored not in ("<f4", "u1")
    else:
        np.testing.assert_allclose(found, np.stack([RAMP] * 3, -1), atol=0.51 / scale + 1e-6)
        if "f" not in stored:
            _check_repaired_as_bright(path, found)


def _check_repaired_as_bright(path, found):
    mask = np.zeros((2, 6), bool)
    mask[0, 3] = True
    restoration.restore_file(path, mask, path.with_name("new.tif"), "nearest")
    repaired = data.read(path.with_name("new.tif"))
    np.testing.assert_allclose(repaired[~mask], found[~mask], atol=1e-5)


@pytest.mark.parametrize("values", [[-0.5, 1], [0, 1.02], [0, 300], [0, np.nan], [0, np.inf]])
def test_floats_that_say_no_black_and_white_are_refused(tmp_path, values):
    path = tiff(tmp_path / "a.tif", np.array([values], "<f4"), bits=32, kind=3)
    with pytest.raises(ValueError, match="a.tif holds values from .*: store it with"):
        data.read(path)


@pytest.mark.parametrize("values", [[-1, 255], [0, 65536], [0, 10**6]])
def test_whole_numbers_that_say_no_black_and_white_are_refused(tmp_path, values):
    path = tiff(tmp_path / "a.tif", np.array([values], "<i4"), bits=32, kind=2)
    with pytest.raises(ValueError, match="a.tif holds values from .*: store it with"):
        data.read(path)


def test_a_preview_is_not_taken_for_the_picture(tmp_path):
    """The first page of a camera's raw file is small and marked as reduced."""
    grey = np.full((2, 6), 51, "u1")
    with pytest.raises(ValueError, match="nothing but a preview: export it"):
        data.read(tiff(tmp_path / "raw.tif", grey, bits=8, subfile=1))
    assert data.read(tiff(tmp_path / "whole.tif", grey, bits=8)).shape == (2, 6, 3)
    Image.fromarray(grey).save(
        tmp_path / "two.tif", tiffinfo={254: 1}, save_all=True,
        append_images=[Image.new("RGB", (9, 7), (255, 0, 51))],
    )  # fmt: skip
    two = Image.open(tmp_path / "two.tif")
    if [two.seek(page) or two.tag_v2.get(254, 0) for page in (0, 1)] == [1, 0]:
        found = data.read(tmp_path / "two.tif")
        np.testing.assert_allclose(found, np.broadcast_to([1, 0, 0.2], (7, 9, 3)), atol=1e-6)


@pytest.mark.parametrize(
    ("depth", "row", "width", "transparent"),
    [
        (1, b"\x40", 2, [1]),
        (2, b"\x10", 2, [1]),
        (4, b"\x05", 2, [5]),
        (8, b"\x00\x55", 2, [0x55]),
        (16, b"\x00\x00\x12\x34", 2, [0x1234]),
    ],
)
def test_a_transparent_grey_is_laid_over_white(tmp_path, depth, row, width, transparent):
    path = png(tmp_path / "a.png", depth, 0, [row], width, transparent)
    np.testing.assert_array_equal(data.read(path), [[[0] * 3, [1] * 3]])
    photograph = restoration.read_photograph(path)
    np.testing.assert_array_equal(restoration.as_rgb(photograph), [[[0] * 3, [1] * 3]])


@pytest.mark.parametrize(
    ("depth", "row", "transparent"),
    [
        (8, bytes([1, 2, 3, 51, 0, 0]), [1, 2, 3]),
        (16, struct.pack(">6H", 1000, 2000, 3000, 51 * 257, 0, 0), [1000, 2000, 3000]),
    ],
)
def test_a_transparent_colour_is_laid_over_white(tmp_path, depth, row, transparent):
    path = png(tmp_path / "a.png", depth, 2, [row], 2, transparent)
    for found in (data.read(path), restoration.as_rgb(restoration.read_photograph(path))):
        np.testing.assert_allclose(found, [[[1, 1, 1], [0.2, 0, 0]]], atol=1e-6)


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_rotation_is_pillows(tmp_path, ending, orientation):
    picture = Image.fromarray(np.random.RandomState(0).randint(0, 256, (8, 16, 3), np.uint8))
    marks = Image.Exif()
    marks[0x0112] = orientation
    picture.save(tmp_path / f"a.{ending}", exif=marks)
    plain = Image.open(tmp_path / f"a.{ending}")
    plain.load()  # a TIFF is turned here
    expected = np.asarray(ImageOps.exif_transpose(plain).convert("RGB"))
    assert (expected.shape[0] == 16) == (orientation >= 5)
    found = data.read(tmp_path / f"a.{ending}")
    np.testing.assert_array_equal(np.rint(found * 255), expected)


def jpeg_with_marks(path, *entries, extra=b""):
    """Entries of EXIF as (tag, type, count, four bytes); ``extra`` follows them."""
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries))
    exif += b"".join(struct.pack("<HHI", *entry[:3]) + entry[3] for entry in entries)
    Image.new("RGB", (6, 4), (10, 200, 30)).save(path, exif=exif + b"\0\0\0\0" + extra)
    return path


TURNED = (0x0112, 3, 1, struct.pack("<HH", 6, 0))
AFTER_TWO = struct.pack("<I", 8 + 2 + 12 * 2 + 4)  # where ``extra`` begins


@pytest.mark.parametrize(
    ("entries", "extra", "turned"),
    [
        ([TURNED], b"", True),
        ([TURNED, (0x011A, 10, 1, AFTER_TWO)], struct.pack("<ii", -1, 0), True),
        ([TURNED, (0x011A, 5, 1, AFTER_TWO)], struct.pack("<II", 1, 0), True),
        ([TURNED, (0x010F, 2, 4000, AFTER_TWO)], b"cut off", True),
        ([TURNED, (0x8769, 4, 1, b"\xff\xff\xff\x7f")], b"", True),
        ([(0x0112, 3, 1, struct.pack("<HH", 77, 0))], b"", False),
        ([(0x0112, 2, 4, b"six\0")], b"", False),
        ([(0x0112, 99, 1, b"\0\0\0\0")], b"", False),
    ],
    ids=[
        "right", "signed -1/0", "1/0", "a text cut off", "a folder beyond the end", "no such turn",
        "a text", "no such type",
    ],
)  # fmt: skip
def test_odd_marks_of_a_camera_do_no_harm(tmp_path, entries, extra, turned):
    found = data.read(jpeg_with_marks(tmp_path / "a.jpg", *entries, extra=extra))
    assert found.shape == ((6, 4, 3) if turned else (4, 6, 3))


def test_a_picture_beyond_all_measure_is_refused_for_its_size(tmp_path):
    Image.new("1", (16384, 12288)).save(tmp_path / "panorama.png")
    with pytest.raises(ValueError, match="panorama.png is too large .*pixels.*shrink"):
        data.read(tmp_path / "panorama.png")


def test_a_large_picture_is_read_without_a_warning(tmp_path, monkeypatch, recwarn):
    Image.new("L", (40, 30)).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    assert data.read(tmp_path / "a.png").shape == (30, 40, 3)
    assert not recwarn.list


@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "bmp", "webp", "gif", "jp2"])
def test_a_file_cut_off_anywhere_is_named_so(tmp_path, ending):
    picture = Image.fromarray(np.random.RandomState(0).randint(0, 256, (40, 50, 3), np.uint8))
    buffer = io.BytesIO()
    picture.save(buffer, {"jpg": "JPEG", "tif": "TIFF", "jp2": "JPEG2000"}.get(ending, ending))
    raw, path = buffer.getvalue(), tmp_path / f"cut.{ending}"
    path.write_bytes(raw)
    assert data.read(path).shape == (40, 50, 3)
    for length in (1, 10, 30, 100, len(raw) // 3, len(raw) // 2, len(raw) * 3 // 4):
        path.write_bytes(raw[:length])
        with pytest.raises(ValueError, match=f"cut.{ending} .*: .*PNG or JPEG.$") as refusal:
            data.read(path)
        assert "\n" not in str(refusal.value)
        if length > len(raw) // 2:
            assert "cut off" in str(refusal.value)


@pytest.mark.parametrize("chunk", ["zTXt", "iTXt", "tEXt", "many", "profile"])
def test_what_a_png_says_beside_its_pixels_may_be_long(tmp_path, chunk):
    facts, options = PngImagePlugin.PngInfo(), {}
    for number in range(40 if chunk == "many" else 1):
        text = "x" * 3_000_000
        if chunk == "iTXt":
            facts.add_itxt("workflow", text, zip=True)
        elif chunk == "profile":
            options["icc_profile"] = bytes(3_000_000)
        else:
            facts.add_text(f"workflow {number}", text, zip=chunk != "tEXt")
    Image.new("RGB", (4, 3), (255, 0, 0)).save(tmp_path / "a.png", pnginfo=facts, **options)
    limits = PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY
    np.testing.assert_array_equal(data.read(tmp_path / "a.png"), [[[1, 0, 0]] * 4] * 3)
    assert limits == (PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY)


NAMES = [
    "~$photo.png", "~nobody-here.png", "~.png", "~", "a b.png", "%20.png", "-v.png", "#1?.png",
    "für.PNG", "猫.jpeg", "a.b.c.jpg", "'\"`$HOME.png", "line\nbreak.png", "x" * 246 + ".png",
    "é" * 120 + ".webp",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", [str, os.fsencode, lambda name: os.path.join(".", name)])
def test_a_name_is_a_name(tmp_path, monkeypatch, name, kind):
    monkeypatch.chdir(tmp_path)
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        pytest.skip("under this locale no file can have that name")
    if name == "~":  # here it is the home folder
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
        with pytest.raises(FileNotFoundError, match="no file"):
            data.read(kind(name))
        return
    data.save(kind(name), np.full((4, 6, 3), 0.2))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    np.testing.assert_allclose(data.read(kind(name)), 0.2, atol=0.01)


@pytest.mark.parametrize(
    "ending", ["png", "PNG", "jpg", "JPG", "jpeg", "bmp", "tif", "tiff", "webp"]
)
def test_what_was_saved_can_be_read(tmp_path, ending):
    picture = np.rint(np.linspace(0, 255, 16 * 24 * 3)).reshape(16, 24, 3) / 255
    data.save(tmp_path / f"a.{ending}", picture)
    atol = 0.02 if ending.lower() in ("jpg", "jpeg") else 1e-6
    np.testing.assert_allclose(data.read(tmp_path / f"a.{ending}"), picture, atol=atol)


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    data.save(tmp_path / "real" / "a.png", np.zeros((4, 4, 3)))
    (tmp_path / "link.png").symlink_to(tmp_path / "real" / "a.png")
    data.save(tmp_path / "link.png", np.ones((4, 4, 3)))
    assert (tmp_path / "link.png").is_symlink()
    assert (data.read(tmp_path / "real" / "a.png") == 1).all()


def test_what_a_user_may_not_read_is_said(tmp_path, monkeypatch):
    data.save(tmp_path / "a.png", np.zeros((4, 4, 3)))

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "open", forbidden, raising=False)
    with pytest.raises(PermissionError, match="a.png cannot be opened .*: check"):
        data.read(tmp_path / "a.png")


def test_a_lab_picture_is_scikit_images(tmp_path):
    picture = Image.frombytes("LAB", (2, 1), np.array([[[128, 0, 0], [200, 30, 236]]], np.uint8))
    picture.save(tmp_path / "a.tif")
    expected = skimage.color.lab2rgb(np.array([[[128 / 2.55, 0, 0], [200 / 2.55, 30, -20]]]))
    np.testing.assert_allclose(data.read(tmp_path / "a.tif"), expected, atol=0.02)
