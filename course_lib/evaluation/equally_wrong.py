"""Pictures that are wrong by the same squared error, each in its own way."""

import numpy as np
from scipy import ndimage

from course_lib._validation import check_image, check_seed, check_values

LOW, RANGE = 0.25, 0.5  # of the truth: room for more light and more contrast
WIDEST = 30  # pixels, standard deviation of the strongest blur


def equally_wrong(picture, *, seed=0):
    """Five pictures that have the same PSNR, and the truth that they are compared with.

    The truth is the picture with half of its contrast, so that there is room above and below, and
    without its last column. One of the five is moved by a pixel; the others get the same squared
    error from more light, more contrast, a blur and noise.

    Args:
        picture: RGB (H, W, 3) in [0, 1], a photograph.
        seed: an int, for the noise.

    Returns:
        dict, name -> RGB (H, W - 1, 3), float64: "the truth", "more light", "more contrast",
        "moved 1 px", "blur", "noise".

    Raises:
        TypeError, ValueError: if it is not a picture, has only one colour, or is so rough that a
            step of one pixel costs more than any blur, or leaves [0, 1] as light or contrast.

    Example:
        >>> from course_lib import metrics
        >>> ramp = np.linspace(0, 1, 20)[:, None] * np.linspace(0, 1, 21) / 2
        >>> five = equally_wrong(ramp[..., None] * np.ones(3))
        >>> true = five.pop("the truth")
        >>> {round(metrics.psnr(true, one), 1) for one in five.values()}
        {42.7}
    """
    picture = check_image(picture).astype(np.float64)
    check_values(picture, "a pixel")
    picture = LOW + RANGE * picture
    random = np.random.RandomState(check_seed(seed))
    true, moved = picture[:, :-1], picture[:, 1:]
    error = np.sqrt(np.square(true - moved).mean()) if true.size else 0
    away = true - true.mean() if true.size else true
    if error == 0 or not away.any():
        raise ValueError("moved by a pixel the picture is the same: pass a photograph.")
    five = {
        "the truth": true,
        "more light": true + error,
        "more contrast": true + error * away / away.std(),
        "moved 1 px": moved,
        "blur": _blurred(true, error),
        "noise": true + error * random.choice([-1, 1], true.shape),
    }
    if any(one.min() < 0 or one.max() > 1 for one in five.values()):
        raise ValueError("a pixel's step changes too much of this picture: pass a smoother one.")
    return five


def _blurred(true, error):
    """Blurred so strongly that the root of the mean squared error is ``error``."""

    def blur(width):
        return ndimage.gaussian_filter(true, (width, width, 0))

    from scipy.optimize import brentq  # here: one lesson asks

    def excess(width):
        return np.square(true - blur(width)).mean() - error**2

    if excess(WIDEST) < 0:
        raise ValueError("no blur costs as much as a step of a pixel: pass a smoother picture.")
    return blur(brentq(excess, 0.01, WIDEST, xtol=1e-5))
