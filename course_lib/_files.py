"""Files: the names that learners give them, and one way to write them whole."""

import hashlib
import importlib
import os
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = (0.05, 0.15, 0.3, 0.5)  # seconds to wait before trying again to take a file's place
STALE_SECONDS = 600  # a process that is still writing its file touches it far more often
TURN_SECONDS = 0.02  # between two looks at a lock that another process holds


class InUse(OSError):
    """Another process has held the lock for longer than the caller wanted to wait."""


def expanded(path):
    """A ``Path`` in which ~ stands for a home folder where it names one, and for itself elsewhere.

    ``Path.expanduser`` raises where nobody has that name or this process has no home.
    """
    return Path(os.path.expanduser(os.fsdecode(path)))


def named_folder(path):
    """The folder of that name, with ~ for the home, whether it exists or not.

    Raises:
        TypeError, ValueError: if it is not a name.
    """
    try:
        if not os.fspath(path):
            raise ValueError('folder is an empty name: name a folder, "." for this one.')
        return expanded(path)
    except TypeError:
        raise TypeError(f"folder is {type(path).__name__}: pass the name of a folder.") from None


def made_folder(path):
    """The folder of that name, with ~ for the home, made if it is not there.

    Raises:
        TypeError, ValueError: if it is not a name, or the folder cannot be made.
    """
    folder = named_folder(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        why = getattr(error, "strerror", None) or error
        raise ValueError(f"{shown(path)} cannot be made a folder ({why}): name another.") from None
    return folder


def refuse_link(path):
    """Refuse a symbolic link where the course writes a file whose name it has chosen itself.

    A learner who names a file may name a link. But in a folder that came from elsewhere, an archive
    or a classmate's, a link of that name would make the course overwrite a file of the learner's.

    Raises:
        ValueError: if there is a link.
    """
    if os.path.islink(path):
        raise ValueError(
            f"{shown(path)} is a link, and the file that it leads to would be overwritten: delete "
            "the link, or name another folder."
        )


def shown(path):
    """A file's name for a sentence: as it is, or escaped where it would break the line."""
    name = os.fspath(path)
    return name if name.isprintable() else ascii(name)[1:-1]


@contextmanager
def replaced(path):
    """A binary file to write to that takes the place of ``path`` when the block ends well.

    A process may be killed at any moment, even while it writes. The content therefore goes to a
    file beside ``path``, is forced to the disk, and only then takes the old file's name, which
    file systems do in one step. When the block raises, nothing has changed. A link stays a link:
    the file that it leads to is replaced.

    Args:
        path: in a folder that exists.

    Raises:
        OSError: if the folder or the disk refuses the file.
    """
    with unfinished(path) as part:
        # Not made by tempfile: that gives a file which nobody but its owner may read.
        with open(part, "x+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def unfinished(path, ending=""):
    """A name beside ``path``, for a file that takes its place when the block ends well.

    Like ``replaced``, for a library that is given a name and chooses the format by its ending.
    """
    path = Path(os.path.realpath(path))
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise OSError("a device or pipe, whose place no file may take")  # /dev/null: everybody's
    sweep(path)
    part = path.with_name(f".{_key(path)}.{uuid.uuid4().hex}.part{ending}")
    try:
        yield part
        take_place(part, path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def sweep(path):
    """Delete what killed processes left unfinished on the way to ``path``."""
    path = Path(os.path.realpath(path))
    with suppress(OSError):  # a folder that may not be entered
        for part in path.parent.glob(f".{_key(path)}.*.part*"):
            if time.time() - part.stat().st_mtime > STALE_SECONDS:
                part.unlink()


@contextmanager
def alone(path, seconds):
    """Of all processes that name the same ``path``, let one at a time into this block.

    The lock is the system's, on a file beside ``path``: a process that is killed cannot leave it
    locked, and no clock is involved. Where no lock can be had (a folder that takes no file, a file
    system without locks, a browser) the block runs without one.

    Raises:
        InUse: if another process stays in its block for ``seconds`` from now.
    """
    path = Path(os.path.realpath(path))
    lock = path.with_name(path.name + ".lock")
    file = _locked(lock, seconds)
    try:
        yield
    finally:
        if file is not None:
            # Deleted while locked, as it may be another's afterwards; on Windows once it is closed.
            for step in (file.close, lock.unlink) if os.name == "nt" else (lock.unlink, file.close):
                with suppress(OSError):
                    step()


def _locked(lock, seconds):
    """The lock file, open, and locked until it is closed; None where no file can be had."""
    end = time.monotonic() + seconds
    while True:
        try:
            file = open(lock, "ab")
        except OSError as error:  # Windows: perhaps while another process deletes it
            if os.name != "nt" or not isinstance(error, PermissionError):
                return None
        else:
            with suppress(BlockingIOError, FileNotFoundError):
                # Locked, and not one that its last owner has just deleted.
                if not _lock(file) or os.path.samestat(os.fstat(file.fileno()), os.stat(lock)):
                    return file
            file.close()
        if time.monotonic() >= end:
            raise InUse(f"another process uses {shown(lock.with_suffix(''))}")
        time.sleep(TURN_SECONDS)


def _lock(file):
    """Lock an open file; False where locks are unknown, BlockingIOError where another has it."""
    try:
        if os.name == "nt":
            msvcrt = importlib.import_module("msvcrt")
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl = importlib.import_module("fcntl")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except PermissionError as error:  # how Windows says it
        raise BlockingIOError(*error.args) from None
    except (OSError, ImportError, AttributeError):
        return False
    return True


def _key(path):
    """Stands for a name that may itself be as long as a file system allows."""
    return hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]


def take_place(file, path):
    """Give ``file`` the name ``path``, and try again for a second where that is not allowed.

    On Windows a virus scanner or a program that copies folders may hold either for a moment.
    """
    for seconds in PATIENCE:
        try:
            return os.replace(file, path)
        except PermissionError:
            time.sleep(seconds)
    return os.replace(file, path)
