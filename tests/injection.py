"""Faults done to a child Python for real, so that no test has to believe a patched function.

A child may live in Linux namespaces of its own, where a small or read-only file system lies at a
path and no network is there, without root's powers, with less memory or smaller files; it may
kill or stop itself just before a call that is named, so that no outcome depends on speed.

``Faults`` says what is to happen to a child; ``start`` and ``run`` begin one.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.helpers import PATIENCE, skip_or_fail

ROOT = Path(__file__).parents[1]

# Ends or stops this very process just before its call number so and so of a function.
AT_CALL = """
def _at(place, calls, number):
    import os, pkgutil
    holder, name = place.rsplit(".", 1)
    holder = pkgutil.resolve_name(holder)
    function, begun = getattr(holder, name), []
    def call(*arguments, **keywords):
        begun.append(1)
        if len(begun) == calls:
            os.kill(os.getpid(), number)
        return function(*arguments, **keywords)
    setattr(holder, name, call)
_at({place!r}, {calls}, {number})
"""


@dataclass(frozen=True)
class Faults:
    """What happens to a child.

    Attributes:
        full: {folder: bytes}, a file system of its own at that folder which holds so much.
        read_only: folders that nobody may write to, root neither.
        network: False takes every connection, that to this machine too.
        powerless: root may not read and write everything, but what files allow, like anybody.
        memory: bytes that the child may have at most.
        file_size: bytes that a file of its may have at most.
        killed_at: "os.replace", say: kill -9 just before it is called; "os.replace 2": the
            second time.
        stopped_at: the same, but it stands still, and goes on at ``goes_on``.
    """

    full: dict = field(default_factory=dict)
    read_only: tuple = ()
    network: bool = True
    powerless: bool = False
    memory: int | None = None
    file_size: int | None = None
    killed_at: str = ""
    stopped_at: str = ""

    @property
    def needs_namespace(self):
        return bool(self.full or self.read_only or not self.network)


def start(script, *arguments, faults=Faults(), environment=None, cwd=ROOT):
    """A child Python that runs a script under these faults, as ``subprocess.Popen``, in text.

    Args:
        script: Python source; ``sys.argv[1:]`` are the arguments.
        environment: {name: value} on top of this process's; a value None takes the name away.
    """
    program = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n" + _hooks(faults)
    program += textwrap.dedent(script)
    command = _inside(faults, [sys.executable, "-c", program, *map(str, arguments)])
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(
        command,
        cwd=cwd,
        env={name: str(value) for name, value in variables.items() if value is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def run(script, *arguments, code=0, **keywords):
    """The same, waited for: what it printed, and what it said on stderr, as two texts.

    The child must end with ``code``: -9 where it was killed.
    """
    child = start(script, *arguments, **keywords)
    said, wrong = child.communicate(timeout=PATIENCE)
    assert child.returncode == code, f"ended with {child.returncode}: {said}\n{wrong}"
    return said, wrong


def wait_until_stopped(child):
    """Wait until a child stands still where ``stopped_at`` says."""
    _, status = os.waitpid(child.pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        child.returncode = os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it ended instead: {child.communicate()}")


def goes_on(child):
    """Let a child that stands still go on."""
    os.kill(child.pid, signal.SIGCONT)


@cache
def needs_namespaces(what):
    """Skip a test where this system gives no namespaces, and say what is not tested then."""
    command = [*_unshare(), "--mount", "--net", "sh", "-c", "mount -t tmpfs -o size=4k t /mnt"]
    if not shutil.which("unshare") or subprocess.run(command, capture_output=True).returncode:
        skip_or_fail(f"no mount and network namespaces here (Linux gives them): untested: {what}")


def _unshare():
    """Root needs no user namespace, and in one could become nobody else."""
    return ["unshare"] if os.geteuid() == 0 else ["unshare", "--map-root-user"]


def _hooks(faults):
    lines = ""
    if faults.stopped_at and sys.platform == "linux":  # at the latest it ends with the tests
        lines = "import ctypes\nctypes.CDLL(None).prctl(1, 9)\n"
    for place, number in ((faults.killed_at, "SIGKILL"), (faults.stopped_at, "SIGSTOP")):
        if place:
            name, _, calls = place.partition(" ")
            number = int(getattr(signal, number))
            lines += AT_CALL.format(place=name, calls=int(calls or 1), number=number)
    for limit, most in (("RLIMIT_AS", faults.memory), ("RLIMIT_FSIZE", faults.file_size)):
        if most is not None:
            lines += f"import resource\nresource.setrlimit(resource.{limit}, ({most}, {most}))\n"
    return lines


def _inside(faults, command):
    """The command, in namespaces that are made ready first."""
    if faults.powerless and os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    if not faults.needs_namespace:
        return command
    ready = [
        shlex.join(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)])
        for folder, size in faults.full.items()
    ]
    for folder in map(str, faults.read_only):
        ready.append(shlex.join(["mount", "--bind", folder, folder]))
        ready.append(shlex.join(["mount", "-o", "remount,bind,ro", folder]))
    ready.append("exec " + shlex.join(command))
    spaces = ["--mount"] if faults.full or faults.read_only else []
    return [*_unshare(), *spaces, *([] if faults.network else ["--net"]), "sh", "-ec",
            "\n".join(ready)]  # fmt: skip
