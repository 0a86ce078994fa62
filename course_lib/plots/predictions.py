"""What networks predict of one damaged picture, raw and composited."""

import numpy as np

from course_lib import masks
from course_lib._validation import brief, check_image, check_pair
from course_lib.plots.drawing import figure


def raw_and_composited(image, mask, predictions):
    """Draw a row for each network: its raw prediction, and the same with known pixels put back.

    The first row begins with the damaged picture, the others with the truth.

    Args:
        image: the true picture, RGB (H, W, 3) in [0, 1].
        mask: bool (H, W), True = hole.
        predictions: dict, name -> raw prediction of the whole picture, (H, W, 3).

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if an argument is not as above, or there is no prediction.

    Example:
        >>> image, hole = np.full((8, 8, 3), 0.5), np.eye(8, dtype=bool)
        >>> drawing = raw_and_composited(image, hole, {"grey": 0 * image + 0.4})
        >>> [axes.get_title() for axes in drawing.axes]
        ['damaged', 'grey: raw', 'grey: composited']
    """
    image, mask = check_pair(check_image(image), mask)
    if not isinstance(predictions, dict) or not predictions:
        raise TypeError(f"predictions is {brief(predictions)}: pass a dict, name -> prediction.")
    panels, titles = [], []
    for row, (name, predicted) in enumerate(predictions.items()):
        panels += [image if row else masks.damage(image, mask), np.clip(predicted, 0, 1)]
        panels += [masks.composite(image, panels[-1], mask)]
        titles += ["truth" if row else "damaged", f"{name}: raw", f"{name}: composited"]
    return figure(panels, titles=titles, columns=3)
