"""A browser, axe and a JupyterLab for the tests that need them."""

import shutil

import pytest

from tests.helpers import skip_or_fail
from tests.lab import running_lab
from tests.reliability import row  # noqa: F401 (a fixture)
from tools.site.npm import packages

AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FAULTS = """async ([place, tags]) => {
    const found = await axe.run(place, { runOnly: tags, resultTypes: ["violations"] });
    if (found.passes.length === 0) return ["axe looked at nothing"];
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}"""


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
    """A JupyterLab of this interpreter over copied lessons."""
    home, notebooks = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("notebooks")
    with running_lab(home, notebooks) as server:
        yield server


@pytest.fixture(scope="session")
def axe_faults():
    """A function (page, selector, rules) -> what axe finds there, in words; against WCAG 2.2 AA."""
    try:
        script = packages() / "axe-core" / "axe.min.js"
    except (FileNotFoundError, ConnectionError) as error:
        skip_or_fail(str(error))

    def faults(page, selector="html", rules=AA):
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(script.read_text(encoding="utf-8"))
        return page.evaluate(FAULTS, [selector, rules])

    return faults
