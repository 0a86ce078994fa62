"""The stick: which wheels it wants, and that nothing broken is trusted and no work written over."""

import ast
import errno
import hashlib
import importlib
import importlib.metadata
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile

import pytest

from course_lib.data import cifar10
from tools import setup_venv
from tools.stick import __main__ as stick_command
from tools.stick import parts, wheels
from tools.stick.wheels import Stopped, Target

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


# Wheels


def names(target):
    return {one.pin.split("==")[0] for one in wheels.wanted(target)}


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="compares with this computer"
)
def test_wanted_is_what_is_installed_here():
    wanted = {}
    for one in wheels.wanted(Target("linux", HERE)):
        name, version = one.pin.split("==")
        wanted.setdefault(name, set()).add(version)
    for name in setup_venv.locked():
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            assert name not in wanted
        else:
            gpu = name.startswith(("nvidia", "tensorflow"))
            assert gpu or version in wanted[name]


@pytest.mark.parametrize(
    "system, theirs, not_theirs",
    [
        ("linux", {"tensorflow-cpu", "pexpect"}, {"tensorflow", "nvidia-nccl-cu12", "appnope"}),
        ("windows", {"tensorflow", "pywinpty", "colorama"}, {"tensorflow-cpu", "pexpect"}),
        ("macos", {"tensorflow", "appnope", "pexpect"}, {"tensorflow-cpu", "pywinpty"}),
    ],
)
def test_each_system_wants_its_own(system, theirs, not_theirs):
    wanted = names(Target(system, "3.13"))
    assert theirs <= wanted and not not_theirs & wanted


def test_versions_for_every_patch_of_a_python_are_wanted():
    old = "soup==2 ; python_full_version < '3.11.5' \\\n    --hash=sha256:aa\n"
    recent = "soup==4 ; python_full_version >= '3.11.5' \\\n    --hash=sha256:bb\n"
    lock = {"soup": old + recent}
    both, new = (wheels.wanted(Target("linux", python), lock) for python in ("3.11", "3.12"))
    assert [(one.pin, one.hashes) for one in both] == [("soup==2", {"aa"}), ("soup==4", {"bb"})]
    assert [one.pin for one in new] == ["soup==4"]


@pytest.mark.parametrize(
    "file, system, fits",
    [
        ("py3-none-any", "windows", True),
        ("cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", "linux", True),
        ("cp313-cp313-manylinux_2_28_x86_64", "linux", True),
        ("cp313-cp313-manylinux_2_35_x86_64", "linux", False),
        ("cp312-cp312-manylinux_2_28_x86_64", "linux", False),
        ("cp37-abi3-macosx_13_0_arm64", "macos", True),
        ("cp313-cp313-macosx_15_0_arm64", "macos", False),
        ("cp313-cp313-macosx_11_0_universal2", "macos", True),
        ("cp313-cp313-macosx_11_0_x86_64", "macos", False),
        ("cp313-cp313-win_amd64", "windows", True),
        ("cp313-cp313-win32", "windows", False),
    ],
)
def test_absent_knows_what_fits(tmp_path, monkeypatch, file, system, fits):
    wheel = tmp_path / f"some_thing-1.0-{file}.whl"
    wheel.write_bytes(b"wheel")
    digest = hashlib.sha256(b"wheel").hexdigest()
    lock = {"some-thing": f"some-thing==1.0 \\\n    --hash=sha256:{digest}\n"}
    monkeypatch.setattr(setup_venv, "locked", lambda: lock)
    missing = wheels.absent(tmp_path, Target(system, "3.13"), {})
    assert [one.pin for one in missing] == ([] if fits else ["some-thing==1.0"])
    assert wheel.exists()


def test_a_wheel_with_a_wrong_digest_goes(tmp_path, monkeypatch):
    wheel = tmp_path / "thing-1.0-py3-none-any.whl"
    wheel.write_bytes(b"half of i")
    lock = {
        "thing": f"thing==1.0 \\\n    --hash=sha256:{hashlib.sha256(b'all of it').hexdigest()}\n"
    }
    monkeypatch.setattr(setup_venv, "locked", lambda: lock)
    assert [one.pin for one in wheels.absent(tmp_path, Target("linux", HERE), {})] == ["thing==1.0"]
    assert not wheel.exists()


def test_prune_keeps_what_is_wanted(tmp_path, monkeypatch):
    kept, old, pip = (
        tmp_path / f"{name}-py3-none-any.whl" for name in ("thing-2.0", "thing-1.0", "pip-26.0")
    )
    for path in (kept, old, pip):
        path.write_text(path.name)
    digest = hashlib.sha256(kept.name.encode()).hexdigest()
    lock = {"thing": f"thing==2.0 \\\n    --hash=sha256:{digest}\n"}
    monkeypatch.setattr(setup_venv, "locked", lambda: lock)
    target, digests = Target("linux", HERE), {}
    assert wheels.absent(tmp_path, target, digests) == []
    wheels.prune(tmp_path, [target], digests)
    assert kept.exists() and pip.exists() and not old.exists()


@pytest.mark.parametrize(
    "said, sentence",
    [
        ("Retrying (Retry(total=1)) after NewConnectionError: No matching distribution", "network"),
        ("something else", "pip stopped: something else"),
    ],
)
def test_what_stops_pip_is_one_sentence(tmp_path, monkeypatch, said, sentence):
    answer = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(wheels.subprocess, "run", lambda *_, **__: answer)
    with pytest.raises(Stopped, match=sentence):
        wheels.fetch_pip(tmp_path)
    assert not any(tmp_path.iterdir())


def test_a_full_disk_stops_pip(tmp_path, monkeypatch):
    answer = subprocess.CompletedProcess([], 1, "", "OSError: [Errno 28] No space left on device")
    monkeypatch.setattr(wheels.subprocess, "run", lambda *_, **__: answer)
    with pytest.raises(OSError) as raised:
        wheels.fetch_pip(tmp_path)
    assert raised.value.errno == errno.ENOSPC


# Making


def test_other_names_are_refused():
    with pytest.raises(Stopped, match="amiga is none of linux, windows, macos: choose"):
        stick_command.chosen("linux,amiga", "3.13")
    with pytest.raises(Stopped, match=r"3\.9 is none of 3\.11, 3\.12, 3\.13: choose"):
        stick_command.chosen("linux", "3.9")


def test_a_folder_that_is_no_stick_is_left_alone(tmp_path):
    stick = tmp_path / "photos"
    stick.mkdir()
    (stick / "mine.jpg").touch()
    with pytest.raises(Stopped, match="photos is no stick of the course"):
        stick_command.begin(stick, tmp_path / "photos.partial")
    assert (stick / "mine.jpg").exists()


def test_an_older_stick_is_gone_on_with_and_is_none_meanwhile(tmp_path):
    stick, partial = tmp_path / "stick", tmp_path / "stick.partial"
    (stick / "wheels").mkdir(parents=True)
    for name in ("SHA256SUMS", "wheels/kept.whl", "python.pkg"):
        (stick / name).touch()
    stick_command.begin(stick, partial)
    there = {path.name for path in partial.rglob("*")}
    assert there == {"wheels", "kept.whl", "python.pkg"} and not stick.exists()


def test_cifar10_comes_along_where_it_is_whole(tmp_path, monkeypatch, capsys):
    folder, stick = tmp_path / "data", tmp_path / "stick"
    folder.mkdir(), stick.mkdir()
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(folder))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(cifar10, "ARCHIVE_BYTES", 7)
    monkeypatch.setattr(cifar10, "ARCHIVE_SHA256", hashlib.sha256(b"archive").hexdigest())
    archive = folder / "cifar-10-python.tar.gz"
    archive.write_bytes(b"ARCHIVE")
    assert parts.data(stick) is None and not (stick / "data").exists()
    assert "no lesson needs" in capsys.readouterr().out
    archive.write_bytes(b"archive")
    assert parts.data(stick) == "data/cifar-10-python.tar.gz"
    assert (stick / "data/cifar-10-python.tar.gz").read_bytes() == b"archive"


# The scripts


@pytest.fixture
def start(tmp_path, monkeypatch):
    """``start.py`` of a little stick that has a course of two files and CIFAR-10."""
    stick = tmp_path / "stick"
    (stick / "data").mkdir(parents=True)
    (stick / "data/archive").write_bytes(b"archive")
    with zipfile.ZipFile(stick / "course.zip", "w") as archive:
        archive.writestr("requirements.lock", "lock")
        archive.writestr("notebooks/00.ipynb", "lesson")
    parts.carried(stick, {"linux x86_64": ["3.12", "3.13"]}, "0" * 64, "data/archive")
    parts.sums(stick, {})
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    monkeypatch.syspath_prepend(stick)
    for name in ("start", "check_stick"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module("start")
    for name in ("start", "check_stick"):
        sys.modules.pop(name, None)


def spoil(path):
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def check(stick):
    done = subprocess.run(
        [sys.executable, stick / "check_stick.py"], capture_output=True, text=True, env={}
    )
    return done.returncode, done.stdout + done.stderr


def test_check_says_what_is_wrong_as_sha256sum_does(start, tmp_path):
    stick = tmp_path / "stick"
    assert check(stick) == (0, "All 9 files are whole.\n")
    spoil(stick / "data/archive")
    (stick / "start.bat").unlink()
    status, said = check(stick)
    assert status == 1 and said.splitlines() == [
        "data/archive is broken",
        "start.bat cannot be read: No such file or directory",
        "2 of 9 files are not whole: copy the stick again.",
    ]
    if oracle := shutil.which("sha256sum"):
        theirs = subprocess.run(
            [oracle, "--check", "SHA256SUMS"], cwd=stick, capture_output=True, text=True
        )
        failed = {line.split(":")[0] for line in theirs.stdout.splitlines() if "FAILED" in line}
        assert failed == {"data/archive", "start.bat"}


@pytest.mark.parametrize("kept", [0, 100, -1])
def test_a_list_that_is_cut_off_is_no_list(start, tmp_path, kept):
    sums = tmp_path / "stick" / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes()[: kept if kept >= 0 else -2])
    status, said = check(tmp_path / "stick")
    assert status == 1 and said.startswith("SHA256SUMS is missing or cut off")


def test_the_course_is_added_to_and_never_written_over(start, tmp_path):
    course = tmp_path / "course"
    (course / "notebooks").mkdir(parents=True)
    (course / "notebooks/00.ipynb").write_text("my answers")
    (course / "notebooks/mine.ipynb").write_text("mine")
    start.copy_course(str(course))
    found = {path.name: path.read_text() for path in course.rglob("*") if path.is_file()}
    assert found == {"requirements.lock": "lock", "00.ipynb": "my answers", "mine.ipynb": "mine"}


def test_a_broken_course_or_archive_is_not_copied(start, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    about = {"data": "data/archive", "data_as": cifar10.KERAS_ARCHIVE}
    for name in ("course.zip", "data/archive"):
        spoil(tmp_path / "stick" / name)
    with pytest.raises(start.Stopped, match="^course.zip is broken: copy the stick again.$"):
        start.copy_course(str(tmp_path / "course"))
    with pytest.raises(start.Stopped, match="^data/archive is broken: copy the stick again.$"):
        start.copy_data(about)
    assert not (tmp_path / "course").exists() and not (tmp_path / "keras").exists()


def test_cifar10_is_put_where_the_lessons_look(start, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    start.copy_data({"data": "data/archive", "data_as": cifar10.KERAS_ARCHIVE})
    assert (cifar10._keras_cache() / cifar10.KERAS_ARCHIVE).read_bytes() == b"archive"


def test_a_copy_that_breaks_off_leaves_nothing(start, tmp_path):
    class Pulled(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(4)

    with pytest.raises(OSError):
        start.place(Pulled(b"half and half"), str(tmp_path / "file"))
    assert not list(tmp_path.glob("file*"))


def test_another_version_of_the_course_is_not_mixed_with_this_one(start, tmp_path, monkeypatch):
    fits = {"python": sys.executable, "version": "3.13", "computer": "linux x86_64", "pip": True}
    monkeypatch.setattr(start, "ask", lambda command: fits)
    said = start.main("install", "--to", str(tmp_path / "course"))  # its lock is not the stick's
    assert said.endswith("move it away, or name another folder with --to.")


@pytest.mark.parametrize(
    "computer, version, sentence",
    [
        ("linux x86_64", "3.9", "needs Python 3.12 or 3.13, which was not found: install"),
        ("win32 x86", "3.13", r"no packages for this computer \(win32 x86\).* the word site"),
    ],
)
def test_a_python_that_does_not_fit_is_said(start, monkeypatch, computer, version, sentence):
    monkeypatch.setattr(start, "ask", lambda _: {"computer": computer, "version": version})
    with pytest.raises(start.Stopped, match=sentence):
        start.fitting_python({"runs": {"linux x86_64": ["3.12", "3.13"]}}, "course")


def test_the_environments_python_comes_first(start, monkeypatch, tmp_path):
    runs = {"linux x86_64": ["3.12", "3.13"]}
    asked = []

    def ask(command):
        asked.append(command)
        return None if len(asked) < 3 else {"computer": "linux x86_64", "version": "3.12"}

    monkeypatch.setattr(start, "ask", ask)
    assert start.fitting_python({"runs": runs}, str(tmp_path))["version"] == "3.12"
    assert asked[0] == [start.venv_python(str(tmp_path))] and asked[1] == [sys.executable]
    assert "3.13" in asked[2][-1]


def test_this_python_is_asked_truly(start):
    found = start.ask([sys.executable])
    assert found["version"] == HERE
    assert found["computer"] == f"{sys.platform} {platform.machine().lower()}"


def test_pip_and_uv_see_the_stick_and_nothing_else(start, monkeypatch, tmp_path):
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX", "UV_FIND_LINKS"):
        monkeypatch.setenv(name, "https://elsewhere.example")
    environment = start.offline()
    assert not [name for name, text in environment.items() if "elsewhere" in text]
    asked = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "-d", tmp_path, "six"]
    done = subprocess.run(asked, env=environment, capture_output=True, text=True)
    assert done.returncode and "No matching distribution" in done.stderr


def test_the_scripts_are_readable_by_old_programs(start, tmp_path):
    stick = tmp_path / "stick"
    for name in ("start.py", "check_stick.py"):
        ast.parse((stick / name).read_text(encoding="utf-8"), feature_version=(3, 7))
    for name in ("start.bat", "README.txt"):
        lines = (stick / name).read_bytes().splitlines(keepends=True)
        assert all(line.endswith(b"\r\n") for line in lines)
    assert len((stick / "start.bat").read_bytes().splitlines()) < 20
    assert "Python 3.12 or 3.13, 64-bit" in (stick / "README.txt").read_text(encoding="utf-8")
    for name in ("start.sh", "start.command"):
        assert b"\r" not in (stick / name).read_bytes()
        assert subprocess.run(["sh", "-n", stick / name]).returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
def test_without_a_python_the_script_says_what_to_install(start, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname"):
        (tools / name).symlink_to(shutil.which(name))
    done = subprocess.run(
        [tools / "sh", tmp_path / "stick/start.command"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("No Python 3 was found: install Python 3.13, then start again.")


def test_what_the_scripts_read_is_there(start, tmp_path):
    about = json.loads((tmp_path / "stick/stick.json").read_text(encoding="utf-8"))
    assert about["folder"] == "inpainting-course"
    assert about["runs"] == {"linux x86_64": ["3.12", "3.13"]}
    assert about["data_as"] == cifar10.KERAS_ARCHIVE and os.sep not in about["data_as"]
