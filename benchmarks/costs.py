"""What does a training step cost? The prices of all kinds of step, measured in turns.

    taskset -c 0 python -m benchmarks.costs

Batches are drawn, sent forward and back, and the weights moved, as in a training; the pictures are
noise. ``budget`` charges these prices.
"""

import datetime
import itertools
import json
import os
import statistics
import time

# Before TensorFlow is imported: a core for a step, so that its CPU time is its work.
for _name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402

from benchmarks import ablation, budget, scaling  # noqa: E402
from benchmarks.results import machine  # noqa: E402
from tools.project import words  # noqa: E402

ROUNDS = 9
STEPS = 3  # a round; the first round compiles and is not counted
COMMAND = "taskset -c 0 python -m benchmarks.costs"


class _Priced(budget.Run):
    """A run that waits for no trained filters: a step costs the same with any."""

    needs = None


def kinds():
    """A run of each kind of step that ``ablation`` and ``scaling`` can ask for, by its key."""
    parts = [fields.get("arguments", {}) for fields in ablation.PARTS.values()]
    trunks = [{}, ablation.BOTH_FILLS]  # what the best recipe can be
    sizes = [{**one, "width": width} for width in scaling.WIDTHS for one in trunks]
    wanted = [
        _Priced("cost", 1, arguments=arguments, optimizer=optimizer)
        for arguments, optimizer in [
            *((one, "adam") for one in parts),
            *((one, "muon") for one in trunks),
            *itertools.product(sizes, budget.OPTIMIZERS),
        ]
    ]
    return {budget.step_kind(run): run for run in [budget.field_run(2026), *wanted]}


def measure():
    """Median seconds of a step by kind, every kind taking its turn in every round: dict."""
    pictures = np.random.RandomState(0).randint(0, 256, (2048, 32, 32, 3)).astype(np.uint8)
    states = {name: budget.Training(run, pictures, cost=0.0) for name, run in kinds().items()}
    taken = {name: [] for name in states}
    for turn in range(ROUNDS + 1):
        for name, state in states.items():
            begun = time.process_time()
            for _ in range(STEPS):
                state.step()
            if turn:
                taken[name].append((time.process_time() - begun) / STEPS)
        print(f"round {turn} of {ROUNDS}", flush=True)
    return {name: round(statistics.median(seconds), 4) for name, seconds in taken.items()}


def main():
    facts = {
        "command": COMMAND,
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "seconds": measure(),
    }
    budget.COSTS.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    words("benchmarks.costs", __doc__, 0)
    main()
