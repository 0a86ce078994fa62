"""OpenCV, or one sentence that says how to get what it lacks.

``from course_lib._opencv import cv2`` everywhere: a server or a container often lacks the
system libraries that opencv-python links to, and its own message names only a file.
"""

import os
import re
from contextlib import contextmanager

MISSING_LIBRARY = (
    "OpenCV cannot load a system library ({reason}); on Debian or Ubuntu type: "
    "sudo apt-get install -y libgl1 libglib2.0-0"
)
BROKEN = (
    "OpenCV is installed but cannot be loaded ({reason}); install it again: "
    "python -m pip install --force-reinstall opencv-python"
)

try:
    import cv2

    if not hasattr(cv2, "inpaint"):
        raise ImportError(f"{list(getattr(cv2, '__path__', [cv2]))[0]} holds no OpenCV")
except ImportError as error:
    if isinstance(error, ModuleNotFoundError) and error.name == "cv2":
        raise  # OpenCV itself is not installed: Python's own sentence says so
    reason = " ".join(str(error).split())
    missing = re.search(r"\.so\b.*cannot open shared object file", reason)
    raise ImportError((MISSING_LIBRARY if missing else BROKEN).format(reason=reason)) from None

__all__ = ["cv2", "quiet"]


@contextmanager
def quiet():
    """Silence the process's error stream: FFmpeg, inside OpenCV, prints remarks there."""
    try:
        kept = os.dup(2)
    except OSError:  # a process without one
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
