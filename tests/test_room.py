"""The room check: each fault is made for real, or as near to it as a test may go, and named."""

import json
import shutil
import subprocess
import sys
from collections import namedtuple
from importlib import metadata

import psutil
import pytest
from jupyter_core import paths

from course_lib import _gpu, room
from course_lib.__main__ import main

Usage = namedtuple("Usage", "total used free")


def line(name):
    said, mend = room.CHECKS[name]()
    return room.Line(name, said, mend)


@pytest.mark.parametrize("name", ["python", "packages", "widgets", "fonts"])
def test_where_the_tests_run_all_is_well(name):
    assert line(name).well, line(name)


@pytest.mark.parametrize("version, well", [
    ((3, 10, 4), False), ((3, 11, 0), True), ((3, 13, 1), True), ((3, 14, 0), False),
])  # fmt: skip
def test_python(monkeypatch, version, well):
    monkeypatch.setattr(sys, "version_info", version)
    assert line("python").well is well
    assert line("python").said == ".".join(map(str, version))


def test_packages_that_are_missing_or_old_are_named_with_what_to_type(monkeypatch):
    monkeypatch.setattr(room, "_needed", lambda: [
        "numpy>=1", "numpy>=999", "no-such-package>=2", 'never; sys_platform == "amiga"',
    ])  # fmt: skip
    found = line("packages")
    assert found.said == (
        f"numpy {metadata.version('numpy')} does not suit (>=999); no-such-package is missing"
    )
    assert found.mend.endswith('"numpy>=999" "no-such-package>=2"')


def test_the_course_s_own_list_is_asked():
    assert any(text.startswith("opencv-python") for text in room._needed())


def only(monkeypatch, **versions):
    """No packages are installed but these; a name is written with _ for -."""
    monkeypatch.setattr(room, "_version", {
        name.replace("_", "-"): version for name, version in versions.items()
    }.get)  # fmt: skip


@pytest.mark.parametrize("system, machine, card, build", [
    ("linux", "x86_64", None, "tensorflow-cpu"),
    ("linux", "x86_64", {"card": "Tesla T4"}, "tensorflow[and-cuda]"),
    ("linux", "aarch64", None, "tensorflow"),
    ("darwin", "arm64", None, "tensorflow"),
    ("win32", "AMD64", None, "tensorflow"),
])  # fmt: skip
def test_a_missing_tensorflow_is_named_by_the_build_for_this_computer(
    monkeypatch, system, machine, card, build
):
    """Neither of its two entries is skipped everywhere: one holds on every system."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(room.platform, "machine", lambda: machine)
    monkeypatch.setattr(_gpu, "ask_driver", lambda: card)
    only(monkeypatch)
    found = line("packages")
    assert f"; {build} is missing" in found.said and f'"{build}>=' in found.mend
    assert found.said.count("tensorflow") == 1


@pytest.mark.parametrize("build", room.BUILDS)
def test_a_build_of_tensorflow_is_never_put_beside_the_other(monkeypatch, build):
    only(monkeypatch, **{build: "2.3.0"})
    found = line("packages")
    assert f"{build} 2.3.0 does not suit" in found.said and f'"{build}>=' in found.mend
    broken = subprocess.CompletedProcess([], 1, "", "ImportError: no module")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: broken)
    assert line("repair").mend.endswith(f'keras "{build}" opencv-python')


def test_a_full_disk(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(9e9, 8.6e9, 0.4e9))
    assert "0.4 GB free" in line("disk").said and "1 GB" in line("disk").mend


def test_a_folder_that_cannot_be_written(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    gone = tmp_path / "gone"
    monkeypatch.setattr(room.Path, "home", lambda: gone)
    assert line("disk").said == f"nothing can be written to {gone}" and line("disk").mend


def test_little_memory(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: namedtuple("M", "available total")(
        0.5e9, 4e9))  # fmt: skip
    assert line("memory").said == "0.5 of 4.0 GB free" and "close" in line("memory").mend


def test_an_idle_card_keeps_its_mend(monkeypatch):
    monkeypatch.setattr(_gpu, "look", lambda: ("Tesla T4", "type make lab GPU=1"))
    assert line("gpu") == room.Line("gpu", "Tesla T4 lies idle", "type make lab GPU=1")


def test_widgets_without_their_extension(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "jupyter_path", lambda *parts: [str(tmp_path)])
    assert "JupyterLab lacks @jupyter-widgets/jupyterlab-manager" in line("widgets").said
    (tmp_path / "@jupyter-widgets" / "jupyterlab-manager").mkdir(parents=True)
    (tmp_path / "@jupyter-widgets" / "jupyterlab-manager" / "package.json").write_text("{}")
    assert "anywidget is not drawn" in line("widgets").said


def test_widgets_of_two_generations(monkeypatch):
    versions = {"ipywidgets": "8.1.9", "jupyterlab_widgets": "1.1.11", "jupyterlab": "3.6.8"}
    monkeypatch.setattr(metadata, "version", versions.__getitem__)
    assert "do not go together" in line("widgets").said


def test_what_breaks_in_a_check_is_a_line_and_the_next_ones_follow(monkeypatch):
    def broken():
        raise OSError("no such device\nand more")

    monkeypatch.setattr(room, "CHECKS", {"disk": broken, "python": room._python})
    disk, python = room.look()
    assert not disk.well and disk.said.endswith("OSError: no such device")
    assert python.well


@pytest.mark.parametrize("mend, code, last", [("", 0, "Ready."), ("do it", 1, "1 to mend.")])
def test_the_command(monkeypatch, capsys, mend, code, last):
    monkeypatch.setattr(room, "CHECKS", {"disk": lambda: ("found", mend)})
    assert main(["check"]) == code
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == last and printed[0].split()[1] == "disk"
    assert main(["check", "--json"]) == code
    told = json.loads(capsys.readouterr().out)
    assert told["ready"] is not bool(mend)
    assert told["lines"] == [{"name": "disk", "said": "found", "mend": mend, "well": not mend}]
