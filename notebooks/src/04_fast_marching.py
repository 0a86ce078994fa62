# %% [markdown]
# # Let the order decide: fast marching and patches
#
# {{badge}}
#
# [Lesson 02](02_diffusion.ipynb) filled all missing pixels together. A restorer works
# differently: from the rim inwards, and copying the look of the surroundings. Both habits became
# algorithms, and in both the *order* in which pixels are filled is half the method.
#
# ## What you will do
#
# Let a front march into a hole, fill in the order of its arrival, find a well-known library changing a picture of one colour, grow texture by copying, and see where every classical method fails.
#
# ## What you will learn
#
# To **implement** fast marching with a heap; to **fill** with Telea's weights; to **explain** Criminisi's
# priority; to **choose** between smoothing and copying; to **predict** where all of them fail.
#
# ## What you need
#
# Lessons 00 to 02. No network, no GPU. Plan 60 minutes for reading and trying; the cells
# alone take under a minute on two processor cores (measured in `benchmarks/RESULTS.md`).

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## A front marches into the hole
#
# Set fire to the rim of the hole and let it burn inwards, one pixel a second. The time $T$ at which the
# fire arrives at a pixel orders the pixels from the rim to the middle. In the plane, $T$ obeys the
# *eikonal equation* $|\nabla T| = 1$: walk in the fire's direction and it arrives one second later per
# pixel.
#
# On the grid a pixel asks its neighbours. Let $a$ be the earlier time of the two beside it and $b$ of the
# two above and below. If they differ by 1 or more, the fire comes along one axis: $T = \min(a, b) + 1$. Otherwise it comes obliquely, and both differences count: $(T - a)^2 + (T - b)^2 = 1$, a quadratic equation.


# %% tags=["nbval-check-output"]
def arrival(a, b):
    if abs(a - b) >= 1:
        return min(a, b) + 1
    return (a + b + (2 - (a - b) ** 2) ** 0.5) / 2


print(
    f"straight: {arrival(0, 9):.3f}   corner: {arrival(0, 0):.3f}   oblique: {arrival(0, 0.5):.3f}"
)

# %% [markdown]
# **Predict.** Why is the corner's time below 1, although the pixel is one step from each neighbour?
#
# **Read.** The fire comes from two sides at once: its front is diagonal there, $1/\sqrt 2 \approx 0.707$
# away. Now the order. A *heap* always hands out the pixel with the earliest time; that time is final,
# since every other pixel burns later. Then its neighbours compute
# their times again. This is Dijkstra's algorithm with the quadratic update, known as *fast marching* (Sethian 1996).

# %%
import heapq

import numpy as np

from course_lib import classical, data, masks, metrics, plots

STEPS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def arrival_time(mask):
    times = np.pad(np.where(mask, np.inf, 0.0), 1, constant_values=np.inf)
    final = np.pad(~mask, 1, constant_values=True)
    heap = [(0.0, row + 1, column + 1) for row, column in np.argwhere(~mask).tolist()]
    while heap:
        _, row, column = heapq.heappop(heap)
        final[row, column] = True
        for down, right in STEPS:
            r, c = row + down, column + right
            if final[r, c]:
                continue
            time = arrival(
                min(times[r, c - 1], times[r, c + 1]), min(times[r - 1, c], times[r + 1, c])
            )
            if time < times[r, c]:
                times[r, c] = time
                heapq.heappush(heap, (time, r, c))
    return times[1:-1, 1:-1]


# %% [markdown]
# A straight front must be exact: times 1, 2, 3, … away from the rim. Elsewhere the times are close to the true distance, which SciPy computes another way.

# %% tags=["nbval-check-output"]
from scipy import ndimage

half = np.zeros((6, 8), bool)
half[:, 3:] = True
print(arrival_time(half)[2])

blob = masks.brush_strokes(1, 96, seed=131)[0]
times = arrival_time(blob)
distance = ndimage.distance_transform_edt(blob)
print(f"largest difference to the distance: {np.abs(times - distance)[blob].max():.2f} px")
assert np.allclose(times, classical.arrival_time(blob))

# %% [markdown]
# Scrub the front: the burnt pixels are those that a method filling in this order has reached.

# %%
from course_lib import widgets


def front(time):
    burnt = blob & (times <= time)
    picture = np.where(blob[..., None], (0.1, 0.1, 0.1), (0.85, 0.85, 0.8))
    picture[burnt] = (0.95, 0.6, 0.1)
    return plots.figure(
        [picture, np.where(blob & ~burnt, np.nan, times)],
        titles=[f"burnt until {time:.1f}", "arrival time (px)"],
    )


widgets.explore(
    front,
    time=(0.0, float(np.ceil(times.max())), 0.5, float(np.ceil(times.max() / 2))),
    alt="A hole with an orange rim that the front has passed, and the map of arrival times.",
    caption="White is still to burn; where two fires meet, the arrival times have a ridge.",
)

# %% [markdown]
# ## The order is the algorithm
#
# To see what the order does alone, keep the rule as simple as can be: each missing pixel gets the mean of
# the known or already filled pixels in the 5 × 5 window around it. We fill in three orders: row by row, shuffled, and by arrival.
#
# **Predict.** What will the row-by-row fill look like?


# %%
def fill_in_order(image, mask, order):
    image = np.pad(masks.damage(image, mask), ((2, 2), (2, 2), (0, 0)))
    filled = np.pad(~mask, 2)
    for row, column in order:
        around = (slice(row, row + 5), slice(column, column + 5))
        if filled[around].any():
            image[row + 2, column + 2] = image[around][filled[around]].mean(axis=0)
            filled[row + 2, column + 2] = True
    return image[2:-2, 2:-2]


truth = data.photo("coffee")[100:196, 170:266]
damaged = masks.damage(truth, blob)
missing = np.argwhere(blob)
orders = {
    "row by row": missing,
    "shuffled": np.random.RandomState(0).permutation(missing),
    "by arrival": missing[np.argsort(times[blob], kind="stable")],
}
fills = {name: fill_in_order(damaged, blob, order) for name, order in orders.items()}

# %%
plots.show(
    [damaged, *fills.values(), truth],
    titles=["damaged", *fills, "truth"],
    alt="One rule, three orders: rows drag colours downwards, shuffled is spotty, by "
    "arrival colours meet in the middle.",
    caption="The same rule three times. Only the order differs.",
)
for name, fill in fills.items():
    print(f"{name:11s} {metrics.psnr(truth, fill, blob):.1f} dB in the holes")

# %% [markdown]
# **Read.** Row by row drags the upper rim's colour down through the hole. Shuffled, a pixel deep inside may
# find nothing known and stays black. By arrival, every pixel is filled from the side it is nearest to. The gain over row by row is small in dB
# (the rule is crude) and plain to the eye.
#
# ## Telea's weights
#
# Alexandru Telea (2004) fills in order of arrival, with a better rule. Pixel $p$ gets a weighted mean over
# filled pixels $q$ around it, of what each predicts for $p$: its own value, continued along its slope,
# $I(q) + \nabla I(q) \cdot (p - q)$. The weight is a product of three:
#
# * **direction**: $q$ lies where the front comes from, $|\,(p - q) \cdot N(p)\,| \,/\, |p - q|$, where $N$ is
#   $\nabla T$ scaled to length 1;
# * **distance**: $1 / |p - q|^2$;
# * **level**: $q$ burnt at about the same time, $1 / (1 + |T(p) - T(q)|)$.
#
# The absolute value is our choice and OpenCV's: a thin scratch is then filled from both sides. The paper also
# gives known pixels a time, by marching outwards; here it is 0 for all of them.


# %%
def telea_weights(p, q, times, normals):
    steps = p - q
    distance = np.sqrt((steps**2).sum(axis=1))
    normal = normals[tuple(p)]
    across = np.abs(steps @ normal) / (distance * max(np.hypot(*normal), 1e-6))
    level = 1 / (1 + np.abs(times[tuple(p)] - times[tuple(q.T)]))
    return np.maximum(across, 1e-6) / distance**2 * level


# %% [markdown]
# Look at the weights of one pixel, the second that the front reaches in a half plane; it came from the left.

# %%
half_plane = np.broadcast_to(np.arange(11) > 4, (11, 11))
T = arrival_time(half_plane)
p = np.array([5, 6])
q = np.argwhere(T < T[tuple(p)])
weights = np.zeros((11, 11))
weights[tuple(q.T)] = telea_weights(p, q, T, np.stack(np.gradient(T), axis=-1))
plots.show(
    [np.log10(weights + 1e-4), T],
    titles=["weight of each q for the pixel p\n(row 5, column 6), log10", "arrival time"],
    alt="Left: weights, largest just left of p, falling with distance and angle, 0 from p on. "
    "Right: arrival times grow to the right.",
    caption="p lies just right of the brightest pixel. Dark means weight 0: not filled yet.",
)

# %% [markdown]
# Put together: march, sort, fill. A slope is used only where both pixels beside $q$ are filled, since a
# one-sided slope carries noise inwards; the paper does not say what to do there. The paper fills while the
# front, its *narrow band*, moves inwards; sorting by arrival time first gives the same order.


# %%
def expectations(p, q, image, filled):
    rows, columns = q.T
    expected = image[rows, columns]
    for axis, (down, right) in enumerate(((1, 0), (0, 1))):
        ahead, behind = (rows + down, columns + right), (rows - down, columns - right)
        both = (filled[ahead] & filled[behind])[:, None]
        slope = np.where(both, (image[ahead] - image[behind]) / 2, 0.0)
        expected = expected + slope * (p - q)[:, axis, None]
    return expected


def fast_marching(image, mask, radius=2):
    margin = radius + 1
    times = np.pad(arrival_time(mask), margin, mode="reflect", reflect_type="odd")
    normals = np.stack(np.gradient(times), axis=-1)
    image = np.pad(masks.damage(image, mask).astype(float), ((margin,) * 2, (margin,) * 2, (0, 0)))
    filled = np.pad(~mask, margin)
    disc = (
        np.argwhere(np.hypot(*np.mgrid[-radius : radius + 1, -radius : radius + 1]) <= radius)
        - radius
    )
    missing = np.argwhere(mask) + margin
    for p in missing[np.argsort(times[tuple(missing.T)], kind="stable")]:
        q = p + disc
        q = q[filled[tuple(q.T)]]
        weights = telea_weights(p, q, times, normals)
        image[tuple(p)] = np.clip(weights @ expectations(p, q, image, filled) / weights.sum(), 0, 1)
        filled[tuple(p)] = True
    return image[margin:-margin, margin:-margin]


# %% tags=["nbval-check-output"]
marched = fast_marching(damaged, blob)
assert np.allclose(marched, classical.fast_marching(damaged, blob), atol=1e-6)
print(f"mean of neighbours, by arrival  {metrics.psnr(truth, fills['by arrival'], blob):.1f} dB")
print(f"Telea's rule, by arrival        {metrics.psnr(truth, marched, blob):.1f} dB")

# %% [markdown]
# ## A surprise at 200
#
# OpenCV has this method too, as `INPAINT_TELEA`. **Predict.** A picture is 200 everywhere. We mask some of
# it. What does OpenCV fill in?

# %% tags=["nbval-check-output"]
import cv2

scratches = masks.random_lines(1, 32, seed=3)[0]
for value in (128, 150, 200, 250):
    constant = np.full((32, 32, 3), value, np.uint8)
    filled = cv2.inpaint(constant, scratches.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    print(f"constant {value}: filled with {np.unique(filled[scratches])}")

# %% [markdown]
# **Read.** A constant picture does not come back constant. Faults in OpenCV's source add up.
# It rounds twice: it adds 0.5 to the weighted mean and then rounds to the nearest whole number, so a
# mean of 200.00002, which is 200 and rounding noise, becomes 201. And where Telea adds the slope times
# the step, it takes only the slope's *direction*, the vector divided by its own length, and subtracts it:
# one wrong level counts as a full step of up to √2 levels, and pixels filled later inherit it. 128 is spared: it is a
# power of two, so the mean is exact, and even, so the second rounding goes down. It is also the value in
# OpenCV's own test. So the test passes. Ours, on the 200:

# %% tags=["nbval-check-output"]
constant = np.full((32, 32, 3), np.float32(200 / 255))
ours = classical.fast_marching(constant, scratches)
print(f"ours: largest change {255 * np.abs(ours - constant).max():.6f} grey levels")
assert np.allclose(ours, constant, atol=1e-6)

# %% [markdown]
# Test with a value that is not round. And prefer a property, such as *constants stay constant*, to a
# stored picture of what the function once returned.
#
# ## Texture: copying instead of averaging
#
# Averages cannot make bricks. Efros and Leung (1999) had a simple idea: to fill a pixel, look at what is known
# around it, search the rest of the picture for places that look the same, and copy the pixel found there.
# The search compares windows over their known pixels (the paper gives those near the centre more
# weight; we count all alike).


# %%
def mismatch(target, known, original, sources):
    error = np.zeros(len(sources))
    half = len(known) // 2
    for row, column in np.argwhere(known) - half:
        candidates = original[sources[:, 0] + row, sources[:, 1] + column]
        error += ((candidates - target[row + half, column + half]) ** 2).sum(axis=1)
    return error


def window(centre, half):
    row, column = centre
    return slice(row - half, row + half + 1), slice(column - half, column + half + 1)


def prepared(image, mask, side):
    """The padded picture, what is known of it, what is to fill, and all fully known windows."""
    half = side // 2
    image = np.pad(masks.damage(image, mask).astype(float), ((half, half), (half, half), (0, 0)))
    known, to_fill = np.pad(~mask, half), np.pad(mask, half)
    sources = np.argwhere(~ndimage.maximum_filter(~known, side, mode="constant", cval=True))
    return image, known, to_fill, sources


# %% [markdown]
# Pixel by pixel then, those with the most known surroundings first. Among windows nearly as good as the best
# (10 %) one is drawn at random, so that the texture does not repeat itself.


# %%
def efros_leung(image, mask, side=9, seed=0):
    image, known, to_fill, sources = prepared(image, mask, side)
    original, half, random = image.copy(), side // 2, np.random.RandomState(seed)
    while to_fill.any():
        surroundings = ndimage.uniform_filter(known.astype(float), side)
        p = np.unravel_index(np.where(to_fill, surroundings, -1).argmax(), known.shape)
        error = mismatch(image[window(p, half)], known[window(p, half)], original, sources)
        choice = random.choice(np.flatnonzero(error <= 1.1 * error.min()))
        image[p] = original[tuple(sources[choice])]
        known[p], to_fill[p] = True, False
    return image[half:-half, half:-half]


# %% [markdown]
# **Predict.** The hole cuts a mortar line of a brick wall. Which of the three fills draws it through?

# %%
wall = data.photo("brick")[32:96, 60:124]
small_hole = masks.squares(1, 64, side=16)[0]
broken = masks.damage(wall, small_hole)
grown = efros_leung(broken, small_hole)
smoothing = ["harmonic", "fast_marching"]
plots.show(
    [broken, *(classical.METHODS[name](broken, small_hole) for name in smoothing), grown, wall],
    titles=["damaged", *smoothing, "Efros–Leung", "truth"],
    alt="A brick wall with a square hole on a mortar line, and its fills: a blurred one, one with "
    "a broken line, one with the line whole.",
    caption="Only the copied fill draws the mortar line through; averages blur or break it.",
)

# %% [markdown]
# ## Whole patches, lines first
#
# One pixel at a time is slow, and one wrong pixel misleads the next. Criminisi, Pérez and Toyama (2004) copy
# a whole *patch* at a time, and decide by a *priority* where to continue, a product of two terms:
#
# * **confidence**: how much of the patch is known, and how reliably; filled pixels count less than given ones;
# * **data**: how strongly an isophote runs into the rim here. Lines go first, so that they are drawn through
#   before flat colour closes in on them from the sides.
#
# The data term takes the steepest known slope in the patch, turns it into the isophote's direction, and
# compares that with the rim's normal. The small constant lets flat regions be filled too; the confidence of a
# patch is the mean over its pixels, 0 for missing ones.


# %%
def slopes(grey, known):
    found = np.zeros((*grey.shape, 2))
    inner = known[1:-1] & known[2:] & known[:-2]
    found[1:-1, :, 0] = np.where(inner, (grey[2:] - grey[:-2]) / 2, 0.0)
    inner = known[:, 1:-1] & known[:, 2:] & known[:, :-2]
    found[:, 1:-1, 1] = np.where(inner, (grey[:, 2:] - grey[:, :-2]) / 2, 0.0)
    return found


def data_term(p, slope, known, half):
    inside = slope[window(p, half)].reshape(-1, 2)
    row_slope, column_slope = inside[(inside**2).sum(axis=1).argmax()]
    row, column = p
    row_normal = float(known[row - 1, column]) - float(known[row + 1, column])
    column_normal = float(known[row, column - 1]) - float(known[row, column + 1])
    length = max(np.hypot(row_normal, column_normal), 1e-9)
    return abs(column_slope * row_normal - row_slope * column_normal) / length + 1e-3


# %% [markdown]
# The loop: take the rim's most urgent patch, find the source patch that differs least on its known pixels, copy
# only the missing ones, and pass the confidence on.


# %%
def exemplar(image, mask, patch=9):
    image, known, to_fill, sources = prepared(image, mask, patch)
    original, half, confidence = image.copy(), patch // 2, known.astype(float)
    while to_fill.any():
        rim = np.argwhere(to_fill & ndimage.binary_dilation(known))
        slope = slopes(image.mean(axis=-1), known)
        trust = np.array([confidence[window(p, half)].mean() for p in rim])
        urgency = trust * [data_term(p, slope, known, half) for p in rim]
        here = window(rim[urgency.argmax()], half)
        match = sources[mismatch(image[here], known[here], original, sources).argmin()]
        new = to_fill[here]
        image[here][new] = original[window(match, half)][new]
        confidence[here][new] = trust[urgency.argmax()]
        known[here][new], to_fill[here] = True, False
    return image[half:-half, half:-half]


# %% tags=["nbval-check-output"]
copied = exemplar(broken, small_hole)
assert np.allclose(copied, classical.exemplar(broken, small_hole), atol=1e-6)
print("lesson and library agree")

# %% [markdown]
# Now a larger wall, and all methods. **Predict** which of them has the smallest error. Careful: it need not be
# the one that looks best.

# %%
wall = data.photo("brick")[40:168, 40:168]
hole = masks.squares(1, 128, side=36)[0]
broken = masks.damage(wall, hole)
names = ["mean", "harmonic", "biharmonic", "navier_stokes", "fast_marching", "exemplar"]
walls = {name: classical.METHODS[name](broken, hole) for name in names}
for name, fill in walls.items():
    print(f"{name:14s} {metrics.psnr(wall, fill, hole):5.1f} dB in the hole")
assert all(
    metrics.psnr(wall, walls["exemplar"], hole) > metrics.psnr(wall, walls[name], hole)
    for name in names[:-1]
)

# %%
plots.show(
    [broken, walls["harmonic"], walls["fast_marching"], walls["exemplar"], wall],
    titles=["damaged", "harmonic", "fast_marching", "exemplar", "truth"],
    alt="A brick wall: harmonic a grey fog, fast marching wedges, exemplar bricks and "
    "mortar, the truth.",
    caption="Copied patches make bricks, with faults: one line jumps, one ends inside a brick.",
)

# %% [markdown]
# **Read.** On the wall copying wins by eye and by number. Second is the flat mean colour: where a texture
# cannot be predicted, its average is the safest value. On a less regular texture an average even comes first.

# %%
gravel = data.photo("gravel")[:128, :128]
stones = masks.damage(gravel, hole)
shown = {name: classical.METHODS[name](stones, hole) for name in ("harmonic", "exemplar")}
plots.show(
    [stones, *shown.values(), gravel],
    titles=["damaged"]
    + [f"{name}: {metrics.psnr(gravel, fill, hole):.1f} dB" for name, fill in shown.items()]
    + ["truth"],
    alt="Gravel: the harmonic fill is a smooth grey blot, the exemplar fill looks like stones.",
    caption="Which looks right? The blot has the smaller error.",
)
assert metrics.psnr(gravel, shown["harmonic"], hole) > metrics.psnr(gravel, shown["exemplar"], hole)

# %% [markdown]
# A plausible stone in the wrong place costs twice: a stone is missing where it was, and one stands where none
# was. A random sample of a texture has twice the squared error of its average, which is 3 dB, the gap in the
# titles. PSNR rewards caution, eyes reward plausibility. The conflict stays with us.
#
# ## Where all of them fail
#
# Everything so far borrows from the surroundings. Two things cannot be borrowed: what the surroundings do not
# contain, and objects that do not repeat. Here the bowl of a spoon is missing. **Predict** what `exemplar` will
# put in its place.

# %%
spoon = data.photo("coffee")[185:313, 290:418]
row, column = np.ogrid[:128, :128]
bowl = (row - 88) ** 2 + (column - 74) ** 2 < 36**2
without = masks.damage(spoon, bowl)
tried = {
    name: classical.METHODS[name](without, bowl)
    for name in ("harmonic", "fast_marching", "exemplar")
}
plots.show(
    [without, *tried.values(), spoon],
    titles=["damaged", *tried, "truth"],
    alt="A spoon without its bowl; a blur, wedges of colour, a collage of highlights and saucer; "
    "then the true bowl.",
    caption="Nothing around the hole knows what a spoon is.",
)

# %% [markdown]
# **Read.** To finish a spoon one must know spoons. That knowledge is not in this picture; it has to come from
# other pictures. This is where learning from data begins.
#
# ## The leaderboard
#
# New rows: `fast_marching` and `exemplar`, on small patches of photographs, beside OpenCV's `telea`. The table
# shows PSNR in holes, in dB.

# %%
from functools import partial

from course_lib import evaluation

count = 20 if run.profile == "smoke" else 100  # the tests' profile takes fewer
patches = data.load("photos").test[:count] / np.float32(255)
mask_sets = {
    "lines": masks.random_lines(100, 32, seed=2026)[:count],
    "square, 12 px": masks.squares(count, 32, side=12),
}
new = ("nearest", "harmonic", "bertalmio", "telea", "fast_marching", "exemplar")
rows = {name: classical.METHODS[name] for name in new}
table = evaluation.leaderboard(rows, patches, mask_sets)
table.pivot(index="method", columns="masks", values="psnr_hole").sort_values("lines").round(2)

# %%
by_method = table[table["masks"] == "lines"].set_index("method")
assert by_method.psnr_hole["fast_marching"] > by_method.psnr_hole["telea"]
plots.show(
    plots.bars(
        by_method.reset_index(), value="psnr_hole", title="Line masks", unit="PSNR in holes (dB)"
    ),
    alt="Bars of hole PSNR on line masks for all methods of lessons 00 to 03, smooth "
    "ones at the top.",
    caption="On thin damage smoothness wins, and copying falls behind even the nearest pixel.",
)

# %% [markdown]
# **Read.** On these small natural patches the smooth methods lead. `exemplar`, the winner on bricks, is far
# behind on lines, where pictures of 32 pixels offer few whole patches to copy (the library shrinks its patch
# there); in the square it is level with `bertalmio`, behind `biharmonic` alone. `fast_marching` beats OpenCV's
# `telea` on lines and not in the square. Part of that is the radius, which is 2 in ours and 1 in OpenCV's:

# %%
for radius in (1, 2):
    pair = {
        "fast_marching": partial(classical.fast_marching, radius=radius),
        "telea": partial(classical.telea, radius=radius),
    }
    scores = [
        f"{name} {evaluation.evaluate(method, patches, mask_sets['lines'])['psnr_hole']:.1f} dB"
        for name, method in pair.items()
    ]
    print(f"radius {radius}: " + ", ".join(scores))

# %% [markdown]
# Compare settings before names. No method is best; the hole and the picture decide.
#
# ## Questions
#
# **1.** Fast marching keeps its rim pixels in a heap. What would change with a plain first-in, first-out queue?
#
# 1. Only the speed.
# 2. The order, and with it the times: a pixel could be final before its true time is known.
# 3. Nothing.
#
# <details><summary>Answer</summary>
#
# **2.** A pixel's time is final only if no earlier one is left. 1: a queue would be faster, and wrong. 3: on a
# straight front the two agree; in corners they do not.
# </details>
#
# **2.** Why does Criminisi's method fill where lines meet the rim first?
#
# 1. Lines are the easiest to match.
# 2. If flat regions closed in first, the line would be cut off.
# 3. It saves time.
#
# <details><summary>Answer</summary>
#
# **2.** What is filled first constrains the rest; a line that is drawn through keeps the two sides apart. 1: they
# are often the hardest. 3: the number of patches is about the same in any order.
# </details>
#
# **3.** A method fills grass so well that nobody finds the hole, yet its PSNR is below the flat mean's. Is PSNR
# broken?
#
# 1. Yes.
# 2. No: it measures the distance to this truth, not plausibility.
# 3. The mask was inverted.
#
# <details><summary>Answer</summary>
#
# **2.** It does what it says. When many fills are equally plausible, the mean of them all is nearest to each on
# average, and looks like none. 1 confuses two questions. 3: with an inverted mask
# the hole would still be there for all to see.
# </details>
#
# ## Key points
#
# * Fast marching: a heap, the earliest first, a quadratic update; its times are close to the distance from the rim.
# * Telea: each filled pixel predicts a value; direction, distance and level weigh it.
# * A test can pass on a lucky value; test a property on many values.
# * Copying makes texture; order (lines first) makes structure.
# * What the surroundings do not contain, no classical method can fill.
#
# {{exercise}}
#
# {{next}}
#
# ## References
#
# * Sethian: [A fast marching level set method for monotonically advancing
#   fronts](https://doi.org/10.1073/pnas.93.4.1591), PNAS 1996.
# * Telea: [An Image Inpainting Technique Based on the Fast Marching
#   Method](https://doi.org/10.1080/10867651.2004.10487596), Journal of Graphics Tools, 2004.
# * Efros, Leung: [Texture Synthesis by Non-parametric Sampling](https://doi.org/10.1109/ICCV.1999.790383),
#   ICCV 1999.
# * Criminisi, Pérez, Toyama: [Region Filling and Object Removal by Exemplar-Based Image
#   Inpainting](https://doi.org/10.1109/TIP.2004.833105), IEEE Transactions on Image Processing, 2004.
