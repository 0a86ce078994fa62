"""Whether Weights & Biases has an account to work with, and an upload that cannot be in the way.

Nothing here imports wandb: the mode is read from the environment, and the upload is another
process that runs W&B's own command.
"""

import netrc
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from urllib.parse import urlsplit

WANDB_HOSTS = ("api.wandb.ai", "api.forge.coreweave.com")
PROBE_SECONDS = 2.0
UPLOAD_SECONDS = 20.0  # what the end of a training waits at most
# Starts the command that follows and, once its own input ends, gives it so many seconds more.
# The input ends when ``finish`` closes it, and also when the training's process is killed.
WATCH = """
import subprocess, sys
upload = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)
sys.stdin.read()
try:
    sys.exit(upload.wait(float(sys.argv[1])))
except subprocess.TimeoutExpired:
    upload.kill()
    sys.exit(124)
"""


def wandb_mode():
    """What W&B would do: the mode the learner set, else online only if a key is there.

    Returns:
        "online", "offline" or "disabled".
    """
    mode = os.environ.get("WANDB_MODE", "").lower()
    if mode in ("online", "offline", "disabled"):
        return mode
    if os.environ.get("WANDB_DISABLED", "").lower() in ("1", "true"):
        return "disabled"
    return "online" if os.environ.get("WANDB_API_KEY") or _netrc_has_key() else "offline"


def reachable(url):
    """Whether the server at ``url``, or the proxy before it, takes a connection in short time."""
    answered = threading.Event()
    # A thread, because looking up a name has no time-out of its own.
    threading.Thread(target=_connect, args=(url, answered), daemon=True).start()
    return answered.wait(PROBE_SECONDS)


class LiveUpload:
    """A recorded run, uploaded by another process while it is still being written.

    Whatever the server does, the training never waits for it: the upload is given
    ``UPLOAD_SECONDS`` after the training's end, or after its process is killed, and then ended.

    Args:
        run_folder: W&B's folder of the offline run.
    """

    def __init__(self, run_folder):
        command = [sys.executable, "-m", "wandb", "beta", "sync", "--live", "--yes"]
        self._said = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-c", WATCH, str(UPLOAD_SECONDS), *command, str(run_folder)],
            stdin=subprocess.PIPE,
            stdout=self._said,
            stderr=subprocess.STDOUT,
        )

    def finish(self):
        """Wait for the upload's end, ``UPLOAD_SECONDS`` at most.

        Returns:
            The address of the run's page, or None if it was not uploaded in time.
        """
        self._process.stdin.close()
        try:
            code = self._process.wait(UPLOAD_SECONDS + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._said.seek(0)
        page = re.search(r"https?://\S+/runs/[\w-]+", self._said.read().decode(errors="replace"))
        self._said.close()
        # The command ends with 0 too when the server refused the run; only a page is a success.
        return page[0] if code == 0 and page else None


def _netrc_has_key():
    """Whether a login file has a password for W&B.

    There may be no home, a folder that may not be entered, a file in another encoding: what
    cannot be read holds no key.
    """
    hosts = {*WANDB_HOSTS, _own_host()}
    return any(
        hosts & _machines(os.path.expanduser(place))
        for place in (os.environ.get("NETRC"), "~/.netrc", "~/_netrc")
        if place
    )


def _own_host():
    """The host of a W&B server of one's own, or None."""
    try:
        return urlsplit(os.environ.get("WANDB_BASE_URL", "")).hostname
    except ValueError:  # brackets that are no IPv6 address
        return None


def _machines(path):
    """Names of the machines that the login file ``path`` has passwords for."""
    if not os.path.isfile(path):  # unlike Path.is_file it raises nothing, whoever owns the folder
        return set()
    try:
        return set(netrc.netrc(path).hosts)
    except (netrc.NetrcParseError, OSError, ValueError):  # ValueError: not in UTF-8
        return set()


def _connect(url, answered):
    place = urlsplit(url)
    proxy = urllib.request.getproxies().get(place.scheme)
    if proxy and not urllib.request.proxy_bypass(place.hostname or ""):
        place = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    try:
        port = place.port or (80 if place.scheme == "http" else 443)
        with socket.create_connection((place.hostname, port), timeout=PROBE_SECONDS):
            answered.set()
    except (OSError, ValueError):
        pass
