# %% [markdown]
# # Learn from data: the best guess is an average
#
# {{badge}}
#
# Lesson 05 ended with a spoon that no method could finish.
# What the surroundings do not contain must come from other pictures. We learn from them with least
# squares, where everything can be looked at, and then see what a neural network keeps of that.
#
# ## What you will do
#
# Fill a hole by imagination, make training pairs, learn to guess one pixel from its neighbours,
# find out why the best guess is blurred, and measure how far a network sees.
#
# ## What you will learn
#
# To **build** self-supervised pairs; to **explain** why neighbours beat table columns; to
# **derive** the blur; to **compute** a receptive field; to **choose** on validation pictures.
#
# ## What you need
#
# Lessons 01 to 05, and a first `fit` in Keras seen once. No network, no GPU. Plan 45 minutes; the
# cells alone take about a minute on two cores (`benchmarks/RESULTS.md`).

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## How would you do it?
#
# Part of a photograph is missing. Run the next cell. **Predict**, and write it down before you run
# the one after it: what was there? Name its shape and colours, and say what in the picture told
# you.

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
    caption="The equation spreads the colours of the rim.",
)

# %% [markdown]
# **Read.** You probably wrote: *an eye, green, with a dark pupil*. That takes three kinds of
# knowledge.
#
# | What you used | Example | Who has it |
# |---|---|---|
# | continuity | the fur at the rim goes on | lessons 02 to 05 |
# | spatial context | the other eye's colour and height | a network that sees far enough |
# | knowledge of the world | cats have two eyes | a network, if its training pictures show it |
#
# A network has no store of facts about cats; it can learn from many pictures which context goes
# with which content.
#
# ## Pictures that bring their own answers
#
# `run.data` names the data set. CIFAR-10 has 60,000 pictures of 32 × 32 pixels. It is a part of *80
# Million Tiny Images*, which its authors withdrew in 2020 for offensive labels and pictures, and it
# carries no licence. So the course stores none of it, and brings patches of free photographs,
# `photos`.

# %%
pictures = data.load(run.data)
print(pictures.provenance)
for part in ("train", "validation", "test"):
    images = getattr(pictures, part)
    print(f"{part:10s} {len(images):6d} pictures, {images.shape[1:]}, {images.dtype}")
plots.show(
    list(pictures.train[:10] / np.float32(255)),
    alt="Ten small training pictures of 32 by 32 pixels, in two rows.",
    caption="Ten training pictures, enlarged: each has 32 × 32 pixels.",
)

# %% [markdown]
# Nobody has to label anything: input $X$ is a picture that we damage ourselves, target $y$ the same
# picture whole. This is called *self-supervised* learning.

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
# We draw a new mask each time a picture comes by, *on the fly*. What is drawn must follow from the
# seed and the epoch (one pass over all pictures) alone, or no run could be repeated.


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
# The library's `training.pairs` does this for `fit`, and flips, shifts and transposes each mask
# too. Validation pairs are *frozen*: picture $i$ always has the same mask, for a score that changes
# with the masks says nothing about the network. **Predict**: what stays and what changes from epoch
# to epoch?

# %%
from course_lib import training

drawn = training.pairs(pictures.train[3:4], bank, batch_size=1, seed=1)
frozen = training.pairs(pictures.validation[46:47], bank, batch_size=1, seed=1, frozen=True)
inputs, titles = [], []
for name, pairs in (("training", drawn), ("validation", frozen)):
    for epoch in range(4):
        pairs.epoch = epoch
        X, y = pairs[0]
        inputs.append(X[0])
        titles.append(f"{name}, epoch {epoch}")
plots.show(
    inputs,
    titles=titles,
    columns=4,
    alt="First row: one small picture four times, each time with other black lines. Second row: "
    "another picture four times, always with the same lines.",
    caption="The picture stays, the damage changes: one picture makes many pairs.",
)
assert all(np.array_equal(inputs[4], later) for later in inputs[5:])

# %% [markdown]
# **Read.** Above, new lines every time; below, always the same. A network can still learn the
# picture itself by heart, if there are few; new masks do not prevent that.
#
# A pipeline hides its faults well. The generator of the article that this course grew from has
# these (read in its published notebooks; the leaking bit was in lesson 01), and `training.pairs`
# has none:
#
# | Fault | What follows |
# |---|---|
# | new validation masks at every look | the curve is partly mask noise |
# | no seed | no run can be repeated |
# | last, smaller batch dropped | pictures left out of every epoch |
# | holes are `image & 1` | each pixel's lowest bit leaks |
#
# The article also chooses its "best" network on the test set. We *train* on the first part,
# *choose* on the second, and look at the third once, at the end. Overlapping patches would leak, so
# `photos` is split by *photograph*. CIFAR-10 is not: 3.3 % of its test pictures have a duplicate or
# near duplicate among the training pictures (Barz and Denzler 2020).
#
# ## The table again, now with learning
#
# In lesson 02 a picture was a table, and the column mean failed. With many pictures there is a
# better table: a row for each picture, a column for each pixel and colour, 3,072 columns. And
# instead of the mean of the missing column we can *predict* it from the others. Let the three
# colours of the middle pixel be missing, and predict them from the other 3,069 by least squares.
#
# **Predict.** 500 rows, 3,069 unknown weights for each colour: how large is the error on the 500
# pictures themselves? And on pictures it has not seen?

# %%
MIDDLE = 16 * 32 + 16


def as_table(images):
    rows = images.reshape(len(images), -1, 3) / 255
    return np.delete(rows, MIDDLE, axis=1).reshape(len(images), -1), rows[:, MIDDLE]


def squared_error(predicted, true):
    return float(np.mean((predicted - true) ** 2))


few = pictures.train[:500]
columns, missing_pixel = as_table(few)
new_columns, new_pixel = as_table(pictures.validation[:600])
weights = np.linalg.lstsq(columns, missing_pixel, rcond=None)[0]
print("table:", columns.shape, " to predict:", missing_pixel.shape)
print(f"on its own 500 pictures  {squared_error(columns @ weights, missing_pixel):.6f}")
print(f"held out: table          {squared_error(new_columns @ weights, new_pixel):.6f}")
column_mean = missing_pixel.mean(axis=0)
print(f"held out: column mean    {squared_error(column_mean, new_pixel):.6f}")

# %% [markdown]
# **Read.** With more weights than rows, least squares repeats its own pictures (no error in six
# digits): it has learned them by heart. On new pictures it is wrong, though far better than the
# column mean. The usual cure, *ridge* regression, charges for large weights: minimise
# $\sum (y - Aw)^2 + \lambda \sum w^2$. Validation pictures choose $\lambda$.

# %%


def ridge(columns, target, strength):
    # the same weights as from (AᵀA + λI)⁻¹Aᵀy, with 500 equations instead of 3,069
    similar = columns @ columns.T + strength * np.eye(len(columns))
    return columns.T @ np.linalg.solve(similar, target)


tried = {strength: ridge(columns, missing_pixel, strength) for strength in (0.1, 1, 10, 100)}
for strength, found in tried.items():
    print(f"ridge {strength:5}: {squared_error(new_columns @ found, new_pixel):.6f} held out")
table_weights = min(tried.values(), key=lambda w: squared_error(new_columns @ w, new_pixel))

# %% [markdown]
# **Read.** A good $\lambda$ helps, on photos by only a tenth. (We choose it on the pictures that
# measure it: a small favour to the table.) Where did it learn to look? Put each weight back at its
# pixel (green predicted from green).

# %%
picture_of_weights = np.insert(table_weights.reshape(-1, 3, 3)[:, 1, 1], MIDDLE, 0).reshape(32, 32)
plots.show(
    plots.figure([picture_of_weights], titles=["weights of the table, ridge"]),
    alt="A 32 by 32 map of weights: bright pixels around the middle, faint noise everywhere else.",
    caption="It found the neighbours; the weights everywhere else look like noise.",
)

# %% [markdown]
# **Read.** Nothing told it which columns lie side by side; shuffled in the same way for all
# pictures, they give the same predictions. And each of the 1,024 pixels would need weights of its
# own.
#
# ## One window for all pixels
#
# We know two things that the table does not: a pixel depends mostly on its *neighbours*, in much
# the *same way* everywhere. So let a row be not a picture but a small window in one colour channel,
# whose middle is to be predicted.
#
# **Predict.** The harmonic fill of lesson 02 gives the four direct neighbours 1/4 each and the
# corners nothing. What weights will the pictures choose?

# %%
from numpy.lib.stride_tricks import sliding_window_view


def windows(images, radius):
    side = 2 * radius + 1
    cut = sliding_window_view(images, (side, side), axis=(1, 2))
    return cut.reshape(-1, side * side) / 255


rows = windows(few[:100], radius=1)
ring = np.linalg.lstsq(np.delete(rows, 4, axis=1), rows[:, 4], rcond=None)[0]
print(f"{len(rows)} rows from 100 pictures, {len(ring)} weights")
print("learned:", *np.insert(ring, 4, 0).reshape(3, 3).round(2), sep="\n")
print("harmonic:", *np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]) / 4, sep="\n")
print(f"sum of the learned weights: {ring.sum():.3f}")
print(f"learned guess on a line from left to right: {ring[3] + ring[4]:.2f}")

# %% [markdown]
# **Read.** The sum is close to 1, though nobody asked: a flat picture should stay flat. Direct
# neighbours get more than a quarter, and corners get *negative* weights. Suppose a bright line
# passes through from left to right: those two neighbours are 1, the rest 0. The harmonic guess is
# 0.25 + 0.25 = 0.5; on photos the learned one is about 0.8. The learned weights expect the line to
# go on.
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
# **Read.** 24 weights beat 9,207, with the same pictures. What we *put in* need not be learned:
# look near, and do the same everywhere. The second also makes one picture worth 28 × 28 × 3 = 2,352
# rows instead of one, and the weights serve every pixel, not only the middle one.
#
# ## How much context?
#
# A window of radius $r$ has $(2r+1)^2 - 1$ inputs. To try many sizes quickly: setting the
# derivative of $\sum (t - a \cdot w)^2$ to zero gives the *normal equations*
# $\big(\sum a\,a^\top\big)\,w = \sum a\,t$. They contain nothing but mean products of two pixels.
# We compute those once, for the largest window; a smaller window uses a part of them. The mean
# squared error needs nothing else either: with the vector $e$ that is 1 in the centre and $-w$
# elsewhere it is $e^\top P e$, where $P$ holds the mean products.

# %%
RADIUS, AMOUNTS = 6, (10, 100, 300)
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


products = {amount: moments(pictures.train[:amount]) for amount in AMOUNTS}
validation_products = moments(pictures.validation[:200])

# %% [markdown]
# From one pixel to a hole: as in lesson 02, one equation for each missing pixel. It is the weighted
# sum of its neighbours, and they may be missing too. Beyond the border the picture is mirrored.


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
# Now move the radius from 1 to 6, first with 300 pictures, then with 10. **Predict** two things:
# from which radius on does more context stop helping? And with 10 pictures instead of 300, what
# happens to the largest window?

# %%
from matplotlib import pyplot as plt

from course_lib import widgets

radii = range(1, RADIUS + 1)
learned = {(r, n): regress(products[n], r) for r in radii for n in AMOUNTS}
errors = {key: mean_error(validation_products, weights) for key, weights in learned.items()}
quarters = np.where(np.abs(OFFSETS).sum(axis=1) == 1, 0.25, 0.0)
harmonic_error = mean_error(validation_products, quarters)
shown = pictures.validation[46] / np.float32(255)
lines = masks.random_lines(1, 32, seed=7)[0]
damaged = masks.damage(shown, lines)
repaired = {key: fill(damaged, lines, weights) for key, weights in learned.items()}
quality = {key: metrics.psnr(shown, picture, lines) for key, picture in repaired.items()}
for n in AMOUNTS:
    print(f"repaired, {n:3d} pictures:", *(f"{quality[r, n]:.1f}" for r in radii), "dB")
assert errors[RADIUS, 10] > min(errors[r, 10] for r in radii)
assert errors[1, 300] < harmonic_error

# %%


def context(radius, amount):
    figure, axes = plt.subplots(1, 4, figsize=(9.6, 2.6), layout="constrained")
    grid = learned[radius, amount].reshape(2 * RADIUS + 1, -1)
    axes[0].imshow(grid, cmap="RdBu_r", vmin=-0.6, vmax=0.6)
    axes[0].set(title=f"learned weights, radius {radius}", xticks=[], yticks=[])
    for n in AMOUNTS:
        label = f"{n} pictures"
        axes[1].plot(radii, [1000 * errors[r, n] for r in radii], marker=".", label=label)
    axes[1].axhline(1000 * harmonic_error, color="grey", linestyle="--", label="harmonic")
    axes[1].plot(radius, 1000 * errors[radius, amount], "ks", fillstyle="none", markersize=11)
    axes[1].legend(fontsize=7)
    axes[1].set(title="held-out error × 1000", xlabel="radius (px)", xticks=radii)
    for side, picture in ((axes[2], damaged), (axes[3], repaired[radius, amount])):
        side.imshow(np.clip(picture, 0, 1), interpolation="nearest")
        side.set(xticks=[], yticks=[])
    axes[2].set_title("damaged")
    axes[3].set_title(f"repaired, {quality[radius, amount]:.1f} dB")
    return figure


widgets.explore(
    context,
    radius=(1, RADIUS, 1, 3),
    amount={f"{n} pictures": n for n in reversed(AMOUNTS)},
    alt="A map of learned weights, held-out error against the radius for three amounts of "
    "pictures, a damaged picture and its repair.",
    caption="Red is positive, blue negative. The farther away, the smaller the weights.",
)

# %% [markdown]
# **Read.** With 100 pictures every window beats the harmonic 1/4. Radius 2 gains over radius 1, and
# from 3 on there is hardly more to gain: for *one* missing pixel the nearest ones say nearly all.
# (These errors are averages over all places of a picture; the error before was its middle pixel's
# alone.) With ten pictures the largest window is worse than a smaller one: its 168 weights also fit
# what is special to those ten. The repaired picture does not follow the curve: on photos, with 300
# pictures, it goes up and down by more than half a decibel. It is one picture, and its holes are
# wider than one pixel. That is why we choose the radius at the end on many repaired pictures.
#
# Lesson 02's *biharmonic* equation can be written as a weighted sum too. Beside it what least
# squares found for radius 2:

# %%
upper = np.array([[0, 0, -1, 0, 0], [0, -2, 8, -2, 0], [-1, 8, 0, 8, -1]]) / 20
biharmonic = np.pad(np.concatenate([upper, upper[1::-1]]), RADIUS - 2).ravel()
five = learned[2, 300].reshape(2 * RADIUS + 1, -1)[4:9, 4:9]
print("learned, upper half:", *five[:3].round(2), sep="\n")
print("biharmonic, upper half:", *upper, sep="\n")
print(f"held out: learned {errors[2, 300]:.6f}", end=", ")
print(f"biharmonic {mean_error(validation_products, biharmonic):.6f}")
assert np.all(learned[2, 300][biharmonic != 0] * biharmonic[biharmonic != 0] > 0)  # signs

# %% [markdown]
# **Read.** Nobody mentioned a differential equation, yet wherever the biharmonic weights are not
# zero the learned ones have the same sign. On photos the errors differ by 2 % only. Learning from
# pictures has found, like the equation, that slopes go on and not only values.
#
# ## A shared window is a convolution
#
# One set of weights at every pixel: that is a *convolution*, and our window is a network of one
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
# A *convolutional neural network*, CNN, takes this further in three ways: many windows side by side
# that see all colours (channels), layer upon layer, and a nonlinear function between the layers
# (ReLU), since without it several layers are only one larger window. It keeps the two things we put
# in: look near, and do the same everywhere. From picture to picture a table needs more than nine
# million weights, 3072 × 3072; a 3 × 3 convolution needs 81.
#
# ## The best guess is an average
#
# Training makes one number small; let it be the squared error. In a context $x$ the true value $Y$
# can be several things; the model says $g$. Insert the mean $m = E[Y \mid x]$:
#
# $$E\big[(Y - g)^2 \mid x\big] = E\big[(Y - m)^2 \mid x\big] + 2\,(m - g)\,E[Y - m \mid x] + (m - g)^2$$
#
# The middle term is 0, because $E[Y - m \mid x] = 0$; the first does not depend on $g$; the last is
# least for $g = m$: *under squared error the best guess is the conditional mean.*
#
# **Predict.** In some context the true value is dark (0.2) in three of five cases and bright (0.9)
# in two. Which guess has the smallest squared error, and which the smallest absolute error?

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
# **Read.** The mean, 0.48, is a value that *never* occurs. The median does occur: here it is the
# value of the majority, wrong by 0.7 in two of five cases.
#
# Now in pictures. A dark and a bright half meet somewhere in a hole. Suppose the edge is at the
# left or the right rim, equally often. What is the best picture under squared error?

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
for name, guess in (("one of the two", left_edge), ("their mean", average)):
    each = [metrics.mse(truth, guess, gap) for truth in (left_edge, right_edge)]
    print(f"{name:15s} squared error {each[0]:.4f} or {each[1]:.4f}, mean {np.mean(each):.4f}")

# %% [markdown]
# **Read.** The grey strip is never right, and its error is half that of a sharp guess that is right
# every second time. Half is 3 dB: in lesson 05 a flat blot beat good-looking gravel.
#
# ## The same on real pictures
#
# Does a real context leave more than one content open? In windows of 13 × 13 pixels the inner 5 × 5
# are missing. For each validation window we look up the training windows with the most similar
# *context*, the 144 known pixels (after subtracting the mean colour), and see what stands in their
# middles. This is the search of Efros and Leung from lesson 05, now in other pictures. **Predict.**
# Will the middles agree where there is much detail?

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
    caption="Similar surroundings, different middles; their mean is softer.",
)

# %% [markdown]
# **Read.** The surroundings are alike and the middles are not: on photos most matches continue the
# edge, in different places and colours. Their mean is softer than most of them. Now over 200 such
# windows: the error of the nearest match and of the mean of $k$, and how much *detail* the fill has
# (the standard deviation within the missing part). The last line must hold exactly. Read the
# equation above with the eight guesses as $Y$ and the truth as $g$: the average error of one guess
# is the error of their mean *plus* their spread.

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
# **Read.** The mean of eight has a smaller error than the nearest match, and less detail. With 64
# the error grows again: those contexts are no longer alike. (Even the nearest match has less detail
# than the truth; that is not averaging.) *Blur is not a bug of a network. It is the right answer to
# the question that squared error asks.* Where the context decides, little blurs; sharpness
# elsewhere needs another question, such as "could this be real?"
#
# ## How far does a network see?
#
# Each 3 × 3 convolution adds one pixel to the *reach* on each side: slow for wide holes. With
# *dilation* $d$ the nine weights stand $d$ pixels apart, and the reach grows by $d$. The reach of a
# stack is the sum of its dilations.
#
# The article that this course grew from quotes Yu et al. (2018): to be influenced by what is 64
# pixels away, a pixel needs at least six layers of 3 × 3 convolutions with dilation factor 2.
# **Predict.** How far do six layers with dilation 2 reach?


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
# Measure it: if a pixel influences the output, the output's derivative with respect to it is not
# zero. Weights of 1 and no ReLU make sure that nothing cancels. Only the next cell needs
# TensorFlow; the rest runs on every Keras backend.

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


# %%
SIDE = 261
footprints = {
    name: footprint(stack([(3, 1, d) for d in dilations]), SIDE)
    for name, dilations in STACKS.items()
}
for name, gradient in footprints.items():
    touched = np.flatnonzero(gradient.any(axis=1))
    measured = touched.max() - SIDE // 2
    inside = slice(touched.min(), touched.max() + 1)
    share = (gradient[inside, inside] != 0).mean()
    print(f"{name:16s} reaches {measured:3d} pixels, sees {share:4.0%} of them")
    assert measured == reach(STACKS[name])
plots.show(
    plots.figure(
        [gradient != 0 for gradient in footprints.values()],
        titles=[f"{name}\nreach {reach(STACKS[name])}" for name in footprints],
    ),
    alt="Four footprints of a network's middle output: a small square, a small grid, a large full "
    "square, a very large grid.",
    caption="White: pixels that the middle output depends on, of 261 × 261. The second and fourth "
    "footprints are grids with gaps.",
)

# %% [markdown]
# **Read.** Always 2 reaches 12 pixels, not 64. Doubling from 1 to 32 reaches 63, one short.
# Doubling from 2 to 64 reaches 126, with five layers only 62: six is right *for that* reading. With
# even dilations only, the network sees every second row and column; it needs a layer without
# dilation somewhere. And reach is what a network *can* see, not what it *does* look at.
#
# ## Why an encoder
#
# A cheaper way to see far is to make the picture smaller: after a 2 × 2 pooling (or with stride 2)
# one step is two in the original. In general a layer with kernel $k$ and dilation $d$ widens the
# *receptive field*, the whole width that one output sees (twice the reach plus one), by
# $(k - 1)\,d$ steps; the length of a step is the product of all strides before it.


# %% tags=["nbval-check-output"]
def field(layers):
    """Width in pixels of what one output sees; layers are (kernel, stride, dilation)."""
    width, step = 1, 1
    for kernel, stride, dilation in layers:
        width += (kernel - 1) * dilation * step
        step *= stride
    return width


LEVEL = [(3, 1, 1), (3, 1, 1), (2, 2, 1)]  # two convolutions, then 2 × 2 mean pooling
ENCODER = LEVEL * 4 + LEVEL[:2]
FLAT = [(3, 1, 1)] * 10
for name, layers in (("ten convolutions", FLAT), ("the same with 4 poolings", ENCODER)):
    across = np.flatnonzero(footprint(stack(layers), 512).any(axis=0))
    print(f"{name:25s} formula {field(layers):3d} px, measured {np.ptp(across) + 1:3d} px")
    assert np.ptp(across) + 1 == field(layers)

# %% [markdown]
# **Read.** This is the *encoder* of the next lesson's network: with four poolings ten convolutions
# see 140 pixels instead of 21. And what does it cost? One 3 × 3 layer from $c$ channels to $c$
# costs $9c^2$ multiplications for each pixel. **Predict**: one level down, the side is halved and
# the channels are usually doubled. What happens to the cost of a layer?


# %% tags=["nbval-check-output"]
def multiplications(side, channels):
    return side**2 * 9 * channels**2


for level in range(5):
    side, channels = 32 // 2**level, 32 * 2**level
    cost = multiplications(side, channels) / 1e6
    print(f"level {level}: {side:2d} px, {channels:3d} channels, {cost:.1f} million a layer")
ratio = multiplications(512, 32) / multiplications(32, 32)
print(f"512 against 32 pixels: {ratio:.0f} times the multiplications")

# %% [markdown]
# **Read.** The cost of a layer stays, and each level down a layer adds twice the reach. The price
# is position: at the bottom one feature stands for 16 × 16 pixels. Lesson 08 shows how the decoder
# gets positions back.
#
# **Why pictures of 32 pixels?** Photographs that people repair are 512 pixels wide or more. A
# training step of the article's network at half width takes 0.238 s for 64 pictures (*Training
# pairs* in `benchmarks/RESULTS.md`); 256 times that is a minute, and the reach would have to grow
# as well. What does not carry over is detail: a picture of 32 pixels has little room for texture.
#
# ## The leaderboard
#
# This lesson's row is the window learned on `photos`. Its radius is chosen on validation pictures,
# by what counts here: repaired lines.

# %%
from functools import partial

from course_lib import evaluation

photos = data.load("photos")
on_photos = products[300] if run.data == "photos" else moments(photos.train[:300])
rivals = {r: partial(fill, weights=regress(on_photos, r)) for r in radii}
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
# **Predict** its place on lines, and in the square. Only now do we look at the test pictures (PSNR
# in holes, in dB).

# %%
count = 20 if run.profile == "smoke" else 100  # the tests' profile takes fewer
patches = photos.test[:count] / np.float32(255)
mask_sets = {
    "lines": masks.random_lines(100, 32, seed=2026)[:count],
    "square, 12 px": masks.squares(count, 32, side=12),
}
entries = {"harmonic": classical.harmonic, "learned window": rivals[best]}
table = evaluation.leaderboard(entries, patches, mask_sets)
table.pivot(index="method", columns="masks", values="psnr_hole").sort_values("lines").round(2)

# %% [markdown]
# How sure are the gaps to biharmonic? A *bootstrap* draws as many pictures again, with repetition,
# a thousand times; the range holds 95 % of the gaps.

# %%


def errors_in_holes(inpainter, holes):
    """Squared errors summed over each picture's hole: (pictures,)."""
    fills = [inpainter(masks.damage(p, hole), hole) for p, hole in zip(patches, holes, strict=True)]
    return ((np.stack(fills) - patches) ** 2).sum(axis=(1, 2, 3))


draws = np.random.RandomState(0).randint(count, size=(1000, count))
for name, holes in mask_sets.items():
    window = errors_in_holes(rivals[best], holes)
    equation = errors_in_holes(classical.METHODS["biharmonic"], holes)
    gaps = 10 * np.log10(equation[draws].sum(axis=1) / window[draws].sum(axis=1))
    low, high = np.percentile(gaps, (2.5, 97.5))
    gap = 10 * np.log10(equation.sum() / window.sum())
    print(f"{name:14s} learned window ahead by {gap:5.2f} dB ({low:.2f} to {high:.2f})")

# %% [markdown]
# **Read.** On lines the learned window is 0.14 dB ahead of biharmonic, in the square 0.13 dB
# behind: with 100 pictures neither gap is large enough to name a winner. From pictures alone it
# came as far as the best equation of lesson 02, and no further. It is linear and looks a few pixels
# around, so it cannot *decide* between edge and no edge; and it was trained on one missing pixel
# among known ones, never on a wide hole. A network with nonlinear layers, trained on whole holes,
# is free of these limits. Whether it repairs better, lesson 08 measures.
#
# ## Questions
#
# **1.** A network trained with squared error fills holes with something blurred. A colleague
# doubles its layers. What will happen?
#
# 1. Fills get sharp: the network was too weak.
# 2. They may get better, but stay blurred where the context leaves several contents open.
# 3. They get blurrier, since more layers average more.
#
# <details><summary>Answer</summary>
#
# **2.** A better network comes closer to the conditional mean, and that is blurred. 1: capacity is
# not what is missing; more *context* would help. 3: layers do not average by themselves; their
# weights are learned.
# </details>
#
# **2.** Five 3 × 3 layers with dilations 1, 2, 4, 2, 1. How many pixels to each side does an output
# see?
#
# 1. 5
# 2. 10
# 3. 21
#
# <details><summary>Answer</summary>
#
# **2.** The sum of the dilations. 1: without dilation. 3: the width of the whole field.
# </details>
#
# **3.** With ten training pictures of photos, why is the held-out error larger for radius 6 than
# for 2?
#
# 1. Far pixels mislead.
# 2. 168 weights fit accidents of ten pictures; with more pictures the loss nearly goes away.
# 3. The window is too large for a picture of 32 pixels.
#
# <details><summary>Answer</summary>
#
# **2.** The curves for more pictures show it. 1: if far pixels were useless, enough data would give
# them weight 0. 3: it fits, with 20 × 20 places in each picture.
# </details>
#
# ## Key points
#
# * Self-supervised pairs: damage your own pictures, with new masks in training, frozen ones in
#   validation.
# * Look near and do the same everywhere: that is a convolution, and it beats thousands of free
#   weights.
# * Under squared error the best guess is the conditional mean, under absolute error the median.
# * Reach is the sum of dilations; pooling doubles every step after it; with twice the channels a
#   layer costs the same.
# * Train on training pictures, choose on validation pictures, test once.
#
# {{exercise}}
#
# {{next}}
#
# ## References
#
# * Thakur, Paul: *Introduction to image inpainting with deep learning*, Weights & Biases, 2020. The
#   article that this course grew from.
# * Goodfellow, Bengio, Courville: [Deep Learning](https://www.deeplearningbook.org/), MIT Press
#   2016: sections 5.1.4, 6.2.1.2, chapter 9.
# * Krizhevsky: [Learning Multiple Layers of Features from Tiny
#   Images](https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf), 2009: CIFAR-10.
# * Torralba, Fergus, Freeman: [80 Million Tiny Images,
#   withdrawn](https://groups.csail.mit.edu/vision/TinyImages/), notice of 2020.
# * Barz, Denzler: [Do We Train on Test Data?](https://arxiv.org/abs/1902.00423), Journal of
#   Imaging, 2020.
# * Efros, Leung: [Texture Synthesis by Non-parametric
#   Sampling](https://doi.org/10.1109/ICCV.1999.790383), ICCV 1999.
# * Yu, Koltun: [Multi-Scale Context Aggregation by Dilated
#   Convolutions](https://arxiv.org/abs/1511.07122), ICLR 2016.
# * Yu, Lin, Yang, Shen, Lu, Huang: [Generative Image Inpainting with Contextual
#   Attention](https://arxiv.org/abs/1801.07892), CVPR 2018.
# * Araujo, Norris, Sim: [Computing Receptive Fields of Convolutional Neural
#   Networks](https://doi.org/10.23915/distill.00021), Distill 2019.
