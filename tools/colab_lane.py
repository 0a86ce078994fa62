"""Launch every committed lesson the way Google Colab does, as far as that works elsewhere.

    python -m tools.colab_lane [python3.13]

Python 3.13 has Colab's versions (tests/colab/requirements.txt, kept in .venv-colab); each notebook
is alone in an empty folder, with an empty home and an environment of its own over Colab's; a
stand-in replaces the google.colab module; the launch cell installs course_lib by pip from the
public address, which git reads from a local clone of the last commit, tagged with the release's
tag. nbval runs the cells, so an exception in a widget's callback fails too. Two notebooks run at a
time.

The exercises begin as the lessons do, with the same launch cell. They share an environment, which
the first of them fills, and each runs up to the check of its first task.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import nbformat

from tools import lane
from tools.project import EXERCISES, NOTEBOOKS, ROOT, publication, words
from tools.render import launch_cell

PYTHON = ROOT / ".venv-colab" / "bin" / "python"
REQUIREMENTS = ROOT / "tests" / "colab" / "requirements.txt"
STAND_IN = ROOT / "tests" / "colab" / "stand_in.py"
AT_ONCE = 2  # notebooks, each in an environment of its own

BEFORE = """\
import importlib.util
import sys
assert importlib.util.find_spec("course_lib") is None, "course_lib is there before the launch cell"
assert "google.colab" in sys.modules
"""
AFTER = """\
import sysconfig
import course_lib
assert course_lib.__file__.startswith(sysconfig.get_path("purelib")), course_lib.__file__
"""


def serve(folder, published):
    """A bare clone of the last commit under the tag, and a git configuration that leads to it.

    Returns:
        The path of the git configuration: with it, the public address is the clone.
    """
    clone = folder / "served.git"
    git = ["git", "-c", "safe.directory=*"]
    subprocess.run([*git, "clone", "--quiet", "--bare", ROOT, clone], check=True)
    subprocess.run([*git, "-C", clone, "tag", "--force", published.tag, "HEAD"], check=True)
    subprocess.run([*git, "-C", clone, "config", "uploadpack.allowFilter", "true"], check=True)
    configuration = folder / "gitconfig"
    configuration.write_text(
        f'[url "{clone.as_uri()}"]\n\tinsteadOf = {published.address}\n'
        "[safe]\n\tdirectory = *\n[advice]\n\tdetachedHead = false\n"
    )
    return configuration


def purelib(python):
    """The folder where that Python looks for installed packages."""
    command = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def lend_packages(venv):
    """A new environment in that folder that has Colab's packages, and takes what is installed.

    Returns:
        Its Python.
    """
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin" / "python"
    theirs, ours = map(purelib, (PYTHON, python))
    Path(ours, "colab.pth").write_text(f"{theirs}\n", encoding="utf-8")
    return python


def prepared(notebook, first, exercise):
    """A notebook as it is launched: AFTER ends it, and BEFORE opens the first of an environment.

    Only that first one installs course_lib: the others' launch cell, which must be the same, is
    left out. An exercise ends with the check of its first task.
    """
    cells = list(notebook.cells)
    if cells[1].source != launch_cell(publication()):
        raise ValueError(
            "The second cell is not this address's launch cell: write # {{launch}} there and type "
            "make notebooks restamp."
        )
    if exercise:
        checked = ["checks.task_" in cell.source for cell in cells]
        cells = cells[: checked.index(True) + 1]
    cells = [nbformat.v4.new_code_cell(BEFORE), *cells] if first else [cells[0], *cells[2:]]
    notebook.cells = [*cells, nbformat.v4.new_code_cell(AFTER)]
    return notebook


def launch(notebook_paths, folder, git_configuration):
    """Run notebooks one after another in an environment with an empty home.

    Each stands in an empty folder, and the launch cell of the first installs course_lib.

    Returns:
        (passed, output): True if every cell ran and course_lib came from where the launch cell
        installed it; and what pytest printed.
    """
    python = lend_packages(folder / "venv")
    home, ipython = folder / "home", folder / "ipython"
    for made in (home, ipython / "profile_default" / "startup"):
        made.mkdir(parents=True)
    shutil.copy(STAND_IN, ipython / "profile_default" / "startup" / "00-google-colab.py")
    for path in notebook_paths:
        alone = folder / "alone" / path.stem
        alone.mkdir(parents=True)
        notebook = nbformat.read(path, as_version=4)
        notebook = prepared(notebook, path == notebook_paths[0], path.parent == EXERCISES)
        nbformat.write(notebook, alone / path.name)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("INPAINTING_", "PYTHON", "PYTEST", "JUPYTER", "VIRTUAL_ENV"))
    }
    environment.update(
        HOME=str(home),
        IPYTHONDIR=str(ipython),
        GIT_CONFIG_GLOBAL=str(git_configuration),
        INPAINTING_PROFILE="smoke",
        TF_NUM_INTRAOP_THREADS="1",  # beside another notebook more threads only wait
        PATH=f"{python.parent}{os.pathsep}{os.environ['PATH']}",
    )
    command = [python, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "--nbval-lax",
               "--nbval-current-env", "--nbval-cell-timeout=1800",
               *(f"{path.stem}/{path.name}" for path in notebook_paths)]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder / "alone", env=environment, capture_output=True, text=True
    )
    shutil.rmtree(folder)
    return done.returncode == 0, done.stdout + done.stderr


def main(base_python="python3.13"):
    exercises, lessons = (
        sorted(home.glob("[0-9][0-9]_*.ipynb")) for home in (EXERCISES, NOTEBOOKS)
    )
    together = [exercises, *([lesson] for lesson in lessons)]  # what is long first
    git_status = ["git", "-c", "safe.directory=*", "-C", ROOT, "status", "--porcelain"]
    if subprocess.run(git_status, check=True, capture_output=True).stdout.strip():
        print("Uncommitted changes of course_lib are not tested: Colab installs the last commit.")
    if not lane.right_python(base_python, (3, 13)):
        return "Colab runs Python 3.13: type make test-colab COLAB_PYTHON=/path/to/python3.13."
    lane.environment(".venv-colab", base_python, "--requirement", REQUIREMENTS)
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            git_configuration = serve(Path(folder), publication())
        except subprocess.CalledProcessError:
            return "There is no commit to launch from: commit first, then make test-colab."
        names = ["exercises", *(path.stem for path in lessons)]
        folders = [Path(folder) / name for name in names]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            launched = pool.map(launch, together, folders, repeat(git_configuration))
            for name, (passed, output) in zip(names, launched, strict=True):
                print(f"== as Colab launches it: {name}\n{output}", flush=True)
                if not passed:
                    failed.append(name)
    if failed or not lessons or not exercises:
        return f"Failed on Colab's versions: {', '.join(failed) or 'there are no notebooks'}."
    print(f"{len(lessons)} lessons and {len(exercises)} exercises launched as on Colab.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*words("tools.colab_lane", __doc__, 1)))
