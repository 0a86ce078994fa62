# %% [markdown]
# # Copy what repeats: texture and patches
#
# {{badge}}
#
# No average makes a brick. But the wall has other bricks: copy one. This lesson is about when copying is right, and about
# what to copy first.
#
# **You need** lessons 01, 02 and 04. No internet, no GPU. About 30 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## Copying against averaging
#
# Efros and Leung (1999) fill a pixel like this: look at what is known around it, find the place in
# the picture whose surroundings are most similar, and copy its pixel. Copying a whole *patch*
# at a time is the same idea, and faster. The library has it as `exemplar`; you read it below.
#
# We cut 20 places out of each of three photographs, each with a square hole 28 pixels wide. `gain` and `ahead` compare with `mean`, one
# flat colour.
#
# **Predict.** Brick, grass, gravel: where does copying have the smaller error, and where does `harmonic`?

# %%
import pandas as pd

from course_lib import classical, evaluation, scenes

textures = ("brick", "grass", "gravel")
places = {name: scenes.places(name, 20, size=96, hole=28, seed=2026) for name in textures}
rivals = {"harmonic": classical.harmonic, "exemplar": classical.exemplar}
from_mean = {"mean": classical.mean} | rivals
table = {name: evaluation.compare(from_mean, places[name]) for name in textures}
pd.concat(table).round(1)

# %%
from course_lib import masks, plots

chosen = {"brick": 0, "grass": 4, "gravel": 1}  # places whose errors lie near the means
cut = [places[name][k : k + 1] for name, k in chosen.items()]
damaged = [masks.damage(one.images[0], one.masks[0]) for one in cut]
fills = [fill(hurt, cut[0].masks[0]) for fill in rivals.values() for hurt in damaged]

# %%
plots.show(
    [*damaged, *fills],
    titles=[*textures, *["harmonic"] * 3, *["exemplar"] * 3],
    columns=3,
    alt="Brick, grass and gravel with a square hole; harmonic leaves a smooth blot in each; "
    "exemplar fills in bricks, blades and stones, with a few seams.",
    caption="One place in each photograph: averaged in the middle row, copied below.",
)

# %% [markdown]
# **Read.** On bricks copying has the smaller error, by 6.6 dB: other bricks fit. On grass and gravel `harmonic` has it. There copying falls
# even below the flat colour, by 2.2 and 1.8 dB: grass and gravel repeat their look, not their pixels. The copy still passes for grass; we
# come back to that.
#
# ## Which patch first?
#
# What was copied is part of what the next patch must fit. So does the order matter? *Onion peel* fills rim after rim, like the front of
# lesson 04. *Lines first* (Criminisi, Pérez and Toyama 2004) begins where a line runs into the hole.
#
# Here is a wall with a painted stripe, filled from the same patches in both orders.
#
# **Predict.** In which of the two does the stripe stay straight? Then move the slider.

# %%
from course_lib import widgets

stripes = scenes.walls("stripe", 20, hole="square", seed=2026)
image, mask = stripes.images[2], stripes.masks[2]
widgets.fill_film(image, mask)

# %% [markdown]
# **Read.** With lines first; peeled, it gets a notch and a step. That is one wall, and a clear case. Now four shapes of hole, each with its
# own twenty walls. The last column is the share of the hole's pixels that look like the wrong part, stripe or field.

# %%
from functools import partial

orders = {
    order: partial(classical.exemplar, order=order) for order in ("onion peel", "lines first")
}
table = {
    hole: evaluation.compare(orders, scenes.walls("stripe", 20, hole=hole, seed=2026 + k))
    for k, hole in enumerate(scenes.HOLES)
}
pd.concat(table)[["psnr_hole", "ahead", "misplaced"]].round({"psnr_hole": 1, "misplaced": 3})

# %% [markdown]
# **Read.** Peeled, 5 to 9 % of the hole looks wrong; with lines first, 2 to 3 %. Lines first is ahead on 65 of the 80 walls, and by 3 dB on
# average. Nothing but the order has changed. On walls with a single edge it gains half as much, on bricks 0.3 dB, and where lines cross
# nothing ([results](../benchmarks/RESULTS.md), *Lesson 05*).
#
# ## Priority
#
# How does the program know where a line comes in? Each pixel of the rim gets a priority, $\text{confidence} \times \text{data}$.
# *Confidence* is how much of the patch around it is known; what was copied counts less than what was given. *Data* is the
# steepness of an edge that runs into the hole there.
#
# **Predict.** Where on the rim of this hole is the priority highest?

# %%
plots.show(
    plots.priority(masks.damage(image, mask), mask),
    alt="Three rims: confidence, data, and their product, highest at a corner by the stripe.",
    caption="Larger and yellower means more. The frame marks the patch that is filled first.",
)

# %% [markdown]
# **Read.** At the corner that the stripe grazes. Data is just as high on the left, where the stripe
# comes in; but at a corner more of the patch is known.
#
# **Predict.** What will each factor do alone: on a single stripe, and where two lines cross?

# %%
crossings = scenes.walls("crossing", 20, hole="square", seed=2226)
parts = {
    order: partial(classical.exemplar, order=order)
    for order in ("data only", "confidence only", "lines first")
}
kinds = {"stripe": stripes, "crossing": crossings}
table = {kind: evaluation.compare(parts, drawn) for kind, drawn in kinds.items()}
pd.concat(table)[["psnr_hole", "ahead", "misplaced"]].round({"psnr_hole": 1, "misplaced": 3})

# %%
crossing, its_hole = crossings.images[17], crossings.masks[17]  # near the means
hurt = masks.damage(crossing, its_hole)
plots.show(
    [hurt, *(fill(hurt, its_hole) for fill in parts.values()), crossing],
    titles=["damaged", *parts, "truth"],
    alt="Four fields that meet in a hole. Data only: the brown and the pink field have grown past "
    "the crossing; the other two orders come close to the truth.",
    caption="With data alone, lines run on past the crossing.",
)

# %% [markdown]
# **Read.** On the stripe data alone does nearly as well as the product; confidence alone stays about 2 dB behind both. Where lines cross,
# data alone puts a third of the hole into the wrong field: a line just copied is itself a line that runs into the hole. Confidence
# shrinks with every copy, and holds that line back. Where lines cross, it does even better alone.
#
# Here is the whole method, for one size of patch. `data_term` adds a small constant, so that
# confidence still orders the rim where the picture is plain.

# %%
import numpy as np
from scipy import ndimage

from course_lib.classical.exemplar import best_match, data_term, fully_known, patches_at, square


# %%
def exemplar(image, mask, patch=9):
    half = patch // 2
    margins = ((half, half), (half, half))
    original = np.pad(masks.damage(image, mask), (*margins, (0, 0)))
    known, to_fill = np.pad(~mask, margins), np.pad(mask, margins)
    sources = np.flatnonzero(fully_known(~known, patch))
    image, confidence = original.copy(), known.astype(float)
    while to_fill.any():
        rim = np.argwhere(to_fill & ndimage.binary_dilation(known))  # (pixels, 2)
        trust = patches_at(rim, confidence, half).mean(axis=(1, 2))  # (pixels,)
        priority = trust * data_term(rim, image, known, half)
        first = priority.argmax()
        here = square(rim[first], half)  # the patch to fill
        match = best_match(image[here], known[here], original, sources)
        there = square(np.unravel_index(match, known.shape), half)
        new = to_fill[here]  # (patch, patch): what is missing in it
        image[here][new] = original[there][new]
        confidence[here][new] = trust[first]
        known[here][new], to_fill[here] = True, False
    return image[half:-half, half:-half]


# %% [markdown]
# ## What a wrong copy costs
#
# On grass and gravel the copies are of the right stuff, yet score below one flat colour. A stone in the wrong place costs twice: it is
# missing where it was, and stands where none was. How much should that cost? Take patches of the texture at random, and compare the squared
# error of another patch with that of the mean of all, which is nearly flat.

# %%
for name in textures:
    patches = scenes.places(name, 400, size=28, hole=1, seed=2026).images
    truth, other, mean = patches[:200], patches[200:], patches.mean(axis=0)
    ratio = ((truth - other) ** 2).mean() / ((truth - mean) ** 2).mean()
    print(f"{name}: another patch has {ratio:.2f} times the squared error of the mean patch")

# %% [markdown]
# **Read.** Twice, which is 3 dB: that is what an unrelated copy loses to the mean of all. The copies of grass and gravel lost less.
# PSNR rewards caution; it does not ask whether a fill is plausible.
#
# ## What the surroundings do not hold
#
# Everything so far borrows from the same picture. **Predict.** The bowl of a spoon is missing. What will `harmonic`, `fast_marching` and `exemplar`
# write there?

# %%
from course_lib import data

spoon = data.photo("coffee")[185:313, 290:418]
row, column = np.ogrid[:128, :128]
bowl = (row - 88) ** 2 + (column - 74) ** 2 < 36**2
without = masks.damage(spoon, bowl)

# %%
tried = ("harmonic", "fast_marching", "exemplar")
plots.show(
    [without, *(classical.METHODS[name](without, bowl) for name in tried), spoon],
    titles=["damaged", *tried, "truth"],
    alt="A spoon without its bowl; a blur; wedges of colour; a collage of highlights and red; "
    "then the true bowl.",
    caption="Nothing around the hole knows what a spoon is.",
)

# %% [markdown]
# **Read.** A blur, wedges, a collage, and no spoon. To finish one you must know spoons, and that knowledge is not in this picture. It has to
# come from other pictures: Part II learns from them.
#
# ## The leaderboard
#
# The last row of Part I, on thin lines in pictures 32 pixels wide.

# %%
plots.show(
    plots.standings(evaluation.standings("exemplar")),
    alt="Bars of PSNR in holes: the smooth solvers lead, exemplar comes behind nearest.",
    caption="100 patches with line masks; the new row is hatched.",
)

# %% [markdown]
# **Read.** In these holes the smooth solvers lead, and copying comes behind `nearest`.
#
# ## Questions
#
# **1.** Why does it help on stripes to begin where the line meets the rim?
#
# 1. Lines are the easiest to match.
# 2. Otherwise the fields close in first, and the line comes out crooked.
# 3. Fewer patches are needed.
#
# <details><summary>Answer</summary>
#
# **2.** The rest must fit what is copied first: peeled, two or three times as much of the hole looks wrong. 1: then any order would find
# them. 3: the film shows about as many copies in both.
# </details>
#
# **2.** A method fills grass so well that nobody finds the hole, yet its PSNR is below the flat mean's. Is PSNR broken?
#
# 1. Yes.
# 2. No: it measures the distance to this truth, not how plausible a fill is.
# 3. The mask was inverted.
#
# <details><summary>Answer</summary>
#
# **2.** A patch that shares only its texture with the true one has twice the mean's squared error.
# 1 confuses two questions. 3: then the hole would still be there for all to see.
# </details>

# %% [markdown]
# ## Key points
#
# * Copying beats averaging where a picture repeats: on bricks, not on grass or gravel.
# * Where a stripe crosses the hole, begin with the line: this gains 3 dB on average. Where lines cross it gains nothing.
# * Data finds the line; confidence keeps it from running on past a crossing.
# * An unrelated copy costs 3 dB against the mean of all. PSNR does not ask whether it is plausible.
# * None of these methods can write what the picture does not hold.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# Walls, places and random patches are those of `benchmarks/RESULTS.md`, where the three sections "Lesson 05"
# have spreads and more orders. The library takes a smaller patch where fewer than 100 whole ones are known.
# Efros and Leung give known pixels near the centre more weight and draw one of the good matches at random;
# here all pixels count alike and the best match is taken.
#
# </details>
#
# ## References
#
# * Efros, Leung: [Texture Synthesis by Non-parametric Sampling](https://doi.org/10.1109/ICCV.1999.790383), ICCV 1999.
# * Criminisi, Pérez, Toyama: [Region Filling and Object Removal by Exemplar-Based Image
#   Inpainting](https://doi.org/10.1109/TIP.2004.833105), IEEE Transactions on Image Processing, 2004.
