"""nbgrader releases, collects and grades the exercises, as an instructor does."""

import getpass
import importlib.util
import os
import subprocess
import sys

import nbformat
import pytest

from tests.helpers import PATIENCE, skip_or_fail
from tools import classroom, exercises
from tools.project import ROOT, SOLUTIONS

ASSIGNMENTS = ("01_masks", "02_diffusion")
HALF = ("1", "3")  # the tasks that the half-solved submission has right


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    if importlib.util.find_spec("nbgrader") is None:
        skip_or_fail("nbgrader is not installed: pip install -e .[classroom]")
    folder = tmp_path_factory.mktemp("course")
    classroom.make_course(folder, ASSIGNMENTS)
    for name in ASSIGNMENTS:
        nbgrader(folder, "generate_assignment", name)
    return folder


def nbgrader(folder, *arguments):
    """Run one of nbgrader's commands in a folder, with a home of its own."""
    environment = dict(
        os.environ,
        HOME=str(folder),
        PATH=f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}",
        PYTHONPATH=str(ROOT),
    )
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]


def answered(course, name, tasks):
    """The released notebook with the solution's answers to some tasks."""
    released = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
    solved = nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4)
    answers, number = {}, None
    for cell in solved.cells:
        if found := exercises.HEADING.search(cell.source):
            number = found[1]
        if exercises.BEGIN in cell.source and number in tasks:
            answers[cell.metadata.nbgrader.grade_id] = cell.source
    for cell in released.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    return released


def hand_in(course, student, name, notebook):
    path = course / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def grades(course, student, name):
    """{task: points} that nbgrader gave, and the most it could give."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        submission = book.find_submission_notebook(name, name, student)
        given = {
            grade.name[-1]: grade.auto_score
            for grade in submission.grades
            if grade.name.startswith("task_")
        }
        return given, submission.max_score


@pytest.mark.parametrize(
    "name, students", zip(ASSIGNMENTS, (("full", "half", "untouched"), ("half",)), strict=True)
)
def test_full_half_and_no_marks(course, name, students):
    stars = {
        found[1]: len(found[2])
        for cell in nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4).cells
        if (found := exercises.HEADING.search(cell.source))
    }
    solved = {"full": stars, "half": HALF, "untouched": ()}
    for student in students:
        hand_in(course, student, name, answered(course, name, solved[student]))
    nbgrader(course, "autograde", name, "--create")
    for student in students:
        points = {task: most * (task in solved[student]) for task, most in stars.items()}
        assert grades(course, student, name) == (points, sum(stars.values()))


def test_release_fetch_submit_collect(course, tmp_path):
    """The way through nbgrader's exchange folder, teacher and learner being one user here."""
    name = ASSIGNMENTS[0]
    nbgrader(course, "release_assignment", name)
    exchange = [
        f"--Exchange.root={course / 'exchange'}", "--CourseDirectory.course_id=inpainting",
    ]  # fmt: skip
    nbgrader(tmp_path, "fetch_assignment", name, *exchange)
    assert (tmp_path / name / f"{name}.ipynb").exists()
    nbgrader(tmp_path, "submit", name, *exchange)
    nbgrader(course, "collect", name)
    assert (course / "submitted" / getpass.getuser() / name / f"{name}.ipynb").exists()


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_release_is_the_exercise(course, name):
    """What nbgrader cuts is what our own generator cuts, but for the cells that it grades."""
    released = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
    ours = nbformat.read(ROOT / "exercises" / f"{name}.ipynb", as_version=4)
    seen = [cell.source for cell in exercises.without_graded_cells(released).cells]
    assert seen == [cell.source for cell in ours.cells]


def test_a_name_that_is_no_exercise_is_refused(tmp_path):
    assert "There is no exercise 99_none" in classroom.main([str(tmp_path), "99_none"])
    assert not (tmp_path / "source").exists()


def test_settings_of_another_course_are_kept(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("# mine")
    assert "settings of its own" in classroom.main([str(tmp_path), "01_masks"])
    assert (tmp_path / "nbgrader_config.py").read_text() == "# mine"
