"""The classifier: its network, its training's batches, its recipe, and what it says of pictures."""

import json

import keras
import numpy as np
import pytest

from benchmarks import held_out, train_classifier
from benchmarks.train_classifier import SHIFT, Labelled, altered
from course_lib import data, models, training

CAT = 3  # CIFAR-10: airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck


def pictures(count, side=32, seed=0):
    return np.random.RandomState(seed).randint(0, 256, (count, side, side, 3)).astype(np.uint8)


# The network


def test_features_have_the_sizes_that_the_docstring_names():
    network = models.classifier(width=4)
    names = ["features_1", "features_2", "features_3"]
    features = keras.Model(network.inputs, [network.get_layer(name).output for name in names])
    found = features.predict(np.zeros((2, 21, 32, 3), np.float32), verbose=0)
    assert [one.shape for one in found] == [(2, 21, 32, 8), (2, 10, 16, 16), (2, 5, 8, 32)]
    assert all(one.min() >= 0 for one in found)  # after ReLU
    assert network.predict(np.zeros((2, 8, 9, 3), np.float32), verbose=0).shape == (2, 10)


def test_logits_of_a_picture_do_not_depend_on_its_neighbours():
    keras.utils.set_random_seed(0)
    network, images = models.classifier(width=2), pictures(6) / np.float32(255)
    together = network.predict(images, verbose=0)
    alone = np.concatenate([network.predict(one[None], verbose=0) for one in images])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("width", [0, 2.5, "16"])
def test_a_width_that_is_none_is_refused(width):
    with pytest.raises(ValueError, match="width"):
        models.classifier(width=width)


# Its training's batches


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_is_mirrored_and_moved_and_nothing_else(seed):
    images = pictures(5, side=8, seed=seed)
    changed = altered(images, np.random.RandomState(seed))
    seen = set()
    for image, one in zip(images, changed, strict=True):
        wide = np.pad(image, ((SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="reflect")
        ways = [
            (down, right, turn)
            for down in range(2 * SHIFT + 1)
            for right in range(2 * SHIFT + 1)
            for turn in (1, -1)
            if np.array_equal(wide[down : down + 8, right : right + 8][:, ::turn], one)
        ]
        assert len(ways) == 1
        seen.add(ways[0])
    assert len(seen) > 1


def test_an_epoch_shows_every_picture_once_with_its_label_and_the_next_differs():
    images = np.repeat(np.arange(23, dtype=np.uint8), 8 * 8 * 3).reshape(23, 8, 8, 3)
    labels = np.arange(23, dtype=np.uint8)
    drawn, orders = Labelled(images, labels, batch_size=5, seed=1), []
    for drawn.epoch in range(2):
        batches = [drawn[k] for k in range(len(drawn))]
        assert [len(one) for one, _ in batches] == [5, 5, 5, 5, 3]
        for shown, said in batches:
            np.testing.assert_array_equal(np.rint(255 * shown[:, 0, 0, 0]), said)
        orders.append(np.concatenate([said for _, said in batches]).tolist())
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(23))
    assert orders[0] != orders[1] and orders[0] != list(range(23))


def test_a_batch_depends_on_seed_epoch_and_number_alone():
    images, labels = pictures(12, side=8), np.arange(12, dtype=np.uint8)
    one, other = (Labelled(images, labels, batch_size=4, seed=1) for _ in range(2))
    one[0]
    one.epoch = other.epoch = 3
    for mine, theirs in zip(one[2], other[2], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert not np.array_equal(Labelled(images, labels, 4, seed=2)[0][0], one[0][0])


def test_frozen_batches_come_as_they_are():
    images, labels = pictures(5, side=8), np.arange(5, dtype=np.uint8)
    check = Labelled(images, labels, batch_size=3, seed=0, frozen=True)
    np.testing.assert_array_equal(
        np.concatenate([check[0][0], check[1][0]]), images / np.float32(255)
    )
    assert [*check[0][1], *check[1][1]] == [0, 1, 2, 3, 4]


def test_held_out_labels_stand_in_the_order_of_the_pictures():
    labels = np.random.RandomState(0).randint(0, 10, 50_000).astype(np.uint8)
    shown = np.zeros((50_000, 32, 32, 3), np.uint8)
    shown[:, 5, 6, 0] = labels
    dataset = data.Dataset(
        shown[:45_000], shown[45_000:], shown[:1], "made up", labels[:45_000], labels[45_000:]
    )
    parts = zip(held_out.split(dataset), held_out.split_labels(dataset), strict=True)
    for part, said in parts:
        np.testing.assert_array_equal(part[:, 5, 6, 0], said)


# What is shipped


def test_the_recipe_is_the_one_in_the_benchmark():
    made = models.recipe("classifier")
    network = models.load_pretrained("classifier")
    for name, value in vars(train_classifier.RECIPE).items():
        assert made[name] == value
    assert made["parameters"] == network.count_params()
    assert 200_000 <= made["parameters"] <= 400_000
    assert made["command"] == "python -m benchmarks.train_classifier"
    assert len(made["val_accuracy"]) == train_classifier.RECIPE.epochs
    assert {variable.dtype for variable in network.weights} == {"float32"}


def test_it_names_most_pictures_right():
    """As measured when it was trained: CIFAR-10 is not at hand here."""
    made = models.recipe("classifier")
    assert min(made["accuracy_test"], made["accuracy_held_out"]) > 0.8


def test_it_knows_a_cat():
    """A photograph that is no part of CIFAR-10, in crops from all over it, mirrored too."""
    photograph, crops = data.photo("chelsea"), []
    for scale in (6, 7, 8, 9):
        side = 32 * scale
        for top in range(0, photograph.shape[0] - side + 1, 24):
            for left in range(0, photograph.shape[1] - side + 1, 48):
                crop = photograph[top : top + side, left : left + side]
                small = crop.reshape(32, scale, 32, scale, 3).mean(axis=(1, 3))
                crops += [small, small[:, ::-1]]
    logits = models.load_pretrained("classifier").predict(np.stack(crops), verbose=0)
    named = np.bincount(logits.argmax(axis=-1), minlength=10)
    assert named.argmax() == CAT
    assert named[CAT] > len(crops) / 2


def test_published_weights_are_the_halves_of_the_trained_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(models.weights, "WEIGHTS", tmp_path)
    monkeypatch.setattr(
        train_classifier,
        "measure",
        lambda model: {"accuracy_test": 0.123456, "accuracy_held_out": 0.5},
    )
    keras.utils.set_random_seed(0)
    recipe = train_classifier.Recipe(arguments={"width": 1})
    trained = models.classifier(width=1)

    class History:
        history = {"val_accuracy": [0.25, 0.123456]}

    train_classifier.publish(recipe, trained, History, "made up for a test")
    loaded = models.load_pretrained("classifier")
    for one, other in zip(trained.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one.astype(np.float16), other)
    made = json.loads((tmp_path / "classifier.json").read_text())
    assert (made["accuracy_test"], made["val_accuracy"]) == (0.1235, [0.25, 0.1235])


def test_layers_are_built_under_a_precision_and_their_weights_stay_float32():
    before = keras.config.dtype_policy().name
    with training.precision("mixed_bfloat16"):
        network = models.classifier(width=1)
    assert keras.config.dtype_policy().name == before
    assert network.get_layer("features_1_conv").compute_dtype == "bfloat16"
    assert network.get_layer("logits").compute_dtype == "float32"
    assert {variable.dtype for variable in network.weights} == {"float32"}
