"""CIFAR-10 arrives whole or not at all: from folders, caches and servers that lie.

The archive here is a tiny one of the same form, with its own hash put in place of the official.
No test reaches beyond this machine.
"""

import hashlib
import io
import os
import pickle
import random
import shutil
import socket
import subprocess
import sys
import tarfile
import textwrap
import threading
import time
import warnings
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import numpy as np
import pytest

from course_lib.data import Dataset, cifar10
from tests.helpers import PATIENCE, wait_for

ROOT = Path(__file__).parents[2]
STORED = Path(__file__).parents[3] / "shared" / "cifar10"
PICTURES = 4  # in a batch of the tiny archive
VALIDATION = 2
NAMES = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
ARCHIVE = "cifar-10-batches-py-target_archive"
OFFICIAL = [cifar10.SOURCES[-1], cifar10.ARCHIVE_SHA256]  # compared with what Keras says


def tiny_batches(seed=0):
    """Name to (rows uint8 (4, 3072), labels), as the official files hold them."""
    rng = np.random.RandomState(seed)
    return {
        name: (rng.randint(0, 256, (PICTURES, 3072)).astype(np.uint8), rng.randint(0, 10, PICTURES))
        for name in NAMES
    }


def as_pickle(rows, labels, *, protocol=2, keys=bytes):
    batch = {"batch_label": "some", "labels": [int(label) for label in labels], "data": rows}
    if keys is bytes:
        batch = {key.encode(): value for key, value in batch.items()}
    return pickle.dumps(batch, protocol=protocol)


def as_python_2_pickle(rows, labels):
    """The bytes that Python 2's cPickle wrote, opcode by opcode: protocol 2, keys and data str."""
    content = rows.tobytes()
    return b"".join(
        [
            b"\x80\x02}q\x01(U\x06labelsq\x02]q\x03(",
            *(b"K" + bytes([label]) for label in labels),
            b"eU\x04dataq\x04cnumpy.core.multiarray\n_reconstruct\nq\x05cnumpy\nndarray\nq\x06",
            b"K\x00\x85U\x01b\x87Rq\x07(K\x01",
            b"K" + bytes([len(rows)]) + b"M\x00\x0c\x86",
            b"cnumpy\ndtype\nq\x08U\x02u1K\x00K\x01\x87Rq\t(K\x03U\x01|NNN",
            b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89",
            b"T" + len(content).to_bytes(4, "little") + content + b"tbu.",
        ]
    )


def as_python_2_text_pickle(rows, labels):
    """The same in protocol 0."""
    return b"".join(
        [
            b"(dp0\nS'labels'\np1\n(lp2\n",
            *(b"I%d\na" % label for label in labels),
            b"sS'data'\np3\ncnumpy.core.multiarray\n_reconstruct\np4\n(cnumpy\nndarray\np5\n",
            b"(I0\ntS'b'\ntRp6\n(I1\n(I%d\nI3072\ntcnumpy\ndtype\np7\n(S'u1'\nI0\nI1\ntRp8\n" % 4,
            b"(I3\nS'|'\nNNNI-1\nI-1\nI0\ntbI00\nS" + repr(rows.tobytes())[1:].encode() + b"\ntbs.",
        ]
    )


def fill(folder, **changed):
    """A folder of the official form; ``changed`` gives other bytes for some files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (rows, labels) in tiny_batches().items():
        raw = changed.get(name, as_pickle(rows, labels))
        if raw is not None:
            (folder / name).write_bytes(raw)
    return folder


def tiny_archive():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, (rows, labels) in tiny_batches().items():
            raw = as_python_2_pickle(rows, labels)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    return buffer.getvalue()


WHOLE = tiny_archive()
SHA256 = hashlib.sha256(WHOLE).hexdigest()
TINY = {
    "ARCHIVE_SHA256": SHA256,
    "ARCHIVE_BYTES": len(WHOLE),
    "BATCH_SIZE": PICTURES,
    "VALIDATION_SIZE": VALIDATION,
}
PATIENT = {"OPENING_SECONDS": PATIENCE, "READ_SECONDS": PATIENCE}  # busy, but no liar


class Handler(BaseHTTPRequestHandler):
    """A server with a fault for each path; the query of a path makes it another one."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        self.close_connection = True
        getattr(self, self.path.split("?")[0].strip("/"))()

    def send(self, body, *, length=None, status=200):
        self.send_response(status)
        if length != "none":
            self.send_header("Content-Length", str(len(WHOLE) if length is None else length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def good(self):
        self.send(WHOLE)

    def unsized(self):
        self.send(WHOLE, length="none")

    def moved(self):
        self.send_response(302)
        self.send_header("Location", "/good?moved")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def circle(self):
        self.send_response(302)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def to_a_file(self):
        self.send_response(302)
        self.send_header("Location", Path(__file__).as_uri())
        self.send_header("Content-Length", "0")
        self.end_headers()

    def broken(self):
        self.send(b"sorry", length=5, status=500)

    def truncated(self):
        self.send(WHOLE[: len(WHOLE) // 2])

    def truncated_unsized(self):
        self.send(WHOLE[: len(WHOLE) // 2], length="none")

    def flipped(self):
        body = bytearray(WHOLE)
        body[len(body) // 3] ^= 4
        self.send(body)

    def says_less(self):
        self.send(WHOLE, length=len(WHOLE) - 1)

    def says_more(self):
        self.send(WHOLE, length=len(WHOLE) + 1)

    def page(self):
        body = b"<html>Please accept the terms of this wireless network.</html>"
        self.send(body, length=len(body))

    def page_of_that_length(self):
        self.send(b"<html>".ljust(len(WHOLE)))

    def missing(self):
        self.send(b"not here", length=8, status=404)

    def endless(self):
        self.send(b"", length="none")
        self.pieces(bytes(500 * 65536), size=65536, pause=0)
        self.server.asked.append("the end")

    def nonsense(self):
        self.wfile.write(b"\x00\x01\x02 this is not HTTP\r\n\r\n")

    def reset(self):
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
        )
        self.connection.close()
        self.wfile = self.rfile = io.BytesIO()

    def hang(self):
        self.server.over.wait(PATIENCE)

    def hang_midway(self):
        self.send(WHOLE[:5000])
        self.server.over.wait(PATIENCE)

    def headers_trickle(self):
        self.pieces(b"HTTP/1.1 200 OK\r\nX-Wait: " + b"x" * 400, size=1, pause=0.05)

    def gated(self):
        """Sends so many pieces as the query says, then waits for the test to go on."""
        pieces = int(self.path.split("pieces=")[1])
        self.send(WHOLE[: 1000 * pieces])
        self.server.reached.release()
        self.server.gate.wait(PATIENCE)
        self.wfile.write(WHOLE[1000 * pieces :])

    def pieces(self, body, *, size, pause):
        for start in range(0, len(body), size):
            if self.server.over.is_set():
                return
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            time.sleep(pause)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # clients that hang up are what is tested

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"


@contextmanager
def running_server():
    with Server(("127.0.0.1", 0), Handler) as running:
        running.asked, running.over = [], threading.Event()
        running.reached, running.gate = threading.Semaphore(0), threading.Event()
        thread = threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield running
        running.over.set()
        running.gate.set()
        running.shutdown()


@pytest.fixture
def server():
    with running_server() as running:
        yield running


@pytest.fixture(autouse=True)
def tiny(monkeypatch, tmp_path):
    """The tiny archive instead of the official one, an empty cache, and no server known."""
    for name, value in {**TINY, **PATIENT, "SOURCES": ()}.items():
        monkeypatch.setattr(cifar10, name, value)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("INPAINTING_DATA_DIR", raising=False)
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "keras" / "datasets"


@contextmanager
def closed_port():
    """A port that refuses: it is taken, so that nobody else can, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def expected():
    """The tiny pictures put together pixel by pixel: row[1024 c + 32 y + x] is pixel (y, x, c)."""
    y, x, c = np.meshgrid(np.arange(32), np.arange(32), np.arange(3), indexing="ij")
    batches = tiny_batches()
    pictures = np.stack([row[1024 * c + 32 * y + x] for name in NAMES for row in batches[name][0]])
    labels = np.concatenate([batches[name][1] for name in NAMES])
    test, validation = len(labels) - PICTURES, len(labels) - PICTURES - VALIDATION
    parts = slice(0, validation), slice(validation, test), slice(test, None)
    return [pictures[part] for part in parts], [labels[part] for part in parts]


def assert_is_tiny(loaded):
    dataset = Dataset(**loaded)
    pictures, labels = expected()
    for name, images, classes in zip(
        ("train", "validation", "test"), pictures, labels, strict=True
    ):
        found, found_labels = getattr(dataset, name), getattr(dataset, f"{name}_labels")
        assert found.dtype == found_labels.dtype == np.uint8
        np.testing.assert_array_equal(found, images)
        np.testing.assert_array_equal(found_labels, classes)


def refusal(call=None):
    """The sentence with which loading ends."""
    with pytest.raises(cifar10.DataUnavailable) as refused:
        (call or cifar10.load_cifar10)()
    sentence = str(refused.value)
    assert isinstance(refused.value, OSError)
    assert sentence.endswith(".") and "\n" not in sentence
    assert "INPAINTING_DATA_DIR" in sentence and 'data.load("photos")' in sentence
    return sentence


def use(monkeypatch, *urls, **settings):
    for name, value in {"SOURCES": urls, **settings}.items():
        monkeypatch.setattr(cifar10, name, value)


# Folders


@pytest.mark.parametrize(
    "place",
    [".", "cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py"],
)
def test_a_folder_may_be_the_batches_or_hold_them(monkeypatch, tmp_path, capsys, place):
    fill(tmp_path / "data" / place)
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path / "data"))
    loaded = cifar10.load_cifar10()
    assert_is_tiny(loaded)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1 and str(tmp_path / "data") in printed
    for fact in ("80 Million Tiny Images", "2020", "no licence", "INPAINTING_DATA_DIR"):
        assert fact in loaded["provenance"]


@pytest.mark.parametrize("name", ["cifar-10-python.tar.gz", ARCHIVE, "cifar-10-batches-py.tar.gz"])
def test_a_folder_may_hold_the_archive(monkeypatch, tmp_path, name):
    (tmp_path / name).write_bytes(WHOLE)
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path))
    assert_is_tiny(cifar10.load_cifar10())
    assert [path.name for path in tmp_path.iterdir()] == [name]  # nothing was unpacked


def test_a_home_folder_may_be_written_with_a_tilde(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    fill(tmp_path / "pictures")
    monkeypatch.setenv("INPAINTING_DATA_DIR", "~/pictures")
    assert_is_tiny(cifar10.load_cifar10())


def test_a_tilde_that_names_no_home_is_a_name(monkeypatch):
    monkeypatch.setenv("INPAINTING_DATA_DIR", "~nobody-here/x")
    assert "~nobody-here/x is no folder" in refusal()


@pytest.mark.skipif(os.name == "nt", reason="users have no numbers there")
@pytest.mark.parametrize("keras_home", [None, "~nobody-here/k"])
def test_without_a_home_nothing_is_made_in_the_working_folder(
    monkeypatch, tmp_path, server, keras_home
):
    import pwd

    def unknown(*_):
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("KERAS_HOME")
    if keras_home:
        monkeypatch.setenv("KERAS_HOME", keras_home)
    monkeypatch.chdir(tmp_path)
    use(monkeypatch, server.url("good"))
    assert "set KERAS_HOME to a folder" in refusal()
    assert not server.asked and not list(tmp_path.glob("~*"))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_folder_whose_name_the_output_cannot_show_is_no_obstacle(tmp_path, encoding):
    folder = fill(tmp_path / "für 猫")
    environment = {"INPAINTING_DATA_DIR": str(folder), "PYTHONIOENCODING": encoding}
    process = loader(tmp_path / "keras", environment=environment)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert "CIFAR-10: read from" in out


def test_files_that_are_not_the_official_ones_are_named_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(fill(tmp_path)))
    assert "not the official files" in cifar10.load_cifar10()["provenance"]
    assert "not the official files" in capsys.readouterr().out
    known = {name: hashlib.md5((tmp_path / name).read_bytes()).hexdigest() for name in NAMES}
    monkeypatch.setattr(cifar10, "BATCHES", known)
    assert "not the official files" not in cifar10.load_cifar10()["provenance"]


def test_a_folder_asked_for_is_the_only_one(monkeypatch, tmp_path, cache, server):
    fill(cache / "cifar-10-batches-py")
    use(monkeypatch, server.url("good"))
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path / "nowhere"))
    assert "nowhere is no folder" in refusal()
    (tmp_path / "nowhere").mkdir()
    assert "holds none of its files" in refusal()
    assert not server.asked


ROWS, LABELS = tiny_batches()["data_batch_3"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, "cannot be read"),
        (b"", "cut off or no batch"),
        (b"\x89PNG\r\n", "cut off or no batch"),
        (pickle.dumps([1, 2]), "cut off or no batch"),
        (pickle.dumps({b"data": ROWS}), "cut off or no batch"),
        (pickle.dumps({b"data": ROWS, b"fine_labels": [0] * 4}), "cut off or no batch"),
        (as_pickle(ROWS[:3], LABELS[:3]), "4 pictures"),
        (as_pickle(ROWS[:, :3000], LABELS), "4 pictures"),
        (as_pickle(ROWS, [0, 1, 2, 10]), "4 pictures"),
        (as_pickle(ROWS, [0, 1, 2, -1]), "4 pictures"),
        (as_pickle(ROWS, LABELS[:3]), "4 pictures"),
        (as_pickle(ROWS.astype(np.int64), LABELS), "4 pictures"),
        (as_pickle(ROWS / 255, LABELS), "cut off or no batch"),
        (as_pickle(ROWS.astype(object), LABELS), "cut off or no batch"),
    ],
)
def test_what_is_not_cifar10_is_refused(monkeypatch, tmp_path, raw, words):
    fill(tmp_path, data_batch_3=raw)
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path))
    sentence = refusal()
    assert words in sentence and "data_batch_3" in sentence


def test_another_archive_is_refused(monkeypatch, tmp_path):
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(WHOLE[:-1])
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path))
    assert "SHA-256 differs" in refusal()


def test_the_sets_share_nothing_and_keep_their_order(monkeypatch, tmp_path):
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(fill(tmp_path)))
    first, second = cifar10.load_cifar10(), cifar10.load_cifar10()
    seen = [{picture.tobytes() for picture in first[name]} for name in ("train", "validation")]
    seen.append({picture.tobytes() for picture in first["test"]})
    assert [len(pictures) for pictures in seen] == [5 * PICTURES - VALIDATION, VALIDATION, PICTURES]
    assert len(seen[0] | seen[1] | seen[2]) == 6 * PICTURES
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    first["train"][:] = 0  # a learner may change what was loaded
    np.testing.assert_array_equal(first["validation"], second["validation"])


# Pickles


@pytest.mark.parametrize("write", [as_python_2_pickle, as_python_2_text_pickle])
def test_python_2_pickles(monkeypatch, tmp_path, write):
    raw = {name: write(*batch) for name, batch in tiny_batches().items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = pickle.loads(raw["test_batch"], encoding="bytes")  # what these bytes mean
    np.testing.assert_array_equal(plain[b"data"], tiny_batches()["test_batch"][0])
    assert plain[b"labels"] == list(tiny_batches()["test_batch"][1])
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(fill(tmp_path, **raw)))
    assert_is_tiny(cifar10.load_cifar10())


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("keys", [bytes, str])
@pytest.mark.parametrize("order", ["C", "F"])
def test_python_3_pickles(monkeypatch, tmp_path, protocol, keys, order):
    raw = {
        name: as_pickle(np.asarray(rows, order=order), labels, protocol=protocol, keys=keys)
        for name, (rows, labels) in tiny_batches().items()
    }
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(fill(tmp_path, **raw)))
    assert_is_tiny(cifar10.load_cifar10())


@pytest.mark.parametrize("kind", ["<i8", ">i8", ">u2", "<i4", "u1"])
@pytest.mark.parametrize("protocol", [2, 5])
def test_labels_may_be_an_array(monkeypatch, tmp_path, kind, protocol):
    raw = {
        name: pickle.dumps({"data": rows, "labels": labels.astype(kind)}, protocol=protocol)
        for name, (rows, labels) in tiny_batches().items()
    }
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(fill(tmp_path, **raw)))
    assert_is_tiny(cifar10.load_cifar10())


class Calls:
    """Pickles to a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def attacks(marker):
    """Pickles that would leave a file behind, and the name that each asks for."""
    code = f"open({str(marker)!r}, 'w').close()"
    runs = code.encode()
    array = np.zeros(1, np.uint8)
    return {
        "system": pickle.dumps({b"data": Calls(os.system, f"echo > {marker}")}),
        "eval": pickle.dumps({b"labels": Calls(eval, code)}, protocol=0),
        "exec": pickle.dumps([ROWS, {b"filenames": Calls(exec, code)}], protocol=5),
        "eval of Python 2": b"c__builtin__\neval\n(S" + repr(code).encode() + b"\ntR.",
        "eval by INST": b"(S" + repr(code).encode() + b"\ni__builtin__\neval\n.",
        "numpy's runstring": b"cnumpy.testing\nrunstring\n(V" + runs + b"\n(dtR.",
        "a method of the array": pickle.dumps(Calls(array.tofile, str(marker)), protocol=4),
        "a dotted name": (
            b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93"
            + pickle.dumps(array)[2:-1]
            + b"\x8c"
            + bytes([len(str(marker))])
            + str(marker).encode()
            + b"\x86R."
        ),
        "another codec": b"c_codecs\nopen\n(V" + str(marker).encode() + b"\nVw\ntR.",
    }


@pytest.mark.parametrize("name", list(attacks(Path("x"))))
def test_a_pickle_that_runs_something_is_refused(monkeypatch, tmp_path, name):
    marker = tmp_path / "was_run"
    raw = attacks(marker)[name]
    fill(tmp_path / "data", data_batch_2=raw)
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path / "data"))
    assert "asks to run" in refusal()
    assert not marker.exists()


@pytest.mark.parametrize("name", ["system", "eval", "eval of Python 2", "a dotted name"])
def test_the_attacks_would_work_on_pickle_itself(tmp_path, name):
    pickle.loads(attacks(tmp_path / "was_run")[name])
    assert (tmp_path / "was_run").exists()


class HidesAPointer:
    """A dtype whose state says that its object field is plain bytes (numpy accepts it)."""

    def __reduce__(self):
        state = (3, "|", None, ("a",), {"a": (np.dtype("O"), 0)}, 8, 1, 0)
        return np.dtype, ("V8", False, True), state


@pytest.mark.parametrize(
    "raw",
    [
        pickle.dumps({b"data": HidesAPointer(), b"labels": [0] * 4}),
        pickle.dumps(
            {b"data": Calls(np.ndarray, (2**40,), "u1"), b"labels": [0] * 4}, protocol=0
        ).replace(b"cnumpy._core.numeric\n", b"cnumpy\n"),
        b"\x80\x02\x82\x01.",  # a code of copyreg's registry
        b"\x80\x02K\x01Q.",  # a persistent id
        b"\x80\x04\x96\xff\xff\xff\xff\xff\xff\xff\x7f.",  # 8 EiB
        b"cnumpy\nndarray\n.",
    ],
    ids=["pointer", "huge", "extension", "persistent", "8 EiB", "class"],
)
def test_other_odd_pickles_are_refused(monkeypatch, tmp_path, raw):
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(fill(tmp_path, test_batch=raw)))
    assert "test_batch" in refusal()


@pytest.mark.parametrize("write", [as_pickle, as_python_2_pickle])
def test_a_pickle_cut_anywhere_is_refused(write):
    raw = write(ROWS, LABELS)
    assert len(cifar10._read_batch(raw, "whole")[0]) == PICTURES
    for end in [*range(0, 400, 7), *range(400, len(raw), 997), *range(len(raw) - 40, len(raw))]:
        with pytest.raises(cifar10._Unusable, match="cut off or no batch"):
            cifar10._read_batch(raw[:end], "part")


# Keras's cache


@pytest.mark.parametrize(
    "place", ["cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"]
)
def test_what_keras_unpacked_is_used(monkeypatch, cache, server, place):
    fill(cache / place)
    use(monkeypatch, server.url("good"))
    loaded = cifar10.load_cifar10()
    assert_is_tiny(loaded)
    assert "Keras's cache" in loaded["provenance"] and not server.asked


@pytest.mark.parametrize("name", [ARCHIVE, "cifar-10-batches-py.tar.gz"])
def test_what_keras_downloaded_is_used(cache, name):
    cache.mkdir(parents=True)
    (cache / name).write_bytes(WHOLE)
    assert_is_tiny(cifar10.load_cifar10())


def test_the_cache_is_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    fill(tmp_path / ".keras" / "datasets" / "cifar-10-batches-py")
    assert_is_tiny(cifar10.load_cifar10())


def test_half_of_what_keras_unpacked_is_left_aside(monkeypatch, cache, server, capsys):
    fill(cache / "cifar-10-batches-py-target" / "cifar-10-batches-py", data_batch_4=None)
    (cache / ARCHIVE).write_bytes(WHOLE[:9000])
    use(monkeypatch, server.url("good"))
    assert_is_tiny(cifar10.load_cifar10())
    assert capsys.readouterr().out.count("left aside") == 2
    assert server.asked == ["/good"]
    assert (cache / ARCHIVE).read_bytes() == WHOLE


# Keras's own loader and nothing else of Keras: its packages are entered without their start.
KERAS_LOOKS = """
    import importlib.util, sys, types

    where = importlib.util.find_spec("keras").submodule_search_locations[0]
    inner = [f"keras.src{part}" for part in ("", ".backend", ".datasets", ".utils")]
    for name in ("keras", *inner):
        package = sys.modules[name] = types.ModuleType(name)
        package.__path__ = [where + name.removeprefix("keras").replace(".", "/")]
    sys.modules["keras.src"].backend = sys.modules["keras.src.backend"]
    import keras.src.datasets.cifar10 as keras_cifar10

    real = keras_cifar10.get_file

    def get_file(**arguments):
        print(arguments["origin"], arguments["file_hash"])
        print(real(**{**arguments, "file_hash": %r, "origin": "http://127.0.0.1:9/none"}))
        raise SystemExit

    keras_cifar10.get_file = get_file
    keras_cifar10.load_data()
"""


def test_keras_finds_what_was_downloaded_and_the_other_way(monkeypatch, cache, server):
    use(monkeypatch, server.url("good"))
    cifar10.load_cifar10()
    found = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KERAS_LOOKS % SHA256)],
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    *_, official, unpacked = found.stdout.splitlines()
    assert official.split() == OFFICIAL
    unpacked = Path(unpacked)
    assert sorted(path.name for path in (unpacked / "cifar-10-batches-py").iterdir()) == NAMES
    (cache / ARCHIVE).unlink()
    assert_is_tiny(cifar10.load_cifar10())
    assert server.asked == ["/good"]


# Downloads


@pytest.mark.parametrize("path", ["good", "unsized", "moved"])
def test_a_download_arrives(monkeypatch, cache, server, capsys, path):
    use(monkeypatch, server.url(path))
    loaded = cifar10.load_cifar10()
    assert_is_tiny(loaded)
    assert "127.0.0.1" in loaded["provenance"]
    assert "not the official files" not in loaded["provenance"]
    assert (cache / ARCHIVE).read_bytes() == WHOLE
    assert [path.name for path in cache.iterdir()] == [ARCHIVE]
    assert "127.0.0.1" in capsys.readouterr().err  # the progress bar
    asked = len(server.asked)
    assert_is_tiny(cifar10.load_cifar10())
    assert len(server.asked) == asked  # the second time needs no network


FAULTS = {
    "truncated": "SHA-256",
    "truncated_unsized": "SHA-256",
    "flipped": "SHA-256",
    "says_less": "something else",
    "says_more": "something else",
    "page": "something else",
    "page_of_that_length": "SHA-256",
    "endless": "SHA-256",
    "missing": "Not Found",
    "broken": "Internal Server Error",
    "to_a_file": "cannot be used",
    "nonsense": "cannot be used",
    "reset": "cannot be used",
}
HANGS = {
    "hang": "does not answer",
    "hang_midway": "stopped sending",
    "headers_trickle": "does not answer",
}
IMPATIENT = {"OPENING_SECONDS": 0.7, "READ_SECONDS": 0.7}
GOOD_PLACES = 500  # for a machine so busy that even a good one takes longer than that


@pytest.mark.parametrize("path", FAULTS)
def test_a_fault_is_named_and_the_next_place_asked(monkeypatch, cache, server, capsys, path):
    use(monkeypatch, server.url(path), server.url("good"))
    assert_is_tiny(cifar10.load_cifar10())
    lines = [line for line in capsys.readouterr().out.splitlines() if "127.0.0.1" in line]
    assert len(lines) == 1 and FAULTS[path] in lines[0]
    assert server.asked == [f"/{path}", "/good"]
    assert [path.name for path in cache.iterdir()] == [ARCHIVE]


@pytest.mark.parametrize("path", HANGS)
def test_a_server_that_hangs_is_given_up(monkeypatch, cache, server, capsys, path):
    use(monkeypatch, server.url(path), *[server.url("good")] * GOOD_PLACES, **IMPATIENT)
    assert_is_tiny(cifar10.load_cifar10())
    assert f"127.0.0.1 {HANGS[path]}" in capsys.readouterr().out
    assert [path.name for path in cache.iterdir()] == [ARCHIVE]


def test_a_host_name_that_hangs_or_is_unknown_is_given_up(monkeypatch, server, capsys):
    real, over = socket.getaddrinfo, threading.Event()

    def look_up(host, *arguments, **keywords):
        if host == "hangs.invalid":
            over.wait(PATIENCE)
        if host.endswith(".invalid"):
            raise socket.gaierror(-2, "Name or service not known")
        return real(host, *arguments, **keywords)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    bad = ["http://unknown.invalid/good", "http://hangs.invalid/good"]
    use(monkeypatch, *bad, *[server.url("good")] * GOOD_PLACES, **IMPATIENT)
    assert_is_tiny(cifar10.load_cifar10())
    printed = capsys.readouterr().out
    over.set()
    assert "unknown.invalid cannot be used (Name or service not known)" in printed
    assert "hangs.invalid does not answer" in printed


def test_a_server_that_sends_in_circles_is_left(monkeypatch, cache, server, capsys):
    use(monkeypatch, server.url("circle"), server.url("good"))
    assert_is_tiny(cifar10.load_cifar10())
    assert "127.0.0.1 cannot be used (" in capsys.readouterr().out
    assert 1 < len(server.asked) < 20 and server.asked[-1] == "/good"


def test_a_closed_port_is_passed_over(monkeypatch, server, capsys):
    with closed_port() as port:
        use(monkeypatch, f"http://127.0.0.1:{port}/good", server.url("good"))
        assert_is_tiny(cifar10.load_cifar10())
    assert "127.0.0.1 cannot be used" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["truncated", "page_of_that_length", "hang_midway"])
def test_a_fault_alone_leaves_nothing(monkeypatch, cache, server, path):
    use(monkeypatch, server.url(path), **IMPATIENT)
    refusal()
    assert not list(cache.iterdir())


SPEEDS = {"trickle": 5_000, "slow": 100_000, "fast": 1e9}  # bytes per second


@pytest.fixture
def paces(monkeypatch):
    """A clock that goes on only as bytes arrive, at the speed of the place: no machine's own."""
    now, receive = [0.0], cifar10._receive

    def at_its_pace(answer):
        chunk = receive(answer)
        now[0] += len(chunk) / SPEEDS[urlsplit(answer.url).query]
        return chunk

    clock = SimpleNamespace(monotonic=lambda: now[0], time=time.time)
    settings = {"_receive": at_its_pace, "time": clock, "CHUNK": 500, "PACE_SECONDS": 0.2}
    for name, value in settings.items():
        monkeypatch.setattr(cifar10, name, value)


def test_a_trickle_is_left_for_a_faster_place(monkeypatch, server, capsys, paces):
    use(monkeypatch, server.url("good?trickle"), server.url("good?fast"), FLOOR=50_000)
    assert_is_tiny(cifar10.load_cifar10())
    assert "sends too slowly (5 kB/s)" in capsys.readouterr().out
    assert server.asked == ["/good?trickle", "/good?fast"]


def test_a_slow_place_is_good_enough_where_none_is_left(monkeypatch, server, paces):
    use(monkeypatch, server.url("good?slow"), FLOOR=10_000_000, LAST_FLOOR=1)
    assert_is_tiny(cifar10.load_cifar10())
    assert server.asked == ["/good?slow"]


def test_of_slow_places_the_fastest_is_asked_again(monkeypatch, server, paces):
    places = ["good?trickle", "good?slow", "good?trickle", "missing"]
    use(monkeypatch, *map(server.url, places), FLOOR=10_000_000, LAST_FLOOR=1)
    assert_is_tiny(cifar10.load_cifar10())
    assert server.asked == [f"/{place}" for place in [*places, "good?slow"]]


def test_a_trickle_alone_does_not_last_for_ever(monkeypatch, cache, server, paces):
    use(monkeypatch, server.url("good?trickle"), LAST_FLOOR=50_000)
    refusal()
    assert not list(cache.iterdir()) and server.asked == ["/good?trickle"]


def test_an_interrupt_leaves_nothing(monkeypatch, cache, server):
    def interrupted(answer):
        raise KeyboardInterrupt

    monkeypatch.setattr(cifar10, "_receive", interrupted)
    use(monkeypatch, server.url("good"), server.url("good?2"))
    with pytest.raises(KeyboardInterrupt):
        cifar10.load_cifar10()
    assert not list(cache.iterdir()) and server.asked == ["/good"]


def test_a_full_disk_is_not_the_servers_fault(monkeypatch, cache, server):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    use(monkeypatch, server.url("good"), server.url("good?2"))
    sentence = refusal()
    assert "No space left on device" in sentence and "KERAS_HOME" in sentence
    assert not list(cache.iterdir()) and server.asked == ["/good"]


def test_a_cache_that_cannot_be_made(monkeypatch, tmp_path, server):
    (tmp_path / "keras").write_text("a file, not a folder")
    use(monkeypatch, server.url("good"))
    assert "cannot take CIFAR-10" in refusal()
    assert not server.asked


def test_a_place_that_another_process_reads_is_kept(monkeypatch, cache, server):
    """On Windows a file that is open cannot be replaced: the first to arrive has won."""

    def replace(source, target):
        target.write_bytes(WHOLE)
        raise PermissionError(13, "in use")

    monkeypatch.setattr(os, "replace", replace)
    use(monkeypatch, server.url("good"))
    assert_is_tiny(cifar10.load_cifar10())
    assert [path.name for path in cache.iterdir()] == [ARCHIVE]


# Other processes

LOAD = """
    import os
    from course_lib.data import cifar10
    for name, value in {settings!r}.items():
        setattr(cifar10, name, value)
    {before}
    print(cifar10.load_cifar10()["test_labels"].tolist())
"""


def run_python(script, home=None, wrap=(), environment=None):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    if home:
        environment["KERAS_HOME"] = str(home)
    return subprocess.Popen(
        [*wrap, sys.executable, "-c", textwrap.dedent(script)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, errors="replace",
    )  # fmt: skip


def loader(home, *urls, before="", environment=None, **settings):
    settings = {**TINY, **PATIENT, "SOURCES": urls, **settings}
    script = LOAD.format(settings=settings, before=before)
    return run_python(script, home, environment=environment)


DIES = {
    "in the middle of the file": "cifar10._receive = dying(cifar10._receive, after=2)",
    "before it is on disk": "os.fsync = dying(os.fsync)",
    "before it is in place": "os.replace = dying(os.replace)",
    "when it is in place": "cifar10._read_downloaded = dying(cifar10._read_downloaded)",
}
DYING = """
    def dying(function, after=0):
        calls = []
        def call(*arguments):
            calls.append(1)
            if len(calls) > after:
                os.kill(os.getpid(), 9)
            return function(*arguments)
        return call
    {}
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_download_leaves_nothing_that_is_trusted(monkeypatch, tmp_path, server):
    """At six random moments from outside, and at the four that matter from inside."""
    moments = sorted(random.Random(7).sample(range(1, len(WHOLE) // 1000), 6))
    running = {}
    for pieces in moments:
        url = server.url(f"gated?pieces={pieces}")
        running[f"{pieces} kB"] = loader(tmp_path / f"{pieces} kB", url)
    for name, line in DIES.items():
        before = textwrap.dedent(DYING.format(line)).replace("\n", "\n    ")
        running[name] = loader(tmp_path / name, server.url("good"), before=before, CHUNK=1000)
    for _ in moments:
        assert server.reached.acquire(timeout=PATIENCE)
    for pieces in moments:  # what was sent has been received: then it dies
        datasets = tmp_path / f"{pieces} kB" / "datasets"
        process = running[f"{pieces} kB"]

        def received(datasets=datasets, pieces=pieces, process=process):
            assert process.poll() is None
            on_disk = sum(path.stat().st_size for path in datasets.glob("*"))
            return on_disk >= 1000 * pieces - 8192

        wait_for(received)
        process.kill()

    use(monkeypatch, server.url("good?next"))
    for process in running.values():
        assert process.wait(PATIENCE) == -9, process.communicate()
    for name in running:
        datasets = tmp_path / name / "datasets"
        arrived = name == "when it is in place"
        assert (datasets / ARCHIVE).exists() == arrived
        assert len(list(datasets.glob(".*.part"))) == (0 if arrived else 1)

        monkeypatch.setenv("KERAS_HOME", str(tmp_path / name))
        server.asked.clear()
        assert_is_tiny(cifar10.load_cifar10())
        assert server.asked == ([] if arrived else ["/good?next"])
        left = list(datasets.glob(".*.part"))  # young: it might be a download that runs
        assert len(left) == (0 if arrived else 1)
        for path in left:
            os.utime(path, (time.time() - 3600,) * 2)
        assert_is_tiny(cifar10.load_cifar10())
        assert [path.name for path in datasets.iterdir()] == [ARCHIVE]


def test_two_processes_at_once_do_no_harm(tmp_path, server):
    urls = [server.url(f"gated?pieces={pieces}") for pieces in (3, 30)]
    both = [loader(tmp_path / "keras", url) for url in urls]
    for _ in both:
        assert server.reached.acquire(timeout=PATIENCE)
    server.gate.set()
    for process in both:
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        assert out.splitlines()[-1] == str(tiny_batches()["test_batch"][1].tolist())
    assert [path.name for path in (tmp_path / "keras" / "datasets").iterdir()] == [ARCHIVE]


def namespace_without_network():
    """The command that runs another without a network, or nothing where that is not allowed."""
    command = ["unshare", "--map-root-user", "--net"]
    allowed = (
        shutil.which("unshare")
        and not subprocess.run([*command, "true"], capture_output=True).returncode
    )
    return command if allowed else []


NO_NETWORK = """
    import socket, sys
    from course_lib.data import cifar10

    def unknown(*_, **__):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    if {patch}:
        socket.getaddrinfo = unknown
    try:
        cifar10.load_cifar10()
    except cifar10.DataUnavailable as problem:
        print(problem)
    print([name for name in ("keras", "tensorflow", "wandb") if name in sys.modules])
"""


def test_without_a_network_one_sentence_says_what_to_do(tmp_path):
    """The real list of places, in a namespace without network where the system gives one."""
    wrap = namespace_without_network()
    process = run_python(NO_NETWORK.format(patch=not wrap), tmp_path / "keras", wrap)
    out, err = process.communicate(timeout=PATIENCE)
    *_, sentence, heavy = out.splitlines()
    assert "Traceback" not in err
    assert sentence.startswith("CIFAR-10 could not be downloaded")
    assert "INPAINTING_DATA_DIR" in sentence and 'data.load("photos")' in sentence
    assert heavy == "[]"  # and no deep-learning library was loaded for it


def test_certificates_do_not_depend_on_the_system(monkeypatch, tmp_path):
    pytest.importorskip("certifi")
    (tmp_path / "none.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert cifar10._trust().cert_store_stats()["x509_ca"] > 50


# The real thing, where a copy is at hand


def test_a_real_folder_loads(monkeypatch, tmp_path):
    """The JPEG copy of CIFAR-10, installed by its own script and decoded here once more."""
    script = STORED / "install_cifar10.py"
    if not script.is_file():
        pytest.skip(f"there is no copy of CIFAR-10 in {STORED}")
    cv2 = pytest.importorskip("cv2")
    monkeypatch.undo()
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, capture_output=True)
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path))
    dataset = Dataset(**cifar10.load_cifar10())
    assert dataset.train.shape == (45000, 32, 32, 3)
    assert dataset.validation.shape == (5000, 32, 32, 3)
    assert dataset.test.shape == (10000, 32, 32, 3)
    assert "not the official files" in dataset.provenance
    stored = np.load(STORED / "cifar10_jpeg.npz")
    for split, part, first, indices in [
        ("train", "train", 0, (0, 9999, 10000, 44999)),
        ("train", "validation", 45000, (45000, 49999)),
        ("test", "test", 0, (0, 9999)),
    ]:
        labels = getattr(dataset, f"{part}_labels")
        np.testing.assert_array_equal(labels, stored[f"{split}_labels"][first:][: len(labels)])
        assert np.bincount(labels).min() > 0.09 * len(labels)
        blob, ends = stored[f"{split}_jpeg"], stored[f"{split}_offsets"]
        for index in indices:
            picture = cv2.imdecode(blob[ends[index] : ends[index + 1]], cv2.IMREAD_COLOR)
            np.testing.assert_array_equal(getattr(dataset, part)[index - first], picture[..., ::-1])
