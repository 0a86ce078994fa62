"""Whether a network and training pairs fit each other, asked before anything is trained."""

import keras

from course_lib.models import DIVISOR


def check_fits(model, data, name):
    """Check inputs, sizes and what the loss must be told; a model that states none of it passes.

    Raises:
        ValueError: if ``data`` (``Pairs``, called ``name`` in the sentence) does not fit.
    """
    _check_holes(model, data, name)
    inputs = getattr(model, "inputs", None)
    if not inputs:
        return
    if len(inputs) != 1 + data.valid:
        takes, asked = ("damaged alone", False) if data.valid else ("[damaged, valid]", True)
        if len(inputs) > 2:
            takes = f"{len(inputs)} inputs"
        raise ValueError(
            f"{model.name} takes {takes}, but {name} has {1 + data.valid} input(s): make it with "
            f"pairs(..., valid={asked})."
        )
    _check_size(model, data, name)


def _check_size(model, data, name):
    _, height, width, _ = data.images.shape
    asked = [keras.KerasTensor((None, height, width, channels)) for channels in (3, 1)]
    try:
        # Called, not ``compute_output_spec``, which does not cast as mixed precision does.
        predicted = model(asked if data.valid else asked[0])
    except Exception:  # each layer raises its own, some of them dozens of lines
        predicted = None
    if getattr(predicted, "shape", None) != (None, height, width, 3):
        raise ValueError(
            f"{model.name} does not make pictures of {height} x {width} out of such pictures, as "
            f"{name} has them: the course's networks take sides that are multiples of {DIVISOR}, "
            "so crop or pad, or build a network for this size."
        )


def _check_holes(model, data, name):
    told = getattr(getattr(model, "_compile_config", None), "config", {})
    readers = keras.tree.flatten([model.loss, told.get("weighted_metrics")])
    for reader in readers:
        if getattr(reader, "needs_holes", False) and not data.tells_holes:
            raise ValueError(
                f"{type(reader).__name__} must be told the holes, and {name} does not: pass "
                "pairs(...).with_holes()."
            )
