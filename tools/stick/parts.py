"""What lies on a stick beside the wheels: the course, its web pages, CIFAR-10, how to start."""

import hashlib
import json
import shutil
import subprocess
import zipfile
from contextlib import suppress
from pathlib import Path

from course_lib._variables import path_variable
from course_lib.data import cifar10
from tools.project import ROOT, publication
from tools.site.lite import OFFERED
from tools.stick.wheels import Stopped

CARRIED = Path(__file__).parent / "carried"
PROGRAMS = {"start.sh", "start.command"}
FOLDER = "inpainting-course"
SUMS = "SHA256SUMS"


def course(stick):
    """``course.zip``: the files of the last commit. Returns its requirements.lock's SHA-256."""
    target = stick / "course.zip"
    git = ["git", "-C", str(ROOT)]
    made = subprocess.run([*git, "archive", "--format=zip", f"--output={target}", "HEAD"])
    if made.returncode:
        raise Stopped("The course is no git repository here: make the stick in a clone of it.")
    changes = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True).stdout
    if changes:
        print("The stick has the last commit; what you changed since then is not on it.")
    with zipfile.ZipFile(target) as archive:
        return hashlib.sha256(archive.read("requirements.lock")).hexdigest()


def site(stick, built):
    """The web pages, as ``make site`` left them."""
    target = stick / "site"
    shutil.rmtree(target, ignore_errors=True)
    if not (built / "index.html").exists():
        print(f"The stick has no web pages, because {built} has none: type make site first.")
        return
    shutil.copytree(built, target)
    if not (built / "lite" / OFFERED).exists():
        print("No lesson runs in the browser on the stick's web pages: make site says why.")


def data(stick):
    """CIFAR-10's official archive, where this computer has it. Returns its name on the stick."""
    target = stick / "data" / "cifar-10-python.tar.gz"
    if not _official(target):
        found = next(filter(_official, _archives()), None)
        if found is None:
            print(
                f"The stick has no CIFAR-10, which no lesson needs in the profile quick: to take it"
                f" along, put {target.name} into a folder, name that in INPAINTING_DATA_DIR, and"
                f" type make stick again."
            )
            shutil.rmtree(target.parent, ignore_errors=True)
            return None
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(found, target)
    return target.relative_to(stick).as_posix()


def _archives():
    folders = [cifar10._keras_cache()]
    wish = path_variable("INPAINTING_DATA_DIR")
    if wish:
        folders.insert(0, cifar10.expanded(wish))
    return (folder / name for folder in folders for name in cifar10.ARCHIVES)


def _official(path):
    if not path.is_file() or path.stat().st_size != cifar10.ARCHIVE_BYTES:
        return False
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == cifar10.ARCHIVE_SHA256


def carried(stick, runs, lock, archive):
    """How to start: the scripts, README.txt, and ``stick.json``, which the scripts read.

    Args:
        stick: pathlib.Path of the folder.
        runs: dict {computer as ``start.py`` names it: versions of Python}.
        lock: SHA-256 of the course's requirements.lock.
        archive: the name of CIFAR-10 on the stick, or None.
    """
    for path in sorted(CARRIED.glob("*.*")):
        shutil.copyfile(path, stick / path.name)
    versions = sorted({version for some in runs.values() for version in some})
    readme = stick / "README.txt"
    text = readme.read_text(encoding="utf-8").replace("@PYTHONS@", " or ".join(versions))
    readme.write_text(text, encoding="utf-8", newline="\r\n")  # for Windows' oldest editor
    about = {
        "course": publication().version,
        "folder": FOLDER,
        "lock": lock,
        "runs": runs,
        "data": archive,
        "data_as": cifar10.KERAS_ARCHIVE,
    }
    (stick / "stick.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def readable(stick):
    """Every account may read what is on the stick, whoever made it."""
    for path in [stick, *stick.rglob("*")]:
        with suppress(PermissionError):  # USB sticks often know no such thing
            path.chmod(0o755 if path.is_dir() or path.name in PROGRAMS else 0o644)


def sums(stick, known):
    """Write ``SHA256SUMS``, the last file of a stick: without it none is whole.

    Args:
        stick: pathlib.Path of the folder.
        known: {name with its folder: SHA-256} of what was read before.
    """
    lines = []
    for path in sorted(path for path in stick.rglob("*") if path.is_file()):
        name = path.relative_to(stick).as_posix()
        if name != SUMS:
            lines.append(f"{known.get(name) or _sha256(path)}  {name}\n")
    text = "".join(lines) + f"# files in all: {len(lines)}\n"
    (stick / SUMS).write_text(text, encoding="utf-8", newline="\n")


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
