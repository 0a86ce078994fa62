"""What the course tells people to type arrives at the shell as it was meant."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from course_lib._shell import command_line
from tests.helpers import skip_or_fail
from tools import classroom

ODD_NAMES = ("my class", "it's", "a;b", "$HOME", "two  blanks", "-n", "gr\xfcn", "(1)")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_shell_reads_the_words_that_were_written(name):
    if shutil.which("sh") is None:
        skip_or_fail("there is no sh")
    line = command_line("printf", "%s|", Path("folder") / name, name)
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=True)
    assert done.stdout.decode() == f"folder/{name}|{name}|"


def test_windows_has_its_own_quotes(monkeypatch):
    monkeypatch.setattr("course_lib._shell.os.name", "nt")
    assert command_line("wandb", "sync", "my folder") == 'wandb sync "my folder"'


@pytest.mark.parametrize("name", ["class", "my class"])
def test_the_classroom_says_how_to_go_on(tmp_path, capsys, name):
    assert classroom.main([str(tmp_path / name), "01_masks"]) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert shlex.split(first.removeprefix("Next: ")) == ["cd", str(tmp_path / name)]
    assert second == "then: nbgrader generate_assignment 01_masks"
