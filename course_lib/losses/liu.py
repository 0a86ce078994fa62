"""The loss of Liu et al. 2018, term by term: pixels, features, style and smoothness.

Source: Image inpainting for irregular holes using partial convolutions, section 3.3,
https://arxiv.org/abs/1804.07723.
"""

import math
from functools import cache

import keras
from keras import ops

from course_lib import models
from course_lib._validation import brief, check_number
from course_lib.losses.holes import HoleLoss, ValidLoss, check_hole

FEATURES = ("features_1", "features_2", "features_3")
OWN = "own"  # what a saved loss says in place of a classifier that the course does not ship
# Of liu's terms.
PUBLISHED_WEIGHTS = (1.0, 6.0, 0.05, 120.0, 0.1)  # Liu et al. 2018, equation 7
COURSE_WEIGHTS = (1.0, 6.0, 0.05, 20.0, 0.1)  # for the course's classifier: see liu


class _PerPicture(keras.losses.Loss):
    """A loss that looks at whole pictures, and at the composite: one number a picture."""

    needs_holes = True

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        super().__init__(name=name or self.default_name, reduction=reduction, dtype=dtype)

    def __call__(self, y_true, y_pred, sample_weight=None):
        hole = check_hole(sample_weight, y_true, type(self).__name__, self.dtype)
        # Keras would multiply by a third argument; here the holes are one of the inputs.
        return super().__call__(y_true, (y_pred, hole))

    def call(self, y_true, y_pred):
        predicted, hole = y_pred
        composite = ops.where(hole[..., None] > 0, predicted, y_true)
        return self.of_pictures(y_true, predicted, composite, hole)


@keras.saving.register_keras_serializable(package="inpainting_course")
class TotalVariation(_PerPicture):
    """How much neighbouring pixels of the composite differ in and at the holes: L_tv.

    Let R be the holes grown by one pixel in all eight directions. The loss sums the absolute
    differences, over channels too, of all pairs of pixels in R, one above or beside the other, and
    divides by N, a picture's pixels times channels. Grown, R holds the pairs across the border of
    a hole, so a seam costs something; pairs of two known pixels in R add a constant.

    Public versions differ: some take the whole composite without R; some multiply it by R first,
    so that leaving R counts as a step to black; some do not divide by N, which gives 196,608 times
    as much at 256 x 256. Their weights for this term are not comparable.

    Call arguments, errors: as in ``HoleLoss``.

    Source: Liu et al. 2018, section 3.3, equation 6 (which does not say how R is grown).

    Example:
        >>> import numpy as np
        >>> black, dot = np.zeros((1, 3, 3, 3)), np.zeros((1, 3, 3, 3))
        >>> dot[0, 1, 1] = 0.9
        >>> hole = dot[..., 0] > 0
        >>> round(float(TotalVariation()(black, dot, hole)), 4)  # 4 pairs * 0.9 / 9 pixels
        0.4
    """

    default_name = "total_variation"

    def of_pictures(self, true, predicted, composite, hole):
        grown = ops.max_pool(
            hole[..., None], 3, strides=1, padding="same", data_format="channels_last"
        )
        down = grown[:, 1:] * grown[:, :-1] * ops.abs(composite[:, 1:] - composite[:, :-1])
        across = grown[:, :, 1:] * grown[:, :, :-1]
        across = across * ops.abs(composite[:, :, 1:] - composite[:, :, :-1])
        total = ops.sum(down, axis=(1, 2, 3)) + ops.sum(across, axis=(1, 2, 3))
        return total / ops.cast(math.prod(ops.shape(composite)[1:]), total.dtype)


class _OfFeatures(_PerPicture):
    """A distance between features: from the truth's to the prediction's and the composite's."""

    def __init__(self, classifier=None, name=None, reduction="sum_over_batch_size", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        # Made at once, not in the first call, which may be inside a compiled function: there no
        # backend lets variables be made.
        self.features = _shipped_features() if classifier is None else _own_features(classifier)
        self.classifier = None if classifier is None else OWN

    def of_pictures(self, true, predicted, composite, hole):
        wanted = self._look(ops.stop_gradient(true))
        return sum(
            self.distance(one, other)
            for picture in (predicted, composite)
            for one, other in zip(self._look(picture), wanted, strict=True)
        )

    def _look(self, picture):
        return [ops.cast(one, self.dtype) for one in self.features(picture, training=False)]

    def get_config(self):
        return {**super().get_config(), "classifier": self.classifier}


@keras.saving.register_keras_serializable(package="inpainting_course")
class Perceptual(_OfFeatures):
    """How far the features of prediction and composite are from the truth's: L_perceptual.

    The mean absolute difference at each of the layers "features_1", "features_2", "features_3" of
    a classifier, summed over the layers and over the raw prediction and the composite. The paper
    takes the features from VGG16, trained on ImageNet, after its first three poolings; the course
    takes them from its own small classifier, before its poolings.

    The classifier is frozen: its weights are not among the network's, and never trained.

    Args:
        classifier: a keras.Model of pictures (N, H, W, 3) in [0, 1] with layers of these names; it
            is copied. Left out, ``models.load_pretrained("classifier")``.

    Call arguments: as in ``HoleLoss``; H and W 4 or more.

    Raises:
        TypeError, ValueError: if the classifier is not as above, or the holes are missing or
            misshapen. A loss with a classifier of your own is saved without it, and says so when
            it is loaded.

    Source: Liu et al. 2018, section 3.3, equation 3; Gatys, Ecker, Bethge, A neural algorithm of
    artistic style, 2015.

    Example:
        >>> import numpy as np
        >>> black, grey = np.zeros((1, 8, 8, 3)), np.full((1, 8, 8, 3), 0.5)
        >>> hole = np.zeros((1, 8, 8))
        >>> loss = Perceptual()
        >>> float(loss(grey, grey, hole)), float(loss(black, grey, hole)) > 0
        (0.0, True)
    """

    default_name = "perceptual"

    def distance(self, one, other):
        return ops.mean(ops.abs(one - other), axis=(1, 2, 3))


@keras.saving.register_keras_serializable(package="inpainting_course")
class Style(_OfFeatures):
    """How far the correlations of features are from the truth's: L_style_out + L_style_comp.

    At the layers of ``Perceptual``, features of C channels at H x W places have the Gram matrix
    G_ij = sum over places of f_i f_j, divided by C * H * W: which features occur together,
    wherever. The mean absolute difference of the C x C numbers, summed over the layers and over
    the raw prediction and the composite.

    Args, call arguments, errors: as in ``Perceptual``.

    Source: Liu et al. 2018, section 3.3, equations 4 and 5.

    Example:
        >>> import numpy as np
        >>> picture, hole = np.random.RandomState(0).rand(1, 8, 8, 3), np.zeros((1, 8, 8))
        >>> float(Style()(picture, picture, hole))
        0.0
    """

    default_name = "style"

    def distance(self, one, other):
        return ops.mean(ops.abs(_gram(one) - _gram(other)), axis=(1, 2))


@keras.saving.register_keras_serializable(package="inpainting_course")
class WeightedSum(keras.losses.Loss):
    """Several losses as the one that ``compile`` takes: the sum of weight times loss.

    Args:
        losses: ``keras.losses.Loss`` objects, each given the holes as ``HoleLoss`` is.
        weights: a finite number, 0 or more, for each.

    Call arguments: handed on to each loss.

    Raises:
        TypeError, ValueError: if losses or weights are not as above.

    Example:
        >>> import numpy as np
        >>> black, grey = np.zeros((1, 1, 2, 3)), np.full((1, 1, 2, 3), 0.5)
        >>> hole = np.array([[[1.0, 0.0]]])
        >>> loss = WeightedSum([ValidLoss(), HoleLoss()], [1.0, 6.0])
        >>> float(loss(black, grey, hole)), [float(one) for one in loss.terms(black, grey, hole)]
        (1.75, [0.25, 0.25])
    """

    def __init__(self, losses, weights, name="weighted_sum", dtype=None):
        _check_terms(losses, weights)
        super().__init__(name=name, dtype=dtype)
        self.losses = list(losses)
        self.needs_holes = any(getattr(loss, "needs_holes", False) for loss in losses)
        self.weights = [float(weight) for weight in weights]

    def __call__(self, y_true, y_pred, sample_weight=None):
        terms = self.terms(y_true, y_pred, sample_weight)
        return sum(weight * term for weight, term in zip(self.weights, terms, strict=True))

    def terms(self, y_true, y_pred, sample_weight=None):
        """The losses one by one, in their order, without their weights."""
        return [loss(y_true, y_pred, sample_weight) for loss in self.losses]

    def get_config(self):
        losses = [keras.losses.serialize(loss) for loss in self.losses]
        return {"name": self.name, "losses": losses, "weights": self.weights}

    @classmethod
    def from_config(cls, config):
        losses = [keras.losses.deserialize(one) for one in config["losses"]]
        return cls(**{**config, "losses": losses})


def liu(weights=PUBLISHED_WEIGHTS):
    """The loss of Liu et al. 2018: pixels, features, style and smoothness in one.

    L_valid + 6 L_hole + 0.05 L_perceptual + 120 (L_style_out + L_style_comp) + 0.1 L_tv, with the
    features of the course's classifier.

    The authors found these weights by a search on 100 validation pictures, for the features of
    VGG16 and pictures of 512 x 512. With another classifier they mean something else: with the
    course's, style pulls three times as hard at a trained network's predictions as the pixel
    terms together (benchmarks/RESULTS.md, "Terms of Liu's loss"). ``COURSE_WEIGHTS`` put style
    at 20, so that style and features each pull about half as hard as the pixels. That is a rule
    of thumb, not the result of a search.

    Args:
        weights: of ``ValidLoss``, ``HoleLoss``, ``Perceptual``, ``Style`` and ``TotalVariation``,
            in this order: ``PUBLISHED_WEIGHTS``, ``COURSE_WEIGHTS`` or five of your own.

    Returns:
        WeightedSum.

    Raises:
        TypeError, ValueError: if weights are not five finite numbers, 0 or more.

    Source: Liu et al., Image inpainting for irregular holes using partial convolutions, 2018,
    section 3.3, equation 7, https://arxiv.org/abs/1804.07723.

    Example:
        >>> [loss.name for loss in liu().losses]
        ['valid_loss', 'hole_loss', 'perceptual', 'style', 'total_variation']
    """
    terms = [ValidLoss(), HoleLoss(), Perceptual(), Style(), TotalVariation()]
    return WeightedSum(terms, weights, name="liu")


def _gram(features):
    """Sums over places of products of two channels, (N, C, C), divided by C * H * W."""
    _, height, width, channels = ops.shape(features)
    columns = ops.reshape(features, (-1, height * width, channels))
    products = ops.matmul(ops.transpose(columns, (0, 2, 1)), columns)
    return products / ops.cast(channels * height * width, products.dtype)


@cache
def _shipped_features():
    return _frozen_features(models.load_pretrained("classifier"))


def _own_features(classifier):
    if isinstance(classifier, str) and classifier == OWN:
        raise ValueError(
            "this loss had a classifier of its own, which is not saved with it: load the network "
            "with compile=False and compile it with a new loss."
        )
    if not isinstance(classifier, keras.Model):
        raise TypeError(
            f"classifier is {type(classifier).__name__}, no Keras model: pass one, or leave it out."
        )
    missing = set(FEATURES) - {layer.name for layer in classifier.layers}
    if missing:
        raise ValueError(
            f"{classifier.name} has no layer {' or '.join(sorted(missing))}: name the layers to "
            f"compare {', '.join(FEATURES)}."
        )
    copy = keras.models.clone_model(classifier)
    copy.set_weights(classifier.get_weights())
    return _frozen_features(copy)


def _frozen_features(classifier):
    """From pictures to the features at three of the classifier's layers, never trained again."""
    classifier.trainable = False
    features = [classifier.get_layer(name).output for name in FEATURES]
    return keras.Model(classifier.inputs, features)


def _check_terms(losses, weights):
    for name, given in (("losses", losses), ("weights", weights)):
        if not isinstance(given, (list, tuple)):
            raise TypeError(f"{name} is {brief(given)}: pass a list.")
    for loss in losses:
        if not isinstance(loss, keras.losses.Loss):
            raise TypeError(
                f"losses hold {brief(loss)}: pass keras.losses.Loss objects, such as HoleLoss()."
            )
    if not losses or len(losses) != len(weights):
        raise ValueError(
            f"there are {len(losses)} losses and {len(weights)} weights: pass one weight for each."
        )
    for weight in weights:
        check_number("a weight", weight, "finite numbers, 0 or more", lambda weight: weight >= 0)
