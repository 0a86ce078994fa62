# %% [markdown]
# # Learn from data: the best guess is an average
#
# {{badge}}
#
# [Lesson 03](03_fast_marching_and_patches.ipynb) ended with a spoon that no method could finish: what the
# surroundings do not contain must come from other pictures. Now we learn from other pictures, first with
# least squares, where everything can be looked at, and see which parts of it a neural network keeps.
#
# ## What you will do
#
# Fill a hole in your head, make training pairs, learn to guess one pixel from its neighbours, find out why the best guess is blurred, and measure how far a network sees.
#
# ## What you will learn
#
# To **build** self-supervised pairs; to **explain** why neighbours beat table columns and why that is a
# convolution; to **derive** the blur; to **compute** a receptive field; to **choose** on validation pictures.
#
# ## What you need
#
# Lessons 01 to 03, and a first `fit` in Keras seen once. No network, no GPU. Plan 60 minutes for reading and
# trying; the cells alone take about a minute on two processor cores (measured in `benchmarks/RESULTS.md`).

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## How would you do it?
#
# Part of a photograph is missing. **Predict**, and write it down before you run the cell after the next: what
# was there? Name its shape and its colours, and where you took each of them from.

# %%
import numpy as np

from course_lib import classical, data, masks, metrics, plots

cat = data.photo("chelsea")[20:244, 90:410]
missing = np.zeros(cat.shape[:2], bool)
missing[78:154, 190:270] = True
plots.show(
    plots.tint(cat, missing),
    alt="A cat's face, looking at us with one green eye; a coloured square covers the other side.",
    caption="What is under the square?",
)

# %%
plots.show(
    [classical.METHODS["biharmonic"](masks.damage(cat, missing), missing), cat],
    titles=["biharmonic", "truth"],
    alt="Left: the square filled with smooth fur colours, no eye. Right: the second green eye.",
    caption="The equation continues the fur. You continued the cat.",
)

# %% [markdown]
# **Read.** You probably wrote: *an eye, green, with a dark pupil*. Three kinds of knowledge went into that.
#
# | What you used | Example | Who has it |
# |---|---|---|
# | continuity: what is next to the hole goes on inside | the fur at the rim | lessons 02 and 03 |
# | spatial context: what is elsewhere in the picture | the other eye's colour and height | a network that sees far enough |
# | knowledge of the world | cats have two eyes | only what can be had from the pictures it was trained on |
#
# A network has no store of facts about cats. It can learn which context goes with which content, from many
# pictures. So we need pictures, and a way to see far.
#
# ## Pictures that bring their own answers
#
# `run.data` names the data set. CIFAR-10 has 60,000 pictures of 32 × 32 pixels in ten classes. It is a labelled
# part of *80 Million Tiny Images*, a collection that its authors withdrew in 2020 for offensive labels and
# pictures, and it carries no licence. That is why the course stores none of it, and brings small
# cuttings from free photographs, `photos`, which need no network.

# %%
pictures = data.load(run.data)
print(pictures.provenance)
for part in ("train", "validation", "test"):
    images = getattr(pictures, part)
    print(f"{part:10s} {len(images):6d} pictures, {images.shape[1:]}, {images.dtype}")

# %%
plots.show(
    list(pictures.train[:10] / np.float32(255)),
    alt="Ten small training pictures of 32 by 32 pixels, in two rows.",
    caption="Ten training pictures, enlarged: each has 32 × 32 pixels.",
)

# %% [markdown]
# Nobody has to label anything: we damage a picture ourselves, and the undamaged one is the answer. Input $X$ is
# the picture with holes, target $y$ the same picture whole. This is called *self-supervised* learning.

# %%
original = pictures.train[3] / np.float32(255)
hole = masks.random_lines(1, 32, seed=5)[0]
X, y = masks.damage(original, hole), original
plots.show(
    [X, y],
    titles=["X: what the network gets", "y: what it should say"],
    alt="One small picture with black lines across it, beside the same picture whole.",
    caption="One training pair, made by hand.",
)

# %% [markdown]
# Any picture with any mask makes a pair, so there are far more pairs than pictures. We draw a new mask each time a
# picture comes by, *on the fly*: storing the pairs would fill the disk and freeze the choice. What is drawn must follow from the
# seed, the epoch (one pass over all pictures) and nothing else, or no run could be repeated.


# %% tags=["nbval-check-output"]
def draw_pairs(images, bank, batch_size, seed, epoch):
    random = np.random.RandomState([seed, epoch])
    order = random.permutation(len(images))
    drawn = random.randint(len(bank), size=len(images))
    for start in range(0, len(images), batch_size):
        batch = slice(start, start + batch_size)
        y = images[order[batch]] / np.float32(255)
        yield masks.damage(y, bank[drawn[batch]]), y


bank = masks.random_lines(64, 32, seed=0)
sizes = [len(y) for X, y in draw_pairs(pictures.train[:150], bank, 64, seed=1, epoch=0)]
print("pictures in each batch:", sizes)
assert sum(sizes) == 150

# %% [markdown]
# The library's `training.pairs` does this and also flips, shifts and transposes each mask, so that a small bank
# lasts long. It is a Keras data set, ready for `fit`. **Predict**: with one picture in the data set, what stays and
# what changes from epoch to epoch?

# %%
from course_lib import training

one = training.pairs(pictures.train[3:4], bank, batch_size=1, seed=1)
seen = []
for epoch in range(4):
    one.epoch = epoch
    X, y = one[0]
    assert np.array_equal(y[0], original)
    seen.append(X[0])
plots.show(
    seen,
    titles=[f"epoch {epoch}" for epoch in range(4)],
    alt="The same small picture four times, each time with other black lines.",
    caption="The picture stays, the damage changes: the answer cannot be learned by heart.",
)

# %% [markdown]
# For validation it must be the other way round. A score that changes because the masks changed says nothing about
# the network, so those pairs are *frozen*: picture $i$ always has mask $i$ (after the last mask comes the first again).

# %% tags=["nbval-check-output"]
frozen = training.pairs(pictures.validation[:64], bank, batch_size=64, seed=1, frozen=True)
before = frozen[0]
frozen.epoch = 7
same = all(np.array_equal(a, b) for a, b in zip(before, frozen[0], strict=True))
print("frozen pairs are equal in every epoch:", same)
assert same

# %% [markdown]
# A pipeline hides its faults well: training runs, the loss falls. The generator of a widely read article on this task has
# these (found by reading its published notebooks):
#
# | Fault | What follows | Here |
# |---|---|---|
# | new masks for validation at every look | the curve is partly mask noise | frozen |
# | no seed | no run can be repeated | seed, epoch and batch number decide all |
# | the last, smaller batch is dropped | some pictures are left out of every epoch | kept |
# | holes are `image & 1` | a hole keeps each pixel's lowest bit: the answer leaks | holes are 0 |
# | "best" network chosen on the test set | the test is no longer one | chosen on validation |
#
# Drawing 64 pairs costs 0.28 % of a training step of the article's network (half its width; *Training pairs* in
# `benchmarks/RESULTS.md`), so nothing is lost by doing it properly.
#
# Three parts, and nothing crosses: we *train* on the first, *choose* with the second, and look at the third once, at
# the end. Can pictures be shared between parts without anyone noticing? Count.

# %%
kinds = {part: {p.tobytes() for p in getattr(pictures, part)} for part in ("train", "test")}
print("train pictures that are also in the test set:", len(kinds["train"] & kinds["test"]))

# %% [markdown]
# **Read.** Equal bytes are the easy case. Overlapping cuttings of one photograph leak just as well, so `photos` is
# split by *photograph*. For CIFAR-10 nobody did this: about 3 % of its test pictures have a near duplicate
# among the training pictures (Barz and Denzler 2020).
#
# ## The table again, now with learning
#
# In lesson 02 the column mean failed. A data scientist would say: do not take the mean, *predict* the missing
# column from the others. One row a picture, one column a pixel and colour: 3,072 columns. Let the pixel in the
# middle be missing (its three colours), and predict it from the other 3,069 by least squares.

# %%
MIDDLE = 16 * 32 + 16


def as_table(images):
    rows = images.reshape(len(images), -1, 3) / 255
    return np.delete(rows, MIDDLE, axis=1).reshape(len(images), -1), rows[:, MIDDLE]


few = pictures.train[:500]
columns, missing_pixel = as_table(few)
new_columns, new_pixel = as_table(pictures.validation[:600])
weights = np.linalg.lstsq(columns, missing_pixel, rcond=None)[0]
print("table:", columns.shape, " to predict:", missing_pixel.shape)

# %% [markdown]
# **Predict.** 500 rows, 3,069 unknown weights for each colour: how large is the error on the 500 pictures
# themselves? And on pictures it has not seen?

# %%


def squared_error(predicted, true):
    return float(np.mean((predicted - true) ** 2))


print(f"on its own 500 pictures  {squared_error(columns @ weights, missing_pixel):.6f}")
print(f"held out: table          {squared_error(new_columns @ weights, new_pixel):.6f}")
column_mean = missing_pixel.mean(axis=0)
print(f"held out: column mean    {squared_error(column_mean, new_pixel):.6f}")

# %% [markdown]
# **Read.** With more weights than rows, least squares repeats its own pictures to the last digit: it has learned them by
# heart. On new pictures it is wrong, though far better than the column mean. The usual cure is *ridge* regression, which charges
# for large weights: minimise $\sum (y - Aw)^2 + \lambda \sum w^2$. Validation pictures choose $\lambda$.


# %%
def ridge(columns, target, strength):
    products = columns @ columns.T + strength * np.eye(len(columns))
    return columns.T @ np.linalg.solve(products, target)


tried = {strength: ridge(columns, missing_pixel, strength) for strength in (0.1, 1, 10, 100)}
for strength, found in tried.items():
    print(f"ridge {strength:5}: {squared_error(new_columns @ found, new_pixel):.6f} held out")
table_weights = min(tried.values(), key=lambda w: squared_error(new_columns @ w, new_pixel))

# %% [markdown]
# (The best of four, chosen on the pictures it is then measured on: a small favour to the table.) Where did it learn to
# look? Put each weight back at its pixel (green predicted from green).

# %%
picture_of_weights = np.insert(table_weights.reshape(-1, 3, 3)[:, 1, 1], MIDDLE, 0).reshape(32, 32)
plots.show(
    plots.figure([picture_of_weights], titles=["weights of the table, ridge"]),
    alt="A 32 by 32 map of weights: bright pixels around the middle, faint noise everywhere else.",
    caption="It found the neighbours, and spends the rest of its weights on noise.",
)

# %% [markdown]
# Nobody told it which columns lie side by side. Shuffle them, all pictures in the same way, and it learns the
# same, as the column mean did in lesson 02:

# %% tags=["nbval-check-output"]
order = np.random.RandomState(0).permutation(columns.shape[1])
shuffled = ridge(columns[:, order], missing_pixel, 10)
same = np.allclose(new_columns[:, order] @ shuffled, new_columns @ tried[10], atol=1e-6)
print("shuffled columns give the same predictions:", same)
assert same

# %% [markdown]
# And all this is for *one* pixel. Each of the 1,024 would need weights of its own.
#
# ## One window for all pixels
#
# Two things we know that the table does not: a pixel depends mostly on its *neighbours*, and it does so in much the *same way*
# everywhere. So take as a row not a picture but a small window: what surrounds a pixel, in one colour channel. Its
# middle is to be predicted. Every pixel of every picture gives three rows.


# %%
from numpy.lib.stride_tricks import sliding_window_view


def windows(images, radius):
    side = 2 * radius + 1
    cut = sliding_window_view(images, (side, side), axis=(1, 2))
    return cut.reshape(-1, side * side) / 255


rows = windows(few[:100], radius=1)
nine = np.linalg.lstsq(np.delete(rows, 4, axis=1), rows[:, 4], rcond=None)[0]
print(f"{len(rows)} rows from 100 pictures, {len(nine)} weights")

# %% [markdown]
# **Predict.** The harmonic fill of lesson 02 gives the four direct neighbours 1/4 each and the corners nothing.
# What weights will the pictures choose?

# %%
print("learned:", *np.insert(nine, 4, 0).reshape(3, 3).round(2), sep="\n")
print("harmonic:", *np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]) / 4, sep="\n")
print(f"sum of the learned weights: {nine.sum():.3f}")

# %% [markdown]
# **Read.** The sum is close to 1, though nobody asked: a flat picture should stay flat. Direct neighbours get more
# than a quarter, and corners get *negative* weights. Suppose a bright line runs through, left and right are 1 and the
# rest is 0: the harmonic guess is 0.5, the learned one about 0.8 on photos. Lines go on more often than not.
#
# Now the same missing pixel as the table's, from the same 500 pictures.

# %%
rows = windows(few, radius=2)
inputs = np.arange(25) != 12
shared = np.linalg.lstsq(rows[:, inputs], rows[:, 12], rcond=None)[0]
held_out = windows(pictures.validation[:600, 14:19, 14:19], radius=2)
window_error = squared_error(held_out[:, inputs] @ shared, held_out[:, 12])
table_error = squared_error(new_columns @ table_weights, new_pixel)
print(f"held out: table, best ridge  {table_error:.6f} with {table_weights.size:5d} weights")
print(f"held out: one shared window  {window_error:.6f} with {shared.size:5d} weights")
assert window_error < table_error

# %% [markdown]
# **Read.** A few dozen weights beat thousands, with the same pictures. What we *put in* (look near, do the
# same everywhere) need not be learned.
#
# ## How much context?
#
# A window of radius $r$ has $(2r+1)^2 - 1$ inputs. To try many sizes without waiting, note what least squares
# needs: setting the derivative of $\sum (t - a \cdot w)^2$ to zero gives $\big(\sum a\,a^\top\big)\,w = \sum a\,t$, the *normal equations*. They
# contain only mean products of two pixels. We take those once, for the largest window, and read all smaller windows off.

# %%
RADIUS = 6
OFFSETS = np.stack(np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1], axis=-1).reshape(-1, 2)
CENTRE = len(OFFSETS) // 2


def moments(images):
    """Mean product of every two pixels of a window of the largest radius."""
    total, count = 0, 0
    for part in np.array_split(images, -(-len(images) // 50)):
        rows = windows(part, RADIUS)
        total, count = total + rows.T @ rows, count + len(rows)
    return total / count


def regress(products, radius):
    """Weights of the neighbours up to a radius, 0 elsewhere."""
    inputs = (np.abs(OFFSETS).max(axis=1) <= radius) & (np.arange(len(OFFSETS)) != CENTRE)
    weights = np.zeros(len(OFFSETS))
    weights[inputs] = np.linalg.solve(products[np.ix_(inputs, inputs)], products[inputs, CENTRE])
    return weights


def mean_error(products, weights):
    """Mean squared error of the weights on the pictures of which these are the products."""
    residual = -weights
    residual[CENTRE] = 1
    return residual @ products @ residual


# %%
AMOUNTS = (10, 100, 300)
products = {amount: moments(pictures.train[:amount]) for amount in AMOUNTS}
validation_products = moments(pictures.validation[:200])

# %% [markdown]
# From one pixel to a hole: in lesson 02 *every missing pixel is the mean of its neighbours* became one equation
# for each missing pixel. We do the same with learned weights: every missing pixel is the weighted sum of its
# neighbours, and neighbours may be missing too. Beyond the border the picture is mirrored.


# %%
def fill(image, mask, weights):
    """Solve x(p) = Σ weight(q - p) x(q) for all missing p at once."""
    rows, columns = np.nonzero(mask)
    number = np.cumsum(mask).reshape(mask.shape) - 1
    matrix, known_sum = np.eye(len(rows)), np.zeros((len(rows), 3))
    for (down, right), weight in zip(OFFSETS, weights, strict=True):
        if weight:
            r, c = mirrored(rows + down, len(mask)), mirrored(columns + right, len(mask[0]))
            hole = mask[r, c]
            matrix[np.flatnonzero(hole), number[r, c][hole]] -= weight
            known_sum[~hole] += weight * image[r, c][~hole]
    filled = image.copy()
    filled[mask] = np.clip(np.linalg.solve(matrix, known_sum), 0, 1)
    return filled


def mirrored(index, length):
    index = np.abs(index)
    return np.minimum(index, 2 * (length - 1) - index)


# %% [markdown]
# With 1/4 for the four neighbours this must be the harmonic fill, wherever the hole keeps away from the border.

# %% tags=["nbval-check-output"]
quarter = np.where(np.abs(OFFSETS).sum(axis=1) == 1, 0.25, 0.0)
square = masks.squares(1, 32, side=12)[0]
example = data.load("photos").validation[46] / np.float32(255)
assert np.allclose(fill(example, square, quarter), classical.harmonic(example, square), atol=1e-5)
print("weights of 1/4 give the harmonic fill")

# %% [markdown]
# Now move the context. **Predict** two things: from which radius on does more context stop helping? And with 10
# pictures instead of 300, what happens to the largest window?

# %%
from matplotlib import pyplot as plt

from course_lib import widgets

radii = range(1, RADIUS + 1)
learned = {(r, n): regress(products[n], r) for r in radii for n in AMOUNTS}
errors = {key: mean_error(validation_products, weights) for key, weights in learned.items()}
shown = pictures.validation[46] / np.float32(255)
lines = masks.random_lines(1, 32, seed=7)[0]
damaged = masks.damage(shown, lines)
repaired = {key: fill(damaged, lines, weights) for key, weights in learned.items()}


# %%
def context(radius, amount):
    figure, axes = plt.subplots(1, 4, figsize=(9.6, 2.6), layout="constrained")
    grid = learned[radius, amount].reshape(2 * RADIUS + 1, -1)
    axes[0].imshow(grid, cmap="RdBu_r", vmin=-0.6, vmax=0.6)
    axes[0].set(title=f"learned weights, radius {radius}", xticks=[], yticks=[])
    for n in AMOUNTS:
        axes[1].plot(radii, [1000 * errors[r, n] for r in radii], marker=".", label=f"{n}")
    axes[1].plot(radius, 1000 * errors[radius, amount], "ks", fillstyle="none", markersize=11)
    axes[1].legend(title="pictures", fontsize=7, title_fontsize=7)
    axes[1].set(title="held-out error × 1000", xlabel="radius (px)", xticks=radii)
    quality = metrics.psnr(shown, repaired[radius, amount], lines)
    for side, picture in ((axes[2], damaged), (axes[3], repaired[radius, amount])):
        side.imshow(np.clip(picture, 0, 1), interpolation="nearest")
        side.set(xticks=[], yticks=[])
    axes[2].set_title("damaged")
    axes[3].set_title(f"repaired, {quality:.1f} dB")
    return figure


widgets.explore(
    context,
    radius=(1, RADIUS, 1, 3),
    amount={f"{n} pictures": n for n in reversed(AMOUNTS)},
    alt="A map of learned weights, held-out error against the radius for three amounts of "
    "pictures, a damaged picture and its repair.",
    caption="Red is positive, blue negative. Weights beyond two or three pixels are nearly 0.",
)

# %%
print("radius     " + "".join(f"{r:10d}" for r in radii))
for n in AMOUNTS:
    print(f"{n:3d} pictures" + "".join(f"{errors[r, n]:10.6f}" for r in radii))
print(f"harmonic, 1/4 each: {mean_error(validation_products, quarter):.6f}")
assert errors[RADIUS, AMOUNTS[0]] > min(errors[r, AMOUNTS[0]] for r in radii)
assert errors[1, 300] < mean_error(validation_products, quarter)

# %% [markdown]
# **Read.** With 100 pictures every window beats the harmonic 1/4. Radius 2 gains over radius 1, and from 3 on there is
# hardly more to gain: for *one* missing pixel the nearest ones say nearly all. With ten pictures the largest window is worse than a
# smaller one: 168 weights are enough to learn what those ten happen to have.
#
# Look at the weights for radius 2. Lesson 02's *biharmonic* equation, written as a weighted sum, gives 0.4 to direct
# neighbours, −0.1 to corners and −0.05 to those two steps away. Beside it what least squares found:

# %%
upper = np.array([[0, 0, -1, 0, 0], [0, -2, 8, -2, 0], [-1, 8, 0, 8, -1]]) / 20
biharmonic = np.pad(np.concatenate([upper, upper[1::-1]]), RADIUS - 2).ravel()
five = learned[2, 300].reshape(2 * RADIUS + 1, -1)[4:9, 4:9]
print("learned, upper half:", *five[:3].round(2), sep="\n")
print("biharmonic, upper half:", *upper, sep="\n")
print(f"held out: learned {errors[2, 300]:.6f}", end=", ")
print(f"biharmonic {mean_error(validation_products, biharmonic):.6f}")

# %% [markdown]
# Nobody mentioned a differential equation. Yet the signs are the same, and on photos the sizes nearly so: pictures
# themselves ask that slopes go on, not only values.
#
# ## A shared window is a convolution
#
# One set of weights, applied at every pixel: that is a *convolution*, and our learned window is a network of one
# layer. Keras agrees.

# %% tags=["nbval-check-output"]
import keras

layer = keras.layers.Conv2D(1, 2 * RADIUS + 1, padding="valid", use_bias=False)
layer.build((None, None, None, 1))
window_weights = learned[3, 300]
layer.set_weights([window_weights.reshape(2 * RADIUS + 1, -1, 1, 1)])
batch = pictures.validation[:8, ..., :1] / np.float32(255)
by_layer = keras.ops.convert_to_numpy(layer(batch)).ravel()
by_hand = windows(pictures.validation[:8, ..., :1], RADIUS) @ window_weights
print("the layer and the window agree:", np.allclose(by_layer, by_hand, atol=1e-5))
assert np.allclose(by_layer, by_hand, atol=1e-5)

# %% [markdown]
# A *convolutional neural network*, CNN, takes this further in three ways: many windows side by side that see all
# colours (channels), layer upon layer, and a bend between the layers (ReLU), since linear layers in a row are only one larger
# window again. What it keeps are the two things we put in: look near, and do the same everywhere.
# From a picture of 32 × 32 to another, a table needs 3072 × 3072 weights, more than nine million; a 3 × 3 convolution from
# three channels to three needs 3 · 3 · 3 · 3 = 81.

# %% [markdown]
# ## The best guess is an average
#
# Whatever the model, training makes one number small. Let that be the squared error. The context is $x$, the true
# value $Y$ can be several things in that context, the model says $g$. Insert the mean $m = E[Y \mid x]$:
#
# $$E\big[(Y - g)^2 \mid x\big] = E\big[(Y - m)^2 \mid x\big] + 2\,(m - g)\,E[Y - m \mid x] + (m - g)^2$$
#
# The middle term is 0, because $E[Y - m \mid x] = 0$. The first does not depend on $g$. So the last decides, and it is least
# for $g = m$: *under squared error the best guess is the conditional mean.*
#
# **Predict.** In a context the truth is dark, 0.2, in three of five cases and bright, 0.9, in two. Which guess
# has the smallest squared error? And which the smallest absolute error?

# %%
values = np.array([0.2, 0.2, 0.2, 0.9, 0.9])
guesses = np.linspace(0, 1, 101)
squared = ((values - guesses[:, None]) ** 2).mean(axis=1)
absolute = np.abs(values - guesses[:, None]).mean(axis=1)
best_squared, best_absolute = guesses[squared.argmin()], guesses[absolute.argmin()]
figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
axes.plot(guesses, squared, label=f"squared, least at {best_squared:.2f}")
axes.plot(guesses, absolute, label=f"absolute, least at {best_absolute:.2f}")
axes.set(title="three cases of 0.2, two of 0.9", xlabel="guess", ylabel="mean error")
axes.legend()
plots.show(
    figure,
    alt="Squared error is a bowl with its lowest point between the two values; absolute error "
    "is a bent line with its lowest point at the more frequent one.",
    caption="Squared error asks for the mean, absolute error for the median.",
)
assert np.isclose(best_squared, values.mean()) and np.isclose(best_absolute, np.median(values))

# %% [markdown]
# **Read.** The mean, 0.48, is a value that *never* occurs. The median does occur: it takes the side of the majority, and
# is wrong by 0.7 in two of five cases. Neither is a fault of the method that computes it.
#
# Now in pictures. A dark and a bright half meet somewhere in a hole; the known pixels do not say where. Suppose it is
# at the left or at the right rim, each as often. What is the best picture under squared error?

# %%
column = np.arange(24)
left_edge = np.where(column < 7, 0.15, 0.85)[None, :, None] * np.ones((24, 24, 3))
right_edge = np.where(column < 17, 0.15, 0.85)[None, :, None] * np.ones((24, 24, 3))
gap = np.zeros((24, 24), bool)
gap[:, 7:17] = True
average = (left_edge + right_edge) / 2
plots.show(
    [plots.tint(left_edge, gap), left_edge, right_edge, average],
    titles=["given", "one truth", "the other", "their mean"],
    alt="A strip is missing between dark and bright; the edge may be at its left or right rim; "
    "the mean is a grey strip.",
    caption="The mean of two sharp pictures is not sharp.",
)

# %% tags=["nbval-check-output"]
for name, guess in (("one of the two", left_edge), ("their mean", average)):
    each = [metrics.mse(truth, guess, gap) for truth in (left_edge, right_edge)]
    print(f"{name:15s} squared error {each[0]:.4f} or {each[1]:.4f}, mean {np.mean(each):.4f}")

# %% [markdown]
# **Read.** The grey strip is never right, and its error is half that of a sharp guess that is right every second
# time. Half is the 3 dB of lesson 03, where a flat blot beat good-looking gravel.
#
# ## The same on real pictures
#
# Does a real context leave more than one content open? Take windows of 13 × 13 pixels, and let the inner 5 × 5
# be missing. For a window from a validation picture we look up the training windows whose *context*, the 144
# known pixels, is most like it (after taking its mean colour off), and see what stands in their middles. It is Efros and Leung's search
# from lesson 03, in other pictures.


# %%
INNER = masks.squares(1, 13, side=5)[0]


def cut_windows(images, count, seed):
    random = np.random.RandomState(seed)
    which = random.randint(len(images), size=count)
    rows, columns = random.randint(32 - 13 + 1, size=(2, count))
    cut = sliding_window_view(images, (13, 13), axis=(1, 2))[which, rows, columns]
    return np.moveaxis(cut, 1, -1) / np.float32(255)


def context_colour(cut):
    return cut[:, ~INNER].mean(axis=1)[:, None, None]


def most_similar(queries, library, count):
    """Indices of the library windows whose context is nearest: (queries, count)."""
    a, b = (x[:, ~INNER].reshape(len(x), -1) for x in (queries, library))
    distance = (b**2).sum(axis=1) - 2 * a @ b.T  # the query's own square changes no order
    return np.argsort(distance, axis=1, kind="stable")[:, :count]


# %%
queries = cut_windows(pictures.validation, 200, seed=2)
colours = context_colour(queries)
library = cut_windows(pictures.train, 4_000 if run.profile == "smoke" else 20_000, seed=1)
library = library - context_colour(library)
matches = library[most_similar(queries - colours, library, 64)] + colours[:, None]
print("windows to search:", library.shape, " matches:", matches.shape)

# %% [markdown]
# **Predict.** Here is the window with the most detail in its middle. Will its matches agree?

# %%
detailed = int(queries[:, INNER].std(axis=1).mean(axis=1).argmax())
query, eight = queries[detailed], matches[detailed, :8]
middles = [*eight[:5], eight.mean(axis=0)]
fills = [np.clip(np.where(INNER[..., None], middle, query), 0, 1) for middle in middles]
plots.show(
    [plots.tint(query, INNER), *fills, query],
    titles=["context", "1st", "2nd", "3rd", "4th", "5th", "mean of 8", "truth"],
    columns=4,
    alt="A small window with a missing middle, five middles from similar windows, "
    "the mean of eight, and the truth.",
    caption="Similar surroundings, different middles; their mean lies between them all.",
)

# %% [markdown]
# **Read.** On photos every match goes on with the edge, at a slightly other place and in other colours; in the mean it is
# soft. Over 200 such windows: the error of the nearest match and of the mean of $k$, and how much *detail* the fill has (the
# standard deviation within the missing part). The last line needs no luck: by the three lines above, with the guesses in the
# role of $Y$, the error of one guess, on average, is the error of their mean *plus* their spread, exactly.

# %%
truth = queries[:, INNER]
print(f"truth: detail {truth.std(axis=1).mean():.3f}")
for k in (1, 2, 8, 32, 64):
    mean = matches[:, :k, INNER].mean(axis=1)
    print(f"mean of {k:2d}: squared error {squared_error(mean, truth):.5f}", end=", ")
    print(f"detail {mean.std(axis=1).mean():.3f}")
guesses = matches[:, :8, INNER]
single = squared_error(guesses, truth[:, None])
of_mean = squared_error(guesses.mean(axis=1), truth)
spread = squared_error(guesses, guesses.mean(axis=1, keepdims=True))
print(f"one of eight {single:.5f} = mean of eight {of_mean:.5f} + spread {spread:.5f}")
assert np.isclose(single, of_mean + spread) and of_mean < single

# %% [markdown]
# **Read.** The mean of eight has a smaller error than the nearest match, and less detail; the truth has more than either. With
# 64 the mean takes in contexts that are not alike any more. *Blur is not a bug of a network. It is the right answer to the
# question that squared error asks.* Where the context decides, the spread is small and nothing blurs; sharpness elsewhere
# needs another question, such as "could this be real?"
#
# ## How far does a network see?
#
# A 3 × 3 convolution sees one pixel to each side, two of them see two: the *reach* grows by one a layer. That is
# slow for wide holes. A *dilated* convolution leaves gaps in its window: with dilation $d$ the nine weights stand $d$ pixels apart, and
# the reach grows by $d$. The reach of a stack is the sum of its dilations.
#
# A claim that is often repeated (Yu et al. 2018, introduction): for a pixel to be influenced by what is 64 pixels away,
# it takes at least six layers of 3 × 3 with dilation factor 2. **Predict.** How far do six layers with dilation 2 reach?


# %% tags=["nbval-check-output"]
def reach(dilations):
    return sum(dilations)  # a 3 × 3 window reaches one step of its dilation to each side


STACKS = {
    "no dilation": (1, 1, 1, 1, 1, 1),
    "always 2": (2, 2, 2, 2, 2, 2),
    "doubling from 1": (1, 2, 4, 8, 16, 32),
    "doubling from 2": (2, 4, 8, 16, 32, 64),
}
for name, dilations in STACKS.items():
    print(f"{name:16s} {str(dilations):23s} reaches {reach(dilations):3d} pixels")

# %% [markdown]
# Do not believe the formula: measure. If a pixel influences the output, the output's derivative with respect to
# it is not zero. Weights of 1 and no ReLU make sure that nothing cancels. This cell alone is written for TensorFlow; the rest runs on any of
# Keras's backends.


# %%
import tensorflow as tf


def stack(layers):
    """3 × 3 and other convolutions, (kernel, stride, dilation) each, all weights 1."""
    return keras.Sequential(
        keras.layers.Conv2D(
            1,
            kernel,
            strides=stride,
            dilation_rate=dilation,
            padding="same",
            use_bias=False,
            kernel_initializer="ones",
        )
        for kernel, stride, dilation in layers
    )


def footprint(network, side):
    """The derivative of the middle output with respect to each pixel of a picture."""
    picture = tf.Variable(tf.zeros((1, side, side, 1)))
    with tf.GradientTape() as tape:
        output = network(picture)
        middle = output[0, output.shape[1] // 2, output.shape[2] // 2, 0]
    return tape.gradient(middle, picture).numpy()[0, ..., 0]


# %% tags=["nbval-check-output"]
SIDE = 261
seen = {
    name: footprint(stack([(3, 1, d) for d in dilations]), SIDE)
    for name, dilations in STACKS.items()
}
for name, gradient in seen.items():
    rows = np.flatnonzero(gradient.any(axis=1))
    measured = rows.max() - SIDE // 2
    within = gradient[rows.min() : rows.max() + 1, rows.min() : rows.max() + 1]
    print(f"{name:16s} reaches {measured:3d} pixels, sees {(within != 0).mean():4.0%} of them")
    assert measured == reach(STACKS[name])

# %%
plots.show(
    plots.figure(
        [gradient != 0 for gradient in seen.values()],
        titles=[f"{name}\nreach {reach(STACKS[name])}" for name in seen],
    ),
    alt="Four footprints of a network's middle output: a small square, a small grid, a large full "
    "square, a very large grid.",
    caption="White: pixels that the middle output depends on, of 261 × 261.",
)

# %% [markdown]
# **Read.** Always 2 reaches 12 pixels, not 64. Doubling from 1 to 32 reaches 63, one short. Doubling from 2 to 64
# reaches 126, and since the same doubling over five layers ends at 62, six layers is right *for that* reading. With even dilations only, the
# network sees every second row and column, a quarter of the pixels; it needs a layer without dilation somewhere.
#
# Reach is what a network *can* see, not what it *does* look at.
#
# ## Why an encoder
#
# There is a cheaper way to see far: make the picture smaller. After a 2 × 2 pooling (or a convolution with stride 2) one
# step in the smaller picture is two in the original. In general a layer with kernel $k$, dilation $d$ widens the *field* that one output sees by
# $(k - 1)\,d$ steps, and a step is as long as all strides before it, multiplied.


# %% tags=["nbval-check-output"]
def field(layers):
    """Width in pixels of what one output sees; layers are (kernel, stride, dilation)."""
    width, step = 1, 1
    for kernel, stride, dilation in layers:
        width += (kernel - 1) * dilation * step
        step *= stride
    return width


LEVEL = [(3, 1, 1), (3, 1, 1), (2, 2, 1)]  # two convolutions, then 2 × 2 pooling
ENCODER = LEVEL * 4 + LEVEL[:2]
FLAT = [(3, 1, 1)] * 10
for name, layers in (("ten convolutions", FLAT), ("the same with 4 poolings", ENCODER)):
    columns = np.flatnonzero(footprint(stack(layers), 512).any(axis=0))
    print(f"{name:25s} formula {field(layers):3d} px, measured {np.ptp(columns) + 1:3d} px")
    assert np.ptp(columns) + 1 == field(layers)

# %% [markdown]
# (A mean pooling is a 2 × 2 convolution of equal weights and stride 2, which is what we measured. Max pooling has
# the same field.) This is the *encoder* half of the network in the next lesson: ten convolutions see wider than a picture
# of 128 pixels. And what does it cost? One 3 × 3 layer from $c$ channels to $c$ costs $9c^2$ multiplications for
# each pixel. **Predict**: going down one level halves the side, and usually doubles the channels. What happens to the cost
# of a layer?


# %% tags=["nbval-check-output"]
def multiplications(side, channels):
    return side**2 * 9 * channels**2


for level in range(5):
    side, channels = 32 // 2**level, 32 * 2**level
    cost = multiplications(side, channels) / 1e6
    print(f"level {level}: {side:2d} px, {channels:3d} channels, {cost:.1f} million a layer")

# %% [markdown]
# **Read.** The cost stays, the reach doubles. The price is *where*: at the bottom a feature stands for 16 × 16 pixels.
# How the decoder gets the place back is the subject of lesson 05.
#
# ## Why pictures of 32 pixels
#
# Photographs to be repaired are rather 512 pixels wide. The same network on them:

# %% tags=["nbval-check-output"]
ratio = multiplications(512, 32) / multiplications(32, 32)
seconds = 0.238  # measured, see below
print(f"512 against 32 pixels: {ratio:.0f} times the multiplications")
print(f"a training step of 64 pictures: {seconds} s becomes {seconds * ratio:.0f} s")

# %% [markdown]
# (0.238 s is the step of the article's network at half width on two CPU cores; *Training pairs* in
# `benchmarks/RESULTS.md`.) And the reach would have to grow as well: a hole of 64 pixels in 512 is one of 4 pixels in 32. With
# small pictures we can train within the lesson and try things out. What does not carry over is detail: a picture of 32 pixels has
# little texture to get wrong.
#
# ## The leaderboard
#
# This lesson's row: the window learned on `photos`' training pictures, filled by equations. Its radius is chosen on the
# validation pictures, by what counts here: repaired lines.

# %%
from functools import partial

from course_lib import evaluation

photos = data.load("photos")
learned_on_photos = moments(photos.train[:300])
rivals = {r: partial(fill, weights=regress(learned_on_photos, r)) for r in (1, 2, 3, 4, 5, 6)}
chosen_on = photos.validation[: 20 if run.profile == "smoke" else 50] / np.float32(255)
validation_lines = masks.random_lines(len(chosen_on), 32, seed=4)
scores = {
    r: evaluation.evaluate(rival, chosen_on, validation_lines)["psnr_hole"]
    for r, rival in rivals.items()
}
for r, score in scores.items():
    print(f"radius {r}: {score:.2f} dB")
best = max(scores, key=scores.get)
print("chosen: radius", best)

# %% [markdown]
# **Predict** its place on lines, and in the square. Only now do we look at the test pictures (PSNR in holes, in dB).

# %%
count = 20 if run.profile == "smoke" else 100  # the tests' profile takes fewer
patches = photos.test[:count] / np.float32(255)
mask_sets = {
    "lines": masks.random_lines(100, 32, seed=2026)[:count],
    "square, 12 px": masks.squares(count, 32, side=12),
}
rows = {"harmonic": classical.harmonic, "learned window": rivals[best]}
table = evaluation.leaderboard(rows, patches, mask_sets)
table.pivot(index="method", columns="masks", values="psnr_hole").sort_values("lines").round(2)

# %%
plots.show(
    plots.bars(
        table[table["masks"] == "lines"],
        value="psnr_hole",
        title="Line masks",
        unit="PSNR in holes (dB)",
    ),
    alt="Bars of hole PSNR on line masks: learned window, biharmonic and harmonic at the top, "
    "close together.",
    caption="Learned from 300 pictures, level with the best equation.",
)

# %% [markdown]
# **Read.** On lines the learned window leads by about a tenth of a decibel, too little to call it better. In the square biharmonic stays
# ahead: the weights were learned for one missing pixel among known ones, and nothing in training asked for wide
# holes. It found again what lesson 02 derived, and not much more. It is linear and looks a few pixels around; it cannot *decide* between edge and no edge. Layers with
# bends, trained on whole holes, can, and they come next.
#
# ## Questions
#
# **1.** A network trained with squared error fills every hole with something blurred. A colleague doubles the number of
# layers to get sharp fills. What will happen?
#
# 1. Fills get sharp: the network was too weak.
# 2. They may get better, but where the context leaves several contents open they stay blurred.
# 3. They get blurrier, since more layers average more.
#
# <details><summary>Answer</summary>
#
# **2.** A better network comes closer to the conditional mean, and that mean is blurred where several contents are
# possible. 1: capacity is not what is missing. More *context* can make fewer contents possible, which helps. 3: layers
# do not average by themselves; their weights are learned.
# </details>
#
# **2.** Five 3 × 3 layers with dilations 1, 2, 4, 2, 1. How many pixels to each side does an output see?
#
# 1. 5
# 2. 10
# 3. 21
#
# <details><summary>Answer</summary>
#
# **2.** The sum of the dilations. 1 would be without dilation. 3 is the width of the whole field, both sides and the
# middle.
# </details>
#
# **3.** On photos, with ten training pictures, radius 6 does worse on held-out pictures than radius 2. Why?
#
# 1. Far pixels mislead.
# 2. 168 weights fit accidents of ten pictures; with more pictures the loss goes away.
# 3. The window is too large for a picture of 32 pixels.
#
# <details><summary>Answer</summary>
#
# **2.** The curves for more pictures show it. 1: if far pixels were useless, enough data would give them weight 0. 3:
# it fits, with 20 × 20 places in each picture.
# </details>
#
# ## Key points
#
# * Damage your own pictures, and the answer comes with the question: self-supervised pairs, new masks in training, frozen ones in
#   validation.
# * Look near and do the same everywhere: that is a convolution, and it beats thousands of free weights.
# * Under squared error the best guess is the conditional mean; under absolute error the median. Blur follows from the question.
# * Reach is the sum of dilations; pooling doubles every step after it, at the same cost.
# * Train on training pictures, choose on validation pictures, test once.
#
# {{exercise}}
#
# {{next}}
#
# ## References
#
# * Goodfellow, Bengio, Courville: [Deep Learning](https://www.deeplearningbook.org/), MIT Press 2016: section 5.1.4
#   (least squares), 6.2.1.2 (mean and median as best guesses), chapter 9 (convolution).
# * Krizhevsky: [Learning Multiple Layers of Features from Tiny
#   Images](https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf), 2009: CIFAR-10.
# * Torralba, Fergus, Freeman: [80 Million Tiny Images, withdrawn](https://groups.csail.mit.edu/vision/TinyImages/),
#   notice of 2020.
# * Barz, Denzler: [Do We Train on Test Data?](https://arxiv.org/abs/1902.00423), Journal of Imaging, 2020.
# * Efros, Leung: [Texture Synthesis by Non-parametric Sampling](https://doi.org/10.1109/ICCV.1999.790383), ICCV 1999.
# * Yu, Koltun: [Multi-Scale Context Aggregation by Dilated Convolutions](https://arxiv.org/abs/1511.07122), ICLR 2016.
# * Yu, Lin, Yang, Shen, Lu, Huang: [Generative Image Inpainting with Contextual
#   Attention](https://arxiv.org/abs/1801.07892), CVPR 2018: the introduction has the 64 pixels.
# * Araujo, Norris, Sim: [Computing Receptive Fields of Convolutional Neural
#   Networks](https://doi.org/10.23915/distill.00021), Distill 2019.
