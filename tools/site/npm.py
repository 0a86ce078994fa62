"""What the web pages, their tests and the hub take from npm, as site/ and hub/ pin it.

The lock gives every package's version and SHA-512 and no address: npm fetches from wherever it is
configured to. After a change of a package.json, in a copy of it and of the lock, with
``omit-lockfile-registry-resolved=true``: ``npm install --package-lock-only --ignore-scripts``.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.project import ROOT

FILES = ("package.json", "package-lock.json")
SWITCHES = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")


def packages(folder="site"):
    """The folder node_modules with the pinned packages, fetched if it is not there yet.

    Args:
        folder: "site" or "hub", whose package-lock.json pins them.

    Returns:
        pathlib.Path, below build.

    Raises:
        FileNotFoundError: if npm is not installed.
        ConnectionError: if npm cannot fetch what the lock asks for.
    """
    home = ROOT / "build" / ("npm" if folder == "site" else f"npm-{folder}")
    wanted = {name: (ROOT / folder / name).read_bytes() for name in FILES}
    if _contents(home) != wanted:
        _install(home, wanted, f"{folder}/package-lock.json")
    return home / "node_modules"


def _contents(home):
    return {name: (home / name).read_bytes() for name in FILES if (home / name).is_file()}


def _install(home, wanted, lock):
    """Beside it first, so that whoever looks at the same time sees all of it or nothing."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm was not found: install Node.js 20 or newer, then try again.")
    home.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="npm-", dir=home.parent))
    try:
        for name, content in wanted.items():
            (fresh / name).write_bytes(content)
        done = subprocess.run([npm, "ci", *SWITCHES], cwd=fresh, capture_output=True, text=True)
        if done.returncode:
            said = (done.stderr.strip() or "nothing").splitlines()
            raise ConnectionError(f"npm could not fetch what {lock} asks for: {said[0]}")
        if _contents(home) != wanted:
            shutil.rmtree(home, ignore_errors=True)
            fresh.rename(home)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


if __name__ == "__main__":
    print(packages())
