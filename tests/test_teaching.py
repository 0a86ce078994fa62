"""The instructor's kit: its minutes add up, its pages speak of what the lessons have."""

import re

import nbformat
import pytest

from tests.helpers import skip_or_fail
from tools import handout, slides
from tools.build_notebooks import is_launch
from tools.project import NOTEBOOKS, ROOT, SOURCES
from tools.site import contents

KIT = ROOT / "docs" / "teaching"
LESSONS = {lesson.number: lesson for part in contents.parts() for lesson in part.lessons}
INDEX = (KIT / "README.md").read_text(encoding="utf-8")
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#]+)")
HOW = {"live", "run", "talk", "ask", "spare"}
WAITING = 20  # seconds of one cell from which on a class waits


def page(lesson):
    return (KIT / "lessons" / f"{lesson.path.stem}.md").read_text(encoding="utf-8")


def sections(lesson):
    """(heading, minutes, how) of a lesson's page; the last row is the sum."""
    table = page(lesson).split("\n## In ")[1]
    found = re.findall(r"^\| (.+?) \| \**(\d+)\** \| ?(\w*) \|$", table, re.MULTILINE)
    return [(heading, int(minutes), how) for heading, minutes, how in found]


def test_every_lesson_has_its_page_and_no_page_is_left_over():
    there = sorted(path.stem for path in (KIT / "lessons").glob("*.md"))
    assert there == [lesson.path.stem for lesson in LESSONS.values()]


@pytest.mark.parametrize("path", sorted(KIT.rglob("*.md")), ids=lambda path: path.stem)
def test_links_lead_to_files(path):
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.path.stem)
def test_a_page_says_the_lessons_insight_and_plans_its_sections_in_its_minutes(lesson):
    source = (SOURCES / f"{lesson.path.stem}.py").read_text(encoding="utf-8")
    headings = re.findall(r"^# ## (.+)$", source, re.MULTILINE)
    *rows, (_, total, _) = sections(lesson)
    assert f"**Insight:** {lesson.insight}." in page(lesson)
    assert [row[0] for row in rows] in (headings[:-1], headings[:-2])  # References, Key points
    assert sum(row[1] for row in rows) == total == lesson.minutes
    assert "\n| Section | Minutes | How |\n" in page(lesson)
    assert {row[2] for row in rows} <= HOW
    assert "**Draw.**" in page(lesson) and "**Stop.**" in page(lesson)


@pytest.mark.parametrize("lesson", list(LESSONS.values())[1:], ids=lambda lesson: lesson.path.stem)
def test_mistakes_are_named_as_the_checks_name_them(lesson):
    checks = ROOT / "course_lib" / "checks" / f"lesson_{lesson.number}.py"
    known = checks.read_text(encoding="utf-8")
    table = page(lesson).split("\n## In ")[0]
    names = re.findall(r"^\| .+ \| .+ \| ([^|]*?) ?\|$", table, re.MULTILINE)
    named = [name for name in names if name and name not in ("Named by the check", "---")]
    assert len(names) >= 5 and named, "at least three mistakes, one of them with its name"
    assert [name for name in named if f'"{name}"' not in known] == []


def test_a_page_says_where_the_class_waits():
    measured = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    table = measured.split("<!-- begin lessons -->")[1].split("<!-- end lessons -->")[0]
    longest = dict(re.findall(r"^\| (\d\d)_\w+ \| \d+ \| (\d+) \| [\d-]+ \|$", table, re.MULTILINE))
    assert set(longest) >= set(LESSONS)
    slow = {number for number in LESSONS if int(longest[number]) > WAITING}
    assert {number for number in LESSONS if "**Wait.**" in page(LESSONS[number])} == slow


def test_the_stick_is_as_large_as_it_was_measured():
    measured = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    section = measured.split("<!-- begin stick -->")[1].split("<!-- end stick -->")[0]
    parts = re.findall(r"^\| `(wheels|site|course\.zip)` \| (\d+) \|$", section, re.MULTILINE)
    table = (KIT / "stick.md").read_text(encoding="utf-8").replace(",", "")
    said = re.findall(
        r"^\| (?:packages for three|web pages|the course).* \| (\d+) \|$", table, re.MULTILINE
    )
    assert said == [size for _, size in parts] and len(said) == 3


def schedules():
    """{heading: rows of (from, what, minutes)}, the last row being the sum."""
    found = {}
    for part in re.split(r"^##+ ", INDEX, flags=re.MULTILINE)[1:]:
        rows = re.findall(r"^\| \**(\d+:\d\d)\** \| (.+) \| \**(\d+)\** \|$", part, re.MULTILINE)
        if rows:
            found[part.splitlines()[0]] = rows
    return found


def test_there_are_four_schedules():
    assert list(schedules()) == ["Half a day", "One day", "The first day", "The second day"]
    assert "## Eight weeks" in INDEX


@pytest.mark.parametrize("name", schedules())
def test_a_schedules_clock_goes_on_and_gives_each_lesson_its_minutes(name):
    at = since = 0
    for start, what, minutes in schedules()[name]:
        hours, rest = map(int, start.split(":"))
        assert 60 * hours + rest == at, f"{what} begins at {start}"
        if what == "**Together**":
            assert int(minutes) == at
            break
        since = 0 if what in ("Break", "Lunch") else since + int(minutes)
        assert since <= 120, f"no break for {since} minutes before the end of {what}"
        lesson = re.match(r"\[(\d\d) ", what)
        if lesson:
            lesson = LESSONS[lesson[1]]
            assert f"{lesson.number} {lesson.title}](lessons/{lesson.path.stem}.md)" in what
            spare = sum(row[1] for row in sections(lesson) if row[2] == "spare")
            short = what.endswith(", without what is spare")
            assert int(minutes) == lesson.minutes - (spare if short else 0)
        at += int(minutes)
    else:
        pytest.fail("the schedule has no last row")


def test_a_schedule_says_what_it_leaves_out():
    day = INDEX.split("## One day")[1].split("## Two days")[0]
    listed = set(re.findall(r"^\| \d+:\d\d \| \[(\d\d) ", day, re.MULTILINE))
    left = re.search(r"Left out: ([\d, ]+)\.", day)[1].split(", ")
    assert sorted(listed | set(left)) == sorted(LESSONS) and not listed & set(left)


def test_eight_weeks_hold_every_lesson_once():
    weeks = re.findall(
        r"^\| (\d) \| (.+) \| (\d+) \| (\d+) \|$", INDEX.split("## Eight weeks")[1], re.MULTILINE
    )
    numbers = [re.findall(r"\[(\d\d) ", lessons) for _, lessons, _, _ in weeks]
    assert [week for week, *_ in weeks] == list("12345678")
    assert sum(numbers, []) == sorted(LESSONS)
    for one, (_, _, in_class, at_home) in zip(numbers, weeks, strict=True):
        assert int(in_class) == sum(LESSONS[number].minutes for number in one) + 10 + 20
        assert int(at_home) == 60 * sum(number != "00" for number in one)
    sums = re.search(r"\*\*Together\*\* \| \*\*(\d+)\*\* \| \*\*(\d+)\*\*", INDEX)
    assert int(sums[1]) == sum(int(week[2]) for week in weeks)
    assert int(sums[2]) == sum(int(week[3]) for week in weeks)


@pytest.fixture
def formulas():
    try:
        import tools.site.mathml  # noqa: F401
    except ImportError:
        skip_or_fail('latex2mathml is not installed: pip install -e ".[site]"')


def code(source, *outputs):
    cell = nbformat.v4.new_code_cell(source)
    cell.outputs = [nbformat.v4.new_output("stream", text=text) for text in outputs]
    return cell


def test_slides_begin_at_headings_readings_code_and_pictures(formulas):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# Title\n\nOpening.\n\n## First\n\n**Predict.** What?"),
        code("a = 1"),
        code("print(a)", "1"),
        code("plots.show(a)", "a picture"),
        nbformat.v4.new_markdown_cell("**Read.** One.\n\n## Second\n\nMore.\n\n## References\n\nX"),
    ]
    cut = slides.slides(notebook).cells
    kinds = [(cell.metadata["slideshow"]["slide_type"], cell.source[:9]) for cell in cut]
    assert kinds == [
        ("slide", "# Title\n\n"),
        ("slide", "## First\n"),
        ("subslide", "a = 1"),
        ("-", "print(a)"),
        ("subslide", "plots.sho"),
        ("subslide", "**Read.**"),
        ("slide", "## Second"),
    ]
    assert [cell.metadata["transient"]["remove_source"] for cell in cut[2:5]] == [
        False,
        False,
        True,
    ]


def test_a_lessons_slides_fetch_nothing_and_hold_all_its_sections(formulas, tmp_path):
    lesson = LESSONS["05"]
    page = slides.write(NOTEBOOKS / lesson.path.name, tmp_path).read_text(encoding="utf-8")
    loaded = re.findall(r"<(?:script|link|img)[^>]*\b(?:src|href)=\"([^\"]+)\"", page)
    beside = {f"reveal.js/dist/{name}" for name in slides.REVEAL}
    assert {one for one in loaded if not one.startswith("data:")} <= beside
    assert "reveal.js/dist/reveal.js" in loaded
    source = (SOURCES / f"{lesson.path.stem}.py").read_text(encoding="utf-8")
    headings = re.findall(r"^# ## (.+)$", source, re.MULTILINE)
    shown = re.findall(r"<h2[^>]*>(.+?)<a", page)
    assert shown == headings[:-1]  # without References
    cells = nbformat.read(NOTEBOOKS / lesson.path.name, as_version=4).cells
    typed = [cell for cell in cells if cell.cell_type == "code" and not is_launch(cell)]
    shown = [cell for cell in typed if cell.source.startswith("plots.show")]
    assert shown and page.count("highlight hl-ipython3") == len(typed) - len(shown)
    assert "<math" in page and not re.search(r"\$\\|\\times", page)


def test_formulas_leave_code_and_tables_alone(formulas):
    made = slides.with_mathml("| $|a|$ | `$x$` |\n|---|---|\n\n$$x\n= 1$$")
    first = made.splitlines()[0]
    assert first.count("|") == 3 and "`$x$`" in first and "<math" in first
    assert 'display="block"' in made and "$$" not in made


def test_the_handout_has_its_pictures(formulas):
    text = handout.SOURCE.read_text(encoding="utf-8")
    page = handout.page(text)
    assert page.count("<img") == 3 and page.count('alt=""') == 0
    assert "make handout" not in page and "<!-- figure" not in page
    with pytest.raises(KeyError):
        handout.page("# Title\n\n<!-- figure: nothing -->\n")
