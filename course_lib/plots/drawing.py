"""Pictures side by side, titled, drawn without pyplot's global state: no display is needed."""

import numpy as np
from matplotlib.figure import Figure

from course_lib._validation import as_array, check_count, check_image, check_images, check_mask_fits

PIXEL_PATCH_SIDE = 64  # pictures up to this side are stored as PNG: JPEG would blur their pixels
PAGE_WIDTH = 9.6  # inches
DOTS_PER_INCH = 90
OVERSHOOT = 1.0  # a fill may overshoot [0, 1] and is drawn clipped; 0..255 is a mistake
HOLE_COLOUR = (0.86, 0.20, 0.55)  # distinct from sky, skin and foliage, also for the colour-blind


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
