"""A room without a network, to try a stick in: Linux, root, and namespaces of the kernel.

Another account with an empty home, the stick read-only, and no network but loopback.
"""

import os
import subprocess
import sys

ACCOUNT = 54321  # nobody's number
PATIENCE = 1800  # seconds after which a command has hung
LOOPBACK = """
import fcntl, socket, struct
up = struct.pack("16sH14x", b"lo", 1)
fcntl.ioctl(socket.socket(), 0x8914, up)
"""
ENTER = """
set -e
mount --bind "$STICK" "$ROOM/stick"
mount -o remount,bind,ro "$ROOM/stick"
mount --bind "$BASE" "$ROOM/python"
"$PYTHON" -c "$LOOPBACK"
exec setpriv --reuid $ACCOUNT --regid $ACCOUNT --clear-groups --no-new-privs \
    env -i HOME="$ROOM/home" TMPDIR="$ROOM/tmp" PATH="$ROOM/python/bin:/usr/bin:/bin" \
    LD_LIBRARY_PATH="$ROOM/python/lib" LC_ALL=C.UTF-8 INPAINTING_PROFILE=$PROFILE "$@"
"""


class Room:
    """A fresh account on a computer without a network, with a stick in it.

    Args:
        folder: pathlib.Path of an empty one, which every account can reach.
        stick: pathlib.Path of a stick for this computer and this Python.
        profile: for the lessons: "smoke", "quick" or "full".
    """

    def __init__(self, folder, stick, profile):
        self.folder, self.stick, self.profile = folder, stick, profile
        self.course = folder / "home" / "inpainting-course"
        for name in ("home", "tmp", "stick", "python"):
            (folder / name).mkdir()
        folder.chmod(0o755)
        for name in ("home", "tmp"):
            os.chown(folder / name, ACCOUNT, ACCOUNT)

    def run(self, *command, stick=None):
        """(status, what it said) of a command in the room; another stick may be put in for it."""
        environment = {
            "ACCOUNT": str(ACCOUNT),
            "BASE": sys.base_prefix,
            "LOOPBACK": LOOPBACK,
            "PATH": os.environ["PATH"],
            "PROFILE": self.profile,
            "PYTHON": sys.executable,
            "ROOM": str(self.folder),
            "STICK": str(stick or self.stick),
        }
        enter = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
        enter += ["--propagation", "private", "sh", "-c", ENTER, "sh"]
        done = subprocess.run(
            [*enter, *map(str, command)],
            env=environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout

    def start(self, *arguments, stick=None):
        """The same of the stick's start script."""
        return self.run("sh", self.folder / "stick" / "start.sh", *arguments, stick=stick)

    def execute(self, lesson):
        """The same of a lesson, whose executed copy is then ``executed.ipynb`` beside it."""
        return self.run(
            self.course / ".venv/bin/python", "-m", "nbconvert", "--execute", "--to=notebook",
            "--output=executed.ipynb", self.course / "notebooks" / lesson,
        )  # fmt: skip
