# %% [markdown]
# # Let the order decide: fast marching and patches
#
# {{badge}}
#
# [Lesson 02](02_diffusion_and_transport.ipynb) filled all missing pixels together. A restorer works
# differently: from the rim inwards, and copying the look of the surroundings. Both habits became
# algorithms, and in both the *order* in which pixels are filled is half the method.
#
# ## What you will do
#
# Let a front march into a hole, fill in the order of its arrival, catch a famous library returning a
# wrong constant, grow texture by copying, and see where every classical method fails.
#
# ## What you will learn
#
# To **implement** fast marching with a heap; to **fill** with Telea's weights; to **explain** Criminisi's
# priority; to **choose** between smoothing and copying; to **predict** where all of them fail.
#
# ## What you need
#
# Lessons 00 to 02. No network, no GPU. About 60 minutes.

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
# two above and below. If the fire comes along one axis only, $T = \min(a, b) + 1$. If it comes
# diagonally, both differences count: $(T - a)^2 + (T - b)^2 = 1$, a quadratic equation.


# %%
def arrival(a, b):
    if abs(a - b) >= 1:
        return min(a, b) + 1
    return (a + b + (2 - (a - b) ** 2) ** 0.5) / 2


print(f"straight: {arrival(0, 9):.3f}   corner: {arrival(0, 0):.3f}   oblique: {arrival(0, 0.5):.3f}")

# %% [markdown]
# **Predict.** Why is the corner's time below 1, although the pixel is one step from each neighbour?
#
# Because the fire comes from two sides at once: its front is diagonal there, $1/\sqrt 2 \approx 0.707$
# away. Now the order. A *heap* always hands out the pixel with the earliest time; that time is final,
# since any later fire would come later. Its neighbours ask anew. This is Dijkstra's algorithm with a
# better ruler, known as *fast marching* (Sethian 1996).

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
            time = arrival(min(times[r, c - 1], times[r, c + 1]), min(times[r - 1, c], times[r + 1, c]))
            if time < times[r, c]:
                times[r, c] = time
                heapq.heappush(heap, (time, r, c))
    return times[1:-1, 1:-1]


# %% [markdown]
# A straight front must be exact: times 1, 2, 3, … away from the border. Elsewhere the grid's answer is
# near the true distance, which SciPy computes another way.

# %%
from scipy import ndimage

half = np.zeros((6, 8), bool)
half[:, 3:] = True
print(arrival_time(half)[2])

blob = masks.brush_strokes(1, 96, seed=8)[0]
times = arrival_time(blob)
distance = ndimage.distance_transform_edt(blob)
print(f"largest difference to the distance: {np.abs(times - distance)[blob].max():.2f} px")
assert np.allclose(times, classical.arrival_time(blob))

# %% [markdown]
# Scrub the front: at each moment the burnt pixels are those that a method has filled so far.

# %%
from course_lib import widgets


def front(time):
    burnt = blob & (times <= time)
    picture = np.where(blob[..., None], (0.1, 0.1, 0.1), (0.85, 0.85, 0.8))
    picture[burnt] = (0.95, 0.6, 0.1)
    return plots.figure(
        [picture, np.where(burnt, times, 0.0)],
        titles=[f"burnt until {time:.1f}", "arrival time (px)"],
    )


widgets.explore(
    front,
    time=(0.0, float(np.ceil(times.max())), 0.5, float(np.ceil(times.max() / 2))),
    alt="A hole with an orange rim that the front has passed, and the map of arrival times.",
    caption="The front enters from all sides; ridges are where two fires meet.",
)
