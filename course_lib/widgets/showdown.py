"""The leaderboard as a heat map to touch: a cell shows what is behind its number."""

import functools

import ipywidgets
import numpy as np
import traitlets
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from course_lib import classical, data, evaluation, masks, metrics, plots
from course_lib._pixels import as_floats
from course_lib.plots import page
from course_lib.plots.drawing import bare, own_style
from course_lib.plots.showdown import cell_text, draw_map, ink, mask_label, shade
from course_lib.widgets._page import show
from course_lib.widgets.explore import Exploration

WORLDS = {"one photograph": "photos", "CIFAR-10": "cifar10"}
COUNTED = {"photos": "300 patches", "cifar10": "1,000 CIFAR-10 pictures"}
PATCHES = 300
SHOWN = (0, 290, 10)  # of them, by a slider


def showdown(method="fill_and_correct", masks="bucket_30_40", *, picture=130):
    """The leaderboard as a heat map: touch a cell, and see a damaged picture, its fill, the truth.

    A cell says how many decibels its method is behind the best of its column, over all pictures.
    The picture below is always a patch of a photograph, filled when its cell is touched. The first
    touch of ``gaussian`` takes about ten seconds, in which it is fitted.

    Args:
        method, masks: the cell that is touched at first.
        picture: the patch that is shown at first, 0, 10, 20 ... 290.

    Returns:
        Exploration: shows itself when it is the last line of a cell. Its controls are scores
        ("one photograph" or "CIFAR-10"), cell, whose ``value`` is (method, masks), and picture.

    Raises:
        ValueError: if there is no such cell or picture.

    Example:
        >>> demo = showdown("navier_stokes", "lines", picture=20)
        >>> demo.controls["cell"].value = ("navier_stokes", "random_50")
        >>> demo.alt  # doctest: +ELLIPSIS
        'A patch under random_50, its fill by navier_stokes and the truth...'
    """
    return _Showdown(CellGrid(_scores("photos"), (method, masks)), picture)


class CellGrid(ipywidgets.GridBox):
    """A table of buttons, coloured by decibels behind the best of the column.

    Attributes:
        value: (method, masks), the cell touched last.
        buttons: dict, (method, masks) -> Button.
    """

    value = traitlets.Tuple(traitlets.Unicode(), traitlets.Unicode())

    def __init__(self, scores, value):
        cells = [(method, name) for method in scores.index for name in scores]
        if value not in cells:
            raise ValueError(
                f"there is no cell {value}: choose a method out of {', '.join(scores.index)}, and "
                f"masks out of {', '.join(scores)}."
            )
        self._plain = ipywidgets.Layout(width="auto", margin="1px", padding="0")
        self._framed = ipywidgets.Layout(
            width="auto", margin="0", padding="0", border="3px solid #d9620f"
        )
        self.buttons = {cell: ipywidgets.Button(layout=self._plain) for cell in cells}
        for cell, button in self.buttons.items():
            button.on_click(functools.partial(self._touch, cell))
        head = [ipywidgets.Label(), *(ipywidgets.Label(mask_label(name)) for name in scores)]
        rows = [
            one
            for method in scores.index
            for one in (
                ipywidgets.Label(method),
                *(self.buttons[method, name] for name in scores),
            )
        ]
        columns = f"11em repeat({scores.shape[1]}, minmax(3.2em, 1fr))"
        super().__init__(
            [*head, *rows],
            layout=ipywidgets.Layout(grid_template_columns=columns, max_width="60em"),
        )
        self.paint(scores)
        self.observe(self._frame, "value")
        self.value = value

    def paint(self, scores):
        """Colour the cells by other scores of the same methods and masks."""
        behind = scores.max() - scores
        for (method, name), button in self.buttons.items():
            value = behind.loc[method, name]
            button.description = cell_text(scores.loc[method, name], value)
            button.style.button_color = to_hex(shade(value))
            button.style.text_color = ink(value)
            button.tooltip = f"{method}, {name}: {scores.loc[method, name]:.2f} dB"

    def _touch(self, cell, button=None):
        self.value = cell

    def _frame(self, change):
        for cell, layout in ((change["old"], self._plain), (change["new"], self._framed)):
            if cell in self.buttons:
                self.buttons[cell].layout = layout


class _Showdown(Exploration):
    """Live, the table is the buttons; the still picture has a table of its own."""

    def __init__(self, cells, picture):
        low, high, step = SHOWN
        if picture not in range(low, high + 1, step):
            raise ValueError(f"picture is {picture}: pass {low}, {low + step} ... {high}.")
        super().__init__(
            _panels,
            _describe,
            "Dark: at the front. A column's best shows its PSNR in the holes (dB), the others how "
            "far they are behind it. Below, one patch for the selected cell.",
            False,
            {"scores": [*WORLDS], "cell": cells, "picture": (*SHOWN, picture)},
        )
        self.controls["scores"].observe(
            lambda change: cells.paint(_scores(WORLDS[change["new"]])), "value"
        )

    def _ipython_display_(self):
        with own_style():
            media_type, content = page.encode(_whole(**self.values))
        show(self._box, media_type, content, self.alt, caption=self._caption)


def _panels(scores, cell, picture):
    drawing = Figure(figsize=(plots.PAGE_WIDTH, 3.5), dpi=plots.DOTS_PER_INCH, layout="constrained")
    _draw_panels(drawing, scores, cell, picture)
    return drawing


def _whole(scores, cell, picture):
    table = _scores(WORLDS[scores])
    height = 1.2 + 0.3 * len(table)
    drawing = Figure(
        figsize=(plots.PAGE_WIDTH, height + 3.5), dpi=plots.DOTS_PER_INCH, layout="constrained"
    )
    above, below = drawing.subfigures(2, 1, height_ratios=(height, 3.5))
    draw_map(above.subplots(), table, f"Scores on {scores}", cell)
    _draw_panels(below, scores, cell, picture)
    return drawing


def _draw_panels(drawing, scores, cell, picture):
    method, name = cell
    image, hole = _patch(name, picture)
    filled = _fill(method, name, picture)
    shown = {
        f"damaged: {mask_label(name)}".replace("\n", " "): masks.damage(image, hole),
        f"{method}: {metrics.psnr(image, filled, hole):.1f} dB here": filled,
        "truth": image,
    }
    for axes, (title, one) in zip(drawing.subplots(1, 3), shown.items(), strict=True):
        axes.imshow(np.clip(one, 0, 1), interpolation="nearest")
        axes.set_title(title, fontsize=11)
        bare(axes)
    drawing.suptitle(_in_words(scores, cell), fontsize=11)


def _in_words(scores, cell):
    (method, name), table = cell, _scores(WORLDS[scores])
    score, first = table.loc[method, name], table[name].idxmax()
    told = f"all {COUNTED[WORLDS[scores]]}: {score:.1f} dB, "
    if method == first:
        return told + "first"
    return told + f"{table[name].max() - score:.1f} behind {first}"


def _describe(scores, cell, picture):
    method, name = cell
    image, hole = _patch(name, picture)
    here = metrics.psnr(image, _fill(method, name, picture), hole)
    return (
        f"A patch under {name}, its fill by {method} and the truth: {here:.1f} dB here; "
        f"{_in_words(scores, cell)}."
    )


@functools.cache
def _scores(world):
    return evaluation.showdown_scores(world).reindex(evaluation.showdown_scores("photos").index)


@functools.cache
def _sets():
    return evaluation.frozen_masks(PATCHES)


def _patch(name, picture):
    return as_floats(data.load("photos").test[picture]), _sets()[name][picture]


@functools.lru_cache(maxsize=256)
def _fill(method, name, picture):
    image, hole = _patch(name, picture)
    fill = _inpainter(method)
    return np.clip(fill(masks.damage(image, hole), hole), 0, 1)


@functools.cache
def _inpainter(method):
    if method == "gaussian":
        return classical.fit_gaussian(data.load("photos").train).fill
    if method in classical.METHODS:
        return classical.METHODS[method]
    from course_lib import models

    return functools.partial(models.inpaint, models.load_pretrained(method))
