"""Every wrong answer of the catalogue is named, and whatever is handed in gets an answer."""

import importlib

import numpy as np
import pytest

from course_lib import checks
from course_lib.checks import _progress
from tools.project import ROOT

CATALOGUES = sorted(path.stem for path in (ROOT / "tests" / "wrong_answers").glob("lesson_*.py"))
WRONG = [
    entry
    for name in CATALOGUES
    for entry in importlib.import_module(f"tests.wrong_answers.{name}").WRONG
]


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """A progress file for one test, and a kernel that has solved nothing."""
    monkeypatch.setenv(_progress.VARIABLE, str(tmp_path / "progress.json"))
    monkeypatch.setattr(_progress, "_solved_here", {})
    return tmp_path / "progress.json"


def check_of(task):
    return getattr(checks, f"task_{task}")


@pytest.mark.parametrize(
    "task, verdict, answer",
    WRONG,
    ids=[f"{task}-{number}-{verdict}" for number, (task, verdict, _) in enumerate(WRONG)],
)
def test_wrong_answer_is_named(task, verdict, answer):
    result = check_of(task)(answer)
    assert (result.verdict, bool(result)) == (verdict, False), result


def test_each_task_has_its_wrong_answers():
    """Four for a task of one or two stars, told apart by their names; two for an open one."""
    for name, task in checks.TASKS.items():
        verdicts = [verdict for other, verdict, _ in WRONG if other == name]
        assert len(set(verdicts)) >= (4 if task.stars < 3 else 2), name


ANYTHING = {
    "nothing": None,
    "placeholder": ...,
    "number": 3,
    "letter": "b",
    "list": [1, 2],
    "empty dictionary": {},
    "object": object(),
    "zeros": np.zeros(3),
    "array of None": np.array(None),
    "no arguments": lambda: None,
    "returns None": lambda *given: None,
    "returns text": lambda *given: "text",
    "divides by zero": lambda *given: 1 / 0,
    "returns its arguments": lambda *given: given,
    "returns NaN": lambda *given: np.full((2, 3), np.nan),
    "type": int,
    "builtin": print,
}


@pytest.mark.parametrize("task", checks.TASKS)
@pytest.mark.parametrize("answer", ANYTHING.values(), ids=ANYTHING)
def test_anything_gets_an_answer(task, answer):
    """Never an exception; an attempt counts as one; nothing of this is right."""
    result = check_of(task)(answer)
    assert isinstance(result, checks.Result) and result.message
    if result:  # a letter may happen to be the right one
        assert answer == "b"
    if answer is None or answer is ...:
        assert result.verdict == "not attempted"
