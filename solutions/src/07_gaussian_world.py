# %% [markdown]
# # Exercise 07: a Gaussian world
#
# {{badge}}
#
# Three tasks on [lesson 07](../notebooks/07_gaussian_world.ipynb), about an hour. ★ implement, ★★
# explain or find the fault. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("07_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/07_gaussian_world.ipynb), compare your words with its
# [solution](../solutions/07_gaussian_world.ipynb).

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import checks

# %% [markdown]
# ## Task 1 ★: the conditional mean, from the covariance
#
# The lesson fills with the precision. The covariance $S$ can do it too. Write
# `fill_in(values, missing, mean, covariance)`:
#
# * `values` is a row of numbers `(n,)`, `missing` a bool `(n,)`, `True` = missing. What stands in `values` where
#   something is missing must not be read;
# * it returns a new array `(n,)`: known values as they are, missing ones replaced by their
#   conditional mean
#
# $$\mu_m + S_{mk} S_{kk}^{-1} (k - \mu_k) .$$
#
# Some rows have nothing missing.
#
# Expected: for `row` and `gap` below, with the covariance `walk` and a mean of 0.5 everywhere, `[0.6, 0.55, 0.5, 0.6, 0.7]`.

# %% [markdown] tags=["hints"]
# 1. Two boolean masks cut a matrix into blocks: matrix[np.ix_(rows, columns)] takes those rows and
#    those columns.
# 2. Which block is square and gets inverted? The one of the known numbers. np.linalg.solve(block,
#    offset) does it without an inverse; offset is how far the known values are from their means.
# 3. weights = np.linalg.solve(S[np.ix_(~missing, ~missing)], (values - mean)[~missing]); the
#    missing ones become mean[missing] + S[np.ix_(missing, ~missing)] @ weights.

# %%
places = np.arange(5)
walk = 0.01 * np.minimum.outer(places + 1, places + 1)  # a sum of independent steps
row, gap = np.array([0.6, 9.9, 0.5, 9.9, 0.7]), np.array([False, True, False, True, False])


# %%
def fill_in(values, missing, mean, covariance):
    ### BEGIN SOLUTION
    offset = (values - mean)[~missing]
    weights = np.linalg.solve(covariance[np.ix_(~missing, ~missing)], offset)
    filled = values.copy()
    filled[missing] = mean[missing] + covariance[np.ix_(missing, ~missing)] @ weights
    return filled
    ### END SOLUTION


# %%
result = fill_in(row, gap, np.full(5, 0.5), walk)
print("no answer yet" if result is None else np.round(result, 3))

# %%
checks.task_07_1(fill_in)

# %% [markdown]
# ## Task 2 ★★: bug hunt, a sample that is not one
#
# Code like this could be published: it is short and it runs. It promises, for a Gaussian with a given `mean` and `precision`, a filled row,
# the standard deviation of each number given the known ones (0 where known), and one sample. `white` holds one independent standard normal
# number for each missing one; all randomness comes from it.

# %% [markdown] tags=["hints"]
# 1. Three lines, three faults. Test each alone: a row of two numbers that rise together (one known
#    and high, one missing); a row in which everything but one number is known; two missing
#    numbers side by side.
# 2. A negative entry of the precision pulls two numbers together, so what sign must the fill
#    have? Which block alone has the covariance of the missing given the known? And do neighbours in
#    a sample move alike?
# 3. block = precision[np.ix_(missing, missing)]; covariance = np.linalg.inv(block). The deviation is
#    np.sqrt(np.diag(covariance)), the sample is fill + np.linalg.cholesky(covariance) @ white.


# %%
def published(values, missing, mean, precision, white):
    """(fill, deviation, sample) of a row (n,), each (n,)."""
    pull = precision[np.ix_(missing, ~missing)] @ (values - mean)[~missing]
    fill, deviation = values.copy(), np.zeros(len(values))
    fill[missing] = mean[missing] + np.linalg.solve(precision[np.ix_(missing, missing)], pull)
    deviation[missing] = np.sqrt(np.diag(np.linalg.inv(precision))[missing])
    sample = fill.copy()
    sample[missing] += deviation[missing] * white
    return fill, deviation, sample


print(published(row, gap, np.full(5, 0.5), np.linalg.inv(walk), np.array([1.0, -1.0])))

# %% [markdown]
# It has three faults. Find them and write `draw_row`, which keeps all three promises.


# %%
def draw_row(values, missing, mean, precision, white):
    ### BEGIN SOLUTION
    block = precision[np.ix_(missing, missing)]
    pull = precision[np.ix_(missing, ~missing)] @ (values - mean)[~missing]
    fill, deviation = values.copy(), np.zeros(len(values))
    fill[missing] = mean[missing] - np.linalg.solve(block, pull)
    covariance = np.linalg.inv(block)
    deviation[missing] = np.sqrt(np.diag(covariance))
    sample = fill.copy()
    sample[missing] += np.linalg.cholesky(covariance) @ white
    return fill, deviation, sample
    ### END SOLUTION


# %%
checks.task_07_2(draw_row)

# %% [markdown]
# Which three faults did you find?
#
# <!-- BEGIN SOLUTION -->
# 1. The sign: with the precision it is mean *minus* $P_{mm}^{-1} P_{mk}(k - \mu_k)$. The entries between neighbours are negative, so
#    minus makes neighbours alike.
# 2. The deviation is that of a number about which *nothing* is known: the diagonal of $P^{-1}$, the whole covariance. Given the known numbers
#    it is $P_{mm}^{-1}$, the inverse of a block, not a block of the inverse.
# 3. Each number of the sample is drawn independently. With the right deviations it would have the right spread and no
#    smoothness: neighbours must move together, as $P_{mm}^{-1}$ says.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: explain what a sample costs
#
# The lesson's sample costs 3 dB, the mean of many hardly anything. Between these two lie the mean of `k` samples, and cooler samples:
# `fill + warmth * (sample - fill)`. The cell below measures what they cost in a world that is truly Gaussian.

# %% [markdown] tags=["hints"]
# 1. Write truth = fill + e, with the variance of e as 1. A sample is fill + e', with another e' of the
#    same variance, independent of e.
# 2. The mean of k samples of that warmth is fill + f. What is the variance of f? Variances of
#    independent numbers add, and a factor counts squared.
# 3. The squared error is 1 + warmth ** 2 / k times that of the fill. In decibels:
#    10 * np.log10(...).


# %%
def measured(k, warmth, trials=200_000):
    random = np.random.RandomState(0)
    truth = random.standard_normal(trials)  # around a fill of 0
    mean = (warmth * random.standard_normal((k, trials))).mean(axis=0)
    return 10 * np.log10(((mean - truth) ** 2).mean() / (truth**2).mean())


for k, warmth in ((1, 1.0), (4, 1.0), (1, 0.5), (3, 0.7)):
    print(f"mean of {k}, warmth {warmth}: {measured(k, warmth):.2f} dB below the fill")

# %% [markdown]
# Explain the four numbers: write `price(k, warmth)`, which computes, without drawing anything, by how many decibels the PSNR falls for the mean of
# `k` samples of this warmth. Expected: the exact value, unrounded; the four numbers, drawn at random, agree with it to 0.03 dB.


# %%
def price(k, warmth):
    ### BEGIN SOLUTION
    return 10 * np.log10(1 + warmth**2 / k)
    ### END SOLUTION


# %%
checks.task_07_3(price)

# %% [markdown]
# In your own words: why does the mean of four samples cost as much as one sample at half warmth? And which of the two looks more like a picture?
#
# <!-- BEGIN SOLUTION -->
# The fill's own error cannot be avoided: it is the 1 in the formula. What a sample adds is independent of it, so the variances add. Half the warmth gives a
# quarter of the added variance; so does averaging four samples. Both are the fill plus noise of the same distribution, so they look alike too: halfway between
# the smooth mean and a sample, and neither is one of the pictures that could have been there.
# <!-- END SOLUTION -->

# %%
checks.progress()
