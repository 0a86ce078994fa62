# ---
# jupyter:
#   accelerator: GPU
# ---

# %% [markdown]
# # Press a picture through a code: the vanilla autoencoder
#
# {{badge}}
#
# An *autoencoder* shrinks a picture to a short *code* and grows a picture back from it. Fed with damaged pictures and asked for whole ones, it fills
# holes. It paints *every* pixel, known ones too. This lesson shows what that means for building it and for judging it.
#
# **You need** lesson 06, and a first Keras `fit`. No internet, no GPU. About 30 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## Every pixel is repainted
#
# The course comes with two small networks that differ in one thing, the *skips*, explained below. Both were trained for 3,000 steps on CIFAR-10 (photographs of 32 × 32 pixels) with
# line masks. We show them 100 patches of a photograph with lines missing.
#
# **Predict.** Most of each patch was never missing. Will the networks return those pixels as they came?

# %%
from course_lib import evaluation, masks, models, plots

patches, holes = evaluation.frozen_patches()
SHIPPED = {"skips off": "explorer_autoencoder_4_code_64", "skips on": "explorer_unet_4"}
raw = {k: models.predict(models.load_pretrained(SHIPPED[k]), patches, holes) for k in SHIPPED}
print("steps:", {kind: models.recipe(name)["steps"] for kind, name in SHIPPED.items()})

# %%
from course_lib import widgets

widgets.raw_and_composited(patches, holes, raw, picture=8)

# %% [markdown]
# **Read.** They do not. Here, without skips, the whole patch comes back as a grey blur; with skips it is sharp, but in the wrong colours. So the error has
# two parts: how well does a network *copy* what is known, and how well does it *guess* what is missing? Over all 100 patches:


# %%
import pandas as pd

from course_lib import metrics


def split_error(predicted):
    composited = masks.composite(patches, predicted, holes)
    return {
        "known pixels": metrics.psnr(patches, predicted, ~holes),
        "holes": metrics.psnr(patches, predicted, holes),
        "whole picture, raw": metrics.psnr(patches, predicted),
        "whole picture, composited": metrics.psnr(patches, composited),
    }


shipped = pd.DataFrame({kind: split_error(prediction) for kind, prediction in raw.items()}).T
assert shipped["known pixels"]["skips on"] > shipped["known pixels"]["skips off"] + 5
shipped.round(1)

# %%
for part, where in {"known pixels": ~holes, "holes": holes}.items():
    each = evaluation.by_picture(raw, patches, where)
    lead = each["skips on"] - each["skips off"]
    print(f"{part:12} skips ahead on {(lead > 0).sum()} of {len(lead)} patches", end=", ")
    print(f"by {lead.mean():.1f} ± {lead.std():.1f} dB")

# %% [markdown]
# **Read.** In this pair skips make copying easy: known pixels gain 7 dB, and the holes 4 dB. Compositing lifts the whole picture by 6 dB with
# skips and by 9 dB without, though no guess has become better. **Composite first, then compare.**
#
# ## Why it shrinks: what a pixel can reach
#
# To fill a pixel in the middle of a hole, a network must look at least to the rim: 4 pixels for our lines, 8 in a
# square of 16 × 16. A 3 × 3 convolution looks one pixel to each side,
# and each further one adds one more. Where the picture has been halved, a step is two pixels wide.
#
# **Predict.** Ten 3 × 3 convolutions: how wide is the square of pixels that one output depends on? And if the picture is halved after the second,
# fourth, sixth and eighth?


# %% tags=["nbval-check-output"]
def field(layers):
    seen, step = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * step
        step *= stride
    return seen


conv, pool = (3, 1), (2, 2)  # (kernel, stride)
print("ten convolutions:", field(10 * [conv]), "pixels")
print("with four halvings:", field(4 * [conv, conv, pool] + [conv, conv]), "pixels")

# %% [markdown]
# **Read.** 21 and 140. Ten convolutions reach the rim from the middle of either hole; shrinking shows the whole patch to every place at the bottom.
# But everything must pass through the code.
#
# **Predict.** Does the grey blur come from that? Three ladders like the one below differ only in their codes.

# %%
plots.show(
    plots.ladder(width=4, skips=False),
    alt="A ladder of blocks: from 32 × 32 × 4 down to a code of 2 × 2 × 64, and up again.",
    caption="Encoder and decoder at width 4: 3,072 numbers come in, 256 pass.",
)

# %%
for numbers in (16, 64, 256):
    one = models.load_pretrained(f"explorer_autoencoder_4_code_{numbers // 4}")
    known = metrics.psnr(patches, models.predict(one, patches, holes), ~holes)
    print(f"a code of {numbers:3} numbers: {known:.1f} dB on known pixels")

# %%
import numpy as np

colours = [one[~hole].mean(axis=0) for one, hole in zip(patches, holes, strict=True)]
flat = np.broadcast_to(np.array(colours)[:, None, None], patches.shape)
print(f"one flat colour, 3 numbers: {metrics.psnr(patches, flat, ~holes):.1f} dB on known pixels")

# %% [markdown]
# **Read.** No: sixteen times the room changes next to nothing. One flat colour for each patch, three numbers, scores 3 dB more: room is not what these networks lack.
#
# The way down, $h = f(x)$, also returns what each level held before it was halved; so far the way up, $r = g(h)$, makes no use of that. The top level has `width` filters, and
# each level below twice as many.

# %%
from keras import layers


def twice(features, filters):
    for _ in range(2):
        features = layers.Conv2D(filters, 3, padding="same", activation="relu")(features)
    return features


def down(features, width):
    kept = []
    for level in range(4):
        features = twice(features, width * 2**level)
        kept.append(features)
        features = layers.MaxPooling2D()(features)
    return twice(features, width * 16), kept


# %%
def up(features, width):
    for level in reversed(range(4)):
        features = layers.Conv2DTranspose(width * 2**level, 2, strides=2)(features)
        features = twice(features, width * 2**level)
    return layers.Conv2D(3, 3, padding="same", activation="sigmoid")(features)


# %% [markdown]
# ## Skips, in one more line
#
# A *skip* takes what a level held on the way down across to the same level on the way up. There it is laid next to what comes from below. At the top
# level it has full resolution, and need not pass through the code. The ladder is then called a *U-Net*.


# %%
def up_with_skips(features, width, kept):
    for level in reversed(range(4)):
        features = layers.Conv2DTranspose(width * 2**level, 2, strides=2)(features)
        features = layers.Concatenate()([features, kept[level]])
        features = twice(features, width * 2**level)
    return layers.Conv2D(3, 3, padding="same", activation="sigmoid")(features)


plots.show(
    plots.ladder(width=4),
    alt="The same ladder, with a dashed arrow on each of its four levels from left to right.",
    caption="A skip goes around everything that lies below it.",
)

# %% [markdown]
# ## Train both
#
# Both get the same pictures, masks and number of steps. `training.pairs` draws a new mask for every picture in every epoch; with `frozen=True` it
# never changes. `training.fit` is Keras's `fit` with a seed. The loss is the mean squared error of the whole raw prediction.

# %%
import keras

from course_lib import data, training

EPOCHS, PICTURES = runtime.share(6), runtime.share(5_000)
dataset = data.load(run.data, subset=PICTURES)
bank = masks.random_lines(2_000, 32, seed=1)
train = training.pairs(dataset.train, bank, batch_size=64, seed=0)
held_out = training.pairs(dataset.validation[:500], bank, batch_size=64, seed=0, frozen=True)
print(f"{EPOCHS} epochs of {len(train)} steps. {dataset.provenance}")

# %%
here = {}
for kind in ("skips off", "skips on"):
    keras.utils.set_random_seed(0)
    picture = keras.Input((32, 32, 3))
    code, kept = down(picture, width=4)
    painted = up(code, width=4) if kind == "skips off" else up_with_skips(code, 4, kept)
    here[kind] = keras.Model(picture, painted)
    here[kind].compile("adam", loss="mse")
    training.fit(here[kind], train, held_out, epochs=EPOCHS, seed=0)

# %%
own = {kind: split_error(models.predict(one, patches, holes)) for kind, one in here.items()}
table = pd.DataFrame(own).T
lead = table["known pixels"]["skips on"] - table["known pixels"]["skips off"]
print(f"skips ahead by {lead:.1f} dB on known pixels:", "found" if lead > 3 else "not found yet")
table.round(1)

# %% [markdown]
# **Read.** These are your own two, after a few hundred steps; the pair above had 3,000, on CIFAR-10. A skip offers a way across; the line above the
# table says whether training has found it.
#
# ## Does it know where the holes are?
#
# Nobody told the network which pixels are missing. It sees black there, and must recognise black as damage. We take a larger network,
# `vanilla_unet`, of width 16.
#
# **Predict.** The same holes are painted nearly black, grey or white instead. What will the network fill in?

# %%
unet = models.load_pretrained("vanilla_unet")
painted = {paint: masks.damage(patches, holes, fill=paint) for paint in (0.0, 0.1, 0.5, 1.0)}
fills = {paint: unet.predict(damaged, verbose=0) for paint, damaged in painted.items()}
scores = {paint: metrics.psnr(patches, fill, holes) for paint, fill in fills.items()}
assert max(scores[paint] for paint in (0.1, 0.5, 1.0)) < scores[0.0] - 3

# %%
plots.show(
    [damaged[8] for damaged in painted.values()] + [fill[8] for fill in fills.values()],
    titles=[f"painted {paint}" for paint in painted]
    + [f"raw: {score:.1f} dB" for score in scores.values()],
    columns=4,
    alt="A patch whose hole is painted black, nearly black, grey, white, above four raw "
    "predictions: only the black one is repaired.",
    caption="One hole in four paints, raw predictions below; decibels in the holes of all patches.",
)

# %% [markdown]
# **Read.** It repairs black, and returns the others nearly as they came. It has learned the colour of the damage, not that something is
# missing. Lesson 11 builds a layer that cannot read the paint.
#
# Trained on other damage, networks do *denoising*, *deblurring* or *artefact removal*.
#
# ## The leaderboard
#
# All rows so far, composited, with four new ones: your two, and two of width 16 that learned from CIFAR-10.

# %%
new = {f"{kind}, yours": network for kind, network in here.items()}
new |= {"vanilla_unet": unet, "autoencoder": models.load_pretrained("autoencoder")}
plots.show(
    plots.standings(evaluation.standings(**new)),
    alt="Bars of PSNR in holes: the learned window and the smooth solvers lead; vanilla_unet is "
    "behind them.",
    caption="100 patches with line masks; the new rows are hatched.",
)

# %% [markdown]
# **Read.** On this photograph `vanilla_unet` stays below the smooth solvers; on pictures like those it learned from, it beats Telea, Navier–Stokes
# and harmonic, but not biharmonic (Notes).
#
# What could help? Telling the network where the holes are, computing with known pixels alone, starting from a fill: lessons 11 and 12.
#
# ## Questions
#
# **1.** A network without skips blurs the known pixels; after compositing they are exact. Which of the two errors on known pixels
# tells how well it inpaints?
#
# 1. The raw one.
# 2. The composited one.
# 3. Neither.
#
# <details><summary>Answer</summary>
#
# **3.** Known pixels are given; only the holes are guessed.
# </details>
#
# **2.** Two papers report PSNR of the whole picture on the same masks: one raw, one composited. The second is 6 dB higher.
# What follows?
#
# 1. The second method is better.
# 2. Nothing, until both are composited.
# 3. The first method is better, because it does not cheat.
#
# <details><summary>Answer</summary>
#
# **2.** Above, compositing alone gave 6 to 9 dB.
# </details>
#
# **3.** Codes of 16, 64 and 256 numbers gave the same blur. What follows?
#
# 1. A code never limits a network.
# 2. Something else limits these networks first.
# 3. A picture fits into 16 numbers.
#
# <details><summary>Answer</summary>
#
# **2.** More room did not help. 1: one number would be too few. 3: the picture came back blurred.
# </details>

# %% [markdown]
# ## Key points
#
# * A network repaints every pixel. Composite first, then compare, and measure in the holes.
# * Shrinking lets every place at the bottom see the whole picture.
# * Skips lead around the code. Once training finds them, copying becomes easy, and the holes gain too.
# * A vanilla network is not told where the holes are. It learns the colour of the damage.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# The article's network is `models.vanilla_unet(32)`, 7,760,931 weights. On 1,000 pictures of CIFAR-10 that it has not seen `vanilla_unet` reaches
# 21.1 dB in the holes, Telea 19.3, Navier–Stokes 20.4, harmonic 20.5, biharmonic 21.5, the autoencoder 16.6, lesson 07's Gaussian 21.9
# (`benchmarks/RESULTS.md`, *Showdown*). The two networks were trained for unequal times; after 2,400 steps each they reached 19.8 and 16.5 dB on
# validation pictures. In their loss a hole pixel counts six times. CIFAR-10 has no licence; no picture of it is stored here.
#
# </details>
#
# ## References
#
# * Goodfellow, Bengio, Courville: [Deep Learning](https://www.deeplearningbook.org/contents/autoencoders.html),
#   2016, chapter 14.
# * Ronneberger, Fischer, Brox: [U-Net: Convolutional Networks for Biomedical Image
#   Segmentation](https://arxiv.org/abs/1505.04597), MICCAI 2015.
# * Araujo, Norris, Sim: [Computing Receptive Fields of Convolutional Neural
#   Networks](https://doi.org/10.23915/distill.00021), Distill 2019.
