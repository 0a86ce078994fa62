"""A large picture through a network: overlapping tiles, blended so that no seam is seen.

A tile begins at a multiple of 16 pixels, where the network's own grid of blocks begins, so that
two tiles see the same pixels in the same places. Where they overlap, each one's answer counts
less the nearer its edge is.
"""

import numpy as np

SIDE = 512  # pixels of a tile
OVERLAP = 128  # pixels that neighbours share; 16 divides it
ONE_TILE = 640 * 640  # a picture of so many pixels at most is one tile


def tiles(shape):
    """The tiles of a picture (H, W): a list of pairs of slices; one for a small picture.

    Example:
        >>> [columns for _, columns in tiles((500, 1000))]
        [slice(0, 512, None), slice(384, 896, None), slice(768, 1000, None)]
    """
    if shape[0] * shape[1] <= ONE_TILE:
        return [(slice(0, shape[0]), slice(0, shape[1]))]
    return [(rows, columns) for rows in _spans(shape[0]) for columns in _spans(shape[1])]


def blended(fill, mask, progress):
    """What a network fills into the holes of a picture, tile by tile.

    Args:
        fill: (window, mask of the window) -> floats (h, w, 3); called for tiles with holes.
        mask: bool (H, W), True = hole.
        progress: passes on what it iterates over, as tqdm does.

    Returns:
        float32 (number of hole pixels, 3), in the order of ``np.nonzero(mask)``.
    """
    order = np.cumsum(mask, dtype=np.int32).reshape(mask.shape) - 1
    total = np.zeros((np.count_nonzero(mask), 3), np.float32)
    weight = np.zeros((len(total), 1), np.float32)
    for window in progress([one for one in tiles(mask.shape) if mask[one].any()]):
        inside = mask[window]
        shares = _shares(window, mask.shape)[inside][:, None]
        places = order[window][inside]
        total[places] += shares * fill(window, inside)[inside]
        weight[places] += shares
    return total / weight


def _spans(length):
    if length <= SIDE:
        return [slice(0, length)]
    starts = range(0, length - OVERLAP, SIDE - OVERLAP)
    return [slice(start, min(start + SIDE, length)) for start in starts]


def _shares(window, shape):
    """How much each pixel of a tile counts, float32 (h, w): 1 inside, less towards a neighbour."""
    rows, columns = (_slope(side, length) for side, length in zip(window, shape, strict=True))
    return rows[:, None] * columns[None, :]


def _slope(side, length):
    place = np.arange(side.start, side.stop)
    share = np.ones(len(place), np.float32)
    if side.start > 0:
        share = np.minimum(share, (place - side.start + 1) / (OVERLAP + 1))
    if side.stop < length:
        share = np.minimum(share, (side.stop - place) / (OVERLAP + 1))
    return share.astype(np.float32)
