"""The errors that a method promises, next to those that it makes."""

import numpy as np
import pandas as pd

from course_lib._validation import as_array, check_count


def calibration(deviations, errors, masks, *, groups=5):
    """Missing pixels by how unsure a method is of them: the promised and the actual error.

    Both are root mean squares over the pixels of a group. If a method knows how unsure it is, they
    are equal in every group.

    Args:
        deviations: the promised standard deviation of each pixel, (N, H, W).
        errors: fill minus truth, (N, H, W, 3).
        masks: bool (N, H, W), True = hole: only holes are compared.
        groups: how many groups of equally many pixels, 1 or more.

    Returns:
        pandas.DataFrame, a row for each group, the surest first: the columns predicted, made and
        pixels.

    Raises:
        ValueError: if the shapes do not fit, groups is not as above, or fewer pixels are missing
            than there are groups.

    Example:
        >>> hole = np.ones((1, 2, 2), bool)
        >>> promised = np.array([[[0.1, 0.1], [0.3, 0.3]]])
        >>> made = np.array([0.1, -0.1, 0.2, -0.2]).reshape(1, 2, 2, 1).repeat(3, axis=-1)
        >>> calibration(promised, made, hole, groups=2).round(3).to_numpy().tolist()
        [[0.1, 0.1, 2.0], [0.3, 0.2, 2.0]]
    """
    deviations, errors = as_array(deviations, "deviations"), as_array(errors, "errors")
    masks = as_array(masks, "masks")
    if masks.dtype != bool or deviations.shape != masks.shape or errors.shape != (*masks.shape, 3):
        raise ValueError(
            f"deviations {deviations.shape}, errors {errors.shape} and masks {masks.shape} do not "
            "fit: pass (N, H, W), (N, H, W, 3) and bool (N, H, W)."
        )
    groups = check_count("groups", groups, lowest=1)
    if np.count_nonzero(masks) < groups:
        raise ValueError(f"fewer than {groups} pixels are missing: pass more masks.")
    promised = deviations[masks].astype(np.float64) ** 2
    squared = (errors[masks].astype(np.float64) ** 2).mean(axis=1)
    parts = np.array_split(np.argsort(promised, kind="stable"), groups)
    rows = [
        (np.sqrt(promised[part].mean()), np.sqrt(squared[part].mean()), len(part)) for part in parts
    ]
    return pd.DataFrame(rows, columns=["predicted", "made", "pixels"])
