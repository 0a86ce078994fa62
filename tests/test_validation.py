"""The conventions, everywhere: an impossible input gets its one sentence, a doubtful one warns."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from course_lib import (
    _validation,
    classical,
    data,
    evaluation,
    generative,
    losses,
    masks,
    metrics,
    models,
    plots,
    restoration,
    scenes,
    widgets,
)
from course_lib.callbacks import PredictionLogger

IMAGE = np.random.RandomState(0).random_sample((12, 14, 3)).astype(np.float32)
MASK = np.zeros((12, 14), bool)
MASK[3:6, 4:8] = True
BATCH = np.stack([IMAGE] * 3)
NO_HOLE = np.zeros_like(MASK)
ALL_BUT_ONE = np.arange(12 * 14).reshape(12, 14) != 77


def set_mask(masker):
    return lambda image, mask: setattr(masker(image), "mask", mask)


# Functions of a picture and a mask that fill, so that they need known pixels.
FILLERS = {
    "damage": masks.damage,
    "composite": lambda image, mask: masks.composite(image, IMAGE, mask),
    "harmonic": classical.harmonic,
    "jacobi": lambda image, mask: classical.jacobi(image, mask, 1),
    "sor": lambda image, mask: classical.sor(image, mask, 1, omega=1),
    "evaluate": lambda image, mask: evaluation.evaluate(classical.nothing, image, mask),
    "leaderboard": lambda image, mask: evaluation.leaderboard(
        {"nearest": classical.nearest}, image, {"one": MASK, "other": mask}
    ),
}
PAIRED = FILLERS | {
    "mae": lambda image, mask: metrics.mae(image, IMAGE, mask),
    "mse of a prediction": lambda image, mask: metrics.mse(IMAGE, image, mask),
    "psnr": lambda image, mask: metrics.psnr(image, IMAGE, mask),
    "ssim": lambda image, mask: metrics.ssim(image, IMAGE, mask),
    "tint": plots.tint,
    "MaskPainter": set_mask(widgets.MaskPainter),
    "MaskSliders": set_mask(widgets.MaskSliders),
}
TAKES_PICTURE = PAIRED | {
    "composite's prediction": lambda image, mask: masks.composite(IMAGE, image, mask),
    "save": lambda image, mask: data.save("never-written.png", image),
    "figure": lambda image, mask: plots.figure([image]),
    "show": lambda image, mask: plots.show([image], alt="A picture that is never shown."),
}
TAKES_MASK = {name: lambda mask, f=f: f(IMAGE, mask) for name, f in PAIRED.items()} | {
    "hole_fraction": masks.hole_fraction,
    "hole_depth": masks.hole_depth,
    "arrival_time": classical.arrival_time,
}
PICTURES = {
    "uint8": ((IMAGE * 255).astype(np.uint8), TypeError, "uint8"),
    "whole numbers": (np.zeros((12, 14, 3), int), TypeError, "float32"),
    "nothing": (None, TypeError, "is None: was the file read"),
    "a file's name": ("photo.png", TypeError, "read the file first"),
    "a number": (0.5, ValueError, r"has shape \(\)"),
    "a row": (np.full(3, 0.5), ValueError, r"shape \(3,\)"),
    "objects": (np.full((12, 14, 3), None), TypeError, "object"),
    "complex numbers": (IMAGE * 1j, TypeError, "complex"),
    "grey with an axis": (IMAGE[..., :1], ValueError, "grey"),
    "alpha": (np.zeros((12, 14, 4)), ValueError, "alpha"),
    "two channels": (np.zeros((12, 14, 2)), ValueError, "3 channels"),
    "channels first": (IMAGE.transpose(2, 0, 1), ValueError, "moveaxis"),
    "five axes": (IMAGE[None, None], ValueError, "(shape|picture)"),
    "no pixel": (np.zeros((0, 14, 3)), ValueError, "empty"),
    "rows of different length": ([[0.5], [0.5, 0.5]], ValueError, "different sizes"),
    "NaN": (np.full_like(IMAGE, np.nan), ValueError, "NaN"),
    "infinity": (np.full_like(IMAGE, np.inf), ValueError, "(NaN|divide)"),
    "0..255": (IMAGE * 255, ValueError, "divide"),
    "negative": (IMAGE - 2.5, ValueError, "(divide|clip)"),
    "grey": (IMAGE[..., 0], ValueError, "grey"),
}
DRAWN_OTHERWISE = ("channels first", "five axes", "a number", "a row")
# What draws may draw: numbers (H, W), and what overshoots a little. What paints reads no value.
ADMITS = {
    "figure": ("NaN", "grey"),
    "show": ("NaN", "grey"),
    "tint": ("NaN", "infinity", "0..255", "negative"),
    "MaskPainter": ("nothing",),  # it then waits for a file
}


def assert_one_sentence(refusal):
    message = str(refusal.value)
    assert "\n" not in message and message.endswith(".") and ":" in message


@pytest.mark.parametrize("name", TAKES_PICTURE)
@pytest.mark.parametrize("fault", PICTURES)
def test_impossible_pictures(name, fault):
    image, error, sentence = PICTURES[fault]
    if fault in ADMITS.get(name, ()):
        return
    if name in ("figure", "show") and fault in DRAWN_OTHERWISE:
        sentence = "(cannot be drawn|moveaxis)"
    if name in ("figure", "show") and fault == "rows of different length":
        sentence = "different sizes"
    with pytest.raises(error, match=sentence) as refusal:
        TAKES_PICTURE[name](image, MASK)
    assert_one_sentence(refusal)


MASKS = {
    "floats": (MASK * 1.0, TypeError, "as_mask"),
    "0 and 255": (MASK * np.uint8(255), TypeError, "as_mask"),
    "nothing": (None, TypeError, "is None: was the file read"),
    "a file's name": (b"mask.png", TypeError, "read the file first"),
    "a truth": (True, ValueError, r"has shape \(\)"),
    "words": ([["a", "b"]], TypeError, "as_mask"),
    "a row": (MASK[0], ValueError, r"\(H, W\)"),
    "four axes": (MASK[None, ..., None], ValueError, "no colour channel"),
    "no pixel": (MASK[:0], ValueError, "empty"),
    "rows of different length": ([[True], [True, False]], ValueError, "different sizes"),
}
MASKS_THAT_DO_NOT_FIT = {
    "turned": (MASK.T, "14 x 12 but the picture is 12 x 14"),
    "smaller": (MASK[:, :-1], "same size"),
    "with a channel": (MASK[..., None], r"mask\[\.\.\., 0\]"),
    "too many": (np.stack([MASK] * 5), "(5 masks for 1|one mask)"),
}


@pytest.mark.parametrize("name", TAKES_MASK)
@pytest.mark.parametrize("fault", MASKS)
def test_impossible_masks(name, fault):
    mask, error, sentence = MASKS[fault]
    if name.startswith(("mae", "mse", "psnr", "ssim")) and fault == "nothing":
        return  # None measures the whole picture
    with pytest.raises(error, match=sentence) as refusal:
        TAKES_MASK[name](mask)
    assert_one_sentence(refusal)


@pytest.mark.parametrize("name", PAIRED)
@pytest.mark.parametrize("fault", MASKS_THAT_DO_NOT_FIT)
def test_masks_that_do_not_fit(name, fault):
    mask, sentence = MASKS_THAT_DO_NOT_FIT[fault]
    if name.startswith("Mask") and fault == "with a channel":
        sentence = "one mask"
    with pytest.raises(ValueError, match=sentence) as refusal:
        PAIRED[name](IMAGE, mask)
    assert_one_sentence(refusal)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_as_many_masks_as_pictures(count):
    """One mask without a batch axis serves all; any other number than theirs is a mistake."""
    with pytest.raises(ValueError, match=f"{count} masks for 3"):
        masks.damage(BATCH, np.stack([MASK] * count))


def test_pictures_one_pixel_wide_and_their_masks_fit():
    column = np.full((5, 4, 1, 3), 0.5)
    mask = np.zeros((5, 4, 1), bool)
    mask[:, 0] = True
    assert masks.damage(column, mask).sum() == 5 * 3 * 3 * 0.5


@pytest.mark.parametrize("fill", [*FILLERS.values(), lambda image, mask: masks.hole_depth(mask)])
def test_a_mask_without_a_known_pixel(fill):
    with pytest.raises(ValueError, match="inverted") as refusal:
        fill(IMAGE, MASK | True)
    assert_one_sentence(refusal)


def test_one_mask_of_a_batch_without_a_known_pixel():
    with pytest.raises(ValueError, match="no known pixel"):
        masks.damage(BATCH, np.stack([MASK, MASK | True, MASK]))


@pytest.mark.parametrize("name", FILLERS)
def test_a_doubtful_mask_warns_once_where_the_function_was_called(name):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        FILLERS[name](IMAGE, ALL_BUT_ONE)
    assert len(caught) == 1 and caught[0].category is UserWarning
    assert caught[0].filename == __file__
    assert "99.4 %" in str(caught[0].message) and "is it inverted?" in str(caught[0].message)


def test_a_batch_of_doubtful_masks_is_measured_with_one_warning():
    many = masks.random_pixels(3, (12, 14), fraction=0.97, seed=0)
    sets = {"one": many, "other": many}
    for call in (
        lambda: evaluation.evaluate(classical.harmonic, BATCH, many),
        lambda: evaluation.leaderboard({}, BATCH, {"one": many, "other": MASK}),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call()
        assert len(caught) == 1 and caught[0].filename == __file__
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        evaluation.leaderboard({}, BATCH, sets)
    assert len(caught) == 1  # the default filter shows what comes from one line once


def test_other_warnings_of_an_inpainter_are_heard():
    def wary(image, mask):
        warnings.warn("something else", stacklevel=1)
        return image

    with pytest.warns(UserWarning, match="something else"):
        evaluation.evaluate(wary, IMAGE, MASK)


def test_95_percent_is_not_doubtful_yet():
    image = np.full((4, 5, 3), 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        masks.damage(image, np.arange(20).reshape(4, 5) > 0)
    with pytest.warns(UserWarning, match="97.5 %"):
        masks.damage(np.full((8, 5, 3), 0.5), np.arange(40).reshape(8, 5) > 0)


@pytest.mark.parametrize("name", FILLERS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -0.001, 1.001])
def test_one_bad_value_in_a_known_pixel(name, value):
    image = IMAGE.copy()
    image[0, 0, 2] = value
    sentence = "lies outside" if np.isfinite(value) else "NaN or infinite"
    with pytest.raises(ValueError, match=sentence) as refusal:
        FILLERS[name](image, MASK)
    assert_one_sentence(refusal)


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.001, 1.001])
def test_predictions_are_read_in_holes_only(value):
    predicted = np.where(MASK[..., None], IMAGE, np.float32(value))
    np.testing.assert_array_equal(masks.composite(IMAGE, predicted, MASK), IMAGE)
    predicted = np.where(MASK[..., None], np.float32(value), IMAGE)
    with pytest.raises(ValueError, match="predicted") as refusal:
        masks.composite(IMAGE, predicted, MASK)
    assert_one_sentence(refusal)


@pytest.mark.parametrize("bound", [0.0, 1.0])
def test_the_bounds_of_the_range_are_inside_it(bound):
    image = np.full((8, 8, 3), bound)
    assert metrics.mae(image, image) == 0
    masks.damage(image, np.eye(8, dtype=bool), fill=bound)


# The same pixels in another memory

RECEPTACLES = {
    "read-only": lambda array: np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape),
    "every other pixel of a larger one": lambda array: np.kron(
        array, np.ones((2, 2, 1) if array.ndim == 3 else (2, 2), array.dtype)
    )[::2, ::2],
    "columns first": np.asfortranarray,
    "turned twice": lambda array: array[::-1, ::-1].copy()[::-1, ::-1],
    "lists": lambda array: array.tolist(),
}
ANSWERS = {
    **classical.METHODS,
    "damage": masks.damage,
    "composite": lambda image, mask: masks.composite(IMAGE, image, mask),
    "hole_depth": lambda image, mask: masks.hole_depth(mask),
    "arrival_time": lambda image, mask: classical.arrival_time(mask),
    "tint": plots.tint,
    "psnr": lambda image, mask: metrics.psnr(IMAGE[::-1], image, mask),
    "ssim": lambda image, mask: metrics.ssim(IMAGE[::-1], image, mask),
    "as_mask": lambda image, mask: masks.as_mask(mask, hole="white"),
    "painter": lambda image, mask: widgets.MaskPainter(image).picture,
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("kept", RECEPTACLES)
def test_any_memory_gives_the_same_answer(name, kept):
    answer = ANSWERS[name](RECEPTACLES[kept](IMAGE), RECEPTACLES[kept](MASK))
    expected = ANSWERS[name](IMAGE, MASK)
    if kept == "lists" and not isinstance(answer, str):  # they are float64
        np.testing.assert_allclose(answer, expected, rtol=1e-6)
    else:
        np.testing.assert_array_equal(answer, expected)
    if isinstance(answer, np.ndarray):
        assert answer.flags.writeable


@pytest.mark.parametrize("name", ["damage", "composite", "tint", *classical.METHODS])
@pytest.mark.parametrize("mask", [MASK, NO_HOLE], ids=["holes", "no hole"])
def test_the_answer_is_a_new_array(name, mask):
    image, kept = IMAGE.copy(), mask.copy()
    answer = ANSWERS[name](image, mask)
    answer[:] = 7
    np.testing.assert_array_equal(image, IMAGE)
    np.testing.assert_array_equal(mask, kept)


# Sizes, seeds and other numbers


@pytest.mark.parametrize("seed", [0, 2**32 - 1, np.int64(3), np.uint32(2**32 - 1)])
def test_seeds_that_are_taken(seed):
    expected = masks.random_lines(2, 16, seed=int(seed))
    np.testing.assert_array_equal(masks.random_lines(2, 16, seed=seed), expected)


@pytest.mark.parametrize(
    ("seed", "error"),
    [(2**32, ValueError), (-1, ValueError), (1.0, TypeError), (True, TypeError), ("1", TypeError)],
)
def test_seeds_that_are_refused(seed, error):
    with pytest.raises(error, match="pass an int") as refusal:
        masks.brush_strokes(1, 16, seed=seed)
    assert_one_sentence(refusal)


@pytest.mark.parametrize(
    "options",
    [
        {"foo": 1},
        {"rounds": -1},
    ],
)
def test_options_are_checked_without_a_hole_too(options):
    with pytest.raises((TypeError, ValueError)):
        classical.bertalmio(IMAGE, NO_HOLE, **options)


@pytest.mark.parametrize(
    ("count", "lowest", "good"),
    [(0, 0, True), (np.int8(1), 1, True), (0, 1, False), (True, 0, False), (1.0, 0, False)],
)
def test_counts(count, lowest, good):
    if good:
        counted = _validation.check_count("rounds", count, lowest)
        assert type(counted) is int and counted == count
    else:
        with pytest.raises(ValueError, match=f"rounds is .* {lowest} or more"):
            _validation.check_count("rounds", count, lowest)


# Of every function its own kind of argument: what it is not.
OPEN = {"a": np.ones((2, 6, 7, 4))}
SEEN = np.zeros((12, 14, 2), int)
FRAMES, GAPS = np.stack([IMAGE] * 2), np.stack([MASK] * 2)
FOUR = np.random.RandomState(1).random_sample((4, 12, 12, 3))
FOUR_HOLE, GREYS, HURT = MASK[:, :12], np.full_like(FOUR, 0.5), FOUR.copy()
HURT[0, 4, 5] = np.nan  # in the hole: of a known pixel others say so
WORN = restoration.worn(np.full((40, 40, 3), 0.5), "scratches", seed=0)
COSTS = pd.DataFrame({"wear": ["writing"], "place": [0], "pixels": [1], "change": [0.0]})
DRAWN = scenes.edges("edge", 2, side=8, seed=0)
KINDS = {
    "compare": lambda value: restoration.compare(IMAGE, MASK, value),
    "worn": lambda value: restoration.worn(IMAGE, value, seed=0),
    "known_film clip": lambda value: evaluation.known_film(value, "lost blocks", 0),
    "known_film damage": lambda value: evaluation.known_film("still camera", value, 0),
    "diffuse guess": lambda value: generative.diffuse(value, 1, 8, seed=0),
    "diffuse path": lambda value: generative.diffuse(abs, 1, 8, path=value, seed=0),
    "repaint guess": lambda value: generative.repaint(value, IMAGE, MASK, seed=0),
    "flow_fill path": lambda value: generative.flow_fill(abs, IMAGE, MASK, path=value, seed=0),
    "reach": lambda value: models.reach(value, FRAMES),
    "gates": lambda value: models.gates(value, FRAMES, GAPS),
    "features": lambda value: models.features(value, FRAMES, GAPS, ["a layer"]),
    "strength_by_known": lambda value: models.strength_by_known(value),
    "reaches": lambda value: plots.reaches(value),
    "reaches map": lambda value: plots.reaches({"one": 3 if value is IMAGE else value}),
    "gates_beside_validity": lambda value: plots.gates_beside_validity(value, OPEN, GAPS),
    "gates_beside_validity validity": lambda value: plots.gates_beside_validity(OPEN, value, GAPS),
    "gates_beside_validity gate": lambda value: plots.gates_beside_validity(
        {"a": value}, {"a": value}, GAPS
    ),
    "gates_beside_validity holes": lambda value: plots.gates_beside_validity(OPEN, OPEN, value),
    "gates_beside_validity layers": lambda value: plots.gates_beside_validity(
        OPEN, OPEN, GAPS, layers=3 if value is None else value
    ),
    "looks": lambda value: plots.looks(3 if value is IMAGE else value, MASK, SEEN, [(4, 5)]),
    "looks places": lambda value: plots.looks(IMAGE, MASK, value, [(4, 5)]),
    "looks starts": lambda value: plots.looks(IMAGE, MASK, SEEN, value),
    "by_mask": lambda value: evaluation.by_mask(value, FRAMES, {"squares": GAPS}),
    "by_mask masks": lambda value: evaluation.by_mask({"mean": classical.mean}, FRAMES, value),
    "WeightedSum": lambda value: losses.WeightedSum([losses.HoleLoss()], value),
    "liu": lambda value: losses.liu(value),
    "told_apart": lambda value: evaluation.told_apart(FOUR, value, FOUR_HOLE),
    "off_by": lambda value: evaluation.off_by(value, 1),
    "by_depth": lambda value: evaluation.by_depth(value, FRAMES, {"squares": GAPS}),
    "by_picture": lambda value: evaluation.by_picture(value, FRAMES, GAPS),
    "by_picture images": lambda value: evaluation.by_picture({}, value, GAPS),
    "by_draw images": lambda value: evaluation.by_draw(classical.mean, value, 1),
    "compare inpainters": lambda value: evaluation.compare(value, DRAWN),
    "compare scenes": lambda value: evaluation.compare({"mean": classical.mean}, value),
    "memory_of_holes": lambda value: evaluation.memory_of_holes(value, GAPS),
    "memory_of_holes maps": lambda value: evaluation.memory_of_holes({"gates": value}, GAPS),
    "misplaced": lambda value: scenes.misplaced(value, FRAMES),
    "misplaced filled": lambda value: scenes.misplaced(DRAWN, value),
    "film_frames": lambda value: widgets.film_frames(FRAMES, GAPS, value),
    "raw_and_composited": lambda value: widgets.raw_and_composited(FRAMES, GAPS, value),
    "heat_flow": lambda value: widgets.heat_flow(IMAGE, MASK, sweeps=value),
    "isophotes": lambda value: widgets.isophotes(IMAGE, MASK, rounds=value),
    "many_fills": lambda value: widgets.many_fills(abs, IMAGE, MASK, resamplings=value),
    "fill_film": lambda value: widgets.fill_film(IMAGE, MASK, orders=value),
    "samples": lambda value: widgets.samples(value, IMAGE, MASK),
    "mask_costs": lambda value: evaluation.mask_costs(kinds=value),
    "typical_place": lambda value: evaluation.typical_place(value, "writing"),
    "typical_place kind": lambda value: evaluation.typical_place(COSTS, value),
    "compare_on_films": lambda value: evaluation.compare_on_films(
        value, "still camera", "lost blocks", 1
    ),
    "compare_on_films method": lambda value: evaluation.compare_on_films(
        {"mine": value}, "still camera", "lost blocks", 1
    ),
}


@pytest.mark.parametrize("value", [None, "nonsense", 3, IMAGE], ids=["None", "word", "3", "array"])
@pytest.mark.parametrize("name", KINDS)
def test_what_is_of_another_kind_gets_one_sentence(name, value):
    with pytest.raises((TypeError, ValueError)) as refusal:
        KINDS[name](value)
    message = str(refusal.value)
    assert "\n" not in message and ": " in message and message.endswith(".")
    assert refusal.traceback[-1].path.is_relative_to(Path(_validation.__file__).parent)


def by_depth(fewest):
    inpainters = {"mean": classical.mean}
    return evaluation.by_depth(inpainters, FRAMES, {"squares": GAPS}, fewest=fewest)


NUMBERS = np.random.RandomState(2).random_sample((2, 12, 14, 1))
FAULTY = {  # what is wrong with an argument of the right kind
    "told_apart x 300": (
        lambda: evaluation.told_apart(FOUR, 300 * FOUR, FOUR_HOLE),
        "filled pixel",
    ),
    "told_apart NaN": (lambda: evaluation.told_apart(FOUR, np.nan * FOUR, FOUR_HOLE), "NaN"),
    "told_apart uint8": (
        lambda: evaluation.told_apart(FOUR, (255 * FOUR).astype(np.uint8), FOUR_HOLE),
        "filled is uint8",
    ),
    "told_apart true": (lambda: evaluation.told_apart(HURT, FOUR, FOUR_HOLE), "true pixel is NaN"),
    "told_apart no hole": (
        lambda: evaluation.told_apart(FOUR, FOUR, FOUR_HOLE & False),
        "no pixel",
    ),
    "told_apart alike": (lambda: evaluation.told_apart(GREYS, GREYS, FOUR_HOLE), "all the same"),
    "scratched_scans None": (lambda: evaluation.scratched_scans(1, seed=None), "seed is None"),
    "scratched_scans 1.5": (lambda: evaluation.scratched_scans(1, seed=1.5), "seed is 1.5"),
    "scratched_scans -1": (lambda: evaluation.scratched_scans(1, seed=-1), "seed is -1"),
    "off_by": (lambda: evaluation.off_by(WORN, IMAGE), "pixels is"),
    "by_depth NaN": (lambda: by_depth(np.nan), "fewest is nan"),
    "by_depth word": (lambda: by_depth("9"), "fewest is '9'"),
    "by_depth None": (lambda: by_depth(None), "fewest is None"),
    "by_depth no function": (
        lambda: evaluation.by_depth({"mean": 3}, FRAMES, {"squares": GAPS}),
        "mean is no function",
    ),
    "strength_by_known seed": (
        lambda: models.strength_by_known(models.shallow_unet("plain", 2), seed=-1),
        "seed is -1",
    ),
    "reaches none": (lambda: plots.reaches({}), "maps is empty"),
    "reaches negative": (
        lambda: plots.reaches({"a": -np.eye(4)}),
        "holds something else: pass numbers",
    ),
    "gates of other pictures": (
        lambda: plots.gates_beside_validity(OPEN, OPEN, GAPS[:1]),
        "does not fit the holes",
    ),
    "gates of one mask": (
        lambda: plots.gates_beside_validity(OPEN, OPEN, MASK),
        "a mask for each picture",
    ),
    "gates of an unknown layer": (
        lambda: plots.gates_beside_validity(OPEN, OPEN, GAPS, layers=["b"]),
        "pass names that are in both, such as",
    ),
    "gates of no picture": (
        lambda: plots.gates_beside_validity(OPEN, OPEN, GAPS, 2),
        "picture is 2",
    ),
    "gates in three columns": (
        lambda: plots.gates_beside_validity(OPEN, OPEN, GAPS, columns=3),
        "pass an even number",
    ),
    "looks outside": (lambda: plots.looks(IMAGE, MASK, SEEN - 1, [(4, 5)]), "rows and columns in"),
    "by_picture too few": (
        lambda: evaluation.by_picture({"a": FRAMES[:1]}, FRAMES, GAPS),
        "a have",
    ),
    "equally_wrong": (lambda: evaluation.equally_wrong(np.nan * IMAGE), "a pixel is NaN"),
    "tells_hole row": (lambda: evaluation.tells_hole(NUMBERS[0, 0, 0], GAPS), "values have shape"),
    "tells_hole NaN": (lambda: evaluation.tells_hole(np.nan * NUMBERS[..., 0], GAPS), "NaN"),
    "memory_of_holes": (
        lambda: evaluation.memory_of_holes({"a": {"layer": NUMBERS[..., 0]}}, GAPS),
        "a layer's maps have shape",
    ),
    "misplaced too few": (lambda: scenes.misplaced(DRAWN, DRAWN.images[:1]), "filled have"),
    "sheet of none": (lambda: restoration.sheet([], 100), "there is no picture"),
    "sheet of no list": (lambda: restoration.sheet(3, 100), "pictures is 3"),
    "sheet of two sizes": (lambda: restoration.sheet([IMAGE, IMAGE[1:]], 100), "one size"),
    "sheet of no width": (lambda: restoration.sheet([IMAGE], 0), "widest is 0"),
    "film_frames of none": (lambda: widgets.film_frames(FRAMES, GAPS, {}), "fills is empty"),
    "film_frames one frame": (lambda: widgets.film_frames(IMAGE, MASK, {}), "frames have shape"),
    "film_frames too few": (lambda: widgets.film_frames(FRAMES, GAPS, {"a": FRAMES[:1]}), "a have"),
    "heat_flow": (lambda: widgets.heat_flow(IMAGE, MASK, sweeps=()), "sweeps is"),
    "isophotes": (lambda: widgets.isophotes(IMAGE, MASK, rounds=[10]), "2 or more"),
    "fill_film": (lambda: widgets.fill_film(IMAGE, MASK, orders=[]), "orders is"),
    "many_fills": (
        lambda: widgets.many_fills(abs, IMAGE, MASK, resamplings=[0]),
        "one of resamplings is 0",
    ),
    "compare_on_films": (
        lambda: evaluation.compare_on_films({}, "still camera", "lost blocks", 1.5),
        "count is 1.5",
    ),
    "parts": (lambda: widgets.parts(1.5), "patch is 1.5"),
    "raw_and_composited": (
        lambda: widgets.raw_and_composited(FRAMES, GAPS, {"a": FRAMES}, picture=1.5),
        "picture is 1.5",
    ),
    "PredictionLogger": (lambda: PredictionLogger(FRAMES, MASK, folder=3), "folder is int"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_what_cannot_be_meant_gets_one_sentence(name):
    call, sentence = FAULTY[name]
    with pytest.raises((TypeError, ValueError), match=sentence) as refusal:
        call()
    assert_one_sentence(refusal)
