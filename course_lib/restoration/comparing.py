"""Several methods on one damaged picture, side by side."""

import time

import numpy as np
import pandas as pd

from course_lib import metrics
from course_lib._opencv import cv2
from course_lib._validation import as_array, brief, check_count, check_image, check_mask
from course_lib.restoration.repairing import bar, restore

GAP = 8  # pixels between the pictures of a sheet
COMPARED = ("telea", "navier_stokes", "harmonic", "biharmonic", "best", "photo")


def compare(image, mask, methods=COMPARED, *, truth=None, progress=bar):
    """Repair one picture by several methods.

    Args:
        image, mask: as for ``restore``.
        methods: what ``restore`` takes as method, a sequence of names, or a dict, name -> method.
        truth: the undamaged picture, of the image's shape and dtype, where it is known.
        progress: as for ``restore``.

    Returns:
        (pictures, table): dict, name -> the repaired picture; pandas.DataFrame with the columns
        method, seconds (a network's loading included) and, with a truth, psnr_hole (dB), best
        first.

    Raises:
        TypeError, ValueError: as ``restore``, or if truth is not as above.

    Example:
        >>> wall = np.tile(np.linspace(0, 1, 40)[None, :, None], (40, 1, 3))
        >>> gap = np.zeros((40, 40), bool)
        >>> gap[10:30, 18:22] = True
        >>> pictures, table = compare(wall, gap, ["nearest", "harmonic"], truth=wall)
        >>> table.method.tolist()
        ['harmonic', 'nearest']
    """
    listed = isinstance(methods, (list, tuple)) and all(isinstance(one, str) for one in methods)
    if not (listed or isinstance(methods, dict)):
        raise TypeError(
            f"methods is {brief(methods)}: pass a list of names, or a dict, name -> method."
        )
    if not methods:
        raise ValueError("methods is empty: pass at least one, such as ['harmonic'].")
    named = methods if isinstance(methods, dict) else {name: name for name in methods}
    mask = check_mask(mask)
    if truth is not None:
        truth = as_array(truth, "truth")
        image = as_array(image, "image")
        if truth.shape != image.shape or truth.dtype != image.dtype:
            raise ValueError(
                f"truth is {truth.dtype} of shape {truth.shape}, but the picture is {image.dtype} "
                f"of shape {image.shape}: pass the same picture, undamaged."
            )
    pictures, rows = {}, []
    for name, method in named.items():
        start = time.perf_counter()
        pictures[name] = restore(image, mask, method, progress=progress)
        row = {"method": name, "seconds": time.perf_counter() - start}
        if truth is not None:
            row["psnr_hole"] = _psnr(truth, pictures[name], mask)
        rows.append(row)
    table = pd.DataFrame(rows)
    if truth is not None:
        table = table.sort_values("psnr_hole", ascending=False, ignore_index=True)
    return pictures, table


def _psnr(truth, picture, mask):
    """Hole PSNR over the colours, of any kind of picture."""
    highest = np.iinfo(truth.dtype).max if truth.dtype.kind == "u" else 1
    true, repaired = (
        np.atleast_3d(one)[mask].astype(np.float64) / highest for one in (truth, picture)
    )
    colours = 3 if true.shape[1] >= 3 else 1
    true, repaired = (one[None, :, :colours] * np.ones(3) for one in (true, repaired))
    return metrics.psnr(true[..., :3], repaired[..., :3])


def sheet(pictures, widest):
    """Pictures of one size side by side, shrunk to fit a width, with a white strip between them.

    Args:
        pictures: RGB (H, W, 3), floats in [0, 1].
        widest: the width of each at most, pixels.

    Returns:
        float32 (h, w, 3).

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> sheet([np.zeros((40, 30, 3)), np.ones((40, 30, 3))], 15).shape
        (20, 38, 3)
    """
    widest = check_count("widest", widest, lowest=1)
    if not np.iterable(pictures):
        raise TypeError(f"pictures is {brief(pictures)}: pass a list of pictures.")
    pictures = [check_image(one, "a picture") for one in pictures]
    if len({one.shape for one in pictures}) != 1:
        raise ValueError("there is no picture, or they differ in size: pass pictures of one size.")
    height, width = pictures[0].shape[:2]
    scale = min(1, widest / width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = [
        cv2.resize(one.astype(np.float32), size, interpolation=cv2.INTER_AREA) for one in pictures
    ]
    strip = np.ones((size[1], GAP, 3), np.float32)
    parts = [part for one in small for part in (strip, one)][1:]
    return np.clip(np.concatenate(parts, axis=1), 0, 1)
