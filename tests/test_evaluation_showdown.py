"""The published showdown: whole, and of the weights that are shipped."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from benchmarks import results, showdown
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
    monkeypatch.setattr(showdown, "CACHE", tmp_path / "kept")
    images = data.load("photos").test[:3] / np.float32(255)
    holes = masks.random_lines(3, seed=0)

    def kept(holes):
        scores = showdown.evaluate_kept("harmonic", images, holes, resamples=10)
        assert scores.pop("milliseconds") > 0
        return scores

    expected = evaluation.evaluate(classical.harmonic, images, holes, resamples=10)
    del expected["milliseconds"]
    assert kept(holes) == expected
    monkeypatch.setitem(classical.METHODS, "harmonic", classical.grey)
    assert kept(holes) == expected
    others = holes[:, ::-1]
    grey = evaluation.evaluate(classical.grey, images, others)
    assert kept(others)["psnr_hole"] == grey["psnr_hole"]  # nothing was kept for other masks


def test_figures_are_stored_and_read_back(published, tmp_path, monkeypatch):
    monkeypatch.setattr(showdown, "STORED", tmp_path / "showdown.json")
    scores = published.drop(columns="parameters").assign(parameters=np.nan)
    scores.loc[0, "parameters"] = 1_941_523
    showdown.store(scores, {"held_out": 0.5}, np.zeros((2, 32, 32, 3), np.uint8))
    pd.testing.assert_frame_equal(showdown.published(), scores, check_dtype=False)


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
