"""The showdown of lesson 13: what ``benchmarks.showdown`` and ``showdown_errors`` measured."""

import functools
import json
from pathlib import Path

import numpy as np
import pandas as pd

from course_lib._names import shown_name
from course_lib._validation import as_array, brief, check_count, is_one_of

TABLE = Path(__file__).parents[1] / "showdown.json"
ERRORS = Path(__file__).parents[1] / "showdown_errors.npz"
WORLDS = {"photos": "photos", "cifar10": "held_out"}  # -> its name in the table
EQUATIONS = ("biharmonic", "harmonic", "navier_stokes", "telea")
LEARNED = (
    "fill_and_correct", "gaussian", "vanilla_unet_masked", "partial_conv_unet", "vanilla_unet",
)  # fmt: skip
RESAMPLES = 1_000


def lead(method, rival, *, resamples=RESAMPLES):
    """How many decibels a method is ahead of a rival on the same pictures, and how surely.

    The pictures are drawn again, with replacement, for both at once: a paired percentile bootstrap
    (Efron, Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3).

    Args:
        method, rival: squared errors, summed over the hole of each picture, (N,) each, of the same
            pictures in the same order.
        resamples: how often the pictures are drawn.

    Returns:
        (ahead, low, high), floats in decibels: the pooled PSNR of ``method`` less that of
        ``rival``, and the ends between which 95 % of the draws lie.

    Raises:
        ValueError: if the errors are not two equally long rows of finite numbers, 0 or more and not
            all 0, or resamples is not a whole number, 1 or more.

    Example:
        >>> ahead, low, high = lead([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
        >>> round(ahead, 2), round(low, 2), round(high, 2)
        (3.01, 3.01, 3.01)
    """
    method, rival = as_array(method, "method"), as_array(rival, "rival")
    for name, errors in (("method", method), ("rival", rival)):
        if errors.ndim != 1 or len(errors) != len(method) or len(errors) < 2:
            raise ValueError(
                f"{name} has shape {errors.shape}: pass one error a picture, (N,), for both."
            )
        if not (np.isfinite(errors).all() and (errors >= 0).all() and errors.any()):
            raise ValueError(
                f"{name} has negative errors, NaN, infinity or zeros alone: pass squared errors, "
                "finite, 0 or more and not all 0."
            )
    resamples = check_count("resamples", resamples, lowest=1)
    drawn = np.random.RandomState(0).randint(0, len(method), (resamples, len(method)))
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = 10 * np.log10(rival[drawn].sum(axis=1) / method[drawn].sum(axis=1))
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(10 * np.log10(rival.sum() / method.sum())), float(low), float(high)


def showdown_table():
    """The published figures, as ``benchmarks/RESULTS.md`` has them.

    Returns:
        pandas.DataFrame, a row for each set of pictures ("held_out" and "test" of CIFAR-10,
        "photos"), masks and method, with what ``evaluate`` returns; networks have the names that
        the lessons call them.

    Example:
        >>> table = showdown_table()
        >>> bool((table.query("pictures == 'held_out'").groupby("masks").size() >= 12).all())
        True
    """
    stored = json.loads(TABLE.read_text(encoding="utf-8"))
    table = pd.DataFrame(stored["rows"], columns=stored["columns"])
    return table.assign(method=table["method"].map(shown_name))


def showdown_errors(world):
    """The squared error of every method on every picture, summed over its hole.

    Args:
        world: "photos", 300 test patches of a photograph, or "cifar10", 1,000 held-out pictures.
            Picture k has mask k of ``frozen_masks(300)`` or ``frozen_masks(1000)``.

    Returns:
        dict, name of a mask set -> pandas.DataFrame: a row for each picture, a column for each
        method.

    Raises:
        ValueError: if there is no such world.

    Example:
        >>> errors = showdown_errors("photos")["lines"]
        >>> len(errors), round(lead(errors["biharmonic"], errors["telea"])[0], 1)
        (300, 1.3)
    """
    kept = _kept()
    names = [shown_name(name) for name in kept["methods"]]
    errors = kept[f"{_checked(world)}/errors"].astype(float)
    return {
        str(masks): pd.DataFrame(one.T, columns=names)
        for masks, one in zip(kept["sets"], errors, strict=True)
    }


def showdown_scores(world):
    """Hole PSNR of every method under every set of masks, all pictures pooled.

    Args:
        world: as for ``showdown_errors``.

    Returns:
        pandas.DataFrame, dB: a row for each method, best mean first, a column for each mask set.

    Raises:
        ValueError: as ``showdown_errors``.

    Example:
        >>> scores = showdown_scores("cifar10")
        >>> scores.loc["fill_and_correct", "lines"].round(2), scores["lines"].idxmax()
        (np.float64(22.25), 'fill_and_correct')
    """
    values = _kept()[f"{_checked(world)}/values"].sum(axis=1, dtype=float)
    columns = {
        masks: -10 * np.log10(errors.sum() / count)
        for (masks, errors), count in zip(showdown_errors(world).items(), values, strict=True)
    }
    scores = pd.DataFrame(columns)
    return scores.loc[scores.mean(axis=1).sort_values(ascending=False).index]


def showdown_leads(world):
    """How far every method that has learned is ahead of the best equation, set by set.

    Args:
        world: as for ``showdown_errors``.

    Returns:
        pandas.DataFrame: masks, method, equation (the best of four), ahead, low, high (dB, as
        ``lead`` gives them).

    Raises:
        ValueError: as ``showdown_errors``.

    Example:
        >>> leads = showdown_leads("cifar10").set_index(["masks", "method"])
        >>> bool(leads.loc[("lines", "partial_conv_unet"), "high"] < 0)
        True
    """
    rows = []
    for masks, errors in showdown_errors(world).items():
        equation = errors[list(EQUATIONS)].sum().idxmin()
        for method in LEARNED:
            figures = lead(errors[method], errors[equation])
            rows.append((masks, method, equation, *figures))
    return pd.DataFrame(rows, columns=["masks", "method", "equation", "ahead", "low", "high"])


def showdown_firsts(world):
    """On what share of the pictures each method has the smallest error.

    Args:
        world: as for ``showdown_errors``.

    Returns:
        pandas.DataFrame, 0 to 1, a row for each method as in ``showdown_scores``, a column for each
        set; each column adds up to 1.

    Raises:
        ValueError: as ``showdown_errors``.

    Example:
        >>> shares = showdown_firsts("photos")
        >>> bool((shares.sum() - 1 < 1e-9).all())
        True
    """
    order = showdown_scores(world).index
    return pd.DataFrame(
        {
            masks: errors.idxmin(axis=1).value_counts(normalize=True).reindex(order)
            for masks, errors in showdown_errors(world).items()
        }
    ).fillna(0.0)


@functools.cache
def _kept():
    with np.load(ERRORS, allow_pickle=False) as stored:
        return dict(stored)


def _checked(world):
    if not is_one_of(world, WORLDS):
        raise ValueError(f"world is {brief(world)}: say one of {', '.join(WORLDS)}.")
    return world
