"""What every test and every notebook's kernel meets, also when one file is run by hand."""

import itertools
import os
import re
import shutil
import sys
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.kernel import adam_at_once

# Tests run every cell but train next to nothing; set before any test or kernel starts.
os.environ.setdefault("INPAINTING_PROFILE", "smoke")
# Each worker has a core: on small pictures a second thread costs more waiting than it saves.
for name in ("OMP_NUM", "OPENBLAS_NUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP"):
    os.environ.setdefault(f"{name}_THREADS", "1")
# Whose computer this is does not matter: an empty home, and no setting of another tool. So no
# account is used, no progress touched, and what another checkout tests beside is in no way.
for name in list(os.environ):
    if name.startswith(
        ("INPAINTING_DATA", "IPYTHON", "JUPYTER", "KERAS_HOME", "MPL", "NETRC", "WANDB")
    ):
        del os.environ[name]
HOME = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
os.environ["HOME"] = os.environ["USERPROFILE"] = HOME.name
os.environ["INPAINTING_PROGRESS"] = os.path.join(HOME.name, "progress.json")
os.environ["MPLCONFIGDIR"] = str(Path(__file__).parent / "build" / "matplotlib")  # its fonts' list

STARTUP = Path(HOME.name, ".ipython", "profile_default", "startup")
STARTUP.mkdir(parents=True)
shutil.copy(Path(__file__).parent / "tests" / "kernel.py", STARTUP)
if os.environ.get("INPAINTING_LANE") == "browser":
    shutil.copy(Path(__file__).parent / "tests" / "browser" / "kernel.py", STARTUP / "browser.py")

KERAS_FREE = re.compile(r"(notebooks|solutions)/0[0-57]_")
UNTIL = float(os.environ.get("INPAINTING_UNTIL", "inf"))  # seconds since 1970
FORBIDDEN = str(Path(__file__).parent / "tests" / "forbidden")


def python_path(path, before):
    """PYTHONPATH for the kernel of a notebook: stand-ins first where Keras is not to be loaded."""
    rest = [folder for folder in before.split(os.pathsep) if folder not in ("", FORBIDDEN)]
    return os.pathsep.join([FORBIDDEN] * bool(KERAS_FREE.search(path)) + rest)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Nothing begins too late. The kernels of the first lessons meet stand-ins for Keras and its
    like, which raise.
    """
    if time.time() > UNTIL:
        pytest.skip("the time of this run is over (INPAINTING_UNTIL)")
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = python_path(item.path.as_posix(), before)
    # What tests/system runs in other processes has Keras's own Adam.
    if "keras" in sys.modules and "system" not in item.path.parts:
        adam_at_once(sys.modules["keras"])


@pytest.fixture(autouse=True)
def known_draws(request, monkeypatch):
    """What is drawn without a seed, as the checks of the exercises do: other numbers in every
    test and every call, but the same ones in every run, so that no outcome is luck.
    """
    drawn, new = itertools.count(zlib.crc32(request.node.nodeid.encode())), np.random.default_rng

    def default_rng(seed=None):
        return new(next(drawn) if seed is None else seed)

    monkeypatch.setattr(np.random, "default_rng", default_rng)


LONGEST = [f"test_{name}.py" for name in ("browser", "site", "wrong_answers", "hub", "untouched")]


def pytest_collection_modifyitems(items):
    """What is long first, so that no worker ends on it: these files, then the later lessons.

    A learner's own notebook among the lessons is no test.
    """
    items[:] = [item for item in items if item.path.suffix != ".ipynb" or number(item)]

    def place(item):
        name = item.path.name
        return ([*LONGEST, name].index(name), -int(number(item) or -1))

    items.sort(key=place)


def number(item):
    """The "04" of a lesson's notebook or its exercise's, None of everything else."""
    found = re.fullmatch(r"(\d\d)_\w+\.ipynb", item.path.name)
    return found and found[1]
