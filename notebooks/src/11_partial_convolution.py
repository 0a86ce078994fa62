# %% [markdown]
# # Convolve only what is known: the partial convolution
#
# {{badge}}
#
# [Lesson 08](08_vanilla_autoencoder.ipynb) ended with a network that repairs "black", not "missing". This lesson builds the layer that cannot make
# that mistake. It is a convolution with three lines of arithmetic added. Several public versions have at least one of the three wrong, and nothing
# crashes when they do, so we also learn how to find out.
#
# ## What you will do
#
# Compute one window by hand, write the layer in NumPy, step it over a small picture with its bugs switched on and off, follow a mask until it is full, watch a signal
# die in a network of sixteen layers, and run a checklist on seven implementations.
#
# ## What you will learn
#
# To **compute** a partial convolution; to **predict** how a mask grows; to **find** a wrong normalisation with one test; to **combine** inputs whose holes differ; to **judge** what
# the layer cannot do.
#
# ## What you need
#
# Lessons 01 and 08, and what a convolution is: a small window of weights that slides over the picture. No internet, no GPU, and no training (two trained networks come with the course). Plan 50 minutes for reading and
# trying; the cells alone take about a minute on two processor cores.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## A convolution reads the holes
#
# A hole has no colour, but an array must hold something there. The shipped `vanilla_unet` was trained with black in its holes. We give it the same pictures with
# the same holes, and put four different things into them: black, grey, white, and noise.
#
# **Predict.** The known pixels are the same four times. How much will the four answers differ?

# %%
import numpy as np

from course_lib import data, evaluation, masks, metrics, models, plots, widgets

count = 20 if run.profile == "smoke" else 100  # the tests' profile takes fewer
patches = data.load("photos").test[:count] / np.float32(255)
holes = masks.random_lines(100, 32, seed=2026)[:count]  # frozen: the same in every lesson

noise = np.random.RandomState(0).random_sample(patches.shape).astype(np.float32)
fillings = {"black": np.zeros(3), "grey": np.full(3, 0.5), "white": np.ones(3), "noise": noise}
painted = {
    name: np.where(holes[..., None], filling, patches).astype(np.float32)
    for name, filling in fillings.items()
}

# %%
SHOWN = 1  # a picture with a clear edge
vanilla = models.load_pretrained("vanilla_unet")
answers = {name: vanilla.predict(one, verbose=0) for name, one in painted.items()}
answers = {name: masks.composite(patches, one, holes) for name, one in answers.items()}
decibels = {name: metrics.psnr(patches, one, holes) for name, one in answers.items()}
plots.show(
    [one[SHOWN] for one in painted.values()] + [one[SHOWN] for one in answers.values()],
    titles=[f"{name} in the holes" for name in painted]
    + [f"filled: {value:.1f} dB" for value in decibels.values()],
    columns=4,
    alt="One picture with black, grey, white and speckled lines, and below each the network's "
    "repair: good for black, while grey, white and noise stay almost as they were.",
    caption="Above, what the network was given; below, what it made of it. Only black is repaired.",
)
assert decibels["black"] > max(decibels["grey"], decibels["white"], decibels["noise"]) + 3

# %% [markdown]
# **Read.** Only black is taken for a hole. The others count as picture and are largely kept (the numbers are over all our test pictures). The fault begins in the very first layer: its window adds up nine
# pixels and does not know that some of them are nothing. A mask as a further input lets a network *learn* to ignore them. This lesson builds a layer that cannot see them; which of the two fills better is a question for lesson 13.
#
# ## Five by five, by hand
#
# From here on we need to say which pixels count. The paper by Liu et al. (2018) does it with $M$, **1 = known, 0 = hole**. Mind that it is the other way round: the course's `mask` is `True` in
# the *hole*. So that nobody confuses them we call $M$ *validity*, `valid = 1 - mask`.

# %% tags=["nbval-check-output"]
picture = np.array(
    [
        [2, 4, 6, 4, 2],
        [3, 5, 8, 6, 3],
        [4, 7, 9, 9, 9],
        [6, 5, 9, 9, 9],
        [2, 4, 9, 9, 9],
    ],
    dtype=float,
)
hole = np.zeros((5, 5), bool)
hole[2:, 2:] = True  # the nines are not picture: something had to stand there
known = (~hole).astype(float)
print(known.astype(int))

# %%
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

KINDS = ListedColormap(["#c8c8c8", plots.HOLE_COLOUR, "white"])  # -1 nothing, 0 hole, 1 known


def draw_grid(axes, numbers, kinds, title, window=None):  # drawing only: no need to read it
    """Numbers in cells, coloured by kind (-1, 0 or 1), with a 3 x 3 window outlined."""
    axes.pcolormesh(kinds, cmap=KINDS, vmin=-1, vmax=1, edgecolors="#606060", linewidth=0.8)
    for (y, x), number in np.ndenumerate(numbers):
        if np.isfinite(number):
            axes.text(x + 0.5, y + 0.5, f"{number:.3g}", ha="center", va="center")
    if window is not None:
        corner = window[1], window[0]
        axes.add_patch(Rectangle(corner, 3, 3, fill=False, edgecolor="#1f4e9e", linewidth=4))
    axes.set(title=title, aspect="equal", xticks=[], yticks=[])
    axes.invert_yaxis()


# %%
drawing = Figure(figsize=(7.4, 2.9), layout="constrained")
left, right = drawing.subplots(1, 2, width_ratios=[5, 3])
draw_grid(left, np.where(hole, np.nan, picture), known, "the picture X", window=(1, 1))
draw_grid(right, (picture * known)[1:4, 1:4], known[1:4, 1:4], "the window, X ∘ M")
plots.show(
    drawing,
    alt="A grid of five by five numbers; the lower right three by three are a hole. A window of "
    "three by three around the middle holds 5, 8, 6, 7 and 5, and four cells of the hole.",
    caption="Known cells are white. The window around the middle sees five of its nine.",
)

# %% [markdown]
# The kernel is the simplest there is, the mean: nine weights of 1/9. The bias is $b = 1$. **Predict**, on paper: what should the layer say at the middle? Then what would an
# ordinary convolution say with 0 in the hole, and what with 9?

# %% tags=["nbval-check-output"]
window, valid_window = picture[1:4, 1:4], known[1:4, 1:4]
weights, bias = np.full((3, 3), 1 / 9), 1.0

total = (weights * window * valid_window).sum()  # W . (X * M)
ratio = weights.size / valid_window.sum()  # sum(1) / sum(M)
print(f"W.(X*M)        = (5 + 8 + 6 + 7 + 5) / 9 = {total:.3f}")
print(f"sum(1)/sum(M)  = 9 / 5                   = {ratio:.3f}")
print(f"x'             = {total:.3f} * {ratio:.3f} + 1     = {total * ratio + bias:.3f}")
print(f"ordinary, 0 in the hole: {total + bias:.3f}")
print(f"ordinary, 9 in the hole: {(weights * window).sum() + bias:.3f}")

# %% [markdown]
# **Read.** The five known numbers have the mean 6.2, and the partial convolution says just that, plus the bias. The ordinary one says 4.4 or 8.4, depending on what stands
# in the hole. In the paper's notation (its equations 1 and 2), for one place of the window,
#
# $$x' = \begin{cases} W^\top (X \odot M)\, \dfrac{\mathrm{sum}(\mathbf 1)}{\mathrm{sum}(M)} + b & \text{if } \mathrm{sum}(M) > 0,\\ 0 & \text{otherwise,}\end{cases}
# \qquad
# m' = \begin{cases} 1 & \text{if } \mathrm{sum}(M) > 0,\\ 0 & \text{otherwise.}\end{cases}$$
#
# Three things were added to the ordinary $W^\top X + b$:
#
# 1. **mask**: $X \odot M$ takes the known values and puts 0 for the rest;
# 2. **renormalise**: the sum has only $\mathrm{sum}(M)$ terms out of $\mathrm{sum}(\mathbf 1)$, so it is scaled up by that ratio;
# 3. **update**: where the window saw at least one known value, the output is a known value from now on. Where it saw none, it is *blind*: 0, without bias, and still a hole.
#
# $X$ is a window with *all its channels*, and so are $M$ and the window of ones, $\mathbf 1$: for a 3×3 window on 32 channels $\mathrm{sum}(\mathbf 1)$ is 288, not 9. Remember this; it is where it goes wrong.
#
# ## The layer in NumPy
#
# Two loops over the places of the window; inside them stand the two equations. Beyond the border there is no picture, so the padding is hole like any other.


# %%
def partial_convolution(features, valid, kernel, bias):
    """Liu et al. 2018, eq. 1 and 2: features and valid (H, W, C), kernel (kh, kw, C, F)."""
    height, width, _ = features.shape
    rows, columns, _, filters = kernel.shape
    margins = (rows // 2, rows // 2), (columns // 2, columns // 2), (0, 0)
    X = np.pad(np.where(valid > 0, features, 0), margins)  # X * M
    M = np.pad(valid, margins)
    output, new_valid = np.zeros((height, width, filters)), np.zeros((height, width, 1))
    for y in range(height):
        for x in range(width):
            m = M[y : y + rows, x : x + columns]
            if m.sum() > 0:
                total = np.tensordot(X[y : y + rows, x : x + columns], kernel, axes=3)
                output[y, x] = total * (m.size / m.sum()) + bias
                new_valid[y, x] = 1
    return output, new_valid


# %% [markdown]
# It must agree with our calculation by hand, and with the library's `layers.PartialConv2D`, which is built from whole convolutions instead of loops: on three
# channels, four filters and a mask of many small holes.

# %%
import keras

from course_lib import layers


def made_of(Layer, kernel, bias):
    """A Keras convolution with these weights."""
    return Layer(
        kernel.shape[-1],
        kernel.shape[:2],
        padding="same",
        kernel_initializer=keras.initializers.Constant(kernel),
        bias_initializer=keras.initializers.Constant(bias),
    )


by_hand, _ = partial_convolution(picture[..., None], known[..., None], weights[..., None, None], 1)
assert np.isclose(by_hand[2, 2, 0], 7.2)

random = np.random.RandomState(0)
features, kernel = random.normal(size=(9, 8, 3)), random.normal(size=(3, 3, 3, 4))
biases = random.normal(size=4)
valid = (random.random_sample((9, 8, 1)) > 0.7).astype(float)  # one mask for all channels
all_channels = np.broadcast_to(valid, features.shape)

loops, loops_valid = partial_convolution(features, all_channels, kernel, biases)
layer = made_of(layers.PartialConv2D, kernel, biases)
library, library_valid = map(np.array, layer([features[None], valid[None]]))
print(f"largest difference: {abs(loops - library[0]).max():.1e}")
assert np.allclose(loops, library[0], atol=1e-4) and (loops_valid == library_valid[0]).all()

# %% [markdown]
# ## Step through it
#
# Move the window over the picture. The grey ring is the padding. Watch four things: the sum, the ratio, the output, the new validity. Then switch on a *bug*, one
# after the other, and find a place where it shows. With `channels` the picture is given not once but as 3 or 32 equal channels, with a kernel that takes the mean over all of them: the right answer stays the same.

# %%
X, M = np.pad(picture * known, 1), np.pad(known, 1)  # with the padding
BUGS = ["none", "channels forgotten", "ratio forgotten", "bias in blind windows"]


def one_window(place, bug, channels):
    """(W.(X * M), sum(M), sum(1), x', m') of the mean kernel, b = 1, at one of 25 places."""
    y, x = divmod(place, 5)
    total = X[y : y + 3, x : x + 3].sum() / 9
    seen = channels * M[y : y + 3, x : x + 3].sum()
    size = {"channels forgotten": 9, "ratio forgotten": seen}.get(bug, 9 * channels)
    if seen == 0:
        return total, seen, size, float(bug == "bias in blind windows"), 0
    return total, seen, size, total * size / seen + 1, 1


# %%
def step(place, bug, channels):
    y, x = divmod(place, 5)
    part = slice(y, y + 3), slice(x, x + 3)
    kinds = np.pad(known, 1, constant_values=-1)
    answers = np.array([one_window(k, bug, channels)[3:] for k in range(25)])
    answers[place + 1 :] = np.nan
    outputs, new_valid = answers.T.reshape(2, 5, 5)
    so_far = np.nan_to_num(new_valid, nan=-1)
    drawing = Figure(figsize=(9.6, 3.6), layout="constrained")
    panels = drawing.subplots(1, 4, width_ratios=[7, 3, 5, 5])
    draw_grid(panels[0], np.where(kinds == 1, X, np.nan), kinds, "X and its padding", (y, x))
    draw_grid(panels[1], X[part], kinds[part], "X ∘ M")
    draw_grid(panels[2], outputs, so_far, "x', so far")
    draw_grid(panels[3], new_valid, so_far, "m', so far")
    total, seen, size, answer, _ = one_window(place, bug, channels)
    ratio = f"sum(1) / sum(M) = {size:g} / {seen:g}" if seen else "blind"
    drawing.suptitle(f"{9 * total:g} / 9 = {total:.3g}        {ratio}        x' = {answer:.3g}")
    return drawing


def step_in_words(place, bug, channels):
    _, seen, size, answer, valid = one_window(place, bug, channels)
    return (
        f"The window at row {place // 5}, column {place % 5}: {seen:g} of {9 * channels} values "
        f"known, {size:g} counted, output {answer:.3g}, new validity {valid}. Bug: {bug}."
    )


# %%
widgets.explore(
    step,
    place=(0, 24, 1, 12),
    bug=BUGS,
    channels=[1, 3, 32],
    alt=step_in_words,
    caption="The picture with its padding, the window, and output and new validity up to here.",
)

# %% [markdown]
# **Read.** At the corners the window sees four of nine, at the edges six, and is scaled up for the padding too. In the lower right corner four windows are blind (places 18, 19, 23 and 24): the hole of nine pixels has become one of
# four, and only there does *bias in blind windows* show. *Channels forgotten* changes nothing as long as there is one channel: a test on a grey picture cannot find it. With three, everything but the bias shrinks to a third. *Ratio forgotten* shows wherever the window is neither full nor blind: the fewer known, the darker.
#
# ## Where all is known it is an ordinary convolution
#
# This is the first test that any implementation should pass. With no hole at all $\mathrm{sum}(M) = \mathrm{sum}(\mathbf 1)$ and the ratio is 1: inside the picture the layer
# must equal Keras's `Conv2D` with the same weights. Take more than one channel.

# %%
ordinary = np.array(made_of(keras.layers.Conv2D, kernel, biases)(features[None]))[0]
partial = np.array(layer([features[None], np.ones_like(valid)[None]])[0])[0]
inside = slice(1, -1), slice(1, -1)
print(f"inside:    largest difference {abs(partial - ordinary)[inside].max():.1e}")
print(f"on border: largest difference {abs(partial - ordinary).max():.1e}")
assert np.allclose(partial[inside], ordinary[inside], atol=1e-4)

# %% [markdown]
# Inside equal, on the border not. There an ordinary convolution takes the padding for black picture. **Predict** both on a picture of ones, with a kernel of ones and no bias: what
# stands in the corner, at the edge, inside?

# %% tags=["nbval-check-output"]
ones, nine = np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 1))
plain = np.array(made_of(keras.layers.Conv2D, nine, 0)(ones))[0, ..., 0]
renormalised = np.array(made_of(layers.PartialConv2D, nine, 0)([ones, ones])[0])[0, ..., 0]
print("ordinary\n", plain.astype(int), "\npartial\n", renormalised.astype(int))
assert (renormalised == 9).all()

# %% [markdown]
# **Read.** The ordinary convolution sees a picture that fades at its border; the partial one sees a constant, as it should. Liu et al. also proposed this alone, for pictures without any hole, as a padding
# ("Partial convolution based padding", 2018).
#
# ## How the mask grows
#
# By equation 2 a place becomes known if there is anything known within its window. In the language of shapes this is a *dilation* of the known set by the window.
# **Predict.** After $k$ layers of 3×3: a dilation by a square of which side?

# %%
from scipy import ndimage


def grow(valid, times):
    """Validity (N, H, W) after so many partial convolutions of 3 x 3."""
    state = [np.zeros((*valid.shape, 1)), valid[..., None].astype(np.float32)]
    layer = layers.PartialConv2D(1, 3)
    for _ in range(times):
        state = layer(state)
    return np.array(state[1])[..., 0] > 0


stroke = masks.brush_strokes(1, (40, 50), seed=3)
for k in range(1, 6):
    square = np.ones((1, 2 * k + 1, 2 * k + 1))
    assert (grow(~stroke, k) == ndimage.binary_dilation(~stroke, square)).all()
print("k layers = one dilation by a square of side 2k + 1, for k = 1 to 5")

# %% [markdown]
# So after $k$ layers a hole pixel is filled if a known one lies within $k$ rows and columns. Lesson 01 measured how deep holes are: on line masks nearly every hole pixel lies close to a known one. **Predict.** How many layers until the line mask below is gone? And the
# square of 16 × 16?

# %%
TIMES = (0, 1, 2, 4, 8)
kinds = {
    "lines": holes[3:4],
    "square of 16": masks.squares(1, 32, side=16),
}
plots.show(
    [~grow(~one, k)[0] for one in kinds.values() for k in TIMES],
    titles=[f"{name}, layers: {k}" for name in kinds for k in TIMES],
    alt="Two rows of masks after 0, 1, 2, 4 and 8 layers, holes white: the lines are gone after "
    "two, the square shrinks by a pixel on each side with every layer and is gone after 8.",
    caption="White is hole. Lines are gone after two; a square loses a pixel a side in each layer.",
)

# %% [markdown]
# Two layers for the lines, eight for the square. One mask proves little, so here are 2,000 of them, and large irregular strokes beside.

# %%
import pandas as pd

sets = {
    "lines": masks.random_lines(2_000, 32, seed=1),
    "40 to 50 % strokes": masks.in_bucket(200, 32, low=0.4, high=0.5, seed=1),
    "square of 16": masks.squares(1, 32, side=16),
}
left_over = pd.DataFrame(
    {
        name: [100 * (~grow(~one, k)).sum() / one.sum() for k in (1, 2, 3, 4, 8)]
        for name, one in sets.items()
    },
    index=pd.Index([1, 2, 3, 4, 8], name="layers"),
)
holed = (~grow(~sets["lines"], 4)).any(axis=(1, 2)).sum()
print(f"line masks with any hole after four layers: {holed} of {len(sets['lines'])}")
print("per cent of the hole area that is left:")
left_over.round(2)

# %% [markdown]
# **Read.** On line masks two thirds of a per cent of the hole is left after two layers, and nothing after four. The article's network has sixteen such layers, four of them with steps of two pixels, which shrink holes even faster: soon all masks on its way down say *known*, and from there on each layer is an
# ordinary convolution with a better border, until a skip brings an earlier mask back. Only large holes keep the updates busy.
#
# ## Forget the channels
#
# Some public layers, the article's among them, count the mask over all channels, $\mathrm{sum}(M)$, but write $k^2$ for $\mathrm{sum}(\mathbf 1)$ where $k^2 C$ is meant. Every layer then divides its signal by its number
# of channels $C$. Nothing crashes; shapes, masks and colours are all in order.
#
# Below, the sixteen partial convolutions of the article's network, in our own words: 3 channels, then 32 in each of eight layers down; up by four steps with 256 down to 32 channels, and skips. Random weights as Keras
# draws them, before any training. The fault is one line.


# %%
def sixteen_layers(features, valid, forgetful, normalise=False):
    """(channels in, features out) of every partial convolution of the article's ladder."""
    keras.utils.set_random_seed(0)
    record, skips, state = [], [], [features, valid]

    def convolve(state, filters, strides=1):
        inputs = state[0] if isinstance(state[0], list) else [state[0]]
        channels = sum(one.shape[-1] for one in inputs)
        features, valid = layers.PartialConv2D(filters, 3, strides)(state)
        if forgetful:
            features = features / channels  # k² / sum(M) instead of k² C / sum(M)
        if normalise:
            features = keras.layers.BatchNormalization()(features, training=True)
        features = keras.ops.relu(features)
        record.append((channels, np.array(features)))
        return [features, valid]

    for _ in range(4):
        state = convolve(state, 32)
        skips.append(state)
        state = convolve(state, 32, strides=2)
    for first, second in ((256, 128), (128, 64), (64, 32), (32, 3)):
        up = [keras.layers.UpSampling2D()(one) for one in state]
        state = [list(both) for both in zip(skips.pop(), up, strict=True)]
        state = convolve(convolve(state, first), second)
    return record


# %% [markdown]
# **Predict.** Eight layers down: a division by 3, then seven by 32. What is left of a signal of size 1?

# %%
few, few_valid = patches[:16], 1 - holes[:16, ..., None].astype(np.float32)
signals = {
    "counted": sixteen_layers(few, few_valid, forgetful=False),
    "forgotten": sixteen_layers(few, few_valid, forgetful=True),
    "normalised": sixteen_layers(few, few_valid, forgetful=True, normalise=True),
}
spread = {
    name: [features.std(dtype=float) for _, features in record] for name, record in signals.items()
}
print("layer  channels   counted   forgotten")
for number, (channels, _) in enumerate(signals["counted"], start=1):
    counted, forgotten = (spread[name][number - 1] for name in ("counted", "forgotten"))
    print(f"{number:5} {channels:9} {counted:9.1e} {forgotten:11.1e}")
assert min(spread["counted"]) > 1e-3 and min(spread["forgotten"]) < 1e-14

# %% [markdown]
# The same as curves, and beside them the features of one layer. The fault is the menu *channels*.


# %%
def at_layer(layer, channels):
    features = signals[channels][layer - 1][1][SHOWN]
    strongest = features.std(axis=(0, 1)).argmax()
    drawing = Figure(figsize=(9, 3.2), layout="constrained")
    left, right = drawing.subplots(1, 2, width_ratios=[3, 2])
    for name, line in (("counted", "o-"), ("forgotten", "s--")):
        left.semilogy(range(1, 17), spread[name], line, label=f"channels {name}", markersize=4)
    left.plot(layer, spread[channels][layer - 1], "o", markersize=13, fillstyle="none", color="k")
    left.set(xlabel="layer", ylabel="standard deviation", title="The signal, layer by layer")
    left.legend()
    drawing.colorbar(right.imshow(features[..., strongest]), ax=right)
    right.set(title=f"layer {layer}, strongest feature", xticks=[], yticks=[])
    return drawing


widgets.explore(
    at_layer,
    layer=(1, 16, 1, 10),
    channels=["forgotten", "counted"],
    alt=lambda layer, channels: (
        "Standard deviation against layer: between 0.01 and 0.1 with channels counted, falling to "
        f"1e-16 with channels forgotten; beside it one feature of layer {layer}, {channels}."
    ),
    caption="Move the layer and read the colour scale; then switch the fault off.",
)

# %% [markdown]
# **Read.** Counted, the signal stays between 0.01 and 0.12 (it falls mostly because ReLU takes about half of the mean square, which Keras's usual random weights just about keep). Forgotten, the divisions alone leave $1/(3 \cdot 32^7) \approx 10^{-11}$ of it after eight layers (divide the two columns), and it is down to $10^{-16}$ in the tenth. The later layers seem to recover, but
# only through the skips, which bring in features that were divided less often. What comes from below, the part of the network that sees far, is nothing beside them: in layer 11 a signal of $10^{-16}$ is
# joined with layer 5's $10^{-8}$. In the end $10^{-5}$ is left, where one step of a byte is 0.004: whatever the picture, what reaches the article's last convolution, an ordinary one, is all but constant, and so is what the untrained network paints.
#
# Could training mend it? The factor is a constant, so in principle larger weights can make up for it. And a *batch normalisation* behind each layer, which divides by the standard deviation, should hide it. **Predict**: completely?

# %%
print("forgotten, then normalised, layers 1 to 16:")
print(*(f"{one:.3f}" for one in spread["normalised"]))

# %% [markdown]
# **Read.** Not completely. Batch normalisation divides by $\sqrt{v + 0.001}$ in Keras, $v$ being the variance, and behind a division by 32 or more $v$ is smaller than that constant. The tenth and twelfth layer still say little (0.001), but no longer nothing. It is a
# crutch, and it may be one reason why such a fault can live for years. The article's network has no batch normalisation.
#
# ## Four formulas in public
#
# Four variants of equation 1 are in use. They compute the same $s = W^\top(X \odot M)$ and the same $\mathrm{sum}(M)$, counted over channels, for a $k \times k$ window:
#
# | | where $\mathrm{sum}(M) > 0$ | in a blind window |
# |---|---|---|
# | I | $s \cdot k^2 C / \mathrm{sum}(M) + b$ | 0 |
# | II | $s \cdot k^2 / \mathrm{sum}(M) + b$ | $b$ |
# | III | $s \cdot k^2 C / \mathrm{sum}(M) + b$ | $b$ |
# | IV | $s / \mathrm{sum}(M) + b$ | 0 |
#
# **Predict.** Which of them are the paper's equation? For the others: what does the output of an all-known window look like beside an ordinary convolution's?


# %%
def variant(numerator, blind_bias):
    """The right layer with another numerator in its ratio, or with b in blind windows."""

    def layer(features, valid, kernel, bias):
        output, new_valid = partial_convolution(features, valid, kernel, bias)
        rows, columns, channels, _ = kernel.shape
        ratio = numerator(rows * columns, channels) / (rows * columns * channels)
        output = np.where(new_valid > 0, (output - bias) * ratio + bias, bias if blind_bias else 0)
        return output, new_valid

    return layer


variants = {
    "I": variant(lambda k2, channels: k2 * channels, blind_bias=False),
    "II": variant(lambda k2, channels: k2, blind_bias=True),
    "III": variant(lambda k2, channels: k2 * channels, blind_bias=True),
    "IV": variant(lambda k2, channels: 1, blind_bias=False),
}

# %% [markdown]
# Two measurements tell them apart. All known, no bias: the layer's output divided by an ordinary convolution's. All hole, bias 0.7: what comes out.

# %%
deep = random.normal(size=(7, 7, 32)), random.normal(size=(3, 3, 32, 1))
rows = {}
for name, layer in variants.items():
    row = {}
    for channels in (1, 3, 32):
        x, w = deep[0][..., :channels], deep[1][:, :, :channels]
        plain = np.array(made_of(keras.layers.Conv2D, w, 0)(x[None]))[0]
        row[f"all known, C = {channels}"] = (layer(x, np.ones_like(x), w, 0)[0] / plain)[3, 3, 0]
    row["all hole, b = 0.7"] = layer(x, np.zeros_like(x), w, 0.7)[0][3, 3, 0]
    rows[name] = row
variant_table = pd.DataFrame(rows).T
assert np.allclose(variant_table.loc["I"], [1, 1, 1, 0], atol=1e-4)
assert np.allclose(variant_table.loc["II"], [1, 1 / 3, 1 / 32, 0.7], atol=1e-4)
variant_table.round(4)

# %% [markdown]
# **Read.** Only I is the equation as the paper has it today. It is what the authors' own [NVIDIA/partialconv](https://github.com/NVIDIA/partialconv) and [mmagic](https://github.com/open-mmlab/mmagic) compute.
# II is [MathiasGruber/PConv-Keras](https://github.com/MathiasGruber/PConv-Keras) and the article's layer, which names it as its source; a mend was [proposed in
# 2020](https://github.com/MathiasGruber/PConv-Keras/pull/67) and has not been merged. With one channel its ratio is right. III is
# [ezavarygin/PConv2D_Keras](https://github.com/ezavarygin/PConv2D_Keras): the ratio is right, and the bias in blind windows does no harm as long as the next layer masks them again; it shows in a last layer, or where features leave the
# masked path. IV is [naoto0804/pytorch-inpainting-with-partial-conv](https://github.com/naoto0804/pytorch-inpainting-with-partial-conv)
# ([reported in 2020](https://github.com/naoto0804/pytorch-inpainting-with-partial-conv/issues/44)): the *mean* of the weighted known values instead of their sum, scaled up. It is not a slip of that
# author's: its code quotes $W^\top(X \odot M) / \mathrm{sum}(M) + b$ from notes that the paper's authors put online in 2018. $\mathrm{sum}(\mathbf 1)$ stands in today's version of the paper.
#
# Networks were trained with all of them, and fill holes. A wrong constant does not stop a network from learning. It stops you from exchanging weights with a right layer,
# from starting at a known scale, and from knowing what you compare when you compare "partial convolution" with something else.
#
# ## One channel of validity is enough
#
# The equation's $M$ has $C$ channels. But a hole is a hole in all channels of a picture, and equation 2 gives all output channels the same $m'$. So within one input all channels of $M$ are equal, and one of them says
# it all: $\mathrm{sum}(\mathbf 1)/\mathrm{sum}(M) = k^2 C / (n C) = k^2/n$ with $n$ known *pixels*. The library's layer carries one channel, and our check above, with $M$ in three channels on one side and in one on the other, bears it out.
#
# What it saves: the convolution itself takes $k^2 C F$ multiplications for each pixel of $F$ filters. Counting with a mask of $C$ channels and a kernel of ones for each filter takes $k^2 C F$ as well, to find
# the same number $F$ times. One channel takes $k^2$: for 32 channels and 32 filters 9 instead of 9,216.
#
# ## Two inputs with different holes
#
# One exception: the *skip*. On the way up a U-Net joins what comes from below, where nearly all is known by now, and the features from the way down, with their hole. Each has its own validity. In our middle window let the lower ones
# be known everywhere (4 channels) and the skip have the hole from above (2 channels, 5 of 9 known). **Predict** the ratio:
#
# 1. 1, since some input is known everywhere;
# 2. 9 / 5 = 1.8, since the skip has a hole;
# 3. (4 · 9 + 2 · 9) / (4 · 9 + 2 · 5) = 54 / 46 = 1.17.

# %%
up, skip = random.normal(size=(5, 5, 4)), random.normal(size=(5, 5, 2))
valid_up, valid_skip = np.ones((5, 5, 1)), known[..., None]
both = np.concatenate([up, skip], axis=-1)
both_valid = np.concatenate([valid_up.repeat(4, axis=-1), valid_skip.repeat(2, axis=-1)], axis=-1)
joined = random.normal(size=(3, 3, 6, 2))

expected, expected_valid = partial_convolution(both, both_valid, joined, 0.5)
layer = made_of(layers.PartialConv2D, joined, 0.5)
output, new_valid = layer([[up[None], skip[None]], [valid_up[None], valid_skip[None]]])
seen = both_valid[1:4, 1:4]
print(f"ratio at the middle: {seen.size} / {seen.sum():.0f} = {seen.size / seen.sum():.3f}")
assert np.allclose(np.array(output)[0], expected, atol=1e-4)
assert (np.array(new_valid)[0] == expected_valid).all() and expected_valid.all()

# %% [markdown]
# **Read.** The third. The equation counts *values*: 36 of the lower input's, 10 of the skip's. So each mask counts once for each channel of its own input, and the output is known where *any* input was. The library's layer takes the two as a list and keeps one
# channel of validity for each; the loops, with all six channels of $M$ written out, agree.
#
# ## What stands in a hole is never read
#
# Now the promise of the beginning. First for one layer: output and gradients, with black, grey, white, noise in the holes, and with *not a number*, which poisons everything that touches it.

# %%
import tensorflow as tf

small_hole = holes[3, ..., None]
layer = made_of(layers.PartialConv2D, random.normal(size=(3, 3, 3, 8)), np.zeros(8))
nothing = {name: one[3] for name, one in painted.items()}
nothing["not a number"] = np.where(small_hole, np.float32(np.nan), patches[3])


def output_and_gradients(image):
    image = tf.Variable(image[None])
    with tf.GradientTape() as tape:
        output, _ = layer([image, 1 - np.float32(small_hole[None])])
        loss = tf.reduce_mean(output**2)
    by_image, by_kernel = tape.gradient(loss, [image, layer.kernel.value])
    return np.array(output), np.array(by_image)[0], np.array(by_kernel)


first = output_and_gradients(nothing["black"])
for name, image in nothing.items():
    for one, other in zip(first, output_and_gradients(image), strict=True):
        assert np.allclose(one, other, rtol=1e-5, atol=1e-6), name
print("outputs and gradients: equal for", ", ".join(nothing))
print("gradient with respect to hole pixels:", np.unique(first[1][small_hole[..., 0]]))

# %% [markdown]
# Then for a whole network: `partial_conv_unet`, the vanilla U-Net with every convolution a partial one, with the weights that the course ships. The same four fillings as at the beginning. **Predict** how its four scores differ.

# %%
partial_unet = models.load_pretrained("partial_conv_unet")
assert partial_unet.count_params() == vanilla.count_params()
given = 1 - holes[..., None].astype(np.float32)
raw = {name: partial_unet.predict([one, given], verbose=0) for name, one in painted.items()}
for name, one in raw.items():
    score = metrics.psnr(patches, masks.composite(patches, one, holes), holes)
    print(f"{name:6} vanilla {decibels[name]:5.1f} dB     partial convolution {score:5.1f} dB")
    assert np.allclose(one, raw["black"], atol=1e-6)

# %% [markdown]
# **Read.** One number, four times. No training has to teach this. It holds for random weights and on any picture, which is what makes it such a good test.
#
# ## What it cannot do
#
# **It forgets where the hole was.** After a few layers validity is all ones, and the deeper layers cannot tell a pixel that was known from one that was computed from a single neighbour. How much hole is left in the network above, at the end of each level?

# %%
names = [f"encoder_{level}_conv_2" for level in range(1, 5)] + ["bottleneck_conv_2"]
validity = keras.Model(
    partial_unet.inputs, [partial_unet.get_layer(name).output[1] for name in names]
)
for name, one in (("lines", holes), ("square of 16", masks.squares(count, 32, side=16))):
    seen = validity.predict([patches, 1 - one[..., None].astype(np.float32)], verbose=0)
    shares = "  ".join(f"{100 * (1 - level.mean()):5.2f} %" for level in seen)
    print(f"{name:13} at first {100 * one.mean():5.2f} %, then {shares}")

# %% [markdown]
# **Read.** On lines next to nothing after the first level, nothing after the second; even the large square is gone in the third. From there on, every layer works as if the picture had been whole. (The skips bring the masks of the way down back once more.)
#
# **It does not know how sure it is.** A window with one known value and one with nine both report $m' = 1$. Take a window of noise and a random kernel. Of all the ways in which $n$ of its nine pixels can be known, take the mean of $x'$, and its spread.

# %%
from itertools import combinations

terms = random.normal(size=9) * random.normal(size=9)  # weight times value
print(f"all nine known: {terms.sum():.3f}")
for n in (8, 5, 2, 1):
    answers = [9 / n * sum(some) for some in combinations(terms, n)]
    print(f"{n} known, {len(answers):3} ways:", end=" ")
    print(f"mean {np.mean(answers):.3f}, spread {np.std(answers):.2f}")
    assert np.isclose(np.mean(answers), terms.sum())

# %% [markdown]
# **Read.** Here is the reason for the ratio: if the known pixels are a random choice, $x'$ is right *on average*, whatever the weights and whatever $n$. But only on average. The fewer are known, the wilder a single answer, and $m'$ says nothing of that.
#
# **It counts pixels, not weights.** The ratio 9/8 for one missing pixel is the same whether the corner is missing or the middle, where a kernel often has its largest weight. On a constant picture of 8, with the middle missing:

# %% tags=["nbval-check-output"]
middle_missing = np.ones((3, 3))
middle_missing[1, 1] = 0
for name, w in (
    ("mean, 1/9 each", np.full((3, 3), 1 / 9)),
    ("1 2 1 by 1 2 1", np.outer([1, 2, 1], [1, 2, 1]) / 16),
):
    by_count = (8 * w * middle_missing).sum() * 9 / middle_missing.sum()
    by_weight = (8 * w * middle_missing).sum() * w.sum() / (w * middle_missing).sum()
    print(f"{name}: by count {by_count:.2f}, by weight {by_weight:.2f}")

# %% [markdown]
# **Read.** With equal weights the constant stays a constant, with unequal ones it does not. Dividing by the *weights* that were seen would keep it; that is the simplest form of *normalised convolution* (Knutsson and Westin, 1993), older by 25 years. It needs weights whose sum is
# not near zero, and learned kernels, edge detectors for instance, often sum to just that. Counting is the price for arbitrary weights.
#
# And of course: it knows nothing about pictures. It keeps the hole from doing harm; what to paint is still learned by the weights.
#
# ## A checklist for any implementation
#
# Every fact of this lesson is a test. This is the list; it runs on whatever is given as a function `(features, valid, kernel, bias)` that returns output and new validity.
#
# | | fact | finds |
# |---|---|---|
# | P1 | all known: inside equal to `Conv2D`, with *several* channels | forgotten channels, forgotten window |
# | P2 | all known: ones with a kernel of ones give the same at the border as inside | padding that counts as picture |
# | P3 | all hole: output 0, validity 0 | bias in blind windows |
# | P4 | one known pixel in the window: new validity 1 | an update by "most are known" |
# | P5 | when what stands in holes changes, the output does not (nor the gradient, tested above) | a mask that is applied too late |
# | P6 | a constant stays a constant under a constant kernel without bias | a wrong ratio |
# | P7 | equal to the loops over equations 1 and 2 on random masks | everything else |
# | P8 | a 3×3 layer dilates the validity by a 3×3 square | a wrong mask update |
# | P9 | without bias, the input times −2 gives the output times −2 | anything that is not linear |
# | P10 | saving, loading, mixed precision, any batch size | a layer that works in its own notebook only |


# %%
def checklist(layer):
    """Which of P1 to P9 hold for a function (features, valid, kernel, bias)."""
    draw = np.random.RandomState(1)
    x, other = draw.normal(size=(2, 9, 10, 3))
    w, b = draw.normal(size=(3, 3, 3, 2)), draw.normal(size=2)
    full, none, flat = np.ones_like(x), np.zeros_like(x), np.full((3, 3, 3, 1), 1 / 27)
    some = np.zeros_like(x) + (draw.random_sample((9, 10, 1)) > 0.8)
    dot = np.zeros_like(x)
    dot[4, 5] = 1
    ordinary = np.array(made_of(keras.layers.Conv2D, w, b)(x[None]))[0]
    output, new_valid = layer(x, some, w, b)
    expected, _ = partial_convolution(x, some, w, b)
    mean, seen = layer(full, some, flat, 0)

    def close(one, two):
        return bool(np.allclose(one, two, atol=1e-4))

    return {
        "P1": close(layer(x, full, w, b)[0][1:-1, 1:-1], ordinary[1:-1, 1:-1]),
        "P2": close(layer(full, full, 27 * flat, 0)[0], 27),
        "P3": close(layer(x, none, w, b)[0], 0) and not layer(x, none, w, b)[1].any(),
        "P4": bool(layer(x, dot, w, b)[1][3:6, 4:7].all()),
        "P5": close(layer(np.where(some > 0, x, other), some, w, b)[0], output),
        "P6": close(mean[seen[..., 0] > 0], 1),
        "P7": close(output, expected),
        "P8": close(new_valid[..., 0], ndimage.binary_dilation(some[..., 0], np.ones((3, 3)))),
        "P9": close(layer(-2 * x, some, w, 0)[0], -2 * layer(x, some, w, 0)[0]),
    }


# %% [markdown]
# **Predict**, for each of the four variants, which facts fail. Then run it on them, on the library's layer, on a right one with a ReLU built in, and on an ordinary convolution that passes its mask on unchanged.


# %%
def of_library(features, valid, kernel, bias):
    one_channel = valid[None, ..., :1]
    output, new_valid = made_of(layers.PartialConv2D, kernel, bias)([features[None], one_channel])
    return np.array(output)[0], np.array(new_valid)[0]


def ordinary(features, valid, kernel, bias):
    return np.array(made_of(keras.layers.Conv2D, kernel, bias)(features[None]))[0], valid[..., :1]


def rectified(features, valid, kernel, bias):
    output, new_valid = partial_convolution(features, valid, kernel, bias)
    return np.maximum(output, 0), new_valid


candidates = variants | {"library": of_library, "ReLU inside": rectified, "ordinary": ordinary}
results = pd.DataFrame({name: checklist(layer) for name, layer in candidates.items()}).T
assert results.loc[["I", "library"]].all(axis=None)
assert not results.drop(index=["I", "library"]).all(axis=1).any()
results.replace({True: "holds", False: "FAILS"})

# %% [markdown]
# **Read.** Each fact finds something. No fact but P7 finds all five wrong ones, and P7 needs a right version to compare with. P1, which needs only `Conv2D`, and P3, which needs nothing, find all five between them, in two lines. The ordinary
# convolution passes P1, of course, and little else. P10 asks about a Keras layer rather than a function; the course's tests hold the library's layer to it.
#
# ## The leaderboard
#
# The network of partial convolutions beside the vanilla one: same ladder, same number of weights, same data, steps and masks in training. Pictures and masks as in the lessons before.

# %%
rows = {"partial_conv_unet": partial_unet, "vanilla_unet": vanilla}
table = evaluation.leaderboard(rows, patches, {"lines": holes})
table[["method", "psnr_hole", "mae_hole", "psnr_image", "milliseconds"]].round(4)

# %% [markdown]
# **Read.** On photos the partial convolutions are half a decibel ahead of the vanilla network, which must recognise black as damage, and both stay behind the two equations. On CIFAR-10, from which both learned, it is 21.11 to 21.07 dB (`benchmarks/RESULTS.md`, *Showdown*). One training each, one kind of hole: too little for a verdict on the layer. Lesson 13 asks the question fairly, with a third network that is merely *told* where the holes are.
#
# ## Questions
#
# **1.** A 3×3 window on 16 channels, one input, has four known pixels. Which ratio?
#
# 1. 9 / 4
# 2. 9 / 64
# 3. 144 / 4
#
# <details><summary>Answer</summary>
#
# **1.** 144 / 64, which is 9 / 4: the channels cancel. 2 counts them in the mask only: the 1/C fault, 16 times too small. 3 counts them in the window only, 16 times too large.
# </details>
#
# **2.** You test a layer on a grey picture (one channel), without holes, against `Conv2D`: equal inside. What is shown?
#
# 1. The layer is right.
# 2. Its ratio is right for one channel; nothing is known about several, or about holes.
# 3. Nothing: without holes there is no partial convolution.
#
# <details><summary>Answer</summary>
#
# **2.** Variant II passes this test and fails it with three channels. 1 draws a rule from the one case in which it cannot fail. 3: the case without holes is the cheapest test there is, if the channels are several.
# </details>
#
# **3.** Variant II divides by C, and a batch normalisation follows every layer. What do you see in training?
#
# 1. The network cannot learn.
# 2. Little: batch normalisation divides by the standard deviation, so a constant factor cancels.
# 3. The masks are wrong.
#
# <details><summary>Answer</summary>
#
# **2.** It cancels as long as the variance is large against the small constant that batch normalisation adds to it; we saw where it is not. 1 is what happens, at worst, without it. 3: the new mask is 1 wherever the count is above 0, with or without a factor.
# </details>
#
# **4.** How many 3×3 partial convolutions, without pooling, until a centred square hole of 16 × 16 is gone?
#
# 1. 4
# 2. 8
# 3. 16
#
# <details><summary>Answer</summary>
#
# **2.** One pixel from every side in each layer: 16, 14, 12 and so on to 0. 1 would need a 5×5 window. 3 counts one side only.
# </details>
#
# **5.** The skip (8 channels) sees 3 of 9 pixels, the input from below (8 channels) all 9. Ratio and new validity?
#
# 1. 3, and 1
# 2. 1.5, and 1
# 3. 1, and 1/2
#
# <details><summary>Answer</summary>
#
# **2.** (72 + 72) / (72 + 24) = 144 / 96 = 1.5; known, since something was seen. 1 looks at the skip alone. 3: a validity is 0 or 1, and the values of the skip are missed.
# </details>
#
# ## Key points
#
# * An ordinary convolution reads whatever stands in the hole; a partial one cannot.
# * Mask, renormalise, update: $W^\top(X \odot M) \cdot \mathrm{sum}(\mathbf 1)/\mathrm{sum}(M) + b$; known wherever anything was seen; blind windows are 0.
# * Count the channels in both sums or in neither. Counted in $\mathrm{sum}(M)$ only, the signal of an untrained network fell to $10^{-16}$ within ten layers.
# * Compare with `Conv2D` where all is known, on *several* channels: one line finds the commonest fault.
# * $k$ layers of 3×3 dilate what is known by a square of side $2k + 1$; on thin lines that is soon everything, and the layer is then an ordinary one.
# * The ratio is right on average, by count and not by weight, and the new validity says *seen*, not *sure*.
#
# {{exercise}}
#
# {{next}}
#
# ## References
#
# * Liu, Reda, Shih, Wang, Tao, Catanzaro: [Image Inpainting for Irregular Holes Using Partial
#   Convolutions](https://arxiv.org/abs/1804.07723), ECCV 2018: section 3.1, equations 1 and 2.
# * Liu et al.: [Partial Convolution based Padding](https://arxiv.org/abs/1811.11718), 2018.
# * Knutsson, Westin: [Normalized and Differential Convolution](https://doi.org/10.1109/CVPR.1993.341081), CVPR 1993.
# * Ioffe, Szegedy: [Batch Normalization](https://arxiv.org/abs/1502.03167), ICML 2015.
# * Thakur, Paul: Introduction to image inpainting with deep learning, Weights & Biases report, 2020; code in [ayulockin/deepimageinpainting](https://github.com/ayulockin/deepimageinpainting).
