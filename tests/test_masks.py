"""Masks: the same seed gives the same bytes, holes lie where they are said to lie."""

import hashlib
import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from course_lib import masks

GENERATORS = {
    "random_lines": lambda count, size, seed: masks.random_lines(count, size, seed=seed),
    "brush_strokes": lambda count, size, seed: masks.brush_strokes(count, size, seed=seed),
    "squares": lambda count, size, seed: masks.squares(count, size, side=5, seed=seed),
    "random_pixels": lambda count, size, seed: masks.random_pixels(
        count, size, fraction=0.3, seed=seed
    ),
    "in_bucket": lambda count, size, seed: masks.in_bucket(
        count, size, low=0.2, high=0.3, seed=seed
    ),
}
FROZEN = {
    "random_lines": "cbf613f58930c560571738d80dca31e9523ecbebfd6fce0d1fb948a2ed5719b6",
    "brush_strokes": "43d9878fa5d42f5ef8e1ad62acae227aa98ef26ed0e0d7b215c08fd9fcc049dc",
    "squares": "8836a9b400714a8a7e5caa594588df3c89b1b4a68e1d0854f0540fc851791ed0",
    "random_pixels": "d2025ad548dbf1e881d2d34e971cf6485848621a559716e525215e07535f677d",
    "in_bucket": "47d89fb0c2ad41bd21ba574639366f2311e2d21ff5c97e02ddfc470b4586dacb",
}


@pytest.mark.parametrize("name", GENERATORS)
def test_same_seed_same_bytes_on_every_machine(name):
    drawn = GENERATORS[name](20, (24, 40), 7)
    assert hashlib.sha256(np.ascontiguousarray(drawn).tobytes()).hexdigest() == FROZEN[name]


@pytest.mark.parametrize("name", GENERATORS)
def test_another_seed_gives_other_masks(name):
    first, second = GENERATORS[name](20, 32, 1), GENERATORS[name](20, 32, 2)
    assert (first != second).any()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(1, 4), st.integers(8, 40), st.integers(8, 40), st.integers(0, 2**32 - 1))
def test_shape_and_dtype(count, height, width, seed):
    for generate in GENERATORS.values():
        drawn = generate(count, (height, width), seed)
        assert drawn.shape == (count, height, width)
        assert drawn.dtype == bool
        assert drawn.any(axis=(1, 2)).all(), "every mask has a hole"


def test_an_int_size_is_a_square():
    assert masks.random_lines(3, 16, seed=0).shape == (3, 16, 16)


def test_lines_follow_the_article():
    """Row 0, column 0 and the corner as field measurements of the article's masks have them."""
    drawn = masks.random_lines(10_000, 32, seed=0)
    assert drawn.mean() == pytest.approx(0.1485, abs=0.004)
    assert drawn[:, 0, :].mean() == pytest.approx(0.009, abs=0.002)
    assert drawn[:, 16, 16].mean() == pytest.approx(0.306, abs=0.02)
    assert not drawn[:, 0, 0].any()


def test_number_and_thickness_of_lines_are_arguments():
    one_thin = masks.random_lines(200, 32, lines=(1, 1), thickness=(1, 1), seed=0)
    assert one_thin.sum(axis=(1, 2)).max() <= 32, (
        "a thin line has at most one pixel a column or row"
    )
    many = masks.random_lines(200, 32, lines=(9, 9), thickness=(2, 2), seed=0)
    assert many.mean() > 4 * one_thin.mean()


@pytest.mark.parametrize(
    "draw",
    [
        lambda: masks.squares(60_000, 12, side=5, seed=3),
        lambda: masks.random_pixels(60_000, 12, fraction=0.2, seed=3),
    ],
    ids=["squares", "random_pixels"],
)
def test_the_border_is_as_likely_as_the_centre(draw):
    frequency = draw().mean(axis=0)
    expected = frequency.mean()
    standard_error = np.sqrt(expected * (1 - expected) / 60_000)
    assert np.abs(frequency - expected).max() < 5 * standard_error


def test_squares_without_a_seed_are_centred():
    drawn = masks.squares(2, (10, 12), side=4)
    expected = np.zeros((10, 12), bool)
    expected[3:7, 4:8] = True
    np.testing.assert_array_equal(drawn, [expected, expected])
    (off_centre,) = masks.squares(1, 5, side=2)  # where there is no middle, up and to the left
    assert np.argwhere(off_centre).tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(2, 20), st.integers(2, 20), st.floats(0.01, 0.99), st.integers(0, 1000))
def test_random_pixels_are_counted_exactly(height, width, fraction, seed):
    missing = round(fraction * height * width)
    if not 0 < missing < height * width:
        with pytest.raises(ValueError, match="at least one pixel"):
            masks.random_pixels(3, (height, width), fraction=fraction, seed=seed)
        return
    drawn = masks.random_pixels(3, (height, width), fraction=fraction, seed=seed)
    assert (drawn.sum(axis=(1, 2)) == missing).all()


@pytest.mark.parametrize(
    ("low", "high"), [(0.01, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.6)]
)
def test_a_bucket_is_always_inside_its_bounds(low, high):
    fractions = masks.in_bucket(300, 32, low=low, high=high, seed=5).mean(axis=(1, 2))
    assert (fractions > low).all()
    assert (fractions <= high).all()
    assert fractions.mean() == pytest.approx((low + high) / 2, abs=0.01), (
        "uniform inside the bucket"
    )


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.integers(4, 30),
    st.integers(4, 30),
    st.floats(0, 0.9),
    st.floats(0.001, 0.3),
    st.integers(0, 99),
)
def test_any_bucket_holds_or_is_refused(height, width, low, extent, seed):
    high = min(low + extent, 0.99)
    try:
        fractions = masks.in_bucket(4, (height, width), low=low, high=high, seed=seed).mean(
            axis=(1, 2)
        )
    except ValueError as refusal:
        assert "no hole of" in str(refusal)
        pixels = np.arange(1, height * width) / (height * width)
        assert not ((pixels > low) & (pixels <= high)).any()
    else:
        assert ((fractions > low) & (fractions <= high)).all()


def test_a_bucket_holds_its_upper_bound_and_not_its_lower():
    drawn = masks.in_bucket(3, 10, low=0.19, high=0.2, seed=0)
    assert drawn.sum(axis=(1, 2)).tolist() == [20, 20, 20]


def test_hole_fraction_counts():
    mask = np.zeros((4, 5), bool)
    mask[0, :3] = True
    assert masks.hole_fraction(mask) == 0.15
    np.testing.assert_array_equal(masks.hole_fraction(np.stack([mask, ~mask])), [0.15, 0.85])


def test_hole_depth_by_brute_force():
    mask = masks.brush_strokes(1, 20, seed=4)[0]
    known = np.argwhere(~mask)
    depth = masks.hole_depth(mask)
    for pixel in np.argwhere(mask):
        nearest = np.sqrt(((known - pixel) ** 2).sum(axis=1)).min()
        assert depth[tuple(pixel)] == pytest.approx(nearest)
    assert (depth[~mask] == 0).all()


def test_hole_depth_of_a_batch_is_that_of_its_masks():
    drawn = masks.random_lines(3, 16, seed=1)
    np.testing.assert_array_equal(masks.hole_depth(drawn), [masks.hole_depth(one) for one in drawn])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_damage_paints_holes_and_nothing_else(dtype):
    images = np.random.RandomState(0).random_sample((2, 6, 7, 3)).astype(dtype)
    drawn = masks.random_pixels(2, (6, 7), fraction=0.4, seed=1)
    damaged = masks.damage(images, drawn, fill=(0.25, 0.5, 1.0))
    assert damaged.dtype == dtype
    assert (damaged[drawn] == np.array([0.25, 0.5, 1.0], dtype)).all()
    np.testing.assert_array_equal(damaged[~drawn], images[~drawn])


def test_one_mask_serves_a_batch():
    images = np.random.RandomState(0).random_sample((3, 5, 5, 3)).astype(np.float32)
    mask = masks.random_pixels(1, 5, fraction=0.4, seed=1)[0]
    damaged = masks.damage(images, mask)
    for image, result in zip(images, damaged, strict=True):
        np.testing.assert_array_equal(result, masks.damage(image, mask))


def test_composite_takes_holes_from_the_prediction():
    random = np.random.RandomState(1)
    image = random.random_sample((5, 6, 3)).astype(np.float32)
    predicted = random.random_sample((5, 6, 3)).astype(np.float32)
    mask = masks.random_pixels(1, (5, 6), fraction=0.5, seed=2)[0]
    image[mask] = np.nan
    result = masks.composite(image, predicted, mask)
    np.testing.assert_array_equal(result[mask], predicted[mask])
    np.testing.assert_array_equal(result[~mask], image[~mask])


def test_a_composite_has_the_dtype_of_the_pictures():
    image, mask = np.zeros((4, 4, 3), np.float16), np.eye(4, dtype=bool)
    predicted = np.full((4, 4, 3), 1 / 3)
    filled = masks.composite(image, predicted, mask)
    assert filled.dtype == np.float16 and (filled[mask] == np.float16(1 / 3)).all()
    assert masks.composite(image + 0.0, predicted.astype(np.float32), mask).dtype == np.float16


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.integers(0, 999),
    st.sampled_from(["bool", "0/1", "0/255", "float", "three channels", "alpha"]),
)
def test_as_mask_reads_every_polarity_and_dtype(seed, kind):
    holes = masks.random_pixels(1, (4, 6), fraction=0.5, seed=seed)[0]
    stored = {
        "bool": holes,
        "0/1": holes.astype(np.int64),
        "0/255": holes.astype(np.uint8) * 255,
        "float": holes.astype(np.float32),
        "three channels": np.repeat(holes.astype(np.uint8)[..., None] * 255, 3, axis=-1),
        "alpha": np.concatenate(
            [np.repeat(holes[..., None] * 255, 3, -1), np.full((4, 6, 1), 255)], -1
        ),
    }[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(masks.as_mask(stored, hole="white"), holes)
        np.testing.assert_array_equal(masks.as_mask(stored, hole="black"), ~holes)


def test_as_mask_warns_of_grey_values_and_cuts_at_the_middle():
    with pytest.warns(UserWarning, match="between black and white") as caught:
        result = masks.as_mask(np.array([[0, 3, 127], [128, 250, 255]], np.uint8), hole="white")
    np.testing.assert_array_equal(result, [[False] * 3, [True] * 3])
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("values", "white"), [([0, 100], [False, False]), ([0.2, 0.5, 0.8], [False, False, True])]
)
def test_the_middle_does_not_depend_on_the_values_that_occur(values, white):
    with pytest.warns(UserWarning, match="cut at the middle"):
        assert masks.as_mask(np.array([values]), hole="white").tolist() == [white]


HOLES = masks.random_pixels(1, (10, 14), fraction=0.3, seed=3)[0]
WHITE = (HOLES * 255).astype(np.uint8)


def as_palette(holes, first):
    """A palette picture whose index 0 is the given level and index 1 the other."""
    picture = Image.fromarray((holes != (first == 255)).astype(np.uint8), "P")
    picture.putpalette([first] * 3 + [255 - first] * 3)
    return picture


def with_transparent(mode):
    """A mask whose black is marked transparent as well: what is seen and the colours agree."""
    picture = Image.fromarray(WHITE).convert(mode)
    buffer = io.BytesIO()
    picture.save(buffer, "png", transparency=0 if mode in "L1" else (0, 0, 0))
    return Image.open(buffer)


PICTURES = {
    **{
        mode: Image.fromarray(WHITE).convert(before).convert(mode)
        for before, mode in [("L", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "F")]
        + [("RGB", mode) for mode in ("RGBX", "CMYK", "YCbCr", "HSV")]
        + [("LA", "La"), ("P", "PA"), ("RGBA", "RGBa")]
    },
    "white first": as_palette(HOLES, 255),
    "black first": as_palette(HOLES, 0),
    "transparent black": with_transparent("RGB"),
    "transparent grey": with_transparent("L"),
    "white on a transparent layer": Image.merge("RGBA", [Image.fromarray(WHITE)] * 4),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_as_mask_reads_pillow_pictures_of_every_mode(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for hole, expected in (("white", HOLES), ("black", ~HOLES)):
            mask = masks.as_mask(PICTURES[name], hole=hole)
            assert mask.dtype == bool and mask.flags.writeable
            np.testing.assert_array_equal(mask.view(np.uint8), expected)


LAYERS = {
    f"{name} {level}": np.dstack([np.full((10, 14, channels), level, np.uint8), WHITE])
    for name, channels in (("RGBA", 3), ("LA", 1))
    for level in (0, 255)
}
LAYERS["erased"] = np.dstack([255 - WHITE] * 3 + [WHITE])  # what is seen is black, the rest hidden


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("read", [np.asarray, Image.fromarray])
def test_a_mask_that_was_painted_on_a_transparent_layer_is_refused(name, read):
    for hole in ("white", "black"):
        with pytest.raises(ValueError, match=r"transparency .* array\[\.\.\., -1\]") as refusal:
            masks.as_mask(read(LAYERS[name]), hole=hole)
        assert "\n" not in str(refusal.value)
    np.testing.assert_array_equal(masks.as_mask(LAYERS[name][..., -1], hole="white"), HOLES)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("white", [1, 255])
def test_a_mask_that_was_resized_smoothly_overshoots_and_is_cut_at_the_middle(dtype, white):
    coarse = masks.squares(1, 20, side=8)[0]
    fine = ndimage.zoom(np.kron(coarse, np.ones((2, 2))), 0.5, order=3)
    assert fine.max() > 1.05 and fine.min() < -0.05
    with pytest.warns(UserWarning, match="resizing") as caught:
        mask = masks.as_mask((white * fine).astype(dtype), hole="white")
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(mask, fine > 0.5)
    assert abs(mask.mean() - coarse.mean()) < 0.03


@pytest.mark.parametrize("values", [[0, 2.0], [0, 100.0], [-1, 1.0], [0, 400.0], [0, np.inf]])
def test_floats_of_no_known_scale_are_refused(values):
    with pytest.raises(ValueError, match="bring them to 0/1, 0/255 or floats"):
        masks.as_mask(np.array([values]), hole="white")


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (None, "is None: was the file read"),
        ("mask.png", "read the file first"),
        ([[0, 255], [0]], "different sizes"),
        (np.array(1), r"shape \(\)"),
        ([["a", "b"]], "read one picture at a time"),
        (np.full((3, 3), None), "not object"),
    ],
)
def test_as_mask_of_what_is_no_picture(array, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence) as refusal:
        masks.as_mask(array, hole="white")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA"])
def test_as_mask_of_a_picture_that_is_closed(tmp_path, mode):
    Image.new(mode, (4, 4)).save(tmp_path / "mask.png")
    with Image.open(tmp_path / "mask.png") as picture:
        pass
    with pytest.raises(ValueError, match="closed or cut off: open it again"):
        masks.as_mask(picture, hole="white")


def test_masks_that_no_memory_holds_are_refused_before_they_are_drawn():
    for call in (
        lambda: masks.random_lines(10**9, 32, seed=0),
        lambda: masks.squares(1, 10**6, side=2),
        lambda: masks.random_pixels(2, (2**40, 2**40), fraction=0.5, seed=0),
    ):
        with pytest.raises(ValueError, match="need more than 4 GiB: draw fewer"):
            call()


def test_the_thickest_line_is_opencvs():
    assert masks.random_lines(1, 16, thickness=(32_767, 32_767), seed=0).all()
    with pytest.raises(ValueError, match="fewest <= most <= 32,767"):
        masks.random_lines(1, 16, thickness=(1, 32_768), seed=0)


def test_as_mask_gives_a_new_array():
    holes = np.eye(3, dtype=bool)
    masks.as_mask(holes, hole="white")[:] = True
    np.testing.assert_array_equal(holes, np.eye(3, dtype=bool))


IMAGE = np.zeros((4, 4, 3), np.float32)
HOLE = np.eye(4, dtype=bool)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: masks.random_lines(0, seed=0), ValueError, "1 or more"),
        (lambda: masks.random_lines(2, 1, seed=0), ValueError, "too few for a line"),
        (lambda: masks.brush_strokes(2, (7, 40), seed=0), ValueError, "too few for a brush"),
        (lambda: masks.random_lines(2, lines=(3, 2), seed=0), ValueError, "fewest <= most"),
        (lambda: masks.random_lines(2, lines=3, seed=0), ValueError, "pass \\(fewest, most\\)"),
        (lambda: masks.random_lines(2, lines=(1, 2, 3), seed=0), ValueError, "fewest, most"),
        (lambda: masks.random_lines(2, lines=(1.5, 3), seed=0), ValueError, "whole numbers"),
        (lambda: masks.random_lines(2, lines="ab", seed=0), ValueError, "fewest, most"),
        (lambda: masks.random_lines(2, (8, 8, 3), seed=0), ValueError, "height, width"),
        (lambda: masks.random_lines(2, [8], seed=0), ValueError, "height, width"),
        (lambda: masks.random_lines(2, (8, 0), seed=0), ValueError, "height, width"),
        (lambda: masks.random_lines(2, (8, 1), seed=0), ValueError, "too few"),
        (lambda: masks.random_lines(True, seed=0), ValueError, "count"),
        (lambda: masks.random_lines(2, thickness=(0, 2), seed=0), ValueError, "1 <= fewest"),
        (lambda: masks.random_lines(2, seed=None), TypeError, "pass an int"),
        (lambda: masks.random_lines(2, seed=-1), ValueError, "from 0 to"),
        (lambda: masks.random_lines(2, 0.5, seed=1), ValueError, "1 or more, as an int"),
        (lambda: masks.squares(1, 8, side=8), ValueError, "known pixels remain"),
        (lambda: masks.squares(1, 8, side=2.5), ValueError, "whole number"),
        (lambda: masks.random_pixels(1, 8, fraction=1.0, seed=0), ValueError, "below 1"),
        (lambda: masks.random_pixels(1, 8, fraction=0, seed=0), ValueError, "above 0"),
        (lambda: masks.random_pixels(1, 8, fraction="half", seed=0), ValueError, "'half'"),
        (lambda: masks.in_bucket(1, 8, low=None, high=0.4, seed=0), ValueError, "None"),
        (lambda: masks.in_bucket(1, 8, low=-0.1, high=0.4, seed=0), ValueError, "0 <= low"),
        (lambda: masks.in_bucket(1, 8, low=0.1, high=1, seed=0), ValueError, "high < 1"),
        (lambda: masks.in_bucket(1, 8, low=0.5, high=0.4, seed=0), ValueError, "low < high"),
        (lambda: masks.hole_fraction(np.ones((3, 3))), TypeError, "as_mask"),
        (lambda: masks.hole_fraction(HOLE[..., None, None]), ValueError, "no colour channel"),
        (lambda: masks.hole_depth(np.ones((3, 3), bool)), ValueError, "inverted"),
        (lambda: masks.hole_depth(np.stack([HOLE, HOLE | True])), ValueError, "inverted"),
        (lambda: masks.damage(IMAGE[..., 0], HOLE), ValueError, "grey"),
        (lambda: masks.damage((IMAGE * 255).astype(np.uint8), HOLE), TypeError, "255"),
        (lambda: masks.damage(np.zeros((4, 4, 4), np.float32), HOLE), ValueError, "alpha"),
        (lambda: masks.damage(IMAGE, np.eye(5, dtype=bool)), ValueError, "same size"),
        (lambda: masks.damage(IMAGE, np.stack([HOLE, HOLE])), ValueError, "2 masks for 1"),
        (lambda: masks.damage(IMAGE, HOLE, fill=2), ValueError, "in \\[0, 1\\]"),
        (lambda: masks.damage(IMAGE, HOLE, fill=(0.1, 0.2)), ValueError, "RGB triple"),
        (lambda: masks.damage(IMAGE, HOLE, fill="red"), ValueError, "RGB triple"),
        (lambda: masks.damage(IMAGE, HOLE, fill=np.nan), ValueError, "RGB triple"),
        (lambda: masks.composite(IMAGE, IMAGE[:3], HOLE), ValueError, "same shape"),
        (lambda: masks.as_mask(HOLE, hole="yes"), ValueError, "white"),
        (lambda: masks.as_mask(np.full((2, 2), 300), hole="white"), ValueError, "0/255"),
        (
            lambda: masks.as_mask(np.arange(12).reshape(2, 2, 3), hole="white"),
            ValueError,
            "channels differ",
        ),
        (lambda: masks.as_mask(np.zeros(5), hole="white"), ValueError, "channels"),
        (lambda: masks.as_mask(np.zeros((2, 2, 0)), hole="white"), ValueError, "channels"),
        (lambda: masks.as_mask([["x"]], hole="white"), ValueError, "numbers"),
        (lambda: masks.as_mask(np.full((2, 2), -1), hole="white"), ValueError, "from -1 to -1"),
        (lambda: masks.as_mask(np.full((2, 2), np.nan), hole="white"), ValueError, "0/255"),
    ],
)
def test_bad_input_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence) as refusal:
        call()
    assert "\n" not in str(refusal.value)
