"""Pictures on a page: side by side, titled, described in words.

``figure`` draws, ``encode`` turns a figure into bytes, ``show`` puts it on the page with its
alternative text and caption. Figures are made without pyplot's global state, so they need no
display and are never shown twice. Widgets and checks find the parts of a page in ``page``.
"""

from course_lib.plots.blind_spot import blind_spot
from course_lib.plots.charts import bars, curves, points, standings
from course_lib.plots.depth import depth_map
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, PAGE_WIDTH, figure, tint
from course_lib.plots.film import show_films
from course_lib.plots.isophotes import along_an_isophote, isophotes
from course_lib.plots.ladder import ladder
from course_lib.plots.likeness import likeness
from course_lib.plots.lookalikes import lookalikes
from course_lib.plots.mask_costs import detector_costs, mask_costs
from course_lib.plots.number_grid import number_grid
from course_lib.plots.page import encode, show
from course_lib.plots.predictions import raw_and_composited
from course_lib.plots.priority import priority
from course_lib.plots.reach import gates_beside_validity, looks, reaches
from course_lib.plots.showdown import by_time, draws, firsts, leaderboard_map, leads, mask_label
from course_lib.plots.staircase import staircase
from course_lib.plots.weights import weights
from course_lib.plots.white_sheet import white_sheet
from course_lib.plots.wires import two_wires, validities
from course_lib.plots.worlds import row_worlds
from course_lib.plots.worth import worths

__all__ = [
    "DOTS_PER_INCH", "HOLE_COLOUR", "PAGE_WIDTH", "along_an_isophote", "bars", "blind_spot",
    "by_time", "curves", "depth_map", "detector_costs", "draws", "encode", "figure", "firsts",
    "gates_beside_validity", "isophotes", "ladder", "leaderboard_map", "leads", "likeness",
    "lookalikes", "looks", "mask_costs", "mask_label", "number_grid", "points", "priority",
    "raw_and_composited", "reaches", "row_worlds", "show", "show_films", "staircase", "standings",
    "tint", "two_wires", "validities", "weights", "white_sheet", "worths",
]  # fmt: skip
