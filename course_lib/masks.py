"""Masks: which pixels are missing.

A mask is ``bool``, shape (H, W) or (count, H, W), ``True`` = hole. Every generator takes a
``seed``, and the same seed gives the same bytes on every machine: the random numbers come from
NumPy's ``RandomState``, whose stream is frozen for good (NEP 19), unlike that of ``default_rng``.
"""

import warnings

import numpy as np
from PIL import Image
from scipy import ndimage

from course_lib._opencv import cv2
from course_lib._validation import (
    as_array,
    as_number,
    brief,
    check_colour,
    check_count,
    check_images,
    check_mask,
    check_number,
    check_pair,
    check_same_shape,
    check_seed,
    check_stack,
    check_values,
    is_one_of,
    is_pair,
    is_whole,
)

MOST_LINES = 10_000  # in one mask
THICKEST = 32_767  # pixels, OpenCV's own limit
OVERSHOOT = 0.5  # beyond black and white, in units of white, in a mask that was resized smoothly


def random_lines(count, size=32, *, lines=(1, 9), thickness=(1, 2), seed):
    """Straight scratches, drawn as in the article that this course grew from.

    End points lie from 1 to size - 1, never at 0: the article's off-by-one, kept on purpose.
    So row 0 and column 0 are masked far less often than the rest. Lesson 01 shows it.

    Args:
        count: how many masks.
        size: an int or (H, W), pixels, 2 or more.
        lines: (fewest, most) lines in a mask, both included, 1 to 10,000.
        thickness: (thinnest, thickest), both included, 1 to 32,767, as OpenCV counts it: 1, 2, 3
            and 5 are drawn 1, 3, 5 and 7 pixels wide.
        seed: an int, 0 to 2**32 - 1.

    Returns:
        bool (count, H, W), True = hole.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> random_lines(2, 32, seed=0).shape
        (2, 32, 32)
    """
    count, height, width = check_stack("masks", count, size)
    if height < 2 or width < 2:
        raise ValueError(f"{height} x {width} pixels are too few for a line: use 2 x 2 or more.")
    fewest, most = _check_range("lines", lines, highest=MOST_LINES)
    thinnest, thickest = _check_range("thickness", thickness, highest=THICKEST)
    random = np.random.RandomState(check_seed(seed))
    # All numbers are drawn at once: a call to the generator costs more than a line drawn.
    numbers = random.randint(fewest, most + 1, count)
    total = int(numbers.sum())
    xs = random.randint(1, width, (total, 2))
    ys = random.randint(1, height, (total, 2))
    widths = random.randint(thinnest, thickest + 1, total)
    strokes = zip(
        np.repeat(np.arange(count), numbers).tolist(),
        np.stack([xs[:, 0], ys[:, 0]], axis=1).tolist(),
        np.stack([xs[:, 1], ys[:, 1]], axis=1).tolist(),
        widths.tolist(),
        strict=True,
    )
    masks = np.zeros((count, height, width), np.uint8)
    canvases = list(masks)
    for picture, start, end, pixels in strokes:
        cv2.line(canvases[picture], start, end, 1, pixels)
    return masks.view(bool)


def brush_strokes(count, size=32, *, seed):
    """Free-form strokes: a brush that wanders and turns.

    Source: Yu et al., Free-Form Image Inpainting with Gated Convolution, ICCV 2019,
    supplementary algorithm 1 (vertices, alternating angles, round joints), with lengths and
    widths in proportion to the picture.

    Args:
        count: how many masks.
        size: an int or (H, W), pixels, 8 or more.
        seed: an int, 0 to 2**32 - 1.

    Returns:
        bool (count, H, W), True = hole.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> brush_strokes(2, (48, 64), seed=0).shape
        (2, 48, 64)
    """
    count, height, width = check_stack("masks", count, size)
    if min(height, width) < 8:
        raise ValueError(f"{height} x {width} pixels are too few for a brush: use 8 x 8 or more.")
    random = np.random.RandomState(check_seed(seed))
    masks = np.zeros((count, height, width), np.uint8)
    for canvas in masks:
        for _ in range(random.randint(1, 4)):
            _brush(canvas, random)
    return masks.view(bool)


def squares(count, size=32, *, side, seed=None):
    """One square hole in each mask.

    Without a seed the square stands in the centre. With one, every pixel is equally likely to
    be missing: the square may start outside the picture, whose border then cuts it off.

    Args:
        count: how many masks.
        size: an int or (H, W), pixels.
        side: the square's side in pixels, from 1 to one less than the picture's shorter side.
        seed: an int, 0 to 2**32 - 1, or None for centred squares.

    Returns:
        bool (count, H, W), True = hole.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> squares(1, (3, 4), side=2).astype(int)
        array([[[0, 1, 1, 0],
                [0, 1, 1, 0],
                [0, 0, 0, 0]]])
    """
    count, height, width = check_stack("masks", count, size)
    side = check_count("side", side, lowest=1)
    if side >= min(height, width):
        raise ValueError(
            f"side is {brief(side)} in {height} x {width} pixels: pass less than the shorter "
            "side, so that known pixels remain."
        )
    if seed is None:
        tops = np.full(count, (height - side) // 2)
        lefts = np.full(count, (width - side) // 2)
    else:
        random = np.random.RandomState(check_seed(seed))
        tops = random.randint(1 - side, height, count)
        lefts = random.randint(1 - side, width, count)
    rows = np.arange(height) - tops[:, None]
    columns = np.arange(width) - lefts[:, None]
    return _inside(rows, side)[:, :, None] & _inside(columns, side)[:, None, :]


def random_pixels(count, size=32, *, fraction, seed):
    """Single pixels missing at random, the same number in every mask.

    Args:
        count: how many masks.
        size: an int or (H, W), pixels.
        fraction: share of holes, above 0 and below 1, rounded to whole pixels.
        seed: an int, 0 to 2**32 - 1.

    Returns:
        bool (count, H, W), True = hole.

    Raises:
        TypeError, ValueError: if an argument is not as above, or no pixel would be missing, or
            no pixel known.

    Example:
        >>> int(random_pixels(1, (10, 10), fraction=0.9, seed=0).sum())
        90
    """
    count, height, width = check_stack("masks", count, size)
    asked = "a share above 0 and below 1"
    fraction = check_number("fraction", fraction, asked, lambda share: 0 < share < 1)
    missing = round(fraction * height * width)
    if not 0 < missing < height * width:
        raise ValueError(
            f"fraction {fraction} of {height} x {width} pixels is {missing}: at least one pixel "
            "must be missing and one known."
        )
    random = np.random.RandomState(check_seed(seed))
    order = random.random_sample((count, height * width)).argsort(axis=1, kind="stable")
    masks = np.zeros((count, height * width), bool)
    np.put_along_axis(masks, order[:, :missing], True, axis=1)
    return masks.reshape(count, height, width)


def in_bucket(count, size=32, *, low, high, seed):
    """Irregular holes whose share of the picture lies in a bucket: low < hole fraction <= high.

    Liu et al. 2018 (Image Inpainting for Irregular Holes Using Partial Convolutions, section
    4.1) report by six buckets: (0.01, 0.1], (0.1, 0.2], ... (0.5, 0.6]. The share is drawn
    uniformly from the bucket: brush strokes are added until they reach it; the last is cut short.

    Args:
        count: how many masks.
        size: an int or (H, W), pixels.
        low: share of holes that every mask exceeds, at least 0.
        high: share of holes that no mask exceeds, above ``low`` and below 1.
        seed: an int, 0 to 2**32 - 1.

    Returns:
        bool (count, H, W), True = hole.

    Raises:
        TypeError, ValueError: if an argument is not as above, or no whole number of pixels lies
            in the bucket.

    Example:
        >>> shares = hole_fraction(in_bucket(3, 32, low=0.1, high=0.2, seed=0))
        >>> bool(((shares > 0.1) & (shares <= 0.2)).all())
        True
    """
    count, height, width = check_stack("masks", count, size)
    asked = "shares, 0 <= low < high < 1"
    low = check_number("low", low, asked, lambda share: 0 <= share < 1)
    high = check_number("high", high, asked, lambda share: low < share < 1)
    numbers = np.arange(1, height * width)
    fractions = numbers / (height * width)
    numbers = numbers[(fractions > low) & (fractions <= high)]
    if len(numbers) == 0:
        raise ValueError(
            f"no hole of {height} x {width} pixels has a fraction in ({low}, {high}]: "
            "use a wider bucket or a larger picture."
        )
    random = np.random.RandomState(check_seed(seed))
    targets = numbers[random.randint(0, len(numbers), count)]
    masks = np.zeros((count, height, width), np.uint8)
    for canvas, target in zip(masks, targets, strict=True):
        _fill_to(canvas, target, random)
    return masks.view(bool)


def grown(mask, pixels):
    """The mask with its holes enlarged by ``pixels`` on every side, corners included.

    Args:
        mask: bool (H, W) or (N, H, W), True = hole.
        pixels: a whole number; a negative one shrinks the holes. Nothing beyond the picture's
            border adds to a hole or takes from it.

    Returns:
        A new array of the mask's shape, bool.

    Raises:
        TypeError, ValueError: if the mask is not as above, or pixels is not a whole number.

    Example:
        >>> line = np.array([[False, False, True, False, False, False]])
        >>> grown(line, 1).astype(int).tolist(), int(grown(line, -1).sum())
        ([[0, 1, 1, 1, 0, 0]], 0)
    """
    mask = check_mask(mask)
    if not is_whole(pixels):
        raise ValueError(f"pixels is {brief(pixels)}: pass a whole number; below 0 holes shrink.")
    pixels = as_number(pixels)
    reach = min(abs(pixels), max(mask.shape[-2:]))  # farther, nothing more changes
    box = np.ones((2 * reach + 1,) * 2, np.uint8)
    change = cv2.dilate if pixels > 0 else cv2.erode
    each = mask.reshape(-1, *mask.shape[-2:]).astype(np.uint8)
    return np.stack([change(one, box) for one in each]).astype(bool).reshape(mask.shape)


def hole_fraction(mask):
    """Share of holes, 0 to 1: a float for one mask (H, W), an array (N,) for a batch.

    Raises:
        TypeError, ValueError: if the mask is not bool, (H, W) or (N, H, W).

    Example:
        >>> hole_fraction(np.array([[True, False, False, False]]))
        0.25
    """
    fraction = check_mask(mask).mean(axis=(-2, -1))
    return float(fraction) if fraction.ndim == 0 else fraction


def hole_depth(mask):
    """Distance in pixels of each hole pixel to the nearest known one; 0 on known pixels.

    Args:
        mask: bool (H, W) or (N, H, W), True = hole.

    Returns:
        float64, the mask's shape: 1.0 where a known pixel lies directly above, below or beside.

    Raises:
        TypeError, ValueError: if the mask is not bool, (H, W) or (N, H, W), or a mask has no
            known pixel.

    Example:
        >>> hole_depth(np.array([[False, True, True, True, False]])).tolist()
        [[0.0, 1.0, 2.0, 1.0, 0.0]]
    """
    mask = check_mask(mask)
    if mask.all(axis=(-2, -1)).any():
        raise ValueError("a mask without a known pixel has no depth: is it inverted? Try ~mask.")
    if mask.ndim == 2:
        return ndimage.distance_transform_edt(mask)
    return np.stack([ndimage.distance_transform_edt(one) for one in mask])


def damage(images, mask, fill=0.0):
    """The pictures with their holes painted over.

    Args:
        images: floats in [0, 1], (H, W, 3) or (N, H, W, 3).
        mask: bool (H, W) or (N, H, W), True = hole; one mask serves a whole batch.
        fill: what to paint in the holes: a number or an RGB triple in [0, 1].

    Returns:
        A new array of the pictures' shape and dtype.

    Raises:
        TypeError, ValueError: if pictures, mask or fill are not as above, or no pixel is known.

    Warns:
        UserWarning: if more than 95 % of a picture is hole.

    Example:
        >>> mask = np.array([[True, False]])
        >>> damage(np.full((1, 2, 3), 0.5), mask).tolist()
        [[[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]]]
    """
    images, mask = check_pair(images, mask)
    colour = check_colour("fill", fill)
    return np.where(mask[..., None], colour.astype(images.dtype), images)


def composite(images, predicted, mask):
    """Known pixels from the pictures, holes from the prediction.

    Args:
        images: floats in [0, 1], (H, W, 3) or (N, H, W, 3); what stands in holes is not read.
        predicted: floats of the same shape; only its holes are read.
        mask: bool (H, W) or (N, H, W), True = hole; one mask serves a whole batch.

    Returns:
        A new array of the pictures' shape and dtype; known pixels bit for bit as they were.

    Raises:
        TypeError, ValueError: if pictures, prediction or mask are not as above, or no pixel is
            known.

    Warns:
        UserWarning: if more than 95 % of a picture is hole.

    Example:
        >>> black, white = np.zeros((1, 2, 3)), np.ones((1, 2, 3))
        >>> composite(black, white, np.array([[True, False]])).tolist()
        [[[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]]
    """
    images, mask = check_pair(images, mask)
    predicted = check_images(predicted, "predicted")
    check_same_shape(images, predicted, "images and predicted")
    holes = np.broadcast_to(mask, images.shape[:-1])
    check_values(predicted[holes], "a predicted value in a hole")
    return np.where(mask[..., None], predicted.astype(images.dtype, copy=False), images)


def as_mask(array, *, hole):
    """Another library's mask as one of ours.

    Args:
        array: (H, W) or (H, W, channels), bool, 0/1, 0/255 or floats in [0, 1] (a little more or
            less where it was resized): a mask as read from a file or as it came from OpenCV,
            scikit-image, diffusers or PyTorch code; or a Pillow picture of any mode.
        hole: "white" if the high value marks the hole (OpenCV, scikit-image, diffusers) or
            "black" if the low one does (NVIDIA's paper and most partial-convolution code).

    Returns:
        bool (H, W), True = hole.

    Raises:
        TypeError, ValueError: if ``hole`` is neither, or the channels differ, or the transparency
            disagrees with the colours, or the values are of no known kind.

    Warns:
        UserWarning: if values lie between black and white, as they do after JPEG or resizing:
            they are cut at the middle.

    Example:
        >>> as_mask(np.array([[0, 255]], np.uint8), hole="black").tolist()
        [[True, False]]
    """
    if not is_one_of(hole, ("white", "black")):
        raise ValueError(f'hole is {brief(hole)}: say "white" or "black", the colour of the hole.')
    array = as_array(_spread_out(array), "a mask picture")
    if array.ndim not in (2, 3) or array.size == 0 or array.dtype.kind not in "biuf":
        raise ValueError(
            f"a mask picture is (H, W) or (H, W, channels) numbers, not {array.dtype} of shape "
            f"{array.shape}: read one picture at a time."
        )
    colour, alpha = _colour_and_alpha(array)
    white = _is_white(colour)
    visible = white if alpha is None else alpha > alpha.max() / 2
    if visible.any() and not visible.all() and (visible != white).any():
        raise ValueError(
            "the mask's transparency and its colours differ: pass the channel that holds the "
            "mask, array[..., -1] for what was painted on a transparent layer, else array[..., 0]."
        )
    return white if hole == "white" else ~white


def _spread_out(picture):
    """A Pillow picture with its palette, transparent colour or colour space worked in."""
    if not isinstance(picture, Image.Image):
        return picture
    try:
        picture.load()
    except Exception:  # each format raises its own
        raise ValueError(
            "the mask's picture cannot be read, so its file is closed or cut off: open it again, "
            "and call this before it is closed."
        ) from None
    if picture.mode in ("PA", "RGBa") or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode == "La":
        return picture.convert("LA")
    as_they_are = picture.mode in ("1", "L", "LA", "RGB", "RGBA", "F") or picture.mode[0] == "I"
    return picture if as_they_are else picture.convert("RGB")


def _colour_and_alpha(array):
    """The one colour channel (H, W), and the transparency (H, W) or None."""
    if array.ndim == 2:
        return array, None
    has_alpha = array.shape[-1] in (2, 4)
    colours = array[..., :-1] if has_alpha else array
    if not (colours == colours[..., :1]).all():
        raise ValueError(
            "the mask's colour channels differ: pass the one channel that holds the mask."
        )
    return colours[..., 0], array[..., -1] if has_alpha else None


def _is_white(array):
    """True above the middle of black and white: 0 and 1, or 0 and 255."""
    if array.dtype == bool:
        return array.copy()
    low, high = array.min(), array.max()
    smooth = array.dtype.kind == "f"  # may overshoot where it was resized
    top = 1 if high <= (1 + OVERSHOOT if smooth else 1) else 255
    beyond = OVERSHOOT * top if smooth else 0
    unknown = smooth and top == 255 and high < 255 / 2
    if unknown or not (-beyond <= low and high <= top + beyond):  # NaN is refused too
        raise ValueError(
            f"mask values run from {low:.4g} to {high:.4g}: bring them to 0/1, 0/255 or floats "
            "in [0, 1]."
        )
    if not np.isin(array, (0, top)).all():
        warnings.warn(
            "the mask has values between black and white (JPEG and resizing do that): they are "
            "cut at the middle; store masks as PNG and resize them without smoothing.",
            stacklevel=3,
        )
    return array > top / 2


def _check_range(name, pair, highest):
    if not (is_pair(pair) and 1 <= pair[0] <= pair[1] <= highest):
        raise ValueError(
            f"{name} is {brief(pair)}: pass (fewest, most), whole numbers, "
            f"with 1 <= fewest <= most <= {highest:,}."
        )
    return tuple(map(as_number, pair))


def _inside(offsets, side):
    return (offsets >= 0) & (offsets < side)


def _brush(canvas, random):
    """Paint one wandering stroke; return where it began, as (row, column)."""
    height, width = canvas.shape
    scale = min(height, width)
    x, y = start_x, start_y = random.randint(0, width), random.randint(0, height)
    vertices = random.randint(2, 7)
    thickness = random.randint(max(1, scale // 16), max(2, scale // 8) + 1)
    turn = random.uniform(0.25, 0.6) * np.pi
    heading = random.uniform(0, 2 * np.pi)
    for vertex in range(vertices):
        heading += np.pi - turn if vertex % 2 else turn
        length = random.uniform(0.1, 0.35) * scale
        end_x = int(np.clip(x + length * np.cos(heading), 0, width - 1))
        end_y = int(np.clip(y + length * np.sin(heading), 0, height - 1))
        cv2.line(canvas, (x, y), (end_x, end_y), 1, thickness)
        cv2.circle(canvas, (end_x, end_y), thickness // 2, 1, -1)
        x, y = end_x, end_y
    return start_y, start_x


def _fill_to(canvas, target, random):
    """Add strokes until exactly ``target`` pixels are holes, cutting the last stroke short."""
    while (missing := target - np.count_nonzero(canvas)) > 0:
        stroke = np.zeros_like(canvas)
        row, column = _brush(stroke, random)
        new_rows, new_columns = np.nonzero(stroke & ~canvas)
        squared = (new_rows - row) ** 2 + (new_columns - column) ** 2
        nearest = squared.argsort(kind="stable")[:missing]
        canvas[new_rows[nearest], new_columns[nearest]] = 1
