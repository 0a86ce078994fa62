"""Watching a network learn: the same damaged pictures, filled again after every epoch.

Only what is frozen can be compared, so the logger is given its pictures and masks once. It keeps
what it sees in memory, in a folder, and in Weights & Biases, and none of the three needs the
others. W&B always records on this machine; where the learner is logged in, another process
uploads the record (``_tracking.LiveUpload``), so that no server can hold the training up.
"""

import csv
import hashlib
import io
import os
from pathlib import Path

import keras
import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from course_lib._tracking import LiveUpload, reachable, wandb_mode
from course_lib._validation import check_count, check_pair, check_values
from course_lib.metrics import psnr
from course_lib.models import predict

PROJECT = "inpainting-course"
SHEET_COLUMNS = 8
PSNR_COLUMN = "frozen_psnr_hole"  # not psnr_hole: that is losses.HolePSNR, another set of pictures


class PredictionLogger(keras.callbacks.Callback):
    """Fill the same pictures before training, after each ``every``-th epoch and after the last.

    All pictures go through the network in one prediction. It changes nothing in the training:
    with and without the logger the weights are the same, bit for bit.

    With a ``folder``, each frame is stored as ``frames/epoch_0007.png`` (the filled pictures
    above, the network's raw predictions below, lossless), and ``log.csv`` has a row an epoch: the
    epoch, the PSNR of these pictures, and all that ``fit`` reports. Epochs are counted as done:
    0 is before training, 7 after seven epochs. A logger made for the same pictures and folder
    begins with the frames that are there. A training resumed at ``initial_epoch`` goes on behind
    them and replaces the epoch after it, which a killed run may have left; if more epochs follow
    there, they are another run's and are moved to ``earlier_1`` (2, 3, ...) first. Without a
    folder, a training that begins at epoch 0 begins with no frames.

    With ``tracking``, each epoch is one W&B step with its numbers and pictures; the originals and
    masks stand in the first. Without an account the record stays on this machine; with one (see
    ``runtime.setup``) it is uploaded as it grows. A W&B run that has already begun is used and
    left open. Whatever goes wrong with W&B, a sentence says so and the training goes on.

    Attributes:
        epochs: list of int, the epochs of the frames.
        frames: list of uint8 (N, H, W, 3), the filled pictures, known pixels as they came.
        raw_frames: list of uint8 (N, H, W, 3), what the network predicted for every pixel.
        psnr_hole: list of float, dB over all holes of the filled pictures; NaN if the network
            predicts NaN or infinity.

    Args:
        images: the originals, uint8 or floats in [0, 1], (N, H, W, 3), one or more.
        mask: bool (N, H, W), True = hole, or one mask (H, W) for all; with a hole somewhere.
        every: epochs from frame to frame, 1 or more.
        folder: where frames, log and W&B's record are kept; None: W&B's in ./wandb, the others
            nowhere.
        tracking: whether to record the training with W&B.

    Raises:
        TypeError, ValueError: if an argument is not as above, or the folder holds frames of other
            pictures or masks.

    Example:
        >>> images = np.full((2, 16, 16, 3), 200, np.uint8)
        >>> hole = np.zeros((16, 16), bool)
        >>> hole[4:8, 4:8] = True
        >>> logger = PredictionLogger(images, hole, every=5, tracking=False)
        >>> logger.epochs
        []
    """

    def __init__(self, images, mask, *, every=1, folder=None, tracking=True):
        super().__init__()
        images = np.asarray(images)
        if images.dtype == np.uint8:
            images = images / np.float32(255)
        if images.ndim == 3:
            raise ValueError(
                f"images have shape {images.shape}, but a batch (N, H, W, 3) is asked: "
                "pass one picture as images[None]."
            )
        images, mask = check_pair(images, mask)
        check_values(images, "an original")
        if not mask.any():
            raise ValueError("mask has no hole, so there is nothing to fill: True marks a hole.")
        self._images = images.astype(np.float32)
        self._holes = np.broadcast_to(mask, images.shape[:-1]).copy()
        self._damaged = np.where(self._holes[..., None], 0, self._images)
        self._every = check_count("every", every, lowest=1)
        self._tracking = bool(tracking)
        self._record = None
        self._begun = False
        self._folder = None if folder is None else _Folder(folder, self._images, self._holes)
        kept = [] if self._folder is None else self._folder.read_frames()
        self._frames = {frame.epoch: frame for frame in kept}

    @property
    def epochs(self):
        return sorted(self._frames)

    @property
    def frames(self):
        return [self._frames[epoch].filled for epoch in self.epochs]

    @property
    def raw_frames(self):
        return [self._frames[epoch].raw for epoch in self.epochs]

    @property
    def psnr_hole(self):
        return [self._frames[epoch].psnr_hole for epoch in self.epochs]

    def on_train_begin(self, logs=None):
        self._begun = False

    def on_epoch_begin(self, epoch, logs=None):
        if not self._begun:  # only here does Keras say at which epoch a training starts
            self._begun = True
            self._begin(epoch)

    def on_epoch_end(self, epoch, logs=None):
        done = epoch + 1
        self._last_logs = logs
        last = done == self.params.get("epochs") or self.model.stop_training
        self._keep(done, logs, with_frame=last or done % self._every == 0)

    def on_train_end(self, logs=None):
        if not self._begun:
            return
        if self._done not in self._frames:  # stopped by a callback that stands after this one
            self._keep(self._done, self._last_logs, with_frame=True)
        self._recorded(_Record.finish)
        self._record = None

    def _begin(self, start):
        if self._folder is not None:
            self._folder.begin(start)
        self._frames = {epoch: one for epoch, one in self._frames.items() if epoch <= start}
        if start == 0:
            self._frames = {}
        self._done, self._last_logs = start, None
        self._recorded(_Record.finish)  # of a training that was interrupted
        self._record = None
        if self._tracking and wandb_mode() != "disabled":
            self._guarded(self._begin_record, start)
        if self._frames:
            self._recorded(_Record.log_originals, start, self._images, self._holes)
        else:
            self._keep(start, None, with_frame=True)

    def _begin_record(self, start):
        folder = None if self._folder is None else self._folder.path
        self._record = _Record(folder, {"pictures": len(self._images), "first_epoch": start})

    def _keep(self, epoch, logs, with_frame):
        self._done = epoch
        numbers = {name: float(one) for name, one in (logs or {}).items() if np.ndim(one) == 0}
        frame = self._frame(epoch) if with_frame else None
        if frame is not None:
            self._frames[epoch] = frame
            numbers = {PSNR_COLUMN: frame.psnr_hole} | numbers
        if self._folder is not None:
            self._folder.keep(epoch, numbers, frame)
        self._recorded(_Record.log, epoch, numbers, frame, self._images, self._holes)

    def _frame(self, epoch):
        raw = predict(self.model, self._damaged, self._holes)
        measured = float("nan")
        if np.isfinite(raw[self._holes]).all():
            filled = np.where(self._holes[..., None], np.clip(raw, 0, 1), self._images)
            measured = psnr(self._images, filled, self._holes)
        stored = _as_bytes(raw)
        filled = np.where(self._holes[..., None], stored, _as_bytes(self._images))
        return _Frame(epoch, filled, stored, measured)

    def _recorded(self, action, *arguments):
        if self._record is not None:
            self._guarded(action, self._record, *arguments)

    def _guarded(self, action, *arguments):
        """Do something with W&B; a fault of it ends the recording, not the training."""
        try:
            action(*arguments)
        except Exception as error:
            said = (str(error).strip() or type(error).__name__).splitlines()[0]
            print(f"W&B stopped recording ({said}); the training goes on.")
            self._record = None


class _Frame:
    """The frozen pictures as the network of one epoch fills them."""

    def __init__(self, epoch, filled, raw, psnr_hole):
        self.epoch, self.filled, self.raw, self.psnr_hole = epoch, filled, raw, psnr_hole


class _Folder:
    """A training's frames and log on disk. Each file is replaced in one step, never half written.

    A frame carries a fingerprint of its pictures and masks, so that frames of others are known.
    """

    def __init__(self, path, images, holes):
        self.path = Path(path)
        self.rows = {}
        self._images, self._holes = images, holes
        content = repr(images.shape).encode() + _as_bytes(images).tobytes() + holes.tobytes()
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
        print(f"An earlier training went on after epoch {start}: see {_shown(aside)} for it.")

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
        return _Frame(epoch, filled, raw, float(facts["psnr_hole"]))

    def _new_folder_aside(self):
        number = 1
        while (self.path / f"earlier_{number}").exists():
            number += 1
        aside = self.path / f"earlier_{number}"
        aside.mkdir()
        return aside


class _Record:
    """The W&B run that a training is recorded in: the learner's own, or one on this machine."""

    def __init__(self, folder, config):
        import wandb

        self._wandb, self._run = wandb, wandb.run
        self._ours = self._run is None
        self._upload = None
        self._originals_logged = False
        if self._ours:
            self._run = self._begin(folder, config)

    def _begin(self, folder, config):
        # Offline whatever the account: then nothing is asked and no server is waited for, neither
        # here nor when Python ends. reinit: wandb.run stays free for a run of the learner's.
        run = self._wandb.init(
            project=PROJECT,
            dir=None if folder is None else str(folder),
            config=config,
            mode="offline",
            reinit="create_new",
            settings=self._wandb.Settings(
                silent=True,
                console="off",
                disable_code=True,
                disable_git=True,
                init_timeout=20,
                finish_timeout=20,
            ),
        )
        self._place = _shown(run.settings.sync_dir)
        if wandb_mode() == "online" and reachable(run.settings.base_url):
            self._upload = LiveUpload(run.settings.sync_dir)
            print(f"W&B: recorded in {self._place} and uploaded while the network trains.")
        else:
            print(
                f"W&B: recorded on this machine. Look with  wandb leet {self._place}  in a "
                f"terminal; with an account, upload with  wandb sync {self._place}"
            )
        return run

    def log(self, epoch, numbers, frame, images, holes):
        """One step: the epoch's numbers and pictures, and in the first also the originals."""
        content = {"epoch": epoch} | numbers
        if not self._originals_logged:
            content |= self._originals(images, holes)
        if frame is not None:
            content["predicted"] = self._gallery(frame.filled, f"epoch {epoch}, picture")
        self._log(epoch, content)

    def log_originals(self, epoch, images, holes):
        """The first step of a resumed training, whose first frame is there already."""
        self._log(epoch, {"epoch": epoch} | self._originals(images, holes))

    def finish(self):
        if not self._ours:
            return
        self._run.finish()
        if self._upload is None:
            return
        page = self._upload.finish()
        if page:
            print(f"W&B: uploaded, see {page}")
        else:
            print(f"W&B: not all was uploaded; it is recorded: wandb sync {self._place}")

    def _log(self, epoch, content):
        # W&B drops what is logged for a step before the last: a learner's run may be far ahead.
        behind = epoch < self._run.step
        self._run.log(content, step=None if behind else epoch)

    def _originals(self, images, holes):
        self._originals_logged = True
        masks = np.repeat(np.uint8(255) * holes[..., None], 3, axis=-1)
        return {
            "original": self._gallery(_as_bytes(images), "picture"),
            "mask": self._gallery(masks, "white = hole, picture"),
        }

    def _gallery(self, pictures, caption):
        # uint8: newer releases of wandb log pictures of floats black.
        return [
            self._wandb.Image(picture, caption=f"{caption} {number}")
            for number, picture in enumerate(pictures)
        ]


def _as_bytes(pictures):
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


def _shown(path):
    """A path as short as can be, for a sentence."""
    path = Path(path)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
