"""The partial-convolution U-Net against NumPy and the vanilla U-Net, and blind in its holes."""

import itertools

import numpy as np
import pytest
from keras import ops

from course_lib.models import inpaint, partial_conv_unet, vanilla_unet
from tests.networks import enlarge, gradients, holes, numbers, pictures, randomize

REACH = 108  # pixels to each side that a prediction can depend on: 62 through the four poolings
# and the bottleneck, 16 + 8 + 4 + 2 on the way up, 1 in the last layer, and 15 for the grid of 16


@pytest.fixture(scope="module")
def network():
    """With random weights; no test may change it."""
    network = partial_conv_unet(width=2)
    randomize(network)
    return network


def valid_of(mask):
    return 1 - mask[..., None].astype(np.float32)


# An independent forward pass in float64, one picture at a time, with a mask for every channel.


def shifted(array):
    """The array under each of the nine taps of a 3 x 3 window, 0 outside."""
    height, width = array.shape[:2]
    padded = np.pad(array, ((1, 1), (1, 1), (0, 0)))
    for row, column in itertools.product(range(3), range(3)):
        yield (row, column), padded[row : row + height, column : column + width]


def partial_convolve(features, mask, weights):
    kernel, bias = weights
    seen = sum(under.sum(axis=-1, keepdims=True) for _, under in shifted(mask))
    total = sum(under @ kernel[tap] for tap, under in shifted(features * mask))
    known = np.broadcast_to(seen > 0, total.shape)
    scaled = total * (kernel[..., 0].size / np.maximum(seen, 1)) + bias
    return np.where(known, scaled, 0), known.astype(float)


def pool(array):
    height, width, channels = array.shape
    return array.reshape(height // 2, 2, width // 2, 2, channels).max(axis=(1, 3))


def forward(network, picture, valid):
    def weights(name):
        return [w.astype(np.float64) for w in network.get_layer(name).get_weights()]

    def relu(name, state):
        features, mask = partial_convolve(*state, weights(name))
        return np.maximum(features, 0), mask

    state = picture.astype(np.float64), np.repeat(valid, 3, axis=-1).astype(np.float64)
    kept = []
    for level in (1, 2, 3, 4):
        for part in (1, 2):
            state = relu(f"encoder_{level}_conv_{part}", state)
        kept.append(state)
        state = pool(state[0]), pool(state[1])
    for part in (1, 2):
        state = relu(f"bottleneck_conv_{part}", state)
    for level in (4, 3, 2, 1):
        up = enlarge(state[0], weights(f"decoder_{level}_up"))
        mask = state[1][..., : up.shape[-1]].repeat(2, axis=0).repeat(2, axis=1)
        skip, skip_mask = kept[level - 1]
        state = np.concatenate([up, skip], axis=-1), np.concatenate([mask, skip_mask], axis=-1)
        for part in (1, 2):
            state = relu(f"decoder_{level}_conv_{part}", state)
    features, _ = partial_convolve(*state, weights("output_conv"))
    return 1 / (1 + np.exp(-features))


def masks_of(kind, height, width):
    if kind == "random":
        return np.random.RandomState(1).random_sample((2, height, width)) < 0.7
    if kind == "rectangle":
        mask = np.zeros((2, height, width), bool)
        mask[:, 2:-3, 4:-2] = True
        return mask
    mask = np.full((2, height, width), kind != "no hole")
    if kind == "one known pixel":
        mask[0, 5, 3] = mask[1, -1, -1] = False
    return mask


@pytest.mark.parametrize(
    "kind, height, width",
    [
        ("random", 32, 48),
        ("rectangle", 48, 32),
        ("one known pixel", 32, 32),
        ("one known pixel", 16, 256),
        ("no hole", 16, 16),
        ("all hole", 16, 32),
    ],
)
def test_it_is_the_forward_pass_in_numpy(network, kind, height, width):
    damaged, mask = pictures(2, height, width), masks_of(kind, height, width)
    damaged[mask] = 0
    valid = valid_of(mask)
    expected = [forward(network, *one) for one in zip(damaged, valid, strict=True)]
    assert np.std(expected) > 0.01 or kind == "all hole"
    predicted = network.predict([damaged, valid], verbose=0)
    assert predicted.dtype == np.float32
    # 1e-4: with one known pixel the sums before the sigmoid reach 2,000, and float32 rounds them.
    np.testing.assert_allclose(predicted, expected, atol=1e-4)
    if kind == "all hole":
        assert (predicted == 0.5).all()


def test_its_weights_are_the_vanilla_network_s():
    for width in (1, 3):
        pair = partial_conv_unet(width), vanilla_unet(width)
        ours, theirs = ({w.path: tuple(w.shape) for w in one.weights} for one in pair)
        assert list(ours.items()) == list(theirs.items())
    assert partial_conv_unet(width=32).count_params() == 7_760_931


def test_without_holes_and_far_from_the_border_it_is_the_vanilla_network():
    ours, theirs = partial_conv_unet(width=2), vanilla_unet(width=2)
    randomize(theirs)
    ours.set_weights(theirs.get_weights())
    side = 272
    image = pictures(1, side, side)
    one = ours.predict([image, np.ones_like(image[..., :1])], verbose=0)[0]
    other = theirs.predict(image, verbose=0)[0]
    inside = (slice(REACH, side - REACH),) * 2
    assert np.std(other[inside]) > 0.01
    np.testing.assert_allclose(one[inside], other[inside], atol=1e-5)
    border = np.abs(one - other)
    assert min(border[0].max(), border[-1].max(), border[:, 0].max(), border[:, -1].max()) > 1e-3


def test_where_nothing_known_is_in_reach_it_says_grey(network):
    image, mask = pictures(1, 16, 256), np.ones((1, 16, 256), bool)
    mask[0, 7, 0] = False
    predicted = network.predict([image, valid_of(mask)], verbose=0)[0]
    assert (predicted[:, REACH + 1 :] == 0.5).all()
    assert (predicted[:, :16] != 0.5).any(axis=-1).all()


def test_what_stands_in_holes_changes_neither_prediction_nor_gradient(network):
    """The vanilla network, which sees a hole's 0, is the counterexample."""
    image, mask = pictures(1, 32, 32), holes(1, 32, 32)
    valid = ops.convert_to_tensor(valid_of(mask))
    weights = network.get_weights()
    contents = [np.where(mask[..., None], np.float32(c), image) for c in (0, 1, -3e30, np.nan)]

    def scalar(damaged, *weights):
        predicted, _ = network.stateless_call(list(weights), [], [damaged, valid])
        return ops.sum(predicted * predicted)

    predicted = [numbers(network([one, valid_of(mask)])) for one in contents]
    slopes = [gradients(scalar, one, *weights) for one in contents]
    assert sum(slope.any() for slope in slopes[0]) > 0.8 * len(slopes[0])
    assert slopes[0][0].any() and not slopes[0][0][mask].any()
    for other, others in zip(predicted[1:], slopes[1:], strict=True):
        np.testing.assert_array_equal(predicted[0], other)
        for one, two in zip(slopes[0], others, strict=True):
            np.testing.assert_array_equal(one, two)
    plain = vanilla_unet(width=2)
    randomize(plain)
    black, white = (numbers(plain(one)) for one in contents[:2])
    assert np.abs(black - white).max() > 1e-3


def test_a_picture_with_one_known_pixel_is_filled(network):
    image, mask = pictures(1, 30, 21)[0], np.ones((30, 21), bool)
    mask[11, 7] = False
    with pytest.warns(UserWarning, match="is it inverted"):
        filled = inpaint(network, image, mask)
    np.testing.assert_array_equal(filled[11, 7], image[11, 7])
    assert np.isfinite(filled).all() and (filled[mask] != 0.5).any()
