"""The launch cell, the release check, and the sentences of a first installation."""

import os
import shutil
import subprocess
import sys
import types

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.helpers import skip_or_fail
from tools import release_check
from tools.colab_lane import STAND_IN, serve
from tools.project import ROOT, Publication, publication
from tools.render import badge, launch_cell

READY = Publication("https://github.com/ada/inpainting-course", "v0.1.0", "0.1.0")


# Launch


def run_launch_cell(monkeypatch, published=READY):
    """Run the launch cell in an IPython shell; the lines that it hands to pip."""
    shell = InteractiveShell()
    calls = []
    monkeypatch.setitem(shell.magics_manager.magics["line"], "pip", calls.append)
    shell.run_cell(launch_cell(published)).raise_error()
    return calls


def test_launch_cell_does_nothing_on_ones_own_computer(monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    assert run_launch_cell(monkeypatch) == []


def test_launch_cell_installs_the_library_alone_on_colab(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert run_launch_cell(monkeypatch) == [
        "install --quiet --no-deps git+https://github.com/ada/inpainting-course@v0.1.0"
    ]


def test_badge_opens_the_notebook_at_the_tag():
    assert badge("01_masks", READY).endswith(
        "(https://colab.research.google.com/github/ada/inpainting-course"
        "/blob/v0.1.0/notebooks/01_masks.ipynb)"
    )


def test_address_stands_in_pyproject_only():
    written = [
        path.relative_to(ROOT).as_posix()
        for folder in ("course_lib", "course_lib/checks", "tools", "notebooks/src", "solutions/src")
        for path in (ROOT / folder).glob("*.py")
        if publication().address in path.read_text(encoding="utf-8")
    ]
    assert written == []


def test_stand_in_for_colab_leaves_other_google_packages_alone():
    script = STAND_IN.read_text(encoding="utf-8") + (
        "\nimport google.protobuf, google.colab, sys\n"
        "sys.modules['google.colab.output'].enable_custom_widget_manager()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_public_address_leads_to_the_local_clone(tmp_path):
    """git, configured as in the Colab lane, finds the tag behind the address without a network."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        skip_or_fail("this is no git checkout, so there is nothing to serve")
    configuration = serve(tmp_path, READY)
    listed = subprocess.run(
        ["git", "ls-remote", "--tags", READY.address],
        env=dict(os.environ, GIT_CONFIG_GLOBAL=str(configuration)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.split()[1] == "refs/tags/v0.1.0"


# Release


@pytest.fixture
def release(tmp_path):
    """A checkout that is ready to be published."""
    write_pyproject(tmp_path)
    (tmp_path / "CITATION.cff").write_text("version: 0.1.0\n", encoding="utf-8")
    (tmp_path / "course_lib").mkdir()
    (tmp_path / "course_lib" / "__init__.py").write_text('__version__ = "0.1.0"\n')
    (tmp_path / "notebooks").mkdir()
    write_notebook(tmp_path, READY)
    return tmp_path


def write_pyproject(folder, address=READY.address, tag="v0.1.0", version="0.1.0"):
    (folder / "pyproject.toml").write_text(
        f'[project]\nversion = "{version}"\n[project.urls]\nRepository = "{address}"\n'
        f'[tool.inpainting-course]\ntag = "{tag}"\n',
        encoding="utf-8",
    )


def write_notebook(folder, published):
    cells = [
        nbformat.v4.new_markdown_cell(f"# Title\n\n{badge('01_small', published)}"),
        nbformat.v4.new_code_cell(launch_cell(published)),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notebooks" / "01_small.ipynb")


def test_a_ready_release_has_no_problem(release):
    assert release_check.problems(release) == []


def test_release_refuses_the_placeholder(release):
    write_pyproject(release, address="https://github.com/OWNER/inpainting-course")
    assert any("still says OWNER" in problem for problem in release_check.problems(release))


def test_release_refuses_another_tag(release):
    write_pyproject(release, tag="v0.2.0")
    assert any("is not v0.1.0" in problem for problem in release_check.problems(release))


def test_release_refuses_another_version(release):
    write_pyproject(release, tag="v0.2.0", version="0.2.0")
    found = " ".join(release_check.problems(release))
    assert "CITATION.cff cites version 0.1.0" in found
    assert "course_lib.__version__ is not 0.2.0" in found


def test_release_refuses_a_notebook_stamped_otherwise(release):
    write_notebook(release, Publication("https://github.com/bob/course", "v0.1.0", "0.1.0"))
    found = release_check.problems(release)
    assert len(found) == 2 and all("make restamp" in problem for problem in found)


def test_this_checkout_is_stamped_as_pyproject_says():
    found = [problem for problem in release_check.problems() if "still says OWNER" not in problem]
    assert found == []


# The first installation


def make(*arguments, **environment):
    return subprocess.run(
        ["make", "--directory", ROOT, "--no-print-directory", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "MAKEFLAGS": "", **environment},
    )


def test_no_supported_python_gets_one_sentence_with_the_line_to_type(tmp_path):
    if shutil.which("make") is None:
        skip_or_fail("make is not installed")
    done = make("lab", f"VENV={tmp_path}/venv", "PYTHON=no-such-python")
    assert done.returncode != 0
    sentence = done.stderr.splitlines()[0]
    assert "No Python 3.11 to 3.13 was found" in sentence
    assert sentence.endswith("make lab PYTHON=/usr/bin/python3.13")
    assert not (tmp_path / "venv").exists()


def test_setup_refuses_an_unsupported_python(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import setup_venv

    monkeypatch.setattr(setup_venv.sys, "version_info", (3, 10, 4))
    assert setup_venv.main(str(tmp_path / "venv")) == (
        "The course needs Python 3.11 to 3.13 and this is 3.10: type "
        "python3.13 tools/setup_venv.py (on Windows: py -3.13 tools/setup_venv.py)."
    )
    assert not (tmp_path / "venv").exists()


def test_missing_system_library_of_opencv_gets_one_sentence(tmp_path):
    (tmp_path / "cv2.py").write_text(
        "raise ImportError('libGL.so.1: cannot open shared object file')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
         "import course_lib._opencv"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr.strip().splitlines()[-1] == (
        "ImportError: OpenCV cannot load a system library (libGL.so.1: cannot open shared object "
        "file); on Debian or Ubuntu type: sudo apt-get install -y libgl1 libglib2.0-0"
    )
