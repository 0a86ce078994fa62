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


def so_many_before_the_end(losses, patience, min_delta):
    end, _ = right(losses, patience, min_delta)
    return end, end - patience


def so_many_after_the_kept(losses, patience, min_delta):
    _, kept = right(losses, patience, min_delta)
    return kept + patience, kept


def ended_before(losses, patience, min_delta):
    """Asks for patience before it counts the epoch."""
    lowest, kept, waited, epochs = float("inf"), 0, 0, 0
    for loss in losses:
        if loss < lowest - min_delta:
            lowest, kept, waited = loss, epochs + 1, 0
        else:
            waited += 1
        if waited == patience:
            break
        epochs += 1
    return epochs, kept


def its_loss(losses, patience, min_delta):
    end, kept = right(losses, patience, min_delta)
    return end, losses[kept - 1]


def none_kept_yet(losses, patience, min_delta):
    lowest, kept = losses[0], 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < lowest - min_delta:
            lowest, kept, left = loss, epoch, patience
        else:
            left = patience - 1 if epoch == 1 else left - 1
        if left == 0:
            break
    return epoch, kept


def three_jumps(one, other, ddof=1):
    n = len(one)
    variances = [np.var(one, ddof=ddof), np.var(one - other, ddof=ddof)]
    variances.append(variances[0] + np.var(other, ddof=ddof))
    return [(variance / n) ** 0.5 for variance in variances]


def single_pictures(one, other):
    return [jump * len(one) ** 0.5 for jump in three_jumps(one, other)]


def of_32_pictures(one, other):
    return [jump * (len(one) / 32) ** 0.5 for jump in three_jumps(one, other)]


def of_the_other(one, other):
    return three_jumps(other, one)


def third_squared(one, other):
    first, second, third = three_jumps(one, other)
    return first, second, third**2


def third_subtracted(one, other):
    first, second, _ = three_jumps(one, other)
    return first, second, abs(np.var(one, ddof=1) - np.var(other, ddof=1)) ** 0.5 / len(one) ** 0.5


def third_of_the_sum(one, other):
    first, second, _ = three_jumps(one, other)
    return first, second, three_jumps(one + other, other)[0]


def without_signs(one, other):
    first, _, third = three_jumps(one, other)
    return first, np.std(np.abs(one - other), ddof=1) / len(one) ** 0.5, third


def fewer_twice(one, other):
    return [jump * (len(one) / (len(one) - 1)) ** 0.5 for jump in three_jumps(one, other)]


def two_of_three(one, other):
    return three_jumps(one, other)[:2]


def one_epoch(network, train, by_batch):
    if by_batch:
        return [np.mean([network.train_on_batch(*train[k]) for k in range(len(train))])]
    return network.fit(train, verbose=0).history["loss"]


def loop(
    *,
    frozen=True,
    part="validation",
    told="train",
    copied=True,
    told_held_out=False,
    keeps=lambda held, learned: held[-1] == min(held),
    told_curve=lambda held, learned: held,
    at_the_end=None,
    by_batch=False,
):
    """A training loop that is right but for what the keywords say.

    The weights are kept after every epoch of which ``keeps`` says so, from the losses until then.
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
            learned += one_epoch(network, train, by_batch)
            held.append(network.evaluate(held_out, verbose=0))
            if keeps(held, learned):
                best = network.get_weights() if copied else network.weights
        if best is not None:
            network.set_weights(best)
        if at_the_end:
            at_the_end(network, parts, bank)
        return told_curve(held, learned)

    return train_it


def evaluates_the_test(network, parts, bank):
    from course_lib import training

    network.evaluate(training.pairs(parts.test, bank, batch_size=32, seed=3, frozen=True))


def predicts_the_test(network, parts, bank):
    network.predict(parts.test / np.float32(255))


def darkens_the_training_pictures(network, parts, bank):
    parts.train[:] //= 2


def by_the_library(network, parts, bank, epochs):
    from course_lib import training

    train = training.pairs(parts.train, bank, batch_size=32, seed=1)
    held_out = training.pairs(parts.validation, bank, batch_size=32, seed=2, frozen=True)
    history = training.fit(network, train, held_out, epochs=epochs, seed=1)
    return history.history["val_loss"]


def falls(held, learned):
    """Lower than the epoch before, which is not the lowest."""
    return len(held) < 2 or held[-1] <= held[-2]


def lowest_training_loss(held, learned):
    return learned[-1] == min(learned)


def first_valley(held, learned):
    return all(later < before for before, later in zip(held[:-1], held[1:], strict=True))


def below_the_mean(held, learned):
    return held[-1] <= np.mean(held)


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


def starting_at(number):
    """The rule with a number for infinity."""

    def early_stopping(losses, patience, min_delta):
        lowest, kept = number, 0
        for epoch, loss in enumerate(losses, 1):
            if loss < lowest - min_delta:
                lowest, kept = loss, epoch
            if epoch - kept == patience:
                return epoch, kept
        return len(losses), kept

    return early_stopping


def swapped(losses, patience, min_delta):
    return right(losses, patience, min_delta)[::-1]


def from_zero(losses, patience, min_delta):
    return tuple(number - 1 for number in right(losses, patience, min_delta))


def sorts_the_losses(losses, patience, min_delta):
    found = right(losses, patience, min_delta)
    losses.sort()
    return found


def variances_subtracted(one, other):
    first, paired, unpaired = three_jumps(one, other)
    with np.errstate(invalid="ignore"):
        paired = np.sqrt((np.var(one, ddof=1) - np.var(other, ddof=1)) / len(one))
    return first, paired, unpaired


def centres_in_place(one, other):
    found = three_jumps(one, other)
    one -= one.mean()
    return found


def smooths_in_place(training_losses, validation_losses):
    smooth = np.convolve(validation_losses, np.ones(7) / 7, mode="valid")
    training_losses -= training_losses.min()
    return bool(smooth[-1] > 1.05 * smooth.min())


WRONG = [
    ("09_1", "patience always used up", so_many_before_the_end),
    ("09_1", "patience always used up", so_many_after_the_kept),
    ("09_1", "last epoch not counted", ended_before),
    ("09_1", "loss instead of its epoch", its_loss),
    ("09_1", "first epoch not counted", none_kept_yet),
    ("09_2", "third without its root", third_squared),
    ("09_2", "variances subtracted", third_subtracted),
    ("09_2", "one look for both", third_of_the_sum),
    ("09_2", "absolute differences", without_signs),
    ("09_2", "one picture fewer twice", fewer_twice),
    *[("09_1", "starting value too low", starting_at(n)) for n in (100, 1000, 1e9, 1e100)],
    ("09_1", "the two numbers swapped", swapped),
    ("09_1", "epochs counted from 0", from_zero),
    ("09_1", "changes its input", sorts_the_losses),
    ("09_2", "variances subtracted", variances_subtracted),
    ("09_2", "changes its input", centres_in_place),
    ("09_3", "last weights kept", loop(keeps=falls)),
    ("09_3", "last weights kept", loop(keeps=below_the_mean)),
    ("09_3", "other weights kept", loop(keeps=first_valley)),
    ("09_3", "test opened inside", loop(at_the_end=evaluates_the_test)),
    ("09_3", "test opened inside", loop(at_the_end=predicts_the_test)),
    ("09_3", "training.fit called", by_the_library),
    ("09_3", "changes its input", loop(at_the_end=darkens_the_training_pictures)),
    ("09_4", "changes its input", smooths_in_place),
    ("09_1", "first epoch not counted", first_runs_out),
    ("09_3", "measured on training pictures", loop(part="train")),
    ("09_1", "wrong shape", only_the_end),
    ("09_1", "wrong dtype", as_floats),
    ("09_2", "jumps of one picture", single_pictures),
    ("09_2", "always 32 pictures", of_32_pictures),
    ("09_2", "methods swapped", of_the_other),
    ("09_3", "same masks in every epoch", loop(told=None, by_batch=True)),
    ("09_3", "last weights kept", loop(copied=False, by_batch=True)),
    ("09_3", "chosen on the test set", loop(part="test", by_batch=True)),
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
    ("09_3", "last weights kept", loop(keeps=lambda held, learned: False)),
    (
        "09_3",
        "best training loss kept",
        loop(keeps=lowest_training_loss),
    ),
    ("09_3", "other weights kept", loop(keeps=lambda held, learned: held[-1] == max(held))),
    ("09_3", "another curve", loop(told_curve=lambda held, learned: learned)),
    ("09_3", "trained on other pictures", trains_on_everything),
    ("09_3", "not every epoch is measured", only_at_the_end),
    ("09_4", "not right often enough", last_above_lowest),
    ("09_4", "not right often enough", ten_epochs_ago),
    ("09_4", "the other way round", inverted),
    ("09_4", "always the same answer", pessimist),
]
