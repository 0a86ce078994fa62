"""Is the card used? Stand-ins for the driver, for CUDA's libraries and for the frameworks tell."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from course_lib import _gpu
from tests.helpers import skip_or_fail
from tools.project import ROOT

DRIVER = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int cuInit(unsigned flags) { return 0; }
int cuDeviceGetCount(int *count) { *count = 1; return 0; }
int cuDeviceGetName(char *name, int length, int device) { strcpy(name, "Tesla T4"); return 0; }
"""
# What TensorFlow 2.21 loads before it uses a card (XLA, dlopen_checker.cc), by wheel.
LIBRARIES = {
    "libcudart.so.12": "cuda_runtime",
    "libcublas.so.12": "cublas",
    "libcublasLt.so.12": "cublas",
    "libcufft.so.11": "cufft",
    "libcusolver.so.11": "cusolver",
    "libcusparse.so.12": "cusparse",
    "libcudnn.so.9": "cudnn",
}
BUILT = {
    "cuda_version": "12.5.1",
    "cudnn_version": "9",
    "is_cuda_build": True,
    "cuda_compute_capabilities": ["sm_60", "sm_70", "compute_90"],
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Compile C into a library, each source once; compiled("") is an empty one."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not sys.platform.startswith("linux"):
        pytest.skip("the stand-ins are libraries for Linux")
    if compiler is None:
        skip_or_fail("no C compiler is installed: apt-get install gcc")
    folder, made = tmp_path_factory.mktemp("compiled"), {}

    def compile_once(source):
        if source not in made:
            made[source] = folder / f"{len(made)}.so"
            command = [compiler, "-shared", "-fPIC", "-w", "-x", "c", "-", "-o", made[source]]
            subprocess.run(command, input=source + "\n", text=True, check=True)
        return made[source]

    return compile_once


class Machine:
    """A made-up computer: what its driver is, which libraries and frameworks it has."""

    def __init__(self, folder, compiled):
        self.folder, self.compiled = folder, compiled
        self.system, self.packages, self.home = (folder / name for name in ("lib", "site", "home"))
        for made in (self.system, self.packages, self.home):
            made.mkdir()
        self.environment = {"HOME": str(self.home)}

    def driver(self, source=DRIVER):
        shutil.copy(self.compiled(source), self.system / "libcuda.so.1")

    def libraries(self, names=LIBRARIES, place="system"):
        for name in names:
            wheel = self.packages / "nvidia" / LIBRARIES.get(name, "x") / "lib"
            target = self.system if place == "system" else wheel
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.compiled(""), target / name)

    def package(self, name, file="__init__.py", text=""):
        path = self.packages / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        forbidden = f"raise ImportError('{name} was imported')\n"
        (self.packages / name / "__init__.py").write_text(forbidden)
        if file != "__init__.py":
            path.write_text(text)

    def tensorflow(self, **facts):
        text = f"build_info = { ({**BUILT, **facts})!r}\n"
        self.package("tensorflow", "python/platform/build_info.py", text)

    def setup(self, before=""):
        """(run as a dict, the line on the device) of a first cell in a process of its own."""
        script = (
            f"import sys, json; sys.path[:0] = [{str(ROOT)!r}, {str(self.packages)!r}]\n"
            f"from course_lib import _gpu, runtime\n{before}\nrun = runtime.setup()\n"
            "print(json.dumps(vars(run)))"
        )
        kept = ("PATH", "SYSTEMROOT")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {"LD_LIBRARY_PATH": str(self.system), **self.environment}
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert len(lines) == 6, done.stdout
        return json.loads(lines[-1]), lines[1]


@pytest.fixture
def machine(tmp_path, compiled):
    return Machine(tmp_path, compiled)


def test_a_card_that_tensorflow_can_use_is_used(machine):
    machine.driver()
    machine.libraries()
    machine.tensorflow()
    run, said = machine.setup()
    assert (run["device"], run["profile"], run["data"]) == ("gpu", "full", "cifar10")
    assert said == "device   gpu (Tesla T4)"


def test_the_libraries_of_nvidias_wheels_are_found_beside_tensorflow(machine):
    machine.driver()
    machine.libraries(place="wheels")
    machine.tensorflow()
    assert machine.setup()[0]["device"] == "gpu"


@pytest.mark.parametrize("missing", [*LIBRARIES, "all of them"])
def test_without_a_library_the_card_lies_idle(machine, missing):
    machine.driver()
    machine.libraries([name for name in LIBRARIES if missing not in (name, "all of them")])
    machine.tensorflow()
    run, said = machine.setup()
    assert (run["device"], run["profile"], run["data"]) == ("cpu", "quick", "photos")
    assert "Tesla T4 lies idle" in said and ("GPU=1" in said or "tensorflow[and-cuda]" in said)


def test_a_library_that_is_no_library_does_not_count(machine):
    machine.driver()
    machine.libraries()
    (machine.system / "libcudnn.so.9").write_text("version https://git-lfs.github.com/spec/v1\n")
    machine.tensorflow()
    assert machine.setup()[0]["device"] == "cpu"


@pytest.mark.parametrize(
    "facts",
    [{"is_cuda_build": False}, {"cuda_version": ""}, {"cudnn_version": None}],
    ids=["the CPU build", "no version of CUDA", "no version of cuDNN"],
)
def test_a_tensorflow_that_is_not_built_for_cuda_uses_no_card(machine, facts):
    machine.driver()
    machine.libraries()
    machine.tensorflow(**facts)
    assert machine.setup()[0]["device"] == "cpu"


def test_no_tensorflow_uses_no_card(machine):
    """As in the kernels of the first lessons under the tests: a file that raises."""
    machine.driver()
    machine.libraries()
    (machine.packages / "tensorflow.py").write_text("raise ImportError('it was imported')\n")
    assert machine.setup()[0]["device"] == "cpu"


def test_newer_versions_need_newer_libraries(machine):
    machine.driver()
    machine.libraries()
    machine.tensorflow(cuda_version="13.0.2")
    assert machine.setup()[0]["device"] == "cpu"
    thirteen = [name.replace("12", "13") for name in LIBRARIES if name != "libcusparse.so.12"]
    machine.libraries([name.replace("so.11", "so.12") for name in thirteen])
    assert machine.setup()[0]["device"] == "gpu"


def replaced(function, body, source=DRIVER):
    """The stand-in driver with another body of one function."""
    lines = source.splitlines()
    at = next(k for k, line in enumerate(lines) if f" {function}(" in line)
    lines[at] = lines[at].partition("{")[0] + "{ " + body + " }"
    return "\n".join(lines)


NO_CARD = {
    "an error": replaced("cuInit", "return 100;"),
    "no card": replaced("cuDeviceGetCount", "*count = 0; return 0;"),
    "a number below zero": replaced("cuDeviceGetCount", "*count = -1; return 0;"),
    "a count that fails": replaced("cuDeviceGetCount", "*count = 1; return 3;"),
    "a crash": replaced("cuInit", "abort();"),
    "a segmentation fault": replaced("cuDeviceGetName", "*(volatile int *)0 = 1;"),
    "the end of the process": replaced("cuInit", "exit(0);"),
    "its end at once": replaced("cuInit", "_exit(0);"),
    "a crash while it loads": DRIVER + "__attribute__((constructor)) void begin() { abort(); }",
    "none of its functions": "int nothing;",
}


@pytest.mark.parametrize("source", NO_CARD.values(), ids=NO_CARD)
def test_a_driver_without_a_card_or_without_sense_means_cpu(machine, source):
    machine.driver(source)
    machine.libraries()
    machine.tensorflow()
    run, said = machine.setup()
    assert run["device"] == "cpu" and said == "device   cpu: enough for every lesson"


def test_a_driver_that_hangs_means_cpu(machine):
    machine.driver(replaced("cuInit", "sleep(3600); return 0;"))
    assert machine.setup(before="_gpu.ASKING_SECONDS = 0.5")[0]["device"] == "cpu"


def test_a_file_that_is_no_driver_means_cpu(machine):
    (machine.system / "libcuda.so.1").write_text("not a library")
    assert machine.setup()[1] == "device   cpu: enough for every lesson"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('strcpy(name, "\\xff\\xfe\\x01\\n\\x1b[31m"); return 0;', "[31m"),
        ("memset(name, 0xff, length); return 0;", "NVIDIA GPU"),
        ("memset(name, 'x', length); return 0;", "x" * 99),
        ("return 100;", "NVIDIA GPU"),
        ('puts("{}"); fflush(stdout); strcpy(name, "T4"); return 0;', "T4"),
        ('puts("when all is over"); strcpy(name, "T4"); return 0;', "T4"),
        ('printf("no end of line"); fflush(stdout); strcpy(name, "T4"); return 0;', "T4"),
    ],
)
def test_a_name_is_a_word_whatever_the_driver_says(machine, body, named):
    machine.driver(replaced("cuDeviceGetName", body))
    machine.libraries()
    machine.tensorflow()
    run, said = machine.setup()
    assert run["device"] == "gpu" and said == f"device   gpu ({named})"


@pytest.mark.parametrize(
    ("version", "device"), [(11040, "cpu"), (12000, "gpu"), (12080, "gpu"), (13000, "gpu")]
)
def test_a_driver_older_than_tensorflows_cuda_is_named(machine, version, device):
    source = DRIVER + f"int cuDriverGetVersion(int *version) {{ *version = {version}; return 0; }}"
    machine.driver(source)
    machine.libraries()
    machine.tensorflow()
    run, said = machine.setup()
    assert run["device"] == device
    assert ("update the driver" in said) == (device == "cpu")


@pytest.mark.parametrize(
    ("major", "minor", "device"), [(5, 2, "cpu"), (6, 0, "gpu"), (12, 0, "gpu")]
)
def test_a_card_older_than_tensorflow_is_built_for_is_named(machine, major, minor, device):
    answer = f"*value = which == 75 ? {major} : which == 76 ? {minor} : 0; return 0;"
    function = f"int cuDeviceGetAttribute(int *value, int which, int device) {{ {answer} }}"
    machine.driver(DRIVER + function)
    machine.libraries()
    machine.tensorflow()
    run, said = machine.setup()
    assert run["device"] == device
    assert ("it is older than what TensorFlow is built for" in said) == (device == "cpu")


# Keras's other backends


@pytest.mark.parametrize("cuda", [12, 13])
def test_jax_needs_its_plugin_and_the_libraries(machine, cuda):
    machine.environment["KERAS_BACKEND"] = "jax"
    machine.driver()
    machine.tensorflow()
    machine.package("jax")
    machine.libraries()
    assert "jax[cuda12]" in machine.setup()[1]
    machine.package(f"jax_cuda{cuda}_plugin")
    assert machine.setup()[0]["device"] == ("gpu" if cuda == 12 else "cpu")


@pytest.mark.parametrize(
    ("version", "device"), [("cuda = '12.8'", "gpu"), ("cuda = None", "cpu"), ("", "cpu")]
)
def test_pytorch_says_itself_how_it_was_built(machine, version, device):
    machine.environment["KERAS_BACKEND"] = "torch"
    machine.driver()
    machine.package("torch", "version.py", version + "\n")
    run, said = machine.setup()
    assert run["device"] == device
    assert ("pytorch.org" in said) == (device == "cpu")


@pytest.mark.parametrize("backend", ["numpy", "openvino", "nonsense"])
def test_a_backend_that_uses_no_card_is_named(machine, backend):
    machine.environment["KERAS_BACKEND"] = backend
    machine.driver()
    machine.libraries()
    machine.tensorflow()
    run, said = machine.setup()
    assert run["device"] == "cpu" and f"Keras on {backend} uses none" in said


@pytest.mark.parametrize(
    ("settings", "backend"),
    [
        ('{"backend": "torch"}', "torch"),
        ('{"floatx": "float32"}', "tensorflow"),
        ('{"backend": ["torch"]}', "['torch']"),
        ("[]", "tensorflow"),
        ("{", "tensorflow"),
        ('{"backend": "gr\xfcn"}', "tensorflow"),
    ],
)
def test_the_backend_is_read_where_keras_reads_it(monkeypatch, tmp_path, settings, backend):
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_bytes(settings.encode("latin-1"))
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("KERAS_BACKEND", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert _gpu._framework() == backend
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "elsewhere"))
    assert _gpu._framework() == "tensorflow"
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert _gpu._framework() == "jax"


# What to type


IDLE = {"card": "Tesla T4", "cuda": 0, "capability": 0, "missing": ["libcudnn.so.9"]}


def mend_on(monkeypatch, framework, system, machine="x86_64", prefix="/nowhere"):
    monkeypatch.setattr(_gpu.sys, "platform", system)
    monkeypatch.setattr(_gpu.platform, "machine", lambda: machine)
    monkeypatch.setattr(_gpu.sys, "prefix", str(prefix))
    monkeypatch.setattr(_gpu.sys, "executable", "/home/my name/bin/python")
    return _gpu._mend(framework, _gpu.Build(12), IDLE)


def test_the_courses_own_environment_is_mended_by_make(monkeypatch, tmp_path):
    (tmp_path / ".ready").touch()
    said = mend_on(monkeypatch, "tensorflow", "linux", prefix=tmp_path)
    assert said == "end Jupyter and type make lab GPU=1"


def test_another_environment_is_mended_by_its_own_pip(monkeypatch):
    """Two words of that line need the quotes that a shell asks for."""
    said = mend_on(monkeypatch, "tensorflow", "linux")
    assert said == "type '/home/my name/bin/python' -m pip install 'tensorflow[and-cuda]'"


@pytest.mark.parametrize("framework", ["tensorflow", "jax"])
def test_windows_learners_are_sent_to_wsl(monkeypatch, framework):
    said = mend_on(monkeypatch, framework, "win32", machine="AMD64")
    assert "no GPU on Windows" in said and said.endswith("in WSL: type wsl --install")


def test_there_is_no_tensorflow_for_cards_beside_arm(monkeypatch):
    said = mend_on(monkeypatch, "tensorflow", "linux", machine="aarch64")
    assert said == "TensorFlow has no GPU build for aarch64"


# The first cell on odd machines


def test_the_first_cell_survives_without_a_current_folder(machine):
    run, _ = machine.setup(
        before="import os, tempfile; gone = tempfile.mkdtemp(); os.chdir(gone); os.rmdir(gone)"
    )
    assert run["device"] == "cpu"


@pytest.mark.parametrize("executable", [None, "", "/no/such/python"])
def test_the_first_cell_survives_a_python_that_does_not_know_itself(machine, executable):
    machine.driver()
    run, said = machine.setup(before=f"sys.executable = {executable!r}")
    assert run["device"] == "cpu"


def test_the_first_cell_survives_a_terminal_of_plain_letters(machine):
    """The Python's path has a letter that ASCII lacks; the line names it all the same."""
    machine.driver()
    machine.environment["PYTHONIOENCODING"] = "ascii"
    before = "sys.prefix = '/'; real, sys.executable = sys.executable, '/home/j\\xfcrgen/python'\n"
    before += (
        "_gpu.ask_driver = lambda libraries: dict(card='T4', cuda=0, capability=0, missing=[])"
    )
    machine.tensorflow(is_cuda_build=False)
    run, said = machine.setup(before)
    assert run["device"] == "cpu" and "/home/j\\xfcrgen/python" in said
