"""Seconds and memory for a photograph of 50 megapixels with 5 % scratches, on two cores.

    python -m benchmarks.large_photograph

Each method runs in a process of its own. Linux only: the peak is read from /proc.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.results import record, table
from course_lib import data, restoration
from course_lib._opencv import cv2
from course_lib._pixels import as_bytes
from tools.project import ROOT, words

SIZE = (5_800, 8_700)  # pixels
SHARE = 0.05
LONGEST = 600  # pixels of a scratch, across and down
METHODS = ("harmonic", "biharmonic", "photo")
SEED = 0


def scratched():
    """(uint8 (H, W, 3), bool (H, W)): a photograph laid out in tiles, and scratches over it."""
    piece = as_bytes(data.photo("coffee"))
    times = [-(-whole // part) for whole, part in zip(SIZE, piece.shape, strict=False)]
    picture = np.tile(piece, (*times, 1))[: SIZE[0], : SIZE[1]]
    drawn, random = np.zeros(SIZE, np.uint8), np.random.RandomState(SEED)
    while drawn.mean() < SHARE:
        begin = random.randint(0, SIZE[::-1])
        end = begin + random.randint(-LONGEST, LONGEST + 1, 2)
        cv2.line(drawn, begin.tolist(), end.tolist(), 1, int(random.randint(3, 8)))
    holes = drawn.astype(bool)
    picture[holes] = 255
    return picture, holes


def measured(method):
    """Repair it in this process, and print what that took."""
    picture, holes = scratched()
    start = time.perf_counter()
    repaired = restoration.restore(picture, holes, method, progress=list)
    seconds = time.perf_counter() - start
    if not np.array_equal(repaired[~holes], picture[~holes]):
        raise RuntimeError("known pixels have changed.")
    status = Path("/proc/self/status").read_text(encoding="ascii")
    gigabytes = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024**2
    print(json.dumps({"seconds": seconds, "gigabytes": gigabytes}))


def main():
    rows = []
    for method in METHODS:
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.large_photograph", method],
            check=True, cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
        taken = json.loads(run.stdout.splitlines()[-1])
        rows.append([f"`{method}`", f"{taken['seconds']:.0f}", f"{taken['gigabytes']:.2f}"])
        print(rows[-1], flush=True)
    body = (
        f"{SIZE[1]} x {SIZE[0]} pixels, {SHARE:.0%} of them under scratches of 3 to 7 pixels, by "
        "`restore`; once each, loading included. Memory: the process's peak, libraries, picture "
        "and mask included.\n\n"
    )
    body += table(["method", "seconds", "GB"], rows)
    record("large_photograph", "A photograph of 50 megapixels", body,
           "python -m benchmarks.large_photograph", SEED)  # fmt: skip


if __name__ == "__main__":
    asked = words("benchmarks.large_photograph", __doc__, 1, METHODS)
    measured(*asked) if asked else main()
