"""Watching a network learn: the same damaged pictures, filled again after every epoch.

Only what is frozen can be compared, so the logger is given its pictures and masks once. It keeps
what it sees in memory, in a folder, and in Weights & Biases, and none of the three needs the
others.
"""

from course_lib.callbacks.logger import PredictionLogger

__all__ = ["PredictionLogger"]
