"""Wrong answers to exercise 16: (task, the verdict that names the mistake, the answer)."""

import numpy as np
from scipy.special import expit, softmax


def by_convolution(dilations, taps=(1, 1, 1), keep=lambda ways: ways > 0):
    """Offsets that ways lead to, by convolving rows of ones."""
    row = np.ones(1)
    for dilation in dilations:
        layer = np.zeros(2 * dilation + 1)
        layer[::dilation] = taps
        row = np.convolve(row, layer)
    return np.flatnonzero(keep(row)) - len(row) // 2


def first_and_last(dilations):
    return by_convolution(dilations)[[0, -1]]


def to_the_right(dilations):
    offsets = by_convolution(dilations)
    return offsets[offsets >= 0]


def all_ways(dilations):
    offsets = [0]
    for dilation in dilations:
        offsets = [offset + step for offset in offsets for step in (0, -dilation, dilation)]
    return offsets


def parts(window, kernel, bias):
    total = (window[..., None] * kernel).sum(axis=(0, 1, 2))
    half = len(bias) // 2
    return total[:half], total[half:], bias[:half], bias[half:]


def scaled_gate(window, kernel, bias):
    f, g, b, c = parts(window, kernel, bias)
    return np.maximum(f + b, 0) * 2 * expit(g + c)


def elu(window, kernel, bias):
    f, g, b, c = parts(window, kernel, bias)
    return np.where(f + b > 0, f + b, np.expm1(f + b)) * expit(g + c)


def no_bias_for_features(window, kernel, bias):
    f, g, _, c = parts(window, kernel, bias)
    return np.maximum(f, 0) * expit(g + c)


def crossed_biases(window, kernel, bias):
    f, g, b, c = parts(window, kernel, bias)
    return np.maximum(f + c, 0) * expit(g + b)


def first_mend(window, kernel, bias):
    """The published place, with its bias where it belongs."""
    total = np.tensordot(window, kernel, axes=3) + bias
    return np.maximum(total[::2], 0) * np.tanh(total[1::2])


def gate_of_a_relu(window, kernel, bias):
    f, g, b, c = parts(window, kernel, bias)
    return np.maximum(f + b, 0) * expit(np.maximum(g + c, 0))


def closed_gate(window, kernel, bias):
    f, g, b, c = parts(window, kernel, bias)
    return np.maximum(f + b, 0) / (1 + np.exp(g + c))


def no_bias(window, kernel, bias):
    f, g, _, _ = parts(window, kernel, bias)
    return np.maximum(f, 0) * expit(g)


def tanh_gate(window, kernel, bias):
    f, g, b, c = parts(window, kernel, bias)
    return np.clip(f + b, 0, None) * np.tanh(g + c)


def cosines(patch, patches):
    return patches @ patch / np.sqrt((patches**2).sum(axis=1) * (patch**2).sum())


def overflowing(patch, patches, whole, sharpness):
    with np.errstate(all="ignore"):
        raised = np.where(whole, np.exp(sharpness * cosines(patch, patches)), 0)
        return raised / raised.sum()


def taken_off_first(patch, patches, whole, sharpness):
    """Safe from infinity, and not from 0: no score is above the sharpness."""
    raised = np.exp(sharpness * (cosines(patch, patches) - 1)) * whole
    with np.errstate(all="ignore"):
        return raised / raised.sum()


def multiplied_by_whole(patch, patches, whole, sharpness):
    with np.errstate(all="ignore"):
        raised = np.exp(sharpness * cosines(patch, patches)) * whole
        return raised / raised.sum()


def raised_alone(patch, patches, whole, sharpness):
    scores = np.where(whole, sharpness * cosines(patch, patches), -np.inf)
    return np.exp(scores - scores.max())


def of_nine_numbers(patch, patches, whole, sharpness):
    lengths = np.sqrt((patches**2).sum(axis=1) * (patch**2).sum())
    return softmax(np.where(whole, sharpness * patches[:, :9] @ patch[:9] / lengths, -np.inf))


def largest_of_all(patch, patches, whole, sharpness):
    scores = sharpness * cosines(patch, patches)
    raised = np.exp(scores - scores.max()) * whole
    with np.errstate(all="ignore"):
        return raised / raised.sum()


def in_one_direction(dilations):
    ends = [sum(dilations[:count]) for count in range(len(dilations) + 1)]
    return sorted({sign * end for end in ends for sign in (-1, 1)})


WRONG = [
    ("16_1", "one side only", lambda d: by_convolution(d) + sum(d)),
    ("16_1", "0 left out", lambda d: [one for one in by_convolution(d) if one]),
    ("16_1", "gaps counted, not steps", lambda d: by_convolution([one + 1 for one in d])),
    ("16_1", "dilations multiplied", lambda d: by_convolution(
        [int(np.prod(d[: count + 1])) for count in range(len(d))])),
    ("16_1", "all layers in one direction", in_one_direction),
    ("16_1", "the whole span", lambda d: list(range(-sum(d), sum(d)))),
    ("16_1", "the ends alone", first_and_last),
    ("16_1", "one side only", to_the_right),
    ("16_1", "the whole span", lambda d: np.arange(-sum(d), sum(d) + 1)),
    ("16_1", "one side only", lambda d: by_convolution(d)[by_convolution(d) >= 0]),
    ("16_1", "offsets repeated", lambda d: np.repeat(by_convolution(d), 2)),
    ("16_1", "offsets repeated", all_ways),
    ("16_1", "not sorted", lambda d: by_convolution(d)[::-1]),
    ("16_1", "not sorted", lambda d: list(dict.fromkeys(all_ways(d)))),
    ("16_1", "wrong shape", lambda d: by_convolution(d) if d else 0),
    ("16_1", "layers side by side", lambda d: sorted({0, *d, *(-one for one in d)})),
    ("16_1", "the middle tap forgotten", lambda d: by_convolution(d, taps=(1, 0, 1))),
    ("16_1", "wrong dtype", lambda d: by_convolution(d).astype(float)),
    ("16_2", "1 fault left", tanh_gate),
    ("16_2", "wrong values", scaled_gate),
    ("16_2", "wrong values", elu),
    ("16_2", "wrong values", gate_of_a_relu),
    ("16_2", "2 faults left", first_mend),
    ("16_2", "the gate's sign", closed_gate),
    ("16_2", "both biases lost", no_bias),
    ("16_2", "the features' bias lost", no_bias_for_features),
    ("16_2", "biases crossed", crossed_biases),
    ("16_2", "wrong shape", lambda w, k, b: np.concatenate(parts(w, k, b)[:2])),
    ("16_3", "hole patches looked at", lambda p, q, w, s: softmax(s * cosines(p, q))),
    ("16_3", "no sharpness", lambda p, q, w, s: softmax(np.where(w, cosines(p, q), -np.inf))),
    ("16_3", "hidden by a number", lambda p, q, w, s: softmax(s * cosines(p, q) - 1e4 * ~w)),
    ("16_3", "an overflow", overflowing),
    ("16_3", "an overflow", multiplied_by_whole),
    ("16_3", "the sharpness taken off", taken_off_first),
    ("16_3", "not divided by the sum", raised_alone),
    ("16_3", "wrong values", of_nine_numbers),
    ("16_3", "hidden by a number", lambda p, q, w, s: softmax(
        np.where(w, s * cosines(p, q), -1e4))),
    ("16_3", "hidden by a number", lambda p, q, w, s: softmax(s * np.where(w, cosines(p, q), -1))),
    ("16_3", "hidden by a number", lambda p, q, w, s: softmax(
        np.where(w, s * cosines(p, q), -999))),
    ("16_3", "one length forgotten", lambda p, q, w, s: softmax(
        np.where(w, s * q @ p / np.sqrt(p @ p), -np.inf))),
    ("16_3", "sharpness divides", lambda p, q, w, s: softmax(
        np.where(w, cosines(p, q) / s, -np.inf))),
    ("16_3", "wrong values", lambda p, q, w, s: softmax(
        np.where(w, min(s, 2000) * cosines(p, q), -np.inf))),
    ("16_3", "the largest of all taken off", largest_of_all),
    ("16_3", "the wrong ones hidden", lambda p, q, w, s: softmax(s * cosines(p, q) - 1e12 * w)),
    ("16_3", "wrong values", lambda p, q, w, s: softmax(
        np.where(w, -s * ((q - p) ** 2).sum(axis=1), -np.inf))),
    ("16_3", "wrong shape", lambda p, q, w, s: softmax(s * cosines(p, q[w]))),
    ("16_3", "hidden by a number", lambda p, q, w, s: softmax(np.where(w, s * cosines(p, q), 0))),
    ("16_4", "gaps", lambda layers: [2] * layers),
    ("16_4", "gaps", lambda layers: [4**k for k in range(layers)]),
    ("16_4", "not the widest", lambda layers: [2**k for k in range(layers)]),
    ("16_4", "not the widest", lambda layers: [1] * layers),
    ("16_4", "wrong shape", lambda layers: [1, 3, 9]),
    ("16_4", "wrong range", lambda layers: [0] * layers),
]  # fmt: skip
