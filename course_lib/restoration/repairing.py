"""``restore``: a picture of any size, kind and depth, repaired by any method of the course."""

import warnings

import numpy as np
from tqdm import tqdm

from course_lib import classical
from course_lib._opencv import cv2
from course_lib._validation import (
    DOUBT,
    OVERSHOOT,
    as_array,
    brief,
    check_answer,
    check_known,
    check_mask,
    is_one_of,
)
from course_lib.restoration import tiles, windows

NETWORKS = (
    "best",
    "photo",
    "fill_and_correct",
    "partial_conv_unet",
    "vanilla_unet_masked",
    "vanilla_unet",
    "autoencoder",
)
FROM_EVERYWHERE = ("mean",)  # what depends on the whole picture is not divided
DEEPEST = 32  # pixels: of a hole that must be cut, what lies deeper comes from a smaller copy
SHOWN = ("repaired", "invented")
HATCH = 3  # pixels from line to line
HIGHEST = {"uint8": 255, "uint16": 65_535}


def bar(windows):
    """The windows, with a progress bar in the terminal if they take longer than two seconds."""
    return tqdm(windows, unit="window", delay=2, leave=False)


def restore(image, mask, method="best", *, show="repaired", progress=bar):
    """Repair a picture of any size; known pixels stay bit for bit as they came.

    Holes are filled window by window, so that a method's memory does not grow with the picture: a
    classical method sees each hole whole, with its surroundings; a network sees overlapping tiles,
    blended. A hole longer than 512 pixels is cut into pieces, each with so much of the hole around
    it that the cut hardly matters; what lies more than 32 pixels inside it is taken from a copy of
    half the size, repaired first. Transparency (a last channel of two or four) is filled
    harmonically, whatever the method.

    Args:
        image: (H, W), (H, W, 2), (H, W, 3) or (H, W, 4): grey or colour, with transparency or
            without; floats in [0, 1], uint8 or uint16. What stands in holes is not read.
        mask: bool (H, W), True = hole.
        method: a name in ``classical.METHODS`` or of a shipped network (for photographs "photo" is
            better than "best"), an inpainter (a function (image (H, W, 3), mask (H, W)) ->
            image, floats in [0, 1]; what overshoots is clipped), or a Keras model.
        show: "repaired", or "invented": what was filled is hatched, as restorers of paintings do,
            so that nobody takes it for what was there.
        progress: passes on the list of windows that it is given, as tqdm does.

    Returns:
        An array of the image's shape and dtype.

    Raises:
        TypeError, ValueError: if an argument is not as above, no pixel is known, or the method
            returns no valid picture.
        MemoryError: if one hole is too large for the method.

    Warns:
        UserWarning: if more than 95 % of the picture is hole.

    Example:
        >>> grey = np.full((600, 900), 7, np.uint8)
        >>> scratch = np.zeros((600, 900), bool)
        >>> scratch[300, 10:890] = True
        >>> repaired = restore(np.where(scratch, 255, grey).astype(np.uint8), scratch, "harmonic")
        >>> repaired.dtype, bool((repaired == 7).all())
        (dtype('uint8'), True)
    """
    image = _checked(image)
    mask = check_mask(mask)
    if mask.shape != image.shape[:2]:
        raise ValueError(
            f"mask is {' x '.join(map(str, mask.shape))} but the picture is {image.shape[0]} x "
            f"{image.shape[1]} (height x width): make them the same size."
        )
    check_shown(show)
    channels = image.reshape(*mask.shape, -1)
    whole_numbers = image.dtype.kind != "f"  # these cannot lie outside their range
    check_known(channels[..., :0] if whole_numbers else channels, mask)
    fill, how = filler(method)
    repaired = channels.copy()
    if mask.any():
        colours = slice(0, _colours(channels))
        _paint(repaired, colours, mask, fill, how, progress)
        _paint(repaired, slice(colours.stop, None), mask, classical.harmonic, "windows", list)
    if show == "invented":
        repaired = hatched(repaired, mask)
    return repaired.reshape(image.shape)


def filler(method):
    """What ``restore`` calls for a method: (inpainter, how it takes a picture).

    Args:
        method: as for ``restore``.

    Returns:
        (function (image (H, W, 3), mask (H, W)) -> image, "windows", "tiles" or "at once").

    Raises:
        TypeError, ValueError: if there is no such method.
    """
    if is_one_of(method, classical.METHODS):
        return classical.METHODS[method], "at once" if method in FROM_EVERYWHERE else "windows"
    if is_one_of(method, NETWORKS):
        from course_lib import models

        method = models.load_pretrained(method)
    elif isinstance(method, str):
        names = ", ".join([*NETWORKS, *classical.METHODS])
        raise ValueError(f"there is no method {brief(method)}: choose from {names}.")
    if hasattr(method, "predict_on_batch"):
        from course_lib import models

        model = method
        return lambda image, mask: models.inpaint(model, image, mask), "tiles"
    if not callable(method):
        raise TypeError(
            f"method is {brief(method)}: pass a method's name, a function (image, mask) -> image, "
            "or a Keras model."
        )
    return method, "windows"


def check_shown(show):
    if not is_one_of(show, SHOWN):
        raise ValueError(f'show is {brief(show)}: say "repaired" or "invented".')


def hatched(image, mask):
    """The picture with its holes hatched: upright lines, lighter where it is dark, else darker.

    Tratteggio, as restorers of paintings have done since C. Brandi: clear close up, gone from afar.

    Args:
        image: (H, W, channels), otherwise as for ``restore``; transparency is left alone.
        mask: bool (H, W), True = hole.

    Returns:
        A new array like image.
    """
    lines = mask & (np.arange(mask.shape[1]) % HATCH == 0)
    colours = image[..., : _colours(image)][lines].astype(np.float64) / _highest(image)
    light = colours.mean(axis=-1, keepdims=True) > 0.5
    result = image.copy()
    result[..., : _colours(image)][lines] = _stored(
        np.where(light, 0.6, 1) * colours + np.where(light, 0, 0.4), image
    )
    return result


def _checked(image):
    image = as_array(image, "image")
    if image.dtype.name not in HIGHEST and image.dtype.kind != "f":
        raise TypeError(f"image is {image.dtype}: pass floats in [0, 1], uint8 or uint16.")
    if image.size == 0 or not (image.ndim == 2 or (image.ndim == 3 and 1 <= image.shape[2] <= 4)):
        raise ValueError(
            f"image has shape {image.shape}: pass one picture, (H, W) or (H, W, channels) with one "
            "to four channels."
        )
    return image


def _colours(channels):
    """How many of the last axis are colours: what follows is transparency."""
    return 3 if channels.shape[2] >= 3 else 1


def _highest(image):
    return HIGHEST.get(image.dtype.name, 1)


def _stored(values, image):
    """Floats in [0, 1] as the image stores them."""
    if image.dtype.kind == "f":
        return values.astype(image.dtype)
    return np.rint(values * _highest(image)).astype(image.dtype)


def _paint(repaired, channels, mask, fill, how, progress):
    """Fill the holes of some channels, in place."""
    pixels = repaired[..., channels]
    if pixels.shape[2]:
        values = _filled(pixels, mask, fill, how, progress)
        repaired[..., channels][mask] = _stored(values, repaired)


def _filled(pixels, mask, fill, how, progress):
    """The holes' values, float32 (holes, channels) in [0, 1], in the order of ``np.nonzero``.

    Args:
        pixels: (H, W, 1 or 3), as stored.
        mask: bool (H, W) with a hole.
        fill, how: as ``filler`` gives them.
        progress: as for ``restore``.
    """

    def answer(window, holes):
        """The window, repaired: floats (h, w, channels)."""
        picture = _as_colours(pixels[window], holes)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", DOUBT)  # of a window; the picture was checked before
            # A copy of the mask: a method may change what it gets, as one that peels a hole does.
            filled = fill(picture, holes.copy())
        filled = np.clip(check_answer(filled, picture, holes, "the method", OVERSHOOT), 0, 1)
        return filled if pixels.shape[2] == 3 else filled.mean(axis=-1, keepdims=True)

    everything = slice(0, mask.shape[0]), slice(0, mask.shape[1])
    if how == "at once":
        return answer(everything, mask)[mask]
    found = windows.holes(mask)
    deep = _deep(found, mask)
    if deep.any():
        pixels = pixels.astype(np.float32) / np.float32(_highest(pixels))
        pixels[deep] = _from_a_smaller_copy(pixels, mask, deep, fill, how, progress)
        values = np.empty((np.count_nonzero(mask), pixels.shape[2]), np.float32)
        shallow = mask & ~deep
        values[deep[mask]], values[shallow[mask]] = (
            pixels[deep],
            _filled(pixels, shallow, fill, how, progress),
        )
        return values
    if how == "tiles":
        return tiles.blended(answer, mask, progress)[:, : pixels.shape[2]]
    result = np.zeros((*mask.shape, pixels.shape[2]), np.float32)
    for window, wanted in progress([*windows.windows(found, mask)]):
        result[window][wanted] = answer(window, mask[window])[wanted]
    return result[mask]


def _as_colours(pixels, holes):
    """float32 (h, w, 3) in [0, 1], 0 in holes."""
    picture = pixels.astype(np.float32) / np.float32(_highest(pixels))
    return np.where(holes[..., None], np.float32(0), picture).repeat(3 // pixels.shape[2], axis=-1)


def _deep(found, mask):
    """Pixels far inside the holes that must be cut, bool (H, W)."""
    if not found.long.any():
        return np.zeros(mask.shape, bool)
    return found.long[found.labels] & (windows.depths(mask) > DEEPEST)


def _from_a_smaller_copy(pixels, mask, deep, fill, how, progress):
    """Values for the deep pixels, float32 (deep pixels, channels), from half the size."""
    height, width = mask.shape
    half = (width + 1) // 2, (height + 1) // 2  # OpenCV's order
    share = cv2.resize((~mask).astype(np.float32), half, interpolation=cv2.INTER_AREA)
    small = np.empty((*share.shape, pixels.shape[2]), np.float32)
    for channel in range(pixels.shape[2]):
        known = np.where(mask, np.float32(0), pixels[..., channel])
        known = cv2.resize(known, half, interpolation=cv2.INTER_AREA)
        small[..., channel] = np.clip(known / np.maximum(share, 0.5), 0, 1)
    missing = share < 0.5
    small[missing] = _filled(small, missing, fill, how, progress)
    enlarged = [cv2.resize(one, (width, height))[deep] for one in np.moveaxis(small, -1, 0)]
    return np.stack(enlarged, axis=-1)
