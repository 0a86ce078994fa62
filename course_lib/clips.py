"""Short films whose truth is known, made from photographs, and the damage that films suffer.

A clip is an array of frames, (T, H, W, 3): a camera glides over a photograph, a disc cut from
another one passes in front of it. Each function here draws from a seed.
"""

import numpy as np

from course_lib import data
from course_lib._opencv import cv2
from course_lib._validation import (
    as_number,
    brief,
    check_count,
    check_number,
    check_seed,
    check_stack,
)

GRAIN = 0.01  # standard deviation of a film's grain, drawn afresh in each frame
FASTEST = 1_000  # pixels from frame to frame
MARGIN = 2  # pixels that bicubic interpolation reads beyond a place


def moving(name, count, size, *, camera=(0.0, 0.0), passer=None, grain=GRAIN, seed):
    """A clip: the camera glides over a photograph, and something may pass in front of it.

    Frames lie between the photograph's pixels and are interpolated (bicubic), since real motion
    is not a whole number of pixels. What passes is a disc cut from another photograph, half as high
    as the frame; it crosses from left to right and hides what is behind it.

    Args:
        name: one of ``data.PHOTOS``.
        count: frames, 1 or more.
        size: an int or (H, W), pixels.
        camera: (rows, columns), how far it glides from frame to frame, at most 1,000 pixels.
        passer: another of ``data.PHOTOS``, or None.
        grain: standard deviation of the film's grain, 0 to 1; it is part of the truth.
        seed: an int; it chooses the place in the photograph and the grain.

    Returns:
        float32 (count, H, W, 3) in [0, 1].

    Raises:
        TypeError, ValueError: if an argument is not as above, or the photograph is too small.

    Example:
        >>> clip = moving("coffee", 5, (60, 80), camera=(0, 2), grain=0, seed=0)
        >>> clip.shape, bool(np.allclose(clip[0][:, 2:], clip[1][:, :-2], atol=1e-5))
        ((5, 60, 80, 3), True)
    """
    count, height, width = check_stack("frames", count, size)
    random = np.random.RandomState(check_seed(seed))
    grain = check_number("grain", grain, "a number from 0 to 1", lambda number: 0 <= number <= 1)
    photograph = data.photo(name)
    path = np.outer(np.arange(count), _check_glide(camera))
    start = _start(photograph, path, (height, width), name, random)
    frames = np.empty((count, height, width, 3), np.float32)
    for frame, (top, left) in zip(frames, start + path, strict=True):
        shift = np.array([[1, 0, left], [0, 1, top]], np.float32)
        frame[:] = cv2.warpAffine(
            photograph, shift, (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        )
    if passer is not None:
        _let_pass(frames, data.photo(passer))
    frames += (grain * random.standard_normal(frames.shape)).astype(np.float32)
    return np.clip(frames, 0, 1)


def scratches(count, size, *, lines=2, width=3, step=4.0, seed):
    """Upright scratches, a mask for each frame.

    Args:
        count: frames, 1 or more.
        size: an int or (H, W), pixels.
        lines: how many scratches, 1 or more, at most as many as a frame is wide.
        width: of each, pixels.
        step: pixels from frame to frame; each scratch moves 0.5 to 1.5 times as many, to the left
            or to the right, and comes in again on the other side where it leaves. 0: all of them
            stay. At most 1,000.
        seed: an int.

    Returns:
        bool (count, H, W), True = hole.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> stays = scratches(3, (20, 40), step=0, seed=0)
        >>> bool((stays == stays[0]).all()), stays[0].sum(axis=1).tolist()[:3]
        (True, [6, 6, 6])
    """
    count, height, across = check_stack("frames", count, size)
    lines, width = (check_count(*one, 1, across) for one in (("lines", lines), ("width", width)))
    step = check_number("step", step, f"0 to {FASTEST:,} pixels", lambda one: 0 <= one <= FASTEST)
    random = np.random.RandomState(check_seed(seed))
    # Each begins in a strip of its own, so that a picture is scratched all over.
    places = (np.arange(lines) + random.uniform(0.2, 0.8, lines)) * across / lines
    speeds = step * random.uniform(0.5, 1.5, lines) * random.choice([-1, 1], lines)
    masks = np.zeros((count, height, across), bool)
    for frame, mask in enumerate(masks):
        for place in places + frame * speeds:
            mask[:, (int(place) + np.arange(width)) % across] = True
    return masks


def lost_blocks(count, size, *, side=16, share=0.03, lasting=3, seed):
    """Blocks that an over-compressed stream has lost on the way, a mask for each frame.

    A stream sends a frame as rows of square blocks, and only those that change, so that what is
    lost comes in runs along a row and stays lost until it is sent again.

    Args:
        count: frames, 1 or more.
        size: an int or (H, W), pixels.
        side: of a block, pixels; 16 in H.264.
        share: of the pixels that are missing on average, above 0, at most 0.5.
        lasting: frames until a block is sent again, 1 to 10,000.
        seed: an int.

    Returns:
        bool (count, H, W), True = hole.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> lost = lost_blocks(40, (96, 128), seed=0)
        >>> lost.shape, bool(0.01 < lost.mean() < 0.06)
        ((40, 96, 128), True)
    """
    count, height, width = check_stack("frames", count, size)
    side, lasting = check_count("side", side, 1), check_count("lasting", lasting, 1, 10_000)
    asked = "a number above 0, at most 0.5"
    share = check_number("share", share, asked, lambda number: 0 < number <= 0.5)
    random = np.random.RandomState(check_seed(seed))
    rows, columns, run = -(-height // side), -(-width // side), 3
    # A run may begin in any block of any frame, so often that each block is lost for that share.
    begins = random.random_sample((count + lasting, rows, columns + run)) < share / run / lasting
    masks = np.zeros((count, rows, columns), bool)
    for frame, row, column in np.argwhere(begins):
        first = max(0, frame - lasting + 1)
        masks[first : frame + 1, row, max(0, column - run + 1) : column + 1] = True
    grown = masks.repeat(side, axis=1).repeat(side, axis=2)
    return grown[:, :height, :width]


def _check_glide(camera):
    """Rows and columns from frame to frame, as floats."""
    steps = camera if isinstance(camera, (tuple, list)) or np.shape(camera) == (2,) else ()
    if len(steps) != 2 or any(as_number(one) is None for one in steps):
        raise ValueError(f"camera is {brief(camera)}: pass (rows, columns), two numbers of pixels.")
    asked = f"rows and columns of at most {FASTEST:,} pixels a frame"
    return [check_number("camera", one, asked, lambda step: abs(step) <= FASTEST) for one in steps]


def _start(photograph, path, size, name, random):
    """Where in the photograph the first frame's corner lies, so that all of them fit."""
    lowest = MARGIN - path.min(axis=0)
    highest = np.array(photograph.shape[:2]) - size - MARGIN - path.max(axis=0)
    if (highest < lowest).any():
        height, width = photograph.shape[:2]
        raise ValueError(
            f"{len(path)} frames of {size[0]} x {size[1]} pixels leave {name}, which has "
            f"{height} x {width}: make the frames smaller or fewer, or the camera slower."
        )
    return np.floor(lowest + random.uniform(0, 1, 2) * (highest - lowest))


def _let_pass(frames, picture):
    """Lay a disc cut from the middle of a picture over the frames, from left to right."""
    count, height, width = frames.shape[:3]
    side = height // 2
    top, left = ((length - min(picture.shape[:2])) // 2 for length in picture.shape[:2])
    square = picture[top : top + min(picture.shape[:2]), left : left + min(picture.shape[:2])]
    square = cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    cover = np.clip(side / 2 - np.hypot(y, x), 0, 1).astype(np.float32)  # its rim is soft
    for number, frame in enumerate(frames):
        along = (width - side) * (number + 0.5) / count
        shift = np.array([[1, 0, along], [0, 1, (height - side) / 2]], np.float32)
        moved, share = (
            cv2.warpAffine(one, shift, (width, height), flags=cv2.INTER_LINEAR)
            for one in (square * cover[..., None], cover)
        )
        frame[:] = frame * (1 - share[..., None]) + moved
