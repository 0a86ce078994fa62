"""What the course's tables rest on: frozen mask sets, pooled errors, intervals, recognition."""

import hashlib
import math
import warnings

import numpy as np
import pytest
from scipy import stats
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from benchmarks import classical_table
from course_lib import classical, data, evaluation, masks, models

COUNT = 12
FROZEN = {
    "lines": "3aa13e48aef3aa6ffc90f7a67bec1f951a89ae7fb54f1e8e18456be64e769657",
    "bucket_01_10": "e40cade87712d743035a26197e08071a79ae605935ea3e297cc3539e22dd04fd",
    "bucket_10_20": "209bd9f4ee996c895ba7673ab61ca60e8bc267538126e840caab1703afeea979",
    "bucket_20_30": "b1972a66e640da647d27d029a0f3d97626252bfd93093911033088a3bb2ca757",
    "bucket_30_40": "79192cce6738e40e1e4166c8a91eb4f1c3e6adaa1813730a78013f9b276739db",
    "bucket_40_50": "2386b4fb7d575fadb1a48ca85c2e7bc2ed8a47bd5b6bfea5528f5837a3f125fa",
    "bucket_50_60": "02066046fc4b80107331913984265acd88232e7eba44450bc4436944211f7f31",
    "square_8": "755c61cecbdfd504b9d5507338e5a38820ced780830b0a76b9b9d93260917a6f",
    "square_16": "7a956217584ab3ecca0f07b8e23b4f36251d00e1ac27b54c167ec915cbef291b",
    "random_50": "a9bd0ff7e9691ac1c6dd5dd753eb559daa25c9534e68375a7dd695c19f12a60d",
    "random_90": "547266940ace406120f4195f73a6c6b6412189abe0e7e59a4040131aa6d70cd4",
}
IMAGES = data.load("photos").test[:COUNT] / np.float32(255)
LABELS = np.arange(COUNT) % 10
LINES = masks.random_lines(COUNT, seed=1)


def grey(image, mask):
    return np.full_like(image, 0.5)


def halves(errors, holes_in_each=16):
    """Black pictures, masks with equally many holes, and an inpainter wrong by errors[i] there."""
    images = np.zeros((len(errors), 8, 8, 3))
    holes = np.zeros((len(errors), 64), bool)
    holes[:, :holes_in_each] = True
    answers = iter(errors)
    return lambda image, mask: np.full_like(image, next(answers)), images, holes.reshape(-1, 8, 8)


@pytest.mark.parametrize("name", FROZEN)
def test_the_tables_masks_are_the_same_bytes_on_every_machine(name):
    drawn = evaluation.frozen_masks(20)[name]
    assert hashlib.sha256(np.ascontiguousarray(drawn).tobytes()).hexdigest() == FROZEN[name]


def test_each_set_of_masks_is_what_its_name_says():
    sets = evaluation.frozen_masks(30)
    assert list(sets) == list(FROZEN)
    for drawn in sets.values():
        assert drawn.shape == (30, 32, 32) and drawn.dtype == bool
    np.testing.assert_array_equal(sets["lines"], masks.random_lines(30, 32, seed=2026))
    shares = {name: drawn.mean(axis=(1, 2)) for name, drawn in sets.items()}
    for low, high in ((1, 10), (10, 20), (20, 30), (30, 40), (40, 50), (50, 60)):
        share = 100 * shares[f"bucket_{low:02}_{high}"]
        assert (share > low).all() and (share <= high).all()
    for side in (8, 16):
        rows, columns = np.nonzero(sets[f"square_{side}"][0])
        assert rows.min() == columns.min() == (32 - side) // 2
        assert rows.max() == columns.max() == (32 + side) // 2 - 1
        assert (shares[f"square_{side}"] == side**2 / 1024).all()
    assert (shares["random_50"] == 0.5).all()
    assert (shares["random_90"] == round(0.9 * 1024) / 1024).all()


def test_frozen_masks_of_another_size():
    sets = evaluation.frozen_masks(2, (20, 24))
    assert {drawn.shape for drawn in sets.values()} == {(2, 20, 24)}
    with pytest.raises(ValueError, match="side is 16 in 16 x 16 pixels"):
        evaluation.frozen_masks(2, 16)
    with pytest.raises(ValueError, match="count is 0"):
        evaluation.frozen_masks(0)


def test_the_benchmarks_longer_lists_are_the_same_generators_masks():
    sets = evaluation.frozen_masks(50, sides=classical_table.SIDES, shares=classical_table.SHARES)
    assert len(sets) == 1 + 6 + 6 + 5
    for side in classical_table.SIDES:
        np.testing.assert_array_equal(sets[f"square_{side}"], masks.squares(50, side=side))
    for share in classical_table.SHARES:
        drawn = masks.random_pixels(50, fraction=share / 100, seed=2026)
        np.testing.assert_array_equal(sets[f"random_{share}"], drawn)
    one = evaluation.frozen_masks(50, buckets=[(5, 15)], sides=(), shares=())
    assert list(one) == ["lines", "bucket_05_15"]
    drawn = masks.in_bucket(50, low=0.05, high=0.15, seed=2026)
    np.testing.assert_array_equal(one["bucket_05_15"], drawn)


def test_figures_are_those_of_scikit_image_and_of_plain_loops():
    holes = LINES[:4]
    filled = [classical.telea(*one) for one in zip(IMAGES, holes, strict=False)]
    scores = evaluation.evaluate(classical.telea, IMAGES[:4], holes)
    squared, absolute, values, similar, hole_values = [], [], [], [], []
    for true, one, mask in zip(IMAGES, filled, holes, strict=False):
        similar.append(structural_similarity(true, one, channel_axis=-1, data_range=1))
        for row in range(32):
            for column in range(32):
                for channel in range(3):
                    error = float(true[row, column, channel]) - float(one[row, column, channel])
                    values.append(abs(error))
                    squared.append(error**2)
                    if mask[row, column]:
                        absolute.append(abs(error))
                        hole_values.append(error**2)
    close = {"rel": 1e-5}
    assert scores["psnr_hole"] == pytest.approx(-10 * math.log10(np.mean(hole_values)), **close)
    assert scores["psnr_image"] == pytest.approx(-10 * math.log10(np.mean(squared)), **close)
    assert scores["mae_hole"] == pytest.approx(np.mean(absolute), **close)
    assert scores["mae_image"] == pytest.approx(np.mean(values), **close)
    assert scores["ssim_image"] == pytest.approx(np.mean(similar), **close)
    alone = evaluation.evaluate(classical.telea, IMAGES[0], holes[0])
    expected = peak_signal_noise_ratio(IMAGES[0], filled[0], data_range=1)
    assert alone["psnr_image"] == pytest.approx(expected, **close)


def test_the_interval_is_scipys_percentile_bootstrap():
    holes = evaluation.frozen_masks(COUNT)["bucket_20_30"]
    scores = evaluation.evaluate(grey, IMAGES, holes, resamples=500)
    errors = [((true[mask] - 0.5) ** 2).sum() for true, mask in zip(IMAGES, holes, strict=True)]
    counts = 3 * holes.sum(axis=(1, 2))
    expected = stats.bootstrap(
        (errors, counts),
        lambda errors, counts, axis: errors.sum(axis=axis) / counts.sum(axis=axis),
        paired=True,
        n_resamples=500,
        method="percentile",
        random_state=np.random.RandomState(2026),
    ).confidence_interval
    assert scores["psnr_hole_low"] == pytest.approx(-10 * math.log10(expected.high), rel=1e-6)
    assert scores["psnr_hole_high"] == pytest.approx(-10 * math.log10(expected.low), rel=1e-6)


def test_the_interval_of_two_kinds_of_error_is_binomial():
    """Half of the pictures are off by 0.1, half by 0.3: a resample's error counts the second."""
    size = 40
    inpainter, images, holes = halves([0.1, 0.3] * (size // 2))
    scores = evaluation.evaluate(inpainter, images, holes, resamples=20_000)
    for key, quantile in (("psnr_hole_high", 0.025), ("psnr_hole_low", 0.975)):
        worse = stats.binom.ppf(quantile, size, 0.5) / size
        expected = -10 * math.log10(0.1**2 + (0.3**2 - 0.1**2) * worse)
        assert scores[key] == pytest.approx(expected, rel=1e-9)
    expected = -10 * math.log10((0.1**2 + 0.3**2) / 2)
    assert scores["psnr_hole"] == pytest.approx(expected)


def test_equal_errors_leave_no_interval_and_no_error_is_infinite():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same = evaluation.evaluate(*halves([0.1] * 5), resamples=50)
        none = evaluation.evaluate(*halves([0.0] * 5), resamples=50)
    assert same["psnr_hole_low"] == pytest.approx(20) == same["psnr_hole_high"]
    assert none["psnr_hole_low"] == math.inf == none["psnr_hole_high"]


def test_pictures_without_holes_do_not_count_in_the_interval():
    inpainter, images, holes = halves([0.1, 0.2, 0.3, 0.4])
    scores = evaluation.evaluate(inpainter, images, holes, resamples=200)
    inpainter, _, _ = halves([0.1, 0.9, 0.2, 0.3, 0.9, 0.4])
    more = np.insert(holes, [1, 3], False, axis=0)
    assert scores == pytest.approx(
        evaluation.evaluate(inpainter, np.zeros((6, 8, 8, 3)), more, resamples=200)
        | {key: scores[key] for key in scores if "image" in key or key == "milliseconds"}
    )


def test_the_arguments_add_their_keys_and_change_no_other(monkeypatch):
    monkeypatch.setattr(models, "load_pretrained", lambda name: Brightness())
    plain = evaluation.evaluate(grey, IMAGES, LINES)
    more = evaluation.evaluate(grey, IMAGES, LINES, labels=LABELS, resamples=100)
    assert list(more) == [*plain, "psnr_hole_low", "psnr_hole_high", "recognised"]
    for key in set(plain) - {"milliseconds"}:
        assert more[key] == plain[key]
    assert more["psnr_hole_low"] < more["psnr_hole"] < more["psnr_hole_high"]
    table = evaluation.leaderboard(
        {"painter": grey}, IMAGES, {"lines": LINES}, labels=LABELS, resamples=100
    )
    assert list(table.columns) == ["masks", "method", *more]
    row = table[table["method"] == "painter"].iloc[0]
    for key in set(more) - {"milliseconds"}:
        assert row[key] == more[key]


class Brightness:
    """Names a picture by the tenth of [0, 1] that its mean lies in, and keeps what it saw."""

    def __init__(self):
        self.seen = []

    def predict(self, images, **options):
        self.seen.append(images)
        return np.eye(10)[(10 * images.mean(axis=(1, 2, 3))).astype(int)]


def test_recognised_is_the_share_of_composited_pictures_named_right(monkeypatch):
    classifier, asked = Brightness(), []
    monkeypatch.setattr(models, "load_pretrained", lambda name: asked.append(name) or classifier)
    images = np.full((4, 32, 32, 3), 0.25)
    holes = np.zeros((4, 32, 32), bool)
    holes[0, :16] = holes[1:, :1] = True  # filled with 1 the first is 0.625 in the mean
    scores = evaluation.evaluate(
        lambda image, mask: np.ones_like(image), images, holes, labels=[6, 2, 2, 6]
    )
    assert asked == ["classifier"]
    assert scores["recognised"] == 0.75
    assert classifier.seen[0].dtype == np.float32
    np.testing.assert_array_equal(classifier.seen[0], np.where(holes[..., None], 1, images))


def test_a_leaderboard_loads_the_classifier_once(monkeypatch):
    asked = []
    monkeypatch.setattr(models, "load_pretrained", lambda name: asked.append(name) or Brightness())
    sets = {"lines": LINES, "one for all": LINES[0]}
    table = evaluation.leaderboard({}, IMAGES, sets, labels=LABELS)
    assert asked == ["classifier"]
    assert table["recognised"].between(0, 1).all() and len(table) == 10


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"labels": LABELS[:-1]}, ValueError, "one class of CIFAR-10 for each"),
        ({"labels": LABELS[:, None]}, ValueError, "one class of CIFAR-10 for each"),
        ({"labels": LABELS + 1}, ValueError, "outside 0 to 9"),
        ({"labels": LABELS - 1}, ValueError, "outside 0 to 9"),
        ({"labels": LABELS / 1.0}, TypeError, "whole numbers"),
        ({"labels": LABELS > 3}, TypeError, "whole numbers"),
        ({"labels": ["cat"] * COUNT}, TypeError, "whole numbers"),
        ({"labels": 3}, ValueError, "one class of CIFAR-10 for each"),
        ({"resamples": -1}, ValueError, "resamples is -1: pass a whole number"),
        ({"resamples": 0.5}, ValueError, "resamples is 0.5"),
        ({"resamples": True}, ValueError, "resamples is True"),
    ],
)
def test_labels_and_resamples_are_checked_before_anything_is_run(arguments, error, sentence):
    def fails(image, mask):
        pytest.fail("it was run")

    for call in (
        lambda: evaluation.evaluate(fails, IMAGES, LINES, **arguments),
        lambda: evaluation.leaderboard({"x": fails}, IMAGES, {"lines": LINES}, **arguments),
    ):
        with pytest.raises(error, match=sentence) as refusal:
            call()
        assert "\n" not in str(refusal.value)


def test_one_picture_has_no_interval_and_a_larger_one_no_class():
    with pytest.raises(ValueError, match="fewer than two pictures have holes"):
        evaluation.evaluate(grey, IMAGES[0], LINES[0], resamples=10)
    single = np.concatenate([LINES[:1], LINES[1:] & False])
    with pytest.raises(ValueError, match="fewer than two pictures have holes"):
        evaluation.leaderboard({}, IMAGES, {"single": single}, resamples=10)
    with pytest.raises(ValueError, match="20 x 24 pixels, but the classifier"):
        evaluation.evaluate(
            grey, np.zeros((1, 20, 24, 3)), masks.random_lines(1, (20, 24), seed=0), labels=[1]
        )
