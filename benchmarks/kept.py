"""What slow classical methods filled, kept in build/showdown for the next run.

Delete the folder when one of these methods changes, or what a Gaussian is fitted to.
"""

import hashlib
import json

import numpy as np

from benchmarks.results import machine
from course_lib import masks
from course_lib._files import replaced
from tools.project import ROOT

CACHE = ROOT / "build" / "showdown"


def fills(method, inpainter, images, holes):
    """The pictures as an inpainter fills them: computed once for these pictures and masks.

    Args:
        method: the inpainter's name, under which its answers are kept.
        inpainter: (image, mask) -> image.
        images: float32 (N, H, W, 3) in [0, 1].
        holes: bool (N, H, W).

    Returns:
        float32 (N, H, W, 3).
    """
    digest = hashlib.sha256(json.dumps([method, machine()]).encode())
    for array in (images, holes):
        digest.update(np.ascontiguousarray(array).tobytes())
    path = CACHE / f"{method}_{digest.hexdigest()[:16]}.npz"
    if not path.is_file():
        damaged = masks.damage(images, holes)
        answers = [inpainter(*one)[one[1]] for one in zip(damaged, holes, strict=True)]
        CACHE.mkdir(parents=True, exist_ok=True)
        with replaced(path) as file:
            np.savez(file, answers=np.concatenate(answers))
    filled = images.copy()
    with np.load(path) as kept:
        filled[holes] = kept["answers"]
    return filled
