"""How long a training will take, said before minutes have been spent on it."""

import time

import keras

WARM_UP = 3  # steps; the first ones compile the network
ENOUGH_STEPS, ENOUGH_SECONDS = 20, 5.0  # measured, whichever comes first
WORTH_SAYING = 120.0  # seconds


class Estimate(keras.callbacks.Callback):
    """Prints once, from a few measured steps, how many minutes the whole training takes.

    Says nothing about a training of less than two minutes. Time for validation is not included.

    Args:
        epochs: how many are left to train.
    """

    def __init__(self, epochs):
        super().__init__()
        self.epochs, self.seen, self.began = epochs, 0, None

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == WARM_UP:
            self.began = time.perf_counter()
        measured = self.seen - WARM_UP
        if self.began is None or measured < 1:
            return
        seconds = time.perf_counter() - self.began
        if measured >= ENOUGH_STEPS or seconds >= ENOUGH_SECONDS:
            self.began = None
            self._say(seconds / measured)

    def _say(self, step):
        steps = self.epochs * self.params["steps"]
        if step * steps >= WORTH_SAYING:
            print(
                f"This training takes about {step * steps / 60:.0f} min "
                f"({1000 * step:.0f} ms a step, {steps:,} steps)."
            )
