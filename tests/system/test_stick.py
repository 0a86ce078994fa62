"""The stick in a room without a network: another account, an empty home, nothing but loopback."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from tests.helpers import PATIENCE, skip_or_fail
from tools.project import ROOT
from tools.stick.room import ACCOUNT, Room

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
ROOM_BYTES = 6e9
# In the room: what a start script serves, and to whom.
VISIT = r"""
import json, re, subprocess, sys, time, urllib.error, urllib.request

server = subprocess.Popen(["sh", *sys.argv[3:]], stdout=-1, stderr=-2, text=True)
lines = []
for line in server.stdout:
    lines.append(line)
    if found := re.search(sys.argv[1], line):
        break
else:
    sys.exit("".join(lines))

def ask(url):
    while True:
        try:
            return urllib.request.urlopen(url)
        except urllib.error.HTTPError as error:
            return error
        except urllib.error.URLError:  # JupyterLab tells its address before it listens
            assert server.poll() is None
            time.sleep(0.1)

answers = []
for path in json.loads(sys.argv[2]):
    answer = ask(found[1] + path.format(*found.groups()))
    answers.append((answer.status, answer.headers.get_content_type(), answer.read().decode()))
listening = [
    line.split()[1].split(":")[0]
    for table in ("tcp", "tcp6")
    for line in open(f"/proc/net/{table}").readlines()[1:]
    if line.split()[3] == "0A"
]
print(json.dumps([answers, listening]))
server.terminate()
"""
LOOPBACK_ADDRESS = "0100007F"  # 127.0.0.1, as Linux writes it


@pytest.fixture(scope="module")
def stick(tmp_path_factory):
    """A stick for this computer and this Python; its wheels stay in build/ for the next run."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        skip_or_fail("This test's stick is one for Linux x86-64")
    pages = tmp_path_factory.mktemp("site")
    (pages / "index.html").write_text("<title>The course</title>")
    (pages / "lesson.mjs").write_text("export const lesson = 0;")
    stick = ROOT / "build" / "stick-test"
    made = subprocess.run(
        [sys.executable, "-m", "tools.stick", stick, "--systems=linux", f"--pythons={PYTHON}"]
        + [f"--site={pages}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        skip_or_fail(f"No stick can be made: {made.stderr.strip().splitlines()[-1]}")
    return stick


@pytest.fixture(scope="module")
def room(stick):
    """The room, in which the course was installed from the stick."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a fresh account: the stick is not tried in a room")
    if shutil.which("setpriv") is None:
        skip_or_fail("A room with a fresh account needs setpriv")
    folder = Path(tempfile.mkdtemp(prefix="room-", dir=memory()))
    try:
        room = Room(folder, stick, "smoke")
        status, said = room.run("true")
        if status:
            skip_or_fail(f"No namespace without a network can be made: {said.strip()}")
        status, said = room.start("install")
        assert status == 0, said
        yield room
    finally:
        shutil.rmtree(folder)


def memory():
    """A folder in memory, where nobody waits for a disk; None where it is small or runs nothing."""
    if not os.path.isdir("/dev/shm"):
        return None
    here = os.statvfs("/dev/shm")
    fits = here.f_bavail * here.f_frsize > ROOM_BYTES and not here.f_flag & os.ST_NOEXEC
    return "/dev/shm" if fits else None


def test_the_account_is_fresh_and_has_no_network(room):
    reach = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    status, said = room.run("sh", "-c", f'id -u; exec python3 -c "{reach}"')
    assert status == 1 and said.startswith(f"{ACCOUNT}\n") and "Network is unreachable" in said


def test_the_stick_is_whole_where_it_can_only_be_read(room):
    status, said = room.run("python3", room.folder / "stick" / "check_stick.py")
    assert status == 0 and re.fullmatch(r"All \d{3} files are whole\.\n", said)


def test_lesson_00_runs_from_the_stick(room):
    status, said = room.execute("00_first_repair.ipynb")
    assert status == 0, said
    executed = nbformat.read(room.course / "notebooks/executed.ipynb", as_version=4)
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert code and all(cell.execution_count for cell in code)


def test_make_test_needs_no_network(room):
    status, said = room.run(
        "make", "-C", room.course, "test", "TESTS=tests/test_masks.py", "TEST_ARGS=-q"
    )
    assert status == 0 and "passed" in said, said


def test_what_learners_wrote_stays_and_what_they_lost_comes_back(room):
    lesson, own, lost = (
        room.course / name
        for name in ("notebooks/00_first_repair.ipynb", "notebooks/mine.ipynb", "LICENSE")
    )
    for path, text in ((lesson, "my answers"), (own, "my notebook")):
        path.write_text(text)
    lost.unlink()
    status, said = room.start("install")
    assert status == 0, said
    assert lesson.read_text() == "my answers" and own.read_text() == "my notebook"
    assert lost.read_bytes() == (ROOT / "LICENSE").read_bytes()


def made_in(place, tmp_path):
    """(status, what it said) of a new stick's making where ``place`` was typed before."""
    command = [sys.executable, "-m", "tools.stick", tmp_path / "stick", "--systems=linux"]
    entered = ["unshare", "--net", "--mount", "sh", "-c", f'{place}; exec "$@"', "sh", *command]
    done = subprocess.run(entered, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stderr


def test_without_a_network_a_stick_is_not_made_and_that_is_said(room, tmp_path):
    status, said = made_in(":", tmp_path)
    assert status == 1
    assert said.startswith("The registry of packages cannot be reached:") and said.count("\n") == 1
    assert not (tmp_path / "stick").exists()


def test_a_full_disk_stops_a_stick_and_that_is_said(room, tmp_path):
    [pip] = (room.stick / "wheels").glob("pip-*.whl")
    full = f"mount -t tmpfs -o size=4m tmpfs {tmp_path}; mkdir -p {tmp_path}/stick.partial/wheels"
    full += f"; cp {pip} {room.stick}/wheels/six-*.whl {tmp_path}/stick.partial/wheels"
    full += f"; dd if=/dev/zero of={tmp_path}/filler 2>/dev/null"
    status, said = made_in(full, tmp_path)
    assert status == 1
    assert said == f"The disk of {tmp_path}/stick is full: make room, then type make stick again.\n"


def test_a_broken_wheel_is_named(room, tmp_path_factory):
    broken = tmp_path_factory.mktemp("copy") / "stick"
    shutil.copytree(room.stick, broken, copy_function=os.link)
    [wheel] = (broken / "wheels").glob("uv-*.whl")
    content = wheel.read_bytes()
    wheel.unlink()  # the link: the other stick keeps its file
    wheel.write_bytes(content[:-1])
    status, said = room.start("install", "--to", room.folder / "home/other", stick=broken)
    assert status == 1 and said.endswith(f"wheels/{wheel.name} is broken: copy the stick again.\n")
    wheel.unlink()
    status, said = room.run("python3", room.folder / "stick" / "check_stick.py", stick=broken)
    assert status == 1 and f"wheels/{wheel.name} cannot be read: No such file" in said


def visited(room, address, paths, *arguments):
    """What a start script serves at these paths, [status, type, text] each; where it listens."""
    start = [room.folder / "stick" / "start.sh", *arguments, "--no-browser"]
    status, said = room.run("python3", "-c", VISIT, address, json.dumps(paths), *start)
    assert status == 0, said
    return json.loads(said.splitlines()[-1])


def test_the_site_is_served_to_this_computer_only(room):
    paths = ["", "lesson.mjs", "../wheels/"]
    answers, listening = visited(room, r"(http://127\.0\.0\.1:\d+/)", paths, "site")
    page, script, outside = answers
    assert page == [200, "text/html", "<title>The course</title>"]
    assert script == [200, "text/javascript", "export const lesson = 0;"]
    assert outside[0] == 404
    assert listening == [LOOPBACK_ADDRESS]


def test_jupyterlab_opens_at_lesson_00_behind_its_token(room):
    lesson = "api/contents/notebooks/00_first_repair.ipynb?content=0"
    address = (
        r"(http://127\.0\.0\.1:\d+/)lab/tree/notebooks/00_first_repair\.ipynb\?token=(\w{20,})"
    )
    answers, listening = visited(room, address, [lesson + "&token={1}", lesson])
    (status, _, said), (refused, *_) = answers
    assert status == 200 and json.loads(said)["path"] == "notebooks/00_first_repair.ipynb"
    assert refused == 403
    assert set(listening) == {LOOPBACK_ADDRESS}
