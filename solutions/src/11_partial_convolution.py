# %% [markdown]
# # Exercise 11: a layer that reads only what is known
#
# {{badge}}
#
# Four tasks on [lesson 11](../notebooks/11_partial_convolution.ipynb), about 70 minutes. ★ implement,
# ★★ explain or find the fault, ★★★ open. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("11_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/11_partial_convolution.ipynb), compare your words with its
# [solution](../solutions/11_partial_convolution.ipynb).
#
# As in the lesson, *validity* is 1 where a value is known and 0 in a hole, and a *blind* window is one
# that sees nothing known.

# %%
# {{launch}}

# %%
import keras
import numpy as np

from course_lib import checks, data, layers, masks, plots

# %% [markdown]
# ## Task 1 ★: one place, two inputs
#
# On its way up, a U-Net joins features from below with those of a skip, and each has its own holes.
# Write the partial convolution for that, at one place: `one_place(features, valids, kernel, bias)`.
#
# * `features` is a list of windows, one for each input: `(k, k, C1)`, `(k, k, C2)`. The list may also hold
#   a single window.
# * `valids` is a list of their validities, `(k, k, 1)` each: 1 = known, 0 = hole.
# * `kernel` has shape `(k, k, C1 + C2)`: one filter, over the inputs in their order. `bias` is a number.
#
# Return two numbers, $x'$ and $m'$ of the lesson. Anything may stand in the holes, even NaN, and a known
# pixel may be black. Do not change the arrays that you are given.
#
# Expected: for the windows made below, 14 and 1.

# %% [markdown] tags=["hints"]
# 1. Write the two inputs as one: join the windows along the channels. What must then happen to
#    the two validities, which have one channel each?
# 2. A validity counts once for each channel of its own input: sum(1) is the number of all
#    weights, sum(M) adds up each validity's sum times its input's channels.
# 3. M = np.concatenate([np.broadcast_to(v, f.shape) for f, v in zip(features, valids)], axis=-1),
#    and X likewise from np.where(v > 0, f, 0). Then total * kernel.size / M.sum() + bias and 1 if
#    M.sum() > 0, else 0 and 0.


# %%
def one_place(features, valids, kernel, bias):
    ### BEGIN SOLUTION
    X = [np.where(valid > 0, one, 0) for one, valid in zip(features, valids, strict=True)]
    M = [np.broadcast_to(valid, one.shape) for one, valid in zip(features, valids, strict=True)]
    X, M = np.concatenate(X, axis=-1), np.concatenate(M, axis=-1)
    if M.sum() == 0:
        return 0.0, 0.0
    return (X * kernel).sum() * M.size / M.sum() + bias, 1.0
    ### END SOLUTION


# %%
below, skip = np.full((3, 3, 4), 2.0), np.full((3, 3, 2), 3.0)
valid_below, valid_skip = np.ones((3, 3, 1)), np.zeros((3, 3, 1))
valid_skip[0] = 1  # the skip knows its upper row only: 3 pixels of 9
skip[1:] = np.nan  # and nothing stands in its hole
result = one_place([below, skip], [valid_below, valid_skip], np.full((3, 3, 6), 7 / 60), 0.5)
print("x' and m':", "no answer yet" if result is None else np.round(result, 4))

# %%
checks.task_11_1(one_place)

# %% [markdown]
# ## Task 2 ★★: bug hunt, a layer that fades
#
# A public partial convolution, rewritten. It promises the lesson's $x'$ and $m'$ for whole arrays:
# `features` and `valid` of shape `(H, W, C)`, all channels of `valid` equal, `kernel` of shape `(k, k, C, F)`
# with `k` odd, `bias` of shape `(F,)`; it returns features `(H, W, F)` and validity `(H, W, 1)`, and changes nothing that it is given. What stands in a hole is never read, not even NaN. It is meant to work in `float32` and, to
# save memory, in `float16`, whose positive numbers go from about 6e-8 to 65504. `windows` is right: it cuts every window out of an array, so that
# `windows(array, k)[y, x, c]` is the `k` × `k` window of channel `c` whose upper left corner is `(y, x)`.

# %% [markdown] tags=["hints"]
# 1. Four inputs find them: all known with three channels, all known at the border, all hole with
#    a bias, and all hole in float16.
# 2. np.float16(1e-8) is 0, and 27 / np.float16(1e-6) is more than float16's largest number, 65504.
#    What is the smallest count that is not zero?
# 3. Pad valid with 0; divide kernel[..., 0].size by np.maximum(seen, 1), where kernel[...,
#    0].size is k * k * C; and multiply total * ratio + bias by the new validity.


# %%
def windows(array, k):
    """All k x k windows of an array (H, W, C): (H - k + 1, W - k + 1, C, k, k)."""
    return np.lib.stride_tricks.sliding_window_view(array, (k, k), axis=(0, 1))


def published_layer(features, valid, kernel, bias):
    k = kernel.shape[0]
    margins = (k // 2, k // 2), (k // 2, k // 2), (0, 0)
    known = np.pad(np.where(valid > 0, features, 0), margins)
    valid = np.pad(valid, margins, constant_values=1)
    total = np.einsum("hwcij,ijcf->hwf", windows(known, k), kernel)  # sum of weight times value
    seen = windows(valid, k).sum(axis=(2, 3, 4))[..., None]
    ratio = k * k / (seen + 1e-8)  # 1e-8: never divide by zero
    new_valid = (seen > 0).astype(features.dtype)
    return total * ratio + bias, new_valid


# %% [markdown]
# It runs and gives the right shapes. The kernel below takes the mean of each colour over the window, so
# a layer should fill a little more of the hole with each pass, and change the picture's brightness little.

# %%
patch = data.load("photos").test[1] / np.float32(255)
square = masks.squares(1, 32, side=12)[0]
start = masks.damage(patch, square)
mean_of_each = np.zeros((3, 3, 3, 3), np.float32)
mean_of_each[:, :, [0, 1, 2], [0, 1, 2]] = 1 / 9  # each colour from itself


def passes(layer, times):
    """The patch after so many layers; its known pixels are put back after each."""
    state = start, np.repeat(1 - square[..., None].astype(np.float32), 3, axis=2)
    for _ in range(times):
        output, new_valid = layer(*state, mean_of_each, np.zeros(3, np.float32))
        output = np.where(square[..., None], output, patch)
        state = output.astype(np.float32), np.repeat(np.float32(new_valid), 3, axis=2)
    return state[0]


plots.show(
    [start, *(np.clip(passes(published_layer, times), 0, 1) for times in (2, 4, 6))],
    titles=["damaged", "2 layers", "4 layers", "6 layers"],
    alt="A small picture with a black square, then three times after layers of the published "
    "code: the square stays almost black.",
    caption="The published layer. Six passes should close a hole of 12 by 12; it stays dark.",
)

# %% [markdown]
# It has four faults, and this picture shows only one of them. Find all four and write the correct
# layer, `partial_layer`, with the same arguments.
#
# Expected: the picture below; with three channels of ones, a kernel of 1/27 and no bias, 1 (up to
# rounding) wherever a window sees anything known, corners included; and in `float16` no NaN and no
# infinity, not even where 32 channels of ones meet a kernel of ones: the result is 288.


# %%
def partial_layer(features, valid, kernel, bias):
    ### BEGIN SOLUTION
    k = kernel.shape[0]
    margins = (k // 2, k // 2), (k // 2, k // 2), (0, 0)
    known = np.pad(np.where(valid > 0, features, 0), margins)
    total = np.einsum("hwcij,ijcf->hwf", windows(known, k), kernel)
    seen = windows(np.pad(valid, margins), k).sum(axis=(2, 3, 4))[..., None]
    ratio = kernel[..., 0].size / np.maximum(seen, 1)
    new_valid = (seen > 0).astype(features.dtype)
    return (total * ratio + bias) * new_valid, new_valid
    ### END SOLUTION


# %%
checks.task_11_2(partial_layer)

# %% tags=["expected"]
if checks.task_11_2(partial_layer):
    plots.show(
        [start, *(np.clip(passes(partial_layer, times), 0, 1) for times in (2, 4, 6))],
        titles=["damaged", "2 layers", "4 layers", "6 layers"],
        alt="A small picture with a black square that closes from all sides with its surroundings' "
        "colours and is gone after six layers.",
        caption="A right layer closes the hole by a pixel on every side in each pass.",
    )

# %% [markdown]
# Which four faults did you find, and which input shows each?
#
# <!-- BEGIN SOLUTION -->
# 1. `k * k` forgets the channels, which `seen` counts: with three channels everything shrinks to a
#    third. Input: all known, several channels, against an ordinary convolution.
# 2. The validity is padded with 1, so what lies beyond the border counts as seen: the border is too weak,
#    and blind windows at the border count as known. Input: all known; look at the corner.
# 3. The bias is added in blind windows too. Input: all hole, bias not 0.
# 4. `1e-8` is 0 in half precision, whose smallest number is about 6e-8: in a blind window 9 / 0 is infinite, and
#    0 times infinity is NaN. 1e-6 is no help: 27 / 1e-6 is more than 65504, half precision's largest number. A
#    count is a whole number, so `np.maximum(seen, 1)` changes nothing but the blind windows. (And divide first:
#    a sum of 288 times 288 weights is more than 65504; times a ratio of 1 it is 288.)
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: explain why the signal comes back
#
# In the lesson's chain of layers, forgetting the channels leaves $1/(3 \cdot 32^7)$ of the signal after eight. The article behind this
# course has sixteen such layers in the shape of a U-Net. There the signal falls below $10^{-13}$ of what it should be, and then
# *grows* again, although every layer divides: through the skips. Here is the network as two lists.

# %% [markdown] tags=["hints"]
# 1. Each layer divides by the channels of what it is given. Along a chain the divisions multiply.
#    What if a layer is given a strong and a weak signal together?
# 2. A layer's channels are those of all its sources added. The strongest of its sources decides
#    what it has to divide.
# 3. Keep factors = [1] and channels = [3, *filters] for the picture and every layer; for each
#    layer append max(factors of its sources) / sum(channels of its sources).

# %%
filters = [32] * 8 + [256, 128, 128, 64, 64, 32, 32, 3]  # channels that each layer makes
sources = [(0,), (1,), (2,), (3,), (4,), (5,), (6,), (7,)]  # 0 is the picture, 1 the first layer
sources += [(7, 8), (9,), (5, 10), (11,), (3, 12), (13,), (1, 14), (15,)]

# %% [markdown]
# So layer 9 is given what layers 7 and 8 made, joined along the channels, 64 in all. The next cell runs the
# network with the channels counted and with the channels forgotten, and prints what the fault leaves of each
# layer's signal (the ratio of the standard deviations).


# %%
def spreads(forgetful):
    """Standard deviation of each layer's features, on four patches with line masks."""
    keras.utils.set_random_seed(0)
    states = [[few, few_valid]]
    for made, given in zip(filters, sources, strict=True):
        size = max(states[one][0].shape[1] for one in given)
        inputs = [resized(states[one], size) for one in given]
        strides = 2 if len(states) in (2, 4, 6, 8) else 1
        layer = layers.PartialConv2D(made, 3, strides)
        features, valid = layer([list(both) for both in zip(*inputs, strict=True)])
        if forgetful:
            features = features / sum(one.shape[-1] for one, _ in inputs)
        states.append([keras.ops.relu(features), valid])
    return np.array([np.std(np.array(features), dtype=float) for features, _ in states[1:]])


def resized(state, size):
    while state[0].shape[1] < size:
        state = [keras.layers.UpSampling2D()(one) for one in state]
    return state


few = data.load("photos").test[:4] / np.float32(255)
few_valid = 1 - masks.random_lines(4, 32, seed=2026)[..., None].astype(np.float32)
measured = spreads(forgetful=True) / spreads(forgetful=False)
for number in (1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16):
    print(f"layer {number:2}: {measured[number - 1]:.1e} of the signal is left")

# %% [markdown]
# Show that you can explain it: write `strongest_signal(filters, sources)`, which gets only the two lists and
# returns, for each layer, what the division leaves of the *strongest* signal that reaches it from the picture (3
# channels, strength 1). The network has no bias, and a ReLU passes factors on. No picture and no weights are
# needed.
#
# Expected: for the network above 0.33 in layer 1, 9.7e-12 in layer 8, 1.9e-14 in layer 10 and 1.6e-4 in
# layer 16. That is the measured number or up to 40 % more: a layer that joins a strong and a weak signal
# hears the strong one in only some of its channels.


# %%
def strongest_signal(filters, sources):
    ### BEGIN SOLUTION
    factors, channels = [1.0], [3, *filters]
    for given in sources:
        divided_by = sum(channels[one] for one in given)
        factors.append(max(factors[one] for one in given) / divided_by)
    return factors[1:]
    ### END SOLUTION


# %%
predicted = strongest_signal(filters, sources)
if predicted is not None and len(predicted) == len(measured):
    for number in (1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16):
        one, other = measured[number - 1], predicted[number - 1]
        print(f"layer {number:2}: measured {one:.1e}, predicted {other:.1e}")

# %%
checks.task_11_3(strongest_signal)

# %% [markdown]
# In your own words: which part of the network does the last layer hear, and which does it not? Why is a
# network with skips *harder* to find faulty than one without?
#
# <!-- BEGIN SOLUTION -->
# The strongest path from the picture to the last layer runs through the first layer, its skip, and the last
# two: three divisions instead of sixteen. So the last layer hears the finest level, which sees a few
# pixels around each place, and next to nothing of the levels below, which see far: layer 14 brings 5e-8
# where the skip brings 0.33. Without skips the output would be dead, which everybody would notice. With them the
# network still answers, and learns to fill thin holes; it only works as if its lower levels were not there.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: a test that finds the fault
#
# Somebody hands you a partial convolution. Is it right? Write `accepts(layer)`, which tries it and returns
# `True` or `False`. A layer is a function of NumPy arrays,
#
# `output, new_valid = layer(features, valid, kernel, bias)`,
#
# with `features` and `valid` `(H, W, C)`, `kernel` `(rows, columns, C, F)`, `bias` `(F,)`, `output` `(H, W, F)` and `new_valid`
# `(H, W, 1)`. What it promises: the lesson's $x'$ and $m'$ at every place of the picture; `rows` and `columns` are odd and need not
# be 3, nor equal; the validity may differ from channel to channel (as if two inputs had been joined); what stands in a hole is never
# read, not even NaN; a known value may be 0; padding counts as hole. It computes in `float64` or in `float32`.
#
# The check gives your test three correct layers, which it must accept, and eighteen faulty ones, one fault each.
# The lesson's three facts find seven of these. Find all. (Not every faulty layer is wrong on every picture: test
# on several, and seed what you draw, so that your test says the same twice.)

# %% [markdown] tags=["hints"]
# 1. Write the lesson's layer once more, slowly and plainly, and compare with it on random inputs: output
#    and validity.
# 2. What do inputs from `rng.normal` with 3 x 3 windows have in common that the promise above does not
#    say? Vary the window, the share of known values, the validity from channel to channel; put NaN into
#    holes, black into known pixels, and take the bias away.
# 3. Loop over kernel shapes such as (1, 1), (3, 3), (5, 3), over shares of known values from 0 to 1, and
#    over a bias and none; set half of the known values to 0 and the holes to NaN; return False as soon as
#    np.allclose(..., atol=1e-4) with your own loops fails for output or validity.


# %%
def accepts(layer):
    ### BEGIN SOLUTION
    def by_definition(features, valid, kernel, bias):
        rows, columns, _, filters = kernel.shape
        margins = (rows // 2, rows // 2), (columns // 2, columns // 2), (0, 0)
        X, M = np.pad(np.where(valid > 0, features, 0), margins), np.pad(valid, margins)
        output, new_valid = np.zeros((*valid.shape[:2], filters)), np.zeros((*valid.shape[:2], 1))
        for y, x in np.ndindex(valid.shape[:2]):
            m = M[y : y + rows, x : x + columns]
            if m.sum() > 0:
                total = np.tensordot(X[y : y + rows, x : x + columns], kernel, axes=3)
                output[y, x] = total * (m.size / m.sum()) + bias
                new_valid[y, x] = 1
        return output, new_valid

    random = np.random.RandomState(0)
    for rows, columns in ((3, 3), (1, 1), (5, 3)):
        for share in (0, 0.05, 0.5, 1):  # the share of the values that is known
            valid = (random.random_sample((7, 8, 3)) < share).astype(float)
            colours = random.normal(size=valid.shape) * (random.random_sample((7, 8, 1)) < 0.5)
            features = np.where(valid > 0, colours, np.nan)  # half of the picture is black
            kernel = random.normal(size=(rows, columns, 3, 2))
            for bias in (random.normal(size=2), np.zeros(2)):
                given = features, valid, kernel, bias
                for one, other in zip(layer(*given), by_definition(*given), strict=True):
                    if not np.allclose(one, other, atol=1e-4):  # NaN is never close
                        return False
    return True
    ### END SOLUTION


# %%
checks.task_11_4(accepts)

# %% [markdown]
# Which inputs did you choose, and which fault does each find? Which faults could your test still miss?
#
# <!-- BEGIN SOLUTION -->
# The reference is equations 1 and 2, written as slowly and plainly as possible; the inputs are drawn at random, over window
# shapes and shares of known values, with NaN in every hole. A share of 0 finds the bias in blind windows, 1 finds the
# padding, 0.05 the capped ratio, 1 × 1 and 5 × 3 what is right only for 3 × 3, validities that differ between channels find a
# layer that reads the first one only, and known black without a bias one that takes its validity from its output. Still
# missed: strides, dilation, even windows, a single channel treated differently, very large pictures, gradients, half
# precision.
#
# **Rubric.** (1) All faulty layers are rejected and the correct ones accepted: check. (2) The tolerance is argued
# for: wider than float32's rounding, far narrower than any fault. (3) For at least three faults the answer says
# which input finds it. (4) At least two faults are named that the test would miss. (5) Extra: a faulty layer of your
# own that passes the lesson's three facts.
# <!-- END SOLUTION -->

# %%
checks.progress()
