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
    join="Concatenate",
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
            x = getattr(layers, join)()(both[::-1] if skip_first else both)
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


def one_row_a_kernel(width, kernel, levels):
    """Kernels of ``kernel`` weights for each pair of channels, the transposed ones of 2."""
    squared = hidden_layers(width, kernel, levels) + layer(kernel, width, 3)
    places = [(kernel, 3, width), (kernel, width, 3)]
    for level in range(levels):
        made = width * 2**level
        places += [(kernel, made, made)] * 2 + [(kernel, made, 2 * made), (kernel, 2 * made, made)]
        places.append((2, 2 * made, made))
    bottom = width * 2**levels
    places.append((kernel, bottom, bottom))
    return squared - sum(side * (side - 1) * read * made for side, read, made in places)


def in_base_10(counts):
    y = np.arange(1, 255) / 255
    tens = y * np.log10(y) + (1 - y) * np.log10(1 - y)
    return -float(np.dot(tens, counts[1:-1])) / counts.sum()


def of_256ths(counts):
    return float(np.dot(entropy(np.arange(256) / 256), counts) / counts.sum())


def without_black_and_white(counts):
    inner = np.array(counts[1:-1], float)
    y = np.arange(1, 255) / 255
    return float((inner * entropy(y)).sum() / inner.sum())


def bottom_kept(width, kernel, levels):
    channels = [width * 2**level for level in range(levels)]
    last = channels[-1]
    extra = 2 * layer(kernel, last, last) + layer(2, last, last)  # the bottom and what rises
    extra -= layer(kernel, last, 2 * last) + layer(kernel, 2 * last, 2 * last)
    extra -= layer(2, 2 * last, last)
    return hidden_layers(width, kernel, levels) + layer(kernel, width, 3) + extra


def half_tanh(before):
    from keras import ops

    return (1 + ops.tanh(before)) / 2


def counted_by_keras(width, kernel, levels):
    """The article's ladder, built in order to count its weights."""
    import keras
    from keras import layers

    def twice(x, made):
        for _ in range(2):
            x = layers.Conv2D(made, kernel, padding="same")(x)
        return x

    picture = x = keras.Input((32, 32, 3))
    kept = []
    for level in range(levels):
        kept.append(twice(x, width * 2**level))
        x = layers.MaxPooling2D()(kept[-1])
    x = twice(x, width * 2**levels)
    for level in reversed(range(levels)):
        x = layers.Conv2DTranspose(width * 2**level, 2, strides=2)(x)
        x = twice(layers.Concatenate()([x, kept[level]]), width * 2**level)
    return keras.Model(picture, layers.Conv2D(3, kernel, padding="same")(x)).count_params()


def counted_by_the_library(width, kernel, levels):
    from course_lib import models

    if (kernel, levels) == (3, 4):
        return models.vanilla_unet(width).count_params()
    return hidden_layers(width, kernel, levels) + layer(kernel, width, 3)


def empties_the_counts(counts):
    floor = float((entropy(LEVELS_OF_GREY) * counts).sum() / counts.sum())
    counts[:] = 0
    return floor


def of_the_library(width):
    from course_lib import models

    return models.vanilla_unet(width)


def copied_from_the_library(width):
    import keras

    from course_lib.models import vanilla_unet

    return keras.models.clone_model(vanilla_unet(width))


def averages_known_neighbours():
    """No weight is learned: a mean over the known pixels of the nearest window that has some."""
    import keras

    damaged, valid = keras.Input((None, None, 3)), keras.Input((None, None, 1))
    filled = damaged
    for side in (9, 7, 5, 3):
        pool = keras.layers.AveragePooling2D(side, strides=1, padding="same")
        count = pool(valid)
        filled = keras.ops.where(count > 0.001, pool(damaged) / (count + 1e-6), filled)
    unused = keras.layers.Conv2D(3, 3, padding="same", kernel_initializer="zeros")(damaged)
    return keras.Model([damaged, valid], filled + 0 * unused)


def backwards(layers, output):
    """The right answer, from the last layer to the first."""
    first = last = output
    for kernel, stride, dilation in reversed(layers):
        first, last = first * stride, last * stride + (kernel - 1) * dilation
    return first, last


def blurs_by_a_fixed_kernel():
    """A weighted mean of the known pixels, and a 1 x 1 convolution that is the identity."""
    import keras

    places = np.arange(-4, 5)
    bell = np.exp(-np.add.outer(places**2, places**2) / 2)[..., None, None] * np.eye(3)

    def blur(features):
        kernel = keras.ops.convert_to_tensor(bell.astype("float32"))
        return keras.ops.conv(features, kernel, padding="same")

    damaged, valid = keras.Input((None, None, 3)), keras.Input((None, None, 1))
    three = keras.layers.Concatenate()([valid, valid, valid])
    blurred = keras.layers.Lambda(lambda both: blur(both[0]) / (blur(both[1]) + 1e-6))
    network = keras.Model([damaged, valid], keras.layers.Conv2D(3, 1)(blurred([damaged, three])))
    network.set_weights([np.eye(3)[None, None], np.zeros(3)])
    return network


def around(layers, output):
    first, last = backwards(layers, output)
    half = (last - first) // 2
    return first - half, first - half + (last - first)


def in_this_order(layers, output):
    return backwards(layers[::-1], output)


def step_by_step(layers, output):
    """Walks each layer's outputs back to its inputs, but jumps by the last stride alone."""
    reach, before = 0, 1
    for kernel, stride, dilation in layers:
        reach, before = reach + before * dilation * (kernel - 1), stride
    return before * output, before * output + reach


def effective_kernels(layers, output):
    first = last = output
    for kernel, stride, dilation in reversed(layers):
        first, last = first * stride, last * stride + kernel * dilation - 1
    return first, last


def one_before(layers, output):
    return backwards(layers, output - 1)


def of_the_first(layers, output):
    return backwards(layers, 0)


def seen_by_nobody(layers, output):
    first, last = backwards(layers, output)
    return first, last - 1


def only_the_width(layers, output):
    return backwards(layers, 0)[1] + 1


def as_floats(layers, output):
    return tuple(float(pixel) for pixel in backwards(layers, output))


def first_and_width(layers, output):
    return backwards(layers, output)[0], backwards(layers, 0)[1] + 1


def empties_the_layers(layers, output):
    width, step = 1, 1
    while layers:
        kernel, stride, dilation = layers.pop(0)
        width += (kernel - 1) * dilation * step
        step *= stride
    return output * step, output * step + width - 1


def reverses_the_layers(layers, output):
    found = backwards(layers, output)
    layers.reverse()
    return found


def of_a_class():
    import keras

    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.convolution = keras.layers.Conv2D(3, 3, padding="same")

        def call(self, given):
            return self.convolution(keras.ops.concatenate(given, axis=-1))

    network = Network()
    network([np.zeros((1, 8, 8, 3), "float32"), np.zeros((1, 8, 8, 1), "float32")])
    return network


def with_channels(*channels):
    def network():
        import keras

        given = [keras.Input((None, None, one)) for one in channels]
        joined = keras.layers.Concatenate()([*given, *given])
        return keras.Model(given, keras.layers.Conv2D(3, 3, padding="same")(joined))

    return network


WRONG = [
    ("08_5", "no functional model", of_a_class),
    ("08_5", "other channels", with_channels(1, 3)),
    ("08_5", "other channels", with_channels(4)),
    ("08_5", "other inputs or outputs", with_channels(3, 1, 1)),
    ("08_1", "strides not multiplied", step_by_step),
    ("08_1", "dilated kernel too long", effective_kernels),
    ("08_1", "outputs counted from 1", one_before),
    ("08_1", "always output 0", of_the_first),
    ("08_1", "width begins at 0", seen_by_nobody),
    ("08_1", "picture padded", around),
    ("08_2", "kernel not squared", one_row_a_kernel),
    ("08_3", "logarithm to base 10", in_base_10),
    ("08_3", "256 instead of 255", of_256ths),
    ("08_1", "changes its input", empties_the_layers),
    ("08_1", "changes its input", reverses_the_layers),
    ("08_1", "width instead of the last pixel", first_and_width),
    ("08_1", "wrong shape", only_the_width),
    ("08_1", "wrong dtype", as_floats),
    ("08_2", "a network built", counted_by_keras),
    ("08_2", "a network built", counted_by_the_library),
    ("08_3", "changes its input", empties_the_counts),
    ("08_4", "the library's network", of_the_library),
    ("08_4", "the library's network", copied_from_the_library),
    ("08_4", "skips not concatenated", with_faults(join="Add")),
    ("08_4", "skips not concatenated", with_faults(join="Maximum")),
    ("08_5", "nothing learned", averages_known_neighbours),
    ("08_5", "nothing learned", blurs_by_a_fixed_kernel),
    ("08_4", "size fixed", with_faults()),
    ("08_1", "layers from the last to the first", in_this_order),
    ("08_2", "bottom not doubled", bottom_kept),
    ("08_2", "output of 1 x 1", output_of_one),
    ("08_3", "black and white not counted", without_black_and_white),
    ("08_4", "ReLU after the transposed convolutions", with_faults(up="relu")),
    ("08_4", "skips after one convolution", with_faults(skips="first")),
    ("08_4", "another last function", with_faults(last=half_tanh)),
    ("08_4", "another last function", with_faults(last="softmax")),
    ("08_2", "wrong values", by_heart),
    ("08_2", "wrong shape", each_layer),
    ("08_3", "wrong shape", per_level),
    ("08_4", "filters ignored on the way down", as_published),
    ("08_4", "filters ignored on the way down", with_faults(filters=16)),
    ("08_4", "skips taken after the pooling", with_faults(skips="pooled")),
    ("08_4", "skips taken after the pooling", with_faults(skips="pooled", skip_first=True)),
    ("08_4", "output not limited to 0 to 1", with_faults(last="relu")),
    ("08_4", "output not limited to 0 to 1", with_faults(last=None)),
    ("08_4", "output cut off", clipped),
    ("08_4", "no ReLU", with_faults(hidden=None)),
    ("08_4", "no skips", with_faults(skips=None)),
    ("08_4", "another network", with_faults(pool="AveragePooling2D")),
    ("08_4", "another network", with_faults(skips="own")),
    ("08_4", "wrong number of weights", ends_with_a_sigmoid_of_three_relus),
    ("08_4", "no Keras model", a_prediction),
    ("08_4", "other inputs or outputs", two_outputs),
    ("08_5", "too many weights", large_unet),
    ("08_5", "not better than the mean", untrained),
    ("08_5", "does not fill", shrinks),
    ("08_5", "no Keras model", its_name),
]
