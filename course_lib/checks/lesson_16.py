"""Checks of exercise 16: what a place sees, lets through and looks at."""

import math
from itertools import product

import numpy as np

from course_lib.checks._compare import as_function, call, check_array
from course_lib.checks._kinds import function_task
from course_lib.checks._task import task, wrong


def _seen(dilations, taps=(-1, 0, 1)):
    return np.unique([sum(steps) for steps in product(*([d * t for t in taps] for d in dilations))])


def _span(dilations):
    return np.arange(-sum(dilations), sum(dilations) + 1)


task_16_1 = function_task(
    "16_1",
    right=lambda dilations: _seen(dilations).astype(int),
    inputs=lambda rng: {
        "no layer": ([],),
        "one layer": ([int(rng.integers(2, 6))],),
        "three layers of one dilation": ([int(rng.integers(2, 5))] * 3,),
        "dilations 1, 2 and 4": ([1, 2, 4],),
        "dilations 3, 1 and 7": ([3, 1, 7],),
        "dilations 2 and 3": ([2, 3],),
        "dilations 1 and 4": ([1, 4],),
    },
    mistakes={
        "the whole span": (
            _span,
            "Between the ends of the reach there can be pixels that no sum of steps leads to.",
        ),
        "steps of one length": (
            (
                lambda dilations: _span(dilations)[:: min(dilations, default=1)],
                lambda dilations: _span(dilations)[:: math.gcd(*dilations) or 1],
            ),
            "Dilations of 2 and 3 do not lead to 4, though no step is shorter than 2.",
        ),
        "the middle tap forgotten": (
            lambda dilations: _seen(dilations, (-1, 1)).astype(int),
            "A window has three taps: a layer may also stay where it is.",
        ),
        "one side only": (
            lambda dilations: _seen(dilations, (0, 1)).astype(int),
            "A window looks to both sides.",
        ),
        "the last layer only": (
            lambda dilations: _seen(dilations[-1:]).astype(int),
            "Every layer adds to the way: begin with the offset 0 and take all layers in turn.",
        ),
        "dilations ignored": (
            lambda dilations: _seen([1] * len(dilations)).astype(int),
            "The taps of a layer are its dilation apart, and not 1.",
        ),
    },
    praise="Sums of steps: that is all a reach is.",
    dtype=int,
)


def _gated(
    window, kernel, bias, *, order="halves", gate="sigmoid", with_bias=(True, True), floor=0
):
    total, filters = np.tensordot(window, kernel, axes=3), len(bias) // 2
    features, gates = {
        "halves": (total[:filters], total[filters:]),
        "interleaved": (total[::2], total[1::2]),
        "swapped": (total[filters:], total[:filters]),
        "biases crossed": (total[:filters], total[filters:]),
    }[order]
    first, second = bias[:filters], bias[filters:]
    if order in ("swapped", "biases crossed"):
        first, second = second, first
    features, gates = features + with_bias[0] * first, gates + with_bias[1] * second
    sigmoid = 1 / (1 + np.exp(-gates))
    opened = {"sigmoid": sigmoid, "tanh": np.tanh(gates), "hard": (gates > 0).astype(float)}[gate]
    return np.maximum(features, floor) * opened


def _variant(**changed):
    return lambda window, kernel, bias: _gated(window, kernel, bias, **changed)


_TWO_LEFT = "One of the three faults is mended."


def _places(rng):
    def place(rows, columns, channels, filters, bias):
        kernel = rng.normal(size=(rows, columns, channels, 2 * filters))
        return rng.normal(size=(rows, columns, channels)), kernel, bias * np.ones(2 * filters)

    return {
        "a window of 3 x 3": place(3, 3, 4, 3, rng.uniform(1, 2, 6)),
        "a window of 1 x 5": place(1, 5, 2, 8, rng.uniform(-2, -1, 16)),
        "another window": place(3, 3, 2, 8, rng.normal(size=16)),
    }


def _interleaved(window, kernel, bias):
    total = np.tensordot(window, kernel, axes=3) + bias
    return np.maximum(total[::2], 0) / (1 + np.exp(-total[1::2]))


task_16_2 = function_task(
    "16_2",
    right=_gated,
    inputs=_places,
    mistakes={
        "nothing mended": (
            _variant(order="interleaved", gate="tanh", with_bias=(True, False)),
            "This is what was published.",
        ),
        "2 faults left": (
            (
                _variant(gate="tanh", with_bias=(True, False)),
                _variant(order="interleaved", with_bias=(True, False)),
                _variant(order="interleaved", gate="tanh"),
            ),
            _TWO_LEFT,
        ),
        "1 fault left": [
            (_variant(order="interleaved"), "Which numbers are features, and which are gates?"),
            (_interleaved, "Which numbers are features, and which are gates?"),
            (_variant(gate="tanh"), "A gate lies between 0 and 1, and this one can be negative."),
            (_variant(with_bias=(True, False)), "The gates have a bias too."),
        ],
        "halves swapped": (
            _variant(order="swapped"),
            "The features come first, then their gates.",
        ),
        "no gate": (
            lambda window, kernel, bias: np.maximum(np.tensordot(window, kernel, axes=3) + bias, 0)[
                : len(bias) // 2
            ],
            "These are the features alone: each is multiplied by its gate.",
        ),
        "a hard gate": (_variant(gate="hard"), "A gate is soft: it opens by degrees."),
        "biases crossed": (
            _variant(order="biases crossed"),
            "The bias too has those of all features first, then those of all gates.",
        ),
        "the features' bias lost": (
            _variant(with_bias=(False, True)),
            "The features have a bias too.",
        ),
        "ReLU missing": (
            _variant(floor=-np.inf),
            "The ReLU of the features is missing.",
        ),
    },
    praise="Three small faults, and none changed a shape.",
)


def _weights(patch, patches, whole, sharpness, *, cosine="both", hidden=-np.inf, stable=True):
    lengths = {
        "both": np.linalg.norm(patches, axis=1) * np.linalg.norm(patch),
        "theirs": np.linalg.norm(patches, axis=1),
        "none": 1.0,
    }[cosine]
    scores = sharpness * (patches @ patch) / lengths
    scores = np.where(whole, scores, scores if hidden is None else hidden)
    raised = np.exp(scores - (scores.max() if stable else 0))
    return raised / raised.sum()


def _unstable(*given):
    with np.errstate(over="ignore", invalid="ignore"):
        return _weights(*given, stable=False)


def _hidden_afterwards(patch, patches, whole, sharpness):
    return _weights(patch, patches, whole, sharpness, hidden=None) * whole


def _penalised(patch, patches, whole, sharpness, penalty):
    lengths = np.linalg.norm(patches, axis=1) * np.linalg.norm(patch)
    scores = sharpness * (patches @ patch) / lengths - penalty * ~whole
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()


def _largest_of_all(patch, patches, whole, sharpness):
    lengths = np.linalg.norm(patches, axis=1) * np.linalg.norm(patch)
    scores = sharpness * (patches @ patch) / lengths
    raised = np.where(whole, np.exp(scores - scores.max()), 0)
    with np.errstate(invalid="ignore"):
        return raised / raised.sum()


def _best_only(patch, patches, whole, sharpness):
    found = _weights(patch, patches, whole, sharpness)
    return (np.arange(len(found)) == found.argmax()).astype(float)


def _looks(rng):
    def some(sharpness, length=1.0):
        patches = rng.normal(size=(12, 9)) * rng.uniform(0.1, 0.5, (12, 1))
        whole = rng.permutation(12) < 8
        patch = length * patches[np.flatnonzero(~whole)[0]] + 0.1 * rng.normal(size=9)
        return patch, patches, whole, sharpness

    def near(sharpness):
        """Two known patches whose scores are 0.7 apart, far above the others."""
        patch, patches, whole, _ = some(sharpness)
        along = patch / np.linalg.norm(patch)
        across = np.linalg.svd(along[None])[2][1]  # a unit vector at right angles
        for nth, cosine in enumerate((0.95, 0.95 - 0.7 / sharpness)):
            patches[np.flatnonzero(whole)[nth]] = 0.3 * (
                cosine * along + np.sqrt(1 - cosine**2) * across
            )
        return patch, patches, whole, sharpness

    def away(sharpness):
        patch, patches, whole, _ = some(sharpness)
        known = -patch + 0.1 * rng.normal(size=(12, 9)) * np.linalg.norm(patch)
        return patch, np.where(whole[:, None], known, patches), whole, sharpness

    return {
        "twelve patches": some(3),
        "a bright patch": some(2, length=3.0),
        "a sharpness of 10,000": near(10_000),
        "known patches that all point away": away(10_000),
    }


task_16_3 = function_task(
    "16_3",
    right=_weights,
    inputs=_looks,
    mistakes={
        "an overflow": (
            _unstable,
            "With a large sharpness the exponential is infinite: take the largest score off first.",
        ),
        "the largest of all taken off": (
            _largest_of_all,
            "The largest score may be that of a patch that is not whole: hide those first, then "
            "take the largest of what is left.",
        ),
        "hole patches looked at": (
            lambda *given: _weights(*given, hidden=None),
            "A patch that is not whole must have the weight 0.",
        ),
        "hidden by a number": (
            (
                lambda *given: _weights(*given, hidden=0),
                lambda *given: _penalised(*given, 1e4),
            ),
            "The exponential of a number is not 0, and scores can lie below yours: give the others "
            "minus infinity.",
        ),
        "the wrong ones hidden": (
            lambda patch, patches, whole, sharpness: _weights(patch, patches, ~whole, sharpness),
            "whole is True where a patch may be looked at.",
        ),
        "no sharpness": (
            lambda patch, patches, whole, sharpness: _weights(patch, patches, whole, 1),
            "The cosines are multiplied by the sharpness before the softmax.",
        ),
        "hidden after the softmax": (
            _hidden_afterwards,
            "The weights no longer add up to 1: hide the others before the softmax.",
        ),
        "no cosine": (
            lambda *given: _weights(*given, cosine="none"),
            "The scalar product alone favours bright patches: divide by both lengths.",
        ),
        "one length forgotten": (
            lambda *given: _weights(*given, cosine="theirs"),
            "Divide by both lengths: a cosine does not depend on the place's own brightness.",
        ),
        "the best patch only": (_best_only, "That is the exemplar's choice: a softmax is soft."),
    },
    praise="Soft, and safe with any sharpness.",
    tolerance=1e-6,
)


@task("16_4")
def task_16_4(dilations):
    """Check ``dilations(layers)``: every pixel of the reach seen, and no reach wider."""
    function = as_function(dilations)
    found = {layers: call(function, layers) for layers in range(1, 7)}
    for layers, chosen in found.items():
        check_array(chosen, shape=(layers,), dtype=int, low=1, where=f" for {layers} layers")
    for layers, chosen in found.items():
        offsets = _seen([int(one) for one in chosen])
        if len(offsets) != 2 * sum(chosen) + 1:
            gap = next(one for one in range(int(sum(chosen))) if one not in offsets)
            wrong("gaps", f"{layers} layers of {list(chosen)}: the pixel {gap} away is not seen.")
    for layers, chosen in found.items():
        if 2 * sum(chosen) + 1 < 3**layers:
            wrong(
                "not the widest",
                f"{layers} layers of {list(chosen)} see {2 * sum(chosen) + 1} pixels without a "
                "gap, and a wider reach is possible.",
            )
    return "3 ** layers ways, 3 ** layers pixels: each is reached once, and none can be wider."
