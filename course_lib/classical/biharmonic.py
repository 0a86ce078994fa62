"""The Laplacian of the Laplacian is 0: scikit-image's solver behind the course's contract.

scikit-image clips the solution to the picture's known range. What it cuts off can be seen in
``uncut_biharmonic``, which solves the same equations.
"""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve
from skimage.restoration import inpaint_biharmonic

from course_lib._validation import check_image, check_pair
from course_lib.classical._contract import inpainter


@inpainter
def biharmonic(image, mask):
    """Fill so that the Laplacian of the Laplacian is 0: this continues slopes, and may overshoot.

    This is scikit-image's ``inpaint_biharmonic``: S. B. Damelin, N. S. Hoang, On Surface
    Completion and Image Inpainting by Biharmonic Functions, 2018. It clips overshoots to the
    picture's known range.

    Example:
        >>> ramp = np.linspace(0, 1, 10)[None, :, None].repeat(10, axis=0).repeat(3, axis=-1)
        >>> hole = np.zeros((10, 10), bool)
        >>> hole[3:7, 3:7] = True
        >>> bool(np.allclose(biharmonic(ramp, hole), ramp))
        True
    """
    _check_memory(np.count_nonzero(mask))
    # A copy, because scikit-image refuses a read-only mask (one that is broadcast over a batch).
    return inpaint_biharmonic(image, mask.copy(), channel_axis=-1)


def uncut_biharmonic(image, mask):
    """The biharmonic solution as it is: it may leave the known range, and [0, 1] too.

    The equations are those of ``biharmonic``; where its fill is not cut, the two are equal.

    Args:
        image: RGB (H, W, 3), known pixels in [0, 1]; what stands in the hole is not read.
        mask: bool (H, W), True = hole.

    Returns:
        float64 (H, W, 3), known pixels as they came.

    Raises:
        TypeError, ValueError: if image or mask is not as above.

    Example:
        >>> roof = 0.7 - 0.1 * np.abs(np.arange(11) - 5.0)
        >>> slopes = (roof - 0.1)[None, :, None] * np.ones((11, 1, 3))
        >>> gap = np.zeros((11, 11), bool)
        >>> gap[:, 4:7] = True
        >>> known = float(slopes[~gap].max())
        >>> bool(uncut_biharmonic(slopes, gap).max() > known >= biharmonic(slopes, gap).max())
        True
    """
    image, mask = check_pair(check_image(image), mask)
    filled = np.where(mask[..., None], 0.0, image.astype(np.float64))
    if not mask.any():
        return filled
    _check_memory(np.count_nonzero(mask))
    laplacian = _laplacian(mask.shape)
    equations = (laplacian @ laplacian)[np.flatnonzero(mask)]
    known_sum = equations @ filled.reshape(-1, filled.shape[-1])
    filled[mask] = spsolve(equations[:, np.flatnonzero(mask)], -known_sum)
    return filled


def _laplacian(shape):
    """Neighbours less the pixel, for every pixel, as a sparse matrix; a pixel at the picture's
    border has fewer neighbours."""
    rows, columns = (
        sparse.diags_array([1.0, -2.0, 1.0], offsets=[-1, 0, 1], shape=(side, side)).tolil()
        for side in shape
    )
    for along in (rows, columns):
        along[0, 0] += 1
        along[-1, -1] += 1
    height, width = shape
    return sparse.csr_array(
        sparse.kron(rows, sparse.eye_array(width)) + sparse.kron(sparse.eye_array(height), columns)
    )


def _check_memory(unknowns):
    """Allocate about what the solver will need, and free it: without that memory SuperLU would not
    raise but end the whole process. Measured: 7 kB a pixel of a square hole of 400 x 400.
    """
    np.empty(int(450 * unknowns * np.log2(unknowns + 1)), np.uint8)
