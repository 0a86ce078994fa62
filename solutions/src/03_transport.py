# %% [markdown]
# # Exercise 03: carry lines through
#
# {{badge}}
#
# Three tasks on [lesson 03](../notebooks/03_transport.ipynb), about 60 minutes. ★ implement, ★★ find the fault, ★★★ open. They do not depend on
# each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("03_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done with the [exercise](../exercises/03_transport.ipynb), compare your words with its
# [solution](../solutions/03_transport.ipynb).

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import checks, classical, data, masks, metrics, plots, scenes

# %% [markdown]
# ## Task 1 ★: which way the lines run
#
# Write `isophotes(grey)`. It gets brightness `(H, W)` and returns an array `(H, W, 2)`: for each pixel a step
# *(down, right)* of length 1 along the line of equal brightness, with the brighter side on your right as you walk. Where
# the picture is flat, with slope exactly 0, the step is (0, 0). Take the slopes from `np.gradient(grey)`.
#
# Expected: on a ramp that brightens to the right the step is (-1, 0), straight up.

# %% [markdown] tags=["hints"]
# 1. np.gradient(grey) gives two arrays: the slope down the rows, then the slope to the right. They point
#    uphill. Which turn puts uphill on your right?
# 2. If you walk (down, right), your right hand points to (right, -down). Set that equal to the
#    slope, then divide by its length.
# 3. For the slopes down and right: np.stack([-right, down], axis=-1) / length[..., None] with length =
#    np.hypot(down, right), and 1 instead of a length of 0.


# %%
def isophotes(grey):
    ### BEGIN SOLUTION
    down, right = np.gradient(grey)
    length = np.hypot(down, right)
    return np.stack([-right, down], axis=-1) / np.where(length > 0, length, 1)[..., None]
    ### END SOLUTION


# %%
ramp = np.tile(np.linspace(0, 1, 6), (5, 1))
step = isophotes(ramp)
print("on the ramp:", "no answer yet" if step is None else step[2, 2])

# %%
checks.task_03_1(isophotes)

# %% [markdown]
# With a right answer, the cell below walks along your steps from three places in a photograph, and draws the
# path.

# %%
from scipy import ndimage

cup = ndimage.gaussian_filter(data.photo("coffee")[60:188, 210:338].mean(axis=-1), 3)


def walk(grey, start, steps=300):
    """The places (steps, 2), as row and column, on a walk along the isophote from a start."""
    along, place, places = isophotes(grey), np.array(start, dtype=float), []
    for _ in range(steps):
        nearest = tuple(np.rint(place).astype(int).clip(0, np.array(grey.shape) - 1))
        places.append(nearest)
        place = place + 0.25 * along[nearest]
    return np.array(places)


# %% tags=["expected"]
if checks.task_03_1(isophotes):
    drawn = np.stack([cup] * 3, axis=-1)
    for start in ((40, 60), (64, 20), (90, 40)):
        way = walk(cup, start)
        drawn[tuple(way.T)] = 1, 0.2, 0.1
        values = cup[tuple(way.T)]
        print(f"from {start}: brightness {values.min():.2f} to {values.max():.2f} on the way")
    plots.show(
        drawn,
        alt="A blurred grey photograph of a cup with three red lines that follow its shades.",
        caption="Three walks; the brightness hardly changes on each.",
    )

# %% [markdown]
# ## Task 2 ★★: bug hunt, lines that are not carried
#
# Code like this could be published. It promises the lesson's transport: carry the Laplacian of a grey picture along its
# isophotes into the hole, in steps of length 1 with the brighter side on the right, and leave known pixels as they are, at
# every step. `laplacian` and `steepness` are correct; the latter is how steep the picture is on the side that the change comes
# from.

# %% [markdown] tags=["hints"]
# 1. Which of its two axes does np.gradient give first? What does not change along its own isophote? How long
#    is a step along it? And what do known pixels do meanwhile?
# 2. Rows come first: down, right = np.gradient(fill). What is carried is laplacian(fill). A step of length 1
#    is the turned slope divided by its length, a root.
# 3. carried_down, carried_right = np.gradient(laplacian(fill)); along / np.sqrt(squared); and
#    fill = np.where(mask, fill, grey) inside the loop.


# %%
def laplacian(grey):
    around = np.pad(grey, 1, mode="edge")
    return around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:] - 4 * grey


def steepness(grey, along):
    rows = np.diff(grey, axis=0, prepend=grey[:1], append=grey[-1:])
    columns = np.diff(grey, axis=1, prepend=grey[:, :1], append=grey[:, -1:])
    ahead, behind = (rows[1:], columns[:, 1:]), (rows[:-1], columns[:, :-1])
    sign = np.sign(along)
    looked_at = [(sign * step).clip(min=0) for step in ahead]
    looked_at += [(sign * step).clip(max=0) for step in behind]
    return np.sqrt(sum(step**2 for step in looked_at))


def published_carry(grey, mask, steps):
    """Carry lines into the hole of grey (H, W), which holds a first fill."""
    fill = grey
    for _ in range(steps):
        right, down = np.gradient(fill)
        carried_down, carried_right = np.gradient(fill)
        along = carried_right * down - carried_down * right
        squared = down**2 + right**2 + 1e-6  # never 0
        along = along / squared
        fill = fill + 0.1 * along * steepness(fill, along)
    return np.where(mask, fill, grey)


# %%
def rgb(grey):
    return np.stack([grey] * 3, axis=-1)


drawing = scenes.edges("bar", 1, side=8, seed=0)
bar, gap = drawing.images[0, ..., 0], drawing.masks[0]
start = classical.harmonic(drawing.images[0], gap)[..., 0]
tried = {"harmonic": start, "published": published_carry(start, gap, 300), "truth": bar}
plots.show(
    [rgb(picture) for picture in tried.values()],
    titles=list(tried),
    alt="A grey bar with a blurred gap; after the published code the gap is crossed by "
    "level stripes; the whole bar.",
    caption="It was to carry the bar's edges through. Mend one fault, and the next one shows.",
)

# %% [markdown]
# It has four faults. Find them and write `carry`. Keep its time step, 0.1, and the line that
# computes `squared`.
#
# Expected: 1,500 steps draw the bar 2 dB better than the harmonic start.


# %%
def carry(grey, mask, steps):
    ### BEGIN SOLUTION
    fill = grey
    for _ in range(steps):
        down, right = np.gradient(fill)
        carried_down, carried_right = np.gradient(laplacian(fill))
        along = carried_right * down - carried_down * right
        squared = down**2 + right**2 + 1e-6
        along = along / np.sqrt(squared)
        fill = np.where(mask, fill + 0.1 * along * steepness(fill, along), grey)
    return fill
    ### END SOLUTION


# %%
checks.task_03_2(carry)

# %% tags=["expected"]
if checks.task_03_2(carry):
    tried = {"harmonic": start, "carried": carry(start, gap, 1500), "truth": bar}
    fills = start, tried["carried"]
    scores = [f": {metrics.psnr(rgb(bar), rgb(fill), gap):.1f} dB" for fill in fills]
    plots.show(
        [rgb(picture) for picture in tried.values()],
        titles=[name + score for name, score in zip(tried, [*scores, ""], strict=True)],
        alt="A grey bar with a blurred gap; the same gap crossed again by the bar, ragged; "
        "the whole bar.",
        caption="2 dB nearer to the bar, but ragged: that is why the recipe adds some diffusion.",
    )

# %% [markdown]
# Which four faults did you find?
#
# <!-- BEGIN SOLUTION -->
# 1. `np.gradient` gives the slope down the rows first. With the two names swapped the step is the mirrored slope,
#    not an isophote.
# 2. Brightness is carried, not the Laplacian. But brightness is constant along its own isophotes: with fault 1
#    mended, nothing moves.
# 3. The turned slope is divided by the square of its length, so steps are long where the picture is nearly flat.
# 4. Known pixels are put back only after the last step. Until then they change too, and the hole is filled
#    from a rim that is not the picture's.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★★: draw the edge through
#
# The harmonic fill blurs an edge that runs through a hole; a person would draw the line. Write
# `draw_through(image, mask)`, an inpainter for images `(32, 32, 3)` with a square hole of 12 × 12 pixels, which
# finds the direction of an edge and draws it.
#
# The check has eight pictures with one straight edge each, of any angle, place and colours, and four ramps. It asks for
# a PSNR in the holes at least 3 dB above `classical.harmonic` on the edges (`biharmonic` gains about 1), and at least 40 dB
# on the ramps: a fill that sees edges everywhere is no use. All twelve together may take 60 seconds. `classical.bertalmio` is no
# answer here: it finds no direction.
#
# The cell below makes such pictures for your own trials.

# %% [markdown] tags=["hints"]
# 1. Along an isophote the picture does not change. Which straight direction through the hole
#    joins equal colours on both sides?
# 2. From each missing pixel walk both ways along one angle until a known pixel is met. Do this
#    for many angles; how well do the two ends agree for each?
# 3. Keep the angle with the least mean disagreement; each missing pixel is a mean of its two
#    ends, the nearer one with more weight, which makes ramps come out right.


# %%
down, right = np.mgrid[:32, :32] - 15.5
square = masks.squares(1, 32, side=12)[0]


def edge_picture(angle, offset, first, second):
    """One straight edge; angle in radians, offset from the centre in pixels, two RGB triples."""
    one_side = right * np.cos(angle) + down * np.sin(angle) > offset
    return np.where(one_side[..., None], first, second).astype(float)


def ramp_picture(down_slope, right_slope):
    """A ramp; slopes are RGB triples, change a pixel."""
    return 0.5 + down[..., None] * down_slope + right[..., None] * right_slope


examples = {
    "edge": edge_picture(0.4, 1.0, (0.9, 0.8, 0.6), (0.2, 0.25, 0.5)),
    "ramp": ramp_picture(np.array([0.01, 0, -0.005]), np.array([0.01, 0.02, 0.015])),
}
for name, picture in examples.items():
    fill = classical.harmonic(masks.damage(picture, square), square)
    print(f"{name}, harmonic: {metrics.psnr(picture, fill, square):.1f} dB in the hole")


# %%
def draw_through(image, mask):
    ### BEGIN SOLUTION
    # From each missing pixel walk both ways along one direction until something is known, and
    # mix what stands there. The best direction is the one in which both ends agree.
    missing, walked = np.argwhere(mask), np.arange(0, 60, 0.5)
    least, best = np.inf, None
    for angle in np.linspace(0, np.pi, 60, endpoint=False):
        ends, lengths = [], []
        for step in ((np.sin(angle), np.cos(angle)), (-np.sin(angle), -np.cos(angle))):
            path = np.rint(missing[:, None] + walked[:, None] * step).astype(int)
            path = path.clip(0, np.array(mask.shape) - 1)
            first = (~mask[path[..., 0], path[..., 1]]).argmax(axis=1)
            row, column = path[np.arange(len(missing)), first].T
            ends.append(image[row, column])
            lengths.append(walked[first][:, None])
        disagreement = np.abs(ends[0] - ends[1]).mean()
        if disagreement < least:
            mixed = ends[0] * lengths[1] + ends[1] * lengths[0]
            least, best = disagreement, mixed / (lengths[0] + lengths[1])
    filled = image.copy()
    filled[mask] = best
    return filled
    ### END SOLUTION


# %%
checks.task_03_3(draw_through)

# %% tags=["expected"]
if checks.task_03_3(draw_through):
    picture = examples["edge"]
    broken = masks.damage(picture, square)
    shown = {
        "harmonic": classical.harmonic(broken, square),
        "one that draws": draw_through(broken, square),
    }
    plots.show(
        [broken, *shown.values(), picture],
        titles=["damaged"]
        + [f"{name}: {metrics.psnr(picture, p, square):.1f} dB" for name, p in shown.items()]
        + ["truth"],
        alt="A slanted edge with a square hole: blurred by harmonic, drawn through by the answer.",
        caption="One of many ways to draw it. Yours may look different and be better.",
    )

# %% [markdown]
# Say what your method looks for, on which pictures it must fail, and what you tried before.
#
# <!-- BEGIN SOLUTION -->
# The model answer looks for one direction, for the whole hole, along which the picture does not change: an
# isophote that enters on one side and leaves on the other. It must fail where the hole holds two edges of
# different direction, a corner, or a curve, and where an edge ends inside.
#
# **Rubric.** (1) 3 dB above harmonic on edges and 40 dB on ramps: check. (2) The answer names the isophote, or the
# direction of least change, as what is continued, and says from which known pixels it is found. (3) A picture on
# which the method fails is described, better shown. (4) At least one earlier attempt is written down with its
# number. (5) Extra: the direction is found for each pixel separately, so that two edges can cross the hole.
# <!-- END SOLUTION -->

# %%
checks.progress()
