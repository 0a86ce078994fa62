"""What a picture takes by every method of the showdown: all in one run, in turns.

    INPAINTING_DATA_DIR=... python -m benchmarks.showdown_times

It needs CIFAR-10 and ten minutes of an idle machine. Scores stay as they are; the milliseconds in
course_lib/showdown.json, which lesson 13 draws, and in RESULTS.md become those of this run.
"""

import datetime

import pandas as pd
from tqdm import tqdm

from benchmarks import held_out, showdown
from benchmarks.results import machine, record
from benchmarks.showdown import KEY, TIMED
from course_lib import data, evaluation
from tools.project import words

ROUNDS = 3


def measure(parts, rivals):
    """Milliseconds a picture: the median of ROUNDS, in each of which every method has its turn.

    Args:
        parts, rivals: as for ``showdown.measure``; of each set the first TIMED pictures are filled.

    Returns:
        pandas.Series, indexed by pictures, masks and method.
    """
    turns = [
        (part, masks_name, method)
        for part, (*_, sets) in parts.items()
        for masks_name in sets
        for method in rivals[part]
    ]
    rounds = []
    with tqdm(total=ROUNDS * len(turns)) as bar:
        for _ in range(ROUNDS):
            taken = {}
            for part, masks_name, method in turns:
                images, _, sets = parts[part]
                given = images[:TIMED], sets[masks_name][:TIMED]
                scores = evaluation.evaluate(rivals[part][method], *given)
                taken[part, masks_name, method] = scores["milliseconds"]
                bar.update()
            rounds.append(pd.Series(taken))
    return pd.concat(rounds, axis=1).median(axis=1).rename_axis(KEY)


def retimed(table, times):
    """The stored table with these milliseconds.

    Raises:
        SystemExit: if a row of the table was not timed.
    """
    rows = pd.MultiIndex.from_frame(table[KEY])
    if missing := [*rows.difference(times.index)]:
        raise SystemExit(f"{missing[0]} was not timed: are its weights there?")
    return table.assign(milliseconds=times.reindex(rows).to_numpy())


def main():
    dataset = data.load("cifar10")
    showdown.check_published(held_out.split(dataset)[2])
    parts = {**showdown.cifar10_parts(dataset), "photos": showdown.photos_part()}
    rivals = showdown.competitors(dataset, [*showdown.CLASSICAL, *showdown.shipped()])
    table = retimed(showdown.published(), measure(parts, rivals))
    facts = showdown._stored() | {"timed": [datetime.date.today().isoformat(), machine()]}
    showdown.store(table, facts)
    text = showdown.body(showdown.published(), facts, dataset.provenance)
    record("showdown", "Showdown", text, showdown.COMMAND, evaluation.SEED)


if __name__ == "__main__":
    words("benchmarks.showdown_times", __doc__, 0)
    main()
