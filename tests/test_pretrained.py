"""The shipped weights: whole, small enough, loaded as published."""

import dataclasses
import functools
import json

import numpy as np
import pytest

from benchmarks import best, budget, denoise, held_out, looks, scaling
from benchmarks import train as training_run
from course_lib import models

SHIPPED = sorted(path.stem for path in models.weights.WEIGHTS.glob("*.json"))
LOOKS = ("adversarial", "squared")  # with the perceptual one all would be more than 40 MB
OTHERS = {"classifier", "photo", "best", *denoise.RECIPES, *(f"looks_{name}" for name in LOOKS)}
NAMES = [name for name in SHIPPED if name not in OTHERS]  # the others have tests of their own
EXPLORERS = [name for name in NAMES if name.startswith(("explorer_", "reach_"))]
loaded = functools.cache(models.load_pretrained)


def test_the_networks_of_the_lessons_are_there():
    large = {"autoencoder", "vanilla_unet", "vanilla_unet_masked", "partial_conv_unet"}
    assert large | set(EXPLORERS) == set(NAMES)
    assert set(SHIPPED) == {*training_run.RECIPES, *OTHERS}


def test_all_together_stay_under_forty_megabytes():
    assert sum(path.stat().st_size for path in models.weights.WEIGHTS.iterdir()) < 40e6


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_what_its_recipe_says(name):
    network, made = loaded(name), models.recipe(name)
    assert network.count_params() == made["parameters"]
    assert made["parameters"] <= 150_000 or name not in EXPLORERS
    assert made["command"] == f"python -m benchmarks.train {name}"
    recipe = training_run.RECIPES[name]
    for field in ("network", "arguments", "masks", "hole_weight", "steps", "batch_size", "seed"):
        assert made[field] == getattr(recipe, field)
    assert made.get("precision", "float32") == recipe.precision
    assert {variable.dtype for variable in network.weights} == {"float32"}


def test_the_best_is_the_run_that_its_recipe_names():
    made, network = models.recipe("best"), loaded("best")
    run = next(one for one in [*scaling.runs(), *scaling.final()] if one.name == made["run"])
    recipe = json.loads(json.dumps(dataclasses.asdict(best.recipe_of(run))))
    assert {key: made[key] for key in recipe} == recipe
    assert made["command"] == best.COMMAND
    assert network.count_params() == made["parameters"] == budget.result(run)["weights"]
    assert made["validation"] == budget.result(run)["scores"]["last"]
    assert all(made["validation"][name] > old for name, old in made["validation_before"].items())


def test_a_run_that_is_behind_on_one_set_is_not_shipped(monkeypatch):
    run = next(one for one in scaling.runs() if one.name == models.recipe("best")["run"])
    ahead = budget.result(run)["scores"]["last"]
    monkeypatch.setattr(budget, "pictures", lambda: (None, np.zeros((4, 32, 32, 3), np.uint8)))
    monkeypatch.setattr(budget, "measure", lambda *_: ahead | {"lines": 0.0, "square_8": 90.0})
    with pytest.raises(SystemExit, match="not ahead of the shipped network on .*square_8"):
        best.publish(run)


@pytest.mark.parametrize("name", sorted(OTHERS - {"classifier", "photo", "best"}))
def test_a_network_of_lesson_17_is_what_its_recipe_says(name):
    made, network = models.recipe(name), loaded(name)
    part, kind = (looks, name.split("_")[1]) if "_" in name else (denoise, name)
    recipe = dataclasses.asdict(part.RECIPES[kind])
    assert {key: made[key] for key in recipe} == json.loads(json.dumps(recipe))
    assert network.count_params() == made["parameters"] <= 3_000_000
    assert made["command"] == f"python -m {part.__name__} {kind}"


def test_an_unknown_name_gets_one_sentence():
    for ask in (models.load_pretrained, models.recipe):
        with pytest.raises(ValueError, match="choose from .*vanilla_unet"):
            ask("lama")


@pytest.mark.parametrize("harm", ["missing", "flipped", "another"])
def test_a_file_that_was_not_published_is_refused(tmp_path, monkeypatch, harm):
    name, other = "explorer_unet_4", "explorer_autoencoder_4_code_4"
    for path in models.weights.WEIGHTS.glob("explorer_*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    file = tmp_path / f"{name}.npz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    if harm == "missing":
        file.unlink()
    elif harm == "flipped":
        file.write_bytes(content)
    else:
        file.write_bytes((tmp_path / f"{other}.npz").read_bytes())
    monkeypatch.setattr(models.weights, "WEIGHTS", tmp_path)
    with pytest.raises(ValueError, match="git checkout"):
        models.load_pretrained(name)


def test_published_weights_are_the_halves_of_the_trained_ones(tmp_path, monkeypatch):
    import keras

    monkeypatch.setattr(models.weights, "WEIGHTS", tmp_path / "weights")
    monkeypatch.setattr(training_run, "measure", lambda model: 12.3456)
    recipe = training_run.Recipe("vanilla_unet", {"width": 1}, "lines", 1.0, steps=40)
    keras.utils.set_random_seed(0)
    trained = models.vanilla_unet(1)

    class History:
        epoch, history = [0, 1], {"val_psnr_hole": [1.0, 2.0]}

    training_run.publish("small", recipe, trained, History, "made up for a test")
    loaded = models.load_pretrained("small")
    for one, other in zip(trained.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one.astype(np.float16), other)
    assert models.recipe("small")["psnr_hole_held_out_lines"] == 12.346
    assert models.recipe("small")["steps_at_check"] == [2, 4]


def test_held_out_pictures_are_in_no_other_part():
    everything = np.arange(50_000)

    class Dataset:
        train = np.zeros((45_000, 32, 32, 3), np.uint8)
        validation = np.zeros((5_000, 32, 32, 3), np.uint8)

    Dataset.train[:, 0, 0, :2] = np.stack(np.divmod(everything[:45_000], 256), axis=-1)
    Dataset.validation[:, 0, 0, :2] = np.stack(np.divmod(everything[45_000:], 256), axis=-1)
    parts = [part[:, 0, 0].astype(int) @ [256, 1, 0] for part in held_out.split(Dataset)]
    assert [len(part) for part in parts] == [44_084, 4_916, 1_000]
    assert sorted(np.concatenate(parts)) == list(everything)
    assert list(parts[2]) == list(held_out.PLACES)
    assert list(np.unique(held_out.PLACES)) == list(held_out.PLACES)


@pytest.mark.parametrize("kind", ["lines", "mixed"])
def test_mask_banks_are_whole_and_leave_pixels_known(kind):
    bank = training_run.mask_bank(kind, 4096, seed=3)
    assert bank.shape == (4096, 32, 32)
    assert bank.dtype == bool
    assert 0 < bank.mean(axis=(1, 2)).min()
    assert bank.mean(axis=(1, 2)).max() < 0.95
    np.testing.assert_array_equal(bank, training_run.mask_bank(kind, 4096, seed=3))


def test_a_cut_run_shows_every_batch_once_in_order():
    class Drawn:
        batch_size, seed, epoch = 2, 0, 0

        def __len__(self):
            return 7

        def __getitem__(self, k):
            return self.epoch, k

    cut = training_run._Steps(Drawn(), steps=40)
    seen = []
    for cut.epoch in range(training_run.CHECKS):
        seen += [cut[k] for k in range(len(cut))]
    assert seen == [divmod(step, 7) for step in range(40)]
