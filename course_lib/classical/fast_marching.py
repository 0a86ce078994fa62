"""Fast marching: when the front that starts at the known pixels arrives, and Telea's filling.

Sources: J. A. Sethian, A fast marching level set method for monotonically advancing fronts, PNAS
93(4), 1996; A. Telea, An Image Inpainting Technique Based on the Fast Marching Method, Journal of
Graphics Tools 9(1), 2004.
"""

import heapq
import math

import numpy as np
from scipy import ndimage

from course_lib._validation import check_mask
from course_lib.classical._contract import check_radius, inpainter

STEPS = ((0, 1), (0, -1), (1, 0), (-1, 0))


@inpainter
def fast_marching(image, mask, *, radius=2):
    """Fill from the hole's border inwards, each pixel with a weighted mean of known or filled ones.

    Source: A. Telea, An Image Inpainting Technique Based on the Fast Marching Method, Journal of
    Graphics Tools 9(1), 2004, sections 2.2 and 2.3: pixel q is weighted by direction, distance and
    level, and expects I(q) + grad I(q) . (p - q) at pixel p. Pixels are filled in the order of
    ``arrival_time``. Two choices where the paper says nothing: the slope along an axis is 0 unless
    both of q's neighbours on it are filled (one-sided slopes carry noise inwards), and
    pixels beyond the front weigh like those before it (the absolute cosine), so that a thin
    scratch is filled from both sides.

    Args:
        radius: of the neighbourhood that is averaged, in pixels, 1 or more. On CIFAR-10 pictures
            with line masks 1.5 and 2 score alike, 1 and 3 less.

    Raises:
        ValueError: if radius is not as above.

    Example:
        >>> plain, hole = np.full((8, 8, 3), 0.25), np.eye(8, dtype=bool)
        >>> bool((fast_marching(plain, hole) == 0.25).all())
        True
    """
    # No pixel has a neighbour further away than the picture's diagonal.
    radius = min(check_radius(radius), math.ceil(math.hypot(*mask.shape)))
    arrival = march(mask)
    margin = int(radius) + 1
    image = np.pad(image, ((margin, margin), (margin, margin), (0, 0)))
    filled = np.pad(~mask, margin)
    # Continued straight on beyond the picture, so that gradients on its border are one-sided.
    times = np.pad(arrival, margin, mode="reflect", reflect_type="odd")
    normals = np.stack(np.gradient(times), axis=-1)
    around = disc(radius)

    missing = np.argwhere(mask) + margin
    for p in missing[np.argsort(arrival[mask], kind="stable")]:
        neighbours = p + around
        neighbours = neighbours[filled[tuple(neighbours.T)]]
        weights = telea_weights(p, neighbours, times, normals)
        estimates = continue_slopes(p, neighbours, image, filled)
        image[tuple(p)] = np.clip(weights @ estimates / weights.sum(), 0.0, 1.0)
        filled[tuple(p)] = True
    return image[margin:-margin, margin:-margin]


def arrival_time(mask):
    """When a front that leaves the known pixels with speed 1 reaches each missing one.

    Fast marching for |grad T| = 1, first order and upwind: J. A. Sethian, PNAS 93(4), 1996. Exact
    for straight fronts along rows or columns; elsewhere within 3 % plus half a pixel of the
    distance to the nearest known pixel: late where the front is curved, early where two meet.

    Args:
        mask: bool (H, W), True = hole.

    Returns:
        float64 (H, W): 0 on known pixels, 1 on the first row beyond a straight border.

    Raises:
        TypeError, ValueError: if the mask is not bool (H, W), or no pixel of it is known.

    Example:
        >>> arrival_time(np.array([[False, True, True, True, False]])).tolist()
        [[0.0, 1.0, 2.0, 1.0, 0.0]]
    """
    mask = check_mask(mask)
    if mask.ndim != 2:
        raise ValueError(f"mask has shape {mask.shape}: pass one mask (H, W) at a time.")
    if mask.all():
        raise ValueError(
            "mask leaves no known pixel for a front to start from: is it inverted? Try ~mask."
        )
    return march(mask)


def march(mask):
    """Arrival times of a front that leaves the known pixels at time 0 with speed 1.

    The heap holds the pixels that the front has reached but not passed; the earliest leaves it
    first, its time is final, and its neighbours' times are worked out again.
    """
    height, width = mask.shape
    times = np.where(mask, np.inf, 0.0)
    final = ~mask
    heap = []

    def reach_neighbours(row, column):
        for row_step, column_step in STEPS:
            beside = row + row_step, column + column_step
            if 0 <= beside[0] < height and 0 <= beside[1] < width and not final[beside]:
                time = eikonal(times, *beside)
                if time < times[beside]:
                    times[beside] = time
                    heapq.heappush(heap, (time, *beside))

    known_beside_hole = ~mask & ndimage.binary_dilation(mask)
    for row, column in np.argwhere(known_beside_hole).tolist():
        reach_neighbours(row, column)
    while heap:
        _, row, column = heapq.heappop(heap)
        if not final[row, column]:
            final[row, column] = True
            reach_neighbours(row, column)
    return times


def eikonal(times, row, column):
    """Solve (T - a)^2 + (T - b)^2 = 1 for the pixel's time T, first order and upwind.

    a is the earlier time of the neighbours to its left and right, b of those above and below. Where
    a and b differ by 1 or more, the front arrives straight along one axis.
    """
    height, width = times.shape
    a = min(
        times[row, column - 1] if column > 0 else np.inf,
        times[row, column + 1] if column < width - 1 else np.inf,
    )
    b = min(
        times[row - 1, column] if row > 0 else np.inf,
        times[row + 1, column] if row < height - 1 else np.inf,
    )
    if abs(a - b) >= 1:
        return min(a, b) + 1
    return (a + b + (2 - (a - b) ** 2) ** 0.5) / 2


def telea_weights(p, neighbours, times, normals):
    """Telea's dir times dst times lev (2004, section 2.3): across the front, near, as early."""
    p_time, normal = times[tuple(p)], normals[tuple(p)]
    steps = p - neighbours
    distances = np.sqrt((steps**2).sum(axis=1))
    across = np.abs(steps @ normal) / (distances * max(np.hypot(*normal), 1e-6))
    direction = np.maximum(across, 1e-6)  # a front without a direction weighs all alike
    nearness = 1 / distances**2
    level = 1 / (1 + np.abs(p_time - times[tuple(neighbours.T)]))
    return direction * nearness * level


def continue_slopes(p, neighbours, image, filled):
    """What each neighbour q expects at p: I(q) + grad I(q) . (p - q), shape (neighbours, 3)."""
    rows, columns = neighbours.T
    estimates = image[rows, columns]
    for axis, (down, right) in enumerate(((1, 0), (0, 1))):
        ahead, behind = (rows + down, columns + right), (rows - down, columns - right)
        both = filled[ahead] & filled[behind]
        slopes = np.where(both[:, None], (image[ahead] - image[behind]) / 2, 0.0)
        estimates = estimates + slopes * (p - neighbours)[:, axis, None]
    return estimates


def disc(radius):
    """Steps (rows, columns) to all pixels at most ``radius`` away, but not to the centre."""
    reach = np.arange(-int(radius), int(radius) + 1)
    steps = np.stack(np.meshgrid(reach, reach, indexing="ij"), axis=-1).reshape(-1, 2)
    squared = (steps**2).sum(axis=1)
    return steps[(squared > 0) & (squared <= radius**2)]
