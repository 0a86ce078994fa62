"""Training pairs, and the training itself.

``pairs`` are pictures with holes beside the same pictures whole. What is drawn for a batch depends
on the seed, the epoch and the batch's number alone. The random numbers come from NumPy's
``RandomState``, whose stream is frozen for good (NEP 19). ``fit`` trains a network on them.
"""

import contextlib
import math
import time
import warnings
from pathlib import Path

import keras
import numpy as np
from tqdm.auto import tqdm

from course_lib import _checkpoint
from course_lib._validation import (
    as_array,
    check_count,
    check_known,
    check_mask,
    check_seed,
)

PATIENCE = 10  # epochs without a lower val_loss after which a training stops
MEMORIES = {  # what Keras's callbacks remember from epoch to epoch and empty when a fit begins
    keras.callbacks.EarlyStopping: ("wait", "best", "best_epoch", "stopped_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
}


def pairs(images, masks, *, batch_size, seed, valid=False, frozen=False, holes=False):
    """Batches of damaged pictures and their originals, for ``model.fit`` and ``model.evaluate``.

    Every epoch shows every picture once, in a new order, under a mask drawn from the bank, then
    flipped, shifted (what leaves on one side enters on the other) and, where H = W, transposed
    at random: K masks stand for up to 8 · H · W · K. The last batch may be smaller.

    ``pairs[k]`` depends on (seed, epoch, k) alone, so any number of workers, in threads or in
    processes (set ``.workers`` and ``.use_multiprocessing``), gives the same batches. Set the
    attribute ``.epoch``, 0 at first, before an epoch begins, as a callback's ``on_epoch_begin``
    can: it is not counted here, since Keras starts the workers before it tells a data set that
    an epoch begins, reads batches ahead, and begins at 0 again when a training is resumed. ``fit``
    of this module sets it; under a plain ``model.fit`` every epoch draws the same masks.

    Args:
        images: uint8 (N, H, W, 3), 0 to 255; not copied and never written to.
        masks: bool (K, H, W), the bank, True = hole; a mask (H, W) is a bank of one.
        batch_size: pictures in a batch, 1 or more.
        seed: an int from 0 to 2**32 - 1; with ``frozen`` it changes nothing.
        valid: whether the model also gets ``valid``, 1 = known and 0 = hole.
        frozen: for validation: the pictures in their order, picture i with mask i % K unaltered,
            the same in every epoch.
        holes: whether a batch has ``hole`` as its third element, float32 (n, H, W), 1 = hole,
            which Keras hands to the losses and weighted metrics of ``course_lib.losses``.

    Returns:
        A ``keras.utils.PyDataset`` of pairs, all float32 in [0, 1]: ``(damaged, original)``, each
        (n, H, W, 3), or ``((damaged, valid), original)`` with valid (n, H, W, 1), for a model of
        two inputs (a tuple, since ``tf.data`` takes no list). Holes are 0.

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
    return Pairs(images, masks, batch_size, check_seed(seed), valid, frozen, holes)


class Pairs(keras.utils.PyDataset):
    """What ``pairs`` returns."""

    def __init__(self, images, masks, batch_size, seed, valid, frozen, holes):
        super().__init__()
        self.images, self.masks = images, masks
        self.batch_size, self.seed = batch_size, seed
        self.valid, self.frozen, self.holes = valid, frozen, holes
        self.epoch = 0
        self._planned = None

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
            raise IndexError(f"batch {k} is asked, but they run from 0 to {len(self) - 1}.")
        start = k * self.batch_size
        stop = min(start + self.batch_size, len(self.images))
        if self.frozen:
            chosen = slice(start, stop)
            missing = self.masks[np.arange(start, stop) % len(self.masks)]
        else:
            order, turns = self._plan(self._epoch)
            chosen = order[start:stop]
            missing = _turned(self.masks, *turns[:, start:stop])
        original = self.images[chosen] / np.float32(255)
        known = (~missing).astype(np.float32)
        damaged = np.empty_like(original)
        for colour in range(3):  # twice as fast as broadcasting over the short last axis
            np.multiply(original[..., colour], known, out=damaged[..., colour])
        inputs = (damaged, known[..., None]) if self.valid else damaged
        return (inputs, original, 1 - known) if self.holes else (inputs, original)

    def _plan(self, epoch):
        """All that is random in an epoch, drawn at once and kept until another is asked for.

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
    """What ``_turned`` asks for, a column a mask: int64 (6, count)."""
    amount, height, width = shape
    below = [amount, 2, 2, height, width, 2 if height == width else 1]
    return np.stack([random.randint(0, high, count, dtype=np.int64) for high in below])


def _turned(bank, chosen, flip_rows, flip_columns, down, right, transpose):
    """Masks of a bank (K, H, W), each flipped (0 or 1), shifted (pixels) and transposed (0 or 1).

    Pixel (y, x) of a new mask is pixel ((±y + down) mod H, (±x + right) mod W) of the bank's;
    transposed, the two indices change places. Each of them adds its own part to a flat index,
    so that the whole batch is read in one go.
    """
    _, height, width = bank.shape
    rows = (np.outer(1 - 2 * flip_rows, np.arange(height)) + down[:, None]) % height
    columns = (np.outer(1 - 2 * flip_columns, np.arange(width)) + right[:, None]) % width
    rows *= np.where(transpose, 1, width)[:, None]
    columns *= np.where(transpose, width, 1)[:, None]
    columns += (height * width * chosen)[:, None]
    return bank.reshape(-1).take(rows[:, :, None] + columns[:, None, :])


def _check_stored_images(images):
    images = as_array(images, "images")
    if images.dtype != np.uint8:
        raise TypeError(
            f"images are {images.dtype}, but a stored data set is uint8, 0 to 255: convert floats "
            "in [0, 1] with np.round(255 * images).astype(np.uint8)."
        )
    if images.ndim != 4 or images.shape[-1] != 3 or images.size == 0:
        raise ValueError(
            f"images have shape {images.shape}, but a batch of RGB pictures (N, H, W, 3) is asked: "
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


def all_devices():
    """Where to build and compile a network that ``fit`` shall train on every GPU at once.

    With TensorFlow and two GPUs or more: the scope of a ``tf.distribute.MirroredStrategy``, which
    keeps a copy of the network on each, gives each its share of every batch, and adds up the
    gradients. Everywhere else it changes nothing. Let the batch size be a multiple of the number
    of GPUs: each share counts the same, whatever its size.

    Returns:
        A context manager.

    Example:
        >>> with all_devices():
        ...     model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(3, 1)])
        ...     model.compile("sgd", loss="mse")
    """
    if keras.backend.backend() != "tensorflow" or len(_gpus()) < 2:
        return contextlib.nullcontext()
    import tensorflow

    return tensorflow.distribute.MirroredStrategy().scope()


def fit(model, train, validation, *, epochs, seed, folder=None, callbacks=()):
    """Train a compiled network and leave it with the weights that were best on the validation set.

    * The same seed, first weights and data give the same weights (same machine, backend, versions):
      the seed sets dropout's random numbers, and every batch is a function of ``train``'s own.
    * After each epoch the validation set is measured. The weights of the epoch with the lowest
      ``val_loss`` are kept; after 10 epochs without a lower one the training stops. A
      ``keras.callbacks.EarlyStopping`` of your own among ``callbacks`` takes that one's place.
    * With a ``folder`` everything that the next epoch depends on goes into one file there, replaced
      in one step after each epoch. The same call with the same folder, in another process too,
      goes on where the last whole epoch ended and arrives at the same weights, bit for bit on a
      CPU. A training that is over is not repeated: its best weights are loaded.
    * On a GPU most of the arithmetic is done in float16 (weights, the network's last layer and the
      loss stay float32).

    Args:
        model: a compiled ``keras.Model``; build it inside ``all_devices()`` to use several GPUs.
        train: a ``keras.utils.PyDataset``, as ``pairs`` makes; its ``epoch`` is set before each.
        validation: the same, frozen.
        epochs: how many to train in all, 1 or more.
        seed: an int from 0 to 2**32 - 1.
        folder: where the checkpoint lives; left out, nothing is written.
        callbacks: more ``keras.callbacks.Callback``s. Learning rates are resumed, and the memory
            of ``EarlyStopping`` and ``ReduceLROnPlateau``; any other callback's memory is its own.

    Returns:
        keras.callbacks.History with ``history`` (a list a number, one entry an epoch) and
        ``epoch``; resumed epochs included.

    Raises:
        TypeError, ValueError: if an argument is not as above, or the folder holds the checkpoint
            of another training or a damaged one.

    Warns:
        UserWarning: if the loss stops being a number; the training then ends.

    Example:
        >>> images = np.full((4, 8, 8, 3), 255, np.uint8)
        >>> data = pairs(images, np.eye(8, dtype=bool), batch_size=2, seed=0, frozen=True)
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 1)])
        >>> model.compile("sgd", loss="mse")
        >>> history = fit(model, data, data, epochs=2, seed=0)  # doctest: +ELLIPSIS
        2 epochs in 0.0 min; lowest val_loss ..., in epoch 2, whose weights the network now has.
    """
    epochs, seed = check_count("epochs", epochs, lowest=1), check_seed(seed)
    callbacks = _check_training(model, train, validation, callbacks)
    if not any(isinstance(one, keras.callbacks.EarlyStopping) for one in callbacks):
        callbacks.insert(0, keras.callbacks.EarlyStopping("val_loss", patience=PATIENCE))
    keras.utils.set_random_seed(seed)
    if not model.built:
        model(train[0][0])
    with _mixed_precision(model):
        training = _Training(model, train, callbacks, epochs, seed, folder)
        if not training.over:
            model.fit(
                train,
                validation_data=validation,
                epochs=epochs,
                initial_epoch=training.epoch,
                callbacks=[*callbacks, training, _Progress(epochs, training.epoch)],
                shuffle=False,
                verbose=0,
            )
        training.load_best()
    return training.summary()


class _Training(keras.callbacks.Callback):
    """What is carried from epoch to epoch, in memory and in the checkpoint.

    Stands last among the callbacks: an epoch is in the checkpoint only after every other
    callback has dealt with it, and memories are restored after Keras has emptied them.
    """

    def __init__(self, model, train, callbacks, epochs, seed, folder):
        super().__init__()
        self.set_model(model)
        self.train, self.others = train, callbacks
        self.path = None if folder is None else Path(folder) / "checkpoint.npz"
        self.epoch, self.over, self.resumed, self.seconds = 0, False, 0, 0.0
        self.history, self.best, self.memories = {}, None, None
        self.identity = _identity(model, train, seed)
        model.optimizer.build(model.trainable_variables)
        _set_dropout_seeds(model, seed)
        stored = None if self.path is None else _checkpoint.read(self.path)
        if stored is not None:
            self._restore(*stored)
        self.over = self.over or self.epoch >= epochs

    def on_train_begin(self, logs=None):
        for callback, memory in zip(self.others, self.memories or [], strict=False):
            for name, value in memory.items():
                setattr(callback, name, value)

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.perf_counter()
        if hasattr(self.train, "epoch"):
            self.train.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        numbers = {name: float(value) for name, value in logs.items()}
        if not all(math.isfinite(numbers[name]) for name in ("loss", "val_loss")):
            warnings.warn(
                f"The loss was not a finite number in epoch {epoch + 1}, so the training ends: "
                "lower the learning rate. The weights are the best before that.",
                stacklevel=2,
            )
            self.model.stop_training = True
            return
        for name, value in numbers.items():
            self.history.setdefault(name, []).append(value)
        self.epoch, self.over = epoch + 1, self.model.stop_training
        self.seconds += time.perf_counter() - self._began
        if self.best is None or numbers["val_loss"] < min(self.history["val_loss"][:-1]):
            self.best = _arrays(self.model.variables)
        if self.path is not None:
            self._store()

    def load_best(self):
        if self.best is not None:
            _assign(self.model.variables, self.best)

    def summary(self):
        """Say in one line how it went, and return all epochs as Keras does."""
        history = keras.callbacks.History()
        history.set_model(self.model)
        history.history, history.epoch = self.history, list(range(self.epoch))
        if self.history:
            losses = self.history["val_loss"]
            print(
                f"{self.epoch} epochs in {self.seconds / 60:.1f} min"
                + (f", {self.resumed} of them before this call" if self.resumed else "")
                + f"; lowest val_loss {min(losses):.5f}, in epoch {1 + np.argmin(losses)}, "
                "whose weights the network now has."
            )
        return history

    def _store(self):
        arrays = {}
        for kind, values in (
            ("variable", _arrays(self.model.variables)),
            ("optimizer", _arrays(self.model.optimizer.variables)),
            ("best", self.best),
        ):
            arrays.update({f"{kind}_{k}": value for k, value in enumerate(values)})
        record = {
            "identity": self.identity,
            "epoch": self.epoch,
            "over": bool(self.over),
            "seconds": self.seconds,
            "history": self.history,
            "memories": [_memory(one) for one in self.others],
        }
        _checkpoint.write(self.path, arrays, record)

    def _restore(self, arrays, record):
        if record.get("identity") != self.identity:
            raise ValueError(
                f"{self.path} is the checkpoint of another training (network, data, batch size, "
                "seed or device differ): name another folder, or delete it to begin anew."
            )

        def of(kind):
            return [arrays[f"{kind}_{k}"] for k in range(sum(n.startswith(kind) for n in arrays))]

        _assign(self.model.variables, of("variable"))
        _assign(self.model.optimizer.variables, of("optimizer"))
        self.best, self.history, self.memories = of("best"), record["history"], record["memories"]
        self.epoch, self.over, self.seconds = record["epoch"], record["over"], record["seconds"]
        self.resumed = self.epoch


class _Progress(keras.callbacks.Callback):
    """A bar over the whole training with the minutes left; it vanishes when all is done."""

    FORMAT = "{desc} {percentage:3.0f} % |{bar:24}| {remaining} left{postfix}"

    def __init__(self, epochs, first):
        super().__init__()
        self.epochs, self.first = epochs, first

    def on_train_begin(self, logs=None):
        steps = self.params["steps"]
        self.bar = tqdm(
            total=self.epochs * steps,
            initial=self.first * steps,
            bar_format=self.FORMAT,
            leave=False,
            mininterval=0.5,
        )

    def on_epoch_begin(self, epoch, logs=None):
        self.bar.set_description(f"epoch {epoch + 1} of {self.epochs}", refresh=False)

    def on_train_batch_end(self, batch, logs=None):
        self.bar.update()

    def on_epoch_end(self, epoch, logs=None):
        self.bar.set_postfix(val_loss=f"{logs['val_loss']:.5f}", refresh=False)

    def on_train_end(self, logs=None):
        self.bar.close()


@contextlib.contextmanager
def _mixed_precision(model):
    """On a GPU, let every layer but the last compute in float16 while the network trains."""
    layers = [one for one in _all_layers(model) if one.dtype_policy.name == "float32"]
    last = model.layers[-1]
    layers = [one for one in layers if one is not last]
    if not _gpus() or not layers:
        yield
        return
    optimizer = model.optimizer
    for layer in layers:
        layer.dtype_policy = "mixed_float16"
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        # float16 has no number between 0 and 6e-8: small gradients must be scaled up meanwhile.
        model.optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    _forget_traces(model)
    try:
        yield
    finally:
        for layer in layers:
            layer.dtype_policy = "float32"
        model.optimizer = optimizer
        _forget_traces(model)


def _forget_traces(model):
    """The compiled steps were made for the layers' former precision."""
    model.train_function = model.test_function = model.predict_function = None


def _all_layers(model):
    for layer in model.layers:
        yield from _all_layers(layer) if isinstance(layer, keras.Model) else [layer]


def _gpus():
    try:
        return keras.distribution.list_devices("gpu")
    except (AttributeError, NotImplementedError, RuntimeError):
        return []  # JAX raises where it has none; PyTorch's backend cannot be asked


def _set_dropout_seeds(model, seed):
    """Let the layers' random numbers follow from ``seed``, not from when they were built."""
    random = np.random.RandomState(seed)
    for variable in model.variables:
        if variable.name == "seed_generator_state":
            variable.assign(np.array([random.randint(2**31), 0], "uint32"))


def _arrays(variables):
    return [keras.ops.convert_to_numpy(one) for one in variables]


def _assign(variables, arrays):
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _memory(callback):
    """What a Keras callback remembers between epochs, as JSON can hold it."""
    kept = {}
    for kind, names in MEMORIES.items():
        if isinstance(callback, kind):
            kept.update({name: getattr(callback, name) for name in names})
    return {name: value if value is None else float(value) for name, value in kept.items()}


def _identity(model, train, seed):
    """What must not differ between the calls that share a checkpoint."""
    return {
        "shapes": [list(one.shape) for one in model.variables],  # names count up in a process
        "optimizer": type(model.optimizer).__name__,
        "batches": len(train),
        "batch_size": getattr(train, "batch_size", None),
        "data_seed": getattr(train, "seed", None),
        "seed": seed,
    }


def _check_training(model, train, validation, callbacks):
    if not getattr(model, "compiled", False):
        raise ValueError("the model is not compiled: call model.compile('adam', loss='mse') first.")
    for name, data in (("train", train), ("validation", validation)):
        if not isinstance(data, keras.utils.PyDataset):
            raise TypeError(
                f"{name} is a {type(data).__name__}: pass what training.pairs(...) returns, or "
                "another keras.utils.PyDataset."
            )
    if isinstance(validation, Pairs) and not validation.frozen:
        raise ValueError(
            "the validation set draws new masks every epoch, so epochs could not be compared: "
            "make it with pairs(..., frozen=True)."
        )
    strategy = getattr(model, "distribute_strategy", None)
    devices = strategy.num_replicas_in_sync if strategy else 1
    if devices > 1 and isinstance(train, Pairs) and 0 < train.remainder < devices:
        raise ValueError(
            f"the last batch of an epoch has {train.remainder} pictures for {devices} devices, so "
            "one would get none: choose another batch_size."
        )
    if isinstance(callbacks, keras.callbacks.Callback):
        raise TypeError("callbacks is a single callback: pass a list, [callback].")
    return list(callbacks)
