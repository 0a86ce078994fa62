"""Training pairs (``pairs``), and training that can be stopped and resumed (``fit``)."""

from course_lib.training.devices import all_devices, precision
from course_lib.training.fit import fit
from course_lib.training.pairs import Pairs, pairs

__all__ = ["Pairs", "all_devices", "fit", "pairs", "precision"]
