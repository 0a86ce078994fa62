"""Build the web site.

python -m tools.site [TARGET]        (default: build/site)
"""

import importlib
import os
import shutil
import sys
from pathlib import Path

from course_lib._files import InUse, alone
from tools.project import ROOT, words
from tools.site import pages

MARK = ".nojekyll"  # GitHub Pages then serves folders that begin with an underscore
EXTRAS = ("lite", "try_it")  # the pages link to those of them that could be built


def main(target=ROOT / "build" / "site"):
    target = Path(target).resolve()
    if target.is_dir() and any(target.iterdir()) and not (target / MARK).exists():
        return f"{target} holds something else than a site: name another folder."
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with alone(target, seconds=0):
            replace(target)
    except InUse:
        return f"Another build is writing {target}: wait until it is done."
    except OSError as error:
        why = error.strerror or error
        return f"The site could not be built ({why}); what was in {target} before is there."
    print(f"Built. To read it: python -m http.server --bind 127.0.0.1 --directory {target}")


def replace(target):
    """Build the site beside the target, and let it take its place once it is whole."""
    fresh, older = (target.with_name(f"{target.name}.{state}") for state in ("part", "older"))
    if older.exists() and not target.exists():  # a build was killed between the two steps below
        os.replace(older, target)
    for left in (fresh, older):
        shutil.rmtree(left, ignore_errors=True)
    write(fresh)
    if target.exists():
        os.replace(target, older)
    os.replace(fresh, target)
    shutil.rmtree(older, ignore_errors=True)


def write(folder):
    """The whole site into a new folder, which nobody is shown before it is whole."""
    folder.mkdir()
    for extra in EXTRAS:
        try:
            importlib.import_module(f"tools.site.{extra}").build(folder)
        except (ImportError, FileNotFoundError, ConnectionError) as error:
            print(f"The site is built without {extra}: {error}")
    pages.build(folder)
    (folder / MARK).touch()


if __name__ == "__main__":
    sys.exit(main(*words("tools.site", __doc__, 1)))
