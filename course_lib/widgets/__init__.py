"""Things to move: paint a mask, build one with sliders, explore a figure by its parameters.

Every one of them shows itself when it is the last line of a cell, together with a still picture
for places where nothing can be moved: a page on the web, a printed notebook. It needs no network.
"""

from course_lib.widgets.explore import Exploration, explore
from course_lib.widgets.painter import MaskPainter
from course_lib.widgets.sliders import MaskSliders

__all__ = ["Exploration", "MaskPainter", "MaskSliders", "explore"]
