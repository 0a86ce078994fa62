"""Intervals over pictures and seeds, on made-up numbers whose variances are known."""

import numpy as np
import pytest

from benchmarks import seeds

COUNTS = np.full(200, 30)


def made_up(random, offsets, seed_spread, picture_spread, count=200):
    """Errors (2, N) for each offset (dB): pictures in common, each seed with its own luck (dB)."""
    hardness = random.normal(0, 3, count)  # dB, the same for everyone
    errors = {}
    for name, offset in offsets.items():
        luck = random.normal(0, seed_spread, (2, 1))
        own = random.normal(0, picture_spread, (1, count))  # how this network takes to a picture
        errors[name] = 30 * 10 ** (-(20 + offset + luck + own + hardness) / 10)
    return errors


@pytest.mark.parametrize(("seed_spread", "picture_spread"), [(0.2, 0.0), (0.05, 1.0), (0.0, 1.0)])
def test_nineteen_of_twenty_intervals_hold_the_true_lead(seed_spread, picture_spread):
    random = np.random.RandomState(0)
    offsets = {"a": 0.3, "b": 0.0, "c": 0.0}
    trials = 400
    held = 0
    for trial in range(trials):
        errors = made_up(random, offsets, seed_spread, picture_spread)
        lead = seeds.leads(errors, COUNTS, resamples=200, seed=trial)["a", "b"]
        held += lead.low < 0.3 < lead.high
    assert 0.92 < held / trials < 0.98  # three standard errors: 0.033


def test_the_two_parts_of_the_error_are_told_apart():
    random = np.random.RandomState(1)
    parts = [
        seeds.leads(made_up(random, {"a": 0, "b": 0, "c": 0}, 0.2, 0.5), COUNTS, resamples=200)
        for _ in range(200)
    ]
    variances = np.mean(
        [[one["a", "b"].pictures ** 2, one["a", "b"].seeds ** 2] for one in parts], 0
    )
    assert variances[1] == pytest.approx(0.2**2 / 2 + 0.2**2 / 2, rel=0.15)
    # Without seeds the scatter of the leads is the pictures' alone.
    without = [
        seeds.leads(made_up(random, {"a": 0, "b": 0}, 0.0, 0.5), COUNTS, resamples=50)[
            "a", "b"
        ].mean
        for _ in range(400)
    ]
    assert variances[0] == pytest.approx(np.var(without), rel=0.2)


def test_pictures_that_all_find_hard_say_nothing_about_the_lead():
    random = np.random.RandomState(2)
    lead = seeds.leads(made_up(random, {"a": 0.3, "b": 0.0}, 0.0, 0.0), COUNTS)["a", "b"]
    assert (lead.mean, lead.low, lead.high) == pytest.approx((0.3, 0.3, 0.3), abs=1e-9)


def test_a_lead_by_hand():
    errors = {"a": np.array([[1.0, 1.0], [10.0, 10.0]]), "b": np.array([[10.0, 10.0]])}
    lead = seeds.leads(errors, np.array([10, 10]), resamples=50)["a", "b"]
    assert lead.mean == pytest.approx((10 + 0) / 2 - 0)
    assert lead.seeds == pytest.approx(np.sqrt(50 / 2 + 50))  # 10 and 0 dB: variance 50
    assert lead.high - lead.mean == pytest.approx(12.706 * np.sqrt(75), rel=1e-4)  # one freedom


def test_one_seed_each_is_refused():
    with pytest.raises(ValueError, match="from a second"):
        seeds.leads({"a": np.ones((1, 3)), "b": np.ones((1, 3))}, np.ones(3))
