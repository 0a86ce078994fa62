"""Is this computer ready for the course? What is well, and what to type where something is not.

    python -m course_lib check

It imports only the standard library, so that it can report what is missing.
"""

import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from course_lib import __version__, _place

NAME = "inpainting-course"
BUILDS = ("tensorflow", "tensorflow-cpu")  # of one package: never both in one environment
OLDEST, NEWEST = (3, 11), (3, 13)
DISK = 1.0  # GB: the notebooks' runs, and CIFAR-10 with its archive
MEMORY = 2.0  # GB: a lesson with a network and the browser
DRAWN_BY = {  # our widgets' packages: the folder of each one's JupyterLab extension
    "ipywidgets": "@jupyter-widgets/jupyterlab-manager",
    "anywidget": "anywidget",
}
KERNEL_SECONDS = 120  # a kernel that has not answered by then will not
INSTALL = "make lab rebuilds the environment; with pip: pip install --upgrade"
FIRST_REPAIR = """
import json, time
start = time.perf_counter()
from course_lib import classical, data, masks, metrics
truth = data.photo("chelsea")[100:164, 150:214]
hole = masks.random_lines(1, size=64, seed=0)[0]
damaged = masks.damage(truth, hole)
said = {"classical": metrics.psnr(truth, classical.harmonic(damaged, hole), hole)}
said["classical seconds"] = time.perf_counter() - start
import keras
from course_lib import models
network = models.load_pretrained("best")
said["network"] = metrics.psnr(truth, models.inpaint(network, damaged, hole), hole)
said |= {"backend": keras.backend.backend(), "network seconds": time.perf_counter() - start}
print(json.dumps(said))
"""


@dataclass(frozen=True)
class Line:
    """One thing that was looked at.

    Attributes:
        name: such as "disk".
        said: what was found, in a few words.
        mend: what to type or to do; empty where all is well.
    """

    name: str
    said: str
    mend: str = ""

    @property
    def well(self):
        return not self.mend

    def __str__(self):
        first = f"{'ok' if self.well else 'MEND':<5} {self.name:<9} {self.said}"
        return first if self.well else f"{first}\n{'':<15} -> {self.mend}"


def look():
    """Look at one thing after another: an iterator of ``Line``, each as soon as it is known.

    Nothing is raised: what cannot be looked at is a line with a mend. Nothing is changed.

    Example:
        >>> next(look()).name
        'python'
    """
    for name, check in CHECKS.items():
        try:
            said, mend = check()
        except Exception as error:  # whatever is broken here, the next lines still help
            said = f"could not be looked at: {type(error).__name__}: {_first_line(str(error))}"
            mend = f"{INSTALL} -e ."
        yield Line(name, said, mend)


def as_json(lines):
    """The lines as JSON: ``{"ready": bool, "course": version, "lines": [{...}, ...]}``."""
    lines = list(lines)
    told = [{**vars(line), "well": line.well} for line in lines]
    ready = all(line.well for line in lines)
    return json.dumps({"ready": ready, "course": __version__, "lines": told}, indent=2)


# What is looked at: each returns what it found, and the mend ("" where all is well)


def _python():
    here, oldest, newest = (
        ".".join(map(str, version)) for version in (sys.version_info[:3], OLDEST, NEWEST)
    )
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return here, ""
    return here, f"the course needs {oldest} to {newest}: make lab PYTHON=python{newest}"


def _packages():
    """Every package that the course needs is there and new enough."""
    from packaging.requirements import Requirement

    needed = [Requirement(text) for text in _needed()]
    needed = [one for one in needed if not one.marker or one.marker.evaluate({"extra": "cpu"})]
    faults, wanted = [], []
    for one in needed:
        name = _build() if one.name in BUILDS else one.name
        version = _version(name)
        if version is None:
            faults.append(f"{name} is missing")
        elif not one.specifier.contains(version, prereleases=True):
            faults.append(f"{name} {version} does not suit ({one.specifier})")
        else:
            continue
        wanted.append(f'"{name}{one.specifier}"')
    if not faults:
        return f"{len(needed)} of {len(needed)}", ""
    return "; ".join(faults), f"{INSTALL} {' '.join(wanted)}"


def _needed():
    """What pyproject.toml asks for, where it is at hand: the installed course may be an older one.

    On Linux x86-64 TensorFlow is only among the extras: the one for the CPU stands for both.
    """
    path = Path(__file__).parents[1] / "pyproject.toml"
    if path.is_file():
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        return [*project["dependencies"], *project["optional-dependencies"]["cpu"]]
    return metadata.requires(NAME) or ()


def _build():
    """The build of TensorFlow that is here; where none is, the one that this computer needs."""
    here = [name for name in BUILDS if _version(name) is not None]
    if here:
        return here[0]
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return "tensorflow"
    from course_lib import _gpu

    return "tensorflow[and-cuda]" if _gpu.ask_driver() else "tensorflow-cpu"


def _version(name):
    """The version of an installed package; None if it is missing."""
    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version(name)
    return None


def _disk():
    """Room enough, and a file can be written, here and at home."""
    for folder in (Path.cwd(), Path.home()):
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"course")
        except OSError as error:
            writable = f"choose a folder that you may write to ({error.strerror})"
            return f"nothing can be written to {folder}", writable
        free = shutil.disk_usage(folder).free / 1e9
        if free < DISK:
            return f"{free:.1f} GB free in {folder}", f"make room for {DISK:g} GB there"
    return f"{free:.0f} GB free", ""


def _memory():
    import psutil

    memory = psutil.virtual_memory()
    said = f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free"
    if memory.available >= MEMORY * 1e9:
        return said, ""
    return (
        said,
        f"close other programs and idle notebooks: a lesson and its browser take {MEMORY:g} GB",
    )


def _gpu():
    from course_lib import _gpu

    card, mend = _gpu.look()
    if card is None:
        return "none: every lesson runs without one", ""
    return (f"{card} lies idle", mend) if mend else (f"{card}, used by Keras", "")


def _widgets():
    """JupyterLab has the extensions that draw the widgets, in versions that match Python's."""
    if _place.place() == "colab":
        return "drawn by Colab", ""
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    for package, extension in DRAWN_BY.items():
        if not any((folder / extension / "package.json").is_file() for folder in folders):
            return f"{package} is not drawn: JupyterLab lacks {extension}", (
                f"{INSTALL} --force-reinstall {package} jupyterlab_widgets"
            )
    spoken, drawn = (int(metadata.version(name).split(".")[0]) for name in
                     ("ipywidgets", "jupyterlab_widgets"))  # fmt: skip
    if (spoken >= 8) != (drawn >= 3):
        return f"ipywidgets {spoken} and jupyterlab_widgets {drawn} do not go together", (
            f"{INSTALL} ipywidgets jupyterlab_widgets"
        )
    return f"drawn by JupyterLab {metadata.version('jupyterlab')}", ""


def _kernel():
    """A notebook's kernel starts, answers, and has this course."""
    from jupyter_client.manager import start_new_kernel

    start, said = time.perf_counter(), []
    mend = f"{sys.executable} -m ipykernel install --sys-prefix"
    try:
        manager, client = start_new_kernel(kernel_name="python3", startup_timeout=KERNEL_SECONDS)
    except Exception as error:
        return f"does not start: {_first_line(str(error))}", mend
    try:
        client.execute_interactive(
            "import course_lib; print(course_lib.__file__)", timeout=KERNEL_SECONDS,
            output_hook=lambda message: said.append(message["content"].get("text", "")),
        )  # fmt: skip
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    ours = Path(__file__).with_name("__init__.py")
    if "".join(said).strip() != str(ours):
        return "starts another Python, which does not have this course", mend
    return f"answers after {time.perf_counter() - start:.0f} s", ""


def _fonts():
    from matplotlib import font_manager

    font = font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    return Path(font).name, ""


def _repair():
    """A classical method and a network repair a picture, in a process of its own."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_REPAIR], cwd=Path(__file__).parents[1], env=environment,
        capture_output=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip() or f"it ended with {done.returncode}").splitlines()[-1]
        return f"failed: {last}", f'{INSTALL} keras "{_build()}" opencv-python'
    said = json.loads(done.stdout.splitlines()[-1])
    if min(said["classical"], said["network"]) < 20:
        return f"a wrong picture: {said['network']:.1f} dB", "git checkout course_lib/weights"
    return (
        f"harmonic after {said['classical seconds']:.0f} s, a network on {said['backend']} after "
        f"{said['network seconds']:.0f} s ({said['network']:.1f} dB)"
    ), ""


def _first_line(text):
    return re.split(r"[\r\n]", text.strip() or "without a word")[0]


CHECKS = {
    "python": _python,
    "packages": _packages,
    "disk": _disk,
    "memory": _memory,
    "gpu": _gpu,
    "widgets": _widgets,
    "kernel": _kernel,
    "fonts": _fonts,
    "repair": _repair,
}
