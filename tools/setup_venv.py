"""Make the course's virtual environment from the lock file; `make` and the README call this.

    python tools/setup_venv.py [.venv]

Standard library only, and readable by old Pythons, because it runs before anything is there.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUPPORTED = ((3, 11), (3, 13))
QUIET_LAB = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    }
}


def main(venv=".venv"):
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        return (
            "The course needs Python 3.11 to 3.13 and this is %d.%d: type "
            "python3.13 tools/setup_venv.py (on Windows: py -3.13 tools/setup_venv.py)."
            % sys.version_info[:2]
        )
    venv = os.path.join(ROOT, venv)
    place = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    python = os.path.join(venv, *place)
    try:
        make_venv(venv, python)
        install(python)
    except subprocess.CalledProcessError as error:
        return (
            "The installation stopped (its last lines are above): look whether the network and "
            "the disk (4 GB free) are there and type the same line again; it failed in: %s"
            % " ".join(map(str, error.cmd[1:4]))
        )
    write(
        os.path.join(venv, "share", "jupyter", "lab", "settings", "overrides.json"),
        json.dumps(QUIET_LAB, indent=2) + "\n",
    )
    opencv = subprocess.run(
        [python, "-c", "import course_lib._opencv"], cwd=ROOT, capture_output=True, text=True
    )
    if opencv.returncode:
        return opencv.stderr.strip().splitlines()[-1]
    write(os.path.join(venv, ".ready"), "")
    return 0


def make_venv(venv, python):
    """A virtual environment of the running Python; one of another version is made anew."""
    probe = "import sys; sys.exit(sys.version_info[:2] != (%d, %d))" % sys.version_info[:2]
    if os.path.exists(python) and subprocess.run([python, "-c", probe]).returncode == 0:
        return
    version = sys.version_info[:2]
    print("Making %s with Python %d.%d ..." % (os.path.relpath(venv, ROOT), *version))
    sys.stdout.flush()
    run([sys.executable, "-m", "venv", "--clear", venv])


def install(python):
    """uv, as locked, then by it everything else, then the course itself."""
    lock = os.path.join(ROOT, "requirements.lock")
    print("Installing what requirements.lock names (about 3 GB on disk) ...")
    sys.stdout.flush()
    with open(lock, encoding="utf-8") as file:
        uv_lines = re.search(r"^uv==.*?(?=^\S|\Z)", file.read(), re.MULTILINE | re.DOTALL).group()
    with tempfile.TemporaryDirectory() as folder:
        uv_lock = os.path.join(folder, "uv.lock")
        write(uv_lock, uv_lines)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run(pip + ["--require-hashes", "--no-deps", "-r", uv_lock])
    uv = [python, "-m", "uv", "pip", "install", "--quiet", "--python", python]
    run(uv + ["--require-hashes", "-r", lock])
    run(uv + ["--no-deps", "--no-build-isolation", "--offline", "--editable", ROOT])


def run(command):
    subprocess.run(command, check=True, cwd=ROOT)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
