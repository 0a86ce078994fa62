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


def zero_for_none(image, mask):
    mean = mean_of(shifted(image, np.nan))
    return into_hole(np.nan_to_num(mean), image, mask)


def only_the_hole(image, mask):
    return mean_of(shifted(image, np.nan))[mask]


# Number of sweeps


def cos(n):
    return math.cos(math.pi / (n + 1))


# Heat


def laplacian(fill, mode="edge"):
    padded = np.pad(fill, ((1, 1), (1, 1), (0, 0)), mode=mode)
    return padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] - 4 * fill


def heat(rate=0.25, border="edge", kept="always", enough=0.0):
    """A flow of heat that is right but for what the keywords say.

    Known pixels are put back "always", after the "end" or "never"; the loop ends before its time
    where a step changes no pixel by ``enough``.
    """

    def flow(image, mask, steps):
        fill = np.where(mask[..., None], 0.0, image)
        for _ in range(steps):
            before, fill = fill, np.clip(fill + rate * laplacian(fill, border), 0, 1)
            if kept == "always":
                fill = np.where(mask[..., None], fill, image)
            if np.abs(fill - before).max() < enough:
                break
        return fill if kept == "never" else np.where(mask[..., None], fill, image)

    return flow


def cold_border(image, mask, steps):
    """The border's pixels are left out, as a loop from 1 to size - 1 does."""
    fill = np.where(mask[..., None], 0.0, image)
    inside = np.zeros_like(mask)
    inside[1:-1, 1:-1] = mask[1:-1, 1:-1]
    for _ in range(steps):
        fill = np.where(inside[..., None], fill + 0.25 * laplacian(fill), fill)
    return fill


def restored_inside_out(image, mask, steps):
    fill = image
    for _ in range(steps):
        fill = np.where(mask[..., None], image, fill + 0.25 * laplacian(fill))
    return np.where(mask[..., None], fill, image)


def no_flow_at_all(image, mask, steps):
    return classical.harmonic(image, mask)


def the_librarys_sweeps(image, mask, steps):
    return classical.jacobi(image, mask, steps)


def faded(solve):
    """A fill that did not flow, faded in by the number of steps."""

    def flow(image, mask, steps):
        share = 1 - 0.99**steps
        return np.where(mask[..., None], share * solve(image, mask), image)

    return flow


def relaxed(image, mask):
    return heat()(image, mask, 2500)


# Found by a learner


def edge_padded(image, mask):
    """Right in the first sweep; in the second a border pixel counts itself."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    neighbours = padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]
    return into_hole(mean_of(neighbours), image, mask)


def nearest_number(height, width, factor):
    return round(math.log(factor) / math.log(0.5 * cos(height) + 0.5 * cos(width)))


def swept(height, width, factor):
    """What the exercise measures, handed in as the explanation."""
    error = np.outer(half_wave(height), half_wave(width))
    middle = height // 2, width // 2
    goal, sweeps = factor * error[middle], 0
    while error[middle] > goal:
        error[1:-1, 1:-1] = mean_of(
            (error[:-2, 1:-1], error[2:, 1:-1], error[1:-1, :-2], error[1:-1, 2:])
        )
        sweeps += 1
    return sweeps


def half_wave(n):
    return np.sin(np.pi * np.arange(n + 2) / (n + 1))


def heat_in_place(image, mask, steps):
    image[mask] = 0
    for _ in range(steps):
        image[mask] += 0.25 * laplacian(image)[mask]
    return image


def keeps_a_lone_value(image, mask):
    """Old values stay where no neighbour has one."""
    around = np.pad(image, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    beside = [around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]]
    count = np.sum([~np.isnan(one) for one in beside], axis=0)
    means = np.nansum(beside, axis=0) / np.maximum(count, 1)
    return np.where(mask[..., None] & (count > 0), means, image)


# Surroundings


def grey_picture(brightness):
    return np.repeat(np.clip(brightness, 0.25, 0.75)[..., None], 3, axis=-1)


def from_middle():
    down, right = np.mgrid[:32, :32] - 15.5
    return np.maximum(abs(down), abs(right)), np.hypot(down, right)


def roof():
    return grey_picture(
        0.75 - 0.5 * np.maximum(abs(np.arange(32) - 15.5) - 6, 0) / 6 * np.ones((32, 1))
    )


def cone():
    return grey_picture(0.75 - 0.5 * (from_middle()[1] - 6) / 4)


def ramp():
    return grey_picture(np.linspace(0.25, 0.75, 32) * np.ones((32, 1)))


def dark_rim():
    return grey_picture(np.where(from_middle()[0] < 7, 0.25, 0.75))


def bright_in_the_hole():
    return grey_picture(0.25 + 0.5 * (from_middle()[0] < 6))


def black_and_white():
    return np.repeat((from_middle()[0] < 7.0)[..., None] * 1.0, 3, axis=-1)


def asks_row_minus_one(image, mask):
    fill = image.copy()
    for row, column in np.argwhere(mask):
        values = []
        for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            try:
                values.append(image[r, c])
            except IndexError:
                pass
        fill[row, column] = np.nanmean(values, axis=0)
    return fill


def never_on_the_border(image, mask):
    fill = image.copy()
    for row, column in np.argwhere(mask):
        if 0 < row < len(image) - 1 and 0 < column < image.shape[1] - 1:
            around = image[row - 1 : row + 2, column - 1 : column + 2].reshape(9, 3)
            fill[row, column] = np.nanmean(around[1::2], axis=0)
    return fill


def returns_in_the_loop(image, mask, steps):
    for _ in range(steps):
        return heat()(image, mask, 1)


def grows_without_end(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        fill = np.where(mask[..., None], fill + 0.5 * laplacian(fill), image)
    return fill


def flow_alone(image, mask, steps):
    fill = np.where(mask[..., None], 0.0, image)
    for _ in range(steps):
        fill = np.where(mask[..., None], 0.25 * laplacian(fill), image)
    return fill


WRONG = [
    ("02_1", "wraps around the border", asks_row_minus_one),
    ("02_1", "border pixels left out", never_on_the_border),
    ("02_3", "ends after one step", returns_in_the_loop),
    ("02_3", "flow in place of the pixel", flow_alone),
    ("02_3", "step too large", grows_without_end),
    ("02_1", "keeps its value", keeps_a_lone_value),
    ("02_3", "steps too small", heat(rate=0.005)),
    ("02_3", "the library's fill", the_librarys_sweeps),
    ("02_3", "the library's fill", faded(classical.harmonic)),
    ("02_3", "heat arrives too soon", faded(relaxed)),
    ("02_4", "overshoots downwards", dark_rim),
    ("02_4", "no overshoot", ramp),
    ("02_4", "no overshoot", bright_in_the_hole),
    ("02_4", "not far enough", roof),
    ("02_4", "not far enough", cone),
    ("02_4", "out of bounds", black_and_white),
    ("02_1", "pixel counts itself", edge_padded),
    ("02_2", "rounded to the nearest", nearest_number),
    ("02_2", "sweeps itself", swept),
    ("02_3", "inner neighbour counted twice", heat(border="reflect")),
    ("02_3", "inner neighbour counted twice", heat(rate=0.1, border="reflect")),
    ("02_3", "stops too early", heat(enough=1e-6)),
    ("02_3", "stops too early", heat(rate=0.1, enough=1e-7)),
    ("02_3", "step too large", heat(rate=0.26)),
    ("02_3", "stops too early", heat(enough=0.0001)),
    ("02_3", "steps too small", heat(rate=0.02)),
    ("02_3", "changes its input", heat_in_place),
    ("02_1", "invents a value", zero_for_none),
    ("02_1", "wrong shape", only_the_hole),
    ("02_3", "step too large", heat(rate=0.3, border="wrap", kept="end", enough=0.002)),
    ("02_3", "step too large", heat(rate=0.3)),
    ("02_3", "known pixels drift", heat(rate=0.2, kept="end")),
    ("02_3", "known pixels drift", heat(kept="end", enough=0.002)),
    ("02_3", "wraps around the border", heat(border="wrap")),
    ("02_3", "heat lost at the border", heat(border="constant")),
    ("02_3", "wrong at the border", cold_border),
    ("02_3", "stops too early", heat(enough=0.002)),
    ("02_3", "stops too early", heat(rate=0.1, enough=0.002)),
    ("02_3", "known pixels changed", heat(kept="never")),
    ("02_3", "hole is not filled", restored_inside_out),
    ("02_3", "steps ignored", no_flow_at_all),
]
