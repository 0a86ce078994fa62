"""Transport along isophotes.

Source: M. Bertalmio, G. Sapiro, V. Caselles, C. Ballester, Image Inpainting, SIGGRAPH 2000.

Isophotes, the lines of equal intensity, are continued into the hole: the picture changes until
its Laplacian no longer changes along them. Every few steps anisotropic diffusion straightens the
lines, so that they do not cross. Each channel is treated by itself.
"""

import numpy as np

from course_lib._validation import check_count
from course_lib.classical._contract import inpainter
from course_lib.classical.harmonic import solve_laplace

TIME_STEP = 0.1  # Delta t in the paper
TRANSPORT_STEPS = 15  # A, steps of transport in a round
DIFFUSION_STEPS = 2  # B, steps of anisotropic diffusion in a round
MOST_STEPS = 10_000  # of one kind in a round
FLAT = 1e-6  # keeps 0 / 0 out where the picture is flat


@inpainter
def bertalmio(
    image,
    mask,
    *,
    rounds=20,
    transport_steps=TRANSPORT_STEPS,
    diffusion_steps=DIFFUSION_STEPS,
):
    """Continue isophotes into the hole: carry the Laplacian along them, and diffuse in between.

    Source: M. Bertalmio, G. Sapiro, V. Caselles, C. Ballester, Image Inpainting, SIGGRAPH 2000,
    section 3, with its constants: 15 transport steps and 2 of anisotropic diffusion in each round,
    time step 0.1 (for values in [0, 1]). The paper leaves the start open: here it is the harmonic
    fill, because a constant hole has no isophotes to carry anything along.

    M. Bertalmio, A. L. Bertozzi, G. Sapiro (Navier-Stokes, Fluid Dynamics, and Image and Video
    Inpainting, CVPR 2001) read a steady state of this equation as a steady inviscid flow: the
    image is the stream function, its Laplacian the vorticity. This code runs the equation of 2000,
    not the vorticity equation of 2001. OpenCV's ``INPAINT_NS`` runs neither.

    What is carried travels along an isophote in one direction only, with the brighter side always
    on the same hand, as the equation has it: a mirrored picture does not get the mirrored fill.

    Args:
        rounds: how many, a whole number; 0 is the harmonic fill; wide gaps need 100 or more.
        transport_steps, diffusion_steps: of each in a round, at most 10,000. With one of them 0
            the other runs alone, in the same dose as in a round of both.

    Raises:
        ValueError: if a number is not as above.

    Example:
        >>> ramp = np.linspace(0, 1, 10)[None, :, None].repeat(10, axis=0).repeat(3, axis=-1)
        >>> hole = np.zeros((10, 10), bool)
        >>> hole[3:7, 3:7] = True
        >>> bool(np.allclose(bertalmio(ramp, hole), ramp))
        True
    """
    rounds = check_count("rounds", rounds)
    transport_steps = check_count("transport_steps", transport_steps, highest=MOST_STEPS)
    diffusion_steps = check_count("diffusion_steps", diffusion_steps, highest=MOST_STEPS)
    if not mask.any():
        return image
    image = solve_laplace(image, mask)
    box = _around_the_hole(mask)
    part, hole = image[box], mask[box][..., None]
    recipe = (transport,) * transport_steps + (anisotropic_diffusion,) * diffusion_steps
    for _ in range(rounds):
        for change in recipe:
            part = np.where(hole, np.clip(part + TIME_STEP * change(part), 0.0, 1.0), part)
    image[box] = part
    return image


def transport(image):
    """dI/dt = (gradient of the Laplacian, along the isophote) x |gradient of I|, upwind.

    The slope is limited: of the forward and backward differences only those are used that look
    towards where the information comes from, which the sign of the first factor tells.
    """
    down, up, right, left = one_sided_differences(image)
    laplacian = down - up + right - left
    smooth_down, smooth_up, smooth_right, smooth_left = one_sided_differences(laplacian)
    row_slope, column_slope = (down + up) / 2, (right + left) / 2
    along_isophote = (
        -(smooth_down + smooth_up) * column_slope + (smooth_right + smooth_left) * row_slope
    ) / np.sqrt(row_slope**2 + column_slope**2 + FLAT)
    rising = _squares(down.clip(min=0), up.clip(max=0), right.clip(min=0), left.clip(max=0))
    falling = _squares(down.clip(max=0), up.clip(min=0), right.clip(max=0), left.clip(min=0))
    return along_isophote * np.sqrt(np.where(along_isophote > 0, rising, falling))


def anisotropic_diffusion(image):
    """dI/dt = curvature of the isophote x |gradient of I|: blur along isophotes, never across."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    above, below = padded[:-2, 1:-1], padded[2:, 1:-1]
    before, after = padded[1:-1, :-2], padded[1:-1, 2:]
    x, y = (after - before) / 2, (below - above) / 2
    xx, yy = after + before - 2 * image, below + above - 2 * image
    xy = (padded[2:, 2:] + padded[:-2, :-2] - padded[2:, :-2] - padded[:-2, 2:]) / 4
    return (xx * y**2 - 2 * x * y * xy + yy * x**2) / (x**2 + y**2 + FLAT)


def one_sided_differences(image):
    """Steps to the next row and from the row before, and so for columns; 0 at the border."""
    rows = np.diff(image, axis=0, prepend=image[:1], append=image[-1:])
    columns = np.diff(image, axis=1, prepend=image[:, :1], append=image[:, -1:])
    return rows[1:], rows[:-1], columns[:, 1:], columns[:, :-1]


def _squares(*components):
    return sum(component**2 for component in components)


def _around_the_hole(mask):
    """The hole's bounding box with a margin of two pixels, which is as far as one step looks."""
    rows, columns = np.nonzero(mask)
    return (
        slice(max(rows.min() - 2, 0), rows.max() + 3),
        slice(max(columns.min() - 2, 0), columns.max() + 3),
    )
