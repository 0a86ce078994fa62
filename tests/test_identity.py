"""What tells one training from another, part by part, and what must not."""

import functools
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib import losses
from course_lib.training import pairs, precision
from course_lib.training.identity import identity
from tests.small_training import BANK, IMAGES

SCALE = 2.0


def build(activation="relu", dilation=1, inner=None, skip=False):
    keras.utils.set_random_seed(0)
    damaged = keras.Input((8, 8, 3))
    first = keras.layers.Conv2D(3, 3, padding="same", activation=activation)
    second = keras.layers.Conv2D(3, 3, padding="same", dilation_rate=dilation)
    features = second(first(damaged))
    if skip:  # connections alone: no weight, no setting and no number of layers tells it
        features = keras.layers.Add()([features, damaged])
    else:
        features = keras.layers.Add()([features, features])
    if inner:
        nested = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Activation(inner)])
        features = nested(features)
    return keras.Model(damaged, features)


def make(model=None, optimizer=None, loss="mse", **options):
    model = model or build()
    model.compile(optimizer or keras.optimizers.Adam(0.01), loss=loss, **options)
    return model


def told(model=None, train=None, validation=None, seed=0, callbacks=()):
    train = train or pairs(IMAGES, BANK, batch_size=8, seed=0)
    validation = validation or pairs(IMAGES, BANK, batch_size=8, seed=0, frozen=True)
    return identity(model or make(), train, validation, seed, list(callbacks), Path("somewhere"))


def data(images=IMAGES, bank=BANK, batch_size=8, seed=0, **options):
    return pairs(images, bank, batch_size=batch_size, seed=seed, **options)


def changed(array, at):
    array = array.copy()
    array[at] = ~array[at]
    return array


def scaled(scale):
    return lambda true, predicted: scale * keras.ops.mean(keras.ops.abs(true - predicted))


def read_outside(true, predicted):
    return SCALE * keras.ops.mean(true - predicted)


class Drop(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule of somebody's own, which does not say how it is made."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, step):
        return 0.01 * self.factor


class Own(keras.utils.PyDataset):
    """A data set of somebody's own; it may draw its pictures anew."""

    def __init__(self, offset=0, anew=False):
        super().__init__()
        self.offset, self.anew, self.random = offset, anew, np.random.default_rng(0)

    def __len__(self):
        return 3

    def __getitem__(self, k):
        noise = self.random.random() if self.anew else 0
        batch = np.full((2, 8, 8, 3), self.offset * (k == 2) + noise, np.float32)
        return batch, batch


def mixed():
    with precision("mixed_float16"):
        return build()


cosine = functools.partial(keras.optimizers.schedules.CosineDecay, 0.01)
stopping, plateau = keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau
scheduler = keras.callbacks.LearningRateScheduler
RATE, DATA = "optimizer or learning rate", "training data"
# part, this, that: equal twice, different from each other, and in this part alone
DIFFERENT = [
    ("network", lambda: told(make(build())), lambda: told(make(build("elu")))),
    ("network", lambda: told(make(build())), lambda: told(make(build(dilation=2)))),
    ("network", lambda: told(make(build(inner="tanh"))), lambda: told(make(build(inner="elu")))),
    ("network", lambda: told(make(build(skip=True))), lambda: told(make(build(skip=False)))),
    ("first weights", told, lambda: told(make(moved(build())))),
    (RATE, told, lambda: told(make(optimizer=keras.optimizers.Adam(0.02)))),
    (RATE, told, lambda: told(make(optimizer=keras.optimizers.SGD(0.01)))),
    (RATE, told, lambda: told(make(optimizer=keras.optimizers.Adam(0.01, beta_1=0.5)))),
    (RATE, told, lambda: told(make(optimizer=keras.optimizers.Adam(0.01, clipnorm=1.0)))),
    (
        RATE,
        lambda: told(make(optimizer=keras.optimizers.Adam(cosine(100)))),
        lambda: told(make(optimizer=keras.optimizers.Adam(cosine(200)))),
    ),
    (
        RATE,
        lambda: told(make(optimizer=keras.optimizers.Adam(Drop(0.5)))),
        lambda: told(make(optimizer=keras.optimizers.Adam(Drop(0.1)))),
    ),
    ("loss or metrics", told, lambda: told(make(loss="mae"))),
    ("loss or metrics", told, lambda: told(make(loss="mse", metrics=["mae"]))),
    (
        "loss or metrics",
        lambda: told(make(loss=losses.HoleWeighted("mse", 6.0))),
        lambda: told(make(loss=losses.HoleWeighted("mse", 5.0))),
    ),
    (
        "loss or metrics",
        lambda: told(make(loss=losses.WeightedSum([losses.HoleLoss()], [1.0]))),
        lambda: told(make(loss=losses.WeightedSum([losses.HoleLoss()], [2.0]))),
    ),
    (
        "loss or metrics",
        lambda: told(make(loss=scaled(1.0))),
        lambda: told(make(loss=scaled(3.0))),
    ),
    (
        "loss or metrics",
        lambda: told(make(loss=lambda true, predicted: keras.ops.mean(true - predicted))),
        lambda: told(make(loss=lambda true, predicted: keras.ops.mean(true + predicted))),
    ),
    (DATA, told, lambda: told(train=data(changed(IMAGES, (19, 7, 7, 2))))),
    (DATA, told, lambda: told(train=data(bank=changed(BANK, (5, 7, 7))))),
    (DATA, told, lambda: told(train=data(IMAGES[:18]))),
    (DATA, told, lambda: told(train=data(seed=1))),
    (DATA, told, lambda: told(train=data(batch_size=9))),
    (DATA, told, lambda: told(train=data(valid=True))),
    (DATA, told, lambda: told(train=data().with_holes())),
    (DATA, told, lambda: told(train=data(frozen=True))),
    (DATA, lambda: told(train=Own()), lambda: told(train=Own(offset=1))),
    ("validation data", told, lambda: told(validation=data(IMAGES[:6], frozen=True))),
    ("seed", told, lambda: told(seed=1)),
    (
        "callbacks",
        lambda: told(callbacks=[stopping(patience=3)]),
        lambda: told(callbacks=[stopping(patience=4)]),
    ),
    (
        "callbacks",
        lambda: told(callbacks=[plateau(factor=0.5)]),
        lambda: told(callbacks=[plateau(factor=0.1)]),
    ),
    (
        "callbacks",
        lambda: told(callbacks=[scheduler(lambda epoch: 0.1)]),
        lambda: told(callbacks=[scheduler(lambda epoch: 0.2)]),
    ),
]


def written(source, **outside):
    """What a cell defines last, its source being the reader's own."""
    names = {"keras": keras, "__name__": "__main__", **outside}
    exec(source, names)
    return list(names.values())[-1]


LAYER = """
class Mine(keras.layers.Layer):
    def call(self, features):
        return {} * features
"""
NETWORK = """
class Mine(keras.Model):
    def call(self, features):
        return {} * features
"""
SCHEDULE = """
class Mine(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return {} / (step + 1)
"""
LOSS = """
class Mine(keras.losses.Loss):
    def call(self, true, predicted):
        return {} * keras.ops.mean(true - predicted)
"""
HELPED = """
def difference(true, predicted):
    return {} * (true - predicted)
def loss(true, predicted):
    return keras.ops.mean(difference(true, predicted))
"""
TABLE = """
WEIGHTS = {{"hole": [{}]}}
def loss(true, predicted):
    return WEIGHTS["hole"][0] * keras.ops.mean(true - predicted)
"""
HELD = """
class Mine(keras.losses.Loss):
    def __init__(self):
        super().__init__()
        self.weights = {}
    def call(self, true, predicted):
        return self.weights[0] * keras.ops.mean(true - predicted)
"""
INSIDE = """
WEIGHTS = [{}]
def loss(true, predicted):
    return sum(keras.ops.mean(true - predicted) * one for one in (WEIGHTS[0] for _ in range(1)))
"""
STEPS = """
class Mine(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self):
        self.rates = [{}]
    def __call__(self, step):
        return self.rates[0]
"""
UNSAID = """
class Told:
    factor = 0
class Mine(keras.layers.Layer):
    def __init__(self, told):
        super().__init__()
        self.told, told.factor = told, {}
    def call(self, features):
        return self.told.factor * features
made = lambda: Mine(Told())
"""


def own_network(kind):
    """Of the layers that a reader may write in a cell, and change there."""
    keras.utils.set_random_seed(0)
    if kind.startswith("lambda"):
        kind = f"layer = keras.layers.Lambda({kind})"
        return make(keras.Sequential([keras.Input((8, 8, 3)), written(kind)]))
    return make(keras.Sequential([keras.Input((8, 8, 3)), written(kind)()]))


OWN_CODE = [
    ("network", lambda n: told(own_network(LAYER.format(n)))),
    ("network", lambda n: told(own_network(NETWORK.format(n)))),
    ("network", lambda n: told(own_network(f"lambda features: {n} * features"))),
    (RATE, lambda n: told(make(optimizer=keras.optimizers.SGD(written(SCHEDULE.format(n))())))),
    ("loss or metrics", lambda n: told(make(loss=written(LOSS.format(n))()))),
    ("loss or metrics", lambda n: told(make(loss=written(HELPED.format(n))))),
    ("loss or metrics", lambda n: told(make(loss=written(TABLE.format(n))))),
    ("loss or metrics", lambda n: told(make(loss=written(INSIDE.format(n))))),
    ("loss or metrics", lambda n: told(make(loss=written(HELD.format([n, 1]))()))),
    (
        "loss or metrics",
        lambda n: told(make(loss=written(HELD.format(f"np.array([{n}])"), np=np)())),
    ),
    (RATE, lambda n: told(make(optimizer=keras.optimizers.SGD(written(STEPS.format(n))())))),
    ("network", lambda n: told(own_network(UNSAID.format(n)))),
]


@pytest.mark.parametrize(("part", "changed_to"), OWN_CODE)
def test_code_of_ones_own_that_was_changed_makes_another_training(part, changed_to):
    first, again, other = changed_to(1.5), changed_to(1.5), changed_to(2.5)
    assert first == again
    assert [name for name in first if first[name] != other[name]] == [part]


def test_a_layer_that_keras_cannot_describe_hides_no_other():
    def of(activation):
        keras.utils.set_random_seed(0)
        convolution = keras.layers.Conv2D(3, 3, padding="same", activation=activation)
        return told(make(keras.Sequential([keras.Input((8, 8, 3)), undescribed(), convolution])))

    undescribed = written(UNSAID.format(1.0))
    first, again, other = of("relu"), of("relu"), of("tanh")
    assert first == again
    assert [name for name in first if first[name] != other[name]] == ["network"]


def moved(model):
    model.set_weights([one + 1e-6 for one in model.get_weights()])
    return model


@pytest.mark.parametrize(("part", "this", "that"), DIFFERENT)
def test_another_training_differs_in_what_was_changed_and_only_there(part, this, that):
    first, again, other = this(), this(), that()
    assert first == again
    assert [name for name in first if first[name] != other[name]] == [part]


def test_precision_is_part_of_the_network_and_its_optimizer():
    first, other = told(), told(make(mixed()))
    assert [name for name in first if first[name] != other[name]] == ["network", RATE]


def test_a_constant_outside_of_a_loss_is_part_of_it(monkeypatch):
    first = told(make(loss=read_outside))
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    assert told(make(loss=read_outside))["loss or metrics"] != first["loss or metrics"]


@pytest.mark.parametrize(
    "same",
    [
        lambda: told(callbacks=[keras.callbacks.LambdaCallback()]),
        lambda: told(validation=data(seed=5, frozen=True)),  # frozen: its seed changes nothing
        lambda: told(train=data(np.asfortranarray(IMAGES))),
    ],
)
def test_what_changes_no_training_makes_no_other(same):
    assert same() == told()


def test_data_that_is_drawn_anew_every_time_can_still_be_resumed():
    assert told(train=Own(anew=True)) == told(train=Own(anew=True))


def test_a_used_callback_is_the_same_rule():
    """Keras turns the sign of its ``min_delta`` when a training begins."""
    rule = stopping("loss", min_delta=0.1)
    first = told(callbacks=[rule])
    make().fit(data(), epochs=1, verbose=0, callbacks=[rule])
    assert told(callbacks=[rule]) == first
