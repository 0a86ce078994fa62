"""Losses and metrics for ``fit`` against NumPy and ``course_lib.metrics``, and inside ``fit``."""

import math

import keras
import numpy as np
import pytest

from course_lib import metrics
from course_lib.losses import HolePSNR, HoleWeighted

RATE = 0.1  # the step of gradient descent in the tests that train


def example(count=7, height=6, width=5, seed=0):
    """True and predicted pictures (N, H, W, 3), float32, and their masks."""
    random = np.random.RandomState(seed)
    true, predicted = random.random_sample((2, count, height, width, 3)).astype(np.float32)
    return true, predicted, random.random_sample((count, height, width)) < 0.3


def measured(metric, true, predicted, hole=None, cuts=()):
    """The metric over an epoch that is cut into batches at the given places."""
    parts = [np.split(array, cuts) for array in (true, predicted)]
    weights = [None] * len(parts[0]) if hole is None else np.split(hole, cuts)
    for *pair, weight in zip(*parts, weights, strict=True):
        metric.update_state(*pair, sample_weight=weight)
    return float(metric.result())


# HoleWeighted


@pytest.mark.parametrize("weight", [0.0, 1, 6.0])
@pytest.mark.parametrize("error, power", [("mae", 1), ("mse", 2)])
def test_hole_weighted_by_its_formula(error, power, weight):
    true, predicted, mask = example()
    errors = np.abs(true.astype(np.float64) - predicted) ** power
    valid, hole = errors[~mask].sum() / errors.size, errors[mask].sum() / errors.size
    loss = HoleWeighted(error, weight)(true, predicted, mask.astype(np.float32))
    assert float(loss) == pytest.approx(valid + weight * hole, rel=1e-5)


@pytest.mark.parametrize("error", ["mae", "mse"])
def test_weight_one_is_keras_s_own_loss(error):
    true, predicted, mask = example()
    ours = HoleWeighted(error, weight=1.0)(true, predicted, mask.astype(np.float32))
    keras_s = keras.losses.get(error)(true, predicted)
    assert float(ours) == pytest.approx(float(np.mean(keras_s)), rel=1e-6)


def test_hole_weighted_survives_saving():
    loss = HoleWeighted("mse", weight=2.5, name="mine", reduction="sum")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert isinstance(again, HoleWeighted)
    assert again.get_config() == loss.get_config()
    true, predicted, mask = example()
    hole = mask.astype(np.float32)
    assert float(again(true, predicted, hole)) == float(loss(true, predicted, hole))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"error": "bce"}, 'error is \'bce\': say "mae" or "mse"'),
        ({"weight": -1}, "weight is -1: pass a finite number"),
        ({"weight": math.nan}, "weight is nan"),
        ({"weight": "6"}, "weight is '6'"),
        ({"weight": True}, "weight is True"),
    ],
)
def test_impossible_losses_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        HoleWeighted(**arguments)


@pytest.mark.parametrize("reader", [HoleWeighted(), HolePSNR()], ids=["loss", "metric"])
def test_missing_or_misshapen_holes_are_refused(reader):
    true, predicted, mask = example()
    read = reader.update_state if isinstance(reader, HolePSNR) else reader
    with pytest.raises(ValueError, match="was not told the holes: let batches be"):
        read(true, predicted)
    for wrong in (mask[..., None], mask[:, 0, 0]):
        with pytest.raises(ValueError, match="without a colour channel"):
            read(true, predicted, sample_weight=wrong.astype(np.float32))


# Metrics


@pytest.mark.parametrize("cuts", [(), (3,), (1, 2, 6)])
def test_psnr_is_metrics_psnr_of_the_epoch(cuts):
    true, predicted, mask = example()
    hole = mask.astype(np.float32)
    assert measured(HolePSNR(), true, predicted, hole, cuts) == pytest.approx(
        metrics.psnr(true, predicted, mask), rel=1e-5
    )


def test_psnr_by_hand():
    true, predicted = np.zeros((1, 1, 4, 3), np.float32), np.full((1, 1, 4, 3), 0.1, np.float32)
    predicted[0, 0, 0] = 1.0
    hole = np.array([[[0.0, 1.0, 1.0, 0.0]]], np.float32)
    assert measured(HolePSNR(), true, predicted, hole) == pytest.approx(20.0)


def test_psnr_at_its_ends():
    true, predicted, mask = example()
    hole = mask.astype(np.float32)
    assert measured(HolePSNR(), true, np.where(mask[..., None], true, 0), hole) == math.inf
    assert math.isnan(measured(HolePSNR(), true, predicted, 0 * hole))


def test_a_new_epoch_starts_from_nothing():
    true, predicted, mask = example()
    hole = mask.astype(np.float32)
    one = HolePSNR()
    first = measured(one, true, predicted, hole)
    measured(one, true, 1 - predicted, hole)
    one.reset_state()
    assert measured(one, true, predicted, hole) == first


def test_hole_psnr_survives_saving():
    one = HolePSNR(name="mine")
    again = keras.metrics.deserialize(keras.metrics.serialize(one))
    assert type(again) is HolePSNR and again.name == "mine"


# Inside fit


class Batches(keras.utils.PyDataset):
    """Batches (inputs, original, hole), the last one smaller."""

    def __init__(self, inputs, original, hole, batch_size):
        super().__init__()
        self.arrays, self.batch_size = (inputs, original, hole), batch_size

    def __len__(self):
        return math.ceil(len(self.arrays[0]) / self.batch_size)

    def __getitem__(self, k):
        part = slice(k * self.batch_size, (k + 1) * self.batch_size)
        return tuple(array[part] for array in self.arrays)


def brighten(slope=0.5):
    """A network of one weight: it multiplies the picture."""
    network = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.DepthwiseConv2D(1, use_bias=False)]
    )
    network.set_weights([np.full((1, 1, 3, 1), slope)])
    return network


def compiled(network, loss):
    network.compile(keras.optimizers.SGD(RATE), loss, weighted_metrics=[HolePSNR()])


def test_evaluate_reports_what_numpy_measures():
    images, _, mask = example(count=7)
    network = brighten()
    compiled(network, HoleWeighted("mae", 6.0))
    batches = Batches(images, images, mask.astype(np.float32), batch_size=3)
    reported = network.evaluate(batches, return_dict=True, verbose=0)
    predicted = images / 2
    share = mask.mean()
    expected = {
        "loss": (1 - share) * metrics.mae(images, predicted, ~mask)
        + 6 * share * metrics.mae(images, predicted, mask),
        "psnr_hole": metrics.psnr(images, predicted, mask),
    }
    assert reported == pytest.approx(expected, rel=1e-4)


def test_fit_follows_the_weighted_error():
    """One step of gradient descent, worked out by hand for a network of one weight a channel."""
    images, _, mask = example(count=4)
    weight, slope = 6.0, 0.5
    network = brighten(slope)
    compiled(network, HoleWeighted("mse", weight))
    batches = Batches(images, images, mask.astype(np.float32), batch_size=4)
    history = network.fit(batches, validation_data=batches, shuffle=False, verbose=0).history
    weights = np.where(mask, weight, 1.0)[..., None]
    gradient = (2 * weights * (slope - 1) * images.astype(np.float64) ** 2).sum((0, 1, 2))
    expected = slope - RATE * gradient / images.size
    np.testing.assert_allclose(network.get_weights()[0].ravel(), expected, rtol=1e-5)
    assert history["val_psnr_hole"][0] == pytest.approx(
        metrics.psnr(images, images * expected.astype(np.float32), mask), rel=1e-4
    )


def test_a_compiled_network_survives_saving(tmp_path):
    images, _, mask = example()
    network = brighten()
    compiled(network, HoleWeighted("mse", 2.0))
    batches = Batches(images, images, mask.astype(np.float32), batch_size=3)
    before = network.evaluate(batches, return_dict=True, verbose=0)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.evaluate(batches, return_dict=True, verbose=0) == pytest.approx(before)


def test_hole_psnr_under_metrics_says_where_it_belongs():
    images, _, mask = example(count=2)
    network = brighten()
    network.compile(loss="mse", metrics=[HolePSNR()])
    with pytest.raises(ValueError, match="name metrics under weighted_metrics"):
        network.evaluate(Batches(images, images, mask.astype(np.float32), 2), verbose=0)


def test_half_precision_predictions_are_summed_in_float32():
    true = np.ones((4, 64, 64, 3), np.float32)  # 49,152 values: float16 ends at 65,504
    predicted = np.full(true.shape, 0.5, np.float16)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        psnr = measured(HolePSNR(), true, predicted, true[..., 0])
        loss = float(HoleWeighted("mse", 6.0)(true, predicted, true[..., 0]))
    finally:
        keras.config.set_dtype_policy(before)
    assert psnr == pytest.approx(-10 * math.log10(0.25))
    assert loss == pytest.approx(6 * 0.25)
