"""Checks of exercise 09: what can be read from the curves of a training, and what cannot."""

import copy
import functools
from functools import partial

import numpy as np

from course_lib import data
from course_lib.checks._compare import (
    as_array,
    as_function,
    call,
    check_array,
    check_unchanged,
    without,
)
from course_lib.checks._kinds import function_task
from course_lib.checks._task import WITH_KERAS, task, wrong


def _stopped(
    losses,
    patience,
    delta,
    *,
    reference="counted",
    exactly=False,
    renewed=True,
    first=True,
    start=np.inf,
):
    """(epochs trained, epoch kept); the keywords are what learners do otherwise."""
    mark, kept, waited = (start, 0, 0) if first else (losses[0], 1, 0)
    for epoch, loss in enumerate(losses, start=1):
        counts = loss <= mark - delta if exactly else loss < mark - delta
        if counts:
            mark, kept = loss, epoch
            waited = 0 if renewed else waited
        else:
            waited += 1
        if reference == "previous":
            mark = loss
        elif reference == "lowest":
            mark = min(mark, loss)
        if waited >= patience or patience < 1:
            break
    return epoch, kept


def _lowest_until_the_end(losses, patience, delta):
    trained, _ = _stopped(losses, patience, delta)
    return trained, 1 + int(np.argmin(losses[:trained]))


def _end_not_counted(losses, patience, delta):
    ends, kept = _stopped(losses, patience, delta)
    return ends - (ends - kept == patience), kept


def _first_not_kept(losses, patience, delta):
    ends, kept = _stopped(losses, patience, delta, first=False)
    return ends, kept if kept > 1 else 0


def _loss_kept(losses, patience, delta):
    ends, kept = _stopped(losses, patience, delta)
    return ends, losses[kept - 1]


def _patience_after_the_lowest(losses, patience, delta):
    kept = 1 + int(np.argmin(losses))
    return min(len(losses), kept + patience), kept


def _loss_curves(rng):
    """Curves on which the rule and everything that is mistaken for it differ, and random ones.

    All numbers are multiples of 1/1024, so that sums and differences are exact.
    """
    shift = int(rng.integers(200, 600))

    def curve(*steps):
        return (shift + np.cumsum([400, *steps])) / 1024

    unit = int(rng.integers(2, 9))  # a small step
    big = int(rng.integers(20, 40))
    slow = [-unit] * 9  # falls by less than min_delta an epoch
    bumpy = [-big, unit, -big, unit, -big, unit, -big, unit, -big]
    turns = [-big] * 4 + [unit] * 3 + [-3 * unit - 5] + [unit] * 2
    inputs = {
        "losses that fall and then rise": (curve(*[-big] * 4, *[unit] * 9), 3, 0.0),
        "losses that jump and fall": (curve(*bumpy), 2, 0.0),
        "a fall after the training has ended": (curve(*turns), 3, 0.0),
        "a slow fall, with min_delta": (curve(*slow), 3, 1.5 * unit / 1024),
        "falls of exactly min_delta": (curve(*[-unit, unit] * 4), 4, unit / 1024),
        "equal losses": (curve(-big, 0, 0, 0, 0, 0), 3, 0.0),
        "a list whose patience never runs out": (curve(*[-big] * 6), 2, 0.0),
        "a patience of 1": (curve(-big, unit, -big, -big), 1, 0.0),
        "lower, but not by min_delta": (curve(-big, -unit, unit, unit), 3, 2 * unit / 1024),
        "falls from a peak": (curve(-big, 3 * big, -2 * big, big, -2 * big), 3, unit / 1024),
    }
    inputs["losses of any size"] = (curve(-big, unit, unit, unit, unit) * 2.0**1000, 3, 0.0)
    for number in (1, 2, 3):
        steps = rng.integers(-12, 13, 30)
        delta = int(rng.integers(0, 12)) / 1024
        inputs[f"random losses {number}"] = (curve(*steps), int(rng.integers(2, 6)), delta)
    return inputs


task_09_1 = function_task(
    "09_1",
    right=_stopped,
    inputs=_loss_curves,
    dtype=int,
    praise="Keras's EarlyStopping decides the same.",
    mistakes={
        "the two numbers swapped": (
            lambda *given: _stopped(*given)[::-1],
            "First after how many epochs the training ends, then the epoch kept.",
        ),
        "last epoch kept": (
            lambda *given: (_stopped(*given)[0],) * 2,
            "The second number is the epoch where the training ends: the last one that counted "
            "as lower is earlier.",
        ),
        "highest loss kept": (
            lambda losses, patience, delta: _stopped(-losses, patience, delta),
            "A loss gets better when it falls: here a higher one counts.",
        ),
        "one epoch too late": (
            lambda losses, patience, delta: _stopped(losses, patience + 1, delta),
            "With patience 1 the first epoch that does not count ends the training.",
        ),
        "one epoch too early": (
            (
                lambda losses, patience, delta: _stopped(losses, max(patience - 1, 0.5), delta),
                lambda losses, patience, delta: _stopped(losses, max(patience - 1, 1), delta),
            ),
            "Count the epochs that did not count as lower; the one kept is not among them.",
        ),
        "patience never renewed": (
            partial(_stopped, renewed=False),
            "Patience is for epochs in a row: an epoch that counts begins the count anew.",
        ),
        "min_delta ignored": (
            lambda losses, patience, delta: _stopped(losses, patience, 0),
            "A loss that is lower by min_delta or less does not count.",
        ),
        "a fall of exactly min_delta counted": (
            partial(_stopped, exactly=True),
            "A loss counts if it is lower by more than min_delta; with min_delta 0 an equal "
            "loss does not.",
        ),
        "patience always used up": [
            (
                lambda losses, patience, delta: (
                    (_stopped(losses, patience, delta)[0],) * 2 - np.array([0, patience])
                ),
                "The epoch kept is not always so many before the end: patience may never run out.",
            ),
            (
                lambda losses, patience, delta: (
                    (_stopped(losses, patience, delta)[1],) * 2 + np.array([patience, 0])
                ),
                "If patience never runs out, the training ends with its last epoch.",
            ),
        ],
        "last epoch not counted": (
            _end_not_counted,
            "The epoch in which patience runs out has been trained too: count it.",
        ),
        "loss instead of its epoch": (
            _loss_kept,
            "The second number is the epoch's own number, not its loss.",
        ),
        "first epoch not counted": (
            (partial(_stopped, first=False), _first_not_kept),
            "The first epoch counts as lower: patience must not begin to run out with it.",
        ),
        "starting value too low": (
            partial(_stopped, start=1000),
            "Losses above the number that you begin with never count: begin with one that every "
            "loss lies below.",
        ),
        "min_delta on the wrong side": (
            lambda losses, patience, delta: _stopped(losses, patience, -delta),
            "Here a loss counts that is equal or a little higher: it must be lower, by more "
            "than min_delta.",
        ),
        "compared with the epoch before": (
            partial(_stopped, reference="previous"),
            "Compare with the last epoch that counted, not with the one before.",
        ),
        "mark moved without counting": (
            partial(_stopped, reference="lowest"),
            "An epoch that does not count must leave the mark where it is, or a slow fall "
            "never counts.",
        ),
        "looked past the end": [
            (
                lambda losses, *given: (_stopped(losses, *given)[0], 1 + np.argmin(losses)),
                "The epoch kept has a loss that the training never reached: it had ended before.",
            ),
            (
                _patience_after_the_lowest,
                "Patience may run out before the lowest of all losses is reached: go through the "
                "epochs one by one.",
            ),
        ],
        "training never ends": (
            (
                lambda losses, *given: (len(losses), 1 + np.argmin(losses)),
                lambda losses, patience, delta: _stopped(losses, len(losses), delta),
            ),
            "The first number is always the length of the list: use the patience.",
        ),
        "min_delta ignored for the epoch kept": (
            _lowest_until_the_end,
            "The epoch kept is the last one that counted, not the very lowest.",
        ),
        "epochs counted from 0": [
            (
                lambda *given: tuple(number - 1 for number in _stopped(*given)),
                "Both numbers are too small by one: the first epoch is number 1.",
            ),
            (
                lambda *given: (_stopped(*given)[0], _stopped(*given)[1] - 1),
                "The epoch kept is too small by one: the first epoch is number 1.",
            ),
            (
                lambda *given: (_stopped(*given)[0] - 1, _stopped(*given)[1]),
                "The first number is how many epochs were trained, not the index of the last.",
            ),
        ],
    },
)


def _jumps(*, ddof=1, root=np.sqrt):
    return lambda one, other: (
        one.std(ddof=ddof) / root(len(one)),
        (one - other).std(ddof=ddof) / root(len(one)),
        np.hypot(one.std(ddof=ddof), other.std(ddof=ddof)) / root(len(one)),
    )


def _change(second=None, third=None):
    """The right three with one of them replaced: a function of three right numbers and b's."""

    def changed(one, other):
        first, paired, unpaired = _jumps()(one, other)
        others = _jumps()(other, one)[0]
        return (
            first,
            second(first, others, unpaired) if second else paired,
            third(first, others, paired) if third else unpaired,
        )

    return changed


def _root(number):
    return number**0.5 if number >= 0 else np.nan


def _errors(rng):
    inputs = {}
    for number, count in enumerate((7, 12, 200)):
        shared = rng.gamma(2.0, 4.0, count)
        one, other = (
            shared * rng.uniform(0.5, 1.5) + rng.gamma(1.0, rng.uniform(1, 3), count)
            for _ in range(2)
        )
        if (one.std() < other.std()) == number % 2:  # either method jumps more in some input
            one, other = other, one
        inputs[f"{count} pictures"] = (one, other)
    return inputs


task_09_2 = function_task(
    "09_2",
    right=_jumps(),
    inputs=_errors,
    tolerance=1e-6,
    praise="Under the same look the luck cancels; only where two methods differ is left.",
    mistakes={
        "jumps of one picture": (
            _jumps(root=lambda count: 1),
            "This is how much one picture's error jumps; a mean of n pictures jumps less.",
        ),
        "divided by n instead of its root": (
            _jumps(root=lambda count: count),
            "The noise of a mean falls with the square root of the number of pictures.",
        ),
        "ddof forgotten": (_jumps(ddof=0), "NumPy divides by n unless it is told ddof=1."),
        "methods swapped": (
            lambda one, other: _jumps()(other, one),
            "The first number is the other method's: return that of the first argument.",
        ),
        "always 32 pictures": (
            _jumps(root=lambda count: 32**0.5),
            "A look has as many pictures as it is given: take their number from the array.",
        ),
        "variances instead of standard deviations": (
            lambda *given: np.square(_jumps()(*given)),
            "These are variances: take their roots.",
        ),
        "pairing ignored": (
            _change(second=lambda one, other, unpaired: unpaired),
            "In the same look the two scores are not independent, so their variances do not "
            "add up: look at the differences picture by picture.",
        ),
        "standard deviations subtracted": [
            (
                _change(second=lambda one, other, unpaired: abs(one - other)),
                "A difference of two noises is not the noise of the difference: look at the "
                "differences picture by picture.",
            ),
            (
                _change(second=lambda one, other, unpaired: abs(one**2 - other**2) ** 0.5),
                "Variances are never subtracted: look at the differences picture by picture.",
            ),
        ],
        "variances subtracted": [
            (
                (
                    _change(second=lambda one, other, unpaired: _root(one**2 - other**2)),
                    _change(second=lambda one, other, unpaired: _root(other**2 - one**2)),
                ),
                "Variances are never subtracted, and the root of a negative number is NaN: look at "
                "the differences picture by picture.",
            ),
            (
                (
                    _change(third=lambda one, other, paired: _root(one**2 - other**2)),
                    _change(third=lambda one, other, paired: abs(one**2 - other**2) ** 0.5),
                ),
                "Of a difference of independent numbers, too, the variances add up.",
            ),
        ],
        "third without its root": (
            _change(third=lambda one, other, paired: one**2 + other**2),
            "The third is a variance: take its root.",
        ),
        "one look for both": (
            lambda one, other: (*_jumps()(one, other)[:2], _jumps()(one + other, other)[0]),
            "A sum over the same pictures is no second look: add the variances of the two scores.",
        ),
        "absolute differences": (
            lambda one, other: (
                _jumps()(one, other)[0],
                _jumps()(abs(one - other), other)[0],
                _jumps()(one, other)[2],
            ),
            "A difference of scores has a sign, and so have the pictures' differences: keep it.",
        ),
        "one picture fewer twice": (
            _jumps(root=lambda count: (count - 1) ** 0.5),
            "ddof=1 has divided by n - 1 already: the mean's noise falls by the root of n.",
        ),
        "standard deviations added": (
            _change(third=lambda one, other, paired: one + other),
            "Of independent numbers the variances add up, not the standard deviations.",
        ),
        "second look is the same": (
            _change(third=lambda one, other, paired: paired),
            "Second and third are equal: with a look of its own for each, nothing cancels.",
        ),
        "second look forgotten": (
            _change(third=lambda one, other, paired: 2**0.5 * one),
            "The second method's errors have a standard deviation of their own.",
        ),
        "second and third swapped": (
            lambda *given: tuple(_jumps()(*given)[place] for place in (0, 2, 1)),
            "The second is of the same look, the third of a look for each.",
        ),
    },
)


@task("09_3", seconds=WITH_KERAS)
def task_09_3(repaired_training):
    """Check ``repaired_training(network, parts, bank, epochs)`` with a network that takes notes.

    The network's weights follow a script, so that the best epoch on each part is known.
    """
    from course_lib import training

    function = without(
        as_function(repaired_training),
        lambda code: code is training.fit.__code__,
        "training.fit called",
        "training.fit keeps the promise for you: repair the loop itself.",
    )
    parts, bank = _three_parts()
    network = _note_taking_network(parts)
    given = copy.deepcopy((parts, bank))
    curve = call(lambda: function(network, *given, len(network.script)))
    _check_what_was_trained(network)
    _check_what_was_looked_at(network)
    _check_weights_left(network)
    losses = {}
    for epoch, _, _, loss in network.looked:
        if epoch > 0:
            losses.setdefault(epoch, loss)  # not a look after the best weights were put back
    check_array(curve, shape=(len(network.script),))
    if not np.allclose(as_array(curve), list(losses.values()), atol=1e-5):
        wrong("another curve", "The list must hold the validation loss of each epoch, in order.")
    check_unchanged((vars(parts), bank), (vars(given[0]), given[1]))
    return "New masks to learn from, the same to judge by, and the best weights really kept."


def _check_what_was_trained(network):
    if not network.trained:
        wrong(
            "fit never called",
            "The network was never shown training pictures: call its fit, or train_on_batch.",
        )
    if {part for _, part, _ in network.trained} != {"train"}:
        wrong("trained on other pictures", "The network must be trained on parts.train alone.")


def _check_what_was_looked_at(network):
    epochs = len(network.script)
    on_test = {epoch for epoch, part, *_ in network.looked if part in ("test", "several")}
    if any(0 < epoch < epochs for epoch in on_test):
        wrong(
            "chosen on the test set",
            "Test pictures were looked at while the network was trained: whoever looks, chooses.",
        )
    if on_test:
        wrong(
            "test opened inside",
            "The test pictures are for after this function: here nothing may look at them.",
        )
    looks = [look for look in network.looked if look[0] > 0]
    if {part for _, part, *_ in looks} == {"train"}:
        wrong(
            "measured on training pictures",
            "Held-out pictures are those that the network does not learn from: evaluate the "
            "validation pictures.",
        )
    looks = [look for look in looks if look[1] == "validation"]
    if len({epoch for epoch, *_ in looks}) < epochs:
        wrong(
            "not every epoch is measured",
            "Evaluate validation pictures after each epoch: call evaluate or predict.",
        )
    if len({content for *_, content, _ in looks}) > 1:
        wrong(
            "validation masks redrawn",
            "The held-out pairs have other masks in another epoch, so their losses cannot be "
            "compared.",
        )
    if len({content for *_, content in network.trained}) < epochs:
        wrong(
            "same masks in every epoch",
            "The network was trained on the same pairs of picture and mask again and again.",
        )


def _check_weights_left(network):
    left = float(network.get_weights()[-1].mean())
    if abs(left - network.script[-1]) < 1e-6:
        wrong(
            "last weights kept",
            "The network is left with the weights of the last epoch. Does what was stored change "
            "while the training goes on? Or is a loss compared with one that is not the lowest?",
        )
    if abs(left - LEVELS["train"]) < 1e-6:
        wrong("best training loss kept", "The held-out loss chooses, not the training loss.")
    if abs(left - LEVELS["validation"]) > 1e-6:
        wrong("other weights kept", "The weights left are not those of the lowest held-out loss.")


LEVELS = {"train": 0.16, "validation": 0.51, "test": 0.86}  # brightness of the parts
# How far from the validation pictures' brightness each epoch predicts: the loss falls, rises,
# falls to its lowest in the fourth epoch, rises, and falls again without reaching it.
DISTANCES = (0.35, -0.2, -0.35, 0.0, 0.42, -0.1)


def _three_parts():
    """A data set whose parts are told by their brightness, 8 x 8 pixels, and a bank of masks."""
    rng = np.random.default_rng()
    pictures = {
        part: rng.integers(middle - 20, middle + 21, (24, 8, 8, 3), dtype=np.uint8)
        for part, middle in ((part, round(255 * level)) for part, level in LEVELS.items())
    }
    return data.Dataset(**pictures, provenance="random numbers"), rng.random((16, 8, 8)) < 0.2


def _note_taking_network(parts):
    """A ``NoteTaking`` whose lowest loss on each part belongs to another epoch."""
    import keras

    picture = keras.Input((8, 8, 3))
    network = _note_taking_class()(picture, keras.layers.Conv2D(3, 1)(picture))
    network.compile("sgd", loss="mse")
    side = np.random.default_rng().choice((-1, 1))
    network.script = [float(LEVELS["validation"] + side * distance) for distance in DISTANCES]
    network.validation, network.trained, network.looked = parts.validation / 255, [], []
    network.batches = []  # shown by train_on_batch since the last look
    return network


@functools.cache
def _note_taking_class():
    """Networks that predict one brightness everywhere, by script, and note what they are shown.

    Nothing is computed but the loss of that brightness, so a check takes no time. ``trained`` and
    ``looked`` hold (epoch, part, fingerprint of the damaged pictures), and ``looked`` the loss
    too.
    """
    import keras

    class NoteTaking(keras.Model):
        def fit(self, x=None, y=None, **options):
            first, last = options.get("initial_epoch", 0), options.get("epochs", 1)
            callbacks = keras.callbacks.CallbackList(
                options.get("callbacks"), add_history=True, model=self, epochs=last, steps=1
            )
            self.stop_training, self.batches = False, []
            callbacks.on_train_begin()
            for epoch in range(first, last):
                callbacks.on_epoch_begin(epoch)
                self.follow_script(x)
                logs = {"loss": self.loss_on(x, y)}
                if options.get("validation_data") is not None:
                    logs["val_loss"] = self.evaluate(*_pair(options["validation_data"]))
                callbacks.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
            callbacks.on_train_end()
            return self.history

        def train_on_batch(self, x, y=None, **options):
            """Batches without a look between them are one epoch."""
            if self.batches:
                self.trained.pop()
            self.batches.append(x)
            self.follow_script(np.concatenate(self.batches))
            loss = self.loss_on(x, y)
            return {"loss": loss} if options.get("return_dict") else loss

        def follow_script(self, x):
            level = self.script[min(len(self.trained), len(self.script) - 1)]
            self.trained.append((len(self.trained) + 1, *_fingerprint(x)))
            self.set_weights([np.zeros((1, 1, 3, 3)), np.full(3, level)])

        def evaluate(self, x=None, y=None, **options):
            loss, self.batches = self.loss_on(x, y), []
            self.looked.append((len(self.trained), *_fingerprint(x), loss))
            return {"loss": loss} if options.get("return_dict") else loss

        def predict(self, x, **options):
            loss, self.batches = float(np.square(self.validation - self.level).mean()), []
            self.looked.append((len(self.trained), *_fingerprint(x), loss))
            return np.full(_damaged(x).shape, self.level, np.float32)

        @property
        def level(self):
            return self.get_weights()[-1].mean()

        def loss_on(self, x, y):
            original = y if y is not None else np.concatenate([x[k][1] for k in range(len(x))])
            return float(np.square(np.asarray(original) - self.level).mean())

    return NoteTaking


def _pair(data_or_arrays):
    """What ``fit`` takes as validation data, as ``evaluate`` takes it."""
    return data_or_arrays if isinstance(data_or_arrays, tuple) else (data_or_arrays, None)


def _damaged(x):
    """The damaged pictures of a data set, or of an array."""
    arrays = [x] if hasattr(x, "shape") else [x[k][0] for k in range(len(x))]
    return np.concatenate([np.asarray(one) for one in arrays])


def _fingerprint(x):
    """(part, bytes of the damaged pictures) of what a network is shown."""
    damaged = _damaged(x)
    brightest = damaged.max(axis=(1, 2, 3))
    found = set(np.digitize(brightest / (255 if brightest.max() > 1 else 1), (0.35, 0.7)))
    part = ("train", "validation", "test")[found.pop()] if len(found) == 1 else "several"
    return part, damaged.tobytes()


SEED = 2009  # of the trainings: one answer is right equally often each time it is checked


@task("09_4")
def task_09_4(overfits):
    """Check that ``overfits(training_losses, validation_losses)`` is right on 88 % of 1,000."""
    function = as_function(overfits)
    *losses, turned = _trainings(1000, np.random.default_rng(SEED))
    given, answers = copy.deepcopy(losses), []
    for curves in zip(*given, strict=True):
        answer = call(function, *curves) if not answers else function(*curves)
        check_array(answer, shape=(), dtype=bool)
        answers.append(bool(answer))
    check_unchanged(losses, given)
    answers = np.array(answers)
    right = np.mean(answers == turned)
    if answers.all() or not answers.any():
        wrong("always the same answer", f"It says {answers[0]} to each of 1,000 trainings.")
    if right < 0.4:
        wrong("the other way round", f"Right in {right:.0%}: True means that it overfits.")
    if right < 0.88:
        alarms = np.mean(answers[~turned])
        missed = np.mean(~answers[turned])
        wrong(
            "not right often enough",
            f"Right in {right:.1%} of 1,000 trainings; 88 % are asked for. It raises a false alarm "
            f"in {alarms:.0%} of those that do not overfit and misses "
            f"{missed:.0%} of those that do.",
        )
    return f"Right in {right:.1%} of 1,000 trainings."


def _trainings(count, rng, epochs=40):
    """The trainings that the notebook makes up."""

    def between(low, high):
        return rng.uniform(low, high, (count, 1))

    done = np.arange(1, epochs + 1)
    learned = 2 * np.exp(-done / between(2, 10))
    turned = rng.random(count) < 0.5
    rise = turned[:, None] * between(0.01, 0.03) * np.maximum(done - between(8, 28), 0)
    noise = 1 + between(0.02, 0.08) * rng.standard_normal((count, epochs))
    small_noise = 0.01 * rng.standard_normal((count, epochs))
    level = between(0.01, 0.05)
    training_losses = level * (0.8 + learned - 0.005 * done + small_noise)
    return training_losses, level * (1 + learned + rise) * noise, turned
