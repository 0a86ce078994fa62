"""The catalogue: wrong answers that the checks do not compute themselves, each with its verdict.

What a check computes itself, its ``Mistake`` rows, is tested with the library's tests. One of the
answers here for each task is such a mistake once more, written independently.
"""

import importlib
import os

import pytest

from course_lib import checks
from tests.helpers import fresh_progress
from tools.project import ROOT

CATALOGUES = sorted(path.stem for path in (ROOT / "tests" / "wrong_answers").glob("lesson_*.py"))
WRONG = [
    entry
    for name in CATALOGUES
    for entry in importlib.import_module(f"tests.wrong_answers.{name}").WRONG
]
# Times: checks draw their inputs anew, and no verdict may hang on the draw: the weekly run
# asks six times.
REPEATED = int(os.environ.get("INPAINTING_DRAWS", "1"))
NETWORKS = {"08_4": 1, "08_5": 1, "13_4": 1}  # whose checks cost seconds: so many times instead
FROZEN = dict.fromkeys(("01_4", "02_4", "03_3", "05_3"), 1) | {
    "06_4": 1,
    "09_4": 1,
    "10_4": 1,
    "14_4": 1,
}  # whose checks draw the same every time


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    return fresh_progress(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "task, verdict, answer",
    WRONG,
    ids=[f"{task}-{number}-{verdict}" for number, (task, verdict, _) in enumerate(WRONG)],
)
def test_wrong_answer_is_named(task, verdict, answer):
    for _ in range((NETWORKS | FROZEN).get(task, REPEATED)):
        result = checks.TASKS[task].check(answer)
        assert (result.verdict, bool(result)) == (verdict, False), result


@pytest.mark.parametrize("task", [name for name in checks.TASKS if name not in NETWORKS])
def test_mistakes_are_told_apart_whatever_is_drawn(task):
    for mistake in checks.TASKS[task].mistakes * REPEATED:
        assert checks.TASKS[task].check(mistake.compute).verdict == mistake.name


def test_each_task_has_its_wrong_answers():
    """Four for a task of one or two stars, told apart by their names; two for an open one."""
    for name, task in checks.TASKS.items():
        verdicts = {verdict for other, verdict, _ in WRONG if other == name}
        verdicts |= {mistake.name for mistake in task.mistakes}
        assert len(verdicts) >= (4 if task.stars < 3 else 2), name
