"""Photographs of any size, kind and depth: find the damage, repair it, keep the file's own kind.

``restore`` repairs arrays, ``restore_file`` files; ``find_damage`` proposes a mask, ``compare``
sets methods side by side, ``worn`` makes a photograph old, so that the truth is known. ``python -m
course_lib`` is the same door without a notebook.
"""

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
from course_lib.restoration.repairing import restore
from course_lib.restoration.wear import WEAR, Worn, worn

__all__ = [
    "WEAR",
    "Photograph",
    "Repair",
    "Worn",
    "as_rgb",
    "compare",
    "find_damage",
    "read_mask",
    "read_photograph",
    "restore",
    "restore_file",
    "restore_photograph",
    "sheet",
    "worn",
]
