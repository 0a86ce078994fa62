"""Wrong answers to exercise 08: (task, the verdict that names the mistake, the answer).

Networks are built when a check asks for them, so that this file loads no deep-learning library.
"""

import numpy as np

LEVELS = 4


def layer(side, read, made):
    return side * side * read * made + made


def hidden_layers(width, kernel, levels):
    """The weights of all layers but the last, counted from the bottom to the top."""
    channels = [width * 2**level for level in range(levels + 1)]
    total, read = 0, 3
    for made in channels:
        total += layer(kernel, read, made) + layer(kernel, made, made)
        read = made
    for made, below in zip(channels[:-1], channels[1:], strict=True):
        total += layer(2, below, made)
        total += layer(kernel, 2 * made, made) + layer(kernel, made, made)
    return total


def by_heart(width, kernel, levels):
    return 7_760_931


def each_layer(width, kernel, levels):
    return [hidden_layers(width, kernel, level) for level in range(1, levels + 1)]


def entropy(y):
    y = np.clip(y, 1e-12, 1 - 1e-12)
    return -(y * np.log(y) + (1 - y) * np.log(1 - y))


LEVELS_OF_GREY = np.arange(256) / 255


def per_level(counts):
    return entropy(LEVELS_OF_GREY) * counts / counts.sum()


def ladder(
    width,
    *,
    filters=None,
    skips="second",
    last="sigmoid",
    hidden="relu",
    up=None,
    pool="MaxPooling2D",
    skip_first=False,
):
    """A U-Net with the faults that the keywords ask for.

    ``skips``: the "first" or "second" convolution's, the "pooled" ones enlarged, the way up's
    "own", or None.
    """
    import keras
    from keras import layers

    def convolution(features, made):
        return layers.Conv2D(made, 3, activation=hidden, padding="same")(features)

    picture = x = keras.Input((32, 32, 3))
    kept = []
    for level in range(LEVELS):
        first = convolution(x, filters or width * 2**level)
        second = convolution(first, filters or width * 2**level)
        x = getattr(layers, pool)(2)(second)
        kept.append({"first": first, "pooled": layers.UpSampling2D(2)(x)}.get(skips, second))
    x = convolution(convolution(x, filters or width * 16), filters or width * 16)
    for level in (3, 2, 1, 0):
        made = width * 2**level
        x = layers.Conv2DTranspose(made, 2, strides=2, activation=up)(x)
        if skips:
            both = [x, x if skips == "own" else kept[level]]
            x = layers.Concatenate()(both[::-1] if skip_first else both)
        x = convolution(convolution(x, made), made)
    return keras.Model(picture, layers.Conv2D(3, 3, padding="same", activation=last)(x))


def with_faults(**faults):
    def repaired_unet(width):
        return ladder(width, **faults)

    return repaired_unet


def as_published(width):
    return ladder(width, filters=16, skips="pooled", last="relu")


def clipped(width):
    import keras

    network = ladder(width, last=None)
    return keras.Model(network.inputs[0], keras.ops.clip(network.outputs[0], 0.0, 1.0))


def ends_with_a_sigmoid_of_three_relus(width):
    import keras

    network = ladder(width, last="relu")
    again = keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")
    return keras.Model(network.inputs[0], again(network.outputs[0]))


def a_prediction(width):
    return ladder(width)(np.zeros((1, 32, 32, 3), "float32"))


def two_outputs(width):
    import keras

    network = ladder(width)
    return keras.Model(network.inputs[0], [network.outputs[0], network.outputs[0]])


def large_unet():
    return ladder(4)


def untrained():
    import keras

    return keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid"),
        ]
    )


def shrinks():
    import keras

    picture = keras.Input((None, None, 3))
    return keras.Model(picture, keras.layers.Conv2D(3, 3, activation="sigmoid")(picture))


def its_name():
    return "network"


def output_of_one(width, kernel, levels):
    return hidden_layers(width, kernel, levels) + layer(1, width, 3)


def without_black_and_white(counts):
    inner = np.array(counts[1:-1], float)
    y = np.arange(1, 255) / 255
    return float((inner * entropy(y)).sum() / inner.sum())


def half_tanh(before):
    from keras import ops

    return (1 + ops.tanh(before)) / 2


WRONG = [
    ("08_1", "output of 1 x 1", output_of_one),
    ("08_2", "black and white not counted", without_black_and_white),
    ("08_3", "ReLU after the transposed convolutions", with_faults(up="relu")),
    ("08_3", "skips after one convolution", with_faults(skips="first")),
    ("08_3", "another last function", with_faults(last=half_tanh)),
    ("08_3", "another last function", with_faults(last="softmax")),
    ("08_1", "wrong values", by_heart),
    ("08_1", "wrong shape", each_layer),
    ("08_2", "wrong shape", per_level),
    ("08_3", "filters ignored on the way down", as_published),
    ("08_3", "filters ignored on the way down", with_faults(filters=16)),
    ("08_3", "skips taken after the pooling", with_faults(skips="pooled")),
    ("08_3", "skips taken after the pooling", with_faults(skips="pooled", skip_first=True)),
    ("08_3", "output not limited to 0 to 1", with_faults(last="relu")),
    ("08_3", "output not limited to 0 to 1", with_faults(last=None)),
    ("08_3", "output cut off", clipped),
    ("08_3", "no ReLU", with_faults(hidden=None)),
    ("08_3", "no skips", with_faults(skips=None)),
    ("08_3", "another network", with_faults(pool="AveragePooling2D")),
    ("08_3", "another network", with_faults(skips="own")),
    ("08_3", "wrong number of weights", ends_with_a_sigmoid_of_three_relus),
    ("08_3", "no Keras model", a_prediction),
    ("08_3", "other inputs or outputs", two_outputs),
    ("08_4", "too many weights", large_unet),
    ("08_4", "not better than the mean", untrained),
    ("08_4", "does not fill", shrinks),
    ("08_4", "no Keras model", its_name),
]
