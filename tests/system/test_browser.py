"""The course in a real browser: JupyterLab runs, pictures move, the painter paints.

Each test opens a notebook in a fresh kernel of a real JupyterLab and does what a learner does.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from tests.helpers import PATIENCE, skip_or_fail, wait_for

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell is in the page, not only those in view.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}
SECOND = 1000  # playwright counts milliseconds

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
# The painter's own picture is described by the canvas over it.
UNDESCRIBED_IMAGE = ':is(img:not([alt]), img[alt=""]):not(.mask-painter img)'
DESCRIBED_IMAGE = '.jp-OutputArea img[alt]:not([alt=""])'


class Lab:
    """One notebook open in JupyterLab."""

    def __init__(self, page):
        self.page = page

    def open(self, address):
        self.page.goto(address)
        self.page.wait_for_function("window.jupyterapp?.shell.currentWidget?.content?.model")
        self.page.wait_for_function(
            "jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'",
            timeout=PATIENCE * SECOND,
        )

    def restart_and_run_all(self):
        """Returns the errors, as text, once every code cell has run."""
        self.page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        self.page.evaluate("void jupyterapp.commands.execute('notebook:restart-run-all')")
        self.page.get_by_role("button", name="Confirm Kernel Restart").click()
        state = """() => {
            const cells = [...jupyterapp.shell.currentWidget.content.model.cells]
                .filter((cell) => cell.type === 'code' && cell.sharedModel.source.trim());
            const outputs = cells.flatMap((cell) => cell.sharedModel.toJSON().outputs);
            return {
                waiting: cells.filter((cell) => !cell.executionCount).length,
                errors: outputs.filter((output) => output.output_type === 'error')
                    .map((output) => `${output.ename}: ${output.evalue}`),
            };
        }"""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            now = self.page.evaluate(state)
            if now["errors"] or not now["waiting"]:
                return now["errors"]
            self.page.wait_for_timeout(200)
        return [f"{now['waiting']} cells had not run after {PATIENCE} seconds"]

    def cell(self, number):
        """The code cell of that number, counted from 0."""
        return self.page.locator(".jp-CodeCell").nth(number)

    def run(self, number):
        """Run a cell by hand; returns it."""
        cell = self.cell(number)
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.wait_until(lambda: prompt.inner_text() not in (before, "[*]:"))
        return cell

    def expect(self, number, value):
        """What a cell prints is, or soon becomes, that value: the page's news take a moment."""
        deadline = time.monotonic() + PATIENCE
        while True:
            printed = json.loads(self.run(number).locator(".jp-OutputArea-output").inner_text())
            if printed == value or time.monotonic() > deadline:
                assert printed == value
                return

    def wait_until(self, condition):
        wait_for(condition, pause=lambda _: self.page.wait_for_timeout(50))

    def pictures(self):
        """Sources of all described pictures in the outputs, in order."""
        images = self.page.locator(DESCRIBED_IMAGE)
        return images.evaluate_all("images => images.map((image) => image.src)")


@pytest.fixture(scope="module")
def chromium():
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        skip_or_fail("Chromium is not installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_or_fail("playwright is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    """The address of a JupyterLab of this interpreter, with an empty home, over copied lessons."""
    home, notebooks = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("notebooks")
    for lesson in LESSONS:
        shutil.copy(lesson, notebooks)
    for name, settings in SETTINGS.items():
        path = home / "config/lab/user-settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    environment = {key: text for key, text in os.environ.items() if not key.startswith("JUPYTER")}
    environment |= {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": str(ROOT),
        "INPAINTING_PROFILE": "smoke",
        "INPAINTING_PROGRESS": str(home / "progress.json"),
    }
    token = secrets.token_hex(8)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={notebooks}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    log = home / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield Server(address_of(process, home / "runtime", log), token, notebooks)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def address_of(process, runtime, log):
    """Where the server listens, once it does: it takes a free port and writes down which."""

    def told():
        assert process.poll() is None, log.read_text(encoding="utf-8")
        written = [path.read_text(encoding="utf-8") for path in runtime.glob("jpserver-*.json")]
        # For a moment the file is there and empty, or half of it is.
        return [record for record in written if record.rstrip().endswith("}")]

    wait_for(told)
    port = json.loads(told()[0])["port"]

    def answers():
        """It writes the port down before it listens there."""
        assert process.poll() is None, log.read_text(encoding="utf-8")
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", port)) == 0

    wait_for(answers)
    return f"http://127.0.0.1:{port}"


class Server:
    def __init__(self, address, token, folder):
        self.address, self.token, self.folder = address, token, folder

    def request(self, method, path):
        request = urllib.request.Request(self.address + path, method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()

    def end_sessions(self):
        """Kernels outlive the page: a reload would meet the old one, with the old code loaded."""
        for session in json.loads(self.request("GET", "/api/sessions")):
            self.request("DELETE", f"/api/sessions/{session['id']}")


@contextmanager
def opened(chromium, server, name):
    """A notebook open in a kernel of its own, every cell run."""
    server.end_sessions()
    page = chromium.new_page(viewport={"width": 1280, "height": 1400})
    page.set_default_timeout(PATIENCE * SECOND)
    try:
        lab = Lab(page)
        lab.open(f"{server.address}/lab/tree/{name}?reset&token={server.token}")
        assert lab.restart_and_run_all() == []
        yield lab
    finally:
        page.close()


@pytest.fixture(scope="module")
def playground(chromium, server):
    kernel = {"name": "python3", "display_name": "Python 3"}  # without one, JupyterLab asks
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    for number, source in enumerate(PLAYGROUND):
        source = textwrap.dedent(source).strip()
        notebook.cells.append(nbformat.v4.new_code_cell(source, id=f"cell-{number}"))
    nbformat.write(notebook, server.folder / "playground.ipynb")
    with opened(chromium, server, "playground.ipynb") as lab:
        yield lab


class Painter:
    """A MaskPainter on the page, spoken to in pixels of its picture."""

    def __init__(self, cell):
        self.box = cell.locator(".mask-painter")
        self.canvas = self.box.locator("canvas")
        self.mouse = cell.page.mouse
        self.canvas.scroll_into_view_if_needed()

    def start(self, at=(12, 16)):
        """An empty mask and a brush of 1 pixel over that pixel."""
        self.mouse.move(*self._on_page(at))
        self.press("Brush: paint the hole")
        self.type("c", "-", "-", "-", "-")

    def type(self, *keys):
        self.canvas.focus()
        for key in keys:
            self.canvas.page.keyboard.press(key)

    def drag(self, start, end):
        """From the middle of one pixel (row, column) to the middle of another."""
        self.mouse.move(*self._on_page(start))
        self.mouse.down()
        self.mouse.move(*self._on_page(end), steps=4)
        self.mouse.up()

    def _on_page(self, pixel):
        page = self.canvas.bounding_box()
        scale = page["width"] / int(self.canvas.get_attribute("width"))
        return page["x"] + (pixel[1] + 0.5) * scale, page["y"] + (pixel[0] + 0.5) * scale

    def press(self, name):
        self.box.get_by_role("button", name=name).click()

    def hole_text(self):
        return self.box.locator("output").inner_text()


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
    painter.press("Undo the last stroke")
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
            before = lab.pictures()
            sliders.first.focus()
            for _ in range(3):
                lab.page.keyboard.press("ArrowRight")
            lab.wait_until(lambda: lab.pictures() != before)
        if painters.count():
            before = lab.pictures()
            Painter(lab.page.locator(".jp-OutputArea-child:has(.mask-painter)").first).drag(
                (20, 20), (60, 60)
            )
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
