"""Many answers to one hole: noise to pictures and back, in NumPy, a network in the middle.

``paths`` says how a picture turns into noise; ``diffusion`` goes back in random steps, and
``repaint`` fills holes with it; ``flow`` goes back in few steps; ``guessers`` stand in the middle;
``image_prior`` asks a network that has never been trained.
"""

from course_lib.generative.diffusion import backward_step, diffuse, forward_step, step_times
from course_lib.generative.flow import flow_fill
from course_lib.generative.guessers import gaussian_guesser, guesser
from course_lib.generative.image_prior import deep_image_prior
from course_lib.generative.paths import COSINE, PATHS, STRAIGHT, Path
from course_lib.generative.repaint import repaint

__all__ = [
    "COSINE",
    "PATHS",
    "STRAIGHT",
    "Path",
    "backward_step",
    "deep_image_prior",
    "diffuse",
    "flow_fill",
    "forward_step",
    "gaussian_guesser",
    "guesser",
    "repaint",
    "step_times",
]
