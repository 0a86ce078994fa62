"""Training: repeatable, best weights kept, one sentence for bad input."""

import importlib
import warnings

import keras
import numpy as np
import pytest

from course_lib import losses, masks, models
from course_lib.training import fit, pairs, precision
from tests.small_training import IMAGES, batches, network, weights


class Recorder(keras.utils.PyDataset):
    """Notes which epoch was set when a batch was asked for."""

    def __init__(self, data):
        super().__init__()
        self.data, self.asked, self.epoch = data, [], None

    def __len__(self):
        return len(self.data)

    def __getitem__(self, k):
        self.asked.append((self.epoch, k))
        return self.data[k]


def test_the_same_seed_gives_the_same_curve_and_weights():
    first, second, other = network(), network(), network()
    curve = fit(first, *batches(), epochs=3, seed=5).history
    assert fit(second, *batches(), epochs=3, seed=5).history == curve
    assert weights(first) == weights(second)
    fit(other, *batches(), epochs=3, seed=6)  # the same batches and first weights: dropout differs
    assert weights(first) != weights(other)


def test_dropout_follows_the_seed_of_fit_and_not_when_the_network_was_built():
    early = network()
    late = network(seed=99)
    late.set_weights(early.get_weights())
    assert weights(early) != weights(late)  # their dropout begins elsewhere
    for model in (early, late):
        fit(model, *batches(), epochs=2, seed=5)
    assert weights(early) == weights(late)


def test_every_epoch_is_told_to_the_data_before_its_batches_are_drawn():
    recorder = Recorder(batches()[0])
    fit(network(), recorder, batches()[1], epochs=3, seed=0)
    in_training = [asked for asked in recorder.asked if asked[0] is not None]
    assert in_training == [(epoch, k) for epoch in range(3) for k in range(3)]


def test_batches_come_in_order_and_are_those_of_pairs():
    """One epoch of plain gradient descent, step by step by hand, gives the same weights."""
    train, validation = batches()
    model, by_hand = network(dropout=0.0), network(dropout=0.0)
    fit(model, train, validation, epochs=1, seed=0)
    train.epoch = 0
    for k in range(len(train)):
        by_hand.train_on_batch(*train[k])
    for one, other in zip(model.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_the_best_weights_by_validation_come_back():
    """A learning rate that rises wrecks the network after a good start."""
    model, (train, validation) = network(), batches()
    wreck = keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 if epoch < 3 else 0.8)
    history = fit(model, train, validation, epochs=6, seed=0, callbacks=[wreck])
    losses = history.history["val_loss"]
    assert np.argmin(losses) < 5  # else there is nothing to bring back
    assert model.evaluate(validation, verbose=0) == pytest.approx(min(losses), rel=1e-6)


def test_training_stops_when_validation_no_longer_gains(monkeypatch):
    monkeypatch.setattr(importlib.import_module("course_lib.training.fit"), "PATIENCE", 2)
    model, (train, validation) = network(), batches()
    worse = keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 if epoch < 3 else 5.0)
    history = fit(model, train, validation, epochs=50, seed=0, callbacks=[worse])
    losses = history.history["val_loss"]
    assert len(losses) < 50
    assert len(losses) == np.argmin(losses) + 1 + 2


def test_early_stopping_that_watches_what_is_not_measured_gets_one_sentence():
    rule = keras.callbacks.EarlyStopping("val_psnr", mode="max")
    with (
        pytest.warns(UserWarning, match="not available"),
        pytest.raises(
            ValueError, match="'val_psnr', which is not measured: .*one of loss, val_loss"
        ),
    ):
        fit(network(), *batches(), epochs=2, seed=0, callbacks=[rule])


def test_the_line_at_the_end_tells_epochs_and_the_best(capsys, tmp_path):
    history = fit(network(), *batches(), epochs=2, seed=0, folder=tmp_path).history["val_loss"]
    said = capsys.readouterr().out
    assert said.startswith("2 epochs in ")
    assert f"lowest val_loss {min(history):.5f}, in epoch {1 + np.argmin(history)}" in said


def test_a_loss_that_is_no_number_ends_the_training_with_the_weights_before_it():
    model, (train, validation) = network(), batches()
    explode = keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 if epoch < 2 else 1e38)
    with pytest.warns(UserWarning, match="lower the learning rate"):
        history = fit(model, train, validation, epochs=9, seed=0, callbacks=[explode]).history
    assert len(history["loss"]) < 9
    assert np.isfinite(history["val_loss"]).all()
    assert model.evaluate(validation, verbose=0) == pytest.approx(min(history["val_loss"]))


class Noting(keras.callbacks.Callback):
    """Writes into the logs what is no number, as a callback may."""

    def on_epoch_end(self, epoch, logs=None):
        logs.update(note="an epoch", picture=np.zeros((2, 2)))


def test_what_other_callbacks_write_into_the_logs_ends_no_training():
    history = fit(network(), *batches(), epochs=2, seed=0, callbacks=[Noting()]).history
    assert history == fit(network(), *batches(), epochs=2, seed=0, callbacks=None).history
    assert set(history) == {"loss", "val_loss"}


@pytest.mark.parametrize("callbacks", [[None], [Noting], Noting(), "csv", [print]])
def test_what_is_no_list_of_callbacks_is_refused(callbacks):
    with pytest.raises(TypeError, match="callbacks.*: pass"):
        fit(network(), *batches(), epochs=1, seed=0, callbacks=callbacks)


def test_precision_is_put_back_whatever_happens():
    with pytest.raises(ZeroDivisionError), precision("mixed_bfloat16"):
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        raise ZeroDivisionError
    assert keras.config.dtype_policy().name == "float32"
    for policy in ("nonsense", None, 3, ["float32"], np.zeros(3)):
        with pytest.raises(ValueError, match="policy is .*: pass .float32.") as refusal:
            with precision(policy):
                pass
        assert "\n" not in str(refusal.value)
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model": lambda: keras.Sequential([keras.layers.Dense(1)])}, "model.compile"),
        ({"train": lambda: IMAGES}, "training.pairs"),
        ({"validation": lambda: None}, "training.pairs"),
        ({"validation": lambda: batches()[0]}, "frozen=True"),
        ({"epochs": lambda: 0}, "epochs"),
        ({"seed": lambda: None}, "seed"),
        ({"callbacks": lambda: keras.callbacks.History()}, "a list"),
    ],
)
def test_bad_input_gets_one_sentence(change, sentence):
    train, validation = batches()
    call = {"model": network(), "train": train, "validation": validation, "epochs": 1, "seed": 0}
    call.update({name: make() for name, make in change.items()})
    with pytest.raises((TypeError, ValueError), match=sentence):
        fit(call.pop("model"), call.pop("train"), call.pop("validation"), **call)


def test_a_loss_that_is_no_number_at_once_leaves_the_first_weights():
    model = network()
    model.compile("sgd", lambda true, predicted: keras.ops.mean(predicted) * float("nan"))
    first = model.get_weights()
    with pytest.warns(UserWarning, match="not a finite number in epoch 1"):
        fit(model, *batches(), epochs=2, seed=0)
    np.testing.assert_equal(model.get_weights(), first)


def test_a_network_that_says_it_is_built_and_is_not_is_trained():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.convolution = keras.layers.Conv2D(3, 3, padding="same")

        def call(self, features):
            return self.convolution(features)

    model = Net()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras says that it is not
        model.build((None, 8, 8, 3))
    model.compile("sgd", "mse")
    images = np.zeros((4, 8, 8, 3), np.uint8)
    grey = pairs(images, np.eye(8, dtype=bool), batch_size=4, seed=0, frozen=True)
    assert len(fit(model, grey, grey, epochs=1, seed=0).history["loss"]) == 1


def test_an_empty_name_is_no_folder():
    with pytest.raises(ValueError, match="empty name"):
        fit(network(), *batches(), epochs=1, seed=0, folder="")


def ladder(kind=models.vanilla_unet, loss="mse", metrics=None, **options):
    model = kind(width=1, **options)
    model.compile("sgd", loss=loss, weighted_metrics=metrics)
    return model


def squares(side=16, **options):
    images = np.zeros((2, side, side, 3), np.uint8)
    return pairs(images, masks.squares(2, side, side=4), batch_size=2, seed=0, **options)


@pytest.mark.parametrize(
    ("model", "data", "said"),
    [
        (ladder, lambda **o: squares(28, **o), "vanilla_unet.*28 x 28.*multiples of 16"),
        (ladder, lambda **o: squares(24, **o), "24 x 24.*multiples of 16"),
        (lambda: ladder(models.autoencoder), lambda **o: squares(28, **o), "multiples of 16"),
        (
            lambda: ladder(models.partial_conv_unet),
            lambda **o: squares(28, valid=True, **o),
            "partial_conv_unet.*28 x 28.*multiples of 16",
        ),
        (
            lambda: ladder(models.residual_unet),  # three halvings: it takes 24
            lambda **o: squares(28, valid=True, **o),
            "multiples of 16",
        ),
        (network, squares, "16 x 16.*build a network for this size"),
        (ladder, lambda **o: squares(valid=True, **o), r"damaged alone.*valid=False"),
        (
            lambda: ladder(models.partial_conv_unet),
            squares,
            r"\[damaged, valid\], but train has 1.*valid=True",
        ),
        (lambda: ladder(loss=losses.HoleLoss()), squares, r"HoleLoss.*train does not.*with_holes"),
        (lambda: ladder(loss=losses.liu()), squares, r"WeightedSum must be told.*with_holes\(\)"),
        (lambda: ladder(metrics=[losses.HolePSNR()]), squares, "HolePSNR must be told"),
    ],
)
def test_pairs_that_do_not_fit_the_network_get_one_sentence(model, data, said):
    with pytest.raises(ValueError, match=said) as caught:
        fit(model(), data(), data(frozen=True), epochs=1, seed=0)
    assert "\n" not in str(caught.value)


def test_a_network_without_a_built_input_is_trained_too():
    model = keras.Sequential([keras.layers.Conv2D(3, 1)])
    model.compile("sgd", loss="mse")
    assert len(fit(model, *batches(), epochs=1, seed=0).history["loss"]) == 1
