"""Pictures side by side, titled, drawn without pyplot's global state: no display is needed."""

import itertools
import math

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure

from course_lib._validation import (
    OVERSHOOT,
    as_array,
    brief,
    check_colour,
    check_count,
    check_image,
    check_images,
    check_mask_fits,
)

PIXEL_PATCH_SIDE = 64  # pictures up to this side are stored as PNG: JPEG would blur their pixels
PAGE_WIDTH = 9.6  # inches
DOTS_PER_INCH = 90
TALLEST = 20  # inches, one picture
MOST_PICTURES = 200  # on one page
MOST_PIXELS = 2**22  # drawn in one figure: what is larger is shrunk first, not by matplotlib
HOLE_COLOUR = (0.86, 0.20, 0.55)  # distinct from sky, skin and foliage, also for the colour-blind


def own_style():
    """A context, or a decorator, in which matplotlib draws with its default settings.

    Whatever a matplotlibrc or a cell says, a page of the course is the same for everyone: nobody
    sees it upside down (image.origin), nobody needs LaTeX (text.usetex).
    """
    return style.context("default")


def plain(text):
    """The text, in which matplotlib shall find no mathematics: a dollar sign is a dollar sign."""
    return str(text).replace("$", r"\$")


@own_style()
def figure(images, *, titles=None, columns=None, row_titles=None, unit=None):
    """Draw pictures side by side.

    Args:
        images: one array or a list of up to 200: RGB (H, W, 3), floats in [0, 1] (a little more
            or less is drawn clipped); a bool mask (H, W), holes white; any other (H, W) array,
            drawn in colours with a scale beside it.
        titles: a list of strings, one for each picture; a dollar sign is a dollar sign.
        columns: pictures in a row (default: all in one row, up to 5).
        row_titles: a list of strings, one for each row, at its left.
        unit: of all numbers drawn in colours: they then share one scale, which shows the unit.

    Returns:
        A matplotlib ``Figure``, which looks the same whatever a matplotlibrc says.

    Raises:
        TypeError, ValueError: if a picture is not as above, or there are not as many titles as
            pictures or rows.

    Example:
        >>> mask = np.eye(8, dtype=bool)
        >>> len(figure([np.ones((8, 8, 3)), mask], titles=["white", "mask"]).axes)
        2
    """
    images = [_check_drawable(image) for image in _as_list(images)]
    columns = 5 if columns is None else check_count("columns", columns, lowest=1)
    columns = min(len(images), columns)
    count = -(-len(images) // columns)
    titles = _check_texts("titles", titles, len(images), "picture")
    row_titles = _check_texts("row_titles", row_titles, count, "row")
    drawing = Figure(
        figsize=_page_size(images[0].shape, columns, titles, row_titles),
        dpi=DOTS_PER_INCH,
        layout="constrained",
    )
    panels = drawing.subplots(count, columns, squeeze=False)
    for axes, title in zip(panels[:, 0], row_titles, strict=True):
        _name_row(axes, title)
    maps = []
    for axes, image, title in itertools.zip_longest(panels.ravel(), images, titles):
        bare(axes)
        if image is not None:
            axes.set_title(title, fontsize=10, parse_math=False)
            drawn = _draw(axes, image, MOST_PIXELS // len(images))
            maps += [drawn] * _is_map(image)
    _draw_scales(drawing, maps, unit)
    return drawing


def bare(axes):
    """Remove the frame and the ticks: even hidden ones would affect where a title is placed."""
    axes.set(xticks=[], yticks=[])
    axes.set_axis_off()


def tint(image, mask, colour=HOLE_COLOUR):
    """The picture with its holes painted in one colour: ``masks.damage`` for any mask at all.

    Args:
        image: floats, RGB (H, W, 3) or a batch (N, H, W, 3).
        mask: bool (H, W) or (N, H, W), True = hole; all of it may be hole.
        colour: RGB in [0, 1], or one number for a grey.

    Returns:
        A new array of the image's shape and dtype.

    Raises:
        TypeError, ValueError: if an argument is not as above, or image and mask do not fit.

    Example:
        >>> tint(np.zeros((1, 2, 3)), np.array([[True, False]]), colour=(1, 0, 0)).tolist()
        [[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]
    """
    image = check_images(image)
    mask = check_mask_fits(mask, image)
    return np.where(mask[..., None], check_colour("colour", colour).astype(image.dtype), image)


def is_photograph(images):
    return any(
        np.ndim(image) == 3 and max(np.shape(image)[:2]) > PIXEL_PATCH_SIDE
        for image in _as_list(images)
    )


def _check_drawable(image):
    image = as_array(image, "a picture")
    if image.ndim == 3:
        check_image(image)
        if image.min() < -OVERSHOOT or image.max() > 1 + OVERSHOOT:
            raise ValueError(
                f"a picture runs from {image.min():.4g} to {image.max():.4g}: divide 0..255 "
                "pictures by 255."
            )
    elif image.ndim != 2 or image.size == 0 or image.dtype.kind not in "biuf":
        raise ValueError(
            f"a picture of shape {image.shape} and {image.dtype} cannot be drawn: pass RGB "
            "(H, W, 3), or numbers or a mask (H, W)."
        )
    return image


def _check_texts(name, texts, count, place):
    """One string for each place; empty ones if none are given."""
    if texts is None:
        return [""] * count
    if not np.iterable(texts):
        raise TypeError(f"{name} is {brief(texts)}: pass a list of strings, one a {place}.")
    texts = ["" if text is None else str(text) for text in texts]
    texts = [text.encode("utf-8", "backslashreplace").decode() for text in texts]  # a file's name
    if len(texts) != count:
        raise ValueError(f"{count} {place}s but {len(texts)} {name}: pass one title a {place}.")
    return texts


def _page_size(shape, columns, titles, row_titles):
    """Width and height in inches for pictures of one shape, with titles above and beside them."""
    letters = max(len(line) for title in row_titles for line in title.split("\n"))
    beside = min(0.08 * letters + 0.1 * bool(letters), PAGE_WIDTH / 2)
    panel = min((PAGE_WIDTH - beside) / columns, 3.6)
    picture = min(panel * shape[0] / shape[1], TALLEST)
    above = [_lines(titles[k : k + columns]) for k in range(0, len(titles), columns)]
    return panel * columns + beside, len(above) * (picture + 0.1) + 0.18 * sum(above)


def _lines(titles):
    """How many lines the longest of a row's titles has."""
    return 1 + max(title.count("\n") for title in titles) if any(titles) else 0


def _name_row(axes, title):
    """Write left of a row's first picture, since an axis that is off has no label."""
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right"}
    axes.annotate(title, (0, 0.5), (-6, 0), **place, va="center", fontsize=10, parse_math=False)


def _draw(axes, image, most_pixels):
    height, width = image.shape[:2]
    options = {
        "interpolation": "nearest" if max(height, width) <= PIXEL_PATCH_SIDE else "antialiased",
        "extent": (-0.5, width - 0.5, height - 0.5, -0.5),  # imshow's own, if it is not shrunk
    }
    drawable = shrunk(image, most_pixels)
    if drawable.dtype == np.float16:
        drawable = drawable.astype(np.float32)  # matplotlib 3.10.0 does not draw float16
    if image.ndim == 3:
        return axes.imshow(np.clip(drawable, 0, 1), **options)
    if image.dtype == bool:
        return axes.imshow(drawable, cmap="gray", vmin=0, vmax=1, **options)
    return axes.imshow(drawable, cmap="viridis", **options)


def _is_map(image):
    """Neither a picture nor a mask: numbers, which need a scale."""
    return image.ndim == 2 and image.dtype != bool


def _draw_scales(drawing, maps, unit):
    """A scale beside each map of numbers, or one, with its unit, beside all of them."""
    if unit is None:
        for one in maps:
            drawing.colorbar(one, ax=one.axes, shrink=0.8)
    elif maps:
        ends = [one.get_clim() for one in maps]
        for one in maps:
            one.set_clim(min(low for low, _ in ends), max(high for _, high in ends))
        drawing.colorbar(maps[0], ax=[one.axes for one in maps], label=plain(unit), shrink=0.8)


def shrunk(image, most_pixels):
    """Means of blocks if there are more pixels than that; in a dtype that matplotlib can draw."""
    height, width = image.shape[:2]
    down = min(height, max(1, math.ceil(math.sqrt(height * width / most_pixels))))
    across = min(width, max(1, math.ceil(height / down * width / most_pixels)))
    if down == across == 1:
        return image.astype(np.float64) if image.dtype.itemsize > 8 else image
    rows, columns = -(-height // down), -(-width // across)
    total = np.zeros((rows, columns, *image.shape[2:]))
    count = np.zeros((rows, columns) + (1,) * (image.ndim - 2))
    for row in range(down):
        for column in range(across):  # views: the whole picture must not be copied
            part = image[row::down, column::across]
            total[: len(part), : part.shape[1]] += part
            count[: len(part), : part.shape[1]] += 1
    return total / count


def _as_list(images):
    """A list of pictures, from one or from many."""
    if not isinstance(images, (list, tuple)):
        images = as_array(images, "images")
        of_pixels = images.shape[-1:] == (3,) and images.dtype != bool
        if images.ndim < 3 or (images.ndim == 3 and of_pixels):
            images = [images]
    if not len(images):
        raise ValueError("there is no picture to show: pass at least one.")
    if len(images) > MOST_PICTURES:
        raise ValueError(
            f"{len(images)} pictures are more than a page holds: pass at most {MOST_PICTURES}, "
            f"such as images[:{MOST_PICTURES}]."
        )
    return list(images)
