"""Wrong answers to exercise 05: (task, the verdict that names the mistake, the answer).

Networks are built when a check asks for them, so that this file loads no deep-learning library.
"""

import numpy as np

LEVELS = 4


def layer(side, read, made, bias=True):
    return side * side * read * made + made * bias


def unet(width, kernel, levels, *, up=2, bias=True, skip=1, second=1, out=True, growth=2):
    """The ladder counted from the bottom to the top."""
    channels = [width * growth**level for level in range(levels + 1)]
    total = layer(kernel, channels[0], 3, bias) if out else 0
    read = 3
    for made in channels:
        total += layer(kernel, read, made, bias) + layer(kernel, made, made, bias)
        read = made
    for made, below in zip(channels[:-1], channels[1:], strict=True):
        total += layer(up, below, made, bias) if up else 0
        total += layer(kernel, made * (1 + skip), made, bias)
        total += layer(kernel, made * second, made, bias)
    return total


def by_heart(width, kernel, levels):
    return 7_760_931


def each_layer(width, kernel, levels):
    return [unet(width, kernel, level) for level in range(1, levels + 1)]


def entropy(y):
    y = np.clip(y, 1e-12, 1 - 1e-12)
    return -(y * np.log(y) + (1 - y) * np.log(1 - y))


LEVELS_OF_GREY = np.arange(256) / 255


def total(counts):
    return np.sum(entropy(LEVELS_OF_GREY) * counts)


def per_level(counts):
    return entropy(LEVELS_OF_GREY) * counts / counts.sum()


def ladder(
    width,
    *,
    filters=None,
    skips="before",
    last="sigmoid",
    hidden="relu",
    pool="MaxPooling2D",
    skip_first=False,
):
    """A U-Net with the faults that the keywords ask for."""
    import keras
    from keras import layers

    def block(x, made):
        x = layers.Conv2D(made, (3, 3), activation=hidden, padding="same")(x)
        return layers.Conv2D(made, (3, 3), activation=hidden, padding="same")(x)

    picture = keras.Input((32, 32, 3))
    x, kept = picture, []
    for level in range(LEVELS):
        x = block(x, filters or width * 2**level)
        before = x
        x = getattr(layers, pool)(2)(x)
        kept.append(before if skips == "before" else layers.UpSampling2D(2)(x))
    x = block(x, filters or width * 16)
    for level in (3, 2, 1, 0):
        x = layers.Conv2DTranspose(width * 2**level, 2, strides=2)(x)
        if skips:
            x = layers.Concatenate()([kept[level], x] if skip_first else [x, kept[level]])
        x = block(x, width * 2**level)
    return keras.Model(picture, layers.Conv2D(3, 3, padding="same", activation=last)(x))


def with_faults(**faults):
    def repaired_unet(width):
        return ladder(width, **faults)

    return repaired_unet


def as_published(width):
    return ladder(width, filters=16, skips="after", last="relu")


def own_skip(width):
    """What came up is concatenated with itself."""
    import keras
    from keras import layers

    def block(x, made):
        for _ in range(2):
            x = layers.Conv2D(made, 3, activation="relu", padding="same")(x)
        return x

    picture = x = keras.Input((None, None, 3))
    for level in range(LEVELS):
        x = layers.MaxPooling2D()(block(x, width * 2**level))
    x = block(x, width * 16)
    for level in (3, 2, 1, 0):
        x = layers.Conv2DTranspose(width * 2**level, 2, strides=2)(x)
        x = block(layers.Concatenate()([x, x]), width * 2**level)
    return keras.Model(picture, layers.Conv2D(3, 3, padding="same", activation="sigmoid")(x))


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
    return unet(width, kernel, levels, out=False) + layer(1, width, 3)


def without_black_and_white(counts):
    inner = np.array(counts[1:-1], float)
    y = np.arange(1, 255) / 255
    return float((inner * entropy(y)).sum() / inner.sum())


def a_ladder(*, last, up=None, first_skips=False):
    """repaired_unet with one thing done in another way."""

    def repaired_unet(width):
        import keras
        from keras import layers

        def convolution(features, filters):
            return layers.Conv2D(filters, 3, padding="same", activation="relu")(features)

        damaged = features = keras.Input((None, None, 3))
        skips = []
        for filters in (width, 2 * width, 4 * width, 8 * width):
            first = convolution(features, filters)
            second = convolution(first, filters)
            skips.append(first if first_skips else second)
            features = layers.MaxPooling2D()(second)
        features = convolution(convolution(features, 16 * width), 16 * width)
        for filters in (8 * width, 4 * width, 2 * width, width):
            features = layers.Conv2DTranspose(filters, 2, strides=2, activation=up)(features)
            features = layers.Concatenate()([features, skips.pop()])
            features = convolution(convolution(features, filters), filters)
        before = layers.Conv2D(3, 3, padding="same")(features)
        return keras.Model(damaged, last(before))

    return repaired_unet


def ends_with(name):
    def last(before):
        from keras import layers

        if name == "tanh":
            return layers.Rescaling(0.5, 0.5)(layers.Activation(name)(before))
        return layers.Activation(name)(before)

    return last


WRONG = [
    ("05_1", "output of 1 x 1", output_of_one),
    ("05_2", "black and white not counted", without_black_and_white),
    (
        "05_3",
        "ReLU after the transposed convolutions",
        a_ladder(last=ends_with("sigmoid"), up="relu"),
    ),
    ("05_3", "skips after one convolution", a_ladder(last=ends_with("sigmoid"), first_skips=True)),
    ("05_3", "another last function", a_ladder(last=ends_with("tanh"))),
    ("05_3", "another last function", a_ladder(last=ends_with("softmax"))),
    ("05_1", "wrong values", by_heart),
    ("05_1", "wrong shape", each_layer),
    ("05_2", "wrong shape", per_level),
    ("05_3", "filters ignored on the way down", as_published),
    ("05_3", "filters ignored on the way down", with_faults(filters=16)),
    ("05_3", "skips taken after the pooling", with_faults(skips="after")),
    ("05_3", "skips taken after the pooling", with_faults(skips="after", skip_first=True)),
    ("05_3", "output not limited to 0 to 1", with_faults(last="relu")),
    ("05_3", "output not limited to 0 to 1", with_faults(last=None)),
    ("05_3", "output cut off", clipped),
    ("05_3", "no ReLU", with_faults(hidden=None)),
    ("05_3", "no skips", with_faults(skips=None)),
    ("05_3", "another network", with_faults(pool="AveragePooling2D")),
    ("05_3", "another network", own_skip),
    ("05_3", "wrong number of weights", ends_with_a_sigmoid_of_three_relus),
    ("05_3", "no Keras model", a_prediction),
    ("05_3", "other inputs or outputs", two_outputs),
    ("05_4", "too many weights", large_unet),
    ("05_4", "not better than the mean", untrained),
    ("05_4", "does not fill", shrinks),
    ("05_4", "no Keras model", its_name),
]
