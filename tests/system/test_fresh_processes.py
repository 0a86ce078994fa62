"""What shows only in a process of its own: little memory, missing packages, another kernel."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from jupyter_client import kernelspec

from course_lib import data, room
from course_lib.classical import METHODS
from tools.project import ROOT

LITTLE_MEMORY = """
import os, resource, sys
import numpy as np
from course_lib import classical

hole = np.zeros((260, 260), bool)
hole[5:-5, 5:-5] = True
picture = np.full((260, 260, 3), 0.5, np.float32)
options = {"fast_marching": {"radius": 1}, "bertalmio": {"rounds": 0}}
for name in sys.argv[1:]:
    for megabytes in (0, 1, 4, 16, 40, 80, 140, 1000):
        if os.fork() == 0:
            pages = int(open("/proc/self/statm").read().split()[0])
            limit = pages * resource.getpagesize() + megabytes * 2**20
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            try:
                classical.METHODS[name](picture, hole, **options.get(name, {}))
                said = "works"
            except BaseException as error:
                said = f"{type(error).__name__}: {error}"
            os.write(1, f"{name} {megabytes} {said}\\n".encode())
            os._exit(0)
        _, status = os.wait()
        if status:
            os.write(1, f"{name} {megabytes} ended with status {status}\\n".encode())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as Linux does")
def test_too_little_memory_is_one_sentence_for_every_method():
    quick = [name for name in METHODS if name not in ("fast_marching", "exemplar")]  # minutes
    done = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY, *quick],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    outcomes = done.stdout.splitlines()
    assert len(outcomes) == 8 * len(quick), done.stderr[-2000:]
    sentence = (
        "MemoryError: this hole of 62,500 pixels needs more memory than is free: shrink the "
        "picture, or use a method that needs less, such as classical.telea."
    )
    for outcome in outcomes:
        assert outcome.endswith((" works", sentence)), outcome
    for name in ("harmonic", "biharmonic", "bertalmio", "telea"):
        assert f"{name} 0 {sentence}" in outcomes
        assert f"{name} 1000 works" in outcomes


@pytest.mark.parametrize("name", ["course", "slides", "build_notebooks"])
def test_a_lesson_that_there_is_not_is_said_at_once(name):
    done = subprocess.run(
        [sys.executable, "-m", f"tools.{name}", "99_x"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode and "Traceback" not in done.stderr
    assert "99_x: " in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows says it in other ways")
@pytest.mark.parametrize("command", [["restore", "--method"], ["compare", "--methods"]])
def test_who_stops_reading_makes_no_error_of_what_is_done(tmp_path, command):
    photo, mask = tmp_path / "photo.png", tmp_path / "mask.png"
    data.save(photo, np.full((30, 40, 3), 0.5))
    data.save(mask, np.eye(30, 40)[..., None].repeat(3, axis=-1))
    reading, writing = os.pipe()
    os.close(reading)
    command, method = command
    command = [command, str(photo), "--mask", str(mask), method, "harmonic"]
    done = subprocess.run(
        [sys.executable, "-m", "course_lib", *command, "-o", str(tmp_path / "new.png")],
        cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "new.png").is_file()


def test_all_that_is_printed_of_a_data_set_is_ascii():
    script = "from course_lib import data; print(data.load(subset=1).provenance)"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_painter_turns_on_colabs_widget_manager():
    code = """
import sys, types
calls = []
output = types.ModuleType("google.colab.output")
output.enable_custom_widget_manager = lambda: calls.append(1)
sys.modules["google.colab.output"] = output
import numpy as np
from course_lib import widgets
widgets.MaskPainter(np.zeros((4, 4, 3)))
assert calls, "the widget manager was not turned on"
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


LAUNCHER = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]


@pytest.mark.parametrize(
    "python, said", [("no-such-python", "does not start"), (sys.executable, "another Python")]
)
def test_a_kernel_of_another_python(monkeypatch, tmp_path, python, said):
    """The classroom's commonest: a kernel by the same name from an older installation."""
    (tmp_path / "course_lib").mkdir()
    (tmp_path / "course_lib" / "__init__.py").touch()
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    kernel = {"argv": [python, *LAUNCHER], "display_name": "Python 3", "language": "python"}
    kernel["env"] = {"PYTHONPATH": str(tmp_path)}
    (folder / "kernel.json").write_text(json.dumps(kernel))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setattr(kernelspec.KernelSpecManager, "ensure_native_kernel", False)
    found, mend = room.CHECKS["kernel"]()
    assert said in found and "ipykernel install" in mend


@pytest.mark.parametrize("missing", ["numpy", "tqdm"])
def test_it_speaks_where_packages_are_missing(tmp_path, missing):
    """As in a Python that is not the course's."""
    said = f"No module named {missing!r}"
    (tmp_path / f"{missing}.py").write_text(f"raise ModuleNotFoundError({said!r})")
    script = (
        "import sys; from course_lib import room;"
        "print(*room.look(), sep='\\n'); assert 'cv2' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          env=environment, cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "MEND  repair    failed: ModuleNotFoundError" in done.stdout
