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
# When you are done with the [exercise](../exercises/13_showdown.ipynb), compare your words with its
# [solution](../solutions/13_showdown.ipynb).

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %%
import numpy as np
from matplotlib.figure import Figure

from course_lib import checks, classical, data, evaluation, masks, metrics, models, plots

# %% [markdown]
# ## Task 1 ★: the numbers of a heat map
#
# Write `behind(errors)`, which computes what stands in the lesson's leaderboard. `errors` has shape `(methods, sets, pictures)`:
# the squared error of each method under each set of masks on each picture, summed over its hole.
#
# Return an array `(methods, sets)`: by how many decibels the method's pooled PSNR is behind that of the best method of the
# same set. The best has 0, all others more.
#
# You do not need the number of hole pixels. Why not?
#
# Expected: under lines 1.4 dB for `biharmonic`, 2.4 for `vanilla_unet`.

# %% [markdown] tags=["hints"]
# 1. PSNR is -10 log10(error / count). In the difference of two PSNRs of the same set the count
#    cancels. First pool: one sum over the pictures for each method and set.
# 2. The best method of a set has the smallest sum: sums.min(axis=0), one for each set.
# 3. sums = errors.sum(axis=2); return 10 * np.log10(sums / sums.min(axis=0)).


# %%
def behind(errors):
    ### BEGIN SOLUTION
    sums = errors.sum(axis=2)
    return 10 * np.log10(sums / sums.min(axis=0))
    ### END SOLUTION


# %%
photos = evaluation.showdown_errors("photos")
methods = list(photos["lines"])
errors = np.stack([one.to_numpy().T for one in photos.values()], axis=1)
print("errors:", errors.shape)
result = behind(errors)
for name, row in zip(methods, [None] * len(methods) if result is None else result, strict=True):
    print(f"{name:20s}", "no answer yet" if row is None else np.round(row, 1))

# %%
checks.task_13_1(behind)

# %% [markdown]
# ## Task 2 ★★: bug hunt, a published leaderboard
#
# Below is a leaderboard of the kind one finds. It promises:
#
# *`methods` is a dict, name → list of variants, each a function `(image, mask) -> image`. `validation` and `test` are pairs
# `(pictures, holes)`, shapes `(N, H, W, 3)` and `(N, H, W)`; hole k belongs to picture k. For each method, the variant with
# the best score on the validation pictures is measured on the test pictures. The score is the PSNR in the holes of the
# composite, all pictures pooled, and every method meets the same pictures under the same holes. A dict is returned, name
# → dB.*

# %% [markdown] tags=["hints"]
# 1. Three promises are broken: which holes a method meets, on which pictures its variant is chosen,
#    and how pictures are put together into one score. np.isfinite hides something: when is a PSNR
#    not finite, and is such a picture a failure?
# 2. Write one function score(variant, pictures, holes) that pools: metrics.psnr takes a whole
#    batch. No random generator is needed.
# 3. score: fill picture by picture from masks.damage(pictures, holes), composite, then
#    metrics.psnr(pictures, filled, holes). The variant: max(variants, key=lambda one: score(one,
#    *validation)); its score on *test.


# %%
def published_board(methods, validation, test):
    random = np.random.RandomState(0)

    def score(variant, pictures, holes):
        holes = holes[random.permutation(len(holes))]
        damaged = masks.damage(pictures, holes)
        filled = np.stack([variant(*pair) for pair in zip(damaged, holes, strict=True)])
        filled = masks.composite(pictures, filled, holes)
        each = [metrics.psnr(*one) for one in zip(pictures, filled, holes, strict=True)]
        return np.mean([psnr for psnr in each if np.isfinite(psnr)])

    return {
        name: max(score(variant, *test) for variant in variants)
        for name, variants in methods.items()
    }


# %%
def softened(name, share):
    """A method of the library, mixed with the flat mean."""
    method, flat = classical.METHODS[name], classical.METHODS["mean"]
    return lambda image, mask: (1 - share) * method(image, mask) + share * flat(image, mask)


patches = data.load("photos")
holes = masks.random_lines(80, 32, seed=2026)
validation = patches.validation[:40] / np.float32(255), holes[:40]
test = patches.test[:40] / np.float32(255), holes[40:]
variants = {
    name: [softened(name, share) for share in (0, 0.1, 0.2)]
    for name in ("telea", "navier_stokes", "harmonic")
}
print(
    {name: round(float(dB), 2) for name, dB in published_board(variants, validation, test).items()}
)

# %% [markdown]
# Find the three faults, and write `board`, with the same arguments, which keeps the promise.


# %%
def board(methods, validation, test):
    ### BEGIN SOLUTION
    def score(variant, pictures, holes):
        damaged = masks.damage(pictures, holes)
        filled = np.stack([variant(*pair) for pair in zip(damaged, holes, strict=True)])
        return metrics.psnr(pictures, masks.composite(pictures, filled, holes), holes)

    def chosen(variants):
        return max(variants, key=lambda variant: score(variant, *validation))

    return {name: score(chosen(variants), *test) for name, variants in methods.items()}
    ### END SOLUTION


# %%
fair = board(variants, validation, test)
print("no answer yet" if fair is None else {name: round(dB, 2) for name, dB in fair.items()})

# %%
checks.task_13_2(board)

# %% [markdown]
# Which three did you find, and whom does each favour?
#
# <!-- BEGIN SOLUTION -->
# 1. The holes are shuffled again for every variant, so no two meet the same pictures under the same holes. It favours nobody
#    in particular: a variant wins because it drew easy holes.
# 2. The variant is chosen by its score on the test pictures. It favours methods with many variants: the best of many draws is
#    lucky.
# 3. PSNRs are averaged, and a perfect picture, whose PSNR is infinite, is thrown away. Averaged decibels favour methods that are
#    very good on easy pictures; dropping the perfect ones punishes exactly those methods.
#
# As published, `navier_stokes` leads by 0.7 dB; as promised, `harmonic` does, by 0.8.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: explain why a small lead can be clear
#
# Two networks on the same pictures: their scores have intervals that overlap widely, and yet the lead of one may
# be clear, once the pictures are drawn again many times. The next cell draws in two ways: both methods on
# the *same* pictures, then each on its own pictures.

# %% [markdown] tags=["hints"]
# 1. Per picture, look at z = rival / mean(rival) - method / mean(method): the change of the lead
#    if this picture were drawn once more, up to a factor. What is its spread?
# 2. The mean of n draws of z has the standard error z.std() / sqrt(n). Times 10 / ln(10) it is in
#    decibels, and 1.96 of them reach to each side.
# 3. ahead = 10 * np.log10(rival.sum() / method.sum()); se = 10 / np.log(10) * z.std() /
#    np.sqrt(len(z)); return ahead - 1.96 * se, ahead + 1.96 * se.

# %%
pictures = patches.test[:100] / np.float32(255)
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
# (Another way that draws nothing, such as leaving out one picture at a time, is just as good.)
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
# In your own words: which part of the spread has gone, and for what kind of methods would pairing help
# little?
#
# <!-- BEGIN SOLUTION -->
# How hard the drawn pictures are. The variance of a difference is the sum of both variances minus twice the
# covariance, and the errors of these two networks go up and down together: a picture with strong edges under the
# lines is hard for both. In `r / R - m / M` that common part cancels, and what is left is where one does
# *relatively* better. Two methods that fail on different pictures, say one that copies texture and one that smooths,
# have little in common; there pairing gains little, and a lead must be large to be clear.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: better together
#
# Leave `fill_and_correct` and all networks but one aside. Four other fills are at hand: three methods of Part I, and the network
# of partial convolutions. None is best everywhere. Write `combine(fills, holes)`, which makes one fill out of them that is better
# than any of the four.
#
# * `fills` is a dict of the four names below, each `(N, 32, 32, 3)`, floats in [0, 1] (a little more or
#   less for biharmonic), known pixels already in place.
# * `holes` is `bool` `(N, 32, 32)`, `True` = hole. All eleven kinds of masks of the lesson are among them.
# * Return a float array `(N, 32, 32, 3)`; it will be clipped to [0, 1] and composited.
#
# Try out what you like on the validation pictures: the check tells you your score there as often as you ask. It asks for
# 0.2 dB more than the best of the four, all hole pixels pooled, and then for a *clear* lead, by `evaluation.lead`, on 330
# test patches, always the same ones.
#
# Expected: 0.25 to 0.4 dB more on the validation pictures.

# %% [markdown] tags=["hints"]
# 1. Two methods that err on different sides err less in the mean. Try the means of two fills, all
#    six, on the validation pictures.
# 2. Then let it depend on the pixel: for which hole depths (masks.hole_depth) is biharmonic
#    better than harmonic, and for which worse?
# 3. A weight times biharmonic plus (1 - weight) times harmonic is enough, if the weight lies
#    between a third and two thirds; a weight that falls with the depth gives a little more.

# %%
some_holes = np.concatenate([one[:8] for one in evaluation.frozen_masks(100).values()])
truth = patches.validation[: 7 * len(some_holes) : 7] / np.float32(255)
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
# two good fills differ, the more the mean gains. Harmonic is flat and biharmonic overshoots, so they differ. At the rim of
# a hole the slopes that biharmonic continues are right; deep inside they have been continued too far, so its weight falls
# with the depth. A plain mean of the two is nearly as good. Choosing one of the two for each pixel, biharmonic where the
# hole is shallow, gains far less than mixing. The network, painting from nothing, makes mistakes of another kind, but too
# large ones: with a third of the weight it costs more than it gains.
#
# **Rubric.** (1) 0.2 dB ahead of the best single fill on validation pictures, and clearly ahead on the test patches: check. (2) At least three tries are written
# down with their validation PSNR, one of them worse than the best single fill. (3) Everything was chosen on
# validation pictures. (4) The answer says why a mean can beat both of its parts. (5) Extra: a case, or a kind of mask, for which
# the combination loses to one of its parts; or the interval of the lead, with task 3.
# <!-- END SOLUTION -->

# %%
checks.progress()
