"""What a lesson says of the machine that it runs on."""

import logging
import os
import re
import sys
import types
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_lib import data, runtime

OURS = (
    "INPAINTING_PROFILE", "INPAINTING_DATA_DIR", "WANDB_MODE", "WANDB_API_KEY", "WANDB_DISABLED",
    "WANDB_BASE_URL", "NETRC",
)  # fmt: skip


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch, tmp_path):
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setattr(runtime._gpu, "look", lambda: (None, None))


def test_without_a_gpu_or_an_account(capsys):
    run = runtime.setup()
    assert run == runtime.Run("local", "cpu", "quick", "photos", "offline")
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_a_gpu_means_the_full_profile(monkeypatch, capsys):
    monkeypatch.setattr(runtime._gpu, "look", lambda: ("Tesla T4", None))
    run = runtime.setup()
    assert (run.device, run.profile, run.data) == ("gpu", "full", "cifar10")
    said = capsys.readouterr().out
    assert "Tesla T4" in said and len(said.splitlines()) == 5


def test_the_full_profile_says_how_to_choose_the_short_one(monkeypatch, capsys):
    """The line that is printed does it, typed into a cell as it stands."""
    monkeypatch.setattr(runtime._gpu, "look", lambda: ("Tesla T4", None))
    runtime.setup()
    line = re.search(r"%env \S+=\S+", capsys.readouterr().out)[0]
    InteractiveShell().run_cell(line).raise_error()
    assert runtime.setup().profile == "quick"


def test_a_card_that_lies_idle_means_cpu_and_a_line_that_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(runtime._gpu, "look", lambda: ("Tesla T4", "type make lab GPU=1"))
    run = runtime.setup()
    assert (run.device, run.profile, run.data) == ("cpu", "quick", "photos")
    device = capsys.readouterr().out.splitlines()[1]
    assert device == "device   cpu (Tesla T4 lies idle: type make lab GPU=1)"


def test_the_profile_can_be_set(monkeypatch):
    monkeypatch.setenv("INPAINTING_PROFILE", "smoke")
    assert runtime.setup().profile == "smoke"
    monkeypatch.setenv("INPAINTING_PROFILE", "fast")
    with pytest.raises(ValueError, match="smoke, quick or full"):
        runtime.setup()


@pytest.mark.parametrize("said", ["Quick", " quick ", "QUICK", '"quick"', "'quick' "])
def test_the_profile_is_a_word_not_its_spelling(monkeypatch, said):
    monkeypatch.setenv("INPAINTING_PROFILE", said)
    assert runtime.setup().profile == "quick"


def test_a_data_folder_means_cifar10(monkeypatch, tmp_path):
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path))
    assert runtime.setup().data == "cifar10"


@pytest.mark.parametrize("said", ["", "  ", '""', "' '"])
def test_a_blank_data_folder_is_none(monkeypatch, said):
    monkeypatch.setenv("INPAINTING_DATA_DIR", said)
    assert runtime.setup().data == "photos"


@pytest.mark.parametrize("said", ["$HOME/cifar", '"${HOME}/cifar"', r"%USERPROFILE%\cifar"])
def test_a_folder_with_a_variable_in_its_name_is_refused_wherever_it_is_asked(monkeypatch, said):
    monkeypatch.setenv("INPAINTING_DATA_DIR", said)
    for ask in (runtime.setup, lambda: data.load("cifar10")):
        with pytest.raises(
            (ValueError, OSError), match="INPAINTING_DATA_DIR is .*: write the whole"
        ):
            ask()


def test_colab_is_recognised(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert runtime.setup().place == "colab"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"WANDB_API_KEY": "key"}, "online"),
        ({"WANDB_API_KEY": "key", "WANDB_MODE": "offline"}, "offline"),
        ({"WANDB_MODE": "disabled"}, "disabled"),
        ({"WANDB_DISABLED": "true", "WANDB_API_KEY": "key"}, "disabled"),
        ({"WANDB_DISABLED": "1"}, "disabled"),
        ({"WANDB_DISABLED": "false"}, "offline"),
        ({"WANDB_MODE": "DISABLED"}, "disabled"),
        ({"WANDB_MODE": "nonsense"}, "offline"),
    ],
)
def test_wandb_follows_the_environment(monkeypatch, variables, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert runtime.setup().wandb == expected


def test_wandb_follows_a_login_file(tmp_path):
    login = tmp_path / ".netrc"
    login.write_text("machine example.org login user password secret\n")
    login.chmod(0o600)
    assert runtime.setup().wandb == "offline"
    login.write_text("machine api.wandb.ai login user password secret\n")
    assert runtime.setup().wandb == "online"
    login.write_text("not a login file {")
    assert runtime.setup().wandb == "offline"


def no_home(monkeypatch, folder):
    """A user whom the system does not know: ~ stays as it is and Path.home() raises."""
    for name in ("HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(RuntimeError, match="home"):
        Path.home()


def home_that_cannot_be_looked_at(monkeypatch, folder):
    """Like a home that may not be entered, but for every user, root too: asking raises."""
    monkeypatch.setenv("HOME", "/" + "x" * 5000)
    monkeypatch.setenv("USERPROFILE", "/" + "x" * 5000)
    with pytest.raises(OSError):
        os.stat(os.path.expanduser("~/.netrc"))


def login_file_in_latin_1(monkeypatch, folder):
    (folder / ".netrc").write_bytes("machine m login me password gr\xfcn\n".encode("latin-1"))


def login_file_that_is_a_folder(monkeypatch, folder):
    (folder / ".netrc").mkdir()
    monkeypatch.setenv("NETRC", str(folder))


def login_file_that_never_ends(monkeypatch, folder):
    if not hasattr(os, "mkfifo"):
        pytest.skip("pipes with a name are made on Linux and macOS only")
    os.mkfifo(folder / ".netrc")


def login_file_of_a_user_who_is_not_there(monkeypatch, folder):
    monkeypatch.setenv("NETRC", "~nobody-of-this-name/.netrc")


def odd_address_of_a_server(monkeypatch, folder):
    monkeypatch.setenv("WANDB_BASE_URL", "https://[not-an-address")
    (folder / ".netrc").write_text("machine m login me password word\n")


@pytest.mark.parametrize(
    "make_odd",
    [
        no_home,
        home_that_cannot_be_looked_at,
        login_file_in_latin_1,
        login_file_that_is_a_folder,
        login_file_that_never_ends,
        login_file_of_a_user_who_is_not_there,
        odd_address_of_a_server,
    ],
)
def test_the_first_cell_survives_an_odd_home(monkeypatch, tmp_path, make_odd):
    make_odd(monkeypatch, tmp_path)
    assert runtime.setup().wandb == "offline"


@pytest.mark.parametrize("host", ["wandb.example.org", "api.forge.coreweave.com"])
def test_wandb_follows_a_login_file_for_its_own_host_or_elsewhere(monkeypatch, tmp_path, host):
    monkeypatch.setenv("WANDB_BASE_URL", "https://wandb.example.org/base")
    for login in (tmp_path / "elsewhere", tmp_path / "_netrc"):
        login.write_text(f"machine {host} login user password secret\n")
        login.chmod(0o600)
        monkeypatch.setenv("NETRC", str(login) if login.name == "elsewhere" else "")
        assert runtime.setup().wandb == "online"


def test_tensorflows_notes_are_kept_out_of_cells_and_its_errors_are_not(monkeypatch):
    """In its logger; tests/system asks TensorFlow itself."""
    logger, said = logging.getLogger("tensorflow"), []
    monkeypatch.setattr(logger, "filters", [])
    monkeypatch.setattr(logger, "handlers", [logging.Handler()])
    monkeypatch.setattr(logger.handlers[0], "emit", lambda record: said.append(record.msg))
    monkeypatch.setattr(logger, "level", logging.INFO)
    logger.manager._clear_cache()
    logger.warning("a note on retracing")
    runtime.setup()
    logger.warning("another note")
    logger.error("a true error")
    assert said == ["a note on retracing", "a true error"]
