"""How the libraries underneath say that there is not enough memory, and one way to say it here."""

import re
from contextlib import contextmanager

# SciPy's SuperLU (a RuntimeError), OpenCV, C++, TensorFlow and XLA, PyTorch.
OUT_OF_MEMORY = re.compile(
    "MALLOC|Insufficient memory|bad_alloc|RESOURCE_EXHAUSTED|OOM when allocating|out of memory"
)


def is_out_of_memory(error):
    """Whether an exception of any library says that memory ran out."""
    return isinstance(error, MemoryError) or bool(OUT_OF_MEMORY.search(str(error)))


@contextmanager
def enough_memory(sentence):
    """If memory runs out in this block, raise a MemoryError that says ``sentence``."""
    try:
        yield
    except Exception as error:
        if is_out_of_memory(error):
            raise MemoryError(sentence) from None
        raise
