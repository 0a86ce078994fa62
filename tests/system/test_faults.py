"""Faults, each done for real: nothing is lost, and nothing half-written is trusted later.

docs/reliability.md has a row for each test here; the sentence that a learner reads is compared
with that row. What needs Keras is in test_faults_training.py.
"""

import json
import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from course_lib import data
from tests import injection
from tests.injection import Faults, run
from tests.system.test_cifar10 import TINY, WHOLE, running_server, tiny_batches
from tools.project import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits are those of POSIX")
ARCHIVE = "cifar-10-batches-py-target_archive"
SPARE = 16_384  # bytes that are left where a disk is said to be nearly full

# A module of the course without its package, whose other parts take seconds to load.
ALONE = f"""
import importlib.util
def alone(path):
    path = {str(ROOT / "course_lib")!r} + "/" + path
    spec = importlib.util.spec_from_file_location("loaded", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["loaded"] = module
    spec.loader.exec_module(module)
    return module
"""
# Takes all the room that a small disk has.
FILL = """
import os
def fill(folder):
    with open(folder + "/ballast", "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
"""


@pytest.fixture
def places():
    """A server with a fault for each address."""
    with running_server() as running:
        yield running


def solved(path):
    return set(json.loads(path.read_text(encoding="utf-8"))["solved"])


@pytest.fixture
def progress(tmp_path):
    """The progress file of a learner with one solved task, and what makes children use it."""
    path = tmp_path / "progress.json"
    document = {"course": "inpainting-course", "numbering": 3, "solved": {"01_1": "2026-11-01"}}
    path.write_text(json.dumps(document))
    return path, {"INPAINTING_PROGRESS": path}


RECORD = ALONE + "print(alone('checks/_progress.py').record(sys.argv[1]))"


# Killed


@pytest.mark.parametrize(
    "place", ["fcntl.flock", "os.fsync", "os.replace", "os.unlink", "os.unlink 2"]
)
def test_a_kernel_that_dies_while_it_writes_progress(progress, row, place):
    path, environment = progress
    run(RECORD, "01_2", environment=environment, faults=Faults(killed_at=place), code=-9)
    done = {"01_2"} if "unlink" in place else set()  # what is unlinked last is the lock
    assert solved(path) == {"01_1"} | done
    said, _ = run(RECORD, "01_3", environment=environment)
    assert said == "None\n" and solved(path) == {"01_1", "01_3"} | done
    assert row.read == "nothing"
    assert not list(path.parent.glob("*.damaged*")) + list(path.parent.glob("*.lock"))


SAVE = """
import numpy as np
from course_lib import data
data.save(sys.argv[1], np.full((40, 60, 3), 0.25))
"""


@pytest.mark.parametrize("place", ["os.fsync", "os.replace"])
def test_a_picture_is_saved_and_the_process_dies(tmp_path, row, place):
    path = tmp_path / "mine.png"
    data.save(path, np.full((4, 6, 3), 0.75))
    before = path.read_bytes()
    run(SAVE, path, faults=Faults(killed_at=place), code=-9)
    assert row.read == "nothing" and path.read_bytes() == before
    (left,) = set(tmp_path.iterdir()) - {path}
    os.utime(left, (0, 0))
    run(SAVE, path)
    assert data.read(path).shape == (40, 60, 3) and list(tmp_path.iterdir()) == [path]


SITE = """
import pathlib, types
pages = types.SimpleNamespace()  # Sphinx takes a minute: what is tested is where it writes
sys.modules["tools.site.pages"] = pages
import tools.site
tools.site.pages = pages
from tools.site import __main__ as site
site.EXTRAS = ()
def build(folder):
    (folder / "index.html").write_text(sys.argv[2])
    (folder / "more.html").write_bytes(bytes(int(sys.argv[3])))
pages.build = build
sys.exit(site.main(sys.argv[1]))
"""


def pages_of(site):
    return sorted(one.name for one in site.iterdir()), (site / "index.html").read_text()


@pytest.mark.parametrize("place", ["pathlib.Path.write_bytes", "os.replace", "os.replace 2"])
def test_a_site_is_built_and_the_process_dies(tmp_path, row, place):
    """In the middle of a page; before the old site makes room; between it and the new one."""
    site = tmp_path / "site"
    run(SITE, site, "old", 10)
    run(SITE, site, "new", 10, faults=Faults(killed_at=place), code=-9)
    assert not site.exists() if "2" in place else pages_of(site)[1] == "old"
    run(SITE, tmp_path / "site", "broken", "no number", code=1)  # the next build fails
    assert pages_of(site)[1] == "old"
    run(SITE, site, "newer", 10)
    assert row.read == "nothing"
    assert pages_of(site) == ([".nojekyll", "index.html", "more.html"], "newer")
    assert list(tmp_path.iterdir()) == [site]


# No room


def test_no_room_for_progress(tmp_path, row):
    injection.needs_namespaces("progress on a full disk")
    script = (
        ALONE
        + FILL
        + """
folder = sys.argv[1]
progress = alone("checks/_progress.py")
progress.record("01_1")
fill(folder)
print(progress.record("01_2"))
progress._solved_here.clear()
print(sorted(progress.solved()[0]))
progress._solved_here["01_2"] = "2026-11-28"
os.remove(folder + "/ballast")
print(progress.record("01_3"))
progress._solved_here.clear()
print(sorted(progress.solved()[0]), os.listdir(folder))
"""
    )
    home = {"INPAINTING_PROGRESS": tmp_path / "progress.json"}
    said, _ = run(script, tmp_path, environment=home, faults=Faults(full={tmp_path: 65_536}))
    sentence, kept, later, after = said.splitlines()
    row.is_said_in(sentence)
    assert kept == "['01_1']" and later == "None"
    assert after == "['01_1', '01_2', '01_3'] ['progress.json']"


@pytest.mark.parametrize("limit", ["disk", "quota"])
def test_no_room_for_a_picture(tmp_path, row, limit):
    script = """
import os
import numpy as np
from course_lib import data
folder = sys.argv[1]
data.save(folder + "/mine.png", np.full((4, 6, 3), 0.75))
noise = np.random.RandomState(0).random((200, 200, 3))
try:
    data.save(folder + "/mine.png", noise)
except OSError as error:
    print(error)
print(data.read(folder + "/mine.png").shape, os.listdir(folder))
"""
    faults = Faults(file_size=SPARE)
    if limit == "disk":
        injection.needs_namespaces("a picture on a full disk")
        faults = Faults(full={tmp_path: SPARE})
    said, _ = run(script, tmp_path, faults=faults)
    sentence, kept = said.splitlines()
    row.is_said_in(sentence)
    assert kept == "(4, 6, 3) ['mine.png']"


def test_no_room_for_a_film(tmp_path, row):
    """For each kind of file, and both ways to write one; encoders themselves say nothing."""
    injection.needs_namespaces("a film on a full disk")
    script = """
import os
import numpy as np
from course_lib import restoration
folder, source = sys.argv[1:]
frames = np.random.RandomState(0).randint(0, 256, (30, 48, 64, 3), dtype=np.uint8)
restoration.save_film(source, frames)
holes = np.zeros((48, 64), bool)
holes[10:14] = True
for ending in (".webm", ".webp", ".gif"):
    target = folder + "/mine" + ending
    open(target, "wb").write(b"an older film")
    for write in (
        lambda: restoration.restore_video(source, holes, target, "mean", overwrite=True),
        lambda: restoration.save_film(target, frames),
    ):
        try:
            write()
        except OSError as error:
            print(error)
        assert open(target, "rb").read() == b"an older film"
    os.remove(target)
    assert not os.listdir(folder)
"""
    folder, source = tmp_path / "small", tmp_path / "source.webm"
    folder.mkdir()
    said, _ = run(script, folder, source, faults=Faults(full={folder: SPARE}))
    sentences = said.splitlines()
    assert len(sentences) == 6
    for sentence in sentences:
        row.is_said_in(sentence)


LOAD = """
from course_lib.data import cifar10
for name, value in json.loads(sys.argv[2]).items():
    setattr(cifar10, name, value)
try:
    print(cifar10.load_cifar10()["test_labels"].tolist())
except OSError as error:
    print(error)
"""
LABELS = str(tiny_batches()["test_batch"][1].tolist())


def load(keras, *urls, before="", **keywords):
    """A child that loads the tiny archive from these places into Keras's folder ``keras``."""
    settings = json.dumps({**TINY, "SOURCES": urls, "OPENING_SECONDS": 600, "READ_SECONDS": 600})
    environment = {"KERAS_HOME": keras, "INPAINTING_DATA_DIR": None, "no_proxy": "*"}
    script = "import json\n" + textwrap.dedent(before) + LOAD
    return injection.start(script, keras, settings, environment=environment, **keywords)


def ended(child):
    said, wrong = child.communicate(timeout=injection.PATIENCE)
    assert child.returncode == 0, wrong
    return said


def test_no_room_for_data(tmp_path, row, places):
    injection.needs_namespaces("a download onto a full disk")
    look = (
        "import atexit, os\natexit.register(lambda: print(os.listdir(sys.argv[1] + '/datasets')))"
    )
    room = Faults(full={tmp_path: len(WHOLE) // 2})
    said = ended(load(tmp_path, places.url("good"), places.url("good?2"), before=look, faults=room))
    *_, sentence, left = said.splitlines()
    row.is_said_in(sentence)
    assert left == "[]" and places.asked == ["/good"]


def test_no_room_for_a_site(tmp_path, row):
    injection.needs_namespaces("a site built onto a full disk")
    script = SITE.replace(
        "sys.exit(site.main(sys.argv[1]))",
        "site.main(sys.argv[1])\nsys.argv[2:] = ['new', '200000']\nprint(site.main(sys.argv[1]))\n"
        "print(open(sys.argv[1] + '/index.html').read())",
    )
    said, _ = run(script, tmp_path / "site", "old", 10, faults=Faults(full={tmp_path: 100_000}))
    _, sentence, kept = said.splitlines()
    row.is_said_in(sentence)
    assert kept == "old"


# Folders that cannot be written


FIRST_CELL = """
from course_lib import runtime
runtime.setup()
from course_lib.checks import _progress
print(_progress.record("01_1"))
from course_lib.data import cifar10
cifar10.SOURCES = ("http://127.0.0.1:9/",)
try:
    cifar10.load_cifar10()
except OSError as error:
    print(error)
import matplotlib.pyplot
"""


def first_cell(home, **keywords):
    """What lesson 00 needs of a home: (the five lines of setup, on progress, on CIFAR-10)."""
    none = ("INPAINTING_PROGRESS", "KERAS_HOME", "INPAINTING_DATA_DIR", "MPLCONFIGDIR")
    environment = {"HOME": home, "INPAINTING_PROFILE": "quick", **dict.fromkeys(none)}
    said, wrong = run(FIRST_CELL, environment=environment, **keywords)
    assert "Traceback" not in wrong
    *setup, progress, _, cifar10 = said.splitlines()
    assert [line.split()[0] for line in setup] == "place device profile data wandb".split()
    return progress, cifar10


def test_a_home_that_is_read_only(tmp_path, row):
    injection.needs_namespaces("a home folder that is read-only")
    progress, cifar10 = first_cell(tmp_path, faults=Faults(read_only=(tmp_path,)))
    row.is_said_in(progress)
    assert "cannot take CIFAR-10 (Read-only file system)" in cifar10 and "KERAS_HOME" in cifar10


def test_a_home_that_is_not_there(tmp_path, row):
    injection.needs_namespaces("a home folder that is missing and cannot be made")
    progress, cifar10 = first_cell(tmp_path / "gone", faults=Faults(read_only=(tmp_path,)))
    row.is_said_in(progress)
    assert "cannot take CIFAR-10" in cifar10


def test_a_home_of_somebody_else(tmp_path, row):
    """As after ``sudo -u`` without -H: the folder may not even be looked into."""
    home = tmp_path / "other"
    home.mkdir(mode=0)
    progress, cifar10 = first_cell(home, faults=Faults(powerless=True))
    home.chmod(0o700)
    row.is_said_in(progress)
    assert "cannot take CIFAR-10 (Permission denied)" in cifar10
    assert not list(home.iterdir())


# Clocks

LEAPS = """
import itertools, time
real, turns = time.time, itertools.count()
time.time = lambda: real() + 86_400 * next(turns)  # by a day whenever it is read
"""


def test_a_clock_that_leaps_breaks_off_no_download(tmp_path, row, places):
    said = ended(load(tmp_path, places.url("good"), before=LEAPS))
    assert row.read == "nothing" and said.splitlines()[-1] == LABELS
    assert os.listdir(tmp_path / "datasets") == [ARCHIVE]


def test_a_clock_set_forward_beside_a_download(tmp_path, row, places):
    """What another process is about to put in place looks to be ten minutes old, and is swept."""
    first = load(tmp_path, places.url("good"), faults=Faults(stopped_at="os.replace"))
    injection.wait_until_stopped(first)
    tomorrow = "import time\nreal = time.time\ntime.time = lambda: real() + 86_400"
    second = ended(load(tmp_path, places.url("good?2"), before=tomorrow))
    injection.goes_on(first)
    assert row.read == "nothing"
    for said in (second, ended(first)):
        assert said.splitlines()[-1] == LABELS
    assert os.listdir(tmp_path / "datasets") == [ARCHIVE]


# Two at once


def test_two_kernels_download_into_one_cache(tmp_path, row, places):
    """It found no data, and opens its file after another has put them in place."""
    stopped = Faults(stopped_at="pathlib.Path.mkdir")
    late = load(tmp_path, places.url("gated?pieces=3"), faults=stopped)
    injection.wait_until_stopped(late)
    first = ended(load(tmp_path, places.url("good")))
    injection.goes_on(late)
    assert places.reached.acquire(timeout=injection.PATIENCE)
    beside = ended(load(tmp_path, places.url("good?2")))  # while the late one writes
    places.gate.set()
    assert row.read == "nothing"
    for said in (first, beside, ended(late)):
        assert said.splitlines()[-1] == LABELS
    assert places.asked == ["/good", "/gated?pieces=3"]
    assert os.listdir(tmp_path / "datasets") == [ARCHIVE]


def test_a_kernel_stands_still_while_it_writes_progress(progress, row):
    """Its computer sleeps, say. Another would write what the first then overwrites."""
    path, environment = progress
    first = injection.start(
        RECORD, "01_2", environment=environment, faults=Faults(stopped_at="os.replace")
    )
    injection.wait_until_stopped(first)
    impatient = (
        ALONE
        + """
progress = alone("checks/_progress.py")
progress.PATIENCE = 0.1
print(progress.record("01_3"))
"""
    )
    said, _ = run(impatient, environment=environment)
    row.is_said_in(said)
    injection.goes_on(first)
    assert ended(first) == "None\n" and solved(path) == {"01_1", "01_2"}
    run(RECORD, "01_3", environment=environment)
    assert solved(path) == {"01_1", "01_2", "01_3"}
    assert os.listdir(path.parent) == [path.name]


def test_two_kernels_take_turns_at_progress(progress, row):
    path, environment = progress
    first = injection.start(
        RECORD, "01_2", environment=environment, faults=Faults(stopped_at="os.replace")
    )
    injection.wait_until_stopped(first)
    waits = (
        "import time\nsleep = time.sleep\n"
        + ALONE
        + """
def told(seconds):
    print("waits", flush=True)
    time.sleep = sleep
    sleep(seconds)
time.sleep = told
progress = alone("checks/_progress.py")
progress.PATIENCE = 600
print(progress.record("01_3"))
"""
    )
    second = injection.start(waits, environment=environment)
    assert second.stdout.readline() == "waits\n"
    injection.goes_on(first)
    assert (ended(first), ended(second)) == ("None\n", "None\n")
    assert row.read == "nothing" and solved(path) == {"01_1", "01_2", "01_3"}


def test_two_sites_are_built_at_once(tmp_path, row):
    first = injection.start(
        SITE, tmp_path / "site", "one", 10, faults=Faults(stopped_at="os.replace")
    )
    injection.wait_until_stopped(first)
    _, wrong = run(SITE, tmp_path / "site", "two", 10, code=1)
    row.is_said_in(wrong)
    injection.goes_on(first)
    ended(first)
    assert pages_of(tmp_path / "site")[1] == "one"


# Memory


def test_a_picture_that_memory_does_not_hold(tmp_path, row):
    """30 million pixels, a small file, where a process may take 300 MB more than it has."""
    from PIL import Image

    Image.new("L", (6000, 5000)).save(tmp_path / "large.png")
    script = """
import re, resource
from pathlib import Path
from course_lib import data
has = int(re.search(r"VmSize:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (has + 300_000_000,) * 2)
try:
    data.read(sys.argv[1])
except MemoryError as error:
    print(error)
"""
    if sys.platform != "linux":
        pytest.skip("memory is limited as Linux does: untested: a picture that it does not hold")
    said, _ = run(script, tmp_path / "large.png")
    row.is_said_in(said)


# Checkouts and files


def test_a_virtual_environment_whose_python_is_gone(tmp_path, row):
    """Uninstalled, of another kind of machine, not allowed to run, or another version's."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    script = "import setup_venv\nprint(setup_venv.right_version(sys.argv[1]))"
    setup = {"environment": {"PYTHONPATH": ROOT / "tools"}}
    python.symlink_to(tmp_path / "uninstalled")
    assert run(script, tmp_path, **setup)[0] == "False\n"
    python.unlink()
    for content, mode in (
        (b"\x7fELF of another machine", 0o755),
        (b"", 0o644),
        (b"#!/bin/false", 0o755),
    ):
        python.write_bytes(content)
        python.chmod(mode)
        assert run(script, tmp_path, **setup)[0] == "False\n"
    python.unlink()
    python.symlink_to(sys.executable)
    assert run(script, tmp_path, **setup)[0] == "True\n"
    row.is_said_in((ROOT / "tools" / "setup_venv.py").read_text(encoding="utf-8"))


def test_a_checkout_that_was_moved(tmp_path, row):
    """What is installed names the old place: it is noticed, and the course installed anew."""
    script = "import setup_venv\nprint(setup_venv.fingerprint())"
    found = []
    for place in ("here", "there"):
        for name in (
            "tools/setup_venv.py",
            "course_lib/_driver.py",
            "requirements.lock",
            "pyproject.toml",
        ):
            (tmp_path / place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / place / name)
        tools = {"PYTHONPATH": tmp_path / place / "tools"}
        found += [run(script, environment=tools)[0], run(script, environment=tools)[0]]
    assert found[0] == found[1] != found[2] == found[3]
    row.is_said_in((ROOT / "tools" / "setup_venv.py").read_text())


def test_line_ends_of_windows(tmp_path, row):
    """A clone with git's own setting for Windows has the bytes whose hashes are recorded."""
    here, there = tmp_path / "here", tmp_path / "there"
    names = [".gitattributes", "requirements.lock", "Makefile", "course_lib/checks/tasks.json",
             "course_lib/weights/explorer_unet_4.npz", "course_lib/weights/explorer_unet_4.json",
             "notebooks/src/00_first_repair.py"]  # fmt: skip
    for name in names:
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, here / name)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    windows = ["-c", "core.autocrlf=true", "-c", "core.eol=crlf"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *command], cwd=here, check=True, capture_output=True)
    subprocess.run([*git, "clone", "-q", *windows, here, there], check=True, capture_output=True)
    assert row.read == "nothing"
    for name in names:
        assert (there / name).read_bytes() == (here / name).read_bytes(), name


def test_a_locale_that_is_not_utf_8(tmp_path, row):
    """Whatever is opened says its encoding: Python warns where it would take the locale's."""
    script = """
import locale
import warnings
assert locale.getpreferredencoding(False).lower().replace("-", "") != "utf8"
warnings.filterwarnings("error", category=EncodingWarning, module=r"course_lib|__main__")
import numpy as np
from course_lib import checks, data, evaluation, restoration, runtime
runtime.setup()
print(checks.progress())
checks.task_01_2(lambda psnrs, hole_fractions: np.mean(psnrs))
print(checks.hint("01_2", 1))
data.save(sys.argv[1] + "/mine.png", np.full((4, 6, 3), 0.5))
print(data.read(sys.argv[1] + "/mine.png").shape)
print(data.load("photos").provenance)
checks.save_progress(sys.argv[1] + "/progress.json")
data.cifar10.SOURCES = ()
try:
    data.load("cifar10")
except OSError:
    pass
"""
    environment = {
        "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
        "PYTHONWARNDEFAULTENCODING": "1", "PYTHONIOENCODING": None,
        "INPAINTING_PROGRESS": tmp_path / "own.json", "INPAINTING_DATA_DIR": None,
        "KERAS_HOME": tmp_path / "gr\xfcn",
    }  # fmt: skip
    said, wrong = run(script, tmp_path, environment=environment)
    assert row.read == "nothing" and "(4, 6, 3)" in said and "Error" not in wrong
    assert "gr\\" in said  # what stands for the letter differs from system to system


def test_a_notebook_that_was_saved_half(tmp_path, row):
    """As a folder that is synchronised, or a full disk, may leave it."""
    from tools.project import NOTEBOOKS

    (tmp_path / "notebooks" / "src").mkdir(parents=True)
    shutil.copy(NOTEBOOKS / "src" / "00_first_repair.py", tmp_path / "notebooks" / "src")
    whole = (NOTEBOOKS / "00_first_repair.ipynb").read_bytes()
    for share in (0, 0.5, 0.99):
        path = tmp_path / "notebooks" / "00_first_repair.ipynb"
        path.write_bytes(whole[: int(share * len(whole))])
        done = subprocess.run(
            [sys.executable, "-m", "tools.check_notebooks", path],
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode and "Traceback" not in done.stderr
        row.is_said_in(done.stdout + done.stderr)


def test_jupyter_dies_while_it_saves_a_notebook(tmp_path, row):
    """What was saved before lies whole beside the notebook."""
    script = """
import nbformat
from jupyter_server.services.contents.filemanager import FileContentsManager
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(sys.argv[2])])
model = {"type": "notebook", "format": "json", "content": notebook}
FileContentsManager(root_dir=sys.argv[1]).save(model, "mine.ipynb")
"""
    import nbformat

    run(script, tmp_path, "first")
    run(script, tmp_path, "second", faults=Faults(killed_at="os.fsync"), code=-9)
    beside = nbformat.read(tmp_path / ".~mine.ipynb", as_version=4)
    assert row.read == "nothing" and beside.cells[0].source == "first"
