"""What networks predict, raw and composited, one picture after another."""

import numpy as np

from course_lib import plots
from course_lib._validation import (
    check_batch,
    check_count,
    check_dict,
    check_images,
    check_pair,
    check_same_shape,
)
from course_lib.widgets._stops import stops
from course_lib.widgets.explore import explore


def raw_and_composited(images, masks, predictions, *, picture=0):
    """A slider over pictures: each network's raw prediction, and the same composited.

    Args:
        images: the true pictures, floats in [0, 1], (N, H, W, 3).
        masks: bool (N, H, W), True = hole.
        predictions: dict, name -> raw predictions, (N, H, W, 3).
        picture: the number of the one shown first.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above, or there is no prediction.

    Example:
        >>> import numpy as np
        >>> images, holes = np.full((2, 8, 8, 3), 0.5), np.eye(8, dtype=bool)[None].repeat(2, 0)
        >>> raw_and_composited(images, holes, {"grey": 0 * images + 0.4}).values
        {'picture': 0}
    """
    images, masks = check_pair(check_batch(images), masks)
    masks = np.broadcast_to(masks, images.shape[:-1])
    picture = check_count("picture", picture, highest=len(images) - 1)
    for name, predicted in check_dict("predictions", predictions, "predictions").items():
        check_same_shape(images, check_images(predicted, f"{name}"), f"images and {name}")

    def draw(picture):
        shown = {name: predicted[picture] for name, predicted in predictions.items()}
        return plots.raw_and_composited(images[picture], masks[picture], shown)

    return explore(
        draw,
        alt=lambda picture: (
            f"Picture {picture}, damaged, and the truth; a row for each network, raw and "
            f"composited: {', '.join(predictions)}."
        ),
        caption="Raw is what the network says. Composited: the known pixels put back.",
        picture=stops("picture", range(len(images)), picture),
    )
