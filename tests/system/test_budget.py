"""Trainings for equal minutes: killed anywhere they end at the same weights; Muon; what is run."""

import dataclasses
import itertools
import json

import keras
import numpy as np
import pytest
from keras import ops

from benchmarks import ablation, background, budget, costs, menders, scaling
from benchmarks.muon import ConvolutionMuon
from tests.networks import numbers

step_cost = budget.step_cost  # by the measured prices; the trainings here have one of their own
SMALL = {"minutes": 0.4, "batch_size": 2, "seed": 5}


class Killed(Exception):
    """Stands for SIGKILL: nothing after it is done."""


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """Runs in a folder of their own, whose steps cost a second each."""
    folder = tmp_path_factory.mktemp("budget")
    random = np.random.RandomState(0)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(budget, "step_cost", lambda run: 1.0)
        patched.setattr(budget, "FOLDER", folder)
        patched.setattr(budget, "KEPT", folder / "runs")
        patched.setattr(budget, "SAVED_EVERY", -1.0)  # after every step
        patched.setattr(budget, "machine", lambda: "a machine")
        yield [random.randint(0, 256, (n, 32, 32, 3)).astype(np.uint8) for n in (7, 3)]


@pytest.fixture(scope="module")
def whole(quick):
    """A run that nothing killed, and [share of its budget, learning rate] of each step."""
    run = budget.Run("whole", arguments={"width": 2}, optimizer="muon", **SMALL)
    rates, step = [], budget.Training.step

    def watched(state):
        share = state.share
        step(state)
        rates.append((share, float(state.model.optimizer.learning_rate)))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(budget.Training, "step", watched)
        budget.train(run, quick)
    return run, rates


def test_a_run_that_was_killed_ends_at_the_weights_of_one_that_was_not(quick, whole, monkeypatch):
    """Killed three times: at the first, the third and the nineteenth save of a sitting."""
    whole, killed = whole[0], dataclasses.replace(whole[0], name="killed")
    save = budget.Training.save
    for died_at in (1, 3, 19):
        saves = itertools.count(1)

        def dying(state, died_at=died_at, saves=saves):
            if next(saves) == died_at:
                raise Killed
            save(state)

        with monkeypatch.context() as patched:
            patched.setattr(budget.Training, "save", dying)
            with pytest.raises(Killed):
                budget.train(killed, quick)
        assert budget.result(killed) is None
    budget.train(killed, quick)
    one, other = budget.result(whole), budget.result(killed)
    assert one["steps"] == other["steps"] == 24  # seconds
    assert (one["seconds"], one["scores"]) == (other["seconds"], other["scores"])
    assert one["marks"] == other["marks"] and len(one["marks"]) == budget.MARKS
    assert (len(one["sittings"]), len(other["sittings"])) == (1, 3)  # of the first nothing is left
    for kind in ("last", "averaged"):
        for name, array in budget.weights(whole, kind).items():
            np.testing.assert_array_equal(budget.weights(killed, kind)[name], array)


def test_the_learning_rate_follows_the_budget_to_one_per_cent(whole):
    shares, rates = np.array(whole[1]).T
    expected = 1e-3 * (0.01 + 0.99 * (1 + np.cos(np.pi * shares)) / 2)
    np.testing.assert_allclose(rates, expected, rtol=1e-5)
    assert rates[0] == pytest.approx(1e-3) and rates[-1] < 3e-5


def test_the_field_is_paid_for_and_its_filters_are_in_the_network(quick, monkeypatch):
    field = budget.Run("filters_5", network="field", learning_rate=0.003, **SMALL)
    monkeypatch.setattr(budget, "field_run", lambda seed: field)
    arm = budget.Run("arm", arguments={"width": 2, **ablation.BOTH_FILLS}, **SMALL | {"minutes": 1})
    budget.train(field, quick)
    budget.train(arm, quick)
    found = budget.result(arm)
    assert (found["paid"], found["steps"]) == (24, 36)
    filters = budget.weights(field)["field_fill/kernel"]
    assert np.abs(filters - numbers(menders.field().weights[0])).max() > 1e-4  # it has learned
    np.testing.assert_array_equal(budget.weights(arm, "last")["field_fill/kernel"], filters)


def test_another_recipe_under_the_same_name_is_refused(quick, whole):
    other = dataclasses.replace(whole[0], arguments={"width": 3})
    with pytest.raises(ValueError, match="another recipe"):
        budget.result(other)
    with pytest.raises(ValueError, match="another recipe"):
        budget.train(other, quick)


@pytest.mark.parametrize("fills", [[], ["pyramid"], ["field"], ["pyramid", "field"]])
@pytest.mark.parametrize("composited", [True, False])
def test_an_untrained_mender_is_its_last_fill(fills, composited):
    random = np.random.RandomState(0)
    valid = (random.random_sample((2, 16, 16, 1)) < 0.7).astype(np.float32)
    damaged = random.random_sample((2, 16, 16, 3)).astype(np.float32) * valid
    network = menders.mender(2, fills, composited)
    names = {"pyramid": "fill", "field": "field_fill"}
    start = network.get_layer(names[fills[-1]])([damaged, valid]) if fills else damaged
    np.testing.assert_allclose(
        numbers(network([damaged, valid])), np.clip(numbers(start), 0, 1), atol=1e-6
    )
    network.get_layer("output_conv").bias.assign([0.1, 0.1, 0.1])
    moved = numbers(network([damaged, valid])) != np.clip(numbers(start), 0, 1)
    known = np.broadcast_to(valid > 0, moved.shape)
    assert moved[~known].mean() > 0.9 and moved[known].any() == (not composited)


# Muon.


@pytest.mark.parametrize("shape", [(40, 17), (17, 40), (20, 20)])
def test_the_small_square_matrix_gives_keras_own_newton_schulz_rounds(shape):
    gradient = np.random.RandomState(0).normal(size=shape).astype(np.float32)
    ours = ConvolutionMuon().zeropower_via_newtonschulz5(ops.convert_to_tensor(gradient), 5)
    keras_own = keras.optimizers.Muon().zeropower_via_newtonschulz5(
        ops.convert_to_tensor(gradient), 5
    )
    np.testing.assert_allclose(numbers(ours), numbers(keras_own), atol=2e-4)
    values = np.linalg.svd(numbers(ours), compute_uv=False)
    assert values.min() > 0.5 and values.max() < 1.3


def test_a_kernel_takes_the_step_of_its_matrix_and_the_rest_takes_adams():
    random = np.random.RandomState(0)
    shapes = {"kernel": (3, 3, 16, 20), "small": (3, 3, 1, 20), "bias": (20,)}
    values = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    ours = {name: keras.Variable(value, name=name) for name, value in values.items()}
    theirs = {name: keras.Variable(value, name=name) for name, value in values.items()}
    theirs["kernel"] = keras.Variable(values["kernel"].reshape(-1, 20), name="kernel")
    muon, adam = ConvolutionMuon(1e-2), keras.optimizers.Adam(1e-2)
    own = keras.optimizers.Muon(1e-2, weight_decay=None, adam_weight_decay=None)
    for _ in range(3):
        slopes = {
            name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()
        }
        muon.apply([ops.convert_to_tensor(slopes[name]) for name in shapes], [*ours.values()])
        own.apply([ops.convert_to_tensor(slopes["kernel"].reshape(-1, 20))], [theirs["kernel"]])
        rest = ["small", "bias"]
        adam.apply([ops.convert_to_tensor(slopes[n]) for n in rest], [theirs[n] for n in rest])
    for name in shapes:
        expected = numbers(theirs[name]).reshape(shapes[name])
        np.testing.assert_allclose(numbers(ours[name]), expected, atol=3e-5)


# What is run, and in which order.


@pytest.fixture
def finished(tmp_path, monkeypatch):
    """A function that lets a run have finished with a mean score."""
    monkeypatch.setattr(budget, "FOLDER", tmp_path)
    monkeypatch.setattr(budget, "KEPT", tmp_path / "runs")

    def finish(run, decibels):
        run.folder.mkdir(parents=True, exist_ok=True)
        by_masks = dict.fromkeys(scaling.FITTED, decibels)
        facts = {
            "recipe": budget._recipe(run),
            "scores": {"last": by_masks, "averaged": by_masks},
            "weights": 800 * run.arguments.get("width", 48) ** 2,
            "pictures": run.minutes * 3840 / step_cost(run),
        }
        (run.folder / "result.json").write_text(json.dumps(facts))

    return finish


def test_the_plan_grows_with_what_is_known(finished):
    decibels = {"tune_adam_0.002": 19.2, "tune_muon_0.001": 19.3, "tuned_muon_2026": 19.9,
                "together_2026": 20.1, "together_2027": 20.2,
                "scaling_32_40": 20.1, "scaling_56_40": 20.3}  # fmt: skip
    seen = []
    while missing := [run for run in background.plan() if not budget.result(run)]:
        seen.append(missing[0])
        assert step_cost(missing[0]) > 0  # each has its price
        finished(
            missing[0], decibels.get(missing[0].name, 19.0 + 0.1 * ("field" in missing[0].name))
        )
    names = [run.name for run in seen]
    assert len(set(names)) == len(names)
    assert names[:3] == ["today_2026", "filters_2026", "field_2026"]
    muon = next(run for run in seen if run.name == "tuned_muon_2027")
    assert (muon.optimizer, muon.learning_rate) == ("muon", 1e-3)
    together = next(run for run in seen if run.name == "together_2026")
    assert together.arguments == ablation.BOTH_FILLS and together.optimizer == "muon"
    # The two best get their second seed first, then the short part of the curve is drawn, and the
    # long run begins; the rest of the curve follows, then the table is filled.
    begun = names.index("scaling_16_10")
    assert [name for name in names[:begun] if name.endswith("2027") and "filters" not in name] == [
        "today_2027", "together_2027", "tuned_muon_2027",
    ]  # fmt: skip
    curve, rest = seen[begun : begun + 10], names[begun + 10 :]
    assert [run.minutes for run in curve] == [10] * 3 + [40] * 3 + [480] + [160] * 3
    assert curve[6].arguments == {**ablation.BOTH_FILLS, "width": 56}
    assert "field_2027" in rest and not any(name.startswith("scaling") for name in rest)


def test_every_price_is_of_a_step_that_can_be_asked_for():
    stored = json.loads(budget.COSTS.read_text())["seconds"]
    assert stored.keys() == costs.kinds().keys()
    strange = budget.Run("strange", 1, arguments={"width": 3})
    with pytest.raises(ValueError, match="not known: add it to costs.py"):
        step_cost(strange)


def test_a_run_that_another_process_holds_is_passed_over(finished, monkeypatch):
    one, other = budget.Run("one", 1), budget.Run("other", 1)
    monkeypatch.setattr(background, "plan", lambda: [one, other])
    monkeypatch.setattr(budget, "pictures", lambda: None)
    trained = []

    def train(run, pictures):
        trained.append(run.name)
        finished(run, 19.0)

    monkeypatch.setattr(budget, "train", train)
    with background._held(one) as held:
        assert held
        background.work()
    assert trained == ["other"]
    background.work()
    assert trained == ["other", "one"]
