"""The networks against a forward pass in NumPy; ``inpaint`` against its contract."""

import importlib

import keras
import numpy as np
import pytest
from keras import layers

from course_lib import masks, models
from course_lib.classical import METHODS
from course_lib.models import autoencoder, inpaint, partial_conv_unet, vanilla_unet
from tests.networks import enlarge, holes, inputs_of, pictures, randomize

NETWORKS = {
    "autoencoder": lambda: autoencoder(width=2, code=5),
    "vanilla_unet": lambda: vanilla_unet(width=2),
    "vanilla_unet_masked": lambda: vanilla_unet(width=2, masked=True),
    "partial_conv_unet": lambda: partial_conv_unet(width=2),
}
PLAIN = ("autoencoder", "vanilla_unet", "vanilla_unet_masked")
UNETS = ("vanilla_unet", "vanilla_unet_masked", "partial_conv_unet")


@pytest.fixture(params=NETWORKS, scope="module")
def network(request):
    """Each network with random weights; built once, so no test may change it."""
    network = NETWORKS[request.param]()
    randomize(network)
    return network


@pytest.fixture(params=UNETS, scope="module")
def unet(request):
    """Networks of one input and of two, with random weights; no test may change them."""
    network = NETWORKS[request.param]()
    randomize(network)
    return network


# An independent forward pass: explicit sums in NumPy, float64, one picture (H, W, C) at a time.


def convolve(features, weights):
    kernel, bias = weights
    height, width = features.shape[:2]
    padded = np.pad(features, ((1, 1), (1, 1), (0, 0)))
    taps = [(row, column) for row in range(3) for column in range(3)]
    return bias + sum(
        padded[row : row + height, column : column + width] @ kernel[row, column]
        for row, column in taps
    )


def forward(network, picture, skips):
    def weights(name):
        return [w.astype(np.float64) for w in network.get_layer(name).get_weights()]

    def relu(name):
        return np.maximum(convolve(features, weights(name)), 0)

    features, kept = picture.astype(np.float64), []
    for level in (1, 2, 3, 4):
        for part in (1, 2):
            features = relu(f"encoder_{level}_conv_{part}")
        kept.append(features)
        height, width, channels = features.shape
        blocks = features.reshape(height // 2, 2, width // 2, 2, channels)
        features = blocks.max(axis=(1, 3))
    for name in ("bottleneck_conv_1", "bottleneck_conv_2" if skips else "code"):
        features = relu(name)
    for level in (4, 3, 2, 1):
        features = enlarge(features, weights(f"decoder_{level}_up"))
        if skips:
            features = np.concatenate([features, kept[level - 1]], axis=-1)
        for part in (1, 2):
            features = relu(f"decoder_{level}_conv_{part}")
    return 1 / (1 + np.exp(-convolve(features, weights("output_conv"))))


@pytest.mark.parametrize("network", PLAIN, indirect=True)
def test_networks_are_the_forward_pass_in_numpy(network):
    damaged, mask = pictures(2, 32, 48), holes(2, 32, 48)
    inputs = inputs_of(network, damaged, mask)
    stacked = np.concatenate(inputs, axis=-1) if isinstance(inputs, list) else inputs
    expected = [forward(network, one, network.name != "autoencoder") for one in stacked]
    assert np.std(expected) > 0.01
    np.testing.assert_allclose(network.predict(inputs, verbose=0), expected, atol=1e-5)


def test_the_article_s_network_has_its_parameters():
    assert vanilla_unet(width=32).count_params() == 7_760_931
    extra = 3 * 3 * 1 * 16  # one more channel into the first convolution
    plain, masked = vanilla_unet().count_params(), vanilla_unet(masked=True).count_params()
    assert masked - plain == extra


@pytest.mark.parametrize("width, code, numbers", [(16, None, 1024), (4, None, 256), (4, 16, 64)])
def test_everything_passes_through_the_code(width, code, numbers):
    model = autoencoder(width=width, code=code)
    shape = model.get_layer("code").compute_output_shape((1, 2, 2, 16 * width))
    assert np.prod(shape) == numbers
    # With the code cut to 0, nothing of the picture comes through.
    model.get_layer("code").set_weights([0 * w for w in model.get_layer("code").get_weights()])
    black, noise = model.predict(np.stack([0 * pictures(1, 32, 32)[0], *pictures(1, 32, 32)]))
    np.testing.assert_array_equal(black, noise)


@pytest.mark.parametrize("height, width", [(16, 16), (16, 48), (32, 32), (48, 32)])
def test_output_is_a_picture(network, height, width):
    predicted = network.predict(
        inputs_of(network, pictures(2, height, width), holes(2, height, width)), verbose=0
    )
    assert predicted.shape == (2, height, width, 3) and predicted.dtype == np.float32
    assert predicted.min() >= 0 and predicted.max() <= 1


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "16"])
def test_impossible_widths_are_refused(wrong):
    for build in (autoencoder, vanilla_unet, partial_conv_unet):
        with pytest.raises(ValueError, match="width is .*: pass a whole number, 1 or more"):
            build(width=wrong)
    with pytest.raises(ValueError, match="code is .*: pass a whole number, 1 or more"):
        autoencoder(code=wrong)


def test_same_seed_same_weights():
    def weights(seed):
        keras.utils.set_random_seed(seed)
        return vanilla_unet(width=2).get_weights()

    one, again, other = weights(3), weights(3), weights(4)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0], other[0])


def test_saved_and_loaded(network, tmp_path):
    network.save(tmp_path / "network.keras")
    network.save_weights(tmp_path / "network.weights.h5")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    by_weights = NETWORKS[network.name]()
    by_weights.load_weights(tmp_path / "network.weights.h5")
    images, mask = pictures(1, 16, 32), holes(1, 16, 32)
    expected = inpaint(network, images, mask)
    for again in (loaded, by_weights):
        np.testing.assert_array_equal(inpaint(again, images, mask), expected)


# inpaint


def test_a_network_that_passes_the_picture_on_fills_with_grey():
    """Every weight 0 but for taps of 1 along the topmost skip: sigmoid(picture) comes out."""
    network = vanilla_unet(width=3)
    network.set_weights([np.zeros_like(w) for w in network.get_weights()])
    first = 3  # channels of decoder_1_up, before the skip's
    path = {"encoder_1_conv_1": 0, "encoder_1_conv_2": 0, "decoder_1_conv_1": first,
            "decoder_1_conv_2": 0, "output_conv": 0}  # fmt: skip
    for name, offset in path.items():
        kernel, bias = network.get_layer(name).get_weights()
        for channel in range(3):
            kernel[1, 1, offset + channel, channel] = 1
        network.get_layer(name).set_weights([kernel, bias])
    images, mask = pictures(2, 32, 32), holes(2, 32, 32)
    predicted = network.predict(images, verbose=0)
    np.testing.assert_allclose(predicted, 1 / (1 + np.exp(-images)), atol=1e-6)
    filled = inpaint(network, images, mask)  # the hole's 0 becomes sigmoid(0)
    grey = [METHODS["grey"](*pair) for pair in zip(images, mask, strict=True)]
    np.testing.assert_allclose(filled, grey, atol=1e-6)


def test_inpaint_composites_the_prediction(unet):
    images, mask = pictures(3, 32, 48), holes(3, 32, 48)
    damaged = masks.damage(images, mask)
    predicted = unet.predict(inputs_of(unet, damaged, mask), verbose=0)
    filled = inpaint(unet, images, mask)
    assert filled.dtype == np.float32
    np.testing.assert_array_equal(filled[~mask], images[~mask])
    np.testing.assert_allclose(filled[mask], predicted[mask], atol=1e-6)


def test_what_stands_in_a_hole_is_never_read(unet):
    images, mask = pictures(2, 19, 21), holes(2, 19, 21)
    originals = images.copy()
    expected = inpaint(unet, images, mask)
    np.testing.assert_array_equal(images, originals)
    for content in (np.nan, np.inf, -5.0, 1.0):
        painted = np.where(mask[..., None], np.float32(content), images)
        np.testing.assert_array_equal(inpaint(unet, painted, mask), expected)


def reflected(array, axis):
    """The array continued by its own mirror image up to a multiple of 16, row by row."""
    length = array.shape[axis]
    places = np.arange(-(-length // 16) * 16)
    period = max(2 * (length - 1), 1)
    places = np.minimum(places % period, period - places % period) if length > 1 else 0 * places
    return np.take(array, places, axis=axis)


@pytest.mark.parametrize("height, width", [(1, 2), (2, 1), (3, 33), (15, 16), (17, 40), (32, 32)])
def test_other_sizes_are_padded_by_reflection_and_cropped(unet, height, width):
    images, mask = pictures(2, height, width), holes(2, height, width)
    mask[:, 0, 0], mask[:, -1, -1] = True, False
    damaged = reflected(reflected(masks.damage(images, mask), 1), 2)
    wide = reflected(reflected(mask, 1), 2)
    predicted = unet.predict(inputs_of(unet, damaged, wide), verbose=0)
    filled = inpaint(unet, images, mask)
    assert filled.shape == images.shape
    np.testing.assert_array_equal(filled[~mask], images[~mask])
    np.testing.assert_allclose(filled[mask], predicted[:, :height, :width][mask], atol=1e-6)


def test_one_picture_a_batch_and_one_mask_for_all(unet):
    images, mask = pictures(3, 20, 32), holes(1, 20, 32)[0]
    together = inpaint(unet, images, mask)
    alone = np.stack([inpaint(unet, image, mask) for image in images])
    repeated = inpaint(unet, images, np.stack([mask] * 3))
    np.testing.assert_allclose(together, alone, atol=1e-6)
    np.testing.assert_array_equal(together, repeated)
    assert inpaint(unet, images[0], mask).shape == (20, 32, 3)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_floats_are_cast_to_float32(unet, dtype):
    images, mask = pictures(1, 16, 16).astype(dtype), holes(1, 16, 16)
    images[mask] = np.finfo(dtype).max  # too large for float32, but in a hole
    filled = inpaint(unet, images, mask)
    assert filled.dtype == np.float32
    np.testing.assert_array_equal(filled[~mask], images[~mask].astype(np.float32))


def test_without_a_hole_the_picture_comes_back(unet):
    image = pictures(1, 18, 16)[0]
    np.testing.assert_array_equal(inpaint(unet, image, np.zeros((18, 16), bool)), image)


def pointwise(offset=0.0, outputs=1, inputs=1):
    """A model that adds ``offset`` to the picture, or to the mean of several."""
    places = [keras.Input((None, None, 3)) for _ in range(inputs)]
    one = layers.Average()(places) if inputs > 1 else places[0]
    shifted = [layers.Rescaling(1.0, offset=offset)(one) for _ in range(outputs)]
    return keras.Model(places, shifted[0] if outputs == 1 else shifted, name="pointwise")


@pytest.mark.parametrize("offset, expected", [(7.0, 1.0), (-7.0, 0.0), (0.25, 0.25)])
def test_predictions_are_clipped(offset, expected):
    images, mask = pictures(1, 16, 16), holes(1, 16, 16)
    assert (inpaint(pointwise(offset), images, mask)[mask] == np.float32(expected)).all()


def test_many_and_large_pictures_go_in_steps(monkeypatch):
    """The model never sees more than 256 pictures' worth of 32 x 32 pixels at once."""
    model, sizes, predict = pointwise(0.5), [], keras.Model.predict_on_batch

    def watched(self, inputs):
        sizes.append(len(inputs))
        return predict(self, inputs)

    monkeypatch.setattr(keras.Model, "predict_on_batch", watched)
    for count, side in ((300, 32), (3, 500), (1, 1030)):
        images = np.zeros((count, side, side, 3), np.float32)
        mask = np.zeros((side, side), bool)
        mask[0, 0] = True
        assert (inpaint(model, images, mask)[:, 0, 0] == 0.5).all()
    assert sizes == [256, 44, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "model, error, message",
    [
        (METHODS["grey"], TypeError, "no Keras model: pass one"),
        (pointwise(inputs=3), ValueError, "3 inputs and 1 outputs"),
        (pointwise(outputs=2), ValueError, "1 inputs and 2 outputs"),
        (keras.Sequential([layers.ReLU()]), ValueError, "0 inputs and 0 outputs"),
        (pointwise(np.nan), ValueError, "predicts NaN or infinity"),
        (
            keras.Sequential([keras.Input((None, None, 3)), layers.MaxPooling2D()]),
            ValueError,
            r"returns shape \(1, 8, 8, 3\) for pictures \(1, 16, 16, 3\)",
        ),
    ],
)
def test_impossible_models_are_refused(model, error, message):
    with pytest.raises(error, match=message):
        inpaint(model, pictures(1, 16, 16)[0], holes(1, 16, 16)[0])


def test_impossible_pictures_and_masks_are_refused():
    model, image, mask = pointwise(), pictures(1, 16, 16)[0], holes(1, 16, 16)[0]
    bad = image.copy()
    bad[~mask] = np.nan
    for images, hole, error, message in (
        ((255 * image).astype(np.uint8), mask, TypeError, "uint8"),
        (image, mask.astype(np.float32), TypeError, "a mask is bool"),
        (image, mask[:8], ValueError, "same size"),
        (image, np.ones_like(mask), ValueError, "no known pixel"),
        (bad, mask, ValueError, "NaN or infinite"),
        (255 * image, mask, ValueError, r"outside \[0, 1\]"),
        (image[..., :1], mask, ValueError, "grey"),
    ):
        with pytest.raises(error, match=message):
            inpaint(model, images, hole)


def test_a_doubtful_mask_warns_at_the_caller():
    mask = np.ones((16, 16), bool)
    mask[0, 0] = False
    with pytest.warns(UserWarning, match="is it inverted") as caught:
        inpaint(pointwise(), pictures(1, 16, 16)[0], mask)
    assert [warning.filename for warning in caught] == [__file__]


def test_channels_first_in_keras_settings_are_put_last_with_a_word():
    keras.config.set_image_data_format("channels_first")
    with pytest.warns(UserWarning, match=r"\(N, H, W, C\), so here it puts them last"):
        importlib.reload(models)
    assert keras.config.image_data_format() == "channels_last"
