# %% [markdown]
# # Exercise 04: fire and a library's secret
#
# {{badge}}
#
# Three tasks on [lesson 04](../notebooks/04_fast_marching.ipynb), about 50 minutes. ★ implement, ★★
# explain or find the fault. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("04_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/04_fast_marching.ipynb), compare your words with its
# [solution](../solutions/04_fast_marching.ipynb).

# %%
# {{launch}}

# %%
import heapq

import cv2
import numpy as np

from course_lib import checks, plots

# %% [markdown]
# ## Task 1 ★: a fire in wet grass
#
# The lesson's fire needs one second for each pixel, everywhere. Now each pixel has its own *slowness* $s$, the seconds that the fire
# needs to cross it, and the eikonal equation becomes $|\nabla T| = s$. As in the lesson, $a$ is the earlier of the times `left` and
# `right`, $b$ of `above` and `below`. If $a$ and $b$ differ by $s$ or more, the front comes along one axis, and $T$ is the earlier of
# the two plus $s$. Otherwise it comes obliquely: $(T - a)^2 + (T - b)^2 = s^2$, and $T$ is the later of the two solutions.
#
# Write `arrival(left, right, above, below, slowness)`: the time at which the fire arrives at a pixel, from the
# times of its four neighbours (numbers; `np.inf` where it has not arrived yet, but at least one is finite) and the
# pixel's own slowness.
#
# Expected: `arrival(0, inf, inf, inf, 3)` is 3 and `arrival(0, inf, 0, inf, 3)` about 2.12.

# %% [markdown] tags=["hints"]
# 1. First the two earlier times: a of left and right, b of above and below. Then compare their
#    difference with the slowness.
# 2. Multiply out (T - a)^2 + (T - b)^2 = s^2: a quadratic equation in T. Its later solution has a
#    plus before the root.
# 3. If abs(a - b) >= slowness: min(a, b) + slowness. Otherwise a + b plus the root of 2 *
#    slowness ** 2 - (a - b) ** 2, all of it halved.


# %%
def arrival(left, right, above, below, slowness):
    ### BEGIN SOLUTION
    a, b = min(left, right), min(above, below)
    if abs(a - b) >= slowness:
        return min(a, b) + slowness
    return (a + b + np.sqrt(2 * slowness**2 - (a - b) ** 2)) / 2
    ### END SOLUTION


# %%
for times in ((0, np.inf, np.inf, np.inf), (0, np.inf, 0, np.inf)):
    found = arrival(*times, 3)
    print("neighbours", times, "slowness 3:", "no answer yet" if found is None else found)

# %%
checks.task_04_1(arrival)

# %% [markdown]
# With a right answer, the cell below sets fire to the left edge of a field. A ditch of wet grass, ten times as slow,
# crosses the field and has a dry gap.


# %%
def sweep(times, slowness, rows, columns):
    """Ask every pixel inside the rim once, in this order, for an earlier time."""
    for r in rows:
        for c in columns:
            around = times[r, c - 1], times[r, c + 1], times[r - 1, c], times[r + 1, c]
            if min(around) < times[r, c]:
                times[r, c] = min(times[r, c], arrival(*around, slowness[r, c]))


def burnt_field(burning, slowness):
    """Arrival times (H, W) of a fire from the pixels burning: swept until none changes."""
    times, before = np.pad(np.where(burning, 0.0, np.inf), 1, constant_values=np.inf), None
    down, right = range(1, len(slowness) + 1), range(1, slowness.shape[1] + 1)
    while not np.array_equal(before, times):
        before = times.copy()
        for rows, columns in ((down, right), (down, right[::-1]), (down[::-1], right)):
            sweep(times, np.pad(slowness, 1), rows, columns)
    return times[1:-1, 1:-1]


field = np.ones((60, 90))
field[:, 30:36] = 10
field[40:46, 30:36] = 1
edge = np.zeros((60, 90), bool)
edge[:, 0] = True

# %% tags=["expected"]
if checks.task_04_1(arrival):
    plots.show(
        [field, burnt_field(edge, field)],
        titles=["slowness (s)", "arrival time (s)"],
        alt="Left: a slow vertical ditch with a gap low in it. Right: arrival times grow to the "
        "right, and behind the ditch in arcs around the gap.",
        caption="Behind the ditch the fire comes out of the gap, in arcs, until it has burnt "
        "through the wet grass.",
    )

# %% [markdown]
# ## Task 2 ★★: explain what OpenCV writes into a hole
#
# The lesson showed that OpenCV's `INPAINT_TELEA` does not keep a picture of one colour: it adds 0.5 and then rounds, and its sums round too. It
# has another habit: it uses only the direction of the slopes. Now you can predict its answer. Around a hole of a single pixel, with radius 1,
# Telea's rule needs three numbers, in grey levels:
#
# * `mean`, the weighted mean of the neighbours' values (all four have the same weight here);
# * `jx` and `jy`, the weighted means of *slope times step to the hole*, along the row and along the column.
#
# Telea's answer is `mean + jx + jy`. The cell below makes such holes and shows what OpenCV writes.

# %% [markdown] tags=["hints"]
# 1. In the table's rows with a slope, subtract the mean and 0.5 from OpenCV's number: apart from
#    rounding, what is left lies between -1.41 and 1.41. Does it have the sign of jx + jy?
# 2. The direction is (jx, jy) / np.hypot(jx, jy), and 0 where that length is 0: np.where, with a
#    harmless divisor there.
# 3. np.clip(np.rint(mean - (jx + jy) / length + 0.5), 0, 255), where the quotient is 0 if length
#    is 0.


# %%
def one_pixel_hole(picture):
    """mean, jx, jy at the middle of a grey picture (9, 9), and what OpenCV fills in there."""
    v = picture.astype(float)
    mean = (v[4, 3] + v[4, 5] + v[3, 4] + v[5, 4]) / 4
    jx = ((v[4, 3] - v[4, 2]) + (v[4, 5] - v[4, 6])) / 4
    jy = ((v[3, 4] - v[2, 4]) + (v[5, 4] - v[6, 4])) / 4
    hole = np.zeros((9, 9), np.uint8)
    hole[4, 4] = 1
    return mean, jx, jy, cv2.inpaint(picture, hole, 1, cv2.INPAINT_TELEA)[4, 4]


rng = np.random.default_rng(5)
noise = [rng.integers(low, low + 9, (9, 9), dtype=np.uint8) for low in (60, 90, 120, 150, 180)]
squares = np.arange(9) ** 2
slope = [np.uint8(100 + np.add.outer(squares, k * squares)) for k in (0, 1)]
plain = [np.full((9, 9), value, np.uint8) for value in (200, 201)]
print("   mean     jx     jy    Telea  OpenCV")
for picture in noise + slope + plain:
    mean, jx, jy, stored = one_pixel_hole(picture)
    print(f"{mean:7.2f}{jx:7.2f}{jy:7.2f}{mean + jx + jy:9.2f}{stored:8d}")

# %% [markdown]
# Write `opencv_level(mean, jx, jy)`, for arrays of these numbers. The parts, in OpenCV's order:
#
# * the mean;
# * the *direction* of the vector `(jx, jy)`, which is the vector divided by its own length: the sum of the direction's two components,
#   added to the mean or subtracted from it (the table tells which); nothing if the vector is 0;
# * 0.5;
# * rounding with `np.rint`, which rounds a half to the even neighbour, as OpenCV does; the result is clipped to
#   0 … 255.
#
# Expected: the last column of the table, for every row.


# %%
def opencv_level(mean, jx, jy):
    ### BEGIN SOLUTION
    length = np.hypot(jx, jy)
    direction = np.where(length > 0, (jx + jy) / np.where(length > 0, length, 1), 0)
    return np.clip(np.rint(mean - direction + 0.5), 0, 255)
    ### END SOLUTION


# %%
checks.task_04_2(opencv_level)

# %% [markdown]
# In your own words: by how many grey levels at most can the slope shift one pixel, and when? Why does 200
# become anything from 199 to 205 in holes of many pixels (radius 5), and why is 128 kept?
#
# <!-- BEGIN SOLUTION -->
# A direction has length 1, so the sum of its two components is at most √2, on the diagonal, and it is that large even if
# the slope is a thousandth of a level. Telea's rule would shift by the slope itself, and in the other direction: OpenCV
# subtracts. If all neighbours are 200, a pixel becomes 200 (an exact mean: 200.5 goes to the even number) or 201 (a mean
# with rounding noise above 200). As soon as one neighbour is 201 there is a slope, and the next pixel may get
# 200.5 ± 1.41, rounded: 199 to 202. Pixels filled later have those as neighbours and go further. With 128 the weighted
# mean is exact, because multiplying by a power of two does not round; 128.5 goes to the even 128, no pixel changes, and
# no slope ever arises. 201 has no such luck even with an exact mean: 201.5 goes to 202.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: bug hunt, a fire in a hurry
#
# Code like this could be published. It promises the arrival time of a fire at every pixel of a field, each pixel with its own
# slowness. `arrival` is the rule of task 1, passed in as a function: (left, right, above, below, slowness) -> time.

# %% [markdown] tags=["hints"]
# 1. What stands beyond the border of the field? Whose slowness counts? Which pixel is taken from the list
#    first? And can a time that is called final still change?
# 2. Pad the times with np.inf. The slowness is that of (r, c). Take the earliest pixel from the list (a heap does
#    so), and only then call it final; until then it may be reached again, and earlier.
# 3. heapq.heappush(heap, (time, r, c)) if time < times[r, c]; _, row, column = heapq.heappop(heap); then
#    final[row, column] = True. Begin with final nowhere but beyond the border.


# %%
def published_burn(burning, slowness, arrival):
    """Arrival times (H, W); burning is bool (H, W), slowness (H, W), in seconds."""
    times = np.pad(np.where(burning, 0.0, np.inf), 1)
    final = np.pad(burning, 1, constant_values=True)
    slowness = np.pad(slowness, 1)
    reached = [(row + 1, column + 1) for row, column in np.argwhere(burning)]
    while reached:
        row, column = reached.pop(0)
        for r, c in ((row, column + 1), (row, column - 1), (row + 1, column), (row - 1, column)):
            if not final[r, c]:
                around = times[r, c - 1], times[r, c + 1], times[r - 1, c], times[r + 1, c]
                times[r, c] = arrival(*around, slowness[row, column])
                final[r, c] = True
                reached.append((r, c))
    return times[1:-1, 1:-1]


# %%
def along_axes(left, right, above, below, slowness):
    return min(left, right, above, below) + slowness


marsh = np.where(np.random.RandomState(3).rand(5, 9) < 0.4, 9.0, 1.0)
left = np.zeros((5, 9), bool)
left[2, 0] = True
print("slowness (s):", marsh, "published, along rows and columns (s):", sep="\n")
print(published_burn(left, marsh, along_axes))

# %% [markdown]
# It has four faults. Find them and write `burn`.
#
# Expected: in the marsh above, the lower right corner burns at the time that the cheapest walk along rows and columns
# takes.


# %%
def burn(burning, slowness, arrival):
    ### BEGIN SOLUTION
    times = np.pad(np.where(burning, 0.0, np.inf), 1, constant_values=np.inf)
    final = np.pad(np.zeros_like(burning), 1, constant_values=True)
    slowness = np.pad(slowness, 1)
    heap = [(0.0, row + 1, column + 1) for row, column in np.argwhere(burning)]
    while heap:
        _, row, column = heapq.heappop(heap)
        final[row, column] = True
        for r, c in ((row, column + 1), (row, column - 1), (row + 1, column), (row - 1, column)):
            if not final[r, c]:
                around = times[r, c - 1], times[r, c + 1], times[r - 1, c], times[r + 1, c]
                time = arrival(*around, slowness[r, c])
                if time < times[r, c]:
                    times[r, c] = time
                    heapq.heappush(heap, (time, r, c))
    return times[1:-1, 1:-1]
    ### END SOLUTION


# %%
checks.task_04_3(burn)

# %% [markdown]
# Which four faults did you find?
#
# <!-- BEGIN SOLUTION -->
# 1. `np.pad` writes 0 beyond the border: there it burns from the start, and the fire comes in from all sides.
# 2. The time uses the slowness of the pixel that the fire comes from, not that of the pixel it reaches.
# 3. `pop(0)` takes the pixel that was reached first, not the one that burns earliest. Through wet grass, fewer
#    pixels can take longer.
# 4. A pixel is final as soon as it is reached. Another neighbour may bring the fire earlier, and only the earliest
#    waiting pixel cannot be overtaken.
# <!-- END SOLUTION -->

# %%
checks.progress()
