"""Frames, repaired: from what their neighbours show, and the rest from its surroundings.

``repaired`` takes one frame after the other and keeps a few of them, so that a film may be of any
length; ``fill_frames`` does the same for an array.
"""

from collections import deque
from functools import cached_property
from itertools import islice

import numpy as np

from course_lib._validation import (
    as_array,
    brief,
    check_count,
    check_known,
    check_mask,
    is_one_of,
)
from course_lib.restoration.film.motion import along, flow_pair, returns_home, sample
from course_lib.restoration.repairing import NETWORKS, filler, restore

REACH = 8  # frames before and after one in which its missing pixels are looked for
DOUBTED = 1e-3  # weight of what was found on a path that does not lead back
SHORT = 3  # frames at most that such a path may cross


def fill_frames(frames, mask, method="motion", *, then="harmonic", reach=REACH):
    """Repair a film that lies in memory; known pixels stay bit for bit as they came.

    "motion" follows each missing pixel along the optical flow, back and forth, to the nearest frame
    that shows it, and takes the mean of both, the nearer one counting more. Paths that do not
    lead back (what moves hides the pixel there) count only where there is no other, and over three
    frames at most. "median" takes the median of the same place in the frames around, as if nothing
    moved. What neither finds is filled frame by frame by ``then``. Any method of ``restore`` fills
    each frame on its own.

    Following the flow to a frame that shows the pixel: Xu, Li, Zhou, Loy: Deep Flow-Guided Video
    Inpainting, CVPR 2019, section 3.3; flow by OpenCV, no network.

    Args:
        frames: (T, H, W, 3), floats in [0, 1] or uint8. What stands in holes is not read.
        mask: bool, True = hole: (T, H, W), or (H, W) for all frames.
        method: "motion", "median", or what ``restore`` takes.
        then: what ``restore`` takes; for "motion" and "median".
        reach: frames that are looked at on either side, 1 or more.

    Returns:
        An array of the frames' shape and dtype.

    Raises:
        TypeError, ValueError: if an argument is not as above, or a frame of which nothing is known
            has no neighbour that shows it.

    Example:
        >>> still = np.full((3, 20, 30, 3), 0.4)
        >>> scratch = np.zeros((3, 20, 30), bool)
        >>> scratch[1, :, 12] = True
        >>> bool(np.allclose(fill_frames(still, scratch, "median"), 0.4))
        True
    """
    frames = as_array(frames, "frames")
    if frames.ndim != 4 or frames.shape[-1] != 3 or not frames.size:
        raise ValueError(f"frames has shape {frames.shape}: pass a film as (T, H, W, 3).")
    mask = check_mask(mask)
    if mask.shape not in (frames.shape[:3], frames.shape[1:3]):
        raise ValueError(
            f"mask has shape {mask.shape} for {len(frames)} frames of {frames.shape[1]} x "
            f"{frames.shape[2]}: pass one mask for all, (H, W), or one a frame, (T, H, W)."
        )
    masks = np.broadcast_to(mask, frames.shape[:3])
    pairs = zip(frames, masks, strict=True)
    return np.stack([*repaired(pairs, method, then=then, reach=reach)])


def repaired(pairs, method="motion", *, then="harmonic", reach=REACH):
    """The frames of a film, repaired one after the other.

    Args:
        pairs: an iterable of (frame (H, W, 3), mask (H, W)), all of one size.
        method, then, reach: as for ``fill_frames``.

    Yields:
        As many arrays (H, W, 3), each of its frame's dtype. ``2 * reach + 1`` frames at most are
        kept.

    Raises:
        TypeError, ValueError: as ``fill_frames``; for the methods at once, for each frame in turn.
    """
    reach = check_count("reach", reach, 1)
    if not is_one_of(method, SHOWN_BY):
        method = _loaded(method)
        return (restore(frame, mask, method, progress=list) for frame, mask in pairs)
    return _from_neighbours(pairs, SHOWN_BY[method], _loaded(then), reach)


def median(window, place):
    """What the frames around show at the same place.

    Args:
        window: a list of Moments.
        place: the number of the one to repair.

    Returns:
        (colours (n, 3), found bool (n,)) for its hole pixels, in the order of ``np.nonzero``.
    """
    mask = window[place].mask
    shown = np.array([one.clean[mask] for one in window], np.float32)
    shown[np.array([one.mask[mask] for one in window])] = np.nan
    found = np.isfinite(shown[..., 0]).any(axis=0)
    colours = np.zeros(shown.shape[1:], np.float32)
    colours[found] = np.nanmedian(shown[:, found], axis=0)
    return colours, found


def motion(window, place):
    """What the frames around show along the flow; arguments and result as for ``median``."""
    (back, before), (there, after) = (walk(window, place, step) for step in (-1, 1))
    total = before + after
    colours = before[:, None] * back + after[:, None] * there
    return colours / np.maximum(total, 1e-9)[:, None], total > 0


def walk(window, start, step):
    """Follow the hole pixels of a frame through its neighbours until one of them shows them.

    Args:
        window: a list of Moments.
        start: the number of the frame.
        step: 1 to go forward in time, -1 to go back.

    Returns:
        (colours float32 (n, 3), weights float32 (n,)): what was found, and 1 / frames walked;
        on a path that does not lead back, a thousandth of that up to three frames and 0 beyond; 0
        if nothing was found.
    """
    shape = window[start].mask.shape
    places = np.argwhere(window[start].mask)[:, ::-1].astype(np.float32)  # column, row
    colours, weights = np.zeros((len(places), 3), np.float32), np.zeros(len(places), np.float32)
    trusted, waiting = np.ones(len(places), bool), np.arange(len(places))
    at = start + step
    while 0 <= at < len(window) and len(waiting):
        doubted = DOUBTED if abs(at - start) <= SHORT else 0
        there, back = window[min(at, at - step)].flows(window[max(at, at - step)])[::step]
        moved = along(there, places[waiting], shape)
        places[waiting] += moved
        home = returns_home(moved, along(back, places[waiting], shape))
        trusted[waiting] &= home
        inside = (places[waiting] >= 0) & (places[waiting] <= (shape[1] - 1, shape[0] - 1))
        waiting = waiting[inside.all(axis=1)]
        shown = sample(window[at].missing, places[waiting]) == 0
        found = waiting[shown]
        colours[found] = sample(window[at].clean, places[found])
        weights[found] = np.where(trusted[found], 1, doubted) / abs(at - start)
        waiting = waiting[~shown]
        at += step
    return colours, weights


class Moment:
    """A frame with its mask, and the motion to the one after it, measured when asked for."""

    def __init__(self, frame, mask):
        self.frame, self.mask = frame, mask
        self.clean = np.where(mask[..., None], frame.dtype.type(0), frame)
        if self.clean.dtype != np.uint8:
            self.clean = self.clean.astype(np.float32)
        self._flows = None

    @cached_property
    def missing(self):
        return self.mask.astype(np.float32)

    def flows(self, after):
        """(there, back) between this frame and the next."""
        if self._flows is None:
            self._flows = flow_pair(self.clean, after.clean, self.mask, after.mask)
        return self._flows


SHOWN_BY = {"motion": motion, "median": median}


def _from_neighbours(pairs, shown_by, then, reach):
    for window, place in _windows((Moment(*_checked(*pair)) for pair in pairs), reach):
        moment = window[place]
        if not moment.mask.any():
            yield moment.frame
            continue
        colours, found = shown_by(window, place)
        filled = moment.frame.copy()
        filled[moment.mask] = _stored(colours, moment.frame)
        left = moment.mask.copy()
        left[moment.mask] = ~found
        yield restore(filled, left, then, progress=list) if left.any() else filled


def _windows(moments, reach):
    """(the frames around one, its number among them), for one frame after the other."""
    coming = iter(moments)
    window, place = deque(islice(coming, reach)), 0
    while True:
        window.extend(islice(coming, 1))
        if place == len(window):
            return
        yield list(window), place
        if place == reach:
            window.popleft()
        else:
            place += 1


def _checked(frame, mask):
    if frame.dtype != np.uint8 and frame.dtype.kind != "f":
        raise TypeError(f"frames are {frame.dtype}: pass floats in [0, 1] or uint8.")
    if not mask.all():  # such a frame may stand in its neighbours
        check_known(frame[..., :0] if frame.dtype == np.uint8 else frame, mask)
    return frame, mask


def _loaded(method):
    """The method, checked; a network is loaded once for all frames."""
    if is_one_of(method, NETWORKS):
        from course_lib import models

        return models.load_pretrained(method)
    try:
        filler(method)
    except ValueError:
        names = ", ".join([*SHOWN_BY, *NETWORKS])
        raise ValueError(
            f"there is no method {brief(method)}: choose from {names}, or one of classical.METHODS."
        ) from None
    return method


def _stored(colours, frame):
    if frame.dtype == np.uint8:
        return np.rint(colours).astype(np.uint8)
    return colours.astype(frame.dtype)
