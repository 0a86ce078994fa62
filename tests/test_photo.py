"""The network for photographs: its shape, its start, its contract, its training, its weights."""

import dataclasses

import numpy as np
import pytest

from benchmarks import photo, photo_table, photographs
from course_lib import classical, data, metrics, models, restoration, wear
from course_lib.layers import GaussianFieldFill
from tests.networks import holes, numbers, pictures, randomize


@pytest.fixture(scope="module")
def network():
    """A narrow one with random weights; no test may change it."""
    model = models.field_unet(width=4)
    randomize(model)
    return model


def test_untrained_it_is_the_fill_of_its_filters():
    model = models.field_unet(width=4)
    images, mask = pictures(2, 32, 48), holes(2, 32, 48)
    valid = 1 - mask[..., None].astype(np.float32)
    fill = GaussianFieldFill(dtype="float32")
    fill([images, valid])
    fill.set_weights(model.get_layer("field_fill").get_weights())
    expected = np.clip(numbers(fill([images * valid, valid])), 0, 1)
    np.testing.assert_allclose(numbers(model([images * valid, valid])), expected, atol=1e-6)


@pytest.mark.parametrize("size", [(16, 16), (17, 33), (50, 31)])
def test_any_size_comes_back_with_known_pixels_bit_for_bit(network, size):
    image, mask = pictures(1, *size)[0], holes(1, *size)[0]
    filled = models.inpaint(network, image, mask)
    assert filled.shape == image.shape
    np.testing.assert_array_equal(filled[~mask], image[~mask])
    assert (filled[mask] != image[mask]).all(axis=-1).mean() > 0.9


def test_what_stands_in_a_hole_is_never_read(network):
    images, mask = pictures(1, 32, 32), holes(1, 32, 32)
    valid = 1 - mask[..., None].astype(np.float32)
    one, other = (
        numbers(network([np.where(mask[..., None], inside, images).astype(np.float32), valid]))
        for inside in (0.0, 0.7)
    )
    np.testing.assert_array_equal(one, other)


def test_it_stays_within_three_million_weights_and_leaves_its_filters_alone():
    model = models.field_unet()
    assert model.count_params() <= 3_000_000
    fixed = {one.path for one in model.weights} - {one.path for one in model.trainable_weights}
    assert fixed == {"field_fill/kernel"}


def test_a_width_below_one_gets_one_sentence():
    with pytest.raises(ValueError, match="width"):
        models.field_unet(width=0)


# Its training


def test_nothing_is_trained_on_that_is_validated_or_judged_on():
    groups = [photographs.TRAIN, photographs.VALIDATION, photographs.HELD_OUT]
    names = [name for group in groups for name in group]
    assert len(names) == len(set(names)) == len(photographs.ALL)
    files = [one.sha256 for one in photographs.ALL.values() if one.sha256]
    assert len(files) == len(set(files))
    assert {"chelsea", "coffee"} <= set(photographs.HELD_OUT)
    assert all(one.licence and one.package for one in photographs.ALL.values())


@pytest.fixture(scope="module")
def drawn():
    pictures = [np.random.RandomState(side).randint(0, 256, (side, side, 3)) for side in (96, 130)]
    cifar10 = np.full((4, 32, 32, 3), 51, np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(photo, "BANK_SIDE", 192)  # no patch is wider than 96
        return photo.Worn([one.astype(np.uint8) for one in pictures], cifar10, seed=3, epoch=4)


def test_a_batch_is_a_worn_patch_beside_its_original(drawn):
    for step, (_, side, count) in enumerate(photo.CYCLE):
        (damaged, valid), original, hole = drawn[step]
        assert original.shape == (count, side, side, 3) and hole.shape == (count, side, side)
        np.testing.assert_array_equal(valid[..., 0], 1 - hole)
        np.testing.assert_array_equal(damaged, original * valid)
        assert (0.01 < hole.mean(axis=(1, 2))).all() and (hole.mean(axis=(1, 2)) < 0.6).all()
        assert 0 <= original.min() and original.max() <= 1


def test_a_batch_depends_on_its_step_alone(drawn):
    drawn.epoch = 1
    one = drawn[1]
    drawn.epoch = 0
    first = drawn[1]
    drawn.epoch = 1
    again = drawn[1]
    drawn.epoch = 0
    np.testing.assert_array_equal(one[1], again[1])
    assert (one[1] != first[1]).any()


def test_the_root_is_taken_patch_by_patch():
    true, hole = np.zeros((2, 4, 4, 3)), np.zeros((2, 4, 4))
    hole[:, 0, :2] = 1
    predicted = np.full((2, 4, 4, 3), 0.9)  # at known pixels, which do not count
    predicted[0, 0, :2], predicted[1, 0, :2] = 0.3, 0.1
    expected = np.mean([np.sqrt(0.3**2 + 1e-4), np.sqrt(0.1**2 + 1e-4)])
    assert float(photo.HoleRoot()(true, predicted, hole)) == pytest.approx(expected, rel=1e-5)


# Its weights


@pytest.fixture(scope="module")
def shipped():
    return models.load_pretrained("photo")


def test_the_recipe_is_the_one_in_the_benchmark(shipped):
    made = models.recipe("photo")
    for name, value in dataclasses.asdict(photo.Recipe()).items():
        assert made[name] == value
    assert made["command"] == photo.COMMAND
    assert made["parameters"] == shipped.count_params() <= 3_000_000
    assert made["val_root"] < made["val_root_of_start"]
    assert photographs.provenance(photographs.TRAIN) == made["data"][1:]
    assert photographs.provenance(photographs.VALIDATION) == made["validated on"]
    epochs = (photo.Recipe().steady_steps + photo.Recipe().falling_steps) // photo.EPOCH
    assert len(made["val_loss"]) == epochs


@pytest.fixture(scope="module")
def worn():
    """(image, mask) of the two photographs of the course that nothing was trained on."""
    found = []
    for place, name in enumerate(("chelsea", "coffee")):
        image = data.photo(name)[20:276, 60:316]
        for kind in ("scratches", "text"):
            mask = wear.KINDS[kind](1, 256, share=0.1, seed=100 + place)[0]
            found.append((image, mask))
    return found


def test_it_is_ahead_of_the_biharmonic_fill_on_scratches_and_text(shipped, worn):
    leads = [
        metrics.psnr(image, models.inpaint(shipped, image, mask), mask)
        - metrics.psnr(image, classical.METHODS["biharmonic"](image, mask), mask)
        for image, mask in worn
    ]
    assert np.mean(leads) > 0.3


def test_restore_knows_it_by_its_name(shipped, worn):
    image, mask = worn[0]
    stored = np.rint(255 * image).astype(np.uint8)
    repaired = restoration.restore(stored, mask, "photo")
    np.testing.assert_array_equal(repaired[~mask], stored[~mask])
    filled = models.inpaint(shipped, stored / np.float32(255), mask)
    np.testing.assert_allclose(repaired / 255, filled, atol=0.5 / 255 + 1e-6)


# The table


def test_the_lead_is_measured_on_the_masks_that_both_have_filled():
    nothing = np.nan
    found = {
        "photo": np.array([[[30.0, 20]], [[31, 21]], [[32, 22]]]),  # (shares, photographs, kinds)
        "rival": np.array([[[nothing, nothing]], [[30.5, 24]], [[nothing, nothing]]]),
        "other": np.array([[[29.0, 21]], [[30, 22]], [[31, 23]]]),
    }
    np.testing.assert_allclose(photo_table.ahead(found, "photo", "rival"), [[0.5, -3]])
    np.testing.assert_allclose(photo_table.ahead(found, "photo", "other"), [[1, -1]])


def test_an_interval_holds_the_mean_and_narrows_where_photographs_agree():
    spread = np.random.RandomState(0).normal(1, 2, 16)
    mean, low, high = photo_table.interval(spread)
    assert mean == pytest.approx(spread.mean()) and low < mean < high
    error = spread.std() / 4  # of a mean of 16
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.15)
    assert photo_table.interval(np.full(16, 0.25)) == (0.25, 0.25, 0.25)


def test_a_photograph_with_another_content_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(photographs, "FOLDER", tmp_path)
    for content in (None, b"another"):
        if content:
            (tmp_path / "china.jpg").write_bytes(content)
        with pytest.raises(SystemExit, match=r"china.jpg is missing or another"):
            photographs.read("china")
