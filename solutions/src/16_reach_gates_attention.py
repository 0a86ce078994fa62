# %% [markdown]
# # Exercise 16: what a place sees, lets through and looks at
#
# {{badge}}
#
# Four tasks on [lesson 16](../notebooks/16_reach_gates_attention.ipynb), about 60 minutes. ★ implement,
# ★★ explain or find the fault, ★★★ open. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("16_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/16_reach_gates_attention.ipynb), compare your words with its
# [solution](../solutions/16_reach_gates_attention.ipynb).

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import checks, plots
from course_lib.widgets.reach import ways

# %% [markdown]
# ## Task 1 ★: which pixels are seen
#
# In a stack of convolutions each layer has three weights in a row (*taps*) and its own dilation. On which pixels of the row does the output at
# place 0 depend? Write `seen(dilations)`: a sorted array of the offsets, whole numbers, each once.
#
# Expected: `[-2, 0, 2]` for `[2]`, and `[-4, -2, 0, 2, 4]` for `[2, 2]`. Without a layer it is `[0]`.

# %% [markdown] tags=["hints"]
# 1. One layer with dilation d adds -d, 0 or d to where you stand.
# 2. Begin with the offsets {0}; each layer makes three of every one, and some of them meet.
# 3. offsets = np.unique(np.add.outer(offsets, [-d, 0, d])) for each dilation d in turn.


# %%
def seen(dilations):
    ### BEGIN SOLUTION
    offsets = np.zeros(1, int)
    for dilation in dilations:
        offsets = np.unique(np.add.outer(offsets, [-dilation, 0, dilation]))
    return offsets
    ### END SOLUTION


# %%
print(seen([2, 2]), seen([1, 2]))

# %%
checks.task_16_1(seen)

# %% [markdown]
# ## Task 2 ★★: bug hunt, a gate that does not gate
#
# A published gated convolution, rewritten for one place. `window` is `(rows, columns, C)`; `kernel` is `(rows, columns, C, 2 F)` and `bias`
# `(2 F,)`, those of all features first, then those of all gates, as in `layers.GatedConv2D`. It promises
#
# $$x' = \max(0, W_f X + b_f) \cdot \sigma(W_g X + b_g), \qquad \text{shape } (F,).$$
#
# It runs, and its shape is right. Rewrite it, without its three faults, as `gated_place(window, kernel, bias)`.


# %%
def published_place(window, kernel, bias):
    filters = len(bias) // 2
    total = np.tensordot(window, kernel, axes=3)  # (2 F,)
    features, gates = total[::2], total[1::2]
    return np.maximum(features + bias[:filters], 0) * np.tanh(gates)


# %% [markdown] tags=["hints"]
# 1. Make all gates' weights 0, and only the gates' bias large: what should come out, and what does?
# 2. Which numbers of total are the features? And which function lies between 0 and 1, with 1/2 at 0?
# 3. features, gates = np.split(total + bias, [filters]), and then np.maximum(features, 0) divided by
#    1 + np.exp(-gates).


# %%
def gated_place(window, kernel, bias):
    ### BEGIN SOLUTION
    total = np.tensordot(window, kernel, axes=3) + bias
    features, gates = np.split(total, [len(bias) // 2])
    return np.maximum(features, 0) / (1 + np.exp(-gates))
    ### END SOLUTION


# %%
random = np.random.default_rng(0)
window, kernel = random.normal(size=(3, 3, 4)), random.normal(size=(3, 3, 4, 6))
bias = random.normal(size=6)
print(gated_place(window, kernel, bias))

# %%
checks.task_16_2(gated_place)

# %% [markdown]
# In your own words: what does such a layer lose if its gates are all 1/2, and can the next layer make up for it?
#
# <!-- BEGIN SOLUTION -->
# A factor of two, which the next layer makes up for by doubling its weights: nothing is lost. What no later weight can mend is a gate that depends on the count of known pixels: it
# differs from place to place, and a kernel is the same everywhere.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: explain where a place looks
#
# Contextual attention for one place: `weights(patch, patches, whole, sharpness)`. `patch` is the place's own patch as a vector `(n,)`, `patches` are all patches of
# the picture, `(places, n)`, `whole` is a bool array `(places,)`: `True` where a patch is known throughout. Return `(places,)`: the softmax of `sharpness` times the
# cosine, taken over those that are whole, and 0 for the others. The sharpness may be 10,000. At least one patch is whole, and no patch is all 0.
#
# Expected: `[0.5, 0.5, 0]` for the patches printed below.

# %% [markdown] tags=["hints"]
# 1. A cosine is the scalar product of two vectors, divided by both lengths.
# 2. np.exp(10_000) is infinite. A softmax stays as it is when the same number is taken from all its inputs: which one helps?
# 3. scores = sharpness * cosines; scores = np.where(whole, scores, -np.inf); e = np.exp(scores - scores.max()); e / e.sum().


# %%
def weights(patch, patches, whole, sharpness):
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(patches, axis=1) * np.linalg.norm(patch)
    scores = np.where(whole, sharpness * (patches @ patch) / lengths, -np.inf)
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()
    ### END SOLUTION


# %%
patches = np.array([[1.0, 2.0], [2.0, 4.0], [1.0, 2.0]])
print(weights(np.array([3.0, 6.0]), patches, np.array([True, True, False]), 50))

# %%
checks.task_16_3(weights)

# %% [markdown]
# In your own words: with a very sharp softmax each place takes its best patch alone. Why is that still not `exemplar`?
#
# <!-- BEGIN SOLUTION -->
# Each pixel becomes the mean of all patches that lie over it. And all places choose at once, from the guess; `exemplar` fills one patch after another, and each
# must fit what has been copied before.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: as far as possible, without a gap
#
# You have a given number of layers of three taps, and may choose a dilation for each. Write `dilations(layers)`, a list of `layers` whole numbers of 1 or more:
# the stack must see *every* pixel of a row from one end of its reach to the other, and the reach must be as wide as possible. `layers` is 1 to 6.
#
# There is one widest reach. How do you know that it is the widest?

# %% [markdown] tags=["hints"]
# 1. Doubling leaves no gap: 1, 2, 4 sees 15 pixels. But how often is each of them reached? Look with ways below.
# 2. Three taps a layer make 3 ** layers ways. What if every pixel were reached in only one way?
# 3. With dilation 1 you see three pixels in a row. The next layer may lay three such groups side by side: they are three
#    apart. Then nine.


# %%
def dilations(layers):
    ### BEGIN SOLUTION
    return [3**layer for layer in range(layers)]
    ### END SOLUTION


# %%
tried = dilations(3)
tried = [1, 2, 4] if tried is None else tried  # until you have an answer of your own
plots.show(
    plots.reaches({f"dilations {tried}": ways(tried)}),
    alt="A map of the pixels that the chosen dilations see, by the number of ways to each.",
    caption="The darker a pixel, the more ways lead from it to the middle.",
)

# %%
checks.task_16_4(dilations)

# %% [markdown]
# In your own words: what would you lose with these dilations in a network that fills holes?
#
# <!-- BEGIN SOLUTION -->
# Each pixel is reached in only one way, so the far ones count as much as the near ones, and neighbours of a place are seen through one tap of one layer. A fill depends on what is
# near (half of the gradient of the lesson's networks lies within a few pixels); overlapping ways give the near pixels more weight.
# <!-- END SOLUTION -->

# %%
checks.progress()
