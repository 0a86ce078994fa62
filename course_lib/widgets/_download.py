"""A button that makes a file in Python and has the browser save it."""

import anywidget
import traitlets

from course_lib.widgets._browser import joined
from course_lib.widgets._parcels import send


class Download(anywidget.AnyWidget):
    """A button on the page.

    Args:
        description: what it says.
        make: function () -> (file name, bytes); a ``ValueError`` or ``OSError`` that it raises
            is shown beside the button.
    """

    _esm = joined("files.js", "download.js")
    _css = joined("painter.css")

    description = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)

    def __init__(self, description, make):
        super().__init__(description=description)
        self._make = make
        self.on_msg(self._answer)

    def _answer(self, _, asked, buffers):
        if asked.get("kind") != "save":
            return
        self.message = ""
        try:
            send(self, *self._make(), asked.get("view"))
        except (ValueError, OSError, MemoryError) as problem:
            self.message = str(problem)
        finally:  # or the page would wait for ever
            self.send({"kind": "done", "view": asked.get("view")})
