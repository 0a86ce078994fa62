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
MIDDLE = 1
SLOW = ("fast_marching", "fsr")  # seconds a photograph: holes of 10 % alone
TOO_SLOW = {"bertalmio": 12, "exemplar": 42}  # seconds of processor time a photograph: left out
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
    if name in NETWORKS:  # its weights may change
        name = f"{name}_{models.recipe(name)['sha256'][:16]}"
    found = []
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
        shares = [SHARES[MIDDLE]] if name in SLOW else SHARES
        by_share = {share: scores(name, inpainter, share) for share in shares}
        nothing = np.full((len(photographs.HELD_OUT), len(wear.KINDS)), np.nan)
        found[name] = np.stack([by_share.get(share, nothing) for share in SHARES])
        print(name, np.nanmean(found[name], axis=(0, 1)).round(2), flush=True)
    return found


def interval(differences):
    """Mean over photographs, and a 95 % percentile bootstrap over them: (mean, low, high)."""
    random = np.random.RandomState(SEED)
    drawn = random.randint(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.percentile(differences[drawn].mean(axis=1), (2.5, 97.5))
    return differences.mean(), low, high


def lead(differences):
    """In words: the mean, its interval, and on how many photographs it is above 0."""
    mean, low, high = interval(differences)
    won = f"{np.count_nonzero(differences > 0)} of {len(differences)}"
    return f"{mean:+.2f} ({low:+.2f} to {high:+.2f}), {won}"


def ahead(found, one, other):
    """Decibels by which ``one`` leads on the masks that both have filled: (photographs, kinds)."""
    differences = np.ma.masked_invalid(found[one] - found[other])
    return differences.mean(axis=0).filled(np.nan)


def means(found):
    """Mean hole PSNR at 10 %, best first."""
    middle = {name: one[MIDDLE] for name, one in found.items()}
    order = sorted(middle, key=lambda name: -middle[name].mean())
    return [[f"`{name}`", *(f"{one:.2f}" for one in middle[name].mean(axis=0))] for name in order]


def leads(found):
    """Rows: how far ``photo`` is ahead of each method, with intervals and photographs won."""
    rows = []
    for name in found:
        if name != "photo":
            differences = ahead(found, "photo", name)
            rows.append([f"`{name}`", *map(lead, differences.T)])
    return rows


def against_the_strongest(found):
    """Rows: each photograph, and the method without a network that does best on it.

    At 10 %, the rival chosen with the truth in hand, as nobody who repairs could.
    """
    others = [name for name in found if name not in NETWORKS]
    rows = []
    for place, (name, known) in enumerate(photographs.HELD_OUT.items()):
        cells = []
        for column in range(len(wear.KINDS)):
            reached = {other: found[other][MIDDLE, place, column] for other in others}
            strongest = max(reached, key=reached.get)
            lead = found["photo"][MIDDLE, place, column] - reached[strongest]
            cells.append(f"{lead:+.2f} (`{strongest}`)")
        rows.append([f"{name} ({known.package}; {known.licence})", *cells])
    return rows


def body(found, seconds):
    """The section of RESULTS.md."""
    kinds, count = list(wear.KINDS), len(photographs.HELD_OUT)
    slow = " and ".join(f"`{name}`" for name in SLOW)
    without = " and ".join(f"`{name}` ({cost} s a photograph)" for name, cost in TOO_SLOW.items())
    return "\n\n".join(
        [
            f"Hole PSNR (dB) on {count} photographs that no network was trained or chosen on, "
            "their longer side 512 pixels at most, worn by `course_lib.wear`. `fsr`: OpenCV "
            "contrib's frequency-selective reconstruction (`INPAINT_FSR_FAST`). Holes of 10 %, "
            "mean over the photographs:",
            table(["method", *kinds], means(found)),
            "How far `photo` is ahead (dB), with 95 % intervals over photographs (paired "
            "bootstrap), and on how many photographs. Holes of 5, 10 and 15 %, with a mask for "
            f"each; {slow} at 10 % alone; {without} are left out:",
            table(["against", *kinds], leads(found)),
            "Holes of 10 %: how far `photo` is ahead of the method without a network that is "
            "strongest on this photograph and wear, which only someone who has the truth can know:",
            table(["photograph", *kinds], against_the_strongest(found)),
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
        f"512 x 512 pixels with 10 % scratches through `photo`, once it is loaded: {rest[0]:.2f} s "
        f"({rest[1]:.2f} s of processor time); the first picture of a size {first[0]:.2f} s "
        f"({first[1]:.2f} s); {load}."
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
