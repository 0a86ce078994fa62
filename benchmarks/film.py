"""Films whose truth is known: error and flicker, and the speed of a ten-second film at 480p.

python -m benchmarks.film
python -m benchmarks.film speed
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import pandas as pd

from benchmarks.results import record, table
from course_lib import clips, evaluation, restoration
from course_lib._opencv import cv2
from tools.project import words

SEED = 100  # the first film's, the next one has the next
FILMS = 4  # of each kind: another photograph, place and glide each
FRAME_WISE = ("harmonic", "biharmonic", "best")
TEMPORAL = ("median", "motion")
SPEED = (240, (480, 854))  # frames and their size: ten seconds at 24 frames a second
TRIED = ("motion", "median", "harmonic", "best")
FEW = 48  # frames on which a network is timed


def main(arguments=()):
    if "speed" in arguments:
        speed()
    else:
        quality()


def quality():
    record_quality([one for damage in evaluation.DAMAGE for one in measured(damage)])


def measured(damage):
    """A table for each kind of clip, with one kind of damage."""
    from course_lib import models

    network = models.load_pretrained("best")
    methods = {
        name: partial(restoration.fill_frames, method=network if name == "best" else name)
        for name in (*FRAME_WISE, *TEMPORAL)
    }
    return [evaluation.compare_on_films(methods, clip, damage, FILMS) for clip in evaluation.CLIPS]


def record_quality(found):
    body = (
        f"{FILMS} films of 16 frames of 120 x 160 pixels for each row, with a grain of 0.01. PSNR "
        "in holes (dB), then flicker: root mean square change of the error from frame to frame, in "
        "levels of 255; means over the films. `harmonic`, `biharmonic` and `best` see one frame at "
        "a time; `median` and `motion` see the eight before and after, and use `harmonic` where "
        "none of them shows the pixel. Ahead: films on which `motion` is the best of the five, in "
        "PSNR and in flicker."
    )
    record("film", "Film", f"{body}\n\n{_quality_table(found)}", "python -m benchmarks.film", SEED)


def _quality_table(found):
    header = ["damage", "clip", *(f"`{name}`" for name in (*FRAME_WISE, *TEMPORAL)), "ahead"]
    rows = []
    for one in found:
        means = one.groupby("method")[["psnr_hole", "flicker"]].mean()
        cells = [
            f"{means.psnr_hole[name]:.1f}; {means.flicker[name]:.1f}"
            for name in (*FRAME_WISE, *TEMPORAL)
        ]
        rows.append([one["damage"].iloc[0], one["clip"].iloc[0], *cells, _ahead(one)])
    return table(header, rows)


def _ahead(one):
    best = pd.DataFrame(
        {
            "psnr": one.pivot(index="film", columns="method", values="psnr_hole").idxmax(axis=1),
            "flicker": one.pivot(index="film", columns="method", values="flicker").idxmin(axis=1),
        }
    )
    return "; ".join(str((best[column] == "motion").sum()) for column in best)


def speed():
    """Each method in a process of its own, so that its memory can be told."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (FEW, SPEED[0]):  # here, so that no process is measured that made its film
            _scratched(Path(folder) / f"{count}.webm", _holes(count))
        for method in TRIED:
            command = [sys.executable, "-m", "benchmarks.film", "timed", method, folder]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            one = json.loads(said.splitlines()[-1])
            rows.append(
                [f"`{method}`", one["frames"], f"{one['frames'] / one['seconds']:.2f}",
                 f"{one['frames'] / one['processor']:.2f}", f"{one['megabytes']:.0f}"]
            )  # fmt: skip
    body = (
        f"A film of {SPEED[1][1]} x {SPEED[1][0]} pixels, 24 frames a second, ten seconds (two "
        f"for the network), three scratches of 4 pixels that move; from file to file, VP9. Memory: "
        "the process's peak above what it takes once the libraries are loaded; the network itself "
        "counts.\n\n"
    )
    body += table(
        ["method", "frames", "frames a second", "frames a second of processor time", "MB"], rows
    )
    record("film_speed", "Film: speed and memory", body, "python -m benchmarks.film speed", 0)


def timed(method, folder):
    """Repair the film in this process, and print what it took."""
    if method == "best":
        from course_lib import models  # noqa: F401  the libraries are loaded before
    count = FEW if method == "best" else SPEED[0]
    source, holes = Path(folder) / f"{count}.webm", _holes(count)
    before, began = _peak(), os.times()
    done = restoration.restore_video(
        source, holes, Path(folder) / "new.webm", method, overwrite=True
    )
    used = os.times()
    print(
        json.dumps(
            {
                "frames": done.frames, "seconds": done.seconds,
                "processor": used.user + used.system - began.user - began.system,
                "megabytes": _peak() - before,
            }
        )
    )  # fmt: skip


def _holes(count):
    return clips.scratches(count, SPEED[1], lines=3, width=4, seed=0)


def _scratched(path, holes):
    """A film of a camera that glides over an enlarged photograph, scratched white."""
    height, width = holes.shape[1:]
    file = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"VP80"), 24, (width, height)
    )
    for start in range(0, len(holes), 40):  # there and back again, a piece at a time
        glide = 0.9 if start // 40 % 2 == 0 else -0.9
        piece = clips.moving("coffee", 40, (240, 427), camera=(0.2, glide), seed=0)
        for frame, mask in zip(piece, holes[start : start + 40], strict=False):
            picture = cv2.resize(frame, (width, height), interpolation=cv2.INTER_CUBIC)
            picture[mask] = 1
            file.write(cv2.cvtColor((255 * picture.clip(0, 1)).astype("uint8"), cv2.COLOR_RGB2BGR))
    file.release()


def _peak():
    """Megabytes; not the resource module's, which begins with what the parent had at the fork."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["timed"]:
        timed(*sys.argv[2:])
    else:
        main(words("benchmarks.film", __doc__, 1, ["speed"]))
