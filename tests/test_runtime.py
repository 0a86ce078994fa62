"""What a lesson says of the machine that it runs on."""

import sys
import types

import pytest

from course_lib import runtime

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
    monkeypatch.setattr(runtime, "_gpu_name", lambda: None)


def test_without_a_gpu_or_an_account(capsys):
    run = runtime.setup()
    assert run == runtime.Run("local", "cpu", "quick", "photos", "offline")
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_a_gpu_means_the_full_profile(monkeypatch, capsys):
    monkeypatch.setattr(runtime, "_gpu_name", lambda: "Tesla T4")
    run = runtime.setup()
    assert (run.device, run.profile, run.data) == ("gpu", "full", "cifar10")
    assert "Tesla T4" in capsys.readouterr().out


def test_the_profile_can_be_set(monkeypatch):
    monkeypatch.setenv("INPAINTING_PROFILE", "smoke")
    assert runtime.setup().profile == "smoke"
    monkeypatch.setenv("INPAINTING_PROFILE", "fast")
    with pytest.raises(ValueError, match="smoke, quick or full"):
        runtime.setup()


def test_a_data_folder_means_cifar10(monkeypatch, tmp_path):
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(tmp_path))
    assert runtime.setup().data == "cifar10"


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


def test_a_driver_without_a_gpu_is_no_gpu(monkeypatch):
    monkeypatch.undo()

    class Driver:
        def cuInit(self, flags):
            return 100  # CUDA_ERROR_NO_DEVICE

    monkeypatch.setattr(runtime.ctypes, "CDLL", lambda name: Driver())
    assert runtime._gpu_name() is None
