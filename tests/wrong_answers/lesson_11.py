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


def walk(filters, sources, choose=max, last_only=False, out=False, picture=3):
    made, left = {0: picture}, {0: 1.0}
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


def one_of(ratio, features, valids, kernel, bias, blind=0.0):
    """One place with ``ratio(seen, size, channels)``; what a blind one gives."""
    total, seen, size = sums(features, valids, kernel)
    channels = kernel.shape[-1]
    return (total * ratio(seen, size, channels) + bias, 1) if seen else (blind * bias, 0)


def formula_2(*given):
    return one_of(lambda seen, size, channels: size / channels / seen, *given, blind=1)


def formula_4(*given):
    return one_of(lambda seen, size, channels: 1 / seen, *given)


def right_place(*given):
    return one_of(lambda seen, size, channels: size / seen, *given)


def known_by_value(*given):
    output, _ = right_place(*given)
    return output, float(output != 0)


def known_by_sign(*given):
    output, _ = right_place(*given)
    return output, 1 if output > 0 else 0


def known_by_sum(features, valids, kernel, bias):
    total, *_ = sums(features, valids, kernel)
    return right_place(features, valids, kernel, bias)[0], int(total != 0)


def black_is_hole(features, valids, kernel, bias):
    seen = [
        v * (np.abs(f).sum(axis=2, keepdims=True) > 0)
        for f, v in zip(features, valids, strict=True)
    ]
    return right_place(features, seen, kernel, bias)


def blackened(features, valids, kernel, bias):
    output = right_place(features, valids, kernel, bias)
    for one, valid in zip(features, valids, strict=True):
        one[valid[..., 0] == 0] = 0
    return output


def layer_4(features, valid, kernel, bias):
    output, known = mended_but()(features, valid, kernel, 0 * bias)
    return (output / kernel[..., 0].size + bias) * known, known


def three_times_as_bright(features, valid, kernel, bias):
    """sum(M) of one channel, sum(1) of all."""
    output, known = mended_but()(features, valid, kernel, 0 * bias)
    return (output * valid.shape[-1] + bias) * known, known


def layer_ratio(power):
    """The right sums, scaled by sum(1) / sum(M) to a power; the right one is 1."""

    def layer(features, valid, kernel, bias):
        output, known = mended_but()(features, valid, kernel, 0 * bias)
        k = kernel.shape[0]
        seen = windows(np.pad(valid, ((k // 2,) * 2, (k // 2,) * 2, (0, 0))), k)
        ratio = kernel[..., 0].size / np.maximum(seen.sum(axis=(2, 3, 4)), 1)[..., None]
        return (output * ratio ** (power - 1) + bias) * known, known

    return layer


def layer_known_by_value(features, valid, kernel, bias):
    output, _ = mended_but()(features, valid, kernel, bias)
    return output, (abs(output).max(axis=2, keepdims=True) > 0).astype(output.dtype)


def layer_black_is_hole(features, valid, kernel, bias):
    return mended_but()(features, valid * (features != 0), kernel, bias)


def layer_in_place(features, valid, kernel, bias):
    features[valid == 0] = 0
    return mended_but()(features, valid, kernel, bias)


def layer_multiplied(features, valid, kernel, bias):
    everywhere, (output, known) = np.ones_like(valid), mended_but()(features, valid, kernel, bias)
    poison = mended_but()(0 * features * valid, everywhere, kernel, 0 * bias)[0]
    return output + poison, known


def layer_that_reads(features, valid, kernel, bias):
    hidden = mended_but()(np.where(valid > 0, 0, features), np.ones_like(valid), kernel, 0 * bias)
    k = kernel.shape[0]
    margins = ((k // 2,) * 2, (k // 2,) * 2, (0, 0))
    inside = windows(np.pad(np.ones_like(valid), margins), k).sum(axis=(2, 3, 4))[..., None]
    seen = windows(np.pad(valid, margins), k).sum(axis=(2, 3, 4))[..., None]
    output, known = mended_but()(features, valid, kernel, bias)
    return output + hidden[0] * (inside / np.maximum(seen, 1)) * known, known


def without_black(layer):
    """All shapes, shares, channels and NaN in the holes; but no known pixel is black."""
    for seed, (size, share) in enumerate(
        (size, share) for size in ((3, 3), (1, 1), (5, 3)) for share in (0, 0.05, 0.5, 2)
    ):
        x, _, w, b = given(seed, size)
        valid = (np.random.RandomState(seed).random_sample(x.shape) < share).astype(float)
        one = np.where(valid > 0, x, np.nan), valid, w, b
        for a, other in zip(layer(*one), reference(*one), strict=True):
            if not np.allclose(a, other, atol=1e-4):
                return False
    return True


def nine(features, valids, kernel, bias):
    """Formula II with its nine written out."""
    total, seen, _ = sums(features, valids, kernel)
    return (total * 9 / seen + bias, 1) if seen else (0, 0)


def nine_a_channel(*given):
    """Right for windows of 3 x 3."""
    return one_of(lambda seen, size, channels: 9 * channels / seen, *given)


def without_bias(features, valids, kernel, bias):
    return right_place(features, valids, kernel, 0)


def two_layers(features, valids, kernel, bias):
    """A partial convolution with a bias for each input, added."""
    start, output, known = 0, 0.0, 0
    for one, valid in zip(features, valids, strict=True):
        part = kernel[..., start : start + one.shape[-1]]
        start += one.shape[-1]
        value, seen = right_place([one], [valid], part, bias)
        output, known = output + value, max(known, seen)
    return output, known


def bias_for_each(features, valids, kernel, bias):
    return right_place(features, valids, kernel, len(valids) * bias)


def safe_division(features, valids, kernel, bias):
    """No blind windows: the count is 1 at least."""
    total, seen, size = sums(features, valids, kernel)
    return total * size / max(seen, 1) + bias, 1


def multiplied_first(features, valid, kernel, bias):
    """Right in float32; 288 times 288 overflows in float16."""
    k = kernel.shape[0]
    margins = (k // 2, k // 2), (k // 2, k // 2), (0, 0)
    total = np.einsum(
        "hwcij,ijcf->hwf", windows(np.pad(np.where(valid > 0, features, 0), margins), k), kernel
    )
    seen = windows(np.pad(valid, margins), k).sum(axis=(2, 3, 4))[..., None]
    scaled = total * kernel[..., 0].size / np.where(seen > 0, seen, 1)
    return np.where(seen > 0, scaled + bias, 0), (seen > 0).astype(features.dtype)


def divided_by(channels_of):
    """The strongest source, divided by ``channels_of`` (channels, factors) of the sources."""

    def compute(filters, sources):
        made, left = [3, *filters], [1.0]
        for given in sources:
            channels, factors = [made[one] for one in given], [left[one] for one in given]
            left.append(max(factors) / channels_of(channels, factors))
        return left[1:]

    return compute


def of_a_grey_picture(filters, sources):
    """Three times too much wherever the strongest path begins with the first layer."""
    made, left = [1, *filters], [1.0]
    for given in sources:
        left.append(max(left[one] for one in given) / sum(made[one] for one in given))
    return left[1:]


def other_order(features, valids, kernel, bias):
    return right_place(features[::-1], valids[::-1], kernel, bias)


def nothing_without_both(features, valids, kernel, bias):
    if min(valid.max() for valid in valids) == 0:
        return 0, 0
    return right_place(features, valids, kernel, bias)


def sums_the_holes(features, valids, kernel, bias):
    """np.where the wrong way round."""
    start, total = 0, 0.0
    _, seen, size = sums(features, valids, kernel)
    for one, valid in zip(features, valids, strict=True):
        part = kernel[..., start : start + one.shape[-1]]
        total += (np.where(valid == 1, 0, one) * part).sum()
        start += one.shape[-1]
    return (total * size / seen + bias, 1) if seen else (0, 0)


def how_many_known(features, valids, kernel, bias):
    return right_place(features, valids, kernel, bias)[0], sums(features, valids, kernel)[1]


def only_if_all_known(features, valids, kernel, bias):
    _, seen, size = sums(features, valids, kernel)
    return right_place(features, valids, kernel, bias)[0], int(seen == size)


def epsilon_of_float16(features, valid, kernel, bias):
    """Finite for three channels: 27 / 0.001 is a float16, but 288 / 0.001 is none."""
    least = np.finfo(features.dtype).eps if features.dtype == np.float16 else 1
    k = kernel.shape[0]
    margins = (k // 2, k // 2), (k // 2, k // 2), (0, 0)
    total, known = mended_but()(features, valid, kernel, 0 * bias)
    seen = windows(np.pad(valid, margins), k).sum(axis=(2, 3, 4))[..., None]
    ratio = kernel[..., 0].size / np.maximum(seen, least)
    return (total / (kernel[..., 0].size / np.maximum(seen, 1)) * ratio + bias) * known, known


def in_four_places(filters, sources):
    return [round(one, 4) for one in walk(filters, sources)]


def with_the_pixels(filters, sources):
    return walk([9 * one for one in filters], sources, picture=27)


def without_the_picture(filters, sources):
    """The channels of source s are looked up as filters[s]."""
    left = [1.0]
    for given in sources:
        left.append(max(left[one] for one in given) / sum(filters[one] for one in given))
    return left[1:]


def asserts(layer):
    for seed in range(4):
        for one, other in zip(layer(*given(seed)), reference(*given(seed)), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)
    return True


def by_name(layer):
    return layer.__name__ in ("_loops", "formula", "_single_precision")


WRONG = [
    ("11_1", "inputs joined in the other order", other_order),
    ("11_1", "blind if one input is", nothing_without_both),
    ("11_1", "validity inverted", sums_the_holes),
    ("11_1", "new validity is a count", how_many_known),
    ("11_1", "new validity asks for all", only_if_all_known),
    ("11_2", "not finite in float16", epsilon_of_float16),
    ("11_3", "rounded", in_four_places),
    ("11_3", "pixels counted as well", with_the_pixels),
    ("11_3", "sources one off", without_the_picture),
    ("11_4", "raises instead of False", asserts),
    ("11_1", "channels forgotten in sum(1)", nine),
    ("11_1", "3 x 3 windows only", nine_a_channel),
    ("11_1", "bias forgotten", without_bias),
    ("11_1", "a ratio for each input", two_layers),
    ("11_1", "bias of each input", bias_for_each),
    ("11_1", "blind window known", safe_division),
    ("11_2", "overflow in float16", multiplied_first),
    ("11_3", "channels of one source only", divided_by(lambda channels, factors: max(channels))),
    (
        "11_3",
        "channels of one source only",
        divided_by(lambda channels, factors: channels[int(np.argmax(factors))]),
    ),
    ("11_3", "a grey picture", of_a_grey_picture),
    ("11_4", "rejects a right layer", by_name),
    ("11_1", "channels forgotten in sum(1)", formula_2),
    ("11_1", "sum(1) forgotten", formula_4),
    ("11_1", "validity from the output", known_by_value),
    ("11_1", "validity from the output", known_by_sign),
    ("11_1", "validity from the output", known_by_sum),
    ("11_1", "black taken for a hole", black_is_hole),
    ("11_1", "changes its input", blackened),
    ("11_2", "sum(1) forgotten", layer_4),
    ("11_2", "channels forgotten in sum(M)", three_times_as_bright),
    ("11_2", "ratio forgotten", layer_ratio(0)),
    ("11_2", "ratio inverted", layer_ratio(-1)),
    ("11_2", "holes read", layer_that_reads),
    ("11_2", "validity from the output", layer_known_by_value),
    ("11_2", "black taken for a hole", layer_black_is_hole),
    ("11_2", "changes its input", layer_in_place),
    ("11_2", "NaN times zero", layer_multiplied),
    ("11_4", "accepts a faulty layer", without_black),
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
