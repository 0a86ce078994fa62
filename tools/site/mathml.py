"""A Sphinx extension: formulas become MathML while the page is built, so that no script must."""

import re
from html import unescape
from xml.etree import ElementTree

from docutils.nodes import SkipNode
from latex2mathml.converter import convert_to_element

BARE = re.compile(r"\\(mathbf|mathrm|mathit|mathcal)\s+(\w)")
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
        bold = part.attrib.pop("mathvariant", None) == "bold"
        letters = unescape(part.text or "")
        part.text = "".join(map(_bold, letters)) if bold else letters
    return ElementTree.tostring(element, encoding="unicode")


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
