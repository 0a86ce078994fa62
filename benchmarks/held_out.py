"""The pictures that quality is judged on, and that no network here has been trained on.

``held_out.json`` holds 1,000 places in CIFAR-10's official training set, drawn once with seed
2026 from those whose exact pixel values were at hand when the first networks were trained (the
rest came as JPEG copies). Whoever has the official archive judges on the very same pictures.
"""

import json
import os
from pathlib import Path

import numpy as np

PLACES = np.array(json.loads(Path(__file__).with_name("held_out.json").read_text()))


def split(dataset):
    """Take the held-out pictures out of CIFAR-10's training and validation sets.

    Args:
        dataset: what ``data.load("cifar10")`` returns, complete.

    Returns:
        train, validation, held_out: uint8 (44084, 32, 32, 3), (4916, ...) and (1000, ...).
    """
    return _parts(dataset.train, dataset.validation)


def split_labels(dataset):
    """The classes of the same pictures, in the same order.

    Args:
        dataset: what ``data.load("cifar10")`` returns, complete.

    Returns:
        train, validation, held_out: uint8 (44084,), (4916,) and (1000,), 0 to 9.
    """
    return _parts(dataset.train_labels, dataset.validation_labels)


def lossless_cifar10():
    """CIFAR-10 training pictures in original quality, uint8 (N, 32, 32, 3), or None.

    From ``cifar10_lossless_train.npz``, in INPAINTING_LOSSLESS or in ../shared/cifar10.
    """
    default = Path(__file__).parents[2] / "shared" / "cifar10" / "cifar10_lossless_train.npz"
    path = Path(os.environ.get("INPAINTING_LOSSLESS", default))
    return np.load(path)["images"] if path.is_file() else None


def _parts(train, validation):
    official = np.concatenate([train, validation])
    if len(official) != 50_000:
        raise ValueError(
            f"there are {len(official):,} training pictures: load all of CIFAR-10, without subset."
        )
    kept = np.ones(len(official), bool)
    kept[PLACES] = False
    cut = len(train)
    return official[:cut][kept[:cut]], official[cut:][kept[cut:]], official[PLACES]
