# %% [markdown]
# # Exercise 15: film
#
# {{badge}}
#
# Four tasks on [lesson 15](../notebooks/15_film.ipynb), about an hour. ★ implement, ★★ explain or find the
# fault. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("15_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/15_film.ipynb), compare your words with its
# [solution](../solutions/15_film.ipynb).

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import checks, clips, plots

# %% [markdown]
# ## Task 1 ★: what can be found at all
#
# Before anything is repaired, count: how much of what a frame lacks does another frame show, at the same place? Write
# `findable(holes, reach)`:
#
# * `holes` is `bool` `(T, H, W)`, `True` = hole; each frame has a hole.
# * Only frames at most `reach` before or after count. The film has a first and a last frame.
# * Return an array `(T,)`: for each frame the share of its missing pixels that at least one of those frames shows, 0
#   to 1.
#
# Expected for the scratches below: 1.0 in each frame for those that wander, 0.0 for those that stay.

# %% [markdown] tags=["hints"]
# 1. A pixel cannot be found if it is a hole in the frame and in all frames around it. What does
#    holes[first:last].all(axis=0) say?
# 2. The first frame has nothing before it: begin at max(0, t - reach). A slice ends before its last
#    number, so end it at t + reach + 1; NumPy cuts off what lies beyond the end.
# 3. For each t: lost = holes[max(0, t - reach) : t + reach + 1].all(axis=0), and the share is
#    1 - lost[holes[t]].mean().


# %%
def findable(holes, reach):
    ### BEGIN SOLUTION
    shares = []
    for t, hole in enumerate(holes):
        lost = holes[max(0, t - reach) : t + reach + 1].all(axis=0)
        shares.append(1 - lost[hole].mean())
    return np.array(shares)
    ### END SOLUTION


# %%
wander = clips.scratches(8, (60, 80), lines=1, step=6, seed=0)
stay = clips.scratches(8, (60, 80), lines=1, step=0, seed=0)
for name, holes in {"wander": wander, "stay": stay}.items():
    print(name, findable(holes, 2))

# %%
checks.task_15_1(findable)

# %% [markdown]
# ## Task 2 ★★: bug hunt, a median over frames that glide
#
# A camera glides over a wall, by whole pixels. Below is a repair of the kind one finds. It
# promises:
#
# *`frames` is a float array `(T, H, W, 3)`, `holes` is `bool` `(T, H, W)`, `glide` is `(down, right)`, two whole numbers: what stands at
# `(row, column)` in one frame stands at `(row - down, column - right)` in the next. Each missing pixel gets the median, channel by
# channel, of what all frames of the film show of that point of the wall. A pixel that no frame shows stays as it came, and so does
# every known one.*

# %% [markdown] tags=["hints"]
# 1. Three faults. Take glide = (0, 2) and one bright pixel in frame 0: where does it stand in
#    frame 1, and where does the code move it to?
# 2. moved[holes[s]] speaks of places in frame s, but moved lies as frame t does. And np.roll brings
#    back on the right what leaves on the left.
# 3. Without np.roll: for each missing pixel and each frame s compute y = row - (s - t) * down and
#    x = column - (s - t) * right, and use frames[s, y, x] only if it lies inside and is no hole.


# %%
def published_median(frames, holes, glide):
    filled = frames.copy()
    for t, hole in enumerate(holes):
        shown = []
        for s, frame in enumerate(frames):
            moved = np.roll(frame, [(t - s) * step for step in glide], axis=(0, 1))
            moved[holes[s]] = np.nan
            shown.append(moved)
        found = hole & np.isfinite(shown).all(axis=-1).any(axis=0)
        filled[t, found] = np.nanmedian(np.array(shown)[:, found], axis=0)
    return filled


# %%
wall = clips.moving("brick", 8, (60, 80), camera=(0, 3), grain=0, seed=1)
hurt = np.where(wander[..., None], np.float32(1), wall)
repaired = published_median(hurt, wander, (0, 3))
print("mean absolute error in the holes:", np.abs(repaired - wall)[wander].mean().round(4))
plots.show_films(
    {"damaged": hurt, "as published": repaired},
    alt="A brick wall glides by with a white scratch, and repaired with a strip that does not fit.",
    caption="The strip shows the wrong stones.",
)

# %% [markdown]
# Find the three faults, and write `aligned_median`, with the same arguments, which keeps the promise.
#
# Expected: an error of 0.0000 for the wall above.


# %%
def aligned_median(frames, holes, glide):
    ### BEGIN SOLUTION
    filled, (height, width) = frames.copy(), holes.shape[1:]
    for t, row, column in np.argwhere(holes):
        shown = []
        for s, frame in enumerate(frames):
            y, x = row - (s - t) * glide[0], column - (s - t) * glide[1]
            if 0 <= y < height and 0 <= x < width and not holes[s, y, x]:
                shown.append(frame[y, x])
        if shown:
            filled[t, row, column] = np.median(shown, axis=0)
    return filled
    ### END SOLUTION


# %%
mended = aligned_median(hurt, wander, (0, 3))
print("no answer yet" if mended is None else f"{np.abs(mended - wall)[wander].mean():.4f}")

# %%
checks.task_15_2(aligned_median)

# %% [markdown]
# Which three did you find, and which of them would you not notice with a still camera?
#
# <!-- BEGIN SOLUTION -->
# 1. Frames are moved the wrong way: frame s must be moved by (s - t) times the glide.
# 2. The holes are not moved with their frame, so scratches are taken for wall and wall is thrown away.
# 3. `np.roll` wraps: at the border, stones from the other side come in, as if a frame showed them.
#
# With a still camera nothing moves, so none of the three can be noticed. A test with a still film proves nothing here.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: bug hunt, a flicker with the camera in it
#
# In a paper's code the flicker of a repaired film is computed as below. It promises:
#
# *The root mean square change of the **error** from one frame to the next, over all channels. The error of a **point of the scene** is followed:
# what stands at `(row, column)` in one frame stands at `(row - down, column - right)` in the next. `glide` is `(down, right)`, whole numbers. Points
# that leave the picture are not counted.*
#
# (The lesson's flicker is simpler: it compares the same place, so when the camera glides, a steady error counts as
# flicker.)

# %% [markdown] tags=["hints"]
# 1. Give it the truth itself as the repaired film: what should come out, and what does?
# 2. Look at error = predicted - true. Rows of frame t that are still there in frame t + 1 run from
#    max(0, down) to height + min(0, down), and there they are rows max(0, -down) to
#    height - max(0, down).
# 3. now = error[:-1, those rows, those columns], then = error[1:, their rows, their columns];
#    return np.sqrt(((then - now) ** 2).mean()).


# %%
def published_flicker(true, predicted, glide):
    return np.abs(np.diff(predicted, axis=0)).mean()


# %%
patch = np.zeros_like(wall)  # an error that stays on its stone
for t, frame in enumerate(patch):
    frame[20:30, 50 - 3 * t : 60 - 3 * t] = 0.05
print("flicker of the truth, as published:", published_flicker(wall, wall, (0, 3)).round(4))
print("of the wall with the patch:        ", published_flicker(wall, wall + patch, (0, 3)).round(4))

# %% [markdown]
# Find its faults, and write `scene_flicker`, which keeps the promise.
#
# Expected: 0.0 for the truth and 0.0 for the patch, which is wrong but steady.


# %%
def scene_flicker(true, predicted, glide):
    ### BEGIN SOLUTION
    error, (down, right) = predicted - true, glide
    height, width = error.shape[1:3]
    now = error[:-1, max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)]
    then = error[1:, max(0, -down) : height - max(0, down)]
    then = then[:, :, max(0, -right) : width - max(0, right)]
    return np.sqrt(((then - now) ** 2).mean())
    ### END SOLUTION


# %%
for film in (wall, wall + patch):
    result = scene_flicker(wall, film, (0, 3))
    print("no answer yet" if result is None else f"{result:.4f}")

# %%
checks.task_15_3(scene_flicker)

# %% [markdown]
# A method makes all frames the same grey. Which film does the published flicker call best, and why?
#
# <!-- BEGIN SOLUTION -->
# The grey film: nothing changes in it, so it gets 0, better than the truth. The truth was never looked at, so the glide of the scene
# counts as flicker. Also, the mean of absolute values was computed where the root mean square was promised, and places were compared
# instead of points.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★: explain why a repair flickers more or less than it errs
#
# Two films have the same root mean square error in their holes, and one flickers 1.4 times as much as the other. Explain it with a number: write
# `flicker_over_error(overlap, correlation)`, flicker (as in the lesson) divided by the error.
#
# * All frames have equally many hole pixels. A share `overlap` of them are holes in the next frame too.
# * In every hole the error has mean 0 and the same variance. Where a pixel is a hole in both frames, its two errors
#   have this `correlation`, 0 to 1. Known pixels have no error.
#
# The variance of a difference is the sum of the variances minus twice the covariance, and flicker is a root mean square over the pixels
# that are holes in at least one of the two frames.
#
# Expected: 1.0 for `(0, 0)`, and `(1, 0)` is the 1.4.

# %% [markdown] tags=["hints"]
# 1. Let each frame have n holes. How many pixels are holes in at least one of the two frames, and
#    in how many of them is the other frame's error 0?
# 2. overlap * n pixels change by 2 * (1 - correlation) variances, 2 * (1 - overlap) * n pixels by
#    one variance; together they are (2 - overlap) * n pixels.
# 3. The sum is 2 * n * (1 - overlap * correlation) variances. Divide by the number of pixels, and
#    take the root.


# %%
def flicker_over_error(overlap, correlation):
    ### BEGIN SOLUTION
    return np.sqrt(2 * (1 - overlap * correlation) / (2 - overlap))
    ### END SOLUTION


# %%
for overlap, correlation in ((0, 0), (1, 0), (1, 0.9), (0.5, 0.9)):
    print(overlap, correlation, flicker_over_error(overlap, correlation))

# %%
checks.task_15_4(flicker_over_error)

# %% [markdown]
# In your own words: why does a film repaired frame by frame flicker under a moving scratch, even where the scene stands still?
#
# <!-- BEGIN SOLUTION -->
# The scratch leaves, and with it the error: where a repair stood, the truth stands in the next frame. That change is the whole error, so flicker is as
# large as the error (overlap 0: ratio 1), whatever the method. Only a smaller error reduces it. Where a scratch stays, a method that makes the same mistake in
# each frame does not flicker (correlation 1: ratio 0).
# <!-- END SOLUTION -->

# %%
checks.progress()
