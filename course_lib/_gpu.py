"""Whether the framework that Keras runs on can use a graphics card, found without loading it.

A card needs a driver that sees it, a framework that is built for it, and the libraries that this
framework loads when it starts. Where one of them is missing, the framework computes on the CPU
without a word.
"""

import glob
import importlib.util
import json
import os
import platform
import re
import runpy
import subprocess
import sys
from dataclasses import dataclass

from course_lib import _driver
from course_lib._shell import command_line

ASKING_SECONDS = 30  # waking a card takes some seconds; a driver that takes longer counts as none


@dataclass(frozen=True)
class Build:
    """What a framework that is built for CUDA asks of the machine.

    Attributes:
        cuda: CUDA's major version.
        libraries: for each library the names under which it may be found.
        capability: the lowest compute capability of a card, such as 60 for 6.0.
    """

    cuda: int
    libraries: tuple = ()
    capability: int = 0


def look():
    """Find the first NVIDIA card, and why it lies idle if it does.

    Returns:
        ``(None, None)`` where there is no card, ``("Tesla T4", None)`` where Keras can use it;
        else the card and what to do about it, in words that end a sentence.
    """
    framework = _framework()
    build = BUILDS[framework]() if framework in BUILDS else None
    found = ask_driver(build.libraries if build else ())
    if found is None:
        return None, None
    return found["card"], _mend(framework, build, found)


def ask_driver(libraries=()):
    """What ``_driver`` finds, in a process of its own; None if there is no card or it fails."""
    question = [sys.executable, "-I", "-S", _driver.__file__, json.dumps(libraries)]
    try:
        answer = subprocess.run(
            question,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ASKING_SECONDS,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ).stdout
    except (OSError, TypeError, subprocess.SubprocessError):  # TypeError: Python has no name
        return None
    line = re.search(rb'^{"card".*}$', answer, re.MULTILINE)  # a driver may print, too
    return json.loads(line[0]) if line else None


def _framework():
    """The name of what Keras runs on, read from where Keras reads it."""
    folder = os.environ.get("KERAS_HOME") or os.path.expanduser(os.path.join("~", ".keras"))
    file, settings = os.path.join(folder, "keras.json"), {}
    if os.path.isfile(file):
        try:
            with open(file, encoding="utf-8") as opened:
                settings = json.load(opened)
        except (OSError, ValueError):  # Keras ignores it, too
            pass
    stored = settings.get("backend") if isinstance(settings, dict) else None
    return os.environ.get("KERAS_BACKEND") or str(stored or "tensorflow")


def _mend(framework, build, found):
    """What to do so that a framework uses a card; None if it can."""
    name = NAMES.get(framework, framework)
    if framework not in BUILDS:
        return f"Keras on {name} uses none; KERAS_BACKEND=tensorflow does"
    if sys.platform == "win32" and framework != "torch":
        return f"{name} uses no GPU on Windows but does in WSL: type wsl --install"
    if build is None or found["missing"]:
        return _installation(framework)
    if 0 < found["cuda"] // 1000 < build.cuda:
        return f"its driver is older than {name}'s CUDA {build.cuda}: update the driver"
    if 0 < found["capability"] < build.capability:
        return f"it is older than what {name} is built for"
    return None


def _installation(framework):
    pip = (sys.executable, "-m", "pip", "install")
    if framework == "torch":
        return "install PyTorch's CUDA build, see pytorch.org/get-started"
    if framework == "jax":
        return f"type {command_line(*pip, 'jax[cuda12]')}"
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return f"TensorFlow has no GPU build for {platform.machine()}"
    if os.path.exists(os.path.join(sys.prefix, ".ready")):  # made by tools/setup_venv.py
        return "end Jupyter and type make lab GPU=1"
    return f"type {command_line(*pip, 'tensorflow[and-cuda]')}"


def _tensorflow():
    """TensorFlow's own account of how it was built, a file that imports nothing of it."""
    folder = _folder("tensorflow")
    try:
        facts = runpy.run_path(os.path.join(folder, "python", "platform", "build_info.py"))
        facts = facts["build_info"]
        if not facts["is_cuda_build"]:
            return None
        lowest = [name.rpartition("_")[2] for name in facts["cuda_compute_capabilities"]]
        cuda, cudnn = (_major(facts[name]) for name in ("cuda_version", "cudnn_version"))
        return Build(cuda, _libraries(folder, cuda, cudnn), min(map(int, lowest), default=0))
    except (OSError, TypeError, KeyError, ValueError, SyntaxError):
        return None


def _jax():
    for cuda in (13, 12):
        folder = _folder(f"jax_cuda{cuda}_plugin")
        if folder and _folder("jax"):
            return Build(cuda, _libraries(folder, cuda, 9))
    return None


def _torch():
    """PyTorch's CUDA build does not start without its libraries: no need to check them."""
    try:
        facts = runpy.run_path(os.path.join(_folder("torch"), "version.py"))
        return Build(_major(facts["cuda"]))
    except (OSError, TypeError, KeyError, ValueError, SyntaxError):
        return None


NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
BUILDS = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}


def _libraries(folder, cuda, cudnn):
    """The libraries that TensorFlow and JAX load on starting: from NVIDIA's wheels or the system.

    The list is TryDlopenCUDALibraries of XLA's dlopen_checker.cc. NVIDIA numbers three
    of them apart from CUDA itself, one version behind it.
    """
    names = (
        *([f"lib{name}.so.{cuda}"] for name in ("cudart", "cublas", "cublasLt")),
        *(
            [f"lib{name}.so.{cuda - 1}", f"lib{name}.so.{cuda}"]
            for name in ("cufft", "cusolver", "cusparse")
        ),
        [f"libcudnn.so.{cudnn}"],
    )
    wheels = glob.glob(os.path.join(glob.escape(os.path.dirname(folder)), "nvidia", "*", "lib"))
    return [one + [os.path.join(wheel, name) for name in one for wheel in wheels] for one in names]


def _folder(package):
    """Where a package is installed, without importing it; None if it is not."""
    try:
        places = importlib.util.find_spec(package).submodule_search_locations
        return list(places)[0]
    except (AttributeError, ImportError, TypeError, ValueError, IndexError):
        return None


def _major(version):
    return int(str(version).partition(".")[0])
