"""The examples in the library's docstrings do what they show."""

import doctest
import importlib
import pkgutil

import pytest

import course_lib

MODULES = [module.name for module in pkgutil.iter_modules(course_lib.__path__)]
WITHOUT_EXAMPLES = ("runtime", "validation")  # one prints what the machine has, one is internal


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    result = doctest.testmod(importlib.import_module(f"course_lib.{name}"))
    assert result.failed == 0
    assert result.attempted or name.startswith("_") or name in WITHOUT_EXAMPLES
