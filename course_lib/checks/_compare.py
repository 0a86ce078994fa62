"""What checks have in common: run an answer on inputs and say how it differs from the right one.

The order in which a difference is reported is the order in which a learner can use it: nothing
answered, an exception, a mistake that has a name, then type, shape, dtype, NaN, range, and only
then "some values differ".
"""

import copy
import dis
import functools
import sys
from collections import namedtuple
from dataclasses import dataclass

import numpy as np

from course_lib.checks._task import Verdict, describe_error, not_attempted, wrong

_EMPTY = {"RESUME", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "NOP", "POP_TOP"}
_KINDS = {bool: "b", int: "iu", float: "f"}


@dataclass(frozen=True)
class Mistake:
    """A typical mistake: its name, what it would compute, and a sentence that helps.

    Attributes:
        name: two to five words, such as "mask inverted".
        compute: a function of the same arguments as the answer; it may raise on some inputs.
        why: one or two sentences that help without giving the answer away.
    """

    name: str
    compute: object
    why: str


def mistake_rows(table):
    """The Mistakes of a table, in its order.

    Args:
        table: {name: (compute, why)}. Several computations of one mistake stand in a tuple,
            ``((compute, other), why)``, or, where each needs a sentence of its own, in a list of
            such pairs.
    """
    rows = []
    for name, entries in table.items():
        for computes, why in entries if isinstance(entries, list) else [entries]:
            for compute in computes if isinstance(computes, tuple) else (computes,):
                rows.append(Mistake(name, compute, why))
    return tuple(rows)


def check_function(
    answer, right, inputs, *, mistakes=(), tolerance=1e-6, dtype=None, low=None, high=None
):
    """Compare a learner's function with the right one on several inputs.

    Args:
        answer: what the learner gave.
        right: the right function.
        inputs: {description: tuple of arguments}, such as {"a mask without a hole": (mask,)}; the
            description completes the sentence "it is wrong for ...".
        mistakes: Mistakes, told apart by what they compute; the first that fits is named.
        tolerance: absolute and relative, of each value.
        dtype: bool, int or float if the kind of number matters.
        low, high: the range in which every value must lie.
    """
    function = as_function(answer)
    outputs = {name: call(function, *arguments, on=name) for name, arguments in inputs.items()}
    expected = {name: right(*copy.deepcopy(arguments)) for name, arguments in inputs.items()}
    fits = {name: close(outputs[name], expected[name], tolerance) for name in inputs}
    if not all(fits.values()):
        name_mistake(outputs, inputs, mistakes, tolerance)
        refuse_rounded(outputs.values(), expected.values())
    for name in inputs:
        check_array(
            outputs[name],
            shape=np.shape(expected[name]),
            dtype=dtype,
            low=low,
            high=high,
            where=f" for {name}",
        )
    if not all(fits.values()):
        _report_difference(outputs, expected, fits, tolerance)
    check_inputs_unchanged(function, inputs)


def as_function(answer):
    """The answer if it is a function that has been written; ends the check if not."""
    check_attempted(answer)
    if not callable(answer):
        wrong(
            "not a function",
            "Give the function itself, by its name and without brackets after it; you gave "
            f"{_kind(answer)}.",
        )
    if is_stub(answer):
        not_attempted("The function is still empty: replace its three dots.")
    return answer


def check_attempted(answer):
    """End the check if the answer is still the placeholder (``...``), or holds one."""
    parts = answer.values() if isinstance(answer, dict) else answer
    if answer is None or answer is Ellipsis:
        not_attempted()
    if isinstance(answer, (dict, list, tuple)) and any(part is Ellipsis for part in parts):
        not_attempted("Some of the three dots still stand: replace them all.")


def is_stub(function):
    """Whether a function's body is nothing but a docstring and ``...``."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    steps = list(dis.get_instructions(code))
    returned = [step.argval for step in steps if step.opname == "RETURN_CONST"]
    loaded = [step.argval for step in steps if step.opname == "LOAD_CONST"]
    constants = [value for value in returned + loaded if value is not Ellipsis]
    return {step.opname for step in steps} <= _EMPTY and constants in ([None], [])


def call(function, *arguments, on=""):
    """What the learner's function returns for a copy of the arguments; ends the check if it fails.

    Tensors and other array-likes come back as they are: ``as_array`` reads them. What must not be
    copied, a network for one, is bound beforehand: ``call(lambda: function(network))``. ``on``
    describes the arguments where a failure is to name them, such as "a mask without a hole".
    """
    try:
        output = function(*copy.deepcopy(arguments))
    except NotImplementedError:
        not_attempted()
    except Verdict:  # what was handed to the learner's code may end the check
        raise
    except Exception as error:
        begin = f"For {on} your code" if on else "Your code"
        wrong("error", f"{begin} raised {describe_error(error)}.")
    if output is None:
        where = f" for {on}" if on else ""
        wrong("nothing returned", f"The function returns None{where}: is its return line missing?")
    if output is Ellipsis:
        not_attempted("Some of the three dots still stand: replace them all.")
    return output


def as_array(value):
    """A number, list, array or tensor as a NumPy array of numbers, or None if it is none."""
    try:
        array = np.asarray(value)
    except Exception:
        return None
    return array if array.dtype.kind in "biuf" else None


def close(value, expected, tolerance):
    """Whether two results have the same shape and equal values (NaN equals NaN)."""
    value, expected = as_array(value), np.asarray(expected)
    if value is None or value.shape != expected.shape:
        return False
    value, expected = value.astype("float64"), expected.astype("float64")
    return np.allclose(value, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


def name_mistake(outputs, inputs, mistakes, tolerance):
    """End the check with the first mistake that computes what the answer does on every input."""
    for mistake in mistakes:
        if all(
            close(outputs[name], _computed(mistake, arguments), tolerance)
            for name, arguments in inputs.items()
        ):
            wrong(mistake.name, mistake.why)


def refuse_rounded(outputs, expected):
    """End the check if all values are the right ones, rounded to so many places."""
    right = [np.asarray(one, dtype="float64") for one in expected]
    for places in range(1, 6):
        rounded = [one.round(places) for one in right]
        if any(one.any() for one in rounded) and all(map(_nearly, outputs, rounded)):
            wrong(
                "rounded",
                "The values are right, but rounded: print them as short as you like, and return "
                "all digits.",
            )


def _nearly(output, rounded):
    return close(output, rounded, 1e-7)


def check_array(value, *, shape=None, dtype=None, low=None, high=None, where=""):
    """End the check if a result is no array of numbers, or of the wrong shape, dtype or range."""
    array = as_array(value)
    if array is None and isinstance(value, (list, tuple)):
        wrong(
            "wrong type",
            f"The result{where} is {_kind(value)} that makes no array: are all its parts numbers, "
            "or rows of one length?",
        )
    if array is None:
        asked = "one number" if shape == () else "an array of numbers"
        wrong("wrong type", f"The result{where} must be {asked}, but it is {_kind(value)}.")
    if shape is not None and array.shape != tuple(shape):
        wrong(
            "wrong shape",
            f"The result{where} must have shape {tuple(shape)}"
            f"{' (one number)' if tuple(shape) == () else ''}, but it has {array.shape}.",
        )
    if isinstance(value, (list, tuple)) and array.ndim > 1:
        wrong(
            _kind(value),
            f"The result{where} must be one array, but it is {_kind(value)}: np.array makes one "
            "of it.",
        )
    if dtype is not None and array.dtype.kind not in _KINDS[dtype]:
        wrong(
            "wrong dtype",
            f"The result{where} must hold {dtype.__name__} values, but it holds {array.dtype}.",
        )
    if array.dtype.kind == "f" and np.isnan(array).any():
        wrong(
            "not a number",
            f"The result{where} holds NaN: is zero divided by zero, infinity by infinity, or a "
            "root or logarithm taken of a negative number?",
        )
    if low is not None and array.size and array.min() < low - 1e-6:
        wrong("wrong range", f"The result{where} goes down to {array.min():.3g}, below {low}.")
    if high is not None and array.size and array.max() > high + 1e-6:
        wrong("wrong range", f"The result{where} goes up to {array.max():.3g}, above {high}.")


def check_inputs_unchanged(function, inputs):
    """End the check if a right function changes the arrays or lists that it is given."""
    for arguments in inputs.values():
        given = copy.deepcopy(arguments)
        function(*given)
        check_unchanged(arguments, given)


def check_unchanged(before, after):
    """End the check unless what was handed to the answer, ``after``, is still as ``before``."""
    if not _same(before, after):
        wrong(
            "changes its input",
            "The result may be right, but your function changes what it is given: work on a copy.",
        )


def _same(before, after):
    if isinstance(before, np.ndarray):
        return np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
    if isinstance(before, dict):
        return list(before) == list(after) and all(_same(before[key], after[key]) for key in before)
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(_same, before, after))
    return before is after or not isinstance(before, (bool, int, float, str)) or before == after


_InC = namedtuple("_InC", "co_filename co_name")


def without(function, forbidden, name, why):
    """The function; if it calls forbidden code while it runs, the check ends when it has ended.

    Args:
        function: the learner's.
        forbidden: says whether a code object (its ``co_filename``, its ``co_name``) is forbidden;
            what is called and is written in C has an empty ``co_filename``.
        name, why: what ``wrong`` is told.
    """

    @functools.wraps(function)
    def watched(*arguments):
        called, before = set(), sys.getprofile()

        def note(frame, event, what):
            if event == "call":
                called.add(frame.f_code)
            elif event == "c_call":
                called.add(_InC("", getattr(what, "__name__", "")))

        sys.setprofile(note)
        try:
            return function(*arguments)
        finally:
            sys.setprofile(before)
            if any(forbidden(code) for code in called):
                wrong(name, why)

    return watched


def _computed(mistake, arguments):
    try:
        return mistake.compute(*copy.deepcopy(arguments))
    except Exception:
        return np.nan


FEW = 4  # values that a message names one by one


def _report_difference(outputs, expected, fits, tolerance):
    """End the check: values differ, and all that can be said is where."""
    first = next(name for name, fit in fits.items() if not fit)
    good = [name for name, fit in fits.items() if fit]
    value, right = as_array(outputs[first]), np.asarray(expected[first])
    marks = value.dtype.kind == right.dtype.kind == "b"
    value, right = value.astype("float64"), right.astype("float64")
    difference = value - right
    differs = ~np.isclose(value, right, rtol=tolerance, atol=tolerance, equal_nan=True)
    message = f"It is wrong for {first}"
    if difference.ndim > 1 or difference.size > FEW:
        share = np.mean(differs)
        message += f": {'less than 1%' if share < 0.01 else f'{share:.0%}'} of the values differ"
        message += "" if marks else f", by up to {np.nanmax(np.abs(difference)):.3g}"
    elif difference.ndim:
        numbers = np.flatnonzero(differs)
        message += ": " + ", ".join(f"number {n + 1} is {_off(difference[n])}" for n in numbers)
    elif not marks:
        message += f": {_off(difference)}"
    if good:
        message += f"; it is right for {good[0]}"
    wrong("wrong values", message + ".")


def _off(difference):
    return f"too {'large' if difference > 0 else 'small'} by {abs(difference):.3g}"


def _kind(value):
    """A value's type for a sentence: "a str", "an ndarray"."""
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' or name == 'ndarray' else 'a'} {name}"
