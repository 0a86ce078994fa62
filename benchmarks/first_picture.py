"""From a fresh clone to the first repaired picture, and what it all takes on disk.

    python -m benchmarks.first_picture

Clones the last commit into an empty folder, with an empty home, and installs over the network:
the time depends on it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.results import record, table
from tools.project import ROOT, words

REPAIR = """
from course_lib import classical, data, masks
photograph = data.photo("astronaut")[:256, 96:352]
scratches = masks.random_lines(1, 256, lines=(7, 7), thickness=(3, 5), seed=4)[0]
data.save("repaired.png", classical.harmonic(masks.damage(photograph, scratches), scratches))
"""


def main():
    with tempfile.TemporaryDirectory() as place:
        clone, home = Path(place) / "course", Path(place) / "home"
        home.mkdir()
        environment = {key: os.environ[key] for key in os.environ if not key.startswith("XDG_")}
        environment |= {"HOME": str(home), "UV_CACHE_DIR": str(home / "cache")}
        environment.pop("VIRTUAL_ENV", None)
        taken = [
            _timed(
                ["git", "clone", "--quiet", "--no-local", str(ROOT), str(clone)], place, environment
            ),
            _timed(["make", ".venv/.ready", f"PYTHON={sys.executable}"], clone, environment),
            _timed([".venv/bin/python", "-c", REPAIR], clone, environment),
        ]
        if not (clone / "repaired.png").is_file():
            raise RuntimeError("no picture was repaired: see the lines above.")
        rows = [
            ("clone", f"{taken[0]:.1f} s"),
            ("`make` installs everything", f"{taken[1]:.1f} s"),
            ("first picture repaired", f"{taken[2]:.1f} s"),
            ("**together**", f"{sum(taken):.1f} s"),
            (
                "repository without history",
                f"{_megabytes(clone, without=('.git', '.venv')):.1f} MB",
            ),
            ("history", f"{_megabytes(clone / '.git'):.1f} MB"),
            ("`.venv`", f"{_megabytes(clone / '.venv'):.0f} MB"),
        ]
    body = "Empty folder, empty home, empty package cache.\n\n" + table(["step", "measured"], rows)
    record(
        "first_picture", "To the first repaired picture", body, "python -m benchmarks.first_picture"
    )


def _timed(command, folder, environment):
    start = time.perf_counter()
    subprocess.run(
        [shutil.which(command[0]) or command[0], *command[1:]],
        check=True,
        cwd=folder,
        env=environment,
    )
    return time.perf_counter() - start


def _megabytes(folder, without=()):
    """Sum of file sizes, links not followed, hard links once."""
    sizes = {}
    for path in folder.rglob("*"):
        if (
            path.relative_to(folder).parts[0] not in without
            and path.is_file()
            and not path.is_symlink()
        ):
            sizes[path.stat().st_ino] = path.stat().st_size
    return sum(sizes.values()) / 1e6


if __name__ == "__main__":
    words("benchmarks.first_picture", __doc__, 0)
    main()
