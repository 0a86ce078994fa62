"""Pictures: read from files, carried by installed packages, or cut into a data set.

The photographs come with scikit-image and matplotlib and need no network. CIFAR-10 may.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from course_lib._cifar10 import load_cifar10
from course_lib.validation import check_count, check_image, check_values

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
PHOTOS_PROVENANCE = (
    "32 x 32 patches at several scales from free photographs that scikit-image and matplotlib "
    "carry: astronaut (NASA), rocket (SpaceX), grace_hopper (US Navy) and the textures brick, "
    "grass and gravel (CC0) for training, chelsea (CC0, Stéfan van der Walt) for validation, "
    "coffee (CC0, Rachel Michetti) for the test."
)


@dataclass(frozen=True)
class Dataset:
    """Pictures in three parts that share no photograph: uint8 (N, 32, 32, 3) each.

    Labels are uint8 (N,) or None; ``provenance`` says in a sentence where the pictures are from.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    provenance: str
    train_labels: np.ndarray | None = None
    validation_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None


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
    if name not in PHOTOS:
        raise ValueError(f"there is no photo {name!r}: choose one of {', '.join(PHOTOS)}.")
    return read(_path_of(name))


def read(path):
    """Read a picture from a file, as RGB float32 (H, W, 3) in [0, 1].

    PNG, JPEG and whatever else Pillow reads; grey becomes RGB, 16-bit grey keeps its precision,
    a camera's rotation mark is applied, and transparent parts are laid over white.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is not a picture that can be read.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}: check the name and the folder.")
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened)
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValueError(
            f"{path.name} cannot be read as a picture: save it as PNG or JPEG."
        ) from None
    if picture.mode.startswith("I;16") or picture.mode == "I":
        grey = np.clip(np.asarray(picture, np.float32) / np.float32(65535), 0, 1)
        return np.repeat(grey[..., None], 3, axis=-1)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return np.asarray(picture.convert("RGB"), np.float32) / np.float32(255)


def save(path, image):
    """Write a picture to a file, 8 bits a channel; the ending of the name decides the format.

    The file is written beside its place and moved in when it is whole, so that a failure never
    spoils an older file of that name.

    Args:
        path: a name ending in .png (lossless) or .jpg, in a folder that exists.
        image: floats in [0, 1], (H, W, 3).

    Raises:
        TypeError, ValueError: if the image is not as above, or the ending of no known format.
        FileNotFoundError: if the folder does not exist.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(f"{folder}/white.png", np.ones((4, 6, 3)))
        ...     read(f"{folder}/white.png").shape
        (4, 6, 3)
    """
    image = check_image(image)
    check_values(image, "the image")
    path = Path(path).expanduser()
    file_format = Image.registered_extensions().get(path.suffix.lower())
    if file_format not in Image.SAVE:
        raise ValueError(f"{path.name!r} has no known picture ending: end it in .png or .jpg.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}: make it first.")
    picture = Image.fromarray(np.rint(image.astype(np.float64) * 255).astype(np.uint8))
    # Not made by tempfile: that gives a file which nobody but its owner may read.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        picture.save(
            unfinished, format=file_format, **({"quality": 95} if file_format == "JPEG" else {})
        )
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def load(name="photos", *, subset=None):
    """Load a data set.

    Args:
        name: "photos", patches of photographs that come with the installation; or "cifar10",
            from ``INPAINTING_DATA_DIR``, Keras's cache or the network, saying which.
        subset: at most so many pictures of each part, always the same ones.

    Returns:
        A ``Dataset``. The parts share no picture, and of "photos" no photograph, so nothing leaks
        from one to another.

    Raises:
        ValueError: if there is no data set of that name, or subset is no whole number from 1.
        OSError: if CIFAR-10 cannot be had; the message says what to do.

    Example:
        >>> load(subset=10).train.shape
        (10, 32, 32, 3)
    """
    if name not in LOADERS:
        raise ValueError(f"there is no data set {name!r}: use {' or '.join(map(repr, LOADERS))}.")
    if subset is not None:
        check_count("subset", subset, lowest=1)
    # Copies: a small subset does not hold the whole, nor can a change reach the next caller.
    fields = {
        key: value[:subset].copy() if isinstance(value, np.ndarray) else value
        for key, value in LOADERS[name]().items()
    }
    return Dataset(**fields)


def _load_photos():
    return {
        "train": _patches(TRAIN_CUTS),
        "validation": _patches(VALIDATION_CUTS),
        "test": _patches(TEST_CUTS),
        "provenance": PHOTOS_PROVENANCE,
    }


LOADERS = {"photos": _load_photos, "cifar10": load_cifar10}


@cache
def _patches(cuts):
    """All patches of the photographs, in an order that mixes photographs and scales, frozen."""
    found = []
    for name, scales, stride in cuts:
        picture = np.rint(photo(name) * 255).astype(np.uint8)
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
