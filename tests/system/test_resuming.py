"""A training that was stopped goes on from its folder as if nothing had been."""

import functools
import json
import os
import warnings

import keras
import numpy as np
import pytest

from course_lib.callbacks import PredictionLogger
from course_lib.training import checkpoint, fit, pairs
from tests.small_training import BANK, IMAGES, StopAfter, batches, network, weights


class Told(keras.callbacks.Callback):
    """Puts numbers of our own, one an epoch, where early stopping reads them."""

    def __init__(self, *numbers):
        super().__init__()
        self.numbers, self.weights = numbers, []

    def on_epoch_end(self, epoch, logs=None):
        logs["val_told"] = self.numbers[epoch]
        self.weights.append(self.model.get_weights())


NUMBERS = (1.0, 5.0, 2.0, 7.0, 6.5, 7.4, 0.0, 3.0)


CHOICES = [  # rules of early stopping, the epoch that it calls best, found by hand, and stops
    ({"mode": "max"}, 5, ()),
    ({"mode": "max", "restore_best_weights": True, "min_delta": 0.5}, 3, (3, 2)),
    ({"mode": "min", "start_from_epoch": 9}, 7, ()),  # never asked: the last
    ({"mode": "max", "patience": 3, "start_from_epoch": 1, "min_delta": 3}, 1, (3, 1)),
]


@functools.cache
def undisturbed():
    """The weights after each epoch of the same training."""
    seen = Told(*NUMBERS)
    fit(network(), *batches(), epochs=8, seed=3, callbacks=[seen])
    return seen.weights


@pytest.mark.parametrize(("rules", "chosen", "stops"), CHOICES)
def test_what_early_stopping_watches_chooses_the_weights(rules, chosen, stops, tmp_path, capsys):
    """Also across stops, where Keras has forgotten the weights that it would put back."""

    def run(model, told, *others):
        rule = keras.callbacks.EarlyStopping("val_told", **{"patience": 9, **rules})
        callbacks, folder = [told, rule, *others], tmp_path if stops else None
        fit(model, *batches(), epochs=8, seed=3, folder=folder, callbacks=callbacks)

    for epochs in stops:
        with pytest.raises(ConnectionError):
            run(network(), Told(*NUMBERS), StopAfter(epochs))
    run(model := network(), Told(*NUMBERS), StopAfter(9))
    np.testing.assert_equal(model.get_weights(), undisturbed()[chosen])
    said = f"best val_told {NUMBERS[chosen]:.5f}, in epoch {chosen + 1}, whose weights"
    assert said in capsys.readouterr().out
    if stops:  # and once more when it is over
        run(again := network(), Told(), StopAfter(0))
        np.testing.assert_equal(again.get_weights(), undisturbed()[chosen])
        assert said in capsys.readouterr().out


@pytest.mark.parametrize("stops", [(1,), (2, 1, 3)])
def test_resumed_runs_equal_the_undisturbed_one_with_all_memories(tmp_path, stops):
    """Early stopping and the plateau's rule must remember across the stops, not begin anew."""

    def rules():
        return [
            keras.callbacks.EarlyStopping("val_loss", patience=4, min_delta=2e-3),
            keras.callbacks.ReduceLROnPlateau("val_loss", patience=1, factor=0.3, min_delta=2e-3),
        ]

    whole = network()
    expected = fit(whole, *batches(), epochs=30, seed=3, callbacks=rules()).history
    assert 6 < len(expected["loss"]) < 30  # it was early stopping that ended it
    for epochs in stops:
        with pytest.raises(ConnectionError):
            callbacks = [*rules(), StopAfter(epochs)]
            fit(network(), *batches(), epochs=30, seed=3, folder=tmp_path, callbacks=callbacks)
    resumed = network()
    history = fit(
        resumed, *batches(), epochs=30, seed=3, folder=tmp_path, callbacks=[*rules(), StopAfter(99)]
    )
    assert history.history == expected
    assert history.epoch == list(range(len(expected["loss"])))
    assert weights(resumed) == weights(whole)


def test_a_training_that_is_over_is_not_repeated(tmp_path, monkeypatch):
    model, again = network(), network()
    history = fit(model, *batches(), epochs=2, seed=0, folder=tmp_path)
    monkeypatch.setattr(again, "fit", None)  # calling it would be a fault
    repeated = fit(again, *batches(), epochs=2, seed=0, folder=tmp_path)
    assert repeated.history == history.history
    assert weights(again) == weights(model)


def test_more_epochs_go_on_from_the_last_weights_not_the_best(tmp_path):
    whole, longer = network(), network()
    expected = fit(whole, *batches(), epochs=5, seed=0).history
    fit(longer, *batches(), epochs=3, seed=0, folder=tmp_path)
    assert fit(longer, *batches(), epochs=5, seed=0, folder=tmp_path).history == expected
    assert weights(whole) == weights(longer)


def test_the_logger_sees_the_whole_run_across_a_stop(tmp_path):
    def logger(name):
        folder = tmp_path / name
        return PredictionLogger(IMAGES[:4], BANK[:4], folder=folder, tracking=False)

    whole, first = logger("whole"), logger("stopped")
    fit(network(), *batches(), epochs=5, seed=0, callbacks=[whole])
    with pytest.raises(ConnectionError):
        callbacks = [first, StopAfter(2)]
        fit(network(), *batches(), epochs=5, seed=0, folder=tmp_path, callbacks=callbacks)
    second = logger("stopped")
    callbacks = [second, StopAfter(9)]
    fit(network(), *batches(), epochs=5, seed=0, folder=tmp_path, callbacks=callbacks)
    assert second.epochs == whole.epochs == list(range(6))
    for one, other in zip(second.frames, whole.frames, strict=True):
        np.testing.assert_array_equal(one, other)
    logs = [(tmp_path / name / "log.csv").read_text() for name in ("whole", "stopped")]
    assert logs[0] == logs[1]


def compiled(loss="mse", **options):
    model = network(**options)
    model.compile(keras.optimizers.Adam(0.01), loss=loss)
    return model


OTHERS = {  # name in the sentence -> a call that trains something else
    "loss or metrics": lambda: (compiled("mae"), *batches()),
    "training data": lambda: (
        network(),
        pairs(255 - IMAGES, BANK, batch_size=8, seed=0),
        batches()[1],
    ),
    "validation data": lambda: (
        network(),
        batches()[0],
        pairs(IMAGES[:5], BANK, batch_size=8, seed=0, frozen=True),
    ),
    "first weights": lambda: (network(7), *batches()),
    "network": lambda: (network(dropout=0.1), *batches()),
}


@pytest.mark.parametrize("what", OTHERS)
def test_another_training_in_the_same_folder_is_refused(what, tmp_path):
    """Also where the first is over, and its best weights would otherwise be handed out."""
    fit(network(), *batches(), epochs=1, seed=0, folder=tmp_path)
    before = (tmp_path / "checkpoint.npz").read_bytes()
    model, train, validation = OTHERS[what]()
    began = model.get_weights()
    with pytest.raises(ValueError, match=f"another training, which differs in {what}: ") as caught:
        fit(model, train, validation, epochs=1, seed=0, folder=tmp_path)
    assert "name another folder, or delete it" in str(caught.value)
    assert ("set_random_seed" in str(caught.value)) == (what == "first weights")
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    np.testing.assert_equal(model.get_weights(), began)


def test_another_seed_is_refused(tmp_path):
    fit(network(), *batches(), epochs=1, seed=0, folder=tmp_path)
    with pytest.raises(ValueError, match="differs in seed"):
        fit(network(), *batches(), epochs=1, seed=1, folder=tmp_path)


def test_the_same_network_goes_on_in_its_folder_though_training_has_changed_it(tmp_path):
    """Weights and a learning rate that a callback lowered are the training's own."""

    def lower():
        return keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)

    whole, longer = network(), network()
    expected = fit(whole, *batches(), epochs=4, seed=0, callbacks=[lower()]).history
    for epochs in (2, 4):
        history = fit(
            longer, *batches(), epochs=epochs, seed=0, folder=tmp_path, callbacks=[lower()]
        ).history
    assert history == expected
    assert weights(longer) == weights(whole)


def test_a_fit_that_was_interrupted_goes_on_in_the_same_process(tmp_path):
    """The stop button in the middle of an epoch, then the cell once more, with the same network."""

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.optimizer.iterations == 5:
                raise KeyboardInterrupt

    whole, model = network(), network()
    fit(whole, *batches(), epochs=3, seed=0)
    with pytest.raises(KeyboardInterrupt):
        fit(model, *batches(), epochs=3, seed=0, folder=tmp_path, callbacks=[Stop()])
    fit(model, *batches(), epochs=3, seed=0, folder=tmp_path)
    assert weights(model) == weights(whole)


@pytest.mark.parametrize("kept", [True, False])
def test_a_fit_that_ends_in_its_first_epoch_begins_anew(tmp_path, kept):
    """No epoch has ended, so there is nothing to go on from, nor to hand out."""

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    whole, model, folder = network(), network(), tmp_path if kept else None
    first = model.get_weights()  # without the state of dropout, which follows from the seed
    with pytest.raises(KeyboardInterrupt):
        fit(model, *batches(), epochs=2, seed=0, folder=folder, callbacks=[Stop()])
    np.testing.assert_equal(model.get_weights(), first)
    fit(whole, *batches(), epochs=2, seed=0)
    fit(model, *batches(), epochs=2, seed=0, folder=folder)
    assert weights(model) == weights(whole)


def test_weights_put_in_between_are_another_start_and_its_own_best_ones_are_not(tmp_path):
    model = network()
    fit(model, *batches(), epochs=2, seed=0, folder=tmp_path)
    elsewhere = network(5)
    elsewhere.set_weights(model.get_weights())  # as one that was saved and loaded in a new process
    fit(elsewhere, *batches(), epochs=2, seed=0, folder=tmp_path)
    model.set_weights([0 * one for one in model.get_weights()])
    with pytest.raises(ValueError, match="first weights"):
        fit(model, *batches(), epochs=2, seed=0, folder=tmp_path)


def test_memories_find_their_callbacks_whoever_stands_before_them(tmp_path):
    """A logger that joins for the second half takes no memory away from early stopping."""

    def rule():
        return keras.callbacks.EarlyStopping("val_loss", patience=3, min_delta=10)

    whole, half = network(), network()
    expected = fit(whole, *batches(), epochs=9, seed=0, callbacks=[rule()]).history
    assert len(expected["loss"]) == 4
    fit(half, *batches(), epochs=2, seed=0, folder=tmp_path, callbacks=[rule()])
    callbacks = [keras.callbacks.LambdaCallback(), rule()]
    history = fit(half, *batches(), epochs=9, seed=0, folder=tmp_path, callbacks=callbacks).history
    assert history == expected


@pytest.mark.parametrize("harm", ["empty", "cut", "text", "flipped"])
def test_a_damaged_checkpoint_gets_one_sentence(tmp_path, harm):
    path = tmp_path / "checkpoint.npz"
    fit(network(), *batches(), epochs=1, seed=0, folder=tmp_path)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    path.write_bytes(
        {"empty": b"", "cut": whole[:-500], "text": b"x" * 500, "flipped": flipped}[harm]
    )
    with pytest.raises(ValueError, match="delete it"):
        fit(network(), *batches(), epochs=2, seed=0, folder=tmp_path)


def test_a_checkpoint_of_another_version_gets_one_sentence(tmp_path):
    path = tmp_path / "checkpoint.npz"
    with open(path, "wb") as file:
        np.savez(file, record=np.array(json.dumps({"identity": {"shapes": []}, "epoch": 1})))
    with pytest.raises(ValueError, match="another version of the course.*delete it"):
        fit(network(), *batches(), epochs=2, seed=0, folder=tmp_path)


def test_a_folder_in_the_checkpoints_place_gets_one_sentence(tmp_path):
    (tmp_path / "checkpoint.npz").mkdir()
    with pytest.raises(ValueError, match="cannot be read as a checkpoint.*another folder"):
        fit(network(), *batches(), epochs=2, seed=0, folder=tmp_path)


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(28, "full")])
def test_a_checkpoint_that_cannot_be_written_ends_no_training(error, tmp_path, monkeypatch):
    def fail(source, target, **_):
        raise error

    expected = network()
    fit(expected, *batches(), epochs=2, seed=0)
    monkeypatch.setattr("os.replace", fail)
    monkeypatch.setattr("course_lib._files.PATIENCE", (0.01,))
    model = network()
    with pytest.warns(UserWarning, match=f"could not be written .{error.strerror}.: the training"):
        history = fit(model, *batches(), epochs=2, seed=0, folder=tmp_path)
    assert len(history.epoch) == 2
    assert weights(model) == weights(expected)
    assert list(tmp_path.iterdir()) == []


def test_a_moments_lock_is_waited_for(tmp_path, monkeypatch):
    real, left = os.replace, [2]

    def locked(source, target, **options):
        if left[0]:
            left[0] -= 1
            raise PermissionError(13, "Permission denied")
        return real(source, target, **options)

    monkeypatch.setattr("os.replace", locked)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        fit(network(), *batches(), epochs=1, seed=0, folder=tmp_path)
    assert checkpoint.read(tmp_path / "checkpoint.npz")[1]["epoch"] == 1


def test_a_tilde_is_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    fit(network(), *batches(), epochs=1, seed=0, folder="~/run")
    assert (tmp_path / "run" / "checkpoint.npz").is_file()
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(
    ("folder", "error", "said"),
    [
        (3, TypeError, "folder is int"),
        ("a\0b", ValueError, "name another"),
        ("file", ValueError, "name another"),
    ],
)
def test_what_cannot_be_a_folder_is_refused_before_training(
    folder, error, said, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(error, match=said):
        fit(network(), *batches(), epochs=1, seed=0, folder=folder)


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.npz"
    checkpoint.write(path, {"a": np.arange(3)}, {"epoch": 1})
    monkeypatch.setattr("os.fsync", lambda file: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        checkpoint.write(path, {"a": np.arange(4)}, {"epoch": 2})
    arrays, record = checkpoint.read(path)
    assert record == {"epoch": 1}
    np.testing.assert_array_equal(arrays["a"], np.arange(3))


@pytest.mark.parametrize(("dropout", "equal"), [(0.0, True), (0.4, False)])
def test_what_keras_own_backup_keeps_and_what_it_does_not(dropout, equal, tmp_path):
    """docs/checkpoints.md: weights and optimizer, but not where the random numbers stood."""

    class PowerCut(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError("power cut")

    damaged, original = batches()[1][0]

    def trained(*callbacks):
        model = network(dropout=dropout)
        options = {"epochs": 4, "shuffle": False, "verbose": 0}
        try:
            model.fit(damaged, original, callbacks=list(callbacks), **options)
        except RuntimeError:
            return None
        return weights(model)

    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    whole = trained()
    assert trained(backup, PowerCut()) is None
    assert (trained(backup) == whole) is equal
