"""Checks of exercise 16: what a place sees, lets through and looks at."""

import math
from itertools import product

import numpy as np

from course_lib.checks._compare import (
    as_array,
    as_function,
    call,
    check_array,
    check_function,
    mistake_rows,
)
from course_lib.checks._kinds import function_task
from course_lib.checks._task import task, wrong


def _seen(dilations, taps=(-1, 0, 1)):
    return np.unique([sum(steps) for steps in product(*([d * t for t in taps] for d in dilations))])


def _span(dilations):
    return np.arange(-sum(dilations), sum(dilations) + 1)


def _stacks(rng):
    return {
        "no layer": ([],),
        "one layer": ([int(rng.integers(2, 6))],),
        "three layers of one dilation": ([int(rng.integers(2, 5))] * 3,),
        "dilations 1, 2 and 4": ([1, 2, 4],),
        "dilations 3, 1 and 7": ([3, 1, 7],),
        "dilations 2 and 3": ([2, 3],),
        "dilations 1 and 4": ([1, 4],),
    }


_SEEN_WRONG = mistake_rows(
    {
        "the whole span": (
            (_span, lambda dilations: _span(dilations)[:-1]),
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
            (
                lambda dilations: _seen(dilations, (0, 1)).astype(int),
                lambda dilations: _seen(dilations, (0, 1, 2)).astype(int),
                lambda dilations: _seen(dilations)[_seen(dilations) >= 0].astype(int),
            ),
            "A window looks to both sides.",
        ),
        "0 left out": (
            lambda dilations: np.setdiff1d(_seen(dilations), [0]).astype(int),
            "The middle taps of all layers lead to the pixel at 0.",
        ),
        "gaps counted, not steps": (
            lambda dilations: _seen([d + 1 for d in dilations]).astype(int),
            "The taps of a layer are its dilation apart: with 1 they are neighbours.",
        ),
        "dilations multiplied": (
            lambda dilations: _seen(np.cumprod(dilations)).astype(int),
            "A layer's steps are as long as its own dilation, whatever stands below it.",
        ),
        "all layers in one direction": (
            lambda dilations: (
                np.unique(np.outer([-1, 0, 1], np.cumsum(dilations))).astype(int)
                if dilations
                else np.zeros(1, int)
            ),
            "Each layer chooses for itself: one may go to the left and the next to the right.",
        ),
        "the ends alone": (
            lambda dilations: _span(dilations)[[0, -1]],
            "These are the ends of the reach: all offsets seen between them count too.",
        ),
        "the last layer only": (
            lambda dilations: _seen(dilations[-1:]).astype(int),
            "Every layer adds to the way: begin with the offset 0 and take all layers in turn.",
        ),
        "dilations ignored": (
            lambda dilations: _seen([1] * len(dilations)).astype(int),
            "The taps of a layer are its dilation apart, and not 1.",
        ),
        "layers side by side": (
            lambda dilations: np.unique([0] + [sign * d for d in dilations for sign in (-1, 1)]),
            "Layers stand on one another: a way adds up one step of each.",
        ),
    }
)


@task("16_1", mistakes=_SEEN_WRONG)
def task_16_1(seen):
    """Check ``seen(dilations)``: the offsets that sums of steps lead to, in order, each once."""
    function, stacks = as_function(seen), _stacks(np.random.default_rng())
    found = [as_array(call(function, *one, on=name)) for name, one in stacks.items()]
    right = [_seen(*one) for one in stacks.values()]
    if all(
        one is not None and set(one.flat) == set(r) for one, r in zip(found, right, strict=True)
    ):
        if any(len(set(one.flat)) < one.size for one in found):
            wrong("offsets repeated", "All offsets are there, but some meet: name each once.")
        if any((np.diff(one.ravel()) < 0).any() for one in found):
            wrong("not sorted", "All offsets are there, each once, but not in order: sort them.")
    check_function(
        function,
        lambda dilations: _seen(dilations).astype(int),
        stacks,
        mistakes=_SEEN_WRONG,
        dtype=int,
    )
    return "Sums of steps: that is all a reach is."


def _gated(
    window, kernel, bias, *, order="halves", gate="sigmoid", with_bias=(True, True), floor=0
):
    total, filters = np.tensordot(window, kernel, axes=3), len(bias) // 2
    features, gates = {
        "halves": (total[:filters], total[filters:]),
        "interleaved": (total[::2], total[1::2]),
        "all interleaved": (total[::2], total[1::2]),
        "swapped": (total[filters:], total[:filters]),
        "biases crossed": (total[:filters], total[filters:]),
        "one bias": (total[:filters], total[filters:]),
    }[order]
    first, second = bias[:filters], bias[filters:]
    if order in ("swapped", "biases crossed"):
        first, second = second, first
    if order == "one bias":
        second = first
    if order == "all interleaved":
        first, second = bias[::2], bias[1::2]
    features, gates = features + with_bias[0] * first, gates + with_bias[1] * second
    sigmoid = 1 / (1 + np.exp(-gates))
    opened = {
        "sigmoid": sigmoid,
        "turned": 1 - sigmoid,
        "tanh": np.tanh(gates),
        "hard": (gates > 0).astype(float),
    }
    return np.maximum(features, floor) * opened[gate]


def _variant(**changed):
    return lambda window, kernel, bias: _gated(window, kernel, bias, **changed)


_TWO_LEFT = "One of the three faults is mended."


def _places(rng):
    def place(rows, columns, channels, filters, bias):
        size = rows * columns * channels
        kernel = rng.normal(size=(rows, columns, channels, 2 * filters)) / np.sqrt(size)
        return rng.normal(size=(rows, columns, channels)), kernel, bias * np.ones(2 * filters)

    return {
        "a window of 3 x 3": place(3, 3, 4, 3, rng.uniform(1, 2, 6)),
        "a window of 1 x 5": place(1, 5, 2, 8, rng.uniform(-2, -1, 16)),
        "many features": place(3, 3, 2, 60, rng.normal(size=120)),  # some with every pair of signs
    }


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
                _variant(order="all interleaved", gate="tanh"),
            ),
            _TWO_LEFT,
        ),
        "1 fault left": [
            (
                (_variant(order="interleaved"), _variant(order="all interleaved")),
                "Which numbers are features, and which are gates?",
            ),
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
        "the gate's sign": (
            _variant(gate="turned"),
            "A large gate opens: the sigmoid goes from 0 up to 1.",
        ),
        "a hard gate": (_variant(gate="hard"), "A gate is soft: it opens by degrees."),
        "biases crossed": (
            _variant(order="biases crossed"),
            "The bias too has those of all features first, then those of all gates.",
        ),
        "one bias for both": (
            _variant(order="one bias"),
            "The gates have a bias of their own, the second half.",
        ),
        "the features' bias lost": (
            _variant(with_bias=(False, True)),
            "The features have a bias too.",
        ),
        "both biases lost": (
            _variant(with_bias=(False, False)),
            "Features and gates have a bias each.",
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
        "own": np.linalg.norm(patch),
        "of all": np.linalg.norm(patches) * np.linalg.norm(patch),
        "none": 1.0,
    }[cosine]
    scores = sharpness * (patches @ patch) / lengths
    scores = np.where(whole, scores, scores if hidden is None else hidden)
    raised = np.exp(scores - (scores.max() if stable else 0))
    return raised / raised.sum()


def _unstable(*given):
    with np.errstate(over="ignore", invalid="ignore"):
        return _weights(*given, stable=False)


def _scores(patch, patches, sharpness):
    lengths = np.linalg.norm(patches, axis=1) * np.linalg.norm(patch)
    return sharpness * (patches @ patch) / lengths


def _taken_off(what):
    """A softmax of the whole patches' scores, after ``what`` of them has been taken off."""

    def weights(patch, patches, whole, sharpness):
        scores = _scores(patch, patches, sharpness)
        with np.errstate(over="ignore", invalid="ignore"):
            raised = np.exp(scores - what(scores, sharpness)) * whole
            return raised / raised.sum()

    return weights


def _not_divided(patch, patches, whole, sharpness):
    scores = np.where(whole, _scores(patch, patches, sharpness), -np.inf)
    return np.exp(scores - scores.max())


def _hidden_afterwards(patch, patches, whole, sharpness):
    return _weights(patch, patches, whole, sharpness, hidden=None) * whole


def _penalised(patch, patches, whole, sharpness):
    scores = _scores(patch, patches, sharpness) - 1e4 * ~whole
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()


def _best_only(patch, patches, whole, sharpness):
    found = _weights(patch, patches, whole, sharpness)
    return (np.arange(len(found)) == found.argmax()).astype(float)


def _looks(rng):
    def some(sharpness, places, size, length=1.0):
        patches = rng.normal(size=(places, size)) * rng.uniform(0.1, 0.5, (places, 1))
        whole = rng.permutation(places) < 2 * places // 3
        patch = length * patches[np.flatnonzero(~whole)[0]] + 0.1 * rng.normal(size=size)
        return patch, patches, whole, sharpness

    def at(cosines, sharpness):
        """Known patches with these cosines, and the last of them that of one that is not whole."""
        patch, patches, whole, _ = some(sharpness, 10, 27)
        along = patch / np.linalg.norm(patch)
        across = np.linalg.svd(along[None])[2][1:]  # unit vectors at right angles
        places = [*np.flatnonzero(whole)[: len(cosines) - 1], np.flatnonzero(~whole)[0]]
        patches = 0.3 * across[:10]
        for place, cosine in zip(places, cosines, strict=True):
            patches[place] = 0.3 * cosine * along + np.sqrt(1 - cosine**2) * patches[place]
        return patch, patches, whole, sharpness

    def away(sharpness):
        """All known patches point away, so that their scores are as low as scores can be."""
        patch, patches, whole, _ = some(sharpness, 12, 9)
        known = -patch + 3e-3 * rng.normal(size=(12, 9)) * np.linalg.norm(patch)
        return patch, np.where(whole[:, None], known, patches), whole, sharpness

    return {
        "twelve patches": some(3, 12, 9),
        "a bright patch": some(2, 7, 12, length=3.0),
        "a sharpness of 10,000": at((0.95, 0.95 - 7e-5, 0.97), 10_000),
        "no patch that is alike": at((0.05, 0.05 - 7e-5, 0.06), 10_000),
        "known patches that all point away": away(10_000),
    }


task_16_3 = function_task(
    "16_3",
    right=_weights,
    inputs=_looks,
    mistakes={
        "an overflow": (
            (_unstable, _taken_off(lambda scores, sharpness: 0)),
            "With a large sharpness the exponential is infinite: take the largest score off first.",
        ),
        "the largest of all taken off": (
            _taken_off(lambda scores, sharpness: scores.max()),
            "The largest score may be that of a patch that is not whole: hide those first, then "
            "take the largest of what is left.",
        ),
        "the sharpness taken off": (
            _taken_off(lambda scores, sharpness: sharpness),
            "The cosines can all be far below 1, and then every exponential is 0: take the "
            "largest score off.",
        ),
        "hole patches looked at": (
            lambda *given: _weights(*given, hidden=None),
            "A patch that is not whole must have the weight 0.",
        ),
        "hidden by a number": (
            (
                lambda *given: _weights(*given, hidden=0),
                lambda *given: _weights(*given, hidden=-1000),
                lambda *given: _weights(*given, hidden=-10_000),
                lambda *given: _weights(*given, hidden=-given[-1]),
                _penalised,
            ),
            "The exponential of a number is not 0, and scores can be as low as yours: give the "
            "others minus infinity.",
        ),
        "the wrong ones hidden": (
            lambda patch, patches, whole, sharpness: _weights(patch, patches, ~whole, sharpness),
            "whole is True where a patch may be looked at.",
        ),
        "no sharpness": (
            lambda patch, patches, whole, sharpness: _weights(patch, patches, whole, 1),
            "The cosines are multiplied by the sharpness before the softmax.",
        ),
        "sharpness divides": (
            lambda patch, patches, whole, sharpness: _weights(patch, patches, whole, 1 / sharpness),
            "The cosines are multiplied by the sharpness, not divided by it.",
        ),
        "not divided by the sum": (_not_divided, "The weights of a softmax add up to 1."),
        "hidden after the softmax": (
            _hidden_afterwards,
            "The weights no longer add up to 1: hide the others before the softmax.",
        ),
        "no cosine": (
            lambda *given: _weights(*given, cosine="none"),
            "The scalar product alone favours bright patches: divide by both lengths.",
        ),
        "one length forgotten": [
            (
                lambda *given: _weights(*given, cosine="theirs"),
                "Divide by both lengths: a cosine does not depend on the place's own brightness.",
            ),
            (
                lambda *given: _weights(*given, cosine="own"),
                "Divide by both lengths: with the place's own alone, bright patches win.",
            ),
        ],
        "one length for all patches": (
            lambda *given: _weights(*given, cosine="of all"),
            "Each patch has a length of its own: np.linalg.norm with axis=1.",
        ),
        "the best patch only": (_best_only, "That is the exemplar's choice: a softmax is soft."),
    },
    praise="Soft, and safe with any sharpness.",
    tolerance=2e-3,  # float32 is right too: its cosines are off by 1e-7, times 10,000
)


@task("16_4")
def task_16_4(dilations):
    """Check ``dilations(layers)``: every pixel of the reach seen, and no reach wider."""
    function = as_function(dilations)
    stacks = {"1 layer" if layers == 1 else f"{layers} layers": layers for layers in range(1, 7)}
    given = {name: call(function, layers, on=name) for name, layers in stacks.items()}
    for name, layers in stacks.items():
        check_array(given[name], shape=(layers,), dtype=int, low=1, where=f" for {name}")
    found = {name: [int(one) for one in as_array(chosen)] for name, chosen in given.items()}
    for name, chosen in found.items():
        offsets = _seen(chosen)
        if len(offsets) != 2 * sum(chosen) + 1:
            gap = next(one for one in range(sum(chosen)) if one not in offsets)
            wrong("gaps", f"{name} of {chosen}: the pixel {gap} away is not seen.")
    for name, chosen in found.items():
        if 2 * sum(chosen) + 1 < 3 ** len(chosen):
            wrong(
                "not the widest",
                f"{name} of {chosen} reach over {2 * sum(chosen) + 1} pixels without a gap, and "
                "a wider reach is possible.",
            )
    return "3 ** layers ways, 3 ** layers pixels: each is reached once, and none can be wider."
