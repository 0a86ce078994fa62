"""Imports only run downwards, and the first lessons load no deep-learning library."""

import ast
import json
import os
import subprocess
import sys

import pytest

import conftest
from tests.helpers import PATIENCE
from tools.project import ROOT

HEAVY = ("keras", "tensorflow", "wandb", "jax", "torch")
LEARNING = ("layers", "losses", "models", "training", "callbacks")
CLASSROOM = ("runtime", "evaluation", "widgets", "checks", "restoration")
GROUND = ("masks", "data", "classical", "metrics", "plots", "scenes")
FILES = {
    ".".join(path.relative_to(ROOT / "course_lib").with_suffix("").parts): path
    for path in sorted((ROOT / "course_lib").rglob("*.py"))
}
MODULES = [name for name in FILES if name != "__init__"]
LOADED = f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"


def floor_of(module):
    module = module.split(".")[0]
    if module in LEARNING:
        return "learning"
    if module in CLASSROOM:
        return "classroom"
    if module in GROUND or module.startswith("_"):
        return "ground"
    raise AssertionError(f"course_lib.{module} stands on no floor: add it to a list in this file.")


def imports(source):
    """(top-level package, module of course_lib or None, inside a function) of every import."""
    found = []

    def visit(node, inside):
        if isinstance(node, ast.Import):
            for alias in node.names:
                package, _, rest = alias.name.partition(".")
                found.append((package, rest or None, inside))
        elif isinstance(node, ast.ImportFrom):
            package, _, rest = (node.module or "").partition(".")
            if node.level or (package == "course_lib" and not rest):
                names = [rest or package] if node.level and node.module else node.names
                for name in names:
                    found.append(("course_lib", getattr(name, "name", name), inside))
            else:
                found.append((package, rest or None, inside))
        inside = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(ast.parse(source), False)
    return found


def upward_imports(module, source):
    """The imports that the module's floor does not allow."""
    floor = floor_of(module)
    wrong = []
    for package, name, inside in imports(source):
        target = floor_of(name.split(".")[0]) if package == "course_lib" and name else None
        heavy = package in HEAVY
        allowed = {
            "ground": target in (None, "ground") and not heavy,
            "learning": target in (None, "ground", "learning"),
            "classroom": inside or (target in (None, "ground", "classroom") and not heavy),
        }
        if not allowed[floor]:
            wrong.append(f"{package}.{name}" if name else package)
    return wrong


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_run_downwards(module):
    assert upward_imports(module, FILES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "module, source, wrong",
    [
        ("masks", "from course_lib import plots, models", ["course_lib.models"]),
        ("masks", "from course_lib.widgets import explore", ["course_lib.widgets"]),
        ("masks", "from . import runtime", ["course_lib.runtime"]),
        ("masks", "from .layers import PartialConv2D", ["course_lib.layers"]),
        ("masks", "import course_lib.training", ["course_lib.training"]),
        ("masks", "def f():\n    import keras", ["keras"]),
        ("models", "from course_lib import layers, evaluation", ["course_lib.evaluation"]),
        ("models", "import keras\nfrom course_lib.masks import damage", []),
        ("evaluation", "from course_lib import models", ["course_lib.models"]),
        ("evaluation", "from keras import ops", ["keras"]),
        ("evaluation", "def f():\n    import keras\n    from course_lib import models", []),
    ],
)
def test_an_upward_import_is_found(module, source, wrong):
    assert upward_imports(module, source) == wrong


def run_fresh(script, folder):
    """Run a script in a new process; its last line of output, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_importing_ground_and_classroom_loads_no_deep_learning(tmp_path):
    light = [name for name in MODULES if floor_of(name) != "learning"]
    lines = ["import json, sys", *(f"import course_lib.{name}" for name in light), LOADED]
    assert run_fresh("\n".join(lines), tmp_path) == []


def test_a_loaded_library_is_found(tmp_path):
    """The probe of the test above sees what is there."""
    lines = ["import json, sys, types", "sys.modules['keras'] = types.ModuleType('keras')", LOADED]
    assert run_fresh("\n".join(lines), tmp_path) == ["keras"]


@pytest.mark.parametrize("library", HEAVY)
def test_the_kernels_of_the_first_lessons_cannot_load_it(library, tmp_path):
    """What conftest.py lays in the way of lessons 00 to 03 and their solutions."""
    for path in ("notebooks/00_first_repair.ipynb", "solutions/03_exemplar_inpainting.ipynb"):
        environment = {**os.environ, "PYTHONPATH": conftest.python_path(path, str(tmp_path))}
        command = [sys.executable, "-c", f"import {library}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert f"load no deep-learning library: {library} was asked for" in done.stderr


@pytest.mark.parametrize("path", ["notebooks/04_learning_from_data.ipynb", "tests/test_models.py"])
def test_what_comes_after_them_can(path):
    before = conftest.python_path("notebooks/01_masks.ipynb", "one")
    assert conftest.python_path(path, before) == "one"
