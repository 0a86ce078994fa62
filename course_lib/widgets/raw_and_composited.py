"""What networks predict, raw and composited, one picture after another."""

from course_lib import plots
from course_lib._validation import brief, check_pair
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
    images, masks = check_pair(images, masks)
    if not isinstance(predictions, dict):
        raise TypeError(f"predictions is {brief(predictions)}: pass a dict, name -> predictions.")

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
