"""What a training's frozen pictures looked like: in memory, and in its folder."""

import csv
import hashlib
import io
import os
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

SHEET_COLUMNS = 8


class Frame:
    """The frozen pictures as the network of one epoch fills them."""

    def __init__(self, epoch, filled, raw, psnr_hole):
        self.epoch, self.filled, self.raw, self.psnr_hole = epoch, filled, raw, psnr_hole


class Folder:
    """A training's frames and log on disk. Each file is replaced in one step, never half written.

    A frame carries a fingerprint of its pictures and masks, so that frames of others are known.
    """

    def __init__(self, path, images, holes):
        self.path = Path(path)
        self.rows = {}
        self._images, self._holes = images, holes
        content = repr(images.shape).encode() + as_bytes(images).tobytes() + holes.tobytes()
        self._fingerprint = hashlib.sha256(content).hexdigest()

    def read_frames(self):
        return [self._read(epoch, path) for epoch, path in self._stored().items()]

    def begin(self, start):
        """Keep what is up to ``start``; what is an earlier run's goes aside, and is not lost."""
        self.path.mkdir(parents=True, exist_ok=True)
        log = self.path / "log.csv"
        rows = {}
        if log.exists():
            with open(log, newline="", encoding="utf-8") as file:
                rows = {int(row["epoch"]): row for row in csv.DictReader(file)}
        stored = self._stored()
        self.rows = {epoch: row for epoch, row in rows.items() if epoch <= start}
        if max([0, *rows, *stored]) <= start + 1:
            if start + 1 in stored:
                stored[start + 1].unlink()
            return
        aside = self._new_folder_aside()
        for epoch, path in stored.items():
            if epoch > start or start == 0:
                os.replace(path, aside / path.name)
        if rows:
            _replace(aside / "log.csv", log.read_bytes())
        print(f"An earlier training went on after epoch {start}: see {shown(aside)} for it.")

    def keep(self, epoch, numbers, frame):
        if frame is not None:
            self._write(frame)
        self.rows[epoch] = {"epoch": epoch} | numbers
        names = dict.fromkeys(name for row in self.rows.values() for name in row)
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, list(names))
        table.writeheader()
        table.writerows(self.rows[epoch] for epoch in sorted(self.rows))
        _replace(self.path / "log.csv", text.getvalue().encode())

    def _stored(self):
        paths = sorted((self.path / "frames").glob("epoch_*.png"))
        return {int(path.stem.removeprefix("epoch_")): path for path in paths}

    def _write(self, frame):
        facts = PngImagePlugin.PngInfo()
        facts.add_text("fingerprint", self._fingerprint)
        facts.add_text("psnr_hole", repr(frame.psnr_hole))
        sheets = np.concatenate([_sheet(frame.filled), _sheet(frame.raw)])
        data = io.BytesIO()
        Image.fromarray(sheets).save(data, format="PNG", pnginfo=facts)
        frames = self.path / "frames"
        frames.mkdir(parents=True, exist_ok=True)
        _replace(frames / f"epoch_{frame.epoch:04d}.png", data.getvalue())

    def _read(self, epoch, path):
        try:
            with Image.open(path) as image:
                sheets, facts = np.asarray(image), dict(image.text)
        except (OSError, UnidentifiedImageError, AttributeError, SyntaxError):
            raise ValueError(
                f"{path} cannot be read as a frame: delete it, or name another folder."
            ) from None
        if facts.get("fingerprint") != self._fingerprint:
            raise ValueError(
                f"{self.path} holds frames of other pictures or masks: name another folder."
            )
        filled, raw = (_pictures(half, self._images.shape) for half in np.split(sheets, 2))
        return Frame(epoch, filled, raw, float(facts["psnr_hole"]))

    def _new_folder_aside(self):
        number = 1
        while (self.path / f"earlier_{number}").exists():
            number += 1
        aside = self.path / f"earlier_{number}"
        aside.mkdir()
        return aside


def as_bytes(pictures):
    """uint8, 0 to 255, of floats in [0, 1]; NaN becomes 0, what lies outside is clipped."""
    return np.rint(255 * np.clip(np.nan_to_num(pictures), 0, 1)).astype(np.uint8)


def _sheet(pictures):
    """Pictures (N, H, W, 3) side by side in rows of ``SHEET_COLUMNS``, as one picture."""
    count, height, width, _ = pictures.shape
    columns = min(count, SHEET_COLUMNS)
    rows = -(-count // columns)
    cells = np.zeros((rows * columns, height, width, 3), np.uint8)
    cells[:count] = pictures
    cells = cells.reshape(rows, columns, height, width, 3).swapaxes(1, 2)
    return cells.reshape(rows * height, columns * width, 3)


def _pictures(sheet, shape):
    """The pictures of ``shape`` (N, H, W, 3) that ``_sheet`` laid out."""
    count, height, width, _ = shape
    cells = sheet.reshape(-1, height, sheet.shape[1] // width, width, 3).swapaxes(1, 2)
    return cells.reshape(-1, height, width, 3)[:count]


def _replace(path, data):
    """Write a file in one step: whoever reads it finds the old content or the new."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(data)
    os.replace(unfinished, path)


def shown(path):
    """A path as short as can be, for a sentence."""
    path = Path(path)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
