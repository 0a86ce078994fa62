"""A training in sittings: so many steps in all, as many minutes at a time as there are.

What a step does is the caller's; here is what makes it resumable. Everything that the next step
depends on lies in one file, replaced as a whole every half minute and when a sitting ends.
"""

import time

import keras
import numpy as np

from benchmarks.results import machine
from course_lib.training import checkpoint

SAVED_EVERY = 30.0  # seconds on the clock
SPOKEN_EVERY = 100  # steps


def train(folder, recipe, variables, step, *, steps, minutes=None):
    """Take steps until there have been ``steps``, or this sitting has had its minutes.

    Args:
        folder: pathlib.Path of the checkpoint.
        recipe: dict that JSON can hold; a checkpoint of another is refused.
        variables: dict, a kind -> the Keras variables that a step changes; they are overwritten
            where there is a checkpoint.
        step: a function, the number of the step -> dict of losses. It may depend on nothing
            else that changes but the variables.
        steps: in all.
        minutes: of this sitting, on the clock; left out, until the end.

    Returns:
        dict: recipe, steps taken, seconds of CPU, losses (each a list, the means over
        ``SPOKEN_EVERY`` steps) and the machines of the sittings.
    """
    path = folder / "checkpoint.npz"
    record = _restored(path, recipe, variables)
    record["sittings"].append(machine())
    begun = saved = time.monotonic()
    spent, told = time.process_time(), []
    while record["steps"] < steps:
        told.append(step(record["steps"]))
        record["steps"] += 1
        if not all(np.isfinite(value) for value in told[-1].values()):
            raise SystemExit(f"{path}: {told[-1]} in step {record['steps']}; lower the rate.")
        if record["steps"] % SPOKEN_EVERY == 0:
            _speak(folder.name, record, told)
            told = []
        now = time.monotonic()
        over = minutes is not None and now - begun > 60 * minutes
        if over or now - saved > SAVED_EVERY or record["steps"] == steps:
            record["seconds"] += time.process_time() - spent
            spent, saved = time.process_time(), now
            _save(path, variables, record)
        if over:
            break
    return record


def finished(folder, steps):
    """Whether the training in a folder has taken all its steps."""
    stored = checkpoint.read(folder / "checkpoint.npz")
    return stored is not None and stored[1]["steps"] >= steps


def _speak(name, record, told):
    means = {key: float(np.mean([one[key] for one in told])) for key in told[0]}
    for key, value in means.items():
        record["losses"].setdefault(key, []).append(round(value, 5))
    figures = ", ".join(f"{key} {value:.4f}" for key, value in means.items())
    print(f"{time.strftime('%X')} {name} step {record['steps']}: {figures}", flush=True)


def _save(path, variables, record):
    arrays = {
        f"{kind}_{k}": keras.ops.convert_to_numpy(one)
        for kind, some in variables.items()
        for k, one in enumerate(some)
    }
    checkpoint.write(path, arrays, record)


def _restored(path, recipe, variables):
    stored = checkpoint.read(path)
    if stored is None:
        return {"recipe": recipe, "steps": 0, "seconds": 0.0, "losses": {}, "sittings": []}
    arrays, record = stored
    if record["recipe"] != recipe:
        raise ValueError(
            f"{path} is the checkpoint of another recipe: move it away, or delete it to begin anew."
        )
    for kind, some in variables.items():
        for k, variable in enumerate(some):
            variable.assign(arrays[f"{kind}_{k}"])
    return record
