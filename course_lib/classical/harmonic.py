"""Harmonic inpainting: every missing pixel becomes the mean of its neighbours.

A pixel's neighbours are the two, three or four beside, above and below it inside the picture.
Their mean makes it Laplace's equation with no flow through the border (Neumann). ``harmonic``
solves it at once; ``jacobi`` and ``sor`` approach the solution by sweeps.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

from course_lib._validation import as_array, check_count, check_number
from course_lib.classical._contract import inpainter

STEPS = ((0, 1), (0, -1), (1, 0), (-1, 0))


@inpainter
def harmonic(image, mask):
    """Fill so that every missing pixel is the mean of its neighbours (Laplace's equation).

    Its neighbours are four, or as many as lie inside the picture: no heat flows through its border.
    All missing pixels are solved for at once: one sparse factorisation serves the three channels.
    The fill never leaves the range of the known pixels around the hole. Ramps come back exactly.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> harmonic(line, gap)[0, :, 0].round(3).tolist()
        [0.2, 0.4, 0.6, 0.8]
    """
    return solve_laplace(image, mask)


@inpainter
def jacobi(image, mask, sweeps, *, start=0.0):
    """Approach the harmonic fill by sweeps: every missing pixel becomes its neighbours' mean.

    All pixels change at once, from the values of the sweep before: this is heat flowing in, and
    one sweep carries it one pixel further. Each sweep shrinks the error by cos(pi / (n + 1)) in a
    square hole n pixels wide, or in a gap of n pixels in a picture one pixel high: 0.96 for n = 10,
    0.9995 for n = 100.

    Args:
        image, mask: as for every inpainter.
        sweeps: how many, 0 or more.
        start: what stands in the holes at first: a number, an RGB triple or a picture (H, W, 3),
            so that the result of one call can be the start of the next.

    Raises:
        TypeError, ValueError: if sweeps or start is not as above.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> jacobi(line, gap, 1)[0, :, 0].round(3).tolist()
        [0.2, 0.1, 0.4, 0.8]
    """
    sweeps = check_count("sweeps", sweeps)
    image = _started(image, mask, start)
    for _ in range(sweeps):
        image = np.where(mask[..., None], neighbour_mean(image), image)
    return image


@inpainter
def sor(image, mask, sweeps, *, omega, start=0.0):
    """Approach the harmonic fill by successive over-relaxation, red-black order.

    As ``jacobi``, but each half of a chessboard uses the other half's newest values, and goes
    ``omega`` times as far. In a square hole n pixels wide the best omega is
    2 / (1 + sin(pi / (n + 1))), and each sweep then shrinks the error by about omega - 1 (D. M.
    Young, Iterative Methods for Solving Partial Difference Equations of Elliptic Type, 1954): 0.56
    for n = 10.

    Args:
        image, mask, sweeps, start: as for ``jacobi``.
        omega: relaxation, above 0 and below 2; 1 is Gauss-Seidel.

    Raises:
        TypeError, ValueError: if sweeps, omega or start is not as above.

    Example:
        >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
        >>> gap = np.array([[False, True, True, False]])
        >>> sor(line, gap, 50, omega=1.2)[0, :, 0].round(3).tolist()
        [0.2, 0.4, 0.6, 0.8]
    """
    sweeps = check_count("sweeps", sweeps)
    asked = "a number for which sweeps converge, 0 < omega < 2"
    omega = check_number("omega", omega, asked, lambda relaxation: 0 < relaxation < 2)
    image = _started(image, mask, start)
    rows, columns = np.indices(mask.shape)
    black = (rows + columns) % 2 == 0
    # The neighbours of a black pixel are all white, so each half can be updated at once and the
    # second half already uses the first one's new values.
    halves = (mask & black)[..., None], (mask & ~black)[..., None]
    for _ in range(sweeps):
        for half in halves:
            image = np.where(half, image + omega * (neighbour_mean(image) - image), image)
    return image


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


def _started(image, mask, start):
    start = as_array(start, "start")
    if start.shape not in ((), (3,), image.shape) or start.dtype.kind not in "fiu":
        raise ValueError(
            f"start is {start.dtype} of shape {start.shape}: pass a number, an RGB triple or a "
            "picture like image."
        )
    started = np.where(mask[..., None], start.astype(np.float64), image)
    if not np.isfinite(started).all():
        raise ValueError("start is NaN or infinite in a hole: pass values in [0, 1].")
    return started


def _inside(rows, columns, shape):
    return (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
