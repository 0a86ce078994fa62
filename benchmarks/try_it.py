"""Try it, the page that repairs pictures in a browser: bytes, and seconds to a repair.

    python -m benchmarks.try_it

Headless Chromium visits the page on this machine, from a server that sends 10 Mbit/s, 40
milliseconds after each request, and packs nothing that is not packed already.
"""

import functools
import shutil
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.results import record, table
from course_lib import data, wear
from tools.project import words
from tools.site import try_it

BYTES_A_SECOND = 10e6 / 8
LATENCY = 0.04  # seconds
PART = 16_384  # bytes that are sent at once
PATIENCE = 600_000  # milliseconds
SIDE, SHARE, SEED = 512, 0.05, 0


class SlowLine(SimpleHTTPRequestHandler):
    """All requests together are sent as many bytes a second as one line carries."""

    lock = threading.Lock()
    free = 0.0  # when the line is free again
    sent = 0

    def log_message(self, *_):
        pass

    def do_GET(self):
        time.sleep(LATENCY)
        with suppress(BrokenPipeError):  # the visit was over before all had arrived
            super().do_GET()

    def copyfile(self, source, outputfile):
        while part := source.read(PART):
            with SlowLine.lock:
                SlowLine.sent += len(part)
                SlowLine.free = max(SlowLine.free, time.monotonic()) + len(part) / BYTES_A_SECOND
                pause = SlowLine.free - time.monotonic()
            time.sleep(max(0, pause))
            outputfile.write(part)


@contextmanager
def slowly_served(folder):
    handler = functools.partial(SlowLine, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/try/index.html"
    server.shutdown()


def first_repairs(browser, address):
    """Seconds from the first request to a repaired example, and bytes, by each method."""
    found = {}
    for method in ("harmonic", "biharmonic", "network"):
        context = browser.new_context()  # nothing is in its cache
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        before, start = SlowLine.sent, time.monotonic()
        page.goto(address)
        page.get_by_role("button", name="Writing").click()
        page.get_by_role("button", name="Mark the damage for me").click()
        page.locator("output", has_text="2.2 % hole").wait_for()
        repair(page, method)
        found[method] = time.monotonic() - start, SlowLine.sent - before
        context.close()
    return found


def repair(page, method):
    """Have it repaired; returns the seconds that the page names."""
    page.locator(f"input[value={method}]").check()
    page.get_by_role("button", name="Repair", exact=True).click()
    page.locator("#status", has_text="Filled in").wait_for()
    return float(page.locator("#status").inner_text().split()[2])


def seconds_of_a_scratched_picture(browser, address, folder):
    """What the page says, the second time of three: the first includes compiling."""
    picture, mask = Path(folder) / "scratched.png", Path(folder) / "mask.png"
    scratches = wear.scratches(1, SIDE, share=SHARE, seed=SEED)[0]
    pixels = np.rint(255 * data.photo("camera")).astype(np.uint8)
    pixels[scratches] = 255
    Image.fromarray(pixels).save(picture)
    Image.fromarray(scratches).save(mask)
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.locator("#open").set_input_files(str(picture))
    page.locator("#work").wait_for()
    page.get_by_text("More tools").click()
    page.get_by_label("Load a mask from a file").set_input_files(str(mask))
    page.locator("output", has_text=f"{100 * scratches.mean():.1f} % hole").wait_for()
    found = {}
    for method in ("harmonic", "biharmonic", "network"):
        found[method] = sorted(repair(page, method) for _ in range(3))[1]
    page.close()
    return found


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        try_it.build(folder)
        executable = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        with slowly_served(folder) as address:
            first = first_repairs(browser, address)
            again = seconds_of_a_scratched_picture(browser, address, folder)
        browser.close()
    rows = [
        (method, f"{seconds:.1f} s", f"{sent / 1e6:.2f} MB", f"{again[method]:.1f} s")
        for method, (seconds, sent) in first.items()
    ]
    first_column = "first repair of an example, 10 Mbit/s, nothing cached"
    again_column = f"{SIDE} x {SIDE}, scratches over {100 * SHARE:.0f} %"
    body = (
        "Headless Chromium, one thread. The first repair is timed from the first request; the "
        "network is fetched meanwhile, whatever is asked for. The last column is the median of "
        "three times that the page itself reports.\n\n"
        + table(["method", first_column, "sent until then", again_column], rows)
    )
    record("try_it", "Try it: bytes and seconds", body, "python -m benchmarks.try_it", SEED)


if __name__ == "__main__":
    words("benchmarks.try_it", __doc__, 0)
    main()
