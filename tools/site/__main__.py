"""Build the web site.

python -m tools.site [TARGET]        (default: build/site)
"""

import importlib
import shutil
import sys
from pathlib import Path

from tools.project import ROOT
from tools.site import pages

MARK = ".nojekyll"  # GitHub Pages then serves folders that begin with an underscore
EXTRAS = ("lite", "try_it")  # the pages link to those of them that could be built


def main(target=ROOT / "build" / "site"):
    target = Path(target).resolve()
    if (target / MARK).exists():  # an older site, and nothing else
        shutil.rmtree(target)
    target.mkdir(parents=True, exist_ok=True)
    (target / MARK).touch()
    for extra in EXTRAS:
        try:
            importlib.import_module(f"tools.site.{extra}").build(target)
        except (ImportError, FileNotFoundError, ConnectionError) as error:
            print(f"The site is built without {extra}: {error}")
    pages.build(target)
    print(f"Built. To read it: python -m http.server --bind 127.0.0.1 --directory {target}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
