"""The course's networks, untrained: ladders of plain, partial, gated and Fourier convolutions."""

import keras
from keras import layers

from course_lib._validation import brief, check_count, is_one_of
from course_lib.layers import (
    AddInHoles,
    FourierConv2D,
    GatedConv2D,
    GaussianFieldFill,
    PartialConv2D,
    PyramidFill,
)
from course_lib.models.denoising import critic, denoiser

LEVELS = 4
DIVISOR = 2**LEVELS  # the factor by which the poolings shrink height and width


def autoencoder(width=16, code=None):
    """A network that must press the picture through a small code: r = g(h), h = f(x).

    The same ladder as ``vanilla_unet``, with the skips cut. At the bottom is the layer "code":
    (H / 16, W / 16, code) numbers for the picture's (H, W, 3), a compression of
    768 / code. With ``width=16`` a picture of 32 x 32, 3,072 numbers, has a code of 1,024: 3 to 1.

    Args:
        width: channels of the first level, 1 or more; each level below has twice as many.
        code: channels of the code, 1 or more; 16 * width if left out.

    Returns:
        keras.Model, damaged -> predicted (see ``course_lib.models``).

    Raises:
        ValueError: if width or code is not a whole number of 1 or more.

    Source: Goodfellow, Bengio, Courville, Deep Learning, 2016, chapter 14.

    Example:
        >>> autoencoder(width=4, code=8).get_layer("code").output.shape
        (None, None, None, 8)
    """
    width = check_count("width", width, lowest=1)
    code = DIVISOR * width if code is None else check_count("code", code, lowest=1)
    damaged = keras.Input((None, None, 3), name="damaged")
    features, _ = _encode(damaged, width)
    features = _convolve(features, DIVISOR * width, "bottleneck_conv_1")
    features = _convolve(features, code, "code")
    features = _decode(features, width)
    return keras.Model(damaged, _to_picture(features), name="autoencoder")


def vanilla_unet(width=16, masked=False):
    """A U-Net of plain convolutions, the vanilla network of the article behind this course.

    Four levels of two 3 x 3 convolutions with ReLU and max-pooling, a bottleneck, and the way
    up by 2 x 2 transposed convolutions, with the features of the same level handed across; a
    last 3 x 3 convolution to 3 channels, and a sigmoid. ``width=32`` is the article's network.

    Args:
        width: channels of the first level, 1 or more; each level below has twice as many.
        masked: also give the network ``valid``, concatenated to the picture; it then takes
            [damaged, valid].

    Returns:
        keras.Model, damaged or [damaged, valid] -> predicted (see ``course_lib.models``).

    Raises:
        ValueError: if width is not a whole number of 1 or more.

    Source: Ronneberger, Fischer, Brox, U-Net, 2015, section 2 (there without padding).

    Example:
        >>> vanilla_unet(width=32).count_params()
        7760931
    """
    width = check_count("width", width, lowest=1)
    inputs = features = keras.Input((None, None, 3), name="damaged")
    if masked:
        inputs = [inputs, keras.Input((None, None, 1), name="valid")]
        features = layers.Concatenate(name="damaged_and_valid")(inputs)
    features, skips = _encode(features, width)
    features = _convolve_twice(features, DIVISOR * width, "bottleneck")
    features = _decode(features, width, skips)
    name = "vanilla_unet_masked" if masked else "vanilla_unet"
    return keras.Model(inputs, _to_picture(features), name=name)


def partial_conv_unet(width=16):
    """The vanilla U-Net with every 3 x 3 convolution a partial one: it never reads a hole.

    The ladder, the names of its layers and the number of its weights are ``vanilla_unet``'s, so
    that a comparison of the two compares the convolutions. Validity is max-pooled with the
    features, and repeated where a 2 x 2 transposed convolution makes four pixels of one. On the
    way up, the skip and the features from below each keep their own validity.

    Args:
        width: channels of the first level, 1 or more; each level below has twice as many.

    Returns:
        keras.Model, [damaged, valid] -> predicted (see ``course_lib.models``). Where not even
        the last layer sees a known pixel, the prediction is 0.5.

    Raises:
        ValueError: if width is not a whole number of 1 or more.

    Source: Liu et al., Image inpainting for irregular holes using partial convolutions, 2018,
    section 3.2 (there: strided convolutions, nearest upsampling, batch normalisation, 512 x 512).

    Example:
        >>> partial_conv_unet(width=32).count_params()
        7760931
    """
    width = check_count("width", width, lowest=1)
    damaged = keras.Input((None, None, 3), name="damaged")
    valid = keras.Input((None, None, 1), name="valid")
    features = _partial_ladder(damaged, valid, width, LEVELS)
    return keras.Model([damaged, valid], _squash(features), name="partial_conv_unet")


def shallow_unet(convolution="plain", width=12):
    """A U-Net of two levels, in which one thing can be changed: its convolutions.

    ``vanilla_unet(masked=True)`` with two levels instead of four. The bottleneck of a picture of
    32 x 32 has 8 x 8 places, and depth limits what one of them can reach: enough of the picture
    lies beyond that for a longer reach to matter.

    Args:
        convolution: what its 3 x 3 convolutions are.
            "plain": ``Conv2D``; validity is one more channel of the input.
            "partial": ``PartialConv2D``, with validity on its own wire, as in
            ``partial_conv_unet``.
            "gated": ``GatedConv2D``, validity as for "plain", and nearly twice the weights; the
            last convolution, to the picture, stays plain.
            "fourier": as "plain", but the two at the bottom compute half of their filters in the
            spectrum, by ``FourierConv2D``.
        width: channels of the first level, 1 or more; each level below has twice as many.

    Returns:
        keras.Model, [damaged, valid] -> predicted (see ``course_lib.models``).

    Raises:
        ValueError: if convolution is none of these, or width is not a whole number of 1 or more.

    Source: Yu et al., Free-form image inpainting with gated convolution, 2019, section 3.1; Chi,
    Jiang, Mu, Fast Fourier convolution, 2020, section 3.1; their networks are deeper.

    Example:
        >>> kinds = ("plain", "partial", "gated", "fourier")
        >>> [shallow_unet(kind).count_params() for kind in kinds]
        [66411, 66303, 126699, 57723]
    """
    width = check_count("width", width, lowest=1)
    if not is_one_of(convolution, SHALLOW):
        raise ValueError(f"convolution is {brief(convolution)}: say one of {', '.join(SHALLOW)}.")
    damaged = keras.Input((None, None, 3), name="damaged")
    valid = keras.Input((None, None, 1), name="valid")
    if convolution == "partial":
        predicted = _squash(_partial_ladder(damaged, valid, width, levels=2))
    else:
        convolve, at_the_bottom = SHALLOW[convolution]
        features = layers.Concatenate(name="damaged_and_valid")([damaged, valid])
        features, skips = _encode(features, width, 2, convolve)
        features = _convolve_twice(features, 4 * width, "bottleneck", at_the_bottom)
        predicted = _to_picture(_decode(features, width, skips, 2, convolve))
    return keras.Model([damaged, valid], predicted, name=f"shallow_unet_{convolution}")


def classifier(width=16):
    """A small network that names what a picture shows, and whose features some losses compare.

    Three levels of two 3 x 3 convolutions, each with batch normalisation and ReLU, with
    max-pooling between them, one more convolution, the mean over the picture, and a dense layer.
    The layers "features_1", "features_2" and "features_3" are the levels' features after ReLU and
    before pooling: (H, W, 2 width), (H / 2, W / 2, 4 width) and (H / 4, W / 4, 8 width), rounded
    down. ``losses.Perceptual`` and ``losses.Style`` compare these, as published work does with
    those of VGG16.

    Args:
        width: channels of the first convolution, 1 or more.

    Returns:
        keras.Model, pictures (N, H, W, 3) in [0, 1], without holes, H and W 8 or more, -> logits
        (N, 10), one for each class of CIFAR-10: no softmax, the largest is the answer. Outside
        ``fit`` they do not depend on the other pictures of a batch.

    Raises:
        ValueError: if width is not a whole number of 1 or more.

    Source: Ioffe and Szegedy, Batch normalization, 2015; Simonyan and Zisserman, Very deep
    convolutional networks for large-scale image recognition, 2015 (the ladder of 3 x 3).

    Example:
        >>> network = classifier()
        >>> network.count_params(), network.get_layer("features_3").output.shape
        (363194, (None, None, None, 128))
    """
    width = check_count("width", width, lowest=1)
    pictures = keras.Input((None, None, 3), name="pictures")
    features = layers.Rescaling(4, offset=-2, name="centred")(pictures)
    for level, (first, second) in enumerate([(1, 2), (3, 4), (6, 8)], start=1):
        features = _normalised_convolve(features, first * width, f"features_{level}_first")
        features = _normalised_convolve(features, second * width, f"features_{level}")
        features = layers.MaxPooling2D(name=f"features_{level}_pool")(features)
    features = _normalised_convolve(features, 8 * width, "features_4")
    features = layers.GlobalAveragePooling2D(name="mean_features")(features)
    logits = layers.Dense(10, dtype="float32", name="logits")(features)
    return keras.Model(pictures, logits, name="classifier")


def residual_unet(width=48):
    """A network that mends a crude classical fill instead of painting from nothing.

    ``PyramidFill`` gives every hole a smooth first guess; a U-Net of residual blocks sees guess
    and validity and adds its correction, in the holes only: known pixels come out as they went in,
    so no capacity goes into drawing them again. It works on blocks of 2 x 2 pixels (a strided
    convolution in, a transposed one out), where a picture has a quarter of the places and more
    channels pay. Its last convolution starts at 0, so an untrained network is the fill.

    Args:
        width: channels of the first level, 1 or more; the second has twice, the third four times
            as many.

    Returns:
        keras.Model, [damaged, valid] -> predicted (see ``course_lib.models``).

    Raises:
        ValueError: if width is not a whole number of 1 or more.

    Source: residual blocks without normalisation: Lim et al., Enhanced deep residual networks for
    single image super-resolution, 2017, section 3.1, https://arxiv.org/abs/1707.02921.

    Example:
        >>> residual_unet().count_params() <= 3_000_000
        True
    """
    width = check_count("width", width, lowest=1)
    damaged = keras.Input((None, None, 3), name="damaged")
    valid = keras.Input((None, None, 1), name="valid")
    fill = PyramidFill(LEVELS, dtype="float32", name="fill")([damaged, valid])
    features = layers.Concatenate(name="fill_and_valid")([fill, valid])
    correction = correct(features, width)
    mended = AddInHoles(dtype="float32", name="predicted")([fill, valid, correction])
    return keras.Model([damaged, valid], mended, name="residual_unet")


def field_unet(width=48):
    """``residual_unet`` with a better start: a fill that has itself been learned.

    ``GaussianFieldFill`` gives every hole a first guess with filters learned from photographs. The
    trunk sees that guess, validity, and ``PyramidFill``'s guess, which reaches further into wide
    holes; it adds its correction to the learned guess, in the holes only. The filters are not
    trained with the trunk: they are learned first.

    Args:
        width: as in ``residual_unet``.

    Returns:
        keras.Model, [damaged, valid] -> predicted (see ``course_lib.models``).

    Raises:
        ValueError: if width is not a whole number of 1 or more.

    Source: as ``residual_unet``; the fill: ``layers.GaussianFieldFill``.

    Example:
        >>> field_unet().count_params() <= 3_000_000
        True
    """
    width = check_count("width", width, lowest=1)
    damaged = keras.Input((None, None, 3), name="damaged")
    valid = keras.Input((None, None, 1), name="valid")
    learned = GaussianFieldFill(trainable=False, dtype="float32", name="field_fill")
    fill = learned([damaged, valid])
    coarse = PyramidFill(LEVELS, dtype="float32", name="fill")([damaged, valid])
    features = layers.Concatenate(name="fills_and_valid")([fill, valid, coarse])
    correction = correct(features, width)
    mended = AddInHoles(dtype="float32", name="predicted")([fill, valid, correction])
    return keras.Model([damaged, valid], mended, name="field_unet")


def correct(features, width):
    """The trunk of ``residual_unet``: what it sees -> what it adds, 0 until it is trained.

    Args:
        features: (N, H, W, C), symbolic, H and W multiples of 8.
        width: as in ``residual_unet``.

    Returns:
        (N, H, W, 3), symbolic.
    """
    down = {"padding": "same", "strides": 2}
    features = layers.Conv2D(width, 4, **down, name="encoder_1_blocks")(features)
    first = _residual(features, width, "encoder_1_residual_1")
    features = layers.Conv2D(2 * width, 2, **down, name="encoder_2_down")(first)
    second = _residual(features, 2 * width, "encoder_2_residual_1")
    features = layers.Conv2D(4 * width, 2, **down, name="bottom_down")(second)
    for block in (1, 2):
        features = _residual(features, 4 * width, f"bottom_residual_{block}")
    features = layers.Conv2DTranspose(2 * width, 2, strides=2, name="decoder_2_up")(features)
    features = layers.Add(name="decoder_2_skip")([features, second])
    features = _residual(features, 2 * width, "decoder_2_residual_1")
    features = layers.Conv2DTranspose(width, 2, strides=2, name="decoder_1_up")(features)
    features = layers.Add(name="decoder_1_skip")([features, first])
    for block in (1, 2):
        features = _residual(features, width, f"decoder_1_residual_{block}")
    features = layers.Activation("relu", name="output_relu")(features)
    return layers.Conv2DTranspose(
        3, 4, padding="same", strides=2, kernel_initializer="zeros", name="output_conv"
    )(features)


def _convolve(features, filters, name):
    return layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)(features)


def _convolve_twice(features, filters, name, convolve=_convolve):
    return convolve(convolve(features, filters, f"{name}_conv_1"), filters, f"{name}_conv_2")


def _encode(features, width, levels=LEVELS, convolve=_convolve):
    """Down the ladder: the features at its bottom, and each level's features, from the top."""
    skips = []
    for level in range(1, levels + 1):
        filters = width * 2 ** (level - 1)
        features = _convolve_twice(features, filters, f"encoder_{level}", convolve)
        skips.append(features)
        features = layers.MaxPooling2D(name=f"encoder_{level}_pool")(features)
    return features, skips


def _decode(features, width, skips=None, levels=LEVELS, convolve=_convolve):
    """Up the ladder; if there are skips, the encoder's features join those from below."""
    for level in range(levels, 0, -1):
        filters = width * 2 ** (level - 1)
        up = layers.Conv2DTranspose(filters, 2, strides=2, name=f"decoder_{level}_up")
        features = up(features)
        if skips:
            beside = layers.Concatenate(name=f"decoder_{level}_skip")
            features = beside([features, skips[level - 1]])
        features = _convolve_twice(features, filters, f"decoder_{level}", convolve)
    return features


def _partial_ladder(damaged, valid, width, levels):
    """Down and up on two wires, features and validity; at the end 3 channels."""
    state, skips = [damaged, valid], []
    for level in range(1, levels + 1):
        state = _convolve_twice(state, width * 2 ** (level - 1), f"encoder_{level}", _partial)
        skips.append(state)
        pool = layers.MaxPooling2D
        state = [
            pool(name=f"encoder_{level}_pool")(state[0]),
            pool(name=f"encoder_{level}_pool_valid")(state[1]),
        ]
    state = _convolve_twice(state, width * 2**levels, "bottleneck", _partial)
    for level in range(levels, 0, -1):
        filters = width * 2 ** (level - 1)
        up = layers.Conv2DTranspose(filters, 2, strides=2, name=f"decoder_{level}_up")(state[0])
        valid_up = layers.UpSampling2D(name=f"decoder_{level}_up_valid")(state[1])
        skip, valid_skip = skips[level - 1]
        state = [[up, skip], [valid_up, valid_skip]]
        state = _convolve_twice(state, filters, f"decoder_{level}", _partial)
    return PartialConv2D(3, 3, name="output_conv")(state)[0]


def _partial(state, filters, name):
    return PartialConv2D(filters, 3, activation="relu", name=name)(state)


def _gated(features, filters, name):
    return GatedConv2D(filters, 3, activation="relu", name=name)(features)


def _half_fourier(features, filters, name):
    """Half of the filters see 3 x 3 pixels, the other half the whole picture."""
    near = _convolve(features, filters - filters // 2, f"{name}_near")
    far = FourierConv2D(filters // 2, name=f"{name}_far")(features)
    far = layers.Activation("relu", name=f"{name}_far_relu")(far)
    return layers.Concatenate(name=name)([near, far])


def _residual(features, filters, name):
    """features + f(features); f starts at 0, which keeps a deep stack stable without norms."""
    changed = layers.Activation("relu", name=f"{name}_relu")(features)
    changed = _convolve(changed, filters, f"{name}_conv_1")
    second = layers.Conv2D(
        filters, 3, padding="same", kernel_initializer="zeros", name=f"{name}_conv_2"
    )
    return layers.Add(name=name)([features, second(changed)])


def _normalised_convolve(features, filters, name):
    features = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv")(
        features
    )
    features = layers.BatchNormalization(name=f"{name}_norm")(features)
    return layers.ReLU(name=name)(features)


def _to_picture(features):
    return _squash(layers.Conv2D(3, 3, padding="same", name="output_conv")(features))


def _squash(features):
    # float32 under mixed precision too: float16 is coarser near 1 than 8-bit pictures need.
    return layers.Activation("sigmoid", dtype="float32", name="predicted")(features)


SHALLOW = {  # convolution -> what is used on the levels, and what at the bottom
    "plain": (_convolve, _convolve),
    "partial": (_partial, _partial),
    "gated": (_gated, _gated),
    "fourier": (_convolve, _half_fourier),
}

NETWORKS = {
    "autoencoder": autoencoder,
    "vanilla_unet": vanilla_unet,
    "partial_conv_unet": partial_conv_unet,
    "residual_unet": residual_unet,
    "field_unet": field_unet,
    "shallow_unet": shallow_unet,
    "classifier": classifier,
    "denoiser": denoiser,
    "critic": critic,
}
