"""Wrong answers to exercise 02: (task, the verdict that names the mistake, the answer)."""

import math
import warnings

import numpy as np

from course_lib import classical

# One sweep


def shifted(image, outside):
    """The neighbours above, below, left and right, with a constant beyond the border."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), constant_values=outside)
    return padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]


def mean_of(neighbours):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.nanmean(neighbours, axis=0)


def into_hole(mean, image, mask):
    result = image.copy()
    result[mask] = mean[mask]
    return result


def poisoned(image, mask):
    up, down, left, right = shifted(image, 0.0)
    rows, columns = np.indices(mask.shape)
    height, width = mask.shape
    count = 4 - (rows == 0) - (rows == height - 1) - 1 * (columns == 0) - (columns == width - 1)
    return into_hole((up + down + left + right) / count[..., None], image, mask)


def rolled(image, mask):
    turns = ((1, 0), (-1, 0), (1, 1), (-1, 1))
    return into_hole(mean_of([np.roll(image, by, axis) for by, axis in turns]), image, mask)


def by_four(image, mask):
    total = np.nansum(shifted(image, np.nan), axis=0)
    has_some = ~np.isnan(shifted(image, np.nan)).all(axis=0)
    return into_hole(np.where(has_some, total / 4, np.nan), image, mask)


def black_outside(image, mask):
    return into_hole(mean_of(shifted(image, 0.0)), image, mask)


def everywhere(image, mask):
    return mean_of(shifted(image, np.nan))


def in_place(image, mask):
    result = image.copy()
    for row, column in zip(*np.nonzero(mask), strict=True):
        result[row, column] = mean_of(
            np.concatenate(
                [
                    result[max(row - 1, 0) : row, column],
                    result[row + 1 : row + 2, column],
                    result[row, max(column - 1, 0) : column],
                    result[row, column + 1 : column + 2],
                ]
            )
        )
    return result


def with_itself(image, mask):
    return into_hole(mean_of([*shifted(image, np.nan), image]), image, mask)


def whole_window(image, mask):
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    windows = windows.copy()
    windows[..., 1, 1] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return into_hole(np.nanmean(windows, axis=(-1, -2)), image, mask)


def only_empty(image, mask):
    return into_hole(mean_of(shifted(image, np.nan)), image, np.isnan(image).any(axis=-1))


def zero_for_none(image, mask):
    mean = mean_of(shifted(image, np.nan))
    return into_hole(np.nan_to_num(mean), image, mask)


def only_the_hole(image, mask):
    return mean_of(shifted(image, np.nan))[mask]


# Number of sweeps


def sweeps(factor, rate):
    return math.ceil(math.log(factor, rate))


def cos(n):
    return math.cos(math.pi / (n + 1))


def by_width(height, width, factor):
    return sweeps(factor, cos(width))


def by_shorter(height, width, factor):
    return sweeps(factor, cos(height if height < width else width))


def by_product(height, width, factor):
    return sweeps(factor, cos(width) * cos(height))


def by_mean_angle(height, width, factor):
    return sweeps(factor, math.cos(math.pi * (1 / (height + 1) + 1 / (width + 1)) / 2))


def without_plus_one(height, width, factor):
    return sweeps(factor, 0.5 * math.cos(math.pi / height) + 0.5 * math.cos(math.pi / width))


def cut_off(height, width, factor):
    return int(math.log(factor) / math.log(0.5 * cos(height) + 0.5 * cos(width)))


def fractional(height, width, factor):
    return math.log(factor, 0.5 * cos(height) + 0.5 * cos(width))


def one_sweep(height, width, factor):
    return 0.5 * cos(height) + 0.5 * cos(width)


# Heat


def as_published(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        before = fill
        flow = -4 * fill
        for axis in (0, 1):
            flow += np.roll(fill, 1, axis) + np.roll(fill, -1, axis)
        fill = np.clip(fill + 0.3 * flow, 0, 1)
        if np.abs(fill - before).max() < 0.002:
            break
    return np.where(mask[..., None], fill, image)


def laplacian(fill, mode="edge"):
    padded = np.pad(fill, ((1, 1), (1, 1), (0, 0)), mode=mode)
    return padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] - 4 * fill


def still_too_fast(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        fill = np.where(mask[..., None], np.clip(fill + 0.3 * laplacian(fill), 0, 1), image)
    return fill


def restored_at_the_end(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        fill = fill + 0.2 * laplacian(fill)
    return np.where(mask[..., None], fill, image)


def two_faults_mended(image, mask, steps):
    """The step and the border are right; known pixels drift and the loop ends early."""
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        before, fill = fill, fill + 0.25 * laplacian(fill)
        if np.abs(fill - before).max() < 0.002:
            break
    return np.where(mask[..., None], fill, image)


def still_wrapped(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        fill = np.where(mask[..., None], fill + 0.25 * laplacian(fill, "wrap"), image)
    return fill


def black_beyond(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        fill = np.where(mask[..., None], fill + 0.25 * laplacian(fill, "constant"), image)
    return fill


def cold_border(image, mask, steps):
    """The border's pixels are left out, as a loop from 1 to size - 1 does."""
    fill = np.where(mask[..., None], 0.0, image)
    inside = np.zeros_like(mask)
    inside[1:-1, 1:-1] = mask[1:-1, 1:-1]
    for _ in range(steps):
        fill = np.where(inside[..., None], fill + 0.25 * laplacian(fill), fill)
    return fill


def impatient(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        before = fill
        fill = np.where(mask[..., None], fill + 0.25 * laplacian(fill), image)
        if np.abs(fill - before).max() < 0.002:
            break
    return fill


def impatient_and_slow(image, mask, steps):
    fill, change = np.where(mask[..., None], 0.0, image), 1.0
    while change > 0.002 and steps:
        moved = np.where(mask[..., None], fill + 0.1 * laplacian(fill), image)
        fill, change, steps = moved, np.abs(moved - fill).max(), steps - 1
    return fill


def never_restored(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        fill = fill + 0.25 * laplacian(fill)
    return fill


def restored_inside_out(image, mask, steps):
    fill = image
    for _ in range(steps):
        fill = np.where(mask[..., None], image, fill + 0.25 * laplacian(fill))
    return np.where(mask[..., None], fill, image)


def no_flow_at_all(image, mask, steps):
    return classical.harmonic(image, mask)


# Edges


def spoils_ramps(image, mask):
    """Copied patches hold edges, and steps instead of a ramp."""
    return classical.exemplar(image, mask)


def flat(image, mask):
    return classical.mean(image, mask)


def blurs_everything(image, mask):
    return classical.harmonic(image, mask) * 0.999


# Found by a learner


def edge_padded(image, mask):
    """Right in the first sweep; in the second a border pixel counts itself."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    neighbours = padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]
    return into_hole(mean_of(neighbours), image, mask)


def zero_is_none(image, mask):
    values = np.stack(shifted(np.nan_to_num(image), 0.0))
    count = (values > 0).sum(axis=0)
    mean = np.where(count > 0, values.sum(axis=0) / np.maximum(count, 1), np.nan)
    return into_hole(mean, image, mask)


def plain_mean(image, mask):
    return into_hole(np.mean(shifted(image, np.nan), axis=0), image, mask)


def none_is_zero(image, mask):
    total = sum(shifted(np.nan_to_num(image), 0.0))
    return into_hole(total / sum(shifted(np.ones_like(image), 0.0)), image, mask)


def damaged_first(image, mask):
    image = np.where(mask[..., None], 0.0, image)
    return into_hole(mean_of(shifted(image, np.nan)), image, mask)


def from_known_only(image, mask):
    known = np.where(mask[..., None], np.nan, image)
    return into_hole(mean_of(shifted(known, np.nan)), image, mask)


def other_way_round(image, mask):
    return into_hole(mean_of(shifted(image, np.nan)), image, ~mask)


def nearest_number(height, width, factor):
    return round(math.log(factor) / math.log(0.5 * cos(height) + 0.5 * cos(width)))


def always_one_percent(height, width, factor):
    return sweeps(0.01, 0.5 * cos(height) + 0.5 * cos(width))


def by_root_of_product(height, width, factor):
    return sweeps(factor, math.sqrt(cos(height) * cos(width)))


def by_sum(height, width, factor):
    return math.ceil(math.log(factor) / math.log(cos(height) + cos(width)))


def a_little_too_fast(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        fill = np.where(mask[..., None], np.clip(fill + 0.26 * laplacian(fill), 0, 1), image)
    return fill


def less_impatient(image, mask, steps):
    fill, change = np.where(mask[..., None], 0.0, image), 1.0
    while change > 0.0001 and steps:
        moved = np.where(mask[..., None], fill + 0.25 * laplacian(fill), image)
        fill, change, steps = moved, np.abs(moved - fill).max(), steps - 1
    return fill


def slow(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        fill = np.where(mask[..., None], fill + 0.02 * laplacian(fill), image)
    return fill


def heat_in_place(image, mask, steps):
    image[mask] = 0
    for _ in range(steps):
        image[mask] += 0.25 * laplacian(image)[mask]
    return image


def straight_down_the_middle(image, mask):
    """Sharp and straight, wherever the edge may run."""
    known = image[~mask]
    left = (np.arange(mask.shape[1]) < mask.shape[1] // 2)[:, None]
    halves = np.broadcast_to(np.where(left, known.min(axis=0), known.max(axis=0)), image.shape)
    return np.where(mask[..., None], halves, image)


WRONG = [
    ("02_1", "pixel counts itself", edge_padded),
    ("02_1", "black counts as no value", zero_is_none),
    ("02_1", "NaN spreads", plain_mean),
    ("02_1", "no value counts as black", none_is_zero),
    ("02_1", "no value counts as black", damaged_first),
    ("02_1", "only known neighbours count", from_known_only),
    ("02_1", "mask inverted", other_way_round),
    ("02_2", "rounded to the nearest", nearest_number),
    ("02_2", "factor ignored", always_one_percent),
    ("02_2", "cosines multiplied", by_root_of_product),
    ("02_2", "rate above 1", by_sum),
    ("02_3", "step too large", a_little_too_fast),
    ("02_3", "stops too early", less_impatient),
    ("02_3", "steps too small", slow),
    ("02_3", "changes its input", heat_in_place),
    ("02_4", "edges misplaced", straight_down_the_middle),
    ("02_1", "NaN spreads", poisoned),
    ("02_1", "wraps around the border", rolled),
    ("02_1", "always divided by four", by_four),
    ("02_1", "outside counts as black", black_outside),
    ("02_1", "known pixels changed", everywhere),
    ("02_1", "new values used at once", in_place),
    ("02_1", "pixel counts itself", with_itself),
    ("02_1", "eight neighbours", whole_window),
    ("02_1", "reached pixels never change again", only_empty),
    ("02_1", "invents a value", zero_for_none),
    ("02_1", "wrong shape", only_the_hole),
    ("02_2", "only one side counts", by_width),
    ("02_2", "only one side counts", by_shorter),
    ("02_2", "cosines multiplied", by_product),
    ("02_2", "angles averaged", by_mean_angle),
    ("02_2", "n instead of n + 1", without_plus_one),
    ("02_2", "rounded down", cut_off),
    ("02_2", "not a whole number", fractional),
    ("02_2", "rate instead of sweeps", one_sweep),
    ("02_3", "step too large", as_published),
    ("02_3", "step too large", still_too_fast),
    ("02_3", "known pixels drift", restored_at_the_end),
    ("02_3", "known pixels drift", two_faults_mended),
    ("02_3", "wraps around the border", still_wrapped),
    ("02_3", "heat lost at the border", black_beyond),
    ("02_3", "wrong at the border", cold_border),
    ("02_3", "stops too early", impatient),
    ("02_3", "stops too early", impatient_and_slow),
    ("02_3", "known pixels changed", never_restored),
    ("02_3", "hole is not filled", restored_inside_out),
    ("02_3", "steps ignored", no_flow_at_all),
    ("02_4", "edges still blurred", classical.biharmonic),
    ("02_4", "edges still blurred", flat),
    ("02_4", "known pixels changed", blurs_everything),
    ("02_4", "ramps spoilt", spoils_ramps),
]
