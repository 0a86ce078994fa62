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
# once. This lesson takes three of their ideas apart: the gate, the Fourier convolution and contextual attention.
#
# **You need** lessons 05, 06, 08, [11](11_partial_convolution.ipynb) and [12](12_partial_unet.ipynb). No internet, no GPU, no training. About 30 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## A mask update, written as a gate
#
# A partial convolution counts the known pixels in its window. If there are any, the new validity is 1, and the sum is scaled up for the missing ones. A
# *gated convolution* (Yu et al. 2019) does not count. A second convolution's sigmoid $\sigma$ says how much of the first, activated by $\varphi$, is let
# through:
#
# $$x' = \varphi(W_f X + b_f) \cdot \sigma(W_g X + b_g).$$
#
# The validity is one more channel of $X$. We set the weights by hand: $W_f$ takes the mean of the picture's channel, $W_g$ gives each known pixel
# 60, and $b_g = -30$. The picture is 1 wherever it is known.
#
# **Predict.** With one known pixel in the window, what is the gate? And what comes out, compared with a partial convolution of the same mean?

# %%
import numpy as np

from course_lib.layers import GatedConv2D, PartialConv2D

kernel = np.zeros((3, 3, 2, 2))  # rows, columns, (picture, validity), (feature, gate)
kernel[:, :, 0, 0], kernel[:, :, 1, 1] = 1 / 9, 60
gated, counted = GatedConv2D(1, 3, activation=None), PartialConv2D(1, 3)
gated.build((1, 3, 3, 2))
gated.set_weights([kernel, np.array([0, -30])])
counted.build([(1, 3, 3, 1), (1, 3, 3, 1)])
counted.set_weights([np.full((3, 3, 1, 1), 1 / 9), np.zeros(1)])

# %%
known = np.array([0, 1, 3, 6, 9])
valid = (np.arange(9) < known[:, None]).reshape(-1, 3, 3, 1).astype("float32")
seen = np.concatenate([valid, valid], axis=-1)  # the picture is 1 where it is known
output, new_valid = counted([valid, valid])

# %% tags=["nbval-check-output"]
import pandas as pd

made = {"validity": new_valid, "gate": gated.gate(seen), "partial": output, "gated": gated(seen)}
table = pd.DataFrame({name: np.array(one)[:, 1, 1, 0] for name, one in made.items()}, index=known)
table.rename_axis("known").round(3)

# %% [markdown]
# **Read.** The gate *is* the mask update. But it opens to 1, never to 9: with $n$ known pixels, the partial convolution's answer comes out times
# $n/9$. Set so, the gate updates the mask, but does not scale up.
#
# ## What training makes of it
#
# Does a trained gate become that update? The course ships a small U-Net of two levels in four versions, with the same pictures, masks, loss and
# 5,000 steps: *plain*, with validity as a channel; *partial*; *gated*; and *Fourier*, explained below. We show them 100 patches, each with a square
# hole somewhere, and look inside.
#
# **Predict.** In the hole, will the gates open or close?

# %%
import keras

from course_lib import evaluation, masks, models, plots

KINDS = ("plain", "partial", "gated", "fourier")
trained = {kind: models.load_pretrained(f"reach_{kind}") for kind in KINDS}
patches, _ = evaluation.frozen_patches()
holes = masks.squares(len(patches), 32, side=16, seed=9)
gates = models.gates(trained["gated"], patches, holes)
validities = models.validities(trained["partial"], patches, holes)

# %%
plots.show(
    plots.gates_beside_validity(gates, validities, holes, layers=list(gates)[3::2]),
    alt="Beside validity, whose hole shrinks away, gates: two close in the hole, two open there.",
    caption="Validity; two gates that close most in holes (outlined); two that open most.",
)

# %% [markdown]
# **Read.** Both, since each channel has its own gate. Some close in the hole, as validity does; others open *there*.
#
# How well does a map tell a known place from one in the hole? Draw one of each. If the known place always has the higher value (or always the
# lower), the map scores 1; at 0.5 it tells nothing. From each layer we take the channel that tells most.
#
# **Predict.** Which has forgotten the hole at the bottom: validity, or the gates? And gates that were never trained?

# %%
plain = models.features(trained["plain"], patches, holes, gates)
keras.utils.set_random_seed(0)
untrained = models.gates(models.shallow_unet("gated", 12), patches, holes)
maps = {"validity": validities, "gates": gates, "untrained": untrained, "plain's features": plain}
evaluation.memory_of_holes(maps, holes).dropna().round(2)

# %% [markdown]
# **Read.** Validity has forgotten it (0.50), and never learns of it again. The gates lose some of it at the bottom (0.73), and know it again on the
# way up, where the skips come in. Untrained gates do about as well, the plain network's features worse at the bottom (0.60): a network told where
# the hole is can remember it. The figure above shows what training made of the gates.
#
# ## What is given up
#
# And the rescaling? We give the first layers a picture of a single grey, with various shares of its pixels missing, and sort the windows by how
# many pixels they know.
#
# **Predict.** How strong is the answer to a window with one known pixel, compared with nine?

# %%
strength = {
    kind: (range(1, 10), models.strength_by_known(trained[kind]))
    for kind in ("partial", "gated", "plain")
}

# %%
title, xlabel = "The trained first layers, on one grey", "known pixels of the window's nine"
plots.show(
    plots.curves(strength, title=title, xlabel=xlabel, ylabel="answer / answer to nine"),
    alt="Over one to nine known pixels partial falls from 1.6 to 1; gated and plain rise from 0.2.",
    caption="Means over all channels and windows of 100 masks.",
)

# %% [markdown]
# **Read.** To one known pixel the gated layer answers a fifth as strongly as to nine, like the plain one: its gates have not learned to scale up. The partial
# layer keeps the strength, and overdoes it: nine times one pixel's weight is now too high, now too low, and ReLU keeps what is too high.
#
# ## What a place can reach
#
# A place can only use what it sees. Its *reach* can be measured on any network: take the gradient of one output with respect to all input pixels.
# Where it is 0, nothing is seen.
#
# Change the depth of a stack of 3 × 3 convolutions, and its *dilation*, the spacing of a window's nine pixels.
#
# **Predict.** With three layers, which menu entry spans most pixels without a gap?

# %%
from course_lib import widgets

widgets.reach()

# %% [markdown]
# **Read.** With dilations 1, 2, 4, three layers span 15 × 15 pixels without a gap; so does halving after every layer. With 1, each layer adds one
# pixel on each side. With 2 in all layers each adds two, but only every second row and column is seen: *gridding*.
#
# *Fourier convolution* (Chi, Jiang and Mu 2020; LaMa 2022) takes the picture's discrete Fourier transform and convolves it, 1 × 1. Every frequency
# is a sum over all pixels, so one layer's reach is the whole picture. In our fourth network half of the filters at the bottom are of this kind.
# Here is the reach of all four on 20 patches of 96 × 96, for an output in the middle of a hole of 16 × 16.
#
# **Predict.** What share of the picture can the plain one see? Where it sees nothing, we put another picture: how far does that move the Fourier
# network's answer?

# %%
from course_lib import scenes

large = scenes.places("coffee", 20, size=96, hole=16, seed=1)
reaches = {}
for kind, network in trained.items():
    reaches[kind] = models.reach(network, large.images, large.masks).mean(axis=0)

# %%
plots.show(
    plots.reaches({f"{kind}: {(seen > 0).mean():.0%}": seen for kind, seen in reaches.items()}),
    alt="Four maps: three squares in the middle of white; the Fourier network's map covers all.",
    caption="Gradient of one output in the middle of a hole, and the share of pixels it sees.",
)

# %%
far = (reaches["plain"] == 0)[..., None]
exchanged = np.where(far, large.images[::-1], large.images)
both = [models.inpaint(trained["fourier"], one, large.masks) for one in (large.images, exchanged)]
moved = abs(both[1] - both[0])[:, 48, 48].mean()
print(f"another picture far away moves fourier's middle by {moved:.3f}")

# %% [markdown]
# **Read.** Three see a square in the middle, about a fifth of this picture; the partial one does not see the hole itself. The Fourier network sees
# everything. But seeing is not using: exchanging all outside plain's square moves Fourier's answer by 0.012, three levels of 255. No picture in its
# training was larger than that square.
#
# ## Looking elsewhere: attention
#
# Lesson 05's `exemplar` searched the picture for a patch to copy. *Contextual attention* (Yu et al. 2018) turns that search into a layer: each
# place compares its patch with all known ones, and takes their mean with the weights $\mathrm{softmax}(\lambda \cos)$. The layer learns nothing.
# But it must begin from a guess in the hole; the paper takes a coarse network's, we take `harmonic`.
#
# **Predict.** Where is attention ahead of its guess: on a brick wall, on gravel?

# %%
from course_lib import classical
from course_lib.layers import ContextualAttention

look = ContextualAttention(size=9, sharpness=50)  # the λ


def prepared(image, mask):
    guess = classical.harmonic(image, mask)
    mean = guess[~mask].mean(axis=0)  # cosines tell little between colours that are all positive
    return [np.float32(guess - mean)[None], np.float32(~mask)[None, ..., None]], mean


def attention(image, mask):
    given, mean = prepared(image, mask)
    return np.clip(np.array(look(given))[0] + mean, 0, 1)


# %%
rivals = {"harmonic": classical.harmonic, "attention": attention}
walls = {name: scenes.places(name, 40, size=48, hole=12, seed=2026) for name in ("brick", "gravel")}
pd.concat({name: evaluation.compare(rivals, one) for name, one in walls.items()}).round(1)

# %%
image, mask = walls["brick"].images[32], walls["brick"].masks[32]
weights = np.array(look.weights_of(*prepared(image, mask)[0]))[0]  # (all places, all places)
looked_at = np.stack(np.unravel_index(weights.argmax(axis=1), mask.shape), axis=-1)
brightness = np.where(mask, image.sum(axis=-1), 0)
joint = [(row, brightness[row].argmax()) for row in range(18, 30, 2)]  # the hole's rows
plots.show(
    plots.looks(image, mask, looked_at.reshape(*mask.shape, 2), joint, title="most looked at"),
    alt="Lines run from dots in a hole in a brick wall to known places along the same joint.",
    caption="From the joint in the hole (outlined) to the place that gets the largest weight.",
)

# %% [markdown]
# **Read.** On brick, by about 2 dB. The figure shows how, in one place: where a joint runs into the hole, attention looks at the joint's other parts. Gravel does
# not repeat, and there attention is behind its guess.
#
# ## The leaderboard
#
# **Predict** the order of the four networks under thin lines.

# %%
plots.show(
    plots.standings(evaluation.standings(**trained)),
    alt="Bars of PSNR in holes: the four small networks stand close together, below biharmonic.",
    caption="100 patches with line masks; the new rows are hatched.",
)

# %% [markdown]
# **Read.** Partial leads the four, Fourier is last, and all are behind `harmonic`. On CIFAR-10, which all four learned from, the order differs:
# Fourier is ahead of plain in all eleven sets of masks, by 0.04 to 0.32 dB, and gated is behind plain, by 0.05 to 0.37
# ([results](../benchmarks/RESULTS.md), *Lesson 16*). One seed and 5,000 steps are no verdict.

# %% [markdown]
# ## Questions
#
# **1.** A gate is open wherever its window knows anything. Why is that not the ratio sum(1)/sum(M)?
#
# 1. Open means 1, and the ratio can be 9.
# 2. Gates are not trained on masks.
# 3. A gate has one value for all channels.
#
# <details><summary>Answer</summary>
#
# **1.** It lets through but does not scale up. 2: the mask is an input. 3: each channel has its own gate; all share one validity.
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
#
# * A gate can be set to do partial convolution's mask update. Some of ours became masks, of either sign; the first layer's do not rescale.
# * Measure reach by a gradient. Dilations of 2 leave a grid unseen; one Fourier convolution sees the whole picture, but ours hardly uses what is far.
# * Attention is a soft exemplar search that begins from a guess.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# The gated network has nearly twice the others' weights; one of width 9, with about as many, comes last in every set of masks. In the table of
# memory the channel is chosen on one half of the patches and scored on the other. LaMa's Fourier convolutions stand beside ordinary ones
# throughout, with batch normalisation; ours at the bottom only.
#
# </details>
#
# ## References
#
# * Yu et al.: [Free-Form Image Inpainting with Gated Convolution](https://arxiv.org/abs/1806.03589), ICCV 2019; [Generative Image Inpainting with
#   Contextual Attention](https://arxiv.org/abs/1801.07892), CVPR 2018.
# * Chi, Jiang, Mu: [Fast Fourier Convolution](https://proceedings.neurips.cc/paper/2020/hash/2fd5d41ec6cfab47e32164d5624269b1-Abstract.html), NeurIPS 2020.
# * Suvorov et al.: [Resolution-robust Large Mask Inpainting with Fourier Convolutions](https://arxiv.org/abs/2109.07161), WACV 2022.
# * Luo et al.: [Understanding the Effective Receptive Field](https://arxiv.org/abs/1701.04128), NeurIPS 2016.
# * Wang et al.: [Understanding Convolution for Semantic Segmentation](https://arxiv.org/abs/1702.08502), WACV 2018, on gridding.
