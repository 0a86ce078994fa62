"""Who may come in, and which account of the system a learner has."""

import grp
import os
import pwd
import re
import subprocess
import sys
from pathlib import Path

from tornado.web import HTTPError

GROUP = "learners"
TASKS = "400"  # processes and threads of one learner: a kernel with TensorFlow has about 10
FIRST_PORT = 20_000
NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
OTHERS_ENTER = 0o001


def read_class(path):
    """The class list: one name a line, ``admin`` after those who teach, ``#`` before remarks.

    Returns:
        (everybody, those who teach), two sets of names.

    Raises:
        ValueError: if the file is not there or empty, or has a name that no account can have.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ValueError(
            f"{path} cannot be read: write the names of your class into it, one a line."
        ) from error
    words = [line.partition("#")[0].split() for line in lines]
    words = [some for some in words if some]
    for name, *rest in words:
        if not NAME.fullmatch(name) or rest not in ([], ["admin"]):
            raise ValueError(
                f"{path} has the line {' '.join([name, *rest])!r}: write a name of small letters "
                "and digits that begins with a letter, then admin or nothing."
            )
    if not words:
        raise ValueError(f"{path} names nobody: write one name a line.")
    return {some[0] for some in words}, {some[0] for some in words if len(some) > 1}


def own_port(spawner):
    """Before a server starts: a port that is nobody else's.

    A port that was merely free may be taken by another server, or one of its kernels, before a slow
    start gets to it. These lie below those that Linux gives to whoever asks for any port.
    """
    spawner.port = FIRST_PORT + spawner.user.id


def make(spawner):
    """Before a learner's server starts: make the account, its home closed to everybody else.

    Raises:
        HTTPError: 403 if an account of that name is there and is no learner's. So nobody becomes
            ``root``, ``postgres`` or the teacher's own login by coming first.
    """
    own_port(spawner)
    name = spawner.user.name
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(["groupadd", "--force", GROUP], check=True)
        command = ["useradd", "--create-home", "--key", "HOME_MODE=0700", "--groups", GROUP]
        subprocess.run([*command, "--shell", "/bin/bash", name], check=True)
        return
    try:
        theirs = name in grp.getgrnam(GROUP).gr_mem
    except KeyError:
        theirs = False
    if not theirs:
        raise HTTPError(
            403,
            f"{name} is an account of this machine and no learner's: take another name, or type "
            f"usermod --append --groups {GROUP} {name}",
        )


def closed_to_learners(path):
    """The first folder on the way to ``path`` that other accounts may not enter, or None."""
    path = Path(path).resolve()
    for folder in [*reversed(path.parents), path]:
        if not folder.stat().st_mode & OTHERS_ENTER:
            return folder
    return None


def check(course, hub):
    """What would stop a hub run by root, before anything is installed for it.

    Raises:
        ValueError: in one sentence, with what to type.
    """
    read_class(hub / "class.txt")
    if os.geteuid() != 0:
        return
    for needed in (course, sys.prefix, sys.base_prefix):
        if closed := closed_to_learners(needed):
            raise ValueError(
                f"Learners' accounts cannot enter {closed}, where {needed} is: put the course "
                "below /srv, use a Python from elsewhere, and type rm -r .venv; make hub "
                "PYTHON=/usr/bin/python3"
            )


def make_exchange(folder):
    """Nbgrader's exchange: everybody may put something into it."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o777)
