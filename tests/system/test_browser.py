"""The course in a real browser: JupyterLab runs, pictures move, the painter paints.

Each test opens a notebook in a fresh kernel of a real JupyterLab and does what a learner does.
"""

import nbformat
import pytest

from tests.lab import LESSONS, Painter, opened
from tools.project import ROOT

PLAYGROUND = [
    """
    import numpy as np
    from course_lib import plots, widgets

    grey = np.full((24, 32, 3), 0.5, dtype=np.float32)
    painter = widgets.MaskPainter(grey)
    painter
    """,
    "print(np.argwhere(painter.mask).tolist())",
    "painter.mask = np.eye(24, 32, dtype=bool)",
    """
    def draw(level, mask):
        if level == 13:
            raise ValueError("no picture has level <13>: move on.")
        if level == 14:
            raise KeyError("a fault of the lesson")
        return plots.figure(np.where(mask[..., None], 1.0, grey * level / 20))

    def alt(level, mask):
        return f"A grey picture, level {level} of 20."

    demo = widgets.explore(draw, alt=alt, level=(10, 20), mask=painter)
    demo
    """,
    "print(demo.values['level'])",
    """
    sliders = widgets.MaskSliders(grey)
    sliders
    """,
    "print(int(sliders.mask.sum()))",
]
# The numbers of those cells.
PAINTER, PAINTED, DIAGONAL, EXPLORE, LEVEL, SLIDERS, MARKED = range(7)
# The painter's own picture is described by the canvas over it, the one before by the one after.
OVERLAID = ":is(.mask-painter, .before-after-stage) img"
UNDESCRIBED_IMAGE = f':is(img:not([alt]), img[alt=""]):not({OVERLAID})'


@pytest.fixture(scope="module")
def playground(chromium, server):
    server.write("playground.ipynb", PLAYGROUND)
    with opened(chromium, server, "playground.ipynb") as lab:
        yield lab


def test_painter_paints_with_the_mouse(playground):
    painter = Painter(playground.cell(PAINTER))
    painter.start()
    painter.drag((5, 3), (5, 10))
    row = [[5, column] for column in range(3, 11)]
    playground.expect(PAINTED, row)
    assert painter.hole_text() == "1.0 % hole"  # 8 of 24 x 32 = 768
    painter.press("Eraser: make pixels known again")
    painter.drag((5, 3), (5, 4))
    playground.expect(PAINTED, row[2:])
    painter.press("Undo the last step")
    playground.expect(PAINTED, row)
    painter.press("Clear the mask")
    playground.expect(PAINTED, [])


def test_painter_paints_with_the_keyboard(playground):
    painter, keyboard = Painter(playground.cell(PAINTER)), playground.page.keyboard
    painter.start(at=(12, 16))
    painter.type("ArrowUp", "ArrowLeft", "Space")
    playground.expect(PAINTED, [[11, 15]])
    painter.canvas.focus()
    keyboard.down("Space")
    painter.type("ArrowDown", "ArrowDown")
    keyboard.up("Space")
    playground.expect(PAINTED, [[11, 15], [12, 15], [13, 15]])
    painter.type("ArrowUp", "e")
    playground.expect(PAINTED, [[11, 15], [13, 15]])
    painter.type("u", "+", "+", "Space")  # size 3: every pixel around (12, 15)
    playground.expect(PAINTED, [[y, x] for y in (11, 12, 13) for x in (14, 15, 16)])
    # The keys were the painter's: JupyterLab, too, listens for C and for the arrows.
    assert playground.page.locator(".jp-CodeCell").count() == len(PLAYGROUND)


def test_painter_shows_what_python_sets(playground):
    views = [Painter(playground.cell(number)) for number in (PAINTER, EXPLORE)]
    playground.run(DIAGONAL)
    playground.wait_until(lambda: {view.hole_text() for view in views} == {"3.1 % hole"})  # 24 px
    views[1].canvas.scroll_into_view_if_needed()
    views[1].drag((0, 20), (0, 27))
    playground.wait_until(lambda: {view.hole_text() for view in views} == {"4.2 % hole"})  # 32 px


def test_explore_moves_its_picture(playground):
    cell, keyboard = playground.cell(EXPLORE), playground.page.keyboard
    picture, alert = cell.locator("figure img"), cell.get_by_role("alert")

    def alt_is(text):
        playground.wait_until(lambda: picture.count() and picture.get_attribute("alt") == text)

    alt_is("A grey picture, level 10 of 20.")
    before = picture.get_attribute("src")
    cell.locator(".noUi-handle").focus()
    keyboard.press("ArrowRight")
    alt_is("A grey picture, level 11 of 20.")
    assert picture.get_attribute("src") != before
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    playground.wait_until(alert.count)
    assert alert.inner_text() == "no picture has level <13>: move on."
    keyboard.press("ArrowRight")
    playground.wait_until(lambda: "KeyError" in alert.inner_text())
    for _ in range(5):
        keyboard.press("ArrowRight")
    alt_is("A grey picture, level 19 of 20.")
    playground.expect(LEVEL, 19)
    before = picture.get_attribute("src")
    Painter(cell).drag((2, 20), (8, 20))
    playground.wait_until(lambda: picture.get_attribute("src") != before)


def test_sliders_build_a_mask(playground):
    cell = playground.cell(SLIDERS)
    before = playground.pictures()
    cell.get_by_role("button", name="Add").click()
    playground.wait_until(lambda: "6.2 % hole" in cell.inner_text())  # 8 x 6 of 768 pixels
    playground.expect(MARKED, 48)
    assert playground.pictures() != before


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_lesson_runs_and_moves(chromium, server, lesson):
    with opened(chromium, server, lesson.name) as lab:
        outputs = lab.page.locator(".jp-OutputArea")
        assert outputs.locator(UNDESCRIBED_IMAGE).count() == 0
        sliders, painters = (
            outputs.locator(".noUi-handle:visible"),
            outputs.locator(".mask-painter"),
        )
        assert sliders.count() + painters.count(), "the lesson has nothing to move"
        if sliders.count():
            before, slider = lab.pictures(), sliders.first
            slider.focus()
            now, most = (slider.get_attribute(f"aria-value{name}") for name in ("now", "max"))
            for _ in range(3):
                lab.page.keyboard.press("ArrowLeft" if now == most else "ArrowRight")
            lab.wait_until(lambda: lab.pictures() != before)
        if painters.count():
            before = lab.pictures()
            Painter(lab.page.locator(".jp-OutputArea-child:has(.mask-painter)").first).drag(
                (20, 20), (60, 60)
            )
            repair = outputs.get_by_role("button", name="Repair", exact=True)
            if repair.count():  # a desk repairs when it is told to
                repair.click()
            lab.wait_until(lambda: lab.pictures() != before)


def test_exercise_answers(chromium, server):
    """With one task solved: its check says so, the others say "not attempted", and it is kept."""
    notebook = nbformat.read(ROOT / "exercises" / "01_masks.ipynb", as_version=4)
    solved = nbformat.read(ROOT / "solutions" / "01_masks.ipynb", as_version=4)
    answers = {cell.id: cell.source for cell in solved.cells}
    for cell in notebook.cells:
        if cell.source.startswith("def pooled_psnr"):
            cell.source = answers[cell.id]
    nbformat.write(notebook, server.folder / "exercise.ipynb")
    with opened(chromium, server, "exercise.ipynb") as lab:
        outputs = lab.page.locator(".jp-OutputArea")
        assert outputs.get_by_text("Task 01.2, right.").count() == 1
        assert outputs.get_by_text("Task 01.1, not attempted.").count() == 1
        assert outputs.get_by_text("01.1 open, 01.2 solved").count() == 1
        assert outputs.get_by_alt_text("Four black pictures, each with one whole").count() == 1
        assert outputs.locator(UNDESCRIBED_IMAGE).count() == 0
