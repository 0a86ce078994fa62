"""Every check passes its solution, says "not attempted" to its stub, and names wrong answers."""

import _thread
import re
import signal
import sys
import time

import nbformat
import numpy as np
import pytest
from scipy import ndimage

from course_lib import checks, classical, data, evaluation, masks, metrics, plots
from course_lib.checks import _compare, _kinds, _limited, _task, lesson_09, lesson_10
from tests.helpers import PATIENCE, defined, fresh_progress
from tests.wrong_answers.lesson_07 import mended
from tools.exercises import CALL, exercise, render_solution, task_words
from tools.project import SOLUTIONS

SOURCES = sorted((SOLUTIONS / "src").glob("[0-9][0-9]_*.py"))


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    return fresh_progress(tmp_path, monkeypatch)


def check_of(task):
    return getattr(checks, f"task_{task}")


# The tasks


def test_every_exercise_has_three_to_five_tasks_and_thirty_are_there_in_all():
    count = {}
    for name in checks.TASKS:
        count[name[:2]] = count.get(name[:2], 0) + 1
    assert set(count) == {path.stem[:2] for path in SOURCES}
    assert all(3 <= number <= 5 for number in count.values())
    assert len(checks.TASKS) >= 30


def test_tasks_are_the_public_functions_in_order():
    assert [name for name in checks.__all__ if name.startswith("task_")] == [
        f"task_{name}" for name in checks.TASKS
    ]
    assert list(checks.TASKS) == sorted(checks.TASKS)


def test_titles_and_hints_are_those_of_the_sources():
    """What the build cut out is up to date; every task has a check, every check a task."""
    words = {}
    for path in SOURCES:
        words |= task_words(path)
    assert list(words) == list(checks.TASKS)
    for name, task in checks.TASKS.items():
        assert words[name] == {"title": task.title, "stars": task.stars, "hints": task.hints}


def test_every_exercise_has_one_and_two_stars_and_a_bug_hunt():
    for lesson in {name[:2] for name in checks.TASKS}:
        tasks = [task for name, task in checks.TASKS.items() if name[:2] == lesson]
        assert {task.stars for task in tasks} >= {1, 2}
        assert any("bug hunt" in task.title for task in tasks)


@pytest.mark.parametrize("task", checks.TASKS)
def test_hints_are_three_different_sentences(task):
    hints = checks.TASKS[task].hints
    assert len(set(hints)) == 3 and all(len(text) > 30 for text in hints)
    assert all(text in repr(checks.hint(task, step)) for step, text in enumerate(hints, 1))


# Right, nothing, wrong

TRAINED = {"08_5"}  # answers that need a cell's training; tests/system runs those


def answers_of(notebook, lesson):
    """{task: the function that the notebook hands to its check}."""
    known = defined(notebook.cells, lesson)
    found = {}
    for cell in notebook.cells:
        if called := CALL.match(cell.source):
            name = cell.source.split("(")[1].rstrip(")")
            found[f"{called[1]}_{called[2]}"] = known.get(name)
    return found


def words_shown(notebook):
    """{task: what the cell that calls its check showed when the notebook was executed}."""
    return {
        f"{called[1]}_{called[2]}": cell.outputs[-1].data["text/plain"]
        for cell in notebook.cells
        if (called := CALL.match(cell.source))
    }


def without_numbers(text):
    return re.sub(r"\d+(\.\d+)?", "#", text)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_solution_is_right_and_its_stub_is_no_attempt(path):
    """And the committed solution shows today's words; its numbers may be another computer's."""
    solution = render_solution(path)
    shown = words_shown(nbformat.read(SOLUTIONS / f"{path.stem}.ipynb", as_version=4))
    for name, answer in answers_of(solution, path.stem).items():
        if name not in TRAINED:
            result = check_of(name)(answer)
            assert result, name
            assert without_numbers(shown[name]) == without_numbers(repr(result))
    for name, stub in answers_of(exercise(solution), path.stem).items():
        assert check_of(name)(stub).verdict == "not attempted", name


@pytest.mark.parametrize(
    "task, mistake",
    [(name, mistake) for name, task in checks.TASKS.items() for mistake in task.mistakes],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_mistake_is_named_by_what_it_computes(task, mistake):
    result = check_of(task)(mistake.compute)
    same = [other.why for other in checks.TASKS[task].mistakes if other.name == mistake.name]
    assert result.verdict == mistake.name and result.message in same


ANYTHING = (
    (None, ..., 3, "b", [1, 2], {}, object(), np.zeros(3), np.array(None), int, print)
    + (lambda: None, lambda *given: None, lambda *given: "text", lambda *given: 1 / 0)
    + (lambda *given: given, lambda *given: np.full((2, 3), np.nan))
)


@pytest.mark.parametrize("task", checks.TASKS)
def test_anything_gets_an_answer(task):
    """Never an exception; an attempt counts as one; nothing of this is right."""
    for answer in ANYTHING:
        result = check_of(task)(answer)
        assert isinstance(result, checks.Result) and result.message and not result
        if answer is None or answer is ...:
            assert result.verdict == "not attempted"


# Survival


def make_room(monkeypatch):
    """The task that a test makes, 99_1, has words and is not one of the course's afterwards."""
    words = {"title": "made up", "stars": 1, "hints": ["a", "b", "c"]}
    monkeypatch.setattr(_task, "TASKS", {})
    monkeypatch.setattr(_task, "_words", lambda: {"99_1": words})


def test_a_check_without_an_exercise_is_refused(monkeypatch):
    make_room(monkeypatch)
    with pytest.raises(ValueError, match="99_2 stands in no exercise"):
        _task.task("99_2")(lambda answer: None)


def test_an_endless_loop_is_stopped(monkeypatch):
    make_room(monkeypatch)

    def endless():
        while True:
            pass

    @_task.task("99_1", seconds=0.5, work="two pictures")
    def check(answer):
        answer()

    monkeypatch.setattr(_limited, "GRACE", PATIENCE)
    result = check(endless)
    assert result.verdict == "too slow" and "only slow" in result.message
    assert "It has 0.5 seconds for two pictures." in result.message
    assert "restart" not in result.message  # it was stopped


def test_a_loop_that_catches_everything_is_left_behind(monkeypatch):
    make_room(monkeypatch)
    stop = []

    def stubborn():
        while not stop:
            try:
                time.sleep(0.01)
            except BaseException:
                pass

    @_task.task("99_1", seconds=0.2)
    def check(answer):
        answer()

    monkeypatch.setattr(_limited, "GRACE", 0.3)
    result = check(stubborn)
    stop.append(True)
    assert result.verdict == "too slow" and "restart the kernel" in result.message


def test_an_interrupted_check_leaves_nothing_running(monkeypatch):
    """The stop button: until Python 3.12 a thread that somebody waited for then looks ended."""
    turns = []

    def endless():
        _thread.interrupt_main()
        while True:
            turns.append(1)
            time.sleep(0.001)

    monkeypatch.setattr(_limited, "GRACE", PATIENCE)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            _limited.run(endless, PATIENCE)
    finally:
        signal.signal(signal.SIGINT, before)
    count = len(turns)
    time.sleep(0.1)
    assert len(turns) == count


def test_a_check_that_waits_for_the_processor_is_not_stopped(monkeypatch):
    make_room(monkeypatch)
    monkeypatch.setattr(_limited, "PATIENCE", PATIENCE / 0.2)

    @_task.task("99_1", seconds=0.2)
    def check(answer):
        time.sleep(0.5)  # as on a machine where other programs run

    assert check(1)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, RecursionError, MemoryError])
def test_any_exception_of_the_learner_is_told(error):
    def raising(stored, hole):
        raise error("on purpose")

    result = checks.task_01_1(raising)
    assert result.verdict == "error" and error.__name__ in result.message


def test_printing_is_kept_out(capsys):
    def chatty(psnrs, hole_fractions):
        print("look!")
        print("and here", file=sys.stderr)
        return np.mean(psnrs)

    assert checks.task_01_2(chatty).verdict == "decibels averaged"
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_a_check_takes_one_answer():
    assert checks.task_01_1().verdict == "wrong number of answers"
    assert checks.task_01_1(1, 2).verdict == "wrong number of answers"


def test_writing_into_the_input_is_told():
    def in_place(psnrs, hole_fractions):
        hole_fractions /= hole_fractions.sum()
        return -10 * np.log10((hole_fractions * 10 ** (-psnrs / 10)).sum())

    assert checks.task_01_2(in_place).verdict == "changes its input"


def test_a_result_is_words():
    result = checks.Result("01_2", "mask inverted", "a < b")
    assert repr(result) == "Task 01.2, not yet right: mask inverted. a < b"
    assert "not yet right: mask inverted" in result._repr_html_()
    assert "a &lt; b" in result._repr_html_()
    assert not result and checks.Result("01_2", "right", "Yes.")
    repr(result).encode("ascii")  # a Windows terminal may know no more


# What checks have in common


def documented_stub(number):
    """Says what it does."""
    ...


def passing_stub(number):
    pass


def constant(number):
    return 0.5


def printing(number):
    print(number)


@pytest.mark.parametrize(
    "function, stub",
    [(documented_stub, True), (passing_stub, True), (lambda number: ..., True),
     (constant, False), (printing, False), (lambda number: number, False), (len, False)],
    ids=["docstring", "pass", "dots", "constant", "print", "identity", "builtin"],
)  # fmt: skip
def test_a_stub_is_told_from_an_answer(function, stub):
    assert _compare.is_stub(function) is stub


def verdict(check, *arguments, **named):
    """The verdict that a helper ends a check with, or None if it finds nothing wrong."""
    try:
        check(*arguments, **named)
    except _task.Verdict as found:
        return found.name
    return None


def test_the_first_fitting_mistake_is_named_and_an_edge_case_is_told():
    inputs = {"a pair": (np.array([1.0, 3.0]),), "one value": (np.array([2.0]),)}
    mistakes = [_compare.Mistake("sum", np.sum, "Divide."), _compare.Mistake("max", np.max, "No.")]

    def judge(answer):
        return verdict(_compare.check_function, answer, np.mean, inputs, mistakes=mistakes)

    assert judge(lambda values: values.mean()) is None
    assert judge(lambda values: values.sum()) == "sum"
    assert judge(max) == "max"
    assert judge(min) == "wrong values"
    assert judge(lambda values: values) == "wrong shape"
    assert judge(lambda values: np.nan) == "not a number"
    with pytest.raises(_task.Verdict, match="wrong for a pair.*right for one value"):
        _compare.check_function(min, np.mean, inputs)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda values: values.round(2), "rounded"),
        (lambda values: values - 0.003, "wrong values"),
        (lambda values: 0 * values, "wrong values"),  # not what is small, rounded to nothing
        (lambda values: values, None),
    ],
)
def test_a_rounded_answer_is_told_from_a_near_one(answer, name):
    given = {"thirds": (np.array([0.01, 0.02]) / 3 + 0.03,), "a seventh": (np.array([1 / 70]),)}
    assert verdict(_compare.check_function, answer, np.array, given) == name


def said(answer, right, given, tolerance=1e-3):
    """What the check of a function says of an answer that is wrong."""
    with pytest.raises(_task.Verdict) as found:
        _compare.check_function(answer, right, given, tolerance=tolerance)
    return found.value.message


def test_a_number_within_the_tolerance_is_not_called_wrong():
    given = {"three": (np.arange(3.0),), "a batch": (np.zeros((20, 20)),)}
    off = np.array([1e-4, 0, 0.5])
    told = said(lambda values: values + off if values.ndim == 1 else values, np.array, given)
    assert told == "It is wrong for three: number 3 is too large by 0.5; it is right for a batch."


@pytest.mark.parametrize(
    ("wrongs", "told"),
    [(1, "less than 1% of the values differ"), (100, "25% of the values differ")],
)
def test_pixels_of_a_mask_are_counted_and_have_no_size(wrongs, told):
    def some(mask):
        return np.arange(400).reshape(20, 20) < wrongs

    assert said(some, np.array, {"a mask": (np.zeros((20, 20), bool),)}) == (
        f"It is wrong for a mask: {told}."
    )


def test_the_input_that_an_answer_fails_on_is_named():
    given = {"a pair": ([1.0, 3.0],), "no number": ([],)}
    told = said(lambda values: values[0], lambda values: 1.0, given)
    assert told == "For no number your code raised IndexError: list index out of range."
    told = said(lambda values: 1.0 if values else None, lambda values: 1.0, given)
    assert told == "The function returns None for no number: is its return line missing?"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({1, 2}, "must be an array of numbers, but it is a set."),
        ([[1], [1, 2]], "is a list that makes no array"),
        (np.array([None, 1]), "must be an array of numbers, but it is an ndarray."),
    ],
)
def test_what_is_no_array_of_numbers_is_told(value, told):
    assert told in said(lambda pair: value, np.array, {"a pair": ([1, 2],)})


def test_an_expected_picture_in_a_terminal_is_words(monkeypatch, capsys):
    monkeypatch.setattr(plots.page, "get_ipython", lambda: None)
    assert checks.expected("01_3") is None
    assert capsys.readouterr().out.startswith("[figure: Four black pictures")
    assert "has no picture" in checks.expected("01_1")


# What a check draws is what its notebook shows


def shown(lesson, name):
    """A function as the notebook of a lesson defines it."""
    path = next(path for path in SOURCES if path.stem[:2] == lesson)
    names = {"np": np, "ndimage": ndimage, "masks": masks, "data": data}
    cell = next(
        cell.source
        for cell in render_solution(path).cells
        if cell.cell_type == "code" and cell.source.startswith(f"def {name}(")
    )
    exec(compile(cell, path.name, "exec"), names)
    return names[name]


def test_trainings_of_09_are_the_notebooks():
    ours, theirs = lesson_09._trainings, shown("09", "trainings")
    for one, other in zip(
        ours(50, np.random.default_rng(3)), theirs(50, np.random.default_rng(3)), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("texture", ["grass", "gravel", "brick"])
def test_candidates_of_10_are_the_notebooks(texture):
    true, square, fills = lesson_10._candidates(texture, np.random.default_rng(3))
    shown_true, shown_square, shown_fills = shown("10", "candidates")(
        texture, np.random.default_rng(3)
    )
    np.testing.assert_array_equal(true, shown_true)
    np.testing.assert_array_equal(square, shown_square)
    assert list(fills) == list(shown_fills)
    for kind in fills:
        np.testing.assert_array_equal(fills[kind], shown_fills[kind])


@pytest.mark.parametrize(
    ("metric", "share"),
    [
        (metrics.psnr, "20%"),
        (metrics.ssim, "30%"),
        (lambda true, filled, mask: -abs(true[mask].std() - filled[mask].std()), "70%"),
    ],
)
def test_what_10_4_says_of_known_metrics(metric, share):
    told = str(checks.TASKS["10_4"].check(metric))
    assert f"wins {share} of the comparisons" in told
    source = next(path for path in SOURCES if path.stem.startswith("10"))
    prose = " ".join(cell.source for cell in render_solution(source).cells)
    assert share.replace("%", " %") in prose


def test_three_results_may_be_the_rows_of_one_array():
    assert checks.task_07_2(lambda *row: np.array(mended()(*row)))


def test_a_board_made_with_evaluate_is_right():
    """As lesson 13 makes its own: ``evaluate`` wants pictures that SSIM has a window for."""

    def board(methods, validation, test):
        def scored(inpainter, pictures):
            return evaluation.evaluate(inpainter, *pictures)["psnr_hole"]

        chosen = {
            name: max(variants, key=lambda one: scored(one, validation))
            for name, variants in methods.items()
        }
        return {name: scored(inpainter, test) for name, inpainter in chosen.items()}

    assert checks.task_13_2(board).verdict == "right"


def blur_and_brightness(damaged, holes, truth):
    """A blur of harmonic's fills and a straight line, neither of which knows of 0 and 1."""

    def blurred(image, mask):
        return ndimage.gaussian_filter(classical.harmonic(image, mask), (1.5, 1.5, 0))

    fills = np.stack([blurred(*pair) for pair in zip(damaged, holes, strict=True)])
    line = np.polyfit(fills[holes].ravel(), truth[holes].ravel(), 1)
    return lambda image, mask: np.where(
        mask[..., None], np.polyval(line, blurred(image, mask)), image
    )


def test_a_learned_fill_may_overshoot_a_little():
    assert checks.task_06_4(blur_and_brightness)


@pytest.mark.parametrize(
    ("inside", "outside", "name"),
    [(0.5, 3, "known pixels changed"), (200, 255, "wrong range"), (1.4, 1, None)],
)
def test_what_a_fill_changes_comes_before_the_range_outside_its_hole(inside, outside, name):
    holes = np.zeros((1, 4, 4), bool)
    holes[0, 1:3, 1:3] = True

    def fill(image, mask):
        return np.where(mask[..., None], inside, outside * image)

    damaged = np.full((1, 4, 4, 3), 0.9)
    assert verdict(_kinds.fills, fill, damaged, holes, high=1.5) == name


def shares(method, rival):
    return rival / rival.mean() - method / method.mean()


def around(middle, error):
    return middle - 1.96 * error, middle + 1.96 * error


def in_float32(method, rival):
    method, rival = np.float32(method), np.float32(rival)
    lead = np.float32(10) * np.log10(rival.mean() / method.mean())
    spread = shares(method, rival).std() / np.float32(len(method) ** 0.5)
    return around(lead, np.float32(10 / np.log(10)) * spread)


def by_covariance(method, rival):
    (a, between), (_, b) = np.cov(method / method.mean(), rival / rival.mean())
    error = 10 / np.log(10) * np.sqrt((a + b - 2 * between) / len(method))
    return np.array(around(10 * np.log10(rival.sum() / method.sum()), error))


def one_left_out(method, rival):
    leads = 10 * np.log10((rival.sum() - rival) / (method.sum() - method))
    return around(leads.mean(), np.sqrt(len(leads) - 1) * leads.std())


def of_the_ratio(method, rival):
    ratio = rival.mean() / method.mean()
    error = (rival - ratio * method).std() / np.sqrt(len(method)) / method.mean()
    return [10 * np.log10(end) for end in around(ratio, error)]


@pytest.mark.parametrize("answer", [in_float32, by_covariance, one_left_out, of_the_ratio])
def test_an_interval_may_be_computed_in_many_ways(answer):
    assert all(checks.task_13_3(answer) for _ in range(20))


def test_several_wrong_factors_are_named_one_by_one():
    def spread(method, rival):
        lead, reach = 10 * np.log10(rival.sum() / method.sum()), shares(method, rival).std()
        return lead - reach, lead + reach

    result = checks.task_13_3(spread)
    assert result.verdict == "3 mistakes at once"
    for said in ("a mean of n of them varies less", "1.96 standard errors", "not yet decibels"):
        assert said in result.message


def test_weights_in_float32_are_right():
    def weights(patch, patches, whole, sharpness):
        patch, patches = patch.astype(np.float32), patches.astype(np.float32)
        cosines = patches @ patch / np.linalg.norm(patches, axis=1) / np.linalg.norm(patch)
        scores = np.where(whole, np.float32(sharpness) * cosines, -np.inf)
        raised = np.exp(scores - scores.max())
        return raised / raised.sum()

    assert all(checks.task_16_3(weights) for _ in range(20))


def test_dilations_are_read_as_whole_numbers():
    def powers(base):
        return lambda layers: (base ** np.arange(layers)).astype(np.uint8)

    assert checks.task_16_4(powers(3))  # 255 and more are sums of theirs
    told = checks.task_16_4(powers(2)).message
    assert told.startswith("2 layers of [1, 2] reach over 7 pixels")
    assert checks.task_16_4(lambda layers: [2] * layers).message.startswith("1 layer of [2]: ")


# Hints


def test_hints_of_what_does_not_exist():
    assert "There is no task 01.9. Lesson 01 has the tasks 01.1" in checks.hint("01_9")
    assert "two digits" in checks.hint("nonsense")
    assert "ask for 1, 2 or 3" in checks.hint("01_1", 4)
    assert checks.hint("01.1", 2) == checks.hint("01_1", 2) == checks.hint("01_1", 2.0)
