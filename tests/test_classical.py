"""Classical methods against oracles that share no code with them: formulas, SciPy, the contract."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from course_lib import classical, data, masks, metrics, scenes
from course_lib.classical import METHODS, _contract
from course_lib.classical.bertalmio import anisotropic_diffusion, transport
from course_lib.classical.exemplar import ORDERS, copies, data_term

EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
# Methods whose constant pictures stay constant: not the two fixed fills, not OpenCV's Telea.
FAITHFUL = [name for name in METHODS if name not in ("nothing", "grey", "telea")]
# What averages known pixels cannot leave their range.
AVERAGING = ("mean", "nearest", "harmonic", "exemplar")


def picture(height=12, width=14, seed=0, dtype=np.float32):
    return np.random.RandomState(seed).random_sample((height, width, 3)).astype(dtype)


def field(formula, height=20, width=24):
    """A formula of row and column, scaled into [0, 1], in three different channels, float64."""
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    values = formula(rows, columns)
    values = (values - values.min()) / (values.max() - values.min())
    return np.stack([values, 1 - values, values / 2 + 0.25], axis=-1)


def inner_hole(height=20, width=24):
    """An irregular hole away from the border: two pieces, one with an island in it."""
    mask = np.zeros((height, width), bool)
    mask[4:11, 5:14] = True
    mask[7, 8] = False
    mask[13:17, 15:20] = True
    mask[16, 15:17] = False
    return mask


def border_hole(height=12, width=14):
    mask = np.zeros((height, width), bool)
    mask[:5, :6] = True
    mask[-1] = True
    mask[6:9, -2:] = True
    return mask


def one_pixel(missing, height=12, width=14):
    mask = np.full((height, width), not missing)
    mask[3, 4] = missing
    return mask


MASKS = {
    "empty": np.zeros((12, 14), bool),
    "one missing": one_pixel(missing=True),
    "one known": one_pixel(missing=False),
    "touching the border": border_hole(),
    "half of the pixels": masks.random_pixels(1, (12, 14), fraction=0.5, seed=1)[0],
    "only the last row known": np.arange(12)[:, None].repeat(14, axis=1) < 11,
}
EVERY_MASK = pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)


def quietly(method, image, mask):
    """Without the warning that most of the picture is hole, which has its own test."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="this mask marks")
        return method(image, mask)


# The contract of every inpainter


def test_methods_are_those_of_the_course_in_order():
    assert list(METHODS) == [
        "nothing", "grey", "mean", "nearest", "harmonic", "biharmonic", "navier_stokes", "telea",
        "bertalmio", "fast_marching", "exemplar",
    ]  # fmt: skip


@EVERY_METHOD
@EVERY_MASK
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("quantised", [False, True], ids=["float", "8 bits"])
def test_known_pixels_come_back_bit_for_bit(method, mask, dtype, quantised):
    image = picture(dtype=dtype)
    if quantised:
        image = (np.rint(picture() * 255) / 255).astype(dtype)
    given_image, given_mask = image.copy(), mask.copy()
    filled = quietly(method, image, mask)
    assert filled.dtype == dtype and filled.shape == image.shape
    assert filled[~mask].tobytes() == image[~mask].tobytes()
    assert np.isfinite(filled).all() and filled.min() >= 0 and filled.max() <= 1
    assert not np.shares_memory(filled, image)
    np.testing.assert_array_equal(image, given_image)
    np.testing.assert_array_equal(mask, given_mask)


@EVERY_METHOD
@EVERY_MASK
def test_what_stands_in_a_hole_is_never_read(method, mask):
    image = picture(dtype=np.float64)
    filled = quietly(method, image, mask)
    for scribble in (np.nan, np.inf, -7.0, 1.0):
        scribbled = np.where(mask[..., None], scribble, image)
        np.testing.assert_array_equal(quietly(method, scribbled, mask), filled)


@EVERY_METHOD
def test_same_input_same_bytes(method):
    image, mask = picture(), border_hole()
    assert method(image, mask).tobytes() == method(image, mask).tobytes()


@EVERY_METHOD
@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    seed=st.integers(0, 10_000),
    share=st.floats(0, 1),
)
def test_any_shape_and_mask_with_a_known_pixel(method, shape, seed, share):
    random = np.random.RandomState(seed)
    image = random.random_sample((*shape, 3)).astype(np.float32)
    mask = random.random_sample(shape) < share
    mask[random.randint(shape[0]), random.randint(shape[1])] = False
    filled = quietly(method, image, mask)
    assert filled[~mask].tobytes() == image[~mask].tobytes()
    assert np.isfinite(filled).all() and filled.min() >= 0 and filled.max() <= 1


@pytest.mark.parametrize("name", FAITHFUL)
@EVERY_MASK
def test_constants_stay_constant(name, mask):
    colour = np.array([200 / 255, 17 / 255, 1.0])
    image = np.broadcast_to(colour, (*mask.shape, 3)).astype(np.float64)
    filled = quietly(METHODS[name], image, mask)
    np.testing.assert_allclose(filled, image, atol=1e-12)
    assert filled.max() <= 1  # a rounding error above the white channel is cut


@pytest.mark.parametrize("name", AVERAGING)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_the_fill_keeps_to_the_range_of_the_known_pixels(name, seed):
    image = 0.3 + 0.4 * picture(seed=seed, dtype=np.float64)
    mask = masks.random_pixels(1, (12, 14), fraction=0.6, seed=seed)[0]
    filled = METHODS[name](image, mask)
    for channel in range(3):
        known = image[~mask][:, channel]
        assert filled[..., channel].min() >= known.min() - 1e-12
        assert filled[..., channel].max() <= known.max() + 1e-12


@EVERY_METHOD
def test_channels_do_not_mix_where_they_are_equal(method):
    grey = np.repeat(picture()[..., :1], 3, axis=-1)
    filled = method(grey, border_hole())
    np.testing.assert_array_equal(filled[..., 0], filled[..., 1])
    np.testing.assert_array_equal(filled[..., 0], filled[..., 2])


GOOD_IMAGE, GOOD_MASK = picture(), border_hole()
NAN_OUTSIDE = np.where(GOOD_MASK[..., None], GOOD_IMAGE, np.float32(np.nan))
BAD_INPUT = {
    "uint8 picture": (np.zeros((12, 14, 3), np.uint8), GOOD_MASK, TypeError, "uint8"),
    "integer picture": (np.zeros((12, 14, 3), int), GOOD_MASK, TypeError, "float32"),
    "grey picture": (GOOD_IMAGE[..., 0], GOOD_MASK, ValueError, "grey"),
    "grey with an axis": (GOOD_IMAGE[..., :1], GOOD_MASK, ValueError, "grey"),
    "alpha channel": (np.zeros((12, 14, 4)), GOOD_MASK, ValueError, "alpha"),
    "five channels": (np.zeros((12, 14, 5)), GOOD_MASK, ValueError, "3 channels"),
    "batch of pictures": (GOOD_IMAGE[None], GOOD_MASK, ValueError, "one picture of a batch"),
    "empty picture": (np.zeros((0, 14, 3)), np.zeros((0, 14), bool), ValueError, "empty"),
    "0..255 picture": (GOOD_IMAGE * 255, GOOD_MASK, ValueError, "divide"),
    "negative pixel": (GOOD_IMAGE - 0.5, GOOD_MASK, ValueError, "outside"),
    "NaN in a known pixel": (NAN_OUTSIDE, GOOD_MASK, ValueError, "NaN"),
    "mask of 0 and 255": (GOOD_IMAGE, GOOD_MASK * np.uint8(255), TypeError, "as_mask"),
    "mask of floats": (GOOD_IMAGE, GOOD_MASK * 1.0, TypeError, "as_mask"),
    "mask with a channel": (GOOD_IMAGE, GOOD_MASK[..., None], ValueError, "mask"),
    "batch of masks": (GOOD_IMAGE, np.stack([GOOD_MASK] * 2), ValueError, "2 masks"),
    "mask turned on its side": (GOOD_IMAGE, GOOD_MASK.T, ValueError, "same size"),
    "no known pixel": (GOOD_IMAGE, np.ones((12, 14), bool), ValueError, "inverted"),
}


@EVERY_METHOD
@pytest.mark.parametrize(
    ("image", "mask", "error", "says"), BAD_INPUT.values(), ids=BAD_INPUT.keys()
)
def test_bad_input_gets_one_sentence(method, image, mask, error, says):
    with pytest.raises(error, match=says) as caught:
        method(image, mask)
    message = str(caught.value)
    assert "\n" not in message and message.endswith(".")


@EVERY_METHOD
def test_a_doubtful_mask_warns_once_and_goes_on(method):
    with pytest.warns(UserWarning, match="is it inverted") as caught:
        method(picture(), one_pixel(missing=False))
    doubts = [warning for warning in caught if "inverted" in str(warning.message)]
    assert len(doubts) == 1 and doubts[0].filename == __file__


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: classical.bertalmio(GOOD_IMAGE, GOOD_MASK, rounds=-1), "rounds"),
        (lambda: classical.bertalmio(GOOD_IMAGE, GOOD_MASK, rounds=1.5), "rounds"),
        (lambda: classical.fast_marching(GOOD_IMAGE, GOOD_MASK, radius=0), "radius"),
        (lambda: classical.telea(GOOD_IMAGE, GOOD_MASK, radius=0), "radius"),
        (lambda: classical.navier_stokes(GOOD_IMAGE, GOOD_MASK, radius=np.nan), "radius"),
        (lambda: classical.exemplar(GOOD_IMAGE, GOOD_MASK, patch=4), "patch"),
        (lambda: classical.exemplar(GOOD_IMAGE, GOOD_MASK, patch=1), "patch"),
        (lambda: classical.exemplar(GOOD_IMAGE, GOOD_MASK, patch=9.0), "patch"),
        (lambda: classical.exemplar(GOOD_IMAGE, GOOD_MASK, order="rows"), "'lines first', 'onion"),
        (lambda: classical.bertalmio(GOOD_IMAGE, GOOD_MASK, transport_steps=-1), "transport"),
        (lambda: classical.bertalmio(GOOD_IMAGE, GOOD_MASK, diffusion_steps=2.0), "diffusion"),
        (lambda: classical.jacobi(GOOD_IMAGE, GOOD_MASK, -1), "sweeps"),
        (lambda: classical.jacobi(GOOD_IMAGE, GOOD_MASK, 1, start=np.nan), "start"),
        (lambda: classical.jacobi(GOOD_IMAGE, GOOD_MASK, 1, start=np.zeros((5, 5, 3))), "start"),
        (lambda: classical.sor(GOOD_IMAGE, GOOD_MASK, True, omega=1), "sweeps"),
        (lambda: classical.sor(GOOD_IMAGE, GOOD_MASK, 1, omega=2), "omega"),
        (lambda: classical.arrival_time(np.ones((4, 4), bool)), "inverted"),
        (lambda: classical.arrival_time(np.stack([GOOD_MASK] * 2)), "one mask"),
    ],
)
def test_bad_parameters_get_one_sentence(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)


# Biharmonic, uncut


@pytest.mark.parametrize(
    ("mask", "lowest"),
    [(inner_hole(), (7, 11)), (border_hole(20, 24), (0, 0))],
    ids=["inside", "border"],
)
def test_uncut_biharmonic_is_what_scikit_image_cuts(mask, lowest):
    image = field(lambda row, column: np.hypot(row - lowest[0], column - lowest[1]))
    uncut = classical.uncut_biharmonic(image, mask)
    low, high = image[~mask].min(axis=0), image[~mask].max(axis=0)
    assert ((uncut[mask] < low - 0.01) | (uncut[mask] > high + 0.01)).any()
    cut = np.clip(uncut, low, high)
    np.testing.assert_allclose(cut, classical.biharmonic(image, mask), atol=1e-9)
    np.testing.assert_array_equal(uncut[~mask], image[~mask])
    scribbled = np.where(mask[..., None], np.nan, image)
    np.testing.assert_array_equal(classical.uncut_biharmonic(scribbled, mask), uncut)


def test_uncut_biharmonic_finds_the_bottom_of_a_bowl_that_cutting_loses():
    """Delta Delta of a cubic is 0, and the bowl's lowest values lie in the hole alone."""
    rows, columns = np.mgrid[:20, :24].astype(float)
    bowl = ((rows - 9) ** 2 + (columns - 11) ** 2 + 0.02 * (rows - 9) ** 3) / 400
    bowl = np.clip(bowl + 0.1, 0, 1)[..., None].repeat(3, axis=-1)
    hole = np.zeros((20, 24), bool)
    hole[6:13, 8:15] = True
    np.testing.assert_allclose(classical.uncut_biharmonic(bowl, hole), bowl, atol=1e-10)
    assert classical.biharmonic(bowl, hole)[hole].min() > bowl[hole].min() + 0.01


def test_uncut_biharmonic_without_a_hole_is_the_picture():
    image = picture(6, 7)
    filled = classical.uncut_biharmonic(image, np.zeros((6, 7), bool))
    np.testing.assert_array_equal(filled, image)


# Constants and the nearest pixel


def test_simple_fills_by_hand():
    image = np.zeros((1, 5, 3))
    image[0, :, 0] = [0.1, 0.2, 0.9, 0.9, 0.6]
    mask = np.array([[False, False, True, True, False]])
    expected = {
        "nothing": (0.0, 0.0),
        "grey": (0.5, 0.5),
        "mean": (0.3, 0.3),
        "nearest": (0.2, 0.6),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(METHODS[name](image, mask)[0, 2:4, 0], values, atol=1e-15)


def test_nearest_takes_a_nearest_known_pixel():
    image, mask = picture(dtype=np.float64), MASKS["half of the pixels"]
    filled = METHODS["nearest"](image, mask)
    known = np.argwhere(~mask)
    for pixel in np.argwhere(mask):
        squared = ((known - pixel) ** 2).sum(axis=1)
        candidates = image[tuple(known[squared == squared.min()].T)]
        assert (candidates == filled[tuple(pixel)]).all(axis=1).any()


# Harmonic and biharmonic

HARMONIC_FUNCTIONS = {
    "ramp": lambda x, y: 2 * x - 3 * y + 1,
    "x^2 - y^2": lambda x, y: x**2 - y**2,
    "xy": lambda x, y: x * y,
    "x^3 - 3xy^2": lambda x, y: x**3 - 3 * x * y**2,
}
BIHARMONIC_FUNCTIONS = HARMONIC_FUNCTIONS | {
    "x^2": lambda x, y: x**2,
    "x^3": lambda x, y: x**3,
    "x^2 y": lambda x, y: x**2 * y,
}


@pytest.mark.parametrize("formula", HARMONIC_FUNCTIONS.values(), ids=HARMONIC_FUNCTIONS)
def test_harmonic_functions_come_back_exactly(formula):
    true = field(formula)
    np.testing.assert_allclose(classical.harmonic(true, inner_hole()), true, atol=1e-12)


@pytest.mark.parametrize("formula", BIHARMONIC_FUNCTIONS.values(), ids=BIHARMONIC_FUNCTIONS)
def test_biharmonic_functions_come_back_exactly(formula):
    true = field(formula)
    np.testing.assert_allclose(classical.biharmonic(true, inner_hole()), true, atol=1e-9)


def test_harmonic_does_not_reproduce_a_parabola():
    true = field(BIHARMONIC_FUNCTIONS["x^2"])
    assert np.abs(classical.harmonic(true, inner_hole()) - true).max() > 0.01


def test_harmonic_gap_in_one_dimension_is_a_straight_line():
    line = np.random.RandomState(3).random_sample((1, 15, 3))
    mask = np.zeros((1, 15), bool)
    mask[0, 4:11] = True
    filled = classical.harmonic(line, mask)
    for channel in range(3):
        straight = np.linspace(line[0, 3, channel], line[0, 11, channel], 9)
        np.testing.assert_allclose(filled[0, 3:12, channel], straight, atol=1e-14)


def test_biharmonic_gap_across_a_strip_is_a_cubic():
    line = np.random.RandomState(3).random_sample(15) * 0.2 + 0.4
    line[[0, -1]] = 0.0, 1.0  # the known range is wide, so that nothing is cut
    true = np.broadcast_to(line[None, :, None], (21, 15, 3)).copy()
    mask = np.zeros((21, 15), bool)
    mask[:, 5:10] = True
    columns = np.array([3, 4, 10, 11])
    cubic = np.polyval(np.polyfit(columns, line[columns], 3), np.arange(5, 10))
    filled = classical.biharmonic(true, mask)
    np.testing.assert_allclose(filled[10, 5:10, 0], cubic, atol=1e-6)


def test_laplace_residual_is_zero_and_no_heat_flows_through_the_border():
    """Every missing pixel is the mean of its neighbours inside the picture, counted one by one."""
    image, mask = picture(dtype=np.float64), border_hole()
    filled = classical.harmonic(image, mask)
    for row, column in np.argwhere(mask):
        beside = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
        inside = [filled[r, c] for r, c in beside if 0 <= r < 12 and 0 <= c < 14]
        np.testing.assert_allclose(filled[row, column], np.mean(inside, axis=0), atol=1e-13)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), weight=st.floats(0, 1))
def test_harmonic_is_linear_and_keeps_the_order(seed, weight):
    one, other = picture(seed=seed, dtype=np.float64), picture(seed=seed + 1, dtype=np.float64)
    mask = masks.random_pixels(1, (12, 14), fraction=0.7, seed=seed)[0]
    blend = weight * one + (1 - weight) * other
    blended = weight * classical.harmonic(one, mask) + (1 - weight) * classical.harmonic(
        other, mask
    )
    np.testing.assert_allclose(classical.harmonic(blend, mask), blended, atol=1e-12)
    higher = classical.harmonic(np.maximum(one, other), mask)
    assert (higher >= classical.harmonic(one, mask) - 1e-12).all()


# Sweeps


def test_one_jacobi_sweep_by_hand():
    image = np.zeros((3, 3, 3))
    image[0, 1] = 1.0
    mask = np.zeros((3, 3), bool)
    mask[1:, 1] = True
    one_sweep = classical.jacobi(image, mask, 1, start=0.5)
    np.testing.assert_allclose(one_sweep[1, 1], (1 + 0 + 0 + 0.5) / 4)
    np.testing.assert_allclose(one_sweep[2, 1], (0.5 + 0 + 0) / 3)  # three neighbours inside


def test_one_sor_sweep_by_hand():
    image = np.zeros((1, 4, 3))
    image[0, 0] = 0.8
    mask = np.array([[False, True, True, False]])
    swept = classical.sor(image, mask, 1, omega=1.5)
    # Column 2 is black and goes first: 0 + 1.5 (0 - 0); then column 1 is 1.5 (0.8 + 0) / 2.
    np.testing.assert_allclose(swept[0, 1:3, 0], [0.6, 0.0])
    again = classical.sor(image, mask, 1, omega=1.5, start=swept)
    np.testing.assert_allclose(again[0, 1:3, 0], [0.6 + 1.5 * (0.625 - 0.6), 0.45], atol=1e-15)


@pytest.mark.parametrize(
    "mask", [masks.squares(1, (12, 14), side=8)[0], border_hole()], ids=["square", "border"]
)
def test_sweeps_converge_to_the_direct_solution(mask):
    image = picture(dtype=np.float64)
    direct = classical.harmonic(image, mask)
    np.testing.assert_allclose(classical.jacobi(image, mask, 1500), direct, atol=1e-9)
    for omega in (0.8, 1.0, 1.6):
        np.testing.assert_allclose(
            classical.sor(image, mask, 1000, omega=omega, start=(0.1, 0.5, 0.9)), direct, atol=1e-9
        )


def test_no_sweep_returns_the_start_and_sweeps_can_be_continued():
    image, mask = picture(dtype=np.float64), border_hole()
    np.testing.assert_array_equal(classical.jacobi(image, mask, 0, start=0.25)[mask], 0.25)
    halfway = classical.jacobi(image, mask, 7)
    np.testing.assert_array_equal(
        classical.jacobi(image, mask, 5, start=halfway), classical.jacobi(image, mask, 12)
    )


@pytest.mark.parametrize("shape", [(1, 12), (12, 12)], ids=["gap", "square"])
def test_jacobi_converges_at_the_rate_of_the_theory(shape):
    """cos(pi / (n + 1)) for a hole n = 10 wide."""
    mask = np.zeros(shape, bool)
    mask[(0 if shape[0] == 1 else slice(1, -1)), 1:-1] = True
    image = np.zeros((*shape, 3))
    errors = [classical.jacobi(image, mask, sweeps, start=1.0).max() for sweeps in (150, 152)]
    assert np.sqrt(errors[1] / errors[0]) == pytest.approx(np.cos(np.pi / 11), abs=1e-4)


def test_sor_with_the_best_omega_needs_far_fewer_sweeps():
    mask = np.zeros((12, 12), bool)
    mask[1:-1, 1:-1] = True
    image, omega = np.zeros((12, 12, 3)), 2 / (1 + np.sin(np.pi / 11))
    assert classical.sor(image, mask, 40, omega=omega, start=1.0).max() < 1e-6
    assert classical.jacobi(image, mask, 40, start=1.0).max() > 0.2


# Bertalmio's transport


def blurred_edge():
    """A slanted edge, three pixels soft, 48 x 48."""
    rows, columns = np.mgrid[:48, :48]
    edge = 0.2 + 0.6 / (1 + np.exp(columns - 24.3 - (rows - 24) / 2))
    return np.repeat(edge[..., None], 3, axis=-1)


def test_no_round_of_bertalmio_is_the_harmonic_fill():
    image, mask = picture(dtype=np.float64), border_hole()
    np.testing.assert_array_equal(
        classical.bertalmio(image, mask, rounds=0), classical.harmonic(image, mask)
    )


@pytest.mark.parametrize(("transport_steps", "diffusion_steps"), [(15, 2), (15, 0), (0, 2), (1, 3)])
def test_a_round_of_bertalmio_is_its_steps_one_after_another(transport_steps, diffusion_steps):
    """On the whole picture, clipped after every step."""
    image, mask = picture(20, 24, dtype=np.float64), inner_hole()
    expected = classical.harmonic(image, mask)
    for _ in range(3):
        for change, count in (
            (transport, transport_steps),
            (anisotropic_diffusion, diffusion_steps),
        ):
            for _ in range(count):
                moved = np.clip(expected + 0.1 * change(expected), 0, 1)
                expected[mask] = moved[mask]
    doses = {"transport_steps": transport_steps, "diffusion_steps": diffusion_steps}
    filled = classical.bertalmio(image, mask, rounds=3, **doses)
    np.testing.assert_allclose(filled, expected, atol=1e-12)
    if (transport_steps, diffusion_steps) == (15, 2):
        np.testing.assert_array_equal(filled, classical.bertalmio(image, mask, rounds=3))


def test_bertalmio_continues_an_edge_that_harmonic_blurs():
    true, mask = blurred_edge(), masks.squares(1, 48, side=8)[0]
    harmonic = metrics.psnr(true, classical.harmonic(true, mask), mask)
    assert metrics.psnr(true, classical.bertalmio(true, mask), mask) > harmonic + 3
    assert metrics.psnr(true, classical.bertalmio(true, mask, rounds=100), mask) > harmonic + 10


def test_bertalmio_leaves_ramps_alone():
    """A ramp's Laplacian is 0 and its isophotes are straight: nothing to carry, nothing to bend."""
    true = field(HARMONIC_FUNCTIONS["ramp"])
    np.testing.assert_allclose(classical.bertalmio(true, inner_hole(), rounds=5), true, atol=1e-12)


def test_bertalmio_turns_with_the_picture():
    """A quarter turn before is one after: rows and columns are treated alike."""
    image, mask = picture(16, 16, dtype=np.float64), masks.squares(1, 16, side=6, seed=3)[0]
    filled = classical.bertalmio(image, mask, rounds=3)
    for turns in (1, 2, 3):
        turned = classical.bertalmio(np.rot90(image, turns), np.rot90(mask, turns), rounds=3)
        np.testing.assert_allclose(turned, np.rot90(filled, turns), atol=1e-10)


def test_bertalmio_carries_a_thin_bar_on_where_diffusion_alone_would_lose_it():
    rows, columns = np.mgrid[:48, :48]
    across = np.abs(columns - 24 - (rows - 24) / 2)
    true = np.repeat((0.2 + 0.6 / (1 + np.exp(across - 4)))[..., None], 3, axis=-1)
    mask = masks.squares(1, 48, side=8)[0]
    harmonic = metrics.psnr(true, classical.harmonic(true, mask), mask)
    assert metrics.psnr(true, classical.bertalmio(true, mask, rounds=100), mask) > harmonic + 0.5


def test_transport_is_the_papers_formula_at_every_pixel():
    """Section 3.3 of the paper, its names, one pixel at a time."""
    I = np.random.RandomState(4).random_sample((8, 9))  # noqa: E741

    def L(i, j):
        return I[i + 1, j] + I[i - 1, j] + I[i, j + 1] + I[i, j - 1] - 4 * I[i, j]

    for i in range(2, 6):
        for j in range(2, 7):
            Ix, Iy = (I[i + 1, j] - I[i - 1, j]) / 2, (I[i, j + 1] - I[i, j - 1]) / 2
            xb, xf = I[i, j] - I[i - 1, j], I[i + 1, j] - I[i, j]
            yb, yf = I[i, j] - I[i, j - 1], I[i, j + 1] - I[i, j]
            dL = L(i + 1, j) - L(i - 1, j), L(i, j + 1) - L(i, j - 1)
            beta = (dL[0] * -Iy + dL[1] * Ix) / np.sqrt(Ix**2 + Iy**2 + 1e-6)
            if beta > 0:
                limited = min(xb, 0), max(xf, 0), min(yb, 0), max(yf, 0)
            else:
                limited = max(xb, 0), min(xf, 0), max(yb, 0), min(yf, 0)
            expected = beta * np.linalg.norm(limited)
            assert transport(I[..., None])[i, j, 0] == pytest.approx(expected, abs=1e-12)


def test_transport_of_a_known_laplacian():
    """I = a row + b column^3 has the Laplacian 6 b column, which the isophotes cross.

    The paper's difference over two pixels is 12 b; times the slope along rows, a, it is the change.
    """
    rows, columns = np.mgrid[:9, :9].astype(np.float64)
    a, b = 0.1, 1e-6
    change = transport((a * rows + b * columns**3)[..., None])
    np.testing.assert_allclose(change[2:-2, 2:-2], 12 * a * b, rtol=0.01)


def test_anisotropic_diffusion_is_curvature_times_steepness():
    """The isophotes of a cone are circles: curvature 1 / r, steepness 1."""
    rows, columns = np.mgrid[:9, :9] + 20.0
    radius = np.hypot(rows, columns)[..., None]
    change = anisotropic_diffusion(radius)
    np.testing.assert_allclose(change[1:-1, 1:-1], 1 / radius[1:-1, 1:-1], rtol=0.002)


def test_bertalmio_far_known_pixels_are_only_felt_through_the_start():
    """Work is done in the hole's box; the same hole in a larger picture changes alike."""
    image, mask = picture(12, 12, dtype=np.float64), masks.squares(1, 12, side=4)[0]
    margins = ((9, 9), (5, 5))
    larger = np.pad(image, (*margins, (0, 0)), mode="wrap")
    filled = classical.bertalmio(larger, np.pad(mask, margins), rounds=3)
    np.testing.assert_allclose(
        filled[9:-9, 5:-5], classical.bertalmio(image, mask, rounds=3), atol=1e-12
    )


# Arrival times


def test_straight_fronts_arrive_on_the_pixel():
    for turned in range(4):
        mask = np.rot90(np.arange(9)[:, None].repeat(7, axis=1) >= 2, turned)
        expected = np.rot90(np.maximum(np.arange(9) - 1, 0)[:, None].repeat(7, axis=1), turned)
        times = classical.arrival_time(mask)
        assert times.dtype == np.float64
        np.testing.assert_array_equal(times, expected)


def test_a_gap_fills_from_both_sides():
    mask = np.array([[False] + [True] * 6 + [False]])
    np.testing.assert_array_equal(classical.arrival_time(mask), [[0, 1, 2, 3, 3, 2, 1, 0]])


def test_a_corner_is_reached_by_both_fronts_at_once():
    """(T - 1)^2 + (T - 1)^2 = 1 diagonally beyond a single known pixel: T = 1 + 1 / sqrt 2."""
    mask = np.ones((3, 3), bool)
    mask[1, 1] = False
    diagonal = 1 + np.sqrt(0.5)
    expected = [[diagonal, 1, diagonal], [1, 0, 1], [diagonal, 1, diagonal]]
    np.testing.assert_allclose(classical.arrival_time(mask), expected, atol=1e-15)


ARRIVAL_MASKS = {
    "one known pixel in the middle": np.arange(61 * 61).reshape(61, 61) != 61 * 30 + 30,
    "one known pixel in a corner": np.arange(60 * 40).reshape(60, 40) != 0,
    "square": masks.squares(1, 48, side=40)[0],
    "brush": masks.brush_strokes(1, 64, seed=4)[0],
    "all but the brush": ~masks.brush_strokes(1, 64, seed=5)[0],
    "lines": masks.random_lines(1, 48, lines=(9, 9), thickness=(3, 5), seed=2)[0],
    "99 % of the pixels": masks.random_pixels(1, 50, fraction=0.99, seed=2)[0],
}


@pytest.mark.parametrize("mask", ARRIVAL_MASKS.values(), ids=ARRIVAL_MASKS)
def test_arrival_times_are_near_scipys_distances(mask):
    times, distances = classical.arrival_time(mask), ndimage.distance_transform_edt(mask)
    assert (times[~mask] == 0).all()
    assert (np.abs(times - distances) <= 0.03 * distances + 0.5).all()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), fraction=st.floats(0.1, 0.95))
def test_arrival_times_solve_the_upwind_equation_everywhere(seed, fraction):
    """The result, not the march: max(T - a, 0)^2 + max(T - b, 0)^2 = 1 at every missing pixel."""
    mask = masks.random_pixels(1, (9, 11), fraction=fraction, seed=seed)[0]
    times = classical.arrival_time(mask)
    around = np.pad(times, 1, constant_values=np.inf)
    a = np.minimum(around[1:-1, :-2], around[1:-1, 2:])
    b = np.minimum(around[:-2, 1:-1], around[2:, 1:-1])
    residual = np.maximum(times - a, 0) ** 2 + np.maximum(times - b, 0) ** 2
    np.testing.assert_allclose(residual[mask], 1, atol=1e-9)


# Fast marching and OpenCV's two


def test_telea_of_opencv_changes_a_constant_picture_and_ours_does_not():
    """OpenCV takes the gradient's direction only: rounding noise becomes whole grey levels."""
    image = np.full((24, 24, 3), 200 / 255)
    mask = masks.squares(1, 24, side=6)[0]
    surprise = np.abs(classical.telea(image, mask) - image) * 255
    assert np.rint(surprise.max()) >= 1
    np.testing.assert_allclose(classical.fast_marching(image, mask), image, atol=1e-15)


def test_fast_marching_of_one_missing_pixel_by_hand():
    """In a symmetric neighbourhood T has no direction: what lies equally near weighs alike."""
    image = picture(5, 5, dtype=np.float64)
    mask = np.zeros((5, 5), bool)
    mask[2, 2] = True
    near = image[1, 2] + image[3, 2] + image[2, 1] + image[2, 3]
    np.testing.assert_allclose(
        classical.fast_marching(image, mask, radius=1)[2, 2], near / 4, atol=1e-15
    )


def test_telea_weights_by_hand():
    """Row 0 is known, so T = row. The first pixel filled, (1, 0), sees (0, 0) and (0, 1).

    (0, 0): straight across the front, distance 1, level 1 / (1 + 1). (0, 1): cosine 1 / sqrt 2,
    distance sqrt 2, the same level; its slope along the row is (I(0, 2) - I(0, 0)) / 2.
    """
    image = picture(3, 6, dtype=np.float64) / 4 + 0.5
    mask = np.arange(3)[:, None].repeat(6, axis=1) > 0
    straight, slanted = 1 / 2, 1 / np.sqrt(2) / 2 / 2
    continued = image[0, 1] - (image[0, 2] - image[0, 0]) / 2
    expected = (straight * image[0, 0] + slanted * continued) / (straight + slanted)
    filled = classical.fast_marching(image, mask, radius=1.5)
    np.testing.assert_allclose(filled[1, 0], expected, atol=1e-15)


def test_telea_weighs_what_arrives_as_early_more_by_hand():
    """T is 0 1 1 0: the second pixel filled is as early as the first, and later than the last."""
    image = np.repeat(np.array([[0.6, 0.0, 0.0, 0.3]])[..., None], 3, axis=-1)
    filled = classical.fast_marching(image, np.array([[False, True, True, False]]), radius=1)
    np.testing.assert_allclose(filled[0, 1:3, 0], [0.6, (0.6 + 0.3 / 2) / 1.5], atol=1e-15)


def test_fast_marching_follows_a_ramp_better_than_opencv():
    true, mask = field(HARMONIC_FUNCTIONS["ramp"], 32, 32), masks.squares(1, 32, side=6)[0]
    error = {
        name: metrics.mae(true, METHODS[name](true, mask), mask)
        for name in ("fast_marching", "telea", "navier_stokes", "nearest")
    }
    assert error["fast_marching"] < min(error["telea"], error["nearest"])
    wide = metrics.mae(true, classical.fast_marching(true, mask, radius=5), mask)
    assert wide < metrics.mae(true, classical.telea(true, mask, radius=5), mask) / 2
    assert wide < error["navier_stokes"] / 2


def test_fast_marching_fills_the_earliest_pixel_from_known_pixels_only():
    """In a strip, the column nearest to the known ones cannot feel what lies across the gap."""
    image = picture(7, 20, dtype=np.float64)
    mask = np.zeros((7, 20), bool)
    mask[:, 5:15] = True
    other = image.copy()
    other[:, 15:] = 1 - other[:, 15:]
    one, two = classical.fast_marching(image, mask), classical.fast_marching(other, mask)
    np.testing.assert_array_equal(one[:, 5:9], two[:, 5:9])
    assert (one[:, 11:15] != two[:, 11:15]).all()


def test_opencv_methods_agree_with_opencv():
    from course_lib._opencv import cv2

    bytes_image = np.random.RandomState(1).randint(0, 256, (12, 14, 3)).astype(np.uint8)
    mask = border_hole()
    for name, flag in (("navier_stokes", cv2.INPAINT_NS), ("telea", cv2.INPAINT_TELEA)):
        damaged = np.where(mask[..., None], np.uint8(0), bytes_image)
        expected = cv2.inpaint(damaged, mask.astype(np.uint8), 1, flag)
        filled = METHODS[name](bytes_image / np.float32(255), mask)
        np.testing.assert_array_equal(np.rint(filled * 255).astype(np.uint8), expected)


@pytest.mark.parametrize("radius", [1, 2, 3, 5])
@pytest.mark.parametrize(
    "seen",
    [scenes.places("brick", 1, size=64, hole=1, seed=0).images[0], picture(24, 26) > 0.7],
    ids=["photograph", "black and white"],
)
def test_the_weights_of_navier_stokes_average_to_what_opencv_writes(seen, radius):
    seen = seen.astype(np.float64)
    for row, column in np.random.RandomState(0).randint(radius + 1, 22 - radius, (25, 2)):
        mask = np.zeros(seen.shape[:2], bool)
        mask[row, column] = True
        written = classical.navier_stokes(seen, mask, radius=radius)[row, column]
        weights = classical.navier_stokes_weights(seen, (row, column), radius=radius)
        np.testing.assert_allclose(weights.sum(axis=(0, 1)), 1)
        reach = np.hypot(*(np.argwhere(weights.any(axis=-1)) - (row, column)).T)
        assert weights.min() == 0 and 0 < reach.min() and reach.max() <= radius
        average = (weights * np.where(mask[..., None], 0, seen)).sum(axis=(0, 1))
        np.testing.assert_allclose(255 * average, 255 * written, atol=0.5001)
        scribbled = np.where(mask[..., None], np.nan, seen)
        again = classical.navier_stokes_weights(scribbled, (row, column), radius=radius)
        np.testing.assert_array_equal(again, weights)


@pytest.mark.parametrize(
    ("pixel", "radius", "sentence"),
    [
        ((1, 5), 1, "more than 1 pixels inside"),
        ((5, 10), 3, "inside the picture of 12 x 14"),
        ((5,), 1, "pass .row, column"),
        ((5, 5), 0, "radius"),
        ((5, 5), 1.5, "radius"),
    ],
)
def test_weights_of_navier_stokes_that_are_refused(pixel, radius, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        classical.navier_stokes_weights(picture(), pixel, radius=radius)


# Exemplar


def stripes(period=8, side=40):
    rows, columns = np.mgrid[:side, :side]
    return np.repeat(0.2 + 0.6 * ((rows + columns) % period < period / 2)[..., None], 3, axis=-1)


def chessboard(square=4, side=48):
    rows, columns = np.mgrid[:side, :side]
    return np.repeat(0.2 + 0.6 * ((rows // square + columns // square) % 2)[..., None], 3, axis=-1)


@pytest.mark.parametrize("true", [stripes(), chessboard()], ids=["stripes", "chessboard"])
def test_exemplar_restores_a_repeating_pattern_exactly(true):
    mask = masks.squares(1, true.shape[:2], side=12)[0]
    np.testing.assert_array_equal(classical.exemplar(true, mask), true)


def test_exemplar_is_ahead_of_all_on_bricks():
    wall = data.photo("brick").reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))[:96, :96]
    mask = masks.squares(1, 96, side=16)[0]
    scores = {
        name: metrics.psnr(wall, method(wall, mask), mask) for name, method in METHODS.items()
    }
    runner_up = sorted(scores.values())[-2]
    assert max(scores, key=scores.get) == "exemplar"
    assert scores["exemplar"] > runner_up + 3


def test_data_term_is_high_where_an_isophote_runs_into_the_hole():
    """A step of 0.6 has the central difference 0.3; the front lies along row 9, the hole below."""
    image = np.full((20, 20, 3), 0.2)
    image[:, 10:] = 0.8
    known = np.arange(20)[:, None].repeat(20, axis=1) < 9
    on_the_edge, far_from_it = data_term(np.array([[9, 10], [9, 4]]), image, known, 2)
    assert on_the_edge == pytest.approx(0.3, abs=0.002)
    assert 0 < far_from_it < 0.002
    along = np.swapaxes(image, 0, 1)[4:]  # now the step is at row 6, parallel to the front
    assert data_term(np.array([[9, 10]]), along, known[:16], 3)[0] < 0.002


def test_exemplar_continues_a_line_through_a_wide_gap():
    true = np.full((40, 60, 3), 0.2)
    true[18:22] = 0.8
    mask = np.zeros((40, 60), bool)
    mask[8:32, 20:40] = True
    np.testing.assert_array_equal(classical.exemplar(true, mask), true)


def exemplar_one_pixel_at_a_time(image, mask, half, order):
    """Criminisi et al., table I, with loops: what the array version must equal."""
    all_known = np.argwhere(~mask)
    height, width = mask.shape
    image, known, confidence = image.copy(), ~mask, (~mask).astype(float)
    image[mask] = 0
    span = range(-half, half + 1)
    steps = [(r, c) for r in span for c in span]

    def inside(r, c):
        return 0 <= r < height and 0 <= c < width

    def is_known(r, c):
        return inside(r, c) and known[r, c]

    def slope(r, c, down, right):
        if not (is_known(r, c) and is_known(r + down, c + right) and is_known(r - down, c - right)):
            return 0.0
        return (image[r + down, c + right].mean() - image[r - down, c - right].mean()) / 2

    sources = [
        (r, c)
        for r, c in np.ndindex(height, width)
        if all(inside(r + i, c + j) and not mask[r + i, c + j] for i, j in steps)
    ]
    original = image.copy()
    while not known.all():
        best = (-np.inf, None, None)
        for r, c in np.ndindex(height, width):
            beside = ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1))
            if known[r, c] or not any(is_known(*pixel) for pixel in beside):
                continue
            patch = [(r + i, c + j) for i, j in steps if inside(r + i, c + j)]
            trust = sum(confidence[pixel] for pixel in patch) / len(steps)
            gradients = [(slope(*pixel, 1, 0), slope(*pixel, 0, 1)) for pixel in patch]
            steepest = max(gradients, key=lambda g: g[0] ** 2 + g[1] ** 2)
            normal = [(not is_known(*p)) * 1.0 for p in beside]
            normal = (normal[1] - normal[0], normal[3] - normal[2])
            cross = abs(steepest[1] * normal[0] - steepest[0] * normal[1])
            data_term = cross / max(np.hypot(*normal), 1e-9) + 1e-3
            away = ((all_known - (r, c)) ** 2).sum(axis=1).min()
            urgency = {
                "lines first": trust * data_term,
                "onion peel": -away,
                "confidence only": trust,
                "data only": data_term,
            }[order]
            if urgency > best[0] + 1e-12:
                best = (urgency, (r, c), trust)
        _, (r, c), trust = best
        seen = [(i, j) for i, j in steps if is_known(r + i, c + j)]
        costs = [
            sum(((original[s + i, t + j] - image[r + i, c + j]) ** 2).sum() for i, j in seen)
            for s, t in sources
        ]
        s, t = sources[int(np.argmin(costs))]
        for i, j in steps:
            if inside(r + i, c + j) and not is_known(r + i, c + j):
                image[r + i, c + j] = original[s + i, t + j]
                confidence[r + i, c + j] = trust
        for i, j in steps:
            if inside(r + i, c + j):
                known[r + i, c + j] = True
    return image


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", range(4))
def test_exemplar_equals_the_algorithm_written_with_loops(seed, order):
    image = ndimage.gaussian_filter(picture(20, 22, seed=seed, dtype=np.float64), (1, 1, 0))
    mask = np.zeros((20, 22), bool)
    mask[7:15, 6:15] = masks.brush_strokes(1, (8, 9), seed=seed)[0]
    mask[18:, :4] = True
    np.testing.assert_array_equal(
        classical.exemplar(image, mask, patch=5, order=order),
        exemplar_one_pixel_at_a_time(image, mask, 2, order),
    )


def test_onion_peel_goes_ring_by_ring_and_lines_first_does_not():
    true = np.full((40, 40, 3), 0.2)
    true[:, 18:22] = 0.8
    mask = masks.squares(1, 40, side=20)[0]
    depth = masks.hole_depth(mask)
    rings = {
        name: [depth[one.target] for one in copies(np.where(mask[..., None], 0, true), mask, 5, by)]
        for name, by in ORDERS.items()
    }
    assert rings["onion peel"] == sorted(rings["onion peel"])
    assert rings["lines first"] != sorted(rings["lines first"])


def test_each_copy_names_the_patch_it_took():
    image, mask = picture(24, 26, dtype=np.float64), masks.squares(1, (24, 26), side=9)[0]
    before = np.where(mask[..., None], 0.0, image)
    known = ~mask
    for one in copies(before, mask, 5, ORDERS["lines first"]):
        (row, column), (source_row, source_column) = one.target, one.source
        here = (slice(row - 2, row + 3), slice(column - 2, column + 3))
        there = (slice(source_row - 2, source_row + 3), slice(source_column - 2, source_column + 3))
        assert not mask[there].any() and not known[row, column]
        new = ~known[here]
        known[here] = True
        np.testing.assert_array_equal(one.image[here][new], image[there][new])
    assert known.all()
    np.testing.assert_array_equal(one.image, classical.exemplar(image, mask, patch=5))


@pytest.mark.parametrize("patch", [3, 5, 9])
def test_exemplar_only_copies_known_colours(patch):
    image, mask = picture(24, 24, dtype=np.float64), masks.brush_strokes(1, 24, seed=2)[0]
    filled = classical.exemplar(image, mask, patch=patch)
    known = {tuple(colour) for colour in image[~mask]}
    assert {tuple(colour) for colour in filled[mask]} <= known


def test_exemplar_shrinks_its_patch_until_a_hundred_can_be_copied():
    """16 x 16 with a corner missing: under 100 full patches of 7, over 100 of 5."""
    image = picture(16, 16)
    mask = np.zeros((16, 16), bool)
    mask[:3, 0] = True
    filled = classical.exemplar(image, mask)
    np.testing.assert_array_equal(filled, classical.exemplar(image, mask, patch=5))
    assert (filled != classical.exemplar(image, mask, patch=3)).any()


def test_exemplar_without_a_patch_to_copy_takes_nearest_pixels():
    image, mask = picture(), MASKS["half of the pixels"]
    np.testing.assert_array_equal(classical.exemplar(image, mask), METHODS["nearest"](image, mask))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("SUPERLU_MALLOC fails for buf"), Exception("bad_alloc")]
)
def test_whoever_runs_out_of_memory_says_so_in_the_courses_words(monkeypatch, name, error):
    def starved(*_):
        raise error

    monkeypatch.setattr(_contract, "_without_holes", starved)
    with pytest.raises(MemoryError, match="this hole of 4 pixels needs more memory"):
        METHODS[name](np.zeros((4, 4, 3)), np.eye(4, dtype=bool))
