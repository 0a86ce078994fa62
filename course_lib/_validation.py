"""What every function of the course asks of its input, stated once.

An impossible input raises ``TypeError`` or ``ValueError`` in one sentence that names the
likely mistake and how to mend it. A doubtful one warns and goes on. Each function returns what it
has checked, so a caller writes ``mask = check_mask(mask)`` and ``count = check_count(...)``: the
array may have been a list, the number one of NumPy's, whose arithmetic overflows or rounds.
"""

import math
import os
import warnings

import numpy as np

DOUBTFUL_HOLE_FRACTION = 0.95
DOUBT = "this mask marks"  # how the warning begins, for whoever has given it already
MOST_PIXELS = 2**32  # in all that one call draws: a byte each, and more where they have colours
MOST = 2**31 - 1  # that C and OpenCV count to
OVERSHOOT = 1.0  # a fill may overshoot [0, 1] and is clipped; 0..255 is a mistake
LONGEST = 60  # characters of a value that a sentence quotes


def check_image(image, name="image"):
    """One RGB picture, floating, shape (H, W, 3); values are not looked at."""
    image = _check_rgb_floats(image, name)
    check_single(image, name)
    return image


def check_single(image, name="image"):
    """One picture, not a batch."""
    if image.ndim != 3:
        raise ValueError(
            f"{name} has shape {image.shape}, but one RGB picture (H, W, 3) is needed: "
            "pass one picture of a batch at a time."
        )


def check_images(images, name="images"):
    """One RGB picture (H, W, 3) or a batch (N, H, W, 3), floating; values are not looked at."""
    images = _check_rgb_floats(images, name)
    if images.ndim not in (3, 4):
        raise ValueError(
            f"{name} has shape {images.shape}: pass one picture (H, W, 3) or a batch (N, H, W, 3)."
        )
    return images


def check_batch(images, name="images"):
    """A batch (N, H, W, 3), floating; values are not looked at."""
    images = check_images(images, name)
    if images.ndim == 3:
        raise ValueError(
            f"{name} have shape {images.shape}, but a batch (N, H, W, 3) is needed: "
            f"pass one picture as {name}[None]."
        )
    return images


def check_mask(mask, name="mask"):
    """One mask (H, W) or a batch (N, H, W), bool, True = hole."""
    mask = as_array(mask, name)
    if mask.dtype != bool:
        raise TypeError(
            f"{name} is {mask.dtype}, but a mask is bool with True = hole: "
            'convert it with masks.as_mask(array, hole="white") or hole="black".'
        )
    if mask.size == 0:
        raise ValueError(f"{name} is empty (shape {mask.shape}): pass at least one pixel.")
    if mask.ndim not in (2, 3):
        raise ValueError(
            f"{name} has shape {mask.shape}, but a mask is (H, W) or (N, H, W): "
            "it has no colour channel, so drop a last axis with mask[..., 0]."
        )
    return mask


def check_mask_fits(mask, images):
    """A mask of the picture's or the batch's height and width; one mask may serve a batch."""
    mask = check_mask(mask)
    if mask.shape[-2:] != images.shape[-3:-1]:
        if mask.shape == (*images.shape[-3:-1], 1):
            raise ValueError(
                f"mask has shape {mask.shape}, but a mask has no colour channel: use mask[..., 0]."
            )
        raise ValueError(
            f"mask is {mask.shape[-2]} x {mask.shape[-1]} but the picture is "
            f"{images.shape[-3]} x {images.shape[-2]} (height x width): make them the same size."
        )
    if mask.ndim == 3 and (images.ndim == 3 or len(mask) != len(images)):
        pictures = len(images) if images.ndim == 4 else 1
        raise ValueError(
            f"{len(mask)} masks for {pictures} picture(s): pass one mask (H, W) or one a picture."
        )
    return mask


def check_pair(images, *masks):
    """A picture or a batch with its mask: shapes fit, known pixels exist and are in range.

    A public function calls this once, on entry: the code behind it takes pictures and masks as they
    are. A function that compares several masks passes all of them at once.
    """
    images = check_images(images)
    masks = [check_mask_fits(mask, images) for mask in masks]
    for mask in masks:
        check_known(images, mask)
    return images, *masks


def check_known(images, mask):
    """Known pixels exist and are finite and in [0, 1]; what stands in a hole is never read."""
    fractions = mask.reshape(-1, mask.shape[-2] * mask.shape[-1]).mean(axis=1)
    if fractions.max() == 1.0:
        raise ValueError(
            "mask leaves no known pixel, so there is nothing to fill from: "
            "is it inverted? True marks a hole; try ~mask."
        )
    if fractions.max() > DOUBTFUL_HOLE_FRACTION:
        warnings.warn(
            f"{DOUBT} {100 * fractions.max():.1f} % of the picture as hole: "
            "is it inverted? True marks a hole, and ~mask inverts it.",
            stacklevel=4,  # whoever called the public function that called the check
        )
    known = images[np.broadcast_to(~mask, images.shape[:-1])]
    check_values(known, "a known pixel of the image")


def check_values(values, name):
    """Finite and in [0, 1]."""
    if not np.isfinite(values).all():
        raise ValueError(
            f"{name} is NaN or infinite: replace such values, or mark those pixels as holes."
        )
    if values.size and (values.min() < 0 or values.max() > 1):
        raise ValueError(
            f"{name} lies outside [0, 1] (range {values.min():.4g} to {values.max():.4g}): "
            "divide 0..255 pictures by 255, or clip with np.clip(image, 0, 1)."
        )


def check_answer(answer, image, mask, who, overshoot=0):
    """What anybody's function returned for a picture: of its values only the holes' are looked at.

    Args:
        answer: whatever it returned.
        image, mask: what was asked, (H, W, 3) and (H, W), or a film's (T, H, W, 3) and (T, H, W).
        who: what the function is called in a sentence.
        overshoot: how far beyond [0, 1] the values may lie, for a caller that clips them.
    """
    answer = as_answer(answer, who)
    if answer.shape != image.shape:
        raise ValueError(
            f"{who} returned shape {answer.shape} for a picture {image.shape}: "
            "return a picture of the same shape."
        )
    values = check_images(answer, f"what {who} returned")[mask]
    meant = (values >= -overshoot) & (values <= 1 + overshoot)
    clipped = np.where(meant, np.clip(values, 0, 1), values)
    check_values(clipped, f"a value that {who} returned in a hole")
    return answer


def as_answer(answer, who):
    """The array that anybody's function has returned."""
    if answer is None:
        raise TypeError(f"{who} returned no picture: does it end with return?")
    return as_array(answer, f"what {who} returned")


def check_same_shape(one, other, names):
    """Two arrays of one shape, not empty; ``names`` is a phrase that says what they are."""
    if one.shape != other.shape:
        raise ValueError(
            f"{names} have the shapes {one.shape} and {other.shape}: make them the same shape."
        )
    if one.size == 0:
        raise ValueError(f"{names} are empty (shape {one.shape}): pass at least one pixel.")


def check_dict(name, value, what):
    """A dict, name -> ``what``."""
    if not isinstance(value, dict):
        raise TypeError(f"{name} is {brief(value)}: pass a dict, name -> {what}.")
    return value


def check_is(name, value, kind, mend):
    """An instance of one of the course's classes; ``mend`` says what to pass."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} is {brief(value)}: pass {mend}.")
    return value


def check_colour(name, colour):
    """A number or an RGB triple in [0, 1], as float64 of shape () or (3,)."""
    named = colour is None or isinstance(colour, (str, bytes))
    array = np.asarray(None) if named else as_array(colour, name)
    fits = array.shape in ((), (3,)) and array.dtype.kind in "fiu"
    if not fits or not ((array >= 0) & (array <= 1)).all():
        raise ValueError(f"{name} is {brief(colour)}: pass a number or an RGB triple in [0, 1].")
    return array.astype(np.float64)


def check_count(name, count, lowest=0, highest=MOST):
    """A whole number from ``lowest`` to ``highest``."""
    if not is_whole(count) or not lowest <= as_number(count) <= highest:
        too_many = is_whole(count) and as_number(count) > highest
        limit = f"to {highest:,}" if highest < MOST or too_many else "or more"
        raise ValueError(f"{name} is {brief(count)}: pass a whole number, {lowest} {limit}.")
    return as_number(count)


def check_counts(name, counts, *, fewest=1, lowest=0):
    """Whole numbers in a list, a tuple, a range or an array; as a list of Python's own."""
    listed = isinstance(counts, (list, tuple, range)) or np.ndim(counts) == 1
    if not listed or len(counts) < fewest:
        raise ValueError(
            f"{name} is {brief(counts)}: pass a list of whole numbers, {fewest} or more."
        )
    return [check_count(f"one of {name}", count, lowest) for count in counts]


def check_number(name, number, asked, fits):
    """A finite number for which ``fits(number)`` is true; ``asked`` describes these in words."""
    value = as_number(number)
    if value is None or not (-math.inf < value < math.inf and fits(value)):
        raise ValueError(f"{name} is {brief(number)}: pass {asked}.")
    return value


def check_stack(what, count, size, lowest=1):
    """How many pictures or masks are to be drawn, their height and width: Python's own numbers.

    Args:
        what: in plural, what they are called in a sentence.
        count: 1 or more.
        size: an int or (H, W), pixels, ``lowest`` or more.
    """
    count = check_count("count", count, lowest=1)
    sides = (size, size) if is_whole(size) else size
    if not (is_pair(sides) and min(sides) >= lowest):
        raise ValueError(
            f"size is {brief(size)}: pass pixels, {lowest} or more, as an int or as "
            "(height, width)."
        )
    height, width = map(as_number, sides)
    if count * height * width > MOST_PIXELS:
        raise ValueError(
            f"{brief(count)} {what} of {brief(height)} x {brief(width)} pixels need more than "
            "4 GiB: draw fewer at a time."
        )
    return count, height, width


def as_number(value):
    """Python's own int or float for a number of Python's or NumPy's; None for anything else.

    A bool is no number here, and an array with one number in it is one only if its shape is ().
    """
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value[()]
    if isinstance(value, (bool, np.timedelta64)):
        return None
    if isinstance(value, (int, np.integer)):
        return int(value)
    return float(value) if isinstance(value, (float, np.floating)) else None


def is_whole(value):
    """A whole number of Python's or NumPy's, and not a bool."""
    return isinstance(as_number(value), int)


def is_number(value):
    """A real number of Python's or NumPy's, and not a bool."""
    return as_number(value) is not None


def is_one_of(value, names):
    """Whether it is one of some strings; anything else, even a list or an array, is not."""
    return isinstance(value, str) and value in names


def is_pair(value):
    """Two whole numbers, in a tuple, a list or an array."""
    listed = isinstance(value, (tuple, list)) or np.shape(value) == (2,)
    return listed and len(value) == 2 and all(map(is_whole, value))


def brief(value):
    """How a sentence quotes a value: on one line, short, an array by its dtype and shape only."""
    if isinstance(value, (list, tuple)) and len(value) <= 4:
        words = ", ".join(map(brief, value))
        return f"[{words}]" if isinstance(value, list) else f"({words})"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a whole number of more than 64 bits"
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        item = value.item()  # Python has no longdouble: that stays what it is
        return str(item) if isinstance(item, np.generic) else brief(item)
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        text = repr(value)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"{type(value).__name__} {getattr(value, 'dtype', '')} of shape {shape}"
    return f"of type {type(value).__name__}"


def as_array(value, name):
    """The array that a list or an array stands for; its bools are 0 or 1, whatever their byte was.

    NumPy reads the memory of other libraries as it is, and Pillow keeps a 1-bit picture as bytes
    0 and 255: such a True equals no other True, and counts and indexes as 255.
    """
    if value is None:
        raise TypeError(f"{name} is None: was the file read? cv2.imread gives None for no file.")
    if isinstance(value, (str, bytes, os.PathLike)):
        raise TypeError(
            f"{name} is the name of a file or a text: read the file first, with data.read(path) "
            "if it is a picture."
        )
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} has rows or pictures of different sizes: pass one array, or one at a time."
        ) from None
    except OverflowError:
        raise ValueError(f"{name} has a number that no float can hold: use [0, 1].") from None
    if array.dtype == bool and array.size and array.view(np.uint8).max() > 1:
        return array.view(np.uint8) != 0
    return array


def check_seed(seed):
    """An int from 0 to 2**32 - 1."""
    if not is_whole(seed):
        raise TypeError(
            f"seed is {brief(seed)}: pass an int, so that the same call gives the same masks."
        )
    if not 0 <= as_number(seed) < 2**32:
        raise ValueError(f"seed is {brief(seed)}: pass an int from 0 to 2**32 - 1.")
    return as_number(seed)


def _check_rgb_floats(array, name):
    array = as_array(array, name)
    if array.dtype == np.uint8:
        raise TypeError(
            f"{name} is uint8, but pictures are floats in [0, 1]: "
            "convert with image / np.float32(255), or read files with data.read(path)."
        )
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(f"{name} is {array.dtype}, but pictures are floats in [0, 1]: use float32.")
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}): pass at least one pixel.")
    if array.ndim == 2 or array.shape[-1:] == (1,):
        raise ValueError(
            f"{name} is grey (shape {array.shape}), but RGB is needed: "
            "repeat it with np.stack([grey, grey, grey], axis=-1)."
        )
    if array.ndim >= 3 and array.shape[-1] == 4:
        raise ValueError(
            f"{name} has an alpha channel (shape {array.shape}): drop it with image[..., :3]."
        )
    if array.ndim < 3 or array.shape[-1] != 3:
        raise ValueError(
            f"{name} has shape {array.shape}, but RGB pictures end in 3 channels: "
            "move channels that stand elsewhere to the end with np.moveaxis."
        )
    return array
