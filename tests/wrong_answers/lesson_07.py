"""Wrong answers to exercise 07: (task, the verdict that names the mistake, the answer)."""

import numpy as np

# The conditional mean


def inverse_of_the_wrong_block(values, missing, mean, covariance):
    filled = values.copy()
    own = covariance[missing][:, missing]
    pull = covariance[missing][:, ~missing] @ (values[~missing] - mean[~missing])
    filled[missing] = np.linalg.inv(own) @ pull + mean[missing]
    return filled


def only_missing(values, missing, mean, covariance):
    return mean[missing]


def in_place(values, missing, mean, covariance):
    known = ~missing
    across = covariance[np.ix_(missing, known)] @ np.linalg.inv(covariance[np.ix_(known, known)])
    values[missing] = mean[missing] + across @ (values - mean)[known]
    return values


def reads_the_gap(values, missing, mean, covariance):
    filled = values.copy()
    filled[missing] = mean[missing] + (covariance @ (values - mean))[missing]
    return filled


def inverse_before_the_block(values, missing, mean, covariance):
    filled, known = values.copy(), ~missing
    inverse = np.linalg.inv(covariance)[known][:, known]
    filled[missing] = mean[missing] + covariance[missing][:, known] @ inverse @ (
        values[known] - mean[known]
    )
    return filled


# Samples


def parts(values, missing, mean, precision):
    block = precision[np.ix_(missing, missing)]
    fill, deviation = values.copy(), np.zeros(len(values))
    pull = precision[np.ix_(missing, ~missing)] @ (values - mean)[~missing]
    fill[missing] = mean[missing] - np.linalg.solve(block, pull)
    deviation[missing] = np.sqrt(np.diag(np.linalg.inv(block)))
    return block, fill, deviation


def mended(*, fill=None, deviation=None, step=None):
    """The right answer with one of its parts replaced."""

    def draw_row(values, missing, mean, precision, white):
        block, right_fill, right_deviation = parts(values, missing, mean, precision)
        first = right_fill if fill is None else fill(values, missing, mean, precision, right_fill)
        second = right_deviation if deviation is None else deviation(precision, missing, block)
        sample = first.copy()
        root = np.linalg.cholesky(np.linalg.inv(block))
        sample[missing] += root @ white if step is None else step(block, second[missing], white)
        return first, second, sample

    return draw_row


def on_missing(numbers, missing):
    return np.where(missing, numbers, 0)


def wrong_side(values, missing, mean, precision, right):
    return np.where(missing, 2 * mean - right, right)


def plain_mean(values, missing, mean, precision, right):
    return np.where(missing, mean, values)


def as_covariance(values, missing, mean, precision, right):
    filled = values.copy()
    known = ~missing
    across = precision[np.ix_(missing, known)] @ np.linalg.inv(precision[np.ix_(known, known)])
    filled[missing] = mean[missing] + across @ (values - mean)[known]
    return filled


def as_brightness(values, missing, mean, covariance):
    filled, known = values.copy(), ~missing
    inverse = np.linalg.inv(covariance[known][:, known])
    pulled = covariance[missing][:, known] @ inverse @ (values - mean)[known]
    filled[missing] = np.clip(mean[missing] + pulled, 0, 1)
    return filled


def begins_empty(values, missing, mean, covariance):
    filled, known = np.zeros_like(values), ~missing
    inverse = np.linalg.inv(covariance[known][:, known])
    pulled = covariance[missing][:, known] @ inverse @ (values - mean)[known]
    filled[missing] = mean[missing] + pulled
    return filled


def two_names_for_one_array(*row):
    fill, deviation, right = mended()(*row)
    sample = fill
    sample[:] = right
    return fill, deviation, sample


def varies_as_if_nothing_were_known(values, missing, mean, precision, white):
    fill, deviation, sample = mended()(values, missing, mean, precision, white)
    block = np.linalg.inv(precision)[np.ix_(missing, missing)]
    sample[missing] = fill[missing] + np.linalg.cholesky(block) @ white
    return fill, deviation, sample


def own_noise(values, missing, mean, precision, white):
    block, fill, deviation = parts(values, missing, mean, precision)
    sample = fill.copy()
    sample[missing] += np.random.multivariate_normal(np.zeros(len(block)), np.linalg.inv(block))
    return fill, deviation, sample


def around_the_mean(values, missing, mean, precision, white):
    block, fill, deviation = parts(values, missing, mean, precision)
    sample = np.where(missing, mean, values)
    sample[missing] += np.linalg.cholesky(np.linalg.inv(block)) @ white
    return fill, deviation, sample


def shifted_known(values, missing, mean, precision, right):
    return np.where(missing, right, mean)


# Prices


def drawn(seed):
    """The exercise's ``measured``, with a seed of one's own."""

    def measured(k, warmth):
        random = np.random.RandomState(seed)
        truth = random.standard_normal(200_000)
        mean = (warmth * random.standard_normal((k, 200_000))).mean(axis=0)
        return 10 * np.log10(((mean - truth) ** 2).mean() / (truth**2).mean())

    return measured


WRONG = [
    ("07_1", "blocks swapped", inverse_of_the_wrong_block),
    ("07_1", "a block of the inverse", inverse_before_the_block),
    ("07_1", "wrong shape", only_missing),
    ("07_1", "changes its input", in_place),
    ("07_1", "cut off at 0 and 1", as_brightness),
    ("07_1", "known numbers lost", begins_empty),
    ("07_2", "fill moves with the sample", two_names_for_one_array),
    ("07_2", "rounded", lambda *row: [part.round(3) for part in mended()(*row)]),
    ("07_2", "order exchanged", lambda *row: [mended()(*row)[part] for part in (0, 2, 1)]),
    ("07_2", "marginal instead of conditional", varies_as_if_nothing_were_known),
    ("07_3", "divided by k - 1", lambda k, warmth: 10 * np.log10(1 + warmth**2 / (k - 1 or 1))),
    ("07_1", "wrong values", reads_the_gap),
    ("07_2", "the precision's sign", mended(fill=wrong_side)),
    ("07_2", "treated as a covariance", mended(fill=as_covariance)),
    ("07_2", "wrong fill", mended(fill=plain_mean)),
    ("07_2", "known numbers changed", mended(fill=shifted_known)),
    (
        "07_2",
        "marginal instead of conditional",
        mended(deviation=lambda p, m, block: on_missing(np.sqrt(np.diag(np.linalg.inv(p))), m)),
    ),
    (
        "07_2",
        "given the missing ones too",
        mended(deviation=lambda p, m, block: on_missing(np.diag(p) ** -0.5, m)),
    ),
    (
        "07_2",
        "unsure of known numbers",
        mended(deviation=lambda p, m, block: np.sqrt(np.diag(np.linalg.inv(p)))),
    ),
    ("07_2", "each number by itself", mended(step=lambda block, deviation, z: deviation * z)),
    *[
        ("07_2", "root of the precision", mended(step=step))
        for step in (
            lambda block, d, z: np.linalg.cholesky(block) @ z,
            lambda block, d, z: np.linalg.cholesky(block).T @ z,
        )
    ],
    *[
        ("07_2", "root transposed", mended(step=step))
        for step in (
            lambda block, d, z: np.linalg.inv(np.linalg.cholesky(block)) @ z,
            lambda block, d, z: np.linalg.cholesky(np.linalg.inv(block)).T @ z,
        )
    ],
    ("07_2", "no root taken", mended(step=lambda block, d, z: np.linalg.solve(block, z))),
    ("07_2", "centred on the mean", around_the_mean),
    ("07_2", "wrong law", mended(step=lambda block, d, z: 0.5 * d * z)),
    ("07_2", "sample is not around the fill", own_noise),
    ("07_2", "not three results", lambda v, m, mean, p, z: parts(v, m, mean, p)[1]),
    ("07_3", "ratio instead of decibels", lambda k, warmth: (k + warmth**2) / k),
    ("07_3", "natural logarithm", lambda k, warmth: 10 * (np.log(k + warmth**2) - np.log(k))),
    ("07_3", "wrong values", lambda k, warmth: 3.01 / k),
    ("07_3", "near, not exact", drawn(0)),
    ("07_3", "near, not exact", drawn(1)),
    ("07_3", "near, not exact", lambda k, warmth: np.round(10 * np.log10(1 + warmth**2 / k), 2)),
]
