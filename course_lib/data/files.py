"""Pictures read from files and written to files."""

import io
import os
import stat
import warnings
from contextlib import contextmanager

import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from course_lib._files import expanded, replaced, shown
from course_lib._pixels import as_bytes, as_floats
from course_lib._validation import check_image, check_values

# The endings to write, each with its format and what Pillow is told: all can be read again, and
# none reduces colours.
WRITTEN = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 95}),
    ".jpeg": ("JPEG", {"quality": 95}),
    ".bmp": ("BMP", {}),
    ".tif": ("TIFF", {}),
    ".tiff": ("TIFF", {}),
    ".webp": ("WEBP", {"lossless": True}),
}
LONGEST_TEXT = 1 << 28  # bytes, of the text that a PNG carries with its pixels
MOST_PREVIEWS = 16  # pages of a TIFF that are skipped before its picture
DRAWINGS = ("EPS", "WMF")  # programs, which Pillow lets Ghostscript or Windows run
# EXIF, tag 0x0112: how a camera was held, and the turn that makes the picture right.
ORIENTATION = 0x0112
TURNS = {
    2: np.fliplr,
    3: lambda picture: np.rot90(picture, 2),
    4: np.flipud,
    5: lambda picture: picture.swapaxes(0, 1),
    6: lambda picture: np.rot90(picture, -1),
    7: lambda picture: np.rot90(picture, 2).swapaxes(0, 1),
    8: np.rot90,
}
# Pillow gives a PNG's transparent colour as stored, but reads its pixels with more or fewer bits.
WIDENED = {
    "L;2": lambda level: level * 85,
    "L;4": lambda level: level * 17,
    "RGB;16B": lambda colour: tuple(level >> 8 for level in colour),
}
# TIFF: tags, and what they may say.
SUBFILE, BITS, PHOTOMETRIC = 254, 258, 262
PREVIEW, WHITE_IS_ZERO = 1, 0
FIRST_PLANE = ("R", "C", "Y")  # raw modes, which Pillow takes for 8 bits whatever the file says


class NoPicture(Exception):
    """A file that Pillow can read but that is no picture for us; the message follows its name."""


def read(path):
    """Read a picture from a file, as RGB float32 (H, W, 3) in [0, 1].

    PNG, JPEG and whatever else Pillow reads; of several pages the first. Grey becomes RGB, 16-bit
    grey keeps its precision, a camera's rotation mark is applied, and transparent parts are laid
    over white. Floats in [0, 1] stay as they are; floats and 32-bit whole numbers up to 255 are
    divided by 255, larger whole numbers by 65,535.

    Args:
        path: the file's name, a str, bytes or ``pathlib.Path``; ~ is the home folder.

    Raises:
        TypeError: if path cannot be the name of a file.
        FileNotFoundError: if there is no such file.
        OSError: if the file cannot be opened.
        MemoryError: if the picture is too large for the free memory.
        ValueError: if the file is not a picture that can be read.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Image.new("L", (6, 4), 51).save(f"{folder}/grey.png")
        ...     print(read(f"{folder}/grey.png")[0, 0])
        [0.2 0.2 0.2]
    """
    with opened(path) as picture:
        return np.ascontiguousarray(turn(picture)(_as_rgb(picture)))


@contextmanager
def opened(path):
    """A picture file as Pillow's image, open and decoded; one sentence says what is wrong with it.

    Args, Raises: as for ``read``; an exception in the block is taken for a fault of the file.
    """
    path = named(path)
    check_file(path)
    name = shown(path.name)
    try:
        with _patience(), Image.open(path) as picture:
            if picture.format in DRAWINGS:
                raise NoPicture("is a drawing that must be run: export it as PNG or JPEG.")
            _skip_previews(picture)
            picture.stored_as = _stored_as(picture)
            if picture.stored_as in FIRST_PLANE and max(tiff_bits(picture)) > 8:
                raise NoPicture(
                    "holds 16 bits a channel, each on a plane of its own: store it as a PNG first."
                )
            picture.load()
            if "transparency" in picture.info and picture.stored_as in WIDENED:
                widened = WIDENED[picture.stored_as](picture.info["transparency"])
                picture.info["transparency"] = widened
            yield picture
    except NoPicture as problem:
        raise ValueError(f"{name} {problem}") from None
    except UnidentifiedImageError:
        raise ValueError(
            f"{name} cannot be read as a picture, whatever its name says: save it as PNG or JPEG."
        ) from None
    except Image.DecompressionBombError as problem:
        raise ValueError(
            f"{name} is too large a picture ({_in_one_line(problem)}): shrink it first."
        ) from None
    except MemoryError:
        raise MemoryError(f"{name} is too large for the free memory: shrink it first.") from None
    except Exception as problem:  # a spoilt file raises whatever its decoder hits
        raise ValueError(
            f"{name} cannot be decoded, so it is cut off, damaged or of a rare kind "
            f"({_in_one_line(problem)}): copy it again, or save it as PNG or JPEG."
        ) from None


def save(path, image):
    """Write a picture to a file, 8 bits a channel; the ending of the name decides the format.

    The file is written beside its final place and moved there once it is whole, so a failure
    never spoils an older file of that name.

    Args:
        path: a name ending in .png (lossless) or .jpg, in a folder that exists. Also .bmp, .tif
            and .webp, all lossless.
        image: floats in [0, 1], (H, W, 3).

    Raises:
        TypeError, ValueError: if the image is not as above or too large for the format, or path is
            no name or has another ending.
        FileNotFoundError: if the folder does not exist.
        OSError: if the folder or the disk does not take the file.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(f"{folder}/white.png", np.ones((4, 6, 3)))
        ...     read(f"{folder}/white.png").shape
        (4, 6, 3)
    """
    image = check_image(image)
    check_values(image, "the image")
    path = named(path)
    check_target(path)
    write(path, Image.fromarray(as_bytes(image)))


def check_target(path):
    """Check that a picture can be written there.

    Raises:
        ValueError: if the name has no known ending.
        FileNotFoundError, IsADirectoryError: if the folder does not exist, or path is a folder.
    """
    if path.suffix.lower() not in WRITTEN:
        name = shown(path.name)
        ending = f"{shown(path.suffix)} is no" if path.suffix else "it has no"
        raise ValueError(f"{name} cannot be written, {ending} known ending: use .png or .jpg.")
    check_place(path, "picture")


def check_place(path, what):
    """Check that a file can be put there; ``what`` names it in a word.

    Raises:
        FileNotFoundError, IsADirectoryError: if the folder does not exist, or path is a folder.
    """
    if not os.path.isdir(path.parent):
        raise FileNotFoundError(f"there is no folder {shown(path.parent)}: make it first.")
    if os.path.isdir(path):
        raise IsADirectoryError(f"{shown(path)} is a folder: choose another name for the {what}.")


def write(path, picture, **options):
    """Write Pillow's image in one step; options go to its encoder.

    Raises:
        ValueError: if the picture does not fit into the format.
        OSError: if the folder or the disk does not take the file.
    """
    store(path, _encoded(picture, path, options))


def store(path, content):
    """Write the content of a file in one step, or say in a sentence why not."""
    try:
        with replaced(path) as file:
            file.write(content)
    except (OSError, ValueError) as problem:
        raise OSError(
            f"{shown(path.name)} cannot be written into {shown(path.parent)} "
            f"({_in_one_line(problem)}): make room there, or choose another name or folder."
        ) from None


def named(path):
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(
            f"path is of the type {type(path).__name__}: pass the name of a file as a str."
        )
    return expanded(path)


def check_file(path):
    """Check that there is such a file, that it may be read, and that it is not empty."""
    try:
        if os.path.isdir(path):
            raise FileNotFoundError(
                f"there is no file {shown(path)}, but a folder: name a picture in it."
            )
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise FileNotFoundError(f"{shown(path)} is no file that holds a picture: name one.")
        with open(path, "rb") as file:
            empty = not file.read(1)
    except (FileNotFoundError, NotADirectoryError, ValueError) as problem:
        if str(problem).endswith("."):
            raise
        raise FileNotFoundError(
            f"there is no file {shown(path)}: check the name and the folder."
        ) from None
    except OSError as problem:
        raise type(problem)(
            f"{shown(path)} cannot be opened ({_in_one_line(problem)}): check the name, and "
            "whether you may read it."
        ) from None
    if empty:
        raise ValueError(f"{shown(path.name)} is empty: copy it again.")


@contextmanager
def _patience():
    """Let Pillow read long texts in a PNG, and keep its warnings to itself.

    Image generators write their workflow there, far above the 1 MB that Pillow accepts.
    """
    limits = PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = LONGEST_TEXT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY = limits


def _skip_previews(opened):
    """Go on to a TIFF's first full-size page; cameras' raw files begin with reduced ones."""
    try:
        while getattr(opened, "tag_v2", {}).get(SUBFILE, 0) & PREVIEW:
            if opened.tell() == MOST_PREVIEWS:
                raise EOFError
            opened.seek(opened.tell() + 1)
    except EOFError:
        raise NoPicture("holds nothing but a preview: export it as PNG or JPEG.") from None


def pages(opened):
    """The numbers of a file's pages or frames, for ``seek``, without previews of other pages.

    A Photoshop file's frames are its layers, which its picture shows together. Ask last: what was
    decoded is lost.
    """
    try:
        count = 1 if opened.format == "PSD" else getattr(opened, "n_frames", 1)
        numbers = range(count) if count > 1 else [opened.tell()]
        return [number for number in numbers if count == 1 or not _is_preview(opened, number)]
    except Exception:  # pages that cannot be read, after one that can
        return [opened.tell()]


def _is_preview(opened, number):
    opened.seek(number)
    return bool(getattr(opened, "tag_v2", {}).get(SUBFILE, 0) & PREVIEW)


def tiff_bits(opened):
    """How many bits each channel of a TIFF has; (8,) for other files, which say it elsewhere."""
    return getattr(opened, "tag_v2", {}).get(BITS, (8,))


def _stored_as(opened):
    """How the file stores its pixels (Pillow's raw mode), which decoding forgets.

    Some decoders are told more as well, such as the bytes of a row.
    """
    told = opened.tile[0].args if opened.tile else ""
    raw_mode = told[0] if isinstance(told, tuple) and told else told
    return raw_mode if isinstance(raw_mode, str) else ""


def turn(opened):
    """What turns the picture upright, as its camera was held; an unreadable mark turns nothing."""
    try:
        return TURNS.get(opened.getexif().get(ORIENTATION), np.asarray)
    except Exception:
        return np.asarray


def _as_rgb(opened):
    """float32 (H, W, 3) in [0, 1] of a picture in any of Pillow's modes."""
    if opened.mode == "F" or opened.mode.startswith("I"):
        return _grey(opened)[..., None].repeat(3, axis=-1)
    picture = opened.convert("LA") if opened.mode == "La" else opened
    if picture.mode in ("RGBA", "LA", "PA", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return as_floats(np.asarray(picture.convert("RGB")))


def _grey(opened):
    """float32 (H, W) in [0, 1] of a grey picture with more than 8 bits a pixel."""
    levels, white = grey_levels(opened)
    grey = levels.astype(np.float32) / np.float32(white)
    if "transparency" in opened.info:
        grey[np.asarray(opened) == opened.info["transparency"]] = 1
    return grey


def grey_levels(opened):
    """(levels (H, W), white) of a grey picture with more than 8 bits a pixel, in which black is 0.

    Raises:
        NoPicture: if it cannot be told which values are black and white.
    """
    stored = np.asarray(opened)
    lowest, highest = stored.min(), stored.max()
    tags = getattr(opened, "tag_v2", {})  # of a TIFF
    if opened.mode == "F":
        white = 1 if highest <= 1 else 255
        plausible = 0 <= lowest and (highest <= 1 or 2 <= highest <= 255)  # and no NaN
    else:
        bits = tags.get(BITS, (16,))[0] if opened.mode.startswith("I;16") else 16
        white = 255 if opened.mode == "I" and highest <= 255 else 2**bits - 1
        plausible = 0 <= lowest and highest <= white
    if not plausible:
        raise NoPicture(
            f"holds values from {lowest:.6g} to {highest:.6g}, and what is black and what is white "
            "is not said: store it with values from 0 to 1, 0 to 255 or 0 to 65535."
        )
    inverted = tags.get(PHOTOMETRIC) == WHITE_IS_ZERO
    return (white - stored if inverted else stored), white


def _encoded(picture, path, more):
    """The content of the file, made before anything is written."""
    file_format, options = WRITTEN[path.suffix.lower()]
    buffer = io.BytesIO()
    try:
        picture.save(buffer, format=file_format, **options | more)
    except (OSError, ValueError) as problem:  # JPEG ends at 65,500 pixels a side, WebP sooner
        width, height = picture.size
        raise ValueError(
            f"{width} x {height} pixels do not fit into {file_format} ({_in_one_line(problem)}): "
            "end the name in .png."
        ) from None
    return buffer.getvalue()


def _in_one_line(problem):
    said = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return " ".join(said.split()).rstrip(".")
