# %% [markdown]
# # Exercise 17: many answers
#
# {{badge}}
#
# Three tasks on [lesson 17](../notebooks/17_many_answers.ipynb), about 60 minutes. ★ implement,
# ★★ explain or find the fault. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("17_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/17_many_answers.ipynb), compare your code with its
# [solution](../solutions/17_many_answers.ipynb).

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import checks

# %% [markdown]
# ## Task 1 ★★: bug hunt in a noise schedule
#
# Ho and others count steps: at step $t$ of $T$ a picture has become $\sqrt{\bar\alpha_t}\,x + \sqrt{1 -
# \bar\alpha_t}\,z$, where $\bar\alpha_t$ is the product of $1 - \beta_s$ over all steps up to $t$. `published(betas)` promises, for betas `(T,)`, an array
# of three rows, `(3, T)`: signal and noise, the two roots above at steps 1 to T, and the standard deviation of one step back given the picture. The
# variance of that step is
#
# $$\tilde\beta_t = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}\,\beta_t, \qquad \bar\alpha_0 = 1 .$$

# %% [markdown] tags=["hints"]
# 1. What must signal ** 2 + noise ** 2 be, at every step? Try betas = [0.5, 0.5] by hand.
# 2. Which of the three is a variance where a deviation is promised? And what stands before the first step?
# 3. alpha_bar = np.cumprod(1 - betas); before = np.append(1.0, alpha_bar[:-1]); noise = np.sqrt(1 - alpha_bar).


# %%
def published(betas):
    """Signal, noise and deviation of a step back at steps 1 to T, (3, T)."""
    alpha_bar = np.cumprod(1 - betas)
    before = np.roll(alpha_bar, 1)
    signal, noise = np.sqrt(alpha_bar), 1 - np.sqrt(alpha_bar)
    return np.stack([signal, noise, (1 - before) / (1 - alpha_bar) * betas])


print(published(np.array([0.5, 0.5])))

# %% [markdown]
# The published code has three faults. Write `schedule`, which keeps its promises.


# %%
def schedule(betas):
    ### BEGIN SOLUTION
    alpha_bar = np.cumprod(1 - betas)
    before = np.append(1.0, alpha_bar[:-1])
    back = np.sqrt((1 - before) / (1 - alpha_bar) * betas)
    return np.stack([np.sqrt(alpha_bar), np.sqrt(1 - alpha_bar), back])
    ### END SOLUTION


# %%
checks.task_17_1(schedule)

# %% [markdown]
# ## Task 2 ★★: bug hunt in RePaint
#
# One round of RePaint, with all randomness passed in. In the lesson the library made the step on into noise; here you have only the path: a
# picture $x$ and noise $z$ mixed as $a\,x + b\,z$. The model's own step back gave `filled`, at the earlier time. The code below runs, but its
# known pixels are not the picture's, and after a few rounds all has faded: it has three faults.
#
# * `filled`, `true`, `noise` and `fresh` are `(H, W, 3)`, the last two independent standard normal noise; `mask` is the course's `(H, W)`, `True` = hole; `true` is the picture in [-1, 1];
# * `earlier` and `later` are the path's pairs `(a, b)` at those times; nothing is promised about $a^2 + b^2$;
# * promised: an array of two pictures, `(2, H, W, 3)`: the one at the earlier time, its known pixels mixed with `noise`, and that one taken back to the later time with the
#   noise `fresh`.

# %% [markdown] tags=["hints"]
# 1. RePaint's paper has 1 = known. And the course? With how much noise must a known pixel be mixed to match a hole at that time?
# 2. The first picture holds a of the true one already. By what must it be multiplied to hold the later a? That leaves the same share of its noise.
# 3. scale = later[0] / earlier[0], and the noises' variances add up: spread = np.sqrt(later[1] ** 2 - (scale * earlier[1]) ** 2).


# %%
def published_round(filled, true, mask, earlier, later, noise, fresh):
    together = np.where(mask[..., None], true, filled)
    again = later[0] * together + later[1] * fresh
    return np.stack([together, again])


# %%
def one_round(filled, true, mask, earlier, later, noise, fresh):
    ### BEGIN SOLUTION
    known = earlier[0] * true + earlier[1] * noise
    together = np.where(mask[..., None], filled, known)
    scale = later[0] / earlier[0]
    spread = np.sqrt(later[1] ** 2 - (scale * earlier[1]) ** 2)
    return np.stack([together, scale * together + spread * fresh])
    ### END SOLUTION


# %%
checks.task_17_2(one_round)

# %% [markdown]
# ## Task 3 ★: what would more fills give?
#
# You have `N` fills of one hole, drawn independently, and the truth. The mean of `n` fills is nearer the truth than one: how near with 2, or with 100? Write
# `error_of_mean(fills, truth, mask, n)`: fills `(N, H, W, 3)`, truth `(H, W, 3)`, mask `(H, W)` -> the expected squared error of the mean of `n` such fills,
# averaged over the hole's pixels and channels. `n` may be less than `N`, or far more.
#
# What you know for sure: for `n = 1` it is the mean error of your fills, for `n = N` the error of their mean.

# %% [markdown] tags=["hints"]
# 1. A fill errs by what all fills have in common, and by what is its own. Which of the two does a mean of many get rid of?
# 2. The variance of a mean of n is 1 / n of that of one: the error is left + spread / n. What you know for sure are two equations for left and spread.
# 3. one = left + spread, all_of_them = left + spread / N. So spread = (one - all_of_them) / (1 - 1 / N).


# %%
def error_of_mean(fills, truth, mask, n):
    ### BEGIN SOLUTION
    errors = (fills - truth)[:, mask]
    one, all_of_them = (errors**2).mean(), (errors.mean(axis=0) ** 2).mean()
    spread = (one - all_of_them) / (1 - 1 / len(fills))
    return one - spread + spread / n
    ### END SOLUTION


# %%
checks.task_17_3(error_of_mean)

# %%
checks.progress()
