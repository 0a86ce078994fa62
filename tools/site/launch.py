"""The row of links under a notebook's title: where to run it, and how to take it along."""

import json
from html import escape

from tools import platforms


def row(published, notebook, target):
    """HTML links to run a notebook, for a page one folder below the site's top.

    Args:
        published: a ``Publication``.
        notebook: its path in the repository, "notebooks/01_masks.ipynb".
        target: the built site: it has lessons for the browser only where that part was built.
    """
    links = [("Open in Colab", platforms.colab(published, notebook))]
    lite = in_browser(notebook, target)
    if lite:
        links.insert(0, ("Run in the browser", f"../{lite}"))
    links += [
        ("Kaggle", platforms.kaggle(published, notebook)),
        ("Binder", platforms.binder(published, notebook)),
        ("Codespaces", platforms.codespaces(published)),
    ]
    anchors = [f'<a href="{escape(address)}">{name}</a>' for name, address in links]
    name = notebook.rpartition("/")[2]
    anchors.append(f'<a href="{name}" download>Download this notebook</a>')
    return f'<p class="launch">{" ".join(anchors)}</p>'


def in_browser(notebook, target):
    """The page that runs a notebook in the browser, from the site's top; None if there is none."""
    offered = target / "lite" / "lessons.json"
    if not offered.is_file():
        return None
    name = notebook.removesuffix(".ipynb")
    return json.loads(offered.read_text(encoding="utf-8")).get(name)
