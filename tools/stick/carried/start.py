"""Open the course from this stick, without a network; start.sh, .command and .bat call this.

python3 start.py                lesson 00 in JupyterLab; the first time it installs the course
python3 start.py install        only that
python3 start.py site           the course's web pages

The course goes into a folder of its own, where what is there stays as it is. Standard library
only, and readable by old Pythons, because any may be asked to start it.
"""

import argparse
import functools
import glob
import http.server
import json
import os
import shutil
import subprocess
import sys
import webbrowser
import zipfile

sys.dont_write_bytecode = True  # a stick may be read-only

import check_stick  # noqa: E402

STICK = check_stick.STICK
LESSON = "/lab/tree/notebooks/00_first_repair.ipynb"
# A browser keeps a learner's notebooks by address: the same port finds them again.
PORT = 8765
# Windows may give these a type that a browser refuses to run.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
ABOUT = """
import json, platform, sys
try:
    from ensurepip import bootstrap
except ImportError:
    bootstrap = None
computer = sys.platform + " " + platform.machine().lower()
print(json.dumps({
    "python": sys.executable,
    "version": "%d.%d" % sys.version_info[:2],
    "computer": computer if sys.maxsize > 2**32 else computer + " 32-bit",
    "pip": bootstrap is not None,
}))
"""


class Stopped(Exception):
    """The course cannot be started; the message is one sentence that says what to do."""


def main(*arguments):
    parser = argparse.ArgumentParser(prog="start")
    parser.add_argument("what", nargs="?", default="lab", choices=("lab", "install", "site"))
    parser.add_argument("--to", help="the course's folder (default: one in your home)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    options = parser.parse_args(arguments)
    try:
        if options.what == "site":
            return site(not options.no_browser)
        with open(os.path.join(STICK, "stick.json"), encoding="utf-8") as file:
            about = json.load(file)
        course = os.path.abspath(options.to or os.path.join(home(), about["folder"]))
        install(course, about)
        if options.what == "lab":
            return lab(course, not options.no_browser)
    except Stopped as problem:
        return str(problem)
    except (OSError, ValueError, zipfile.BadZipFile) as problem:
        return (
            f"{problem}: make room, or name another folder with --to; check_stick.py says whether "
            "the stick is whole."
        )
    return 0


def home():
    folder = os.path.expanduser("~")
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise Stopped(
            f"Your home {folder} is not a folder that you may write to: name another with --to."
        )
    return folder


# Installing


def install(course, about):
    """The course in its folder, its packages in .venv, CIFAR-10 where the lessons look for it."""
    say(f"The course: {course}")
    python = fitting_python(about, course)
    copy_course(course)
    if not same(course, "requirements.lock", about["lock"]):
        raise Stopped(
            f"{course} holds another version of the course than this stick: move it away, or name "
            "another folder with --to."
        )
    copy_data(about)
    environment = offline()
    if not python["pip"]:  # as Debian ships it: the stick has pip
        environment["PYTHONPATH"] = glob.glob(os.path.join(STICK, "wheels", "pip-*.whl"))[0]
        if not os.path.exists(venv_python(course)):
            run([python["python"], "-m", "venv", "--without-pip", ".venv"], course, environment)
    setup = [python["python"], os.path.join("tools", "setup_venv.py"), ".venv"]
    if not os.path.exists(os.path.join(course, ".venv", ".ready")):
        setup += ["--gpu", "0"]  # a card's libraries are not on the stick
    if run(setup, course, environment):
        broken = faults("wheels/")
        if broken:
            raise Stopped("{}: copy the stick again.".format("; ".join(broken)))
        raise Stopped("The course is not installed: the lines above say why.")


def copy_course(course):
    """Add to the folder what it lacks of the course; a file that is there stays as it is."""
    require_whole("course.zip")
    with zipfile.ZipFile(os.path.join(STICK, "course.zip")) as archive:
        for member in archive.infolist():
            target = os.path.join(course, *member.filename.split("/"))
            if member.is_dir() or os.path.lexists(target):
                continue
            with archive.open(member) as source:
                place(source, target)
            os.chmod(target, 0o644 | (member.external_attr >> 16) & 0o111)


def copy_data(about):
    """CIFAR-10 into Keras's cache, where the profile full and data.load find it."""
    if not about["data"]:
        return
    keras = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    target = os.path.join(keras, "datasets", about["data_as"])
    if not os.path.exists(target):
        require_whole(about["data"])
        with open(os.path.join(STICK, *about["data"].split("/")), "rb") as source:
            place(source, target)


def place(source, target):
    """Write a file that is there whole or not at all."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = f"{target}.{os.getpid()}.part"
    try:
        with open(part, "wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
        os.replace(part, target)
    finally:
        if os.path.exists(part):
            os.remove(part)


def offline():
    """The environment in which pip and uv look at the stick's wheels and nowhere else."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    wheels = os.path.join(STICK, "wheels")
    kept.update(
        PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1", PIP_FIND_LINKS=wheels,
        UV_NO_CONFIG="1", UV_OFFLINE="1", UV_FIND_LINKS=wheels, UV_PYTHON_DOWNLOADS="never",
    )  # fmt: skip
    return kept


def require_whole(name):
    broken = faults(name)
    if broken:
        raise Stopped("{}: copy the stick again.".format("; ".join(broken)))


def faults(beginning):
    """What is wrong with the stick's files whose names begin so."""
    try:
        sums = check_stick.listed()
    except ValueError as problem:
        raise Stopped(str(problem)) from None
    return check_stick.faults(sorted(name for name in sums if name.startswith(beginning)), sums)


def same(course, name, digest):
    return check_stick.digest(os.path.join(course, name)) == digest


# Python


def fitting_python(about, course):
    """What ``ABOUT`` says of a Python for which the stick has wheels.

    The course's own comes first, because another would make ``.venv`` again; then this script's.
    """
    seen = None
    for command in ([venv_python(course)], [sys.executable], *others(about)):
        found = ask(command)
        seen = seen or found
        if found and found["version"] in about["runs"].get(found["computer"], ()):
            return found
    computer = seen["computer"] if seen else sys.platform
    versions = " or ".join(about["runs"].get(computer, ()))
    if not versions:
        raise Stopped(
            f"This stick has no packages for this computer ({computer}). Its web pages can be "
            "read: start it again with the word site."
        )
    raise Stopped(
        f"The course needs Python {versions}, which was not found: install it (README.txt says "
        "how) and start again. Until then, read its web pages: start again with the word site."
    )


def others(about):
    """Commands that may be a Python of the stick's versions, the newest first."""
    for version in sorted({one for some in about["runs"].values() for one in some}, reverse=True):
        if os.name == "nt":
            yield ["py", "-" + version]
        else:
            yield ["python" + version]
            for folder in (
                "/usr/local/bin",
                "/opt/homebrew/bin",
                f"/Library/Frameworks/Python.framework/Versions/{version}/bin",
            ):
                yield [os.path.join(folder, "python" + version)]


def ask(command):
    try:
        said = subprocess.run(
            command + ["-c", ABOUT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60
        ).stdout
        return json.loads(said.decode("utf-8"))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


# Opening


def lab(course, browser):
    """JupyterLab at lesson 00, on this computer only, behind its token; until it is stopped."""
    command = [venv_python(course), "-m", "jupyterlab", "--ServerApp.root_dir=."]
    command += [f"--LabApp.default_url={LESSON}", "--ServerApp.ip=127.0.0.1"]
    command += [] if browser else ["--no-browser"]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        command.append("--allow-root")
    say("Next time without the stick: make lab, in that folder (Windows: see README.md there).")
    return run(command, course, dict(os.environ))


def site(browser):
    """Serve the course's web pages to this computer; until it is stopped."""
    folder = os.path.join(STICK, "site")
    if not os.path.isdir(folder):
        raise Stopped("This stick was made without the web pages: the notebooks have all of them.")
    handler = functools.partial(Pages, directory=folder)
    try:
        server = Server(("127.0.0.1", PORT), handler)
    except OSError:
        say(f"Port {PORT} is taken, so work that the browser kept under it is not shown.")
        server = Server(("127.0.0.1", 0), handler)
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    say(f"The course's pages: {address} (stop with Ctrl-C)")
    if browser:
        webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = os.name != "nt"  # there two programs could share the port


class Pages(http.server.SimpleHTTPRequestHandler):
    """Python's own server of a folder, with the types that browsers ask for, quietly."""

    extensions_map = dict(http.server.SimpleHTTPRequestHandler.extensions_map, **TYPES)

    def log_message(self, *_):
        pass


def venv_python(course):
    inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(course, ".venv", *inside)


def run(command, folder, environment):
    try:
        return subprocess.call(command, cwd=folder, env=environment)
    except KeyboardInterrupt:
        return 0


def say(sentence):
    print(sentence)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
