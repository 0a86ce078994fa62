"""The library as a wheel for a web page: without trained weights, half a megabyte."""

import base64
import hashlib
import zipfile
from pathlib import Path

from tools.project import ROOT, publication

# What only lessons read that train or show trained networks.
LEFT_OUT = ("weights", "parts.npz", "showdown_errors.npz")
TIME = (1980, 1, 1, 0, 0, 0)  # of every file, so that equal contents give equal bytes


def write_wheel(folder):
    """Write the wheel into a folder.

    It names no requirement: in a browser Pyodide's lock says what belongs together.

    Returns:
        pathlib.Path of the wheel.
    """
    version = publication().version
    about = f"inpainting_course-{version}.dist-info"
    files = {name: (ROOT / name).read_bytes() for name in _sources()}
    files[f"{about}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: inpainting-course\nVersion: {version}\n".encode()
    )
    files[f"{about}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    rows = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*rows, f"{about}/RECORD,,", ""]).encode()
    path = Path(folder) / f"inpainting_course-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files.items():
            wheel.writestr(zipfile.ZipInfo(name, TIME), content, zipfile.ZIP_DEFLATED)
    return path


def _sources():
    """Names of the library's files below the root, in order."""
    library = ROOT / "course_lib"
    for path in sorted(library.rglob("*")):
        parts = path.relative_to(library).parts
        if path.is_file() and parts[0] not in LEFT_OUT and "__pycache__" not in parts:
            yield path.relative_to(ROOT).as_posix()


def _digest(content):
    """As a wheel's RECORD writes it."""
    digest = hashlib.sha256(content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
