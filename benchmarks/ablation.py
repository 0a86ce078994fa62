"""Which part makes a network better? One part exchanged at a time, for equal minutes of one core.

    INPAINTING_DATA_DIR=... python -m benchmarks.background     trains, hours of one core
    python -m benchmarks.ablation                               collects what has finished

Everything is measured on validation pictures. Every run is measured twice, with its last weights
and with their running average, so that averaging is compared within a training.
"""

import json
import statistics
from pathlib import Path

import numpy as np
from scipy import stats

from benchmarks.budget import JUDGED, Run, result, score
from benchmarks.results import record, table
from tools.project import words

STORED = Path(__file__).with_name("ablation.json")
COMMAND = "python -m benchmarks.ablation"
MINUTES = 35
SEEDS = (2026, 2027)
RATES = {"adam": (5e-4, 1e-3, 2e-3, 4e-3), "muon": (5e-4, 1e-3, 2e-3, 4e-3, 8e-3)}
OPTIMIZERS = tuple(RATES)
TUNED_MINUTES = 4
NOT_POOLED = ("no_fill",)  # painting from black: its seeds lie 0.24 dB apart, the others' 0.04
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
            for rate in rates
        ]
        for optimizer, rates in RATES.items()
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
    for optimizer in OPTIMIZERS:
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
    tunings = [run for candidates in tuning().values() for run in candidates]
    candidates, rest = _candidates(found), ["uncomposited", "no_fill"]
    ordered = [
        *(run_of(name, SEEDS[0], found) for name in ("today", "field")),
        *tunings,
        *(run_of(name, SEEDS[0], found) for name in candidates),
        *(run_of(name, SEEDS[1], found) for name in ["today", *(_finalists(found) or [])]),
        *(run_of(name, seed, found) for seed in SEEDS for name in [*candidates, *rest]),
    ]
    return [*{run.name: run for run in ordered}.values()]


def run_of(name, seed, found):
    """One training of the ablation."""
    return Run(f"{name}_{seed}", minutes=MINUTES, seed=seed, **found[name])


def best():
    """The finalist with the better mean over both seeds, as fields of ``Run``; None until known."""
    found = arms()
    both = {name: [run_of(name, seed, found) for seed in SEEDS] for name in _finalists(found) or []}
    if not both or not all(result(run) for pair in both.values() for run in pair):
        return None
    return found[max(both, key=lambda name: statistics.mean(map(score, both[name])))]


def _candidates(found):
    """What may become the best recipe; the other parts are only taken away."""
    return [name for name in found if name not in ("uncomposited", "no_fill")]


def _finalists(found):
    """The two that were best by the first seed, or None before all of them have it."""
    first = {name: run_of(name, SEEDS[0], found) for name in _candidates(found)}
    if not all(map(tuned, OPTIMIZERS)) or not all(map(result, first.values())):
        return None
    return sorted(first, key=lambda name: score(first[name]), reverse=True)[:2]


def _together(found):
    """The parts that help alone, joined: decided by the first seed, so that it stays decided."""
    first = {name: run_of(name, SEEDS[0], found) for name in _candidates(found)}
    if not all(map(tuned, OPTIMIZERS)) or not all(map(result, first.values())):
        return None
    scores = {name: score(run) for name, run in first.items()}
    optimizers = [name for name in scores if name != "field"]
    fields = dict(found[max(optimizers, key=scores.get)])
    if scores["field"] > scores["today"]:
        fields |= {"arguments": BOTH_FILLS}
    return fields


def collect():
    """What has finished: dict, arm -> results of its seeds; the tunings' scores; names missing.

    Raises:
        SystemExit: if today's network, which all are compared with, is missing.
    """
    missing = [run.name for run in runs() if not result(run)]
    if run_of("today", SEEDS[0], PARTS).name in missing:
        raise SystemExit("Nothing to compare with yet: run python -m benchmarks.background.")
    found = arms()
    every = {
        name: [one for seed in SEEDS if (one := result(run_of(name, seed, found)))]
        for name in found
    }
    every = {name: results for name, results in every.items() if results}
    rates = {run.name: score(run) for tried in tuning().values() for run in tried if result(run)}
    return every, rates, missing


def gains(every, kind="last"):
    """Each arm's mean score less today's (dB), and the half width of its 95 % interval over seeds.

    The variance between seeds is pooled over the arms of ``steady``, two seeds being too few for
    one of their own; while none of them has two, and for the other arms, the half width is
    infinite. The pictures are the same for all and are not drawn again.

    Args:
        every: dict, arm -> results, as ``collect`` gives; "today" among them.
        kind: "last" or "averaged".
    """
    means = {
        name: np.array([np.mean([*one["scores"][kind].values()]) for one in results])
        for name, results in every.items()
    }
    pool = steady(means)
    freedom = sum(len(one) - 1 for one in pool.values())
    today, spread = means["today"], np.inf
    if freedom:
        spread = sum(((one - one.mean()) ** 2).sum() for one in pool.values()) / freedom
        spread *= stats.t.ppf(0.975, freedom) ** 2
    return {
        name: (
            float(one.mean() - today.mean()),
            float(np.sqrt(spread / len(one) + spread / len(today))) if name in pool else np.inf,
        )
        for name, one in means.items()
    }


def steady(every):
    """The arms whose seeds' variance is pooled: all whose networks start from a fill."""
    return {name: one for name, one in every.items() if name not in NOT_POOLED}


def body(every, rates, missing=()):
    """The section of RESULTS.md, with what is still to be trained."""
    gained, averaged = gains(every), gains(every, "averaged")
    sets = [*every["today"][0]["scores"]["last"]]
    rows = []
    for name, results in every.items():
        scores = [
            " / ".join(f"{one['scores']['last'][masks_name]:.2f}" for one in results)
            for masks_name in sets
        ]
        seen = np.mean([one["pictures"] for one in results]) / 1e6
        lead, half = gained[name]
        by_average = averaged[name][0] + _mean(every["today"], "averaged")
        by_average -= lead + _mean(every["today"], "last")
        interval = f" ± {half:.3f}" if np.isfinite(half) else ""
        cells = [f"{seen:.2f}", *scores, f"{lead:+.3f}{interval}", f"{by_average:+.3f}"]
        rows.append([f"`{name}`", *cells])
    tuned_rows = [[f"`{name}`", f"{decibels:.3f}"] for name, decibels in rates.items()]
    header = ["part", "M pictures", *sets, "mean, over today", "averaged weights, over last"]
    yet = f" Not trained yet: {', '.join(missing)}." if missing else ""
    tried = [
        f"Rates are chosen by runs of {TUNED_MINUTES} minutes (mean over the sets, dB):",
        table(["run", "mean"], tuned_rows),
    ]
    return "\n\n".join(
        [
            f"`residual_unet(48)` with one part exchanged, {MINUTES} minutes of one core each "
            "(cost of a step: `step_costs.json`), seeds "
            f"{' / '.join(map(str, SEEDS))}: hole PSNR (dB) on {JUDGED:,} validation pictures, "
            "composited. `field`: the learned field's fill as one more input; its training is part "
            "of the minutes. `uncomposited`: the correction is added everywhere. `no_fill`: it "
            "paints from black. The interval is over seeds, their variance pooled over the rows of "
            "networks that start from a fill; two seeds that paint from black differ far more, so "
            f"that row has no interval.{yet}",
            table(header, rows),
            *(tried if rates else ()),
        ]
    )


def _mean(results, kind):
    return np.mean([[*one["scores"][kind].values()] for one in results])


def store(every, rates):
    """Write ablation.json: what the lessons read."""
    kept = ("recipe", "steps", "pictures", "seconds", "weights", "marks", "scores", "sittings")
    facts = {
        "rates": rates,
        "runs": {
            name: [{key: one[key] for key in kept} for one in results]
            for name, results in every.items()
        },
    }
    STORED.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def main():
    every, rates, missing = collect()
    store(every, rates)
    record("ablation", "One part at a time", body(every, rates, missing), COMMAND, SEEDS[0])


if __name__ == "__main__":
    words("benchmarks.ablation", __doc__, 0)
    main()
