"""Checks of the exercises: each says whether an answer is right, and if not, why.

``task_<lesson>_<number>(answer)`` never raises and returns a ``Result`` that is true only when
the answer is right. ``hint("01_2", 1)`` helps in three steps. ``progress()`` shows what is
solved.

A task's title, stars and hints stand in the exercise's own source, ``solutions/src``; the build
cuts them into ``tasks.json``. Its check stands in ``lesson_<lesson>.py``: every such module is
found here, and nothing else names its tasks. Nothing here needs a network, and importing it loads
no deep-learning library.
"""

from importlib import import_module
from pathlib import Path

from course_lib.checks._task import TASKS, Result, Task, hint
from course_lib.checks.learner import expected, load_progress, progress, save_progress

for _path in sorted(Path(__file__).parent.glob("lesson_*.py")):
    import_module(f"course_lib.checks.{_path.stem}")
_CHECKS = {f"task_{name}": task.check for name, task in TASKS.items()}
globals().update(_CHECKS)

__all__ = ["TASKS", "Result", "Task", "expected", "hint", "load_progress", "progress"]
__all__ += ["save_progress", *_CHECKS]
