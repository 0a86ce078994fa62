"""Pickles of arrays, read without running anything.

A pickle may ask for any Python function. Here it gets none, only inert stand-ins for the few
names that a stored NumPy array mentions. Admitting numpy.dtype itself would not be safe: a pickle
may set the state of a dtype so that bytes of the file pass for pointers to objects.
"""

import io
import pickle

import numpy as np


class Refused(Exception):
    """The pickle asks for something to run; the message says what, without a full stop."""


def loads(raw):
    """A pickle's containers, numbers, text and ``_StoredArray``s; Python 2's text is bytes."""
    return _ArraysOnly(io.BytesIO(raw), encoding="bytes").load()


def whole_numbers(stored):
    """The array of whole numbers that a pickle stored as an array or as a list."""
    if not isinstance(stored, _StoredArray):
        return np.asarray(stored)
    if stored.kind.code not in ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8"):
        raise ValueError("no whole numbers")
    kind = np.dtype(stored.kind.code).newbyteorder(stored.kind.order)
    order = "F" if stored.is_fortran else "C"
    return np.frombuffer(stored.content, kind).reshape(stored.shape, order=order)


class _StoredType:
    """Stands in for numpy.dtype: keeps what the pickle says."""

    def __init__(self, code, *_):
        self.code = code.decode() if isinstance(code, bytes) else code
        self.order = "|"

    def __setstate__(self, state):
        self.order = state[1].decode() if isinstance(state[1], bytes) else state[1]


class _StoredArray:
    """Stands in for numpy.ndarray: keeps what the pickle says."""

    def __init__(self, *_):
        pass

    def __setstate__(self, state):
        _, self.shape, self.kind, self.is_fortran, self.content = state


def _from_buffer(content, kind, shape, order):
    array = _StoredArray()
    array.__setstate__((1, shape, kind, order == "F", content))
    return array


def _encode(text, _):
    """Stands in for _codecs.encode, with which Python 3 writes bytes (latin1) up to protocol 2."""
    return text.encode("latin1")


STAND_INS = {
    ("numpy", "dtype"): _StoredType,
    ("numpy", "ndarray"): _StoredArray,
    ("numpy.core.multiarray", "_reconstruct"): _StoredArray,
    ("numpy._core.multiarray", "_reconstruct"): _StoredArray,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("_codecs", "encode"): _encode,
}


class _ArraysOnly(pickle.Unpickler):
    """Reads plain containers, numbers, text and stored arrays; runs nothing that a pickle names."""

    def find_class(self, module, name):
        if (module, name) not in STAND_INS:
            asked = ascii(f"{module}.{name}")
            raise Refused(f"asks to run {asked}, which no picture needs, and was not opened")
        return STAND_INS[module, name]
