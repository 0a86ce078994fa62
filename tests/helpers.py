"""What several test files share and that needs no Keras."""

import ast
import os
import time

import jupytext
import psutil
import pytest

from course_lib.checks import _progress, _task
from tools.project import SOLUTIONS, SOURCES

# Seconds after which what a test waits for has hung: no machine is so slow or so busy.
PATIENCE = 600


def skip_or_fail(reason):
    """Skip a test that misses something; fail it where INPAINTING_NO_SKIP=1 (as .ci/run sets)."""
    if os.environ.get("INPAINTING_NO_SKIP") == "1":
        pytest.fail(f"{reason} (and INPAINTING_NO_SKIP=1 admits no skip)", pytrace=False)
    pytest.skip(reason)


def wait_for(condition, pause=time.sleep):
    """Ask again and again until the condition holds; fail where it never will."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        pause(0.005)


def listening(processes, named=""):
    """The addresses on which processes listen (those with a word in their command, if it is given).

    Whatever ends while it is asked listens no more.
    """
    found = []
    for one in processes:
        try:
            if any(named in word for word in one.cmdline()):
                sockets = one.net_connections(kind="tcp")
                found += [kept.laddr for kept in sockets if kept.status == psutil.CONN_LISTEN]
        except psutil.NoSuchProcess:
            continue
    return found


def unhurried(monkeypatch):
    """Give every check all the time it needs: none is too slow because the machine is."""
    run = _task._run

    def patiently(check, answer, seconds, work):
        return run(check, answer, max(seconds, PATIENCE) if seconds > 1 else seconds, work)

    monkeypatch.setattr(_task, "_run", patiently)


def fresh_progress(folder, monkeypatch):
    """A progress file in ``folder`` for one test, and a kernel that has solved nothing."""
    path = folder / "progress.json"
    monkeypatch.setenv(_progress.VARIABLE, str(path))
    monkeypatch.setattr(_progress, "_solved_here", {})
    unhurried(monkeypatch)
    return path


def definitions(stem):
    """What a lesson's cells define at top level: imports, constants, functions, classes."""
    return defined(jupytext.read(SOURCES / f"{stem}.py", fmt="py:percent").cells, stem)


def published(stem, name):
    """The function of that name out of the faulty code that an exercise prints."""
    cells = jupytext.read(SOLUTIONS / "src" / f"{stem}.py", fmt="py:percent").cells
    needed = [cell for cell in cells if f"def {name}(" in cell.source or "import " in cell.source]
    return defined(needed, stem)[name]


def defined(cells, name):
    """The same of any notebook's cells; ``name`` is what a traceback calls them."""
    kept = []
    for cell in cells:
        if cell.cell_type == "code" and "%pip" not in cell.source:
            kept += [
                node
                for node in ast.parse(cell.source).body
                if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))
                or (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "").isupper())
            ]
    namespace = {}
    for node in kept:
        try:
            exec(compile(ast.Module([node], []), name, "exec"), namespace)
        except NameError:  # a constant made from what a cell computed: no function needs it
            assert isinstance(node, ast.Assign)
    return namespace
