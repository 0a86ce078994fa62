"""OpenCV, or one sentence that says how to get what it misses.

``from course_lib._opencv import cv2`` everywhere: a server or a container often lacks the
system libraries that opencv-python links to, and its own message names only a file.
"""

MISSING_LIBRARIES = (
    "OpenCV cannot load a system library ({reason}); on Debian or Ubuntu type: "
    "sudo apt-get install -y libgl1 libglib2.0-0"
)

try:
    import cv2
except ModuleNotFoundError:
    raise  # OpenCV itself is not installed: Python's own sentence says so
except ImportError as error:
    raise ImportError(MISSING_LIBRARIES.format(reason=error)) from None

__all__ = ["cv2"]
