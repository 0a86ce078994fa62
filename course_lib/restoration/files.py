"""Picture files, repaired: mode, depth, profile and EXIF stay; nothing is written over unasked.

Pillow reads and writes all kinds but colour of 16 bits a channel, which it would cut to 8: there
OpenCV reads and writes the pixels of a PNG, and reads those of a TIFF.
"""

import io
import os
import re
import struct
import time
import warnings
import zlib
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import ExifTags, Image, ImageOps, PngImagePlugin, TiffImagePlugin, TiffTags

from course_lib import masks
from course_lib._files import shown
from course_lib._opencv import cv2, quiet
from course_lib._validation import check_count, check_is, check_mask
from course_lib.data import files
from course_lib.restoration.repairing import SHOWN, bar, check_shown, hatched, restore

IMAGE_HISTORY = 0x9213  # EXIF: what was done to a picture
# EXIF: the turn, which is applied, and how a TIFF keeps its pixels, which its writer states again.
LAYOUT = {*range(254, 260), 262, 266, 273, 274, *range(277, 280), 284, *range(317, 324), 338, 339,
          347, 34665, 34675, 34853}  # fmt: skip
PNG_HEADER = 8 + 25  # bytes: its signature, and the chunk with its size
METRES_PER_INCH = 0.0254
STRIP = 2**20  # bytes of a TIFF's pixels that are compressed at a time
COMMENT = "Restoration"  # the same note as a text in a PNG
XMP, XMP_TAG = "XML:com.adobe.xmp", 700  # in a PNG and in a TIFF; it may say the turn, too
TURN = re.compile(r'tiff:Orientation="\d"|<tiff:Orientation>\d</tiff:Orientation>')
# Pillow's modes whose pixels are worked on as they are; of the others see ``_photograph``.
NATIVE = ("L", "LA", "RGB", "RGBA", "CMYK")
# Endings and the modes that they can hold; the others hold them all.
HOLDS = {
    ".jpg": ("1", "L", "RGB", "CMYK"),
    ".jpeg": ("1", "L", "RGB", "CMYK"),
    ".bmp": ("1", "L", "P", "RGB"),
    ".webp": ("L", "RGB", "RGBA"),
    ".png": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "RGB;16", "RGBA;16"),
}
DEEP = ("RGB;16", "RGBA;16")  # 16 bits a channel: not Pillow's
LOSSY = (".jpg", ".jpeg")  # the known pixels change a little there
UNSAID = ("JPEG2000", "PPM")  # Pillow's formats that do not say how many bits they had


@dataclass(frozen=True)
class Photograph:
    """A picture file's content.

    Attributes:
        pixels: uint8 or uint16, (H, W) or (H, W, channels), upright.
        mode: Pillow's name for how the file stores them, or "RGB;16", "RGBA;16".
        palette: uint8 (colours, 3) of a mode "P" picture, else None.
        options: what Pillow is to write beside the pixels: exif, icc_profile, dpi, texts.
        pages: how many pages or frames the file holds; this is the first.
    """

    pixels: np.ndarray
    mode: str
    palette: np.ndarray | None = None
    options: dict = field(default_factory=dict)
    pages: int = 1


@dataclass(frozen=True)
class Repair:
    """What ``restore_file`` has done.

    Attributes:
        target: ``pathlib.Path`` of the new file.
        size: (width, height), pixels.
        fraction: share of the pixels that were invented.
        method: the name of what invented them.
        seconds: reading and writing not included.
    """

    target: object
    size: tuple
    fraction: float
    method: str
    seconds: float


def restore_file(
    source, mask, target, method="best", *, hole="white", show="repaired", overwrite=False
):
    """Repair a picture file and write the result to another one.

    The result has the file's own colour mode, depth, profile and EXIF data, stands upright as its
    camera was held, and says what share of it was invented and by which method (EXIF's
    ImageHistory; in a PNG a text). Known pixels are bit for bit those of the source in every format
    but JPEG, which compresses them again. Of several pages or frames the first is repaired.

    Args:
        source: the picture, any file that ``data.read`` takes.
        mask: a picture of the same size (of the upright picture), as a file or as Pillow's, or bool
            (H, W), True = hole.
        target: a name ending in .png, .jpg, .tif, .bmp or .webp.
        method, show: as for ``restore``.
        hole: "white" or "black", the colour of the hole in the mask's file.
        overwrite: True if a file that is already there may be replaced.

    Returns:
        A ``Repair``: what was done.

    Raises:
        TypeError, ValueError, OSError, MemoryError: in one sentence, before anything is written.

    Warns:
        UserWarning: if the source holds more than one page or frame.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Image.new("L", (40, 30), 90).save(f"{folder}/old.png")
        ...     scratch = np.eye(30, 40, dtype=bool)
        ...     done = restore_file(f"{folder}/old.png", scratch, f"{folder}/new.png", "harmonic")
        ...     Image.open(f"{folder}/new.png").mode, round(done.fraction, 3)
        ('L', 0.025)
    """
    source, target = files.named(source), files.named(target)
    files.check_target(target)
    if target.exists() and not overwrite:
        raise FileExistsError(
            f"{shown(target)} is there already: choose another name, or allow to overwrite it."
        )
    photograph = read_photograph(source)
    check_holds(target, photograph.mode)
    if photograph.pages > 1:
        _check_pages(photograph.pages, source, target)
    mask = as_holes(mask, hole)
    check_size(mask, photograph.pixels.shape[:2], source.name)
    start = time.perf_counter()
    pixels = restore_photograph(photograph, mask, method, show=show)
    seconds = time.perf_counter() - start
    named = method if isinstance(method, str) else getattr(method, "name", "a custom method")
    note = invented_note(mask, named, show)
    write_photograph(target, photograph, pixels, note)
    size = mask.shape[1], mask.shape[0]
    return Repair(target, size, masks.hole_fraction(mask), named, seconds)


def as_holes(mask, hole):
    """A mask, bool, True = hole, from a file's name, a Pillow picture or an array."""
    if isinstance(mask, (str, bytes, os.PathLike)):
        return read_mask(mask, hole=hole)
    return masks.as_mask(mask, hole=hole) if isinstance(mask, Image.Image) else check_mask(mask)


def read_mask(path, *, hole="white"):
    """A mask from a picture file, upright.

    Args:
        path: the file.
        hole: "white" or "black", the colour of the hole in it.

    Returns:
        bool (H, W), True = hole.

    Raises:
        TypeError, ValueError, OSError: if the file cannot be read, or is not a mask.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Image.new("1", (3, 2), 1).save(f"{folder}/mask.png")
        ...     int(read_mask(f"{folder}/mask.png").sum())
        6
    """
    first, *more = read_masks(path, hole=hole)
    if more:
        raise ValueError(
            f"{shown(files.named(path).name)} holds {1 + len(more)} pages or frames, and one mask "
            "is needed: save the one that you mean as a PNG."
        )
    return first


def read_masks(path, *, hole="white"):
    """The masks of all pages or frames of a file, a list of bool (H, W); else as ``read_mask``."""
    with files.opened(path) as picture:
        found = [_page(picture, number) for number in files.pages(picture)]
    try:
        return [masks.as_mask(one, hole=hole) for one in found]
    except ValueError as problem:
        raise ValueError(f"{shown(files.named(path).name)} is no mask: {problem}") from None


def read_photograph(path):
    """A picture file as a ``Photograph``.

    Raises:
        TypeError, ValueError, OSError, MemoryError: as ``data.read``.
    """
    with files.opened(path) as picture:
        photograph = _first_photograph(files.named(path), picture)
        return replace(photograph, pages=len(files.pages(picture)))


def restore_photograph(photograph, mask, method="best", *, show="repaired", progress=bar):
    """The pixels of a ``Photograph``, repaired: an array of its shape, dtype and mode.

    Args:
        photograph: as ``read_photograph`` gives it.
        mask, method, show, progress: as for ``restore``.

    Raises:
        TypeError, ValueError, MemoryError: as ``restore``.

    Example:
        >>> photograph = Photograph(np.full((30, 40), 90, np.uint8), "L")
        >>> restore_photograph(photograph, np.eye(30, 40, dtype=bool), "harmonic").dtype
        dtype('uint8')
    """
    check_shown(show)
    pixels = _checked(photograph).pixels
    if photograph.mode == "P":
        colours = restore(photograph.palette[pixels], mask, method, progress=progress)
        repaired = _in_palette(colours, photograph, mask)
    elif photograph.mode == "CMYK":
        ink = restore(pixels[..., :3], mask, method, progress=progress)
        black = restore(pixels[..., 3], mask, method, progress=progress)
        repaired = np.concatenate([ink, black[..., None]], axis=-1)
    else:
        repaired = restore(pixels, mask, method, progress=progress)
    if photograph.mode == "1":
        repaired[mask] = 255 * (repaired[mask] > 127)
    return hatch(photograph, repaired, mask) if show == SHOWN[1] else repaired


def hatch(photograph, repaired, mask):
    """The repaired pixels of a ``Photograph``, hatched where the mask is True."""
    if photograph.mode == "P":
        return _in_palette(hatched(photograph.palette[repaired], mask), photograph, mask)
    result = hatched(repaired.reshape(*mask.shape, -1), mask).reshape(repaired.shape)
    if photograph.mode == "1":
        result[mask] = 255 * (result[mask] > 127)
    return result


def as_rgb(photograph, longest=None):
    """A ``Photograph`` as ``data.read`` gives its file: RGB float32 (H, W, 3) in [0, 1].

    Args:
        photograph: as ``read_photograph`` gives it.
        longest: pixels of the longest side at most; a larger picture is shrunk to it.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> as_rgb(Photograph(np.full((30, 40), 51, np.uint8), "L"), 20).shape
        (15, 20, 3)
    """
    pixels = _checked(photograph).pixels
    if photograph.mode == "P":
        pixels = photograph.palette[pixels]
    if longest is not None:
        pixels = _shrunk(pixels, check_count("longest", longest, lowest=1))
    if photograph.mode == "CMYK":
        pixels = np.asarray(_as_picture(pixels, photograph).convert("RGB"))
    values = np.atleast_3d(pixels) / np.float32(np.iinfo(pixels.dtype).max)
    if values.shape[2] in (2, 4):  # transparent parts are laid over white
        opacity = values[..., -1:]
        values = values[..., :-1] * opacity + (1 - opacity)
    return np.ascontiguousarray(np.broadcast_to(values, (*values.shape[:2], 3)))


def write_photograph(target, photograph, pixels, note):
    """Write other pixels with a photograph's kind and metadata, and a note on what was done.

    Raises:
        ValueError: if they do not fit into the target's format.
        OSError: if the folder or the disk refuses the file.
    """
    exif = Image.Exif()
    exif.load(photograph.options.get("exif", b""))
    exif[IMAGE_HISTORY] = "; ".join(filter(None, [str(exif.get(IMAGE_HISTORY, "")), note]))
    options = photograph.options | {"exif": exif.tobytes()}
    ending = target.suffix.lower()
    texts = PngImagePlugin.PngInfo()
    told = options.pop("texts", {})
    told[COMMENT] = "; ".join(filter(None, [told.get(COMMENT), note]))
    for key, text in told.items():
        texts.add_itxt(key, text)
    if photograph.mode in DEEP:
        deep = (
            _deep_png(pixels, options, texts) if ending == ".png" else _deep_tiff(pixels, options)
        )
        files.store(target, deep)
        return
    if ending == ".png":
        options |= {"pnginfo": texts}
    elif ending == ".webp":
        options |= {"exact": True}  # colours under full transparency are kept too
    files.write(target, _as_picture(pixels, photograph), **options)


def _first_photograph(path, opened):
    upright, options = _upright(opened), _options(opened)
    if opened.mode == "F" or opened.mode.startswith("I"):
        return _grey_photograph(opened, options)
    return _deep_photograph(path, opened, options) or _photograph(upright, options)


def _photograph(picture, options):
    """Any of Pillow's pictures; modes that are seldom met become RGB, or RGBA."""
    if picture.mode in ("P", "PA"):
        return _of_a_palette(picture, options)
    if picture.mode == "1":
        return Photograph(np.asarray(picture.convert("L")), "1", options=options)
    if "transparency" in picture.info or picture.mode in ("La", "RGBa"):
        picture = picture.convert("LA" if picture.mode in ("L", "La") else "RGBA")
    elif picture.mode not in NATIVE:
        picture = picture.convert("RGB")
        options.pop("icc_profile", None)  # it speaks of the other colours
    return Photograph(np.asarray(picture), picture.mode, options=options)


def _of_a_palette(picture, options):
    if "transparency" in picture.info or picture.mode == "PA":
        return Photograph(np.asarray(picture.convert("RGBA")), "RGBA", options=options)
    pixels = np.asarray(picture)
    palette = np.array(picture.getpalette("RGB"), np.uint8).reshape(-1, 3)
    missing = max(0, int(pixels.max()) + 1 - len(palette))
    palette = np.pad(palette, ((0, missing), (0, 0)))  # black, as Pillow shows them
    return Photograph(pixels, "P", palette, options)


def _grey_photograph(opened, options):
    """A grey picture with more than 8 bits a pixel: written with 16 of them, and black is 0.

    Levels of fewer bits are spread over all 16, which keeps them apart and as bright as they were;
    numbers with more bits that only go up to 255 count as 8 bits. Transparency needs colour.
    """
    if opened.mode == "F":
        raise files.NoPicture("holds floats: store it with 16 bits a pixel first.")
    levels, white = files.grey_levels(opened)
    turn, transparent = files.turn(opened), opened.info.get("transparency")
    if white == 255 and transparent is None:
        return Photograph(turn(levels.astype(np.uint8)), "L", options=options)
    if white != 65_535:
        levels = np.rint(levels * (65_535 / white))
    levels = levels.astype(np.uint16)
    if transparent is None:
        return Photograph(turn(levels), "I;16", options=options)
    opacity = np.where(np.asarray(opened) == transparent, 0, 65_535).astype(np.uint16)
    pixels = turn(np.stack([levels, levels, levels, opacity], axis=-1))
    return Photograph(pixels, "RGBA;16", options=options)


def _deep_photograph(path, opened, options):
    """Colour of 16 bits a channel, or None if it has fewer."""
    said = _says_deep(opened)
    if not said and opened.format not in UNSAID:
        return None
    pixels = _deep_pixels(path, opened)
    if pixels is not None:
        mode = "RGBA;16" if pixels.shape[2] == 4 else "RGB;16"
        pixels = np.ascontiguousarray(files.turn(opened)(pixels))
        return Photograph(pixels, mode, options=options)
    if not said:
        return None
    raise files.NoPicture(
        "holds 16 bits a channel in a rare kind: store it as a PNG, or with 8 bits, first."
    )


def _says_deep(opened):
    """Whether each channel has 16 bits; where a whole pixel has only 16, Pillow says BGR;16."""
    raw_mode = opened.stored_as
    return max(files.tiff_bits(opened)) > 8 or ("16" in raw_mode and not raw_mode.startswith("BGR"))


def _deep_pixels(path, opened):
    """The uint16 RGB or RGBA that OpenCV reads; None if that is not what Pillow reads in 8 bits."""
    page = opened.tell()  # a TIFF may begin with a preview
    with quiet():
        _, found = cv2.imdecodemulti(
            np.fromfile(path, np.uint8),
            cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION,
            range=(page, page + 1),
        )
    pixels = found[0] if found else np.empty(0)
    if pixels.dtype != np.uint16 or pixels.ndim != 3 or opened.mode not in ("LA", "RGB", "RGBA"):
        return None
    pixels = pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]  # OpenCV's order is blue, green, red
    if opened.mode == "RGB" and "transparency" not in opened.info:
        pixels = pixels[..., :3]  # a fourth channel of no known meaning
    bands = "RGBA" if opened.mode != "RGB" else "RGB"
    shallow = np.asarray(opened.convert(bands)).astype(np.int16)
    upper = (pixels[..., : len(bands)] >> 8).astype(np.int16)
    same = upper.shape == shallow.shape and np.abs(upper - shallow).max() <= 1
    return pixels if same else None


def _page(opened, number):
    """One of a file's pages, upright: a picture of its own."""
    if number != opened.tell():
        opened.seek(number)
    return _upright(opened).copy()


def _upright(picture):
    """The picture as its camera was held; EXIF data that cannot be read is left out."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        picture.info.pop("exif", None)
        return picture


def _exif(picture):
    """A file's EXIF data as bytes, without what says how its pixels lie there."""
    kept = Image.Exif()
    try:
        found = picture.getexif()
        kept.update({tag: said for tag, said in found.items() if tag not in LAYOUT})
        if isinstance(kept.get(XMP_TAG), bytes):
            text = kept[XMP_TAG].decode("latin-1")  # gives every byte back
            kept[XMP_TAG] = TURN.sub("", text).encode("latin-1")
        for folder in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
            kept.get_ifd(folder).update(found.get_ifd(folder))
        return kept.tobytes()
    except Exception:  # data that a camera or a program has spoilt
        return b""


def _options(picture):
    """What Pillow is to write beside the pixels."""
    options = {"exif": _exif(picture)}
    for key in ("icc_profile", "dpi"):
        if picture.info.get(key):
            options[key] = picture.info[key]
    texts = {key: str(text) for key, text in getattr(picture, "text", {}).items()}
    if XMP in texts:
        texts[XMP] = TURN.sub("", texts[XMP])
    if texts:
        options["texts"] = texts
    return options


def check_holds(target, mode):
    """The target's format can hold what the source does."""
    ending = target.suffix.lower()
    if mode not in HOLDS.get(ending, (mode,)):
        lost = {"LA": "transparency", "RGBA": "transparency", "P": "a palette", "CMYK": "CMYK"}
        what = lost.get(mode, "16 bits a channel" if "16" in mode else "this kind of picture")
        better = ".tif" if mode == "CMYK" else ".png"
        raise ValueError(f"{ending} cannot hold {what}: end the name in {better}.")


def _check_pages(count, source, target):
    """What becomes of the pages that are not repaired: a warning, or a refusal to lose them."""
    held = f"{shown(source.name)} holds {count} pages or frames, and only the first "
    if os.path.exists(target) and os.path.samefile(source, target):
        raise ValueError(f"{held}would be kept: choose another name for the repaired one.")
    warnings.warn(
        f"{held}is repaired and written: save the others as files of their own to repair them too.",
        stacklevel=3,
    )


def check_size(mask, size, name):
    """The mask is one of the picture's size, (H, W); name is the picture's."""
    if mask.ndim != 2:
        raise ValueError(
            f"the mask has shape {mask.shape}: pass one mask (H, W); if it has a last axis for "
            "colours, mask[..., 0]."
        )
    if mask.shape == tuple(size):
        return
    height, width = size
    said = f"the mask is {mask.shape[1]} x {mask.shape[0]} pixels and {shown(name)} "
    said += f"{width} x {height}"
    if mask.shape == (width, height):
        raise ValueError(f"{said}: it lies on its side, so turn it by a quarter.")
    raise ValueError(f"{said}: make the mask on this very picture, in its full size.")


def _checked(photograph):
    mend = "what restoration.read_photograph gives for a file's name"
    return check_is("photograph", photograph, Photograph, mend)


def _shrunk(pixels, longest):
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _in_palette(colours, photograph, mask):
    """The photograph's pixels; in the holes, the palette's nearest to ``colours``."""
    pixels = photograph.pixels.copy()
    pixels[mask] = _nearest_colours(colours[mask], photograph.palette)
    return pixels


def _nearest_colours(colours, palette):
    """For each colour (n, 3) the number of the nearest in the palette."""
    numbers = np.empty(len(colours), np.uint8)
    for start in range(0, len(colours), 4096):  # a distance to each of 256 colours at a time
        part = colours[start : start + 4096].astype(np.int32)
        distance = ((part[:, None] - palette[None].astype(np.int32)) ** 2).sum(axis=-1)
        numbers[start : start + 4096] = distance.argmin(axis=1)
    return numbers


def _as_picture(pixels, photograph):
    """Pillow's image of the photograph's mode."""
    if photograph.mode == "1":
        return Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE)
    if photograph.mode == "P":
        picture = Image.frombytes("P", pixels.shape[::-1], pixels.tobytes())
        picture.putpalette(photograph.palette.tobytes())
        return picture
    if photograph.mode == "CMYK":
        return Image.frombytes("CMYK", pixels.shape[1::-1], pixels.tobytes())
    return Image.fromarray(pixels)


def _deep_png(pixels, options, texts):
    """The content of a colour PNG with 16 bits a channel: OpenCV's, and what it cannot write.

    The latter goes right after the header, which is in the same place in every PNG.
    """
    beside = {cv2.IMAGE_METADATA_EXIF: options["exif"].removeprefix(b"Exif\0\0")}
    if "icc_profile" in options:
        beside[cv2.IMAGE_METADATA_ICCP] = options["icc_profile"]
    content = [np.frombuffer(one, np.uint8) for one in beside.values()]
    order = [2, 1, 0, 3][: pixels.shape[2]]
    done, encoded = cv2.imencodeWithMetadata(".png", pixels[..., order], [*beside], content)
    if not done:
        raise ValueError(
            "the picture cannot be written as a PNG of 16 bits a channel: end the name in .tif."
        )
    more = io.BytesIO()
    if "dpi" in options:
        per_metre = [round(dots / METRES_PER_INCH) for dots in options["dpi"]]
        PngImagePlugin.putchunk(more, b"pHYs", struct.pack(">IIB", *per_metre, 1))
    for name, said, *_ in texts.chunks:
        PngImagePlugin.putchunk(more, name, said)
    encoded = encoded.tobytes()
    return encoded[:PNG_HEADER] + more.getvalue() + encoded[PNG_HEADER:]


def _deep_tiff(pixels, options):
    """The content of a colour TIFF with 16 bits a channel: Pillow's tags, and strips of rows."""
    height, width, channels = pixels.shape
    rows = max(1, STRIP // (2 * channels * width))
    strips = [
        zlib.compress(pixels[start : start + rows].astype("<u2").tobytes())
        for start in range(0, height, rows)
    ]
    sizes = tuple(map(len, strips))
    exif, tags = Image.Exif(), TiffImagePlugin.ImageFileDirectory_v2()
    exif.load(options["exif"])
    for tag in exif:
        tags[tag] = exif.get_ifd(tag) if tag in TiffTags.TAGS_V2_GROUPS else exif[tag]
    own = {
        256: width, 257: height, 258: (16,) * channels, 259: 8, 262: 2, 277: channels, 278: rows,
        279: sizes, 273: tuple(np.cumsum((0, *sizes[:-1])).tolist()), 284: 1,
    }  # fmt: skip
    own |= {338: 2} if channels == 4 else {}  # the fourth is how opaque a pixel is
    own |= {34675: options["icc_profile"]} if "icc_profile" in options else {}
    if "dpi" in options:
        own |= dict(zip((282, 283, 296), (*options["dpi"], 2), strict=True))
    for tag, value in own.items():
        tags[tag] = value
    content = io.BytesIO()
    tags.save(content)  # it adds where the strips begin
    return content.getvalue() + b"".join(strips)


def invented_note(mask, method, show):
    """What the file says of itself."""
    count, share = np.count_nonzero(mask), 100 * mask.mean()
    said = f"{count} pixels ({share:.2f} %) were invented by inpainting ({method})"
    return said + (", hatched" if show == SHOWN[1] else "")
