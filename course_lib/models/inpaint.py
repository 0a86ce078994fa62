"""Pictures of any size through a network, and the composite."""

import keras
import numpy as np

from course_lib._memory import enough_memory
from course_lib._validation import check_pair
from course_lib.models.forked import check_not_forked
from course_lib.models.networks import DIVISOR

BATCH_PIXELS = 256 * 32 * 32  # what one step of a prediction holds: 256 pictures of CIFAR-10


def inpaint(model, images, mask):
    """Fill the holes with what the network predicts; known pixels stay as they were.

    The network sees 0 in every hole, and its prediction is clipped to [0, 1]. Where 16 does not
    divide the size, picture and mask are padded below and to the right by reflection, and the
    prediction is cropped again.

    Args:
        model: keras.Model with one input, damaged, or two, [damaged, valid].
        images: floats in [0, 1], (H, W, 3) or (N, H, W, 3); what stands in holes is not read.
        mask: bool (H, W) or (N, H, W), True = hole; one mask serves a whole batch.

    Returns:
        float32 array of the pictures' shape; known pixels bit for bit as they were in float32,
        rounded to it from other dtypes.

    Raises:
        TypeError, ValueError: if pictures or mask are not as above, no pixel is known, the model
            is no such model, or it predicts another shape, NaN or infinity.
        MemoryError: if the pictures are too large for the free memory.
        RuntimeError: if a network had computed before this process was forked.

    Warns:
        UserWarning: if more than 95 % of a picture is hole.

    Example:
        >>> from course_lib.models import autoencoder
        >>> image = np.full((20, 30, 3), 0.25, np.float32)
        >>> hole = np.zeros((20, 30), bool)
        >>> hole[5:9, 5:9] = True
        >>> filled = inpaint(autoencoder(width=2), image, hole)
        >>> filled.shape, bool((filled[~hole] == 0.25).all())
        ((20, 30, 3), True)
    """
    check_model(model)
    images, mask = check_pair(images, mask)
    holes = np.broadcast_to(mask, images.shape[:-1])
    predicted = predict_checked(model, images, holes)
    if not np.isfinite(predicted[holes]).all():
        raise ValueError(
            f"{model.name} predicts NaN or infinity: its training has diverged, so load earlier "
            "weights or train with a smaller learning rate."
        )
    return np.where(holes[..., None], np.clip(predicted, 0, 1), images).astype(np.float32)


def predict(model, images, mask):
    """The network's raw prediction of the whole picture, known pixels included, not clipped.

    Everything else is as in ``inpaint``: holes are 0 for the network, any size is padded and
    cropped again.

    Args:
        model, images, mask: as in ``inpaint``.

    Returns:
        float32 array of the pictures' shape.

    Raises:
        As ``inpaint`` does, but NaN and infinity are returned as they are.

    Example:
        >>> from course_lib.models import autoencoder
        >>> image, hole = np.full((16, 16, 3), 0.25, np.float32), np.eye(16, dtype=bool)
        >>> bool((predict(autoencoder(width=2), image, hole)[~hole] == 0.25).any())
        False
    """
    check_model(model)
    images, mask = check_pair(images, mask)
    return predict_checked(model, images, np.broadcast_to(mask, images.shape[:-1]))


def check_model(model):
    """Check that this is a Keras model that ``inpaint`` takes."""
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"model is {type(model).__name__}, no Keras model: pass one, such as vanilla_unet()."
        )
    inputs, outputs = (getattr(model, name, None) or [] for name in ("inputs", "outputs"))
    if len(inputs) not in (1, 2) or len(outputs) != 1:
        raise ValueError(
            f"{model.name} has {len(inputs)} inputs and {len(outputs)} outputs: inpaint takes a "
            "functional model with the input damaged or [damaged, valid], and one output."
        )


def predict_checked(model, images, holes):
    """``predict`` once everything has been checked, and each picture has its own mask."""
    damaged, shape = np.where(holes[..., None], 0, images).astype(np.float32), images.shape
    damaged, holes = damaged.reshape(-1, *shape[-3:]), holes.reshape(-1, *shape[-3:-1])
    height, width = holes.shape[1:]
    margins = (0, 0), (0, -height % DIVISOR), (0, -width % DIVISOR)
    padded = np.pad(damaged, (*margins, (0, 0)), mode="reflect")
    inputs = [padded]
    if len(model.inputs) == 2:
        valid = 1 - np.pad(holes, margins, mode="reflect")[..., None].astype(np.float32)
        inputs.append(valid)
    predicted = _in_steps(model, inputs)
    if predicted.shape != padded.shape:
        raise ValueError(
            f"{model.name} returns shape {predicted.shape} for pictures {padded.shape}: "
            "inpaint needs a model whose output has the pictures' own shape."
        )
    return predicted[:, :height, :width].reshape(shape).astype(np.float32, copy=False)


def _in_steps(model, inputs):
    """The model's answer, a batch at a time: Keras's own ``predict`` makes a data set first, which
    takes longer than filling a few pictures.
    """
    check_not_forked()
    count, height, width = inputs[0].shape[:3]
    size = max(1, BATCH_PIXELS // (height * width))
    steps = ([one[k : k + size] for one in inputs] for k in range(0, count, size))
    answers = (model.predict_on_batch(step[0] if len(step) == 1 else step) for step in steps)
    with enough_memory(
        f"{model.name} needs more memory than is free for pictures of {height} x {width} pixels: "
        "shrink them, or call restoration.restore, which goes through large pictures in tiles."
    ):
        return np.concatenate([np.asarray(answer) for answer in answers])
