"""What a mask that is not quite right costs the repair, on many places with many damages."""

import numpy as np
import pandas as pd

from course_lib import masks, metrics, runtime, scenes
from course_lib._validation import (
    as_number,
    brief,
    check_count,
    check_is,
    check_seed,
    is_one_of,
)
from course_lib.restoration import WEAR, Worn, find_damage, restore, worn

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "grace_hopper", "rocket")
SIZE = 256  # pixels of a place
OFF = (-1, -0.5, 0, 1, 2, 3)  # pixels
MIXED = ("scratches", "writing")  # their rim is one pixel wide, more or less than half covered
TOLERANCES, GROWS = (0.1, 0.2, 0.3, 0.4), (0, 1, 2)  # of ``find_damage``
WIDEST = 9  # pixels, of a scratch and its rim
GRAIN = 0.02  # standard deviation of a film's grain; a scanner's noise has half of it


def worn_places(kind, count, *, seed):
    """Places of five photographs with damage of one kind, and what is true of it.

    The tests' profile takes only two places in all.

    Args:
        kind: as for ``restoration.worn``.
        count: places of each photograph.
        seed: an int.

    Yields:
        (photograph's name, the true place (256, 256, 3), ``restoration.Worn``).

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> name, true, old = next(worn_places("writing", 1, seed=0))
        >>> name, true.shape, old.mask.shape
        ('astronaut', (256, 256, 3), (256, 256))
    """
    count = check_count("count", count, lowest=1)
    cases = [
        (name, image)
        for name in PHOTOGRAPHS
        for image in scenes.places(name, count, size=SIZE, hole=1, seed=seed).images
    ]
    for k, (name, image) in enumerate(cases[: runtime.share(len(cases))]):
        yield name, image, worn(image, kind, seed=seed + k)


def off_by(old, pixels):
    """The true mask of a ``restoration.Worn``, too small or too large by so many pixels.

    -0.5 stands for what an eye would mark: the pixels that are at least half covered.

    Raises:
        TypeError, ValueError: if old is not a ``Worn``, or there is no such number.

    Example:
        >>> from course_lib.restoration import Worn
        >>> opacity = np.array([[0, 0.3, 1, 0.6, 0]])
        >>> old = Worn(np.zeros((1, 5, 3)), opacity > 0, opacity)
        >>> [int(off_by(old, pixels).sum()) for pixels in (-1, -0.5, 0, 1)]
        [1, 2, 3, 5]
    """
    check_is("old", old, Worn, "what restoration.worn returns")
    return old.opacity >= 0.5 if as_number(pixels) == -0.5 else masks.grown(old.mask, pixels)


def mask_costs(method="harmonic", kinds=tuple(WEAR), *, places=4, seed=2026):
    """Repair with masks that are too small and too large; the whole picture is measured.

    Known pixels that a mask wrongly gives up count, and so does damage that it leaves.

    Args:
        method: as for ``restoration.restore``.
        kinds: of damage, as for ``restoration.worn``.
        places: of each of five photographs.
        seed: an int.

    Returns:
        pandas.DataFrame, a row for each kind, place and mask: wear, photograph, place (a number),
        pixels (by which the mask is off, see ``off_by``), dice (with the true mask), psnr (dB, the
        whole picture), change (dB, against the repair with the true mask).

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> table = mask_costs("nearest", ["writing"], places=1)
        >>> bool((table.change[table.pixels == 0] == 0).all())
        True
    """
    if not np.iterable(kinds):
        raise TypeError(f"kinds is {brief(kinds)}: pass a list of kinds of damage.")
    rows = []
    for kind in kinds:
        for place, (name, true, old) in enumerate(worn_places(kind, places, seed=seed)):
            tried = [pixels for pixels in OFF if pixels != -0.5 or kind in MIXED]
            scores = {pixels: _score(true, old, off_by(old, pixels), method) for pixels in tried}
            rows += [
                (kind, name, place, pixels, *score, score[1] - scores[0][1])
                for pixels, score in scores.items()
            ]
    columns = ["wear", "photograph", "place", "pixels", "dice", "psnr", "change"]
    return pd.DataFrame(rows, columns=columns)


def typical_place(costs, kind, *, places=4, seed=2026):
    """The place whose costs are nearest to the mean of all, in standard deviations.

    Args:
        costs: what ``mask_costs`` gave for these places and this seed.
        kind: of damage.
        places, seed: as for ``mask_costs``.

    Returns:
        (the true place (256, 256, 3), ``restoration.Worn``).

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> true, old = typical_place(mask_costs("nearest", ["writing"], places=1), "writing",
        ...                           places=1)
        >>> true.shape
        (256, 256, 3)
    """
    check_is("costs", costs, pd.DataFrame, "what mask_costs returns")
    if not is_one_of(kind, costs.wear.unique()):
        raise ValueError(f"costs has no kind {brief(kind)}: pass one that it was measured for.")
    changes = costs[(costs.wear == kind) & (costs.pixels != 0)]
    table = changes.pivot(index="place", columns="pixels", values="change")
    nearest = (((table - table.mean()) / table.std()) ** 2).sum(axis=1).idxmin()
    return [*worn_places(kind, places, seed=seed)][nearest][1:]


def detector_costs(method="harmonic", *, places=4, seed=2026):
    """Repair scratches with what ``find_damage`` proposes under twelve settings.

    Args:
        method, places, seed: as for ``mask_costs``.

    Returns:
        pandas.DataFrame, a row for each place and setting: photograph, place, tolerance, grow,
        dice (with the true mask), psnr (dB, the whole picture).

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> table = detector_costs("nearest", places=1)
        >>> table.groupby("place").size().unique().tolist()
        [12]
    """
    rows = []
    for place, (name, true, old) in enumerate(worn_places("scratches", places, seed=seed)):
        for tolerance in TOLERANCES:
            for grow in GROWS:
                found = find_damage(old.picture, tolerance=tolerance, width=WIDEST, grow=grow)
                rows.append((name, place, tolerance, grow, *_score(true, old, found, method)))
    columns = ["photograph", "place", "tolerance", "grow", "dice", "psnr"]
    return pd.DataFrame(rows, columns=columns)


def scratched_scans(count, *, seed):
    """Places with faint scratches and grain, as from a scanner: detectors are tried on them.

    Args:
        count: places of each of five photographs.
        seed: an int.

    Returns:
        A list of (true place, true mask, scan): floats in [0, 1], (256, 256, 3), bool (256, 256).
        A place may be mirrored, its tones are changed, and its scratches have one light colour.

    Raises:
        TypeError, ValueError: if count or seed is not as above.

    Example:
        >>> true, mask, scan = scratched_scans(1, seed=0)[0]
        >>> true.shape, bool(np.abs(scan - true)[mask].mean() > np.abs(scan - true)[~mask].mean())
        ((256, 256, 3), True)
    """
    count, seed = check_count("count", count, lowest=1), check_seed(seed)
    random, scanner, scans = np.random.RandomState(seed), np.random.RandomState([seed, 1]), []
    for name in PHOTOGRAPHS:
        for true in scenes.places(name, count, size=SIZE, hole=1, seed=seed).images:
            true = true[:, :: random.choice((-1, 1))] ** random.uniform(0.8, 1.3)
            old = worn(true, "scratches", seed=int(random.randint(1_000_000)))
            colour, grain = random.uniform(0.75, 0.95), random.normal(0, GRAIN, (SIZE, SIZE, 1))
            # Tinted, and with noise in each channel: else the damage is simply where R = G = B.
            colour = colour + scanner.uniform(-0.05, 0.05, 3)
            noise = scanner.normal(0, GRAIN / 2, (SIZE, SIZE, 3))
            scan = true + old.opacity[..., None] * (colour - true) + grain + noise
            scans.append((true, old.mask, np.clip(scan, 0, 1).astype(np.float32)))
    return scans


def _score(true, old, mask, method):
    """(dice with the true mask, PSNR of the whole repaired picture)."""
    repaired = restore(old.picture, mask, method)
    return metrics.dice(old.mask, mask), metrics.psnr(true, repaired)
