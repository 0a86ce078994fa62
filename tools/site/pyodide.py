"""Python for a web page: Pyodide's core, and the packages of the lessons in one lock.

The core comes from npm. A package comes from Pyodide's public release, held to the SHA-256 in
Pyodide's own lock; where the release cannot be reached, from the package index, if it has no
compiled parts. What was fetched once stays in ``build/pyodide``.
"""

import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import sys
import urllib.request
import zipfile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.project import ROOT
from tools.site import npm

RELEASE = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{file}"
SECONDS = 30  # without an answer: then the release cannot be reached
CACHE = ROOT / "build" / "pyodide"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
# What the library imports: Pyodide's own builds, and what the index has for every Python.
FROM_PYODIDE = ("ipython", "matplotlib", "numpy", "opencv-python", "pandas", "pillow")
FROM_PYODIDE += ("scikit-image", "scipy", "tqdm", "traitlets")
FROM_INDEX = ("anywidget", "ipywidgets", "tifffile")
KERNEL = ("comm", "jedi", "micropip", "packaging")  # what JupyterLite's kernel starts with, beside
ON_THE_PAGE = ("jupyterlab-widgets", "widgetsnbextension")  # JupyterLite itself brings them
PLATFORM = {"sys_platform": "emscripten", "platform_system": "Emscripten", "extra": ""}


def carried():
    """(Pyodide's version, its whole lock), as npm's package says."""
    source = npm.packages() / "pyodide"
    about, lock = (
        json.loads((source / name).read_text(encoding="utf-8"))
        for name in ("package.json", "pyodide-lock.json")
    )
    return about["version"], lock


def publish(folder, library):
    """Write the core, the packages and their lock into a folder.

    Args:
        folder: pathlib.Path; made if it is not there.
        library: the course's wheel. Importing it loads all packages that it needs.

    Returns:
        The names of the packages that could not be had, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in CORE:
        shutil.copy(npm.packages() / "pyodide" / name, folder)
    version, lock = carried()
    wanted = closure(lock["packages"])
    files = from_release(wanted, version)
    files |= from_index({name: one for name, one in wanted.items() if name not in files})
    missing = sorted(wanted.keys() - files.keys())
    wanted["inpainting-course"] = {"depends": [*FROM_PYODIDE, *FROM_INDEX]}
    lock["packages"] = {
        name: entry(name, file, wanted[name], files)
        for name, file in (files | {"inpainting-course": library}).items()
    }
    for file in (*files.values(), library):
        shutil.copy(file, folder)
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return missing


def closure(packages):
    """What is wanted and all that it needs: {name: its entry in Pyodide's lock, or one like it}."""
    found, open_names = {}, [*FROM_PYODIDE, *FROM_INDEX, *KERNEL]
    while open_names:
        name = canonicalize_name(open_names.pop())
        if name not in found and name not in ON_THE_PAGE:
            found[name] = packages.get(name) or _installed(name)
            open_names += found[name]["depends"]
    return found


def _installed(name):
    """An entry for a package that Pyodide does not carry: the version that is installed here."""
    needed = map(Requirement, importlib.metadata.requires(name) or [])
    return {
        "version": importlib.metadata.version(name),
        "file_name": "from the index-none-any.whl",
        "depends": [one.name for one in needed if not one.marker or one.marker.evaluate(PLATFORM)],
    }


def from_release(wanted, version):
    """{name: file} of the packages of Pyodide's release: kept from before, or fetched if it can be.

    Raises:
        ValueError: if the release has another file than the lock names.
    """
    cache, files, reached = CACHE / version, {}, True
    cache.mkdir(parents=True, exist_ok=True)
    for name, one in wanted.items():
        file, digest = cache / one["file_name"], one.get("sha256")
        if digest and reached and _digest(file) != digest:
            reached = _download(RELEASE.format(version=version, file=file.name), file)
            if reached and _digest(file) != digest:
                file.unlink()
                raise ValueError(
                    f"{file.name} is not what Pyodide's lock names: its SHA-256 differs."
                )
        if digest and _digest(file) == digest:
            files[name] = file
    return files


def from_index(wanted):
    """{name: file} of those packages without compiled parts that the package index has."""
    cache = CACHE / "index"
    pure = {name: one for name, one in wanted.items() if one["file_name"].endswith("none-any.whl")}
    specs = {name: f"{name}=={one['version']}" for name, one in pure.items()}
    files = _by_name(cache)
    absent = [specs[name] for name in pure if files.get(name, ("",))[0] != pure[name]["version"]]
    if absent:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", cache]
        target = ["--platform", "any", "--python-version", "3.14", "--abi", "none"]
        switches = ["--disable-pip-version-check", "--only-binary=:all:", "--implementation", "py"]
        done = subprocess.run([*pip, *target, *switches, *absent], capture_output=True, text=True)
        if done.returncode:
            raise ConnectionError(f"pip could not fetch {', '.join(absent)}:\n{done.stderr}")
        files = _by_name(cache)
    return {name: files[name][1] for name in pure}


def _by_name(folder):
    """{name: (version, file)} of the wheels in a folder."""
    parts = {file: file.name.split("-") for file in sorted(folder.glob("*.whl"))}
    return {canonicalize_name(one[0]): (one[1], file) for file, one in parts.items()}


def _download(address, file):
    """Whether it could be fetched."""
    part = file.with_suffix(".part")
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer, open(part, "wb") as kept:
            shutil.copyfileobj(answer, kept)
    except OSError:
        return False
    part.replace(file)
    return True


def _digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def entry(name, file, known, there):
    """What the lock says of a package: all that Pyodide knew, and the file that is there now."""
    with zipfile.ZipFile(file) as wheel:
        tops = {one.partition("/")[0] for one in wheel.namelist() if one.endswith(".py")}
    modules = sorted({one.removesuffix(".py") for one in tops if ".d" not in one})
    return {
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
        "imports": modules,
        **known,
        "name": name,
        "version": file.name.split("-")[1],
        "file_name": file.name,
        "sha256": _digest(file),
        "depends": [one for one in known["depends"] if canonicalize_name(one) in there],
    }
