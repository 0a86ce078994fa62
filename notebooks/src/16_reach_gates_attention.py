# ---
# jupyter:
#   accelerator: GPU
# ---

# %% [markdown]
# # Reach, gates and attention
#
# {{badge}}
#
# After partial convolutions came networks that *learn* which pixels to trust, and layers that see the whole picture at
# once. This lesson takes three of their ideas apart: the gate, the Fourier convolution and contextual attention. Each stands in a
# small network or alone, and is measured.
#
# **You need** lessons 05, 06, 08, [11](11_partial_convolution.ipynb) and [12](12_partial_unet.ipynb). No network, no GPU, no
# training. About 30 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## A mask update, written as a gate
#
# A partial convolution counts the known pixels of its window, and does two things with the count: the new validity is 1 if there
# is any, and the sum is scaled up for those that are missing. A *gated convolution* (Yu et al. 2019) has no count. It has a second convolution, and
# its sigmoid says how much of the first is let through:
#
# $$x' = \varphi(W_f X + b_f) \cdot \sigma(W_g X + b_g).$$
#
# The validity is one more channel of $X$. We set the weights by hand: $W_f$ takes the mean of the picture's channel, $W_g$ gives each known pixel
# 60, and $b_g = -30$. The picture is 1 wherever it is known.
#
# **Predict.** One known pixel in the window: what is the gate? And what comes out, beside a partial convolution with the same mean?

# %%
import numpy as np
import pandas as pd

from course_lib.layers import GatedConv2D, PartialConv2D

gated, counted = GatedConv2D(1, 3, activation=None), PartialConv2D(1, 3)
kernel = np.zeros((3, 3, 2, 2))  # rows, columns, (picture, validity), (feature, gate)
kernel[:, :, 0, 0], kernel[:, :, 1, 1] = 1 / 9, 60
gated.build((1, 3, 3, 2))
gated.set_weights([kernel, np.array([0, -30])])
counted.build([(1, 3, 3, 1), (1, 3, 3, 1)])
counted.set_weights([np.full((3, 3, 1, 1), 1 / 9), np.zeros(1)])

# %% tags=["nbval-check-output"]
rows = []
for known in (0, 1, 3, 6, 9):
    valid = (np.arange(9) < known).reshape(1, 3, 3, 1).astype("float32")
    seen = np.concatenate([valid, valid], axis=-1)  # the picture is 1 where it is known
    output, new_valid = counted([valid, valid])
    four = (new_valid, gated.gate(seen), output, gated(seen))
    rows.append([known, *(round(float(one[0, 1, 1, 0]), 3) for one in four)])
columns = ["known", "new validity", "gate", "partial", "gated"]
pd.DataFrame(rows, columns=columns).set_index("known")

# %% [markdown]
# **Read.** The gate *is* the mask update. But it opens to 1, and never to 9: what comes out is the partial convolution's answer
# times $n/9$. With these weights a gated convolution has one half of the partial one, and not the other.
#
# ## What training makes of it
#
# Does a trained one become that update? The course carries one small U-Net of two levels four times, with the same pictures, masks, loss and 5,000 steps:
# *plain*, with validity as a channel; *partial*; *gated*; and *Fourier*, which comes below. We show them 100 patches, each with a square hole
# somewhere, and look inside.
#
# **Predict.** In the hole, will the gates open or close?

# %%
from course_lib import evaluation, masks, metrics, models, plots

patches, _ = evaluation.frozen_patches()
holes = masks.squares(len(patches), 32, side=16, seed=1)
holes[8] = masks.squares(1, 32, side=16)[0]  # of the patch that is drawn: all inside
NETWORKS = {kind: f"reach_{kind}" for kind in ("plain", "partial", "gated", "fourier")}
trained = {kind: models.load_pretrained(name) for kind, name in NETWORKS.items()}
gates = models.gates(trained["gated"], patches, holes)
validities = models.validities(trained["partial"], patches, holes)

# %%
SHOWN = ("encoder_1_conv_2", "encoder_2_conv_2", "bottleneck_conv_2", "decoder_1_conv_2")
plots.show(
    plots.gates_beside_validity(gates, validities, 8, layers=SHOWN),
    alt="Four layers, down and up again. The validity's black square shrinks and is gone; beside "
    "it two gates that close in the hole and two that open there; at the bottom faintly.",
    caption="Validity, the two gates that close most in holes, the two that open most.",
)

# %% [markdown]
# **Read.** Each channel has a gate of its own. Some close in the hole, as validity does; others open *there*.
#
# How well does a map tell a known place from one in the hole? We draw one place of each kind. If the known one's value is always
# higher (or always lower), the map scores 1; at 0.5 it tells nothing. Of each layer we take the channel that tells most on one half of the patches, and score it on the other.
#
# **Predict.** At the bottom one window sees the whole hole. What has forgotten it there: validity, the partial network's features, the plain network's, the gates?

# %%
maps = {"validity": validities, "gates": gates}
for kind in ("partial", "plain"):
    maps[f"{kind}'s features"] = models.features(trained[kind], patches, holes, gates)
evaluation.memory_of_holes(maps, holes).dropna().round(2)

# %% [markdown]
# **Read.** Validity has forgotten it, 0.50, and never learns of it again. At the very bottom the others have nearly, too, and on the way up, where the skips come in, they know it again: the gates best, 0.94 to 1.00, but
# features without any gate nearly as well. So what a gate learns is not one validity that fades, but channels that are masks, of either sign.
#
# ## What is given up
#
# And the renormalisation? We give the first layers a picture that is one grey, with any share of its pixels missing, and sort the windows
# by how many pixels they know. **Predict.** How strong is the answer to a window with one known pixel, beside one with nine?

# %%
strength = {
    kind: (range(1, 10), models.strength_by_known(trained[kind]))
    for kind in ("partial", "gated", "plain")
}
title, xlabel = "The trained first layers, on one grey", "known pixels of the window's nine"
plots.show(
    plots.curves(strength, title=title, xlabel=xlabel, ylabel="answer, of that to nine"),
    alt="Over one to nine known pixels partial falls from 1.6 to 1; gated and plain rise from 0.2.",
    caption="Means over all channels and windows of 100 masks.",
)

# %% [markdown]
# **Read.** To one known pixel the gated layer answers a fifth as strongly as to nine, like the plain one: its gates have not learned to scale up. Only the partial layer
# keeps the strength, and overdoes it: nine times one pixel's weight stands for a sum of nine, too high as often as too low, and ReLU keeps what is too high. Which
# serves a network better, only its scores tell.
#
# ## What a place can reach
#
# A place can only use what it sees. Its *reach* can be measured on any network: take the gradient of one output in all
# pixels of the input. Where it is 0, nothing can be seen.
#
# Move the depth of a stack of 3 × 3 convolutions, and its *dilation*, the distance between the nine pixels of a window.
# **Predict.** Three layers: which entry of the menu spans most pixels without a gap?

# %%
from course_lib import widgets

widgets.reach()

# %% [markdown]
# **Read.** With dilation 1 each layer adds one pixel to each side. With 2 in all layers it adds two, but only every second row and column is
# seen: *gridding*. Three layers of 1, 2, 4 span 15 × 15 pixels without a gap; so does halving after every layer.
#
# *Fourier convolution* (Chi, Jiang and Mu 2020; LaMa 2022) takes the picture's discrete Fourier transform and convolves that, 1 × 1. Every frequency is a sum
# over all pixels, and a ReLU on the spectrum decides on that sum: so one layer's reach is the whole picture, whatever its size. In our fourth network half of the filters at the bottom are
# of that kind. Here are the networks on 20 patches of 96 × 96, for an output in the middle of a hole of 16 × 16.
#
# **Predict.** Which share of the picture can the plain one see? Outside of what it sees we put another picture, and then inside: which moves the Fourier network's
# middle more?

# %%
from course_lib import scenes

large = scenes.places("coffee", 20, size=96, hole=16, seed=1)
reaches = {
    kind: models.reach(network, large.images, large.masks).mean(axis=0)
    for kind, network in trained.items()
}
for kind, seen in reaches.items():
    print(f"{kind:8} sees {(seen > 0).mean():4.0%}")

square, other = (reaches["plain"] > 0)[..., None], large.images[::-1]


def middle(images):
    return models.inpaint(trained["fourier"], images, large.masks)[:, 48, 48]


for place, inside in (("around", large.images), ("in", other)):
    outside = other if place == "around" else large.images
    moved = np.abs(middle(np.where(square, inside, outside)) - middle(large.images)).mean()
    print(f"another picture {place} the square: fourier's middle moves by {moved:.3f}")

# %%
plots.show(
    plots.reaches(reaches),
    alt="Four maps: three squares in the middle of white; the Fourier network's map covers all.",
    caption="Gradient of one output in the middle of a hole; yellow: a ten-thousandth of the "
    "highest, or less; white: cannot be seen.",
)

# %% [markdown]
# **Read.** Three see a square in the middle, about a fifth of this picture; nor does the partial one see the hole itself. The
# Fourier network sees everything. But seeing is not using: what lies outside of plain's square moves its answer far less than what lies inside. No picture
# of its training was larger than that square.
#
# ## Which fills better?
#
# We take thin lines on the held-out pictures of CIFAR-10, and squares of five sizes on the 100 patches, all cut from one photograph. From the middle of the hole all four see
# these 32 × 32 pixels whole.
#
# **Predict** the order of the four on lines, in small squares and in large ones.

# %%
names = {**NETWORKS, "gated, width 9": "reach_gated_9"}
recipes = [models.recipe(name) for name in names.values()]
table = {
    "weights": [made["parameters"] for made in recipes],
    "CIFAR-10, lines": [made["psnr_hole_held_out_lines"] for made in recipes],
}
networks = [models.load_pretrained(name) for name in names.values()]
for side in (4, 8, 12, 16, 20):
    squares = np.repeat(masks.squares(1, 32, side=side), len(patches), axis=0)
    filled = [models.inpaint(network, patches, squares) for network in networks]
    scored = [zip(patches, one, squares, strict=True) for one in filled]
    table[f"square of {side}"] = [np.mean([metrics.psnr(*each) for each in one]) for one in scored]
pd.DataFrame(table, index=list(names)).round(2)

# %% [markdown]
# **Read.** In squares of 4 the partial network leads by 2 dB, from 12 on the Fourier network, and the more the larger, with the fewest weights. The gated one has twice plain's weights and is ahead of it in squares from 8 on; with equal weights
# it is last everywhere. On CIFAR-10 Fourier is ahead of plain in all eleven sets of masks, by 0.04 to 0.32 dB, and gated behind by 0.05 to 0.37 ([results](../benchmarks/RESULTS.md), *Lesson 16*).
# 5,000 steps from one seed are no verdict: gates and Fourier convolutions made their name in large networks, trained with an adversary.
#
# ## Looking elsewhere: attention
#
# Lesson 05's `exemplar` searched the picture for a patch to copy. *Contextual attention* (Yu et al. 2018) makes a layer of that search: each place compares
# its patch with all known ones, and takes a mean of them with the weights $\mathrm{softmax}(\lambda \cos)$. Nothing is learned in it. But it must begin
# with a guess in the hole; the paper takes a coarse network's, we take `harmonic`.
# Of 40 places on a brick wall we keep apart those with a joint around the hole. And we ask a second time, with attention's own answer for a guess.
#
# **Predict.** Where is attention ahead of its guess: at a joint, on plain brick, on gravel?

# %%
from course_lib import classical
from course_lib.layers import ContextualAttention

look = ContextualAttention(size=9, sharpness=50)  # the λ


def prepared(guess, mask):
    mean = guess[~mask].mean(axis=0)  # cosines tell little between colours that are all positive
    return [np.float32(guess - mean)[None], np.float32(~mask)[None, ..., None]], mean


def attention(image, mask, guess=classical.harmonic):
    given, mean = prepared(guess(image, mask), mask)
    return np.clip(np.array(look(given))[0] + mean, 0, 1)


# %%
from scipy import ndimage

rivals = {"harmonic": classical.harmonic, "attention": attention}
rivals["attention, again"] = lambda image, mask: attention(image, mask, guess=attention)
rivals["exemplar"] = classical.exemplar
wall = scenes.places("brick", 40, size=48, hole=12, seed=2026)
around = [ndimage.binary_dilation(mask, np.ones((9, 9))) & ~mask for mask in wall.masks]
pairs = zip(wall.images, around, strict=True)
varied = np.array([image[ring].std() > 0.06 for image, ring in pairs])
places = {"joint": wall[varied], "plain brick": wall[~varied]}
places["gravel"] = scenes.places("gravel", 20, size=48, hole=12, seed=2026)
pd.concat({name: evaluation.compare(rivals, one) for name, one in places.items()}).round(1)

# %%
image, mask = places["joint"].images[22], places["joint"].masks[22]
given, _ = prepared(classical.harmonic(image, mask), mask)
weights = np.array(look.weights_of(*given))[0]  # (all places, all places)
looked_at = np.stack(np.unravel_index(weights.argmax(axis=1), mask.shape), axis=-1)
plots.show(
    plots.looks(image, mask, looked_at.reshape(*mask.shape, 2), title="most looked at"),
    alt="Lines run from dots in a hole in a brick wall to known places along the same joint.",
    caption="From pixels of the hole to the known place that each gives the largest weight.",
)

# %% [markdown]
# **Read.** At a joint attention is 4 dB ahead of its guess; on plain brick it loses 2, on gravel half a decibel, where copying costs over 4. Asked again, it gains 2 dB more at joints: there its guess held it
# back. What the guess does not hint at, it does not look for. `exemplar`, which goes patch after patch from what is known, is 3 dB ahead here,
# and behind at the places of `seed=2`.
#
# ## The leaderboard

# %%
plots.show(
    plots.standings(evaluation.standings(**trained)),
    alt="Bars of PSNR in holes: the four small networks stand close together, below biharmonic.",
    caption="100 patches with line masks; the new rows are hatched.",
)

# %% [markdown]
# **Read.** With thin lines on the same patches partial leads, as in small squares, and plain is second; gated and Fourier are too close to be ordered. All four are behind `harmonic`.
#
# ## Questions
#
# **1.** A gate is open wherever its window knows anything. Why is that not the ratio sum(1)/sum(M)?
#
# 1. Open means 1, and the ratio is up to 9.
# 2. Gates are not trained on masks.
# 3. A gate has one value for all channels.
#
# <details><summary>Answer</summary>
#
# **1.** It lets through, and does not scale up. 2: the mask is an input. 3: each channel has its own, validity has one for all.
# </details>
#
# **2.** Five layers of 3 × 3 with dilation 3 span 31 × 31 pixels. How many of them are seen?
#
# 1. 961
# 2. 121
# 3. 45
#
# <details><summary>Answer</summary>
#
# **2.** Every third row and column: 11 × 11. 1 is the square; 3 counts taps.
# </details>
#
# **3.** A network's reach is the whole picture. Does it use the whole picture?
#
# 1. Yes.
# 2. It can; how far its answer moves when the far part is exchanged says whether it does.
#
# <details><summary>Answer</summary>
#
# **2.** Ours sees all of it, and what is far moves its answer little.
# </details>

# %% [markdown]
# ## Key points
# * A gate can be set to partial convolution's mask update. Many of ours became masks, of either sign; none renormalise.
# * Dilations of 2 throughout leave a grid unseen; 1, 2, 4 do not. Measure reach by a gradient.
# * A Fourier convolution reaches the whole picture in one layer; ours, trained on small pictures, hardly uses what is far.
# * Attention is a soft, simultaneous exemplar search that begins from a guess.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# The gated network has nearly twice the weights of the others, as every convolution has a twin; the one of width 9 has about as many as they. Each network was trained once (`python -m benchmarks.train
# reach_gated`). LaMa adds batch normalisation and works beside an ordinary convolution throughout; ours has it at the bottom only. Yu et al. train attention inside a network on learned features
# and mix neighbours' weights; ours compares pixels.
#
# </details>
#
# ## References
#
# * Yu, Lin, Yang, Shen, Lu, Huang: [Free-Form Image Inpainting with Gated Convolution](https://arxiv.org/abs/1806.03589), ICCV 2019.
# * Yu, Lin, Yang, Shen, Lu, Huang: [Generative Image Inpainting with Contextual Attention](https://arxiv.org/abs/1801.07892), CVPR 2018.
# * Chi, Jiang, Mu: [Fast Fourier Convolution](https://proceedings.neurips.cc/paper/2020/hash/2fd5d41ec6cfab47e32164d5624269b1-Abstract.html), NeurIPS 2020.
# * Suvorov et al.: [Resolution-robust Large Mask Inpainting with Fourier Convolutions](https://arxiv.org/abs/2109.07161), WACV 2022.
# * Luo, Li, Urtasun, Zemel: [Understanding the Effective Receptive Field](https://arxiv.org/abs/1701.04128), NeurIPS 2016.
# * Wang et al.: [Understanding Convolution for Semantic Segmentation](https://arxiv.org/abs/1702.08502), WACV 2018, on gridding.
