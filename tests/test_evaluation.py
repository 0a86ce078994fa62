"""The one evaluation: pooled, composited, blind to the truth."""

import functools
import sys

import numpy as np
import pytest

from course_lib import _validation, classical, evaluation, masks, metrics, scenes
from course_lib.evaluation import scores as measured

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
    monkeypatch.setattr(measured.time, "perf_counter", lambda: next(ticks))
    scores = evaluation.evaluate(classical.nothing, IMAGES, HOLES)
    assert scores["milliseconds"] == 2000


def test_a_networks_milliseconds_leave_compiling_out(monkeypatch):
    """On a clock where it needs 100 s for a batch of another shape than before, else 1, 9, 50."""
    import keras

    from course_lib import models

    behind_the_door = sys.modules[models.inpaint.__module__]
    clock, shapes, warm = [0.0], set(), iter([1, 9, 50])

    def predict(model, images, masks):
        clock[0] += next(warm) if images.shape in shapes else 100
        shapes.add(images.shape)
        return images

    monkeypatch.setattr(behind_the_door, "predict_checked", predict)
    monkeypatch.setattr(measured.time, "perf_counter", lambda: clock[0])
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


def count_calls(function, work):
    """How often Python enters a function while work() runs, however it was imported."""
    entered = 0

    def watch(frame, event, _):
        nonlocal entered
        entered += event == "call" and frame.f_code is function.__code__

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(before)
    return entered


@functools.cache
def network():
    """The smallest network that ``models.inpaint`` takes."""
    import keras

    return keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(3, 1, activation="sigmoid")]
    )


def by_network(work):
    from course_lib import models

    return getattr(models, work)(network(), IMAGES, HOLES)


SETS = {"lines": HOLES, "one for all": HOLES[0], "pixels": HOLES[::-1]}
FILLED = masks.composite(IMAGES, 1 - IMAGES, HOLES)
DOORS = {  # name -> (what is called, its pictures, its masks)
    "evaluate": (lambda: evaluation.evaluate(classical.harmonic, IMAGES, HOLES), 1, 1),
    "evaluate a network": (lambda: evaluation.evaluate(network(), IMAGES, HOLES), 1, 1),
    "leaderboard": (lambda: evaluation.leaderboard({"n": network()}, IMAGES, SETS), 1, 3),
    "damage": (lambda: masks.damage(IMAGES, HOLES), 1, 1),
    "composite": (lambda: masks.composite(IMAGES, FILLED, HOLES), 2, 1),
    "an inpainter": (lambda: classical.telea(IMAGES[0], HOLES[0]), 1, 1),
    "models.inpaint": (lambda: by_network("inpaint"), 1, 1),
    "models.predict": (lambda: by_network("predict"), 1, 1),
}
MEASURES = {
    name: (functools.partial(measure, IMAGES, FILLED, HOLES), 2, 1)
    for name in ("mae", "mse", "psnr", "ssim")
    for measure in [getattr(metrics, name)]
}


@pytest.mark.parametrize("name", [*DOORS, *MEASURES])
def test_pictures_and_masks_are_checked_once_at_the_door(name):
    call, pictures, holes = (DOORS | MEASURES)[name]
    call()  # whatever is traced or loaded once
    assert count_calls(_validation.check_pair, call) == (name in DOORS)
    assert count_calls(_validation._check_rgb_floats, call) == pictures
    assert count_calls(_validation.check_mask, call) == holes


def test_of_anybodys_function_only_the_answers_are_checked():
    def work():
        evaluation.evaluate(lambda image, mask: image, IMAGES, HOLES)

    assert count_calls(_validation.check_pair, work) == 1
    assert count_calls(_validation._check_rgb_floats, work) == 1 + len(IMAGES)


def test_milliseconds_are_the_methods_own(monkeypatch):
    """On a clock that only the door and the core of a method move."""
    clock = [0.0]

    def core(image, mask):
        clock[0] += 3
        return np.full_like(image, 0.5)

    def door(image, mask):
        clock[0] += 100
        return core(image, mask).astype(image.dtype)

    door.core = core
    monkeypatch.setattr(measured.time, "perf_counter", lambda: clock[0])
    scores = evaluation.evaluate(door, IMAGES, HOLES)
    assert scores.pop("milliseconds") == 3000
    grey = evaluation.evaluate(classical.grey, IMAGES, HOLES)
    assert scores.items() <= grey.items()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", classical.METHODS)
def test_the_core_alone_fills_as_the_inpainter_does(name, dtype):
    images = IMAGES.astype(dtype)
    method = classical.METHODS[name]
    filled = np.stack([method(*one) for one in zip(images, HOLES, strict=True)])
    scores = evaluation.evaluate(method, images, HOLES)
    assert scores["psnr_hole"] == metrics.psnr(images, filled, HOLES)
    assert scores["mae_image"] == metrics.mae(images, filled)


def test_the_masks_are_not_changed():
    before = HOLES.copy()

    def vandal(image, mask):
        mask[:] = False
        return image

    assert evaluation.evaluate(vandal, IMAGES, HOLES)["psnr_hole"] < 20
    assert evaluation.by_mask({"v": vandal}, IMAGES, {"lines": HOLES}).psnr_hole[0] < 20
    np.testing.assert_array_equal(HOLES, before)
    drawn = scenes.edges("edge", 2, side=8, seed=0)
    assert evaluation.compare({"vandal": vandal}, drawn).psnr_hole.iloc[0] < 30
    films = evaluation.compare_on_films(
        {"vandal": vandal}, "still camera", "scratches that stay", 1
    )
    assert films.psnr_hole[0] < 20


def test_an_answer_that_is_no_picture_is_named_wherever_methods_are_compared():
    for call in (
        lambda one: evaluation.evaluate(one, IMAGES, HOLES),
        lambda one: evaluation.by_mask({"one": one}, IMAGES, {"lines": HOLES}),
        lambda one: evaluation.compare({"one": one}, scenes.edges("edge", 2, side=8, seed=0)),
    ):
        with pytest.raises(TypeError, match="the inpainter returned no picture"):
            call(lambda image, mask: None)
        with pytest.raises(ValueError, match="of different sizes"):
            call(lambda image, mask: [[0.5], [0.5, 0.5]])


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
        (lambda: evaluation.leaderboard({}, IMAGES, HOLES), TypeError, "mask_sets is .*dict"),
        (
            lambda: evaluation.leaderboard([], IMAGES, {"a": HOLES}),
            TypeError,
            "inpainters is",
        ),
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
