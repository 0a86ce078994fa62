# ---
# jupyter:
#   accelerator: GPU
# ---

# %% [markdown]
# # Watch it learn: only what is frozen can be compared
#
# {{badge}}
#
# A training run prints a number after every epoch. Did the network get better, or did the number just jump? This lesson measures the jumps, watches a
# run in pictures, and chooses the epoch to keep.
#
# **You need** [lesson 08](08_vanilla_autoencoder.ipynb). No internet, no GPU, no account. About 30 minutes.

# %%
# {{launch}}

# %%
import keras
import numpy as np

from course_lib import data, evaluation, losses, masks, models, plots, runtime, training

run = runtime.setup()

# %% [markdown]
# ## How much of a curve is the draw?
#
# A published logger draws new masks for its test pictures at every look. How far does a score jump if the network does *not* change? Score one
# *checkpoint* (stored weights) on the same 32 pictures under twenty draws of line masks, and the same network after 15 more steps.
#
# **Predict.** By how many decibels do the twenty scores of the one checkpoint differ?

# %%
pictures = data.load(run.data)
bank = masks.random_lines(1_024, 32, seed=0)
few = training.pairs(pictures.train[: runtime.share(320)], bank, batch_size=64, seed=1).with_holes()
checkpoint, further = (models.load_pretrained("explorer_unet_4") for _ in range(2))
keras.utils.set_random_seed(0)
further.compile(keras.optimizers.Adam(3e-4), loss=losses.HoleWeighted("mse", weight=6.0))
_ = further.fit(few, epochs=3, verbose=0)

# %%
originals = pictures.validation[:32] / np.float32(255)
one = evaluation.by_draw(checkpoint, originals, 20)
other = evaluation.by_draw(further, originals, 20)
gain = other - one

# %%
draws = range(1, 21)
named = {"checkpoint": (draws, one), "15 steps further": (draws, other)}
plots.show(
    plots.curves(named, title="Fixed weights", xlabel="draw", ylabel="PSNR in holes (dB)"),
    alt="Two curves over twenty draws of masks: they jump up and down together.",
    caption="Nothing but the masks changes from draw to draw.",
)

# %%
for name, values in {"checkpoint": one, "gain, same draw": gain}.items():
    span = f"{values.min():5.2f} to {values.max():5.2f} dB"
    print(f"{name:15}  {span}, standard deviation {values.std():.2f}")
assert gain.std() < one.std()

# %% [markdown]
# **Read.** By about 1 dB, and no weight has moved: the draw alone does that. Under new masks a smaller gain may be luck, and "the best
# epoch" may be the luckiest. But these two are nearly the same network, and a draw that is easy for one is easy for the other: under the *same* masks
# the luck cancels in the difference, and the gain jumps far less than either score. So freeze pictures and masks. **Only what is frozen can be
# compared.**
#
# ## A logger in ten lines
#
# A Keras *callback* is an object whose methods `fit` calls at fixed moments. Ours gets pictures and masks *once*.


# %%
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
# ## Find the faults
#
# The published logger of a widely read article, shortened. **Predict.** Seven things need mending. Which?
#
# ```python
# class PredictionLogger(Callback):
#     def on_epoch_end(self, logs, epoch):
#         damaged, truth = test_batches[54]
#         predicted = [model.predict(one[None])[0] for one in damaged]
#         wandb.log({"predictions": [wandb.Image(one) for one in predicted]})
#         wandb.log({"masked": ...})
#         wandb.log({"masks": ...})
#         wandb.log({"truth": ...})
#
# model.fit(train_batches, validation_data=test_batches,
#           callbacks=[PredictionLogger(), WandbCallback()])   # keeps the best model
# ```
#
# <details><summary>The seven</summary>
#
# | Fault | Why |
# |---|---|
# | `logs, epoch` | Keras passes the epoch first |
# | `test_batches[54]` | new masks at every call |
# | `model` | a global name, perhaps another network |
# | pictures one by one | 32 times the overhead |
# | four calls of `log` | four steps an epoch |
# | floats | today's wandb stores them as black |
# | test batches choose the model | then they test nothing |
#
# </details>
#
# ## Train, and scrub
#
# We train lesson 08's U-Net with a loss in which a hole pixel counts six times; `.with_holes()` hands it the masks. The frozen pictures are *validation* pictures: what we see
# there decides what we keep. Alongside our logger run the library's, which also keeps the raw predictions, and a `ModelCheckpoint`, which stores the
# epoch that is best in the holes.
#
# **Predict.** Known pixels are given. Does the raw prediction reproduce them even at the start?


# %%
def network(width=4):
    keras.utils.set_random_seed(0)
    model = models.vanilla_unet(width)
    loss = losses.HoleWeighted("mse", weight=6.0)
    model.compile(keras.optimizers.Adam(3e-3), loss=loss, weighted_metrics=[losses.HolePSNR()])
    return model


# %%
train = pictures.train[: runtime.share(2_048)]
train = training.pairs(train, bank, batch_size=64, seed=1).with_holes()
held_out = pictures.validation[:256], masks.random_lines(256, 32, seed=12)
held_out = training.pairs(*held_out, batch_size=256, seed=1, frozen=True).with_holes()

# %%
import shutil
from pathlib import Path

from course_lib.callbacks import PredictionLogger

folder = Path("build", "lesson_09")
shutil.rmtree(folder, ignore_errors=True)  # what an earlier run left
frozen_masks = masks.random_lines(32, 32, seed=11)
minimal = MinimalLogger(originals, frozen_masks)
logger = PredictionLogger(pictures.validation[:32], frozen_masks, folder=folder)

# %%
best_in_holes = folder / "best_in_holes.weights.h5"
keeper = keras.callbacks.ModelCheckpoint(
    best_in_holes, "val_psnr_hole", mode="max", save_best_only=True, save_weights_only=True
)
model, watching = network(), [minimal, logger, keeper]
epochs = runtime.share(18)
history = training.fit(model, train, held_out, epochs=epochs, seed=1, callbacks=watching).history

# %% tags=["nbval-check-output"]
ours = np.rint(255 * np.stack(minimal.frames)).astype(np.uint8)
print("equal, byte for byte:", np.array_equal(ours, np.stack(logger.frames[1:])))

# %%
from course_lib import widgets

widgets.training_film(logger, originals, frozen_masks, picture=12)

# %% [markdown]
# **Read.** No: move the epoch from 0, before training, to the end, and watch the *raw* panel learn the known pixels too. In the composite their
# faults do not show. A tint that stays in the holes is a fault that no curve names.
#
# ## Which score chooses?
#
# `training.fit` keeps the weights with the lowest `val_loss`. That loss charges for every pixel, known ones too. **Predict.** What share of it is for
# known pixels, which compositing puts back?

# %%
wrong = (np.stack(logger.raw_frames) / 255 - originals) ** 2
known, in_holes = (wrong[:, where].mean(axis=(1, 2)) for where in (~frozen_masks, frozen_masks))
holes = frozen_masks.mean()
for_known = (1 - holes) * known / ((1 - holes) * known + 6 * holes * in_holes)
best = {"val_loss": np.argmin(history["val_loss"])}
best["val_psnr_hole"] = np.argmax(history["val_psnr_hole"])

# %%
parts = {"known pixels": (logger.epochs, 1000 * known), "holes": (logger.epochs, 1000 * in_holes)}
plots.show(
    plots.curves(parts, title="Raw predictions", xlabel="epoch", ylabel="squared error × 1000"),
    alt="Two falling curves over the epochs: squared error on known pixels and in holes.",
    caption="The loss adds both, a hole pixel six times; the composite shows the second only.",
)

# %%
print(f"{for_known[-1]:.0%} of the last epoch's loss is for known pixels")
for score, epoch in best.items():
    print(f"{score:14} chooses epoch {epoch + 1}: {history['val_psnr_hole'][epoch]:.2f} dB")

# %% [markdown]
# **Read.** About half: a hole pixel counts six times, but there are about seven times as many known ones. So an epoch that copies better
# and fills worse can have the lower loss. Choose by the number that you will report, on frozen validation
# masks (`training.fit` does so with the callback `EarlyStopping("val_psnr_hole", mode="max", patience=10)`).
#
# ## See it learn by heart
#
# *Overfitting* shows when the score on unseen pictures falls behind while the training score goes on rising. We make it easy: six pictures, 200
# steps, twice the width. One run keeps the same six masks, the other gets new masks at every step.
#
# **Predict** the four curves.

# %%
looks = runtime.share(20)
six = np.tile(pictures.train[:6], (10, 1, 1, 1))  # an epoch is ten steps
unseen = pictures.validation[:128], masks.random_lines(128, 32, seed=13)
unseen = training.pairs(*unseen, batch_size=128, seed=1, frozen=True).with_holes()
patient = keras.callbacks.EarlyStopping(patience=looks)  # so that it trains to the end

# %%
told = {}
for kind, own_masks in {"same masks": bank[:6], "new masks": bank}.items():
    frozen = kind == "same masks"
    batches = training.pairs(six, own_masks, batch_size=6, seed=1, frozen=frozen).with_holes()
    fitted = training.fit(network(8), batches, unseen, epochs=looks, seed=1, callbacks=[patient])
    told[kind] = fitted.history

# %%
four, steps = {}, range(10, 10 * looks + 1, 10)
for kind, scores in told.items():
    four[f"{kind}, its six"] = steps, scores["psnr_hole"]
    four[f"{kind}, others"] = steps, scores["val_psnr_hole"]

# %%
plots.show(
    plots.curves(four, title="Six pictures", xlabel="steps", ylabel="PSNR in holes (dB)"),
    alt="Four curves of hole PSNR over 200 steps: its six pictures and others, same and new masks.",
    caption="Others: 128 validation pictures under frozen masks.",
)

# %% [markdown]
# **Read.** With the same masks the network learns its six *pairs* by heart, and the others fall behind. New masks ask something new of the same six
# pictures at every step, at no cost, and the others do not fall behind. (They can even be ahead: they are other pictures, and the number for the six
# is a mean over ten steps.)
#
# ## The record, with and without an account
#
# The folder holds every frame as a PNG, and `log.csv` with a row per epoch. Weights & Biases (W&B) shows such records as web pages. The course never
# needs it: the record stays on this machine until you upload it.
#
# | Command | What it does | Account |
# |---|---|---|
# | `wandb leet build/lesson_09/wandb` | curves in the terminal | no |
# | `wandb sync build/lesson_09/wandb/offline-run-*` | uploads the record, any time later | yes |
# | `wandb.init()` in a cell before the training | a page that grows while the network trains | yes |
#
# An upload also names your packages, machine and folders. Log in with `wandb login` in a terminal, *never* with a key in a notebook: the article's
# repository published one. A key that has been public must be revoked.
#
# ## The leaderboard

# %%
chosen = models.vanilla_unet(4)
chosen.load_weights(best_in_holes)
new = {"yours, val_loss": model, "yours, val_psnr_hole": chosen, "explorer_unet_4": checkpoint}
plots.show(
    plots.standings(evaluation.standings(**new)),
    alt="Bars of PSNR in holes: the learned window and the smooth solvers lead; the small networks "
    "are behind them.",
    caption="100 patches with line masks; the new rows are hatched.",
)

# %% [markdown]
# **Read.** Two rows are your one training run, with the weights that each score chose: compare them. Both stay behind the smooth solvers.
#
# ## Questions
#
# **1.** A colleague's validation score rises by 0.2 dB from one epoch to the next, on 32 pictures whose masks are redrawn. What do you say?
#
# 1. The network got better.
# 2. It may be the draw.
# 3. The network overfits.
#
# <details><summary>Answer</summary>
#
# **2.** See the twenty draws. 1 may be true, but this number does not show it; freeze the masks.
# </details>
#
# **2.** The frozen pictures of a logger are taken from the test set, "only to look at". What is wrong?
#
# 1. Nothing, as long as no weight is trained on them.
# 2. Whoever looks, decides: another loss, another width, another epoch.
# 3. Test pictures are harder.
#
# <details><summary>Answer</summary>
#
# **2.** Choosing is learning, done by you, and the test score then flatters.
# </details>

# %% [markdown]
# ## Key points
#
# * Freeze the pictures and the masks that you look at; then any change is the network's.
# * Under the same masks the luck of the draw cancels between two neighbouring states of a network.
# * Choose the epoch by the score that you report: a loss over all pixels charges for known ones.
# * New masks in training, frozen masks in validation.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# A run that is killed resumes where its last whole epoch ended if `training.fit` gets a `folder`: `docs/checkpoints.md` says what a checkpoint must
# hold.
#
# </details>
#
# ## References
#
# * Goodfellow, Bengio, Courville: [Deep Learning](https://www.deeplearningbook.org/), MIT Press 2016: section 7.8, early stopping.
# * Prechelt: [Early Stopping, but When?](https://doi.org/10.1007/3-540-49430-8_3), in Neural Networks: Tricks of the Trade, Springer 1998.
# * Keras: [Writing your own callbacks](https://keras.io/guides/writing_your_own_callbacks/).
# * Weights & Biases: [documentation](https://docs.wandb.ai/).
