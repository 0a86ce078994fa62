"""The published showdown: whole, and of the weights that are shipped."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from benchmarks import kept, results, showdown, showdown_times
from course_lib import classical, data, evaluation, masks, metrics, models, plots


@pytest.fixture
def published():
    return showdown.published()


@pytest.fixture
def facts():
    return json.loads(showdown.STORED.read_text(encoding="utf-8"))


def test_every_shipped_network_and_classical_method_has_every_row(published):
    """If this fails after a training, run ``python -m benchmarks.showdown`` again."""
    sets = {"held_out": set(evaluation.frozen_masks(1)), "test": set(showdown.TWO_SETS)}
    assert set(published["pictures"]) == {*sets, "photos"}
    for pictures, rows in published.groupby("pictures"):
        assert set(rows["masks"]) == sets.get(pictures, set(showdown.TWO_SETS))
        for _, methods in rows.groupby("masks"):
            assert sorted(methods["method"]) == sorted([*showdown.CLASSICAL, *showdown.shipped()])


def test_the_figures_are_of_the_weights_that_are_shipped(facts):
    """If this fails after a training, run ``python -m benchmarks.showdown`` again."""
    names = [*showdown.shipped(), "classifier"]
    assert facts["weights"] == {name: models.recipe(name)["sha256"] for name in names}


def test_figures_and_intervals_are_in_order(published, facts):
    assert (published["psnr_hole_low"] < published["psnr_hole"]).all()
    assert (published["psnr_hole"] < published["psnr_hole_high"]).all()
    whole = published["pictures"] != "photos"
    assert published[whole]["recognised"].between(0, 1).all()
    assert facts["recognised_undamaged"]["held_out"] > published[whole]["recognised"].min()


def test_the_section_of_results_is_these_figures(published):
    text = results.RESULTS.read_text(encoding="utf-8")
    section = re.search("<!-- begin showdown -->.*<!-- end showdown -->", text, re.DOTALL)[0]
    for pictures in ("held_out", "test", "photos"):
        assert showdown.matrix(published[published["pictures"] == pictures]) in section


def test_other_pictures_are_refused(tmp_path, monkeypatch):
    images = np.random.RandomState(0).randint(0, 256, (2, 32, 32, 3), np.uint8)
    monkeypatch.setattr(showdown, "STORED", tmp_path / "showdown.json")
    showdown.check_published(images)  # the first run of all
    marks = "".join(showdown.fingerprints(images))
    showdown.STORED.write_text(json.dumps({"held_out": marks}))
    showdown.check_published(images)
    for others in (images[::-1], images // 2):
        with pytest.raises(SystemExit, match="not those of the published table"):
            showdown.check_published(others)


def test_what_a_slow_method_filled_is_kept_and_measured_again(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "CACHE", tmp_path / "kept")
    images = data.load("photos").test[:3] / np.float32(255)
    holes = masks.random_lines(3, seed=0)

    def measured(inpainter, holes):
        scores = showdown.evaluate_kept("slow", inpainter, images, holes, resamples=10)
        assert scores.pop("milliseconds") > 0
        return scores

    expected = evaluation.evaluate(classical.harmonic, images, holes, resamples=10)
    del expected["milliseconds"]
    assert measured(classical.harmonic, holes) == expected
    assert measured(classical.grey, holes) == expected
    others = holes[:, ::-1]
    grey = evaluation.evaluate(classical.grey, images, others)
    assert measured(classical.grey, others)["psnr_hole"] == grey["psnr_hole"]  # none kept for these


def test_figures_are_stored_and_read_back(published, facts, tmp_path, monkeypatch):
    monkeypatch.setattr(showdown, "STORED", tmp_path / "showdown.json")
    scores = published.drop(columns="parameters").assign(parameters=np.nan)
    scores.loc[0, "parameters"] = 1_941_523
    showdown.store(scores, facts)
    pd.testing.assert_frame_equal(showdown.published(), scores, check_dtype=False)
    kept_facts = json.loads(showdown.STORED.read_text(encoding="utf-8"))
    changed = {"rows", "columns"}
    assert {k: kept_facts[k] for k in kept_facts if k not in changed} == {
        k: facts[k] for k in facts if k not in changed
    }


def test_a_method_joins_the_table_in_its_place_and_the_other_rows_stay(published):
    """The control's figures are those of the table; what was there of the method goes."""
    control, mine = (published[published["method"] == one].copy() for one in ("mean", "telea"))
    mine["psnr_hole"] += 1
    control["milliseconds"] *= 2
    shuffled = pd.concat([mine, control]).sample(frac=1, random_state=0)
    table = showdown.joined(published, shuffled.drop(columns="raw_psnr_image"))
    assert table[showdown.KEY].equals(published[showdown.KEY])
    others = published["method"] != "telea"
    pd.testing.assert_frame_equal(table[others], published[others], check_dtype=False)
    np.testing.assert_allclose(table["psnr_hole"] - published["psnr_hole"], ~others)
    without = showdown.joined(published[others], shuffled)
    assert without[showdown.KEY].equals(published[showdown.KEY])


def test_milliseconds_of_one_run_take_the_place_of_all_others(published, monkeypatch):
    rounds = iter([5.0, 1.0, 2.0])  # a row's times, round by round
    monkeypatch.setattr(showdown_times, "TIMED", 2)
    monkeypatch.setattr(
        evaluation, "evaluate", lambda fill, images, holes: {"milliseconds": next(rounds) + fill}
    )
    part = np.zeros((9, 32, 32, 3)), None, {"lines": np.ones((9, 32, 32), bool)}
    times = showdown_times.measure({"photos": part}, {"photos": {"mean": 10}})
    assert times.to_dict() == {("photos", "lines", "mean"): 12.0}
    every = published.set_index(showdown.KEY)["milliseconds"] + 1
    timed = showdown_times.retimed(published, every.sample(frac=1, random_state=0))
    np.testing.assert_allclose(timed["milliseconds"], published["milliseconds"] + 1)
    with pytest.raises(SystemExit, match="was not timed"):
        showdown_times.retimed(published, every.iloc[1:])
    said = showdown.dates({"added": {}, "timed": ["2026-11-30", "a machine"]})
    assert said.startswith("All milliseconds are of one run, 2026-11-30 (a machine)")
    assert showdown.dates({"added": {}}) == ""


def test_a_method_measured_on_other_pictures_does_not_join(published):
    added = published[published["method"].isin(["mean", "telea"])].copy()
    added.loc[added["method"] == "mean", "mae_hole"] += 1e-5
    with pytest.raises(SystemExit, match="mean has other figures"):
        showdown.joined(published, added)


def test_a_method_measured_in_another_environment_does_not_join(facts, monkeypatch):
    here = facts["machine"].replace("tensorflow ", "tensorflow-cpu ")
    monkeypatch.setattr(showdown, "machine", lambda: here)
    assert showdown.later_facts(facts, ["mine"])["added"]["mine"][1] == here
    monkeypatch.setattr(showdown, "machine", lambda: here.replace("scipy 1", "scipy 2"))
    with pytest.raises(SystemExit, match="measure all methods again"):
        showdown.later_facts(facts, ["mine"])


def test_the_best_of_each_set_of_masks_is_bold():
    rows = [
        {"method": method, "masks": name, "psnr_hole": psnr}
        for method, figures in {"a": (1.234, 9), "b": (2, 3)}.items()
        for name, psnr in zip(("lines", "square_8"), figures, strict=True)
    ]
    assert showdown.matrix(pd.DataFrame(rows)).splitlines()[2:] == [
        "| `b` | **2.00** | 3.00 |",
        "| `a` | 1.23 | **9.00** |",
    ]


# What lesson 13 reads


def test_the_errors_of_every_picture_make_the_published_scores():
    """Two files, one showdown: pooled, the errors give the figures of the table to its digits."""
    table = evaluation.showdown_table()
    for world, pictures in (("cifar10", "held_out"), ("photos", "photos")):
        rows = table[table.pictures == pictures].set_index(["method", "masks"])["psnr_hole"]
        scores = evaluation.showdown_scores(world).stack()
        both = rows.index.intersection(scores.index)
        assert len(both) == len(scores) * (1 if world == "cifar10" else 2 / 11)
        np.testing.assert_allclose(scores[both], rows[both], atol=1e-3)


def test_no_method_of_the_lesson_is_missing_from_the_errors(published):
    shown = {models.shown_name(name) for name in published["method"]}
    assert set(evaluation.showdown_scores("photos").index) == shown - {"nothing", "grey", "mean"}


@pytest.mark.parametrize("method", ["telea", "harmonic", "best"])
def test_the_errors_are_those_of_the_methods(method):
    images = data.load("photos").test[: showdown.PHOTOS] / np.float32(255)
    holes = evaluation.frozen_masks(len(images))["square_16"]
    some = [0, 131, 299]
    if method == "best":
        filled = models.inpaint(models.load_pretrained(method), images[some], holes[some])
    else:
        damaged = masks.damage(images[some], holes[some])
        pairs = zip(damaged, holes[some], strict=True)
        filled = np.stack([classical.METHODS[method](*pair) for pair in pairs])
    errors = ((filled.astype(float) - images[some]) ** 2)[holes[some]].reshape(3, -1).sum(axis=1)
    kept = evaluation.showdown_errors("photos")["square_16"][models.shown_name(method)]
    np.testing.assert_allclose(kept[some], errors, rtol=1e-3)


def test_leads_are_paired_and_against_the_best_equation():
    leads = evaluation.showdown_leads("cifar10").set_index(["masks", "method"])
    errors = evaluation.showdown_errors("cifar10")["bucket_50_60"]
    equations = ["biharmonic", "harmonic", "navier_stokes", "telea"]
    row = leads.loc["bucket_50_60", "gaussian"]
    assert row["equation"] == min(equations, key=lambda name: errors[name].sum())
    contribution = (
        errors[row["equation"]] / errors[row["equation"]].mean()
        - errors["gaussian"] / errors["gaussian"].mean()
    )
    half = 1.96 * 10 / np.log(10) * contribution.std() / np.sqrt(len(errors))
    assert row["high"] - row["low"] == pytest.approx(2 * half, rel=0.1)
    scores = evaluation.showdown_scores("cifar10")["bucket_50_60"]
    assert row["ahead"] == pytest.approx(scores["gaussian"] - scores[equations].max(), abs=1e-6)


def test_shares_of_firsts_are_counted_picture_by_picture():
    shares = evaluation.showdown_firsts("photos")["random_90"]
    errors = evaluation.showdown_errors("photos")["random_90"]
    counted = dict.fromkeys(errors, 0)
    for _, row in errors.iterrows():
        counted[min(row.index, key=row.get)] += 1
    assert (shares * len(errors)).round(6).to_dict() == counted


def test_a_world_that_is_not_there():
    with pytest.raises(ValueError, match="say one of photos, cifar10"):
        evaluation.showdown_scores("imagenet")


# A lead


def test_a_lead_is_that_of_the_pooled_scores_and_turns_round():
    random = np.random.RandomState(0)
    images, holes = random.rand(6, 8, 8, 3), masks.squares(6, 8, side=3)
    one, other = (np.clip(images + random.normal(0, s, images.shape), 0, 1) for s in (0.1, 0.2))
    errors = [(((f - images) * holes[..., None]) ** 2).sum(axis=(1, 2, 3)) for f in (one, other)]
    ahead, low, high = evaluation.lead(*errors)
    gap = metrics.psnr(images, one, holes) - metrics.psnr(images, other, holes)
    assert ahead == pytest.approx(gap) and low < ahead < high
    back = evaluation.lead(*errors[::-1])
    assert back == pytest.approx((-ahead, -high, -low))


def test_the_interval_holds_the_middle_95_per_cent():
    """Against the delta method, and against drawing the pictures from their distribution."""
    random = np.random.RandomState(1)

    def drawn(count):
        hard = random.lognormal(0, 0.8, count)
        return hard * random.lognormal(0, 0.2, count), hard * random.lognormal(0.1, 0.2, count)

    _, low, high = evaluation.lead(*drawn(400))
    middles = [evaluation.lead(*drawn(400), resamples=1)[0] for _ in range(400)]
    assert high - low == pytest.approx(np.ptp(np.percentile(middles, [2.5, 97.5])), rel=0.25)


@pytest.mark.parametrize(
    ("method", "rival", "sentence"),
    [
        ([1.0, 2.0], [1.0, 2.0, 3.0], "one error a picture"),
        ([[1.0, 2.0]], [1.0, 2.0], "one error a picture"),
        ([1.0], [1.0], "one error a picture"),
        ([1.0, -2.0], [1.0, 2.0], "negative"),
        ([1.0, 2.0], [1.0, np.nan], "NaN"),
        ([0.0, 0.0], [1.0, 2.0], "zeros alone"),
    ],
)
def test_errors_that_make_no_lead(method, rival, sentence):
    with pytest.raises(ValueError, match=sentence):
        evaluation.lead(method, rival)


# Names, and a machine without CIFAR-10


def test_a_network_answers_to_both_of_its_names():
    assert models.shown_name("best") == "fill_and_correct"
    assert models.recipe("fill_and_correct") == models.recipe("best")
    one, other = (models.load_pretrained(name) for name in ("best", "fill_and_correct"))
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_no_table_of_the_lesson_says_best():
    names = {*evaluation.showdown_table().method, *evaluation.showdown_scores("photos").index}
    assert "fill_and_correct" in names and "best" not in names


def test_the_verdict_on_cifar10_needs_no_cifar10(monkeypatch, tmp_path):
    """Neither a folder nor a cache nor a network: lesson 13 shows it from what is shipped."""
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path / "nothing here"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    opened = []
    monkeypatch.setattr(data, "load", lambda name="photos", **_: opened.append(name))
    scores, leads = evaluation.showdown_scores("cifar10"), evaluation.showdown_leads("cifar10")
    drawing = plots.leads({"CIFAR-10": leads})
    plots.leaderboard_map(scores, title="CIFAR-10")
    assert "cifar10" not in opened
    assert scores.loc["gaussian"].gt(scores.loc["biharmonic"]).all()
    heights = {
        tuple(np.round(np.array(line.get_ydata(), float), 6)) for line in drawing.axes[0].lines
    }
    for _, rows in leads.groupby("method"):
        assert tuple(rows["ahead"].round(6)) in heights


# What lesson 13 counts


@pytest.mark.parametrize(
    ("world", "firsts", "clear", "minorities"), [("cifar10", 11, 9, 9), ("photos", 3, 11, 11)]
)
def test_the_columns_that_lesson_13_counts(world, firsts, clear, minorities):
    """Where the best sum is first most often, where it is clearly ahead, where on under half."""
    shares, found = evaluation.showdown_firsts(world), []
    for masks_name, errors in evaluation.showdown_errors(world).items():
        best, second = errors.mean().sort_values().index[:2]
        assert best in ("best", "fill_and_correct")
        low, share = evaluation.lead(errors[best], errors[second])[1], shares[masks_name]
        found.append((share.idxmax() == best, low > 0, share[best] < 0.5))
    assert np.sum(found, axis=0).tolist() == [firsts, clear, minorities]
