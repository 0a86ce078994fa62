"""The examples in the library's docstrings do what they show."""

import doctest
import importlib
import pkgutil

import pytest

import course_lib

MODULES = [module.name for module in pkgutil.walk_packages(course_lib.__path__, "course_lib.")]
# The first prints what the machine has, the second is internal, the third has one example for all.
WITHOUT_EXAMPLES = ("course_lib.runtime", "course_lib.validation", "course_lib.checks")


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module)
    assert result.failed == 0
    a_package = hasattr(module, "__path__")  # its modules have the examples
    internal = a_package or "._" in name or name.startswith(WITHOUT_EXAMPLES)
    assert result.attempted or internal
