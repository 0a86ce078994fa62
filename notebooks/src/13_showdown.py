# ---
# jupyter:
#   accelerator: GPU
# ---

# %% [markdown]
# # Who wins? The partial-convolution U-Net and the showdown
#
# {{badge}}
#
# Equations that learn nothing, a network that guesses where the holes are, one that is told, one that never reads a hole, and one that starts from an
# equation and corrects it. This lesson puts all of them on the same pictures and under the same eleven kinds of holes. Every paper in the field says that its own method wins. We read
# the table instead.
#
# ## What you will do
#
# Wire masks through a U-Net, train it on whatever devices there are, see what each term of a published loss is for, run a published network with its fault and without, and move through the leaderboard by shape, size and method.
#
# ## What you will learn
#
# To **build** a U-Net of partial convolutions; to **compare** networks so that the difference has one cause; to **choose** the terms of a loss; to **test** whether a
# lead is more than luck; to **decide** which method a hole, a picture and a time limit call for.
#
# ## What you need
#
# Lessons 08 and 09 (U-Net, compositing, frozen masks) and [lesson 11](11_partial_convolution.ipynb): a *partial convolution* computes with the known pixels under its
# window alone, scales up for the missing ones, and passes on a *validity*, 1 where it saw something. No network, no GPU (with one, it trains for longer). Plan an hour for reading and trying; the cells take two to three minutes on two processor cores.

# %%
# {{launch}}

# %%
from course_lib import runtime

run = runtime.setup()

# %%
import keras
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib import classical, data, evaluation, losses, masks, metrics, models, plots, widgets
from course_lib.layers import PartialConv2D

count = runtime.share(100)
pictures = data.load(run.data)
patches = pictures.test[:count] / np.float32(255)
labels = None  # photos have no classes, so nothing can be recognised there
if pictures.test_labels is not None:
    labels = pictures.test_labels[:count]
SETS = {name: holes[:count] for name, holes in evaluation.frozen_masks(100).items()}
print(pictures.provenance)
for name, holes in SETS.items():
    print(f"{name:13s} {masks.hole_fraction(holes).mean():5.1%} of the pixels missing")

# %% [markdown]
# These are the frozen masks of all of the course's tables: thin lines, irregular holes in six *buckets* of hole fraction (as in Liu et al. 2018), centred squares
# with sides of 8 and 16 pixels, and pixels missing at random.
#
# ## One ladder, three networks
#
# The article trains its vanilla network and its partial-convolution network and compares their losses. What did it compare? The one has 7,760,931 weights, the other 859,863, because the function
# that builds the second ignores its argument for the number of channels. They differ in size, in the last layers, in what stands in the holes, *and* in the convolution. If one of them
# is better, nobody can say why.
#
# A fair comparison changes one thing. Here is the U-Net of lesson 08 with partial convolutions in place of plain ones, and nothing else changed. Each wire carries two things now, features and validity: `[features, valid]`.


# %%
def twice(state, filters):
    for _ in range(2):
        state = PartialConv2D(filters, 3, activation="relu")(state)
    return state


def partial_unet(width, levels=4):
    state = inputs = [keras.Input((None, None, 3)), keras.Input((None, None, 1))]
    skips = []
    for level in range(levels):
        state = twice(state, width * 2**level)
        skips.append(state)
        state = [keras.layers.MaxPooling2D()(one) for one in state]  # features and validity
    state = twice(state, width * 2**levels)
    for level in reversed(range(levels)):
        filters = width * 2**level
        up = keras.layers.Conv2DTranspose(filters, 2, strides=2)(state[0])
        valid_up = keras.layers.UpSampling2D()(state[1])
        skip, valid_skip = skips[level]
        state = twice([[up, skip], [valid_up, valid_skip]], filters)
    features, _ = PartialConv2D(3, 3)(state)
    return keras.Model(inputs, keras.layers.Activation("sigmoid")(features))


# %% [markdown]
# Three places need a thought. *Pooling*: of four places, the pooled one is valid if any was. *Up*: a 2×2 transposed convolution makes four pixels of one, so each inherits its validity.
# *Skip*: on the finer level a hole is still open, while what comes from below has already closed it. The two halves of the concatenation keep *a validity each*; one for both would either
# count empty features as known or throw known ones away.
#
# **Predict.** A partial convolution has a mask to carry through. How many more weights does this network have than the plain one? And the plain one that gets the validity as a fourth channel of its input?

# %% tags=["nbval-check-output"]
for width in (16, 32):
    plain = models.vanilla_unet(width).count_params()
    masked = models.vanilla_unet(width, masked=True).count_params()
    partial = partial_unet(width).count_params()
    print(
        f"width {width}: plain {plain:,}   with the mask as input {masked:,}   partial {partial:,}"
    )
    assert partial == plain and masked == plain + 9 * width
assert plain == 7_760_931

# %% [markdown]
# **Read.** None: validity is counted, not weighed. The fourth channel costs 9 weights for each channel of the first layer. `models.partial_conv_unet` is the same network; with the same weights it must say the same.

# %% tags=["nbval-check-output"]
mine, library = partial_unet(4), models.partial_conv_unet(4)
mine.set_weights(library.get_weights())
square = SETS["square_16"][:2]
difference = models.predict(mine, patches[:2], square) - models.predict(
    library, patches[:2], square
)
assert np.abs(difference).max() < 1e-5
print("same weights, same answer")

# %% [markdown]
# ## Where the hole closes
#
# Each partial convolution closes a hole by one pixel from all sides, and each pooling halves what is left. **Predict**: there are four levels and a bottleneck. On which of them is a 16×16 hole in a 32×32 picture still open after the level's two
# convolutions? And a thin line?

# %%
validities = keras.Model(
    library.inputs,
    [library.get_layer(f"encoder_{level}_conv_2").output[1] for level in (1, 2, 3, 4)]
    + [library.get_layer("bottleneck_conv_2").output[1]],
)


def open_holes(holes):
    """For each level the share of places that are still hole, and the maps of the first mask."""
    valid = 1 - holes[..., None].astype(np.float32)
    seen = validities.predict([np.zeros((*holes.shape, 3), np.float32), valid], verbose=0)
    return [float(1 - one.mean()) for one in seen], [one[0, ..., 0] < 0.5 for one in seen]


LEVELS = ("level 1", "level 2", "level 3", "level 4", "bottleneck")
still_open = {name: open_holes(SETS[name])[0] for name in SETS}
shown = ("lines", "bucket_50_60", "square_16", "random_90")
plots.show(
    [one for name in shown for one in (SETS[name][0], *open_holes(SETS[name])[1])],
    titles=["hole", *LEVELS] + [""] * 6 * (len(shown) - 1),
    columns=6,
    alt="Four masks and what is left of them on the five levels of the network: nearly all of it "
    "is gone after the first level, everything after the second.",
    caption="White: still hole after two partial convolutions on that level.",
)
pd.DataFrame(still_open, index=LEVELS).T.map("{:.2%}".format)

# %%
assert all(values[2] == 0 for values in still_open.values())
assert still_open["square_16"][0] > 0.1 > still_open["lines"][0]

# %% [markdown]
# **Read.** From the third level down there is no hole left, not even of the square. Everything that sets a partial convolution apart happens on the first two levels (and on their way back, where the skips bring the open hole in
# again). Below, it is a plain convolution that does not know which of its inputs were seen and which inferred. So here is a rival to take seriously: tell a *plain* network where the hole is, as one more input channel, and let
# it make of this what it will. Three networks, then:
#
# | | `vanilla_unet` | `vanilla_unet_masked` | `partial_conv_unet` |
# |---|---|---|---|
# | sees the picture | with black in the holes | with black in the holes | known pixels only |
# | knows where the holes are | no: black could be a pixel | yes, an input channel | yes, in every window |
# | what is in a hole can change its answer | yes | yes | no |
#
# And what is equal stands in their recipes:

# %%
TRIO = ("vanilla_unet", "vanilla_unet_masked", "partial_conv_unet")
networks = {name: models.load_pretrained(name) for name in (*TRIO, "best")}
recipes = pd.DataFrame({name: models.recipe(name) for name in TRIO})
EQUAL = ["masks", "hole_weight", "steps", "batch_size", "learning_rate", "seed"]
assert (recipes.loc[EQUAL].nunique(axis=1) == 1).all()
recipes.loc[["network", "arguments", "parameters", *EQUAL]]

# %% [markdown]
# **Read.** The same pictures, masks, loss, steps and seed. Two things are *not* equal, and no table can make them so. The same number of steps takes different times (`benchmarks/RESULTS.md`, *The cost of partial convolution*). And each network was
# trained once: with another seed each would score a little differently, and nothing here tells how much. Keep that in mind for small leads.
#
# ## Train it, wherever you are
#
# Now train one. In `quick` it is small (width 4) and the training short; with a GPU the profile is `full`, and the same cell trains width 16 on CIFAR-10.
# `training.all_devices()` says where to build: with several GPUs each gets a copy of the network and a share of every batch; otherwise it changes nothing.
# `training.precision(...)` says in what numbers its layers compute: on a GPU in 16 bits, which is faster there; weights and loss keep 32.

# %%
from course_lib import training

WIDTH, RATE, EPOCHS, PICTURES = 4, 3e-3, runtime.share(6), runtime.share(4_096)
if run.profile == "full":
    WIDTH, RATE, EPOCHS, PICTURES = 16, 1e-3, 30, None
bank = masks.random_lines(2_000, 32, seed=1)
options = {"batch_size": 64, "seed": 0, "valid": True}
train = training.pairs(pictures.train[:PICTURES], bank, **options).with_holes()
seen = pictures.validation[: runtime.share(256)]
validation = training.pairs(seen, bank, frozen=True, **options).with_holes()

keras.utils.set_random_seed(0)
precision = "mixed_float16" if run.device == "gpu" else "float32"
with training.all_devices(), training.precision(precision):
    network = models.partial_conv_unet(WIDTH)
    network.compile(
        keras.optimizers.Adam(RATE),
        loss=losses.HoleWeighted("mse", weight=6.0),
        weighted_metrics=[losses.HolePSNR()],
    )
print(f"{network.count_params():,} weights, {EPOCHS} epochs of {len(train)} steps")
history = training.fit(network, train, validation, epochs=EPOCHS, seed=0)

# %%
told = history.history["val_psnr_hole"]
print("hole PSNR of the raw prediction, epoch by epoch:", " ".join(f"{one:.1f}" for one in told))

# %% [markdown]
# ## More than one device
#
# What does it mean to share a batch? Each device computes the gradient of *its* part, the parts are averaged, and every copy takes the same step. The mean of two halves' means is the whole's mean, if the halves are equal
# in size. So two devices must arrive at the weights of one, up to rounding. We have no two GPUs, but TensorFlow can make two devices of one processor, in a process of its own, because it must be asked before anything runs. Two partial convolutions, five steps. **Predict** the largest difference of a weight.

# %%
import subprocess
import sys

TWO_DEVICES = """
import keras, numpy as np, tensorflow as tf
from course_lib.layers import PartialConv2D

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
random = np.random.RandomState(0)
images = random.rand(80, 16, 16, 3).astype("float32")
valid = (random.rand(80, 16, 16, 1) < 0.8).astype("float32")

def train(strategy):
    keras.utils.set_random_seed(0)
    with strategy.scope():
        state = inputs = [keras.Input((None, None, 3)), keras.Input((None, None, 1))]
        state = PartialConv2D(8, 3, activation="relu")(state)
        network = keras.Model(inputs, PartialConv2D(3, 3)(state)[0])
        network.compile(keras.optimizers.SGD(0.1), loss="mse")
    start = network.get_weights()
    batches = tf.data.Dataset.from_tensor_slices(((images * valid, valid), images)).batch(16)
    network.fit(batches, epochs=1, shuffle=False, verbose=0)
    return start, network.get_weights()

def apart(some, others):
    return max(float(abs(a - b).max()) for a, b in zip(some, others))

start, one = train(tf.distribute.OneDeviceStrategy("CPU:0"))
_, two = train(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
print(f"moved by {apart(start, one):.1e}; one device against two: {apart(one, two):.1e}")
"""
if keras.backend.backend() == "tensorflow" and run.profile in ("quick", "full"):
    told = subprocess.run([sys.executable, "-c", TWO_DEVICES], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    print(told.stdout.strip())

# %% [markdown]
# **Read.** The difference is rounding: sums in another order. So more devices change how long a training takes, not what it is, as long as the batch stays the same. (With a batch of 64 on each of 8
# GPUs you train with batches of 512, which *is* another training, with other steps and, usually, another learning rate.)
#
# ## A loss, one term at a time
#
# Liu et al. train with a sum of five terms (their equation 7), with $\odot$ the product by pixels, $M$ the validity, $\hat y$ the raw prediction, $y$ the truth and $\tilde y$ the composite:
#
# | Term | Formula | Asks |
# |---|---|---|
# | valid | mean of $\lvert M \odot (\hat y - y)\rvert$ | are known pixels copied? |
# | hole | mean of $\lvert (1 - M) \odot (\hat y - y)\rvert$ | is the hole right, value by value? |
# | perceptual | $\sum_n$ mean of $\lvert \Psi_n(\hat y) - \Psi_n(y)\rvert$, and the same with $\tilde y$ | does a classifier see the same *features* there? |
# | style | the same with the Gram matrix of $\Psi_n$ | do the same features occur *together*, wherever? |
# | total variation | mean of $\lvert \tilde y_i - \tilde y_j\rvert$ over neighbours in and at the hole | is it smooth? |
#
# $\Psi_n$ are the features of a classifier at its $n$-th level: VGG16 in the paper, the course's own small one here. The last term does not look at the truth at all.
#
# Before anything is trained, ask each term about five answers to the same square hole: the truth; a flat mean; a smooth fill; the truth with its hole pixels *shuffled*; the hole *moved*, that is, filled with another part of the same picture.
# **Predict** which term likes shuffled pixels least, and which answer is the favourite of total variation.

# %%
hole = SETS["square_8"]
damaged = masks.damage(patches, hole)


def by_picture(method):
    return np.stack([method(*one) for one in zip(damaged, hole, strict=True)])


def shuffled(image, mask):
    image = image.copy()
    image[mask] = np.random.RandomState(0).permutation(image[mask])
    return image


ANSWERS = {
    "truth": patches,
    "flat mean": by_picture(classical.METHODS["mean"]),
    "smooth": by_picture(classical.harmonic),
    "shuffled": np.stack([shuffled(*one) for one in zip(patches, hole, strict=True)]),
    "moved": masks.composite(patches, np.roll(patches, (5, 5), axis=(1, 2)), hole),
}
TERMS = {
    "hole": losses.HoleLoss(),
    "total variation": losses.TotalVariation(),
    "perceptual": losses.Perceptual(),
    "style": losses.Style(),
}
given = hole.astype(np.float32)
asked = pd.DataFrame(
    {
        answer: {name: float(term(patches, filled, given)) for name, term in TERMS.items()}
        for answer, filled in ANSWERS.items()
    }
)
plots.show(
    [filled[1] for filled in ANSWERS.values()],
    titles=list(ANSWERS),
    alt="A small picture whose central square holds the truth, one flat colour, a smooth blend, "
    "shuffled pixels, and another part of the picture.",
    caption="Five answers to one hole.",
)
asked.round(4)

# %%
assert (asked.loc[["hole", "perceptual", "style"], "truth"] < 1e-5).all()
assert asked.loc["total variation", "smooth"] < asked.loc["total variation", "truth"]
asked.div(asked["smooth"], axis=0).round(2)

# %% [markdown]
# **Read.** (Second table: each term in units of what it says of the smooth fill.) On photos every term but one is 0 for the truth alone. *Total variation* prefers the smooth and the flat fill to the truth; it can only be a seasoning. *Hole* puts the moved piece and the flat mean
# last: by values they are farthest. *Perceptual* and *style* put the shuffled pixels last, which *hole* rates better than a flat square: the right values in the wrong places make edges where there are none, and edges are what a classifier's first features respond to. So on the
# order of the four wrong answers the last three terms agree and *hole* does not; and total variation alone would give up the truth for a smooth
# fill. They ask different questions, and that is the reason to add them.
#
# With which weights? The terms have very different sizes. Each times its published weight, for the smooth fill:

# %%
PUBLISHED = {"hole": 6, "total variation": 0.1, "perceptual": 0.05, "style": 120}  # equation 7
for name, weight in PUBLISHED.items():
    size = asked.loc[name, "smooth"]
    print(f"{name:15s} {size:.4f} x {weight:<5} = {weight * size:.4f}")

# %% [markdown]
# **Read.** The weights were searched for with VGG16's features at 512×512, and a weight means nothing without the size of its term. With our classifier's features style alone asks for more than the hole itself. Whoever changes the classifier has to weigh anew.
#
# Now by training: five small networks of partial convolutions that differ in their loss only. The terms that are added have weights with which they pull hard enough to be seen.

# %%
LOSSES = {
    "plain MAE": "explorer_loss_mae",
    "+ hole": "explorer_loss_hole",
    "+ hole, total variation": "explorer_loss_tv",
    "+ hole, perceptual": "explorer_loss_perceptual",
    "+ hole, style": "explorer_loss_style",
}
lines = SETS["lines"]
made = models.recipe("explorer_loss_mae")
print(f"width {made['arguments']['width']}, {made['steps']:,} steps of {made['batch_size']}")
print("weights of valid, hole, perceptual, style, total variation:")
for name, stored in LOSSES.items():
    print(f"{name:24s} {models.recipe(stored)['liu_weights']}")

# %%
rows, looks = {}, {}
for name, stored in LOSSES.items():
    small = models.load_pretrained(stored)
    rows[name] = evaluation.evaluate(small, patches, lines, labels=labels)
    looks[name] = models.inpaint(small, patches[:12], lines[:12])
keys = ["psnr_hole", "mae_hole", "ssim_image", "raw_psnr_image", "recognised"]
pd.DataFrame(rows).T.reindex(columns=keys).dropna(axis=1).round(4)

# %%
PICKED = (1, 3, 8)
plots.show(
    [one for k in PICKED for one in (patches[k], *(look[k] for look in looks.values()))],
    titles=["truth", *(name.replace(", ", ",\n") for name in LOSSES)] + [""] * 6 * 2,
    columns=6,
    alt="Three small pictures, each filled by five networks trained with different losses.",
    caption="The same network after the same steps; only the loss differs.",
)

# %% [markdown]
# **Read.** These networks are small and hardly trained, and photos are foreign to them: all five lie within 0.2 dB and *below* the flat mean. On the held-out pictures of CIFAR-10 (`benchmarks/RESULTS.md`, *Shipped networks*) the hole weight is worth 0.4 dB, 17.35 to 17.76; to that, total variation and the perceptual term add nothing (17.69, 17.71), and the style term costs 0.3 (17.44). The classifier recognises between 79.6 and 80.8 % of the pictures, with the hole weight most of them, and none of the three further terms raises that. What they are made for, texture in large holes of large pictures, a network of this size after 1,000 steps cannot paint at all, so this is no verdict on them. Compare the first row with the second: the same pixels are charged, but those in the holes count six times. Then ask of each further row what it paid in PSNR and what one can *see* for it. A term that asks for something else than small errors will hardly make them smaller; what it is worth is a question for eyes and classifiers, not for PSNR.
#
# ## The article's run, with its fault and without
#
# Lesson 11 found what is wrong with the article's layer: it divides by the number of input channels, and its bias stays in blind windows. Here is its network, stated anew: 16 such layers, all of the encoder's with 32 channels. One switch
# turns the fault on.


# %%
class ArticleConvolution(keras.layers.Layer):
    def __init__(self, filters, strides=1, *, fault):
        super().__init__()
        self.convolution = PartialConv2D(filters, 3, strides, use_bias=False)
        self.bias = self.add_weight((filters,), initializer="zeros", name="bias")
        self.fault = fault

    def build(self, shapes):
        self.convolution.build(shapes)

    def call(self, inputs):
        features, valid = self.convolution(inputs)
        if self.fault:
            features = features / sum(self.convolution.channels) + self.bias
        else:
            features = features + self.bias * valid
        return [keras.ops.relu(features), valid]


def article_network(fault):
    state = inputs = [keras.Input((32, 32, 3)), keras.Input((32, 32, 1))]
    skips = []
    for _ in range(4):
        state = ArticleConvolution(32, fault=fault)(state)
        skips.append(state)
        state = ArticleConvolution(32, strides=2, fault=fault)(state)
    for first, second in ((256, 128), (128, 64), (64, 32), (32, 3)):
        above = [keras.layers.UpSampling2D()(one) for one in state]
        state = [list(one) for one in zip(skips.pop(), above, strict=True)]
        state = ArticleConvolution(first, fault=fault)(state)
        state = ArticleConvolution(second, fault=fault)(state)
    output = keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")
    return keras.Model(inputs, output(state[0]))


# %% [markdown]
# **Predict.** Before any training, the network's last layer is a sigmoid. What does the faulty network answer to different pictures?


# %%
def fresh(fault):
    keras.utils.set_random_seed(0)
    return article_network(fault)


runs = {"as published": fresh(True), "repaired": fresh(False)}
assert runs["as published"].count_params() == 859_863
first = {name: models.predict(model, patches, lines) for name, model in runs.items()}
for name, one in first.items():
    print(f"{name:13s} mean {one.mean():.4f}, standard deviation {one.std():.1e}")
assert first["as published"].std() < 1e-4 < 1e-3 < first["repaired"].std()

# %% [markdown]
# **Read.** The same grey for every picture: no trace of the input reaches the output, so at first the gradient has nothing to tell the early layers either. The repaired network, with the *same* first weights, answers differently to different pictures. A few steps of each, with the article's loss,
# optimiser and batch size:

# %%
STEPS = 1_000 if run.profile == "full" else runtime.share(30)
few = training.pairs(pictures.train[: 32 * STEPS], bank, batch_size=32, seed=0, valid=True)
raw = {}
for name, model in runs.items():
    model.compile(keras.optimizers.Adam(1e-3), loss="mae")
    model.fit(few, shuffle=False, verbose=0)
    raw[name] = models.predict(model, patches, lines)
    before, after = metrics.mae(patches, first[name]), metrics.mae(patches, raw[name])
    print(f"{name:13s} raw image MAE {before:.3f}, after {len(few)} steps {after:.3f}")
    print(f"{'':13s} standard deviation over pictures {raw[name].std(axis=0).mean():.1e}")

# %%
plots.show(
    [one for k in PICKED for one in (patches[k], *(np.clip(one[k], 0, 1) for one in raw.values()))],
    titles=["truth", *runs] * len(PICKED),
    columns=3 * len(PICKED),
    alt="Three small pictures, each with the raw predictions of two networks after a few steps: "
    "the published one paints one colour, the repaired one a blurred picture.",
    caption="Raw predictions after a few steps of training.",
)

# %% [markdown]
# **Read.** On photos 30 steps halve the error of the repaired network, from 0.278 to 0.147; its pictures are blurred, but they are pictures. The published one goes from 0.282 to 0.274: all it has learned is a better grey, still the *same* grey for every picture, since its predictions differ from picture to picture by a hundred thousandth.
#
# A thousand steps of each take too long here; `benchmarks/article.py` made them on CIFAR-10, and measured on 1,000 pictures kept aside (`benchmarks/RESULTS.md`, *The article's run, and repaired*):
#
# | steps | raw MAE, as published | raw MAE, repaired |
# |---|---|---|
# | 0 | 0.2116 | 0.2156 |
# | 250 | 0.1335 | 0.0555 |
# | 500 | 0.1179 | 0.0433 |
# | 750 | 0.1075 | 0.0387 |
# | 1,000 | 0.0989 | 0.0364 |
#
# One factor and one mask: after 250 steps the repaired network is better than the published one after 1,000. Composited, 1,000 steps bring the repaired one to 19.95 dB in the holes and the published one to 16.76; Navier–Stokes has 20.36, and biharmonic 21.53.
#
# The article itself reports a validation MAE of 0.0709 after its first epoch (1,562 steps), 0.0442 at its best, in epoch 6 of 20, and 0.1116 in epoch 19. So its training did get through the fault, in time. And none of these figures is composited: a network that has to draw the known pixels anew is
# charged for all of them. For scale, and composited: painting every hole flat grey costs 0.0319 on 1,000 test pictures (`benchmarks/RESULTS.md`, *Classical methods on CIFAR-10*).
#
# ## The best we know to build
#
# The three networks of the trio paint every picture anew from nothing. But lesson 02 has a good first guess for nothing: a smooth fill. `best` starts there (`models.residual_unet`):
#
# 1. `layers.PyramidFill` fills the holes crudely: halve the picture until no hole is left, every coarse pixel the mean of the known ones below it, and smooth on the way up. No weights, only poolings, so it
#    runs inside the network and on a GPU.
# 2. A U-Net of *residual blocks*, $x + f(x)$, as in Lim et al. 2017, sees fill and validity and says what to *add*.
# 3. `layers.AddInHoles` adds it in the holes only, so known pixels pass untouched and nothing is spent on drawing them again.
#
# Its last convolution starts at zero. **Predict** the hole PSNR of the untrained network, compared with the flat mean's.

# %%
best = networks["best"]
inside = keras.Model(best.inputs, best.get_layer("fill").output)
untrained = models.residual_unet(8)
for name in ("lines", "square_16"):
    holes, flat = SETS[name], classical.METHODS["mean"]
    fills = {
        "mean": np.stack([flat(*one) for one in zip(patches, holes, strict=True)]),
        "untrained": models.inpaint(untrained, patches, holes),
        "fill": models.inpaint(inside, patches, holes),
        "best": models.inpaint(best, patches, holes),
    }
    assert np.array_equal(fills["fill"], fills["untrained"])
    told = {title: round(metrics.psnr(patches, one, holes), 2) for title, one in fills.items()}
    print(f"{name}, dB in the holes: {told}")
print(f"{best.count_params():,} weights, {models.recipe('best')['steps']:,} steps")

# %%
holes = SETS["square_8"]
fill, mended = (models.inpaint(one, patches, holes) for one in (inside, best))
plots.show(
    [
        one
        for k in PICKED[:2]
        for one in (fill[k], np.clip(0.5 + 2 * (mended - fill)[k], 0, 1), mended[k], patches[k])
    ],
    titles=2 * ["fill", "correction, doubled", "result", "truth"],
    columns=8,
    alt="For two small pictures the smooth fill of a square hole, the network's correction on "
    "grey, their sum and the truth.",
    caption="Fill plus correction is the result. Grey: no correction.",
)

# %% [markdown]
# **Read.** On photos the fill alone, and so the untrained network, stands 7.5 dB above the flat mean on lines, and training adds 1.9 dB to it (square of 16: 2.6 and 1.1). Where the fill is right, the correction is grey: nothing to say. Along an edge that runs into the hole it adds light on one side and takes it on the other. What is left for the network is exactly what lesson 02 found no equation for. The price is that it inherits the fill: in the middle of a large hole, where the fill knows nothing, it starts from nothing too.
#
# ## The showdown
#
# All of them, on the same pictures, under all eleven sets of masks, composited. The five baselines are always in the table; `harmonic` joins them. **Predict**, before you run it: in how many of the eleven sets will a network be first?

# %%
contenders = {**networks, "harmonic": classical.harmonic}
table = evaluation.leaderboard(contenders, patches, SETS, labels=labels, resamples=1_000)
wide = table.pivot(index="method", columns="masks", values="psnr_hole")[list(SETS)]
wide.sort_values("lines", ascending=False).round(1)

# %%
assert (wide.loc["best"] > wide.loc["mean"] + 1).all()
table[table.masks == "lines"].drop(columns=["masks", "psnr_image", "mae_image"]).round(3)

# %% [markdown]
# **Read.** On photos `best` leads every column, by 0.3 to 2 dB. Then come the equations, harmonic before biharmonic except on lines (and by 0.01 dB in the holes of 30 to 40 %), and the networks that paint from nothing follow behind them, though they have as many weights as `best` and as many steps. What you start from counts for more than the kind of convolution. `raw_psnr_image` belongs to networks alone. It is earned mostly on known pixels, and `best`, which never draws those, gets them for nothing: counted as the article counts, that alone would be a success. Read `psnr_hole`.
#
# ## Leaderboard explorer
#
# `size` goes from the smallest to the largest holes that a shape has in the table (six irregular buckets, two squares, two shares of random pixels, one set of lines). Bars are hole PSNR with its 95 % interval, the chosen method in
# colour; the picture is one example.

# %%
RIVALS = {
    **networks,
    **{name: classical.METHODS[name] for name in ("biharmonic", "harmonic", "navier_stokes")},
}
EXAMPLES = min(count, 12)


def fill_all(method, holes):
    if method in networks:
        return models.inpaint(networks[method], patches, holes)
    given = zip(masks.damage(patches, holes), holes, strict=True)
    return np.stack([RIVALS[method](*one) for one in given])


errors, examples = {}, {}
for name, holes in SETS.items():
    for method in RIVALS:
        filled = fill_all(method, holes)
        errors[name, method] = ((filled.astype(np.float64) - patches) ** 2).sum(axis=(1, 2, 3))
        examples[name, method] = filled[:EXAMPLES]

# %%
SHAPES = {
    "irregular": [name for name in SETS if name.startswith("bucket")],
    "square": ["square_8", "square_16"],
    "random pixels": ["random_50", "random_90"],
    "lines": ["lines"],
}


def look_at(size, shape, method, picture):
    name = SHAPES[shape][min(size, len(SHAPES[shape])) - 1]
    rows = table[(table.masks == name) & table.method.isin(list(RIVALS))].iloc[::-1]
    drawing = Figure(figsize=(9.6, 2.7), layout="constrained", dpi=90)
    *panels, right = drawing.subplots(1, 4, width_ratios=(1, 1, 1, 1.5))
    shown = {
        name: masks.damage(patches[picture], SETS[name][picture]),
        method: examples[name, method][picture],
        "truth": patches[picture],
    }
    for axes, (title, image) in zip(panels, shown.items(), strict=True):
        axes.imshow(image, interpolation="nearest")
        axes.set_title(title, fontsize=10)
        axes.set_axis_off()
    spans = [rows.psnr_hole - rows.psnr_hole_low, rows.psnr_hole_high - rows.psnr_hole]
    colours = ["#d1495b" if one == method else "#9bb7d4" for one in rows.method]
    right.barh(rows.method, rows.psnr_hole, xerr=spans, color=colours, capsize=2)
    right.set_xlim(left=rows.psnr_hole_low.min() - 2)
    right.set_title("PSNR in holes (dB)", fontsize=10)
    right.tick_params(labelsize=8)
    return drawing


def describe(size, shape, method, picture):
    name = SHAPES[shape][min(size, len(SHAPES[shape])) - 1]
    row = table[(table.masks == name) & (table.method == method)].iloc[0]
    first = table[table.masks == name].iloc[0]
    return (
        f"A picture with holes of the set {name}, its fill by {method} ({row.psnr_hole:.1f} dB "
        f"over all pictures), the truth, and bars of seven methods; {first.method} is first."
    )


widgets.explore(
    look_at,
    size=(1, 6),
    shape=list(SHAPES),
    method=list(RIVALS),
    picture=(0, EXAMPLES - 1, 1, 1),
    alt=describe,
    caption="Move the size to the right and watch the order of the bars.",
)

# %% [markdown]
# Look for a set in which the order of the bars and your eyes disagree.
#
# ## Is the lead more than luck?
#
# The intervals of the bars overlap nearly everywhere. Does it follow that nobody leads? No. Those intervals say how much a score depends on *which pictures* were drawn, and a hard picture is hard
# for everyone: lesson 09 saw two scores jump up and down together while their difference stood still. So resample the pictures and look at the *difference*, each time of both methods on the same draw. The number of hole pixels cancels:
#
# $$\Delta = 10 \log_{10} \frac{\sum_{i \in \text{draw}} e_i(\text{rival})}{\sum_{i \in \text{draw}} e_i(\text{method})}$$
#
# with $e_i$ the squared error of picture $i$. If 95 % of a thousand draws give a $\Delta$ on one side of 0, we call the lead clear.


# %%
def lead(method, rival, resamples=1_000):
    """How many dB a method is ahead, given squared errors by picture; with its 95 % interval."""
    drawn = np.random.RandomState(0).randint(0, len(method), (resamples, len(method)))
    ahead = 10 * np.log10(rival[drawn].sum(axis=1) / method[drawn].sum(axis=1))
    low, high = np.percentile(ahead, [2.5, 97.5])
    return 10 * np.log10(rival.sum() / method.sum()), low, high


# %%
verdicts = []
for name in SETS:
    ranked = sorted(RIVALS, key=lambda method: errors[name, method].sum())
    ahead, low, high = lead(errors[name, ranked[0]], errors[name, ranked[1]])
    verdicts.append(
        {
            "masks": name,
            "first": ranked[0],
            "second": ranked[1],
            "lead, dB": round(ahead, 2),
            "interval": f"{low:+.2f} to {high:+.2f}",
            "clear": bool(low > 0),
        }
    )
verdicts = pd.DataFrame(verdicts).set_index("masks")
print("first:", ", ".join(f"{name} {n}" for name, n in verdicts["first"].value_counts().items()))
print("clear leads:", verdicts["clear"].sum(), "of", len(verdicts))
verdicts

# %% [markdown]
# **Read.** On photos all eleven leads are clear, but not equal: 2.0 dB for the smallest irregular holes and the small square, 0.5 for the large square and 0.3 for 90 % random pixels. Deep in a large hole, or where nine of ten pixels are missing, a network, too, has little to go by. Behind the first place the order changes from set to set. Three pairs tell of one cause each: partial convolution or the mask as an input; the mask as an input or not at all; second derivatives or first.

# %%
PAIRS = {
    "partial before masked": ("partial_conv_unet", "vanilla_unet_masked"),
    "masked before vanilla": ("vanilla_unet_masked", "vanilla_unet"),
    "biharmonic before harmonic": ("biharmonic", "harmonic"),
}


def in_words(method, rival, name):
    ahead, low, high = lead(errors[name, method], errors[name, rival])
    return f"{ahead:+.2f} ({low:+.2f} to {high:+.2f})" + (" clear" if low * high > 0 else "")


pd.DataFrame(
    {title: {name: in_words(*pair, name) for name in SETS} for title, pair in PAIRS.items()}
)

# %% [markdown]
# And each network against the best of the three equations in that set. **Predict** for which holes a network that was told or shown the mask has its largest lead.

# %%
EQUATIONS = ("biharmonic", "harmonic", "navier_stokes")
figure = Figure(figsize=(9.6, 3.6), layout="constrained", dpi=90)
axes = figure.subplots()
for place, method in enumerate(networks):
    against = [
        lead(errors[name, method], min((errors[name, one] for one in EQUATIONS), key=np.sum))
        for name in SETS
    ]
    middle, low, high = np.array(against).T
    axes.errorbar(
        np.arange(len(SETS)) + 0.15 * (place - 1.5),
        middle,
        yerr=[middle - low, high - middle],
        fmt="os^D"[place],
        markersize=5,
        capsize=2,
        label=method,
    )
axes.axhline(0, color="black", linewidth=1)
axes.set_xticks(range(len(SETS)), [name.replace("_", "\n", 1) for name in SETS])
axes.set(title="Networks against the best equation in each set", ylabel="lead in the holes (dB)")
axes.legend(fontsize=8, ncols=4)
plots.show(
    figure,
    alt="For eleven sets of masks the lead of four networks over the best classical method, with "
    "intervals, some above and some below zero.",
    caption="Above zero the network leads. An interval that crosses the line settles nothing.",
)

# %% [markdown]
# **Read.** On photos `best` stands above the line in every set, and the trio below it in every set: here no network that paints from nothing beats the equations. Among themselves, from the table before: partial convolutions and the mask as an input differ clearly in one set of eleven, by 0.13 dB. Knowing the mask at all is worth more, 0.4 to 1.0 dB in ten sets, and then *costs* 0.4 dB on the large square. Where a marker's interval lies above the line, that network beats *every* equation for such holes; below, even the best network of the course loses to a method with no weights at all. A crossover is a place between two neighbouring sets where the sign changes.
#
# ## And the picture
#
# All of this was about means. **Predict**: the method that leads a set, on how many of its *pictures* is it the best of the seven?

# %%
firsts = {}
for name in SETS:
    stacked = pd.DataFrame({method: errors[name, method] for method in RIVALS})
    firsts[name] = stacked[stacked.min(axis=1) > 0].idxmin(axis=1).value_counts(normalize=True)
firsts = pd.DataFrame(firsts).reindex(list(RIVALS)).fillna(0)
firsts.map("{:.0%}".format)

# %% [markdown]
# **Read.** On photos `best` leads all eleven sets, and yet in most of them *harmonic* is first on more pictures: on half of them where 90 % of the pixels are missing, against 22 %. Both are true. Pooled squared error is made by the hard pictures, and there `best` fails least badly; on easy ones, smooth patches, an equation that assumes nothing but smoothness is hard to beat. If your pictures are smooth, your table is another.
#
# An honest footnote to the intervals above. They take pictures for independent draws. On photos the hundred patches are cut from *one* photograph and some overlap, so the true uncertainty is larger. And eleven sets with 95 % each: about one verdict in two tables like this is wrong by chance alone.
#
# ## And the seconds you have
#
# A score is worth what it costs. Lines, milliseconds a picture on this machine (networks in batches of 64, already compiled, on all cores; the others picture by picture on one core):

# %%
timed = table[table.masks == "lines"].sort_values("milliseconds")
figure = Figure(figsize=(7.5, 4), layout="constrained", dpi=90)
axes = figure.subplots()
for row in timed.itertuples():
    at = (row.milliseconds, row.psnr_hole)
    if row.method in networks:
        place = list(networks).index(row.method)
        axes.plot(*at, "os^D"[place], color=f"C{place}", markersize=6, label=row.method)
    else:
        axes.plot(*at, "o", color="black", markersize=4)
        axes.annotate(row.method, at, xytext=(6, -3), textcoords="offset points", fontsize=8)
axes.legend(loc="lower right", fontsize=8)
axes.set(
    xscale="log", xlabel="milliseconds a picture", ylabel="PSNR in holes (dB)", title="Line masks"
)
axes.margins(x=0.2, y=0.12)
plots.show(
    figure,
    alt="Hole PSNR against milliseconds a picture for ten methods; the baselines at the lower "
    "left, Navier-Stokes fast and good, the networks to the right.",
    caption="Black: no training. In colour: networks, marked as in the figure before. Up and to "
    "the left is better.",
)
best_so_far = timed[timed.psnr_hole == timed.psnr_hole.cummax()]
print("no method is both faster and better than:", ", ".join(best_so_far.method))

# %% [markdown]
# **Read.** Whoever is not in the printed list is beaten in both, time and quality, by somebody else, for these holes and on this machine; with other holes or a GPU the list is another. And a network's milliseconds leave out the hours of its training, which an equation never asks for.
#
# ## On the pictures they learned from
#
# The networks learned on CIFAR-10. On photos they are guests. `benchmarks/showdown.py` measured all of them on 1,000 pictures of CIFAR-10 that no network was trained on:
#
# | hole PSNR, dB | lines | 1–10 % | 10–20 % | 20–30 % | 30–40 % | 40–50 % | 50–60 % | square 8 | square 16 | random 50 % | random 90 % |
# |---|---|---|---|---|---|---|---|---|---|---|---|
# | `best` | **21.98** | **21.13** | **19.90** | **19.46** | **18.97** | **18.52** | **18.11** | **18.43** | **15.98** | **25.16** | **19.62** |
# | biharmonic | 21.53 | 20.21 | 19.10 | 18.48 | 18.00 | 17.48 | 17.06 | 17.56 | 15.06 | 24.90 | 19.01 |
# | `vanilla_unet_masked` | 21.20 | 20.32 | 19.32 | 18.90 | 18.49 | 18.07 | 17.73 | 17.90 | 15.85 | 23.79 | 19.22 |
# | `partial_conv_unet` | 21.11 | 20.23 | 19.21 | 18.82 | 18.42 | 17.98 | 17.64 | 17.84 | 15.75 | 23.68 | 19.28 |
# | `vanilla_unet` | 21.07 | 20.14 | 19.20 | 18.77 | 18.41 | 17.97 | 17.64 | 17.80 | 15.77 | 23.48 | 19.11 |
# | harmonic | 20.48 | 19.50 | 18.62 | 18.18 | 17.83 | 17.52 | 17.17 | 17.25 | 15.21 | 23.35 | 18.69 |
# | Navier–Stokes | 20.36 | 19.28 | 18.26 | 17.74 | 17.27 | 16.89 | 16.43 | 16.94 | 14.65 | 22.68 | 17.77 |
#
# (`benchmarks/RESULTS.md`, *Showdown*, with intervals and more methods.) At home the crossover is there: on lines and on random pixels at 50 %, where nearly every hole pixel touches a known one, biharmonic beats all three networks that paint from nothing; in every irregular hole above 10 %, in squares and at 90 % they beat it, by 0.6 to 0.7 dB where half of the picture is missing. And the trio among themselves? The one that is *told* the mask is first in ten of eleven sets, by about a tenth of a decibel over the partial convolutions; those and the network that is told nothing are within 0.1 dB of each other in nine. Same width, same steps, one seed: the headline "partial convolution wins" is not in this table, nor is its opposite.
#
# With CIFAR-10 at hand (`INPAINTING_DATA_DIR`, or the `full` profile) the next cell measures the networks on those very pictures, which it finds by their fingerprints, and asserts that the published intervals hold what you measure.

# %%
import hashlib
import json
from pathlib import Path

import course_lib

published = Path(course_lib.__file__).with_name("showdown.json")
reproduced = {}
if run.data == "cifar10" and published.is_file():
    stored = json.loads(published.read_text(encoding="utf-8"))
    rows = pd.DataFrame(stored["rows"], columns=stored["columns"]).query("masks == 'lines'")
    rows = rows[rows.pictures == "held_out"].set_index("method")
    prints = [stored["held_out"][k : k + 8] for k in range(0, len(stored["held_out"]), 8)]
    found = {hashlib.sha256(one.tobytes()).hexdigest()[:8]: one for one in pictures.train}
    found |= {hashlib.sha256(one.tobytes()).hexdigest()[:8]: one for one in pictures.validation}
    if set(prints) <= set(found):
        judged = np.stack([found[one] for one in prints]) / np.float32(255)
        judged_holes = evaluation.frozen_masks(len(judged))["lines"]
        for name, model in networks.items():
            filled = models.inpaint(model, judged, judged_holes)
            psnr = metrics.psnr(judged, filled, judged_holes)
            low, high = rows.psnr_hole_low[name], rows.psnr_hole_high[name]
            reproduced[name] = f"{psnr:.2f} dB, published {low:.2f} to {high:.2f}"
            assert low <= psnr <= high
for name, line in (reproduced or {"CIFAR-10": "not here, nothing to reproduce"}).items():
    print(f"{name:20s} {line}")

# %% [markdown]
# ## The leaderboard
#
# The rows of this lesson, as in lessons 08 and 09: test patches of `photos`, line masks. New: the network trained above.

# %%
photos = data.load("photos").test[:count] / np.float32(255)
rows = {"trained here": network, **networks}
board = evaluation.leaderboard(rows, photos, {"lines": lines})
board[["method", "psnr_hole", "mae_hole", "psnr_image", "milliseconds"]].round(4)

# %% [markdown]
# **Read.** On photos `best` is 1.4 dB ahead of biharmonic, and the trio half a decibel and more behind Navier–Stokes. The row *trained here* is a network of width 4 after a few hundred steps, but on *these* kinds of pictures and on lines only; the shipped ones are of width 16, learned on CIFAR-10 and for all kinds of holes. Which of the two helps more? Compare it with lesson 08's row of the same name: a plain network of the same width, with more steps.
#
# ## Questions
#
# **1.** Somebody compares a partial-convolution network of 0.9 million weights with a plain one of 7.8 million, and the plain one wins. What follows for partial convolutions?
#
# 1. They are worse.
# 2. They are better, relative to their size.
# 3. Nothing: size, hole fill, last layers and convolution all differ.
#
# <details><summary>Answer</summary>
#
# **3.** With several causes and one number, none can be blamed. 2 assumes that score grows with size in a known way. 1 is the headline.
# </details>
#
# **2.** Network A scores 20.9 dB with interval 20.6 to 21.2, network B 20.7 with 20.4 to 21.0, on the same pictures under the same masks. Is A ahead?
#
# 1. No, the intervals overlap.
# 2. Yes, its number is larger.
# 3. That needs the interval of the difference, picture by picture.
#
# <details><summary>Answer</summary>
#
# **3.** Hard pictures are hard for both, and in the difference that cancels; it may be clear though the intervals overlap, or not. 1 confuses how much a score depends on the pictures with how much the order does. 2 would call any two numbers different.
# </details>
#
# **3.** You add the total variation term with a large weight. What do fills become, and which metric will tell you?
#
# 1. Sharper; SSIM falls.
# 2. Smoother, in the end flat: it prefers a smooth answer to the truth. Look at them.
# 3. Nothing changes: the other terms outweigh it.
#
# <details><summary>Answer</summary>
#
# **2.** The term never sees the truth, and the table above gives the smooth fill a lower value. PSNR may hardly tell, since blur is the best guess under squared error too. 1 is the wrong way round. 3: with a large weight they do not.
# </details>
#
# **4.** 5,000 scanned pages, hairline scratches, one laptop, tonight. Which method?
#
# 1. The one with the best mean over all eleven sets.
# 2. The largest network: quality first.
# 3. The one at the upper left of the plot for holes like yours, tried on ten of your own pages.
#
# <details><summary>Answer</summary>
#
# **3.** Thin lines, limited time, pictures unlike CIFAR-10: three reasons to look at the row that fits and to measure on your own pages. 1 averages over holes that you do not have. 2 asks for one of the three alone.
# </details>
#
# ## Key points
#
# * A comparison changes one thing. Count the weights first.
# * A partial convolution differs from a plain one where holes are open, on the first two levels here; a plain network that is *told* the mask is the rival to beat.
# * Every term of a loss asks one question; total variation does not even know the truth.
# * Starting from a classical fill leaves the network the correction only.
# * Intervals of the difference, on the same pictures and masks, decide a lead; and one training each is one draw.
# * Who wins depends on the hole, the picture and the seconds you have.
#
# {{exercise}}
#
# {{next}}
#
# ## References
#
# * Liu et al.: [Image Inpainting for Irregular Holes Using Partial Convolutions](https://arxiv.org/abs/1804.07723), ECCV 2018.
# * Ronneberger, Fischer, Brox: [U-Net: Convolutional Networks for Biomedical Image Segmentation](https://arxiv.org/abs/1505.04597), MICCAI 2015.
# * Gatys, Ecker, Bethge: [Image Style Transfer Using Convolutional Neural Networks](https://doi.org/10.1109/CVPR.2016.265), CVPR 2016.
# * Johnson, Alahi, Fei-Fei: [Perceptual Losses for Real-Time Style Transfer and Super-Resolution](https://arxiv.org/abs/1603.08155), ECCV 2016.
# * Lim et al.: [Enhanced Deep Residual Networks for Single Image Super-Resolution](https://arxiv.org/abs/1707.02921), CVPR Workshops 2017.
# * Gortler et al.: [The Lumigraph](https://doi.org/10.1145/237170.237200), SIGGRAPH 1996, section 3.4: fill by pulling and pushing.
# * Efron, Tibshirani: An Introduction to the Bootstrap, Chapman & Hall 1993, section 13.3.
