"""Photographs and films: find the damage, repair it, and keep the file's own kind.

``restore`` repairs a picture, ``restore_file`` a picture file; ``find_damage`` proposes a mask,
``compare`` sets methods side by side, ``worn`` makes a photograph old, so that the truth is known.
``fill_frames`` and ``restore_video`` repair films. ``python -m course_lib`` does the same
without a notebook.
"""

from course_lib.restoration.ageing import WEAR, Worn, worn
from course_lib.restoration.comparing import compare, sheet
from course_lib.restoration.damage import find_damage
from course_lib.restoration.files import (
    Photograph,
    Repair,
    as_rgb,
    read_mask,
    read_photograph,
    restore_file,
    restore_photograph,
)
from course_lib.restoration.film import FilmRepair, fill_frames, read_film, restore_video, save_film
from course_lib.restoration.repairing import restore

__all__ = [
    "WEAR",
    "FilmRepair",
    "Photograph",
    "Repair",
    "Worn",
    "as_rgb",
    "compare",
    "fill_frames",
    "find_damage",
    "read_film",
    "read_mask",
    "read_photograph",
    "restore",
    "restore_file",
    "restore_photograph",
    "restore_video",
    "save_film",
    "sheet",
    "worn",
]
