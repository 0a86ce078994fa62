"""Paint a hole and watch partial convolutions close it."""

import numpy as np

from course_lib import plots
from course_lib._validation import check_count, check_pair
from course_lib.widgets.explore import explore
from course_lib.widgets.painter import MaskPainter

MOST = 24  # layers


def closing_hole(image, mask, *, layers=4):
    """A painter and a slider over 3 x 3 partial convolutions in a row: what each leaves unknown.

    Each layer takes the mean of the known pixels in its window (``layers.PartialConv2D`` with
    equal weights); the known pixels of the picture are put back after it.

    Args:
        image: RGB (H, W, 3) in [0, 1]; what stands in the hole is not read.
        mask: the hole to begin with, bool (H, W), True = hole.
        layers: where the slider begins, 0 to 24.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> demo = closing_hole(np.full((16, 16, 3), 0.5), np.eye(16, dtype=bool), layers=1)
        >>> demo.alt
        'The damaged picture, and the same after 1 layer: 0 of 16 hole pixels are still unknown.'
    """
    image, mask = check_pair(image, mask)
    painter = MaskPainter(image)
    painter.mask = mask
    start = min(check_count("layers", layers), MOST)

    def draw(mask, layers):
        filled, left = after_layers(image, mask, layers)
        panels = [plots.tint(image, mask), plots.tint(filled, left)]
        titles = [f"damaged: {mask.sum()} px missing", f"layers: {layers}, {left.sum()} px left"]
        return plots.figure(panels, titles=titles)

    def alt(mask, layers):
        left = after_layers(image, mask, layers)[1]
        return (
            f"The damaged picture, and the same after {layers} layer{'s' * (layers != 1)}: "
            f"{left.sum()} of {mask.sum()} hole pixels are still unknown."
        )

    return explore(
        draw,
        alt=alt,
        caption="Pink is still unknown. Each layer fills what touches a known pixel.",
        mask=painter,
        layers=(0, MOST, 1, start),
    )


def after_layers(image, mask, count):
    """(picture, what is still hole) after so many layers that take the mean of what they see."""
    import keras

    from course_lib.layers import PartialConv2D

    each_colour = np.zeros((3, 3, 3, 3), np.float32)
    each_colour[:, :, [0, 1, 2], [0, 1, 2]] = 1 / 9
    # sum(1) / sum(M) is 9 / n whatever the channels, so 1/9 makes the mean of each colour.
    mean = PartialConv2D(3, 3, kernel_initializer=keras.initializers.Constant(each_colour))
    known = np.where(mask[..., None], 0, image).astype(np.float32)
    features, valid = known[None], (~mask[None, ..., None]).astype(np.float32)
    for _ in range(count):
        features, valid = mean([features, valid])
        features = keras.ops.where(mask[None, ..., None], features, known[None])
    filled = np.clip(keras.ops.convert_to_numpy(features)[0], 0, 1)
    return filled, keras.ops.convert_to_numpy(valid)[0, ..., 0] == 0
