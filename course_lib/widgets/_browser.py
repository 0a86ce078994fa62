"""The widgets' own JavaScript and CSS: small files here, one module on the page."""

from pathlib import Path

FOLDER = Path(__file__).with_name("browser")


def joined(*names):
    """The text of some files of the folder, one after the other: a browser is given one module."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
