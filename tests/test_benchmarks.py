"""The benchmarks measure what they say: the same masks in every way, sections replaced in place."""

import ast
import importlib
import os
import re
import sys
import textwrap
from unittest import mock

import numpy as np
import pytest

from benchmarks import (
    averages,
    classical_table,
    exercises,
    few_steps,
    held_out,
    lessons,
    mask_throughput,
    reach,
    results,
)
from course_lib import generative, masks, models
from course_lib.metrics import psnr
from tests.helpers import skip_or_fail
from tools.project import NOTEBOOKS, ROOT

BEGIN = '\nif __name__ == "__main__":\n'
STARTED = {"__main__": ""} | {  # what each benchmark does when it is started
    path.stem: textwrap.dedent(path.read_text(encoding="utf-8").partition(BEGIN)[2])
    for path in sorted((ROOT / "benchmarks").glob("*.py"))
    if BEGIN in path.read_text(encoding="utf-8")
}
del STARTED["fsr"]  # photo_table alone starts it


def test_the_articles_masks_and_ours_are_drawn_from_the_same_distribution():
    np.random.seed(0)
    theirs = mask_throughput.article_masks(4000)
    assert theirs.shape == (4000, 32, 32, 3)
    holes = theirs[..., 0] == 1
    ours = masks.random_lines(4000, 32, seed=0)
    assert holes.mean() == pytest.approx(ours.mean(), abs=0.006)
    np.testing.assert_allclose(holes.mean(axis=0), ours.mean(axis=0), atol=0.05)


def test_a_bank_gives_its_own_masks_flipped_and_transposed():
    bank = masks.random_lines(3, 8, seed=1)
    turns = {
        turned.tobytes()
        for mask in bank
        for flipped in (mask, mask[::-1], mask[:, ::-1], mask[::-1, ::-1])
        for turned in (flipped, flipped.T)
    }
    drawn = mask_throughput.from_bank(bank, 200, np.random.RandomState(0))
    assert drawn.shape == (200, 8, 8)
    assert {mask.tobytes() for mask in drawn} <= turns
    assert len({mask.tobytes() for mask in drawn}) > len(bank)


def test_a_section_is_replaced_in_its_place_and_the_others_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RESULTS", tmp_path / "RESULTS.md")
    results.record("first", "First", "older body", "python -m first", seed=3)
    results.record("second", "Second", "body two", "python -m second")
    results.record("first", "First", r"new \1", "python -m first", seed=3)
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.startswith("# Measured results")
    assert text.index("## First") < text.index("## Second")
    assert r"new \1" in text and "older body" not in text and "body two" in text
    assert "seed 3" in text and "numpy" in text


@pytest.mark.parametrize("measure", [lessons.main, exercises.main])
def test_what_is_no_number_of_a_lesson_measures_and_writes_nothing(measure, monkeypatch):
    monkeypatch.setattr(results, "RESULTS", None)  # nothing can be recorded
    with pytest.raises(SystemExit, match="--help is no number of a lesson: pass some of 0. 0"):
        measure(["--help"])


@pytest.mark.parametrize("word", ["--help", "no_such"])
@pytest.mark.parametrize("name", STARTED)
def test_help_and_an_unknown_word_measure_nothing(name, word, monkeypatch, capsys):
    source = (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
    assert "argparse" in source or "words(" in source, "it would run for minutes now"
    monkeypatch.setattr(sys, "argv", [name, word])
    with mock.patch.dict(os.environ), pytest.raises(SystemExit) as stopped:
        try:
            module = importlib.import_module(f"benchmarks.{name}")
        except ImportError as missing:
            skip_or_fail(f"{missing.name} is not installed")
        exec(STARTED[name], dict(vars(module)))
    said = capsys.readouterr()
    if word == "--help":
        assert stopped.value.code == 0 and said.out.startswith("usage: ")
    else:
        assert stopped.value.code != 0 and word in f"{said.err}{stopped.value.code}"


def test_windows_can_load_what_measures_processes():
    """It has no ``resource``, and the tests look into benchmarks on every system."""
    for path in (ROOT / "benchmarks").glob("*.py"):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            assert not re.match(r"(import|from) resource\b", ast.unparse(statement)), path.name


def test_one_lesson_measured_again_leaves_the_other_rows_and_the_remark(tmp_path, monkeypatch):
    stored = tmp_path / "RESULTS.md"
    rows = (("01_masks", 12, 4, "2000-01-01"), ("10_dice_and_other_metrics", 9, 3, "2000-01-01"))
    body = results.table(["lesson", "seconds", "longest cell (s)", "on"], rows)
    for module in (results, lessons):
        monkeypatch.setattr(module, "RESULTS", stored)
    monkeypatch.setattr(lessons, "timed", lambda source, data_dir=None: (77.4, 5.2))
    monkeypatch.delenv("INPAINTING_DATA_DIR", raising=False)
    results.record("lessons", "Lessons", body, "python -m benchmarks.lessons")
    lessons.main(["10"])
    text = stored.read_text(encoding="utf-8")
    assert "| 01_masks | 12 | 4 | 2000-01-01 |" in text and lessons.CHANGED in text
    assert re.search(r"^\| 10_dice_\w+ \| 77 \| 5 \| (?!2000)[\d-]{10} \|$", text, re.MULTILINE)
    assert text.count("10_dice") == 1


def test_a_table_is_markdown():
    assert results.table(["a", "b"], [(1, 2)]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"


@pytest.mark.parametrize(
    ("method", "least", "most"),
    [("mean", 12.8, 13.6), ("navier_stokes", 19.8, 20.6), ("biharmonic", 21.1, 21.9)],
)
def test_field_figures_are_reproduced_where_cifar10_is_at_hand(method, least, most):
    """Hole PSNR on 500 lossless CIFAR-10 pictures with line masks, known from earlier work."""
    lossless = held_out.lossless_cifar10()
    if lossless is None:
        pytest.skip("CIFAR-10's lossless pictures are not at hand (set INPAINTING_LOSSLESS)")
    images = classical_table.as_floats(lossless[:500])
    drawn = masks.random_lines(500, 32, seed=classical_table.SEED)
    fill = classical_table.METHODS[method]
    filled = np.stack([fill(image, mask) for image, mask in zip(images, drawn, strict=True)])
    assert least < psnr(images, filled, drawn) < most


def test_the_machine_is_named_whichever_build_of_tensorflow_it_has():
    import keras
    import tensorflow

    named = results.machine().split(", ")
    assert f"keras {keras.__version__}" in named
    assert [one.split()[1] for one in named if one.startswith("tensorflow")] == [
        tensorflow.__version__
    ]


def test_leads_over_the_plain_network_are_paired():
    """Errors halved in every picture are 10 log10 2 dB, whichever pictures are drawn."""
    random = np.random.RandomState(0)
    counts, errors = random.randint(50, 90, 40), random.gamma(1.0, 1.0, 40)
    other = errors * random.uniform(0.5, 1.5, 40)
    found = reach.leads(
        {reach.PLAIN: errors, "half": errors / 2, "other": other}, counts, resamples=500
    )
    assert found.keys() == {"half", "other"}
    np.testing.assert_allclose(found["half"], 10 * np.log10(2), rtol=1e-9)
    mean, low, high = found["other"]
    assert mean == pytest.approx(10 * np.log10(errors.sum() / other.sum()))
    assert low < mean < high and high - low < 2


def test_fills_of_mirror_images_are_turned_back():
    """Then every known pixel is the picture's own, and the holes differ."""
    images = np.random.RandomState(0).random((2, 16, 16, 3)).astype(np.float32)
    holes = masks.random_lines(2, 16, seed=0)
    fills = averages.mirrored_fills(models.load_pretrained("explorer_unet_4"), images, holes)
    assert len(fills) == 4
    for one in fills:
        np.testing.assert_array_equal(one[~holes], images[~holes])
    assert all((one[holes] != fills[0][holes]).any() for one in fills[1:])


@pytest.mark.parametrize("path", [generative.COSINE, generative.STRAIGHT])
def test_who_always_guesses_one_picture_draws_it_along_the_path(path):
    asked = []

    def guess(noisy, time):
        asked.append(time)
        return np.full_like(noisy, 0.5)

    drawn = few_steps.with_one_noise(guess, path, 2, 5, seed=0)
    np.testing.assert_allclose(drawn, 0.75, atol=1e-9)
    assert len(asked) == 5


def test_what_lesson_14_says_of_photographs_in_a_cameras_own_size():
    """How far ``photo`` is before ``biharmonic`` under scratches, and on how many it is behind."""
    text = results.RESULTS.read_text(encoding="utf-8")
    section = text.partition("<!-- begin full_size -->")[2].partition("<!-- end full_size -->")[0]
    leads = re.findall(r"before `biharmonic` \| \+(\d\.\d+) \(.*?\), (\d+) of (\d+) \|", section)
    assert [(f"{float(mean):.1f}", int(of) - int(won)) for mean, won, of in leads] == [
        ("0.8", 5), ("1.2", 2),
    ]  # fmt: skip
    lesson = (NOTEBOOKS / "src" / "14_your_photograph.py").read_text(encoding="utf-8")
    said = " ".join(lesson.replace("\n# ", " ").split())
    assert "`photo` is 0.8 dB ahead of it on average, and behind on five" in said
    assert "1.2 ahead, and behind on two" in said
