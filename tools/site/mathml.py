"""A Sphinx extension: formulas become MathML while the page is built, so that no script must."""

import re
from html import unescape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from docutils.nodes import SkipNode
from latex2mathml.converter import convert_to_element

BARE = re.compile(r"\\(mathbf|mathrm|mathit|mathcal)\s+(\w)")
FUNCTIONS = {"cos", "exp", "ln", "log", "sin"}
# Browsers know no mathvariant="bold": they want the bold letters of Unicode.
BOLD = {ord("A"): 0x1D400, ord("a"): 0x1D41A, ord("0"): 0x1D7CE}


def mathml(formula, display="inline"):
    """MathML of a LaTeX formula.

    Args:
        formula: LaTeX, without dollars.
        display: "inline" or "block".

    Returns:
        str, one ``<math>`` element.

    Raises:
        ValueError: if the formula cannot be converted.

    Example:
        >>> mathml("x^2").startswith('<math xmlns="http://www.w3.org/1998/Math/MathML"')
        True
    """
    try:
        element = convert_to_element(BARE.sub(r"\\\1{\2}", formula), display=display)
    except Exception as error:
        raise ValueError(
            f"this formula cannot become MathML ({type(error).__name__}): {formula}"
        ) from None
    for part in element.iter():
        variant = part.attrib.pop("mathvariant", None)
        if variant == "normal":  # the only one that browsers know
            part.set("mathvariant", variant)
        letters = unescape(part.text or "")
        part.text = "".join(map(_bold, letters)) if variant == "bold" else letters
    for row in list(element.iter()):
        _space(row)
    return ElementTree.tostring(element, encoding="unicode")


def _space(row):
    """As TeX does: 10 log 2, but log(2); |a|; and a sign after "=" stands close to its number."""
    parts = list(row) if row.tag in ("math", "mrow", "msqrt", "mtd") else []
    for place in reversed(range(len(parts))):
        part, before = parts[place], parts[place - 1] if place else None
        apart = before is not None and (before.tag != "mo" or before.text == ")")
        if part.tag == "mo" and part.text == "|":
            part.attrib.update(lspace="0", rspace="0")
        elif part.tag == "mo" and part.text in ("+", "−") and not apart:
            part.set("form", "prefix")
        elif _first(part).text in FUNCTIONS:
            if place + 1 < len(parts) and _first(parts[place + 1]).text != "(":
                row.insert(place + 1, Element("mspace", width="0.17em"))
            if apart:
                row.insert(place, Element("mspace", width="0.17em"))


def _first(part):
    """What stands first in an element: the letters of log with its base, a bracket."""
    return _first(part[0]) if len(part) and part.tag != "mfrac" else part


def _bold(letter):
    for first, bold in BOLD.items():
        width = 10 if first == ord("0") else 26
        if 0 <= ord(letter) - first < width:
            return chr(bold + ord(letter) - first)
    return letter


def visit_inline(translator, node):
    translator.body.append(f'<span class="math">{mathml(node.astext())}</span>')
    raise SkipNode


def visit_block(translator, node):
    formula = mathml(node.astext(), "block")
    translator.body.append(f'<div class="math" tabindex="0">{formula}</div>\n')
    raise SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
