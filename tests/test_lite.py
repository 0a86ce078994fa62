"""What is put together for the lessons in the browser; the browser itself is in tests/system."""

import hashlib
import http.server
import json
import shutil
import threading
import zipfile
from importlib.metadata import Distribution

import nbformat
import pytest

from tools.project import ROOT, publication
from tools.site import lite, pyodide
from tools.site.wheel import write_wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return write_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_is_small_and_has_what_the_first_lessons_read(wheel):
    assert wheel.name == f"inpainting_course-{publication().version}-py3-none-any.whl"
    assert wheel.stat().st_size < 1_000_000
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "weights/" in name.replace("models/weights", "")]
    tracked = {
        path.relative_to(ROOT).as_posix()
        for pattern in ("*.py", "*.js", "*.css")
        for path in (ROOT / "course_lib").rglob(pattern)
    }
    assert tracked <= set(names)
    assert {"course_lib/checks/tasks.json", "course_lib/checks/expected/02_1.jpg"} <= set(names)


def test_the_wheel_is_one_that_an_installer_believes(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    (about,) = tmp_path.glob("*.dist-info")
    installed = Distribution.at(about)
    assert (installed.name, installed.version) == ("inpainting-course", publication().version)
    assert not installed.requires
    for file in installed.files:
        if file.hash:
            content = file.locate().read_bytes()
            assert (len(content), file.hash.mode) == (file.size, "sha256")


def test_the_same_library_gives_the_same_wheel(wheel, tmp_path):
    assert write_wheel(tmp_path).read_bytes() == wheel.read_bytes()


# Notebooks


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contents")
    return folder, lite.write_contents(folder)


def test_lessons_and_exercises_that_need_no_keras_are_offered(contents):
    folder, offered = contents
    assert sorted(name for name in offered if name.startswith("notebooks")) == [
        "notebooks/00_first_repair",
        "notebooks/01_masks",
        "notebooks/02_diffusion",
        "notebooks/03_transport",
        "notebooks/04_fast_marching",
        "notebooks/05_texture_and_patches",
        "notebooks/07_gaussian_world",
    ]
    assert len(offered) == 13
    first = "lite/notebooks/index.html?path=00_first_repair.ipynb"
    assert offered["notebooks/00_first_repair"] == first
    for address in offered.values():
        assert (folder / address.partition("?path=")[2]).is_file()


def test_notebooks_come_without_outputs_and_without_pictures_from_elsewhere(contents):
    for path in contents[0].rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert notebook.metadata.kernelspec.name == "python"
        for cell in notebook.cells:
            assert "%pip" not in cell.source and "![" not in cell.source
            assert cell.cell_type != "code" or (cell.outputs, cell.execution_count) == ([], None)


@pytest.mark.parametrize(
    ("link", "source", "goal"),
    [
        ("01_masks.ipynb", "notebooks/00_first_repair", "01_masks.ipynb"),
        ("../exercises/01_masks.ipynb", "notebooks/01_masks", "exercises/01_masks.ipynb"),
        ("../notebooks/01_masks.ipynb", "exercises/01_masks", "../01_masks.ipynb"),
        ("../solutions/01_masks.ipynb", "exercises/01_masks", "{tree}solutions/01_masks.ipynb"),
        ("06_learning_from_data.ipynb", "notebooks/07_gaussian_world",
         "{tree}notebooks/06_learning_from_data.ipynb"),
        ("../benchmarks/RESULTS.md", "notebooks/01_masks", "{tree}benchmarks/RESULTS.md"),
    ],
)  # fmt: skip
def test_links_lead_to_what_the_page_has_else_to_the_repository(link, source, goal):
    published = publication()
    tree = f"{published.address}/blob/{published.tag}/"
    found = lite.for_page(ROOT / f"{source}.ipynb")
    text = "\n".join(cell.source for cell in found.cells if cell.cell_type == "markdown")
    assert f"]({goal.format(tree=tree)})" in text
    assert f"]({link})" not in text or link == goal


# Pyodide's release


@pytest.fixture
def release(tmp_path, monkeypatch):
    """A server in the release's place, and what the lock says of the two files that it has."""
    monkeypatch.setattr(pyodide, "CACHE", tmp_path / "cache")
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            name = self.path.removeprefix("/v314.0.7/")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"content of {name}".encode())

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/v{{version}}/{{file}}"
    monkeypatch.setattr(pyodide, "RELEASE", address)
    yield asked
    server.shutdown()
    server.server_close()


def lock_entry(name, content=None):
    content = content or f"content of {name}"
    return {"file_name": name, "sha256": hashlib.sha256(content.encode()).hexdigest()}


NUMPY = "numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl"


def test_packages_come_from_the_release_once(release):
    wanted = {"numpy": lock_entry(NUMPY), "ours": {"file_name": "from the index"}}
    for _ in range(2):
        files = pyodide.from_release(wanted, "314.0.7")
        assert {name: file.read_text() for name, file in files.items()} == {
            "numpy": f"content of {NUMPY}"
        }
    assert release == [f"/v314.0.7/{NUMPY}"]


def test_a_file_that_was_tampered_with_is_refused_and_not_kept(release):
    wanted = {"numpy": lock_entry(NUMPY, "what Pyodide built")}
    with pytest.raises(ValueError, match=f"{NUMPY} is not what Pyodide's lock names"):
        pyodide.from_release(wanted, "314.0.7")
    assert not list(pyodide.CACHE.rglob("*.whl"))


def test_without_a_network_what_was_fetched_before_is_all_there_is(release, monkeypatch):
    wanted = {"a": lock_entry("a-1-py3-none-any.whl"), "b": lock_entry("b-1-py3-none-any.whl")}
    pyodide.from_release({"b": wanted["b"]}, "314.0.7")
    monkeypatch.setattr(pyodide, "RELEASE", "http://127.0.0.1:9/{version}/{file}")
    assert list(pyodide.from_release(wanted, "314.0.7")) == ["b"]


def test_the_closure_is_closed_and_leaves_out_what_the_page_brings():
    packages = {
        name: {"depends": []} for name in (*pyodide.FROM_PYODIDE, *pyodide.KERNEL) if name != "comm"
    }
    packages["scipy"] = {"depends": ["Some_Thing"]}
    packages["some-thing"] = {"depends": ["scipy"]}
    found = pyodide.closure(packages)
    assert "some-thing" in found and not set(pyodide.ON_THE_PAGE) & set(found)
    assert {"comm", "psygnal", "tifffile", "anywidget", "ipywidgets"} <= set(found)
    assert not {"wandb", "watchfiles", "zarr"} & set(found)  # extras of theirs


def test_the_lock_says_what_is_there(wheel, tmp_path):
    said = pyodide.entry("ours", wheel, {"depends": ["numpy", "Scikit_Image", "scipy"]}, {"numpy"})
    assert said["depends"] == ["numpy"] and said["imports"] == ["course_lib"]
    assert said["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert json.loads(json.dumps(said))["file_name"] == wheel.name
    renamed = shutil.copy(wheel, tmp_path / "other-2.0-py3-none-any.whl")
    known = {"depends": [], "imports": ["special"], "sha256": "old", "version": "1.9"}
    said = pyodide.entry("other", renamed, known, set())
    assert (said["imports"], said["version"]) == (["special"], "2.0")
    assert said["sha256"] != "old"
