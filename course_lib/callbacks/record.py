"""The Weights & Biases run that a training is recorded in.

A run that the learner has begun stays theirs, and can be watched live if they began it so.
Without one the record stays on this machine, so that no server is asked for anything or waited for.
"""

import numpy as np

from course_lib._pixels import as_bytes
from course_lib._shell import command_line
from course_lib.callbacks.frames import short

PROJECT = "inpainting-course"


class Record:
    """The W&B run that a training is recorded in: the learner's own, or one on this machine."""

    def __init__(self, folder, config):
        import wandb

        self._wandb, self._run = wandb, wandb.run
        self._ours = self._run is None
        self._originals_logged = False
        if self._ours:
            self._run = self._begin(folder, config)

    def _begin(self, folder, config):
        # Offline whatever the account. reinit: wandb.run stays free for the learner's own run.
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
        place = command_line(short(run.settings.sync_dir))
        print(
            f"W&B: recorded on this machine. Look with  wandb leet {place}  in a terminal; with "
            f"an account, upload with  wandb sync {place}"
        )
        return run

    def log(self, epoch, numbers, frame, images, mask):
        """Log one step: the epoch's numbers and pictures, and in the first also the originals."""
        content = {"epoch": epoch} | numbers
        if not self._originals_logged:
            content |= self._originals(images, mask)
        if frame is not None:
            content["predicted"] = self._gallery(frame.filled, f"epoch {epoch}, picture")
        self._log(epoch, content)

    def log_originals(self, epoch, images, mask):
        """Log the first step of a resumed training, whose first frame is there already."""
        self._log(epoch, {"epoch": epoch} | self._originals(images, mask))

    def finish(self):
        if self._ours:
            self._run.finish()

    def _log(self, epoch, content):
        # W&B drops what is logged for a step before the last: a learner's run may be far ahead.
        behind = epoch < self._run.step
        self._run.log(content, step=None if behind else epoch)

    def _originals(self, images, mask):
        self._originals_logged = True
        masks = np.repeat(np.uint8(255) * mask[..., None], 3, axis=-1)
        return {
            "original": self._gallery(as_bytes(images), "picture"),
            "mask": self._gallery(masks, "white = hole, picture"),
        }

    def _gallery(self, pictures, caption):
        # uint8: newer releases of wandb log pictures of floats black.
        return [
            self._wandb.Image(picture, caption=f"{caption} {number}")
            for number, picture in enumerate(pictures)
        ]
