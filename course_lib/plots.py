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
from IPython.display import display
from matplotlib.figure import Figure

PIXEL_PATCH_SIDE = 64  # pictures up to this side are stored as PNG: JPEG would blur their pixels
PAGE_WIDTH = 9.6  # inches
DOTS_PER_INCH = 90
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
        ValueError: if ``alt`` is missing or too short to describe anything, or if the titles
            are not as many as the pictures.
    """
    alt = check_alt(alt)
    if isinstance(images, Figure):
        drawing, photograph = images, False
    else:
        drawing, photograph = figure(images, titles=titles, columns=columns), _is_photograph(images)
    data, metadata = bundle(drawing, alt=alt, photograph=photograph)
    display(data, metadata=metadata, raw=True)
    show_caption(caption)


def figure(images, *, titles=None, columns=None):
    """Draw pictures side by side.

    Args:
        images: one array or a list of them: RGB (H, W, 3) in [0, 1]; a bool mask (H, W), holes
            white; any other (H, W) array, drawn in colours with a scale beside it.
        titles: a list of strings, one a picture.
        columns: pictures in a row (default: all in one row, up to 5).

    Returns:
        A matplotlib ``Figure``.
    """
    images = _as_list(images)
    titles = [""] * len(images) if titles is None else list(titles)
    if len(titles) != len(images):
        raise ValueError(
            f"{len(images)} pictures but {len(titles)} titles: pass one title a picture."
        )
    columns = min(len(images), columns or 5)
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
        _draw(axes, np.asarray(image))
        axes.set_title(title, fontsize=10)
    return drawing


def tint(image, mask, colour=HOLE_COLOUR):
    """The picture (H, W, 3) with its holes (mask (H, W), True = hole) painted in one colour."""
    tinted = np.array(image, copy=True)
    tinted[mask] = colour
    return tinted


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
    """A figure as (media type, bytes): JPEG for photographs, PNG for all else."""
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


def as_html(media_type, encoded, alt, caption=None):
    """An HTML figure around base64 picture data."""
    text = f"<figcaption><em>{html.escape(caption)}</em></figcaption>" if caption else ""
    return (
        f'<figure style="margin:0"><img alt="{html.escape(alt)}" style="max-width:100%" '
        f'src="data:{media_type};base64,{encoded}">{text}</figure>'
    )


def show_caption(caption):
    """The sentence under a figure, as a Markdown output of its own: every front end shows it."""
    if caption:
        display({"text/markdown": f"*{caption}*", "text/plain": caption}, raw=True)


def check_alt(alt):
    """An alternative text that describes something."""
    if not isinstance(alt, str) or len(alt.strip()) < 20:
        raise ValueError(
            f"alt={alt!r} describes nothing: say in a sentence (20 characters or more) what one "
            "sees."
        )
    return alt.strip()


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
