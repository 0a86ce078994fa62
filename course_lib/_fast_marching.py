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

    a and b are the earlier of its two neighbours' times beside it and above or below it. Where the two
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
