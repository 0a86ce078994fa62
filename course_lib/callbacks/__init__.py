"""Watching a network learn: the same damaged pictures, filled again after every epoch.

Only what is frozen can be compared, so the logger is given its pictures and masks once. It keeps
what it sees in memory, in a folder and in Weights & Biases, each of which works without the
other two.
"""

from course_lib.callbacks.logger import PredictionLogger

__all__ = ["PredictionLogger"]
