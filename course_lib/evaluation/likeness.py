"""Whether filled pictures, as a set, look like true ones."""

import numpy as np

from course_lib import metrics
from course_lib._validation import check_count, check_images, check_same_shape, check_values
from course_lib.evaluation.scores import SEED

FEATURES = "mean_features"  # of the course's classifier: 128 numbers a picture


def features(pictures):
    """What the course's classifier sees in pictures, before it names them.

    Args:
        pictures: floats in [0, 1], (N, 32, 32, 3).

    Returns:
        float64 (N, 128).

    Raises:
        TypeError, ValueError: if pictures are not as above.
    """
    pictures = check_images(pictures, "pictures")
    check_values(pictures, "a pixel")
    if pictures.ndim != 4 or pictures.shape[1:3] != (32, 32):
        raise ValueError(
            f"pictures have shape {pictures.shape}, but the classifier knows those of CIFAR-10: "
            "pass (N, 32, 32, 3)."
        )
    import keras

    from course_lib import models

    classifier = models.load_pretrained("classifier")
    seen = keras.Model(classifier.inputs, classifier.get_layer(FEATURES).output)
    found = seen.predict(pictures.astype(np.float32), batch_size=256, verbose=0)
    return np.asarray(found).astype(np.float64)


def unlikeness(true, filled, *, halvings=20):
    """How far filled pictures are, as a set, from true ones, beyond what chance makes of true ones.

    The pictures are cut into halves, A and B. The Fréchet distance of features from A filled to B
    true, less that from A true to B true: the second has no cause but that the pictures are other
    ones and few. No picture is compared with itself, so nothing that a fill leaves as it was can
    count for it. The mean over many such halvings.

    Args:
        true: floats (N, D), ``features`` of the true pictures, N 4 or more.
        filled: the same of the filled ones, in the same order.
        halvings: how often they are cut, 2 or more, always the same way.

    Returns:
        dict: ``excess``, the difference; ``each``, the difference of each halving, to compare two
        methods in pairs, float64 (halvings,); ``floor``, the distance of true halves.

    Raises:
        TypeError, ValueError: if an argument is not as above.

    Example:
        >>> points = np.random.RandomState(0).standard_normal((400, 3))
        >>> told = unlikeness(points, points + [2, 0, 0])
        >>> 3.5 < told["excess"] < 4.5, told["floor"] < 0.1
        (True, True)
    """
    true, filled = metrics._points(true, "true"), metrics._points(filled, "filled")
    check_same_shape(true, filled, "true and filled")
    half = check_count("pictures", len(true), lowest=4) // 2
    random, floors, excesses = np.random.RandomState(SEED), [], []
    for _ in range(check_count("halvings", halvings, lowest=2)):
        order = random.permutation(len(true))
        some, others = order[:half], order[half : 2 * half]
        floors.append(metrics.frechet_distance(true[some], true[others]))
        excesses.append(metrics.frechet_distance(filled[some], true[others]) - floors[-1])
    return {
        "excess": float(np.mean(excesses)),
        "each": np.array(excesses),
        "floor": float(np.mean(floors)),
    }
