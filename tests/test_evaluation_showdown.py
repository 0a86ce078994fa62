"""The published showdown: whole, and of the weights that are shipped."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from benchmarks import kept, results, showdown
from course_lib import classical, data, evaluation, masks, models


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
