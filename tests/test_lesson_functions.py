"""A function that a lesson writes out and the library's function of that name give equal results.

The lesson's version carries no validation, so both get the same good input.
"""

import ast

import numpy as np
import pytest

from course_lib import classical, data, evaluation, generative, masks, metrics
from tests.helpers import definitions
from tools.project import SOURCES

LIBRARY = {
    name: function
    for module in (masks, classical, metrics, generative)
    for name, function in vars(module).items()
    if callable(function) and not name.startswith("_")
}


def taught():
    """(lesson, function) for every function of a lesson that the library has by the same name."""
    for source in sorted(SOURCES.glob("*.py")):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in LIBRARY:
                yield source.stem, node.name


def picture(seed, shape=(14, 17)):
    return np.random.RandomState(seed).random_sample((*shape, 3))


def hole(seed, shape=(14, 17)):
    return masks.brush_strokes(1, shape, seed=seed)[0]


def composited_films(seed):
    """(true, predicted, holes) of three frames; outside the holes the two films are one."""
    true, other = (np.stack([picture(seed + 3 * n + k) for k in range(3)]) for n in (0, 1))
    holes = np.stack([hole(seed + k) for k in range(3)])
    return true, np.where(holes[..., None], other, true), holes


CALLS = {
    "psnr": lambda f, s: [f(picture(s), picture(s + 1)), f(picture(s), picture(s + 1), hole(s))],
    "flicker": lambda f, s: f(*composited_films(s)),
    "dice": lambda f, s: f(hole(s), hole(s + 1)),
    "iou": lambda f, s: f(hole(s), hole(s + 1)),
    "plain_dice": lambda f, s: f(picture(s), picture(s + 1)),
    "squared_dice": lambda f, s: f(picture(s), picture(s + 1)),
    "repaint": lambda f, s: f(
        lambda noisy, time: np.tanh(noisy) * (1 - time),
        picture(s)[None],
        hole(s),
        steps=4,
        resamplings=3,
        seed=s,
    ),
    "harmonic": lambda f, s: f(picture(s), hole(s)),
    "arrival_time": lambda f, s: f(hole(s)),
    "fast_marching": lambda f, s: f(picture(s), hole(s)),
    # Large enough for patches of the default size: the library shrinks them where it must.
    "exemplar": lambda f, s: f(picture(s, (40, 44)), masks.squares(1, (40, 44), side=9, seed=s)[0]),
}


@pytest.mark.parametrize(("lesson", "name"), list(taught()))
def test_lesson_and_library_agree(lesson, name):
    in_lesson = definitions(lesson)[name]
    for seed in range(3):
        np.testing.assert_allclose(
            CALLS[name](in_lesson, seed), CALLS[name](LIBRARY[name], seed), atol=1e-6
        )


@pytest.mark.parametrize(
    ("order", "recorded"),
    [("by arrival", "arrival"), ("row by row", "row by row"), ("at random", "random")],
)
def test_the_fill_of_lesson_04_is_the_benchmarks(order, recorded):
    """So that the lesson's table and the recorded one, with more rules, are one measurement."""
    from benchmarks import part_one

    lesson = definitions("04_fast_marching")
    rules = {"alike": "mean", "1/distance²": "1 / distance²"}
    assert set(lesson["WEIGHTS"]) == set(rules)
    image, mask = picture(0, (30, 34)), masks.squares(1, (30, 34), side=20)[0]
    for weights, rule in rules.items():
        filled = lesson["fill_in_order"](
            image, mask, lesson["ORDERS"][order], lesson["WEIGHTS"][weights]
        )
        expected = part_one.fill_in_order(image, mask, recorded, rule)
        np.testing.assert_allclose(filled, expected, atol=1e-12)


@pytest.mark.parametrize("skips", [True, False])
def test_the_ladder_of_lesson_08_is_the_librarys(skips):
    import keras

    from course_lib import models

    lesson = definitions("08_vanilla_autoencoder")
    picture = keras.Input((32, 32, 3))
    code, kept = lesson["down"](picture, 4)
    painted = lesson["up_with_skips"](code, 4, kept) if skips else lesson["up"](code, 4)
    in_lesson = keras.Model(picture, painted)
    keras.utils.set_random_seed(1)
    in_library = models.vanilla_unet(4) if skips else models.autoencoder(4)
    strong = [2 * one for one in in_library.get_weights()]  # so that the deepest level is heard
    in_lesson.set_weights(strong)
    in_library.set_weights(strong)
    pictures = np.random.RandomState(0).random_sample((2, 32, 32, 3)).astype(np.float32)
    expected = in_library.predict(pictures, verbose=0)
    assert expected.std() > 1e-3
    np.testing.assert_allclose(in_lesson.predict(pictures, verbose=0), expected, atol=1e-6)


def test_the_conditional_mean_of_lesson_07_is_the_librarys_fill():
    lesson = definitions("07_gaussian_world")["conditional_mean"]
    pictures = np.random.RandomState(0).uniform(0.3, 0.7, (40, 9, 8, 3))
    gaussian = classical.fit_gaussian(pictures, noise=1e-2)
    for seed in range(3):
        image, mask = pictures[seed], masks.random_pixels(1, (9, 8), fraction=0.4, seed=seed)[0]
        filled = lesson(image, mask, gaussian.mean, gaussian.precision)
        np.testing.assert_allclose(filled.clip(0, 1), gaussian.fill(image, mask), atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_best_poster_of_lesson_10_is_the_benchmarks(seed):
    from benchmarks import dice

    poster, score = definitions("10_dice_and_other_metrics")["best_picture"](picture(seed))
    expected, highest = dice.best_picture(picture(seed))
    np.testing.assert_array_equal(poster, expected)
    assert score == pytest.approx(highest)


@pytest.mark.parametrize("sides", [(3, 3), (1, 1), (5, 3)])
def test_the_partial_convolution_of_lesson_11_is_the_librarys_layer(sides):
    from course_lib import layers

    lesson = definitions("11_partial_convolution")["partial_convolution"]
    random = np.random.RandomState(0)
    for share in (0, 0.1, 0.6, 1):
        valid = (random.random_sample((8, 9, 1)) < share).astype(np.float32)
        features = np.where(valid > 0, random.normal(size=(8, 9, 3)), np.nan).astype(np.float32)
        kernel, bias = random.normal(size=(*sides, 3, 4)), random.normal(size=4)
        layer = layers.PartialConv2D(4, sides)
        layer.build([(1, 8, 9, 3), (1, 8, 9, 1)])
        layer.set_weights([kernel, bias])
        expected = [np.array(one)[0] for one in layer([features[None], valid[None]])]
        for one, other in zip(
            lesson(features, valid.repeat(3, axis=-1), kernel, bias), expected, strict=True
        ):
            np.testing.assert_allclose(one, other, atol=1e-4)


def test_the_signal_of_lesson_11_loses_one_over_the_channels_in_every_layer():
    """Whatever the weights; and behind a batch normalisation most of it stays, but not all."""
    lesson = definitions("11_partial_convolution")
    holes = masks.random_lines(4, 32, seed=1)[..., None]
    pictures = np.stack([picture(seed, (32, 32)) for seed in range(4)])
    state = [pictures.astype(np.float32), 1 - holes.astype(np.float32)]
    for seed in (0, 7):
        counted, forgotten, normalised, both = (
            np.array(lesson["signal"](seed, state, **case))
            for case in (
                {}, {"forgetful": True}, {"normalised": True},
                {"forgetful": True, "normalised": True},
            )
        )  # fmt: skip
        np.testing.assert_allclose(forgotten / counted, 1 / (3 * 32.0 ** np.arange(8)), rtol=1e-3)
        assert (normalised > 0.4).all()
        assert (both[2:] < normalised[2:] / 2).all() and 0.005 < both[-1] < 0.05


def test_the_u_net_of_lesson_12_is_the_librarys():
    from course_lib import models

    mine = definitions("12_partial_unet")["partial_unet"](4)
    library = models.partial_conv_unet(4)
    random = np.random.RandomState(0)
    mine.set_weights([random.normal(0, 0.2, one.shape) for one in library.get_weights()])
    library.set_weights(mine.get_weights())
    holes = masks.in_bucket(4, 32, low=0.5, high=0.6, seed=1)
    pictures = random.rand(4, 32, 32, 3).astype(np.float32)
    one, other = (models.predict(network, pictures, holes) for network in (mine, library))
    assert one.std(axis=0).mean() > 0.01  # not one grey for every picture
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_flow_of_lesson_17_ends_where_that_of_a_gaussian_does():
    """With the exact guess for numbers of mean m and deviation s, noise z flows to m + s z."""
    from course_lib import generative

    mean, deviation = 0.1, 0.2

    def exact(noisy, time):
        signal, spread = generative.STRAIGHT.weights(time)
        share = signal * deviation**2 / (signal**2 * deviation**2 + spread**2)
        return mean + share * (noisy - signal * mean)

    flow = definitions("17_many_answers")["flow"]
    noise = np.random.RandomState(0).standard_normal((2, 8, 8, 3))
    end = flow(exact, generative.STRAIGHT, noise, 1_000)
    np.testing.assert_allclose(end, (mean + deviation * noise + 1) / 2, atol=5e-3)
    np.testing.assert_allclose(flow(exact, generative.STRAIGHT, noise, 1), (mean + 1) / 2)


def test_the_methods_of_the_lessons_are_taught():
    assert {"psnr", "harmonic", "arrival_time"} <= {name for _, name in taught()}


def test_under_other_lines_the_order_of_lesson_02_turns():
    patches = data.load("photos").test[:100] / np.float32(255)
    harmonic, biharmonic = (
        evaluation.by_draw(classical.METHODS[name], patches, 8)
        for name in ("harmonic", "biharmonic")
    )
    ahead = harmonic > biharmonic
    assert 2 <= ahead.sum() <= 6
    assert abs(harmonic - biharmonic).max() < 0.5  # "the two are close"
