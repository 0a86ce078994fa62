"""Which method for a camera's own pixels? The same photographs whole and shrunk, worn alike.

    python -m benchmarks.photographs
    python -m benchmarks.full_size

Each held-out photograph of a megapixel or more is there twice: its middle 512 x 512 pixels, as the
camera took them, and the whole of it with a longer side of 512. Scratches, text, blotches and dust
have the same width in pixels, and the holes are 10 %.
"""

import numpy as np

from benchmarks import photographs
from benchmarks.photo_table import NETWORKS, SEED, SHARES, lead, network
from benchmarks.results import record, table
from course_lib import classical, metrics, wear
from tools.project import words

COMMAND = "python -m benchmarks.full_size"
SHARE = SHARES[1]
SIDE = photographs.LONGER_SIDE
LEAST = 1_000_000  # pixels
CLASSICAL = ("biharmonic", "harmonic")
SIZES = {"a camera's pixels": lambda name: middle(photographs.read(name)),
         "512 at most": photographs.judged}  # fmt: skip


def middle(image):
    """Its middle SIDE x SIDE pixels."""
    top, left = ((side - SIDE) // 2 for side in image.shape[:2])
    return image[top : top + SIDE, left : left + SIDE]


def scores(inpainters, names, size):
    """dict, method -> hole PSNR in decibels, float (photographs, kinds)."""
    found = {name: [] for name in inpainters}
    for place, name in enumerate(names):
        image = SIZES[size](name)
        for draw in wear.KINDS.values():
            mask = draw(1, image.shape[:2], share=SHARE, seed=SEED + 100 * place)[0]
            for method, inpainter in inpainters.items():
                found[method].append(metrics.psnr(image, inpainter(image, mask), mask))
        print(size, name, {one: np.round(found[one][-4:], 1) for one in found}, flush=True)
    return {one: np.reshape(psnrs, (len(names), -1)) for one, psnrs in found.items()}


def rows(found):
    """Means over photographs, and how far ``photo`` is ahead of ``biharmonic``, by kind of wear."""
    made = [[f"`{name}`", *(f"{one:.2f}" for one in psnrs.mean(axis=0))]
            for name, psnrs in found.items()]  # fmt: skip
    leads = map(lead, (found["photo"] - found["biharmonic"]).T)
    return [*made, ["`photo` before `biharmonic`", *leads]]


def main():
    sizes = {name: photographs.read(name).shape for name in photographs.HELD_OUT}
    names = [name for name, shape in sizes.items() if shape[0] * shape[1] >= LEAST]
    megapixels = sorted(np.prod(sizes[name][:2]) / 1e6 for name in names)
    inpainters = {name: network(name) for name in NETWORKS}
    inpainters |= {name: classical.METHODS[name] for name in CLASSICAL}
    parts = [
        f"{len(names)} held-out photographs of {megapixels[0]:.0f} to {megapixels[-1]:.0f} "
        f"megapixels (*Photographs, worn* names them). Each is used twice: its "
        f"middle {SIDE} x {SIDE} pixels as the camera took them, and the whole of it shrunk to a "
        f"longer side of {SIDE}; wear of the same width in pixels. Hole PSNR (dB), holes of "
        f"{100 * SHARE:.0f} %; 95 % intervals over photographs."
    ]
    for size in SIZES:
        made = rows(scores(inpainters, names, size))
        parts += [f"{size.capitalize()}:", table(["method", *wear.KINDS], made)]
    record("full_size", "Photographs in a camera's own size", "\n\n".join(parts), COMMAND, SEED)


if __name__ == "__main__":
    words("benchmarks.full_size", __doc__, 0)
    main()
