# %% [markdown]
# # Restore your own photograph
#
# {{badge}}
#
# Now the picture is yours, of any size, and nobody tells you where it is damaged. Somebody must mark the damage first. **That mask is an estimate
# too.** You repair a photograph of your own, and then measure what one wrong pixel on the mask's rim costs.
#
# **You need** lessons [00](00_first_repair.ipynb) and [10](10_dice_and_other_metrics.ipynb). No GPU, no internet. About 30 minutes.

# %%
# {{launch}}

# %%
import numpy as np
import pandas as pd

from course_lib import data, evaluation, masks, metrics, plots, restoration, runtime, widgets

run = runtime.setup()

# %% [markdown]
# ## Your photograph
#
# Run the next two cells: a desk appears. Open a picture of your own on it, paint over what is damaged, press *Repair*, compare
# before and after, and download the result. No code is needed. (From a terminal:
# `python -m course_lib restore photo.jpg --mask mask.png --method photo -o repaired.png`.)
#
# Until you open one, ours lies there: a cup of coffee (by Rachel Michetti, CC0) that we have tinted brown, scratched and overwritten with dates. We
# did the damage, so we know the truth, and have painted the mask.

# %%
grey = data.photo("coffee") @ np.float32([0.299, 0.587, 0.114])
photograph = 0.05 + 0.85 * grey[..., None] * np.float32([1, 0.9, 0.74])
old = restoration.worn(photograph, ["scratches", "writing"], seed=0)

# %%
desk = widgets.RepairDesk(old.picture)
desk.painter.mask = old.mask  # our picture's; on yours you paint it
desk

# %% [markdown]
# **Read.** Nobody can measure how wrong the repair of your picture is: what lay under the scratch is gone. On pictures that we damaged ourselves, we can.
#
# ## What one pixel costs
#
# A scan mixes scratch and picture in the pixels on the rim. The true mask has every pixel that shows some scratch. Now make it wrong:
# `masks.grown(mask, 1)` adds a pixel on every side, `-1` takes one away.
#
# **Predict.** Which costs the repair more, a pixel too few or a pixel too many? And which lowers *dice* more?

# %%
for pixels in (-1, 0, 1, 2, 3):
    mask = masks.grown(old.mask, pixels)
    repaired = restoration.restore(old.picture, mask, "harmonic")
    psnr = metrics.psnr(photograph, repaired)  # the whole picture: what was given up counts too
    print(f"{pixels:+d} px   dice {metrics.dice(old.mask, mask):.2f}   {psnr:.1f} dB")

# %%
# That was one picture. Now four kinds of damage, each on twenty places of five photographs.
# -0.5: without the rim pixels that are less than half covered.
costs = evaluation.mask_costs("harmonic")
change = costs.pivot_table(index="wear", columns="pixels", values="change", sort=False)
change.sort_index(axis=1).round(1).replace(np.nan, "–")

# %%
plots.show(
    plots.mask_costs(costs),
    alt="Dice falls on both sides of 0, like a tent. PSNR falls slowly on the right, steeply left.",
    caption="Means over twenty places, bars one standard deviation. Left of 0: too few pixels.",
)

# %% [markdown]
# **Read.** For dice, a pixel too few on a scratch is as bad as two too many. The repair falls off a cliff: **a pixel too few costs a scratch about 20
# dB, a pixel too many 3, three pixels too many 7.** Leaving out the faint half of its rim costs `harmonic` about as much as three pixels too many,
# yet dice hardly falls: 0.92, against 0.61. Blotches fade out over several pixels: there a pixel fewer even helps, on 14 of the 20 places, but on two
# it costs 6 and 15 dB.
#
# Why? Here, enlarged, is the one of the twenty places whose scratches come closest to these means. **Predict** what a fill makes of a rim that is
# half white.

# %%
_, typical = evaluation.typical_place(costs, "scratches")
shown = {"damaged": typical.picture}
for pixels in (-1, -0.5, 0, 1, 3):
    mask = evaluation.off_by(typical, pixels)
    shown[f"{pixels:+g} px"] = restoration.restore(typical.picture, mask, "harmonic")

# %%
plots.show(
    [picture[47:95, 93:141] for picture in shown.values()],
    titles=list(shown),
    columns=3,
    alt="Crossing scratches, enlarged: at -1 still white, at -0.5 pale, at 0 gone, at 3 a blur.",
    caption="Below 0 the damage is smeared in; above 0 a little more is invented.",
)

# %% [markdown]
# **Read.** A fill takes its colours from the rim of the hole, and trusts them. If the rim is white, it paints the scratch again; if half white, a
# ghost of it. A pixel too many only gives up some good pixels, which are then filled from good ones.
#
# ## Dice turns bad masks away
#
# [Lesson 10](10_dice_and_other_metrics.ipynb) applied dice to pictures, and was cheated. Masks are what dice is made for: only the true mask has 1,
# *nothing* has 0, *everything* hardly more.
#
# `restoration.find_damage` proposes masks. For scratches it looks for lines at least `tolerance` brighter than both their sides and at most `width`
# pixels wide. It adds `grow` pixels around what it finds.
#
# **Predict.** Of twelve settings, does the one with the highest dice give the best repair?

# %%
found = evaluation.detector_costs("harmonic")
plots.show(
    plots.detector_costs(found),
    alt="Points rising from left to right: masks with higher dice give better repairs.",
    caption="Higher dice, mostly a better repair.",
)

# %%
places = [one for _, one in found.groupby("place")]
rank = [one.dice.corr(one.psnr, method="spearman") for one in places]
by_dice = np.array([one.psnr.max() - one.psnr[one.dice.idxmax()] for one in places])
by_lot = [one.psnr.max() - one.psnr.mean() for one in places]
print(f"highest dice: best repair on {(by_dice == 0).sum()} of {len(places)} places,", end=" ")
print(f"{(by_dice < 0.5).sum()} within 0.5 dB, {(by_dice > 3).sum()} more than 3 dB behind")
pd.DataFrame({"rank": rank, "by_dice": by_dice, "by_lot": by_lot}).agg(["mean", "std"]).round(1)

# %% [markdown]
# **Read.** On 9 of the 20 places it does; on 14 it is near the best, on 4 far behind. (`rank` correlates dice and PSNR over the twelve. The mask
# with the highest dice is `by_dice` decibels behind the best one, a mask drawn by lot `by_lot`.) So dice turns bad masks away. It does not decide
# between good ones: of two settings with a mean dice of 0.72, one repairs 3 dB better. Where no true mask is known, zoom in and grow yours until
# the rim is clean.
#
# ## An old photograph, from start to end
#
# **1. Find.** The scratches are bright lines, the dates have one colour. (On the desk: *Tolerance* 20 %, *Width* 9 px.)
# **Predict.** What else in the picture is a bright line?

# %%
scratches = restoration.find_damage(old.picture, "bright scratches", tolerance=0.2, width=9)
dates = restoration.find_damage(old.picture, (1, 0.55, 0.1), grow=2)
proposal = scratches | dates
mended = proposal & masks.grown(old.mask, 3)  # what an eraser would leave

# %%
dice = [metrics.dice(old.mask, mask) for mask in (proposal, mended)]
plots.show(
    [old.picture, proposal, mended],
    titles=["the photograph", f"found: dice {dice[0]:.2f}", f"mended: dice {dice[1]:.2f}"],
    alt="The scratched cup; a mask with scratches and dates, but also with the saucer's rim, the "
    "spoon and the grain of the table; a mask with scratches and dates alone.",
    caption="A gleam is a bright line too.",
)

# %% [markdown]
# **2. Mend.** This rule cannot tell a scratch from the gleam on a saucer. A person can: on the desk, with the eraser. (Here the true mask plays that
# person: what is more than three pixels from damage is erased.)
#
# **3. Repair and compare.** `photo` is a network trained on photographs, but not on this one. **Predict.** Which matters more here, the mask or the method?

# %%
fills = {"as found": restoration.restore(old.picture, proposal, "harmonic")}
for name in ("telea", "harmonic", "biharmonic", "photo"):
    fills[name] = restoration.restore(old.picture, mended, name, progress=iter)  # no bar
for name, filled in fills.items():
    print(f"{name:10s} {metrics.psnr(photograph, filled):.1f} dB")

# %%
plots.show(
    [old.picture, fills["as found"], fills["harmonic"], fills["photo"]],
    titles=["damaged", "harmonic, mask as found", "harmonic, mask mended", "photo, mask mended"],
    columns=2,
    alt="The cup four times: damaged, repaired with a smeared spoon, and twice repaired well.",
    caption="With the mask as it was found, the spoon loses its gleam.",
)

# %% [markdown]
# **Read.** The mask: mending it is worth 9 dB, and the true mask would be worth 3.6 more. The four methods lie within about 2 dB.
#
# ## Large pictures
#
# A scan may have fifty million pixels, too many for one piece. But a fill depends on what is near it. So `restore` lets an equation work hole by
# hole, and a network tile by tile; the tiles overlap and are blended.
#
# **Predict.** How far is that from the solution in one piece?

# %%
from course_lib import classical

large, holes = np.tile(old.picture, (3, 3, 1)), np.tile(mended, (3, 3))
repaired = restoration.restore(large, holes, "harmonic", progress=iter)
difference = np.abs(repaired - classical.harmonic(large, holes)).max()
print(f"furthest from the solution in one piece: {difference:.5f}")

# %% [markdown]
# **Read.** They agree to five decimals, since a harmonic fill depends on the rim of its hole alone.
#
# On a large scan try `biharmonic` first: for fifty million pixels it takes half a minute, `photo` more than two. Under scratches on fourteen
# photographs in a camera's own size, `photo` is 0.8 dB ahead of it on average, and behind on five; on the same ones shrunk to 512 pixels, 1.2
# ahead, and behind on two ([results](../benchmarks/RESULTS.md), *A photograph of 50 megapixels* and *Photographs in a camera's own size*).
#
# ## Say what you invented
#
# Restorers of paintings hatch what they add, so that close up it can be told apart. `show="invented"` does the same, and a note in the file says
# what was done.

# %%
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
data.save(folder / "old.png", old.picture)
done = restoration.restore_file(
    folder / "old.png", mended, folder / "new.png", "biharmonic", show="invented"
)
print(restoration.read_photograph(done.target).options["texts"]["Restoration"])

# %%
hatched = data.read(done.target)
plots.show(
    [hatched, hatched[60:140, 180:320]],
    titles=["the whole", "enlarged"],
    alt="The repaired cup, and a part of it enlarged, in which fine upright lines cover what was "
    "filled.",
    caption="Close up, you can see where something was invented.",
)

# %% [markdown]
# **Read.** Keep the damaged scan, the mask and the note with the repaired picture: what is invented is not recovered.
#
# The same call removes a watermark, or a face from a news photograph. That is not restoration: nothing was damaged, and the aim is to deceive.
#
# ## Questions
#
# **1.** Two masks of a scratch both have a dice of 0.8. One leaves out a rim of pixels, the other adds one. Which do you take?
#
# 1. Either: they are equally good.
# 2. The one with the rim added.
# 3. The one with the rim left out: it invents less.
#
# <details><summary>Answer</summary>
#
# **2.** It gives up good pixels and fills them from good ones. A rim that is left out is damage that the fill trusts.
# </details>
#
# **2.** A restorer reports 38 dB, measured in the mask that their detector found. What is missing?
#
# 1. Nothing: errors are measured in the holes.
# 2. The damage that the detector did not find.
# 3. The seconds.
#
# <details><summary>Answer</summary>
#
# **2.** It lies outside the found mask and is not counted. Measure in the true mask, or in the whole picture.
# </details>

# %% [markdown]
# ## Key points
#
# * The mask is an estimate too. Dice turns bad masks away; between good ones it does not decide.
# * For dice, a pixel too few on a scratch is as bad as two too many. The repair loses 20 dB to the first, 5 to the second.
# * Keep the scan and the mask, and say what was invented.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# Damage is laid over the photographs by `restoration.worn`; the true mask is every pixel with an opacity of at least 2 %. Places are
# drawn at random, and some overlap. A hole longer than 512 pixels is cut into pieces that overlap; what lies deep in it comes from a smaller copy.
#
# </details>
#
# ## References
#
# * Brandi: Teoria del restauro, 1963. What is added must be recognisable close up: *tratteggio*.
# * Serra: Image Analysis and Mathematical Morphology, 1982. The top-hat that finds thin bright lines.
# * Kokaram: [Motion Picture Restoration](https://doi.org/10.1007/978-1-4471-3485-5), Springer 1998. Finding dirt and scratches before
#   filling them.
# * Farid: Photo Forensics, MIT Press 2016.
