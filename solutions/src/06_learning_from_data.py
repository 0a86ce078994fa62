# %% [markdown]
# # Exercise 06: what learning can and cannot do
#
# {{badge}}
#
# Four tasks on [lesson 06](../notebooks/06_learning_from_data.ipynb), about 60 minutes. ★ implement, ★★
# explain or find the fault, ★★★ open. They do not depend on each other: begin where you like.
#
# How it works: replace the three dots, run the cell, run the check below it. A check never stops the
# notebook; it says what is wrong, as often as you ask. Stuck? `checks.hint("06_1", 1)` gives the first
# of three hints for task 1; the last one nearly solves it.
# When you are done, compare your words with the [solution](../solutions/06_learning_from_data.ipynb).

# %%
# {{launch}}

# %%
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_lib import checks, classical, data, masks, metrics, plots

# %% [markdown]
# ## Task 1 ★: which pixels does an output see?
#
# Lesson 06's `field` says how *wide* a stretch of the picture one output sees. Now say *which* stretch.
# Take one row of a picture, its pixels numbered from 0, and layers without padding: output 0 of a layer
# stands on the layer's inputs from number 0 on, output 1 one stride further, and so on.
#
# Write `seen(layers, output)`. `layers` is a list of `(kernel, stride, dilation)`, the first layer first;
# `output` is the number of an output of the last layer. It returns two whole numbers: the first and the
# last pixel on which that output depends, both included.
#
# Expected: for the encoder below, output 1 sees the pixels 16 to 155. And the picture: row $i$ is white
# where output $i$ of `SMALL` looks.

# %% [markdown] tags=["hints"]
# 1. Two numbers are needed: where output number 0, 1, 2 begins, and how wide each sees. The
#    lesson's field computes both while it goes through the layers.
# 2. When the loop of field is over, step is how far the first pixel moves from one output to the
#    next. Without padding output 0 begins at pixel 0.
# 3. first = output * step, and the last of width pixels that begin there is first + width - 1;
#    return both.


# %%
def seen(layers, output):
    ### BEGIN SOLUTION
    width, step = 1, 1
    for kernel, stride, dilation in layers:
        width += (kernel - 1) * dilation * step
        step *= stride
    first = output * step
    return first, first + width - 1
    ### END SOLUTION


# %%
LEVEL = [(3, 1, 1), (3, 1, 1), (2, 2, 1)]
ENCODER = LEVEL * 4 + LEVEL[:2]  # the encoder of lesson 06
SMALL = [(3, 1, 1), (2, 2, 1), (3, 1, 2)]
result = seen(ENCODER, 1)
print("output 1 of the encoder sees:", "no answer yet" if result is None else result)

# %%
checks.task_06_1(seen)

# %% tags=["expected"]
if checks.task_06_1(seen):
    looks = np.zeros((8, 32), dtype=bool)
    for output, row in enumerate(looks):
        first, last = seen(SMALL, output)
        row[first : last + 1] = True
    plots.show(
        looks,
        alt="Eight rows of 32 pixels; in each a white stretch of 12, two further right every row.",
        caption="Row i: the pixels that output i of SMALL sees. Each sees 12, a step is 2 pixels.",
    )

# %% [markdown]
# ## Task 2 ★★: explain an error that will not fall
#
# One pixel is to be guessed from a *context*: the mean of its left and right neighbour, rounded to 16
# levels. Four models are fitted by least squares, polynomials with more and more weights. All errors are
# measured on the very pixels that they were fitted to, so learning by heart is allowed.

# %% [markdown] tags=["hints"]
# 1. Take one context alone. Which single guess is best for its pixels under squared error, which
#    under absolute error? The lesson derives both.
# 2. For each context sum the squared distances to the mean of its values, and the absolute
#    distances to their median; then think of how contexts with many pixels count.
# 3. for context in np.unique(contexts): group = values[contexts == context]; add up the two sums
#    of errors of the group; at the end divide both by len(values).

# %%
green = data.load("photos").train[::10, ..., 1] / 255
contexts = np.round((green[:, :, :-2] + green[:, :, 2:]) / 2 * 15).astype(int).ravel()
values = green[:, :, 1:-1].ravel()
print(f"{len(values)} pixels in {len(np.unique(contexts))} contexts")
for degree in (1, 3, 7, 15):
    fitted = np.polynomial.Legendre.fit(contexts, values, degree)
    print(f"degree {degree:2d}: squared error {np.mean((fitted(contexts) - values) ** 2):.6f}")

# %% [markdown]
# Degree 15 has as many weights as there are contexts, so no model that sees nothing but the context does
# better: not degree 99, not a network. Show that you know where the errors end, without fitting
# anything: write `floors(contexts, values)`.
#
# `contexts` and `values` are arrays of one length; equal numbers in `contexts` mean the same context
# (any numbers, in any order). It returns two numbers: the smallest *mean squared* error over all pixels, and the
# smallest *mean absolute* error over all pixels, that a model can reach which gives one guess for each context.
#
# Expected: the first number is the error of degree 15, the second lies between 0.025 and 0.035.


# %%
def floors(contexts, values):
    ### BEGIN SOLUTION
    squared, absolute = 0.0, 0.0
    for context in np.unique(contexts):
        group = values[contexts == context]
        squared += np.sum((group - group.mean()) ** 2)
        absolute += np.sum(np.abs(group - np.median(group)))
    return squared / len(values), absolute / len(values)
    ### END SOLUTION


# %%
result = floors(contexts, values)
print("floors:", "no answer yet" if result is None else np.round(result, 6))

# %%
checks.task_06_2(floors)

# %% [markdown]
# In your own words: a colleague wants to get below the first floor with a deeper network. What do you
# say, and what would help?
#
# <!-- BEGIN SOLUTION -->
# Under squared error the best guess in a context is the mean of what occurs in it, and what remains is the
# variance within the contexts. That is a property of the pixels and of what the model is shown, not of the
# model: depth changes nothing. More *context* helps (the neighbours above and below, a larger window), because
# then fewer different values share one context. And another question would have another floor: under absolute error
# the best guess is the median.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: bug hunt, a comparison that flatters
#
# Which method fills squares best? Four photographs are cut into overlapping patches, and three methods
# compete. A method is a function that *learns* from patches, uint8 `(N, 32, 32, 3)`, and returns a function
# that *fills*: `fill(damaged, hole)`, a float picture in [0, 1] and its mask, as everywhere in this course.

# %% [markdown] tags=["hints"]
# 1. Four questions: can a test patch overlap a training patch? Do all methods get the same holes?
#    What stands in a hole? Which patches choose the winner, and which score it?
# 2. Do not shuffle: the list of photographs is the split. Draw the holes before the loop over the
#    methods, put 0 into them, and keep two scores apart: the one that chooses and the one that is
#    returned.
# 3. *for_learning, choosing, test = photographs; learn from np.concatenate(for_learning); one set
#    of holes for choosing, scores of all methods on it; then new holes for test, and only the
#    best method's score there is returned.


# %%
def overlapping_patches(photograph):
    part = np.round(255 * photograph[100:164, 100:164]).astype(np.uint8)
    cut = sliding_window_view(part, (32, 32), axis=(0, 1))[::2, ::2]  # a patch every 2 pixels
    return np.moveaxis(cut, 2, -1).reshape(-1, 32, 32, 3)


def learn_nothing(train):
    return classical.METHODS["mean"]


def learn_an_equation(train):
    return classical.harmonic  # which learns nothing either


def learn_by_heart(train):
    remembered = train / np.float32(255)

    def fill(damaged, hole):
        """Copy the hole from the remembered patch that is most like the known pixels."""
        distance = ((remembered[:, ~hole] - damaged[~hole]) ** 2).sum(axis=(1, 2))
        return masks.composite(damaged, remembered[distance.argmin()], hole)

    return fill


METHODS = {
    "mean colour": learn_nothing,
    "equation": learn_an_equation,
    "by heart": learn_by_heart,
}
PHOTOGRAPHS = [
    overlapping_patches(data.photo(name))
    for name in ("coffee", "astronaut", "chelsea", "grace_hopper")
]
print([len(patches) for patches in PHOTOGRAPHS], "patches")

# %% [markdown]
# A published comparison looked much like this. It returns the best method's name and its PSNR in the
# holes, in dB.


# %%
def published_comparison(photographs, methods, rng):
    patches = rng.permutation(np.concatenate(photographs))
    train, test = np.split(patches, [len(patches) * 4 // 5])
    scores = {}
    for name, learn in methods.items():
        fill = learn(train)
        holes = masks.squares(len(test), 32, side=12, seed=int(rng.integers(2**31)))
        damaged = np.where(holes[..., None], test & 1, test) / np.float32(255)
        filled = np.stack([fill(*pair) for pair in zip(damaged, holes, strict=True)])
        scores[name] = metrics.psnr(test / np.float32(255), filled, holes)
    best = max(scores, key=scores.get)
    return best, scores[best]


winner, psnr = published_comparison(PHOTOGRAPHS, METHODS, np.random.default_rng(0))
print(f"published: {winner}, {psnr:.2f} dB")

# %% [markdown]
# It has four faults; lesson 06 names all four. Find them and write `fair_comparison`, with the same arguments, by these
# rules. `photographs` is a list of at least three arrays like those above.
#
# * The last photograph is the test, the last but one is for choosing, all others are for learning; every patch of them is used.
# * Holes are drawn as above: `masks.squares` with side 12, one mask for each patch, its seed drawn from `rng`.
# * Every method learns once. Only the chosen method ever sees a test patch.
#
# It returns the chosen method's name and its PSNR in the holes of all test patches at once.
#
# Expected: another winner, with 16 to 20 dB.


# %%
def fair_comparison(photographs, methods, rng):
    ### BEGIN SOLUTION
    *for_learning, choosing, test = photographs
    train = np.concatenate(for_learning)
    fills = {name: learn(train) for name, learn in methods.items()}

    def draw_holes(patches):
        return masks.squares(len(patches), 32, side=12, seed=int(rng.integers(2**31)))

    def score(fill, patches, holes):
        whole = patches / np.float32(255)
        damaged = masks.damage(whole, holes)
        filled = np.stack([fill(*pair) for pair in zip(damaged, holes, strict=True)])
        return metrics.psnr(whole, filled, holes)

    holes = draw_holes(choosing)  # once, for all methods
    scores = {name: score(fill, choosing, holes) for name, fill in fills.items()}
    best = max(scores, key=scores.get)
    return best, score(fills[best], test, draw_holes(test))
    ### END SOLUTION


# %%
result = fair_comparison(PHOTOGRAPHS, METHODS, np.random.default_rng(0))
print("fair:", "no answer yet" if result is None else f"{result[0]}, {result[1]:.2f} dB")

# %%
checks.task_06_3(fair_comparison)

# %% [markdown]
# Which four faults did you find? Which of them made the published winner?
#
# <!-- BEGIN SOLUTION -->
# 1. Patches are shuffled before they are split: for nearly every test patch the training part has one that is shifted by
#    two pixels.
# 2. Each method gets holes of its own, so luck with the holes counts as skill.
# 3. The hole is `patch & 1` instead of 0: each pixel's lowest bit leaks.
# 4. The best is chosen on the same patches that then score it, so the score is too good.
#
# The first made the winner: what was learned by heart is found again, shifted by two pixels. On another photograph it is
# worse than the mean colour.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: learn to fill a noisy picture
#
# Lesson 06 ended in a draw: the learned window came as far as biharmonic, and no further. But an equation
# is the same for all pictures, and learning can adapt. Here every known pixel is noisy, as in an old photograph.

# %% [markdown] tags=["hints"]
# 1. harmonic trusts the known pixels next to the hole, and they are noisy. More pixels must have
#    a say: how many, and how much, can be learned by least squares.
# 2. Make noisy training pictures, fill them with harmonic, and cut a window around every hole
#    pixel, the middle included: these are the rows. The clean pixel is the target.
# 3. rows: sliding_window_view of the filled picture, padded by the radius, at the mask;
#    np.linalg.lstsq(rows, truth in the holes); in learned_fill put the clipped products of rows
#    and weights into the holes. Radius 2 or 3 does it.

# %%
NOISE = 0.2  # standard deviation


def noisy(images, seed):
    random = np.random.RandomState(seed)
    return np.clip(images + random.normal(0, NOISE, images.shape), 0, 1).astype(np.float32)


chosen_on = data.load("photos").validation[::6] / np.float32(255)
holes = masks.random_lines(len(chosen_on), 32, seed=3)
damaged = masks.damage(noisy(chosen_on, seed=4), holes)


def psnr_of(fill, damaged, holes, truth):
    """PSNR in the holes against the pictures without noise and without damage (dB)."""
    filled = np.stack([fill(*pair) for pair in zip(damaged, holes, strict=True)])
    return metrics.psnr(truth, filled, holes)


for name in ("mean", "harmonic", "biharmonic"):
    score = psnr_of(classical.METHODS[name], damaged, holes, chosen_on)
    print(f"{name:10s} {score:.2f} dB")

# %% [markdown]
# Write `learned_fill(image, mask)`: a noisy picture `(32, 32, 3)`, 0 in its holes, and its mask, `True` = hole. It
# returns the picture filled; known pixels stay as they came, noise included. Learn from
# `data.load("photos").train` in any way you like (helper functions, several cells), and choose on the
# validation pictures above. The check takes 100 test pictures with new noise and new lines, and asks for 0.5 dB more in
# the holes than `harmonic`, the best of the three. It draws anew each time, so its number moves by some tenths of a
# decibel. Look at it as rarely as you can: it is the test.
#
# Expected: 0.5 to 2 dB more than `harmonic`, and a picture like the one below. A start: `harmonic` fills first; then a window of weights, its
# middle included, looks at the filled picture around every hole pixel.


# %%
def learned_fill(image, mask):
    ### BEGIN SOLUTION
    filled = classical.harmonic(image, mask)
    guesses = windows_around(filled, mask, RADIUS) @ WINDOW
    filled[mask] = np.clip(guesses, 0, 1).reshape(-1, 3)
    return filled


def windows_around(image, mask, radius):
    """A row for each hole pixel and colour: the values in the window around it."""
    side = 2 * radius + 1
    padded = np.pad(image, ((radius, radius), (radius, radius), (0, 0)), mode="reflect")
    return sliding_window_view(padded, (side, side), axis=(0, 1))[mask].reshape(-1, side**2)


def learn_window(radius):
    truth = data.load("photos").train[::20] / np.float32(255)
    lines = masks.random_lines(len(truth), 32, seed=1)
    hidden = masks.damage(noisy(truth, seed=2), lines)
    pairs = zip(hidden, lines, strict=True)
    rows = [windows_around(classical.harmonic(*pair), pair[1], radius) for pair in pairs]
    return np.linalg.lstsq(np.concatenate(rows), truth[lines].ravel(), rcond=None)[0]


tried = {}
for RADIUS in (1, 2, 3, 4):
    WINDOW = learn_window(RADIUS)
    tried[RADIUS] = psnr_of(learned_fill, damaged, holes, chosen_on)
    print(f"radius {RADIUS}: {tried[RADIUS]:.2f} dB on validation pictures")
RADIUS = max(tried, key=tried.get)
WINDOW = learn_window(RADIUS)
### END SOLUTION

# %%
checks.task_06_4(learned_fill)

# %% tags=["expected"]
if checks.task_06_4(learned_fill):
    one = 45
    plots.show(
        [
            damaged[one],
            classical.harmonic(damaged[one], holes[one]),
            learned_fill(damaged[one], holes[one]),
            chosen_on[one],
        ],
        titles=["noisy and damaged", "harmonic", "learned", "truth"],
        alt="A noisy small picture with lines missing; the lines filled with streaks; filled "
        "smoothly, the noise around them kept; and the picture clean and whole.",
        caption="The equation draws the noise at the rim into the hole, the learned fill less.",
    )

# %% [markdown]
# What did your method learn that `harmonic` does not know? And how many learned weights does that take? Compare with
# one number: blur `harmonic`'s picture with `scipy.ndimage.gaussian_filter(filled, (width, width, 0))`, take the holes
# from it, and choose `width` on the validation pictures.
#
# <!-- BEGIN SOLUTION -->
# How noisy the pictures are. `harmonic` trusts the few known pixels at the rim of a hole completely and passes their
# noise on; the learned window averages over many, so that noise cancels, but not over so many that the picture's
# edges vanish. That balance is in the training pictures and in no equation. With less noise the best window would be another one: it
# must be learned again.
#
# One number nearly suffices. A Gaussian filter of width 2.5 gets 24.2 dB on the validation pictures, our window of
# radius 4 23.5; on all test patches, with one drawing of noise and lines, both get 21.5 and `harmonic` 20.1. So the
# window's 81 weights learned *how far to average*, and hardly more. Both are linear and the same everywhere, so
# neither can keep an edge and smooth beside it.
#
# **Rubric.** (1) Known pixels unchanged, 0.5 dB better than `harmonic` on noisy test pictures: check. (2) Learned from
# training pictures with noise and with lines, chosen on validation pictures, tested once. (3) At least two settings tried and their
# numbers written down. (4) The answer names the noise, or averaging over more pixels, as the reason. (5) Extra: the
# same method is learned for another amount of noise, and its weights are compared.
# <!-- END SOLUTION -->

# %%
checks.progress()

# %% [markdown]
# On Google Colab, progress is forgotten with the session unless you keep it:
# `checks.save_progress("/content/drive/MyDrive/inpainting.json")` after mounting your Drive, and
# `checks.load_progress(...)` with the same path next time.
