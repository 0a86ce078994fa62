"""Scrub through the frames of a film: damaged, and filled in several ways."""

import numpy as np
from matplotlib.figure import Figure

from course_lib import masks, metrics, plots
from course_lib._validation import (
    check_batch,
    check_dict,
    check_images,
    check_pair,
    check_same_shape,
)
from course_lib.plots.charts import line_style
from course_lib.plots.drawing import bare, plain
from course_lib.widgets._stops import stops
from course_lib.widgets.explore import explore


def film_frames(frames, holes, fills):
    """A slider over the frames, beside the error of each fill in each frame.

    Args:
        frames: the truth, floats in [0, 1], (T, H, W, 3).
        holes: bool (T, H, W), True = hole, at least one in each frame.
        fills: dict, name -> (T, H, W, 3).

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> grey = np.full((3, 8, 8, 3), 0.5)
        >>> holes = np.broadcast_to(np.eye(8, dtype=bool), (3, 8, 8))
        >>> demo = film_frames(grey, holes, {"black": masks.damage(grey, holes)})
        >>> demo.controls["frame"].value = 2
        >>> demo.alt
        'Frame 2, damaged and filled by black, and the error of each frame.'
    """
    frames, holes = check_pair(check_batch(frames, "frames"), holes)
    holes = np.broadcast_to(holes, frames.shape[:-1])
    fills = _clipped(fills, frames)
    damaged = masks.damage(frames, holes)
    errors = {
        name: [
            255 * metrics.mse(*three) ** 0.5 for three in zip(frames, filled, holes, strict=True)
        ]
        for name, filled in fills.items()
    }  # fmt: skip

    def draw(frame):
        panels = {"damaged": plots.tint(damaged, holes)[frame]}
        panels |= {name: filled[frame] for name, filled in fills.items()}
        height = plots.PAGE_WIDTH / len(panels) * frames.shape[1] / frames.shape[2]
        drawing = Figure(figsize=(plots.PAGE_WIDTH, height + 2.8), dpi=plots.DOTS_PER_INCH)
        drawing.set_layout_engine("constrained")
        above, below = drawing.subfigures(2, 1, height_ratios=[height + 0.3, 2.5])
        places = above.subplots(1, len(panels))
        for axes, (title, panel) in zip(places, panels.items(), strict=True):
            axes.imshow(panel)
            bare(axes)
            axes.set_title(title, fontsize=11)
        _draw_errors(below.subplots(), errors, frame)
        return drawing

    return explore(
        draw,
        alt=lambda frame: (
            f"Frame {frame}, damaged and filled by {', '.join(fills)}, and the error of each frame."
        ),
        caption="Root mean square error in each frame's holes; vertical line: the frame shown.",
        photograph=True,
        frame=stops("frame", range(len(frames)), len(frames) // 2),
    )


def _draw_errors(axes, errors, frame):
    for k, (name, values) in enumerate(errors.items()):
        axes.plot(values, label=plain(name), **line_style(k))
    axes.axvline(frame, color="black", linewidth=1)
    axes.set_xlabel("frame", fontsize=11)
    axes.set_ylabel("error in holes\n(of 255 levels)", fontsize=11)
    axes.set_ylim(bottom=0)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(errors), frameon=False,
                fontsize=11)  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)


def _clipped(fills, frames):
    if not check_dict("fills", fills, "frames"):
        raise ValueError("fills is empty: pass at least one film by name.")
    for name, filled in fills.items():
        check_same_shape(frames, check_images(filled, f"{name}"), f"frames and {name}")
    return {name: np.clip(filled, 0, 1) for name, filled in fills.items()}
