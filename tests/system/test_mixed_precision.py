"""Float16 layers, float32 weights, a scaled loss: as lesson 12 trains on a GPU."""

import keras
import numpy as np
import pytest

from course_lib import models
from course_lib.training import fit, pairs, precision
from tests.networks import holes, inputs_of, pictures, randomize
from tests.small_training import BANK, IMAGES, StopAfter, batches, network, weights


@pytest.mark.parametrize(
    ("build", "tolerance"), [(models.vanilla_unet, 5e-3), (models.partial_conv_unet, 1e-2)]
)
def test_a_network_computes_in_float16_and_returns_float32(build, tolerance):
    with precision("mixed_float16"):
        mixed = build(width=2)
    plain = build(width=2)
    randomize(mixed)
    plain.set_weights(mixed.get_weights())
    images, mask = pictures(2, 32, 32), holes(2, 32, 32)
    inputs = inputs_of(mixed, images, mask)
    predicted = mixed.predict(inputs, verbose=0)
    assert mixed.get_layer("output_conv").compute_dtype == "float16"
    assert predicted.dtype == np.float32
    np.testing.assert_allclose(predicted, plain.predict(inputs, verbose=0), atol=tolerance)
    assert models.inpaint(mixed, images, mask).dtype == np.float32


class Tinted(keras.layers.Layer):
    """A layer as one writes it oneself: what comes out is left to Keras to find out."""

    def build(self, input_shape):
        self.kernel = self.add_weight((1, 1, input_shape[-1], 3), name="kernel")

    def call(self, features):
        return keras.ops.conv(features, self.kernel, padding="same")


def test_partial_convolutions_and_layers_of_ones_own_train_in_mixed_precision():
    """As lesson 12 does it on a GPU."""
    with precision("mixed_float16"):
        partial = models.partial_conv_unet(1)
        own = keras.Sequential([keras.Input((16, 16, 3)), Tinted()])
    images, bank = np.tile(IMAGES, (1, 2, 2, 1)), np.tile(BANK, (1, 2, 2))
    for model, valid in ((partial, True), (own, False)):
        model.compile("sgd", loss="mse")
        train, validation = (
            pairs(images[:8], bank, batch_size=8, seed=0, valid=valid, frozen=frozen)
            for frozen in (False, True)
        )
        assert np.isfinite(fit(model, train, validation, epochs=1, seed=0).history["loss"]).all()


def test_a_network_built_in_mixed_precision_trains_scaled_and_resumes(tmp_path):
    """Float16 layers, float32 weights, a scaled loss; the checkpoint keeps the scale too."""

    def mixed():
        with precision("mixed_float16"):
            return network(dropout=0.0)

    reference = fit(network(dropout=0.0), *batches(), epochs=4, seed=0).history["val_loss"]
    whole = mixed()
    assert {one.compute_dtype for one in whole.layers} == {"float16"}
    assert type(whole.optimizer) is keras.optimizers.LossScaleOptimizer
    assert keras.config.dtype_policy().name == "float32"
    curve = fit(whole, *batches(), epochs=4, seed=0).history
    assert {one.dtype for one in whole.trainable_variables} == {"float32"}
    assert curve["val_loss"] == pytest.approx(reference, rel=0.05)
    assert curve["val_loss"] != reference
    with pytest.raises(ConnectionError):
        fit(mixed(), *batches(), epochs=4, seed=0, folder=tmp_path, callbacks=[StopAfter(2)])
    resumed = mixed()
    assert fit(resumed, *batches(), epochs=4, seed=0, folder=tmp_path).history == curve
    assert weights(resumed) == weights(whole)
