"""The handout as one page for printing, its pictures drawn by the course.

    python -m tools.handout          (build/handout.html)

docs/teaching/handout.md says where a picture goes: ``<!-- figure: problem -->``.
"""

import base64
import io
import re
from html import escape

from nbconvert.filters.markdown import markdown2html

from course_lib import classical, data, masks, plots
from course_lib.plots.page import as_html
from tools.project import ROOT, words
from tools.slides import with_mathml

SOURCE = ROOT / "docs" / "teaching" / "handout.md"
FIGURE = re.compile(r"^<!-- figure: (\w+) -->$", re.MULTILINE)
FOR_THE_WEB = re.compile(r"^`make handout`.*?\n\n", re.MULTILINE | re.DOTALL)
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 12mm; }}
body {{ font: 10pt/1.3 sans-serif; max-width: 186mm; margin: auto; }}
h1 {{ font-size: 15pt; margin: 0 0 2mm; }} p {{ margin: 0 0 1.7mm; }}
img {{ display: block; max-width: 100%; max-height: 45mm; margin: 1mm auto; }}
.anchor-link {{ display: none; }}
</style></head><body>
{body}
</body></html>
"""


def problem():
    """A picture, what is missing, what is left, and how deep it lies."""
    picture, mask = _damage()
    depth = plots.depth_map({"mask": mask})
    return [
        (
            plots.figure(
                [picture, mask, masks.damage(picture, mask)],
                titles=["picture", "mask: white = missing", "damaged"],
            ),
            "A cup of coffee, a mask of brush strokes, the cup with black strokes.",
        ),
        (depth, "The mask, and how far each missing pixel is from a known one."),
    ]


def fills():
    """What four methods of Part I write into the hole."""
    picture, mask = _damage()
    names = ("nearest", "harmonic", "fast_marching", "exemplar")
    damaged = masks.damage(picture, mask)
    drawn = plots.figure([classical.METHODS[name](damaged, mask) for name in names], titles=names)
    return [(drawn, "Four fills: steps, a smooth one, streaks, copied patches.")]


FIGURES = {"problem": problem, "fills": fills}


def page(text):
    """The handout's HTML.

    Args:
        text: its Markdown.

    Raises:
        KeyError: if it names a figure that is not drawn here.
    """
    title = text.splitlines()[0].removeprefix("# ")
    pieces = FIGURE.split(FOR_THE_WEB.sub("", text))
    pieces[::2] = [markdown2html(with_mathml(piece)) for piece in pieces[::2]]
    pieces[1::2] = ["".join(map(_html, FIGURES[name]())) for name in pieces[1::2]]
    return PAGE.format(title=escape(title), body="".join(pieces))


def _damage():
    picture = data.photo("coffee")[60:188, 210:338]
    return picture, masks.brush_strokes(1, 128, seed=11)[0]


def _html(drawing):
    figure, alt = drawing
    stored = io.BytesIO()
    figure.savefig(stored, format="png", dpi=110)
    return as_html("image/png", base64.b64encode(stored.getvalue()).decode(), alt)


def main():
    target = ROOT / "build" / "handout.html"
    target.parent.mkdir(exist_ok=True)
    target.write_text(page(SOURCE.read_text(encoding="utf-8")), encoding="utf-8")
    print(target.relative_to(ROOT).as_posix())


if __name__ == "__main__":
    words("tools.handout", __doc__, 0)
    main()
