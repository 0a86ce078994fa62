"""An environment of its own for a lane: another Python, other versions than the lock's."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.project import ROOT

WORKERS = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")  # pytest's arguments


def right_python(command, version):
    """Whether a command runs Python of that version, such as (3, 13)."""
    probe = f"import sys; sys.exit(sys.version_info[:2] != {version})"
    found = shutil.which(command)
    return found is not None and subprocess.run([found, "-c", probe]).returncode == 0


def environment(name, base_python, *wanted):
    """Make a virtual environment in the repository, and again when what is wanted changes.

    Args:
        name: of its folder, such as ".venv-colab".
        base_python: command of the Python that it is made from.
        wanted: arguments of ``uv pip install``.

    Returns:
        pathlib.Path of its Python.
    """
    venv = ROOT / name
    python, stamp = venv / ("Scripts" if os.name == "nt" else "bin") / "python", venv / ".ready"
    key = hashlib.sha256(repr([str(one) for one in wanted]).encode())
    for one in wanted:
        if isinstance(one, Path):
            key.update(one.read_bytes())
    if not stamp.exists() or stamp.read_text() != key.hexdigest():
        print(f"Making {name} ...", flush=True)
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([base_python, "-m", "venv", venv], check=True)
        uv_install(python, *wanted)
        stamp.write_text(key.hexdigest())
    return python


def uv_install(python, *wanted):
    """``uv pip install`` into the environment of that Python."""
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python]
    subprocess.run([*uv, *wanted], cwd=ROOT, check=True)
