"""Keep the memory that one step has freed for the next."""

import ctypes
import functools
import sys

# Of mallopt(3). The values are those that glibc rises to by itself where nobody sets them.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
TRIM, MMAP = 64 << 20, 32 << 20  # bytes


def keep_freed():
    """Undo what TensorFlow 2.21 does to glibc's allocator; elsewhere do nothing.

    Where batches come from a generator, as Keras takes them from every ``PyDataset``, TensorFlow
    sets M_TRIM_THRESHOLD to 128 kB, so every freed buffer goes back to the system at once. A
    training on small pictures then spends more time on getting memory than on computing
    (``benchmarks.freed_memory``). TensorFlow does so when the first batch is asked for, so call
    this then and later: a call takes a microsecond.
    """
    mallopt = _mallopt()
    if mallopt:
        mallopt(M_TRIM_THRESHOLD, TRIM)
        mallopt(M_MMAP_THRESHOLD, MMAP)


@functools.cache
def _mallopt():
    return getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
