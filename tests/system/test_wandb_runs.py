"""PredictionLogger and Weights & Biases: real records, servers, networks, other processes."""

import http.server
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from course_lib.callbacks import PredictionLogger
from tests.helpers import PATIENCE, skip_or_fail
from tests.logged import HOLES, IMAGES, fit, rows_of, small
from tools.project import ROOT

WANDB = [name for name in os.environ if name.startswith("WANDB")] + ["NETRC"]


@pytest.fixture(autouse=True)
def no_account(monkeypatch, tmp_path):
    for name in WANDB:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield
    if sys.modules.get("wandb"):
        monkeypatch.undo()
        sys.modules["wandb"].teardown()  # it read the environment once and for all


def offline_run(folder):
    (run,) = (folder / "wandb").glob("offline-run-*")
    return run


def history_of(run):
    """The steps that a run's record holds, each a dict, told by W&B's own command."""
    (record,) = run.glob("*.wandb")
    told = subprocess.run(
        [sys.executable, "-m", "wandb", "leet", "inspect", "--json", str(record)],
        capture_output=True, text=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    records = map(json.loads, told.stdout.splitlines())
    return [one["history"]["item"] for one in records if one["type"] == "history"]


def pictures_of(run, step, name):
    paths = [run / "files" / path for path in step[f"{name}.filenames"]]
    return np.stack([np.asarray(Image.open(path)) for path in paths])


def test_one_wandb_step_an_epoch_with_numbers_and_readable_pictures(tmp_path, capsys):
    logger = PredictionLogger(IMAGES, HOLES, folder=tmp_path / "run")
    history = fit(small(), logger, epochs=2).history
    run = offline_run(tmp_path / "run")
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 1
    shown = run.relative_to(tmp_path)
    assert f"wandb leet {shown}" in said and f"wandb sync {shown}" in said
    steps = history_of(run)
    assert [step["_step"] for step in steps] == [step["epoch"] for step in steps] == [0, 1, 2]
    assert [step.get("loss") for step in steps] == [None, *history["loss"]]
    assert [step["frozen_psnr_hole"] for step in steps] == logger.psnr_hole
    for step, frame in zip(steps, logger.frames, strict=True):
        np.testing.assert_array_equal(pictures_of(run, step, "predicted"), frame)
    assert steps[1]["predicted.captions"][0] == "epoch 1, picture 0"
    np.testing.assert_array_equal(pictures_of(run, steps[0], "original"), IMAGES)
    np.testing.assert_array_equal(
        pictures_of(run, steps[0], "mask"), np.repeat(255 * HOLES[..., None], 3, axis=-1)
    )
    assert not any(name.startswith(("original", "mask")) for step in steps[1:] for name in step)


def test_a_resumed_training_logs_its_originals_too(tmp_path):
    for tracking in (False, True):
        logger = PredictionLogger(IMAGES, HOLES, folder=tmp_path / "run", tracking=tracking)
        fit(small(), logger, initial_epoch=int(tracking), epochs=1 + tracking)
    steps = history_of(offline_run(tmp_path / "run"))
    assert [step["_step"] for step in steps] == [1, 2]
    assert "original.count" in steps[0] and "predicted.count" in steps[1]


def test_a_run_of_the_learners_own_is_used_and_left_open(tmp_path):
    import wandb

    own = wandb.init(mode="offline", dir=str(tmp_path), settings=wandb.Settings(silent=True))
    try:
        own.log({"before": 1}, step=40)
        logger = PredictionLogger(IMAGES, HOLES)
        fit(small(), logger, epochs=2)
        assert wandb.run is own
        own.log({"after": 1})
        run = offline_run(tmp_path)
    finally:
        own.finish()
    steps = [step for step in history_of(run) if "epoch" in step]
    assert [step["epoch"] for step in steps] == [0, 1, 2]
    np.testing.assert_array_equal(pictures_of(run, steps[2], "predicted"), logger.frames[2])


@pytest.mark.parametrize("asked", [True, False])
def test_disabled_or_not_asked_loads_no_wandb(asked, monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "wandb", None)  # an import of it would be a fault
    if asked:
        monkeypatch.setenv("WANDB_MODE", "disabled")
    fit(small(), PredictionLogger(IMAGES, HOLES, folder=tmp_path / "run", tracking=asked))
    assert capsys.readouterr().out == ""
    assert not list(tmp_path.rglob("wandb"))


@pytest.mark.parametrize("fails_at", ["init", "log", "finish"])
def test_a_fault_of_wandb_costs_a_sentence(fails_at, monkeypatch, tmp_path, capsys):
    import wandb

    def fail(*_, **__):
        raise wandb.errors.CommError("the dog ate it\nand more")

    monkeypatch.setattr(*((wandb, "init") if fails_at == "init" else (wandb.Run, fails_at)), fail)
    logger = PredictionLogger(IMAGES, HOLES, folder=tmp_path / "run")
    fit(small(), logger, epochs=2)
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "W&B stopped recording (the dog ate it); the training goes on."
    assert len(said) == (1 if fails_at == "init" else 2)
    assert logger.epochs == [0, 1, 2]


def test_without_wandb_the_training_goes_on(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "wandb", None)
    logger = PredictionLogger(IMAGES, HOLES)
    fit(small(), logger, epochs=1)
    assert "the training goes on" in capsys.readouterr().out
    assert logger.epochs == [0, 1]


# Accounts, servers and networks that do not answer. No key in here is one: all are zeros.

TRAINING = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
import keras, numpy as np
from course_lib.callbacks import PredictionLogger
images = np.full((8, 16, 16, 3), 90, np.uint8)
hole = np.eye(16, dtype=bool)
model = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(3, 1)])
model.compile("adam", "mse")

def train(folder, tracking=True):
    logger = PredictionLogger(images, hole, folder=folder, tracking=tracking)
    model.fit(images / 255, images / 255, epochs=3, verbose=0, callbacks=[logger])
    return logger
"""


def assert_kept(folder):
    assert len(list((folder / "frames").glob("*.png"))) == 4
    assert len(rows_of(folder)) == 4


def run_elsewhere(script, *before, **variables):
    """Run a script in a new process that has no standard input; what it printed."""
    done = subprocess.run(
        [*before, sys.executable, "-c", TRAINING + script],
        env=os.environ | variables,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def test_no_network(tmp_path):
    """Neither without a key nor with one (zeros)."""
    cut_off = ["unshare", "-rn"]
    if not shutil.which("unshare") or subprocess.run([*cut_off, "true"]).returncode:
        skip_or_fail("a process cannot be cut off from the network here (unshare -rn)")
    script = "train('a'); os.environ['WANDB_API_KEY'] = 40 * '0'; train('b')"
    said = run_elsewhere(script, *cut_off)
    assert said.count("W&B: recorded on this machine") == 2
    for folder in (tmp_path / "a", tmp_path / "b"):
        assert_kept(folder)
        assert len(history_of(offline_run(folder))) == 4


class Server(http.server.ThreadingHTTPServer):
    """A W&B server that refuses (500), or that accepts the run and keeps what it is sent."""

    daemon_threads = True

    def __init__(self, status):
        self.status, self.asked, self.files, self.history = status, [], {}, []
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(self.path)
        answer = {}
        if self.path.startswith("/graphql"):
            asked = json.loads(body)
            answer = {"data": self.data(asked["query"], asked.get("variables") or {})}
        elif self.path.startswith("/put/"):
            self.server.files[self.path.removeprefix("/put/")] = body
        elif self.path.endswith("/file_stream"):
            history = json.loads(body).get("files", {}).get("wandb-history.jsonl", {})
            self.server.history += [json.loads(line) for line in history.get("content", [])]
        data = json.dumps(answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_POST

    def data(self, query, variables):
        if "upsertBucket" in query:
            project = {"id": "p", "name": "p", "entity": {"id": "e", "name": "someone"}}
            run = {"id": "r", "name": variables["name"], "displayName": "r", "config": "{}"}
            run |= {"historyLineCount": 0, "project": project}
            return {"upsertBucket": {"bucket": run, "inserted": True}}
        if "createRunFiles" in query:
            files = [
                {"name": name, "uploadUrl": f"{self.server.url}/put/{name}"}
                for name in variables["files"]
            ]
            return {"createRunFiles": {"runID": "r", "uploadHeaders": [], "files": files}}
        return {}

    def log_message(self, *_):
        pass


@pytest.fixture
def account(monkeypatch):
    """Makes the learner one with an account at ``url``."""

    def at(url):
        monkeypatch.setenv("WANDB_API_KEY", 40 * "0")
        monkeypatch.setenv("WANDB_BASE_URL", url)

    return at


def test_a_run_of_the_learners_own_is_uploaded_while_it_grows(account, tmp_path, capsys):
    import wandb

    server = Server(200)
    account(server.url)
    own = wandb.init(project="mine", dir=str(tmp_path), settings=wandb.Settings(silent=True))
    try:
        fit(small(), PredictionLogger(IMAGES, HOLES, folder=tmp_path / "run"))
        assert wandb.run is own
    finally:
        own.finish()
    assert capsys.readouterr().out == ""  # no second record beside it, so no line on it
    assert [step["epoch"] for step in server.history] == [0, 1, 2, 3]
    names = server.history[3]["predicted"]["filenames"]
    assert len(names) == len(IMAGES) and set(names) <= set(server.files)


@pytest.mark.parametrize("mode", [None, "online", "shared", "run", "dryrun", "offline"])
def test_without_a_run_of_the_learners_no_server_is_asked(
    mode, account, monkeypatch, tmp_path, capsys
):
    """With an account, whatever the mode; the line says how to upload, for a folder with blanks."""
    server = Server(200)
    account(server.url)
    if mode:
        monkeypatch.setenv("WANDB_MODE", mode)
    folder = tmp_path / "my run"
    fit(small(), PredictionLogger(IMAGES, HOLES, folder=folder))
    (said,) = capsys.readouterr().out.splitlines()
    assert shlex.split(said)[-3:] == [
        "wandb",
        "sync",
        str(offline_run(folder).relative_to(tmp_path)),
    ]
    assert server.asked == []
    assert_kept(folder)
    assert len(history_of(offline_run(folder))) == 4


def test_a_silent_server_is_not_waited_for(account, tmp_path, capsys):
    listening = socket.create_server(("127.0.0.1", 0), backlog=50)
    listening.settimeout(0)
    account(f"http://127.0.0.1:{listening.getsockname()[1]}")
    fit(small(), PredictionLogger(IMAGES, HOLES, folder=tmp_path / "run"))
    assert "wandb sync" in capsys.readouterr().out
    with pytest.raises(BlockingIOError):  # nobody has called
        listening.accept()
    assert_kept(tmp_path / "run")


def test_nothing_is_asked_in_a_notebook(tmp_path):
    """A kernel that is asked to be online and has no key: a question would be an error here."""
    import nbclient
    import nbformat

    listening = socket.create_server(("127.0.0.1", 0), backlog=50)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    setting = f"os.environ.update(WANDB_MODE='online', WANDB_BASE_URL={url!r})\n"
    cell = nbformat.v4.new_code_cell(TRAINING + setting + "logger = train('run')")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(
        notebook, timeout=PATIENCE, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    said = "".join(output.get("text", "") for output in cell.outputs)
    assert "wandb sync" in said
    assert_kept(tmp_path / "run")
