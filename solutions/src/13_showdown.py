# %% [markdown]
# # Exercise 13: comparing without fooling yourself
#
# {{badge}}
#
# Four tasks on [lesson 13](../notebooks/13_showdown.ipynb), about 70 minutes. ★
# implement, ★★ explain or find the fault, ★★★ open. They do not depend on each other: begin where you
# like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("13_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done, compare your words with the [solution](../solutions/13_showdown.ipynb).

# %%
# {{launch}}

# %%
import keras
import numpy as np
from matplotlib.figure import Figure
from scipy import ndimage

from course_lib import checks, classical, data, evaluation, masks, metrics, models, plots

# %% [markdown]
# ## Task 1 ★: total variation at the hole
#
# The last term of the lesson's loss asks whether a fill is smooth. Write `total_variation(true, predicted,
# hole)` for one picture: `true` and `predicted` of shape `(H, W, 3)`, `hole` `bool` `(H, W)`, `True` = hole.
#
# 1. The picture to look at is the composite: the prediction in the hole, the truth elsewhere.
# 2. The region is the hole grown by one pixel in all eight directions, as far as the picture goes.
#    (`ndimage.binary_dilation(hole, np.ones((3, 3)))` does that.)
# 3. Take all pairs of neighbours, one beside or one above the other, of which *both* lie in the region.
#    Add up the absolute differences of their values, over all three channels.
# 4. Divide by the number of values of the whole picture, `H * W * 3`.
#
# Expected: 0.4 for the dot below (four pairs of three values that differ by 0.9, divided by 27).

# %% [markdown] tags=["hints"]
# 1. Three steps: the composite, the region, the two kinds of pairs. Neighbours one above the
#    other are image[1:] and image[:-1].
# 2. The region is scipy.ndimage.binary_dilation(hole, np.ones((3, 3))). A pair counts if both of
#    its pixels are in it: region[1:] & region[:-1].
# 3. np.abs(image[1:] - image[:-1])[region[1:] & region[:-1]].sum(), the same for image[:, 1:] and
#    image[:, :-1], added, and divided by image.size.


# %%
def total_variation(true, predicted, hole):
    ### BEGIN SOLUTION
    image = np.where(hole[..., None], predicted, true)
    region = ndimage.binary_dilation(hole, np.ones((3, 3)))
    down = np.abs(image[1:] - image[:-1])[region[1:] & region[:-1]]
    across = np.abs(image[:, 1:] - image[:, :-1])[region[:, 1:] & region[:, :-1]]
    return (down.sum() + across.sum()) / image.size
    ### END SOLUTION


# %%
black, dot = np.zeros((3, 3, 3)), np.zeros((3, 3, 3))
dot[1, 1] = 0.9
result = total_variation(black, dot, dot[..., 0] > 0)
print("the dot:", "no answer yet" if result is None else np.round(result, 4))

# %%
checks.task_13_1(total_variation)

# %% [markdown]
# ## Task 2 ★★: bug hunt, the headline
#
# "Partial convolutions: decibels ahead!" Below is the comparison behind a headline like this, put together from
# what public comparisons do. It promises:
#
# *Each side is a list of networks, one for each training (they differ in their seed only). A network is a
# function `(damaged, valid) -> predicted`, for arrays `(N, H, W, 3)` and `(N, H, W, 1)`, validity 1 = known. All have
# learned with black holes. `validation` and `test` are pairs `(pictures, holes)`. Of each side the training that is
# best on the validation pictures is measured on the test pictures. What counts, in choosing and in measuring,
# is the PSNR of the composite in the holes. Returned is how many dB `partial` is ahead of `plain`.*

# %% [markdown] tags=["hints"]
# 1. Go through the two halves side by side: what does each network see, what is it told, how is
#    it chosen, what is measured? Then hold each answer to the promise.
# 2. Write one function score(network, pictures, holes) that is used for both, and one that
#    chooses by it. What is then different for the two cannot be in your code.
# 3. score: damage, 1 - hole as validity with a channel of its own, composite,
#    metrics.psnr(pictures, filled, holes). Then max(networks, key=lambda one: score(one,
#    *validation)) for each side, and the difference of the two scores on test.


# %%
def published_lead(plain, partial, validation, test):
    def score_plain(network, pictures, holes):
        given = holes[..., None].astype(np.float32)
        damaged = np.where(holes[..., None], 1, pictures).astype(np.float32)
        predicted = network(damaged, given)
        return metrics.psnr(pictures, predicted)

    def score_partial(network, pictures, holes):
        given = 1 - holes[..., None].astype(np.float32)
        damaged = np.where(holes[..., None], 0, pictures).astype(np.float32)
        predicted = network(damaged, given)
        return metrics.psnr(pictures, masks.composite(pictures, predicted, holes))

    best_plain = max(plain, key=lambda network: score_plain(network, *validation))
    best_partial = max(partial, key=lambda network: score_partial(network, *test))
    return score_partial(best_partial, *test) - score_plain(best_plain, *test)


# %% [markdown]
# The course ships one training of each network. Two more are imitated here: the same weights with a little noise.


# %%
def imitated(name, seed):
    """A shipped network whose weights were shaken a little, as a function."""
    network = models.load_pretrained(name)
    random = np.random.RandomState(seed)
    for one in network.weights if seed else ():
        noise = 0.01 * random.normal(size=one.shape)
        one.assign(keras.ops.convert_to_numpy(one) * (1 + noise))
    return lambda damaged, valid: keras.ops.convert_to_numpy(network([damaged, valid]))


plain = [imitated("vanilla_unet_masked", seed) for seed in range(3)]
partial = [imitated("partial_conv_unet", seed) for seed in range(3)]
photos = data.load("photos")
lines = masks.random_lines(60, 32, seed=2026)
validation = photos.validation[:20] / np.float32(255), lines[:20]
test = photos.test[:40] / np.float32(255), lines[20:]
headline = published_lead(plain, partial, validation, test)
print(f"published: partial convolutions lead by {headline:.2f} dB")

# %% [markdown]
# Nobody would believe so much. Yet two of the faults alone would leave a lead that looks like a result.
# In four ways the two sides are treated differently from each other, or from the promise (what is measured,
# and over which pixels, counts as one). Find them, and write
# `fair_lead`, with the same arguments, which keeps the promise.
#
# Expected: on these networks and pictures a lead between −0.5 and 0.5 dB.


# %%
def fair_lead(plain, partial, validation, test):
    ### BEGIN SOLUTION
    def score(network, pictures, holes):
        valid = 1 - holes[..., None].astype(np.float32)
        predicted = network(masks.damage(pictures, holes).astype(np.float32), valid)
        return metrics.psnr(pictures, masks.composite(pictures, predicted, holes), holes)

    def chosen(networks):
        return max(networks, key=lambda network: score(network, *validation))

    return score(chosen(partial), *test) - score(chosen(plain), *test)
    ### END SOLUTION


# %%
fair = fair_lead(plain, partial, validation, test)
print("fair:", "no answer yet" if fair is None else f"{fair:+.2f} dB")

# %%
checks.task_13_2(fair_lead)

# %% [markdown]
# Which four did you find, and in whose favour is each? What would still not be fair, or not be known?
#
# <!-- BEGIN SOLUTION -->
# 1. The plain network is told `holes` where it expects validity: its mask is inverted.
# 2. It gets white holes, though it learned with black ones.
# 3. It is measured raw and over the whole picture, its rival as a composite, whose known pixels are free of error.
#    The promise is the composite, in the holes. (Composites measured over the whole picture on *both* sides would do:
#    the known pixels take the same number of decibels from both.)
# 4. The rival's training is chosen on the test pictures, so its score is the best of three on those very pictures.
#
# The first three favour the partial convolutions, the third and fourth alone by 3 dB. The fourth can only favour them: here it
# changes nothing, since the same training is best on both parts, and with more trainings it would. Even repaired, imitated trainings are no trainings; three are few;
# forty patches of one photograph are few (task 3 says how few); and the same number of steps is not the same time.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: explain why a small lead can be clear
#
# Two networks on the same pictures: their scores have intervals that overlap widely, and the lesson still
# called some such leads clear, after drawing the pictures again a thousand times. The next cell does both kinds
# of drawing: once both methods on the *same* pictures, once each on pictures of its own.

# %% [markdown] tags=["hints"]
# 1. Per picture, look at z = rival / mean(rival) - method / mean(method): the change of the lead
#    if this picture were drawn once more, up to a factor. What is its spread?
# 2. The mean of n draws of z has the standard error z.std() / sqrt(n). Times 10 / ln(10) it is in
#    decibels, and 1.96 of them reach to each side.
# 3. ahead = 10 * np.log10(rival.sum() / method.sum()); se = 10 / np.log(10) * z.std() /
#    np.sqrt(len(z)); return ahead - 1.96 * se, ahead + 1.96 * se.

# %%
pictures = photos.test[:100] / np.float32(255)
holes = evaluation.frozen_masks(100)["lines"]
errors = {}  # squared error of each picture, summed over its hole
for name in ("partial_conv_unet", "vanilla_unet"):
    filled = models.inpaint(models.load_pretrained(name), pictures, holes)
    errors[name] = ((filled.astype(np.float64) - pictures) ** 2).sum(axis=(1, 2, 3))
method, rival = errors["partial_conv_unet"], errors["vanilla_unet"]


def draw_again(method, rival, same, resamples=4_000):
    """Leads of method over rival, dB, on pictures drawn again and again."""
    random = np.random.RandomState(0)
    drawn = random.randint(0, len(method), (resamples, len(method)))
    other = drawn if same else random.randint(0, len(method), (resamples, len(method)))
    return 10 * np.log10(rival[other].sum(axis=1) / method[drawn].sum(axis=1))


for same in (True, False):
    low, high = np.percentile(draw_again(method, rival, same), [2.5, 97.5])
    print(f"lead on {'the same' if same else 'other'} pictures: {low:+.2f} to {high:+.2f} dB")

# %% [markdown]
# Show that you can explain the first of the two lines: write `lead_interval(method, rival)`, which gets the
# squared errors of each picture, `(n,)` each, and returns `(low, high)`, the 95 % interval of the lead in
# decibels, *without drawing anything*. Three facts are enough:
#
# * The lead is $\Delta = 10 \log_{10}(R / M)$, with $R$ and $M$ the means of the rival's and the method's
#   errors. If they change by a little, $\Delta$ changes by $\frac{10}{\ln 10}\left(\frac{\text{change of }R}{R} -
#   \frac{\text{change of }M}{M}\right)$.
# * Both changes come from the *same* pictures being drawn. So look at what one picture $i$ contributes to the
#   bracket: $r_i / R - m_i / M$.
# * A mean of $n$ independent draws varies with the *standard error*, the standard deviation of one draw divided by
#   $\sqrt n$; and 95 % of the means lie within 1.96 standard errors.
#
# Expected: for the two networks above, both ends within 0.05 dB of the first line.


# %%
def lead_interval(method, rival):
    ### BEGIN SOLUTION
    ahead = 10 * np.log10(rival.sum() / method.sum())
    contribution = rival / rival.mean() - method / method.mean()
    error = 10 / np.log(10) * contribution.std() / np.sqrt(len(method))
    return ahead - 1.96 * error, ahead + 1.96 * error
    ### END SOLUTION


# %%
ends = lead_interval(method, rival)
print("computed:", "no answer yet" if ends is None else np.round(ends, 2))

# %%
checks.task_13_3(lead_interval)

# %% tags=["expected"]
if checks.task_13_3(lead_interval):
    figure = Figure(figsize=(7, 3), layout="constrained", dpi=90)
    axes = figure.subplots()
    for same, label in ((False, "each on other pictures"), (True, "both on the same pictures")):
        axes.hist(
            draw_again(method, rival, same), bins=np.linspace(-2, 3, 101), alpha=0.7, label=label
        )
    for end in lead_interval(method, rival):
        axes.axvline(end, color="black", linestyle="--")
    axes.axvline(0, color="black", linewidth=1)
    axes.set(title="Leads in 4,000 draws", xlabel="lead (dB)", ylabel="draws")
    axes.legend()
    plots.show(
        figure,
        alt="Two histograms of leads: a wide, low one that reaches far below zero, and a narrow, "
        "high one above zero, between two dashed lines.",
        caption="The computed interval (dashed) holds the narrow histogram, not the wide one.",
    )

# %% [markdown]
# In your own words: which part of the spread has gone, and for which two methods would pairing help little?
#
# <!-- BEGIN SOLUTION -->
# How hard the drawn pictures are. The variance of a difference is the sum of both variances minus twice
# the covariance, and the errors of these two networks go up and down together: a picture with strong edges under the
# lines is hard for both. In `r / R - m / M` that common part cancels, and what is left is on which pictures the
# one does *relatively* better. Two methods that fail on different pictures, say one that copies texture and one that
# smooths, have little in common; there pairing gains little, and a lead must be large to be clear.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: better together
#
# Leave the course's `best` aside. Four other fills are at hand: two equations, a fast-marching one, and the network of
# partial convolutions. None is best everywhere. Write `combine(fills, holes)`, which makes one fill out of them
# that is better than any of the four.
#
# * `fills` is a dict of the four names below, each `(N, 32, 32, 3)`, floats in [0, 1] (a little more or
#   less for biharmonic), known pixels already in place.
# * `holes` is `bool` `(N, 32, 32)`, `True` = hole. All eleven kinds of masks of the lesson are among them.
# * Returned is a float array `(N, 32, 32, 3)`; it will be clipped to [0, 1] and composited.
#
# Try out what you like on the validation pictures. The check takes test pictures, all hole pixels pooled, and asks for
# 0.2 dB more than the best of the four.
#
# Expected: 0.2 to 0.35 dB more on the test pictures, and more than that on the validation pictures.

# %% [markdown] tags=["hints"]
# 1. Two methods that err on different sides err less in the mean. Try the means of two fills, all
#    six, on the validation pictures.
# 2. Then let it depend on the pixel: for which hole depths (masks.hole_depth) is biharmonic
#    better than harmonic, and for which worse?
# 3. A weight times biharmonic plus (1 - weight) times harmonic is enough, if the weight lies
#    between a third and two thirds; a weight that falls with the depth gives a little more.

# %%
some_holes = np.concatenate([one[:8] for one in evaluation.frozen_masks(100).values()])
truth = photos.validation[: 7 * len(some_holes) : 7] / np.float32(255)
damaged = masks.damage(truth, some_holes)
fills = {
    name: np.stack([classical.METHODS[name](*one) for one in zip(damaged, some_holes, strict=True)])
    for name in ("harmonic", "biharmonic", "navier_stokes")
}
network = models.load_pretrained("partial_conv_unet")
fills["partial_conv_unet"] = models.inpaint(network, damaged, some_holes)


def in_holes(filled):
    """PSNR in the holes of the validation pictures, dB."""
    filled = np.clip(filled, 0, 1).astype(np.float32)
    return metrics.psnr(truth, masks.composite(truth, filled, some_holes), some_holes)


for name, filled in fills.items():
    print(f"{name:18} {in_holes(filled):.2f} dB")


# %%
def combine(fills, holes):
    ### BEGIN SOLUTION
    depth = np.stack([masks.hole_depth(one) for one in holes])[..., None]
    weight = np.clip(0.8 - depth / 10, 0.2, 0.7)  # of biharmonic: more where the hole is shallow
    return weight * fills["biharmonic"] + (1 - weight) * fills["harmonic"]
    ### END SOLUTION


# %%
combined = combine(fills, some_holes)
print("combined:", "no answer yet" if combined is None else f"{in_holes(combined):.2f} dB")

# %%
checks.task_13_4(combine)

# %% [markdown]
# What did you try, what did each try score on the validation pictures, and why does combining help at all?
#
# <!-- BEGIN SOLUTION -->
# The squared error of a mean of two fills is the mean of their errors minus a quarter of their squared difference: the more
# two good fills differ, the more the mean gains. Harmonic is flat and biharmonic overshoots, so they
# differ. At the rim of a hole the slopes that biharmonic continues are right; deep inside they have been continued
# too far, so its weight falls with the depth. A plain mean of the two is nearly as good. Choosing one of the two for each
# pixel, biharmonic where the hole is shallow, gains far less than mixing. The network, painting from nothing, makes
# mistakes of another kind, but too large ones: with a third of the weight it costs more than it brings.
#
# **Rubric.** (1) 0.2 dB ahead of the best single fill on test pictures: check. (2) At least three tries are written
# down with their validation PSNR, one of them worse than the best single fill. (3) Everything was chosen on
# validation pictures. (4) The answer says why a mean can beat both of its parts. (5) Extra: a case, or a kind of mask, for which
# the combination loses to one of its parts; or the interval of the lead, with task 3.
# <!-- END SOLUTION -->

# %%
checks.progress()

# %% [markdown]
# On Google Colab, progress is forgotten with the session unless you keep it:
# `checks.save_progress("/content/drive/MyDrive/inpainting.json")` after mounting your Drive, and
# `checks.load_progress(...)` with the same path next time.
