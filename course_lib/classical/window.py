"""A window learned by least squares: a missing pixel is a weighted sum of those around it.

The weights are the same at every place and in every channel, so one picture gives thousands of
equations for a few unknowns. Such a window is a convolution.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import correlate
from scipy.sparse import coo_array, eye_array
from scipy.sparse.linalg import splu

from course_lib._validation import as_array, brief, check_count
from course_lib.classical._contract import inpainter, training_pictures

CHUNK = 50  # pictures whose windows are in memory at once


def fit_window(pictures, *, radius):
    """The weights that best predict a pixel from those around it, by least squares.

    Args:
        pictures: to learn from, uint8 (N, H, W, 3), 0 to 255, or floats in [0, 1]; larger than
            the window.
        radius: of the window in pixels, 1 or more: it has (2 radius + 1)² - 1 weights.

    Returns:
        Window.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> slope = np.linspace(0, 1, 9)[:, None, None] * np.ones((9, 9, 3))
        >>> level = np.random.default_rng(0).random((20, 1, 1, 3))
        >>> window = fit_window(slope * level, radius=1)
        >>> bool(window.squared_error(slope[None]) < 1e-20)
        True
    """
    pictures = training_pictures(pictures)
    radius = check_fits(radius, pictures)
    return solve_window(mean_products(pictures, radius))


def mean_products(pictures, radius):
    """The mean product of every two pixels of a window, over all places and channels: (S², S²)."""
    side = 2 * radius + 1
    total, count = np.zeros((side**2, side**2)), 0
    for start in range(0, len(pictures), CHUNK):
        some = pictures[start : start + CHUNK]
        rows = sliding_window_view(some, (side, side), axis=(1, 2)).reshape(-1, side**2)
        rows = rows.astype(np.float64)
        total += rows.T @ rows
        count += len(rows)
    return total / count


def solve_window(products):
    """The least-squares window, by the normal equations, which hold nothing but such products.

    Of several equally good answers it is the one with the smallest weights.
    """
    side = round(len(products) ** 0.5)
    middle = side**2 // 2
    around = np.arange(side**2) != middle
    weights = np.zeros(side**2)
    weights[around] = np.linalg.lstsq(
        products[np.ix_(around, around)], products[around, middle], rcond=None
    )[0]
    return Window(weights.reshape(side, side))


class Window:
    """A window of weights, as an inpainter and as a guess for one missing pixel.

    ``fill(image, mask)`` is an inpainter: every missing pixel is the weighted sum of its window,
    in which others may be missing, so all of them are solved for at once. Beyond its border a
    picture continues as its mirror image.

    Args:
        weights: odd x odd numbers, the one in the middle 0; rows and columns count from the top
            left of the window.

    Raises:
        TypeError, ValueError: if the weights are not as above.

    Example:
        >>> window = Window([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]])
        >>> ramp = np.linspace(0, 1, 5)[:, None, None] * np.ones((5, 5, 3))
        >>> gap = np.zeros((5, 5), dtype=bool)
        >>> gap[1:4, 2] = True
        >>> window.fill(ramp, gap)[:, 2, 0].round(3).tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0]
    """

    def __init__(self, weights):
        weights = as_array(weights, "weights")
        sides = weights.shape
        if (
            weights.ndim != 2
            or not sides[0] % 2
            or not sides[1] % 2
            or weights.dtype.kind not in "iuf"
        ):
            raise ValueError(f"weights have shape {sides}: pass numbers (odd, odd), such as 3 x 3.")
        if weights[sides[0] // 2, sides[1] // 2] != 0:
            raise ValueError("the weight in the middle is not 0: a pixel cannot predict itself.")
        self.weights = weights.astype(np.float64)
        self.fill = inpainter(self._fill)

    def squared_error(self, pictures, *, margin=None):
        """The mean squared error of the guess for one missing pixel, all others being known.

        Args:
            pictures: as for ``fit_window``.
            margin: pixels at the border that are left out, so that windows of several sizes can be
                measured on the same pixels; at least, and by default, those whose window leaves
                the picture.

        Returns:
            float, over pixels and channels.

        Raises:
            TypeError, ValueError: if pictures or margin are not as above.
        """
        pictures = training_pictures(pictures)
        largest = max(self.weights.shape) // 2
        margin = largest if margin is None else check_count("margin", margin, lowest=largest)
        check_fits(max(margin, 1), pictures)
        guesses = correlate(
            pictures.astype(np.float64), self.weights[None, :, :, None], mode="mirror"
        )
        inner = slice(margin, -margin or None)
        return float(np.mean((guesses - pictures)[:, inner, inner] ** 2))

    def _fill(self, image, mask):
        rows, columns = np.nonzero(mask)
        number = np.cumsum(mask).reshape(mask.shape) - 1  # of each missing pixel
        known = np.zeros((len(rows), 3))
        places, values = [], []
        for step in np.argwhere(self.weights):
            down, right = step - np.array(self.weights.shape) // 2
            r, c = _mirrored(rows + down, mask.shape[0]), _mirrored(columns + right, mask.shape[1])
            missing, weight = mask[r, c], self.weights[tuple(step)]
            known[~missing] += weight * image[r, c][~missing]
            places.append((np.flatnonzero(missing), number[r, c][missing]))
            values.append(np.full(missing.sum(), weight))
        filled = image.copy()
        if len(rows) and places:
            size = (len(rows), len(rows))
            asked = coo_array((np.concatenate(values), np.hstack(places)), shape=size)
            known = splu((eye_array(len(rows)) - asked).tocsc()).solve(known)
        filled[mask] = known
        return filled


def _mirrored(index, length):
    """The pixel whose mirror image lies beyond the border; the border itself is not repeated."""
    period = 2 * (length - 1)
    index = np.abs(index) % max(period, 1)
    return np.minimum(index, np.abs(period - index))


def check_fits(radius, pictures):
    """The radius, if a window of that radius fits into the pictures (N, H, W, 3).

    Raises:
        ValueError: if it is no radius, or does not fit.
    """
    radius = check_count("radius", radius, lowest=1)
    if 2 * radius + 1 > min(pictures.shape[1:3]):
        height, width = pictures.shape[1:3]
        raise ValueError(
            f"a window of radius {brief(radius)} does not fit into pictures of {height} x {width} "
            "pixels: pass a smaller radius or larger pictures."
        )
    return radius
