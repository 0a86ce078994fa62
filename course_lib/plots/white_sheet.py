"""When does a white sheet score more than the truth under plain dice?"""

import numpy as np

from course_lib import metrics
from course_lib._validation import check_images
from course_lib.plots.charts import points
from course_lib.plots.drawing import own_style

BRIGHTNESS = np.linspace(0, 1, 201)


@own_style()
def white_sheet(pictures):
    """Draw true pictures as points, their contrast against their brightness, in two groups.

    In one, white has the higher plain dice; in the other, the truth. A picture of mean m, variance
    v belongs to the first exactly if v < m² (1 - m) / (1 + m); the black curve is this border.

    Args:
        pictures: RGB (N, H, W, 3) in [0, 1].

    Returns:
        A matplotlib ``Figure``; the legend counts the pictures.

    Raises:
        TypeError, ValueError: if the pictures are not as above.

    Example:
        >>> shades = np.array([0.0, 0.4, 1.0, 0.6])
        >>> pictures = shades[[[0, 2], [1, 3]]][:, None, :, None] * np.ones((2, 1, 2, 3))
        >>> [text.get_text() for text in white_sheet(pictures).axes[0].get_legend().get_texts()]
        ['white beats the truth: 1', 'the truth beats white: 1']
    """
    pictures = check_images(pictures, "pictures").astype(np.float64)
    pictures = pictures.reshape(-1, *pictures.shape[-3:])
    wins = np.array(
        [metrics.plain_dice(one, np.ones_like(one)) > metrics.plain_dice(one, one)
         for one in pictures]
    )  # fmt: skip
    mean, deviation = pictures.mean(axis=(1, 2, 3)), pictures.std(axis=(1, 2, 3))
    groups = {"white beats the truth": wins, "the truth beats white": ~wins}
    drawing = points(
        {f"{name}: {one.sum()}": (mean[one], deviation[one]) for name, one in groups.items()},
        title=f"{len(pictures)} perfect restorations",
        xlabel="mean brightness",
        ylabel="standard deviation",
    )
    border = BRIGHTNESS * np.sqrt((1 - BRIGHTNESS) / (1 + BRIGHTNESS))
    drawing.axes[0].plot(BRIGHTNESS, border, color="black")
    return drawing
