"""From a solution's text source to the solution and the exercise, always the same ones.

A source (``solutions/src/NN_name.py``) is written like a lesson's, with a few more rules:

* a task begins with a heading ``## Task 2 ★★: title`` and ends with the code cell that calls its
  check, ``checks.task_NN_2(answer)``, and nothing else;
* a Markdown cell tagged ``hints`` holds the task's three hints as a numbered list. It stands in
  no notebook: it goes, with title and stars, into the file that ``checks`` reads;
* what stands between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` is cut from the exercise,
  in code and (as ``<!-- BEGIN SOLUTION -->``) in Markdown;
* a code cell tagged ``expected`` shows one picture with ``plots.show``: the exercise opens the
  task's code with that picture, through ``checks.expected("NN_2")``.

The markers are nbgrader's, and each task gets the cell that nbgrader grades.
"""

import base64
import copy
import json
import re

import nbformat

from tools.render import render

PLACEHOLDER = "...  # your code here"
TEXT_PLACEHOLDER = "*Your answer here.*"
BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
CALL = re.compile(r"^checks\.task_(\d\d)_(\d)\(.*\)$", re.DOTALL)
HEADING = re.compile(r"^## Task (\d) (★{1,3}): (.+)$", re.MULTILINE)
HINT = re.compile(r"^(\d)\. ((?:.+\n?)+?)(?=^\d\. |\Z)", re.MULTILINE)
LARGEST_PICTURE = 80_000  # bytes


def render_solution(source_path, published=None):
    """The solution without outputs: the source, nbgrader's metadata, and the graded cells.

    Raises:
        ValueError: if a marker has no partner or a task has no check.
    """
    notebook = render(source_path, published)
    lesson = source_path.stem[:2]
    cells, points = [], {}
    for cell in notebook.cells:
        if _is_hints(cell):
            continue
        cells.append(cell)
        if cell.cell_type == "markdown" and (found := HEADING.search(cell.source)):
            points[found[1]] = len(found[2])
        if BEGIN in cell.source:
            cut(cell)  # refuses markers without a partner
            cell.metadata["nbgrader"] = _answer_metadata(cell)
        number = _checked_task(cell, lesson)
        if number is None:
            continue
        if number not in points:
            raise ValueError(f'{source_path.name}: check {number} has no "## Task {number} ★: …".')
        cells.append(_graded_cell(cell, lesson, number, points[number]))
    checked = [cell.metadata.nbgrader.grade_id for cell in cells if _is_graded(cell)]
    if checked != [f"task_{lesson}_{number}" for number in points]:
        raise ValueError(f"{source_path.name}: every task ends with one call of its check.")
    notebook.cells = cells
    return notebook


def task_words(source_path):
    """{task: {"title", "stars", "hints"}} of one source, in its order.

    Raises:
        ValueError: if a task does not have three hints.
    """
    notebook, words, name = render(source_path), {}, None
    lesson = _lesson(notebook)
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        if found := HEADING.search(cell.source):
            name = f"{lesson}_{found[1]}"
            words[name] = {"title": found[3], "stars": len(found[2]), "hints": []}
        elif _is_hints(cell) and name is not None:
            words[name]["hints"] += [
                " ".join(text.split()) for _, text in HINT.findall(cell.source)
            ]
    for name, about in words.items():
        if len(about["hints"]) != 3:
            raise ValueError(
                f"{source_path.name}: task {name} has {len(about['hints'])} hints; write three, "
                'numbered, in a Markdown cell with tags=["hints"].'
            )
    return words


def write_tasks(source_paths, target):
    """Bring the file of all tasks' words up to date; True if something changed."""
    words = {}
    for path in sorted(source_paths):
        words |= task_words(path)
    text = json.dumps(words, indent=1, ensure_ascii=False) + "\n"
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return False
    target.write_text(text, encoding="utf-8", newline="\n")
    return True


def exercise(solution):
    """The exercise of a solution notebook: answers, graded cells and outputs are cut."""
    notebook = without_graded_cells(with_expected_pictures(copy.deepcopy(solution)))
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
        cell.metadata.pop("mystnb", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if BEGIN in cell.source:
            cell.source = cut(cell)
    return notebook


def without_graded_cells(notebook):
    """The notebook, in place, without the cells that nbgrader alone runs."""
    notebook.cells = [cell for cell in notebook.cells if not _is_graded(cell)]
    return notebook


def with_expected_pictures(notebook):
    """The notebook, in place, with a cell that shows what is expected before each answer."""
    lesson, cells = _lesson(notebook), []
    pending = {number for number, _ in _pictured_tasks(notebook)}
    number = None
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := HEADING.search(cell.source)):
            number = found[1]
        if cell.cell_type == "code" and number in pending and BEGIN in cell.source:
            name = f"{lesson}_{number}"
            shown = f'checks.expected("{name}")  # what a right answer will look like'
            cells.append(nbformat.v4.new_code_cell(shown, id=f"expected-{name}"))
            pending.remove(number)
        cells.append(cell)
    notebook.cells = cells
    return notebook


def cut(cell):
    """A cell's text with one placeholder for each solution.

    Raises:
        ValueError: if a marker has no partner.
    """
    lines, inside = [], False
    for line in cell.source.split("\n"):
        if BEGIN in line:
            if inside:
                raise ValueError(f"a BEGIN SOLUTION stands in a solution: {cell.source[:80]!r}")
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines.append(indent + (PLACEHOLDER if cell.cell_type == "code" else TEXT_PLACEHOLDER))
        elif END in line:
            if not inside:
                raise ValueError(f"an END SOLUTION has no beginning: {cell.source[:80]!r}")
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise ValueError(f"a BEGIN SOLUTION has no end: {cell.source[:80]!r}")
    return "\n".join(lines)


def expected_pictures(solution):
    """{task: (file name, content, alternative text, caption)} of an executed solution.

    Raises:
        ValueError: if a tagged cell shows no picture, or too large a one.
    """
    lesson, found = _lesson(solution), {}
    for number, cell in _pictured_tasks(solution):
        name = f"{lesson}_{number}"
        pictures = [
            (media_type, output)
            for output in cell.get("outputs", [])
            for media_type in output.get("data", {})
            if media_type in ("image/png", "image/jpeg")
        ]
        captions = [
            output.data["text/markdown"].strip("*")
            for output in cell.get("outputs", [])
            if "text/markdown" in output.get("data", {})
        ]
        if len(pictures) != 1 or len(captions) != 1:
            raise ValueError(f"task {name}: the expected cell shows one picture with a caption.")
        media_type, output = pictures[0]
        content = base64.b64decode(output.data[media_type])
        if len(content) > LARGEST_PICTURE:
            raise ValueError(f"task {name}: the expected picture has {len(content)} bytes.")
        ending = {"image/png": "png", "image/jpeg": "jpg"}[media_type]
        alt = output.metadata[media_type]["alt"]
        found[name] = (f"{name}.{ending}", content, alt, captions[0])
    return found


def write_expected(solution, folder):
    """Bring a lesson's pictures in the folder up to date; True if something changed."""
    index = folder / "pictures.json"
    described = json.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
    lesson, before = _lesson(solution), dict(described)
    described = {name: about for name, about in described.items() if name[:2] != lesson}
    changed = False
    folder.mkdir(exist_ok=True)
    for name, (file, content, alt, caption) in expected_pictures(solution).items():
        described[name] = {"file": file, "alt": alt, "caption": caption}
        if not (folder / file).exists() or (folder / file).read_bytes() != content:
            (folder / file).write_bytes(content)
            changed = True
    if described != before or not index.exists():
        text = json.dumps(dict(sorted(described.items())), indent=1, ensure_ascii=False)
        index.write_text(text + "\n", encoding="utf-8", newline="\n")
        changed = True
    return changed


def _pictured_tasks(notebook):
    """(task number, cell) of every cell that shows what is expected."""
    number, found = None, []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := HEADING.search(cell.source)):
            number = heading[1]
        if "expected" in cell.metadata.get("tags", []):
            found.append((number, cell))
    return found


def _is_hints(cell):
    return "hints" in cell.metadata.get("tags", [])


def _lesson(notebook):
    """The lesson's two digits, read from the first check."""
    return next(found[1] for cell in notebook.cells if (found := CALL.match(cell.source)))


def _checked_task(cell, lesson):
    """The number of the task that a cell checks, or None."""
    found = CALL.match(cell.source) if cell.cell_type == "code" else None
    if found is None:
        return None
    if found[1] != lesson:
        raise ValueError(
            f"{cell.source} checks a task of another lesson: call checks.task_{lesson}_N."
        )
    return found[2]


def _graded_cell(check_cell, lesson, number, points):
    text = f"### BEGIN HIDDEN TESTS\nassert {check_cell.source}\n### END HIDDEN TESTS"
    name = f"task_{lesson}_{number}"
    made = nbformat.v4.new_code_cell(text, id=f"graded-{lesson}-{number}")
    made.metadata["nbgrader"] = _metadata(name, grade=True, points=points)
    return made


def _is_graded(cell):
    about = cell.metadata.get("nbgrader", {})
    return about.get("grade", False) and not about["solution"]


def _answer_metadata(cell):
    """Code is graded by the task's check. Words are for the instructor to read, without points."""
    name = f"answer_{cell.id}"
    if cell.cell_type == "code":
        return _metadata(name, solution=True)
    return _metadata(name, solution=True, grade=True, points=0)


def _metadata(grade_id, *, grade=False, solution=False, points=None):
    """nbgrader's description of a cell, version 3 of its schema."""
    described = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return described | ({"points": points} if grade else {})


def renew_progress(solution, lesson):
    """Let a solution's ``checks.progress()`` count the tasks that the course has by now.

    Args:
        solution: an executed notebook, changed in place.
        lesson: two digits: whose tasks are the solved ones.
    """
    from course_lib.checks import learner  # whose tasks may have been written just before

    solved = {name: "" for name in learner.TASKS if name.startswith(lesson)}
    text = learner.told(solved)
    for cell in solution.cells:
        if cell.source == "checks.progress()":
            cell.outputs[0].data["text/plain"] = text
