"""Where each pixel of a frame lies in the next one: OpenCV's dense inverse search, mended at holes.

Optical flow by Kroeger, Timofte, Dai, Van Gool: Fast Optical Flow using Dense Inverse Search,
ECCV 2016. It follows what it sees, and a scratch that stays on the film pulls it along. So it is
measured twice: what the first round says near a hole is believed only where the way back leads
home, and filled in elsewhere; the second round sees in each hole what the other frame shows there.
"""

import numpy as np

from course_lib._opencv import cv2
from course_lib.classical.opencv import inpaint_bytes

MARGIN = 3  # pixels around a hole that its filling misleads
NEAR = 16  # pixels around a hole in which the way back is checked
SMALLEST = 64  # pixels of a frame's side; smaller ones are padded, as the search needs
MOST_PIXELS = 2**20  # of a frame; motion in larger ones is measured on a smaller copy
ROW = 1024  # places that OpenCV samples in one row


def flow_pair(one, other, mask, other_mask):
    """The motion between two frames, there and back.

    Args:
        one, other: (H, W, 3), floats in [0, 1] or uint8; what stands in holes is not read.
        mask, other_mask: bool (H, W), True = hole.

    Returns:
        (there, back): float32 (h, w, 2), for each pixel of one how far right and how far down it
        lies in other, and the reverse; in pixels of a copy of size (h, w), which is (H, W) up to
        2**20 pixels.

    Example:
        >>> waves = np.sin(np.arange(100) / 4)[:, None] * np.sin(np.arange(140) / 5)
        >>> waves = (0.5 + 0.5 * waves)[..., None].repeat(3, axis=-1)
        >>> whole = np.zeros((100, 120), bool)
        >>> there, back = flow_pair(waves[:, 3:123], waves[:, :120], whole, whole)
        >>> [int(np.rint(one[50, 60, 0])) for one in (there, back)]  # to the right, and back
        [3, -3]
    """
    greys, holes = zip(*map(_seen, (one, other), (mask, other_mask)), strict=True)
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flows = _both_ways(search, *greys)
    if not any(hole.any() for hole in holes):
        return flows
    either = holes[0] | holes[1]
    flows = [_mended(*flows, either), _mended(*flows[::-1], either)]
    return _both_ways(search, *_lent(greys, holes, flows))


def along(flow, places, shape):
    """How far places of a frame move.

    Args:
        flow: as ``flow_pair`` gives it.
        places: float32 (n, 2), column and row.
        shape: (H, W) of the frame.

    Returns:
        float32 (n, 2), columns and rows.
    """
    scale = np.array([shape[1] / flow.shape[1], shape[0] / flow.shape[0]], np.float32)
    return scale * sample(flow, (places + 0.5) / scale - 0.5)


def sample(array, places):
    """The values of (H, W) or (H, W, channels) at places between its pixels, bilinear.

    Args:
        array: uint8 or float32.
        places: float32 (n, 2), column and row; beyond the border its values repeat.

    Returns:
        The array's dtype, (n,) or (n, channels).

    Example:
        >>> sample(np.array([[0.0, 1.0]], np.float32), np.array([[0.25, 0]], np.float32)).tolist()
        [0.25]
    """
    count = len(places)
    padded = np.zeros((-(-count // ROW) * ROW, 2), np.float32)  # OpenCV's rows are short
    padded[:count] = places
    columns, rows = np.moveaxis(padded.reshape(-1, ROW, 2), -1, 0)
    if count == 0:
        return np.empty((0, *array.shape[2:]), array.dtype)
    found = cv2.remap(
        array, columns.copy(), rows.copy(), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return found.reshape(-1, *array.shape[2:])[:count]


def warped(frame, flow):
    """The other frame as this one saw it: each pixel fetched from where the flow leads.

    Args:
        frame: (h, w) or (h, w, channels), uint8 or float32.
        flow: float32 (h, w, 2), from this frame to the other.
    """
    rows, columns = np.indices(flow.shape[:2], np.float32)
    return cv2.remap(
        frame, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip


def returns_home(there, back):
    """Where the way there and back ends near its beginning, bool.

    Sundaram, Brox, Keutzer: Dense Point Trajectories by GPU-accelerated Large Displacement
    Optical Flow, ECCV 2010, equation 5. What is hidden in the other frame does not return.

    Args:
        there: how far pixels move, (..., 2).
        back: how far the places where they arrive move back, (..., 2).
    """
    return _squared(there + back) < 0.01 * (_squared(there) + _squared(back)) + 0.5


def _seen(frame, mask):
    """(grey uint8, bool) of a frame that is not too large, its holes filled for the search."""
    pixels = frame if frame.dtype == np.uint8 else np.rint(255 * np.nan_to_num(frame))
    grey = cv2.cvtColor(np.where(mask[..., None], 0, pixels).astype(np.uint8), cv2.COLOR_RGB2GRAY)
    scale = np.sqrt(min(1, MOST_PIXELS / grey.size))
    if scale < 1:
        size = int(grey.shape[1] * scale), int(grey.shape[0] * scale)
        known = cv2.resize((~mask).astype(np.float32), size, interpolation=cv2.INTER_AREA)
        summed = cv2.resize(grey.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        grey = np.rint(summed / np.maximum(known, 0.01)).clip(0, 255).astype(np.uint8)
        mask = known < 0.5
    if mask.any() and not mask.all():
        grey = inpaint_bytes(grey, mask, 1, cv2.INPAINT_TELEA)
    return grey, mask


def _squared(flow):
    return flow[..., 0] ** 2 + flow[..., 1] ** 2


def _search(search, one, other):
    height, width = one.shape
    edges = 0, max(0, SMALLEST - height), 0, max(0, SMALLEST - width)
    one, other = (cv2.copyMakeBorder(grey, *edges, cv2.BORDER_REPLICATE) for grey in (one, other))
    return search.calc(one, other, None)[:height, :width]


def _both_ways(search, one, other):
    return _search(search, one, other), _search(search, other, one)


def _lent(greys, holes, flows):
    """Two greys, in whose holes stands what the other one shows, where the way leads home."""
    lent = []
    for hole, grey, beyond, there, back in zip(
        holes, greys, greys[::-1], flows, flows[::-1], strict=True
    ):
        sure = hole & returns_home(there, warped(back, there))
        lent.append(np.where(sure, warped(beyond, there), grey))
    return lent


def _mended(there, back, hole):
    """The flow there, filled in where a hole has misled it."""
    wrong = _grown(hole, MARGIN)
    wrong |= _grown(hole, NEAR) & ~returns_home(there, warped(back, there))
    return _filled(there, (~wrong).astype(np.float32))


def _grown(mask, margin):
    square = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    return cv2.dilate(mask.astype(np.uint8), square).astype(bool)


def _filled(flow, known):
    """The flow where known is 1, and elsewhere means of ever larger surroundings.

    Pull and push: Gortler, Grzeszczuk, Szeliski, Cohen: The Lumigraph, SIGGRAPH 1996, section 3.4.
    """
    height, width = known.shape
    if min(height, width) <= 2 or known.all():
        mean = (flow * known[..., None]).sum(axis=(0, 1)) / max(known.sum(), 1)
        return np.where(known[..., None] > 0, flow, mean).astype(np.float32)
    half = (width + 1) // 2, (height + 1) // 2
    share = cv2.resize(known, half, interpolation=cv2.INTER_AREA)
    summed = cv2.resize(flow * known[..., None], half, interpolation=cv2.INTER_AREA)
    smaller = summed / np.maximum(share, 1e-6)[..., None]
    enlarged = cv2.resize(_filled(smaller, (share > 0).astype(np.float32)), (width, height))
    return np.where(known[..., None] > 0, flow, enlarged)
