"""The course's standings: one table that grows from lesson to lesson and keeps all its rows."""

import functools

import pandas as pd

from course_lib import classical, data, masks, runtime
from course_lib._pixels import as_floats
from course_lib._validation import brief, check_count, is_one_of
from course_lib.evaluation.scores import SEED, _check_inpainter, evaluate

PATCHES = 100
TAUGHT = (  # in the order of the lessons
    "nothing", "grey", "mean", "nearest", "navier_stokes", "biharmonic", "harmonic", "bertalmio",
    "telea", "fast_marching", "exemplar", "learned_window", "gaussian",
)  # fmt: skip
LEARNED = {  # from the embedded training patches, as in lessons 06 and 07
    "learned_window": lambda patches: classical.fit_window(patches[:150], radius=3),
    "gaussian": classical.fit_gaussian,
}


def frozen_patches(count=PATCHES):
    """What the standings are measured on: patches of a photograph, each with its own scratches.

    The tests' profile takes fewer.

    Args:
        count: how many. Another count gives other scratches.

    Returns:
        (images, masks): float32 (count, 32, 32, 3) in [0, 1]; bool (count, 32, 32), True = hole.

    Raises:
        ValueError: if count is not a whole number, 1 or more, or the photograph has fewer patches.

    Example:
        >>> patches, scratches = frozen_patches()
        >>> patches.shape[1:], scratches.shape[1:]
        ((32, 32, 3), (32, 32))
    """
    test = data.load("photos").test
    if check_count("count", count, lowest=1) > len(test):
        raise ValueError(f"count is {count}, but there are {len(test)} patches: ask for fewer.")
    taken = runtime.share(count)
    return as_floats(test[:taken]), masks.random_lines(count, 32, seed=SEED)[:taken]


def standings(*new, **own):
    """Measure a lesson's new methods and all that were taught before them, on the same patches.

    Args:
        *new: names of methods that this lesson teaches: every method up to the last of them is
            measured. ``learned_window`` and ``gaussian`` are fitted to ``photos``.
        **own: name=inpainter, a function (image, mask) -> image or a Keras model, new too. With
            the name of a taught method it takes its place; another comes after all of them.

    Returns:
        pandas.DataFrame, best first: the columns method, psnr_hole (dB), mae_hole, ssim_image,
        milliseconds and new (bool), as ``plots.standings`` draws them.

    Raises:
        ValueError: if there is nothing new, or a name is not among the methods.
        TypeError: if an inpainter cannot be called.

    Example:
        >>> table = standings("nearest")
        >>> sorted(table.method)
        ['grey', 'mean', 'nearest', 'nothing']
        >>> list(table.method[table.new])
        ['nearest']
    """
    unknown = [brief(name) for name in new if not is_one_of(name, TAUGHT)]
    if unknown or not (new or own):
        raise ValueError(
            f"new is {', '.join(unknown) or 'empty'}: pass names out of {', '.join(TAUGHT)}, or "
            "a function of your own as name=function."
        )
    for name, inpainter in own.items():
        _check_inpainter(name, inpainter)
    names = [*TAUGHT, *(name for name in own if name not in TAUGHT)]
    last = max(names.index(name) for name in (*new, *own))
    measured = {name: own.get(name) or _taught(name) for name in names[: last + 1]} | own
    patches, scratches = frozen_patches()
    rows = [
        {"method": name, **evaluate(method, patches, scratches), "new": name in (*new, *own)}
        for name, method in measured.items()
    ]
    columns = ["method", "psnr_hole", "mae_hole", "ssim_image", "milliseconds", "new"]
    table = pd.DataFrame(rows)[columns]
    return table.sort_values("psnr_hole", ascending=False, kind="stable", ignore_index=True)


@functools.cache
def _taught(name):
    if name in LEARNED:
        patches = data.load("photos").train
        return LEARNED[name](patches[: runtime.share(len(patches))]).fill  # fewer in tests
    return classical.METHODS[name]
