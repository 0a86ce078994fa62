"""A whole repair in one widget: open, paint, repair, compare, download."""

import html
import os
import tempfile
import time
import warnings
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import ipywidgets
import numpy as np

from course_lib import classical, plots, restoration
from course_lib._opencv import cv2
from course_lib._pixels import as_bytes
from course_lib._validation import as_array, check_image, check_values
from course_lib.data.files import WRITTEN
from course_lib.plots import page
from course_lib.restoration.comparing import COMPARED
from course_lib.restoration.files import HOLDS, LOSSY, hatch, invented_note, write_photograph
from course_lib.restoration.repairing import NETWORKS
from course_lib.widgets._download import Download
from course_lib.widgets._page import STORED_SIDE, data_url, encode, show, show_alone
from course_lib.widgets._work import Stopped, Work, in_main_thread
from course_lib.widgets.before_after import BeforeAfter
from course_lib.widgets.painter import REFUSALS, MaskPainter

START = "photo"  # the best mean on photographs: benchmarks/RESULTS.md
METHODS = (*NETWORKS, *(name for name in reversed(classical.METHODS) if name != "nothing"))
CLOSE_SIDE = 320  # pixels of the part of a large picture in which methods are compared
CAPTION = "Open a picture, paint over its damage, repair it."
ANEW = "JPEG compresses the known pixels again; .png keeps them."
OFTEN = 0.2  # seconds between two news of how far a repair is
ROW = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "4px 12px"}


class RepairDesk(ipywidgets.VBox):
    """Repair your own photograph without writing code.

    From top to bottom: the painter with all its tools, where a picture is opened and its damage
    marked; a method and Repair; the picture before and after; the repaired file and the mask to
    download; and several methods side by side. The before-and-after and the comparison show the
    part that the painter is zoomed to.

    Args:
        photograph: None, the name of a picture file, or an array, RGB (H, W, 3), floats in
            [0, 1] or uint8; floats are rounded to 8 bits.
        truth: the undamaged picture as an array like the photograph's, where it is known: the
            comparison then gives the PSNR in the holes.

    Attributes:
        painter: the ``MaskPainter``; assign ``painter.mask`` to mark damage from Python.
        photograph: a ``restoration.Photograph``, or None before the first is opened.
        repaired: the repaired pixels, an array of the photograph's kind, or None.
        table: pandas.DataFrame, as ``restoration.compare`` gives it, or None.
        controls: dict of the ipywidgets by name: "method", "invented", "repair", "format",
            "stop", "compare", and the comparison's check boxes by their methods' names.
        message: the sentence that the page shows about the last work.

    Raises:
        TypeError, ValueError, OSError: if the photograph or the truth is not as above.

    Example:
        >>> desk = RepairDesk(np.full((20, 30, 3), 0.4))
        >>> desk.painter.mask = np.eye(20, 30, dtype=bool)
        >>> desk.controls["method"].value = "harmonic"
        >>> desk.controls["repair"].click()
        >>> desk.repaired.dtype, desk.repaired.shape
        (dtype('uint8'), (20, 30, 3))
    """

    def __init__(self, photograph=None, *, truth=None):
        super().__init__()
        self.painter, self._work = MaskPainter(), Work()
        self.message, self.repaired, self.table = "", None, None
        self._make_controls()
        self._make_results()
        self._truth = None
        if photograph is not None:
            self._open(photograph)
        if truth is not None:
            self._truth = self._as_truth(truth)
        self.painter.observe(self._begin_anew, "photograph")
        self.painter.observe(self._show_pair, "box")
        self._lay_out()
        self._show_work(False)
        self._begin_anew()

    def wait(self):
        """Wait until the work that a click on the page has begun is done."""
        self._work.wait()

    @property
    def photograph(self):
        return self.painter.photograph

    def _open(self, photograph):
        if isinstance(photograph, (str, bytes, os.PathLike)):
            opened = restoration.read_photograph(photograph)
            self.painter.name = Path(os.fsdecode(photograph)).name
        else:
            opened = restoration.Photograph(_as_pixels(photograph, "photograph"), "RGB")
        self.painter.photograph = opened

    def _as_truth(self, truth):
        pixels = _as_pixels(truth, "truth")
        if self.photograph is None or pixels.shape != self._comparable().shape:
            raise ValueError(
                f"truth has shape {pixels.shape}: pass the photograph too, of the same shape."
            )
        return pixels

    def _make_controls(self):
        def button(words, style, work):
            made = ipywidgets.Button(description=words, button_style=style)
            made.on_click(lambda _: work())
            return made

        def begin(work):
            return lambda: self._work.begin(work)

        compared = [name for name in METHODS if name in (*COMPARED, "photo", "exemplar")]
        boxes = {
            name: ipywidgets.Checkbox(
                name in COMPARED, description=name, indent=False, layout={"width": "auto"}
            )
            for name in compared
        }
        self._compared = boxes
        self.controls = {
            "method": ipywidgets.Dropdown(
                options=METHODS, value=START, description="Method", layout={"width": "260px"}
            ),
            "invented": ipywidgets.Checkbox(
                description="hatch what is invented", indent=False, layout={"width": "auto"}
            ),
            "repair": button("Repair", "primary", begin(self._repair)),
            "stop": button("Stop", "", self._stop),
            "format": ipywidgets.Dropdown(description="Format", layout={"width": "200px"}),
            "compare": button("Compare", "", begin(self._compare)),
            **boxes,
        }
        self.controls["invented"].observe(lambda _: self._hatch_or_not(), "value")

    def _make_results(self):
        self._status, self._compare_status = ipywidgets.HTML(), ipywidgets.HTML()
        blank = np.zeros((1, 1, 3), np.float32)
        self._pair = BeforeAfter(blank, blank, "Nothing is repaired yet.")
        self._file = Download("Download the repaired picture", self._make_file)
        self._mask = Download("Download the mask", self.painter.mask_file)
        self._sheet, self._anew = ipywidgets.HTML(), ipywidgets.HTML()
        self.controls["format"].observe(self._say_what_is_kept, "value")

    def _lay_out(self):
        def row(*names):
            return ipywidgets.Box([self.controls[name] for name in names], layout=ROW)

        files = [self.controls["format"], self._anew, self._file, self._mask]
        download = ipywidgets.Box(files, layout=ROW)
        self._result = ipywidgets.VBox([self._pair, download])
        self.children = (
            self.painter,
            row("method", "invented", "repair", "stop"),
            self._status,
            self._result,
            _heading("Several methods side by side"),
            row(*self._compared, "compare", "stop"),
            self._compare_status,
            self._sheet,
        )

    def _begin_anew(self, change=None):
        """With another picture, or none: nothing is repaired yet."""
        self._stop()
        self.repaired = self.table = self._plain = None
        if change:
            self._truth = None
        self._result.layout.display = "none"
        self._sheet.value = ""
        self._compare_status.value = ""
        self._place = self._status
        self._say("")

    def _repair(self):
        method = self.controls["method"].value
        loading = " Loading a network takes a while the first time." * (method in NETWORKS)
        with self._working(f"Repairing with {method} ...{loading}", self._status):
            mask = self._wanted_mask()
            start = time.perf_counter()
            plain = restoration.restore_photograph(
                self.photograph, mask, method, progress=self._progress(f"Repairing with {method}")
            )
            seconds = time.perf_counter() - start
            with self._work.taking():
                self._plain, self._plain_mask, self._method = plain, mask, method
                self._offer_formats()
                self._hatch_or_not()
                self._result.layout.display = None
                self._say(
                    f"{method} filled {mask.sum():,} pixels ({100 * mask.mean():.1f} %) in "
                    f"{seconds:.1f} s."
                )

    def _hatch_or_not(self):
        if self._plain is not None:
            self.repaired = self._plain
            if self.controls["invented"].value:
                self.repaired = hatch(self.photograph, self._plain, self._plain_mask)
            self._show_pair()

    def _show_pair(self, change=None):
        if self.repaired is None:
            return
        before = self.painter.part(self.painter.box, STORED_SIDE)
        after = self._part(self.repaired, self.painter.box, STORED_SIDE)
        share = 100 * self._plain_mask.mean()
        alt = f"The photograph before, and after {self._method} filled {share:.1f} % of it."
        self._pair.put(before, after, alt)

    def _compare(self):
        names = [name for name, box in self._compared.items() if box.value]
        with self._working("Comparing ...", self._compare_status):
            if not names:
                raise ValueError("no method is chosen: tick at least one.")
            mask, pixels = self._wanted_mask(), self._comparable()
            box = self.painter.box or _busiest(mask)
            cards, rows = [_card(self._close(pixels, box), "damaged", "")], {}
            for number, name in enumerate(names, start=1):
                self._work.check()
                doing = f"Comparing: {name}, {number} of {len(names)}"
                self._say(f"{doing} ...")
                pictures, table = restoration.compare(
                    pixels, mask, [name], truth=self._truth, progress=self._progress(doing)
                )
                rows[name] = table
                cards.append(_card(self._close(pictures[name], box), *_said(table)))
            with self._work.taking():
                self._show_sheet(cards, rows)

    def _show_sheet(self, cards, rows):
        import pandas as pd

        first, *cards = cards
        table = pd.concat(rows.values(), ignore_index=True)
        cards = dict(zip(rows, cards, strict=True))
        if self._truth is not None:
            table = table.sort_values("psnr_hole", ascending=False, ignore_index=True)
        self.table = table
        cards = [first, *(cards[name] for name in table.method)]
        self._sheet.value = (
            f'<div style="display:flex;flex-wrap:wrap;gap:12px">{"".join(cards)}</div>'
        )
        seconds = table.seconds.sum()
        self._say(f"{len(table)} method{'s' * (len(table) > 1)} compared in {seconds:.1f} s.")

    def _wanted_mask(self):
        """The mask, where there is something to repair."""
        if self.photograph is None:
            raise ValueError("open a picture first.")
        mask = self.painter.mask
        if not mask.any():
            raise ValueError("nothing is marked: paint over what is to be filled in.")
        return mask

    def _comparable(self):
        """What the comparison repairs: the pixels, as RGB where the file stores another kind."""
        if self.photograph.mode in ("P", "CMYK"):
            return as_bytes(restoration.as_rgb(self.photograph))
        return self.photograph.pixels

    def _part(self, pixels, box, longest):
        left, top, right, bottom = box or [0, 0, *pixels.shape[1::-1]]
        part = replace(self.photograph, pixels=pixels[top:bottom, left:right])
        return restoration.as_rgb(part, longest)

    def _close(self, pixels, box):
        return self._part(pixels, box, 2 * CLOSE_SIDE)

    @contextmanager
    def _working(self, doing, place):
        """Nothing else can be asked for meanwhile, and what goes wrong is one sentence."""
        self._show_work(True)
        self._place = place
        self._say(doing)
        try:
            with warnings.catch_warnings(record=True) as doubts:
                warnings.simplefilter("always", UserWarning)
                yield
            if doubts:
                self._say(f"{self.message} Note: {doubts[-1].message}".strip())
        except REFUSALS as problem:
            self._say(str(problem), role="alert")
        except (Stopped, KeyboardInterrupt):
            self._say("stopped; what was there before is still there.")
        finally:
            self._show_work(False)

    def _show_work(self, works):
        """What can be pressed; Stop only while it would be heard."""
        for name in ("repair", "compare"):
            self.controls[name].disabled = works
        stop = self.controls["stop"]
        stop.description, stop.disabled = "Stop", False
        stop.layout.display = None if works and not in_main_thread() else "none"

    def _stop(self):
        self._work.stop()
        stop = self.controls["stop"]
        stop.description, stop.disabled = "Stopping ...", True

    def _progress(self, doing):
        def progress(windows):
            windows, start, told = [*windows], time.monotonic(), 0
            for done, window in enumerate(windows):
                self._work.check()
                now = time.monotonic()
                if now - told > OFTEN:
                    told = now
                    left = _left(now - start, done, len(windows))
                    self._say(f"{doing}: part {done + 1} of {len(windows)}{left} ...")
                yield window

        return progress

    def _say(self, sentence, role="status"):
        self.message = sentence
        self._place.value = f'<p role="{role}" style="margin:4px 0">{html.escape(sentence)}</p>'

    def _offer_formats(self):
        """The file's own kind first, then what holds the pixels exactly."""
        own, mode = Path(self.painter.name).suffix.lower(), self.photograph.mode
        fits = [one for one in (own, ".png", ".tif") if one in WRITTEN]
        fits = dict.fromkeys(one for one in fits if mode in HOLDS.get(one, (mode,)))
        menu = self.controls["format"]
        chosen = menu.value if menu.value in fits else next(iter(fits))
        menu.options = [*fits]
        menu.value = chosen

    def _say_what_is_kept(self, change):
        self._anew.value = ANEW if change.new in LOSSY else ""

    def _make_file(self):
        """The repaired picture as a file: (name, bytes)."""
        if self.repaired is None:
            raise ValueError("nothing is repaired yet: press Repair first.")
        show = "invented" if self.controls["invented"].value else "repaired"
        note = invented_note(self._plain_mask, self._method, show)
        name = f"{Path(self.painter.name).stem or 'picture'}-repaired"
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / f"{name}{self.controls['format'].value}"
            write_photograph(target, self.photograph, self.repaired, note)
            return target.name, target.read_bytes()

    def _ipython_display_(self):
        if self.photograph is None:
            show_alone(self, "[a desk for repairs that waits for a photograph]")
        elif self.repaired is None:
            show(self, *self.painter._still(), caption=CAPTION)
        else:
            drawing = plots.figure(self._pair._pair, titles=["before", "after"])
            show(self, *page.encode(drawing, True), self._pair.alt, caption=CAPTION)


def _left(seconds, done, parts):
    """How long it still takes, in words, where that is worth knowing, going by the parts done."""
    minutes = seconds / done * (parts - done) / 60 if done else 0
    if minutes <= 1:
        return ""
    rounded = round(minutes)
    return f", about {rounded} minute{'s' * (rounded > 1)} left"


def _as_pixels(picture, name):
    """uint8 (H, W, 3) of a picture as floats or uint8."""
    array = as_array(picture, name)
    if array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] == 3:
        return array
    check_image(array, name)
    check_values(array, name)
    return as_bytes(array)


def _busiest(mask):
    """The window [left, top, right, bottom] with the most hole pixels in it."""
    height, width = mask.shape
    side = min(CLOSE_SIDE, height), min(CLOSE_SIDE, width)
    total = cv2.integral(mask.astype(np.uint8))
    inside = (
        total[side[0] :, side[1] :] - total[: height - side[0] + 1, side[1] :]
        - total[side[0] :, : width - side[1] + 1]
        + total[: height - side[0] + 1, : width - side[1] + 1]
    )  # fmt: skip
    top, left = np.unravel_index(inside.argmax(), inside.shape)
    return [int(left), int(top), int(left) + side[1], int(top) + side[0]]


def _said(table):
    """(a method's name, what the comparison says of it)."""
    row = table.iloc[0]
    said = f"{row.seconds:.1f} s"
    return row.method, f"{row.psnr_hole:.1f} dB, {said}" if "psnr_hole" in table else said


def _card(picture, name, said):
    source = data_url(*encode(picture))
    words = ", ".join(filter(None, [f"<b>{html.escape(name)}</b>", html.escape(said)]))
    return (
        f'<figure style="margin:0;width:{CLOSE_SIDE}px;max-width:100%"><img src="{source}" '
        f'alt="The part compared, {html.escape(name)}" style="width:100%">'
        f"<figcaption>{words}</figcaption></figure>"
    )


def _heading(words):
    return ipywidgets.HTML(f"<h4 style='margin:12px 0 0'>{words}</h4>")
