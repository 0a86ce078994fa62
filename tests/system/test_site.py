"""Every page of the web site in a real browser: readable by everyone, complete, and alone.

The site is built once. Each page is opened wide and dark, then narrow and light, over a server on
loopback, and everything that it asks for is written down.
"""

import json
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest

from tests.helpers import skip_or_fail
from tests.pages import served
from tools.project import EXERCISES, NOTEBOOKS, ROOT, SOLUTIONS

HEAVIEST = 2_000_000  # bytes that one page may ask for
VISITS = {
    "wide and dark": ({"width": 1280, "height": 900}, "dark", {}),
    # What the first visit found out about names and structure holds here too.
    "narrow and light": (
        {"width": 360, "height": 800},
        "light",
        {"rules": ["color-contrast", "target-size"]},
    ),
}
LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))"
ANCHORS = "[...document.querySelectorAll('[id]')].map(part => part.id)"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT = """[...document.querySelectorAll('.bd-article pre')]
    .filter(code => code.scrollWidth > code.clientWidth + 1).map(code => code.innerText)"""
ON_PAPER = """[...document.querySelectorAll('.bd-article :is(pre, table)')]
    .filter(part => part.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(part => part.innerText.slice(0, 80))"""
UNDESCRIBED = "[...document.images].filter(image => !image.hasAttribute('alt')).map(i => i.src)"
BROKEN = "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"


class Visit:
    """What one page said, asked for and showed."""

    def __init__(self):
        self.faults, self.bytes, self.elsewhere = [], 0, []
        self.findings, self.links, self.anchors = [], [], set()
        self.too_wide, self.pictures, self.cut = 0, [], []


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site's pages; what they lead to of the other parts (tested elsewhere) is a stand-in."""
    try:
        from tools.site import pages
    except ImportError:
        skip_or_fail('what builds the site is not installed: pip install -e ".[site]"')
    target = tmp_path_factory.mktemp("site")
    offered = {"notebooks/00_first_repair": "lite/notebooks/index.html?path=00_first_repair.ipynb"}
    stand_ins = {
        "lite/lessons.json": json.dumps(offered),
        "lite/notebooks/index.html": "",
        "try/index.html": "",
    }
    for name, text in stand_ins.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text)
    pages.build(target)
    return target


@pytest.fixture(scope="module")
def address(site):
    with served(site) as address:
        yield f"{address}/"


@pytest.fixture(scope="module")
def pages(site):
    """The pages that Sphinx wrote, as paths from the site's top."""
    parts = ("lite", "try", "_static")
    found = [path.relative_to(site) for path in sorted(site.rglob("*.html"))]
    return [path.as_posix() for path in found if path.parts[0] not in parts]


@pytest.fixture(scope="module")
def visits(chromium, address, pages, axe_faults):
    """{how: {page: its Visit}}"""
    seen = {}
    for how, (viewport, scheme, asked) in VISITS.items():
        page = chromium.new_page(viewport=viewport, color_scheme=scheme)
        seen[how] = {}
        for name in pages:
            seen[how][name] = visited(page, address, name)
            seen[how][name].findings = axe_faults(page, **asked)
        page.close()
    return seen


def visited(page, address, name):
    visit = Visit()
    listeners = {
        "console": lambda said: said.type == "error" and visit.faults.append(said.text),
        "pageerror": lambda error: visit.faults.append(str(error)),
        "response": lambda response: count(visit, response, address),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    page.goto(address + name)
    visit.links, visit.anchors = page.evaluate(LINKS), set(page.evaluate(ANCHORS))
    visit.too_wide, visit.cut = page.evaluate(TOO_WIDE), page.evaluate(CUT)
    visit.pictures = page.evaluate(UNDESCRIBED) + page.evaluate(BROKEN)
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    return visit


def count(visit, response, address):
    if response.url.startswith("data:"):
        return
    if not response.url.startswith(address):
        visit.elsewhere.append(response.url)
    visit.bytes += int(response.headers.get("content-length", 0))


def every(visits, quality):
    """{how and page: what it has}, of the pages that have something."""
    found = {
        f"{name}, {how}": quality(visit)
        for how, pages in visits.items()
        for name, visit in pages.items()
    }
    return {where: what for where, what in found.items() if what}


def test_every_notebook_and_text_has_its_page(pages):
    homes = (NOTEBOOKS, EXERCISES, SOLUTIONS)
    sources = [path for home in homes for path in home.glob("[0-9]*.ipynb")]
    sources += [*(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "RESULTS.md"]
    wanted = {path.relative_to(ROOT).with_suffix(".html").as_posix() for path in sources}
    assert len(wanted) > 40 and wanted | {"index.html"} <= set(pages)


def test_axe_finds_nothing(visits):
    assert every(visits, lambda visit: visit.findings) == {}


def test_no_page_reports_an_error(visits):
    assert every(visits, lambda visit: visit.faults) == {}


def test_nothing_is_asked_of_another_machine(visits):
    assert every(visits, lambda visit: visit.elsewhere) == {}


def test_no_page_is_heavier_than_two_megabytes(visits):
    weights = every(visits, lambda visit: visit.bytes)
    print(json.dumps(dict(sorted(weights.items(), key=lambda one: -one[1])[:3])))
    assert {where: weight for where, weight in weights.items() if weight > HEAVIEST} == {}
    assert min(weights.values()) > 10_000


def test_a_telephone_shows_every_page_without_scrolling_sideways(visits):
    assert every(visits, lambda visit: visit.too_wide) == {}


def test_a_wide_screen_shows_code_and_what_it_printed_whole(visits):
    assert every({"wide": visits["wide and dark"]}, lambda visit: visit.cut) == {}


@pytest.mark.parametrize(
    "name", ["docs/attacks", "notebooks/12_partial_unet", "benchmarks/RESULTS"]
)
def test_paper_shows_everything(chromium, address, name):
    """Between the margins of A4: no table ends early, and no answer is folded away."""
    page = chromium.new_page(viewport={"width": 718, "height": 1000})
    page.goto(f"{address}{name}.html")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(ON_PAPER) == []
    assert page.locator(".bd-article details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".bd-article details[open]").count() == 0
    page.close()


MORE = """[...document.querySelectorAll(".bd-article *")].filter(part =>
        part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX === "auto")
    .map(part => [part.dataset.more, part.tabIndex, part.getAttribute("aria-label") !== null])"""


# Puts the wide table into a fold that is closed, as an answer may have one, before the page's own
# script sees it.
FOLD = """document.addEventListener("DOMContentLoaded", () => {
    const cell = document.querySelector("table.dataframe").closest(".cell");
    const fold = document.createElement("details");
    cell.before(fold);
    fold.append(cell);
});"""


def test_what_slides_sideways_on_a_telephone_says_so(chromium, address):
    page = chromium.new_page(viewport=VISITS["narrow and light"][0])
    page.add_init_script(FOLD)
    page.goto(address + "notebooks/14_your_photograph.html")
    page.evaluate("document.querySelectorAll('details').forEach(part => (part.open = true))")
    page.wait_for_function("document.querySelector('details [data-more]')")
    said = page.evaluate(MORE)
    assert len(said) > 10 and all(one == ["right", 0, True] for one in said)
    frame = page.locator("[data-more]:has(table.dataframe)")
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("[data-more~=left]:has(table.dataframe)")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_function("!document.querySelector('[data-more]:has(table.dataframe)')")
    page.close()


def test_a_telephone_keeps_the_labels_of_figures_readable(chromium, address):
    page = chromium.new_page(viewport=VISITS["narrow and light"][0])
    page.goto(address + "notebooks/13_showdown.html", wait_until="load")
    widths = page.locator(".cell_output img").evaluate_all("all => all.map(one => one.width)")
    assert len(widths) > 4 and min(widths) == 448 and sum(width > 500 for width in widths) > 3
    page.close()


def test_every_picture_is_there_and_described(visits):
    assert every(visits, lambda visit: visit.pictures) == {}


def test_every_link_and_anchor_leads_somewhere(visits, site):
    seen, lost = visits["wide and dark"], []
    for name, visit in seen.items():
        for link in visit.links:
            path, anchor = urldefrag(urljoin(f"/{name}", link))
            if urlparse(link).scheme or link.startswith("//"):
                continue
            path = unquote(urlparse(path).path).lstrip("/")
            page = f"{path}index.html" if path.endswith("/") or not path else path
            known = seen[page].anchors if page in seen else None
            if not (site / page).is_file() or (
                anchor and known is not None and anchor not in known
            ):
                lost.append(f"{name}: {link}")
    assert lost == []


def test_links_elsewhere_are_https(visits):
    schemes = {
        link
        for visit in visits["wide and dark"].values()
        for link in visit.links
        if urlparse(link).scheme not in ("", "https", "mailto")
    }
    assert schemes == set()


def test_the_first_page_leads_to_what_was_built(visits):
    links = visits["wide and dark"]["index.html"].links
    assert "try/index.html" in links
    assert "lite/notebooks/index.html?path=00_first_repair.ipynb" in links


def test_search_works_without_a_network(chromium, address):
    page = chromium.new_page()
    page.goto(address + "search.html?q=exemplar")
    page.wait_for_selector("#search-results li a")
    found = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any("notebooks/05_texture_and_patches.html" in link for link in found)
    page.close()


def test_the_portrait_is_uncovered_by_the_slider(chromium, address):
    page = chromium.new_page()
    page.goto(address)
    slider, before = page.get_by_role("slider"), page.locator(".before-after img.before")
    shown = before.evaluate("image => getComputedStyle(image).clipPath")
    slider.focus()
    page.keyboard.press("Home")
    assert before.evaluate("image => getComputedStyle(image).clipPath") != shown
    assert slider.input_value() == "0"
    page.close()


def test_a_notebook_can_be_taken_along(chromium, address):
    page = chromium.new_page()
    page.goto(address + "notebooks/01_masks.html")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download this notebook").click()
    taken = waiting.value.path().read_bytes()
    assert taken == (NOTEBOOKS / "01_masks.ipynb").read_bytes()
    page.close()
