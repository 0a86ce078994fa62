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
# When you are done, compare your words with the [solution](../solutions/17_many_answers.ipynb).

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import checks

# %% [markdown]
# ## Task 1 ★★: bug hunt in a noise schedule
#
# Ho and others count steps: at step $t$ of $T$ a picture has become $\sqrt{\bar\alpha_t}\,x + \sqrt{1 - \bar\alpha_t}\,z$, where
# $\bar\alpha_t$ is the product of $1 - \beta_s$ over all steps up to $t$. `published(betas)` promises, for betas `(T,)`, an array of three rows, `(3, T)`:
# signal and noise, the two roots above at steps 1 to T, and the standard deviation of one step back given the picture,
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
# Published code has three faults. Write `schedule`, which keeps its promises.


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
# One round of RePaint, with all that is random handed in, for a path $a(t)$, $b(t)$. The model's own step back has been made: `filled`. The code below runs,
# but its known pixels are not the picture's, and its holes do not listen: it has three faults.
#
# * `filled`, `true`, `noise` and `fresh` are `(H, W, 3)`; `mask` is the course's `(H, W)`, `True` = hole;
# * `true` is the picture in [-1, 1]; `a, b` are the path's at the *earlier* time, `scale, spread` lead on from there to the later one;
# * promised: an array of two pictures, `(2, H, W, 3)`: the one at the earlier time, and the one that is back at the later.

# %% [markdown] tags=["hints"]
# 1. RePaint's paper has 1 = known. And the course?
# 2. With how much noise must a known pixel be mixed to stand beside a hole at that time? None?
# 3. again = scale * together + spread * fresh: all of the picture goes on, known pixels too.


# %%
def published_round(filled, true, mask, a, b, scale, spread, noise, fresh):
    together = np.where(mask[..., None], true, filled)
    again = np.where(mask[..., None], scale * together + spread * fresh, together)
    return np.stack([together, again])


# %%
def one_round(filled, true, mask, a, b, scale, spread, noise, fresh):
    ### BEGIN SOLUTION
    known = a * true + b * noise
    together = np.where(mask[..., None], filled, known)
    return np.stack([together, scale * together + spread * fresh])
    ### END SOLUTION


# %%
checks.task_17_2(one_round)

# %% [markdown]
# ## Task 3 ★: eight fills, one map
#
# `spread_map(fills)`: fills `(N, H, W, 3)` of one hole -> `(H, W)`, the standard deviation over the fills (with N - 1), root of the channels' mean variance, as
# `uncertainty` of lesson 07 has it.

# %% [markdown] tags=["hints"]
# 1. A variance for each pixel and channel comes first: over axis 0, with ddof=1.
# 2. Then the mean over the channels, then the root. A root before the mean is another number.
# 3. np.sqrt(fills.var(axis=0, ddof=1).mean(axis=-1))


# %%
def spread_map(fills):
    ### BEGIN SOLUTION
    return np.sqrt(fills.var(axis=0, ddof=1).mean(axis=-1))
    ### END SOLUTION


# %%
checks.task_17_3(spread_map)

# %%
checks.progress()
