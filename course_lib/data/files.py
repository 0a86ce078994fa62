"""Pictures read from files and written to files."""

import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from course_lib._validation import check_image, check_values


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
