"""What Sphinx reads: the course's own files, copied into one folder and made ready for pages."""

import base64
import io
import posixpath
import re
import shutil

import nbformat
from PIL import Image

from course_lib.plots.page import as_html
from tools.build_notebooks import IMAGES, is_launch
from tools.exercises import without_graded_cells
from tools.platforms import source
from tools.project import EXERCISES, NOTEBOOKS, ROOT, SOLUTIONS
from tools.site import launch

BADGE = re.compile(r"^\[!\[Open in Colab\].*$", re.MULTILINE)
LINK = re.compile(r"(?<=\]\()(?!\w+:|#|/)([^()\s#]+)(#[^()\s]*)?(?=\))")
MOVING = "image/webp"
FRAMED = {"wide": 700, "middling": 500}  # dots: a phone's 330 make a wider figure's letters tiny
WHOLE = "whole"  # the tag of a cell whose figure says nothing in parts
BELOW = "\n```{toctree}\n:hidden:\n:glob:\n\n*\n*/*\n```\n"
TEXTS = ("benchmarks/RESULTS.md", "CHANGELOG.md", "CONTRIBUTING.md")


def stage(folder, target, published):
    """Copy notebooks and texts to where Sphinx reads them.

    Args:
        folder: an empty one.
        target: the site: notebooks are put there to be downloaded.
        published: a ``Publication``.
    """
    notebooks = [
        path for home in (NOTEBOOKS, EXERCISES, SOLUTIONS) for path in sorted(home.glob("*.ipynb"))
    ]
    for name in ("exercises", "solutions"):  # the pages that list them
        shutil.copytree(ROOT / "site" / name, folder / name)
    texts = [ROOT / name for name in TEXTS] + sorted((ROOT / "docs").rglob("*.md"))
    pages = {path.relative_to(ROOT).as_posix() for path in notebooks + texts}
    for path in notebooks:
        name = path.relative_to(ROOT).as_posix()
        page = page_of(nbformat.read(path, as_version=4), name, pages, target, published)
        _write(folder / name, nbformat.writes(page))
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target / name)
    for path in texts:
        name = path.relative_to(ROOT).as_posix()
        text = with_links(path.read_text(encoding="utf-8"), name, pages, published)
        if path.name == "README.md":  # of a folder: its pages stand below it
            text += BELOW
        _write(folder / name, text)


def page_of(notebook, name, pages, target, published):
    """A notebook, in place, as its page shows it: with links to run it, without Colab's cell."""
    opening = notebook.cells[0]
    row = launch.row(published, name, target)
    opening.source = BADGE.sub(lambda _: row, opening.source)
    if name.startswith("solutions/"):  # whose sources are the exercises' too
        opening.source = opening.source.replace("# Exercise ", "# Solution ", 1)
        without_graded_cells(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = with_links(cell.source, name, pages, published)
        elif is_launch(cell):
            cell.metadata["tags"] = ["remove-cell"]
        for output in cell.get("outputs", []):
            _moving_as_html(output)
        framed = _framed(cell.get("outputs", []))
        if framed and WHOLE not in cell.metadata.get("tags", []):
            cell.metadata.setdefault("mystnb", {}).setdefault("image", {})["classes"] = framed
    return notebook


def with_links(text, name, pages, published):
    """Markdown whose links to files that are no pages lead to the repository."""

    def led(link):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), link[1]))
        if path in pages or not (ROOT / path).exists():
            return link[0]
        return source(published, path) + (link[2] or "")

    return LINK.sub(led, text)


def _moving_as_html(output):
    """Sphinx knows no moving picture: it gets an element that shows it, described."""
    content = output.get("data", {}).pop(MOVING, None)
    if content is not None:
        output.data["text/html"] = as_html(MOVING, content, output.metadata[MOVING].get("alt", ""))


def _framed(outputs):
    """The class of figures that a phone shows in a frame to slide, None if it shows them whole."""
    pictures = [
        content
        for output in outputs
        for kind, content in output.get("data", {}).items()
        if kind in IMAGES[:2]
    ]
    sizes = (Image.open(io.BytesIO(base64.b64decode(content))).size for content in pictures)
    widest = max((width for width, _ in sizes), default=0)
    return next((name for name, dots in FRAMED.items() if widest > dots), None)


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
