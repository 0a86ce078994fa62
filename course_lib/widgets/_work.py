"""Work that a button of a widget begins: one at a time, and able to be stopped."""

import contextvars
import threading
from contextlib import contextmanager

from IPython import get_ipython

from course_lib._place import place


class Stopped(Exception):
    """Somebody has pressed Stop."""


class Work:
    """One piece of work at a time.

    What a cell or a program asks for is done at once, and an interrupt of the kernel ends it. What
    a click on the page asks for gets a thread of its own, which asks at every step whether it is to
    stop: else a click on Stop would wait until the work is done, and JupyterLab may have clicks
    answered by a subshell, which no interrupt reaches. A browser's kernel has no threads.
    """

    def __init__(self):
        self._free, self._taking = threading.Lock(), threading.Lock()
        self._stop = threading.Event()
        self._thread = None

    def begin(self, work):
        """Call a function, unless there is work in progress."""
        if not self._free.acquire(blocking=False):
            return
        self._stop.clear()

        def run():
            try:
                work()
            finally:
                self._free.release()

        if not _page_asks():
            run()
            return
        # In the same context, or the kernel would not know which request its messages answer.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(run,), daemon=True)
        self._thread.start()

    def wait(self):
        """Wait until work that has a thread of its own is done."""
        if self._thread is not None:
            self._thread.join()

    def stop(self):
        """Stop at the next step; a result that has not been taken by then never is."""
        with self._taking:
            self._stop.set()

    def check(self):
        """At each step: go on, or raise ``Stopped``."""
        if self._stop.is_set():
            raise Stopped

    @contextmanager
    def taking(self):
        """The block in which the result is taken: all of it, or, after a stop, nothing."""
        with self._taking:
            self.check()
            yield


def in_main_thread():
    return threading.current_thread() is threading.main_thread()


def _page_asks():
    """Whether this answers a message of a widget's page, where there are threads."""
    if not in_main_thread():
        return True
    if place() == "browser":
        return False
    kernel = getattr(get_ipython(), "kernel", None)
    asked = kernel.get_parent() if kernel else None
    return bool(asked) and asked.get("header", {}).get("msg_type") == "comm_msg"
