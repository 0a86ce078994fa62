"""Training pairs: pictures with holes, and the same pictures whole.

What is drawn for a batch depends only on the seed, the epoch and the batch's number. The random
numbers come from NumPy's ``RandomState``, whose stream is frozen for good (NEP 19).
"""

import copy

import keras
import numpy as np

from course_lib._pixels import as_floats
from course_lib._validation import as_array, check_count, check_known, check_mask, check_seed
from course_lib.training._memory import keep_freed


def pairs(images, masks, *, batch_size, seed, valid=False, frozen=False):
    """Batches of damaged pictures and their originals, for ``model.fit`` and ``model.evaluate``.

    Every epoch shows every picture once, in a new order, under a mask drawn from the bank, then
    flipped, shifted (what leaves on one side enters on the other) and, where H = W, transposed
    at random: K masks stand for up to 8 · H · W · K. The last batch may be smaller.

    ``pairs[k]`` depends on (seed, epoch, k) alone, so any number of workers, in threads or in
    processes (set ``.workers`` and ``.use_multiprocessing``), gives the same batches. Set the
    attribute ``.epoch``, 0 at first, before an epoch begins, as a callback's ``on_epoch_begin``
    can. It is not counted here, since Keras starts the workers before it tells a data set that
    an epoch begins, reads batches ahead, and would count from 0 again when a training is resumed.
    ``training.fit`` sets it; under a plain ``model.fit`` every epoch draws the same masks.

    Args:
        images: uint8 (N, H, W, 3), 0 to 255; not copied and never written to.
        masks: bool (K, H, W), the bank, True = hole; a mask (H, W) is a bank of one.
        batch_size: pictures in a batch, 1 or more.
        seed: an int from 0 to 2**32 - 1; with ``frozen`` it changes nothing.
        valid: whether the model also gets ``valid``, 1 = known and 0 = hole.
        frozen: for validation: the pictures stay in order, and picture i has mask i % K,
            unaltered, in every epoch.

    Returns:
        A ``keras.utils.PyDataset`` of pairs, all float32 in [0, 1]: ``(damaged, original)``, each
        (n, H, W, 3), or ``((damaged, valid), original)`` with valid (n, H, W, 1), for a model of
        two inputs (a tuple, since ``tf.data`` takes no list). Holes are 0. Its ``with_holes()``
        gives the same batches for the losses and metrics of ``course_lib.losses``.

    Raises:
        TypeError, ValueError: if an argument is not as above, sizes differ, or a mask leaves no
            pixel known.

    Warns:
        UserWarning: if a mask marks more than 95 % of the picture as hole.

    Example:
        >>> images = np.full((5, 4, 4, 3), 255, np.uint8)
        >>> batches = pairs(images, np.eye(4, dtype=bool), batch_size=2, seed=0)
        >>> [len(original) for damaged, original in batches]
        [2, 2, 1]
        >>> damaged, original = batches[0]
        >>> float(damaged.mean()), float(original.mean())
        (0.75, 1.0)
    """
    images = _check_stored_images(images)
    masks = _check_bank(masks, images)
    batch_size = check_count("batch_size", batch_size, lowest=1)
    return Pairs(images, masks, batch_size, check_seed(seed), valid, frozen)


class Pairs(keras.utils.PyDataset):
    """What ``pairs`` returns."""

    def __init__(self, images, masks, batch_size, seed, valid, frozen):
        super().__init__()
        self.images, self.masks = images, masks
        self.batch_size, self.seed = batch_size, seed
        self.valid, self.frozen = bool(valid), bool(frozen)
        self.tells_holes = False
        self.epoch = 0
        self._planned = None

    def with_holes(self):
        """The same batches with a third element, ``hole`` float32 (n, H, W), 1 = hole.

        Keras hands it to the losses and weighted metrics of ``course_lib.losses``. Pictures and
        masks are shared, not copied.

        Example:
            >>> batches = pairs(np.full((2, 4, 4, 3), 255, np.uint8), np.eye(4, dtype=bool),
            ...                 batch_size=2, seed=0, frozen=True).with_holes()
            >>> damaged, original, hole = batches[0]
            >>> hole.shape, float(hole.sum())
            ((2, 4, 4), 8.0)
        """
        view = copy.copy(self)
        view.tells_holes = True
        return view

    @property
    def epoch(self):
        """The epoch whose batches are drawn, 0 or more."""
        return self._epoch

    @epoch.setter
    def epoch(self, epoch):
        self._epoch = check_count("epoch", epoch)

    def __len__(self):
        return -(-len(self.images) // self.batch_size)

    @property
    def remainder(self):
        """Pictures in the smaller batch that ends an epoch; 0 if all are full."""
        return len(self.images) % self.batch_size

    def __getitem__(self, k):
        if not 0 <= k < len(self):
            raise IndexError(f"batch {k} is asked for, but they run from 0 to {len(self) - 1}.")
        keep_freed()
        start = k * self.batch_size
        stop = min(start + self.batch_size, len(self.images))  # n = stop - start pictures
        if self.frozen:
            chosen = slice(start, stop)
            mask = self.masks[np.arange(start, stop) % len(self.masks)]  # bool (n, H, W)
        else:
            order, turns = self._plan(self._epoch)  # (N,) and (6, N)
            chosen = order[start:stop]
            mask = _turned(self.masks, *turns[:, start:stop])  # bool (n, H, W)
        original = as_floats(self.images[chosen])  # (n, H, W, 3)
        known = (~mask).astype(np.float32)  # (n, H, W)
        damaged = np.empty_like(original)
        for colour in range(3):  # twice as fast as broadcasting over the short last axis
            np.multiply(original[..., colour], known, out=damaged[..., colour])
        inputs = (damaged, known[..., None]) if self.valid else damaged
        return (inputs, original, 1 - known) if self.tells_holes else (inputs, original)

    def _plan(self, epoch):
        """All that is random in an epoch, drawn at once and kept until another epoch is asked for.

        Seeding a generator for every batch would cost as much as its masks.
        """
        plan = self._planned  # read and replaced as a whole: threads may come at the same time
        if plan is None or plan[0] != epoch:
            random = np.random.RandomState([self.seed, epoch])
            order = random.permutation(len(self.images))
            turns = _random_turns(self.masks.shape, len(order), random)
            plan = self._planned = epoch, order, turns
        return plan[1:]


def _random_turns(shape, count, random):
    """The numbers that ``_turned`` needs, a column for each mask: int64 (6, count)."""
    amount, height, width = shape
    below = [amount, 2, 2, height, width, 2 if height == width else 1]
    return np.stack([random.randint(0, high, count, dtype=np.int64) for high in below])


def _turned(bank, chosen, flip_rows, flip_columns, down, right, transpose):
    """Masks of a bank (K, H, W), each flipped (0 or 1), shifted (pixels) and transposed (0 or 1).

    Pixel (y, x) of a new mask is pixel ((±y + down) mod H, (±x + right) mod W) of the bank's;
    transposed, the two indices swap places. Each of them adds its own part to a flat index,
    so that the whole batch is read in one go.
    """
    _, height, width = bank.shape  # the six others are (n,)
    rows = np.outer(1 - 2 * flip_rows, np.arange(height)) + down[:, None]  # (n, H)
    columns = np.outer(1 - 2 * flip_columns, np.arange(width)) + right[:, None]  # (n, W)
    rows = rows % height * np.where(transpose, 1, width)[:, None]
    columns = columns % width * np.where(transpose, width, 1)[:, None]
    columns += (height * width * chosen)[:, None]
    return bank.reshape(-1).take(rows[:, :, None] + columns[:, None, :])  # bool (n, H, W)


def _check_stored_images(images):
    images = as_array(images, "images")
    if images.dtype != np.uint8:
        raise TypeError(
            f"images are {images.dtype}, but a stored data set is uint8, 0 to 255: convert floats "
            "in [0, 1] with np.round(255 * images).astype(np.uint8)."
        )
    if images.ndim != 4 or images.shape[-1] != 3 or images.size == 0:
        raise ValueError(
            f"images have shape {images.shape}, but must be a batch of RGB pictures (N, H, W, 3): "
            "pass one picture as images[None]."
        )
    return images


def _check_bank(masks, images):
    masks = check_mask(masks, "masks")
    masks = np.ascontiguousarray(masks.reshape(-1, *masks.shape[-2:]))
    if masks.shape[1:] != images.shape[1:3]:
        raise ValueError(
            f"masks are {masks.shape[1]} x {masks.shape[2]} but the pictures are "
            f"{images.shape[1]} x {images.shape[2]} (height x width): make them the same size."
        )
    fullest = masks[masks.sum(axis=(1, 2)).argmax()]
    check_known(np.zeros((*fullest.shape, 3)), fullest)
    return masks
