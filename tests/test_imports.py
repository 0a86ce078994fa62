"""Imports run downwards and in no circle, and the first lessons load no deep-learning library."""

import ast
import functools
import graphlib
import json
import os
import subprocess
import sys

import pytest

import conftest
from tests.helpers import PATIENCE
from tools.project import ROOT

HEAVY = ("keras", "tensorflow", "wandb", "jax", "torch")
LATER = ("scipy.stats", "scipy.optimize")  # a quarter of a first cell's imports; one lesson asks
# The rooms of each floor: a file or a folder of course_lib. What begins with _ is on the ground.
FLOORS = {
    "ground": ("masks", "data", "classical", "metrics", "plots", "scenes", "wear", "clips"),
    "learning": ("layers", "losses", "models", "training", "callbacks", "generative"),
    "classroom": ("runtime", "evaluation", "widgets", "checks", "restoration", "room", "__main__"),
}
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "course_lib").rglob("*.py"))
}
MODULES = [name for name in FILES if name != "course_lib"]
LOADED = f"print(json.dumps([name for name in {HEAVY + LATER!r} if name in sys.modules]))"


def floor_of(module):
    room = module.split(".")[1]
    for floor, rooms in FLOORS.items():
        if room in rooms:
            return floor
    if room.startswith("_"):
        return "ground"
    raise AssertionError(f"course_lib.{room} stands on no floor: add it to FLOORS in this file.")


@functools.cache
def imports(module, source):
    """(what is imported, its name in full, whether inside a function) of every import."""
    package = module if FILES.get(module, ROOT).name == "__init__.py" else module.rpartition(".")[0]
    found = []

    def visit(node, inside):
        if isinstance(node, ast.Import):
            found.extend((alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = (
                package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            )
            origin = ".".join([*parents, *([node.module] if node.module else [])])
            found.extend((f"{origin}.{alias.name}", inside) for alias in node.names)
        inside = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(ast.parse(source), False)
    return found


def upward_imports(module, source):
    """The imports that the module's floor does not allow."""
    allowed = {
        "ground": lambda floor, heavy, inside: floor == "ground" and not heavy,
        "learning": lambda floor, heavy, inside: floor != "classroom",
        "classroom": lambda floor, heavy, inside: inside or (floor != "learning" and not heavy),
    }[floor_of(module)]
    wrong = []
    for name, inside in imports(module, source):
        package, _, rest = name.partition(".")
        inner = package == "course_lib" and rest and not rest.startswith("__version__")
        if not allowed(floor_of(name) if inner else "ground", package in HEAVY, inside):
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_run_downwards(module):
    assert upward_imports(module, FILES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "module, source, wrong",
    [
        ("masks", "from course_lib import plots, models", ["models"]),
        ("masks", "from course_lib.widgets import explore", ["widgets.explore"]),
        ("masks", "from . import runtime", ["runtime"]),
        ("masks", "from .layers import PartialConv2D", ["layers.PartialConv2D"]),
        ("masks", "import course_lib.training", ["training"]),
        ("data", "from . import files", []),
        ("data.files", "from . import photos", []),
        ("data.files", "from .. import checks, masks", ["checks"]),
        ("data.files", "from ..models import predict", ["models.predict"]),
        ("models", "from course_lib import layers, evaluation", ["evaluation"]),
        ("models", "import keras\nfrom course_lib.masks import damage", []),
        ("evaluation", "from course_lib import models", ["models"]),
        ("evaluation", "def f():\n    import keras\n    from course_lib import models", []),
    ],
)
def test_an_upward_import_is_found(module, source, wrong):
    expected = [f"course_lib.{name}" for name in wrong]
    assert upward_imports(f"course_lib.{module}", source) == expected


@pytest.mark.parametrize("module, source", [
    ("masks", "def f():\n    import keras"), ("evaluation", "from keras import ops"),
])  # fmt: skip
def test_a_heavy_import_is_found(module, source):
    (found,) = upward_imports(f"course_lib.{module}", source)
    assert found.startswith("keras")


def needs(module, source):
    """The files of course_lib that must have run before this one can: what it imports at its top.

    Whoever names a file of a folder has the folder's ``__init__`` run first; only those inside do
    not wait for it.
    """
    found = set()
    for name, inside in imports(module, source):
        while name and name not in FILES:
            name = name.rpartition(".")[0]
        while name and not inside and name != "course_lib":
            found.add(name)
            name = name.rpartition(".")[0]
            if module == name or module.startswith(f"{name}."):
                break
    return found - {module}


def circle(sources):
    """The modules of a circle of imports, or None."""
    graph = {module: needs(module, source) for module, source in sources.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]


SOURCES = {module: path.read_text(encoding="utf-8") for module, path in FILES.items()}


def test_no_imports_go_round_in_a_circle():
    assert circle(SOURCES) is None


@pytest.mark.parametrize("module, source", [
    ("masks", "from course_lib import plots"),
    ("_validation", "from course_lib.masks import damage"),
    ("classical.harmonic", "from course_lib.classical.bertalmio import transport"),
    ("classical._contract", "from . import simple"),
    ("data.files", "from course_lib.data.photos import photo"),
    ("_files", "from course_lib import data"),
])  # fmt: skip
def test_a_circle_is_found(module, source):
    module = f"course_lib.{module}"
    assert module in circle(SOURCES | {module: source + "\n" + SOURCES[module]})


def run_fresh(script, folder):
    """Run a script in a new process; its last line of output, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_importing_ground_and_classroom_loads_neither_deep_learning_nor_what_is_slow(tmp_path):
    light = [name for name in MODULES if floor_of(name) != "learning"]
    lines = ["import json, sys", *(f"import {name}" for name in light), LOADED]
    assert run_fresh("\n".join(lines), tmp_path) == []


def test_a_loaded_library_is_found(tmp_path):
    """The probe of the test above sees what is there."""
    lines = ["import json, sys, types", "sys.modules['keras'] = types.ModuleType('keras')", LOADED]
    assert run_fresh("\n".join(lines), tmp_path) == ["keras"]


@pytest.mark.parametrize("library", HEAVY)
def test_the_kernels_of_the_first_lessons_cannot_load_it(library, tmp_path):
    """What conftest.py lays in the way of lessons 00 to 05 and 07, and of their solutions."""
    for path in (
        "notebooks/00_first_repair.ipynb",
        "solutions/05_texture_and_patches.ipynb",
        "notebooks/07_gaussian_world.ipynb",
    ):
        environment = {**os.environ, "PYTHONPATH": conftest.python_path(path, str(tmp_path))}
        command = [sys.executable, "-c", f"import {library}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert f"load no deep-learning library: {library} was asked for" in done.stderr


@pytest.mark.parametrize("path", ["notebooks/06_learning_from_data.ipynb", "tests/test_models.py"])
def test_what_comes_after_them_can(path):
    before = conftest.python_path("notebooks/01_masks.ipynb", "one")
    assert conftest.python_path(path, before) == "one"
