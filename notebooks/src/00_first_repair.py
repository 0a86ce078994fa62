# %% [markdown]
# # Repair your first photograph
#
# {{badge}}
#
# A photograph with a scratch has lost some of its pixels for good. *Inpainting* writes plausible
# values in their place, so that the repair does not show. The word comes from restorers of
# paintings. In this lesson you meet the limit that no method can pass, repair a picture in one
# line, and paint your own damage.
#
# **You need** Python and a little NumPy. No internet, no GPU, no account. About 25 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# Every lesson begins with this call. It says where the notebook runs and how much computing later lessons may do. You can ignore it for
# now.
#
# ## You do it yourself
#
# Run the next cell. Close your **left** eye and look at the cross with the right one. Move slowly
# towards the screen, or away from it, until the dot disappears, at about three and a half times the
# distance between cross and dot.
#
# **Predict.** When the dot is gone, what will you see where it was?

# %% tags=["whole"]
from course_lib import plots

plots.show(
    plots.blind_spot(),
    alt="A cross on the left and a red dot on the right, both on ruled paper.",
    caption="Where the optic nerve leaves, the eye is blind.",
)

# %% [markdown]
# **Read.** No hole: you see paper, and the lines run on. Your eye reported nothing from that place. Your brain filled in what fits the
# surroundings, and did not tell you that it was guessing.
#
# ## A fill is a hypothesis
#
# Now a program is to do the same. Cat A is a photograph: an array of rows and columns, with three
# colour values from 0 to 1 in each pixel. Cat B is the same photograph with red and blue swapped in
# one iris. A disc hides that eye in both. The disc is an array too, a *mask*: `True` where the
# pixel is missing. `damage` writes black there, and what was there is gone.
#
# **Predict.** A program gets one of the two damaged pictures. How can it find out which cat it has?

# %%
import numpy as np

from course_lib import data

cat_a = data.photo("chelsea")[20:220, 40:280]
row, column = np.ogrid[:200, :240]
iris = ((row - 95) / 29) ** 2 + ((column - 130) / 33) ** 2 < 1
cat_b = cat_a.copy()
cat_b[iris] = cat_a[iris][:, ::-1]  # red, green, blue backwards

# %% tags=["nbval-check-output"]
from course_lib import masks

eye = (row - 96) ** 2 + (column - 127) ** 2 < 38**2
damaged_a, damaged_b = masks.damage(cat_a, eye), masks.damage(cat_b, eye)
print("pixels in which the damaged pictures differ:", (damaged_a != damaged_b).sum())

# %%
plots.show(
    [cat_a, cat_b, damaged_a, damaged_b],
    titles=["cat A", "cat B", "A damaged", "B damaged"],
    columns=4,
    alt="A cat with an amber eye, the same cat with a blue one, and both alike under a black disc.",
    caption="Two truths, one damaged picture.",
)

# %% [markdown]
# **Read.** It cannot. The damaged pictures are equal in every pixel, so any program, however clever,
# gives both the same answer, and that answer is wrong for at least one cat. Amber may be the better
# bet, but blue-eyed cats exist. What a program writes into a hole is a *hypothesis* that fits the
# surroundings, never a recovered fact.
#
# ## Three methods guess
#
# `nearest` copies the closest known pixel. `harmonic` makes each missing pixel the average of its four neighbours, in the whole hole at
# once, like a soap film stretched over it. `navier_stokes` is OpenCV's `cv2.inpaint` with the flag `INPAINT_NS`: it averages pixels that
# are known or already filled, from the rim inwards.
#
# **Predict.** What will each write into the disc?

# %%
from course_lib import classical

names = ["nearest", "harmonic", "navier_stokes"]
guesses = {name: classical.METHODS[name](damaged_a, eye) for name in names}

# %%
plots.show(
    [damaged_a, *guesses.values()],
    titles=["damaged", *names],
    alt="A cat with a black disc over one eye, then three fills: sharp rays that meet in the "
    "middle, a smooth brown blur with a dark side, blurred rays.",
    caption="Each method continues the colours around the hole.",
)

# %% [markdown]
# **Read.** Sharp rays, a smooth blur, blurred rays, and no eye: each method makes its values from the pixels around the hole, and no iris
# is among them.
#
# How wrong are they? The *mean absolute error* (MAE) is how far a fill is off, on average over the
# missing values. A fill's errors against A and B add up to at least the difference between A and B,
# as two sides of a triangle together are never shorter than the third.

# %% tags=["nbval-check-output"]
from course_lib import metrics

for name, guess in guesses.items():
    to_a, to_b = metrics.mae(cat_a, guess, eye), metrics.mae(cat_b, guess, eye)
    print(f"{name:14s} MAE to A {to_a:.3f} + to B {to_b:.3f} = {to_a + to_b:.3f}")
print(f"{'A to B':14s} {metrics.mae(cat_a, cat_b, eye):34.3f}")

# %% [markdown]
# **Read.** No sum is below the last value, and none ever will be: whatever is written, it is off by at least half that value for one of the
# two cats.
#
# ## Where a guess is enough
#
# | Who | What is missing | What the fill must be |
# |---|---|---|
# | A family with an old photograph | scratches, folds, a torn corner | believable to those who knew the people |
# | A museum | flaked paint | recognisable as an addition |
# | Anyone with a photo editor | an object they want gone | unnoticed |
# | Video archives and streams | dirt on film, blocks lost on the way | steady from frame to frame |
#
# Take the first: a NASA portrait of the astronaut Eileen Collins, in the public domain, with seven
# scratches. The `seed` draws the same scratches on every computer.

# %%
photograph = data.photo("astronaut")[:256, 96:352]
scratches = masks.random_lines(1, 256, lines=(7, 7), thickness=(3, 5), seed=4)[0]
damaged = masks.damage(photograph, scratches)
print(f"{100 * masks.hole_fraction(scratches):.1f} % of the pixels are missing")

# %%
plots.show(
    [photograph, scratches, damaged],
    titles=["photograph", "mask (white = missing)", "damaged"],
    alt="A portrait, a mask of seven white lines on black, and the portrait with black scratches.",
    caption="The mask marks what is missing; all else is known.",
)

# %% [markdown]
# **Predict.** On the plain background, on the hair, on the teeth: where will you still see the scratches?

# %%
repaired = {name: classical.METHODS[name](damaged, scratches) for name in names}

# %%
plots.show(
    list(repaired.values()),
    titles=names,
    alt="The portrait repaired three times. The background looks almost whole, but nearest leaves "
    "a seam in it and jagged marks on hair and teeth; the marks of the other two are softer.",
    caption="The same seven scratches, repaired three times.",
)

# %% [markdown]
# **Read.** The plain background is nearly whole again. Hair and teeth show the repair: steps in `nearest`, a
# blur in `harmonic`, a little of both in `navier_stokes`. Here, enlarged, scratches cross the hair and one
# eye.

# %%
rows, columns = slice(60, 108), slice(96, 144)
plots.show(
    [damaged[rows, columns], *(fill[rows, columns] for fill in repaired.values())],
    titles=["damaged", *names],
    alt="Forehead and one eye, enlarged: nearest leaves steps, harmonic a soft band and a blurred "
    "eye, Navier-Stokes something between the two.",
    caption="Look for steps in nearest and a blur in harmonic.",
)

# %% [markdown]
# A repair may change what is missing and nothing else. In this course every known pixel comes back bit for
# bit; if one did not, the next cell would stop with an error.

# %%
for fill in repaired.values():
    assert (fill[~scratches] == photograph[~scratches]).all()

# %% [markdown]
# One set of scratches proves little, so we take twenty overlapping places in the photograph, each with its own scratches. We did the damage
# and know the truth, so we can score the holes by *PSNR*, in decibels (dB). Higher is better; lesson 01 defines it.

# %%
from course_lib import evaluation, scenes

many = masks.random_lines(20, 256, lines=(7, 7), thickness=(3, 5), seed=5)
places = scenes.places("astronaut", 20, size=256, hole=many, seed=5)
evaluation.compare({name: classical.METHODS[name] for name in names}, places).round(1)

# %% [markdown]
# **Read.** `psnr_hole` is the mean PSNR over the places and `spread` the standard deviation. `gain` is the mean lead over `nearest`, and
# `ahead` counts the places with a lead. On scratches like these the two methods that average beat the one that copies.
#
# ## Paint your own damage
#
# **Predict.** How wide can a stroke on the hair get before you see the repair? And on the cheek? If
# you cover the nose, will it come back?
#
# Run the next two cells and paint on the picture that appears, with the mouse, a pen or a finger. Or reach it with Tab, move with the arrow
# keys, paint with the space bar, erase with E, undo with U. (If you cannot paint, write `MaskSliders` for `MaskPainter`. On a page that
# only shows this notebook, you see the scratches.)

# %%
from course_lib import widgets

painter = widgets.MaskPainter(photograph)
painter.mask = scratches


# %%
def repair(mask):
    hurt = masks.damage(photograph, mask)
    fills = [classical.METHODS[name](hurt, mask) for name in names]
    return plots.figure([hurt, *fills], titles=["damaged", *names])


widgets.explore(
    repair,
    mask=painter,
    alt="The portrait, its holes black, and its repairs by nearest, harmonic, Navier-Stokes.",
    caption="Widen a stroke until you see where it was.",
    photograph=True,
)

# %% [markdown]
# **Read.** A stroke can be wider on the cheek than on the hair, and wider still on the plain background. The nose does not come back: a
# face without one fits everything the methods were given.
#
# ## Questions
#
# **1.** A method returns a picture in which known pixels changed by 1/255. What is wrong?
#
# 1. Nothing: no eye can see it.
# 2. The known pixels must be copied back from the input.
# 3. The mask was inverted.
#
# <details><summary>Answer</summary>
#
# **2.** Known pixels are facts, and copying them back costs nothing. 1: an error over the whole
# picture would count changes where nothing was missing. 3: an inverted mask keeps the damage and
# redraws everything else.
# </details>
#
# **2.** A newspaper prints a restored photograph in which a badge number has become readable. What do
# you know about the number?
#
# 1. It is right if the error is small.
# 2. It is what the method found plausible.
# 3. It is wrong.
#
# <details><summary>Answer</summary>
#
# **2.** Two badges with different numbers can give the same damaged picture. 1: without the true
# picture nobody can measure the error. 3: it may be right, by luck or by good knowledge.
# </details>

# %% [markdown]
# ## Key points
#
# * Two truths can share all known pixels, so a fill is a hypothesis, not a recovered fact.
# * A mask says which pixels are missing; all others come back unchanged.
# * A repair that no one notices is enough for many uses, and proves nothing about what was there.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# OpenCV fills each colour channel by itself, with its own weights. The red, green and blue of one pixel may therefore come from different
# neighbours: hence the faint pink and green in `navier_stokes`.
# </details>
#
# ## References
#
# * Bertalmio, Sapiro, Caselles, Ballester:
#   [Image Inpainting](https://doi.org/10.1145/344779.344972), SIGGRAPH 2000. Brought the restorers'
#   word into computing.
# * Guillemot, Le Meur:
#   [Image Inpainting: Overview and Recent Advances](https://doi.org/10.1109/MSP.2013.2273004),
#   IEEE Signal Processing Magazine, 2014.
# * Thakur, Paul: *Introduction to image inpainting with deep learning*, Weights & Biases, 2020. The
#   article that this course grew from.
