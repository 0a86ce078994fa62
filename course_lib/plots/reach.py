"""What a place of a network sees, lets through, or looks at."""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from course_lib._validation import (
    as_array,
    brief,
    check_count,
    check_dict,
    check_image,
    check_mask,
    check_mask_fits,
)
from course_lib.plots.charts import ORANGE
from course_lib.plots.drawing import DOTS_PER_INCH, HOLE_COLOUR, PAGE_WIDTH, own_style

FAINTEST = 1e-4  # of the strongest: what is weaker is drawn like this


@own_style()
def reaches(maps):
    """Draw maps of reach side by side: white is not seen at all, the rest is on one log scale.

    Args:
        maps: dict, title -> numbers of 0 or more, (H, W); each map is divided by its largest.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if there is no map, or one is not as above.

    Example:
        >>> drawing = reaches({"a corner": np.eye(4)[:1] * np.ones((4, 1))})
        >>> int(drawing.axes[0].images[0].get_array().mask.sum())
        12
    """
    maps = {
        title: _check_map(title, seen) for title, seen in check_dict("maps", maps, "map").items()
    }
    if not maps:
        raise ValueError("maps is empty: pass at least one.")
    side = PAGE_WIDTH / max(len(maps), 3)
    size = min(1 + side * len(maps), PAGE_WIDTH), 1 + side
    drawing = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    panels = drawing.subplots(1, len(maps), squeeze=False)[0]
    for axes, (title, seen) in zip(panels, maps.items(), strict=True):
        share = seen / max(seen.max(), np.finfo(float).tiny)
        shown = np.ma.masked_equal(np.where(share > 0, share.clip(FAINTEST), 0), 0)
        image = axes.imshow(shown, cmap="viridis_r", norm=LogNorm(FAINTEST, 1))
        axes.set(title=title, xticks=[], yticks=[])
    drawing.colorbar(image, ax=list(panels), label="share of the strongest", shrink=0.8)
    return drawing


def _check_map(title, seen):
    seen = as_array(seen, f"the map {brief(title)}")
    drawn = seen.ndim == 2 and seen.size
    if not drawn or seen.dtype.kind not in "biuf" or not (seen >= 0).all():
        wrong = "holds something else" if drawn else f"has shape {seen.shape}"
        raise ValueError(f"the map {brief(title)} {wrong}: pass numbers of 0 or more, (H, W).")
    return seen.astype(np.float64)


@own_style()
def gates_beside_validity(gates, validities, holes, picture=0, *, layers=None, columns=4):
    """Draw, layer by layer, one picture's validity, and beside it gates from lowest to highest.

    The channels drawn of each layer are those whose gate rises most in the hole and those whose
    gate falls most there, by the mean over all pictures. In every map the hole is outlined.

    Args:
        gates, validities: as ``models.gates`` and ``models.validities`` give them.
        holes: the pictures' masks, bool (N, H, W), True = hole.
        picture: which is drawn.
        layers: names of layers; left out: all.
        columns: gates in a row, an even number.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if an argument is not as above, or a layer is missing in one of them.
    """
    names = _check_layers(gates, validities, layers)
    _check_holes(holes, [gates[name] for name in names] + [validities[name] for name in names])
    picture = check_count("picture", picture, highest=len(holes) - 1)
    if check_count("columns", columns, lowest=2) % 2:
        raise ValueError(f"columns is {columns}: pass an even number, half for each kind of gate.")
    drawing = Figure(figsize=(PAGE_WIDTH, 1.7 * len(names)), dpi=DOTS_PER_INCH)
    drawing.set_layout_engine("constrained")
    panels = drawing.subplots(len(names), columns + 1, squeeze=False)
    for row, name in zip(panels, names, strict=True):
        order = np.argsort(_rise(gates[name], holes))
        chosen = [*order[: columns // 2], *order[-(columns // 2) :]]
        maps = [validities[name][picture, ..., 0]]
        maps += [gates[name][picture, ..., channel] for channel in chosen]
        titles = ["validity", *(f"gate {channel}" for channel in chosen)]
        for axes, values, title in zip(row, maps, titles, strict=True):
            image = axes.imshow(values, cmap="gray", vmin=0, vmax=1)
            _outline(axes, holes[picture], values.shape)
            axes.set(title=title, xticks=[], yticks=[])
        row[0].set_ylabel(name)
    drawing.colorbar(image, ax=panels, label="0 shut, 1 open", shrink=0.6)
    return drawing


def _check_layers(gates, validities, layers):
    """The names of the layers to draw, which are in both."""
    check_dict("gates", gates, "gates (N, H', W', filters)")
    check_dict("validities", validities, "validity (N, H', W', 1)")
    names = [*gates] if layers is None else layers
    if not isinstance(names, (list, tuple)) or not names:
        raise TypeError(f"layers is {brief(layers)}: pass a list of names, such as {[*gates][:1]}.")
    missing = [name for name in names if name not in gates or name not in validities]
    if missing:
        raise ValueError(
            f"{brief(missing[0])} is in one of gates and validities at most: pass names that are "
            f"in both, such as {[name for name in gates if name in validities][:1]}."
        )
    return list(names)


def _check_holes(holes, maps):
    """A mask for each picture, of a size that the layers' maps divide."""
    if check_mask(holes, "holes").ndim != 3:
        raise ValueError(f"holes has shape {holes.shape}: pass a mask for each picture, (N, H, W).")
    count, height, width = holes.shape
    for values in maps:
        shape = np.shape(values)
        if len(shape) != 4 or shape[0] != count or height % shape[1] or width % shape[2]:
            raise ValueError(
                f"a map of shape {shape} does not fit the holes {holes.shape}: pass gates, "
                "validities and masks of the same pictures."
            )


def _outline(axes, hole, shape):
    """A line around the hole (H, W), over a map (h, w) of the same picture."""
    down, across = (
        (np.arange(n) + 0.5) * m / n - 0.5 for n, m in zip(hole.shape, shape, strict=True)
    )
    axes.contour(across, down, hole, levels=[0.5], colors=[HOLE_COLOUR], linewidths=1.2)


def _rise(gate, holes):
    """How much higher each channel's gate is in holes than elsewhere, (filters,)."""
    height, width = gate.shape[1:3]
    count, tall, wide = holes.shape
    missing = holes.reshape(count, height, tall // height, width, wide // width).mean(axis=(2, 4))
    hole = (missing > 0.5)[..., None]
    inside = (gate * hole).sum(axis=(0, 1, 2)) / max(hole.sum(), 1)
    outside = (gate * ~hole).sum(axis=(0, 1, 2)) / max((~hole).sum(), 1)
    return inside - outside


@own_style()
def looks(image, mask, places, starts, *, title=""):
    """Draw lines from pixels of a hole, which is outlined, to the places that they look at.

    Args:
        image: the true picture, RGB (H, W, 3) in [0, 1].
        mask: bool (H, W), True = hole.
        places: (H, W, 2), row and column of the place that each pixel looks at.
        starts: (M, 2), rows and columns of the pixels whose looks are drawn.
        title: of the figure.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if an argument is not as above, or a place lies outside the picture.

    Example:
        >>> hole = np.zeros((6, 6), bool)
        >>> hole[2, 2] = True
        >>> drawing = looks(np.ones((6, 6, 3)), hole, np.zeros((6, 6, 2), int), [(2, 2)])
        >>> drawing.axes[0].lines[0].get_xydata().tolist()
        [[2.0, 2.0], [0.0, 0.0]]
    """
    image = check_image(image)
    mask = check_mask_fits(mask, image)
    places, starts = _check_places("places", places, mask), _check_places("starts", starts, mask)
    drawing = Figure(figsize=(PAGE_WIDTH / 2, PAGE_WIDTH / 2), dpi=DOTS_PER_INCH)
    axes = drawing.subplots()
    axes.imshow(image)
    _outline(axes, mask, mask.shape)
    for row, column in starts:
        to_row, to_column = places[row, column]
        axes.plot([column, to_column], [row, to_row], "-", color=ORANGE, linewidth=1.2)
        axes.plot(column, row, "o", color=HOLE_COLOUR, markeredgecolor="black", markersize=5)
        axes.plot(to_column, to_row, "s", color="white", markeredgecolor="black", markersize=6)
    axes.set(title=title, xticks=[], yticks=[])
    return drawing


def _check_places(name, places, mask):
    """Rows and columns of pixels in a picture, in the last axis of an array of whole numbers."""
    places = as_array(places, name)
    inside = places.dtype.kind in "iu" and places.shape[-1:] == (2,)
    if not inside or not ((places >= 0) & (places < mask.shape)).all():
        raise ValueError(
            f"{name} has shape {places.shape}: pass rows and columns in the picture of "
            f"{mask.shape[0]} x {mask.shape[1]} pixels, whole numbers (..., 2)."
        )
    return places
