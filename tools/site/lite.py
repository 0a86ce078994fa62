"""The lessons in the browser: JupyterLite with the course's library, served as plain files.

    python -m tools.site.lite [TARGET]        (default: build/site)

``TARGET/lite`` needs no server but one for files, and no network beyond it. An address is
``lite/notebooks/index.html?path=00_first_repair.ipynb``, of an exercise ``...?path=exercises/...``.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from tools.project import EXERCISES, NOTEBOOKS, ROOT, publication, words
from tools.render import launch_cell
from tools.site import pyodide
from tools.site.wheel import write_wheel

LESSONS = ("00", "01", "02", "03", "04", "05", "07")  # those that load no Keras
OFFERED = "lessons.json"  # stands in TARGET/lite where the lessons run: {notebook: its address}
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"
BUILD = {
    "contents": ["contents"],
    "apps": ["notebooks", "tree", "edit"],
    "no_sourcemaps": True,
    "no_unused_shared_packages": True,
}
NEEDS_A_SERVER = ["jupyterlab-jupytext"]  # of the front ends that are installed beside ours
SETTINGS = {"pyodideUrl": "./static/pyodide/pyodide.mjs", "disablePyPIFallback": True}


def build(target):
    """Write the folder ``lite`` below the target, and print what is missing in it, if anything.

    The lessons run only where ``lite/lessons.json`` stands: {"notebooks/00_first_repair": their
    address below the target}. Else the page opens, draws widgets, and says in each lesson's first
    cell what it was built without.

    Returns:
        The names of the packages that could not be had.
    """
    lite = Path(target).resolve() / "lite"
    shutil.rmtree(lite, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        offered = write_contents(work / "contents")
        run_jupyterlite(work, lite)
        missing = pyodide.publish(lite / "static" / "pyodide", write_wheel(work))
    if missing:
        print(
            "Lessons do not run in the browser that was built: Pyodide's public release could not "
            f"be reached, so it lacks {', '.join(missing)}."
        )
    else:
        (lite / OFFERED).write_text(json.dumps(offered, indent=1), encoding="utf-8")
    return missing


def write_contents(folder):
    """The lessons and exercises as a learner of the page finds them; {notebook: its address}."""
    places = {
        path: name_on_page(path)
        for home in (NOTEBOOKS, EXERCISES)
        for path in sorted(home.glob("*.ipynb"))
        if path.name[:2] in LESSONS
    }
    for path, name in places.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(for_page(path), folder / name)
    return {
        f"{path.parent.name}/{path.stem}": f"lite/notebooks/index.html?path={name}"
        for path, name in places.items()
    }


def name_on_page(path):
    """Lessons are at the top, all else in a folder."""
    return path.name if path.parent == NOTEBOOKS else f"{path.parent.name}/{path.name}"


def for_page(path):
    """A notebook without outputs and without Colab's cell, its links leading to what is there."""
    notebook, launch = nbformat.read(path, as_version=4), launch_cell(publication())
    notebook.metadata.kernelspec = KERNEL
    notebook.cells = [cell for cell in notebook.cells if cell.source != launch]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            text = re.sub(r"!\[Open in Colab\]\([^)]*\)", "Open in Colab", cell.source)
            cell.source = re.sub(
                r"\]\((?![a-z]+:|#)([^)\s]+)\)", lambda found: f"]({_goal(found[1], path)})", text
            )
    return notebook


def _goal(link, path):
    """Where a notebook's link leads: to a notebook of the page, else to the repository."""
    goal = (path.parent / link).resolve()
    if goal.parent in (NOTEBOOKS, EXERCISES) and goal.name[:2] in LESSONS:
        return os.path.relpath(name_on_page(goal), os.path.dirname(name_on_page(path)) or ".")
    published = publication()
    return f"{published.address}/blob/{published.tag}/{goal.relative_to(ROOT).as_posix()}"


def run_jupyterlite(work, lite):
    """JupyterLite's own build, with the widgets' front ends that are installed beside it."""
    (work / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": BUILD}))
    settings = {"litePluginSettings": {PLUGIN: SETTINGS}, "disabledExtensions": NEEDS_A_SERVER}
    (work / "jupyter-lite.json").write_text(
        json.dumps({"jupyter-lite-schema-version": 0, "jupyter-config-data": settings})
    )
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", lite]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"JupyterLite could not be built:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    build(*(words("tools.site.lite", __doc__, 1) or [ROOT / "build" / "site"]))
