"""The law of size and pictures: found again where it is known, with its plateau and its error."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from benchmarks import ablation, results, scaling
from course_lib import evaluation

WEIGHTS = dict(zip(scaling.WIDTHS, (0.22e6, 0.88e6, 2.69e6), strict=True))
SIZE, MINUTES = (one.ravel() for one in np.meshgrid([*WEIGHTS.values()], [10.0, 40.0, 160.0]))


def shown(size, minutes):
    """Pictures in so many minutes: a large network's step takes longer."""
    return 16_000 * minutes * (size / 0.22e6) ** -0.6


SEEN = shown(SIZE, MINUTES)


def known(size, pictures, plateau=22.3):
    """Decibels by a law written down here."""
    least = 10 ** (-plateau / 10)
    error = 1 + 0.06 * (size / 1e6) ** -0.7 + 0.2 * (pictures / 1e5) ** -0.6
    return -10 * np.log10(least * error)


def test_a_law_is_found_again():
    law = scaling.fit(SIZE, SEEN, known(SIZE, SEEN))
    assert law.misfit < 1e-3
    assert law.plateau == pytest.approx(22.3, abs=0.02)
    assert law.parameters[2] == pytest.approx(0.7, abs=0.1)
    assert law.parameters[4] == pytest.approx(0.6, abs=0.05)
    assert law(2.69e6, 1e7) == pytest.approx(known(2.69e6, 1e7), abs=0.01)


def test_the_interval_of_the_plateau_holds_the_true_one_and_grows_with_the_luck():
    random = np.random.RandomState(0)
    held, widths = 0, []
    for trial in range(10):
        law = scaling.fit(SIZE, SEEN, known(SIZE, SEEN) + random.normal(0, 0.01, len(SIZE)))
        low, high = scaling.plateau_interval(law, SIZE, SEEN, 0.01, refits=30, seed=trial)
        held += low <= 22.3 <= high
        widths.append(high - low)
    assert held >= 6  # 9 of 10 are expected
    law = scaling.fit(SIZE, SEEN, known(SIZE, SEEN))
    low, high = scaling.plateau_interval(law, SIZE, SEEN, 0.001, refits=30)
    assert high - low < np.median(widths) / 2


def finished(law, width, minutes):
    """The result of a run whose score follows a law, the same on all masks."""
    size, seen = WEIGHTS[width], shown(WEIGHTS[width], minutes)
    return {
        "weights": size,
        "pictures": seen,
        "recipe": {"minutes": minutes, "arguments": {"width": width}},
        "scores": {"last": {name: float(law(size, seen)) for name in scaling.FITTED}},
    }


def test_the_long_run_has_the_size_that_will_lead_not_the_one_that_leads_now(monkeypatch):
    def after(minutes):
        return [known(size, shown(size, minutes)) for size in WEIGHTS.values()]

    assert np.argmax(after(40)) < np.argmax(after(480)) == 2
    monkeypatch.setattr(ablation, "best", lambda: {"optimizer": "muon"})
    runs = scaling.shorter()
    found = {run.name: finished(known, run.arguments["width"], run.minutes) for run in runs}
    assert len(found) == 6
    monkeypatch.setattr(scaling, "result", lambda run: found.get(run.name))
    (long,) = scaling.final()
    assert long.arguments["width"] == 56 and long.minutes == 480 and long.optimizer == "muon"
    promised = scaling.promise([*found.values()], 56, 480)
    assert promised == pytest.approx(after(480)[2], abs=0.1)
    del found[runs[-1].name]
    assert scaling.final() == []  # not before all six have finished


def arm(*figures, by_average=0.0):
    """Results of an arm, a figure a seed."""
    return [
        {
            "scores": {"last": {"lines": one}, "averaged": {"lines": one + by_average}},
            "pictures": 600_000,
        }
        for one in figures
    ]


def test_a_gain_is_over_today_and_its_interval_pools_the_seeds():
    every = {"today": arm(20.0, 20.2), "field": arm(20.5, 20.5), "uncomposited": arm(19.0, 19.2)}
    every["no_fill"] = arm(17.0, 19.0)
    gains = ablation.gains(every)
    assert gains["field"][0] == pytest.approx(0.4)
    assert gains["uncomposited"][0] == pytest.approx(-1.0)
    assert gains["no_fill"] == (pytest.approx(-2.1), np.inf)  # neither pooled nor with an interval
    pooled = (0.02 + 0 + 0.02) / 3  # three degrees of freedom: t = 3.182
    assert gains["field"][1] == pytest.approx(3.182 * np.sqrt(pooled), rel=1e-3)
    assert "| `field` | 0.60 | 20.50 / 20.50 | +0.400 ± 0.367 | +0.000 |" in ablation.body(
        every, {"tune_adam_0.001": 19.0}
    )
    averaged = ablation.body({"today": arm(20.0, 20.2, by_average=0.05)}, {})
    assert "| +0.050 |" in averaged


def test_half_a_comparison_has_no_interval_and_says_what_is_missing():
    half = ablation.body({"today": arm(20.0), "field": arm(20.5)}, {}, ["today_2027"])
    assert "| `field` | 0.60 | 20.50 | +0.500 | +0.000 |" in half
    assert "Not trained yet: today_2027." in half and "Rates" not in half


@pytest.mark.parametrize("masks", scaling.FITTED)
def test_the_lessons_table_is_the_record(masks):
    table = evaluation.scaling_scores(masks)
    stored = json.loads(scaling.STORED.read_text(encoding="utf-8"))
    runs, across = table.dropna(), table[table.minutes.isna()].set_index("method").psnr_hole
    assert across.to_dict() == {name: one[masks] for name, one in stored["across"].items()}
    kept = {(run["weights"], run["recipe"]["minutes"]): run for run in stored["runs"]}
    assert len(kept) == len(stored["runs"]) == len(runs) >= 6
    for row in runs.itertuples():
        run = kept[row.weights, row.minutes]
        assert (row.pictures, row.psnr_hole) == (run["pictures"], run["scores"]["last"][masks])
        assert row.method == f"{row.weights / 1e6:.1f} million weights"


@pytest.mark.parametrize("masks", ["bucket", None, 3, ["lines"]])
def test_masks_that_were_not_measured_get_one_sentence(masks):
    with pytest.raises(ValueError, match="say one of lines, square_16, random_50"):
        evaluation.scaling_scores(masks)


def test_what_lesson_13_says_of_the_ten_runs():
    """Four times the minutes, who is ahead after 160 and has passed the Gaussian, and 480."""
    tables = {name: evaluation.scaling_scores(name) for name in scaling.FITTED}
    scores = pd.DataFrame(
        {name: one.set_index(["method", "minutes"]).psnr_hole for name, one in tables.items()}
    )
    trained = scores[scores.index.get_level_values("minutes").notna()]
    gains = trained.drop(index=480, level="minutes").unstack("method").diff().dropna()
    assert len(trained) == 10 and gains.min().min() > 0.05 and gains.max().max() < 0.55
    first, second = gains.to_numpy()
    assert (second < first).mean() > 0.5  # mostly less the second time
    last = trained.xs(160, level="minutes")
    assert set(last.idxmax()) == {"0.9 million weights"}
    gaussian = scores.xs("gaussian", level="method").iloc[0]
    assert [*last.index[(last > gaussian).all(axis=1)]] == ["0.9 million weights"]
    assert (last.lines > gaussian.lines).all()  # the figure's text
    longest = trained.xs(480, level="minutes")
    assert [*longest.index] == ["0.9 million weights"]
    more = (longest - last).dropna().iloc[0].round(1)
    assert more.to_dict() == {"lines": 0.1, "square_16": 0, "random_50": 0.1}


def test_what_lesson_13_says_of_the_law():
    """The intervals of its plateaus, its next step, and that the longest run gave it its end."""
    stored = json.loads(scaling.STORED.read_text(encoding="utf-8"))["runs"]
    size, seen = (np.array([one[key] for one in stored]) for key in ("weights", "pictures"))
    largest = size.max(), 10 * seen[size == size.max()].max()
    found = scaling.laws(stored)
    written = results.RESULTS.read_text(encoding="utf-8").partition("<!-- begin scaling -->")[2]
    said = {"lines": (23.5, 24.5, 23.0), "square_16": (16.1, 17.9, 16.1)}
    for name, (low, high, next_step) in said.items():
        interval, *_ = re.findall(rf"^\| {name} \|.* (\S+) to (\S+) \|", written, re.MULTILINE)
        assert [float(end) for end in interval] == pytest.approx([low, high], abs=0.051)
        assert found[name](*largest) == pytest.approx(next_step, abs=0.051)
    without = scaling.laws([one for one in stored if one["recipe"]["minutes"] < 480])["lines"]
    assert without.plateau > found["lines"].plateau + 2
