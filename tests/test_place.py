"""In a browser: no threads, no training, and what is solved stays beside the notebooks.

Pyodide itself is met in tests/system/test_lite.py; here ``_place.PLATFORM`` says "emscripten".
"""

import itertools
import sys
import threading
import warnings

import numpy as np
import pytest
from tqdm import TqdmMonitorWarning, tqdm

from course_lib import _place, checks, data, runtime
from course_lib.checks import _limited, _progress, _task

needs_monitoring = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="Pyodide's Python is newer: it can watch its own loops"
)


@pytest.fixture(autouse=True)
def browser(monkeypatch, tmp_path):
    """A platform without threads; nobody's home, and a drive that is kept."""

    def refuse(self):
        raise RuntimeError("can't start new thread")

    drive = tmp_path / "drive"
    drive.mkdir()
    monkeypatch.setattr(_place, "PLATFORM", "emscripten")
    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(_progress, "BROWSER_FOLDER", drive)
    monkeypatch.setattr(_progress, "_solved_here", {})
    monkeypatch.delenv(_progress.VARIABLE)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(tqdm, "monitor_interval", tqdm.monitor_interval)
    return drive


@needs_monitoring
def test_a_check_says_right_and_wrong_without_a_thread():
    averaged = checks.task_01_2(lambda psnrs, hole_fractions: np.mean(psnrs))
    assert averaged.verdict == "decibels averaged"
    assert checks.task_01_2(None).verdict == "not attempted"
    assert checks.task_01_2(lambda psnrs, hole_fractions: 1 / 0).verdict == "error"


def endless():
    while True:
        pass


def counting():
    for _ in itertools.count():
        pass


def stubborn():
    while True:
        try:
            endless()
        except BaseException:
            pass


def summing():
    return sum(number for number in itertools.count() if number < 0)


@needs_monitoring
@pytest.mark.parametrize("work", [endless, counting, stubborn, summing])
def test_a_loop_without_end_is_stopped(monkeypatch, work):
    words = {"title": "made up", "stars": 1, "hints": ["a", "b", "c"]}
    monkeypatch.setattr(_task, "TASKS", {})
    monkeypatch.setattr(_task, "_words", lambda: {"99_1": words})

    @_task.task("99_1", seconds=0.1, work="two pictures")
    def check(answer):
        answer()

    result = check(work)
    assert result.verdict == "too slow" and "for two pictures" in result.message
    assert sys.monitoring.get_tool(_limited.OUR_NAME) is None  # nobody looks at the clock now


@needs_monitoring
def test_one_check_after_another_is_watched():
    assert [_limited.run(lambda: None, 5) for _ in range(3)] == [True] * 3
    with pytest.raises(ZeroDivisionError):
        _limited.run(lambda: 1 / 0, 5)
    assert _limited.run(lambda: None, 5)


def test_setup_says_browser_and_no_word_of_tracking(capsys):
    run = runtime.setup()
    assert (run.place, run.device, run.profile, run.data) == ("browser", "cpu", "smoke", "photos")
    assert run.wandb == "disabled"
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == ["place", "device", "profile", "data"]
    assert said[0].startswith("place    browser, Python 3.")


@pytest.mark.parametrize("name", ["keras", "tensorflow", "wandb"])
def test_what_trains_says_where_to_go_instead(monkeypatch, name):
    for loaded in [one for one in sys.modules if one.split(".")[0] == name]:
        monkeypatch.delitem(sys.modules, loaded)
    finders = [one for one in sys.meta_path if not hasattr(one, "find_distributions")]
    monkeypatch.setattr(sys, "meta_path", finders)  # as if it were not installed
    for _ in range(2):
        _place.prepare_page()
    with pytest.raises(ModuleNotFoundError, match="not trained in a browser: open .* Colab"):
        __import__(name)


def test_a_page_without_numpy_says_so(monkeypatch):
    monkeypatch.setattr(_place, "NEEDED", ("os", "numpie", "no.such.parent"))
    with pytest.raises(ModuleNotFoundError, match="built without numpie, no.such.parent: open"):
        runtime.setup()


def test_progress_lies_beside_the_notebooks(browser, monkeypatch):
    assert _progress.record("01_2") is None
    assert [path.name for path in browser.iterdir()] == ["inpainting-progress.json"]
    monkeypatch.setattr(_progress, "_solved_here", {})  # the page is loaded again
    assert "01.2 solved" in checks.progress()


def test_progress_is_counted_where_a_browser_keeps_nothing(browser):
    browser.rmdir()
    _progress.record("01_2")
    assert "01.2 solved" in checks.progress()


def test_cifar10_cannot_be_fetched_and_says_what_else_there_is(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(OSError, match=r'use data.load\("photos"\)'):
        data.load("cifar10")
    assert "can't start new thread" in capsys.readouterr().out


def test_a_progress_bar_does_not_ask_for_a_thread(monkeypatch):
    monkeypatch.setattr(tqdm, "monitor", None)
    _place.prepare_page()
    with warnings.catch_warnings():
        warnings.simplefilter("error", TqdmMonitorWarning)
        assert list(tqdm(range(3), disable=False)) == [0, 1, 2]
