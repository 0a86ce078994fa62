"""Is the course ready to be published under its address and tag?

python -m tools.release_check
"""

import re
import sys

import nbformat
import yaml

from tools import platforms
from tools.check_notebooks import check_launch
from tools.project import ROOT, publication, words


def problems(root=ROOT):
    """What stands between the checkout and a release, one sentence each."""
    published = publication(root / "pyproject.toml")
    found = []
    if "OWNER" in published.address:
        found.append(
            "pyproject.toml still says OWNER: write the public address under [project.urls] "
            "and type make restamp."
        )
    if published.tag != f"v{published.version}":
        found.append(
            f"The tag {published.tag} is not v{published.version}: make the tag in pyproject.toml "
            "fit the version and type make restamp."
        )
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    if str(citation["version"]) != published.version:
        found.append(
            f"CITATION.cff cites version {citation['version']}, pyproject.toml says "
            f"{published.version}: make them equal."
        )
    library = (root / "course_lib" / "__init__.py").read_text(encoding="utf-8")
    if f'__version__ = "{published.version}"' not in library:
        found.append(
            f"course_lib.__version__ is not {published.version}: make it fit pyproject.toml."
        )
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if re.findall(r"^## (.+)$", changes, re.MULTILINE)[:1] != [published.version]:
        found.append(
            f"CHANGELOG.md's first section is not {published.version}: give what is released that "
            "heading."
        )
    readme = (root / "README.md").read_text(encoding="utf-8")
    if platforms.stamped(readme, published) != readme:
        found.append("README.md links to another address or tag: type make restamp.")
    for folder in ("notebooks", "solutions", "exercises"):
        for path in sorted((root / folder).glob("*.ipynb")):
            notebook = nbformat.read(path, as_version=4)
            found += [
                f"{folder}/{path.name}: {problem}"
                for problem in check_launch(notebook, path.stem, published, folder)
            ]
    return found


if __name__ == "__main__":
    words("tools.release_check", __doc__, 0)
    found = problems()
    print("\n".join(found) or "Ready to be tagged and published.")
    sys.exit(1 if found else 0)
