"""Exercises are cut from solutions, and nothing else; the committed ones are up to date."""

import copy
import json
import textwrap

import nbformat
import pytest

from course_lib import checks
from tools import check_notebooks, exercises
from tools.build_notebooks import build_exercise
from tools.project import EXERCISES, EXPECTED, SOLUTIONS

COMMITTED = sorted(SOLUTIONS.glob("*.ipynb"))

SAMPLE = """
    # %% [markdown]
    # # Exercise 01: small
    #
    # {{badge}}

    # %%
    # {{launch}}

    # %% [markdown]
    # ## Task 1 ★: double

    # %% [markdown] tags=["hints"]
    # 1. Twice is how often? Add
    #    it to itself.
    # 2. number + number. 2. is no new hint.
    # 3. return 2 * number

    # %%
    def double(number):
        ### BEGIN SOLUTION
        twice = 2 * number
        return twice
        ### END SOLUTION


    answer = (
        ### BEGIN SOLUTION
        4
        ### END SOLUTION
    )

    # %%
    checks.task_01_1(double)

    # %% tags=["expected"]
    if checks.task_01_1(double):
        plots.show(double(picture))

    # %% [markdown]
    # ## Task 2 ★★: explain
    #
    # <!-- BEGIN SOLUTION -->
    # Because.
    # <!-- END SOLUTION -->

    # %% [markdown] tags=["hints"]
    # 1. Why?
    # 2. Ask once more.
    # 3. Because.

    # %%
    checks.task_01_2(answer)
"""


@pytest.fixture
def source(tmp_path):
    return write_source(tmp_path, SAMPLE)


def write_source(folder, text):
    path = folder / "solutions" / "src" / "01_small.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return path


def solved(source, content="cG5n"):
    """The sample as the build would leave it, with its picture; made by hand, not executed."""
    notebook = exercises.render_solution(source)
    for number, cell in enumerate(check_notebooks._code(notebook), start=1):
        cell.execution_count = number
        if "expected" in cell.metadata.get("tags", []):
            cell.outputs = [
                nbformat.v4.new_output(
                    "display_data",
                    data={"image/png": content},
                    metadata={"image/png": {"alt": "A square twice as bright as before."}},
                ),
                nbformat.v4.new_output("display_data", data={"text/markdown": "*Twice.*"}),
            ]
    return notebook


# The committed notebooks


def test_each_source_has_its_solution_and_its_exercise():
    names = [path.stem for path in sorted((SOLUTIONS / "src").glob("*.py"))]
    assert names and names == [path.stem for path in COMMITTED]
    assert names == [path.stem for path in sorted(EXERCISES.glob("*.ipynb"))]


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_solution_and_exercise_have_no_problem(path):
    assert check_notebooks.problems(path) == []
    assert check_notebooks.problems(EXERCISES / path.name) == []


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_solution_counts_the_tasks_that_there_are(path):
    solution = nbformat.read(path, as_version=4)
    counted = copy.deepcopy(solution)
    exercises.renew_progress(counted, path.name[:2])
    assert counted == solution, "make notebooks"
    assert f" of {len(checks.TASKS)} tasks solved." in str(solution.cells)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_every_line_of_a_stub_stands_in_its_solution(path):
    """Placeholders and the shown pictures exempt."""
    solution = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    exempt = {exercises.PLACEHOLDER, exercises.TEXT_PLACEHOLDER}
    for cell in nbformat.read(EXERCISES / path.name, as_version=4).cells:
        if cell.id.startswith("expected-"):
            continue
        whole = solution[cell.id].split("\n")
        assert [line for line in cell.source.split("\n") if line.strip() not in exempt] == [
            line for line in cell.source.split("\n") if line in whole
        ]


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_every_committed_answer_is_right(path):
    """What the solution shows under its checks."""
    calls = [
        cell
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code" and exercises.CALL.match(cell.source)
    ]
    shown = [output.data["text/plain"] for cell in calls for output in cell.outputs]
    assert len(shown) == len(calls) > 0 and all(", right. " in text for text in shown)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_expected_pictures_are_the_solutions(path):
    described = json.loads((EXPECTED / "pictures.json").read_text(encoding="utf-8"))
    found = exercises.expected_pictures(nbformat.read(path, as_version=4))
    assert {name for name in described if name[:2] == path.stem[:2]} == set(found)
    for name, (file, content, alt, caption) in found.items():
        assert described[name] == {"file": file, "alt": alt, "caption": caption}
        assert (EXPECTED / file).read_bytes() == content


def test_no_picture_is_left_over():
    described = json.loads((EXPECTED / "pictures.json").read_text(encoding="utf-8"))
    assert {path.name for path in EXPECTED.iterdir()} == {"pictures.json"} | {
        about["file"] for about in described.values()
    }


# The generator


def test_answers_graded_cells_and_outputs_are_cut(source):
    cut = exercises.exercise(solved(source))
    texts = [cell.source for cell in cut.cells]
    assert texts[4] == (
        "def double(number):\n    ...  # your code here\n\n\n"
        "answer = (\n    ...  # your code here\n)"
    )
    assert "*Your answer here.*" in texts[7] and "Because" not in "".join(texts)
    assert not any("HIDDEN" in text or "SOLUTION" in text for text in texts)
    assert all(cell.get("outputs", []) == [] for cell in cut.cells)
    assert all("nbgrader" not in cell.metadata for cell in cut.cells)
    compile(texts[4], "the stub", "exec")


def test_hints_stand_in_no_notebook_but_in_the_file_of_tasks(source, tmp_path):
    solution = exercises.render_solution(source)
    assert not any("Ask once more" in cell.source for cell in solution.cells)
    words = exercises.task_words(source)
    assert words == {
        "01_1": {
            "title": "double",
            "stars": 1,
            "hints": [
                "Twice is how often? Add it to itself.",
                "number + number. 2. is no new hint.",
                "return 2 * number",
            ],
        },
        "01_2": {
            "title": "explain",
            "stars": 2,
            "hints": ["Why?", "Ask once more.", "Because."],
        },
    }
    target = tmp_path / "tasks.json"
    assert exercises.write_tasks([source], target)
    assert json.loads(target.read_text(encoding="utf-8")) == words
    assert not exercises.write_tasks([source], target)


def test_a_task_with_two_hints_is_refused(tmp_path):
    without = SAMPLE.replace("# 3. Because.", "#")
    with pytest.raises(ValueError, match="01_2 has 2 hints"):
        exercises.task_words(write_source(tmp_path, without))


def test_the_expected_picture_comes_before_the_answer(source):
    cut = exercises.exercise(solved(source))
    places = [cell.source for cell in cut.cells]
    assert places[3].startswith('checks.expected("01_1")')
    assert sum("checks.expected" in text for text in places) == 1


def test_each_task_has_one_cell_that_nbgrader_grades(source):
    cells = exercises.render_solution(source).cells
    graded = [cell for cell in cells if exercises._is_graded(cell)]
    assert [cell.metadata.nbgrader.grade_id for cell in graded] == ["task_01_1", "task_01_2"]
    assert [cell.metadata.nbgrader.points for cell in graded] == [1, 2]
    assert graded[0].source == (
        "### BEGIN HIDDEN TESTS\nassert checks.task_01_1(double)\n### END HIDDEN TESTS"
    )
    assert cells[cells.index(graded[0]) - 1].source == "checks.task_01_1(double)"


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("    ### END SOLUTION\n\n\n", "\n\n", "stands in a solution"),
        ("# <!-- END SOLUTION -->", "#", "has no end"),
        ("        ### BEGIN SOLUTION\n        twice", "        twice", "has no beginning"),
        ("checks.task_01_2(answer)", "print(answer)", "one call of its check"),
        ("## Task 2 ★★: explain", "Explain", "check 2 has no"),
        ("checks.task_01_2(answer)", "checks.task_02_2(answer)", "another lesson"),
    ],
)
def test_a_fault_of_the_source_is_refused(tmp_path, old, new, says):
    assert old in SAMPLE
    with pytest.raises(ValueError, match=says):
        exercises.render_solution(write_source(tmp_path, SAMPLE.replace(old, new)))


def test_an_expected_cell_shows_one_picture(source):
    notebook = solved(source)
    cell = next(cell for cell in notebook.cells if "expected" in cell.metadata.get("tags", []))
    outputs, cell.outputs = cell.outputs, []
    with pytest.raises(ValueError, match="one picture with a caption"):
        exercises.expected_pictures(notebook)
    cell.outputs = outputs * 2
    with pytest.raises(ValueError, match="one picture with a caption"):
        exercises.expected_pictures(notebook)


def test_a_large_picture_is_refused(source):
    with pytest.raises(ValueError, match="bytes"):
        exercises.expected_pictures(solved(source, "A" * 200_000))


def test_building_writes_once(source, tmp_path):
    path = tmp_path / "solutions" / "01_small.ipynb"
    nbformat.write(solved(source), path)
    target, pictures = tmp_path / "exercises" / "01_small.ipynb", tmp_path / "expected"
    assert build_exercise(path, target, pictures=pictures)
    assert (pictures / "01_1.png").read_bytes() == b"png"
    assert not build_exercise(path, target, pictures=pictures)
    nbformat.write(solved(source, "bmV3"), path)
    assert build_exercise(path, target, pictures=pictures)
    assert (pictures / "01_1.png").read_bytes() == b"new"


def test_an_exercise_edited_by_hand_is_found(source, tmp_path):
    solution = solved(source)
    path = tmp_path / "solutions" / "01_small.ipynb"
    nbformat.write(solution, path)
    good = exercises.exercise(solution)
    assert check_notebooks.check_cut(good, path) == []
    edited = copy.deepcopy(good)
    edited.cells[2].source += " by hand"
    assert "not what its solution gives" in check_notebooks.check_cut(edited, path)[0]
    leaking = copy.deepcopy(solution)
    assert "holds a part of a solution" in " ".join(check_notebooks.check_cut(leaking, path))
    assert "no solution" in check_notebooks.check_cut(good, tmp_path / "none.ipynb")[0]
