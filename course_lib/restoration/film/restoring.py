"""``restore_video``: a film file, repaired into another one."""

import os
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import tee

import numpy as np
from tqdm import tqdm

from course_lib._files import shown, unfinished
from course_lib._pixels import as_bytes
from course_lib._validation import (
    as_array,
    brief,
    check_images,
    check_number,
    check_values,
    is_one_of,
)
from course_lib.data import files
from course_lib.restoration.film.filling import REACH, repaired
from course_lib.restoration.film.reading import Film, film_of, masks_for
from course_lib.restoration.film.writing import (
    CODED,
    FASTEST,
    FASTEST_GIF,
    SLOWEST,
    check_writable,
    writer,
)
from course_lib.restoration.repairing import SHOWN, hatched


@dataclass(frozen=True)
class FilmRepair:
    """What ``restore_video`` has done.

    Attributes:
        target: ``pathlib.Path`` of the new file.
        size: (width, height), pixels.
        frames: how many.
        fraction: share of the pixels that were filled.
        method: the name of what filled them.
        seconds: reading and writing included.
    """

    target: object
    size: tuple
    frames: int
    fraction: float
    method: str
    seconds: float


def restore_video(
    source, mask, target, method="motion", *, then="harmonic", reach=REACH, hole="white",
    show="repaired", overwrite=False,
):  # fmt: skip
    """Repair a film file and write the result to another one, frame by frame: of any length.

    The new file takes its place only when it is whole. Its sound is not kept. WebM, MP4 and GIF
    compress the film again, known pixels too; MKV and WebP keep those exactly. Frames with an odd
    number of rows or columns get one more in WebM, MKV and MP4; where frames are shown for
    unequal times, a WebM or MKV repeats some to keep time.

    Args:
        source: the film, any file that FFmpeg, inside OpenCV, reads; an animated WebP; or a folder
            of pictures, in the order of their names, shown 25 a second.
        mask: white where something is missing: a picture for all frames, an animated one, a folder
            with a picture for each frame, in the order of their names, or a film; or bool (H, W) or
            (T, H, W), True = hole.
        target: a name ending in .webm (VP9), .mkv (FFV1: large, and no browser plays it), .mp4
            (H.264; needs PyAV: ``pip install .[film]``), .webp or .gif (both for a few seconds:
            they are put together in memory).
        method, then, reach: as for ``fill_frames``.
        hole: "white" or "black", the colour of the hole in mask files.
        show: "repaired", or "invented": what was filled is hatched in every frame.
        overwrite: True if a file that is already there may be replaced.

    Returns:
        A ``FilmRepair``: what was done.

    Raises:
        TypeError, ValueError, OSError, MemoryError: in one sentence; the target is then as before.

    Warns:
        UserWarning: if the source breaks off, or is of an odd size.
    """
    start = time.perf_counter()
    if not is_one_of(show, SHOWN):
        raise ValueError(f'show is {brief(show)}: say "repaired" or "invented".')
    target = _free(files.named(target), overwrite)
    ending = target.suffix.lower()
    film = film_of(source)
    check_writable(ending, film.size, len(film))
    ahead, behind = tee(masks_for(film, mask, hole))
    pairs = zip(film.frames(), ahead, strict=True)
    frames = zip(repaired(pairs, method, then=then, reach=reach), behind, strict=True)
    if ending in CODED and (film.size[0] % 2 or film.size[1] % 2):
        warnings.warn(
            f"{film.size[1]} x {film.size[0]} pixels are an odd size, which {ending} cannot hold: "
            "the last row or column is doubled.",
            stacklevel=2,
        )
    missing = 0
    with _whole(target, film.size, film.seconds) as write:
        for frame, holes in tqdm(frames, total=len(film), unit="frame", delay=2, leave=False):
            write(hatched(frame, holes) if show == "invented" else frame)
            missing += int(holes.sum())
    named = method if isinstance(method, str) else getattr(method, "name", "a custom method")
    fraction = missing / (len(film) * film.size[0] * film.size[1])
    return FilmRepair(
        target, film.size[::-1], len(film), fraction, named, time.perf_counter() - start
    )


def save_film(path, frames, *, rate=24):
    """Write a film to a file; the ending of the name decides the format.

    Args:
        path: a name as ``restore_video`` takes for its target; a file of that name is replaced.
        frames: (T, H, W, 3), floats in [0, 1] or uint8.
        rate: frames a second, from 0.01 to 240; for a GIF to 100.

    Raises:
        TypeError, ValueError, OSError: if an argument is not as above, or the file cannot be
            written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_film(f"{folder}/grey.webp", np.full((3, 20, 30, 3), 0.5))
        ...     os.listdir(folder)
        ['grey.webp']
    """
    target = _free(files.named(path), overwrite=True)
    frames = as_array(frames, "frames")
    if frames.dtype != np.uint8:
        check_values(check_images(frames, "frames"), "a frame")
        frames = as_bytes(frames)
    if frames.ndim != 4 or frames.shape[-1] != 3 or not frames.size:
        raise ValueError(f"frames has shape {frames.shape}: pass a film as (T, H, W, 3).")
    size, ending = frames.shape[1:3], target.suffix.lower()
    fastest = FASTEST_GIF if ending == ".gif" else FASTEST
    asked = f"frames a second, from {SLOWEST} to {fastest}"
    rate = check_number("rate", rate, asked, lambda number: SLOWEST <= number <= fastest)
    check_writable(ending, size, len(frames))
    with _whole(target, size, np.full(len(frames), 1 / rate)) as write:
        for frame in frames:
            write(frame)


def _free(target, overwrite):
    """The target, if a film may be written there."""
    check_writable(target.suffix.lower(), (1, 1), 1)
    files.check_place(target, "film")
    if target.exists() and not overwrite:
        raise FileExistsError(
            f"{shown(target)} is there already: choose another name, or allow to overwrite it."
        )
    return target


@contextmanager
def _whole(target, size, seconds):
    """A function that writes a film's frames; the film takes the target's place once whole."""
    ending = target.suffix.lower()
    full = OSError(
        f"{shown(target.name)} could not be written whole into {shown(target.parent)}: make room "
        "there, or choose another folder."
    )
    try:
        with unfinished(target, ending) as part:
            with writer(part, ending, size, seconds) as write:
                yield write
            if ending in CODED and not _is_whole(part, len(seconds)):
                raise full
    except OSError as problem:
        # With its number it comes from the system; without, it is a sentence of the course's.
        raise (full if problem.errno else problem) from None


def _is_whole(part, count):
    """What was written can be read again: encoders say nothing when the disk is full."""
    try:
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return len(Film(part)) >= count
    except (OSError, ValueError):
        return False
