"""The learned field's fill against dense algebra, harmonic, biharmonic and finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from scipy.signal import correlate
from skimage.restoration import inpaint_biharmonic

from course_lib import classical
from course_lib.layers import GaussianFieldFill, PyramidFill
from tests.networks import compiled, gradients, numbers

DIFFERENCES = np.zeros((3, 3, 1, 2))  # along a row, down a column
DIFFERENCES[1, 1:, 0, 0] = DIFFERENCES[1:, 1, 0, 1] = -1, 1
LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]).reshape(3, 3, 1, 1)


def field(kernel, **options):
    """The layer with these filters."""
    side, _, channels, filters = kernel.shape
    layer = GaussianFieldFill(filters, side, **options)
    layer.build([(None, None, None, channels), (None, None, None, 1)])
    layer.set_weights([kernel])
    return layer


def example(size, channels=3, known=0.6, count=1, seed=0, filters=4):
    """Damaged pictures with a known corner, their validity, filters (3, 3, channels, filters)."""
    random = np.random.RandomState(seed)
    valid = (random.random_sample((count, *size, 1)) < known).astype(np.float32)
    valid[:, 0, 0] = 1
    picture = random.random_sample((count, *size, channels)).astype(np.float32)
    return picture * valid, valid, random.normal(size=(3, 3, channels, filters)) / 6


def matrix(kernel, size):
    """All filters at all places as the rows of one matrix, (rows, H * W * C)."""
    unit = np.eye(np.prod(size)).reshape(-1, *size)
    answers = [answers_of(one, kernel).ravel() for one in unit]
    return np.stack(answers, axis=1)


def answers_of(picture, kernel):
    """F * x where the window fits, (filters, H', W')."""
    filters = np.moveaxis(kernel, -1, 0)
    return np.stack([correlate(picture, one, mode="valid")[..., 0] for one in filters])


def dense_fill(picture, valid, kernel):
    """The least squares of all unknown numbers at once, border included; (H, W, C)."""
    margin = len(kernel) - 1
    around = ((margin, margin), (margin, margin), (0, 0))
    padded = np.pad(picture.astype(float), around)
    known = np.pad(np.broadcast_to(valid > 0, picture.shape), around).ravel()
    rows = matrix(kernel, padded.shape)
    given_answers = rows[:, known] @ padded.ravel()[known]
    solution = padded.ravel()
    solution[~known] = np.linalg.lstsq(rows[:, ~known], -given_answers, rcond=None)[0]
    return solution.reshape(padded.shape)[margin:-margin, margin:-margin]


@settings(max_examples=8, deadline=None, derandomize=True)
@given(
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    known=st.floats(0.3, 0.9),
    seed=st.integers(0, 10_000),
)
def test_enough_steps_reach_the_least_squares_of_all_unknown_numbers(size, known, seed):
    # With eight filters there are more answers than unknown numbers: one solution.
    picture, valid, kernel = example(size, channels=2, known=known, seed=seed, filters=8)
    filled = numbers(field(kernel, steps=150)([picture, valid]))[0]
    expected = dense_fill(picture[0], valid[0], kernel)
    np.testing.assert_allclose(filled, expected, atol=2e-3 * max(1, np.abs(expected).max()))


def hole_inside(size, rows, columns, seed=0):
    """A random picture (H, W, 1), its mask and both as the layer takes them."""
    picture = np.random.RandomState(seed).random_sample((*size, 1)).astype(np.float32)
    mask = np.zeros(size, bool)
    mask[rows, columns] = True
    valid = 1 - mask[..., None].astype(np.float32)
    return picture, mask, [(picture * valid)[None], valid[None]]


def test_with_differences_as_filters_it_is_the_harmonic_fill():
    picture, mask, inputs = hole_inside((21, 18), slice(3, 14), slice(5, 15))
    expected = classical.harmonic(np.repeat(picture, 3, axis=-1), mask)[..., :1]
    filled = numbers(compiled(field(DIFFERENCES, steps=80))(inputs))[0]
    np.testing.assert_allclose(filled, expected, atol=1e-4)


def test_with_the_laplacian_as_filter_it_is_the_biharmonic_fill():
    picture, mask, inputs = hole_inside((17, 19), slice(5, 10), slice(6, 12))
    expected = inpaint_biharmonic(picture.astype(float)[..., 0], mask)  # exact away from borders
    filled = numbers(compiled(field(LAPLACIAN, steps=150))(inputs))[0, ..., 0]
    np.testing.assert_allclose(filled, np.where(mask, filled, expected), atol=1e-6)
    np.testing.assert_allclose(filled, expected, atol=2e-3)


def test_the_energy_falls_with_every_step():
    picture, valid, kernel = example((9, 8), count=2)
    around = ((0, 0), (2, 2), (2, 2), (0, 0))
    hole = 1 - np.pad(valid, around)
    layer = field(kernel)
    energies = []
    for layer.steps in range(12):
        solved = numbers(layer.descend(ops.convert_to_tensor(np.pad(picture, around)), hole))
        energies.append([np.square(answers_of(one, kernel)).sum() for one in solved])
    falls = -np.diff(energies, axis=0)
    assert (falls[:6] > 0).all()
    assert (falls > -1e-6 * energies[0][0]).all()  # near the goal, rounding alone is left


@pytest.mark.parametrize("steps", [0, 1, 8])
def test_what_stands_in_holes_is_never_read_and_known_pixels_stay(steps):
    picture, valid, kernel = example((7, 10), count=2)
    fill = compiled(field(kernel, steps=steps))
    filled = numbers(fill([picture, valid]))
    for content in (np.nan, np.inf, -3e30, 1.0):
        other = np.where(valid > 0, picture, np.float32(content))
        np.testing.assert_array_equal(numbers(fill([other, valid])), filled)
    known = np.broadcast_to(valid > 0, picture.shape)
    np.testing.assert_array_equal(filled[known], picture[known])


def in_float64(picture, start, valid, kernel, steps):
    """The same steps in NumPy with the dense matrix: (H, W, C)."""
    margin = len(kernel) - 1
    around = ((margin, margin), (margin, margin), (0, 0))
    x = np.pad(start.astype(float), around, mode="edge")
    x = np.where(np.pad(valid, around) > 0, np.pad(picture, around), x)
    rows = matrix(kernel, x.shape)
    hole = 1.0 - np.pad(np.broadcast_to(valid, picture.shape), around).ravel()
    scale = 1 / np.broadcast_to(np.square(kernel).sum(axis=(0, 1, 3)), x.shape).ravel()
    x, shape = x.ravel(), x.shape
    residual = -hole * (rows.T @ (rows @ x))
    direction = scale * residual
    for _ in range(steps):
        curved = hole * (rows.T @ (rows @ direction))
        length = residual @ (scale * residual)
        stride = length / (direction @ curved)
        x = x + stride * direction
        residual = residual - stride * curved
        direction = scale * residual + residual @ (scale * residual) / length * direction
    solved = x.reshape(shape)[margin:-margin, margin:-margin]
    return np.where(valid > 0, picture, solved)


def test_gradients_reach_the_filters_and_the_known_pixels():
    picture, valid, kernel = example((4, 5), channels=2, filters=2)
    weigh = np.random.RandomState(1).normal(size=picture.shape)
    start = numbers(PyramidFill()([picture, valid]))[0]  # its own gradient is cut
    layer = field(kernel, steps=3)

    def weighed(kernel, damaged):
        filled, _ = layer.stateless_call([kernel], [], [damaged, ops.convert_to_tensor(valid)])
        return ops.sum(weigh.astype(np.float32) * filled)

    def exact(kernel, damaged):
        return (weigh[0] * in_float64(damaged, start, valid[0], kernel, 3)).sum()

    by_layer = gradients(weighed, kernel.astype(np.float32), picture)
    arguments = [kernel, picture[0].astype(float)]
    np.testing.assert_allclose(
        numbers(weighed(*map(ops.convert_to_tensor, (kernel.astype(np.float32), picture)))),
        exact(*arguments), rtol=1e-4,
    )  # fmt: skip
    by_differences = differences(exact, arguments[0], lambda one: (one, arguments[1]))
    np.testing.assert_allclose(by_layer[0], by_differences, atol=1e-3 * abs(by_differences).max())
    by_differences = differences(exact, arguments[1], lambda one: (arguments[0], one))
    np.testing.assert_allclose(
        by_layer[1][0], by_differences, atol=1e-3 * abs(by_differences).max()
    )


def differences(function, array, arguments, small=1e-6):
    """Central finite differences of a function of one of its arrays."""
    slopes = np.empty(array.shape)
    for place in np.ndindex(*array.shape):
        moved = [array.copy(), array.copy()]
        moved[0][place] += small
        moved[1][place] -= small
        after, before = (function(*arguments(one)) for one in moved)
        slopes[place] = (after - before) / (2 * small)
    return slopes


def test_a_batch_equals_its_pictures_one_by_one():
    picture, valid, kernel = example((8, 9), count=3)
    fill = field(kernel)
    one_by_one = [numbers(fill([picture[k : k + 1], valid[k : k + 1]])) for k in range(3)]
    np.testing.assert_allclose(
        numbers(fill([picture, valid])), np.concatenate(one_by_one), atol=1e-5
    )


def test_an_untrained_field_keeps_grey_and_leaves_nothing_known_black():
    layer = GaussianFieldFill()
    valid = np.zeros((1, 33, 5, 1), np.float32)
    valid[:, ::4, ::2] = 1
    filled = numbers(layer([0.25 * valid * np.ones(3, np.float32), valid]))
    np.testing.assert_allclose(filled, 0.25, atol=1e-5)
    black = numbers(layer([np.full((1, 33, 5, 3), np.nan, np.float32), 0 * valid]))
    np.testing.assert_array_equal(black, 0)


def test_it_is_made_again_from_its_configuration():
    layer = GaussianFieldFill(4, 5, steps=2, name="mine")
    twin = GaussianFieldFill.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()
    assert (twin.filters, twin.kernel_size, twin.steps, twin.name) == (4, 5, 2, "mine")


@pytest.mark.parametrize("wrong", [{"filters": 0}, {"kernel_size": 2}, {"steps": -1}])
def test_impossible_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match="pass a whole number"):
        GaussianFieldFill(**wrong)


def test_a_colour_without_a_filter_and_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="pass filters=3 or more"):
        GaussianFieldFill(filters=2)([np.ones((1, 4, 4, 3)), np.ones((1, 4, 4, 1))])
    with pytest.raises(ValueError, match="do not fit"):
        GaussianFieldFill()([np.ones((1, 4, 8, 3)), np.ones((1, 8, 8, 1))])
