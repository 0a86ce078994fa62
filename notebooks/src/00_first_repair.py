# %% [markdown]
# # Repair your first photograph
#
# {{badge}}
#
# A photograph with a scratch has lost some of its pixels for good. *Inpainting* means writing
# plausible values in their place, so that the repair does not show. The word comes from the
# people who restore paintings; this course teaches computers to do it, from short equations
# to neural networks.
#
# ## What you will do
#
# Damage a photograph, repair it with three methods side by side, paint a hole of your own, and
# find the point where no method can be right.
#
# ## What you will learn
#
# To **name** what inpainting is and who uses it; to **repair** a picture in one line; to **tell**
# known pixels from filled ones; to **show** that a fill is a hypothesis and not a recovered fact.
#
# ## What you need
#
# Python and a little NumPy. No network, no GPU, no account. Plan 25 minutes for reading and trying; the
# cells alone take under a minute on two processor cores (measured in `benchmarks/RESULTS.md`).

# %%
# {{launch}}

# %% [markdown]
# This first call tells you where the notebook runs. Every lesson begins with it. `profile` says how
# much later lessons may compute, `data` which pictures they use, and `wandb` (Weights & Biases, a
# service that records training) whether it is connected. For now none of the three matters.

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## A photograph loses pixels
#
# Our picture is a NASA portrait of the astronaut Eileen Collins, in the public domain. It comes
# with the installation, so nothing is downloaded. A picture is an array: rows, columns, and three
# colour values from 0 to 1 in each pixel.

# %% tags=["nbval-check-output"]
from course_lib import data

photograph = data.photo("astronaut")[:256, 96:352]
print(
    photograph.shape, photograph.dtype, f"values {photograph.min():.2f} to {photograph.max():.2f}"
)

# %% [markdown]
# The damage is an array too, a *mask*: one truth value for each pixel, `True` where the pixel is
# missing. We draw seven scratches. The `seed` makes them the same scratches on every computer.

# %% tags=["nbval-check-output"]
from course_lib import masks

scratches = masks.random_lines(1, 256, lines=(7, 7), thickness=(3, 5), seed=4)[0]
print(f"{100 * masks.hole_fraction(scratches):.1f} % of the pixels are missing")

# %% [markdown]
# `damage` writes black into the missing pixels. The values that stood there are gone: from here
# on, no method may look at them.

# %%
from course_lib import plots

damaged = masks.damage(photograph, scratches)
plots.show(
    [photograph, scratches, damaged],
    titles=["photograph", "mask (white = missing)", "damaged"],
    alt="A portrait, a mask of seven white lines on black, and the portrait with black scratches.",
    caption="The mask says where; the photograph keeps every pixel that the mask leaves alone.",
)

# %% [markdown]
# ## Three ways to fill
#
# **Predict.** Take one black pixel in the middle of a scratch on the cheek. What colour would you
# write there, and which other pixels did you look at to decide?
#
# Most people say: about the colour of what is next to it. That is the idea behind all three
# methods below. `nearest` copies the closest known pixel. `harmonic` makes each missing pixel the
# average of its four neighbours, all of them at once, like a soap film stretched over the hole.
# `navier_stokes` is OpenCV's `cv2.inpaint` with the flag `INPAINT_NS`; it works from the rim inwards.

# %%
from course_lib import classical

names = ["nearest", "harmonic", "navier_stokes"]
repaired = {name: classical.METHODS[name](damaged, scratches) for name in names}

# %%
plots.show(
    list(repaired.values()),
    titles=names,
    alt="The portrait repaired three times. The background looks whole; on the hair's edge, the "
    "teeth and the neck, nearest leaves jagged marks, the other two softer ones.",
    caption="On the plain background no scratch is left. On hair, teeth and neck there is.",
)

# %% [markdown]
# **Read.** At first sight the portrait is whole again. Now look at the hair's edge, the teeth and the
# neck. Here is the same piece of each picture, enlarged: scratches cross the hair and one eye.

# %%
rows, columns = slice(60, 108), slice(96, 144)
plots.show(
    [damaged[rows, columns], *(fill[rows, columns] for fill in repaired.values())],
    titles=["damaged", *names],
    alt="Forehead and one eye, enlarged: nearest leaves steps, harmonic a soft band and a blurred "
    "eye, Navier-Stokes something between the two.",
    caption="Enlarged, the fills differ: copied pixels leave steps, averaged ones leave a blur.",
)

# %% [markdown]
# ## Known pixels stay as they are
#
# A repair may change what is missing and nothing else. Every method in this course returns the
# known pixels exactly as they came, bit for bit. If one did not, this cell would stop with an error.

# %% tags=["nbval-check-output"]
for fill in repaired.values():
    assert (fill[~scratches] == photograph[~scratches]).all()
print("every known pixel is unchanged")

# %% [markdown]
# We know the true photograph, because we did the damage ourselves. So the error can be measured:
# PSNR, the peak signal-to-noise ratio, is in decibels (dB), and more is better. Lesson 01 derives it.
# With the mask as third argument it looks *into the holes* only; everywhere else the error is zero.

# %% tags=["nbval-check-output"]
from course_lib import metrics

for name, fill in repaired.items():
    print(f"{name:14s} {metrics.psnr(photograph, fill, scratches):.1f} dB in the holes")
assert metrics.psnr(photograph, repaired["harmonic"], scratches) > metrics.psnr(
    photograph, repaired["nearest"], scratches
)

# %% [markdown]
# **Read.** The two that average are ahead of the one that copies, by about 2 dB: the blur that you saw
# costs less than the steps.
#
# ## Who uses this
#
# | Who | What is missing | What the fill must be |
# |---|---|---|
# | A family with an old photograph | scratches, folds, a torn corner | believable to those who knew the people |
# | A museum that cannot afford a restorer | flaked paint | recognisable as an addition, by the rules of the trade |
# | Anyone with a photo editor | an object they want gone | unnoticed |
# | Video archives and streams | blocks lost to over-compression, dirt on film | steady from frame to frame |
#
# The four want different things from the same mathematics. For the editor any background will do.
# The museum must never pass off a guess as the painter's work.
#
# ## Paint your own damage
#
# **Predict.** How wide may a scratch on the hair become before you see the repair? And on the face?
#
# Run the next two cells; the photograph to paint on appears under the second. Paint with the mouse, a
# pen or a finger. With the keyboard: reach the picture with Tab, move with the arrow keys, paint with
# the space bar, erase with E, undo with U. The repairs follow when you let go. (On a page that only
# shows this notebook, nothing can be painted: you see the repairs of the scratches above.)

# %%
from course_lib import widgets

painter = widgets.MaskPainter(photograph)
painter.mask = scratches

# %% [markdown]
# `explore` draws a figure again whenever something that it watches changes; here it watches what
# you paint.


# %%
def repair(mask):
    damaged = masks.damage(photograph, mask)
    fills = [classical.METHODS[name](damaged, mask) for name in names]
    return plots.figure([damaged, *fills], titles=["damaged", *names])


widgets.explore(
    repair,
    mask=painter,
    alt="The portrait, its holes black, and its repairs by nearest, harmonic, Navier-Stokes.",
    caption="From left: the damage, three repairs. Widen a stroke until you see where it was.",
    photograph=True,
)

# %% [markdown]
# **Read.** On plain skin a narrow stroke disappears. Hair shows a repair much sooner, because it is all
# fine lines; and where a stroke covers part of the nose or an eye, no width is safe.
#
# If you cannot paint, or would rather place exact shapes, build the hole with sliders. It starts as a
# square over the nose; try an ellipse over an eye.

# %%
shapes = widgets.MaskSliders(photograph)
shapes.mask = masks.squares(1, 256, side=40)[0]
widgets.explore(
    repair,
    mask=shapes,
    alt="The portrait with holes built from shapes, and its repairs by the three methods.",
    caption="A square over the nose: the nose is gone, and no method puts one back.",
    photograph=True,
)

# %% [markdown]
# ## A fill is a hypothesis
#
# Now a hole that hides something: one eye of a cat, cut out as a disc of 38 pixels radius.
#
# **Predict.** What will the methods write there?

# %%
import numpy as np

cat = data.photo("chelsea")[20:220, 40:280]
row, column = np.ogrid[:200, :240]
eye = (row - 96) ** 2 + (column - 127) ** 2 < 38**2
iris = ((row - 95) / 29) ** 2 + ((column - 130) / 33) ** 2 < 1

# %%
blinded = masks.damage(cat, eye)
guesses = [classical.METHODS[name](blinded, eye) for name in names]
plots.show(
    [blinded, *guesses],
    titles=["damaged", *names],
    alt="A cat with a black disc over one eye, then three fills: sharp rays that meet in the "
    "middle, a smooth brown blur with a dark side, blurred rays.",
    caption="None of the three has ever seen an eye. They continue the fur and the dark lid.",
)

# %% [markdown]
# **Read.** The methods are not broken: they only continue what touches the hole, here fur and a dark
# lid. You know that an eye belongs there because you have seen cats. Later lessons train networks,
# which have seen many pictures too.
#
# But could a better method get it right? Take a second cat, equal to the first in every known pixel, with an
# eye of another colour. We swap red and blue in the iris, which lies inside the hole.

# %%
other_cat = cat.copy()
assert not (iris & ~eye).any()  # the two cats differ inside the hole only
other_cat[iris] = cat[iris][:, ::-1]
plots.show(
    [cat, other_cat, masks.damage(cat, eye), masks.damage(other_cat, eye)],
    titles=["cat A", "cat B", "A damaged", "B damaged"],
    columns=4,
    alt="A cat with an amber eye, the same cat with a blue one, and twice the same cat "
    "with a black disc.",
    caption="Two different truths, one damaged picture.",
)
assert (masks.damage(cat, eye) == masks.damage(other_cat, eye)).all()

# %% [markdown]
# Both damaged pictures are equal, so any method, however clever, gives both the same answer. It is
# wrong for at least one cat. How wrong? By the triangle inequality, its mean absolute errors (MAE)
# for the two cats add up to at least the difference between the cats.

# %% tags=["nbval-check-output"]
for name, guess in zip(names, guesses, strict=True):
    error_a, error_b = metrics.mae(cat, guess, eye), metrics.mae(other_cat, guess, eye)
    print(f"{name:14s} MAE to A {error_a:.3f} + to B {error_b:.3f} = {error_a + error_b:.3f}")
    assert error_a + error_b >= metrics.mae(cat, other_cat, eye) - 1e-6
print(f"{'bound':14s} {metrics.mae(cat, other_cat, eye):34.3f}")

# %% [markdown]
# **Read.** None of the three comes near the bound, and even a perfect method could not go below it: on
# at least one of the two cats its error is half the bound or more.
#
# No fill recovers what is lost. It proposes something that fits its surroundings. That is all an
# editor needs, and it is why a filled region proves nothing about what was there.
#
# ## The leaderboard
#
# One picture proves little. From here to the last lesson a leaderboard compares methods on the same
# frozen pictures and masks: 100 patches of 32 × 32 pixels from a photograph of a coffee cup, each with
# its own scratches. Five rows are always there. *nothing* leaves the holes black, *grey* and *mean* fill
# one colour, *navier_stokes* is OpenCV's, *biharmonic* scikit-image's. This lesson adds `nearest`.

# %%
from course_lib import evaluation

patches = data.load("photos").test[:100] / np.float32(255)
lines = masks.random_lines(100, 32, seed=2026)
table = evaluation.leaderboard({"nearest": classical.METHODS["nearest"]}, patches, {"lines": lines})
table.round(3)

# %%
plots.show(
    plots.bars(
        table, value="psnr_hole", title="Line masks on 100 patches", unit="PSNR in holes (dB)"
    ),
    alt="Bars of hole PSNR: biharmonic leads, then Navier-Stokes and nearest, mean, grey, nothing.",
    caption="Looking at the neighbours is worth far more than knowing the picture's mean colour.",
)
assert table["method"].iloc[0] == "biharmonic"

# %% [markdown]
# ## Questions
#
# **1.** A method returns a picture in which known pixels changed by 1/255. What is wrong?
#
# 1. Nothing, no eye can see it.
# 2. The known pixels must be copied back from the input.
# 3. The mask was inverted.
#
# <details><summary>Answer</summary>
#
# **2.** Known pixels are facts. Copying them back costs nothing and makes every method comparable.
# 1: it is invisible here, but a neural network redraws every pixel, and its errors on known pixels would
# hide how good its fills are. 3: with an inverted mask the known
# pixels would be entirely different, not slightly.
# </details>
#
# **2.** Why did none of the three methods draw an eye?
#
# 1. The hole was too dark.
# 2. They use no knowledge but the known pixels of this picture.
# 3. Their radius was too small.
#
# <details><summary>Answer</summary>
#
# **2.** Every value they write is made from the known pixels around the hole. 1: what stands in a hole
# is never read. 3: a larger radius reaches more fur, and no eye can be mixed from fur.
# </details>
#
# **3.** A newspaper prints a restored photograph in which a badge number has become readable. What do
# you know about the number?
#
# 1. It is right if the error is small.
# 2. It is what the method found plausible.
# 3. It is wrong.
#
# <details><summary>Answer</summary>
#
# **2.** Two badges with different numbers can give the same damaged picture. 1: without the true
# picture nobody can measure the error. 3: it may be right, by chance or by good knowledge.
# </details>
#
# ## Key points
#
# * Inpainting writes plausible values into missing pixels; the mask says which those are.
# * Known pixels come back unchanged, always.
# * Thin damage is easy, because every missing pixel is close to known ones.
# * Two truths can share all known pixels, so a fill is a hypothesis.
#
# {{exercise}}
#
# {{next}}
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
