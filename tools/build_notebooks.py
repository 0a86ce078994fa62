"""Build the notebooks from their text sources: render, execute, clean, write.

    python -m tools.build_notebooks [--all | --restamp] [NN_name | solutions/NN_name ...]

A lesson or solution is executed only when its code changed (``--all``: every one). Where only
prose, the address or the tag changed, the outputs are kept. ``--restamp`` never executes. A
solution's exercise, and the pictures that it shows as expected, are written with it; the tasks'
titles and hints are written before any is executed.
"""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools import exercises
from tools.project import EXERCISES, EXPECTED, NOTEBOOKS, ROOT, SOLUTIONS, TASKS
from tools.render import LANGUAGE, LAUNCH_OPENING, render

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
IMAGES = ("image/png", "image/jpeg", "image/webp", "image/svg+xml")
CELL_SECONDS = 600
STALE_NOTE = " (its code changed: make notebooks)"
START_UP_NOTE = re.compile(
    r"$|[IWE]0000 |WARNING: All log messages before absl|To enable the following instructions"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] "
)


def execute(notebook, profile="quick", data_dir=None):
    """Run a notebook from the top, in place, in an empty folder.

    On the embedded data, or on CIFAR-10 in ``data_dir``. Each cell's times stay in its metadata,
    until ``clean``.
    """
    environment = dict(os.environ, INPAINTING_PROFILE=profile)
    for name in ("INPAINTING_DATA_DIR", "WANDB_API_KEY"):
        environment.pop(name, None)
    if data_dir is not None:
        environment["INPAINTING_DATA_DIR"] = str(Path(data_dir).resolve())
    with tempfile.TemporaryDirectory() as folder:
        environment["INPAINTING_PROGRESS"] = str(Path(folder) / "progress.json")
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=environment)
    return notebook


def clean(notebook):
    """Reduce the outputs, in place, to what a reader of the file can see.

    A widget becomes the static picture that its bundle carries. A figure's HTML goes
    (front ends drop the pictures in the HTML of a notebook they do not trust, and it doubles
    the file); its alternative text stands in the output's metadata and, where site generators
    look for it, in the cell's.
    """
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = LANGUAGE  # the kernel wrote its exact version
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop("mystnb", None)
        if cell.cell_type != "code":
            continue
        outputs = [output for output in cell.outputs if not _is_start_up_note(output)]
        cell.outputs = [output for output in map(_static, outputs) if output is not None]
        described = [text for output in cell.outputs for text in alternative_texts(output)]
        if any(described):
            cell.metadata["mystnb"] = {"image": {"alt": " / ".join(filter(None, described))}}
    return notebook


def _is_start_up_note(output):
    """Whether an output holds nothing but what TensorFlow's C++ writes when it is loaded, and the
    blanks of a progress bar that has gone."""
    if output.output_type != "stream" or output.name != "stderr":
        return False
    return all(START_UP_NOTE.match(line.strip()) for line in output.text.splitlines())


def alternative_texts(output):
    """The alternative text of each picture in an output, "" where there is none."""
    metadata = output.get("metadata", {})
    return [
        metadata.get(media_type, {}).get("alt", "")
        for media_type in output.get("data", {})
        if media_type in IMAGES
    ]


def _static(output):
    """An output without its live parts; None if nothing visible is left."""
    data = output.get("data")
    if data is None:
        return output
    was_widget = data.pop(WIDGET_VIEW, None) is not None
    if was_widget and set(data) <= {"text/plain"}:
        return None
    if any(media_type in data for media_type in IMAGES):
        data.pop("text/html", None)
        output.metadata.pop("text/html", None)
    return output


def keep_outputs(rendered, built):
    """Move a built notebook's outputs into its fresh rendering.

    Returns:
        The rendered notebook with outputs, or None if there is none built or the code differs (the
        launch cell's may: it shows nothing) and the lesson must be executed.
    """
    if built is None:
        return None
    new = [cell for cell in rendered.cells if cell.cell_type == "code"]
    old = [cell for cell in built.cells if cell.cell_type == "code"]
    if len(new) != len(old):
        return None
    for fresh, executed in zip(new, old, strict=True):
        same_code = fresh.source == executed.source or (is_launch(fresh) and is_launch(executed))
        same_tags = fresh.metadata.get("tags") == executed.metadata.get("tags")
        if not (same_code and same_tags) or executed.execution_count is None:
            return None
    for fresh, executed in zip(new, old, strict=True):
        fresh.outputs = executed.outputs
        fresh.execution_count = executed.execution_count
    return clean(rendered)


def is_launch(cell):
    """Whether a code cell is the launch cell, whatever address it was stamped with."""
    return cell.source.startswith(LAUNCH_OPENING) and "%pip install" in cell.source


def build(
    source_path, target, *, everything=False, may_execute=True, published=None, render=render
):
    """Bring one notebook up to date with its source, as ``render`` reads it.

    Returns:
        What was done: "kept", "rewritten" (outputs kept), "executed", or "stale" when the code
        changed and ``may_execute`` is False.
    """
    rendered = render(source_path, published)
    updated = None
    if not everything:
        updated = keep_outputs(rendered, _built(target))
    done = "rewritten"
    if updated is None:
        if not may_execute:
            return "stale"
        updated, done = clean(execute(render(source_path, published))), "executed"
    changed = _write(updated, target)
    return done if changed or done == "executed" else "kept"


def _built(target):
    """The notebook that stands there; None if there is none, or one that is cut off."""
    try:
        return nbformat.read(target, as_version=4)
    except Exception:  # no file, no UTF-8, no JSON, no notebook: each raises its own
        return None


def build_exercise(solution_path, target, *, pictures=EXPECTED):
    """Write the exercise of a built solution and its expected pictures; True if one changed."""
    solution = nbformat.read(solution_path, as_version=4)
    exercises.renew_progress(solution, solution_path.name[:2])
    _write(solution, solution_path)
    changed = exercises.write_expected(solution, pictures)
    return _write(exercises.exercise(solution), target) or changed


def _write(notebook, target):
    """Write a notebook if the file differs; whether it did."""
    text = nbformat.writes(notebook) + "\n"
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return False
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")
    return True


def every_name():
    """The names of all lessons and solutions. The solutions first: lessons link to exercises."""
    return [
        f"{home.name}/{path.stem}"
        for home in (SOLUTIONS, NOTEBOOKS)
        for path in sorted((home / "src").glob("[0-9][0-9]_*.py"))
    ]


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.build_notebooks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="such as 01_masks or solutions/01_masks (default: all)"
    )
    parser.add_argument("--all", action="store_true", help="execute every one")
    parser.add_argument("--restamp", action="store_true", help="only write address and tag")
    options = parser.parse_args(arguments)
    known = every_name()
    asked = [f"{Path(name).parent.name or 'notebooks'}/{Path(name).stem}" for name in options.names]
    if unknown := sorted({*asked} - {*known}):
        parser.error(f"there is no source of {unknown[0]}: name one of {', '.join(known)}")
    if exercises.write_tasks((SOLUTIONS / "src").glob("[0-9][0-9]_*.py"), TASKS):
        print(f"{TASKS.relative_to(ROOT).as_posix()}: written")
    stale = False
    for name in asked or known:
        folder, stem = name.split("/")
        solution = folder == "solutions"
        home = SOLUTIONS if solution else NOTEBOOKS
        done = build(
            home / "src" / f"{stem}.py",
            home / f"{stem}.ipynb",
            everything=options.all,
            may_execute=not options.restamp,
            render=exercises.render_solution if solution else render,
        )
        print(f"{folder}/{stem}: {done}" + STALE_NOTE * (done == "stale"))
        stale = stale or done == "stale"
        if solution and done != "stale":
            new = build_exercise(home / f"{stem}.ipynb", EXERCISES / f"{stem}.ipynb")
            print(f"exercises/{stem}: {'written' if new else 'kept'}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
