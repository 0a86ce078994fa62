"""Training pairs: every picture once an epoch, content a function of (seed, epoch, batch)."""

import hashlib
import pickle
import sys

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import pipeline
from course_lib import losses, masks
from course_lib.metrics import mse, psnr
from course_lib.training import pairs

FAULTS = 4_000  # pages that a step may fetch


def numbered(count, height=4, width=4):
    """Pictures that can be told apart: picture i holds i in its first two channels, noise in one.

    Known pixels then say which picture they come from, whatever the mask left of it.
    """
    images = np.random.RandomState(0).randint(0, 256, (count, height, width, 3), dtype=np.uint8)
    images[..., 0] = (np.arange(count) // 256)[:, None, None]
    images[..., 1] = (np.arange(count) % 256)[:, None, None]
    return images


def bytes_of(batch):
    """A batch as bytes, each array's shape and dtype before its values."""
    damaged, original = batch
    arrays = [*damaged, original] if isinstance(damaged, tuple) else [damaged, original]
    return b"".join(f"{a.shape}{a.dtype}".encode() + a.tobytes() for a in arrays)


def holes_of(batches):
    """The masks under which an epoch's pictures were drawn, bool (N, H, W)."""
    return np.concatenate([valid[..., 0] == 0 for (_, valid), _ in batches])


def orbit(mask):
    """Every flip, shift and transpose of a mask, made with NumPy's own, as bytes."""
    turned = [mask, mask[::-1], mask[:, ::-1], mask[::-1, ::-1]]
    if mask.shape[0] == mask.shape[1]:
        turned += [one.T for one in turned]
    height, width = mask.shape
    return {
        np.roll(one, (down, right), axis=(0, 1)).tobytes()
        for one in turned
        for down in range(height)
        for right in range(width)
    }


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("size", [(8, 8), (6, 10)])
def test_shapes_and_dtypes(size, frozen):
    images, bank = numbered(7, *size), masks.random_lines(5, size, seed=0)
    drawn = pairs(images, bank, batch_size=4, seed=1, frozen=frozen)
    assert len(drawn) == 2
    for k, count in enumerate([4, 3]):
        damaged, original = drawn[k]
        assert damaged.shape == original.shape == (count, *size, 3)
        assert damaged.dtype == original.dtype == np.float32
    (damaged, valid), original = pairs(
        images, bank, batch_size=4, seed=1, valid=True, frozen=frozen
    )[1]
    assert damaged.shape == original.shape == (3, *size, 3)
    assert valid.shape == (3, *size, 1)
    assert damaged.dtype == valid.dtype == original.dtype == np.float32


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 300), st.integers(1, 310), st.integers(0, 2**32 - 1), st.integers(0, 99))
def test_every_picture_once_an_epoch(count, batch_size, seed, epoch):
    images = numbered(count)
    drawn = pairs(images, np.eye(4, dtype=bool), batch_size=batch_size, seed=seed)
    drawn.epoch = epoch
    sizes = [len(original) for _, original in drawn]
    assert sizes[:-1] == [batch_size] * (len(sizes) - 1)
    assert 1 <= sizes[-1] <= batch_size
    seen = np.concatenate([original for _, original in drawn])
    np.testing.assert_array_equal(
        np.sort((np.rint(seen * 255).astype(int)[:, 0, 0, :2] * [256, 1]).sum(axis=1)),
        np.arange(count),
    )


@pytest.mark.parametrize("frozen", [False, True])
def test_holes_are_zero_and_known_pixels_the_pictures_own(frozen):
    images, bank = numbered(50, 8, 8), masks.random_lines(9, 8, seed=0)
    drawn = pairs(images, bank, batch_size=16, seed=3, valid=True, frozen=frozen)
    for (damaged, valid), original in drawn:
        stored = images[np.rint(original[:, 0, 0, 1] * 255).astype(int)]
        np.testing.assert_array_equal(original, stored / np.float32(255))
        known = valid[..., 0] == 1
        assert set(np.unique(valid)) == {0.0, 1.0}
        np.testing.assert_array_equal(damaged[known], original[known])
        assert (damaged[~known] == 0).all()


def test_valid_only_adds_itself():
    images, bank = numbered(10), np.eye(4, dtype=bool)
    without = pairs(images, bank, batch_size=10, seed=3)[0]
    (damaged, valid), original = pairs(images, bank, batch_size=10, seed=3, valid=True)[0]
    np.testing.assert_array_equal(damaged, without[0])
    np.testing.assert_array_equal(original, without[1])
    np.testing.assert_array_equal(valid[..., 0].sum(axis=(1, 2)), 12)


@pytest.mark.parametrize("valid", [False, True])
def test_holes_come_third_for_losses_that_look_into_them(valid):
    images, bank = numbered(5), masks.random_pixels(3, 4, fraction=0.5, seed=0)
    plain = pairs(images, bank, batch_size=3, seed=2, valid=True)
    with_holes = pairs(images, bank, batch_size=3, seed=2, valid=valid).with_holes()
    for k in range(2):
        (_, known), original = plain[k]
        inputs, same_original, hole = with_holes[k]
        assert isinstance(inputs, tuple) == valid
        assert hole.dtype == np.float32
        np.testing.assert_array_equal(same_original, original)
        np.testing.assert_array_equal(hole, known[..., 0] == 0)


def test_the_view_with_holes_leaves_the_pairs_as_they_are_and_has_an_epoch_of_its_own():
    bank = masks.random_pixels(3, 4, fraction=0.5, seed=0)
    plain = pairs(numbered(5), bank, batch_size=3, seed=2)
    view = plain.with_holes()
    assert view.images is plain.images and view.masks is plain.masks
    view.epoch = 1
    assert len(plain[0]) == 2 and plain.epoch == 0
    first = view[0]
    plain.epoch = 1
    np.testing.assert_array_equal(plain[0][0], first[0])
    again = pickle.loads(pickle.dumps(view))
    np.testing.assert_array_equal(again[0][2], first[2])


def test_hole_losses_and_metrics_of_fit_read_them():
    images, bank = numbered(6, 8, 8), masks.squares(6, 8, side=3)
    validation = pairs(images, bank, batch_size=4, seed=0, valid=True, frozen=True).with_holes()
    model = identity()
    model.compile(loss=losses.HoleWeighted("mse", weight=1.0), weighted_metrics=[losses.HolePSNR()])
    measured = model.evaluate(validation, verbose=0, return_dict=True)
    true = images / np.float32(255)
    blackened = masks.damage(true, bank)
    assert measured["loss"] == pytest.approx(mse(true, blackened), rel=1e-4)
    assert measured["psnr_hole"] == pytest.approx(psnr(true, blackened, bank), abs=1e-3)


@pytest.mark.parametrize("size", [(5, 5), (4, 6)])
def test_masks_are_flips_shifts_and_transposes_of_the_bank(size):
    bank = np.random.RandomState(1).rand(2, *size) < 0.4
    orbits = [orbit(mask) for mask in bank]
    assert not orbits[0] & orbits[1]
    images = np.zeros((20 * sum(map(len, orbits)), *size, 3), np.uint8)
    drawn = holes_of(pairs(images, bank, batch_size=512, seed=0, valid=True))
    assert {mask.tobytes() for mask in drawn} == orbits[0] | orbits[1]


@pytest.mark.parametrize(("size", "kept"), [((5, 5), 0.5), ((4, 6), 1.0)])
def test_every_turn_is_equally_likely_and_only_squares_are_transposed(size, kept):
    """A row of holes stays a row unless it is transposed, and a single hole can come anywhere."""
    row, point = np.zeros((2, 1, *size), bool)
    row[:, 1], point[:, 1, 2] = True, True
    images = np.zeros((4000, *size, 3), np.uint8)
    rows = holes_of(pairs(images, row, batch_size=4000, seed=0, valid=True))
    assert rows.all(axis=2).any(axis=1).mean() == pytest.approx(kept, abs=0.03)
    points = holes_of(pairs(images, point, batch_size=4000, seed=0, valid=True))
    assert (points.sum(axis=(1, 2)) == 1).all()
    np.testing.assert_allclose(points.mean(axis=0), 1 / (size[0] * size[1]), atol=0.015)


def test_each_epoch_brings_another_order_and_other_masks():
    images, bank = numbered(200), masks.random_lines(10, 4, seed=0)
    drawn = pairs(images, bank, batch_size=64, seed=5, valid=True)
    orders, holes = [], []
    for epoch in range(3):
        drawn.epoch = epoch
        batches = list(drawn)
        order = np.concatenate([original[:, 0, 0, 1] for _, original in batches])
        orders.append(order)
        holes.append(holes_of(batches)[order.argsort()])  # by picture, whatever its place
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        assert (orders[one] != orders[other]).mean() > 0.9
        assert (holes[one] != holes[other]).any(axis=(1, 2)).mean() > 0.5


def test_another_seed_brings_another_order_and_other_masks():
    images, bank = numbered(50), masks.random_lines(10, 4, seed=0)
    ((_, one_valid), one), ((_, other_valid), other) = (
        pairs(images, bank, batch_size=50, seed=seed, valid=True)[0] for seed in (5, 6)
    )
    assert (one != other).any(axis=(1, 2, 3)).mean() > 0.9
    assert (one_valid != other_valid).any(axis=(1, 2, 3)).mean() > 0.5


def test_a_batch_depends_on_seed_epoch_and_number_alone():
    images, bank = numbered(50), masks.random_lines(10, 4, seed=0)
    straight = pairs(images, bank, batch_size=8, seed=5, valid=True)
    first = {}
    for epoch in range(3):
        straight.epoch = epoch
        first |= {(epoch, k): bytes_of(straight[k]) for k in range(len(straight))}
    assert len(set(first.values())) == len(first)
    np.random.seed(0)  # NumPy's global numbers have no say
    crossed = pairs(images, bank, batch_size=8, seed=5, valid=True)
    for place in np.random.permutation(len(first)):
        epoch, k = list(first)[place]
        crossed.epoch = epoch
        crossed.on_epoch_begin()
        assert bytes_of(crossed[k]) == first[epoch, k]
        crossed.on_epoch_end()


def test_same_seed_same_bytes_on_every_machine():
    images = (np.arange(12 * 6 * 6 * 3) % 256).astype(np.uint8).reshape(12, 6, 6, 3)
    bank = np.arange(2 * 6 * 6).reshape(2, 6, 6) % 7 == 0
    drawn = pairs(images, bank, batch_size=5, seed=2026, valid=True)
    drawn.epoch = 3
    digest = hashlib.sha256(b"".join(map(bytes_of, drawn))).hexdigest()
    assert digest == "4c6bc3dd1d28df45ebfaa1f1e82075cffac59749e5cfbe1eef635daa8275bfb4"


def test_a_copy_in_another_process_is_of_the_same_epoch():
    """Workers get the data set pickled where processes are spawned (Windows, macOS)."""
    drawn = pairs(numbered(9), np.eye(4, dtype=bool), batch_size=4, seed=1)
    drawn.epoch = 2
    first = bytes_of(drawn[1])
    assert bytes_of(pickle.loads(pickle.dumps(drawn))[1]) == first
    drawn.epoch = 3
    assert bytes_of(drawn[1]) != first


def test_frozen_is_frozen():
    images, bank = numbered(11), masks.random_lines(4, 4, seed=0)
    drawn = pairs(images, bank, batch_size=3, seed=5, valid=True, frozen=True)
    originals = np.concatenate([original for _, original in drawn])
    np.testing.assert_array_equal(originals, images / np.float32(255))
    np.testing.assert_array_equal(holes_of(drawn), bank[[0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2]])
    first = [bytes_of(batch) for batch in drawn]
    drawn.epoch = 7
    assert [bytes_of(batch) for batch in drawn] == first


def test_pictures_and_bank_are_only_read():
    images, bank = numbered(20), masks.random_lines(3, 4, seed=0)
    images.flags.writeable = bank.flags.writeable = False
    for frozen in (False, True):
        for damaged, original in pairs(images, bank, batch_size=6, seed=0, frozen=frozen):
            damaged[:], original[:] = 7, 7
    np.testing.assert_array_equal(images, numbered(20))
    np.testing.assert_array_equal(bank, masks.random_lines(3, 4, seed=0))


def test_one_mask_is_a_bank_of_one():
    images, mask = numbered(5), np.eye(4, dtype=bool)
    one = pairs(images, mask, batch_size=5, seed=0)
    assert bytes_of(one[0]) == bytes_of(pairs(images, mask[None], batch_size=5, seed=0)[0])


def identity():
    """A model of two inputs that predicts the first as it came."""
    damaged, valid = keras.Input((8, 8, 3)), keras.Input((8, 8, 1))
    layer = keras.layers.Conv2D(3, 1)
    model = keras.Model([damaged, valid], layer(keras.layers.concatenate([damaged, valid])))
    layer.set_weights([np.eye(4, 3)[None, None], np.zeros(3)])
    return model


def set_epoch(drawn):
    return keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: setattr(drawn, "epoch", epoch)
    )


@pytest.mark.parametrize(("workers", "processes"), [(1, False), (2, False), (2, True)])
def test_fit_sees_the_batches_of_its_epochs_whatever_the_workers(workers, processes):
    """With a rate of 0 the losses of ``fit`` tell which batches it was given: all, and no other."""
    images, bank = numbered(50, 8, 8), masks.random_lines(10, 8, seed=0)
    images[..., 0] = 255 * (images[..., 2] > 127)  # so that losses lie well apart
    drawn = pairs(images, bank, batch_size=8, seed=5, valid=True)
    frozen = pairs(images, bank, batch_size=8, seed=5, valid=True, frozen=True)
    expected = []
    for epoch in range(4):
        drawn.epoch = epoch
        lost = [
            ((original - damaged) ** 2).mean(axis=(1, 2, 3)) for (damaged, _), original in drawn
        ]
        expected.append(np.concatenate(lost).mean())
    assert np.diff(np.sort(expected)).min() > 1e-4
    drawn.epoch = 0
    drawn.workers, drawn.use_multiprocessing = workers, processes
    model = identity()
    model.compile(keras.optimizers.SGD(0.0), "mse")
    told = model.fit(
        drawn,
        validation_data=frozen,
        initial_epoch=1,
        epochs=4,
        shuffle=False,
        callbacks=[set_epoch(drawn)],
        verbose=0,
    ).history
    np.testing.assert_allclose(told["loss"], expected[1:], rtol=1e-5)
    holes = bank[np.arange(50) % 10]
    missing = np.where(holes[..., None], images / 255, 0)
    np.testing.assert_allclose(told["val_loss"], [(missing**2).mean()] * 3, rtol=1e-5)


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc that gives memory back")
def test_a_step_keeps_the_memory_of_the_one_before():
    """TensorFlow 2.21 has it given back: each of these steps then fetches 30,000 pages anew.

    The calmest of five epochs tells: on a busy machine some were seen to fetch nearly as many.
    """
    import resource

    batches = pairs(numbered(256, 32, 32), np.eye(32, dtype=bool), batch_size=64, seed=0)
    convolutions = [keras.layers.Conv2D(16, 3, padding="same") for _ in range(3)]
    model = keras.Sequential([*convolutions, keras.layers.Conv2D(3, 3, padding="same")])
    model.compile("sgd", loss="mse")
    model.fit(batches, epochs=2, verbose=0)
    fetched = [resource.getrusage(resource.RUSAGE_SELF).ru_minflt]
    for _ in range(5):
        model.fit(batches, verbose=0)
        fetched.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
    assert np.diff(fetched).min() / len(batches) < FAULTS


def test_a_network_learns_from_pairs():
    images = np.full((64, 8, 8, 3), 200, np.uint8)
    drawn = pairs(images, masks.random_lines(8, 8, seed=0), batch_size=20, seed=0)
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 3, padding="same")])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    before = model.evaluate(drawn, verbose=0)
    model.fit(drawn, epochs=2, shuffle=False, callbacks=[set_epoch(drawn)], verbose=0)
    assert model.evaluate(drawn, verbose=0) < before / 2


IMAGES, BANK = numbered(4), np.eye(4, dtype=bool)[None]


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"images": IMAGES / np.float32(255)}, TypeError, "uint8"),
        ({"images": IMAGES[0]}, ValueError, r"images\[None\]"),
        ({"images": IMAGES[..., :1]}, ValueError, "RGB"),
        ({"images": IMAGES[:0]}, ValueError, "(0, 4, 4, 3)"),
        ({"masks": BANK.astype(np.uint8)}, TypeError, "masks is uint8"),
        ({"masks": BANK[..., None]}, ValueError, "no colour channel"),
        ({"masks": BANK[:, :2]}, ValueError, "masks are 2 x 4 but the pictures are 4 x 4"),
        ({"masks": np.stack([BANK[0], np.ones((4, 4), bool)])}, ValueError, "no known pixel"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"batch_size": 2.0}, ValueError, "batch_size is 2.0"),
        ({"seed": None}, TypeError, "seed is None"),
        ({"seed": -1}, ValueError, "seed is -1"),
    ],
)
def test_impossible_input_is_refused(changed, error, said):
    asked = {"images": IMAGES, "masks": BANK, "batch_size": 2, "seed": 0} | changed
    with pytest.raises(error, match=said):
        pairs(asked.pop("images"), asked.pop("masks"), **asked)


def test_a_nearly_full_mask_warns_its_caller():
    bank = np.ones((1, 5, 5), bool)
    bank[0, 0, 0] = False
    with pytest.warns(UserWarning, match="inverted") as caught:
        pairs(numbered(2, 5, 5), bank, batch_size=1, seed=0)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("k", [-1, 2])
def test_a_batch_that_is_not_there_is_refused(k):
    with pytest.raises(IndexError, match="0 to 1"):
        pairs(IMAGES, BANK, batch_size=2, seed=0)[k]


def test_an_impossible_epoch_is_refused():
    with pytest.raises(ValueError, match="epoch is -1"):
        pairs(IMAGES, BANK, batch_size=2, seed=0).epoch = -1


def test_the_benchmark_compares_with_the_articles_generator():
    """Its pairs, known from their faults: pictures left over, float64, holes of value 0 or 1."""
    images = np.full((70, 32, 32, 3), 255, np.uint8)
    np.random.seed(0)
    article = pipeline.ArticlePairs(images, 32)
    assert len(article) == 2
    damaged, original = article[1]
    assert damaged.dtype == original.dtype == np.float64
    assert (original == 1).all()
    assert set(np.unique(damaged)) == {1 / 255, 1.0}
    holes = damaged[..., 0] < 1
    assert 0.05 < holes.mean() < 0.3 and len(np.unique(holes, axis=0)) == 32
