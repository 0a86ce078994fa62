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


def test_a_learners_own_notebook_is_no_test_and_the_last_lessons_come_first():
    """A copy of a lesson, say, or what the hub laid beside one that was edited."""
    names = [
        "test_masks.py", "00_first_repair.ipynb", "mine.ipynb", "00_first_repair.updated.ipynb",
        "02_diffusion-Copy1.ipynb", "17_many_answers.ipynb", "test_wrong_answers.py",
    ]  # fmt: skip
    items = [types.SimpleNamespace(path=Path(name)) for name in names]
    conftest.pytest_collection_modifyitems(items)
    assert [item.path.name for item in items] == [
        "test_wrong_answers.py", "17_many_answers.ipynb", "00_first_repair.ipynb", "test_masks.py",
    ]  # fmt: skip
