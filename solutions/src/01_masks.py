# %% [markdown]
# # Exercise 01: masks that mean what you think
#
# {{badge}}
#
# Four tasks on [lesson 01](../notebooks/01_masks.ipynb), about 50 minutes. ★ implement, ★★ explain or
# find the fault, ★★★ open. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("01_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/01_masks.ipynb), compare your words with its
# [solution](../solutions/01_masks.ipynb).

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import checks, classical, data, masks, metrics, plots

# %% [markdown]
# ## Task 1 ★: make any library's mask ours
#
# A mask reaches you as a stored picture: `uint8` from 0 to 255, floats from 0 to 1, or `bool`; with shape
# `(H, W)`, `(H, W, 1)`, or `(H, W, 3)` with three equal channels. JPEG has left its edges a little grey.
# The hole may be white or black.
#
# Write `to_hole_mask(stored, hole)`, where `hole` is `"white"` or `"black"`. It returns a `bool` array of
# shape `(H, W)`, `True` = hole. A pixel is white if it lies above the middle of its dtype's range, and black
# if not. (Write your own: the library's `masks.as_mask` takes a `uint8` picture of 0s and 1s for a mask
# too; by this rule both are black.)
#
# Expected: for the JPEG-like mask made below and `hole="black"`, a square of 100 hole pixels.

# %% [markdown] tags=["hints"]
# 1. Three questions, one after the other: how many axes, what is the middle of the range, and
#    which side of it is the hole?
# 2. array.dtype.kind is 'b' for bool, 'u' for uint8 and 'f' for floats: the middle is 0.5, 127.5
#    and 0.5. With three axes, array[..., 0] is one channel.
# 3. white = array > middle; then return white if hole == "white", and ~white if not.


# %%
def to_hole_mask(stored, hole):
    ### BEGIN SOLUTION
    array = np.asarray(stored)
    if array.ndim == 3:
        array = array[..., 0]
    middle = {"b": 0.5, "u": 127.5, "f": 0.5}[array.dtype.kind]
    white = array > middle
    return white if hole == "white" else ~white
    ### END SOLUTION


# %%
stored = np.full((32, 32, 3), 252, dtype=np.uint8)  # white, as JPEG leaves it
stored[8:18, 5:15] = 3  # and black
result = to_hole_mask(stored, "black")
print("holes:", "no answer yet" if result is None else np.sum(result))

# %%
checks.task_01_1(to_hole_mask)

# %% [markdown]
# ## Task 2 ★★: explain two averages that differ
#
# Twenty patches, each with its own mask, are filled by Navier-Stokes. The cell below prints two averages. The
# second is the leaderboard's, taken over all missing pixels of the batch together. Why is the first one larger?

# %% [markdown] tags=["hints"]
# 1. Decibels cannot be averaged; squared errors can. What is the mean squared error of a picture
#    whose PSNR you know?
# 2. mse = 10 ** (-psnr / 10). A picture with twice the holes has twice the pixels to average over:
#    weight it accordingly.
# 3. weights = hole_fractions / hole_fractions.sum(); the pooled error is the sum of weights *
#    mse; take -10 log10 of it.

# %%
patches = data.load("photos").test[:20] / np.float32(255)
holes = masks.random_lines(20, 32, seed=5)
fills = np.stack(
    [classical.METHODS["navier_stokes"](*pair) for pair in zip(patches, holes, strict=True)]
)
one_by_one = np.array([metrics.psnr(*three) for three in zip(patches, fills, holes, strict=True)])
fractions = holes.mean(axis=(1, 2))
print(f"mean of the twenty PSNRs       {one_by_one.mean():.2f} dB")
print(f"PSNR of all hole pixels at once {metrics.psnr(patches, fills, holes):.2f} dB")

# %% [markdown]
# Show that you can explain it: write `pooled_psnr(psnrs, hole_fractions)`, which gets only each
# picture's PSNR in its holes (dB) and its hole fraction, and returns the PSNR over all hole pixels at
# once. All pictures have the same size. No pixel is needed.
#
# Expected: with `one_by_one` and `fractions`, the second of the two numbers above.


# %%
def pooled_psnr(psnrs, hole_fractions):
    ### BEGIN SOLUTION
    squared_errors = 10 ** (-np.asarray(psnrs) / 10)
    weights = np.asarray(hole_fractions) / np.sum(hole_fractions)
    return float(-10 * np.log10(np.sum(weights * squared_errors)))
    ### END SOLUTION


# %%
checks.task_01_2(pooled_psnr)

# %% [markdown]
# In your own words: why is the mean of the decibels larger here?
#
# <!-- BEGIN SOLUTION -->
# The logarithm is concave (Jensen's inequality): averaging after it rewards very easy pictures, because a
# tiny error is a very large number of decibels. Pooling averages the squared errors first, so the bad
# pixels decide. And when decibels are averaged, a picture with ten missing pixels counts as much as one
# with three hundred, while pooling counts every missing pixel once. That can move the pooled number
# either way, even above the mean (40 dB in half of one picture, 10 dB in a thousandth of another: mean
# 25 dB, pooled 35 dB). The leaderboard pools.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: bug hunt, squares anywhere
#
# A public generator of square holes looked much like this. It promises `count` masks, each with one
# square of `side` × `side` pixels anywhere in the picture. It runs, and its pictures look like masks.

# %% [markdown] tags=["hints"]
# 1. Draw twenty masks with it and look where squares lie, how large they are, and how the masks
#    of one call differ.
# 2. A whole square fits where its upper left corner lies between 0 and size - side, both included;
#    row and column are separate draws, and so are two masks.
# 3. tops = rng.integers(size - side + 1, size=count); lefts likewise; then one assignment
#    batch[i, top : top + side, left : left + side] = True for each i.


# %%
def published_squares(count, size, side, rng):
    """Masks (count, size, size), True = hole, one random square each."""
    batch = np.zeros((count, size, size), dtype=bool)
    x = y = rng.integers(1, size)
    batch[:, y : y + side, x : x + side] = True
    return batch


drawn = published_squares(4, 32, 10, np.random.default_rng(7))
plots.show(
    list(drawn),
    titles=[f"mask {number}" for number in range(4)],
    alt="Four black pictures, each with the same white square on the diagonal, low on the right.",
    caption="Four masks from one call. Draw a few more with other seeds and look.",
)

# %% [markdown]
# It has four faults. Find them and write `random_squares`, whose squares are whole, independent of each
# other, and equally likely at every place where a whole square fits. All randomness comes from `rng`.
#
# Expected: four different squares, not on one diagonal, each of `side * side` pixels.


# %%
def random_squares(count, size, side, rng):
    ### BEGIN SOLUTION
    batch = np.zeros((count, size, size), dtype=bool)
    places = size - side + 1  # integers(n) draws 0 to n - 1
    for mask, y, x in zip(
        batch, rng.integers(places, size=count), rng.integers(places, size=count), strict=True
    ):
        mask[y : y + side, x : x + side] = True
    return batch
    ### END SOLUTION


# %%
checks.task_01_3(random_squares)

# %% tags=["expected"]
if checks.task_01_3(random_squares):
    plots.show(
        list(random_squares(4, 32, 10, np.random.default_rng(7))),
        titles=[f"mask {number}" for number in range(4)],
        alt="Four black pictures, each with one whole white square at a place of its own.",
        caption="Four masks from one call: four places, four whole squares.",
    )

# %% [markdown]
# Which four faults did you find?
#
# <!-- BEGIN SOLUTION -->
# 1. `x = y`: every square lies on the main diagonal.
# 2. One draw for the whole batch: all masks are the same.
# 3. `x` and `y` run up to `size - 1`, so squares are cut off at the border and the hole is smaller than
#    promised.
# 4. They start at 1: row 0 and column 0 are never missing.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: the hardest hole
#
# With at most 15 % of a 32 × 32 picture (153 pixels), what is the hardest hole for `biharmonic`? Write
# `hard_mask()`, which returns a `bool` array of shape `(32, 32)`. The check fills your hole in 50 patches, each
# turned in all four ways, and compares the PSNR in the holes with that of a centred square of 12 × 12 pixels.
# Yours must be at least 1.5 dB lower. Think of what made a pixel hard in lesson 01, then try.
#
# Expected: a mask that is harder by 1.5 dB or more; the best that we found by hand is harder by 4.4 dB.

# %% [markdown] tags=["hints"]
# 1. A pixel is hard when known pixels are far away. How far are they in the centred square, and
#    where could they be farther?
# 2. The border of the picture has nothing behind it: a hole that touches it has known pixels on
#    fewer sides.
# 3. mask[:12, :12] = True touches two borders. Then try other shapes with masks.hole_depth.


# %%
def hard_mask():
    ### BEGIN SOLUTION
    mask = np.zeros((32, 32), dtype=bool)
    mask[:12, :12] = True
    return mask
    ### END SOLUTION


# %%
checks.task_01_4(hard_mask)

# %% [markdown]
# Say why your hole is hard, and what would be harder still.
#
# <!-- BEGIN SOLUTION -->
# A square in the corner has known pixels on two sides only: its far corner is 12 pixels from them instead of 6, and
# the method must extrapolate instead of interpolate. It is 2.4 dB harder, with a mean depth of 4.5 pixels instead of
# 2.5. The triangle `row + column < 17` is 3.8 dB harder (4.5 pixels), a quarter disc of 153 pixels 4.4 dB (5.0
# pixels). A strip of four rows along a border has known pixels on one side only, but is no deeper than the centred
# square (2.5 pixels), and no harder.
#
# **Rubric.** (1) The mask has at most 153 holes and beats the centred square by 1.5 dB: check. (2) The answer names
# the distance to known pixels, or the missing side, as the reason. (3) At least one other shape was tried and its
# number is written down. (4) Extra: hole depth (`masks.hole_depth`) is measured for both.
# <!-- END SOLUTION -->

# %%
checks.progress()
