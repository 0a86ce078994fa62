"""Runs first in the kernel of every notebook that pytest tests: conftest.py puts it there.

It makes short trainings shorter; conftest.py asks it to do the same for the library's tests.
"""

import importlib.abc
import importlib.util
import sys
from functools import partialmethod


class StepByStep(importlib.abc.MetaPathFinder):
    """Few steps are sooner taken than compiled: from its import on, Keras fits eagerly."""

    def find_spec(self, name, path=None, target=None):
        if name != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            module.Model.compile = partialmethod(module.Model.compile, run_eagerly=True)
            adam_at_once(module)

        spec.loader.exec_module = exec_module
        return spec


def adam_at_once(keras):
    """Let Keras's Adam call TensorFlow's, one operation for each variable.

    Its own is thirty, which compute the same and take most of a small network's step.
    """
    kept = keras.optimizers.Adam._backend_update_step
    if keras.backend.backend() != "tensorflow" or kept.__name__ == "at_once":
        return
    import tensorflow as tf

    def at_once(self, gradients, variables, learning_rate):
        variables = [getattr(one, "_value", one) for one in variables]
        plain = all(isinstance(one, tf.Tensor) for one in gradients)
        plain = plain and all(one.dtype == tf.float32 for one in variables)
        if self.amsgrad or not plain or tf.distribute.has_strategy():
            return kept(self, gradients, variables, learning_rate)
        step = tf.cast(self.iterations, tf.float32) + 1
        numbers = {
            "beta1_power": self.beta_1**step,
            "beta2_power": self.beta_2**step,
            "lr": tf.cast(learning_rate, tf.float32),
            "beta1": tf.constant(self.beta_1),
            "beta2": tf.constant(self.beta_2),
            "epsilon": tf.constant(self.epsilon),
        }
        for gradient, variable in zip(gradients, variables, strict=True):
            k = self._get_variable_index(variable)
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=self._momentums[k].value.handle,
                v=self._velocities[k].value.handle,
                grad=tf.cast(gradient, tf.float32),
                **numbers,
            )

    keras.optimizers.Adam._backend_update_step = at_once


if "get_ipython" in globals():  # in a kernel alone
    sys.meta_path.insert(0, StepByStep())
