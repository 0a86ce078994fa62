"""Fast marching: when the front that starts at the known pixels arrives, and Telea's filling.

Sources: J. A. Sethian, A fast marching level set method for monotonically advancing fronts, PNAS
93(4), 1996; A. Telea, An Image Inpainting Technique Based on the Fast Marching Method, Journal of
Graphics Tools 9(1), 2004.
"""

import heapq

import numpy as np
from scipy import ndimage

STEPS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def march(mask):
    """Arrival times of a front that leaves the known pixels at time 0 with speed 1.

    The heap holds the pixels that the front has reached but not passed; the earliest leaves it
    first, its time is final, and its neighbours' times are worked out anew.
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

    a is the earlier time of the two neighbours beside it, b of those above and below. Where they
    differ by 1 or more, the front arrives straight along one axis.
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


def fill_in_order_of_arrival(image, mask, radius):
    """Give every missing pixel p, earliest first, a weighted mean of filled pixels q around it."""
    arrival = march(mask)
    margin = int(radius) + 1
    image = np.pad(image, ((margin, margin), (margin, margin), (0, 0)))
    filled = np.pad(~mask, margin)
    # Continued straight on beyond the picture, so that gradients on its border are one-sided ones.
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


def telea_weights(p, neighbours, times, normals):
    """Telea's dir, dst and lev multiplied (2004, section 2.3): across the front, near, as early."""
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
