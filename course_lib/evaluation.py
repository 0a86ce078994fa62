"""One evaluation for every method: holes and image, error and seconds, on frozen masks."""

import time

import numpy as np
import pandas as pd

from course_lib import classical, metrics
from course_lib.masks import composite
from course_lib.validation import check_images, check_known, check_mask_fits, check_values

BASELINES = ("nothing", "grey", "mean", "navier_stokes", "biharmonic")


def evaluate(inpainter, images, mask):
    """Measure an inpainter on pictures whose truth is known.

    The inpainter never sees the truth: holes are black when it gets the pictures. Its answer is
    composited before it is measured; errors are pooled over the batch.

    Args:
        inpainter: a function (image (H, W, 3), mask (H, W)) -> image.
        images: the true pictures, floats in [0, 1], (N, H, W, 3) or one (H, W, 3).
        mask: bool (H, W) for all, or (N, H, W), True = hole.

    Returns:
        dict: psnr_hole, psnr_image (decibels), mae_hole, mae_image (0 to 1), ssim_image (at
        most 1), milliseconds (median a picture).

    Raises:
        TypeError: if the inpainter cannot be called, or returns something else than floats.
        ValueError: if shapes do not fit, a mask has no hole in all the batch, or the inpainter
            returns another shape, NaN, or values outside [0, 1] in a hole.
    """
    if not callable(inpainter):
        raise TypeError(
            "inpainter must be a function (image, mask) -> image, such as classical.harmonic."
        )
    images, masks = _batch(images, mask)
    filled, milliseconds = _run(inpainter, images, masks)
    return {
        "psnr_hole": metrics.psnr(images, filled, masks),
        "mae_hole": metrics.mae(images, filled, masks),
        "psnr_image": metrics.psnr(images, filled),
        "mae_image": metrics.mae(images, filled),
        "ssim_image": metrics.ssim(images, filled),
        "milliseconds": milliseconds,
    }


def leaderboard(inpainters, images, mask_sets):
    """Measure inpainters on several sets of masks, the five baselines always among them.

    Args:
        inpainters: dict, name -> inpainter (see ``evaluate``).
        images: the true pictures, floats in [0, 1], (N, H, W, 3).
        mask_sets: dict, name -> masks, bool (N, H, W) or (H, W), frozen: the same for everyone.

    Returns:
        pandas.DataFrame, a row for each mask set and inpainter: the columns masks and method,
        then ``evaluate``'s keys; within a mask set the best hole PSNR first.
    """
    rivals = {name: classical.METHODS[name] for name in BASELINES} | dict(inpainters)
    rows = [
        {"masks": masks_name, "method": name, **evaluate(inpainter, images, masks)}
        for masks_name, masks in mask_sets.items()
        for name, inpainter in rivals.items()
    ]
    order = {name: place for place, name in enumerate(mask_sets)}
    table = pd.DataFrame(rows)
    return table.sort_values(
        ["masks", "psnr_hole"],
        key=lambda column: column.map(order) if column.name == "masks" else -column,
        kind="stable",
        ignore_index=True,
    )


def _batch(images, mask):
    images = check_images(images)
    mask = check_mask_fits(mask, images)
    if images.ndim == 3:
        images = images[None]
    masks = np.broadcast_to(mask, images.shape[:-1])
    check_known(images, masks)
    check_values(images, "the true picture")
    return images, masks


def _run(inpainter, images, masks):
    filled = np.empty_like(images)
    seconds = np.empty(len(images))
    for k, (image, mask) in enumerate(zip(images, masks, strict=True)):
        damaged = np.where(mask[..., None], image.dtype.type(0), image)
        start = time.perf_counter()
        answer = np.asarray(inpainter(damaged, mask))
        seconds[k] = time.perf_counter() - start
        if answer.shape != image.shape:
            raise ValueError(
                f"the inpainter returned shape {answer.shape} for a picture {image.shape}."
            )
        filled[k] = composite(image, answer, mask)
    return filled, 1000 * float(np.median(seconds))
