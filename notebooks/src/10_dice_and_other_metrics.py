# %% [markdown]
# # Score the truth highest: dice, IoU and other metrics
#
# {{badge}}
#
# [Lessons 08](08_vanilla_autoencoder.ipynb) and [09](09_watching_it_learn.ipynb) judged networks by PSNR in the holes. The
# article behind this course judged its own by *dice*, made for masks, and put pictures into it. What does the
# number measure then? And what do the other common numbers look at?
#
# **You need** lesson [01](01_masks.ipynb). No internet, no GPU, no training. About 30 minutes.

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import data, evaluation, masks, metrics, plots, runtime, widgets

run = runtime.setup()

# %% [markdown]
# ## Where dice is right: masks
#
# Damage must be found before it can be repaired. Here is a photograph with three scratches, and four detectors. Three mark *nothing*, *everything*
# and every *nearly white* pixel as missing. The fourth finds the scratches, but draws them *too fat*, by two pixels on every side.
#
# *Accuracy* is the share of pixels that a detector gets right. *Intersection over union* (IoU) and *dice* look only at
# pixels that at least one of the two masks marks:
#
# $$\mathrm{IoU} = \frac{|A \cap B|}{|A \cup B|}, \qquad \mathrm{dice} = \frac{2\,|A \cap B|}{|A| + |B|}.$$
#
# **Predict.** Which detector is the most accurate? Which would you buy?

# %%
from scipy import ndimage

photograph = data.photo("coffee")[72:328, 152:408]
scratch = masks.random_lines(1, 256, lines=(3, 3), thickness=(2, 2), seed=4)[0]
scratched = masks.damage(photograph, scratch, fill=1.0)
found = {
    "nothing": np.zeros_like(scratch),
    "everything": np.ones_like(scratch),
    "nearly white": scratched.min(axis=-1) > 0.8,
    "too fat": ndimage.binary_dilation(scratch, np.ones((5, 5))),
}

# %%
plots.show(
    [scratched, scratch, found["nearly white"], found["too fat"]],
    titles=["the photograph", "the scratches", "nearly white", "too fat"],
    alt="A cup under three white scratches; masks: scratches, scratches and rim, thick scratches.",
    caption="The scratches, and what two of the four detectors make of them.",
)


# %%
def iou(true_mask, predicted_mask):
    return (true_mask & predicted_mask).sum() / (true_mask | predicted_mask).sum()


def dice(true_mask, predicted_mask):
    return 2 * (true_mask & predicted_mask).sum() / (true_mask.sum() + predicted_mask.sum())


# %% tags=["nbval-check-output"]
import pandas as pd

scores = pd.DataFrame(index=found)
scores["accuracy"] = [(mask == scratch).mean() for mask in found.values()]
scores["IoU"] = [iou(scratch, mask) for mask in found.values()]
scores["dice"] = [dice(scratch, mask) for mask in found.values()]
scores.round(3)

# %% [markdown]
# **Read.** *Nothing* is the most accurate, since nearly every pixel is undamaged. Dice and IoU give it zero, and put first the one that you would
# buy, *too fat*. Either of them is enough, since $\mathrm{dice} = 2\,\mathrm{IoU} / (1 + \mathrm{IoU})$.
#
# ## Where dice is wrong: pictures
#
# The article put *intensities* into the formula. Every value $y_i$ of the true picture and $p_i$ of the predicted one is a number in [0, 1], and a
# product replaces the intersection:
#
# $$D(p) = \frac{2 \sum_i y_i\, p_i}{\sum_i y_i + \sum_i p_i}.$$
#
# **Predict.** A perfect restoration, $p = y$. What does it score?


# %% tags=["nbval-check-output"]
def plain_dice(true, predicted):
    return 2 * (true * predicted).sum() / (true.sum() + predicted.sum())


names = ("chelsea", "coffee", "astronaut", "rocket")
pictures = {name: data.photo(name)[:300:2, 60:360:2].astype(float) for name in names}
for name, picture in pictures.items():
    perfect, white = plain_dice(picture, picture), plain_dice(picture, np.ones_like(picture))
    print(f"{name:9s} perfect {perfect:.3f}   all white {white:.3f}")

# %% [markdown]
# **Read.** Not 1. With $p = y$ the formula is $\sum y^2 / \sum y$, a property of the picture, not of any repair. And for the cat and the rocket a
# white sheet scores clearly *more*.
#
# A metric has one duty before all others: **to score the truth highest.**
#
# ## Cheat the metric
#
# You hand in the *true* picture, but may first brighten it, or set each of its numbers to 0 or 1 at a threshold. You start at 30 % more light. **Find
# the highest plain dice. Can you drive another bar past its tick?**

# %%
widgets.cheat_metric(pictures)

# %% [markdown]
# **Read.** For each photograph a little more light is enough, and a threshold does better still: up to 0.649 for the cat. The other three metrics
# give their highest score, 1, to the truth alone.
#
# ## Why a thresholded picture beats the truth
#
# Let $\tau = D(y)/2$ be *half of the truth's own score*. A picture $p$ scores at least as much as the truth, $D(p) \ge 2\tau$,
# exactly when
#
# $$\textstyle \sum (y_i - \tau)\, p_i \;\ge\; \tau \sum y_i .$$
#
# 1. The truth meets this with equality.
# 2. On the left each $p_i$ has its own term, largest for $p_i = 1$ where $y_i > \tau$ and for $p_i = 0$ where $y_i < \tau$: that is the truth *thresholded
#    at $\tau$*.
# 3. So that picture scores more, **always**, unless every $y_i$ is 0, 1 or exactly $\tau$.
#
# Half of its score is the next threshold, and so on. Once the score stops rising, *no* picture at all scores more.
#
# **Predict.** After how many rounds is the cat done?


# %%
def best_picture(true):
    score = plain_dice(true, true)
    while True:
        picture = true > score / 2
        higher = plain_dice(true, picture)
        if higher <= score:
            return picture, higher
        score = higher


# %%
plots.show(
    plots.staircase(pictures["chelsea"]),
    alt="Plain dice by threshold, a hill: two steps lead from the truth to its top, one magnified.",
    caption="Where the curve lies above the dotted line, the thresholded picture beats the truth.",
)

# %%
best = {name: best_picture(picture) for name, picture in pictures.items()}
plots.show(
    [poster.astype(float) for poster, _ in best.values()],
    titles=[f"{name}: {score:.3f}" for name, (_, score) in best.items()],
    alt="A cat, a cup, an astronaut and a rocket in pure red, green, blue and their mixtures.",
    caption="For each photograph, the picture with the highest possible plain dice.",
)

# %%
patches = data.load("photos").test[:480] / 255  # of one photograph, coffee
own = np.array([plain_dice(one, one) for one in patches])
gain = np.array([best_picture(one)[1] for one in patches]) - own
print(f"truth {own.mean():.3f}, gain {gain.mean():.3f} on average, {gain.min():.3f} at least")

# %% [markdown]
# **Read.** The cat needs two, and then each colour is on or off. The trick gains on every one of 480 patches. A mask *is* its own thresholded
# picture: it gains nothing.
#
# ## When a white sheet wins
#
# Thresholding needs the truth. White needs nothing. With $m$ for the mean of $y$ and $v$ for its variance, the truth scores
# $m + v/m$ and white $2m/(1 + m)$. White wins if $v < m^2\, (1 - m)/(1 + m)$: if the picture has little contrast for its
# brightness. **Predict.** In how many of the 480 patches?

# %%
plots.show(
    plots.white_sheet(patches),
    alt="Points of brightness and contrast; white beats the truth below an arch, not above it.",
    caption="The curve is the formula; the legend counts the patches on either side of it.",
)

# %% [markdown]
# **Read.** In 230 of these 480, all from one photograph; on CIFAR-10, which the article used, in 856 of 1,000. The means on CIFAR-10, over batches of
# 32 ([results](../benchmarks/RESULTS.md), *Dice on intensities*):
#
# | answer | plain dice |
# |---|---:|
# | all white | 0.6443 |
# | not repaired, holes painted white | 0.6160 |
# | *the truth* | *0.6082* |
# | repaired, biharmonic | 0.6063 |
#
# Whoever paints holes white *loses* dice by repairing them perfectly.
#
# ## What SSIM looks at
#
# PSNR compares value by value. *Structural similarity* (SSIM) slides a window over both pictures, compares their means there,
# and how far they vary together:
#
# $$\frac{2 \mu_y \mu_p + 0.01^2}{\mu_y^2 + \mu_p^2 + 0.01^2} \cdot
# \frac{2 \sigma_{yp} + 0.03^2}{\sigma_y^2 + \sigma_p^2 + 0.03^2}.$$
#
# Spoil a picture five ways with *one* squared error: moved by a pixel, more light, more contrast, a blur, noise.
#
# **Predict** the order that SSIM puts them in, on average over forty places in four photographs. And yours?

# %%
from course_lib import scenes

photographs = ("astronaut", "chelsea", "coffee", "grace_hopper")
places = [scenes.places(name, 10, size=129, hole=1, seed=2026).images for name in photographs]
spoilt = [evaluation.equally_wrong(place) for place in np.concatenate(places)]

# %%
similar = pd.DataFrame(
    {name: metrics.ssim(five["the truth"], one) for name, one in five.items()} for five in spoilt
)
similar.mean().round(3).to_frame("SSIM")

# %%
plots.show(
    list(spoilt[2].values()),
    titles=list(spoilt[2]),
    columns=3,
    alt="Half a face six times: the truth, lighter, harder, moved, so blurred it is lost, noisy.",
    caption="One of the forty places. All but the truth have the same PSNR.",
)

# %% [markdown]
# **Read.** SSIM forgives light and contrast, and puts noise last. Nobody would notice the move, but SSIM minds it nearly as much as
# the blur: it compares windows at the same pixels.
#
# All these numbers ask *is it this one?* You may also ask *could it be one?* Copied grass ([lesson 05](05_texture_and_patches.ipynb)) and a sample
# from the right distribution ([lesson 07](07_gaussian_world.ipynb)) pass that test, but lose decibels.
#
# ## The fills, by four metrics
#
# Can dice be mended? Milletari et al. (2016) squared what is summed in the denominator:
#
# $$D_2(p) = \frac{2\sum y_i p_i}{\sum y_i^2 + \sum p_i^2}
# \quad\Longrightarrow\quad 1 - D_2 = \frac{\sum (y_i - p_i)^2}{\sum y_i^2 + \sum p_i^2}.$$
#
# It is 1 for the truth alone. Here are fills of the leaderboard's patches, the *truth*, and a *cheat*: the truth with its holes thresholded.
#
# **Predict.** In which columns does the truth come first?

# %%
from course_lib import classical

true, holes = evaluation.frozen_patches()  # the leaderboard's
fills = {"black": masks.damage(true, holes), "white": masks.damage(true, holes, fill=1.0)}
for name in ("grey", "mean", "nearest", "navier_stokes", "biharmonic"):
    filled = [classical.METHODS[name](*one) for one in zip(fills["black"], holes, strict=True)]
    fills[name] = np.clip(filled, 0, 1)
fills["the truth"] = true
fills["the cheat"] = masks.composite(true, (true > plain_dice(true, true) / 2).astype("f4"), holes)

# %%
table = pd.DataFrame(index=fills)
table["PSNR, holes"] = [metrics.psnr(true, filled, holes) for filled in fills.values()]
for metric in (metrics.ssim, metrics.squared_dice, metrics.plain_dice):
    table[metric.__name__] = [metric(true, filled) for filled in fills.values()]
table.sort_values("PSNR, holes", ascending=False).round(4)

# %% [markdown]
# **Read.** In all but the last. There the cheat wins, and white holes beat black and grey ones, which are nearer to the truth.
# Squared dice keeps the truth safe, but over the whole picture the two best fills differ by 0.0002.
#
# | You judge | Use | Not | Because |
# |---|---|---|---|
# | a mask that was found | IoU or dice | accuracy | most pixels are undamaged |
# | a fill whose truth is known | PSNR or MAE **in the hole**, composited; SSIM beside it | dice of pictures | it can be cheated |
# | whether it looks right | your eyes; FID of many (see the notes) | PSNR alone | it asks *is it this one?* |
#
# **Before you use a metric, hand in the truth. Then something silly.**

# %% [markdown]
# ## Questions
#
# **1.** A network ends with a plain dice above $\sum y^2 / \sum y$. What follows?
#
# 1. It is better than perfect.
# 2. Its predictions are not the truth: they are lighter, as a rule, or harder in contrast.
# 3. It has overfitted.
#
# <details><summary>Answer</summary>
#
# **2.** The truth scores exactly $\sum y^2 / \sum y$; whatever scores more is not the truth. 1 takes the score for a measure of quality. 3 may be
# true, but this number does not show it.
# </details>
#
# **2.** A mask finder has an accuracy of 0.98. Is it good?
#
# 1. Yes: it errs on 2 % of the pixels.
# 2. You cannot tell: where 2 % are damaged, a finder that never finds anything has as much.
# 3. No: its dice is 0.
#
# <details><summary>Answer</summary>
#
# **2.** Ask for its dice or IoU. 1 counts the undamaged pixels as found. 3 holds for a finder that finds nothing, not for all.
# </details>

# %% [markdown]
# ## Key points
#
# * A metric must score the truth highest. Test that first: it takes one line.
# * Dice and IoU score a true mask highest. On intensities a threshold at half the truth's own score beats the truth, always, and white
#   paper often does.
# * For inpainting: PSNR or MAE in the hole, composited, plus SSIM and a look.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# Of the article's three notebooks the first (square holes) trains on binary cross-entropy, whose floor exercise 08 computes; the other two (lines,
# without and with partial convolution) on the mean absolute error. The spoilt pictures are at half contrast, to leave room for light. LPIPS asks *is
# it this one?* with the features of a trained network; FID compares two *sets* of pictures by such features.
#
# </details>
#
# ## References
#
# * Dice, [Ecology 1945](https://doi.org/10.2307/1932409); Jaccard, [New Phytologist
#   1912](https://doi.org/10.1111/j.1469-8137.1912.tb05611.x).
# * Milletari, Navab, Ahmadi: [V-Net](https://arxiv.org/abs/1606.04797), 3DV 2016, section 3.
# * Wang et al.: [Image quality assessment: from error visibility to structural
#   similarity](https://doi.org/10.1109/TIP.2003.819861), 2004.
# * Zhang et al.: [LPIPS](https://arxiv.org/abs/1801.03924), CVPR 2018; Heusel et al.: [FID](https://arxiv.org/abs/1706.08500),
#   NeurIPS 2017.
# * Blau, Michaeli: [The perception-distortion tradeoff](https://arxiv.org/abs/1711.06077), CVPR 2018.
# * Thakur, Paul: *Introduction to image inpainting with deep learning*, Weights & Biases, 2020. The article.
