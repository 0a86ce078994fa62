"""Figures of one method, or of several, on pictures whose truth is known."""

import sys
import time
import warnings

import numpy as np
import pandas as pd

from course_lib import classical, metrics
from course_lib._validation import (
    DOUBT,
    as_answer,
    as_array,
    as_number,
    brief,
    check_answer,
    check_count,
    check_dict,
    check_pair,
    check_values,
    is_pair,
)
from course_lib.masks import in_bucket, random_lines, random_pixels, squares

BASELINES = ("nothing", "grey", "mean", "navier_stokes", "biharmonic")
SEED = 2026
BUCKETS = ((1, 10), (10, 20), (20, 30), (30, 40), (40, 50), (50, 60))  # per cent
MOST_RESAMPLES = 100_000  # of 1,000 pictures they take a gigabyte
CLASSES = 10  # that the shipped classifier tells apart


def frozen_masks(count, size=32, *, buckets=BUCKETS, sides=(8, 16), shares=(50, 90)):
    """The frozen masks of the course's tables, on which methods are compared.

    Lines; irregular holes by bucket of hole fraction; one centred square; pixels missing at random.

    Args:
        count: how many masks in each set. Another count gives other masks.
        size: an int or (H, W), pixels, both sides above the largest square's.
        buckets: pairs (low, high), per cent: low < hole fraction <= high. If left out, the six of
            Liu et al. (2018, section 4.1).
        sides: of the squares, pixels.
        shares: of the pixels that are missing at random, per cent.

    Returns:
        dict, name -> bool (count, H, W), True = hole; the same bytes on every machine.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> ", ".join(frozen_masks(1))  # doctest: +NORMALIZE_WHITESPACE
        'lines, bucket_01_10, bucket_10_20, bucket_20_30, bucket_30_40, bucket_40_50, bucket_50_60,
        square_8, square_16, random_50, random_90'
        >>> list(frozen_masks(1, buckets=(), sides=[4], shares=[10]))
        ['lines', 'square_4', 'random_10']
    """
    sets = {"lines": random_lines(count, size, seed=SEED)}
    for argument, values in {"buckets": buckets, "sides": sides, "shares": shares}.items():
        if not isinstance(values, (tuple, list)):
            raise TypeError(f"{argument} is {brief(values)}: pass a list.")
    if not all(map(is_pair, buckets)):
        raise ValueError(f"buckets is {brief(buckets)}: pass pairs (low, high), whole per cent.")
    for low, high in (map(as_number, pair) for pair in buckets):
        sets[f"bucket_{low:02}_{high}"] = in_bucket(
            count, size, low=low / 100, high=high / 100, seed=SEED
        )
    for side in sides:
        sets[f"square_{side}"] = squares(count, size, side=side)
    for share in shares:
        share = check_count("share", share)
        sets[f"random_{share}"] = random_pixels(count, size, fraction=share / 100, seed=SEED)
    return sets


def evaluate(inpainter, images, mask, *, labels=None, resamples=0):
    """Measure an inpainter on pictures whose truth is known.

    The inpainter never sees the truth: holes are black when it gets the pictures. Its answer is
    composited before it is measured; errors are pooled over the batch. A network's answer is also
    measured as it came, including the known pixels, which it draws again: its raw figures.

    Args:
        inpainter: a function (image (H, W, 3), mask (H, W)) -> image, or a Keras model that
            ``models.inpaint`` takes.
        images: the true pictures, floats in [0, 1], (N, H, W, 3) or one (H, W, 3).
        mask: bool (H, W) for all, or (N, H, W), True = hole.
        labels: the pictures' true classes as CIFAR-10 numbers them, whole numbers from 0 to 9,
            (N,); the pictures are then 32 x 32.
        resamples: how often to resample the pictures for an interval, at most 100,000; 1,000 is
            usual, 0 for none.

    Returns:
        dict: psnr_hole, psnr_image (decibels), mae_hole, mae_image (0 to 1), ssim_image (at
        most 1), milliseconds (for a picture: the median, without the input checks of the course's
        methods; or a model's share of a batch of at most 64, for which it was compiled before).

        For a model also raw_psnr_image, raw_mae_image, and parameters, how many weights it has.

        With resamples also psnr_hole_low and psnr_hole_high: between them lie 95 % of the hole
        PSNRs of batches drawn from these pictures with replacement (percentile bootstrap: Efron,
        Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3). They say how far the
        figure depends on which pictures were drawn, and nothing about another training. Two
        methods on the same pictures may differ reliably although their intervals overlap.

        With labels also recognised: the share of composited pictures, 0 to 1, whose class the
        shipped classifier names.

    Raises:
        TypeError: if the inpainter cannot be called, or returns anything but floats, or labels
            are not whole numbers.
        ValueError: if shapes do not fit, a mask has no hole in all the batch, the inpainter
            returns another shape, NaN, or values outside [0, 1] in a hole, labels or resamples
            are not as above, or fewer than two pictures with holes are to be resampled.

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
    images, holes = _batches(*check_pair(images, mask))
    resamples = _check_resamples(resamples, holes)
    return _scores(inpainter, holes, images, _recogniser(images, labels), resamples)


def hole_psnr(inpainter, images, mask):
    """``evaluate``'s psnr_hole alone: of a network one prediction, and no clock."""
    _check_inpainter("inpainter", inpainter)
    images, holes = _batches(*check_pair(images, mask))
    if _is_network(inpainter):
        predicted = _predict(inpainter, images, holes)
    else:
        predicted, _ = _run(inpainter, images, holes)
    predicted = predicted.astype(images.dtype, copy=False)
    return metrics._psnr(*(one[holes].astype(np.float64) for one in (images, predicted)))


def leaderboard(inpainters, images, mask_sets, *, labels=None, resamples=0):
    """Measure inpainters on several sets of masks, the five baselines always among them.

    Args:
        inpainters: dict, name -> inpainter (see ``evaluate``).
        images: the true pictures, floats in [0, 1], (N, H, W, 3).
        mask_sets: dict, name -> masks, bool (N, H, W) or (H, W), frozen: the same for everyone,
            such as ``frozen_masks(len(images))``.
        labels, resamples: as for ``evaluate``.

    Returns:
        pandas.DataFrame, a row for each mask set and inpainter: the columns masks and method,
        then ``evaluate``'s keys (NaN where only a model has one); within a mask set the best
        hole PSNR first. An inpainter with a baseline's name takes its place.

    Raises:
        TypeError, ValueError: as ``evaluate``; or if inpainters or mask_sets is not a dict, or
            there is no mask set.

    Example:
        >>> from course_lib import masks
        >>> ramp = np.linspace(0, 1, 32 * 32 * 3).reshape(1, 32, 32, 3)
        >>> sets = {"square": masks.squares(1, 32, side=8)}
        >>> table = leaderboard({"harmonic": classical.harmonic}, ramp, sets)
        >>> sorted(table["method"])
        ['biharmonic', 'grey', 'harmonic', 'mean', 'navier_stokes', 'nothing']
    """
    check_inpainters(inpainters)
    check_dict("mask_sets", mask_sets, "masks")
    if not mask_sets:
        raise ValueError("mask_sets is empty: pass at least one set of masks.")
    rivals = {name: classical.METHODS[name] for name in BASELINES} | inpainters
    images, *sets = _batches(*check_pair(images, *mask_sets.values()))
    for holes in sets:
        resamples = _check_resamples(resamples, holes)
    measured = images, _recogniser(images, labels), resamples
    rows = [
        {"masks": masks_name, "method": name, **_scores(inpainter, holes, *measured)}
        for masks_name, holes in zip(mask_sets, sets, strict=True)
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


def check_inpainters(inpainters):
    """A dict, name -> inpainter."""
    for name, inpainter in check_dict("inpainters", inpainters, "inpainter").items():
        _check_inpainter(name, inpainter)


def _check_inpainter(name, inpainter):
    if not callable(inpainter):
        raise TypeError(
            f"{name} is no function (image, mask) -> image: pass one, such as classical.harmonic."
        )
    if _is_network(inpainter):
        from course_lib.models.inpaint import check_model

        check_model(inpainter)


def _batches(images, *masks):
    """The truth as (N, H, W, 3), which is known in the holes too, and holes (N, H, W) for it."""
    check_values(images, "the true picture")
    if not all(mask.any() for mask in masks):
        raise ValueError("the mask has no hole, so there is nothing to measure: mark some pixels.")
    if images.ndim == 3:
        images = images[None]
    return images, *(np.broadcast_to(mask, images.shape[:-1]) for mask in masks)


def _check_resamples(resamples, masks):
    resamples = check_count("resamples", resamples, highest=MOST_RESAMPLES)
    if resamples and np.count_nonzero(masks.any(axis=(1, 2))) < 2:
        raise ValueError(
            "fewer than two pictures have holes, and resampling one says nothing: pass more "
            "pictures, or resamples=0."
        )
    return resamples


def _recogniser(images, labels):
    """A function, composited pictures -> the share that the classifier names right; or None."""
    if labels is None:
        return None
    labels = as_array(labels, "labels")
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels are {labels.dtype}: pass the classes as whole numbers.")
    if labels.shape != (len(images),) or labels.min() < 0 or labels.max() >= CLASSES:
        raise ValueError(
            f"labels have shape {labels.shape} for {len(images)} picture(s), or lie outside 0 to "
            f"{CLASSES - 1}: pass one class of CIFAR-10 for each picture."
        )
    if images.shape[1:3] != (32, 32):
        raise ValueError(
            f"the pictures are {images.shape[1]} x {images.shape[2]} pixels, but the classifier "
            "knows those of CIFAR-10: pass 32 x 32, or leave labels out."
        )
    from course_lib import models

    classifier = models.load_pretrained("classifier")

    def recognised(filled):
        outputs = classifier.predict(filled.astype(np.float32), batch_size=256, verbose=0)
        return float((np.asarray(outputs).argmax(axis=-1) == labels).mean())

    return recognised


def _interval(images, filled, masks, resamples):
    """95 % percentile bootstrap interval of the pooled hole PSNR, over pictures with holes (dB).

    Percentiles of the squared error, so that pictures filled without error give infinity.
    """
    holed = masks.any(axis=(1, 2))
    squared = (images[holed].astype(np.float64) - filled[holed]) ** 2
    squared = squared.sum(axis=(1, 2, 3))  # composited: known pixels have none
    counts = 3 * masks[holed].sum(axis=(1, 2))
    random = np.random.RandomState(SEED)
    drawn = random.randint(0, len(counts), (resamples, len(counts)))
    errors = squared[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    with np.errstate(divide="ignore"):
        high, low = -10 * np.log10(np.percentile(errors, [2.5, 97.5]))
    return {"psnr_hole_low": float(low), "psnr_hole_high": float(high)}


def _scores(inpainter, holes, images, recognised, resamples):
    """One row of figures; pictures (N, H, W, 3) and holes (N, H, W) are checked already."""
    network = {}
    if _is_network(inpainter):
        predicted = _predict(inpainter, images, holes)
        milliseconds = _milliseconds(inpainter, images, holes)
        raw = images.astype(np.float64), predicted.astype(np.float64)
        network = {
            "raw_psnr_image": metrics._psnr(*raw),
            "raw_mae_image": metrics._mae(*raw),
            "parameters": inpainter.count_params(),
        }
    else:
        predicted, milliseconds = _run(inpainter, images, holes)
    filled = np.where(holes[..., None], predicted.astype(images.dtype, copy=False), images)
    whole = images.astype(np.float64), filled.astype(np.float64)
    in_holes = whole[0][holes], whole[1][holes]
    return {
        "psnr_hole": metrics._psnr(*in_holes),
        "mae_hole": metrics._mae(*in_holes),
        "psnr_image": metrics._psnr(*whole),
        "mae_image": metrics._mae(*whole),
        "ssim_image": metrics._ssim(*whole),
        "milliseconds": milliseconds,
        **network,
        **(_interval(images, filled, holes, resamples) if resamples else {}),
        **({"recognised": recognised(filled)} if recognised else {}),
    }


def _predict(network, images, holes):
    """A network's raw prediction."""
    from course_lib.models.inpaint import predict_checked

    predicted = predict_checked(network, images, holes)
    check_values(predicted, "a predicted value")
    return predicted


def _milliseconds(network, images, holes):
    """What one prediction takes of a network that has predicted these pictures already."""
    from course_lib.models.inpaint import predict_checked

    timed = images[:64], holes[:64]
    if len(images) > len(timed[0]):
        predict_checked(network, *timed)  # compiles for a batch of this shape: not its speed
    seconds = np.empty(3)
    for k in range(len(seconds)):
        start = time.perf_counter()
        predict_checked(network, *timed)
        seconds[k] = time.perf_counter() - start
    return 1000 * float(np.median(seconds)) / len(timed[0])


def _run(inpainter, images, holes):
    """A function's answers, of which only the holes count, and its milliseconds: the median.

    Of an inpainter of the course only the core is run, because the batch is checked already.
    """
    core = getattr(inpainter, "core", None)
    who = "the inpainter"
    fill = core or (lambda image, mask: as_answer(inpainter(image, mask), who))
    predicted, seconds = np.empty_like(images), np.empty(len(images))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=DOUBT)  # said once, for the whole batch
        for k, (image, mask) in enumerate(zip(images, holes, strict=True)):
            damaged, mask = np.where(mask[..., None], 0, image), mask.copy()
            if core is not None:
                damaged = damaged.astype(np.float64)
            start = time.perf_counter()
            answer = fill(damaged, mask)
            seconds[k] = time.perf_counter() - start
            # A method may change its mask in place: the answer is checked with the original.
            predicted[k] = (
                np.clip(answer, 0, 1) if core else check_answer(answer, image, holes[k], who)
            )
    return predicted, 1000 * float(np.median(seconds))
