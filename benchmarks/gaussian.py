"""The Gaussian world of lesson 07: what its fills are worth, how unsure it says it is, samples.

    [INPAINTING_DATA_DIR=...] python -m benchmarks.gaussian [photos] [cifar10]

Without a name both are measured. The course's photographs: a covariance by lag from their training
patches, judged on 300 test patches. CIFAR-10: a covariance by place from 44,084 training
pictures and their mirror images, judged on the 1,000 held-out ones; a quarter of an hour on one
core, 3 GB, less where the showdown has kept its fills (``kept``).
"""

import time

import numpy as np
import pandas as pd

from benchmarks import held_out, kept
from benchmarks.results import record, table
from course_lib import classical, data, evaluation, metrics
from course_lib._pixels import as_floats
from tools.project import words

SEED = 2026
PHOTOS = 300
TIMED = 50
UNSURE = ("lines", "square_16", "random_50")  # sets whose deviations and samples are measured
SAMPLED = 300  # pictures
GROUPS = 5  # of equally many missing pixels, by their predicted deviation
COMMAND = "python -m benchmarks.gaussian"
RIVALS = ("harmonic", "biharmonic")
LAST_TIME = (  # on CIFAR-10; leave out what is no longer so
    "; the held-out pictures are lossless, those fitted to are JPEG copies. Milliseconds of a busy "
    "machine"
)


def fitted(pictures, **options):
    """A Gaussian and a sentence on the seconds and the memory that fitting it took."""
    import resource  # not on Windows

    start = time.perf_counter()
    gaussian = classical.fit_gaussian(pictures, **options)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    matrix = gaussian.precision.nbytes / 1e6
    return gaussian, (
        f"Fitted to {len(pictures):,} pictures in {seconds:.0f} s on this machine; the process "
        f"took {peak:.1f} GB at most, the precision matrix takes {matrix:.0f} MB."
    )


def by_lag():
    """(Gaussian of the embedded photographs, facts)."""
    return fitted(data.load("photos").train)


def by_place(dataset):
    """The same of CIFAR-10's training pictures, none of them held out, and their mirror images."""
    train = held_out.split(dataset)[0]
    return fitted(np.concatenate([train, train[:, :, ::-1]]), covariance="by place")


def milliseconds(inpainter, images, holes):
    """The median over TIMED pictures."""
    return evaluation.evaluate(inpainter, images[:TIMED], holes[:TIMED])["milliseconds"]


def lead(filled, rival, images, holes):
    """How far one is ahead (dB) with its 95 % interval over pictures, paired bootstrap."""
    errors = [
        ((one - images) ** 2 * holes[..., None]).sum(axis=(1, 2, 3)) for one in (rival, filled)
    ]
    drawn = np.random.RandomState(SEED).randint(0, len(images), (1000, len(images)))
    resampled = 10 * np.log10(errors[0][drawn].sum(axis=1) / errors[1][drawn].sum(axis=1))
    low, high = np.percentile(resampled, [2.5, 97.5])
    whole = 10 * np.log10(errors[0].sum() / errors[1].sum())
    return f"{whole:+.2f} ({low:+.2f} to {high:+.2f})"


def fills(gaussian, images, sets):
    """A table row for each set of masks."""
    rows = []
    for name, holes in sets.items():
        filled = kept.fills("gaussian", gaussian.fill, images, holes)
        rivals = [kept.fills(rival, classical.METHODS[rival], images, holes) for rival in RIVALS]
        rows.append(
            [f"`{name}`", f"{metrics.psnr(images, filled, holes):.2f}"]
            + [f"{metrics.psnr(images, rival, holes):.2f}" for rival in rivals]
            + [lead(filled, rivals[-1], images, holes)]
            + [f"{milliseconds(gaussian.fill, images, holes):.0f}"]
        )
        print(rows[-1], flush=True)
    header = ["masks", "gaussian", *RIVALS, "ahead of biharmonic", "ms a picture"]
    return table(header, rows)


def unsure(gaussian, images, sets):
    """Predicted deviations against errors, and what a sample costs: two tables."""
    some, calibrations, samples = slice(SAMPLED), [], []
    truth = images[some]
    for name in UNSURE:
        holes = sets[name][some]
        filled = kept.fills("gaussian", gaussian.fill, images, sets[name])[some]
        pairs = list(zip(truth, holes, strict=True))
        predicted = np.stack([gaussian.uncertainty(*pair) for pair in pairs])
        drawn = np.stack([gaussian.sample(*pair, seed=seed) for seed, pair in enumerate(pairs)])
        calibrations.append([f"`{name}`", *calibrated(predicted, filled - truth, holes)])
        mean, one = metrics.psnr(truth, filled, holes), metrics.psnr(truth, drawn, holes)
        ratio = 10 ** ((mean - one) / 10)
        samples.append(
            [f"`{name}`", f"{mean:.2f}", f"{one:.2f}", f"{mean - one:.2f}", f"{ratio:.2f}"]
        )
        print(calibrations[-1], samples[-1], flush=True)
    fifths = [f"fifth {k}" for k in range(1, GROUPS + 1)]
    return "\n\n".join(
        [
            f"On {len(truth)} of the pictures. Predicted standard deviation / actual root mean "
            "squared error, for fifths of the missing pixels from the surest to the least sure, "
            "and for all; the correlation of the two over pixels; the share of errors beyond three "
            "predicted deviations (%; for a Gaussian 0.3), and within a third of one (26).",
            table(["masks", *fifths, "all", "correlation", "beyond 3", "within 1/3"], calibrations),
            "What a sample costs: hole PSNR (dB) of the mean and of one sample a picture, and the "
            "ratio of their squared errors. In a Gaussian world: 3.01 dB and 2.",
            table(["masks", "mean", "sample", "price (dB)", "ratio"], samples),
        ]
    )


def calibrated(predicted, errors, holes):
    """The cells of one set of masks: by group, for all, and what a Gaussian's errors would do."""
    groups = [evaluation.calibration(predicted, errors, holes, groups=n) for n in (GROUPS, 1)]
    rows = pd.concat(groups).itertuples()
    promised, made = predicted[holes], errors[holes]  # (pixels,), (pixels, 3)
    correlation = np.corrcoef(promised, np.sqrt((made**2).mean(axis=1)))[0, 1]
    ratio = np.abs(made) / promised[:, None]
    return [
        *(f"{row.predicted:.3f} / {row.made:.3f}" for row in rows),
        f"{correlation:+.2f}",
        f"{100 * (ratio > 3).mean():.1f}",
        f"{100 * (ratio < 1 / 3).mean():.0f}",
    ]


def measure(name, title, images, gaussian, facts, remark=""):
    sets = evaluation.frozen_masks(len(images))
    body = "\n\n".join(
        [
            f"{facts} Hole PSNR (dB), pooled over {len(images):,} pictures, with the lead's 95 % "
            f"interval over pictures{remark}.",
            fills(gaussian, images, sets),
            unsure(gaussian, images, sets),
        ]
    )
    record(f"gaussian_{name}", title, body, f"{COMMAND} {name}", SEED)


def photos():
    """By lag, on the embedded photographs."""
    gaussian, facts = by_lag()
    images = as_floats(data.load("photos").test[:PHOTOS])
    measure("photos", "Lesson 07: a Gaussian by lag, photos", images, gaussian, facts)


def cifar10():
    """By place, on CIFAR-10's held-out pictures."""
    dataset = data.load("cifar10")
    gaussian, facts = by_place(dataset)
    title = "Lesson 07: a Gaussian by place, CIFAR-10, held-out pictures"
    judged = as_floats(held_out.split(dataset)[2])
    measure("cifar10", title, judged, gaussian, f"{dataset.provenance} {facts}", LAST_TIME)


if __name__ == "__main__":
    worlds = {"photos": photos, "cifar10": cifar10}
    for asked in words("benchmarks.gaussian", __doc__, known=worlds) or worlds:
        worlds[asked]()
