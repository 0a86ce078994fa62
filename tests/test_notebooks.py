"""Every committed lesson is what its source says, and each check can fail."""

import base64
import textwrap
from pathlib import Path

import nbformat
import pytest

from tools import check_notebooks as checks
from tools.build_notebooks import build, clean, execute, is_launch, keep_outputs
from tools.project import NOTEBOOKS, SOURCES, Publication, publication
from tools.render import launch_cell, render

LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))
PIXEL = base64.b64encode(b"not looked at").decode()
ALT = "A black square beside a white square."

SAMPLE = """
    # %% [markdown]
    # # A small lesson
    #
    # {{badge}}
    #
    # **You need** nothing. About 5 minutes.

    # %%
    # {{launch}}

    # %%
    print("two")
    print("lines")

    # %%
    1 + 1

    # %% [markdown]
    # ## Questions
    # <details><summary>Answer</summary>The second.</details>
    #
    # ## Key points
    # ## References
    # {{exercise}}
    #
    # {{next}}
"""


@pytest.fixture
def source(tmp_path):
    return write_source(tmp_path, SAMPLE)


@pytest.fixture
def lesson(source):
    """The sample lesson as the build would leave it, with a figure; made by hand, not executed."""
    notebook = render(source)
    for number, cell in enumerate(checks._code(notebook), start=1):
        cell.execution_count = number
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", name="stdout", text="two\n")]
    notebook.cells[3].outputs = [picture(), caption()]
    notebook.cells[3].metadata["mystnb"] = {"image": {"alt": ALT}}
    return notebook


def write_source(folder, text, name="01_small"):
    path = folder / "notebooks" / "src" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return path


def picture(alt=ALT, **more):
    return nbformat.v4.new_output(
        "display_data", data={"image/png": PIXEL, **more}, metadata={"image/png": {"alt": alt}}
    )


def caption(text="*Black and white.*"):
    return nbformat.v4.new_output("display_data", data={"text/markdown": text})


def problems_of(notebook, source):
    path = source.parents[1] / f"{source.stem}.ipynb"
    path.write_text(nbformat.v4.writes(notebook), encoding="utf-8")
    return checks.problems(path)


# The committed lessons


def test_there_are_lessons_and_each_has_its_source():
    assert LESSONS
    assert [path.stem for path in LESSONS] == [path.stem for path in sorted(SOURCES.glob("*.py"))]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson_has_no_problem(path):
    assert checks.problems(path) == []


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.py")), ids=lambda path: path.stem)
def test_source_holds_no_secret_and_no_absolute_path(path):
    text = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_raw_cell(path.read_text(encoding="utf-8"))]
    )
    assert checks.check_secrets(text) + checks.check_paths(text) == []


# Each check can fail


def test_a_good_lesson_has_no_problem(lesson, source):
    assert problems_of(lesson, source) == []


def drop_cell(notebook):
    del notebook.cells[2]


def change_code(notebook):
    notebook.cells[2].source = 'print("three")'


def change_prose(notebook):
    notebook.cells[4].source += "\nAdded by hand."


def change_id(notebook):
    notebook.cells[2].id = "by-hand"


def repeat_id(notebook):
    notebook.cells[2].id = notebook.cells[3].id


def forget_to_execute(notebook):
    notebook.cells[3].execution_count = None


def execute_out_of_order(notebook):
    notebook.cells[2].execution_count, notebook.cells[3].execution_count = 3, 2


def raise_an_error(notebook):
    notebook.cells[2].outputs = [
        nbformat.v4.new_output("error", ename="KeyError", evalue="x", traceback=["KeyError: x"])
    ]


def leave_a_widget(notebook):
    notebook.cells[2].outputs = [
        nbformat.v4.new_output("display_data", data={checks.WIDGET_VIEW: {"model_id": "0"}})
    ]


def print_text(text):
    def change(notebook):
        notebook.cells[2].outputs[0].text = text

    change.__name__ = text[:24]
    return change


def show_html(text):
    def change(notebook):
        notebook.cells[2].outputs = [
            nbformat.v4.new_output("display_data", data={"text/html": text})
        ]

    change.__name__ = text[:24]
    return change


def widen(notebook):
    notebook.cells[2].source += 101 * "#"


def grow(notebook):
    notebook.cells[3].outputs[0].data["image/png"] = base64.b64encode(bytes(500_000)).decode()


def forget_alt(notebook):
    notebook.cells[3].outputs[0].metadata = {}


def shorten_alt(notebook):
    notebook.cells[3].outputs[0].metadata["image/png"]["alt"] = "Two squares."


def forget_alt_of_cell(notebook):
    del notebook.cells[3].metadata["mystnb"]


def forget_caption(notebook):
    del notebook.cells[3].outputs[1]


def keep_kernel_version(notebook):
    notebook.metadata.language_info["version"] = "3.11.7"


def break_schema(notebook):
    notebook.cells[2].outputs[0].name = 3


@pytest.mark.parametrize(
    "change, sentence",
    [
        (drop_cell, "cells and its source"),
        (change_code, "Cell 2 differs from its source"),
        (change_prose, "Cell 4 differs from its source"),
        (change_id, "Cell 2 differs from its source"),
        (repeat_id, "is repeated"),
        (forget_to_execute, "not executed from the top"),
        (execute_out_of_order, "not executed from the top"),
        (raise_an_error, "traceback of a KeyError"),
        (leave_a_widget, "widget view"),
        (print_text("key " + 10 * "0a1f" + "\n"), "a W&B key"),
        (print_text("hf_" + 30 * "a"), "a Hugging Face token"),
        (print_text("ghp_" + 36 * "a"), "a GitHub token"),
        (print_text("-----BEGIN RSA PRIVATE KEY-----"), "a private key"),
        (show_html("<p>AKIA" + 16 * "Q"), "an AWS key"),
        (show_html("<table><tr><td>NaN</td></tr></table>"), "shows NaN in a table"),
        (print_text("saved to /home/ada/picture.png"), "the absolute path /home/ada"),
        (print_text("/home/ada/lib/masks.py:3: UserWarning"), "the absolute path /home/ada"),
        (print_text("in '/tmp/x.png'"), "the absolute path /tmp/x.png"),
        (print_text("/work/course"), "the absolute path /work/course"),
        (print_text("C:\\Users\\ada"), "the absolute path C:\\Users"),
        (print_text("<function fit at 0x7fa5a8747240> triggered"), "where an object lies"),
        (widen, "longer than 100 characters"),
        (grow, "kB, more than 600"),
        (forget_alt, "without alternative text"),
        (shorten_alt, "without alternative text"),
        (forget_alt_of_cell, "alternative text in its metadata"),
        (forget_caption, "without a caption"),
        (keep_kernel_version, "metadata differ"),
        (break_schema, "not a valid notebook"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_broken_notebook_is_found(lesson, source, change, sentence):
    change(lesson)
    assert any(sentence in problem for problem in problems_of(lesson, source))


@pytest.mark.parametrize(
    "old, new, sentence",
    [
        ("# # A small lesson", "# A small lesson", "0 titles"),
        ("# # A small lesson", "# Hello\n# # A small lesson", "does not begin with the title"),
        ("# ## Questions", "# # Questions", "2 titles"),
        ("# {{badge}}", "# By the way.\n# {{badge}}", "badge does not stand right under"),
        ("# {{badge}}", "", "badge does not stand right under"),
        ("# {{launch}}", "# nothing", "launch cell does not stand right after"),
        ("# {{launch}}", "0\n\n# %%\n# {{launch}}", "launch cell does not stand right after"),
        ("**You need** nothing.", "Hello.", 'does not say "You need'),
        (" About 5 minutes.", "", "how many minutes"),
        ("## Questions", "## Quiz", 'heading "Questions"'),
        ("## Key points", "## End", 'heading "Key points"'),
        ("## References", "## End", 'heading "References"'),
        ("<details>", "<p>", "no answer in <details>"),
        ("# {{next}}", "# [lesson](02_missing.ipynb#top)", "links to 02_missing.ipynb#top"),
        ("# {{next}}", '# <img src="missing.png">', "links to missing.png"),
    ],
)
def test_broken_source_is_found(tmp_path, old, new, sentence):
    assert old in SAMPLE
    source = write_source(tmp_path, textwrap.dedent(SAMPLE).replace(old, new))
    assert any(sentence in problem for problem in problems_of(render(source), source))


def test_links_that_exist_and_links_to_the_web_are_no_problem(tmp_path):
    links = "# [a](01_small.ipynb) [b](https://example.org/x) [c](#top) [d](<01_small.ipynb#x>)"
    source = write_source(tmp_path, textwrap.dedent(SAMPLE).replace("# {{next}}", links))
    assert [text for text in problems_of(render(source), source) if "links to" in text] == []


def test_a_notebook_without_source_is_found(tmp_path):
    path = tmp_path / "notebooks" / "01_small.ipynb"
    assert "no source src/01_small.py" in checks.problems(path)[0]


def test_a_long_launch_cell_is_found(lesson, monkeypatch):
    long = "\n".join("123456789")
    monkeypatch.setattr(checks, "launch_cell", lambda published: long)
    lesson.cells[1].source = long
    assert any(
        "more than 8 lines" in problem
        for problem in checks.check_launch(lesson, "01_small", publication())
    )


# Rendering


def test_render_is_always_the_same_and_ids_follow_the_text(source, tmp_path):
    first, second = render(source), render(source)
    assert nbformat.writes(first) == nbformat.writes(second)
    two_equal_cells = "\n# %%\n2 + 2\n\n# %%\n2 + 2\n"
    longer = write_source(tmp_path / "b", textwrap.dedent(SAMPLE) + two_equal_cells)
    ids = [cell.id for cell in render(longer).cells]
    assert ids[:5] == [cell.id for cell in first.cells]
    assert len(set(ids)) == 7


def test_links_are_written_only_to_what_exists(source, tmp_path):
    assert render(source).cells[-1].source.endswith("## References")
    exercise = tmp_path / "solutions" / "src" / "01_practice.py"
    exercise.parent.mkdir(parents=True)
    exercise.write_text("# %% [markdown]\n# # Exercise 01: practice\n", encoding="utf-8")
    write_source(tmp_path, SAMPLE.replace("A small lesson", "The second lesson"), "02_second")
    assert render(source).cells[-1].source.splitlines()[-3:] == [
        "**[Exercise 01: practice](../exercises/01_practice.ipynb)**",
        "",
        "**Next:** [The second lesson](02_second.ipynb)",
    ]


def test_the_next_lesson_is_the_next_that_there_is(tmp_path):
    """Numbers may be missing, and 10 comes after 09."""
    paths = [
        write_source(tmp_path, SAMPLE.replace("A small lesson", f"Lesson {name}"), name)
        for name in ("01_one", "04_four", "09_nine", "10_ten")
    ]
    ends = [render(path).cells[-1].source.splitlines()[-1] for path in paths]
    assert ends == [
        "**Next:** [Lesson 04_four](04_four.ipynb)",
        "**Next:** [Lesson 09_nine](09_nine.ipynb)",
        "**Next:** [Lesson 10_ten](10_ten.ipynb)",
        "## References",
    ]


def test_gpu_metadata_and_tags_come_from_the_source(tmp_path):
    header = "# ---\n# jupyter:\n#   accelerator: GPU\n# ---\n\n"
    text = textwrap.dedent(SAMPLE).replace(
        '# %%\nprint("two")', '# %% tags=["nbval-check-output"]\nprint("two")'
    )
    notebook = render(write_source(tmp_path, header + text.lstrip()))
    assert notebook.metadata["accelerator"] == "GPU"
    assert notebook.cells[2].metadata == {"tags": ["nbval-check-output"]}
    assert "accelerator" not in render(write_source(tmp_path, SAMPLE)).metadata


@pytest.mark.parametrize("cell", ["# %%\n# {{badge}}", "# %% [markdown]\n# {{launch}}"])
def test_a_misplaced_placeholder_is_refused(tmp_path, cell):
    with pytest.raises(ValueError, match="in a wrong place"):
        render(write_source(tmp_path, f"# %% [markdown]\n# # Title\n\n{cell}\n"))


def test_braces_of_formulas_and_f_strings_are_no_placeholders(tmp_path):
    text = "# %% [markdown]\n# # Title\n# $x_{{a}}$\n\n# %%\nprint(f'{{a}}')\n"
    assert "$x_{{a}}$" in render(write_source(tmp_path, text)).cells[0].source


# Building


def test_clean_keeps_the_static_picture_of_a_live_bundle(lesson):
    view = {checks.WIDGET_VIEW: {"model_id": "0"}}
    lesson.metadata["widgets"] = {"state": {}}
    lesson.cells[2].outputs = [
        nbformat.v4.new_output("display_data", data={**view, "text/plain": "IntSlider(value=0)"}),
        picture("A front that has moved five steps inwards.", **view),
        caption(),
    ]
    lesson.cells[2].metadata["execution"] = {"iopub.execute_input": "2026-01-01"}
    lesson.cells[3].outputs = [
        picture(**{"text/html": "<figure></figure>"}),
        caption(),
        picture("A second picture, wholly grey."),
        caption(),
        nbformat.v4.new_output("execute_result", data={"text/html": "<table>"}, execution_count=3),
    ]
    clean(lesson)
    assert "widgets" not in lesson.metadata
    assert [set(output.data) for output in lesson.cells[2].outputs] == [
        {"image/png"},
        {"text/markdown"},
    ]
    assert lesson.cells[2].metadata == {
        "mystnb": {"image": {"alt": "A front that has moved five steps inwards."}}
    }
    assert [set(output.data) for output in lesson.cells[3].outputs] == [
        {"image/png"},
        {"text/markdown"},
        {"image/png"},
        {"text/markdown"},
        {"text/html"},
    ]
    assert lesson.cells[3].metadata["mystnb"]["image"]["alt"] == (
        f"{ALT} / A second picture, wholly grey."
    )


def test_clean_drops_what_tensorflow_says_when_it_is_loaded_and_nothing_else(lesson):
    notes = (
        "2026-01-01 10:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN is on.\n"
        "To enable the following instructions: AVX2, rebuild TensorFlow.\n"
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1.2    6000 port.cc:153] one more\n"
    )
    warning = "UserWarning: more than 95 % of the picture is hole\n"
    lesson.cells[2].outputs = [
        nbformat.v4.new_output("stream", name="stderr", text=text)
        for text in (notes, warning, notes + warning)
    ] + [nbformat.v4.new_output("stream", name="stdout", text=notes)]
    clean(lesson)
    assert [output.text for output in lesson.cells[2].outputs] == [warning, notes + warning, notes]


def test_executed_lesson_is_clean(tmp_path):
    """Through a real kernel: streams are merged, figures described, widgets gone, no timestamps."""
    code = f"""
    # %%
    import sys
    import time
    for word in ("one", "two"):
        print(word); sys.stdout.flush(); time.sleep(0.1)

    # %%
    import ipywidgets
    import numpy as np
    from course_lib import plots
    squares = [np.zeros((8, 8, 3)), np.ones((8, 8, 3))]
    plots.show(squares, alt="{ALT}", caption="Two squares.")
    ipywidgets.IntSlider()

    # %%
    import os
    assert os.environ["INPAINTING_PROFILE"] == "smoke" and os.listdir() == []

    # %% [markdown]
    # ## Questions"""
    text = SAMPLE.replace("\n    # %% [markdown]\n    # ## Questions", code, 1)
    source = write_source(tmp_path, text)
    notebook = clean(execute(render(source), profile="smoke"))
    outputs = [cell.outputs for cell in checks._code(notebook)]
    assert [output.text for output in outputs[3]] == ["one\ntwo\n"]
    assert [sorted(output.data) for output in outputs[4]] == [
        ["image/png", "text/plain"],
        ["text/markdown", "text/plain"],
    ]
    assert problems_of(notebook, source) == []


def test_a_build_without_change_writes_nothing(lesson, source):
    target = source.parents[1] / "01_small.ipynb"
    nbformat.write(lesson, target)
    before = target.read_bytes(), target.stat().st_mtime_ns
    assert build(source, target, may_execute=False) == "kept"
    assert (target.read_bytes(), target.stat().st_mtime_ns) == before


def test_changed_prose_keeps_outputs_and_changed_code_does_not(lesson, source):
    target = source.parents[1] / "01_small.ipynb"
    nbformat.write(lesson, target)
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("The second.", "The third."), encoding="utf-8")
    assert build(source, target, may_execute=False) == "rewritten"
    assert checks.problems(target) == []
    assert nbformat.read(target, as_version=4).cells[3].outputs == lesson.cells[3].outputs

    before = target.read_bytes()
    source.write_text(text.replace('"two"', '"three"'), encoding="utf-8")
    assert build(source, target, may_execute=False) == "stale"
    assert target.read_bytes() == before


def test_changed_tags_call_for_execution(lesson, source):
    rendered = render(source)
    rendered.cells[2].metadata["tags"] = ["nbval-check-output"]
    assert keep_outputs(rendered, lesson) is None


@pytest.mark.parametrize("content", [b"", b'{"cells": [', b"\xff\xfe", b"[]", b"{}"])
def test_a_notebook_that_is_cut_off_is_built_anew(source, content):
    target = source.parents[1] / "01_small.ipynb"
    target.write_bytes(content)
    assert build(source, target, may_execute=False) == "stale"
    assert target.read_bytes() == content


def test_restamp_writes_address_and_tag_and_keeps_outputs(lesson, source):
    target = source.parents[1] / "01_small.ipynb"
    nbformat.write(lesson, target)
    moved = Publication("https://github.com/ada/course", "v2.0.0", "2.0.0")
    assert build(source, target, may_execute=False, published=moved) == "rewritten"
    stamped = nbformat.read(target, as_version=4)
    badge_line = stamped.cells[0].source.splitlines()[2]
    assert "github/ada/course/blob/v2.0.0/notebooks/01_small.ipynb" in badge_line
    assert "git+https://github.com/ada/course@v2.0.0" in stamped.cells[1].source
    assert stamped.cells[3].outputs == lesson.cells[3].outputs
    assert [cell.id for cell in stamped.cells] == [cell.id for cell in lesson.cells]
    assert any("make restamp" in problem for problem in checks.problems(target))


def test_is_launch_knows_every_stamp_and_nothing_else():
    moved = Publication("https://github.com/ada/course", "v2.0.0", "2.0.0")
    assert is_launch(nbformat.v4.new_code_cell(launch_cell(moved)))
    first = "# On Google Colab this cell installs the course's library; elsewhere it does nothing."
    assert is_launch(nbformat.v4.new_code_cell(f"{first}\n%pip install git+https://x/y@v0"))
    assert not is_launch(nbformat.v4.new_code_cell("import sys"))


def test_command_line_reports_and_returns_failure(lesson, source, capsys):
    lesson.cells[2].execution_count = None
    path = Path(source.parents[1] / "01_small.ipynb")
    nbformat.write(lesson, path)
    assert checks.main([path]) == 1
    assert "not executed from the top" in capsys.readouterr().out
