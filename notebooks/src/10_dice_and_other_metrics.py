# %% [markdown]
# # Score the truth highest: dice, IoU and other metrics
#
# {{badge}}
#
# [Lesson 08](08_vanilla_autoencoder.ipynb) and [lesson 09](09_watching_it_learn.ipynb) judged networks by PSNR in the holes. The
# article behind this course judged its networks by *dice*, a number that is right for masks. It put pictures in. This lesson
# finds out what the number then measures, and what the other common numbers look at.
#
# ## What you will do
#
# Judge four detectors of a scratch, cheat a metric until a ruined photograph scores higher than the photograph itself, prove that this always works, and make five equally wrong pictures, some hardly changed to the eye and some spoilt.
#
# ## What you will learn
#
# To **test** a metric before you trust it; to **compute** accuracy, IoU and dice of masks; to **prove** why dice fails on pictures; to **read** a loss
# that cannot reach zero; to **choose** a metric for inpainting.
#
# ## What you need
#
# Lessons 01 and 08. No internet, no GPU, no training (the last table uses two trained networks that come with the course). Plan 50 minutes for reading and trying; the cells alone take under a minute on two
# processor cores.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %% [markdown]
# ## Where dice is right: masks
#
# Somebody must find the damage before it can be repaired. Here is a photograph with three scratches, and four detectors: one says *nothing
# is missing*, one says *everything is*, one takes every nearly white pixel for damage, and one finds the scratches but draws them two pixels too fat on every side.

# %%
import numpy as np
from scipy import ndimage

from course_lib import data, masks, plots

photograph = data.photo("coffee")[72:328, 152:408]
scratch = masks.random_lines(1, 256, lines=(3, 3), thickness=(2, 2), seed=4)[0]
scratched = masks.damage(photograph, scratch, fill=1.0)
found = {
    "nothing": np.zeros_like(scratch),
    "everything": np.ones_like(scratch),
    "nearly white": scratched.min(axis=-1) > 0.8,
    "too fat": ndimage.binary_dilation(scratch, np.ones((5, 5))),
}
plots.show(
    [scratched, scratch, found["nearly white"], found["too fat"]],
    titles=["the photograph", "the scratches", "nearly white", "too fat"],
    alt="A coffee cup crossed by three white scratches; the scratches as a mask; two masks that "
    "detectors found, one with the white rim of the cup in it, one with thick lines.",
    caption="The scratches, and what two of the four detectors make of them.",
)

# %% [markdown]
# *Accuracy* is the share of pixels that a detector gets right. *Intersection over union* (IoU, Jaccard 1912) and *dice*
# (Dice 1945; also called F1) look only at the pixels that at least one of the two masks marks:
#
# $$\mathrm{IoU} = \frac{|A \cap B|}{|A \cup B|}, \qquad \mathrm{dice} = \frac{2\,|A \cap B|}{|A| + |B|}.$$


# %%
def accuracy(true_mask, predicted_mask):
    return (true_mask == predicted_mask).mean()


def iou(true_mask, predicted_mask):
    return (true_mask & predicted_mask).sum() / (true_mask | predicted_mask).sum()


def dice(true_mask, predicted_mask):
    return 2 * (true_mask & predicted_mask).sum() / (true_mask.sum() + predicted_mask.sum())


# %% [markdown]
# **Predict.** Which detector has the highest accuracy? Which would you buy?

# %% tags=["nbval-check-output"]
print(f"{scratch.mean():.1%} of the pixels are scratched")
for name, mask in found.items():
    scores = f"accuracy {accuracy(scratch, mask):.3f}   IoU {iou(scratch, mask):.3f}"
    print(f"{name:12s} {scores}   dice {dice(scratch, mask):.3f}")

# %% [markdown]
# **Read.** The detector that never finds anything is the most accurate of all, because nearly every pixel is undamaged and it gets those
# right. Dice and IoU give it zero, and put the one that you would buy, *too fat*, first: pixels that neither mask marks do not count for them. This is what the article meant when it wrote that accuracy is
# misleading and turned to dice, and for masks it is good advice.
#
# Dice and IoU say the same in different units. Write $D$ for dice and $J$ for IoU. Because $|A| + |B| = |A \cup B| + |A \cap B|$, dice is $D = 2J / (1 + J)$, and so $J = D / (2 - D)$. The cell checks this for our four masks, and both against the library:

# %%
from course_lib import metrics

for mask in found.values():
    D, J = dice(scratch, mask), iou(scratch, mask)
    assert np.isclose(J, D / (2 - D))
    assert (D, J) == (metrics.dice(scratch, mask), metrics.iou(scratch, mask))

# %% [markdown]
# This rises with $D$, so the two put any two masks in the same order, and one of them is enough. (Two empty masks are 0/0; the library calls
# them equal, 1.) Lesson 14 judges a mask finder with them.
#
# ## Where dice is wrong: pictures
#
# The article used the formula on *intensities*: every value $y_i$ of the true picture and $p_i$ of the predicted one is a number in
# [0, 1], and products take the place of intersections,
#
# $$D(p) = \frac{2 \sum_i y_i\, p_i}{\sum_i y_i + \sum_i p_i}.$$
#
# **Predict.** A perfect restoration, $p = y$. What does it score?


# %%
def plain_dice(true, predicted):
    return 2 * (true * predicted).sum() / (true.sum() + predicted.sum())


# %% tags=["nbval-check-output"]
pictures = {
    "cat": data.photo("chelsea")[::3, ::3],
    "cup": data.photo("coffee")[::3, ::3],
    "page": data.photo("page")[:, :256],
    "rocket": data.photo("rocket")[::3, ::3],
}
pictures = {name: picture.astype(np.float64) for name, picture in pictures.items()}
for name, picture in pictures.items():
    perfect, white = plain_dice(picture, picture), plain_dice(picture, np.ones_like(picture))
    print(f"{name:7s} perfect {perfect:.3f}   all white {white:.3f}")

# %% [markdown]
# **Read.** Not 1. With $p = y$ the formula is $\sum y^2 / \sum y$, a property of the picture and not of any repair. The second column is stranger still: for three of the four, a
# white sheet of paper scores *more* than the perfect restoration.
#
# A metric has one duty before all others: **to score the truth highest.**
#
# ## Cheat the metric
#
# Your turn. You hand in the *true* picture and may ruin it in two ways: make it brighter, or turn it to black and white at a threshold. Bars
# are the scores of what you hand in, black ticks those of the truth. **Find a setting whose plain dice passes the tick. Then find the highest.**

# %%
from matplotlib.figure import Figure

from course_lib import widgets


def ruin(picture, brightness, black_and_white, threshold):
    picture = np.clip(brightness * picture, 0, 1)
    return (picture >= threshold).astype(float) if black_and_white else picture


def score_card(true, answer):
    return {
        "plain dice": metrics.plain_dice(true, answer),
        "squared dice": metrics.squared_dice(true, answer),
        "SSIM": metrics.ssim(true, answer),
        "1 - MAE": 1 - metrics.mae(true, answer),
    }


# %%
def hand_in(brightness, black_and_white, threshold, picture):
    answer = ruin(picture, brightness, black_and_white, threshold)
    scores, own = score_card(picture, answer), score_card(picture, picture)
    drawing = Figure(figsize=(9.6, 2.9), layout="constrained", dpi=90)
    *panels, right = drawing.subplots(1, 3, width_ratios=(1.2, 1.2, 1))
    shown = {"the truth": (picture, own), "handed in": (answer, scores)}
    for axes, (title, (image, card)) in zip(panels, shown.items(), strict=True):
        axes.imshow(image)
        axes.set_title(f"{title}\nplain dice {card['plain dice']:.3f}", fontsize=10)
        axes.set_axis_off()
    for place, (name, score) in enumerate(scores.items()):
        cheated = score > own[name] + 1e-9
        bar = right.barh(place, score, color="#e08578" if cheated else "#9bb7d4")
        right.bar_label(bar, fmt="%.3f", label_type="center", fontsize=9)
        right.plot(own[name], place, "k|", markersize=22, markeredgewidth=2)
    right.set_yticks(range(len(scores)), list(scores))
    right.invert_yaxis()
    decibels = metrics.psnr(picture, answer)
    right.set_title(f"ticks: the truth's own\nPSNR {decibels:.1f} dB", fontsize=10)
    return drawing


# %% [markdown]
# It begins with the truth itself, brightness 1.


# %%
def describe(brightness, black_and_white, threshold, picture):
    answer = ruin(picture, brightness, black_and_white, threshold)
    scores = (metrics.plain_dice(picture, one) for one in (answer, picture))
    return (
        "A photograph, what is handed in, and bars of four scores; plain dice {:.3f}, the "
        "truth's own {:.3f}.".format(*scores)
    )


widgets.explore(
    hand_in,
    brightness=(0.5, 3.0, 0.1, 1.0),
    black_and_white=False,
    threshold=(0.0, 1.0, 0.02, 0.5),
    picture=pictures,
    photograph=True,
    alt=describe,
    caption="Move brightness to the right: one of the four bars passes its tick.",
)

# %% [markdown]
# **Read.** A little more light is enough. Black and white does better still, with the right threshold (which one, we shall see), and threshold 0 is the white
# sheet. Only plain dice can be driven past its tick; whatever you change, the other three fall short of theirs, and the PSNR is no longer infinite.
#
# ## Why a thresholded picture beats the truth
#
# Let $\tau = D(y)/2$ be *half of the truth's own score*. We want to know which pictures $p$ score at least as much, $D(p) \ge 2\tau$. Multiply by the
# denominator and sort the terms:
#
# $$\textstyle \sum y_i p_i \ge \tau \left(\sum y_i + \sum p_i\right)
# \quad\Longleftrightarrow\quad \sum (y_i - \tau)\, p_i \ge \tau \sum y_i.$$
#
# 1. The truth, $p = y$, meets this with equality: that is what $\tau$ means.
# 2. On the left each value $p_i$ stands in a term of its own. $(y_i - \tau)\,p_i$ is largest for $p_i = 1$ where $y_i > \tau$, and for $p_i = 0$ where $y_i < \tau$.
# 3. So the truth *thresholded at $\tau$* has the largest left side of all pictures, no smaller than the truth's, and $D \ge 2\tau = D(y)$.
#
# When is it no more than equal? Only if thresholding raised no term, that is, if every $y_i$ was 0, 1 or exactly $\tau$. Photographs are not. So: **always**, for
# every picture that has any shade but black, white and the one grey $\tau$.
#
# And then again: the thresholded picture has a higher score, half of it is a new threshold, and so on. (The method is Dinkelbach's, 1967; there are at most 256 different thresholds
# for a picture of bytes, so it ends.) Where it stands still, no picture at all has a larger left side, hence none a higher score.


# %%
def best_picture(true):
    """The picture with the highest plain dice, its score, and all thresholds on the way."""
    score, thresholds = plain_dice(true, true), []
    while True:
        thresholds.append(score / 2)
        picture = (true > score / 2).astype(float)
        if plain_dice(true, picture) <= score:
            return picture, score, thresholds
        score = plain_dice(true, picture)


# %% [markdown]
# **Predict.** How many rounds will it take? And how much is there to gain over the truth?

# %%
best = {name: best_picture(picture) for name, picture in pictures.items()}
plots.show(
    [*pictures.values(), *(picture for picture, _, _ in best.values())],
    titles=[f"truth: {plain_dice(picture, picture):.3f}" for picture in pictures.values()]
    + [f"highest: {score:.3f}" for _, score, _ in best.values()],
    columns=4,
    alt="Above, four photographs: a cat, a cup, a printed page, a rocket. Below, the same in "
    "pure red, green, blue and their mixtures, with all shades gone.",
    caption="Above the truth, below the picture with the highest plain dice of all pictures.",
)
for name, (_, _, thresholds) in best.items():
    print(f"{name:7s} thresholds", " ".join(f"{one:.4f}" for one in thresholds))

# %% [markdown]
# **Read.** Three or four rounds (the cup's last two thresholds differ in the sixth decimal), and a gain between 0.11 and 0.15. Each colour is thresholded by itself, so what scores highest is a poster with at most eight colours. Is it really the highest? We try all 256 thresholds,
# and a thousand random changes of the winner, in which a hundredth of its values become something else.

# %%
random = np.random.RandomState(0)
cat, (winner, highest, _) = pictures["cat"], best["cat"]
every_threshold = [plain_dice(cat, cat > level) for level in np.arange(256) / 255]
changed = []
for _ in range(1_000):
    other = winner.copy()
    somewhere = random.random_sample(cat.shape) < 0.01
    other[somewhere] = random.random_sample(somewhere.sum())
    changed.append(plain_dice(cat, other))
print(f"truth {plain_dice(cat, cat):.4f}   fixed point {highest:.4f}")
print(f"best of 256 thresholds {max(every_threshold):.4f}   of 1,000 changes {max(changed):.4f}")
assert np.isclose(max(every_threshold), highest) and max(changed) < highest

# %% [markdown]
# And *always*: on every one of 500 test pictures, one step of thresholding at half the truth's own score.

# %%
dataset = data.load(run.data)
tests = dataset.test[:500].astype(np.float64) / 255
own = np.array([plain_dice(one, one) for one in tests])
thresholded = np.array(
    [plain_dice(one, one > score / 2) for one, score in zip(tests, own, strict=True)]
)
white = np.array([plain_dice(one, np.ones_like(one)) for one in tests])
print(f"beaten by one threshold: {np.sum(thresholded > own)} of {len(tests)}")
print(f"beaten by a white sheet: {np.sum(white > own)} of {len(tests)}")
assert (thresholded > own).all()

# %% [markdown]
# The exception exists, too. Four values, of which three are exactly $\tau$:

# %% tags=["nbval-check-output"]
rare = np.array([1, 1 / 3, 1 / 3, 1 / 3])
print(f"truth {plain_dice(rare, rare):.4f}   thresholded {plain_dice(rare, rare > 0.4):.4f}")

# %% [markdown]
# **Read.** A tie. So even there the truth is not *the* best answer, only one of several. On masks, where all values are 0 or 1, nothing can be thresholded, and the
# metric is right: it was made for them.
#
# A metric can also be used as a loss. The derivative, $\partial D / \partial p_i = 2\,(y_i - D/2) / (\sum y + \sum p)$, pushes every value above half the score towards white and every other
# towards black: as a loss, plain dice rewards posters.
#
# ## When a white sheet wins
#
# Thresholding needs the truth. White needs nothing. With $m$ for the mean of $y$ and $v$ for its variance, $\sum y^2 / \sum y = m + v/m$, and the white sheet has
# $2m/(1 + m)$. So it wins when
#
# $$v < m^2\, \frac{1 - m}{1 + m}:$$
#
# when the picture has little contrast for its brightness.

# %%
mean, spread = tests.mean(axis=(1, 2, 3)), tests.std(axis=(1, 2, 3))
wins = white > own
assert np.array_equal(wins, spread**2 < mean**2 * (1 - mean) / (1 + mean))
drawing = Figure(figsize=(6.2, 3.4), layout="constrained")
axes = drawing.subplots()
axes.plot(mean[wins], spread[wins], ".", color="#c0392b", label="white beats the truth")
axes.plot(mean[~wins], spread[~wins], ".", color="#3b6ea8", label="truth beats white")
grid = np.linspace(0, 1, 200)
axes.plot(grid, grid * np.sqrt((1 - grid) / (1 + grid)), "k", label="the border, computed")
axes.set(
    title="500 test pictures", xlabel="mean brightness", ylabel="contrast (standard deviation)"
)
axes.legend(fontsize=8)
plots.show(
    drawing,
    alt="Points of brightness against contrast; those below an arched curve are red, where a "
    "white sheet beats the truth, those above it blue.",
    caption="Below the curve a white sheet scores more than a perfect restoration.",
)

# %% [markdown]
# **Read.** The formula separates the two exactly. Which side most pictures are on depends on the data. On CIFAR-10, which the article used, it is the wrong one: there white beats the truth in 856 of 1,000 pictures. From
# `benchmarks/RESULTS.md`, *Dice on intensities* (1,000 pictures, line masks, mean over batches of 32 as in the article):
#
# | answer | plain dice |
# |---|---:|
# | black and white, best threshold | 0.7167 |
# | the truth, 1.2 times as bright | 0.6505 |
# | all white | **0.6443** |
# | not repaired, holes painted white | **0.6160** |
# | *the truth* | *0.6082* |
# | biharmonic | 0.6063 |
# | every hole grey | 0.5912 |
# | not repaired, holes black | 0.5621 |
#
# All white beats the truth in all of the 31 batches, holes painted white do in 29. Whoever paints holes white, as one of the article's notebooks does, *loses* dice by repairing them perfectly.
#
# What did the article see? Its partial-convolution network had its highest validation dice, 0.6411, in epoch 19, the epoch with its *worst* validation loss (mean absolute error
# 0.1116; its best epoch had 0.0442). A prediction that comes out too bright would explain both. (Figures from the notebooks of Thakur and Paul.)
#
# ## It depends on who shares the batch
#
# The article computed one dice for all values of a batch. **Predict.** 500 perfect answers, once in the order of the data set and once sorted by brightness, in batches of 32. Nothing
# else changes. Will the mean over the batches change?


# %%
def batch_scores(pictures):
    batches = [pictures[k : k + 32] for k in range(0, len(pictures) - 31, 32)]
    return np.array([plain_dice(batch, batch) for batch in batches])


for name, order in {"as they come": slice(None), "sorted by brightness": mean.argsort()}.items():
    scores = batch_scores(tests[order])
    batches = f"batches from {scores.min():.3f} to {scores.max():.3f}"
    print(f"{name:21s} mean {scores.mean():.3f}   {batches}, sd {scores.std(ddof=1):.3f}")
assert np.isclose(plain_dice(tests, tests), np.average(own, weights=mean))

# %% [markdown]
# **Read.** It does, although all answers are perfect. A batch's dice is the mean of its pictures' dices weighted by their $\sum y + \sum p$, so bright pictures count more and the company matters. On
# CIFAR-10, batches of the unsorted truth differ with a standard deviation of 0.0255, eleven times the distance from the truth to Navier–Stokes, 0.0023 (same table in
# `RESULTS.md`). Differences of that size say nothing unless everybody is judged on the same batches, and then they may still point the wrong way.
#
# ## Squares in the denominator
#
# Milletari et al. (V-Net, 2016) put squares there, and the maximum is right. The reason takes one line:
#
# $$D_2(p) = \frac{2\sum y_i p_i}{\sum y_i^2 + \sum p_i^2}
# \quad\Longrightarrow\quad 1 - D_2 = \frac{\sum (y_i - p_i)^2}{\sum y_i^2 + \sum p_i^2}.$$
#
# It is 1 for the truth and less for anything else, because it is a squared error in disguise, divided by brightness. Then how does it grade? We fill the frozen holes of the
# leaderboard. **Predict** the squared dice of holes that are simply painted grey.


# %%
def squared_dice(true, predicted):
    return 2 * (true * predicted).sum() / ((true**2).sum() + (predicted**2).sum())


# %%
from course_lib import classical

count = 20 if run.profile == "smoke" else 100  # the tests' profile takes fewer
patches = data.load("photos").test[:count] / np.float32(255)
holes = masks.random_lines(100, 32, seed=2026)[:count]  # frozen: the same in every lesson


def fill_all(name, mask):
    pairs = zip(masks.damage(patches, mask), mask, strict=True)
    return np.clip(np.stack([classical.METHODS[name](*one) for one in pairs]), 0, 1)


# %%
fills = {
    name: fill_all(name, holes)
    for name in ("nothing", "grey", "mean", "navier_stokes", "biharmonic")
}
for name, filled in fills.items():
    told = f"{metrics.psnr(patches, filled, holes):5.1f} dB in the holes"
    print(f"{name:14s} {told}   squared dice {squared_dice(patches, filled):.4f}")
    error = ((patches - filled) ** 2).sum() / ((patches**2).sum() + (filled**2).sum())
    assert np.isclose(1 - squared_dice(patches, filled), error, atol=1e-5)

# %% [markdown]
# **Read.** The order is right and the scale is useless: holes painted grey have 0.97 on photos (on CIFAR-10 0.984, and Navier–Stokes 0.998: `RESULTS.md`), and all that is worth
# comparing happens in the third decimal. PSNR is the same squared error on a logarithmic scale, where it can be seen.
#
# ## A loss that cannot reach zero
#
# The first of the article's networks was trained on binary cross-entropy, which is made for labels 0 and 1 as well:
#
# $$\mathrm{BCE}(y, p) = -\frac1n \sum_i \bigl( y_i \log p_i + (1 - y_i) \log (1 - p_i) \bigr).$$
#
# Does the truth at least score best? Set the derivative with respect to $p_i$ to zero, $-y_i/p_i + (1 - y_i)/(1 - p_i) = 0$: the only solution is $p_i = y_i$. So yes. But what
# is the loss there?

# %%
p = np.linspace(0.001, 0.999, 500)


def cross_entropy(true, predicted):
    return -(true * np.log(predicted) + (1 - true) * np.log(1 - predicted))


drawing = Figure(figsize=(6.2, 3), layout="constrained")
axes = drawing.subplots()
for true in (0.02, 0.2, 0.5):
    (line,) = axes.plot(p, cross_entropy(true, p), label=f"true value {true}")
    axes.plot(true, cross_entropy(true, true), "o", color=line.get_color())
axes.set(title="Cross-entropy of one value", xlabel="predicted value", ylabel="BCE", ylim=(0, 2))
axes.legend(fontsize=8)
plots.show(
    drawing,
    alt="Three curves of cross-entropy against the predicted value; each is lowest where the "
    "prediction equals the truth: at 0.1 for 0.02, at 0.5 for 0.2, at 0.69 for 0.5.",
    caption="The lowest point is at the truth, and above zero unless the truth is 0 or 1.",
)

# %% [markdown]
# **Read.** Each curve has its lowest point at the truth, at the height $h(y) = -y \log y - (1 - y) \log(1 - y)$, the *entropy* of the value: up to 0.69 (the natural logarithm of 2) for middle grey. The mean
# of $h$ over the pictures is a floor, and what a network can change is only what lies above it. The floor of our pictures, with a fill beside it:

# %%
from scipy.special import entr

exact = patches.astype(np.float64)
floor = (entr(exact) + entr(1 - exact)).mean()
inside = np.clip(fills["biharmonic"].astype(np.float64), 1e-7, 1 - 1e-7)  # as Keras clips
reached = cross_entropy(exact, inside).mean()
print(f"floor {floor:.4f}   biharmonic {reached:.4f}   above the floor {reached - floor:.4f}")
assert reached > floor

# %% [markdown]
# **Read.** Nearly all of the loss is floor. On CIFAR-10 the floor is 0.546 (`RESULTS.md`, cross-entropy of the truth). The article's validation loss went from 0.5506 after the first
# epoch to 0.5485 after the twentieth: everything after its first epoch is played out within one per cent above a floor that nobody drew into the plot. (The floor of its own test pictures may be a little different.) Subtract the floor,
# or use a loss whose zero is the truth.
#
# ## In the hole, or over the whole picture
#
# Lesson 01 had this; here it is as a rule for reading tables. For composites with hole fraction $r$, $\mathrm{PSNR}_\text{image} = \mathrm{PSNR}_\text{hole} - 10
# \log_{10} r$. **Predict.** One method fills a square of 4×4 pixels with one flat colour, another a square of 20×20 by biharmonic interpolation. Which has the higher PSNR over the image?


# %%
for method, side in (("mean", 4), ("biharmonic", 20)):
    mask = masks.squares(count, 32, side=side)
    filled, r = fill_all(method, mask), mask.mean()
    hole, image = metrics.psnr(patches, filled, mask), metrics.psnr(patches, filled)
    print(f"{method:10s} {r:6.1%} missing: hole {hole:.1f} dB, image {image:.1f} dB")
    assert np.isclose(image, hole - 10 * np.log10(r), atol=1e-3)

# %% [markdown]
# **Read.** The flat colour looks better by far over the image and is worse where something was done. Image PSNR mixes how well a hole was filled with how small it was.
#
# ## What SSIM looks at
#
# PSNR compares value by value and does not care where the errors are. The *structural similarity* (SSIM, Wang et al. 2004) slides a window over both pictures, here of 7×7 equal pixels (Wang et al. use 11×11 with Gaussian weights, so compare SSIMs of one kind only), and
# compares within each: the means (brightness), and how far the two vary together (contrast and structure). The mean over all windows is the score.


# %%
def ssim_of_window(a, b):
    (var_a, covariance), (_, var_b) = np.cov(a.ravel(), b.ravel())
    brightness = (2 * a.mean() * b.mean() + 0.01**2) / (a.mean() ** 2 + b.mean() ** 2 + 0.01**2)
    structure = (2 * covariance + 0.03**2) / (var_a + var_b + 0.03**2)
    return brightness * structure


# %% [markdown]
# The two small constants keep flat windows from being 0/0. It agrees with scikit-image:

# %%
from skimage.metrics import structural_similarity

red = pictures["cat"][..., 0]
blurred = ndimage.gaussian_filter(red, 1.5)
_, similarity = structural_similarity(red, blurred, data_range=1, full=True)
window = slice(60, 67), slice(40, 47)
assert np.isclose(ssim_of_window(red[window], blurred[window]), similarity[63, 43])
print(f"one window {similarity[63, 43]:.3f}   mean over all {similarity.mean():.3f}")

# %% [markdown]
# Now five pictures that are *equally* wrong. One is moved by one pixel. The others get just as large a squared error: a little more light, a little more contrast, a blur, noise.
# PSNR cannot tell them apart. **Predict** the order that SSIM puts them in. And your own?

# %%
from scipy.optimize import brentq

wide = 0.2 + 0.6 * pictures["cup"]  # room for more light
true, shifted = wide[:128, 30:158], wide[:128, 31:159]
error = np.sqrt(metrics.mse(true, shifted))
away = true - true.mean()


def blur(sigma):
    return ndimage.gaussian_filter(true, (sigma, sigma, 0))


sigma = brentq(lambda s: metrics.mse(true, blur(s)) - error**2, 0.1, 10)
wrong = {
    "moved 1 px": shifted,
    "more light": true + error,
    "more contrast": true + error * away / away.std(),
    "blur": blur(sigma),
    "noise": true + error * np.random.RandomState(0).choice([-1, 1], true.shape),
}
assert np.ptp([metrics.psnr(true, one) for one in wrong.values()]) < 0.01

# %%
plots.show(
    [true, *wrong.values()],
    titles=["the truth\n"]
    + [
        f"{name}: {metrics.psnr(true, one):.1f} dB\nSSIM {metrics.ssim(true, one):.2f}"
        for name, one in wrong.items()
    ],
    columns=4,
    alt="Six versions of a coffee cup: the truth, moved by a pixel, lighter, with more contrast, "
    "blurred, and noisy, with PSNR and SSIM over each.",
    caption="One PSNR, five SSIMs: from 0.99 for more light to 0.53 for noise.",
)
similar = {name: metrics.ssim(true, one) for name, one in wrong.items()}
assert min(similar["more light"], similar["more contrast"]) > similar["moved 1 px"] + 0.1
assert similar["moved 1 px"] > similar["blur"] > similar["noise"]

# %% [markdown]
# **Read.** SSIM forgives light and contrast, and punishes blur and noise. It puts the noise last; you may well mind the blur more, in which the spoon is a smear. That the second picture has moved by one pixel nobody would notice, and there SSIM is nearly as strict as with a strong blur: it
# compares a window with the window *at the same place*. So in some ways it is nearer to the eye than PSNR, and still no judge of what looks right.
#
# ## What none of them sees
#
# Cut a square out of grass. Fill it once with the mean colour of what is left, and once with other grass.

# %%
grass = data.photo("grass").astype(np.float64)
lawn, elsewhere = grass[:192, :192], grass[256:448, 256:448]
square = masks.squares(1, 192, side=96)[0]
answers = {
    "mean colour": masks.composite(lawn, np.full_like(lawn, lawn[~square].mean()), square),
    "other grass": masks.composite(lawn, elsewhere, square),
}
plots.show(
    [masks.damage(lawn, square), *answers.values(), lawn],
    titles=["damaged\n"]
    + [
        f"{name}\n{metrics.psnr(lawn, one, square):.1f} dB, "
        f"SSIM {metrics.ssim(lawn, one, square):.2f}"
        for name, one in answers.items()
    ]
    + ["the truth\n"],
    columns=4,
    alt="Grass with a black square cut out, with a flat grey square, with other grass in the "
    "square, and undamaged.",
    caption="PSNR and SSIM in the hole: the flat square is ahead in both.",
)
decibels = {name: metrics.psnr(lawn, one, square) for name, one in answers.items()}
assert decibels["mean colour"] > decibels["other grass"] + 1

# %% [markdown]
# **Read.** The flat square is nearer to the truth, value by value and window by window; the other fill looks like grass, but for its border. Every metric of this lesson asks *is it this one?*, and an inpainting is also to be
# asked *could it be one?* Perceptual measures compare features of a trained network instead of values: LPIPS (Zhang et al. 2018) for two pictures, FID (Heusel et al. 2017) for two
# *sets* of pictures. LPIPS still asks the first question, but answers it more as people do; FID asks the second, of a whole set. Both need a trained network, and FID thousands of pictures. The two questions pull apart: Blau and Michaeli (2018)
# prove that beyond some point a method can only gain in the one by losing in the other.
#
# ## What to use when
#
# | You judge | Use | Do not use | Because |
# |---|---|---|---|
# | a mask that was found | IoU or dice | accuracy | most pixels are undamaged |
# | a filled picture, truth known | MAE and PSNR **in the hole**, composited | dice of any kind, BCE as a score | they score the truth below others, or hide the error |
# | the same, to compare with published tables | PSNR and SSIM of the image, hole fraction beside it | one without the other | image PSNR contains the hole fraction |
# | whether it looks right | your eyes on frozen pictures; LPIPS, FID on large sets | PSNR alone | the flat square wins |
# | the progress of a training | the loss above its floor, and hole PSNR on frozen masks | dice per batch | the batch's brightness |
#
# This course reports hole PSNR and MAE, image PSNR, MAE and SSIM, always composited, pooled over all pictures (SSIM: their mean), and a network's raw figures beside them.
#
# **Before you use a metric, hand in the truth. Then something silly.**
#
# ## The leaderboard, by every metric
#
# The rows of lesson 08, `nearest` (every hole pixel copies the nearest known one), and three more: holes painted *white*; the *truth*; and a *cheat*, the truth with its hole pixels turned to black and white. **Predict**: in
# which columns does the truth come first?

# %%
import pandas as pd

from course_lib import models

fills["nearest"] = fill_all("nearest", holes)
for name in ("vanilla_unet", "autoencoder"):
    fills[name] = models.inpaint(models.load_pretrained(name), patches, holes)
fills["white"] = masks.damage(patches, holes, fill=1.0)
fills["the truth"] = patches
half = metrics.plain_dice(patches, patches) / 2
fills["the cheat"] = masks.composite(patches, (patches > half).astype(np.float32), holes)


def row(filled):
    return {
        "psnr_hole": metrics.psnr(patches, filled, holes),
        "psnr_image": metrics.psnr(patches, filled),
        "ssim_image": metrics.ssim(patches, filled),
        "squared_dice": metrics.squared_dice(patches, filled),
        "plain_dice": metrics.plain_dice(patches, filled),
    }


table = pd.DataFrame({name: row(np.clip(filled, 0, 1)) for name, filled in fills.items()}).T
table = table.sort_values("psnr_hole", ascending=False)
table.round(4)

# %%
ranks = table.rank(ascending=False, method="min").astype(int)
assert (ranks.loc["the truth"].drop("plain_dice") == 1).all()
assert ranks.plain_dice["the cheat"] < ranks.plain_dice["the truth"]
ranks

# %% [markdown]
# **Read.** PSNR, in the hole or over the image, and squared dice put all in one order: on the same pictures and holes they are one squared error, but for a denominator that hardly changes. SSIM agrees but for two pairs of
# neighbours (it puts `nearest` over the network, and black holes over grey ones). Plain dice has the cheat above the truth, `nearest` above both equations, and white holes above grey ones. From
# biharmonic down to the autoencoder it keeps the order of the others, but the first three differ by less than 0.001: the mistakes of a fill pull the score down by nearly nothing, and too much light pulls it up.
#
# ## Questions
#
# **1.** Two mask finders, two pictures. Finder A has dice 1 and 0, finder B has 0.6 and 0.6. By mean dice B is ahead. And by mean IoU?
#
# 1. B too: IoU and dice always agree.
# 2. A: on each picture they agree, but their means need not.
# 3. That cannot be computed from dice.
#
# <details><summary>Answer</summary>
#
# **2.** $J = D/(2 - D)$ gives A 1 and 0, mean 0.5, and B 0.43 twice. The curve is bent, and a mean over bent values may change the order. 1 is right for one picture. 3: see the formula.
# </details>
#
# **2.** A network trained on photographs ends with a plain dice above $\sum y^2 / \sum y$. What follows?
#
# 1. It is better than perfect, so something is wrong with the test data.
# 2. It is not perfect: its pictures are too bright, or too hard in contrast, and are paid for it.
# 3. It has overfitted.
#
# <details><summary>Answer</summary>
#
# **2.** The perfect answer has exactly $\sum y^2 / \sum y$, so a higher score proves that the prediction differs from the truth. 1 takes the score for a measure of quality. 3 may be, but this number does not show it.
# </details>
#
# **3.** A training with BCE stands at 0.549 and does not fall any more. How good is the network?
#
# 1. Bad: the loss is far from zero.
# 2. It cannot be said before the entropy of the pictures is known.
# 3. Finished, because the loss no longer falls.
#
# <details><summary>Answer</summary>
#
# **2.** Only the distance to the floor counts. 1 takes zero for the floor. 3: near the floor progress is hard to see in so large a number, so it may or may not be finished.
# </details>
#
# **4.** A table says: ours 33 dB, theirs 27 dB, PSNR of composited images. Our holes cover 4 % of the picture, theirs 16 %. In the holes, who is ahead?
#
# 1. We, by 6 dB.
# 2. Nobody: $10 \log_{10}(0.16/0.04)$ is 6 dB.
# 3. They, by 6 dB.
#
# <details><summary>Answer</summary>
#
# **2.** Four times the hole area costs 6 dB of image PSNR. 1 reads the table as it was meant to be read. 3 takes the correction twice. (And holes of different shape are not equally hard: lesson 01.)
# </details>
#
# ## Key points
#
# * A metric must score the truth highest. Test that first: it takes one line.
# * Dice and IoU are right for masks, and are the same thing in two units; accuracy is misleading where damage is rare.
# * Plain dice on intensities is beaten by a threshold at half the truth's own score, on every picture with shades but for one rare kind, a tie; on pictures with little contrast for their brightness even by a white sheet.
# * The squared denominator mends the maximum: it is squared error again, squeezed into the third decimal.
# * Cross-entropy of shades has a floor, the pictures' entropy.
# * For inpainting: composited, PSNR and MAE in the hole, SSIM and a look beside them.
#
# {{exercise}}
#
# {{next}}
#
# ## References
#
# * Dice: [Measures of the amount of ecologic association between species](https://doi.org/10.2307/1932409), Ecology 1945; Jaccard: [The distribution of
#   the flora in the alpine zone](https://doi.org/10.1111/j.1469-8137.1912.tb05611.x), New Phytologist 1912.
# * Dinkelbach: [On nonlinear fractional programming](https://doi.org/10.1287/mnsc.13.7.492), Management Science 1967.
# * Milletari, Navab, Ahmadi: [V-Net](https://arxiv.org/abs/1606.04797), 3DV 2016: section 3, the squared denominator.
# * Wang, Bovik, Sheikh, Simoncelli: [Image quality assessment: from error visibility to structural
#   similarity](https://doi.org/10.1109/TIP.2003.819861), IEEE Transactions on Image Processing 2004.
# * Zhang et al.: [The unreasonable effectiveness of deep features as a perceptual metric](https://arxiv.org/abs/1801.03924) (LPIPS), CVPR 2018.
# * Heusel et al.: [GANs trained by a two time-scale update rule](https://arxiv.org/abs/1706.08500) (FID), NeurIPS 2017.
# * Blau, Michaeli: [The perception-distortion tradeoff](https://arxiv.org/abs/1711.06077), CVPR 2018.
# * Thakur, Paul: *Introduction to image inpainting with deep learning*, Weights & Biases, 2020. The article that this course grew from.
