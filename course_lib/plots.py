"""Pictures on a page: side by side, titled, described in words.

``figure`` draws, ``encode`` turns a figure into bytes, ``show`` puts it on the page with its
alternative text and caption. Figures are made without pyplot's global state, so they need no
display and are never shown twice.
"""

import base64
import html
import io
import sys

import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure

from course_lib._validation import as_array, check_count, check_image, check_images, check_mask_fits

PIXEL_PATCH_SIDE = 64  # pictures up to this side are stored as PNG: JPEG would blur their pixels
PAGE_WIDTH = 9.6  # inches
DOTS_PER_INCH = 90
OVERSHOOT = 1.0  # a fill may overshoot [0, 1] and is drawn clipped; 0..255 is a mistake
HOLE_COLOUR = (0.86, 0.20, 0.55)  # distinct from sky, skin and foliage, also for the colour-blind


def show(images, *, titles=None, alt, caption=None, columns=None):
    """Show pictures side by side, with a description for who cannot see them.

    Args:
        images: a list of pictures (see ``figure``), one picture, or a matplotlib Figure.
        titles: a list of strings, one a picture; not with a Figure.
        alt: what the figure shows, in a sentence (at least 20 characters). Screen readers
            read it, and it stands in when the picture does not load.
        caption: a sentence under the figure that says what to see in it; Markdown.
        columns: pictures in a row (default: all in one row, up to 5).

    Raises:
        TypeError, ValueError: if ``alt`` is too short to describe anything, or the rest is not as
            above and in ``figure``.
    """
    alt = check_alt(alt)
    if isinstance(images, Figure):
        if titles is not None:
            raise ValueError("a Figure has its own titles: pass titles only with pictures.")
        drawing, photograph = images, False
    else:
        drawing, photograph = figure(images, titles=titles, columns=columns), _is_photograph(images)
    data, metadata = bundle(drawing, alt=alt, photograph=photograph)
    put(data, metadata)
    show_caption(caption)


def figure(images, *, titles=None, columns=None):
    """Draw pictures side by side.

    Args:
        images: one array or a list of them: RGB (H, W, 3), floats in [0, 1] (a little more or
            less is drawn clipped); a bool mask (H, W), holes white; any other (H, W) array,
            drawn in colours with a scale beside it.
        titles: a list of strings, one a picture.
        columns: pictures in a row (default: all in one row, up to 5).

    Returns:
        A matplotlib ``Figure``.

    Raises:
        TypeError, ValueError: if a picture is not as above, or the titles are not as many as the
            pictures.

    Example:
        >>> mask = np.eye(8, dtype=bool)
        >>> len(figure([np.ones((8, 8, 3)), mask], titles=["white", "mask"]).axes)
        2
    """
    images = [_check_drawable(image) for image in _as_list(images)]
    if columns is not None:
        check_count("columns", columns, lowest=1)
    titles = [""] * len(images) if titles is None else list(titles)
    if len(titles) != len(images):
        raise ValueError(
            f"{len(images)} pictures but {len(titles)} titles: pass one title a picture."
        )
    columns = min(len(images), 5 if columns is None else columns)
    rows = -(-len(images) // columns)
    height, width = np.shape(images[0])[:2]
    panel = min(PAGE_WIDTH / columns, 3.6)
    title_lines = 1 + max(title.count("\n") for title in titles) if any(titles) else 0
    title_height = 0.18 * title_lines + 0.1
    drawing = Figure(
        figsize=(panel * columns, rows * (panel * height / width + title_height)),
        dpi=DOTS_PER_INCH,
        layout="constrained",
    )
    panels = drawing.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, image, title in zip(panels, images, titles, strict=False):
        _draw(axes, image)
        axes.set_title(title, fontsize=10)
    return drawing


def tint(image, mask, colour=HOLE_COLOUR):
    """The picture with its holes painted in one colour: ``masks.damage`` for any mask at all.

    Args:
        image: floats, RGB (H, W, 3) or a batch (N, H, W, 3).
        mask: bool (H, W) or (N, H, W), True = hole; all of it may be hole.
        colour: RGB in [0, 1].

    Returns:
        A new array of the image's shape and dtype.

    Raises:
        TypeError, ValueError: if image or mask is not as above, or they do not fit.

    Example:
        >>> tint(np.zeros((1, 2, 3)), np.array([[True, False]]), colour=(1, 0, 0)).tolist()
        [[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]
    """
    image = check_images(image)
    mask = check_mask_fits(mask, image)
    return np.where(mask[..., None], np.asarray(colour, image.dtype), image)


def bars(table, *, value, label="method", title, unit):
    """Draw one column of a leaderboard as horizontal bars, best at the top, numbers beside them.

    Args:
        table: a pandas DataFrame with one row a bar.
        value: the column that gives the length of the bars.
        label: the column that names the bars.
        title: the figure's title.
        unit: the axis label, with its unit.

    Returns:
        A matplotlib ``Figure``.

    Raises:
        KeyError: if the table has no column of that name.
    """
    table = table.sort_values(value, kind="stable")
    drawing = Figure(figsize=(7, 0.8 + 0.32 * len(table)), dpi=DOTS_PER_INCH, layout="constrained")
    axes = drawing.subplots()
    drawn = axes.barh(table[label], table[value], color="#3b6ea8")
    axes.bar_label(drawn, fmt="%.1f", padding=3)
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(title=title, xlabel=unit)
    return drawing


def encode(drawing, photograph=False):
    """A figure as (media type, bytes): JPEG for photographs, PNG for all else.

    Example:
        >>> media_type, content = encode(figure(np.ones((8, 8, 3))))
        >>> media_type, content[1:4]
        ('image/png', b'PNG')
    """
    buffer = io.BytesIO()
    if photograph:
        drawing.savefig(buffer, format="jpeg", pil_kwargs={"quality": 82, "optimize": True})
    else:
        drawing.savefig(buffer, format="png", metadata={"Software": None})
    _release(drawing)
    return ("image/jpeg" if photograph else "image/png"), buffer.getvalue()


def bundle(drawing, *, alt, photograph=False):
    """A figure as Jupyter's (data, metadata): the described HTML, and the bare picture beside it.

    JupyterLab and nbconvert read the alternative text from the HTML only; site generators read
    it from the picture's metadata.
    """
    media_type, content = encode(drawing, photograph)
    encoded = base64.b64encode(content).decode()
    data = {
        "text/html": as_html(media_type, encoded, alt),
        media_type: encoded,
        "text/plain": f"[figure: {alt}]",
    }
    return data, {media_type: {"alt": alt}}


def as_html(media_type, encoded, alt):
    """An HTML figure around base64 picture data."""
    return (
        f'<figure style="margin:0"><img alt="{html.escape(alt)}" style="max-width:100%" '
        f'src="data:{media_type};base64,{encoded}"></figure>'
    )


def show_caption(caption):
    """The sentence under a figure, as a Markdown output of its own: every front end shows it."""
    if caption:
        put({"text/markdown": f"*{caption}*", "text/plain": caption})


def put(data, metadata=None):
    """Put a bundle on the notebook's page, or its plain text into a terminal."""
    if get_ipython() is None:
        print(data["text/plain"])
    else:
        display(data, metadata=metadata, raw=True)


def check_alt(alt):
    """An alternative text that describes something."""
    if not isinstance(alt, str) or len(alt.strip()) < 20:
        raise ValueError(
            f"alt={alt!r} describes nothing: say in a sentence (20 characters or more) what one "
            "sees."
        )
    return alt.strip()


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


def _draw(axes, image):
    interpolation = "nearest" if max(image.shape[:2]) <= PIXEL_PATCH_SIDE else "antialiased"
    if image.ndim == 3:
        axes.imshow(np.clip(image, 0, 1), interpolation=interpolation)
    elif image.dtype == bool:
        axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation=interpolation)
    else:
        drawn = axes.imshow(image, cmap="viridis", interpolation=interpolation)
        axes.figure.colorbar(drawn, ax=axes, shrink=0.8)


def _as_list(images):
    is_one_picture = isinstance(images, np.ndarray) and (
        images.ndim == 2 or (images.ndim == 3 and images.shape[-1] == 3 and images.dtype != bool)
    )
    if not isinstance(images, (list, tuple, np.ndarray)):
        raise TypeError(f"images is {type(images).__name__}: pass a picture or a list of them.")
    images = [images] if is_one_picture else list(images)
    if not images:
        raise ValueError("there is no picture to show: pass at least one.")
    return images


def _is_photograph(images):
    return any(
        np.ndim(image) == 3 and max(np.shape(image)[:2]) > PIXEL_PATCH_SIDE
        for image in _as_list(images)
    )


def _release(drawing):
    """Forget a figure that pyplot keeps, so that a notebook does not show it a second time."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and getattr(drawing, "number", None) is not None:
        pyplot.close(drawing)
