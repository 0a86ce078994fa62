"""Claims measured on many cases: by depth, by mask, scene by scene, with their spread."""

import numpy as np
import pandas as pd

from course_lib import metrics, runtime
from course_lib._validation import (
    check_answer,
    check_batch,
    check_count,
    check_dict,
    check_images,
    check_is,
    check_mask_fits,
    check_pair,
    check_same_shape,
)
from course_lib.evaluation.scores import check_inpainters, hole_psnr
from course_lib.masks import hole_depth, hole_fraction, random_lines
from course_lib.scenes import Scenes, misplaced


def by_depth(inpainters, images, mask_sets, *, fewest=100):
    """The error of hole pixels by their depth, which is rounded to whole pixels.

    Args:
        inpainters: dict, name -> function (image (H, W, 3), mask (H, W)) -> image.
        images: the true pictures, floats in [0, 1], (N, H, W, 3).
        mask_sets: dict, name -> masks, bool (N, H, W), True = hole.
        fewest: a depth with fewer pixels than this in a set is left out.

    Returns:
        pandas.DataFrame, a row for each mask set, method and depth: masks, method, depth (px),
        psnr (dB, over all pixels of that depth), pixels (how many).

    Raises:
        TypeError, ValueError: if an argument is not as above, or masks do not fit.

    Example:
        >>> from course_lib import classical, masks
        >>> ramp = np.linspace(0, 1, 32 * 32 * 3).reshape(1, 32, 32, 3)
        >>> sets = {"square": masks.squares(1, 32, side=12)}
        >>> table = by_depth({"mean": classical.mean}, ramp, sets, fewest=20)
        >>> table.depth.tolist(), table.pixels.tolist()
        ([1, 2, 3, 4], [44, 36, 28, 20])
    """
    fewest, rows = check_count("fewest", fewest), []
    for masks_name, method, holes, filled in _fills(inpainters, images, mask_sets):
        depths = np.rint(hole_depth(holes)).astype(int)
        for depth in range(1, depths.max() + 1):
            there = depths == depth
            pixels = int(there.sum())
            if pixels >= max(fewest, 1):
                psnr = metrics.psnr(images, filled, there)
                rows.append((masks_name, method, depth, psnr, pixels))
    return pd.DataFrame(rows, columns=["masks", "method", "depth", "psnr", "pixels"])


def by_mask(inpainters, images, mask_sets):
    """The error in the holes of each set of masks, with the two numbers that may explain it.

    Args:
        inpainters, images, mask_sets: as for ``by_depth``; ``scenes.mask_families`` draws sets.

    Returns:
        pandas.DataFrame, a row for each mask set and method: masks, family (the name up to the
        comma), method, mean_depth (px, over all hole pixels of the set), hole_fraction (0 to 1),
        psnr_hole (dB).

    Raises:
        TypeError, ValueError: if pictures or masks are not as above or do not fit.

    Example:
        >>> from course_lib import classical, masks
        >>> ramp = np.linspace(0, 1, 32 * 32 * 3).reshape(1, 32, 32, 3)
        >>> sets = {"square, 8 px": masks.squares(1, 32, side=8)}
        >>> table = by_mask({"mean": classical.mean}, ramp, sets)
        >>> table.family[0], float(table.mean_depth[0]), float(table.hole_fraction[0])
        ('square', 1.875, 0.0625)
    """
    rows = [
        {
            "masks": masks_name,
            "family": masks_name.split(",")[0],
            "method": method,
            "mean_depth": hole_depth(holes)[holes].mean(),
            "hole_fraction": hole_fraction(holes).mean(),
            "psnr_hole": metrics.psnr(images, filled, holes),
        }
        for masks_name, method, holes, filled in _fills(inpainters, images, mask_sets)
    ]
    return pd.DataFrame(rows)


def by_picture(predictions, images, where):
    """PSNR picture by picture, so that two networks can be compared on the same ones.

    Args:
        predictions: dict, name -> pictures like ``images``.
        images: the true pictures, floats in [0, 1], (N, H, W, 3).
        where: bool (N, H, W), the pixels to measure: holes, or ~holes.

    Returns:
        pandas.DataFrame, a row for each picture, a column of dB for each name.

    Raises:
        TypeError, ValueError: if pictures and pixels do not fit, or a picture has no such pixel.

    Example:
        >>> images, where = np.zeros((2, 8, 8, 3)), np.ones((2, 8, 8), bool)
        >>> by_picture({"grey": images + 0.1}, images, where).round(6).grey.tolist()
        [20.0, 20.0]
    """
    images, columns = check_batch(images), {}
    where = np.broadcast_to(check_mask_fits(where, images), images.shape[:-1])
    for name, predicted in check_dict("predictions", predictions, "pictures").items():
        predicted = check_images(predicted, f"{name}")
        check_same_shape(images, predicted, f"images and {name}")
        triples = zip(images, predicted, where, strict=True)
        columns[name] = [metrics.psnr(*triple) for triple in triples]
    return pd.DataFrame(columns)


def by_draw(inpainter, images, draws, *, seed=100):
    """The hole PSNR of one inpainter on the same pictures, under one draw of masks after another.

    Args:
        inpainter: a function (image, mask) -> image, or a Keras model.
        images: the true pictures, floats in [0, 1], (N, H, W, 3).
        draws: how many, 1 or more.
        seed: of the masks; the same seed gives every inpainter the same draws.

    Returns:
        float64 array (draws,), dB, each over all holes of its draw.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> from course_lib import classical
        >>> ramp = np.linspace(0, 1, 32 * 32 * 3).reshape(1, 32, 32, 3)
        >>> by_draw(classical.mean, ramp, 3).shape
        (3,)
    """
    draws, images = check_count("draws", draws, lowest=1), check_batch(images)
    drawn = random_lines(draws * len(images), images.shape[1:3], seed=seed)
    each = np.split(drawn, draws)
    return np.array([hole_psnr(inpainter, images, holes) for holes in each])


def compare(inpainters, scenes):
    """Measure inpainters scene by scene: means, spreads, and how often one is ahead of the first.

    The tests' profile takes the first few scenes only.

    Args:
        inpainters: dict, name -> function (image (H, W, 3), mask (H, W)) -> image.
        scenes: ``scenes.Scenes``.

    Returns:
        pandas.DataFrame, a row for each inpainter, its index: psnr_hole, the mean over the scenes
        (dB); spread, their standard deviation (dB); gain, its mean lead over the first inpainter
        (dB), and ahead, the number of scenes in which it leads, as "12 of 16"; and for drawn scenes
        misplaced, the mean share of hole pixels that look like another part of the drawing than
        their own (0 to 1).

    Raises:
        TypeError, ValueError: if there is no inpainter, or one returns no picture of that shape.

    Example:
        >>> from course_lib import classical, scenes
        >>> drawn = scenes.edges("edge", 2, side=8, seed=0)
        >>> rivals = {"mean": classical.mean, "harmonic": classical.harmonic}
        >>> compare(rivals, drawn).ahead.tolist()
        ['', '2 of 2']
    """
    check_inpainters(inpainters)
    check_is("scenes", scenes, Scenes, "what scenes.edges, walls or places return")
    if not inpainters:
        raise ValueError("there is nothing to compare: pass at least one inpainter by name.")
    scenes = scenes[: runtime.share(len(scenes))]
    fills = {name: _fill(one, scenes.images, scenes.masks) for name, one in inpainters.items()}
    triples = {
        name: zip(scenes.images, filled, scenes.masks, strict=True)
        for name, filled in fills.items()
    }
    scores = pd.DataFrame(
        {name: [metrics.psnr(*triple) for triple in triples[name]] for name in inpainters}
    )
    lead = scores.sub(scores.iloc[:, 0], axis=0)
    ahead = [f"{count} of {len(scores)}" for count in (lead > 0).sum()]
    table = pd.DataFrame(
        {
            "psnr_hole": scores.mean(),
            "spread": scores.std(ddof=0),
            "gain": lead.mean(),
            "ahead": ["", *ahead[1:]],
        }
    )
    if scenes.parts is not None:
        table["misplaced"] = [misplaced(scenes, filled).mean() for filled in fills.values()]
    return table.rename_axis("method")


def _fills(inpainters, images, mask_sets):
    """(mask set, method, its masks, the filled pictures) for every pair of mask set and method."""
    check_inpainters(inpainters)
    check_dict("mask_sets", mask_sets, "masks")
    for masks_name, holes in mask_sets.items():
        images, holes = check_pair(images, holes)
        holes = np.broadcast_to(holes, images.shape[:-1])
        for method, inpainter in inpainters.items():
            yield masks_name, method, holes, _fill(inpainter, images, holes)


def _fill(inpainter, images, holes):
    """The filled pictures; an inpainter never sees the truth."""
    pairs = zip(np.where(holes[..., None], 0, images), holes, strict=True)
    # A copy of the mask: an inpainter may change what it gets, as one that peels a hole does.
    answers = [(inpainter(image, mask.copy()), image, mask) for image, mask in pairs]
    return np.stack([check_answer(*answer, "the inpainter") for answer in answers])
