"""Pictures on a page: side by side, titled, described in words.

``figure`` draws, ``encode`` turns a figure into bytes, ``show`` puts it on the page with its
alternative text and caption. Figures are made without pyplot's global state, so they need no
display and are never shown twice.
"""

from course_lib.plots.charts import bars
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, PAGE_WIDTH, figure, tint
from course_lib.plots.page import as_html, bundle, check_alt, encode, put, show, show_caption

__all__ = [
    "DOTS_PER_INCH", "HOLE_COLOUR", "PAGE_WIDTH", "as_html", "bars", "bundle", "check_alt",
    "encode", "figure", "put", "show", "show_caption", "tint",
]  # fmt: skip
