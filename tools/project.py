"""Where the course lives: the facts of pyproject.toml that the tools need."""

import argparse
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "notebooks" / "src"
NOTEBOOKS = ROOT / "notebooks"
SOLUTIONS = ROOT / "solutions"
EXERCISES = ROOT / "exercises"
EXPECTED = ROOT / "course_lib" / "checks" / "expected"
TASKS = ROOT / "course_lib" / "checks" / "tasks.json"


@dataclass(frozen=True)
class Publication:
    """The public address (https, no trailing slash) and the tag that Colab installs from."""

    address: str
    tag: str
    version: str


def publication(pyproject=ROOT / "pyproject.toml"):
    """Read the address, the tag and the version from a pyproject.toml."""
    settings = tomllib.loads(Path(pyproject).read_text(encoding="utf-8"))
    return Publication(
        address=settings["project"]["urls"]["Repository"].rstrip("/"),
        tag=settings["tool"]["inpainting-course"]["tag"],
        version=settings["project"]["version"],
    )


def lessons(names=()):
    """The names of lessons; all of them if none is given.

    Raises:
        SystemExit: with a sentence, if there is no lesson of a name.
    """
    known = [path.stem for path in sorted(SOURCES.glob("[0-9][0-9]_*.py"))]
    for name in names:
        if name not in known:
            raise SystemExit(f"There is no lesson {name}: give a name like 05_texture_and_patches.")
    return list(names) or known


def words(module, about, most=None, known=None):
    """The words behind ``python -m module`` on a command line; ``--help`` says ``about``.

    Args:
        module: its name, such as "tools.slides".
        about: its docstring.
        most: how many words it takes; None: any number.
        known: the words that it takes; None: any.
    """
    usage = "%(prog)s" if most == 0 else "%(prog)s [words as below]"
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=about, usage=usage,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    found = parser.parse_args().words
    if most is not None and len(found) > most:
        parser.error(f"{found[most]} is one word more than it takes.")
    if odd := [word for word in found if known is not None and word not in known]:
        parser.error(f"there is no {odd[0]}: choose from {', '.join(known)}.")
    return found
