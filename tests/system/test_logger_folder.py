"""What PredictionLogger leaves in its folder, and what it finds there when a training goes on."""

import shutil

import keras
import numpy as np
import pytest
from PIL import Image

from course_lib.callbacks import PredictionLogger
from course_lib.models import inpaint
from tests.logged import FLOATS, HOLES, IMAGES, as_bytes, fit, quiet, rows_of, small


def test_more_pictures_than_a_row_come_back(tmp_path):
    images = np.random.RandomState(5).randint(0, 256, (11, 16, 20, 3), dtype=np.uint8)
    hole = np.zeros((16, 20), bool)
    hole[3:7, 5:15] = True
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(3, 1)])
    model.compile("adam", "mse")
    logger = PredictionLogger(images, hole, folder=tmp_path / "run", tracking=False)
    model.fit(images / 255, images / 255, verbose=0, callbacks=[logger])
    again = PredictionLogger(images, hole, folder=tmp_path / "run", tracking=False)
    assert again.epochs == [0, 1]
    assert again.psnr_hole == logger.psnr_hole
    np.testing.assert_array_equal(again.frames, logger.frames)
    np.testing.assert_array_equal(again.raw_frames, logger.raw_frames)


@pytest.mark.parametrize("every", [1, 2])
def test_a_resumed_training_has_the_frames_and_rows_of_the_whole(every, tmp_path, capsys):
    whole = quiet(folder=tmp_path / "whole", every=every)
    fit(small(), whole, epochs=5)
    model, at_three = small(), []
    store = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: at_three.append(model.get_weights()) if epoch == 2 else 0
    )
    # Killed in epoch 5: frame and row 4 are there, but the checkpoint is of epoch 3.
    fit(model, quiet(folder=tmp_path / "run", every=every), store, epochs=4)
    model.set_weights(at_three[0])
    resumed = quiet(folder=tmp_path / "run", every=every)
    fit(model, resumed, initial_epoch=3, epochs=5)
    assert resumed.epochs == whole.epochs
    rows = rows_of(tmp_path / "run")
    assert [row["epoch"] for row in rows] == list("012345")
    earlier = sum(epoch <= 3 for epoch in whole.epochs)
    np.testing.assert_array_equal(resumed.frames[:earlier], whole.frames[:earlier])
    assert rows[:4] == rows_of(tmp_path / "whole")[:4]
    assert capsys.readouterr().out == ""
    assert not list((tmp_path / "run").glob("earlier*"))
    again = quiet(folder=tmp_path / "run", every=every)
    np.testing.assert_array_equal(again.frames, resumed.frames)
    np.testing.assert_array_equal(again.frames[-1], as_bytes(inpaint(model, FLOATS, HOLES)))


@pytest.mark.parametrize(("start", "kept"), [(0, []), (1, [0, 1])])
def test_an_earlier_training_that_went_further_is_moved_aside(start, kept, tmp_path, capsys):
    folder = tmp_path / "run"
    fit(small(), quiet(folder=folder), epochs=4)
    earlier = {path.name: path.read_bytes() for path in (folder / "frames").iterdir()}
    log = (folder / "log.csv").read_bytes()
    logger = quiet(folder=folder)
    assert logger.epochs == [0, 1, 2, 3, 4]
    fit(small(dropout=0.5), logger, initial_epoch=start, epochs=2)
    assert "earlier_1" in capsys.readouterr().out
    assert logger.epochs == [0, 1, 2]
    assert [row["epoch"] for row in rows_of(folder)] == ["0", "1", "2"]
    assert (folder / "earlier_1" / "log.csv").read_bytes() == log
    moved = {path.name: path.read_bytes() for path in (folder / "earlier_1").glob("*.png")}
    assert moved == {name: data for name, data in earlier.items() if int(name[6:10]) not in kept}


def test_frames_of_other_pictures_or_masks_are_refused(tmp_path):
    fit(small(), quiet(folder=tmp_path / "run"), epochs=1)
    for images, mask in [(IMAGES[::-1], HOLES), (IMAGES, HOLES[::-1]), (IMAGES[:4], HOLES[:4])]:
        with pytest.raises(ValueError, match="other pictures or masks"):
            PredictionLogger(images, mask, folder=tmp_path / "run")
    PredictionLogger(FLOATS, HOLES, folder=tmp_path / "run")
    (tmp_path / "run" / "frames" / "epoch_0001.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="epoch_0001.png cannot be read"):
        quiet(folder=tmp_path / "run")


def spoiled_log(content):
    return lambda folder: (folder / "log.csv").write_bytes(content)


def as_a_folder(folder):
    (folder / "log.csv").unlink()
    (folder / "log.csv").mkdir()


def with_semicolons(folder):
    log = folder / "log.csv"
    log.write_text(log.read_text().replace(".", ",").replace(",", ";"))


@pytest.mark.parametrize(
    "spoil",
    [
        with_semicolons,
        as_a_folder,
        spoiled_log(b"epoch,loss\n0,1,2,3\n"),
        spoiled_log(b"epoch,loss\nfirst,1\n"),
        spoiled_log("epoch,loss\n0,\xfc\n".encode("latin-1")),
        spoiled_log("epoch,loss\n0,1\n".encode("utf-16")),
        spoiled_log(b"\0" * 100),
        spoiled_log(b"PK\x03\x04 a workbook"),
    ],
)
def test_a_log_that_another_program_changed_is_put_aside(spoil, tmp_path, capsys):
    folder, model = tmp_path / "run", small()
    fit(model, quiet(folder=folder), epochs=1)
    spoil(folder)
    left = folder / "log.csv"
    content = left.read_bytes() if left.is_file() else None
    logger = quiet(folder=folder)
    fit(model, logger, initial_epoch=1, epochs=2)
    (said,) = capsys.readouterr().out.splitlines()
    assert "log.csv is not as this course wrote it" in said and "earlier_1" in said
    aside = folder / "earlier_1" / "log.csv"
    assert aside.is_dir() if content is None else aside.read_bytes() == content
    assert [row["epoch"] for row in rows_of(folder)] == ["2"]
    assert logger.epochs == [0, 1, 2]


@pytest.mark.parametrize("change", [lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"\r", b"")])
def test_a_log_that_an_editor_saved_again_is_still_read(change, tmp_path, capsys):
    folder, model = tmp_path / "run", small()
    fit(model, quiet(folder=folder), epochs=2)
    before = rows_of(folder)
    log = folder / "log.csv"
    log.write_bytes(change(log.read_bytes()))
    fit(model, quiet(folder=folder), initial_epoch=2, epochs=3)
    assert rows_of(folder)[:3] == before
    assert capsys.readouterr().out == ""


def test_files_of_other_programs_among_the_frames_are_left_alone(tmp_path):
    folder, model = tmp_path / "run", small()
    fit(model, quiet(folder=folder), epochs=1)
    frames = folder / "frames"
    names = ["epoch_0001 (1).png", "epoch_0001-conflict.png", "epoch_.png", "epoch_abc.png"]
    for name in names:
        shutil.copy(frames / "epoch_0001.png", frames / name)
    (frames / "epoch_0009.png").mkdir()
    (frames / ".epoch_0001.png.tmp").write_bytes(b"")
    logger = quiet(folder=folder)
    assert logger.epochs == [0, 1]
    fit(model, logger, initial_epoch=1, epochs=2)
    assert logger.epochs == [0, 1, 2]
    assert all((frames / name).exists() for name in [*names, "epoch_0009.png"])


def saved_again(path, **options):
    with Image.open(path) as image:
        image.load()
    image.convert(options.pop("mode", "RGB")).save(path, format="PNG", **options)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:200]),
        lambda path: path.write_bytes(path.read_bytes()[:-60]),
        saved_again,  # without the fingerprint
        lambda path: saved_again(path, mode="P"),
    ],
)
def test_a_frame_that_another_program_changed_gets_one_sentence(spoil, tmp_path):
    fit(small(), quiet(folder=tmp_path / "run"), epochs=1)
    spoil(tmp_path / "run" / "frames" / "epoch_0001.png")
    with pytest.raises(ValueError, match="epoch_0001.png cannot be read as a frame.*delete it"):
        quiet(folder=tmp_path / "run")


def test_a_disk_that_takes_nothing_ends_no_training(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    logger = quiet(folder=tmp_path / "run")
    monkeypatch.setattr("os.replace", full)
    with pytest.warns(UserWarning, match="did not take .*epoch 1 .No space left on device"):
        fit(small(), logger, epochs=1)
    assert logger.epochs == [0, 1]


def test_a_tilde_is_the_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    fit(small(), quiet(folder="~/run"), epochs=1)
    assert (tmp_path / "home" / "run" / "log.csv").is_file()
    assert not (tmp_path / "~").exists()


def test_a_file_in_the_folders_place_is_refused_before_training(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(ValueError, match="cannot be made a folder.*name another"):
        fit(small(), quiet(folder=tmp_path / "run"), epochs=1)
