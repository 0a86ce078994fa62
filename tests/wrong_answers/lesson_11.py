"""Wrong answers to exercise 11: (task, the verdict that names the mistake, the answer)."""

import numpy as np
from scipy import ndimage
from scipy.signal import correlate


def sums(features, valids, kernel):
    """Sum over the known values, how many there are, how many there could be."""
    start, total, seen = 0, 0.0, 0.0
    for one, valid in zip(features, valids, strict=True):
        part = kernel[..., start : start + one.shape[-1]]
        total += part[valid[..., 0] == 1].ravel() @ one[valid[..., 0] == 1].ravel()
        seen += valid.sum() * one.shape[-1]
        start += one.shape[-1]
    return total, seen, kernel.size


def share(features, valids, kernel, bias):
    total, seen, size = sums(features, valids, kernel)
    return (total * size / seen + bias, seen / size) if seen else (0, 0)


def feature_only(features, valids, kernel, bias):
    total, seen, size = sums(features, valids, kernel)
    return total * size / seen + bias if seen else 0


def windows(array, k):
    return np.lib.stride_tricks.sliding_window_view(array, (k, k), axis=(0, 1))


def published(features, valid, kernel, bias, channels=1, beyond=1, epsilon=1e-8, blind=True):
    """The published layer; each argument mends one fault."""
    k = kernel.shape[0]
    margins = (k // 2, k // 2), (k // 2, k // 2), (0, 0)
    known = np.pad(np.where(valid > 0, features, 0), margins)
    total = np.einsum("hwcij,ijcf->hwf", windows(known, k), kernel)
    seen = windows(np.pad(valid, margins, constant_values=beyond), k)
    seen = seen.sum(axis=(2, 3, 4))[..., None]
    size = k * k * (features.shape[-1] if channels == "all" else 1)
    ratio = size / (np.maximum(seen, 1) if epsilon is None else seen + epsilon)
    new_valid = (seen > 0).astype(features.dtype)
    output = total * ratio + bias
    return output if blind else output * new_valid, new_valid


MENDED = {"channels": "all", "beyond": 0, "epsilon": None, "blind": False}


def mended_but(*faults, **other):
    chosen = {name: value for name, value in MENDED.items() if name not in faults} | other

    def layer(features, valid, kernel, bias):
        output, new_valid = published(features, valid, kernel, bias, **chosen)
        return output[..., : kernel.shape[-1]], new_valid[..., :1]

    return layer


def bias_scaled_layer(features, valid, kernel, bias):
    output, known = mended_but()(features, valid, kernel, 0 * bias)
    seen = sum(
        ndimage.correlate(valid[..., c].astype(float), np.ones((3, 3)), mode="constant")
        for c in range(valid.shape[-1])
    )[..., None]
    ratio = valid.shape[-1] * 9 / np.maximum(seen, 1)
    return output + np.where(seen > 0, bias * ratio, 0), known


def validity_kept(features, valid, kernel, bias):
    return mended_but()(features, valid, kernel, bias)[0], valid[..., :1]


def validity_of_each_channel(features, valid, kernel, bias):
    output, known = mended_but()(features, valid, kernel, bias)
    return output, known.repeat(valid.shape[-1], axis=2)


def features_alone(features, valid, kernel, bias):
    return mended_but()(features, valid, kernel, bias)[0]


def walk(filters, sources, choose=max, last_only=False, out=False):
    made, left = {0: 3}, {0: 1.0}
    for number, (own, given) in enumerate(zip(filters, sources, strict=True), start=1):
        channels = made[given[-1]] if last_only else sum(made[one] for one in given)
        left[number] = choose([left[one] for one in given]) / (own if out else channels)
        made[number] = own
    return [left[number] for number in range(1, len(filters) + 1)]


def last_layer_only(filters, sources):
    return walk(filters, sources)[-1]


def reference(features, valid, kernel, bias):
    """Equation 1 and 2 by SciPy's correlation, channel by channel."""
    known = np.where(valid > 0, features, 0)
    ones = np.ones(kernel.shape[:2])
    margins = tuple((side // 2, side // 2) for side in kernel.shape[:2])
    every = range(valid.shape[-1])
    seen = sum(correlate(np.pad(valid[..., c], margins), ones, "valid", "direct") for c in every)
    total = np.stack(
        [
            sum(
                correlate(np.pad(known[..., c], margins), kernel[..., c, f], "valid", "direct")
                for c in every
            )
            for f in range(kernel.shape[-1])
        ],
        axis=-1,
    )
    seen = seen[..., None]
    output = total * (kernel[..., 0].size / np.maximum(seen, 1)) + bias
    return np.where(seen > 0.5, output, 0), (seen > 0.5).astype(float)


def given(seed, size=(3, 3), share=0.3):
    random = np.random.RandomState(seed)
    features = random.normal(size=(6, 9, 3))
    valid = np.zeros_like(features) + (random.random_sample((6, 9, 1)) < share)
    return features, valid, random.normal(size=(*size, 3, 2)), random.normal(size=2)


def only_where_all_is_known(layer):
    x, valid, w, b = given(0, share=2)
    return bool(np.allclose(layer(x, valid, w, b)[0], reference(x, valid, w, b)[0], atol=1e-4))


def as_in_the_lesson(layer):
    """3 x 3 windows, one validity for all channels, nothing but numbers in the holes."""
    for seed, share in ((1, 0.2), (2, 0), (3, 2), (4, 0.05)):
        one = given(seed, share=share)
        for a, b in zip(layer(*one), reference(*one), strict=True):
            if not np.allclose(a, b, atol=1e-4):
                return False
    return True


def too_strict(layer):
    one = given(5)
    return bool(np.array_equal(layer(*one)[0], reference(*one)[0]))


def always(layer):
    return True


def never(layer):
    return False


def in_words(layer):
    return "right"


def a_ratio_each(features, valids, kernel, bias):
    start, total = 0, 0.0
    for one, valid in zip(features, valids, strict=True):
        part = kernel[..., start : start + one.shape[-1]]
        start += one.shape[-1]
        if valid.any():
            total += (np.where(valid == 1, one, 0) * part).sum() / valid.mean()
    seen = max(valid.max() for valid in valids)
    return (total + bias) * seen, seen


def for_three_channels(features, valid, kernel, bias):
    k = kernel.shape[0]
    output, known = mended_but()(features, valid, kernel, 0 * bias)
    return (output * (k * k * 3) / kernel[..., 0].size + bias) * known, known


def for_three_by_three(features, valid, kernel, bias):
    k = kernel.shape[0]
    output, known = mended_but()(features, valid, kernel, 0 * bias)
    return (output * 9 / (k * k) + bias) * known, known


def first_named(filters, sources):
    return walk(filters, sources, choose=lambda left: left[0])


WRONG = [
    ("11_1", "a ratio for each input", a_ratio_each),
    ("11_2", "ratio not exact", mended_but(epsilon=1e-3)),
    ("11_2", "one size only", for_three_channels),
    ("11_2", "one size only", for_three_by_three),
    ("11_3", "one source only", first_named),
    ("11_1", "wrong shape", feature_only),
    ("11_2", "not finite in float16", published),
    ("11_2", "not finite in float16", mended_but("epsilon")),
    ("11_2", "not finite in float16", mended_but(epsilon=1e-6)),
    ("11_2", "channels still forgotten", mended_but("channels")),
    ("11_2", "padding counts as known", mended_but("beyond")),
    ("11_2", "bias in blind windows", mended_but("blind")),
    ("11_2", "channels still forgotten", mended_but("channels", "beyond", "blind")),
    ("11_2", "bias scaled", bias_scaled_layer),
    ("11_2", "validity not updated", validity_kept),
    ("11_2", "wrong shape", validity_of_each_channel),
    ("11_2", "not two results", features_alone),
    ("11_3", "wrong shape", last_layer_only),
    ("11_4", "accepts a faulty layer", only_where_all_is_known),
    ("11_4", "accepts a faulty layer", as_in_the_lesson),
    ("11_4", "accepts a faulty layer", always),
    ("11_4", "rejects a right layer", too_strict),
    ("11_4", "rejects a right layer", never),
    ("11_4", "wrong type", in_words),
]
