"""The Gaussian world of lesson 07: what its fills are worth, how unsure it says it is, samples.

    [INPAINTING_DATA_DIR=...] python -m benchmarks.gaussian [photos] [cifar10]

Without a name both. The course's photographs: a covariance by lag from their training patches,
judged on 300 test patches. CIFAR-10: a covariance by place from 44,084 training pictures and their
mirror images, judged on the 1,000 held-out ones; ten minutes on one core, 3 GB.
"""

import resource
import sys
import time

import numpy as np

from benchmarks import held_out
from benchmarks.results import record, table
from course_lib import classical, data, evaluation
from course_lib._pixels import as_floats

SEED = 2026
PHOTOS, CIFAR10 = 300, 1_000
UNSURE = ("lines", "square_16", "random_50")  # sets whose deviations and samples are measured
SAMPLED = 300  # pictures
GROUPS = 5  # of equally many missing pixels, by their predicted deviation
COMMAND = "python -m benchmarks.gaussian"
RIVALS = ("harmonic", "biharmonic")


def fitted(pictures, **options):
    """A Gaussian and a sentence on the seconds and the memory that fitting it took."""
    start = time.perf_counter()
    gaussian = classical.fit_gaussian(pictures, **options)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    matrix = gaussian.precision.nbytes / 1e6
    return gaussian, (
        f"Fitted to {len(pictures):,} pictures in {seconds:.0f} s on this machine; the process "
        f"took {peak:.1f} GB at most, the precision matrix takes {matrix:.0f} MB."
    )


def all_fills(inpainter, images, holes):
    """(filled pictures float64 (N, H, W, 3), milliseconds a picture: the median)."""
    filled, seconds = [], []
    for image, hole in zip(images, holes, strict=True):
        start = time.perf_counter()
        filled.append(inpainter(image, hole))
        seconds.append(time.perf_counter() - start)
    return np.stack(filled).astype(np.float64), 1000 * np.median(seconds)


def decibels(filled, images, holes):
    """Hole PSNR, pooled."""
    return -10 * np.log10(((filled - images)[holes] ** 2).mean())


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
        filled, milliseconds = all_fills(gaussian.fill, images, holes)
        rivals = [all_fills(classical.METHODS[rival], images, holes)[0] for rival in RIVALS]
        rows.append(
            [f"`{name}`", f"{decibels(filled, images, holes):.2f}"]
            + [f"{decibels(rival, images, holes):.2f}" for rival in rivals]
            + [lead(filled, rivals[-1], images, holes), f"{milliseconds:.0f}"]
        )
        print(rows[-1], flush=True)
    header = ["masks", "gaussian", *RIVALS, "ahead of biharmonic", "ms a picture"]
    return table(header, rows)


def unsure(gaussian, images, sets):
    """Predicted deviations against errors, and what a sample costs: two tables."""
    calibration, samples = [], []
    for name in UNSURE:
        holes = sets[name][: len(images)]
        filled = all_fills(gaussian.fill, images, holes)[0]
        drawn = np.stack(
            [
                gaussian.sample(image, hole, seed=k)
                for k, (image, hole) in enumerate(zip(images, holes, strict=True))
            ]
        )
        predicted = np.stack(
            [gaussian.uncertainty(*pair) for pair in zip(images, holes, strict=True)]
        )[holes]
        errors = (filled - images)[holes]  # (pixels, 3)
        made = (errors**2).mean(axis=1)
        parts = np.array_split(np.argsort(predicted, kind="stable"), GROUPS)
        calibration.append(
            [f"`{name}`"]
            + [
                f"{np.sqrt((predicted[part] ** 2).mean()):.3f} / {np.sqrt(made[part].mean()):.3f}"
                for part in [*parts, slice(None)]
            ]
            + [
                f"{np.corrcoef(predicted, np.sqrt(made))[0, 1]:+.2f}",
                f"{100 * (np.abs(errors) > 3 * predicted[:, None]).mean():.1f}",
                f"{100 * (np.abs(errors) < predicted[:, None] / 3).mean():.0f}",
            ]
        )
        ratio = ((drawn - images)[holes] ** 2).mean() / (errors**2).mean()
        one, mean = decibels(drawn, images, holes), decibels(filled, images, holes)
        samples.append(
            [f"`{name}`", f"{mean:.2f}", f"{one:.2f}", f"{mean - one:.2f}", f"{ratio:.2f}"]
        )
        print(calibration[-1], samples[-1], flush=True)
    fifths = [f"fifth {k}" for k in range(1, GROUPS + 1)]
    return "\n\n".join(
        [
            f"On {len(images)} of the pictures. Predicted standard deviation / root mean squared "
            "error made, for fifths of the missing pixels from the surest to the least sure, and "
            "for all; the correlation of the two over pixels; the share of errors beyond three "
            "predicted deviations (%; a Gaussian's: 0.3), and within a third of one (26).",
            table(["masks", *fifths, "all", "correlation", "beyond 3", "within 1/3"], calibration),
            "What a sample costs: hole PSNR (dB) of the mean and of one sample a picture, and the "
            "ratio of their squared errors. If the world were Gaussian: 3.01 dB, 2.",
            table(["masks", "mean", "sample", "price (dB)", "ratio"], samples),
        ]
    )


def measure(name, title, images, gaussian, facts):
    sets = evaluation.frozen_masks(len(images))
    body = "\n\n".join(
        [
            f"{facts} Hole PSNR (dB), pooled over {len(images):,} pictures, with the lead's 95 % "
            "interval over pictures.",
            fills(gaussian, images, sets),
            unsure(gaussian, images[:SAMPLED], sets),
        ]
    )
    record(f"gaussian_{name}", title, body, f"{COMMAND} {name}", SEED)


def photos():
    """By lag, on the embedded photographs."""
    pictures = data.load("photos")
    gaussian, facts = fitted(pictures.train)
    images = as_floats(pictures.test[:PHOTOS])
    measure("photos", "Lesson 07: a Gaussian by lag, photos", images, gaussian, facts)


def cifar10():
    """By place, on CIFAR-10's held-out pictures."""
    train, _, judged = held_out.split(data.load("cifar10"))
    gaussian, facts = fitted(np.concatenate([train, train[:, :, ::-1]]), covariance="by place")
    images = as_floats(judged[:CIFAR10])
    title = "Lesson 07: a Gaussian by place, CIFAR-10, held-out pictures"
    measure("cifar10", title, images, gaussian, facts)


if __name__ == "__main__":
    for asked in sys.argv[1:] or ("photos", "cifar10"):
        {"photos": photos, "cifar10": cifar10}[asked]()
