# %% [markdown]
# # Fill with a distribution: a Gaussian world
#
# {{badge}}
#
# Under squared error the best guess is an average over everything that could stand in a hole (lesson 06). Here we take this literally and give all
# pictures one probability distribution, the simplest there is. It yields the best guess, in five lines, how unsure that guess is, and other possible
# fills.
#
# **You need** lessons [02](02_diffusion.ipynb) and [06](06_learning_from_data.ipynb), and matrices. No internet, no GPU.
# About 30 minutes.

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import classical, data, evaluation, masks, metrics, plots, runtime, widgets

run = runtime.setup()

# %% [markdown]
# ## All pictures as one cloud
#
# A picture of 32 × 32 pixels is 3,072 numbers: a point in 3,072 dimensions. The training pictures are a cloud of such points. We keep two things
# about it: its mean $\mu$, and its covariance, which says how any two of the numbers vary together. A *Gaussian* is the distribution that these two
# define. It knows nothing of cups and eyes, only that neighbours are alike. From 5,259 pictures it learns how alike for each step from pixel to
# pixel, the same at every place.
#
# Everything below uses the inverse of the covariance, the *precision* $P$. It takes 75 MB, and about 10 seconds.

# %%
pictures = data.load("photos")
gaussian = classical.fit_gaussian(pictures.train)
print(len(pictures.train), "pictures, precision", gaussian.precision.shape)

# %% [markdown]
# ## The best guess in five lines
#
# Call the missing numbers $m$ and the known ones $k$. In a Gaussian the missing ones, given the known ones, are again Gaussian. Their mean, the
# *conditional mean*, and their covariance are
#
# $$\mu_m - P_{mm}^{-1} P_{mk}\,(k - \mu_k), \qquad P_{mm}^{-1} .$$
#
# Read the first from right to left: how far the known numbers are from their mean, how hard each pulls on the missing ones, and one system of
# equations for where those settle.


# %%
def conditional_mean(image, mask, mean, precision):
    missing, filled = np.repeat(mask.ravel(), 3), image.ravel().copy()  # the 3,072 numbers
    pull = precision[np.ix_(missing, ~missing)] @ (image - mean).ravel()[~missing]
    pulled = np.linalg.solve(precision[np.ix_(missing, missing)], pull)
    filled[missing] = mean.ravel()[missing] - pulled
    return filled.reshape(image.shape)


# %% tags=["nbval-check-output"]
patches, lines = evaluation.frozen_patches(300)
ours = conditional_mean(patches[0], lines[0], gaussian.mean, gaussian.precision).clip(0, 1)
print("gaussian.fill agrees:", np.allclose(ours, gaussian.fill(patches[0], lines[0]), atol=1e-5))

# %% [markdown]
# The covariance says how the missing numbers vary around that mean. Draw from this Gaussian, and you have a *sample*: one of the fills that it holds
# possible, each as often as it says.
#
# We fill 300 patches of a photograph with both, once under lines and once under a square of 16 × 16 pixels. We measure the error, and the roughness
# of lesson 02 over the steps that touch the hole.
#
# **Predict.** Which has the smaller error, the mean or a sample? And which is as rough as the truth?


# %%
def draw(image, mask, seed):
    return gaussian.sample(image, mask, seed=seed)


holes = {"lines": lines, "square": masks.squares(len(patches), 32, side=16)}
means = {name: np.stack([*map(gaussian.fill, patches, holes[name])]) for name in holes}
samples = {name: np.stack([*map(draw, patches, holes[name], range(300))]) for name in holes}


# %%
def roughness(pictures, hole):
    down = np.diff(pictures, axis=1)[hole[:, 1:] | hole[:, :-1]]
    across = np.diff(pictures, axis=2)[hole[:, :, 1:] | hole[:, :, :-1]]
    return (down**2).sum() + (across**2).sum()


def report(truth, fills, hole):
    share = roughness(fills, hole) / roughness(truth, hole)
    return f"{metrics.psnr(truth, fills, hole):.2f} dB, roughness {share:.0%} of the truth's"


for name, hole in holes.items():
    print(f"{name:7s} mean    {report(patches, means[name], hole)}")
    print(f"{name:7s} sample  {report(patches, samples[name], hole)}")

# %%
k = 1
hole = holes["square"][k]
fills = [means["square"][k], *(draw(patches[k], hole, seed) for seed in (1, 2))]
plots.show(
    [masks.damage(patches[k], hole), *fills, patches[k]],
    titles=["damaged"]
    + [
        f"{name}: {metrics.psnr(patches[k], fill, hole):.1f} dB"
        for name, fill in zip(["mean", "sample", "sample"], fills, strict=True)
    ]
    + ["truth"],
    alt="A bright edge under a square hole; a smooth mean; two samples with blotches that differ.",
    caption="The mean scores best. Samples are rough, but in blotches, not along the bright edge.",
)

# %% [markdown]
# **Read.** Over all 300 patches the mean scores 3 dB better, but has lost most of the truth's roughness. Samples have all of it. You cannot have both
# in one picture.
#
# ## Why 3 dB
#
# Let the truth $Y$ come from the distribution, with mean $\mu$ and variance $\sigma^2$ in some pixel. Then the mean has the squared error
# $\mathrm{E}(\mu - Y)^2 = \sigma^2$. A sample $S$ comes from the same distribution and knows nothing more about $Y$:
#
# $$\mathrm{E}(S - Y)^2 = \mathrm{E}(S - \mu)^2 + \mathrm{E}(\mu - Y)^2 = 2\sigma^2 .$$
#
# Twice the squared error is $10 \log_{10} 2 = 3.01$ dB. Nothing in this line is Gaussian: every method that draws from the right distribution pays
# that price. Above it was 3.0 dB on lines and 3.3 in squares: our Gaussian is not quite the right distribution.
#
# **Predict.** How does the mean of two samples score, or of twenty? Move the slider.

# %%
widgets.samples(gaussian, patches[k], hole, start=20)

# %% [markdown]
# **Read.** Here twenty come within 0.3 dB of the conditional mean. The more samples, the smoother their mean. Two gain nothing, for the second sample
# is a poor one; as a rule two close 1.2 of the 3 dB. The exercise turns that into a formula.
#
# ## How unsure?
#
# The covariance $P_{mm}^{-1}$ has the variance of each missing pixel on its diagonal. **Predict.** Where in the square is
# the fill least sure?

# %%
unsure = gaussian.uncertainty(patches[k], hole)
error = np.sqrt(((means["square"][k] - patches[k]) ** 2).mean(axis=-1))  # over the channels

# %%
plots.show(
    [means["square"][k], unsure, error],
    titles=["mean", f"predicted, at most {unsure.max():.2f}", f"made, at most {error.max():.2f}"],
    unit="error in brightness, 0 to 1",
    alt="The filled patch; on one scale the predicted deviation, a low hill; the error, a line.",
    caption="The prediction is a low, smooth hill. The error, up to 0.48, is a line.",
)

# %% [markdown]
# **Read.** In the middle, farthest from anything known. One picture cannot show whether the predicted *size* of the error is right; many can. Sort
# all missing pixels of the 300 patches by their predicted deviation into five groups. In each group, is the error made (root mean square) as large as
# predicted?

# %%
deviations = np.stack([*map(gaussian.uncertainty, patches, lines)])
errors = means["lines"] - patches
evaluation.calibration(deviations, errors, lines).round(3)

# %% [markdown]
# **Read.** On these 300 patches the two are within about a tenth of each other in every group. No earlier method of the course could predict its own
# error.
#
# ## What it does not know
#
# The formula for the variance contains $P$ and the hole, but not the known pixels' colours. **Predict.** Sort the *patches* by how rough their known
# pixels are, into a calm half and a lively half. Is the same error predicted for both? Is that the error made? And for the cat of lesson 00, under
# the same lines?

# %%
known = np.where(lines[..., None], np.nan, patches)
liveliness = [np.nanmean(np.diff(picture, axis=1) ** 2) for picture in known]
for name, half in zip(("calm", "lively"), np.array_split(np.argsort(liveliness), 2), strict=True):
    (row,) = evaluation.calibration(deviations[half], errors[half], lines[half], groups=1).values
    print(f"{name:7s} predicted {row[0]:.3f}   made {row[1]:.3f}")
    print("        mean   ", report(patches[half], means["lines"][half], lines[half]))
    print("        sample ", report(patches[half], samples["lines"][half], lines[half]))

# %%
cat = pictures.validation[: len(lines)] / np.float32(255)
cat_errors = np.stack(list(map(gaussian.fill, cat, lines))) - cat
(row,) = evaluation.calibration(deviations, cat_errors, lines, groups=1).values
print(f"the cat  predicted {row[0]:.3f}   made {row[1]:.3f}")

# %% [markdown]
# **Read.** The prediction is the same for both halves; the errors are more than twice as large in the lively one. The cat's are little more than half
# of what was predicted. The 3 dB are an average, too. A sample costs nearly 6 in the calm half, where it is more than twice as rough as the truth,
# and 2 in the lively one, where it is three quarters as rough. *What this Gaussian says holds for our 300 patches together, not for each.*
#
# ## What harmonic and biharmonic assume
#
# A Gaussian needs no training pictures: choose a precision. Let the steps along a row of grey pixels be independent, all with variance $s^2$. Its
# precision is $D^\mathsf{T} D / s^2$, where $D$ takes steps; $D^\mathsf{T} D$, with 2 on the diagonal (1 at the ends) and −1 next to it, is lesson
# 02's matrix. Once a pixel is known, $P_{mm}$ has an inverse, and the conditional mean is the *harmonic* fill. With steps of steps, it is the *biharmonic*
# one.
#
# We compare them with a Gaussian fitted to all rows of the training pictures. **Predict.** Which of the two scores like it over one missing pixel?
# And over eight?

# %%
rows = pictures.train.mean(axis=-1).reshape(-1, 32) / 255
noise = 0.0005 / 3 * np.eye(32)  # that of a channel, in a mean of three
precisions = {"fitted": np.linalg.inv(np.cov(rows.T) + noise)}
for name, times in {"harmonic": 1, "biharmonic": 2}.items():
    steps = np.diff(np.eye(32), n=times, axis=0)
    precisions[name] = steps.T @ steps / (np.diff(rows, n=times) ** 2).mean()
grey, mean = np.eye(3), np.full((1, 32, 3), rows.mean())  # three equal channels
worlds = {
    name: classical.Gaussian(mean, np.kron(precision, grey))
    for name, precision in precisions.items()
}

# %%
greys = patches.mean(axis=-1, keepdims=True).repeat(3, axis=-1)
gap = np.zeros((1, 32), bool)
gap[0, 12:20] = True
plots.show(
    plots.row_worlds(worlds, greys[k][16:17], gap),
    alt="Three columns. Precisions: all pull with the nearest neighbours; fitted and biharmonic "
    "push with the next ones. Gaps: straight means and bands, the widest biharmonic's.",
    caption="Top: a negative value pulls, a positive one pushes. Bottom: the truth, a bright line, "
    "leaves all three bands.",
)

# %%
across = greys[:, ::8].reshape(-1, 1, 32, 3)  # four rows of each patch
for width in (1, 2, 4, 8):
    gaps = np.zeros((len(across), 1, 32), bool)
    gaps[..., 12 : 12 + width] = True
    print(f"{width} px", end="")
    for name, world in worlds.items():
        fills = np.stack([*map(world.fill, across, gaps)])
        print(f"   {name} {metrics.psnr(across, fills, gaps):.2f} dB", end="")
    print()

# %% [markdown]
# **Read.** Over one pixel `biharmonic` is level with the fitted one, whose weights are like its own. The wider the gap, the closer `harmonic` comes
# to it, and the farther `biharmonic` falls behind. A method that seems to assume nothing assumes a precision.
#
# ## The leaderboard
#
# Pooled over our 300 patches the Gaussian is level with `harmonic` and `biharmonic`, under our lines and squares. From 44,000 pictures of
# CIFAR-10 (small photographs) and their mirror images the covariance can be learned place by place. On others of them the Gaussian is
# ahead of both in all holes, of `biharmonic` by 0.3 dB on lines and 1.1 in large holes, without one equation chosen by hand ([results](../benchmarks/RESULTS.md), lesson 07).

# %%
plots.show(
    plots.standings(evaluation.standings(gaussian=gaussian.fill)),
    alt="Bars of hole PSNR: equations, the learned window and the new Gaussian are level on top.",
    caption="100 patches with line masks; the new row is hatched.",
)

# %% [markdown]
# ## Questions
#
# **1.** A colleague's network fills holes with sharp detail, and its PSNR is 3 dB below that of a blurry one. What follows?
#
# 1. The sharp network is worse.
# 2. It may be exactly right: this is what a sample costs.
# 3. It was trained too briefly.
#
# <details><summary>Answer</summary>
#
# **2.** If both know the true distribution, the blurry one gives its mean and the sharp one a sample. 1: for the question
# "which picture could it be?" it is better. 3: PSNR alone cannot tell.
# </details>
#
# **2.** Two pictures, one of a plain wall, one of a fence, have the same hole. What does the Gaussian's map say?
#
# 1. It is less sure on the fence.
# 2. The same for both.
# 3. It is less sure on the wall.
#
# <details><summary>Answer</summary>
#
# **2.** $P_{mm}^{-1}$ depends on the hole alone. 1 would be true of the errors made.
# </details>
#
# **3.** You average 100 samples of one hole. The result
#
# 1. is nearly the conditional mean.
# 2. is sharper than any of them.
# 3. costs 3 dB, as each of them does.
#
# <details><summary>Answer</summary>
#
# **1.** What the samples do not share averages out, detail included. 3 holds for one sample.
# </details>

# %% [markdown]
# ## Key points
#
# * The fill with the least squared error is the conditional mean: with the precision matrix, one system of equations.
# * A fill has an uncertainty. This one does not look at the picture: it is right only where pictures are, on average, as lively as those it
#   learned from.
# * The mean scores best; samples from the right distribution are on average as rough as the truth and cost 3 dB.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# In squares this Gaussian predicts an error of 0.099 and makes one of 0.089: its samples stray too far, and cost more than 3 dB. Fills are clipped to
# [0, 1]; unclipped, they would cost more still.
#
# `fit_gaussian` adds a variance of 0.0005 to each number. With fewer than eight pictures for each number it goes by steps alone. In one row
# `harmonic` is exactly the Gaussian shown; scikit-image's `biharmonic` differs from it at the border, and is clipped to the range of the known
# pixels.
# </details>
#
# ## References
#
# * Bishop: [Pattern Recognition and Machine
#   Learning](https://www.microsoft.com/en-us/research/publication/pattern-recognition-machine-learning/), 2006, section 2.3.
# * Blau, Michaeli: [The Perception-Distortion Tradeoff](https://arxiv.org/abs/1711.06077), CVPR 2018. Mean or sample, in general.
