# %% [markdown]
# # The showdown
#
# {{badge}}
#
# Equations, a Gaussian, networks: all on the same pictures, under the same eleven kinds of holes. Every paper in the field says that its own method
# wins. Here you look for yourself. **A lead counts only in pairs and with its interval, and the method with the best sum need not be first on your
# picture, or within your seconds.**
#
# **You need** lessons [07](07_gaussian_world.ipynb) and [12](12_partial_unet.ipynb). No GPU, no internet. About 30 minutes.

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import evaluation, plots, runtime, widgets

run = runtime.setup()
WORLDS = {"one photograph": "photos", "CIFAR-10": "cifar10"}
boards = {world: evaluation.showdown_scores(name) for world, name in WORLDS.items()}

# %% [markdown]
# ## Ten methods, two worlds
#
# | Method | What it knows | Lesson |
# |---|---|---|
# | `telea`, `navier_stokes`, `harmonic`, `biharmonic` | an equation or a rule, no pictures | 02 to 04 |
# | `gaussian` | mean and covariance of training pictures | 07 |
# | `autoencoder`, `vanilla_unet` | CIFAR-10; paint from black holes | 08 |
# | `vanilla_unet_masked` | the same, and told where the holes are | 12 |
# | `partial_conv_unet` | the same, and reads known pixels only | 11, 12 |
# | `fill_and_correct` | CIFAR-10; starts from a smooth fill, adds a correction in the holes | 12, there `best` |
#
# They meet on 1,000 pictures of CIFAR-10 that none has learned from, where networks are at home, and on 300 patches of a photograph, where they are
# guests. The Gaussian was fitted to each world's training pictures. Every answer is composited, and errors are counted in the holes. The scores
# were measured once and are shipped; what you touch is filled on your machine.
#
# **Predict.** In how many of the eleven columns is a network first? Is it the same in both worlds? Then touch a cell.

# %%
widgets.showdown()

# %%
plots.show(
    plots.leaderboard_map(boards["CIFAR-10"], title="CIFAR-10"),
    alt="A heat map of ten methods and eleven sets. Two rows are dark: fill_and_correct, gaussian.",
    caption="Dark: at the front. A column's best shows its PSNR (dB), the others how far behind.",
)

# %% [markdown]
# **Read.** `fill_and_correct` is first in all eleven columns, in both worlds. On CIFAR-10 the Gaussian is within 0.5 dB of it everywhere. The three
# U-Nets that do not start from a fill are ahead of `biharmonic` in most columns at home, and behind `harmonic` in all of them on the photograph.
#
# ## Is a lead more than luck?
#
# A score depends on which pictures were drawn. Draw them again, with replacement, a thousand times, and see how a lead varies. Two ways: both
# methods on the *same* drawn pictures, or each on its own. Here is `fill_and_correct` against `harmonic` on the 300 patches, under lines.
#
# **Predict.** Which way makes the lead vary less?

# %%
errors = evaluation.showdown_errors("photos")["lines"]  # a row per patch: squared, in its hole
network, harmonic = errors.fill_and_correct.to_numpy(), errors.harmonic.to_numpy()

# %%
random, size = np.random.RandomState(0), (1_000, len(errors))
drawn, others = random.randint(0, len(errors), size), random.randint(0, len(errors), size)
method = network[drawn].sum(axis=1)
same = 10 * np.log10(harmonic[drawn].sum(axis=1) / method)
other = 10 * np.log10(harmonic[others].sum(axis=1) / method)
plots.show(
    plots.draws({"same pictures": same, "other pictures": other}),
    alt="Two histograms of leads: on the same pictures narrow and above zero, on other pictures "
    "three times as wide, and partly below zero.",
    caption="A thousand draws each. A hard picture is hard for both, and in pairs that cancels.",
)

# %%
ahead, low, high = evaluation.lead(network, harmonic)
print(f"network ahead of harmonic: {ahead:+.2f} dB, 95 % of draws from {low:+.2f} to {high:+.2f}")

# %%
tables = evaluation.showdown_errors("cifar10").values()
ends = np.array([evaluation.lead(one.fill_and_correct, one.gaussian)[1:] for one in tables])
clear = (ends > 0).all(axis=1).sum(), (ends < 0).all(axis=1).sum()
print("On CIFAR-10, against the Gaussian: clearly ahead in {}, behind in {} of 11".format(*clear))

# %% [markdown]
# **Read.** Here the lead varies about a third as much in pairs. `evaluation.lead` draws in pairs, and gives the two ends of the middle 95 % of the
# draws. If both ends lie on the same side of 0, we call the lead *clear*. So of the eleven first places on CIFAR-10, nine are clear, and two
# columns settle nothing.
#
# ## Where does learning pay?
#
# In each set of masks, take the best of the four equations as zero. **Predict.** For which holes does learning pay most?

# %%
leads = {world: evaluation.showdown_leads(name) for world, name in WORLDS.items()}
plots.show(
    plots.leads(leads),
    alt="Two panels of leads. On CIFAR-10 fill_and_correct and gaussian are above zero everywhere, "
    "three networks below it on lines and random 50 %; on the photograph they are far below.",
    caption="Above zero: ahead of the best equation. Intervals that cross zero settle nothing.",
)

# %%
for world, table in leads.items():
    for name, rows in table.groupby("method", sort=False):
        clear = f"ahead in {(rows.low > 0).sum():2d}, behind in {(rows.high < 0).sum():2d}"
        print(f"{world:15s} {name:20s} clearly {clear} of {len(rows)} sets")

# %% [markdown]
# **Read.** On CIFAR-10 two methods are clearly ahead of the best equation everywhere. `fill_and_correct` leads most in irregular holes, by about 1
# dB, and least in random pixels, by 0.6. The other three are behind on lines and random 50 %, the thinnest holes, and level or ahead elsewhere. On
# the photograph only `fill_and_correct` stays ahead, most in the square of 8 and on lines, by more than 1 dB; the Gaussian is level with the best
# equation in most sets.
#
# ## And your picture?
#
# All this was about sums over many pictures. **Predict.** Where `fill_and_correct` has the best sum, on how many *pictures* is it the best of the
# ten?

# %%
shares = {world: evaluation.showdown_firsts(name) for world, name in WORLDS.items()}
plots.show(
    plots.firsts(shares, ["lines", "square_16", "random_90"]),
    alt="Bars of how often each method is first. On the photograph fill_and_correct, harmonic and "
    "biharmonic share the first places, on CIFAR-10 fill_and_correct, gaussian and biharmonic.",
    caption="In 20 of the 22 columns the best sum is first on fewer than half of the pictures.",
)

# %% [markdown]
# **Read.** On CIFAR-10 it is first most often in every column, on the photograph in 3 of 11. With 90 % of the photograph's pixels missing, it has
# the best sum, yet is first on 26 % of the patches; `harmonic` is first on 39 %. Both are true: a share counts all pictures alike; those with large
# errors dominate a sum.
#
# ## And the seconds you have
#
# **Predict.** For which methods is no other both faster and better?

# %%
table = evaluation.showdown_table().query("pictures == 'held_out' and milliseconds > 0")
table = table[table.method.isin(boards["CIFAR-10"].index)]
plots.show(
    plots.by_time(
        {
            "CIFAR-10, lines": table[table.masks == "lines"],
            "CIFAR-10, holes of 50–60 %": table[table.masks == "bucket_50_60"],
        }
    ),
    alt="Two panels of PSNR against milliseconds. Under lines the front runs from Navier-Stokes "
    "by way of harmonic to a crowd at 1.5 ms, in holes of 50 to 60 % straight to that crowd; on "
    "top of it stands fill_and_correct.",
    caption="Orange: no other is both faster and better. Two cores, no GPU; networks in batches.",
)

# %% [markdown]
# **Read.** Navier–Stokes is the quickest on both fronts, `fill_and_correct` the best. Under lines `harmonic` stands between them; in large holes
# `harmonic` and `biharmonic` take longer, and both are beaten. A network takes the same time for every hole. Around 1.5 ms several methods lie so
# close that their order settles nothing. The Gaussian is beaten in both panels: its time grows to a fifth of a second.

# %% [markdown]
# ## And more hours?
#
# Three networks like `fill_and_correct`, of 0.2, 0.9 and 2.7 million weights, were each trained for 10, 40 and 160 minutes of one core; the middle
# one for 480 too. After 160 it is `fill_and_correct`.
#
# **Predict.** Four times the minutes: how many decibels more? Which size is ahead?

# %%
import pandas as pd

hours = {name: evaluation.scaling_scores(name) for name in ("lines", "square_16", "random_50")}
rows = {name: one.set_index(["method", "minutes"]).psnr_hole for name, one in hours.items()}
pd.DataFrame(rows).round(2).reset_index().replace(np.nan, "–")

# %%
trained = hours["lines"].dropna()
level = hours["lines"][hours["lines"].minutes.isna()]
ends = [trained.minutes.min(), trained.minutes.max()]
lines = {name: (one.minutes, one.psnr_hole) for name, one in trained.groupby("method")}
lines |= {row.method: (ends, [row.psnr_hole] * 2) for row in level.itertuples()}
labels = {"xlabel": "minutes of one core", "ylabel": "PSNR in holes (dB)"}
drawing = plots.curves(lines, title="Line masks", **labels)
drawing.axes[0].set_ylim(bottom=20.6)  # room for the names
plots.show(
    drawing,
    alt="Three lines rise above biharmonic, 0.9 million weights on top, which alone goes on to 480 "
    "minutes. By 160 all have passed the Gaussian's level line, the smallest only just.",
    caption="1,024 validation pictures of CIFAR-10. Level lines: methods without a network.",
)

# %% [markdown]
# **Read.** Four times the minutes bring 0.1 to 0.5 dB, mostly less the second time. After 160 the middle size is ahead in every set, and it alone
# has passed the Gaussian in all three, in the square only just. By then the smallest has seen twice as many pictures, the largest half as many.
# From 160 to 480 the middle one gains 0.1 dB on lines and random pixels, and nothing in the square: it is not ahead everywhere, so we kept the shorter.
#
# Where does it end? A law in size and pictures seen, fitted to these ten runs, levels off at 23.5 to 24.5 dB on lines, at 16.1 to 17.9 in the square
# ([results](../benchmarks/RESULTS.md), *Size, time and the plateau*). The largest in ten times the time would reach 23.0 and 16.1. Fitted without the
# longest run, the law saw no end on lines: trust its next step more than its end.
#
# A little comes without any training: on the held-out pictures, the mean of `fill_and_correct`'s fills of a picture and its three mirror images is
# 0.14 dB ahead of one fill on lines, 0.06 in the square ([results](../benchmarks/RESULTS.md), *Means of fills that err differently*).

# %% [markdown]
# ## Use X when
#
# * **`navier_stokes`** when you have less than half a millisecond.
# * **`harmonic`** when you have one or two milliseconds and no network. In thin holes try **`biharmonic`** too.
# * **`gaussian`** when you want to know how unsure a fill is, and have pictures like yours to fit it to.
# * **`fill_and_correct`** otherwise: nothing here has a better sum.
#
# *Why* it wins is lesson 12's question: under lines above all because it starts from a fill.

# %% [markdown]
# ## Questions
#
# **1.** A scores 20.9 dB (20.6 to 21.2), B 20.7 (20.4 to 21.0), on the same pictures under the same masks. Is A ahead?
#
# 1. No, the intervals overlap.
# 2. Yes, its number is larger.
# 3. That needs the interval of the difference, picture by picture.
#
# <details><summary>Answer</summary>
#
# **3.** Hard pictures are hard for both, and in the difference that cancels. 1 confuses how far a score depends on the pictures with how far the order does.
# </details>
#
# **2.** A method has the best PSNR over a thousand pictures. On yours, is it the best?
#
# 1. Most likely: it is first on most pictures.
# 2. Perhaps: hard pictures dominate the sum, and another method may be first more often.
# 3. Yes, that is what the score says.
#
# <details><summary>Answer</summary>
#
# **2.** The figure of shares has such columns. 1 and 3 read a sum as if it counted pictures.
# </details>
#
# **3.** 5,000 scanned pages, hairline scratches, one laptop, tonight. Which method?
#
# 1. The one with the best mean over all eleven sets.
# 2. The largest network.
# 3. One that is orange in the left panel, tried on ten of your own pages.
#
# <details><summary>Answer</summary>
#
# **3.** Look at the panel that fits, and measure on your own pages. 1 averages over holes you do not have.
# </details>

# %% [markdown]
# ## Key points
#
# * The best sum is `fill_and_correct`'s in all 22 columns, clearly in 20.
# * Compare two methods in pairs, on the same pictures under the same masks, and give the lead its interval.
# * The method with the best sum is not first on every picture, nor within every time limit: try two or three on yours.
#
# {{exercise}}
#
# Or enter the showdown: write your own method and give its errors to `evaluation.lead`.
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# All figures are in `benchmarks/RESULTS.md`, *Showdown*. An interval assumes that pictures are independent draws. The thousand of CIFAR-10 are; the
# patches are cut from one photograph, and what is clear there holds for that photograph. Each network was trained once, and an interval over
# pictures says nothing about a second training. Of twenty pairs that are truly level, one looks clear by chance. Milliseconds leave out training
# and the Gaussian's fit; they are medians of three rounds in one run.
#
# </details>
#
# ## References
#
# * Efron, Tibshirani: An Introduction to the Bootstrap, Chapman & Hall 1993, section 13.3.
# * Liu et al.: [Image Inpainting for Irregular Holes Using Partial Convolutions](https://arxiv.org/abs/1804.07723), ECCV 2018, section 4.1: the masks' six buckets.
