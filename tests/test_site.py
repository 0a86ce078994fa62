"""What the web site is put together from: formulas, links, contents. Its pages: tests/system."""

import base64
import importlib.util
import io
import json
import os
import re
import sys
import types
from xml.etree import ElementTree

import jupytext
import nbformat
import pytest
from PIL import Image

from tests.helpers import skip_or_fail
from tools.project import ROOT, SOLUTIONS, SOURCES, Publication
from tools.site import contents, launch, staging

try:
    from tools.site.mathml import mathml
except ImportError:
    mathml = None

READY = Publication("https://github.com/ada/inpainting-course", "v0.1.0", "0.1.0")
MATH = "{http://www.w3.org/1998/Math/MathML}"
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)
SCRIPTS = sorted([*SOURCES.glob("*.py"), *(SOLUTIONS / "src").glob("*.py")])


@pytest.fixture
def converted():
    """A formula's MathML, parsed."""
    if mathml is None:
        skip_or_fail('latex2mathml is not installed: pip install -e ".[site]"')
    return lambda formula: ElementTree.fromstring(mathml(formula))


def formulas(path):
    """Every formula in the text of a lesson or exercise."""
    for cell in jupytext.read(path, fmt="py:percent").cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"```.*?```|`[^`]*`", "", cell.source, flags=re.DOTALL)
            for block, inline in FORMULA.findall(prose):
                yield block or inline


def tags(element):
    return [part.tag.removeprefix(MATH) for part in element.iter()]


# Formulas


def test_the_lessons_have_formulas():
    assert sum(len(list(formulas(path))) for path in SCRIPTS) > 100


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_every_formula_becomes_mathml_without_a_leftover(path, converted):
    for formula in formulas(path):
        text = "".join(converted(formula).itertext())
        assert text.strip() and not re.search(r"[\\{}$]|&", text.replace(r"\{", "")), formula


def test_a_fraction_and_a_power_have_their_elements(converted):
    assert tags(converted(r"\frac{a}{2} + x^2")) == (
        "math mrow mfrac mrow mi mrow mn mo msup mi mn".split()
    )


@pytest.mark.parametrize("formula", [r"\mathbf 1", r"\mathbf{1}"])
def test_a_bold_one_is_the_bold_letter_that_browsers_show(formula, converted):
    assert "".join(converted(formula).itertext()) == "\N{MATHEMATICAL BOLD DIGIT ONE}"


def test_bold_letters_are_bold_with_and_without_braces(converted):
    for formula in (r"\mathbf W", r"\mathbf{W}"):
        assert "".join(converted(formula).itertext()) == "\N{MATHEMATICAL BOLD CAPITAL W}"


def test_less_than_is_escaped(converted):
    assert "".join(converted("a < b").itertext()) == "a<b"


@pytest.mark.parametrize(
    "formula, order",
    [
        (r"10\log_{10} 2", "mn mspace msub mi mrow mn mspace mn"),
        (r"(a)\ln r", "mo mi mo mspace mi mspace mi"),
        (r"-\ln(r)", "mo mi mo mi mo"),
    ],
)
def test_a_functions_name_stands_apart_from_what_it_is_beside(formula, order, converted):
    assert tags(converted(formula)) == ["math", "mrow", *order.split()]


def test_a_sign_after_equals_and_bars_stand_close_to_what_they_belong_to(converted):
    parts = [part for part in converted(r"|a| = -b - c").iter() if part.tag == f"{MATH}mo"]
    said = [(part.text, part.get("form"), part.get("rspace")) for part in parts]
    signs = [("=", None, None), ("−", "prefix", None), ("−", None, None)]
    assert said == [("|", None, "0")] * 2 + signs


def test_a_name_in_roman_letters_stays_upright(converted):
    letters = [part for part in converted(r"\mathrm{MSE} x").iter() if part.text]
    assert [part.get("mathvariant") for part in letters] == ["normal"] * 3 + [None]


def test_a_formula_that_is_none_is_named(converted):
    with pytest.raises(ValueError, match=r"cannot become MathML.*: x\^2\^3"):
        converted("x^2^3")


@pytest.fixture
def finished():
    try:
        from tools.site import pages
    except ImportError:
        skip_or_fail('Sphinx is not installed: pip install -e ".[site]"')
    return pages.finished


def test_no_line_begins_with_the_stop_after_a_formula(finished):
    formula = '<span class="math"><math><mi>x</mi></math></span>'
    kept = finished(f"<p>So {formula}. And {formula} is it.</p>")
    assert kept == f'<p>So <span class="together">{formula}.</span> And {formula} is it.</p>'


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("          harmonic   mean\nbricks        24.6   27.0\ngrass         15.8   15.4\n", True),
        ("truth&#39;s       error 0.00  detail 0.05\nmean        error 0.01  detail 0.03\n", True),
        ("place    local, Python 3.11\ndevice   cpu\n", False),
        ("Lesson 01: 01.1 open, 01.2 open\nLesson 02: 02.1 open, 02.2 open\n", False),
        ("  8 px: 44 sweeps\n 16 px: 95 sweeps\n", False),
    ],
)
def test_rows_of_a_printed_table_are_kept_whole(finished, printed, kept):
    page = (
        '<div class="output stream highlight-myst-ansi notranslate"><div class="highlight">'
        f"<pre><span></span>{printed}</pre></div></div>"
    )
    told = page.replace("<pre>", '<pre class="columns">') if kept else page
    assert finished(page) == told


# Contents


def test_the_table_in_the_readme_has_every_lesson_in_a_part():
    parts = contents.parts()
    assert [part.title.split(".")[0] for part in parts] == ["I", "II", "III", "IV"]
    for part in parts:
        assert part.minutes == sum(lesson.minutes for lesson in part.lessons) > 0


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
def test_a_lesson_that_the_readme_lacks_is_named(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "README.md").write_text(re.sub(r"\| 03 .*\n", "", text), encoding="utf-8")
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    with pytest.raises(ValueError, match="differ: 03_transport.ipynb. Mend the table"):
        contents.parts(tmp_path / "README.md")


def test_the_minutes_are_those_that_the_lesson_says(tmp_path):
    opening = "# A\n\n**You need** lesson 00. About\n25 minutes."
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(opening)])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    assert contents.minutes(tmp_path / "a.ipynb") == 25


def test_a_lesson_without_its_minutes_is_named(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A")])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with pytest.raises(ValueError, match="a.ipynb does not say its minutes"):
        contents.minutes(tmp_path / "a.ipynb")


# Parts


def test_a_part_that_cannot_be_built_is_named_and_the_rest_is_built(tmp_path, monkeypatch, capsys):
    if importlib.util.find_spec("sphinx") is None:
        skip_or_fail('Sphinx is not installed: pip install -e ".[site]"')
    from tools.site import __main__ as whole

    def missing(target):
        raise FileNotFoundError("npm was not found: install Node.js 20 or newer.")

    modules = {"tools.site.lite": missing, "tools.site.try_it": lambda target: None}
    for name, build in modules.items():
        monkeypatch.setitem(sys.modules, name, types.SimpleNamespace(build=build))
    monkeypatch.setattr(whole.pages, "build", lambda target: (target / "index.html").touch())
    whole.main(tmp_path / "site")
    assert "The site is built without lite: npm was not found" in capsys.readouterr().out
    assert (tmp_path / "site" / "index.html").is_file()


# Links


@pytest.mark.parametrize(
    "written, led",
    [
        ("[a](../exercises/01_masks.ipynb)", "[a](../exercises/01_masks.ipynb)"),
        ("[a](02_diffusion.ipynb#walkers)", "[a](02_diffusion.ipynb#walkers)"),
        ("[a](#walkers) [b](https://doi.org/x)", "[a](#walkers) [b](https://doi.org/x)"),
        (
            "[a](../course_lib/masks.py#L3)",
            "[a](https://github.com/ada/inpainting-course/blob/v0.1.0/course_lib/masks.py#L3)",
        ),
        ("`cells[0](x)` and f[1](image, mask)", "`cells[0](x)` and f[1](image, mask)"),
    ],
)
def test_a_link_to_what_is_no_page_leads_to_the_repository(written, led):
    pages = {"exercises/01_masks.ipynb", "notebooks/02_diffusion.ipynb"}
    assert staging.with_links(written, "notebooks/01_masks.ipynb", pages, READY) == led


def test_a_page_links_to_the_browser_only_if_that_part_was_built(tmp_path):
    name = "notebooks/01_masks.ipynb"
    assert "Run in the browser" not in launch.row(READY, name, tmp_path)
    address = "lite/notebooks/index.html?path=01_masks.ipynb"
    (tmp_path / "lite").mkdir()
    (tmp_path / "lite" / "lessons.json").write_text(json.dumps({"notebooks/01_masks": address}))
    assert f'href="../{address}"' in launch.row(READY, name, tmp_path)
    assert "Run in the browser" not in launch.row(READY, "notebooks/13_showdown.ipynb", tmp_path)


def test_a_solution_is_called_one_and_has_no_cell_that_only_nbgrader_reads(tmp_path):
    notebook = nbformat.read(SOLUTIONS / "01_masks.ipynb", as_version=4)
    assert "BEGIN HIDDEN TESTS" in str(notebook.cells)
    page = staging.page_of(notebook, "solutions/01_masks.ipynb", set(), tmp_path, READY)
    assert page.cells[0].source.startswith("# Solution 01: ")
    assert "HIDDEN TESTS" not in str(page.cells)
    assert sum("BEGIN SOLUTION" in cell.source for cell in page.cells) > 3


@pytest.mark.parametrize(
    "dots, tags, classes",
    [(864, [], "wide"), (864, ["whole"], None), (612, [], "middling"), (432, [], None)],
)
def test_a_figure_too_wide_for_a_phone_is_marked(dots, tags, classes, tmp_path):
    buffer = io.BytesIO()
    Image.new("L", (dots, 9)).save(buffer, "PNG")
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode()}
    cells = [nbformat.v4.new_markdown_cell("# A"), nbformat.v4.new_code_cell("show()")]
    cells[1].outputs = [nbformat.v4.new_output("display_data", data=data)]
    cells[1].metadata["tags"] = tags
    notebook = nbformat.v4.new_notebook(cells=cells)
    page = staging.page_of(notebook, "notebooks/a.ipynb", set(), tmp_path, READY)
    assert page.cells[1].metadata.get("mystnb", {}).get("image", {}).get("classes") == classes


def test_the_cell_for_colab_is_not_shown_and_the_badge_is_a_link(tmp_path):
    notebook = nbformat.read(ROOT / "notebooks" / "00_first_repair.ipynb", as_version=4)
    page = staging.page_of(notebook, "notebooks/00_first_repair.ipynb", set(), tmp_path, READY)
    assert "[![" not in page.cells[0].source
    assert 'href="https://colab.research.google.com/github/ada/' in page.cells[0].source
    assert page.cells[1].metadata["tags"] == ["remove-cell"]
