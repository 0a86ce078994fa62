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
# When you are done with the [exercise](../exercises/06_learning_from_data.ipynb), compare your words with its
# [solution](../solutions/06_learning_from_data.ipynb).

# %%
# {{launch}}

# %%
import numpy as np
from matplotlib.figure import Figure
from numpy.lib.stride_tricks import sliding_window_view

from course_lib import checks, classical, data, masks, metrics, plots

# %% [markdown]
# ## Task 1 ★: the weights of a window
#
# Guess a pixel from the pixels around it: a weighted sum over the window of `2 * radius + 1` rows and columns centred on it, the
# pixel itself left out. Least squares finds the weights.
#
# Write `window_weights(pictures, radius)`. `pictures` are floats of shape `(N, H, W)`, one colour, without damage. Guess every pixel
# whose whole window lies in its picture, with the same weights for all pictures and no constant. Return the weights as an array of
# the window's shape, each in its pixel's place, with 0 in the middle.
#
# Expected: for `radius=1` on the pictures below, about 0.4 beside, above and below the middle, about -0.2 at the corners; and the
# picture.

# %% [markdown] tags=["hints"]
# 1. Every pixel that is guessed is one equation: its neighbours, times the weights, should be the
#    pixel. Make one row of a table for each, and a separate column of the pixels.
# 2. sliding_window_view(pictures, (side, side), axis=(1, 2)).reshape(-1, side**2) has a row for
#    every window. Which column is the middle?
# 3. The middle is column side**2 // 2: np.delete it from the rows, it is the target;
#    np.linalg.lstsq(rows, target)[0]; np.insert a 0 there again and reshape to (side, side).


# %%
def window_weights(pictures, radius):
    ### BEGIN SOLUTION
    side = 2 * radius + 1
    windows = sliding_window_view(pictures, (side, side), axis=(1, 2)).reshape(-1, side**2)
    middle = side**2 // 2
    around = np.delete(windows, middle, axis=1)
    weights = np.linalg.lstsq(around, windows[:, middle], rcond=None)[0]
    return np.insert(weights, middle, 0).reshape(side, side)
    ### END SOLUTION


# %%
green = data.load("photos").train[::20, ..., 1] / 255
result = window_weights(green, 1)
print("no answer yet" if result is None else np.round(result, 2))

# %%
checks.task_06_1(window_weights)

# %% tags=["expected"]
if checks.task_06_1(window_weights):
    drawing = Figure(figsize=(6.4, 3), layout="constrained")
    for axes, radius in zip(drawing.subplots(1, 2), (1, 2), strict=True):
        weights = window_weights(green, radius)
        image = axes.imshow(weights, cmap="RdBu_r", vmin=-0.8, vmax=0.8)
        axes.set(title=f"radius {radius}", xticks=[], yticks=[])
    drawing.colorbar(image, ax=drawing.axes, label="weight")
    plots.show(
        drawing,
        alt="Two windows of weights, 3 by 3 and 5 by 5: red, positive, beside, above and below "
        "the white middle, blue, negative, at the corners, and pale further out.",
        caption="The four nearest pixels count most; the corners are subtracted.",
    )

# %% [markdown]
# ## Task 2 ★★: explain an error that will not fall
#
# One pixel is to be guessed from a *context*: the mean of its left and right neighbours, rounded to 16
# levels. Four models are fitted by least squares, polynomials with more and more weights. All errors are
# measured on the very pixels that the models were fitted to, so learning by heart is allowed.

# %% [markdown] tags=["hints"]
# 1. Take one context alone. Which single guess is best for its pixels under squared error, which
#    under absolute error?
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
# better: not degree 99, not a network. Show that you know how low the errors can go, without fitting
# anything: write `floors(contexts, values)`.
#
# `contexts` and `values` are arrays of the same length; equal numbers in `contexts` mean the same context (any numbers, in any order,
# as many as you like). `floors` returns two numbers: the smallest *mean squared* error over all pixels, and the smallest *mean
# absolute* error over all pixels, that a model with one guess for each context can reach.
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
# Under squared error the best guess in a context is the mean of what occurs in it, and what remains is the variance
# within the contexts. That is a property of the pixels and of what the model is shown, not of the model: depth
# changes nothing. More *context* helps (the neighbours above and below, a larger window), because then fewer
# different values share one context. And another measure of error has another floor: under absolute error the best
# guess is the median.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 3 ★★: bug hunt, a comparison that flatters
#
# Which method fills squares best? Four photographs are cut into overlapping patches, and three methods
# compete. A method is a function that *learns* from patches, uint8 `(N, 32, 32, 3)`, and returns a function
# that *fills*: `fill(damaged, hole)` gets a float picture in [0, 1] and its mask, as everywhere in this
# course.

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
# It has four faults. Find them and write `fair_comparison`, with the same arguments, by these
# rules. `photographs` is a list of at least three arrays like those above.
#
# * The last photograph is the test, the last but one is for choosing, all others are for learning; every patch is used.
# * Holes are drawn as above: `masks.squares` with side 12 and a seed drawn from `rng`, one mask for each patch. A hole holds 0. The
#   border cuts some squares, so holes differ in size.
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
# 2. Each method gets its own holes, so luck with the holes counts as skill.
# 3. The hole is `patch & 1` instead of 0: each pixel's lowest bit leaks.
# 4. The best is chosen on the same patches that then score it, so the score is too good.
#
# The first made the winner: what was learned by heart is found again, shifted by two pixels. On another photograph that
# method is worse than the mean colour.
# <!-- END SOLUTION -->

# %% [markdown]
# ## Task 4 ★★★: learn to fill a noisy picture
#
# An equation is the same for all pictures; learning can adapt. Here every known pixel is noisy, as in an old photograph, and another
# camera may spoil pictures in another way.

# %% [markdown] tags=["hints"]
# 1. harmonic trusts the known pixels next to the hole, and they are noisy. More pixels must have
#    a say: how many, and how much, can be learned by least squares.
# 2. Every hole pixel gives one equation a channel: the window around it in the filled picture,
#    times the weights, should be that pixel of the truth. All pictures together are one system.
# 3. rows: sliding_window_view of the filled picture, padded by the radius, at the mask;
#    np.linalg.lstsq(rows, truth[holes].ravel()); fill puts the clipped products of rows and
#    weights into the holes. Radius 2 or 3 does it.


# %%
def taken(pictures, seed, noise=0.2, light=1.0):
    """(damaged, holes, truth) as a camera takes pictures, with noise, and perhaps too dark."""
    random = np.random.RandomState(seed)
    truth = pictures / np.float32(255)
    seen = np.clip(light * truth + random.normal(0, noise, truth.shape), 0, 1)
    holes = masks.random_lines(len(truth), 32, seed=seed)
    return masks.damage(seen.astype(np.float32), holes), holes, truth


pictures = data.load("photos")
pairs = taken(pictures.train[::18], seed=1)
damaged, holes, chosen_on = taken(pictures.validation[::6], seed=4)


def psnr_of(fill):
    """PSNR (dB) in the holes of validation pictures, against the truth."""
    filled = np.stack([fill(*pair) for pair in zip(damaged, holes, strict=True)])
    return metrics.psnr(chosen_on, filled, holes)


for name in ("mean", "harmonic", "biharmonic"):
    print(f"{name:10s} {psnr_of(classical.METHODS[name]):.2f} dB")

# %% [markdown]
# Write `learn_to_fill(damaged, holes, truth)`. It learns from one camera's pairs, as `taken` makes them: pictures `(N, 32, 32, 3)` with
# 0 in their holes, the masks, and the pictures without noise and damage. It returns a function `fill(image, mask)`, which fills another
# picture from this camera: true colours in the hole, known pixels as they came, noise included.
#
# The check lets it learn twice, from 300 pairs each, and fills 100 test pictures each time; all this may take 120 seconds. The first camera is
# this one: the check asks for 0.5 dB more in the holes than `harmonic`, and a fixed blur could do it. The second has other noise and half the
# light: it asks for 3 dB more, and only the pairs tell how bright the truth is. The draws are always the same. Choose on the validation
# pictures; the check is the test.
#
# Expected: 1.5 to 2.5 dB more than `harmonic` for the first, about 10 dB for the second; and a picture like the one below. To start: let `harmonic`
# fill first, then apply a window of weights, its middle included, to the filled picture around every hole pixel.


# %%
def learn_to_fill(damaged, holes, truth):
    ### BEGIN SOLUTION
    return learn_window(damaged, holes, truth, radius=3)


def learn_window(damaged, holes, truth, radius):
    rows = [look_around(*pair, radius)[1] for pair in zip(damaged, holes, strict=True)]
    weights = np.linalg.lstsq(np.concatenate(rows), truth[holes].ravel(), rcond=None)[0]

    def fill(image, mask):
        filled, windows = look_around(image, mask, radius)
        filled[mask] = np.clip(windows @ weights, 0, 1).reshape(-1, 3)
        return filled

    return fill


def look_around(image, mask, radius):
    """harmonic's fill, and for each hole pixel and colour the values in the window around it."""
    side = 2 * radius + 1
    filled = classical.harmonic(image, mask)
    padded = np.pad(filled, ((radius, radius), (radius, radius), (0, 0)), mode="reflect")
    windows = sliding_window_view(padded, (side, side), axis=(0, 1))[mask]
    return filled, windows.reshape(-1, side**2)


for radius in (1, 2, 3, 4):
    print(f"radius {radius}: {psnr_of(learn_window(*pairs, radius)):.2f} dB on validation pictures")
### END SOLUTION

# %%
checks.task_06_4(learn_to_fill)

# %% tags=["expected"]
if checks.task_06_4(learn_to_fill):
    one = 45
    plots.show(
        [
            damaged[one],
            classical.harmonic(damaged[one], holes[one]),
            learn_to_fill(*pairs)(damaged[one], holes[one]),
            chosen_on[one],
        ],
        titles=["noisy and damaged", "harmonic", "learned", "truth"],
        alt="A noisy small picture with lines missing; the lines filled with streaks; filled "
        "smoothly, the noise around them kept; and the picture clean and whole.",
        caption="The equation draws the noise at the rim into the hole, the learned fill less.",
    )

# %% [markdown]
# What did your method learn from each camera that `harmonic` does not know? Under noise alone one number is enough: blur `harmonic`'s
# picture with `scipy.ndimage.gaussian_filter(filled, (width, width, 0))` and choose `width` on the validation pictures. How does that
# compare with your window, and where does it fail?
#
# <!-- BEGIN SOLUTION -->
# Under noise: how far to average. `harmonic` trusts the few known pixels at the rim of a hole completely and passes their
# noise on; the learned window averages over many, so that noise cancels, but not over so many that the picture's edges
# vanish. One number wins: on the validation pictures a blur of width 2.5 reaches 24.6 dB, the windows of radius 1 to 4 reach
# 21.8 to 23.8 dB.
#
# With half the light the window's weights add up to about 2: the truth is twice as bright as what the camera saw. The pairs show that; no
# equation and no blur does. Neither window nor blur can keep an edge and smooth beside it: both are linear and the same everywhere.
#
# **Rubric.** (1) Known pixels unchanged, 0.5 dB and 3 dB better than `harmonic`: check. (2) Something was chosen on validation
# pictures: at least two settings tried and their numbers written down. (3) The answer names averaging against noise, and brightness for the
# second camera. (4) Extra: a third camera is made with `taken`, and the weights are compared.
# <!-- END SOLUTION -->

# %%
checks.progress()
