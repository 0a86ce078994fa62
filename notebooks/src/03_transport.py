# %% [markdown]
# # Carry lines on: transport
#
# {{badge}}
#
# The fill of [lesson 02](02_diffusion.ipynb) blurs every edge. Restorers extend the lines that run
# into the hole. In 2000 Bertalmio, Sapiro, Caselles and Ballester gave *image inpainting* its name
# and made that habit an equation: a line goes on when its bend is carried along it.
#
# **You need** lesson 02, and gradients. No internet, no GPU. About 30 minutes.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## Isophotes
#
# An *isophote* is a line of equal brightness, like a contour on a map. The gradient $\nabla I$
# points uphill; turned by 90 degrees, as $\nabla^\perp I$, it runs along the isophote with the
# brighter side on its right. Our pictures are soft edges at random angles, each with a square hole.

# %%
from course_lib import scenes

edges = scenes.edges("edge", 16, side=12, seed=2026)
image, mask = edges.images[0], edges.masks[0]

# %%
from course_lib import plots

plots.show(
    plots.isophotes(image, mask),
    alt="A slanted edge with a grey square across it; arrows run along the edge up to the square.",
    caption="Inside the hole nothing is known; there the arrows must be continued.",
)

# %% [markdown]
# ## What should be carried along?
#
# Start from the harmonic fill and walk along its isophotes into the hole. You can carry the *brightness* along, or its *bend*,
# the Laplacian $L = \Delta I$: how sharply the brightness turns across the line. (It is the profile that bends, not the line.)
# What does not change along the way need not be carried.
#
# **Predict.** Which of the two changes along the isophotes?

# %%
import numpy as np
from scipy import ndimage


def along_isophote(quantity, image):
    down, right = np.gradient(image)
    quantity_down, quantity_right = np.gradient(quantity)
    return quantity_right * down - quantity_down * right


def laplacian(image):
    return ndimage.convolve(image, [[0, 1, 0], [1, -4, 1], [0, 1, 0]], mode="nearest")


# %%
from course_lib import classical

fills = [fill[..., 0] for fill in map(classical.harmonic, edges.images, edges.masks)]
near = ndimage.binary_dilation(mask, iterations=2)  # the hole and its rim


def change(quantity, pictures):
    largest = [abs(along_isophote(quantity(one), one))[near].max() for one in pictures]
    return f"{np.mean(largest):.4f}"


print("Laplacian, in the fills:     ", change(laplacian, fills))
print("Laplacian, undamaged edges:  ", change(laplacian, edges.images[..., 0]))

# %% [markdown]
# **Read.** This is the largest change in and around the hole, a mean of 16 edges. Along its own isophote
# brightness is constant by definition, so moving it does nothing. The Laplacian does change, several
# times as much as where nothing is missing. Here are both along one isophote, on the bright side of
# the edge. (In the middle of an edge the bend is 0 anyway.)

# %%
level = 0.25 * image.min() + 0.75 * image.max()
plots.show(
    plots.along_an_isophote(classical.harmonic(image, mask), mask, level=level),
    alt="A blurred edge with a line that bulges in the hole. Along it the brightness stays at 0.7; "
    "the Laplacian is about -0.1 outside the hole and 0 inside.",
    caption="The brightness is the same all along. The bend is missing in the hole.",
)

# %% [markdown]
# **Read.** The harmonic fill was made with $\Delta I = 0$: in the hole there is no bend, outside there is. So carry the bend in along the
# line:
#
# $$\frac{\partial I}{\partial t} = \nabla L \cdot \nabla^\perp I .$$
#
# The equation changes $I$, and $L$ with it; it would come to rest once $L$ is constant along each
# isophote. One step is one line of code. **Predict.** Is that all?


# %%
def transported(image, mask, steps):
    image = classical.harmonic(image, mask)[..., 0]
    for _ in range(steps):
        moved = image + 0.1 * along_isophote(laplacian(image), image)
        image = np.where(mask, moved.clip(0, 1), image)
    return np.dstack([image] * 3)


# %%
from functools import partial

from course_lib import evaluation

methods = {f"{steps} steps": partial(transported, steps=steps) for steps in (0, 300, 2000)}
evaluation.compare(methods, edges[:8])[["psnr_hole", "gain", "ahead"]].round(1)

# %% [markdown]
# **Read.** No. After 300 steps nearly every edge is a little better; after 2,000 nearly every one far worse. The paper takes each
# difference from the side that the information comes from (*upwind*), and adds *anisotropic diffusion*, which smooths along isophotes and
# never across, so that lines do not cross. Fifteen steps of transport and two of diffusion make a round of `classical.bertalmio`.
#
# Move the slider: it counts rounds from the harmonic fill.

# %%
from course_lib import widgets

widgets.isophotes(image, mask)

# %% [markdown]
# ## Which of the two does the work?
#
# Run transport and diffusion alone, each in its dose per round, and both together: 100 rounds on
# eight edges, eight bright bars and eight arcs, with a hole of 8 pixels.
#
# **Predict.** On which of the three will diffusion alone do harm?

# %%
doses = {"diffusion": (0, 2), "transport": (15, 0), "both": (15, 2)}
methods = {"harmonic": classical.harmonic}
for name, (carry, smooth) in doses.items():
    dose = {"transport_steps": carry, "diffusion_steps": smooth}
    methods[name] = partial(classical.bertalmio, rounds=100, **dose)

# %%
import pandas as pd

drawn = {kind: scenes.edges(kind, 16, side=8, seed=2026)[:8] for kind in ("edge", "bar", "arc")}
found = {kind: evaluation.compare(methods, some) for kind, some in drawn.items()}
pd.concat({kind: table[["gain", "ahead"]] for kind, table in found.items()}, axis=1).round(1)

# %% [markdown]
# **Read.** A gain is in decibels over the harmonic start, a mean of eight; beside it is how many gained. On edges most of the gain
# comes from diffusion, which straightens; on arcs both help. On bars it comes from transport: diffusion alone spoils most of them,
# and added to transport it lowers the gain. In the [longer series](../benchmarks/RESULTS.md) (lesson 03: 96 drawings, gaps of 8
# and 12 pixels, 100 rounds) transport is ahead of its start in 91, and both together are ahead of diffusion alone in all 96.

# %%
image, mask = drawn["bar"].images[6], drawn["bar"].masks[6]
pictures = {"damaged": plots.tint(image, mask)}
pictures |= {name: method(image, mask) for name, method in methods.items()} | {"truth": image}

# %%
plots.show(
    [picture[8:32, 8:32] for picture in pictures.values()],
    titles=list(pictures),
    columns=3,
    alt="A bar with a gap. Diffusion leaves a grey plateau in the gap, transport draws the "
    "bar through, rough-sided but darkened least.",
    caption="Of the eight, the bar whose gains are nearest to the mean.",
)

# %% [markdown]
# ## When to stop
#
# More rounds are not always better. Decibels in the hole for both together, mean of sixteen drawings ([results](../benchmarks/RESULTS.md)):
#
# | rounds | 0 | 20 | 100 | 200 |
# |---|---|---|---|---|
# | edge, gap of 8 pixels | 22.0 | 25.7 | 36.5 | 38.4 |
# | arc, gap of 8 | 22.4 | 26.2 | 32.0 | 31.5 |
# | bar, gap of 8 | 17.7 | 18.2 | 19.0 | 19.6 |
# | bar, gap of 12 | 15.2 | 14.8 | 14.4 | 14.0 |
#
# On bars with a wide gap more rounds of both do more harm: there transport alone gains (0.9 dB in
# 100 rounds), and diffusion takes that away. The number of rounds is one more choice; the library's
# default is 20.

# %% [markdown]
# ## What Navier and Stokes have to do with it
#
# A year later Bertalmio, Bertozzi and Sapiro saw a fluid in this. Take the brightness as the *stream function* of a flow in the
# plane: then isophotes are the paths of the fluid, and the Laplacian is its *vorticity*, how fast it spins. A steady,
# frictionless flow carries its vorticity along its paths, $\nabla^\perp I \cdot \nabla \Delta I = 0$, and that is our equation
# at rest. Diffusion plays the part of viscosity.
#
# OpenCV's flag `INPAINT_NS` bears these names. Its code does something else: it averages the known pixels within a radius. Near ones weigh
# more, and so, by design, do those whose isophote leads to the missing pixel. `navier_stokes_weights` gives these weights.
#
# **Predict.** One pixel is missing. How close does the average come to what OpenCV writes?

# %%
places = scenes.places("coffee", 100, size=21, hole=1, seed=0)
away = []
for photograph, hole in zip(places.images, places.masks, strict=True):
    weights = classical.navier_stokes_weights(photograph, (10, 10), radius=5)
    written = classical.navier_stokes(photograph, hole, radius=5)[10, 10]
    away.append(255 * abs((weights * photograph).sum(axis=(0, 1)) - written).max())
print(f"{len(away)} places: the average is off by at most {max(away):.2f} of 255 levels")

# %%
piece, hole = edges.images[0][10:31, 10:31], places.masks[0]
weights = classical.navier_stokes_weights(piece, (10, 10), radius=5)[..., 0]
weights[10, 10] = np.nan  # the missing one
near = slice(6, 15), slice(6, 15)
plots.show(
    [plots.tint(piece, hole)[near], weights[near]],
    titles=["one pixel of an edge is missing", "weights of the known ones, sum 1"],
    alt="An edge with one coloured pixel on it. In the map of weights, where it is white, six of "
    "its eight neighbours stand out; the two that lie across the edge are dark.",
    caption="Near pixels weigh most, except the two straight across the edge.",
)

# %% [markdown]
# **Read.** Within half a level, which is rounding: the average *is* what OpenCV writes. Nothing is carried: no Laplacian, no iteration. The
# weights ignore the slopes' signs: if this edge were mirrored, they would lie across it. In a wider hole each pixel gets this average once,
# from the rim inwards, by the march of lesson 04.
#
# ## The leaderboard

# %%
plots.show(
    plots.standings(evaluation.standings("bertalmio")),
    alt="Bars of hole PSNR: biharmonic, bertalmio, harmonic, Navier-Stokes, then the others.",
    caption="On thin lines bertalmio is level with harmonic, from which it starts.",
)

# %% [markdown]
# ## Questions
#
# **1.** Why is the Laplacian carried along isophotes, and not the brightness?
#
# 1. The Laplacian is smaller.
# 2. Brightness does not change along its own isophotes, so carrying it does nothing.
# 3. It is faster.
#
# <details><summary>Answer</summary>
#
# **2.** An isophote *is* a line of equal brightness. The Laplacian does change, where the line enters the blurred hole. 1 and 3 are not
# reasons.
# </details>
#
# **2.** Your picture has bright bars with gaps. What do you run?
#
# 1. Diffusion alone: it straightens.
# 2. Transport alone.
# 3. Both: more is better.
#
# <details><summary>Answer</summary>
#
# **2.** On bars nothing in the table gains more. 1 helps edges and arcs, but leaves most bars worse than `harmonic` did. 3: on bars
# diffusion takes away from transport's gain.
# </details>

# %% [markdown]
# ## Key points
#
# * The harmonic fill lacks a line's bend, the Laplacian. Carried in along the line, it makes the line go on: better than the harmonic start
#   in 91 of 96 drawings.
# * Brightness is constant along its own isophotes; carrying it does nothing.
# * Diffusion gains most on edges, helps on arcs, and spoils most bars. In 100 rounds, adding transport to it helped in 96 of 96.
# * More rounds are not always better.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# The paper leaves the start open; ours is the harmonic fill.
# `classical.bertalmio` runs the equation of 2000. The paper of
# 2001 solves $\partial_t \omega + v \cdot \nabla \omega = \nu \nabla \cdot (g \nabla \omega)$ for the vorticity
# $\omega$, which flows along the isophotes with $v$ and spreads with the viscosity $\nu$, less across its own edges ($g$), and recovers $I$ from
# $\Delta I = \omega$.
# </details>
#
# ## References
#
# * Bertalmio, Sapiro, Caselles, Ballester: [Image Inpainting](https://doi.org/10.1145/344779.344972), SIGGRAPH 2000.
# * Bertalmio, Bertozzi, Sapiro: [Navier-Stokes, Fluid Dynamics, and Image and Video
#   Inpainting](https://doi.org/10.1109/CVPR.2001.990497), CVPR 2001.
# * OpenCV: [inpaint.cpp](https://github.com/opencv/opencv/blob/4.x/modules/photo/src/inpaint.cpp), function `icvNSInpaintFMM`.
