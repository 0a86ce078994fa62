"""The network for photographs against every other method, on photographs that it has never seen.

    python -m benchmarks.photographs
    INPAINTING_XPHOTO=FOLDER python -m benchmarks.photo_table

Sixteen photographs with a longer side of 512 pixels at most, four kinds of wear, three masks each.
``benchmarks/fsr.py`` says what goes into FOLDER; without it that rival is left out. What a
method has filled is kept in build/showdown, so that a second run only collects.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks import kept, photographs
from benchmarks.results import record, table
from course_lib import classical, data, masks, metrics, models, wear
from course_lib._pixels import as_bytes, as_floats
from tools.project import ROOT

COMMAND = "INPAINTING_XPHOTO=... python -m benchmarks.photo_table"
SEED = 2026
SHARES = (0.05, 0.10, 0.15)  # of holes: one mask each
SLOW = ("bertalmio", "fsr")  # 6 to 14 s a photograph: on the middle share alone
TOO_SLOW = ("exemplar",)  # a minute a photograph
FLAT = ("nothing", "grey", "mean")
NETWORKS = ("photo", "best")
RESAMPLES = 10_000


@cache
def cases(share):
    """dict, (photograph, kind of wear) -> (image (H, W, 3), mask (H, W))."""
    found = {}
    for place, name in enumerate(photographs.HELD_OUT):
        image = photographs.judged(name)
        for kind, draw in wear.KINDS.items():
            seed = SEED + 100 * place + round(100 * share)
            found[name, kind] = image, draw(1, image.shape[:2], share=share, seed=seed)[0]
    return found


def rivals():
    """dict, name -> inpainter."""
    found = {name: network(name) for name in NETWORKS}
    for name, method in classical.METHODS.items():
        if name not in (*FLAT, *TOO_SLOW):
            found[name] = method
    return found | ({"fsr": fsr} if os.environ.get("INPAINTING_XPHOTO") else {})


def fsr(image, mask):
    """OpenCV's frequency-selective reconstruction, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder) / "job.npz"
        np.savez(job, image=as_bytes(image), mask=mask)
        command = [sys.executable, str(ROOT / "benchmarks" / "fsr.py"), str(job)]
        environment = {**os.environ, "PYTHONPATH": os.environ["INPAINTING_XPHOTO"]}
        subprocess.run(command, check=True, env=environment)
        with np.load(job) as done:
            return masks.composite(image, as_floats(done["filled"]), mask)


def scores(name, inpainter, share):
    """Hole PSNR in decibels: float (photographs, kinds)."""
    found = []
    if name in NETWORKS:  # its weights may change
        name = f"{name}_{models.recipe(name)['sha256'][:16]}"
    for image, mask in cases(share).values():
        filled = kept.fills(name, inpainter, image[None], mask[None])[0]
        found.append(metrics.psnr(image, filled, mask))
    return np.reshape(found, (len(photographs.HELD_OUT), len(wear.KINDS)))


def network(name):
    """A shipped network as an inpainter."""
    model = models.load_pretrained(name)
    return lambda image, mask: models.inpaint(model, image, mask)


def measured(inpainters):
    """dict, name -> float (shares, photographs, kinds), NaN where a slow method was spared."""
    found = {}
    for name, inpainter in inpainters.items():
        shares = [None if name in SLOW and share != SHARES[1] else share for share in SHARES]
        nothing = np.full((len(photographs.HELD_OUT), len(wear.KINDS)), np.nan)
        found[name] = np.stack(
            [nothing if share is None else scores(name, inpainter, share) for share in shares]
        )
        print(name, np.nanmean(found[name], axis=(0, 1)).round(2), flush=True)
    return found


def interval(differences):
    """Mean over photographs, and a 95 % percentile bootstrap over them: (mean, low, high)."""
    random = np.random.RandomState(SEED)
    drawn = random.randint(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.percentile(differences[drawn].mean(axis=1), (2.5, 97.5))
    return differences.mean(), low, high


def ahead(found, one, other):
    """Decibels by which ``one`` leads on the masks that both have filled: (photographs, kinds)."""
    return np.nanmean(found[one] - found[other], axis=0)


def body(found, seconds):
    """The section of RESULTS.md."""
    kinds = list(wear.KINDS)
    means = [
        [f"`{name}`", *(f"{value:.2f}" for value in np.nanmean(one, axis=(0, 1)))]
        for name, one in sorted(found.items(), key=lambda item: -np.nanmean(item[1]))
    ]
    leads = []
    for name in found:
        if name != "photo":
            cells = []
            for differences in ahead(found, "photo", name).T:
                mean, low, high = interval(differences)
                won = np.count_nonzero(differences > 0)
                cells.append(f"{mean:+.2f} ({low:+.2f} to {high:+.2f}), {won}")
            leads.append([f"`{name}`", *cells])
    others = [name for name in found if name not in NETWORKS]
    each = []
    for place, name in enumerate(photographs.HELD_OUT):
        cells = []
        for column in range(len(kinds)):
            values = {other: ahead(found, "photo", other)[place, column] for other in others}
            strongest = min(values, key=values.get)
            cells.append(f"{values[strongest]:+.2f} (`{strongest}`)")
        known = photographs.HELD_OUT[name]
        each.append([f"{name} ({known.package}; {known.licence})", *cells])
    return "\n\n".join(
        [
            f"Hole PSNR (dB) on {len(photographs.HELD_OUT)} photographs that no network was "
            "trained or chosen on, their longer side 512 pixels at most, worn by "
            "`course_lib.wear`: holes of 5, 10 and 15 % of the picture, a mask each; "
            f"{' and '.join(f'`{name}`' for name in SLOW)} on 10 % alone. Mean over photographs "
            f"and masks. `fsr` is OpenCV contrib's frequency-selective reconstruction (fast). "
            f"`{TOO_SLOW[0]}`, a minute a photograph, is left out.",
            table(["method", *kinds], means),
            "How far `photo` is ahead (dB), with 95 % intervals over photographs (paired "
            f"bootstrap), and on how many of the {len(photographs.HELD_OUT)} it is:",
            table(["against", *kinds], leads),
            "Against the strongest classical method of each photograph and kind of wear, chosen "
            "after the fact:",
            table(["photograph", *kinds], each),
            seconds,
        ]
    )


def pace(inpainter):
    """Seconds for 512 x 512 pixels with 10 % scratches, the median of five, in words."""
    image = data.photo("astronaut")
    mask = wear.scratches(1, 512, share=0.1, seed=SEED)[0]
    damaged, taken = masks.damage(image, mask), []
    for _ in range(6):
        begun, used = time.perf_counter(), time.process_time()
        inpainter(damaged, mask)
        taken.append((time.perf_counter() - begun, time.process_time() - used))
    first, rest = taken[0], np.median(taken[1:], axis=0)
    load = f"load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    return (
        f"512 x 512 pixels with 10 % scratches through `photo`, loaded: {first[0]:.2f} s the first "
        f"time, then {rest[0]:.2f} s ({rest[1]:.2f} s of processor time); {load}."
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fill", nargs="+", help="fill by these methods alone, record nothing")
    given = parser.parse_args(arguments)
    every = rivals()
    found = measured({name: every[name] for name in given.fill or every})
    if not given.fill:
        text = body(found, pace(network("photo")))
        record("photo", "Photographs, worn", text, COMMAND, SEED)


if __name__ == "__main__":
    main()
