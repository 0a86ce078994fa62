"""Hand in the truth, ruined: which metric scores it higher than the truth itself?"""

import numpy as np
from matplotlib.figure import Figure

from course_lib import metrics, plots
from course_lib._validation import brief, check_image, check_number
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import bare
from course_lib.widgets.explore import explore

METRICS = {  # for all of these a higher score is better
    "plain dice": metrics.plain_dice,
    "squared dice": metrics.squared_dice,
    "SSIM": metrics.ssim,
    "1 − MAE": lambda true, answer: 1 - metrics.mae(true, answer),
}
ROUNDING = 1e-9  # by which an equal score may differ


def cheat_metric(pictures, *, brightness=1.3):
    """Sliders that ruin a true picture before it is handed in, and four metrics that judge it.

    The picture is made brighter or darker, or a threshold turns each of its numbers into 0 or 1. A
    bar is the score of what is handed in, a black tick the truth's; a bar beyond it is hatched.

    Args:
        pictures: dict, name -> true picture, RGB (H, W, 3) in [0, 1], 7 x 7 pixels or more and
            not all black.
        brightness: what the first slider starts at, 0.5 to 3; 1 is the truth.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> ramp = np.linspace(0.2, 0.6, 8)[:, None, None] * np.ones((8, 8, 3))
        >>> cheat_metric({"ramp": ramp}).alt
        'A picture, its spoilt copy, and bars of four scores; beyond the truth: plain dice 0.501 \
(the truth 0.443).'
    """
    pictures = _check_pictures(pictures)
    start = check_number("brightness", brightness, "a number from 0.5 to 3",
                         lambda value: 0.5 <= value <= 3)  # fmt: skip
    own = {name: _scores(picture, picture) for name, picture in pictures.items()}

    def draw(brightness, on_or_off, threshold, picture):
        answer = _ruined(pictures[picture], brightness, on_or_off, threshold)
        return _drawing(pictures[picture], answer, own[picture])

    def alt(brightness, on_or_off, threshold, picture):
        answer = _ruined(pictures[picture], brightness, on_or_off, threshold)
        scores = _scores(pictures[picture], answer)
        beyond = [
            f"{name} {scores[name]:.3f} (the truth {own[picture][name]:.3f})"
            for name in _cheated(scores, own[picture])
        ]
        return (
            "A picture, its spoilt copy, and bars of four scores; beyond the truth: "
            f"{', '.join(beyond) or 'none'}."
        )

    return explore(
        draw,
        alt=alt,
        caption="Bars: the scores of what is handed in. Black ticks: the truth's own.",
        photograph=True,
        brightness=(0.5, 3.0, 0.1, start),
        on_or_off=False,
        threshold=(0.0, 1.0, 0.02, 0.5),
        picture=list(pictures),
    )


def _check_pictures(pictures):
    if not isinstance(pictures, dict) or not pictures:
        raise TypeError(f"pictures is {brief(pictures)}: pass a dict, name -> picture.")
    checked = {}
    for name, picture in pictures.items():
        checked[str(name)] = check_image(picture, "a picture").astype(np.float64)
        if not checked[str(name)].any():
            raise ValueError(f"{name} is all black, which nothing can cheat: pass another picture.")
    return checked


def _scores(true, answer):
    return {name: metric(true, answer) for name, metric in METRICS.items()}


def _ruined(picture, brightness, on_or_off, threshold):
    picture = np.clip(brightness * picture, 0, 1)
    return (picture >= threshold).astype(float) if on_or_off else picture


def _cheated(scores, own):
    return [name for name, score in scores.items() if score > own[name] + ROUNDING]


def _drawing(true, answer, own):
    drawing = Figure(figsize=(9.6, 3.2), dpi=plots.DOTS_PER_INCH, layout="constrained")
    left, middle, right = drawing.subplots(1, 3, width_ratios=(1, 1, 1.1))
    for axes, title, picture in ((left, "the truth", true), (middle, "handed in", answer)):
        axes.imshow(picture)
        axes.set_title(title, fontsize=10)
        bare(axes)
    _draw_scores(right, _scores(true, answer), own)
    decibels = metrics.psnr(true, answer)
    right.set_title(f"bars: handed in, ticks: the truth\nPSNR {decibels:.1f} dB", fontsize=10)
    return drawing


def _draw_scores(axes, scores, own):
    cheated = _cheated(scores, own)
    for place, (name, score) in enumerate(scores.items()):
        colour, hatch = (ORANGE, "//") if name in cheated else (BLUE, None)
        axes.barh(place, score, color=colour, hatch=hatch, edgecolor="white")
        axes.plot(own[name], place, marker="|", color="black", markersize=30, markeredgewidth=3)
    axes.set_yticks(range(len(scores)), [f"{name}\n{score:.3f}" for name, score in scores.items()])
    axes.set(xlim=(min(0, *scores.values()), 1.05))
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
