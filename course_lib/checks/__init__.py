"""Checks of the exercises: each says whether an answer is right, and if not, why.

``task_<lesson>_<number>(answer)`` never raises and returns a ``Result`` that is true only when
the answer is right. ``hint("01_2", 1)`` helps in three steps. ``progress()`` shows what is
solved.

Nothing here needs a network, and importing it loads no deep-learning library.
"""

from course_lib.checks._face import expected, load_progress, progress, save_progress
from course_lib.checks._task import TASKS, Result, Task, hint
from course_lib.checks.lesson_01 import task_01_1, task_01_2, task_01_3, task_01_4
from course_lib.checks.lesson_02 import task_02_1, task_02_2, task_02_3, task_02_4
from course_lib.checks.lesson_03 import task_03_1, task_03_2, task_03_3, task_03_4
from course_lib.checks.lesson_04 import task_04_1, task_04_2, task_04_3, task_04_4
from course_lib.checks.lesson_05 import task_05_1, task_05_2, task_05_3, task_05_4
from course_lib.checks.lesson_06 import task_06_1, task_06_2, task_06_3, task_06_4
from course_lib.checks.lesson_07 import task_07_1, task_07_2, task_07_3, task_07_4
from course_lib.checks.lesson_08 import task_08_1, task_08_2, task_08_3, task_08_4
from course_lib.checks.lesson_09 import task_09_1, task_09_2, task_09_3, task_09_4

__all__ = [
    "TASKS",
    "Result",
    "Task",
    "expected",
    "hint",
    "load_progress",
    "progress",
    "save_progress",
    "task_01_1",
    "task_01_2",
    "task_01_3",
    "task_01_4",
    "task_02_1",
    "task_02_2",
    "task_02_3",
    "task_02_4",
    "task_03_1",
    "task_03_2",
    "task_03_3",
    "task_03_4",
    "task_04_1",
    "task_04_2",
    "task_04_3",
    "task_04_4",
    "task_05_1",
    "task_05_2",
    "task_05_3",
    "task_05_4",
    "task_06_1",
    "task_06_2",
    "task_06_3",
    "task_06_4",
    "task_07_1",
    "task_07_2",
    "task_07_3",
    "task_07_4",
    "task_08_1",
    "task_08_2",
    "task_08_3",
    "task_08_4",
    "task_09_1",
    "task_09_2",
    "task_09_3",
    "task_09_4",
]
