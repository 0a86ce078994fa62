"""What this notebook runs on: place, device, profile, data, experiment tracking.

``setup`` looks for a GPU that Keras can use and asks the environment for Weights & Biases; it loads
neither Keras nor wandb, so the classical lessons start at once.
"""

import logging
import os
import sys
from dataclasses import dataclass

from course_lib import _gpu, _place
from course_lib._shell import say
from course_lib._variables import path_variable, variable
from course_lib._wandb import wandb_mode

PROFILES = ("smoke", "quick", "full")
TO_QUICK = "shorter: %env INPAINTING_PROFILE=quick in a cell above this one, then run all again"


@dataclass(frozen=True)
class Run:
    """Where and how a lesson runs.

    Attributes:
        place: "colab", "browser" (JupyterLite) or "local".
        device: "gpu" or "cpu".
        profile: "smoke" (tests), "quick" (no GPU) or "full" (GPU).
        data: "photos" or "cifar10", for ``data.load``; used from lesson 06 on.
        wandb: "online", "offline" or "disabled" (always in a browser).
    """

    place: str
    device: str
    profile: str
    data: str
    wandb: str

    def count(self, quick, *, full):
        """How many of something a lesson takes: ``share(quick)``, or ``full`` in the full profile.

        Args:
            quick, full: whole numbers, 1 or more.

        Example:
            >>> Run("local", "gpu", "full", "cifar10", "offline").count(6, full=30)
            30
        """
        return full if self.profile == "full" else share(quick)


def setup():
    """Find out what the lesson runs on, print it line by line, return it.

    ``INPAINTING_PROFILE`` (smoke, quick or full) overrides the profile, ``INPAINTING_DATA_DIR``
    (a folder) asks for CIFAR-10. The device is "gpu" only if Keras can use the card; where it
    cannot, the line says what to do. In a browser nothing is trained: importing Keras says so.

    Returns:
        Run.

    Raises:
        ValueError: if ``INPAINTING_PROFILE`` is none of the three, or ``INPAINTING_DATA_DIR`` still
            holds a variable's name.
        ModuleNotFoundError: if a web page was built without what the lessons need.
    """
    place = _place.place()
    if place == "browser":
        _place.prepare_page()
    _quieten_tensorflow()
    card, mend = _gpu.look()
    device = "gpu" if card and not mend else "cpu"
    profile = _profile(device)
    wants_cifar10 = profile == "full" or bool(path_variable("INPAINTING_DATA_DIR"))
    run = Run(
        place=place,
        device=device,
        profile=profile,
        data="cifar10" if wants_cifar10 else "photos",
        wandb="disabled" if place == "browser" else wandb_mode(),
    )
    _say(run, card, mend)
    return run


def share(count):
    """How many of ``count`` cases to take: all; in the tests' profile a tenth, 2 to 128.

    The lessons' helpers call it, so that no lesson has to.

    Args:
        count: a whole number, 1 or more.

    Example:
        >>> share(100) in (100, 10)
        True
    """
    return min(count, max(2, count // 10), 128) if _profile("cpu") == "smoke" else count


def _profile(device):
    profile = variable("INPAINTING_PROFILE").lower()
    if profile and profile not in PROFILES:
        raise ValueError(f"INPAINTING_PROFILE is {profile!r}: set it to smoke, quick or full.")
    return profile or ("full" if device == "gpu" else "quick")


def _say(run, card, mend):
    version = ".".join(map(str, sys.version_info[:2]))
    remarks = {
        "place": f", Python {version}",
        "device": ": enough for every lesson" if card is None else f" ({card})",
        "profile": f" ({TO_QUICK})" if run.profile == "full" else "",
        "data": " (embedded, no network needed)" if run.data == "photos" else "",
        "wandb": " (no account needed)" if run.wandb == "offline" else "",
    }
    if run.place == "browser":
        remarks["device"] = ": enough for every lesson on this page"
        del remarks["wandb"]
    if mend:
        remarks["device"] = f" ({card} lies idle: {mend})"
    say("\n".join(f"{name:<8} {getattr(run, name)}{said}" for name, said in remarks.items()))


def _quieten_tensorflow():
    """Keep TensorFlow, if it is loaded later, from filling cells with notes on its internals."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").addFilter(_is_error)  # it sets its level itself when it loads


def _is_error(record):
    return record.levelno >= logging.ERROR
