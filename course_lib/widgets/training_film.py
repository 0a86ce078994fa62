"""Scrub through the epochs of a training."""

from matplotlib.figure import Figure

from course_lib import masks, plots
from course_lib._validation import check_pair
from course_lib.widgets._stops import stops
from course_lib.widgets.explore import explore


def training_film(logger, images, mask, *, picture=0):
    """Two sliders, over the epochs that a logger kept and over its pictures, beside its curve.

    Args:
        logger: a ``callbacks.PredictionLogger`` after its training, or anything with its epochs,
            frames, raw_frames and psnr_hole.
        images: its originals, floats in [0, 1], (N, H, W, 3).
        mask: its masks, bool (N, H, W), True = hole.
        picture: the number of the one shown first.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        TypeError, ValueError: if images or mask are not as above, or the logger has no frames.

    Example:
        >>> import numpy as np
        >>> from types import SimpleNamespace
        >>> grey = np.full((1, 8, 8, 3), 128, np.uint8)
        >>> kept = SimpleNamespace(epochs=[0], frames=[grey], raw_frames=[grey], psnr_hole=[20.0])
        >>> training_film(kept, grey / 255, np.eye(8, dtype=bool)[None]).alt
        'Picture 0, damaged, filled after epoch 0 and as predicted raw, the truth, and the curve.'
    """
    images, mask = check_pair(images, mask)
    if not logger.epochs:
        raise ValueError("the logger has no frames: train with it among the callbacks first.")
    damaged = masks.damage(images, mask)

    def draw(epoch, picture):
        at = logger.epochs.index(epoch)
        panels = {
            "damaged": damaged[picture],
            f"epoch {epoch}": logger.frames[at][picture],
            "raw": logger.raw_frames[at][picture],
            "truth": images[picture],
        }
        drawing = Figure(figsize=(plots.PAGE_WIDTH, 2.4), dpi=plots.DOTS_PER_INCH)
        drawing.set_layout_engine("constrained")
        *squares, curve = drawing.subplots(1, len(panels) + 1)
        for axes, (title, panel) in zip(squares, panels.items(), strict=True):
            axes.imshow(panel, interpolation="nearest")
            axes.set(title=title, xticks=[], yticks=[])
        curve.plot(logger.epochs, logger.psnr_hole)
        curve.plot(epoch, logger.psnr_hole[at], "ko")
        curve.set(title="PSNR in holes (dB)", xlabel="epoch")
        return drawing

    return explore(
        draw,
        alt=lambda epoch, picture: (
            f"Picture {picture}, damaged, filled after epoch {epoch} and as predicted raw, the "
            "truth, and the curve."
        ),
        caption="Only the network changes. The raw panel shows what compositing hides.",
        epoch=stops("epoch", logger.epochs, logger.epochs[len(logger.epochs) // 2]),
        picture=stops("picture", range(len(images)), picture),
    )
