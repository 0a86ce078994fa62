"""The network for photographs: its shape, its start, its contract."""

import numpy as np
import pytest

from course_lib import models
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
