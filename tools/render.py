"""From a lesson's text source to a notebook without outputs, always the same one.

A source is a jupytext py:percent script. Four placeholders are filled in:

* ``{{badge}}`` in the title cell: the Colab badge;
* ``# {{launch}}``, alone in a code cell: the cell that installs the library on Colab and Kaggle;
* ``{{exercise}}`` and ``{{next}}`` in the closing cell, each on a line of its own: a link to the
  lesson's exercise and to the next lesson, or no line at all where there is none yet.
"""

import hashlib
import re
from collections import Counter
from pathlib import Path

import jupytext
import nbformat

from tools.project import publication

LAUNCH_OPENING = "# On Google Colab"  # of every launch cell, older ones too
LAUNCH_PLACEHOLDER = "# {{launch}}"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}


def render(source_path, published=None):
    """Render one source.

    Args:
        source_path: the text source, ``.../notebooks/src/NN_name.py``; links are written to
            what exists around it.
        published: a ``Publication`` (default: pyproject.toml's).

    Returns:
        A ``NotebookNode`` without outputs. The same source gives the same notebook: cell ids
        are made from the source's text, so a stamped address does not change them.

    Raises:
        ValueError: if the source has no title, or a placeholder is misplaced.
    """
    source_path = Path(source_path)
    published = published or publication()
    script = jupytext.read(source_path, fmt="py:percent")
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL, "language_info": LANGUAGE})
    if "accelerator" in script.metadata:
        notebook.metadata["accelerator"] = script.metadata["accelerator"]
    seen = Counter()
    for cell in script.cells:
        cell_id = _cell_id(cell, seen)
        if cell.cell_type == "code":
            text = _fill_code(cell.source, published)
            made = nbformat.v4.new_code_cell(text, id=cell_id)
        else:
            text = _fill_markdown(cell.source, source_path, published)
            made = nbformat.v4.new_markdown_cell(text, id=cell_id)
        if "tags" in cell.metadata:
            made.metadata["tags"] = list(cell.metadata["tags"])
        notebook.cells.append(made)
    whole = "\n".join(cell.source for cell in notebook.cells)
    leftover = re.search(r"\{\{(badge|launch|exercise|next)\}\}", whole)
    if leftover:
        raise ValueError(
            f"{source_path.name} has {leftover[0]} in a wrong place: # {{{{launch}}}} stands alone "
            "in a code cell, {{badge}}, {{exercise}} and {{next}} stand in Markdown cells."
        )
    return notebook


def title(source_path):
    """The lesson's title: the text of its H1."""
    for cell in jupytext.read(source_path, fmt="py:percent").cells:
        found = re.search(r"^# (.+)$", cell.source, re.MULTILINE)
        if cell.cell_type == "markdown" and found:
            return found[1].strip()
    raise ValueError(f'{Path(source_path).name} has no title: begin it with a cell "# Title".')


def badge(name, published, folder="notebooks"):
    """The Markdown badge that opens ``<folder>/<name>.ipynb`` on Colab, at the tag."""
    path = published.address.removeprefix("https://github.com/")
    return (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        f"(https://colab.research.google.com/github/{path}/blob/{published.tag}"
        f"/{folder}/{name}.ipynb)"
    )


def launch_cell(published):
    """The first code cell: nothing on your own computer, the library's installation elsewhere."""
    return (
        f"{LAUNCH_OPENING} and Kaggle this cell installs the course's library; "
        "elsewhere it does nothing.\n"
        "import os\n"
        "import sys\n"
        "\n"
        'if "google.colab" in sys.modules or "KAGGLE_KERNEL_RUN_TYPE" in os.environ:\n'
        f"    %pip install --quiet --no-deps git+{published.address}@{published.tag}"
    )


def _cell_id(cell, seen):
    text = f"{cell.cell_type}\n{cell.source}"
    seen[text] += 1
    return hashlib.sha256(f"{text}\n{seen[text]}".encode()).hexdigest()[:12]


def _fill_code(text, published):
    return launch_cell(published) if text.strip() == LAUNCH_PLACEHOLDER else text


def _fill_markdown(text, source_path, published):
    lines = []
    for line in text.split("\n"):
        if "{{badge}}" in line:
            folder = "exercises" if source_path.parents[1].name == "solutions" else "notebooks"
            line = line.replace("{{badge}}", badge(source_path.stem, published, folder))
        for placeholder, link in (("{{exercise}}", _exercise), ("{{next}}", _next_lesson)):
            if line is not None and placeholder in line:
                target = link(source_path)
                line = None if target is None else line.replace(placeholder, target)
        if line is not None:
            lines.append(line)
    return "\n".join(lines).strip("\n")


def _exercise(source_path):
    """A link to the exercise with the lesson's number, by its title, if there is one."""
    root, number = source_path.parents[2], source_path.stem[:2]
    found = sorted((root / "solutions" / "src").glob(f"{number}_*.py"))
    if not found:
        return None
    return f"**[{title(found[0])}](../exercises/{found[0].stem}.ipynb)**"


def _next_lesson(source_path):
    """A link to the next lesson that there is; numbers may be missing on the way."""
    lessons = sorted(source_path.parent.glob("[0-9][0-9]_*.py"))
    found = [path for path in lessons if path.stem[:2] > source_path.stem[:2]]
    return f"**Next:** [{title(found[0])}]({found[0].stem}.ipynb)" if found else None
