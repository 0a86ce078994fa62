"""Every word by which a learner asks Weights & Biases to stay offline, or off, is heard."""

import os
import subprocess
import sys

import pytest

from course_lib._wandb import wandb_mode


@pytest.fixture(autouse=True)
def an_account(monkeypatch, tmp_path):
    """A learner with a key (zeros), an empty home and an empty working folder."""
    for name in list(os.environ):
        if name.startswith("WANDB"):
            monkeypatch.delenv(name)
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("WANDB_API_KEY", 40 * "0")
    monkeypatch.chdir(tmp_path / "work")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "online"),
        ({"WANDB_API_KEY": " "}, "offline"),
        ({"WANDB_MODE": ""}, "online"),
        ({"WANDB_MODE": "run"}, "online"),
        ({"WANDB_MODE": "shared"}, "online"),
        ({"WANDB_MODE": "dryrun"}, "offline"),
        ({"WANDB_MODE": "Offline"}, "offline"),
        ({"WANDB_MODE": ' "offline" '}, "offline"),  # as `set WANDB_MODE="offline" ` on Windows
        ({"WANDB_MODE": "'disabled'"}, "disabled"),
        ({"WANDB_MODE": "nonsense"}, "offline"),
        ({"WANDB_MODE": "0"}, "offline"),
        ({"WANDB_MODE": "online", "WANDB_DISABLED": "true"}, "disabled"),
        ({"WANDB_OFFLINE": "true"}, "offline"),
        ({"WANDB_ANONYMOUS": "never"}, "online"),  # asks for an account's own run
        ({"WANDB_ANONYMOUS": "must", "WANDB_API_KEY": ""}, "offline"),
        *(({"WANDB_DISABLED": word}, "disabled") for word in ("1", "y", "Yes", "t", "ON", "all")),
        *(({"WANDB_DISABLED": word}, "online") for word in ("", "0", "n", "No", "F", "off")),
    ],
)
def test_words_of_the_environment(variables, expected, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wandb_mode() == expected


def write_settings(folder, content):
    folder.mkdir(parents=True)
    (folder / "settings").write_bytes(content)


@pytest.mark.parametrize(
    "place", ["work/wandb", "work/.wandb", "home/.config/wandb", "elsewhere/wandb", "configured"]
)
def test_a_settings_file_is_read_wherever_wandb_keeps_it(place, monkeypatch, tmp_path):
    if place == "elsewhere/wandb":
        monkeypatch.setenv("WANDB_DIR", str(tmp_path / "elsewhere"))
    if place == "configured":
        monkeypatch.setenv("WANDB_CONFIG_DIR", str(tmp_path / "configured"))
    write_settings(tmp_path / place, b"[default]\nmode = offline\n")
    assert wandb_mode() == "offline"
    monkeypatch.setenv("WANDB_MODE", "online")  # the environment comes after the files in W&B too
    assert wandb_mode() == "online"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbf[default]\nmode = disabled\n", "disabled"),
        (b"[default]\r\nMODE = DRYRUN\r\n", "offline"),
        (b"[default]\nproject = 100 %\nmode = offline\nmode = offline\n", "offline"),
        (b"mode = offline\n", "offline"),  # broken: it may have been a wish
        (b"\xff\xfe\x00", "offline"),
        (b"[default]\nbase_url = https://example.org\n", "online"),
        (b"[default]\nmode = online\n", "online"),
        (b"", "online"),
    ],
)
def test_what_a_settings_file_says(content, expected, tmp_path):
    write_settings(tmp_path / "work" / "wandb", content)
    assert wandb_mode() == expected


def test_this_folders_settings_overrule_the_homes(tmp_path):
    write_settings(tmp_path / "home" / ".config" / "wandb", b"[default]\nmode = offline\n")
    write_settings(tmp_path / "work" / "wandb", b"[default]\nmode = online\n")
    assert wandb_mode() == "online"


def test_wandbs_own_commands_are_heard():
    """`wandb offline` and `wandb disabled`, as a learner types them; `wandb online` takes back."""
    for command, expected in (("offline", "offline"), ("disabled", "disabled")):
        subprocess.run([sys.executable, "-m", "wandb", command], check=True, capture_output=True)
        assert wandb_mode() == expected
    subprocess.run([sys.executable, "-m", "wandb", "online"], check=True, capture_output=True)
    assert wandb_mode() == "online"


def test_the_words_are_those_that_wandb_knows():
    """A new word of W&B's fails here, so that it is looked at."""
    from wandb.sdk.wandb_settings import Settings

    known = Settings.model_fields["mode"].annotation.__args__
    assert set(known) == {"online", "run", "shared", "offline", "dryrun", "disabled"}
