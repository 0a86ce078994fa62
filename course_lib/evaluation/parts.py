"""`best` taken apart: what ``benchmarks.parts`` measured with its parts on and off."""

import functools
import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd

from course_lib._pixels import as_floats
from course_lib._validation import brief, is_one_of

STORED = Path(__file__).parents[1] / "parts.json"


def parts_worth(masks="lines"):
    """By how many decibels each part of `best` raises the score, alone and beside the others.

    Args:
        masks: "lines" or "square_16", the masks of the 1,000 held-out pictures of CIFAR-10.

    Returns:
        pandas.DataFrame, two rows for each part: part; where, "alone", put into the plain network,
        or "in the full network", taken out of it; mean, low, high: hole PSNR with the part less
        without it (dB), and a 95 % interval over pictures and seeds; pictures, seeds: the
        standard errors due to each (dB).

    Raises:
        ValueError: if nothing was measured under such masks.

    Example:
        >>> worth = parts_worth()
        >>> worth.part.nunique(), len(worth)
        (4, 8)
    """
    return pd.DataFrame(_of_masks("worth", masks))


def parts_scores(masks="lines"):
    """The hole PSNR of every network of the comparison, seed by seed.

    Args:
        masks: as for ``parts_worth``.

    Returns:
        pandas.DataFrame, a row for each choice of parts, their names its index, a frozenset; a
        column for each seed (dB, composited, on 1,000 held-out pictures of CIFAR-10), NaN where it
        was not trained from that seed.

    Raises:
        ValueError: as ``parts_worth``.

    Example:
        >>> scores = parts_scores()
        >>> sorted(map(len, scores.index))
        [0, 1, 1, 1, 1, 3, 3, 3, 3, 4]
    """
    scores = _of_masks("psnr_hole", masks)
    index = pd.Index([chosen(name) for name in scores], tupleize_cols=False, name="parts")
    of_seeds = itertools.zip_longest(*scores.values(), fillvalue=np.nan)
    return pd.DataFrame(dict(zip(stored()["seeds"], of_seeds, strict=False)), index=index)


def parts_fills(masks="lines"):
    """What those networks make of a few patches of a photograph.

    Args:
        masks: as for ``parts_worth``.

    Returns:
        images, holes, fills: float32 (N, 32, 32, 3) in [0, 1], bool (N, 32, 32), and a dict,
        frozenset of parts -> pictures like images, known pixels as they came.

    Raises:
        ValueError: as ``parts_worth``.

    Example:
        >>> images, holes, fills = parts_fills()
        >>> bool((fills[frozenset()][~holes] == images[~holes]).all())
        True
    """
    names = _of_masks("psnr_hole", masks)
    with np.load(STORED.with_suffix(".npz"), allow_pickle=False) as kept:
        images, holes = kept["images"], kept[f"{masks}/holes"]
        fills = {chosen(name): as_floats(kept[f"{masks}/{name}"]) for name in names}
    return as_floats(images), holes, fills


@functools.cache
def stored():
    """The whole record, a dict: steps, seeds, parts, parameters, psnr_hole, worth."""
    return json.loads(STORED.read_text(encoding="utf-8"))


def chosen(name):
    """The parts that a network's name names, a frozenset: "plain" names none."""
    return frozenset(part for part in stored()["parts"] if part in name)


def _of_masks(kind, masks):
    measured = stored()[kind]
    if not is_one_of(masks, measured):
        raise ValueError(f"masks is {brief(masks)}: say one of {', '.join(measured)}.")
    return measured[masks]
