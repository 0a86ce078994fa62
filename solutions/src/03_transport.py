# %% [markdown]
# # Exercise 03: carry lines through
#
# {{badge}}
#
# One open task on lesson 03, about 30 minutes. There is more than one good answer.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("03_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done, compare your words with the [solution](../solutions/03_transport.ipynb).

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import checks, classical, masks, metrics, plots

# %% [markdown]
# ## Task 1 ★★★: draw the edge through
#
# The harmonic fill blurs an edge that runs through a hole; a person would draw the line. Write
# `draw_through(image, mask)`, an inpainter for images `(32, 32, 3)` with a square hole of 12 × 12 pixels, which
# finds the direction of an edge and draws it.
#
# The check makes eight pictures with one straight edge each, of any angle, place and colours, and four ramps. It asks for
# a PSNR in the holes at least 3 dB above `classical.harmonic` on the edges, and at least 40 dB on the ramps: a
# fill that sees edges everywhere is no use. (`biharmonic` gains about 1 dB on the edges,
# `bertalmio` with its 20 rounds less.)
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
checks.task_03_1(draw_through)

# %% tags=["expected"]
if checks.task_03_1(draw_through):
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
# The model answer looks for one direction in the whole hole along which the picture does not change, an isophote
# that enters on one side and leaves on the other. It must fail where the hole holds two edges of different
# direction, a corner, or a curve, and where an edge ends inside.
#
# **Rubric.** (1) 3 dB above harmonic on edges and 40 dB on ramps: check. (2) The answer names the isophote, or the
# direction of least change, as what is continued, and says from which known pixels it is found. (3) A picture on
# which the method fails is described, better shown. (4) At least one earlier attempt is written down with its
# number. (5) Extra: the direction is found for each pixel by itself, so that two edges can cross the hole.
# <!-- END SOLUTION -->

# %%
checks.progress()

# %% [markdown]
# On Google Colab, progress is forgotten with the session unless you keep it:
# `checks.save_progress("/content/drive/MyDrive/inpainting.json")` after mounting your Drive, and
# `checks.load_progress(...)` with the same path next time.
