"""A file is replaced whole or not at all, whatever fails, and under every name."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from course_lib import _files, _pixels
from course_lib._files import expanded, replaced

ROOT = Path(__file__).parents[1]


def test_the_new_content_takes_the_old_ones_place(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with replaced(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError(28, "No space left"), KeyboardInterrupt(), ValueError()])
def test_a_block_that_raises_changes_nothing(tmp_path, error):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), replaced(path) as file:
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_what_is_no_file_keeps_its_place(tmp_path):
    """As /dev/null, which every program of a machine uses, and root may replace."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="device or pipe"), replaced(pipe) as file:
        file.write(b"new")
    assert pipe.is_fifo() and list(tmp_path.iterdir()) == [pipe]


def test_a_longest_name_can_be_replaced(tmp_path):
    path = tmp_path / ("x" * 255)
    for content in (b"one", b"two"):
        with replaced(path) as file:
            file.write(content)
        assert path.read_bytes() == content


def test_a_file_that_another_program_holds_is_waited_for(tmp_path, monkeypatch):
    """As on Windows, where a virus scanner looks at what was just written."""
    calls, slept, replace = [], [], os.replace

    def held_twice(source, target):
        calls.append(target)
        if len(calls) < 3:
            raise PermissionError(13, "in use")
        replace(source, target)

    monkeypatch.setattr(os, "replace", held_twice)
    monkeypatch.setattr(time, "sleep", slept.append)
    with replaced(tmp_path / "a.bin") as file:
        file.write(b"new")
    assert (tmp_path / "a.bin").read_bytes() == b"new"
    assert slept == list(_files.PATIENCE[:2]) and sum(_files.PATIENCE) == pytest.approx(1)


def test_a_file_that_stays_held_raises_and_leaves_nothing(tmp_path, monkeypatch):
    def held(*_):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(PermissionError), replaced(tmp_path / "a.bin") as file:
        file.write(b"new")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_is_swept_once_it_is_old(tmp_path):
    """It dies in the middle of writing; who writes the same file later cleans up, not others."""
    script = (
        "import os, sys\nfrom course_lib._files import replaced\n"
        "with replaced(sys.argv[1]) as file:\n    file.write(b'half'); file.flush(); os._exit(9)\n"
    )
    path = tmp_path / "a.bin"
    done = subprocess.run([sys.executable, "-c", script, str(path)], cwd=ROOT)
    assert done.returncode == 9
    (left,) = tmp_path.iterdir()
    for name, age, stays in (("a.bin", 0, True), ("b.bin", 3600, True), ("a.bin", 3600, False)):
        os.utime(left, (time.time() - age,) * 2)
        with replaced(tmp_path / name) as file:
            file.write(b"whole")
        assert left.exists() == stays


def test_one_at_a_time_and_nothing_is_left(tmp_path):
    path = tmp_path / "a.bin"
    with _files.alone(path, 0):
        with pytest.raises(_files.InUse, match="another process uses .*a.bin"):
            with _files.alone(path, 0.05):
                pytest.fail("two at once")
        with _files.alone(tmp_path / "b.bin", 0):
            pass
    with _files.alone(path, 0):
        assert [one.name for one in tmp_path.iterdir()] == ["a.bin.lock"]
    assert not list(tmp_path.iterdir())


def test_a_lock_that_its_last_owner_has_just_deleted_is_no_lock(tmp_path, monkeypatch):
    """A second one has opened the file of the first, which is gone when its turn comes."""
    path, lock = tmp_path / "a.bin", _files._lock

    def deleted_first(file):
        monkeypatch.setattr(_files, "_lock", lock)
        Path(file.name).unlink()
        return lock(file)

    monkeypatch.setattr(_files, "_lock", deleted_first)
    with _files.alone(path, 1):
        with pytest.raises(_files.InUse), _files.alone(path, 0):
            pytest.fail("two at once")


@pytest.mark.parametrize("error", [OSError(95, "not supported"), ImportError(), AttributeError()])
@pytest.mark.skipif(os.name == "nt", reason="Windows always has locks")
def test_without_locks_the_block_runs_all_the_same(tmp_path, monkeypatch, error):
    import fcntl

    def none(*_):
        raise error

    monkeypatch.setattr(fcntl, "flock", none)
    with _files.alone(tmp_path / "a.bin", 0), _files.alone(tmp_path / "a.bin", 0):
        pass
    with _files.alone(tmp_path / "no folder" / "a.bin", 0):
        pass


def test_a_folder_that_may_not_be_entered_is_not_swept(tmp_path, monkeypatch):
    """As another user's home is where ``HOME`` was not changed with the user."""

    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "glob", forbidden)
    _files.sweep(tmp_path / "a.bin")


@pytest.mark.parametrize(
    ("name", "home", "expected"),
    [
        ("~/a.png", "/home/me", "/home/me/a.png"),
        ("~", "/home/me", "/home/me"),
        ("~$a.png", "/home/me", "~$a.png"),
        ("~nobody-here/a.png", "/home/me", "~nobody-here/a.png"),
        ("a/~/b.png", "/home/me", "a/~/b.png"),
        (b"~/a.png", "/home/me", "/home/me/a.png"),
        (Path("~/a.png"), "/home/me", "/home/me/a.png"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="home folders have other names there")
def test_a_tilde_is_a_home_only_where_it_names_one(monkeypatch, name, home, expected):
    monkeypatch.setenv("HOME", home)
    assert expanded(name) == Path(expected)


@pytest.mark.skipif(os.name == "nt", reason="users have no numbers there")
def test_without_a_home_a_tilde_is_itself(monkeypatch):
    import pwd

    def unknown(_):
        raise KeyError

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert expanded("~/a.png") == Path("~/a.png")


def test_bytes_are_the_nearest_of_256_in_every_precision():
    levels = np.arange(256)
    for dtype in (np.float32, np.float64, np.longdouble):
        for offset in (-0.499, 0.0, 0.499):
            image = ((levels + offset) / 255).astype(dtype)
            np.testing.assert_array_equal(_pixels.as_bytes(image), levels)
    half = (levels / 255).astype(np.float16)  # 11 bits: nearer to each level than to any other
    np.testing.assert_array_equal(_pixels.as_bytes(half), levels)


def test_bytes_and_floats_are_each_others_inverse():
    levels = np.arange(256, dtype=np.uint8)
    floats = _pixels.as_floats(levels)
    assert floats.dtype == np.float32
    np.testing.assert_array_equal(floats, (levels / 255).astype(np.float32))
    np.testing.assert_array_equal(_pixels.as_bytes(floats), levels)


def test_what_no_byte_can_hold_is_clipped_without_a_warning(recwarn):
    values = [-np.inf, -1, -1e-9, 1 + 1e-9, 300, np.inf, np.nan]
    assert _pixels.as_bytes(np.array(values)).tolist() == [0, 0, 0, 255, 255, 255, 0]
    assert not recwarn.list
