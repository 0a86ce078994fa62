"""Where a learner opens the course with one click, all made from pyproject's address and tag.

python -m tools.platforms        (writes them into README.md; `make restamp` calls it)
"""

import re
from urllib.parse import quote

from tools.project import ROOT, publication, words

README = ROOT / "README.md"
PLACE = re.compile(r"(?<=<!-- begin links -->\n).*?(?=\n<!-- end links -->)", re.DOTALL)
CLONE = re.compile(r"(?<=^git clone )\S+(?= inpainting-course$)", re.MULTILINE)
FIRST = "notebooks/00_first_repair.ipynb"


def colab(published, notebook):
    """Google Colab, at the tag. ``notebook`` is a path in the repository."""
    return (
        f"https://colab.research.google.com/github/{_repository(published)}"
        f"/blob/{published.tag}/{notebook}"
    )


def kaggle(published, notebook):
    """Kaggle, which copies the notebook into an account."""
    source = f"{published.address}/blob/{published.tag}/{notebook}"
    return f"https://www.kaggle.com/kernels/welcome?src={source}"


def binder(published, notebook):
    """Binder, which builds what `.binder/` says."""
    path = quote(f"lab/tree/{notebook}", safe="")
    return f"https://mybinder.org/v2/gh/{_repository(published)}/{published.tag}?urlpath={path}"


def codespaces(published):
    """GitHub Codespaces, which builds what `.devcontainer/` says."""
    return f"https://codespaces.new/{_repository(published)}/tree/{published.tag}"


def source(published, path):
    """A file of the repository as GitHub shows it, at the tag."""
    return f"{published.address}/blob/{published.tag}/{path}"


def site(published):
    """The published pages of this version."""
    owner, name = _repository(published).split("/")
    return f"https://{owner}.github.io/{name}/{published.tag}/"


def links(published):
    """README's line of links."""
    return " ·\n".join(
        f"[{name}]({address})"
        for name, address in (
            ("Read it on the web", site(published)),
            ("Google Colab", colab(published, FIRST)),
            ("Kaggle", kaggle(published, FIRST)),
            ("Binder", binder(published, FIRST)),
            ("GitHub Codespaces", codespaces(published)),
        )
    )


def stamped(text, published):
    """README's text with the links and the clone of this address and tag."""
    if not PLACE.search(text):
        raise ValueError("README.md has lost its links: put <!-- begin links --> ... back.")
    text = PLACE.sub(lambda _: links(published), text)
    return CLONE.sub(lambda _: published.address, text)


def _repository(published):
    return published.address.removeprefix("https://github.com/")


if __name__ == "__main__":
    words("tools.platforms", __doc__, 0)
    text = stamped(README.read_text(encoding="utf-8"), publication())
    README.write_text(text, encoding="utf-8", newline="\n")
