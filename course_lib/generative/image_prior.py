"""A deep image prior: a network that has seen no picture but this one, and not even all of it."""

import keras
import numpy as np
from keras import layers, ops

from course_lib._validation import check_count, check_pair, check_seed, check_single

CHANNELS = 32  # of the noise that the network is given
SPREAD = 0.1  # that noise is uniform from 0 to this
LEVELS = 3
DIVISOR = 2**LEVELS


def deep_image_prior(image, mask, *, steps=600, every=20, width=32, learning_rate=0.01, seed):
    """Train a network to draw the known pixels out of noise; what it draws in the hole is the fill.

    The noise never changes, nor is there another picture: the network's shape alone decides what
    comes in the hole. It draws what is smooth and what repeats before it draws what is neither, so
    the fill is best some time before the known pixels are drawn to perfection.

    Args:
        image: floats in [0, 1], (H, W, 3), H and W multiples of 8; holes are not read.
        mask: bool (H, W), True = hole.
        steps: training steps, Adam's, 1 or more.
        every: steps from one look to the next, 1 or more.
        width: channels of each of the network's layers, 1 or more.
        learning_rate: Adam's.
        seed: an int from 0 to 2**32 - 1, of the noise and of the network.

    Yields:
        step (int), loss (float, the mean squared error of the known pixels) and the filled picture,
        float32 (H, W, 3), composited: after every ``every`` steps.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Source: Ulyanov, Vedaldi, Lempitsky, Deep image prior, 2018, section 3.3 (inpainting) and its
    supplementary material, https://arxiv.org/abs/1711.10925; there 6 levels of 128 channels.

    Example:
        >>> image, hole = np.full((8, 8, 3), 0.5, np.float32), np.eye(8, dtype=bool)
        >>> looks = deep_image_prior(image, hole, width=4, seed=0)  # nothing is trained yet
        >>> step, loss, filled = next(looks)  # doctest: +SKIP
    """
    image, mask = check_pair(image, mask)
    check_single(image)
    if image.shape[0] % DIVISOR or image.shape[1] % DIVISOR:
        raise ValueError(
            f"image is {image.shape[0]} x {image.shape[1]}: cut it to multiples of {DIVISOR}."
        )
    steps, every = (check_count(*one, lowest=1) for one in (("steps", steps), ("every", every)))
    image = np.where(mask[..., None], 0, image).astype(np.float32)
    keras.utils.set_random_seed(check_seed(seed))
    noise = np.random.RandomState(seed).uniform(0, SPREAD, (1, *image.shape[:2], CHANNELS))
    network = prior_network(width)
    network.compile(keras.optimizers.Adam(learning_rate), _known_error)
    target = np.concatenate([image, ~mask[..., None]], axis=-1)[None].astype(np.float32)
    return _looks(network, noise.astype(np.float32), target, mask, steps, every)


def prior_network(width=32):
    """The network: noise (N, H, W, 32) -> picture (N, H, W, 3), an hourglass with thin skips.

    Example:
        >>> prior_network(width=4).output.shape
        (None, None, None, 3)
    """
    width = check_count("width", width, lowest=1)
    noise = features = keras.Input((None, None, CHANNELS), name="noise")
    skips = []
    for level in range(1, LEVELS + 1):
        skips.append(_convolve(features, 4, 1, f"skip_{level}"))
        features = _convolve(features, width, 3, f"encoder_{level}_down", strides=2)
        features = _convolve(features, width, 3, f"encoder_{level}")
    for level in range(LEVELS, 0, -1):
        up = layers.UpSampling2D(interpolation="bilinear", name=f"decoder_{level}_up")
        features = up(features)
        features = layers.Concatenate(name=f"decoder_{level}_skip")([features, skips[level - 1]])
        features = _convolve(features, width, 3, f"decoder_{level}")
    picture = layers.Conv2D(3, 1, activation="sigmoid", name="picture")(features)
    return keras.Model(noise, picture, name="image_prior")


def _convolve(features, filters, size, name, strides=1):
    features = layers.Conv2D(filters, size, strides, "same", use_bias=False, name=name)(features)
    # One picture is all there is: its own mean and deviation, in training and after it.
    features = layers.GroupNormalization(filters, name=f"{name}_norm")(features)
    return layers.LeakyReLU(0.2, name=f"{name}_leaky")(features)


def _known_error(target, drawn):
    """Mean squared error of the known pixels: ``target`` has validity behind its colours."""
    valid = target[..., 3:]
    squared = ops.sum(valid * ops.square(drawn - target[..., :3]))
    return squared / (3 * ops.sum(valid))


def _looks(network, noise, target, mask, steps, every):
    image = target[0, ..., :3]
    for step in range(1, steps + 1):
        network.reset_metrics()
        loss = network.train_on_batch(noise, target)
        if step % every == 0:
            drawn = np.asarray(network.predict_on_batch(noise))[0]
            yield step, float(loss), np.where(mask[..., None], drawn, image)
