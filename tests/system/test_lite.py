"""JupyterLite as the site carries it, in a browser that reaches nothing but this machine.

Pyodide's compiled packages cannot be had everywhere: what the lessons compute is for
tools.browser_lane.
"""

import functools
import http.server
import threading
from contextlib import contextmanager

import pytest

from tests.helpers import PATIENCE, wait_for
from tools.site import lite

WIDGETS = """\
import anywidget, ipywidgets, traitlets
class Counter(anywidget.AnyWidget):
    _esm = '''function render({ model, el }) {
        const button = document.createElement("button");
        button.id = "counter";
        const say = () => { button.textContent = "count is " + model.get("count"); };
        button.onclick = () => {
            model.set("count", model.get("count") + 1);
            model.save_changes();
        };
        model.on("change:count", say); say(); el.append(button);
    }
    export default { render };'''
    count = traitlets.Int(0).tag(sync=True)
counter = Counter()
counter.observe(lambda change: setattr(slider, "value", change.new), "count")
slider = ipywidgets.IntSlider(value=7, max=9)
ipywidgets.VBox([slider, counter])
"""
# course_lib.checks itself needs NumPy, these two of its modules do not.
LOAD = """\
import importlib.util, pathlib, course_lib
def load(name):
    place = pathlib.Path(course_lib.__file__).parent / "checks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
def endless():
    while True:
        pass
progress = load("_progress")
"""
SOLVE = LOAD + "print(progress.default_path(), progress.record('01_2'))"
STOP = LOAD + "print('stopped:', load('_limited').run(endless, 0.2))"
LOOK = LOAD + "print('kept:', *progress.solved()[0])"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def served(folder):
    """The address of a plain server of files."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    lite.build(folder)
    with served(folder) as address:
        yield address


@pytest.fixture
def page(chromium, site):
    """A page of a fresh browser; nothing but the site may be asked for."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE * 1000)
    outside = []

    def look(route):
        if route.request.url.startswith((site, "data:", "blob:")):
            return route.continue_()
        outside.append(route.request.url)
        return route.abort()

    context.route("**/*", look)
    yield context.new_page()
    context.close()
    assert outside == []


def open_lesson(page, site):
    page.goto(f"{site}/lite/notebooks/index.html?path=00_first_repair.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")


def run(page, told, code=None):
    """Run the first code cell, with another code, until its output says what is ``told``."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").first
    prompt = cell.locator(".jp-InputPrompt").first
    before = prompt.inner_text()

    def begun():  # a page that is not ready yet takes no keys
        cell.locator(".cm-content").click()
        if code:
            page.keyboard.press("Control+A")
            page.keyboard.insert_text(code)
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(1000)
        return prompt.inner_text() != before

    wait_for(begun)
    cell.locator(".jp-OutputArea").filter(has_text=told).first.wait_for()


def test_a_page_without_numpy_draws_widgets_and_keeps_progress(page, site):
    open_lesson(page, site)
    run(page, "This page was built without numpy, scipy, cv2, skimage, matplotlib")
    run(page, "count is 0", WIDGETS)
    page.locator(".widget-slider").wait_for()
    page.locator("#counter").click()
    page.get_by_text("count is 1").wait_for()
    page.locator(".widget-readout").get_by_text("1", exact=True).wait_for()
    run(page, "/drive/inpainting-progress.json None", SOLVE)
    run(page, "stopped: True", STOP)
    page.reload()
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    run(page, "kept: 01_2", LOOK)
