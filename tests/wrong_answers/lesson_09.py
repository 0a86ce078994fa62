"""Wrong answers to exercise 09: (task, the verdict that names the mistake, the answer)."""

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


def loop(
    *,
    frozen=True,
    part="validation",
    told="train",
    copied=True,
    told_held_out=False,
    chosen_by=lambda held, learned: held,
    told_curve=lambda held, learned: held,
):
    """A training loop that is right but for what the keywords say.

    The weights are kept where the list ``chosen_by`` ends in its lowest number.
    """

    def train_it(network, parts, bank, epochs):
        from course_lib import training

        train = training.pairs(parts.train, bank, batch_size=32, seed=1)
        held_out = training.pairs(getattr(parts, part), bank, batch_size=32, seed=2, frozen=frozen)
        learned, held, best = [], [], None
        for epoch in range(epochs):
            if told:
                {"train": train, "held_out": held_out}[told].epoch = epoch
            if told_held_out:
                held_out.epoch = epoch
            learned += network.fit(train, verbose=0).history["loss"]
            held.append(network.evaluate(held_out, verbose=0))
            scores = chosen_by(held, learned)
            if scores and scores[-1] == min(scores):
                best = network.get_weights() if copied else network.weights
        if best is not None:
            network.set_weights(best)
        return told_curve(held, learned)

    return train_it


def trains_on_everything(network, parts, bank, epochs):
    from course_lib import data

    both = np.concatenate([parts.validation, parts.train])
    more = data.Dataset(both, parts.validation, parts.test, "")
    return loop()(network, more, bank, epochs)


def only_at_the_end(network, parts, bank, epochs):
    from course_lib import training

    train = training.pairs(parts.train, bank, batch_size=32, seed=1)
    for epoch in range(epochs):
        train.epoch = epoch
        network.fit(train, verbose=0)
    held_out = training.pairs(parts.validation, bank, batch_size=32, seed=2, frozen=True)
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
    ("09_1", "first epoch not counted", first_runs_out),
    ("09_3", "measured on training pictures", loop(part="train")),
    ("09_1", "wrong shape", only_the_end),
    ("09_1", "wrong dtype", as_floats),
    ("09_2", "jumps of one picture", single_pictures),
    ("09_2", "wrong shape", two_of_three),
    (
        "09_3",
        "chosen on the test set",  # as published
        loop(frozen=False, part="test", told="held_out", copied=False),
    ),
    ("09_3", "chosen on the test set", loop(part="test")),
    ("09_3", "validation masks redrawn", loop(frozen=False, told_held_out=True)),
    ("09_3", "same masks in every epoch", loop(told="held_out")),
    ("09_3", "same masks in every epoch", loop(told=None)),
    ("09_3", "last weights kept", loop(copied=False)),
    ("09_3", "last weights kept", loop(chosen_by=lambda held, learned: [])),
    ("09_3", "best training loss kept", loop(chosen_by=lambda held, learned: learned)),
    ("09_3", "other weights kept", loop(chosen_by=lambda held, learned: [-one for one in held])),
    ("09_3", "another curve", loop(told_curve=lambda held, learned: learned)),
    ("09_3", "trained on other pictures", trains_on_everything),
    ("09_3", "not every epoch is measured", only_at_the_end),
    ("09_4", "not right often enough", last_above_lowest),
    ("09_4", "not right often enough", ten_epochs_ago),
    ("09_4", "the other way round", inverted),
    ("09_4", "always the same answer", pessimist),
]
