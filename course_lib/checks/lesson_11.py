"""Checks of exercise 11: the partial convolution, its faults, and a test that finds them."""

from dataclasses import replace
from functools import partial

import numpy as np

from course_lib.checks._compare import (
    as_function,
    call,
    check_array,
    check_function,
    check_inputs_unchanged,
    close,
    mistake_rows,
)
from course_lib.checks._task import not_attempted, task, wrong
from course_lib.evaluation.partial_layers import convolve, count_known, formula, windows


def _window(rng, channels, side=3, known=None, hole=None, light=1.0, bias=None):
    """(features, valids, kernel, bias) of one place; at least one pixel known unless said.

    ``light`` is the share of the pixels that are not black.
    """
    features, valids = [], []
    numbers = known or rng.permutation(np.arange(2, side**2 - 1))[: len(channels)]
    for count, number in zip(channels, numbers, strict=True):
        valid = np.zeros(side**2)
        valid[rng.permutation(side**2)[:number]] = 1
        valid = valid.reshape(side, side, 1)
        feature = rng.normal(size=(side, side, count)) * (rng.random((side, side, 1)) < light)
        features.append(feature if hole is None else np.where(valid > 0, feature, hole))
        valids.append(valid)
    bias = rng.uniform(0.3, 2) if bias is None else bias
    return features, valids, rng.normal(size=(side, side, sum(channels))), bias


def _one_place(features, valids, kernel, bias, *, ratio=None, holes="hidden", blind=0, update=None):
    """One place of a partial convolution; the options are mistakes."""
    known = [np.broadcast_to(v, f.shape) for f, v in zip(features, valids, strict=True)]
    X, M = np.concatenate(features, axis=-1), np.concatenate(known, axis=-1)
    hide = {"hidden": np.where(M > 0, X, 0), "multiplied": X * M, "read": X}
    total = (hide[holes] * kernel).sum()
    if M.sum() == 0:
        return (bias if blind else 0.0), 0.0
    scale = M.size / M.sum() if ratio is None else ratio(valids, M)
    return total * scale + bias, 1.0 if update is None else update(M)


def _with_ratio(ratio):
    """One place whose ratio is ``ratio(valids, M)``, without and with the bias if it is blind."""
    return tuple(partial(_one_place, ratio=ratio, blind=blind) for blind in (0, 1))


def _joined(join):
    """One place where one validity, ``join(valids, axis=0)``, holds for all inputs."""

    def compute(features, valids, kernel, bias):
        return _one_place(features, [join(valids, axis=0)] * len(valids), kernel, bias)

    return compute


def _joined_ratio(join):
    """One place whose ratio is that of one validity."""

    def ratio(valids, M):
        valid = join(valids, axis=0)
        return valid.size / valid.sum() if valid.sum() else 0

    return partial(_one_place, ratio=ratio)


def _ratio_for_each(features, valids, kernel, bias):
    total, first = 0.0, 0
    for feature, valid in zip(features, valids, strict=True):
        part = kernel[..., first : first + feature.shape[-1]]
        total += _one_place([feature], [valid], part, 0)[0]
        first += feature.shape[-1]
    known = any(valid.any() for valid in valids)
    return (total + bias if known else 0.0), float(known)


def _place_for_each(features, valids, kernel, bias):
    """Each input's own place of a partial convolution, bias included, added up."""
    parts = np.split(kernel, np.cumsum([one.shape[-1] for one in features])[:-1], axis=-1)
    places = [
        _one_place([feature], [valid], part, bias)
        for feature, valid, part in zip(features, valids, parts, strict=True)
    ]
    return sum(output for output, _ in places), max(known for _, known in places)


def _with_bias(scale):
    """One place whose bias is multiplied by ``scale(features, M)``; a blind one stays 0."""

    def compute(features, valids, kernel, bias):
        known = [np.broadcast_to(v, f.shape) for f, v in zip(features, valids, strict=True)]
        return _one_place(
            features, valids, kernel, bias * scale(features, np.concatenate(known, axis=-1))
        )

    return compute


def _never_blind(blind_output):
    """One place that always says m' = 1, also where it saw nothing."""

    def compute(features, valids, kernel, bias):
        output, known = _one_place(features, valids, kernel, bias)
        return (output if known else blind_output * bias), 1.0

    return compute


def _known_by_output(is_known, total_only=False):
    """One place whose m' is ``is_known(x')``, or that of the sum without ratio and bias."""

    def compute(features, valids, kernel, bias):
        output, _ = _one_place(features, valids, kernel, bias)
        judged = _one_place(features, valids, kernel, 0)[0] if total_only else output
        return output, float(is_known(judged))

    return compute


def _joined_backwards(features, valids, kernel, bias):
    return _one_place(features[::-1], valids[::-1], kernel, bias)


def _blind_if_one_is(features, valids, kernel, bias):
    seen = all(valid.any() for valid in valids)
    return _one_place(features, valids, kernel, bias) if seen else (0.0, 0.0)


def _known_hidden(features, valids, kernel, bias):
    """Only what is summed is chosen the wrong way round; the counts are right."""
    hidden = [np.where(v > 0, 0, f) for f, v in zip(features, valids, strict=True)]
    return _one_place(hidden, valids, kernel, bias, holes="read")


def _black_is_hole(features, valids, kernel, bias):
    lit = [v * (f != 0).any(axis=-1, keepdims=True) for f, v in zip(features, valids, strict=True)]
    return _one_place(features, lit, kernel, bias)


def _scaled_bias(features, valids, kernel, bias):
    output, known = _one_place(features, valids, kernel, 0)
    seen = sum(f.shape[-1] * v.sum() for f, v in zip(features, valids, strict=True))
    return output + (bias * kernel.size / seen if seen else 0), known


PLACE_MISTAKES = mistake_rows(
    {
        "a ratio for each input": (
            (_ratio_for_each, _place_for_each),
            "One kernel lies over both inputs together, so there is one ratio: its two sums run "
            "over both.",
        ),
        "validity inverted": (
            (
                lambda features, valids, kernel, bias: _one_place(
                    features, [1 - valid for valid in valids], kernel, bias
                ),
                _known_hidden,
            ),
            "A validity is 1 where a value is known, the other way round than a mask.",
        ),
        "results swapped": (lambda *window: _one_place(*window)[::-1], "x' comes first, then m'."),
        "channels forgotten in sum(1)": [
            (
                _with_ratio(lambda valids, M: M[..., 0].size / M.sum()),
                "sum(M) counts every channel, sum(1) counts pixels only. This is the lesson's "
                "formula II, the fault 1/C.",
            ),
            (
                _with_ratio(lambda valids, M: 9 / M.sum()),
                "sum(M) counts every channel, sum(1) is 9: the pixels of a window of 3 x 3, and "
                "windows have other sizes too.",
            ),
            (
                _with_ratio(lambda valids, M: len(valids) * M[..., 0].size / M.sum()),
                "sum(M) counts every channel, sum(1) each input once. This is a fault like 1/C.",
            ),
        ],
        "3 x 3 windows only": (
            _with_ratio(lambda valids, M: 9 * M.shape[-1] / M.sum()),
            "sum(1) has a 9 in it, but a window need not be 3 x 3: take k from the kernel.",
        ),
        "sum(1) forgotten": (
            _with_ratio(lambda valids, M: 1 / M.sum()),
            "Divided by sum(M), but not multiplied by sum(1): the lesson's formula IV.",
        ),
        "channels forgotten in sum(M)": (
            _with_ratio(lambda valids, M: M.size / np.sum(valids)),
            "sum(1) counts every channel, sum(M) counts each input's pixels once.",
        ),
        "inputs count the same": (
            _with_ratio(lambda valids, M: np.size(valids) / np.sum(valids)),
            "Each validity counts once, whatever its input's number of channels. The equation "
            "counts values.",
        ),
        "one validity for both": (
            (_joined(np.max), _joined(np.min), _joined_ratio(np.max), _joined_ratio(np.min)),
            "Each input keeps its own validity: one may see what the other does not.",
        ),
        "first validity for all": (
            lambda features, valids, *rest: _one_place(features, valids[:1] * len(valids), *rest),
            "Each input has its own validity: the first does not say what the second knows.",
        ),
        "inputs joined in the other order": (
            _joined_backwards,
            "The filter lies over the inputs in the order in which they are given.",
        ),
        "blind if one input is": (
            _blind_if_one_is,
            "A window is blind if nothing at all is seen: one input may know what the other hides.",
        ),
        "bias scaled": (
            (_scaled_bias, _with_bias(lambda features, M: M.mean())),
            "The bias is added after the ratio: it is no sum over the window.",
        ),
        "bias forgotten": (
            _with_bias(lambda features, M: 0),
            "The bias is missing: it is added wherever anything was seen.",
        ),
        "bias subtracted": (_with_bias(lambda features, M: -1), "The bias is added."),
        "bias of each input": (
            _with_bias(lambda features, M: len(features)),
            "There is one kernel and one bias: add it once, not for each input.",
        ),
        "bias in a blind window": (
            partial(_one_place, blind=1),
            "Where nothing is seen the output is 0, without bias.",
        ),
        "blind window known": (
            (_never_blind(0), _never_blind(1)),
            "Where nothing is seen both are 0: the output and m'.",
        ),
        "ratio inverted": (
            _with_ratio(lambda valids, M: M.sum() / M.size),
            "The fewer are known, the larger the ratio must be.",
        ),
        "ratio forgotten": (
            _with_ratio(lambda valids, M: 1),
            "The sum has fewer terms where values are missing: scale it up.",
        ),
        "holes read": (
            partial(_one_place, holes="read"),
            "What stands in the holes changes your output: hide it before you sum.",
        ),
        "validity from the output": (
            (
                _known_by_output(lambda output: output != 0),
                _known_by_output(lambda output: output != 0, total_only=True),
                _known_by_output(lambda output: output > 0),
            ),
            "A window of known black pixels gives 0, and is known. m' asks what was seen, not "
            "what came out.",
        ),
        "black taken for a hole": (
            _black_is_hole,
            "A black pixel is a pixel: only the validity says where the holes are.",
        ),
        "new validity is a share": (
            partial(_one_place, update=np.mean),
            "m' is 1 as soon as anything was seen, not the share that was seen.",
        ),
        "new validity is a count": (
            partial(_one_place, update=np.sum),
            "m' is 1 as soon as anything was seen, not how much was seen.",
        ),
        "new validity asks for all": (
            partial(_one_place, update=lambda M: float(M.all())),
            "m' is 1 as soon as anything was seen, not only where all was.",
        ),
        "NaN times zero": (
            partial(_one_place, holes="multiplied"),
            "All is right until a hole holds NaN: 0 times NaN is NaN. Choose the known values "
            "instead of multiplying the others by 0.",
        ),
    }
)


@task("11_1", mistakes=PLACE_MISTAKES)
def task_11_1(one_place):
    """Check ``one_place(features, valids, kernel, bias)`` against Liu et al., eq. 1 and 2."""
    rng = np.random.default_rng()
    inputs = {
        "two inputs of 4 and 2 channels": _window(rng, (4, 2)),
        "two inputs of 1 and 5 channels": _window(rng, (1, 5)),
        "one input of 3 channels": _window(rng, (3,)),
        "a window of 5 x 5": _window(rng, (2, 3), side=5),
        "a single known value": _window(rng, (1,), known=(1,)),
        "a blind window": _window(rng, (2, 3), known=(0, 0)),
        "a window of which one input is blind": _window(rng, (2, 3), known=(0, 4)),
        "a window in which all is known": _window(rng, (3, 2), known=(9, 9)),
        "a window with black pixels": _window(rng, (3, 2), light=0.5),
        "a window of known black pixels, with a bias": _window(rng, (3, 2), light=0),
        "a window of known black pixels, without bias": _window(rng, (3, 2), light=0, bias=0.0),
    }
    poisoned = {
        "windows with NaN in their holes": _window(rng, (4, 2), hole=np.nan),
        "one window with NaN in its holes": _window(rng, (3,), hole=np.nan),
    }
    for some, rows in ((inputs, PLACE_MISTAKES), (poisoned, PLACE_MISTAKES[-1:])):
        check_function(one_place, _one_place, some, mistakes=rows, tolerance=1e-4)
    return "Each validity counts once for each channel of its own input."


@task("11_2")
def task_11_2(partial_layer):
    """Check ``partial_layer(features, valid, kernel, bias)``, fault by fault."""
    function = as_function(partial_layer)
    rng = np.random.default_rng()
    features, kernel = rng.normal(size=(9, 10, 3)), rng.normal(size=(3, 3, 3, 4))
    bias = rng.uniform(0.5, 1, 4)
    full, none = np.ones_like(features), np.zeros_like(features)
    some = none + (rng.random((9, 10, 1)) > 0.75)
    some[:4, :4] = 0  # a blind corner
    for valid in (none, some):
        _refuse_unfinite(function, features, valid, kernel, bias)
    _check_ratio(function, features, some, kernel, bias)
    _check_all_known(function, features, full, kernel, bias)
    _check_blind(function, features, none, kernel, bias)
    _compare_layer(*_answer(function, features, some, kernel, bias), features, some, kernel, bias)
    _check_black(function, some, kernel, bias)
    output, known = _answer(function, full, some, np.full_like(kernel, 1 / 27), 0 * bias)
    if not close(output, known + 0 * output, 1e-5):
        wrong(
            "ratio not exact",
            "A picture of ones under a mean kernel must stay 1, up to rounding, wherever anything "
            "is seen: is something added to the count?",
        )
    two, large = (features[..., :2], some[..., :2]), rng.normal(size=(5, 5, 2, 4))
    output, known = _answer(function, *two, large, bias)
    right, right_known = formula(*two, large, bias)
    if not close(output, right, 1e-3) or not close(known, right_known, 1e-6):
        wrong(
            "one size only",
            "Right for windows of 3 x 3 on three channels, but not for 5 x 5 on two: is one of "
            "these sizes written as a number?",
        )
    blind = np.zeros((4, 5, 32))
    _refuse_unfinite(function, blind, blind, np.ones((3, 3, 32, 2)), np.ones(2))
    _refuse_overflow(function)
    given = tuple(one.astype("float32") for one in (features, some, kernel, bias))
    check_inputs_unchanged(function, {"a random mask": given})
    return "Right for several channels, at the border, in blind windows, and in half precision."


def _answer(function, *given):
    """(features, validity) of a layer for float32 arrays, as floats."""
    output, known = _pair(call(function, *(one.astype("float32") for one in given)))
    check_array(output, shape=(9, 10, 4), where=" (its features)")
    check_array(known, shape=(9, 10, 1), where=" (its validity)")
    return np.asarray(output, dtype=float), np.asarray(known, dtype=float)


def _refuse_unfinite(function, *given):
    output = np.asarray(_pair(call(function, *(one.astype("float16") for one in given)))[0])
    if output.dtype.kind == "f" and not np.isfinite(output).all():
        wrong(
            "not finite in float16",
            "For float16 inputs with blind windows the output holds NaN or infinity: look at what "
            "is divided there.",
        )


def _refuse_overflow(function):
    """All known and all 1 on 32 channels: the sum is 288, but 288 times 288 is no float16."""
    ones = np.ones((4, 5, 32), "float16"), np.ones((4, 5, 32), "float16")
    output, _ = _pair(call(function, *ones, np.ones((3, 3, 32, 2), "float16"), np.zeros(2, "f2")))
    if not np.isfinite(np.asarray(output, dtype=float)).all():
        wrong(
            "overflow in float16",
            "With 32 channels of ones and a kernel of ones the output is 288, but infinity comes "
            "out: 288 times 288 is more than float16 holds. Divide the counts before you multiply.",
        )


def _check_ratio(function, features, some, kernel, bias):
    """Before all that is known is tried: without a ratio the padding, too, seems to be known."""
    output, _ = _answer(function, features, some, kernel, bias)
    scaled, known = formula(features, some, kernel, 0 * bias)
    seen, ratio = known[..., 0] > 0, _ratio(some, kernel)
    if close(output[seen], (scaled / ratio + bias)[seen], 1e-3):
        wrong("ratio forgotten", "The fewer are known, the more a sum must be scaled up.")
    if close(output[seen], (scaled / ratio**2 + bias)[seen], 1e-3):
        wrong("ratio inverted", "The fewer are known, the larger the ratio must be.")


def _check_all_known(function, features, full, kernel, bias):
    output, _ = _answer(function, features, full, kernel, bias)
    plain = convolve(features, kernel)[1:-1, 1:-1]
    inside = output[1:-1, 1:-1]
    if close(inside, plain / 3 + bias, 1e-3):
        wrong(
            "channels still forgotten",
            "With all known and three channels, the output inside is a third of an ordinary "
            "convolution's.",
        )
    if close(inside, plain / 27 + bias, 1e-3):
        wrong(
            "sum(1) forgotten",
            "With all known, the output inside is 1/27 of an ordinary convolution's: the mean of "
            "the known values, where their sum, scaled up, is asked for.",
        )
    if close(inside, plain * 3 + bias, 1e-3):
        wrong(
            "channels forgotten in sum(M)",
            "With all known and three channels, the output inside is three times an ordinary "
            "convolution's.",
        )
    if not close(inside, plain + bias, 1e-3):
        wrong(
            "not an ordinary convolution inside",
            "With all known, the output inside the picture must be an ordinary convolution's.",
        )
    if close(output, formula(features, full, kernel, bias, padding=1)[0], 1e-3):
        wrong(
            "padding counts as known",
            "With all known, the border is too weak: beyond the picture nothing is known.",
        )


def _check_blind(function, features, none, kernel, bias):
    output, known = _answer(function, features, none, kernel, bias)
    if close(output[3:-3, 3:-3], np.broadcast_to(bias, (3, 4, 4)), 1e-3):
        wrong(
            "bias in blind windows", "With nothing known, the output must be 0; yours is the bias."
        )
    if not close(output, 0 * output, 1e-6) or known.any():
        wrong("blind windows are not 0", "With nothing known, output and validity must be 0.")


def _compare_layer(output, known, *given):
    features, some, kernel, bias = given
    right, right_known = formula(*given)
    if close(known, some[..., :1], 1e-6):
        wrong(
            "validity not updated",
            "You return the old validity: where anything was seen, the new one is 1.",
        )
    if not close(known, right_known, 1e-6):
        wrong("wrong validity", "m' is 1 where anything in the window was known, else 0.")
    ratio = _ratio(some, kernel)
    if close(output, right + (ratio - 1) * bias * right_known, 1e-3):
        wrong("bias scaled", "The bias is added after the ratio, it is not scaled by it.")
    if close(output, formula(*given, masked=False)[0], 1e-3):
        wrong("holes read", "What stands in the holes changes your output: hide it before.")
    if not close(output, right, 1e-3):
        wrong("wrong values", "On a random mask the output is not the lesson's x'.")


def _check_black(function, some, kernel, bias):
    black = 0 * some
    for added in (bias, 0 * bias):
        output, known = _answer(function, black, some, kernel, added)
        right, right_known = formula(black, some, kernel, added)
        if not close(output, right, 1e-6):
            wrong(
                "black taken for a hole",
                "Black pixels that are known count as seen: where all that was seen is black, the "
                "output is the bias.",
            )
        if not close(known, right_known, 1e-6):
            wrong(
                "validity from the output",
                "A window of known black pixels may give 0, and is known. m' asks what was seen.",
            )
    poisoned = np.where(some > 0, 1.0, np.nan)
    output = np.asarray(
        _pair(call(function, *(one.astype("float32") for one in (poisoned, some, kernel, bias))))[0]
    )
    if np.isnan(output).any():
        wrong(
            "NaN times zero",
            "With NaN in the holes NaN comes out: choose the known values instead of multiplying "
            "the others by 0.",
        )


def _pair(output):
    if not isinstance(output, (list, tuple)) or len(output) != 2:
        wrong("not two results", "Return two arrays: the features and the new validity.")
    if any(part is None or part is Ellipsis for part in output):
        not_attempted("Some of the results are still missing.")
    return output


def _signal(filters, sources, *, strongest=max, divisor=None, skips=True, picture=3):
    factors, channels = [1.0], [picture, *filters]
    for k, given in enumerate(sources, start=1):
        top = strongest([factors[s] for s in given]) if skips else factors[k - 1]
        below = divisor(channels, given, k) if divisor else sum(channels[s] for s in given)
        factors.append(top / below)
    return np.array(factors[1:])


def _channels_of_strongest(place):
    """Divided by the channels of the strongest source alone; of equals by the first or the last."""

    def compute(filters, sources):
        factors, channels = [1.0], [3, *filters]
        for given in sources:
            strongest = [one for one in given if factors[one] == max(factors[s] for s in given)]
            factors.append(factors[strongest[place]] / channels[strongest[place]])
        return np.array(factors[1:])

    return compute


def _rounded(places):
    return lambda *network: _signal(*network).round(places)


SIGNAL_MISTAKES = mistake_rows(
    {
        "signals multiplied": (
            partial(_signal, strongest=np.prod),
            "What is joined lies side by side: neither signal weakens the other.",
        ),
        "pixels counted as well": (
            partial(
                _signal,
                divisor=lambda channels, sources, k: 9 * sum(channels[s] for s in sources),
            ),
            "The faulty layer forgets the channels, not the window's 3 x 3 pixels.",
        ),
        "sources one off": (
            partial(
                _signal,
                divisor=lambda channels, sources, k: sum(channels[s + 1] for s in sources),
            ),
            "Source 0 is the picture: its 3 channels stand before those of the layers.",
        ),
        "rounded": (
            tuple(map(_rounded, range(2, 9))),
            "What is left is small and may lie far below 0.0001: return all digits.",
        ),
        "skips ignored": [
            (
                partial(_signal, skips=False),
                "A layer is treated as if all it is given had passed through every layer before.",
            ),
            (
                lambda filters, sources: _signal(filters, [(k,) for k in range(len(filters))]),
                "A layer is treated as if it were given the layer before it alone.",
            ),
        ],
        "weakest path": (
            partial(_signal, strongest=min),
            "Of a strong and a weak signal that are joined, the strong one is what you see.",
        ),
        "one source only": [
            (
                partial(_signal, strongest=lambda factors: factors[0]),
                "The strongest of the joined signals need not be the one that is named first.",
            ),
            (
                partial(_signal, strongest=lambda factors: factors[-1]),
                "The strongest of the joined signals need not be the one that is named last.",
            ),
        ],
        "paths averaged": (
            partial(_signal, strongest=np.mean),
            "The task asks for the strongest path alone, not for the mean of all.",
        ),
        "paths added": (
            partial(_signal, strongest=sum),
            "Close, but the task asks for the strongest path alone.",
        ),
        "channels out, not in": (
            partial(_signal, divisor=lambda channels, sources, k: channels[k]),
            "Each layer divides by the channels that it is given, not by those that it makes.",
        ),
        "channels of one source only": (
            (
                partial(_signal, divisor=lambda channels, sources, k: channels[sources[-1]]),
                partial(_signal, divisor=lambda channels, sources, k: channels[sources[0]]),
                partial(
                    _signal,
                    divisor=lambda channels, sources, k: max(channels[one] for one in sources),
                ),
                _channels_of_strongest(0),
                _channels_of_strongest(-1),
            ),
            "The window holds the channels of all sources that are joined.",
        ),
        "a grey picture": (
            partial(_signal, picture=1),
            "The picture has three channels, and the first layer divides by them.",
        ),
        "its own division only": (
            partial(_signal, strongest=lambda factors: 1),
            "The signal was divided in the layers before as well.",
        ),
        "multiplied, not divided": (
            lambda filters, sources: 1 / _signal(filters, sources),
            "The factor is turned over: the faulty layer divides.",
        ),
    }
)


@task("11_3", mistakes=SIGNAL_MISTAKES)
def task_11_3(strongest_signal):
    """Check ``strongest_signal(filters, sources)`` against a search over all paths."""
    rng = np.random.default_rng()
    inputs = {f"a network of {count} layers": _network(rng, count) for count in (8, 11, 14)}
    inputs["two layers side by side, joined"] = ([8, 16, 4], [(0,), (0,), (1, 2)])
    inputs["a chain without skips"] = ([8, 16, 4], [(0,), (1,), (2,)])
    inputs["a skip that is named last"] = ([8, 16, 4, 8], [(0,), (1,), (2, 0), (3, 1)])
    function = as_function(strongest_signal)
    for name, network in inputs.items():
        shape = (len(network[0]),)
        check_array(call(function, *network), shape=shape, low=0, where=f" for {name}")
    rows = [replace(row, compute=_decades(row.compute)) for row in SIGNAL_MISTAKES]
    check_function(_decades(function), _decades(_by_paths), inputs, mistakes=rows)
    return "The skips carry what was divided less often; they are what reaches the end."


def _decades(function):
    """The function's logarithms, so that small factors count as much as large ones."""
    return lambda *network: np.log10(np.maximum(np.asarray(function(*network), float), 1e-300))


def _network(rng, count):
    """(filters, sources): a chain, layers that join a skip, last the chain's weak end."""
    filters = [int(one) for one in rng.choice([4, 8, 16, 24, 32, 48], count)]
    chain = count // 2
    sources = [(layer - 1,) for layer in range(1, count + 1)]
    for layer in range(count - 1, chain, -2):
        sources[layer - 1] = (int(rng.integers(2)), layer - 1)
    sources[-1] = (count - 1, chain)
    return filters, sources


def _by_paths(filters, sources):
    """The same by walking every path back to the picture."""
    channels = [3, *filters]

    def products(layer):
        if layer == 0:
            return [1.0]
        given = sources[layer - 1]
        divided = sum(channels[one] for one in given)
        return [product / divided for one in given for product in products(one)]

    return np.array([max(products(layer)) for layer in range(1, len(filters) + 1)])


@task("11_4", seconds=60)
def task_11_4(accepts):
    """Check that ``accepts(layer)`` is true for right layers and false for faulty ones."""
    function = as_function(accepts)

    def asked(layer):
        try:
            return function(layer)
        except AssertionError:
            wrong(
                "raises instead of False",
                "For a layer that it rejects your test must return False; an assertion raises.",
            )

    def verdict(hidden):
        def layer(features, valid, kernel, bias):  # all bear one name: it must not tell them apart
            return hidden(features, valid, kernel, bias)

        output = call(asked, layer)
        check_array(output, shape=(), dtype=bool)
        return bool(output)

    # In any order, so that nobody is right by counting the calls.
    layers = [*(_RIGHT | FAULTY_LAYERS).items()]
    order = np.random.default_rng().permutation(len(layers))
    accepted = {name: verdict(layer) for name, layer in (layers[k] for k in order)}
    for name in _RIGHT:
        if not accepted[name]:
            wrong("rejects a right layer", f"Your test rejects a layer that is right: {name}.")
    survivors = [about for about in FAULTY_LAYERS if accepted[about]]
    if survivors:
        found = len(FAULTY_LAYERS) - len(survivors)
        wrong(
            "accepts a faulty layer",
            f"Your test finds {found} of {len(FAULTY_LAYERS)} faulty layers. One that it "
            f"accepts: {survivors[0]}.",
        )
    return f"It accepts the right layers and finds all {len(FAULTY_LAYERS)} faulty ones."


def _loops(features, valid, kernel, bias):
    rows, columns, _, filters = kernel.shape
    X, M = windows(np.where(valid > 0, features, 0), rows, columns), windows(valid, rows, columns)
    output, new_valid = np.zeros((*valid.shape[:2], filters)), np.zeros((*valid.shape[:2], 1))
    for place in np.ndindex(valid.shape[:2]):
        if M[place].sum():
            total = np.einsum("cij,ijcf->f", X[place], kernel)
            output[place] = total / (M[place].sum() / M[place].size) + bias
            new_valid[place] = 1
    return output, new_valid


def _single_precision(*given):
    with np.errstate(invalid="ignore"):
        return tuple(one.astype("float32") for one in formula(*(np.float32(x) for x in given)))


_RIGHT = {
    "one made of loops": _loops,
    "one made of whole arrays": formula,
    "one that computes in float32": _single_precision,
}


def _ratio(valid, kernel):
    """sum(1) / sum(M) of every window, (H, W, 1); sum(1) where nothing is known."""
    return kernel[..., 0].size / np.maximum(count_known(valid, kernel), 1)


def _rescaled(factor):
    """The right layer, but its sums times ``factor(kernel, ratio)``."""

    def layer(features, valid, kernel, bias):
        output, known = formula(features, valid, kernel, 0 * bias)
        return (output * factor(kernel, _ratio(valid, kernel)) + bias) * known, known

    return layer


def _biased(factor):
    """The right layer, but its bias times ``factor(known, ratio)``."""

    def layer(features, valid, kernel, bias):
        output, known = formula(features, valid, kernel, 0 * bias)
        return output + bias * factor(known, _ratio(valid, kernel)), known

    return layer


def _updated(update):
    """The right layer, but its new validity is ``update(valid, known values' share)``."""

    def layer(features, valid, kernel, bias):
        share = windows(valid, *kernel.shape[:2]).mean(axis=(2, 3, 4))[..., None]
        return formula(features, valid, kernel, bias)[0], update(valid, share)

    return layer


_reads_holes = partial(formula, masked=False)


def _known_by_its_output(*given):
    output, _ = formula(*given)
    return output, (output != 0).any(axis=-1, keepdims=True).astype(float)


def _by_weight(features, valid, kernel, bias):
    output, known = formula(features, valid, kernel, 0 * bias)
    by_count, _ = formula(np.ones_like(valid), valid, np.abs(kernel), 0 * bias)
    ratio = np.abs(kernel).sum(axis=(0, 1, 2)) / np.where(known > 0, by_count, 1)
    return (output * ratio + bias) * known, known


def _rectified(*given):
    output, known = formula(*given)
    return np.maximum(output, 0), known


FAULTY_LAYERS = {  # what is wrong, said to the learner: a layer (features, valid, kernel, bias)
    "one that forgets the channels in sum(1)": _rescaled(lambda w, ratio: 1 / w.shape[2]),
    "one that takes the mean over the known values": _rescaled(lambda w, ratio: 1 / w[..., 0].size),
    "one that forgets the ratio": _rescaled(lambda w, ratio: 1 / ratio),
    "one whose ratio is never above 4": _rescaled(lambda w, ratio: np.minimum(4 / ratio, 1)),
    "one with the bias in blind windows": _biased(lambda known, ratio: 1),
    "one that scales the bias": _biased(lambda known, ratio: known * ratio),
    "one that counts the padding as known": partial(formula, padding=1),
    "one that reads the holes": _reads_holes,
    "one that divides by the weights that were seen": _by_weight,
    "one with a ReLU inside": _rectified,
    "one that turns the kernel by half a turn": lambda features, valid, kernel, bias: formula(
        features, valid, kernel[::-1, ::-1], bias
    ),
    "one whose new validity asks for a majority": _updated(
        lambda valid, share: (share > 0.5).astype(float)
    ),
    "one that takes its new validity from its output": _known_by_its_output,
    "one that takes black for a hole": lambda features, valid, *rest: formula(
        features, valid * (features != 0), *rest
    ),
    "one that passes the validity on as it came": _updated(lambda valid, share: valid[..., :1]),
    "one that is right for windows of 3 x 3 only": _rescaled(
        lambda w, ratio: 9 / (w.shape[0] * w.shape[1])
    ),
    "one that takes the first channel's validity for all": lambda features, valid, *rest: formula(
        features, np.broadcast_to(valid[..., :1], valid.shape), *rest
    ),
    "one that lets NaN out of the holes": lambda features, valid, *rest: _reads_holes(
        features * valid, valid, *rest
    ),
}
