"""What a task is: a check that survives any answer, with hints and a result in words.

A check runs the learner's code. Whatever that code does, the learner gets one sentence: what it
prints or shows is kept out of the notebook, its exceptions are reported, and after a time limit it
is stopped.
"""

import functools
import html
import json
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

from IPython.utils.capture import capture_output

from course_lib.checks import _limited, _progress

RIGHT = "right"
NOT_ATTEMPTED = "not attempted"
SECONDS = 20  # of a check, unless its task says otherwise
WITH_KERAS = 90  # where it may be the first of a session to import Keras

TASKS = {}  # name such as "01_2" -> Task, in the course's order


@dataclass(frozen=True)
class Task:
    """One task: its name ("01_2"), title, stars (1 to 3), three hints, its check and mistakes.

    ``mistakes`` are the rows by which the check names what a wrong answer computes.
    """

    name: str
    title: str
    stars: int
    hints: list
    check: object
    mistakes: tuple = ()


@dataclass(frozen=True)
class Result:
    """What a check says. True in an ``if`` only when the answer is right.

    Attributes:
        task: the task's name, such as "01_2".
        verdict: "right", "not attempted", or what is wrong in two or three words.
        message: a sentence that says more.
    """

    task: str
    verdict: str
    message: str

    def __bool__(self):
        return self.verdict == RIGHT

    @property
    def headline(self):
        """The verdict in words: "right", "not attempted" or "not yet right: ..."."""
        if self.verdict in (RIGHT, NOT_ATTEMPTED):
            return self.verdict
        return f"not yet right: {self.verdict}"

    def __repr__(self):
        return f"Task {self.task.replace('_', '.')}, {self.headline}. {self.message}"

    def _repr_html_(self):
        colour = {RIGHT: "#1a7f37", NOT_ATTEMPTED: "#6e7781"}.get(self.verdict, "#b35900")
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 2px 10px; max-width: 50em">'
            f"<b>Task {self.task.replace('_', '.')}, {html.escape(self.headline)}.</b> "
            f"{html.escape(self.message)}</div>"
        )


class Text(str):
    """A string that a notebook shows as it is, without quotes."""

    def __repr__(self):
        return str(self)


class Verdict(Exception):
    """Ends a check: what is wrong in a few words, and a sentence."""

    def __init__(self, name, message):
        super().__init__(name, message)
        self.name, self.message = name, message


def wrong(name, message):
    """End the check: the answer is wrong, for a reason that has a name.

    Args:
        name: the mistake in two to five words, such as "mask inverted".
        message: one or two sentences that help without giving the answer away.
    """
    raise Verdict(name, message)


def not_attempted(message="Replace the three dots by your answer and run the cell again."):
    """End the check: nothing has been answered yet."""
    raise Verdict(NOT_ATTEMPTED, message)


def task(name, *, seconds=SECONDS, work="", mistakes=()):
    """Make a function the check of a task.

    The function takes the learner's answer, calls ``wrong`` or ``not_attempted`` (the helpers of
    ``_compare`` do), or returns: then the answer is right, and what it returns is the sentence
    that the learner reads. Title, stars and hints are those of the exercise's source.

    Args:
        name: such as "01_2": lesson, number.
        seconds: time limit of the whole check, on the clock and of the processor, so that a busy
            machine stops nobody.
        work: what is to be done in that time, such as "12 pictures", where an honest answer may be
            too slow; the exercise states both.
        mistakes: the ``Mistake`` rows by which the check names a wrong answer.
    """

    def register(check):
        @functools.wraps(check)
        def guarded(*answers):
            if len(answers) != 1:
                many = f"You gave {len(answers)} answers; this check takes one."
                result = Result(name, "wrong number of answers", many)
            else:
                result = Result(name, *_run(check, answers[0], seconds, work))
            note = _progress.record(name) if result else None
            if note:
                result = Result(name, result.verdict, f"{result.message} {note}")
            return result

        made = Task(name, **_words_of(name), check=guarded, mistakes=tuple(mistakes))
        guarded.__doc__ = check.__doc__ or f"Check the answer to task {name}: {made.title}."
        guarded.__name__ = guarded.__qualname__ = f"task_{name}"
        TASKS[name] = made
        return guarded

    return register


def _words_of(name):
    """A task's title, stars and hints, as the build cut them from the exercises' sources."""
    words = _words()
    if name not in words:
        raise ValueError(f"Task {name} stands in no exercise: write it there, then make notebooks.")
    return words[name]


@functools.cache
def _words():
    return json.loads(Path(__file__).with_name("tasks.json").read_text(encoding="utf-8"))


def hint(name, step=1):
    """One of a task's three hints, the last nearly the answer.

    Args:
        name: the task, such as "01_2" or "01.2".
        step: 1, 2 or 3.

    Returns:
        A string that a notebook shows without quotes; for a task or step that does not exist, the
        sentence that says so.

    Examples:
        >>> hint("01_9")
        There is no task 01.9. Lesson 01 has the tasks 01.1, 01.2, 01.3, 01.4.
    """
    key = str(name).replace(".", "_")
    if key not in TASKS:
        mates = [other.replace("_", ".") for other in TASKS if other[:2] == key[:2]]
        known = f"Lesson {key[:2]} has the tasks {', '.join(mates)}." if mates else ""
        known = known or 'Name it as "01_2": two digits of the lesson, the number of the task.'
        return Text(f"There is no task {key.replace('_', '.')}. {known}")
    if step not in (1, 2, 3):
        return Text("Each task has three hints: ask for 1, 2 or 3.")
    return Text(f"Hint {step:.0f} of 3: {TASKS[key].hints[int(step) - 1]}")


def _run(check, answer, seconds, work=""):
    """(verdict, message) of a check that is stopped when it takes longer than ``seconds``."""
    outcome, seconds = [], _limited.allowed(seconds)

    def judge():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcome.append(_judge(check, answer))

    with capture_output():
        stopped = _limited.run(judge, seconds)
    if outcome:
        return outcome[0]
    message = (
        f"It was still running after {seconds} seconds and was stopped: is there a loop that "
        "never ends, or is it only slow?"
    )
    if work:
        message += f" It has {seconds} seconds for {work}."
    if not stopped:
        message += " It could not be stopped and still runs: restart the kernel."
    return "too slow", message


def _judge(check, answer):
    try:
        message = check(answer)
    except Verdict as verdict:
        return verdict.name, verdict.message
    except _limited.TimeUp:
        raise
    except BaseException as error:  # a learner's object may raise anywhere, even SystemExit
        return "error", f"Checking it raised {describe_error(error)}."
    return RIGHT, message or "Well done."


def describe_error(error):
    """An exception in one line: its type, its message and where in the learner's code it arose."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "course_lib" not in frame.filename.replace("\\", "/")]
    text = str(error).strip().splitlines()
    first = f"{type(error).__name__}: {text[0][:300]}" if text else type(error).__name__
    first = first.removesuffix(".")  # the caller ends the sentence
    line = f" (line {own[-1].lineno} of {own[-1].name}'s cell)" if own and _is_cell(own[-1]) else ""
    return first + line


def _is_cell(frame):
    """Whether a frame's code was typed into a notebook."""
    return "ipykernel" in frame.filename or frame.filename.startswith("<ipython-input")
