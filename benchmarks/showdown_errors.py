"""The squared error of every picture of the showdown, so that two methods can be compared in pairs.

    INPAINTING_DATA_DIR=... python -m benchmarks.showdown_errors [method ...]

It needs CIFAR-10, and what ``python -m benchmarks.showdown`` has kept of the slow methods spares
half an hour. With the names of methods only those are measured. Lesson 13 reads the errors from
course_lib/showdown_errors.npz: leads with intervals, and how often each method is first, on
pictures that the reader need not have.
"""

import functools

import numpy as np

from benchmarks import held_out, kept, showdown
from benchmarks.gaussian import by_lag, by_place
from course_lib import classical, data, evaluation, masks, models
from course_lib._files import replaced
from course_lib._pixels import as_floats
from tools.project import ROOT, words

STORED = ROOT / "course_lib" / "showdown_errors.npz"
METHODS = ("telea", "navier_stokes", "harmonic", "biharmonic", "gaussian", *showdown.NETWORKS)


def worlds(dataset):
    """name -> (float32 (N, 32, 32, 3), a function that fits that world's Gaussian)."""
    return {
        "photos": (as_floats(data.load("photos").test[: showdown.PHOTOS]), by_lag),
        "cifar10": (as_floats(held_out.split(dataset)[2]), lambda: by_place(dataset)),
    }


def fills(method, fit, images, holes):
    """The pictures as a method fills them, float32 (N, 32, 32, 3)."""
    if method in showdown.NETWORKS:
        return models.inpaint(models.load_pretrained(method), images, holes)

    @functools.cache
    def gaussian():
        return fit()[0]

    def inpainter(image, hole):
        chosen = gaussian().fill if method == "gaussian" else classical.METHODS[method]
        return chosen(image, hole)

    if method in showdown.SLOW:
        return kept.fills(method, inpainter, images, holes)
    damaged = masks.damage(images, holes)
    return np.stack([inpainter(*pair) for pair in zip(damaged, holes, strict=True)])


def errors(filled, images):
    """Summed over each picture, in float64: known pixels have none."""
    return ((filled.astype(np.float64) - images) ** 2).sum(axis=(1, 2, 3))


def main(asked):
    """Measure the asked methods, and keep what is stored of the others; without a name all."""
    if unknown := [method for method in asked if method not in METHODS]:
        raise SystemExit(f"There is no {unknown[0]}: choose from {', '.join(METHODS)}.")
    with np.load(STORED) as file:
        stored = {name: file[name] for name in file.files} if asked else {}
    arrays = {"methods": np.array(METHODS)}
    for world, (images, fit) in worlds(data.load("cifar10")).items():
        fit, sets = functools.cache(fit), evaluation.frozen_masks(len(images))
        arrays["sets"] = np.array(list(sets))
        found = np.zeros((len(sets), len(METHODS), len(images)), np.float32)
        for row, holes in enumerate(sets.values()):
            for column, method in enumerate(METHODS):
                if asked and method not in asked:
                    old = list(stored["methods"]).index(method)
                    found[row, column] = stored[f"{world}/errors"][row, old]
                else:
                    found[row, column] = errors(fills(method, fit, images, holes), images)
        arrays[f"{world}/values"] = np.array(
            [3 * holes.sum(axis=(1, 2)) for holes in sets.values()], np.uint16
        )
        arrays[f"{world}/errors"] = found
        print(world, found.shape, flush=True)
    with replaced(STORED) as file:
        np.savez_compressed(file, **arrays)


if __name__ == "__main__":
    main(words("benchmarks.showdown_errors", __doc__))
