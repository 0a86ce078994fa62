"""pyproject.toml, environment.yml and requirements.lock say the same, and name what is used."""

import ast
import json
import re
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.project import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

RUNTIME = [Requirement(text) for text in PROJECT["dependencies"]]
EXTRAS = {
    name: [Requirement(text) for text in listed]
    for name, listed in PROJECT["optional-dependencies"].items()
}
TEST = EXTRAS["test"]
COLAB = {  # what Google Colab ships: a notebook there must not need an upgrade
    "anywidget": "0.9.21",
    "ipywidgets": "7.7.1",
    "keras": "3.13.2",
    "matplotlib": "3.10.0",
    "numpy": "2.1.3",
    "opencv-python": "5.0.0",
    "scikit-image": "0.25.2",
    "tensorflow": "2.20.0",
    "wandb": "0.28.1",
}
NAMED = ("jupyterlab", "tensorflow", "wandb", "opencv-python", "matplotlib", "ipywidgets")
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
IMPORT_NAMES = {"PIL": "pillow", "cv2": "opencv-python", "skimage": "scikit-image"}


def bounds(requirements):
    """{name: bound} of requirements or of lines of environment.yml's pip part."""
    parsed = [Requirement(str(requirement)) for requirement in requirements]
    return {canonicalize_name(one.name): str(one.specifier) for one in parsed}


def conda_bounds(environment):
    """{PyPI name: bound} of a conda environment, its pip part included; Python is "python"."""
    found = {}
    for entry in environment["dependencies"]:
        if isinstance(entry, dict):
            found |= bounds(line for line in entry["pip"] if not line.startswith("-e "))
            continue
        spec = Requirement(entry)  # conda's "numpy >=2.1.3" reads the same in PEP 508
        found[CONDA_NAMES.get(spec.name, spec.name)] = str(spec.specifier)
    return found


def locked(lock):
    """[(name, version, marker or None, hashes)] of a lock file."""
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE).strip())
    found = []
    for entry in entries:
        first = entry.split("\\")[0].strip()
        requirement = Requirement(first)
        version = str(requirement.specifier).removeprefix("==")
        found.append(
            (canonicalize_name(requirement.name), version, requirement.marker,
             re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry))
        )  # fmt: skip
    return found


def test_conda_environment_mirrors_pyproject():
    ours = bounds(RUNTIME + TEST) | {"python": PROJECT["requires-python"]}
    conda = conda_bounds(CONDA)
    assert conda.pop("pip") == ""
    assert {name: set(bound.split(",")) for name, bound in conda.items()} == {
        name: set(bound.split(",")) for name, bound in ours.items()
    }


def test_conda_environment_ends_with_the_course_itself():
    assert CONDA["dependencies"][-1]["pip"][-1] == "-e ."
    assert CONDA["channels"] == ["conda-forge"]


@pytest.mark.parametrize("bad", ["numpy =>2", "numpy ==bad==", "numpy >=2,<"])
def test_a_bad_conda_spec_is_found(bad):
    with pytest.raises(Exception, match="(?i)valid|parse|expect"):
        conda_bounds({"dependencies": [bad]})


def test_bounds_are_lower_bounds_only():
    for requirement in RUNTIME + TEST:
        assert re.fullmatch(r">=[\d.]+", str(requirement.specifier)), requirement
    assert PROJECT["requires-python"] == ">=3.11,<3.14"


def test_colab_needs_no_upgrade():
    declared = {canonicalize_name(one.name): one.specifier for one in RUNTIME}
    assert [name for name, version in COLAB.items() if version not in declared[name]] == []


def test_the_colab_lane_has_what_a_lesson_may_import():
    """Lessons install the library there without its dependencies: Colab must bring them."""
    listed = (ROOT / "tests" / "colab" / "requirements.txt").read_text(encoding="utf-8")
    there = {canonicalize_name(line.split("==")[0]) for line in listed.splitlines()}
    brought_by_others = {"jupyterlab", "traitlets"}  # Colab's own front end; part of IPython
    assert set(bounds(RUNTIME)) - brought_by_others <= there


def test_the_packages_that_the_course_names_are_there():
    assert set(NAMED) <= set(bounds(RUNTIME))


def test_every_import_of_the_library_is_declared():
    imported = set()
    for path in (ROOT / "course_lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.split(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - {"course_lib", "google"}
    declared = set(bounds(RUNTIME + EXTRAS["jax"] + EXTRAS["torch"] + EXTRAS["film"]))
    declared |= {"jupyter-client", "jupyter-core", "packaging"}  # JupyterLab is made of them
    assert {canonicalize_name(IMPORT_NAMES.get(name, name)) for name in foreign} <= declared


def test_lock_satisfies_every_bound_and_leaves_torch_and_jax_out():
    versions = {}
    for name, version, _, _ in locked(LOCK):
        versions.setdefault(name, []).append(version)
    for requirement in RUNTIME + TEST:
        found = versions[canonicalize_name(requirement.name)]
        assert all(version in requirement.specifier for version in found), requirement
    assert not {"torch", "jax", "jaxlib", *SETTINGS["tool"]["uv"]["exclude-dependencies"]} & set(
        versions
    )


def test_lock_is_hashed_and_names_no_address_and_no_path():
    assert [name for name, _, _, hashes in locked(LOCK) if not hashes] == []
    assert re.findall(r"^\s*--(?!hash=).*", LOCK, re.MULTILINE) == []
    assert re.findall(r"\S*(?:://|/\w+/|@)\S*", LOCK) == []


def test_what_npm_brings_is_pinned_by_version_and_hash_and_has_no_address():
    asked = json.loads((ROOT / "site" / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "site" / "package-lock.json").read_text(encoding="utf-8"))
    own = lock["packages"].pop("")
    assert own["dependencies"] == asked["dependencies"]
    for name, package in lock["packages"].items():
        assert package["integrity"].startswith("sha512-") and "resolved" not in package, name
    for name, version in asked["dependencies"].items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


MACHINES = {
    "Linux x86-64": ("linux", "Linux", "x86_64", "posix"),
    "Linux aarch64": ("linux", "Linux", "aarch64", "posix"),
    "macOS": ("darwin", "Darwin", "arm64", "posix"),
    "Windows": ("win32", "Windows", "AMD64", "nt"),
}


def on(machine, python="3.12"):
    """The values of a marker's variables there."""
    names = ("sys_platform", "platform_system", "platform_machine", "os_name")
    return {
        **dict(zip(names, MACHINES[machine], strict=True)),
        "python_version": python,
        "python_full_version": f"{python}.0",
    }


def holds(marker, machine, python="3.12"):
    return marker is None or marker.evaluate(on(machine, python))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_lock_serves_every_supported_python_and_machine(machine, python):
    names = [name for name, _, marker, _ in locked(LOCK) if holds(marker, machine, python)]
    assert len(names) == len(set(names)), "two versions of a package"
    asked = [one for one in RUNTIME + TEST if holds(one.marker, machine, python)]
    assert set(bounds(asked)) <= set(names)


@pytest.mark.parametrize("machine", MACHINES)
def test_tensorflow_has_two_builds_on_linux_x86_64_and_one_elsewhere(machine):
    """Exactly one of them is asked for by an extra there, and by the course itself elsewhere."""
    two = machine == "Linux x86-64"
    for extra, build in (("cpu", "tensorflow-cpu"), ("gpu", "tensorflow")):
        asked = [one for one in RUNTIME + EXTRAS[extra] if holds(one.marker, machine)]
        builds = [one.name for one in asked if one.name.startswith("tensorflow")]
        assert builds == [build if two else "tensorflow"]
    locked_there = {name for name, _, marker, _ in locked(LOCK) if holds(marker, machine)}
    assert ("tensorflow-cpu" in locked_there) == two
    assert any(name.startswith("nvidia-") for name in locked_there) == two
    assert "tensorflow" in locked_there


# What a server and a commit run


def read_yaml(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_server_runs_what_anyone_can_type():
    (job,) = read_yaml(".github/workflows/ci.yml")["jobs"].values()
    typed = [step["run"] for step in job["steps"] if "run" in step]
    assert typed.pop() == ".ci/run"
    assert all(one.startswith("sudo sysctl ") for one in typed)  # what its kernel forbids


def test_a_commit_meets_the_ruff_that_the_lock_names():
    hooks = {
        one["repo"].rpartition("/")[2]: one for one in read_yaml(".pre-commit-config.yaml")["repos"]
    }
    (version,) = [version for name, version, _, _ in locked(LOCK) if name == "ruff"]
    assert hooks["ruff-pre-commit"]["rev"] == f"v{version}"
    assert {hook["id"] for hook in hooks["ruff-pre-commit"]["hooks"]} == {
        "ruff-check",
        "ruff-format",
    }
    assert [hook["id"] for hook in hooks["gitleaks"]["hooks"]] == ["gitleaks"]
