# %% [markdown]
# # Exercise 09: what a curve can tell
#
# {{badge}}
#
# Four tasks on [lesson 09](../notebooks/09_watching_it_learn.ipynb), about 60 minutes. ★ implement, ★★ explain
# or find the fault, ★★★ open. They do not depend on each other: begin where you like. Only task 3 trains a network,
# for three seconds.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("09_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/09_watching_it_learn.ipynb), compare your words with its
# [solution](../solutions/09_watching_it_learn.ipynb).

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %%
import keras  # takes some seconds to load, so it has its own cell

# %%
import numpy as np
from matplotlib.figure import Figure

from course_lib import checks, classical, data, masks, plots, training

# %% [markdown]
# ## Task 1 ★: which epoch to keep
#
# Keep the epoch with the lowest validation loss, and end the training when none has been lower for a while:
# here is that rule to the letter, as in Keras.
#
# * The first epoch counts as lower. A later one does if its loss lies *more than* `min_delta` below the loss of the last
#   epoch that counted.
# * After `patience` epochs in a row that did not count, the training ends.
# * The epoch kept is the last one that counted.
#
# Write `early_stopping(losses, patience, min_delta)`, which gets the validation losses that a training *would* have, one per epoch, and
# returns two whole numbers: after how many epochs the training ends (all of them if patience never runs out), and the number of the epoch
# kept. Epochs are counted from 1. Losses are finite and of any size, `patience` is 1 or more.
#
# Expected: `(6, 4)` for the losses below with `patience=2, min_delta=0`, although epoch 7 would have been lower still.

# %% [markdown] tags=["hints"]
# 1. Walk through the losses one by one and remember two things: the loss of the last epoch that
#    counted, and its number.
# 2. An epoch counts if loss < lowest - min_delta; only then lowest moves. The number of epochs in a
#    row that did not count is this epoch's number minus that of the one kept.
# 3. Begin with lowest = infinity and kept = 0; for epoch, loss in enumerate(losses, start=1):
#    update both if it counts, then break if epoch - kept == patience; return epoch, kept.


# %%
def early_stopping(losses, patience, min_delta):
    ### BEGIN SOLUTION
    lowest, kept = np.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < lowest - min_delta:
            lowest, kept = loss, epoch
        if epoch - kept == patience:
            break
    return epoch, kept
    ### END SOLUTION


# %%
print(early_stopping([9, 7, 8, 5, 6, 6, 4, 3], patience=2, min_delta=0))

# %%
checks.task_09_1(early_stopping)

# %% tags=["expected"]
if checks.task_09_1(early_stopping):
    epochs = np.arange(1, 41)
    noise = np.random.RandomState(7).normal(size=40)
    losses = 1 + 2 * np.exp(-epochs / 8) + 0.012 * np.maximum(epochs - 24, 0) + 0.06 * noise
    drawing = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes = drawing.subplots()
    axes.plot(epochs, losses, ".-", color="grey")
    for patience, marker in ((2, "o"), (5, "s"), (10, "D")):
        ends, kept = early_stopping(losses, patience, 0)
        label = f"patience {patience}: keeps {kept}, ends after {ends}"
        axes.plot(kept, losses[kept - 1], marker, markersize=9, fillstyle="none", label=label)
    axes.set(title="One curve, three patiences", xlabel="epoch", ylabel="validation loss")
    axes.legend(fontsize=8)
    plots.show(
        drawing,
        alt="A noisy validation loss that falls and then turns up, with the epoch that patience "
        "2, 5 and 10 keep marked on it, each later than the one before.",
        caption="Little patience takes the first bump for the end.",
    )

# %% [markdown]
# ## Task 2 ★★: explain how far a curve jumps
#
# A *look* takes 32 validation pictures, draws a mask for each, and fills the holes with two methods, Navier-Stokes and Telea's: they stand for two
# networks whose weights do not change. A picture's error is the mean absolute error in its own hole, in grey levels (0 to 255). A method's score is
# the mean of the 32 errors.

# %% [markdown] tags=["hints"]
# 1. A score is a mean of n errors: its standard deviation follows from that of one error, by the
#    first rule.
# 2. In the same look, the difference of the two means is the mean of the n differences. With
#    looks of their own the two scores are independent: the second rule.
# 3. Make a helper that returns values.std(ddof=1) / sqrt(n). Use it on one, on one - other, and
#    for the third on both: square them, add them, take the root.

# %%
photographs = data.load("photos").validation / np.float32(255)


def look(seed):
    """Errors (2, 32) of the two methods on the same pictures and masks, in grey levels."""
    chosen = np.random.RandomState(seed).choice(len(photographs), 32, replace=False)
    truth, holes = photographs[chosen], masks.random_lines(32, 32, seed=seed)
    errors = []
    for name in ("navier_stokes", "telea"):
        filled = [classical.METHODS[name](*pair) for pair in zip(truth, holes, strict=True)]
        wrong = 255 * np.abs(np.stack(filled) - truth).mean(axis=-1)
        errors.append((wrong * holes).sum(axis=(1, 2)) / holes.sum(axis=(1, 2)))
    return np.stack(errors)


# %% [markdown]
# A hundred looks, each at other pictures under other masks. How much does a score jump from look to look? And how much does the difference of the two methods,
# when both get the same look, and when each gets its own?

# %%
looks = np.stack([look(seed) for seed in range(100)])
one, other = looks[:, 0].mean(axis=-1), looks[:, 1].mean(axis=-1)
jumps = {
    "score of Navier-Stokes": one,
    "difference, the same look": one - other,
    "difference, a look for each": one[::2] - other[1::2],
}
for name, values in jumps.items():
    print(f"{name:28s} mean {values.mean():5.2f}   jumps by {values.std(ddof=1):.2f} grey levels")

# %% [markdown]
# Show that you can explain the three jumps: predict them from *one* look. Write `predicted_jumps(one, other)`, which gets the errors of two methods on
# the same pictures, each of shape `(pictures,)`, and returns three standard deviations: of the first method's score, of the difference of the two scores
# in the same look, and of their difference if each had its own look with as many pictures.
#
# Two rules are enough. The mean of $n$ independent numbers has the standard deviation of one of them divided by $\sqrt n$; and the variance of a sum or difference of two
# *independent* numbers is the sum of their variances. Estimate the standard deviation of one with `ddof=1` (NumPy then divides by $n - 1$, since the mean is estimated too).
#
# Expected: for look 3, about 0.60, 0.22 and 0.88 grey levels, close to what a hundred looks showed. Other looks predict 0.5 to 1.3, 0.1 to 0.6, 0.7 to 1.8:
# 32 pictures predict a jump only roughly.


# %%
def predicted_jumps(one, other):
    ### BEGIN SOLUTION
    def of_mean(values):
        return np.std(values, ddof=1) / np.sqrt(len(values))

    return of_mean(one), of_mean(one - other), np.hypot(of_mean(one), of_mean(other))
    ### END SOLUTION


# %%
if checks.task_09_2(predicted_jumps):
    print(np.round(predicted_jumps(*look(3)), 2))

# %%
checks.task_09_2(predicted_jumps)

# %% [markdown]
# In your own words: why is the second number so much smaller than the third, and how many pictures would each separate look need for the third to be as small?
#
# <!-- BEGIN SOLUTION -->
# A picture that is hard for one method is hard for the other: most of what the errors share is the luck of the look, which cancels in the difference on the
# *same* picture. What is left is where the two methods fail differently. With separate looks nothing cancels, and the luck of both adds up.
#
# The noise falls with the square root of the number of pictures, so, judged by look 3, the factor is $(0.88 / 0.22)^2 = 16$: some 500 pictures instead of 32. Freezing pictures and masks costs nothing and does the same.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: bug hunt, a training loop
#
# This function gets a compiled network, a data set with the three parts `train`, `validation` and `test`, a bank of masks and a number of epochs. It
# promises to train with new masks in every epoch, to return a list of held-out losses, one per epoch, that can be compared with each other, and to leave the
# network with the weights of the epoch where that loss was lowest. The test pictures are for later: nothing in it may look at them. It runs, and its losses
# fall.

# %% [markdown] tags=["hints"]
# 1. Ask of each promise in turn whether it is kept: new masks in every epoch, losses that can be
#    compared, the weights of the best epoch, test pictures for later.
# 2. Compare train[0][0] in two epochs, held_out[0][0] in two epochs, and a weight in `best` when
#    it is stored and one epoch later.
# 3. The epoch belongs to train; the held-out pairs are the validation pictures, frozen; and
#    get_weights() copies, while weights are the variables themselves.


# %%
def published_training(network, parts, bank, epochs):
    train = training.pairs(parts.train, bank, batch_size=32, seed=1)
    held_out = training.pairs(parts.test, bank, batch_size=32, seed=2)
    curve = []
    for epoch in range(epochs):
        held_out.epoch = epoch
        network.fit(train, verbose=0)
        curve.append(network.evaluate(held_out, verbose=0))
        if curve[-1] == min(curve):
            best = network.weights
    network.set_weights(best)
    return curve


# %% [markdown]
# A small network to try it on. What does the function train on, what does it measure, and what does it leave behind? Print what you want to know.

# %%
photos = data.load("photos", subset=256)
bank = masks.random_lines(256, 32, seed=0)


def small_network():
    keras.utils.set_random_seed(3)
    network = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid"),
        ]
    )
    network.compile(keras.optimizers.Adam(0.03), loss="mse")
    return network


trained = small_network()
print(np.round(published_training(trained, photos, bank, epochs=8), 4))

# %% [markdown]
# The function has four faults. Find them and write `repaired_training`, with the same arguments, which keeps the promise. Repair the
# loop, without `training.fit`: it is the loop that you will meet elsewhere. (`train_on_batch` may replace `fit`.)
#
# Expected: evaluated once more on the same held-out pairs, the network that it leaves has exactly the lowest loss of the curve.


# %%
def repaired_training(network, parts, bank, epochs):
    ### BEGIN SOLUTION
    train = training.pairs(parts.train, bank, batch_size=32, seed=1)
    held_out = training.pairs(parts.validation, bank, batch_size=32, seed=2, frozen=True)
    curve = []
    for epoch in range(epochs):
        train.epoch = epoch
        network.fit(train, verbose=0)
        curve.append(network.evaluate(held_out, verbose=0))
        if curve[-1] == min(curve):
            best = network.get_weights()
    network.set_weights(best)
    return curve
    ### END SOLUTION


# %%
checks.task_09_3(repaired_training)

# %% [markdown]
# Which four faults did you find?
#
# <!-- BEGIN SOLUTION -->
# 1. The wrong data set is told the epoch: `train.epoch` stays 0, so all epochs train on the same 256 pairs of picture and mask, which a plain `fit` never changes by itself.
# 2. The held-out pairs are not `frozen` and *do* get the epoch: each loss is measured under other masks, and the lowest may be the luckiest.
# 3. The epoch is chosen on the test pictures. Whoever reports their score afterwards reports a choice.
# 4. `network.weights` are the network's own variables, not copies: whatever epoch they were taken in, at the end they hold the last. `get_weights()` copies.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: noise, or overfitting?
#
# Did it overfit, or does the curve only jump? Here are trainings for which we know, because they are made up. All of them learn. In all of them the training loss goes on falling, below the validation loss; in half of them the validation loss turns up at some epoch, under
# noise of 2 to 8 per cent.

# %% [markdown] tags=["hints"]
# 1. One epoch has noise of 2 to 8 per cent. What is less noisy than one epoch?
# 2. Average over neighbouring epochs (np.convolve does it), or fit a line to the last ones
#    (np.polyfit). Then ask how much higher the end is than the lowest.
# 3. Means over seven epochs; it overfits if the last mean is more than about five per cent above
#    the lowest. Try other widths and shares on trainings(2000, rng).


# %%
def trainings(count, rng, epochs=40):
    """Training and validation losses (count, epochs); which of them turned, bool (count,)."""

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


# %%
of_training, of_validation, turned = trainings(6, np.random.default_rng(20))
drawing = Figure(figsize=(9.6, 2.6), layout="constrained")
for axes, *curves, answer in zip(
    drawing.subplots(1, 6), of_training, of_validation, turned, strict=True
):
    axes.plot(curves[0], label="training")
    axes.plot(curves[1], label="validation")
    axes.set_title("overfits" if answer else "does not", fontsize=10)
    axes.set(xlabel="epoch", yticks=[])
drawing.axes[0].legend(fontsize=7)
plots.show(
    drawing,
    alt="Six pairs of loss curves: the training loss falls smoothly, the validation loss jumps, "
    "and in some of the six it turns up towards the end.",
    caption="Six made-up trainings. Would you have known?",
)

# %% [markdown]
# Write `overfits(training_losses, validation_losses)`, which gets the two curves of one training, 40 numbers each, and returns `True` if it overfits. *The last
# validation loss is not the lowest* is right in 54 of 100 trainings, *the lowest is ten or more epochs ago* in 82. The check asks for 88 % of 1,000 other trainings,
# always the same. It looks at your answers alone: a rule of two lines may do, and nothing in it needs to be learned.
#
# Expected: 92 to 96 % right by the validation curve alone. More is possible.


# %%
def overfits(training_losses, validation_losses):
    ### BEGIN SOLUTION
    smooth = np.convolve(validation_losses, np.ones(7) / 7, mode="valid")
    return bool(smooth[-1] > 1.05 * smooth.min())
    ### END SOLUTION


# %%
checks.task_09_4(overfits)

# %% [markdown]
# Say why your rule beats the two simple ones, where it fails, and how you would test it on trainings that are not made
# up.
#
# <!-- BEGIN SOLUTION -->
# A mean over seven epochs has less than half of the noise of one, so a minimum that is only lucky is averaged away; and asking for five per cent more than the lowest
# leaves a margin for what noise remains. Both simple rules look at *one* epoch, the luckiest, and the first is fooled by any noise at all.
#
# **Rubric.** (1) At least 88 % of the check's 1,000 trainings: check. (2) The answer names the noise of a single epoch as the reason why the simple rules fail, and averages or fits a slope over several. (3) It names
# where the rule fails: late turns, gentle rises under strong noise, slow learners whose mean still falls. (4) It says that a gap between the curves proves nothing here, since it opens in all of them. (How *fast* it
# opens does tell, and an answer that uses it is a good one: what both curves learn cancels in their difference, so *a line through the last 25 gaps climbs by more than 1.2 per cent of the training loss per epoch* is
# right in about 99 of 100. Such an answer says that this relies on how these curves were made up: both learn at the same pace.) (5) Extra: false alarms and misses are counted separately; or the rule is tried on the
# two histories of lesson 09, six pictures with the same and with new masks.
# <!-- END SOLUTION -->

# %%
checks.progress()
