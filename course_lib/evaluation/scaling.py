"""How far more work leads: what ``benchmarks.scaling`` measured, sizes by minutes of training."""

import json
from pathlib import Path

import pandas as pd

from course_lib._validation import brief, is_one_of

STORED = Path(__file__).parents[1] / "scaling.json"


def scaling_scores(masks="lines"):
    """Networks of three sizes after some minutes of training, and methods that need none.

    Args:
        masks: "lines", "square_16" or "random_50", on 1,024 validation pictures of CIFAR-10.

    Returns:
        pandas.DataFrame, a row for each training, then one for each method: method; weights, their
        count; minutes of one core; pictures seen, repeats included; psnr_hole (dB, composited).
        A method without a network has NaN for the three in the middle.

    Raises:
        ValueError: if nothing was measured under such masks.

    Example:
        >>> scores = scaling_scores().set_index("method").psnr_hole
        >>> bool(scores["0.9 million weights"].max() > scores["biharmonic"])
        True
    """
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    measured = next(iter(stored["across"].values()))
    if not is_one_of(masks, measured):
        raise ValueError(f"masks is {brief(masks)}: say one of {', '.join(measured)}.")
    trained = [
        {
            "method": f"{run['weights'] / 1e6:.1f} million weights",
            "weights": run["weights"],
            "minutes": run["recipe"]["minutes"],
            "pictures": run["pictures"],
            "psnr_hole": run["scores"]["last"][masks],
        }
        for run in stored["runs"]
    ]
    across = [
        {"method": name, "psnr_hole": scores[masks]} for name, scores in stored["across"].items()
    ]
    return pd.DataFrame(trained + across)
