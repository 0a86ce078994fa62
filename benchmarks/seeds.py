"""Three convolutions, each trained from two seeds: differences with intervals over both.

    INPAINTING_DATA_DIR=... python -m benchmarks.train --seed 2027 vanilla_unet ...
    INPAINTING_DATA_DIR=... python -m benchmarks.seeds

A figure measured on a thousand pictures is uncertain in two ways: other pictures would give
another one, and so would the same recipe begun with another seed. The first is seen by resampling
the pictures. For the second, two seeds are too few to resample, since three different draws are
all there are; so the variance between seeds is pooled over the networks, and the interval has
Student's quantile for as few seeds as there are.
"""

import argparse
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import keras
import numpy as np
from scipy import stats

from benchmarks import held_out, train
from benchmarks.results import record, table
from course_lib import data, evaluation, models
from course_lib._pixels import as_floats

TRIO = ("partial_conv_unet", "vanilla_unet_masked", "vanilla_unet")
SHIPPED = 2026
OTHERS = (2027,)
RESAMPLES = 2_000
COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.seeds"


@dataclass(frozen=True)
class Lead:
    """By how much one network is ahead of another.

    Attributes:
        mean: decibels, the mean over seeds of one minus that of the other.
        low, high: a 95 % interval over pictures and seeds.
        pictures: the part of its standard error that is due to the pictures, decibels.
        seeds: the part that is due to the seeds, decibels.
    """

    mean: float
    low: float
    high: float
    pictures: float
    seeds: float


def leads(errors, counts, *, resamples=RESAMPLES, seed=evaluation.SEED):
    """The leads of every network over every later one.

    Args:
        errors, counts, resamples, seed: as for ``contrasts``.

    Returns:
        dict, (name, name) -> ``Lead``.

    Raises:
        ValueError: if no network has two seeds.
    """
    pairs = {pair: dict(zip(pair, (1, -1), strict=True)) for pair in combinations(errors, 2)}
    return contrasts(errors, counts, pairs, resamples=resamples, seed=seed)


def contrasts(errors, counts, weights, *, resamples=RESAMPLES, seed=evaluation.SEED):
    """Weighted sums of networks' figures, such as one less another, with their intervals.

    Args:
        errors: dict, name -> squared error in the holes, summed over a picture, (seeds, N); two
            seeds or more for at least one network. Seeds of different networks have nothing to do
            with each other; pictures are the same for all.
        counts: measured values in each picture, (N,).
        weights: dict, any name -> dict, network -> weight of its figure in decibels.
        resamples: of the pictures.
        seed: of the resampling.

    Returns:
        dict, name -> ``Lead``.

    Raises:
        ValueError: if no network has two seeds.
    """
    freedom = sum(len(one) - 1 for one in errors.values())
    if freedom < 1:
        raise ValueError("every network has one seed: train at least one of them from a second.")
    figures = {name: decibels(one, counts) for name, one in errors.items()}
    spread = sum(((one - one.mean()) ** 2).sum() for one in figures.values()) / freedom
    drawn = np.random.RandomState(seed).randint(0, len(counts), (resamples, len(counts)))
    resampled = {
        name: np.mean([decibels(one[drawn], counts[drawn]) for one in of_seeds], axis=0)
        for name, of_seeds in errors.items()
    }
    return {
        label: _lead(
            sum(weight * figures[name].mean() for name, weight in of_networks.items()),
            np.var(sum(w * resampled[name] for name, w in of_networks.items()), ddof=1),
            sum(w**2 * spread / len(errors[name]) for name, w in of_networks.items()),
            freedom,
        )
        for label, of_networks in weights.items()
    }


def decibels(squared, counts):
    """Pooled PSNR over the last axis."""
    return -10 * np.log10(squared.sum(axis=-1) / counts.sum(axis=-1))


def _lead(mean, pictures, seeds, freedom):
    """A normal part and one that is estimated with few degrees of freedom, added.

    The degrees of freedom of the sum: Satterthwaite, An approximate distribution of estimates of
    variance components, 1946.
    """
    variance = pictures + seeds
    freedom = freedom * (variance / seeds) ** 2 if seeds > 0 else np.inf
    half = stats.t.ppf(0.975, freedom) * np.sqrt(variance)
    return Lead(mean, mean - half, mean + half, np.sqrt(pictures), np.sqrt(seeds))


def squared_errors(model, images, holes):
    """Squared error in the holes, summed over each picture, (N,)."""
    filled = models.inpaint(model, images, holes)
    return ((images.astype(np.float64) - filled) ** 2).sum(axis=(1, 2, 3))  # known pixels: 0


def networks(name, folder):
    """The shipped network, and those from other seeds whose files lie in ``folder``."""
    yield models.load_pretrained(name)
    recipe = train.RECIPES[name]
    for seed in OTHERS:
        if not (folder / f"{name}_{seed}.npz").is_file():
            continue
        model = models.NETWORKS[recipe.network](**recipe.arguments)
        with np.load(folder / f"{name}_{seed}.npz", allow_pickle=False) as stored:
            for variable in model.weights:
                # Rounded as the shipped ones are.
                variable.assign(stored[variable.path].astype(np.float16).astype(np.float32))
        yield model


def measure(images, sets, folder):
    """Leads on every set of masks, and the figures of every seed: two dicts by name of the set."""
    errors = {name: {masks_name: [] for masks_name in sets} for name in TRIO}
    for name in TRIO:
        for model in networks(name, folder):
            for masks_name, holes in sets.items():
                errors[name][masks_name].append(squared_errors(model, images, holes))
            keras.utils.clear_session()
    found, figures = {}, {}
    for masks_name, holes in sets.items():
        counts = 3 * np.count_nonzero(holes, axis=(1, 2))
        of_set = {name: np.array(errors[name][masks_name]) for name in TRIO}
        found[masks_name] = leads(of_set, counts)
        figures[masks_name] = {name: decibels(one, counts) for name, one in of_set.items()}
    return found, figures


def body(found, figures):
    """The section of RESULTS.md."""
    seeds = ", ".join(map(str, (SHIPPED, *OTHERS)))
    rows = [
        [masks_name]
        + [" / ".join(f"{value:.2f}" for value in figures[masks_name][name]) for name in TRIO]
        for masks_name in figures
    ]
    pairs = [*combinations(TRIO, 2)]
    differences = [
        [masks_name] + [_cell(found[masks_name][pair]) for pair in pairs] for masks_name in found
    ]
    return "\n\n".join(
        [
            f"Hole PSNR (dB) of each seed ({seeds}) on the held-out pictures, composited, pooled.",
            table(["masks", *(f"`{name}`" for name in TRIO)], rows),
            "Differences of the means over seeds (dB) with 95 % intervals over pictures and seeds "
            "(`benchmarks/seeds.py`), in brackets the standard errors due to pictures and to "
            "seeds.",
            table(["masks", *(f"`{one}` - `{other}`" for one, other in pairs)], differences),
        ]
    )


def _cell(lead):
    return (
        f"{lead.mean:+.2f}, {lead.low:+.2f} to {lead.high:+.2f} "
        f"({lead.pictures:.3f}; {lead.seeds:.3f})"
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description="The trio's differences over pictures and seeds.")
    parser.add_argument("--weights", type=Path, default=train.SEEDS, metavar="FOLDER",
                        help="where NAME_SEED.npz lie")  # fmt: skip
    folder = parser.parse_args(arguments).weights
    images = as_floats(held_out.split(data.load("cifar10"))[2])
    found, figures = measure(images, evaluation.frozen_masks(len(images)), folder)
    record("seeds", "Three convolutions, two seeds", body(found, figures), COMMAND, evaluation.SEED)


if __name__ == "__main__":
    main()
