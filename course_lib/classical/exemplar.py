"""Exemplar-based filling: copy patches, in an order that continues strong lines first.

Source: A. Criminisi, P. Perez, K. Toyama, Region Filling and Object Removal by Exemplar-Based
Image Inpainting, IEEE Transactions on Image Processing 13(9), 2004.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from course_lib._validation import as_number, brief, is_one_of, is_whole
from course_lib.classical._contract import inpainter
from course_lib.classical.simple import nearest_known

FEWEST_SOURCES = 100  # patches to choose from; with fewer, a smaller patch finds a better match
FLAT_DATA = 1e-3  # data term where the picture is flat, so that confidence still orders the front


@inpainter
def exemplar(image, mask, *, patch=9, order="lines first"):
    """Fill by copying patches from the known part, strong lines and well-known surroundings first.

    Source: A. Criminisi, P. Perez, K. Toyama, Region Filling and Object Removal by Exemplar-Based
    Image Inpainting, IEEE Transactions on Image Processing 13(9), 2004, section III: priority =
    confidence x data, best match by the sum of squared differences in RGB over the target's
    known pixels, among patches that were fully known from the start.

    Where fewer than 100 such patches exist (small pictures, dense masks) the patch shrinks by
    2 until they do; at 1 nothing is left to compare, and every pixel takes the nearest known one.

    Args:
        patch: side of the square patches in pixels, odd, 3 or more: a little larger than the
            texture's largest element.
        order: where to copy next. "lines first" is the paper's: the greatest confidence x data.
            "onion peel" is what the paper compares it with: ring by ring, the pixel that lay
            nearest to a known one at the start; among equals the topmost, then the leftmost.
            "confidence only" and "data only" leave out one factor of the priority, to show what
            the other does.

    Raises:
        ValueError: if patch or order is not as above.

    Example:
        >>> stripes = np.zeros((32, 32, 3))
        >>> stripes[:, ::2] = 1
        >>> hole = np.zeros((32, 32), bool)
        >>> hole[12:20, 12:20] = True
        >>> bool((exemplar(stripes, hole) == stripes).all())
        True
    """
    filled = image
    for copy in copies(image, mask, check_patch(patch), check_order(order)):
        filled = copy.image
    return nearest_known(image, mask) if filled is image else filled


def check_patch(patch):
    """The side of square patches: odd, 3 or more."""
    if not is_whole(patch) or patch < 3 or patch % 2 == 0:
        raise ValueError(f"patch is {brief(patch)}: pass an odd number of pixels, 3 or more.")
    return as_number(patch)


def check_order(order):
    """The function behind the name of an order."""
    if not is_one_of(order, ORDERS):
        raise ValueError(f"order is {brief(order)}: pass one of {', '.join(map(repr, ORDERS))}.")
    return ORDERS[order]


@dataclass(frozen=True)
class Copy:
    """One copied patch, and the picture after it.

    Attributes:
        target, source: (row, column) of the patches' centres.
        patch: their side in pixels.
        image: the picture so far, a view, which the next copy changes.
    """

    target: tuple
    source: tuple
    patch: int
    image: np.ndarray


def copies(image, mask, patch, order):
    """Copy patch after patch until the hole is filled; none if not even 3 x 3 pixels can be copied.

    Args:
        image: float64 (H, W, 3). mask: bool (H, W), True = hole.
        patch: the greatest side, odd.
        order: a function (front, trust, depth, image, known, half) -> urgency, (pixels,): the
            next centre is the front's most urgent pixel, the first of them row by row.

    Yields:
        Copy.
    """
    patch = min(patch, min(mask.shape) - 1 + min(mask.shape) % 2)  # the largest odd one that fits
    while patch > 1 and np.count_nonzero(fully_known(mask, patch)) < FEWEST_SOURCES:
        patch -= 2
    if patch == 1:
        return
    half = patch // 2
    # A margin that counts as missing: a patch on the picture's border is a patch like any other.
    margins = ((half, half), (half, half))
    original = np.pad(image, (*margins, (0, 0)))  # (H + 2 half, W + 2 half, 3)
    known = np.pad(~mask, margins)  # bool (H + 2 half, W + 2 half)
    sources = np.flatnonzero(fully_known(~known, patch))  # (sources,), flat indices of centres
    depth = np.pad(ndimage.distance_transform_edt(mask), margins)
    to_fill = np.pad(mask, margins)
    image, confidence = original.copy(), known.astype(np.float64)

    while to_fill.any():
        front = np.argwhere(to_fill & ndimage.binary_dilation(known))  # (pixels, 2)
        trust = patches_at(front, confidence, half).mean(axis=(1, 2))  # (pixels,), C(p)
        chosen = order(front, trust, depth, image, known, half).argmax()
        rows, columns = square(front[chosen], half)
        match = best_match(image[rows, columns], known[rows, columns], original, sources)
        match = np.unravel_index(match, known.shape)
        new = to_fill[rows, columns]  # bool (patch, patch)
        image[rows, columns][new] = original[square(match, half)][new]
        confidence[rows, columns][new] = trust[chosen]
        known[rows, columns][new] = True
        to_fill[rows, columns] = False
        yield Copy(
            target=tuple((front[chosen] - half).tolist()),
            source=tuple(int(place) - half for place in match),
            patch=patch,
            image=image[half:-half, half:-half],
        )


def priority_on_the_rim(image, mask, patch):
    """What decides the first patch: rim pixels (pixels, 2), their confidence, their data term.

    ``image`` has 0 in its holes; ``patch`` is odd.
    """
    half = patch // 2
    image = np.pad(image, ((half, half), (half, half), (0, 0)))
    known = np.pad(~mask, half)
    front = np.argwhere(np.pad(mask, half) & ndimage.binary_dilation(known))
    confidence = patches_at(front, known.astype(np.float64), half).mean(axis=(1, 2))
    return front - half, confidence, data_term(front, image, known, half)


def lines_first(front, trust, depth, image, known, half):
    """Criminisi's priority: confidence x data."""
    return trust * data_term(front, image, known, half)


def onion_peel(front, trust, depth, image, known, half):
    """Ring by ring: least depth first."""
    return -depth[tuple(front.T)]


def confidence_only(front, trust, depth, image, known, half):
    """Where most is known around, and known most surely."""
    return trust


def data_only(front, trust, depth, image, known, half):
    """Where the strongest line runs into the hole, whatever is known around."""
    return data_term(front, image, known, half)


ORDERS = {
    "lines first": lines_first,
    "onion peel": onion_peel,
    "confidence only": confidence_only,
    "data only": data_only,
}


def data_term(front, image, known, half):
    """How strongly an isophote runs into each pixel of the front, (pixels,), in [FLAT_DATA, 1].

    The isophote is the one at the steepest known pixel of the patch; it counts by the
    cosine of its angle to the front's normal.
    """
    grey = image.mean(axis=-1)  # (H, W)
    slopes = np.zeros((*grey.shape, 2))  # down and right; 0 beside unknown pixels
    inner = known[1:-1] & known[2:] & known[:-2]
    slopes[1:-1, :, 0] = np.where(inner, (grey[2:] - grey[:-2]) / 2, 0.0)
    inner = known[:, 1:-1] & known[:, 2:] & known[:, :-2]
    slopes[:, 1:-1, 1] = np.where(inner, (grey[:, 2:] - grey[:, :-2]) / 2, 0.0)

    steepness = patches_at(front, (slopes**2).sum(axis=-1), half).reshape(len(front), -1)
    steepest = steepness.argmax(axis=1)  # (pixels,), a place in each patch
    slopes = patches_at(front, slopes, half).reshape(len(front), -1, 2)
    row_slope, column_slope = slopes[np.arange(len(front)), steepest].T  # (pixels,) each

    rows, columns = front.T
    outside = (~known).astype(np.float64)
    row_normal = outside[rows + 1, columns] - outside[rows - 1, columns]
    column_normal = outside[rows, columns + 1] - outside[rows, columns - 1]
    length = np.maximum(np.hypot(row_normal, column_normal), 1e-9)
    # |isophote . normal|; the isophote is the slope turned by 90 degrees, (column, -row).
    return np.abs(column_slope * row_normal - row_slope * column_normal) / length + FLAT_DATA


def best_match(target, known, original, sources):
    """The source patch with the least sum of squared differences to the target's known pixels.

    ``sources``, ascending, and the answer are centres, as indices into the flattened picture.
    """
    half, width = len(target) // 2, original.shape[1]
    planes = original.reshape(-1, 3).T.copy()  # (3, H W)
    first, end = sources[0], sources[-1] + 1
    error = np.zeros(end - first)  # of every centre between: slices are faster than look-ups
    for row, column in np.argwhere(known):
        step = (row - half) * width + (column - half)
        for plane, value in zip(planes, target[row, column], strict=True):
            error += (plane[first + step : end + step] - value) ** 2
    return sources[error[sources - first].argmin()]


def fully_known(mask, patch):
    """True at the centres of patches that lie inside the picture and have no hole."""
    return ~ndimage.maximum_filter(mask, size=patch, mode="constant", cval=True)


def patches_at(centres, array, half):
    """The square patches around some centres: (centres, patch, patch, ...)."""
    reach = np.arange(-half, half + 1)
    rows, columns = centres.T[..., None, None]
    return array[rows + reach[:, None], columns + reach[None, :]]


def square(centre, half):
    """Slices of the patch around one centre."""
    row, column = centre
    return slice(row - half, row + half + 1), slice(column - half, column + half + 1)
