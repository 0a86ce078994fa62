"""Photographs that installed packages carry, and the data set of patches cut out of them."""

from functools import cache
from pathlib import Path

import numpy as np

from course_lib._pixels import as_bytes
from course_lib._validation import brief, is_one_of
from course_lib.data.files import read

PHOTOS = (
    "astronaut", "brick", "camera", "chelsea", "coffee", "coins", "grace_hopper", "grass",
    "gravel", "moon", "page", "rocket", "text",
)  # fmt: skip
PATCH_SIDE = 32
# (photograph, scales, stride): a patch at scale s shows 32 s x 32 s pixels of the photograph,
# averaged in blocks of s x s. Textures get fewer scales and no overlap, so that they do not
# outweigh the rest.
TRAIN_CUTS = (
    ("astronaut", (1, 2, 3, 4, 6, 8), 16),
    ("rocket", (1, 2, 3, 4, 6, 8), 16),
    ("grace_hopper", (1, 2, 3, 4, 6, 8), 16),
    ("brick", (1, 2, 4), 32),
    ("grass", (1, 2, 4), 32),
    ("gravel", (1, 2, 4), 32),
)
VALIDATION_CUTS = (("chelsea", (1, 2, 3, 4, 6, 8), 16),)
TEST_CUTS = (("coffee", (1, 2, 3, 4, 6, 8), 16),)
PROVENANCE = (
    "32 x 32 patches at several scales from free photographs that scikit-image and matplotlib "
    "carry: astronaut (NASA), rocket (SpaceX), grace_hopper (US Navy) and the textures brick, "
    "grass and gravel (CC0) for training, chelsea (CC0, Stefan van der Walt) for validation, "
    "coffee (CC0, Rachel Michetti) for the test."
)


def photo(name):
    """A photograph that installed packages carry, as RGB float32 (H, W, 3) in [0, 1].

    Args:
        name: one of ``data.PHOTOS``, for example "astronaut" (512 x 512 pixels).

    Raises:
        ValueError: if there is no photograph of that name.

    Example:
        >>> photo("coffee").shape
        (400, 600, 3)
    """
    if not is_one_of(name, PHOTOS):
        raise ValueError(f"there is no photo {brief(name)}: choose one of {', '.join(PHOTOS)}.")
    return read(_path_of(name))


def load_photos():
    """The fields of ``data.Dataset``: patches of photographs that come with the installation."""
    return {
        "train": _patches(TRAIN_CUTS),
        "validation": _patches(VALIDATION_CUTS),
        "test": _patches(TEST_CUTS),
        "provenance": PROVENANCE,
    }


@cache
def _patches(cuts):
    """All patches of the photographs, in a fixed order that mixes photographs and scales."""
    found = []
    for name, scales, stride in cuts:
        picture = as_bytes(photo(name))
        for scale in scales:
            found.append(_windows(_shrink(picture, scale), stride))
    patches = np.concatenate(found)
    return patches[np.random.RandomState(0).permutation(len(patches))]


def _shrink(picture, scale):
    """Mean of each scale x scale block, in whole numbers: the same bytes on every machine."""
    height, width = (side - side % scale for side in picture.shape[:2])
    blocks = picture[:height, :width].reshape(height // scale, scale, width // scale, scale, 3)
    total = blocks.sum(axis=(1, 3), dtype=np.uint32)
    return ((total + scale * scale // 2) // (scale * scale)).astype(np.uint8)


def _windows(picture, stride):
    windows = np.lib.stride_tricks.sliding_window_view(
        picture, (PATCH_SIDE, PATCH_SIDE), axis=(0, 1)
    )
    return (
        windows[::stride, ::stride].transpose(0, 1, 3, 4, 2).reshape(-1, PATCH_SIDE, PATCH_SIDE, 3)
    )


def _path_of(name):
    if name == "grace_hopper":
        import matplotlib

        return Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    import skimage

    ending = "jpg" if name == "rocket" else "png"
    return Path(skimage.__file__).parent / "data" / f"{name}.{ending}"
