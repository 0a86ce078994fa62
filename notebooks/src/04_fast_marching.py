# %% [markdown]
# # Fill from the rim inwards: fast marching
#
# {{badge}}
#
# The solver of lesson 02 finds all missing pixels at once. A restorer works from the rim inwards, and each
# stroke leans on the ones before. This lesson takes that habit apart into the order of the pixels and the
# weights of their neighbours, and measures what each is worth.
#
# **You need** lessons 01 and 02. No internet, no GPU. About 30 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## A front marches in
#
# A pixel can only be filled from what is there. The rim comes first; once it is filled, the next pixels have something to lean on. To put
# them in order, set fire to all known pixels and let it burn inwards, one pixel a second. The time $T$ at which the fire reaches a pixel is
# its *arrival time*.
#
# Move the slider. The front comes in from every known side at once.

# %%
import numpy as np

from course_lib import classical, masks, widgets

blob = masks.brush_strokes(1, 96, seed=131)[0]
widgets.front(blob)

# %% [markdown]
# ## Order against weights
#
# Take a simple rule: a missing pixel $p$ gets a weighted mean of the pixels $q$ within 3 pixels of it that are known or
# already filled. If there are none, $p$ goes to the end of the queue. Two things are left to choose: the *order* of the
# pixels and the *weights* of their neighbours.


# %%
def fill_in_order(image, mask, order, weigh, radius=3):
    image = np.pad(image, ((radius, radius), (radius, radius), (0, 0)))
    filled, around = np.pad(~mask, radius), disc(radius)
    queue = (np.argwhere(mask) + radius)[order(classical.arrival_time(mask)[mask])].tolist()
    while queue:
        p = queue.pop(0)
        q = p + around  # (neighbours, 2)
        q = q[filled[tuple(q.T)]]
        if len(q):
            weights = weigh(p - q)
            image[tuple(p)] = weights @ image[tuple(q.T)] / weights.sum()
            filled[tuple(p)] = True
        else:
            queue.append(p)
    return image[radius:-radius, radius:-radius]


# %% [markdown]
# Three orders: by arrival, row by row from the top, and at random. Two ways to weigh: all neighbours alike, or by
# $1/\text{distance}^2$. We compare them with Telea's method, which fills by arrival with its own weights (below), and
# `harmonic`, which has no order. All run on 24 places of a photograph with three families of holes: brush strokes, lines 3 to
# 5 pixels wide, and a square of 24 pixels. The table gives the mean PSNR in the holes, in dB, and in how many of the 24 places
# a row is ahead of the first row.
#
# **Predict.** Which matters more, the order or the weights? And where will `harmonic` come in?

# %%
from functools import partial

from course_lib.classical.fast_marching import disc, telea_weights

ORDERS = {
    "by arrival": lambda times: np.argsort(times, kind="stable"),
    "row by row": lambda times: np.arange(len(times)),
    "at random": lambda times: np.random.RandomState(0).permutation(len(times)),
}
WEIGHTS = {"alike": lambda d: np.ones(len(d)), "1/distance²": lambda d: 1 / (d**2).sum(axis=1)}
rivals = {
    f"{order}, {weights}": partial(fill_in_order, order=ORDERS[order], weigh=WEIGHTS[weights])
    for weights in WEIGHTS
    for order in ORDERS
}
rivals["Telea"] = partial(classical.fast_marching, radius=3)
rivals["harmonic"] = classical.harmonic

# %%
import pandas as pd

from course_lib import evaluation, scenes

holes = {
    "strokes": masks.brush_strokes(24, 64, seed=2026),
    "lines": masks.random_lines(24, 64, lines=(4, 9), thickness=(2, 4), seed=2026),
    "square": masks.squares(24, 64, side=24),
}
places = {name: scenes.places("coffee", 24, size=64, hole=holes[name], seed=2026) for name in holes}
table = {name: evaluation.compare(rivals, places[name]) for name in holes}
pd.concat(table, axis=1).loc[:, (slice(None), ["psnr_hole", "ahead"])].round(1)

# %% [markdown]
# **Read.** *Row by row* fills from one side, and loses 0.8 to 1.8 dB to the front on average. In the square a few places lose a lot, yet it
# is ahead in 10 of 24. *At random* fills from all sides, as the front does, and loses nothing. So on this photograph only the one-sided
# order loses; these weights are worth half a decibel at most. `harmonic`, which uses the whole rim at once, has the best mean
# everywhere.
#
# Here is one of the squares, worst to best, as in the means.

# %%
from course_lib import metrics, plots

truth, hole = places["square"].images[3], places["square"].masks[3]
damaged = masks.damage(truth, hole)
shown = ["row by row, alike", "by arrival, alike", "at random, alike", "harmonic"]
fills = {name: rivals[name](damaged, hole) for name in shown}

# %%
plots.show(
    [damaged, *fills.values(), truth],
    titles=["damaged"]
    + [f"{name}\n{metrics.psnr(truth, fill, hole):.1f} dB" for name, fill in fills.items()]
    + ["truth"],
    columns=3,
    alt="A dark corner over brown wood with a square hole. Row by row, the dark fills it from "
    "above; by arrival and at random, dark and brown wedges meet; harmonic is smooth.",
    caption="One rule in three orders; harmonic has no order.",
)

# %% [markdown]
# ## The front, computed
#
# On the grid a pixel's time follows from its four neighbours. Let $a$ be the earlier arrival time of the
# two beside it, $b$ that of the two above and below. If $a$ and $b$ differ by 1 or more, the fire comes
# along one axis: $T = \min(a, b) + 1$. Otherwise it comes obliquely, and both count: $(T - a)^2 + (T -
# b)^2 = 1$. That is the *eikonal equation* $|\nabla T| = 1$ on a grid.
#
# **Predict.** In a corner, a pixel's neighbours beside and above it burn from time 0. Does it burn at time 1, earlier or later?


# %% tags=["nbval-check-output"]
def arrival(a, b):
    if abs(a - b) >= 1:
        return min(a, b) + 1
    return (a + b + (2 - (a - b) ** 2) ** 0.5) / 2


print(f"straight {arrival(0, 9):.3f}   corner {arrival(0, 0):.3f}   oblique {arrival(0, 0.5):.3f}")

# %% [markdown]
# **Read.** Earlier: 0.707. The front is the diagonal line through the two neighbours, and from there it has only $1/\sqrt 2$ of a pixel to
# go.
#
# To time all pixels, keep those that the fire has reached in a *heap*, which hands out the
# earliest. Its time is final, since every other pixel burns later, and its neighbours' times are
# computed again. This is *fast marching* (Sethian 1996): Dijkstra's shortest paths with a quadratic
# update.

# %%
import heapq


def arrival_time(mask):
    times = np.pad(np.where(mask, np.inf, 0.0), 1, constant_values=np.inf)
    final = np.pad(~mask, 1, constant_values=True)
    heap = [(0.0, row + 1, column + 1) for row, column in np.argwhere(~mask).tolist()]
    while heap:
        _, row, column = heapq.heappop(heap)
        final[row, column] = True
        for r, c in ((row, column + 1), (row, column - 1), (row + 1, column), (row - 1, column)):
            if final[r, c]:
                continue
            beside = min(times[r, c - 1], times[r, c + 1])
            above_below = min(times[r - 1, c], times[r + 1, c])
            time = arrival(beside, above_below)
            if time < times[r, c]:
                times[r, c] = time
                heapq.heappush(heap, (time, r, c))
    return times[1:-1, 1:-1]


# %% tags=["nbval-check-output"]
half_plane = np.tile(np.arange(8) > 2, (7, 1))
print(arrival_time(half_plane)[3])
assert np.allclose(arrival_time(blob), classical.arrival_time(blob))

# %% [markdown]
# A straight front arrives exactly at 1, 2, 3, …, and the lesson's code agrees with the library's on the whole blob.
#
# ## Telea's weights
#
# Alexandru Telea (2004) lets the front decide the weights too. The weight of $q$ for $p$ is a product of three factors:
#
# * *direction*, $|(p - q) \cdot N| \,/\, |p - q|$, where $N$ is the direction in which the front moves at $p$;
# * *distance*, $1 / |p - q|^2$;
# * *level*, $1 / (1 + |T(p) - T(q)|)$, near 1 if $q$ burnt at about $p$'s time.
#
# Here are the weights for one pixel of the half plane, whose front came from the left.

# %%
times = arrival_time(half_plane)
p = np.array([3, 4])
q = p + disc(3)
q = q[times[tuple(q.T)] < times[tuple(p)]]  # what burnt before p
weights = telea_weights(p, q, times, np.stack(np.gradient(times), axis=-1))

# %%
kinds = np.where(times < times[tuple(p)], 1, -1)  # what is filled, and what is not yet
kinds[tuple(p)] = 0
shares = np.full((2, 7, 8), np.nan)
shares[0][tuple(q.T)], shares[1][tuple(q.T)] = 100 / len(q), 100 * weights / weights.sum()
named = {"all alike": (shares[0].round(), kinds), "Telea's weights": (shares[1].round(), kinds)}
plots.show(
    plots.number_grid(named),
    alt="Two grids of shares left of a coloured pixel: 9 in every cell of one; in the other 40 in "
    "the cell just left of it, and less the farther away.",
    caption="What each pixel gives to p (in colour), in per cent. Grey is not filled yet.",
)

# %% [markdown]
# He also lets each $q$ continue its slope, so that it gives $p$ not $I(q)$ but $I(q) + \nabla I(q) \cdot (p - q)$. In the table
# his method gains on lines (28.1 dB, against 27.4 for $1/\text{distance}^2$) and loses in the square (25.4 against 26.5). Without
# slopes it does neither (27.4 and 26.3, [results](../benchmarks/RESULTS.md), *Lesson 04*).
#
# ## A surprise at 200
#
# OpenCV has this method, as `INPAINT_TELEA`. **Predict.** A picture is 200 everywhere, and one pixel is missing. What does OpenCV
# write there, with radius 5?

# %%
import cv2

one = masks.squares(1, 15, side=1)[0]


def opencv(value):
    constant = np.full((15, 15, 3), value, np.uint8)
    return int(cv2.inpaint(constant, one.astype(np.uint8), 5, cv2.INPAINT_TELEA)[7, 7, 0])


def ours(value):
    return 255 * classical.fast_marching(np.full((15, 15, 3), value / 255), one, radius=5)[7, 7, 0]


print({value: opencv(value) for value in (128, 150, 200, 201)})
for name, fill in {"OpenCV": opencv, "ours": ours}.items():
    changed = sum(abs(fill(value) - value) > 1e-6 for value in range(256))
    print(f"{name} changes {changed} of 256 levels")

# %% [markdown]
# **Read.** Of these four, only 128 is kept. Do the sum for 200 by hand: in single precision, as the program does, one of the 80 neighbours
# after another, but with the distance weight alone, $1/d^3$ in OpenCV.

# %% tags=["nbval-check-output"]
total = weight = np.float32(0)
for row, column in disc(5):
    near = np.float32((row**2 + column**2) ** -1.5)  # OpenCV's 1 / d³: its direction keeps d
    total += near * np.float32(200)
    weight += near
mean = total / weight
print(f"mean {mean:.5f}   plus 0.5: {mean + 0.5:.5f}   rounded: {np.rint(mean + 0.5):.0f}")

# %% [markdown]
# **Read.** The sums are rounded, so the mean of eighty 200s is 200.00002. OpenCV adds 0.5 and *then* rounds to the nearest whole
# number: 201. An odd level needs no such noise: 201.5 goes to the even 202. With 128, a power of two, no product is rounded, and 128.5 goes
# to the even 128. OpenCV's own test uses 128 too.
#
# The program's other two weights are rounded in their own way, so whether another level passes is
# luck. That 128 passes says little. Test a property, *constants stay constant*, on all values.
#
# ## The leaderboard
#
# The table that began in lesson 01, with two new rows: OpenCV's `telea` and our `fast_marching`. OpenCV's has a radius of 1 pixel, ours of
# 2; the second cell gives both the same.

# %%
plots.show(
    plots.standings(evaluation.standings("telea", "fast_marching")),
    alt="Bars of PSNR in holes: smooth solvers lead, fast_marching is fifth, telea below it.",
    caption="100 patches with line masks; the new rows are hatched.",
)

# %%
same_radius = partial(classical.telea, radius=2)
score = evaluation.evaluate(same_radius, *evaluation.frozen_patches())["psnr_hole"]
print(f"telea with radius 2: {score:.1f} dB in holes")

# %% [markdown]
# **Read.** Level with ours. Compare settings before you compare programs.
#
# ## Questions
#
# **1.** Fast marching keeps a heap of the pixels that the fire has reached. What would change with a queue, first in, first out?
#
# 1. Only the speed.
# 2. The times: a pixel could be final before its true time is known.
# 3. Nothing.
#
# <details><summary>Answer</summary>
#
# **2.** A time is final only if no earlier one is left, and the heap hands out the earliest. 1: a queue may hand out a pixel whose earlier
# neighbour is still to come. 3: the two agree on a straight front, but not on a ragged rim.
# </details>
#
# **2.** You fill many holes by the rule of this lesson, once by arrival and once in a random order. The errors
#
# 1. differ by several decibels: order is everything.
# 2. are about the same.
# 3. are those of `harmonic`.
#
# <details><summary>Answer</summary>
#
# **2.** Less than half a decibel apart in the table. 1: row by row loses more. 3: `harmonic` has a better mean.
# </details>

# %% [markdown]
# ## Key points
#
# * A pixel can only be filled from what is there: the front gives an order, the weights decide the colour.
# * On this photograph, filling from all sides beats row by row. Arrival against random, and these two weights against each other, make half
#   a decibel at most each. `harmonic` has the best mean.
# * An arrival time is final when no earlier one is left: that is what the heap is for.
# * Test a property on all values: 128 is a lucky one.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# The table's places are those of `benchmarks/RESULTS.md`, "Lesson 04", with more rules and spreads. The paper
# marches outwards too, so that known pixels have times; here they have time 0. It fills while the front moves;
# sorting by arrival gives the same order. Two choices are ours: a slope is used only where both pixels beside $q$ are filled, and
# *direction* is an absolute value, as in OpenCV, so that a thin scratch is filled from both sides.
#
# </details>
#
# ## References
#
# * Sethian: [A fast marching level set method for monotonically advancing
#   fronts](https://doi.org/10.1073/pnas.93.4.1591), PNAS 1996.
# * Telea: [An Image Inpainting Technique Based on the Fast Marching
#   Method](https://doi.org/10.1080/10867651.2004.10487596), Journal of Graphics Tools, 2004.
