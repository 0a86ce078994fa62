"""The examples in the library's docstrings do what they show."""

import doctest
import importlib
import pkgutil

import pytest

import course_lib

MODULES = [module.name for module in pkgutil.walk_packages(course_lib.__path__, "course_lib.")]
WITHOUT_EXAMPLES = (
    "course_lib.runtime",  # prints what the machine has
    "course_lib.checks",  # one example for all, in its first file
    "course_lib.data.cifar10",  # may need the network
    "course_lib.callbacks.frames",  # internal, as are the next five
    "course_lib.callbacks.record",
    "course_lib.training.checkpoint",
    "course_lib.training.estimate",
    "course_lib.training.fits",
    "course_lib.training.identity",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module)
    assert result.failed == 0
    a_package = hasattr(module, "__path__")  # its modules have the examples
    internal = a_package or "._" in name or name.startswith(WITHOUT_EXAMPLES)
    assert result.attempted or internal
