"""A long training says how long it takes, from a clock that the tests turn by hand."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from course_lib import training
from course_lib.training import estimate


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when a test says so."""
    now = [1000.0]
    monkeypatch.setattr(estimate, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    return now


def said_after(clock, capsys, seconds, epochs=10, steps=500):
    """{step at which it was said: what} when step k takes ``seconds(k)``."""
    callback, said = estimate.Estimate(epochs), {}
    callback.set_params({"steps": steps, "epochs": epochs})
    for k in range(1, 200):
        clock[0] += seconds(k)
        callback.on_train_batch_end(k)
        if text := capsys.readouterr().out:
            said[k] = text.strip()
    return said


def test_a_long_training_is_told_after_twenty_steps_of_the_same_pace(clock, capsys):
    """10 epochs of 500 steps of 60 ms are 5 min; that compiling took 40 s does not count."""
    said = said_after(clock, capsys, lambda k: 40 if k == 1 else 0.06)
    assert said == {23: "This training takes about 5 min (60 ms a step, 5,000 steps)."}


def test_slow_steps_are_told_before_twenty_are_over(clock, capsys):
    """5,000 steps of 3 s are 250 min: two of them, 6 s, are enough to say so."""
    said = said_after(clock, capsys, lambda k: 3)
    assert said == {5: "This training takes about 250 min (3000 ms a step, 5,000 steps)."}


@pytest.mark.parametrize(("milliseconds", "speaks"), [(23.9, False), (24.1, True)])
def test_two_minutes_are_the_least_that_is_told(clock, capsys, milliseconds, speaks):
    assert bool(said_after(clock, capsys, lambda k: milliseconds / 1000)) == speaks


def test_a_training_tells_it(monkeypatch, capsys):
    """Steps on a clock that goes on by 30 s whenever it is read: 4 are enough, of 2 x 5."""
    seconds = iter(range(0, 10**6, 30))
    monkeypatch.setattr(estimate, "time", SimpleNamespace(perf_counter=lambda: next(seconds)))
    images, hole = np.full((10, 4, 4, 3), 255, np.uint8), np.eye(4, dtype=bool)
    data = training.pairs(images, hole, batch_size=2, seed=0, frozen=True)
    model = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Conv2D(3, 1)])
    model.compile("sgd", loss="mse")
    training.fit(model, data, data, epochs=2, seed=0)
    assert "This training takes about " in capsys.readouterr().out
