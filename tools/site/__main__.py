"""Build the web site.

python -m tools.site [TARGET]        (default: build/site)
"""

import importlib
import importlib.util
import sys
from pathlib import Path

from tools.project import ROOT

PARTS = ("lite", "try_it", "pages")  # pages last: they link to the parts that could be built


def main(target=ROOT / "build" / "site"):
    target = Path(target).resolve()
    target.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if importlib.util.find_spec(f"tools.site.{part}"):
            importlib.import_module(f"tools.site.{part}").build(target)
    print(f"Built. To read it: python -m http.server --directory {target}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
