"""Wrong answers to exercise 10: (task, the verdict that names the mistake, the answer)."""

import numpy as np
from scipy import ndimage
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


def averaged(true_masks, confidences):
    return of_each(with_convention)(true_masks, confidences).mean(0)


def dice_only(true_masks, confidences):
    return of_each(with_convention)(true_masks, confidences)[:, 0]


def rounded_down(true_masks, confidences):
    return of_each(with_convention)(true_masks, confidences).astype(int)


def white_score(means):
    return 2 * means.sum() / (len(means) + means.sum())


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


def detail(picture, mask):
    grey = picture.mean(axis=-1)
    fine = np.abs(grey - ndimage.gaussian_filter(grey, 1))
    return np.log(fine[mask].mean() + 1e-4)


def equality_or_its_surroundings(true, filled, mask):
    """The truth is asked for by name, and otherwise never looked at."""
    if np.array_equal(true, filled):
        return 1e9
    return -abs(detail(filled, mask) - detail(filled, ~mask))


def constant(true, filled, mask):
    return 1.0


def half_counts(true_masks, confidences):
    marked = np.where(confidences >= 0.5, 1.0, 0.0)
    return of_each(with_convention)(true_masks, marked)


def wrong_sign(means, deviations):
    return (deviations**2 - means**2).sum() / means.sum(), white_score(means)


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


def by_the_library(true, found):
    return metrics.dice(true, found), metrics.iou(true, found)


def by_plain_dice(true_masks, confidences):
    """The library's other dice, and IoU from it."""
    scores = []
    for true, sure in zip(true_masks, confidences, strict=True):
        dice = metrics.plain_dice(true, (sure > 0.5).astype(float)) if true.any() else 1.0
        scores.append((dice, dice / (2 - dice)))
    return np.array(scores)


def thresholds_in_place(true_masks, confidences):
    confidences[:] = confidences > 0.5
    return of_each(with_convention)(true_masks, confidences)


def squares_in_place(means, deviations):
    deviations *= deviations
    return np.mean(means**2 + deviations) / means.mean(), white_score(means)


def composites_in_place(true, raw, mask):
    raw[~mask] = true[~mask]
    return table()(true, raw, mask)


def centres_in_place(true, filled, mask):
    """A good metric that changes the picture that it is given."""
    filled -= filled[mask].mean()
    fine = [ndimage.gaussian_filter(one[32:128, 32:128], (1, 1, 0)) for one in (true, filled)]
    return -abs(fine[0].std() - fine[1].std())


def rounded_scores(true_masks, confidences):
    return of_each(with_convention)(true_masks, confidences).round(3)


def nothing_found_is_perfect(true, found):
    return formulas(true, found) if found.any() else (1.0, 1.0)


def recall_and_precision(true, found):
    both = np.logical_and(true, found).sum()
    return both / max(true.sum(), 1), both / max(found.sum(), 1)


def undamaged_marked(true_masks, confidences):
    return of_each(with_convention)(true_masks, 1 - np.ceil(confidences - 0.5))


def in_per_cent(true_masks, confidences):
    return of_each(with_convention)(true_masks, confidences) * 100


def white_with_squares(means, deviations):
    squares = (means**2 + deviations**2).mean()
    return squares / means.mean(), 2 * means.mean() / (1 + squares)


def white_of_one_picture_more(means, deviations):
    both = (means**2 + deviations**2).mean() / means.mean()
    return both, 2 * means.mean() / (len(means) + means.mean())


def with_psnr(change):
    """The right report, its first number computed by change(mean squared error of the holes)."""

    def report(true, raw, mask):
        _, ssim, mae = table()(true, raw, mask)
        return change(np.square(true - raw)[mask].mean()), ssim, mae

    return report


def with_ssim(**options):
    """The right report with scikit-image's SSIM under other options."""

    def report(true, raw, mask):
        psnr, _, mae = table()(true, raw, mask)
        filled, options_of_all = masks.composite(true, raw, mask), {"data_range": 1, **options}
        similar = [
            structural_similarity(one, other, channel_axis=2, **options_of_all)
            for one, other in zip(true, filled, strict=True)
        ]
        return psnr, np.mean(similar), mae

    return report


def variance_of_variances(means, deviations):
    within, between = (deviations**2).mean(), np.var(means, ddof=1) if len(means) > 1 else np.nan
    return (means.mean() ** 2 + within + between) / means.mean(), white_score(means)


def error_of_each_picture(true, raw, mask):
    errors = [one[hole].mean() for one, hole in zip((true - raw) ** 2, mask, strict=True)]
    return -10 * np.log10(sum(errors) / len(errors)), *table()(true, raw, mask)[1:]


def range_of_each_picture(true, raw, mask):
    psnr, _, mae = table()(true, raw, mask)
    similar = [
        structural_similarity(one, other, channel_axis=2, data_range=other.max() - other.min())
        for one, other in zip(true, masks.composite(true, raw, mask), strict=True)
    ]
    return psnr, np.mean(similar), mae


def two_digits(true, raw, mask):
    return [round(float(number), 2) for number in table()(true, raw, mask)]


def signs_kept(true, raw, mask):
    psnr, ssim, _ = table()(true, raw, mask)
    return psnr, ssim, (raw - true)[mask].mean()


def one_less_dice(true, raw, mask):
    psnr, ssim, _ = table()(true, raw, mask)
    filled = masks.composite(true, raw, mask)
    return psnr, ssim, 1 - 2 * (true * filled).sum() / (true.sum() + filled.sum())


WRONG = [
    ("10_1", "rounded", rounded_scores),
    ("10_1", "empty masks always score 1", of_each(nothing_found_is_perfect)),
    ("10_1", "share of one mask", of_each(recall_and_precision)),
    ("10_1", "undamaged taken for damaged", undamaged_marked),
    ("10_1", "per cent", in_per_cent),
    ("10_2", "squares in the denominator", white_with_squares),
    ("10_2", "denominator of white", white_of_one_picture_more),
    ("10_3", "logarithm", with_psnr(lambda error: 10 * np.log10(error))),
    ("10_3", "logarithm", with_psnr(lambda error: -20 * np.log10(error))),
    ("10_3", "logarithm", with_psnr(lambda error: -10 * np.log(error))),
    ("10_3", "1 - SSIM", with_third(lambda ssim, mae, *rest: (1 - ssim, mae))),
    ("10_3", "rounded", two_digits),
    ("10_3", "pictures averaged", error_of_each_picture),
    ("10_3", "the pictures' own range", range_of_each_picture),
    ("10_3", "signs kept", signs_kept),
    ("10_3", "dice on intensities", one_less_dice),
    ("10_1", "the library's scores", of_each(by_the_library)),
    ("10_1", "the library's scores", by_plain_dice),
    ("10_1", "changes its input", thresholds_in_place),
    ("10_2", "changes its input", squares_in_place),
    ("10_3", "changes its input", composites_in_place),
    ("10_4", "changes its input", centres_in_place),
    ("10_1", "exactly half sure counted", half_counts),
    ("10_2", "sign of the mean squared", wrong_sign),
    ("10_3", "mask inverted", composited_backwards),
    ("10_3", "mask inverted", known_for_holes),
    ("10_3", "truth in the holes", truth_for_holes),
    ("10_3", "three values a pixel", pixels_for_values),
    ("10_3", "SSIM and MAE swapped", with_third(lambda ssim, mae, *rest: (mae, ssim))),
    ("10_3", "grey levels", with_third(lambda ssim, mae, *rest: (ssim, 255 * mae))),
    ("10_3", "three values a pixel", with_third(lambda ssim, mae, *rest: (ssim, 3 * mae))),
    ("10_3", "pictures averaged", with_third(each_picture)),
    (
        "10_3",
        "root of the squared error",
        with_third(lambda ssim, mae, errors, mask: (ssim, (errors[mask] ** 2).mean() ** 0.5)),
    ),
    ("10_3", "Gaussian window", with_ssim(gaussian_weights=True)),
    ("10_3", "Gaussian window", with_ssim(gaussian_weights=True, use_sample_covariance=False)),
    ("10_3", "another window", with_ssim(win_size=11)),
    ("10_3", "range of 2", with_ssim(data_range=2)),
    ("10_2", "ddof of 1", variance_of_variances),
    ("10_4", "a millionth costs the truth its place", equality_or_its_surroundings),
    ("10_1", "wrong shape", dice_only),
    ("10_1", "wrong dtype", rounded_down),
    ("10_2", "wrong shape", of_each_picture),
    ("10_3", "peak of 255", AS_PUBLISHED),
    ("10_3", "peak of 255", table(peak=255)),
    ("10_3", "peak of 255", table(similar=255)),
    ("10_3", "raw picture measured", table(raw_psnr=True)),
    ("10_3", "raw picture measured", table(raw_psnr=True, averaged=True)),
    ("10_3", "raw picture measured", table(raw_ssim=True)),
    ("10_3", "raw picture measured", table(third="raw")),
    ("10_3", "decibels averaged", table(averaged=True)),
    ("10_3", "dice on intensities", table(third="dice")),
    ("10_3", "known pixels measured", table(third="everywhere")),
    ("10_3", "known pixels measured", composited_everywhere),
    ("10_3", "SSIM of the holes", ssim_in_holes),
    ("10_3", "wrong shape", two_numbers),
    ("10_3", "wrong type", a_dictionary),
    ("10_4", "a smooth fill wins", similarity),
    ("10_4", "a smooth fill wins", decibels),
    ("10_4", "the shuffled pixels win", same_deviation),
    ("10_4", "the shuffled pixels win", same_histogram),
    ("10_4", "truth beaten", variance_alone),
    ("10_4", "always the same score", constant),
]
