"""What a training's frozen pictures looked like, in memory and in its folder."""

import csv
import hashlib
import io
import re
import shutil
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from course_lib._files import made_folder, named_folder, refuse_link, replaced, take_place
from course_lib._pixels import as_bytes

SHEET_COLUMNS = 8


class Frame:
    """The frozen pictures as the network of one epoch fills them."""

    def __init__(self, epoch, filled, raw, psnr_hole):
        self.epoch, self.filled, self.raw, self.psnr_hole = epoch, filled, raw, psnr_hole


class Folder:
    """A training's frames and log on disk. Each file is replaced in one step, never half written.

    A frame carries a fingerprint of its pictures and masks, so that frames of others are noticed.
    Other programs may have touched the folder and left files in it: what does not have a frame's
    name is left alone, and a log that cannot be read is put aside.
    """

    def __init__(self, path, images, mask):
        self.path = named_folder(path)
        self.rows = {}
        self._images, self._mask = images, mask
        content = repr(images.shape).encode() + as_bytes(images).tobytes() + mask.tobytes()
        self._fingerprint = hashlib.sha256(content).hexdigest()

    def read_frames(self):
        return [self._read(epoch, path) for epoch, path in self._stored().items()]

    def begin(self, start):
        """Keep what is there up to ``start``; what an earlier run did after it is put aside."""
        made_folder(self.path)
        frames = self.path / "frames"
        for place in (self.path / "log.csv", frames, *frames.glob("epoch_*.png")):
            refuse_link(place)
        rows, stored = self._read_log(), self._stored()
        self.rows = {epoch: row for epoch, row in rows.items() if epoch <= start}
        if max([0, *rows, *stored]) <= start + 1:
            if start + 1 in stored:
                with suppress(OSError):  # it is replaced anyway
                    stored[start + 1].unlink()
            return
        aside = self._new_folder_aside()
        if rows:  # a copy: up to ``start`` it stays the log of this training
            shutil.copyfile(self.path / "log.csv", aside / "log.csv")
        for epoch, path in stored.items():
            if epoch > start or start == 0:
                _move(path, aside)
        print(f"An earlier training went on after epoch {start}: see {short(aside)} for it.")

    def keep(self, epoch, numbers, frame):
        """Write an epoch's row and frame; if the disk does not take them, the training goes on."""
        self.rows[epoch] = {"epoch": epoch} | numbers
        try:
            if frame is not None:
                self._write(frame)
            self._write_log()
        except OSError as error:
            warnings.warn(
                f"{short(self.path)} did not take what belongs to epoch {epoch} "
                f"({error.strerror or error}); the training goes on.",
                stacklevel=2,
            )

    def _write_log(self):
        names = dict.fromkeys(name for row in self.rows.values() for name in row)
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, list(names))
        table.writeheader()
        table.writerows(self.rows[epoch] for epoch in sorted(self.rows))
        with replaced(self.path / "log.csv") as file:
            file.write(text.getvalue().encode())

    def _read_log(self):
        """The rows of the log by epoch; a log that another program has changed is put aside."""
        log = self.path / "log.csv"
        if not log.exists():
            return {}
        try:
            with open(log, newline="", encoding="utf-8-sig") as file:
                table = csv.DictReader(file, strict=True)
                rows = list(table)
            if "epoch" not in (table.fieldnames or ["epoch"]) or any(None in row for row in rows):
                raise ValueError("another first line, or a row longer than it")
            return {int(row["epoch"]): row for row in rows}
        except (OSError, ValueError, KeyError, TypeError, csv.Error):
            aside = self._new_folder_aside()
            _move(log, aside)
            print(
                f"{short(log)} is not as this course wrote it (saved by a spreadsheet?): it is in "
                f"{short(aside)} now, and a new one begins."
            )
            return {}

    def _stored(self):
        """The frames' files by epoch; copies such as "epoch_0001 (1).png" are not ours."""
        found = {}
        for path in sorted((self.path / "frames").glob("epoch_*.png")):
            name = re.fullmatch(r"epoch_([0-9]{4,})\.png", path.name)
            if name and path.is_file():
                found[int(name[1])] = path
        return found

    def _write(self, frame):
        facts = PngImagePlugin.PngInfo()
        facts.add_text("fingerprint", self._fingerprint)
        facts.add_text("psnr_hole", repr(frame.psnr_hole))
        sheets = np.concatenate([_sheet(frame.filled), _sheet(frame.raw)])
        frames = self.path / "frames"
        frames.mkdir(parents=True, exist_ok=True)
        with replaced(frames / f"epoch_{frame.epoch:04d}.png") as file:
            Image.fromarray(sheets).save(file, format="PNG", pnginfo=facts)

    def _read(self, epoch, path):
        try:
            with Image.open(path, formats=["PNG"]) as image:
                facts = image.info  # image.text would decode the picture
                fingerprint, measured = facts["fingerprint"], float(facts["psnr_hole"])
                if fingerprint == self._fingerprint:
                    _check_size(image, self._images.shape)
                    sheets = np.asarray(image)
            if fingerprint == self._fingerprint:
                halves = np.split(sheets, 2)
                filled, raw = (_pictures(half, self._images.shape) for half in halves)
        except Exception as error:  # a foreign or broken file: Pillow raises a dozen kinds of error
            raise ValueError(
                f"{short(path)} cannot be read as a frame, another program may have changed it "
                f"({type(error).__name__}): delete it, or name another folder."
            ) from None
        if fingerprint != self._fingerprint:
            raise ValueError(
                f"{short(self.path)} holds frames of other pictures or masks: name another folder."
            )
        return Frame(epoch, filled, raw, measured)

    def _new_folder_aside(self):
        number = 1
        while (self.path / f"earlier_{number}").exists():
            number += 1
        aside = self.path / f"earlier_{number}"
        aside.mkdir()
        return aside


def _check_size(image, shape):
    """Check before decoding: the picture in a small foreign file may fill the memory."""
    rows, columns = _layout(shape[0])
    if image.size != (columns * shape[2], 2 * rows * shape[1]):
        raise ValueError("another size")


def _layout(count):
    """(rows, columns) of a sheet of so many pictures."""
    columns = min(count, SHEET_COLUMNS)
    return -(-count // columns), columns


def _sheet(pictures):
    """Pictures (N, H, W, 3) side by side in rows of ``SHEET_COLUMNS``, as one picture."""
    count, height, width, _ = pictures.shape
    rows, columns = _layout(count)
    cells = np.zeros((rows * columns, height, width, 3), np.uint8)
    cells[:count] = pictures
    cells = cells.reshape(rows, columns, height, width, 3).swapaxes(1, 2)
    return cells.reshape(rows * height, columns * width, 3)


def _pictures(sheet, shape):
    """The pictures of ``shape`` (N, H, W, 3) that ``_sheet`` laid out."""
    count, height, width, _ = shape
    cells = sheet.reshape(-1, height, sheet.shape[1] // width, width, 3).swapaxes(1, 2)
    return cells.reshape(-1, height, width, 3)[:count]


def _move(path, folder):
    try:
        take_place(path, folder / path.name)
    except OSError as error:
        raise ValueError(
            f"{short(path)} cannot be put aside ({error.strerror or error}): close the program "
            "that uses it, or name another folder."
        ) from None


def short(path):
    """A path as short as can be, for a sentence."""
    path = Path(path)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
