# %% [markdown]
# # State the problem and draw the masks
#
# {{badge}}
#
# In [lesson 00](00_first_repair.ipynb) you repaired a photograph. This lesson makes the problem
# precise: what is given, what is asked, how an answer is measured, and what makes one hole harder
# than another. The answer to the last may surprise you.
#
# ## What you will do
#
# Draw five families of masks, measure errors in holes and in whole images, find
# two faults of published mask code, and design a mask with sliders.
#
# ## What you will learn
#
# To **state** inpainting formally; to **compute** MAE and PSNR and know where they are measured; to
# **predict** which of two holes is harder; to **convert** any library's mask without mixing up black
# and white.
#
# ## What you need
#
# Lesson 00. No network, no GPU. Plan 40 minutes for reading and trying; the cells
# alone take under a minute on two processor cores (measured in `benchmarks/RESULTS.md`).

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## The problem, stated
#
# An image $y$ gives each pixel $p$ of a grid $\Omega$ a colour $y(p) \in [0, 1]^3$. A mask marks a set
# $D \subset \Omega$ of missing pixels, the *hole*. Given are the mask and the damaged image $x$, which
# equals $y$ outside $D$. Asked is an image $\hat y$ with
#
# $$\hat y(p) = x(p) \quad \text{for all } p \notin D, \qquad \hat y(p) \text{ plausible for } p \in D.$$
#
# The first half is an exact condition; the second is not yet mathematics. Infinitely many images
# meet the first; every method in this course is one way to say what *plausible* means.
#
# In the code, `mask` is a boolean array, `True` = hole. A method gets $X = (x, \text{mask})$; the answer
# that it should come near is $y$, the *truth*. Pairs $(X, y)$ cost nothing: take any image and damage it
# yourself.

# %%
import numpy as np

from course_lib import data, masks, plots

truth = data.photo("coffee")[40:296, 120:376]
mask = masks.brush_strokes(1, 256, seed=3)[0]
damaged = masks.damage(truth, mask)
plots.show(
    [damaged, mask, truth],
    titles=["x: damaged", "mask (white = hole)", "y: truth"],
    alt="A coffee cup with black brush strokes, the strokes alone in white on black, "
    "the whole cup.",
    caption="What a method gets (left and middle) and what it is measured against (right).",
)

# %% [markdown]
# ## Two errors: MAE and PSNR
#
# The *mean absolute error* (MAE) is the mean of $|\hat y - y|$ over pixels and colours: 0.02 means "off
# by 2 % of the range, on average". The *peak signal-to-noise ratio* (PSNR) starts from the *mean squared
# error* (MSE), the mean of $(\hat y - y)^2$, which punishes large errors, and takes a logarithm:
#
# $$\mathrm{PSNR} = -10 \log_{10} \mathrm{MSE} \quad \text{(peak value 1)}$$
#
# 20 dB is a root-mean-square error of 0.1, and each 20 dB more divides it by ten. In NumPy:


# %%
def mae(true, predicted, mask=None):
    error = np.abs(true - predicted)
    return error.mean() if mask is None else error[mask].mean()


def psnr(true, predicted, mask=None):
    squared = (true - predicted) ** 2
    return -10 * np.log10(squared.mean() if mask is None else squared[mask].mean())


# %% [markdown]
# The library's versions check their input first and are otherwise the same. With a mask they measure
# holes only, without one the whole image.
#
# **Predict.** We fill every hole with mid-grey. The error in the holes is bad. What will the error
# of the whole image look like?

# %% tags=["nbval-check-output"]
from course_lib import metrics

grey = masks.composite(truth, np.full_like(truth, 0.5), mask)
assert np.isclose(metrics.psnr(truth, grey, mask), psnr(truth, grey, mask))
print(f"in the holes    MAE {mae(truth, grey, mask):.3f}   PSNR {psnr(truth, grey, mask):.1f} dB")
print(f"whole image     MAE {mae(truth, grey):.3f}   PSNR {psnr(truth, grey):.1f} dB")

# %% [markdown]
# **Read.** The same fill looks much better over the whole image, because most pixels were never
# missing. For a composite with hole fraction $r$ the gain can be computed exactly: all squared error
# sits in the share $r$, so
#
# $$\mathrm{PSNR}_\text{image} = \mathrm{PSNR}_\text{hole} - 10 \log_{10} r .$$

# %% tags=["nbval-check-output"]
r = masks.hole_fraction(mask)
gain = -10 * np.log10(r)
print(f"hole fraction {100 * r:.1f} %: {gain:.1f} dB more, for no work")
assert np.isclose(psnr(truth, grey), psnr(truth, grey, mask) + gain, atol=1e-4)

# %% [markdown]
# When someone reports 30 dB, ask: in the holes or in the image, and with which hole fraction? And ask
# whether known pixels were copied back. `composite` is that step, and it takes one line:
# `np.where(mask[..., None], predicted, image)`.
#
# One more fact about the two errors. Which single colour is the best fill? For squared error it is the
# *mean*, for absolute error the *median*. So the two errors prefer different
# fills. Here, on the known pixels of the cup:

# %% tags=["nbval-check-output"]
known = truth[~mask]
for name, colour in {"mean": known.mean(axis=0), "median": np.median(known, axis=0)}.items():
    absolute, squared = np.abs(known - colour).mean(), ((known - colour) ** 2).mean()
    print(f"{name:7s} MAE {absolute:.4f}   MSE {squared:.4f}")

# %% [markdown]
# ## The mask families
#
# Papers test on different holes, so their numbers cannot be compared. Here are the five families of
# this course, all with a seed: the same seed gives the same bytes on every machine, so that two people
# measure the same thing. *Buckets* are irregular holes sorted by hole fraction, as in Liu et al. 2018.

# %%
families = {
    "lines": masks.random_lines(4, 32, seed=1),
    "brush strokes": masks.brush_strokes(4, 32, seed=1),
    "square, 8 px": masks.squares(4, 32, side=8, seed=1),
    "pixels, 50 %": masks.random_pixels(4, 32, fraction=0.5, seed=1),
    "bucket 30-40 %": masks.in_bucket(4, 32, low=0.3, high=0.4, seed=1),
}
plots.show(
    [drawn[k] for k in range(4) for drawn in families.values()],
    titles=[name if k == 0 else "" for k in range(4) for name in families],
    columns=5,
    alt="Four masks each of five families: thin lines, thick strokes, a square, "
    "scattered pixels, blobs.",
    caption="Four draws of each family, 32 × 32 pixels. A square near the border is cut by it.",
)

# %% [markdown]
# Two numbers describe a mask. Its *hole fraction* says how much is missing. Its *depth* says how far a
# missing pixel is, in pixels, from the nearest known one: 1 means that they share a side.

# %% tags=["nbval-check-output"]
for name, drawn in families.items():
    depth = masks.hole_depth(drawn)[drawn]
    print(f"{name:15s} {100 * drawn.mean():5.1f} % missing   mean depth {depth.mean():.2f} px")

# %% [markdown]
# ## Which hole is harder?
#
# **Predict.** Two masks for the same pictures: a centred square of 12 × 12 pixels, which is 14 % of the
# picture, and 90 % of all pixels missing at random. A method that smooths fills both. Which one does it
# fill with the smaller error?

# %%
from course_lib import classical, evaluation

patches = data.load("photos").test[:100] / np.float32(255)
rivals = {
    "square, 14 % missing": masks.squares(100, 32, side=12),
    "pixels, 90 % missing": masks.random_pixels(100, 32, fraction=0.9, seed=5),
}
scores = {}
for name, drawn in rivals.items():
    scores[name] = evaluation.evaluate(classical.harmonic, patches, drawn)["psnr_hole"]
    depth = masks.hole_depth(drawn)[drawn]
    deep = f"{100 * (depth > 3).mean():2.0f} % deeper than 3 px"
    print(f"{name:21s} {deep}   {scores[name]:.1f} dB in the holes")
assert scores["pixels, 90 % missing"] > scores["square, 14 % missing"]

# %% [markdown]
# **Read.** Ninety per cent missing is *easier* than fourteen per cent in one piece. Of the scattered
# holes 7 % lie more than 3 pixels from a known pixel, of the square 25 %. For methods that smooth, what
# makes a hole hard is the distance to the nearest known pixel, not the area.
#
# The same, drawn: quality against depth, rounded to whole pixels, where over 100 pixels share it.

# %%
from matplotlib import pyplot as plt

figure, axes = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
for name, drawn in rivals.items():
    depth = np.rint(masks.hole_depth(drawn)).astype(int)
    filled = np.stack([classical.harmonic(p, m) for p, m in zip(patches, drawn, strict=True)])
    steps = [d for d in range(1, 7) if (depth == d).sum() > 100]
    axes.plot(steps, [psnr(patches, filled, depth == d) for d in steps], marker="o", label=name)
axes.set(
    title="The deeper, the worse",
    xlabel="depth (px)",
    ylabel="PSNR in holes (dB)",
    xticks=range(1, 7),
)
axes.legend()
plots.show(
    figure,
    alt="Two falling curves of PSNR against depth, close together: from about 24.5 dB at depth 1 "
    "to 20 dB at depth 5. Only the square's goes on, to depth 6.",
    caption="At equal depth the masks differ by less than 1 dB. The square has more deep pixels.",
)

# %% [markdown]
# ## Design a mask
#
# Choose a family, an amount and a seed. The amount means: for `lines` the most lines (a fifth of it,
# plus one), for `squares` the side (a third of it, in pixels), for `pixels` and `bucket` the per cent
# missing. On the left is one mask. The other two plots are over 500 masks: how deep the missing pixels
# lie, and how often each pixel is missing (the *border heat map*).
#
# **Predict**, before you run the cell: with lines, is the corner missing as often as the centre? And
# with squares? (On a page that only shows this notebook, you see lines.)

# %%
FAMILIES = {
    "lines": lambda n, amount, seed: masks.random_lines(
        n, 32, lines=(1, 1 + amount // 5), seed=seed
    ),
    "squares": lambda n, amount, seed: masks.squares(n, 32, side=max(1, amount // 3), seed=seed),
    "pixels": lambda n, amount, seed: masks.random_pixels(n, 32, fraction=amount / 100, seed=seed),
    "bucket": lambda n, amount, seed: masks.in_bucket(
        n, 32, low=(amount - 1) / 100, high=amount / 100, seed=seed
    ),
}


# %%
def design(family, amount, seed):
    drawn = FAMILIES[family](500, amount, seed)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9.5, 3), layout="constrained")
    left.imshow(drawn[0], cmap="gray", vmin=0, vmax=1)
    left.set(title=f"one mask: {100 * drawn[0].mean():.0f} % missing", xticks=[], yticks=[])
    middle.hist(
        masks.hole_depth(drawn)[drawn], bins=np.arange(0.5, 9), color="#3b6ea8", density=True
    )
    middle.set(title="depth of missing pixels", xlabel="depth (px)", ylabel="share")
    heat = right.imshow(drawn.mean(axis=0), cmap="viridis", vmin=0)
    right.set(title="how often missing", xticks=[], yticks=[])
    figure.colorbar(heat, ax=right, shrink=0.8)
    return figure


# %%
from course_lib import widgets

widgets.explore(
    design,
    family=list(FAMILIES),
    amount=(5, 60, 5, 40),
    seed=(0, 20, 1),
    alt="One mask; a histogram of the depth of missing pixels over 500 masks; a map of how often "
    "each pixel is missing.",
    caption="Every family has a depth and a heat map of its own; lines avoid row 0 and column 0.",
)

# %% [markdown]
# ## Two faults in published mask code
#
# The line masks above are drawn as in the article that this course grew from, one fault included. The
# coordinates of the end points run from 1 to 31 instead of 0 to 31, so no line ends in row 0 or
# column 0. Measured over 10,000 masks:

# %% tags=["nbval-check-output"]
lines = masks.random_lines(10_000, 32, seed=0)
print(f"the top left corner is missing in {100 * lines[:, 0, 0].mean():4.1f} % of masks")
print(f"a pixel of row 0 in               {100 * lines[:, 0].mean():4.1f} %")
print(f"a pixel of row 31 in              {100 * lines[:, 31].mean():4.1f} %")
print(f"the centre in                     {100 * lines[:, 16, 16].mean():4.1f} %")
assert not lines[:, 0, 0].any()

# %% [markdown]
# Lines between random points always favour the centre. The fault is the difference between row 0 and
# row 31, and the corner: a network trained on such masks never has to fill it. The families `squares`
# (with a seed) and `random_pixels` treat all pixels alike.
#
# The second fault is better hidden. The article darkens holes with a bitwise AND: known pixels with
# 255, holes with 1 instead of 0. One bit of eight survives. **Predict**: is that bit worth anything?

# %% tags=["nbval-check-output"]
pixels = data.load("photos").test[7]
hole = masks.squares(1, 32, side=16)[0]
leaky = np.bitwise_and(pixels, np.where(hole, 1, 255).astype(np.uint8)[..., None])
print("values in the hole:", np.unique(leaky[hole]))

# %%
plots.show(
    [leaky / 255, np.where(hole[..., None], (leaky * 255) / 255, 0.5)],
    titles=["what one sees: black", "what a network can read"],
    alt="A dark red patch with a black square; beside it, on grey, the square's lowest bits: "
    "speckles with runs of green and yellow.",
    caption="The hole looks black, yet each value still carries its lowest bit of the truth.",
)
assert (leaky[hole] == pixels[hole] % 2).all()
bits = pixels[8:24, 8:24] % 2
for channel, name in enumerate(("red", "green", "blue")):
    shared = (bits[:, 1:, channel] == bits[:, :-1, channel]).mean()
    print(f"{name:5s} neighbours share the bit in {100 * shared:.0f} % of pairs")

# %% [markdown]
# **Read.** In noise, neighbours would share a bit in half of all pairs. Here they do so more often,
# because neighbouring truths are often equal: something of the truth shows through. A score measured
# this way is not a score for filling holes. The test that finds such
# leaks is simple, and every method of this course must pass it: *change what stands in the hole; the fill
# must not change.*

# %% tags=["nbval-check-output"]
noise = np.random.RandomState(0).random_sample(truth.shape).astype(np.float32)
scribbled = masks.composite(truth, noise, mask)
fill, other = (classical.harmonic(picture, mask) for picture in (damaged, scribbled))
assert (fill == other).all()
print("the fill does not depend on what stood in the hole")

# %% [markdown]
# ## The polarity trap
#
# Outside Python a mask is stored as a black and white picture. Store it as PNG: JPEG turns its sharp
# edges into greys, and then nobody knows which pixels are meant.
#
# Is white the hole, or the known part? The field never agreed.
#
# | White, 1 or 255 is the **hole** | White or 1 is **known** |
# |---|---|
# | OpenCV's `cv2.inpaint` | OpenCV's `cv2.xphoto.inpaint` (in opencv-contrib-python) |
# | scikit-image's `inpaint_biharmonic` | the mask M in NVIDIA's paper (Liu et al. 2018) |
# | diffusers' inpainting pipelines | Keras and PyTorch code that follows that paper |
# | NVIDIA's test mask files, as EdgeConnect reads them | the article that this course grew from |
#
# Even NVIDIA's paper and files differ, and users were left asking which colour is the hole (EdgeConnect,
# [issue 20](https://github.com/knazeri/edge-connect/issues/20) and
# [issue 24](https://github.com/knazeri/edge-connect/issues/24)). So say it explicitly, every time:

# %% tags=["nbval-check-output"]
stored = (~hole * 255).astype(np.uint8)  # as in NVIDIA's paper: holes are black
ours = masks.as_mask(stored, hole="black")
assert (ours == hole).all()
print(f"{masks.hole_fraction(ours):.2f} of the picture is missing")

# %% [markdown]
# What if you get it the wrong way round? The known pixels become the hole, and the damage is all that
# the method has to work with. Nothing crashes.

# %%
picture = masks.damage(pixels / np.float32(255), hole)
wrong = classical.METHODS["navier_stokes"](picture, ~hole)
right = classical.METHODS["navier_stokes"](picture, hole)
plots.show(
    [picture, wrong, right],
    titles=["damaged", "mask inverted", "mask right"],
    alt="A patch with a black square; all black after the inverted mask; repaired with "
    "the right one.",
    caption="With the mask inverted, OpenCV spreads the black of the hole over all that was known.",
)
assert wrong.max() == 0

# %% [markdown]
# So the library checks what it can: it refuses a mask that is not boolean or leaves no pixel known, and
# it warns when more than 95 % is hole. An inverted mask like the one above it cannot detect.

# %% tags=["nbval-check-output"]
try:
    classical.harmonic(picture, stored)
except TypeError as refusal:
    print(refusal)

# %% [markdown]
# ## The leaderboard
#
# This lesson's row is `median`: every hole gets the median of the known pixels, the single colour with
# the smallest MAE on those pixels. With `nearest` and the five fixed rows it meets three mask sets.


# %%
def median(image, mask):
    return np.broadcast_to(np.median(image[~mask], axis=0), image.shape)


rows = {"median": median, "nearest": classical.METHODS["nearest"]}
mask_sets = {
    "lines": masks.random_lines(100, 32, seed=2026),
    "square, 12 px": rivals["square, 14 % missing"],
    "pixels, 90 %": rivals["pixels, 90 % missing"],
}
table = evaluation.leaderboard(rows, patches, mask_sets)
by_masks = table.pivot(index="method", columns="masks", values="psnr_hole")
by_masks[list(mask_sets)].sort_values("lines", ascending=False).round(1)

# %%
by_error = table[table["masks"] == "lines"].set_index("method")
print(f"mean    MAE {by_error.mae_hole['mean']:.4f}   PSNR {by_error.psnr_hole['mean']:.2f} dB")
print(f"median  MAE {by_error.mae_hole['median']:.4f}   PSNR {by_error.psnr_hole['median']:.2f} dB")
assert by_error.mae_hole["median"] < by_error.mae_hole["mean"]

# %% [markdown]
# **Read.** On lines the median has the smaller MAE, as expected. In PSNR it is ahead of the mean on two
# of the three mask sets. That is no contradiction: the mean is best for the pixels that it was computed
# from, the known ones, and the holes are other pixels. Now compare the last two columns: every method
# that looks at neighbours (`nearest`, `navier_stokes`, `biharmonic`) does better with 90 % of the
# pixels missing than with the square. The constants do not.

# %% [markdown]
# ## Questions
#
# **1.** A paper reports 32 dB over the whole image for holes of 10 % of the picture, composited. What is
# the PSNR in the holes?
#
# 1. 32 dB.
# 2. 22 dB.
# 3. 42 dB.
#
# <details><summary>Answer</summary>
#
# **2.** $32 + 10 \log_{10} 0.1 = 22$ dB. 1 would need a hole fraction of 100 %. 3 has the sign wrong: the
# whole image always looks better than its holes.
# </details>
#
# **2.** Which mask is hardest for a method that smooths?
#
# 1. 70 % of pixels missing at random.
# 2. Twenty lines of one pixel.
# 3. One disc of 20 pixels across.
#
# <details><summary>Answer</summary>
#
# **3.** Its centre is more than 9 pixels from anything known. In 1 about three missing pixels of four
# touch a known one ($1 - 0.7^4 = 76$ %), though the area is large; in 2 nearly all do.
# </details>
#
# **3.** A friend's network scores 45 dB in holes of 30 %. What do you ask first?
#
# 1. How many layers it has.
# 2. Whether its output changes when the hole's content changes.
# 3. Which GPU.
#
# <details><summary>Answer</summary>
#
# **2.** The best row of this lesson's table reaches 25.9 dB. A score of 45 dB suggests that the truth
# leaks in, as through the article's one bit. 1 and 3: neither depth nor a GPU brings back lost pixels.
# </details>
#
# ## Key points
#
# * Known pixels are a condition, plausibility is a choice.
# * Always say: in holes or in the image, composited or raw, on which masks.
# * The whole image's PSNR is the holes' plus $-10 \log_{10} r$, whatever the method, if composited.
# * For methods that smooth, depth matters far more than area.
# * Here `True` = hole; with any other library, check first.
#
# {{exercise}}
#
# {{next}}
#
# ## References
#
# * Liu et al.: [Image Inpainting for Irregular Holes Using Partial
#   Convolutions](https://arxiv.org/abs/1804.07723), ECCV 2018. Section 4.1: buckets by hole fraction.
# * Yu et al.: [Free-Form Image Inpainting with Gated Convolution](https://arxiv.org/abs/1806.03589),
#   ICCV 2019. Brush strokes.
# * OpenCV: [inpaint](https://docs.opencv.org/4.x/d7/d8b/group__photo__inpaint.html); diffusers:
#   [inpainting](https://huggingface.co/docs/diffusers/main/en/using-diffusers/inpaint).
