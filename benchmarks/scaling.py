"""How far does more work lead? Three sizes of the best network by three budgets of CPU minutes."""

from benchmarks import ablation
from benchmarks.budget import Run, result, score

WIDTHS = (16, 32, 56)  # 0.2, 0.9 and 2.7 million weights
MINUTES = (10, 40, 160)
FINAL_MINUTES = 480


def runs():
    """The nine trainings, the cheapest first, once the ablation has named the best recipe."""
    fields = ablation.best()
    if fields is None:
        return []
    return [run_of(width, minutes, fields) for minutes in MINUTES for width in WIDTHS]


def run_of(width, minutes, fields):
    """One of the nine."""
    arguments = {**fields.get("arguments", {}), "width": width}
    return Run(f"scaling_{width}_{minutes}", minutes, **{**fields, "arguments": arguments})


def final():
    """The long run of the recipe and the size that were best, as a list of one or none."""
    nine = runs()
    if not nine or not all(map(result, nine)):
        return []
    longest = max(nine[-len(WIDTHS) :], key=score)
    fields = ablation.best()
    return [run_of(longest.arguments["width"], FINAL_MINUTES, fields)]
