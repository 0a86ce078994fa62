"""Runs first in the kernel of every notebook that pytest tests: conftest.py puts it there."""

import sys
from functools import partialmethod

from IPython import get_ipython


def step_by_step(info):
    """Few steps are sooner taken than compiled: what is fitted from now on runs eagerly."""
    keras = sys.modules.get("keras")
    if hasattr(keras, "Model"):
        keras.Model.compile = partialmethod(keras.Model.compile, run_eagerly=True)
        get_ipython().events.unregister("pre_run_cell", step_by_step)


get_ipython().events.register("pre_run_cell", step_by_step)
