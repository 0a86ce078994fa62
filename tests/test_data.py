"""Pictures in and out: lossless where promised, one sentence where not, nothing lost."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from course_lib import data

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
        (Image.new("I", (3, 2), 10**6), [1, 1, 1]),
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
        "beyond 16 bit",
        "transparent",
        "opaque",
        "16 bit",
        "1 bit",
        "palette",
    ],
)
def test_other_modes_become_rgb(tmp_path, picture, expected):
    name = "picture.tif" if picture.mode == "I" else "picture.png"
    picture.save(tmp_path / name)
    image = data.read(tmp_path / name)
    assert image.dtype == np.float32 and image.shape == (2, 3, 3)
    np.testing.assert_allclose(image, np.broadcast_to(expected, (2, 3, 3)), atol=1e-6)


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


def test_a_failed_save_keeps_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "picture.png"
    data.save(path, np.zeros((4, 4, 3)))
    before = path.read_bytes()

    def full_disk(picture, unfinished, **options):
        Path(unfinished).write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(OSError, match="No space"):
        data.save(path, np.ones((4, 4, 3)))
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
        (lambda folder: data.load("mnist"), ValueError, "no data set 'mnist'"),
        (lambda folder: data.load("photos", subset=0), ValueError, "1 or more"),
        (lambda folder: data.load("photos", subset=2.5), ValueError, "whole number"),
        (lambda folder: data.load("photos", subset=True), ValueError, "whole number"),
        (lambda folder: data.read(folder / "absent.png"), FileNotFoundError, "no file"),
        (lambda folder: data.read(folder), FileNotFoundError, "no file"),
        (lambda folder: data.read(folder / "words.png"), ValueError, "PNG or JPEG"),
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
    data.save(tmp_path / "cut.png", np.random.RandomState(0).random_sample((64, 64, 3)))
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:2000])
    with pytest.raises(error, match=sentence) as refusal:
        call(tmp_path)
    assert "\n" not in str(refusal.value)
