# %% [markdown]
# # Learn from pictures: the best guess is an average
#
# {{badge}}
#
# What the surroundings of a hole do not contain must come from other pictures. This lesson shows what can be learned from them, and why it comes out
# blurred: under squared error the best guess is an average.
#
# **You need** lessons 01 to 05, and to have seen `fit` in Keras once. No internet, no GPU. About 30 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## One guess, several truths
#
# A pixel is missing. Among pictures with the same surroundings it is bright, 0.9, in a share $p$ of cases, and dark, 0.2, in the rest. You must name
# one value, and pay the squared or the absolute difference from the truth.
#
# **Predict.** With $p = 0.4$, which value costs least under each? Then move $p$ slowly from 0 to 1.

# %%
from course_lib import widgets

widgets.best_guess()

# %% [markdown]
# **Read.** Under squared error the best guess is the *mean*, here 0.48, a value that never occurs. It glides with $p$. Under absolute error
# it is the *median*, the value of the majority, and it jumps at one half.
#
# <details><summary>Why the mean?</summary>
#
# Let $Y$ be the truth and $m$ its mean. For a guess $g$
# $$E\big[(Y - g)^2\big] = E\big[(Y - m)^2\big] + (g - m)^2 ,$$
# because the mixed term $2\,(m - g)\,E[Y - m]$ is zero. The first part does not depend on $g$; the second is least for $g = m$.
# </details>
#
# Now a whole picture. A dark and a bright half meet in a hole, at one of 2, 3 or 10 places, all equally likely.
#
# **Predict.** What does the best picture look like in each case?

# %%
import numpy as np

from course_lib import plots

columns, best = np.arange(24), {}
for count in (2, 3, 10):
    places = np.linspace(7, 17, count)
    edges = np.where(columns < places[:, None], 0.15, 0.85)  # a row of every possible truth
    best[f"{count} places"] = mean = edges.mean(axis=0)
    sharp_error, mean_error = ((edges[:, None] - edges) ** 2).mean(), ((edges - mean) ** 2).mean()
    print(f"{count:2d} places, squared error: one truth {sharp_error:.4f}, mean {mean_error:.4f}")

# %%
rows = {"one possible truth": edges[4]} | best
plots.show(
    [np.ones((24, 1, 3)) * row[None, :, None] for row in rows.values()],
    titles=list(rows),
    alt="A sharp edge, and three means: one grey step, two grey steps, a ramp from dark to bright.",
    caption="The more places are possible, the more the mean becomes a ramp: that is blur.",
)

# %% [markdown]
# **Read.** One grey step, two, a ramp: the mean is none of the truths, and its squared error is half that of a sharp guess: one of the truths, picked
# at random. So blur is not a fault. It is the right answer to the question that squared error asks.
#
# Does that happen in real pictures? In 200 windows of 17 × 17 pixels we hide the inner 9 × 9. For each we look up the eight windows *of other
# pictures* whose rims are most like its own once all have the same mean brightness, leaving out near duplicates.
#
# **Predict.** Will the eight middles agree?

# %%
from course_lib import data, evaluation

pictures = data.load(run.data)
found = evaluation.lookalikes(pictures.validation, pictures.train, count=8, seed=2)
truth, guesses = found.truth, found.guesses  # (200, 81), (200, 8, 81)
mean = guesses.mean(axis=1)

# %%
plots.show(
    plots.lookalikes(found),
    alt="Three windows with a missing middle, three other middles each, a mean, the truth.",
    caption="The 3 windows of 200 whose matches differ most. Contrast is stretched row by row.",
)

# %%
rows = {"truth": truth[:, None], "one of eight": guesses, "their mean": mean[:, None]}
for name, fills in rows.items():
    error, detail = ((fills - truth[:, None]) ** 2).mean(), fills.std(axis=-1).mean()
    print(f"{name:12s}  squared error {error:.5f}   detail {detail:.4f}")
print(f"spread of the eight around their mean {((guesses - mean[:, None]) ** 2).mean():.5f}")

# %% [markdown]
# **Read.** The middles differ. One guess costs what the mean costs *plus* the spread: the equation in the fold above, with the guesses in the truth's
# place. The mean has less *detail* (standard deviation within the middle) than the middles that were averaged. Part of the blur comes from the
# matches, not the question: even one has less detail than the truth.
#
# ## Pictures that bring their own answers
#
# To learn such means you need pairs: $X$ to look at and $y$ to guess. Nobody labels anything: $y$ is a picture, $X$ the same picture with a hole that
# we cut. This is *self-supervised* learning.
#
# **Predict.** A picture comes up in four *epochs* (rounds over all pictures). Which row below stays the same?

# %%
from course_lib import masks, training

bank = masks.random_lines(64, 32, seed=0)
drawn = training.pairs(pictures.train[3:4], bank, batch_size=1, seed=1)
frozen = training.pairs(pictures.validation[46:47], bank, batch_size=1, seed=1, frozen=True)
looks = []
for batches in (drawn, frozen):
    for epoch in range(4):
        batches.epoch = epoch
        X, y = batches[0]
        looks.append(X[0])

# %%
plots.show(
    looks,
    titles=[f"{row}, epoch {k}" for row in ("training", "validation") for k in range(4)],
    columns=4,
    alt="One picture four times, with new black lines each time; another with the same lines.",
    caption="In training the damage changes: one picture, many pairs. Validation is frozen.",
)

# %% [markdown]
# **Read.** The lower one: validation pictures keep their holes, so two scores differ only because of what was learned. Training pictures get new ones
# each time, so no hole can be learned by heart.
#
# Four rules keep a score honest:
#
# * The hole holds nothing of the truth: 0 goes in.
# * All competitors get the same holes.
# * *Learn* on one part of the pictures, *choose* on a second, *test* once on a third.
# * No part overlaps another. `photos` is split by photograph, not by patch.
#
# Pictures of 32 × 32 pixels make this quick: a photograph of 512 × 512 has 256 times as many pixels.

# %% [markdown]
# ## A window for all places
#
# The simplest learner is linear: guess a pixel as a weighted sum of its eight neighbours, with the same weights everywhere. One
# picture then gives 30 × 30 × 3 equations for eight unknowns.
#
# **Predict.** `harmonic` gives the four direct neighbours 1/4 each and the corners nothing. What will least squares choose?

# %%
from numpy.lib.stride_tricks import sliding_window_view

cut = sliding_window_view(pictures.train[:150] / 255, (3, 3), axis=(1, 2))
windows, around = cut.reshape(-1, 9), [0, 1, 2, 3, 5, 6, 7, 8]  # a row for each place
learned = np.linalg.lstsq(windows[:, around], windows[:, 4], rcond=None)[0]
print(f"{len(windows)} equations, {len(learned)} weights, their sum {learned.sum():.3f}")

# %%
ring = np.insert(learned, 4, 0).reshape(3, 3)
harmonic = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]) / 4
plots.show(
    plots.weights({"learned": ring, "harmonic": harmonic}),
    alt="Two 3 × 3 windows. Learned: direct neighbours near 0.4, corners negative. Harmonic: 1/4.",
    caption="Red counts for the middle, blue against it.",
)

# %% [markdown]
# **Read.** The sum is close to 1, though nobody asked for that: a flat picture stays flat. Direct neighbours get more than 1/4 and corners count *against*.
# Let a bright line run through from left to right: `harmonic` guesses 1/4 + 1/4, the learned window more. It has learned that horizontal and vertical
# lines continue.
#
# ## How much context?
#
# A larger window sees more. **Predict.** At which radius does that stop helping, with 150 pictures to learn from, and with 10?

# %%
widgets.context_size(pictures.train, pictures.validation)

# %% [markdown]
# **Read.** With 150 pictures it stops helping at radius 2: for *one* missing pixel the nearest ones say nearly everything. With ten it stops at 1,
# and radius 6 is worst: its 168 weights also fit accidents of those ten.
#
# ## A shared window is a convolution
#
# The same weights at every place: that is what Keras calls `Conv2D`.

# %% tags=["nbval-check-output"]
import keras

layer = keras.layers.Conv2D(1, 3, use_bias=False)
layer.build((None, None, None, 1))
layer.set_weights([ring[:, :, None, None]])
green = pictures.validation[:8, ..., 1:2] / np.float32(255)
by_layer = keras.ops.convert_to_numpy(layer(green)).ravel()
by_hand = sliding_window_view(green, (3, 3), axis=(1, 2)).reshape(-1, 9)[:, around] @ learned
print("layer and window agree:", np.allclose(by_layer, by_hand, atol=1e-5))

# %% [markdown]
# **Read.** So our window is a network of one layer. A convolutional network puts many such windows side by side and in sequence, with a bend (ReLU)
# between them.
#
# ## The leaderboard
#
# The step from one pixel to a hole is that of lesson 02: one equation for each missing pixel, all solved at once. `classical.fit_window` does that.
# We choose the radius on validation pictures, and only then look at the test pictures.

# %%
from course_lib import classical

photos = data.load("photos")
learn, choose = photos.train[:150], photos.validation[: runtime.share(100)] / np.float32(255)
rivals = {radius: classical.fit_window(learn, radius=radius).fill for radius in (1, 2, 3)}
lines = masks.random_lines(len(choose), 32, seed=4)
scores = {r: evaluation.evaluate(rivals[r], choose, lines)["psnr_hole"] for r in rivals}
learned_window = rivals[max(scores, key=scores.get)]
print({radius: round(score, 2) for radius, score in scores.items()}, "dB")

# %%
plots.show(
    plots.standings(evaluation.standings(learned_window=learned_window)),
    alt="Bars of PSNR in holes of all methods so far; the learned window and biharmonic lead.",
    caption="100 patches with line masks, all holes together; the new row is hatched.",
)

# %% [markdown]
# **Read.** Here radius 3 is ahead; between 1 and 2 the draw of the holes decides. From pictures alone, the window got about as far as the best
# equation. It is linear, so it cannot *decide* between an edge and no edge, and it was trained on one missing pixel, never on a wide hole.

# %% [markdown]
# ## Questions
#
# **1.** A network trained with squared error fills holes with blur. A colleague doubles its depth. What will happen?
#
# 1. Fills get sharp: the network was too weak.
# 2. They may get better, but stay blurred where the surroundings leave several possibilities open.
# 3. They get blurrier, since more layers average more.
#
# <details><summary>Answer</summary>
#
# **2.** A better network comes closer to the mean of what is possible, and that is blurred. 3: layers learn what to do.
# </details>
#
# **2.** An edge may lie at the left rim of a hole in 60 % of all cases, at the right rim in 40 %. Which best guess is sharp?
#
# 1. The one under squared error.
# 2. The one under absolute error.
# 3. Neither.
#
# <details><summary>Answer</summary>
#
# **2.** In each pixel the median is the value of the majority, so the fill has its edge at the left rim throughout. 1 gives a grey strip.
# </details>
#
# **3.** Why is a window of radius 6 worse than one of radius 2 when both learn from ten pictures?
#
# 1. Far pixels mislead.
# 2. 168 weights fit accidents of ten pictures.
# 3. It is too large for a picture of 32 pixels.
#
# <details><summary>Answer</summary>
#
# **2.** With 150 pictures radius 6 is hardly worse: it is the ten pictures that mislead, not far pixels.
# </details>

# %% [markdown]
# ## Key points
#
# * Under squared error the best guess is the mean of what is possible, hence blur; under absolute error it is the median.
# * Pairs cost nothing: damage your own pictures, with new holes in training, frozen ones in validation.
# * Look near, and do the same everywhere: that is a convolution.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# `photos` are patches of free photographs; CIFAR-10 (Krizhevsky 2009) has no licence, so none of it is stored here, and 3.3 % of its test pictures
# have a near duplicate among the training pictures (Barz and Denzler 2020). The time of a training step is in `benchmarks/RESULTS.md`. The search for
# windows is that of Efros and Leung (lesson 05), in other pictures.
# </details>
#
# ## References
#
# * Goodfellow, Bengio, Courville: [Deep Learning](https://www.deeplearningbook.org/), MIT Press 2016: sections 5.1.4, 6.2.1.2, chapter 9.
# * Efros, Leung: [Texture Synthesis by Non-parametric Sampling](https://doi.org/10.1109/ICCV.1999.790383), ICCV 1999.
# * Krizhevsky: [Learning Multiple Layers of Features from Tiny
#   Images](https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf), 2009: CIFAR-10.
# * Barz, Denzler: [Do We Train on Test Data?](https://arxiv.org/abs/1902.00423), Journal of Imaging, 2020.
