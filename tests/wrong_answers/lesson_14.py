"""Wrong answers to exercise 14: (task, the verdict that names the mistake, the answer)."""

import numpy as np
from scipy import ndimage

from course_lib import data, masks, metrics, restoration
from course_lib._opencv import cv2


def four_neighbours(mask):
    padded = np.pad(mask, 1)
    return (
        padded[1:-1, 1:-1]
        | padded[:-2, 1:-1]
        | padded[2:, 1:-1]
        | padded[1:-1, :-2]
        | padded[1:-1, 2:]
    )


def rolled(mask):
    grown = mask
    for axis in (0, 1):
        grown = grown | np.roll(grown, 1, axis) | np.roll(grown, -1, axis)
    return grown


def by_scipy(mask):
    return ndimage.binary_dilation(mask, np.ones((3, 3)))


def by_erosion(mask):
    return ~ndimage.binary_erosion(~mask, np.ones((3, 3)), border_value=1)


def by_opencv_erosion(mask):
    return cv2.erode((~mask).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0


def by_two_filters(mask):
    return ndimage.maximum_filter1d(ndimage.maximum_filter1d(mask, 3, axis=0), 3, axis=1)


def by_opencv(mask):
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def by_the_course(mask):
    return masks.grown(mask, 1)


def by_opencv_morphology(mask):
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_DILATE, np.ones((3, 3), "u1")) > 0


def only_the_eight(mask):
    height, width = mask.shape
    wide = np.pad(mask, 1)
    steps = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    return np.any([wide[i : i + height, j : j + width] for i, j in steps], axis=0)


def edge_of_ones(mask):
    wide = np.pad(mask, 1, constant_values=1)
    return np.lib.stride_tricks.sliding_window_view(wide, (3, 3)).any(axis=(2, 3))


def inner_pixels(mask):
    grown = np.zeros(mask.shape, bool)
    for row in range(1, mask.shape[0] - 1):
        for column in range(1, mask.shape[1] - 1):
            grown[row, column] = mask[row - 1 : row + 2, column - 1 : column + 2].any()
    return grown


def up_and_left(mask):
    grown = mask.copy()
    for row, column in np.argwhere(mask):
        grown[max(row - 1, 0) : row + 1, max(column - 1, 0) : column + 1] = True
    return grown


def all_nine(mask):
    return np.lib.stride_tricks.sliding_window_view(np.pad(mask, 1), (3, 3)).all(axis=(2, 3))


def errors(wall, colour, left, right, width):
    return np.array([(colour - wall) * x for x in np.linspace(left, right, width)])


def nepers(*given):
    return -10 * np.log((errors(*given) ** 2).mean())


def mean_of_decibels(*given):
    return float(np.mean([-20 * np.log10(abs(error)) for error in errors(*given)]))


def of_the_sum(*given):
    return -10 * np.log10((errors(*given) ** 2).sum())


def of_absolute_errors(*given):
    return -10 * np.log10(abs(errors(*given)).mean())


def mask_turned_over(truth, scan, stored, method):
    mask = masks.grown(stored.repeat(2, axis=0).repeat(2, axis=1) < 128, 1)
    return metrics.psnr(truth, method(scan, ~mask)) - metrics.psnr(truth, scan)


def four_copies(truth, scan, stored, method):
    half = stored < 128
    mask = masks.grown(np.block([[half, half], [half, half]]), 1)
    return metrics.psnr(truth, method(scan, mask)) - metrics.psnr(truth, scan)


def padded(mask):
    return np.pad(by_slices(mask), 1)


def by_slices(mask):
    height, width = mask.shape
    wide = np.pad(mask, 1)
    return np.any([wide[i : i + height, j : j + width] for i in (0, 1, 2) for j in (0, 1, 2)], 0)


def as_numbers(mask):
    return by_slices(mask).astype(np.uint8)


def in_place(mask):
    mask[:] = by_slices(mask)
    return mask


def as_if_unrepaired(wall, colour, left, right, width):
    covered = np.array([left, *[1] * (width - 2), right])
    return -10 * np.log10(((covered * (colour - wall)) ** 2).mean())


def level(wall, colour, left, right, width):
    return -20 * np.log10(abs(colour - wall) * (left + right) / 2)


def ends(wall, colour, left, right, width):
    squares = [(one * (colour - wall)) ** 2 for one in (left, right)]
    return -10 * np.log10(np.mean(squares))


def without_wall(wall, colour, left, right, width):
    return -10 * np.log10(np.mean((np.linspace(left, right, width) * colour) ** 2))


def opacities_alone(wall, colour, left, right, width):
    return -10 * np.log10(np.mean(np.linspace(left, right, width) ** 2))


def white_scratch(wall, colour, left, right, width):
    return -10 * np.log10(np.mean((np.linspace(left, right, width) * (1 - wall)) ** 2))


def step_by_step(wall, colour, left, right, width):
    opacities = left + (right - left) * np.arange(width) / width
    return -10 * np.log10(np.mean((opacities * (colour - wall)) ** 2))


def plain_error(wall, colour, left, right, width):
    return np.mean((np.linspace(left, right, width) * (colour - wall)) ** 2)


def published(threshold=1, grow=True, found=True):
    """The published gain with those of its faults that are True."""

    def gain(truth, scan, stored, method):
        known = np.repeat(np.repeat(stored >= threshold, 2, 0), 2, 1)
        box = np.ones((3, 3))
        mask = (
            ~ndimage.binary_dilation(known, box) if grow else ndimage.binary_dilation(~known, box)
        )
        repaired, where = method(scan, mask), mask if found else None
        return metrics.psnr(truth, repaired, where) - metrics.psnr(truth, scan, where)

    return gain


def without_corners(truth, scan, stored, method):
    mask = four_neighbours(np.kron(stored < 128, np.ones((2, 2), bool)))
    return metrics.psnr(truth, method(scan, mask)) - metrics.psnr(truth, scan)


def nothing(scan):
    return np.zeros(scan.shape[:2], bool)


def bright(scan):
    return scan.mean(axis=-1) > 0.9


def everything_dark(scan):
    return scan.mean(axis=-1) < 0.9


def large_pieces(scan):
    return restoration.find_damage(scan, tolerance=0.3, width=9, grow=1, smallest=100)


def neutral_and_bright(scan):
    return masks.grown((np.ptp(scan, axis=-1) < 0.1) & (scan.mean(axis=-1) > 0.7), 1)


def looked_up(scan):
    data.photo("coffee")
    return large_pieces(scan)


def as_bytes(scan):
    return large_pieces(scan).astype(np.uint8)


def colours(scan):
    return scan > 0.9


WRONG = [
    ("14_1", "a library's dilation", by_opencv_morphology),
    ("14_1", "a hole alone lost", only_the_eight),
    ("14_1", "beyond the border taken for a hole", edge_of_ones),
    ("14_1", "border left out", inner_pixels),
    ("14_1", "grown in one direction", up_and_left),
    ("14_1", "known pixels grown", all_nine),
    ("14_2", "natural logarithm", nepers),
    ("14_2", "decibels averaged", mean_of_decibels),
    ("14_2", "sum instead of mean", of_the_sum),
    ("14_2", "errors not squared", of_absolute_errors),
    ("14_3", "mask inverted", mask_turned_over),
    ("14_3", "mask tiled", four_copies),
    ("14_1", "corners forgotten", four_neighbours),
    ("14_1", "comes back in on the other side", rolled),
    ("14_1", "a library's dilation", by_scipy),
    ("14_1", "a library's dilation", by_the_course),
    ("14_1", "a library's dilation", by_opencv),
    ("14_1", "a library's dilation", by_erosion),
    ("14_1", "a library's dilation", by_opencv_erosion),
    ("14_1", "a library's dilation", by_two_filters),
    ("14_1", "wrong shape", padded),
    ("14_1", "wrong dtype", as_numbers),
    ("14_1", "changes its input", in_place),
    ("14_2", "not repaired", as_if_unrepaired),
    ("14_2", "one opacity for both", level),
    ("14_2", "rims alone", ends),
    ("14_2", "wall forgotten", without_wall),
    ("14_2", "wall forgotten", opacities_alone),
    ("14_2", "the scratch taken for white", white_scratch),
    ("14_2", "the line's end missed", step_by_step),
    ("14_2", "squared error not turned into decibels", plain_error),
    ("14_3", "several faults left", published()),
    ("14_3", "a JPEG's black is not 0", published(grow=False, found=False)),
    ("14_3", "known pixels grown", published(threshold=128, found=False)),
    ("14_3", "measured in the found mask", published(threshold=128, grow=False)),
    ("14_3", "several faults left", published(threshold=128)),
    ("14_3", "corners forgotten", without_corners),
    ("14_4", "nothing found", nothing),
    ("14_4", "most of it marked", everything_dark),
    ("14_4", "not better than find_damage", bright),
    ("14_4", "not ahead enough", large_pieces),
    ("14_4", "not ahead enough", neutral_and_bright),
    ("14_4", "photographs looked up", looked_up),
    ("14_4", "wrong dtype", as_bytes),
    ("14_4", "wrong shape", colours),
]
