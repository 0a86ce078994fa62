"""Which part makes a network better? One part exchanged at a time, for equal minutes of CPU.

    INPAINTING_DATA_DIR=... python -m benchmarks.background     trains, hours of one core
    python -m benchmarks.ablation                               collects what has finished

Everything is measured on validation pictures. Every run is measured twice, with its last weights
and with their running average, so that averaging is compared within a training.
"""

import statistics

from benchmarks.budget import Run, result, score

MINUTES = 40
SEEDS = (2026, 2027)
RATES = (5e-4, 1e-3, 2e-3, 4e-3)
TUNED_MINUTES = 4
BOTH_FILLS = {"fills": ["pyramid", "field"]}  # the network sees both and corrects the field's
PARTS = {
    "today": {},
    "field": {"arguments": BOTH_FILLS},
    "uncomposited": {"arguments": {"composited": False}},
    "no_fill": {"arguments": {"fills": []}},
}


def tuning():
    """Short runs of today's network, a rate each: dict, optimiser -> list of runs."""
    return {
        optimizer: [
            Run(
                f"tune_{optimizer}_{rate:g}",
                minutes=TUNED_MINUTES,
                optimizer=optimizer,
                learning_rate=rate,
            )
            for rate in RATES
        ]
        for optimizer in ("adam", "muon")
    }


def tuned(optimizer):
    """The optimiser with the rate that was best in the short runs, or None before they are done."""
    candidates = tuning()[optimizer]
    if not all(map(result, candidates)):
        return None
    best = max(candidates, key=score)
    return {"optimizer": optimizer, "learning_rate": best.learning_rate}


def arms():
    """What is compared, as far as it is decided: dict, name -> fields of ``Run``."""
    found = dict(PARTS)
    for optimizer in ("adam", "muon"):
        fields = tuned(optimizer)
        if fields and fields != {"optimizer": "adam", "learning_rate": Run.learning_rate}:
            found[f"tuned_{optimizer}"] = fields
    together = _together(found)
    if together and together not in found.values():
        found["together"] = together
    return found


def runs():
    """All trainings of the ablation that are decided, in order of worth."""
    found = arms()
    first = ["today", "field"]
    second = [name for name in ("tuned_muon", "tuned_adam", "together") if name in found]
    third = ["uncomposited", "no_fill"]
    tunings = [run for candidates in tuning().values() for run in candidates]
    return [
        *(run_of(name, SEEDS[0], found) for name in first),
        *tunings,
        *(run_of(name, SEEDS[0], found) for name in second),
        *(run_of(name, SEEDS[1], found) for name in [*first, *second]),
        *(run_of(name, seed, found) for seed in SEEDS for name in third),
    ]


def run_of(name, seed, found):
    """One training of the ablation."""
    return Run(f"{name}_{seed}", minutes=MINUTES, seed=seed, **found[name])


def best():
    """The arm with the best mean over both seeds, as fields of ``Run``, or None until known."""
    found = arms()
    names = [name for name in found if name not in ("uncomposited", "no_fill")]
    every = {name: [run_of(name, seed, found) for seed in SEEDS] for name in names}
    if not all(map(tuned, ("adam", "muon"))) or not all(
        result(run) for pair in every.values() for run in pair
    ):
        return None
    winner = max(every, key=lambda name: statistics.mean(map(score, every[name])))
    return found[winner]


def _together(found):
    """The parts that help alone, joined: decided by the first seed, so that it stays decided."""
    names = [name for name in found if name not in ("uncomposited", "no_fill")]
    first = {name: run_of(name, SEEDS[0], found) for name in names}
    if not all(map(tuned, ("adam", "muon"))) or not all(map(result, first.values())):
        return None
    scores = {name: score(run) for name, run in first.items()}
    optimizers = [name for name in names if name != "field"]
    fields = dict(found[max(optimizers, key=scores.get)])
    if scores["field"] > scores["today"]:
        fields |= {"arguments": BOTH_FILLS}
    return fields
