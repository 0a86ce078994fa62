"""The networks that the course ships, trained: weights and recipes in ``course_lib/weights``."""

import hashlib
import json
from pathlib import Path

import numpy as np

from course_lib._names import FILES, file_name
from course_lib._validation import brief, is_one_of
from course_lib.models.networks import NETWORKS

WEIGHTS = Path(__file__).parents[1] / "weights"


def load_pretrained(name):
    """A network that the course ships, with its weights.

    Each was trained by the command in its recipe, on CIFAR-10, "photo" on photographs as well, and
    is stored as float16 in ``course_lib/weights``, NAME.npz, beside its recipe, NAME.json. Nothing
    is downloaded.

    Args:
        name: "autoencoder", "vanilla_unet", "vanilla_unet_masked", "partial_conv_unet",
            "fill_and_correct" (a ``residual_unet``; "best", as its file is called, works too),
            "photo" (a ``field_unet`` for photographs of any size: scratches, overlaid text,
            blotches, dust), "classifier" (which names what a picture shows), "diffusion" and "flow"
            (``denoiser``s), "looks_squared" and "looks_adversarial" (lesson 17), "reach_plain",
            "reach_partial", "reach_gated", "reach_gated_9" and "reach_fourier" (lesson 16), or a
            small network that lesson 08 compares, "explorer_unet_4" and others.

    Returns:
        keras.Model, float32, not compiled.

    Raises:
        ValueError: if there is no such network, or its file is not the one that was published.

    Example:
        >>> load_pretrained("explorer_unet_4").count_params()
        121831
    """
    made, path = recipe(name), WEIGHTS / f"{_checked(name)}.npz"
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != made["sha256"]:
        raise ValueError(
            f"weights/{path.name} is missing or not the file that was published: restore it with "
            "git checkout, or install the course again."
        )
    if made["network"] not in NETWORKS:
        raise ValueError(
            f"weights/{path.stem}.json names a network that the course does not have: restore "
            "it with git checkout, or install the course again."
        )
    model = NETWORKS[made["network"]](**made["arguments"])
    with np.load(path, allow_pickle=False) as stored:
        for variable in model.weights:
            variable.assign(stored[variable.path].astype(np.float32))
    return model


def recipe(name):
    """How a shipped network was made, and what was measured on it.

    Args:
        name: as for ``load_pretrained``.

    Returns:
        dict: network, arguments, learning_rate, seed, parameters, sha256 of its file, command, data
        and trained (date and machine).

        Those from ``benchmarks.train`` add masks, hole_weight, steps, batch_size, val_psnr_hole at
        steps_at_check, and psnr_hole_held_out_lines (decibels, composited, 1,000 pictures that no
        network was trained on). The others add what their own training has: "classifier" epochs
        and accuracies; "photo" its two trainings' steps, the photographs with their licences, and
        what its validation patches say of it and of what it began with; "best" its run, minutes on
        one core, optimizer, and its scores on validation pictures; "diffusion" and "flow" their
        squared error by time; "looks_squared" and "looks_adversarial" the critic's numbers.

    Raises:
        ValueError: if there is no such network.

    Example:
        >>> recipe("explorer_unet_4")["arguments"]
        {'width': 4}
    """
    return json.loads((WEIGHTS / f"{_checked(name)}.json").read_text(encoding="utf-8"))


def _checked(name):
    """The name of the file, if weights are shipped for it."""
    shipped = sorted([*(one.stem for one in WEIGHTS.glob("*.json")), *FILES])
    if not is_one_of(name, shipped):
        raise ValueError(
            f"no weights are shipped for {brief(name)}: choose from {', '.join(shipped)}."
        )
    return file_name(name)
