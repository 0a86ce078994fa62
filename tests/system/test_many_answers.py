"""Lesson 17's trainings: resumed bit for bit where one without a break arrives, and published."""

import dataclasses

import keras
import numpy as np
import pytest

from benchmarks import denoise, looks, sittings
from course_lib import models

PICTURES = np.random.RandomState(0).randint(0, 256, (40, 32, 32, 3), dtype=np.uint8)


def denoising():
    recipe = dataclasses.replace(denoise.RECIPES["flow"], arguments={"width": 4}, batch_size=4)
    return denoise.Denoising(recipe, PICTURES)


def contest():
    recipe = dataclasses.replace(
        looks.RECIPES["adversarial"],
        start="vanilla_unet_masked",
        critic_arguments={"width": 4},
        batch_size=4,
    )
    return looks.AgainstACritic(recipe, PICTURES)


@pytest.mark.parametrize("make", [denoising, contest])
def test_a_training_in_two_sittings_is_one_training(make, tmp_path):
    ends = {}
    for folder, sitting in (("whole", [4]), ("parts", [2, 4])):
        for steps in sitting:
            run = make()
            sittings.train(tmp_path / folder, {}, run.variables, run.step, steps=steps)
        ends[folder] = [keras.ops.convert_to_numpy(one) for one in run.model.weights]
    for one, other in zip(ends["whole"], ends["parts"], strict=True):
        np.testing.assert_array_equal(one, other)
    first = [keras.ops.convert_to_numpy(one) for one in make().model.weights]
    assert any(not np.array_equal(*pair) for pair in zip(first, ends["whole"], strict=True))


def test_a_network_learns_to_please_the_critic():
    """Against a critic that stands still, the network's verdicts rise."""
    run = contest()
    for k in range(6):
        run.step(k)
    inputs, original, hole = run.batch(0)
    places = run.judge.compute_output_shape([(4, 32, 32, 3), (4, 32, 32, 1)])
    asked = [original, np.zeros(places)]

    def verdict():
        return float(run.judged.predict_on_batch(inputs)[1].mean())

    before = verdict()
    for _ in range(10):
        run.judged.train_on_batch(inputs, asked, [0 * hole, np.ones(places[:3])])
    assert verdict() > before


def test_a_published_denoiser_is_the_average_of_its_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(models.weights, "WEIGHTS", tmp_path)
    run = denoising()
    record = sittings.train(tmp_path, {}, run.variables, run.step, steps=3)
    record["losses"] = {"loss": [1.0]}
    last = [keras.ops.convert_to_numpy(one) for one in run.model.weights]
    denoise.publish("flow", run, record, PICTURES[:8], "noise")
    averages = [keras.ops.convert_to_numpy(one) for one in run.model.weights]
    assert not all(np.array_equal(*pair) for pair in zip(last, averages, strict=True))
    for one, average in zip(models.load_pretrained("flow").weights, averages, strict=True):
        shipped = keras.ops.convert_to_numpy(one)
        np.testing.assert_array_equal(shipped, average.astype(np.float16))
    assert models.recipe("flow")["val_squared_error"]
