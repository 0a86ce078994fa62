# %% [markdown]
# # Let colour flow in: diffusion
#
# {{badge}}
#
# The first method that we build makes each missing pixel the mean of its neighbours. That fills any hole, in one way only, and the fill can
# be checked exactly.
#
# **You need** lessons [00](00_first_repair.ipynb) and [01](01_masks.ipynb), and derivatives. No internet, no GPU.
# About 30 minutes.

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## Why not fill a gap as in a table?
#
# A data scientist fills a gap in a table with the column's mean. A picture *is* a table: a row for each pixel, a
# column for each colour.
#
# **Predict.** We fill the holes with the column means. Then we shuffle the pixels and do it again. What
# does the second fill look like?

# %%
from course_lib import classical, data, masks

truth = data.photo("coffee")[60:188, 210:338]
mask = masks.brush_strokes(1, 128, seed=11)[0]
order = np.random.RandomState(0).permutation(mask.size)
shuffled, shuffled_mask = (a.reshape(mask.size, -1)[order].reshape(a.shape) for a in (truth, mask))

# %%
from course_lib import plots

pictures = [masks.damage(truth, mask), classical.mean(truth, mask)]
pictures += [masks.damage(shuffled, shuffled_mask), classical.mean(shuffled, shuffled_mask)]
plots.show(
    pictures,
    titles=["damaged", "column means", "shuffled", "column means"],
    columns=4,
    alt="A damaged picture, its holes in one flat brown; then both with their pixels shuffled.",
    caption="The same brown twice; among shuffled pixels it does not show.",
)

# %% [markdown]
# **Read.** Shuffled or not, the fill is the same: the method ignores where pixels lie, and where they lie is what makes a picture. So look
# at neighbours.
#
# ## Every missing pixel is the mean of its neighbours
#
# Start with one row: known 0.2, three missing pixels $a$, $b$, $c$, known 0.6. Each missing one is to be the mean of the two
# beside it: $2a = 0.2 + b$, then $2b = a + c$, then $2c = b + 0.6$. Three equations, three unknowns.
#
# **Predict** the three values.

# %% tags=["nbval-check-output"]
matrix = np.array([[2, -1, 0], [-1, 2, -1], [0, -1, 2]])
known = np.array([0.2, 0, 0.6])
print(matrix, known, np.linalg.solve(matrix, known).round(3), sep="\n")

# %% [markdown]
# **Read.** A straight line. In two dimensions a missing pixel $p$ has $n = 4$ neighbours $q$ (fewer at the picture's border), and we ask
# the same:
#
# $$n\,I(p) - \sum_{q \sim p} I(q) = 0 .$$
#
# The left side with its sign reversed is the *Laplacian* $\Delta I$, so this reads $\Delta I = 0$.
# Its solutions are called *harmonic*.
#
# ## It can be checked exactly
#
# Some pictures satisfy the equation already. A ramp does, and so does $x^2 - y^2$. Cut a hole inside one, and the fill must give that
# picture back: nobody has to judge by eye.
#
# **Predict.** And $x^2 + y^2$, a bowl? Will its fill lie above the truth, below, or on it?

# %%
y, x = np.mgrid[0:48, 0:48] / 47
hole = masks.squares(1, 48, side=20)[0]
shapes = {"ramp": (x + 2 * y) / 3, "x² - y²": (1 + x**2 - y**2) / 2, "x² + y²": (x**2 + y**2) / 2}
for name, shape in shapes.items():
    error = (classical.harmonic(np.dstack([shape] * 3), hole) - shape[..., None])[hole]
    print(f"{name}: fill - truth from {error.min():.0e} to {error.max():.0e}")

# %% [markdown]
# **Read.** On the first two the error is rounding. The bowl's fill lies above the truth: each pixel of a bowl sags below the mean of its
# neighbours, and the fill's pixels do not. One thing can be checked on any picture: a mean is never above or below all the values it
# averages, so no missing pixel is brighter or darker than all known ones around the hole. This is the *maximum principle*. It leaves
# only one answer: the difference of two fills would satisfy the equation too, with 0 all around, so it is 0.
#
# ## The blurriest honest answer
#
# Now a hole across a sharp edge. **Predict.** What becomes of the edge?

# %%
edge = np.where((x + 0.25 * y < 0.62)[..., None], (0.9, 0.8, 0.6), (0.2, 0.25, 0.5))
plots.show(
    [masks.damage(edge, hole), classical.harmonic(edge, hole), edge],
    titles=["damaged", "harmonic", "truth"],
    alt="An edge with a square hole; the harmonic fill, a smear between two colours; the truth.",
    caption="A mean of two colours makes no edge.",
)

# %% [markdown]
# It becomes a smear. To measure it, take the differences between all neighbouring pixels, square them, and add them up: the rougher a
# picture, the larger the sum.
#
# **Predict.** Which of these four fills is the smoothest, and is it smoother than the truth? (Means
# over the leaderboard's 100 patches; `biharmonic` follows.)

# %%
from course_lib import evaluation


def roughness(picture):
    return sum((np.diff(picture, axis=axis) ** 2).sum() for axis in (0, 1))


patches, scratches = evaluation.frozen_patches()
print(f"{'truth':14s}{np.mean([roughness(patch) for patch in patches]):5.1f}")
for name in ("nearest", "navier_stokes", "biharmonic", "harmonic"):
    fills = map(classical.METHODS[name], patches, scratches)
    print(f"{name:14s}{np.mean([roughness(fill) for fill in fills]):5.1f}")

# %% [markdown]
# **Read.** `harmonic` is the smoothest, smoother than the truth. It must be: where that sum is smallest, its derivative with respect to
# each missing pixel is zero. That makes the pixel the mean of its neighbours, and only one fill has this everywhere. So this fill is the
# *blurriest* that agrees with the known pixels. And it is *honest*: nothing in it is brighter or darker than what is around the hole.
#
# ## All equations at once
#
# Two dimensions are solved as the row was. Number the missing pixels, give each a row of the matrix, and let a sparse solver, which
# skips the zeros, do the rest.

# %%
from scipy import sparse
from scipy.sparse.linalg import spsolve


def harmonic(image, mask):
    number = np.cumsum(mask.ravel()).reshape(mask.shape) - 1  # of each missing pixel
    matrix = sparse.lil_matrix((mask.sum(), mask.sum()))
    known = np.zeros((mask.sum(), 3))
    for row, column in np.argwhere(mask):
        p = number[row, column]
        for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if 0 <= r < mask.shape[0] and 0 <= c < mask.shape[1]:
                matrix[p, p] += 1
                if mask[r, c]:
                    matrix[p, number[r, c]] = -1
                else:
                    known[p] += image[r, c]
    filled = image.astype(float)
    filled[mask] = spsolve(matrix.tocsc(), known).reshape(-1, 3)
    return filled


# %% tags=["nbval-check-output"]
from course_lib import metrics

damaged = masks.damage(truth, mask)
smooth = harmonic(damaged, mask)
for name, fill in {"column means": classical.mean(damaged, mask), "harmonic": smooth}.items():
    print(f"{name}: {metrics.psnr(truth, fill, mask):.1f} dB in the holes")

# %% [markdown]
# **Read.** Nine decibels above the column means.
#
# ## Walkers
#
# Send a walker out from a missing pixel. At each step it goes to a random neighbour; when it meets a known pixel, it takes that colour
# home.
#
# **Predict.** What is the mean of the colours that many walkers bring? Move the slider.

# %%
from course_lib import widgets

widgets.random_walkers(damaged, mask)

# %%
starts = np.random.RandomState(0).permutation(np.argwhere(mask))[:20]
for walkers in (100, 10_000):
    away = []
    for start in map(tuple, starts):
        catch = classical.random_walks(damaged, mask, start, walkers=walkers, seed=0)
        away.append(abs(catch.mean(axis=0) - smooth[start]).mean())
    print(f"{walkers:6d} walkers, 20 pixels: {np.mean(away):.4f} away from the harmonic fill")

# %% [markdown]
# **Read.** It is the harmonic fill; a hundred times as many walkers come about ten times as close.
# The reason: what a walker brings is, on average, the mean of what it would bring starting from
# each neighbour, and that is our equation. So a harmonic pixel is a poll among the known pixels
# around the hole.
#
# ## Continue the slopes: biharmonic
#
# `biharmonic` solves $\Delta\Delta I = 0$: it continues slopes, where `harmonic` continues only values. On sixteen drawn edges it reaches
# 25.1 dB in the holes, against 22.0 for `harmonic` ([results](../benchmarks/RESULTS.md), lesson 02). What does it risk?
#
# **Predict.** Two slopes rise towards a gap, like a roof that has lost its ridge. How will `biharmonic` cross the gap?

# %%
roof = 1.015 - 0.03 * abs(np.arange(48) - 23.5)
picture = np.ones((48, 1, 3)) * roof[None, :, None]
gap = np.zeros((48, 48), bool)
gap[:, 14:34] = True
solve = {"harmonic": classical.harmonic, "biharmonic, uncut": classical.uncut_biharmonic}

# %%
column = np.arange(48)
lines = {"known": (column, np.where(gap[0], np.nan, roof))}
lines |= {name: (column[13:35], fill(picture, gap)[24, 13:35, 0]) for name, fill in solve.items()}
plots.show(
    plots.curves(lines, title="Across the gap", xlabel="column (px)", ylabel="brightness"),
    alt="Two slopes rise to 0.70 at a gap. Harmonic crosses it level, biharmonic rises to 0.85.",
    caption="Biharmonic goes on to 0.85, though nothing known is above 0.70.",
)

# %% [markdown]
# **Read.** It rises to 0.85. Whether that is right depends on what was there. This ridge reached 1.00, a flat roof would have stopped at
# 0.70, and the known pixels are the same for both. A continued slope is a bet: in 19 of 96 places in two photographs `biharmonic` is
# brighter or darker than everything around the hole, by more than a hundredth
# ([results](../benchmarks/RESULTS.md)).
#
# ## Watch it warm up
#
# There is a way without a solver: set each missing pixel to the mean of its neighbours, sweep after sweep (*Jacobi's iteration*). This is
# how heat spreads: known pixels are held at their temperature, and the hole warms up until nothing changes.
#
# **Predict.** The widest stroke is about 16 pixels across. How many sweeps until its middle is no longer dark? And for a hole
# twice as wide? Move the slider.

# %%
widgets.heat_flow(damaged, mask)

# %%
for side in (4, 8, 16, 32):
    square, sweeps = masks.squares(1, 48, side=side)[0], 0
    state = masks.damage(np.ones((48, 48, 3)), square)
    while state.min() < 0.9:
        state, sweeps = classical.jacobi(state, square, 1, start=state), sweeps + 1
    print(f"square of {side:2d} px in a white picture: {sweeps:3d} sweeps until all reach 0.9")

# %% [markdown]
# **Read.** After 100 sweeps the middle is still dark, after 300 no longer. Twice the width takes 3.4 to 3.8 times the sweeps, ever closer to
# four: heat does not march straight in, but wanders like the walkers.
#
# ## The leaderboard

# %%
plots.show(
    plots.standings(evaluation.standings("harmonic", "biharmonic")),
    alt="Bars of hole PSNR: biharmonic and harmonic, both new, lead Navier-Stokes and the others.",
    caption="Both new methods lead.",
)

# %% [markdown]
# **Read.** The two are close: with other lines on the same patches, `harmonic` leads as often as not.
#
# ## Questions
#
# **1.** A picture's known values run from 0.3 to 0.7. Its harmonic fill contains the value 0.8. What follows?
#
# 1. The hole was very deep.
# 2. There is a bug.
# 3. The picture has a bright edge.
#
# <details><summary>Answer</summary>
#
# **2.** The maximum principle forbids it, whatever the hole.
# </details>
#
# **2.** You double the width of a long scratch. Roughly how many sweeps does the same accuracy now take?
#
# 1. Twice as many.
# 2. Four times as many.
# 3. The same number.
#
# <details><summary>Answer</summary>
#
# **2.** With $n$ missing pixels in a row, a sweep multiplies the longest wave of the error by
# $\cos(\pi/(n+1)) \approx 1 - \pi^2/(2n^2)$: sweeps grow with $n^2$.
# </details>
#
# **3.** Why does $\Delta\Delta I = 0$ give the bowl $x^2 + y^2$ back, but not $\Delta I = 0$?
#
# 1. $\Delta(x^2 + y^2) = 4$ everywhere, so $\Delta\Delta = 0$.
# 2. It looks at more neighbours, so it is always better.
# 3. Rounding.
#
# <details><summary>Answer</summary>
#
# **1.** The bowl satisfies one equation, not the other. 2: on a flat roof it is worse.
# </details>

# %% [markdown]
# ## Key points
#
# * Every missing pixel is the mean of its neighbours: one sparse system, one answer.
# * The fill can be checked: exact on ramps if the hole lies inside the picture, and never outside the range around the hole.
# * It is the smoothest fill that agrees with the known pixels, never rougher than the truth.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# The course's `biharmonic` is scikit-image's. It cuts its solution off at the range of all known pixels, so it would stop at
# 0.70 on the roof; the lesson draws the uncut solution. For the same reason it misses the bottom of a bowl that lies inside
# the hole. The library's `classical.harmonic` builds the same matrix with whole arrays instead of a loop.
# </details>
#
# ## References
#
# * Kakutani: [Two-dimensional Brownian Motion and Harmonic Functions](https://doi.org/10.3792/pia/1195572706), 1944. The walkers.
# * Damelin, Hoang: [On Surface Completion and Image Inpainting by Biharmonic
#   Functions](https://arxiv.org/abs/1707.06567), 2018.
