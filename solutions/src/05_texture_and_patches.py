# %% [markdown]
# # Exercise 05: copies, and when to copy
#
# {{badge}}
#
# Three tasks on [lesson 05](../notebooks/05_texture_and_patches.ipynb), about 50 minutes. ★ implement, ★★ find the fault, ★★★ open. They do not depend on
# each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("05_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/05_texture_and_patches.ipynb), compare your words with its
# [solution](../solutions/05_texture_and_patches.ipynb).

# %%
# {{launch}}

# %%
import numpy as np
from scipy import ndimage

from course_lib import checks, classical, data, masks, metrics, plots

# %% [markdown]
# ## Task 1 ★: one patch's priority
#
# Lines first: the next patch lies around the rim pixel with the greatest *confidence × data*. Write
# `priority(confidence, slope, normal)` for one rim pixel:
#
# * `confidence` is the patch, `(side, side)`: 1 where a pixel was known from the start, less where it was copied, 0 where it is
#   missing. The first factor is its mean over all pixels of the patch.
# * `slope` is *(down, right)*, the steepest slope in the patch. Turned by 90 degrees it is the isophote, with the slope's
#   length.
# * `normal` is *(down, right)*, pointing into the hole, of any length. The second factor is how far the isophote reaches
#   along the normal's direction, whichever way it runs: the absolute value of their scalar product, the normal scaled to
#   length 1.
#
# Expected: with a third of the patch missing, a level edge of slope 0.4 and a hole on its right, 0.67 × 0.4 = 0.27.

# %% [markdown] tags=["hints"]
# 1. Three small steps: a mean, a turned pair of numbers, and a product of two pairs. Which of the two vectors
#    is to have length 1?
# 2. The isophote of the slope (down, right) is (-right, down). Divide the normal by np.hypot(*normal) and
#    multiply component by component.
# 3. confidence.mean() * abs((-right * normal[0] + down * normal[1]) / np.hypot(*normal)), with down, right
#    = slope.


# %%
def priority(confidence, slope, normal):
    ### BEGIN SOLUTION
    down, right = slope
    isophote = np.array([-right, down])
    data_term = abs(isophote @ normal) / np.hypot(*normal)
    return confidence.mean() * data_term
    ### END SOLUTION


# %%
patch = np.ones((9, 9))
patch[:, 6:] = 0  # the hole is on the right
found = priority(patch, np.array([0.4, 0.0]), np.array([0.0, 2.0]))
print("a level edge:", "no answer yet" if found is None else round(found, 2))

# %%
checks.task_05_1(priority)

# %% [markdown]
# ## Task 2 ★★: bug hunt, copies that show nothing
#
# Code like this could be published. It fills holes by copying: take the missing pixel whose window has the most known pixels, look for the window that fits
# best, copy its pixels into the missing ones, and go on. It promises to compare known pixels only, and to copy only from windows that were whole from the
# start. `most_known` and `window` are correct.

# %% [markdown] tags=["hints"]
# 1. Which source has error 0 for every target? What do missing pixels add to an error? What type do
#    the differences have? And which pixels does the paste change?
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
# It has four faults. (One hint for free: `np.uint8(3) - np.uint8(5)` is 254.) Find them and write `copy_windows`, which
# keeps every promise made above and leaves known pixels unchanged. The image is a float array in [0, 1], with 0 in its
# holes.
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
checks.task_05_2(copy_windows)

# %% tags=["expected"]
if checks.task_05_2(copy_windows):
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
# 1. Windows with holes are among the sources, above all the target itself, whose error is 0. So every window is
#    "filled" with its own black.
# 2. Missing pixels are compared too. They hold 0, so dark windows win.
# 3. `uint8` differences wrap around: 3 − 5 is 254, and its square wraps again. Windows that are a shade darker count as
#    the worst or the best, by chance. Go to floats before subtracting.
# 4. The whole window is pasted, over known pixels as well. Only missing ones may be written.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★★: choose without seeing the truth
#
# Smoothing won on gravel, copying on bricks, with the very same hole. Which one should a program take? It has
# no truth to compare with. Or has it? Write `choose_and_fill(image, mask)`, an inpainter for images `(64, 64, 3)` that
# chooses among `harmonic`, `biharmonic` and `exemplar` of `classical` (or anything of your own).
#
# The check fills the six pictures of `cases()` below, and seven that you do not see. It takes the PSNR in the holes of
# each, and for both sets asks for a mean at least 1 dB above that of the best single method. Neither a picture's mean
# colour nor its hole's shape tells you what to do. All thirteen together may take 60 seconds.

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
checks.task_05_3(choose_and_fill)

# %% [markdown]
# Say how your program finds out, when it will choose wrongly, and what it costs.
#
# <!-- BEGIN SOLUTION -->
# The known part is truth enough: punch holes like the real one into it, fill them with every method, and take the method with
# the smallest error there. It chooses wrongly when the surroundings are unlike what is missing (a plain wall around a window),
# or when so much is missing that test holes spoil the sources of `exemplar`. It costs two extra fills for each method. That is
# validation, and lesson 06 does the same with data: keep some back to measure on.
#
# **Rubric.** (1) 1 dB above the best single method, also on pictures not shown: check. (2) The decision is measured on the known part of this
# picture, or follows from a property that is named and explained (regularity of the texture, depth of the hole); it does not depend on names
# or places. (3) A kind of picture on which it must fail is described. (4) The cost is stated in fills or seconds. (5) Extra: the choice is
# made separately for each hole of a picture.
# <!-- END SOLUTION -->

# %%
checks.progress()
