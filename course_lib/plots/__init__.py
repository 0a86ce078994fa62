"""Pictures on a page: side by side, titled, described in words.

``figure`` draws, ``encode`` turns a figure into bytes, ``show`` puts it on the page with its
alternative text and caption. Figures are made without pyplot's global state, so they need no
display and are never shown twice.
"""

from course_lib.plots.blind_spot import blind_spot
from course_lib.plots.charts import bars, curves, points, standings
from course_lib.plots.depth import depth_map
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, PAGE_WIDTH, figure, tint
from course_lib.plots.isophotes import isophotes
from course_lib.plots.page import as_html, bundle, check_alt, encode, put, show, show_caption
from course_lib.plots.priority import priority

__all__ = [
    "DOTS_PER_INCH", "HOLE_COLOUR", "PAGE_WIDTH", "as_html", "bars", "blind_spot", "bundle",
    "check_alt", "curves", "depth_map", "encode", "figure", "isophotes", "points", "priority",
    "put", "show", "show_caption", "standings", "tint",
]  # fmt: skip
