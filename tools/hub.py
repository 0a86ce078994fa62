"""A real hub for tests and benchmarks, and a learner who speaks to it as a browser does.

``running`` starts hub/jupyterhub_config.py on free ports. As root it does so in a mount namespace
with its own /etc and /home: the learners' accounts are real and gone afterwards.
"""

import http.cookiejar
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

import psutil
import websocket

from hub import accounts
from tools.project import ROOT

PATIENCE = 600  # seconds after which what is waited for has hung
STARTS = 5
LATE = "Failed to start proxy"  # JupyterHub gives it ten seconds, however busy the machine is
UNANSWERED = 15  # seconds: a server hangs up on whoever answers none of its pings, sent every 30
SCOPES = ["admin:users", "admin:servers", "access:servers"]
OWN_CONFIGURATION = """
load_subconfig({ours!r})
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.JupyterHub.services.append({{"name": "driver", "api_token": {token!r}}})
c.JupyterHub.load_roles.append({{"name": "driver", "services": ["driver"], "scopes": {scopes!r}}})
{more}
"""


@contextmanager
def running(names, *, environment=None, more=""):
    """A hub for learners of these names: a ``Hub``.

    Args:
        names: the class list, lines of hub/accounts.py.
        environment: {name: value} on top of this process's.
        more: lines that end its configuration.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-"))
    folder.chmod(0o755)
    (folder / "class.txt").write_text("\n".join(names))
    ports, token = _free_ports(3), secrets.token_hex(16)
    configuration = folder / "own_config.py"
    configuration.touch(0o600)
    ours = str(ROOT / "hub/jupyterhub_config.py")
    text = OWN_CONFIGURATION.format(ours=ours, ports=ports, token=token, scopes=SCOPES, more=more)
    configuration.write_text(text)
    command = [sys.executable, "-m", "jupyterhub", "-f", str(configuration)]
    variables = {**os.environ, "INPAINTING_HUB": str(folder), **(environment or {})}
    for name in ("PYTHONDONTWRITEBYTECODE", "INPAINTING_PROFILE"):
        variables.pop(name, None)
    hub = Hub(f"http://127.0.0.1:{ports[0]}", token, folder)
    try:
        hub.start(_apart(command, folder), variables)
        yield hub
    finally:
        if hub.process is not None:
            _end(hub.process)
        shutil.rmtree(folder, ignore_errors=True)


def _free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _apart(command, folder):
    """The command in a namespace where accounts are made in copies; unchanged unless root."""
    if os.geteuid() != 0:
        return command
    shutil.copytree("/etc", folder / "etc", symlinks=True)
    (folder / "home").mkdir()
    lines = ["set -e", f"mount --bind {folder}/etc /etc", f"mount --bind {folder}/home /home"]
    lines += _opened([ROOT, Path(sys.prefix), Path(sys.base_prefix)], folder / "kept")
    script = "\n".join([*lines, 'exec "$@"'])
    return ["unshare", "--mount", "sh", "-c", script, "sh", *command]


def _opened(paths, kept):
    """Lines that put folders that may be entered on the way to what learners must reach.

    So the course can be tested where it lies, in the closed home of root, say.
    """
    lines = []
    for number, path in enumerate(dict.fromkeys(path.resolve() for path in paths)):
        if closed := accounts.closed_to_learners(path):
            aside = kept / str(number)
            lines += [
                f"mkdir -p {aside}",
                f"mount --bind {path} {aside}",
                f"[ -e {closed}/.opened ] || mount -t tmpfs -o mode=755 opened {closed}",
                f"touch {closed}/.opened",
                f"mkdir -p {path}",
                f"mount --bind {aside} {path}",
            ]
    return lines


def _end(process):
    """The hub first: it ends its servers and its proxy. Then whatever it has left."""
    left = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
    for one in left:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            pass
    psutil.wait_procs(left, timeout=10)


class Hub:
    """A hub: ``address``, ``folder`` (its state), ``process``."""

    def __init__(self, address, token, folder):
        self.address, self.token, self.folder, self.process = address, token, folder, None

    def start(self, command, variables):
        """Start and wait until it answers; try once more where its proxy came too late."""
        for _ in range(STARTS):
            with open(self.folder / "hub.log", "w") as log:
                self.process = subprocess.Popen(
                    command, cwd=self.folder, env=variables, stdout=log, stderr=log
                )
            self.wait_until(lambda: self.answers() or self.has_ended())
            if not self.has_ended():
                return
            if LATE not in self.log():
                break
        raise ConnectionError(f"the hub has ended: {self.log()}")

    def request(self, method, path, body=None):
        """(status, what was answered) with the rights of the one who runs the hub."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, content, method=method)
        request.add_header("Authorization", f"token {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                text, status = answer.read(), answer.status
        except urllib.error.HTTPError as error:
            text, status = error.read(), error.code
        try:
            return status, json.loads(text or "null")
        except ValueError:
            return status, text.decode(errors="replace")

    def has_ended(self):
        return self.process.poll() is not None

    def answers(self):
        try:
            return self.request("GET", "/hub/api/")[0] == 200
        except OSError:
            return False

    def log(self):
        return (self.folder / "hub.log").read_text(errors="replace")[-4000:]

    def wait_until(self, condition, every=0.2):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain: {self.log()}")
            time.sleep(every)

    def processes(self):
        return psutil.Process(self.process.pid).children(recursive=True)


class Learner:
    """One of the class, with a server and kernels of their own."""

    def __init__(self, hub, name):
        self.hub, self.name = hub, name

    def server(self):
        """What the hub says of the learner's server; None: there is none."""
        return self.hub.request("GET", f"/hub/api/users/{self.name}")[1]["servers"].get("")

    def start(self):
        """A server, waited for. Raises ConnectionError where the hub refuses or it fails."""
        status, said = self.hub.request("POST", f"/hub/api/users/{self.name}/server")
        if status not in (201, 202):
            raise ConnectionError(f"{self.name} was refused: {status} {said}")

        def decided():
            server = self.server()
            return server is None or server["ready"]

        self.hub.wait_until(decided, every=0.5)
        if self.server() is None:
            raise ConnectionError(f"{self.name}'s server did not start: {self.hub.log()}")

    def stop(self):
        self.hub.request("DELETE", f"/hub/api/users/{self.name}/server")
        self.hub.wait_until(lambda: self.server() is None)

    def kernel(self, path="inpainting/notebooks"):
        """A new kernel that works in that folder: a ``Kernel``."""
        body = {"name": "python3", "path": path}
        status, said = self.hub.request("POST", f"/user/{self.name}/api/kernels", body)
        if status != 201:
            raise ConnectionError(f"{self.name} got no kernel: {status} {said}")
        return Kernel(self, said["id"])

    def log_in(self, password):
        """Through the form, as a browser: an opener with the learner's cookies."""
        cookies = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
        page = f"{self.hub.address}/hub/login?next=/hub/home"
        browser.open(page, timeout=PATIENCE).read()
        fields = {"username": self.name, "password": password}
        fields["_xsrf"] = next(cookie.value for cookie in cookies if cookie.name == "_xsrf")
        browser.open(page, urllib.parse.urlencode(fields).encode(), timeout=PATIENCE).read()
        return browser


class Kernel:
    """A kernel behind the websocket that JupyterLab uses."""

    def __init__(self, learner, key):
        hub, self.key = learner.hub, key
        self.place = f"/user/{learner.name}/api/kernels/{key}"
        self.hub, self.name = hub, learner.name
        self.connect()

    def connect(self):
        self.used = time.monotonic()
        self.socket = websocket.create_connection(
            self.hub.address.replace("http", "ws", 1) + self.place + "/channels",
            header=[f"Authorization: token {self.hub.token}"],
            timeout=PATIENCE,
        )

    def send(self, code):
        """Ask for a cell and do not wait; the message's name."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.3"}
        header |= {"username": self.name, "session": self.key}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self.socket.send(json.dumps({**message, "channel": "shell", "buffers": []}))
        return header["msg_id"]

    def run(self, code):
        """(what the cell printed, its error as "Name: text" or None), when it has ended."""
        if time.monotonic() - self.used > UNANSWERED:
            self.socket.close()
            self.connect()
        asked, printed, wrong = self.send(code), "", None
        missing = {"reply", "idle"}  # they come by two ways, and what was printed by the second
        while missing:
            told = self.socket.recv()
            if isinstance(told, bytes):
                continue  # a widget's picture
            told = json.loads(told)
            kind, content = told["msg_type"], told["content"]
            if told["parent_header"].get("msg_id") != asked:
                continue
            if kind == "stream":
                printed += content["text"]
            elif kind == "execute_reply":
                missing.discard("reply")
                if content["status"] != "ok":
                    wrong = f"{content.get('ename')}: {content.get('evalue')}"
            elif kind == "status" and content["execution_state"] == "idle":
                missing.discard("idle")
        self.used = time.monotonic()
        return printed, wrong

    def end(self):
        self.socket.close()
        self.hub.request("DELETE", self.place)
