"""Networks that mend a fill: ``residual_unet`` with one part exchanged at a time."""

import keras
from keras import layers

from course_lib.layers import AddInHoles, GaussianFieldFill, PyramidFill
from course_lib.models.networks import LEVELS, correct

START = {
    "pyramid": lambda: PyramidFill(LEVELS, dtype="float32", name="fill"),
    "field": lambda: GaussianFieldFill(dtype="float32", trainable=False, name="field_fill"),
}


def mender(width=48, fills=("pyramid",), composited=True):
    """The trunk of ``residual_unet`` behind one fill, several, or none.

    Args:
        width: as in ``residual_unet``.
        fills: names from ``START``: the network sees them all and corrects the last; empty: it
            sees the damaged picture and paints from black.
        composited: whether the correction is added in the holes only, or everywhere.

    Returns:
        keras.Model, [damaged, valid] -> predicted.

    Raises:
        KeyError: if there is no such fill.
    """
    damaged = keras.Input((None, None, 3), name="damaged")
    valid = keras.Input((None, None, 1), name="valid")
    seen = [START[name]()([damaged, valid]) for name in fills] or [damaged]
    correction = correct(layers.Concatenate(name="seen")([*seen, valid]), width)
    where = valid if composited else layers.Rescaling(0.0, dtype="float32", name="nowhere")(valid)
    mended = AddInHoles(dtype="float32", name="predicted")([seen[-1], where, correction])
    return keras.Model([damaged, valid], mended, name="mender")


def field():
    """The field's fill alone, to learn its filters."""
    damaged = keras.Input((None, None, 3), name="damaged")
    valid = keras.Input((None, None, 1), name="valid")
    fill = GaussianFieldFill(dtype="float32", name="field_fill")([damaged, valid])
    return keras.Model([damaged, valid], fill, name="field")


NETWORKS = {"mender": mender, "field": field}
