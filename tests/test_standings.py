"""What lessons show in tables: the standings, errors by depth and by mask, scene by scene."""

import importlib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from course_lib import classical, data, evaluation, masks, metrics, runtime, scenes

PATCHES = data.load("photos").test[:6] / np.float32(255)
SQUARES = masks.squares(6, 32, side=12)
LESSON_01 = {"nothing", "grey", "mean", "nearest", "navier_stokes"}


def half_grey(image, mask):
    return np.full_like(image, 0.5)


def test_the_tests_profile_takes_a_tenth_and_the_others_all(monkeypatch):
    for profile, expected in (("smoke", [10, 2, 2, 1]), ("quick", [100, 16, 2, 1])):
        monkeypatch.setenv("INPAINTING_PROFILE", profile)
        assert [runtime.share(count) for count in (100, 16, 2, 1)] == expected


def test_the_frozen_patches_are_coffee_under_the_frozen_lines(monkeypatch):
    monkeypatch.setenv("INPAINTING_PROFILE", "quick")
    patches, scratches = evaluation.frozen_patches()
    assert patches.dtype == np.float32 and patches.shape == (100, 32, 32, 3)
    np.testing.assert_array_equal(patches, data.load("photos").test[:100] / np.float32(255))
    np.testing.assert_array_equal(scratches, masks.random_lines(100, 32, seed=2026))
    monkeypatch.setenv("INPAINTING_PROFILE", "smoke")
    few, few_scratches = evaluation.frozen_patches()
    np.testing.assert_array_equal(few, patches[:10])
    np.testing.assert_array_equal(few_scratches, scratches[:10])


def test_more_frozen_patches_are_those_of_the_gaussians_benchmark(monkeypatch):
    monkeypatch.setenv("INPAINTING_PROFILE", "quick")
    patches, scratches = evaluation.frozen_patches(300)
    np.testing.assert_array_equal(patches, data.load("photos").test[:300] / np.float32(255))
    np.testing.assert_array_equal(scratches, evaluation.frozen_masks(300, buckets=())["lines"])
    with pytest.raises(ValueError, match="there are 1189 patches"):
        evaluation.frozen_patches(2000)
    with pytest.raises(ValueError, match="count"):
        evaluation.frozen_patches(0)


def test_calibration_groups_pixels_by_what_is_promised():
    """Errors drawn with the promised deviation: every group is kept; twice as large, none is."""
    rng = np.random.RandomState(0)
    promised = rng.uniform(0.1, 0.5, (40, 16, 16))
    hole = np.broadcast_to(masks.squares(1, 16, side=12), promised.shape)
    errors = promised[..., None] * rng.standard_normal((*promised.shape, 3))
    for factor in (1, 2):
        table = evaluation.calibration(promised, factor * errors, hole, groups=4)
        np.testing.assert_allclose(table.made, factor * table.predicted, rtol=0.05)
    assert table.pixels.tolist() == [40 * 144 / 4] * 4
    edges = np.quantile(promised[hole], [0, 0.25, 0.5, 0.75, 1])
    for predicted, low, high in zip(table.predicted, edges[:-1], edges[1:], strict=True):
        inside = promised[hole][(promised[hole] >= low) & (promised[hole] <= high)]
        assert predicted == pytest.approx(np.sqrt((inside**2).mean()), rel=1e-3)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"errors": np.zeros((2, 4, 4))}, "do not fit"),
        ({"masks": np.ones((2, 4, 4))}, "do not fit"),
        ({"masks": np.zeros((2, 4, 4), bool)}, "fewer than 5 pixels"),
        ({"groups": 0}, "groups"),
    ],
)
def test_calibrations_that_are_refused(change, sentence):
    given = {
        "deviations": np.ones((2, 4, 4)),
        "errors": np.zeros((2, 4, 4, 3)),
        "masks": np.ones((2, 4, 4), bool),
    }
    with pytest.raises(ValueError, match=sentence):
        evaluation.calibration(**given | change)


@pytest.mark.parametrize(
    ("new", "taught"),
    [
        (("mean",), {"nothing", "grey", "mean"}),
        (("nothing", "navier_stokes"), LESSON_01),
        (("harmonic",), LESSON_01 | {"harmonic", "biharmonic"}),
        (("harmonic", "biharmonic"), LESSON_01 | {"harmonic", "biharmonic"}),
        (("bertalmio",), LESSON_01 | {"harmonic", "biharmonic", "bertalmio"}),
        (("telea",), LESSON_01 | {"harmonic", "biharmonic", "bertalmio", "telea"}),
    ],
)
def test_the_standings_keep_every_method_taught_before(new, taught):
    table = evaluation.standings(*new)
    assert set(table.method) == taught
    assert set(table.method[table.new]) == set(new)
    assert table.psnr_hole.is_monotonic_decreasing


def test_the_standings_order_is_the_lessons_and_holds_every_method():
    from course_lib.evaluation.standings import LEARNED, TAUGHT

    assert sorted(TAUGHT) == sorted([*classical.METHODS, *LEARNED])
    assert LEARNED["gaussian"] is classical.fit_gaussian


@pytest.fixture
def world(monkeypatch):
    """A stand-in for the fitted Gaussian, which takes seconds; a list of what it was fitted to."""
    fitted_to = []

    def fit(patches):
        fitted_to.append(patches)
        return SimpleNamespace(fill=half_grey)

    module = importlib.import_module("course_lib.evaluation.standings")
    monkeypatch.setitem(module.LEARNED, "gaussian", fit)
    module._taught.cache_clear()
    yield fitted_to
    module._taught.cache_clear()


def test_a_method_of_ones_own_meets_all_the_others(world):
    table = evaluation.standings(mine=half_grey).set_index("method")
    assert set(table.index) == {*classical.METHODS, "learned_window", "gaussian", "mine"}
    assert list(table.index[table.new]) == ["mine"]
    assert table.psnr_hole["mine"] == table.psnr_hole["grey"] == table.psnr_hole["gaussian"]
    train = data.load("photos").train
    train = train[: runtime.share(len(train))]
    np.testing.assert_array_equal(world[0], train)
    window = classical.fit_window(train[:150], radius=3)
    expected = evaluation.evaluate(window.fill, *evaluation.frozen_patches())
    assert table.psnr_hole["learned_window"] == expected["psnr_hole"]


def test_a_lessons_own_takes_the_place_of_the_taught_method_of_its_name():
    """Lessons 06 and 07 show what they have fitted themselves, and nothing of later lessons."""
    table = evaluation.standings(learned_window=half_grey).set_index("method")
    assert set(table.index) == {*classical.METHODS, "learned_window"}
    assert list(table.index[table.new]) == ["learned_window"]
    assert table.psnr_hole["learned_window"] == table.psnr_hole["grey"]


def test_the_standings_are_pooled_hole_figures():
    table = evaluation.standings("nearest").set_index("method")
    patches, scratches = evaluation.frozen_patches()
    errors = (patches.astype(float)[scratches] - 0.5) ** 2
    assert table.psnr_hole["grey"] == pytest.approx(-10 * np.log10(errors.mean()))


@pytest.mark.parametrize(
    ("new", "own", "error", "sentence"),
    [
        ((), {}, ValueError, "new is empty"),
        (("sor",), {}, ValueError, "new is 'sor'"),
        ((), {"mine": 3}, TypeError, "mine|no function"),
    ],
)
def test_standings_that_are_refused(new, own, error, sentence, world):
    with pytest.raises(error, match=sentence):
        evaluation.standings(*new, **own)


def test_errors_by_depth_are_those_of_single_pixels():
    """Against a loop over pixels; a fill of one grey, so that every error is known."""
    table = evaluation.by_depth({"grey": half_grey}, PATCHES, {"square": SQUARES}, fewest=60)
    ring = np.zeros((32, 32), int)
    for row in range(10, 22):
        for column in range(10, 22):
            ring[row, column] = min(row - 9, column - 9, 22 - row, 22 - column)
    expected = {}
    for depth in range(1, 7):
        values = PATCHES[:, ring == depth].astype(float)
        if values.size // 3 >= 60:
            expected[depth] = -10 * np.log10(((values - 0.5) ** 2).mean())
    assert dict(zip(table.depth, table.psnr, strict=True)) == pytest.approx(expected)
    assert table.pixels.tolist() == [6 * (ring == depth).sum() for depth in table.depth]
    assert list(table.columns) == ["masks", "method", "depth", "psnr", "pixels"]


def test_diagonal_depths_are_rounded_to_whole_pixels():
    dot = np.ones((1, 5, 5), bool)
    dot[0, 2, 2] = dot[0, 2, 3] = False  # 92 % hole: nobody warns
    table = evaluation.by_depth({"grey": half_grey}, PATCHES[:1, :5, :5], {"dot": dot}, fewest=1)
    assert dict(zip(table.depth, table.pixels, strict=True)) == {1: 10, 2: 11, 3: 2}


def test_by_depth_tells_sets_and_methods_apart_and_hides_the_truth():
    seen = []

    def spy(image, mask):
        seen.append(image[mask])
        return image + 0.25

    sets = {"square": SQUARES, "pixels": masks.random_pixels(6, 32, fraction=0.5, seed=0)}
    table = evaluation.by_depth({"spy": spy, "grey": half_grey}, PATCHES, sets)
    assert set(zip(table.masks, table.method, strict=True)) == {
        (name, method) for name in sets for method in ("spy", "grey")
    }
    assert len(seen) == 12 and not np.concatenate(seen).any()


def test_by_mask_has_one_row_a_set_with_what_may_explain_it():
    sets = {"square, 12 px": SQUARES, "lines, thin": masks.random_lines(6, 32, seed=1)}
    table = evaluation.by_mask({"grey": half_grey, "mean": classical.mean}, PATCHES, sets)
    assert table.family.tolist() == ["square", "square", "lines", "lines"]
    assert table.method.tolist() == ["grey", "mean"] * 2
    row = table.iloc[0]
    rings = [4 * (14 - 2 * depth) - 4 for depth in range(1, 7)]  # pixels 1 to 6 deep
    assert row.mean_depth == pytest.approx(np.average(range(1, 7), weights=rings))
    assert row.hole_fraction == 144 / 1024
    filled = np.full_like(PATCHES, 0.5)
    assert row.psnr_hole == pytest.approx(metrics.psnr(PATCHES, filled, SQUARES))
    ranks = table.corr("spearman", numeric_only=True)
    assert isinstance(ranks, pd.DataFrame) and ranks.loc["mean_depth", "hole_fraction"] in (-1, 1)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setenv("INPAINTING_PROFILE", "quick")


def test_a_comparison_counts_scene_by_scene(quick):
    """Three black pictures, filled with known greys: 20, 40 and 60 dB against 40 each time."""
    images = np.zeros((3, 8, 8, 3))
    drawn = scenes.Scenes(images, masks.squares(3, 8, side=2))
    levels = iter([0.1, 0.01, 0.001])
    rivals = {
        "steady": lambda image, mask: np.full_like(image, 0.01),
        "other": lambda image, mask: np.full_like(image, next(levels)),
    }
    table = evaluation.compare(rivals, drawn)
    assert table.index.tolist() == ["steady", "other"]
    np.testing.assert_allclose(table.psnr_hole, [40, 40])
    np.testing.assert_allclose(table.spread, [0, np.std([20, 40, 60])], atol=1e-9)
    np.testing.assert_allclose(table.gain, [0, 0], atol=1e-9)
    assert table.ahead.tolist() == ["", "1 of 3"]
    assert "misplaced" not in table


def test_a_comparison_of_drawn_scenes_says_what_is_misplaced(quick):
    drawn = scenes.walls("edge", 3, hole="disc", seed=0)
    table = evaluation.compare({"harmonic": classical.harmonic, "mean": classical.mean}, drawn)
    fills = np.stack(
        [classical.mean(*pair) for pair in zip(drawn.images, drawn.masks, strict=True)]
    )
    assert table.misplaced["mean"] == pytest.approx(scenes.misplaced(drawn, fills).mean())
    assert table.misplaced["harmonic"] < table.misplaced["mean"]


def test_the_tests_profile_compares_fewer_scenes():
    calls = []
    drawn = scenes.edges("edge", 30, side=8, seed=0)
    table = evaluation.compare({"grey": lambda i, m: calls.append(1) or half_grey(i, m)}, drawn)
    assert len(calls) == 3 and table.ahead.tolist() == [""]


def test_nothing_to_compare():
    with pytest.raises(ValueError, match="nothing to compare"):
        evaluation.compare({}, scenes.edges("edge", 2, side=8, seed=0))


def test_by_picture_measures_each_picture_alone():
    random = np.random.RandomState(0)
    images, other = random.random_sample((2, 3, 6, 6, 3))
    where = random.random_sample((3, 6, 6)) < 0.5
    table = evaluation.by_picture({"one": other, "same": images}, images, where)
    triples = zip(images, other, where, strict=True)
    expected = [-10 * np.log10(((a - b)[w] ** 2).mean()) for a, b, w in triples]
    np.testing.assert_allclose(table["one"], expected)
    assert np.isinf(table["same"]).all()
    assert metrics.psnr(images, other, where) < table["one"].max()


def test_by_draw_scores_the_same_pictures_under_one_draw_after_another():
    scores = evaluation.by_draw(classical.mean, PATCHES, 3, seed=5)
    drawn = masks.random_lines(18, 32, seed=5).reshape(3, 6, 32, 32)
    for score, holes in zip(scores, drawn, strict=True):
        filled = [classical.mean(*pair) for pair in zip(PATCHES, holes, strict=True)]
        assert score == pytest.approx(metrics.psnr(PATCHES, np.stack(filled), holes), abs=1e-4)
    assert len(set(scores)) == 3
    np.testing.assert_array_equal(evaluation.by_draw(classical.mean, PATCHES, 3, seed=5), scores)


def test_the_hole_psnr_alone_is_that_of_all_figures(monkeypatch):
    from course_lib import models
    from course_lib.evaluation.scores import hole_psnr

    asked = []
    network = models.autoencoder(width=2)
    predict = network.predict_on_batch
    monkeypatch.setattr(network, "predict_on_batch", lambda one: (asked.append(1), predict(one))[1])
    drawn = masks.random_lines(6, 32, seed=1)
    alone = hole_psnr(network, PATCHES, drawn)
    assert len(asked) == 1
    filled = models.inpaint(network, PATCHES, drawn)
    assert alone == pytest.approx(metrics.psnr(PATCHES, filled, drawn), abs=1e-6)
    assert alone == evaluation.evaluate(network, PATCHES, drawn)["psnr_hole"]
