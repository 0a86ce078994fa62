"""Make a course folder for nbgrader: each exercise is an assignment with a grade for each task.

    python -m tools.classroom FOLDER [NN_name ...] [--overwrite]

An instructor then works in that folder with nbgrader's own commands (docs/classroom.md has the
whole round). The notebooks are the committed solutions with the pictures that learners are shown;
nbgrader cuts answers and hidden tests, with the same placeholders as in ``exercises/``.
"""

import argparse
import sys

import nbformat

from course_lib._files import expanded, replaced
from course_lib._shell import command_line, say
from tools.exercises import PLACEHOLDER, TEXT_PLACEHOLDER, with_expected_pictures
from tools.project import SOLUTIONS

CONFIGURATION = f'''"""nbgrader's settings for the inpainting course."""

import os
import tempfile
from pathlib import Path

c = get_config()  # noqa: F821 (nbgrader defines it)

HERE = Path(__file__).resolve().parent
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.course_id = "inpainting"
# Where releases and submissions are exchanged: everybody in the class must be able to write here.
c.Exchange.root = os.environ.get("INPAINTING_EXCHANGE") or str(HERE / "exchange")
c.ClearSolutions.code_stub = {{"python": "{PLACEHOLDER}"}}
c.ClearSolutions.text_stub = "{TEXT_PLACEHOLDER}"
c.ExecutePreprocessor.timeout = 300  # seconds a cell: an endless loop costs them
# What a learner solved is not the progress of whoever grades.
os.environ["INPAINTING_PROGRESS"] = str(Path(tempfile.mkdtemp()) / "progress.json")
'''


def make_course(folder, names=(), *, overwrite=False):
    """Write nbgrader's settings and a source assignment for each name (default: every solution).

    An assignment that differs from what would be written is the instructor's work, points perhaps,
    or an older course's: it stays, unless ``overwrite`` is True.

    Returns:
        (assignments, kept): the paths of the assignments' notebooks, and those of them that stayed.

    Raises:
        ValueError: if a name has no solution, or the folder holds other settings.
    """
    folder = expanded(folder)
    known = {path.stem: path for path in sorted(SOLUTIONS.glob("[0-9][0-9]_*.ipynb"))}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"There is no exercise {unknown[0]}: choose among {', '.join(known)}.")
    settings = folder / "nbgrader_config.py"
    # Whoever has changed them may have stored them in another encoding.
    if settings.exists() and settings.read_text("utf-8", errors="replace") != CONFIGURATION:
        raise ValueError(f"{settings} has settings of its own: name an empty folder.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exchange").mkdir(exist_ok=True)
    settings.write_text(CONFIGURATION, encoding="utf-8")
    assignments, kept = [], []
    for name in names or known:
        notebook = with_expected_pictures(nbformat.read(known[name], as_version=4))
        target = folder / "source" / name / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        assignments.append(target)
        if overwrite or not _differs(target, notebook):
            with replaced(target) as file:
                file.write((nbformat.writes(notebook) + "\n").encode())
        else:
            kept.append(target)
    return assignments, kept


def _differs(path, notebook):
    """A file is there, and it is not what would be written."""
    if not path.exists():
        return False
    stored = path.read_text("utf-8", errors="replace")
    return stored.rstrip() != nbformat.writes(notebook).rstrip()


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.classroom", description=__doc__)
    parser.add_argument("folder", help="the course folder, made if it is not there")
    parser.add_argument("names", nargs="*", help="exercises such as 01_masks (default: all)")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace assignments that have been changed"
    )
    options = parser.parse_args(arguments)
    try:
        assignments, kept = make_course(options.folder, options.names, overwrite=options.overwrite)
    except (ValueError, OSError) as error:
        return str(error)
    say(f"{len(assignments)} assignments in {expanded(options.folder) / 'source'}.")
    if kept:
        say(
            f"Kept as they are, because they have been changed: {', '.join(p.stem for p in kept)}; "
            "--overwrite replaces them."
        )
    say(f"Next: {command_line('cd', expanded(options.folder))}")
    say(f"then: {command_line('nbgrader', 'generate_assignment', assignments[0].stem)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
