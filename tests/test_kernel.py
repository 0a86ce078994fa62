"""What conftest.py puts into the kernels of the notebooks under test does what it says."""

import subprocess
import sys
import types
from pathlib import Path

import keras
import numpy as np
import pytest

import conftest


def test_what_a_cell_compiles_runs_step_by_step_in_the_cell_that_imports_keras_too(tmp_path):
    source = (conftest.STARTUP / "kernel.py").read_text(encoding="utf-8")
    (tmp_path / "keras.py").write_text(
        """class Model:
    def compile(self, run_eagerly=False):
        self.eager = run_eagerly


class backend:
    backend = staticmethod(lambda: "a stand-in")


class optimizers:
    class Adam:
        def _backend_update_step(self):
            pass
"""
    )
    cell = """
import sys
sys.path.insert(0, sys.argv[1])
import keras
model = keras.Model()
model.compile()
assert model.eager
model.compile(run_eagerly=False)
assert not model.eager
import keras  # once more
print(keras.__name__, keras.__spec__.name)
"""
    in_a_kernel = "get_ipython = None\n" + source + cell
    command = [sys.executable, "-c", in_a_kernel, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["keras", "keras"], done.stderr


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="it calls TensorFlow's Adam")
@pytest.mark.parametrize("run_eagerly", [True, False])
@pytest.mark.parametrize("rules", [{}, {"beta_1": 0.5, "beta_2": 0.9, "weight_decay": 0.1}])
def test_adam_at_once_takes_the_steps_that_its_paper_writes_down(rules, run_eagerly):
    """Kingma and Ba, Adam, 2015, algorithm 1 with the step size of section 2."""
    keras.utils.set_random_seed(0)
    pictures = np.random.RandomState(0).standard_normal((7, 4)).astype(np.float32)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, use_bias=False)])
    adam = keras.optimizers.Adam(0.01, **rules)
    model.compile(adam, loss="mse", run_eagerly=run_eagerly)
    assert type(adam)._backend_update_step.__name__ == "at_once"
    weights = model.get_weights()[0].astype(np.float64)
    first, second = rules.get("beta_1", 0.9), rules.get("beta_2", 0.999)
    mean = square = np.zeros_like(weights)
    for step in range(1, 6):
        gradient = 2 * pictures.T @ (pictures @ weights - 1) / len(pictures)
        mean = first * mean + (1 - first) * gradient
        square = second * square + (1 - second) * gradient**2
        weights = weights * (1 - 0.01 * rules.get("weight_decay", 0))
        size = 0.01 * np.sqrt(1 - second**step) / (1 - first**step)
        weights = weights - size * mean / (np.sqrt(square) + 1e-7)
        model.train_on_batch(pictures, np.ones((7, 1), np.float32))
        np.testing.assert_allclose(model.get_weights()[0], weights, rtol=1e-4, atol=1e-6)


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
