"""`best` taken apart: a part on, a part off."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import masks, metrics, plots
from course_lib._validation import check_count
from course_lib.evaluation.parts import parts_fills, parts_scores, stored
from course_lib.plots.charts import BLUE, ORANGE
from course_lib.plots.drawing import bare
from course_lib.widgets.explore import explore

SETS = {"lines": "lines", "square of 16": "square_16"}


def parts(patch=0):
    """Choose a part of `best`: fills of small networks with it and without.

    It is put into a plain network alone, and taken out of the full one alone. Below the fills stand
    the scores on 1,000 held-out pictures of CIFAR-10, as ``benchmarks.parts`` measured them.

    Args:
        patch: which of the photo's patches to begin with.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        ValueError: if there is no such patch.

    Example:
        >>> demo = parts()
        >>> demo.controls["part"].value = "composite"
        >>> "without composite" in demo.alt
        True
    """
    names = stored()["parts"]
    kept = {name: (*parts_fills(name), parts_scores(name).mean(axis=1)) for name in SETS.values()}
    count = len(kept["lines"][0])
    patch = check_count("patch", patch, highest=count - 1)

    def draw(part, masks, patch):
        images, holes, fills, scores = kept[masks]
        asked = _networks(part, names)
        drawing = Figure(figsize=(9.6, 4.5), dpi=plots.DOTS_PER_INCH, layout="constrained")
        above, below = drawing.subfigures(2, 1, height_ratios=(1.25, 1))
        _draw_fills(above, images[patch], holes[patch], asked, fills, patch)
        _draw_scores(below.subplots(), part, asked, scores)
        return drawing

    def alt(part, masks, patch):
        told = ", ".join(
            f"{name} {kept[masks][3][one]:.2f}" for name, one in _networks(part, names).items()
        )
        return f"A damaged patch, its fills by four small networks, the truth; scores: {told} dB."

    return explore(
        draw,
        alt=alt,
        caption="Decibels above a picture: in this patch's hole. Below: in the holes of 1,000 "
        "held-out pictures of CIFAR-10.",
        part=names,
        masks=SETS,
        patch=(0, count - 1, 1, patch),
    )


def _networks(part, names):
    """The four that show what a part does: dict, name -> frozenset of the parts that are on."""
    every = frozenset(names)
    return {
        "plain": frozenset(),
        f"plain, with {part}": frozenset([part]),
        f"full, without {part}": every - {part},
        "full": every,
    }


def _draw_fills(drawing, image, hole, asked, fills, patch):
    shown = {"damaged": masks.damage(image, hole)}
    for name, parts_on in asked.items():
        filled = fills[parts_on][patch]
        told = name.replace(", ", ",\n")
        shown[f"{told}\n{metrics.psnr(image, filled, hole):.1f} dB"] = filled
    shown["truth"] = image
    panels = drawing.subplots(1, len(shown))
    for axes, (title, picture) in zip(panels, shown.items(), strict=True):
        axes.imshow(np.clip(picture, 0, 1), interpolation="nearest")
        axes.set_title(title, fontsize=11)
        bare(axes)


def _draw_scores(axes, part, asked, scores):
    names, values = [*asked], [scores[one] for one in asked.values()]
    looks = (f"without {part}", BLUE, "o"), (f"with {part}", ORANGE, "s")
    for k, value in enumerate(values):
        label, colour, marker = looks[k % 2]
        axes.plot(value, k, marker, color=colour, markersize=8, label=label if k < 2 else None)
        axes.annotate(f"{value:.2f}", (value, k), xytext=(8, 0), textcoords="offset points",
                      va="center", fontsize=11)  # fmt: skip
    axes.set_yticks(range(len(names)), names, fontsize=11)
    axes.set(xlim=(min(scores) - 0.2, max(scores) + 0.3), ylim=(len(names) - 0.5, -0.5))
    axes.grid(axis="y", alpha=0.3)
    axes.set_xlabel("PSNR in holes (dB), CIFAR-10", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False, fontsize=11)
