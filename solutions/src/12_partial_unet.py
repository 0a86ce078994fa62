# %% [markdown]
# # Exercise 12: one thing at a time
#
# {{badge}}
#
# Three tasks on [lesson 12](../notebooks/12_partial_unet.ipynb), about 50 minutes. ★
# implement, ★★ explain or find the fault. They do not depend on each other: begin where you
# like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("12_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/12_partial_unet.ipynb), compare your words with its
# [solution](../solutions/12_partial_unet.ipynb).

# %%
# {{launch}}

# %%
import keras
import numpy as np
from scipy import ndimage

from course_lib import checks, data, evaluation, masks, metrics, models

# %% [markdown]
# ## Task 1 ★: total variation at the hole
#
# The paper's loss has five terms, and the last asks whether a fill is smooth. Write `total_variation(true, predicted,
# hole)` for one picture: `true` and `predicted` of shape `(H, W, 3)`, `hole` `bool` `(H, W)`, `True` = hole.
#
# 1. The picture to look at is the composite: the prediction in the hole, the truth elsewhere.
# 2. The region is the hole grown by one pixel in all eight directions, as far as the picture goes.
#    (`ndimage.binary_dilation(hole, np.ones((3, 3)))` does that.)
# 3. Take all pairs of neighbours, side by side or one above the other, that *both* lie in the region.
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
checks.task_12_1(total_variation)

# %% [markdown]
# ## Task 2 ★★: bug hunt, the headline
#
# "Partial convolutions: decibels ahead!" Below is the comparison behind a headline like this, assembled from
# what public comparisons do. It promises:
#
# *Each side is a list of networks, one for each training (they differ in their seed only). A network is a function
# `(damaged, valid) -> predicted`, for arrays `(N, H, W, 3)` and `(N, H, W, 1)`, validity 1 = known. All have learned
# with black holes. `validation` and `test` are pairs `(pictures, holes)`. On each side, the training that is best on
# the validation pictures is measured on the test pictures. What counts, in choosing and in measuring, is the PSNR of
# the composite in the holes, all hole pixels pooled. Both scores are returned, in dB, `plain` first.*

# %% [markdown] tags=["hints"]
# 1. Go through the two halves side by side: what does each network see, what is it told, how is it
#    chosen, what is measured? Then hold each answer against the promise.
# 2. Write one function score(network, pictures, holes) that is used for both, and one that chooses
#    by it. Then no difference between the sides can come from your code.
# 3. score: damage, 1 - hole as validity with a channel of its own, composite,
#    metrics.psnr(pictures, filled, holes). Then max(networks, key=lambda one: score(one,
#    *validation)) for each side, and score(chosen, *test) of both.


# %%
def published_scores(plain, partial, validation, test):
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
    return score_plain(best_plain, *test), score_partial(best_partial, *test)


# %% [markdown]
# The course ships one training of each network. Two more of each are imitated: the same weights with a
# little noise.


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
published = published_scores(plain, partial, validation, test)
print("published: plain {:.2f} dB, partial {:.2f} dB".format(*published))

# %% [markdown]
# Nobody would believe a lead of that size. Yet two of the faults alone would leave one that looks like a result.
# There are four ways in which a side is treated differently from the other, or from the promise (what is measured,
# and over which pixels, counts as one). Find them, and write `fair_scores`, with the same arguments, which keeps
# the promise.
#
# Expected: on these networks and pictures two scores between 21 and 24 dB, less than 0.5 dB apart.


# %%
def fair_scores(plain, partial, validation, test):
    ### BEGIN SOLUTION
    def score(network, pictures, holes):
        valid = 1 - holes[..., None].astype(np.float32)
        predicted = network(masks.damage(pictures, holes).astype(np.float32), valid)
        return metrics.psnr(pictures, masks.composite(pictures, predicted, holes), holes)

    def chosen(networks):
        return max(networks, key=lambda network: score(network, *validation))

    return score(chosen(plain), *test), score(chosen(partial), *test)
    ### END SOLUTION


# %%
fair = fair_scores(plain, partial, validation, test)
print(
    "fair:", "no answer yet" if fair is None else "plain {:.2f} dB, partial {:.2f} dB".format(*fair)
)

# %%
checks.task_12_2(fair_scores)

# %% [markdown]
# Which four did you find, and whom does each favour? Had both composites been measured
# over the whole picture, both scores would be higher. By how much would their difference change, and why?
#
# <!-- BEGIN SOLUTION -->
# 1. The plain network is told `holes` where it expects validity: its mask is inverted.
# 2. It gets white holes, though it learned with black ones.
# 3. It is measured raw and over the whole picture, its rival as a composite, whose known pixels are free of error.
# 4. The rival's training is chosen on the test pictures, so its score is the best of three on those very pictures.
#
# All four favour the partial convolutions. The third does, for a raw picture is charged for known pixels too. The fourth can only
# favour them: here it changes nothing, since the same training is best on both parts; with more trainings it could.
#
# Over the whole picture the difference would be the same number. A composite has no error on known pixels, so the squared error is that
# of the holes, divided by more pixels: both scores rise by $-10 \log_{10}$ of the share of hole pixels, and the lead is unchanged. Raw
# predictions have errors on known pixels too, and there it matters.
#
# Even after the repair, imitated trainings are not real ones; three are few; forty patches of one photograph are few; and the same
# number of steps is not the same time.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: one thing at a time
#
# A part's worth is measured by two networks that differ in this part *only*. The lesson took `best` apart into ten networks;
# here are their scores under line masks (for a network trained twice, the mean): a dict from the parts that are on, a `frozenset`, to decibels. Six of the sixteen choices of parts were
# never trained.
#
# Write `worth(scores, part)` for any such dict, in which any choice may be missing, and any name may be a part. For each pair of networks of
# which one has `part`, the other has not, and all else is the same, take the score with it minus the score without. Return a list of these
# differences, smallest first; if there is no pair, an empty list.
#
# Expected: two numbers for each part of the lesson's table.

# %% [markdown] tags=["hints"]
# 1. Go through the networks that have the part. Which one is the partner of each?
# 2. The partner has the same parts but this one: on - {part} for a frozenset on. Is it in the dict?
# 3. sorted(scores[on] - scores[on - {part}] for on in scores if part in on and on - {part} in
#    scores).

# %%
table = evaluation.parts_scores("lines").mean(axis=1)
scores = dict(zip(table.index, table, strict=True))


def worth(scores, part):
    ### BEGIN SOLUTION
    partners = {on: on - {part} for on in scores if part in on}
    return sorted(scores[on] - scores[off] for on, off in partners.items() if off in scores)
    ### END SOLUTION


# %%
for part in ("fill", "composite", "residual", "falling_rate"):
    each = worth(scores, part)
    print(f"{part:12}", "no answer yet" if each is None else [round(float(one), 2) for one in each])

# %%
checks.task_12_3(worth)

# %% [markdown]
# Somebody takes the mean of the five networks with `composite` and subtracts the mean of the five without. Compute the difference. Why is it not
# what the part is worth, and what would have to be trained for it to be the mean of your list?
#
# <!-- BEGIN SOLUTION -->
# It is +0.3 dB, though the two pairs say about -0.2 and +0.2. Three of the five networks with `composite` start from a fill, but only two of
# the five without. So a fifth of the fill's 1.4 dB is in the difference, and is credited to the composite. The groups differ in more than
# one thing. With all sixteen trained, every choice of the other parts would stand once in each group, and the difference of the means would
# be the mean of the eight pairs.
# <!-- END SOLUTION -->

# %%
checks.progress()
