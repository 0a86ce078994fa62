"""Pictures with a hole whose truth is known, many of each kind: what a claim is measured on.

One example proves nothing. Each function here draws or cuts ``count`` of them from a seed, as
``Scenes``: arrays that ``evaluation.compare`` takes.
"""

from dataclasses import dataclass

import numpy as np

from course_lib import data, masks
from course_lib._validation import (
    brief,
    check_count,
    check_images,
    check_is,
    check_mask,
    check_mask_fits,
    check_same_shape,
    check_seed,
    is_number,
    is_one_of,
)

SOFT = 0.6  # pixels: how gently brightness changes across a drawn edge, as a lens would have it
NOISE = 0.03  # standard deviation of the grain of drawn walls, the same in every channel
APART = 0.4  # least distance between two colours of a drawn wall
HOLES = {  # of walls: from the distances to the middle, in pixels
    "square": lambda x, y: (np.abs(x) < 14) & (np.abs(y) < 14),
    "disc": lambda x, y: x**2 + y**2 < 15**2,
    "bar": lambda x, y: (np.abs(x) < 24) & (np.abs(y) < 8),
    "cross": lambda x, y: (
        ((np.abs(x) < 22) & (np.abs(y) < 6)) | ((np.abs(y) < 22) & (np.abs(x) < 6))
    ),
}


@dataclass(frozen=True)
class Scenes:
    """Pictures and their holes.

    Attributes:
        images: the truth, floats in [0, 1], (N, H, W, 3).
        masks: bool (N, H, W), True = hole.
        parts: int (N, H, W), which part of the drawing a pixel belongs to; None for photographs.

    Example:
        >>> drawn = walls("edge", 2, hole="disc", seed=0)
        >>> len(drawn), drawn[:1].images.shape, int(drawn.parts.max())
        (2, (1, 72, 72, 3), 1)
    """

    images: np.ndarray
    masks: np.ndarray
    parts: np.ndarray | None = None

    def __post_init__(self):
        check_mask_fits(self.masks, check_images(self.images))

    def __len__(self):
        return len(self.images)

    def __getitem__(self, chosen):
        parts = None if self.parts is None else self.parts[chosen]
        return Scenes(self.images[chosen], self.masks[chosen], parts)


def edges(kind, count, *, side, seed, size=40):
    """Soft grey drawings through the middle of a square hole, at random angles and contrasts.

    Args:
        kind: "edge", straight, between dark and bright; "bar", bright, 5 to 9 pixels wide; "arc",
            an edge bent to a radius of 14 to 30 pixels.
        count: how many.
        side: of the centred square hole, pixels.
        seed: an int.
        size: of the pictures, pixels.

    Returns:
        Scenes.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> drawn = edges("bar", 3, side=8, seed=0)
        >>> drawn.images.shape, int(drawn.masks[0].sum())
        ((3, 40, 40, 3), 64)
    """
    if not is_one_of(kind, ("edge", "bar", "arc")):
        raise ValueError(f'kind is {brief(kind)}: pass "edge", "bar" or "arc".')
    holes = masks.squares(check_count("count", count, lowest=1), size, side=side)
    random = np.random.RandomState(check_seed(seed))
    inside = np.stack([_line(kind, size, random) for _ in range(count)])
    low, high = random.uniform(0.1, 0.4, count), random.uniform(0.6, 0.9, count)
    grey = low[:, None, None] + (high - low)[:, None, None] * inside
    return Scenes(grey[..., None].repeat(3, axis=-1), holes, (inside > 0.5).astype(int))


def walls(kind, count, *, hole, seed, size=72):
    """Plain painted fields with a little grain, which meet along straight lines inside the hole.

    Nothing in them repeats, except in "bricks": only a line itself can tell where it goes on.

    Args:
        kind: "edge", two fields; "stripe", a band between two fields; "crossing", four fields
            that two lines divide; "bricks", stones of one colour with mortar between them.
        count: how many.
        hole: "square" (28 px), "disc" (30 px across), "bar" (48 x 16 px) or "cross" (two bars of
            44 x 12 px), in the middle.
        seed: an int.
        size: of the pictures, pixels, 64 or more.

    Returns:
        Scenes, with ``parts``: the field of each pixel.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> drawn = walls("crossing", 2, hole="square", seed=0)
        >>> drawn.images.shape, int(drawn.masks[0].sum()), np.unique(drawn.parts).tolist()
        ((2, 72, 72, 3), 784, [0, 1, 2, 3])
    """
    if not is_one_of(kind, PARTS):
        raise ValueError(f"kind is {brief(kind)}: pass one of {', '.join(PARTS)}.")
    if not is_one_of(hole, HOLES):
        raise ValueError(f"hole is {brief(hole)}: pass one of {', '.join(HOLES)}.")
    count = check_count("count", count, lowest=1)
    size = check_count("size", size, lowest=64)
    random = np.random.RandomState(check_seed(seed))
    y, x = _from_the_middle(size)
    parts = np.stack([PARTS[kind](x, y, random) for _ in range(count)])
    images = np.stack([_painted(one, random) for one in parts])
    return Scenes(images, np.stack([HOLES[hole](x, y)] * count), parts)


def places(name, count, *, size, hole, seed):
    """Places of a photograph, at random, with a square hole in the middle of each.

    Args:
        name: one of ``data.PHOTOS``.
        count: how many.
        size: of a place, pixels.
        hole: the hole's side, pixels; or masks, bool (count, size, size), True = hole.
        seed: an int.

    Returns:
        Scenes.

    Raises:
        TypeError, ValueError: if an argument is not as above, or the photograph is too small.

    Example:
        >>> places("brick", 2, size=64, hole=20, seed=0).images.shape
        (2, 64, 64, 3)
    """
    photograph = data.photo(name)
    height, width = photograph.shape[:2]
    count = check_count("count", count, lowest=1)
    size = check_count("size", size, lowest=1)
    if size > min(height, width):
        raise ValueError(
            f"size is {brief(size)}, but {name} has {height} x {width} pixels: pass less."
        )
    random = np.random.RandomState(check_seed(seed))
    tops = random.randint(0, height - size + 1, count)
    lefts = random.randint(0, width - size + 1, count)
    cut = [
        photograph[top : top + size, left : left + size]
        for top, left in zip(tops, lefts, strict=True)
    ]
    holes = masks.squares(count, size, side=hole) if is_number(hole) else check_mask(hole)
    return Scenes(np.stack(cut), holes)


def mask_families(count, size=32, *, seed):
    """Masks of every family of the course, thin to wide and few to many: 29 sets.

    Args:
        count: how many masks in each set.
        size: an int or (H, W), pixels, 32 or more.
        seed: an int.

    Returns:
        dict, name -> bool (count, H, W), True = hole. What stands before the comma is the family.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> sets = mask_families(2, seed=0)
        >>> sorted({name.split(",")[0] for name in sets}), len(sets)
        (['bucket', 'lines', 'pixels', 'square', 'strokes'], 29)
    """
    sets = {"strokes, free": masks.brush_strokes(count, size, seed=seed)}
    for thickness in (1, 2, 3, 5):
        for lines in (2, 6):
            sets[f"lines, {lines} of thickness {thickness}"] = masks.random_lines(
                count, size, lines=(lines, lines), thickness=(thickness, thickness), seed=seed
            )
    for low, high in ((1, 10), (10, 20), (20, 30), (30, 40), (40, 50), (50, 60)):  # per cent
        sets[f"bucket, {low}-{high} %"] = masks.in_bucket(
            count, size, low=low / 100, high=high / 100, seed=seed
        )
    for side in (2, 4, 6, 8, 12, 16, 20):
        sets[f"square, {side} px"] = masks.squares(count, size, side=side)
    for share in (5, 10, 30, 50, 70, 90, 94):  # above 95 % a mask looks inverted
        sets[f"pixels, {share} %"] = masks.random_pixels(
            count, size, fraction=share / 100, seed=seed
        )
    return sets


def misplaced(scenes, filled):
    """Share of hole pixels that look like another part of the drawing than their own.

    A pixel looks like the part whose mean colour, over its known pixels, is nearest to it.

    Args:
        scenes: Scenes with parts.
        filled: the fills, floats (N, H, W, 3).

    Returns:
        float64 (N,), 0 to 1.

    Raises:
        TypeError, ValueError: if these are not scenes, they have no parts, or the fills do not fit.

    Example:
        >>> drawn = walls("edge", 2, hole="disc", seed=0)
        >>> misplaced(drawn, drawn.images).tolist()
        [0.0, 0.0]
    """
    check_is("scenes", scenes, Scenes, "what edges or walls return")
    if scenes.parts is None:
        raise ValueError("the scenes have no parts: pass drawn ones, from edges or walls.")
    filled = check_images(filled, "filled")
    check_same_shape(scenes.images, filled, "the scenes' images and filled")
    shares = np.empty(len(scenes))
    for k, (image, mask, parts) in enumerate(
        zip(scenes.images, scenes.masks, scenes.parts, strict=True)
    ):
        names = np.unique(parts[~mask])
        colours = np.stack([image[~mask & (parts == name)].mean(axis=0) for name in names])
        away = ((filled[k][mask][:, None] - colours) ** 2).sum(axis=-1)
        shares[k] = (names[away.argmin(axis=1)] != parts[mask]).mean()
    return shares


def _from_the_middle(size):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    return y, x


def _line(kind, size, random):
    """How far each pixel lies inside what is drawn, 0 to 1."""
    y, x = _from_the_middle(size)
    angle, shift = random.uniform(0, np.pi), random.uniform(-2, 2)
    across = x * np.cos(angle) + y * np.sin(angle) - shift
    if kind == "edge":
        return _soft(across)
    if kind == "bar":
        half = random.uniform(2.5, 4.5)
        return _soft(across + half) * _soft(half - across)
    radius = random.uniform(14, 30)
    return _soft(np.hypot(across - radius, y * np.cos(angle) - x * np.sin(angle)) - radius)


def _soft(distance):
    return 1 / (1 + np.exp(-distance / SOFT))


def _across(x, y, random):
    """Distance from a random straight line that passes near the middle, signed."""
    angle = random.uniform(0, np.pi)
    return x * np.cos(angle) + y * np.sin(angle) + random.uniform(-7, 7)


def _edge(x, y, random):
    return (_across(x, y, random) > 0).astype(int)


def _stripe(x, y, random):
    across, half = _across(x, y, random), random.uniform(3, 6)
    return (across > -half).astype(int) + (across > half)


def _crossing(x, y, random):
    angle, lean = random.uniform(0, np.pi), random.uniform(np.pi / 3, 2 * np.pi / 3)
    shifts = random.uniform(-4, 4, 2)
    one, other = (
        x * np.cos(turn) + y * np.sin(turn) + shift > 0
        for turn, shift in zip((angle, angle + lean), shifts, strict=True)
    )
    return one.astype(int) + 2 * other


def _bricks(x, y, random):
    """1 where mortar lies: courses of one height, upright joints shifted by chance in each."""
    height, width, mortar = random.randint(10, 14), random.randint(20, 28), 3
    rows = (y - y.min()).astype(int) + random.randint(0, height)
    columns = (x - x.min()).astype(int)
    course = rows // height
    shift = random.randint(0, width, course.max() + 1)[course]
    return ((rows % height < mortar) | ((columns + shift) % width < mortar)).astype(int)


def _painted(parts, random):
    """A colour for each part, far from those of the others, and grain over all."""
    colours = random.uniform(0.15, 0.85, (1, 3))
    while len(colours) <= parts.max():
        new = random.uniform(0.15, 0.85, 3)
        if np.sqrt(((colours - new) ** 2).sum(axis=1)).min() > APART:
            colours = np.concatenate([colours, new[None]])
    grain = random.normal(0, NOISE, (*parts.shape, 1))
    return np.clip(colours[parts] + grain, 0, 1)


PARTS = {"edge": _edge, "stripe": _stripe, "crossing": _crossing, "bricks": _bricks}
