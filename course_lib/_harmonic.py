"""Harmonic inpainting: every missing pixel becomes the mean of its neighbours.

The neighbours of a pixel are the two, three or four inside the picture beside, above and below it,
which is Laplace's equation with no flow through the picture's border (Neumann).
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

STEPS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def solve_laplace(image, mask):
    """Solve the linear equations of all missing pixels at once.

    A missing pixel with n neighbours inside the picture gives one equation:
    n times its value, minus its missing neighbours, equals the sum of its known neighbours.
    """
    rows, columns = np.nonzero(mask)
    unknowns = len(rows)
    number = np.full(mask.shape, -1)
    number[mask] = np.arange(unknowns)

    neighbours = np.zeros(unknowns)
    known_sum = np.zeros((unknowns, image.shape[-1]))
    equations, partners = [], []
    for row_step, column_step in STEPS:
        inside = np.flatnonzero(_inside(rows + row_step, columns + column_step, mask.shape))
        where = rows[inside] + row_step, columns[inside] + column_step
        missing = mask[where]
        neighbours[inside] += 1
        known_sum[inside] += np.where(missing[:, None], 0.0, image[where])
        equations.append(inside[missing])
        partners.append(number[where][missing])

    diagonal = np.arange(unknowns)
    equations = np.concatenate([diagonal, *equations])
    partners = np.concatenate([diagonal, *partners])
    values = np.concatenate([neighbours, np.full(len(equations) - unknowns, -1.0)])
    matrix = coo_array((values, (equations, partners)), shape=(unknowns, unknowns)).tocsc()

    filled = image.copy()
    # Symmetric and positive definite: no pivoting. One factorisation for all channels.
    factors = splu(
        matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    filled[mask] = factors.solve(known_sum)
    return filled


def neighbour_mean(image):
    """The mean of the neighbours inside the picture, for every pixel."""
    height, width = image.shape[:2]
    total = np.zeros_like(image)
    total[1:] += image[:-1]
    total[:-1] += image[1:]
    total[:, 1:] += image[:, :-1]
    total[:, :-1] += image[:, 1:]
    row, column = np.arange(height)[:, None], np.arange(width)[None, :]
    neighbours = (row > 0).astype(int) + (row < height - 1) + (column > 0) + (column < width - 1)
    return total / neighbours[..., None]


def jacobi_sweeps(image, mask, sweeps):
    """Replace all missing pixels at once by their neighbours' mean, again and again."""
    for _ in range(sweeps):
        image = np.where(mask[..., None], neighbour_mean(image), image)
    return image


def sor_sweeps(image, mask, sweeps, omega):
    """Successive over-relaxation, red-black: the black squares of a chessboard, then the white.

    The neighbours of a black pixel are all white, so each half can be updated at once and the
    second half already uses the first one's new values.
    """
    rows, columns = np.indices(mask.shape)
    black = (rows + columns) % 2 == 0
    halves = (mask & black)[..., None], (mask & ~black)[..., None]
    for _ in range(sweeps):
        for half in halves:
            image = np.where(half, image + omega * (neighbour_mean(image) - image), image)
    return image


def _inside(rows, columns, shape):
    return (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
