"""The launch cell, the release check, and the sentences of a first installation."""

import importlib
import os
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.helpers import skip_or_fail
from tools import colab_lane, platforms, release_check
from tools.colab_lane import STAND_IN, serve
from tools.platforms import stamped
from tools.project import ROOT, Publication, publication
from tools.render import badge, launch_cell

LINKS = "<!-- begin links -->\n\n<!-- end links -->\ngit clone ADDRESS inpainting-course\n"
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
    monkeypatch.delenv("KAGGLE_KERNEL_RUN_TYPE", raising=False)
    assert run_launch_cell(monkeypatch) == []


@pytest.mark.parametrize("place", ["colab", "kaggle"])
def test_launch_cell_installs_the_library_alone(monkeypatch, place):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    if place == "colab":
        monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    else:
        monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
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


def test_a_notebook_gets_colabs_packages_in_an_environment_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setattr(colab_lane, "PYTHON", sys.executable)
    python = colab_lane.lend_packages(tmp_path / "venv")
    assert colab_lane.purelib(python) == str(next((tmp_path / "venv").glob("lib/*/site-packages")))
    script = """
import importlib.util, numpy, pip
print(numpy.__file__, importlib.util.find_spec("course_lib"))  # the launch cell installs it
"""
    environment = {key: text for key, text in os.environ.items() if key != "PYTHONPATH"}
    told = subprocess.run(
        [python, "-c", script],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert told.startswith(colab_lane.purelib(sys.executable)) and told.endswith("None\n")


def test_an_exercise_of_the_lane_begins_as_a_lesson_and_ends_with_its_first_check():
    same = launch_cell(publication())

    def exercise(launch=same):
        code = (launch, "import numpy", "checks.task_01_1(one)", "checks.task_01_2(two)")
        title = nbformat.v4.new_markdown_cell("# Title")
        return nbformat.v4.new_notebook(cells=[title, *map(nbformat.v4.new_code_cell, code)])

    def told(notebook):
        return [cell.source for cell in notebook.cells]

    own, kept = told(exercise()), colab_lane.prepared
    installing = [colab_lane.BEFORE, *own[:4], colab_lane.AFTER]
    assert told(kept(exercise(), first=True, exercise=True)) == installing
    installed = [own[0], *own[2:4], colab_lane.AFTER]
    assert told(kept(exercise(), first=False, exercise=True)) == installed
    assert told(kept(exercise(), first=True, exercise=False))[1:-1] == own
    with pytest.raises(ValueError, match="launch cell"):
        kept(exercise("%pip install another"), first=False, exercise=True)


# Release


@pytest.fixture
def release(tmp_path):
    """A checkout that is ready to be published."""
    write_pyproject(tmp_path)
    (tmp_path / "CITATION.cff").write_text("version: 0.1.0\n", encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## 0.1.0\n", encoding="utf-8")
    (tmp_path / "course_lib").mkdir()
    (tmp_path / "course_lib" / "__init__.py").write_text('__version__ = "0.1.0"\n')
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "README.md").write_text(stamped(LINKS, READY), encoding="utf-8")
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


def test_release_refuses_changes_under_another_heading(release):
    newer = "# Changes\n\n## Unreleased\n\n## 0.1.0\n"
    (release / "CHANGELOG.md").write_text(newer, encoding="utf-8")
    [found] = release_check.problems(release)
    assert found.startswith("CHANGELOG.md's first section is not 0.1.0")


def test_release_refuses_a_notebook_stamped_otherwise(release):
    write_notebook(release, Publication("https://github.com/bob/course", "v0.1.0", "0.1.0"))
    found = release_check.problems(release)
    assert len(found) == 2 and all("make restamp" in problem for problem in found)


def test_release_refuses_a_readme_that_links_elsewhere(release):
    other = Publication("https://github.com/bob/course", "v0.1.0", "0.1.0")
    (release / "README.md").write_text(stamped(LINKS, other), encoding="utf-8")
    [found] = release_check.problems(release)
    assert found.startswith("README.md") and "make restamp" in found


def test_readme_clones_from_this_address():
    line = f"\ngit clone {READY.address} inpainting-course\n"
    assert line in stamped(LINKS, READY)
    assert line in stamped((ROOT / "README.md").read_text(encoding="utf-8"), READY)


def test_a_readme_without_its_links_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="README.md has lost its links"):
        stamped("# Course", READY)


def test_each_place_is_led_to_at_the_tag():
    name = "exercises/01_masks.ipynb"
    assert platforms.kaggle(READY, name) == (
        "https://www.kaggle.com/kernels/welcome?src=https://github.com/ada/inpainting-course"
        "/blob/v0.1.0/exercises/01_masks.ipynb"
    )
    assert platforms.binder(READY, name) == (
        "https://mybinder.org/v2/gh/ada/inpainting-course/v0.1.0"
        "?urlpath=lab%2Ftree%2Fexercises%2F01_masks.ipynb"
    )
    assert platforms.codespaces(READY) == (
        "https://codespaces.new/ada/inpainting-course/tree/v0.1.0"
    )
    assert platforms.site(READY) == "https://ada.github.io/inpainting-course/v0.1.0/"


def test_this_checkout_is_stamped_as_pyproject_says():
    before_a_release = ("still says OWNER", "CHANGELOG.md's first section")
    found = release_check.problems()
    assert [one for one in found if not any(part in one for part in before_a_release)] == []


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


@pytest.fixture
def setup_venv(monkeypatch):
    """tools/setup_venv.py on a made-up Linux without a card, its commands noted and not run."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    module = importlib.import_module("setup_venv")
    module.ran = []
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(module, "card", lambda: None)
    monkeypatch.setattr(module, "right_version", lambda venv: True)
    monkeypatch.setattr(module, "python_of", lambda venv: sys.executable)
    monkeypatch.setattr(module, "run", lambda command: module.ran.append(note(command)))
    return module


def note(command):
    """A command, and which TensorFlow the lock that it installs from names."""
    command = [str(word) for word in command]
    lock = Path(command[-1]).read_text(encoding="utf-8") if "-r" in command else ""
    builds = set(re.findall(r"^(tensorflow[a-z-]*|nvidia)(?==|-\w)", lock, re.MULTILINE))
    return command, builds


def installed(module):
    """The builds that the last run installed; None if it did nothing."""
    builds = [builds for command, builds in module.ran if builds]
    gone = [command for command, _ in module.ran if "uninstall" in command]
    taken_away = set(gone[0][gone[0].index("uninstall") :]) if gone else set()
    assert all(not taken_away & found for found in builds)
    first = next((k for k, (_, found) in enumerate(module.ran) if found), None)
    assert first is None or any("uninstall" in command for command, _ in module.ran[:first])
    module.ran.clear()
    return set().union(*builds) if builds else None


CPU, GPU = {"tensorflow-cpu"}, {"tensorflow", "nvidia"}


def test_tensorflows_build_follows_the_card(monkeypatch, setup_venv, tmp_path):
    venv = str(tmp_path / "venv")
    assert setup_venv.main(venv) == 0 and installed(setup_venv) == CPU
    assert setup_venv.main(venv) == 0 and installed(setup_venv) is None
    monkeypatch.setattr(setup_venv, "card", lambda: "Tesla T4")  # a card is put in
    assert setup_venv.main(venv) == 0 and installed(setup_venv) == GPU
    monkeypatch.setattr(setup_venv, "card", lambda: None)  # a laptop away from its dock
    assert setup_venv.main(venv) == 0 and installed(setup_venv) is None


@pytest.mark.parametrize("seen", [None, "Tesla T4"])
def test_a_choice_by_hand_is_kept_until_another(monkeypatch, setup_venv, tmp_path, seen):
    venv = str(tmp_path / "venv")
    monkeypatch.setattr(setup_venv, "card", lambda: seen)
    for choice, build in (("0", CPU), ("1", GPU), ("0", CPU)):
        assert setup_venv.main(venv, "--gpu", choice) == 0
        assert installed(setup_venv) == build
        assert setup_venv.main(venv) == 0
        assert installed(setup_venv) is None


def test_another_lock_is_installed_for_the_same_device(monkeypatch, setup_venv, tmp_path):
    venv = str(tmp_path / "venv")
    setup_venv.main(venv, "--gpu", "1")
    installed(setup_venv)
    lock = tmp_path / "requirements.lock"
    lock.write_text(Path(setup_venv.LOCK).read_text(encoding="utf-8") + "# changed\n")
    monkeypatch.setattr(setup_venv, "LOCK", str(lock))
    assert setup_venv.main(venv) == 0 and installed(setup_venv) == GPU


@pytest.mark.parametrize("left", ["", "{", "[]", '{"device": "gpu"}'])
def test_an_installation_that_was_cut_off_is_made_anew(setup_venv, tmp_path, left):
    """Left by an earlier version, by a full disk, or by one that was killed."""
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / ".ready").write_text(left)
    assert setup_venv.main(str(tmp_path / "venv")) == 0
    assert installed(setup_venv) == (GPU if "gpu" in left else CPU)


def test_a_failed_switch_is_made_again_with_the_choice(monkeypatch, setup_venv, tmp_path):
    venv = str(tmp_path / "venv")
    assert setup_venv.main(venv) == 0
    installed(setup_venv)
    note_command = setup_venv.run

    def fail(command):
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(setup_venv, "run", fail)
    assert "type the same line again" in setup_venv.main(venv, "--gpu", "1")
    monkeypatch.setattr(setup_venv, "run", note_command)
    assert setup_venv.main(venv) == 0 and installed(setup_venv) == GPU


@pytest.mark.parametrize(
    ("system", "word"), [("win32", "wsl --install"), ("darwin", "Linux x86-64")]
)
def test_elsewhere_there_is_one_build_and_a_sentence_on_cards(
    monkeypatch, setup_venv, tmp_path, capsys, system, word
):
    monkeypatch.setattr(setup_venv.sys, "platform", system)
    assert setup_venv.main(str(tmp_path / "venv"), "--gpu", "1") == 0
    assert word in capsys.readouterr().out
    assert "tensorflow" in installed(setup_venv)


def test_the_whole_lock_is_read_with_every_hash(setup_venv):
    text = Path(setup_venv.LOCK).read_text(encoding="utf-8")
    assert "".join(setup_venv.locked().values()) == re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)


def test_make_hands_the_choice_on(tmp_path):
    if shutil.which("make") is None:
        skip_or_fail("make is not installed")
    line = ("--dry-run", f"{tmp_path}/.ready", f"VENV={tmp_path}")
    assert "--gpu" not in make(*line, GPU="").stdout
    for choice in "01":
        for said in (make(*line, f"GPU={choice}"), make(*line, GPU=choice)):
            assert f"setup_venv.py {tmp_path} --gpu {choice};" in said.stdout


LIBGL = "sudo apt-get install -y libgl1 libglib2.0-0"
AGAIN = "python -m pip install --force-reinstall opencv-python"


@pytest.mark.parametrize(
    ("content", "reason", "mend"),
    [
        (
            "raise ImportError('libGL.so.1: cannot open shared object file')",
            "libGL.so.1: cannot open shared object file",
            LIBGL,
        ),
        (
            "raise ImportError('libgthread-2.0.so.0: cannot open shared object file: No such')",
            "libgthread-2.0.so.0",
            LIBGL,
        ),
        (
            "raise ImportError('numpy.core.multiarray failed to import')",
            "numpy.core.multiarray failed to import",
            AGAIN,
        ),
        ("raise ImportError('DLL load failed while importing cv2')", "DLL load failed", AGAIN),
        ("raise ImportError('ERROR: recursion is\\nfound')", "recursion is found", AGAIN),
        ("import numpy.no_such_part", "numpy.no_such_part", AGAIN),
        ("", "holds no OpenCV", AGAIN),
    ],
)
def test_an_opencv_that_cannot_be_loaded_gets_one_sentence_that_fits(
    tmp_path, content, reason, mend
):
    """The last: what an interrupted removal leaves, a package without content."""
    (tmp_path / "cv2").mkdir()
    (tmp_path / "cv2" / "__init__.py").write_text(content + "\n")
    sentence = opencv(tmp_path)
    assert sentence.startswith("ImportError: OpenCV ") and reason in sentence
    assert sentence.endswith(mend)


def test_an_opencv_that_is_not_there_is_pythons_to_say(tmp_path):
    block = "import sys; sys.modules['cv2'] = None; "
    assert "cv2" in opencv(tmp_path, block) and "OpenCV" not in opencv(tmp_path, block)


def opencv(folder, before=""):
    """The last line of an import of the course's OpenCV with ``folder`` first on the path."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {before}"
         "import course_lib._opencv"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1]
