"""The first page: a photograph repaired by the course, and the course's parts."""

import base64
import io
from html import escape

import nbformat
from PIL import Image

from course_lib import data, restoration
from tools.build_notebooks import IMAGES, alternative_texts
from tools.project import ROOT
from tools.site import contents, launch

CROP = (slice(0, 400), slice(60, 460))  # of the portrait: face, suit, shuttle
WEAR = ("scratches", "blotches", "writing")
METHOD = "biharmonic"  # trained on nothing, so on no part of this portrait either
THUMBNAIL = (320, 240)
EMPTY = 10_000  # bytes: a smaller figure shows next to nothing at a thumbnail's size


def write(folder, target):
    """Write index.md, which also says what the site consists of, and its pictures.

    Args:
        folder: what Sphinx reads.
        target: the site, for the parts that were built before.
    """
    pictures = target / "pictures"
    pictures.mkdir(exist_ok=True)
    parts = contents.parts()
    share = repair(pictures)
    for part in parts:
        for lesson in part.lessons:
            thumbnail(lesson.path).save(pictures / f"{lesson.number}.webp", quality=80)
    page = (ROOT / "site" / "index.md").read_text(encoding="utf-8")
    fillings = {
        "share": f"{100 * share:.0f}",
        "method": METHOD,
        "buttons": buttons(parts[0].lessons[0], target),
        "parts": "\n".join(map(part_section, parts)),
        "trees": trees(parts),
    }
    for name, filling in fillings.items():
        page = page.replace("{{" + name + "}}", filling)
    (folder / "index.md").write_text(page, encoding="utf-8")


def repair(folder):
    """Wear the portrait, repair it, save both; returns the share of missing pixels."""
    worn = restoration.worn(data.photo("astronaut")[CROP], WEAR, seed=3)
    repaired = restoration.restore(worn.picture, worn.mask, METHOD)
    for name, picture in (("before", worn.picture), ("after", repaired)):
        pixels = (255 * picture).round().astype("uint8")
        Image.fromarray(pixels).save(folder / f"{name}.webp", quality=88)
    return worn.mask.mean()


def first_figure(path):
    """(bytes, alternative text) of the first figure of a notebook that shows enough."""
    figures = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            for media_type in set(output.get("data", {})) & set(IMAGES[:3]):
                content = base64.b64decode(output.data[media_type])
                figures.append((content, alternative_texts(output)[0]))
    return next((figure for figure in figures if len(figure[0]) > EMPTY), figures[0])


def thumbnail(path):
    """A small picture of a lesson, as wide as the cards or as high."""
    picture = Image.open(io.BytesIO(first_figure(path)[0])).convert("RGB")
    picture.thumbnail((2 * THUMBNAIL[0], 2 * THUMBNAIL[1]))
    return picture


def buttons(first, target):
    """The page's first links: begin here, in the browser or with your own picture."""
    name = f"notebooks/{first.path.stem}"
    links = [("Start with lesson 00", f"{name}.html")]
    lite = launch.in_browser(f"{name}.ipynb", target)
    if lite:
        links.append(("Run it in your browser", lite))
    if (target / "try" / "index.html").is_file():
        links.append(("Try it on your own picture", "try/index.html"))
    links.append(("Other ways to run it", "docs/platforms.html"))
    return "\n".join(f'<a href="{address}">{text}</a>' for text, address in links)


def part_section(part):
    """A part's heading and a card for each of its lessons."""
    cards = "\n".join(map(card, part.lessons))
    return (
        f"## {part.title}\n\n{len(part.lessons)} lessons, about {part.minutes} minutes.\n\n"
        f'<ul class="cards">\n{cards}\n</ul>\n'
    )


def card(lesson):
    """A lesson's card. Its picture is decoration: the title beside it says where it leads."""
    return (
        f'<li><a href="notebooks/{lesson.path.stem}.html">'
        f'<img src="pictures/{lesson.number}.webp" alt="" loading="lazy">'
        f"<strong>{lesson.number} {escape(lesson.title)}</strong></a>"
        f"<span>{escape(lesson.insight)}</span> <small>{lesson.minutes} minutes</small></li>"
    )


def trees(parts):
    """The site's contents as Sphinx's trees: lessons by part, exercises, what else there is."""
    listed = [
        (
            part.title,
            [f"{one.number} {one.title} <notebooks/{one.path.stem}>" for one in part.lessons],
        )
        for part in parts
    ]
    listed.append(("Practice", ["exercises/index", "solutions/index"]))
    docs = [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs").glob("*/README.md"))]
    names = [path.relative_to(ROOT).as_posix() for path in docs]
    rest = [*names, "benchmarks/RESULTS.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    listed.append(("More", [name.removesuffix(".md") for name in rest]))
    return "\n".join(
        f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(pages) + "\n```\n"
        for caption, pages in listed
    )
