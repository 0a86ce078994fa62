"""Attacks that take a network, a server or another process; docs/attacks.md lists them all."""

import base64
import hashlib
import io
import json
import os
import re
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
import zlib

import keras
import numpy as np
import psutil
import pytest
from PIL import Image, PngImagePlugin

from course_lib import checks, training
from course_lib.callbacks import PredictionLogger
from course_lib.models import load_pretrained, weights
from course_lib.training import checkpoint
from tests import logged, small_training
from tests.helpers import PATIENCE, listening, skip_or_fail
from tests.lab import address_of
from tools.check_notebooks import SECRETS
from tools.project import ROOT

SECRET = "hf_" + 30 * "s"
MINE = (
    "epoch,loss\n"  # as a training's log begins, so that nothing else keeps it from being written
)


# Checkpoints


def npy(shape, kind="<f4", content=b""):
    """A .npy file whose header says that it holds such an array."""
    said = repr({"descr": kind, "fortran_order": False, "shape": shape}).encode()
    said = said.ljust(117) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(said)) + said + content


def archive(members, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as packed:
        for name, content in members.items():
            packed.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def said(text):
    buffer = io.BytesIO()
    np.savez(buffer, record=np.array(text))
    return buffer.getvalue()


RUNS = b"cos\nsystem\n(S'echo > was_run'\ntR."
DAMAGED = "cannot be read as a checkpoint"
HOSTILE = {
    "a pickle": (RUNS, DAMAGED),
    "an array of objects": (archive({"a": npy((1,), "|O", RUNS)}), "Object arrays cannot"),
    "2**40 numbers": (archive({"a": npy((2**40,))}), "larger arrays than it holds"),
    "2**70 numbers": (archive({"a": npy((2**70,))}), "larger arrays than it holds"),
    "a giant header": (
        archive({"a": b"\x93NUMPY\2\0" + struct.pack("<I", 2**31 - 1) + b"{" * 999}),
        DAMAGED,
    ),
    "a deep header": (
        archive({"a": b"\x93NUMPY\2\0" + struct.pack("<I", 9000) + b"[" * 9000}),
        DAMAGED,
    ),
    "a zip bomb": (
        archive({"a": npy((2**22,), content=bytes(2**24))}, zipfile.ZIP_DEFLATED),
        "unpack to more than it holds",
    ),
    "a list for a record": (said("[2]"), DAMAGED),
    "a deep record": (said("[" * 100_000), DAMAGED),
    "an empty record": (said('{"version": 2}'), "holds no whole training"),
    "wrong kinds": (said('{"version": 2, "identity": 7}'), "holds no whole training"),
}


@pytest.mark.parametrize("content, sentence", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_checkpoint_gets_one_sentence(tmp_path, monkeypatch, content, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "checkpoint.npz").write_bytes(content)
    with pytest.raises(ValueError, match=f"(?s){sentence}.*delete it"):
        training.fit(
            small_training.network(), *small_training.batches(), epochs=1, seed=0, folder=tmp_path
        )
    assert not (tmp_path / "was_run").exists()
    assert (tmp_path / "checkpoint.npz").read_bytes() == content


def test_a_network_that_carries_code_is_not_opened(tmp_path, monkeypatch):
    """A .keras file whose layer is a function; Keras's own reader refuses it too."""
    monkeypatch.chdir(tmp_path)
    runs = keras.layers.Lambda(lambda x: (open("was_run", "w").close(), x)[1])
    runs.call = lambda inputs, **_: inputs  # here it is only written
    keras.Sequential([keras.Input((8, 8, 3)), runs]).save(tmp_path / "evil.keras")
    (tmp_path / "checkpoint.npz").write_bytes((tmp_path / "evil.keras").read_bytes())
    with pytest.raises(ValueError, match=DAMAGED):
        checkpoint.read(tmp_path / "checkpoint.npz")
    with pytest.raises(ValueError, match="no weights are shipped"):
        load_pretrained(str(tmp_path / "evil.keras"))
    with pytest.raises(ValueError, match="(?s)unsafe|Lambda"):
        keras.models.load_model(tmp_path / "evil.keras")
    assert not (tmp_path / "was_run").exists()


def test_a_recipe_names_networks_of_the_course_only(tmp_path, monkeypatch):
    name = "explorer_unet_4"
    recipe = json.loads((weights.WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))
    content = (weights.WEIGHTS / f"{name}.npz").read_bytes()
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)
    (tmp_path / f"{name}.npz").write_bytes(content)
    for network in ("os.system", "keras.layers.Lambda", "__import__"):
        (tmp_path / f"{name}.json").write_text(json.dumps(recipe | {"network": network}))
        with pytest.raises(ValueError, match="explorer_unet_4.json names a network"):
            load_pretrained(name)


# Folders of a training


@pytest.fixture
def mine(tmp_path):
    """A file of the learner's own, that a link in a folder from elsewhere leads to."""
    path = tmp_path / "mine.txt"
    path.write_text(MINE)
    yield path
    assert path.read_text() == MINE


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
def test_a_link_for_a_checkpoint_has_no_file_overwritten(tmp_path, mine):
    folder = tmp_path / "run"
    folder.mkdir()
    for target in (mine, tmp_path / "nothing_yet"):
        (folder / "checkpoint.npz").symlink_to(target)
        with pytest.raises(ValueError, match="checkpoint.npz is a link, and the file"):
            training.fit(
                small_training.network(), *small_training.batches(),
                epochs=1, seed=0, folder=folder,
            )  # fmt: skip
        (folder / "checkpoint.npz").unlink()
    assert not (tmp_path / "nothing_yet").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
@pytest.mark.parametrize(
    "name, target",
    [("log.csv", "mine.txt"), ("frames", "."), ("frames/epoch_0002.png", "not_there_yet.png")],
)
def test_a_link_among_a_trainings_pictures_has_no_file_overwritten(tmp_path, mine, name, target):
    folder = tmp_path / "run"
    (folder / "frames").mkdir(parents=True)
    if name == "frames":
        (folder / "frames").rmdir()
    (folder / name).symlink_to(tmp_path / target)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ValueError, match="is a link, and the file"):
        logger = PredictionLogger(logged.IMAGES, logged.HOLES, folder=folder, tracking=False)
        logged.fit(logged.small(), logger, epochs=2)
    assert sorted(tmp_path.iterdir()) == before


def test_a_frame_that_fills_the_memory_is_not_decoded(tmp_path, monkeypatch):
    """12,000 x 12,000 pixels in a file of few bytes, with this training's own fingerprint."""
    logger = PredictionLogger(logged.IMAGES, logged.HOLES, folder=tmp_path, tracking=False)
    logged.fit(logged.small(), logger, epochs=1)
    path = tmp_path / "frames" / "epoch_0001.png"
    content = path.read_bytes()
    grown = struct.pack(">II", 12_000, 12_000) + content[24:29]
    crc = struct.pack(">I", zlib.crc32(b"IHDR" + grown))
    path.write_bytes(content[:16] + grown + crc + content[33:])
    loads, load = [], PngImagePlugin.PngImageFile.load_prepare
    monkeypatch.setattr(
        PngImagePlugin.PngImageFile,
        "load_prepare",
        lambda file: (loads.append(file.size), load(file)),
    )
    with pytest.raises(ValueError, match="epoch_0001.png cannot be read as a frame"):
        PredictionLogger(logged.IMAGES, logged.HOLES, folder=tmp_path, tracking=False)
    assert (12_000, 12_000) not in loads and Image.open(path).size == (12_000, 12_000)


# Secrets


def test_a_secret_that_a_cell_prints_stands_in_no_record(tmp_path, monkeypatch):
    """W&B keeps what is printed, the code and the repository's address, unless told not to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_API_KEY", SECRET)

    class Prints(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            print(SECRET)

    logger = PredictionLogger(logged.IMAGES, logged.HOLES, folder=tmp_path / "run")
    logged.fit(logged.small(), Prints(), logger, epochs=1)
    sys.modules["wandb"].teardown()
    kept = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert any(path.suffix == ".wandb" for path in kept)
    assert [path.name for path in kept if SECRET.encode() in path.read_bytes()] == []
    assert not any("code" in path.parts or path.suffix in {".py", ".patch"} for path in kept)


KEYS = {"AKIA" + 16 * "Q", "AIza" + 35 * "a", "hf_" + 30 * "a", "ghp_" + 36 * "a"}
KEYS |= {"sk-" + 20 * "a", "wandb_v1_" + 20 * "a", "-----BEGIN " + "PRIVATE KEY"}


def secrets_ever_added(git):
    """What looks like a key in any line that any commit added, and how many lines were looked at.

    40 hexadecimal digits, an older W&B key, may as well be a commit's name.
    """
    kinds = [pattern for kind, pattern in SECRETS.items() if kind != "a W&B key"]
    secret = re.compile("|".join([*kinds, r"\bwandb_v\d+_\w{20,}"]).encode())
    log = [*git, "log", "-p", "-U0", "--no-color", "--no-ext-diff", "--no-textconv", "HEAD", "--"]
    left_out = [":!*.npz", ":!*.lock", ":!site/package-lock.json"]
    found, lines = set(), 0
    with subprocess.Popen([*log, ".", *left_out], stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            lines += 1
            if line.startswith(b"+") and (told := secret.search(line)):
                found.add(told[0].decode())
    assert process.returncode == 0
    return found, lines


def test_no_file_and_no_earlier_version_holds_a_secret(tmp_path):
    """Keys of a small repository are found though it deleted them; then this one is searched."""
    small = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*small, "init", "-q"], check=True)
    for content in ("\n".join(sorted(KEYS)), "none"):
        (tmp_path / "keys.txt").write_text(content)
        subprocess.run([*small, "add", "."], check=True)
        subprocess.run([*small, "commit", "-qm", "keys"], check=True)
    assert secrets_ever_added(small)[0] == KEYS
    git = ["git", "-C", str(ROOT), "-c", "core.quotepath=off"]
    if subprocess.run([*git, "rev-parse"], capture_output=True).returncode:
        skip_or_fail("this is no git repository")
    found, lines = secrets_ever_added(git)
    assert lines > 1000
    assert found <= {"-----BEGIN RSA PRIVATE KEY"}  # tests/test_notebooks.py


# What is installed, and what listens


def test_a_package_that_was_changed_on_its_way_is_not_installed(tmp_path):
    """As make lab installs: uv with --require-hashes."""
    name = "parcel-1.0-py3-none-any.whl"
    with zipfile.ZipFile(tmp_path / name, "w") as wheel:
        wheel.writestr("parcel.py", "changed = True\n")
        about = "Metadata-Version: 2.1\nName: parcel\nVersion: 1.0\n"
        wheel.writestr("parcel-1.0.dist-info/METADATA", about)
        wheel.writestr("parcel-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("parcel-1.0.dist-info/RECORD", "")
    right = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    setup = (ROOT / "tools" / "setup_venv.py").read_text(encoding="utf-8")
    (from_lock,) = re.findall(r'from_lock = .*"-r", rest', setup)
    assert '"--require-hashes"' in from_lock
    command = [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-index"]
    command += ["--require-hashes", "--find-links", str(tmp_path), "--target", str(tmp_path / "in")]
    command += ["-r", str(tmp_path / "a.lock")]
    for digest, fits in ((hashlib.sha256(b"another").hexdigest(), False), (right, True)):
        (tmp_path / "a.lock").write_text(f"parcel==1.0 --hash=sha256:{digest}\n")
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert (done.returncode == 0) == fits, done.stderr
        assert (tmp_path / "in" / "parcel.py").exists() == fits


@pytest.fixture(scope="module")
def make_lab(tmp_path_factory):
    """What ``make lab`` starts, by this interpreter, with an empty home: (process, address)."""
    home = tmp_path_factory.mktemp("home")
    shown = subprocess.run(
        ["make", "-n", "-o", ".venv/.ready", "lab"], cwd=ROOT, capture_output=True, text=True
    )
    if shown.returncode:
        skip_or_fail("make is not installed")
    text = shown.stdout.replace("\\\n", " ")
    words = re.search(r"-m jupyterlab(.*)", text)[0].split()
    environment = {key: text for key, text in os.environ.items() if not key.startswith("JUPYTER")}
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{name}"] = str(home / name)
    environment["HOME"] = str(home)
    command = [sys.executable, *words, "--no-browser", "--ServerApp.port=0"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield process, address_of(process, home / "RUNTIME_DIR", home / "log"), home
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def status(address, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_lab_listens_on_this_machine_only(make_lab):
    process, _, _ = make_lab
    lab = psutil.Process(process.pid)
    places = listening([lab, *lab.children(recursive=True)])
    assert places and {place.ip for place in places} <= {"127.0.0.1", "::1"}


def test_the_lab_asks_for_a_token_that_is_new_each_time(make_lab):
    _, address, home = make_lab
    (running,) = (home / "RUNTIME_DIR").glob("jpserver-*.json")
    token = json.loads(running.read_text(encoding="utf-8"))["token"]
    assert len(token) >= 32 and token not in (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in ("api/contents", "api/kernels", "api/terminals"):
        assert status(f"{address}/{path}") == 403
        assert status(f"{address}/{path}", Authorization="token guessed") == 403
        assert status(f"{address}/{path}", Authorization=f"token {token}") == 200


def test_a_page_from_elsewhere_cannot_open_a_kernels_socket(make_lab):
    """A page in the browser that has the lab open, and its cookie; its origin gives it away."""
    _, address, home = make_lab
    (running,) = (home / "RUNTIME_DIR").glob("jpserver-*.json")
    token = json.loads(running.read_text(encoding="utf-8"))["token"]
    host, port = address.removeprefix("http://").rsplit(":", 1)
    with urllib.request.urlopen(f"{address}/api/status?token={token}") as answer:
        cookie = "; ".join(one.split(";")[0] for one in answer.headers.get_all("Set-Cookie"))

    def knocks(origin):
        key = base64.b64encode(16 * b"k").decode()
        lines = [
            "GET /api/events/subscribe HTTP/1.1", f"Host: {host}:{port}", f"Cookie: {cookie}",
            "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13", f"Origin: {origin}", "", "",
        ]  # fmt: skip
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as line:
            line.sendall("\r\n".join(lines).encode())
            return int(line.recv(64).split()[1])

    assert knocks("https://elsewhere.example.org") == 403
    assert knocks(address) == 101


def test_a_patched_check_stays_in_the_kernel_that_patched_it(tmp_path, monkeypatch):
    """In one's own kernel one can cheat oneself; what is installed judges the next as before."""
    monkeypatch.setenv("INPAINTING_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    wrong = "checks.task_01_2(lambda count, size, *, seed: [[[False]]])"
    with monkeypatch.context() as cheat:
        cheat.setattr("course_lib.checks._task._run", lambda *_: ("right", ""))
        assert checks.task_01_2(lambda count, size, *, seed: [[[False]]])
    command = [sys.executable, "-c", f"from course_lib import checks; print(bool({wrong}))"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
