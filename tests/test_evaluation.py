"""The one evaluation: pooled, composited, blind to the truth."""

import numpy as np
import pytest

from course_lib import classical, evaluation, masks, metrics

IMAGES = np.random.RandomState(0).random_sample((4, 12, 12, 3)).astype(np.float32)
HOLES = masks.random_lines(4, 12, seed=0)
KEYS = ["psnr_hole", "mae_hole", "psnr_image", "mae_image", "ssim_image", "milliseconds"]


def test_evaluate_is_the_metrics_of_the_composite():
    filled = masks.damage(IMAGES, HOLES, fill=0.5)
    scores = evaluation.evaluate(lambda image, mask: np.full_like(image, 0.5), IMAGES, HOLES)
    assert list(scores) == KEYS
    assert scores["psnr_hole"] == metrics.psnr(IMAGES, filled, HOLES)
    assert scores["mae_hole"] == metrics.mae(IMAGES, filled, HOLES)
    assert scores["psnr_image"] == metrics.psnr(IMAGES, filled)
    assert scores["mae_image"] == metrics.mae(IMAGES, filled)
    assert scores["ssim_image"] == metrics.ssim(IMAGES, filled)
    assert scores["milliseconds"] >= 0


def test_milliseconds_are_the_median_of_the_pictures(monkeypatch):
    ticks = iter([0, 1, 1, 2, 2, 5, 5, 105])  # 1, 1, 3 and 100 seconds
    monkeypatch.setattr(evaluation.time, "perf_counter", lambda: next(ticks))
    scores = evaluation.evaluate(classical.nothing, IMAGES, HOLES)
    assert scores["milliseconds"] == 2000


def test_a_networks_milliseconds_leave_compiling_out(monkeypatch):
    """On a clock where it needs 100 s for a batch of another shape than before, else 1, 9, 50."""
    import keras

    from course_lib import models

    clock, shapes, warm = [0.0], set(), iter([1, 9, 50])

    def predict(model, images, masks):
        clock[0] += next(warm) if images.shape in shapes else 100
        shapes.add(images.shape)
        return images

    monkeypatch.setattr(models, "predict", predict)
    monkeypatch.setattr(evaluation.time, "perf_counter", lambda: clock[0])
    network = keras.Sequential([keras.Input((12, 12, 3)), keras.layers.Identity()])
    images, holes = np.tile(IMAGES, (25, 1, 1, 1)), np.tile(HOLES, (25, 1, 1))
    assert evaluation.evaluate(network, images, holes)["milliseconds"] == 1000 * 9 / 64


def test_a_truth_that_is_not_finite_is_refused_before_anything_is_run():
    truth = np.where(HOLES[..., None], np.float32(np.nan), IMAGES)
    with pytest.raises(ValueError, match="true picture is NaN"):
        evaluation.evaluate(lambda image, mask: pytest.fail("it was run"), truth, HOLES)


def test_an_inpainter_may_take_the_place_of_a_baseline():
    table = evaluation.leaderboard({"nothing": classical.grey}, IMAGES, {"lines": HOLES})
    scores = table.set_index("method")["psnr_hole"]
    assert len(table) == 5 and scores["nothing"] == scores["grey"]


def test_the_inpainter_never_sees_the_truth():
    def cheat(image, mask):
        assert (image[mask] == 0).all()
        return image

    scores = evaluation.evaluate(cheat, IMAGES, HOLES)
    assert scores["psnr_hole"] == pytest.approx(metrics.psnr(IMAGES, np.zeros_like(IMAGES), HOLES))


def test_one_picture_and_one_mask():
    one = evaluation.evaluate(classical.harmonic, IMAGES[0], HOLES[0])
    batch = evaluation.evaluate(classical.harmonic, IMAGES[:1], HOLES[:1])
    assert one["psnr_hole"] == batch["psnr_hole"]


def test_the_pictures_are_not_changed():
    before = IMAGES.copy()

    def vandal(image, mask):
        image[:] = 0.5
        return image

    evaluation.evaluate(vandal, IMAGES, HOLES)
    np.testing.assert_array_equal(IMAGES, before)


def test_the_leaderboard_always_holds_the_baselines_best_first():
    sets = {"pixels": masks.random_pixels(4, 12, fraction=0.5, seed=0), "lines": HOLES}
    table = evaluation.leaderboard({"harmonic": classical.harmonic}, IMAGES, sets)
    assert list(table.columns) == ["masks", "method", *KEYS]
    assert table["masks"].tolist() == ["pixels"] * 6 + ["lines"] * 6
    for _, rows in table.groupby("masks"):
        assert set(rows["method"]) == {*evaluation.BASELINES, "harmonic"}
        assert rows["psnr_hole"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: evaluation.evaluate("harmonic", IMAGES, HOLES), TypeError, "classical.harmonic"),
        (
            lambda: evaluation.evaluate(lambda i, m: i[0], IMAGES, HOLES),
            ValueError,
            "returned shape",
        ),
        (lambda: evaluation.evaluate(lambda i, m: i[..., :1], IMAGES, HOLES), ValueError, "shape"),
        (lambda: evaluation.leaderboard({}, IMAGES, {}), ValueError, "at least one set"),
        (lambda: evaluation.leaderboard({}, IMAGES, HOLES), TypeError, "mask_sets is no dict"),
        (lambda: evaluation.leaderboard([], IMAGES, {"a": HOLES}), TypeError, "inpainters is no"),
        (lambda: evaluation.leaderboard({"x": 3}, IMAGES, {"a": HOLES}), TypeError, "x is no"),
        (lambda: evaluation.evaluate(lambda i, m: i + 2, IMAGES, HOLES), ValueError, "clip"),
        (lambda: evaluation.evaluate(lambda i, m: i * np.nan, IMAGES, HOLES), ValueError, "NaN"),
        (lambda: evaluation.evaluate(lambda i, m: i, IMAGES, HOLES & False), ValueError, "no hole"),
        (lambda: evaluation.evaluate(lambda i, m: i, IMAGES, HOLES | True), ValueError, "inverted"),
        (lambda: evaluation.evaluate(lambda i, m: i, IMAGES, HOLES * 1.0), TypeError, "as_mask"),
        (lambda: evaluation.evaluate(lambda i, m: i, IMAGES + 1, HOLES), ValueError, "255"),
        (
            lambda: evaluation.evaluate(lambda i, m: (i * 255).astype(np.uint8), IMAGES, HOLES),
            TypeError,
            "uint8",
        ),
    ],
)
def test_bad_input_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence) as refusal:
        call()
    assert "\n" not in str(refusal.value)


def test_a_network_is_measured_composited_and_raw():
    """A network that answers 0.6 everywhere, against the same answer as a function."""
    import keras

    damaged = keras.Input((None, None, 3))
    grey = keras.layers.Conv2D(
        3, 1, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(0.6)
    )
    network = keras.Model(damaged, grey(damaged))
    images = np.random.RandomState(0).rand(5, 20, 18, 3).astype(np.float32)
    holes = masks.random_pixels(5, (20, 18), fraction=0.3, seed=0)

    def painter(image, mask):
        return np.full_like(image, 0.6)

    scores, same = (
        evaluation.evaluate(network, images, holes),
        evaluation.evaluate(painter, images, holes),
    )
    assert set(scores) - set(same) == {"raw_psnr_image", "raw_mae_image", "parameters"}
    assert scores["parameters"] == 3 * 3 + 3
    for key in set(same) - {"milliseconds"}:
        assert scores[key] == pytest.approx(same[key], rel=1e-5)
    assert scores["milliseconds"] > 0
    assert scores["raw_mae_image"] == pytest.approx(np.abs(images - 0.6).mean(), rel=1e-5)
    expected = -10 * np.log10(((images - 0.6) ** 2).mean())
    assert scores["raw_psnr_image"] == pytest.approx(expected, rel=1e-5)
    table = evaluation.leaderboard(
        {"network": network, "painter": painter}, images, {"pixels": holes}
    )
    raw = table.set_index("method")["raw_mae_image"]
    assert np.isfinite(raw["network"])
    assert np.isnan(raw["painter"])
    parameters = table.set_index("method")["parameters"]
    assert parameters["network"] == 12 and parameters.drop("network").isna().all()


def test_a_network_that_predicts_nan_is_refused():
    import keras

    damaged = keras.Input((None, None, 3))
    broken = keras.layers.Conv2D(3, 1, bias_initializer=keras.initializers.Constant(np.nan))
    images, holes = np.full((1, 16, 16, 3), 0.5, np.float32), np.eye(16, dtype=bool)
    with pytest.raises(ValueError, match="NaN"):
        evaluation.evaluate(keras.Model(damaged, broken(damaged)), images, holes)
