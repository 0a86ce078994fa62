"""Film files and their masks, read frame by frame: memory does not grow with the length."""

import os
import re
import warnings
from itertools import chain

import numpy as np
from PIL import Image

from course_lib import masks
from course_lib._files import shown
from course_lib._opencv import cv2, quiet
from course_lib._pixels import as_bytes
from course_lib.data import files
from course_lib.restoration.files import as_holes, read_mask, read_masks

MISSING = 0.5  # seconds that a file may lack of what it promises; one that lacks more breaks off
PICTURES = (*files.WRITTEN, ".gif")  # endings of a mask for all frames, or of one that moves
MOST_PIXELS = 34_000_000  # of a frame: 8K has 33.2 million, which take 1.3 GB
MIDDLE = 127  # of 255: a film's compression greys the rim of a mask
GREYS = 48, 207  # what lies between is neither near black nor near white
RATE = 25  # frames a second where a film does not say
SLOW = 100  # milliseconds for which browsers show a frame without a duration


class Film:
    """A film file.

    Attributes:
        path: ``pathlib.Path``.
        size: (H, W), pixels, upright as its camera was held.
        times: float64 (T,), when each frame begins, seconds; the first at 0.
        seconds: float64 (T,), how long each is shown.

    Raises:
        TypeError, OSError: if it is not a file.
        ValueError: if it holds no frame that can be read.

    Warns:
        UserWarning: if it breaks off early.
    """

    def __init__(self, path):
        self.path = files.named(path)
        files.check_file(self.path)
        check_utf8(self.path)
        _check_binary(self.path)
        self.size, self.times, rate, promised = self._inspected()
        gaps = np.diff(self.times)
        self.seconds = np.append(gaps, np.median(gaps) if len(gaps) else 1 / rate)
        length = self.times[-1] + self.seconds[-1]
        if promised - length > MISSING:
            warnings.warn(
                f"{shown(self.path.name)} breaks off after {length:.1f} of {promised:.1f} s: only "
                "what is there is repaired.",
                stacklevel=3,
            )

    def __len__(self):
        return len(self.times)

    def frames(self):
        """Its frames, uint8 (H, W, 3), RGB."""
        capture = self._opened()
        for _ in range(len(self)):
            with quiet():
                arrived, frame = capture.read()
            if not arrived or frame.shape[:2] != self.size:
                raise ValueError(
                    f"{shown(self.path.name)} has changed while it was read: try again."
                )
            yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)

    def _opened(self):
        with quiet():
            # Absolute, or FFmpeg takes a folder called "http:" for an address on the network.
            capture = cv2.VideoCapture(os.path.abspath(self.path), cv2.CAP_FFMPEG)
        if not capture.isOpened():
            raise ValueError(
                f"{shown(self.path.name)} cannot be read as a film, so it is not one, is cut off, "
                "or its codec is missing: save it as MP4 (H.264) or WebM."
            )
        _check_size(capture, self.path)
        return capture

    def _inspected(self):
        """(size, times, frames a second, seconds promised), all frames having been seen once."""
        capture, times = self._opened(), []
        rate = capture.get(cv2.CAP_PROP_FPS) or 25
        promised = capture.get(cv2.CAP_PROP_FRAME_COUNT) / rate
        with quiet():
            arrived, frame = capture.read()
            while arrived:
                times.append(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
                arrived = capture.grab()
        if not times:
            raise ValueError(
                f"{shown(self.path.name)} holds no frame that can be read, so it is empty, cut off "
                "or damaged: save it as MP4 (H.264) or WebM."
            )
        times = np.array(times) - times[0]
        if (np.diff(times) <= 0).any():  # a file that does not say
            times = np.arange(len(times)) / rate
        return frame.shape[:2], times, rate, promised


class Pictures:
    """A folder of pictures, in the order of their names, as a film; its attributes are a Film's.

    Raises:
        ValueError, OSError: if it holds none, or one cannot be read or is of another size.
    """

    def __init__(self, path):
        self.path = files.named(path)
        self._names = pictures_in(self.path)
        if not self._names:
            raise ValueError(f"the folder {shown(self.path)} holds no picture: name a film.")
        self.size = files.read(self._names[0]).shape[:2]
        self.seconds = np.full(len(self._names), 1 / RATE)
        self.times = np.arange(len(self._names)) / RATE

    def __len__(self):
        return len(self._names)

    def frames(self):
        """Its frames, uint8 (H, W, 3), RGB."""
        for name in self._names:
            frame = as_bytes(files.read(name))
            if frame.shape[:2] != self.size:
                raise ValueError(
                    f"{shown(name.name)} is of another size than {shown(self._names[0].name)}: "
                    "give the frames one size."
                )
            yield frame


class Animation:
    """An animated WebP, which FFmpeg cannot read, as a film; its attributes are a Film's."""

    def __init__(self, path):
        self.path, durations = files.named(path), []
        with files.opened(self.path) as picture:
            self.size = picture.size[::-1]
            for number in range(picture.n_frames):
                picture.seek(number)
                picture.load()
                durations.append(picture.info.get("duration") or SLOW)
        self.seconds = np.array(durations) / 1000
        self.times = np.cumsum(self.seconds) - self.seconds

    def __len__(self):
        return len(self.times)

    def frames(self):
        """Its frames, uint8 (H, W, 3), RGB."""
        with Image.open(self.path) as picture:
            for number in range(len(self)):
                picture.seek(number)
                yield np.asarray(picture.convert("RGB"))


def film_of(path):
    """A Film, or what serves as one: a folder of pictures, an animated WebP.

    Raises, Warns: as Film, Pictures and Animation.
    """
    path = files.named(path)
    if path.is_dir():
        return Pictures(path)
    return (Animation if path.suffix.lower() == ".webp" else Film)(path)


def check_utf8(path):
    """FFmpeg takes names as UTF-8; OpenCV ends the whole process at one that is not.

    Raises:
        ValueError: if the name, or that of a folder above it, is not UTF-8.
    """
    try:
        os.path.abspath(path).encode()
    except UnicodeEncodeError:
        raise ValueError(
            f"{shown(path)} is not UTF-8, and only films with such names can be "
            "read: rename it, or the folder that it is in."
        ) from None


def _check_binary(path):
    """A text is no film, but FFmpeg would take it for a list of files and addresses to open."""
    with open(path, "rb") as file:
        if b"\0" not in file.read(4096):
            raise ValueError(
                f"{shown(path.name)} is a text and no film, a playlist perhaps: name the film "
                "itself."
            )


def _check_size(capture, path):
    sides = cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT
    width, height = (int(capture.get(side)) for side in sides)
    if width * height > MOST_PIXELS:
        raise ValueError(
            f"{shown(path.name)} has frames of {width} x {height} pixels, too large for the "
            f"memory: shrink it first, to {MOST_PIXELS / 1e6:.0f} million pixels or fewer."
        )


def read_film(path):
    """All frames of a film file or a folder of pictures, uint8 (T, H, W, 3), RGB; for a short one.

    Raises:
        TypeError, ValueError, OSError: if it cannot be read as a film.

    Example:
        >>> import tempfile
        >>> from course_lib import restoration
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     restoration.save_film(f"{folder}/grey.webm", np.full((3, 20, 30, 3), 0.5))
        ...     read_film(f"{folder}/grey.webm").shape
        (3, 20, 30, 3)
    """
    return np.stack([*film_of(path).frames()])


def masks_for(film, mask, hole="white"):
    """The masks of a film, one for each frame.

    Args:
        film: what ``film_of`` gives.
        mask: bool (H, W) or (T, H, W), True = hole; or a Pillow picture for all frames; or the name
            of one, of an animated picture with as many frames, of a folder with as many
            pictures, in the order of their names, or of another film.
        hole: "white" or "black", the hole's colour in files.

    Returns:
        An iterator of bool (H, W).

    Raises:
        TypeError, ValueError, OSError: if their number differs, or one is not a mask or is of
            another size; in a folder, when its turn comes.
    """
    count = len(film)
    if not isinstance(mask, (str, bytes, os.PathLike)):
        found = as_holes(mask, hole)
        found = np.broadcast_to(found, (count, *found.shape)) if found.ndim == 2 else found
        return _fitting(found, len(found), film, "the mask")
    path = files.named(mask)
    name = shown(path.name)
    if path.is_dir():
        paths = pictures_in(path)
        return _fitting((read_mask(one, hole=hole) for one in paths), len(paths), film, name)
    if path.suffix.lower() in PICTURES:
        found = read_masks(path, hole=hole)
        found = found * count if len(found) == 1 else found
        return _fitting(found, len(found), film, name)
    of_masks = Film(path)
    found = (_of_frame(one, hole, name) for one in of_masks.frames())
    return _fitting(found, len(of_masks), film, name)


def _fitting(found, count, film, name):
    """The masks, once their number fits; each size is checked in its turn, the first one now."""
    if count != len(film):
        raise ValueError(
            f"{name} has {count} masks and {shown(film.path.name)} {len(film)} frames: make one "
            "for each frame, or one picture for all."
        )
    found = iter(found)
    first = _of_size(next(found), film, name)
    return chain([first], (_of_size(one, film, name) for one in found))


def _of_size(mask, film, name):
    if mask.shape != film.size:
        raise ValueError(
            f"{name} is {mask.shape[1]} x {mask.shape[0]} pixels and {shown(film.path.name)} "
            f"{film.size[1]} x {film.size[0]}: make masks in the film's full size."
        )
    return mask


def _of_frame(frame, hole, name):
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    if ((grey > GREYS[0]) & (grey < GREYS[1])).mean() > 0.5:
        raise ValueError(
            f"{name} is no film of masks, most of it being neither black nor white: name one that "
            "is white where something is missing and black elsewhere."
        )
    return masks.as_mask(grey > MIDDLE, hole=hole)


def pictures_in(folder):
    """The names of the pictures in a folder, mask2 before mask10."""
    return sorted(filter(_is_picture, folder.iterdir()), key=_natural)


def _is_picture(path):
    return path.suffix.lower() in PICTURES and not path.name.startswith(".")


def _natural(path):
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", path.name)]
