# ---
# jupyter:
#   accelerator: GPU
# ---

# %% [markdown]
# # The partial-convolution U-Net on a GPU
#
# {{badge}}
#
# Lesson 11 built a layer that reads known pixels only. Here it gets a whole U-Net, and a rival. Then we take the course's best network apart to
# learn why it is best.
#
# **You need** lessons 08 and [11](11_partial_convolution.ipynb). No account; a GPU is used if there is one. About 30 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## What did the article compare?
#
# The article trains a plain U-Net of 7,760,931 weights and a partial-convolution network of 859,863. They differ in size, in their last layers, in
# what stands in the holes, *and* in the convolution. Whichever is better, nobody can say why. **A comparison changes one thing.**
#
# So we take lesson 08's U-Net and make its convolutions partial. Every wire is now double: features, and their *validity*, which says what has been seen.

# %%
from course_lib import masks, plots

square = masks.squares(1, 32, side=16)[0]
plots.show(
    plots.two_wires(square),
    alt="A U-Net with two wires: the square hole shrinks, and after the third level it is gone.",
    caption="White: valid. Orange wire: what two partial convolutions a level leave of the hole.",
)

# %% [markdown]
# **Read.** From the third level on, nothing of the hole is left. *Pooling*: four places become one, valid if any of them was. *Up*: one place
# becomes four, and each inherits its validity. *Skip*: the hole is still open in the skip and closed in what comes from below, so each keeps its
# own validity.


# %%
import keras

from course_lib.layers import PartialConv2D


def twice(state, filters):
    for _ in range(2):
        state = PartialConv2D(filters, 3, activation="relu")(state)
    return state


def partial_unet(width, levels=4):
    state = inputs = [keras.Input((None, None, 3)), keras.Input((None, None, 1))]
    skips = []
    for level in range(levels):
        state = twice(state, width * 2**level)
        skips.append(state)
        state = [keras.layers.MaxPooling2D()(wire) for wire in state]
    state = twice(state, width * 2**levels)
    for level in reversed(range(levels)):
        filters = width * 2**level
        up = keras.layers.Conv2DTranspose(filters, 2, strides=2)(state[0])
        valid_up = keras.layers.UpSampling2D()(state[1])
        skip, valid_skip = skips[level]
        state = twice([[up, skip], [valid_up, valid_skip]], filters)
    features, _ = PartialConv2D(3, 3)(state)
    return keras.Model(inputs, keras.layers.Activation("sigmoid")(features))


# %% [markdown]
# **Predict.** How many more weights than the plain U-Net does this network have, now that it carries a mask through?

# %% tags=["nbval-check-output"]
from course_lib import models

for width in (16, 32):
    plain, partial = models.vanilla_unet(width), partial_unet(width)
    print(f"width {width}: plain {plain.count_params():,}, partial {partial.count_params():,}")

# %% [markdown]
# **Read.** None: counting validity takes no weights. The library's `models.partial_conv_unet` is the same network.
#
# ## Where the hole closes
#
# **Predict.** A hole takes half of the picture: after which level is it gone? And 90 % of the pixels, at random?

# %%
import numpy as np
import pandas as pd


def still_open(holes):
    levels = zip(*(plots.validities(hole)[0] for hole in holes), strict=True)
    return [f"{np.mean(~np.array(level)):.2%}" for level in levels]


# %%
from course_lib import evaluation

LEVELS = ("level 1", "level 2", "level 3", "level 4", "bottleneck")
sets = evaluation.frozen_masks(runtime.share(100))
pd.DataFrame({name: still_open(holes) for name, holes in sets.items()}, index=LEVELS).T

# %% [markdown]
# **Read.** These are mean shares of places still open. Holes of half the picture are gone after the third level, 90 % at random after the second.
# So partial convolutions matter on the first two levels. In the square of 16, on our patches, the shipped network has 19.3 dB. With plain convolutions,
# same weights, from the third level down it has 19.5; with the first level plain it has 8.2, with the second 14.8.
#
# ## A rival that is told the mask
#
# A *plain* U-Net can be told where the holes are, by an extra input channel.
#
# | | `vanilla_unet` | `vanilla_unet_masked` | `partial_conv_unet` |
# |---|---|---|---|
# | knows where the holes are | no | yes, as an input | yes, in every window |
# | reads | what stands in the holes, black | the same | known pixels only |
#
# **Predict** the order after the same 8,000 steps on CIFAR-10, and the gap from first to last.

# %%
TRIO = ("vanilla_unet", "vanilla_unet_masked", "partial_conv_unet")
recipes = pd.DataFrame({name: models.recipe(name) for name in (*TRIO, "best")})
told = recipes.loc[["network", "arguments", "parameters", "masks", "steps", "seed", "precision"]]
told.fillna("float32")

# %%
looks = {name: (recipes[name]["steps_at_check"], recipes[name]["val_psnr_hole"]) for name in TRIO}
plots.show(
    plots.curves(looks, title="CIFAR-10, validation", xlabel="steps", ylabel="PSNR in holes (dB)"),
    alt="Three rising curves: two start well above the third, and all three end near each other.",
    caption="Recorded while the three were trained.",
)

# %% [markdown]
# **Read.** After 400 steps the two that know the mask are 0.6 and 0.7 dB ahead, after 8,000 a tenth of a decibel. Nothing separates those two, even
# in a second training ([results](../benchmarks/RESULTS.md), *Three convolutions, two seeds*).
#
# And `best`? Its column says: another network altogether, half as large, trained longer. On the leaderboard below it is far ahead. Before asking
# why, we train one of the trio.
#
# ## Train it, on a GPU if you have one
#
# 1. `runtime.setup()` found it if the second line it printed says `gpu`. Lessons then train longer, on CIFAR-10.
# 2. Build and compile inside `training.all_devices()`. With several GPUs each takes a share of every batch, and all take the same step.
# 3. Inside `training.precision("mixed_float16")` a GPU computes faster, in 16 bits; weights and loss keep 32.
# 4. Keep the batch of 64. A batch of 64 for *each* GPU would be a different training.

# %%
from course_lib import data, losses, training

pictures = data.load(run.data, subset=run.count(4_096, full=45_000))
bank = masks.random_lines(2_000, 32, seed=1)
options = {"batch_size": 64, "seed": 0, "valid": True}
train = training.pairs(pictures.train, bank, **options).with_holes()
validation = training.pairs(pictures.validation[:256], bank, frozen=True, **options).with_holes()

# %%
keras.utils.set_random_seed(0)
numbers = "mixed_float16" if run.device == "gpu" else "float32"
with training.all_devices(), training.precision(numbers):
    network = models.partial_conv_unet(run.count(4, full=16))
    network.compile(
        keras.optimizers.Adam(2e-3),
        loss=losses.HoleWeighted("mse", weight=6.0),
        weighted_metrics=[losses.HolePSNR()],
    )

# %%
history = training.fit(network, train, validation, epochs=run.count(6, full=30), seed=0).history
print(f"{network.count_params():,} weights, {len(train)} steps an epoch")
print("hole PSNR, epoch by epoch:", " ".join(f"{one:.1f}" for one in history["val_psnr_hole"]))

# %% [markdown]
# **Read.** On one processor the seed fixes your numbers. Those recorded here come from 384 steps of a small network; the shipped one had 8,000.
#
# ## Start from a fill
#
# The trio paints every hole from nothing. `best` starts from a first guess:
#
# 1. `layers.PyramidFill` fills the holes crudely: halve the picture four times, each coarse pixel the mean of the known ones that it covers,
#    and smooth on the way up.
# 2. A network sees the fill and says what to *add*. Its last layer starts at 0.
# 3. The sum is taken in the holes only; known pixels stay as they were.
#
# **Predict** the untrained network's score, compared with the flat mean's.

# %%
patches, lines = evaluation.frozen_patches()
best = models.load_pretrained("best")
fill = keras.Model(best.inputs, best.get_layer("fill").output)
steps = {"untrained": models.residual_unet(8), "fill alone": fill, "trained: best": best}
board = evaluation.leaderboard(steps, patches, {"lines": lines, "square of 16": square})
board.pivot(index="method", columns="masks", values="psnr_hole").loc[["mean", *steps]].round(2)

# %%
eight = masks.squares(1, 32, side=8)[0]
filled, mended = (models.inpaint(one, patches, eight) for one in (fill, best))
added = np.clip(0.5 + 2 * (mended - filled), 0, 1)
plots.show(
    [each[1] for each in (filled, added, mended, patches)],
    titles=["fill", "correction, doubled", "result", "truth"],
    alt="The smooth fill of a square hole, the correction on grey, their sum and the truth.",
    caption="Grey: nothing added. The result is the fill plus the correction.",
)

# %% [markdown]
# **Read.** Untrained, the network *is* the fill. On lines the fill alone is 7.5 dB above the flat mean, and training adds 2.0 dB more; in the
# square the two are 2.6 and nearly 1.5. In the figure a bright line runs into the hole, and the correction faintly continues it.
#
# ## `best` taken apart
#
# `best` differs from the trio in several things at once. Ten small networks of nearly the same size tell them apart, with the same pictures, masks,
# loss and 1,500 steps. Each of four parts is added *alone* to a plain U-Net, and removed alone from the full network.
#
# | Part | On | Off |
# |---|---|---|
# | `fill` | sees a fill and adds to it | sees black holes, adds to grey |
# | `composite` | adds in the holes only; the loss sees the composite | draws known pixels as well |
# | `residual` | blocks $x + f(x)$ on 2 × 2 pixels | two plain convolutions a level |
# | `falling_rate` | the learning rate falls to 1 % | it stays |
#
# **Predict.** Which part is worth most? And do the four add up?

# %%
from course_lib import widgets

widgets.parts(patch=1)

# %%
plots.show(
    plots.worths({name: evaluation.parts_worth(name) for name in ("lines", "square_16")}),
    alt="On lines the fill is far to the right of three other parts; in the square all hold 0.",
    caption="1,000 held-out pictures; 95 % intervals, seeds' share from two pairs of trainings.",
)

# %% [markdown]
# **Read.** Under lines the fill is worth 1.3 dB alone and 1.4 in the full network; without it the other three together bring 0.2. The four do not
# add up: `composite` costs 0.2 alone and brings 0.2 in the full network. In the square nothing is clear of 0. At two million weights it is the
# same: after equal minutes, the network that paints from black is 2 dB behind under lines and 0.2 in the square
# ([results](../benchmarks/RESULTS.md), *One part at a time*). So under lines `best` wins above all because it *starts from a fill*.
#
# ## The article's run, with its fault and without
#
# The article's layer uses lesson 11's formula II: channels forgotten, bias in blind windows. Here is the article's network, published and repaired,
# from the same first weights, with the same batches ([results](../benchmarks/RESULTS.md), *The article's run, and repaired*).
#
# | 1,000 held-out pictures of CIFAR-10 | published | repaired |
# |---|---|---|
# | raw mean absolute error after 250 steps | 0.1335 | 0.0555 |
# | after 1,000 | 0.0989 | 0.0364 |
# | then in the holes, composited (dB) | 16.76 | 19.95 |
#
# Nothing but the layer's arithmetic differs, so the cause is one of its two faults, or both.
#
# ## The leaderboard

# %%
rivals = {"trained here": network, **{name: models.load_pretrained(name) for name in TRIO}}
plots.show(
    plots.standings(evaluation.standings(**rivals, best=best)),
    alt="Bars of PSNR in holes: best leads, then come seven methods of earlier lessons, then the "
    "trio, with telea among them; trained here is near the bottom.",
    caption="100 patches of a photograph with line masks; the new rows are hatched.",
)

# %% [markdown]
# **Read.** `best` is ahead of every solver. `trained here`, after the recorded 384 steps, is behind the flat mean. The trio is behind
# `navier_stokes` on this photograph; on held-out pictures of CIFAR-10, like those it learned from, it is ahead by 0.7 dB or more
# ([results](../benchmarks/RESULTS.md), *Shipped networks*).

# %% [markdown]
# ## Questions
#
# **1.** A partial-convolution network of 0.9 million weights loses to a plain one of 7.8 million. What follows for partial convolutions?
#
# 1. They are worse.
# 2. They are better, for their size.
# 3. Nothing.
#
# <details><summary>Answer</summary>
#
# **3.** Size, hole fill, last layers and convolution all differ. 1 and 2 look at one or two of them.
# </details>
#
# **2.** Under lines, adding `composite` alone costs 0.2 dB; removing it from the full network costs 0.2 too. What follows?
#
# 1. One of the two is a mistake.
# 2. What it is worth depends on the other parts.
# 3. It is worth nothing, on average.
#
# <details><summary>Answer</summary>
#
# **2.** Both intervals are clear of 0. 1 mistakes a worth for a property of the part. 3 adds up the answers to two questions.
# </details>
#
# **3.** You double the number of GPUs and keep 64 pictures for *each*. Is it the same training, only faster?
#
# 1. Yes: the gradients are averaged.
# 2. No: the batch is 128 now, and there are half as many steps in an epoch.
#
# <details><summary>Answer</summary>
#
# **2.** The same training shares one batch of 64. As 1 says, gradients are averaged, but over twice as many pictures.
# </details>

# %% [markdown]
# ## Key points
#
# * A comparison changes one thing. Count the weights first.
# * A partial convolution matters where holes are open: here on the first two levels.
# * Of the parts of `best` the fill is worth most under line masks. What a part is worth depends on the others.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# Eight of the ten small networks were trained once. The other two, trained twice, show a seed's effect: 0.04 dB under lines.
#
# The paper trains with a sum of five terms; exercise 12 writes the last. `best` was trained with Muon, an optimizer, worth 0.2 dB in the mean of
# six sets (*One part at a time*).
#
# Both runs of the article's network minimise the mean absolute error of the raw prediction, as its notebooks do. CIFAR-10 has no licence; no picture of it is stored here.
#
# </details>
#
# ## References
#
# * Liu et al.: [Image Inpainting for Irregular Holes Using Partial Convolutions](https://arxiv.org/abs/1804.07723), ECCV 2018.
# * Ronneberger, Fischer, Brox: [U-Net: Convolutional Networks for Biomedical Image Segmentation](https://arxiv.org/abs/1505.04597), MICCAI 2015.
# * Lim et al.: [Enhanced Deep Residual Networks for Single Image Super-Resolution](https://arxiv.org/abs/1707.02921), CVPR Workshops 2017.
# * Gortler et al.: [The Lumigraph](https://doi.org/10.1145/237170.237200), SIGGRAPH 1996, section 3.4: fill by pulling and pushing.
