# %% [markdown]
# # Convolve only what is known: the partial convolution
#
# {{badge}}
#
# [Lesson 08](08_vanilla_autoencoder.ipynb) ended with a network that repairs "black", not "missing". The fault begins in its first layer: a
# convolution adds up nine pixels and cannot know that some of them are missing. This lesson builds a layer that never reads a hole. It takes three
# lines of arithmetic. Public versions have got them wrong, and nothing crashed.
#
# **You need** lesson 08, and what a convolution is. No internet, no GPU, no training. About 25 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## Five by five, by hand
#
# So far a mask has been `True` in the *hole*. The paper behind this lesson, Liu et al. 2018, writes it the other way round and calls it $M$: **1 =
# known, 0 = hole**. To keep the two apart we call $M$ *validity*, `valid = 1 - mask`.

# %%
import numpy as np

numbers = "2 4 6 4 2   3 5 8 6 3   4 7 9 9 9   6 5 9 9 9   2 4 9 9 9"
picture = np.array(numbers.split(), float).reshape(5, 5)
hole = np.pad(np.ones((3, 3), bool), ((2, 0), (2, 0)))  # the nines are in the hole
known = 1.0 - hole

# %%
from course_lib import plots

X, M = picture[1:4, 1:4], known[1:4, 1:4]  # the window around the middle
grids = {"the picture": (np.where(hole, np.nan, picture), known), "the window, X ⊙ M": (X * M, M)}
plots.show(
    plots.number_grid(grids, windows={"the picture": (1, 1)}),
    alt="Five by five numbers with a hole. The window sees 5, 8, 6, 7, 5 and four hole cells.",
    caption="Known cells are white: five of the nine in the window around the middle.",
)

# %% [markdown]
# The kernel takes the mean: nine weights of 1/9. The bias is 1.
#
# **Predict**, on paper. What should the layer say at the middle? And what would an ordinary convolution say with 0 in the hole, or
# with 9?

# %% tags=["nbval-check-output"]
W, b = np.full((3, 3), 1 / 9), 1.0
total, ratio = (W * X * M).sum(), 9 / M.sum()
print(f"partial: {total:.3f} * {ratio:.1f} + 1 = {total * ratio + b:.3f}")
print(f"ordinary, 0 in the hole: {(W * X * M).sum() + b:.3f}")
print(f"ordinary, 9 in the hole: {(W * X).sum() + b:.3f}")

# %% [markdown]
# **Read.** The five known numbers have the mean 6.2, and with the bias the partial convolution says 7.2. What the ordinary one says
# depends on what stands in the hole.
#
# As the paper writes it, for one place of the window,
#
# $$x' = W^\top (X \odot M)\,\frac{\mathrm{sum}(\mathbf 1)}{\mathrm{sum}(M)} + b \quad\text{and}\quad m' = 1 \qquad\text{if } \mathrm{sum}(M) > 0,$$
#
# and $x' = 0$, $m' = 0$ otherwise. Three things are new:
#
# 1. **Mask.** $X \odot M$ keeps what is known and sets the rest to 0.
# 2. **Rescale.** Only $\mathrm{sum}(M)$ of the $\mathrm{sum}(\mathbf 1)$ terms are there, so the sum is scaled up.
# 3. **Update.** A window that saw anything known yields a known value. One that saw nothing is *blind*: it yields 0, without bias, and stays hole.
#
# $X$, $M$ and the ones include all *channels*: for 3 × 3 windows on 32 channels $\mathrm{sum}(\mathbf 1)$ is 288, not 9.
#
# Here are the equations at every place. Beyond the border there is no picture, so the padding is hole.


# %%
def partial_convolution(features, valid, kernel, bias):
    """Features and valid (H, W, C), kernel (rows, columns, C, F), bias (F,)."""
    rows, columns, _, filters = kernel.shape
    margins = (rows // 2, rows // 2), (columns // 2, columns // 2), (0, 0)
    X = np.pad(np.where(valid > 0, features, 0), margins)  # X * M
    M = np.pad(valid, margins)
    output = np.zeros((*features.shape[:2], filters))
    new_valid = np.zeros((*features.shape[:2], 1))
    for y, x in np.ndindex(features.shape[:2]):
        window = slice(y, y + rows), slice(x, x + columns)
        m = M[window]  # (rows, columns, C)
        if m.sum() > 0:
            total = np.tensordot(X[window], kernel, axes=3)  # (F,)
            output[y, x] = total * (m.size / m.sum()) + bias
            new_valid[y, x] = 1
    return output, new_valid


ours, _ = partial_convolution(picture[..., None], known[..., None], W[..., None, None], b)
print(f"at the middle: {ours[2, 2, 0]:.1f}")

# %% [markdown]
# ## Step through it
#
# Move the window with `place`. `channels` stacks the picture 3 or 32 times: the right answer stays the same. Then switch on a `bug`.
#
# **Predict.** Which of the three bugs stays invisible as long as there is only one channel? Which shows in one corner only?

# %%
from course_lib import widgets

widgets.window_steps(picture, hole)

# %% [markdown]
# **Read.** *Channels forgotten* is invisible with one channel: a test on a grey picture cannot find it. With three, everything but the bias shrinks
# to a third. *Bias in blind windows* shows at the four blind places of the lower right corner. *Ratio forgotten* shows wherever the window is neither
# full nor blind, including at the border.
#
# ## Where all is known, an ordinary convolution
#
# Without a hole the ratio is 1. So inside the picture the layer must equal Keras's convolution with the same weights. This is the
# cheapest test of an implementation. It needs several channels; we take 32.

# %%
import keras

features, kernel = map(np.random.RandomState(0).standard_normal, [(12, 12, 32), (3, 3, 32, 4)])
partial, _ = partial_convolution(features, np.ones_like(features), kernel, 0.0)
ordinary = np.array(keras.ops.conv(features[None], kernel, padding="same"))[0]
print(f"largest difference inside: {abs(partial - ordinary)[1:-1, 1:-1].max():.0e}")

# %% [markdown]
# **Read.** Equal, up to rounding. At the border they differ: there the ordinary convolution takes the padding for black pixels.
#
# ## How a hole closes
#
# A place becomes known if anything in its window is. So, layer by layer, a hole closes from its rim. Below, each layer, the library's
# `layers.PartialConv2D`, takes the mean of what it sees, and the known pixels are put back. Paint on the picture, and move the slider. (On a page
# that only shows this notebook, you see a square.)
#
# **Predict.** How many layers does the square of 16 × 16 need? And a horizontal line across the face, two pixels wide?

# %%
from course_lib import data, masks

face = data.photo("astronaut")[88:152, 192:256]
widgets.closing_hole(face, masks.squares(1, 64, side=16)[0])

# %% [markdown]
# **Read.** Eight, since every layer takes one pixel from each side. The line is gone after one, however long: what counts is how deep a hole is, as
# in lesson 01.
#
# ## Forget the channels
#
# Some public layers count $\mathrm{sum}(M)$ over all channels and write $k^2$ for $\mathrm{sum}(\mathbf 1)$, where $k^2 C$ is meant. Nothing crashes,
# but each layer divides its signal by its number of channels $C$.
#
# **Predict.** Eight layers, the first with 3 input channels, the others with 32. What is left of the signal? And if each is followed by *batch
# normalisation*, which divides by the standard deviation, does a constant factor not cancel?

# %%
from course_lib import evaluation, layers


def signal(seed, state, forgetful=False, normalised=False):
    """The features' standard deviation after each of eight layers, before any training."""
    keras.utils.set_random_seed(seed)
    left = []
    for _ in range(8):
        features, new_valid = layers.PartialConv2D(32, 3)(state)
        if forgetful:
            features = features / state[0].shape[-1]  # k² instead of k² C
        if normalised:
            features = keras.layers.BatchNormalization()(features, training=True)
        state = [keras.ops.relu(features), new_valid]
        left.append(np.std(state[0], dtype=float))
    return left


# %%
patches, holes = evaluation.frozen_patches(20)
start = [patches, 1 - holes[..., None].astype(np.float32)]
spreads = {}
for name, forgetful in (("counted", False), ("forgotten", True)):
    for normalised in (False, True):
        spreads[name, normalised] = signal(0, start, forgetful, normalised)

# %%
for normalised, scale, title, alt in (
    (False, "log", "The signal", "Counted falls from 0.1 to 0.01, forgotten to a ten-trillionth."),
    (True, "linear", "Normalised", "Counted stays at 0.6, forgotten falls from 0.5 to 0.02."),
):
    named = {name: (range(1, 9), spreads[name, normalised]) for name in ("counted", "forgotten")}
    drawing = plots.curves(named, title=title, xlabel="layer", ylabel="standard deviation")
    drawing.axes[0].set_yscale(scale)
    plots.show(drawing, alt=alt, caption="Before any training.")

# %% [markdown]
# **Read.** The right layer's signal fades by itself; the forgetful layer's is $1/(3 \cdot 32^7) \approx 10^{-11}$ of it, whatever the kernels, if the
# biases are 0. Batch normalisation hides most of the fault. The factor would cancel, but the normalisation adds 0.001 to the variance before it
# divides: two hundredths are left where the right layer keeps more than half. A fault hidden so well can stay for years.

# %% [markdown]
# ## Three facts to try
#
# Four formulas are in use, with $s = W^\top(X \odot M)$:
#
# | | something known | blind | found in |
# |---|---|---|---|
# | I | $s \cdot k^2 C / \mathrm{sum}(M) + b$ | $0$ | the paper; [NVIDIA/partialconv](https://github.com/NVIDIA/partialconv); [mmagic](https://github.com/open-mmlab/mmagic); this course |
# | II | $s \cdot k^2 / \mathrm{sum}(M) + b$ | $b$ | [PConv-Keras](https://github.com/MathiasGruber/PConv-Keras), and from there the article behind this course |
# | III | $s \cdot k^2 C / \mathrm{sum}(M) + b$ | $b$ | [PConv2D_Keras](https://github.com/ezavarygin/PConv2D_Keras) |
# | IV | $s / \mathrm{sum}(M) + b$ | $0$ | [pytorch-inpainting-with-partial-conv](https://github.com/naoto0804/pytorch-inpainting-with-partial-conv) |
#
# Somebody hands you a layer. Try three things. **All known:** inside, it equals an ordinary convolution, on several channels. **All hole:** output
# and validity are 0. **Holes unread:** put other numbers into the holes, and nothing changes. Two more layers are tried: one that does not mask $X$,
# and the ordinary convolution.
#
# **Predict.** Which fact does each of II, III and IV break?

# %%
import pandas as pd

suspects = {"yours": partial_convolution} | evaluation.SUSPECTS
tried = {name: evaluation.check_partial(layer) for name, layer in suspects.items()}
pd.DataFrame(tried).T.replace({True: "holds", False: "FAILS"})

# %% [markdown]
# **Read.** II breaks the first two, III the second, IV the first. Three facts are no proof: a layer without the ratio passes, and exercise 11 hunts
# it down.
#
# ## Two inputs with different holes
#
# On its way up a U-Net joins features from below, where nearly all is known, with those of a skip, which have the holes of the way down. Let those
# from below have 4 channels, all known; the skip has 2, and our hole of four pixels in nine.
#
# **Predict** the ratio at the middle: 1, 9/5, or something between?

# %% tags=["nbval-check-output"]
valid_below, valid_skip = np.ones((1, 5, 5, 1)), known[None, ..., None]
below, skip = np.ones((1, 5, 5, 4)), np.repeat(valid_skip, 2, axis=-1)  # 0 in the skip's hole
joined = layers.PartialConv2D(1, 3, kernel_initializer="ones")
output, _ = joined([[below, skip], [valid_below, valid_skip]])
print(f"46 ones, scaled up to {float(output[0, 2, 2, 0]):.2f}: ratio {output[0, 2, 2, 0] / 46:.3f}")

# %% [markdown]
# **Read.** (36 + 18) / (36 + 10) = 1.174. The equation counts *values*: each validity once for every channel of its own input.
#
# ## What stands in a hole is never read
#
# Three shipped networks: `vanilla_unet` of lesson 08; `vanilla_unet_masked`, which also gets the validity, as a fourth
# channel; and `partial_conv_unet`. We paint the holes of 100 patches in four ways.
#
# **Predict.** How do each network's four scores differ?

# %%
from course_lib import metrics, models

patches, holes = evaluation.frozen_patches()
valid = 1 - holes[..., None].astype(np.float32)


def scores(name):
    network, found = models.load_pretrained(name), {}
    for paint in (0.0, 0.1, 0.5, 1.0):  # black, nearly black, grey, white
        painted = masks.damage(patches, holes, fill=paint)
        given = painted if name == "vanilla_unet" else [painted, valid]
        found[paint] = metrics.psnr(patches, network.predict(given, verbose=0), holes)
    return found


# %%
names = ["vanilla_unet", "vanilla_unet_masked", "partial_conv_unet"]
pd.DataFrame({name: scores(name) for name in names}).T.round(1)

# %% [markdown]
# **Read.** The last scores the same four times. No training has to teach this: it holds for any weights and any picture. The other two are at their
# best with the black they learned with: telling a network where the holes are does not stop it from reading them. Lesson 12 asks which fills *best*.

# %% [markdown]
# ## Questions
#
# **1.** A 3 × 3 window on one input of 16 channels has four known pixels. Which ratio?
#
# 1. 9 / 64
# 2. 9 / 4
# 3. 144 / 4
#
# <details><summary>Answer</summary>
#
# **2.** 144 / 64 is 9 / 4. 1 counts the channels in the mask only: 16 times too small. 3 counts them in the window only: 16 times too large.
# </details>
#
# **2.** A layer equals an ordinary convolution on grey pictures without holes. What does that show?
#
# 1. The layer is right.
# 2. Its ratio is right where all is known, for one channel.
# 3. Nothing.
#
# <details><summary>Answer</summary>
#
# **2.** Formula II passes with one channel and fails with three.
# </details>
#
# **3.** Formula II, and batch normalisation after every layer. What happens to the signal in the untrained network?
#
# 1. It stays as it is, since a constant factor cancels.
# 2. It fades, more slowly than without normalisation.
# 3. It fades to 1/C in every layer.
#
# <details><summary>Answer</summary>
#
# **2.** See the figure. 1 holds only while the variance is much larger than 0.001. 3 holds without normalisation.
# </details>

# %% [markdown]
# ## Key points
#
# * Mask, rescale, update: count the known values and scale up by sum(1) / sum(M). Blind windows are 0.
# * Count the channels in both sums. If sum(1) forgets them, each layer leaves 1/C of the signal, and nothing crashes.
# * Compare with an ordinary convolution where all is known, on several channels.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# Formula IV quotes notes that the paper's authors put online in 2018; it was [reported in
# 2020](https://github.com/naoto0804/pytorch-inpainting-with-partial-conv/issues/44). A fix for II was [proposed in
# 2020](https://github.com/MathiasGruber/PConv-Keras/pull/67).
#
# The layer counts pixels, not weights. On a constant picture of 8 take the kernel 1 2 1 by 1 2 1, divided by 16. A hole in the middle hides a quarter
# of the weight, but only one pixel of nine, and 8 · 12/16 · 9/8 is 6.75. Dividing by the sum of the weights that were seen keeps the 8: *normalised
# convolution*, Knutsson and Westin 1993.
#
# </details>
#
# ## References
#
# * Liu, Reda, Shih, Wang, Tao, Catanzaro: [Image Inpainting for Irregular Holes Using Partial
#   Convolutions](https://arxiv.org/abs/1804.07723), ECCV 2018: section 3.1, equations 1 and 2.
# * Knutsson, Westin: [Normalized and Differential Convolution](https://doi.org/10.1109/CVPR.1993.341081), CVPR 1993.
# * Ioffe, Szegedy: [Batch Normalization](https://arxiv.org/abs/1502.03167), ICML 2015.
