"""Which pixels a network's output depends on, measured by its gradient."""

import keras
import numpy as np
from keras import ops

from course_lib._validation import as_array
from course_lib.models.inpaint import check_model


def reach(network, images, masks=None):
    """How much the output in the middle changes when a pixel of the input changes.

    It is the absolute gradient of the sum of the middle place's output channels, summed over the
    input's channels: 0 where the output cannot see, or does not look. To get it on every backend
    of Keras, a change of the pictures that begins at 0 takes one step of plain gradient descent,
    and then holds the gradient.

    Args:
        network: keras.Model with one input (N, H, W, C), or two, [damaged, valid].
        images: floats (N, H, W, C); each picture has a gradient of its own, so take several.
        masks: bool (N, H, W), True = hole, for a network of two inputs: holes are set to 0.

    Returns:
        float32 (N, H, W), for each picture. The middle of H is H // 2, also in a smaller output.

    Raises:
        TypeError, ValueError: if network is no Keras model, images have another number of axes, or
            a network of two inputs gets no masks.

    Source: Luo et al., Understanding the effective receptive field in deep convolutional neural
    networks, 2016, section 2, https://arxiv.org/abs/1701.04128.

    Example:
        >>> one = keras.layers.Conv2D(1, 3, padding="same", kernel_initializer="ones")
        >>> network = keras.Sequential([keras.Input((None, None, 1)), one])
        >>> reach(network, np.zeros((1, 5, 5, 1)))[0, 2].tolist()
        [0.0, 1.0, 1.0, 1.0, 0.0]
    """
    check_model(network)
    images = as_array(images, "images").astype(np.float32)
    if images.ndim != 4:
        raise ValueError(f"images have shape {images.shape}: pass a batch (N, H, W, C).")
    two = len(network.inputs) == 2
    if two and masks is None:
        raise ValueError(f"{network.name} takes [damaged, valid]: pass the masks as well.")
    valid = np.ones((*images.shape[:3], 1), np.float32)
    if masks is not None:
        valid *= ~np.broadcast_to(masks, images.shape[:3])[..., None]
    told = keras.Input(batch_shape=valid.shape)
    change = _Change(images * valid)
    moved = change(told)
    model = keras.Model(told, network([moved, told] if two else moved))
    return _gradient(model, change, network, valid)


class _Change(keras.layers.Layer):
    """Pictures plus a change that is trained; the input says only how many they are."""

    def __init__(self, pictures):
        super().__init__()
        self.pictures = pictures
        self.change = self.add_weight(pictures.shape, initializer="zeros", name="change")

    def call(self, _):
        return ops.convert_to_tensor(self.pictures) + self.change


def _gradient(model, change, network, valid):
    count = len(valid)
    was_trainable, network.trainable = network.trainable, False
    try:
        # Keras takes the mean over the batch: a rate of N makes each picture's gradient its own.
        model.compile(keras.optimizers.SGD(float(count)), _middle)
        model.train_on_batch(valid, np.zeros((count, 1), np.float32))
    finally:
        network.trainable = was_trainable
    return abs(ops.convert_to_numpy(change.change)).sum(axis=-1)


def _middle(_, output):
    height, width = output.shape[1:3]
    return ops.sum(output[:, height // 2, width // 2], axis=-1)
