"""Films of any length in little memory, killed without a trace, and played by a browser."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from course_lib import _files, clips, restoration
from course_lib.restoration.film import reading
from tests.helpers import wait_for
from tools.project import ROOT

SIZE = (240, 320)
HOLES = clips.scratches(1, SIZE, lines=2, step=0, seed=0)[0]


def film(path, count):
    piece = clips.moving("coffee", 10, SIZE, camera=(0, 1), seed=0)
    there_and_back = np.concatenate([piece, piece[::-1]])
    frames = there_and_back[np.arange(count) % 20]
    restoration.save_film(path, np.where(HOLES[..., None], np.float32(1), frames))
    return path


def child(source, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source), *map(str, arguments)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


MEASURED = r"""
    import json, re, sys
    from pathlib import Path
    import numpy as np
    from course_lib import restoration

    source, target, method, mask = sys.argv[1:]
    done = restoration.restore_video(source, np.load(mask), target, method)
    # Not the resource module's peak: that begins with what the parent had when it forked.
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
    print(json.dumps([done.frames, peak / 1024]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_memory_does_not_grow_with_the_length(tmp_path):
    """With the method that keeps most: frames and their flows."""
    np.save(tmp_path / "mask.npy", HOLES)
    megabytes = {}
    for count in (30, 120):
        source = film(tmp_path / f"{count}.webm", count)
        target = tmp_path / f"new{count}.webm"
        run = child(MEASURED, source, target, "motion", tmp_path / "mask.npy")
        said, wrong = run.communicate()
        assert run.returncode == 0, wrong
        frames, megabytes[count] = json.loads(said)
        assert frames == count == len(reading.Film(target))
    # Ninety frames more with their flows, were they kept, are 130 MB; of the frames alone 21 MB.
    assert megabytes[120] - megabytes[30] < 15


STANDS_STILL = """
    import sys, time
    from pathlib import Path
    import numpy as np
    from course_lib import restoration

    source, target, begun, mask = sys.argv[1:]
    filled = 0

    def method(image, holes):
        global filled
        filled += 1
        if filled == 8:
            Path(begun).touch()
            time.sleep(3600)
        return image

    restoration.restore_video(source, np.load(mask), target, method, overwrite=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("older", [None, b"an older film"])
def test_a_killed_run_leaves_no_half_film(tmp_path, older):
    np.save(tmp_path / "mask.npy", HOLES)
    source, target = film(tmp_path / "old.webm", 20), tmp_path / "new.webm"
    if older:
        target.write_bytes(older)
    run = child(STANDS_STILL, source, target, tmp_path / "begun", tmp_path / "mask.npy")
    wait_for(lambda: (tmp_path / "begun").exists() or run.poll() is not None)
    assert run.poll() is None, run.communicate()[1]
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    assert (target.read_bytes() if target.exists() else None) == older
    (left,) = tmp_path.glob(".*.part*")
    past = time.time() - _files.STALE_SECONDS - 10
    os.utime(left, (past, past))
    restoration.restore_video(source, HOLES, target, "nearest", overwrite=True)
    assert len(reading.Film(target)) == 20 and not list(tmp_path.glob(".*.part*"))


PLAYED = """
    async video => {
        video.muted = true;
        const ended = new Promise(done => video.addEventListener("ended", done));
        await video.play();
        await ended;
        return [video.videoWidth, video.videoHeight, video.duration, video.currentTime];
    }
"""


@pytest.mark.parametrize("ending", [".webm", ".mp4"])
def test_a_browser_plays_the_film(tmp_path, chromium, ending):
    if ending == ".mp4":
        pytest.importorskip("av", reason="PyAV is an optional extra")
    source, target = film(tmp_path / "old.webm", 12), tmp_path / f"new{ending}"
    restoration.restore_video(source, HOLES, target, "nearest")
    page = chromium.new_page()
    (tmp_path / "page.html").write_text(f'<video src="{target.name}"></video>')
    page.goto((tmp_path / "page.html").as_uri())
    width, height, duration, arrived = page.eval_on_selector("video", PLAYED)
    page.close()
    assert (width, height) == (320, 240)
    assert duration == pytest.approx(0.5, abs=0.05) and arrived == pytest.approx(duration, abs=0.01)


def test_a_browser_shows_the_animated_picture(tmp_path, chromium):
    """Two frames, black and white: what is drawn changes."""
    frames = np.zeros((2, *SIZE, 3))
    frames[1] = 1
    restoration.save_film(tmp_path / "blinks.webp", frames, rate=10)
    page = chromium.new_page()
    (tmp_path / "page.html").write_text('<img src="blinks.webp" alt="A square that blinks.">')
    page.goto((tmp_path / "page.html").as_uri())
    seen = set()
    wait_for(
        lambda: seen.add(page.locator("img").screenshot()) or len(seen) >= 2,
        pause=lambda _: page.wait_for_timeout(30),
    )
    page.close()
