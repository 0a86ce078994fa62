"""Numbers of NumPy's, names and colours: in every function they are Python's own, or refused.

NumPy's small types overflow and round in the arithmetic that follows (NEP 50): the expected value
is that of the same call with Python's own number.
"""

import warnings

import numpy as np
import pytest

from course_lib import (
    _validation,
    classical,
    clips,
    data,
    evaluation,
    generative,
    masks,
    metrics,
    plots,
    restoration,
    scenes,
    wear,
    widgets,
)

IMAGE = np.random.RandomState(0).random_sample((14, 12, 3))
MASK = np.zeros((14, 12), bool)
MASK[4:9, 3:8] = True
BATCH, MASKS = np.stack([IMAGE] * 3), np.stack([MASK] * 3)
ALT = "A picture that is drawn to be tested."


def scores(resamples):
    found = evaluation.evaluate(classical.mean, BATCH, MASKS, resamples=resamples)
    return [value for name, value in found.items() if name != "milliseconds"]


def slider(*numbers):
    level = widgets.explore(lambda level: plots.figure(IMAGE), alt=ALT, level=numbers).controls
    return [level["level"].min, level["level"].max, level["level"].step, level["level"].value]


def grey(noisy, time):
    return np.zeros_like(noisy)


# (function of one number, a number that every integer type of NumPy's can hold)
WHOLE = {
    "random_lines count": (lambda n: masks.random_lines(n, 16, seed=0), 5),
    "random_lines size": (lambda n: masks.random_lines(2, n, seed=0), 100),
    "random_lines height": (lambda n: masks.random_lines(2, (n, 20), seed=0), 100),
    "random_lines most": (lambda n: masks.random_lines(2, 16, lines=(1, n), seed=0), 127),
    "random_lines fewest": (lambda n: masks.random_lines(2, 16, lines=(n, 127), seed=0), 127),
    "random_lines thickest": (lambda n: masks.random_lines(2, 16, thickness=(1, n), seed=0), 127),
    "random_lines seed": (lambda n: masks.random_lines(2, 16, seed=n), 127),
    "brush_strokes count": (lambda n: masks.brush_strokes(n, 100, seed=0), 5),
    "brush_strokes size": (lambda n: masks.brush_strokes(2, n, seed=0), 120),
    "squares side": (lambda n: masks.squares(2, 127, side=n), 100),
    "squares side, seed": (lambda n: masks.squares(9, 127, side=n, seed=0), 100),
    "squares size": (lambda n: masks.squares(9, n, side=100, seed=0), 120),
    "random_pixels size": (lambda n: masks.random_pixels(2, n, fraction=0.5, seed=0), 100),
    "in_bucket size": (lambda n: masks.in_bucket(2, n, low=0.1, high=0.2, seed=0), 100),
    "bertalmio rounds": (lambda n: classical.bertalmio(IMAGE, MASK, rounds=n), 3),
    "bertalmio steps": (lambda n: classical.bertalmio(IMAGE, MASK, transport_steps=n, rounds=1), 3),
    "jacobi sweeps": (lambda n: classical.jacobi(IMAGE, MASK, n), 100),
    "sor sweeps": (lambda n: classical.sor(IMAGE, MASK, n, omega=1.5), 100),
    "exemplar patch": (lambda n: classical.exemplar(IMAGE, MASK, patch=n), 127),
    "fast_marching radius": (lambda n: classical.fast_marching(IMAGE, MASK, radius=n), 12),
    "telea radius": (lambda n: classical.telea(IMAGE, MASK, radius=n), 3),
    "fit_window radius": (lambda n: classical.fit_window(BATCH, radius=n).weights, 2),
    "figure columns": (lambda n: len(plots.figure([IMAGE] * 3, columns=n).axes), 2),
    "evaluate resamples": (scores, 100),
    "frozen_masks": (
        lambda n: evaluation.frozen_masks(n, 32, buckets=[(1, n)], sides=[n], shares=[n])["lines"],
        10,
    ),
    "explore": (lambda n: slider(-100, n), 100),
    "explore steps": (lambda n: slider(-100.5, n), 100),
    "load subset": (lambda n: data.load(subset=n).test, 3),
    "grown pixels": (lambda n: masks.grown(MASK, n), 100),
    "wear count": (lambda n: wear.dust(n, 32, share=0.02, seed=0), 2),
    "wear size": (lambda n: wear.scratches(1, n, share=0.02, seed=0), 100),
    "moving count": (lambda n: clips.moving("coffee", n, 16, seed=0), 3),
    "moving size": (lambda n: clips.moving("coffee", 2, n, seed=0), 100),
    "clips.scratches count": (lambda n: clips.scratches(n, 48, seed=0), 5),
    "clips.scratches size": (lambda n: clips.scratches(2, n, seed=0), 120),
    "clips.scratches lines": (lambda n: clips.scratches(2, 127, lines=n, seed=0), 3),
    "clips.scratches width": (lambda n: clips.scratches(2, 127, width=n, seed=0), 40),
    "lost_blocks size": (lambda n: clips.lost_blocks(2, n, seed=0), 120),
    "lost_blocks side": (lambda n: clips.lost_blocks(2, 127, side=n, seed=0), 64),
    "lost_blocks lasting": (lambda n: clips.lost_blocks(6, 64, lasting=n, seed=0), 3),
    "places count": (lambda n: scenes.places("coffee", n, size=40, hole=8, seed=0).images, 3),
    "places size": (lambda n: scenes.places("coffee", 2, size=n, hole=8, seed=0).images, 100),
    "places hole": (lambda n: scenes.places("coffee", 2, size=100, hole=n, seed=0).masks, 64),
    "find_damage width": (lambda n: restoration.find_damage(IMAGE, width=n), 5),
    "find_damage smallest": (lambda n: restoration.find_damage(IMAGE, smallest=n), 7),
    "find_damage grow": (lambda n: restoration.find_damage(IMAGE, tolerance=0.5, grow=n), 3),
    "frozen_patches": (lambda n: evaluation.frozen_patches(n)[0], 100),
    "diffuse count": (lambda n: generative.diffuse(grey, n, 8, steps=2, seed=0), 3),
    "diffuse size": (lambda n: generative.diffuse(grey, 1, n, steps=2, seed=0), 100),
    "diffuse steps": (lambda n: generative.diffuse(grey, 1, 8, steps=n, seed=0), 5),
    "repaint steps": (lambda n: generative.repaint(grey, BATCH, MASKS, steps=n, seed=0), 3),
    "repaint resamplings": (
        lambda n: generative.repaint(grey, BATCH, MASKS, steps=2, resamplings=n, seed=0),
        3,
    ),
}
FLOATS = {
    "random_pixels fraction": (lambda x: masks.random_pixels(2, 300, fraction=x, seed=0), 0.5),
    "in_bucket low": (lambda x: masks.in_bucket(2, 60, low=x, high=0.75, seed=0), 0.5),
    "in_bucket high": (lambda x: masks.in_bucket(2, 60, low=0.25, high=x, seed=0), 0.5),
    "damage fill": (lambda x: masks.damage(IMAGE, MASK, fill=x), 0.5),
    "damage fill, one channel": (lambda x: masks.damage(IMAGE, MASK, fill=(0, x, 1)), 0.5),
    "tint colour": (lambda x: plots.tint(IMAGE, MASK, colour=x), 0.5),
    "sor omega": (lambda x: classical.sor(IMAGE, MASK, 9, omega=x), 1.5),
    "jacobi start": (lambda x: classical.jacobi(IMAGE, MASK, 3, start=x), 0.5),
    "navier_stokes radius": (lambda x: classical.navier_stokes(IMAGE, MASK, radius=x), 1.5),
    "fast_marching radius": (lambda x: classical.fast_marching(IMAGE, MASK, radius=x), 1.5),
    "explore": (lambda x: slider(0, x), 0.5),
    "wear share": (lambda x: wear.dust(1, 60, share=x, seed=0), 0.125),
    "moving grain": (lambda x: clips.moving("coffee", 2, 16, grain=x, seed=0), 0.125),
    "moving camera": (lambda x: clips.moving("coffee", 3, 16, camera=(1, x), seed=0), 0.5),
    "clips.scratches step": (lambda x: clips.scratches(3, 48, step=x, seed=0), 0.5),
    "lost_blocks share": (lambda x: clips.lost_blocks(3, 48, share=x, seed=0), 0.125),
    "find_damage tolerance": (lambda x: restoration.find_damage(IMAGE, tolerance=x), 0.125),
    "fit_gaussian noise": (lambda x: classical.fit_gaussian(BATCH, noise=x).precision, 0.125),
}
INTEGERS = [np.int8, np.uint8, np.int16, np.uint64, np.array]


@pytest.mark.parametrize("dtype", INTEGERS, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_number_of_numpys_is_that_number(name, dtype):
    function, number = WHOLE[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "The `ipykernel.comm", DeprecationWarning)  # ipywidgets 7
        np.testing.assert_array_equal(function(dtype(number)), function(number))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, np.array])
@pytest.mark.parametrize("name", FLOATS)
def test_a_float_of_numpys_is_that_number(name, dtype):
    function, number = FLOATS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "The `ipykernel.comm", DeprecationWarning)  # ipywidgets 7
        np.testing.assert_array_equal(function(dtype(number)), function(number))


NO_NUMBERS = {
    "NaN": np.nan,
    "infinite": np.inf,
    "huge": 10**5000,
    "minus huge": -(10**5000),
    "a truth": True,
    "NumPy's truth": np.True_,
    "nothing": None,
    "a word": "7",
    "complex": 1j,
    "a time": np.timedelta64(3, "s"),
    "a picture": IMAGE,
    "ragged": [[1], [1, 2]],
    "a long text": "a\nb" * 1000,
    "pictures in a tuple": (IMAGE, IMAGE),
    "a function": np.sin,
}
ADMITTED = {
    # What is larger than the picture reaches all of it.
    "huge": ("telea radius", "fast_marching radius", "navier_stokes radius", "grown pixels"),
    "minus huge": ("grown pixels",),
    "nothing": ("figure columns", "load subset", "find_damage tolerance"),
    "a picture": ("jacobi start",),
    # In a triple NumPy makes a number of it before anybody looks.
    "a truth": ("damage fill, one channel",),
    "NumPy's truth": ("damage fill, one channel",),
}  # fmt: skip


def assert_one_short_sentence(message):
    assert "\n" not in message and message.endswith(".") and ":" in message
    assert len(message) < 300 and "array(" not in message


@pytest.mark.parametrize("fault", NO_NUMBERS)
@pytest.mark.parametrize("name", [*WHOLE, *FLOATS])
def test_what_is_no_number_gets_one_short_sentence(name, fault):
    if name in ADMITTED.get(fault, ()) or (fault, name) == ("huge", "exemplar patch"):
        return
    function, _ = (WHOLE | FLOATS)[name]
    with pytest.raises((TypeError, ValueError)) as refusal:
        function(NO_NUMBERS[fault])
    assert_one_short_sentence(str(refusal.value))


@pytest.mark.parametrize("method", [classical.telea, classical.navier_stokes])
def test_opencv_itself_cuts_a_radius_at_100(method):
    image, mask = np.random.RandomState(0).random_sample((260, 9, 3)), np.zeros((260, 9), bool)
    mask[10:250] = True
    widest = classical.opencv.cv2.inpaint(
        np.rint(np.where(mask[..., None], 0, image) * 255).astype(np.uint8),
        mask.astype(np.uint8),
        150,
        classical.opencv.cv2.INPAINT_NS
        if method is classical.navier_stokes
        else classical.opencv.cv2.INPAINT_TELEA,
    )
    filled = method(image, mask, radius=1e12)
    np.testing.assert_array_equal(np.rint(filled * 255)[mask], widest[mask])


def test_a_radius_beyond_the_picture_reaches_what_the_diagonal_reaches():
    small, hole = IMAGE[:9, :7], MASK[2:11, :7]
    expected = classical.fast_marching(small, hole, radius=40)
    for radius in (1e12, 10**400, np.float32(1e30)):
        np.testing.assert_array_equal(classical.fast_marching(small, hole, radius=radius), expected)


def test_a_patch_larger_than_the_picture_shrinks_to_one_that_fits():
    expected = classical.exemplar(IMAGE, MASK, patch=11)
    for patch in (13, 10**12 + 1, 10**5000 + 1):
        np.testing.assert_array_equal(classical.exemplar(IMAGE, MASK, patch=patch), expected)


# Names


@pytest.mark.parametrize("value", [None, 3, "neither", b"white", ["white"], IMAGE, np.array(["a"])])
@pytest.mark.parametrize(
    "call",
    [
        lambda value: masks.as_mask(MASK, hole=value),
        lambda value: data.photo(value),
        lambda value: data.load(value),
        lambda value: classical.exemplar(IMAGE, MASK, order=value),
        lambda value: widgets.mask_designer(value),
        lambda value: evaluation.standings(value),
        lambda value: classical.fit_gaussian(BATCH, covariance="none" if value is None else value),
    ],
)
def test_what_is_no_name_gets_one_sentence(call, value):
    with pytest.raises(ValueError) as refusal:
        call(value)
    message = str(refusal.value)
    assert "\n" not in message and message.endswith(".") and "array(" not in message


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: evaluation.frozen_masks(1, sides=3), TypeError, "sides is 3: pass a list"),
        (lambda: evaluation.frozen_masks(1, buckets=[(1, 2, 3)]), ValueError, "pass pairs"),
        (lambda: evaluation.frozen_masks(1, buckets=[(0.1, 0.2)]), ValueError, "whole per cent"),
        (lambda: evaluation.frozen_masks(1, shares=[0.5]), ValueError, "share is 0.5"),
        (lambda: classical.random_walks(IMAGE, MASK, (5, 5), walkers=10**7, seed=0), ValueError,
         "1 to 1,000,000"),
        (lambda: classical.random_walks(IMAGE, MASK, IMAGE, walkers=1, seed=0), ValueError,
         "pixel is ndarray"),
        (lambda: evaluation.evaluate(lambda i, m: None, IMAGE, MASK), TypeError, "end with return"),
        (lambda: plots.depth_map({}), ValueError, "no mask to draw"),
        (lambda: plots.curves([1, 2], title="", xlabel="", ylabel=""), TypeError, "is no dict"),
        (lambda: plots.points({"a": 3}, title="", xlabel="", ylabel=""), ValueError, "no \\(x, y"),
        (lambda: plots.points({"a": (3, 4)}, title="", xlabel="", ylabel=""), ValueError, "length"),
        (lambda: widgets.explore(3, alt=ALT, level=(0, 1)), TypeError, "draw is 3: pass a func"),
        (lambda: slider_of([1, np.nan]), ValueError, "pass numbers"),
        (lambda: slider_of([IMAGE, IMAGE]), TypeError, "a dict with a name for each value"),
    ],
)  # fmt: skip
def test_other_arguments_that_get_their_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence) as refusal:
        call()
    assert_one_short_sentence(str(refusal.value).replace("return?", "return."))


def slider_of(level):
    return widgets.explore(lambda level: plots.figure(IMAGE), alt=ALT, level=level)


# Arrays that are none


@pytest.mark.parametrize("values", [None, "photo.png", 1j, [[1], [1, 2]], np.array(None), {}])
@pytest.mark.parametrize("measure", [metrics.plain_dice, metrics.squared_dice])
def test_dice_of_what_is_no_number(measure, values):
    for pair in ((values, [0.5]), ([0.5], values)):
        with pytest.raises((TypeError, ValueError)) as refusal:
            measure(*pair)
        assert_one_short_sentence(str(refusal.value))


@pytest.mark.parametrize(
    "camera", [0.5, (1,), (1, 2, 3), (0, np.nan), (0, np.inf), (True, 1), ("1", "2"), None, IMAGE]
)
def test_a_glide_that_is_no_two_numbers(camera):
    with pytest.raises(ValueError, match="camera is .*: pass .*rows") as refusal:
        clips.moving("coffee", 2, 16, camera=camera, seed=0)
    assert_one_short_sentence(str(refusal.value))


def test_bits_that_another_library_left_count_once():
    """Pillow hands NumPy a 1-bit picture as bool bytes 0 and 255."""
    bits = (MASK * np.uint8(255)).view(bool)
    assert metrics.dice(MASK, bits) == metrics.iou(bits, MASK) == 1.0
    assert masks.hole_fraction(bits) == masks.hole_fraction(MASK)
    np.testing.assert_array_equal(masks.as_mask(bits, hole="white").view(np.uint8), MASK)
    for name, method in classical.METHODS.items():
        np.testing.assert_array_equal(method(IMAGE, bits), method(IMAGE, MASK), err_msg=name)
    np.testing.assert_array_equal(plots.tint(IMAGE, bits), plots.tint(IMAGE, MASK))
    painter = widgets.MaskPainter(IMAGE)
    painter.mask = bits
    np.testing.assert_array_equal(painter.mask.view(np.uint8), MASK)
    drawn = [plots.encode(plots.figure(one))[1] for one in (bits, MASK)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (IMAGE, "ndarray float64 of shape (14, 12, 3)"),
        (np.float16(0.5), "0.5"),
        (np.longdouble(0.5), "0.5"),
        ((1, np.uint8(2)), "(1, 2)"),
        ([IMAGE, "a"], "[ndarray float64 of shape (14, 12, 3), 'a']"),
        (list(range(9)), "of type list"),
        ("a\nb", r"'a\nb'"),
        (10**99, "a whole number of more than 64 bits"),
        (None, "None"),
        (np.sin, "of type ufunc"),
    ],
)
def test_how_a_sentence_quotes_a_value(value, words):
    assert _validation.brief(value) == words
