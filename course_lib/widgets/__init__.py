"""Things to move: paint a mask, build one with sliders, explore a figure by its parameters.

Every one of them shows itself when it is the last line of a cell, together with a still picture
for places where nothing can be moved: a page on the web, a printed notebook. None needs a network.
"""

from course_lib.widgets.before_after import BeforeAfter, before_after
from course_lib.widgets.best_guess import best_guess
from course_lib.widgets.cheat_metric import cheat_metric
from course_lib.widgets.closing_hole import closing_hole
from course_lib.widgets.context_size import context_size
from course_lib.widgets.explore import Exploration, explore
from course_lib.widgets.fill_film import fill_film
from course_lib.widgets.film_frames import film_frames
from course_lib.widgets.front import front
from course_lib.widgets.heat_flow import heat_flow
from course_lib.widgets.isophotes import isophotes
from course_lib.widgets.many_fills import many_fills
from course_lib.widgets.mask_designer import mask_designer
from course_lib.widgets.painter import MaskPainter
from course_lib.widgets.parts import parts
from course_lib.widgets.random_walkers import random_walkers
from course_lib.widgets.raw_and_composited import raw_and_composited
from course_lib.widgets.reach import reach
from course_lib.widgets.repair_desk import RepairDesk
from course_lib.widgets.samples import samples
from course_lib.widgets.showdown import showdown
from course_lib.widgets.sliders import MaskSliders
from course_lib.widgets.training_film import training_film
from course_lib.widgets.window_steps import window_steps

__all__ = [
    "BeforeAfter", "Exploration", "MaskPainter", "MaskSliders", "RepairDesk", "before_after",
    "best_guess", "cheat_metric", "closing_hole", "context_size", "explore", "fill_film",
    "film_frames", "front", "heat_flow", "isophotes", "many_fills", "mask_designer", "parts",
    "random_walkers", "raw_and_composited", "reach", "samples", "showdown", "training_film",
    "window_steps",
]  # fmt: skip
