# %% [markdown]
# # State the problem and draw the masks
#
# {{badge}}
#
# In [lesson 00](00_first_repair.ipynb) you repaired a photograph. What makes one hole harder to fill than
# another? One map answers that. Then we measure errors where they happen, and begin the course's
# leaderboard.
#
# **You need** lesson 00. No internet, no GPU. About 30 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## The problem
#
# An image $y$ gives each pixel a colour from $[0, 1]^3$, and a mask says which pixels are missing: the
# *hole*. A method gets the mask and the damaged image $x$. It returns an image $\hat y$ that equals
# $x$ exactly in every known pixel and is *plausible* in the hole. Every method in this course is one
# way of saying what plausible means.
#
# ## Which hole is harder?
#
# Two sets of masks for the same hundred pictures of 32 × 32 pixels: in one, a square takes a quarter of each picture; in the other, 90 % of
# all pixels are missing, scattered.
#
# **Predict.** `harmonic` fills both. Look at the pixels that are missing in both sets. In which set is its error there smaller?

# %%
from course_lib import evaluation, masks

patches, lines = evaluation.frozen_patches()
square = masks.squares(len(patches), 32, side=16)
scattered = masks.random_pixels(len(patches), 32, fraction=0.9, seed=10)

# %%
import numpy as np

from course_lib import classical, metrics


def scores(holes):
    damaged = masks.damage(patches, holes)
    fills = [classical.harmonic(*pair) for pair in zip(damaged, holes, strict=True)]
    shared = square & scattered
    return np.array([metrics.psnr(*one) for one in zip(patches, fills, shared, strict=True)])


# %%
lead = scores(scattered) - scores(square)
print(f"scattered ahead in {(lead > 0).sum()} of {len(lead)} pictures,")
print(f"by {lead.mean():.1f} dB on average (standard deviation {lead.std():.1f})")

# %% [markdown]
# **Read.** In most pictures the same pixels are filled better with 90 % missing than with a quarter.
# So area is not what makes a hole hard. How far is each missing pixel from the nearest known one?
# Call that its *depth*.

# %%
from course_lib import plots

plots.show(
    plots.depth_map({"square": square[0], "scattered": scattered[0]}),
    alt="Above, a white square on black, and a mask almost all white. Below, their depth maps: the "
    "square's rises to 8 pixels in the middle; the other's is shallow nearly everywhere.",
    caption="Above, white is missing. Below, its distance to the nearest known pixel (black).",
)

# %% [markdown]
# The middle of the square is 8 pixels from anything known. Most scattered pixels have a known one within 3.
#
# **Predict.** If we sort the missing pixels by depth, which of the two sets has the larger error at *equal* depth?

# %%
many = np.tile(patches, (5, 1, 1, 1))  # because few scattered pixels lie deep
holes = {
    "square": masks.squares(len(many), 32, side=16),
    "scattered": masks.random_pixels(len(many), 32, fraction=0.9, seed=10),
}
table = evaluation.by_depth({"harmonic": classical.harmonic}, many, holes)

# %%
plots.show(
    plots.curves(
        {name: (rows.depth, rows.psnr) for name, rows in table.groupby("masks", sort=False)},
        title="Pixels of equal depth",
        xlabel="depth (px)",
        ylabel="PSNR (dB)",
    ),
    alt="Two curves of PSNR fall with depth; from 2 pixels on the square's is the lower one, by up "
    "to 0.9 dB, and it goes on to 8 pixels.",
    caption="The deeper, the worse, in both sets; at equal depth they are less than 1 dB apart.",
)

# %% [markdown]
# **Read.** Beyond 1 pixel, the square: by 0.9 dB at most, though it removes less than a third as much. Depth
# matters far more: 6 dB from the square's rim to its middle.
#
# ## Many masks
#
# Lines, brush strokes, squares, scattered pixels and irregular blobs (`bucket`), thin and wide, few and many: 29 sets
# of masks. For each set we take the PSNR over all missing pixels of the hundred pictures.
#
# **Predict.** Which predicts a set's error better: the share of pixels that it removes, or its mean depth?

# %%
from course_lib import scenes

smoothing = {name: classical.METHODS[name] for name in ("harmonic", "navier_stokes")}
sets = evaluation.by_mask(smoothing, patches, scenes.mask_families(len(patches), seed=2026))

# %%
for method, rows in sets.groupby("method"):
    for number in ("hole_fraction", "mean_depth"):
        agreement = -rows[number].corr(rows.psnr_hole, method="spearman")
        print(f"{method:14s} agreement of the error with {number:14s} {agreement:.2f}")

# %%
harmonic = sets[sets.method == "harmonic"]
for number, label, caption in (
    ("hole_fraction", "share missing", "By area: 21 to 25 dB with a quarter missing."),
    ("mean_depth", "mean depth (px)", "By mean depth: one narrow band."),
):
    drawing = plots.points(
        {name: (rows[number], rows.psnr_hole) for name, rows in harmonic.groupby("family")},
        title="29 sets of masks, filled by harmonic",
        xlabel=label,
        ylabel="PSNR in holes (dB)",
    )
    plots.show(drawing, alt=f"{caption} PSNR against {label}, a point per set.", caption=caption)

# %% [markdown]
# **Read.** The agreement is a rank correlation: 1 if the number puts the sets in the order of their errors. Mean
# depth nearly does, for both methods. This is why a scratch across a whole photograph is easy and a square hole of the same
# area is not.
#
# ## Design a mask
#
# **Predict.** One mask removes half of the picture, another a tenth. Can the second have twice the mean depth?
#
# (On a page that only shows this notebook, you see a square.)

# %%
from course_lib import widgets

widgets.mask_designer()

# %% [markdown]
# **Read.** It can: half of all pixels, scattered, have a mean depth of 1.0; those of a 10 × 10 square, 2.2.
#
# ## Errors in holes, errors in images
#
# The *peak signal-to-noise ratio* is a logarithm of the mean *squared* error: $\mathrm{PSNR} = -10
# \log_{10} \mathrm{MSE}$. So 20 dB means a typical error of 0.1, and 40 dB one of 0.01.


# %%
def psnr(true, predicted, mask=None):
    squared = (true - predicted) ** 2
    return -10 * np.log10(squared.mean() if mask is None else squared[mask].mean())


# %% [markdown]
# **Predict.** We fill every hole of a photograph with mid-grey; `composite` puts the known pixels back:
# `np.where(mask[..., None], predicted, image)`. In the holes the error is large. And over the
# whole image?

# %% tags=["nbval-check-output"]
from course_lib import data

truth = data.photo("coffee")[40:296, 120:376]
mask = masks.brush_strokes(1, 256, seed=3)[0]
grey = masks.composite(truth, np.full_like(truth, 0.5), mask)
print(f"in the holes {psnr(truth, grey, mask):.2f} dB, whole image {psnr(truth, grey):.2f} dB")
gain = -10 * np.log10(masks.hole_fraction(mask))
print(f"-10 log10 of the hole fraction: {gain:.2f} dB")

# %% [markdown]
# **Read.** All the error is in the hole, a share $r$ of the pixels. Spread over the whole image, the mean squared error
# is $r$ times as large, so PSNR is $-10 \log_{10} r$ higher, whatever the method. When someone reports 30 dB, ask: in the
# holes or in the image, how large were the holes, and were the known pixels put back?
#
# ## Which colour is the hole?
#
# In a file a mask is a black and white picture, and programs disagree: for `cv2.inpaint`, scikit-image and diffusers
# white is the hole; in the paper on partial convolutions black is. `as_mask` asks you to say which. Take someone
# else's file, in which black is the hole.
#
# **Predict.** What happens if you take white for the hole?

# %% tags=["nbval-check-output"]
stored = (~mask * 255).astype(np.uint8)
for colour in ("black", "white"):
    taken = masks.as_mask(stored, hole=colour)
    print(f"{colour} is the hole: {100 * masks.hole_fraction(taken):.0f} % missing")

# %% [markdown]
# **Read.** Nothing complains. Inverted, the mask keeps the damage and has everything else invented.
# Look at the hole fraction before you believe a result.
#
# ## The leaderboard
#
# From here to the last lesson one table compares all methods on the same pictures and the same holes: the hundred patches from above, cut
# from a photograph of a coffee cup, each under its own lines.

# %%
plots.show(
    [*patches[:8], *lines[:8], *masks.damage(patches[:8], lines[:8])],
    columns=8,
    alt="Three rows of eight: patches of a coffee cup and a table; masks of white lines; "
    "the patches with those lines black.",
    caption="Eight of the hundred: picture, mask, damaged.",
)

# %%
standings = evaluation.standings("nothing", "grey", "mean", "nearest", "navier_stokes")
plots.show(
    plots.standings(standings),
    alt="Bars of hole PSNR: Navier-Stokes, nearest, then far behind mean, grey, nothing.",
    caption="Methods that look at neighbours lead.",
)

# %% [markdown]
# **Read.** `nothing` leaves the holes black. `grey` and `mean` write one colour: mid-grey, or the
# mean of the known pixels. `nearest` and `navier_stokes` look at neighbours. Each lesson adds what
# it teaches: `harmonic` joins in lesson 02, where you write it.
#
# ## Questions
#
# **1.** Which of these is hardest for a method that smooths?
#
# 1. 70 % of all pixels, missing at random.
# 2. Six lines, three pixels wide.
# 3. A square of 20 × 20 pixels.
#
# <details><summary>Answer</summary>
#
# **3.** Its pixels lie 3.85 pixels deep on average, those of 1 and 2 less than 1.5. `harmonic` reaches 20.4 dB on it and about 25 on the
# others, although 1 removes nearly twice as much.
# </details>
#
# **2.** A paper reports 38 dB over the whole image, for holes of 1 %, with known pixels put back. In the holes that is
#
# 1. 38 dB.
# 2. 18 dB.
# 3. 58 dB.
#
# <details><summary>Answer</summary>
#
# **2.** $-10 \log_{10} 0.01 = 20$ dB come from pixels that were never missing. 1 would hold if the hole were the whole image. 3 has the
# sign wrong.
# </details>

# %% [markdown]
# ## Key points
#
# * For methods that smooth, a hole is as hard as its pixels are deep. Over all missing pixels, area adds little to that.
# * Measure in the holes: over the whole image the same fill gains $-10 \log_{10} r$ dB.
# * Say which colour is the hole, and look at the hole fraction.
#
# {{exercise}}
#
# {{next}}

# %% [markdown]
# <details><summary>Notes</summary>
#
# *Lines.* They are drawn as in the article that this course grew from, including one fault: end points run from 1 to 31 instead of 0 to 31,
# so row 0 and column 0 are missing less often than row 31 and column 31. The course keeps the fault to stay comparable.
#
# *Depth or area.* If we average each picture's decibels instead of pooling the pixels, area tells
# about as much as depth ([RESULTS.md](../benchmarks/RESULTS.md), *Lesson 01: depth or area*).
#
# *A bit that leaks.* The article blackens holes with a bitwise AND that leaves the lowest bit of the truth. On our patches it is worth
# nothing: 21.14 dB with and without it (RESULTS.md, *what leaked bits are worth*). To find a leak, change what stands in the hole: the fill
# must not change.
# </details>
#
# ## References
#
# * Liu, Reda, Shih, Wang, Tao, Catanzaro: [Image Inpainting for Irregular Holes Using Partial
#   Convolutions](https://arxiv.org/abs/1804.07723), ECCV 2018. Masks in six buckets of hole fraction.
# * Yu, Lin, Yang, Shen, Lu, Huang: [Free-Form Image Inpainting with Gated
#   Convolution](https://arxiv.org/abs/1806.03589), ICCV 2019. Brush strokes.
