"""Draw samples of one hole, and what their mean becomes."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_lib import classical, masks, metrics, plots
from course_lib._validation import check_count, check_image, check_is, check_pair
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import bare
from course_lib.widgets.explore import explore


def samples(gaussian, image, mask, *, count=20, start=3):
    """A slider over samples of one hole: each beside the mean of all so far and the truth.

    Below stand their PSNRs in the hole: a dot for each sample, a line for the mean of the first k,
    and the fill that scores best, the conditional mean.

    Args:
        gaussian: a ``classical.Gaussian`` for pictures of this size.
        image: the truth, RGB (H, W, 3) in [0, 1]. The samples do not see its hole.
        mask: bool (H, W), True = hole.
        count: how many samples are drawn, with the seeds 1 to count; 2 or more.
        start: which is shown first, 1 to count.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> from course_lib import classical
        >>> greys = np.full((50, 8, 8, 3), 1.0) * np.linspace(0.2, 0.8, 50)[:, None, None, None]
        >>> gaussian, hole = classical.fit_gaussian(greys), masks.squares(1, 8, side=2)[0]
        >>> demo = samples(gaussian, greys[9], hole, count=4)
        >>> demo.controls["sample"].value = 2
        >>> demo.alt[:60]
        'A damaged picture, sample 2 of its hole, the mean of 2 sampl'
    """
    check_is("gaussian", gaussian, classical.Gaussian, "what classical.fit_gaussian returns")
    image, mask = check_pair(check_image(image), mask)
    count = check_count("count", count, lowest=2)
    start = check_count("start", start, lowest=1, highest=count)
    drawn = [gaussian.sample(image, mask, seed=seed) for seed in range(1, count + 1)]
    means = [np.mean(drawn[:k], axis=0, dtype=np.float64) for k in range(1, count + 1)]
    best = metrics.psnr(image, gaussian.fill(image, mask), mask)
    of_samples, of_means = ([metrics.psnr(image, one, mask) for one in all_]
                            for all_ in (drawn, means))  # fmt: skip
    damaged = masks.damage(image, mask)

    def draw(sample):
        drawing = Figure(figsize=(9.6, 5.2), dpi=plots.DOTS_PER_INCH, layout="constrained")
        above, below = drawing.subfigures(2, 1, height_ratios=(1, 1.1))
        shown = {
            "damaged": damaged,
            f"sample {sample}: {of_samples[sample - 1]:.1f} dB": drawn[sample - 1],
            f"mean of {sample}: {of_means[sample - 1]:.1f} dB": means[sample - 1],
            "truth": image,
        }
        for axes, (title, picture) in zip(above.subplots(1, 4), shown.items(), strict=True):
            axes.imshow(np.clip(picture, 0, 1), interpolation="nearest")
            axes.set_title(title, fontsize=10)
            bare(axes)
        _draw_scores(below.subplots(), of_samples[:sample], of_means[:sample], best, count)
        return drawing

    return explore(
        draw,
        alt=lambda sample: (
            f"A damaged picture, sample {sample} of its hole, the mean of {sample} samples and the "
            f"truth; a chart of their PSNRs, {of_samples[sample - 1]:.1f} and "
            f"{of_means[sample - 1]:.1f} dB, the conditional mean's {best:.1f} dB."
        ),
        caption="Every sample is a different fill; their mean nears the one that scores best.",
        sample=(1, count, 1, start),
    )


def _draw_scores(axes, of_samples, of_means, best, count):
    numbers = np.arange(1, len(of_samples) + 1)
    axes.axhline(best, color=ORANGE, linestyle="--", label="conditional mean")
    axes.plot(numbers, of_means, color=BLUE, marker="s", markersize=4, label="mean of all so far")
    axes.plot(numbers, of_samples, "o", color="#5c5c5c", label="one sample")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlim=(0, count + 1), xlabel="samples drawn", ylabel="PSNR in the hole (dB)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
