"""Runs first in the kernel of every notebook of the browser lane: what Pyodide refuses is refused.

From the first cell on, and not to the kernel's own messages: those need a thread on a computer.
"""

import subprocess
import threading

from IPython import get_ipython

from course_lib import _place

start = threading.Thread.start


def no_thread(self):
    if not type(self).__module__.startswith(("zmq.", "ipykernel.")):
        raise RuntimeError("can't start new thread")
    start(self)


def no_process(*_, **__):
    raise OSError(138, "emscripten does not support processes.")


def refuse(info):
    threading.Thread.start = no_thread
    subprocess.Popen.__init__ = no_process


_place.PLATFORM = "emscripten"
get_ipython().events.register("pre_run_cell", refuse)
