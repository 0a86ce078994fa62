# %% [markdown]
# # Exercise 03: fire, a library's secret, and copies
#
# {{badge}}
#
# Four tasks on [lesson 03](../notebooks/03_fast_marching_and_patches.ipynb), about 60 minutes. ★ implement, ★★
# explain or find the fault, ★★★ open. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("03_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done, compare your words with the [solution](../solutions/03_fast_marching_and_patches.ipynb).

# %%
# {{launch}}

# %%
import heapq

import cv2
import numpy as np
from scipy import ndimage

from course_lib import checks, classical, data, masks, metrics, plots

# %% [markdown]
# ## Task 1 ★: a fire in wet grass
#
# The lesson's fire needs one second for each pixel, everywhere. Now each pixel has a *slowness* $s$ of its own, the
# seconds that the fire needs to cross it, and the eikonal equation becomes $|\nabla T| = s$. So where the front
# comes along one axis, $T$ is the earlier time plus $s$; where it comes obliquely,
# $(T - a)^2 + (T - b)^2 = s^2$, and $T$ is the later of the two solutions. It comes along one axis if $a$ and $b$ differ by $s$ or more.
#
# Write `arrival(left, right, above, below, slowness)`: the time at which the fire arrives at a pixel, from the
# times of its four neighbours (numbers; `np.inf` where it has not arrived yet, but at least one is finite) and the
# pixel's own slowness. As in the lesson, $a$ is the earlier of `left` and `right`, $b$ of `above` and `below`.
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
checks.task_03_1(arrival)

# %% [markdown]
# With a right answer, the cell below sets fire to the left edge of a field. A ditch of wet grass, ten times as slow,
# crosses the field and has a dry gap.


# %%
def burn(burning, slowness):
    """Arrival times (H, W) of a fire that starts at the pixels burning, (H, W) bool."""
    times = np.pad(np.where(burning, 0.0, np.inf), 1, constant_values=np.inf)
    final = np.pad(np.zeros_like(burning), 1, constant_values=True)
    slowness = np.pad(slowness, 1, constant_values=np.inf)
    heap = [(0.0, row + 1, column + 1) for row, column in np.argwhere(burning).tolist()]
    while heap:
        _, row, column = heapq.heappop(heap)
        final[row, column] = True
        for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            r, c = row + down, column + right
            if not final[r, c]:
                around = times[r, c - 1], times[r, c + 1], times[r - 1, c], times[r + 1, c]
                time = arrival(*around, slowness[r, c])
                if time < times[r, c]:
                    times[r, c] = time
                    heapq.heappush(heap, (time, r, c))
    return times[1:-1, 1:-1]


field = np.ones((60, 90))
field[:, 30:36] = 10
field[40:46, 30:36] = 1
edge = np.zeros((60, 90), bool)
edge[:, 0] = True

# %% tags=["expected"]
if checks.task_03_1(arrival):
    plots.show(
        [field, burn(edge, field)],
        titles=["slowness (s)", "arrival time (s)"],
        alt="Left: a slow vertical ditch with a gap low in it. Right: arrival times grow to the "
        "right, and behind the ditch in arcs around the gap.",
        caption="Behind the ditch the fire comes out of the gap, in arcs, until it has burnt "
        "through the wet grass.",
    )

# %% [markdown]
# ## Task 2 ★★: explain what OpenCV writes into a hole
#
# The lesson said why OpenCV's `INPAINT_TELEA` does not keep a picture of one colour: it rounds twice, and of the
# slopes it uses only the direction. Now you can predict its answer. Around a hole of a single pixel, with
# radius 1, Telea's rule needs three numbers, in grey levels:
#
# * `mean`, the weighted mean of the neighbours' values (all four have the same weight here);
# * `jx` and `jy`, the weighted means of *slope times step to the hole*, along the row and along the column.
#
# Telea's answer is `mean + jx + jy`. The cell below makes such holes and shows what OpenCV writes.

# %% [markdown] tags=["hints"]
# 1. In the table's rows with a slope, subtract the mean and 0.5 from OpenCV's number: what is
#    left is, but for the rounding, between -1.41 and 1.41. Has it the sign of jx + jy?
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
# * the *direction* of the vector `(jx, jy)`, which is the vector divided by its own length: both its components, added to the mean or
#   subtracted from it (the table tells which); nothing if the vector is 0;
# * 0.5;
# * rounding with `np.rint`, which takes a half to the even neighbour, as OpenCV does; and what lies outside 0 … 255 is
#   cut off there.
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
checks.task_03_2(opencv_level)

# %% [markdown]
# In your own words: by how many grey levels can the slope shift one pixel at most, and when? Why did 200 become
# anything from 198 to 203 in the lesson, and why is 128 kept?
#
# <!-- BEGIN SOLUTION -->
# A direction has length 1, so the sum of its two components is at most √2, on the diagonal, and it is that large even if
# the slope is a thousandth of a level. Telea's rule would shift by the slope itself, and the other way: OpenCV
# subtracts. From neighbours that all have 200 one pixel becomes 200 (an exact mean: 200.5 goes to the even number) or
# 201 (a mean with rounding noise above 200). As soon as one neighbour is 201 there is a slope, and the next pixel
# may get 200 ± 1.41 + 0.5, rounded: 199 to 202. Pixels filled later have those as neighbours and go on to 198 and
# 203. With 128 the weighted mean is exact, because multiplying by a power of two does not round; 128.5 goes to the even
# 128, no pixel changes, and no slope ever arises. 201 has no such luck even with an exact mean: 201.5 goes to 202.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: bug hunt, copies that show nothing
#
# Code like this could be published. It fills holes by copying: take the missing pixel whose window has the most known pixels, look for the window that fits
# best, copy its pixels into the missing ones, and go on. It promises to compare known pixels only, and to copy only from windows that
# were whole from the start. `most_known` and `window` are right.

# %% [markdown] tags=["hints"]
# 1. Which source has error 0 for every target? What do missing pixels add to an error? What type
#    have the differences? And which pixels does the paste change?
# 2. Leave out sources whose window has a hole, work in floats, and sum the squared differences of
#    the target's known pixels alone.
# 3. if not mask[window(q, side)].any() in the list of sources; image.astype(float);
#    (...)[known[here]] before the sum; np.where(known[here][..., None], old, copied).


# %%
def most_known(known, side):
    """(row, column) of the missing pixel whose window has the most known pixels."""
    share = ndimage.uniform_filter(known.astype(float), side, mode="constant").round(6)
    return np.unravel_index(np.where(known, -1, share).argmax(), known.shape)


def window(centre, side):
    """The window around a centre, as two slices."""
    half = side // 2
    row, column = centre
    return slice(row - half, row + half + 1), slice(column - half, column + half + 1)


def published_copy(image, mask, side):
    """Fill the holes, all `side` pixels or more from the border, of an image (H, W, 3)."""
    picture = np.round(image * 255).astype(np.uint8)
    known = ~mask
    half, (height, width) = side // 2, mask.shape
    sources = [
        (row, column) for row in range(half, height - half) for column in range(half, width - half)
    ]
    while not known.all():
        here = window(most_known(known, side), side)
        errors = [((picture[window(q, side)] - picture[here]) ** 2).sum() for q in sources]
        best = window(sources[np.argmin(errors)], side)
        picture[here] = picture[best]
        known[here] = True
    return picture / 255


# %%
wall = data.photo("brick")[32:96, 60:124]
hole = masks.squares(1, 64, side=16)[0]
broken = masks.damage(wall, hole)
plots.show(
    [broken, published_copy(broken, hole, 9), wall],
    titles=["damaged", "published", "truth"],
    alt="A brick wall with a square hole; after the published code the hole is as black as before.",
    caption="It runs, and the hole is still there. Mend one fault, and the next one shows.",
)

# %% [markdown]
# It has four faults. (One hint for free: `np.uint8(3) - np.uint8(5)` is 254.) Find them and write `copy_windows`,
# which keeps every promise made above, and the known pixels. The image is a float array in [0, 1], with 0 in its holes.
#
# Expected: the upright mortar line is drawn through the hole, as in the picture.


# %%
def copy_windows(image, mask, side):
    ### BEGIN SOLUTION
    picture, known = image.astype(float), ~mask
    half, (height, width) = side // 2, mask.shape
    sources = [
        (row, column)
        for row in range(half, height - half)
        for column in range(half, width - half)
        if not mask[window((row, column), side)].any()
    ]
    while not known.all():
        here = window(most_known(known, side), side)
        target, compared = picture[here], known[here]
        errors = [((picture[window(q, side)] - target)[compared] ** 2).sum() for q in sources]
        best = picture[window(sources[np.argmin(errors)], side)]
        picture[here] = np.where(compared[..., None], target, best)
        known[here] = True
    return picture
    ### END SOLUTION


# %%
checks.task_03_3(copy_windows)

# %% tags=["expected"]
if checks.task_03_3(copy_windows):
    plots.show(
        [broken, published_copy(broken, hole, 9), copy_windows(broken, hole, 9), wall],
        titles=["damaged", "published", "mended", "truth"],
        alt="A brick wall with a hole, still black after the published code; after the mended one "
        "an upright mortar line runs through it; the truth.",
        caption="The same code with its four faults mended.",
    )

# %% [markdown]
# Which four faults did you find?
#
# <!-- BEGIN SOLUTION -->
# 1. Windows with holes are among the sources, first of all the target itself, whose error is 0. So every window
#    is "filled" with its own black.
# 2. Missing pixels are compared too. They hold 0, so dark windows win.
# 3. `uint8` differences wrap around: 3 − 5 is 254, and its square wraps again. Windows that are a shade darker count as
#    the worst or the best, by chance. Go to floats before subtracting.
# 4. The whole window is pasted, over known pixels as well. Only missing ones may be written.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: choose without seeing the truth
#
# Smoothing won on gravel, copying on bricks, with the very same hole. Which one should a program take? It has
# no truth to compare with. Or has it? Write `choose_and_fill(image, mask)`, an inpainter for images `(64, 64, 3)` that
# chooses among `harmonic`, `biharmonic` and `exemplar` of `classical` (or anything of your own).
#
# The check fills the six pictures of `cases()` below: five with the same square hole, one with scratches. For each it takes
# the PSNR in the holes, and then the mean of the six. It asks for at least 1.5 dB more than the best single method has.
# Do not decide by the picture's name or by its mean colour: what you write must work for pictures that you have not seen.

# %% [markdown] tags=["hints"]
# 1. The known part of the picture is a truth: what happens if you make a second hole there?
# 2. Move the mask to another place, fill with mask | moved, and measure each method's error on
#    the pixels of moved that are known.
# 3. np.roll moves the mask. Sum each method's errors over a few places, take the method with the
#    least, and fill the real hole with it.


# %%
def cases():
    """{name: (truth (64, 64, 3), mask (64, 64))}"""
    square = masks.squares(1, 64, side=14)[0]
    scratches = masks.random_lines(1, 64, lines=(5, 5), thickness=(1, 2), seed=6)[0]
    bricks = data.photo("brick")
    return {
        "bricks": (bricks[40:104, 52:116], square),
        "more bricks": (bricks[10:74, 160:224], square),
        "gravel": (data.photo("gravel")[:64, :64], square),
        "grass": (data.photo("grass")[200:264, 300:364], square),
        "cat": (data.photo("chelsea")[80:144, 170:234], square),
        "scratched bricks": (bricks[40:104, 52:116], scratches),
    }


choices = ("harmonic", "biharmonic", "exemplar")
print(f"{'':18s}" + "".join(f"{name:>12s}" for name in choices))
for case, (truth, mask) in cases().items():
    fills = [classical.METHODS[name](masks.damage(truth, mask), mask) for name in choices]
    scores = [metrics.psnr(truth, fill, mask) for fill in fills]
    print(f"{case:18s}" + "".join(f"{score:12.1f}" for score in scores))


# %%
def choose_and_fill(image, mask):
    ### BEGIN SOLUTION
    # Punch the same hole again where everything is known, and see which method fills it best.
    names, rng = ("harmonic", "biharmonic", "exemplar"), np.random.default_rng(0)
    errors, tests = dict.fromkeys(names, 0.0), 0
    while tests < 2:
        moved = np.roll(mask, rng.integers(8, 56, 2), axis=(0, 1))
        punched = moved & ~mask
        if punched.sum() > 0.6 * mask.sum():
            tests += 1
            for name in names:
                fill = classical.METHODS[name](image, mask | moved)
                errors[name] += metrics.mse(image, fill, punched)
    return classical.METHODS[min(errors, key=errors.get)](image, mask)
    ### END SOLUTION


# %%
checks.task_03_4(choose_and_fill)

# %% [markdown]
# Say how your program finds out, when it will choose wrongly, and what it costs.
#
# <!-- BEGIN SOLUTION -->
# The known part has truths enough: punch holes like the real one into it, fill them with every method, and take the
# method with the smallest error there. It chooses wrongly when the surroundings are unlike what is missing (a plain wall
# around a window), or when so much is missing that test holes spoil the sources of `exemplar`. It costs two fills more for each
# method. That is validation, and lesson 04 does the same with data: keep some back to measure on.
#
# **Rubric.** (1) 1.5 dB above the best single method: check. (2) The decision is measured on the known part of this
# picture, or follows from a property that is named and explained (regularity of the texture, depth of the hole); it does not
# depend on names or places. (3) A kind of picture on which it must fail is described. (4) The cost is
# stated in fills or seconds. (5) Extra: the choice is made for each hole of a picture by itself.
# <!-- END SOLUTION -->

# %%
checks.progress()

# %% [markdown]
# On Google Colab, progress is forgotten with the session unless you keep it:
# `checks.save_progress("/content/drive/MyDrive/inpainting.json")` after mounting your Drive, and
# `checks.load_progress(...)` with the same path next time.
