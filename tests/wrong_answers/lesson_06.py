"""Wrong answers to exercise 06: (task, the verdict that names the mistake, the answer)."""

import numpy as np


def right(losses, patience, min_delta):
    counted = [0]
    for k in range(1, len(losses)):
        if losses[counted[-1]] - losses[k] > min_delta:
            counted.append(k)
        elif k - counted[-1] == patience:
            return k + 1, counted[-1] + 1
    return len(losses), counted[-1] + 1


def only_the_end(losses, patience, min_delta):
    return right(losses, patience, min_delta)[0]


def as_floats(losses, patience, min_delta):
    return tuple(float(number) for number in right(losses, patience, min_delta))


def three_jumps(one, other, ddof=1):
    n = len(one)
    variances = [np.var(one, ddof=ddof), np.var(one - other, ddof=ddof)]
    variances.append(variances[0] + np.var(other, ddof=ddof))
    return [(variance / n) ** 0.5 for variance in variances]


def single_pictures(one, other):
    return [jump * len(one) ** 0.5 for jump in three_jumps(one, other)]


def two_of_three(one, other):
    return three_jumps(one, other)[:2]


def loop(*, frozen=True, part="validation", told="train", copied=True, told_held_out=False):
    """A training loop with some of the faults repaired."""

    def train_it(network, parts, bank, epochs):
        from course_lib import training

        train = training.pairs(parts.train, bank, batch_size=32, seed=1)
        held_out = training.pairs(getattr(parts, part), bank, batch_size=32, seed=2, frozen=frozen)
        curve, best = [], None
        for epoch in range(epochs):
            if told:
                {"train": train, "held_out": held_out}[told].epoch = epoch
            if told_held_out:
                held_out.epoch = epoch
            network.fit(train, verbose=0)
            curve.append(network.evaluate(held_out, verbose=0))
            if curve[-1] == min(curve):
                best = network.get_weights() if copied else network.weights
        network.set_weights(best)
        return curve

    return train_it


def never_restored(network, parts, bank, epochs):
    from course_lib import training

    train = training.pairs(parts.train, bank, batch_size=32, seed=1)
    held_out = training.pairs(parts.validation, bank, batch_size=32, seed=2, frozen=True)
    curve = []
    for epoch in range(epochs):
        train.epoch = epoch
        network.fit(train, verbose=0)
        curve.append(network.evaluate(held_out, verbose=0))
    return curve


def training_loss_chooses(network, parts, bank, epochs):
    from course_lib import training

    train = training.pairs(parts.train, bank, batch_size=32, seed=1)
    held_out = training.pairs(parts.validation, bank, batch_size=32, seed=2, frozen=True)
    curve, lowest = [], np.inf
    for epoch in range(epochs):
        train.epoch = epoch
        loss = network.fit(train, verbose=0).history["loss"][-1]
        curve.append(network.evaluate(held_out, verbose=0))
        if loss < lowest:
            lowest, best = loss, network.get_weights()
    network.set_weights(best)
    return curve


def highest_kept(network, parts, bank, epochs):
    from course_lib import training

    train = training.pairs(parts.train, bank, batch_size=32, seed=1)
    held_out = training.pairs(parts.validation, bank, batch_size=32, seed=2, frozen=True)
    curve, best = [], None
    for epoch in range(epochs):
        train.epoch = epoch
        network.fit(train, verbose=0)
        curve.append(network.evaluate(held_out, verbose=0))
        if curve[-1] == max(curve):
            best = network.get_weights()
    network.set_weights(best)
    return curve


def training_curve(network, parts, bank, epochs):
    from course_lib import training

    train = training.pairs(parts.train, bank, batch_size=32, seed=1)
    held_out = training.pairs(parts.validation, bank, batch_size=32, seed=2, frozen=True)
    curve, held = [], []
    for epoch in range(epochs):
        train.epoch = epoch
        curve += network.fit(train, verbose=0).history["loss"]
        held.append(network.evaluate(held_out, verbose=0))
        if held[-1] == min(held):
            best = network.get_weights()
    network.set_weights(best)
    return curve


def trains_on_everything(network, parts, bank, epochs):
    from course_lib import data, training

    both = np.concatenate([parts.validation, parts.train])
    more = data.Dataset(both, parts.validation, parts.test, "")
    assert training
    return loop()(network, more, bank, epochs)


def only_at_the_end(network, parts, bank, epochs):
    from course_lib import training

    train = training.pairs(parts.train, bank, batch_size=32, seed=1)
    held_out = training.pairs(parts.validation, bank, batch_size=32, seed=2, frozen=True)
    for epoch in range(epochs):
        train.epoch = epoch
        network.fit(train, verbose=0)
    return [network.evaluate(held_out, verbose=0)]


def last_above_lowest(training_losses, validation_losses):
    return bool(validation_losses[-1] > validation_losses.min())


def ten_epochs_ago(training_losses, validation_losses):
    return bool(len(validation_losses) - 1 - validation_losses.argmin() >= 10)


def inverted(training_losses, validation_losses):
    last, before = validation_losses[-7:].mean(), validation_losses[-14:-7].mean()
    return bool(last < before)


def pessimist(training_losses, validation_losses):
    return True


def first_runs_out(losses, patience, min_delta):
    best, kept, wait = losses[0], 1, 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best - min_delta:
            best, kept, wait = loss, epoch, 0
        else:
            wait += 1
        if wait == patience:
            return epoch, kept
    return len(losses), kept


WRONG = [
    ("06_1", "first epoch not counted", first_runs_out),
    ("06_3", "measured on training pictures", loop(part="train")),
    ("06_1", "wrong shape", only_the_end),
    ("06_1", "wrong dtype", as_floats),
    ("06_2", "jumps of one picture", single_pictures),
    ("06_2", "wrong shape", two_of_three),
    (
        "06_3",
        "chosen on the test set",  # as published
        loop(frozen=False, part="test", told="held_out", copied=False),
    ),
    ("06_3", "chosen on the test set", loop(part="test")),
    ("06_3", "validation masks redrawn", loop(frozen=False, told_held_out=True)),
    ("06_3", "same masks in every epoch", loop(told="held_out")),
    ("06_3", "same masks in every epoch", loop(told=None)),
    ("06_3", "last weights kept", loop(copied=False)),
    ("06_3", "last weights kept", never_restored),
    ("06_3", "best training loss kept", training_loss_chooses),
    ("06_3", "other weights kept", highest_kept),
    ("06_3", "another curve", training_curve),
    ("06_3", "trained on other pictures", trains_on_everything),
    ("06_3", "not every epoch is measured", only_at_the_end),
    ("06_4", "not right often enough", last_above_lowest),
    ("06_4", "not right often enough", ten_epochs_ago),
    ("06_4", "the other way round", inverted),
    ("06_4", "always the same answer", pessimist),
]
