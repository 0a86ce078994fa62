"""Partial convolutions under suspicion: the formulas in use, and three facts that tell them apart.

A layer is here a function of NumPy arrays, ``output, new_valid = layer(features, valid, kernel,
bias)``: features and valid (H, W, C), valid 1 = known, kernel (rows, columns, C, F) of odd sides,
bias (F,), output (H, W, F), new_valid (H, W, 1).
"""

import numpy as np


def windows(array, rows, columns, padding=0):
    """Every window of an (H, W, C) array, (H, W, C, rows, columns); ``padding`` lies around it."""
    margins = (rows // 2, rows // 2), (columns // 2, columns // 2), (0, 0)
    padded = np.pad(array, margins, constant_values=padding)
    return np.lib.stride_tricks.sliding_window_view(padded, (rows, columns), axis=(0, 1))


def convolve(features, kernel):
    """W . X at every place, zeros around the picture: (H, W, F)."""
    return np.einsum("hwcij,ijcf->hwf", windows(features, *kernel.shape[:2]), kernel)


def count_known(valid, kernel, padding=0):
    """sum(M) at every place, over the window and its channels: (H, W, 1)."""
    return windows(valid, *kernel.shape[:2], padding).sum(axis=(2, 3, 4))[..., None]


def formula(features, valid, kernel, bias, *, ones=np.size, blind=0, padding=0, masked=True):
    """Liu et al. 2018, equations 1 and 2, or with one thing changed.

    Args:
        features, valid, kernel, bias: as above.
        ones: a function of one filter (rows, columns, C) that gives sum(1).
        blind: how much of the bias a blind window gets, 0 or 1.
        padding: the validity of what lies beyond the border, 0 or 1.
        masked: whether X is multiplied by M.
    """
    total = convolve(np.where(valid > 0, features, 0) if masked else features, kernel)
    seen = count_known(valid, kernel, padding)
    known = (seen > 0).astype(float)
    ratio = ones(kernel[..., 0]) / np.maximum(seen, 1)
    return total * ratio * known + bias * np.maximum(known, blind), known


def ordinary(features, valid, kernel, bias):
    """A convolution that hands its validity on."""
    return convolve(features, kernel) + bias, valid[..., :1]


def _variant(**changed):
    return lambda *given: formula(*given, **changed)


PUBLIC_FORMULAS = {  # lesson 11 says which is found where
    "I": formula,
    "II": _variant(ones=lambda one: one[..., 0].size, blind=1),
    "III": _variant(blind=1),
    "IV": _variant(ones=lambda one: 1),
}
SUSPECTS = PUBLIC_FORMULAS | {"X not masked": _variant(masked=False), "ordinary": ordinary}


def check_partial(layer, *, channels=3):
    """Whether three facts hold for a partial convolution that somebody hands you.

    Args:
        layer: ``output, new_valid = layer(features, valid, kernel, bias)`` in NumPy arrays:
            features and valid (H, W, C), valid 1 = known and 0 = hole, kernel (3, 3, C, F), bias
            (F,), output (H, W, F), new_valid (H, W, 1).
        channels: C. With 1 a layer that forgets the channels cannot be found.

    Returns:
        dict of bool. "all known": inside a picture without holes it is an ordinary convolution.
        "all hole": output and new validity are 0 there. "holes unread": other numbers in the holes
        leave the output as it is. A right layer passes all three, which do not prove it right.

    Example:
        >>> check_partial(PUBLIC_FORMULAS["II"])
        {'all known': False, 'all hole': False, 'holes unread': True}
        >>> check_partial(PUBLIC_FORMULAS["II"], channels=1)["all known"]
        True
    """
    random = np.random.RandomState(1)
    features, other = random.normal(size=(2, 9, 10, channels))
    kernel, bias = random.normal(size=(3, 3, channels, 2)), random.normal(size=2)
    all_known, none = np.ones_like(features), np.zeros_like(features)
    some = none + (random.random_sample((9, 10, 1)) > 0.5)
    inside = slice(1, -1), slice(1, -1)
    plain = convolve(features, kernel) + bias
    output, _ = layer(features, some, kernel, bias)
    scribbled, _ = layer(np.where(some > 0, features, other), some, kernel, bias)
    full, _ = layer(features, all_known, kernel, bias)
    blind, seen = layer(features, none, kernel, bias)
    return {
        "all known": _close(full[inside], plain[inside]),
        "all hole": _close(blind, 0) and not np.any(seen),
        "holes unread": _close(scribbled, output),
    }


def _close(one, other):
    return bool(np.allclose(one, other, atol=1e-4))
