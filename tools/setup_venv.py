"""Make the course's virtual environment from the lock file; `make` and the README call this.

    python tools/setup_venv.py [.venv] [--gpu 1|0]

Does nothing where all is as it should be. On Linux x86-64 TensorFlow has two builds: with what an
NVIDIA card needs, where the driver sees one, and without. --gpu chooses by hand, and the choice is
kept until another is made. Standard library only, and readable by old Pythons, because it runs
before anything is there.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = os.path.join(ROOT, "requirements.lock")
DRIVER = os.path.join(ROOT, "course_lib", "_driver.py")
SUPPORTED = ((3, 11), (3, 13))
# The lock names both builds. By device: what that device does without, and how much it all is.
LEFT_OUT = {"cpu": r"tensorflow|nvidia-.*", "gpu": r"tensorflow-cpu", "only": r"tensorflow-cpu"}
ON_DISK = {"cpu": "2.4 GB", "gpu": "7.2 GB", "only": "3 GB"}
QUIET_LAB = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    }
}


def main(*arguments):
    parser = argparse.ArgumentParser(prog="python tools/setup_venv.py")
    parser.add_argument("venv", nargs="?", default=".venv")
    parser.add_argument("--gpu", choices=("0", "1"), help="without or with a GPU's libraries")
    options = parser.parse_args(arguments)
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        return (
            "The course needs Python 3.11 to 3.13 and this is %d.%d: type "
            "python3.13 tools/setup_venv.py (on Windows: py -3.13 tools/setup_venv.py)."
            % sys.version_info[:2]
        )
    venv = os.path.join(ROOT, options.venv)
    ready = os.path.join(venv, ".ready")
    before = read(ready)
    choice = choose(options.gpu, before)
    wanted = dict(choice, inputs=fingerprint())
    if before == wanted and right_version(venv):
        return 0
    try:
        make_venv(venv)
        write(ready, json.dumps(choice) + "\n")  # what was chosen outlives a failure
        install(venv, choice["device"])
    except subprocess.CalledProcessError as error:
        return (
            "The installation stopped (its last lines are above): look whether the network and "
            "the disk (%s free) are there and type the same line again; it failed in: %s"
            % (ON_DISK[choice["device"]], " ".join(map(str, error.cmd[1:4])))
        )
    write(
        os.path.join(venv, "share", "jupyter", "lab", "settings", "overrides.json"),
        json.dumps(QUIET_LAB, indent=2) + "\n",
    )
    opencv = subprocess.run(
        [python_of(venv), "-c", "import course_lib._opencv"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if opencv.returncode:
        return opencv.stderr.strip().splitlines()[-1]
    write(ready, json.dumps(wanted) + "\n")
    return 0


# What is to be installed


def choose(asked, before):
    """The device to install for, "cpu", "gpu" or "only", and whether somebody chose it.

    Without a choice a card that the driver sees decides; libraries for a card that is not there
    today (a laptop, a cluster) are left where they are.
    """
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        if asked == "1":
            print(elsewhere())
        return {"device": "only", "chosen": False}
    if asked is not None:
        return {"device": "gpu" if asked == "1" else "cpu", "chosen": True}
    kept, chosen = before.get("device"), bool(before.get("chosen"))
    if kept == "gpu" or (kept == "cpu" and chosen):
        return {"device": kept, "chosen": chosen}
    return {"device": "gpu" if card() else "cpu", "chosen": False}


def elsewhere():
    """Why a GPU cannot be had, in one sentence."""
    if sys.platform == "win32":
        return (
            "TensorFlow uses no GPU on Windows, but does in WSL: type wsl --install, and set the "
            "course up there. Without it every lesson runs on the CPU."
        )
    return "TensorFlow has a build for NVIDIA cards on Linux x86-64 only: here it uses the CPU."


def card():
    """The name of the first card that the NVIDIA driver sees, or None.

    Asked in a process of its own, because a driver may crash or hang.
    """
    try:
        answer = subprocess.run(
            [sys.executable, DRIVER], stdin=subprocess.DEVNULL, capture_output=True, timeout=30
        )
        return json.loads(answer.stdout.splitlines()[-1])["card"]
    except (OSError, ValueError, IndexError, TypeError, subprocess.SubprocessError):
        return None


def fingerprint():
    """Changes with every file that what is installed depends on."""
    digest = hashlib.sha256(ROOT.encode("utf-8", "surrogateescape"))
    for path in (LOCK, os.path.join(ROOT, "pyproject.toml"), os.path.abspath(__file__)):
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


# Installing


def make_venv(venv):
    """A virtual environment of the running Python; one of another version is made anew."""
    if right_version(venv):
        return
    version = sys.version_info[:2]
    print("Making %s with Python %d.%d ..." % (os.path.relpath(venv, ROOT), *version))
    sys.stdout.flush()
    run([sys.executable, "-m", "venv", "--clear", venv])


def right_version(venv):
    python = python_of(venv)
    probe = "import sys; sys.exit(sys.version_info[:2] != (%d, %d))" % sys.version_info[:2]
    try:
        return subprocess.run([python, "-c", probe]).returncode == 0
    except OSError:  # not there, not allowed to run, or of another kind of machine
        return False


def install(venv, device):
    """uv, as locked, then by it everything else, then the course itself."""
    print(
        "Installing what requirements.lock names for %s (about %s on disk) ..."
        % ({"gpu": "an NVIDIA card"}.get(device, "the CPU"), ON_DISK[device])
    )
    sys.stdout.flush()
    python = python_of(venv)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    uv = [python, "-m", "uv", "pip"]
    with tempfile.TemporaryDirectory() as folder:
        first, rest = os.path.join(folder, "first.lock"), os.path.join(folder, "rest.lock")
        left_out = [name for name in locked() if re.fullmatch(LEFT_OUT[device], name)]
        write(first, locked()["uv"])
        write(rest, "".join(text for name, text in locked().items() if name not in left_out))
        run(pip + ["--require-hashes", "-r", first])
        # Both builds own the same files: the old one leaves before the new one comes.
        run(uv + ["uninstall", "--quiet", "--python", python] + left_out)
        # The lock is complete; what it leaves out (pyproject.toml, tool.uv) is not asked for again.
        from_lock = ["--no-deps", "--require-hashes", "-r", rest]
        run(uv + ["install", "--quiet", "--python", python] + from_lock)
    course = ["--no-deps", "--no-build-isolation", "--offline", "--editable", ROOT]
    run(uv + ["install", "--quiet", "--python", python] + course)


def locked():
    """{name: its lines} of the lock; two versions for two Pythons stand together."""
    with open(LOCK, encoding="utf-8") as file:
        entries = re.findall(r"^\w.*(?:\n +.*)*\n", file.read(), re.MULTILINE)
    found = {}
    for entry in entries:
        name = re.match(r"[\w.-]+", entry).group()
        found[name] = found.get(name, "") + entry
    return found


def python_of(venv):
    return os.path.join(
        venv, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python"))
    )


def run(command):
    subprocess.run(command, check=True, cwd=ROOT)


def read(path):
    """What an earlier run wrote into ``.ready``; {} if it did not come so far."""
    try:
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
