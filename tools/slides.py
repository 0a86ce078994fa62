"""The lessons as slides, by reveal.js: nothing is executed, and nothing is fetched to show them.

    python -m tools.slides [NN_name ...]          (all lessons, into build/slides)

A slide begins at a heading, at a *Read*, and at code that follows text or a result: the lessons
themselves say nothing of slides.
"""

import re
import shutil
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter

from tools.build_notebooks import is_launch
from tools.course import describe
from tools.project import NOTEBOOKS, ROOT, lessons, words
from tools.site.npm import packages

BREAK = re.compile(r"^(?=## |\*\*Read\.\*\*)", re.MULTILINE)
BADGE = re.compile(r"^\[!\[Open in Colab\].*$", re.MULTILINE)
LEFT_OUT = ("## References", "<details><summary>Notes")
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)
MARKUP = str.maketrans({sign: f"&#{ord(sign)};" for sign in "|*_\\`"})
REVEAL = ("reset.css", "reveal.css", "reveal.js", "theme/white.css")


def main(names, target=ROOT / "build" / "slides"):
    chosen = lessons(names)
    reveal(target)
    for name in chosen:
        print(write(NOTEBOOKS / f"{name}.ipynb", target))


def reveal(target):
    """Put what the slides load beside them."""
    source = packages() / "reveal.js" / "dist"
    for name in REVEAL:
        goal = target / "reveal.js" / "dist" / name
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, goal)


def write(path, target):
    """Write a lesson's slides into a folder.

    Args:
        path: a built notebook.
        target: the folder that has ``reveal``.

    Returns:
        pathlib.Path, the page.
    """
    exporter = SlidesExporter(
        template_name="slides",
        extra_template_basedirs=[str(ROOT / "site")],
        reveal_url_prefix="reveal.js",
        reveal_theme="white",
    )
    notebook = slides(describe(nbformat.read(path, as_version=4)))
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": path.stem}})
    goal = Path(target) / f"{path.stem}.html"
    goal.parent.mkdir(parents=True, exist_ok=True)
    goal.write_text(page, encoding="utf-8")
    return goal


def slides(notebook):
    """The notebook cut into slides, in place: what begins one is marked as nbconvert reads it."""
    cells, before = [], None  # "text", a "result" or neither
    for cell in notebook.cells:
        if cell.cell_type == "code" and not is_launch(cell):
            shows = cell.source.startswith("plots.show")  # its picture takes the whole slide
            cell.metadata["transient"] = {"remove_source": shows}
            cells.append(_marked(cell, "subslide" if before or shows else "-"))
            before = "result" if cell.outputs else None
        elif cell.cell_type == "markdown":
            for text in parts(cell.source):
                below = before == "result" or text.startswith("**Read.**")
                kind = "slide" if text.startswith("#") else "subslide" if below else "-"
                before = "text"
                cells.append(_marked(nbformat.v4.new_markdown_cell(with_mathml(text)), kind))
    notebook.cells = cells
    notebook.metadata.pop("widgets", None)  # nbconvert would fetch what draws them
    return notebook


def parts(text):
    """A text cell's parts, each of which begins a slide or goes on with one; no references."""
    text = BADGE.sub("", text)
    for mark in LEFT_OUT:
        text = text.split(mark)[0]
    return [part.strip() for part in BREAK.split(text) if part.strip()]


def with_mathml(text):
    """Markdown with its formulas as MathML, which browsers draw without a script.

    Raises:
        ImportError: if latex2mathml is not installed.
    """
    from tools.site.mathml import mathml  # needed by slides with formulas only

    def drawn(found):
        block, inline = found.groups()
        formula = mathml(block or inline, "block" if block else "inline")
        return re.sub(r">([^<]*)<", lambda one: f">{one[1].translate(MARKUP)}<", formula)

    pieces = CODE.split(text)
    pieces[::2] = [FORMULA.sub(drawn, piece) for piece in pieces[::2]]
    return "".join(pieces)


def _marked(cell, kind):
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


if __name__ == "__main__":
    main(words("tools.slides", __doc__))
