"""Suspected partial convolutions, and the three facts that lesson 11 tries on them."""

import numpy as np
import pytest

from course_lib import evaluation
from course_lib.evaluation.partial_layers import PUBLIC_FORMULAS, formula

FACTS = ("all known", "all hole", "holes unread")


def loops(features, valid, kernel, bias, name="I"):
    """Lesson 11's table of formulas, place by place."""
    k2, channels = kernel.shape[0] * kernel.shape[1], kernel.shape[2]
    numerator = {"II": k2, "IV": 1}.get(name, k2 * channels)
    margins = (kernel.shape[0] // 2,) * 2, (kernel.shape[1] // 2,) * 2, (0, 0)
    X, M = np.pad(np.nan_to_num(features) * valid, margins), np.pad(valid, margins)
    output = np.zeros((*features.shape[:2], kernel.shape[3]))
    known = np.zeros((*features.shape[:2], 1))
    for y, x in np.ndindex(features.shape[:2]):
        window = slice(y, y + kernel.shape[0]), slice(x, x + kernel.shape[1])
        if M[window].any():
            total = (X[window][..., None] * kernel).sum(axis=(0, 1, 2))
            output[y, x], known[y, x] = total * numerator / M[window].sum() + bias, 1
        elif name in ("II", "III"):
            output[y, x] = bias
    return output, known


def drawn(seed, sides=(3, 3), share=0.2):
    random = np.random.RandomState(seed)
    valid = (random.random_sample((7, 6, 3)) < share).astype(float)
    return (
        random.normal(size=(7, 6, 3)), valid, random.normal(size=(*sides, 3, 2)),
        random.normal(size=2),
    )  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC_FORMULAS)
@pytest.mark.parametrize("sides", [(3, 3), (1, 5)])
def test_the_public_formulas_are_those_of_the_table(name, sides):
    for seed, share in enumerate((0, 0.1, 0.5, 1)):
        given = drawn(seed, sides, share)
        expected = loops(*given, name)
        for one, other in zip(PUBLIC_FORMULAS[name](*given), expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-9)


def test_the_formula_reads_no_hole():
    features, valid, kernel, bias = drawn(0)
    poisoned = np.where(valid > 0, features, np.nan)
    np.testing.assert_array_equal(
        formula(poisoned, valid, kernel, bias)[0], formula(features, valid, kernel, bias)[0]
    )


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("I", ()), ("II", ("all known", "all hole")), ("III", ("all hole",)),
        ("IV", ("all known",)), ("X not masked", ("holes unread",)),
        ("ordinary", ("all hole", "holes unread")),
    ],
)  # fmt: skip
def test_the_facts_that_each_suspect_breaks(name, broken):
    found = evaluation.check_partial(evaluation.SUSPECTS[name])
    assert found == {fact: fact not in broken for fact in FACTS}


def test_a_right_layer_made_of_loops_passes():
    assert all(evaluation.check_partial(loops).values())


def test_with_one_channel_forgotten_channels_are_not_found():
    assert not evaluation.check_partial(PUBLIC_FORMULAS["II"], channels=2)["all known"]
    assert evaluation.check_partial(PUBLIC_FORMULAS["II"], channels=1)["all known"]


def test_a_validity_that_is_left_in_a_blind_window_is_found():
    def layer(*given):
        output, known = formula(*given)
        return output, np.ones_like(known)

    assert not evaluation.check_partial(layer)["all hole"]
