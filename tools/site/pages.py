"""The site's pages, by Sphinx: no notebook is executed, nothing is fetched."""

import html
import re
import shutil
import tempfile
from pathlib import Path

from sphinx.cmd.build import build_main

from tools.project import ROOT, publication
from tools.site import landing, staging

PRINTED = re.compile(
    r'(<div class="output stream[^>]*><div class="highlight"><pre)(><span></span>)([^<]*)'
)
ROW = re.compile(r"(?m)^.*\S {2,}\S.*\d")  # a gap, and a number behind it

MENDS = [
    (re.compile(pattern), better)
    for pattern, better in (
        # Draws icons that the theme's own fonts draw as well, and is half of a page's weight.
        (r"<script[^>]*fontawesome\.js[^>]*></script>|<link[^>]*fontawesome\.js[^>]*>", ""),
        # A table's corner: a header without a word is not a header.
        (
            r"(<th[^>]*>)\s*(?:<p>\s*</p>)?\s*(</th>)",
            r'\1<span class="visually-hidden">row</span>\2',
        ),
        # No line begins with the full stop after a formula.
        (
            r'<span class="math"><math(?:(?!</math>).)*</math></span>[.,:;?!)]+',
            r'<span class="together">\g<0></span>',
        ),
        # What a phone shows in a frame of its own.
        (
            r'(?m)^<img [^>]*class="(?:wide|middling)"[^>]*>$',
            r'<div class="frame">\g<0></div>',
        ),
        # A search button is named by what one sees in it.
        (r'(<button class="[^"]*search-button-field[^>]*?) aria-label="Search"', r"\1"),
        # What folds a list of pages out, and the site's name, as a screen reader finds them.
        (r'<summary>(?=<span class="toctree-toggle")', '<summary aria-label="Pages below">'),
        (
            r'<div class="sidebar-primary-item">(?=\s*<a class="navbar-brand)',
            '<div class="sidebar-primary-item" role="banner">',
        ),
    )
]


def build(target):
    """Write the pages into the folder ``target``, around what other parts wrote there.

    Raises:
        RuntimeError: if Sphinx finds a fault, such as a link to a page that is not there.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, built = Path(folder) / "source", Path(folder) / "built"
        source.mkdir()
        staging.stage(source, target, publication())
        landing.write(source, target)
        conf = ROOT / "site"
        done = build_main(["-q", "-W", "--keep-going", "-c", str(conf), str(source), str(built)])
        if done:
            raise RuntimeError("Sphinx did not build the pages: the lines above say why.")
        for page in built.rglob("*.html"):
            page.write_text(finished(page.read_text(encoding="utf-8")), encoding="utf-8")
        shutil.copytree(built, target, dirs_exist_ok=True)


def finished(page):
    """A built page's HTML without what a reader need not load, and with what it lacks."""
    for pattern, better in MENDS:
        page = pattern.sub(better, page)
    return PRINTED.sub(_columns, page)


def _columns(printed):
    """A printed table named as such: on a phone its rows are not broken (course.css)."""
    head, tail, text = printed.groups()
    rows = ROW.findall(html.unescape(text))
    return f'{head} class="columns"{tail}{text}' if len(rows) > 1 else printed[0]
