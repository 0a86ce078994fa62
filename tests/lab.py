"""A notebook open in a real JupyterLab, and the painter in it, for tests in a browser."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from contextlib import contextmanager

import nbformat

from tests.helpers import PATIENCE, wait_for
from tools.project import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell is in the page, not only those in view.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}
DESCRIBED_IMAGE = '.jp-OutputArea img[alt]:not([alt=""])'
SECOND = 1000  # playwright counts milliseconds


@contextmanager
def running_lab(home, notebooks, first=()):
    """A JupyterLab of this interpreter over copied lessons: a ``Server``.

    Its home is empty but for what makes short trainings shorter (tests/kernel.py).

    Args:
        home, notebooks: empty folders.
        first: folders whose packages the kernels import before the interpreter's own.
    """
    for lesson in LESSONS:
        shutil.copy(lesson, notebooks)
    for name, settings in SETTINGS.items():
        path = home / "config/lab/user-settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    startup = home / "ipython/profile_default/startup"
    startup.mkdir(parents=True)
    shutil.copy(ROOT / "tests/kernel.py", startup)
    environment = {key: text for key, text in os.environ.items() if not key.startswith("JUPYTER")}
    environment |= {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": os.pathsep.join(map(str, [*first, ROOT])),
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
        """Where the middle of a pixel is, while the whole picture is in view."""
        page = self.canvas.bounding_box()
        columns, rows = map(int, re.findall(r"\d+", self.canvas.get_attribute("aria-label")))
        scale = min(page["width"] / columns, page["height"] / rows)
        left = page["x"] + (page["width"] - columns * scale) / 2
        top = page["y"] + (page["height"] - rows * scale) / 2
        return left + (pixel[1] + 0.5) * scale, top + (pixel[0] + 0.5) * scale

    def press(self, name):
        self.box.get_by_role("button", name=name).click()

    def hole_text(self):
        return self.box.locator("output").inner_text()


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

    def write(self, name, sources):
        """Put a notebook of these cells there."""
        kernel = {"name": "python3", "display_name": "Python 3"}  # without one, JupyterLab asks
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
        for number, source in enumerate(sources):
            source = textwrap.dedent(source).strip()
            notebook.cells.append(nbformat.v4.new_code_cell(source, id=f"cell-{number}"))
        nbformat.write(notebook, self.folder / name)

    def end_sessions(self):
        """Kernels outlive the page: a reload would meet the old one, with the old code loaded."""
        for session in json.loads(self.request("GET", "/api/sessions")):
            self.request("DELETE", f"/api/sessions/{session['id']}")
