"""The callback that fills the same damaged pictures after every epoch."""

import keras
import numpy as np

from course_lib._pixels import as_bytes, as_floats
from course_lib._validation import check_batch, check_count, check_pair, check_values
from course_lib._wandb import wandb_mode
from course_lib.callbacks.frames import Folder, Frame
from course_lib.callbacks.record import Record
from course_lib.metrics import psnr
from course_lib.models import predict

PSNR_COLUMN = "frozen_psnr_hole"  # not psnr_hole: that is losses.HolePSNR, another set of pictures


class PredictionLogger(keras.callbacks.Callback):
    """Fill the same pictures before training, after each ``every``-th epoch and after the last.

    All pictures go through the network in one prediction. The training is not affected: with and
    without the logger the weights are the same, bit for bit.

    With a ``folder``, each frame is stored as ``frames/epoch_0007.png`` (the filled pictures
    above, the network's raw predictions below, lossless), and ``log.csv`` has one row an epoch: the
    epoch, the PSNR of these pictures, and all that ``fit`` reports. An epoch's number says how many
    are done: 0 is before training, 7 after seven epochs. A logger made for the same pictures and
    folder begins with the frames that are there. A training resumed at ``initial_epoch`` goes on
    from there and replaces the next epoch, which a killed run may have left; if more epochs follow
    in the folder, they are another run's and are first moved to ``earlier_1`` (2, 3, ...). Without
    a folder, a training that begins at epoch 0 begins with no frames.

    With ``tracking``, each epoch is one W&B step with its numbers and pictures; the originals and
    masks are in the first. A W&B run that you have begun (``wandb.init``) is used and left open:
    that is how to watch a training live. Without one the record stays on this machine, and a line
    says how to look at it and how to upload it. If anything goes wrong with W&B, a sentence says so
    and the training goes on.

    Attributes:
        epochs: list of int, the epochs of the frames.
        frames: list of uint8 (N, H, W, 3), the filled pictures, known pixels as they were.
        raw_frames: list of uint8 (N, H, W, 3), what the network predicted for every pixel.
        psnr_hole: list of float, dB over all holes of the filled pictures; NaN if the network
            predicts NaN or infinity.

    Args:
        images: the originals, uint8 or floats in [0, 1], (N, H, W, 3), one or more.
        mask: bool (N, H, W), True = hole, or one mask (H, W) for all; at least one pixel is a hole.
        every: epochs from frame to frame, 1 or more.
        folder: where frames, log and W&B's record are kept, ~ is your home; None: W&B's record in
            ./wandb, frames and log nowhere.
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
            images = as_floats(images)
        images, mask = check_pair(check_batch(images), mask)
        check_values(images, "an original")
        if not mask.any():
            raise ValueError("mask has no hole, so there is nothing to fill: True marks a hole.")
        self._images = images.astype(np.float32)
        self._mask = np.broadcast_to(mask, images.shape[:-1]).copy()
        self._damaged = np.where(self._mask[..., None], 0, self._images)
        self._every = check_count("every", every, lowest=1)
        self._tracking = bool(tracking)
        self._record = None
        self._begun = False
        self._folder = None if folder is None else Folder(folder, self._images, self._mask)
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
        if self._done not in self._frames:  # stopped by a callback that comes after this one
            self._keep(self._done, self._last_logs, with_frame=True)
        self._recorded(Record.finish)
        self._record = None

    def _begin(self, start):
        if self._folder is not None:
            self._folder.begin(start)
        self._frames = {epoch: one for epoch, one in self._frames.items() if epoch <= start}
        if start == 0:
            self._frames = {}
        self._done, self._last_logs = start, None
        self._recorded(Record.finish)  # of a training that was interrupted
        self._record = None
        if self._tracking and wandb_mode() != "disabled":
            self._guarded(self._begin_record, start)
        if self._frames:
            self._recorded(Record.log_originals, start, self._images, self._mask)
        else:
            self._keep(start, None, with_frame=True)

    def _begin_record(self, start):
        folder = None if self._folder is None else self._folder.path
        self._record = Record(folder, {"pictures": len(self._images), "first_epoch": start})

    def _keep(self, epoch, logs, with_frame):
        self._done = epoch
        numbers = {name: float(one) for name, one in (logs or {}).items() if np.ndim(one) == 0}
        frame = self._frame(epoch) if with_frame else None
        if frame is not None:
            self._frames[epoch] = frame
            numbers = {PSNR_COLUMN: frame.psnr_hole} | numbers
        if self._folder is not None:
            self._folder.keep(epoch, numbers, frame)
        self._recorded(Record.log, epoch, numbers, frame, self._images, self._mask)

    def _frame(self, epoch):
        raw = predict(self.model, self._damaged, self._mask)
        measured = float("nan")
        if np.isfinite(raw[self._mask]).all():
            filled = np.where(self._mask[..., None], np.clip(raw, 0, 1), self._images)
            measured = psnr(self._images, filled, self._mask)
        stored = as_bytes(raw)
        filled = np.where(self._mask[..., None], stored, as_bytes(self._images))
        return Frame(epoch, filled, stored, measured)

    def _recorded(self, action, *arguments):
        if self._record is not None:
            self._guarded(action, self._record, *arguments)

    def _guarded(self, action, *arguments):
        """Do something with W&B; if that fails, it ends the recording, not the training."""
        try:
            action(*arguments)
        except Exception as error:
            said = (str(error).strip() or type(error).__name__).splitlines()[0]
            print(f"W&B stopped recording ({said}); the training goes on.")
            self._record = None
