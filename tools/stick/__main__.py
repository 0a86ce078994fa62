"""Make the course's stick: one folder with all that a room without a network needs.

python -m tools.stick [TARGET] [--pythons 3.12,3.13] [--systems linux,windows] [--site build/site]

The default target is build/stick. A run that was stopped goes on where it was.
"""

import argparse
import errno
import fcntl
import sys
from pathlib import Path

from tools.project import ROOT
from tools.stick import parts, wheels

ELSEWHERE = "learners with that computer take another Python, or read the web pages"


def main(*arguments):
    parser = argparse.ArgumentParser(prog="python -m tools.stick")
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / "build" / "stick")
    parser.add_argument("--pythons", default=",".join(wheels.PYTHONS))
    parser.add_argument("--systems", default=",".join(wheels.SYSTEMS))
    parser.add_argument("--site", type=Path, default=ROOT / "build" / "site")
    options = parser.parse_args(arguments)
    try:
        targets = chosen(options.systems, options.pythons)
        make(options.target.resolve(), targets, options.site.resolve())
    except wheels.Stopped as problem:
        return str(problem)
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            return f"The disk of {options.target} is full: make room, then type make stick again."
        return f"{problem}: name a folder that can be written to, as in make stick STICK=/a/folder."
    return 0


def chosen(systems, pythons):
    """The targets of two lists with commas."""
    for word, known in [(systems, wheels.SYSTEMS), (pythons, wheels.PYTHONS)]:
        odd = sorted(set(word.split(",")) - set(known))
        if odd:
            raise wheels.Stopped(
                f"{', '.join(odd)} is none of {', '.join(known)}: choose of these."
            )
    return [
        wheels.Target(system, python)
        for system in systems.split(",")
        for python in pythons.split(",")
    ]


def make(stick, targets, site):
    """Write a stick for these targets. Until it is whole, its name ends in ``.partial``."""
    partial = stick.with_name(f"{stick.name}.partial")
    stick.parent.mkdir(parents=True, exist_ok=True)
    with open(stick.with_name(f".{stick.name}.lock"), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise wheels.Stopped(f"{stick} is being made already: wait for it.") from None
        begin(stick, partial)
        runs, digests = fetch(partial / "wheels", targets)
        digest = parts.course(partial)
        parts.site(partial, site)
        parts.carried(partial, runs, digest, parts.data(partial))
        parts.readable(partial)
        parts.sums(partial, {f"wheels/{name}": digest for name, digest in digests.items()})
        partial.rename(stick)
    tell(stick)


def begin(stick, partial):
    """An older stick, or what a stopped run left, is where this one goes on."""
    if stick.exists() and not (stick / parts.SUMS).exists() and any(stick.iterdir()):
        raise wheels.Stopped(f"{stick} is no stick of the course: name an empty or a new folder.")
    if stick.exists() and not partial.exists():
        stick.rename(partial)
    elif stick.exists():
        raise wheels.Stopped(f"Both {stick} and {partial} are there: delete one of them.")
    (partial / "wheels").mkdir(parents=True, exist_ok=True)
    (partial / parts.SUMS).unlink(missing_ok=True)


def fetch(folder, targets):
    """All wheels of all targets.

    Returns:
        ({computer: the Pythons that the course can be installed with}, {wheel: its SHA-256}).
    """
    wheels.sweep(folder)
    wheels.fetch_pip(folder)
    runs, digests = {}, {}
    for target in targets:
        print(f"Wheels for {target} ...", flush=True)
        lacking = wheels.fetch(folder, target, digests)
        for pin in lacking:
            print(f"  {pin} has no wheel for {target}: {ELSEWHERE}.")
        if not lacking:
            runs.setdefault(target.computer, []).append(target.python)
    print(wheels.INTEL_MACS)
    wheels.prune(folder, targets, digests)
    return runs, digests


def tell(stick):
    """The size of each part and of all."""
    sizes = {}
    for path in stick.rglob("*"):
        if path.is_file():
            part = path.relative_to(stick).parts[0] if path.parent != stick else path.name
            part = part if path.parent != stick or path.suffix == ".zip" else "to start"
            sizes[part] = sizes.get(part, 0) + path.stat().st_size
    for part, size in sorted(sizes.items(), key=lambda one: -one[1]):
        print(f"{size / 1e6:9,.1f} MB  {part}")
    print(f"{sum(sizes.values()) / 1e6:9,.1f} MB  in all: {stick}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
