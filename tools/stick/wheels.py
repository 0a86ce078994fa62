"""The wheels of requirements.lock, for the computers that a class brings.

pip fetches them. A wheel that is there with the right SHA-256 is not fetched again, so a run that
was stopped goes on where it was.
"""

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from packaging import tags
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from tools import setup_venv

ENTRY = re.compile(r"^(\w.*?) *\\?\n((?: +.*\n?)*)", re.MULTILINE)
PATIENCE = ["--retries", "2", "--timeout", "30"]
AT_ONCE = 4
SCRATCH = ".pip-"
PYTHONS = ("3.11", "3.12", "3.13")
GLIBC = 28  # Ubuntu 20.04, Debian 11, RHEL 8 and newer
OLD_MANYLINUX = ("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64")
LINUX = [f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC, 4, -1)]
MACOS = (14, 0)
INTEL_MACS = (
    "Macs with an Intel processor get no packages, because tensorflow and argon2-cffi-bindings "
    "have no wheels for them: their learners read the web pages."
)
# By the name that is typed: how it is called, what its Python says, the wheels that it takes.
SYSTEMS = {
    "linux": ("Linux", ("linux", "x86_64", "posix"), [*LINUX, *OLD_MANYLINUX, "linux_x86_64"]),
    "windows": ("Windows", ("win32", "AMD64", "nt"), ["win_amd64"]),
    "macos": (
        "macOS on Apple silicon",
        ("darwin", "arm64", "posix"),
        list(tags.mac_platforms(MACOS, "arm64")),
    ),
}
PLATFORM = {"linux": "Linux", "win32": "Windows", "darwin": "Darwin"}


class Stopped(Exception):
    """The stick cannot be made now; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Wanted:
    """A package in one version, such as "numpy==2.4.6", and the SHA-256 that its files may have."""

    pin: str
    hashes: frozenset


@dataclass(frozen=True)
class Target:
    """A system of ``SYSTEMS`` with a Python, such as "linux" and "3.13"."""

    system: str
    python: str

    def __str__(self):
        return f"{SYSTEMS[self.system][0]} with Python {self.python}"

    @property
    def computer(self):
        """What Python says there of its platform and machine, as ``start.py`` asks."""
        platform, machine, _ = SYSTEMS[self.system][1]
        return f"{platform} {machine.lower()}"

    def tags(self):
        version, platforms = tuple(map(int, self.python.split("."))), SYSTEMS[self.system][2]
        return {
            *tags.cpython_tags(version, platforms=platforms),
            *tags.compatible_tags(version, f"cp{self.python.replace('.', '')}", platforms),
        }

    def environments(self):
        """What markers are asked about, for the first and the last Python of that name."""
        platform, machine, os_name = SYSTEMS[self.system][1]
        for patch in ("0", "99"):
            yield {
                "implementation_name": "cpython",
                "os_name": os_name,
                "platform_machine": machine,
                "platform_python_implementation": "CPython",
                "platform_system": PLATFORM[platform],
                "python_full_version": f"{self.python}.{patch}",
                "python_version": self.python,
                "sys_platform": platform,
            }


def wanted(target, lock=None):
    """What the lock names for that target, in its order: a list of ``Wanted``."""
    left_out = setup_venv.LEFT_OUT["cpu" if target.system == "linux" else "only"]
    found = []
    for text in (lock or setup_venv.locked()).values():
        for head, hashes in ENTRY.findall(text):
            one = Requirement(head)
            holds = one.marker is None or any(map(one.marker.evaluate, target.environments()))
            if holds and not re.fullmatch(left_out, one.name):
                pin = f"{one.name}{one.specifier}"
                found.append(Wanted(pin, frozenset(re.findall(r"sha256:(\w+)", hashes))))
    return found


def fetch(folder, target, digests):
    """Fetch a target's wheels into a folder.

    Args:
        folder: pathlib.Path of a folder that exists; other targets' wheels may lie in it.
        target: a ``Target``.
        digests: dict {file's name: its SHA-256}, of what was read already; what is read is added.

    Returns:
        The pins that have no wheel for this target, in order.

    Raises:
        Stopped: if the registry cannot be reached.
        OSError: if the folder cannot take them.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for alone in (False, True):  # where pip misses one of many, it fetches none
            missing = absent(folder, target, digests)
            # Two versions of one package stand side by side, and pip takes them in two parts only.
            parts = [missing[part::AT_ONCE] for part in range(AT_ONCE)]
            parts = [[one] for one in missing] if alone else filter(None, parts)
            list(pool.map(lambda some: _download(folder, target, some), parts))
    return [one.pin for one in absent(folder, target, digests)]


def absent(folder, target, digests):
    """What a target wants and the folder lacks; a file of another SHA-256 is deleted."""
    there = {}
    for path in _fitting(folder, target):
        there.setdefault(_pin(path), []).append(path)
    missing = []
    for one in wanted(target):
        paths = there.get(_canonical(one.pin), [])
        whole = [path for path in paths if _digest(path, digests) in one.hashes]
        for path in set(paths) - set(whole):
            path.unlink()
            del digests[path.name]
        if not whole:
            missing.append(one)
    return missing


def held(folder, target):
    """The wheels in the folder that a target wants."""
    pins = {_canonical(one.pin) for one in wanted(target)}
    return [path for path in _fitting(folder, target) if _pin(path) in pins]


def _fitting(folder, target):
    fitting = target.tags()
    paths = sorted(folder.glob("*.whl"))
    return [path for path in paths if not fitting.isdisjoint(parse_wheel_filename(path.name)[3])]


def _pin(path):
    name, version, *_ = parse_wheel_filename(path.name)
    return f"{name}=={version}"


def _canonical(pin):
    name, version = pin.split("==")
    return f"{canonicalize_name(name)}=={version}"


def _digest(path, digests):
    if path.name not in digests:
        with open(path, "rb") as file:
            digests[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests[path.name]


def _download(folder, target, some):
    """Whether pip had wheels for all of them."""
    lines = "".join(
        f"{one.pin} {' '.join(f'--hash=sha256:{digest}' for digest in sorted(one.hashes))}\n"
        for one in some
    )
    platforms = [f"--platform={one}" for one in SYSTEMS[target.system][2]]
    options = [f"--python-version={target.python}", "--ignore-requires-python", "--require-hashes"]
    return _pip(folder, lines, *options, *platforms)


def fetch_pip(folder):
    """pip itself, for a Python whose system ships it apart; any version will do."""
    if not any(folder.glob("pip-*.whl")) and not _pip(folder, "pip\n"):
        raise Stopped("The registry has no pip: type make stick again later.")


def sweep(folder):
    """Delete what a stopped pip left."""
    for scratch in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(scratch, ignore_errors=True)


def prune(folder, targets, digests):
    """Delete the wheels that none of the targets wants, as after a change of the lock."""
    some = {digest for target in targets for one in wanted(target) for digest in one.hashes}
    for path in folder.glob("*.whl"):
        if digests.get(path.name) not in some and not path.name.startswith("pip-"):
            path.unlink()


def _pip(folder, lines, *options):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(folder), *PATIENCE, *options]
    # pip moves what is complete to its place in one step if both are on one disk.
    with tempfile.TemporaryDirectory(dir=folder, prefix=SCRATCH) as scratch:
        names = Path(scratch, "wanted.txt")
        names.write_text(lines, encoding="utf-8")
        answer = subprocess.run(
            [*command, "-r", names],
            env=os.environ | {"TMPDIR": scratch, "TEMP": scratch, "LC_ALL": "C"},
            capture_output=True,
            text=True,
        )
    said = answer.stderr + answer.stdout
    if answer.returncode and "No space left on device" in said:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    if answer.returncode and re.search(r"Retry\(|[Cc]onnection|timed out", said):
        raise Stopped(
            "The registry of packages cannot be reached: what was fetched is kept; type make stick "
            "again when the network is back."
        )
    if answer.returncode and not re.search(r"No matching distribution|find a version", said):
        raise Stopped(f"pip stopped: {said.strip().splitlines()[-1] if said.strip() else '?'}")
    return answer.returncode == 0
