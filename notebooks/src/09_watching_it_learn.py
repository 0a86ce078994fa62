# ---
# jupyter:
#   accelerator: GPU
# ---

# %% [markdown]
# # Watch it learn: only what is frozen can be compared
#
# {{badge}}
#
# A training prints numbers. This lesson adds pictures: the same damaged pictures, filled again after every
# epoch. On the way we find the faults of a published logger, kill a training and resume it, measure how much of
# a validation curve is noise, and see a network learn by heart.
#
# ## What you will do
#
# Write a logger of ten lines, scrub through the epochs of a training, cut its power, read its record without an account, and make a network overfit on purpose.
#
# ## What you will learn
#
# To **log** predictions that can be compared; to **resume** a training exactly; to **measure** the noise that masks
# bring into a score; to **recognise** overfitting; to **choose** the epoch to keep.
#
# ## What you need
#
# Lessons 01 and 06, and the network of [lesson 08](08_vanilla_autoencoder.ipynb): a *U-Net* shrinks the picture, widens it again, and passes details across by skips; its answer is
# *composited*, so that known pixels stay. No network, no GPU, no account. Plan 45 minutes for reading and trying; the
# cells alone take up to three minutes on two processor cores.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## Why look
#
# A loss says *how much* is wrong, not *what*. Here are three fills of the same hole with three different faults: noise,
# a tint, and half of the hole far off while the other half is perfect. **Predict**: whose PSNR in the hole is the worst?

# %%
import numpy as np

from course_lib import classical, data, masks, metrics, plots

pictures = data.load(run.data)
truth = 0.3 + 0.4 * pictures.validation[21] / np.float32(255)
square = masks.squares(1, 32, side=16)[0]
error = np.float32(0.2)
left_half = np.arange(32)[:, None] < 16
faults = {
    "noise": error * np.random.RandomState(0).choice([-1, 1], size=truth.shape),
    "tint": error * np.array([1, -1, -1]),
    "one half": error * np.sqrt(2) * left_half,
}
fills = {name: masks.composite(truth, truth + fault, square) for name, fault in faults.items()}
plots.show(
    [*fills.values(), truth],
    titles=[f"{name}\n{metrics.psnr(truth, fill, square):.2f} dB" for name, fill in fills.items()]
    + ["truth\n"],
    alt="The same small picture with three faults in its square hole: speckles, a reddish tint, "
    "a bright left half; and the truth.",
    caption="Three faults, one number.",
)
scores = [metrics.psnr(truth, fill, square) for fill in fills.values()]
assert np.ptp(scores) < 0.001

# %% [markdown]
# **Read.** All are equal to the last digit, since the squared errors are. A curve of such numbers over a training may rise
# smoothly while the network does something silly. So look.
#
# ## A logger in ten lines
#
# A Keras *callback* is an object whose methods `fit` calls at fixed moments. Ours gets a few pictures and masks *once*, at the
# start, and never draws others: whatever changes from frame to frame is then the network's doing.

# %%
import keras


class MinimalLogger(keras.callbacks.Callback):
    def __init__(self, images, mask):
        super().__init__()
        self.images, self.mask = images, mask
        self.damaged = masks.damage(images, mask)
        self.frames = []

    def on_epoch_end(self, epoch, logs=None):
        predicted = self.model.predict(self.damaged, verbose=0)
        self.frames.append(masks.composite(self.images, predicted, self.mask))


# %% [markdown]
# The frozen set: 32 pictures, from the *validation* part. We are going to look at them often and change our minds because of what we
# see, and that is choosing; the test part must not take part in it. Picture $i$ has mask $i$.

# %%
frozen = pictures.validation[:32]
frozen_masks = masks.random_lines(32, 32, seed=11)
originals = frozen / np.float32(255)
share = masks.hole_fraction(frozen_masks).mean()
print(f"{len(frozen)} pictures, {share:.1%} of their pixels missing")

# %% [markdown]
# A trial: five steps an epoch, three epochs. Beside ours runs the library's `PredictionLogger`, of which more below. They must agree.

# %%
from course_lib import losses, models, training
from course_lib.callbacks import PredictionLogger


def network(width=4):
    """Lesson 08's U-Net, small, always with the same first weights."""
    keras.utils.set_random_seed(0)
    model = models.vanilla_unet(width)
    model.compile(
        keras.optimizers.Adam(3e-3),
        loss=losses.HoleWeighted("mse", weight=6.0),
        weighted_metrics=[losses.HolePSNR()],
    )
    return model


bank = masks.random_lines(1024, 32, seed=0)
minimal = MinimalLogger(originals, frozen_masks)
library = PredictionLogger(frozen, frozen_masks, tracking=False)
trial = training.pairs(
    pictures.train[: runtime.share(320)], bank, batch_size=64, seed=1
).with_holes()
network().fit(trial, epochs=3, verbose=0, callbacks=[minimal, library])
plots.show(
    [masks.damage(originals, frozen_masks)[12], *(frame[12] for frame in minimal.frames)],
    titles=["damaged", *(f"after epoch {number}" for number in (1, 2, 3))],
    alt="A small damaged picture, then its fills after three epochs of five steps: grey lines.",
    caption="After five, ten and fifteen steps: the lines are no longer black, but hardly better.",
)

# %% tags=["nbval-check-output"]
stored = np.rint(255 * np.stack(minimal.frames)).astype(np.uint8)
assert np.array_equal(stored, np.stack(library.frames[1:]))
print("frames of the ten lines:", len(minimal.frames), " of the library:", len(library.frames))

# %% [markdown]
# **Read.** Equal, byte for byte. The library's has one frame more, the one *before* training: without it nobody can say what
# the first epoch did. What else it adds:
#
# * It keeps the network's raw predictions too, and the PSNR in the holes of the filled pictures.
# * It keeps bytes, not floats: a quarter of the memory.
# * Frames go to disk as lossless pictures, numbers into `log.csv`. Files are replaced in one step, so that a kill leaves none half written.
# * One W&B step for each epoch, with its numbers *and* its pictures; originals and masks once.
# * A fault of W&B (no network, no account, not installed) costs a sentence, never the training.
#
# ## Find the faults
#
# Here, shortened, is what the published logger of a widely read article does. **Predict**: there are six things in it to mend.
# Which do you find?
#
# ```python
# class PredictionLogger(Callback):
#     def on_epoch_end(self, logs, epoch):
#         damaged, truth = test_batches[54]
#         predicted = [model.predict(one[None])[0] for one in damaged]
#         wandb.log({"masked images": [wandb.Image(one) for one in damaged]})
#         wandb.log({"masks": ...})
#         wandb.log({"predictions": [wandb.Image(one) for one in predicted]})
#         wandb.log({"ground truth": [wandb.Image(one) for one in truth]})
#
# model.fit(train_batches, validation_data=test_batches,
#           callbacks=[PredictionLogger(), WandbCallback()])   # keeps the best model
# ```
#
# <details><summary>The six</summary>
#
# | Fault | What follows | Here |
# |---|---|---|
# | `on_epoch_end(self, logs, epoch)` | Keras passes the epoch first: the names are swapped, and `epoch` is the dictionary of numbers | `epoch, logs` |
# | `test_batches[54]` draws new masks at every call | each epoch's pictures have other holes: nothing can be compared | masks given once |
# | 32 predictions of one picture each | 32 times the overhead | one batch |
# | four calls of `wandb.log` | four *steps* an epoch: metrics and pictures do not line up, and truth is uploaded anew every time | one step; truth once |
# | the best model is chosen on the test batches | the test is part of the choice | validation |
# | pictures as floats | today's wandb stores floats in [0, 1] as black pictures | `uint8` |
#
# </details>
#
# The third fault can be timed.

# %%
import time


def seconds(action):
    action()  # once before: the first call compiles
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


one_network, damaged = network(), masks.damage(originals, frozen_masks)
singly = seconds(
    lambda: [one_network.predict(one[None], verbose=0) for one in damaged[: runtime.share(32)]]
)
together = seconds(lambda: one_network.predict(damaged, verbose=0))
print(f"32 predictions of one picture {1000 * singly:5.0f} ms")
print(f"one prediction of 32          {1000 * together:5.0f} ms")

# %% [markdown]
# **Read.** A single call costs nearly as much for one picture as for 32: most of the time goes into starting it.
#
# ## Train, and watch
#
# Now this lesson's training. `training.fit` measures the validation set after each epoch, and if it gets a folder it leaves a
# checkpoint there. We empty the folder first, because otherwise a second run of this cell would *resume*: it would find all epochs done
# and train nothing.
#
# **Predict**, and write it down. What will the network learn first, second, third?
# *(a)* how bright a hole should be, *(b)* which colour it should have, *(c)* to copy the known pixels, which are given.

# %%
import shutil
from pathlib import Path

EPOCHS, PICTURES = runtime.share(22), runtime.share(2_048)
if run.profile == "full":
    EPOCHS, PICTURES = 40, 16_384
folder = Path("build", "lesson_09", f"{run.profile}_{run.data}")
shutil.rmtree(folder, ignore_errors=True)

train = training.pairs(pictures.train[:PICTURES], bank, batch_size=64, seed=1).with_holes()
held_out = training.pairs(
    pictures.validation[:256],
    masks.random_lines(256, 32, seed=12),
    batch_size=256,
    seed=1,
    frozen=True,
).with_holes()
print(f"{EPOCHS} epochs of {len(train)} steps, kept in {folder.as_posix()}")

# %%
model = network()
logger = PredictionLogger(frozen, frozen_masks, folder=folder)
history = training.fit(
    model, train, held_out, epochs=EPOCHS, seed=1, folder=folder, callbacks=[logger]
).history

# %% [markdown]
# Three of the 32, at a few epochs; epoch 0 is before training.

# %%
wanted = (0, 1, 2, 4, 8, 12, 16, logger.epochs[-1])
shown = [epoch for epoch in logger.epochs if epoch in wanted]
plots.show(
    [
        picture / np.float32(255)
        for number in (4, 12, 21)
        for picture in (*(logger.frames[epoch][number] for epoch in shown), frozen[number])
    ],
    titles=[*(f"epoch {epoch}" for epoch in shown), "truth"] + [""] * 2 * (len(shown) + 1),
    columns=len(shown) + 1,
    alt="Three small pictures with lines across them, over the epochs: grey lines that take on "
    "the colours around them, and the truth.",
    caption="Each row is one frozen picture under one frozen mask; only the network changes.",
)

# %% [markdown]
# Now scrub. The third panel is the *raw* prediction, what the network says about every pixel, known ones too; the second is composited.

# %%
from matplotlib import pyplot as plt

from course_lib import widgets


def at(epoch, picture):
    figure, axes = plt.subplots(1, 5, figsize=(9.6, 2.3), layout="constrained")
    panels = {
        "damaged": damaged[picture],
        f"epoch {epoch}": logger.frames[epoch][picture],
        "raw": logger.raw_frames[epoch][picture],
        "truth": originals[picture],
    }
    for side, (title, panel) in zip(axes, panels.items(), strict=False):
        side.imshow(panel, interpolation="nearest")
        side.set(title=title, xticks=[], yticks=[])
    axes[4].plot(logger.epochs, logger.psnr_hole)
    axes[4].plot(epoch, logger.psnr_hole[epoch], "ko")
    axes[4].set(title="PSNR in holes (dB)", xlabel="epoch")
    return figure


last = logger.epochs[-1]
widgets.explore(
    at,
    epoch=(0, last, 1, last // 2),
    picture=(0, 31, 1, 12),
    alt="A damaged picture, its fill and the raw prediction at one epoch, the truth, and the "
    "curve of hole PSNR with the epoch marked.",
    caption="Move the epoch. The raw panel shows what compositing hides.",
)

# %% [markdown]
# What came first? An error has two parts: in *brightness*, the mean of the three colours, and in *colour*, what is left. The squared errors of
# the two add up to the whole, exactly. We follow both in the holes, and beside them the raw error on known pixels.


# %%
def brightness(difference):
    return difference.mean(axis=-1, keepdims=True)


difference = np.stack(logger.raw_frames) / np.float32(255) - originals
in_holes, in_known = difference[:, frozen_masks], difference[:, ~frozen_masks]
parts = {
    "holes, brightness": (brightness(in_holes) ** 2).mean(axis=(1, 2)),
    "holes, colour": ((in_holes - brightness(in_holes)) ** 2).mean(axis=(1, 2)),
}
whole = (in_holes**2).mean(axis=(1, 2))
assert np.allclose(sum(parts.values()), whole, rtol=1e-4)

figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for name, values in parts.items():
    axes.plot(logger.epochs, 1000 * values, ".-", label=name)
axes.plot(logger.epochs, 1000 * (in_known**2).mean(axis=(1, 2)), "--", label="known pixels, all")
axes.set(title="raw predictions, frozen pictures", xlabel="epoch", ylabel="squared error × 1000")
axes.legend(fontsize=8)
plots.show(
    figure,
    alt="Squared error over the epochs: brightness in holes falls early, colour in holes late; "
    "the raw error of known pixels starts highest.",
    caption="Brightness falls from the start; on photos colour falls little, then at once.",
)
for epoch in (0, last // 2, last):
    told = ", ".join(f"{name} {1000 * values[epoch]:.1f}" for name, values in parts.items())
    print(f"epoch {epoch:2d}: {told}")

# %% [markdown]
# **Read.** On photos, brightness comes first: its error falls from the first epoch. Colour falls little in the first eleven epochs, then drops within two. That
# is the step in the curve, and the moment in the strip when bluish lines turn reddish. (Three of the six training photographs are grey textures, which may make grey a fair
# first guess.) And *(c)*? Copying has no place of its own in the order: on photos the known pixels, which are *given*, are at the start and at the end about as wrong as
# the two errors in the holes together, and in between somewhat less. The raw panel shows it, the composited one hides it. Copying has to be learned as well, and our loss counts a hole pixel six times. The loss alone would have told none of this.
#
# ## Against what?
#
# A curve that rises is not yet a network that is good. On the same frozen pictures and masks: two classical methods, and a network of the
# same size, `explorer_unet_4`, that trained longer, on CIFAR-10, and comes with the course.

# %%
shipped = models.load_pretrained("explorer_unet_4")
print("explorer_unet_4:", models.recipe("explorer_unet_4")["steps"], "steps on CIFAR-10")
rivals = {
    name: np.stack(
        [classical.METHODS[name](*one) for one in zip(damaged, frozen_masks, strict=True)]
    )
    for name in ("navier_stokes", "biharmonic")
}
rivals["explorer_unet_4"] = models.inpaint(shipped, originals, frozen_masks)
levels = {name: metrics.psnr(originals, fill, frozen_masks) for name, fill in rivals.items()}
for name, level in levels.items():
    print(f"{name:16s} {level:.2f} dB in the holes")
print(f"trained here     {logger.psnr_hole[-1]:.2f} dB after the last epoch", end=", ")
print(f"{max(logger.psnr_hole):.2f} at its best")

# %%
figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
axes.plot(logger.epochs, logger.psnr_hole, "k.-", label="trained here, composited")
for colour, (name, level) in zip(("C0", "C1", "C2"), levels.items(), strict=True):
    axes.axhline(level, color=colour, linestyle="--", label=name)
axes.set(title="The frozen 32", xlabel="epoch", ylabel="PSNR in holes (dB)")
axes.legend(fontsize=8)
plots.show(
    figure,
    alt="The network's hole PSNR rises over the epochs towards three dashed lines: Navier-Stokes, "
    "biharmonic, and a network trained longer.",
    caption="A short training against equations that need none.",
)

# %% [markdown]
# **Read.** On photos the network ends well below both equations: fewer than a thousand steps do not make up for knowing from the start that pictures are smooth. It ends
# above the network that trained longer, which learned on CIFAR-10 and with plain squared error: on *which pictures* and with *which loss* a network was trained counts, not only how long. (Which of the two counts more, this comparison cannot tell.)
#
# ## Read the record without an account
#
# Everything the logger saw lies in the folder. `log.csv` is a table with a row an epoch:

# %%
import pandas as pd

log = pd.read_csv(folder / "log.csv")
assert len(log) == len(logger.epochs)
log.tail(4).round(4)

# %% [markdown]
# `frozen_psnr_hole` is the logger's, over the 32; `val_psnr_hole` is Keras's, over the validation pairs of `fit`; `psnr_hole` is measured on training batches
# *while* the network changes.
#
# Weights & Biases (W&B, the package `wandb`) shows such records as web pages that can be shared. The course never needs it: by default the record is
# *offline*, in the folder `wandb` beside the others, and no account is asked for. Its pictures are ordinary PNG files.

# %%
records = sorted(folder.glob("wandb/offline-run-*"))  # empty where W&B is missing or disabled
stored = []
if records:
    stored = [data.read(path) for path in records[-1].glob("files/media/images/predicted_*.png")]
    in_record = {np.rint(255 * picture).astype(np.uint8).tobytes() for picture in stored}
    assert in_record == {picture.tobytes() for frame in logger.frames for picture in frame}
print(len(stored), "filled pictures in the record")

# %% [markdown]
# **Read.** Every frame is there, byte for byte. (The number in a file's name is W&B's own count, which may be one off the epoch.) Three ways to look at
# such a record; `FOLDER` is the name that the training cell printed:
#
# | Command | What it does | Account |
# |---|---|---|
# | `wandb leet FOLDER` | curves in the terminal | no |
# | `wandb sync FOLDER` | uploads the record, any time later | yes |
# | `wandb.init()` in a cell, before the training | the logger writes into your run, and its page grows while the network trains | yes |
#
# What leaves your machine when you upload? Not only the curves. We look for a few things in the record's bytes, and print whether they are there, not what they are.

# %%
import platform
import sys

if records:
    record = b"".join(path.read_bytes() for path in records[-1].glob("*.wandb"))
    packages = records[-1] / "files" / "requirements.txt"
    sought = {"host name": platform.node(), "path of Python": sys.executable}
    for what, value in sought.items():
        print(f"{what:15s}", "in the record:", value.encode() in record)
    print("packages listed:", len(packages.read_text().splitlines()) if packages.exists() else 0)

# %% [markdown]
# **Read.** Beside metrics and pictures also the names of all installed packages, the machine's name, folders, and its load while it trained. If the pictures are of people, or
# the machine's name tells where you work, think first. And *never* write the key into a notebook: log in by `wandb login`, in a terminal. The article's repository published
# one in a cell. What has once been public stays so: the remedy is not to delete the cell but to revoke the key.
#
# ## Cut the power
#
# Trainings get killed: a laptop sleeps, Colab hangs up. What must a checkpoint hold, so that the resumed training arrives at *exactly* the weights of one that was never
# disturbed? **Predict** before you read the table: are the weights enough?
#
# | Needed | If it is missing |
# |---|---|
# | the weights | all is lost |
# | the optimizer's state (Adam's two averages for each weight, and the step) | the next steps are of another size |
# | the epoch | the data begins at its first epoch again, and so does a schedule that counts epochs |
# | the state of every random number (dropout) | other units are dropped |
# | early stopping's memory: the best value, and how long ago | it waits anew after every kill |
# | the best weights so far | the best epoch may be forgotten |
#
# A small network with dropout, six epochs of two steps. First undisturbed.


# %%
def small_network(dropout=0.2):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
            keras.layers.Dropout(dropout),
            keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), loss="mse")
    return model


few = training.pairs(pictures.train[:64], bank, batch_size=32, seed=5)
few_held_out = training.pairs(frozen, frozen_masks, batch_size=32, seed=5, frozen=True)
undisturbed = small_network()
_ = training.fit(undisturbed, few, few_held_out, epochs=6, seed=7)

# %% [markdown]
# Now a callback that cuts the power in the middle of epoch 4, after its first step. The call is the same but for a folder.


# %%
class PowerCut(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations) == 7:
            raise RuntimeError("power cut")


interrupted = folder / "interrupted"
try:
    training.fit(
        small_network(),
        few,
        few_held_out,
        epochs=6,
        seed=7,
        folder=interrupted,
        callbacks=[PowerCut()],
    )
except RuntimeError as error:
    print("stopped:", error)
print("in the folder:", [path.name for path in interrupted.iterdir()])

# %% [markdown]
# The morning after: a *new* network, freshly initialised, and the same call again.

# %%
resumed = small_network()
_ = training.fit(resumed, few, few_held_out, epochs=6, seed=7, folder=interrupted)

# %%
pairs_of_weights = list(zip(undisturbed.get_weights(), resumed.get_weights(), strict=True))
print("equal, bit for bit:", all(np.array_equal(a, b) for a, b in pairs_of_weights))
assert run.device == "gpu" or all(np.array_equal(a, b) for a, b in pairs_of_weights)

# %% [markdown]
# **Read.** Equal, bit for bit (on a GPU the last digit may differ, because sums run in another order there). Epoch 4 was half done and is repeated from its beginning. The
# checkpoint is *one* file that takes its predecessor's place in one step: a kill while it is written leaves the old one whole.
#
# Keras brings `BackupAndRestore`. Does it do the same? Same network, fixed batches, so that only the network's own state matters; once without dropout, once with.


# %%
class PowerCutAtEpoch(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise RuntimeError("power cut")


def with_backup(dropout, cut):
    """The final weights of four epochs, with a power cut before the third or without."""
    backup = keras.callbacks.BackupAndRestore(folder / f"backup_{dropout}_{cut}")
    for callbacks in ([[backup, PowerCutAtEpoch()]] if cut else []) + [[backup]]:
        network = small_network(dropout)
        try:
            network.fit(*few_held_out[0], epochs=4, shuffle=False, verbose=0, callbacks=callbacks)
        except RuntimeError:
            continue
    return network.get_weights()


for dropout in (0.0, 0.2):
    whole, patched = with_backup(dropout, cut=False), with_backup(dropout, cut=True)
    change = max(np.abs(a - b).max() for a, b in zip(whole, patched, strict=True))
    print(f"BackupAndRestore, dropout {dropout}: largest difference of a weight {change:.6f}")

# %% [markdown]
# **Read.** Without dropout equal, with dropout not: it stores the weights and the optimizer, but not where the random numbers stood. Nor does it keep
# the memory of `EarlyStopping`, whose count begins anew with every `fit`. And it writes two files one after the other, so that a kill between them leaves the weights of one epoch with the
# number of another. For many purposes that is good enough. It is not *the same run*.
#
# ## How much of a curve is noise?
#
# Suppose the masks of the validation set were drawn anew each epoch, as in the article. How much would the score jump if the network did
# not change at all? Take *one* set of weights, the shipped network's, the same 32 pictures, and 20 draws of masks. **Predict** the range of the 20
# scores, in dB.


# %%
def draw_scores(network, images, draws):
    """Hole PSNR of the network on the same pictures under each of several draws of masks."""
    drawn = masks.random_lines(draws * len(images), 32, seed=100)
    repeated = np.tile(images, (draws, 1, 1, 1))
    filled = models.inpaint(network, repeated, drawn)
    parts = (np.split(one, draws) for one in (repeated, filled, drawn))
    return np.array([metrics.psnr(*one) for one in zip(*parts, strict=True)])


jumps = draw_scores(shipped, originals, 20)
print(f"one network, 20 draws: {jumps.min():.2f} to {jumps.max():.2f} dB", end=", ")
print(f"standard deviation {jumps.std():.2f} dB")
looks = {
    metrics.psnr(originals, models.inpaint(shipped, originals, frozen_masks), frozen_masks)
    for _ in range(3)
}
print("frozen masks, three looks, different values:", len(looks))
assert len(looks) == 1

# %% [markdown]
# And how much does the score change when the network *does* learn? The second half of our training, under frozen masks, beside the change from one draw to the next:

# %%
late = np.abs(np.diff(logger.psnr_hole[len(logger.psnr_hole) // 2 :]))
print(f"epoch to epoch, frozen masks: median change {np.median(late):.2f} dB")
print(f"draw to draw, same weights:   median change {np.median(np.abs(np.diff(jumps))):.2f} dB")

# %% [markdown]
# **Read.** On photos the score of a network that does not change at all moves, from one draw to the next, about three quarters as much as that of a network in training from epoch to epoch (0.41 against 0.54 dB). A good part of
# a curve under new masks would be the draw, and "the best epoch" often the luckiest.
#
# Freezing helps in a second way: two networks under the same masks have the same luck, and in their *difference* it cancels. To see it we need a second network that is
# a little better: the shipped one, trained for 15 steps more. A third, `explorer_unet_2`, has half the width. **Predict** which of the two has the steadier difference to the
# shipped one.

# %%
further = keras.models.clone_model(shipped)
further.set_weights(shipped.get_weights())
further.compile(keras.optimizers.Adam(3e-4), loss=losses.HoleWeighted("mse", weight=6.0))
further.fit(trial, epochs=3, verbose=0)
others = {
    "15 steps further": draw_scores(further, originals, 20),
    "explorer_unet_2": draw_scores(models.load_pretrained("explorer_unet_2"), originals, 20),
}
figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for name, values in {"explorer_unet_4": jumps, **others}.items():
    axes.plot(range(1, 21), values, ".-", label=name)
axes.set(title="20 draws of masks, fixed weights", xlabel="draw", ylabel="PSNR in holes (dB)")
axes.set_xticks(range(2, 21, 2))
axes.legend(fontsize=8)
plots.show(
    figure,
    alt="Hole PSNR of three networks over twenty draws of masks: two curves jump up and down side "
    "by side, the third runs far below.",
    caption="The two upper curves jump together: an easy draw is easy for both.",
)

# %%
print(f"explorer_unet_4   {jumps.mean():.2f} dB, standard deviation {jumps.std():.2f}")
for name, values in others.items():
    gain = values - jumps
    print(
        f"{name:17s} {values.mean():.2f} dB, standard deviation {values.std():.2f}; "
        f"difference {gain.mean():+.2f}, standard deviation {gain.std():.2f}"
    )
gain = others["15 steps further"] - jumps
assert gain.std() < 0.5 * jumps.std()

# %% [markdown]
# **Read.** On photos, 15 more steps gained 0.4 dB, one and a half standard deviations of a single score: under two different draws the better network would now and then
# look like the worse. Under the same draw it never does here: the standard deviation of the difference is a fifth. But pairing helps only as far as two networks fail at the same places. `explorer_unet_2` is 4 dB behind and errs
# in its own way: there the difference is hardly steadier than a score. (On other data the 15 steps may gain nothing; the difference is steady there too.)
#
# The other remedy is more pictures: the noise of a mean falls with the square root of their number. **Predict** the standard deviation with
# 16 times as many.

# %%
many = pictures.validation[:512] / np.float32(255)
for images in (originals, many):
    spread = draw_scores(shipped, images, 10).std()
    print(f"{len(images):3d} pictures, 10 draws: standard deviation {spread:.3f} dB")

# %% [markdown]
# **Read.** The square root says a quarter; ten draws tell it only roughly (on photos the twenty draws above gave 0.28 for the same 32 pictures, these ten give 0.20). This is the noise of *masks*. That these are only so many *pictures*, of one photograph in `photos`, is another matter, and
# freezing does not cure it.
#
# ## See it learn by heart
#
# Did our training overfit? A gap between training and validation score does not tell by itself: the pictures are others, and may be harder. What tells is the validation curve. If it turns
# while the training curve goes on, the network learns what helps only with the pictures it has.

# %%
print(f"lowest val_loss in epoch {1 + int(np.argmin(history['val_loss']))} of {len(log) - 1}")

# %% [markdown]
# On photos the best epoch is the last but one. That the last was worse is no proof: from epoch to epoch the score moves by about half a decibel anyway. So we make it easy: *six* pictures, 200 steps, and a network of twice the width. Once with always the same six
# masks, once with new masks at every step. **Predict** all four curves.

# %%
LOOKS, EACH = runtime.share(20), runtime.share(10)  # looks, and steps before each
six = pictures.train[:6]
unseen = training.pairs(
    pictures.validation[:128], bank[:128], batch_size=128, seed=1, frozen=True
).with_holes()


def by_heart(frozen):
    batches = training.pairs(six, bank, batch_size=6, seed=1, frozen=frozen).with_holes()
    next_masks = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: setattr(batches, "epoch", epoch)
    )
    return (
        network(width=8)
        .fit(
            batches,
            validation_data=unseen,
            validation_freq=EACH,
            epochs=LOOKS * EACH,
            shuffle=False,
            verbose=0,
            callbacks=[next_masks],
        )
        .history
    )


same, fresh = by_heart(frozen=True), by_heart(frozen=False)

# %%
steps = EACH * np.arange(1, LOOKS + 1)
figure, axes = plt.subplots(1, 2, figsize=(9.6, 3), layout="constrained", sharey=True)
for side, (title, told) in zip(
    axes, {"always the same masks": same, "new masks each time": fresh}.items(), strict=True
):
    side.plot(steps, told["psnr_hole"][EACH - 1 :: EACH], label="the six it has")
    side.plot(steps, told["val_psnr_hole"], label="pictures it has not seen")
    best = int(np.argmin(told["val_loss"]))
    side.axvline(steps[best], color="grey", linestyle=":", label="lowest val_loss")
    side.set(title=f"six pictures, {title}", xlabel="steps")
axes[0].set_ylabel("PSNR in holes (dB)")
axes[0].legend(fontsize=8)
plots.show(
    figure,
    alt="Left: the score on six training pictures climbs while that on unseen ones turns down. "
    "Right: with new masks at every step both scores go on rising.",
    caption="The dotted line is the epoch that early stopping would keep.",
)
for title, told in (("same masks", same), ("new masks ", fresh)):
    best = int(np.argmin(told["val_loss"]))
    print(
        f"{title}: at the end {told['psnr_hole'][-1]:.1f} dB on its six and "
        f"{told['val_psnr_hole'][-1]:.1f} on others; after {steps[best]} steps "
        f"{told['val_psnr_hole'][best]:.1f} on others"
    )

# %% [markdown]
# **Read.** With the same masks, on photos, the six pictures get better and better while the others stop gaining after about a hundred steps and then lose: in the end it knows its six
# *pairs*. With new masks no such turn shows within these 200 steps (the last two looks, half a decibel lower, are within its jumps), and the others end more than 4 dB higher, from the same six pictures. (They even beat the six, which may simply be harder.) Drawing the damage anew is the
# cheapest way to have more data. It is no cure for ever: six pictures remain six pictures.
#
# *Early stopping* keeps the weights of the epoch with the lowest validation loss, and ends the training when there was no lower one for a
# while (`training.fit`: ten epochs). It is the cheapest regulariser there is, and it works only as well as the validation score can be compared
# between epochs: with masks drawn anew it would keep the luckiest draw. Prechelt (1998) compared rules for
# when to stop: patient ones gained about 4 % on average, and took four times as long. And since the best of many is chosen, its validation score flatters. What the network is worth, the test pictures say.
#
# ## The leaderboard
#
# The rows of this lesson: the network trained above, with the weights of its best epoch, and `explorer_unet_4`. Test pictures of `photos`, the masks of the earlier lessons.

# %%
from course_lib import evaluation

count = runtime.share(100)
patches = data.load("photos").test[:count] / np.float32(255)
lines = masks.random_lines(100, 32, seed=2026)[:count]
rows = {"trained here": model, "explorer_unet_4": shipped}
table = evaluation.leaderboard(rows, patches, {"lines": lines})
table[["method", "psnr_hole", "mae_hole", "psnr_image", "milliseconds"]].round(4)

# %% [markdown]
# **Read.** On photos both networks stay below both equations and above the flat `mean`, `explorer_unet_4` by half a decibel only, and its MAE is larger than the flat mean's. The one trained here is ahead of it, and of lesson 08's row *trained here*
# (18.4 dB on photos): the same network and not many more steps, but here the loss weighs holes six times and the learning rate is three times as high. The next lessons ask what a network
# must know about its holes to do better.
#
# ## Questions
#
# **1.** A colleague's validation score rises by 0.2 dB from one epoch to the next. Masks are drawn anew for each look, 32 pictures. What do you
# say?
#
# 1. The network got better.
# 2. It may be the draw: with the same weights the score jumps by as much.
# 3. The network overfits.
#
# <details><summary>Answer</summary>
#
# **2.** See the 20 draws. 1 may be true, but this number does not show it; freeze the masks. 3: overfitting shows as a validation score that falls, over many
# epochs.
# </details>
#
# **2.** A training was killed in epoch 8 and resumed from the weights alone, with a new Adam. What differs from the undisturbed run?
#
# 1. Nothing: the weights are what was learned.
# 2. The first steps: Adam's averages and its step count begin at zero, and random numbers at their first.
# 3. Only the time it takes.
#
# <details><summary>Answer</summary>
#
# **2.** Adam divides by the root of an average of past squared gradients; without a past its steps are of another size. It may end as good, but not equal, so a
# difference between two runs cannot be traced any more. 1: the optimizer's state is learned too. 3: the time is the least of it.
# </details>
#
# **3.** The frozen pictures of a logger are taken from the test set, "only to look at". What is wrong?
#
# 1. Nothing, as long as no weight is trained on them.
# 2. Whoever looks, decides: another loss, another width, another epoch. The test score then flatters.
# 3. Test pictures are harder.
#
# <details><summary>Answer</summary>
#
# **2.** Choosing is learning, done by you. 1 forgets that the person is part of the loop. 3: harder or not, they are to be used once.
# </details>
#
# **4.** Training loss falls, validation loss has been rising for twenty epochs. Which weights do you keep?
#
# 1. The last.
# 2. Those of the epoch with the lowest validation loss.
# 3. Those with the lowest training loss.
#
# <details><summary>Answer</summary>
#
# **2.** That is early stopping. 1 and 3 are nearly the same here: weights that know their own pictures best.
# </details>
#
# ## Key points
#
# * Freeze the pictures and the masks that you look at; then a change is the network's.
# * One number hides what kind of fault there is. Look at raw predictions too.
# * A checkpoint holds weights, optimizer, epoch, random numbers, and early stopping's memory, in one file.
# * The draw of masks can move a score as much as an epoch does; under the same masks two similar networks can be compared far more finely.
# * New masks in training, frozen masks in validation.
# * Choose the epoch on validation pictures. Keep keys out of notebooks.
#
# {{exercise}}
#
# {{next}}
#
# ## References
#
# * Goodfellow, Bengio, Courville: [Deep Learning](https://www.deeplearningbook.org/), MIT Press 2016: section 7.8, early stopping.
# * Prechelt: [Early Stopping, but When?](https://doi.org/10.1007/3-540-49430-8_3), in Neural Networks: Tricks of the Trade, Springer 1998.
# * Kingma, Ba: [Adam](https://arxiv.org/abs/1412.6980), ICLR 2015.
# * Keras: [Writing your own callbacks](https://keras.io/guides/writing_your_own_callbacks/) and
#   [BackupAndRestore](https://keras.io/api/callbacks/backup_and_restore/).
# * Weights & Biases: [documentation](https://docs.wandb.ai/).
