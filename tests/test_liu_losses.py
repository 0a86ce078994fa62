"""The terms of Liu et al. 2018 against loops in NumPy, by hand, and inside ``fit``."""

import math

import keras
import numpy as np
import pytest

from course_lib import models
from course_lib.losses import (
    COURSE_WEIGHTS,
    HoleLoss,
    HoleWeighted,
    Perceptual,
    Style,
    TotalVariation,
    ValidLoss,
    WeightedSum,
    liu,
)
from course_lib.losses.liu import _gram

ALL = [HoleLoss, ValidLoss, TotalVariation, Perceptual, Style]


def example(count=3, height=8, width=8, seed=0):
    """True and predicted pictures (N, H, W, 3) and holes (N, H, W), float32."""
    random = np.random.RandomState(seed)
    true, predicted = random.random_sample((2, count, height, width, 3)).astype(np.float32)
    return true, predicted, (random.random_sample((count, height, width)) < 0.3).astype(np.float32)


def toy_classifier():
    """Three layers that a loop can follow: the picture, its 2 x 2 means, and three times these."""
    pictures = features = keras.Input((None, None, 3))
    features = keras.layers.Activation("linear", name="features_1")(features)
    features = keras.layers.AveragePooling2D(2, name="features_2")(features)
    features = keras.layers.Rescaling(3, name="features_3")(features)
    return keras.Model(pictures, features, name="toy")


def toy_features(picture):
    """The same of one picture (H, W, 3), without Keras."""
    means = (picture[::2, ::2] + picture[1::2, ::2] + picture[::2, 1::2] + picture[1::2, 1::2]) / 4
    return [picture, means, 3 * means]


def composite(true, predicted, hole):
    together = true.astype(np.float64)
    together[hole == 1] = predicted[hole == 1]
    return together


class Canvas(keras.layers.Layer):
    """Predicts its own weights, whatever it is given: one step of descent shows the gradient."""

    def build(self, shape):
        self.picture = self.add_weight(shape[1:], name="picture")

    def call(self, inputs):
        return 0 * inputs + self.picture


def step(loss, true, predicted, hole):
    """The loss of one picture (H, W, 3), and d loss / d predicted, by the backend in use."""
    model = keras.Sequential([keras.Input(true.shape), Canvas()])
    model.set_weights([predicted])
    model.compile(keras.optimizers.SGD(1.0), loss)
    value = model.train_on_batch(true[None], true[None], sample_weight=hole[None])
    return float(value), predicted - model.get_weights()[0]


# Pixels


@pytest.mark.parametrize("error, power", [("mae", 1), ("mse", 2)])
@pytest.mark.parametrize("kind, counted", [(HoleLoss, 1), (ValidLoss, 0)])
def test_pixel_losses_by_their_formula(kind, counted, error, power):
    true, predicted, hole = example(count=2, height=3, width=4)
    total = 0.0
    for place in np.ndindex(hole.shape):
        if hole[place] == counted:
            total += sum(
                abs(float(t) - float(p)) ** power
                for t, p in zip(true[place], predicted[place], strict=True)
            )
    assert float(kind(error)(true, predicted, hole)) == pytest.approx(total / true.size, rel=1e-5)


@pytest.mark.parametrize("error", ["mae", "mse"])
def test_valid_and_six_times_hole_are_the_loss_of_lesson_six(error):
    arrays = example()
    together = ValidLoss(error)(*arrays) + 6 * HoleLoss(error)(*arrays)
    assert float(together) == pytest.approx(float(HoleWeighted(error, 6.0)(*arrays)), rel=1e-6)


@pytest.mark.parametrize("kind, elsewhere", [(HoleLoss, 0), (ValidLoss, 1)])
def test_a_change_elsewhere_makes_no_difference(kind, elsewhere):
    true, predicted, hole = example()
    changed = np.where(hole[..., None] == elsewhere, np.float32(7), predicted)
    assert float(kind()(true, changed, hole)) == float(kind()(true, predicted, hole))
    assert float(kind()(true, 7 - changed, hole)) != float(kind()(true, predicted, hole))


@pytest.mark.parametrize("kind, elsewhere", [(HoleLoss, 0), (ValidLoss, 1), (TotalVariation, 0)])
def test_there_is_no_gradient_elsewhere(kind, elsewhere):
    true, predicted, hole = (one[0] for one in example())
    _, found = step(kind(), true, predicted, hole)
    assert (found[hole == elsewhere] == 0).all()
    assert (np.abs(found[hole != elsewhere]).sum(axis=-1) > 0).mean() > 0.9


def test_hole_gradient_by_hand():
    true, predicted, hole = (one[0] for one in example())
    expected = np.sign(predicted - true) * hole[..., None] / true.size
    _, found = step(HoleLoss(), true, predicted, hole)
    np.testing.assert_allclose(found, expected, atol=1e-7)


# Total variation


def total_variation_by_loops(true, predicted, hole):
    """Equation 6, pixel by pixel, for one picture."""
    height, width = hole.shape
    together = composite(true, predicted, hole)
    region = set()
    for y, x in np.argwhere(hole == 1):
        region |= {(y + i, x + j) for i in (-1, 0, 1) for j in (-1, 0, 1)}
    total = 0.0
    for y in range(height):
        for x in range(width):
            for below in ((y + 1, x), (y, x + 1)):
                if (y, x) in region and below in region and below[0] < height and below[1] < width:
                    total += np.abs(together[y, x] - together[below]).sum()
    return total / together.size


@pytest.mark.parametrize("seed", range(4))
def test_total_variation_by_loops(seed):
    true, predicted, hole = example(count=2, height=7, width=9, seed=seed)
    hole *= np.random.RandomState(seed).random_sample(hole.shape) < 0.3  # not all within reach
    expected = np.mean(
        [total_variation_by_loops(*one) for one in zip(true, predicted, hole, strict=True)]
    )
    assert float(TotalVariation()(true, predicted, hole)) == pytest.approx(expected, rel=1e-5)


def test_total_variation_by_hand():
    """3 x 3, one hole in a corner: R is the upper left 2 x 2, and the right column is not in it."""
    true = np.zeros((1, 3, 3, 3), np.float32)
    true[0, :, 2] = 100  # a step that R does not see
    true[0, 1, 1] = 0.5
    hole = np.zeros((1, 3, 3), np.float32)
    hole[0, 0, 0] = 1
    predicted = np.full_like(true, 0.2)
    # Pairs in R: hole-right, hole-below: 0.2 each; right-centre, below-centre: 0.5 each.
    assert float(TotalVariation()(true, predicted, hole)) == pytest.approx(1.4 * 3 / 27, rel=1e-5)


def test_total_variation_of_constant_ramp_and_no_hole():
    all_hole, none = np.ones((1, 5, 6), np.float32), np.zeros((1, 5, 6), np.float32)
    true = np.zeros((1, 5, 6, 3), np.float32)
    ramp = np.broadcast_to(0.1 * np.arange(6, dtype=np.float32)[:, None], true.shape)
    assert float(TotalVariation()(true, true + 0.7, all_hole)) == 0
    # Five rows of five steps of 0.1 in every channel, over 5 x 6 pixels.
    assert float(TotalVariation()(true, ramp, all_hole)) == pytest.approx(25 * 0.1 / 30, rel=1e-5)
    assert float(TotalVariation()(ramp, 1 - ramp, none)) == 0


# Features


def perceptual_by_loops(true, predicted, hole):
    total = 0.0
    for picture in (predicted, composite(true, predicted, hole)):
        for one, other in zip(toy_features(picture), toy_features(true), strict=True):
            total += sum(abs(one[k] - other[k]) for k in np.ndindex(one.shape)) / one.size
    return total


def gram_by_loops(features):
    height, width, channels = features.shape
    gram = np.zeros((channels, channels))
    for i in range(channels):
        for j in range(channels):
            for y in range(height):
                for x in range(width):
                    gram[i, j] += features[y, x, i] * features[y, x, j]
    return gram / (channels * height * width)


def style_by_loops(true, predicted, hole):
    total = 0.0
    for picture in (predicted, composite(true, predicted, hole)):
        for one, other in zip(toy_features(picture), toy_features(true), strict=True):
            total += np.abs(gram_by_loops(one) - gram_by_loops(other)).sum() / one.shape[-1] ** 2
    return total


@pytest.mark.parametrize(
    "kind, by_loops", [(Perceptual, perceptual_by_loops), (Style, style_by_loops)]
)
def test_feature_losses_by_loops(kind, by_loops):
    true, predicted, hole = example(count=2, height=6, width=8)
    expected = np.mean(
        [
            by_loops(t.astype(np.float64), p.astype(np.float64), h)
            for t, p, h in zip(true, predicted, hole, strict=True)
        ]
    )
    found = float(kind(toy_classifier())(true, predicted, hole))
    assert found == pytest.approx(expected, rel=1e-4)


def test_gram_by_hand():
    """Two places, two channels: [1, 2] and [3, 4]."""
    features = keras.ops.convert_to_tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    expected = np.array([[1 + 9, 2 + 12], [2 + 12, 4 + 16]]) / (2 * 1 * 2)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(_gram(features))[0], expected)


def test_style_does_not_ask_where():
    true, _, hole = example()
    moved = np.roll(true, (2, 4), axis=(1, 2))  # whole cells of the toy's pooling
    assert float(Style(toy_classifier())(true, moved, 0 * hole)) == pytest.approx(0, abs=1e-6)
    assert float(Perceptual(toy_classifier())(true, moved, 0 * hole)) > 0.1


@pytest.mark.parametrize("kind", [Perceptual, Style])
def test_feature_losses_look_at_the_raw_prediction_and_at_the_composite(kind):
    true, predicted, hole = example()
    loss = kind(toy_classifier())
    raw_alone = float(loss(true, predicted, 0 * hole))  # the composite is the truth
    assert raw_alone > 0
    assert float(loss(true, predicted, 0 * hole + 1)) == pytest.approx(2 * raw_alone, rel=1e-5)
    assert raw_alone < float(loss(true, predicted, hole)) < 2 * raw_alone
    assert float(loss(true, true, hole)) == 0


def test_the_classifier_is_a_frozen_copy_of_its_own():
    arrays = example(count=4, height=16, width=16)
    given = models.classifier(width=1)
    loss = Perceptual(given)
    before, value = loss.features.get_weights(), float(loss(*arrays))
    assert loss.features.trainable_weights == [] and given.trainable_weights != []
    network = models.autoencoder(width=1)
    network.compile(keras.optimizers.SGD(0.1), loss, run_eagerly=True)
    assert len(network.trainable_weights) == len(models.autoencoder(width=1).trainable_weights)
    network.fit(arrays[0], arrays[0], sample_weight=arrays[2], epochs=2, verbose=0)
    given.compile("sgd", "mse", run_eagerly=True)
    given.fit(arrays[0], np.ones((4, 10)), verbose=0)
    for one, other in zip(before, loss.features.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert float(loss(*arrays)) == value


@pytest.mark.parametrize("kind", [Perceptual, Style])
def test_a_picture_s_loss_does_not_depend_on_its_neighbours(kind):
    """Batch normalisation would mix them, were it not in its inference mode."""
    arrays = example(height=16, width=16)
    loss = kind(models.classifier(width=1), reduction="none")
    each = [float(loss(*(one[k : k + 1] for one in arrays))[0]) for k in range(3)]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(loss(*arrays)), each, rtol=1e-4)


@pytest.mark.parametrize(
    "classifier, error, message",
    [
        (lambda: "vgg16", TypeError, "classifier is str, no Keras model"),
        (lambda: "own", ValueError, "compile=False"),
        (keras.Sequential, ValueError, "has no layer features_1 or features_2 or features_3"),
    ],
)
def test_what_is_no_classifier_is_refused(classifier, error, message):
    with pytest.raises(error, match=message):
        Perceptual(classifier())


# Sums


def test_a_weighted_sum_is_the_sum():
    arrays = example()
    parts = [HoleLoss(), ValidLoss("mse"), TotalVariation()]
    both = WeightedSum(parts, [2, 0, 0.5])
    terms = [float(part(*arrays)) for part in parts]
    assert [float(term) for term in both.terms(*arrays)] == terms
    assert float(both(*arrays)) == pytest.approx(2 * terms[0] + 0.5 * terms[2], rel=1e-6)


def test_liu_is_equation_seven():
    arrays = example(height=16, width=16)
    valid, hole, perceptual, style, smooth = (float(kind()(*arrays)) for kind in ALL_IN_ORDER)
    expected = valid + 6 * hole + 0.05 * perceptual + 120 * style + 0.1 * smooth
    assert float(liu()(*arrays)) == pytest.approx(expected, rel=1e-5)
    assert float(liu((0, 0, 0, 0, 1))(*arrays)) == pytest.approx(smooth, rel=1e-6)


ALL_IN_ORDER = [ValidLoss, HoleLoss, Perceptual, Style, TotalVariation]


@pytest.mark.parametrize(
    "parts, weights, error, message",
    [
        (["mse"], [1], TypeError, "losses hold 'mse': pass keras.losses.Loss objects"),
        ([HoleLoss()], [1, 2], ValueError, "1 losses and 2 weights"),
        ([], [], ValueError, "0 losses"),
        ([HoleLoss()], [-1], ValueError, "a weight is -1: pass finite numbers"),
        ([HoleLoss()], [math.nan], ValueError, "a weight is nan"),
        ([HoleLoss()], ["1"], ValueError, "a weight is '1'"),
    ],
)
def test_impossible_sums_are_refused(parts, weights, error, message):
    with pytest.raises(error, match=message):
        WeightedSum(parts, weights)


@pytest.mark.parametrize("make", [*ALL, liu], ids=lambda make: make.__name__)
def test_missing_or_misshapen_holes_are_refused(make):
    true, predicted, hole = example()
    with pytest.raises(ValueError, match="was not told the holes: let batches be"):
        make()(true, predicted)
    with pytest.raises(ValueError, match="without a colour channel"):
        make()(true, predicted, hole[..., None])


@pytest.mark.parametrize("kind", [HoleLoss, ValidLoss])
def test_an_unknown_error_is_refused(kind):
    with pytest.raises(ValueError, match='error is \'bce\': say "mae" or "mse"'):
        kind("bce")


# Saving, and inside fit


@pytest.mark.parametrize("make", [*ALL, liu], ids=lambda make: make.__name__)
def test_losses_survive_saving(make):
    arrays = example(height=16, width=16)
    loss = make()
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert float(again(*arrays)) == float(loss(*arrays))


def test_the_arguments_are_saved():
    for loss in (HoleLoss("mse", name="mine", reduction="sum"), ValidLoss("mse", name="mine")):
        again = keras.losses.deserialize(keras.losses.serialize(loss))
        assert (again.error, again.name, again.reduction) == ("mse", "mine", loss.reduction)
    both = WeightedSum([HoleLoss("mse")], [2.5], name="mine")
    again = keras.losses.deserialize(keras.losses.serialize(both))
    assert (again.name, again.weights, again.losses[0].error) == ("mine", [2.5], "mse")


def test_a_compiled_network_survives_saving(tmp_path):
    true, _, hole = example(height=16, width=16)
    network = models.autoencoder(width=1)
    network.compile(keras.optimizers.SGD(0.1), liu(), run_eagerly=True)
    network.fit(true, true, sample_weight=hole, verbose=0)
    before = network.evaluate(true, true, sample_weight=hole, verbose=0)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.evaluate(true, true, sample_weight=hole, verbose=0) == pytest.approx(before)


def test_a_classifier_of_one_s_own_is_not_silently_replaced(tmp_path):
    network = models.autoencoder(width=1)
    network.compile("sgd", Perceptual(toy_classifier()))
    network.save(tmp_path / "network.keras")
    with pytest.raises(ValueError, match="load the network with compile=False"):
        keras.saving.load_model(tmp_path / "network.keras")
    keras.saving.load_model(tmp_path / "network.keras", compile=False)


def test_fit_lowers_the_loss():
    _, _, hole = example(count=2)
    true = np.full((2, 8, 8, 3), 0.9, np.float32)
    true[:, :4] = 0.1
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid"),
        ]
    )
    toy = toy_classifier()
    parts = [ValidLoss(), HoleLoss(), Perceptual(toy), Style(toy), TotalVariation()]
    network.compile(keras.optimizers.Adam(1e-2), WeightedSum(parts, COURSE_WEIGHTS))
    damaged = true * (1 - hole[..., None])
    history = network.fit(damaged, true, sample_weight=hole, epochs=30, verbose=0).history
    assert history["loss"][-1] < 0.7 * history["loss"][0]


def test_half_precision_predictions_are_measured_in_float32():
    true, hole = np.ones((2, 16, 16, 3), np.float32), np.ones((2, 16, 16), np.float32)
    predicted = np.full(true.shape, 0.5, np.float16)
    for kind in ALL:
        loss = kind()
        assert "float32" in str(loss(true, predicted, hole).dtype)
        exact = float(loss(true, predicted.astype(np.float32), hole))
        assert float(loss(true, predicted, hole)) == pytest.approx(exact)
