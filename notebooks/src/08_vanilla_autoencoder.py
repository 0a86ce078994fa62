# ---
# jupyter:
#   accelerator: GPU
# ---

# %% [markdown]
# # Press a picture through a code: the vanilla autoencoder
#
# {{badge}}
#
# [Lesson 06](06_learning_from_data.ipynb) ended with a question: how does a window as large as the
# picture become affordable? By shrinking the picture on the way. A network that shrinks a picture to a
# short *code* and grows a picture from it again is an *autoencoder*. It is the network with which the
# article behind this course begins, and the one that everything after is measured against.
#
# ## What you will do
#
# Build an encoder and a decoder, train a network for less than a minute, look at its raw prediction before known pixels are put back, and compare it with methods that learn nothing.
#
# ## What you will learn
#
# To **build** an autoencoder and a U-Net; to **train** one on damaged pictures; to **separate** the error on known pixels
# from the error in holes; to **compare** networks with classical methods on equal terms.
#
# ## What you need
#
# Lessons 01 to 06 and a first Keras `fit`. No network, no GPU. Plan 50 minutes for reading and trying; the cells alone
# take a minute or two on two processor cores (measured in `benchmarks/RESULTS.md`).

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %%
import keras
import numpy as np
import pandas as pd

from course_lib import data, evaluation, masks, metrics, models, plots, training, widgets

count = 20 if run.profile == "smoke" else 100  # the tests' profile takes fewer
patches = data.load("photos").test[:count] / np.float32(255)
holes = masks.random_lines(100, 32, seed=2026)[:count]  # frozen: the same in every lesson
damaged = masks.damage(patches, holes)
print(f"{len(patches)} pictures, {masks.hole_fraction(holes).mean():.0%} of their pixels missing")

# %% [markdown]
# ## A code for a picture
#
# An autoencoder has two halves. The *encoder* $f$ turns a picture $x$ into a code, $h = f(x)$; the *decoder* $g$
# paints a picture from the code, $r = g(h)$. Both are stacks of 3×3 convolutions. Going down, max-pooling halves
# height and width four times and the number of channels doubles; going up, transposed convolutions do the
# reverse.


# %%
def encoder(width):
    x = keras.Input((32, 32, 3))
    h = x
    for level in range(4):
        for _ in range(2):
            h = keras.layers.Conv2D(width * 2**level, 3, padding="same", activation="relu")(h)
        h = keras.layers.MaxPooling2D()(h)
    for _ in range(2):
        h = keras.layers.Conv2D(width * 16, 3, padding="same", activation="relu")(h)
    return keras.Model(x, h)


def decoder(width):
    h = keras.Input((2, 2, width * 16))
    r = h
    for level in reversed(range(4)):
        filters = width * 2**level
        r = keras.layers.Conv2DTranspose(filters, 2, strides=2)(r)
        for _ in range(2):
            r = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(r)
    return keras.Model(h, keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")(r))


# %% [markdown]
# **Predict.** The picture holds 32 · 32 · 3 = 3,072 numbers. With `width=4`, how many does the code hold?

# %% tags=["nbval-check-output"]
f, g = encoder(width=4), decoder(width=4)
print("code:", f.output_shape[1:], "=", int(np.prod(f.output_shape[1:])), "numbers")
print("compression:", 32 * 32 * 3 // int(np.prod(f.output_shape[1:])), "to 1")
together = f.count_params() + g.count_params()
print("weights:", together)
assert together == models.autoencoder(width=4).count_params()

# %% [markdown]
# **Read.** 2 · 2 · 64 = 256 numbers must tell the whole picture, a twelfth of what it has. What the code
# cannot hold, the decoder cannot paint. `models.autoencoder` in this course's library is the same network, for
# pictures of any size that 16 divides.
#
# ## Copying is not the aim
#
# Trained on undamaged pictures, $g(f(x)) = x$ is the goal, and a network with a code large enough may simply copy,
# or *memorise* the pictures it was shown. Neither teaches it anything about pictures. There are two ways out:
#
# * make the code small, as above: then there is room only for what pictures have in common;
# * *regularise*: leave the network its capacity but ask for more than copying. Sparse autoencoders charge for
#   every active number of the code, contractive ones for a code that changes much when the picture changes a little, and *denoising* autoencoders
#   get a damaged input and must return the undamaged picture.
#
# Inpainting is the last idea with holes for damage. Its siblings change nothing but the damage: the pairs are
# made as freely as ours, and the same network with the same loss learns each of them.

# %%
import cv2


def noisy(image, seed=0):
    return np.clip(image + np.random.RandomState(seed).normal(0, 0.1, image.shape), 0, 1)


def blurred(image):
    return cv2.GaussianBlur(image, (0, 0), 1.5)


def compressed(image):
    bgr = np.uint8(255 * image[..., ::-1])  # OpenCV's order of colours
    _, file = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 5])
    return cv2.imdecode(file, cv2.IMREAD_COLOR)[..., ::-1] / 255


# %%
SHOWN = 1  # a picture with a clear edge
picture = patches[SHOWN]
siblings = {
    "inpainting": damaged[SHOWN],
    "denoising": noisy(picture),
    "deblurring": blurred(picture),
    "artefact removal": compressed(picture),
    "the answer to all": picture,
}
plots.show(
    list(siblings.values()),
    titles=list(siblings),
    alt="One small picture with lines missing, with noise, blurred, as a poor JPEG, and whole.",
    caption="Four tasks, one answer: only the damage tells them apart.",
)

# %% [markdown]
# **Read.** In three of the four every pixel has suffered a little. In inpainting most pixels are perfect and the
# others are gone, and we are told which. Keep this in mind: a method that does not use it gives something away.
#
# ## The loss
#
# The article's text trains with the mean squared error over all $n$ values of a picture $y$ and its prediction $r$,
#
# $$\mathrm{MSE} = \frac1n \sum_i (y_i - r_i)^2, \qquad \mathrm{PSNR} = -10 \log_{10} \mathrm{MSE}.$$
#
# So a lower loss is a higher PSNR of the *whole* raw prediction. Lesson 06 showed what it asks for: in a hole
# where several continuations are possible, their mean.
#
# ## Train
#
# We train the article's kind of network, a *U-Net*: the ladder above with *skips*, which hand the features of each
# level of the encoder across to the same level of the decoder. At `width=32` it is the article's network.

# %% tags=["nbval-check-output"]
for width in (4, 16, 32):
    print(f"U-Net, width {width:2}: {models.vanilla_unet(width).count_params():9,} weights")
assert models.vanilla_unet(32).count_params() == 7_760_931

# %% [markdown]
# In the `quick` profile width 4 trains in less than a minute. `training.pairs` draws a new mask for every picture
# in every epoch (lesson 06); the validation pictures keep theirs. `training.fit` is Keras's `fit` with a seed and a bar that tells the minutes left;
# at the end the network has the weights of the epoch that was best on the validation pictures.

# %%
WIDTH, EPOCHS, PICTURES = {
    "smoke": (4, 1, 640),
    "quick": (4, 8, 5_000),
    "full": (16, 40, None),
}[run.profile]
dataset = data.load(run.data, subset=PICTURES)
bank = masks.random_lines(2_000, 32, seed=1)
train = training.pairs(dataset.train, bank, batch_size=64, seed=0)
validation = training.pairs(dataset.validation[:500], bank, batch_size=64, seed=0, frozen=True)
print(dataset.provenance)
print(f"{len(dataset.train)} training pictures, {len(train)} steps an epoch")

# %%
keras.utils.set_random_seed(0)
network = models.vanilla_unet(WIDTH)
network.compile("adam", loss="mse")
history = training.fit(network, train, validation, epochs=EPOCHS, seed=0)

# %% [markdown]
# Training masks here come from a bank of 2,000, flipped and shifted; the 100 masks of the leaderboard are others, and
# the pictures come from another photograph, which no training picture touches.
#
# ## Look at the raw prediction first
#
# **Predict.** The network saw most of the picture undamaged. Will it return those pixels as they were?

# %%
predicted = models.predict(network, patches, holes)
shown = [
    patches[SHOWN],
    damaged[SHOWN],
    np.clip(predicted[SHOWN], 0, 1),
    abs(predicted[SHOWN] - patches[SHOWN]).mean(-1),
]
plots.show(
    shown,
    titles=["truth", "damaged", "raw prediction", "error of the raw prediction"],
    alt="A small picture, the same with lines missing, the network's prediction of the whole "
    "picture, and a map of its error that is not zero outside the lines.",
    caption="The network paints everything anew, and errs everywhere, not only under the lines.",
)

# %% [markdown]
# It does not. Every pixel of the prediction went through the whole network, and most of them were never missing.
# So the error has two parts, which answer two questions: how well does the network *copy* (known pixels), and
# how well does it *guess* (holes)?


# %%
def split_error(predicted):
    """PSNR of a raw prediction on known pixels, in holes, and over the whole picture (dB)."""
    return {
        "known pixels": metrics.psnr(patches, predicted, ~holes),
        "holes": metrics.psnr(patches, predicted, holes),
        "whole picture, raw": metrics.psnr(patches, predicted),
        "whole picture, composited": metrics.psnr(
            patches, masks.composite(patches, np.clip(predicted, 0, 1), holes)
        ),
    }


pd.DataFrame({"trained here": split_error(predicted)}).round(1)

# %% [markdown]
# **Read.** The whole raw picture is judged mostly by how well known pixels are copied, since most of it is known.
# *Compositing* puts the known pixels back, as lesson 01's `composite` does, and the figure jumps, without any
# change in the holes. The article never composites: its network is charged for redrawing what was never missing, and any
# comparison of its raw error with a classical method's is a comparison of two different things.
#
# **Composite first, then compare.**
#
# ## What skips buy, and what a code costs
#
# Copying through a bottleneck is hard; a skip at full resolution makes it easy. The library carries six
# small networks that were trained alike on CIFAR-10 (`benchmarks/train.py`, 3,000 steps each, the article's line masks, plain MSE):
# with and without skips, wider and narrower, with codes of 4, 16 and 64 channels at 2×2.

# %%
EXPLORER = {
    (True, 4, 64): "explorer_unet_4",
    (True, 2, 32): "explorer_unet_2",
    (False, 4, 64): "explorer_autoencoder_4_code_64",
    (False, 4, 16): "explorer_autoencoder_4_code_16",
    (False, 4, 4): "explorer_autoencoder_4_code_4",
    (False, 2, 4): "explorer_autoencoder_2_code_4",
}
guesses, scores = {}, {}
for (skips, width, code), name in EXPLORER.items():
    small = models.load_pretrained(name)
    guesses[skips, width, code] = models.predict(small, patches, holes)
    scores[skips, width, code] = split_error(guesses[skips, width, code])
    scores[skips, width, code]["weights"] = small.count_params()

# %% [markdown]
# **Predict.** Without skips, the code grows from 4 · 4 = 16 numbers to 256. Which of the two errors gains more from
# it, and which from switching the skips on?

# %%
import ipywidgets


def network_at_work(skips, code, width):
    key = min(EXPLORER, key=lambda k: (k[0] != skips, k[1] != width, abs(k[2] - code)))
    score = scores[key]
    kind = "U-Net, skips" if key[0] else f"no skips, code of {4 * key[2]} numbers"
    raw = np.clip(guesses[key], 0, 1)
    return plots.figure(
        [damaged[SHOWN], raw[SHOWN], masks.composite(patches, raw, holes)[SHOWN], patches[SHOWN]],
        titles=[
            f"{kind}\nwidth {key[1]}, {score['weights']:,} weights",
            f"raw: known {score['known pixels']:.1f} dB",
            f"composited: holes {score['holes']:.1f} dB",
            "truth",
        ],
    )


widgets.explore(
    network_at_work,
    skips=False,
    code=ipywidgets.SelectionSlider(options=[4, 16, 64], value=4, description="code channels"),
    width=ipywidgets.SelectionSlider(options=[2, 4], value=4, description="width"),
    alt="A damaged picture, the raw prediction of the chosen network, its composite and the truth; "
    "without skips the raw prediction is a blur.",
    caption="Without skips the raw prediction is a blur; with them, known pixels come through.",
)

# %% [markdown]
# Tick *skips* and compare the second panels. The numbers in the titles are over all our test pictures, not over the one shown. With skips the code has one size,
# 16 times the width; without skips, width 2 was trained with the smallest code only. All six at once:

# %%
split = pd.DataFrame(
    {EXPLORER[key].removeprefix("explorer_"): value for key, value in scores.items()}
).T
split.drop(columns="whole picture, raw").astype({"weights": int}).round(1)

# %%
assert scores[True, 4, 64]["known pixels"] > scores[False, 4, 64]["known pixels"] + 5

# %% [markdown]
# **Read.** At width 4 skips lift the known pixels by 7 dB, and the holes by 4: what is known near a hole helps to fill it. (At width 2 the U-Net copies poorly,
# perhaps because two channels at full resolution are fewer than three colours.) Without skips known pixels come back no better than the holes: all that passes is a blurred
# picture, damaged or not. And the code? Sixteen times more room in it changes next to nothing. Is a picture of so few numbers always that bad? The
# best *linear* code of a set of pictures can be computed: project them on the first principal components of the set (PCA).


# %%
def linear_code(pictures, size):
    """Mean and the first ``size`` principal components of pictures, one a row."""
    rows = pictures.reshape(len(pictures), -1)
    mean = rows.mean(0)
    _, _, directions = np.linalg.svd(rows - mean, full_matrices=False)
    return mean, directions[:size]


learned_from = data.load("photos").train[::4] / np.float32(255)
mean, directions = linear_code(learned_from, 256)
rows = patches.reshape(len(patches), -1) - mean
for size in (16, 64, 256):
    painted = rows @ directions[:size].T @ directions[:size] + mean
    psnr = metrics.psnr(patches, np.clip(painted, 0, 1).reshape(patches.shape))
    print(f"best linear code of {size:3} numbers: {psnr:.1f} dB")

# %% [markdown]
# **Read.** Even 16 numbers chosen by linear algebra tell more of a picture than the small network gets across with 256. (The
# linear code has it easier: it sees the pictures undamaged, and it was found on other photographs of the same set, while the networks
# learned on CIFAR-10.) But on CIFAR-10 too the size of the code changes little: 15.95, 16.14 and 16.13 dB in the holes (`benchmarks/RESULTS.md`, *Shipped
# networks*). So the size of the code is hardly what limits these networks after 3,000 steps; more likely it is what a narrow ladder has learned to do with it. A
# bottleneck bounds what can pass; it does not promise that so much passes.
#
# One row is a failure that we kept. The narrow network without skips paints the same grey for every picture. The last layers
# of its decoder died early in the training: a ReLU that outputs 0 for every input has no gradient either, so it seldom comes
# back, and here no skip leads around it. Its score stayed where it was from the first check, after 150 steps, to the last; more width did help, in the rows above.
#
# ## Does it know where the holes are?
#
# Nobody told the network which pixels are missing. It sees black there, and must recognise black as damage.
#
# **Predict.** We paint the same holes grey instead of black. A human would fill them just the same. The network?

# %%
shipped = models.load_pretrained("vanilla_unet")


def psnr_with_holes_painted(colour):
    painted = masks.damage(patches, holes, fill=colour)
    answer = np.clip(shipped.predict(painted, verbose=0), 0, 1)
    return metrics.psnr(patches, answer, holes)


for colour in (0.0, 0.1, 0.5, 1.0):
    print(f"holes painted {colour:.1f}: {psnr_with_holes_painted(colour):5.1f} dB in the holes")
assert psnr_with_holes_painted(0.5) < psnr_with_holes_painted(0.0) - 3

# %% [markdown]
# **Read.** With grey in the holes the network is little better than the grey itself (9.9 dB, the row `grey` of the last table below), and a very dark grey, 0.1,
# already misleads it: it repairs "black", not "missing". And where a picture has true black in thin lines, it has no way to know that nothing is missing. A classical method
# gets the mask and cannot make this mistake. Lesson 11 builds a layer that cannot make it either.
#
# ## How long does it learn?
#
# The shipped `vanilla_unet` (width 16) and `autoencoder` (the same without skips) learned from CIFAR-10 on two
# processor cores; each network's recipe comes with it.

# %%
made = models.recipe("vanilla_unet")
for key in ("network", "arguments", "masks", "hole_weight", "steps", "batch_size", "seed"):
    print(f"{key:12} {made[key]}")

# %% [markdown]
# A `hole_weight` of 6 means that a hole pixel counts six times in the squared error (`losses.HoleWeighted`): the network
# is to spend its effort on guessing. `mixed` masks are half lines, the rest squares, brush strokes and scattered
# pixels, so that lesson 13 can ask more of it than lines.

# %%
from matplotlib.figure import Figure

curves = Figure(figsize=(7, 3.2), layout="constrained")
axes = curves.subplots()
for name in ("vanilla_unet", "autoencoder"):
    made = models.recipe(name)
    axes.plot(made["steps_at_check"], made["val_psnr_hole"], marker=".", label=name)
axes.set(
    title="Hole PSNR of two networks while they learn",
    xlabel="training steps of 64 pictures",
    ylabel="raw PSNR in holes (dB)",
)
axes.legend()
plots.show(
    curves,
    alt="Two rising curves of hole PSNR against training steps, the one with skips far above.",
    caption="CIFAR-10 validation pictures, mixed masks. Both gain most in the first steps.",
)

# %% [markdown]
# **Read.** `vanilla_unet` gains 1.1 dB from step 400 to step 1,200, and 0.9 dB in the 6,800 steps after that (`benchmarks/RESULTS.md`, *Hole PSNR
# against training steps*). The learning rate falls along half a cosine to nearly nothing, so a flat end is no proof that a network has learned all it can.
#
# ## The honest table
#
# All on the same pictures, with the same masks, composited. Three networks against two methods of lesson 02 and the simplest fills; the networks
# shipped with the course come from CIFAR-10 and have never seen a picture of this data set.

# %%
networks = {
    "trained here": network,
    "vanilla_unet": shipped,
    "autoencoder": models.load_pretrained("autoencoder"),
}
table = evaluation.leaderboard(networks, patches, {"lines": holes}).set_index("method")
table[["psnr_hole", "psnr_image", "raw_psnr_image", "milliseconds"]].round(2)

# %%
plots.show(
    plots.bars(
        table.reset_index(), value="psnr_hole", title="Line masks", unit="PSNR in holes (dB)"
    ),
    alt="Bars of hole PSNR: biharmonic and Navier-Stokes at the top, the networks below them.",
    caption="The two classical methods lead on thin lines; the largest network follows.",
)
assert table.psnr_hole["vanilla_unet"] > table.psnr_hole["mean"] + 2
assert table.psnr_hole["vanilla_unet"] > table.psnr_hole["autoencoder"]

# %% [markdown]
# **Read.** Trained on photos in the `quick` profile, your network is just above the flat mean, and `vanilla_unet`, after 8,000 steps, is behind two
# methods that learn nothing. They know where the holes are, and for them a thin line is an interpolation between
# known neighbours. The autoencoder is even below the flat mean.
#
# On pictures of the kind that it learned from, the order changes. On 1,000 pictures of CIFAR-10 that it has not seen `vanilla_unet`
# reaches 21.1 dB in the holes, past Navier–Stokes with 20.4 and still behind biharmonic with 21.5; the autoencoder reaches 16.6, above the
# flat mean's 13.3 and far behind the others (`benchmarks/RESULTS.md`, *Shipped networks*).
# The article's network was never put beside any of them.
#
# This is the baseline. What would have to change? Tell the network where the holes are; let it compute with known
# pixels alone; spend the loss where it matters; start from a classical fill. Lessons 10 to 13 do these one by one.
#
# ## Questions
#
# **1.** A network without skips blurs the known pixels; after compositing they are exact. Which of the two errors on known pixels
# tells how well it inpaints?
#
# 1. The raw one.
# 2. The composited one.
# 3. Neither: known pixels are given, and only the holes are guessed.
#
# <details><summary>Answer</summary>
#
# **3.** Compositing makes known pixels right by definition, so 2 measures nothing. 1 measures copying through a code, a
# question about compression.
# </details>
#
# **2.** Two papers report PSNR of the whole picture on the same masks: one raw, one composited. The second is 6 dB higher.
# What follows?
#
# 1. The second method is better.
# 2. Nothing, until both are composited and measured in the holes.
# 3. The first method is better, because it does not cheat.
#
# <details><summary>Answer</summary>
#
# **2.** Most of a raw error lies on known pixels, so 6 dB can come from compositing alone. 1 and 3 both read a
# difference of bookkeeping as one of method.
# </details>
#
# **3.** An autoencoder without skips has been trained until its code is what limits it. You widen the code until it holds as many numbers as
# the picture, and train again. What do you expect?
#
# 1. Known pixels are copied better; guesses in holes gain much less.
# 2. Both gain equally.
# 3. The network can no longer learn.
#
# <details><summary>Answer</summary>
#
# **1.** Room in the code lets more of the input through, and what is hidden is not in the input. (Our small networks had not come so far: for them
# a wider code changed nothing.) 2: however wide the way, what is hidden cannot pass it. 3: capacity makes memorising possible, it does not forbid learning.
# </details>
#
# ## Key points
#
# * An autoencoder is $r = g(h)$, $h = f(x)$; inpainting regularises it by asking for what is missing.
# * Skips make copying easy, not perfect; without skips our small networks blurred known pixels as much as holes.
# * Composite first, then compare, and measure in the holes.
# * A vanilla network is not told where the holes are; it learns the colour of the damage.
# * On thin lines the vanilla network does not reach biharmonic interpolation, on its own kind of pictures or on others.
#
# {{exercise}}
#
# {{next}}
#
# ## References
#
# * Goodfellow, Bengio, Courville: [Deep Learning](https://www.deeplearningbook.org/contents/autoencoders.html),
#   2016, chapter 14.
# * Vincent et al.: [Extracting and composing robust features with denoising
#   autoencoders](https://doi.org/10.1145/1390156.1390294), ICML 2008.
# * Ronneberger, Fischer, Brox: [U-Net: Convolutional Networks for Biomedical Image
#   Segmentation](https://arxiv.org/abs/1505.04597), MICCAI 2015.
# * Pathak et al.: [Context Encoders: Feature Learning by Inpainting](https://arxiv.org/abs/1604.07379), CVPR 2016.
