"""What flows inside a network: the gates of gated convolutions, the validity of partial ones."""

import keras
import numpy as np

from course_lib._validation import check_pair
from course_lib.layers import GatedConv2D, PartialConv2D
from course_lib.masks import random_pixels
from course_lib.models.inpaint import check_model


def gates(network, images, masks):
    """How much each gated convolution lets through, at every place, in every channel.

    Args:
        network: keras.Model that takes [damaged, valid].
        images: floats in [0, 1], (N, H, W, 3), H and W as the network wants them.
        masks: bool (N, H, W), True = hole.

    Returns:
        dict, layer's name -> float32 (N, H', W', filters), 0 = shut to 1 = open; from the first
        layer on.

    Raises:
        TypeError, ValueError: if an argument is not as above, or no layer is gated.

    Example:
        >>> from course_lib.models import shallow_unet
        >>> pictures, holes = np.full((1, 8, 8, 3), 0.5), np.eye(8, dtype=bool)[None]
        >>> found = gates(shallow_unet("gated", 2), pictures, holes)
        >>> len(found), found["bottleneck_conv_1"].shape
        (10, (1, 2, 2, 8))
    """
    layers = _of_kind(network, GatedConv2D, "gated")
    found = _run(network, [one.gate(one.input) for one in layers], images, masks)
    return dict(zip([one.name for one in layers], found, strict=True))


def validities(network, images, masks):
    """At which places each partial convolution has seen a known pixel.

    Args:
        network, images, masks: as for ``gates``.

    Returns:
        dict, layer's name -> float32 (N, H', W', 1), 1 = known and 0 = still hole.

    Raises:
        TypeError, ValueError: as for ``gates``, or if no layer is a partial convolution.

    Example:
        >>> from course_lib.models import shallow_unet
        >>> pictures, holes = np.full((1, 8, 8, 3), 0.5), np.ones((1, 8, 8), bool)
        >>> holes[0, 0, 0] = False
        >>> found = validities(shallow_unet("partial", 2), pictures, holes)
        >>> [int(found[f"encoder_1_conv_{k}"].sum()) for k in (1, 2)]
        [4, 9]
    """
    layers = _of_kind(network, PartialConv2D, "a partial convolution")
    found = _run(network, [one.output[1] for one in layers], images, masks)
    return dict(zip([one.name for one in layers], found, strict=True))


def features(network, images, masks, layers):
    """What layers hand on, at every place, in every channel.

    Args:
        network, images, masks: as for ``gates``.
        layers: names of layers; if one has several outputs, the first is taken.

    Returns:
        dict, layer's name -> float32 (N, H', W', channels).

    Raises:
        TypeError, ValueError: as for ``gates``, or if the network has no such layer.

    Example:
        >>> from course_lib.models import shallow_unet
        >>> pictures, holes = np.full((1, 8, 8, 3), 0.5), np.eye(8, dtype=bool)[None]
        >>> found = features(shallow_unet("partial", 2), pictures, holes, ["bottleneck_conv_1"])
        >>> found["bottleneck_conv_1"].shape
        (1, 2, 2, 8)
    """
    check_model(network)
    if isinstance(layers, str):
        raise TypeError(f"layers is {layers!r}: pass a list of names, such as [{layers!r}].")
    layers = list(layers)
    outputs = [network.get_layer(name).output for name in layers]
    outputs = [one[0] if isinstance(one, list) else one for one in outputs]
    return dict(zip(layers, _run(network, outputs, images, masks), strict=True))


def _of_kind(network, kind, words):
    check_model(network)
    layers = [one for one in network.layers if isinstance(one, kind)]
    if not layers:
        raise ValueError(f"no layer of {network.name} is {words}: pass a network that has some.")
    return layers


def _run(network, outputs, images, masks):
    images, masks = check_pair(images, masks)
    if len(network.inputs) != 2:
        raise ValueError(f"{network.name} is not told the holes: pass one of [damaged, valid].")
    holes = np.broadcast_to(masks, images.shape[:-1])[..., None]
    given = [np.where(holes, 0, images).astype(np.float32), 1 - holes.astype(np.float32)]
    found = keras.Model(network.inputs, outputs).predict_on_batch(given)
    return [np.asarray(one) for one in (found if isinstance(found, list) else [found])]


def strength_by_known(network, *, seed=1):
    """How strongly a first convolution answers one grey, by how many pixels its window knows.

    Measured on a picture of 0.5 everywhere, under 100 masks of random pixels, without the windows
    at the border. Without a count to divide by, a half-missing window answers like a darker one.

    Args:
        network: a ``shallow_unet``, or another whose first layer is 3 x 3, "encoder_1_conv_1",
            and that takes [damaged, valid].
        seed: of the masks, an int.

    Returns:
        float array (9,): the mean answer to windows with 1, 2, ... 9 known pixels, over all
        channels, divided by the answer to 9.

    Raises:
        TypeError, ValueError: if the network or the seed is not as above.

    Example:
        >>> from course_lib.models import shallow_unet
        >>> strength_by_known(shallow_unet("plain", 2)).shape
        (9,)
    """
    fractions = (0.1, 0.3, 0.5, 0.7, 0.9)
    holes = np.concatenate(
        [random_pixels(20, fraction=fraction, seed=seed) for fraction in fractions]
    )
    grey = np.full((*holes.shape, 3), 0.5, np.float32)
    (answers,) = features(network, grey, holes, ["encoder_1_conv_1"]).values()
    windows = np.lib.stride_tricks.sliding_window_view(~holes, (3, 3), axis=(1, 2))
    known = windows.sum(axis=(3, 4))  # (100, 30, 30)
    means = [answers[:, 1:-1, 1:-1][known == count].mean() for count in range(1, 10)]
    return np.array(means) / means[-1]
