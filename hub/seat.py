"""How a seat begins, in the learner's own account: limits, course files, then JupyterLab.

The hub starts ``python -m hub.seat``. Standard library only: it costs a seat nothing.
"""

import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

from hub import course_files

NICENESS = 5  # the hub and its proxy stay at 0 and answer while every seat computes
FIRST_TO_END = 500  # of 1000: where memory runs out, Linux ends a kernel and not the hub


def keep_limits(environment):
    """Limit this process and all that it starts, as far as an account without rights can.

    Args:
        environment: ``MEM_LIMIT`` in bytes (JupyterHub sets it from ``Spawner.mem_limit``): what
            one process may write to. Address space would not do: TensorFlow reserves much more
            than it uses. ``INPAINTING_TASKS``: the most processes and threads of the account.
    """
    os.nice(NICENESS)
    Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_END))
    _at_most(resource.RLIMIT_CORE, "0")
    _at_most(resource.RLIMIT_DATA, environment.get("MEM_LIMIT"))
    _at_most(resource.RLIMIT_NPROC, environment.get("INPAINTING_TASKS"))


def _at_most(limit, value):
    if value:
        _, hard = resource.getrlimit(limit)
        value = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
        resource.setrlimit(limit, (value, value))


def runtime_folder():
    """A short path for the sockets of this seat's kernels; what ended seats left is deleted.

    Short, since Linux takes no socket's path above 107 letters, as in a deep home. Folders of
    other accounts stay: nobody may remove them.
    """
    for folder in Path(tempfile.gettempdir()).glob("seat-*-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            shutil.rmtree(folder, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"seat-{os.getpid()}-")


def main():
    keep_limits(os.environ)
    try:
        course_files.main()
    except OSError as error:  # on a full disk a learner must get in, to delete something
        print(f"The course's files could not be brought up to date: {error}", file=sys.stderr)
    os.environ["JUPYTER_RUNTIME_DIR"] = runtime_folder()  # execv keeps the process's number
    command = [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    main()
