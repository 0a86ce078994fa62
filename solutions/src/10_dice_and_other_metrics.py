# %% [markdown]
# # Exercise 10: numbers that cannot be cheated
#
# {{badge}}
#
# Four tasks on [lesson 10](../notebooks/10_dice_and_other_metrics.ipynb), about 60 minutes. ★ implement, ★★ explain
# or find the fault, ★★★ open. They do not depend on each other: begin where you like. No network is needed.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("10_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/10_dice_and_other_metrics.ipynb), compare your words with its
# [solution](../solutions/10_dice_and_other_metrics.ipynb).

# %%
# {{launch}}

# %%
import numpy as np
from matplotlib.figure import Figure
from scipy import ndimage
from skimage.metrics import structural_similarity

from course_lib import checks, classical, data, masks, metrics, plots

# %% [markdown]
# ## Task 1 ★: judge a mask finder
#
# A mask finder looks at damaged pictures and says how sure it is that each pixel is damaged: floats from 0 to 1, of shape `(N, H, W)`. It marks every
# pixel of which it is more than half sure. The true masks are `bool`, of the same shape. Some pictures are undamaged, and on some of these the finder
# rightly marks nothing; two empty masks are equal, so they score 1.
#
# Write `mask_scores(true_masks, confidences)`, which returns an array of shape `(N, 2)`: dice and IoU of each picture.
# Count the pixels yourself, without `metrics`.
#
# Expected: for the two pictures below, `[[0.667, 0.5], [1, 1]]`.

# %% [markdown] tags=["hints"]
# 1. First make masks of the confidences. Then count, for each picture: pixels that both mark, and
#    pixels that each marks.
# 2. Sums over axis=(1, 2) keep the pictures apart. |A or B| = |A| + |B| - |A and B|; where |A| +
#    |B| is 0, both scores are 1.
# 3. common = (true & marked).sum((1, 2)), sizes = the two sums added; dice is 2 * common / sizes,
#    IoU common / (sizes - common), np.where(sizes == 0, 1, ...); stack with axis=1.


# %%
def mask_scores(true_masks, confidences):
    ### BEGIN SOLUTION
    marked = confidences > 0.5
    common = (true_masks & marked).sum(axis=(1, 2))
    sizes = true_masks.sum(axis=(1, 2)) + marked.sum(axis=(1, 2))
    nothing = sizes == 0
    dice = np.where(nothing, 1, 2 * common / np.maximum(sizes, 1))
    iou = np.where(nothing, 1, common / np.maximum(sizes - common, 1))
    return np.stack([dice, iou], axis=1)
    ### END SOLUTION


# %%
true_masks = np.array([[[True, True, False]], [[False, False, False]]])
confidences = np.array([[[0.9, 0.2, 0.4]], [[0.1, 0.3, 0.2]]])
print(mask_scores(true_masks, confidences))

# %%
checks.task_10_1(mask_scores)

# %% [markdown]
# ## Task 2 ★★: explain 0.6 for a perfect answer
#
# The article's dice, plain dice over all values of a batch, gives about 0.61 to a perfect restoration of CIFAR-10 and more to white paper. Photographs with more contrast get other numbers, for the same reason. Here are 15 batches of 32
# test pictures of `photos`, each restored perfectly, and each replaced by white; and the same perfect answers once more, sorted by brightness before they are put into batches.

# %% [markdown] tags=["hints"]
# 1. Put p = y, and then p = 1, into the formula of plain dice: which sums over all values of the
#    batch are left?
# 2. Only the sum of y, the sum of y * y and the number of values. The mean of squares of a
#    picture is its mean squared plus its deviation squared.
# 3. All pictures have the same size, so means may be averaged: the mean of (means**2 +
#    deviations**2) over the mean of means; and with m = means.mean(), 2 m / (1 + m).

# %%
tests = data.load("photos").test[:480].astype(np.float64) / 255
batches = tests.reshape(15, 32, 32, 32, 3)  # 15 batches of 32 pictures
perfect = np.array([metrics.plain_dice(batch, batch) for batch in batches])
white = np.array([metrics.plain_dice(batch, np.ones_like(batch)) for batch in batches])
print(f"perfect {perfect.mean():.4f}, batches from {perfect.min():.3f} to {perfect.max():.3f}")
print(f"white   {white.mean():.4f}, batches from {white.min():.3f} to {white.max():.3f}")

order = tests.mean(axis=(1, 2, 3)).argsort()
alike = [metrics.plain_dice(batch, batch) for batch in tests[order].reshape(batches.shape)]
print(f"sorted  {np.mean(alike):.4f}, batches from {min(alike):.3f} to {max(alike):.3f}")

# %% [markdown]
# All these numbers say something about the pictures and nothing about a repair. Show it for the first two: write `perfect_and_white(means, deviations)`, which gets the mean and the standard
# deviation of the values of each picture of a batch, as arrays of shape `(pictures,)`, and returns the batch's plain dice for the perfect answer and for white. All pictures have the same size, and
# no pixel is needed. (The deviation is NumPy's `std()` as it is: the root of the mean squared distance from the mean.)
#
# Expected: for the first batch, the two numbers printed below, to the last digit.

# %%
means, deviations = batches.mean(axis=(2, 3, 4)), batches.std(axis=(2, 3, 4))
print("first batch, measured on the pixels:", perfect[0].round(6), white[0].round(6))


# %%
def perfect_and_white(means, deviations):
    ### BEGIN SOLUTION
    mean_of_squares = np.mean(means**2 + deviations**2)
    mean = np.mean(means)
    return mean_of_squares / mean, 2 * mean / (1 + mean)
    ### END SOLUTION


# %%
if checks.task_10_2(perfect_and_white):
    print("from two numbers per picture:", *np.round(perfect_and_white(means[0], deviations[0]), 6))

# %%
checks.task_10_2(perfect_and_white)

# %% tags=["expected"]
if checks.task_10_2(perfect_and_white):
    computed = [perfect_and_white(*pair) for pair in zip(means, deviations, strict=True)]
    drawing = Figure(figsize=(4.6, 3.4), layout="constrained")
    axes = drawing.subplots()
    for name, measured, values, marker in zip(
        ("perfect", "white"), (perfect, white), np.transpose(computed), "ox", strict=True
    ):
        axes.plot(measured, values, marker, label=name)
    ends = [min(perfect.min(), white.min()), max(perfect.max(), white.max())]
    axes.plot(ends, ends, color="grey", linewidth=1)
    axes.set(title="plain dice of 15 batches", xlabel="measured", ylabel="from mean and deviation")
    axes.legend(fontsize=8)
    plots.show(
        drawing,
        alt="Fifteen circles and fifteen crosses, computed against measured dice, all of them on "
        "the diagonal.",
        caption="Two numbers per picture give all thirty scores of 1.5 million values.",
    )

# %% [markdown]
# In your own words: what would a picture have to be like to give its perfect restoration a score near 1, and how would a network please this score? Why does sorting lower the mean, though every answer is perfect?
#
# <!-- BEGIN SOLUTION -->
# The mean of $y^2$ over the mean of $y$ is near 1 only if nearly all values are 0 or 1 (then $y^2 = y$), or all are near 1: black and white, as masks are, or very bright. A photograph has shades, so it stays near
# mean plus variance over mean, here about 0.6. A network gains by brightness and contrast, not by repairing: the score rises where predictions above half the score are pushed to white and the others to black.
#
# A batch's score is the mean of its pictures' scores, weighted by their brightness. Bright pictures have the higher scores, mean plus variance over mean, and in a mixed batch they also count more: the mean, 0.595, is near the
# score of all 480 pictures taken together, 0.596. Sorted, the pictures of a batch are about equally bright and count alike: the mean, 0.537, is near that of the pictures' own scores, 0.536. Which pictures share a batch
# decides.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: bug hunt, a table of results
#
# Before it writes its table, a project calls the function below. It gets the true pictures and a network's raw predictions, floats in [0, 1] of shape `(N, H, W, 3)`, and the masks,
# `bool` of shape `(N, H, W)`. It promises three numbers that say how well the holes were filled. It runs, and its numbers look splendid.

# %% [markdown] tags=["hints"]
# 1. Hand in the truth with a little noise at known pixels only; then the same pictures times 255
#    (their range is then 255). What should change, and what does?
# 2. Which pixels did the network have to fill? What is the peak of pictures in [0, 1]? What may
#    be averaged, decibels or squared errors? What is plain dice of the truth?
# 3. filled = masks.composite(true, raw, mask). Then psnr and mae of metrics with the mask, and
#    ssim without it, all of true and filled.


# %%
def published_report(true, raw, mask):
    """PSNR (dB), SSIM, accuracy."""
    errors = ((true - raw) ** 2).mean(axis=(1, 2, 3))
    psnr = (20 * np.log10(255) - 10 * np.log10(errors)).mean()
    similar = [
        structural_similarity(one, other, channel_axis=-1, data_range=255)
        for one, other in zip(true, raw, strict=True)
    ]
    accuracy = 2 * (true * raw).sum() / (true.sum() + raw.sum())
    return psnr, np.mean(similar), accuracy


# %% [markdown]
# To try it on: twenty pictures with lines missing, filled by Navier-Stokes and then blurred a little everywhere, as a network's raw prediction is, since it redraws the known
# pixels; and the same prediction made much worse.

# %%
truth = tests[:20]
holes = masks.random_lines(20, 32, seed=5)
filled = np.stack(
    [classical.METHODS["navier_stokes"](*pair) for pair in zip(truth, holes, strict=True)]
)
raw = np.clip(ndimage.gaussian_filter(filled, (0, 0.7, 0.7, 0)), 0, 1)
grey_holes = np.where(holes[..., None], 0.5, raw)
for name, prediction in {"raw prediction": raw, "grey in every hole": grey_holes}.items():
    told = " ".join(f"{number:9.4f}" for number in published_report(truth, prediction, holes))
    print(f"{name:20s} {told}")

# %% [markdown]
# The function has four faults, some of them in two places. Find them and write `report`, with the same arguments, which returns three numbers: the PSNR in the holes in dB, the SSIM of the
# whole image (scikit-image's, with its usual window), and, in place of the accuracy, the MAE in the holes (smaller is better). You may use whatever `metrics` offers.
#
# Expected: for the raw prediction 24.7 dB, an SSIM of 0.95 and an MAE of 0.031; for grey holes 10.4 dB, 0.57 and 0.27.


# %%
def report(true, raw, mask):
    ### BEGIN SOLUTION
    filled = masks.composite(true, raw, mask)
    return (
        metrics.psnr(true, filled, mask),
        metrics.ssim(true, filled),
        metrics.mae(true, filled, mask),
    )
    ### END SOLUTION


# %%
if checks.task_10_3(report):
    for name, prediction in {"raw prediction": raw, "grey in every hole": grey_holes}.items():
        told = " ".join(f"{number:9.4f}" for number in report(truth, prediction, holes))
        print(f"{name:20s} {told}")

# %%
checks.task_10_3(report)

# %% [markdown]
# Which four faults did you find, and which of them flatters most?
#
# <!-- BEGIN SOLUTION -->
# 1. The raw picture is measured, and everywhere: known pixels, which are given, are counted, some as errors and most as successes. Composite first, and measure PSNR in the holes.
# 2. Pictures in [0, 1] are given a range of 255, twice. It adds 48.13 dB to every PSNR, and in SSIM the constants of the formula grow so large that nearly everything scores 1.
# 3. Decibels are averaged over pictures: easy pictures count most, and in the holes these twenty come to 32.6 dB instead of 24.7. Pool the squared errors, then take the logarithm.
# 4. Plain dice on intensities is no accuracy: the truth scores less than its own black and white copy.
#
# The range of 255 flatters most: 48 dB, and an SSIM from which nothing can be read.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: a metric that asks *could it be one?*
#
# PSNR and SSIM prefer a flat square on grass to other grass. Can you do better, without a trained network? Here are five fills of a hole of 96 × 96 pixels in
# the middle of a picture of 160 × 160: the same texture from another place, and four that nobody would take for it. The textures are `grass`, `gravel` and `brick`.

# %% [markdown] tags=["hints"]
# 1. Flat and blurred lack fine detail, shuffled pixels lack coarse detail. What could you measure
#    in the hole of both pictures that does not depend on where things are?
# 2. The strength of details of several sizes: what a Gaussian blur takes away, then what a wider
#    one takes away, and so on. Compare the strengths of true and filled.
# 3. For sigmas 1, 2, 4, 8, the standard deviation of the difference of two neighbouring blurs in
#    the hole; take logarithms; the score is minus the mean absolute difference.


# %%
def candidates(name, rng):
    """A true picture (160, 160, 3), its mask, and five fills of its hole by name."""
    square = masks.squares(1, 160, side=96)[0]

    def piece(texture):
        picture = data.photo(texture).astype(np.float64)
        top, left = rng.integers(np.array(picture.shape[:2]) - 160 + 1)
        return picture[top : top + 160, left : left + 160]

    true, elsewhere = piece(name), piece(name)
    another = {"grass": "gravel", "gravel": "brick", "brick": "grass"}[name]
    shuffled = true.copy()
    shuffled[square] = rng.permutation(true[square])
    contents = {
        "same texture": elsewhere,
        "flat": np.broadcast_to(true[~square].mean(axis=0), true.shape),
        "blurred": ndimage.gaussian_filter(elsewhere, (3, 3, 0)),
        "shuffled pixels": shuffled,
        "other texture": piece(another),
    }
    fills = {kind: masks.composite(true, content, square) for kind, content in contents.items()}
    return true, square, fills


# %%
true, square, fills = candidates("grass", np.random.default_rng(1))
plots.show(
    [true, *fills.values()],
    titles=["the truth\n"]
    + [f"{kind}\n{metrics.psnr(true, fill, square):.1f} dB" for kind, fill in fills.items()],
    columns=6,
    alt="Grass, and the same with a square in the middle that is other grass, flat grey, blurred, "
    "noise of its own pixels, or gravel, with the PSNR of each.",
    caption="PSNR in the hole: flat and blurred are ahead of other grass.",
)

# %% [markdown]
# Write `looks_right(true, filled, mask)`, for pictures of floats in [0, 1]: a number that is higher for a better fill. The check has 24 other pictures, eight of each texture, always the same. It asks that the truth scores
# highest in every one, even with added noise of a millionth, which nobody sees (a metric's first duty), and that *same texture* beats the other four in at least 90 % of the 96 comparisons. PSNR in the hole manages 20 %,
# SSIM 30 %; the difference of the standard deviations in the hole 70 %, since shuffled pixels cheat it.
#
# Expected: 95 to 100 %.


# %%
def looks_right(true, filled, mask):
    ### BEGIN SOLUTION
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    hole = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)

    def strengths(picture):
        """How much the picture varies at each of five sizes of detail, on a log scale."""
        grey = picture[hole].mean(axis=-1)
        levels = [grey, *(ndimage.gaussian_filter(grey, sigma) for sigma in (1, 2, 4, 8))]
        details = [fine - coarse for fine, coarse in zip(levels, levels[1:], strict=False)]
        return np.log([detail.std() + 1e-3 for detail in (*details, levels[-1])])

    return np.exp(-np.abs(strengths(true) - strengths(filled)).mean())
    ### END SOLUTION


# %%
checks.task_10_4(looks_right)

# %% tags=["expected"]
if checks.task_10_4(looks_right):
    plots.show(
        [true, *fills.values()],
        titles=[f"the truth\n{looks_right(true, true, square):.2f}"]
        + [f"{kind}\n{looks_right(true, fill, square):.2f}" for kind, fill in fills.items()],
        columns=6,
        alt="The same six pictures, each with its score by one right answer: the truth first, "
        "other grass next, then the four spoilt ones.",
        caption="Scores of one right answer; yours will differ, and only the order counts.",
    )

# %% [markdown]
# What does your metric look at? Find a fill that cheats *it*. And when would you still want PSNR as well?
#
# <!-- BEGIN SOLUTION -->
# It compares how much the two holes vary at five sizes of detail, not where. Flat and blurred lack the fine details, shuffled pixels have too many of them and too few coarse ones, and another texture mixes them
# differently. The truth is equal to itself at every size and scores 1.
#
# It is cheated by whatever keeps these strengths and destroys the rest: the hole upside down, the grey picture instead of the coloured one, or noise that was given the same
# strengths at every size. It cannot say whether *this* was there: a window filled with brick could please it. So PSNR in the hole is still needed, for the other question.
#
# **Rubric.** (1) Truth highest, 90 % of 96: check. (2) The answer names what the metric ignores (place, colour, edges at the border of the hole) and shows one fill that cheats it, with its score. (3) It says that the metric answers
# *could it be one?* and PSNR *is it this one?*. (4) Extra: seams at the border of the hole are punished too; or scores of several sizes are shown, as LPIPS takes features of several layers.
# <!-- END SOLUTION -->

# %%
checks.progress()
