"""Checks of exercise 05: counting weights, the floor of a loss, a U-Net, a small network."""

import numpy as np

from course_lib import classical, data, masks, metrics
from course_lib.checks._compare import (
    Mistake,
    as_function,
    call,
    check_attempted,
    check_function,
)
from course_lib.checks._task import task, wrong

MOST_WEIGHTS = 5_000
GAIN = 3.0  # decibels above the mean of the known pixels that the open task asks for
IMPORT_SECONDS = 90  # the first task of a session that needs Keras waits for it
LEVELS = 4


@task("05_1")
def task_05_1(unet_weights):
    """Check ``unet_weights(width, kernel, levels)`` against the sum over all layers."""
    rng = np.random.default_rng()
    width = int(rng.integers(5, 30))
    check_function(
        unet_weights,
        _unet_weights,
        {
            "the article's network, width 32, kernel 3, 4 levels": (32, 3, 4),
            f"width {width}, kernel 3, 4 levels": (width, 3, 4),
            f"width {width}, kernel 5, 3 levels": (width, 5, 3),
            "width 2, kernel 7, 1 level": (2, 7, 1),
        },
        tolerance=1e-9,
        mistakes=tuple(
            Mistake(
                name,
                lambda width, kernel, levels, part=part: _unet_weights(width, kernel, levels, part),
                why,
            )
            for part, name, why in (
                ("bias", "biases forgotten", "Every layer has one bias for each output channel."),
                (
                    "skip",
                    "skips forgotten",
                    "The first convolution after a transposed one reads the skip's channels too.",
                ),
                (
                    "both",
                    "skip read twice",
                    "Only the first of the two convolutions on the way up reads the skip.",
                ),
                (
                    "transposed",
                    "transposed convolution too large",
                    "Transposed convolutions are 2 x 2, whatever the kernel of the others.",
                ),
                (
                    "no up",
                    "transposed convolutions forgotten",
                    "Transposed convolutions have weights, too.",
                ),
                ("output", "output forgotten", "One last convolution makes 3 channels."),
                (
                    "small output",
                    "output of 1 x 1",
                    "The last convolution is kernel x kernel, too: only transposed ones are not.",
                ),
                (
                    "up keeps",
                    "transposed convolutions keep their channels",
                    "Each reads twice the level's channels, but gives only the level's.",
                ),
                ("bottom", "bottom forgotten", "Below the last level stand two convolutions more."),
                (
                    "one",
                    "one convolution a level",
                    "There are two convolutions on each level, down, at the bottom, and up.",
                ),
                (
                    "flat",
                    "same channels on every level",
                    "Each level has twice the channels of the one before.",
                ),
            )
        ),
    )
    return "You know where the weights of a U-Net sit: now a wrong count will strike you."


def _unet_weights(width, kernel, levels, left_out=None):
    """Sum over (side, channels read, channels made); one thing may be left out or done wrongly."""
    sizes = [width if left_out == "flat" else width * 2**level for level in range(levels + 1)]
    stack = []
    for level, made in enumerate(sizes):
        if level == levels and left_out == "bottom":
            continue
        stack += [(kernel, sizes[level - 1] if level else 3, made), (kernel, made, made)]
        if left_out == "one":
            stack.pop()
    for level in reversed(range(levels)):
        made, below = sizes[level], sizes[level + 1]
        if left_out != "no up":
            given = below if left_out == "up keeps" else made
            stack.append((kernel if left_out == "transposed" else 2, below, given))
        beside = {"skip": 0, "up keeps": below}.get(left_out, made)
        stack.append((kernel, made + beside, made))
        if left_out != "one":
            stack.append((kernel, 2 * made if left_out == "both" else made, made))
    if left_out != "output":
        stack.append((1 if left_out == "small output" else kernel, width, 3))
    biases = 0 if left_out == "bias" else sum(made for _, _, made in stack)
    return sum(side**2 * read * made for side, read, made in stack) + biases


@task("05_2")
def task_05_2(bce_floor):
    """Check ``bce_floor(counts)``: the mean entropy of the pixels' values."""
    rng = np.random.default_rng()

    def some(low, high, levels):
        counts = np.zeros(256, int)
        counts[rng.choice(np.arange(low, high), levels, replace=False)] = rng.integers(
            1, 99, levels
        )
        return counts

    edges = some(60, 200, 5)
    edges[[0, 255]] = rng.integers(20, 60, 2)
    one = np.zeros(256, int)
    one[rng.integers(10, 110)] = 7
    check_function(
        bce_floor,
        _bce_floor,
        {
            "pixels of one value": (one,),
            "grey pixels of many values": (some(1, 255, 150),),
            "pixels with black and white among them": (edges,),
        },
        tolerance=1e-5,
        mistakes=(
            Mistake(
                "0 ln 0",
                lambda counts: np.average(_naive_entropy(np.arange(256) / 255), weights=counts),
                "Black or white gives NaN: 0 times the logarithm of 0 has to count as 0.",
            ),
            Mistake(
                "0 ln 0",
                lambda counts: (
                    np.nan
                    if counts[0] + counts[255]
                    else np.average(
                        _naive_entropy(np.arange(256) / 255)[1:-1], weights=counts[1:-1]
                    )
                ),
                "Black or white gives NaN: 0 times the logarithm of 0 has to count as 0.",
            ),
            Mistake(
                "entropy of the histogram",
                lambda counts: _entropy_of_shares(counts),
                "This says how unlike the pixels are to each other. BCE asks for each pixel alone: "
                "what does it cost to predict its value exactly?",
            ),
            Mistake(
                "entropy of the histogram",
                lambda counts: _entropy_of_shares(counts) / np.log(2),
                "This says how unlike the pixels are to each other. BCE asks for each pixel alone: "
                "what does it cost to predict its value exactly?",
            ),
            Mistake(
                "second half forgotten",
                lambda counts: np.average(_terms()[0], weights=counts),
                "The formula has two terms; the one with 1 - y does not vanish.",
            ),
            Mistake(
                "first half forgotten",
                lambda counts: np.average(_terms()[1], weights=counts),
                "The formula has two terms; the one with y does not vanish.",
            ),
            Mistake(
                "logarithm to base 2",
                lambda counts: _bce_floor(counts) / np.log(2),
                "The formula has natural logarithms: np.log.",
            ),
            Mistake(
                "all values count the same",
                lambda counts: np.mean(sum(_terms())),
                "A value that occurs often counts often: use counts as weights.",
            ),
            Mistake(
                "all values count the same",
                lambda counts: np.mean(sum(_terms())[counts > 0]),
                "A value that occurs often counts often: use counts as weights.",
            ),
            Mistake(
                "floor of the mean value",
                lambda counts: _naive_entropy(np.average(np.arange(256) / 255, weights=counts)),
                "You average the pixels first: each value has a floor of its own; average these.",
            ),
            Mistake(
                "prediction of one half",
                lambda counts: np.log(2),
                "ln 2 is the cost of predicting 0.5 everywhere: a better prediction costs less.",
            ),
            Mistake(
                "sign",
                lambda counts: -_bce_floor(counts),
                "The size is right, but the formula begins with a minus.",
            ),
            Mistake(
                "sum instead of mean",
                lambda counts: _bce_floor(counts) * counts.sum(),
                "This is the sum over all values: divide by their number.",
            ),
            Mistake(
                "black and white not counted",
                lambda counts: np.average(sum(_terms())[1:-1], weights=counts[1:-1]),
                "Black and white cost nothing, but they count: the mean is over all values.",
            ),
            Mistake(
                "divided by 256",
                lambda counts: _bce_floor(counts) * counts.sum() / 256,
                "Divide by how many values were counted, not by the number of possible values.",
            ),
        ),
    )
    return "The floor is a property of the pixels: subtract it before you compare."


def _terms():
    """Of each of the 256 values y: -y ln y and -(1 - y) ln(1 - y)."""
    y = np.arange(1, 255) / 255
    return np.pad(-y * np.log(y), 1), np.pad(-(1 - y) * np.log(1 - y), 1)


def _bce_floor(counts):
    return np.average(sum(_terms()), weights=counts)


def _naive_entropy(y):
    with np.errstate(all="ignore"):
        return -y * np.log(y) - (1 - y) * np.log(1 - y)


def _entropy_of_shares(counts):
    shares = counts[counts > 0] / counts.sum()
    return -np.sum(shares * np.log(shares))


@task("05_3", seconds=IMPORT_SECONDS)
def task_05_3(repaired_unet):
    """Check ``repaired_unet(width)``: with the same weights it predicts what the lesson's does."""
    function = as_function(repaired_unet)
    rng = np.random.default_rng()
    width = int(rng.integers(2, 5))
    network = _check_network(call(function, width), inputs=1)
    _check_weights(network, width)
    pictures = rng.random((1, 32, 32, 3), dtype=np.float32)
    predicted = np.asarray(network(pictures))
    if predicted.shape != pictures.shape:
        wrong("wrong shape", f"Pictures of shape (1, 32, 32, 3) come back as {predicted.shape}.")
    _check_output(network, pictures)
    values = _random_values(network, rng)
    if _agree(network, _lesson_unet(width), values, pictures):
        return "With the same weights, your network is the lesson's."
    if _agree(network, _lesson_unet(width, pooled_skips=True), values, pictures):
        wrong(
            "skips taken after the pooling",
            "The skips have lost the full resolution: take them before the pooling.",
        )
    if _agree(network, _lesson_unet(width, activation=None), values, pictures):
        wrong("no ReLU", "The convolutions are linear: a ReLU follows each but the last.")
    if _agree(network, _lesson_unet(width, up_activation="relu"), values, pictures):
        wrong(
            "ReLU after the transposed convolutions",
            "Only the other hidden convolutions are followed by ReLU.",
        )
    if _agree(network, _lesson_unet(width, first_skips=True), values, pictures):
        wrong(
            "skips after one convolution",
            "The skip is what the second convolution of the level gave, not the first.",
        )
    if any(_agree(network, _lesson_unet(width, last=one), values, pictures) for one in _OTHERS):
        wrong(
            "another last function",
            "All is as it should be but the function at the end: lesson 05 has a sigmoid, each "
            "colour by itself.",
        )
    wrong(
        "another network",
        "The weights are as many as they should be, but with the same weights as the lesson's "
        "network it predicts something else: look at skips, activations, pooling and padding.",
    )


def _check_network(network, inputs):
    """The network, if it is a Keras model with so many inputs at most and one output."""
    import keras

    if not isinstance(network, keras.Model):
        wrong(
            "no Keras model",
            f"The function must return a keras.Model; it returns {type(network).__name__}.",
        )
    if len(getattr(network, "inputs", None) or []) not in range(1, inputs + 1) or (
        len(network.outputs) != 1
    ):
        wrong(
            "other inputs or outputs",
            "Make it with keras.Model(inputs, outputs): one prediction from "
            + ("damaged." if inputs == 1 else "damaged or [damaged, valid]."),
        )
    return network


def _check_weights(network, width):
    expected = _unet_weights(width, 3, LEVELS)
    count = network.count_params()
    if count == expected:
        return
    kernels = [tuple(one.shape) for one in network.weights if len(one.shape) == 4]
    down = [shape[3] for shape in kernels if shape[:2] == (3, 3)][: 2 * LEVELS]
    if len(down) == 2 * LEVELS and len(set(down)) == 1:
        wrong(
            "filters ignored on the way down",
            "Every level of the encoder has the same number of channels, whatever is asked of it.",
        )
    if count == _unet_weights(width, 3, LEVELS, "skip"):
        wrong("no skips", "What was skipped never reaches the way up: concatenate it.")
    wrong(
        "wrong number of weights",
        f"For width {width} it has {count:,} weights, but {expected:,} are expected.",
    )


def _check_output(network, pictures):
    """With a bias of 5 or -5 before it, a sigmoid is near 1 or 0, and never beyond."""
    bias = next((one for one in reversed(network.weights) if tuple(one.shape) == (3,)), None)
    if bias is None:
        wrong("other output", "The last convolution has 3 channels and a bias for each.")
    before = np.array(bias)
    outputs = {}
    for value in (-5.0, 5.0):
        bias.assign(np.full(3, value, np.float32))
        outputs[value] = np.asarray(network(pictures))
    bias.assign(before)
    if outputs[5.0].max() > 1 or outputs[-5.0].min() < 0:
        wrong(
            "output not limited to 0 to 1",
            "Some predictions lie outside the range of a picture: which function ends the network?",
        )
    if (outputs[5.0] == 1).all() or (outputs[-5.0] == 0).all():
        wrong(
            "output cut off",
            "Cutting the prediction at 0 or 1 keeps the range, but where it is cut nothing is "
            "learned: use a function that is never flat.",
        )


def _half_tanh(before):
    from keras import ops

    return 0.5 + 0.5 * ops.tanh(before)


_OTHERS = (_half_tanh, "softmax")


def _lesson_unet(
    width,
    pooled_skips=False,
    activation="relu",
    up_activation=None,
    first_skips=False,
    last="sigmoid",
):
    """The vanilla U-Net, or one with a fault."""
    import keras
    from keras import layers

    def convolve(features, filters):
        given = [features]
        for _ in range(2):
            convolution = layers.Conv2D(filters, 3, padding="same", activation=activation)
            given.append(convolution(given[-1]))
        return given[1:]

    damaged = features = keras.Input((32, 32, 3))
    skips = []
    for level in range(LEVELS):
        first, features = convolve(features, width * 2**level)
        pooled = layers.MaxPooling2D()(features)
        whole = first if first_skips else features
        skips.append(layers.UpSampling2D()(pooled) if pooled_skips else whole)
        features = pooled
    _, features = convolve(features, width * 2**LEVELS)
    for level in reversed(range(LEVELS)):
        channels = width * 2**level
        up = layers.Conv2DTranspose(channels, 2, strides=2, activation=up_activation)(features)
        _, features = convolve(layers.Concatenate()([up, skips[level]]), channels)
    predicted = layers.Conv2D(3, 3, padding="same", activation=last)(features)
    return keras.Model(damaged, predicted)


def _random_values(network, rng):
    """One array for each weight: large enough that every path tells in the prediction."""
    values = []
    for weight in network.weights:
        shape = tuple(weight.shape)
        size = (2 / np.prod(shape[:-1])) ** 0.5 if len(shape) == 4 else 0.1
        values.append((size * rng.standard_normal(shape)).astype(np.float32))
    return values


def _agree(network, reference, values, pictures):
    """Whether the two predict the same with the same weights, in either order of a skip."""
    if [one.shape for one in reference.weights] != [one.shape for one in network.weights]:
        return False
    expected = _predict(reference, values, pictures)
    exchanged = [
        np.concatenate(np.split(value, 2, axis=2)[::-1], axis=2) if _reads_skip(value) else value
        for value in values
    ]
    return any(
        np.allclose(_predict(network, given, pictures), expected, atol=1e-4)
        for given in (values, exchanged)
    )


def _reads_skip(value):
    return value.ndim == 4 and value.shape[:2] == (3, 3) and value.shape[2] == 2 * value.shape[3]


def _predict(network, values, pictures):
    """The prediction with these weights."""
    for weight, value in zip(network.weights, values, strict=True):
        weight.assign(value)
    return np.asarray(network(pictures))


@task("05_4", seconds=IMPORT_SECONDS + 60)  # a function that trains is taken, too
def task_05_4(network):
    """Check that a network of at most 5,000 weights beats the mean by 3 dB in lines."""
    check_attempted(network)
    from course_lib import models

    network = _given_network(network)
    count = network.count_params()
    if count > MOST_WEIGHTS:
        wrong("too many weights", f"It has {count:,} weights; at most {MOST_WEIGHTS:,} may be.")
    rng = np.random.default_rng()
    test = data.load("photos").test
    truth = test[rng.choice(len(test), 400, replace=False)] / np.float32(255)
    holes = masks.random_lines(len(truth), 32, seed=int(rng.integers(1_000_000)))
    damaged = masks.damage(truth, holes)
    try:
        filled = models.inpaint(network, damaged, holes)
    except ValueError as error:
        wrong("does not fill", f"models.inpaint cannot use it: {error}")
    mean = np.stack([classical.METHODS["mean"](*pair) for pair in zip(damaged, holes, strict=True)])
    gain = metrics.psnr(truth, filled, holes) - metrics.psnr(truth, mean, holes)
    if gain < GAIN:
        if gain > 0:
            wrong(
                "too little gain",
                f"In the holes it is {gain:.2f} dB ahead of the mean of the known pixels; "
                f"{GAIN:.0f} are asked.",
            )
        wrong(
            "not better than the mean",
            f"In the holes it is {-gain:.1f} dB behind the mean of the known pixels; "
            f"{GAIN:.0f} dB more are asked. Has it been trained?",
        )
    return f"{count:,} weights, and {gain:.1f} dB better than the mean."


def _given_network(network):
    """The learner's network, or what the function returns that was given in its place."""
    import keras

    if not isinstance(network, keras.Model):
        if not callable(network):
            wrong("no Keras model", f"Give the trained network, not {type(network).__name__}.")
        network = call(as_function(network))
    return _check_network(network, inputs=2)
