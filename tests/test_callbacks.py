"""PredictionLogger: what it sees is true, kept, and paid for by nobody."""

import keras
import numpy as np
import pytest
from PIL import Image

from course_lib import masks, metrics
from course_lib.callbacks import PredictionLogger
from course_lib.models import inpaint
from tests.logged import FLOATS, HOLES, IMAGES, as_bytes, fit, quiet, rows_of, small


@pytest.mark.parametrize("two_inputs", [False, True])
def test_a_frame_is_what_the_network_of_that_epoch_fills(two_inputs):
    model, seen = small(two_inputs), []
    asked = [masks.damage(FLOATS, HOLES)]
    if two_inputs:
        asked.append(1 - HOLES[..., None].astype(np.float32))

    def look(*_):
        seen.append((inpaint(model, FLOATS, HOLES), model.predict(asked, verbose=0)))

    other = keras.callbacks.LambdaCallback(on_train_begin=look, on_epoch_end=look)
    logger = quiet()
    fit(model, other, logger, epochs=2, valid=two_inputs)
    assert logger.epochs == [0, 1, 2]
    for k, (filled, raw) in enumerate(seen):
        assert logger.frames[k].dtype == logger.raw_frames[k].dtype == np.uint8
        np.testing.assert_array_equal(logger.frames[k], as_bytes(filled))
        np.testing.assert_array_equal(logger.raw_frames[k], as_bytes(raw))
        np.testing.assert_array_equal(logger.frames[k][~HOLES], IMAGES[~HOLES])
        assert logger.psnr_hole[k] == pytest.approx(metrics.psnr(FLOATS, filled, HOLES), abs=1e-6)
    assert (logger.frames[0] != logger.frames[2])[HOLES].any()


def test_one_mask_serves_all_and_floats_are_as_good_as_bytes():
    model = small()
    one, floats = quiet(), PredictionLogger(FLOATS, HOLES[0], tracking=False)
    fit(model, PredictionLogger(IMAGES, HOLES[0], tracking=False), floats, one, epochs=1)
    np.testing.assert_array_equal(floats.frames[0][:, ~HOLES[0]], IMAGES[:, ~HOLES[0]])
    changed = (floats.frames[0] != IMAGES).any(axis=-1)
    assert changed.any(axis=0)[HOLES[0]].all()


@pytest.mark.parametrize(
    ("every", "epochs", "expected"), [(1, 3, [0, 1, 2, 3]), (2, 5, [0, 2, 4, 5]), (9, 3, [0, 3])]
)
def test_every_and_always_the_last(every, epochs, expected):
    logger = quiet(every=every)
    fit(small(), logger, epochs=epochs)
    assert logger.epochs == expected
    assert len(logger.frames) == len(logger.raw_frames) == len(logger.psnr_hole) == len(expected)


@pytest.mark.parametrize("first", [True, False])
def test_the_last_is_there_when_another_callback_ends_the_training(first, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    logger, model = quiet(every=5, folder=tmp_path / "run"), small()
    fit(model, *([logger, Stop()] if first else [Stop(), logger]), epochs=9)
    assert logger.epochs == [0, 2]
    np.testing.assert_array_equal(logger.frames[-1], as_bytes(inpaint(model, FLOATS, HOLES)))
    rows = rows_of(tmp_path / "run")
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert rows[2]["loss"] and float(rows[2]["frozen_psnr_hole"]) == logger.psnr_hole[-1]


@pytest.mark.parametrize("tracking", [False, True])
def test_the_training_is_not_disturbed(tracking, tmp_path):
    """Same weights, bit for bit, for a network that draws random numbers at every step."""

    def trained(*loggers):
        model = small(dropout=0.3)
        fit(model, *loggers)
        return model.get_weights() + [variable.numpy() for variable in model.optimizer.variables]

    without = trained()
    with_logger = trained(quiet(folder=tmp_path / "run", tracking=tracking))
    for one, other in zip(without, with_logger, strict=True):
        np.testing.assert_array_equal(one, other)


def test_one_batched_prediction_an_epoch_and_one_trace(monkeypatch):
    traced, asked = [], []

    @keras.saving.register_keras_serializable("tests")
    class Traced(keras.layers.Layer):
        def call(self, features, training=None):
            if not training:
                traced.append(features.shape)
            return features

    damaged = keras.Input((16, 16, 3))
    model = keras.Model(damaged, keras.layers.Conv2D(3, 1)(Traced()(damaged)))
    model.compile("adam", "mse")
    real = model.predict_on_batch
    monkeypatch.setattr(model, "predict_on_batch", lambda x: asked.append(len(x)) or real(x))
    traced.clear()
    fit(model, quiet(), epochs=4)
    assert asked == [8] * 5
    assert len([shape for shape in traced if shape[0] != 4]) == 1  # JAX traces a batch of fit, too


def test_frames_and_log_are_on_disk(tmp_path):
    logger = quiet(folder=tmp_path / "run", every=2)
    history = fit(small(), logger, epochs=3, validation_data=(FLOATS, FLOATS)).history
    with Image.open(tmp_path / "run" / "frames" / "epoch_0002.png") as sheet:
        sheet = np.asarray(sheet)
    assert sheet.shape == (32, 128, 3)
    np.testing.assert_array_equal(sheet[:16, 16:32], logger.frames[1][1])
    np.testing.assert_array_equal(sheet[16:, -16:], logger.raw_frames[1][7])
    rows = rows_of(tmp_path / "run")
    assert [row["epoch"] for row in rows] == ["0", "1", "2", "3"]
    for name in ("loss", "val_loss"):
        assert [row[name] for row in rows] == ["", *map(repr, history[name])]
    assert [row["frozen_psnr_hole"] != "" for row in rows] == [True, False, True, True]
    assert not list((tmp_path / "run").rglob(".*"))


def test_a_second_training_without_folder_begins_anew():
    logger = quiet()
    fit(small(), logger, epochs=3)
    fit(small(), logger, epochs=1)
    assert logger.epochs == [0, 1]
    fit(small(), logger, initial_epoch=1, epochs=2)
    assert logger.epochs == [0, 1, 2]


def test_a_diverged_network_is_shown_and_does_not_raise(tmp_path):
    model = small()
    model.set_weights([np.full_like(one, np.nan) for one in model.get_weights()])
    logger = quiet(folder=tmp_path / "run")
    fit(model, logger, epochs=1)
    assert np.isnan(logger.psnr_hole).all()
    assert (logger.frames[0][HOLES] == 0).all()
    np.testing.assert_array_equal(logger.frames[0][~HOLES], IMAGES[~HOLES])
    assert np.isnan(quiet(folder=tmp_path / "run").psnr_hole).all()


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"images": IMAGES[:0]}, ValueError, "empty"),
        ({"images": IMAGES[0]}, ValueError, r"images\[None\]"),
        ({"images": IMAGES.astype(int)}, TypeError, "int64"),
        ({"images": IMAGES.astype(np.float32)}, ValueError, r"outside \[0, 1\]"),
        ({"images": np.where(HOLES[..., None], np.nan, FLOATS)}, ValueError, "original is NaN"),
        ({"mask": HOLES.astype(np.uint8)}, TypeError, "mask is uint8"),
        ({"mask": HOLES[:5]}, ValueError, "5 masks for 8"),
        ({"mask": np.zeros((16, 16), bool)}, ValueError, "no hole"),
        ({"mask": np.ones((16, 16), bool)}, ValueError, "no known pixel"),
        ({"every": 0}, ValueError, "every is 0"),
    ],
)
def test_impossible_input_is_refused(changed, error, said):
    asked = {"images": IMAGES, "mask": HOLES} | changed
    with pytest.raises(error, match=said):
        PredictionLogger(asked.pop("images"), asked.pop("mask"), **asked)


def test_a_nearly_full_mask_warns_its_caller():
    hole = np.ones((16, 16), bool)
    hole[0] = [True] * 10 + [False] * 6
    with pytest.warns(UserWarning, match="inverted") as caught:
        PredictionLogger(IMAGES, hole)
    assert [warning.filename for warning in caught] == [__file__]


def test_the_pictures_are_copied():
    images, holes = IMAGES.copy(), HOLES.copy()
    logger = PredictionLogger(images, holes, tracking=False)
    images[:], holes[:] = 0, True
    fit(small(), logger, epochs=1)
    np.testing.assert_array_equal(logger.frames[0][~HOLES], IMAGES[~HOLES])
