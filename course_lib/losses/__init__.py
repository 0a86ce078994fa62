"""What ``fit`` minimises and reports: Keras losses and Keras metrics.

Mean squared and mean absolute error of the whole picture are Keras's own, "mse" and "mae". What
is here knows the holes, or pools over an epoch instead of averaging over batches. ``metrics``
measures finished pictures in NumPy, and the two agree.

How the holes arrive: as the third element of a batch, where Keras expects weights. A batch
``(inputs, original, hole)`` of ``training.pairs(...).with_holes()``, with ``hole`` float32
(N, H, W), 1 = hole and 0 = known, is compiled with a loss of this module and with metrics under
``weighted_metrics``::

    model.compile(
        "adam", loss=HoleWeighted("mse", weight=1.0), weighted_metrics=[HolePSNR()]
    )

Keras hands the third element to every loss and to ``weighted_metrics``, never to ``metrics``. So
with such batches write ``HoleWeighted("mse", weight=1.0)`` for the plain error of the whole
picture: the string "mse" would take ``hole`` for weights and never look at known pixels.

Pictures are (N, H, W, 3) in [0, 1], and predictions are raw. ``TotalVariation``, ``Perceptual``
and ``Style`` make the composite themselves, with the truth at the known pixels.
"""

from course_lib.losses.holes import (
    HoleLoss,
    HolePSNR,
    HoleWeighted,
    ValidLoss,
)
from course_lib.losses.liu import (
    COURSE_WEIGHTS,
    PUBLISHED_WEIGHTS,
    Perceptual,
    Style,
    TotalVariation,
    WeightedSum,
    liu,
)

__all__ = [
    "COURSE_WEIGHTS",
    "PUBLISHED_WEIGHTS",
    "HoleLoss",
    "HolePSNR",
    "HoleWeighted",
    "Perceptual",
    "Style",
    "TotalVariation",
    "ValidLoss",
    "WeightedSum",
    "liu",
]
