"""A forked process has none of its parent's threads, and a network that needs them hangs."""

import os

_process = None  # in which a network has first computed


def check_not_forked():
    """Raise before a network waits for ever; called wherever one is about to compute.

    Raises:
        RuntimeError: if a network had computed before this process was forked.

    Example:
        >>> check_not_forked()  # nothing to say here, and in a forked process it would
    """
    global _process
    _process = _process or os.getpid()
    if _process != os.getpid():
        raise RuntimeError(
            "this process was forked from one in which a network has computed, and would wait "
            "for its threads for ever: start it by multiprocessing.get_context('spawn')."
        )
