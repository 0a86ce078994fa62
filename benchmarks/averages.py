"""Is there more in the known pixels than one fill finds? Means of fills that err differently.

    INPAINTING_DATA_DIR=... python -m benchmarks.averages

Where two methods err differently, their mean may be ahead of both. Averaged here are the network
of ``benchmarks.best``, its answers to a picture's mirror images, turned back, and lesson 07's
Gaussian by place, on the held-out pictures. Fitting the Gaussian takes some minutes and 3 GB.
"""

import functools

import numpy as np

from benchmarks import gaussian, held_out, kept
from benchmarks.results import record, table
from course_lib import data, evaluation, metrics, models
from course_lib._pixels import as_floats
from tools.project import words

COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.averages"
SETS = ("lines", "square_16", "random_50")
MIRRORS = [(rows, columns) for rows in (1, -1) for columns in (1, -1)]


def mirrored_fills(network, images, holes):
    """What a network fills into a picture and its three mirror images, turned back: a list."""
    fills = []
    for rows, columns in MIRRORS:
        turned = np.s_[:, ::rows, ::columns]
        seen = np.ascontiguousarray(images[turned]), np.ascontiguousarray(holes[turned])
        fills.append(models.inpaint(network, *seen)[turned])
    return fills


def averages(network, by_gaussian, images, holes):
    """Name -> filled pictures."""
    mirrored = mirrored_fills(network, images, holes)
    four = np.mean(mirrored, axis=0)
    field = kept.fills("gaussian", by_gaussian, images, holes)
    return {
        "`best`": mirrored[0],
        "`best`, mean of four mirror images": four,
        "`gaussian`": field,
        "mean of `best` and `gaussian`": (mirrored[0] + field) / 2,
        "mean of the four and `gaussian`": (four + field) / 2,
    }


def main():
    dataset = data.load("cifar10")
    images = as_floats(held_out.split(dataset)[2])
    network = models.load_pretrained("best")
    fitted = functools.cache(lambda: gaussian.by_place(dataset)[0])
    frozen, columns = evaluation.frozen_masks(len(images)), {}
    for name in SETS:
        found = averages(network, lambda *one: fitted().fill(*one), images, frozen[name])
        columns[name] = {
            fill: metrics.psnr(images, filled, frozen[name]) for fill, filled in found.items()
        }
        print(name, columns[name], flush=True)
    rows = [[fill, *(f"{columns[name][fill]:.2f}" for name in SETS)] for fill in columns[SETS[0]]]
    body = (
        f"Hole PSNR (dB), pooled over {len(images):,} held-out pictures, composited. "
        f"{dataset.provenance}\n\n"
    )
    record(
        "averages",
        "Means of fills that err differently",
        body + table(["fill", *SETS], rows),
        COMMAND,
    )


if __name__ == "__main__":
    words("benchmarks.averages", __doc__, 0)
    main()
