"""What the shipped networks can do, measured on photographs that none of them has seen."""

import functools
import itertools

import keras
import numpy as np
import pytest
from keras import ops

from benchmarks import denoise
from benchmarks import train as training_run
from course_lib import classical, data, evaluation, generative, masks, metrics, models, runtime
from tests.helpers import definitions

NAMES = sorted(training_run.RECIPES)
LOOKS = ("adversarial", "squared")
PATCHES = data.load("photos").test[:40] / np.float32(255)
HOLES = masks.random_lines(40, seed=2026)
loaded = functools.cache(models.load_pretrained)


@pytest.mark.parametrize("name", [*NAMES, "best"])
def test_a_network_beats_a_flat_colour(name):
    filled = models.inpaint(loaded(name), PATCHES, HOLES)
    psnr = metrics.psnr(PATCHES, filled, HOLES)
    grey = evaluation.evaluate(classical.METHODS["grey"], PATCHES, HOLES)["psnr_hole"]
    assert psnr > grey + 2


@pytest.mark.parametrize(
    "name", ["best", *{training_run.RECIPES[name].network: name for name in NAMES}.values()]
)
def test_loaded_again_it_says_the_same(name):
    """One network of each architecture."""
    one, other = (
        models.inpaint(it, PATCHES, HOLES) for it in (loaded(name), models.load_pretrained(name))
    )
    np.testing.assert_array_equal(one, other)


def test_squared_error_scores_more_than_a_critic_and_than_a_flat_colour():
    square = masks.squares(1, 32, side=16).repeat(len(PATCHES), 0)
    scores = {
        name: metrics.psnr(
            PATCHES,
            models.inpaint(loaded(f"looks_{name}"), PATCHES, square),
            square,
        )
        for name in LOOKS
    }
    mean = np.stack([classical.METHODS["mean"](*one) for one in zip(PATCHES, square, strict=True)])
    assert scores["squared"] > scores["adversarial"] + 1
    assert scores["squared"] > metrics.psnr(PATCHES, mean, square)


@pytest.mark.parametrize("name", denoise.RECIPES)
def test_a_denoiser_guesses_photographs_better_than_their_noise_shrunk(name):
    """Of no picture in particular, the best guess at time t is a constant times the mixture."""
    path = generative.PATHS[denoise.RECIPES[name].path]
    guess, true = generative.guesser(loaded(name), path), 2 * PATCHES - 1
    noise = np.random.RandomState(0).standard_normal(true.shape)
    for time in (0.3, 0.6):
        noisy = path.mix(true, noise, time)
        shrunk = noisy * (noisy * true).mean() / (noisy**2).mean()
        assert np.mean((guess(noisy, time) - true) ** 2) < 0.5 * np.mean((shrunk - true) ** 2)


def test_skips_copy_known_pixels():
    with_skips, without = (
        evaluation.evaluate(loaded(name), PATCHES, HOLES)["raw_psnr_image"]
        for name in ("explorer_unet_4", "explorer_autoencoder_4_code_64")
    )
    assert with_skips > without + 3


def plain_at(lesson, plain):
    """The lesson's network, its convolutions of these numbers plain; validity stays as it is."""
    partial, made = lesson["PartialConv2D"], itertools.count()

    def layer(filters, side, activation=None):
        if next(made) not in plain:
            return partial(filters, side, activation=activation)
        convolve = keras.layers.Conv2D(filters, side, padding="same", activation=activation)

        def hand_on(state):
            features, valid = state
            if isinstance(features, list):
                features, valid = ops.concatenate(features, axis=-1), ops.maximum(*valid)
            return [convolve(features), ops.max_pool(valid, 3, 1, padding="same")]

        return hand_on

    lesson["PartialConv2D"] = layer  # where the lesson's functions look it up
    return lesson["partial_unet"](16)


@pytest.mark.parametrize(
    ("plain", "score"), [(range(4, 14), 19.51), (range(2), 8.18), (range(2, 4), 14.84)]
)
def test_plain_convolutions_score_as_much_only_in_the_depth(monkeypatch, plain, score):
    """What lesson 12 reads of the shipped network: its first two levels are what counts."""
    shipped = loaded("partial_conv_unet")
    mixed = plain_at(definitions("12_partial_unet"), plain)
    mixed.set_weights(shipped.get_weights())
    monkeypatch.setattr(runtime, "share", lambda count: count)  # all, in the tests' profile too
    patches, _ = evaluation.frozen_patches()
    holes = np.repeat(masks.squares(1, 32, side=16), len(patches), axis=0)
    found = [
        metrics.psnr(patches, models.inpaint(network, patches, holes), holes)
        for network in (shipped, mixed)
    ]
    np.testing.assert_allclose(found, (19.33, score), atol=0.015)
