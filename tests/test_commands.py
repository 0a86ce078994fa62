"""What the course tells people to type arrives at the shell as it was meant."""

import importlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course_lib import data
from course_lib.__main__ import main
from course_lib._shell import command_line
from course_lib.classical._contract import inpainter
from tests.helpers import skip_or_fail
from tools import classroom
from tools.project import ROOT, words

ODD_NAMES = ("my class", "it's", "a;b", "$HOME", "two  blanks", "-n", "gr\xfcn", "(1)")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_shell_reads_the_words_that_were_written(name):
    if shutil.which("sh") is None:
        skip_or_fail("there is no sh")
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        pytest.skip("no command line here can have this name")
    line = command_line("printf", "%s|", Path("folder") / name, name)
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=True)
    assert done.stdout.decode() == f"folder/{name}|{name}|"


def test_windows_has_its_own_quotes(monkeypatch):
    monkeypatch.setattr("course_lib._shell.os.name", "nt")
    assert command_line("wandb", "sync", "my folder") == 'wandb sync "my folder"'


def test_what_the_output_cannot_show_is_escaped(tmp_path, monkeypatch):
    output = io.TextIOWrapper(io.BytesIO(), "cp1252")
    monkeypatch.setattr(sys, "stdout", output)
    photo = tmp_path / "\u0444\u043e\u0442\u043e.png"
    data.save(photo, np.full((30, 40, 3), 0.5))
    assert main(["damage", str(photo)]) == 0
    said = output.buffer.getvalue().decode("cp1252")
    assert "\\u0444\\u043e\\u0442\\u043e-mask.png: 0.00 % marked." in said
    assert photo.with_name(f"{photo.stem}-mask.png").is_file()


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh")
def test_where_the_error_stream_is_closed_a_command_works_and_no_file_gets_its_remarks(tmp_path):
    script = (
        "import os, sys; from course_lib import __main__ as program; program._without_remarks(); "
        f"file = open({str(tmp_path / 'new')!r}, 'wb'); os.write(2, b'a remark'); "
        "print('said', file=sys.stderr)"
    )
    line = f"{command_line(sys.executable, '-c', script)} 2>&-"
    done = subprocess.run(["sh", "-c", line], capture_output=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, b"")
    assert (tmp_path / "new").read_bytes() == b""


@pytest.mark.parametrize("name", ["class", "my class"])
def test_the_classroom_says_how_to_go_on(tmp_path, capsys, name):
    assert classroom.main([str(tmp_path / name), "01_masks"]) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert shlex.split(first.removeprefix("Next: ")) == ["cd", str(tmp_path / name)]
    assert second == "then: nbgrader generate_assignment 01_masks"


def test_the_classroom_knows_the_home(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert classroom.main(["~/my class", "01_masks"]) == 0
    assert (tmp_path / "my class" / "source" / "01_masks" / "01_masks.ipynb").is_file()
    assert "~" not in capsys.readouterr().out


def test_the_classroom_keeps_what_an_instructor_has_changed(tmp_path, capsys):
    """Points are set in nbgrader, which writes them into these very files."""
    path = tmp_path / "source" / "01_masks" / "01_masks.ipynb"
    command = [str(tmp_path), "01_masks", "02_diffusion"]
    assert classroom.main(command) == 0 and "Kept" not in capsys.readouterr().out
    assert classroom.main(command) == 0 and "Kept" not in capsys.readouterr().out
    first = path.read_bytes()
    changed = first.replace(b'"points": ', b'"points": 1')
    assert changed != first
    path.write_bytes(changed)
    assert classroom.main(command) == 0
    said = capsys.readouterr().out
    assert "have been changed: 01_masks; --overwrite replaces them" in said
    assert path.read_bytes() == changed
    assert classroom.main([*command, "--overwrite"]) == 0
    assert "Kept" not in capsys.readouterr().out and path.read_bytes() == first


def test_settings_in_another_encoding_are_settings_of_ones_own(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("# f\xfcr uns", encoding="latin-1")
    assert "has settings of its own" in classroom.main([str(tmp_path), "01_masks"])


TOOLS = (
    "browser_lane", "build_notebooks", "check_notebooks", "classroom", "colab_lane", "course",
    "handout", "platforms", "readme_picture", "release_check", "site", "site.lite", "site.try_it",
    "slides", "stick",
)  # fmt: skip


@pytest.mark.parametrize("name", ["slides", "handout", "platforms"])
def test_a_tool_that_is_asked_for_help_does_nothing_else(monkeypatch, capsys, name):
    tool = importlib.import_module(f"tools.{name}")
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as stopped:
        words(f"tools.{name}", tool.__doc__)
    assert stopped.value.code == 0
    assert f"python -m tools.{name} [words" in capsys.readouterr().out


def test_every_tool_asks_for_its_words_through_argparse():
    """Else ``--help`` would be taken for a name, and a tool that needs none would go to work."""
    for name in TOOLS:
        path = ROOT / "tools" / name.replace(".", "/")
        path = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
        source = path.read_text(encoding="utf-8")
        assert "argparse" in source or re.search(rf'words\("tools\.{name}"', source), name


def test_a_word_too_many_is_a_typo(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["handout", "one"])
    with pytest.raises(SystemExit) as stopped:
        words("tools.handout", "about", 0)
    assert stopped.value.code == 2 and "one is one word more" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        words("tools.handout", "about", known=["two", "three"])
    assert "there is no one: choose from two, three." in capsys.readouterr().err


# The recipes of CONTRIBUTING.md


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_what_a_recipe_names_is_there():
    """Files, modules and targets; what a recipe makes itself is median, medians or task 5."""
    files = re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.\w+|\w+\.md)`", CONTRIBUTING)
    made = [name for name in files if "median" in name or "NN_name" in name]
    assert len(set(files) - set(made)) > 8
    assert [name for name in files if name not in made and not (ROOT / name).is_file()] == []
    for module in re.findall(r"-m ((?:tools|benchmarks)\.\w+)", CONTRIBUTING):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
    targets = re.findall(
        r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(re.findall(r"`make ([\w-]+)`", CONTRIBUTING)) <= set(targets)


def test_the_recipes_method_fills_with_a_median():
    block = next(one for one in CONTRIBUTING.split("```python")[1:] if "@inpainter" in one)
    names = {"inpainter": inpainter, "np": np}
    exec(re.sub(r"^   ", "", block.partition("```")[0], flags=re.MULTILINE), names)
    image = np.array([[0.2, 0.4, np.nan, 0.9]], np.float32)[..., None].repeat(3, axis=-1)
    filled = names["median"](image, np.array([[False, False, True, False]]))
    np.testing.assert_array_equal(filled[0, :, 0], np.array([0.2, 0.4, 0.4, 0.9], np.float32))
