"""Checks of exercise 08: reach, counting weights, the floor of a loss, a U-Net, a small network."""

import functools
from functools import partial
from pathlib import Path

import numpy as np

from course_lib import classical, masks, metrics
from course_lib.checks._compare import as_function, call, check_attempted, without
from course_lib.checks._kinds import decibels_ahead, fills, function_task, some_patches
from course_lib.checks._task import WITH_KERAS, task, wrong

MOST_WEIGHTS = 5_000
GAIN = 3.0  # decibels above the mean of the known pixels that the open task asks for
LEARNED = 0.5  # decibels above the same network with random weights
LEVELS = 4


def _stacks(rng):
    def layer(*, strides=(1, 2, 3), dilations=(1, 2, 3)):
        return int(rng.integers(2, 6)), int(rng.choice(strides)), int(rng.choice(dilations))

    mixed = [layer(), layer(strides=(2, 3)), layer(dilations=(2, 3)), layer()]
    later = int(rng.integers(2, 9))
    return {
        "one layer of kernel 3": ([(3, 1, 1)], 0),
        "two layers, the first with stride 2": ([(3, 2, 1), (5, 1, 1)], later),
        "two layers with dilation": ([layer(strides=(1,)), (3, 1, 4)], later),
        "four layers, output 0": (mixed, 0),
        "four layers, a later output": (mixed, later),
    }


def _seen(layers, output, *, extra=0, early=False):
    width, step = 1, 1
    for kernel, stride, dilation in layers:
        width += (kernel - 1 + extra) * dilation * (step * stride if early else step)
        step *= stride
    return output * step, output * step + width - 1


def _first_right(reach):
    """The right first pixel, and a last one that is so many pixels further."""

    def seen(layers, output):
        first = _seen(layers, output)[0]
        return first, first + reach(layers)

    return seen


def _of_last_stride(layers, output):
    """The steps of each layer are as long as the stride before it, not as the product of all."""
    width, step = 1, 1
    for kernel, stride, dilation in layers:
        width += (kernel - 1) * dilation * step
        step = stride
    return output * step, output * step + width - 1


def _stretched_kernels(layers, output):
    """With dilation d, kernels of d times the weights."""
    return _seen([(kernel * dilation, stride, 1) for kernel, stride, dilation in layers], output)


def _without_strides(layers):
    return [(kernel, 1, dilation) for kernel, _, dilation in layers]


task_08_1 = function_task(
    "08_1",
    right=_seen,
    inputs=_stacks,
    dtype=int,
    praise="You can say for any stack which pixels decide an output.",
    mistakes={
        "kernels added up": (
            partial(_seen, extra=1),
            "A kernel of 3 adds 2 pixels to what is seen, not 3.",
        ),
        "dilation ignored": (
            lambda layers, output: _seen([(k, s, 1) for k, s, _ in layers], output),
            "With dilation d the weights of a layer stand d steps apart.",
        ),
        "strides forgotten": (
            lambda layers, output: _seen(_without_strides(layers), output),
            "After a stride of 2 every step of the later layers is two pixels long.",
        ),
        "strides forgotten in the width": (
            _first_right(lambda layers: _seen(_without_strides(layers), 0)[1]),
            "The first pixel is right. In the width, a step of a layer is as long as the product "
            "of all strides before it.",
        ),
        "own stride counted too early": (
            partial(_seen, early=True),
            "A layer's stride lengthens the steps of the layers after it, not its own.",
        ),
        "own stride for the step": (
            _first_right(lambda layers: sum((k - 1) * d * s for k, s, d in layers)),
            "The first pixel is right. In the width a layer's steps are as long as the product of "
            "all strides before it, its own not among them.",
        ),
        "strides not multiplied": (
            _of_last_stride,
            "Strides multiply: after two of 2 a step is four pixels long.",
        ),
        "dilated kernel too long": (
            _stretched_kernels,
            "With dilation d there are d steps from each weight to the next: a kernel has one gap "
            "fewer than weights.",
        ),
        "width begins at 0": (
            lambda layers, output: np.subtract(_seen(layers, output), (0, 1)),
            "The last pixel is one too near: with no layer at all one pixel is seen, not none.",
        ),
        "outputs counted from 1": (
            lambda layers, output: _seen(layers, output - 1),
            "Both numbers are a step too small: the first output is number 0.",
        ),
        "always output 0": (
            lambda layers, output: _seen(layers, 0),
            "This is what output 0 sees, whichever is asked: use output.",
        ),
        "output not turned into pixels": (
            lambda layers, output: (output, output + _seen(layers, 0)[1]),
            "The width is right, but one output further is more than one pixel further.",
        ),
        "layers from the last to the first": (
            lambda layers, output: _seen(layers[::-1], output),
            "The layers are taken in the wrong order: a stride lengthens the steps of the layers "
            "after it.",
        ),
        "last pixel not included": (
            lambda layers, output: np.add(_seen(layers, output), (0, 1)),
            "The last pixel is one too far: count the pixels from first to last.",
        ),
        "width instead of the last pixel": (
            lambda layers, output: (_seen(layers, output)[0], 1 + _seen(layers, 0)[1]),
            "The second number is how many pixels are seen: return which one is the last.",
        ),
        "picture padded": (
            lambda layers, output: np.subtract(_seen(layers, output), _seen(layers, 0)[1] // 2),
            "You centre the stretch, as padding would: here output 0 begins at pixel 0.",
        ),
    },
)


def _unet_weights(width, kernel, levels, *, fault=None):
    """Sum over (side, channels read, channels made); one thing may be left out or done wrongly."""
    sizes = [width if fault == "flat" else width * 2**level for level in range(levels + 1)]
    if fault == "bottom keeps":
        sizes[-1] = sizes[-2]
    stack = []
    for level, made in enumerate(sizes):
        if level == levels and fault == "bottom":
            continue
        stack += [(kernel, sizes[level - 1] if level else 3, made), (kernel, made, made)]
        if fault == "one":
            stack.pop()
    for level in reversed(range(levels)):
        made, below = sizes[level], sizes[level + 1]
        if fault != "no up":
            given = below if fault == "up keeps" else made
            stack.append((kernel if fault == "transposed" else 2, below, given))
        beside = {"skip": 0, "up keeps": below}.get(fault, made)
        stack.append((kernel, made + beside, made))
        if fault != "one":
            stack.append((kernel, 2 * made if fault == "both" else made, made))
    if fault != "output":
        stack.append((1 if fault == "small output" else kernel, width, 3))
    biases = {"bias": 0, "one bias": len(stack)}.get(fault, sum(made for _, _, made in stack))
    power = 1 if fault == "row" else 2
    return sum(side**power * read * made for side, read, made in stack) + biases


def _networks(rng):
    width = int(rng.integers(5, 30))
    return {
        "the article's network, width 32, kernel 3, 4 levels": (32, 3, 4),
        f"width {width}, kernel 3, 4 levels": (width, 3, 4),
        f"width {width}, kernel 5, 3 levels": (width, 5, 3),
        "width 2, kernel 7, 1 level": (2, 7, 1),
    }


task_08_2 = function_task(
    "08_2",
    right=_unet_weights,
    inputs=_networks,
    tolerance=1e-9,
    praise="You know where the weights of a U-Net sit: now a wrong count will strike you.",
    shortcut=(
        lambda code: "keras" in Path(code.co_filename).parts,
        "a network built",
        "Compute the number from the sizes; no network needs to be built for it.",
    ),
    mistakes={
        "biases forgotten": (
            partial(_unet_weights, fault="bias"),
            "Every layer has one bias for each output channel.",
        ),
        "one bias a layer": (
            partial(_unet_weights, fault="one bias"),
            "A layer has as many biases as it gives channels.",
        ),
        "kernel not squared": (
            partial(_unet_weights, fault="row"),
            "A window has kernel x kernel places, not one row of them.",
        ),
        "skips forgotten": (
            partial(_unet_weights, fault="skip"),
            "The first convolution after a transposed one reads the skip's channels too.",
        ),
        "skip read twice": (
            partial(_unet_weights, fault="both"),
            "Only the first of the two convolutions on the way up reads the skip.",
        ),
        "transposed convolution too large": (
            partial(_unet_weights, fault="transposed"),
            "Transposed convolutions are 2 x 2, whatever the kernel of the others.",
        ),
        "transposed convolutions forgotten": (
            partial(_unet_weights, fault="no up"),
            "Transposed convolutions have weights, too.",
        ),
        "output forgotten": (
            partial(_unet_weights, fault="output"),
            "One last convolution makes 3 channels.",
        ),
        "output of 1 x 1": (
            partial(_unet_weights, fault="small output"),
            "The last convolution is kernel x kernel, too: only transposed ones are not.",
        ),
        "transposed convolutions keep their channels": (
            partial(_unet_weights, fault="up keeps"),
            "Each reads twice the level's channels, but gives only the level's.",
        ),
        "bottom forgotten": (
            partial(_unet_weights, fault="bottom"),
            "Below the last level stand two convolutions more.",
        ),
        "bottom not doubled": (
            partial(_unet_weights, fault="bottom keeps"),
            "The bottom has twice the channels of the last level.",
        ),
        "one convolution a level": (
            partial(_unet_weights, fault="one"),
            "There are two convolutions on each level, down, at the bottom, and up.",
        ),
        "same channels on every level": (
            partial(_unet_weights, fault="flat"),
            "Each level has twice the channels of the one before.",
        ),
    },
)


VALUES = np.arange(256) / 255


def _terms():
    """Of each of the 256 values y: -y ln y and -(1 - y) ln(1 - y)."""
    y = np.arange(1, 255) / 255
    return np.pad(-y * np.log(y), 1), np.pad(-(1 - y) * np.log(1 - y), 1)


def _bce_floor(counts):
    return np.average(sum(_terms()), weights=counts)


def _naive_entropy(y):
    with np.errstate(all="ignore"):
        return -y * np.log(y) - (1 - y) * np.log(1 - y)


def _floor_of_256ths(counts):
    return np.average(np.nan_to_num(_naive_entropy(np.arange(256) / 256)), weights=counts)


def _entropy_of_shares(counts):
    shares = counts[counts > 0] / counts.sum()
    return -np.sum(shares * np.log(shares))


def _counts(rng):
    def some(low, high, levels):
        counts, chosen = np.zeros(256, int), rng.choice(np.arange(low, high), levels, replace=False)
        counts[chosen] = rng.integers(1, 99, levels)
        return counts

    edges = some(60, 200, 5)
    edges[[0, 255]] = rng.integers(20, 60, 2)
    one = np.zeros(256, int)
    one[rng.integers(10, 110)] = 7
    return {
        "pixels of one value": (one,),
        "grey pixels of many values": (some(1, 255, 150),),
        "pixels with black and white among them": (edges,),
    }


task_08_3 = function_task(
    "08_3",
    right=_bce_floor,
    inputs=_counts,
    tolerance=1e-5,
    praise="The floor is a property of the pixels: subtract it before you compare.",
    mistakes={
        "0 ln 0": (
            (
                lambda counts: np.average(_naive_entropy(VALUES), weights=counts),
                lambda counts: np.nan if counts[0] + counts[255] else _bce_floor(counts),
            ),
            "Black or white gives NaN: 0 times the logarithm of 0 has to count as 0.",
        ),
        "entropy of the histogram": (
            (_entropy_of_shares, lambda counts: _entropy_of_shares(counts) / np.log(2)),
            "This says how unlike the pixels are to each other. BCE asks for each pixel alone: "
            "what does it cost to predict its value exactly?",
        ),
        "second half forgotten": (
            lambda counts: np.average(_terms()[0], weights=counts),
            "The formula has two terms; the one with 1 - y does not vanish.",
        ),
        "first half forgotten": (
            lambda counts: np.average(_terms()[1], weights=counts),
            "The formula has two terms; the one with y does not vanish.",
        ),
        "logarithm to base 2": (
            lambda counts: _bce_floor(counts) / np.log(2),
            "The formula has natural logarithms: np.log.",
        ),
        "logarithm to base 10": (
            lambda counts: _bce_floor(counts) / np.log(10),
            "The formula has natural logarithms: np.log.",
        ),
        "256 instead of 255": (
            _floor_of_256ths,
            "White is 255, and y = 1 there: divide the stored values by 255.",
        ),
        "all values count the same": (
            (
                lambda counts: np.mean(sum(_terms())),
                lambda counts: np.mean(sum(_terms())[counts > 0]),
            ),
            "A value that occurs often counts often: use counts as weights.",
        ),
        "floor of the mean value": (
            lambda counts: _naive_entropy(np.average(VALUES, weights=counts)),
            "You average the pixels first: each value has a floor of its own; average these.",
        ),
        "prediction of one half": (
            lambda counts: np.log(2),
            "ln 2 is the cost of predicting 0.5 everywhere: a better prediction costs less.",
        ),
        "sign": (
            lambda counts: -_bce_floor(counts),
            "The size is right, but the formula begins with a minus.",
        ),
        "sum instead of mean": (
            lambda counts: _bce_floor(counts) * counts.sum(),
            "This is the sum over all values: divide by their number.",
        ),
        "black and white not counted": (
            lambda counts: np.average(sum(_terms())[1:-1], weights=counts[1:-1]),
            "Black and white cost nothing, but they count: the mean is over all values.",
        ),
        "divided by 256": (
            lambda counts: _bce_floor(counts) * counts.sum() / 256,
            "Divide by how many values were counted, not by the number of possible values.",
        ),
    },
)


@task("08_4", seconds=WITH_KERAS)
def task_08_4(repaired_unet):
    """Check ``repaired_unet(width)``: with the same weights it predicts what the lesson's does."""
    from course_lib import models

    library = Path(models.__file__).parent
    function = without(
        as_function(repaired_unet),
        lambda code: library in Path(code.co_filename).parents,
        "the library's network",
        "Build the network from layers: models is what yours is compared with.",
    )
    rng = np.random.default_rng()
    width = int(rng.integers(2, 5))
    network = _check_network(call(function, width), inputs=1)
    pictures = rng.random((1, 32, 32, 3), dtype=np.float32)
    _check_weights(network, width, rng, pictures)
    predicted = np.asarray(network(pictures))
    if predicted.shape != pictures.shape:
        wrong("wrong shape", f"Pictures of shape (1, 32, 32, 3) come back as {predicted.shape}.")
    _check_output(network, pictures)
    alike = _comparison(network, width, rng, pictures)
    if alike():
        _check_any_size(network)
        return "With the same weights, your network is the lesson's."
    for name, (faults, why) in OTHER_NETWORKS.items():
        if any(alike(**fault) for fault in faults):
            wrong(name, why)
    wrong(
        "another network",
        "The weights are as many as they should be, but with the same weights as the lesson's "
        "network it predicts something else: look at skips, activations, pooling and padding.",
    )


def _comparison(network, width, rng, pictures):
    """Says of the lesson's network with a fault whether the given one predicts the same."""
    values = _random_values(network, rng)
    predictions = [_predict(network, given, pictures) for given in (values, _exchanged(values))]

    def alike(**fault):
        reference = _lesson_unet(width, **fault)
        if [one.shape for one in reference.weights] != [one.shape for one in network.weights]:
            return False
        expected = _predict(reference, values, pictures)
        return any(np.allclose(one, expected, atol=1e-4) for one in predictions)

    return alike


def _check_network(network, inputs):
    """The network, if it is a Keras model with so many inputs at most and one output."""
    import keras

    if not isinstance(network, keras.Model):
        wrong(
            "no Keras model",
            f"The function must return a keras.Model; it returns {type(network).__name__}.",
        )
    if getattr(network, "inputs", None) is None:
        given = "damaged" if inputs == 1 else "damaged or [damaged, valid]"
        wrong(
            "no functional model",
            "It does not tell what it takes: hand your network its inputs once and make a model "
            f"of that, keras.Model(inputs, network(inputs)), with {given} as inputs.",
        )
    if len(network.inputs) not in range(1, inputs + 1) or len(network.outputs) != 1:
        wrong(
            "other inputs or outputs",
            "Make it with keras.Model(inputs, outputs): one prediction from "
            + ("damaged." if inputs == 1 else "damaged or [damaged, valid]."),
        )
    return network


def _check_weights(network, width, rng, pictures):
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
    if count == _unet_weights(width, 3, LEVELS, fault="skip"):
        if _comparison(network, width, rng, pictures)(join=None):
            wrong("no skips", "What was skipped never reaches the way up: concatenate it.")
        wrong(
            "skips not concatenated",
            "The first convolution of a level on the way up reads only half of the channels: "
            "Concatenate puts the skip beside the path; whatever mixes the two loses one of them.",
        )
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


def _check_any_size(network):
    if tuple(network.inputs[0].shape)[1:3] != (None, None):
        wrong(
            "size fixed",
            "It predicts what it should, but takes pictures of one size only: leave height and "
            "width open, keras.Input((None, None, 3)).",
        )


def _half_tanh(before):
    from keras import ops

    return 0.5 + 0.5 * ops.tanh(before)


OTHER_NETWORKS = {  # name: (what was done to the lesson's network, why not)
    "skips taken after the pooling": (
        [{"pooled_skips": True}],
        "The skips have lost the full resolution: take them before the pooling.",
    ),
    "no ReLU": (
        [{"activation": None}],
        "The convolutions are linear: a ReLU follows each but the last.",
    ),
    "ReLU after the transposed convolutions": (
        [{"up_activation": "relu"}],
        "Only the other hidden convolutions are followed by ReLU.",
    ),
    "skips after one convolution": (
        [{"first_skips": True}],
        "The skip is what the second convolution of the level gave, not the first.",
    ),
    "another last function": (
        [{"last": _half_tanh}, {"last": "softmax"}],
        "All is as it should be but the function at the end: lesson 08 has a sigmoid, each colour "
        "by itself.",
    ),
}


@functools.cache
def _lesson_unet(
    width,
    pooled_skips=False,
    activation="relu",
    up_activation=None,
    first_skips=False,
    last="sigmoid",
    join="Concatenate",
):
    """The vanilla U-Net, or one with a fault; made once, since making one takes longest."""
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
        joined = getattr(layers, join)()([up, skips[level]]) if join else up
        _, features = convolve(joined, channels)
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


def _exchanged(values):
    """The same weights for a network that joins skip and path in the other order."""
    return [
        np.concatenate(np.split(value, 2, axis=2)[::-1], axis=2) if _reads_skip(value) else value
        for value in values
    ]


def _reads_skip(value):
    return value.ndim == 4 and value.shape[:2] == (3, 3) and value.shape[2] == 2 * value.shape[3]


def _predict(network, values, pictures):
    """The prediction with these weights."""
    for weight, value in zip(network.weights, values, strict=True):
        weight.assign(value)
    return np.asarray(network(pictures))


SEED = 2008  # of patches and lines: one network gets the same number each time it is checked


@task("08_5", seconds=WITH_KERAS + 60)  # a function that trains is taken, too
def task_08_5(network):
    """Check that at most 5,000 weights, and learned ones, beat the mean by 3 dB in lines."""
    check_attempted(network)
    from course_lib import models

    network = _given_network(network)
    count = network.count_params()
    if count > MOST_WEIGHTS:
        wrong(
            "too many weights", f"It has {count:,} weights; at most {MOST_WEIGHTS:,} are allowed."
        )
    truth, holes = some_patches(np.random.default_rng(SEED), 400)
    damaged = masks.damage(truth, holes)
    try:
        filled = models.inpaint(network, damaged, holes)
    except ValueError as error:
        wrong("does not fill", f"models.inpaint cannot use it: {error}")
    mean = fills(classical.METHODS["mean"], damaged, holes)
    gain = decibels_ahead(truth, filled, mean, holes, gain=GAIN, of="the mean")
    _check_weights_learned(network, truth, filled, damaged, holes)
    return f"{count:,} weights, and {gain:.1f} dB better than the mean."


def _check_weights_learned(network, truth, filled, damaged, holes):
    """End the check if the same layers fill as well with weights that have learned nothing."""
    from course_lib import models

    learned, own = network.get_weights(), metrics.psnr(truth, filled, holes)
    try:
        for name, values in _without_learning(network).items():
            network.set_weights(values)
            other = metrics.psnr(truth, models.inpaint(network, damaged, holes), holes)
            if own - other < LEARNED:
                wrong(
                    "nothing learned",
                    f"With weights {name} it fills just as well ({own - other:+.1f} dB for yours): "
                    "what fills here stands in the layers, not in the weights.",
                )
    finally:
        network.set_weights(learned)


def _without_learning(network):
    """{what they are: weights} for a network's layers, none of them from a training."""
    sets = {
        "drawn anew": _random_values(network, np.random.default_rng(SEED)),
        "of zero": [np.zeros(one.shape) for one in network.weights],
        "that pass on what they get": [_passing_on(one.shape) for one in network.weights],
    }
    for values in sets.values():
        for place, weight in enumerate(network.weights):
            if weight.name in ("gamma", "moving_variance"):  # a normalisation's scales
                values[place] = np.ones(weight.shape)
    return sets


def _passing_on(shape):
    """A kernel that hands channel k on as channel k; zeros where there is none."""
    values = np.zeros(shape)
    if len(shape) >= 2:
        middle = tuple(side // 2 for side in shape[:-2])
        np.fill_diagonal(values[middle], 1)
    return values


def _given_network(network):
    """The learner's network, or what the function returns that was given in its place."""
    import keras

    if not isinstance(network, keras.Model):
        if not callable(network):
            wrong("no Keras model", f"Give the trained network, not {type(network).__name__}.")
        network = call(as_function(network))
    network = _check_network(network, inputs=2)
    channels = [one.shape[-1] for one in network.inputs]
    if channels != [3, 1][: len(channels)]:
        wrong(
            "other channels",
            f"Its inputs have {' and '.join(map(str, channels))} channels: damaged has 3 and comes "
            "first, valid has 1.",
        )
    return network
