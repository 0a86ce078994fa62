"""What is solved is kept, whatever other programs do to its file; nothing is lost, all is said."""

import json
import os
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import checks
from course_lib._variables import path_variable
from course_lib.checks import _progress
from tools.project import ROOT

DAYS = {"01_1": "2026-11-01", "02_3": "2026-11-02", "03_1": "2026-11-03"}
MARKED = {"course": "inpainting-course", "numbering": 3, "solved": DAYS}
WHOLE = json.dumps(MARKED, indent=1)


@pytest.fixture(autouse=True)
def own_file(tmp_path, monkeypatch):
    """A progress file for one test, and a kernel that has solved nothing."""
    monkeypatch.setenv(_progress.VARIABLE, str(tmp_path / "progress.json"))
    monkeypatch.setattr(_progress, "_solved_here", {})
    return tmp_path / "progress.json"


def kept(path):
    return json.loads(path.read_text(encoding="utf-8"))["solved"]


def aside(path):
    return sorted(one.name for one in path.parent.iterdir() if "damaged" in one.name)


def test_what_is_solved_is_kept_and_read_again(own_file):
    assert "0 of" in checks.progress()
    assert _progress.record("01_2") is None
    assert kept(own_file).keys() == {"01_2"}
    assert "01.1 open, 01.2 solved" in checks.progress()
    assert "Next: 01.1" in checks.progress()
    assert [one.name for one in own_file.parent.iterdir()] == ["progress.json"]


@pytest.mark.parametrize("written", ['"{}"', "'{}'", "  {} ", '"{}" \r'])
def test_quotes_and_blanks_around_its_name_are_not_the_files(own_file, monkeypatch, written):
    """Windows' ``set`` keeps both."""
    monkeypatch.chdir(own_file.parent)
    monkeypatch.setenv(_progress.VARIABLE, written.format(own_file))
    assert _progress.record("01_2") is None
    assert [one.name for one in own_file.parent.iterdir()] == ["progress.json"]


@pytest.mark.parametrize("written", ["", "  ", '""'])
def test_a_blank_name_is_none(monkeypatch, written):
    monkeypatch.setenv(_progress.VARIABLE, written)
    assert _progress.default_path() == _progress._place(_progress.FILE)


@pytest.mark.parametrize("written", ["$HOME/p.json", "${HOME}/p.json", "%USERPROFILE%/p.json"])
def test_a_variable_in_its_name_is_no_folder(own_file, monkeypatch, written):
    monkeypatch.chdir(own_file.parent)
    monkeypatch.setenv(_progress.VARIABLE, written)
    assert "write the whole path" in _progress.record("01_2")
    assert not list(own_file.parent.iterdir())


def test_a_hidden_share_of_windows_is_no_variable(monkeypatch):
    monkeypatch.setenv("ANY", r"\\server\C$\class 100%\p.json")
    assert path_variable("ANY").startswith(r"\\server\C$")


def test_a_wrong_answer_records_nothing(own_file):
    checks.task_01_2(lambda psnrs, hole_fractions: np.mean(psnrs))
    assert not own_file.exists()


def test_progress_travels_through_a_file(tmp_path, monkeypatch):
    elsewhere = tmp_path / "drive" / "mine.json"
    _progress.record("01_1")
    assert "1 solved tasks saved" in checks.save_progress(elsewhere)
    monkeypatch.setenv(_progress.VARIABLE, str(tmp_path / "new session.json"))
    monkeypatch.setattr(_progress, "_solved_here", {})
    _progress.record("02_1")
    assert "1 solved tasks loaded" in checks.load_progress(elsewhere)
    assert set(_progress.solved()[0]) == {"01_1", "02_1"}
    assert "2 solved tasks saved" in checks.save_progress(elsewhere)


def test_only_colab_is_told_that_it_forgets(monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    assert "Colab" not in checks.progress()
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert "checks.save_progress(" in checks.progress().splitlines()[-1]


# Files that other programs have touched


@pytest.mark.parametrize(
    "content",
    [
        WHOLE.encode("utf-8-sig"),  # Notepad
        WHOLE.encode("utf-16"),  # PowerShell
        WHOLE.encode("utf-16-be"),
        WHOLE.encode("utf-32"),
        WHOLE.replace("\n", "\r\n").encode(),
        b"\n\n" + WHOLE.encode() + b"\n \n",
        WHOLE.encode().replace(b"inpainting", b"inp\xe4inting"),
    ],
    ids=[
        "byte-order mark",
        "UTF-16",
        "UTF-16 without a mark",
        "UTF-32",
        "CRLF",
        "blank lines",
        "latin-1",
    ],
)
def test_another_spelling_of_the_file_is_read(own_file, content):
    own_file.write_bytes(content)
    assert checks.progress().startswith("3 of") and "damaged" not in checks.progress()
    assert _progress.record("04_1") is None
    assert kept(own_file).items() > DAYS.items() and aside(own_file) == []


@pytest.mark.parametrize(
    "content, left",
    [
        (WHOLE.encode() + b"\0\0\0", 3),
        (WHOLE.encode() + b"}", 3),
        (WHOLE.encode() + WHOLE.encode(), 3),
        (WHOLE[: WHOLE.index("-03")].encode(), 2),
        (WHOLE.replace("{", "[").encode(), 3),
        (WHOLE.replace('"02_3"', "02_3").encode(), 2),
        (b"<<<<<<< mine\n" + WHOLE.encode() + b"\n=======\n", 3),
        (b"[1, 2]", 0),
        (b'"text"', 0),
        (b"\0" * 500, 0),
        (b"[" * 100_000, 0),
        (b"\x89PNG\r\n", 0),
    ],
    ids=[
        "zeros at the end", "a bracket too many", "twice", "truncated", "other brackets",
        "quotes lost", "two versions", "a list", "a text", "zeros", "nested",
        "a picture",
    ],
)  # fmt: skip
def test_what_can_be_read_is_kept_and_the_rest_set_aside_and_said(own_file, content, left):
    own_file.write_bytes(content)
    assert f"{left} tasks were found in it" in checks.progress()
    note = _progress.record("09_1")
    assert "damaged" in note and str(own_file) in note
    assert len(kept(own_file)) == left + 1
    assert all(kept(own_file)[name] == DAYS[name] for name in set(kept(own_file)) - {"09_1"})
    assert own_file.with_name("progress.json.damaged").read_bytes() == content
    assert "damaged" not in checks.progress()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(deadline=None, derandomize=True)
@given(
    st.binary(max_size=60)
    | JSON.map(lambda value: json.dumps(value).encode())
    | JSON.map(lambda value: json.dumps({"solved": value}).encode("utf-16"))
)
def test_no_content_ends_in_an_exception_or_is_lost(content):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "progress.json"
        patch.setenv(_progress.VARIABLE, str(path))
        patch.setattr(_progress, "_solved_here", {})
        path.write_bytes(content)
        assert checks.progress() and "01.1 solved" not in checks.progress()
        note = _progress.record("01_1")
        assert "01_1" in kept(path) and "01.1 solved" in checks.progress()
        if note:
            assert path.with_name("progress.json.damaged").read_bytes() == content


def test_each_damaged_file_gets_a_name_of_its_own(own_file, monkeypatch):
    for number, content in enumerate(("first", "second", "third")):
        own_file.write_text(content)
        monkeypatch.setattr(_progress, "_solved_here", {})
        _progress.record(f"01_{number}")
    assert len(aside(own_file)) == 3
    assert {(own_file.parent / name).read_text() for name in aside(own_file)} == {
        "first", "second", "third",
    }  # fmt: skip


def test_an_empty_file_is_no_progress_and_no_damage(own_file):
    own_file.touch()
    assert checks.progress().startswith("0 of") and "damaged" not in checks.progress()
    assert _progress.record("01_1") is None and aside(own_file) == []


def test_what_others_keep_in_the_file_stays(own_file):
    own_file.write_text(json.dumps({"theme": "dark", "solved": DAYS | {"77_7": "2020-01-01"}}))
    _progress.record("04_1")
    assert json.loads(own_file.read_text())["theme"] == "dark"
    assert kept(own_file)["77_7"] == "2020-01-01"


def test_the_numbering_of_a_newer_course_stays(own_file):
    own_file.write_text(json.dumps(MARKED | {"numbering": 4}))
    _progress.record("04_1")
    assert json.loads(own_file.read_text())["numbering"] == 4
    assert kept(own_file).keys() == {*DAYS, "04_1"}


def test_names_in_a_list_count(own_file):
    own_file.write_text('{"solved": ["01_1", "02_3"]}')
    assert checks.progress().startswith("2 of")


def test_a_day_that_is_none_counts(own_file):
    own_file.write_text('{"solved": {"01_1": null, "02_3": 7}}')
    assert checks.progress().startswith("2 of") and _progress.record("03_1") is None


# Places where nothing can be kept


def test_a_folder_in_the_place_of_the_file_is_said(own_file):
    own_file.mkdir()
    note = _progress.record("01_1")
    assert "could not be kept" in note and "is a folder" in note
    assert "01.1 solved" in checks.progress()  # in this kernel it still counts
    assert "is a folder" in checks.save_progress(own_file)
    assert "is a folder" in checks.load_progress(own_file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_a_pipe_or_device_is_left_alone(own_file):
    os.mkfifo(own_file)
    assert "device or pipe; name a file" in _progress.record("01_1")
    assert "device or pipe; name a file" in checks.load_progress(own_file)
    assert own_file.is_fifo()


def test_a_file_in_the_place_of_a_folder_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(_progress.VARIABLE, str(tmp_path / "file" / "progress.json"))
    assert "could not be kept" in _progress.record("01_1")
    assert "01.1 solved" in checks.progress()
    assert "Nothing was saved" in checks.save_progress(tmp_path / "file" / "mine.json")
    assert (tmp_path / "file").read_text() == "in the way"


def refuse(*given, **named):
    raise PermissionError(13, "Permission denied", "a file on the way")


def test_what_cannot_be_written_is_said_of_the_learners_file(tmp_path, own_file, monkeypatch):
    """As a read-only folder does; not with chmod, which does not bind root."""
    (tmp_path / "mine.json").write_text(WHOLE)
    monkeypatch.setattr(_progress, "replaced", refuse)
    assert f"{own_file}: Permission denied" in _progress.record("01_1")
    said = checks.load_progress(tmp_path / "mine.json")
    assert said.startswith("3 solved tasks loaded") and "could not be kept" in said
    assert "02.3 solved" in checks.progress()
    assert f"Nothing was saved: {tmp_path / 'x.json'}" in checks.save_progress(tmp_path / "x.json")


def test_a_file_that_cannot_be_read_is_left_alone(own_file, monkeypatch):
    own_file.write_text(WHOLE)
    monkeypatch.setattr(type(own_file), "read_bytes", refuse)
    assert "cannot be read" in checks.progress()
    assert "could not be kept" in _progress.record("04_1")
    monkeypatch.undo()
    assert own_file.read_text() == WHOLE


def test_no_home_is_said(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(_progress.VARIABLE)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert "~ names no home folder" in _progress.record("01_1")
    assert "1 of" in checks.progress()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["~nobody-here/p.json", "", None, 3, b"p.json", "a\0b.json", "\ud800"]
)
def test_a_name_that_names_no_file_is_said(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert checks.save_progress(path).startswith("Nothing was saved: ")
    assert checks.load_progress(path).startswith("Nothing was loaded: ")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_loaded_is_said(tmp_path):
    assert "there is no file" in checks.load_progress(tmp_path / "none.json")
    (tmp_path / "other.json").write_text('{"something": "else"}')
    assert "holds no progress" in checks.load_progress(tmp_path / "other.json")


def test_saving_over_another_file_sets_it_aside(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear all")
    _progress.record("01_1")
    assert "1 solved tasks saved" in checks.save_progress(tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt.damaged").read_text() == "Dear all"


# Processes


LOADED = f"""
import importlib.util, os
spec = importlib.util.spec_from_file_location("progress", {_progress.__file__!r})
progress = importlib.util.module_from_spec(spec)  # without the checks, which take seconds to load
spec.loader.exec_module(progress)
"""


def run(script):
    return subprocess.Popen([sys.executable, "-c", LOADED + script], cwd=ROOT, env=dict(os.environ))


def test_a_crash_while_writing_loses_nothing(own_file):
    """A process is killed when all is written but not yet in its place: the old file stands."""
    _progress.record("01_1")
    assert run("os.fsync = lambda file: os._exit(9)\nprogress.record('01_2')").wait() == 9
    assert set(kept(own_file)) == {"01_1"}


def test_a_lock_file_of_an_older_version_holds_up_nobody(own_file):
    """It was there or not; today it is locked or not."""
    lock = own_file.with_name("progress.json.lock")
    lock.touch()
    assert _progress.record("01_1") is None
    assert not lock.exists() and set(kept(own_file)) == {"01_1"}


def test_two_kernels_that_solve_at_the_same_moment_lose_nothing(own_file):
    """Each forgets what it has solved itself, so that only the file can know it."""
    script = (
        "for number in range(25):\n"
        "    progress._solved_here.clear()\n"
        "    assert progress.record(f'%s_{number}') is None\n"
    )
    kernels = [run(script % lesson) for lesson in ("01", "02")]
    assert [kernel.wait() for kernel in kernels] == [0, 0]
    assert len(kept(own_file)) == 50


# Files from before the lessons were renumbered

BEFORE = {
    "01_1": "make any library's mask ours",
    "01_2": "explain two averages that differ",
    "01_3": "bug hunt, squares anywhere",
    "01_4": "the hardest hole",
    "02_1": "sweeps that need no start",
    "02_2": "explain why a long scratch takes twice as long",
    "02_3": "bug hunt, heat that flows astray",
    "02_4": "draw the edge through",
    "03_1": "a fire in wet grass",
    "03_2": "explain what OpenCV writes into a hole",
    "03_3": "bug hunt, copies that show nothing",
    "03_4": "choose without seeing the truth",
    "04_1": "which pixels does an output see?",
    "04_2": "explain an error that will not fall",
    "04_3": "bug hunt, a comparison that flatters",
    "04_4": "learn to fill a noisy picture",
    "05_1": "where 7,760,931 weights come from",
    "05_2": "explain a loss that cannot reach zero",
    "05_3": "bug hunt, a U-Net that is not one",
    "05_4": "five thousand weights",
    "06_1": "which epoch to keep",
    "06_2": "explain how far a curve jumps",
    "06_3": "bug hunt, a training loop",
    "06_4": "noise, or overfitting?",
    "07_1": "judge a mask finder",
    "07_2": "explain 0.6 for a perfect answer",
    "07_3": "bug hunt, a table of results",
    "07_4": "a metric that asks *could it be one?*",
    "08_1": "one place, two inputs",
    "08_2": "bug hunt, a layer that fades",
    "08_3": "explain why the signal comes back",
    "08_4": "a test that finds the fault",
    "09_1": "total variation at the hole",
    "09_2": "bug hunt, the headline",
    "09_3": "explain why a small lead can be clear",
    "09_4": "better together",
}  # the tasks as they were named then, and their titles of today


def old_file(path, days):
    path.write_text(json.dumps({"course": "inpainting-course", "solved": days}, indent=1))


def test_every_task_of_before_is_solved_under_its_new_name(own_file):
    old_file(own_file, {name: f"2026-01-{day:02d}" for day, name in enumerate(BEFORE, 1)})
    solved, note = _progress.solved()
    assert note is None
    assert {checks.TASKS[name].title: day for name, day in solved.items()} == {
        title: f"2026-01-{day:02d}" for day, title in enumerate(BEFORE.values(), 1)
    }


OLD_DAYS = {"02_4": "2026-01-01", "04_1": "2026-01-02", "06_2": "2026-01-03", "77_7": "2020-01-01"}
RENAMED = {"03_3": "2026-01-01", "08_1": "2026-01-02", "09_2": "2026-01-03", "77_7": "2020-01-01"}


def test_what_is_written_bears_the_mark_and_is_renamed_no_more(own_file, monkeypatch):
    old_file(own_file, OLD_DAYS)
    for task in ("01_1", "01_2", "01_3"):
        monkeypatch.setattr(_progress, "_solved_here", {})
        assert _progress.record(task) is None
        assert json.loads(own_file.read_text())["numbering"] == 3
    assert {name: day for name, day in kept(own_file).items() if name[:2] != "01"} == RENAMED
    assert _progress.solved() == (kept(own_file), None)


def test_a_file_of_today_is_never_renamed(own_file):
    own_file.write_text(json.dumps({"numbering": 3, "solved": OLD_DAYS}))
    assert _progress.solved()[0] == OLD_DAYS
    _progress.record("01_1")
    assert kept(own_file).items() > OLD_DAYS.items()


# Between the first renumbering and today's: the tasks that another lesson has got since.
SECOND = {"13_1": "2026-02-01", "13_2": "2026-02-02", "09_1": "2026-02-03"}
SECOND_TODAY = {"12_1": "2026-02-01", "12_2": "2026-02-02", "09_1": "2026-02-03"}


@pytest.mark.parametrize("damage", ["", "<<<<<<< mine\n"], ids=["whole", "damaged"])
def test_names_of_the_second_numbering_are_renamed_from_there(own_file, damage):
    own_file.write_text(damage + json.dumps({"numbering": 2, "solved": SECOND}))
    assert _progress.solved()[0] == SECOND_TODAY
    _progress.record("01_1")
    assert kept(own_file).items() > SECOND_TODAY.items()
    assert json.loads(own_file.read_text())["numbering"] == 3
    assert _progress.solved()[0] == kept(own_file)


@pytest.mark.parametrize("mark", ["two", None, True, 0, -1, 2.0, 99, "9" * 5_000])
@pytest.mark.parametrize("damage", ["", "<<<<<<< mine\n"], ids=["whole", "damaged"])
def test_a_mark_that_the_course_never_wrote_renames_nothing(own_file, mark, damage):
    own_file.write_text(damage + json.dumps({"numbering": mark, "solved": OLD_DAYS}))
    assert _progress.solved()[0] == OLD_DAYS


def test_names_of_before_in_a_list_are_renamed(own_file):
    own_file.write_text(json.dumps({"solved": list(OLD_DAYS)}))
    assert _progress.solved()[0].keys() == RENAMED.keys()


@pytest.mark.parametrize("marked", [False, True], ids=["from before", "of today"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: text.index("-03") + 2],
        lambda text: text.replace("{", "["),
        lambda text: "<<<<<<< mine\n" + text,
        lambda text: text + "\0\0\0",
    ],
    ids=["truncated", "other brackets", "something before", "zeros at the end"],
)
def test_a_damaged_file_is_renamed_if_it_is_from_before(own_file, damage, marked):
    days = {"05_3": "2026-01-02", "06_2": "2026-01-03"}
    mark = {"numbering": 3} if marked else {}
    own_file.write_text(damage(json.dumps({"course": "inpainting-course", **mark, "solved": days})))
    renamed = days if marked else {"08_4": "2026-01-02", "09_2": "2026-01-03"}
    found, note = _progress.solved()
    assert found and found.items() <= renamed.items() and "damaged" in note
    _progress.record("01_1")
    assert kept(own_file) == {"01_1": kept(own_file)["01_1"]} | found
    assert _progress.solved() == (kept(own_file), None)


@pytest.mark.parametrize("first", ["from before", "of today"])
def test_two_versions_in_one_file_are_each_read_as_what_they_are(own_file, first):
    before = json.dumps({"solved": {"04_1": "2026-01-02"}})
    today = json.dumps({"numbering": 3, "solved": {"04_2": "2026-01-03"}})
    texts = (before, today) if first == "from before" else (today, before)
    own_file.write_text("<<<<<<< mine\n" + "\n=======\n".join(texts) + "\n>>>>>>> theirs\n")
    assert _progress.solved()[0] == {"08_1": "2026-01-02", "04_2": "2026-01-03"}


def test_a_saved_file_of_before_is_loaded_and_saved_over(tmp_path, own_file):
    mine = tmp_path / "mine.json"
    old_file(mine, OLD_DAYS)
    assert "4 solved tasks loaded" in checks.load_progress(mine)
    assert kept(own_file) == RENAMED and _progress.solved() == (RENAMED, None)
    _progress.record("04_1")
    assert "5 solved tasks saved" in checks.save_progress(mine)
    assert kept(mine) == kept(own_file) == _progress.solved()[0]
    assert "5 solved tasks loaded" in checks.load_progress(mine)
    assert kept(mine) == kept(own_file)


def test_kernels_meet_a_file_of_before_at_the_same_moment(own_file):
    """Whichever is first renames it; the other finds it renamed."""
    old_file(own_file, OLD_DAYS)
    script = "assert progress.record('%s') is None"
    kernels = [run(script % task) for task in ("04_1", "05_1", "08_1")]
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0]
    assert kept(own_file).keys() == RENAMED.keys() | {"04_1", "05_1", "08_1"}
    assert kept(own_file).items() > RENAMED.items()
