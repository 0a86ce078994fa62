"""What this notebook runs on: place, device, profile, data, experiment tracking.

``setup`` asks the graphics driver for a GPU and the environment for Weights & Biases; it loads
neither Keras nor wandb, so the classical lessons start at once.
"""

import ctypes
import logging
import os
import sys
from dataclasses import dataclass

from course_lib._wandb import wandb_mode

PROFILES = ("smoke", "quick", "full")
DRIVERS = ("libcuda.so.1", "libcuda.so", "nvcuda.dll")


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
    _quieten_tensorflow()
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
        wandb=wandb_mode(),
    )
    print(f"place    {run.place}, Python {sys.version_info.major}.{sys.version_info.minor}")
    print(f"device   {run.device}" + (f" ({gpu})" if gpu else ": enough for every lesson"))
    print(f"profile  {run.profile}")
    print(
        f"data     {run.data}" + (" (embedded, no network needed)" if run.data == "photos" else "")
    )
    print(f"wandb    {run.wandb}" + (" (no account needed)" if run.wandb == "offline" else ""))
    return run


def _quieten_tensorflow():
    """Keep TensorFlow, if it is loaded later, from filling cells with notes on its own insides."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").addFilter(_is_error)  # it sets its level itself when it loads


def _is_error(record):
    return record.levelno >= logging.ERROR


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
