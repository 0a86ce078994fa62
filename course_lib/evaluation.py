"""One evaluation for every method: holes and image, error and seconds, on frozen masks."""

import sys
import time
import warnings

import numpy as np
import pandas as pd

from course_lib import classical, metrics
from course_lib.masks import composite, damage
from course_lib.validation import DOUBT, check_pair, check_values

BASELINES = ("nothing", "grey", "mean", "navier_stokes", "biharmonic")


def evaluate(inpainter, images, mask):
    """Measure an inpainter on pictures whose truth is known.

    The inpainter never sees the truth: holes are black when it gets the pictures. Its answer is
    composited before it is measured; errors are pooled over the batch. A network's answer is also
    measured as it came, the known pixels included, which it draws anew: its raw figures.

    Args:
        inpainter: a function (image (H, W, 3), mask (H, W)) -> image, or a Keras model that
            ``models.inpaint`` takes.
        images: the true pictures, floats in [0, 1], (N, H, W, 3) or one (H, W, 3).
        mask: bool (H, W) for all, or (N, H, W), True = hole.

    Returns:
        dict: psnr_hole, psnr_image (decibels), mae_hole, mae_image (0 to 1), ssim_image (at
        most 1), milliseconds (a picture: the median, or for a model its share of a batch); for a
        model also raw_psnr_image, raw_mae_image.

    Raises:
        TypeError: if the inpainter cannot be called, or returns something else than floats.
        ValueError: if shapes do not fit, a mask has no hole in all the batch, or the inpainter
            returns another shape, NaN, or values outside [0, 1] in a hole.

    Warns:
        UserWarning: once for the batch, if more than 95 % of a picture is hole.

    Example:
        >>> from course_lib import data, masks
        >>> images = data.load(subset=4).validation / np.float32(255)
        >>> holes = masks.random_lines(4, 32, seed=0)
        >>> scores = evaluate(classical.harmonic, images, holes)
        >>> scores["psnr_hole"] > evaluate(classical.mean, images, holes)["psnr_hole"]
        True
    """
    _check_inpainter("inpainter", inpainter)
    return _scores(inpainter, *_batch(*check_pair(images, mask)))


def leaderboard(inpainters, images, mask_sets):
    """Measure inpainters on several sets of masks, the five baselines always among them.

    Args:
        inpainters: dict, name -> inpainter (see ``evaluate``).
        images: the true pictures, floats in [0, 1], (N, H, W, 3).
        mask_sets: dict, name -> masks, bool (N, H, W) or (H, W), frozen: the same for everyone.

    Returns:
        pandas.DataFrame, a row for each mask set and inpainter: the columns masks and method,
        then ``evaluate``'s keys (NaN where only a model has one); within a mask set the best
        hole PSNR first. An inpainter that has the name of a baseline takes its place.

    Raises:
        TypeError, ValueError: as ``evaluate``; or if inpainters or mask_sets is no dict, or there
            is no mask set.

    Example:
        >>> from course_lib import masks
        >>> ramp = np.linspace(0, 1, 32 * 32 * 3).reshape(1, 32, 32, 3)
        >>> sets = {"square": masks.squares(1, 32, side=8)}
        >>> table = leaderboard({"harmonic": classical.harmonic}, ramp, sets)
        >>> sorted(table["method"])
        ['biharmonic', 'grey', 'harmonic', 'mean', 'navier_stokes', 'nothing']
    """
    for argument, named in (("inpainters", inpainters), ("mask_sets", mask_sets)):
        if not isinstance(named, dict):
            raise TypeError(f"{argument} is no dict: pass a dict with names as keys.")
    if not mask_sets:
        raise ValueError("mask_sets is empty: pass at least one set of masks.")
    rivals = {name: classical.METHODS[name] for name in BASELINES} | inpainters
    for name, inpainter in rivals.items():
        _check_inpainter(name, inpainter)
    batches = {}
    for name, masks in mask_sets.items():  # a loop: a warning names the line of the call
        batches[name] = _batch(*check_pair(images, masks))
    rows = [
        {"masks": masks_name, "method": name, **_scores(inpainter, *batch)}
        for masks_name, batch in batches.items()
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


def _is_network(inpainter):
    keras = sys.modules.get("keras")  # whoever has a model has loaded Keras; nobody else needs it
    return keras is not None and isinstance(inpainter, keras.Model)


def _check_inpainter(name, inpainter):
    if not callable(inpainter):
        raise TypeError(
            f"{name} is no function (image, mask) -> image: pass one, such as classical.harmonic."
        )


def _batch(images, mask):
    check_values(images, "the true picture")
    if not mask.any():
        raise ValueError("the mask has no hole, so there is nothing to measure.")
    if images.ndim == 3:
        images = images[None]
    return images, np.broadcast_to(mask, images.shape[:-1])


def _scores(inpainter, images, masks):
    if _is_network(inpainter):
        predicted, milliseconds = _predict(inpainter, images, masks)
        filled = composite(images, np.clip(predicted, 0, 1), masks)
        raw = {
            "raw_psnr_image": metrics.psnr(images, predicted),
            "raw_mae_image": metrics.mae(images, predicted),
        }
    else:
        filled, milliseconds = _run(inpainter, images, masks)
        raw = {}
    return {
        "psnr_hole": metrics.psnr(images, filled, masks),
        "mae_hole": metrics.mae(images, filled, masks),
        "psnr_image": metrics.psnr(images, filled),
        "mae_image": metrics.mae(images, filled),
        "ssim_image": metrics.ssim(images, filled),
        "milliseconds": milliseconds,
        **raw,
    }


def _predict(model, images, masks):
    """A network's raw prediction, and the milliseconds that it takes for one of them."""
    from course_lib import models

    timed = slice(0, 64)
    predicted = models.predict(model, images, masks)  # also compiles, which is not its speed
    start = time.perf_counter()
    models.predict(model, images[timed], masks[timed])
    return predicted, 1000 * (time.perf_counter() - start) / len(images[timed])


def _run(inpainter, images, masks):
    filled = np.empty_like(images)
    seconds = np.empty(len(images))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=DOUBT)  # said once, of the whole batch
        for k, (image, mask) in enumerate(zip(images, masks, strict=True)):
            damaged = damage(image, mask)
            start = time.perf_counter()
            answer = np.asarray(inpainter(damaged, mask))
            seconds[k] = time.perf_counter() - start
            if answer.shape != image.shape:
                raise ValueError(
                    f"the inpainter returned shape {answer.shape} for a picture {image.shape}: "
                    "return a picture of the same shape."
                )
            filled[k] = composite(image, answer, mask)
    return filled, 1000 * float(np.median(seconds))
