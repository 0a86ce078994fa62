"""Films: what is missing in one frame may be visible in the next.

``motion`` says where pixels move, ``filling`` repairs frames; ``reading``, ``writing`` and
``restoring`` do so with files.
"""

from course_lib.restoration.film.filling import fill_frames
from course_lib.restoration.film.motion import along, flow_pair, returns_home, sample, warped
from course_lib.restoration.film.reading import read_film
from course_lib.restoration.film.restoring import FilmRepair, restore_video, save_film
from course_lib.restoration.film.writing import EXACT

__all__ = [
    "EXACT", "FilmRepair", "along", "fill_frames", "flow_pair", "read_film", "restore_video",
    "returns_home", "sample", "save_film", "warped",
]  # fmt: skip
