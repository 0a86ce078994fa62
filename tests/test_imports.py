"""Imports only run downwards, and the first lessons load no deep-learning library."""

import ast
import json
import subprocess
import sys

import pytest

from tools.exercises import render_solution
from tools.project import ROOT, SOLUTIONS, SOURCES
from tools.render import render

HEAVY = ("keras", "tensorflow", "wandb", "jax", "torch")
LEARNING = ("layers", "losses", "models", "training", "callbacks")
CLASSROOM = ("runtime", "evaluation", "widgets", "checks", "restoration")
GROUND = ("masks", "data", "classical", "metrics", "plots", "validation")
FILES = {
    ".".join(path.relative_to(ROOT / "course_lib").with_suffix("").parts): path
    for path in sorted((ROOT / "course_lib").rglob("*.py"))
}
MODULES = [name for name in FILES if name != "__init__"]
CLASSICAL = {
    **{path.stem: render(path) for path in sorted(SOURCES.glob("0[0-3]_*.py"))},
    **{
        f"solution {path.stem}": render_solution(path)
        for path in sorted((SOLUTIONS / "src").glob("0[0-3]_*.py"))
    },
}

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
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_importing_ground_and_classroom_loads_no_deep_learning(tmp_path):
    light = [name for name in MODULES if floor_of(name) != "learning"]
    lines = ["import json, sys", *(f"import course_lib.{name}" for name in light), LOADED]
    assert run_fresh("\n".join(lines), tmp_path) == []


def test_a_loaded_library_is_found(tmp_path):
    """The probe of the two tests beside this one sees what is there."""
    lines = ["import json, sys, types", "sys.modules['keras'] = types.ModuleType('keras')", LOADED]
    assert run_fresh("\n".join(lines), tmp_path) == ["keras"]


@pytest.mark.parametrize("name", CLASSICAL)
def test_classical_lesson_or_solution_loads_no_deep_learning(name, tmp_path):
    cells = [cell.source for cell in CLASSICAL[name].cells if cell.cell_type == "code"]
    script = f"""
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in {cells!r}:
    shell.run_cell(cell).raise_error()
{LOADED}
"""
    assert run_fresh(script, tmp_path) == []
