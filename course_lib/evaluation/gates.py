"""How well a map inside a network tells where the hole was."""

import numpy as np
import pandas as pd

from course_lib._validation import as_array, check_dict, check_mask


def tells_hole(values, masks):
    """Area under the ROC curve: how surely a value tells a known place from a hole's.

    The chance that a known place has a higher value than a hole's place, equal ones counted half:
    1 if the value always tells them apart, 0.5 if it tells nothing, less than 0.5 if it is high
    in holes. On a level with fewer places one of them is known if all its pixels are, and a hole's
    if none is; the others are left out.

    Args:
        values: numbers (N, H', W').
        masks: bool (N, H, W), True = hole; H' and W' divide H and W.

    Returns:
        A float, 0 to 1.

    Raises:
        TypeError, ValueError: if the shapes do not fit, values are not finite numbers, or one of
            the two kinds of place is missing.

    Source: Fawcett, An introduction to ROC analysis, 2006, section 7.

    Example:
        >>> hole = np.zeros((1, 4, 4), bool)
        >>> hole[0, :2] = True
        >>> tells_hole(np.where(hole, 0.1, 0.9), hole), tells_hole(np.ones((1, 2, 2)), hole)
        (1.0, 0.5)
    """
    from scipy import stats  # here: it is slow to load, and one lesson asks

    values = as_array(values, "values")
    if values.dtype.kind not in "fiub" or not np.isfinite(values).all():
        raise ValueError(f"values are {values.dtype}, NaN or infinite: pass finite numbers.")
    known, hole = _places(values.shape, masks)
    values = values.astype(np.float64)
    found = stats.mannwhitneyu(values[known], values[hole]).statistic
    return float(found / (known.sum() * hole.sum()))


def memory_of_holes(maps, masks):
    """``tells_hole`` layer by layer, for the channel that tells most.

    The channel is chosen on the first half of the pictures and measured on the second, turned
    around if it is high in holes.

    Args:
        maps: dict, a name -> maps of these pictures and masks, a dict: layer's name -> numbers
            (N, H', W', channels), as ``models.gates``, ``models.validities`` and
            ``models.features`` give them.
        masks: bool (N, H, W), True = hole, two or more.

    Returns:
        pandas.DataFrame of floats, 0.5 or somewhat below it to 1: a row for each layer, a column
        for each name.

    Raises:
        TypeError, ValueError: as ``tells_hole``; or if maps is not a dict of dicts.
    """
    masks = check_mask(masks, "masks")
    for name, layers in check_dict("maps", maps, "a dict of maps").items():
        check_dict(f"maps[{name!r}]", layers, "maps (N, H', W', channels)")
    return pd.DataFrame(
        {
            name: {layer: _best(channels, masks) for layer, channels in layers.items()}
            for name, layers in maps.items()
        }
    )


def _best(channels, masks):
    channels = as_array(channels, "a layer's maps")
    if channels.ndim != 4 or masks.ndim != 3 or not 2 <= len(masks) == len(channels):
        raise ValueError(
            f"a layer's maps have shape {channels.shape} and masks {masks.shape}: pass two masks "
            "or more, (N, H, W), and maps (N, H', W', channels) of theirs."
        )
    half = len(masks) // 2
    first = [tells_hole(one, masks[:half]) for one in np.moveaxis(channels[:half], -1, 0)]
    best = int(np.argmax(np.abs(np.array(first) - 0.5)))
    second = tells_hole(channels[half:, ..., best], masks[half:])
    return second if first[best] >= 0.5 else 1 - second


def _places(shape, masks):
    """Where all pixels of a place are known, and where none is: two bool (N, H', W')."""
    masks = check_mask(masks, "masks")
    fits = len(shape) == masks.ndim == 3 and len(masks) == shape[0] and min(shape) > 0
    if not fits or masks.shape[1] % shape[1] or masks.shape[2] % shape[2]:
        raise ValueError(
            f"values have shape {tuple(shape)} and masks {masks.shape}: pass one mask for each, "
            "with sides that the values' sides divide."
        )
    count, height, width = shape
    blocks = masks.reshape(count, height, masks.shape[1] // height, width, -1)
    known, hole = ~blocks.any(axis=(2, 4)), blocks.all(axis=(2, 4))
    if not known.any() or not hole.any():
        raise ValueError("no place is wholly known, or none wholly hole: pass larger holes.")
    return known, hole
