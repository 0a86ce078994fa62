# %% [markdown]
# # Exercise 02: let heat flow
#
# {{badge}}
#
# Four tasks on [lesson 02](../notebooks/02_diffusion.ipynb), about 60 minutes. ★ implement, ★★ explain or
# find the fault, ★★★ open. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("02_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/02_diffusion.ipynb), compare your words with its
# [solution](../solutions/02_diffusion.ipynb).

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import checks, classical, data, masks, metrics, plots

# %% [markdown]
# ## Task 1 ★: sweeps that need no start
#
# The lesson's sweeps start from a black hole, and the black takes hundreds of sweeps to wash out. So let a
# missing pixel have *no value* until heat has reached it. NaN in all three channels stands for no value.
#
# Write one sweep, `spread(image, mask)`. It gets an image `(H, W, 3)` in which pixels without a value are
# NaN, and the mask `(H, W)`, `True` = hole. It returns a new image:
#
# * known pixels stay as they are;
# * every missing pixel, whether it has a value already or not, becomes the mean of those of its neighbours
#   that have a value. Neighbours are the pixels above, below and beside it inside the picture, with their
#   values in the image passed in;
# * a missing pixel without any such neighbour gets NaN. (A RuntimeWarning from NumPy about these does no
#   harm.)
#
# Expected: on the photograph below, 30 sweeps give about 27 dB in the holes, where a black start gives 9.6.

# %% [markdown] tags=["hints"]
# 1. Pad the picture with NaN: then a neighbour outside the picture and one without a value are
#    the same thing.
# 2. Stack the four shifted pictures along a new axis. np.isnan tells which of the four have a
#    value; np.nansum adds those.
# 3. total = np.nansum(neighbours, axis=0); count = (~np.isnan(neighbours)).sum(axis=0); total /
#    count where count > 0, NaN elsewhere; np.where(mask[..., None], ..., image).

# %%
truth = data.photo("coffee")[60:188, 210:338]
mask = masks.brush_strokes(1, 128, seed=11)[0]
damaged = masks.damage(truth, mask)
from_black = classical.jacobi(damaged, mask, 30)
print(f"30 sweeps from black: {metrics.psnr(truth, from_black, mask):.1f} dB in the holes")


# %%
def spread(image, mask):
    ### BEGIN SOLUTION
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    neighbours = np.stack(
        [padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]]
    )
    count = (~np.isnan(neighbours)).sum(axis=0)
    total = np.nansum(neighbours, axis=0)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return np.where(mask[..., None], mean, image)
    ### END SOLUTION


# %%
checks.task_02_1(spread)

# %% tags=["expected"]
if checks.task_02_1(spread):
    reached = np.where(mask[..., None], np.nan, damaged)
    for _ in range(30):
        reached = spread(reached, mask)
    pictures = {"30 sweeps from black": from_black, "30 sweeps of spread": reached}
    plots.show(
        [damaged, *pictures.values()],
        titles=["damaged"]
        + [f"{name}: {metrics.psnr(truth, p, mask):.1f} dB" for name, p in pictures.items()],
        alt="A damaged photograph; its strokes filled but still dark inside; the same strokes "
        "filled without any dark.",
        caption="After as many sweeps: no dark is left, since none was there to begin with.",
    )

# %% [markdown]
# ## Task 2 ★★: explain why a long scratch takes twice as long
#
# In a gap of $n$ pixels in one row the slowest error is half a wave from end to end, and a sweep multiplies it by
# $\cos(\pi/(n+1))$ (question 2 of the lesson). A hole of `height` × `width` pixels in the middle of a picture has a
# slowest error too: half a wave down times half a wave across. The cell below sweeps this error until 1 % of it is
# left.

# %% [markdown] tags=["hints"]
# 1. Take the error apart: sin(down) times sin(across). What does the mean of the pixels above and
#    below do to it, and what the mean of those beside it?
# 2. The first multiplies it by cos(pi / (height + 1)), the second by cos(pi / (width + 1)); the
#    mean of all four multiplies it by the mean of these two numbers.
# 3. After k sweeps rate ** k is left. The smallest k with rate ** k <= factor is log(factor) /
#    log(rate), rounded up.


# %%
def half_wave(n):
    return np.sin(np.pi * np.arange(n + 2) / (n + 1))  # 0 at both ends: known pixels


def sweeps_measured(height, width, factor):
    error = np.outer(half_wave(height), half_wave(width))
    middle = height // 2, width // 2
    goal, sweeps = factor * error[middle], 0
    while error[middle] > goal:
        inside = error[:-2, 1:-1] + error[2:, 1:-1] + error[1:-1, :-2] + error[1:-1, 2:]
        error[1:-1, 1:-1] = inside / 4
        sweeps += 1
    return sweeps


for height, width in ((15, 15), (15, 150)):
    print(f"{height} x {width:3d} pixels: {sweeps_measured(height, width, 0.01)} sweeps")

# %% [markdown]
# The second hole, a scratch, is as wide as the square, only longer, yet takes about twice as many sweeps.
# Explain both numbers: write `sweeps_needed(height, width, factor)`, which computes, without sweeping, how many
# sweeps shrink the slowest error to `factor` (between 0 and 1) of itself or less. First find the factor by
# which one sweep multiplies it: the mean of the four neighbours is the mean of two one-dimensional means.
#
# Expected: exactly the two numbers above.


# %%
def sweeps_needed(height, width, factor):
    ### BEGIN SOLUTION
    shrinks = (np.cos(np.pi / (height + 1)) + np.cos(np.pi / (width + 1))) / 2
    return int(np.ceil(np.log(factor) / np.log(shrinks)))
    ### END SOLUTION


# %%
checks.task_02_2(sweeps_needed)

# %% [markdown]
# In your own words: why twice? And how many sweeps would a scratch of 15 × 1500 pixels take?
#
# <!-- BEGIN SOLUTION -->
# The four neighbours are two above and below and two beside. The first pair multiplies the half wave down by
# cos(π/(height+1)), the second the half wave across by cos(π/(width+1)), and a sweep multiplies by the mean of the
# two. In the square both pairs drain the error. Along the scratch the pixels beside are nearly as wrong as the pixel
# itself (the cosine is nearly 1), so only one pair helps: the error loses half as much per sweep and takes twice as
# long. A scratch of 15 × 1500 pixels takes 477 sweeps instead of 472, because that cosine cannot rise above 1.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: bug hunt, heat that flows astray
#
# Code like this could be published: it is short and it runs. It promises to let heat flow into the hole until nothing
# changes any more, so that in the end the fill is the harmonic one. `flow` is the Laplacian: the neighbours,
# summed, minus four times the pixel.

# %% [markdown] tags=["hints"]
# 1. Follow one step by hand: what does a border pixel get, what happens to a known pixel, and which
#    number in place of 0.3 makes a step one of Jacobi's sweeps?
# 2. np.pad(fill, ..., mode='edge') lets nothing through the border. The known pixels must be back
#    before the next step begins. And when is a small step a small error?
# 3. Inside the loop: flow from the padded fill, fill + 0.25 * flow in the hole and image
#    elsewhere (np.where), and no break.


# %%
def published_heat(image, mask, steps):
    """Fill the hole of an image (H, W, 3) by at most this many steps of heat flow."""
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        before = fill
        flow = -4 * fill
        for axis in (0, 1):
            flow += np.roll(fill, 1, axis) + np.roll(fill, -1, axis)
        fill = np.clip(fill + 0.3 * flow, 0, 1)
        if np.abs(fill - before).max() < 0.002:  # nothing changes any more
            break
    return np.where(mask[..., None], fill, image)


cup = data.photo("coffee")[60:124, 210:274]
holes = np.zeros((64, 64), bool)
holes[:14, 8:26], holes[24:54, 14:44] = True, True
plots.show(
    [
        masks.damage(cup, holes),
        published_heat(cup, holes, 3000),
        classical.harmonic(cup, holes),
    ],
    titles=["damaged", "published", "harmonic"],
    alt="A cup's rim with two square holes, one at the upper border; the published fill is a "
    "chessboard, the harmonic one smooth.",
    caption="This is not what was promised. Mend one fault, and the next one shows.",
)

# %% [markdown]
# It has four faults. Find them and write `heat`, whose fill comes as close to the harmonic one as you like if `steps`
# is large enough, for holes of any width and at any place. (Calling the library's `classical` does not count: the
# heat must flow, step by step.)
#
# Expected: after 3,000 steps no pixel of the fill is off by more than 0.01, and more steps always bring it nearer.


# %%
def heat(image, mask, steps):
    ### BEGIN SOLUTION
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        around = np.pad(fill, ((1, 1), (1, 1), (0, 0)), mode="edge")  # no flow through the border
        flow = around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]
        fill = np.where(mask[..., None], fill + 0.25 * (flow - 4 * fill), image)
    return fill
    ### END SOLUTION


# %%
checks.task_02_3(heat)

# %% tags=["expected"]
if checks.task_02_3(heat):
    progress = {steps: heat(cup, holes, steps) for steps in (30, 300, 3000)}
    plots.show(
        [masks.damage(cup, holes), *progress.values()],
        titles=["damaged"] + [f"{steps} steps" for steps in progress],
        alt="A cup's rim with two holes, and after 30, 300 and 3000 steps: dark holes, then less "
        "dark, then smooth.",
        caption="Heat flows in from each hole's own rim, and not through the picture's border.",
    )

# %% [markdown]
# Which four faults did you find?
#
# <!-- BEGIN SOLUTION -->
# 1. `np.roll` wraps around: heat that leaves at the top comes in at the bottom. At the border there are fewer
#    neighbours; `np.pad(..., mode="edge")` makes a missing one count for nothing.
# 2. A step of 0.3 is too large. With 0.25 a pixel becomes the mean of its neighbours, which is one of Jacobi's
#    sweeps; beyond that it is pushed past the mean, the overshoot grows from step to step, and a chessboard
#    appears. (SOR may go further, because it uses new values at once.)
# 3. Known pixels are put back once, after the loop. By then they have cooled and blurred, and the fill is
#    right for a rim that is not the picture's.
# 4. It stops when a *step* is small. Across a wide hole the error shrinks by only a per cent or so per step, so a step
#    of 0.002 means an error near 0.2, not 0.002.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: how far can it overshoot?
#
# The harmonic fill is never brighter than its rim. The biharmonic one continues slopes, and may leave the known range. How far?
# Write `surroundings()`, a float image `(32, 32, 3)` whose known pixels lie between 0.25 and 0.75. The check cuts out the
# centred square of 12 × 12 pixels, fills it by `classical.uncut_biharmonic`, and asks for a pixel at least 0.5 brighter than the
# brightest known one.
#
# Expected: 0.5 or more; the best that we know is 1.44.

# %% [markdown] tags=["hints"]
# 1. A roof overshoots, because two slopes that rise towards each other go on rising. From how many sides can the
#    picture rise towards the hole, and how steeply?
# 2. Only the two rings of known pixels next to the hole count. The steepest rise is from 0.25 to 0.75 from one pixel
#    to the next.
# 3. With down, right = np.mgrid[:32, :32] - 15.5 let ring = np.maximum(abs(down), abs(right)) be the distance from the
#    middle; the hole has ring < 6. Make the first ring around it, ring < 7, bright and everything beyond it dark.


# %%
def surroundings():
    ### BEGIN SOLUTION
    down, right = np.mgrid[:32, :32] - 15.5
    ring = np.maximum(abs(down), abs(right))
    return np.repeat(np.where(ring < 7, 0.75, 0.25)[..., None], 3, axis=-1)
    ### END SOLUTION


# %%
checks.task_02_4(surroundings)

# %% [markdown]
# Say why your surroundings overshoot, and how you would find the farthest of all.
#
# <!-- BEGIN SOLUTION -->
# From all four sides the picture rises by 0.5 in one pixel, and the fill goes on rising, to 1.37 above the rim. Every filled pixel is a weighted
# sum of known ones, and the weights may be negative: light one known pixel at a time, fill, and read off its weight at the middle. A picture
# that is bright where the weight is positive and dark where it is negative takes the middle pixel farthest: 1.44.
#
# **Rubric.** (1) 0.5 above the brightest known pixel: check. (2) The answer names the slope at the rim, on several sides, as the reason. (3) At
# least one other picture was tried and its number is written down. (4) Extra: the weights are found, and from them the best picture.
# <!-- END SOLUTION -->

# %%
checks.progress()
