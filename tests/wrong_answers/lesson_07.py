"""Wrong answers to exercise 07: (task, the verdict that names the mistake, the answer)."""

import numpy as np
from skimage.metrics import structural_similarity

from course_lib import masks, metrics


def of_each(score):
    """An answer that calls score(true mask, found mask) picture by picture."""

    def mask_scores(true_masks, confidences):
        with np.errstate(all="ignore"):
            return np.array(
                [
                    score(one, other > 0.5)
                    for one, other in zip(true_masks, confidences, strict=True)
                ]
            )

    return mask_scores


def formulas(true, found):
    both, sizes = np.logical_and(true, found).sum(), true.sum() + found.sum()
    return 2 * both / sizes, both / (sizes - both)


def with_convention(true, found):
    return formulas(true, found) if true.any() or found.any() else (1.0, 1.0)


def zero_if_empty(true, found):
    return formulas(true, found) if true.any() or found.any() else (0.0, 0.0)


def tiny_denominator(true, found):
    both, sizes = (true & found).sum(), true.sum() + found.sum()
    return 2 * both / (sizes + 1e-9), both / (sizes - both + 1e-9)


def one_if_truth_empty(true, found):
    return formulas(true, found) if true.any() else (1.0, 1.0)


def iou_first(true, found):
    return with_convention(true, found)[::-1]


def plus_one(true, found):
    both, sizes = (true & found).sum(), true.sum() + found.sum()
    return (2 * both + 1) / (sizes + 1), (both + 1) / (sizes - both + 1)


def no_factor(true, found):
    if not (true.any() or found.any()):
        return 1.0, 1.0
    dice, iou = formulas(true, found)
    return dice / 2, iou


def sum_for_union(true, found):
    if not (true.any() or found.any()):
        return 1.0, 1.0
    both, sizes = (true & found).sum(), true.sum() + found.sum()
    return 2 * both / sizes, both / sizes


def accuracy_twice(true, found):
    return [(true == found).mean()] * 2


def soft(true_masks, confidences):
    axes = (1, 2)
    both = (true_masks * confidences).sum(axes)
    sizes = true_masks.sum(axes) + confidences.sum(axes)
    return np.stack([2 * both / sizes, both / (sizes - both)], 1)


def whole_batch(true_masks, confidences):
    return with_convention(true_masks, confidences > 0.5)


def whole_batch_as_row(true_masks, confidences):
    return np.array([with_convention(true_masks, confidences > 0.5)])


def averaged(true_masks, confidences):
    return of_each(with_convention)(true_masks, confidences).mean(0)


def two_lists(true_masks, confidences):
    scores = of_each(with_convention)(true_masks, confidences)
    return list(scores[:, 0]), list(scores[:, 1])


def dice_only(true_masks, confidences):
    return of_each(with_convention)(true_masks, confidences)[:, 0]


def rounded_down(true_masks, confidences):
    return of_each(with_convention)(true_masks, confidences).astype(int)


def white_score(means):
    return 2 * means.sum() / (len(means) + means.sum())


def perfect_score(means, deviations):
    return (means**2 + deviations**2).sum() / means.sum()


def each_averaged(means, deviations):
    perfect = [m + s * s / m for m, s in zip(means, deviations, strict=True)]
    return np.mean(perfect), np.mean([2 * m / (1 + m) for m in means])


def first_averaged(means, deviations):
    return np.mean(means + deviations**2 / means), white_score(means)


def not_squared(means, deviations):
    return (means**2 + deviations).sum() / means.sum(), white_score(means)


def no_variance(means, deviations):
    return (means**2).sum() / means.sum(), white_score(means)


def lesson_formula_of_averages(means, deviations):
    m, v = means.mean(), (deviations**2).mean()
    return m + v / m, 2 * m / (1 + m)


def averaged_deviation(means, deviations):
    return ((means**2).mean() + deviations.mean() ** 2) / means.mean(), white_score(means)


def expects_one(means, deviations):
    return 1, white_score(means)


def white_first(means, deviations):
    return white_score(means), perfect_score(means, deviations)


def white_one(means, deviations):
    return perfect_score(means, deviations), 1.0


def white_is_mean(means, deviations):
    return perfect_score(means, deviations), means.mean()


def white_halved(means, deviations):
    return perfect_score(means, deviations), means.sum() / (means.sum() + len(means))


def of_each_picture(means, deviations):
    return means + deviations**2 / means, 2 * means / (1 + means)


def table(*, peak=1, similar=1, raw_psnr=False, raw_ssim=False, averaged=False, third="mae"):
    """The published report with some faults repaired."""

    def report(true, raw, mask):
        filled = masks.composite(true, raw, mask)
        hole = np.repeat(mask[..., None], 3, axis=-1)
        if raw_psnr:
            hole = np.ones_like(hole)
        squares = np.where(hole, (true - raw) ** 2, 0)
        axes = (1, 2, 3) if averaged else None
        errors = squares.sum(axis=axes) / hole.sum(axis=axes)
        psnr = np.mean(10 * np.log10(peak**2 / errors))
        ssim = np.mean(
            [
                structural_similarity(one, other, channel_axis=2, data_range=similar)
                for one, other in zip(true, raw if raw_ssim else filled, strict=True)
            ]
        )
        numbers = {
            "mae": np.abs(true - raw)[mask].mean(),
            "dice": 2 * (true * raw).sum() / (true.sum() + raw.sum()),
            "everywhere": np.abs(true - filled).mean(),
            "raw": np.abs(true - raw).mean(),
        }
        return psnr, ssim, numbers[third]

    return report


AS_PUBLISHED = table(
    peak=255, similar=255, raw_psnr=True, raw_ssim=True, averaged=True, third="dice"
)


def composited_everywhere(true, raw, mask):
    filled = masks.composite(true, raw, mask)
    return metrics.psnr(true, filled), metrics.ssim(true, filled), metrics.mae(true, filled, mask)


def ssim_in_holes(true, raw, mask):
    filled = masks.composite(true, raw, mask)
    return (
        metrics.psnr(true, filled, mask),
        metrics.ssim(true, filled, mask),
        metrics.mae(true, filled, mask),
    )


def two_numbers(true, raw, mask):
    return metrics.psnr(true, raw, mask), metrics.ssim(true, masks.composite(true, raw, mask))


def a_dictionary(true, raw, mask):
    return {"psnr": 20.0, "ssim": 0.9, "mae": 0.1}


def similarity(true, filled, mask):
    return metrics.ssim(true, filled, mask)


def decibels(true, filled, mask):
    return -10 * np.log10(np.square(true - filled)[mask].mean() + 1e-12)


def same_deviation(true, filled, mask):
    return -abs(true[mask].std() - filled[mask].std())


def same_histogram(true, filled, mask):
    levels = [np.sort(picture[mask].mean(axis=-1)) for picture in (true, filled)]
    return -np.abs(levels[0] - levels[1]).mean()


def variance_alone(true, filled, mask):
    return filled[mask].std()


def constant(true, filled, mask):
    return 1.0


def half_counts(true_masks, confidences):
    marked = np.where(confidences >= 0.5, 1.0, 0.0)
    return of_each(with_convention)(true_masks, marked)


def batch_for_each(true_masks, confidences):
    return [with_convention(true_masks, confidences > 0.5)] * len(true_masks)


def wrong_sign(means, deviations):
    return (deviations**2 - means**2).sum() / means.sum(), white_score(means)


def variance_for_squares(means, deviations):
    return (deviations**2).sum() / means.sum(), white_score(means)


def averages_alone(means, deviations):
    m, s = means.mean(), deviations.mean()
    return m + s**2 / m, white_score(means)


def both_halved(means, deviations):
    return perfect_score(means, deviations) / 2, white_score(means) / 2


def one_white_value(means, deviations):
    return perfect_score(means, deviations), 2 * means.sum() / (means.sum() + 1)


def composited_backwards(true, raw, mask):
    filled = masks.composite(raw, true, mask)
    return metrics.psnr(true, filled), metrics.ssim(true, filled), metrics.mae(true, filled)


def truth_for_holes(true, raw, mask):
    filled = masks.composite(raw, true, mask)
    with np.errstate(divide="ignore"):
        decibels = -10 * np.log10(np.square(true - filled)[mask].mean())
    return decibels, metrics.ssim(true, filled), metrics.mae(true, filled, mask)


def known_for_holes(true, raw, mask):
    filled = masks.composite(true, raw, mask)
    return metrics.psnr(true, raw, ~mask), metrics.ssim(true, filled), 0.1


def with_third(change):
    """The right report with its last two numbers changed: change(ssim, mae, errors, mask)."""

    def report(true, raw, mask):
        psnr, ssim, mae = table()(true, raw, mask)
        return psnr, *change(ssim, mae, np.abs(true - raw), mask)

    return report


def each_picture(ssim, mae, errors, mask):
    return ssim, np.mean([one[hole].mean() for one, hole in zip(errors, mask, strict=True)])


def pixels_for_values(true, raw, mask):
    _, ssim, mae = table()(true, raw, mask)
    squares = (((true - raw) ** 2) * mask[..., None]).sum() / mask.sum()
    return -10 * np.log10(squares), ssim, mae


WRONG = [
    ("07_1", "exactly half sure counted", half_counts),
    ("07_1", "one score for the whole batch", batch_for_each),
    ("07_2", "sign of the mean squared", wrong_sign),
    ("07_2", "variance alone", variance_for_squares),
    ("07_2", "pictures taken as equally bright", averages_alone),
    ("07_2", "perfect answer without its 2", both_halved),
    ("07_2", "denominator of white", one_white_value),
    ("07_3", "mask inverted", composited_backwards),
    ("07_3", "mask inverted", known_for_holes),
    ("07_3", "truth in the holes", truth_for_holes),
    ("07_3", "three values a pixel", pixels_for_values),
    ("07_3", "SSIM and MAE swapped", with_third(lambda ssim, mae, *rest: (mae, ssim))),
    ("07_3", "grey levels", with_third(lambda ssim, mae, *rest: (ssim, 255 * mae))),
    ("07_3", "three values a pixel", with_third(lambda ssim, mae, *rest: (ssim, 3 * mae))),
    ("07_3", "pictures averaged", with_third(each_picture)),
    (
        "07_3",
        "squared error",
        with_third(lambda ssim, mae, errors, mask: (ssim, (errors[mask] ** 2).mean() ** 0.5)),
    ),
    ("07_1", "two empty masks are 0/0", of_each(formulas)),
    ("07_1", "two empty masks score 0", of_each(zero_if_empty)),
    ("07_1", "two empty masks score 0", of_each(tiny_denominator)),
    ("07_1", "undamaged pictures always score 1", of_each(one_if_truth_empty)),
    ("07_1", "dice and IoU swapped", of_each(iou_first)),
    ("07_1", "one number added above and below", of_each(plus_one)),
    ("07_1", "dice without its 2", of_each(no_factor)),
    ("07_1", "union counts what is common twice", of_each(sum_for_union)),
    ("07_1", "accuracy", of_each(accuracy_twice)),
    ("07_1", "confidences not thresholded", soft),
    ("07_1", "one score for the whole batch", whole_batch),
    ("07_1", "one score for the whole batch", whole_batch_as_row),
    ("07_1", "averaged over the pictures", averaged),
    ("07_1", "rows and columns swapped", two_lists),
    ("07_1", "wrong shape", dice_only),
    ("07_1", "wrong dtype", rounded_down),
    ("07_2", "scores of the pictures averaged", each_averaged),
    ("07_2", "scores of the pictures averaged", first_averaged),
    ("07_2", "deviation not squared", not_squared),
    ("07_2", "variance forgotten", no_variance),
    ("07_2", "pictures taken as equally bright", lesson_formula_of_averages),
    ("07_2", "deviations averaged, then squared", averaged_deviation),
    ("07_2", "perfect answer taken for 1", expects_one),
    ("07_2", "perfect and white swapped", white_first),
    ("07_2", "denominator of white", white_one),
    ("07_2", "mean brightness taken for the score", white_is_mean),
    ("07_2", "white without its 2", white_halved),
    ("07_2", "wrong shape", of_each_picture),
    ("07_3", "peak of 255", AS_PUBLISHED),
    ("07_3", "peak of 255", table(peak=255)),
    ("07_3", "peak of 255", table(similar=255)),
    ("07_3", "raw picture measured", table(raw_psnr=True)),
    ("07_3", "raw picture measured", table(raw_psnr=True, averaged=True)),
    ("07_3", "raw picture measured", table(raw_ssim=True)),
    ("07_3", "raw picture measured", table(third="raw")),
    ("07_3", "decibels averaged", table(averaged=True)),
    ("07_3", "dice on intensities", table(third="dice")),
    ("07_3", "known pixels measured", table(third="everywhere")),
    ("07_3", "known pixels measured", composited_everywhere),
    ("07_3", "SSIM of the holes", ssim_in_holes),
    ("07_3", "wrong shape", two_numbers),
    ("07_3", "wrong type", a_dictionary),
    ("07_4", "a smooth fill wins", similarity),
    ("07_4", "a smooth fill wins", decibels),
    ("07_4", "the shuffled pixels win", same_deviation),
    ("07_4", "the shuffled pixels win", same_histogram),
    ("07_4", "truth beaten", variance_alone),
    ("07_4", "always the same score", constant),
]
