"""What conftest.py puts into the kernels of the notebooks under test does what it says."""

import sys
import types
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

import conftest


class Model:
    def compile(self, run_eagerly=False):
        self.eager = run_eagerly


def test_what_a_cell_compiles_runs_step_by_step(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setitem(sys.modules, "keras", None)
    exec((conftest.STARTUP / "kernel.py").read_text(encoding="utf-8"), {})
    shell.events.trigger("pre_run_cell", None)  # no cell has imported Keras yet
    keras = types.SimpleNamespace(Model=type("Model", (Model,), {}))
    monkeypatch.setitem(sys.modules, "keras", keras)
    for _ in range(2):
        shell.events.trigger("pre_run_cell", None)
        model = keras.Model()
        model.compile()
        assert model.eager
        model.compile(run_eagerly=False)
        assert not model.eager


def test_kernels_start_in_an_empty_home():
    assert conftest.STARTUP.is_relative_to(Path.home())
    assert sorted(path.name for path in conftest.STARTUP.iterdir()) == ["kernel.py"]
