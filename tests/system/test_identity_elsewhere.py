"""Another process tells the same training as the same."""

import os
import subprocess
import sys

from tests.helpers import PATIENCE
from tools.project import ROOT

FRESH = """
import json, keras
from tests import test_identity as t
keras.layers.Conv2D(1, 1), keras.layers.Conv2D(1, 1)  # names count up
loss = lambda true, predicted: keras.ops.mean(true - predicted) if "a" in {"b", "c", "a"} else 0
print(json.dumps(t.told(t.make(t.build(inner="elu"), loss=loss), callbacks=[t.plateau()])))
"""


def test_another_process_says_the_same():
    """Whatever the order of its sets and the names that Keras has given before."""
    said = {
        subprocess.run(
            [sys.executable, "-c", FRESH],
            cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": order},
            capture_output=True, text=True, check=True, timeout=PATIENCE,
        ).stdout.splitlines()[-1]
        for order in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1
