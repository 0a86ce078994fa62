"""Layers for holes: partial, gated and Fourier convolution, attention, and fills to begin with.

All work on (N, H, W, channels), channels last, and use ``keras.ops`` alone, so they run on
TensorFlow, JAX and PyTorch. ``valid`` is float (N, H, W, 1), 1 = known and 0 = hole: the M of Liu
et al. 2018 with one channel instead of C equal ones.
"""

from course_lib.layers.convolutions import GatedConv2D, PartialConv2D
from course_lib.layers.fills import AddInHoles, GaussianFieldFill, PyramidFill
from course_lib.layers.reach import ContextualAttention, FourierConv2D

__all__ = [
    "AddInHoles",
    "ContextualAttention",
    "FourierConv2D",
    "GatedConv2D",
    "GaussianFieldFill",
    "PartialConv2D",
    "PyramidFill",
]
