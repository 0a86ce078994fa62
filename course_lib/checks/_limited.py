"""Run somebody else's code for so long and no longer.

On a computer it runs in a thread, which is told to end. A browser has no threads: there the
interpreter itself looks at the clock, at every turn of a loop.
"""

import ctypes
import sys
import threading
import time

from course_lib._place import place

PATIENCE = 6  # times as long, where other programs have the processor
GRACE = 2.0  # seconds that code gets to end once it was told to stop
SLOWER = 3  # Python's own loops, compiled to WebAssembly
OUR_NAME = 3  # among sys.monitoring's numbers for tools: one that Python reserves for nobody


class TimeUp(BaseException):
    """Raised inside code that runs too long; not an Exception, so that few handlers catch it."""


def allowed(seconds):
    """How long code may take here that has so many seconds on a computer."""
    return seconds * SLOWER if place() == "browser" else seconds


def run(work, seconds):
    """Call ``work()`` and stop it after ``seconds``, on the clock and of the processor.

    Returns:
        bool: False if it had to be stopped and could not be: then it still runs.
    """
    return (_watched if place() == "browser" else _in_a_thread)(work, seconds)


def _in_a_thread(work, seconds):
    def until_stopped():
        try:
            work()
        except TimeUp:
            pass

    worker = threading.Thread(target=until_stopped, daemon=True)
    try:
        worker.start()
        _wait(worker, seconds)
    except KeyboardInterrupt:  # or what was stopped would go on beside the next cell
        _stop(worker)
        raise
    return not worker.is_alive() or _stop(worker)


def _wait(worker, seconds):
    """Wait until a thread ends or has had its time, on the clock and of the processor."""
    begun, used = time.monotonic(), time.process_time()
    worker.join(seconds)
    while worker.is_alive() and time.process_time() - used < seconds:
        if time.monotonic() - begun > PATIENCE * seconds:
            return
        worker.join(0.05)


def _stop(worker):
    """Raise TimeUp in a thread until it ends; False if it does not.

    Python delivers the exception between two of its own instructions, on every platform; a call
    into compiled code ends first.
    """
    waited = 0.0
    while _runs(worker) and waited < GRACE:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident), ctypes.py_object(TimeUp)
        )
        time.sleep(0.1)
        waited += 0.1
    return not _runs(worker)


def _runs(worker):
    """Up to Python 3.12 ``is_alive`` says no once whoever waits for a thread was interrupted."""
    return worker in threading.enumerate()


def _watched(work, seconds):
    """At every turn of a loop the interpreter looks at the clock: Python 3.12 can be told to."""
    monitoring, end = sys.monitoring, time.monotonic() + seconds

    def look(*_):
        if time.monotonic() > end:
            raise TimeUp

    monitoring.use_tool_id(OUR_NAME, "the clock of a check")
    monitoring.register_callback(OUR_NAME, monitoring.events.JUMP, look)
    monitoring.set_events(OUR_NAME, monitoring.events.JUMP)
    try:
        work()
    except TimeUp:
        pass
    finally:
        monitoring.set_events(OUR_NAME, 0)
        monitoring.free_tool_id(OUR_NAME)
    return True
