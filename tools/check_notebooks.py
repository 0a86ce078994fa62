"""What every committed notebook must be; each check returns its problems, one sentence each.

python -m tools.check_notebooks notebooks/*.ipynb solutions/*.ipynb exercises/*.ipynb
"""

import copy
import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import nbformat

from tools import exercises
from tools.build_notebooks import IMAGES, WIDGET_VIEW, alternative_texts
from tools.project import publication, words
from tools.render import badge, launch_cell, render

LARGEST = 600_000  # bytes
LAUNCH_LINES = 8
CODE_WIDTH = 100  # characters: longer lines must be scrolled sideways
SHORTEST_ALT = 20  # characters
HEADINGS = ("Questions", "Key points", "References")
SECRETS = {
    "a W&B key": r"\bwandb_v\d+_\w{20,}|(?<![0-9a-zA-Z])[0-9a-f]{40}(?![0-9a-zA-Z])",
    "a Hugging Face token": r"\bhf_[A-Za-z0-9]{20,}",
    "a GitHub token": r"\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})",
    "an AWS key": r"\bAKIA[0-9A-Z]{16}\b",
    "a Google key": r"\bAIza[0-9A-Za-z_-]{35}",
    "an OpenAI key": r"\bsk-[A-Za-z0-9_-]{20,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
}
# What an output may be and a cell may say of itself: anything else could run, or be hidden.
SHOWN = {"text/plain", "text/html", "text/markdown", "image/png", "image/jpeg", "image/webp"}
SAID = {"tags", "mystnb", "nbgrader"}
ACTIVE = {"script", "iframe", "frame", "object", "embed", "form", "link", "meta", "base", "svg",
          "foreignobject"}  # fmt: skip
ABSOLUTE_PATH = (
    r"(?<![\w.~-])/(home|root|tmp|work|Users|mnt|private|var/folders)/[\w.-]+|[A-Z]:\\+Users"
)


def problems(path):
    """All problems of one committed notebook, a lesson, a solution or an exercise by its folder.

    The source of a lesson or solution is looked for in ``src`` beside it; an exercise is compared
    with its solution.
    """
    path = Path(path)
    kind = path.parent.name
    source = path.parent / "src" / f"{path.stem}.py"
    if kind != "exercises" and not source.exists():
        return [f"It has no source {source.parent.name}/{source.name}: write it or delete both."]
    try:
        # nbformat.read would mend some faults silently, a repeated cell id for one.
        notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
    except ValueError:  # also of UTF-8 that is cut off
        return ["It is cut off or no notebook: type make notebooks, or take it from git again."]
    if kind == "exercises":
        found = check_cut(notebook, path.parents[1] / "solutions" / path.name)
    else:
        rendered = exercises.render_solution(source) if kind == "solutions" else render(source)
        found = check_source(notebook, rendered) + check_execution(notebook)
    for check in CHECKS:
        found += check(notebook)
    if kind == "notebooks":
        found += check_skeleton(notebook)
    found += check_launch(notebook, path.stem, publication(), kind)
    return found + check_links(notebook, path.parent) + check_size(path)


def check_cut(notebook, solution_path):
    """An exercise is its solution without the answers, and holds nothing that was run."""
    if not solution_path.exists():
        return [f"It has no solution solutions/{solution_path.name}: write it or delete this."]
    solution = nbformat.v4.reads(solution_path.read_text(encoding="utf-8"))
    found = []
    if notebook != exercises.exercise(solution):
        found.append("It is not what its solution gives: type make notebooks.")
    if any(cell.outputs or cell.execution_count for cell in _code(notebook)):
        found.append("It holds outputs: type make notebooks.")
    if "SOLUTION" in (text := "".join(cell.source for cell in notebook.cells)) or "HIDDEN" in text:
        found.append("It holds a part of a solution: type make notebooks.")
    return found


def check_source(notebook, rendered):
    """Cells and their ids, tags and metadata are exactly what the source renders to."""
    found = []
    if len(notebook.cells) != len(rendered.cells):
        found.append(
            f"It has {len(notebook.cells)} cells and its source {len(rendered.cells)}: "
            "type make notebooks."
        )
    for number, (cell, fresh) in enumerate(zip(notebook.cells, rendered.cells, strict=False)):
        if _text_of(cell) != _text_of(fresh):
            found.append(f"Cell {number} differs from its source: type make notebooks.")
    if notebook.metadata != rendered.metadata:
        found.append("The notebook's metadata differ from the source's: type make notebooks.")
    return found


def check_execution(notebook):
    """Every code cell was run once, from the top."""
    counts = [cell.execution_count for cell in _code(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        return [f"It was not executed from the top in order (counts {counts}): make notebooks."]
    return []


def check_outputs(notebook):
    """No traceback, no NaN in a table, no bare object, nothing that only a live kernel shows."""
    found = []
    for number, output in _outputs(notebook):
        if output.output_type == "error":
            found.append(f"Cell {number} holds the traceback of a {output.ename}.")
        if WIDGET_VIEW in output.get("data", {}):
            found.append(f"Cell {number} holds a widget view, which no file shows: make notebooks.")
        if re.search(r" at 0x[0-9a-f]{6}", output.get("text", "")):
            found.append(f"Cell {number} prints where an object lies in memory: show what it is.")
        if "<td>NaN</td>" in output.get("data", {}).get("text/html", ""):
            found.append(f"Cell {number} shows NaN in a table: show a dash where nothing is.")
    return found


def check_active(notebook):
    """Nothing that a page would run, in an output or in the prose."""
    prose = [
        (f"Cell {number}", cell.source)
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type != "code"
    ]
    found = []
    for number, output in _outputs(notebook):
        place, data = f"An output of cell {number}", output.get("data", {})
        for kind in set(data) - SHOWN - {WIDGET_VIEW}:
            found.append(f"{place} is {kind}, which may run something: show it another way.")
        prose += [(place, data.get(kind, "")) for kind in ("text/html", "text/markdown")]
    for place, text in prose:
        page = _Active()
        page.feed(text)
        for what in page.found:
            found.append(f"{place} holds {what}, which a page would run: take it out.")
    return found


def check_hidden(notebook):
    """No input or output is folded away, and no file lies in a cell."""
    found = []
    for number, cell in enumerate(notebook.cells):
        said = sorted(set(cell.metadata) - SAID) + ["attachments"] * ("attachments" in cell)
        found += [f"Cell {number} says {one} of itself: take it out." for one in said]
    return found


class _Active(HTMLParser):
    """Collects tags and attributes that run something."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag in ACTIVE:
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or address.startswith(("javascript:", "vbscript:")):
                self.found.append(f"{name}=")


def check_secrets(notebook):
    return [
        f"{place} holds what looks like {kind}: take it out and revoke it."
        for place, text in _texts(notebook)
        for kind, pattern in SECRETS.items()
        if re.search(pattern, text)
    ]


def check_paths(notebook):
    return [
        f"{place} holds the absolute path {found[0]}…: it exists on one computer only."
        for place, text in _texts(notebook)
        if (found := re.search(ABSOLUTE_PATH, text))
    ]


def check_ids(notebook):
    repeated = [name for name, n in Counter(cell.id for cell in notebook.cells).items() if n > 1]
    return [f"The cell id {name} is repeated." for name in repeated]


def check_width(notebook):
    return [
        f"Cell {number} has a line of code longer than {CODE_WIDTH} characters: break it."
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        and any(len(line) > CODE_WIDTH for line in cell.source.splitlines())
    ]


def check_size(path):
    size = Path(path).stat().st_size
    if size > LARGEST:
        return [f"It has {size / 1000:.0f} kB, more than {LARGEST / 1000:.0f}: show less."]
    return []


def check_figures(notebook):
    """Each picture is described in words, for screen readers and site generators, and captioned."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        alts = [alt for output in cell.outputs for alt in alternative_texts(output)]
        captions = [output for output in cell.outputs if "text/markdown" in output.get("data", {})]
        in_cell = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        for alt in alts:
            if len(alt.strip()) < SHORTEST_ALT:
                found.append(f"Cell {number} has a picture without alternative text: plots.show.")
            elif alt not in in_cell:
                found.append(f"Cell {number} lacks the alternative text in its metadata.")
        if len(captions) < len(alts):
            found.append(f"Cell {number} has a picture without a caption: plots.show.")
    return found


def check_opening(notebook):
    """One title, at the top; right after its cell the launch cell."""
    found = []
    titles = [
        (number, line)
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for line in _prose(cell.source)
        if re.match(r"# ", line)
    ]
    if len(titles) != 1:
        found.append(f"It has {len(titles)} titles (# …), but a lesson has one.")
    first = notebook.cells[0]
    if first.cell_type != "markdown" or not first.source.startswith("# "):
        found.append("Its first cell does not begin with the title (# …).")
    return found


def check_launch(notebook, name, published, kind="notebooks"):
    """The badge stands right under the title, the launch cell right after; both as stamped."""
    found = []
    lines = [line for line in notebook.cells[0].source.splitlines() if line.strip()]
    if lines[1:2] != [badge(name, published, "notebooks" if kind == "notebooks" else "exercises")]:
        found.append("The Colab badge does not stand right under the title: make restamp.")
    launch = notebook.cells[1] if len(notebook.cells) > 1 else notebook.cells[0]
    if launch.cell_type != "code" or launch.source != launch_cell(published):
        found.append("The launch cell does not stand right after the title cell: make restamp.")
    elif len(launch.source.splitlines()) > LAUNCH_LINES:
        found.append(f"The launch cell has more than {LAUNCH_LINES} lines.")
    return found


def check_skeleton(notebook):
    """The parts that every lesson has."""
    prose = "\n".join(
        line
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in _prose(cell.source)
    )
    found = [
        f'The heading "{heading}" is missing.'
        for heading in HEADINGS
        if not re.search(rf"^##+ .*{heading}", prose, re.MULTILINE | re.IGNORECASE)
    ]
    if not re.search(r"You need\b.* minutes", notebook.cells[0].source, re.S | re.I):
        found.append('Its first cell does not say "You need …" and how many minutes it takes.')
    questions = re.search(r"^##+ .*Questions.*?(?=^## |\Z)", prose, re.M | re.S | re.I)
    if questions and "<details" not in questions[0]:
        found.append("Its questions fold no answer in <details>.")
    return found


def check_schema(notebook):
    """Notebook format 4.5."""
    try:
        nbformat.validate(copy.deepcopy(notebook))  # a copy: it mends repeated ids
    except nbformat.ValidationError as error:
        return [f"It is not a valid notebook ({error.message}): build it again."]
    return []


def check_links(notebook, folder):
    """Relative links and pictures lead to files that exist."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown":
            continue
        text = "\n".join(_prose(cell.source))
        targets = re.findall(r"\]\(\s*<?([^)\s>]+)", text)
        targets += re.findall(r"""(?:src|href)=["']([^"']+)""", text)
        for target in targets:
            if re.match(r"[a-zA-Z][\w+.-]*:|#|//", target):
                continue
            if not (Path(folder) / target.split("#")[0]).exists():
                found.append(f"Cell {number} links to {target}, which does not exist.")
    return found


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _outputs(notebook):
    return [
        (number, output)
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        for output in cell.outputs
    ]


def _text_of(cell):
    """What of a cell comes from its source: all but outputs and the figures' description."""
    metadata = {key: value for key, value in cell.metadata.items() if key != "mystnb"}
    return cell.cell_type, cell.source, cell.id, metadata


def _texts(notebook):
    """(place, text) of every source and of every output that is text."""
    for number, cell in enumerate(notebook.cells):
        yield f"Cell {number}", cell.source
    for number, output in _outputs(notebook):
        place = f"An output of cell {number}"
        yield place, output.get("text", "") + "\n".join(output.get("traceback", []))
        for media_type, content in output.get("data", {}).items():
            if media_type not in IMAGES or media_type == "image/svg+xml":
                yield place, content if isinstance(content, str) else repr(content)


def _prose(text):
    """The lines of a Markdown text that are not in a code fence."""
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced:
            yield line


CHECKS = (
    check_outputs,
    check_active,
    check_hidden,
    check_secrets,
    check_paths,
    check_ids,
    check_width,
    check_figures,
    check_opening,
    check_schema,
)  # of every notebook, whatever its kind


def main(paths):
    if not paths:
        print(__doc__.strip())
        return 2
    found = [f"{path}: {problem}" for path in paths for problem in problems(path)]
    print("\n".join(found) or f"{len(paths)} notebooks, no problem.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(words("tools.check_notebooks", __doc__)))
