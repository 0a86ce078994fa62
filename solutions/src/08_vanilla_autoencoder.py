# ---
# jupyter:
#   accelerator: GPU
# ---

# %% [markdown]
# # Exercise 08: networks that can be counted on
#
# {{badge}}
#
# Five tasks on [lesson 08](../notebooks/08_vanilla_autoencoder.ipynb), about 70 minutes. ★ implement, ★★
# explain or find the fault, ★★★ open. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("08_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/08_vanilla_autoencoder.ipynb), compare your words with its
# [solution](../solutions/08_vanilla_autoencoder.ipynb).

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %%
import keras

# %%
import numpy as np
from keras import layers
from matplotlib.figure import Figure

from course_lib import checks, data, evaluation, masks, models, plots, training

# %% [markdown]
# ## Task 1 ★: which pixels does an output see?
#
# Take one row of a picture, its pixels numbered from 0, and layers without padding: output 0 of a layer
# reads the layer's inputs from number 0 on, output 1 starts one stride further, and so on.
#
# Write `seen(layers, output)`. `layers` is a list of `(kernel, stride, dilation)`, the first layer first
# (a kernel's weights stand `dilation` inputs apart); `output` is the number of an output of the last layer.
# It returns two whole numbers: the first and the last pixel on which that output depends, both included.
#
# Expected: for the encoder below, output 1 sees the pixels 16 to 155. And the picture: row $i$ is white
# where output $i$ of `SMALL` looks.

# %% [markdown] tags=["hints"]
# 1. Two numbers are needed: how wide a stretch one output sees, and how far that moves from one
#    output to the next. Go through the layers, beginning with one pixel seen and steps of one.
# 2. A layer adds (kernel - 1) * dilation steps to the width, each as long as the product of all
#    strides before it. Without padding output 0 begins at pixel 0.
# 3. width += (kernel - 1) * dilation * step, then step *= stride; first = output * step, and the
#    last is first + width - 1.


# %%
def seen(layers, output):
    ### BEGIN SOLUTION
    width, step = 1, 1
    for kernel, stride, dilation in layers:
        width += (kernel - 1) * dilation * step
        step *= stride
    first = output * step
    return first, first + width - 1
    ### END SOLUTION


# %%
LEVEL = [(3, 1, 1), (3, 1, 1), (2, 2, 1)]
ENCODER = LEVEL * 4 + LEVEL[:2]  # of a U-Net with four levels
SMALL = [(3, 1, 1), (2, 2, 1), (3, 1, 2)]
result = seen(ENCODER, 1)
print("output 1 of the encoder sees:", "no answer yet" if result is None else result)

# %%
checks.task_08_1(seen)

# %% tags=["expected"]
if checks.task_08_1(seen):
    looks = np.zeros((8, 32), dtype=bool)
    for output, row in enumerate(looks):
        first, last = seen(SMALL, output)
        row[first : last + 1] = True
    plots.show(
        looks,
        alt="Eight rows of 32 pixels; in each a white stretch of 12, two further right every row.",
        caption="Row i: the pixels that output i of SMALL sees. Each sees 12, a step is 2 pixels.",
    )

# %% [markdown]
# ## Task 2 ★: where 7,760,931 weights come from
#
# The article's U-Net has 7,760,931 weights. Find that number with a pencil. This is the ladder, with
# `levels` levels one below the other, `width` channels on the first, and twice as many on each next one:
#
# * **down**, on every level: two convolutions to the level's channels, then max-pooling;
# * **bottom**: two convolutions to twice the channels of the last level;
# * **up**, on every level, the last first: a transposed convolution, always 2 × 2, to the level's channels; then
#   its output is laid next to the skip, the output of the *second* convolution on the way down; then two
#   convolutions to the level's channels;
# * **output**: one convolution to 3 channels.
#
# A picture has 3 channels. All convolutions but the transposed ones are `kernel` × `kernel`, and every layer with weights also
# has a bias for each output channel. Write `unet_weights(width, kernel, levels)`, which returns the number of weights, biases
# included, as a whole number. Compute it; build no network.
#
# Expected: 7,760,931 for width 32, kernel 3 and 4 levels.

# %% [markdown] tags=["hints"]
# 1. One convolution of side k from a channels to b has a small window of weights for each pair of
#    an input and an output channel, and a bias for each output channel.
# 2. That is k * k * a * b + b. On the way up the first convolution reads twice the level's
#    channels: half from below, half from the skip. Poolings have no weights.
# 3. Up, with f channels: 2 * 2 * (2 * f) * f + f for the transposed convolution, then k * k * (2
#    * f) * f + f, then k * k * f * f + f; the output k * k * width * 3 + 3.


# %%
def unet_weights(width, kernel, levels):
    ### BEGIN SOLUTION
    def convolution(given, made, side=kernel):
        return side**2 * given * made + made

    total, channels = 0, 3
    for level in range(levels + 1):  # the bottom is one level more
        made = width * 2**level
        total += convolution(channels, made) + convolution(made, made)
        channels = made
    for level in reversed(range(levels)):
        made = width * 2**level
        total += convolution(channels, made, side=2)
        total += convolution(2 * made, made) + convolution(made, made)
        channels = made
    return total + convolution(channels, 3)
    ### END SOLUTION


# %%
for width in (4, 16, 32):
    result = unet_weights(width, 3, 4)
    print(f"width {width:2}:", "no answer yet" if result is None else f"{result:,} weights")

# %%
checks.task_08_2(unet_weights)

# %% [markdown]
# ## Task 3 ★★: explain a loss that cannot reach zero
#
# A public notebook trains its inpainting network with *binary cross-entropy*, BCE, instead of the squared error. For
# a true value $y$ and a prediction $r$, both between 0 and 1, that is
#
# $$-\,y \ln r - (1 - y) \ln (1 - r),$$
#
# averaged over all values of all pictures. On CIFAR-10 its validation loss goes from 0.5506 after the first epoch to 0.5485 after twenty:
# hardly any progress, it seems. Here is the same loss on photos, for three predictions.

# %% [markdown] tags=["hints"]
# 1. For one true value y, which prediction r makes the formula least? Try y = 0.8 with some
#    values of r, then put the best r into the formula.
# 2. The best r is y itself, and what remains is -y ln y - (1 - y) ln (1 - y): one number for each
#    of the 256 values, 0 for black and white.
# 3. Make the array of these 256 numbers (begin with zeros, fill 1 to 254), then take their mean
#    with counts as weights: sum of counts * numbers, divided by the sum of counts.

# %%
pixels = data.load("photos").test[:300]  # uint8
true = pixels / np.float32(255)
bce = keras.losses.BinaryCrossentropy()
for name, predicted in (
    ("mean grey everywhere", np.full_like(true, true.mean())),
    (
        "truth with a little noise",
        np.clip(true + 0.05 * (-1) ** np.indices(true.shape).sum(0), 0, 1),
    ),
    ("the truth itself", true),
):
    print(f"{name:26s} {float(bce(true, predicted)):.4f}")

# %% [markdown]
# A perfect prediction scores far from 0. Show that you know where this number comes from: write
# `bce_floor(counts)`, the lowest BCE that any prediction can reach. It gets only how often each stored value occurs:
# `counts[v]` is how many of all values are `v`, for `v` from 0 to 255, which stands for $y = v / 255$.
# No prediction is needed. (Black and white cost nothing: $0 \ln 0$ counts as 0.)
#
# Expected: the last of the three numbers above; and the picture, for pictures of one single value.


# %%
def bce_floor(counts):
    ### BEGIN SOLUTION
    y = np.arange(256) / 255
    inner = y[1:-1]  # the terms of 0 and 255 are 0
    lowest = np.zeros(256)
    lowest[1:-1] = -inner * np.log(inner) - (1 - inner) * np.log(1 - inner)
    return float(np.sum(lowest * counts) / np.sum(counts))
    ### END SOLUTION


# %%
counts = np.bincount(pixels.ravel(), minlength=256)
result = bce_floor(counts)
print("floor:", "no answer yet" if result is None else round(result, 4))

# %%
checks.task_08_3(bce_floor)

# %% tags=["expected"]
if checks.task_08_3(bce_floor):
    figure = Figure(figsize=(6, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.plot(np.arange(256) / 255, [bce_floor(one) for one in np.eye(256)])
    axes.set(title="Lowest BCE of a picture of one value", xlabel="value of its pixels")
    plots.show(
        figure,
        alt="A hill over the values from 0 to 1: zero at black and white, 0.69 at middle grey.",
        caption="Only black and white can be predicted at no cost; middle grey costs ln 2 = 0.69.",
    )

# %% [markdown]
# In your own words: on 1,000 pictures of CIFAR-10 a perfect prediction scores 0.546, on another 1,000 perhaps 0.002 more or less. How do you
# read that notebook's curve now? And does a network trained with BCE learn something wrong?
#
# <!-- BEGIN SOLUTION -->
# BCE reads a value as the probability of white; a grey pixel is no certain event, so even the right answer pays its entropy, a property of the pixels alone. All that a network can
# change is what lies above the floor: at first 0.003 to 0.007, at the end 0.001 to 0.005. So the step from 0.5506 to 0.5485 may be a third of what was left or most of it; the
# plain number hides which. Subtract the floor of the very same pictures (what remains is a mean Kullback-Leibler divergence), or report PSNR in the holes. Nothing wrong is
# learned: for each pixel BCE is least exactly at $r = y$, and where several values are possible at their mean, as with the squared error.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★: bug hunt, a U-Net that is not one
#
# A public builder looked much like this. It promises the ladder of task 2 with kernels of 3 × 3, every hidden
# convolution followed by ReLU (the transposed ones are not), and a prediction in [0, 1] of the picture's own size. It runs and it trains.

# %% [markdown] tags=["hints"]
# 1. Compare the numbers of weights with those of task 2. Then follow one known pixel from the
#    input to the output: where is it sharp for the last time? Then ask which values the last
#    layer can return.
# 2. Count how often filters is used in published_convolve. Where is the skip of a level taken in
#    published_down, and why does it need to be enlarged afterwards?
# 3. Convolve with filters channels; keep the features before MaxPooling2D as the skip, and drop
#    UpSampling2D; end with a sigmoid.


# %%
def published_convolve(features, filters, kernel=3):
    for _ in range(2):
        features = layers.Conv2D(16, kernel, padding="same", activation="relu")(features)
    return features


def published_down(features, filters):
    features = layers.MaxPooling2D()(published_convolve(features, filters))
    return features, features


def published_up(features, skip, filters):
    features = layers.Conv2DTranspose(filters, 2, strides=2)(features)
    skip = layers.UpSampling2D()(skip)  # each pixel twice in both directions: the sizes must fit
    features = layers.Concatenate()([features, skip])
    for _ in range(2):
        features = layers.Conv2D(filters, 3, padding="same", activation="relu")(features)
    return features


def published_unet(width):
    damaged = features = keras.Input((None, None, 3))
    skips = []
    for level in range(4):
        features, skip = published_down(features, width * 2**level)
        skips.append(skip)
    features = published_convolve(features, width * 16)
    for level in reversed(range(4)):
        features = published_up(features, skips[level], width * 2**level)
    predicted = layers.Conv2D(3, 3, padding="same", activation="relu")(features)
    return keras.Model(damaged, predicted)


for width in (4, 16, 32):
    print(f"width {width:2}: {published_unet(width).count_params():9,} weights")

# %% [markdown]
# It has three faults. Find them, and write `repaired_unet(width)`, which returns the untrained Keras model with the
# input `damaged` alone. Copy what you need from above, but nothing from `models`.
#
# Expected: 121,831 weights for width 4, and with the same weights the same predictions as
# `models.vanilla_unet`.


# %%
def repaired_unet(width):
    ### BEGIN SOLUTION
    def convolve(features, filters):
        for _ in range(2):
            features = layers.Conv2D(filters, 3, padding="same", activation="relu")(features)
        return features

    damaged = features = keras.Input((None, None, 3))
    skips = []
    for level in range(4):
        features = convolve(features, width * 2**level)
        skips.append(features)
        features = layers.MaxPooling2D()(features)
    features = convolve(features, width * 16)
    for level in reversed(range(4)):
        features = layers.Conv2DTranspose(width * 2**level, 2, strides=2)(features)
        features = layers.Concatenate()([features, skips[level]])
        features = convolve(features, width * 2**level)
    predicted = layers.Conv2D(3, 3, padding="same", activation="sigmoid")(features)
    return keras.Model(damaged, predicted)
    ### END SOLUTION


# %%
result = repaired_unet(4)
print("width 4:", "no answer yet" if result is None else f"{result.count_params():,} weights")

# %%
checks.task_08_4(repaired_unet)

# %% [markdown]
# Which three faults did you find, and what does each of them cost?
#
# <!-- BEGIN SOLUTION -->
# 1. `published_convolve` ignores `filters`: 16 channels on every level and at the bottom. The builder for width 32 has a
#    quarter of the weights that it should have, and a comparison of widths compares something else.
# 2. The skip is taken *after* the pooling and enlarged again, so the full resolution that a skip is there to keep is lost:
#    known pixels come back blurred.
# 3. ReLU at the output: values above 1 are possible, and a channel whose ReLU outputs 0 everywhere has no gradient and
#    stays black. A sigmoid stays between 0 and 1 and never quite stops learning.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 5 ★★★: five thousand weights
#
# Even with width 4 the U-Net of task 2 has 121,831 weights, most of them deep down. Lines are thin: fill them with at most 5,000 weights. Write
# `trained_network()`, which builds a network, trains it for a few epochs, and returns it. The check fills lines in 400 test patches through
# `models.inpaint`, which puts known pixels back, and asks for 3 dB more in the holes than the mean of the known pixels. The weights must have
# learned: the same layers must do at least 0.5 dB worse with new random weights, with zeros, and with weights that pass their input on.
#
# Layers, loss and learning rate are yours to choose. Two kinds of training pairs are ready: `plain`, and `masked`, where the network
# also gets `valid`, 1 = known and 0 = hole, as a second input: build it with `keras.Model([damaged, valid], predicted)`.
# `models.inpaint` serves both kinds. Train by `network.fit(pairs)` in a loop that sets `pairs.epoch` to 0, 1, 2, ...: then every epoch
# has new masks.
#
# Expected: 3 to 6 dB more than the mean. The check's patches and lines are always the same: they are the test, so choose before you look.

# %% [markdown] tags=["hints"]
# 1. Lines are thin: what a hole pixel needs stands two or three pixels away. Deep levels and many
#    channels cost the most weights. Where would you spend them?
# 2. Stay at full resolution: a few 3 x 3 convolutions with a dozen channels and ReLU, then 3
#    channels with a sigmoid. Concatenate damaged and valid first, so that the network knows where
#    the holes are.
# 3. Four convolutions of 12 channels, one with dilation_rate=2, Adam with a learning rate of
#    0.003, and five epochs of the pairs called masked beat the mean by more than 4 dB.

# %%
pictures = data.load("photos", subset=5_000)
bank = masks.random_lines(500, 32, seed=1)
plain = training.pairs(pictures.train, bank, batch_size=32, seed=0)
masked = training.pairs(pictures.train, bank, batch_size=32, seed=0, valid=True)
for pairs in (plain, masked):
    print(keras.tree.map_structure(np.shape, pairs[0]))

# %% [markdown]
# Choose on these pictures, not the test's: `score(network)` returns the PSNR in the holes of validation
# pictures.

# %%
chosen_on = pictures.validation[::6] / np.float32(255)
holes = masks.random_lines(len(chosen_on), 32, seed=3)


def score(inpainter):
    return evaluation.evaluate(inpainter, chosen_on, holes)["psnr_hole"]


def mean_fill(image, mask):
    return np.where(mask[..., None], image[~mask].mean(axis=0), image)


print(f"mean on validation pictures: {score(mean_fill):.2f} dB")


# %%
def trained_network():
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(0)
    damaged, valid = keras.Input((None, None, 3)), keras.Input((None, None, 1))
    features = layers.Concatenate()([damaged, valid])
    for dilation in (1, 1, 2, 1):  # one scale: a line is thin, so its neighbours are near
        features = layers.Conv2D(12, 3, padding="same", dilation_rate=dilation, activation="relu")(
            features
        )
    predicted = layers.Conv2D(3, 3, padding="same", activation="sigmoid")(features)
    network = keras.Model([damaged, valid], predicted)
    network.compile(keras.optimizers.Adam(3e-3), loss="mse")
    epochs = 1 if run.profile == "smoke" else 5
    for masked.epoch in range(epochs):  # new masks in every epoch
        network.fit(masked, verbose=0)
    return network
    ### END SOLUTION


# %%
network = trained_network()
if network is not None:
    print(f"{network.count_params():,} weights, {score(network):.2f} dB on validation pictures")

# %%
checks.task_08_5(network)

# %% tags=["expected"]
if checks.task_08_5(network):
    one = 45
    plots.show(
        [
            masks.damage(chosen_on[one], holes[one]),
            mean_fill(chosen_on[one], holes[one]),
            models.inpaint(network, chosen_on[one], holes[one]),
            chosen_on[one],
        ],
        titles=["damaged", "mean", "fewer than 5,000 weights", "truth"],
        alt="A small picture with lines missing; the lines filled with one flat colour; filled by "
        "the small network, light and dark in the right places, a little too red; and whole.",
        caption="The flat fill knows one colour. The small network continues light and dark; its "
        "colours are not right yet.",
    )

# %% [markdown]
# Say what your network has that the U-Net of task 2 lacks, and how you found out that it matters.
#
# <!-- BEGIN SOLUTION -->
# It spends its weights where thin lines need them: at full resolution, where four layers, one with dilation 2, reach six pixels far (the sum of dilations, the
# output's included). The deep levels of the U-Net hold most of its weights, and what they know about the whole picture helps a thin line little. It is told
# where the holes are. And with few weights a step is quick, so there is time for many. A wide square would reverse this: no known pixel is within reach of its
# middle.
#
# **Rubric.** (1) At most 5,000 weights and 3 dB more than `mean` on test pictures: check. (2) Something was
# compared on validation pictures, one change at a time (with and without `valid`, number of layers, dilation, loss), and
# numbers are written down. (3) The answer names reach, resolution or the mask as the reason. (4) Extra: the same network
# on `masks.squares`, and why it fails there.
# <!-- END SOLUTION -->

# %%
checks.progress()
