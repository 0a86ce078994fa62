"""Training that can be stopped at any moment, and ends with the best weights."""

import math
import time
import warnings
from contextlib import contextmanager, nullcontext, suppress

import keras
import numpy as np
from tqdm.auto import tqdm

from course_lib._files import InUse, alone, made_folder, shown
from course_lib._memory import enough_memory
from course_lib._validation import brief, check_count, check_is, check_seed
from course_lib.models.forked import check_not_forked
from course_lib.training import checkpoint
from course_lib.training.estimate import Estimate
from course_lib.training.fits import check_fits
from course_lib.training.identity import FIRST_WEIGHTS, identity, remember, weights_digest
from course_lib.training.pairs import Pairs

PATIENCE = 10  # epochs without a lower val_loss after which a training stops
TOO_LARGE = (
    "this training needs more memory than is free: lower batch_size in pairs(...), or the "
    "network's width, and shut down other notebooks' kernels."
)
MEMORIES = {  # what Keras's callbacks remember from epoch to epoch and empty when a fit begins
    keras.callbacks.EarlyStopping: ("wait", "best", "best_epoch", "stopped_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
}


def fit(model, train, validation, *, epochs, seed, folder=None, callbacks=()):
    """Train a compiled network and leave it with the weights that were best on the validation set.

    * The same seed, first weights and data give the same weights (one processor, backend, version):
      ``seed`` sets dropout's random numbers, and every batch follows from ``train``'s own seed.
    * The validation set is measured after each epoch. The weights of the epoch with the lowest
      ``val_loss`` are kept; after 10 epochs without a lower one the training stops. The first
      ``keras.callbacks.EarlyStopping`` among ``callbacks`` takes over this rule: what it watches
      then decides which epoch is kept, whatever its ``restore_best_weights``.
    * With a ``folder`` everything that the next epoch depends on goes into one file there, replaced
      in one step after each epoch. The same call with the same folder, even in another process,
      goes on where the last whole epoch ended and arrives at the same weights, bit for bit on a
      CPU. A training that is over is not repeated: its best weights are loaded. Another training
      (network, first weights, loss, optimizer, data, seed, rules of callbacks) is refused.
    * A training of more than two minutes says after a few steps how long it will take.

    Args:
        model: a compiled ``keras.Model``; build it inside ``all_devices()`` to use several GPUs.
        train: a ``keras.utils.PyDataset``, as ``pairs`` makes; its ``epoch`` is set before each.
        validation: a ``PyDataset`` as well; what ``pairs`` makes must be frozen.
        epochs: how many to train in all, 1 or more.
        seed: an int from 0 to 2**32 - 1.
        folder: where the checkpoint is kept, ~ is your home; left out, nothing is written.
        callbacks: more ``keras.callbacks.Callback``s. Learning rates and the memory of
            ``EarlyStopping`` and ``ReduceLROnPlateau`` are resumed; others keep their own memory.

    Returns:
        keras.callbacks.History with ``history`` (for each number a list, one entry an epoch) and
        ``epoch``, resumed epochs included.

    Raises:
        TypeError, ValueError: if an argument is not as above, the pairs do not fit the network,
            early stopping watches a number that is not measured, the folder holds the checkpoint
            of another training or a damaged one, or another kernel trains there.
        MemoryError: if a batch needs more memory than is free.
        RuntimeError: if a network had computed before this process was forked.

    Warns:
        UserWarning: if the loss stops being a number; the training then ends. If a checkpoint
            cannot be written; the training goes on.

    Example:
        >>> from course_lib.training import pairs
        >>> images = np.full((4, 8, 8, 3), 255, np.uint8)
        >>> data = pairs(images, np.eye(8, dtype=bool), batch_size=2, seed=0, frozen=True)
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 1)])
        >>> model.compile("sgd", loss="mse")
        >>> history = fit(model, data, data, epochs=2, seed=0)  # doctest: +ELLIPSIS
        2 epochs in ... min; lowest val_loss ..., in epoch 2, whose weights the network now has.
    """
    check_not_forked()
    epochs, seed = check_count("epochs", epochs, lowest=1), check_seed(seed)
    callbacks = _check_training(model, train, validation, callbacks)
    own = [one for one in callbacks if isinstance(one, keras.callbacks.EarlyStopping)]
    if not own:
        own = [keras.callbacks.EarlyStopping("val_loss", patience=PATIENCE)]
        callbacks = own + callbacks
    keras.utils.set_random_seed(seed)
    if not (model.built and all(layer.built for layer in model.layers)):  # subclassed: either
        model(train[0][0])
    for name, data in (("train", train), ("validation", validation)):
        if isinstance(data, Pairs):
            check_fits(model, data, name)
    path = None if folder is None else made_folder(folder) / "checkpoint.npz"
    with nullcontext() if path is None else _the_only_one(path):
        began = path and identity(model, train, validation, seed, callbacks, path)
        keras.utils.set_random_seed(seed)  # again, whatever has been drawn to get here
        training = _Training(model, train, callbacks, own[0], seed, path, began)
        try:
            training.run(validation, epochs)
        finally:
            if path is not None:
                remember(model, path, began)
    return training.summary()


@contextmanager
def _the_only_one(path):
    """Let one kernel alone train in a folder: two would overwrite what the other has reached."""
    try:
        with alone(path, 1):
            yield
    except InUse:
        raise ValueError(
            f"another kernel is training in {shown(path.parent)}: wait until it ends or shut it "
            "down, or name another folder."
        ) from None


class _Training(keras.callbacks.Callback):
    """What is carried from epoch to epoch, in memory and in the checkpoint.

    It comes after the learner's callbacks: an epoch is in the checkpoint only after each of these
    has dealt with it, and memories are restored after Keras has emptied them.
    """

    def __init__(self, model, train, callbacks, stopping, seed, path, began):
        super().__init__()
        self.set_model(model)
        self.train, self.others, self.path, self.began = train, callbacks, path, began
        self.stopping = stopping  # its best epoch is the one that is kept
        self.steering = [one for one in callbacks if isinstance(one, tuple(MEMORIES))]
        self.epoch, self.over, self.resumed, self.seconds = 0, False, 0, 0.0
        self.history, self.best, self.best_epoch, self.memories = {}, None, None, []
        model.optimizer.build(model.trainable_variables)
        _set_dropout_seeds(model, seed)
        self.first = _arrays(model.variables), _arrays(model.optimizer.variables)
        stored = None if path is None else checkpoint.read(path)
        if stored is not None:
            self._restore(*stored)

    def run(self, validation, epochs):
        """Train what is left of ``epochs``, and give the network its best weights."""
        if not self.over and self.epoch < epochs:
            told = [_Progress(epochs, self.epoch), Estimate(epochs - self.epoch)]
            with enough_memory(TOO_LARGE), self._undone_without_an_epoch():
                self.model.fit(
                    self.train,
                    validation_data=validation,
                    epochs=epochs,
                    initial_epoch=self.epoch,
                    callbacks=[*self.others, self, *told],
                    shuffle=False,
                    verbose=0,
                )
        if self.best is not None:
            _assign(self.model.variables, self.best)

    @contextmanager
    def _undone_without_an_epoch(self):
        """A training stopped in its first epoch leaves nothing to go on from: undo what it did."""
        try:
            yield
        finally:
            if self.best is None:
                _assign(self.model.variables, self.first[0])
                _assign(self.model.optimizer.variables, self.first[1])

    def on_train_begin(self, logs=None):
        for callback, memory in zip(self.steering, self.memories, strict=False):
            for name, value in memory.items():
                setattr(callback, name, value)
        if self.memories:  # else it takes the next epoch for its best, having no weights yet
            held = dict(zip(map(id, self.model.variables), self.best, strict=True))
            self.stopping.best_weights = [held[id(one)] for one in self.model.weights]

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.perf_counter()
        if hasattr(self.train, "epoch"):
            self.train.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        self._check_watched(logs)
        numbers = _numbers(logs)
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
        if self.stopping.best is None or self.stopping.best_epoch == epoch:
            self.best, self.best_epoch = _arrays(self.model.variables), epoch
        if self.path is not None:
            self._store()

    def summary(self):
        """Say in one line how it went, and return all epochs as Keras does."""
        history = keras.callbacks.History()
        history.set_model(self.model)
        history.history, history.epoch = self.history, list(range(self.epoch))
        if self.history:
            watched = self.stopping.monitor
            kept = self.history[watched][self.best_epoch]
            lowest = watched == "val_loss" and kept == min(self.history[watched])
            print(
                f"{self.epoch} epochs in {self.seconds / 60:.1f} min"
                + (f", {self.resumed} of them before this call" if self.resumed else "")
                + f"; {'lowest' if lowest else 'best'} {watched} {kept:.5f}, "
                f"in epoch {1 + self.best_epoch}, whose weights the network now has."
            )
        return history

    def _check_watched(self, logs):
        if self.stopping.monitor not in logs:
            raise ValueError(
                f"EarlyStopping watches {self.stopping.monitor!r}, which is not measured: let it "
                f"watch one of {', '.join(logs)}."
            )

    def _store(self):
        arrays = {}
        for kind, values in (
            ("variable", _arrays(self.model.variables)),
            ("optimizer", _arrays(self.model.optimizer.variables)),
            ("best", self.best),
        ):
            arrays.update({f"{kind}_{k}": value for k, value in enumerate(values)})
        record = {
            "identity": self.began,
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "over": bool(self.over),
            "seconds": self.seconds,
            "history": self.history,
            "memories": [_memory(one) for one in self.steering],
        }
        try:
            checkpoint.write(self.path, arrays, record)
        except OSError as error:  # a full disk, a program that holds the file
            warnings.warn(
                f"{self.path} could not be written ({error.strerror or error}): the training goes "
                "on, and the next epoch tries again.",
                stacklevel=2,
            )

    def _restore(self, arrays, record):
        def of(kind):
            return [arrays[f"{kind}_{k}"] for k in range(sum(n.startswith(kind) for n in arrays))]

        try:
            self._take(of, record)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise ValueError(
                f"{self.path} holds no whole training ({error!r}): delete it to begin this "
                "training anew, or name another folder."
            ) from error

    def _take(self, of, record):
        self._check_same(record["identity"], of)
        _assign(self.model.variables, of("variable"))
        _assign(self.model.optimizer.variables, of("optimizer"))
        self.best, self.history, self.memories = of("best"), record["history"], record["memories"]
        self.epoch, self.over, self.seconds = record["epoch"], record["over"], record["seconds"]
        lowest = int(np.argmin(self.history["val_loss"]))  # older checkpoints always kept that one
        self.best_epoch = record.get("best_epoch", lowest)
        self.resumed = self.epoch

    def _check_same(self, stored, of):
        """Refuse another training's checkpoint, and say what differs."""
        differing = [name for name in stored if stored[name] != self.began[name]]
        if differing == [FIRST_WEIGHTS]:  # allowed if it goes on with what the training had reached
            reached = [weights_digest(self.model, of(kind)) for kind in ("best", "variable")]
            if self.began[FIRST_WEIGHTS] in reached:
                self.began[FIRST_WEIGHTS] = stored[FIRST_WEIGHTS]
                return
        if differing:
            same = "call keras.utils.set_random_seed before the network is built to begin alike, "
            raise ValueError(
                f"{self.path} is the checkpoint of another training, which differs in "
                f"{', '.join(differing)}: {same if differing == [FIRST_WEIGHTS] else ''}name "
                "another folder, or delete it to begin anew."
            )


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


def _set_dropout_seeds(model, seed):
    """Let the layers' random numbers depend on ``seed``, not on when the layers were built."""
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


def _numbers(logs):
    """The numbers among an epoch's logs; other callbacks may write anything into those."""
    kept = {}
    for name, value in logs.items():
        with suppress(TypeError, ValueError):
            kept[name] = float(value)
    return kept


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
    return _listed(callbacks)


def _listed(callbacks):
    if callbacks is None:
        return []
    if not isinstance(callbacks, (list, tuple)):
        raise TypeError(f"callbacks is {brief(callbacks)}: pass a list, [callback].")
    made = "callbacks that are made, [callback()]"
    return [check_is("one of callbacks", one, keras.callbacks.Callback, made) for one in callbacks]
