"""One evaluation for every method: holes and image, error and seconds, on frozen masks.

``scores`` measures, ``standings`` is the course's one table, ``comparisons`` are the many cases
that a lesson's claim rests on, ``uncertain`` compares promised errors with those made, ``films``
are films whose truth is known, ``partial_layers`` tries partial convolutions, ``mask_costs`` masks
that are not quite right, ``gates`` asks what a network's inside tells of holes, ``likeness``
whether fills look like true pictures, ``scaling`` what longer trainings bring,
``showdown`` and ``parts`` hold the figures of lessons 13 and 12, ``lookalikes`` finds what else
could stand in a hole, ``equally_wrong`` makes five errors of one size.
"""

from course_lib.evaluation.comparisons import by_depth, by_draw, by_mask, by_picture, compare
from course_lib.evaluation.equally_wrong import equally_wrong
from course_lib.evaluation.films import CLIPS, DAMAGE, compare_on_films, known_film
from course_lib.evaluation.gates import memory_of_holes, tells_hole
from course_lib.evaluation.likeness import features, likeness_scores, told_apart, unlikeness
from course_lib.evaluation.lookalikes import Lookalikes, lookalikes
from course_lib.evaluation.mask_costs import (
    detector_costs,
    mask_costs,
    off_by,
    scratched_scans,
    typical_place,
    worn_places,
)
from course_lib.evaluation.partial_layers import SUSPECTS, check_partial
from course_lib.evaluation.parts import parts_fills, parts_scores, parts_worth
from course_lib.evaluation.scaling import scaling_scores
from course_lib.evaluation.scores import BASELINES, SEED, evaluate, frozen_masks, leaderboard
from course_lib.evaluation.showdown import (
    lead,
    showdown_errors,
    showdown_firsts,
    showdown_leads,
    showdown_scores,
    showdown_table,
)
from course_lib.evaluation.standings import frozen_patches, standings
from course_lib.evaluation.uncertain import calibration

__all__ = [
    "BASELINES", "CLIPS", "DAMAGE", "Lookalikes", "SEED", "SUSPECTS", "by_depth", "by_draw",
    "by_mask", "by_picture", "calibration", "check_partial", "compare", "compare_on_films",
    "detector_costs", "equally_wrong", "evaluate", "features", "frozen_masks", "frozen_patches",
    "known_film", "lead", "leaderboard", "likeness_scores", "lookalikes", "mask_costs",
    "memory_of_holes", "off_by", "parts_fills", "parts_scores", "parts_worth", "scaling_scores",
    "scratched_scans", "showdown_errors", "showdown_firsts", "showdown_leads", "showdown_scores",
    "showdown_table", "standings", "tells_hole", "told_apart", "typical_place", "unlikeness",
    "worn_places",
]  # fmt: skip
