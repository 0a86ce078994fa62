"""What this notebook runs on: place, device, profile, data, experiment tracking.

``setup`` asks the graphics driver for a GPU and the environment for Weights & Biases; it loads
neither Keras nor wandb, so the classical lessons start at once.
"""

import ctypes
import netrc
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

PROFILES = ("smoke", "quick", "full")
DRIVERS = ("libcuda.so.1", "libcuda.so", "nvcuda.dll")
WANDB_HOSTS = ("api.wandb.ai", "api.forge.coreweave.com")


@dataclass(frozen=True)
class Run:
    """Where and how a lesson runs.

    Attributes:
        place: "colab" or "local".
        device: "gpu" or "cpu".
        profile: "smoke" (tests), "quick" (no GPU) or "full" (GPU).
        data: "photos" or "cifar10", for ``data.load``; used from lesson 04 on.
        wandb: "online", "offline" or "disabled".
    """

    place: str
    device: str
    profile: str
    data: str
    wandb: str


def setup():
    """Find out what the lesson runs on, print it in five lines, return it.

    ``INPAINTING_PROFILE`` (smoke, quick or full) overrides the profile, ``INPAINTING_DATA_DIR``
    (a folder) asks for CIFAR-10.

    Returns:
        Run.

    Raises:
        ValueError: if ``INPAINTING_PROFILE`` is none of the three.
    """
    gpu = _gpu_name()
    device = "gpu" if gpu else "cpu"
    profile = os.environ.get("INPAINTING_PROFILE") or ("full" if gpu else "quick")
    if profile not in PROFILES:
        raise ValueError(f"INPAINTING_PROFILE is {profile!r}: set it to smoke, quick or full.")
    wants_cifar10 = profile == "full" or bool(os.environ.get("INPAINTING_DATA_DIR"))
    run = Run(
        place="colab" if "google.colab" in sys.modules else "local",
        device=device,
        profile=profile,
        data="cifar10" if wants_cifar10 else "photos",
        wandb=_wandb_mode(),
    )
    print(f"place    {run.place}, Python {sys.version_info.major}.{sys.version_info.minor}")
    print(f"device   {run.device}" + (f" ({gpu})" if gpu else ": enough for every lesson"))
    print(f"profile  {run.profile}")
    print(
        f"data     {run.data}" + (" (embedded, no network needed)" if run.data == "photos" else "")
    )
    print(f"wandb    {run.wandb}" + (" (no account needed)" if run.wandb == "offline" else ""))
    return run


def _gpu_name():
    """Name of the first NVIDIA GPU that the driver can use, or None."""
    for library in DRIVERS:
        try:
            driver = ctypes.CDLL(library)
        except OSError:
            continue
        count, name = ctypes.c_int(0), ctypes.create_string_buffer(100)
        if (
            driver.cuInit(0) == 0
            and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
            and count.value
        ):
            driver.cuDeviceGetName(name, len(name), 0)
            return name.value.decode(errors="replace") or "NVIDIA GPU"
        return None
    return None


def _wandb_mode():
    """What W&B would do: the mode the learner set, else online only if a key is there."""
    mode = os.environ.get("WANDB_MODE", "").lower()
    if mode in ("online", "offline", "disabled"):
        return mode
    if os.environ.get("WANDB_DISABLED", "").lower() in ("1", "true"):
        return "disabled"
    return "online" if os.environ.get("WANDB_API_KEY") or _netrc_has_key() else "offline"


def _netrc_has_key():
    own_host = urlparse(os.environ.get("WANDB_BASE_URL", "")).hostname
    places = [os.environ.get("NETRC"), Path.home() / ".netrc", Path.home() / "_netrc"]
    for place in places:
        if not place or not Path(place).is_file():
            continue
        try:
            known = netrc.netrc(str(place)).hosts
        except (netrc.NetrcParseError, OSError):
            continue
        if any(host in known for host in (*WANDB_HOSTS, own_host)):
            return True
    return False
