"""Inpainting without learning: constants, diffusion, transport, fast marching, copied patches.

An inpainter takes (image (H, W, 3), mask (H, W)) and returns the image with its holes filled.
``METHODS`` lists those that need nothing else. All inpainters keep one contract:

* image: RGB, any floating dtype, known pixels in [0, 1]; mask: bool, True = hole.
* The answer is a new array of the image's shape and dtype. Known pixels are those of the image,
  bit for bit; fills lie in [0, 1]; what stood in a hole, NaN included, is never read.
* ``TypeError`` or ``ValueError`` in one sentence where image or mask is not as above (see
  ``course_lib._validation``); ``MemoryError`` where a hole needs more memory than is free; a
  ``UserWarning`` where more than 95 % of the picture is hole.

Each method is in the file of its name (``opencv`` and ``simple`` hold several), the function that
is called first and its mathematics below.

Example:
    >>> import numpy as np
    >>> line = np.array([[0.2, 0.0, 0.0, 0.8]])[..., None].repeat(3, axis=-1)
    >>> gap = np.array([[False, True, True, False]])
    >>> for name in ("nearest", "harmonic"):
    ...     print(name, METHODS[name](line, gap)[0, :, 0].round(3).tolist())
    nearest [0.2, 0.2, 0.8, 0.8]
    harmonic [0.2, 0.4, 0.6, 0.8]
"""

from course_lib.classical.bertalmio import bertalmio
from course_lib.classical.biharmonic import biharmonic, uncut_biharmonic
from course_lib.classical.exemplar import exemplar
from course_lib.classical.fast_marching import arrival_time, fast_marching
from course_lib.classical.gaussian import Gaussian, fit_gaussian
from course_lib.classical.harmonic import harmonic, jacobi, sor
from course_lib.classical.opencv import navier_stokes, navier_stokes_weights, telea
from course_lib.classical.simple import grey, mean, nearest, nothing
from course_lib.classical.walkers import random_walks
from course_lib.classical.window import Window, fit_window

__all__ = [
    "METHODS", "Gaussian", "Window", "arrival_time", "bertalmio", "biharmonic", "exemplar",
    "fast_marching", "fit_gaussian", "fit_window", "grey", "harmonic", "jacobi", "mean",
    "navier_stokes", "navier_stokes_weights", "nearest", "nothing", "random_walks", "sor", "telea",
    "uncut_biharmonic",
]  # fmt: skip

METHODS = {
    "nothing": nothing,
    "grey": grey,
    "mean": mean,
    "nearest": nearest,
    "harmonic": harmonic,
    "biharmonic": biharmonic,
    "navier_stokes": navier_stokes,
    "telea": telea,
    "bertalmio": bertalmio,
    "fast_marching": fast_marching,
    "exemplar": exemplar,
}
