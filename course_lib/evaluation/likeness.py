"""Whether filled pictures, as a set, look like true ones: two examiners, and what they said."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from course_lib import metrics
from course_lib._validation import (
    check_count,
    check_images,
    check_pair,
    check_same_shape,
    check_values,
)
from course_lib.evaluation.scores import SEED

FEATURES = "mean_features"  # of the course's classifier: 128 numbers a picture
CELL, DIRECTIONS = 4, 8  # of the second examiner: pixels; directions in half a turn
FAINT = 0.01  # differences of grey below this are no edge
TABLE = Path(__file__).parents[1] / "likeness.json"


def likeness_scores():
    """Lesson 17's plane, as ``benchmarks.perception`` measured it.

    Returns:
        pandas.DataFrame, a row for each fill: ``psnr_hole`` (dB), ``unlike`` (``unlikeness``'s
        excess), ``nearer`` (how much less unlike than the network trained on squared error, in
        pairs) and ``told_apart`` (per cent), each with the ends of its 95 % interval over pictures.

    Example:
        >>> scores = likeness_scores().set_index("fill")
        >>> bool(scores.psnr_hole["Gaussian, sample"] < scores.psnr_hole["Gaussian, mean"] - 2)
        True
    """
    stored = json.loads(TABLE.read_text(encoding="utf-8"))
    return pd.DataFrame(stored["rows"], columns=stored["columns"])


def features(pictures):
    """What the course's classifier sees in pictures, before it names them.

    Args:
        pictures: floats in [0, 1], (N, 32, 32, 3).

    Returns:
        float64 (N, 128).

    Raises:
        TypeError, ValueError: if pictures are not as above.
    """
    pictures = check_images(pictures, "pictures")
    check_values(pictures, "a pixel")
    if pictures.ndim != 4 or pictures.shape[1:3] != (32, 32):
        raise ValueError(
            f"pictures have shape {pictures.shape}, but the classifier knows those of CIFAR-10: "
            "pass (N, 32, 32, 3)."
        )
    import keras

    from course_lib import models

    classifier = models.load_pretrained("classifier")
    seen = keras.Model(classifier.inputs, classifier.get_layer(FEATURES).output)
    found = seen.predict(pictures.astype(np.float32), batch_size=256, verbose=0)
    return np.asarray(found).astype(np.float64)


def unlikeness(true, filled, *, halvings=20):
    """How far filled pictures are, as a set, from true ones, beyond what chance makes of true ones.

    The pictures are cut into halves, A and B. It is the Fréchet distance of features from A filled
    to B true, less that from A true to B true, which is there only because the pictures are
    different and few. No picture is compared with itself, so nothing that a fill leaves as it was
    can count for it. The result is the mean over many such halvings.

    Args:
        true: floats (N, D), ``features`` of the true pictures, N 4 or more.
        filled: the same of the filled ones, in the same order.
        halvings: how often they are cut, 2 or more, always the same way.

    Returns:
        dict: ``excess``, the difference; ``each``, the difference of each halving, to compare two
        methods in pairs, float64 (halvings,); ``floor``, the distance of true halves.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> points = np.random.RandomState(0).standard_normal((400, 3))
        >>> told = unlikeness(points, points + [2, 0, 0])
        >>> 3.5 < told["excess"] < 4.5, told["floor"] < 0.1
        (True, True)
    """
    true, filled = metrics._points(true, "true"), metrics._points(filled, "filled")
    check_same_shape(true, filled, "true and filled")
    half = check_count("pictures", len(true), lowest=4) // 2
    random, floors, excesses = np.random.RandomState(SEED), [], []
    for _ in range(check_count("halvings", halvings, lowest=2)):
        order = random.permutation(len(true))
        some, others = order[:half], order[half : 2 * half]
        floors.append(metrics.frechet_distance(true[some], true[others]))
        excesses.append(metrics.frechet_distance(filled[some], true[others]) - floors[-1])
    return {
        "excess": float(np.mean(excesses)),
        "each": np.array(excesses),
        "floor": float(np.mean(floors)),
    }


def edges(pictures, hole):
    """How strong edges are in a hole, by cell and direction, hand-made: float64 (N, D).

    Args:
        pictures: floats in [0, 1], (N, H, W, 3).
        hole: bool (H, W); the smallest square of whole cells of 4 x 4 pixels around it is used.

    Returns:
        For each cell and each of 8 directions the logarithm of the summed gradients of grey.

    Source: Dalal, Triggs, Histograms of oriented gradients for human detection, 2005, without
    their normalisation, which would hide that a fill is smooth.
    """
    down, right = np.gradient(pictures.astype(np.float64).mean(axis=-1), axis=(1, 2))
    strength = np.hypot(down, right)
    turn = np.arctan2(down, right) / np.pi % 1  # an edge has no sign
    bins = np.minimum((turn * DIRECTIONS).astype(int), DIRECTIONS - 1)
    by_direction = np.where(bins[..., None] == np.arange(DIRECTIONS), strength[..., None], 0)
    rows, columns = (np.flatnonzero(hole.any(axis=axis)) // CELL for axis in (1, 0))
    cells = by_direction.reshape(
        len(pictures), hole.shape[0] // CELL, CELL, hole.shape[1] // CELL, CELL, DIRECTIONS
    ).sum(axis=(2, 4))
    seen = cells[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.log(FAINT + seen).reshape(len(pictures), -1)


def told_apart(true, filled, hole):
    """How often a second examiner tells a fill from the truth, never having seen either picture.

    It is Fisher's linear discriminant on ``edges``, fitted on one half of the pictures, true and
    filled, and asked about the other half; then the halves change places. No network of the course
    was trained with these features. A mean of one half says that it cannot tell them apart.

    Args:
        true, filled: floats in [0, 1], (N, H, W, 3), in the same order, H and W multiples of 4.
        hole: bool (H, W), the same in all pictures.

    Returns:
        float64 (N,): for each picture 0, 0.5 or 1, the share of right answers about its truth and
        its fill.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Source: Lopez-Paz, Oquab, Revisiting classifier two-sample tests, 2017; the discriminant: Hastie
    et al., The Elements of Statistical Learning, 2009, section 4.3.

    Example:
        >>> noise = np.random.RandomState(0).random_sample((80, 8, 8, 3))
        >>> told_apart(noise, noise / 4, np.eye(8, k=2, dtype=bool)).mean()
        np.float64(1.0)
    """
    true, hole = check_pair(true, hole)
    filled = check_images(filled, "filled")
    check_same_shape(true, filled, "true and filled")
    for pictures, name in ((true, "a true pixel"), (filled, "a filled pixel")):
        check_values(pictures, name)
    if hole.ndim != 2 or not hole.any():
        raise ValueError(
            f"hole has shape {hole.shape} or marks no pixel: pass one hole (H, W) for all pictures."
        )
    if true.ndim != 4 or len(true) < 4 or true.shape[1] % CELL or true.shape[2] % CELL:
        raise ValueError(
            f"pictures have shape {true.shape}: pass four or more, their sides multiples of {CELL}."
        )
    seen = np.stack([edges(true, hole), edges(filled, hole)])
    order, right = np.random.RandomState(SEED).permutation(len(true)), np.empty(len(true))
    halves = order[: len(true) // 2], order[len(true) // 2 :]
    for known, asked in (halves, halves[::-1]):
        middle, direction = _discriminant(*seen[:, known])
        verdicts = (seen[:, asked] - middle) @ direction > 0  # True: a fill
        right[asked] = np.mean([~verdicts[0], verdicts[1]], axis=0)
    return right


def _discriminant(true, filled):
    """The point halfway between two clouds (N, D), and the direction that separates them best."""
    within = np.cov(true.T) + np.cov(filled.T)
    if not np.trace(within):
        raise ValueError("in the hole these pictures are all the same: pass different ones.")
    within += (
        1e-2 * np.trace(within) / len(within) * np.eye(len(within))
    )  # few pictures, many cells
    means = true.mean(axis=0), filled.mean(axis=0)
    return sum(means) / 2, np.linalg.solve(within, means[1] - means[0])
