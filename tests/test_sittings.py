"""A training in sittings arrives where one without a break does; recipes are what they say."""

import dataclasses

import keras
import numpy as np
import pytest

from benchmarks import denoise, looks, sittings
from course_lib import generative

RECIPE = {"of": "a walk"}


def walk(folder, *, steps, minutes=None, recipe=RECIPE, step_size=1.0):
    """A walk whose next step depends on where it stands: what it comes to, and its record."""
    place = keras.Variable(0.0)

    def step(k):
        place.assign(0.5 * place + step_size * (k + 1))
        return {"place": float(place)}

    record = sittings.train(folder, recipe, {"place": [place]}, step, steps=steps, minutes=minutes)
    return float(place), record


def test_sittings_arrive_where_one_training_arrives(tmp_path):
    whole, _ = walk(tmp_path / "whole", steps=250)
    for steps in (1, 130, 250):
        parts, record = walk(tmp_path / "parts", steps=steps)
    assert parts == whole
    assert record["steps"] == 250 and len(record["sittings"]) == 3
    assert sittings.finished(tmp_path / "parts", 250)
    assert not sittings.finished(tmp_path / "parts", 251)
    assert not sittings.finished(tmp_path / "none", 1)


def test_a_sitting_whose_minutes_are_over_stops_and_is_kept(tmp_path):
    _, record = walk(tmp_path, steps=10, minutes=0)
    assert record["steps"] == 1
    place, record = walk(tmp_path, steps=2)
    assert (place, record["steps"]) == (2.5, 2)  # 0.5 * 1 + 2


def test_another_recipes_checkpoint_is_refused(tmp_path):
    walk(tmp_path, steps=1)
    with pytest.raises(ValueError, match="another recipe"):
        walk(tmp_path, steps=2, recipe={"of": "another"})


def test_a_training_that_diverges_ends_and_leaves_its_checkpoint(tmp_path):
    walk(tmp_path, steps=1)
    with pytest.raises(SystemExit, match="lower the rate"):
        walk(tmp_path, steps=2, step_size=np.nan)
    assert walk(tmp_path, steps=2)[0] == 2.5


@pytest.mark.parametrize("name", denoise.RECIPES)
def test_a_denoisers_batches_are_mixtures_of_its_own_path(name):
    """From noisy and velocity alone the mirrored or plain picture comes back, and each once."""
    recipe = dataclasses.replace(denoise.RECIPES[name], arguments={"width": 2}, batch_size=8)
    pictures = np.random.RandomState(0).randint(0, 256, (3, 4, 4, 3), dtype=np.uint8)
    run = denoise.Denoising(recipe, pictures)
    (noisy, times), velocity = run.batch(5)
    np.testing.assert_array_equal(run.batch(5)[0][0], noisy)
    assert not np.array_equal(run.batch(6)[0][0], noisy)
    assert np.array_equal(np.floor(8 * times), np.arange(8))
    path = generative.PATHS[recipe.path]
    found = path.picture(noisy, velocity, times[:, None, None, None])
    both = np.concatenate([pictures, pictures[:, :, ::-1]]) / 127.5 - 1
    nearest = np.abs(found[:, None] - both).max(axis=(2, 3, 4)).min(axis=1)
    assert nearest.max() < 1e-3


def test_the_rate_rises_and_falls():
    recipe = denoise.Recipe("straight", steps=1000, warm_up=10, learning_rate=1.0)
    rates = [denoise.rate(recipe, k) for k in range(1000)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == pytest.approx(1, abs=1e-3)
    assert rates[-1] == pytest.approx(0.01, abs=1e-4)
    assert (np.diff(rates[10:]) < 0).all()


def test_the_three_networks_differ_in_their_loss_alone():
    squared, *others = (dataclasses.asdict(one) for one in looks.RECIPES.values())
    for other, changed in zip(others, ("perceptual_weight", "adversarial_weight"), strict=True):
        assert {key for key in other if other[key] != squared[key]} == {changed}
